//! The one task that owns the state: it waits for an input, records what it means, plans and lets others act.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

use api::control::{Answer, Request};
use api::nudge::ToController;
use api::status::{self, Report};
use api::table::RouteTable;
use engine::{BuildFailure, Built, Error, InstanceSpec, ObservedInstance, Probe, Progress};
use model::plan::{self, Condition, Observed, Step};
use model::state::{Change, ChangePlan};
use model::{
    Actor, BuildKey, CommitId, Entry, EnvironmentKind, EnvironmentName, Event, InstanceId, PlannedApp, Release, State,
    Task,
};
use store::{Store, StoreError};
use tokio::sync::{mpsc, oneshot};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::Instant;

use crate::builds::{self, Queue};
use crate::instances::Instances;
use crate::refs::{self, Seen};
use crate::world::{Analysis, AnalysisRequest, Base, Commit, Refs, Refusal, Secrets, World};
use crate::{commands, secrets, table, words};

/// How often it looks without being nudged.
const TICK: Duration = Duration::from_millis(100);

/// How often instances are listed and the edge is asked.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// How often refs are read.
const REFS_EVERY: Duration = Duration::from_millis(50);

/// How often a starting instance is asked whether it is ready.
const PROBE_STARTING: Duration = Duration::from_millis(50);

/// How often one is that answers, but by an error.
const PROBE_FAILING: Duration = Duration::from_secs(1);

/// How often a ready instance is asked whether it still is.
const PROBE_READY: Duration = Duration::from_secs(5);

/// How often the last lines of an instance that is not healthy are read.
const LINES_EVERY: Duration = Duration::from_secs(2);

/// The longest pause before an analysis that came to nothing is tried again, in milliseconds.
const LONGEST_PAUSE_MS: u64 = 60_000;

/// How long a health check waits for its answer.
const PROBE_PATIENCE: Duration = Duration::from_secs(5);

/// How long an instance may take to end by itself.
const GRACE: Duration = Duration::from_secs(5);

/// How often all instances are removed at the end, until none is listed any more.
const REMOVAL_ROUNDS: u32 = 10;

/// How many last lines of an instance are shown when it ended.
const LAST_LINES: usize = 30;

/// What a controller is told besides its world.
#[derive(Clone, Debug)]
pub struct Options {
    /// The version of Frontage.
    pub frontage: String,
    /// The domain of the site in production.
    pub domain: String,
    /// The address that the edge listens on.
    pub listen: String,
    /// Protections that this machine does not give, in words.
    pub missing: Vec<String>,
    /// How many builds at once.
    pub builds_at_once: usize,
    /// Where what it sees, does and waits for is kept for people; nowhere if none.
    pub report: Option<PathBuf>,
    /// Now, in milliseconds since 1970; from then on the runtime's clock counts.
    pub now_ms: u64,
}

/// Something that the state's owner is told.
#[derive(Debug)]
pub enum Input {
    /// The refs as they are, and production's commits that are new.
    Refs(Result<(Refs, Vec<Commit>), Error>),
    /// A change was analysed.
    Analysed(EnvironmentName, u64, Result<Analysis, Refusal>),
    /// A build has news.
    Progress(BuildKey, Progress),
    /// A build ended.
    Built(BuildKey, Instant, Result<Built, BuildFailure>),
    /// Instances were listed.
    Listed(u64, Result<Vec<ObservedInstance>, Error>),
    /// A health check was made.
    Probed(InstanceId, Probe),
    /// A worker has run for as long as it takes to believe that it does.
    RanIn(InstanceId),
    /// Something that a person should know of an app was seen.
    Noticed(Event),
    /// The last lines that an instance wrote.
    LastLines(InstanceId, Vec<String>),
    /// A call to start an instance came back.
    Started(InstanceId, Box<Release>, Result<(), Error>),
    /// A call to remove an instance came back.
    Removed(InstanceId, Result<(), Error>),
    /// The edge said something.
    Edge(ToController),
    /// The edge is away.
    EdgeAway,
    /// A command was given.
    Command(Request, oneshot::Sender<Answer>),
}

/// What a person may be shown of what happens.
#[derive(Clone, Debug)]
pub enum Notice {
    /// An entry of the log, and the state after it.
    Entry(Box<Entry>),
    /// News of a build.
    Progress {
        /// The build.
        key: BuildKey,
        /// Its package.
        package: String,
        /// The news.
        progress: Progress,
    },
    /// Trouble of the platform itself; said once, until it is over.
    Trouble(String),
    /// The edge serves this generation.
    Serving(u64),
}

/// The owner of the state.
pub struct Controller {
    options: Options,
    world: World,
    store: Store,
    inputs: mpsc::UnboundedReceiver<Input>,
    sender: mpsc::UnboundedSender<Input>,
    notices: mpsc::UnboundedSender<Notice>,
    started: Instant,
    refs: Option<Refs>,
    seen: Seen,
    reading_refs: bool,
    analysing: Option<(EnvironmentName, u64)>,
    /// Changes whose analysis came to nothing: how often, and when it is tried again.
    pausing: BTreeMap<(EnvironmentName, u64), (u32, u64)>,
    queue: Queue,
    instances: Instances,
    listing: bool,
    looked: Option<Instant>,
    probes: BTreeMap<InstanceId, AbortHandle>,
    edge: Option<plan::Edge>,
    table: plan::Table,
    published: Option<RouteTable>,
    trouble: BTreeMap<&'static str, String>,
    reported: Option<Report>,
    acting: JoinSet<()>,
    stopping: bool,
}

impl Controller {
    /// A controller over an opened store.
    pub fn new(options: Options, world: World, store: Store, notices: mpsc::UnboundedSender<Notice>) -> Controller {
        let (sender, inputs) = mpsc::unbounded_channel();
        let published = world.edge.published();
        let instances = Instances::adopting(published.as_ref());
        let table = published.as_ref().map_or_else(plan::Table::default, |table| plan::Table {
            generation: table.generation,
            named: table::labels(table),
            unnamed: BTreeMap::new(),
        });
        Controller {
            options,
            world,
            store,
            inputs,
            sender,
            notices,
            started: Instant::now(),
            refs: None,
            seen: Seen::new(),
            reading_refs: false,
            analysing: None,
            pausing: BTreeMap::new(),
            queue: Queue::default(),
            instances,
            listing: false,
            looked: None,
            probes: BTreeMap::new(),
            edge: None,
            table,
            published,
            trouble: BTreeMap::new(),
            reported: None,
            acting: JoinSet::new(),
            stopping: false,
        }
    }

    /// Where inputs from outside go: the edge's words, commands.
    pub fn sender(&self) -> mpsc::UnboundedSender<Input> {
        self.sender.clone()
    }

    /// The state after the last entry.
    pub fn state(&self) -> &State {
        self.store.state()
    }

    /// Works until `down` is asked for or `stop` is ready; then everything that runs is drained and ended.
    ///
    /// # Errors
    /// If the log cannot be written: nothing can be decided then. What runs goes on running.
    pub async fn run(mut self, stop: impl Future<Output = ()>) -> Result<(), StoreError> {
        self.record(Actor::Controller, self.begin())?;
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut refs_tick = tokio::time::interval(REFS_EVERY);
        refs_tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        tokio::pin!(stop);
        while !self.stopping {
            tokio::select! {
                () = &mut stop => break,
                _ = tick.tick() => {}
                _ = refs_tick.tick() => {
                    self.look_at_refs();
                    continue;
                }
                Some(input) = self.inputs.recv() => {
                    self.apply(input)?;
                    while let Ok(input) = self.inputs.try_recv() {
                        self.apply(input)?;
                    }
                }
                Some(_) = self.acting.join_next() => continue,
            }
            self.turn()?;
        }
        self.end().await;
        Ok(())
    }

    fn begin(&self) -> Event {
        Event::ControllerStarted {
            frontage: self.options.frontage.clone(),
            missing: self.options.missing.clone(),
            domain: self.options.domain.clone(),
            listen: self.options.listen.clone(),
        }
    }

    /// Takes one input into what is known. Never waits.
    fn apply(&mut self, input: Input) -> Result<(), StoreError> {
        match input {
            Input::Refs(result) => self.apply_refs(result)?,
            Input::Analysed(environment, number, result) => self.apply_analysis(environment, number, result)?,
            Input::Progress(key, progress) => self.show_progress(key, progress),
            Input::Built(key, since, result) => self.apply_build(&key, since, result)?,
            Input::Listed(number, result) => self.apply_listing(number, result),
            Input::Probed(instance, probe) => {
                self.instances.probed(&instance, &probe);
            }
            Input::RanIn(instance) => self.instances.ran_in(&instance),
            Input::Noticed(event) => self.record(Actor::Controller, event)?,
            Input::LastLines(instance, lines) => self.instances.last_lines(&instance, lines),
            Input::Started(instance, release, result) => {
                let now_ms = self.now_ms();
                let result = result.map_err(|error| (error.remedy() != engine::Remedy::ChangeRequest, chain(&error)));
                self.tell_trouble("starting an instance", result.as_ref().err().map(|(_, because)| because.clone()));
                if result.is_err() {
                    self.stop_probe(&instance);
                }
                self.instances.started(&instance, &release.label, now_ms, result);
            }
            Input::Removed(instance, result) => {
                self.tell_trouble("removing an instance", result.as_ref().err().map(chain));
                // A listing from before may have begun to ask it.
                self.stop_probe(&instance);
                self.instances.removed(&instance, result.is_ok());
            }
            Input::Edge(said) => self.apply_edge(said)?,
            Input::EdgeAway => self.edge = None,
            Input::Command(request, answer) => {
                let said = self.command(request)?;
                // Whoever asked may have gone; what was done is in the log.
                let _ = answer.send(said);
            }
        }
        Ok(())
    }

    /// One turn: look, plan, act. It takes no input: nudged or due, it does the same.
    fn turn(&mut self) -> Result<(), StoreError> {
        self.look();
        self.start_analysis();
        self.start_builds()?;
        if self.instances.are_known() && !self.stopping {
            self.plan_and_act()?;
            self.publish();
        }
        self.report();
        Ok(())
    }

    fn look(&mut self) {
        if self.looked.is_some_and(|looked| looked.elapsed() < LOOK_EVERY) {
            return;
        }
        self.looked = Some(Instant::now());
        self.world.edge.ask();
        if !self.listing {
            self.listing = true;
            let number = self.instances.begin_listing();
            let runtime = self.world.runtime.clone();
            self.act(async move { Input::Listed(number, runtime.list().await) });
        }
    }

    fn look_at_refs(&mut self) {
        if std::mem::replace(&mut self.reading_refs, true) {
            return;
        }
        let source = self.world.source.clone();
        let last = self.state().production().and_then(|production| production.head()).map(|head| head.commit.clone());
        self.act(async move {
            let read = async {
                let refs = source.refs().await?;
                let commits = match refs.branches.get(&refs.production) {
                    Some(head) if Some(&head.commit) != last.as_ref() => {
                        source.commits(last.as_ref(), &head.commit).await?
                    }
                    _ => Vec::new(),
                };
                Ok((refs, commits))
            };
            Input::Refs(read.await)
        });
    }

    fn apply_refs(&mut self, result: Result<(Refs, Vec<Commit>), Error>) -> Result<(), StoreError> {
        self.reading_refs = false;
        let (read, commits) = match result {
            Ok(read) => read,
            Err(error) => {
                self.tell_trouble("reading refs", Some(chain(&error)));
                return Ok(());
            }
        };
        self.tell_trouble("reading refs", None);
        let mut events = refs::production(self.state(), &read, &commits);
        events.extend(refs::previews(self.state(), &read, &self.seen, self.now_ms() / 1000));
        if self.state().production().and_then(|production| production.newest_known()).is_some() {
            self.seen = read.branches.iter().map(|(name, branch)| (name.clone(), branch.commit.clone())).collect();
        }
        self.refs = Some(read);
        for event in events {
            self.record(Actor::Refs, event)?;
        }
        Ok(())
    }

    /// One analysis at a time: production's changes in order first, then each preview's newest.
    fn start_analysis(&mut self) {
        if self.analysing.is_some() || self.stopping {
            return;
        }
        let Some((environment, number, request)) = self.next_analysis() else { return };
        self.analysing = Some((environment.clone(), number));
        let source = self.world.source.clone();
        self.act(async move { Input::Analysed(environment, number, source.analyse(request).await) });
    }

    fn next_analysis(&self) -> Option<(EnvironmentName, u64, AnalysisRequest)> {
        let production = EnvironmentName::production();
        let state = self.state().production()?;
        // Production's changes in their order: one that pauses is waited for, and nobody else has to.
        let next = state.changes.iter().find(|change| self.needs_analysis(change));
        if let Some(change) = next.filter(|change| !self.is_pausing(&production, change.number)) {
            let base = Base::LastBuilt(last_built(self.state(), change.number));
            return Some((production, change.number, request(change, EnvironmentKind::Production, base)));
        }
        let head = self.refs.as_ref().and_then(|refs| refs.branches.get(&refs.production))?;
        let previews =
            self.state().environments.iter().filter(|(name, preview)| !name.is_production() && preview.awake);
        previews.into_iter().find_map(|(name, preview)| {
            let change = preview.head().filter(|change| self.needs_analysis(change))?;
            if self.is_pausing(name, change.number) {
                return None;
            }
            let base = Base::MergeBase(head.commit.clone());
            Some((name.clone(), change.number, request(change, EnvironmentKind::Preview, base)))
        })
    }

    fn is_pausing(&self, environment: &EnvironmentName, number: u64) -> bool {
        let known = self.pausing.get(&(environment.clone(), number));
        known.is_some_and(|(_, until_ms)| self.now_ms() < *until_ms)
    }

    /// Whether a change's apps are unknown, or it wants builds whose tasks nobody holds (after a restart).
    fn needs_analysis(&self, change: &Change) -> bool {
        match &change.plan {
            ChangePlan::Unknown => true,
            ChangePlan::Refused { .. } => false,
            ChangePlan::Known { .. } => builds::open_keys(self.state(), change).any(|key| !self.queue.holds(key)),
        }
    }

    fn apply_analysis(
        &mut self,
        environment: EnvironmentName,
        number: u64,
        result: Result<Analysis, Refusal>,
    ) -> Result<(), StoreError> {
        self.analysing = None;
        let change = (environment.clone(), number);
        if matches!(result, Err(Refusal::Error(_))) {
            let times = self.pausing.get(&change).map_or(1, |(times, _)| times + 1);
            let pause_ms = LONGEST_PAUSE_MS.min(500 << times.min(10));
            self.pausing.insert(change, (times, self.now_ms() + pause_ms));
        } else {
            self.pausing.remove(&change);
        }
        match result {
            Ok(analysis) => {
                let analysis = self.with_those_set_aside(&environment, number, analysis);
                let Analysis { apps, default_app, not_served, tasks, warnings, .. } = analysis;
                let plan = ChangePlan::Known { apps, default_app, not_served, warnings };
                let known = self.state().environments.get(&environment).and_then(|state| {
                    state.changes.iter().find(|change| change.number == number).map(|change| change.plan == plan)
                });
                let ChangePlan::Known { apps, default_app, not_served, warnings } = plan else { return Ok(()) };
                if known == Some(false) {
                    let environment = environment.clone();
                    let event = Event::ChangePlanned { environment, number, apps, default_app, not_served, warnings };
                    self.record(Actor::Controller, event)?;
                    for key in builds::reopened(self.state(), &tasks) {
                        self.record(Actor::Controller, Event::BuildReopened { key })?;
                    }
                }
                if known.is_some() {
                    self.queue.add(self.store.state(), &environment, number, tasks);
                }
                self.tell_trouble("analysing a commit", None);
            }
            Err(Refusal::Commit(problems)) => {
                self.record(Actor::Controller, Event::ChangeRefused { environment, number, problems })?;
            }
            Err(Refusal::Error(error)) => self.tell_trouble("analysing a commit", Some(chain(&error))),
        }
        Ok(())
    }

    /// Apps of folders that a commit makes unusable stay as they were: what is live stays live.
    fn with_those_set_aside(&self, environment: &EnvironmentName, number: u64, mut analysis: Analysis) -> Analysis {
        let changes = self.state().environments.get(environment).map(|state| &state.changes);
        let before = || changes.into_iter().flatten().rev().filter(|change| change.number < number);
        let Some(newest) = before().find(|change| change.apps().is_some()) else { return analysis };
        for (app, planned) in newest.apps().into_iter().flatten() {
            let is_aside = analysis.set_aside.iter().any(|folder| folder.holds(planned.app.path.as_str()));
            if !is_aside || analysis.apps.contains_key(app) {
                continue;
            }
            // Nobody holds the tasks of a build that has not ended.
            let planned = before().filter_map(|change| change.apps()?.get(app));
            let Some(planned) = planned.into_iter().find(|planned| !builds::is_open(self.state(), &planned.key)) else {
                continue;
            };
            analysis.apps.insert(app.clone(), PlannedApp { reasons: Vec::new(), ..planned.clone() });
            if let ChangePlan::Known { default_app, .. } = &newest.plan
                && default_app.as_ref() == Some(app)
            {
                analysis.default_app.clone_from(default_app);
            }
        }
        analysis
    }

    fn start_builds(&mut self) -> Result<(), StoreError> {
        self.queue.forget_unwanted(&self.wanted_keys());
        for doomed in self.queue.take_doomed(self.store.state()) {
            self.start_record(&doomed.task)?;
            let because = format!("the build of `{}`, which it needs, failed", doomed.package);
            let event = Event::BuildFailed {
                key: doomed.task.key,
                outside: true,
                duration_ms: 0,
                because,
                hint: None,
                last_lines: Vec::new(),
            };
            self.record(Actor::Controller, event)?;
        }
        let now_ms = self.now_ms();
        for task in self.queue.start(self.store.state(), self.options.builds_at_once, now_ms) {
            self.start_record(&task)?;
            self.start_build(task);
        }
        Ok(())
    }

    fn start_record(&mut self, task: &Task) -> Result<(), StoreError> {
        let app = match &task.kind {
            model::TaskKind::App { app, .. } => Some(app.name.clone()),
            model::TaskKind::Package => None,
        };
        let (key, package, commit) = (task.key.clone(), task.package.clone(), task.commit.clone());
        let shown = task.shown_digest();
        self.record(Actor::Controller, Event::BuildStarted { key, package, app, commit, shown })
    }

    fn start_build(&mut self, task: Task) {
        let builder = self.world.builder.clone();
        let inputs = self.sender.clone();
        self.act(async move {
            let (progress, mut news) = mpsc::unbounded_channel();
            let key = task.key.clone();
            let since = Instant::now();
            let forward = async {
                while let Some(progress) = news.recv().await {
                    let _ = inputs.send(Input::Progress(key.clone(), progress));
                }
            };
            let (result, ()) = tokio::join!(builder.build(&task, progress), forward);
            Input::Built(key, since, result)
        });
    }

    /// Every build that some change wants: all of production's, the newest of each preview that is awake.
    fn wanted_keys(&self) -> BTreeSet<BuildKey> {
        let state = self.state();
        let mut wanted = BTreeSet::new();
        for (name, environment) in state.environments.iter().filter(|(_, environment)| environment.awake) {
            let skipped = if name.is_production() { 0 } else { environment.changes.len().saturating_sub(1) };
            for change in environment.changes.iter().skip(skipped) {
                wanted.extend(builds::open_keys(state, change).cloned());
            }
        }
        wanted
    }

    fn show_progress(&self, key: BuildKey, progress: Progress) {
        if let Some(build) = self.state().builds.get(&key) {
            self.notify(Notice::Progress { package: build.package.clone(), key, progress });
        }
    }

    fn apply_build(
        &mut self,
        key: &BuildKey,
        since: Instant,
        result: Result<Built, BuildFailure>,
    ) -> Result<(), StoreError> {
        let key = key.clone();
        let duration_ms = u64::try_from(since.elapsed().as_millis()).expect("no build lasts for aeons");
        let event = match result {
            Ok(Built::Output) => Event::BuildSucceeded { key: key.clone(), duration_ms, artifact: None },
            Ok(Built::Artifact(artifact)) => {
                Event::BuildSucceeded { key: key.clone(), duration_ms, artifact: Some(artifact) }
            }
            Err(BuildFailure::Failed { outside, because, hint, last_lines, .. }) => {
                Event::BuildFailed { key: key.clone(), outside, duration_ms, because, hint, last_lines }
            }
            Err(BuildFailure::Error(error)) => Event::BuildErrored { key: key.clone(), because: chain(&error) },
        };
        self.record(Actor::Controller, event)?;
        self.queue.ended(self.store.state(), &key);
        Ok(())
    }

    fn apply_listing(&mut self, number: u64, result: Result<Vec<ObservedInstance>, Error>) {
        self.listing = false;
        let listed = match result {
            Ok(listed) => listed,
            Err(error) => return self.tell_trouble("listing instances", Some(chain(&error))),
        };
        self.tell_trouble("listing instances", None);
        let news = self.instances.listed(number, listed);
        for instance in news.running {
            self.probe(instance);
        }
        for instance in news.ended {
            self.stop_probe(&instance);
            let release = self.release_of(&instance);
            let (runtime, secrets) = (self.world.runtime.clone(), self.world.secrets.clone());
            self.act(async move {
                let lines = last_lines(&*runtime, &*secrets, &instance, release.as_ref()).await;
                Input::LastLines(instance, lines)
            });
        }
    }

    /// Looks after an instance from now on: a server is asked for its health, of a worker is seen that it stays.
    fn probe(&mut self, instance: InstanceId) {
        let Some(release) = self.release_of(&instance) else { return };
        if self.state().is_worker(&release) {
            self.instances.is_worker(&instance);
            let (inputs, id) = (self.sender.clone(), instance.clone());
            let handle = self.acting.spawn(async move {
                tokio::time::sleep(Duration::from_millis(plan::RUN_IN_MS)).await;
                let _ = inputs.send(Input::RanIn(id));
            });
            self.probes.insert(instance, handle);
            return;
        }
        let host = table::app_host(self.state(), &release.environment, &release.version.app);
        let site = table::site(self.state(), &release.environment);
        let routes = self.routes_of(&release);
        let (runtime, secrets) = (self.world.runtime.clone(), self.world.secrets.clone());
        let inputs = self.sender.clone();
        let id = instance.clone();
        let handle = self.acting.spawn(async move {
            let mut asked_routes = false;
            let mut told = Instant::now();
            loop {
                let probe = runtime.probe(&id, &release.configuration.health, &host, PROBE_PATIENCE).await;
                let healthy = matches!(probe, Probe::Answered(status) if status < 500);
                let pause = match probe {
                    Probe::Answered(_) if healthy => PROBE_READY,
                    Probe::Answered(_) => PROBE_FAILING,
                    _ => PROBE_STARTING,
                };
                if healthy && !asked_routes {
                    asked_routes = true;
                    let mut noticed = ask_routes(&*runtime, &id, &routes, &site).await;
                    noticed.extend(own_port(&*runtime, &id).await);
                    for what in noticed {
                        let (environment, app) = (release.environment.clone(), release.version.app.clone());
                        let _ = inputs.send(Input::Noticed(Event::Noticed { environment, app, what }));
                    }
                }
                if !healthy && told.elapsed() >= LINES_EVERY {
                    told = Instant::now();
                    let lines = last_lines(&*runtime, &*secrets, &id, Some(&release)).await;
                    let _ = inputs.send(Input::LastLines(id.clone(), lines));
                }
                if inputs.send(Input::Probed(id.clone(), probe)).is_err() {
                    return;
                }
                tokio::time::sleep(pause).await;
            }
        });
        self.probes.insert(instance, handle);
    }

    fn stop_probe(&mut self, instance: &InstanceId) {
        if let Some(probe) = self.probes.remove(instance) {
            probe.abort();
        }
    }

    fn release_of(&self, instance: &InstanceId) -> Option<Release> {
        let (observed, _) = self.instances.observed(self.state());
        let label = observed.get(instance)?.release.clone()?;
        let apps = self.state().environments.values().flat_map(|environment| environment.apps.values());
        let releases = apps.flat_map(|running| {
            let live = running.live.iter().map(|live| &live.release);
            let fallback = running.fallback.iter().map(|fallback| &fallback.live.release);
            live.chain(fallback).chain(running.deploying.iter().map(|deploying| &deploying.release))
        });
        releases.into_iter().find(|release| release.label == label).cloned()
    }

    fn routes_of(&self, release: &Release) -> Vec<String> {
        let environment = self.state().environments.get(&release.environment);
        let change = environment.and_then(|environment| environment.newest_known());
        let planned = change.and_then(|change| change.apps()?.get(&release.version.app));
        planned.map(|planned| planned.app.routes.clone()).unwrap_or_default()
    }

    fn plan_and_act(&mut self) -> Result<(), StoreError> {
        // What is only recorded changes what follows from it: plan again until nothing is, then act.
        for _ in 0..16 {
            let plan = plan::plan(self.state(), &self.observed());
            let (records, actions): (Vec<Step>, Vec<Step>) =
                plan.steps.into_iter().partition(|step| matches!(step, Step::Record(_)));
            if records.is_empty() {
                for step in actions {
                    self.act_on(step)?;
                }
                return Ok(());
            }
            for step in records {
                let Step::Record(event) = step else { continue };
                self.note_restart(&event);
                self.record(Actor::Controller, event)?;
            }
        }
        Ok(())
    }

    /// Keeps what is seen, done and waited for where `status` finds it, whenever it changed.
    fn report(&mut self) {
        let Some(path) = &self.options.report else { return };
        let report = self.now_reported();
        if self.reported.as_ref() == Some(&report) {
            return;
        }
        let text = serde_json::to_vec(&report).expect("reports serialise");
        let temporary = path.with_extension("new");
        let written = std::fs::write(&temporary, text).and_then(|()| std::fs::rename(&temporary, path));
        if let Err(cause) = written {
            tracing::debug!("the report could not be kept: {cause}");
        }
        self.reported = Some(report);
    }

    fn now_reported(&self) -> Report {
        let instances = self.instances.conditions().map(|(instance, condition, missing)| status::Instance {
            instance: instance.clone(),
            condition: match condition {
                Condition::Starting { probe } => format!("starting: {probe}"),
                Condition::Ready => "ready".to_owned(),
                Condition::Unhealthy { because } => format!("unhealthy: {because}"),
                Condition::Ended { because } => format!("ended: {because}"),
                Condition::Lost => "lost: its helper is gone".to_owned(),
            },
            missing: missing.to_vec(),
        });
        let planned = self.instances.are_known().then(|| plan::plan(self.state(), &self.observed()));
        Report {
            pid: std::process::id(),
            serving: self.edge.as_ref().map(|edge| edge.generation),
            building: self.queue.running(),
            queued: self.queue.waiting(),
            waiting: planned.map(|plan| plan.waiting).unwrap_or_default(),
            trouble: self.trouble.iter().map(|(doing, because)| format!("{doing}: {because}")).collect(),
            instances: instances.collect(),
            silent: table::silent(self.state(), &self.instances.targets(self.state()), self.instances.endings()),
        }
    }

    fn observed(&self) -> Observed {
        let (instances, restarts) = self.instances.observed(self.state());
        Observed {
            now_ms: self.now_ms(),
            controller_since_ms: self.options.now_ms,
            instances,
            restarts,
            edge: self.edge.clone(),
            table: self.table.clone(),
        }
    }

    fn note_restart(&mut self, event: &Event) {
        if let Event::InstanceEnded { instance, because, last_lines } = event {
            let now_ms = self.now_ms();
            let (observed, _) = self.instances.observed(self.store.state());
            if let Some(label) = observed.get(instance).and_then(|observed| observed.release.clone()) {
                self.instances.count_restart(&label, now_ms);
                self.instances.ended(&label, because, last_lines);
            }
            // It is known to have ended; removing it now keeps the next plan from recording that again.
            self.remove(instance.clone());
        }
    }

    fn act_on(&mut self, step: Step) -> Result<(), StoreError> {
        match step {
            Step::Record(event) => self.record(Actor::Controller, event)?,
            Step::Start { release, instance } => self.start(*release, instance)?,
            Step::Stop { instance } => self.remove(instance),
        }
        Ok(())
    }

    fn start(&mut self, release: Release, instance: InstanceId) -> Result<(), StoreError> {
        let started = Event::InstanceStarted { release: release.label.clone(), instance: instance.clone() };
        self.record(Actor::Controller, started)?;
        self.instances.starting(&instance, &release.environment);
        let runtime = self.world.runtime.clone();
        let spec = self.spec(&release, &instance);
        let release = Box::new(release);
        self.act(async move {
            let result = match spec {
                Ok(spec) => runtime.ensure(&spec).await,
                Err(error) => Err(error),
            };
            Input::Started(instance, release, result)
        });
        Ok(())
    }

    fn spec(&self, release: &Release, instance: &InstanceId) -> Result<InstanceSpec, Error> {
        let (app, environment) = (&release.version.app, &release.environment);
        let artifact = self.state().artifacts.get(&release.version.key).cloned().ok_or_else(|| {
            Error::new(engine::Remedy::ChangeRequest, format!("no artifact is kept for `{}`", release.version))
        })?;
        let mut env = release.configuration.env.clone();
        env.extend(self.world.secrets.values(app, EnvironmentKind::of(environment))?);
        env.insert("FRONTAGE_APP".to_owned(), app.to_string());
        env.insert("FRONTAGE_ENVIRONMENT".to_owned(), environment.to_string());
        env.insert("FRONTAGE_VERSION".to_owned(), release.version.to_string());
        env.insert("FRONTAGE_COMMIT".to_owned(), artifact.commit.to_string());
        Ok(InstanceSpec {
            instance: instance.clone(),
            artifact,
            environment: environment.clone(),
            env,
            resources: release.configuration.resources,
            network: release.configuration.network,
            neighbours: table::callable(self.state(), environment),
        })
    }

    fn remove(&mut self, instance: InstanceId) {
        if !self.instances.removing(&instance) {
            return;
        }
        self.stop_probe(&instance);
        let runtime = self.world.runtime.clone();
        self.act(async move {
            let result = runtime.remove(&instance, GRACE).await;
            Input::Removed(instance, result)
        });
    }

    /// Publishes the table if it would differ from the one before.
    fn publish(&mut self) {
        let mut table = table::table(self.state(), &self.instances.targets(self.state()), self.instances.endings());
        table.listeners = self.instances.listeners(self.state());
        if let Some(published) = &self.published {
            table.generation = published.generation;
            if *published == table && self.edge.as_ref().is_none_or(|edge| edge.generation <= table.generation) {
                return;
            }
        }
        let served = self.edge.as_ref().map_or(0, |edge| edge.generation);
        table.generation = self.table.generation.max(served) + 1;
        // Used up even if the call fails: its answer may have been lost.
        self.table.generation = table.generation;
        match self.world.edge.publish(&table) {
            Ok(()) => {
                self.tell_trouble("publishing the route table", None);
                self.named(&table);
                self.published = Some(table);
            }
            Err(error) => self.tell_trouble("publishing the route table", Some(chain(&error))),
        }
    }

    fn named(&mut self, table: &RouteTable) {
        let named = table::labels(table);
        let now_ms = self.now_ms();
        for label in self.table.named.difference(&named) {
            self.table.unnamed.insert(label.clone(), (table.generation, now_ms));
        }
        self.table.unnamed.retain(|label, _| !named.contains(label));
        self.table.named = named;
        self.table.generation = table.generation;
    }

    fn apply_edge(&mut self, said: ToController) -> Result<(), StoreError> {
        match said {
            ToController::Serving { generation, in_flight, refused, .. } => {
                if self.edge.as_ref().map(|edge| edge.generation) != Some(generation) {
                    self.notify(Notice::Serving(generation));
                }
                self.edge = Some(plan::Edge { generation, in_flight });
                self.tell_trouble("the edge reading its table", refused);
            }
            ToController::Wake { environment } => {
                self.wake(&environment, Actor::Visitor)?;
            }
        }
        Ok(())
    }

    fn wake(&mut self, environment: &EnvironmentName, actor: Actor) -> Result<bool, StoreError> {
        let Some(refs) = self.refs.clone() else { return Ok(false) };
        let events = refs::wake(self.state(), &refs, environment);
        let woken = !events.is_empty();
        for event in events {
            self.record(actor, event)?;
        }
        Ok(woken)
    }

    fn command(&mut self, request: Request) -> Result<Answer, StoreError> {
        let done = |said: String| Answer::Done { said, version: None };
        match request {
            Request::Rollback { app, version } => match commands::rollback(self.state(), &app, version.as_deref()) {
                Ok(version) => {
                    self.record(Actor::Operator, Event::Pinned { version: version.clone() })?;
                    let said = format!("`{app}` is pinned to `{version}`; `frontage unpin {app}` lets it follow again");
                    Ok(Answer::Done { said, version: Some(version) })
                }
                Err(refused) => Ok(refused),
            },
            Request::Unpin { app } => match commands::unpin(self.state(), &app) {
                Ok(event) => {
                    self.record(Actor::Operator, event)?;
                    Ok(done(format!("`{app}` follows its branch again")))
                }
                Err(refused) => Ok(refused),
            },
            Request::SecretSet { name, app, kinds, value } => self.set_secret(name, app, kinds, &value),
            Request::Wake { environment } => {
                let woken = self.wake(&environment, Actor::Operator)?;
                Ok(done(if woken { format!("`{environment}` wakes") } else { format!("`{environment}` is awake") }))
            }
            Request::Down => {
                self.stopping = true;
                Ok(done("everything is being stopped".to_owned()))
            }
        }
    }

    fn set_secret(
        &mut self,
        name: String,
        app: Option<model::AppName>,
        kinds: Vec<EnvironmentKind>,
        value: &str,
    ) -> Result<Answer, StoreError> {
        if let Some(Err(refused)) = app.as_ref().map(|app| commands::exists(self.state(), app)) {
            return Ok(refused);
        }
        for kind in kinds {
            if let Err(error) = self.world.secrets.set(&name, app.as_ref(), kind, value) {
                return Ok(Answer::Refused {
                    error: error.to_string(),
                    because: std::error::Error::source(&error).map(ToString::to_string),
                    hint: None,
                });
            }
            let fingerprint = secrets::fingerprint(&name, value);
            let event = Event::SecretSet { name: name.clone(), app: app.clone(), kind, fingerprint };
            self.record(Actor::Operator, event)?;
        }
        let unseen = if graph::plan::is_public(&name) {
            "; no build sees it: what pages hold is set under `[apps.NAME.env]`, or given by `--env-file`"
        } else {
            ""
        };
        Ok(Answer::Done { said: format!("secret `{name}` is set{unseen}"), version: None })
    }

    /// Ends what runs: the edge answers what is in flight, then instances stop.
    async fn end(&mut self) {
        self.acting.abort_all();
        while self.acting.join_next().await.is_some() {}
        self.world.edge.stop();
        self.wait_for_edge().await;
        for _ in 0..REMOVAL_ROUNDS {
            if self.remove_all().await {
                return;
            }
            tokio::time::sleep(TICK).await;
        }
    }

    /// Removes every instance; whether none is left.
    async fn remove_all(&mut self) -> bool {
        let listed = match self.world.runtime.list().await {
            Ok(listed) => listed,
            Err(error) => {
                self.tell_trouble("listing instances", Some(chain(&error)));
                return false;
            }
        };
        let is_empty = listed.is_empty();
        let mut removals = JoinSet::new();
        for observed in listed {
            let runtime = self.world.runtime.clone();
            removals.spawn(async move { runtime.remove(&observed.instance, GRACE).await });
        }
        while let Some(removed) = removals.join_next().await {
            if let Ok(Err(error)) = removed {
                self.tell_trouble("removing an instance", Some(chain(&error)));
            }
        }
        is_empty
    }

    async fn wait_for_edge(&mut self) {
        let drained = async {
            while self.edge.is_some() {
                match self.inputs.recv().await {
                    Some(Input::EdgeAway) | None => self.edge = None,
                    Some(_) => {}
                }
            }
        };
        if tokio::time::timeout(Duration::from_millis(plan::DRAIN_MS), drained).await.is_err() {
            self.tell_trouble("stopping the edge", Some("requests were still under way after 30 s".to_owned()));
        }
    }

    fn record(&mut self, actor: Actor, event: Event) -> Result<(), StoreError> {
        let entry = self.store.append(actor, event, self.now_ms())?;
        self.notify(Notice::Entry(Box::new(entry)));
        Ok(())
    }

    /// Says that something went wrong, once; and forgets it when it is over.
    fn tell_trouble(&mut self, doing: &'static str, because: Option<String>) {
        match because {
            None => {
                self.trouble.remove(doing);
            }
            Some(because) => {
                if self.trouble.insert(doing, because.clone()).as_ref() != Some(&because) {
                    self.notify(Notice::Trouble(format!("{doing}: {because}")));
                }
            }
        }
    }

    fn notify(&self, notice: Notice) {
        // Nobody may be looking; the log has it all.
        let _ = self.notices.send(notice);
    }

    fn act(&mut self, work: impl Future<Output = Input> + Send + 'static) {
        let inputs = self.sender.clone();
        self.acting.spawn(async move {
            let _ = inputs.send(work.await);
        });
    }

    fn now_ms(&self) -> u64 {
        let elapsed = u64::try_from(self.started.elapsed().as_millis()).expect("nobody runs for aeons");
        self.options.now_ms + elapsed
    }
}

/// For each app of production the newest change before `number` that has a version, and its key.
pub fn last_built(state: &State, number: u64) -> BTreeMap<model::AppName, (CommitId, BuildKey)> {
    let mut built = BTreeMap::new();
    let before = state.production().into_iter().flat_map(|production| &production.changes);
    for change in before.filter(|change| change.number < number) {
        for (app, planned) in change.apps().into_iter().flatten() {
            if state.artifacts.contains_key(&planned.key) {
                built.insert(app.clone(), (change.commit.clone(), planned.key.clone()));
            }
        }
    }
    built
}

fn request(change: &Change, kind: EnvironmentKind, base: Base) -> AnalysisRequest {
    AnalysisRequest { commit: change.commit.clone(), kind, base }
}

/// Asks an instance for each route of its app, and says where it does not answer.
async fn ask_routes(
    runtime: &dyn engine::Runtime,
    instance: &InstanceId,
    routes: &[String],
    site: &str,
) -> Vec<String> {
    let mut noticed = Vec::new();
    for route in routes {
        let probe = runtime.probe(instance, route, site, PROBE_PATIENCE).await;
        let what = match probe {
            Probe::Answered(404) => format!("it claims `{route}`, but answers 404 there"),
            Probe::Answered(status) if status >= 500 => format!("it claims `{route}`, but answers {status} there"),
            Probe::Answered(_) => continue,
            Probe::NotListening | Probe::NoAnswer(_) | Probe::Gone => {
                format!("it claims `{route}`, but does not answer there")
            }
        };
        noticed.push(what);
    }
    noticed
}

/// Whether an instance listens elsewhere than it was told, in a sentence.
async fn own_port(runtime: &dyn engine::Runtime, instance: &InstanceId) -> Option<String> {
    let port = runtime.own_port(instance).await?;
    Some(format!("it listens on port {port}, not on the one in `PORT`; requests are sent there"))
}

/// The last lines of an instance as they may be kept and shown; none of them if its secrets cannot be told.
async fn last_lines(
    runtime: &dyn engine::Runtime,
    secrets: &dyn Secrets,
    instance: &InstanceId,
    release: Option<&Release>,
) -> Vec<String> {
    let Some(release) = release else { return Vec::new() };
    let Ok(values) = secrets.values(&release.version.app, EnvironmentKind::of(&release.environment)) else {
        return Vec::new();
    };
    let lines = runtime.last_lines(instance, LAST_LINES).await;
    words::without_secrets(words::plain(&lines), values.values())
}

pub(crate) fn chain(error: &Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
