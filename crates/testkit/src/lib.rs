//! A world in memory: a repository, a builder, a runtime and an edge that do what a test says, and fail once.
//!
//! Every call to the outside is counted. One of them can be refused, or done and its answer lost; the
//! invariants are checked at each call, so a test says what should come out in the end and nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use api::nudge::ToController;
use api::table::RouteTable;
use controller::world::{Analysis, AnalysisRequest, Base, Branch, Commit, Edge, Refs, Refusal, Secrets, Source, World};
use controller::{Controller, Input, Notice, Options};
use engine::{
    BuildFailure, Builder, Built, Error, InstanceSpec, InstanceState, ObservedInstance, Probe, Progress, Remedy,
    Runtime,
};
use model::state::State;
use model::{
    App, AppName, Artifact, BuildKey, CommitId, Digest, EnvironmentKind, InstanceId, PlannedApp, Reason, ReasonKind,
    Start, Task, TaskKind, Toolchain, Version,
};
use store::Store;
use tokio::sync::{mpsc, oneshot};

/// The value of the one secret of this world, which every instance tells in its last words.
pub const SECRET: &str = "hunter22";

/// How a call to the outside fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is not done.
    Refused,
    /// It is done, and its answer is lost.
    Lost,
}

/// A world in memory. Clones are the same world.
#[derive(Clone, Default)]
pub struct Outside {
    inner: Arc<Mutex<Inner>>,
}

/// What the world holds. A commit gives each app a version; a version is a word that says how it behaves:
/// `bad-build` fails to build, `crash` ends at its start, `sick` never answers, anything else works. One that begins
/// with `worker-` is a worker, also `worker-crash`.
#[derive(Default)]
struct Inner {
    main: Vec<BTreeMap<String, String>>,
    branches: BTreeMap<String, BTreeMap<String, String>>,
    built: BTreeSet<BuildKey>,
    builds: u32,
    instances: BTreeMap<InstanceId, Running>,
    table: Option<RouteTable>,
    served: Option<RouteTable>,
    edge: Option<mpsc::UnboundedSender<Input>>,
    calls: Vec<&'static str>,
    fault: Option<(usize, Fault)>,
}

struct Running {
    version: String,
    ended: bool,
}

impl Outside {
    /// Lets call number `call` (from 0) fail.
    pub fn fail(&self, call: usize, fault: Fault) {
        self.lock().fault = Some((call, fault));
    }

    /// The calls that were made, by name.
    pub fn calls(&self) -> Vec<&'static str> {
        self.lock().calls.clone()
    }

    /// How many builds were really done.
    pub fn builds(&self) -> u32 {
        self.lock().builds
    }

    /// A commit on the production branch: `shop=a home=a`.
    pub fn commit(&self, versions: &str) {
        self.lock().main.push(parse(versions));
    }

    /// A branch whose head holds these versions.
    pub fn branch(&self, name: &str, versions: &str) {
        self.lock().branches.insert(name.to_owned(), parse(versions));
    }

    /// The branch is gone.
    pub fn delete_branch(&self, name: &str) {
        self.lock().branches.remove(name);
    }

    /// Every instance of this version ends now.
    pub fn end(&self, version: &str) {
        self.lock().instances.values_mut().filter(|it| it.version == version).for_each(|it| it.ended = true);
    }

    /// What the edge serves: `production/shop a`, one line an app, in order.
    pub fn served(&self) -> Vec<String> {
        let inner = self.lock();
        let Some(table) = &inner.served else { return Vec::new() };
        let apps = table
            .environments
            .iter()
            .flat_map(|(name, environment)| environment.apps.iter().map(move |(app, releases)| (name, app, releases)));
        let lines = apps.map(|(name, app, releases)| {
            let targets = table.releases[&releases.live].targets.iter();
            let versions: Vec<&str> =
                targets.map(|target| inner.instances[&target.instance].version.as_str()).collect();
            format!("{name}/{app} {}", versions.join(","))
        });
        lines.collect()
    }

    /// The newest table.
    ///
    /// # Panics
    /// If none was published yet.
    pub fn table(&self) -> RouteTable {
        self.lock().table.clone().expect("a table was published")
    }

    /// The versions of instances whose process runs, in order.
    pub fn running(&self) -> Vec<String> {
        let inner = self.lock();
        let running = inner.instances.values().filter(|running| !running.ended);
        let mut versions: Vec<String> = running.map(|running| running.version.clone()).collect();
        versions.sort();
        versions
    }

    /// How many instances there are, ended ones included.
    pub fn instances(&self) -> usize {
        self.lock().instances.len()
    }

    /// A controller over this world, and the way to give it commands.
    pub fn controller(&self, store: Store) -> (Controller, mpsc::UnboundedReceiver<Notice>) {
        let world = World {
            source: Arc::new(self.clone()),
            builder: Arc::new(self.clone()),
            runtime: Arc::new(self.clone()),
            edge: Arc::new(self.clone()),
            secrets: Arc::new(self.clone()),
        };
        let options = Options {
            frontage: "test".to_owned(),
            domain: "localhost".to_owned(),
            listen: "127.0.0.1:8080".to_owned(),
            missing: Vec::new(),
            builds_at_once: 2,
            report: None,
            now_ms: 1_700_000_000_000,
        };
        let (notices, receiver) = mpsc::unbounded_channel();
        let controller = Controller::new(options, world, store, notices);
        self.lock().edge = Some(controller.sender());
        (controller, receiver)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().expect("no test panics while it holds the world")
    }

    /// Makes a call: counted, and perhaps refused or its answer lost.
    fn call<T>(&self, name: &'static str, work: impl FnOnce(&mut Inner) -> T) -> Result<T, Error> {
        let mut inner = self.lock();
        let number = inner.calls.len();
        inner.calls.push(name);
        let fault = inner.fault.filter(|(call, _)| *call == number).map(|(_, fault)| fault);
        let failed = || Error::new(Remedy::Retry, format!("call {number}, `{name}`, failed on purpose"));
        if fault == Some(Fault::Refused) {
            return Err(failed());
        }
        let result = work(&mut inner);
        if fault == Some(Fault::Lost) { Err(failed()) } else { Ok(result) }
    }
}

impl Inner {
    /// The edge took its table: from now on it may send requests to what that names.
    fn serve(&mut self) {
        self.served = self.table.clone();
        self.check_targets();
    }

    /// Invariant 1: whoever is sent requests is there and answered its health check, or has just ended.
    fn check_targets(&self) {
        let releases = self.served.iter().flat_map(|table| table.releases.values());
        for target in releases.flat_map(|release| &release.targets) {
            let running = self.instances.get(&target.instance);
            let running = running.unwrap_or_else(|| panic!("`{}` is sent requests, but was removed", target.instance));
            assert!(!matches!(running.version.as_str(), "crash" | "sick"), "`{}` never answered", target.instance);
            assert!(!is_worker(&running.version), "`{}` is a worker's", target.instance);
        }
    }

    fn versions(&self, commit: &CommitId) -> BTreeMap<String, String> {
        let number = usize::from_str_radix(&commit.as_str()[32..], 16).expect("a commit of this world");
        match commit.as_str().starts_with('b') {
            false => self.main[number - 1].clone(),
            true => self.branches.values().nth(number).cloned().unwrap_or_default(),
        }
    }
}

#[async_trait::async_trait]
impl Source for Outside {
    async fn refs(&self) -> Result<Refs, Error> {
        self.call("refs", |inner| {
            let mut branches = BTreeMap::new();
            if !inner.main.is_empty() {
                branches.insert("main".to_owned(), branch(main_commit(inner.main.len())));
            }
            let others = inner.branches.iter().enumerate();
            branches.extend(others.map(|(number, (name, _))| (name.clone(), branch(branch_commit(number)))));
            Refs { production: "main".to_owned(), branches }
        })
    }

    async fn commits(&self, from: Option<&CommitId>, to: &CommitId) -> Result<Vec<Commit>, Error> {
        self.call("commits", |inner| {
            let all: Vec<CommitId> = (1..=inner.main.len()).map(main_commit).collect();
            let start = from.and_then(|from| all.iter().position(|commit| commit == from)).map(|at| at + 1);
            let new = start.map_or_else(|| vec![to.clone()], |start| all[start..].to_vec());
            new.into_iter().map(|id| Commit { id, subject: "a change".to_owned() }).collect()
        })
    }

    async fn analyse(&self, request: AnalysisRequest) -> Result<Analysis, Refusal> {
        let analysis = self.call("analyse", |inner| {
            let head = inner.versions(&request.commit);
            let mut analysis = Analysis::default();
            for (name, version) in &head {
                let name: AppName = name.parse().expect("a name");
                let key = key(&name, version);
                let base = match &request.base {
                    Base::LastBuilt(built) => built.get(&name).map(|(_, key)| key.clone()),
                    Base::MergeBase(commit) => {
                        inner.versions(commit).get(name.as_str()).map(|version| self::key(&name, version))
                    }
                };
                let affected = base.as_ref() != Some(&key);
                if !affected && matches!(request.base, Base::MergeBase(_)) {
                    continue;
                }
                let app = app(&name);
                if affected {
                    analysis.tasks.push(task(&app, &key, version, &request.commit));
                }
                let reason =
                    Reason { kind: ReasonKind::File, path: version.clone(), via: Vec::new(), detail: String::new() };
                let reasons = affected.then_some(reason).into_iter().collect();
                analysis.apps.insert(name, PlannedApp { app, key, reasons });
            }
            analysis
        });
        analysis.map_err(Refusal::Error)
    }
}

#[async_trait::async_trait]
impl Builder for Outside {
    async fn build(&self, task: &Task, _: mpsc::UnboundedSender<Progress>) -> Result<Built, BuildFailure> {
        tokio::time::sleep(Duration::from_secs(3)).await;
        let TaskKind::App { app, .. } = &task.kind else { return Ok(Built::Output) };
        if task.package == "bad-build" {
            return Err(BuildFailure::Failed {
                outside: false,
                because: "`build` ended with status 2".to_owned(),
                hint: None,
                log: PathBuf::new(),
                last_lines: vec!["error TS2322".to_owned()],
            });
        }
        let built = self.call("build", |inner| {
            if inner.built.insert(task.key.clone()) {
                inner.builds += 1;
            }
        });
        built.map_err(BuildFailure::Error)?;
        Ok(Built::Artifact(Box::new(artifact(app, task))))
    }

    async fn find(&self, _: &BuildKey) -> Result<Option<Built>, Error> {
        Ok(None)
    }
}

#[async_trait::async_trait]
impl Runtime for Outside {
    async fn ensure(&self, spec: &InstanceSpec) -> Result<(), Error> {
        self.call("ensure", |inner| {
            // An artifact of this world names its version in its start command.
            let command = spec.artifact.start.command().expect("every app of this world runs");
            let running = Running { version: command.to_owned(), ended: command.ends_with("crash") };
            inner.instances.entry(spec.instance.clone()).or_insert(running);
        })
    }

    async fn remove(&self, instance: &InstanceId, _: Duration) -> Result<(), Error> {
        self.call("remove", |inner| {
            if inner.instances.get(instance).is_some_and(|running| !running.ended) {
                let live = inner.served.iter().flat_map(|table| table.releases.values());
                let targets: Vec<_> = live.flat_map(|release| &release.targets).collect();
                assert!(targets.iter().all(|target| target.instance != *instance), "`{instance}` is sent requests");
            }
            inner.instances.remove(instance);
            // What ended is refused connections, not sent requests; the table follows.
            for release in inner.served.iter_mut().flat_map(|table| table.releases.values_mut()) {
                release.targets.retain(|target| target.instance != *instance);
            }
        })
    }

    async fn list(&self) -> Result<Vec<ObservedInstance>, Error> {
        self.call("list", |inner| {
            let listed = inner.instances.iter().map(|(instance, running)| ObservedInstance {
                instance: instance.clone(),
                state: if running.ended {
                    InstanceState::Ended { because: "exited with status 1".to_owned() }
                } else {
                    InstanceState::Running
                },
                dial: PathBuf::from("/nowhere"),
                internal: false,
                missing: Vec::new(),
            });
            listed.collect()
        })
    }

    async fn own_port(&self, _: &InstanceId) -> Option<u16> {
        None
    }

    async fn probe(&self, instance: &InstanceId, _: &str, _: &str, _: Duration) -> Probe {
        match self.lock().instances.get(instance) {
            None => Probe::Gone,
            Some(running) if is_worker(&running.version) => panic!("`{instance}` is a worker's, and asked"),
            Some(running) if running.ended => Probe::Gone,
            Some(running) if running.version == "sick" => Probe::Answered(503),
            Some(_) => Probe::Answered(200),
        }
    }

    async fn last_lines(&self, _: &InstanceId, _: usize) -> Vec<String> {
        vec![format!("\u{1b}[31mit cannot log in with {SECRET}\u{1b}[0m")]
    }
}

impl Edge for Outside {
    fn publish(&self, table: &RouteTable) -> Result<(), Error> {
        self.call("publish", |inner| {
            let newest = inner.table.as_ref().map_or(0, |before| before.generation);
            assert!(table.generation > newest, "a generation goes up");
            inner.table = Some(table.clone());
        })
    }

    fn published(&self) -> Option<RouteTable> {
        self.lock().table.clone()
    }

    fn ask(&self) {
        let mut inner = self.lock();
        inner.serve();
        let generation = inner.served.as_ref().map_or(0, |table| table.generation);
        let serving = ToController::Serving {
            generation,
            in_flight: BTreeMap::new(),
            refused: None,
            listening: Vec::new(),
            pid: 1,
        };
        if let Some(sender) = &inner.edge {
            // A controller that ended does not listen.
            let _ = sender.send(Input::Edge(serving));
        }
    }

    fn stop(&self) {
        let mut inner = self.lock();
        inner.served = None;
        if let Some(sender) = &inner.edge {
            let _ = sender.send(Input::EdgeAway);
        }
    }
}

impl Secrets for Outside {
    fn set(&self, _: &str, _: Option<&AppName>, _: EnvironmentKind, _: &str) -> Result<(), Error> {
        self.call("set a secret", |_| ())
    }

    fn values(&self, _: &AppName, _: EnvironmentKind) -> Result<BTreeMap<String, String>, Error> {
        Ok(BTreeMap::from([("KEY".to_owned(), SECRET.to_owned())]))
    }
}

/// Gives a controller a command and waits for its answer.
pub async fn command(inputs: &mpsc::UnboundedSender<Input>, request: api::control::Request) -> api::control::Answer {
    let (sender, receiver) = oneshot::channel();
    inputs.send(Input::Command(request, sender)).expect("the controller works");
    receiver.await.expect("the controller answers")
}

/// What production's apps should run, as the log says: `shop a`, one line an app.
pub fn live(state: &State) -> Vec<String> {
    let apps = state.production().into_iter().flat_map(|production| &production.apps);
    let lines = apps.filter_map(|(app, running)| {
        let artifact = state.artifacts.get(&running.live.as_ref()?.release.version.key)?;
        Some(format!("{app} {}", artifact.start.command()?))
    });
    lines.collect()
}

fn is_worker(version: &str) -> bool {
    version.starts_with("worker-")
}

fn parse(versions: &str) -> BTreeMap<String, String> {
    let pairs = versions.split_whitespace().map(|pair| pair.split_once('=').expect("app=version"));
    pairs.map(|(app, version)| (app.to_owned(), version.to_owned())).collect()
}

fn main_commit(number: usize) -> CommitId {
    format!("a{number:039x}").parse().expect("forty hex digits")
}

fn branch_commit(number: usize) -> CommitId {
    format!("b{number:039x}").parse().expect("forty hex digits")
}

fn branch(commit: CommitId) -> Branch {
    Branch { commit, committed_at: 1_700_000_000, subject: "a change".to_owned(), merged: false }
}

fn key(app: &AppName, version: &str) -> BuildKey {
    BuildKey::over(format!("{app} {version}").as_bytes())
}

fn app(name: &AppName) -> App {
    let path = format!("apps/{name}").parse().expect("a path");
    App { build: Some("build".to_owned()), start: Some("start".to_owned()), ..App::new(name.clone(), path) }
}

/// A task whose package is called like the version, which says how it behaves.
fn task(app: &App, key: &BuildKey, version: &str, commit: &CommitId) -> Task {
    Task {
        key: key.clone(),
        member: app.path.clone(),
        package: version.to_owned(),
        kind: TaskKind::App { app: app.clone(), packages: Vec::new(), wanted: BTreeMap::new() },
        needs: Vec::new(),
        shown: Vec::new(),
        install: None,
        steps: Vec::new(),
        env: BTreeMap::new(),
        toolchain: Toolchain {
            node: "20.0.0".to_owned(),
            package_manager: "npm@11.0.0".to_owned(),
            platform: "linux-x64-glibc".to_owned(),
            compilers: String::new(),
        },
        network: false,
        commit: commit.clone(),
    }
}

fn artifact(app: &App, task: &Task) -> Artifact {
    Artifact {
        version: Version { app: app.name.clone(), key: task.key.clone() },
        app: app.clone(),
        commit: task.commit.clone(),
        image: None,
        layers: Vec::new(),
        assets: Digest::of(task.key.as_str().as_bytes()),
        start: match task.package.clone() {
            command if is_worker(&command) => Start::Worker { command },
            command => Start::Server { command },
        },
        base_path: String::new(),
        shell: None,
        not_found: None,
        corrections: Vec::new(),
    }
}
