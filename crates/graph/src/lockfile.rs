//! `package-lock.json`, versions 2 and 3: what is installed where, and what a package's closure holds.
//! Source: docs.npmjs.com, "package-lock.json".

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::diagnostic::Diagnostic;

/// An npm lockfile.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lockfile {
    packages: BTreeMap<String, Package>,
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Package {
    version: String,
    integrity: String,
    /// The folder of the repository that a link names.
    link: Option<String>,
    dependencies: BTreeSet<String>,
    has_bin: bool,
}

/// A package from outside that a closure holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Installed {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// What its content is checked against; empty if the lockfile does not say.
    pub integrity: String,
}

/// What a set of dependencies resolves to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Closure {
    /// Packages from outside by where they are installed: `node_modules/react`.
    pub installed: BTreeMap<String, Installed>,
    /// Links to folders of the repository by where they stand: `node_modules/@academy/ui`.
    pub links: BTreeMap<String, String>,
}

impl Lockfile {
    /// Reads a lockfile.
    ///
    /// # Errors
    /// If it does not parse, or is of a version before 2.
    pub fn read(file: &str, content: &[u8]) -> Result<Lockfile, Diagnostic> {
        let unreadable = |what: String| Diagnostic::error(what).in_file(file).hint("`npm install` writes it anew");
        let value: Value = serde_json::from_slice(content).map_err(|cause| {
            unreadable(format!("the lockfile cannot be read: {cause}")).at((cause.line().max(1), cause.column().max(1)))
        })?;
        let version = value.get("lockfileVersion").and_then(Value::as_u64);
        let packages = value.get("packages").and_then(Value::as_object);
        let (Some(2..=3), Some(packages)) = (version, packages) else {
            let version = version.map_or_else(|| "no version".to_owned(), |version| format!("version {version}"));
            return Err(unreadable(format!("the lockfile is of {version}; versions 2 and 3 are read")));
        };
        let packages = packages.iter().map(|(path, entry)| (path.clone(), Package::read(entry)));
        Ok(Lockfile { packages: packages.collect() })
    }

    /// What `names`, wanted by the package in `folder`, resolve to, and all that those need in turn.
    pub fn closure<'a>(&self, folder: &str, names: impl IntoIterator<Item = &'a str>) -> Closure {
        let mut closure = Closure::default();
        let mut open: Vec<(String, String)> =
            names.into_iter().map(|name| (folder.to_owned(), name.to_owned())).collect();
        while let Some((folder, name)) = open.pop() {
            let Some((path, package)) = self.resolve(&folder, &name) else { continue };
            if let Some(target) = &package.link {
                closure.links.insert(path.to_owned(), target.clone());
                continue;
            }
            let installed = Installed { name, version: package.version.clone(), integrity: package.integrity.clone() };
            if closure.installed.insert(path.to_owned(), installed).is_none() {
                open.extend(package.dependencies.iter().map(|name| (path.to_owned(), name.clone())));
            }
        }
        closure
    }

    /// Whether a package that is installed at `path` brings programs.
    pub fn has_programs(&self, path: &str) -> bool {
        self.packages.get(path).is_some_and(|package| package.has_bin)
    }

    /// Where Node.js finds `name` from `folder`: the nearest `node_modules` on the way up.
    fn resolve(&self, folder: &str, name: &str) -> Option<(&str, &Package)> {
        let mut at = Some(folder);
        while let Some(folder) = at {
            let path = if folder.is_empty() {
                format!("node_modules/{name}")
            } else {
                format!("{folder}/node_modules/{name}")
            };
            if !folder.ends_with("node_modules")
                && let Some((path, package)) = self.packages.get_key_value(&path)
            {
                return Some((path, package));
            }
            at = match folder.rsplit_once('/') {
                Some((parent, _)) => Some(parent),
                None if folder.is_empty() => None,
                None => Some(""),
            };
        }
        None
    }
}

impl Package {
    fn read(entry: &Value) -> Package {
        let text = |name: &str| entry.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let tables = ["dependencies", "optionalDependencies", "peerDependencies"];
        let names = tables.into_iter().filter_map(|table| entry.get(table)?.as_object()).flat_map(|table| table.keys());
        let is_link = entry.get("link").and_then(Value::as_bool) == Some(true);
        let integrity = match text("integrity") {
            // A package without a hash is told from another by where it came from.
            empty if empty.is_empty() => text("resolved"),
            integrity => integrity,
        };
        Package {
            version: text("version"),
            integrity,
            link: is_link.then(|| text("resolved")),
            dependencies: names.cloned().collect(),
            has_bin: entry.get("bin").is_some(),
        }
    }
}
