//! The one task that owns the state: it waits for an input, records what it means, plans and lets others act.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use api::control::{Answer, Request};
use api::nudge::ToController;
use api::status::Report;
use api::table::RouteTable;
use engine::{BuildFailure, Built, Error, ObservedInstance, Probe, Progress};
use model::plan;
use model::{Actor, BuildKey, Entry, EnvironmentName, Event, InstanceId, Release, State};
use store::{Store, StoreError};
use tokio::sync::{mpsc, oneshot};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::Instant;

use crate::builds::Queue;
use crate::instances::Instances;
use crate::refs::Seen;
use crate::table;
use crate::world::{Analysis, Commit, Refs, Refusal, World};

mod analyses;

mod builds;

mod command;

mod edge;

mod end;

mod instances;

mod probes;

mod refs;

mod report;

pub use analyses::last_built;

/// How often it looks without being nudged.
const TICK: Duration = Duration::from_millis(100);

/// How often instances are listed and the edge is asked.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// How often refs are read.
const REFS_EVERY: Duration = Duration::from_millis(50);

/// How long an instance may take to end by itself.
const GRACE: Duration = Duration::from_secs(5);

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
