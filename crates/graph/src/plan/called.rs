//! What commands call besides what they run: scripts by names that stand somewhere in them, of the member, of the root and of
//! members that they name.

use std::collections::{BTreeMap, BTreeSet};

use model::{App, RepoPath, resolved};

use serde_json::Value;

use super::build::paths_of;
use super::{Planner, is_guard};
use crate::detect::command::{CALLERS, words};
use crate::manifest::{LIFECYCLE, Manifest};
use crate::modules::{Language, is_of_shell};
use crate::pipeline::BUILD;
use crate::programs;
use crate::unread;

/// How many scripts are looked for, and how many commands in texts: a repository chooses how many there are. What calls more
/// may read anything.
const MOST_SCRIPTS: usize = 1000;

/// What stands in the place of a script that Wireit runs, and the field that says what that is.
const WIREIT: &str = "wireit";

/// What says what `make` does.
const MAKEFILE: &str = "Makefile";

/// How many modules are looked at for commands that they run: what imports more is no script.
const MOST_MODULES: usize = 5000;

/// What commands call.
#[derive(Clone, Debug, Default)]
pub struct Called {
    /// Texts of scripts by folder and name.
    pub scripts: BTreeMap<(RepoPath, String), String>,
    /// Commands that run in other folders than the member's.
    pub elsewhere: Vec<(RepoPath, String)>,
    /// Members that are named where scripts are called, each with the command.
    pub members: BTreeMap<RepoPath, String>,
    /// Whether tasks that `project.json` has are among what is called.
    pub runs_targets: bool,
    /// Modules and shells' scripts that they run, and what configures them, with all that these import.
    pub run: BTreeSet<u32>,
    /// Shells' scripts as commands name them, each with whether all that it says is told as the text of a command.
    pub shells: BTreeMap<String, bool>,
    /// Commands in the texts of these.
    pub spoken: Vec<String>,
    /// A command that calls more scripts than are looked for, or one that is not told.
    pub unfollowed: Option<String>,
}

impl Called {
    /// Texts of scripts of a folder.
    pub fn of(&self, folder: &RepoPath) -> impl Iterator<Item = String> {
        let scripts = self.scripts.iter().filter(move |((of, _), _)| of == folder);
        scripts.map(|(_, text)| text.clone())
    }
}

impl Planner<'_> {
    /// What an app's build calls.
    pub(super) fn called_by_app(&self, app: &App) -> Called {
        let (names, mut commands) = self.scripts(&app.path, &[BUILD]);
        commands.extend(app.build.clone());
        self.called(&app.path, &names, commands)
    }

    /// What a package's build calls.
    pub(super) fn called_by_package(&self, path: &RepoPath) -> Called {
        let wanted = self.workspace.members.get(path).into_iter().flat_map(|member| &member.wanted_scripts);
        let tasks: Vec<&str> = wanted.map(String::as_str).chain([BUILD]).collect();
        let (names, commands) = self.scripts(path, &tasks);
        self.called(path, &names, commands)
    }

    /// Scripts of a member that run for tasks, by name, and what they and those after an install are, as they are written.
    fn scripts(&self, path: &RepoPath, tasks: &[&str]) -> (BTreeSet<String>, Vec<String>) {
        let Some(member) = self.workspace.members.get(path) else { return Default::default() };
        let of_task = |task: &&str| self.root.pipeline.own(path, task).into_iter().chain([(*task).to_owned()]);
        let names: BTreeSet<String> = tasks.iter().flat_map(of_task).collect();
        let scripts = names.iter().filter_map(|task| {
            let script = written(&member.manifest, task);
            script.or_else(|| self.root.pipeline.command(path, task).map(|command| command.text.clone()))
        });
        let commands = scripts.chain(after_install(&member.manifest)).collect();
        (names, commands)
    }

    /// What commands of a member call besides the scripts that they are.
    fn called(&self, path: &RepoPath, own: &BTreeSet<String>, commands: Vec<String>) -> Called {
        let (root, manifest) = (&self.root.folder, &self.root.manifest);
        let generate = self.root.generate.iter().filter_map(|script| manifest.script_with_hooks(script));
        let mut found = Called::default();
        if path != root {
            found.elsewhere = after_install(manifest).chain(generate).map(|command| (root.clone(), command)).collect();
        }
        let mut open: Vec<(RepoPath, String)> = commands.into_iter().map(|command| (path.clone(), command)).collect();
        open.extend(found.elsewhere.iter().cloned());
        // What configures a build speaks as if a command ran it.
        let mut run = (path.clone(), self.configuration(path));
        loop {
            let (folder, files) = run;
            for command in self.spoken(files, &mut found.run) {
                if found.spoken.len() == MOST_SCRIPTS {
                    return Called { unfollowed: Some(command), ..found };
                }
                found.spoken.push(command.clone());
                open.push((folder.clone(), command));
            }
            let Some((folder, command)) = open.pop() else { break };
            run = (folder.clone(), self.run_by(&folder, &command));
            for word in programs::shells(&command) {
                let is_told = self.is_told_shell(&folder, &word);
                found.shells.entry(word).and_modify(|told| *told &= is_told).or_insert(is_told);
            }
            let mut words: BTreeSet<&str> = words(&command).collect();
            // Nx has a colon between a project and its task.
            let tasks = words
                .iter()
                .filter_map(|word| word.rsplit_once(':'))
                .filter(|(project, _)| self.project(project).is_some());
            let tasks: Vec<&str> = tasks.flat_map(|(project, task)| [project, task]).collect();
            words.extend(tasks);
            if !words.iter().any(|word| CALLERS.contains(word)) {
                continue;
            }
            if programs::calls_by_variable(&command) {
                return Called { unfollowed: Some(command), ..found };
            }
            let (patterns, plain): (BTreeSet<&str>, BTreeSet<&str>) = words
                .iter()
                .map(|word| without_manager(word))
                .partition(|word| word.contains('*') || word.starts_with('/') || word.ends_with(':'));
            // Of several projects at once it is not told which they are.
            let is_of_many = words.iter().any(|word| ["run-many", "affected", "--projects", "-p"].contains(word));
            for place in self.places(&folder, &words) {
                let named = Some(place).filter(|place| *place != path && *place != root);
                found.members.extend(named.map(|place| (place.clone(), command.clone())));
                for (name, command) in self.root.pipeline.commands(place) {
                    let (key, text) = ((place.clone(), name.to_owned()), &command.text);
                    let is_called = plain.contains(name) || patterns.iter().any(|word| may_mean(word, name));
                    found.runs_targets |= is_called && !is_of_many;
                    if is_called && !(place == path && own.contains(name)) && !found.scripts.contains_key(&key) {
                        found.elsewhere.push((command.folder.clone(), text.clone()));
                        open.push((command.folder.clone(), text.clone()));
                        found.scripts.insert(key, text.clone());
                    }
                }
                let Some(manifest) = self.manifest(place) else { continue };
                let is_own = |name: &str| place == path && own.contains(name);
                let is_called = |name: &&str| plain.contains(name) || patterns.iter().any(|word| may_mean(word, name));
                for name in manifest.scripts().filter(is_called).filter(|name| !is_own(name)) {
                    let key = (place.clone(), name.to_owned());
                    let is_new = !found.scripts.contains_key(&key);
                    let Some(text) = written(manifest, name).filter(|_| is_new) else { continue };
                    if found.scripts.len() == MOST_SCRIPTS {
                        return Called { unfollowed: Some(command), ..found };
                    }
                    found.scripts.insert(key, text.clone());
                    found.elsewhere.extend((place != path).then(|| (place.clone(), text.clone())));
                    open.push((place.clone(), text));
                }
            }
        }
        if found.run.len() == MOST_MODULES {
            found.shells.clear();
        }
        found
    }

    /// Files at the top of a member that configure what its build runs.
    fn configuration(&self, path: &RepoPath) -> Vec<u32> {
        let graph = self.workspace.graph();
        let is_at_top = |name: &str| {
            let below = path.below(name);
            !below.contains('/') && !is_of_shell(name) && !unread::configures_checks(below)
        };
        let at_top = self.workspace.files_of(path).filter(|file| is_at_top(file.path.as_str()));
        let places = at_top.filter_map(|file| graph.place(file.path.as_str()));
        places.filter(|file| graph.node(*file).is_some_and(|node| node.is_configuration)).collect()
    }

    /// Files that a command in a folder runs, as far as their names tell.
    fn run_by(&self, folder: &RepoPath, command: &str) -> Vec<u32> {
        let graph = self.workspace.graph();
        let named = paths_of(command).filter(|word| is_of_shell(word) || Language::of(word).is_some());
        let files = named.flat_map(|word| graph.named(folder.as_str(), word).files);
        files.chain(programs::makes(command).then(|| graph.place(&folder.join(MAKEFILE))).flatten()).collect()
    }

    /// Whether a script of a shell is there by this name, and is read as a command.
    fn is_told_shell(&self, folder: &RepoPath, word: &str) -> bool {
        let graph = self.workspace.graph();
        let mut files = graph.named(folder.as_str(), word).files.into_iter().peekable();
        let is_told = |file| graph.node(file).is_some_and(|node| !node.record.commands.is_empty());
        files.peek().is_some() && files.all(is_told)
    }

    /// Commands that files run, and modules that they import; none of those that were looked at.
    fn spoken(&self, files: Vec<u32>, seen: &mut BTreeSet<u32>) -> Vec<String> {
        let graph = self.workspace.graph();
        let (mut spoken, mut open) = (Vec::new(), files);
        while let Some(file) = open.pop() {
            let Some(node) = graph.node(file).filter(|_| seen.len() < MOST_MODULES && seen.insert(file)) else {
                continue;
            };
            spoken.extend(node.record.commands.iter().map(ToString::to_string));
            open.extend(node.imports.iter().chain(&node.passed).flat_map(|found| found.files()));
        }
        spoken
    }

    /// Folders whose scripts a command with these words may call.
    fn places<'s>(&'s self, folder: &'s RepoPath, words: &BTreeSet<&str>) -> BTreeSet<&'s RepoPath> {
        let root = &self.root.folder;
        let mut places = BTreeSet::from([folder]);
        for word in words {
            let named = self.project(word);
            let at = || {
                let path: RepoPath =
                    resolved(folder.as_str(), word).filter(|_| word.contains('/') || *word == "..")?.parse().ok()?;
                let member = self.workspace.members.get_key_value(&path).map(|(member, _)| member);
                member.or_else(|| (path == *root).then_some(root))
            };
            let is_root = ["-w", "--workspace-root", "//"].contains(word) || word.starts_with("//#");
            places.extend(named.or_else(at).or_else(|| is_root.then_some(root)));
        }
        places
    }

    /// The member that a package manager or a task runner calls so.
    fn project(&self, name: &str) -> Option<&RepoPath> {
        self.by_name.get(name).copied().or_else(|| self.root.pipeline.project(name))
    }

    fn manifest(&self, folder: &RepoPath) -> Option<&Manifest> {
        let member = self.workspace.members.get(folder).map(|member| &member.manifest);
        member.or_else(|| (*folder == self.root.folder).then_some(&self.root.manifest))
    }
}

/// Scripts that a package manager runs by itself.
fn after_install(manifest: &Manifest) -> impl Iterator<Item = String> {
    let scripts = LIFECYCLE.iter().filter_map(|name| manifest.script(name));
    scripts.filter(|script| !is_guard(script)).map(str::to_owned)
}

/// A script as it is written, with those before and after it, and what Wireit runs in its place.
/// Source: github.com/google/wireit, README.
fn written(manifest: &Manifest, name: &str) -> Option<String> {
    let script = manifest.script_with_hooks(name)?;
    Some(with_wired(manifest, name, script))
}

/// A script with what Wireit runs in the place of its own name.
pub fn with_wired(manifest: &Manifest, name: &str, script: String) -> String {
    match wired(manifest, name) {
        Some(command) if script == WIREIT => command,
        Some(command) => format!("{} && ( {command} )", script.replace(&format!("( {WIREIT} )"), "true")),
        None => script,
    }
}

/// What Wireit runs in the place of a script: its command behind those scripts that it depends on.
fn wired(manifest: &Manifest, name: &str) -> Option<String> {
    let is_wired = manifest.script(name).is_some_and(|script| script.contains(WIREIT));
    let said = manifest.field(WIREIT).filter(|_| is_wired)?.get(name)?;
    let needed = said.get("dependencies").and_then(Value::as_array).into_iter().flatten();
    let needed = needed.filter_map(|needed| needed.as_str().or_else(|| needed.get("script")?.as_str()));
    let calls = needed.map(|needed| match needed.rsplit_once(':').filter(|(folder, _)| folder.contains('/')) {
        Some((folder, script)) => format!("npm --prefix {folder} run {script}"),
        None => format!("npm run {needed}"),
    });
    let command = said.get("command").and_then(Value::as_str).map(str::to_owned);
    let commands: Vec<String> = calls.chain(command).collect();
    (!commands.is_empty()).then(|| commands.join(" && "))
}

/// A word without the package manager that stands before a script in it.
fn without_manager(word: &str) -> &str {
    let managers = ["npm:", "pnpm:", "yarn:", "bun:", "node:"];
    managers.iter().find_map(|manager| word.strip_prefix(manager)).unwrap_or(word)
}

/// Whether a pattern may mean a script.
fn may_mean(word: &str, name: &str) -> bool {
    // An expression may match anything.
    let is_expression =
        word.len() > 2 && word.starts_with('/') && word.ends_with('/') && word.contains(['^', '.', '$', '|']);
    // What follows `:` may be a variable's.
    let begin = word.split_once('*').map(|(before, _)| before).or_else(|| word.ends_with(':').then_some(word));
    is_expression || begin.is_some_and(|begin| !begin.is_empty() && name.starts_with(begin))
}
