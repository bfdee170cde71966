//! Which files an import may stand for.
//!
//! A bundler takes one answer, by its conditions, its fields and its order of endings. Which bundler it is and how it is
//! configured is not known here, so an import stands for every file that any of them would take; but for conditions of a
//! repository's own, which nothing knows unless it is told of them.
//!
//! Sources: nodejs.org, "Modules: Packages"; webpack.js.org, "Resolve"; typescriptlang.org, "Modules - Reference".

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::OnceLock;

use model::{RepoPath, is_built_in, resolved};
use serde_json::Value;

use super::aliases::Aliases;
use super::graph::Found;
use super::paths::{Named, Paths, expanded, head_of, is_bare, means_files, through};
use super::record::Language;
use crate::manifest::Manifest;
use crate::workspace::{Member, Needs, Root, owner};

/// Fields of a manifest that name what the package's name stands for.
const ENTRIES: [&str; 14] = [
    "main",
    "module",
    "browser",
    "types",
    "typings",
    "source",
    "svelte",
    "style",
    "sass",
    "less",
    "react-native",
    "jsnext:main",
    "esnext",
    "es2015",
];

/// Those of them that may be tables of what is taken in place of what.
pub const REPLACING: [&str; 3] = ["browser", "react-native", "alias"];

/// Resolves imports in a commit.
pub struct Resolver<'a> {
    paths: &'a Paths,
    members: &'a BTreeMap<RepoPath, Member>,
    roots: &'a BTreeMap<RepoPath, Root>,
    /// Names of folders, once they are asked for.
    folders: OnceLock<HashSet<Box<str>>>,
    needs: &'a Needs,
    aliases: &'a BTreeMap<RepoPath, Aliases>,
    /// Members by root and name.
    by_name: HashMap<(&'a RepoPath, &'a str), &'a RepoPath>,
    /// Names from outside that any manifest of a root asks for.
    declared: HashMap<&'a RepoPath, HashSet<&'a str>>,
    /// What bundlers for some platforms take in place of which file.
    instead: HashMap<u32, Vec<u32>>,
    /// The same in place of what a member imports, by its name.
    instead_of: BTreeMap<&'a RepoPath, HashMap<&'a str, Vec<u32>>>,
}

impl<'a> Resolver<'a> {
    /// A resolver for members with their aliases.
    pub fn new(
        paths: &'a Paths,
        members: &'a BTreeMap<RepoPath, Member>,
        roots: &'a BTreeMap<RepoPath, Root>,
        needs: &'a Needs,
        aliases: &'a BTreeMap<RepoPath, Aliases>,
    ) -> Resolver<'a> {
        let by_name = members.values().map(|member| ((&member.root, member.name.as_str()), &member.path)).collect();
        let mut declared: HashMap<&RepoPath, HashSet<&str>> = HashMap::new();
        let of_roots = roots.values().map(|root| (&root.folder, &root.manifest));
        let manifests = members.values().map(|member| (&member.root, &member.manifest)).chain(of_roots);
        for (root, manifest) in manifests {
            declared.entry(root).or_default().extend(manifest.all_dependencies().into_keys());
        }
        let mut resolver = Resolver {
            paths,
            members,
            roots,
            folders: OnceLock::new(),
            needs,
            aliases,
            by_name,
            declared,
            instead: HashMap::new(),
            instead_of: BTreeMap::new(),
        };
        for member in members.values() {
            for (replaced, path) in instead(&member.manifest) {
                let others = resolver.below(&member.path, path);
                if replaced.starts_with('.') {
                    for file in resolver.below(&member.path, replaced) {
                        resolver.instead.entry(file).or_default().extend(&others);
                    }
                } else {
                    resolver.instead_of.entry(&member.path).or_default().entry(replaced).or_default().extend(others);
                }
            }
        }
        resolver
    }

    /// Whether what a name in a file stands for depends on where in its member that lies.
    pub fn depends_on_place(file: &str, name: &str) -> bool {
        name.starts_with(['.', '/', '~', '#'])
            // Behind a loader or a scheme may be a path.
            || name.contains([':', '!'])
            || Language::of(file).is_some_and(Language::may_hold_styles)
    }

    /// What an import in a file of a member stands for.
    pub fn import(&self, file: &str, member: &'a RepoPath, name: &str) -> Found {
        let found = self.as_written(file, member, name);
        let of_name = self.instead_of.get(member).and_then(|names| names.get(name));
        let of_files = found.files().iter().filter_map(|file| self.instead.get(file));
        let others: Vec<u32> = of_name.into_iter().chain(of_files).flatten().copied().collect();
        match found {
            found if others.is_empty() => found,
            Found::Files(mut files) => {
                files.extend(others);
                Found::Files(files)
            }
            Found::ByCondition { condition, mut files, built } => {
                files.extend(others);
                Found::ByCondition { condition, files, built }
            }
            Found::Built(_) | Found::Outside | Found::Unknown => Found::Files(others),
        }
    }

    /// Files that a path in a member may stand for.
    fn below(&self, member: &RepoPath, path: &str) -> Vec<u32> {
        resolved(member.as_str(), path).map(|path| self.paths.candidates(&path)).unwrap_or_default()
    }

    /// The same, before a bundler takes something else in its place.
    fn as_written(&self, file: &str, member: &'a RepoPath, name: &str) -> Found {
        // webpack's loaders stand before a name, and bundlers take a query for how it is imported.
        let name = name.rsplit('!').next().unwrap_or(name);
        let name = name.split('?').next().unwrap_or(name);
        // Sass's and webpack's ways to name a package.
        let name = name.strip_prefix("pkg:").unwrap_or(name);
        let name = name.strip_prefix('~').filter(|rest| !rest.starts_with('/')).unwrap_or(name);
        // Parcel's ways to take a file.
        let name = name.split_once(':').map(|(_, path)| path).filter(|path| path.starts_with('.')).unwrap_or(name);
        if name.contains('*') && name.starts_with('.') {
            let found: Vec<u32> = self.paths.by_text(folder_of(file), name).all().collect();
            return if found.is_empty() { Found::Unknown } else { Found::Files(found) };
        }
        let name = if name.starts_with('.') { name.split('#').next().unwrap_or(name) } else { name };
        if name.is_empty() || name.contains(['\0', '\n']) || is_of_scheme(name) {
            return Found::Outside;
        }
        if name == "." || name == ".." || name.starts_with("./") || name.starts_with("../") {
            return self.relative(file, member, name);
        }
        if let Some(below) = name.strip_prefix('/') {
            // Below the folder that is served, or what `public` holds.
            let own = [member.join(below), member.join(&format!("public/{below}"))];
            let found: Vec<u32> = own.iter().flat_map(|path| self.paths.candidates(path)).collect();
            return if found.is_empty() { Found::Outside } else { Found::Files(found) };
        }
        if name.starts_with('#')
            && let Some(found) = self.own_import(file, member, name)
        {
            return found;
        }
        let by_alias = self.alias(member, name);
        if !by_alias.is_empty() {
            // Not every bundler knows of aliases that a compiler has.
            let by_package = self.package(member, name).map(|(package, below)| self.of_member(package, below));
            let others = by_package.filter(|found| matches!(found, Found::Files(_)));
            let others: Vec<u32> = others.iter().flat_map(Found::files).copied().collect();
            return Found::Files(by_alias.into_iter().chain(others).collect());
        }
        let targets = self.aliases.get(member).map(|aliases| aliases.targets(name)).unwrap_or_default();
        if let Some(other) = targets.iter().find_map(|path| self.other(path, member)) {
            return Found::Built(other.clone());
        }
        self.bare(file, member, name)
    }

    fn alias(&self, member: &RepoPath, name: &str) -> Vec<u32> {
        self.aliases.get(member).map(|aliases| by_alias(self.paths, aliases, name)).unwrap_or_default()
    }

    /// What is looked through for a name that is not told to its end, by the aliases of a member.
    pub fn open_aliases(&self, member: &RepoPath, name: &str) -> Vec<String> {
        self.aliases.get(member).map(|aliases| open_targets(aliases, name).collect()).unwrap_or_default()
    }

    /// The member that a text names, and what of it, if it names one.
    pub fn package<'n>(&self, member: &RepoPath, name: &'n str) -> Option<(&'a RepoPath, &'n str)> {
        let (package, below) = parts(name);
        let by_manifest = self.needs.named(member, package);
        let root = self.root(member)?;
        let found = by_manifest.or_else(|| self.by_name.get(&(root, package)).copied())?;
        Some((found, below))
    }

    /// The root of a member, or of what lies in a root's folder and belongs to nobody.
    fn root(&self, member: &RepoPath) -> Option<&'a RepoPath> {
        let of_nobody = || self.declared.get_key_value(member).map(|(root, _)| *root);
        self.members.get(member).map(|member| &member.root).or_else(of_nobody)
    }

    /// Files that a path in a text may stand for: a file, one of a shortened name, all below a folder or of a pattern.
    pub fn path(&self, folder: &str, member: &RepoPath, text: &str) -> Named {
        let leaves = |head: &str| resolved(folder, head).is_none_or(|path| !member.holds(&path));
        if !is_bare(text) || !head_of(text).is_some_and(leaves) {
            return self.paths.by_text(folder, text);
        }
        // Choices may say where it begins, and an ending what it means.
        let each = expanded(text).unwrap_or_else(|| vec![text.to_owned()]);
        let mut found = Named::default();
        for text in &each {
            if !is_bare(text) {
                let named = self.paths.by_text(folder, text);
                found.through.extend(named.through.iter().cloned());
                found.files.extend(named.all());
            } else if means_files(text) {
                found.through.extend(through(folder, text));
                found.files.extend(self.paths.meant(folder, text));
            }
        }
        found
    }

    fn relative(&self, file: &str, member: &'a RepoPath, name: &str) -> Found {
        let Some(path) = resolved(folder_of(file), name) else { return Found::Unknown };
        let mut found = self.paths.candidates(&path);
        // Where packages of the root, or its own, are installed.
        let places = [member, self.root(member).unwrap_or(member)].map(|folder| folder.join("node_modules/"));
        if let (true, Some(installed)) = (found.is_empty(), places.iter().find_map(|place| path.strip_prefix(place))) {
            return self.bare(file, member, installed);
        }
        if Language::of(file).is_some_and(Language::may_hold_styles) {
            found.extend(partials(&path).iter().flat_map(|path| self.paths.candidates(path)));
        }
        match self.other(&path, member) {
            _ if !found.is_empty() => Found::Files(found),
            Some(other) => Found::Built(other.clone()),
            None => Found::Unknown,
        }
    }

    /// The member, other than this, that a path lies in.
    fn other(&self, path: &str, member: &RepoPath) -> Option<&'a RepoPath> {
        owner(self.members, path).filter(|owner| *owner != member)
    }

    /// What a package imports of its own by `imports`.
    fn own_import(&self, file: &str, member: &'a RepoPath, name: &str) -> Option<Found> {
        let imports = self.members.get(member)?.manifest.field("imports")?;
        let leaves = matching(imports, name);
        if let [(other, _)] = leaves.as_slice()
            && !other.starts_with("./")
        {
            return Some(self.bare(file, member, other));
        }
        let mut found = Vec::new();
        for (leaf, _) in &leaves {
            if let Some(below) = leaf.strip_prefix("./") {
                found.extend(self.paths.candidates(&member.join(below)));
            } else if let Found::Files(files) = self.bare(file, member, leaf) {
                found.extend(files);
            }
        }
        match (leaves.is_empty(), found.is_empty()) {
            (true, _) => None,
            (false, true) => Some(Found::Unknown),
            (false, false) => Some(Found::Files(found)),
        }
    }

    fn bare(&self, file: &str, member: &'a RepoPath, name: &str) -> Found {
        if let Some((package, below)) = self.package(member, name) {
            return self.of_member(package, below);
        }
        let (package, _) = parts(name);
        let is_declared =
            self.root(member).is_some_and(|root| self.declared.get(root).is_some_and(|names| names.contains(package)));
        if is_declared {
            return Found::Outside;
        }
        let below =
            |aliases: &Aliases| aliases.below_bases(name).flat_map(|path| self.paths.candidates(&path)).collect();
        let mut found: Vec<u32> = self.aliases.get(member).map(below).unwrap_or_default();
        if Language::of(file).is_some_and(Language::may_hold_styles) {
            let beside = resolved(folder_of(file), name).unwrap_or_default();
            let partials = partials(&beside);
            found.extend([beside].iter().chain(&partials).flat_map(|path| self.paths.candidates(path)));
        }
        if !found.is_empty() {
            return Found::Files(found);
        }
        // A place in a document.
        let is_place = name.starts_with('#') && Language::of(file) == Some(Language::Styles);
        // What somebody else needs may be installed where this finds it.
        let is_installed = || {
            let root = self.root(member).and_then(|root| self.roots.get(root));
            let is_known = root.and_then(|root| root.lockfile.as_ref()).is_some_and(|lockfile| lockfile.knows(package));
            // Where a folder is called so, configuration that is not known may mean that.
            is_known && !self.folders.get_or_init(|| self.paths.folders()).contains(package)
        };
        if is_place || is_built_in(package) || is_installed() { Found::Outside } else { Found::Unknown }
    }

    /// What a member offers: by `exports`, else by its entries or its files.
    fn of_member(&self, path: &'a RepoPath, below: &str) -> Found {
        let Some(member) = self.members.get(path) else { return Found::Unknown };
        let named = by_condition(&member.manifest, below);
        let at = |(named, condition): &(String, Option<&str>)| {
            let files = self.paths.candidates(&path.join(named.trim_start_matches("./")));
            files.into_iter().map(|file| (file, condition.map(Box::from))).collect::<Vec<(u32, Option<Box<str>>)>>()
        };
        let there: Vec<(u32, Option<Box<str>>)> = named.iter().flat_map(at).collect();
        let conditions: BTreeSet<&Option<Box<str>>> = there.iter().map(|(_, condition)| condition).collect();
        let mut found: Vec<u32> = there.iter().map(|(file, _)| *file).collect();
        if let Some(Some(condition)) = conditions.first().filter(|_| conditions.len() == 1 && member.is_built)
            && named.iter().any(|(_, condition)| condition.is_none())
        {
            return Found::ByCondition { condition: condition.clone(), files: found, built: path.clone() };
        }
        if found.is_empty() && !below.is_empty() {
            let plain = path.join(below);
            let partials = partials(&plain);
            found = [plain].iter().chain(&partials).flat_map(|path| self.paths.candidates(path)).collect();
        } else if named.is_empty() {
            found = self.paths.candidates(&path.join("index"));
        }
        if found.is_empty() { Found::Built(path.clone()) } else { Found::Files(found) }
    }
}

/// Paths in a package that what is behind its name may stand for: by `exports`, else by its entries or as it is.
pub fn targets(manifest: &Manifest, below: &str) -> Vec<String> {
    by_condition(manifest, below).into_iter().map(|(path, _)| path).collect()
}

/// The same, each with the condition of a repository's own under which it stands.
fn by_condition<'m>(manifest: &'m Manifest, below: &str) -> Vec<(String, Option<&'m str>)> {
    match manifest.field("exports") {
        Some(exports) => {
            let wanted = if below.is_empty() { ".".to_owned() } else { format!("./{below}") };
            matching(exports, &wanted)
        }
        None if below.is_empty() => {
            let entries = ENTRIES.iter().filter_map(|field| manifest.text(field));
            entries.map(|path| (path.to_owned(), None)).collect()
        }
        None => vec![(below.to_owned(), None)],
    }
}

/// What a manifest has bundlers for some platforms take in place of which of the package's modules and of what it imports.
/// Source: webpack.js.org, "Resolve", `aliasFields`; reactnative.dev, "Metro"; parceljs.org, "Dependency resolution".
fn instead(manifest: &Manifest) -> Vec<(&str, &str)> {
    let tables = REPLACING.iter().filter_map(|field| manifest.field(field)?.as_object());
    tables.flatten().filter_map(|(replaced, path)| Some((replaced.as_str(), path.as_str()?))).collect()
}

/// Every path in a package that its manifest offers to others, patterns as they are written.
pub fn offered(manifest: &Manifest) -> Vec<String> {
    let tables = ["exports", "bin"].into_iter().filter_map(|field| manifest.field(field));
    let entries = ENTRIES.iter().filter_map(|field| manifest.text(field)).map(str::to_owned);
    tables.flat_map(|table| leaves(table, "*")).map(|(path, _)| path).chain(entries).collect()
}

/// Files that a name stands for by aliases; by a pattern all that may match it.
pub fn by_alias(paths: &Paths, aliases: &Aliases, name: &str) -> Vec<u32> {
    let targets = aliases.targets(name).into_iter();
    targets
        .flat_map(|path| match name.contains('*') {
            true => paths.by_text("", &path).all().collect(),
            false => paths.candidates(&path),
        })
        .collect()
}

/// What is looked through for a name that is not told to its end.
pub fn open_targets(aliases: &Aliases, name: &str) -> impl Iterator<Item = String> {
    let targets = if name.contains('*') { aliases.targets(name) } else { BTreeSet::new() };
    targets.into_iter().filter_map(|path| through("", &path))
}

/// Paths that a table of `exports` or `imports` has for a name, under whichever condition; those of the repository's own
/// are told.
fn matching<'m>(table: &'m Value, name: &str) -> Vec<(String, Option<&'m str>)> {
    let Some(entries) = table.as_object().filter(|entries| entries.keys().all(|key| key.starts_with(['.', '#'])))
    else {
        // The conditions of `.` alone.
        return if name == "." { leaves(table, "") } else { Vec::new() };
    };
    if let Some(value) = entries.get(name) {
        return leaves(value, "");
    }
    let with_star = entries.iter().filter_map(|(key, value)| {
        let (before, after) = key.split_once('*').or_else(|| key.ends_with('/').then_some((key.as_str(), "")))?;
        let middle = name.strip_prefix(before)?.strip_suffix(after)?;
        Some((before.len(), middle, value))
    });
    with_star.max_by_key(|(length, ..)| *length).map(|(_, middle, value)| leaves(value, middle)).unwrap_or_default()
}

fn leaves<'m>(value: &'m Value, middle: &str) -> Vec<(String, Option<&'m str>)> {
    let mut found = Vec::new();
    let mut open = vec![(value, None)];
    while let Some((value, own)) = open.pop() {
        match value {
            Value::String(path) if path.ends_with('/') => found.push((format!("{path}{middle}"), own)),
            Value::String(path) => found.push((path.replace('*', middle), own)),
            Value::Object(conditions) => open.extend(conditions.iter().map(|(condition, value)| {
                (value, own.or_else(|| is_own_condition(condition).then_some(condition.as_str())))
            })),
            Value::Array(alternatives) => open.extend(alternatives.iter().map(|value| (value, own))),
            _ => {}
        }
    }
    found
}

/// Whether a condition is a repository's own: no tool has one of this kind by itself.
/// Source: nodejs.org, "Community Conditions Definitions", "Resolving user conditions".
fn is_own_condition(name: &str) -> bool {
    // TypeScript takes a range of its own version.
    name.contains('@') && !name.starts_with("types@")
}

/// The package that a name is of.
pub fn package_of(name: &str) -> &str {
    parts(name).0
}

/// A package's name, and what is behind it.
pub fn parts(name: &str) -> (&str, &str) {
    // It may be named by where it is installed.
    let name = name.rsplit_once("node_modules/").map_or(name, |(_, installed)| installed);
    let end = if name.starts_with('@') { name.match_indices('/').nth(1) } else { name.match_indices('/').next() };
    end.map_or((name, ""), |(at, _)| (&name[..at], &name[at + 1..]))
}

/// Whether a name is of a scheme, as `node:fs` or `virtual:pages`; the first letter alone is a drive.
fn is_of_scheme(name: &str) -> bool {
    let end = name.find([':', '/']).unwrap_or(0);
    end > 1 && name[end..].starts_with(':')
}

/// A Sass file by the names that it may have when others import it: with an underscore, or as a folder's index.
pub fn partials(path: &str) -> [String; 2] {
    let with_underscore =
        path.rsplit_once('/').map_or_else(|| format!("_{path}"), |(folder, name)| format!("{folder}/_{name}"));
    [with_underscore, format!("{path}/_index")]
}

/// Folders that a path lies in, the nearest first, without the repository's.
pub fn folders_above(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(folder_of(path)), |folder| Some(folder_of(folder)))
        .take_while(|folder| !folder.is_empty())
}

/// The folder of a file; empty for the repository's.
pub fn folder_of(file: &str) -> &str {
    file.rsplit_once('/').map_or("", |(folder, _)| folder)
}
