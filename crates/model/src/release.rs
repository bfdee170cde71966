//! A release: a version with its runtime configuration, in one environment.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::app::{NetworkAccess, Resources};
use crate::id::{Digest, Label, Version};
use crate::name::EnvironmentName;

/// What runs: a version with a configuration in an environment. Immutable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Release {
    /// Its DNS label and identity.
    pub label: Label,
    /// Where it runs.
    pub environment: EnvironmentName,
    /// What it runs.
    pub version: Version,
    /// With what configuration.
    pub configuration: Configuration,
}

/// A release's runtime configuration. Secrets stand in it by fingerprint, never by value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Configuration {
    /// Variables by name.
    pub env: BTreeMap<String, String>,
    /// Fingerprints of secrets by name.
    pub secrets: BTreeMap<String, Digest>,
    /// What each instance may use.
    pub resources: Resources,
    /// How many instances.
    pub instances: u32,
    /// What they may reach.
    pub network: NetworkAccess,
    /// The path of the health check.
    pub health: String,
}

impl Configuration {
    /// The digest that goes into a release's label.
    pub fn digest(&self) -> Digest {
        Digest::of(&serde_json::to_vec(self).expect("maps of text serialise"))
    }
}

impl Release {
    /// The release of `version` in `environment`.
    pub fn new(environment: EnvironmentName, version: Version, configuration: Configuration) -> Release {
        let label = Label::of_release(&environment, &version.app, &version.key, &configuration.digest());
        Release { label, environment, version, configuration }
    }
}
