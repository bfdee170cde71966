//! How a file gets into an app's build: from the file along who asks for it to what the build reads by itself.

use model::{App, RepoPath};

use super::{Planner, Toolchains};
use crate::inputs::Component;
use crate::modules::{Found, Graph, Import, Passed, Reached, Wanted};
use crate::workspace::Workspace;

/// How many names of exports a step tells.
const MOST_NAMES: usize = 3;

/// How a file gets into a build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    /// The member whose build reads it: the app's, or a package's whose output the app's stands on.
    pub built: RepoPath,
    /// From the file to what the build reads by itself.
    pub steps: Vec<Step>,
    /// What cannot be told, without which the build would not read it.
    pub doubt: Option<String>,
}

/// One file that asks for another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The file that asks.
    pub file: String,
    /// What it does with the one before: `imports "Button" of`.
    pub does: String,
}

/// Ways from each of some files into an app's build; of a file that gets into it by the outputs of packages alone the way
/// into the first of these.
///
/// # Panics
/// As [`super::plan`].
pub fn ways(workspace: &Workspace, app: &App, toolchains: &Toolchains, files: &[&str]) -> Vec<Option<Way>> {
    let planner = Planner::new(workspace, app, toolchains);
    let mut found = vec![None; files.len()];
    let own = (app.path.clone(), planner.build_of_app(app));
    let packages = planner.packages_to_build(&app.path).into_iter().map(|path| {
        let build = planner.build_of_package(&path);
        (path, build)
    });
    for (built, build) in std::iter::once(own).chain(packages) {
        if found.iter().all(Option::is_some) {
            break;
        }
        let reached = planner.reached(&built, &build);
        // What it needs of other builds is looked at there.
        let own = planner.draft(&built, &build, &reached).inputs;
        for (file, found) in files.iter().zip(&mut found).filter(|(_, found)| found.is_none()) {
            let parts = [Component::File, Component::Signature, Component::Code, Component::Types];
            let counted = parts.iter().find_map(|part| own.own_part(&part((*file).to_owned())));
            *found = counted.map(|counted| Way {
                built: built.clone(),
                steps: steps(workspace.graph(), &reached, file),
                doubt: counted.reach.doubt().map(str::to_owned),
            });
        }
    }
    found
}

/// Who asks for a file, and who for that; none for what a build reads by itself.
fn steps(graph: &Graph, reached: &Reached, file: &str) -> Vec<Step> {
    let from = |file: u32| reached.counted.get(&file).and_then(|origin| origin.from);
    let first = graph.place(file);
    // Who asks was reached before, so that this ends.
    let asked = std::iter::successors(first, |file| from(*file));
    asked
        .filter_map(|file| {
            Some(Step { file: graph.path(from(file)?).to_owned(), does: does(graph, from(file)?, file) })
        })
        .collect()
}

/// What a file does with another.
fn does(graph: &Graph, file: u32, other: u32) -> String {
    let Some(node) = graph.node(file) else { return "leads to".to_owned() };
    let is_it = |found: &Found| found.files().contains(&other);
    let passed = node.record.passed.iter().zip(&node.passed).filter(|(_, found)| is_it(found));
    let passed: Vec<&Passed> = passed.map(|(passed, _)| passed).collect();
    let imported = node.record.imports.iter().zip(&node.imports).find(|(_, found)| is_it(found));
    if let Some((Import { wanted, is_type, .. }, _)) = imported {
        return match wanted {
            Wanted::All if *is_type => "imports types of".to_owned(),
            Wanted::All => "imports all of".to_owned(),
            Wanted::Names(names) if names.is_empty() => "imports".to_owned(),
            Wanted::Names(names) => format!("imports {} of", listed(names.iter().map(AsRef::as_ref))),
        };
    }
    if !passed.is_empty() {
        let names: Option<Vec<&str>> = passed.iter().map(|passed| passed.exported.as_deref()).collect();
        return match names {
            Some(names) => format!("re-exports {} of", listed(names.into_iter())),
            None => "re-exports all of".to_owned(),
        };
    }
    if node.configured.iter().any(|(_, found)| is_it(found)) {
        return "names the package of".to_owned();
    }
    if node.below.contains(&other) {
        return "names the folder of".to_owned();
    }
    if node.referred.contains(&other) {
        return "refers to".to_owned();
    }
    if node.compiled.contains(&other) {
        return "has a compiler make something of".to_owned();
    }
    // Past modules that do not count.
    let is_placed = graph.node(other).is_some_and(|other| other.record.is_placed);
    let leads_on = is_placed && !node.named.contains(&other);
    if leads_on { "leads to".to_owned() } else { "names".to_owned() }
}

fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let mut names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    if names.len() > MOST_NAMES {
        let more = names.len() - MOST_NAMES;
        names.truncate(MOST_NAMES);
        names.push(format!("{more} more"));
    }
    names.join(", ")
}
