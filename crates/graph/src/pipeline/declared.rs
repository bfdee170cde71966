//! What files of task runners declare besides the order of tasks: files that tasks read, and projects that others need though
//! nothing imports them.
//!
//! Only what leads out of the member's folder is taken: of the member itself everything counts that a build can read.
//!
//! Sources: turborepo.com, "Configuring turbo.json", `globalDependencies`, `inputs`; nx.dev, "Inputs and Named Inputs",
//! "Project configuration", `implicitDependencies`.

use std::collections::{BTreeMap, BTreeSet};

use model::{RepoPath, resolved};
use serde_json::{Map, Value};

use super::only_checks;

/// What Nx takes where a task declares nothing.
const DEFAULT: &str = "default";

/// Tables of tasks in any of the files.
const TASKS: [&str; 4] = ["tasks", "pipeline", "targetDefaults", "targets"];

/// What is declared in a workspace.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Declared {
    /// Patterns below the root of what every task reads.
    global: Vec<String>,
    root: Inputs,
    members: BTreeMap<RepoPath, Inputs>,
    /// Projects that a member needs, by names and patterns.
    implicit: BTreeMap<RepoPath, Vec<String>>,
}

/// What one file declares.
#[derive(Clone, Debug, Default, PartialEq)]
struct Inputs {
    tasks: BTreeMap<String, Vec<Value>>,
    named: BTreeMap<String, Vec<Value>>,
    /// Patterns below the root of what a task reads by how it is executed.
    read: BTreeMap<String, Vec<String>>,
}

impl Inputs {
    fn add(&mut self, value: &Value) {
        let tasks = TASKS.iter().filter_map(|key| value.get(key)?.as_object()).flatten();
        for (task, what) in tasks {
            let inputs = what.get("inputs").and_then(Value::as_array);
            self.tasks.extend(inputs.map(|inputs| (task.clone(), inputs.clone())));
        }
        let named = value.get("namedInputs").and_then(Value::as_object).into_iter().flatten();
        self.named.extend(named.filter_map(|(name, inputs)| Some((name.clone(), inputs.as_array()?.clone()))));
    }
}

impl Declared {
    /// Takes what a file at the root says.
    pub fn add_root(&mut self, value: &Value) {
        self.root.add(value);
        self.global.extend(texts(value.get("globalDependencies")).map(str::to_owned));
        // Nx infers targets by plugins, which may be the repository's own, and says of what they read in one place for all.
        let plugins = value.get("plugins").and_then(Value::as_array).into_iter().flatten();
        let plugins = plugins.filter_map(|plugin| plugin.as_str().or_else(|| plugin.get("plugin")?.as_str()));
        let own = plugins.filter_map(|plugin| plugin.strip_prefix("./"));
        self.global.extend(own.map(|path| match path.rsplit_once('/') {
            Some((folder, _)) => format!("{folder}/**"),
            None => path.to_owned(),
        }));
        let targets = value.get("targetDefaults").and_then(Value::as_object).into_iter().flatten();
        let targets = targets.filter(|(name, target)| !only_checks(name, target));
        let options = targets.filter_map(|(_, target)| target.get("options")?.as_object()).flat_map(Map::values);
        let paths = options.filter_map(Value::as_str).filter(|path| path.contains('/'));
        self.global.extend(paths.map(|path| path.trim_start_matches("./").to_owned()));
    }

    /// Takes what a file of a member says.
    pub fn add_member(&mut self, member: &RepoPath, value: &Value) {
        self.members.entry(member.clone()).or_default().add(value);
        let needed = texts(value.get("implicitDependencies")).map(str::to_owned);
        self.implicit.entry(member.clone()).or_default().extend(needed);
    }

    /// Names and patterns of projects that a member needs though nothing imports them.
    pub fn implicit(&self, member: &RepoPath) -> impl Iterator<Item = &str> + Clone {
        self.implicit.get(member).into_iter().flatten().map(String::as_str)
    }

    /// Takes patterns below the root of what a task of a member reads by how it is executed.
    pub fn add_read(&mut self, member: &RepoPath, task: &str, patterns: Vec<String>) {
        if !patterns.is_empty() {
            self.members.entry(member.clone()).or_default().read.insert(task.to_owned(), patterns);
        }
    }

    /// Patterns in the repository of what every task reads, for those with an exclamation mark in front not.
    pub fn global(&self, root: &RepoPath) -> BTreeSet<String> {
        self.global.iter().filter_map(|pattern| outside(root, root, pattern, true)).collect()
    }

    /// The same of what tasks of a member read outside of its folder.
    pub fn inputs<'t>(
        &self,
        root: &RepoPath,
        member: &RepoPath,
        tasks: impl Iterator<Item = &'t String>,
    ) -> BTreeSet<String> {
        let own = self.members.get(member);
        let default = [Value::from(DEFAULT)];
        let (mut found, mut seen) = (BTreeSet::new(), BTreeSet::new());
        for task in tasks {
            let read = own.and_then(|own| own.read.get(task)).into_iter().flatten();
            found.extend(read.filter_map(|pattern| outside(root, member, pattern, true)));
            let inputs = own.and_then(|own| own.tasks.get(task)).or_else(|| self.root.tasks.get(task));
            let inputs = inputs.map_or(&default[..], Vec::as_slice);
            let mut open: Vec<&Value> = inputs.iter().collect();
            while let Some(input) = open.pop() {
                let text = input.as_str().or_else(|| input.get("fileset")?.as_str());
                let text = text.or_else(|| input.get("input")?.as_str()).unwrap_or_default();
                let text = text.strip_prefix('^').unwrap_or(text);
                match own.and_then(|own| own.named.get(text)).or_else(|| self.root.named.get(text)) {
                    Some(inputs) if seen.insert(text) => open.extend(inputs),
                    Some(_) => {}
                    None => found.extend(outside(root, member, text, false)),
                }
            }
        }
        found
    }
}

/// A pattern in the repository, if it leads out of a member's folder; `from_root` is one that is below the root as it stands.
fn outside(root: &RepoPath, member: &RepoPath, pattern: &str, from_root: bool) -> Option<String> {
    let (not, pattern) = pattern.strip_prefix('!').map_or(("", pattern), |pattern| ("!", pattern));
    let of_root = ["{workspaceRoot}/", "$TURBO_ROOT$/"].iter().find_map(|place| pattern.strip_prefix(place));
    let (folder, below) = match of_root {
        Some(below) => (root, below),
        None if from_root => (root, pattern),
        None if pattern.starts_with("../") => (member, pattern),
        None => return None,
    };
    let place = resolved(folder.as_str(), below)?;
    (!place.is_empty()).then(|| format!("{not}{place}"))
}

fn texts(value: Option<&Value>) -> impl Iterator<Item = &str> {
    value.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}
