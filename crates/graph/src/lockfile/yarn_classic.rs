//! `yarn.lock` of Yarn 1: a format of its own, of lines and indentation.
//! Source: yarnpkg/yarn, `src/lockfile/parse.js` and `stringify.js`.
//!
//! The crate `yarn-lock-parser` 0.14 reads it as well and is kept well, but of a broken file it gives the rest of the
//! text and no place, leaves escapes in quoted texts, and brings a parser library; what is needed here is sixty lines.

use std::collections::{BTreeMap, BTreeSet};

use super::descriptors::{self, Descriptors};
use super::graph::{Graph, Thing};
use super::{Contents, Finder, Installed, paths, unknown_version, versions};
use crate::diagnostic::Diagnostic;

/// Reads a lockfile of Yarn 1.
pub fn read(text: &str) -> Result<Contents, Diagnostic> {
    let version = text.lines().take(8).find_map(|line| line.strip_prefix("# yarn lockfile v"));
    let version = version.map_or("1", str::trim);
    if text.trim_start().starts_with('{') {
        let known = "those of Yarn 1 to 4";
        return Err(Diagnostic::error(format!("the lockfile is of Yarn 6 or newer; {known} are read"))
            .hint("`corepack use yarn@4` goes back to Yarn 4"));
    }
    if version != "1" {
        return Err(unknown_version(version, "version 1 and those of Yarn 2 to 4"));
    }
    let mut entries = entries(text)?;
    // In any order of the file, the same entries have the same places.
    entries.sort_by(|a, b| a.descriptors.cmp(&b.descriptors));
    let mut graph = Graph::default();
    let mut local_sources = BTreeSet::new();
    let mut found: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    let mut places: BTreeSet<String> = BTreeSet::new();
    let mut nodes = Vec::new();
    for entry in &entries {
        let Some((alias, range)) = entry.descriptors.first().map(|first| descriptors::split(first)) else { continue };
        let name = range.strip_prefix("npm:").map_or(alias, |real| descriptors::split(real).0);
        let mut place = format!("{name}@{}", entry.version);
        if !places.insert(place.clone()) {
            place = format!("{place} {}", entry.resolved);
            places.insert(place.clone());
        }
        let local = ["file:", "link:"].iter().find_map(|protocol| range.strip_prefix(protocol));
        let local = local.and_then(|path| paths::from("", path));
        local_sources.extend(local.clone());
        let thing = match local {
            Some(folder) if range.starts_with("link:") => Thing::Link { place, name: name.to_owned(), folder },
            local => {
                let integrity = if entry.integrity.is_empty() { &entry.resolved } else { &entry.integrity };
                let (name, version, integrity) = (name.to_owned(), entry.version.clone(), integrity.clone());
                let folder = local.filter(|path| !paths::is_archive(path));
                Thing::Package {
                    place,
                    installed: Installed { name, version, integrity, given: String::new() },
                    folder,
                }
            }
        };
        let node = graph.add(thing);
        nodes.push(node);
        for descriptor in &entry.descriptors {
            graph.alias(node, descriptors::split(descriptor).0);
            found.entry(descriptor.clone()).or_default().push(node);
        }
    }
    graph.index_names();
    let descriptors = Descriptors::of(found, &mut graph);
    for (entry, node) in entries.iter().zip(nodes) {
        for (name, range) in &entry.needs {
            // What is not there is a member of the workspace.
            if let Some(needed) = descriptors.find(name, range).or_else(|| graph.named(name)) {
                graph.need(node, needed);
            }
        }
    }
    Ok(Contents {
        version: version.to_owned(),
        writers: versions::of_yarn_classic(),
        graph,
        finder: Finder::YarnClassic(descriptors),
        local_sources,
        patches: BTreeSet::new(),
    })
}

#[derive(Default)]
struct Entry {
    /// Names with ranges, in their order.
    descriptors: Vec<String>,
    version: String,
    resolved: String,
    integrity: String,
    /// Names with ranges.
    needs: Vec<(String, String)>,
}

fn entries(text: &str) -> Result<Vec<Entry>, Diagnostic> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut is_in_needs = false;
    let mut last = 0;
    for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with('#')) {
        let content = line.trim_start_matches(' ');
        if content.trim().is_empty() {
            continue;
        }
        last = at + 1;
        let broken = |what: &str| {
            Diagnostic::error(format!("the lockfile cannot be read: {what}"))
                .at((at + 1, line.len() - content.len() + 1))
        };
        match (line.len() - content.len(), entries.last_mut()) {
            (0, _) => {
                let content = content.trim_end().strip_suffix(':');
                let content = content.ok_or_else(|| broken("an entry ends with a colon"))?;
                let mut descriptors = words(content).ok_or_else(|| broken("a quoted text has no end"))?;
                descriptors.sort();
                is_complete(entries.last(), at)?;
                entries.push(Entry { descriptors, ..Entry::default() });
                is_in_needs = false;
            }
            (_, None) => return Err(broken("it begins within an entry")),
            (2, Some(entry)) => {
                if let Some(table) = content.trim_end().strip_suffix(':') {
                    is_in_needs = matches!(table, "dependencies" | "optionalDependencies");
                    continue;
                }
                is_in_needs = false;
                let words = words(content).ok_or_else(|| broken("a quoted text has no end"))?;
                let [name, value] = words.as_slice() else { return Err(broken("a field is a name and a value")) };
                match name.as_str() {
                    "version" => entry.version = value.clone(),
                    "resolved" => entry.resolved = value.clone(),
                    "integrity" => entry.integrity = value.clone(),
                    _ => {}
                }
            }
            (_, Some(entry)) if is_in_needs => {
                let words = words(content).ok_or_else(|| broken("a quoted text has no end"))?;
                let [name, range] = words.as_slice() else { return Err(broken("a dependency is a name and a range")) };
                entry.needs.push((name.clone(), range.clone()));
            }
            _ => {}
        }
    }
    is_complete(entries.last(), last)?;
    Ok(entries)
}

/// Whether the last entry before a line says what it is.
fn is_complete(entry: Option<&Entry>, line: usize) -> Result<(), Diagnostic> {
    match entry {
        Some(entry) if entry.version.is_empty() => {
            let name = entry.descriptors.first().map_or("", String::as_str);
            Err(Diagnostic::error(format!("the lockfile is not whole: `{name}` has no version")).at((line.max(1), 1)))
        }
        _ => Ok(()),
    }
}

/// The words of a line, quoted or not, parted by spaces and commas.
fn words(line: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut rest = line.trim();
    while !rest.is_empty() {
        let length = if rest.starts_with('"') {
            let end = rest.bytes().enumerate().skip(1).scan(false, |is_escaped, (at, byte)| {
                let ends = byte == b'"' && !*is_escaped;
                *is_escaped = byte == b'\\' && !*is_escaped;
                Some((at, ends))
            });
            let length = end.into_iter().find(|(_, ends)| *ends)?.0 + 1;
            words.push(serde_json::from_str(&rest[..length]).ok()?);
            length
        } else {
            let length = rest.find([' ', ',']).unwrap_or(rest.len());
            words.push(rest[..length].to_owned());
            length
        };
        rest = rest[length..].trim_start_matches([' ', ',']);
    }
    Some(words)
}
