//! A workspace at a commit: its members and how they need each other, its configuration and its apps.

use std::collections::{BTreeMap, BTreeSet};

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use model::name::Names;
use model::{App, AppName, NetworkAccess, RepoPath, Resources};

use crate::config::{self, AppConfig, Config};
use crate::diagnostic::{Diagnostic, Severity};
use crate::git::{GitError, Snapshot};
use crate::lockfile::Lockfile;
use crate::manifest::{LIFECYCLE, Manifest};

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
    /// The app that answers what no route claims.
    pub default_app: Option<AppName>,
    /// Members that are no apps, with the reason.
    pub skipped: Vec<(RepoPath, String)>,
    /// Version files: name and content.
    pub version_files: BTreeMap<String, String>,
    /// What a person should know.
    pub warnings: Vec<Diagnostic>,
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
        let root_files = snapshot.read([
            "package.json",
            "package-lock.json",
            "npm-shrinkwrap.json",
            config::FILE,
            ".nvmrc",
            ".node-version",
        ])?;
        let (config, problems) = root_files.get(config::FILE).map(|content| config::read(content)).unwrap_or_default();
        reader.problems.extend(problems);
        let Some(root) = reader.root(&root_files) else { return Err(Unreadable::Commit(reader.problems)) };
        let members = reader.members(&snapshot, &root)?;
        let lockfile = reader.lockfile(&snapshot, &root_files, &root, &members);
        let version_file =
            |name: &&str| Some(((*name).to_owned(), String::from_utf8_lossy(root_files.get(*name)?).trim().to_owned()));
        let mut workspace = Workspace {
            version_files: [".nvmrc", ".node-version"].iter().filter_map(version_file).collect(),
            snapshot,
            root,
            members,
            lockfile,
            config,
            apps: BTreeMap::new(),
            app_configs: BTreeMap::new(),
            default_app: None,
            skipped: Vec::new(),
            warnings: Vec::new(),
        };
        reader.warn_of_cycles(&workspace);
        reader.apps(&mut workspace)?;
        if reader.problems.iter().any(|problem| problem.severity == Severity::Error) {
            return Err(Unreadable::Commit(reader.problems));
        }
        workspace.warnings = reader.problems;
        Ok(workspace)
    }

    /// Folders of the members that a member names; with what only its own build and tests name if `dev`.
    pub fn needs(&self, path: &RepoPath, dev: bool) -> BTreeSet<&RepoPath> {
        let Some(member) = self.members.get(path) else { return BTreeSet::new() };
        let tables: &[&str] = if dev {
            &["dependencies", "optionalDependencies", "peerDependencies", "devDependencies"]
        } else {
            &["dependencies", "optionalDependencies", "peerDependencies"]
        };
        let named: BTreeSet<&str> =
            tables.iter().flat_map(|table| member.manifest.dependencies(table)).map(|(name, _)| name).collect();
        let needed = self.members.values().filter(|other| named.contains(other.name.as_str()) && &other.path != path);
        needed.map(|other| &other.path).collect()
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
                for needed in self.needs(at, with_dev) {
                    if seen.insert(needed.clone()) {
                        let mut via = via.clone();
                        via.insert(0, self.members[needed].name.clone());
                        next.push((needed.clone(), via));
                    }
                }
            }
            closure.extend(next.iter().cloned());
            level = next;
        }
        closure
    }

    /// The member that a file belongs to: the one with the longest path.
    pub fn owner(&self, file: &str) -> Option<&Member> {
        let mut folder = file;
        while let Some((parent, _)) = folder.rsplit_once('/') {
            if let Some(member) = parent.parse().ok().and_then(|path: RepoPath| self.members.get(&path)) {
                return Some(member);
            }
            folder = parent;
        }
        None
    }

    /// Groups of members that need each other in a circle, each in name order.
    pub fn cycles(&self) -> Vec<Vec<String>> {
        let mut cycles = BTreeSet::new();
        for path in self.members.keys() {
            let reached: BTreeSet<RepoPath> = self.closure(path, false).into_iter().map(|(path, _)| path).collect();
            let circle = reached.iter().filter(|other| self.closure(other, false).iter().any(|(back, _)| back == path));
            let mut names: Vec<String> = circle.chain([path]).map(|path| self.members[path].name.clone()).collect();
            names.sort();
            if names.len() > 1 {
                cycles.insert(names);
            }
        }
        cycles.into_iter().collect()
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

    /// Symbolic links that leave the repository are shown to nobody.
    fn without_leaving_links(&mut self, mut snapshot: Snapshot) -> Result<Snapshot, GitError> {
        for (path, reason) in &snapshot.left_out {
            self.problems.push(Diagnostic::warning(format!("no build is shown it: {reason}")).in_file(path.clone()));
        }
        let links: Vec<&str> =
            snapshot.files.values().filter(|file| file.mode == "120000").map(|file| file.path.as_str()).collect();
        let targets = snapshot.read(links)?;
        let leaving: Vec<String> = targets
            .into_iter()
            .filter(|(path, target)| leaves(path, &String::from_utf8_lossy(target)))
            .map(|(path, _)| path)
            .collect();
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

    fn root(&mut self, files: &BTreeMap<String, Vec<u8>>) -> Option<Manifest> {
        let Some(content) = files.get("package.json") else {
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
            self.error(
                "there is no workspace: it has no `workspaces`",
                "package.json",
                "name the members' folders: `\"workspaces\": [\"apps/*\", \"packages/*\"]`",
            );
            return Ok(BTreeMap::new());
        };
        let (included, excluded) = self.globs(&globs);
        let matches = |folder: &str| included.is_match(folder) && !excluded.is_match(folder);
        for (path, reason) in snapshot.left_out.iter().filter(|(path, _)| matches(path)) {
            self.error(
                format!("a workspace member cannot be used: {reason}"),
                path,
                "commit its files themselves, or take it out of `workspaces`",
            );
        }
        let manifests: Vec<&str> = snapshot
            .files
            .keys()
            .filter(|path| {
                path.strip_suffix("/package.json")
                    .is_some_and(|folder| matches(folder) && !folder.contains("node_modules"))
            })
            .map(String::as_str)
            .collect();
        let mut members: BTreeMap<RepoPath, Member> = BTreeMap::new();
        for (file, content) in snapshot.read(manifests)? {
            let folder = file.trim_end_matches("/package.json").to_owned();
            match (Manifest::read(&file, &content), folder.parse::<RepoPath>()) {
                (Ok(manifest), Ok(path)) => {
                    let name = manifest.text("name").map_or_else(|| folder.clone(), str::to_owned);
                    if let Some(other) = members.values().find(|other| other.name == name) {
                        let problem = format!("the package name `{name}` is used twice: also in `{}`", other.path);
                        self.error(problem, &file, "give one of them another name");
                    }
                    members.insert(path.clone(), Member { path, name, manifest });
                }
                (Err(problem), _) => self.problems.push(problem),
                (_, Err(cause)) => self.error(cause.to_string(), &file, ""),
            }
        }
        if members.is_empty() && self.problems.iter().all(|problem| problem.severity != Severity::Error) {
            self.error(
                format!("no workspace member is found by {}", globs.join(", ")),
                "package.json",
                "each member's folder needs a `package.json`",
            );
        }
        Ok(members)
    }

    fn globs(&mut self, globs: &[String]) -> (GlobSet, GlobSet) {
        let (mut included, mut excluded) = (GlobSetBuilder::new(), GlobSetBuilder::new());
        for glob in globs {
            let (set, pattern) = match glob.strip_prefix('!') {
                Some(pattern) => (&mut excluded, pattern),
                None => (&mut included, glob.as_str()),
            };
            let pattern = pattern.trim_start_matches("./").trim_end_matches('/');
            if pattern.split('/').any(|part| part == "..") || pattern.starts_with('/') {
                self.error(format!("the workspace glob `{glob}` leaves the repository"), "package.json", "");
                continue;
            }
            match GlobBuilder::new(pattern).literal_separator(true).build() {
                Ok(glob) => drop(set.add(glob)),
                Err(cause) => self.error(
                    format!("the workspace glob `{glob}` cannot be read: {}", cause.kind()),
                    "package.json",
                    "",
                ),
            }
        }
        (included.build().unwrap_or_default(), excluded.build().unwrap_or_default())
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
                Ok(lockfile) => Some(lockfile),
                Err(problem) => {
                    self.problems.push(problem);
                    None
                }
            };
        }
        let others = ["pnpm-lock.yaml", "yarn.lock", "bun.lock", "bun.lockb"];
        if let Some(other) = others.into_iter().find(|name| snapshot.files.contains_key(*name)) {
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
            self.error("there is no lockfile", "package-lock.json", "`npm install`, then commit it");
        }
        None
    }

    fn warn_of_cycles(&mut self, workspace: &Workspace) {
        for cycle in workspace.cycles() {
            let names: Vec<String> = cycle.iter().map(|name| format!("`{name}`")).collect();
            let warning =
                format!("packages need each other in a circle: {}; they are built in name order", names.join(", "));
            self.problems.push(Diagnostic::warning(warning).in_file("package.json"));
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
            let own = member.manifest.field("frontage").map(|value| {
                let content = manifests.get(&file).map(Vec::as_slice).unwrap_or_default();
                let (config, problems) = config::read_manifest(&file, content, value);
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
            workspace.apps.insert(name.clone(), app(&name, member, &config, base_path));
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
            let folder = |member: &&Member| member.path.as_str().rsplit('/').next() == Some(name.as_str());
            let path = match &config.path {
                Some(path) => path.parse().ok().filter(|path| workspace.members.contains_key(path)),
                None => workspace.members.values().find(folder).map(|member| member.path.clone()),
            };
            let at = |diagnostic: Diagnostic| diagnostic.in_file(config.place.file.clone()).at(config.place.at);
            let Some(path) = path else {
                let wanted = config.path.as_deref().unwrap_or(name);
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

    fn overlapping_routes(&mut self, workspace: &Workspace) {
        let mut claimed: BTreeMap<&str, &AppName> = BTreeMap::new();
        for (name, config) in &workspace.app_configs {
            for (route, place) in config.routes.iter().flatten() {
                match claimed.insert(route, name) {
                    Some(other) => {
                        let problem = format!("the route `{route}` is claimed by `{other}` and `{name}`");
                        let problem = Diagnostic::error(problem).in_file(place.file.clone()).at(place.at);
                        self.problems
                            .push(problem.hint("a longer route wins over a shorter one; only one app can have each"));
                    }
                    None => continue,
                }
            }
        }
    }

    fn default_app(&mut self, workspace: &Workspace) -> Option<AppName> {
        if let Some((name, place)) = &workspace.config.default_app {
            let found = workspace.apps.keys().find(|app| app.as_str() == name);
            if found.is_none() {
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
    let default = Resources::default();
    let start = match &config.start {
        Some(start) => start.clone(),
        None => member.manifest.script_with_hooks("start"),
    };
    App {
        name: name.clone(),
        path: member.path.clone(),
        routes: config.routes.iter().flatten().map(|(route, _)| route.clone()).collect(),
        build: config.build.clone().or_else(|| member.manifest.script_with_hooks("build")),
        start,
        output: config.output.clone(),
        base_path,
        health: config.health.clone().unwrap_or_else(|| "/".to_owned()),
        resources: Resources {
            memory_bytes: config.memory_bytes.unwrap_or(default.memory_bytes),
            cpu_millis: config.cpu_millis.unwrap_or(default.cpu_millis),
        },
        instances: config.instances.unwrap_or(1),
        network: config.network.unwrap_or(NetworkAccess::All),
        build_network: config.build_network.unwrap_or(false),
        commit: config.commit.unwrap_or(false),
        env: config.env.clone().unwrap_or_default(),
        build_env: config.build_env.clone().unwrap_or_default(),
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

/// Whether a symbolic link at `path` to `target` leaves the repository.
fn leaves(path: &str, target: &str) -> bool {
    if target.starts_with('/') {
        return true;
    }
    let mut depth = path.matches('/').count();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." if depth == 0 => return true,
            ".." => depth -= 1,
            _ => depth += 1,
        }
    }
    false
}

#[cfg(test)]
mod tests;
