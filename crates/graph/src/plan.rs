//! How to build an app: the tasks of the packages that it needs, its own, their keys and what they are shown.
//!
//! At package precision what is shown is what counts, but for manifests (by field) and the lockfile (by what
//! it resolves to). What no member owns is shown to everybody, since any build may read it; documents and
//! files of editors and forges are shown to nobody.

use std::collections::{BTreeMap, BTreeSet};

use globset::GlobSet;
use model::task::Step;
use model::{
    App, BuildKey, EnvironmentName, InstallLayer, PackageManager, RepoPath, ShownFile, Task, TaskKind, Toolchain,
};

use crate::inputs::{Component, Inputs, Reach};
use crate::manifest::{LIFECYCLE, Manifest};
use crate::workspace::{Globs, Member, VERSION_FILES, Workspace};

/// Prefixes of variables that frameworks put into what they build for browsers.
const PUBLIC_PREFIXES: [&str; 7] =
    ["VITE_", "NEXT_PUBLIC_", "REACT_APP_", "PUBLIC_", "GATSBY_", "NUXT_PUBLIC_", "EXPO_PUBLIC_"];

/// Folders at the root that no build reads: documents, editors, forges.
const UNSHOWN_FOLDERS: [&str; 10] = [
    "docs",
    ".github",
    ".gitlab",
    ".vscode",
    ".idea",
    ".husky",
    ".changeset",
    ".circleci",
    ".buildkite",
    ".devcontainer",
];

/// Files outside members that no build reads. `frontage.toml` counts by what it says of the build.
const UNSHOWN_FILES: [&str; 12] = [
    ".gitignore",
    ".gitattributes",
    ".gitmodules",
    ".editorconfig",
    ".mailmap",
    "frontage.toml",
    "CODEOWNERS",
    "LICENSE",
    "LICENCE",
    "NOTICE",
    "Makefile",
    ".git-blame-ignore-revs",
];

/// An app's build: its key, what that covers, and every task.
#[derive(Clone, Debug)]
pub struct Planned {
    /// The key of the app's own task.
    pub key: BuildKey,
    /// What the key covers.
    pub inputs: Inputs,
    /// Packages' tasks before those that need them, the app's own last.
    pub tasks: Vec<Task>,
}

/// Which toolchain the repository asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WantedToolchain {
    /// A range of Node.js versions, and the file that says so.
    pub node: Option<(String, String)>,
    /// A package manager with its version: `npm@11.1.0`.
    pub package_manager: Option<String>,
}

impl WantedToolchain {
    /// What a workspace asks for: `.nvmrc`, `.node-version`, else `engines`.
    pub fn of(workspace: &Workspace) -> WantedToolchain {
        let engines = || {
            let range = workspace.root.field("engines")?.get("node")?.as_str()?;
            Some((range.to_owned(), "package.json".to_owned()))
        };
        let said = |name: &str| {
            let version = workspace.version_files.get(name)?.lines().find(|line| !line.starts_with('#'))?.trim();
            (!version.is_empty()).then(|| (version.trim_start_matches('v').to_owned(), name.to_owned()))
        };
        let version = VERSION_FILES.iter().find_map(|name| said(name));
        WantedToolchain {
            node: version.or_else(engines),
            package_manager: workspace
                .root
                .text("packageManager")
                .map(|text| text.split('+').next().unwrap_or(text).to_owned()),
        }
    }
}

/// Plans an app's build for a kind of environment with a toolchain.
pub fn plan(workspace: &Workspace, app: &App, environment: &EnvironmentName, toolchain: &Toolchain) -> Planned {
    let mut planner = Planner {
        workspace,
        toolchain,
        install: install_layer(workspace, toolchain),
        planned: BTreeMap::new(),
        tasks: Vec::new(),
    };
    for path in planner.packages_to_build(&app.path) {
        planner.package(&path);
    }
    let (inputs, task) = planner.app(app, environment);
    let key = task.key.clone();
    planner.tasks.push(task);
    Planned { key, inputs, tasks: planner.tasks }
}

/// Variables of an app that its build is given: with a public prefix, or named in `build_env`.
pub fn build_variables(app: &App, environment: &EnvironmentName) -> BTreeMap<String, String> {
    let given = |name: &str| {
        PUBLIC_PREFIXES.iter().any(|prefix| name.starts_with(prefix)) || app.build_env.iter().any(|named| named == name)
    };
    let values = app.env.iter().filter(|(name, _)| given(name));
    values.filter_map(|(name, value)| Some((name.clone(), value.value_in(environment)?.to_owned()))).collect()
}

struct Planner<'a> {
    workspace: &'a Workspace,
    toolchain: &'a Toolchain,
    install: Option<InstallLayer>,
    /// Keys of the packages' tasks and what they cover, by folder.
    planned: BTreeMap<RepoPath, (BuildKey, Inputs)>,
    /// Tasks, each after those that it needs.
    tasks: Vec<Task>,
}

/// What is common to the tasks of packages and apps.
#[derive(Default)]
struct Draft {
    inputs: Inputs,
    shown: BTreeMap<String, ShownFile>,
    needs: Vec<BuildKey>,
    steps: Vec<Step>,
}

impl Planner<'_> {
    /// Folders of the packages that must be built for an app, each after those that it needs.
    ///
    /// A circle is cut where the build order says: what comes first in it is built without what comes later.
    fn packages_to_build(&self, app: &RepoPath) -> Vec<RepoPath> {
        let position = |path: &RepoPath| self.workspace.build_position(path);
        let mut wanted: BTreeSet<(usize, RepoPath)> = BTreeSet::new();
        let mut open: Vec<RepoPath> = vec![app.clone()];
        while let Some(path) = open.pop() {
            for (needed, _) in self.workspace.closure(&path, true) {
                let is_built = self.workspace.members.get(&needed).is_some_and(Member::has_task);
                let comes_first = &path == app || position(&needed) < position(&path);
                if is_built && comes_first && wanted.insert((position(&needed), needed.clone())) {
                    open.push(needed);
                }
            }
        }
        wanted.into_iter().map(|(_, path)| path).collect()
    }

    fn app(&self, app: &App, environment: &EnvironmentName) -> (Inputs, Task) {
        let nothing = Globs::default();
        let globs = self.workspace.globs.get(&app.name).unwrap_or(&nothing);
        let mut draft = self.draft(&app.path, &globs.ignore, usize::MAX);
        for (path, file) in self.workspace.snapshot.files.iter().filter(|(path, _)| globs.inputs.is_match(path)) {
            draft.show(Component::File(path.clone()), file, Reach::Own);
        }
        draft.inputs.add(Component::Built(app.path.to_string()), "app");
        let env = build_variables(app, environment);
        for (name, value) in &env {
            draft.inputs.add(Component::Variable(name.clone()), value);
        }
        draft.inputs.add(Component::Setting("build"), app.build.clone().unwrap_or_default());
        draft.steps.extend(app.build.iter().map(|build| step("build", &app.path, build)));
        draft.inputs.add(Component::Setting("start"), app.start.clone().unwrap_or_default());
        draft.inputs.add(Component::Setting("output"), app.output.clone().unwrap_or_default());
        draft.inputs.add(Component::Setting("build_network"), app.build_network.to_string());
        if app.commit {
            draft.inputs.add(Component::Setting("commit"), self.workspace.snapshot.commit.to_string());
        }
        self.task(&app.path, self.kind(app), draft, env, app.build_network)
    }

    /// Plans the task of a package; those that it needs were planned before.
    fn package(&mut self, path: &RepoPath) {
        let mut draft = self.draft(path, &GlobSet::empty(), self.workspace.build_position(path));
        draft.inputs.add(Component::Built(path.to_string()), "package");
        let manifest = self.workspace.members.get(path).map(|member| &member.manifest);
        if let Some(script) = manifest.and_then(|manifest| manifest.script_with_hooks("build")) {
            let component = Component::Script { folder: path.to_string(), name: "build".to_owned() };
            draft.inputs.add(component, &script);
            draft.steps.push(step("build", path, &script));
        }
        let (inputs, task) = self.task(path, TaskKind::Package, draft, BTreeMap::new(), false);
        self.planned.insert(path.clone(), (task.key.clone(), inputs));
        self.tasks.push(task);
    }

    fn kind(&self, app: &App) -> TaskKind {
        let packages: Vec<RepoPath> =
            self.workspace.closure(&app.path, false).into_iter().map(|(path, _)| path).collect();
        let members = packages.iter().chain([&app.path]).filter_map(|path| self.workspace.members.get(path));
        let names = |manifest: &Manifest| manifest.needed(false).into_keys().map(str::to_owned).collect();
        let mut wanted: BTreeMap<RepoPath, Vec<String>> =
            members.map(|member| (member.path.clone(), names(&member.manifest))).collect();
        wanted.insert(RepoPath::root(), names(&self.workspace.root));
        TaskKind::App { app: app.clone(), packages, wanted }
    }

    fn task(
        &self,
        path: &RepoPath,
        kind: TaskKind,
        draft: Draft,
        env: BTreeMap<String, String>,
        network: bool,
    ) -> (Inputs, Task) {
        let task = Task {
            key: draft.inputs.key(),
            member: path.clone(),
            package: self.workspace.members.get(path).map_or_else(|| path.to_string(), |member| member.name.clone()),
            kind,
            needs: draft.needs,
            shown: draft.shown.into_values().collect(),
            install: self.install.clone(),
            steps: draft.steps,
            env,
            toolchain: self.toolchain.clone(),
            network,
            commit: self.workspace.snapshot.commit.clone(),
        };
        (draft.inputs, task)
    }

    /// All but the build's own step. The outputs of packages that are built before `position` lie under it.
    fn draft(&self, path: &RepoPath, ignore: &GlobSet, position: usize) -> Draft {
        let mut draft = Draft::default();
        let closure = self.workspace.closure(path, true);
        self.show_member(path, Reach::Own, ignore, &mut draft);
        for (needed, via) in &closure {
            let reach = Reach::Package { folder: needed.to_string(), via: via.clone() };
            self.show_member(needed, reach, ignore, &mut draft);
        }
        self.show_outside(path, ignore, &mut draft);
        self.count_dependencies(path, &closure, &mut draft);
        self.count_toolchain(&mut draft);
        self.lifecycle_scripts(path, &mut draft);
        for (needed, via) in &closure {
            let is_built_before = self.workspace.build_position(needed) < position;
            let Some((key, inputs)) = self.planned.get(needed).filter(|_| is_built_before) else { continue };
            // What is ignored here counts there. All else but the scripts counts here as well.
            if ignore.is_empty() {
                draft.inputs.add_need(needed.as_str(), via, key.clone(), inputs.scripts());
            } else {
                draft.inputs.add_need(needed.as_str(), via, key.clone(), inputs.own());
            }
            draft.needs.push(key.clone());
        }
        draft
    }

    fn show_member(&self, path: &RepoPath, reach: Reach, ignore: &GlobSet, draft: &mut Draft) {
        let manifest = path.join("package.json");
        for file in self.workspace.files_of(path) {
            if file.path.as_str() == manifest {
                draft.shown.insert(manifest.clone(), file.clone());
                self.count_manifest(path, &manifest, &reach, draft);
            } else if !ignore.is_match(file.path.as_str()) {
                draft.show(Component::File(file.path.to_string()), file, reach.clone());
            }
        }
    }

    fn count_manifest(&self, path: &RepoPath, file: &str, reach: &Reach, draft: &mut Draft) {
        let Some(member) = self.workspace.members.get(path) else { return };
        for (field, content) in member.manifest.counted() {
            draft.inputs.add_reached(Component::Field { file: file.to_owned(), field }, content, reach.clone());
        }
    }

    /// What no member owns: configuration above the member, and what any build may read.
    fn show_outside(&self, path: &RepoPath, ignore: &GlobSet, draft: &mut Draft) {
        for file in self.workspace.unowned_files().filter(|file| !is_unshown(file.path.as_str())) {
            match file.path.as_str() {
                "package.json" => {
                    draft.shown.insert(file.path.to_string(), file.clone());
                    for (field, content) in self.workspace.root.counted() {
                        let component = Component::Field { file: file.path.to_string(), field };
                        draft.inputs.add_reached(component, content, Reach::Above);
                    }
                }
                // Counted by what it resolves to.
                "package-lock.json" | "npm-shrinkwrap.json" => {
                    draft.shown.insert(file.path.to_string(), file.clone());
                }
                name if ignore.is_match(name) => {}
                name => {
                    let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder);
                    let is_above = folder.is_empty() || path.as_str().starts_with(&format!("{folder}/"));
                    let reach = if is_above { Reach::Above } else { Reach::Unowned };
                    draft.show(Component::File(name.to_owned()), file, reach);
                }
            }
        }
    }

    /// Packages from outside that the build may read: of the member and of packages with a task also those
    /// for development, of the root all, since tools live there.
    fn count_dependencies(&self, path: &RepoPath, closure: &[(RepoPath, Vec<String>)], draft: &mut Draft) {
        let Some(lockfile) = &self.workspace.lockfile else { return };
        let mut count = |folder: &str, wanted: BTreeMap<&str, &str>| {
            let closure = lockfile.closure(folder, &wanted, &|folder| self.workspace.is_member(folder));
            for (place, installed) in closure.installed {
                let content = format!("{} {}", installed.version, installed.integrity);
                let (name, place) = (installed.name.clone(), place.to_owned());
                draft.inputs.add(Component::Dependency { name, place }, content);
            }
        };
        count("", self.workspace.root.all_dependencies());
        for member in closure.iter().map(|(path, _)| path).chain([path]) {
            let is_built = |member: &Member| member.has_task() || &member.path == path;
            if let Some(member) = self.workspace.members.get(member) {
                count(member.path.as_str(), member.manifest.needed(is_built(member)));
            }
        }
    }

    fn count_toolchain(&self, draft: &mut Draft) {
        let Toolchain { node, package_manager, platform, compilers } = self.toolchain;
        draft.inputs.add(Component::Toolchain("Node.js"), node);
        draft.inputs.add(Component::Toolchain("package manager"), package_manager);
        draft.inputs.add(Component::Toolchain("platform"), platform);
        draft.inputs.add(Component::Toolchain("compilers"), compilers);
    }

    /// Scripts of the root and the member that a package manager runs after an install.
    fn lifecycle_scripts(&self, path: &RepoPath, draft: &mut Draft) {
        let root = RepoPath::root();
        let member = self.workspace.members.get(path).map(|member| (path, &member.manifest, Reach::Own));
        for (folder, manifest, reach) in [(&root, &self.workspace.root, Reach::Above)].into_iter().chain(member) {
            for (name, script) in LIFECYCLE.iter().filter_map(|name| Some((*name, manifest.script(name)?))) {
                let component = Component::Script { folder: folder.to_string(), name: name.to_owned() };
                draft.inputs.add_reached(component, script, reach.clone());
                draft.steps.push(step(name, folder, script));
            }
        }
    }
}

impl Draft {
    fn show(&mut self, component: Component, file: &ShownFile, reach: Reach) {
        self.inputs.add_reached(component, format!("{} {}", file.mode, file.object), reach);
        self.shown.insert(file.path.to_string(), file.clone());
    }
}

fn step(name: &str, folder: &RepoPath, command: &str) -> Step {
    Step { name: name.to_owned(), folder: folder.clone(), command: command.to_owned() }
}

fn is_unshown(path: &str) -> bool {
    let (top, rest) = path.split_once('/').unwrap_or((path, ""));
    if !rest.is_empty() && UNSHOWN_FOLDERS.contains(&top) {
        return true;
    }
    let name = path.rsplit('/').next().unwrap_or(path);
    let document = name
        .rsplit_once('.')
        .is_some_and(|(_, ending)| matches!(ending.to_ascii_lowercase().as_str(), "md" | "mdx" | "txt" | "rst"));
    // Below a folder a document may be content; at the root it is about the repository.
    UNSHOWN_FILES.contains(&name) || rest.is_empty() && document || rest.is_empty() && name.starts_with("LICENSE")
}

fn install_layer(workspace: &Workspace, toolchain: &Toolchain) -> Option<InstallLayer> {
    workspace.lockfile.as_ref()?;
    let wanted = |path: &str| {
        matches!(path, "package-lock.json" | "npm-shrinkwrap.json" | ".npmrc") || path.starts_with("patches/")
    };
    let files: Vec<ShownFile> =
        workspace.snapshot.files.iter().filter(|(path, _)| wanted(path)).map(|(_, file)| file.clone()).collect();
    let members = workspace.members.values().map(|Member { path, manifest, .. }| (path, manifest));
    let manifests: BTreeMap<RepoPath, String> = members
        .chain([(&RepoPath::root(), &workspace.root)])
        .filter_map(|(path, manifest)| Some((path.join("package.json").parse().ok()?, manifest.for_install())))
        .collect();
    let (manager, folder) = (PackageManager::Npm, RepoPath::root());
    let mut text = format!("frontage install 2\n{manager:?} {folder}\n{toolchain:?}\n");
    for file in &files {
        text.push_str(&format!("{} {} {}\n", file.path, file.mode, file.object));
    }
    for (path, manifest) in &manifests {
        text.push_str(&format!("{path}\n{manifest}\n"));
    }
    Some(InstallLayer { key: BuildKey::over(text.as_bytes()), manager, folder, files, manifests })
}

#[cfg(test)]
mod tests;
