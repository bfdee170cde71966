//! `package-lock.json` and `npm-shrinkwrap.json`.
//! Source: docs.npmjs.com, "package-lock.json".

use std::collections::{BTreeMap, BTreeSet};

use super::graph::{Graph, Thing};
use super::json::Value;
use super::nearest::{Nearest, Wishes};
use super::{Contents, Finder, Installed, fits, paths, unknown_version, versions};
use crate::diagnostic::{self, Diagnostic};

/// What a package may load, in version 2 and 3; what its peers are is found on the way up as well.
const TABLES: [&str; 3] = ["dependencies", "optionalDependencies", "peerDependencies"];

/// Reads a lockfile of npm.
pub fn read(text: &str) -> Result<Contents, Diagnostic> {
    let value: Value =
        serde_json::from_str(text).map_err(|cause| diagnostic::of_json("the lockfile cannot be read", &cause))?;
    let version = match value.get("lockfileVersion") {
        Some(Value::Number(version)) => version.to_string(),
        Some(Value::Text(version)) => format!("`{version}`"),
        _ => return Err(Diagnostic::error("the lockfile has no `lockfileVersion`")),
    };
    let writers = versions::of_npm(&version).ok_or_else(|| unknown_version(&version, "versions 1 to 3"))?;
    let mut reader = Reader::default();
    if version == "1" {
        reader.tree(&value)?;
    } else {
        let packages = value.get("packages").filter(|packages| packages.table().is_some());
        reader.packages(packages.ok_or_else(|| Diagnostic::error("the lockfile has no table `packages`"))?);
    }
    let Reader { mut graph, nearest, local_sources } = reader;
    graph.index_names();
    Ok(Contents { version, writers, graph, finder: Finder::Npm(nearest), local_sources, patches: BTreeSet::new() })
}

#[derive(Default)]
struct Reader {
    graph: Graph,
    nearest: Nearest,
    local_sources: BTreeSet<String>,
}

impl Reader {
    /// Versions 2 and 3: a table of places.
    fn packages(&mut self, packages: &Value) {
        let packages = packages.table().into_iter().flatten();
        let mut wishes: Vec<Wishes<'_>> = Vec::new();
        let mut linked: Vec<(usize, &str)> = Vec::new();
        let mut folders: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (place, entry) in packages {
            let names: Vec<&str> = TABLES.iter().flat_map(|table| entry.entries(table)).map(|(name, _)| name).collect();
            let Some((folder, name)) = split(place) else {
                folders.insert(place, names);
                continue;
            };
            let resolved = entry.text_of("resolved");
            let node = if entry.get("link") == Some(&Value::Number(1.0)) && !resolved.is_empty() {
                self.local_sources.extend(paths::from("", resolved));
                let (place, name, folder) = (place.clone(), name.to_owned(), resolved.to_owned());
                let node = self.graph.add(Thing::Link { place, name, folder });
                linked.push((node, resolved));
                node
            } else {
                let node = self.package(place, name, entry.text_of("version"), entry.text_of("integrity"), resolved);
                wishes.push(Wishes { folder: place, node, names });
                node
            };
            self.nearest.insert(folder, name, node);
        }
        // What lies behind a link is found from its folder; several links may lead there.
        let mut behind: BTreeMap<&str, usize> = BTreeMap::new();
        for (node, folder) in linked {
            if let Some(names) = folders.remove(folder) {
                let all = self.graph.add(Thing::Several);
                wishes.push(Wishes { folder, node: all, names });
                behind.insert(folder, all);
            }
            if let Some(all) = behind.get(folder) {
                self.graph.need(node, *all);
            }
        }
        self.nearest.connect(&mut self.graph, wishes);
    }

    /// Version 1: packages in packages.
    fn tree(&mut self, root: &Value) -> Result<(), Diagnostic> {
        let mut found: Vec<(String, usize, Vec<&str>)> = Vec::new();
        let mut open: Vec<(String, &Value)> = vec![(String::new(), root)];
        while let Some((folder, value)) = open.pop() {
            for (name, entry) in value.entries("dependencies").filter(|(name, _)| !name.is_empty()) {
                let place = if folder.is_empty() {
                    format!("node_modules/{name}")
                } else {
                    format!("{folder}/node_modules/{name}")
                };
                let version = entry.text_of("version");
                let local = version.strip_prefix("file:").and_then(|path| paths::from("", path));
                self.local_sources.extend(local.clone());
                let node = match local.filter(|path| !paths::is_archive(path)) {
                    Some(folder) => self.graph.add(Thing::Link { place: place.clone(), name: name.to_owned(), folder }),
                    None => self.package(&place, name, version, entry.text_of("integrity"), entry.text_of("resolved")),
                };
                fits(&self.graph)?;
                self.nearest.insert(&folder, name, node);
                found.push((place.clone(), node, entry.entries("requires").map(|(name, _)| name).collect()));
                open.push((place, entry));
            }
        }
        let wishes = found.iter().map(|(folder, node, names)| Wishes { folder, node: *node, names: names.clone() });
        self.nearest.connect(&mut self.graph, wishes.collect());
        Ok(())
    }

    fn package(&mut self, place: &str, name: &str, version: &str, integrity: &str, resolved: &str) -> usize {
        self.local_sources.extend(resolved.strip_prefix("file:").and_then(|path| paths::from("", path)));
        // A package without a hash is told from another by where it came from.
        let integrity = if integrity.is_empty() { resolved } else { integrity };
        let (name, version, integrity) = (name.to_owned(), version.to_owned(), integrity.to_owned());
        let installed = Installed { name, version, integrity, given: String::new() };
        self.graph.add(Thing::Package { place: place.to_owned(), installed, folder: None })
    }
}

/// The folder whose `node_modules` a place lies in, and its name there.
fn split(place: &str) -> Option<(&str, &str)> {
    let (folder, name) = match place.rsplit_once("/node_modules/") {
        Some(split) => split,
        None => ("", place.strip_prefix("node_modules/")?),
    };
    (!name.is_empty()).then_some((folder, name))
}
