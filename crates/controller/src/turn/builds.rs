//! Builds: those that a change waits for are started, told of and recorded.

use std::collections::BTreeSet;

use engine::{BuildFailure, Built, Progress};
use model::{Actor, BuildKey, Event, Task};
use store::StoreError;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::{Controller, Input, Notice, chain};
use crate::builds;

impl Controller {
    pub(super) fn start_builds(&mut self) -> Result<(), StoreError> {
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

    pub(super) fn show_progress(&self, key: BuildKey, progress: Progress) {
        if let Some(build) = self.state().builds.get(&key) {
            self.notify(Notice::Progress { package: build.package.clone(), key, progress });
        }
    }

    pub(super) fn apply_build(
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
}
