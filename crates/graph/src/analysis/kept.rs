//! What counts whole as soon as anything of it does: packages from outside, and modules of which nothing is left out that nobody
//! uses. It is all the same which of their exports are asked for, and what those of such modules are called.

use std::collections::{BTreeMap, BTreeSet};

use model::{RepoPath, resolved};
use serde::{Deserialize, Serialize};

use super::aside::Aside;
use crate::modules::{Found, folder_of, package_of};
use crate::plan::Live;
use crate::workspace::Workspace;

/// Where it is all the same which exports of what are asked for.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Kept {
    /// Packages that are from outside wherever they are imported.
    outside: BTreeSet<Box<str>>,
    /// Names that are no paths, of which each stands for such modules of another member wherever it is imported.
    names: BTreeSet<Box<str>>,
    /// Folders of members that have no other modules. Files of apps are told of by themselves.
    members: BTreeSet<String>,
    /// Files that builds only may open. What these ask for may be lacking, by name.
    opened: BTreeSet<Box<str>>,
}

impl Kept {
    /// What is known of a workspace whose apps are planned.
    pub fn of(workspace: &Workspace, live: &Live) -> Kept {
        let graph = workspace.graph();
        let (mut outside, mut names) = (BTreeMap::<&str, bool>::new(), BTreeMap::<&str, bool>::new());
        let mut members: BTreeMap<&str, bool> = BTreeMap::new();
        let is_app = |member: &&RepoPath| workspace.apps.values().any(|app| app.path == **member);
        for (file, node) in graph.nodes() {
            if let Some(member) = node.member.as_ref().filter(|member| !is_app(member)) {
                *members.entry(member.as_str()).or_insert(true) &= graph.is_kept(file);
            }
            let is_of_others = |file: &u32| graph.owner(*file).is_some_and(|owner| Some(owner) != node.member.as_ref());
            for (module, found) in node.record.modules().zip(node.imports.iter().chain(&node.passed)) {
                *outside.entry(package_of(module)).or_insert(true) &= *found == Found::Outside;
                if !module.starts_with('.') {
                    let files = found.files();
                    let is_kept = matches!(found, Found::Files(_))
                        && files.iter().all(|file| is_of_others(file) && graph.is_kept(*file));
                    *names.entry(module).or_insert(true) &= is_kept;
                }
            }
        }
        let of_members =
            |file: &u32| graph.owner(*file).is_some_and(|owner| members.get(owner.as_str()) == Some(&true));
        let opened = graph.nodes().map(|(file, _)| file).filter(|file| live.only_opens(*file) && of_members(file));
        let those = |found: BTreeMap<&str, bool>| -> BTreeSet<Box<str>> {
            found.into_iter().filter(|(_, is_so)| *is_so).map(|(name, _)| name.into()).collect()
        };
        Kept {
            outside: those(outside),
            opened: opened.map(|file| graph.path(file).into()).collect(),
            names: those(names),
            members: members.iter().filter(|(_, is_kept)| **is_kept).map(|(member, _)| (*member).to_owned()).collect(),
        }
    }

    /// Whether nobody's build depends on what a file's exports are called.
    pub fn holds(&self, path: &str, aside: &Aside) -> bool {
        self.members.contains(aside.owner(path)) && !self.opened.contains(path)
    }

    /// Whether it is all the same which exports of a module a file asks for.
    pub fn is_whole(&self, module: &str, path: &str, aside: Option<&Aside>) -> bool {
        if self.outside.contains(package_of(module)) {
            return true;
        }
        let Some(aside) = aside.filter(|_| !self.opened.contains(path)) else { return false };
        if !module.starts_with('.') {
            return self.names.contains(module);
        }
        let member = aside.owner(path);
        // A manifest counts by its fields.
        let is_own = |lead: String| {
            let name = lead.rsplit('/').next().unwrap_or_default();
            aside.owner(&lead) == member && !matches!(name, "package" | "package.json")
        };
        self.members.contains(member) && resolved(folder_of(path), module).is_some_and(is_own)
    }
}
