//! Looking at an app's tree: what is where, from the app's folder and from the repository's root.

use std::collections::{BTreeMap, BTreeSet};

use model::{App, Framework, RepoPath, Start};
use serde_json::Value;

use super::{Kept, Missing, Origin, Outcome, Tree};

/// Folders that hold what tools note for themselves, and never what is served.
const UNSERVED: [&str; 14] = [
    ".git",
    ".next",
    ".nuxt",
    ".svelte-kit",
    ".astro",
    ".angular",
    ".cache",
    ".turbo",
    ".nx",
    "coverage",
    "playwright-report",
    "test-results",
    "storybook-static",
    "node_modules",
];

/// How many files are named to a person at most.
const NAMED: usize = 6;

/// An app and the tree that its build left. Paths are from the repository's root.
#[derive(Clone, Copy)]
pub struct Look<'a> {
    /// The app.
    pub app: &'a App,
    /// The tree.
    pub tree: &'a dyn Tree,
}

impl<'a> Look<'a> {
    /// A path of the app's folder.
    pub fn at(&self, below: &str) -> String {
        if below.is_empty() { self.app.path.to_string() } else { self.app.path.join(below) }
    }

    /// Whether a file is there.
    pub fn has(&self, path: &str) -> bool {
        self.tree.files().contains_key(path)
    }

    /// Whether the app's own build wrote a file.
    pub fn wrote(&self, path: &str) -> bool {
        self.tree.files().get(path) == Some(&Origin::Written)
    }

    /// Every file below a folder, relative to it.
    pub fn below(&self, folder: &str) -> impl Iterator<Item = &'a str> + use<'a> {
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let length = prefix.len();
        let from =
            self.tree.files().range::<str, _>((std::ops::Bound::Included(prefix.as_str()), std::ops::Bound::Unbounded));
        from.take_while(move |(path, _)| path.starts_with(&prefix)).map(move |(path, _)| &path[length..])
    }

    /// Whether a folder is there, that is, holds a file.
    pub fn has_folder(&self, folder: &str) -> bool {
        self.below(folder).next().is_some()
    }

    /// The value in a JSON file; `Null` if it cannot be read.
    pub fn json(&self, path: &str) -> Value {
        self.tree.read(path).and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
    }

    /// Whether a package is installed where the app finds it.
    pub fn installed(&self, package: &str) -> bool {
        let mut folder = Some(self.app.path.as_str());
        while let Some(at) = folder.filter(|at| !at.is_empty()) {
            if self.tree.exists(&format!("{at}/node_modules/{package}/package.json")) {
                return true;
            }
            folder = at.rsplit_once('/').map(|(parent, _)| parent);
        }
        self.tree.exists(&format!("node_modules/{package}/package.json"))
    }

    /// A path as a command in the app's folder names it.
    pub fn named(&self, path: &str) -> String {
        let from: Vec<&str> = self.app.path.as_str().split('/').filter(|part| !part.is_empty()).collect();
        let to: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        let common = from.iter().zip(&to).take_while(|(one, other)| one == other).count();
        let up = std::iter::repeat_n("..", from.len() - common);
        let named: Vec<&str> = up.chain(to[common..].iter().copied()).collect();
        if named.is_empty() { ".".to_owned() } else { quoted(&named.join("/")) }
    }

    /// Whether a path lies in the app's folder.
    pub fn is_own(&self, path: &str) -> bool {
        self.app.path.holds(path)
    }

    /// The folders with pages that the build wrote, those above others only, nearest to the app first.
    pub fn page_folders(&self) -> Vec<String> {
        let pages: Vec<&str> = self
            .tree
            .files()
            .iter()
            .filter(|(path, origin)| **origin == Origin::Written && path.ends_with("/index.html"))
            .map(|(path, _)| path.trim_end_matches("/index.html"))
            .filter(|folder| !self.is_unserved(folder))
            .collect();
        let mut tops: Vec<&str> = Vec::new();
        let mut pages = pages;
        pages.sort_unstable_by_key(|folder| (folder.len(), *folder));
        for folder in pages {
            if !tops.iter().any(|top| is_below(top, folder)) {
                tops.push(folder);
            }
        }
        let mut found: Vec<String> = tops.into_iter().map(str::to_owned).collect();
        let own = |folder: &String| self.is_own(folder) && folder.as_str() != self.app.path.as_str();
        if found.len() > 1 && found.iter().all(own) {
            // Pages of several folders without one above them: what holds all of them is the output.
            if let Some(common) = common_folder(&found).filter(|common| own(common)) {
                found = vec![common];
            }
        }
        found.sort_by_key(|folder| (!self.is_own(folder), folder.split('/').count(), folder.clone()));
        found
    }

    fn is_unserved(&self, folder: &str) -> bool {
        let own = folder.strip_prefix(self.app.path.as_str()).unwrap_or(folder);
        own.split('/').any(|part| {
            let is_wanted = part == "storybook-static" && self.app.framework == Some(Framework::Storybook);
            UNSERVED.contains(&part) && !is_wanted
        })
    }

    /// What the build wrote, in a few words: folders of the app, or files whose name tells something.
    pub fn written(&self, is_telling: &dyn Fn(&str) -> bool) -> Vec<String> {
        let written = self.tree.files().iter().filter(|(_, origin)| **origin == Origin::Written);
        let mut telling: Vec<&str> = written.map(|(path, _)| path.as_str()).filter(|path| is_telling(path)).collect();
        telling.retain(|path| !self.is_unserved(path));
        telling.sort_by_key(|path| (path.split('/').count(), *path));
        telling.into_iter().take(NAMED).map(|path| self.named(path)).collect()
    }

    /// The folders directly in the app's that the build wrote into.
    pub fn written_folders(&self) -> Vec<String> {
        let files = self.below(self.app.path.as_str()).filter(|below| self.wrote(&self.at(below)));
        let folders: BTreeSet<&str> = files.filter_map(|below| below.split_once('/').map(|(first, _)| first)).collect();
        folders.into_iter().take(NAMED).map(str::to_owned).collect()
    }

    /// An outcome of which only the start is known: a command over the app's folder, packages and dependencies.
    pub fn process(&self, command: String) -> Outcome {
        Outcome {
            start: Start::Server { command },
            public: Vec::new(),
            base_path: self.app.base_path.clone().unwrap_or_default(),
            shell: None,
            not_found: None,
            kept: Kept::Members { besides: BTreeSet::new(), runners: BTreeSet::new() },
            copied: Vec::new(),
            env: BTreeMap::new(),
            corrections: Vec::new(),
        }
    }

    /// The line that a person adds to say something of this app.
    pub fn line(&self, key: &str, value: &str) -> String {
        format!("say it in `frontage.toml`: `{key} = \"{value}\"` under `[apps.{}]`", self.app.name)
    }

    /// That nothing can be served, and what the build did write.
    pub fn missing(&self, looked_for: String, key: &str, candidates: &[String]) -> Missing {
        let hint = match candidates {
            [] if self.app.build.is_none() => self.line(key, "…"),
            [] => match self.written_folders().as_slice() {
                [] => {
                    "the build wrote no file below the app's folder; is `build` the command that makes it?".to_owned()
                }
                folders => format!("the build wrote into {}; {}", listed(folders), self.line(key, "…")),
            },
            [only] => self.line(key, &value(key, only)),
            several => format!("the build wrote {}; {}", listed(several), self.line(key, &value(key, &several[0]))),
        };
        Missing { looked_for, hint }
    }
}

/// What is said under a key for a path that the build wrote.
fn value(key: &str, path: &str) -> String {
    if key == "start" { format!("node {path}") } else { path.to_owned() }
}

/// Words in backticks, with commas.
pub fn listed<T: AsRef<str>>(names: &[T]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{}`", name.as_ref())).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => String::new(),
    }
}

/// A word for `sh`, in quotes where it needs them.
pub fn quoted(word: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-/@+:,=".contains(&byte);
    if !word.is_empty() && word.bytes().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

/// A prefix of URLs as it is kept: with a leading and without a trailing `/`; empty for `/`, and for a URL of
/// another host or a relative one.
pub fn prefix(path: &str) -> String {
    let path = path.trim_end_matches('/');
    if path.starts_with('/') && !path.starts_with("//") { path.to_owned() } else { String::new() }
}

/// Whether a path is a folder or lies in it.
pub fn is_below(folder: &str, path: &str) -> bool {
    folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The folder above a path; the root's is the root.
pub fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(parent, _)| parent)
}

/// A path as a value; none if it is none of a repository.
pub fn repo_path(path: &str) -> Option<RepoPath> {
    if path.is_empty() { Some(RepoPath::root()) } else { path.parse().ok() }
}

fn common_folder(folders: &[String]) -> Option<String> {
    let first: Vec<&str> = folders.first()?.split('/').collect();
    let shared = |count: usize| folders.iter().all(|folder| is_below(&first[..count].join("/"), folder));
    let count = (0..=first.len()).rev().find(|count| shared(*count))?;
    (count > 0).then(|| first[..count].join("/"))
}
