//! Files that no build reads unless something asks for them: tests, stories, changesets. Where nothing does, one may come, go or
//! say something else of others, and what a commit comes to stays what it was.
//!
//! Such a file bears a mark in its path. It can be asked for by a text that holds the mark, by what looks through a folder
//! that it lies in, and by builds that read all of a member. What it asks for itself matters in so far as members need each
//! other by it: what it imports must be imported in its member by another file as well.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use model::resolved;
use serde::{Deserialize, Serialize};

use crate::modules::{
    Kind, Record, before_pattern, folder_of, folders_above, head_of, is_configuration, is_looked_through, package_of,
};
use crate::plan::Live;
use crate::undeclared::Undeclared;
use crate::unread;
use crate::workspace::{Workspace, may_tell};

/// Fields of manifests that lead to files of a package.
pub const LEADING: [&str; 9] =
    ["exports", "imports", "browser", "react-native", "alias", "main", "module", "source", "types"];

/// What decides whether such a file is asked for, and whether members need each other by it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Aside {
    /// Folders of members.
    members: BTreeSet<String>,
    /// Their names.
    names: BTreeSet<String>,
    /// Those of them, or the empty one of nobody's files, whose own builds read such files as well.
    open: BTreeSet<String>,
    /// Whether the repository's own folder is built.
    builds_root: bool,
    /// Marks that a text holds which builds read, or by which they look for something.
    sought: BTreeSet<String>,
    /// Patterns of paths that builds look through.
    through: BTreeSet<String>,
    /// How many files lie in each folder.
    folders: BTreeMap<String, u32>,
    /// How many files of each member import what is no path, by its name.
    imported: BTreeMap<(String, Box<str>), u32>,
}

/// A file that comes, goes, or says something else than before.
pub struct Differs<'a> {
    pub path: &'a str,
    pub kind: Option<Kind>,
    /// What it said, if it was there.
    pub before: Option<&'a Record>,
    /// What it says, if it is there.
    pub after: Option<&'a Record>,
}

impl Aside {
    /// What is told of it without plans; none if it cannot be told.
    pub fn of(workspace: &Workspace, undeclared: &Undeclared<'_>) -> Option<Aside> {
        // Patterns of people's own count whatever they match, and several roots have rules of their own.
        let has_patterns = workspace.globs.values().any(|globs| !globs.inputs.is_empty());
        if has_patterns || workspace.roots.keys().any(|root| !root.is_root()) {
            return None;
        }
        let mut folders: HashMap<&str, u32> = HashMap::new();
        for path in workspace.snapshot.files.keys() {
            *folders.entry(folder_of(path)).or_default() += 1;
        }
        let mut imported: HashMap<(&str, &str), u32> = HashMap::new();
        for (_, node) in workspace.graph().nodes() {
            let Some(member) = &node.member else { continue };
            for module in names(&node.record) {
                *imported.entry((member.as_str(), module)).or_default() += 1;
            }
        }
        // Of these it is told which file is the first.
        imported.retain(|(member, module), _| !undeclared.contains_key(&(*member, package_of(module))));
        let imported =
            imported.into_iter().map(|((member, module), files)| ((member.to_owned(), module.into()), files));
        Some(Aside {
            members: workspace.members.keys().map(ToString::to_string).collect(),
            names: workspace.members.values().map(|member| member.name.clone()).collect(),
            folders: folders.into_iter().map(|(folder, files)| (folder.to_owned(), files)).collect(),
            imported: imported.collect(),
            ..Aside::default()
        })
    }

    /// The same with what plans of all apps have looked at.
    #[must_use]
    pub fn with(self, workspace: &Workspace, live: &Live) -> Aside {
        let (graph, looked) = (workspace.graph(), workspace.graph().looked());
        let mut sought = BTreeSet::new();
        let mut through: BTreeSet<String> = looked.through.into_iter().map(|(_, pattern)| pattern).collect();
        through.extend(looked.scanned);
        for (_, node) in graph.nodes().filter(|(file, _)| live.holds(*file)) {
            through.extend(node.through.iter().cloned());
            sought.extend(sought_by(&node.record).flat_map(unread::marks_in));
        }
        let aliased = graph.aliases().flat_map(|(_, aliases)| aliases.all());
        sought.extend(looked.texts.iter().map(String::as_str).chain(aliased).flat_map(unread::marks_in));
        for manifest in workspace.members.values().map(|member| &member.manifest) {
            let leading = LEADING.iter().filter_map(|field| Some(manifest.field(field)?.to_string()));
            leading.for_each(|text| sought.extend(unread::marks_in(&text)));
        }
        Aside {
            open: live.members().open.iter().map(ToString::to_string).collect(),
            builds_root: live.builds_root(),
            sought: sought.into_iter().map(str::to_owned).collect(),
            through,
            ..self
        }
    }

    /// Takes a file along that differs, if nothing asks for it and nothing else follows from it.
    /// Names that it imports may be told to stand for files of its own member.
    pub fn take(&mut self, file: &Differs<'_>, is_own: impl Fn(&str) -> bool) -> bool {
        self.is_aside(file.path, file.kind) && self.take_imports(file, is_own) && self.count_file(file)
    }

    /// Counts a file that comes or goes, if its folder is there before and after.
    pub fn count_file(&mut self, file: &Differs<'_>) -> bool {
        let folder = self.folders.entry(folder_of(file.path).to_owned()).or_default();
        match (file.before, file.after) {
            (Some(_), Some(_)) => {}
            // That there is a folder means something as well.
            (None, _) => *folder += 1,
            (Some(_), None) => *folder -= 1,
        }
        *folder > 0 && !(file.before.is_none() && *folder == 1)
    }

    /// Counts what a file of a member imports that is no path. What nobody imported before, and nobody any more, must not be
    /// of `others`.
    pub fn count_imports(
        &mut self,
        member: &str,
        before: &BTreeSet<&str>,
        after: &BTreeSet<&str>,
        is_others: impl Fn(&str) -> bool,
    ) -> bool {
        let key = |module: &&str| (member.to_owned(), Box::from(*module));
        for module in after.difference(before) {
            match self.imported.get_mut(&key(module)) {
                Some(count) => *count += 1,
                None if is_others(module) => return false,
                None => drop(self.imported.insert(key(module), 1)),
            }
        }
        for module in before.difference(after) {
            match self.imported.get_mut(&key(module)) {
                Some(count) if *count > 1 => *count -= 1,
                Some(_) if !is_others(module) => drop(self.imported.remove(&key(module))),
                _ => return false,
            }
        }
        true
    }

    /// Whether there is a folder at a path.
    pub fn is_folder(&self, path: &str) -> bool {
        let below = format!("{path}/");
        self.folders.contains_key(path)
            || self.folders.range(below.clone()..).next().is_some_and(|(it, _)| it.starts_with(&below))
    }

    /// The member that holds a path; empty if none does.
    pub fn owner<'p>(&self, path: &'p str) -> &'p str {
        folders_above(path).find(|folder| self.members.contains(*folder)).unwrap_or_default()
    }

    /// Whether nothing asks for a file by where it lies.
    fn is_aside(&self, path: &str, kind: Option<Kind>) -> bool {
        let owner = self.owner(path);
        let below = path[owner.len()..].trim_start_matches('/');
        let is_of_nobody = owner.is_empty() && !self.builds_root;
        let mark = if is_of_nobody { unread::marked_of_nobody(below) } else { unread::marked(below) };
        let Some(mark) = mark else { return false };
        // What configures tools may be told by its name alone, and what lies at the top.
        let may_configure =
            !below.contains('/') || may_tell(path) || kind.is_some_and(|kind| is_configuration(path, kind));
        unread::is_unread(path)
            && !may_configure
            && !self.open.contains(owner)
            && !self.sought.contains(mark)
            && !is_looked_through(&self.through, path)
    }

    /// Takes along what a file imports, if members need no others by it than they did, and no fewer.
    fn take_imports(&mut self, file: &Differs<'_>, is_own: impl Fn(&str) -> bool) -> bool {
        let owner = self.owner(file.path).to_owned();
        // What belongs to no member needs none for anybody.
        if owner.is_empty() {
            return true;
        }
        let nothing = Record::default();
        let (before, after) = (file.before.unwrap_or(&nothing), file.after.unwrap_or(&nothing));
        let is_plain = |record: &Record| {
            !record.reads_files && !record.is_open && record.joined.is_empty() && record.scans.is_empty()
        };
        // In these a name may be a path.
        let holds_styles = |kind: Kind| matches!(kind, Kind::Module(language) if language.may_hold_styles());
        if !is_plain(before) || !is_plain(after) || file.kind.is_some_and(holds_styles) {
            return false;
        }
        if !paths(before).symmetric_difference(&paths(after)).all(|path| self.stays_in(&owner, file.path, path)) {
            return false;
        }
        // Members need what they import, whoever names it besides.
        let is_imported = |word: &str| self.imported.contains_key(&(owner.clone(), word.into()));
        let may_lead = |word: &str| {
            let is_package = word.contains('/') && self.names.contains(package_of(word));
            word.split('/').any(|part| part == "..") || is_package && !is_imported(word)
        };
        if before.words.symmetric_difference(&after.words).any(|word| may_lead(word)) {
            return false;
        }
        let (before, after) = (names(before), names(after));
        // Behind a loader or a scheme may be a path.
        let may_be_path = |module: &&&str| module.contains('!') || module.contains(":.");
        if before.symmetric_difference(&after).any(|module| may_be_path(&module)) {
            return false;
        }
        self.count_imports(&owner, &before, &after, |module| !is_own(module))
    }

    /// Whether a path in a text of a file leads to nothing of another member, from the file's folder or from its member's.
    fn stays_in(&self, owner: &str, file: &str, text: &str) -> bool {
        let is_of_others = |path: &str| {
            let within = self.owner(&format!("{path}/x")).to_owned();
            let is_above = path.is_empty() || owner == path || owner.starts_with(&format!("{path}/"));
            let has_members = || {
                self.members.range(format!("{path}/")..).next().is_some_and(|it| it.starts_with(&format!("{path}/")))
            };
            // What lies above is a place.
            !is_above && within != owner && (!within.is_empty() || has_members())
        };
        let head = head_of(text).unwrap_or(text).split(['?', '#']).next().unwrap_or_default();
        let leads = [folder_of(file), owner].map(|folder| resolved(folder, head));
        !text.contains(['!', '*']) && leads.iter().flatten().all(|path| !is_of_others(path))
    }
}

/// What a file imports that is no path.
pub fn names(record: &Record) -> BTreeSet<&str> {
    record.modules().filter(|module| !module.starts_with('.')).collect()
}

/// Paths that a file imports or names.
fn paths(record: &Record) -> BTreeSet<&str> {
    let imported = record.modules().filter(|module| module.starts_with('.'));
    imported.chain(record.paths.iter().map(|path| &**path)).collect()
}

/// Texts of a file by which something may be asked for: what a pattern means is told by what is looked through.
fn sought_by(record: &Record) -> impl Iterator<Item = &str> {
    let is_told = |text: &&str| before_pattern(text).is_none() || record.commands.contains(*text);
    let imported = record.modules().filter(|module| !module.contains('*'));
    imported.chain(texts(record).filter(is_told))
}

/// Texts of a file that may lead somewhere.
pub fn texts(record: &Record) -> impl Iterator<Item = &str> {
    let sets = [
        &record.paths,
        &record.joined,
        &record.given,
        &record.commands,
        &record.scans,
        &record.words,
        &record.installed,
        &record.entries,
    ];
    let keyed = record.keyed.iter().map(|(_, path)| &**path);
    record.modules().chain(sets.into_iter().flatten().map(|text| &**text)).chain(keyed)
}
