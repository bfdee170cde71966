//! The route table as a pure function of the state and of which instances are ready.

use std::collections::{BTreeMap, BTreeSet};

use api::table::{self, AppReleases, Environment, Release, Route, RouteTable, Target};
use model::name::host_label;
use model::state::{AppState, Change, ChangePlan, EnvironmentState, Live, Outcome};
use model::{App, AppName, Artifact, EnvironmentName, Label, PlannedApp, Start, State};

/// The host part under which releases are addressed between edge and balancer.
const INTERNAL_DOMAIN: &str = "release.internal";

/// Ready instances by release, and how each is reached.
pub type Targets = BTreeMap<Label, Vec<Target>>;

/// The table for a state; its generation is 0 until it is published.
pub fn table(state: &State, targets: &Targets) -> RouteTable {
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
        let releases = environment.apps.iter().filter_map(|(app, running)| Some((app.clone(), releases(running)?)));
        let entry = Environment {
            site,
            hosts,
            routes: routes(state, environment),
            default_app: environment.newest_known().and_then(default_app),
            apps: releases.collect(),
            absent: absent(state, name, environment),
        };
        table.environments.insert(name.clone(), entry);
        table.releases.extend(named(state, environment, targets));
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

fn releases(running: &AppState) -> Option<AppReleases> {
    let live = running.live.as_ref()?;
    Some(AppReleases {
        live: live.release.label.clone(),
        fallback: running.fallback.as_ref().map(|fallback| fallback.live.release.label.clone()),
        kept: running.kept.clone(),
    })
}

/// The routes of the apps that are live. An app that declares none has its base path, if nobody declares that.
fn routes(state: &State, environment: &EnvironmentState) -> Vec<Route> {
    let live = environment.apps.iter().filter_map(|(name, running)| Some((name, running.live.as_ref()?)));
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

fn default_app(change: &Change) -> Option<AppName> {
    match &change.plan {
        ChangePlan::Known { default_app, .. } => default_app.clone(),
        _ => None,
    }
}

/// Apps without anything live, and why.
fn absent(state: &State, name: &EnvironmentName, environment: &EnvironmentState) -> BTreeMap<AppName, String> {
    let planned = environment.newest_known().and_then(Change::apps).into_iter().flatten();
    let missing = planned.filter(|(app, _)| environment.apps.get(*app).is_none_or(|running| running.live.is_none()));
    missing.map(|(app, planned)| (app.clone(), why_absent(state, name, environment, planned))).collect()
}

fn why_absent(state: &State, name: &EnvironmentName, environment: &EnvironmentState, planned: &PlannedApp) -> String {
    if environment.apps.get(&planned.app.name).is_some_and(|running| running.deploying.is_some()) {
        return "it is being started".to_owned();
    }
    match state.builds.get(&planned.key).map(|build| &build.outcome) {
        None => "its build waits".to_owned(),
        Some(Outcome::Running) => "it is being built".to_owned(),
        Some(Outcome::Failed { because, .. }) => format!("its build failed: {because}"),
        Some(Outcome::Errored { because, .. }) => format!("its build could not be made: {because}"),
        Some(Outcome::Succeeded { .. }) => failed_deployment(state, name, planned),
    }
}

fn failed_deployment(state: &State, name: &EnvironmentName, planned: &PlannedApp) -> String {
    let is_its = |deployment: &&model::state::Deployment| {
        deployment.version.app == planned.app.name && deployment.environment == *name
    };
    match state.deployments.iter().rev().find(is_its).map(|deployment| &deployment.result) {
        Some(model::state::DeploymentResult::Failed { because, .. }) => format!("it could not be started: {because}"),
        _ => "it is about to be started".to_owned(),
    }
}

fn named(state: &State, environment: &EnvironmentState, targets: &Targets) -> Vec<(Label, Release)> {
    let live = environment.apps.values().filter_map(|running| running.live.as_ref());
    let fallback = environment.apps.values().filter_map(|running| Some(&running.fallback.as_ref()?.live));
    let releases = live.chain(fallback).filter_map(|live| {
        let artifact = state.artifacts.get(&live.release.version.key)?;
        let label = live.release.label.clone();
        let release = Release {
            version: live.release.version.clone(),
            environment: live.release.environment.clone(),
            assets: artifact.assets.clone(),
            base_path: beginning(artifact),
            shell: artifact.shell.clone(),
            is_static: artifact.start == Start::Static,
            targets: targets.get(&label).cloned().unwrap_or_default(),
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
