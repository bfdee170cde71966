//! Lockfiles of every package manager: what is installed where, and what a package's closure holds.
//!
//! A reader for each format turns its file into one `Graph` and a `Finder`, which says where what a manifest
//! wants is found in it. Everything after that is the same for all of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use model::{PackageManager, resolved};
use serde::{Deserialize, Serialize};

use crate::diagnostic::{Diagnostic, Lines};
use crate::manifest::Manifest;
use graph::Graph;

mod versions;

mod npm;

mod pnpm;

mod yarn_classic;

mod yarn_berry;

mod bun;

mod descriptors;

mod nearest;

mod graph;

mod json;

mod paths;

pub use versions::Reading;

/// Names of lockfiles, in the order in which a package manager looks at its own.
pub const FILES: [&str; 6] =
    ["npm-shrinkwrap.json", "package-lock.json", "pnpm-lock.yaml", "yarn.lock", "bun.lock", "bun.lockb"];

/// The longest lockfile that is read. The longest of some three hundred public ones is of 3 MB; what is made to be
/// as large as this takes seconds and some hundred megabytes.
const LONGEST: usize = 16 << 20;

/// How many bytes all places and folders may be long together. A place may repeat that of what it lies in, so that a
/// long one is there as often as something lies in it; in what package managers write all are shorter than the file.
const LONGEST_PLACES: usize = 2 * LONGEST;

/// A lockfile.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Lockfile {
    manager: PackageManager,
    version: String,
    writers: versions::Writers,
    graph: Graph,
    finder: Finder,
    local_sources: BTreeSet<String>,
    patches: BTreeSet<String>,
}

/// A package from outside that a closure holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Installed {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// What its content is checked against, else where it comes from; empty if the lockfile says neither.
    pub integrity: String,
    /// What tells the packages that it is given from others, where their places do not tell that.
    #[serde(default)]
    pub given: String,
}

impl Installed {
    /// What tells it from another under the same name: its version, a space, and the rest.
    pub fn content(&self) -> String {
        format!("{} {} {}", self.version, self.integrity, self.given).trim_end().to_owned()
    }
}

/// What a set of dependencies resolves to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Closure<'a> {
    /// Packages from outside by their place: for npm and Bun where they are installed (`node_modules/react`), for
    /// pnpm their snapshot (`react-dom@19.1.0(react@19.1.0)`), for Yarn what they resolve to (`react@npm:19.1.0`).
    pub installed: BTreeMap<&'a str, &'a Installed>,
    /// Links to folders by where they stand: `node_modules/@academy/ui`.
    pub links: BTreeMap<&'a str, &'a str>,
    /// Folders that packages are installed from, or linked to, and that are no members.
    pub folders: BTreeSet<&'a str>,
}

/// Where what a manifest wants is found.
#[derive(Clone, Debug, Serialize, Deserialize)]
enum Finder {
    /// In the nearest `node_modules` on the way up.
    Npm(nearest::Nearest),
    /// In what each member was seen to want.
    Pnpm(pnpm::Importers),
    /// By name and range.
    YarnClassic(descriptors::Descriptors),
    /// By name and range, or in what each member was seen to want.
    YarnBerry(yarn_berry::Finder),
    /// In the nearest key on the way up from the member's name.
    Bun(bun::Finder),
}

impl Lockfile {
    /// Reads a lockfile; which kind it is, its name and content say. `file` is its path in the repository.
    ///
    /// # Errors
    /// If it is no lockfile, does not parse, is not whole, or is of a version that nobody knows.
    pub fn read(file: &str, content: &[u8]) -> Result<Lockfile, Diagnostic> {
        read(file.rsplit('/').next().unwrap_or(file), content).map_err(|problem| problem.in_file(file))
    }

    /// Who wrote it.
    pub fn manager(&self) -> PackageManager {
        self.manager
    }

    /// The version of its format, as it says: `9.0`, `3`, `8`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Versions of the package manager that write this format and install from it unchanged, as npm writes ranges:
    /// where a repository names none, the newest of these is right.
    pub fn range(&self) -> &str {
        &self.writers.range
    }

    /// What a version of the package manager does with it.
    pub fn read_by(&self, version: &str) -> Reading {
        self.writers.read_by(version)
    }

    /// With the packages that the root's manifest sends elsewhere: what wants one of them may get any that is
    /// there. Only Yarn's lockfiles do not tell by themselves.
    #[must_use]
    pub fn with_resolutions(mut self: Arc<Lockfile>, root: &Manifest) -> Arc<Lockfile> {
        let names = root.redirected();
        if matches!(self.finder, Finder::YarnClassic(_)) && !names.is_empty() {
            let Lockfile { finder, graph, .. } = Arc::make_mut(&mut self);
            if let Finder::YarnClassic(descriptors) = finder {
                descriptors.redirect(&names);
                graph.redirect(&names);
            }
        }
        self
    }

    /// What the package in `folder` wants, names with ranges, and all that this needs in turn; what members of
    /// the workspace need is for the caller to ask. Folders are relative to the lockfile's own.
    ///
    /// It may hold more than is installed, where the lockfile does not say which of several, but never less.
    pub fn closure(
        &self,
        folder: &str,
        wanted: &BTreeMap<&str, &str>,
        is_member: &dyn Fn(&str) -> bool,
    ) -> Closure<'_> {
        let mut found = Vec::new();
        for (name, range) in wanted {
            found.extend(self.find(folder, name, range));
            if let Finder::YarnBerry(finder) = &self.finder {
                // Yarn may have seen another range: of two tables, or after `resolutions`.
                found.extend(finder.seen(folder, name).and_then(|range| self.find(folder, name, range)));
            }
        }
        self.graph.closure(found, is_member)
    }

    /// What tells the packages that `name`, wanted by the package in `folder`, stands for from others; none where their places
    /// tell that: npm and Bun lay them where they are found.
    pub fn stands_for(&self, folder: &str, name: &str, range: &str) -> Option<String> {
        let is_told = matches!(self.finder, Finder::Npm(_) | Finder::Bun(_));
        let found = self.find(folder, name, range).filter(|_| !is_told)?;
        let packages = self.graph.packages(found);
        (!packages.is_empty()).then(|| packages.values().map(|it| it.content()).collect::<Vec<_>>().join(", "))
    }

    /// Whether what the package in `folder` wants is known; if not, an install would fail or resolve anew.
    pub fn holds(&self, folder: &str, name: &str, range: &str) -> bool {
        match &self.finder {
            Finder::Npm(nearest) => nearest.find(folder, name).is_some(),
            Finder::Pnpm(importers) => importers.hold(folder, name, range),
            Finder::YarnClassic(descriptors) => {
                from_root(folder, range).iter().any(|range| descriptors.hold(name, range, &self.graph))
            }
            Finder::YarnBerry(finder) => finder.holds(folder, name, range, &self.graph),
            Finder::Bun(finder) => finder.holds(folder, name, range),
        }
    }

    /// Whether a package of a name is installed anywhere.
    pub fn knows(&self, name: &str) -> bool {
        self.graph.named(name).is_some()
    }

    /// All packages of some names, wherever they are installed, and all that they need.
    pub fn all_named<'n>(&self, names: impl Iterator<Item = &'n str>, is_member: &dyn Fn(&str) -> bool) -> Closure<'_> {
        self.graph.closure(names.filter_map(|name| self.graph.named(name)).collect(), is_member)
    }

    /// The folder that `name`, wanted by the package in `folder`, leads to, by a link or a copy.
    pub fn link(&self, folder: &str, name: &str, range: &str) -> Option<&str> {
        self.graph.folder_of(self.find(folder, name, range)?)
    }

    /// Folders and archives of the repository that are installed from, and folders that links lead to (of npm's
    /// members as well): an install needs their content. A path out of the lockfile's folder starts with `..`.
    pub fn local_sources(&self) -> &BTreeSet<String> {
        &self.local_sources
    }

    /// Patch files that entries name. From version 11 on, pnpm's lockfile holds only their hashes.
    pub fn patches(&self) -> &BTreeSet<String> {
        &self.patches
    }

    fn find(&self, folder: &str, name: &str, range: &str) -> Option<usize> {
        match &self.finder {
            Finder::Npm(nearest) => nearest.find(folder, name),
            Finder::Pnpm(importers) => importers.find(folder, name).or_else(|| self.graph.named(name)),
            Finder::YarnClassic(descriptors) => {
                let found = from_root(folder, range).iter().find_map(|range| descriptors.find(name, range));
                found.or_else(|| self.graph.named(name))
            }
            Finder::YarnBerry(finder) => finder.find(name, range).or_else(|| self.graph.named(name)),
            Finder::Bun(finder) => finder.find(folder, name).or_else(|| self.graph.named(name)),
        }
    }
}

/// The name in a text that may hold a version or a range behind it: `react@^18`, `@types/react`.
pub fn name_of(text: &str) -> &str {
    descriptors::split(text).0
}

/// A range as it is written in a member, and as Yarn writes one that leads to a folder: from the root.
fn from_root(folder: &str, range: &str) -> Vec<String> {
    let mut ranges = vec![range.to_owned()];
    let local = ["file:", "link:"].iter().find_map(|scheme| Some((scheme, range.strip_prefix(scheme)?)));
    if let Some((scheme, path)) = local.and_then(|(scheme, path)| Some((scheme, resolved(folder, path)?))) {
        ranges.extend([format!("{scheme}{path}"), format!("{scheme}./{path}")]);
    }
    ranges
}

/// What a reader has read.
struct Contents {
    version: String,
    writers: versions::Writers,
    graph: Graph,
    finder: Finder,
    local_sources: BTreeSet<String>,
    patches: BTreeSet<String>,
}

fn read(name: &str, content: &[u8]) -> Result<Lockfile, Diagnostic> {
    if name == "bun.lockb" || content.starts_with(b"#!/usr/bin/env bun") {
        let text = "`bun install --save-text-lockfile --frozen-lockfile --lockfile-only` writes `bun.lock`; commit that instead";
        return Err(Diagnostic::error("the lockfile is binary, which only Bun reads").hint(text));
    }
    let manager = match name {
        "package-lock.json" | "npm-shrinkwrap.json" => PackageManager::Npm,
        "pnpm-lock.yaml" => PackageManager::Pnpm,
        "bun.lock" => PackageManager::Bun,
        "yarn.lock" if yarn_berry::is(content) => PackageManager::YarnBerry,
        "yarn.lock" => PackageManager::YarnClassic,
        _ => return Err(Diagnostic::error("no package manager's lockfile is called so")),
    };
    let contents = text(content).and_then(|text| match manager {
        PackageManager::Npm => npm::read(text),
        PackageManager::Pnpm => pnpm::read(text),
        PackageManager::YarnClassic => yarn_classic::read(text),
        PackageManager::YarnBerry => yarn_berry::read(text),
        PackageManager::Bun => bun::read(text),
    });
    let contents = contents.map_err(|problem| match problem.hint {
        Some(_) => problem,
        None => problem.hint(format!("`{} install` writes it anew", manager.program())),
    })?;
    let Contents { version, writers, mut graph, finder, local_sources, patches } = contents;
    if !matches!(finder, Finder::Npm(_) | Finder::Bun(_)) {
        graph.tell_given();
    }
    Ok(Lockfile { manager, version, writers, graph, finder, local_sources, patches })
}

/// The text of a lockfile, without a byte-order mark.
fn text(content: &[u8]) -> Result<&str, Diagnostic> {
    if content.len() > LONGEST {
        return Err(Diagnostic::error(format!("the lockfile is longer than {} MB", LONGEST >> 20)));
    }
    let content = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content);
    let text = std::str::from_utf8(content).map_err(|cause| {
        let before = String::from_utf8_lossy(&content[..cause.valid_up_to()]);
        Diagnostic::error("the lockfile is not UTF-8").at(Lines::of(&before).place(before.len()))
    })?;
    let is_marker = |line: &str| ["<<<<<<<", ">>>>>>>", "|||||||"].iter().any(|marker| line.starts_with(marker));
    match text.lines().position(is_marker) {
        Some(line) => Err(Diagnostic::error("the lockfile has an unresolved merge conflict").at((line + 1, 1))),
        None => Ok(text),
    }
}

fn unknown_version(version: &str, known: &str) -> Diagnostic {
    Diagnostic::error(format!("the lockfile is of version {version}; {known} are read"))
}

/// Whether places and folders are no longer than they may be.
fn fits(graph: &Graph) -> Result<(), Diagnostic> {
    if graph.length() <= LONGEST_PLACES {
        return Ok(());
    }
    let most = LONGEST_PLACES >> 20;
    Err(Diagnostic::error(format!("the lockfile names places that are longer than {most} MB together")))
}

/// What a package needs and is not there.
struct Missing<'a> {
    node: usize,
    who: &'a str,
    name: &'a str,
    range: &'a str,
}

/// What is reached from somebody's wishes and needs what is not there; what nobody reaches is left over from before.
fn first_missing(graph: &Graph, wanted: Vec<usize>, missing: &[Missing<'_>]) -> Result<(), Diagnostic> {
    if missing.is_empty() {
        return Ok(());
    }
    let is_reached = graph.reached(wanted);
    match missing.iter().find(|missing| is_reached[missing.node]) {
        Some(Missing { who, name, range, .. }) => Err(not_whole(who, &descriptors::descriptor(name, range))),
        None => Ok(()),
    }
}

fn not_whole(who: &str, needed: &str) -> Diagnostic {
    Diagnostic::error(format!("the lockfile is not whole: `{who}` needs `{needed}`, which it does not hold"))
}

#[cfg(test)]
mod tests;
