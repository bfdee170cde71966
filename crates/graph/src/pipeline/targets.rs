//! Targets of Nx: what `nx.json` adds to them, which only check, what they read by how they are executed, and what they run.

use model::RepoPath;
use serde_json::{Map, Value};

use super::Command;

/// Names of targets that only check.
const CHECKS: [&str; 4] = ["test", "e2e", "lint", "component-test"];

/// What executes such, or serves: packages by the end of their names, or an executor of one.
const CHECKERS: [&str; 9] =
    ["/jest:", "/eslint:", "/linter:", "/vitest:", "/vite:test", "/cypress:", "/playwright:", ":karma", ":dev-server"];

/// Whether a target only checks, or serves for development, by its name and what executes it.
pub fn only_checks(name: &str, target: &Value) -> bool {
    let executor = ["executor", "builder"].iter().find_map(|key| target.get(key)?.as_str()).unwrap_or(name);
    CHECKS.contains(&name) || CHECKERS.iter().any(|checker| executor.contains(checker))
}

/// A project, each of its targets with what `nx.json` has for it.
pub fn with_defaults(mut project: Value, defaults: &Map<String, Value>) -> Value {
    let targets = project.get_mut("targets").and_then(Value::as_object_mut).into_iter().flatten();
    targets.for_each(|(name, target)| *target = with_default(name, target, defaults));
    project
}

/// A target with what `nx.json` has for its executor, else for its name.
/// Source: nx.dev, "Reduce Repetitive Configuration", `targetDefaults`.
fn with_default(name: &str, target: &Value, defaults: &Map<String, Value>) -> Value {
    let executor = target.get("executor").and_then(Value::as_str);
    let default = executor.and_then(|executor| defaults.get(executor)).or_else(|| defaults.get(name));
    let (Some(Value::Object(default)), Value::Object(target)) = (default, target) else { return target.clone() };
    let mut merged = default.clone();
    for (key, own) in target {
        match (merged.get_mut(key), own) {
            (Some(Value::Object(inner)), Value::Object(own)) if key == "options" => {
                inner.extend(own.iter().map(|(key, value)| (key.clone(), value.clone())));
            }
            _ => drop(merged.insert(key.clone(), own.clone())),
        }
    }
    Value::Object(merged)
}

/// Patterns below the root of what a target reads: its executor, if it is the repository's own, and what it copies.
/// Source: nx.dev, "Local Executors", "Copying Assets".
pub fn read_by<'p>(target: &Value, project: impl Fn(&str) -> Option<&'p RepoPath>) -> Vec<String> {
    let executor = target.get("executor").and_then(Value::as_str).and_then(|text| text.rsplit_once(':'));
    let executor = executor.and_then(|(package, _)| match package.strip_prefix("./") {
        Some(folder) => Some(folder.to_owned()),
        None => project(package).map(ToString::to_string),
    });
    let assets = target.get("options").and_then(|options| options.get("assets")).and_then(Value::as_array);
    let assets = assets.into_iter().flatten().filter_map(|asset| match asset {
        Value::String(path) => Some(path.clone()),
        asset => {
            let (input, glob) = (asset.get("input")?.as_str()?, asset.get("glob")?.as_str()?);
            Some(format!("{}/{glob}", input.trim_end_matches('/')))
        }
    });
    executor.map(|folder| format!("{folder}/**")).into_iter().chain(assets).collect()
}

/// The command of a target of `project.json`: `command`, or those of `nx:run-commands` and `nx:run-script`.
pub fn command(target: &Value, member: &RepoPath, root: &RepoPath) -> Option<Command> {
    let options = target.get("options");
    let option = |key: &str| options.and_then(|options| options.get(key));
    let one = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Object(command) => command.get("command")?.as_str().map(str::to_owned),
        _ => None,
    };
    let text = match target.get("command").or_else(|| option("command")) {
        Some(command) => one(command)?,
        None => option("commands")?.as_array()?.iter().map(one).collect::<Option<Vec<_>>>()?.join(" && "),
    };
    let arguments = match option("args") {
        Some(Value::String(arguments)) => format!(" {arguments}"),
        Some(Value::Array(arguments)) => {
            arguments.iter().filter_map(Value::as_str).map(|argument| format!(" {argument}")).collect()
        }
        _ => String::new(),
    };
    let text = text + &arguments;
    let fill = |text: &str| text.replace("{projectRoot}", member.as_str()).replace("{workspaceRoot}", root.as_str());
    let folder = match option("cwd").and_then(Value::as_str) {
        None => root.clone(),
        Some(folder) => {
            let below = fill(folder);
            let below = below.trim_start_matches("./").trim_matches('/');
            if below.is_empty() || below == "." {
                root.clone()
            } else if below.starts_with(root.as_str()) {
                below.parse().ok()?
            } else {
                root.join(below).parse().ok()?
            }
        }
    };
    Some(Command { text: fill(&text), folder })
}
