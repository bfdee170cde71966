//! The report of what is seen, done and waited for, which `status` reads.

use api::status::{self, Report};
use model::plan::{self, Condition};

use super::Controller;
use crate::table;

impl Controller {
    /// Keeps what is seen, done and waited for where `status` finds it, whenever it changed.
    pub(super) fn report(&mut self) {
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
}
