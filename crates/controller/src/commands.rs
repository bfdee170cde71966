//! What operators' commands mean: a pure function from the state to an entry for the log, or a refusal.

use api::control::Answer;
use model::state::DeploymentResult;
use model::{AppName, BuildKey, EnvironmentName, Event, State, Version};

/// Pins production's app to a version that is kept: the one whose key begins with `digits`, or the one that
/// was live before.
///
/// # Errors
/// An [`Answer::Refused`] if there is no such app or version.
pub fn rollback(state: &State, app: &AppName, digits: Option<&str>) -> Result<Version, Answer> {
    must_exist(state, app)?;
    let key = match digits {
        Some(digits) => named(state, app, digits)?,
        None => before(state, app).ok_or_else(|| {
            refused(
                format!("`{app}` has no earlier version in production"),
                None,
                "name one: `frontage deploys` lists them",
            )
        })?,
    };
    Ok(Version { app: app.clone(), key })
}

/// Takes the pin of production's app away.
///
/// # Errors
/// An [`Answer::Refused`] if it has none.
pub fn unpin(state: &State, app: &AppName) -> Result<Event, Answer> {
    must_exist(state, app)?;
    if state.pins.contains_key(app) {
        Ok(Event::Unpinned { app: app.clone() })
    } else {
        Err(refused(format!("`{app}` is not pinned"), None, "`frontage status` shows what is"))
    }
}

/// Whether production has an app, as far as its apps are known yet.
///
/// # Errors
/// An [`Answer::Refused`] if it has others, and not this one.
pub fn exists(state: &State, app: &AppName) -> Result<(), Answer> {
    if crate::table::production_apps(state).is_empty() { Ok(()) } else { must_exist(state, app) }
}

/// Versions of an app that are kept, newest deployment first.
pub fn versions(state: &State, app: &AppName) -> Vec<Version> {
    let mut versions: Vec<Version> = Vec::new();
    let deployed = state.deployments.iter().rev().filter(|deployment| &deployment.version.app == app);
    let built = state.artifacts.values().filter(|artifact| &artifact.version.app == app);
    for version in deployed.map(|deployment| &deployment.version).chain(built.map(|artifact| &artifact.version)) {
        if !versions.contains(version) {
            versions.push(version.clone());
        }
    }
    versions
}

fn must_exist(state: &State, app: &AppName) -> Result<(), Answer> {
    let apps = crate::table::production_apps(state);
    if apps.contains(app) {
        return Ok(());
    }
    let known: Vec<String> = apps.iter().map(|app| format!("`{app}`")).collect();
    Err(refused(format!("no app called `{app}` in production"), None, format!("apps are {}", known.join(", "))))
}

fn named(state: &State, app: &AppName, digits: &str) -> Result<BuildKey, Answer> {
    let digits = digits.strip_prefix(&format!("{app}@")).unwrap_or(digits);
    let versions = versions(state, app);
    let matching: Vec<&Version> =
        versions.iter().filter(|version| version.key.as_str().starts_with(digits) && digits.len() >= 4).collect();
    match matching.as_slice() {
        [version] => Ok(version.key.clone()),
        found => {
            let because = match found.len() {
                0 => "no version that is kept begins so".to_owned(),
                several => format!("{several} versions begin so"),
            };
            let kept: Vec<String> = versions.iter().map(|version| format!("`{version}`")).collect();
            let hint = format!("versions are {}", kept.join(", "));
            Err(refused(format!("`{digits}` is no version of `{app}`"), Some(because), hint))
        }
    }
}

/// The version that was live before the one that is.
fn before(state: &State, app: &AppName) -> Option<BuildKey> {
    let production = EnvironmentName::production();
    let live = state.production()?.apps.get(app)?.live.as_ref()?.release.version.key.clone();
    let went_live = state.deployments.iter().rev().filter(|deployment| {
        deployment.environment == production
            && &deployment.version.app == app
            && deployment.result == DeploymentResult::Live
    });
    let mut keys = went_live.map(|deployment| &deployment.version.key).skip_while(|key| **key != live);
    keys.find(|key| **key != live && state.artifacts.contains_key(*key)).cloned()
}

fn refused(error: String, because: Option<String>, hint: impl Into<String>) -> Answer {
    Answer::Refused { error, because, hint: Some(hint.into()) }
}
