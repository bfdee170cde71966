//! Reading a workspace: its roots and members, their lockfiles, and the order in which they are built.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use model::{PackageManager, RepoPath, ShownFile};
use serde_json::Value;

use super::needs::{Needs, Order};
use super::{Member, Root, Unreadable, Workspace, apps, links, owner, settings};
use crate::config::{self, Config};
use crate::detect;
use crate::diagnostic::{Diagnostic, Severity};
use crate::discover::{self, Discovered, FoundRoot, SaidBy};
use crate::files::{self, Contents, Files as _};
use crate::git::{GitError, SYMBOLIC_LINK, Snapshot};
use crate::knowledge::Knowledge;
use crate::lockfile::{self, Lockfile};
use crate::manifest::{LIFECYCLE, Manifest};
use crate::modules::{self, Graph};
use crate::pipeline::{self, BUILD, Pipeline};
use crate::programs;

/// Files that say which Node.js is wanted, the first before the others.
pub const VERSION_FILES: [&str; 3] = [".nvmrc", ".node-version", ".tool-versions"];

/// Files at a root that say what builds wait for.
const PIPELINES: [&str; 3] = ["turbo.json", "turbo.jsonc", "nx.json"];

/// Files of members that say so.
const MEMBER_PIPELINES: [&str; 3] = ["turbo.json", "turbo.jsonc", "project.json"];

/// Of how many members it is told why they are no apps, where there is none.
const MOST_TOLD: usize = 10;

/// Scripts by which clients of databases are generated, as projects call them.
const GENERATE: [&str; 6] =
    ["generate", "db:generate", "prisma:generate", "prisma-generate", "generate:prisma", "db-generate"];

/// What a workspace is read for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// What it says is built.
    Build,
    /// It is compared and never built, so that what only keeps it from being installed is told and no more.
    Compare,
}

/// Reads a workspace.
pub fn read(snapshot: Snapshot, knowledge: &Knowledge, purpose: Purpose) -> Result<Workspace, Unreadable> {
    let mut reader = Reader::default();
    let snapshot = reader.without_leaving_links(snapshot)?;
    let config = reader.config(&snapshot)?;
    let found = snapshot.clone();
    let mut files = Contents::of(&found, |path| tells(path, |other| found.files.contains_key(other)))?;
    let discovered = found_or_plain(&files);
    if discovered.roots.is_empty() && discovered.problems.is_empty() {
        let hint = "`frontage` serves what a `package.json` builds, or an `index.html` as it is";
        reader.problems.push(Diagnostic::error("there is no `package.json` anywhere in the repository").hint(hint));
    }
    reader.problems.extend(of_nobody(&discovered));
    let mut workspace = Workspace {
        owned: BTreeMap::new(),
        needs: Needs::default(),
        graph: Graph::default(),
        order: Order::default(),
        snapshot,
        roots: BTreeMap::new(),
        members: BTreeMap::new(),
        config,
        apps: BTreeMap::new(),
        app_configs: BTreeMap::new(),
        globs: BTreeMap::new(),
        default_app: None,
        findings: BTreeMap::new(),
        skipped: Vec::new(),
        set_aside: Vec::new(),
        warnings: Vec::new(),
        told: told(&found),
    };
    let mut aside: Vec<(&FoundRoot, Vec<Diagnostic>)> = Vec::new();
    for found in &discovered.roots {
        let problems = discovered.problems_of(&found.folder).cloned().collect();
        let mut of_root = Reader { problems, ..Reader::default() };
        let mut root = of_root.root(&workspace.snapshot, &files, found, knowledge)?;
        match (purpose, &mut root) {
            (Purpose::Build, _) | (_, None) => of_root.problems.append(&mut of_root.of_lockfile),
            (Purpose::Compare, Some((root, _))) => of_root.pardon(root),
        }
        match root {
            Some((root, members)) if !of_root.has_errors() => {
                workspace.roots.insert(root.folder.clone(), root);
                workspace.members.extend(members);
                reader.problems.extend(of_root.problems);
            }
            _ => aside.push((found, of_root.problems)),
        }
    }
    if workspace.members.is_empty() {
        reader.problems.extend(aside.into_iter().flat_map(|(_, problems)| problems));
        return Err(Unreadable::Commit(reader.told_once()));
    }
    // Of several roots each is for itself: what is wrong with one keeps no other from being served.
    for (found, problems) in aside {
        reader.set_aside(found, problems, &mut workspace);
    }
    workspace.owned = owned(&workspace.snapshot, &workspace.members);
    workspace.needs = Needs::of(&workspace.roots, &workspace.members);
    reader.tasks(&mut workspace);
    let names = workspace.members.values().map(|member| (member.name.as_str(), &member.path)).collect();
    let extended = modules::read_extended(&mut files, &workspace.snapshot, &names)?;
    workspace.graph = Graph::of(&workspace, &files, &extended, knowledge, matches!(purpose, Purpose::Compare))?;
    workspace.told.extend(extended);
    imports(&mut workspace);
    reader.problems.extend(apps::find(&mut workspace, &files));
    reader.order(&mut workspace);
    if workspace.apps.is_empty() && !reader.has_errors() {
        reader.no_app(&workspace);
    }
    if reader.has_errors() {
        return Err(Unreadable::Commit(reader.told_once()));
    }
    workspace.warnings = reader.told_once();
    Ok(workspace)
}

/// What members import of others without naming them in a manifest. Sources are built together with who imports them;
/// what only a build makes has to be built before.
fn imports(workspace: &mut Workspace) {
    let (mut imported, mut needed) = (BTreeSet::new(), BTreeSet::new());
    for (_, node) in workspace.graph.nodes() {
        let Some(member) = &node.member else { continue };
        let named = node.named.iter().chain(&node.below).filter_map(|file| workspace.graph.owner(*file));
        imported.extend(named.map(|owner| (member.clone(), owner.clone())));
        for found in node.all() {
            let owners = found.files().iter().filter_map(|file| workspace.graph.owner(*file));
            imported.extend(owners.map(|owner| (member.clone(), owner.clone())));
            needed.extend(found.built().map(|other| (member.clone(), other.clone())));
        }
    }
    let is_new = |(member, other): &(RepoPath, RepoPath)| {
        // What is named for development only is not among the needs of a package whose sources others build.
        member != other && workspace.needs.direct(member, false).all(|needed| needed != other)
    };
    let imported: Vec<_> = imported.into_iter().filter(is_new).collect();
    let needed: Vec<_> = needed.into_iter().filter(is_new).collect();
    imported.iter().for_each(|(member, other)| workspace.needs.import(member, other));
    needed.iter().for_each(|(member, other)| workspace.needs.add_for_all(member, other));
}

/// What is wrong with folders that are no roots: of interest where there is a root, else all that is known.
fn of_nobody(discovered: &Discovered) -> Vec<Diagnostic> {
    let is_of_root = |problem: &&Diagnostic| {
        discovered.roots.iter().any(|root| discovered.problems_of(&root.folder).any(|own| own == *problem))
    };
    let of_nobody = discovered.problems.iter().filter(|problem| !is_of_root(problem)).cloned();
    if discovered.roots.is_empty() {
        return of_nobody.collect();
    }
    of_nobody.map(|problem| Diagnostic { severity: Severity::Warning, ..problem }).collect()
}

/// Workspaces; in a repository without any, its own folder if it holds a page to serve.
fn found_or_plain(files: &Contents) -> Discovered {
    let mut discovered = discover::discover(files);
    if discovered.roots.is_empty() && discovered.problems.is_empty() && files.holds("index.html") {
        discovered.roots.push(FoundRoot {
            folder: RepoPath::root(),
            members: vec![RepoPath::root()],
            manager: None,
            lockfile: None,
            said_by: SaidBy::Alone,
            projects: BTreeSet::new(),
        });
    }
    discovered
}

fn members(count: usize) -> String {
    if count == 1 { "1 member".to_owned() } else { format!("{count} members") }
}

/// A root, and its members by folder.
type RootAndMembers = (Root, BTreeMap<RepoPath, Member>);

#[derive(Default)]
struct Reader {
    problems: Vec<Diagnostic>,
    /// Those that only keep a root from being installed.
    of_lockfile: Vec<Diagnostic>,
}

impl Reader {
    fn error(&mut self, message: impl Into<String>, file: &str, hint: &str) {
        let diagnostic = Diagnostic::error(message).in_file(file);
        self.problems.push(if hint.is_empty() { diagnostic } else { diagnostic.hint(hint) });
    }

    fn no_app(&mut self, workspace: &Workspace) {
        let count = workspace.members.len();
        let mut told = vec![Diagnostic::error(format!("no app is found among {}", members(count)))];
        let each = workspace.skipped.iter().filter(|(path, _)| workspace.members.contains_key(path));
        told.extend(each.map(|(path, because)| Diagnostic::error(because.clone()).in_file(path.join("package.json"))));
        if told.len() > MOST_TOLD {
            let more = told.split_off(MOST_TOLD).len();
            told.push(Diagnostic::error(format!("and so on, of {} more", members(more))));
        }
        let last =
            told.pop().map(|last| last.hint("`[apps.NAME]` with `path` in `frontage.toml` makes a member an app"));
        self.problems.extend(told.into_iter().chain(last));
    }

    /// Problems in the order in which they were met; what was met in two ways is told once.
    fn told_once(self) -> Vec<Diagnostic> {
        let mut told = HashSet::new();
        self.problems.into_iter().filter(|problem| told.insert(problem.clone())).collect()
    }

    fn has_errors(&self) -> bool {
        self.problems.iter().any(|problem| problem.severity == Severity::Error)
    }

    /// Symbolic links that leave the repository are shown to nobody.
    fn without_leaving_links(&mut self, mut snapshot: Snapshot) -> Result<Snapshot, GitError> {
        for (path, reason) in &snapshot.left_out {
            self.problems.push(Diagnostic::warning(format!("no build is shown it: {reason}")).in_file(path.clone()));
        }
        let links = snapshot.files.values().filter(|file| file.mode == SYMBOLIC_LINK);
        let targets = snapshot.read(links.map(|file| file.path.as_str()))?;
        let leaving = links::leaving(&targets);
        if !leaving.is_empty() {
            let files = std::sync::Arc::make_mut(&mut snapshot.files);
            for path in leaving {
                files.remove(&path);
                self.problems.push(
                    Diagnostic::warning("no build is shown it: it is a symbolic link that leaves the repository")
                        .in_file(path),
                );
            }
        }
        Ok(snapshot)
    }

    fn config(&mut self, snapshot: &Snapshot) -> Result<Config, GitError> {
        if self.is_link(snapshot, config::FILE) {
            return Ok(Config::default());
        }
        let files = snapshot.read([config::FILE])?;
        let (config, problems) = files.get(config::FILE).map(|content| config::read(content)).unwrap_or_default();
        self.problems.extend(problems);
        Ok(config)
    }

    fn is_link(&mut self, snapshot: &Snapshot, file: &str) -> bool {
        let is_link = snapshot.files.get(file).is_some_and(|file| file.mode == SYMBOLIC_LINK);
        if is_link {
            self.error("it is a symbolic link, which is not followed", file, "commit the file itself");
        }
        is_link
    }

    /// A root and its members; none if it cannot be read at all.
    fn root(
        &mut self,
        snapshot: &Snapshot,
        files: &Contents,
        found: &FoundRoot,
        knowledge: &Knowledge,
    ) -> Result<Option<RootAndMembers>, GitError> {
        let file = found.folder.join("package.json");
        if self.is_link(snapshot, &file) {
            return Ok(None);
        }
        let manifest = match files.text(&file).map(|content| Manifest::read(&file, content.as_bytes())) {
            None => Manifest::default(),
            Some(Ok(manifest)) => manifest,
            Some(Err(problem)) => {
                self.problems.push(problem);
                return Ok(None);
            }
        };
        let members = self.members(snapshot, files, found);
        let lockfile = self.lockfile(snapshot, found, knowledge)?.map(|lockfile| lockfile.with_resolutions(&manifest));
        let mut version_files = BTreeMap::new();
        for name in VERSION_FILES {
            // Also the repository's own say it for a workspace below.
            for folder in [&found.folder, &RepoPath::root()] {
                if let (false, Some(content)) = (version_files.contains_key(name), files.text(&folder.join(name))) {
                    version_files.insert(name.to_owned(), content.trim().to_owned());
                }
            }
        }
        let pipeline = self.pipeline(files, found, &members);
        let by_members = (found.said_by == SaidBy::PnpmWorkspace).then_some(PackageManager::Pnpm);
        let manager = lockfile.as_ref().map(|lockfile| lockfile.manager()).or(found.manager).or(by_members);
        let manager = manager.unwrap_or(PackageManager::Npm);
        let settings = settings::of(files, &found.folder, manager, &manifest);
        let injects = settings::injects(files, &found.folder, &settings);
        let (folder, generate) = (found.folder.clone(), Vec::new());
        let not_installed = Vec::new();
        let root = Root {
            folder,
            manifest,
            manager,
            lockfile,
            settings,
            injects,
            not_installed,
            version_files,
            pipeline,
            generate,
        };
        self.of_lockfile.extend(root.named_manager().and_then(|version| root.misread_by(version)));
        self.names_used_twice(&root, found.said_by, &members);
        if !self.has_errors() {
            self.lacks(found, &root, &members);
        }
        Ok(Some((root, members)))
    }

    fn members(&mut self, snapshot: &Snapshot, files: &Contents, found: &FoundRoot) -> BTreeMap<RepoPath, Member> {
        let mut members: BTreeMap<RepoPath, Member> = BTreeMap::new();
        for path in &found.members {
            let file = path.join("package.json");
            if self.is_link(snapshot, &file) {
                continue;
            }
            let manifest = match files.text(&file).map(|content| Manifest::read(&file, content.as_bytes())) {
                None => Manifest::default(),
                Some(Ok(manifest)) => manifest,
                Some(Err(problem)) => {
                    self.problems.push(problem);
                    continue;
                }
            };
            let folder = if path.is_root() { "." } else { path.as_str() };
            let name = manifest.text("name").filter(|name| !name.is_empty()).unwrap_or(folder).to_owned();
            let root = found.folder.clone();
            let (is_built, wanted_scripts) = (false, Vec::new());
            let member = Member { path: path.clone(), root, name, manifest, is_built, wanted_scripts };
            members.insert(path.clone(), member);
        }
        members
    }

    /// Names of several members. npm, Yarn and Bun refuse them; pnpm and Nx know members by their folders, and only who
    /// asks for such a name gets one of them by chance.
    fn names_used_twice(&mut self, root: &Root, said_by: SaidBy, members: &BTreeMap<RepoPath, Member>) {
        let is_by_folder =
            root.manager == PackageManager::Pnpm || matches!(said_by, SaidBy::PnpmWorkspace | SaidBy::Nx);
        let wanted: BTreeSet<&str> =
            members.values().flat_map(|member| member.manifest.needed(true).into_keys()).collect();
        let mut named: BTreeMap<&str, &RepoPath> = BTreeMap::new();
        // Nobody depends on the root, so it may be called like one of its members.
        for member in members.values().filter(|member| member.path != root.folder) {
            let Some(other) = named.insert(&member.name, &member.path) else { continue };
            if !is_by_folder || wanted.contains(member.name.as_str()) {
                let problem = format!("the package name `{}` is used twice: also in `{other}`", member.name);
                self.error(problem, &member.path.join("package.json"), "give one of them another name");
            }
        }
    }

    fn lockfile(
        &mut self,
        snapshot: &Snapshot,
        found: &FoundRoot,
        knowledge: &Knowledge,
    ) -> Result<Option<Arc<Lockfile>>, GitError> {
        let Some(path) = found.lockfile.as_deref() else { return Ok(None) };
        if self.is_link(snapshot, path) {
            return Ok(None);
        }
        knowledge.lockfile(snapshot, path).map(|read| {
            read.unwrap_or_else(|problem| {
                self.of_lockfile.push(problem);
                None
            })
        })
    }

    fn pipeline(&mut self, files: &Contents, found: &FoundRoot, members: &BTreeMap<RepoPath, Member>) -> Pipeline {
        let read = |folder: &RepoPath, names: [&str; 3]| -> Vec<pipeline::File> {
            let paths = names.into_iter().map(|name| folder.join(name));
            paths.filter_map(|path| Some(pipeline::File { text: files.text(&path)?.to_owned(), path })).collect()
        };
        // A member that is the root itself has no other files than that.
        let below = members.keys().filter(|path| **path != found.folder);
        let of_manifest = |path: &RepoPath| {
            let said = members.get(path)?.manifest.field("nx")?;
            Some(pipeline::File { path: path.join("package.json"), text: said.to_string() })
        };
        let all = |path: &RepoPath| of_manifest(path).into_iter().chain(read(path, MEMBER_PIPELINES)).collect();
        let of_members = below.map(|path| (path.clone(), all(path))).collect();
        let name = |path: &RepoPath| members.get(path).map(|member| member.name.clone());
        let (pipeline, problems) = Pipeline::read(&read(&found.folder, PIPELINES), &of_members, &found.folder, name);
        self.problems.extend(problems);
        pipeline
    }

    /// Takes problems of a root's lockfile for something that it is told by.
    fn pardon(&mut self, root: &mut Root) {
        root.not_installed.clone_from(&self.of_lockfile);
        let known = self.of_lockfile.drain(..).map(|problem| Diagnostic { severity: Severity::Warning, ..problem });
        self.problems.extend(known);
    }

    /// What manifests ask for and the lockfile does not know: every install would fail.
    fn lacks(&mut self, found: &FoundRoot, root: &Root, members: &BTreeMap<RepoPath, Member>) {
        let own: BTreeSet<&str> = members.values().map(|member| member.name.as_str()).collect();
        let installed = members.values().filter(|member| !found.projects.contains(&member.path));
        let of_members = installed.map(|member| (&member.path, &member.manifest));
        let manifests: BTreeMap<&RepoPath, &Manifest> = of_members.chain([(&root.folder, &root.manifest)]).collect();
        let install = format!("`{} install`", root.manager.program());
        let Some((lockfile, path)) = root.lockfile.as_ref().zip(found.lockfile.as_ref()) else {
            let outside = manifests.values().flat_map(|manifest| manifest.all_dependencies());
            if outside.into_iter().any(|(name, _)| !own.contains(name)) && found.lockfile.is_none() {
                let file = root.folder.join(lockfile_of(root.manager));
                let problem = Diagnostic::error("there is no lockfile").in_file(file);
                self.of_lockfile.push(problem.hint(format!("{install}, then commit it")));
            }
            return;
        };
        for (member, manifest) in manifests {
            let optional = manifest.dependencies("optionalDependencies");
            let tables = ["devDependencies", "dependencies"].into_iter().map(|table| manifest.dependencies(table));
            let wanted: BTreeMap<&str, &str> = tables.flatten().collect();
            for (name, range) in
                wanted.into_iter().filter(|(name, _)| !own.contains(name) && !optional.contains_key(name))
            {
                if !lockfile.holds(root.below(member), name, range) {
                    let problem = format!("it needs `{name}`, which `{path}` does not know");
                    let problem = Diagnostic::error(problem).in_file(member.join("package.json"));
                    self.of_lockfile.push(problem.hint(format!("{install}, then commit `{path}`")));
                }
            }
        }
    }

    /// A root that cannot be used beside others that can.
    fn set_aside(&mut self, found: &FoundRoot, problems: Vec<Diagnostic>, workspace: &mut Workspace) {
        let is_error = |problem: &&Diagnostic| problem.severity == Severity::Error;
        let first = problems.iter().find(is_error).cloned();
        let because = first.map_or_else(String::new, |problem| Diagnostic { hint: None, ..problem }.to_string());
        let members = if found.members.is_empty() { std::slice::from_ref(&found.folder) } else { &found.members };
        workspace.skipped.extend(members.iter().map(|member| (member.clone(), because.clone())));
        workspace.set_aside.push(found.folder.clone());
        self.problems.extend(problems.into_iter().map(|problem| Diagnostic { severity: Severity::Warning, ..problem }));
    }

    /// Which members are built for others, and which of their other scripts run before.
    fn tasks(&mut self, workspace: &mut Workspace) {
        let mut wanted: BTreeMap<RepoPath, BTreeSet<String>> = BTreeMap::new();
        let mut added: Vec<(RepoPath, RepoPath)> = Vec::new();
        let mut root_tasks: BTreeSet<(RepoPath, String)> = BTreeSet::new();
        for member in workspace.members.values() {
            let Some(root) = workspace.roots.get(&member.root) else { continue };
            let needed = root.pipeline.needed(&member.path, BUILD);
            for other in workspace.needs.direct(&member.path, true).filter(|_| !needed.is_empty()) {
                wanted.entry(other.clone()).or_default().extend(needed.iter().cloned());
            }
            for elsewhere in root.pipeline.elsewhere(&member.path, BUILD) {
                let Some(other) = elsewhere.package else {
                    root_tasks.insert((member.root.clone(), elsewhere.task));
                    continue;
                };
                wanted.entry(other.clone()).or_default().insert(elsewhere.task);
                added.push((member.path.clone(), other));
            }
            let implicit = root.pipeline.implicit(&member.path).into_iter().filter(|other| **other != member.path);
            added.extend(implicit.map(|other| (member.path.clone(), other.clone())));
        }
        for (member, other) in added {
            workspace.needs.add(&member, &other);
        }
        let mut generates: Vec<(RepoPath, String)> = Vec::new();
        let paths: Vec<RepoPath> = workspace.members.keys().cloned().collect();
        for path in paths {
            let (Some(member), none) = (workspace.members.get(&path), BTreeSet::new()) else { continue };
            let Some(root) = workspace.roots.get(&member.root) else { continue };
            let tasks = wanted.get(&path).unwrap_or(&none);
            let mut scripts: Vec<String> = Vec::new();
            for task in root.pipeline.own_of(&path, tasks) {
                let is_there = member.manifest.script(&task).is_some() || root.pipeline.command(&path, &task).is_some();
                if task != BUILD && is_there {
                    scripts.push(task);
                }
            }
            let has_build = member.manifest.script(BUILD).is_some() || root.pipeline.command(&path, BUILD).is_some();
            // What it makes lies among its sources.
            let generates_sources = || member.manifest.script(BUILD).is_some_and(programs::runs_generator);
            let is_needed = || !entries_are_there(&workspace.snapshot, member) || generates_sources();
            let is_built = has_build && (tasks.contains(BUILD) || is_needed());
            let generated = generate(&member.manifest, &scripts);
            self.problems.extend(generated.iter().map(|script| said_by_nobody(script, &path.join("package.json"))));
            if path == root.folder {
                generates.extend(generated.map(|script| (path.clone(), script)));
            } else {
                scripts.extend(generated);
            }
            if let Some(member) = workspace.members.get_mut(&path) {
                member.is_built = is_built;
                member.wanted_scripts = scripts;
            }
        }
        let root_tasks = root_tasks.into_iter().filter(|task| !generates.contains(task)).collect::<Vec<_>>();
        for (folder, script) in generates.into_iter().chain(root_tasks) {
            if let Some(root) = workspace.roots.get_mut(&folder) {
                root.generate.push(script);
            }
        }
    }

    fn order(&mut self, workspace: &mut Workspace) {
        let apps: BTreeSet<&RepoPath> = workspace.apps.values().map(|app| &app.path).collect();
        let is_built = |path: &RepoPath| workspace.members[path].has_task();
        let rank = |path: &RepoPath| (apps.contains(path), workspace.members[path].name.clone());
        let order: Order = workspace.needs.order(is_built, rank);
        for circle in &order.circles {
            let names: Vec<String> = circle.iter().map(|path| format!("`{}`", workspace.members[path].name)).collect();
            let mut warning = format!("packages need each other in a circle: {}", names.join(", "));
            if circle.iter().filter(|path| is_built(path)).count() > 1 {
                warning.push_str("; they are built in this order, each without the output of those after it");
            }
            let file = circle.first().map_or_else(String::new, |path| path.join("package.json"));
            self.problems.push(Diagnostic::warning(warning).in_file(file));
        }
        workspace.order = order;
    }
}

/// Whether everything that a package's manifest offers to importers is in the checkout, so that nobody has to wait for
/// its build. One that offers nothing by name is built.
fn entries_are_there(snapshot: &Snapshot, member: &Member) -> bool {
    let mut entries: Vec<&str> =
        ["main", "module", "browser", "types"].iter().filter_map(|field| member.manifest.text(field)).collect();
    for field in ["exports", "bin"] {
        let mut open: Vec<&Value> = member.manifest.field(field).into_iter().collect();
        while let Some(value) = open.pop() {
            match value {
                Value::String(path) => entries.push(path),
                Value::Object(conditions) => open.extend(conditions.values()),
                Value::Array(alternatives) => open.extend(alternatives),
                _ => {}
            }
        }
    }
    let is_there = |entry: &str| {
        let below = entry.trim_start_matches("./");
        let path = member.path.join(below.split('*').next().unwrap_or(below).trim_end_matches('/'));
        let endings = ["", ".js", ".ts", "/index.js", "/index.ts", ".json"];
        let is_file = endings.iter().any(|ending| snapshot.files.contains_key(&format!("{path}{ending}")));
        is_file || below.contains('*') && files::below(&snapshot.files, &path).next().is_some()
    };
    !entries.is_empty() && entries.into_iter().all(is_there)
}

/// A script that generates a database client, where neither the build, nor what runs after an install, nor a task runner
/// does so: projects tell it in their README.
fn generate(manifest: &Manifest, scripts: &[String]) -> Option<String> {
    let generates = |name: &str| manifest.script(name).is_some_and(|script| script.contains("prisma generate"));
    let runs = LIFECYCLE.into_iter().chain([BUILD, "prebuild"]).chain(scripts.iter().map(String::as_str));
    if runs.into_iter().any(generates) {
        return None;
    }
    GENERATE.into_iter().find(|name| generates(name)).map(str::to_owned)
}

fn said_by_nobody(script: &str, file: &str) -> Diagnostic {
    let message =
        format!("its script `{script}` runs before builds, since it generates a client and nothing else runs it");
    Diagnostic::warning(message).in_file(file)
}

/// Whether a file tells what a member is, or how it is installed: only such are read.
fn tells(path: &str, holds: impl Fn(&str) -> bool) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    // Of lockfiles Yarn's alone says by its text what it is of; what they resolve to is read elsewhere.
    let names = [&["yarn.lock", settings::NPM_FILE][..], &PIPELINES, &VERSION_FILES, &apps::MICROFRONTENDS];
    let is_read = names.iter().any(|names| names.contains(&name));
    let is_of_rules = detect::is_read(path, holds);
    is_of_rules || modules::is_read(path) || is_read && path.split('/').all(|part| part != "node_modules")
}

/// Files whose texts say what the workspace is, and what its members need.
fn told(snapshot: &Snapshot) -> BTreeSet<String> {
    let is_told = |path: &&String| is_told(path, |other| snapshot.files.contains_key(other));
    snapshot.files.keys().filter(is_told).cloned().collect()
}

/// Whether a file is such a one, by what lies beside it.
pub fn is_told(path: &str, holds: impl Fn(&str) -> bool) -> bool {
    let is_lockfile = |path: &str| lockfile::FILES.contains(&path.rsplit('/').next().unwrap_or(path));
    path == config::FILE || is_lockfile(path) || tells(path, holds)
}

/// Whether a file may be such a one, whatever lies beside it.
pub fn may_tell(path: &str) -> bool {
    is_told(path, |_| true)
}

/// The lockfile that a package manager writes.
pub fn lockfile_of(manager: PackageManager) -> &'static str {
    match manager {
        PackageManager::Npm => "package-lock.json",
        PackageManager::Pnpm => "pnpm-lock.yaml",
        PackageManager::YarnClassic | PackageManager::YarnBerry => "yarn.lock",
        PackageManager::Bun => "bun.lock",
    }
}

/// Files of each member, of a file in several that of the longest path; by none those of nobody.
fn owned(snapshot: &Snapshot, members: &BTreeMap<RepoPath, Member>) -> BTreeMap<Option<RepoPath>, Vec<ShownFile>> {
    let mut owned: BTreeMap<Option<RepoPath>, Vec<ShownFile>> = BTreeMap::new();
    for (path, file) in &*snapshot.files {
        owned.entry(owner(members, path).cloned()).or_default().push(file.clone());
    }
    owned
}
