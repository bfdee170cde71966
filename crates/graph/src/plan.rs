//! How to build an app: the tasks of the packages that it needs, its own, their keys and what they are shown.
//!
//! Shown is what a build may open: all of its own member but what no build reads (tests, documents), and of the members
//! that it needs the modules that are reached from there, and what is no module. What is shown counts, but for manifests
//! (by field), the lockfile (by what it resolves to) and modules that are reached without being used (by what they
//! export). What no member owns is shown to whom it governs or who names it, and to builds that may read anything.

use std::collections::{BTreeMap, BTreeSet};

use globset::GlobSet;
use model::task::Step;
use model::{
    App, AppName, BuildKey, Digest, EnvironmentName, InstallLayer, PackageManager, RepoPath, ShownFile, Task, TaskKind,
    Toolchain,
};

use crate::detect::command;
use crate::inputs::{Component, Inputs, Reach};
use crate::lockfile;
use crate::manifest::{LIFECYCLE, Manifest};
use crate::modules::{self, Language, Reached, Walk};
use crate::pipeline::BUILD;
use crate::unread::{self, CHECKERS, Reads};
use crate::workspace::{Globs, Member, Root, VERSION_FILES, Workspace, lockfile_of};

/// Prefixes of variables that frameworks put into what they build for browsers.
const PUBLIC_PREFIXES: [&str; 7] =
    ["VITE_", "NEXT_PUBLIC_", "REACT_APP_", "PUBLIC_", "GATSBY_", "NUXT_PUBLIC_", "EXPO_PUBLIC_"];

/// Endings of images, fonts and the like.
const ASSETS: [&str; 18] = [
    "svg", "png", "jpg", "jpeg", "gif", "webp", "avif", "ico", "bmp", "woff", "woff2", "ttf", "otf", "eot", "mp3",
    "mp4", "webm", "pdf",
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

    fn as_written(&self) -> Toolchain {
        let said = |said: &Option<(String, String)>| said.as_ref().map_or_else(String::new, |(range, _)| range.clone());
        Toolchain {
            node: said(&self.node),
            package_manager: format!("{}@{}", self.manager.program(), said(&self.manager_version)),
            platform: String::new(),
            compilers: String::new(),
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

/// What the key of every app covers.
///
/// # Panics
/// As [`plan`].
pub fn inputs(
    workspace: &Workspace,
    environment: &EnvironmentName,
    toolchains: &Toolchains,
) -> BTreeMap<AppName, Inputs> {
    let one = |app: &App| (app.name.clone(), plan(workspace, app, environment, toolchains).inputs);
    workspace.apps.values().map(one).collect()
}

/// Toolchains that stand for whatever is asked for, where states of a repository are compared: nothing is fetched to know
/// which versions that comes to.
pub fn as_written(workspace: &Workspace) -> Toolchains {
    let one = |root| WantedToolchain::of(workspace, root).as_written();
    workspace.roots.values().map(|root| (root.folder.clone(), one(root))).collect()
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

/// How a member is built, as far as it tells what that reads.
struct Build<'a> {
    /// Its commands.
    commands: Vec<String>,
    /// Files that it does not read.
    ignore: &'a GlobSet,
    /// What it reads of tests, stories and documents.
    reads: Reads,
    /// Whether it may check types.
    checks_types: bool,
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
        let mut commands = self.commands(&app.path, BUILD);
        commands.extend(app.build.clone());
        // What is run as it is runs all that it imports.
        let checks_types = app.build.is_none() || self.may_check_types(&app.path, &commands);
        let build = Build { commands, ignore: &globs.ignore, reads: Reads::of(app), checks_types };
        let mut draft = self.draft(&app.path, &build, usize::MAX);
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
        let member = self.workspace.members.get(path);
        let wanted = member.into_iter().flat_map(|member| &member.wanted_scripts);
        let mut commands: Vec<String> = wanted.flat_map(|task| self.commands(path, task)).collect();
        commands.extend(self.commands(path, BUILD));
        let nothing = GlobSet::empty();
        // What a package gives to others may be all of it.
        let build = Build { commands, ignore: &nothing, reads: Reads::default(), checks_types: true };
        let mut draft = self.draft(path, &build, self.workspace.build_position(path));
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

    /// What a member's build runs for a task, with what it waits for in the same member.
    fn commands(&self, path: &RepoPath, task: &str) -> Vec<String> {
        let Some(member) = self.workspace.members.get(path) else { return Vec::new() };
        let tasks = self.root.pipeline.own(path, task).into_iter().chain([task.to_owned()]);
        let scripts = tasks.filter_map(|task| {
            let script = command::expanded(&member.manifest, &task);
            script.or_else(|| self.root.pipeline.command(path, &task).map(|command| command.text.clone()))
        });
        let lifecycle = LIFECYCLE.iter().filter_map(|name| command::expanded(&member.manifest, name));
        scripts.chain(lifecycle.filter(|script| !is_guard(script))).collect()
    }

    fn may_check_types(&self, path: &RepoPath, commands: &[String]) -> bool {
        let manifests = [self.workspace.members.get(path).map(|member| &member.manifest), Some(&self.root.manifest)];
        let mut manifests = manifests.into_iter().flatten();
        commands.iter().any(|command| unread::may_check_types(command))
            || manifests.any(|manifest| CHECKERS.iter().any(|name| manifest.all_dependencies().contains_key(name)))
    }

    /// What a build reads of other members, and of what belongs to nobody.
    fn reached(&self, path: &RepoPath, build: &Build<'_>) -> Reached {
        let graph = self.workspace.graph();
        let is_root =
            |file: &str| !build.ignore.is_match(file) && !self.reads(path, build, file).leaves_out(self.below(file));
        let walk = Walk::new(self.workspace, graph, path, build.checks_types, &is_root);
        let words =
            build.commands.iter().flat_map(|command| command.split(|char: char| char.is_whitespace() || char == '='));
        let words = words.map(|word| word.trim_matches(['"', '\''])).filter(|word| word.contains('/'));
        let folders = [path.as_str(), self.root.folder.as_str()];
        let files = &self.workspace.snapshot.files;
        let named = words.flat_map(|word| folders.map(|folder| modules::by_path(files, folder, word))).flatten();
        let named = named.filter_map(|file| graph.place(file));
        let above = self.workspace.unowned_files().filter(|file| {
            self.root.folder.holds(file.path.as_str()) && unread::configures_checks(self.root.below(&file.path))
        });
        let reads_anything = build.commands.iter().any(|command| unread::may_read_anything(command));
        let may_run = |member: &Member| {
            let is_named = || build.commands.iter().any(|command| unread::names(command, &member.name));
            reads_anything || member.manifest.field("bin").is_some() || is_named()
        };
        walk.run(named, may_run, above.filter_map(|file| graph.place(file.path.as_str())), unread::is_tool)
    }

    /// What a build reads of a file's member: of others than its own no tests, stories and documents.
    fn reads(&self, path: &RepoPath, build: &Build<'_>, file: &str) -> Reads {
        let owner = self.workspace.owner(file).unwrap_or(&self.root.folder);
        if owner == path { build.reads } else { Reads::default() }
    }

    /// A file's path below the member that owns it, else below the root.
    fn below<'p>(&self, file: &'p str) -> &'p str {
        let folder = self.workspace.owner(file).unwrap_or(&self.root.folder);
        file.strip_prefix(folder.as_str()).unwrap_or(file).trim_start_matches('/')
    }

    /// All but the build's own step. The outputs of packages that are built before `position` lie under it.
    fn draft(&self, path: &RepoPath, build: &Build<'_>, position: usize) -> Draft {
        let mut draft = Draft::default();
        let reached = self.reached(path, build);
        let needed = self.workspace.closure(path, true);
        let closure: Vec<(RepoPath, Vec<String>)> =
            needed.iter().filter(|(needed, _)| reached.members.contains(needed)).cloned().collect();
        self.show_member(path, Reach::Own, build, &reached, &mut draft);
        for (needed, via) in &closure {
            let reach = Reach::Package { folder: needed.to_string(), via: via.clone() };
            self.show_member(needed, reach, build, &reached, &mut draft);
        }
        self.show_outside(path, build, &reached, &mut draft);
        self.show_rest(build, &reached, &mut draft);
        self.show_checked(build, &reached, &mut draft);
        self.count_dependencies(path, &closure, build, &reached, &mut draft);
        self.count_toolchain(&mut draft);
        self.lifecycle_scripts(path, &mut draft);
        for (needed, via) in &needed {
            let is_built_before = self.workspace.build_position(needed) < position;
            let Some((key, inputs)) = self.planned.get(needed).filter(|_| is_built_before) else { continue };
            // What is ignored or not reached here counts there.
            draft.inputs.add_need(needed.as_str(), via, key.clone(), inputs.own());
            draft.needs.push(key.clone());
        }
        draft
    }

    /// Shows a member's files: of the one that is built all that a build reads, of another what is reached, what is no
    /// module, and what tools look for in its folder.
    fn show_member(&self, path: &RepoPath, reach: Reach, build: &Build<'_>, reached: &Reached, draft: &mut Draft) {
        let manifest = path.join("package.json");
        let is_whole = reach == Reach::Own || reached.whole.contains_key(path);
        let reads = if reach == Reach::Own { build.reads } else { Reads::default() };
        // Documents name images in ways of their own.
        let has_documents = self.workspace.files_of(path).any(|file| is_page(self.below(file.path.as_str())));
        let is_imported = |name: &str| is_imported(name) && (Language::of(name).is_some() || !has_documents);
        for file in self.workspace.files_of(path) {
            let name = file.path.as_str();
            if name == manifest {
                draft.shown.insert(manifest.clone(), file.clone());
                self.count_manifest(path, &manifest, &reach, draft);
            } else if self.is_lockfile(name) {
                draft.shown.insert(name.to_owned(), file.clone());
            } else if build.ignore.is_match(name) || self.show_reached(file, &reach, reached, draft) {
            } else if !reads.leaves_out(self.below(name)) && (is_whole || !is_imported(name) || is_looked_for(name)) {
                draft.show(Component::File(name.to_owned()), file, reach.clone());
            }
        }
    }

    /// Shows a file that is reached, and whether it is.
    fn show_reached(&self, file: &ShownFile, reach: &Reach, reached: &Reached, draft: &mut Draft) -> bool {
        let name = file.path.as_str();
        let graph = self.workspace.graph();
        let Some(place) = graph.place(name) else { return false };
        if reached.counted.contains_key(&place) {
            draft.show(Component::File(name.to_owned()), file, reach.clone());
        } else if reached.shown.contains(&place) {
            match graph.node(place).map(|node| &node.record).filter(|record| record.is_told) {
                Some(record) => {
                    let signature = format!("{:?} {:?}", record.own, record.passed);
                    let component = Component::Signature(name.to_owned());
                    draft.inputs.add_reached(component, Digest::of(signature.as_bytes()).hex(), reach.clone());
                    draft.shown.insert(name.to_owned(), file.clone());
                }
                None => draft.show(Component::File(name.to_owned()), file, reach.clone()),
            }
        } else {
            return false;
        }
        true
    }

    /// Shows what counts and was not shown with a member that is needed.
    fn show_rest(&self, build: &Build<'_>, reached: &Reached, draft: &mut Draft) {
        for name in reached.counted.keys().map(|place| self.workspace.graph().path(*place)) {
            if draft.shown.contains_key(name) || build.ignore.is_match(name) {
                continue;
            }
            let owner = self.workspace.owner(name).and_then(|owner| self.workspace.members.get(owner));
            let reach = owner.map_or(Reach::Own, |owner| Reach::Package {
                folder: owner.path.to_string(),
                via: vec![owner.name.clone()],
            });
            if let Some(file) = self.workspace.snapshot.files.get(name) {
                draft.show(Component::File(name.to_owned()), file, reach);
            }
        }
    }

    /// Shows what only checks read, and the manifests of the members that it is of. None of it gets into what is built.
    fn show_checked(&self, build: &Build<'_>, reached: &Reached, draft: &mut Draft) {
        let files = reached.checked.iter().map(|place| self.workspace.graph().path(*place));
        let owners = files.clone().filter_map(|file| self.workspace.owner(file));
        let manifests: BTreeSet<String> = owners.map(|owner| owner.join("package.json")).collect();
        for name in files.map(str::to_owned).chain(manifests).filter(|name| !build.ignore.is_match(name)) {
            if let Some(file) = self.workspace.snapshot.files.get(&name) {
                draft.shown.entry(name).or_insert_with(|| file.clone());
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

    /// What no other member owns: configuration above the member, what is reached, and what a build may read of which
    /// nothing can be told.
    fn show_outside(&self, path: &RepoPath, build: &Build<'_>, reached: &Reached, draft: &mut Draft) {
        let root = &self.root.folder;
        let reads_anything = build.commands.iter().any(|command| unread::may_read_anything(command));
        let of_root = self.workspace.files_of(root).filter(|_| !root.is_root() && self.workspace.is_member(root));
        let manifest = root.join("package.json");
        for file in self.workspace.unowned_files().chain(of_root) {
            let name = file.path.as_str();
            if draft.shown.contains_key(name) || build.ignore.is_match(name) && name != manifest {
                continue;
            }
            if name == manifest {
                draft.shown.insert(name.to_owned(), file.clone());
                for (field, content) in self.root.manifest.counted() {
                    draft.inputs.add_reached(Component::Field { file: name.to_owned(), field }, content, Reach::Above);
                }
            } else if root.holds(name) && self.is_lockfile(name) {
                draft.shown.insert(name.to_owned(), file.clone());
            } else if self.show_reached(file, &Reach::Own, reached, draft) {
            } else if !root.holds(name) {
                if governs(name, root) {
                    draft.show(Component::File(name.to_owned()), file, Reach::Above);
                }
            } else if !unread::is_unread(self.root.below(&file.path)) {
                if governs(name, path) {
                    draft.show(Component::File(name.to_owned()), file, Reach::Above);
                } else if reads_anything && !is_imported(name) {
                    draft.show(Component::File(name.to_owned()), file, Reach::Unowned);
                }
            }
        }
    }

    /// Packages from outside that the build may read: of the member and of packages with a task also those for
    /// development, of the root all, since tools live there; but for tools that only check. Of other packages those that
    /// are imported or named by what is reached.
    fn count_dependencies(
        &self,
        path: &RepoPath,
        closure: &[(RepoPath, Vec<String>)],
        build: &Build<'_>,
        reached: &Reached,
        draft: &mut Draft,
    ) {
        let Some(lockfile) = &self.root.lockfile else { return };
        let is_member = |folder: &str| self.root.member_at(folder).is_some_and(|path| self.workspace.is_member(&path));
        let mut count = |folder: &str, wanted: &BTreeMap<&str, &str>| {
            for (place, installed) in lockfile.closure(folder, wanted, &is_member).installed {
                let content = format!("{} {}", installed.version, installed.integrity);
                let (name, place) = (installed.name.clone(), place.to_owned());
                draft.inputs.add(Component::Dependency { name, place }, content);
            }
        };
        count("", &wanted_by_build(&self.root.manifest, build, reached));
        for member in closure.iter().map(|(path, _)| path).chain([path]) {
            let member = self.workspace.members.get(member).filter(|member| member.root == self.root.folder);
            let Some(member) = member else { continue };
            let wanted = if member.has_task() || &member.path == path {
                wanted_by_build(&member.manifest, build, reached)
            } else {
                let is_whole = reached.whole.contains_key(&member.path);
                let run = member.manifest.needed(false).into_iter();
                run.filter(|(name, _)| is_whole || reached.packages.contains(*name)).collect()
            };
            count(self.root.below(&member.path), &wanted);
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

/// What a manifest asks for that gets into what is built or builds it: all but tools that only check.
fn wanted_by_build<'m>(manifest: &'m Manifest, build: &Build<'_>, reached: &Reached) -> BTreeMap<&'m str, &'m str> {
    let run = manifest.needed(false);
    let is_check = |name: &str| unread::is_tool(name) && !(build.reads.stories && name.contains("storybook"));
    let is_wanted = |name: &str| run.contains_key(name) || reached.packages.contains(name) || !is_check(name);
    manifest.needed(true).into_iter().filter(|(name, _)| is_wanted(name)).collect()
}

fn step(name: &str, folder: &RepoPath, command: &str) -> Step {
    Step { name: name.to_owned(), folder: folder.clone(), command: command.to_owned() }
}

/// Whether a file is read if it is imported or named: a module, an image, a font. Declarations of types are read by being
/// there, and data may be, as may what Sass and Less find in ways of their own.
fn is_imported(path: &str) -> bool {
    let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending);
    if ["md", "scss", "sass", "less"].contains(&ending) {
        return false;
    }
    Language::of(path).map_or(ASSETS.contains(&ending), |language| language != Language::Types)
}

/// Whether a document is no README at the top of its package.
fn is_page(below: &str) -> bool {
    (below.ends_with(".md") || below.ends_with(".mdx")) && !Reads::default().leaves_out(below)
}

/// Whether tools look for a file by its name in the folder of what they work on.
fn is_looked_for(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.starts_with('.') || name.contains(".config.")
}

/// Whether a file that no member owns governs what is built in a folder: configuration in a folder above, which tools
/// look for on their way up.
fn governs(path: &str, built: &RepoPath) -> bool {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let is_above = folder.is_empty() || built.as_str().starts_with(&format!("{folder}/"));
    let is_config = name.starts_with('.') && !unread::is_unread(name)
        || name.contains("config")
        || name.ends_with("rc")
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
