//! Building: a task in, a package's output or an app's artifact kept under its key.

use std::path::PathBuf;

use model::{Artifact, BuildKey, Task};
use tokio::sync::mpsc;

use crate::Error;

/// Builds tasks and keeps what they leave, by key.
#[async_trait::async_trait]
pub trait Builder: Send + Sync {
    /// Ensures that the output of `task` is kept, building it unless it is there already. The outputs of
    /// everything it `needs` must be kept before.
    ///
    /// One key, one artifact: the first that a key gave is what every later call returns.
    ///
    /// # Errors
    /// [`BuildFailure::Failed`] if the code is at fault, and [`BuildFailure::Error`] if we are.
    async fn build(&self, task: &Task, progress: mpsc::UnboundedSender<Progress>) -> Result<Built, BuildFailure>;

    /// What is kept under `key`, without building.
    ///
    /// # Errors
    /// If the store cannot be read.
    async fn find(&self, key: &BuildKey) -> Result<Option<Built>, Error>;
}

/// Contents of a repository's files by git's ids of them.
pub trait Objects: Send + Sync {
    /// Contents, in the order of their ids.
    ///
    /// # Errors
    /// If one of them is not there, or cannot be read.
    fn contents(&self, ids: &[&str]) -> Result<Vec<Vec<u8>>, Error>;
}

/// What a build left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Built {
    /// A package's output is kept under the task's key.
    Output,
    /// An app's artifact.
    Artifact(Box<Artifact>),
}

/// News of a build that is under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What it does now.
    pub stage: Stage,
    /// Whether that was there already, or is made by another build.
    pub reused: bool,
}

/// What a build does now, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Getting Node.js or a package manager.
    Toolchain,
    /// Installing third-party packages.
    Install,
    /// Laying out the files of the commit.
    Checkout,
    /// Running a step, by name.
    Step(String),
    /// Packing what it left.
    Pack,
}

/// A build that left nothing.
#[derive(Debug)]
pub enum BuildFailure {
    /// The code is at fault: the same key fails again, unless it is `outside`.
    Failed {
        /// Whether something that the key does not cover may be at fault: an install, or what the network answered.
        outside: bool,
        /// One sentence: which step ended how.
        because: String,
        /// What a person can do about it, where that is known.
        hint: Option<String>,
        /// The whole log.
        log: PathBuf,
        /// Its last lines.
        last_lines: Vec<String>,
    },
    /// The machine or Frontage is at fault: the same key may succeed later.
    Error(Error),
}
