//! What runs before a build because `turbo.json`, `nx.json` or `project.json` says so, their `dependsOn`, and what they declare
//! besides.
//!
//! Sources: turborepo.com, "Configuring turbo.json", `dependsOn` and "Package Configurations"; nx.dev, "Project
//! configuration", `dependsOn` and `targetDefaults`.

use std::collections::{BTreeMap, BTreeSet};

use model::RepoPath;
use serde_json::{Map, Value};

use crate::diagnostic::Diagnostic;

mod declared;

mod projects;

mod targets;

pub use declared::Declared;
pub use targets::only_checks;

use projects::Projects;

/// The task that everything begins at.
pub const BUILD: &str = "build";

/// What the root of a workspace is called where tasks are waited for.
const ROOT: &str = "//";

/// How many tasks a chain of `dependsOn` may reach: a repository chooses how many there are.
const MOST_TASKS: usize = 1000;

/// What tasks wait for, in a workspace.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pipeline {
    /// For every package: by task what it waits for.
    common: BTreeMap<String, Vec<Wait>>,
    /// For one package, by its folder.
    members: BTreeMap<RepoPath, BTreeMap<String, Vec<Wait>>>,
    /// Commands of tasks that are no scripts (`project.json`), by folder and task.
    commands: BTreeMap<RepoPath, BTreeMap<String, Command>>,
    /// Whether a task runner says what a build waits for.
    is_said: bool,
    /// What is declared besides.
    declared: Declared,
    /// Members by what task runners call them.
    projects: Projects,
}

/// A command that `project.json` gives a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// The text for a shell.
    pub text: String,
    /// The folder that it runs in.
    pub folder: RepoPath,
}

/// What a task waits for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Wait {
    /// A task of the same package.
    Own(String),
    /// A task of every package that is needed.
    Needed(String),
    /// A task of packages by names or patterns.
    Of { packages: Vec<String>, task: String },
}

/// A task of a package.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Elsewhere {
    /// The package's folder; none for the root of the workspace.
    pub package: Option<RepoPath>,
    /// The task.
    pub task: String,
}

/// A file that says something of tasks.
#[derive(Clone, Debug)]
pub struct File {
    /// Its path in the repository.
    pub path: String,
    /// Its content.
    pub text: String,
}

impl Pipeline {
    /// Reads what a workspace's files say: those at its `root`, and those of members by their folders; `name` gives a
    /// member's package name. What cannot be read is told and counts as not there.
    pub fn read(
        root: &[File],
        members: &BTreeMap<RepoPath, Vec<File>>,
        folder: &RepoPath,
        name: impl Fn(&RepoPath) -> Option<String>,
    ) -> (Pipeline, Vec<Diagnostic>) {
        let mut pipeline = Pipeline::default();
        let mut problems = Vec::new();
        let mut by_name: BTreeMap<String, BTreeMap<String, Vec<Wait>>> = BTreeMap::new();
        let mut defaults = Map::new();
        for file in root {
            let Some(value) = parse(file, &mut problems) else { continue };
            pipeline.declared.add_root(&value);
            defaults.extend(value.get("targetDefaults").and_then(Value::as_object).cloned().unwrap_or_default());
            let tasks = ["tasks", "pipeline", "targetDefaults"].iter().find_map(|key| value.get(key)?.as_object());
            for (key, task) in tasks.into_iter().flatten() {
                let waits = waits(task);
                pipeline.is_said |= waits.is_some();
                let waits = waits.unwrap_or_default();
                match key.split_once('#') {
                    Some((package, task)) => {
                        drop(by_name.entry(package.to_owned()).or_default().insert(task.to_owned(), waits))
                    }
                    None => drop(pipeline.common.insert(key.clone(), waits)),
                }
            }
        }
        for path in members.keys().chain([folder]) {
            if let Some(name) = name(path) {
                pipeline.projects.add_name(path, &name);
            }
        }
        let mut said: Vec<(&RepoPath, Vec<Value>)> = Vec::new();
        for (path, files) in members {
            said.push((path, files.iter().filter_map(|file| parse(file, &mut problems)).collect()));
        }
        // Each is known by its name before anything names it.
        for (path, value) in said.iter().flat_map(|(path, values)| values.iter().map(move |value| (path, value))) {
            pipeline.projects.add(path, value);
        }
        for (path, values) in said {
            let mut own = name(path).and_then(|name| by_name.get(&name).cloned()).unwrap_or_default();
            let mut commands = BTreeMap::new();
            for value in values.into_iter().map(|value| targets::with_defaults(value, &defaults)) {
                pipeline.declared.add_member(path, &value);
                let tasks = ["tasks", "pipeline", "targets"].iter().find_map(|key| value.get(key)?.as_object());
                for (key, task) in tasks.into_iter().flatten() {
                    let read = targets::read_by(task, |name| pipeline.projects.named(name));
                    pipeline.declared.add_read(path, key, read);
                    if let Some(waits) = waits(task) {
                        pipeline.is_said = true;
                        own.insert(key.clone(), waits);
                    }
                    commands.extend(targets::command(task, path, folder).map(|command| (key.clone(), command)));
                }
            }
            pipeline.members.insert(path.clone(), own);
            pipeline.commands.insert(path.clone(), commands);
        }
        (pipeline, problems)
    }

    /// Whether a task runner says what builds wait for.
    pub fn is_said(&self) -> bool {
        self.is_said
    }

    /// What is declared besides.
    pub fn declared(&self) -> &Declared {
        &self.declared
    }

    /// The command that `project.json` gives a task of a member.
    pub fn command(&self, member: &RepoPath, task: &str) -> Option<&Command> {
        self.commands.get(member)?.get(task)
    }

    /// Commands that `project.json` gives tasks of a member, by their names.
    pub fn commands(&self, member: &RepoPath) -> impl Iterator<Item = (&str, &Command)> {
        self.commands.get(member).into_iter().flatten().map(|(name, command)| (name.as_str(), command))
    }

    /// Tasks of a member that run for `task`, each after those that it waits for, itself last.
    pub fn own(&self, member: &RepoPath, task: &str) -> Vec<String> {
        self.own_of(member, &BTreeSet::from([task.to_owned()]))
    }

    /// Tasks of a member that run for any of these, each once and after those that it waits for.
    pub fn own_of(&self, member: &RepoPath, tasks: &BTreeSet<String>) -> Vec<String> {
        let (mut order, mut seen) = (Vec::new(), BTreeSet::new());
        let mut open: Vec<(String, bool)> = tasks.iter().rev().map(|task| (task.clone(), false)).collect();
        while let Some((task, is_done)) = open.pop() {
            if is_done {
                order.push(task);
            } else if seen.len() < MOST_TASKS && seen.insert(task.clone()) {
                open.push((task.clone(), true));
                let waits = self.waits(member, &task).iter().rev();
                open.extend(waits.filter_map(|wait| match wait {
                    Wait::Own(own) => Some((own.clone(), false)),
                    Wait::Needed(_) | Wait::Of { .. } => None,
                }));
            }
        }
        order
    }

    /// Tasks that a member's `task` wants of every package that the member needs.
    pub fn needed(&self, member: &RepoPath, task: &str) -> BTreeSet<String> {
        let own = self.own(member, task);
        let waits = own.iter().flat_map(|task| self.waits(member, task));
        waits
            .filter_map(|wait| match wait {
                Wait::Needed(task) => Some(task.clone()),
                Wait::Own(_) | Wait::Of { .. } => None,
            })
            .collect()
    }

    /// Tasks of certain packages that a member's `task` waits for.
    pub fn elsewhere(&self, member: &RepoPath, task: &str) -> BTreeSet<Elsewhere> {
        let mut found = BTreeSet::new();
        let mut add = |packages: &[&str], task: &str| {
            let root = packages.contains(&ROOT).then_some(None);
            let meant = self.projects.meant(packages.iter().copied()).into_iter().map(|path| Some(path.clone()));
            found.extend(meant.chain(root).map(|package| Elsewhere { package, task: task.to_owned() }));
        };
        for wait in self.own(member, task).iter().flat_map(|task| self.waits(member, task)) {
            match wait {
                Wait::Of { packages, task } => {
                    add(&packages.iter().map(String::as_str).collect::<Vec<&str>>(), task);
                }
                // Nx has a colon between a project and its task, others in names of tasks.
                Wait::Own(text) => {
                    if let Some((package, task)) = text.split_once(':') {
                        add(&[package], task);
                    }
                }
                Wait::Needed(_) => {}
            }
        }
        found
    }

    /// The member that a task runner calls so.
    pub fn project(&self, name: &str) -> Option<&RepoPath> {
        self.projects.named(name)
    }

    /// Members that a member needs though nothing imports them.
    pub fn implicit(&self, member: &RepoPath) -> BTreeSet<&RepoPath> {
        self.projects.meant(self.declared.implicit(member))
    }

    fn waits(&self, member: &RepoPath, task: &str) -> &[Wait] {
        let own = self.members.get(member).and_then(|tasks| tasks.get(task));
        own.or_else(|| self.common.get(task)).map_or(&[], Vec::as_slice)
    }
}

fn parse(file: &File, problems: &mut Vec<Diagnostic>) -> Option<Value> {
    match jsonc_parser::parse_to_serde_value::<Value>(&file.text, &jsonc_parser::ParseOptions::default()) {
        Ok(value) if value.is_object() => Some(value),
        Ok(_) => {
            let message = "it is not a JSON object, so what builds wait for is guessed";
            problems.push(Diagnostic::warning(message).in_file(file.path.clone()));
            None
        }
        Err(cause) => {
            let message = format!("it cannot be read, so what builds wait for is guessed: {}", cause.kind());
            let place = (cause.line_display(), cause.column_display());
            problems.push(Diagnostic::warning(message).in_file(file.path.clone()).at(place));
            None
        }
    }
}

/// What a task waits for; none if it does not say.
fn waits(task: &Value) -> Option<Vec<Wait>> {
    let list = task.get("dependsOn")?.as_array()?;
    Some(list.iter().flat_map(wait).collect())
}

fn wait(value: &Value) -> Vec<Wait> {
    if let Some(text) = value.as_str() {
        return match (text.strip_prefix('^'), text.split_once('#')) {
            (Some(task), _) => vec![Wait::Needed(task.to_owned())],
            // `$NAME` was a variable in the first version of `turbo.json`.
            (None, _) if text.starts_with('$') => Vec::new(),
            (None, Some((package, task))) => {
                vec![Wait::Of { packages: vec![package.to_owned()], task: task.to_owned() }]
            }
            (None, None) => vec![Wait::Own(text.to_owned())],
        };
    }
    // Nx's long form.
    let Some(task) = value.get("target").and_then(Value::as_str) else { return Vec::new() };
    let mut projects: Vec<&str> = match value.get("projects") {
        Some(Value::String(one)) => vec![one],
        Some(several) => several.as_array().into_iter().flatten().filter_map(Value::as_str).collect(),
        None => Vec::new(),
    };
    let mut takes = |names: [&str; 2]| {
        let before = projects.len();
        projects.retain(|name| !names.contains(name));
        projects.len() < before
    };
    let of_needed = takes(["dependencies", "{dependencies}"]) || value.get("dependencies") == Some(&Value::Bool(true));
    let of_own = takes(["self", "{self}"]) || !of_needed && projects.is_empty();
    let packages = projects.into_iter().map(str::to_owned).collect::<Vec<String>>();
    let task = || task.to_owned();
    let waits = [
        of_own.then(|| Wait::Own(task())),
        of_needed.then(|| Wait::Needed(task())),
        (!packages.is_empty()).then(|| Wait::Of { packages, task: task() }),
    ];
    waits.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests;
