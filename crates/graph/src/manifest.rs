//! `package.json` as far as building needs it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::diagnostic::{self, Diagnostic};

/// Scripts that a package manager runs on its own after an install, in their order.
/// Source: docs.npmjs.com, "scripts", life cycle of `npm ci`.
pub const LIFECYCLE: [&str; 6] = ["preinstall", "install", "postinstall", "preprepare", "prepare", "postprepare"];

/// Dependency tables; what a later one says of a name holds.
const TABLES: [&str; 4] = ["peerDependencies", "devDependencies", "dependencies", "optionalDependencies"];

/// Tables whose names bundlers leave outside of what they make.
/// Source: tsup.egoist.dev, "Excluding packages"; tsdown.dev, "Dependencies"; github.com/unjs/unbuild, "Options".
pub const OUTSIDE: [&str; 3] = ["dependencies", "peerDependencies", "optionalDependencies"];

/// Fields that no build reads, or whose effect counts otherwise (dependencies by what they resolve to).
const UNCOUNTED: [&str; 31] = [
    "description",
    "keywords",
    "bugs",
    "license",
    "author",
    "contributors",
    "funding",
    "repository",
    "private",
    "publishConfig",
    "scripts",
    "dependencies",
    "devDependencies",
    "peerDependencies",
    "optionalDependencies",
    "workspaces",
    "frontage",
    // They count by what the lockfile and the toolchain come to.
    "overrides",
    "resolutions",
    "pnpm",
    "packageManager",
    // What only checks.
    "prettier",
    "eslintConfig",
    "stylelint",
    "jest",
    "lint-staged",
    "husky",
    "commitlint",
    "size-limit",
    "simple-git-hooks",
    "files",
];

/// The longest manifest that is read: those of some three hundred public repositories are of less than 100 kB.
const LONGEST: usize = 4 << 20;

/// A `package.json`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Manifest {
    fields: Map<String, Value>,
}

impl Manifest {
    /// Reads a manifest; a byte-order mark is passed over, as npm does.
    ///
    /// # Errors
    /// If it is not a JSON object, or too long.
    pub fn read(file: &str, content: &[u8]) -> Result<Manifest, Diagnostic> {
        if content.len() > LONGEST {
            return Err(Diagnostic::error(format!("it is longer than {} MB", LONGEST >> 20)).in_file(file));
        }
        let content = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content);
        match serde_json::from_slice(content) {
            Ok(Value::Object(fields)) => Ok(Manifest { fields }),
            Ok(_) => Err(Diagnostic::error("it is not a JSON object").in_file(file)),
            Err(cause) => Err(no_json(content, &cause).in_file(file)),
        }
    }

    /// A field.
    pub fn field(&self, name: &str) -> Option<&Value> {
        self.fields.get(name)
    }

    /// A field that is text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.fields.get(name)?.as_str()
    }

    /// Text below a way of fields.
    pub fn text_at(&self, way: &[&str]) -> Option<&str> {
        let (first, rest) = way.split_first()?;
        rest.iter().try_fold(self.fields.get(*first)?, |value, name| value.get(name))?.as_str()
    }

    /// Whether it says nothing, as that of a folder without one.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// A script that is not empty.
    pub fn script(&self, name: &str) -> Option<&str> {
        self.fields.get("scripts")?.get(name)?.as_str().filter(|script| !script.trim().is_empty())
    }

    /// A script with those that npm runs before and after it.
    pub fn script_with_hooks(&self, name: &str) -> Option<String> {
        let main = self.script(name)?;
        let hook = |prefix: &str| self.script(&format!("{prefix}{name}"));
        let parts: Vec<&str> = [hook("pre"), Some(main), hook("post")].into_iter().flatten().collect();
        Some(match parts.as_slice() {
            [only] => (*only).to_owned(),
            several => several.iter().map(|part| format!("( {part} )")).collect::<Vec<_>>().join(" && "),
        })
    }

    /// Names of its scripts.
    pub fn scripts(&self) -> impl Iterator<Item = &str> {
        self.fields.get("scripts").and_then(Value::as_object).into_iter().flat_map(Map::keys).map(String::as_str)
    }

    /// Names and ranges of a dependency table.
    pub fn dependencies(&self, table: &str) -> BTreeMap<&str, &str> {
        let entries = self.fields.get(table).and_then(Value::as_object).into_iter().flatten();
        entries.filter_map(|(name, range)| Some((name.as_str(), range.as_str()?))).collect()
    }

    /// Whether any dependency table names a package.
    pub fn asks_for(&self, package: &str) -> bool {
        TABLES.iter().any(|table| self.fields.get(*table).and_then(|table| table.get(package)?.as_str()).is_some())
    }

    /// Names and ranges in any dependency table.
    pub fn all_dependencies(&self) -> BTreeMap<&str, &str> {
        self.needed(true)
    }

    /// Names and ranges that it needs when it runs; with those that only its own build and tests need if `dev`. Of
    /// a name in several tables the range that is installed counts.
    /// Source: docs.npmjs.com, "package.json", `optionalDependencies`; pnpm's `satisfiesPackageManifest`.
    pub fn needed(&self, dev: bool) -> BTreeMap<&str, &str> {
        let tables = TABLES.into_iter().filter(|table| dev || *table != "devDependencies");
        tables.flat_map(|table| self.dependencies(table)).collect()
    }

    /// Names of its programs.
    /// Source: docs.npmjs.com, "package.json", `bin`.
    pub fn programs(&self) -> Vec<&str> {
        match self.field("bin") {
            Some(Value::String(_)) => self.text("name").and_then(|name| name.rsplit('/').next()).into_iter().collect(),
            Some(Value::Object(programs)) => programs.keys().map(String::as_str).collect(),
            _ => Vec::new(),
        }
    }

    /// Names that `resolutions` send elsewhere, wherever they are wanted: `react`, `**/react`, `shop/react@^18`.
    /// Source: classic.yarnpkg.com, "Selective dependency resolutions".
    pub fn redirected(&self) -> BTreeSet<String> {
        let name = |pattern: &str| {
            let parts: Vec<&str> = pattern.split('/').collect();
            let scope = parts.len().checked_sub(2).and_then(|at| parts.get(at)).filter(|part| part.starts_with('@'));
            let last = parts.last().copied().unwrap_or_default();
            let last = last.char_indices().skip(1).find(|(_, char)| *char == '@').map_or(last, |(at, _)| &last[..at]);
            scope.map_or_else(|| last.to_owned(), |scope| format!("{scope}/{last}"))
        };
        self.dependencies("resolutions").into_keys().map(name).collect()
    }

    /// Workspace globs; none if it has no `workspaces`, or that is no list of texts.
    pub fn workspaces(&self) -> Option<Vec<String>> {
        let value = self.fields.get("workspaces")?;
        let list = value.as_array().or_else(|| value.get("packages")?.as_array())?;
        list.iter().map(|glob| glob.as_str().map(str::to_owned)).collect()
    }

    /// What of it a build may see, field by field, in canonical text.
    pub fn counted(&self) -> BTreeMap<String, String> {
        // pnpm links a package's folder of this name in its place.
        let is_linked = |name: &str, value: &Value| name == "publishConfig" && value.get("directory").is_some();
        let counted =
            self.fields.iter().filter(|(name, value)| !UNCOUNTED.contains(&name.as_str()) || is_linked(name, value));
        counted.map(|(name, value)| (name.clone(), value.to_string())).collect()
    }

    /// The names that bundlers leave outside, by table: one that comes into another table is put in, or no longer.
    pub fn left_outside(&self) -> impl Iterator<Item = (String, String)> {
        let names = |table: &str| self.dependencies(table).into_keys().collect::<Vec<_>>().join(" ");
        let tables = OUTSIDE.into_iter().map(move |table| (table.to_owned(), names(table)));
        tables.filter(|(_, names)| !names.is_empty())
    }

    /// The dependency tables as they are written.
    pub fn ranges(&self) -> impl Iterator<Item = (String, String)> {
        TABLES.into_iter().filter_map(|table| Some((table.to_owned(), self.field(table)?.to_string())))
    }

    /// The manifest as an install needs it: without its own lifecycle scripts, which read source.
    pub fn for_install(&self) -> String {
        let mut fields = self.fields.clone();
        fields.remove("scripts");
        fields.remove("frontage");
        serde_json::to_string_pretty(&fields).expect("a JSON object serialises")
    }
}

/// Why a text is no JSON, with what people put there most often by its name.
fn no_json(content: &[u8], cause: &serde_json::Error) -> Diagnostic {
    let line = content.split(|byte| *byte == b'\n').nth(cause.line().saturating_sub(1)).unwrap_or_default();
    let there = line.get(cause.column().saturating_sub(1)..).unwrap_or_default();
    let place = (cause.line().max(1), cause.column().max(1));
    if content.contains(&0) {
        return Diagnostic::error("it cannot be read: it holds a NUL byte").hint("write it as UTF-8 text");
    }
    if there.starts_with(b"//") || there.starts_with(b"/*") {
        let hint = "take it out: npm, pnpm and Yarn do not read it either";
        return Diagnostic::error("it cannot be read: a comment is no JSON").at(place).hint(hint);
    }
    diagnostic::of_json("it cannot be read", cause)
}
