//! What to do next: a pure function from the log's state and what is observed to a short list of steps.
//!
//! Acting on a plan changes what is observed; then it is planned again. A step that was lost is simply
//! planned again, so nothing in between has to be remembered, and a loop after a crash is the same loop.

use std::collections::{BTreeMap, BTreeSet};

use crate::app::App;
use crate::artifact::Start;
use crate::event::{EnvironmentKind, Event};
use crate::id::{BuildKey, InstanceId, Label, Version};
use crate::name::{AppName, EnvironmentName};
use crate::release::{Configuration, Release};
use crate::state::{AppState, Deploying, EnvironmentState, Live, State};

/// How long a release may take until all its instances answer their health check, in milliseconds.
pub const READY_MS: u64 = 60_000;

/// How long requests of a release that is not routed to any more may take to end, in milliseconds.
pub const DRAIN_MS: u64 = 30_000;

/// How long a worker's process must have run without ending until it counts as ready, in milliseconds.
///
/// Nobody can ask a worker how it is. What is wrong with one shows in its first seconds: a module that is missing, a
/// variable that is not set, a database that refuses the connection; Node.js needs a good second of them for itself.
/// One that ends later is taken back like a server that fails soon after its switch.
pub const RUN_IN_MS: u64 = 3_000;

/// The longest pause before an instance that keeps ending is started again, in milliseconds.
const LONGEST_PAUSE_MS: u64 = 30_000;

/// What is seen outside.
#[derive(Clone, Debug, Default)]
pub struct Observed {
    /// Now, in milliseconds since 1970.
    pub now_ms: u64,
    /// Since when this controller works, in milliseconds since 1970.
    pub controller_since_ms: u64,
    /// Every instance that is there.
    pub instances: BTreeMap<InstanceId, ObservedInstance>,
    /// How often instances of a release ended since it was last steady, and when the last did.
    pub restarts: BTreeMap<Label, Restarts>,
    /// What the edge says; none while it is away.
    pub edge: Option<Edge>,
    /// The newest table that was written.
    pub table: Table,
}

/// An instance as the planner needs to know it.
#[derive(Clone, Debug, PartialEq)]
pub struct ObservedInstance {
    /// Its release; none if the log does not know it.
    pub release: Option<Label>,
    /// How it is.
    pub condition: Condition,
    /// The last lines that it wrote, as far as they were asked for.
    pub last_lines: Vec<String>,
}

/// How an instance is.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// It has not answered its health check yet, or as a worker has not run for [`RUN_IN_MS`].
    Starting {
        /// What its health check said last.
        probe: String,
    },
    /// It answers, or as a worker runs.
    Ready,
    /// It answered, and does so no more.
    Unhealthy {
        /// In a sentence.
        because: String,
    },
    /// Its process is gone.
    Ended {
        /// In a sentence.
        because: String,
    },
    /// It was taken away by no fault of its own: its helper was killed, or the machine was started anew.
    Lost,
}

/// How often instances of a release ended.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Restarts {
    /// How often since it was last steady.
    pub count: u32,
    /// When the last ended, in milliseconds since 1970.
    pub last_ms: u64,
}

/// What the edge says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Edge {
    /// The generation that decides for every new request.
    pub generation: u64,
    /// Requests under way by release.
    pub in_flight: BTreeMap<Label, u64>,
}

/// The newest table that was written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// Its generation.
    pub generation: u64,
    /// Releases that it names.
    pub named: BTreeSet<Label>,
    /// Releases that a table named before: the first generation that did not, and when it was written.
    pub unnamed: BTreeMap<Label, (u64, u64)>,
}

/// What to do next.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// In this order.
    pub steps: Vec<Step>,
    /// What is not done yet, and what for.
    pub waiting: Vec<String>,
}

/// One thing to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Append to the log; that is all there is to it.
    Record(Event),
    /// Start an instance (and append that it was).
    Start {
        /// Of this release.
        release: Box<Release>,
        /// Under this id.
        instance: InstanceId,
    },
    /// Stop an instance and remove what is left of it.
    Stop {
        /// The instance.
        instance: InstanceId,
    },
}

/// What should be live.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// The change that wants it.
    pub number: u64,
    /// The release.
    pub release: Release,
}

/// Plans the next steps for everything that runs.
pub fn plan(state: &State, observed: &Observed) -> Plan {
    let mut planner = Planner { state, observed, plan: Plan::default() };
    for (name, environment) in &state.environments {
        if environment.awake {
            planner.environment(name, environment);
        }
    }
    planner.strays();
    planner.plan
}

/// The release that should answer for `app` in an environment: its pin if there is one, else the version of the
/// newest change whose build of it succeeded; of either only a release that did not fail.
pub fn target(state: &State, name: &EnvironmentName, environment: &EnvironmentState, app: &AppName) -> Option<Target> {
    let newest = environment.newest_known()?;
    let planned = newest.apps()?.get(app)?;
    let failed = environment.apps.get(app).map(|state| &state.failed);
    let release = |app_now: &App, key: &BuildKey| {
        let artifact = state.artifacts.get(key)?;
        let version = Version { app: app.clone(), key: key.clone() };
        Some(Release::new(name.clone(), version, configuration(state, name, app_now, &artifact.start)))
    };
    let usable = |release: &Release| failed.is_none_or(|failed| !failed.contains(&release.label));
    if name.is_production()
        && let Some(key) = state.pins.get(app)
    {
        let pinned = release(&planned.app, key).filter(usable);
        return pinned.map(|release| Target { number: newest.number, release });
    }
    environment.changes.iter().rev().find_map(|change| {
        let planned = change.apps()?.get(app)?;
        let release = release(&planned.app, &planned.key).filter(usable)?;
        Some(Target { number: change.number, release })
    })
}

/// The runtime configuration of an app in an environment; `start` is how its artifact is started.
pub fn configuration(state: &State, environment: &EnvironmentName, app: &App, start: &Start) -> Configuration {
    let kind = EnvironmentKind::of(environment);
    let values =
        app.env.iter().filter_map(|(name, value)| Some((name.clone(), value.value_in(environment)?.to_owned())));
    let given = |secret: &&crate::state::Secret| {
        secret.kind == kind && secret.app.as_ref().is_none_or(|only| only == &app.name)
    };
    // Secrets of one app come after those of every app, so that they win.
    let mut secrets: Vec<_> = state.secrets.iter().filter(given).collect();
    secrets.sort_by_key(|secret| secret.app.is_some());
    Configuration {
        env: values.collect(),
        secrets: secrets.into_iter().map(|secret| (secret.name.clone(), secret.fingerprint.clone())).collect(),
        resources: app.resources,
        instances: if *start == Start::Static { 0 } else { app.instances },
        network: app.network,
        health: app.health.clone(),
    }
}

struct Planner<'a> {
    state: &'a State,
    observed: &'a Observed,
    plan: Plan,
}

impl<'a> Planner<'a> {
    fn environment(&mut self, name: &EnvironmentName, environment: &EnvironmentState) {
        let planned = environment.newest_known().and_then(|change| change.apps());
        let wanted: BTreeSet<&AppName> = planned.into_iter().flatten().map(|(app, _)| app).collect();
        for app in environment.apps.keys().filter(|app| planned.is_some() && !wanted.contains(app)) {
            self.record(Event::AppRemoved { environment: name.clone(), app: app.clone() });
        }
        for app in wanted {
            let nothing = AppState::default();
            let running = environment.apps.get(app).unwrap_or(&nothing);
            let target = target(self.state, name, environment, app);
            self.app(name, environment, app, running, target);
        }
    }

    fn app(
        &mut self,
        name: &EnvironmentName,
        environment: &EnvironmentState,
        app: &AppName,
        running: &AppState,
        target: Option<Target>,
    ) {
        if let Some(live) = &running.live {
            self.keep_live(name, app, running, live);
        }
        match (&running.deploying, target) {
            (Some(deploying), Some(target)) if deploying.release.label == target.release.label => {
                self.go_on(name, app, deploying);
            }
            (Some(_), _) => {
                self.record(Event::DeploymentOvertaken { environment: name.clone(), app: app.clone() });
            }
            (None, Some(target)) if !is_live(running, &target.release.label) => {
                self.skip(name, environment, app, running, &target);
                let release = Box::new(target.release);
                self.record(Event::DeploymentStarted { number: target.number, release });
            }
            (None, _) => {}
        }
    }

    /// A deployment that is under way: start what is missing, switch when all are ready, fail when one ended.
    fn go_on(&mut self, name: &EnvironmentName, app: &AppName, deploying: &Deploying) {
        let release = &deploying.release;
        if let Some((because, last_lines)) = self.trouble(&release.label).or_else(|| self.too_late(deploying)) {
            let (environment, app, release) = (name.clone(), app.clone(), release.label.clone());
            self.record(Event::DeploymentFailed { environment, app, release, because, last_lines });
            return;
        }
        self.bury(&release.label);
        self.start_missing(release);
        let ready = self.count(&release.label, |condition| *condition == Condition::Ready);
        if ready >= release.configuration.instances {
            self.record(Event::DeploymentSwitched { environment: name.clone(), app: app.clone() });
        } else {
            let wanted = release.configuration.instances;
            self.plan.waiting.push(format!("`{}` in {name}: {ready} of {wanted} instances are ready", release.version));
        }
    }

    /// What is live: give back to the release before if it fails early, else replace what ended. A server before it is
    /// kept ready for that; a worker was stopped at the switch, and is started again.
    fn keep_live(&mut self, name: &EnvironmentName, app: &AppName, running: &AppState, live: &Live) {
        let label = &live.release.label;
        let in_window = running.fallback.as_ref().filter(|fallback| self.observed.now_ms < fallback.until_ms);
        if in_window.is_some()
            && let Some((because, last_lines)) = self.trouble(label)
        {
            let (environment, app) = (name.clone(), app.clone());
            self.record(Event::DeploymentReturned { environment, app, because, last_lines });
            return;
        }
        self.bury(label);
        if let Some(fallback) = running.fallback.as_ref().filter(|fallback| !self.is_worker(&fallback.live)) {
            self.bury(&fallback.live.release.label);
        }
        if running.fallback.is_some() && in_window.is_none() {
            self.record(Event::FallbackReleased { environment: name.clone(), app: app.clone() });
        }
        if self.may_restart(label) {
            self.start_missing(&live.release);
        } else {
            self.plan.waiting.push(format!("`{}` in {name}: pausing before it is started again", live.release.version));
        }
    }

    fn skip(
        &mut self,
        name: &EnvironmentName,
        environment: &EnvironmentState,
        app: &AppName,
        running: &AppState,
        target: &Target,
    ) {
        let since = running.live.as_ref().map_or(target.number, |live| live.number);
        let between =
            environment.changes.iter().filter(|change| change.number > since && change.number < target.number);
        for change in between {
            let Some(planned) = change.apps().and_then(|apps| apps.get(app)) else { continue };
            let affected = !planned.reasons.is_empty() && planned.key != target.release.version.key;
            if affected && self.state.artifacts.contains_key(&planned.key) && !change.skipped.contains_key(app) {
                self.record(Event::ChangeSkipped {
                    environment: name.clone(),
                    app: app.clone(),
                    number: change.number,
                    overtaken_by: target.number,
                });
            }
        }
    }

    /// Instances that nothing wants: stopped as soon as nobody can be sent to them.
    fn strays(&mut self) {
        let wanted = wanted(self.state);
        for (instance, observed) in &self.observed.instances {
            match &observed.release {
                Some(label) if wanted.contains(label) => {}
                Some(label) if !self.is_drained(label) => {
                    self.plan.waiting.push(format!("`{instance}` is draining"));
                }
                _ => self.plan.steps.push(Step::Stop { instance: instance.clone() }),
            }
        }
    }

    fn is_drained(&self, label: &Label) -> bool {
        let table = &self.observed.table;
        if table.named.contains(label) {
            return false;
        }
        let Some((generation, written_ms)) = table.unnamed.get(label) else { return true };
        let late = self.observed.now_ms >= written_ms + DRAIN_MS;
        let Some(edge) = &self.observed.edge else { return late };
        edge.generation >= *generation && (late || !edge.in_flight.contains_key(label))
    }

    fn start_missing(&mut self, release: &Release) {
        let there =
            self.count(&release.label, |condition| matches!(condition, Condition::Starting { .. } | Condition::Ready));
        let used = self.state.instances.get(&release.label).copied().unwrap_or(0);
        for number in 1..=release.configuration.instances.saturating_sub(there) {
            let instance = InstanceId::of(&release.label, used + number);
            self.plan.steps.push(Step::Start { release: Box::new(release.clone()), instance });
        }
        self.stop_surplus(release, there.saturating_sub(release.configuration.instances));
    }

    /// A start whose answer was lost was made again under another id, and then both are there. The later ones that
    /// nobody can be sent to yet go.
    fn stop_surplus(&mut self, release: &Release, surplus: u32) {
        let is_starting = |observed: &ObservedInstance| matches!(observed.condition, Condition::Starting { .. });
        let starting: Vec<_> = self.of(&release.label).filter(|(_, observed)| is_starting(observed)).collect();
        let surplus = usize::try_from(surplus).unwrap_or(usize::MAX);
        let stops = starting.into_iter().rev().take(surplus);
        self.plan.steps.extend(stops.map(|(instance, _)| Step::Stop { instance: instance.clone() }));
    }

    /// Removes instances that ended, are unhealthy or were lost, so that others are started. One that is unhealthy stays
    /// until another answers: it may only be slow, and a slow answer is better than none.
    fn bury(&mut self, label: &Label) {
        let is_answered = self.count(label, |condition| *condition == Condition::Ready) > 0;
        let is_replaced = |condition: &Condition| is_answered || !matches!(condition, Condition::Unhealthy { .. });
        for (instance, observed) in self.of(label).filter(|(_, observed)| is_replaced(&observed.condition)) {
            if let Some(because) = ending(&observed.condition) {
                let (because, last_lines) = (because.to_owned(), observed.last_lines.clone());
                let ended = Event::InstanceEnded { instance: instance.clone(), because, last_lines };
                self.plan.steps.push(Step::Record(ended));
                self.plan.steps.push(Step::Stop { instance: instance.clone() });
            }
        }
    }

    fn trouble(&self, label: &Label) -> Option<(String, Vec<String>)> {
        self.of(label).find_map(|(_, observed)| match &observed.condition {
            Condition::Ended { because } | Condition::Unhealthy { because } => {
                Some((because.clone(), observed.last_lines.clone()))
            }
            Condition::Starting { .. } | Condition::Ready | Condition::Lost => None,
        })
    }

    fn too_late(&self, deploying: &Deploying) -> Option<(String, Vec<String>)> {
        let since_ms = deploying.since_ms.max(self.observed.controller_since_ms);
        if self.observed.now_ms < since_ms + READY_MS {
            return None;
        }
        let unready = self.of(&deploying.release.label).find_map(|(_, observed)| match &observed.condition {
            Condition::Starting { probe } => Some((probe.as_str(), observed.last_lines.clone())),
            _ => None,
        });
        let (probe, last_lines) = unready.unwrap_or(("no instance could be started", Vec::new()));
        Some((format!("it did not become healthy within {} s: {probe}", READY_MS / 1000), last_lines))
    }

    fn is_worker(&self, live: &Live) -> bool {
        self.state.is_worker(&live.release)
    }

    fn may_restart(&self, label: &Label) -> bool {
        let Some(restarts) = self.observed.restarts.get(label).filter(|restarts| restarts.count > 0) else {
            return true;
        };
        let pause_ms = LONGEST_PAUSE_MS.min(1000 << (restarts.count - 1).min(5));
        self.observed.now_ms >= restarts.last_ms + pause_ms
    }

    fn count(&self, label: &Label, is: impl Fn(&Condition) -> bool) -> u32 {
        let count = self.of(label).filter(|(_, observed)| is(&observed.condition)).count();
        u32::try_from(count).expect("nobody runs four billion instances")
    }

    fn of<'l>(&self, label: &'l Label) -> impl Iterator<Item = (&'a InstanceId, &'a ObservedInstance)> + use<'a, 'l> {
        self.observed.instances.iter().filter(move |(_, observed)| observed.release.as_ref() == Some(label))
    }

    fn record(&mut self, event: Event) {
        self.plan.steps.push(Step::Record(event));
    }
}

/// Why an instance is to be replaced, if it is.
fn ending(condition: &Condition) -> Option<&str> {
    match condition {
        Condition::Ended { because } | Condition::Unhealthy { because } => Some(because),
        Condition::Lost => Some("its helper is gone"),
        Condition::Starting { .. } | Condition::Ready => None,
    }
}

/// Releases whose instances should run: live, kept ready, or being deployed. A worker is not kept: it would go on
/// taking work beside the one that replaced it.
pub fn wanted(state: &State) -> BTreeSet<&Label> {
    let awake = state.environments.values().filter(|environment| environment.awake);
    awake.flat_map(|environment| environment.apps.values()).flat_map(|app| labels(state, app)).collect()
}

fn labels<'a>(state: &'a State, app: &'a AppState) -> impl Iterator<Item = &'a Label> {
    let live = app.live.iter().map(|live| &live.release);
    let fallback = app.fallback.iter().map(|fallback| &fallback.live.release);
    let fallback = fallback.filter(|release| !state.is_worker(release));
    let deploying = app.deploying.iter().map(|deploying| &deploying.release);
    live.chain(fallback).chain(deploying).map(|release| &release.label)
}

fn is_live(running: &AppState, label: &Label) -> bool {
    running.live.as_ref().is_some_and(|live| &live.release.label == label)
}

#[cfg(test)]
mod tests;
