//! Queries: what the log, the report and the log files tell. They read, also while a controller runs.

use std::collections::BTreeMap;
use std::os::unix::net::UnixStream;

use api::layout::DataDirectory;
use api::socket::ShortPath;
use api::status::Report;
use controller::table::{app_host, kinds, site, why_absent};
use model::state::{AppState, Change, ChangePlan, DeploymentResult, EnvironmentState, Outcome};
use model::{AppName, EnvironmentName, PlannedApp, Serving, State};
use serde_json::{Value, json};

use crate::place::Place;
use crate::report::Failure;
use crate::show::{port, seconds, start_hint};

/// The state of a place, or a failure that says how to begin.
///
/// # Errors
/// If nothing ever ran there, or its database cannot be read.
pub fn state(place: &Place) -> Result<State, Failure> {
    let read = store::read(&place.data.database())
        .map_err(|error| Failure::unusable("the state cannot be read").caused_by(&error))?;
    read.ok_or_else(|| {
        Failure::unusable("nothing ever ran for this repository")
            .because(format!("there is no database in `{}`", place.data.path().display()))
            .hint("`frontage up` starts it")
    })
}

/// Prints a value as JSON, or lines for people.
pub fn print(json: bool, value: &Value, lines: impl FnOnce() -> Vec<String>) {
    if json {
        crate::say(&serde_json::to_string_pretty(value).expect("values serialise"));
    } else {
        lines().iter().for_each(|line| crate::say(&crate::plain(line)));
    }
}

/// `frontage status`.
///
/// # Errors
/// If the state cannot be read.
pub fn status(place: &Place, json: bool) -> Result<(), Failure> {
    let state = state(place)?;
    let report = place.has_controller().then(|| report(&place.data)).flatten();
    let environments: Vec<Value> = state
        .environments
        .iter()
        .map(|(name, known)| environment_value(&state, name, known, report.as_ref()))
        .collect();
    let value = json!({
        "controller": if place.has_controller() { "running" } else { "stopped" },
        "repository": place.repository.id().as_str(),
        "data": place.data.path(),
        "site": format!("http://{}{}", state.domain, port(&state.listen)),
        "missing": state.missing,
        "environments": environments,
        "report": report,
    });
    print(json, &value, || status_lines(place, &state, report.as_ref()));
    Ok(())
}

fn report(data: &DataDirectory) -> Option<Report> {
    serde_json::from_slice(&std::fs::read(data.report()).ok()?).ok()
}

fn environment_value(
    state: &State,
    name: &EnvironmentName,
    environment: &EnvironmentState,
    report: Option<&Report>,
) -> Value {
    let kinds = kinds(state, environment);
    let head = environment
        .head()
        .map(|change| json!({"number": change.number, "commit": change.commit.as_str(), "subject": change.subject}));
    let apps: Vec<Value> = apps(environment)
        .into_iter()
        .map(|app| {
            let running = environment.apps.get(&app);
            let live = running.and_then(|running| running.live.as_ref());
            let last_lines = last_lines(state, name, environment, &app, report);
            let hint = hint(state, name, environment, &app, &last_lines);
            json!({
                "name": app.as_str(),
                "kind": kinds.get(&app),
                "url": (kinds.get(&app) != Some(&Serving::Worker)).then(|| url(state, name, &app)),
                "version": live.map(|live| live.release.version.to_string()),
                "release": live.map(|live| live.release.label.as_str()),
                "commit": live.and_then(|live| state.artifacts.get(&live.release.version.key)).map(|artifact| artifact.commit.as_str()),
                "since_ms": live.map(|live| live.since_ms),
                "pinned": name.is_production() && state.pins.contains_key(&app),
                "deploying": running.and_then(|running| running.deploying.as_ref()).map(|deploying| deploying.release.version.to_string()),
                "condition": condition(state, name, environment, &app),
                "last_lines": last_lines,
                "hint": hint,
            })
        })
        .collect();
    json!({
        "name": name.as_str(),
        "branch": environment.branch,
        "awake": environment.awake,
        "url": format!("http://{}{}", site(state, name), port(&state.listen)),
        "head": head,
        "apps": apps,
        "not_served": not_served(environment),
    })
}

fn url(state: &State, environment: &EnvironmentName, app: &AppName) -> String {
    format!("http://{}{}", app_host(state, environment, app), port(&state.listen))
}

/// Members of the workspace that are not served, by folder, and why.
fn not_served(environment: &EnvironmentState) -> BTreeMap<String, String> {
    match environment.newest_known().map(|change| &change.plan) {
        Some(ChangePlan::Known { not_served, .. }) => not_served.clone(),
        _ => BTreeMap::new(),
    }
}

/// What the build or the instance said last of an app that cannot answer.
fn last_lines(
    state: &State,
    name: &EnvironmentName,
    environment: &EnvironmentState,
    app: &AppName,
    report: Option<&Report>,
) -> Vec<String> {
    let planned = environment.newest_known().and_then(|change| change.apps()?.get(app));
    let live = environment.apps.get(app).and_then(|running| running.live.as_ref());
    let is_newest = |planned: &PlannedApp| live.is_some_and(|live| live.release.version.key == planned.key);
    if live.is_some() && planned.is_none_or(is_newest) {
        let silent = report.into_iter().flat_map(|report| &report.silent);
        let of_app = silent.into_iter().find(|silent| silent.environment == *name && silent.app == *app);
        return of_app.map(|silent| silent.absence.last_lines.clone()).unwrap_or_default();
    }
    planned.map(|planned| why_absent(state, name, environment, planned).last_lines).unwrap_or_default()
}

/// What a person can do about what an app said last: of a failed build what the build found, else of its start.
fn hint(
    state: &State,
    name: &EnvironmentName,
    environment: &EnvironmentState,
    app: &AppName,
    last_lines: &[String],
) -> Option<String> {
    let planned = environment.newest_known().and_then(|change| change.apps()?.get(app));
    match planned.and_then(|planned| state.builds.get(&planned.key)).map(|build| &build.outcome) {
        Some(Outcome::Failed { hint, .. }) => hint.clone(),
        _ => start_hint(state, name, app, last_lines),
    }
}

fn apps(environment: &EnvironmentState) -> Vec<AppName> {
    let planned = environment.newest_known().and_then(Change::apps).into_iter().flat_map(|apps| apps.keys());
    let mut apps: Vec<AppName> = planned.chain(environment.apps.keys()).cloned().collect();
    apps.sort();
    apps.dedup();
    apps
}

/// How an app stands, in a sentence.
fn condition(state: &State, name: &EnvironmentName, environment: &EnvironmentState, app: &AppName) -> String {
    let running = environment.apps.get(app);
    let newest = environment.newest_known().and_then(|change| change.apps()?.get(app));
    let outcome = newest.and_then(|planned| state.builds.get(&planned.key)).map(|build| &build.outcome);
    if let Some(AppState { deploying: Some(deploying), .. }) = running {
        return format!("deploying `{}`", deploying.release.version);
    }
    match (running.and_then(|running| running.live.as_ref()), outcome) {
        (_, Some(Outcome::Failed { because, .. })) => format!("newest build failed: {because}"),
        (_, Some(Outcome::Errored { because, .. })) => format!("newest build is tried again: {because}"),
        (_, Some(Outcome::Running)) => "newest build is under way".to_owned(),
        (Some(live), _) if newest.is_some_and(|planned| planned.key != live.release.version.key) => {
            if environment.apps.get(app).is_some_and(|running| !running.failed.is_empty()) {
                let why = newest.map(|planned| why_absent(state, name, environment, planned).because);
                format!("newest version failed, this one answers: {}", why.unwrap_or_default())
            } else {
                "live, not the newest version".to_owned()
            }
        }
        (Some(_), _) => "live".to_owned(),
        (None, _) => match newest {
            Some(planned) => format!("not live: {}", why_absent(state, name, environment, planned).because),
            None => "not live yet".to_owned(),
        },
    }
}

fn status_lines(place: &Place, state: &State, report: Option<&Report>) -> Vec<String> {
    let mut lines = Vec::new();
    if report.is_none() {
        let socket = ShortPath::of(&place.data.edge_socket());
        let is_served = socket.is_ok_and(|short| UnixStream::connect(short.as_path()).is_ok());
        let rest = if is_served { "the edge and instances go on" } else { "nothing is served" };
        lines.push(format!("no controller is running, {rest}; this is how it was last"));
    }
    lines.push(format!("site: http://{}{}   data: {}", state.domain, port(&state.listen), place.data.path().display()));
    for missing in &state.missing {
        lines.push(format!("note: {missing}"));
    }
    for (name, environment) in &state.environments {
        let head = environment
            .head()
            .map_or_else(String::new, |head| format!(" at #{} {} {}", head.number, head.commit.short(), head.subject));
        let asleep = if environment.awake { "" } else { ", asleep" };
        lines.push(format!("{name} (branch `{}`{asleep}){head}", environment.branch));
        if let Some(Change { plan: ChangePlan::Refused { problems }, .. }) = environment.head() {
            lines.extend(problems.iter().map(|problem| format!("  cannot be used: {problem}")));
        }
        let kinds = kinds(state, environment);
        for app in apps(environment) {
            let live = environment.apps.get(&app).and_then(|running| running.live.as_ref());
            let version = live.map_or("-".to_owned(), |live| live.release.version.key.short().to_owned());
            let pinned = if name.is_production() && state.pins.contains_key(&app) { ", pinned" } else { "" };
            let place = match kinds.get(&app) {
                Some(Serving::Worker) => "a worker".to_owned(),
                _ => url(state, name, &app),
            };
            let condition = condition(state, name, environment, &app);
            lines.push(format!("  {app:<20} {version:<8}  {place}  {condition}{pinned}"));
            let noticed = environment.apps.get(&app).into_iter().flat_map(|running| &running.noticed);
            lines.extend(noticed.map(|what| format!("    note: {what}")));
            let said = last_lines(state, name, environment, &app, report);
            lines.extend(said.iter().map(|line| format!("      | {line}")));
            let hint = hint(state, name, environment, &app, &said);
            lines.extend(hint.map(|hint| format!("      hint: {}", hint.replace('\n', "\n      "))));
        }
        match not_served(environment).len() {
            0 => {}
            count => lines.push(format!("  not served: {count} of the workspace; `frontage apps` says why")),
        }
    }
    if let Some(report) = report {
        lines.push(format!("builds: {} under way, {} waiting", report.building, report.queued));
        lines.extend(report.waiting.iter().map(|waiting| format!("waiting: {waiting}")));
        lines.extend(report.trouble.iter().map(|trouble| format!("trouble: {trouble}")));
        for instance in &report.instances {
            lines.push(format!("instance {:<32} {}", instance.instance, instance.condition));
        }
    }
    lines
}

/// `frontage why`.
///
/// # Errors
/// If the state cannot be read or there is no such app.
pub fn why(place: &Place, app: &str, environment: &str, json: bool) -> Result<(), Failure> {
    let state = state(place)?;
    let (environment, app) = find(&state, environment, app)?;
    let known = &state.environments[&environment];
    let changes: Vec<&Change> = known.changes.iter().rev().filter(|change| change.apps().is_some()).collect();
    let planned = |change: &&Change| change.apps().and_then(|apps| apps.get(&app)).cloned();
    let newest = changes.first().copied();
    let last = changes.iter().copied().find(|change| planned(change).is_some_and(|app| !app.reasons.is_empty()));
    let value = json!({
        "app": app.as_str(),
        "environment": environment.as_str(),
        "newest": newest.map(|change| json!({
            "number": change.number, "commit": change.commit.as_str(),
            "affected": planned(&change).is_some_and(|app| !app.reasons.is_empty()),
        })),
        "affected_by": last.map(|change| json!({
            "number": change.number, "commit": change.commit.as_str(), "subject": change.subject,
            "key": planned(&change).map(|app| app.key), "reasons": planned(&change).map(|app| app.reasons),
        })),
    });
    print(json, &value, || {
        let mut lines = Vec::new();
        if let (Some(newest), Some(last)) = (newest, last)
            && newest.number != last.number
        {
            lines.push(format!(
                "#{} {} {} does not affect `{app}`: nothing that its build sees changed",
                newest.number,
                newest.commit.short(),
                newest.subject
            ));
        }
        match last {
            None => lines.push(format!("no change that is known affects `{app}` in {environment}")),
            Some(change) => {
                lines.push(format!("#{} {} {} affects `{app}`:", change.number, change.commit.short(), change.subject));
                let reasons = planned(&change).map(|app| app.reasons).unwrap_or_default();
                lines.extend(reasons.iter().map(|reason| format!("  {reason}")));
            }
        }
        lines
    });
    Ok(())
}

/// `frontage builds`.
///
/// # Errors
/// If the state cannot be read.
pub fn builds(place: &Place, json: bool) -> Result<(), Failure> {
    let state = state(place)?;
    let mut builds: Vec<_> = state.builds.values().collect();
    builds.sort_by_key(|build| build.started_ms);
    let value: Vec<Value> = builds
        .iter()
        .map(|build| {
            json!({
                "key": build.key, "package": build.package, "app": build.app, "commit": build.commit,
                "started_ms": build.started_ms, "outcome": build.outcome,
                "log": place.data.build_logs().join(format!("{}.log", build.key)),
            })
        })
        .collect();
    print(json, &Value::Array(value), || {
        builds
            .iter()
            .map(|build| {
                let outcome = match &build.outcome {
                    Outcome::Running => "under way".to_owned(),
                    Outcome::Succeeded { duration_ms } => format!("built in {}", seconds(*duration_ms)),
                    Outcome::Failed { duration_ms, because, .. } => {
                        format!("failed after {}: {because}", seconds(*duration_ms))
                    }
                    Outcome::Errored { because, times, .. } => format!("could not be done ({times} times): {because}"),
                };
                let (when, key) = (time(build.started_ms), build.key.short());
                format!("{when}  {key}  {:<24} {}  {outcome}", build.package, build.commit.short())
            })
            .collect()
    });
    Ok(())
}

/// `frontage deploys`.
///
/// # Errors
/// If the state cannot be read.
pub fn deploys(place: &Place, json: bool) -> Result<(), Failure> {
    let state = state(place)?;
    let value: Vec<Value> = state
        .deployments
        .iter()
        .map(|deployment| {
            let mut value = serde_json::to_value(deployment).expect("deployments serialise");
            value["version"] = json!(deployment.version.to_string());
            value["app"] = json!(deployment.version.app);
            value
        })
        .collect();
    print(json, &Value::Array(value), || {
        state
            .deployments
            .iter()
            .map(|deployment| {
                let result = match &deployment.result {
                    DeploymentResult::Running => "under way".to_owned(),
                    DeploymentResult::Live => "went live".to_owned(),
                    DeploymentResult::Failed { because, .. } => format!("failed: {because}"),
                    DeploymentResult::Returned { because, .. } => format!("was taken back: {because}"),
                    DeploymentResult::Overtaken => "was overtaken".to_owned(),
                };
                let cause = if deployment.pinned { "pin".to_owned() } else { format!("#{}", deployment.number) };
                let took =
                    deployment.commit_to_live_ms.map(|took_ms| format!(", {} from commit to live", seconds(took_ms)));
                format!(
                    "{}  {}  {:<32} {cause:<5} {result}{}",
                    time(deployment.started_ms),
                    deployment.environment,
                    deployment.version,
                    took.unwrap_or_default()
                )
            })
            .collect()
    });
    Ok(())
}

/// An environment and one of its apps by name.
///
/// # Errors
/// If there is none of that name; the nearest is suggested.
pub fn find(state: &State, environment: &str, app: &str) -> Result<(EnvironmentName, AppName), Failure> {
    let Some((name, known)) = state.environments.iter().find(|(name, _)| name.as_str() == environment) else {
        let names: Vec<String> = state.environments.keys().map(|name| format!("`{name}`")).collect();
        return Err(Failure::unusable(format!("no environment called `{environment}`"))
            .hint(format!("environments are {}", names.join(", "))));
    };
    let apps = apps(known);
    if let Some(app) = apps.iter().find(|known| known.as_str() == app) {
        return Ok((name.clone(), app.clone()));
    }
    let failure = Failure::unusable(format!("no app called `{app}` in {environment}"));
    // A package's name is told without its scope.
    let asked = app.rsplit('/').next().unwrap_or(app);
    let likeness = |known: &AppName| strsim::jaro_winkler(known.as_str(), asked);
    let nearest = apps.iter().max_by(|one, other| likeness(one).total_cmp(&likeness(other)));
    let names: Vec<String> = apps.iter().map(|app| format!("`{app}`")).collect();
    Err(match nearest {
        None => failure.hint("no app of it is known yet"),
        Some(nearest) if likeness(nearest) > 0.8 => failure.hint(format!("did you mean `{nearest}`?")),
        Some(_) => failure.hint(format!("apps are {}", names.join(", "))),
    })
}

fn time(at_ms: u64) -> String {
    let at = i64::try_from(at_ms).ok().and_then(|at_ms| jiff::Timestamp::from_millisecond(at_ms).ok());
    at.map_or_else(|| "?".to_owned(), |at| at.strftime("%Y-%m-%d %H:%M:%S").to_string())
}
