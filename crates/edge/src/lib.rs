//! The edge: decides where a request goes, and delivers it. One route table in, requests through.
//!
//! It is a process of its own and waits for nobody: it reads the table file, keeps the last good one, and goes on
//! when the controller is gone. [`decide`] is pure: a table's [`index`] and a request in, a decision out.
//! [`serve`] takes requests from the listeners, `forward` carries them to instances, `assets` answers from
//! artifacts, and `nudge` talks to the controller.

pub mod index;

pub mod decide;

pub mod serve;

mod strict;

mod assets;

mod forward;

mod balancer;

mod pool;

mod dial;

mod internal;

mod pages;

mod local;

mod access_log;

mod nudge;

pub use serve::run;

/// What a response carries.
type Body = http_body_util::combinators::UnsyncBoxBody<bytes::Bytes, BodyError>;

/// Why a body broke off.
type BodyError = Box<dyn std::error::Error + Send + Sync>;

/// A body that is known whole.
fn whole(content: impl Into<bytes::Bytes>) -> Body {
    use http_body_util::BodyExt;
    http_body_util::Full::new(content.into()).map_err(|never| match never {}).boxed_unsync()
}
