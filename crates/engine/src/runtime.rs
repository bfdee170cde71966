//! Running: instances of releases, each isolated from its neighbours.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use model::{AppName, Artifact, EnvironmentName, InstanceId, NetworkAccess, Resources};

use crate::Error;

/// Runs instances.
#[async_trait::async_trait]
pub trait Runtime: Send + Sync {
    /// Ensures that the instance was started. One that has ended stays ended: start it under a new id.
    ///
    /// # Errors
    /// If it could not be started; then nothing of it is left.
    async fn ensure(&self, spec: &InstanceSpec) -> Result<(), Error>;

    /// Stops an instance (SIGTERM, then after `grace` SIGKILL) and removes all that is left of it but
    /// its log. Succeeds if it is absent.
    ///
    /// # Errors
    /// If something of it is left.
    async fn remove(&self, instance: &InstanceId, grace: Duration) -> Result<(), Error>;

    /// Every instance that is there, whoever started it, also those that ended and were not removed.
    ///
    /// # Errors
    /// If it cannot be known.
    async fn list(&self) -> Result<Vec<ObservedInstance>, Error>;

    /// Requests `path` from an instance once, as `host`, and says what came back. Waits `patience` at most.
    async fn probe(&self, instance: &InstanceId, path: &str, host: &str, patience: Duration) -> Probe;

    /// The port that an instance listens on, where that is not the one that it was told in `PORT`.
    async fn own_port(&self, instance: &InstanceId) -> Option<u16>;

    /// The last `count` lines that the instance wrote.
    async fn last_lines(&self, instance: &InstanceId, count: usize) -> Vec<String>;
}

/// What an instance is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstanceSpec {
    /// Its id.
    pub instance: InstanceId,
    /// What it runs.
    pub artifact: Artifact,
    /// Where.
    pub environment: EnvironmentName,
    /// All variables, secrets included; the driver adds `PORT`, `HOME`, `PATH` and `FRONTAGE_URL_<APP>`.
    pub env: BTreeMap<String, String>,
    /// What it may use.
    pub resources: Resources,
    /// What it may reach.
    pub network: NetworkAccess,
    /// Apps of the repository that it may call as `http://<app>.internal`.
    pub neighbours: Vec<AppName>,
}

/// An instance as found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObservedInstance {
    /// Its id.
    pub instance: InstanceId,
    /// Where it stands.
    pub state: InstanceState,
    /// The helper's dial socket, absolute.
    pub dial: PathBuf,
    /// Whether it has listeners for `.internal` names.
    pub internal: bool,
    /// Protections that it runs without, in words.
    pub missing: Vec<String>,
}

/// Where an instance stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InstanceState {
    /// Its process runs; whether it answers is for [`Runtime::probe`] to say.
    Running,
    /// Its process has ended.
    Ended {
        /// One sentence: "exited with status 1", "was killed: out of memory (256 MiB)".
        because: String,
    },
    /// It was taken away by no fault of its own: its helper was killed, or the machine was started anew.
    Lost,
}

/// What came of a request to an instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Probe {
    /// It answered with this status.
    Answered(u16),
    /// It listens nowhere yet.
    NotListening,
    /// It listens, but gave no answer in time or a broken one.
    NoAnswer(String),
    /// It is not there any more.
    Gone,
}
