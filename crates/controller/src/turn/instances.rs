//! Instances: what is listed is planned with, and what is planned is started, recorded and removed.

use engine::{Error, InstanceSpec, ObservedInstance};
use model::plan::{self, Observed, Step};
use model::{Actor, EnvironmentKind, Event, InstanceId, Release};
use store::StoreError;

use super::probes::last_lines;
use super::{Controller, GRACE, Input, chain};
use crate::table;

impl Controller {
    pub(super) fn apply_listing(&mut self, number: u64, result: Result<Vec<ObservedInstance>, Error>) {
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

    pub(super) fn plan_and_act(&mut self) -> Result<(), StoreError> {
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

    pub(super) fn observed(&self) -> Observed {
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
}
