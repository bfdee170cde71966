//! Finds the workspaces of a repository: their roots, members, package managers and lockfiles.
//!
//! The root of the repository first: `pnpm-workspace.yaml`, else `workspaces` of its `package.json`, else the
//! projects of Nx. If it has none of these, every folder with a lockfile of its own is a root; if there is none
//! either, the manifest nearest to the root is. A workspace with its own lockfile inside another one that does not
//! count it among its members is a root as well.

use std::collections::{BTreeMap, BTreeSet};

use globset::{GlobSet, GlobSetBuilder};
use model::{PackageManager, RepoPath, resolved};
use serde::Deserialize;

use crate::config;
use crate::detect;
use crate::diagnostic::Diagnostic;
use crate::files::Files;
use crate::manifest::Manifest;
use crate::yaml;

/// Lockfiles and the package managers that write them; of one package manager's the first is the one that it reads.
const LOCKFILES: [(&str, PackageManager); 6] = [
    ("npm-shrinkwrap.json", PackageManager::Npm),
    ("package-lock.json", PackageManager::Npm),
    ("pnpm-lock.yaml", PackageManager::Pnpm),
    ("yarn.lock", PackageManager::YarnClassic),
    ("bun.lock", PackageManager::Bun),
    ("bun.lockb", PackageManager::Bun),
];

/// What pnpm reads.
const PNPM_WORKSPACE: &str = "pnpm-workspace.yaml";

/// The workspaces of a repository.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Discovered {
    /// Roots by folder. None if the repository has no manifest.
    pub roots: Vec<FoundRoot>,
    /// What is wrong, each with a file in the folder that it is wrong with.
    pub problems: Vec<Diagnostic>,
}

impl Discovered {
    /// What is wrong with a folder itself.
    pub fn problems_of(&self, folder: &RepoPath) -> impl Iterator<Item = &Diagnostic> {
        self.problems.iter().filter(|problem| problem.file.as_deref().and_then(folder_of).as_ref() == Some(folder))
    }
}

/// The root of a workspace, or of a package that stands alone.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundRoot {
    /// Its folder.
    pub folder: RepoPath,
    /// Folders of its members in order, relative to the repository; its own is the first if it has a manifest,
    /// which says nothing about whether it is an app.
    pub members: Vec<RepoPath>,
    /// The package manager, as the `packageManager` field or the lockfile says it.
    pub manager: Option<PackageManager>,
    /// The path of its lockfile.
    pub lockfile: Option<String>,
    /// What says that it is a root.
    pub said_by: SaidBy,
    /// Members that only Nx knows, by their `project.json`: no package manager reads their manifests.
    pub projects: BTreeSet<RepoPath>,
}

/// What says that a folder is a root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SaidBy {
    /// Its `pnpm-workspace.yaml`.
    PnpmWorkspace,
    /// `workspaces` in its `package.json`.
    Workspaces,
    /// Its `nx.json`, with a `project.json` in each member's folder.
    Nx,
    /// Its lockfile.
    Lockfile,
    /// It has the only manifest, or the one nearest to the repository's root.
    Alone,
}

/// Whether the workspaces depend on a file's text.
pub fn is_read(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    matches!(name, "package.json" | PNPM_WORKSPACE | "nx.json" | "yarn.lock") && !is_of_no_workspace(path)
}

/// Finds the workspaces of a repository.
pub fn discover(files: &dyn Files) -> Discovered {
    let mut finder = Finder { files, problems: Vec::new() };
    let mut roots = finder.roots();
    roots.sort_by(|one, other| one.folder.cmp(&other.folder));
    Discovered { roots, problems: finder.problems }
}

struct Finder<'a> {
    files: &'a dyn Files,
    problems: Vec<Diagnostic>,
}

/// Which folders are members, as it is written.
struct Said {
    by: SaidBy,
    file: String,
    globs: Vec<String>,
}

impl Finder<'_> {
    fn roots(&mut self) -> Vec<FoundRoot> {
        let at_root = RepoPath::root();
        if let Some(root) = self.workspace(&at_root) {
            let inside = self.inside(&root);
            return std::iter::once(root).chain(inside).collect();
        }
        let mut roots: Vec<FoundRoot> = Vec::new();
        for folder in self.folders_with(&[PNPM_WORKSPACE, "package.json", "nx.json"]) {
            let is_inside = roots.iter().any(|root| root.folder.holds(folder.as_str()));
            if !folder.is_root() && !is_inside {
                roots.extend(self.workspace(&folder));
            }
        }
        let lockfiles: Vec<&str> = LOCKFILES.iter().map(|(name, _)| *name).collect();
        for folder in self.folders_with(&lockfiles) {
            let is_inside = roots.iter().any(|root| root.folder.holds(folder.as_str()) && !root.folder.is_root());
            if !is_inside && self.files.holds(&folder.join("package.json")) {
                roots.push(self.root(folder, Vec::new(), SaidBy::Lockfile));
            }
        }
        let is_real = |root: &FoundRoot| detect::test_or_tool(root.folder.as_str()).is_none();
        if roots.iter().any(is_real) {
            roots.retain(is_real);
        }
        if roots.is_empty() { self.nearest() } else { roots }
    }

    /// Workspaces with their own lockfile inside a workspace that does not count them.
    fn inside(&mut self, outer: &FoundRoot) -> Vec<FoundRoot> {
        let mut found: Vec<FoundRoot> = Vec::new();
        for folder in self.folders_with(&[PNPM_WORKSPACE, "package.json"]) {
            let has_lockfile = LOCKFILES.iter().any(|(name, _)| self.files.holds(&folder.join(name)));
            let is_member = outer.members.iter().any(|member| !member.is_root() && member.holds(folder.as_str()));
            let is_inside = found.iter().any(|root| root.folder.holds(folder.as_str()));
            let is_test = detect::test_or_tool(folder.as_str()).is_some();
            if has_lockfile && !folder.is_root() && !is_member && !is_inside && !is_test {
                found.extend(self.workspace(&folder).filter(|root| root.said_by != SaidBy::Nx));
            }
        }
        found
    }

    /// The manifests that are nearest to the repository's root.
    fn nearest(&mut self) -> Vec<FoundRoot> {
        let depth = |folder: &RepoPath| if folder.is_root() { 0 } else { folder.as_str().split('/').count() };
        let folders = self.folders_with(&["package.json"]);
        let Some(least) = folders.iter().map(depth).min() else { return Vec::new() };
        let nearest = folders.into_iter().filter(|folder| depth(folder) == least);
        nearest.map(|folder| self.root(folder, Vec::new(), SaidBy::Alone)).collect()
    }

    /// The workspace whose root is this folder, if it is one.
    fn workspace(&mut self, folder: &RepoPath) -> Option<FoundRoot> {
        let has_nx = self.files.holds(&folder.join("nx.json"));
        let said = self.said(folder);
        if said.is_none() && !has_nx {
            return None;
        }
        let by = said.as_ref().map_or(SaidBy::Nx, |said| said.by);
        let mut members = said.map(|said| self.members(folder, &said)).unwrap_or_default();
        let named = members.clone();
        if has_nx {
            let projects = self.files.below(folder.as_str()).filter(|path| !is_of_no_workspace(path));
            let projects = projects.filter_map(|path| path.strip_suffix("/project.json")?.parse().ok());
            members.extend(projects.filter(|project| project != folder));
        }
        if by == SaidBy::Nx && members.is_empty() {
            return None;
        }
        let projects = members.difference(&named).cloned().collect();
        let root = self.root(folder.clone(), members.into_iter().collect(), by);
        Some(FoundRoot { projects, ..root })
    }

    fn root(&mut self, folder: RepoPath, members: Vec<RepoPath>, said_by: SaidBy) -> FoundRoot {
        let (manager, lockfile) = self.manager(&folder, true);
        let own = self.files.holds(&folder.join("package.json")).then(|| folder.clone());
        let others = members.into_iter().filter(|member| *member != folder);
        let projects = BTreeSet::new();
        FoundRoot { members: own.into_iter().chain(others).collect(), folder, manager, lockfile, said_by, projects }
    }

    /// What names the members of this folder's workspace. `pnpm-workspace.yaml` beats `workspaces`, unless another
    /// package manager is at work here, which does not read it.
    fn said(&mut self, folder: &RepoPath) -> Option<Said> {
        let manifest = self.manifest(folder);
        let workspaces = manifest.as_ref().and_then(|manifest| {
            let globs = manifest.workspaces()?;
            (!globs.is_empty()).then(|| Said { by: SaidBy::Workspaces, file: folder.join("package.json"), globs })
        });
        if let (None, Some(written)) =
            (&workspaces, manifest.as_ref().and_then(|manifest| manifest.field("workspaces")))
            && manifest.as_ref().is_some_and(|manifest| manifest.workspaces().is_none())
            && !written.is_null()
        {
            self.problems.push(
                Diagnostic::error("`workspaces` must be a list of globs")
                    .in_file(folder.join("package.json"))
                    .hint("name the members' folders: `\"workspaces\": [\"apps/*\", \"packages/*\"]`"),
            );
        }
        let pnpm = self.pnpm_globs(folder);
        match (pnpm, workspaces) {
            (Some(_), Some(workspaces))
                if self.manager(folder, false).0.is_some_and(|manager| manager != PackageManager::Pnpm) =>
            {
                Some(workspaces)
            }
            (Some(pnpm), _) => Some(pnpm),
            (None, workspaces) => workspaces,
        }
    }

    fn pnpm_globs(&mut self, folder: &RepoPath) -> Option<Said> {
        /// `pnpm-workspace.yaml`, of which many hold nothing but settings.
        #[derive(Deserialize)]
        struct PnpmWorkspace {
            #[serde(default)]
            packages: Option<Vec<String>>,
        }
        let file = folder.join(PNPM_WORKSPACE);
        let text = self.files.text(&file)?;
        if text.lines().all(|line| line.trim_start().is_empty() || line.trim_start().starts_with('#')) {
            return None;
        }
        match yaml::read_written::<PnpmWorkspace>("it cannot be read", text) {
            Ok(mut documents) => {
                let globs = documents.pop()?.packages.filter(|globs| !globs.is_empty())?;
                Some(Said { by: SaidBy::PnpmWorkspace, file, globs })
            }
            Err(problem) => {
                self.problems.push(problem.in_file(file));
                None
            }
        }
    }

    fn manifest(&mut self, folder: &RepoPath) -> Option<Manifest> {
        let file = folder.join("package.json");
        let text = self.files.text(&file)?;
        match Manifest::read(&file, text.as_bytes()) {
            Ok(manifest) => Some(manifest),
            Err(problem) => {
                // Of a manifest at the root everything depends; one somewhere below may be a broken fixture.
                if folder.is_root() && !self.problems.contains(&problem) {
                    self.problems.push(problem);
                }
                None
            }
        }
    }

    /// Folders with a manifest that globs name.
    fn members(&mut self, folder: &RepoPath, said: &Said) -> BTreeSet<RepoPath> {
        let (mut set, mut includes) = (GlobSetBuilder::new(), Vec::new());
        for text in &said.globs {
            let (is_included, pattern) = match text.strip_prefix('!') {
                Some(pattern) => (false, pattern),
                None => (true, text.as_str()),
            };
            let Some(pattern) = manifests_of(folder, pattern) else {
                let problem = format!("the workspace glob `{text}` leaves the repository");
                let hint = "members lie in the repository that is served: take the glob out, or move them";
                self.problems.push(Diagnostic::error(problem).in_file(said.file.clone()).hint(hint));
                continue;
            };
            match config::glob(&pattern) {
                Ok(glob) => {
                    set.add(glob);
                    includes.push(is_included);
                }
                Err(cause) => {
                    let problem = format!("the workspace glob `{text}` cannot be read: {cause}");
                    self.problems.push(Diagnostic::error(problem).in_file(said.file.clone()));
                }
            }
        }
        let set = set.build().unwrap_or_else(|cause| {
            let problem = format!("the workspace globs cannot be read: {}", cause.kind());
            self.problems.push(Diagnostic::error(problem).in_file(said.file.clone()));
            GlobSet::empty()
        });
        let is_member = |path: &str| {
            let matching = set.matches(path);
            // For pnpm an exclusion holds wherever it stands, for the others the last glob that matches decides.
            match said.by {
                SaidBy::PnpmWorkspace => !matching.is_empty() && matching.iter().all(|at| includes[*at]),
                _ => matching.into_iter().max().is_some_and(|last| includes[last]),
            }
        };
        let manifests = self.files.below("").filter(|path| path.ends_with("package.json") && !is_of_no_workspace(path));
        let folders = manifests.filter(|path| is_member(path)).filter_map(folder_of);
        folders.filter(|member| member != folder).collect()
    }

    /// The package manager at work in a folder, and its lockfile there.
    fn manager(&mut self, folder: &RepoPath, tells: bool) -> (Option<PackageManager>, Option<String>) {
        let manifest = self.manifest(folder);
        let named = manifest.as_ref().and_then(named_manager);
        let mut there: Vec<(PackageManager, String)> = Vec::new();
        for (name, manager) in LOCKFILES {
            let path = folder.join(name);
            if self.files.holds(&path) && there.iter().all(|(other, _)| *other != manager) {
                there.push((manager, path));
            }
        }
        for (manager, path) in &mut there {
            if *manager == PackageManager::YarnClassic && self.is_berry(folder, path) {
                *manager = PackageManager::YarnBerry;
            }
        }
        let is_named = |manager: PackageManager| {
            named.as_deref().is_some_and(|named| named.split('@').next() == Some(manager.program()))
        };
        let problem =
            |message: String, hint: &str| Diagnostic::error(message).in_file(folder.join("package.json")).hint(hint);
        let paths: Vec<String> = there.iter().map(|(_, path)| format!("`{path}`")).collect();
        match (there.as_slice(), &named) {
            ([(manager, path)], None) => (Some(*manager), Some(path.clone())),
            ([], None) => (None, None),
            (_, Some(named)) if manager_called(named).is_none() => {
                if tells {
                    let message = format!("`packageManager` is `{named}`; npm, pnpm, Yarn and Bun can be had");
                    let hint = "name one of them, in the version that writes the lockfile, such as `npm@11.1.0`";
                    self.problems.push(problem(message, hint));
                }
                (None, None)
            }
            ([], Some(named)) => (manager_called(named), None),
            (several, Some(named)) => match several.iter().find(|(manager, _)| is_named(*manager)) {
                // The name of a version decides between Yarn 1 and newer.
                Some((manager, path)) => {
                    let said = manager_called(named).filter(|_| named.contains('@'));
                    (said.or(Some(*manager)), Some(path.clone()))
                }
                None => {
                    if tells {
                        let message =
                            format!("`packageManager` is `{named}`, but the lockfile is {}", paths.join(" and "));
                        self.problems
                            .push(problem(message, "commit the lockfile of that package manager, or name the other"));
                    }
                    (manager_called(named), None)
                }
            },
            (several, None) => {
                // Only pnpm reads this file, so whoever committed it uses pnpm.
                let is_pnpm = self.files.holds(&folder.join(PNPM_WORKSPACE));
                let pnpm = several.iter().find(|(manager, _)| is_pnpm && *manager == PackageManager::Pnpm);
                if let Some((manager, path)) = pnpm {
                    return (Some(*manager), Some(path.clone()));
                }
                if tells {
                    let message = format!("there are several lockfiles: {}", paths.join(", "));
                    let hint = "keep one of them, or say which by `packageManager` in `package.json`";
                    self.problems.push(problem(message, hint));
                }
                (None, None)
            }
        }
    }

    /// Whether a `yarn.lock` is of Yarn 2 or newer, which writes `__metadata`.
    fn is_berry(&self, folder: &RepoPath, lockfile: &str) -> bool {
        match self.files.text(lockfile) {
            Some(text) if !text.trim().is_empty() => text.lines().take(20).any(|line| line.starts_with("__metadata:")),
            _ => self.files.holds(&folder.join(".yarnrc.yml")),
        }
    }

    /// Folders that hold one of these files, the nearest to the root first.
    fn folders_with(&self, names: &[&str]) -> Vec<RepoPath> {
        let mut folders: BTreeMap<(usize, RepoPath), ()> = BTreeMap::new();
        for path in self.files.below("").filter(|path| !is_of_no_workspace(path)) {
            let name = path.rsplit('/').next().unwrap_or(path);
            if let Some(folder) = names.contains(&name).then(|| folder_of(path)).flatten() {
                folders.insert((path.matches('/').count(), folder), ());
            }
        }
        folders.into_keys().map(|(_, folder)| folder).collect()
    }
}

/// The glob of the manifests in the folders that a glob names, relative to the repository; none if it leaves that.
fn manifests_of(folder: &RepoPath, pattern: &str) -> Option<String> {
    resolved(folder.as_str(), &format!("{pattern}/package.json"))
}

fn folder_of(path: &str) -> Option<RepoPath> {
    path.rsplit_once('/').map_or("", |(folder, _)| folder).parse().ok()
}

/// Whether no workspace is looked for at a path: what was installed, or belongs to a tool.
fn is_of_no_workspace(path: &str) -> bool {
    path.split('/').rev().skip(1).any(|part| part == "node_modules" || part.starts_with('.'))
}

/// `pnpm@10.1.0`, as a manifest names it.
fn named_manager(manifest: &Manifest) -> Option<String> {
    let engine = || Some(manifest.field("devEngines")?.get("packageManager")?.get("name")?.as_str()?.to_owned());
    manifest.text("packageManager").filter(|named| !named.is_empty()).map(str::to_owned).or_else(engine)
}

fn manager_called(named: &str) -> Option<PackageManager> {
    let (name, version) = named.split_once('@').unwrap_or((named, ""));
    match name {
        "npm" => Some(PackageManager::Npm),
        "pnpm" => Some(PackageManager::Pnpm),
        "yarn" if version.starts_with("1.") || version.starts_with("0.") => Some(PackageManager::YarnClassic),
        "yarn" => Some(PackageManager::YarnBerry),
        "bun" => Some(PackageManager::Bun),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
