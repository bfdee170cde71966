//! Files of an app that no other member reads. All of them count for the app's own build, whatever they ask of each other, and for
//! no other. So it is what they ask of others that decides, and that nothing is asked for which is not there: as long as
//! neither changes, such a file may come, go and import what it likes.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Bound;
use std::sync::Arc;

use model::{RepoPath, is_built_in, resolved};
use serde::{Deserialize, Serialize};

use super::aside::{Aside, Differs, LEADING, names, texts};
use crate::detect::command;
use crate::inputs::Covered;
use crate::modules::{
    Aliases, Found, Graph, Kind, Node, REPLACING, Record, Resolver, Wanted, before_pattern, beginnings, folder_of,
    is_configuration, is_looked_through, is_of_shell, is_read, may_stand_for, names_of, package_of, through,
};
use crate::pipeline::BUILD;
use crate::plan::Live;
use crate::unread::{self, Reads};
use crate::workspace::{Member, Needs, Workspace};

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
    /// Patterns of paths in it that others look through.
    through: BTreeSet<String>,
    /// Names that stand for files.
    aliases: Aliases,
}

/// What is asked of something of others.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Asked {
    /// Whether it is a package from outside, of which it matters only that something is asked.
    is_outside: bool,
    asks: BTreeMap<Ask, u32>,
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

/// What a name in a file of an app stands for.
enum Stands<'f> {
    /// These of its own files.
    Own(BTreeSet<&'f str>),
    /// Something of others, the same wherever it is named.
    Others,
    /// It is not told.
    Unclear,
}

/// Files of an app as they were, and those that come and go.
pub struct Files<'a> {
    /// Its folder.
    pub member: &'a str,
    /// What its build covers.
    pub covered: &'a Covered,
    /// Files that come.
    pub added: &'a BTreeSet<&'a str>,
    /// Files that go.
    pub removed: &'a BTreeSet<&'a str>,
}

/// Which side of a change is meant.
#[derive(Clone, Copy, PartialEq, Eq)]
enum When {
    Before,
    After,
}

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
        let compiled = node.record.compiled.iter().map(|text| &**text);
        texts(&node.record).chain(compiled).for_each(|text| take(node.member.as_ref(), is_own, text));
    }
    for (member, aliases) in graph.aliases() {
        aliases.all().for_each(|text| take(Some(member), false, text));
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
        let of = node.member.as_ref().map(ToString::to_string).unwrap_or_default();
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
        let is_root = is_root(member.as_str(), path);
        let mut imported: BTreeSet<u32> = BTreeSet::new();
        let mut asked: BTreeMap<(&str, bool), BTreeSet<Ask>> = BTreeMap::new();
        let found: BTreeMap<&str, &Found> =
            node.record.modules().zip(node.imports.iter().chain(&node.passed)).collect();
        for (module, asks) in asks(&node.record) {
            let found = found[module];
            imported.extend(found.files().iter().filter(|file| is_own(file)));
            if matches!(found, Found::Files(_)) && found.files().iter().all(is_own) {
                continue;
            }
            let depends_on_place = Resolver::depends_on_place(path, module);
            if depends_on_place || self.leads(module).next().is_some() {
                self.named.insert(stem_of(module).into());
            }
            if is_root && !depends_on_place {
                let is_outside = *found == Found::Outside;
                let (name, asks) = if is_outside { of_outside(module, asks) } else { (module, asks) };
                asked.entry((name, is_outside)).or_default().extend(asks);
            }
        }
        for ((name, is_outside), asks) in asked {
            let asked = self.asked.entry(name.into()).or_default();
            asked.is_outside = is_outside;
            asks.into_iter().for_each(|ask| *asked.asks.entry(ask).or_default() += 1);
        }
        for target in imported {
            *self.imported.entry(graph.path(target).into()).or_default() += 1;
        }
    }

    /// Whether any of its files imports one.
    pub fn imports(&self, path: &str) -> bool {
        self.imported.contains_key(path)
    }

    /// Paths that a name may lead to which is none from somewhere.
    fn leads<'a>(&'a self, name: &'a str) -> impl Iterator<Item = String> + 'a {
        self.aliases.targets(name).into_iter().chain(self.aliases.below_bases(name))
    }

    /// Takes a file along that differs, if nothing follows from it but that its contents count, or do not any more.
    pub fn take(
        &mut self,
        file: &Differs<'_>,
        files: &Files<'_>,
        packages: &BTreeSet<String>,
        aside: &mut Aside,
    ) -> bool {
        let nothing = Record::default();
        let (before, after) = (file.before.unwrap_or(&nothing), file.after.unwrap_or(&nothing));
        let is_there = file.before.is_some() && file.after.is_some();
        let is_inside = |text: &str| leads_inside(file.path, text, files.member, aside);
        let is_plain = |word: &str| self.is_plain_word(word, file.path, files.member, packages);
        self.is_plain(file, files.member)
            && (is_there || self.may_come_and_go(file.path, files))
            && says_as_much(before, after)
            && before.paths.symmetric_difference(&after.paths).all(|text| is_inside(text))
            && before.words.symmetric_difference(&after.words).all(|word| is_plain(word))
            && self.take_imports(file, files, packages, aside)
            && (is_there || aside.count_file(file))
    }

    /// Whether a file is read by nothing but the app's build, as one of its modules or as what these import.
    fn is_plain(&self, file: &Differs<'_>, member: &str) -> bool {
        let path = file.path;
        let is_module = match file.kind {
            Some(Kind::Module(language)) => language.is_of_modules(),
            Some(_) => false,
            None => path.split('/').all(|part| part != "node_modules"),
        };
        let is_at_top = !path[member.len() + 1..].contains('/');
        is_module
            && !is_at_top
            && is_root(member, path)
            && file.kind.is_none_or(|kind| !is_configuration(path, kind))
            && !self.run.contains(path)
    }

    /// Whether nothing but what imports it depends on whether a file is there.
    fn may_come_and_go(&self, path: &str, files: &Files<'_>) -> bool {
        let stem = stem_of(path);
        let names = [stem, if stem == "index" { name_of(folder_of(path)) } else { stem }];
        let is_named = names.iter().any(|name| name.is_empty() || self.named.contains(*name));
        // What an import stands for it may stand for besides others.
        let is_alike = |name: String| files.candidates(&name, When::Before).iter().any(|other| *other != path);
        !is_named && !is_looked_through(&self.through, path) && !names_of(path).any(is_alike)
    }

    /// What a name in a file stands for.
    fn stands<'f>(
        &self,
        name: &str,
        path: &str,
        files: &'f Files<'_>,
        packages: &BTreeSet<String>,
        when: When,
    ) -> Stands<'f> {
        let is_relative = matches!(name, "." | "..") || name.starts_with("./") || name.starts_with("../");
        let is_plain =
            !name.contains(['*', '?', '!', '#', ':', '{', '$', '\\', '%']) && unread::marks_in(name).next().is_none();
        if !is_plain || !is_relative && Resolver::depends_on_place(path, name) {
            return Stands::Unclear;
        }
        let leads: Vec<String> = match is_relative {
            true => resolved(folder_of(path), name).into_iter().collect(),
            false => self.aliases.targets(name).into_iter().collect(),
        };
        let is_asked_for = !is_relative && packages.contains(package_of(name));
        let leads = match (is_relative || !leads.is_empty(), is_asked_for) {
            (true, true) => return Stands::Unclear,
            (true, false) => leads,
            (false, true) => return Stands::Others,
            (false, false) => self.aliases.below_bases(name).collect(),
        };
        let own: BTreeSet<&str> = leads.iter().flat_map(|lead| files.candidates(lead, when)).collect();
        let is_inside = leads.iter().all(|lead| is_plain_lead(files.member, lead));
        match own.is_empty() {
            false if is_inside => Stands::Own(own),
            true if !is_relative && leads.is_empty() && is_built_in(package_of(name)) => Stands::Others,
            _ => Stands::Unclear,
        }
    }

    /// Whether a text that may be a name changes nothing: neither a package, nor a condition, nor a file that counts by it.
    fn is_plain_word(&self, word: &str, path: &str, member: &str, packages: &BTreeSet<String>) -> bool {
        let package = package_of(word);
        let is_asked = || {
            let below = format!("{package}/");
            let mut from = self.asked.range::<str, _>((Bound::Included(package), Bound::Unbounded));
            !word.contains('/') && from.next().is_some_and(|(name, _)| &**name == package || name.starts_with(&below))
        };
        let is_file = || {
            let places = [folder_of(path), member].map(|folder| resolved(folder, word));
            places.iter().flatten().all(|place| is_plain_lead(member, place))
        };
        !word.contains('@')
            && (!packages.contains(package) || is_asked())
            && (!word.contains('.') || !word.contains("..") && is_file())
    }

    /// What is asked of others by names that stand for such.
    fn asked_of_others<'n>(
        &self,
        asks: &BTreeMap<&'n str, BTreeSet<Ask>>,
        stand: &BTreeMap<&str, Stands<'_>>,
    ) -> BTreeMap<&'n str, BTreeSet<Ask>> {
        let mut all: BTreeMap<&str, BTreeSet<Ask>> = BTreeMap::new();
        for (module, asks) in asks.iter().filter(|(module, _)| matches!(stand[**module], Stands::Others)) {
            let is_outside = self.asked.get(package_of(module)).is_some_and(|asked| asked.is_outside);
            let asks = asks.clone();
            let (name, asks) = if is_outside { of_outside(module, asks) } else { (*module, asks) };
            all.entry(name).or_default().extend(asks);
        }
        all
    }

    /// Whether a name in a file, as it was or as it is, stands for others of its app.
    pub fn is_of_own(&self, name: &str, path: &str, files: &Files<'_>, packages: &BTreeSet<String>) -> bool {
        let stands = |when| self.stands(name, path, files, packages, when);
        [When::Before, When::After].into_iter().any(|when| matches!(stands(when), Stands::Own(_)))
    }

    /// Takes along what a file imports.
    fn take_imports(
        &mut self,
        file: &Differs<'_>,
        files: &Files<'_>,
        packages: &BTreeSet<String>,
        aside: &mut Aside,
    ) -> bool {
        let nothing = Record::default();
        let [before, after] = [file.before, file.after].map(|record| asks(record.unwrap_or(&nothing)));
        let [owned_before, owned_after] = [(&before, When::Before), (&after, When::After)].map(|(asked, when)| {
            let stand = asked.keys().map(|module| (*module, self.stands(module, file.path, files, packages, when)));
            stand.collect::<BTreeMap<&str, Stands<'_>>>()
        });
        let none = BTreeSet::new();
        for module in before.keys().chain(after.keys()) {
            let is_clear = match (owned_before.get(module), owned_after.get(module)) {
                (Some(Stands::Unclear), Some(Stands::Unclear)) => before.get(module) == after.get(module),
                (None | Some(Stands::Others), None | Some(Stands::Others)) => {
                    !looks_through(module) || owned_before.contains_key(module) == owned_after.contains_key(module)
                }
                (None | Some(Stands::Own(_)), None | Some(Stands::Own(_))) => true,
                _ => false,
            };
            if !is_clear {
                return false;
            }
        }
        let was = self.asked_of_others(&before, &owned_before);
        let is = self.asked_of_others(&after, &owned_after);
        for name in was.keys().chain(is.keys()) {
            let (was, is) = (was.get(name).unwrap_or(&none), is.get(name).unwrap_or(&none));
            let known = self.asked.get(*name);
            let by_at_least = |ask: &Ask, least: u32| {
                known.and_then(|known| known.asks.get(ask)).is_some_and(|count| *count >= least)
            };
            if !is.difference(was).all(|ask| by_at_least(ask, 1)) || !was.difference(is).all(|ask| by_at_least(ask, 2))
            {
                return false;
            }
        }
        for (asked, is_more) in [(&was, false), (&is, true)] {
            for (name, asks) in asked {
                let Some(known) = self.asked.get_mut(*name) else { continue };
                for ask in asks {
                    let count = known.asks.get_mut(ask);
                    count.into_iter().for_each(|count| *count = if is_more { *count + 1 } else { *count - 1 });
                }
            }
        }
        for (stand, is_more) in [(&owned_before, false), (&owned_after, true)] {
            let own = stand.values().flat_map(|stands| match stands {
                Stands::Own(files) => files.iter().copied().collect(),
                Stands::Others | Stands::Unclear => Vec::new(),
            });
            for path in own.collect::<BTreeSet<&str>>() {
                let count = self.imported.entry(path.into()).or_default();
                *count = if is_more { *count + 1 } else { count.saturating_sub(1) };
            }
        }
        self.imported.retain(|_, count| *count > 0);
        // What is outside is no member that another may need.
        let is_outside = |module: &str| self.asked.get(package_of(module)).is_some_and(|asked| asked.is_outside);
        let is_others = |module: &str| {
            let stand = [&owned_before, &owned_after].into_iter().filter_map(|stand| stand.get(module));
            stand.into_iter().any(|stands| matches!(stands, Stands::Others)) && !is_outside(module)
        };
        let [before, after] = [file.before, file.after].map(|record| record.map(names).unwrap_or_default());
        aside.count_imports(files.member, &before, &after, is_others)
    }
}

impl Files<'_> {
    /// Files of the app that a path may stand for.
    fn candidates(&self, path: &str, when: When) -> Vec<&str> {
        let is_gone = |file: &&str| when == When::After && self.removed.contains(file);
        let mut found: Vec<&str> = Vec::new();
        for beginning in beginnings(path) {
            let there = self.covered.files_from(&beginning).take_while(|file| file.starts_with(&beginning));
            found.extend(there.filter(|file| may_stand_for(path, file) && !is_gone(file)));
            let come = self.added.range::<str, _>((Bound::Included(&*beginning), Bound::Unbounded)).copied();
            let come = come.take_while(|file| when == When::After && file.starts_with(&beginning));
            found.extend(come.filter(|file| may_stand_for(path, file)));
        }
        found
    }
}

/// Whether a file of an app counts whatever imports it, as far as its path tells.
pub fn is_root(member: &str, path: &str) -> bool {
    let below = path.strip_prefix(member).unwrap_or_default().trim_start_matches('/');
    !below.is_empty() && !Reads::default().leaves_out(below) && !is_of_shell(path)
}

/// Whether what is at a path, with or without an ending, counts whole and whatever imports it, if anything is there.
fn is_plain_lead(member: &str, path: &str) -> bool {
    let is_special = |path: &str| name_of(path) == "package.json" || is_read(path);
    let may_be = ["", ".ts", ".json", ".mdx", "/index.ts", "/index.mdx"].map(|end| format!("{path}{end}"));
    may_be.iter().all(|path| is_root(member, path) && !is_special(path))
}

/// Whether a text of a file leads to nothing but a file of the same app, if to anything.
fn leads_inside(file: &str, text: &str, member: &str, aside: &Aside) -> bool {
    let is_pattern = before_pattern(text).is_some() || text.contains(['?', '#']);
    let leads = [folder_of(file), member].map(|folder| resolved(folder, text));
    let is_inside = |path: &String| is_plain_lead(member, path) && !aside.is_folder(path);
    !is_pattern && !text.starts_with("../") && leads.iter().all(|path| path.as_ref().is_some_and(is_inside))
}

/// Whether a file says as much of anything but modules, paths and words.
fn says_as_much(before: &Record, after: &Record) -> bool {
    let rest = |record: &Record| Record {
        imports: Vec::new(),
        passed: Vec::new(),
        own: BTreeSet::new(),
        types: BTreeSet::new(),
        is_told: false,
        is_barrel: false,
        declared: None,
        words: BTreeSet::new(),
        paths: BTreeSet::new(),
        // These are about what is run, and about what configures a bundler.
        given: BTreeSet::new(),
        entries: BTreeSet::new(),
        keyed: BTreeSet::new(),
        ..record.clone()
    };
    let marks = |record: &Record| texts(record).flat_map(unread::marks_in).collect::<BTreeSet<&str>>();
    let is_plain = !before.reads_files && !before.is_open;
    is_plain && rest(before) == rest(after) && marks(before) == marks(after)
}

/// What a file asks of modules.
fn asks(record: &Record) -> BTreeMap<&str, BTreeSet<Ask>> {
    let mut asks: BTreeMap<&str, BTreeSet<Ask>> = BTreeMap::new();
    let mut add = |module, name, is_type| {
        asks.entry(module).or_default().insert(Ask { name, is_type });
    };
    for import in &record.imports {
        add(&*import.module, None, import.is_type);
        match &import.wanted {
            Wanted::All => add(&import.module, Some(ALL.into()), import.is_type),
            Wanted::Names(names) => {
                names.iter().for_each(|name| add(&import.module, Some(name.clone()), import.is_type))
            }
        }
    }
    for passed in &record.passed {
        add(&*passed.module, None, passed.is_type);
        add(&passed.module, Some(passed.name.clone().unwrap_or_else(|| ALL.into())), passed.is_type);
    }
    asks
}

/// What matters of what is asked of a package from outside: that it is asked, and whether only types are.
fn of_outside(module: &str, asks: BTreeSet<Ask>) -> (&str, BTreeSet<Ask>) {
    (package_of(module), asks.into_iter().map(|ask| Ask { name: None, ..ask }).collect())
}

/// Whether who imports a module may look through folders by that.
fn looks_through(module: &str) -> bool {
    module.contains("tailwind")
}

fn name_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// What a file is called that a text names, without an ending.
fn stem_of(text: &str) -> &str {
    name_of(text.trim_end_matches('/')).split(['.', '?', '#']).next().unwrap_or_default()
}
