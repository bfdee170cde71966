//! The loops: look, plan, act; then look again.
//!
//! One task owns the state. It waits for one [`turn::Input`] at a time, appends what that means to the
//! log, plans, and lets other tasks act; their results come back as inputs. Nothing here names a concrete
//! engine: the [`World`] is given.

pub mod world;

pub mod turn;

pub mod refs;

pub mod builds;

pub mod instances;

pub mod table;

pub mod words;

pub mod commands;

pub mod secrets;

pub mod source;

pub mod edge_process;

pub mod control;

pub use turn::{Controller, Input, Notice, Options};
pub use world::World;
