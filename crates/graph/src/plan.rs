//! How to build an app: the tasks of the packages that it needs, its own, their keys and what they are shown.
//!
//! Shown is what a build may open: all of its own member but what no build reads (tests, documents), and of the members
//! that it needs the modules that are reached from there, and what is no module. What is shown counts, but for manifests
//! (by field), the lockfile (by what it resolves to), barrels (by what is asked of them) and modules that are reached without
//! being used (if they lack what somebody asks for). What the outputs of packages ask for is shown as well, and counts with
//! these packages. What no member owns is shown to whom it governs or who names it, and to builds that may read anything.

mod build;

mod called;

mod dependencies;

mod every;

mod toolchains;

mod install;

mod live;

mod read;

mod servers;

mod shown;

mod stubs;

mod traced;

mod way;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

pub(crate) use every::inputs_and_live;
#[cfg(test)]
pub(crate) use every::together;
pub use every::{all, inputs};
pub(crate) use live::Live;
pub use stubs::{counts, stubs};
pub use toolchains::{Toolchains, WantedToolchain, as_written};
pub use way::{Way, ways};

use build::Build;
use called::{Called, with_wired};
use dependencies::{Installed, Installs, Wishes};
use model::task::Step;
use model::{
    App, BuildKey, EnvironmentName, InstallLayer, RepoPath, Serving, ShownFile, Task, TaskKind, Toolchain, resolved,
};

use crate::detect::command;
use crate::inputs::{Component, Covered, Inputs, Reach};
use crate::manifest::{LIFECYCLE, Manifest};
use crate::modules::{Made, Reached};
use crate::packages::{self, CHECKERS};
use crate::pipeline::BUILD;
use crate::programs;
use crate::unread::Reads;
use crate::workspace::{Root, Workspace};

/// Prefixes of variables that frameworks put into what they build for browsers.
const PUBLIC_PREFIXES: [&str; 7] =
    ["VITE_", "NEXT_PUBLIC_", "REACT_APP_", "PUBLIC_", "GATSBY_", "NUXT_PUBLIC_", "EXPO_PUBLIC_"];

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

/// Plans an app's build for a kind of environment with a toolchain. A root without a toolchain of its own, as one that
/// only the base has, is planned with the first.
///
/// # Panics
/// If there is no toolchain at all, or the app is of another workspace.
pub fn plan(workspace: &Workspace, app: &App, environment: &EnvironmentName, toolchains: &Toolchains) -> Planned {
    Planner::new(workspace, app, toolchains).plan(app, environment)
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
    install: Option<Arc<InstallLayer>>,
    /// Packages that an app needs whose build may use the network: theirs may, too, whichever app is planned.
    networked: BTreeSet<RepoPath>,
    /// Members of the root by name.
    by_name: BTreeMap<&'a str, &'a RepoPath>,
    /// Files that patterns mean by which files are declared.
    patterns: BTreeMap<String, Vec<u32>>,
    /// Packages whose build does nothing.
    idle: BTreeSet<RepoPath>,
    /// Packages that are made of data alone.
    generators: BTreeSet<RepoPath>,
    /// The packages, by folder.
    planned: BTreeMap<RepoPath, Package>,
    /// How packages are made of which apps count only what gets into them, as far as it was asked.
    made: BTreeMap<RepoPath, Option<Arc<Made>>>,
    /// What is left of packages of which not all counts, each once.
    traced: HashMap<traced::Left, (BuildKey, Arc<Covered>)>,
    /// What the builds of packages read of which modules are left out that ask for something, and what is counted without.
    walks: BTreeMap<RepoPath, Reached>,
    asked: HashMap<traced::Asked, Arc<Covered>>,
    /// What is installed of what packages want.
    installs: RefCell<HashMap<Wishes<'a>, Arc<Installs>>>,
    /// Packages from outside by their places in the lockfile.
    told: RefCell<HashMap<&'a str, Installed>>,
    /// What is looked at, if anybody asks.
    live: Option<&'a Live>,
}

/// A package that is planned.
struct Package {
    /// What its key covers.
    covered: Arc<Covered>,
    task: Task,
    /// Members that its build may run, or reads whole.
    runs: BTreeSet<RepoPath>,
    /// What whoever uses its output may open besides.
    behind: Vec<ShownFile>,
}

/// What is common to the tasks of packages and apps.
#[derive(Default)]
struct Draft {
    inputs: Inputs,
    shown: BTreeMap<String, ShownFile>,
    needs: Vec<BuildKey>,
    steps: Vec<Step>,
    /// Members that the build may run, or reads whole.
    runs: BTreeSet<RepoPath>,
}

impl<'a> Planner<'a> {
    /// For the root of an app.
    fn new(workspace: &'a Workspace, app: &App, toolchains: &'a Toolchains) -> Planner<'a> {
        let root = workspace.root_of(&app.path).expect("an app is a member of a root");
        let toolchain = toolchains.get(&root.folder).or_else(|| toolchains.values().next());
        let toolchain = toolchain.expect("a workspace has a toolchain");
        let install = install::layer(workspace, root, toolchain).map(Arc::new);
        let of_root = || workspace.members.values().filter(|member| member.root == root.folder);
        let mut planner = Planner {
            workspace,
            root,
            toolchain,
            install,
            networked: BTreeSet::new(),
            by_name: of_root().map(|member| (member.name.as_str(), &member.path)).collect(),
            patterns: BTreeMap::new(),
            idle: BTreeSet::new(),
            generators: BTreeSet::new(),
            planned: BTreeMap::new(),
            made: BTreeMap::new(),
            traced: HashMap::new(),
            walks: BTreeMap::new(),
            asked: HashMap::new(),
            installs: RefCell::default(),
            told: RefCell::default(),
            live: None,
        };
        let asking = workspace.apps.values().filter(|app| app.build_network);
        let declared = of_root().flat_map(|member| {
            let tasks = root.pipeline.own(&member.path, BUILD);
            root.pipeline.declared().inputs(&root.folder, &member.path, tasks.iter())
        });
        let declared = declared.chain(root.pipeline.declared().global(&root.folder));
        let patterns: BTreeSet<String> = declared.map(|pattern| pattern.trim_start_matches('!').to_owned()).collect();
        let meant = |pattern: String| (pattern.clone(), workspace.graph().declared(&pattern));
        planner.patterns = patterns.into_iter().map(meant).collect();
        for member in of_root().filter(|member| member.has_task()) {
            let called = planner.called_by_package(&member.path);
            let commands = planner.commands_of_package(&member.path, &called);
            if programs::makes_of_data(&commands) {
                let generates = commands.iter().any(|command| programs::runs_generator(command));
                let of_kind = if generates { &mut planner.generators } else { &mut planner.idle };
                of_kind.insert(member.path.clone());
            }
        }
        planner.networked = asking.flat_map(|app| planner.packages_to_build(&app.path)).collect();
        planner
    }

    fn plan(&mut self, app: &App, environment: &EnvironmentName) -> Planned {
        let packages = self.packages_to_build(&app.path);
        for path in &packages {
            if !self.planned.contains_key(path) {
                let package = self.package(path);
                self.planned.insert(path.clone(), package);
            }
        }
        let (inputs, task) = self.app(app, environment);
        let key = task.key.clone();
        let tasks = packages.iter().map(|path| self.planned[path].task.clone()).chain([task]).collect();
        Planned { key, inputs, tasks }
    }

    /// Folders of the packages that must be built for a member, each after those that it needs. A circle is cut where the
    /// build order says: what comes first in it is built without what comes later.
    fn packages_to_build(&self, member: &RepoPath) -> Vec<RepoPath> {
        let position = |path: &RepoPath| self.workspace.build_position(path);
        let mut packages = self.workspace.built_for(member);
        // One that comes later in a circle needs the member itself.
        let needs_it =
            |path: &RepoPath| position(path) > position(member) && self.workspace.built_for(path).contains(member);
        if packages.iter().any(|path| needs_it(path)) {
            packages.insert(member);
        }
        let mut packages: Vec<RepoPath> = packages.into_iter().cloned().collect();
        packages.sort_by_cached_key(|path| (position(path), path.clone()));
        packages
    }

    fn build_of_app(&self, app: &App) -> Build<'a> {
        let mut commands = self.commands(&app.path, BUILD);
        let wired = |build: String| match self.workspace.members.get(&app.path) {
            Some(member) => with_wired(&member.manifest, BUILD, build),
            None => build,
        };
        commands.extend(app.build.clone().map(wired));
        let called = self.called_by_app(app);
        commands.extend(called.of(&app.path));
        commands.extend(called.spoken.iter().cloned());
        let checks_types = self.may_check_types(&app.path, &commands)
            || app.build.is_none() && app.start.as_deref().is_some_and(programs::checks_when_started);
        let ignore = self.workspace.globs.get(&app.name).map(|globs| &globs.ignore);
        let build = Build::new(commands, called, ignore, Reads::of(app), checks_types, &self.programs(&app.path));
        let is_bundled = app.serving == Serving::Static && app.build.is_some();
        let drops_stars = programs::drops_stars(&build.commands, || self.versions(&app.path, "vite"));
        let build = Build {
            folder: app.path.clone(),
            is_app: true,
            runs_all: app.build.is_none(),
            is_bundled,
            drops_stars,
            tools: self.tools(&app.path),
            ..build
        };
        let puts_packages_in = is_bundled || app.build.is_some() && self.puts_linked_packages_in(app, &build);
        let keeps_placed = app.serving != Serving::Static || build.splits_by_directives(app.framework);
        let heeds_gitignore = self.heeds_gitignore(&build);
        Build { puts_packages_in, keeps_placed, heeds_gitignore, ..build }
    }

    /// Names of programs of the members that one needs: these count whole.
    fn programs(&self, path: &RepoPath) -> BTreeSet<&'a str> {
        let needed = self.workspace.needs().direct(path, true);
        let needed = needed.filter_map(|needed| self.workspace.members.get(needed));
        needed.flat_map(|member| member.manifest.programs()).collect()
    }

    fn commands_of_package(&self, path: &RepoPath, called: &Called) -> Vec<String> {
        let member = self.workspace.members.get(path);
        let wanted = member.into_iter().flat_map(|member| &member.wanted_scripts);
        let mut commands: Vec<String> = wanted.flat_map(|task| self.commands(path, task)).collect();
        commands.extend(self.commands(path, BUILD));
        commands.extend(called.of(path));
        commands.extend(called.spoken.iter().cloned());
        commands
    }

    fn build_of_package(&self, path: &RepoPath) -> Build<'a> {
        let called = self.called_by_package(path);
        let commands = self.commands_of_package(path, &called);
        // What a package gives to others may be all of it.
        let build = Build::new(commands, called, None, Reads::default(), true, &self.programs(path));
        let build = Build { folder: path.clone(), tools: self.tools(path), ..build };
        let heeds_gitignore = self.heeds_gitignore(&build);
        Build { heeds_gitignore, ..build }
    }

    /// Whether Tailwind looks for names of classes in whatever git does not ignore: before its fourth version it looked where
    /// it was told to.
    /// Source: tailwindcss.com, "Detecting classes in source files"; v3.tailwindcss.com, "Content Configuration".
    fn heeds_gitignore(&self, build: &Build<'_>) -> bool {
        let is_told = |version: &&str| ["1.", "2.", "3."].iter().any(|major| version.starts_with(major));
        // Others may bring it along.
        let members = self.workspace.closure(&build.folder, true);
        let manifest = |path: &RepoPath| self.workspace.members.get(path).map(|member| &member.manifest);
        let asked = |manifest: &Manifest| manifest.all_dependencies().into_keys().any(|name| name.contains("tailwind"));
        let brings = |path: &&RepoPath| manifest(path).is_some_and(asked);
        let mut bringing = std::iter::once(&build.folder).chain(members.members().filter(brings));
        build.has_tool("tailwind")
            && bringing.any(|path| {
                let versions = self.versions(path, "tailwindcss");
                versions.is_empty() || !versions.iter().all(is_told)
            })
    }

    fn app(&mut self, app: &App, environment: &EnvironmentName) -> (Inputs, Task) {
        let build = self.build_of_app(app);
        let made = self.made_for(app, &build);
        let (reached, through) = self.walk(&app.path, &build, &made);
        let mut draft = self.draft(&app.path, &build, &reached);
        let traced = through.map(|through| self.trace(&build, &draft.runs, &made, &through)).unwrap_or_default();
        self.add_needs(&app.path, &build, &reached, usize::MAX, &traced, &mut draft);
        for file in self.named_by_app(app, &build) {
            draft.show(file, content(file), &Arc::new(Reach::Own));
        }
        draft.inputs.add(Component::Built(app.path.to_string()), "app");
        let env = build_variables(app, environment);
        for (name, value) in &env {
            draft.inputs.add(Component::Variable(name.clone()), value);
        }
        self.own_tasks(&app.path, BUILD, &mut draft);
        let text = |value: &dyn std::fmt::Debug| format!("{value:?}");
        draft.inputs.add(Component::Setting("build".into()), app.build.clone().unwrap_or_default());
        draft.steps.extend(app.build.iter().map(|build| step(BUILD, &app.path, build)));
        draft.inputs.add(Component::Setting("serving".into()), text(&app.serving));
        draft.inputs.add(Component::Setting("framework".into()), text(&app.framework));
        draft.inputs.add(Component::Setting("start".into()), app.start.clone().unwrap_or_default());
        if app.serving != Serving::Static {
            // Its image holds no others.
            let manifest = self.workspace.members.get(&app.path).map(|member| &member.manifest);
            let names = manifest.into_iter().flat_map(|manifest| manifest.needed(false).into_keys());
            let from_outside: Vec<&str> = names.filter(|name| !self.by_name.contains_key(name)).collect();
            draft.inputs.add(Component::Setting("dependencies".into()), from_outside.join(" "));
        }
        draft.inputs.add(Component::Setting("output".into()), app.output.clone().unwrap_or_default());
        draft.inputs.add(Component::Setting("build_network".into()), app.build_network.to_string());
        if app.commit {
            draft.inputs.add(commit_setting(), self.workspace.snapshot.commit.to_string());
        }
        self.task(&app.path, self.kind(app), draft, env, app.build_network)
    }

    /// Files that `inputs` means, and those that are committed below the output, which are served with what is made.
    fn named_by_app(&self, app: &App, build: &Build<'_>) -> Vec<&'a ShownFile> {
        let inputs = self.workspace.globs.get(&app.name).map(|globs| &globs.inputs).filter(|inputs| !inputs.is_empty());
        let output: Option<RepoPath> = app.output.as_deref().and_then(|output| {
            let folder = if output.starts_with('/') { "" } else { app.path.as_str() };
            resolved(folder, output)?.parse().ok()
        });
        if inputs.is_none() && output.is_none() {
            return Vec::new();
        }
        let is_served = |name: &str| output.as_ref().is_some_and(|output| output.holds(name)) && !build.ignores(name);
        let is_named = |name: &str| inputs.is_some_and(|inputs| inputs.is_match(name)) || is_served(name);
        self.workspace.snapshot.files.values().filter(|file| is_named(file.path.as_str())).collect()
    }

    /// Plans the task of a package; those that it needs were planned before.
    fn package(&self, path: &RepoPath) -> Package {
        let build = self.build_of_package(path);
        let reached = self.reached(path, &build);
        let mut draft = self.draft(path, &build, &reached);
        self.add_needs(path, &build, &reached, self.workspace.build_position(path), &BTreeMap::new(), &mut draft);
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
            draft.inputs.add(Component::Setting("build_network".into()), network.to_string());
        }
        let runs = std::mem::take(&mut draft.runs);
        let behind = self.behind(path, &draft);
        let (inputs, task) = self.task(path, TaskKind::Package, draft, BTreeMap::new(), network);
        Package { covered: Arc::clone(inputs.own()), task, runs, behind }
    }

    /// Names of packages that a member's manifest asks for, those of what configures it, or that of the root, where tools
    /// live.
    fn tools(&self, path: &RepoPath) -> Vec<&'a str> {
        let presets = self.workspace.presets(path);
        let members = std::iter::once(path).chain(presets).filter_map(|path| self.workspace.members.get(path));
        let manifests = members.map(|member| &member.manifest).chain([&self.root.manifest]);
        manifests.flat_map(|manifest| manifest.all_dependencies().into_keys()).collect()
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
        let needed: Vec<RepoPath> = self.workspace.closure(&app.path, false).members().cloned().collect();
        let members = needed.iter().chain([&app.path]).filter_map(|path| self.workspace.members.get(path));
        let mut wanted: BTreeMap<RepoPath, Vec<String>> =
            members.map(|member| (member.path.clone(), names(&member.manifest))).collect();
        wanted.entry(self.root.folder.clone()).or_insert_with(|| names(&self.root.manifest));
        // Where it was built, those for development were there as well, and it may be started by one of them.
        let packages = self.workspace.closure(&app.path, true).members().cloned().collect();
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
            let script = script.map(|script| with_wired(&member.manifest, &task, script));
            script.or_else(|| self.root.pipeline.command(path, &task).map(|command| command.text.clone()))
        });
        let lifecycle = LIFECYCLE.iter().filter_map(|name| command::expanded(&member.manifest, name));
        scripts.chain(lifecycle.filter(|script| !is_guard(script))).collect()
    }

    fn may_check_types(&self, path: &RepoPath, commands: &[String]) -> bool {
        let manifests = [self.workspace.members.get(path).map(|member| &member.manifest), Some(&self.root.manifest)];
        let mut manifests = manifests.into_iter().flatten();
        let ignores = self.workspace.ignores_types(path);
        commands.iter().any(|command| programs::may_check_types(command, ignores))
            || manifests.any(|manifest| CHECKERS.iter().any(|name| manifest.asks_for(name)))
    }

    /// Versions of a package from outside that a member is built with.
    fn versions(&self, path: &RepoPath, name: &str) -> BTreeSet<&str> {
        let Some(lockfile) = &self.root.lockfile else { return BTreeSet::new() };
        let manifest = self.workspace.members.get(path).map(|member| &member.manifest);
        let folders = [Some(self.root.below(path)).zip(manifest), Some(("", &self.root.manifest))];
        let installed = folders.into_iter().flatten().flat_map(|(folder, manifest)| {
            let mut wanted = manifest.needed(true);
            // Another package may stand in for it.
            wanted.retain(|other, range| *other != name || !range.contains("rolldown"));
            if wanted.contains_key(name) {
                wanted.retain(|other, _| *other == name);
            }
            lockfile.closure(folder, &wanted, &|_| false).installed.into_values()
        });
        installed.filter(|installed| installed.name == name).map(|installed| installed.version.as_str()).collect()
    }

    /// A file's path below the member that owns it, else below the root.
    fn below<'p>(&self, file: &'p str) -> &'p str {
        self.workspace.owner(file).unwrap_or(&self.root.folder).below(file)
    }

    /// All but the build's own step and the builds that it needs.
    fn draft(&self, path: &RepoPath, build: &Build<'_>, reached: &Reached) -> Draft {
        let mut draft = Draft::default();
        let needed = self.workspace.closure(path, true);
        let closure = needed.ways(|needed| reached.members.contains(needed));
        self.show_member(path, None, build, reached, &mut draft);
        for (needed, via) in &closure {
            self.show_member(needed, Some(via), build, reached, &mut draft);
        }
        let is_needed = |member: &RepoPath| closure.iter().any(|(needed, _)| *needed == member);
        for member in build.called.members.keys().filter(|member| !is_needed(member)) {
            let name = self.workspace.members.get(member).map(|member| member.name.clone());
            self.show_member(member, Some(&name.into_iter().collect()), build, reached, &mut draft);
        }
        self.show_outside(path, build, reached, &mut draft);
        self.show_rest(build, reached, &mut draft);
        self.count_submodules(path, reached, &mut draft);
        // What is declared counts as it is, and not for what it imports or names.
        for file in self.declared(path, build.is_app).into_iter().map(|file| self.workspace.graph().path(file)) {
            if let Some(file) = self.workspace.snapshot.files.get(file).filter(|_| !draft.shown.contains_key(file)) {
                draft.show(file, content(file), &Arc::new(Reach::Above));
            }
        }
        self.show_checked(build, reached, &mut draft);
        let own = Arc::new(Reach::Own);
        for (dependency, content) in self.dependencies(path, build, reached) {
            draft.inputs.add_shared(dependency, content, &own);
        }
        self.patches(&mut draft);
        self.install_settings(&mut draft);
        self.count_toolchain(&mut draft);
        let mut problems: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for problem in &self.root.not_installed {
            problems.entry(problem.file.as_deref().unwrap_or_default()).or_default().push(&problem.message);
        }
        for (file, problems) in problems {
            let object = self.workspace.snapshot.files.get(file).map_or("none", |file| &*file.object);
            draft.inputs.add(Component::Unreadable(file.to_owned()), format!("{object} {}", problems.join("; ")));
        }
        self.lifecycle_scripts(path, &mut draft);
        for ((folder, name), text) in &build.called.scripts {
            let component = Component::Script { folder: folder.to_string(), name: name.clone() };
            draft.inputs.add(component, text.clone());
        }
        let direct = self.workspace.needs().direct(path, true).filter_map(|needed| self.workspace.members.get(needed));
        let run = direct.filter(|member| build.may_run(member).is_some()).map(|member| &member.path);
        let folders = [path.as_str(), self.root.folder.as_str()];
        let named = build.paths().flat_map(|word| folders.map(|folder| self.workspace.members_at(folder, word, false)));
        draft.runs = reached.whole.keys().chain(run).chain(named.flatten()).cloned().collect();
        draft.runs.remove(path);
        draft
    }

    /// Adds the builds that a build needs, whose outputs are laid under it: of packages that are built before `position`.
    /// Of those in `traced` less counts than they are made of, and nothing of those that only check.
    fn add_needs(
        &self,
        path: &RepoPath,
        build: &Build<'_>,
        reached: &Reached,
        position: usize,
        traced: &BTreeMap<RepoPath, (BuildKey, Arc<Covered>)>,
        draft: &mut Draft,
    ) {
        let built: BTreeSet<RepoPath> = self.packages_to_build(path).into_iter().collect();
        let is_built_before =
            |needed: &RepoPath| built.contains(needed) && self.workspace.build_position(needed) < position;
        let needed = self.workspace.closure(path, true);
        let needed = needed.ways(is_built_before);
        let behind: BTreeSet<&String> = needed
            .iter()
            .filter_map(|(path, _)| self.planned.get(*path))
            .flat_map(|of| of.covered.needs().keys())
            .collect();
        let only_checks = |needed: &RepoPath| {
            let is_tool = self.workspace.members.get(needed).is_some_and(|member| packages::is_tool(&member.name));
            let is_named = reached.members.contains(needed) || draft.runs.contains(needed);
            let may_be_read = build.reads.stories || build.reads_anything.is_some() || is_named;
            is_tool && !may_be_read && !behind.contains(&needed.to_string())
        };
        for (needed, via) in &needed {
            let Some(package) = self.planned.get(*needed) else { continue };
            draft.needs.push(package.task.key.clone());
            if only_checks(needed) || build.generates && !build.is_app && !reached.members.contains(*needed) {
                continue;
            }
            for file in &package.behind {
                draft.shown.entry(file.path.to_string()).or_insert_with(|| file.clone());
            }
            let whole = || (package.task.key.clone(), Arc::clone(&package.covered));
            let (key, covered) = traced.get(*needed).cloned().unwrap_or_else(whole);
            // What is ignored or not reached here counts there.
            draft.inputs.add_need(needed.as_str(), via, key, &covered);
        }
    }

    fn count_toolchain(&self, draft: &mut Draft) {
        let Toolchain { node, package_manager, platform, compilers } = self.toolchain;
        draft.inputs.add(Component::Toolchain("Node.js".into()), node);
        draft.inputs.add(Component::Toolchain("package manager".into()), package_manager);
        draft.inputs.add(Component::Toolchain("platform".into()), platform);
        draft.inputs.add(Component::Toolchain("compilers".into()), compilers);
    }

    /// Scripts of the root and the member that a package manager runs after an install.
    fn lifecycle_scripts(&self, path: &RepoPath, draft: &mut Draft) {
        let root = &self.root.folder;
        let member = self.workspace.members.get(path).filter(|member| member.path != *root);
        let member = member.map(|member| (path, &member.manifest, Arc::new(Reach::Own)));
        for (folder, manifest, reach) in [(root, &self.root.manifest, Arc::new(Reach::Above))].into_iter().chain(member)
        {
            for (name, script) in LIFECYCLE.iter().filter_map(|name| Some((*name, manifest.script(name)?))) {
                if is_guard(script) {
                    continue;
                }
                let component = Component::Script { folder: folder.to_string(), name: name.to_owned() };
                draft.inputs.add_reached(component, script, &reach);
                draft.steps.push(step(name, folder, script));
            }
        }
        for script in &self.root.generate {
            let Some(command) = self.root.manifest.script_with_hooks(script) else { continue };
            let component = Component::Script { folder: root.to_string(), name: script.clone() };
            draft.inputs.add_reached(component, &command, &Arc::new(Reach::Above));
            draft.steps.push(step(script, root, &command));
        }
    }
}

impl Draft {
    fn show(&mut self, file: &ShownFile, content: String, reach: &Arc<Reach>) {
        self.inputs.add_reached(Component::File(file.path.to_string()), content, reach);
        self.shown.insert(file.path.to_string(), file.clone());
    }
}

/// What tells one content of a file from another.
pub fn content(file: &ShownFile) -> String {
    format!("{} {}", file.mode, file.object)
}

/// What an app's key covers if its build is to see the commit.
pub fn commit_setting() -> Component {
    Component::Setting("commit".into())
}

fn step(name: &str, folder: &RepoPath, command: &str) -> Step {
    Step { name: name.to_owned(), folder: folder.clone(), command: command.to_owned() }
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

#[cfg(test)]
mod tests;
