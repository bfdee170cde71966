//! Configuration: `frontage.toml` and the `"frontage"` key of an app's `package.json`, each problem with its place.

use std::collections::BTreeMap;

use globset::{Glob, GlobBuilder, GlobSet, GlobSetBuilder};
use model::{AppName, Environmental, NetworkAccess, RepoPath};

use crate::diagnostic::{Diagnostic, Lines};

mod node;

use node::{Entry, Node, Value};

/// The file at the repository's root.
pub const FILE: &str = "frontage.toml";

/// The longest `frontage.toml`.
const LONGEST: usize = 1 << 20;

/// The longest glob: a repository chooses them, and reading one goes as deep as it is nested.
const LONGEST_GLOB: usize = 500;

/// The most memory, which is more than any machine has.
const MOST_MEMORY: u64 = 1 << 44;

const NAME_RULE: &str = "it must be lower-case letters, digits and single dashes, at most 40";

const SITE_KEYS: [&str; 2] = ["production", "default"];
const UPSTREAM_KEYS: [&str; 2] = ["url", "routes"];
const APP_KEYS: [&str; 17] = [
    "path",
    "routes",
    "build",
    "start",
    "output",
    "health",
    "memory",
    "cpu",
    "instances",
    "network",
    "inputs",
    "ignore",
    "env",
    "build_env",
    "build_network",
    "commit",
    "served",
];

/// What is configured; everything is optional.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Config {
    /// The production branch.
    pub production: Option<String>,
    /// The app that answers what no route claims.
    pub default_app: Option<(String, Place)>,
    /// Apps by name.
    pub apps: BTreeMap<String, AppConfig>,
    /// Upstreams by name.
    pub upstreams: BTreeMap<String, UpstreamConfig>,
}

/// What is configured of an upstream.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct UpstreamConfig {
    /// Where it is.
    pub url: String,
    /// Routes, each with its place.
    pub routes: Vec<(String, Place)>,
}

/// Where something was said: file, line and column.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Place {
    /// The file.
    pub file: String,
    /// Line and column, each from 1.
    pub at: (usize, usize),
}

/// What is configured of an app; everything is optional.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AppConfig {
    /// Where it was begun.
    pub place: Place,
    /// Its folder.
    pub path: Option<String>,
    /// Routes, each with its place.
    pub routes: Option<Vec<(String, Place)>>,
    /// The build command.
    pub build: Option<String>,
    /// The start command; the inner none says that it is static.
    pub start: Option<Option<String>>,
    /// The folder of public assets, in the app's; with a leading `/` from the workspace's root.
    pub output: Option<String>,
    /// The path of the health check.
    pub health: Option<String>,
    /// Memory in bytes.
    pub memory_bytes: Option<u64>,
    /// Processor time in thousandths of a core.
    pub cpu_millis: Option<u32>,
    /// Instances.
    pub instances: Option<u32>,
    /// What an instance may reach.
    pub network: Option<NetworkAccess>,
    /// Globs of files that the build may read besides.
    pub inputs: Option<Vec<String>>,
    /// Globs of files that the build does not read.
    pub ignore: Option<Vec<String>>,
    /// Variables.
    pub env: Option<BTreeMap<String, Environmental>>,
    /// Names of variables for the build.
    pub build_env: Option<Vec<String>>,
    /// Whether the build may use the network.
    pub build_network: Option<bool>,
    /// Whether the build sees the real commit.
    pub commit: Option<bool>,
    /// Whether it is an app at all.
    pub served: Option<bool>,
}

impl AppConfig {
    /// This, and where it says nothing what `weaker` says. Variables are joined one by one.
    #[must_use]
    pub fn over(self, weaker: AppConfig) -> AppConfig {
        let env = match (self.env, weaker.env) {
            (Some(own), Some(mut joined)) => {
                joined.extend(own);
                Some(joined)
            }
            (own, other) => own.or(other),
        };
        AppConfig {
            place: self.place,
            path: self.path.or(weaker.path),
            routes: self.routes.or(weaker.routes),
            build: self.build.or(weaker.build),
            start: self.start.or(weaker.start),
            output: self.output.or(weaker.output),
            health: self.health.or(weaker.health),
            memory_bytes: self.memory_bytes.or(weaker.memory_bytes),
            cpu_millis: self.cpu_millis.or(weaker.cpu_millis),
            instances: self.instances.or(weaker.instances),
            network: self.network.or(weaker.network),
            inputs: self.inputs.or(weaker.inputs),
            ignore: self.ignore.or(weaker.ignore),
            env,
            build_env: self.build_env.or(weaker.build_env),
            build_network: self.build_network.or(weaker.build_network),
            commit: self.commit.or(weaker.commit),
            served: self.served.or(weaker.served),
        }
    }
}

/// Reads `frontage.toml`; every problem is reported, not only the first.
pub fn read(content: &[u8]) -> (Config, Vec<Diagnostic>) {
    let unreadable = |because: String| (Config::default(), vec![Diagnostic::error(because).in_file(FILE)]);
    if content.len() > LONGEST {
        return unreadable(format!("it is longer than {} MB", LONGEST >> 20));
    }
    let Ok(text) = std::str::from_utf8(content) else { return unreadable("it is not UTF-8".to_owned()) };
    let mut reader = Reader::new(FILE, text);
    let config = match node::of_toml(text) {
        Ok(entries) => reader.config(&entries),
        Err((message, byte)) => {
            reader.problem(byte, message, None);
            Config::default()
        }
    };
    (config, reader.problems)
}

/// Reads the `"frontage"` key of a manifest, which is a JSON object.
pub fn read_manifest(file: &str, content: &[u8]) -> (AppConfig, Vec<Diagnostic>) {
    let text = String::from_utf8_lossy(content);
    let mut reader = Reader::new(file, &text);
    let config = match node::of_json_key(&text, "frontage") {
        Some(Entry { node: Node { value: Value::Table(entries), .. }, at, .. }) => reader.app(&entries, at),
        Some(Entry { node, .. }) => {
            reader.wrong("frontage", &node, "a table");
            AppConfig::default()
        }
        None => AppConfig::default(),
    };
    (config, reader.problems)
}

/// A glob, of which `*` stays in its folder.
///
/// # Errors
/// If it is none, in words.
pub fn glob(pattern: &str) -> Result<Glob, String> {
    if pattern.len() > LONGEST_GLOB {
        return Err(format!("it is longer than {LONGEST_GLOB} characters"));
    }
    GlobBuilder::new(pattern).literal_separator(true).build().map_err(|cause| cause.kind().to_string())
}

/// Globs that are relative to `folder`, or with a leading `/` to the root. One that names a folder holds
/// everything below it.
///
/// # Errors
/// If they are too many or too large, in words.
pub fn glob_set<'a>(globs: impl Iterator<Item = &'a String>, folder: &RepoPath) -> Result<GlobSet, String> {
    let folder = globset::escape(folder.as_str());
    let mut set = GlobSetBuilder::new();
    for pattern in globs {
        let pattern = pattern.trim_end_matches('/');
        let from_root = match pattern.strip_prefix('/') {
            Some(from_root) => from_root.to_owned(),
            None => format!("{folder}/{}", pattern.trim_start_matches("./")),
        };
        let below = format!("{from_root}/**");
        for pattern in [from_root, below] {
            let glob = GlobBuilder::new(&pattern).literal_separator(true).build();
            set.add(glob.map_err(|cause| cause.kind().to_string())?);
        }
    }
    set.build().map_err(|cause| cause.kind().to_string())
}

struct Reader<'a> {
    file: String,
    lines: Lines<'a>,
    problems: Vec<Diagnostic>,
}

type Entries = [Entry];

impl<'a> Reader<'a> {
    fn new(file: &str, text: &'a str) -> Reader<'a> {
        Reader { file: file.to_owned(), lines: Lines::of(text), problems: Vec::new() }
    }

    fn config(&mut self, root: &Entries) -> Config {
        let mut config = Config::default();
        for Entry { key, at, node } in root {
            match (key.as_str(), &node.value) {
                ("site", Value::Table(entries)) => self.site(entries, &mut config),
                ("apps", Value::Table(entries)) => {
                    for Entry { key: name, at, node } in entries {
                        self.named_app(name, *at, node, &mut config);
                    }
                }
                ("upstreams", Value::Table(entries)) => {
                    for Entry { key: name, at, node } in entries {
                        let upstream = self.upstream(name, *at, node);
                        config.upstreams.insert(name.clone(), upstream);
                    }
                }
                ("site" | "apps" | "upstreams", _) => self.wrong(key, node, "a table"),
                _ => self.unknown(key, *at, &["site", "apps", "upstreams"]),
            }
        }
        config
    }

    fn site(&mut self, entries: &Entries, config: &mut Config) {
        for Entry { key, at, node } in entries {
            match key.as_str() {
                "production" => config.production = self.text(key, node),
                "default" => {
                    let place = self.place(node.at);
                    config.default_app = self.text(key, node).map(|name| (name, place));
                }
                _ => self.unknown(key, *at, &SITE_KEYS),
            }
        }
    }

    fn named_app(&mut self, name: &str, at: usize, node: &Node, config: &mut Config) {
        if name.parse::<AppName>().is_err() {
            let usable = model::name::Names::default().allocate(name, name);
            let problem = format!("`{name}` cannot be an app's name: {NAME_RULE}");
            self.problem(at, problem, Some(format!("`[apps.{usable}]` with `path` naming its folder")));
        }
        match &node.value {
            Value::Table(entries) => {
                let app = self.app(entries, at);
                config.apps.insert(name.to_owned(), app);
            }
            _ => self.wrong(name, node, "a table"),
        }
    }

    fn upstream(&mut self, name: &str, at: usize, node: &Node) -> UpstreamConfig {
        let mut upstream = UpstreamConfig::default();
        if !model::name::is_name(name) {
            let usable = model::name::Names::default().allocate(name, name);
            let problem = format!("`{name}` cannot be an upstream's name: {NAME_RULE}");
            self.problem(at, problem, Some(format!("`[upstreams.{usable}]`")));
        }
        let Value::Table(entries) = &node.value else {
            self.wrong(name, node, "a table");
            return upstream;
        };
        for Entry { key, at, node } in entries {
            match key.as_str() {
                "url" => upstream.url = self.url(node).unwrap_or_default(),
                "routes" => upstream.routes = self.routes(node).unwrap_or_default(),
                _ => self.unknown(key, *at, &UPSTREAM_KEYS),
            }
        }
        if entries.iter().all(|entry| entry.key != "url") {
            self.problem(at, format!("the upstream `{name}` has no `url`"), None);
        }
        upstream
    }

    fn url(&mut self, node: &Node) -> Option<String> {
        let url = self.text("url", node)?;
        if url.starts_with("http://") || url.starts_with("https://") {
            return Some(url);
        }
        self.problem(node.at, "`url` must begin with `http://` or `https://`".to_owned(), None);
        None
    }

    fn app(&mut self, entries: &Entries, at: usize) -> AppConfig {
        let mut app = AppConfig { place: self.place(at), ..AppConfig::default() };
        for Entry { key, at, node } in entries {
            match key.as_str() {
                "path" => app.path = self.text(key, node).map(|path| parts(&path).join("/")),
                "routes" => app.routes = self.routes(node),
                "build" => app.build = self.text(key, node),
                "start" => app.start = self.start(node),
                "output" => app.output = self.inside(key, node),
                "health" => app.health = self.url_path(key, node),
                "memory" => app.memory_bytes = self.memory(node),
                "cpu" => app.cpu_millis = self.cpu(node),
                "instances" => app.instances = self.instances(node),
                "network" => app.network = self.network(node),
                "inputs" => app.inputs = self.globs(key, node),
                "ignore" => app.ignore = self.globs(key, node),
                "env" => app.env = self.env(node),
                "build_env" => {
                    app.build_env = self.texts(key, node).map(|texts| texts.into_iter().map(|(text, _)| text).collect())
                }
                "build_network" => app.build_network = self.bool(key, node),
                "commit" => app.commit = self.bool(key, node),
                "served" => app.served = self.bool(key, node),
                _ => self.unknown(key, *at, &APP_KEYS),
            }
        }
        app
    }

    fn text(&mut self, key: &str, node: &Node) -> Option<String> {
        match &node.value {
            Value::Text(text) if !text.is_empty() => Some(text.clone()),
            _ => {
                self.wrong(key, node, "a text that is not empty");
                None
            }
        }
    }

    fn bool(&mut self, key: &str, node: &Node) -> Option<bool> {
        match node.value {
            Value::Bool(value) => Some(value),
            _ => {
                self.wrong(key, node, "`true` or `false`");
                None
            }
        }
    }

    fn texts(&mut self, key: &str, node: &Node) -> Option<Vec<(String, usize)>> {
        let Value::List(list) = &node.value else {
            self.wrong(key, node, "a list of texts");
            return None;
        };
        let mut texts = Vec::new();
        for node in list {
            match &node.value {
                Value::Text(text) if !text.is_empty() => texts.push((text.clone(), node.at)),
                _ => self.wrong(key, node, "a list of texts that are not empty"),
            }
        }
        Some(texts)
    }

    /// A path below the workspace's root, or below the app's folder unless it begins with `/`.
    fn inside(&mut self, key: &str, node: &Node) -> Option<String> {
        let text = self.text(key, node)?;
        let parts = parts(&text);
        if parts.contains(&"..") {
            let hint = "a path that begins with `/` begins at the workspace's root, any other in the app's folder";
            self.problem(node.at, format!("`{key}` leads out by `..`: `{text}`"), Some(hint.to_owned()));
            return None;
        }
        let from_root = if text.starts_with('/') { "/" } else { "" };
        Some(format!("{from_root}{}", parts.join("/")))
    }

    fn globs(&mut self, key: &str, node: &Node) -> Option<Vec<String>> {
        let texts = self.texts(key, node)?;
        for (pattern, at) in &texts {
            if pattern.split('/').any(|part| part == "..") {
                let hint = "a leading `/` begins at the workspace's root".to_owned();
                self.problem(*at, format!("`{pattern}` leaves the app's folder"), Some(hint));
            } else if pattern.starts_with('!') {
                self.problem(*at, format!("`{pattern}`: globs of `{key}` cannot be negated"), None);
            } else if let Err(cause) = glob(pattern) {
                let shown: String = pattern.chars().take(80).collect();
                self.problem(*at, format!("`{shown}` is no glob: {cause}"), None);
            }
        }
        Some(texts.into_iter().map(|(glob, _)| glob).collect())
    }

    fn routes(&mut self, node: &Node) -> Option<Vec<(String, Place)>> {
        let routes = self.texts("routes", node)?;
        let mut usable = Vec::new();
        for (route, at) in routes {
            let trimmed = if route == "/" { "/" } else { route.trim_end_matches('/') };
            let strange = |byte: u8| !byte.is_ascii_graphic() || matches!(byte, b'?' | b'#' | b'*' | b'\\' | b'%');
            if !route.starts_with('/') || route.contains("//") || route.bytes().any(strange) {
                let problem = format!(
                    "`{route}` is no route: it must be a path prefix such as `/catalog`, in ASCII, without `*`, `?` or `%`"
                );
                self.problem(at, problem, None);
            } else if route.split('/').any(|part| matches!(part, "." | "..")) {
                self.problem(at, format!("`{route}` is no route: it holds `.` or `..`"), None);
            } else {
                usable.push((trimmed.to_owned(), self.place(at)));
            }
        }
        Some(usable)
    }

    fn url_path(&mut self, key: &str, node: &Node) -> Option<String> {
        let path = self.text(key, node)?;
        if path.starts_with('/') && path.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Some(path);
        }
        self.problem(node.at, format!("`{key}` must be a path that begins with `/`, not `{path}`"), None);
        None
    }

    fn start(&mut self, node: &Node) -> Option<Option<String>> {
        match &node.value {
            Value::Bool(false) => Some(None),
            Value::Text(_) => self.text("start", node).map(Some),
            _ => {
                self.wrong("start", node, "a command, or `false` for a static app");
                None
            }
        }
    }

    fn memory(&mut self, node: &Node) -> Option<u64> {
        let wanted = "an amount such as \"256 MiB\"";
        let Value::Text(text) = &node.value else {
            self.wrong("memory", node, wanted);
            return None;
        };
        let split = text.find(|character: char| !character.is_ascii_digit() && character != '.').unwrap_or(text.len());
        let (number, unit) = text.split_at(split);
        let factor = match unit.trim() {
            "KiB" => 1_u64 << 10,
            "MiB" => 1 << 20,
            "GiB" => 1 << 30,
            "kB" | "KB" => 1_000,
            "MB" => 1_000_000,
            "GB" => 1_000_000_000,
            _ => 0,
        };
        let amount = number.parse::<f64>().ok().filter(|number| factor > 0 && number.is_finite());
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "an amount of memory fits a float well enough, and is positive"
        )]
        let bytes = amount.map(|number| (number * factor as f64) as u64);
        match bytes {
            Some(bytes) if (32 << 20..=MOST_MEMORY).contains(&bytes) => Some(bytes),
            Some(bytes) => {
                let because = if bytes > MOST_MEMORY {
                    "too much: no machine has that"
                } else {
                    "too little: Node.js does not start in less than 32 MiB"
                };
                self.problem(node.at, format!("`memory` of {text} is {because}"), None);
                None
            }
            None => {
                self.wrong("memory", node, wanted);
                None
            }
        }
    }

    fn cpu(&mut self, node: &Node) -> Option<u32> {
        match node.value {
            Value::Number(cores) if (0.01..=1024.0).contains(&cores) =>
            {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "it was just checked to be small and positive"
                )]
                Some((cores * 1000.0).round() as u32)
            }
            _ => {
                self.wrong("cpu", node, "a number of cores from 0.01 to 1024");
                None
            }
        }
    }

    fn instances(&mut self, node: &Node) -> Option<u32> {
        match node.value {
            Value::Number(count) if count.fract() == 0.0 && (1.0..=100.0).contains(&count) =>
            {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "it was just checked to be whole, small and positive"
                )]
                Some(count as u32)
            }
            _ => {
                self.wrong("instances", node, "a whole number from 1 to 100");
                None
            }
        }
    }

    fn network(&mut self, node: &Node) -> Option<NetworkAccess> {
        match &node.value {
            Value::Text(text) if text == "host" => Some(NetworkAccess::Host),
            Value::Text(text) if text == "none" => Some(NetworkAccess::None),
            Value::Text(text) if text == "all" => Some(NetworkAccess::All),
            _ => {
                self.wrong("network", node, "\"host\", \"none\" or \"all\"");
                None
            }
        }
    }

    fn env(&mut self, node: &Node) -> Option<BTreeMap<String, Environmental>> {
        let Value::Table(entries) = &node.value else {
            self.wrong("env", node, "a table of variables");
            return None;
        };
        let mut env = BTreeMap::new();
        for Entry { key: name, at, node } in entries {
            let usable = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
            if name.is_empty() || !name.bytes().all(usable) || name.as_bytes()[0].is_ascii_digit() {
                self.problem(*at, format!("`{name}` cannot be a variable's name"), None);
            }
            match &node.value {
                Value::Text(text) => drop(env.insert(name.clone(), Environmental::Same(text.clone()))),
                Value::Table(kinds) => drop(env.insert(name.clone(), self.per_kind(kinds))),
                _ => self.wrong(name, node, "a text, or a table with `production` and `preview`"),
            }
        }
        Some(env)
    }

    fn per_kind(&mut self, kinds: &Entries) -> Environmental {
        let (mut production, mut preview) = (None, None);
        for Entry { key, at, node } in kinds {
            let value = match &node.value {
                Value::Text(text) => Some(text.clone()),
                _ => None,
            };
            match key.as_str() {
                "production" | "preview" if value.is_none() => self.wrong(key, node, "a text"),
                "production" => production = value,
                "preview" => preview = value,
                _ => self.unknown(key, *at, &["production", "preview"]),
            }
        }
        Environmental::PerKind { production, preview }
    }

    fn wrong(&mut self, key: &str, node: &Node, wanted: &str) {
        self.problem(node.at, format!("`{key}` must be {wanted}"), None);
    }

    fn unknown(&mut self, key: &str, at: usize, known: &[&str]) {
        let nearest = nearest(key, known.iter().copied());
        self.problem(at, format!("unknown key `{key}`"), nearest.map(|name| format!("did you mean `{name}`?")));
    }

    fn problem(&mut self, at: usize, message: String, hint: Option<String>) {
        let diagnostic = Diagnostic::error(message).in_file(self.file.clone()).at(self.lines.place(at));
        self.problems.push(match hint {
            Some(hint) => diagnostic.hint(hint),
            None => diagnostic,
        });
    }

    fn place(&self, at: usize) -> Place {
        Place { file: self.file.clone(), at: self.lines.place(at) }
    }
}

/// The parts of a path that say something.
fn parts(path: &str) -> Vec<&str> {
    path.split('/').filter(|part| !matches!(*part, "" | ".")).collect()
}

/// The name that is most alike, if any is alike at all.
pub fn nearest<'a>(wanted: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let scored = known.map(|name| (strsim::jaro_winkler(wanted, name), name));
    scored.filter(|(score, _)| *score > 0.7).max_by(|one, other| one.0.total_cmp(&other.0)).map(|(_, name)| name)
}

#[cfg(test)]
mod tests;
