//! The same repository under other package managers than npm: the lockfile that each would write.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::{Outside, World};

/// A package manager whose lockfile a world can have instead of npm's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manager {
    /// pnpm 9 and later.
    Pnpm,
    /// Yarn 1.
    YarnClassic,
    /// Yarn 2 and later.
    YarnBerry,
    /// Bun with a lockfile of text.
    Bun,
}

/// All of them.
pub const MANAGERS: [Manager; 4] = [Manager::Pnpm, Manager::YarnClassic, Manager::YarnBerry, Manager::Bun];

/// Tables of a manifest that ask for packages.
const TABLES: [&str; 3] = ["dependencies", "devDependencies", "optionalDependencies"];

/// Lockfiles, and what else says which package manager a repository has.
const LOCKS: [&str; 5] = ["package-lock.json", "pnpm-lock.yaml", "pnpm-workspace.yaml", "yarn.lock", "bun.lock"];

/// Files in the place of npm's lockfile; none if the world has no lockfile, or one that is written out or has a package in
/// two places, which every manager tells in its own way.
pub fn files(
    world: &World,
    manager: Manager,
    manifests: &BTreeMap<String, Value>,
) -> Option<Vec<(&'static str, String)>> {
    if world.outside.is_empty() || world.files.keys().any(|path| LOCKS.contains(&path.as_str())) {
        return None;
    }
    let outside = world.outside.iter().map(|(place, outside)| {
        let name = place.strip_prefix("node_modules/").filter(|name| !name.contains("node_modules/"))?;
        Some((name.to_owned(), outside))
    });
    let lock = Lock { manifests, outside: outside.collect::<Option<_>>()? };
    Some(match manager {
        Manager::Pnpm => {
            let patterns = manifests.get("")?.get("workspaces")?;
            let members = json!({"packages": patterns.get("packages").unwrap_or(patterns)});
            vec![("pnpm-lock.yaml", lock.pnpm().to_string()), ("pnpm-workspace.yaml", members.to_string())]
        }
        Manager::YarnClassic => vec![("yarn.lock", lock.yarn_classic())],
        Manager::YarnBerry => {
            vec![("yarn.lock", lock.yarn_berry()), (".yarnrc.yml", "nodeLinker: node-modules\n".to_owned())]
        }
        Manager::Bun => vec![("bun.lock", lock.bun().to_string())],
    })
}

struct Lock<'a> {
    /// By folder; the root's is empty.
    manifests: &'a BTreeMap<String, Value>,
    outside: BTreeMap<String, &'a Outside>,
}

impl Lock<'_> {
    /// The folder of a member.
    fn folder(&self, name: &str) -> Option<&str> {
        let members = self.manifests.iter().filter(|(folder, _)| !folder.is_empty());
        members
            .map(|(folder, manifest)| (folder.as_str(), &manifest["name"]))
            .find(|(_, of)| *of == name)
            .map(|it| it.0)
    }

    /// What a manifest asks for: table, name and range.
    fn asked(manifest: &Value) -> impl Iterator<Item = (&'static str, &str, &str)> {
        TABLES.into_iter().flat_map(move |table| {
            let named = manifest.get(table).and_then(Value::as_object).into_iter().flatten();
            named.filter_map(move |(name, range)| Some((table, name.as_str(), range.as_str()?)))
        })
    }

    /// Every range that a package from outside is asked for by.
    fn ranges(&self, name: &str) -> BTreeSet<&str> {
        let asked = self.manifests.values().flat_map(Lock::asked).filter(|(_, asked, _)| *asked == name);
        asked.map(|(_, _, range)| range).chain(["*"]).collect()
    }

    fn integrity(name: &str, version: &str) -> String {
        format!("sha512-{name}-{version}")
    }

    /// Source: github.com/pnpm/spec, "lockfile/9.0.md". JSON is YAML.
    fn pnpm(&self) -> Value {
        let mut importers = Map::new();
        for (folder, manifest) in self.manifests {
            let mut importer = json!({});
            let up = "../".repeat(folder.split('/').filter(|part| !part.is_empty()).count());
            for (table, name, range) in Lock::asked(manifest) {
                let link = self.folder(name).map(|other| format!("link:{up}{other}"));
                let version = link.or_else(|| Some(self.outside.get(name)?.version.clone()));
                if let Some(version) = version {
                    importer[table][name] = json!({"specifier": range, "version": version});
                }
            }
            importers.insert(if folder.is_empty() { ".".to_owned() } else { folder.clone() }, importer);
        }
        let (mut packages, mut snapshots) = (Map::new(), Map::new());
        for (name, outside) in &self.outside {
            let id = format!("{name}@{}", outside.version);
            let version = |need: &String| Some((need.clone(), json!(self.outside.get(need)?.version)));
            let needs: Map<String, Value> = outside.needs.iter().filter_map(version).collect();
            packages.insert(id.clone(), json!({"resolution": {"integrity": Lock::integrity(name, &outside.version)}}));
            snapshots.insert(id, json!({"dependencies": needs}));
        }
        json!({"lockfileVersion": "9.0", "importers": importers, "packages": packages, "snapshots": snapshots})
    }

    /// Source: classic.yarnpkg.com, "yarn.lock".
    fn yarn_classic(&self) -> String {
        let mut text = String::from("# yarn lockfile v1\n\n");
        for (name, Outside { version, needs }) in &self.outside {
            let asked: Vec<String> = self.ranges(name).iter().map(|range| format!("\"{name}@{range}\"")).collect();
            let integrity = Lock::integrity(name, version);
            write!(text, "\n{}:\n  version \"{version}\"\n  integrity {integrity}\n", asked.join(", ")).expect("text");
            if !needs.is_empty() {
                text.push_str("  dependencies:\n");
                needs.iter().for_each(|need| text.push_str(&format!("    {need} \"*\"\n")));
            }
        }
        text
    }

    /// Source: yarnpkg.com, "Lockfile". JSON is YAML.
    fn yarn_berry(&self) -> String {
        let mut text = String::from("__metadata:\n  version: 8\n  cacheKey: 10c0\n");
        let mut add = |asked: &[String], entry: &Value| {
            text.push_str(&format!("\n{}:", json!(asked.join(", "))));
            for (field, value) in entry.as_object().into_iter().flatten() {
                text.push_str(&format!("\n  {field}: {value}"));
            }
            text.push('\n');
        };
        for (name, Outside { version, needs }) in &self.outside {
            let asked: Vec<String> = self.ranges(name).iter().map(|range| format!("{name}@npm:{range}")).collect();
            let needs: Map<String, Value> = needs.iter().map(|need| (need.clone(), json!("npm:*"))).collect();
            let checksum = Lock::integrity(name, version);
            let resolution = format!("{name}@npm:{version}");
            add(
                &asked,
                &json!({"version": version, "resolution": resolution, "dependencies": needs,
                "checksum": checksum, "languageName": "node", "linkType": "hard"}),
            );
        }
        for (folder, manifest) in self.manifests {
            let name = manifest["name"].as_str().unwrap_or_default();
            let folder = if folder.is_empty() { "." } else { folder };
            let range = |(_, name, range): (&str, &str, &str)| {
                let is_member = self.folder(name).is_some();
                (name.to_owned(), json!(if is_member { range.to_owned() } else { format!("npm:{range}") }))
            };
            let needs: Map<String, Value> = Lock::asked(manifest).map(range).collect();
            let resolution = format!("{name}@workspace:{folder}");
            add(
                &[format!("{name}@*"), resolution.clone()],
                &json!({"version": "0.0.0-use.local",
                "resolution": resolution, "dependencies": needs, "languageName": "unknown", "linkType": "soft"}),
            );
        }
        text
    }

    /// Source: bun.com, "bun.lock".
    fn bun(&self) -> Value {
        let of_workspace = |(folder, manifest): (&String, &Value)| {
            let mut workspace = json!({"name": manifest["name"]});
            Lock::asked(manifest).for_each(|(table, name, range)| workspace[table][name] = json!(range));
            (folder.clone(), workspace)
        };
        let workspaces: Map<String, Value> = self.manifests.iter().map(of_workspace).collect();
        let mut packages = Map::new();
        for (folder, manifest) in self.manifests.iter().filter(|(folder, _)| !folder.is_empty()) {
            if let Some(name) = manifest["name"].as_str() {
                packages.insert(name.to_owned(), json!([format!("{name}@workspace:{folder}")]));
            }
        }
        for (name, Outside { version, needs }) in &self.outside {
            let needs: Map<String, Value> = needs.iter().map(|need| (need.clone(), json!("*"))).collect();
            let integrity = Lock::integrity(name, version);
            packages.insert(name.clone(), json!([format!("{name}@{version}"), "", {"dependencies": needs}, integrity]));
        }
        json!({"lockfileVersion": 1, "workspaces": workspaces, "packages": packages})
    }
}
