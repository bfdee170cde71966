//! How to build an app: the tasks of the packages that it needs, its own, their keys and what they are shown.
//!
//! At package precision what is shown is what counts, but for manifests (by field) and the lockfile (by what
//! it resolves to). What no member owns is shown to everybody, since any build may read it; documents and
//! files of editors and forges are shown to nobody.

use std::collections::{BTreeMap, BTreeSet};

use globset::{Glob, GlobSet, GlobSetBuilder};
use model::task::Step;
use model::{App, BuildKey, EnvironmentName, InstallLayer, RepoPath, ShownFile, Task, TaskKind, Toolchain};

use crate::inputs::{Component, Inputs};
use crate::lockfile::Closure;
use crate::manifest::{LIFECYCLE, Manifest};
use crate::workspace::{Member, Workspace};

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
        let file = workspace.version_files.iter().next();
        let version = file.map(|(name, text)| (text.trim_start_matches('v').to_owned(), name.clone()));
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
    let mut planner =
        Planner { workspace, toolchain, install: install_layer(workspace, toolchain), tasks: BTreeMap::new() };
    let (inputs, task) = planner.app(app, environment);
    let key = task.key.clone();
    let mut ordered: Vec<Task> = Vec::new();
    for needed in task.needs.iter().rev() {
        ordered.extend(planner.tasks.values().flatten().find(|task| &task.key == needed).cloned());
    }
    ordered.push(task);
    Planned { key, inputs, tasks: ordered }
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
    /// Tasks of packages by folder; none for those that need none, or that are being planned.
    tasks: BTreeMap<RepoPath, Option<Task>>,
}

/// What is common to the tasks of packages and apps.
struct Draft {
    inputs: Inputs,
    shown: BTreeMap<String, ShownFile>,
    needs: Vec<BuildKey>,
    steps: Vec<Step>,
}

impl Planner<'_> {
    fn app(&mut self, app: &App, environment: &EnvironmentName) -> (Inputs, Task) {
        let config = self.workspace.app_configs.get(&app.name);
        let ignore = globs(config.and_then(|config| config.ignore.as_deref()), &app.path);
        let more = globs(config.and_then(|config| config.inputs.as_deref()), &app.path);
        let mut draft = self.draft(&app.path, app.build.as_deref(), &ignore);
        for file in self.workspace.snapshot.files.values().filter(|file| more.is_match(file.path.as_str())) {
            draft.show(Component::File(file.path.to_string()), file);
        }
        let env = build_variables(app, environment);
        for (name, value) in &env {
            draft.inputs.add(Component::Variable(name.clone()), value);
        }
        let inputs = &mut draft.inputs;
        inputs.add(Component::Setting("start"), app.start.clone().unwrap_or_default());
        inputs.add(Component::Setting("output"), app.output.clone().unwrap_or_default());
        inputs.add(Component::Setting("build_network"), app.build_network.to_string());
        if app.commit {
            inputs.add(Component::Setting("commit"), self.workspace.snapshot.commit.to_string());
        }
        let packages: Vec<RepoPath> =
            self.workspace.closure(&app.path, false).into_iter().map(|(path, _)| path).collect();
        let closure = self.production_closure(&app.path, &packages);
        let kind = TaskKind::App {
            app: app.clone(),
            closure: closure.installed.into_keys().collect(),
            links: closure.links.into_iter().filter_map(|(link, target)| Some((link, target.parse().ok()?))).collect(),
            packages,
        };
        let name =
            self.workspace.members.get(&app.path).map_or_else(|| app.name.to_string(), |member| member.name.clone());
        let inputs = draft.inputs.clone();
        let task = self.task(&app.path, name, kind, draft, env, app.build_network);
        (inputs, task)
    }

    /// The task of a package, if it has one. A package that needs itself in a circle is planned without that.
    fn package(&mut self, path: &RepoPath) -> Option<Task> {
        if let Some(planned) = self.tasks.get(path) {
            return planned.clone();
        }
        self.tasks.insert(path.clone(), None);
        let member = self.workspace.members.get(path).filter(|member| member.has_task())?.clone();
        let build = member.manifest.script_with_hooks("build");
        let draft = self.draft(path, build.as_deref(), &GlobSet::empty());
        let task = self.task(path, member.name, TaskKind::Package, draft, BTreeMap::new(), false);
        self.tasks.insert(path.clone(), Some(task.clone()));
        Some(task)
    }

    fn task(
        &self,
        path: &RepoPath,
        package: String,
        kind: TaskKind,
        draft: Draft,
        env: BTreeMap<String, String>,
        network: bool,
    ) -> Task {
        Task {
            key: draft.inputs.key(),
            member: path.clone(),
            package,
            kind,
            needs: draft.needs,
            shown: draft.shown.into_values().collect(),
            install: self.install.clone(),
            steps: draft.steps,
            env,
            toolchain: self.toolchain.clone(),
            network,
            commit: self.workspace.snapshot.commit.clone(),
        }
    }

    fn draft(&mut self, path: &RepoPath, build: Option<&str>, ignore: &GlobSet) -> Draft {
        let mut draft =
            Draft { inputs: Inputs::default(), shown: BTreeMap::new(), needs: Vec::new(), steps: Vec::new() };
        let closure = self.workspace.closure(path, true);
        self.show_own(path, ignore, &mut draft);
        for (needed, via) in &closure {
            self.show_package(needed, via, &mut draft);
        }
        self.show_outside(path, &mut draft);
        self.count_dependencies(path, &closure, &mut draft);
        self.count_toolchain(&mut draft);
        draft.steps = self.steps(path, build);
        let text: Vec<String> =
            draft.steps.iter().map(|step| format!("{} {} {}", step.folder, step.name, step.command)).collect();
        draft.inputs.add(Component::Setting("steps"), text.join("\n"));
        // A circle is built in name order: what comes later sees the output of what came first.
        for (needed, _) in &closure {
            if let Some(task) = self.package(needed) {
                draft.needs.push(task.key);
            }
        }
        draft
    }

    fn show_own(&self, path: &RepoPath, ignore: &GlobSet, draft: &mut Draft) {
        for file in self.files_of(path).filter(|file| !ignore.is_match(file.path.as_str())) {
            if file.path.as_str() == path.join("package.json") {
                draft.shown.insert(file.path.to_string(), file.clone());
                self.count_manifest(path, &[], draft);
            } else {
                draft.show(Component::File(file.path.to_string()), file);
            }
        }
    }

    fn show_package(&self, path: &RepoPath, via: &[String], draft: &mut Draft) {
        for file in self.files_of(path) {
            if file.path.as_str() == path.join("package.json") {
                draft.shown.insert(file.path.to_string(), file.clone());
                self.count_manifest(path, via, draft);
            } else {
                draft.show(Component::Package(file.path.to_string(), via.to_vec()), file);
            }
        }
    }

    /// Files of a member, without those of members below its folder.
    fn files_of(&self, path: &RepoPath) -> impl Iterator<Item = &ShownFile> {
        let prefix = format!("{path}/");
        let below = self
            .workspace
            .snapshot
            .files
            .range(prefix.clone()..)
            .take_while(move |(file, _)| file.starts_with(&prefix));
        below
            .map(|(_, file)| file)
            .filter(move |file| self.workspace.owner(file.path.as_str()).is_some_and(|owner| &owner.path == path))
    }

    fn count_manifest(&self, path: &RepoPath, via: &[String], draft: &mut Draft) {
        let Some(member) = self.workspace.members.get(path) else { return };
        for (field, content) in member.manifest.counted() {
            let file = path.join("package.json");
            draft.inputs.add(Component::Field { file, field, via: via.to_vec() }, content);
        }
    }

    /// What no member owns: configuration above the member, and what any build may read.
    fn show_outside(&self, path: &RepoPath, draft: &mut Draft) {
        for (name, file) in self.workspace.snapshot.files.iter() {
            if self.workspace.owner(name).is_some() || is_unshown(name) {
                continue;
            }
            match name.as_str() {
                "package.json" => {
                    draft.shown.insert(name.clone(), file.clone());
                    for (field, content) in self.workspace.root.counted() {
                        draft.inputs.add(Component::Field { file: name.clone(), field, via: Vec::new() }, content);
                    }
                }
                // Counted by what it resolves to.
                "package-lock.json" | "npm-shrinkwrap.json" => {
                    draft.shown.insert(name.clone(), file.clone());
                }
                _ => {
                    let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder);
                    let above = folder.is_empty() || path.as_str().starts_with(&format!("{folder}/"));
                    let component =
                        if above { Component::Config(name.clone()) } else { Component::Doubt(name.clone()) };
                    draft.show(component, file);
                }
            }
        }
    }

    /// Packages from outside that the build may read: of the member and of packages with a task also those
    /// for development, of the root all, since tools live there.
    fn count_dependencies(&self, path: &RepoPath, closure: &[(RepoPath, Vec<String>)], draft: &mut Draft) {
        let Some(lockfile) = &self.workspace.lockfile else { return };
        let mut count = |folder: &str, names: BTreeSet<&str>| {
            for (place, installed) in lockfile.closure(folder, names).installed {
                let content = format!("{} {}", installed.version, installed.integrity);
                draft.inputs.add(Component::Dependency(installed.name, place), content);
            }
        };
        count("", self.workspace.root.all_dependencies().into_keys().collect());
        for path in closure.iter().map(|(path, _)| path).chain([path]) {
            let Some(member) = self.workspace.members.get(path) else { continue };
            let built = member.has_task() || self.workspace.apps.values().any(|app| &app.path == path);
            count(path.as_str(), names(&member.manifest, built));
        }
    }

    fn count_toolchain(&self, draft: &mut Draft) {
        let Toolchain { node, package_manager, platform, compilers } = self.toolchain;
        draft.inputs.add(Component::Toolchain("Node.js"), node);
        draft.inputs.add(Component::Toolchain("package manager"), package_manager);
        draft.inputs.add(Component::Toolchain("platform"), platform);
        draft.inputs.add(Component::Toolchain("compilers"), compilers);
    }

    fn steps(&self, path: &RepoPath, build: Option<&str>) -> Vec<Step> {
        let step = |name: &str, folder: &RepoPath, command: &str| Step {
            name: name.to_owned(),
            folder: folder.clone(),
            command: command.to_owned(),
        };
        let root = RepoPath::root();
        let mut steps = Vec::new();
        let lifecycle = |manifest: &Manifest, folder: &RepoPath, steps: &mut Vec<Step>| {
            let scripts = LIFECYCLE.iter().filter_map(|name| Some((*name, manifest.script(name)?)));
            steps.extend(scripts.map(|(name, script)| step(name, folder, script)));
        };
        lifecycle(&self.workspace.root, &root, &mut steps);
        if let Some(member) = self.workspace.members.get(path) {
            lifecycle(&member.manifest, path, &mut steps);
        }
        steps.extend(build.map(|build| step("build", path, build)));
        steps
    }

    fn production_closure(&self, path: &RepoPath, packages: &[RepoPath]) -> Closure {
        let mut all = Closure::default();
        let Some(lockfile) = &self.workspace.lockfile else { return all };
        for path in packages.iter().chain([path]) {
            let Some(member) = self.workspace.members.get(path) else { continue };
            let closure = lockfile.closure(path.as_str(), names(&member.manifest, false));
            all.installed.extend(closure.installed);
            all.links.extend(closure.links);
        }
        // A peer dependency may name any member; only what is needed to run is part of the image.
        all.links.retain(|_, target| packages.iter().any(|package| package.as_str() == target));
        all
    }
}

impl Draft {
    fn show(&mut self, component: Component, file: &ShownFile) {
        self.inputs.add(component, format!("{} {}", file.mode, file.object));
        self.shown.insert(file.path.to_string(), file.clone());
    }
}

fn names(manifest: &Manifest, dev: bool) -> BTreeSet<&str> {
    let mut names: BTreeSet<&str> = ["dependencies", "optionalDependencies", "peerDependencies"]
        .into_iter()
        .flat_map(|table| manifest.dependencies(table).into_keys())
        .collect();
    if dev {
        names.extend(manifest.dependencies("devDependencies").into_keys());
    }
    names
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

fn globs(globs: Option<&[String]>, folder: &RepoPath) -> GlobSet {
    let mut set = GlobSetBuilder::new();
    for glob in globs.unwrap_or_default() {
        let below = match glob.strip_prefix('/') {
            Some(from_root) => from_root.to_owned(),
            None => folder.join(glob),
        };
        // Globs were checked when the configuration was read.
        if let Ok(glob) = Glob::new(&below) {
            set.add(glob);
        }
    }
    set.build().unwrap_or_default()
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
    let command = "npm ci --no-audit --no-fund --loglevel=error".to_owned();
    let mut text = format!("frontage install 1\n{command}\n{toolchain:?}\n");
    for file in &files {
        text.push_str(&format!("{} {} {}\n", file.path, file.mode, file.object));
    }
    for (path, manifest) in &manifests {
        text.push_str(&format!("{path}\n{manifest}\n"));
    }
    Some(InstallLayer { key: BuildKey::over(text.as_bytes()), files, manifests, command })
}

#[cfg(test)]
mod tests;
