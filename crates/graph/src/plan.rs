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
use crate::lockfile;
use crate::manifest::{LIFECYCLE, Manifest};
use crate::pipeline::BUILD;
use crate::workspace::{Globs, Member, Root, VERSION_FILES, Workspace, lockfile_of};

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

/// Files at a root that package managers read.
const INSTALL_FILES: [&str; 9] = [
    ".npmrc",
    ".yarnrc",
    ".yarnrc.yml",
    "pnpm-workspace.yaml",
    ".pnpmfile.cjs",
    ".pnpmfile.mjs",
    "pnpmfile.cjs",
    "pnpmfile.js",
    "bunfig.toml",
];

/// Folders at a root whose files package managers read.
const INSTALL_FOLDERS: [&str; 4] = ["patches/", ".yarn/patches/", ".yarn/plugins/", ".yarn/releases/"];

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

/// Which toolchain a workspace root asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedToolchain {
    /// A range of Node.js versions, and the file that says so.
    pub node: Option<(String, String)>,
    /// The package manager.
    pub manager: PackageManager,
    /// A version or range of it, and the file that says so.
    pub manager_version: Option<(String, String)>,
}

impl WantedToolchain {
    /// What a root asks for. Node.js: `.nvmrc`, `.node-version`, `.tool-versions`, Volta, `engines`, the same of its apps.
    /// The package manager: `packageManager`, `devEngines`, Volta, `engines`, else what writes such a lockfile.
    pub fn of(workspace: &Workspace, root: &Root) -> WantedToolchain {
        let manifest_file = root.folder.join("package.json");
        let by_manifest = |manifest: &Manifest, file: &str| {
            let said = manifest.text_at(&["volta", "node"]).or_else(|| {
                let runtime = manifest.text_at(&["devEngines", "runtime", "name"]).filter(|name| *name == "node");
                runtime.and_then(|_| manifest.text_at(&["devEngines", "runtime", "version"]))
            });
            let said = said.or_else(|| manifest.text_at(&["engines", "node"]));
            said.map(|range| (range.to_owned(), file.to_owned()))
        };
        let by_file = VERSION_FILES.iter().find_map(|name| {
            let version = version_in(name, root.version_files.get(*name)?)?;
            Some((version, root.folder.join(name)))
        });
        let by_apps = || {
            let apps = workspace.apps.values().filter_map(|app| workspace.members.get(&app.path));
            let own = apps.filter(|member| member.root == root.folder);
            own.into_iter().find_map(|member| by_manifest(&member.manifest, &member.path.join("package.json")))
        };
        WantedToolchain {
            node: by_file.or_else(|| by_manifest(&root.manifest, &manifest_file)).or_else(by_apps),
            manager: root.manager,
            manager_version: manager_version(root, &manifest_file),
        }
    }
}

/// The version of Node.js that a version file names.
fn version_in(name: &str, content: &str) -> Option<String> {
    let lines = content.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
    let mut lines = lines.filter(|line| !line.is_empty());
    let said = match name {
        // asdf's and mise's file has a line for each tool.
        ".tool-versions" => lines.find_map(|line| {
            let (tool, version) = line.split_once(char::is_whitespace)?;
            matches!(tool, "nodejs" | "node").then(|| version.split_whitespace().next())?
        })?,
        _ => lines.next()?,
    };
    Some(said.strip_prefix('v').unwrap_or(said).to_owned())
}

fn manager_version(root: &Root, file: &str) -> Option<(String, String)> {
    if let Some(version) = root.named_manager() {
        return Some((version.to_owned(), file.to_owned()));
    }
    let lockfile = root.lockfile.as_ref()?;
    Some((lockfile.range().to_owned(), root.folder.join(lockfile_of(root.manager))))
}

/// Toolchains by the folders of workspace roots.
pub type Toolchains = BTreeMap<RepoPath, Toolchain>;

/// Plans an app's build for a kind of environment with a toolchain. A root without a toolchain of its own, as one that
/// only the base has, is planned with the first.
///
/// # Panics
/// If there is no toolchain at all, or the app is of another workspace.
pub fn plan(workspace: &Workspace, app: &App, environment: &EnvironmentName, toolchains: &Toolchains) -> Planned {
    let root = workspace.root_of(&app.path).expect("an app is a member of a root");
    let toolchain = toolchains.get(&root.folder).or_else(|| toolchains.values().next());
    let toolchain = toolchain.expect("a workspace has a toolchain");
    let mut planner = Planner {
        workspace,
        root,
        toolchain,
        install: install_layer(workspace, root, toolchain),
        networked: BTreeSet::new(),
        planned: BTreeMap::new(),
        tasks: Vec::new(),
    };
    let asking = workspace.apps.values().filter(|app| app.build_network);
    planner.networked = asking.flat_map(|app| planner.packages_to_build(&app.path)).collect();
    for path in planner.packages_to_build(&app.path) {
        planner.package(&path);
    }
    let (inputs, task) = planner.app(app, environment);
    let key = task.key.clone();
    planner.tasks.push(task);
    Planned { key, inputs, tasks: planner.tasks }
}

/// Whether a variable reaches an app's build: with a public prefix, or named in `build_env`.
pub fn is_for_builds(app: &App, name: &str) -> bool {
    is_public(name) || app.build_env.iter().any(|named| named == name)
}

/// Whether a variable has a prefix by which frameworks put it into what browsers get.
pub fn is_public(name: &str) -> bool {
    PUBLIC_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

/// Variables of an app that its build is given.
pub fn build_variables(app: &App, environment: &EnvironmentName) -> BTreeMap<String, String> {
    let values = app.env.iter().filter(|(name, _)| is_for_builds(app, name));
    values.filter_map(|(name, value)| Some((name.clone(), value.value_in(environment)?.to_owned()))).collect()
}

struct Planner<'a> {
    workspace: &'a Workspace,
    root: &'a Root,
    toolchain: &'a Toolchain,
    install: Option<InstallLayer>,
    /// Packages that an app needs whose build may use the network: theirs may, too, whichever app is planned.
    networked: BTreeSet<RepoPath>,
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
            for needed in self.workspace.built_for(&path) {
                let comes_first = &path == app || position(&needed) < position(&path);
                if comes_first && wanted.insert((position(&needed), needed.clone())) {
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
        self.own_tasks(&app.path, BUILD, &mut draft);
        let text = |value: &dyn std::fmt::Debug| format!("{value:?}");
        draft.inputs.add(Component::Setting("build"), app.build.clone().unwrap_or_default());
        draft.steps.extend(app.build.iter().map(|build| step(BUILD, &app.path, build)));
        draft.inputs.add(Component::Setting("serving"), text(&app.serving));
        draft.inputs.add(Component::Setting("framework"), text(&app.framework));
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
        if let Some(member) = self.workspace.members.get(path) {
            for task in &member.wanted_scripts {
                self.script(path, task, &mut draft);
            }
            if member.is_built {
                self.own_tasks(path, BUILD, &mut draft);
                self.script(path, BUILD, &mut draft);
            }
        }
        let network = self.networked.contains(path);
        if network {
            draft.inputs.add(Component::Setting("build_network"), network.to_string());
        }
        let (inputs, task) = self.task(path, TaskKind::Package, draft, BTreeMap::new(), network);
        self.planned.insert(path.clone(), (task.key.clone(), inputs));
        self.tasks.push(task);
    }

    /// What a task of a member waits for in the same member.
    fn own_tasks(&self, path: &RepoPath, task: &str, draft: &mut Draft) {
        for before in self.root.pipeline.own(path, task).iter().filter(|before| *before != task) {
            self.script(path, before, draft);
        }
    }

    /// A script of a member, or what `project.json` has under its name; each runs once.
    fn script(&self, path: &RepoPath, name: &str, draft: &mut Draft) {
        let Some(member) = self.workspace.members.get(path) else { return };
        let step = match (member.manifest.script_with_hooks(name), self.root.pipeline.command(path, name)) {
            (Some(script), _) => step(name, path, &script),
            (None, Some(command)) => step(name, &command.folder, &command.text),
            (None, None) => return,
        };
        if !draft.steps.contains(&step) {
            let component = Component::Script { folder: path.to_string(), name: name.to_owned() };
            draft.inputs.add(component, &step.command);
            draft.steps.push(step);
        }
    }

    fn kind(&self, app: &App) -> TaskKind {
        let names = |manifest: &Manifest| manifest.needed(false).into_keys().map(str::to_owned).collect();
        let needed: Vec<RepoPath> =
            self.workspace.closure(&app.path, false).into_iter().map(|(path, _)| path).collect();
        let members = needed.iter().chain([&app.path]).filter_map(|path| self.workspace.members.get(path));
        let mut wanted: BTreeMap<RepoPath, Vec<String>> =
            members.map(|member| (member.path.clone(), names(&member.manifest))).collect();
        wanted.entry(self.root.folder.clone()).or_insert_with(|| names(&self.root.manifest));
        // Where it was built, those for development were there as well, and it may be started by one of them.
        let packages = self.workspace.closure(&app.path, true).into_iter().map(|(path, _)| path).collect();
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
        self.show_outside(path, &closure, ignore, &mut draft);
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
            let name = file.path.as_str();
            if name == manifest {
                draft.shown.insert(manifest.clone(), file.clone());
                self.count_manifest(path, &manifest, &reach, draft);
            } else if self.is_lockfile(name) {
                draft.shown.insert(name.to_owned(), file.clone());
            } else if !ignore.is_match(name) {
                draft.show(Component::File(name.to_owned()), file, reach.clone());
            }
        }
    }

    fn count_manifest(&self, path: &RepoPath, file: &str, reach: &Reach, draft: &mut Draft) {
        let Some(member) = self.workspace.members.get(path) else { return };
        for (field, content) in member.manifest.counted() {
            draft.inputs.add_reached(Component::Field { file: file.to_owned(), field }, content, reach.clone());
        }
    }

    /// The root's lockfile counts by what it resolves to.
    fn is_lockfile(&self, path: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path);
        lockfile::FILES.contains(&name) && self.root.folder.join(name) == path
    }

    /// What no other member owns: configuration above the member, and what any build of the root may read. Of folders
    /// outside the root configuration governs it, and it may import from them.
    fn show_outside(&self, path: &RepoPath, closure: &[(RepoPath, Vec<String>)], ignore: &GlobSet, draft: &mut Draft) {
        let imports = |name: &str| {
            let mut members = closure.iter().map(|(needed, _)| needed).chain([path]);
            members.any(|member| self.workspace.does_import(member, name))
        };
        let root = &self.root.folder;
        let of_root = self.workspace.files_of(root).filter(|_| !root.is_root() && self.workspace.is_member(root));
        let manifest = root.join("package.json");
        for file in self.workspace.unowned_files().chain(of_root) {
            let name = file.path.as_str();
            if draft.shown.contains_key(name) {
                continue;
            }
            if !root.holds(name) {
                let reach = if governs(name, root) {
                    Reach::Above
                } else if imports(name) {
                    Reach::Unowned
                } else {
                    continue;
                };
                if !ignore.is_match(name) {
                    draft.show(Component::File(name.to_owned()), file, reach);
                }
                continue;
            }
            if name == manifest {
                draft.shown.insert(name.to_owned(), file.clone());
                for (field, content) in self.root.manifest.counted() {
                    draft.inputs.add_reached(Component::Field { file: name.to_owned(), field }, content, Reach::Above);
                }
            } else if self.is_lockfile(name) {
                draft.shown.insert(name.to_owned(), file.clone());
            } else if !ignore.is_match(name) && !is_unshown(self.root.below(&file.path)) {
                let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder);
                let is_above = folder.is_empty() || path.as_str().starts_with(&format!("{folder}/"));
                let reach = if is_above { Reach::Above } else { Reach::Unowned };
                draft.show(Component::File(name.to_owned()), file, reach);
            }
        }
    }

    /// Packages from outside that the build may read: of the member and of packages with a task also those
    /// for development, of the root all, since tools live there.
    fn count_dependencies(&self, path: &RepoPath, closure: &[(RepoPath, Vec<String>)], draft: &mut Draft) {
        let Some(lockfile) = &self.root.lockfile else { return };
        let is_member = |folder: &str| self.root.member_at(folder).is_some_and(|path| self.workspace.is_member(&path));
        let mut count = |folder: &str, wanted: &BTreeMap<&str, &str>| {
            for (place, installed) in lockfile.closure(folder, wanted, &is_member).installed {
                let content = format!("{} {}", installed.version, installed.integrity);
                let (name, place) = (installed.name.clone(), place.to_owned());
                draft.inputs.add(Component::Dependency { name, place }, content);
            }
        };
        count("", &self.root.manifest.needed(true));
        for member in closure.iter().map(|(path, _)| path).chain([path]) {
            let is_built = |member: &Member| member.has_task() || &member.path == path;
            if let Some(member) = self.workspace.members.get(member).filter(|member| member.root == self.root.folder) {
                count(self.root.below(&member.path), &member.manifest.needed(is_built(member)));
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
        let root = &self.root.folder;
        let member = self.workspace.members.get(path).filter(|member| member.path != *root);
        let member = member.map(|member| (path, &member.manifest, Reach::Own));
        for (folder, manifest, reach) in [(root, &self.root.manifest, Reach::Above)].into_iter().chain(member) {
            for (name, script) in LIFECYCLE.iter().filter_map(|name| Some((*name, manifest.script(name)?))) {
                if is_guard(script) {
                    continue;
                }
                let component = Component::Script { folder: folder.to_string(), name: name.to_owned() };
                draft.inputs.add_reached(component, script, reach.clone());
                draft.steps.push(step(name, folder, script));
            }
        }
        for script in &self.root.generate {
            let Some(command) = self.root.manifest.script_with_hooks(script) else { continue };
            let component = Component::Script { folder: root.to_string(), name: script.clone() };
            draft.inputs.add_reached(component, &command, Reach::Above);
            draft.steps.push(step(script, root, &command));
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

/// Whether a file outside a root governs what is built in it: configuration in a folder above, which tools look for
/// on their way up.
fn governs(path: &str, root: &RepoPath) -> bool {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let is_above = folder.is_empty() || root.as_str().starts_with(&format!("{folder}/"));
    let is_config = name.starts_with('.') && !UNSHOWN_FILES.contains(&name)
        || name.contains(".config.")
        || name.starts_with("tsconfig") && name.ends_with(".json")
        || name == "package.json";
    is_above && is_config
}

/// Whether a script only sees to it that the right package manager is used, which it would ask the network about.
fn is_guard(script: &str) -> bool {
    let mut words = script.split_whitespace().filter(|word| !word.starts_with('-'));
    match (words.next(), words.next()) {
        (Some("npx" | "pnpx" | "bunx"), Some(program)) => program.split('@').next() == Some("only-allow"),
        (Some("pnpm" | "yarn"), Some("dlx")) => words.next().is_some_and(|program| program.starts_with("only-allow")),
        (Some("only-allow"), _) => true,
        _ => false,
    }
}

fn install_layer(workspace: &Workspace, root: &Root, toolchain: &Toolchain) -> Option<InstallLayer> {
    let lockfile = root.lockfile.as_ref()?;
    // Members are there by their manifests alone: their content reaches nobody through an install.
    let is_member = |path: &String| path.parse().is_ok_and(|path| workspace.is_member(&path));
    let named = lockfile.patches().iter().chain(lockfile.local_sources()).filter_map(|path| root.named(path));
    let named: BTreeSet<String> = named.filter(|path| !is_member(path)).collect();
    let wanted = |path: &str| {
        let Some(below) = root.folder.holds(path).then(|| path[root.folder.as_str().len()..].trim_start_matches('/'))
        else {
            return false;
        };
        lockfile::FILES.contains(&below)
            || INSTALL_FILES.contains(&below)
            || INSTALL_FOLDERS.iter().any(|folder| below.starts_with(folder))
            || named.iter().any(|name| {
                path.strip_prefix(name.as_str()).is_some_and(|rest| matches!(rest.get(..1), None | Some("/")))
            })
    };
    let files: Vec<ShownFile> =
        workspace.snapshot.files.iter().filter(|(path, _)| wanted(path)).map(|(_, file)| file.clone()).collect();
    let members = workspace.members.values().filter(|member| member.root == root.folder);
    let manifests: BTreeMap<RepoPath, String> = members
        .map(|member| (&member.path, &member.manifest))
        .chain([(&root.folder, &root.manifest)])
        .filter(|(_, manifest)| !manifest.is_empty())
        .filter_map(|(path, manifest)| Some((path.join("package.json").parse().ok()?, manifest.for_install())))
        .collect();
    let (manager, folder) = (root.manager, root.folder.clone());
    let mut text = format!("frontage install 3\n{manager:?} {folder}\n{toolchain:?}\n");
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
