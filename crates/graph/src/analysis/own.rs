//! Files of an app that no other member reads. All of them count for the app's own build, whatever they ask of each other, and for
//! no other. So it is what they ask of others that decides, and that nothing is asked for which is not there: as long as
//! neither changes, such a file may come, go and import what it likes.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use model::RepoPath;
use serde::{Deserialize, Serialize};

use super::aside::{LEADING, texts};
use crate::detect::command;
use crate::modules::{
    Aliases, Found, Graph, Node, REPLACING, Record, Resolver, Wanted, before_pattern, folder_of, is_of_shell,
    package_of, through,
};
use crate::pipeline::BUILD;
use crate::plan::Live;
use crate::unread::Reads;
use crate::workspace::{Member, Needs, Workspace};

mod told;

pub use told::Around;

/// What decides whether more than the contents of an app's files matters.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Own {
    /// What its files ask of others, by what these are called, and how many of them do.
    asked: BTreeMap<Box<str>, Asked>,
    /// How many of its files import each of them.
    imported: BTreeMap<Box<str>, u32>,
    /// Those that its build runs, or that what these import.
    run: BTreeSet<Box<str>>,
    /// What files of it may be called, without endings: in texts of others, of configuration and of commands, and in imports
    /// that stand for none of them.
    named: BTreeSet<Box<str>>,
    /// Whether any of them imports by a name of the package's own what is not there: it may lie anywhere.
    misses: bool,
    /// Patterns of paths in it that others look through, or by which its own files import.
    through: BTreeSet<String>,
    /// Names that stand for files.
    aliases: Aliases,
}

/// What is asked of something of others. Of packages from outside, and of modules of which nothing is left out, it matters only
/// that something is.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Asked {
    by: By,
    asks: BTreeMap<Ask, u32>,
}

/// By what it is told what is asked of others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
enum By {
    /// By a module and its exports.
    #[default]
    Exports,
    /// By a module of which nothing is left out.
    Module,
    /// By a package from outside.
    Package,
}

/// What is asked of a module.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Ask {
    /// Which export; none for what every import asks.
    name: Option<Box<str>>,
    is_type: bool,
}

/// The name for every export of a module: no export is called so.
const ALL: &str = "*";

/// What is known of the apps of a workspace of which nobody else reads anything.
pub fn found(workspace: &Workspace, live: &Live) -> BTreeMap<String, Arc<Own>> {
    let (graph, members) = (workspace.graph(), live.members());
    let apps: BTreeSet<&RepoPath> = workspace.apps.values().map(|app| &app.path).collect();
    let needed = needed(workspace.needs(), &apps);
    let replaces = |member: &Member| {
        let tables = REPLACING.iter().filter_map(|field| member.manifest.field(field)?.as_object());
        tables.flat_map(|table| table.values()).any(serde_json::Value::is_string)
    };
    let has_patterns: BTreeSet<&RepoPath> = workspace
        .apps
        .values()
        .filter(|app| workspace.globs.get(&app.name).is_some_and(|globs| !globs.ignore.is_empty()))
        .map(|app| &app.path)
        .collect();
    let is_apart = |member: &&Member| {
        let path = &member.path;
        let is_shared = needed.contains(path) || members.shared.contains(path);
        let is_alone = workspace.members_below(path.as_str()).next().is_none();
        !path.is_root() && !is_shared && is_alone && !has_patterns.contains(path) && !replaces(member)
    };
    let apart = apps.iter().copied().filter_map(|path| workspace.members.get(path)).filter(is_apart);
    let own =
        |member: &RepoPath| Own { aliases: graph.aliases_of(member).cloned().unwrap_or_default(), ..Own::default() };
    let mut found: BTreeMap<&RepoPath, Own> = apart.map(|member| (&member.path, own(&member.path))).collect();
    for (file, node) in graph.nodes().filter(|(file, _)| live.holds(*file)) {
        if let Some((member, own)) = node.member.as_ref().and_then(|member| Some((member, found.get_mut(member)?))) {
            own.take_node(workspace.graph(), member, file, node);
        }
    }
    for (member, own) in &mut found {
        let run = workspace.files_of(member).filter_map(|file| graph.place(file.path.as_str()));
        own.run = run.filter(|file| live.runs(*file)).map(|file| graph.path(file).into()).collect();
    }
    take_names(workspace, live, &mut found);
    take_patterns(workspace, live, &mut found);
    found.into_iter().map(|(member, own)| (member.to_string(), Arc::new(own))).collect()
}

/// Members that any of some needs, or what that needs.
fn needed<'a>(needs: &'a Needs, apps: &BTreeSet<&'a RepoPath>) -> BTreeSet<&'a RepoPath> {
    let mut found: BTreeSet<&RepoPath> = BTreeSet::new();
    let mut open: Vec<&RepoPath> = apps.iter().copied().collect();
    while let Some(member) = open.pop() {
        let needed = needs.direct(member, true).chain(needs.direct(member, false)).chain(needs.imported(member));
        open.extend(needed.filter(|needed| found.insert(needed)));
    }
    found
}

/// Takes along what files are called in texts that may lead to them.
fn take_names(workspace: &Workspace, live: &Live, found: &mut BTreeMap<&RepoPath, Own>) {
    // Who is outside spells the name of the folder.
    let mut by_folder: HashMap<&str, Vec<&RepoPath>> = HashMap::new();
    for member in found.keys() {
        by_folder.entry(name_of(member.as_str())).or_default().push(member);
    }
    let mut take = |of: Option<&RepoPath>, is_own: bool, text: &str| {
        let stem = stem_of(text);
        if let Some(own) = of.filter(|_| is_own).and_then(|of| found.get_mut(of)) {
            own.named.insert(stem.into());
        }
        for member in text.split('/').filter_map(|part| by_folder.get(part)).flatten() {
            if of != Some(*member)
                && let Some(own) = found.get_mut(member)
            {
                own.named.insert(stem.into());
            }
        }
    };
    let graph = workspace.graph();
    for (file, node) in graph.nodes() {
        let is_own = live.holds(file) && (node.is_configuration || live.runs(file));
        let compiled = node.record.compiled.iter().chain(&node.record.referred).map(|text| &**text);
        texts(&node.record).chain(compiled).for_each(|text| take(node.member.as_ref(), is_own, text));
    }
    for (member, aliases) in graph.aliases() {
        aliases.all().for_each(|text| take(Some(member), true, text));
    }
    let members = workspace.members.values().map(|member| (Some(&member.path), &member.manifest));
    for (member, manifest) in members.chain(workspace.roots.values().map(|root| (None, &root.manifest))) {
        for script in manifest.scripts().filter_map(|name| manifest.script(name)) {
            command::words(script).for_each(|word| take(member, true, word));
        }
        for field in LEADING.iter().chain(&["bin"]).filter_map(|field| manifest.field(field)) {
            field.to_string().split('"').for_each(|word| take(member, true, word));
        }
    }
    for root in workspace.roots.values() {
        for member in workspace.members.keys() {
            for (_, command) in root.pipeline.commands(member) {
                command::words(&command.text).for_each(|word| take(Some(member), true, word));
            }
        }
    }
}

/// Takes along which patterns others look through.
fn take_patterns(workspace: &Workspace, live: &Live, found: &mut BTreeMap<&RepoPath, Own>) {
    let graph = workspace.graph();
    let mut all: BTreeSet<(String, String)> = graph.looked().through;
    for (file, node) in graph.nodes().filter(|(file, _)| live.holds(*file)) {
        let is_imported = node.record.modules().any(|module| module.contains('*'));
        let of = node.member.as_ref().filter(|_| !is_imported).map(ToString::to_string).unwrap_or_default();
        let folder = folder_of(graph.path(file));
        let meant = node.record.compiled.iter().chain(node.record.scanned_folders());
        let patterns = meant.filter_map(|text| through(folder, text)).chain(node.through.iter().cloned());
        all.extend(patterns.map(|pattern| (of.clone(), pattern)));
    }
    for root in workspace.roots.values() {
        let declared = root.pipeline.declared();
        all.extend(declared.global(&root.folder).into_iter().map(|pattern| (String::new(), pattern)));
        for member in workspace.members.keys() {
            let tasks = root.pipeline.own(member, BUILD);
            let patterns = declared.inputs(&root.folder, member, tasks.iter());
            all.extend(patterns.into_iter().map(|pattern| (member.to_string(), pattern)));
        }
    }
    for (member, own) in found {
        let is_inside = |folder: &str| member.as_str() == folder || member.holds(folder);
        let inside = format!("{member}/");
        let may_mean = |pattern: &str| {
            let before = before_pattern(pattern).unwrap_or(pattern);
            before.starts_with(&inside) || inside.starts_with(before)
        };
        let beyond = all.iter().filter(|(folder, _)| !is_inside(folder));
        let patterns = beyond.map(|(_, pattern)| pattern.trim_start_matches('!'));
        own.through = patterns.filter(|pattern| may_mean(pattern)).map(str::to_owned).collect();
    }
}

impl Own {
    /// Takes along what one of its files asks for.
    fn take_node(&mut self, graph: &Graph, member: &RepoPath, file: u32, node: &Node) {
        let path = graph.path(file);
        let is_own = |file: &u32| graph.owner(*file) == Some(member);
        let found = node.imports.iter().chain(&node.passed);
        let found: BTreeMap<&str, &Found> = node.record.modules().zip(found).collect();
        let imported: BTreeSet<u32> = found.values().flat_map(|found| found.files()).copied().filter(is_own).collect();
        for target in imported {
            *self.imported.entry(graph.path(target).into()).or_default() += 1;
        }
        let is_of_own =
            |module: &str| matches!(found[module], Found::Files(_)) && found[module].files().iter().all(is_own);
        let others = || found.keys().copied().filter(|module| !is_of_own(module));
        for module in others() {
            let is_unknown = module.starts_with('#') && *found[module] == Found::Unknown;
            self.misses |= is_unknown || found[module].built() == Some(member);
            let leads: Vec<String> = self.leads(module).collect();
            let own = Resolver::depends_on_place(path, module).then_some(module);
            self.named.extend(leads.iter().map(String::as_str).chain(own).map(|lead| stem_of(lead).into()));
        }
        if !is_root(member.as_str(), path) {
            return;
        }
        let others: BTreeSet<&str> = others().filter(|module| !Resolver::depends_on_place(path, module)).collect();
        let asks = asks(&node.record).into_iter().filter(|(module, _)| others.contains(module));
        let is_kept =
            |found: &Found| matches!(found, Found::Files(files) if files.iter().all(|file| graph.is_kept(*file)));
        let asks = asks.map(|(module, ask)| match found[module] {
            Found::Outside => By::Package.of(module, ask),
            found if is_kept(found) => By::Module.of(module, ask),
            _ => By::Exports.of(module, ask),
        });
        for (by, name, ask) in asks.collect::<BTreeSet<(By, &str, Ask)>>() {
            let asked = self.asked.entry(name.into()).or_default();
            asked.by = by;
            *asked.asks.entry(ask).or_default() += 1;
        }
    }

    /// Paths that a name may lead to which is none from somewhere.
    fn leads<'a>(&'a self, name: &'a str) -> impl Iterator<Item = String> + 'a {
        self.aliases.targets(name).into_iter().chain(self.aliases.below_bases(name))
    }
}

/// Whether a file of an app counts whatever imports it, as far as its path tells.
pub fn is_root(member: &str, path: &str) -> bool {
    let below = path.strip_prefix(member).and_then(|rest| rest.strip_prefix('/'));
    below.is_some_and(|below| !Reads::default().leaves_out(below)) && !is_of_shell(path)
}

/// What a file asks of each module that it names.
fn asks(record: &Record) -> BTreeSet<(&str, Ask)> {
    let of_imports = record.imports.iter().flat_map(|import| {
        let names: Vec<Box<str>> = match &import.wanted {
            Wanted::All => vec![ALL.into()],
            Wanted::Names(names) => names.iter().cloned().collect(),
        };
        let asks = names.into_iter().map(Some).chain([None]);
        asks.map(|name| (&*import.module, Ask { name, is_type: import.is_type }))
    });
    let of_passed = record.passed.iter().flat_map(|passed| {
        let name = passed.name.clone().unwrap_or_else(|| ALL.into());
        [Some(name), None].map(|name| (&*passed.module, Ask { name, is_type: passed.is_type }))
    });
    of_imports.chain(of_passed).collect()
}

impl By {
    /// What is asked, as it is told by this. Where it is all the same which export is, it matters whether only types are.
    fn of(self, module: &str, ask: Ask) -> (By, &str, Ask) {
        match self {
            By::Exports => (self, module, ask),
            By::Module => (self, module, Ask { name: None, ..ask }),
            By::Package => (self, package_of(module), Ask { name: None, ..ask }),
        }
    }
}

fn name_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// What a file is called that a text names, without an ending.
fn stem_of(text: &str) -> &str {
    name_of(text.trim_end_matches('/')).split(['.', '?', '#']).next().unwrap_or_default()
}
