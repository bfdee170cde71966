//! `package-lock.json`, versions 2 and 3: what is installed where, and what a package's closure holds.
//! Source: docs.npmjs.com, "package-lock.json".

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::diagnostic::{self, Diagnostic};

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
        let again = "`npm install` writes it anew";
        let content = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content);
        let value: Value = serde_json::from_slice(content)
            .map_err(|cause| diagnostic::of_json("the lockfile cannot be read", &cause).in_file(file).hint(again))?;
        let unusable = |what: String| Diagnostic::error(what).in_file(file).hint(again);
        match value.get("lockfileVersion") {
            Some(version) if matches!(version.as_u64(), Some(2..=3)) => {}
            Some(version) => {
                return Err(unusable(format!("the lockfile is of version {version}; versions 2 and 3 are read")));
            }
            None => return Err(unusable("the lockfile has no `lockfileVersion`".to_owned())),
        }
        let Some(packages) = value.get("packages").and_then(Value::as_object) else {
            return Err(unusable("the lockfile has no table `packages`".to_owned()));
        };
        let packages = packages.iter().map(|(path, entry)| (path.clone(), Package::read(entry)));
        Ok(Lockfile { packages: packages.collect() })
    }

    /// What `names`, wanted by the package in `folder`, resolve to, and all that those need in turn; what members
    /// of the workspace need is for the caller to ask.
    pub fn closure<'a>(
        &self,
        folder: &str,
        names: impl IntoIterator<Item = &'a str>,
        is_member: impl Fn(&str) -> bool,
    ) -> Closure {
        let mut closure = Closure::default();
        let mut open: Vec<(String, String)> =
            names.into_iter().map(|name| (folder.to_owned(), name.to_owned())).collect();
        while let Some((folder, name)) = open.pop() {
            let Some((path, package)) = self.resolve(&folder, &name) else { continue };
            if let Some(target) = &package.link {
                let is_new = closure.links.insert(path.to_owned(), target.clone()).is_none();
                if let Some(linked) = self.packages.get(target).filter(|_| is_new && !is_member(target)) {
                    open.extend(linked.dependencies.iter().map(|name| (target.clone(), name.clone())));
                }
                continue;
            }
            let installed = Installed { name, version: package.version.clone(), integrity: package.integrity.clone() };
            if closure.installed.insert(path.to_owned(), installed).is_none() {
                open.extend(package.dependencies.iter().map(|name| (path.to_owned(), name.clone())));
            }
        }
        closure
    }

    /// Whether `name`, wanted by the package in `folder`, resolves to anything.
    pub fn holds(&self, folder: &str, name: &str) -> bool {
        self.resolve(folder, name).is_some()
    }

    /// The folder of the repository that `name`, wanted by the package in `folder`, is a link to.
    pub fn link(&self, folder: &str, name: &str) -> Option<&str> {
        self.resolve(folder, name)?.1.link.as_deref()
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
            if folder.rsplit('/').next() != Some("node_modules")
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
            link: Some(text("resolved")).filter(|target| is_link && !target.is_empty()),
            dependencies: names.cloned().collect(),
        }
    }
}

#[cfg(test)]
mod tests;
