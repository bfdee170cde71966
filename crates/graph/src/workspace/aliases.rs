//! Members that others import by an alias of TypeScript's `paths`, without a manifest that names them: the way of Nx,
//! and of whoever builds packages together with the app.
//!
//! Source: typescriptlang.org, "TSConfig Reference", `paths`, `baseUrl`, `extends`.

use std::collections::{BTreeMap, BTreeSet};

use model::RepoPath;

use super::Workspace;
use crate::files::{Contents, Files as _};
use crate::git::{GitError, SYMBOLIC_LINK};
use crate::script::{self, Script, Value};

/// How many files one after the other may extend each other.
const DEEPEST: usize = 10;

/// The longest name that a module is imported by.
const LONGEST: usize = 300;

/// The ends of files that import.
const SOURCES: [&str; 12] =
    [".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".vue", ".svelte", ".astro", ".mdx"];

/// Whether a file may say which names stand for which folders.
pub fn is_read(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let is_configuration = (name.starts_with("tsconfig") || name.starts_with("jsconfig")) && name.ends_with(".json");
    is_configuration && path.split('/').all(|part| part != "node_modules")
}

/// What is imported by aliases.
#[derive(Clone, Debug, Default)]
pub struct Imports {
    /// Who imports whom: pairs of members.
    pub members: BTreeSet<(RepoPath, RepoPath)>,
    /// Folders of nobody, outside the workspace's root, that a member imports from; each ends with a `/`.
    pub folders: BTreeMap<RepoPath, BTreeSet<String>>,
}

/// What is imported by aliases in a workspace.
///
/// # Errors
/// If git fails.
pub fn find(workspace: &Workspace, files: &Contents) -> Result<Imports, GitError> {
    let mut read = Read { files, known: BTreeMap::new() };
    let mut found = Imports::default();
    for member in workspace.members.keys() {
        let aliases = read.aliases(workspace, member);
        if aliases.is_empty() {
            continue;
        }
        let is_source = |path: &str| SOURCES.iter().any(|end| path.ends_with(end)) && !path.ends_with(".d.ts");
        let sources = workspace.files_of(member).filter(|file| file.mode != SYMBOLIC_LINK);
        let sources = sources.map(|file| file.path.as_str()).filter(|path| is_source(path));
        // What is not there cannot be built either, which the build says.
        for text in workspace.snapshot.read_there(sources)?.into_values() {
            let text = String::from_utf8_lossy(&text);
            for target in quoted(&text).flat_map(|name| aliases.targets(name)) {
                match owner(workspace, &target) {
                    Some(other) if other == member => {}
                    Some(other) => drop(found.members.insert((member.clone(), other.clone()))),
                    None => {
                        let folder = above(&target).filter(|folder| !folder.is_empty());
                        let is_outside = workspace.root_of(member).is_none_or(|root| !root.folder.holds(&target));
                        let folders = found.folders.entry(member.clone()).or_default();
                        folders.extend(folder.filter(|_| is_outside).map(|folder| format!("{folder}/")));
                    }
                }
            }
        }
    }
    Ok(found)
}

/// Names that stand for files.
#[derive(Clone, Debug, Default, PartialEq)]
struct Aliases {
    /// Whole names, and the paths of the repository that they stand for.
    whole: BTreeMap<String, Vec<String>>,
    /// Names with a `*`, as what is before and after it; the same of the paths.
    open: Vec<([String; 2], Vec<[String; 2]>)>,
}

impl Aliases {
    fn is_empty(&self) -> bool {
        self.whole.is_empty() && self.open.is_empty()
    }

    /// Paths that a name may stand for.
    fn targets(&self, name: &str) -> Vec<String> {
        if let Some(paths) = self.whole.get(name) {
            return paths.clone();
        }
        let matching = self.open.iter().filter_map(|([before, after], paths)| {
            let middle = name.strip_prefix(before.as_str())?.strip_suffix(after.as_str())?;
            Some(paths.iter().map(move |[head, tail]| format!("{head}{middle}{tail}")))
        });
        matching.flatten().collect()
    }
}

struct Read<'a> {
    files: &'a Contents,
    known: BTreeMap<String, Script>,
}

impl Read<'_> {
    /// The aliases of a member that lead out of it: those of the configuration in its folder, else of the nearest above.
    fn aliases(&mut self, workspace: &Workspace, member: &RepoPath) -> Aliases {
        let mut own: Vec<String> = Vec::new();
        let mut folder = Some(member.as_str());
        while let (true, Some(at)) = (own.is_empty(), folder) {
            let prefix = if at.is_empty() { String::new() } else { format!("{at}/") };
            let beside = self.files.below(at).filter(|path| !path[prefix.len()..].contains('/'));
            own = beside.filter(|path| is_read(path)).map(str::to_owned).collect();
            folder = above(at);
        }
        let mut aliases = Aliases::default();
        for file in own {
            let Some((names, base)) = self.paths(&file, DEEPEST) else { continue };
            for (name, values) in names.entries() {
                let values = values.as_list().unwrap_or_default().iter().filter_map(Value::as_text);
                let targets: Vec<String> = values.filter_map(|value| resolved(&base, value)).collect();
                add(&mut aliases, name, targets, |path| leads_out(workspace, member, path));
            }
        }
        aliases
    }

    /// The `paths` that hold for a file of configuration, and the folder that they start from.
    fn paths(&mut self, file: &str, deepest: usize) -> Option<(Value, String)> {
        let script = self.script(file)?;
        let folder = above(file).unwrap_or_default();
        if let Some(paths) = script.at("compilerOptions.paths").filter(|paths| paths.entries().next().is_some()) {
            let base = script.text("compilerOptions.baseUrl").unwrap_or(".");
            return Some((paths.clone(), resolved(folder, base)?));
        }
        let extended: Vec<&str> = match script.at("extends")? {
            Value::Text(name) => vec![name],
            Value::List(names) => names.iter().rev().filter_map(Value::as_text).collect(),
            _ => Vec::new(),
        };
        let relative = extended.into_iter().filter(|name| name.starts_with('.'));
        let files: Vec<String> = relative.filter_map(|name| resolved(folder, name)).collect();
        let deepest = deepest.checked_sub(1)?;
        files.into_iter().find_map(|path| {
            let path = if self.files.holds(&path) { path } else { format!("{path}.json") };
            self.paths(&path, deepest)
        })
    }

    fn script(&mut self, file: &str) -> Option<Script> {
        if let Some(script) = self.known.get(file) {
            return Some(script.clone());
        }
        let script = script::read(file, self.files.text(file)?);
        self.known.insert(file.to_owned(), script.clone());
        Some(script)
    }
}

/// Takes an alias along, if one of its paths may lead where `leads_out` says.
fn add(aliases: &mut Aliases, name: &str, targets: Vec<String>, leads_out: impl Fn(&str) -> bool) {
    let Some((before, after)) = name.split_once('*') else {
        if targets.iter().any(|target| leads_out(target)) {
            aliases.whole.insert(name.to_owned(), targets);
        }
        return;
    };
    let open: Vec<[String; 2]> = targets.iter().filter_map(|target| target.split_once('*')).map(halves).collect();
    // A bare `*` is for names that lead nowhere else; it would be asked for each text.
    if !before.is_empty() && open.iter().any(|[head, _]| leads_out(head)) {
        aliases.open.push((halves((before, after)), open));
    }
}

fn halves((before, after): (&str, &str)) -> [String; 2] {
    [before.to_owned(), after.to_owned()]
}

/// Whether a path, or what begins with it, may belong to another member.
fn leads_out(workspace: &Workspace, member: &RepoPath, path: &str) -> bool {
    owner(workspace, path).is_none_or(|owner| owner != member)
}

/// The member whose folder holds a path, or is it.
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

/// A path relative to a folder, as the repository names it; none if it leaves that.
fn resolved(folder: &str, relative: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in relative.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    let path = parts.join("/");
    Some(if relative.ends_with('/') && !path.is_empty() { format!("{path}/") } else { path })
}

/// Texts in quotes, as modules are named in imports.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices(['"', '\'', '`']).filter_map(|(at, quote)| {
        let rest = &text[at + 1..];
        let end = rest.bytes().take(LONGEST).position(|byte| byte == quote.as_bytes()[0] || byte == b'\n')?;
        (rest.as_bytes()[end] == quote.as_bytes()[0] && end > 0).then(|| &rest[..end])
    })
}

#[cfg(test)]
mod tests;
