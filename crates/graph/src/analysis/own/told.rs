//! Whether a file of an app that nobody else reads can differ without anything following from it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use model::{is_built_in, resolved};

use super::{Ask, By, Own, asks, is_root, name_of, stem_of};
use crate::analysis::aside::{Aside, Differs, names, texts};
use crate::inputs::Covered;
use crate::modules::{
    Kind, Record, Resolver, before_pattern, beginnings, folder_of, is_configuration, is_looked_through, is_read,
    names_of, package_of,
};
use crate::unread;

/// What an app's file lies among.
pub struct Around<'a> {
    /// The app's folder.
    pub member: &'a str,
    /// What its build covers before.
    pub covered: &'a Covered,
    /// Files that come.
    pub added: &'a BTreeSet<&'a str>,
    /// Names of members, and of packages from outside that anybody asks for.
    pub packages: &'a BTreeSet<String>,
}

/// Which side of a change is meant.
#[derive(Clone, Copy, PartialEq, Eq)]
enum When {
    Before,
    After,
}

/// What a name in a file of an app stands for.
enum Stands<'a> {
    /// These of its own files.
    Own(BTreeSet<&'a str>),
    /// Something of others, the same wherever it is named.
    Others,
    /// It is not told.
    Unclear,
}

/// What a file imports.
#[derive(Default)]
struct Imports<'a> {
    /// Files of its own app.
    own: BTreeSet<&'a str>,
    /// What it asks of others.
    others: BTreeSet<(&'a str, Ask)>,
    /// What it asks of that which is not told.
    unclear: BTreeSet<(&'a str, Ask)>,
}

impl Own {
    /// Whether any of its files imports one.
    pub fn imports(&self, path: &str) -> bool {
        self.imported.contains_key(path)
    }

    /// Takes a file along that differs, if nothing follows from it but that its contents count, or do not any more.
    pub fn take(&mut self, file: &Differs<'_>, around: &Around<'_>, aside: &mut Aside) -> bool {
        let nothing = Record::default();
        let (before, after) = (file.before.unwrap_or(&nothing), file.after.unwrap_or(&nothing));
        let is_there = file.before.is_some() && file.after.is_some();
        let is_inside = |text: &str| leads_inside(file.path, text, around.member, aside);
        let is_plain = |word: &str| self.is_plain_word(word, file.path, around);
        self.is_plain(file, around.member)
            && (is_there || self.may_come_and_go(file.path, around))
            && says_as_much(before, after)
            && before.paths.symmetric_difference(&after.paths).all(|text| is_inside(text))
            && before.words.symmetric_difference(&after.words).all(|word| is_plain(word))
            && self.take_imports(file.path, before, after, around, aside)
            && (is_there || aside.count_file(file))
    }

    /// Whether a name in a file, as it was or as it is, stands for others of its app.
    pub fn is_of_own(&self, name: &str, path: &str, around: &Around<'_>) -> bool {
        let stands = |when| self.stands(name, path, around, when);
        [When::Before, When::After].into_iter().any(|when| matches!(stands(when), Stands::Own(_)))
    }

    /// Whether a file is read by nothing but the app's build, as one of its modules or as what these import.
    fn is_plain(&self, file: &Differs<'_>, member: &str) -> bool {
        let path = file.path;
        let is_module = match file.kind {
            Some(Kind::Module(language)) => language.is_of_modules(),
            Some(_) => false,
            None => true,
        };
        let is_at_top = !path[member.len() + 1..].contains('/');
        is_module
            && !is_at_top
            && is_root(member, path)
            && file.kind.is_none_or(|kind| !is_configuration(path, kind))
            && !self.run.contains(path)
    }

    /// Whether nothing but what imports it depends on whether a file is there.
    fn may_come_and_go(&self, path: &str, around: &Around<'_>) -> bool {
        let stem = stem_of(path);
        let names = [stem, if stem == "index" { name_of(folder_of(path)) } else { stem }];
        let is_named = names.iter().any(|name| self.named.contains(*name));
        // What an import stands for it may stand for besides others.
        let is_alike = |name: String| around.candidates(&name, When::Before).iter().any(|other| *other != path);
        !self.misses && !is_named && !is_looked_through(&self.through, path) && !names_of(path).any(is_alike)
    }

    /// What a name in a file stands for.
    fn stands<'a>(&self, name: &str, path: &str, around: &'a Around<'_>, when: When) -> Stands<'a> {
        let is_relative = matches!(name, "." | "..") || name.starts_with("./") || name.starts_with("../");
        // How it is taken may stand behind.
        let is_plain = !name.contains(['*', '?', '!', '#', ':']);
        if !is_plain || !is_relative && Resolver::depends_on_place(path, name) {
            return Stands::Unclear;
        }
        let leads: Vec<String> = match is_relative {
            true => resolved(folder_of(path), name).into_iter().collect(),
            false => self.aliases.targets(name).into_iter().collect(),
        };
        let is_asked_for = !is_relative && around.packages.contains(package_of(name));
        let leads = match (is_relative || !leads.is_empty(), is_asked_for) {
            (true, true) => return Stands::Unclear,
            (true, false) => leads,
            (false, true) => return Stands::Others,
            (false, false) => self.aliases.below_bases(name).collect(),
        };
        let own: BTreeSet<&str> = leads.iter().flat_map(|lead| around.candidates(lead, when)).collect();
        let is_inside = leads.iter().all(|lead| is_plain_lead(around.member, lead));
        match own.is_empty() {
            false if is_inside => Stands::Own(own),
            true if !is_relative && is_built_in(package_of(name)) => Stands::Others,
            _ => Stands::Unclear,
        }
    }

    /// What a file imports, by what it says.
    fn imports_of<'a>(&self, record: &'a Record, path: &str, around: &'a Around<'_>, when: When) -> Imports<'a> {
        let mut imports = Imports::default();
        let mut known: BTreeMap<&str, Stands<'a>> = BTreeMap::new();
        for (module, ask) in asks(record) {
            match known.entry(module).or_insert_with(|| self.stands(module, path, around, when)) {
                Stands::Own(files) => imports.own.extend(files.iter()),
                Stands::Others => drop(imports.others.insert(self.counted(module, ask))),
                Stands::Unclear => drop(imports.unclear.insert((module, ask))),
            }
        }
        imports
    }

    /// What is asked of a module of others, as it is counted.
    fn counted<'a>(&self, module: &'a str, ask: Ask) -> (&'a str, Ask) {
        let by = |name: &str| self.asked.get(name).map(|asked| asked.by).unwrap_or_default();
        let by = if by(package_of(module)) == By::Package { By::Package } else { by(module) };
        let (_, name, ask) = by.of(module, ask);
        (name, ask)
    }

    /// Takes along what a file imports, if no more is asked of others than was, and no less.
    fn take_imports(
        &mut self,
        path: &str,
        before: &Record,
        after: &Record,
        around: &Around<'_>,
        aside: &mut Aside,
    ) -> bool {
        let was = self.imports_of(before, path, around, When::Before);
        let is = self.imports_of(after, path, around, When::After);
        let is_of = |imports: &Imports<'_>, module: &str| imports.others.iter().any(|(name, _)| *name == module);
        let is_others = |module: &str| is_of(&was, module) || is_of(&is, module);
        was.unclear == is.unclear
            && aside.count_imports(around.member, &names(before), &names(after), is_others)
            && self.count_asks(&was, &is)
            && self.count_imports(&was, &is)
    }

    /// Counts what is asked of others. Something else has to ask for it as well.
    fn count_asks(&mut self, was: &Imports<'_>, is: &Imports<'_>) -> bool {
        for (name, ask) in is.others.difference(&was.others) {
            let Some(count) = self.count_of(name, ask) else { return false };
            *count += 1;
        }
        for (name, ask) in was.others.difference(&is.others) {
            let Some(count) = self.count_of(name, ask).filter(|count| **count > 1) else { return false };
            *count -= 1;
        }
        true
    }

    fn count_of(&mut self, name: &str, ask: &Ask) -> Option<&mut u32> {
        self.asked.get_mut(name)?.asks.get_mut(ask)
    }

    /// Counts who imports which of the app's own files.
    fn count_imports(&mut self, was: &Imports<'_>, is: &Imports<'_>) -> bool {
        for path in is.own.difference(&was.own) {
            *self.imported.entry((*path).into()).or_default() += 1;
        }
        for path in was.own.difference(&is.own) {
            let Some(count) = self.imported.get_mut(*path) else { return false };
            *count -= 1;
            if *count == 0 {
                self.imported.remove(*path);
            }
        }
        true
    }

    /// Whether a text that may be a name changes nothing: neither a package, nor a condition, nor a file that counts by it.
    fn is_plain_word(&self, word: &str, path: &str, around: &Around<'_>) -> bool {
        let package = package_of(word);
        let is_asked = || {
            let below = format!("{package}/");
            let mut from = self.asked.range::<str, _>((Bound::Included(package), Bound::Unbounded));
            !word.contains('/') && from.next().is_some_and(|(name, _)| &**name == package || name.starts_with(&below))
        };
        let is_file = || {
            let places = [folder_of(path), around.member].map(|folder| resolved(folder, word));
            places.iter().flatten().all(|place| is_plain_lead(around.member, place))
        };
        !word.contains('@')
            && (!around.packages.contains(package) || is_asked())
            && (!word.contains('.') || !word.contains("..") && is_file())
    }
}

impl Around<'_> {
    /// Files of the app that a path may stand for.
    fn candidates(&self, path: &str, when: When) -> BTreeSet<&str> {
        let none = BTreeSet::new();
        let added = if when == When::After { self.added } else { &none };
        let itself = self.covered.files_from(path).next().into_iter().chain(added.get(path).copied());
        let mut found: BTreeSet<&str> = itself.filter(|file| *file == path).collect();
        for beginning in beginnings(path) {
            let is_so = |file: &&str| file.starts_with(&beginning);
            let come = added.range::<str, _>((Bound::Included(&*beginning), Bound::Unbounded)).copied();
            found.extend(self.covered.files_from(&beginning).take_while(is_so).chain(come.take_while(is_so)));
        }
        found.retain(|file| names_of(file).any(|name| name == path));
        found
    }
}

/// Whether what is at a path, with or without an ending, counts whole and whatever imports it, if anything is there.
fn is_plain_lead(member: &str, path: &str) -> bool {
    let may_be = ["", ".ts", ".json", ".mdx", "/index.ts", "/index.mdx"].map(|end| format!("{path}{end}"));
    may_be.iter().all(|path| is_root(member, path) && !is_read(path))
}

/// Whether a text of a file leads to nothing but a file of the same app, if to anything.
fn leads_inside(file: &str, text: &str, member: &str, aside: &Aside) -> bool {
    let is_pattern = before_pattern(text).is_some() || text.contains(['?', '#']);
    let leads = [folder_of(file), member].map(|folder| resolved(folder, text));
    let is_inside = |path: &String| is_plain_lead(member, path) && !aside.is_folder(path);
    !is_pattern && leads.iter().all(|path| path.as_ref().is_some_and(is_inside))
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
        code: None,
        declared: None,
        words: BTreeSet::new(),
        paths: BTreeSet::new(),
        // This is about what is run, and these about what configures a bundler.
        given: BTreeSet::new(),
        entries: BTreeSet::new(),
        keyed: BTreeSet::new(),
        ..record.clone()
    };
    let marks = |record: &Record| texts(record).flat_map(unread::marks_in).collect::<BTreeSet<&str>>();
    let is_plain = !before.reads_files && !before.is_open;
    let names_compilers = |record: &Record| record.names_compilers();
    is_plain
        && rest(before) == rest(after)
        && marks(before) == marks(after)
        && names_compilers(before) == names_compilers(after)
}
