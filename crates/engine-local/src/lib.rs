//! This machine: sandboxes, builds in them, a folder of artifacts, and instances that run from it.
//!
//! All that is Linux sits in [`sandbox`]. A sandbox is made by a helper, `frontage __sandbox`, which is
//! started by fork and exec and has one thread; nothing here forks without exec.

pub mod sandbox;

pub mod runtime;

pub mod toolchain;

pub mod build;

mod files;

pub use build::LocalBuilder;
pub use runtime::LocalRuntime;
pub use toolchain::Toolchains;
