//! Configuration: `frontage.toml` and the `"frontage"` key of an app's `package.json`, each problem with its place.

use std::collections::BTreeMap;

use model::{AppName, Environmental, NetworkAccess};
use serde_json::Value as Json;

use crate::diagnostic::{Diagnostic, place};

/// The file at the repository's root.
pub const FILE: &str = "frontage.toml";

const SITE_KEYS: [&str; 2] = ["production", "default"];
const UPSTREAM_KEYS: [&str; 2] = ["url", "routes"];
const APP_KEYS: [&str; 16] = [
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
    /// The folder of public assets.
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
        }
    }
}

/// Reads `frontage.toml`; every problem is reported, not only the first.
pub fn read(content: &[u8]) -> (Config, Vec<Diagnostic>) {
    let mut reader = Reader { file: FILE.to_owned(), problems: Vec::new() };
    let Ok(text) = std::str::from_utf8(content) else {
        return (Config::default(), vec![Diagnostic::error("it is not UTF-8").in_file(FILE)]);
    };
    let config = match toml_edit::Document::parse(text) {
        Ok(document) => reader.config(&toml_table(text, document.as_table())),
        Err(cause) => {
            let at = place(text, cause.span().map_or(0, |span| span.start));
            reader.problems.push(Diagnostic::error(cause.message().trim()).in_file(FILE).at(at));
            Config::default()
        }
    };
    (config, reader.problems)
}

/// Reads the `"frontage"` key of a manifest.
pub fn read_manifest(file: &str, content: &[u8], value: &Json) -> (AppConfig, Vec<Diagnostic>) {
    let text = String::from_utf8_lossy(content);
    let at = place(&text, text.find("\"frontage\"").unwrap_or(0));
    let mut reader = Reader { file: file.to_owned(), problems: Vec::new() };
    let config = match json(value, at) {
        Node { value: Value::Table(entries), .. } => reader.app(&entries, at),
        other => {
            reader.wrong("frontage", &other, "a table");
            AppConfig::default()
        }
    };
    (config, reader.problems)
}

/// A value of TOML or JSON with its place.
struct Node {
    value: Value,
    at: (usize, usize),
}

enum Value {
    Text(String),
    Number(f64),
    Bool(bool),
    List(Vec<Node>),
    Table(Vec<(String, (usize, usize), Node)>),
    Other,
}

type Entries = [(String, (usize, usize), Node)];

struct Reader {
    file: String,
    problems: Vec<Diagnostic>,
}

impl Reader {
    fn config(&mut self, root: &Entries) -> Config {
        let mut config = Config::default();
        for (key, at, node) in root {
            match (key.as_str(), &node.value) {
                ("site", Value::Table(entries)) => self.site(entries, &mut config),
                ("apps", Value::Table(entries)) => {
                    for (name, at, node) in entries {
                        self.named_app(name, *at, node, &mut config);
                    }
                }
                ("upstreams", Value::Table(entries)) => {
                    entries.iter().for_each(|(name, _, node)| self.upstream(name, node))
                }
                ("site" | "apps" | "upstreams", _) => self.wrong(key, node, "a table"),
                _ => self.unknown(key, *at, &["site", "apps", "upstreams"]),
            }
        }
        config
    }

    fn site(&mut self, entries: &Entries, config: &mut Config) {
        for (key, at, node) in entries {
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

    fn named_app(&mut self, name: &str, at: (usize, usize), node: &Node, config: &mut Config) {
        if name.parse::<AppName>().is_err() {
            let usable = model::name::Names::default().allocate(name, name);
            let problem = format!(
                "`{name}` cannot be an app's name: it must be lower-case letters, digits and single dashes, at most 40"
            );
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

    fn upstream(&mut self, name: &str, node: &Node) {
        let Value::Table(entries) = &node.value else { return self.wrong(name, node, "a table") };
        for (key, at, node) in entries {
            match key.as_str() {
                "url" => {
                    let url = self.text(key, node);
                    if url.is_some_and(|url| !url.starts_with("http://") && !url.starts_with("https://")) {
                        self.problem(node.at, "`url` must begin with `http://` or `https://`".to_owned(), None);
                    }
                }
                "routes" => drop(self.routes(node)),
                _ => self.unknown(key, *at, &UPSTREAM_KEYS),
            }
        }
    }

    fn app(&mut self, entries: &Entries, at: (usize, usize)) -> AppConfig {
        let mut app = AppConfig { place: self.place(at), ..AppConfig::default() };
        for (key, at, node) in entries {
            match key.as_str() {
                "path" => app.path = self.inside(key, node),
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

    fn texts(&mut self, key: &str, node: &Node) -> Option<Vec<(String, Place)>> {
        let Value::List(list) = &node.value else {
            self.wrong(key, node, "a list of texts");
            return None;
        };
        let texts = list.iter().filter_map(|node| Some((self.text(key, node)?, self.place(node.at))));
        Some(texts.collect())
    }

    /// A path below the app's folder, or with a leading `/` below the workspace's root.
    fn inside(&mut self, key: &str, node: &Node) -> Option<String> {
        let text = self.text(key, node)?;
        let path = text.trim_matches('/').trim_start_matches("./").to_owned();
        if path.split('/').any(|part| part == "..") {
            self.problem(node.at, format!("`{key}` leaves the repository: `{text}`"), None);
            return None;
        }
        Some(if path == "." { String::new() } else { path })
    }

    fn globs(&mut self, key: &str, node: &Node) -> Option<Vec<String>> {
        let texts = self.texts(key, node)?;
        for (glob, place) in &texts {
            if let Err(cause) = globset::Glob::new(glob.trim_start_matches('/')) {
                self.problem(place.at, format!("`{glob}` is no glob: {}", cause.kind()), None);
            } else if glob.split('/').any(|part| part == "..") {
                self.problem(
                    place.at,
                    format!("`{glob}` leaves the app's folder"),
                    Some("a leading `/` begins at the workspace's root".to_owned()),
                );
            }
        }
        Some(texts.into_iter().map(|(glob, _)| glob).collect())
    }

    fn routes(&mut self, node: &Node) -> Option<Vec<(String, Place)>> {
        let routes = self.texts("routes", node)?;
        let mut usable = Vec::new();
        for (route, place) in routes {
            let trimmed = if route == "/" { "/" } else { route.trim_end_matches('/') };
            let strange = |byte: u8| !byte.is_ascii_graphic() || matches!(byte, b'?' | b'#' | b'*' | b'\\' | b'%');
            if !route.starts_with('/') || route.contains("//") || route.bytes().any(strange) {
                let problem = format!(
                    "`{route}` is no route: it must be a path prefix such as `/catalog`, without `*`, `?` or `%`"
                );
                self.problem(place.at, problem, None);
            } else if route.split('/').any(|part| matches!(part, "." | "..")) {
                self.problem(place.at, format!("`{route}` is no route: it holds `.` or `..`"), None);
            } else {
                usable.push((trimmed.to_owned(), place));
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
            Some(bytes) if bytes >= 32 << 20 => Some(bytes),
            Some(_) => {
                self.problem(
                    node.at,
                    format!("`memory` of {text} is too little: Node.js does not start in less than 32 MiB"),
                    None,
                );
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
        for (name, at, node) in entries {
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
        for (key, at, node) in kinds {
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

    fn unknown(&mut self, key: &str, at: (usize, usize), known: &[&str]) {
        let nearest = nearest(key, known.iter().copied());
        self.problem(at, format!("unknown key `{key}`"), nearest.map(|name| format!("did you mean `{name}`?")));
    }

    fn problem(&mut self, at: (usize, usize), message: String, hint: Option<String>) {
        let diagnostic = Diagnostic::error(message).in_file(self.file.clone()).at(at);
        self.problems.push(match hint {
            Some(hint) => diagnostic.hint(hint),
            None => diagnostic,
        });
    }

    fn place(&self, at: (usize, usize)) -> Place {
        Place { file: self.file.clone(), at }
    }
}

/// The name that is most alike, if any is alike at all.
pub fn nearest<'a>(wanted: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let scored = known.map(|name| (strsim::jaro_winkler(wanted, name), name));
    scored.filter(|(score, _)| *score > 0.7).max_by(|one, other| one.0.total_cmp(&other.0)).map(|(_, name)| name)
}

fn toml_table(text: &str, table: &dyn toml_edit::TableLike) -> Vec<(String, (usize, usize), Node)> {
    let entries = table.iter().map(|(key, item)| {
        let span = table.key(key).and_then(toml_edit::Key::span).or_else(|| item.span());
        let at = place(text, span.map_or(0, |span| span.start));
        (key.to_owned(), at, toml(text, item, at))
    });
    entries.collect()
}

fn toml(text: &str, item: &toml_edit::Item, outer: (usize, usize)) -> Node {
    let at = item.span().map_or(outer, |span| place(text, span.start));
    if let Some(table) = item.as_table_like() {
        return Node { value: Value::Table(toml_table(text, table)), at };
    }
    let value = match item.as_value() {
        Some(value) => toml_value(text, value, at),
        None => Value::Other,
    };
    Node { value, at }
}

fn toml_value(text: &str, value: &toml_edit::Value, outer: (usize, usize)) -> Value {
    use toml_edit::Value as Toml;
    match value {
        Toml::String(text) => Value::Text(text.value().clone()),
        #[expect(clippy::cast_precision_loss, reason = "numbers of cores and instances are small")]
        Toml::Integer(number) => Value::Number(*number.value() as f64),
        Toml::Float(number) => Value::Number(*number.value()),
        Toml::Boolean(value) => Value::Bool(*value.value()),
        Toml::Array(list) => {
            let nodes = list.iter().map(|value| {
                let at = value.span().map_or(outer, |span| place(text, span.start));
                Node { value: toml_value(text, value, at), at }
            });
            Value::List(nodes.collect())
        }
        Toml::InlineTable(table) => Value::Table(toml_table(text, table)),
        Toml::Datetime(_) => Value::Other,
    }
}

fn json(value: &Json, at: (usize, usize)) -> Node {
    let value = match value {
        Json::String(text) => Value::Text(text.clone()),
        Json::Number(number) => number.as_f64().map_or(Value::Other, Value::Number),
        Json::Bool(value) => Value::Bool(*value),
        Json::Array(list) => Value::List(list.iter().map(|value| json(value, at)).collect()),
        Json::Object(fields) => {
            Value::Table(fields.iter().map(|(key, value)| (key.clone(), at, json(value, at))).collect())
        }
        Json::Null => Value::Other,
    };
    Node { value, at }
}

#[cfg(test)]
mod tests;
