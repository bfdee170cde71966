//! What should run, what runs and what to do next: values and pure functions, no clock, no I/O.
//!
//! Everything another crate has to agree on is a value here: names and ids, an application and its
//! configuration, why it is affected, the tasks that build it, the artifact they leave, the release
//! that runs it. The decisions are functions over those values.

pub mod name;

pub mod id;

pub mod app;

pub mod reason;

pub mod task;

pub mod node;

pub mod artifact;

pub mod release;

pub mod event;

pub mod state;

pub mod plan;

pub use app::{App, Environmental, Framework, NetworkAccess, Resources, Serving};
pub use artifact::{Artifact, Layer, LayerKind, Start};
pub use event::{Actor, Entry, EnvironmentKind, Event, PlannedApp};
pub use id::{BuildKey, CommitId, Digest, InstanceId, Label, RepoPath, RepositoryId, Version, resolved};
pub use name::{AppName, EnvironmentName};
pub use node::is_built_in;
pub use reason::{Reason, ReasonKind};
pub use release::{Configuration, Release};
pub use state::State;
pub use task::{InstallLayer, PackageManager, ShownFile, Task, TaskKind, Toolchain};
