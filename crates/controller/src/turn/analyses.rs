//! Changes: which are analysed, when one that came to nothing is tried again, and what follows from an answer.

use std::collections::BTreeMap;

use model::state::{Change, ChangePlan};
use model::{Actor, BuildKey, CommitId, EnvironmentKind, EnvironmentName, Event, PlannedApp, State};
use store::StoreError;

use super::{Controller, Input, chain};
use crate::builds;
use crate::world::{Analysis, AnalysisRequest, Base, Refusal};

/// The longest pause before an analysis that came to nothing is tried again, in milliseconds.
const LONGEST_PAUSE_MS: u64 = 60_000;

impl Controller {
    /// One analysis at a time: production's changes in order first, then each preview's newest.
    pub(super) fn start_analysis(&mut self) {
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

    pub(super) fn apply_analysis(
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
