//! The queue of builds: which tasks are wanted, and which of them to start now.

use std::collections::{BTreeMap, BTreeSet};

use model::state::{Change, Outcome};
use model::{BuildKey, EnvironmentName, State, Task};

/// How long a build that errored is left alone, in milliseconds, times how often it did.
const ERROR_PAUSE_MS: u64 = 5_000;

/// The longest such pause, in milliseconds.
const LONGEST_PAUSE_MS: u64 = 60_000;

/// Tasks that are wanted and not finished.
#[derive(Debug, Default)]
pub struct Queue {
    tasks: BTreeMap<BuildKey, Queued>,
    running: BTreeSet<BuildKey>,
}

#[derive(Debug)]
struct Queued {
    task: Task,
    /// Production before previews, older changes first.
    priority: (bool, u64),
}

/// A build that cannot be, because one that it needs failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doomed {
    /// The build.
    pub task: Task,
    /// The package whose build failed.
    pub package: String,
}

impl Queue {
    /// Wants the tasks of a change.
    pub fn add(&mut self, state: &State, environment: &EnvironmentName, number: u64, tasks: Vec<Task>) {
        let priority = (!environment.is_production(), number);
        for task in tasks {
            if is_open(state, &task.key) {
                let queued = self.tasks.entry(task.key.clone()).or_insert(Queued { task, priority });
                queued.priority = queued.priority.min(priority);
            }
        }
    }

    /// Whether a task with this key is wanted.
    pub fn holds(&self, key: &BuildKey) -> bool {
        self.tasks.contains_key(key)
    }

    /// How many builds are under way.
    pub fn running(&self) -> usize {
        self.running.len()
    }

    /// How many wait.
    pub fn waiting(&self) -> usize {
        self.tasks.len() - self.running.len()
    }

    /// Takes tasks to start now: those whose needs are met, while fewer than `at_once` run.
    pub fn start(&mut self, state: &State, at_once: usize, now_ms: u64) -> Vec<Task> {
        let mut ready: Vec<&Queued> = self
            .tasks
            .values()
            .filter(|queued| !self.running.contains(&queued.task.key))
            .filter(|queued| queued.task.needs.iter().all(|key| has_succeeded(state, key)))
            .filter(|queued| !is_pausing(state, &queued.task.key, now_ms))
            .collect();
        ready.sort_by_key(|queued| (queued.priority, queued.task.needs.len()));
        let room = at_once.saturating_sub(self.running.len());
        let started: Vec<Task> = ready.into_iter().take(room).map(|queued| queued.task.clone()).collect();
        self.running.extend(started.iter().map(|task| task.key.clone()));
        started
    }

    /// A build ended; it stays wanted if it only errored.
    pub fn ended(&mut self, state: &State, key: &BuildKey) {
        self.running.remove(key);
        if !is_open(state, key) {
            self.tasks.remove(key);
        }
    }

    /// Takes tasks that can never start, because one that they need failed.
    pub fn take_doomed(&mut self, state: &State) -> Vec<Doomed> {
        let failed = |key: &BuildKey| {
            let build = state.builds.get(key)?;
            matches!(build.outcome, Outcome::Failed { .. }).then(|| build.package.clone())
        };
        let doomed: Vec<Doomed> = self
            .tasks
            .values()
            .filter_map(|queued| {
                let package = queued.task.needs.iter().find_map(failed)?;
                Some(Doomed { task: queued.task.clone(), package })
            })
            .collect();
        for doomed in &doomed {
            self.tasks.remove(&doomed.task.key);
        }
        doomed
    }

    /// Drops what no change of an awake environment wants any more, unless it runs.
    pub fn forget_unwanted(&mut self, wanted: &BTreeSet<BuildKey>) {
        let needed: BTreeSet<BuildKey> = self
            .tasks
            .values()
            .filter(|queued| wanted.contains(&queued.task.key))
            .flat_map(|queued| queued.task.needs.iter().cloned())
            .collect();
        let running = &self.running;
        self.tasks.retain(|key, _| wanted.contains(key) || needed.contains(key) || running.contains(key));
    }
}

/// Whether a key has neither an output nor a verdict.
pub fn is_open(state: &State, key: &BuildKey) -> bool {
    let settled = state
        .builds
        .get(key)
        .is_some_and(|build| matches!(build.outcome, Outcome::Succeeded { .. } | Outcome::Failed { .. }));
    !settled && !state.artifacts.contains_key(key)
}

/// Keys among tasks whose builds failed, perhaps by something that keys do not cover: what is outside, or files that only
/// their checks read. A new change tries them again.
pub fn reopened(state: &State, tasks: &[Task]) -> Vec<BuildKey> {
    let may_succeed = |task: &&Task| {
        state.builds.get(&task.key).is_some_and(|build| match build.outcome {
            Outcome::Failed { outside, .. } => outside || !build.shown.is_empty() && build.shown != task.shown_digest(),
            _ => false,
        })
    };
    tasks.iter().filter(may_succeed).map(|task| task.key.clone()).collect()
}

/// Keys of apps that a change wants and that are open.
pub fn open_keys<'a>(state: &'a State, change: &'a Change) -> impl Iterator<Item = &'a BuildKey> {
    let apps = change.apps().into_iter().flat_map(|apps| apps.values());
    apps.map(|planned| &planned.key).filter(|key| is_open(state, key))
}

fn has_succeeded(state: &State, key: &BuildKey) -> bool {
    state.builds.get(key).is_some_and(|build| matches!(build.outcome, Outcome::Succeeded { .. }))
}

fn is_pausing(state: &State, key: &BuildKey, now_ms: u64) -> bool {
    match state.builds.get(key).map(|build| &build.outcome) {
        Some(Outcome::Errored { times, at_ms, .. }) => {
            now_ms < at_ms + LONGEST_PAUSE_MS.min(ERROR_PAUSE_MS * u64::from(*times))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests;
