//! `pnpm-lock.yaml`.
//! Source: pnpm/spec, `lockfile/5.md` to `9.0.md`; pnpm's `lockfile/types` and `deps/path`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Serialize};

use super::graph::{Graph, Thing};
use super::{Contents, Finder, Installed, Missing, first_missing, fits, not_whole, paths, unknown_version, versions};
use crate::diagnostic::Diagnostic;
use crate::yaml;

/// What each member was seen to want.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Importers {
    members: BTreeMap<String, BTreeMap<String, Wish>>,
    /// Whether manifests were changed before they were read, so that ranges differ from what they say.
    is_rewritten: bool,
    /// Names that manifests want in other ranges than they say.
    overridden: BTreeSet<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Wish {
    range: Option<String>,
    node: usize,
}

impl Importers {
    /// What a name is for a member, else for one of the folders above it, where Node.js would look next.
    pub fn find(&self, folder: &str, name: &str) -> Option<usize> {
        let mut at = Some(folder);
        while let Some(folder) = at {
            if let Some(wish) = self.members.get(folder).and_then(|wishes| wishes.get(name)) {
                return Some(wish.node);
            }
            at = match folder.rsplit_once('/') {
                Some((parent, _)) => Some(parent),
                None if folder.is_empty() => None,
                None => Some(""),
            };
        }
        None
    }

    /// Whether a member was seen to want a name in this range. What links to a folder may be left out.
    pub fn hold(&self, folder: &str, name: &str, range: &str) -> bool {
        let Some(wishes) = self.members.get(folder) else { return false };
        let Some(wish) = wishes.get(name) else { return range.starts_with("link:") };
        let is_same = |written: &String| written.trim() == range.trim();
        self.is_rewritten || self.overridden.contains(name) || wish.range.as_ref().is_none_or(is_same)
    }
}

/// Reads a lockfile of pnpm. Of several documents the last is the lockfile; the first is about pnpm itself.
pub fn read(text: &str) -> Result<Contents, Diagnostic> {
    let mut documents: Vec<Document> = yaml::read("the lockfile cannot be read", text)?;
    let is_about_pnpm = documents.len() > 1;
    let Some(document) = documents.pop() else { return Err(Diagnostic::error("the lockfile is empty")) };
    let Some(version) = document.lockfile_version.clone() else {
        return Err(Diagnostic::error("the lockfile has no `lockfileVersion`"));
    };
    let writers = versions::of_pnpm(&version, is_about_pnpm);
    let writers = writers.ok_or_else(|| unknown_version(&version, "versions 5.0 to 5.4, 6, 9 and 12"))?;
    let mut reader = Reader { has_slashes: version.starts_with('5'), ..Reader::default() };
    reader.packages(&document);
    let missing = reader.needs(&document)?;
    reader.importers(&document)?;
    let wanted = reader.members.values().flat_map(BTreeMap::values).map(|wish| wish.node);
    first_missing(&reader.graph, wanted.collect(), &missing)?;
    let finder = Importers {
        members: reader.members,
        is_rewritten: document.pnpmfile_checksum.is_some() || document.package_extensions_checksum.is_some(),
        overridden: document.overrides.iter().flatten().map(|(name, _)| overridden(name)).collect(),
    };
    let patches =
        document.patched_dependencies.iter().flatten().filter_map(|(_, patch)| paths::from("", patch.path.as_deref()?));
    Ok(Contents {
        version,
        writers,
        graph: reader.graph,
        finder: Finder::Pnpm(finder),
        local_sources: reader.local_sources,
        patches: patches.collect(),
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    lockfile_version: Option<String>,
    importers: Option<BTreeMap<String, Option<Importer>>>,
    /// In a repository without `importers`, what its only one wants.
    specifiers: Option<Ranges>,
    dependencies: Option<BTreeMap<String, Reference>>,
    dev_dependencies: Option<BTreeMap<String, Reference>>,
    optional_dependencies: Option<BTreeMap<String, Reference>>,
    packages: Option<BTreeMap<String, Entry>>,
    snapshots: Option<BTreeMap<String, Entry>>,
    overrides: Option<Ranges>,
    patched_dependencies: Option<BTreeMap<String, Patch>>,
    pnpmfile_checksum: Option<IgnoredAny>,
    package_extensions_checksum: Option<IgnoredAny>,
}

type Ranges = BTreeMap<String, String>;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Importer {
    specifiers: Option<Ranges>,
    dependencies: Option<BTreeMap<String, Reference>>,
    dev_dependencies: Option<BTreeMap<String, Reference>>,
    optional_dependencies: Option<BTreeMap<String, Reference>>,
}

/// What a member's dependency resolves to; since version 6 with the range.
struct Reference {
    range: Option<String>,
    to: String,
}

/// A package, a snapshot of one, or before version 9 both in one.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    name: Option<String>,
    version: Option<String>,
    resolution: Option<Resolution>,
    dependencies: Option<Ranges>,
    optional_dependencies: Option<Ranges>,
}

#[derive(Deserialize)]
struct Resolution {
    integrity: Option<String>,
    tarball: Option<String>,
    url: Option<String>,
    repo: Option<String>,
    commit: Option<String>,
    path: Option<String>,
    directory: Option<String>,
    variants: Option<Vec<Variant>>,
}

/// A package that is another for each platform, such as Node.js.
#[derive(Deserialize)]
struct Variant {
    resolution: Option<Box<Resolution>>,
}

/// Its path, if it is told.
struct Patch {
    path: Option<String>,
}

#[derive(Default)]
struct Reader {
    graph: Graph,
    /// Whether names and versions are parted by slashes, as before version 6.
    has_slashes: bool,
    places: BTreeMap<String, usize>,
    members: BTreeMap<String, BTreeMap<String, Wish>>,
    local_sources: BTreeSet<String>,
}

impl Reader {
    fn packages(&mut self, document: &Document) {
        let packages = document.packages.as_ref();
        // Since version 9 packages that are the same but for their peers share what is said of them.
        let entries = document.snapshots.as_ref().or(packages);
        for (key, entry) in entries.into_iter().flatten() {
            let shared = packages.and_then(|packages| packages.get(without_suffix(key)));
            let told = |of: fn(&Entry) -> Option<&String>| of(entry).or_else(|| of(shared?)).cloned();
            let (name, version) = self.name_and_version(key);
            let resolution = entry.resolution.as_ref().or_else(|| shared?.resolution.as_ref());
            let folder = resolution.and_then(|resolution| paths::from("", resolution.directory.as_deref()?));
            self.local_sources.extend(folder.clone());
            let tarball = resolution.and_then(|resolution| resolution.tarball.as_deref()?.strip_prefix("file:"));
            self.local_sources.extend(tarball.and_then(|path| paths::from("", path)));
            let installed = Installed {
                name: told(|entry| entry.name.as_ref()).unwrap_or(name),
                version: told(|entry| entry.version.as_ref()).unwrap_or(version),
                integrity: resolution.map(Resolution::integrity).unwrap_or_default(),
                given: String::new(),
            };
            let node = self.graph.add(Thing::Package { place: key.clone(), installed, folder });
            self.places.insert(key.clone(), node);
        }
        self.graph.index_names();
    }

    /// What each package needs; and what of it is not there.
    fn needs<'a>(&mut self, document: &'a Document) -> Result<Vec<Missing<'a>>, Diagnostic> {
        let mut missing = Vec::new();
        let entries = document.snapshots.as_ref().or(document.packages.as_ref());
        for (key, entry) in entries.into_iter().flatten() {
            let node = self.places[key];
            let tables = [&entry.dependencies, &entry.optional_dependencies];
            for (name, reference) in tables.into_iter().flatten().flatten() {
                match self.resolve(key, "", name, reference) {
                    Some(needed) => self.graph.need(node, needed),
                    None => missing.push(Missing { node, who: key, name, range: reference }),
                }
                fits(&self.graph)?;
            }
        }
        Ok(missing)
    }

    fn importers(&mut self, document: &Document) -> Result<(), Diagnostic> {
        let own =
            Importer { specifiers: None, dependencies: None, dev_dependencies: None, optional_dependencies: None };
        let mut links = Vec::new();
        match &document.importers {
            Some(importers) => {
                for (folder, importer) in importers {
                    let importer = importer.as_ref().unwrap_or(&own);
                    let Importer { specifiers, dependencies, dev_dependencies, optional_dependencies } = importer;
                    let tables = [dev_dependencies, dependencies, optional_dependencies];
                    self.importer(folder, specifiers.as_ref(), tables, &mut links)?;
                }
            }
            None => {
                let Document { specifiers, dependencies, dev_dependencies, optional_dependencies, .. } = document;
                let tables = [dev_dependencies, dependencies, optional_dependencies];
                self.importer(".", specifiers.as_ref(), tables, &mut links)?;
            }
        }
        // Behind a link is all that its folder was seen to want.
        let everything: BTreeMap<String, usize> = self
            .members
            .iter()
            .map(|(folder, wishes)| {
                let all = self.graph.add(Thing::Several);
                wishes.values().map(|wish| wish.node).for_each(|node| self.graph.need(all, node));
                (folder.clone(), all)
            })
            .collect();
        for (link, folder) in links {
            match everything.get(&folder) {
                Some(all) => self.graph.need(link, *all),
                None => {
                    self.local_sources.insert(folder);
                }
            }
        }
        Ok(())
    }

    fn importer(
        &mut self,
        importer: &str,
        ranges: Option<&Ranges>,
        tables: [&Option<BTreeMap<String, Reference>>; 3],
        links: &mut Vec<(usize, String)>,
    ) -> Result<(), Diagnostic> {
        let folder = paths::from("", importer).unwrap_or_else(|| importer.to_owned());
        let mut wishes = BTreeMap::new();
        for (name, reference) in tables.into_iter().flatten().flatten() {
            let range = reference.range.clone().or_else(|| ranges?.get(name).cloned());
            let node = self.resolve(importer, &folder, name, &reference.to);
            let node = node.ok_or_else(|| not_whole(importer, &format!("{name}@{}", reference.to)))?;
            fits(&self.graph)?;
            if reference.to.starts_with("link:") {
                links.extend(self.graph.folder_of(node).map(|folder| (node, folder.to_owned())));
            }
            wishes.insert(name.clone(), Wish { range, node });
        }
        self.members.insert(folder, wishes);
        Ok(())
    }

    /// The node that a reference leads to. It is a version, or a whole key if that has another name than is wanted.
    fn resolve(&mut self, who: &str, folder: &str, name: &str, reference: &str) -> Option<usize> {
        if let Some(path) = reference.strip_prefix("link:") {
            let target = paths::from(folder, path).unwrap_or_else(|| path.to_owned());
            let place = format!("{who}/node_modules/{name}");
            return Some(self.graph.add(Thing::Link { place, name: name.to_owned(), folder: target }));
        }
        let keys = [
            reference.to_owned(),
            format!("{name}@{reference}"),
            format!("/{name}@{reference}"),
            format!("/{name}/{reference}"),
        ];
        keys.iter().find_map(|key| self.places.get(key)).copied()
    }

    /// What a key says of name and version: `/react/18.2.0`, `/react@18.2.0`, `react@18.2.0(…)`,
    /// `host/react/18.2.0`, `ui@file:packages/ui`.
    fn name_and_version(&self, key: &str) -> (String, String) {
        let bare = without_suffix(key);
        let bare = bare.strip_prefix('/').unwrap_or(bare);
        if self.has_slashes {
            let (path, version) = bare.rsplit_once('/').unwrap_or((bare, ""));
            let name = match path.rfind("/@").map(|at| &path[at + 1..]).filter(|name| name.contains('/')) {
                Some(scoped) => scoped,
                None if path.starts_with('@') => path,
                None => path.rsplit('/').next().unwrap_or(path),
            };
            let version = version.split(['_', '(']).next().unwrap_or(version);
            return (name.to_owned(), version.to_owned());
        }
        match bare.char_indices().skip(1).find(|(_, char)| *char == '@') {
            Some((at, _)) => (bare[..at].to_owned(), bare[at + 1..].to_owned()),
            None => (bare.to_owned(), String::new()),
        }
    }
}

impl Resolution {
    /// What content is checked against, else where it comes from; of what is one for each platform all of it.
    fn integrity(&self) -> String {
        let variants =
            self.variants.iter().flatten().filter_map(|variant| Some(variant.resolution.as_ref()?.integrity()));
        let commit =
            [&self.repo, &self.commit, &self.path].into_iter().flatten().cloned().collect::<Vec<_>>().join("#");
        let said = self.integrity.clone().or_else(|| self.tarball.clone()).or_else(|| self.url.clone());
        let said = said.or(Some(commit).filter(|commit| !commit.is_empty()));
        let said = said.or_else(|| self.directory.as_ref().map(|folder| format!("file:{folder}")));
        said.unwrap_or_else(|| variants.collect::<Vec<_>>().join(" "))
    }
}

/// A key without peers and patch: `react-dom@18.2.0(react@18.2.0)`. Version 5's have other suffixes, but there
/// nothing is shared.
fn without_suffix(key: &str) -> &str {
    let mut open = 0_usize;
    let mut end = key.len();
    for (at, byte) in key.bytes().enumerate().rev() {
        match byte {
            b')' if open > 0 || at + 1 == end => open += 1,
            b'(' if open > 0 => {
                open -= 1;
                end = if open == 0 { at } else { end };
            }
            _ if open == 0 => break,
            _ => {}
        }
    }
    &key[..end]
}

/// The name that an override is of: `foo`, `foo@>=1 <2`, `bar@1>foo@1`.
/// Source: pnpm's `config/parse-overrides`, the delimiter `/[^ |@]>/`.
fn overridden(selector: &str) -> String {
    let bytes = selector.as_bytes();
    let parts = |at: &usize| bytes[*at] == b'>' && !matches!(bytes[at - 1], b' ' | b'|' | b'@');
    let name = (1..bytes.len()).find(parts).map_or(selector, |at| &selector[at + 1..]).trim();
    let at = name.char_indices().skip(1).find(|(_, char)| *char == '@').map_or(name.len(), |(at, _)| at);
    name[..at].to_owned()
}

impl<'de> Deserialize<'de> for Reference {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Reference, D::Error> {
        let pair = deserializer.deserialize_any(TextOrPair { names: ("specifier", "version") })?;
        Ok(Reference { range: pair.first, to: pair.second.unwrap_or_default() })
    }
}

impl<'de> Deserialize<'de> for Patch {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Patch, D::Error> {
        let pair = deserializer.deserialize_any(TextOrPair { names: ("path", "hash") })?;
        Ok(Patch { path: pair.first })
    }
}

/// A text that since some version is a table of two.
struct TextOrPair {
    names: (&'static str, &'static str),
}

#[derive(Default)]
struct Pair {
    first: Option<String>,
    second: Option<String>,
}

impl<'de> Visitor<'de> for TextOrPair {
    type Value = Pair;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "a text or a table of `{}` and `{}`", self.names.0, self.names.1)
    }

    fn visit_str<E>(self, text: &str) -> Result<Pair, E> {
        Ok(Pair { first: None, second: Some(text.to_owned()) })
    }

    fn visit_u64<E>(self, number: u64) -> Result<Pair, E> {
        Ok(Pair { first: None, second: Some(number.to_string()) })
    }

    fn visit_i64<E>(self, number: i64) -> Result<Pair, E> {
        Ok(Pair { first: None, second: Some(number.to_string()) })
    }

    fn visit_f64<E>(self, number: f64) -> Result<Pair, E> {
        Ok(Pair { first: None, second: Some(number.to_string()) })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pair, A::Error> {
        let mut pair = Pair::default();
        while let Some(name) = map.next_key::<String>()? {
            if name == self.names.0 {
                pair.first = Some(map.next_value()?);
            } else if name == self.names.1 {
                pair.second = Some(map.next_value()?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(pair)
    }
}
