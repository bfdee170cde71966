//! Health: every instance is asked as long as it runs, and the last words of one that is not well are kept.

use std::time::Duration;

use engine::Probe;
use model::{EnvironmentKind, Event, InstanceId, Release, plan};
use tokio::time::Instant;

use super::{Controller, Input};
use crate::world::Secrets;
use crate::{table, words};

/// How often a starting instance is asked whether it is ready.
const PROBE_STARTING: Duration = Duration::from_millis(50);

/// How often one is that answers, but by an error.
const PROBE_FAILING: Duration = Duration::from_secs(1);

/// How often a ready instance is asked whether it still is.
const PROBE_READY: Duration = Duration::from_secs(5);

/// How often the last lines of an instance that is not healthy are read.
const LINES_EVERY: Duration = Duration::from_secs(2);

/// How long a health check waits for its answer.
const PROBE_PATIENCE: Duration = Duration::from_secs(5);

/// How many last lines of an instance are shown when it ended.
const LAST_LINES: usize = 30;

impl Controller {
    /// Looks after an instance from now on: a server is asked for its health, of a worker is seen that it stays.
    pub(super) fn probe(&mut self, instance: InstanceId) {
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

    pub(super) fn stop_probe(&mut self, instance: &InstanceId) {
        if let Some(probe) = self.probes.remove(instance) {
            probe.abort();
        }
    }

    pub(super) fn release_of(&self, instance: &InstanceId) -> Option<Release> {
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
pub(super) async fn last_lines(
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
