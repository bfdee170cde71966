//! What a commit comes to: its apps and what the key of each covers. It is kept by commit, and a commit that changes
//! nothing but what is inside files is told from one that is kept, without reading the rest again.
//!
//! What files say of each other, what rules read, and which files there are decide everything but the contents that keys
//! cover. Where none of that differs between two commits, neither does what is derived from it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::thread;

use model::{App, AppName, CommitId, EnvironmentName, Environmental, RepoPath};
use serde::{Deserialize, Serialize};

use crate::detect;
use crate::git::GitError;
use crate::inputs::{Component, Inputs};
use crate::knowledge::Knowledge;
use crate::plan::{self, Live};
use crate::undeclared;
use crate::workspace::{Member, Unreadable, Workspace};
use crate::{Repository, Snapshot};

mod after;

mod aside;

mod kept;

mod own;

mod stored;

pub use stored::Stored;

use aside::Aside;
use kept::Kept;
use own::Own;

/// How many commits before one are looked at for one that is kept.
const MOST_BEFORE: usize = 20;

/// What a commit comes to in production, with toolchains as it writes them.
#[derive(Clone, Debug)]
pub struct Analysis {
    /// The branch that is configured as production's.
    pub production: Option<String>,
    /// Its apps.
    pub apps: BTreeMap<AppName, Analysed>,
    /// What a person should know.
    pub warnings: Vec<String>,
    structure: Arc<Structure>,
}

/// An app of a commit.
#[derive(Clone, Debug)]
pub struct Analysed {
    /// Its folder.
    pub path: RepoPath,
    /// What its key covers.
    pub inputs: Inputs,
}

/// What decides everything but contents.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Structure {
    /// Files whose texts are read by rules.
    told: BTreeSet<String>,
    /// Those of them of which rules read nothing but a few words.
    entries: BTreeSet<String>,
    /// Names of members and of packages from outside that anybody asks for.
    names: BTreeSet<String>,
    /// Where it is all the same which exports of what are asked for.
    kept: Kept,
    /// Modules by which it is told how packages are made, whose texts may be paths as those of configuration may.
    making: BTreeSet<String>,
    /// What decides whether that matters what no build reads by itself.
    aside: Option<Aside>,
    /// What decides whether more than the contents of an app's own files matters, by folders of apps that nobody else reads.
    own: BTreeMap<String, Arc<Own>>,
}

impl Analysis {
    /// What a commit comes to: what is kept of it, what can be told from another commit that is kept, or what reading it
    /// says. `near` is a commit that is likely to be kept.
    ///
    /// # Errors
    /// If it cannot be read, or not used.
    pub fn of(
        repository: &Repository,
        commit: &CommitId,
        near: Option<&CommitId>,
        knowledge: &Knowledge,
    ) -> Result<Arc<Analysis>, Unreadable> {
        if let Some(analysis) = knowledge.analysis(commit) {
            return Ok(analysis);
        }
        let analysis = match Analysis::from_one_before(repository, commit, near, knowledge)? {
            Some(analysis) => analysis,
            None => {
                let snapshot = thread::scope(|scope| {
                    scope.spawn(|| knowledge.read_ahead());
                    repository.snapshot(commit)
                });
                Analysis::of_snapshot(snapshot?, knowledge)?
            }
        };
        Ok(knowledge.add_analysis(commit, analysis))
    }

    /// What any files come to.
    ///
    /// # Errors
    /// As [`Analysis::of`].
    pub fn of_snapshot(snapshot: Snapshot, knowledge: &Knowledge) -> Result<Analysis, Unreadable> {
        let workspace = Workspace::read_to_compare(snapshot, knowledge)?;
        let toolchains = plan::as_written(&workspace);
        let ((undeclared, aside), (mut inputs, live)) = thread::scope(|scope| {
            let beside = scope.spawn(|| {
                let undeclared = undeclared::found(&workspace);
                let aside = Aside::of(&workspace, &undeclared);
                (undeclared::warnings(&undeclared), aside)
            });
            let planned = plan::inputs_and_live(&workspace, &EnvironmentName::production(), &toolchains);
            (beside.join().expect("looking does not panic"), planned)
        });
        for (name, inputs) in &mut inputs {
            for (variable, values) in of_previews(&workspace.apps[name]) {
                inputs.add(Component::Variable(variable), values);
            }
        }
        let analysed = |(app, inputs): (AppName, Inputs)| {
            let path = workspace.apps[&app].path.clone();
            (app, Analysed { path, inputs })
        };
        let analysis = Analysis {
            production: workspace.config.production.clone(),
            apps: inputs.into_iter().map(analysed).collect(),
            warnings: workspace.warnings.iter().chain(&undeclared).map(ToString::to_string).collect(),
            structure: Arc::new(Structure {
                told: workspace.told.clone(),
                entries: entries(&workspace),
                names: names(&workspace),
                kept: Kept::of(&workspace, &live),
                making: making(&workspace, &live),
                own: if aside.is_some() { own::found(&workspace, &live) } else { BTreeMap::new() },
                aside: aside.map(|aside| aside.with(&workspace, &live)),
            }),
        };
        // Giving it back takes a while.
        thread::spawn(move || drop(workspace));
        Ok(analysis)
    }

    /// What the keys of its apps cover.
    pub fn inputs(&self) -> BTreeMap<AppName, Inputs> {
        self.apps.iter().map(|(name, app)| (name.clone(), app.inputs.clone())).collect()
    }

    fn from_one_before(
        repository: &Repository,
        commit: &CommitId,
        near: Option<&CommitId>,
        knowledge: &Knowledge,
    ) -> Result<Option<Analysis>, GitError> {
        let known = knowledge.analysed();
        if known.is_empty() {
            return Ok(None);
        }
        let kept = |before: CommitId| Some((knowledge.analysis(&before)?, before));
        let near = near.filter(|near| known.contains(*near)).cloned().and_then(kept);
        let before = match near {
            Some(near) => Some(near),
            None => {
                let before = repository.before(commit, MOST_BEFORE)?.into_iter();
                before.filter(|before| known.contains(before)).find_map(kept)
            }
        };
        let Some((analysis, before)) = before else { return Ok(None) };
        // Commits and contents that are not there are told by whoever reads the rest.
        let read = |objects: &[&str]| repository.contents(objects).ok();
        let changes = repository.changes(&before, commit).ok();
        Ok(changes.and_then(|changes| analysis.after(commit, &changes, &read)))
    }
}

/// Variables that builds for previews are given with another value, each with both: a commit that changes only that affects
/// its previews.
fn of_previews(app: &App) -> impl Iterator<Item = (String, String)> {
    let of_builds = app.env.iter().filter(|(name, _)| plan::is_for_builds(app, name));
    of_builds.filter_map(|(name, value)| match value {
        Environmental::PerKind { production, preview } if production != preview => {
            let values = [production, preview].map(|value| value.as_deref().unwrap_or_default());
            Some((name.clone(), values.join("\n")))
        }
        _ => None,
    })
}

/// Files in which programs may begin, and that neither a script nor a target can name, as it names configuration.
fn entries(workspace: &Workspace) -> BTreeSet<String> {
    let is_entry = |path: &&String| {
        let name = path.rsplit('/').next().unwrap_or(path);
        let member = workspace.owner(path).and_then(|owner| workspace.members.get(owner));
        let is_named = |Member { manifest, path, .. }: &Member| {
            let mut scripts = manifest.scripts().filter_map(|script| manifest.script(script));
            let mut commands = workspace.roots.values().flat_map(|root| root.pipeline.commands(path));
            scripts.any(|script| script.contains(name)) || commands.any(|(_, command)| command.text.contains(name))
        };
        detect::is_entry(name) && member.is_some_and(|member| !is_named(member))
    };
    workspace.told.iter().filter(is_entry).cloned().collect()
}

/// Names by which anything of the workspace may be named.
fn names(workspace: &Workspace) -> BTreeSet<String> {
    let manifests = workspace.members.values().map(|member| &member.manifest);
    let manifests = manifests.chain(workspace.roots.values().map(|root| &root.manifest));
    let asked_for = manifests.flat_map(|manifest| manifest.all_dependencies().into_keys().map(str::to_owned));
    workspace.members.values().map(|member| member.name.clone()).chain(asked_for).collect()
}

/// Modules by which it is told how packages are made.
fn making(workspace: &Workspace, live: &Live) -> BTreeSet<String> {
    let graph = workspace.graph();
    let making = graph.nodes().filter(|(file, node)| live.makes(*file) && !node.is_configuration);
    making.map(|(file, _)| graph.path(file).to_owned()).collect()
}

#[cfg(test)]
pub mod tests;
