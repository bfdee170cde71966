//! The state of a repository's world as the log tells it: a fold over [`Entry`].

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde::{Deserialize, Serialize};

use crate::app::Serving;
use crate::artifact::Artifact;
use crate::event::{Entry, EnvironmentKind, Event, PlannedApp};
use crate::id::{BuildKey, CommitId, Digest, Label, Version};
use crate::name::{AppName, EnvironmentName};
use crate::release::Release;

/// How long the release before is kept ready after a switch in production, in milliseconds.
pub const FALLBACK_MS: u64 = 60_000;

/// How many finished deployments and changes are remembered for people.
const REMEMBERED: usize = 500;

/// How many earlier versions' assets are still served.
const KEPT_VERSIONS: usize = 10;

/// How much that was noticed of a deployment is remembered.
const MOST_NOTICED: usize = 5;

/// What the log tells of a repository's world.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// The last entry that is part of it.
    pub sequence: u64,
    /// Environments by name, production among them.
    pub environments: BTreeMap<EnvironmentName, EnvironmentState>,
    /// Every build that was begun.
    pub builds: BTreeMap<BuildKey, Build>,
    /// Every version that there is.
    pub artifacts: BTreeMap<BuildKey, Artifact>,
    /// Pins of production's apps.
    pub pins: BTreeMap<AppName, BuildKey>,
    /// Fingerprints of secrets.
    pub secrets: Vec<Secret>,
    /// The number of the last instance of each release.
    pub instances: BTreeMap<Label, u32>,
    /// Deployments, newest last.
    pub deployments: VecDeque<Deployment>,
    /// Protections that this machine does not give.
    pub missing: Vec<String>,
    /// The domain of the site in production.
    pub domain: String,
    /// The address that the edge listens on.
    pub listen: String,
}

/// An environment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct EnvironmentState {
    /// Its branch.
    pub branch: String,
    /// Whether it is built and served.
    pub awake: bool,
    /// When it was woken last, by the log's sequence.
    pub woken: u64,
    /// Its changes, oldest first.
    pub changes: Vec<Change>,
    /// What runs, by app.
    pub apps: BTreeMap<AppName, AppState>,
}

/// A change: a head of the environment's branch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// Its number in the environment.
    pub number: u64,
    /// The commit.
    pub commit: CommitId,
    /// The first line of its message.
    pub subject: String,
    /// When it was observed, in milliseconds since 1970.
    pub observed_ms: u64,
    /// What came of its analysis.
    pub plan: ChangePlan,
    /// Apps of it that a newer change overtook before they went live.
    #[serde(default)]
    pub skipped: BTreeMap<AppName, u64>,
}

/// What came of a change's analysis.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangePlan {
    /// It is not known yet.
    Unknown,
    /// Its apps.
    Known {
        /// Every app of it.
        apps: BTreeMap<AppName, PlannedApp>,
        /// The app that answers what no route claims.
        default_app: Option<AppName>,
        /// Members of the workspace that are not served, by folder, and why.
        #[serde(default)]
        not_served: BTreeMap<String, String>,
        /// What a person should know.
        warnings: Vec<String>,
    },
    /// It cannot be served as it is.
    Refused {
        /// Each problem.
        problems: Vec<String>,
    },
}

/// What runs of an app in an environment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AppState {
    /// What answers.
    pub live: Option<Live>,
    /// The release before, kept ready.
    pub fallback: Option<Fallback>,
    /// What is to answer as soon as it is ready.
    pub deploying: Option<Deploying>,
    /// Releases that failed; they are not tried again by themselves.
    pub failed: BTreeSet<Label>,
    /// Asset indexes of earlier versions, newest first.
    pub kept: Vec<Digest>,
    /// What its newest deployment was found to do otherwise than guessed or declared.
    #[serde(default)]
    pub noticed: Vec<String>,
}

/// What answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Live {
    /// The release.
    pub release: Release,
    /// The change that it deployed.
    pub number: u64,
    /// Since when, in milliseconds since 1970.
    pub since_ms: u64,
}

/// The release before, kept ready.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fallback {
    /// What answered before.
    pub live: Live,
    /// Until when it is kept, in milliseconds since 1970.
    pub until_ms: u64,
}

/// What is to answer as soon as it is ready.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Deploying {
    /// The release.
    pub release: Release,
    /// The change that it deploys.
    pub number: u64,
    /// Since when, in milliseconds since 1970.
    pub since_ms: u64,
}

/// A build, of a package or an app.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Build {
    /// Its key.
    pub key: BuildKey,
    /// The package that it builds.
    pub package: String,
    /// The app, if it is an app's.
    pub app: Option<AppName>,
    /// The commit for which it was built first.
    pub commit: CommitId,
    /// What tells one set of shown files from another; empty where it was not kept yet.
    #[serde(default)]
    pub shown: String,
    /// When it began, in milliseconds since 1970.
    pub started_ms: u64,
    /// How often it errored so far.
    pub errors: u32,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of a build.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub enum Outcome {
    /// It is under way, or was when its controller ended; then it is begun again.
    Running,
    /// Its output is kept.
    Succeeded {
        /// How long it took in milliseconds.
        duration_ms: u64,
    },
    /// The code is at fault.
    Failed {
        /// Whether something that the key does not cover may be at fault; then the next change tries again.
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
    /// The machine or Frontage is at fault; it is tried again.
    Errored {
        /// In a sentence.
        because: String,
        /// How often so far.
        times: u32,
        /// When, in milliseconds since 1970.
        at_ms: u64,
    },
}

/// A secret, by fingerprint.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Secret {
    /// Its name.
    pub name: String,
    /// The app that is given it; every app if none.
    pub app: Option<AppName>,
    /// The kind of environment that is given it.
    pub kind: EnvironmentKind,
    /// What tells one value from another.
    pub fingerprint: Digest,
}

/// A deployment, for people.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Deployment {
    /// The environment.
    pub environment: EnvironmentName,
    /// The version.
    pub version: Version,
    /// The release.
    pub release: Label,
    /// The change that it deploys.
    pub number: u64,
    /// The commit of that change.
    pub commit: Option<CommitId>,
    /// Whether a pin asked for it.
    pub pinned: bool,
    /// When it began, in milliseconds since 1970.
    pub started_ms: u64,
    /// When it ended, in milliseconds since 1970.
    pub ended_ms: Option<u64>,
    /// From the observation of its commit to its switch in milliseconds, where a commit caused it.
    pub commit_to_live_ms: Option<u64>,
    /// What came of it.
    pub result: DeploymentResult,
}

/// What came of a deployment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "result")]
pub enum DeploymentResult {
    /// It is under way.
    Running,
    /// It went live.
    Live,
    /// It failed before it went live.
    Failed {
        /// In a sentence.
        because: String,
        /// The last lines of an instance.
        last_lines: Vec<String>,
    },
    /// It went live and was taken back.
    Returned {
        /// In a sentence.
        because: String,
        /// The last lines of an instance.
        last_lines: Vec<String>,
    },
    /// A newer one came first.
    Overtaken,
}

impl State {
    /// Production.
    pub fn production(&self) -> Option<&EnvironmentState> {
        self.environments.get(&EnvironmentName::production())
    }

    /// Whether a release is a worker's: a process that nobody sends requests.
    pub fn is_worker(&self, release: &Release) -> bool {
        let artifact = self.artifacts.get(&release.version.key);
        artifact.is_some_and(|artifact| artifact.serving() == Serving::Worker)
    }

    /// Adds one entry. Entries that are part of it already are passed over, so a fold may be resumed.
    pub fn apply(&mut self, entry: &Entry) {
        if entry.sequence <= self.sequence {
            return;
        }
        self.sequence = entry.sequence;
        self.apply_event(&entry.event, entry.at_ms);
    }

    fn apply_event(&mut self, event: &Event, at_ms: u64) {
        match event {
            Event::ControllerStarted { missing, domain, listen, .. } => {
                self.missing = missing.clone();
                self.domain = domain.clone();
                self.listen = listen.clone();
            }
            Event::EnvironmentAdded { environment, branch } => {
                let awake = environment.is_production();
                let added = EnvironmentState { branch: branch.clone(), awake, ..EnvironmentState::default() };
                self.environments.entry(environment.clone()).or_insert(added);
            }
            Event::EnvironmentRemoved { environment } => {
                self.environments.remove(environment);
            }
            Event::EnvironmentWoken { environment } => {
                let sequence = self.sequence;
                self.with_environment(environment, |state| {
                    state.awake = true;
                    state.woken = sequence;
                });
            }
            Event::EnvironmentSlept { environment, .. } => self.with_environment(environment, |state| {
                state.awake = false;
                state.apps.clear();
            }),
            Event::HeadObserved { environment, number, commit, subject } => {
                self.with_environment(environment, |state| state.observe(*number, commit, subject, at_ms));
            }
            Event::ChangePlanned { environment, number, apps, default_app, not_served, warnings } => {
                let plan = ChangePlan::Known {
                    apps: apps.clone(),
                    default_app: default_app.clone(),
                    not_served: not_served.clone(),
                    warnings: warnings.clone(),
                };
                self.set_plan(environment, *number, plan);
            }
            Event::ChangeRefused { environment, number, problems } => {
                self.set_plan(environment, *number, ChangePlan::Refused { problems: problems.clone() });
            }
            Event::BuildStarted { .. }
            | Event::BuildSucceeded { .. }
            | Event::BuildFailed { .. }
            | Event::BuildReopened { .. }
            | Event::BuildErrored { .. } => self.apply_build(event, at_ms),
            Event::Pinned { version } => {
                self.pins.insert(version.app.clone(), version.key.clone());
                self.forget_failures(&version.app);
            }
            Event::Unpinned { app } => {
                self.pins.remove(app);
                self.forget_failures(app);
            }
            Event::InstanceStarted { release, .. } => *self.instances.entry(release.clone()).or_default() += 1,
            Event::Noticed { environment, app, what } => self.with_app(environment, app, |state| {
                if !state.noticed.contains(what) && state.noticed.len() < MOST_NOTICED {
                    state.noticed.push(what.clone());
                }
            }),
            Event::InstanceEnded { .. } => {}
            Event::SecretSet { name, app, kind, fingerprint } => {
                self.secrets.retain(|secret| (&secret.name, &secret.app, secret.kind) != (name, app, *kind));
                self.secrets.push(Secret {
                    name: name.clone(),
                    app: app.clone(),
                    kind: *kind,
                    fingerprint: fingerprint.clone(),
                });
            }
            Event::ChangeSkipped { environment, app, number, overtaken_by } => {
                self.with_environment(environment, |state| {
                    if let Some(change) = state.changes.iter_mut().find(|change| change.number == *number) {
                        change.skipped.insert(app.clone(), *overtaken_by);
                    }
                });
            }
            _ => self.apply_deployment(event, at_ms),
        }
    }

    fn apply_build(&mut self, event: &Event, at_ms: u64) {
        match event {
            Event::BuildStarted { key, package, app, commit, shown } => {
                let earlier = self.builds.get(key);
                let build = Build {
                    key: key.clone(),
                    package: package.clone(),
                    app: app.clone(),
                    commit: earlier.map_or(commit, |build| &build.commit).clone(),
                    shown: shown.clone(),
                    started_ms: at_ms,
                    errors: earlier.map_or(0, |build| build.errors),
                    outcome: Outcome::Running,
                };
                self.builds.insert(key.clone(), build);
            }
            Event::BuildSucceeded { key, duration_ms, artifact } => {
                self.set_outcome(key, Outcome::Succeeded { duration_ms: *duration_ms });
                if let Some(artifact) = artifact {
                    self.artifacts.entry(key.clone()).or_insert_with(|| (**artifact).clone());
                }
            }
            Event::BuildReopened { key } => drop(self.builds.remove(key)),
            Event::BuildFailed { key, outside, duration_ms, because, hint, last_lines } => {
                let outcome = Outcome::Failed {
                    outside: *outside,
                    duration_ms: *duration_ms,
                    because: because.clone(),
                    hint: hint.clone(),
                    last_lines: last_lines.clone(),
                };
                self.set_outcome(key, outcome);
            }
            Event::BuildErrored { key, because } => {
                let times = self.builds.get_mut(key).map_or(1, |build| {
                    build.errors += 1;
                    build.errors
                });
                self.set_outcome(key, Outcome::Errored { because: because.clone(), times, at_ms });
            }
            _ => {}
        }
    }

    fn apply_deployment(&mut self, event: &Event, at_ms: u64) {
        match event {
            Event::DeploymentStarted { number, release } => self.start_deployment(*number, release, at_ms),
            Event::DeploymentSwitched { environment, app } => {
                if let Some(label) = self.switch(environment, app, at_ms) {
                    self.end_deployment(&label, at_ms, DeploymentResult::Live);
                }
            }
            Event::DeploymentFailed { environment, app, release, because, last_lines } => {
                self.with_app(environment, app, |state| {
                    state.deploying = None;
                    state.failed.insert(release.clone());
                });
                let result = DeploymentResult::Failed { because: because.clone(), last_lines: last_lines.clone() };
                self.end_deployment(release, at_ms, result);
            }
            Event::DeploymentOvertaken { environment, app } => {
                let overtaken = self.with_app(environment, app, |state| state.deploying.take());
                if let Some(deploying) = overtaken {
                    self.end_deployment(&deploying.release.label, at_ms, DeploymentResult::Overtaken);
                }
            }
            Event::DeploymentReturned { environment, app, because, last_lines } => {
                let returned = self.with_app(environment, app, |state| {
                    let failed = state.live.take();
                    state.live = state.fallback.take().map(|fallback| fallback.live);
                    state.failed.extend(failed.as_ref().map(|live| live.release.label.clone()));
                    failed
                });
                if let Some(live) = returned {
                    let result =
                        DeploymentResult::Returned { because: because.clone(), last_lines: last_lines.clone() };
                    self.end_deployment(&live.release.label, at_ms, result);
                }
            }
            Event::FallbackReleased { environment, app } => {
                self.with_app(environment, app, |state| state.fallback = None);
            }
            Event::AppRemoved { environment, app } => self.with_environment(environment, |state| {
                state.apps.remove(app);
            }),
            _ => {}
        }
    }

    fn start_deployment(&mut self, number: u64, release: &Release, at_ms: u64) {
        let app = &release.version.app;
        let change = self
            .environments
            .get(&release.environment)
            .and_then(|state| state.changes.iter().find(|change| change.number == number));
        let pinned = release.environment.is_production() && self.pins.contains_key(app);
        self.deployments.push_back(Deployment {
            environment: release.environment.clone(),
            version: release.version.clone(),
            release: release.label.clone(),
            number,
            commit: change.map(|change| change.commit.clone()),
            pinned,
            started_ms: at_ms,
            ended_ms: None,
            commit_to_live_ms: None,
            result: DeploymentResult::Running,
        });
        while self.deployments.len() > REMEMBERED {
            self.deployments.pop_front();
        }
        let deploying = Deploying { release: release.clone(), number, since_ms: at_ms };
        self.with_app(&release.environment, app, |state| {
            state.deploying = Some(deploying);
            state.noticed.clear();
        });
    }

    fn switch(&mut self, environment: &EnvironmentName, app: &AppName, at_ms: u64) -> Option<Label> {
        let assets: BTreeMap<BuildKey, Digest> =
            self.artifacts.iter().map(|(key, artifact)| (key.clone(), artifact.assets.clone())).collect();
        self.with_app(environment, app, |state| {
            let deploying = state.deploying.take()?;
            let label = deploying.release.label.clone();
            let live = Live { release: deploying.release, number: deploying.number, since_ms: at_ms };
            if let Some(before) = state.live.replace(live) {
                if let Some(digest) = assets.get(&before.release.version.key) {
                    state.kept.retain(|kept| kept != digest);
                    state.kept.insert(0, digest.clone());
                    state.kept.truncate(KEPT_VERSIONS);
                }
                let kept_ms = if environment.is_production() { FALLBACK_MS } else { 0 };
                state.fallback = Some(Fallback { live: before, until_ms: at_ms + kept_ms });
            }
            Some(label)
        })
    }

    fn end_deployment(&mut self, label: &Label, at_ms: u64, result: DeploymentResult) {
        let observed =
            self.deployments.iter().rev().find(|deployment| &deployment.release == label).and_then(|deployment| {
                let state = self.environments.get(&deployment.environment)?;
                state.changes.iter().find(|change| change.number == deployment.number).map(|change| change.observed_ms)
            });
        // What is deployed again, by a secret, an `unpin` or a restart, was not waited for since its commit.
        let is_first =
            self.deployments.iter().rev().find(|deployment| &deployment.release == label).is_some_and(|this| {
                let of_app = self
                    .deployments
                    .iter()
                    .filter(|other| other.environment == this.environment && other.version.app == this.version.app);
                of_app.filter(|other| other.result == DeploymentResult::Live).all(|other| other.number < this.number)
            });
        if let Some(deployment) = self.deployments.iter_mut().rev().find(|deployment| &deployment.release == label) {
            deployment.ended_ms = Some(at_ms);
            if result == DeploymentResult::Live && !deployment.pinned && is_first {
                deployment.commit_to_live_ms = observed.map(|observed| at_ms.saturating_sub(observed));
            }
            deployment.result = result;
        }
    }

    fn forget_failures(&mut self, app: &AppName) {
        self.with_app(&EnvironmentName::production(), app, |state| state.failed.clear());
    }

    fn set_plan(&mut self, environment: &EnvironmentName, number: u64, plan: ChangePlan) {
        self.with_environment(environment, |state| {
            if let Some(change) = state.changes.iter_mut().find(|change| change.number == number) {
                change.plan = plan;
            }
        });
    }

    fn set_outcome(&mut self, key: &BuildKey, outcome: Outcome) {
        if let Some(build) = self.builds.get_mut(key) {
            build.outcome = outcome;
        }
    }

    fn with_environment(&mut self, environment: &EnvironmentName, change: impl FnOnce(&mut EnvironmentState)) {
        if let Some(state) = self.environments.get_mut(environment) {
            change(state);
        }
    }

    fn with_app<T: Default>(
        &mut self,
        environment: &EnvironmentName,
        app: &AppName,
        change: impl FnOnce(&mut AppState) -> T,
    ) -> T {
        match self.environments.get_mut(environment) {
            Some(state) => change(state.apps.entry(app.clone()).or_default()),
            None => T::default(),
        }
    }
}

impl EnvironmentState {
    /// The newest change.
    pub fn head(&self) -> Option<&Change> {
        self.changes.last()
    }

    /// The newest change whose apps are known.
    pub fn newest_known(&self) -> Option<&Change> {
        self.changes.iter().rev().find(|change| change.apps().is_some())
    }

    fn observe(&mut self, number: u64, commit: &CommitId, subject: &str, at_ms: u64) {
        self.changes.push(Change {
            number,
            commit: commit.clone(),
            subject: subject.to_owned(),
            observed_ms: at_ms,
            plan: ChangePlan::Unknown,
            skipped: BTreeMap::new(),
        });
        if self.changes.len() > REMEMBERED {
            self.changes.remove(0);
        }
    }
}

impl Change {
    /// Its apps, if they are known.
    pub fn apps(&self) -> Option<&BTreeMap<AppName, PlannedApp>> {
        match &self.plan {
            ChangePlan::Known { apps, .. } => Some(apps),
            ChangePlan::Unknown | ChangePlan::Refused { .. } => None,
        }
    }
}
