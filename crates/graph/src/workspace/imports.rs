//! Members that others import without a manifest that names them: by an alias of TypeScript's `paths`, the way of Nx and
//! of whoever builds packages together with the app, or by a path that leads out of their own folder.
//!
//! Source: typescriptlang.org, "TSConfig Reference", `paths`, `baseUrl`, `extends`.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::rc::Rc;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use model::{RepoPath, resolved};
use serde_json::Value;

use super::Workspace;
use crate::files::{Contents, Files as _};
use crate::git::{GitError, SYMBOLIC_LINK, Snapshot};

/// How many files may extend each other.
const LONGEST_CHAIN: usize = 50;

/// How many files are read at once.
const AT_ONCE: usize = 2000;

/// Of how many contents the names are kept, before it begins anew: some tens of megabytes.
const MOST_MODULES: usize = 100_000;

/// The longest name that a module is imported by.
const LONGEST: usize = 300;

/// What stands before the name of a module that is imported.
const IMPORTING: [&str; 6] = ["from", "import", "import(", "require(", "@import", "@use"];

/// What an import may leave out at the end of a file's name.
const LEFT_OUT: [&str; 12] = [
    "",
    ".ts",
    ".tsx",
    ".js",
    ".jsx",
    ".mjs",
    ".json",
    ".css",
    "/index.ts",
    "/index.tsx",
    "/index.js",
    "/package.json",
];

/// The ends of files that import.
const SOURCES: [&str; 14] = [
    ".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".vue", ".svelte", ".astro", ".mdx", ".css", ".scss",
];

/// Whether a file may say which names stand for which folders.
pub fn is_read(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let is_configuration = (name.contains("tsconfig") || name.contains("jsconfig")) && name.ends_with(".json");
    is_configuration && path.split('/').all(|part| part != "node_modules")
}

/// What is imported without being named in a manifest.
#[derive(Clone, Debug, Default)]
pub struct Imports {
    /// Who imports whom: pairs of members.
    pub members: BTreeSet<(RepoPath, RepoPath)>,
    /// Folders of nobody, outside the workspace's root, that a member imports from; each ends with a `/`.
    pub folders: BTreeMap<RepoPath, BTreeSet<String>>,
}

/// Names in modules, by the objects that hold them: whoever reads one commit after another looks at each content once.
#[derive(Debug, Default)]
pub struct Modules {
    names: Mutex<HashMap<String, Arc<[Name]>>>,
}

/// What may be the name of a module that is imported.
#[derive(Clone, Debug, PartialEq)]
struct Name {
    text: Box<str>,
    /// Whether what stands before it imports.
    is_imported: bool,
}

impl Modules {
    /// The names in some files of a snapshot, by path.
    fn names(&self, snapshot: &Snapshot, paths: &[&str]) -> Result<HashMap<String, Arc<[Name]>>, GitError> {
        let object = |path: &str| snapshot.files.get(path).map(|file| file.object.as_str());
        let known = |path: &str| self.lock().get(object(path)?).cloned();
        let mut found: HashMap<String, Arc<[Name]>> =
            paths.iter().filter_map(|path| Some(((*path).to_owned(), known(path)?))).collect();
        let unknown = paths.iter().copied().filter(|path| !found.contains_key(*path)).collect::<Vec<_>>();
        // What is not there cannot be built either, which the build says.
        for (path, content) in snapshot.read_there(unknown)? {
            let names: Arc<[Name]> = names(&String::from_utf8_lossy(&content)).into();
            if let Some(object) = object(&path) {
                let mut known = self.lock();
                if known.len() >= MOST_MODULES {
                    known.clear();
                }
                known.insert(object.to_owned(), Arc::clone(&names));
            }
            found.insert(path, names);
        }
        Ok(found)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Arc<[Name]>>> {
        self.names.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is imported in a workspace without being named in a manifest.
///
/// # Errors
/// If git fails.
pub fn find(workspace: &Workspace, files: &Contents, modules: &Modules) -> Result<Imports, GitError> {
    let mut read = Read { files, texts: BTreeMap::new(), paths: BTreeMap::new(), own: BTreeMap::new() };
    let mut found = Imports::default();
    let is_source = |path: &str| SOURCES.iter().any(|end| path.ends_with(end)) && !path.ends_with(".d.ts");
    let aliases: BTreeMap<&RepoPath, Aliases> =
        workspace.members.keys().map(|member| (member, read.aliases(workspace, member))).collect();
    let sources = aliases.keys().flat_map(|member| workspace.files_of(member).map(move |file| (*member, file)));
    let sources = sources.filter(|(_, file)| file.mode != SYMBOLIC_LINK && is_source(file.path.as_str()));
    let sources: Vec<(&RepoPath, &str)> = sources.map(|(member, file)| (member, file.path.as_str())).collect();
    for some in sources.chunks(AT_ONCE) {
        let paths: Vec<&str> = some.iter().map(|(_, path)| *path).collect();
        let names = modules.names(&workspace.snapshot, &paths)?;
        for (member, file) in some {
            for name in names.get(*file).into_iter().flat_map(|names| names.iter()) {
                if !name.text.starts_with("../") {
                    found.add(workspace, member, aliases[member].targets(&name.text));
                } else if name.is_imported {
                    found.add(workspace, member, imported(workspace, file, &name.text));
                }
            }
        }
    }
    Ok(found)
}

impl Imports {
    /// Takes along what a member imports, unless that is its own.
    fn add(&mut self, workspace: &Workspace, member: &RepoPath, targets: impl IntoIterator<Item = String>) {
        for target in targets {
            match owner(workspace, &target) {
                Some(other) if other == member => {}
                Some(other) => drop(self.members.insert((member.clone(), other.clone()))),
                None => {
                    let folder = above(&target).filter(|folder| !folder.is_empty());
                    let is_outside = workspace.root_of(member).is_none_or(|root| !root.folder.holds(&target));
                    if let Some(folder) = folder.filter(|_| is_outside) {
                        self.folders.entry(member.clone()).or_default().insert(format!("{folder}/"));
                    }
                }
            }
        }
    }
}

/// The file that is imported by a path, where it is one of another folder.
fn imported(workspace: &Workspace, file: &str, path: &str) -> Option<String> {
    // Bundlers take a query for how it is imported.
    let path = path.split('?').next().unwrap_or(path);
    let target = resolved(above(file)?, path)?;
    LEFT_OUT.iter().map(|end| format!("{target}{end}")).find(|target| workspace.snapshot.files.contains_key(target))
}

/// Names that stand for files.
#[derive(Clone, Debug, Default, PartialEq)]
struct Aliases {
    /// Whole names, and the paths of the repository that they stand for.
    whole: BTreeMap<String, BTreeSet<String>>,
    /// Names with a `*`, by what is before and after it, and paths, each with a `*` or without.
    open: BTreeMap<[String; 2], BTreeSet<String>>,
}

impl Aliases {
    /// Paths that a name may stand for: of several that match, the one with the longest beginning holds.
    fn targets(&self, name: &str) -> Vec<String> {
        if let Some(paths) = self.whole.get(name) {
            return paths.iter().cloned().collect();
        }
        let middle = |[before, after]: &[String; 2]| {
            Some(name.strip_prefix(before.as_str())?.strip_suffix(after.as_str())?.to_owned())
        };
        let matching = self.open.iter().filter_map(|(pattern, paths)| Some((pattern, middle(pattern)?, paths)));
        let longest = matching.max_by_key(|([before, _], ..)| before.len());
        longest
            .map(|(_, middle, paths)| paths.iter().map(|path| path.replacen('*', &middle, 1)).collect())
            .unwrap_or_default()
    }

    /// Takes an alias along, if one of its paths may lead out of `member`.
    fn add(&mut self, workspace: &Workspace, member: &RepoPath, name: &str, targets: &[String]) {
        let leads_out = targets.iter().any(|target| leads_out(workspace, member, target));
        match name.split_once('*') {
            _ if !leads_out => {}
            None => self.whole.entry(name.to_owned()).or_default().extend(targets.iter().cloned()),
            // A bare `*` is for what is found nowhere else; every text would be such a name.
            Some(("", _)) => {}
            Some((before, after)) => {
                let pattern = [before.to_owned(), after.to_owned()];
                self.open.entry(pattern).or_default().extend(targets.iter().cloned());
            }
        }
    }
}

/// Names, and the paths of the repository that they stand for, as a file of configuration says it.
type Names = Vec<(String, Vec<String>)>;

struct Read<'a> {
    files: &'a Contents,
    texts: BTreeMap<String, Option<Rc<Value>>>,
    paths: BTreeMap<String, Rc<Names>>,
    /// Files of configuration by folder.
    own: BTreeMap<String, Vec<String>>,
}

impl Read<'_> {
    /// The aliases of a member that lead out of it: those of the configuration in its folder, and of the nearest above
    /// if that is none of its own.
    fn aliases(&mut self, workspace: &Workspace, member: &RepoPath) -> Aliases {
        let mut aliases = Aliases::default();
        let mut folder = Some(member.as_str());
        while let Some(at) = folder {
            let own = self.configuration(at);
            for file in &own {
                for (name, targets) in self.names(file).iter() {
                    aliases.add(workspace, member, name, targets);
                }
            }
            let is_whole = |file: &String| ["tsconfig.json", "jsconfig.json"].iter().any(|name| file.ends_with(name));
            folder = above(at).filter(|_| !own.iter().any(is_whole));
        }
        aliases
    }

    /// Files of configuration in a folder.
    fn configuration(&mut self, folder: &str) -> Vec<String> {
        let files = self.files;
        let find = || {
            let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
            let beside = files.below(folder).filter(|path| is_read(path) && !path[prefix.len()..].contains('/'));
            beside.map(str::to_owned).collect()
        };
        self.own.entry(folder.to_owned()).or_insert_with(find).clone()
    }

    /// The names that hold for a file of configuration.
    fn names(&mut self, file: &str) -> Rc<Names> {
        if let Some(names) = self.paths.get(file) {
            return Rc::clone(names);
        }
        let names = Rc::new(self.said(file).unwrap_or_default());
        self.paths.insert(file.to_owned(), Rc::clone(&names));
        names
    }

    fn said(&mut self, file: &str) -> Option<Names> {
        let (names, beside) = self.first(file, "paths", &mut BTreeSet::new())?;
        // Paths start from `baseUrl`, whichever file of the chain has it, else from the file that has them.
        let base = match self.first(file, "baseUrl", &mut BTreeSet::new()) {
            Some((base, folder)) => resolved(&folder, base.as_str()?)?,
            None => beside,
        };
        let of_name = |(name, values): (&String, &Value)| {
            let values = values.as_array()?.iter().filter_map(Value::as_str);
            let targets = values.filter_map(|value| resolved(&base, &value.replace('\\', "/")));
            Some((name.clone(), targets.collect()))
        };
        Some(names.as_object()?.iter().filter_map(of_name).collect())
    }

    /// What the nearest file of a chain says of an option, and that file's folder.
    fn first(&mut self, file: &str, option: &str, seen: &mut BTreeSet<String>) -> Option<(Value, String)> {
        if seen.len() >= LONGEST_CHAIN || !seen.insert(file.to_owned()) {
            return None;
        }
        let value = self.value(file)?;
        let folder = above(file).unwrap_or_default();
        if let Some(said) = value.get("compilerOptions").and_then(|options| options.get(option)) {
            return Some((said.clone(), folder.to_owned()));
        }
        let extended: Vec<&str> = match value.get("extends")? {
            Value::String(name) => vec![name],
            // The last wins.
            Value::Array(names) => names.iter().rev().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        let relative = extended.into_iter().filter(|name| name.starts_with('.'));
        let files: Vec<String> = relative.filter_map(|name| resolved(folder, name)).collect();
        files.into_iter().find_map(|path| {
            let path = if self.files.holds(&path) { path } else { format!("{path}.json") };
            self.first(&path, option, seen)
        })
    }

    fn value(&mut self, file: &str) -> Option<Rc<Value>> {
        let files = self.files;
        let parse =
            || jsonc_parser::parse_to_serde_value(files.text(file)?, &jsonc_parser::ParseOptions::default()).ok();
        self.texts.entry(file.to_owned()).or_insert_with(|| parse().map(Rc::new)).clone()
    }
}

/// Whether a path, or what begins with it up to a `*`, may belong to another member or to nobody outside the root.
fn leads_out(workspace: &Workspace, member: &RepoPath, path: &str) -> bool {
    let head = path.split('*').next().unwrap_or(path);
    let is_outside = || workspace.root_of(member).is_some_and(|root| !root.folder.holds(head));
    match owner(workspace, head) {
        Some(owner) => owner != member,
        None => {
            let mut others = workspace.members.keys().filter(|other| *other != member && !other.is_root());
            is_outside() || others.any(|other| other.as_str().starts_with(head))
        }
    }
}

/// The member whose folder holds a path, or is it. The one at the repository's root has what nobody else has.
fn owner<'a>(workspace: &'a Workspace, path: &str) -> Option<&'a RepoPath> {
    let mut folder = Some(path.trim_end_matches('/'));
    while let Some(at) = folder {
        let member = at.parse::<RepoPath>().ok().and_then(|at| workspace.members.get_key_value(&at));
        if let Some((path, _)) = member.filter(|(path, _)| !path.is_root()) {
            return Some(path);
        }
        folder = above(at);
    }
    None
}

fn above(path: &str) -> Option<&str> {
    if path.is_empty() { None } else { Some(path.rsplit_once('/').map_or("", |(folder, _)| folder)) }
}

/// Each name in a module once.
fn names(text: &str) -> Vec<Name> {
    let mut seen = HashSet::new();
    let each = quoted(text).map(|(at, name)| {
        let before = text[..at].trim_end();
        (name, IMPORTING.iter().any(|word| before.ends_with(word)))
    });
    // No alias has a space in it, and texts are what most quotes are for.
    let each = each.filter(|(name, _)| !name.contains(char::is_whitespace) && !name.starts_with("./"));
    let once = each.filter(|found| seen.insert(*found));
    once.map(|(name, is_imported)| Name { text: name.into(), is_imported }).collect()
}

/// Texts in quotes, as modules are named in imports, and where each begins with its quote.
fn quoted(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.match_indices(['"', '\'', '`']).filter_map(|(at, quote)| {
        let rest = &text[at + 1..];
        let end = rest.bytes().take(LONGEST).position(|byte| byte == quote.as_bytes()[0] || byte == b'\n')?;
        (rest.as_bytes()[end] == quote.as_bytes()[0] && end > 0).then(|| (at, &rest[..end]))
    })
}

#[cfg(test)]
mod tests;
