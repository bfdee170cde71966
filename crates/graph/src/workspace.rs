//! A workspace at a commit: its members and how they need each other, its configuration and its apps.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ops::Bound;
use std::sync::Arc;

use globset::GlobSet;
use model::{App, AppName, Environmental, PackageManager, RepoPath, ShownFile, resolved};

use crate::config::{AppConfig, Config};
use crate::detect::Finding;
use crate::diagnostic::Diagnostic;
use crate::git::{GitError, Snapshot};
use crate::knowledge::Knowledge;
use crate::lockfile::{Lockfile, Reading};
use crate::manifest::{LIFECYCLE, Manifest};
use crate::modules::{self, Found, Graph, Language, Node, head_of, is_bare};
use crate::packages;
use crate::pipeline::Pipeline;
use crate::plan::is_for_builds;

mod read;

mod apps;

mod needs;

mod links;

mod settings;

use read::Purpose;
pub use read::{VERSION_FILES, is_told, lockfile_of, may_tell};

pub use needs::Needs;

use needs::Order;

/// The longest way from a package to who needs it that is told; what lies in its middle is left out.
const LONGEST_VIA: usize = 10;

/// A workspace at a commit.
#[derive(Clone, Debug)]
pub struct Workspace {
    /// The files that builds can be shown.
    pub snapshot: Snapshot,
    /// Where packages are installed together, by folder.
    pub roots: BTreeMap<RepoPath, Root>,
    /// Members of all roots, by folder.
    pub members: BTreeMap<RepoPath, Member>,
    /// What is configured.
    pub config: Config,
    /// Its apps by name.
    pub apps: BTreeMap<AppName, App>,
    /// What is configured of each app, its manifest's part included.
    pub app_configs: BTreeMap<AppName, AppConfig>,
    /// Which files an app's build reads besides, and which it does not.
    pub globs: BTreeMap<AppName, Globs>,
    /// The app that answers what no route claims.
    pub default_app: Option<AppName>,
    /// What each member was found to be, by folder.
    pub findings: BTreeMap<RepoPath, Finding>,
    /// Members that are no apps, with the reason.
    pub skipped: Vec<(RepoPath, String)>,
    /// Folders of roots that cannot be used, beside others that can.
    pub set_aside: Vec<RepoPath>,
    /// What a person should know.
    pub warnings: Vec<Diagnostic>,
    /// Files whose texts say what the workspace is.
    pub told: BTreeSet<String>,
    /// Files of each member, and by none those of nobody.
    owned: BTreeMap<Option<RepoPath>, Vec<ShownFile>>,
    needs: Needs,
    graph: Graph,
    order: Order,
}

/// Which files an app's build reads besides its own, and which of all it does not.
#[derive(Clone, Debug, Default)]
pub struct Globs {
    /// Files of the repository that it reads besides.
    pub inputs: GlobSet,
    /// Files that it does not read.
    pub ignore: GlobSet,
}

/// A workspace root: the folder of a lockfile, whose members are installed together.
#[derive(Clone, Debug)]
pub struct Root {
    /// Its folder.
    pub folder: RepoPath,
    /// Its manifest.
    pub manifest: Manifest,
    /// The package manager that installs it.
    pub manager: PackageManager,
    /// Its lockfile; none if it needs nothing from outside.
    pub lockfile: Option<Arc<Lockfile>>,
    /// Settings of its package manager that the lockfile does not tell.
    pub settings: Vec<settings::Setting>,
    /// Whether it is installed with copies of members in place of links.
    pub injects: bool,
    /// What keeps it from being installed; nothing of what is built.
    pub not_installed: Vec<Diagnostic>,
    /// Files that say which Node.js is wanted: name and content.
    pub version_files: BTreeMap<String, String>,
    /// What builds wait for besides the packages that they need.
    pub pipeline: Pipeline,
    /// Its own scripts that generate what builds read, and that nothing runs by itself.
    pub generate: Vec<String>,
}

/// A workspace member.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// Its folder.
    pub path: RepoPath,
    /// The folder of its root.
    pub root: RepoPath,
    /// Its package name.
    pub name: String,
    /// Its manifest.
    pub manifest: Manifest,
    /// Whether others need its `build` to have run.
    pub is_built: bool,
    /// Scripts that run before the builds of others, besides `build`, each after those that it waits for.
    pub wanted_scripts: Vec<String>,
}

/// Why there is no workspace.
#[derive(Debug)]
pub enum Unreadable {
    /// The commit cannot be used: problems, and warnings among them.
    Commit(Vec<Diagnostic>),
    /// Git failed.
    Git(GitError),
}

impl From<GitError> for Unreadable {
    fn from(error: GitError) -> Unreadable {
        Unreadable::Git(error)
    }
}

impl Member {
    /// Whether others need it to be built first.
    pub fn has_task(&self) -> bool {
        self.is_built
            || !self.wanted_scripts.is_empty()
            || LIFECYCLE.iter().any(|name| self.manifest.script(name).is_some())
    }
}

impl Root {
    /// The folder of a member as its lockfile names it: relative to the root's, empty for the root itself.
    pub fn below<'a>(&self, member: &'a RepoPath) -> &'a str {
        self.folder.below(member.as_str())
    }

    /// A path that the lockfile or a manifest of the root names, as the repository names it; none if it leaves that.
    pub fn named(&self, below: &str) -> Option<String> {
        resolved(self.folder.as_str(), below)
    }

    /// The version or range of its package manager that its manifest names, with its hash if there is one:
    /// `packageManager`, `devEngines`, Volta.
    pub fn named_manager(&self) -> Option<&str> {
        let (manifest, program) = (&self.manifest, self.manager.program());
        let exact = manifest.text("packageManager").and_then(|text| text.split_once('@'));
        let exact = exact.filter(|(name, _)| *name == program).map(|(_, version)| version);
        let dev_engine = || {
            let name = manifest.text_at(&["devEngines", "packageManager", "name"])?;
            (name == program).then(|| manifest.text_at(&["devEngines", "packageManager", "version"]))?
        };
        exact.or_else(dev_engine).or_else(|| manifest.text_at(&["volta", program]))
    }

    /// Why a version of its package manager would not install from its lockfile as it is; none if it does, or if
    /// that cannot be told.
    pub fn misread_by(&self, version: &str) -> Option<Diagnostic> {
        let lockfile = self.lockfile.as_ref()?;
        let version = version.split('+').next().unwrap_or(version);
        (lockfile.read_by(version) == Reading::Anew).then(|| {
            let (program, file) = (self.manager.program(), lockfile_of(self.manager));
            let problem = format!(
                "the lockfile is of version {}; {program} {version}, which `package.json` names, would ignore it or write \
                 it anew",
                lockfile.version()
            );
            let hint = format!(
                "`{program} install` with {program} {version}, then commit `{file}`; or name one that reads it: {}",
                lockfile.range()
            );
            Diagnostic::error(problem).in_file(self.folder.join(file)).hint(hint)
        })
    }

    /// A folder that the lockfile names, as the repository names it.
    pub fn member_at(&self, below: &str) -> Option<RepoPath> {
        self.named(below)?.parse().ok()
    }
}

impl Workspace {
    /// Reads a workspace.
    ///
    /// # Errors
    /// If git fails, or the commit cannot be used; then with every problem that was found.
    pub fn read(snapshot: Snapshot) -> Result<Workspace, Unreadable> {
        Workspace::read_knowing(snapshot, &Knowledge::default())
    }

    /// The same for one commit after another: contents that were looked at before are not read again.
    ///
    /// # Errors
    /// As [`Workspace::read`].
    pub fn read_knowing(snapshot: Snapshot, knowledge: &Knowledge) -> Result<Workspace, Unreadable> {
        read::read(snapshot, knowledge, Purpose::Build)
    }

    /// The same of what is compared with another commit and not built: a lockfile that cannot be used is no error.
    ///
    /// # Errors
    /// As [`Workspace::read`], but for what only keeps the commit from being installed.
    pub fn read_to_compare(snapshot: Snapshot, knowledge: &Knowledge) -> Result<Workspace, Unreadable> {
        read::read(snapshot, knowledge, Purpose::Compare)
    }

    /// Gives variables that the repository does not hold to the builds that may see them; what it says itself wins.
    pub fn give(&mut self, variables: &BTreeMap<String, String>) {
        for app in self.apps.values_mut() {
            let given: Vec<_> = variables.iter().filter(|(name, _)| is_for_builds(app, name)).collect();
            for (name, value) in given {
                app.env.entry(name.clone()).or_insert_with(|| Environmental::Same(value.clone()));
            }
        }
    }

    /// Serves no app of a root, beside those of others.
    pub fn set_aside(&mut self, root: &RepoPath, problem: Diagnostic) {
        let members = &self.members;
        let is_of_root = |app: &App| members.get(&app.path).is_some_and(|member| member.root == *root);
        let aside: Vec<App> = self.apps.extract_if(.., |_, app| is_of_root(app)).map(|(_, app)| app).collect();
        let because = Diagnostic { hint: None, ..problem.clone() }.to_string();
        self.skipped.extend(aside.into_iter().map(|app| (app.path, because.clone())));
        self.default_app = self.default_app.take().filter(|name| self.apps.contains_key(name));
        self.warnings.push(problem);
        self.set_aside.push(root.clone());
    }

    /// Whether a folder is a member's.
    pub fn is_member(&self, folder: &RepoPath) -> bool {
        self.members.contains_key(folder)
    }

    /// The root of a member.
    pub fn root_of(&self, member: &RepoPath) -> Option<&Root> {
        self.roots.get(&self.members.get(member)?.root)
    }

    /// Files of a member, without those of members below its folder. A member at the repository's root has all that
    /// nobody else has.
    pub fn files_of(&self, path: &RepoPath) -> impl Iterator<Item = &ShownFile> {
        let owner = (!path.is_root()).then(|| path.clone());
        self.owned.get(&owner).into_iter().flatten()
    }

    /// Files that belong to no member, or to one at the repository's root.
    pub fn unowned_files(&self) -> impl Iterator<Item = &ShownFile> {
        self.owned.get(&None).into_iter().flatten()
    }

    /// The member that owns a file; none of what belongs to nobody, or to one at the repository's root.
    pub fn owner(&self, path: &str) -> Option<&RepoPath> {
        owner(&self.members, path)
    }

    /// Members below a folder, which may be the repository's own.
    pub fn members_below(&self, folder: &str) -> impl Iterator<Item = &RepoPath> {
        let below = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let behind = self.members.range::<str, _>((Bound::Included(below.as_str()), Bound::Unbounded));
        behind.map(|(member, _)| member).take_while(move |member| member.as_str().starts_with(&below))
    }

    /// Whether a path is that of a member, or of a folder of such: a place, and nothing that is read.
    pub fn is_place(&self, path: &str) -> bool {
        path.parse().is_ok_and(|path: RepoPath| self.is_member(&path)) || self.members_below(path).next().is_some()
    }

    /// Members that a path in a text in a folder leads into, or that a pattern in it may mean, whether anything is there or
    /// not. A pattern with nothing in front but a way out means something only if that is `certain`: most often such a text
    /// is about addresses.
    pub fn members_at(&self, folder: &str, text: &str, certain: bool) -> Vec<&RepoPath> {
        let head = head_of(text);
        let Some(path) = resolved(folder, head.unwrap_or(text)) else { return Vec::new() };
        let owner = self.owner(&format!("{path}/")).filter(|_| !path.is_empty());
        let mut found: Vec<&RepoPath> = owner.into_iter().collect();
        if head.is_some() && (certain || !is_bare(text)) {
            found.extend(self.members_below(&path));
        }
        found
    }

    /// Whether a member's manifest, or that of its root, asks for a package.
    pub fn asks_for(&self, member: &RepoPath, package: &str) -> bool {
        let found = self.members.get(member);
        let by_root = || self.root_of(member).is_some_and(|root| root.manifest.asks_for(package));
        found.is_some_and(|found| found.manifest.asks_for(package) || by_root())
    }

    /// Whether what configures a member's bundler, or what that imports, has it keep what nobody uses.
    pub fn keeps_all(&self, member: &RepoPath) -> bool {
        let keeps = |node: &Node| node.record.keeps_all;
        self.configuration_of(member, |_, node| node.is_configuration).iter().any(|(_, node)| {
            let mut built = node.all().filter_map(Found::built);
            keeps(node) || built.any(|package| self.nodes_of(package).any(|(_, node)| keeps(node)))
        })
    }

    /// Modules of a member, and what they import.
    pub fn nodes_of(&self, member: &RepoPath) -> impl Iterator<Item = (u32, &Node)> {
        let places = self.files_of(member).filter_map(|file| self.graph.place(file.path.as_str()));
        places.filter_map(|place| Some((place, self.graph.node(place)?)))
    }

    /// Modules that configure a member, of those that are meant, and what these import.
    fn configuration_of(&self, member: &RepoPath, is_meant: impl Fn(&str, &Node) -> bool) -> Vec<(u32, &Node)> {
        let first = self.nodes_of(member).filter(|(file, node)| is_meant(self.graph.path(*file), node));
        let mut open: Vec<u32> = first.map(|(file, _)| file).collect();
        let mut seen: BTreeSet<u32> = open.iter().copied().collect();
        let mut found = Vec::new();
        while let Some(file) = open.pop() {
            if let Some(node) = self.graph.node(file) {
                open.extend(node.all().flat_map(Found::files).copied().filter(|file| seen.insert(*file)));
                found.push((file, node));
            }
        }
        found
    }

    /// Other members of which something configures a member's bundler.
    pub fn presets(&self, member: &RepoPath) -> BTreeSet<&RepoPath> {
        let configuration = self.configuration_of(member, |path, _| modules::configures_bundler(path));
        let owners = configuration.iter().filter_map(|(_, node)| node.member.as_ref());
        let built = configuration.iter().flat_map(|(_, node)| node.all().filter_map(Found::built));
        owners.chain(built).filter(|owner| *owner != member).collect()
    }

    /// Whether what configures a member's bundler, or what that imports, may have it leave something outside. What is built
    /// may, and data, which has names for options as well.
    pub fn may_set_externals(&self, member: &RepoPath) -> bool {
        let configuration = self.configuration_of(member, |_, node| node.is_configuration);
        configuration.iter().any(|(file, node)| {
            let read = node.all().flat_map(Found::files).chain(&node.named).map(|file| self.graph.path(*file));
            let is_option = |path: &str| path.ends_with(".json") && !modules::is_known_data(path);
            let is_run = Language::of(self.graph.path(*file)).is_some_and(Language::is_of_modules);
            node.record.sets_externals
                || node.all().any(|found| found.built().is_some())
                || is_run && read.into_iter().any(is_option)
        })
    }

    /// Whether a package from outside may configure a member's bundler: one that is neither known nor a plugin.
    pub fn is_configured_from_outside(&self, member: &RepoPath) -> bool {
        let configuration = self.configuration_of(member, |path, _| modules::configures_bundler(path));
        configuration.iter().any(|(_, node)| {
            let is_outside = |module: &str, found: &Found| {
                matches!(found, Found::Outside | Found::Unknown) && !module.starts_with(['.', '/'])
            };
            let mut outside = node.asks().filter(|(module, is_type, found)| !is_type && is_outside(module, found));
            outside.any(|(module, ..)| !packages::is_plain_in_configuration(module))
        })
    }

    /// Whether what configures Next.js for a member has it check no types.
    pub fn ignores_types(&self, member: &RepoPath) -> bool {
        let names = ["js", "mjs", "ts", "mts", "cjs"].map(|ending| member.join(&format!("next.config.{ending}")));
        let nodes = names.iter().filter_map(|name| self.graph.node(self.graph.place(name)?));
        let said: Vec<bool> = nodes.map(|node| node.record.ignores_types).collect();
        !said.is_empty() && said.iter().all(|ignores| *ignores)
    }

    /// How members need each other.
    pub fn needs(&self) -> &Needs {
        &self.needs
    }

    /// Its modules, and what they import.
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// The place of a member in an order in which each comes after those that it needs. Of members that need each
    /// other in a circle, packages come before apps, then the names decide.
    pub fn build_position(&self, path: &RepoPath) -> usize {
        self.order.positions.get(path).copied().unwrap_or(usize::MAX)
    }

    /// Every member that the build of a member may read, nearest first, itself not among them.
    pub fn closure<'a>(&'a self, path: &'a RepoPath, dev: bool) -> Closure<'a> {
        let mut members: Vec<(&RepoPath, Option<usize>)> = Vec::new();
        let mut seen: HashSet<&RepoPath> = HashSet::from([path]);
        let mut at = None;
        loop {
            let reader = at.map_or(path, |at: usize| members[at].0);
            let with_dev = dev && (reader == path || self.members.get(reader).is_some_and(Member::has_task));
            for needed in self.needs.direct(reader, with_dev).chain(self.needs.imported(reader)) {
                if seen.insert(needed) {
                    members.push((needed, at));
                }
            }
            let next = at.map_or(0, |at| at + 1);
            if next == members.len() {
                return Closure { workspace: self, members };
            }
            at = Some(next);
        }
    }

    /// Members whose build a member's build waits for: those that itself, or a member that it reads, needs by its
    /// manifest. What is imported by an alias alone is built together with who imports it.
    pub fn built_for<'a>(&'a self, path: &'a RepoPath) -> HashSet<&'a RepoPath> {
        let mut needed = HashSet::new();
        for at in self.closure(path, true).members().chain([path]) {
            let with_dev = at == path || self.members.get(at).is_some_and(Member::has_task);
            needed.extend(self.needs.direct(at, with_dev));
        }
        needed.retain(|needed| *needed != path && self.members.get(*needed).is_some_and(Member::has_task));
        needed
    }
}

/// Members that the build of a member may read, nearest first.
#[derive(Debug)]
pub struct Closure<'a> {
    workspace: &'a Workspace,
    /// Each with the place of the one that needs it; none if that is the member itself.
    members: Vec<(&'a RepoPath, Option<usize>)>,
}

impl<'a> Closure<'a> {
    /// Their folders.
    pub fn members(&self) -> impl Iterator<Item = &'a RepoPath> {
        self.members.iter().map(|(path, _)| *path)
    }

    /// Folders of those that are asked for, and names of the members through which each is reached, its own first.
    pub fn ways(&self, is_asked: impl Fn(&RepoPath) -> bool) -> Vec<(&'a RepoPath, Vec<String>)> {
        let asked = (0..self.members.len()).filter(|at| is_asked(self.members[*at].0));
        asked.map(|at| (self.members[at].0, self.way(at))).collect()
    }

    fn way(&self, at: usize) -> Vec<String> {
        let mut way = Vec::new();
        let mut next = Some(at);
        while let Some(at) = next {
            let (path, before) = self.members[at];
            way.push(self.workspace.members[path].name.clone());
            next = before;
        }
        if way.len() > LONGEST_VIA {
            // Where it begins, and who needs it in the end.
            way.splice(LONGEST_VIA - 3..way.len() - 2, ["…".to_owned()]);
        }
        way
    }
}

/// The member with the longest path of those whose folder holds a file, but for one at the repository's root.
pub fn owner<'a>(members: &'a BTreeMap<RepoPath, Member>, path: &str) -> Option<&'a RepoPath> {
    let above = path.rmatch_indices('/').map(|(at, _)| &path[..at]);
    above.into_iter().find_map(|folder| members.get_key_value(folder)).map(|(path, _)| path)
}

#[cfg(test)]
mod tests;
