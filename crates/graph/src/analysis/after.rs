//! What a commit comes to, told from another one: where nothing differs but what is inside files, what no build reads, and
//! what files of an app that nobody else reads import of each other.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use model::{AppName, CommitId, RepoPath, ShownFile};

use super::aside::Differs;
use super::own::{self, Around};
use super::{Analysed, Analysis, Structure};
use crate::detect;
use crate::git::Change;
use crate::inputs::{Component, Inputs, Replaced};
use crate::modules::{self, Kind, Record, is_configuration, package_of};
use crate::plan;
use crate::unread;
use crate::workspace::is_told;

/// How many files may differ where a commit is told from another.
const MOST_CHANGES: usize = 500;

/// Gives the contents of objects in the order of their ids; none if one is not there.
pub(crate) type Read<'a> = dyn Fn(&[&str]) -> Option<Vec<Vec<u8>>> + 'a;

impl Analysis {
    /// What another commit comes to, if nothing differs but contents and what no build reads.
    pub(crate) fn after(&self, commit: &CommitId, changes: &[Change], read: &Read<'_>) -> Option<Analysis> {
        if changes.len() > MOST_CHANGES {
            return None;
        }
        let changed: Vec<Changed<'_>> = changes.iter().map(Changed::of).collect::<Option<_>>()?;
        if changed.iter().any(|changed| self.structure.is_told(changed.path())) {
            return None;
        }
        let sides = || changed.iter().flat_map(|changed| changed.sides().map(|file| (file, changed.kind)));
        let read_sides: Vec<(&ShownFile, Kind)> = sides().filter_map(|(file, kind)| Some((file, kind?))).collect();
        let objects: Vec<&str> = read_sides.iter().map(|(file, _)| &*file.object).collect();
        let contents = read(&objects)?;
        let texts = contents.iter().map(|content| String::from_utf8_lossy(content).into_owned());
        let texts: Vec<(String, Kind)> = texts.zip(read_sides.iter().map(|(_, kind)| *kind)).collect();
        let mut records = modules::read(&texts).into_iter().zip(&texts);
        let mut side = |file, kind: Option<Kind>| {
            let read = kind.and_then(|_| records.next());
            let (record, text) = read.map(|(record, (text, _))| (record, text.as_str())).unwrap_or_default();
            Side { file, record, text }
        };
        let mut structure = Arc::clone(&self.structure);
        let mut others: BTreeMap<Component, String> = BTreeMap::new();
        let own = OwnChanges::of(self, &changed);
        for Changed { before, after, kind } in &changed {
            let before = before.map(|file| side(file, *kind));
            let after = after.map(|file| side(file, *kind));
            let is_inside = before
                .as_ref()
                .zip(after.as_ref())
                .is_some_and(|(before, after)| structure.stays(before, after, *kind));
            if !is_inside && !own.take(Arc::make_mut(&mut structure), before.as_ref(), after.as_ref(), *kind) {
                return None;
            }
            if let Some(Side { file, record, .. }) = after {
                others.insert(Component::File(file.path.to_string()), plan::content(file));
                let path = || file.path.to_string();
                others.extend(record.code.map(|code| (Component::Code(path()), code.into())));
                others.extend(record.declared.map(|declared| (Component::Types(path()), declared.into())));
            }
        }
        // An app that asks for it is built anew by every commit.
        if self.apps.values().any(|app| app.inputs.own_part(&plan::commit_setting()).is_some()) {
            others.insert(plan::commit_setting(), commit.to_string());
        }
        if !own.holds_together(&structure) {
            return None;
        }
        let mut replaced = Replaced::new();
        let app = |(name, app): (&AppName, &Analysed)| {
            let mut inputs = app.inputs.with(&others, &mut replaced)?;
            own.change(&app.path, &mut inputs);
            Some((name.clone(), Analysed { inputs, ..app.clone() }))
        };
        let apps: Option<BTreeMap<AppName, Analysed>> = self.apps.iter().map(app).collect();
        Some(Analysis { apps: apps?, structure, ..self.clone() })
    }
}

/// A file that differs between two commits.
struct Changed<'a> {
    before: Option<&'a ShownFile>,
    after: Option<&'a ShownFile>,
    kind: Option<Kind>,
}

impl<'a> Changed<'a> {
    fn of(change: &'a Change) -> Option<Changed<'a>> {
        let (before, after) = match change {
            Change::Content { before, after } => (Some(before), Some(after)),
            Change::Added(after) => (None, Some(after)),
            Change::Removed(before) => (Some(before), None),
            Change::Other => return None,
        };
        let kind = Kind::of(before.or(after)?);
        Some(Changed { before, after, kind })
    }

    fn sides(&self) -> impl Iterator<Item = &'a ShownFile> {
        self.before.into_iter().chain(self.after)
    }

    fn path(&self) -> &'a str {
        self.sides().next().map_or("", |file| file.path.as_str())
    }
}

/// Files of apps that nobody else reads, as far as they come and go.
struct OwnChanges<'a> {
    analysis: &'a Analysis,
    added: BTreeMap<&'a str, &'a ShownFile>,
    /// Paths of those that come, and of those that go.
    come: BTreeSet<&'a str>,
    gone: BTreeSet<&'a str>,
}

impl<'a> OwnChanges<'a> {
    fn of(analysis: &'a Analysis, changed: &[Changed<'a>]) -> OwnChanges<'a> {
        let is_own = |path: &str| {
            let member = analysis.structure.aside.as_ref().map(|aside| aside.owner(path)).unwrap_or_default();
            analysis.structure.own.contains_key(member) && own::is_root(member, path)
        };
        let of = |is_of: fn(&Changed<'a>) -> Option<&'a ShownFile>| {
            let files = changed.iter().filter_map(is_of).filter(|file| is_own(file.path.as_str()));
            files.map(|file| (file.path.as_str(), file)).collect::<BTreeMap<&str, &ShownFile>>()
        };
        let added = of(|changed| changed.after.filter(|_| changed.before.is_none()));
        let removed = of(|changed| changed.before.filter(|_| changed.after.is_none()));
        OwnChanges { analysis, come: added.keys().copied().collect(), gone: removed.into_keys().collect(), added }
    }

    /// Takes a file along that no build reads, or none but that of its own app, as it is on both sides.
    fn take(
        &self,
        structure: &mut Structure,
        before: Option<&Side<'_>>,
        after: Option<&Side<'_>>,
        kind: Option<Kind>,
    ) -> bool {
        let Some(Side { file, .. }) = before.or(after) else { return true };
        let path = file.path.as_str();
        let is_told_alike = before.zip(after).is_some_and(|(before, after)| structure.is_told_alike(before, after));
        let Structure { entries, names, aside: Some(aside), own, told, .. } = structure else { return false };
        if entries.contains(path) && !is_told_alike {
            return false;
        }
        let [before, after] = [before, after].map(|side| side.map(|side| &side.record));
        let differs = Differs { path, kind, before, after };
        let member = aside.owner(path).to_owned();
        let app = self.analysis.apps.values().find(|app| *app.path.as_str() == member);
        let (Some(own), Some(app)) = (own.get_mut(&member), app) else { return aside.take(&differs, |_| false) };
        let around = Around { member: &member, covered: app.inputs.own(), added: &self.come, packages: names };
        if own::is_root(&member, path) {
            let may_come = before.is_some() || !is_told(path, |other| told.contains(other));
            return may_come && Arc::make_mut(own).take(&differs, &around, aside);
        }
        aside.take(&differs, |module| own.is_of_own(module, path, &around))
    }

    /// Whether nobody imports what is gone.
    fn holds_together(&self, structure: &Structure) -> bool {
        let is_imported = |path: &&str| structure.own.values().any(|own| own.imports(path));
        !self.gone.iter().any(is_imported)
    }

    /// Has the files of an app's folder that come counted, and those not that go.
    fn change(&self, folder: &RepoPath, inputs: &mut Inputs) {
        let of_app = |path: &&&str| folder.holds(path);
        for path in self.gone.iter().filter(of_app) {
            inputs.leave_out(&Component::File((*path).to_owned()));
        }
        for (path, file) in self.added.iter().filter(|(path, _)| folder.holds(path)) {
            inputs.add(Component::File((*path).to_owned()), plan::content(file));
        }
    }
}

/// A file as it is on one side, with what it says.
struct Side<'a> {
    file: &'a ShownFile,
    record: Record,
    text: &'a str,
}

impl Structure {
    /// Whether rules read more of a file than a few words.
    fn is_told(&self, path: &str) -> bool {
        self.told.contains(path) && !self.entries.contains(path)
    }

    /// Whether nothing follows from another content of a file but what is inside it.
    fn stays(&self, before: &Side<'_>, after: &Side<'_>, kind: Option<Kind>) -> bool {
        let says = |kind| self.says_the_same(&before.record, &after.record, after.file.path.as_str(), kind);
        kind.is_none_or(says) && self.is_told_alike(before, after)
    }

    /// Whether rules read the same of a file of which they read a few words alone.
    fn is_told_alike(&self, before: &Side<'_>, after: &Side<'_>) -> bool {
        let words = |side: &Side<'_>| detect::words_of_entry(side.text);
        !self.entries.contains(after.file.path.as_str()) || words(before) == words(after)
    }

    /// Whether two contents of a file say the same of others, as far as anything follows from it.
    fn says_the_same(&self, before: &Record, after: &Record, path: &str, kind: Kind) -> bool {
        let words = |record: &Record| -> BTreeSet<Box<str>> {
            let is_run = record.reads_files || is_configuration(path, kind);
            record.words.iter().filter(|word| self.may_name(word, path, is_run)).cloned().collect()
        };
        let is_whole = |module: &str| self.kept.is_whole(module, path, self.aside.as_ref());
        let is_unnamed = self.aside.as_ref().is_some_and(|aside| self.kept.holds(path, aside));
        // Code and types are told apart.
        let rest = |record: &Record| {
            let mut rest = Record { words: BTreeSet::new(), code: None, declared: None, ..record.clone() };
            rest.imports.retain(|import| !is_whole(&import.module));
            if is_unnamed {
                (rest.own, rest.types, rest.is_barrel) = (BTreeSet::new(), BTreeSet::new(), false);
                rest.passed.retain(|passed| !is_whole(&passed.module));
            }
            rest
        };
        let of_whole = |record: &Record| -> Vec<(Box<str>, bool)> {
            let imports = record.imports.iter().map(|import| (&import.module, import.is_type));
            let passed = record.passed.iter().map(|passed| (&passed.module, passed.is_type));
            let all = imports.chain(passed.filter(|_| is_unnamed)).filter(|(module, _)| is_whole(module));
            let mut all: Vec<(Box<str>, bool)> = all.map(|(module, is_type)| (module.clone(), is_type)).collect();
            all.dedup();
            all
        };
        let has = |record: &Record| (record.code.is_some(), record.declared.is_some());
        rest(before) == rest(after)
            && of_whole(before) == of_whole(after)
            && words(before) == words(after)
            && has(before) == has(after)
    }

    /// Whether a word may name a package, a file or a folder, or something that no build reads by itself. Of what is run a word
    /// is a path if it looks like one.
    fn may_name(&self, word: &str, path: &str, is_run: bool) -> bool {
        // What holds `@` may be a condition.
        word.contains(['.', '@'])
            || self.names.contains(package_of(word))
            || unread::marks_in(word).next().is_some()
            || self.making.contains(path)
            || is_run && (word.contains('/') || self.is_of_own(word, path))
    }

    /// Whether files of an app are told by what words in a file of it are, or by a word that is what its folder is called.
    fn is_of_own(&self, word: &str, path: &str) -> bool {
        let is_its = |folder: &String| {
            let (_, name) = folder.rsplit_once('/').unwrap_or(("", folder));
            name == word || path.strip_prefix(folder.as_str()).is_some_and(|below| below.starts_with('/'))
        };
        self.own.keys().any(is_its)
    }
}
