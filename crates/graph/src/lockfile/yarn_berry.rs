//! `yarn.lock` of Yarn 2 to 4: YAML with a table `__metadata`.
//! Source: yarnpkg/berry, `packages/yarnpkg-core/sources/Project.ts` (reading and writing) and `structUtils.ts`.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::descriptors::{self, Descriptors, descriptor};
use super::graph::{Graph, Thing};
use super::{Contents, Installed, Missing, first_missing, paths, unknown_version, versions};
use crate::diagnostic::Diagnostic;
use crate::yaml;

/// What was wanted by whom, and what is there.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Finder {
    descriptors: Descriptors,
    /// What each member was seen to want.
    members: BTreeMap<String, BTreeMap<String, String>>,
}

impl Finder {
    /// What a name with a range resolves to, if that is known.
    pub fn find(&self, name: &str, range: &str) -> Option<usize> {
        self.descriptors.find(name, &canonical(range))
    }

    /// The range in which a member was seen to want a name.
    pub fn seen(&self, folder: &str, name: &str) -> Option<&str> {
        self.members.get(folder)?.get(name).map(String::as_str)
    }

    /// Whether a name with a range is known, or the member was seen to want it so: `resolutions` and catalogs say
    /// what is then installed, and the lockfile only has that.
    pub fn holds(&self, folder: &str, name: &str, range: &str, graph: &Graph) -> bool {
        let is_seen = self.seen(folder, name).is_some_and(|seen| canonical(seen) == canonical(range));
        self.find(name, range).is_some() || is_seen && graph.named(name).is_some()
    }
}

/// Whether a `yarn.lock` is of Yarn 2 or newer.
pub fn is(content: &[u8]) -> bool {
    content.starts_with(b"__metadata:") || content.windows(12).take(4096).any(|bytes| bytes == b"\n__metadata:")
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    version: Option<String>,
    cache_key: Option<String>,
    resolution: Option<String>,
    checksum: Option<String>,
    dependencies: Option<BTreeMap<String, String>>,
    optional_dependencies: Option<BTreeMap<String, String>>,
    peer_dependencies: Option<BTreeMap<String, String>>,
    peer_dependencies_meta: Option<BTreeMap<String, PeerMeta>>,
}

#[derive(Deserialize)]
struct PeerMeta {
    optional: Option<bool>,
}

/// Reads a lockfile of Yarn 2 or newer.
pub fn read(text: &str) -> Result<Contents, Diagnostic> {
    let documents: Vec<BTreeMap<String, Entry>> = yaml::read("the lockfile cannot be read", text)?;
    let Some(mut entries) = documents.into_iter().next() else {
        return Err(Diagnostic::error("the lockfile is empty"));
    };
    let metadata = entries.remove("__metadata");
    let version = metadata.as_ref().and_then(|metadata| metadata.version.clone());
    let version = version.ok_or_else(|| Diagnostic::error("the lockfile has no `version` in `__metadata`"))?;
    let cache_key = metadata.and_then(|metadata| metadata.cache_key).unwrap_or_default();
    let writers = versions::of_yarn_berry(&version, &cache_key);
    let writers = writers.ok_or_else(|| unknown_version(&version, "versions 4 to 10"))?;
    let mut reader = Reader::default();
    let nodes: Vec<usize> = entries.iter().map(|(key, entry)| reader.entry(key, entry)).collect();
    let asked = asked(&entries);
    reader.graph.index_names();
    reader.sent_elsewhere(&asked);
    let Reader { mut graph, found, members, local_sources, patches, .. } = reader;
    let finder = Finder { descriptors: Descriptors::of(found, &mut graph), members };
    let mut missing = Vec::new();
    for ((key, entry), node) in entries.iter().zip(nodes.iter().copied()) {
        for (name, range) in entry.wishes() {
            match finder.find(name, range).or_else(|| graph.named(name)) {
                Some(needed) => graph.need(node, needed),
                None => missing.push(Missing { node, who: key, name, range }),
            }
        }
        for source in key.split(',').filter_map(|key| patched(descriptors::split(key.trim()).1)) {
            let (name, range) = descriptors::split(&source);
            if let Some(source) = finder.find(name, range).filter(|source| *source != node) {
                graph.need(node, source);
            }
        }
        for name in entry.peers() {
            graph.peer(node, name);
        }
    }
    let members = entries.keys().zip(nodes).filter(|(key, _)| key.contains("@workspace:"));
    first_missing(&graph, members.map(|(_, node)| node).collect(), &missing)?;
    Ok(Contents { version, writers, graph, finder: super::Finder::YarnBerry(finder), local_sources, patches })
}

impl Entry {
    fn wishes(&self) -> impl Iterator<Item = (&String, &String)> {
        [&self.dependencies, &self.optional_dependencies].into_iter().flatten().flatten()
    }

    /// Names that whoever needs it must provide. An optional peer that nobody names is not looked for: only where
    /// everything is hoisted could it be found, and what finds it there without being told to is rare.
    fn peers(&self) -> impl Iterator<Item = &String> {
        let is_optional = |name: &str| {
            let meta = self.peer_dependencies_meta.as_ref().and_then(|meta| meta.get(name));
            meta.is_some_and(|meta| meta.optional == Some(true))
        };
        self.peer_dependencies.iter().flatten().map(|(name, _)| name).filter(move |name| !is_optional(name))
    }
}

#[derive(Default)]
struct Reader {
    graph: Graph,
    found: BTreeMap<String, Vec<usize>>,
    /// Descriptors by name.
    names: BTreeMap<String, BTreeSet<String>>,
    members: BTreeMap<String, BTreeMap<String, String>>,
    local_sources: BTreeSet<String>,
    patches: BTreeSet<String>,
}

impl Reader {
    fn entry(&mut self, key: &str, entry: &Entry) -> usize {
        let resolution = entry.resolution.clone().unwrap_or_else(|| key.to_owned());
        let (name, reference) = descriptors::split(&resolution);
        let (protocol, path) = reference.split_once(':').unwrap_or(("", reference));
        let (path, binding) = path.split_once("::").unwrap_or((path, ""));
        let bound_to = bound_to(binding);
        let local = || paths::from(&bound_to, path.split('#').next().unwrap_or(path));
        let link = |place: &str, folder| Thing::Link { place: place.to_owned(), name: name.to_owned(), folder };
        let integrity = match &entry.checksum {
            Some(checksum) => checksum.rsplit('/').next().unwrap_or(checksum).to_owned(),
            None => resolution.clone(),
        };
        let installed = |version| Installed { name: name.to_owned(), version, integrity, given: String::new() };
        let version = entry.version.clone().unwrap_or_default();
        let thing = match protocol {
            "workspace" => {
                let folder = paths::from("", path).unwrap_or_default();
                let wishes = entry.wishes().map(|(name, range)| (name.clone(), range.clone()));
                self.members.insert(folder.clone(), wishes.collect());
                link(&resolution, folder)
            }
            "portal" | "link" => {
                let folder = local().unwrap_or_default();
                self.local_sources.insert(folder.clone());
                link(&resolution, folder)
            }
            "file" => {
                let folder = local();
                self.local_sources.extend(folder.clone());
                let folder = folder.filter(|path| !paths::is_archive(path));
                Thing::Package { place: resolution.clone(), installed: installed(version), folder }
            }
            _ => Thing::Package { place: resolution.clone(), installed: installed(version), folder: None },
        };
        let node = self.graph.add(thing);
        for key in key.split(',').map(str::trim) {
            let (name, range) = descriptors::split(key);
            self.graph.alias(node, name);
            self.patches.extend(patch_files(range));
            let whole = descriptor(name, &canonical(range));
            self.names.entry(name.to_owned()).or_default().insert(whole.clone());
            self.found.entry(whole).or_default().push(node);
            // What Yarn patches by itself is asked for without a word of the patch.
            if let Some(source) = patched(range) {
                self.found.entry(source).or_default().push(node);
            }
        }
        node
    }

    /// Entries that nobody asks for by their range are there by `resolutions` or a catalog: whoever asks for the
    /// name may mean them.
    fn sent_elsewhere(&mut self, asked: &BTreeSet<String>) {
        for descriptors in self.names.values() {
            let is_unasked = |whole: &&String| !asked.contains(*whole) && !is_builtin(whole) && !is_workspace(whole);
            let unasked: BTreeSet<usize> =
                descriptors.iter().filter(is_unasked).flat_map(|whole| self.found[whole].iter().copied()).collect();
            if unasked.is_empty() {
                continue;
            }
            let any = self.graph.several(unasked.into_iter().collect());
            for whole in descriptors {
                let nodes = self.found.get_mut(whole).expect("every descriptor was found");
                if !nodes.contains(&any) {
                    nodes.push(any);
                }
            }
        }
    }
}

/// Everything that anybody asks for, or a patch is applied to.
fn asked(entries: &BTreeMap<String, Entry>) -> BTreeSet<String> {
    let wishes = entries.values().flat_map(Entry::wishes);
    let wishes = wishes.map(|(name, range)| descriptor(name, &canonical(range)));
    let keys = entries.keys().flat_map(|key| key.split(','));
    wishes.chain(keys.filter_map(|key| patched(descriptors::split(key.trim()).1))).collect()
}

fn is_builtin(descriptor: &str) -> bool {
    descriptor.contains("builtin<")
}

fn is_workspace(descriptor: &str) -> bool {
    descriptors::split(descriptor).1.starts_with("workspace:")
}

/// A range as Yarn compares it: with a protocol, and without the place from which a path is meant.
fn canonical(range: &str) -> String {
    let range = range.split("::").next().unwrap_or(range);
    let has_protocol = range.split_once(':').is_some_and(|(protocol, _)| {
        !protocol.is_empty() && protocol.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-'))
    });
    match range.strip_prefix("patch:") {
        Some(patch) => {
            let (source, files) = patch.split_once('#').unwrap_or((patch, ""));
            let source = paths::decoded(source);
            let (name, range) = descriptors::split(&source);
            format!("patch:{}#{files}", descriptor(name, &canonical_source(range)))
        }
        None if has_protocol => range.to_owned(),
        None => format!("npm:{range}"),
    }
}

/// The range of what a patch is applied to. It may be of a patch again, which is then left as it is: nobody may
/// choose how deep this goes.
fn canonical_source(range: &str) -> String {
    if range.starts_with("patch:") { range.to_owned() } else { canonical(range) }
}

/// What a patch is applied to.
fn patched(range: &str) -> Option<String> {
    let canonical = canonical(range);
    let (source, _) = canonical.strip_prefix("patch:")?.split_once('#')?;
    Some(source.to_owned())
}

/// The files of a patch: `~/` is meant from the root, all else from the folder of who asks.
fn patch_files(range: &str) -> Vec<String> {
    let Some((_, files)) = range.strip_prefix("patch:").and_then(|patch| patch.split_once('#')) else {
        return Vec::new();
    };
    let (files, binding) = files.split_once("::").unwrap_or((files, ""));
    let folder = bound_to(binding);
    let file = |file: &str| {
        let file = paths::decoded(file.strip_prefix("optional!").unwrap_or(file));
        let file = file.trim_start_matches('!');
        match file.strip_prefix("~/") {
            _ if file.is_empty() || file.starts_with("builtin<") || file.starts_with("~builtin<") => None,
            Some(file) => paths::from("", file),
            None => paths::from(&folder, file),
        }
    };
    files.split('&').filter_map(file).collect()
}

/// The folder of the member that a binding names: `locator=root%40workspace%3Aapps%2Fshop`.
fn bound_to(binding: &str) -> String {
    let locator = binding.split('&').find_map(|part| part.strip_prefix("locator="));
    let locator = paths::decoded(locator.unwrap_or_default());
    let folder = locator.split_once("@workspace:").map_or("", |(_, folder)| folder);
    paths::from("", folder).unwrap_or_default()
}
