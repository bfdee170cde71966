//! The apps of a workspace: those that are configured, those that are found, and how the site is divided among them.

use std::collections::{BTreeMap, BTreeSet};

use globset::GlobSet;
use model::name::Names;
use model::{App, AppName, RepoPath, Resources, Serving, resolved};
use serde_json::Value;

use super::{Globs, Member, Workspace};
use crate::config::{self, AppConfig, Place};
use crate::detect::{self, Candidate, Finding, Kind};
use crate::diagnostic::Diagnostic;
use crate::files::{self, Contents, Files as _};

/// Names of apps that answer what no route claims, if none is declared; the first that is there.
const DEFAULT_NAMES: [&str; 5] = ["web", "app", "www", "site", "frontend"];

/// The file in which Vercel's microfrontends are divided among a host's paths.
pub const MICROFRONTENDS: [&str; 2] = ["microfrontends.json", "microfrontends.jsonc"];

/// Finds the apps of a workspace whose members are read; what is wrong with them.
pub fn find(workspace: &mut Workspace, files: &Contents) -> Vec<Diagnostic> {
    let mut finder = Finder { problems: Vec::new() };
    findings(workspace, files);
    finder.apps(workspace, files);
    finder.microfrontends(workspace, files);
    finder.overlapping_routes(workspace);
    if workspace.default_app.is_none() {
        workspace.default_app = finder.default_app(workspace);
    }
    finder.problems
}

/// What each member is found to be.
fn findings(workspace: &mut Workspace, files: &Contents) {
    let needed: BTreeSet<RepoPath> =
        workspace.members.keys().flat_map(|path| workspace.needs.direct(path, true)).cloned().collect();
    let mut findings = BTreeMap::new();
    for member in workspace.members.values() {
        let Some(root) = workspace.roots.get(&member.root) else { continue };
        let others = workspace.members.values().any(|other| other.root == member.root && other.path != member.path);
        let candidate = Candidate {
            path: &member.path,
            root: &root.folder,
            manifest: &member.manifest,
            root_manifest: &root.manifest,
            files,
            is_needed: needed.contains(&member.path),
            is_workspace_root: others && member.path == root.folder,
        };
        let is_declared = member.manifest.field("frontage").is_some() || is_named(workspace, member);
        let finding = if is_declared { detect::detect_declared(&candidate) } else { detect::detect(&candidate) };
        findings.insert(member.path.clone(), finding);
    }
    workspace.findings = findings;
}

/// Whether `frontage.toml` names a member, by its path or by its folder.
fn is_named(workspace: &Workspace, member: &Member) -> bool {
    workspace.config.apps.iter().any(|(name, config)| match &config.path {
        Some(path) => path == member.path.as_str() || path == "." && member.path.is_root(),
        None => name == called(member),
    })
}

struct Finder {
    problems: Vec<Diagnostic>,
}

impl Finder {
    fn apps(&mut self, workspace: &mut Workspace, files: &Contents) {
        let mut chosen = self.configured(workspace);
        let names: Vec<&str> = chosen.values().map(|(name, _)| name.as_str()).collect();
        let mut names = Names::reserving(names);
        let members: Vec<Member> = workspace.members.values().cloned().collect();
        for member in &members {
            let file = member.path.join("package.json");
            let own = member.manifest.field("frontage").map(|_| {
                let content = files.text(&file).unwrap_or_default();
                let (config, problems) = config::read_manifest(&file, content.as_bytes());
                self.problems.extend(problems);
                config
            });
            let Some(finding) = workspace.findings.get(&member.path) else { continue };
            if let Some((_, config)) = chosen.get_mut(&member.path) {
                *config = std::mem::take(config).over(own.unwrap_or_default());
            } else if own.is_some() || finding.kind.serving().is_some() {
                let name = names.app_called(called(member), member.path.as_str());
                chosen.insert(member.path.clone(), (name, own.unwrap_or_default()));
            } else if member.path != member.root || members.len() == 1 {
                workspace.skipped.push((member.path.clone(), finding.because.clone()));
            }
        }
        if chosen.is_empty() {
            // What is served only if somebody wants it is what a repository with nothing else is there for.
            let optional: Vec<&Member> = members.iter().filter(|member| is_optional(workspace, member)).collect();
            for member in optional {
                let name = names.app_called(called(member), member.path.as_str());
                workspace.skipped.retain(|(path, _)| *path != member.path);
                chosen.insert(member.path.clone(), (name, AppConfig::default()));
            }
        }
        for member in &members {
            let Some((name, config)) = chosen.remove(&member.path) else { continue };
            if config.served == Some(false) {
                let because = format!("`served = false` in `{}`", config.place.file);
                workspace.skipped.push((member.path.clone(), because));
                continue;
            }
            let finding = workspace.findings.get(&member.path).cloned();
            let output = self.output(member, &config);
            workspace.globs.insert(name.clone(), self.globs(member, &config));
            let app = App { output, ..app(&name, member, &config, finding.as_ref()) };
            workspace.apps.insert(name.clone(), app);
            workspace.app_configs.insert(name, config);
        }
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
                let is_folder = files::below(&workspace.snapshot.files, wanted).next().is_some();
                self.problems.push(match nearest {
                    _ if is_folder => problem.hint(
                        "the folder is there, but is no member: it needs a `package.json`, if only `{}`, and `workspaces` \
                         have to name it",
                    ),
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

    /// The member whose folder is called so; of several the one that is served.
    fn in_folder_called(&mut self, name: &str, place: &Place, workspace: &Workspace) -> Option<RepoPath> {
        let called: Vec<&Member> = workspace.members.values().filter(|member| called(member) == name).collect();
        let is_served = |member: &&Member| {
            workspace.findings.get(&member.path).is_some_and(|finding| finding.kind.serving().is_some())
        };
        let served: Vec<&Member> = called.iter().copied().filter(is_served).collect();
        match (called.as_slice(), served.as_slice()) {
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

    /// The folder of public assets, relative to the app's own; with a leading `/` from the repository's root.
    fn output(&mut self, member: &Member, config: &AppConfig) -> Option<String> {
        let output = config.output.as_deref()?;
        let Some(from_root) = output.strip_prefix('/') else { return Some(output.to_owned()) };
        let path = member.path.as_str();
        let below =
            from_root.strip_prefix(path).filter(|below| path.is_empty() || matches!(below.get(..1), None | Some("/")));
        Some(below.map_or_else(|| output.to_owned(), |below| below.trim_start_matches('/').to_owned()))
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

    /// Routes that `microfrontends.json` gives to apps for which nothing else declares any.
    /// Source: vercel.com, "Microfrontends", configuration schema.
    fn microfrontends(&mut self, workspace: &mut Workspace, files: &Contents) {
        let roots = workspace.roots.keys().chain(workspace.apps.values().map(|app| &app.path));
        let places: Vec<String> =
            roots.flat_map(|folder| MICROFRONTENDS.iter().map(|name| folder.join(name))).collect();
        for file in places {
            let Some(text) = files.text(&file) else { continue };
            let options = jsonc_parser::ParseOptions::default();
            let Ok(value) = jsonc_parser::parse_to_serde_value::<Value>(text, &options) else {
                self.problems.push(Diagnostic::warning("it cannot be read, so it divides nothing").in_file(file));
                continue;
            };
            for (name, application) in value.get("applications").and_then(Value::as_object).into_iter().flatten() {
                let package = application.get("packageName").and_then(Value::as_str).unwrap_or(name);
                let is_called =
                    |app: &&mut App| workspace.members.get(&app.path).is_some_and(|member| member.name == package);
                let Some(app) = workspace.apps.values_mut().find(is_called) else { continue };
                match application.get("routing").and_then(Value::as_array) {
                    Some(routing) if app.routes.is_empty() => app.routes = routes(routing),
                    Some(_) => {}
                    None if workspace.config.default_app.is_none() => workspace.default_app = Some(app.name.clone()),
                    None => {}
                }
            }
        }
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
        let mut answering = workspace.apps.values().filter(|app| app.serving != Serving::Worker);
        if let (Some(only), None) = (answering.next(), answering.next()) {
            return Some(only.name.clone());
        }
        let named = |name: &&str| workspace.apps.values().find(|app| app.name.as_str() == *name);
        let named = DEFAULT_NAMES.iter().filter_map(named).find(|app| app.serving != Serving::Worker);
        named.map(|app| app.name.clone())
    }
}

fn is_optional(workspace: &Workspace, member: &Member) -> bool {
    workspace.findings.get(&member.path).is_some_and(|finding| finding.kind == Kind::OptionalStatic)
}

/// What a member is called: its folder, at the repository's root its package.
fn called(member: &Member) -> &str {
    let shown = if member.path.is_root() { member.name.as_str() } else { member.path.as_str() };
    match shown.rsplit('/').next() {
        Some("" | ".") | None => "app",
        Some(last) => last,
    }
}

fn app(name: &AppName, member: &Member, config: &AppConfig, finding: Option<&Finding>) -> App {
    let usual = App::new(name.clone(), member.path.clone());
    let found = finding.and_then(|finding| match finding.kind {
        Kind::OptionalStatic => Some(Serving::Static),
        kind => kind.serving(),
    });
    // A library that is configured as an app: what can be started is a server.
    let own_start = || if found.is_none() { member.manifest.script_with_hooks("start") } else { None };
    let start = match &config.start {
        Some(start) => start.clone(),
        None => finding.and_then(|finding| finding.start.clone()).or_else(own_start),
    };
    let serving = match (&config.start, found) {
        (Some(None), _) => Serving::Static,
        (Some(Some(_)), Some(Serving::Worker)) => Serving::Worker,
        (Some(Some(_)), _) => Serving::Server,
        (None, Some(found)) => found,
        (None, None) if start.is_some() => Serving::Server,
        (None, None) => Serving::Static,
    };
    let build = || member.manifest.script_with_hooks("build");
    App {
        routes: config.routes.iter().flatten().map(|(route, _)| route.clone()).collect(),
        build: config
            .build
            .clone()
            .or_else(|| finding.and_then(|finding| finding.build.clone()))
            .or_else(|| found.is_none().then(build).flatten()),
        serving,
        framework: finding.and_then(|finding| finding.framework),
        start,
        output_guess: finding.and_then(|finding| from_repository(finding.output.as_deref()?, member)),
        env_files: env_files(member, finding),
        base_path: finding.and_then(|finding| finding.base_path.clone()),
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

/// A folder as rules name it, with a leading `/` from the workspace's root, as an app names it: from the repository's.
fn from_repository(output: &str, member: &Member) -> Option<String> {
    match output.strip_prefix('/') {
        None => Some(output.to_owned()),
        Some(below) => Some(format!("/{}", from_root(&member.root, below)?)),
    }
}

/// Files of variables that commands name, from the repository's root.
fn env_files(member: &Member, finding: Option<&Finding>) -> Vec<RepoPath> {
    let named = finding.map(|finding| finding.env_files.as_slice()).unwrap_or_default();
    named.iter().filter_map(|file| from_root(&member.path, file)).collect()
}

/// A path that is written relative to a folder; none if it leaves the repository.
fn from_root(folder: &RepoPath, path: &str) -> Option<RepoPath> {
    resolved(folder.as_str(), path)?.parse().ok()
}

/// Prefixes of the paths of `routing`: `/docs/:path*` is `/docs`.
fn routes(routing: &[Value]) -> Vec<String> {
    let paths = routing.iter().filter_map(|group| group.get("paths")?.as_array()).flatten().filter_map(Value::as_str);
    let mut routes: Vec<String> = Vec::new();
    for path in paths {
        let plain: Vec<&str> = path.split('/').take_while(|part| !part.contains([':', '*', '('])).collect();
        let route = plain.join("/");
        let route = route.trim_end_matches('/');
        if route.starts_with('/') && !routes.iter().any(|known| known == route) {
            routes.push(route.to_owned());
        }
    }
    routes
}
