//! Names that stand for files, as TypeScript's `paths` and `baseUrl` and the bundlers that follow them have it.
//!
//! Source: typescriptlang.org, "TSConfig Reference", `paths`, `baseUrl`, `customConditions`, `extends`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use model::{RepoPath, resolved};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::resolve::parts;
use crate::files::{Contents, Files as _};
use crate::git::{GitError, SYMBOLIC_LINK, Snapshot};

/// How many files may extend each other.
const LONGEST_CHAIN: usize = 50;

/// What compilers of members are told of besides what they find, by members.
pub type Told<'a> = BTreeMap<&'a RepoPath, BTreeSet<String>>;

/// Whether a file may say which names stand for which folders.
pub fn is_read(path: &str) -> bool {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    // Packages of such files give them names of their own.
    let is_of_package = ["tsconfig", "typescript-config", "ts-config"].iter().any(|word| folder.contains(word));
    let is_named = name.contains("tsconfig") || name.contains("jsconfig");
    let is_configuration = (is_named || is_of_package && name != "package.json") && name.ends_with(".json");
    is_configuration && path.split('/').all(|part| part != "node_modules")
}

/// Names that stand for files.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Aliases {
    /// By each file of configuration, of which one may hold.
    tables: Vec<Arc<Table>>,
    /// Folders in which names without an alias are looked for.
    bases: BTreeSet<String>,
    /// Conditions by which more is found in packages.
    conditions: BTreeSet<String>,
    /// Whether something that is extended could not be read.
    is_open: bool,
}

/// Names that stand for files by one file of configuration.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Table {
    /// Whole names, and the paths of the repository that they stand for.
    whole: BTreeMap<String, BTreeSet<String>>,
    /// Names with a `*`, by what is before and after it, and paths, each with a `*` or without.
    open: BTreeMap<[String; 2], BTreeSet<String>>,
}

impl Aliases {
    /// Paths that a name may stand for.
    pub fn targets(&self, name: &str) -> BTreeSet<String> {
        self.tables.iter().flat_map(|table| table.targets(name)).collect()
    }

    /// All paths that names stand for.
    pub fn all(&self) -> impl Iterator<Item = &str> {
        let tables = self.tables.iter().flat_map(|table| table.whole.values().chain(table.open.values()));
        tables.flatten().map(String::as_str)
    }

    /// Whether a condition may hold.
    pub fn may_hold(&self, condition: &str) -> bool {
        self.is_open || self.conditions.contains(condition)
    }

    /// Paths that a name without an alias may stand for.
    pub fn below_bases<'a>(&'a self, name: &'a str) -> impl Iterator<Item = String> + 'a {
        self.bases.iter().filter_map(move |base| resolved(base, name))
    }

    /// Takes along what a file of configuration says.
    fn take(&mut self, said: &Said) {
        if !self.tables.contains(&said.table) {
            self.tables.push(Arc::clone(&said.table));
        }
        self.bases.extend(said.base.clone());
        self.conditions.extend(said.conditions.iter().cloned());
        self.is_open |= said.is_open;
    }
}

impl Table {
    /// Paths that a name stands for: of several that match, the one with the longest beginning holds.
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

    /// Takes an alias along.
    fn add(&mut self, name: &str, targets: Vec<String>) {
        match name.split_once('*') {
            None => self.whole.entry(name.to_owned()).or_default().extend(targets),
            Some((before, after)) => {
                let pattern = [before.to_owned(), after.to_owned()];
                self.open.entry(pattern).or_default().extend(targets);
            }
        }
    }
}

/// Reads the aliases of one member after another.
pub struct Reader<'a> {
    files: &'a Contents,
    /// Folders of packages that configuration may extend, by name.
    packages: BTreeMap<&'a str, &'a RepoPath>,
    texts: BTreeMap<String, Option<Arc<Value>>>,
    said: BTreeMap<String, Arc<Said>>,
    /// Files of configuration by folder.
    own: BTreeMap<String, Vec<String>>,
}

/// Reads what files of configuration extend that is not called like one; gives the paths of these.
///
/// # Errors
/// If git fails.
pub fn read_extended(
    files: &mut Contents,
    snapshot: &Snapshot,
    packages: &BTreeMap<&str, &RepoPath>,
) -> Result<BTreeSet<String>, GitError> {
    let mut extended = BTreeSet::new();
    let mut open: Vec<String> = snapshot.files.keys().filter(|path| is_read(path)).cloned().collect();
    for _ in 0..LONGEST_CHAIN {
        let mut reader = Reader::new(files, packages.clone());
        open.retain(|path| files.text(path).is_some_and(|text| text.contains("\"extends\"")));
        let named = open.iter().filter_map(|path| {
            let value = reader.value(path)?;
            Some(reader.all_extended(above(path).unwrap_or_default(), &value))
        });
        let is_plain = |path: &String| snapshot.files.get(path).is_some_and(|file| file.mode != SYMBOLIC_LINK);
        let unread: BTreeSet<String> =
            named.flatten().filter(|path| is_plain(path) && files.text(path).is_none()).collect();
        if unread.is_empty() {
            break;
        }
        files.read(snapshot, unread.iter().map(String::as_str))?;
        open = unread.iter().cloned().collect();
        extended.extend(unread);
    }
    Ok(extended)
}

/// What a file of configuration says together with those that it extends.
#[derive(Default)]
struct Said {
    table: Arc<Table>,
    base: Option<String>,
    conditions: Vec<String>,
    is_open: bool,
}

impl<'a> Reader<'a> {
    /// Reads from the texts of a commit.
    pub fn new(files: &'a Contents, packages: BTreeMap<&'a str, &'a RepoPath>) -> Reader<'a> {
        Reader { files, packages, texts: BTreeMap::new(), said: BTreeMap::new(), own: BTreeMap::new() }
    }

    /// The aliases of a member: those of the configuration in its folder and below, of the nearest above if there is none in
    /// its folder, and of what else it is `told` of.
    pub fn aliases(&mut self, member: &RepoPath, told: &Told<'_>) -> Aliases {
        let mut files = BTreeSet::new();
        let mut folder = Some(member.as_str());
        while let Some(at) = folder {
            let own = self.configuration(at);
            let is_whole = |file: &String| ["tsconfig.json", "jsconfig.json"].iter().any(|name| file.ends_with(name));
            folder = above(at).filter(|_| !own.iter().any(is_whole));
            files.extend(own);
        }
        files.extend(self.nested(member));
        files.extend(told.get(member).into_iter().flatten().cloned());
        let mut aliases = Aliases::default();
        files.iter().for_each(|file| aliases.take(&self.said(file)));
        aliases
    }

    /// Files of configuration in folders of a member that are no members themselves.
    fn nested(&self, member: &RepoPath) -> Vec<String> {
        let others: Vec<&RepoPath> =
            self.packages.values().copied().filter(|other| *other != member && member.holds(other.as_str())).collect();
        let is_nested = |path: &&str| {
            is_read(path) && member.below(path).contains('/') && !others.iter().any(|other| other.holds(path))
        };
        self.files.below(member.as_str()).filter(is_nested).map(str::to_owned).collect()
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

    /// What holds for a file of configuration.
    fn said(&mut self, file: &str) -> Arc<Said> {
        if let Some(said) = self.said.get(file) {
            return Arc::clone(said);
        }
        let base = self.first(file, "baseUrl", &mut BTreeSet::new());
        let base = base.and_then(|(base, folder)| resolved(&folder, base.as_str()?));
        let table = Arc::new(self.table(file, base.as_deref()).unwrap_or_default());
        let conditions = self.first(file, "customConditions", &mut BTreeSet::new());
        let conditions = conditions.iter().filter_map(|(conditions, _)| conditions.as_array()).flatten();
        let conditions = conditions.filter_map(Value::as_str).map(str::to_owned).collect();
        let is_open = self.is_open(file, &mut BTreeSet::new());
        let said = Arc::new(Said { table, base, conditions, is_open });
        self.said.insert(file.to_owned(), Arc::clone(&said));
        said
    }

    fn table(&mut self, file: &str, base: Option<&str>) -> Option<Table> {
        let (names, beside) = self.first(file, "paths", &mut BTreeSet::new())?;
        // Paths start from `baseUrl`, whichever file of the chain has it, else from the file that has them.
        let base = base.unwrap_or(&beside);
        let mut table = Table::default();
        for (name, values) in names.as_object()? {
            let values = values.as_array().into_iter().flatten().filter_map(Value::as_str);
            let target = |value: &str| resolved(base, &value.replace('\\', "/").replace("${configDir}/", ""));
            table.add(name, values.filter_map(target).collect());
        }
        Some(table)
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
        self.all_extended(folder, &value).into_iter().find_map(|path| self.first(&path, option, seen))
    }

    /// Whether a file, or one that it extends in the repository, cannot be read.
    fn is_open(&mut self, file: &str, seen: &mut BTreeSet<String>) -> bool {
        if seen.len() >= LONGEST_CHAIN || !seen.insert(file.to_owned()) {
            return false;
        }
        let Some(value) = self.value(file) else { return true };
        let extended = self.all_extended(above(file).unwrap_or_default(), &value);
        extended.iter().any(|path| self.is_open(path, seen))
    }

    /// The files that a file in a folder extends, as far as they are the repository's; the last wins, and so comes first.
    fn all_extended(&self, folder: &str, value: &Value) -> Vec<String> {
        let extended: Vec<&str> = match value.get("extends") {
            Some(Value::String(name)) => vec![name],
            Some(Value::Array(names)) => names.iter().rev().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        let files = extended.into_iter().filter_map(|name| self.extended(folder, name));
        files.map(|path| if self.files.holds(&path) { path } else { format!("{path}.json") }).collect()
    }

    /// The file that is extended by a name: by a path, or in a package of the repository.
    fn extended(&self, folder: &str, name: &str) -> Option<String> {
        if name.starts_with('.') {
            return resolved(folder, name);
        }
        let (package, below) = parts(name);
        Some(self.packages.get(package)?.join(if below.is_empty() { "tsconfig.json" } else { below }))
    }

    fn value(&mut self, file: &str) -> Option<Arc<Value>> {
        let files = self.files;
        let parse =
            || jsonc_parser::parse_to_serde_value(files.text(file)?, &jsonc_parser::ParseOptions::default()).ok();
        self.texts.entry(file.to_owned()).or_insert_with(|| parse().map(Arc::new)).clone()
    }
}

fn above(path: &str) -> Option<&str> {
    if path.is_empty() { None } else { Some(path.rsplit_once('/').map_or("", |(folder, _)| folder)) }
}
