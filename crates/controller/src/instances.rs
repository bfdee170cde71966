//! What is known of instances: from listings, probes and the calls that start and remove them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use api::table::{Address, Listeners, Target};
use engine::{InstanceState, ObservedInstance, Probe};
use model::plan::{self, Condition, Restarts};
use model::{EnvironmentName, InstanceId, Label, State};

use crate::table::{Ending, Endings, Targets};

/// After how many failed health checks in a row a ready instance counts as unhealthy.
const FAILURES: u32 = 3;

/// After how long without an end a release counts as steady again, in milliseconds.
const STEADY_MS: u64 = 60_000;

/// What is known of instances.
#[derive(Debug, Default)]
pub struct Instances {
    known: BTreeMap<InstanceId, Known>,
    restarts: BTreeMap<Label, Restarts>,
    /// Instances that were removed, and by which listing at the earliest that may be seen.
    removed: BTreeMap<InstanceId, u64>,
    /// Instances that a table named when this controller started; they are ready until they show otherwise.
    adopted: BTreeSet<InstanceId>,
    /// Environments of instances, as far as they were told: a release that drains is in no state any more.
    environments: BTreeMap<InstanceId, EnvironmentName>,
    /// How the last instance of each release ended that did.
    endings: Endings,
    /// The number of the listing that was begun last, and of the last whose result came.
    begun: u64,
    seen: u64,
}

#[derive(Debug)]
struct Known {
    condition: Condition,
    /// How it is reached, once it was listed.
    dial: Option<(PathBuf, bool)>,
    missing: Vec<String>,
    last_lines: Vec<String>,
    /// What its condition becomes once its last lines were read.
    ending: Option<Condition>,
    /// Being started or removed by a call that has not come back.
    call: Option<Call>,
    /// The first listing that must show it.
    listed_by: u64,
    failures: u32,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Call {
    Starting,
    Removing,
}

/// What is to be done after a listing.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct News {
    /// Instances that run and whose health nobody checks yet.
    pub running: Vec<InstanceId>,
    /// Instances that ended; their last lines are wanted before it is acted upon.
    pub ended: Vec<InstanceId>,
}

impl Instances {
    /// Nothing known but what a table named.
    pub fn adopting(table: Option<&api::table::RouteTable>) -> Instances {
        let targets = table.into_iter().flat_map(|table| table.releases.values()).flat_map(|release| &release.targets);
        let listeners = table.into_iter().flat_map(|table| &table.listeners);
        Instances {
            adopted: targets.map(|target| target.instance.clone()).collect(),
            environments: listeners.map(|(instance, it)| (instance.clone(), it.environment.clone())).collect(),
            ..Instances::default()
        }
    }

    /// Whether a listing came back yet; before that nothing can be planned.
    pub fn are_known(&self) -> bool {
        self.seen > 0
    }

    /// A listing begins; its number goes with its result.
    pub fn begin_listing(&mut self) -> u64 {
        self.begun += 1;
        self.begun
    }

    /// The result of a listing.
    pub fn listed(&mut self, number: u64, listed: Vec<ObservedInstance>) -> News {
        self.seen = self.seen.max(number);
        let mut news = News::default();
        let mut there = BTreeSet::new();
        for observed in listed {
            if self.removed.get(&observed.instance).is_some_and(|earliest| number < *earliest) {
                continue;
            }
            there.insert(observed.instance.clone());
            self.one_listed(observed, &mut news);
        }
        self.removed.retain(|_, earliest| number < *earliest);
        for (instance, known) in &mut self.known {
            let must_show = known.call.is_none() && number >= known.listed_by;
            if must_show && !there.contains(instance) && known.end(Condition::Lost) {
                news.ended.push(instance.clone());
            }
        }
        news
    }

    fn one_listed(&mut self, observed: ObservedInstance, news: &mut News) {
        let instance = observed.instance;
        let adopted = self.adopted.remove(&instance);
        let is_new = !self.known.contains_key(&instance);
        let known = self.known.entry(instance.clone()).or_insert_with(|| Known::starting(None));
        if known.call == Some(Call::Starting) && observed.state != InstanceState::Running {
            // What is being made is not all there yet; the call that makes it tells how that ended.
            return;
        }
        let was_listed = known.dial.replace((observed.dial, observed.internal)).is_some();
        known.missing = observed.missing;
        match observed.state {
            InstanceState::Running => {
                if is_new && adopted {
                    known.condition = Condition::Ready;
                }
                if !was_listed {
                    news.running.push(instance);
                }
            }
            InstanceState::Ended { because } => {
                if known.end(Condition::Ended { because }) {
                    news.ended.push(instance);
                }
            }
            InstanceState::Lost => {
                if known.end(Condition::Lost) {
                    news.ended.push(instance);
                }
            }
        }
    }

    /// The last lines that an instance wrote.
    pub fn last_lines(&mut self, instance: &InstanceId, lines: Vec<String>) {
        let Some(known) = self.known.get_mut(instance) else { return };
        known.last_lines = lines;
        if let Some(ending) = known.ending.take() {
            known.condition = ending;
        }
    }

    /// What a health check said. True if the instance became ready by it.
    pub fn probed(&mut self, instance: &InstanceId, probe: &Probe) -> bool {
        let Some(known) = self.known.get_mut(instance).filter(|known| known.ending.is_none()) else { return false };
        let trouble = match probe {
            Probe::Answered(status) if *status < 500 => None,
            Probe::Answered(status) => Some(format!("its health check answers {status}")),
            Probe::NotListening => Some("it listens on no port".to_owned()),
            Probe::NoAnswer(because) => Some(format!("its health check gets no answer: {because}")),
            // The next listing tells how it went.
            Probe::Gone => return false,
        };
        match (&known.condition, trouble) {
            (Condition::Starting { .. }, None) => {
                known.condition = Condition::Ready;
                return true;
            }
            (Condition::Starting { .. }, Some(probe)) => known.condition = Condition::Starting { probe },
            (Condition::Ready, None) => known.failures = 0,
            (Condition::Ready, Some(because)) => {
                known.failures += 1;
                if known.failures >= FAILURES {
                    known.condition = Condition::Unhealthy { because };
                }
            }
            (Condition::Unhealthy { .. } | Condition::Ended { .. } | Condition::Lost, _) => {}
        }
        false
    }

    /// An instance is a worker's: it is not asked how it is.
    pub fn is_worker(&mut self, instance: &InstanceId) {
        if let Some(Known { condition: Condition::Starting { probe }, .. }) = self.known.get_mut(instance) {
            *probe = format!("it has not run for {} s", plan::RUN_IN_MS / 1000);
        }
    }

    /// A worker has run long enough to count as ready.
    pub fn ran_in(&mut self, instance: &InstanceId) {
        let Some(known) = self.known.get_mut(instance).filter(|known| known.ending.is_none()) else { return };
        if matches!(known.condition, Condition::Starting { .. }) {
            known.condition = Condition::Ready;
        }
    }

    /// A call to start an instance is made.
    pub fn starting(&mut self, instance: &InstanceId, environment: &EnvironmentName) {
        self.environments.insert(instance.clone(), environment.clone());
        self.known.insert(instance.clone(), Known::starting(Some(Call::Starting)));
    }

    /// That call came back; an error that more tries may cure is kept apart from an end.
    pub fn started(&mut self, instance: &InstanceId, release: &Label, now_ms: u64, result: Result<(), (bool, String)>) {
        let begun = self.begun;
        let Some(known) = self.known.get_mut(instance) else { return };
        known.call = None;
        known.listed_by = begun + 1;
        match result {
            Ok(()) => {}
            Err((true, _)) => {
                self.known.remove(instance);
                self.count_restart(release, now_ms);
            }
            Err((false, because)) => known.condition = Condition::Ended { because },
        }
    }

    /// A call to remove an instance is made. False if one is under way.
    pub fn removing(&mut self, instance: &InstanceId) -> bool {
        match self.known.get_mut(instance) {
            Some(known) if known.call.is_none() => {
                known.call = Some(Call::Removing);
                true
            }
            _ => false,
        }
    }

    /// That call came back.
    pub fn removed(&mut self, instance: &InstanceId, succeeded: bool) {
        if succeeded {
            self.known.remove(instance);
            self.environments.remove(instance);
            self.removed.insert(instance.clone(), self.begun + 1);
        } else if let Some(known) = self.known.get_mut(instance) {
            known.call = None;
        }
    }

    /// An instance of a live release ended.
    pub fn count_restart(&mut self, release: &Label, now_ms: u64) {
        let restarts = self.restarts.entry(release.clone()).or_default();
        if now_ms > restarts.last_ms + STEADY_MS {
            restarts.count = 0;
        }
        *restarts = Restarts { count: restarts.count + 1, last_ms: now_ms };
    }

    /// An instance of a release that should run ended so.
    pub fn ended(&mut self, release: &Label, because: &str, last_lines: &[String]) {
        let ending = Ending { because: because.to_owned(), last_lines: last_lines.to_vec() };
        self.endings.insert(release.clone(), ending);
    }

    /// How the last instance of each release ended that did, as far as this controller saw it.
    pub fn endings(&self) -> &Endings {
        &self.endings
    }

    /// How an instance is, in a word, for people.
    pub fn conditions(&self) -> impl Iterator<Item = (&InstanceId, &Condition, &[String])> {
        self.known.iter().map(|(instance, known)| (instance, &known.condition, known.missing.as_slice()))
    }

    /// What the planner needs to know.
    pub fn observed(&self, state: &State) -> (BTreeMap<InstanceId, plan::ObservedInstance>, BTreeMap<Label, Restarts>) {
        let releases = releases(state);
        let there = self.known.iter().filter(|(_, known)| known.call != Some(Call::Removing));
        let observed = there.map(|(instance, known)| {
            let release = releases.get(instance).cloned();
            let (condition, last_lines) = (known.condition_now(), known.last_lines.clone());
            (instance.clone(), plan::ObservedInstance { release, condition, last_lines })
        });
        (observed.collect(), self.restarts.clone())
    }

    /// Instances that are sent requests by release, and how each is reached: those that are ready, or where none is,
    /// those that were and are unhealthy now.
    pub fn targets(&self, state: &State) -> Targets {
        let releases = releases(state);
        let (mut ready, mut unhealthy) = (Targets::new(), Targets::new());
        for (instance, known) in &self.known {
            let (Some(release), Some((dial, _))) = (releases.get(instance), &known.dial) else { continue };
            let targets = match known.condition_now() {
                _ if known.call == Some(Call::Removing) => continue,
                Condition::Ready => &mut ready,
                Condition::Unhealthy { .. } if known.ending.is_none() => &mut unhealthy,
                _ => continue,
            };
            let target = Target { instance: instance.clone(), address: Address::Helper(dial.clone()) };
            targets.entry(release.clone()).or_default().push(target);
        }
        for (release, targets) in unhealthy {
            ready.entry(release).or_insert(targets);
        }
        ready
    }

    /// Listeners for `.internal` names of every instance that is there, those that start or drain included.
    pub fn listeners(&self, state: &State) -> BTreeMap<InstanceId, Listeners> {
        let releases = releases(state);
        let deployed = |instance: &InstanceId| {
            let release = releases.get(instance)?;
            let deployment = state.deployments.iter().rev().find(|deployment| deployment.release == *release)?;
            Some(deployment.environment.clone())
        };
        let there = self.known.iter().filter(|(_, known)| known.call != Some(Call::Removing) && !known.has_ended());
        let listeners = there.filter_map(|(instance, known)| {
            let (dial, _) = known.dial.as_ref().filter(|(_, has_listeners)| *has_listeners)?;
            let environment = self.environments.get(instance).cloned().or_else(|| deployed(instance))?;
            Some((instance.clone(), Listeners { environment, dial: dial.clone() }))
        });
        listeners.collect()
    }
}

impl Known {
    fn starting(call: Option<Call>) -> Known {
        Known {
            condition: Condition::Starting { probe: "it was not asked yet".to_owned() },
            dial: None,
            missing: Vec::new(),
            last_lines: Vec::new(),
            ending: None,
            call,
            listed_by: 0,
            failures: 0,
        }
    }

    /// How it is. One that ended counts as not ready until its last lines were read.
    fn condition_now(&self) -> Condition {
        match (&self.condition, &self.ending) {
            (Condition::Ready, Some(_)) => Condition::Starting { probe: "it ended".to_owned() },
            (condition, _) => condition.clone(),
        }
    }

    /// It ended. False if that was known.
    fn end(&mut self, ending: Condition) -> bool {
        if self.has_ended() {
            return false;
        }
        self.ending = Some(ending);
        true
    }

    fn has_ended(&self) -> bool {
        self.ending.is_some() || matches!(self.condition, Condition::Ended { .. } | Condition::Lost)
    }
}

/// Which release an instance belongs to: ids are looked up among those that were given out, never parsed.
fn releases(state: &State) -> BTreeMap<InstanceId, Label> {
    let given = state.instances.iter().flat_map(|(label, last)| (1..=*last).map(move |number| (label, number)));
    given.map(|(label, number)| (InstanceId::of(label, number), label.clone())).collect()
}

#[cfg(test)]
mod tests;
