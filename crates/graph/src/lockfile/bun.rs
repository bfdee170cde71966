//! `bun.lock`: JSON with comments and trailing commas.
//! Source: oven-sh/bun, `src/install/lockfile/bun.lock.rs` (what each kind of package is written as, and how
//! dependencies are found).

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::graph::{Graph, Thing};
use super::json::Value;
use super::nearest::{Nearest, Wishes};
use super::{Contents, Installed, descriptors, paths, unknown_version, versions};
use crate::diagnostic::{self, Diagnostic};

/// What a package may load; what its peers are is found on the way up as well.
const TABLES: [&str; 3] = ["dependencies", "optionalDependencies", "peerDependencies"];

/// What a member may want.
const MEMBER_TABLES: [&str; 4] = ["peerDependencies", "devDependencies", "dependencies", "optionalDependencies"];

/// What each member is called and was seen to want, and what is there.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Finder {
    nearest: Nearest,
    members: BTreeMap<String, Member>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Member {
    name: String,
    wishes: BTreeMap<String, BTreeSet<String>>,
}

impl Finder {
    /// What a name is for the member in a folder.
    pub fn find(&self, folder: &str, name: &str) -> Option<usize> {
        let member = self.members.get(folder).filter(|_| !folder.is_empty());
        self.nearest.find(member.map_or("", |member| &member.name), name)
    }

    /// Whether a member was seen to want a name in this range, and it is there.
    pub fn holds(&self, folder: &str, name: &str, range: &str) -> bool {
        let wishes = self.members.get(folder).and_then(|member| member.wishes.get(name));
        wishes.is_some_and(|ranges| ranges.contains(range)) && self.find(folder, name).is_some()
    }
}

/// Reads a lockfile of Bun.
pub fn read(text: &str) -> Result<Contents, Diagnostic> {
    let value: Value = serde_json::from_str(&plain(text))
        .map_err(|cause| diagnostic::of_json("the lockfile cannot be read", &cause))?;
    let version = match value.get("lockfileVersion") {
        Some(Value::Number(version)) => version.to_string(),
        Some(Value::Text(version)) => format!("`{version}`"),
        _ => return Err(Diagnostic::error("the lockfile has no `lockfileVersion`")),
    };
    let writers = versions::of_bun(&version).ok_or_else(|| unknown_version(&version, "versions 0 to 3"))?;
    let mut reader = Reader::default();
    reader.members(&value);
    reader.packages(&value);
    let Reader { mut graph, finder, local_sources } = reader;
    graph.index_names();
    let patches = value.entries("patchedDependencies").filter_map(|(_, path)| paths::from("", path.text()?));
    let (finder, patches) = (super::Finder::Bun(finder), patches.collect());
    Ok(Contents { version, writers, graph, finder, local_sources, patches })
}

#[derive(Default)]
struct Reader {
    graph: Graph,
    finder: Finder,
    local_sources: BTreeSet<String>,
}

impl Reader {
    fn members(&mut self, value: &Value) {
        for (folder, workspace) in value.entries("workspaces") {
            let mut member = Member { name: workspace.text_of("name").to_owned(), ..Member::default() };
            for (name, range) in MEMBER_TABLES.iter().flat_map(|table| workspace.entries(table)) {
                let ranges = member.wishes.entry(name.to_owned()).or_default();
                ranges.extend(range.text().map(str::to_owned));
            }
            self.finder.members.insert(folder.to_owned(), member);
        }
    }

    fn packages(&mut self, value: &Value) {
        let mut wishes: Vec<Wishes<'_>> = Vec::new();
        let mut links: Vec<(usize, String)> = Vec::new();
        for (key, parts) in value.entries("packages") {
            let Value::List(parts) = parts else { continue };
            let Some(resolution) = parts.first().and_then(Value::text) else { continue };
            let (above, name) = split(key);
            let (_, reference) = descriptors::split(resolution);
            let names = parts.iter().flat_map(|part| TABLES.iter().flat_map(|table| part.entries(table)));
            let names: Vec<&str> = names.map(|(name, _)| name).collect();
            let (protocol, path) = reference.split_once(':').unwrap_or(("", ""));
            let folder = paths::from("", path).filter(|_| matches!(protocol, "workspace" | "link" | "file" | "root"));
            let node = match (protocol, folder) {
                ("workspace" | "link" | "root", Some(folder)) => {
                    let (place, name) = (key.to_owned(), name.to_owned());
                    let node = self.graph.add(Thing::Link { place, name, folder: folder.clone() });
                    links.push((node, folder));
                    node
                }
                (_, folder) => self.package(key, name, reference, &parts[1..], folder),
            };
            self.finder.nearest.insert(above, name, node);
            wishes.push(Wishes { folder: key, node, names });
        }
        // Behind a link is all that its folder was seen to want, from where it is called by its name.
        let members = &self.finder.members;
        let mut behind: BTreeMap<&str, usize> = BTreeMap::new();
        for (node, folder) in &links {
            match members.get(folder) {
                Some(Member { name, wishes: wanted }) => {
                    let all = *behind.entry(folder).or_insert_with(|| {
                        let all = self.graph.add(Thing::Several);
                        let names = wanted.keys().map(String::as_str).collect();
                        wishes.push(Wishes { folder: name, node: all, names });
                        all
                    });
                    self.graph.need(*node, all);
                }
                None => {
                    self.local_sources.insert(folder.clone());
                }
            }
        }
        self.finder.nearest.connect(&mut self.graph, wishes);
    }

    fn package(&mut self, key: &str, name: &str, reference: &str, parts: &[Value], folder: Option<String>) -> usize {
        let local = folder.clone().or_else(|| paths::from("", reference).filter(|path| paths::is_archive(path)));
        self.local_sources.extend(local.filter(|_| !reference.starts_with("http")));
        // The registry comes before the table of dependencies, the hash or commit after it.
        let after = parts.iter().skip_while(|part| part.table().is_none()).filter_map(Value::text);
        let integrity = after.last().or_else(|| parts.iter().find_map(Value::text)).filter(|text| !text.is_empty());
        let (place, name, version) = (key.to_owned(), name.to_owned(), reference.to_owned());
        let installed =
            Installed { name, version, integrity: integrity.unwrap_or(reference).to_owned(), given: String::new() };
        let folder = folder.filter(|path| !paths::is_archive(path));
        self.graph.add(Thing::Package { place, installed, folder })
    }
}

/// The key that a key lies in, and its name there: `next/@types/node` is `@types/node` in `next`.
fn split(key: &str) -> (&str, &str) {
    let Some((above, name)) = key.rsplit_once('/') else { return ("", key) };
    let scope = above.rsplit('/').next().unwrap_or(above);
    if !scope.starts_with('@') {
        return (above, name);
    }
    let start = above.len() - scope.len();
    (above[..start].trim_end_matches('/'), &key[start..])
}

/// The text without comments and commas before a closing bracket, everything else in its place.
pub fn plain(text: &str) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let mut comma = None;
    let mut at = 0;
    while at < bytes.len() {
        let next = bytes.get(at + 1).copied();
        match bytes[at] {
            b'"' => {
                comma = None;
                at += 1;
                while at < bytes.len() && bytes[at] != b'"' {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
            }
            b'/' if next == Some(b'/') => {
                while at < bytes.len() && bytes[at] != b'\n' {
                    bytes[at] = b' ';
                    at += 1;
                }
                continue;
            }
            b'/' if next == Some(b'*') => {
                let end = bytes[at + 2..].windows(2).position(|pair| pair == b"*/");
                let end = end.map_or(bytes.len(), |length| at + 2 + length + 2);
                for byte in bytes[at..end].iter_mut().filter(|byte| **byte != b'\n') {
                    *byte = b' ';
                }
                at = end;
                continue;
            }
            b',' => comma = Some(at),
            b'}' | b']' => {
                if let Some(comma) = comma.take() {
                    bytes[comma] = b' ';
                }
            }
            byte if byte.is_ascii_whitespace() => {}
            _ => comma = None,
        }
        at += 1;
    }
    String::from_utf8(bytes).expect("whole characters were replaced by ASCII")
}
