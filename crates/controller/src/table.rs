//! The route table as a pure function of the state and of which instances are ready.

use std::collections::{BTreeMap, BTreeSet};

use api::status::Silent;
use api::table::{self, Absence, AppReleases, Environment, Release, Route, RouteTable, Target};
use model::name::host_label;
use model::state::{AppState, Change, ChangePlan, DeploymentResult, EnvironmentState, Live, Outcome};
use model::{App, AppName, Artifact, EnvironmentName, Label, PlannedApp, Serving, Start, State};

use crate::words;

/// The host part under which releases are addressed between edge and balancer.
const INTERNAL_DOMAIN: &str = "release.internal";

/// Ready instances by release, and how each is reached.
pub type Targets = BTreeMap<Label, Vec<Target>>;

/// How the last instance of a release ended that did, by release.
pub type Endings = BTreeMap<Label, Ending>;

/// How an instance ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// In a sentence.
    pub because: String,
    /// Its last lines.
    pub last_lines: Vec<String>,
}

/// The table for a state; its generation is 0 until it is published.
pub fn table(state: &State, targets: &Targets, endings: &Endings) -> RouteTable {
    let apps = production_apps(state);
    let mut table = RouteTable {
        format: table::FORMAT,
        generation: 0,
        domain: state.domain.clone(),
        internal_domain: INTERNAL_DOMAIN.to_owned(),
        environments: BTreeMap::new(),
        sleeping: BTreeMap::new(),
        releases: BTreeMap::new(),
        listeners: BTreeMap::new(),
    };
    for (name, environment) in &state.environments {
        let site = site(state, name);
        let hosts = hosts(state, name, environment, &apps);
        if !environment.awake || is_new(environment) && !name.is_production() {
            let all = hosts.into_keys().chain([site]);
            table.sleeping.extend(all.map(|host| (host, name.clone())));
            continue;
        }
        let releases =
            environment.apps.iter().filter_map(|(app, running)| Some((app.clone(), releases(state, running)?)));
        let (newest, kinds) = (environment.newest_known(), kinds(state, environment));
        let entry = Environment {
            site,
            hosts,
            routes: routes(state, environment),
            default_app: newest.and_then(default_app).filter(|app| kinds.get(app) != Some(&Serving::Worker)),
            apps: releases.collect(),
            absent: absent(state, name, environment, targets, endings),
            kinds,
            is_known: newest.is_some(),
            not_served: newest.map(not_served).unwrap_or_default(),
            problems: problems(environment),
        };
        table.environments.insert(name.clone(), entry);
        table.releases.extend(named(state, environment, targets, endings));
    }
    table
}

/// Labels that a table names.
pub fn labels(table: &RouteTable) -> BTreeSet<Label> {
    table.releases.keys().cloned().collect()
}

/// The apps that production has.
pub fn production_apps(state: &State) -> BTreeSet<AppName> {
    let newest = state.production().and_then(EnvironmentState::newest_known).and_then(Change::apps);
    newest.into_iter().flat_map(|apps| apps.keys().cloned()).collect()
}

/// The host of an environment's site.
pub fn site(state: &State, environment: &EnvironmentName) -> String {
    if environment.is_production() { state.domain.clone() } else { format!("{environment}.{}", state.domain) }
}

/// The host of an app in an environment.
pub fn app_host(state: &State, environment: &EnvironmentName, app: &AppName) -> String {
    format!("{}.{}", host_label(app, environment), state.domain)
}

/// Whether no commit of an environment was looked at yet: then it is not known what falls through to production.
fn is_new(environment: &EnvironmentState) -> bool {
    environment.changes.iter().all(|change| change.plan == ChangePlan::Unknown)
}

fn hosts(
    state: &State,
    name: &EnvironmentName,
    environment: &EnvironmentState,
    production: &BTreeSet<AppName>,
) -> BTreeMap<String, AppName> {
    let own = environment.newest_known().and_then(Change::apps).into_iter().flat_map(BTreeMap::keys);
    production.iter().chain(own).map(|app| (app_host(state, name, app), app.clone())).collect()
}

/// What may be sent requests of an app; none if it is a worker.
fn releases(state: &State, running: &AppState) -> Option<AppReleases> {
    let answers = |live: &&Live| !state.is_worker(&live.release);
    let live = running.live.as_ref().filter(answers)?;
    let fallback = running.fallback.as_ref().map(|fallback| &fallback.live).filter(answers);
    Some(AppReleases {
        live: live.release.label.clone(),
        fallback: fallback.map(|live| live.release.label.clone()),
        kept: running.kept.clone(),
    })
}

/// The routes of the apps that are live and answer. An app that declares none has its base path, if nobody declares that.
fn routes(state: &State, environment: &EnvironmentState) -> Vec<Route> {
    let live = environment.apps.iter().filter_map(|(name, running)| Some((name, running.live.as_ref()?)));
    let live = live.filter(|(_, live)| !state.is_worker(&live.release));
    let live: Vec<_> = live.filter_map(|(name, live)| Some((name, as_declared(state, environment, live)?))).collect();
    let route = |prefix: &String, app: &AppName| Route { prefix: prefix.clone(), app: app.clone() };
    let mut routes: Vec<Route> =
        live.iter().flat_map(|(name, app)| app.routes.iter().map(|prefix| route(prefix, name))).collect();
    for (name, app) in live.iter().filter(|(_, app)| app.routes.is_empty()) {
        if let Some(prefix) = app.base_path.as_ref().filter(|prefix| routes.iter().all(|it| it.prefix != **prefix)) {
            routes.push(route(prefix, name));
        }
    }
    routes
}

/// An app as the newest change that runs the live build configures it; where none is remembered, as it was built.
fn as_declared<'a>(state: &'a State, environment: &'a EnvironmentState, live: &Live) -> Option<&'a App> {
    let version = &live.release.version;
    let planned = environment.changes.iter().rev().find_map(|change| {
        let planned = change.apps()?.get(&version.app)?;
        (planned.key == version.key).then_some(&planned.app)
    });
    planned.or_else(|| state.artifacts.get(&version.key).map(|artifact| &artifact.app))
}

fn not_served(change: &Change) -> BTreeMap<String, String> {
    match &change.plan {
        ChangePlan::Known { not_served, .. } => not_served.clone(),
        ChangePlan::Unknown | ChangePlan::Refused { .. } => BTreeMap::new(),
    }
}

/// Why an environment's newest commit cannot be used, if it was looked at and cannot.
fn problems(environment: &EnvironmentState) -> Vec<String> {
    match environment.head().map(|change| &change.plan) {
        Some(ChangePlan::Refused { problems }) => problems.clone(),
        Some(ChangePlan::Known { .. } | ChangePlan::Unknown) | None => Vec::new(),
    }
}

fn default_app(change: &Change) -> Option<AppName> {
    match &change.plan {
        ChangePlan::Known { default_app, .. } => default_app.clone(),
        _ => None,
    }
}

/// Apps without anything live, workers that do not run, and why.
fn absent(
    state: &State,
    name: &EnvironmentName,
    environment: &EnvironmentState,
    targets: &Targets,
    endings: &Endings,
) -> BTreeMap<AppName, Absence> {
    let planned = environment.newest_known().and_then(Change::apps).into_iter().flatten();
    let missing = planned.filter_map(|(app, planned)| {
        let live = environment.apps.get(app).and_then(|running| running.live.as_ref());
        let absence = match live {
            None => why_absent(state, name, environment, planned),
            Some(live) if state.is_worker(&live.release) && !targets.contains_key(&live.release.label) => {
                why_silent(&live.release.label, endings).unwrap_or_else(|| passing("it is being started"))
            }
            Some(_) => return None,
        };
        Some((app.clone(), absence))
    });
    missing.collect()
}

/// Why nothing of an app of an environment's newest change is live.
pub fn why_absent(
    state: &State,
    name: &EnvironmentName,
    environment: &EnvironmentState,
    planned: &PlannedApp,
) -> Absence {
    if environment.apps.get(&planned.app.name).is_some_and(|running| running.deploying.is_some()) {
        return passing("it is being started");
    }
    match state.builds.get(&planned.key).map(|build| &build.outcome) {
        None => passing("its build waits"),
        Some(Outcome::Running) => passing("it is being built"),
        Some(Outcome::Failed { because, hint, last_lines, .. }) => {
            let hint = hint.as_ref().map(|hint| format!(" ({hint})")).unwrap_or_default();
            Absence {
                because: format!("its build failed: {because}{hint}"),
                is_passing: false,
                last_lines: words::plain(last_lines),
            }
        }
        Some(Outcome::Errored { because, .. }) => passing(&format!("its build could not be made: {because}")),
        Some(Outcome::Succeeded { .. }) => failed_deployment(state, name, planned),
    }
}

fn failed_deployment(state: &State, name: &EnvironmentName, planned: &PlannedApp) -> Absence {
    let is_its = |deployment: &&model::state::Deployment| {
        deployment.version.app == planned.app.name && deployment.environment == *name
    };
    match state.deployments.iter().rev().find(is_its).map(|deployment| &deployment.result) {
        Some(DeploymentResult::Failed { because, last_lines }) => Absence {
            because: format!("it could not be started: {because}"),
            is_passing: false,
            last_lines: words::plain(last_lines),
        },
        _ => passing("it is about to be started"),
    }
}

/// Why a live release has no instance that is ready: what the last one said at its end. It is started again.
fn why_silent(release: &Label, endings: &Endings) -> Option<Absence> {
    let ending = endings.get(release)?;
    Some(Absence {
        because: format!("it ended and is started again: {}", ending.because),
        is_passing: true,
        last_lines: ending.last_lines.clone(),
    })
}

/// Everything that is live while no instance of it is ready, and why, as far as that is known.
pub fn silent(state: &State, targets: &Targets, endings: &Endings) -> Vec<Silent> {
    let running = state.environments.iter().flat_map(|(name, environment)| {
        environment.apps.iter().filter_map(move |(app, running)| Some((name, app, running.live.as_ref()?)))
    });
    let silent = running.filter(|(.., live)| !targets.contains_key(&live.release.label));
    let silent = silent.filter_map(|(environment, app, live)| {
        let absence = why_silent(&live.release.label, endings)?;
        Some(Silent { environment: environment.clone(), app: app.clone(), absence })
    });
    silent.collect()
}

fn passing(because: &str) -> Absence {
    Absence { because: because.to_owned(), is_passing: true, last_lines: Vec::new() }
}

/// How each app of an environment is served: as what is live was built, else as it is planned.
pub fn kinds(state: &State, environment: &EnvironmentState) -> BTreeMap<AppName, Serving> {
    let planned = environment.newest_known().and_then(Change::apps).into_iter().flatten();
    let planned = planned.map(|(app, planned)| {
        let built = state.artifacts.get(&planned.key).map(Artifact::serving);
        (app.clone(), built.unwrap_or(planned.app.serving))
    });
    let live = environment.apps.iter().filter_map(|(app, running)| {
        let artifact = state.artifacts.get(&running.live.as_ref()?.release.version.key)?;
        Some((app.clone(), artifact.serving()))
    });
    planned.chain(live).collect()
}

/// The apps that an instance of an environment may call: its own and production's, but no workers.
pub fn callable(state: &State, environment: &EnvironmentName) -> Vec<AppName> {
    let mut kinds = state.production().map(|production| self::kinds(state, production)).unwrap_or_default();
    kinds.extend(state.environments.get(environment).map(|own| self::kinds(state, own)).unwrap_or_default());
    kinds.into_iter().filter(|(_, kind)| *kind != Serving::Worker).map(|(app, _)| app).collect()
}

fn named(state: &State, environment: &EnvironmentState, targets: &Targets, endings: &Endings) -> Vec<(Label, Release)> {
    // Where a worker answers for nobody, neither does the server before it.
    let asked = environment.apps.values().filter(|running| releases(state, running).is_some());
    let live = asked.flat_map(|running| {
        let fallback = running.fallback.iter().map(|fallback| &fallback.live);
        running.live.iter().chain(fallback).filter(|live| !state.is_worker(&live.release))
    });
    let releases = live.filter_map(|live| {
        let artifact = state.artifacts.get(&live.release.version.key)?;
        let label = live.release.label.clone();
        let targets = targets.get(&label).cloned().unwrap_or_default();
        let release = Release {
            version: live.release.version.clone(),
            environment: live.release.environment.clone(),
            assets: artifact.assets.clone(),
            base_path: beginning(artifact),
            shell: artifact.shell.clone(),
            not_found: artifact.not_found.clone(),
            is_static: artifact.start == Start::Static,
            trouble: if targets.is_empty() { why_silent(&label, endings) } else { None },
            targets,
        };
        Some((label, release))
    });
    releases.collect()
}

/// Where an app's own host leads from `/`: its base path; of an app that lives below one route, that.
fn beginning(artifact: &Artifact) -> String {
    match artifact.app.routes.as_slice() {
        [only] if artifact.base_path.is_empty() => only.trim_end_matches('/').to_owned(),
        _ => artifact.base_path.clone(),
    }
}

#[cfg(test)]
mod tests;
