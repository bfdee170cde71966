//! The outside world as traits: what builds, keeps artifacts and runs instances.
//!
//! A driver is a few verbs that may be repeated: ensuring twice is ensuring once, removing what is absent
//! succeeds, listing shows what is there whoever started it. Names come from the planner, so a lost
//! answer costs nothing. What a trait means beyond its types is said once, in [`contract`], and every
//! driver runs it.

pub mod builder;

pub mod runtime;

pub mod contract;

mod error;

pub use builder::{BuildFailure, Builder, Built, Objects, Progress, Stage};
pub use error::{Error, Remedy};
pub use runtime::{InstanceSpec, InstanceState, ObservedInstance, Probe, Runtime};
