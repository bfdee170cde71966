//! What happened: the entries of the append-only log, of which all state is a fold.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::artifact::Artifact;
use crate::id::{BuildKey, CommitId, Digest, InstanceId, Label, Version};
use crate::name::{AppName, EnvironmentName};
use crate::reason::Reason;
use crate::release::Release;

/// One entry of the log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Its place in the log, from 1.
    pub sequence: u64,
    /// When, in milliseconds since 1970.
    pub at_ms: u64,
    /// Who: `refs` (a commit), `operator`, `controller`.
    pub actor: Actor,
    /// What.
    #[serde(flatten)]
    pub event: Event,
}

/// Who caused an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Actor {
    /// A ref of the repository moved.
    Refs,
    /// A person gave a command.
    Operator,
    /// The loop itself.
    Controller,
    /// Somebody asked for a page.
    Visitor,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "event")]
pub enum Event {
    /// A controller began to work.
    ControllerStarted {
        /// The version of Frontage.
        frontage: String,
        /// Protections that this machine does not give, in words.
        missing: Vec<String>,
        /// The domain of the site in production.
        domain: String,
        /// The address that the edge listens on.
        listen: String,
    },
    /// A branch was given an environment.
    EnvironmentAdded {
        /// The environment.
        environment: EnvironmentName,
        /// Its branch.
        branch: String,
    },
    /// The environment's branch is gone; so is everything of it.
    EnvironmentRemoved {
        /// The environment.
        environment: EnvironmentName,
    },
    /// The environment is to be built and served.
    EnvironmentWoken {
        /// The environment.
        environment: EnvironmentName,
    },
    /// The environment is not to be served until it is asked for.
    EnvironmentSlept {
        /// The environment.
        environment: EnvironmentName,
        /// Why.
        because: String,
    },
    /// A head of the environment's branch was observed: a change, with the next number.
    HeadObserved {
        /// The environment.
        environment: EnvironmentName,
        /// Its number, from 1 in each environment.
        number: u64,
        /// The commit.
        commit: CommitId,
        /// The first line of its message.
        subject: String,
    },
    /// It is known what the change affects, and why.
    ChangePlanned {
        /// The environment.
        environment: EnvironmentName,
        /// The change.
        number: u64,
        /// Every app of the commit; in a preview, only the affected ones.
        apps: BTreeMap<AppName, PlannedApp>,
        /// The app that answers what no route claims.
        default_app: Option<AppName>,
        /// Members of the workspace that are not served, by folder, and why, each in a sentence.
        #[serde(default)]
        not_served: BTreeMap<String, String>,
        /// What a person should know about the commit.
        warnings: Vec<String>,
    },
    /// The commit cannot be served as it is: its configuration or its lockfile is unusable.
    ChangeRefused {
        /// The environment.
        environment: EnvironmentName,
        /// The change.
        number: u64,
        /// Each problem, as a person reads it.
        problems: Vec<String>,
    },
    /// A build began.
    BuildStarted {
        /// Its key.
        key: BuildKey,
        /// The package that it builds.
        package: String,
        /// The app, if it is an app's.
        app: Option<AppName>,
        /// The change for which it is built first.
        commit: CommitId,
        /// What tells one set of shown files from another; empty where it was not kept yet.
        #[serde(default)]
        shown: String,
    },
    /// A build succeeded.
    BuildSucceeded {
        /// Its key.
        key: BuildKey,
        /// How long it took in milliseconds.
        duration_ms: u64,
        /// What it left, if it is an app's.
        artifact: Option<Box<Artifact>>,
    },
    /// A build failed: the code is at fault, and the same key fails again, unless it is `outside` or shown other files.
    BuildFailed {
        /// Its key.
        key: BuildKey,
        /// Whether something that the key does not cover may be at fault: an install, what the network answered, or
        /// another build.
        #[serde(default)]
        outside: bool,
        /// How long it took in milliseconds.
        duration_ms: u64,
        /// In a sentence.
        because: String,
        /// What a person can do.
        hint: Option<String>,
        /// The last lines of its log.
        last_lines: Vec<String>,
    },
    /// A build that failed may succeed by now: a new change wants it, and something that its key does not cover was or
    /// may be at fault.
    BuildReopened {
        /// Its key.
        key: BuildKey,
    },
    /// A build came to nothing through no fault of the code; it is tried again.
    BuildErrored {
        /// Its key.
        key: BuildKey,
        /// In a sentence.
        because: String,
    },
    /// A deployment began.
    DeploymentStarted {
        /// The change that it deploys.
        number: u64,
        /// What is to be live.
        release: Box<Release>,
    },
    /// The release's instances were ready, and it answers from now on.
    DeploymentSwitched {
        /// The environment.
        environment: EnvironmentName,
        /// The app.
        app: AppName,
    },
    /// The deployment came to nothing; what was live stays live.
    DeploymentFailed {
        /// The environment.
        environment: EnvironmentName,
        /// The app.
        app: AppName,
        /// The release that is not tried again.
        release: Label,
        /// In a sentence.
        because: String,
        /// The last lines of an instance.
        last_lines: Vec<String>,
    },
    /// A newer target came while the deployment was under way.
    DeploymentOvertaken {
        /// The environment.
        environment: EnvironmentName,
        /// The app.
        app: AppName,
    },
    /// A change was built but never went live, because a newer one did first.
    ChangeSkipped {
        /// The environment.
        environment: EnvironmentName,
        /// The app.
        app: AppName,
        /// The change that was skipped.
        number: u64,
        /// The newer one.
        overtaken_by: u64,
    },
    /// The live release failed soon after the switch; the one before answers again.
    DeploymentReturned {
        /// The environment.
        environment: EnvironmentName,
        /// The app.
        app: AppName,
        /// In a sentence.
        because: String,
        /// The last lines of an instance.
        last_lines: Vec<String>,
    },
    /// The release before is not kept ready any longer.
    FallbackReleased {
        /// The environment.
        environment: EnvironmentName,
        /// The app.
        app: AppName,
    },
    /// The app is not part of the environment any more.
    AppRemoved {
        /// The environment.
        environment: EnvironmentName,
        /// The app.
        app: AppName,
    },
    /// An instance is about to be started; its number is used up.
    InstanceStarted {
        /// Its release.
        release: Label,
        /// The instance.
        instance: InstanceId,
    },
    /// An instance ended that should run.
    InstanceEnded {
        /// The instance.
        instance: InstanceId,
        /// In a sentence.
        because: String,
        /// Its last lines.
        last_lines: Vec<String>,
    },
    /// Production's app stays at a version until it is unpinned.
    Pinned {
        /// The version.
        version: Version,
    },
    /// Production's app follows its branch again.
    Unpinned {
        /// The app.
        app: AppName,
    },
    /// A secret has a new value.
    SecretSet {
        /// Its name.
        name: String,
        /// The app that is given it; every app if none.
        app: Option<AppName>,
        /// The kind of environment that is given it.
        kind: EnvironmentKind,
        /// What tells one value from another without revealing it.
        fingerprint: Digest,
    },
    /// What an app was found to do otherwise than it should, without being at fault.
    Noticed {
        /// The environment.
        environment: EnvironmentName,
        /// The app.
        app: AppName,
        /// In a sentence.
        what: String,
    },
}

/// The two kinds of environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EnvironmentKind {
    /// Production.
    Production,
    /// Every preview.
    Preview,
}

impl EnvironmentKind {
    /// The kind of an environment.
    pub fn of(environment: &EnvironmentName) -> EnvironmentKind {
        if environment.is_production() { EnvironmentKind::Production } else { EnvironmentKind::Preview }
    }
}

/// An app of a planned change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlannedApp {
    /// Its configuration at this commit.
    pub app: App,
    /// The key whose artifact it runs. An app that is not affected keeps its base's.
    pub key: BuildKey,
    /// Why it is affected; empty if it is not.
    pub reasons: Vec<Reason>,
}
