//! The controller's report: what it sees, does and waits for now, kept in a file for `frontage status`.

use model::{AppName, EnvironmentName, InstanceId};
use serde::{Deserialize, Serialize};

use crate::table::Absence;

/// What a controller sees, does and waits for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// The controller's process id.
    pub pid: u32,
    /// The generation of the route table that the edge decides with; none while it is away.
    pub serving: Option<u64>,
    /// Builds under way.
    pub building: usize,
    /// Builds that wait.
    pub queued: usize,
    /// What is not done yet, and what for.
    pub waiting: Vec<String>,
    /// Trouble of the platform itself that is not over.
    pub trouble: Vec<String>,
    /// Instances that are there.
    pub instances: Vec<Instance>,
    /// Apps that are live while no instance of them is ready, and what the last one said.
    #[serde(default)]
    pub silent: Vec<Silent>,
}

/// An app that is live while no instance of it is ready.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Silent {
    /// Its environment.
    pub environment: EnvironmentName,
    /// The app.
    pub app: AppName,
    /// Why.
    pub absence: Absence,
}

/// An instance, for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instance {
    /// Its id.
    pub instance: InstanceId,
    /// How it is: `ready`, `starting`, `unhealthy: …`, `ended: …`.
    pub condition: String,
    /// Protections that it runs without, in words.
    pub missing: Vec<String>,
}
