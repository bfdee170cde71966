//! A workspace at a commit: its members and how they need each other, its configuration and its apps.

use std::collections::{BTreeMap, BTreeSet};

use globset::{GlobSet, GlobSetBuilder};
use model::name::Names;
use model::{App, AppName, RepoPath, Resources, Serving, ShownFile};

use crate::config::{self, AppConfig, Config, Place};
use crate::diagnostic::{Diagnostic, Severity};
use crate::git::{GitError, SYMBOLIC_LINK, Snapshot};
use crate::lockfile::Lockfile;
use crate::manifest::{LIFECYCLE, Manifest};

mod needs;

mod links;

use needs::{Needs, Order};

/// The longest way from a package to who needs it that is told; what lies in its middle is left out.
const LONGEST_VIA: usize = 10;

/// Files that say which Node.js is wanted, the first before the others.
pub const VERSION_FILES: [&str; 2] = [".nvmrc", ".node-version"];

/// Other package managers' files.
const FOREIGN_LOCKFILES: [&str; 4] = ["pnpm-lock.yaml", "yarn.lock", "bun.lock", "bun.lockb"];

/// Names of apps that answer what no route claims, if none is declared; the first that is there.
const DEFAULT_NAMES: [&str; 5] = ["web", "app", "www", "site", "frontend"];

/// Configuration files in which a base path is looked for, and its key.
const BASE_PATHS: [(&str, &str); 9] = [
    ("vite.config.ts", "base"),
    ("vite.config.mts", "base"),
    ("vite.config.js", "base"),
    ("vite.config.mjs", "base"),
    ("vite.config.cjs", "base"),
    ("next.config.ts", "basePath"),
    ("next.config.js", "basePath"),
    ("next.config.mjs", "basePath"),
    ("astro.config.mjs", "base"),
];

/// A workspace at a commit.
#[derive(Clone, Debug)]
pub struct Workspace {
    /// The files that builds can be shown.
    pub snapshot: Snapshot,
    /// The root's manifest.
    pub root: Manifest,
    /// Its members by folder.
    pub members: BTreeMap<RepoPath, Member>,
    /// Its lockfile; none if it needs nothing from outside.
    pub lockfile: Option<Lockfile>,
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
    /// Members that are no apps, with the reason.
    pub skipped: Vec<(RepoPath, String)>,
    /// Version files: name and content.
    pub version_files: BTreeMap<String, String>,
    /// What a person should know.
    pub warnings: Vec<Diagnostic>,
    /// Paths of the files of each member, and by none of those of nobody.
    owned: BTreeMap<Option<RepoPath>, Vec<String>>,
    needs: Needs,
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

/// A workspace member.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// Its folder.
    pub path: RepoPath,
    /// Its package name.
    pub name: String,
    /// Its manifest.
    pub manifest: Manifest,
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
        self.manifest.script("build").is_some() || LIFECYCLE.iter().any(|name| self.manifest.script(name).is_some())
    }
}

impl Workspace {
    /// Reads a workspace.
    ///
    /// # Errors
    /// If git fails, or the commit cannot be used; then with every problem that was found.
    pub fn read(snapshot: Snapshot) -> Result<Workspace, Unreadable> {
        let mut reader = Reader { problems: Vec::new() };
        let snapshot = reader.without_leaving_links(snapshot)?;
        let root_files = reader.root_files(&snapshot)?;
        let (config, problems) = root_files.get(config::FILE).map(|content| config::read(content)).unwrap_or_default();
        reader.problems.extend(problems);
        let Some(root) = reader.root(&root_files) else { return Err(Unreadable::Commit(reader.problems)) };
        let members = reader.members(&snapshot, &root)?;
        if members.is_empty() {
            return Err(Unreadable::Commit(reader.problems));
        }
        let lockfile = reader.lockfile(&snapshot, &root_files, &root, &members);
        let version_file =
            |name: &&str| Some(((*name).to_owned(), String::from_utf8_lossy(root_files.get(*name)?).trim().to_owned()));
        let mut workspace = Workspace {
            version_files: VERSION_FILES.iter().filter_map(version_file).collect(),
            owned: owned(&snapshot, &members),
            needs: Needs::of(&members, lockfile.as_ref()),
            snapshot,
            root,
            members,
            lockfile,
            config,
            apps: BTreeMap::new(),
            app_configs: BTreeMap::new(),
            globs: BTreeMap::new(),
            default_app: None,
            skipped: Vec::new(),
            warnings: Vec::new(),
            order: Order::default(),
        };
        reader.apps(&mut workspace)?;
        reader.order(&mut workspace);
        if reader.has_errors() {
            return Err(Unreadable::Commit(reader.problems));
        }
        workspace.warnings = reader.problems;
        Ok(workspace)
    }

    /// Whether a folder is a member's.
    pub fn is_member(&self, folder: &str) -> bool {
        folder.parse().is_ok_and(|path: RepoPath| self.members.contains_key(&path))
    }

    /// Files of a member, without those of members below its folder.
    pub fn files_of(&self, path: &RepoPath) -> impl Iterator<Item = &ShownFile> {
        self.owned.get(&Some(path.clone())).into_iter().flatten().filter_map(|path| self.snapshot.files.get(path))
    }

    /// Files that belong to no member.
    pub fn unowned_files(&self) -> impl Iterator<Item = &ShownFile> {
        self.owned.get(&None).into_iter().flatten().filter_map(|path| self.snapshot.files.get(path))
    }

    /// The place of a member in an order in which each comes after those that it needs. Of members that need each
    /// other in a circle, packages come before apps, then the names decide.
    pub fn build_position(&self, path: &RepoPath) -> usize {
        self.order.positions.get(path).copied().unwrap_or(usize::MAX)
    }

    /// Every member that the build of a member may read, nearest first, itself not among them; and through
    /// which members each is reached.
    pub fn closure(&self, path: &RepoPath, dev: bool) -> Vec<(RepoPath, Vec<String>)> {
        let mut closure: Vec<(RepoPath, Vec<String>)> = Vec::new();
        let mut seen = BTreeSet::from([path.clone()]);
        let mut level: Vec<(RepoPath, Vec<String>)> = vec![(path.clone(), Vec::new())];
        while !level.is_empty() {
            let mut next = Vec::new();
            for (at, via) in &level {
                let with_dev = dev && (at == path || self.members.get(at).is_some_and(Member::has_task));
                for needed in self.needs.direct(at, with_dev) {
                    if seen.insert(needed.clone()) {
                        let mut via = via.clone();
                        via.insert(0, self.members[needed].name.clone());
                        if via.len() > LONGEST_VIA {
                            via.splice(LONGEST_VIA - 3..LONGEST_VIA - 1, ["…".to_owned()]);
                        }
                        next.push((needed.clone(), via));
                    }
                }
            }
            closure.extend(next.iter().cloned());
            level = next;
        }
        closure
    }
}

struct Reader {
    problems: Vec<Diagnostic>,
}

impl Reader {
    fn error(&mut self, message: impl Into<String>, file: &str, hint: &str) {
        let diagnostic = Diagnostic::error(message).in_file(file);
        self.problems.push(if hint.is_empty() { diagnostic } else { diagnostic.hint(hint) });
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

    /// Files at the root that are read for what they say. Symbolic links are not followed.
    fn root_files(&mut self, snapshot: &Snapshot) -> Result<BTreeMap<String, Vec<u8>>, GitError> {
        let names = ["package.json", "package-lock.json", "npm-shrinkwrap.json", config::FILE];
        let mut files = snapshot.read(names.into_iter().chain(VERSION_FILES))?;
        files.retain(|name, _| !self.is_link(snapshot, name));
        Ok(files)
    }

    fn is_link(&mut self, snapshot: &Snapshot, file: &str) -> bool {
        let is_link = snapshot.files.get(file).is_some_and(|file| file.mode == SYMBOLIC_LINK);
        if is_link {
            self.error("it is a symbolic link, which is not followed", file, "commit the file itself");
        }
        is_link
    }

    fn root(&mut self, files: &BTreeMap<String, Vec<u8>>) -> Option<Manifest> {
        let Some(content) = files.get("package.json") else {
            if self.has_errors() {
                return None;
            }
            self.error(
                "there is no workspace: the repository has no `package.json` at its root",
                "package.json",
                "`npm init`, then name the members' folders under `workspaces`",
            );
            return None;
        };
        match Manifest::read("package.json", content) {
            Ok(manifest) => Some(manifest),
            Err(problem) => {
                self.problems.push(problem);
                None
            }
        }
    }

    fn members(&mut self, snapshot: &Snapshot, root: &Manifest) -> Result<BTreeMap<RepoPath, Member>, GitError> {
        let Some(globs) = root.workspaces() else {
            let wanted = "name the members' folders: `\"workspaces\": [\"apps/*\", \"packages/*\"]`";
            match root.field("workspaces") {
                Some(_) => self.error("`workspaces` must be a list of globs", "package.json", wanted),
                None if snapshot.files.contains_key("pnpm-workspace.yaml") => {
                    self.error("only npm's workspaces are read so far", "pnpm-workspace.yaml", wanted);
                }
                None => self.error("there is no workspace: it has no `workspaces`", "package.json", wanted),
            }
            return Ok(BTreeMap::new());
        };
        let globs = self.workspace_globs(&globs);
        let matches = |folder: &str| globs.hold(folder);
        for (path, reason) in snapshot.left_out.iter().filter(|(path, _)| matches(path)) {
            self.error(
                format!("a workspace member cannot be used: {reason}"),
                path,
                "commit its files themselves, or take it out of `workspaces`",
            );
        }
        let is_member = |file: &&str| {
            let folder = file.strip_suffix("/package.json");
            folder.is_some_and(|folder| matches(folder) && folder.split('/').all(|part| part != "node_modules"))
        };
        let manifests: Vec<&str> = snapshot.files.keys().map(String::as_str).filter(is_member).collect();
        let mut members: BTreeMap<RepoPath, Member> = BTreeMap::new();
        let mut named: BTreeMap<String, String> = BTreeMap::new();
        for (file, content) in snapshot.read(manifests)? {
            if self.is_link(snapshot, &file) {
                continue;
            }
            let folder = file.strip_suffix("/package.json").unwrap_or_default();
            match (Manifest::read(&file, &content), folder.parse::<RepoPath>()) {
                (Ok(manifest), Ok(path)) => {
                    let name = manifest.text("name").filter(|name| !name.is_empty()).unwrap_or(folder).to_owned();
                    if let Some(other) = named.insert(name.clone(), folder.to_owned()) {
                        let problem = format!("the package name `{name}` is used twice: also in `{other}`");
                        self.error(problem, &file, "give one of them another name");
                    }
                    members.insert(path.clone(), Member { path, name, manifest });
                }
                (Err(problem), _) => self.problems.push(problem),
                (_, Err(cause)) => self.error(cause.to_string(), &file, ""),
            }
        }
        if members.is_empty() && !self.has_errors() {
            let globs: Vec<String> = globs.texts.iter().map(|glob| format!("`{glob}`")).collect();
            let problem = match globs.as_slice() {
                [] => "`workspaces` names no folders".to_owned(),
                globs => format!("no workspace member is found by {}", globs.join(", ")),
            };
            self.error(problem, "package.json", "each member's folder needs a `package.json`");
        }
        Ok(members)
    }

    fn workspace_globs(&mut self, globs: &[String]) -> WorkspaceGlobs {
        let (mut set, mut includes) = (GlobSetBuilder::new(), Vec::new());
        for text in globs {
            let (includes_matches, pattern) = match text.strip_prefix('!') {
                Some(pattern) => (false, pattern),
                None => (true, text.as_str()),
            };
            let pattern = pattern.trim_start_matches("./").trim_matches('/');
            if pattern.split('/').any(|part| part == "..") {
                self.error(format!("the workspace glob `{text}` leaves the repository"), "package.json", "");
                continue;
            }
            match config::glob(pattern) {
                Ok(glob) => {
                    set.add(glob);
                    includes.push(includes_matches);
                }
                Err(cause) => {
                    self.error(format!("the workspace glob `{text}` cannot be read: {cause}"), "package.json", "");
                }
            }
        }
        let set = set.build().unwrap_or_else(|cause| {
            self.error(format!("`workspaces` cannot be read: {}", cause.kind()), "package.json", "");
            GlobSet::empty()
        });
        WorkspaceGlobs { texts: globs.to_vec(), set, includes }
    }

    fn lockfile(
        &mut self,
        snapshot: &Snapshot,
        files: &BTreeMap<String, Vec<u8>>,
        root: &Manifest,
        members: &BTreeMap<RepoPath, Member>,
    ) -> Option<Lockfile> {
        for name in ["npm-shrinkwrap.json", "package-lock.json"] {
            let Some(content) = files.get(name) else { continue };
            return match Lockfile::read(name, content) {
                Ok(lockfile) => {
                    let lockfile = lockfile.with_resolutions(root);
                    self.out_of_step(name, &lockfile, root, members);
                    Some(lockfile)
                }
                Err(problem) => {
                    self.problems.push(problem);
                    None
                }
            };
        }
        if let Some(other) = FOREIGN_LOCKFILES.into_iter().find(|name| snapshot.files.contains_key(*name)) {
            self.error(
                "only npm's lockfile is read so far",
                other,
                "`npm install --package-lock-only` writes `package-lock.json`",
            );
            return None;
        }
        let own: BTreeSet<&str> = members.values().map(|member| member.name.as_str()).collect();
        let manifests = members.values().map(|member| &member.manifest).chain([root]);
        let outside = manifests.flat_map(Manifest::all_dependencies).any(|(name, _)| !own.contains(name));
        if outside {
            let is_told = self.problems.iter().any(|problem| problem.file.as_deref() == Some("package-lock.json"));
            if !is_told {
                self.error("there is no lockfile", "package-lock.json", "`npm install`, then commit it");
            }
        }
        None
    }

    /// What manifests ask for and the lockfile does not know: every install would fail.
    fn out_of_step(&mut self, file: &str, lockfile: &Lockfile, root: &Manifest, members: &BTreeMap<RepoPath, Member>) {
        let own: BTreeSet<&str> = members.values().map(|member| member.name.as_str()).collect();
        let at_root = RepoPath::root();
        let manifests = members.iter().map(|(path, member)| (path, &member.manifest)).chain([(&at_root, root)]);
        for (path, manifest) in manifests {
            let optional = manifest.dependencies("optionalDependencies");
            let tables = ["dependencies", "devDependencies"].map(|table| manifest.dependencies(table));
            let names: BTreeSet<&str> = tables.iter().flat_map(BTreeMap::keys).copied().collect();
            let is_held = |name: &&str| {
                let ranges = tables.iter().filter_map(|table| table.get(name));
                optional.contains_key(name)
                    || ranges.into_iter().any(|range| lockfile.holds(path.as_str(), name, range))
            };
            for name in names.into_iter().filter(|name| !own.contains(name) && !is_held(name)) {
                let problem = format!("it needs `{name}`, which `{file}` does not know");
                self.error(problem, &path.join("package.json"), "`npm install`, then commit `package-lock.json`");
            }
        }
    }

    fn order(&mut self, workspace: &mut Workspace) {
        let apps: BTreeSet<&RepoPath> = workspace.apps.values().map(|app| &app.path).collect();
        let is_built = |path: &RepoPath| workspace.members[path].has_task();
        let rank = |path: &RepoPath| (apps.contains(path), workspace.members[path].name.clone());
        workspace.order = workspace.needs.order(is_built, rank);
        for circle in &workspace.order.circles {
            let names: Vec<String> = circle.iter().map(|path| format!("`{}`", workspace.members[path].name)).collect();
            let mut warning = format!("packages need each other in a circle: {}", names.join(", "));
            if circle.iter().filter(|path| is_built(path)).count() > 1 {
                warning.push_str("; they are built in this order, each without the output of those after it");
            }
            let file = circle.first().map_or_else(String::new, |path| path.join("package.json"));
            self.problems.push(Diagnostic::warning(warning).in_file(file));
        }
    }

    fn apps(&mut self, workspace: &mut Workspace) -> Result<(), GitError> {
        let files: Vec<String> = workspace.members.keys().map(|path| path.join("package.json")).collect();
        let manifests = workspace.snapshot.read(files.iter().map(String::as_str))?;
        let mut chosen = self.configured(workspace);
        let names: Vec<&str> = chosen.values().map(|(name, _)| name.as_str()).collect();
        let mut names = Names::reserving(names);
        let members: Vec<Member> = workspace.members.values().cloned().collect();
        for member in &members {
            let file = member.path.join("package.json");
            let own = member.manifest.field("frontage").map(|_| {
                let content = manifests.get(&file).map(Vec::as_slice).unwrap_or_default();
                let (config, problems) = config::read_manifest(&file, content);
                self.problems.extend(problems);
                config
            });
            if let Some((_, config)) = chosen.get_mut(&member.path) {
                *config = std::mem::take(config).over(own.unwrap_or_default());
            } else if own.is_some() || is_guessed(&member.manifest) {
                chosen.insert(member.path.clone(), (names.app(member.path.as_str()), own.unwrap_or_default()));
            } else {
                workspace.skipped.push((member.path.clone(), why_skipped(&member.manifest)));
            }
        }
        for member in &members {
            let Some((name, config)) = chosen.remove(&member.path) else { continue };
            let base_path = base_path(&workspace.snapshot, &member.path)?;
            let output = self.output(member, &config);
            workspace.globs.insert(name.clone(), self.globs(member, &config));
            workspace.apps.insert(name.clone(), App { output, ..app(&name, member, &config, base_path) });
            workspace.app_configs.insert(name, config);
        }
        if workspace.apps.is_empty() && !workspace.members.is_empty() {
            let hint =
                "give a package `build` and `start` scripts, or name it in `frontage.toml`: `[apps.NAME]` with `path`";
            self.error("no app is found in this workspace", "package.json", hint);
        }
        self.overlapping_routes(workspace);
        workspace.default_app = self.default_app(workspace);
        Ok(())
    }

    /// Apps that `frontage.toml` names, by folder.
    fn configured(&mut self, workspace: &Workspace) -> BTreeMap<RepoPath, (AppName, AppConfig)> {
        let mut chosen: BTreeMap<RepoPath, (AppName, AppConfig)> = BTreeMap::new();
        for (name, config) in &workspace.config.apps {
            let Ok(app_name) = name.parse::<AppName>() else { continue };
            let path = match &config.path {
                Some(path) => path.parse().ok().filter(|path| workspace.members.contains_key(path)),
                None => self.in_folder_called(name, &config.place, workspace),
            };
            let at = |diagnostic: Diagnostic| diagnostic.in_file(config.place.file.clone()).at(config.place.at);
            let Some(path) = path else {
                let wanted = match config.path.as_deref() {
                    Some("") => ".",
                    Some(path) => path,
                    None => name,
                };
                let folders = workspace.members.keys().map(RepoPath::as_str);
                let nearest = match &config.path {
                    Some(path) => config::nearest(path, folders),
                    None => config::nearest(name, folders.map(|path| path.rsplit('/').next().unwrap_or(path))),
                };
                let problem = at(Diagnostic::error(format!("app `{name}`: no workspace member is at `{wanted}`")));
                self.problems.push(match nearest {
                    Some(nearest) => problem.hint(format!("did you mean `{nearest}`?")),
                    None => problem.hint("`path` names the member's folder"),
                });
                continue;
            };
            if let Some((other, _)) = chosen.get(&path) {
                self.problems.push(at(Diagnostic::error(format!(
                    "`{other}` and `{name}` are the same app: both are at `{path}`"
                ))));
            }
            chosen.insert(path, (app_name, config.clone()));
        }
        chosen
    }

    /// The member whose folder is called so; of several the one that builds and starts.
    fn in_folder_called(&mut self, name: &str, place: &Place, workspace: &Workspace) -> Option<RepoPath> {
        let is_called = |member: &&Member| member.path.as_str().rsplit('/').next() == Some(name);
        let called: Vec<&Member> = workspace.members.values().filter(is_called).collect();
        let guessed: Vec<&Member> = called.iter().copied().filter(|member| is_guessed(&member.manifest)).collect();
        match (called.as_slice(), guessed.as_slice()) {
            ([only], _) | (_, [only]) => Some(only.path.clone()),
            ([], _) => None,
            ([first, ..], _) => {
                let folders: Vec<String> = called.iter().map(|member| format!("`{}`", member.path)).collect();
                let problem = format!("app `{name}` may be any of {}", folders.join(", "));
                let problem = Diagnostic::error(problem).in_file(place.file.clone()).at(place.at);
                self.problems.push(problem.hint("`path` names the member's folder"));
                Some(first.path.clone())
            }
        }
    }

    /// The folder of public assets, relative to the app's own.
    fn output(&mut self, member: &Member, config: &AppConfig) -> Option<String> {
        let output = config.output.as_deref()?;
        let Some(from_root) = output.strip_prefix('/') else { return Some(output.to_owned()) };
        let below =
            from_root.strip_prefix(member.path.as_str()).filter(|below| matches!(below.get(..1), None | Some("/")));
        if below.is_none() {
            let problem = format!("`output` must lie in the app's folder `{}`, unlike `{output}`", member.path);
            self.problems.push(Diagnostic::error(problem).in_file(config.place.file.clone()).at(config.place.at));
        }
        below.map(|below| below.trim_start_matches('/').to_owned())
    }

    fn globs(&mut self, member: &Member, config: &AppConfig) -> Globs {
        let mut set = |globs: Option<&Vec<String>>, key: &str| {
            config::glob_set(globs.into_iter().flatten(), &member.path).unwrap_or_else(|cause| {
                let problem = Diagnostic::error(format!("`{key}` cannot be used: {cause}"));
                self.problems.push(problem.in_file(config.place.file.clone()).at(config.place.at));
                GlobSet::empty()
            })
        };
        Globs { inputs: set(config.inputs.as_ref(), "inputs"), ignore: set(config.ignore.as_ref(), "ignore") }
    }

    fn overlapping_routes(&mut self, workspace: &Workspace) {
        let apps = workspace.app_configs.iter().map(|(name, config)| (name.as_str(), config.routes.as_ref()));
        let upstreams =
            workspace.config.upstreams.iter().map(|(name, upstream)| (name.as_str(), Some(&upstream.routes)));
        let mut claimed: BTreeMap<&str, &str> = BTreeMap::new();
        for (name, routes) in apps.chain(upstreams) {
            for (route, place) in routes.into_iter().flatten() {
                let Some(other) = claimed.insert(route, name) else { continue };
                let (problem, hint) = if other == name {
                    (format!("the route `{route}` is claimed twice by `{name}`"), "once is enough")
                } else {
                    let hint = "a longer route wins over a shorter one; only one app can have each";
                    (format!("the route `{route}` is claimed by `{other}` and `{name}`"), hint)
                };
                let problem = Diagnostic::error(problem).in_file(place.file.clone()).at(place.at);
                self.problems.push(problem.hint(hint));
            }
        }
    }

    fn default_app(&mut self, workspace: &Workspace) -> Option<AppName> {
        if let Some((name, place)) = &workspace.config.default_app {
            let found = workspace.apps.keys().find(|app| app.as_str() == name);
            if found.is_none() && !workspace.apps.is_empty() {
                let problem = Diagnostic::error(format!("the default app `{name}` is not an app of this workspace"));
                let problem = problem.in_file(place.file.clone()).at(place.at);
                let nearest = config::nearest(name, workspace.apps.keys().map(AppName::as_str));
                self.problems.push(match nearest {
                    Some(nearest) => problem.hint(format!("did you mean `{nearest}`?")),
                    None => problem,
                });
            }
            return found.cloned();
        }
        if workspace.apps.len() == 1 {
            return workspace.apps.keys().next().cloned();
        }
        DEFAULT_NAMES.into_iter().find_map(|name| workspace.apps.keys().find(|app| app.as_str() == name).cloned())
    }
}

fn is_guessed(manifest: &Manifest) -> bool {
    manifest.script("build").is_some() && manifest.script("start").is_some()
}

fn why_skipped(manifest: &Manifest) -> String {
    match (manifest.script("build"), manifest.script("start")) {
        (None, None) => "it has neither a `build` nor a `start` script",
        (Some(_), None) => "it has no `start` script",
        _ => "it has no `build` script",
    }
    .to_owned()
}

fn app(name: &AppName, member: &Member, config: &AppConfig, base_path: Option<String>) -> App {
    let usual = App::new(name.clone(), member.path.clone());
    let start = match &config.start {
        Some(start) => start.clone(),
        None => member.manifest.script_with_hooks("start"),
    };
    App {
        routes: config.routes.iter().flatten().map(|(route, _)| route.clone()).collect(),
        build: config.build.clone().or_else(|| member.manifest.script_with_hooks("build")),
        serving: if start.is_some() { Serving::Server } else { Serving::Static },
        start,
        base_path,
        health: config.health.clone().unwrap_or(usual.health),
        resources: Resources {
            memory_bytes: config.memory_bytes.unwrap_or(usual.resources.memory_bytes),
            cpu_millis: config.cpu_millis.unwrap_or(usual.resources.cpu_millis),
        },
        instances: config.instances.unwrap_or(usual.instances),
        network: config.network.unwrap_or(usual.network),
        build_network: config.build_network.unwrap_or(usual.build_network),
        commit: config.commit.unwrap_or(usual.commit),
        env: config.env.clone().unwrap_or_default(),
        build_env: config.build_env.clone().unwrap_or_default(),
        ..usual
    }
}

fn base_path(snapshot: &Snapshot, member: &RepoPath) -> Result<Option<String>, GitError> {
    let files: Vec<(String, &str)> = BASE_PATHS.iter().map(|(file, key)| (member.join(file), *key)).collect();
    let contents = snapshot.read(files.iter().map(|(file, _)| file.as_str()))?;
    let literal = files.iter().find_map(|(file, key)| literal(&String::from_utf8_lossy(contents.get(file)?), key));
    Ok(literal.map(|path| path.trim_end_matches('/').to_owned()).filter(|path| path.starts_with('/')))
}

/// The text of `key: "…"` in a configuration file, if it is written literally.
fn literal(text: &str, key: &str) -> Option<String> {
    let places = text
        .match_indices(key)
        .filter(|(at, _)| !text[..*at].ends_with(|before: char| before.is_alphanumeric() || before == '_'));
    places.into_iter().find_map(|(at, _)| {
        let rest = text[at + key.len()..].trim_start().strip_prefix(':')?.trim_start();
        let quote = rest.chars().next().filter(|quote| matches!(quote, '"' | '\'' | '`'))?;
        let (value, _) = rest[1..].split_once(quote)?;
        (!value.contains("${")).then(|| value.to_owned())
    })
}

/// Paths of the files of each member, of a file in several that of the longest path; by none those of nobody.
fn owned(snapshot: &Snapshot, members: &BTreeMap<RepoPath, Member>) -> BTreeMap<Option<RepoPath>, Vec<String>> {
    let folders: BTreeMap<&str, &RepoPath> = members.keys().map(|path| (path.as_str(), path)).collect();
    let mut owned: BTreeMap<Option<RepoPath>, Vec<String>> = BTreeMap::new();
    for file in snapshot.files.keys() {
        let above = file.rmatch_indices('/').map(|(at, _)| &file[..at]);
        let owner = above.into_iter().find_map(|folder| folders.get(folder));
        owned.entry(owner.map(|path| (*path).clone())).or_default().push(file.clone());
    }
    owned
}

/// Folders of members, as `workspaces` names them.
struct WorkspaceGlobs {
    texts: Vec<String>,
    set: GlobSet,
    /// Whether each glob takes folders in, or out again.
    includes: Vec<bool>,
}

impl WorkspaceGlobs {
    /// The last glob that matches decides, as for npm.
    fn hold(&self, folder: &str) -> bool {
        self.set.matches(folder).into_iter().max().is_some_and(|last| self.includes[last])
    }
}

#[cfg(test)]
mod tests;
