//! Plans of every app of a workspace, several at once.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use model::{App, AppName, EnvironmentName, RepoPath};

use super::{Live, Planned, Planner, Toolchains};
use crate::inputs::Inputs;
use crate::parallel;
use crate::workspace::Workspace;

/// Fewer apps than this are not worth a thread.
const FEWEST_APPS: usize = 2;

/// Plans the build of every app; a package that several need is looked at once.
///
/// # Panics
/// As [`super::plan`].
pub fn all(
    workspace: &Workspace,
    environment: &EnvironmentName,
    toolchains: &Toolchains,
) -> BTreeMap<AppName, Planned> {
    each(workspace, environment, toolchains, None, |planned| planned)
}

/// What `wanted` takes of each app's plan.
fn each<Wanted: Send>(
    workspace: &Workspace,
    environment: &EnvironmentName,
    toolchains: &Toolchains,
    live: Option<&Live>,
    wanted: impl Fn(Planned) -> Wanted + Sync,
) -> BTreeMap<AppName, Wanted> {
    let (apps, next) = (workspace.apps.values().collect::<Vec<&App>>(), AtomicUsize::new(0));
    // One app may be as large as all others, so that each thread takes the next.
    let some = || {
        let open = std::iter::from_fn(|| apps.get(next.fetch_add(1, Ordering::Relaxed)).copied());
        together(workspace, open, environment, toolchains, live, &wanted)
    };
    parallel::alike(apps.len().div_ceil(FEWEST_APPS), some).into_iter().flatten().collect()
}

/// The same of some apps, one after the other; what several need is looked at once.
pub(crate) fn together<'a, Wanted>(
    workspace: &'a Workspace,
    apps: impl Iterator<Item = &'a App>,
    environment: &EnvironmentName,
    toolchains: &Toolchains,
    live: Option<&Live>,
    wanted: impl Fn(Planned) -> Wanted,
) -> Vec<(AppName, Wanted)> {
    let mut planners: BTreeMap<&RepoPath, Planner<'_>> = BTreeMap::new();
    let planned = apps.map(|app| {
        let root = &workspace.members[&app.path].root;
        let planner =
            planners.entry(root).or_insert_with(|| Planner { live, ..Planner::new(workspace, app, toolchains) });
        (app.name.clone(), wanted(planner.plan(app, environment)))
    });
    planned.collect()
}

/// What the key of every app covers.
///
/// # Panics
/// As [`super::plan`].
pub fn inputs(
    workspace: &Workspace,
    environment: &EnvironmentName,
    toolchains: &Toolchains,
) -> BTreeMap<AppName, Inputs> {
    each(workspace, environment, toolchains, None, |planned| planned.inputs)
}

/// The same, and what was looked at for that.
pub(crate) fn inputs_and_live(
    workspace: &Workspace,
    environment: &EnvironmentName,
    toolchains: &Toolchains,
) -> (BTreeMap<AppName, Inputs>, Live) {
    let live = Live::new(workspace.snapshot.files.len());
    let inputs = each(workspace, environment, toolchains, Some(&live), |planned| planned.inputs);
    (inputs, live)
}
