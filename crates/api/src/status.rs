//! The controller's report: what it sees, does and waits for now, kept in a file for `frontage status`.

use model::InstanceId;
use serde::{Deserialize, Serialize};

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
