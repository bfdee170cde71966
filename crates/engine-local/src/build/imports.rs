//! Packages that an app's own files import, declared or not: what is found at build time must be found at run time too.
//!
//! A plain scan for quoted specifiers behind `require(`, `import(`, `from` and `import`; no code is parsed, so what it
//! finds is at most too much. Of the app it looks at what the start command runs, and at what that imports by path; of
//! the workspace's packages at what their manifests name.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};

use serde_json::Value;

use super::closure;

/// Endings of files that are looked at.
const ENDINGS: [&str; 8] = ["js", "mjs", "cjs", "ts", "mts", "cts", "jsx", "tsx"];

/// The largest file that is looked at, in bytes, and the most of all together.
const MOST_OF_ONE: u64 = 16 << 20;
const MOST_OF_ALL: u64 = 256 << 20;

/// Folders in which nothing is that runs in production.
const FOLDERS: [&str; 15] = [
    "node_modules",
    ".git",
    ".turbo",
    ".next",
    ".nuxt",
    ".output",
    "public",
    "static",
    "test",
    "tests",
    "__tests__",
    "__mocks__",
    "e2e",
    "cypress",
    "coverage",
];

/// The packages that an app imports; `root` holds it in the repository's layout, `folder` is its own.
pub fn of_app(root: &Path, folder: &str, command: &str) -> BTreeSet<String> {
    let home = root.join(folder);
    let mut scan = Scan { home: home.clone(), ..Scan::default() };
    let entries: Vec<PathBuf> = entries(&home, command);
    for entry in &entries {
        match output_folder(&home, entry) {
            Some(output) => scan.folder(&output),
            None => scan.file(entry),
        }
    }
    if entries.is_empty() {
        scan.folder(&home);
    }
    scan.packages
}

/// The packages that a package of the workspace imports.
pub fn of_package(root: &Path, folder: &str) -> BTreeSet<String> {
    let home = root.join(folder);
    let mut scan = Scan { home: home.clone(), ..Scan::default() };
    let text = closure::read(&home.join("package.json")).unwrap_or_default();
    let manifest: Value = serde_json::from_str(text.trim_start_matches('\u{feff}')).unwrap_or_default();
    let mut named = Vec::new();
    for field in ["main", "module", "exports", "bin"] {
        texts(&manifest[field], &mut named);
    }
    let places: BTreeSet<PathBuf> =
        named.iter().filter_map(|path| below(&home, path)).filter(|it| it.exists()).collect();
    for place in &places {
        match output_folder(&home, place) {
            Some(output) => scan.folder(&output),
            None => scan.file(place),
        }
    }
    if places.is_empty() {
        scan.folder(&home);
    }
    scan.packages
}

/// Files of an app that a command names, as Node.js would find them.
fn entries(home: &Path, command: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for word in command.split([' ', '\t', '\n', ';', '&', '|', '(', ')', '"', '\'']) {
        let is_path = !word.is_empty() && !word.starts_with('-') && !word.contains(['=', '$', '*']);
        let Some(place) = below(home, word).filter(|_| is_path) else { continue };
        let main = || {
            let manifest: Value = serde_json::from_str(&closure::read(&place.join("package.json"))?).ok()?;
            below(&place, manifest["main"].as_str()?)
        };
        let is_named = word.contains(['/', '.']) || word == ".";
        if is_named && let Some(file) = file(&place).or_else(|| file(&main()?)) {
            found.push(file);
        }
    }
    found
}

/// The folder with what was built, where a file lies in one: all of it may run.
fn output_folder(home: &Path, file: &Path) -> Option<PathBuf> {
    let first = file.strip_prefix(home).ok()?.iter().next()?;
    let is_source = ["src", "source", "app"].iter().any(|name| first == *name) || file == home.join(first);
    (!is_source).then(|| home.join(first))
}

/// A scan that is under way.
#[derive(Default)]
struct Scan {
    home: PathBuf,
    packages: BTreeSet<String>,
    seen: BTreeSet<PathBuf>,
    bytes: u64,
}

impl Scan {
    fn folder(&mut self, folder: &Path) {
        let mut open = vec![folder.to_owned()];
        while let Some(folder) = open.pop() {
            for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
                let Ok(kind) = entry.file_type() else { continue };
                let name = entry.file_name().to_string_lossy().into_owned();
                if kind.is_dir() && !FOLDERS.contains(&name.as_str()) {
                    open.push(entry.path());
                } else if kind.is_file() && is_run(&name) {
                    self.file(&entry.path());
                }
            }
        }
    }

    /// A file, and those that it imports by path.
    fn file(&mut self, first: &Path) {
        let mut open = vec![first.to_owned()];
        while let Some(place) = open.pop() {
            let is_own = place.starts_with(&self.home) && !place.iter().any(|part| part == "node_modules");
            if !is_own || !self.seen.insert(place.clone()) {
                continue;
            }
            let Some(text) = self.text(&place) else { continue };
            for specifier in specifiers(&text) {
                if specifier.starts_with('.') {
                    let named = place.parent().and_then(|folder| below(folder, specifier));
                    open.extend(named.and_then(|named| file(&named)));
                } else if let Some(name) = closure::package_name(specifier).filter(|name| !model::is_built_in(name)) {
                    self.packages.insert(name.to_owned());
                }
            }
        }
    }

    fn text(&mut self, place: &Path) -> Option<String> {
        let metadata = place.symlink_metadata().ok().filter(|it| it.is_file() && it.len() <= MOST_OF_ONE)?;
        // No link leads out: what it leads to is not the app's.
        let is_own = place.canonicalize().ok()?.starts_with(self.home.canonicalize().ok()?);
        self.bytes += metadata.len();
        (is_own && self.bytes <= MOST_OF_ALL)
            .then(|| fs::read(place).ok())?
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    }
}

/// Whether a file may run in production, by its name.
fn is_run(name: &str) -> bool {
    let Some((stem, ending)) = name.rsplit_once('.') else { return false };
    let is_aside = [".config", ".test", ".spec", ".stories", ".d", ".setup", ".cy"].iter().any(|it| stem.ends_with(it));
    ENDINGS.contains(&ending) && !is_aside && !name.starts_with('.')
}

/// The file that a path without its ending, or of a folder, means. TypeScript names what it will be compiled to.
fn file(place: &Path) -> Option<PathBuf> {
    let is_file = |path: &PathBuf| path.symlink_metadata().is_ok_and(|it| it.is_file());
    let with = |ending: &str| {
        let mut name = place.as_os_str().to_owned();
        name.push(".");
        name.push(ending);
        PathBuf::from(name)
    };
    let is_script = |path: &PathBuf| path.extension().is_some_and(|it| ENDINGS.iter().any(|ending| it == *ending));
    let exact = Some(place.to_owned()).filter(|path| is_script(path) && is_file(path));
    let source = place.extension().and_then(|ending| match ending.to_str()? {
        "js" => Some(place.with_extension("ts")),
        "mjs" => Some(place.with_extension("mts")),
        "jsx" => Some(place.with_extension("tsx")),
        _ => None,
    });
    exact
        .or_else(|| ENDINGS.iter().map(|ending| with(ending)).find(is_file))
        .or_else(|| source.filter(is_file))
        .or_else(|| ENDINGS.iter().map(|ending| place.join(format!("index.{ending}"))).find(is_file))
}

/// A path below a folder, or one beside it that is still absolute; none if it is no relative path.
fn below(folder: &Path, path: &str) -> Option<PathBuf> {
    let mut place = folder.to_owned();
    for part in Path::new(path).components() {
        match part {
            Component::Normal(part) => place.push(part),
            Component::ParentDir if !place.pop() => return None,
            Component::ParentDir | Component::CurDir => {}
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(place)
}

fn texts<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::String(text) => found.push(text),
        Value::Object(fields) => fields.values().for_each(|value| texts(value, found)),
        Value::Array(values) => values.iter().for_each(|value| texts(value, found)),
        _ => {}
    }
}

/// Quoted texts behind the words that import.
fn specifiers(text: &str) -> impl Iterator<Item = &str> {
    ["require(", "require.resolve(", "import(", "from", "import"].into_iter().flat_map(move |word| {
        text.match_indices(word).filter_map(move |(at, _)| {
            let is_type = word == "from" && is_type_only(text, at);
            quoted(&text[at + word.len()..]).filter(|_| !is_type)
        })
    })
}

fn quoted(rest: &str) -> Option<&str> {
    let rest = rest.trim_start();
    let quote = rest.chars().next().filter(|first| matches!(first, '"' | '\'' | '`'))?;
    let (found, _) = rest[1..].split_once(quote)?;
    let is_specifier =
        !found.is_empty() && found.len() < 256 && !found.contains([' ', '\n', '$', ':', '\\', '<', '>', ',']);
    is_specifier.then_some(found)
}

/// Whether what is imported before `from` is only types, which no program needs.
fn is_type_only(text: &str, at: usize) -> bool {
    let mut start = at.saturating_sub(2000);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    let before = &text[start..at];
    let statement = before.rfind("import").max(before.rfind("export"));
    let rest = statement.and_then(|begin| before[begin + "import".len()..].strip_prefix(" type"));
    rest.is_some_and(|rest| {
        rest.starts_with([' ', '{']) && !rest.trim().is_empty() && !rest.trim_start().starts_with(',')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn specifiers_stand_behind_words_that_import() {
        let check = |text: &str, expected: &[&str]| {
            let mut found: Vec<&str> = specifiers(text).collect();
            found.sort_unstable();
            assert_eq!(found, expected, "{text}");
        };
        check(r#"import a from "a"; import"b";export*from"c""#, &["a", "b", "c"]);
        check(r#"const d = require('d'), e = await import(`e`)"#, &["d", "e"]);
        check(r#"import {x} from './x.js'"#, &["./x.js"]);
        check(
            "import type { A } from 'types'\nimport type, { B } from 'real'\nexport type { C } from 'more'",
            &["real"],
        );
        check(r#"say("from", x); `${from}`; import(`./${name}`)"#, &[]);
    }

    fn tree(files: &[(&str, &str)]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let place = root.path().join(path);
            fs::create_dir_all(place.parent().unwrap()).unwrap();
            fs::write(place, text).unwrap();
        }
        root
    }

    #[test]
    fn of_an_app_what_its_command_runs() {
        let root = tree(&[
            ("a/server.ts", "import './lib/one.js'; import 'express'; import fs from 'fs'"),
            ("a/lib/one.ts", "import 'one'; import '@s/two/deep'; import '../../outside'"),
            ("a/vite.config.ts", "import 'vite'"),
            ("a/lib/unused.ts", "import 'unused'"),
            ("outside.ts", "import 'outside'"),
            ("b/dist/main.js", "require('nest')"),
            ("b/dist/routes/all.js", "require('loaded')"),
            ("b/src/main.ts", "import 'source'"),
            ("b/node_modules/x/index.js", "require('nested')"),
        ]);
        let packages =
            |folder: &str, command: &str| of_app(root.path(), folder, command).into_iter().collect::<Vec<_>>();
        assert_eq!(packages("a", "NODE_ENV=production tsx server.ts --port 1"), ["@s/two", "express", "one"]);
        assert_eq!(packages("a", "framework start"), ["@s/two", "express", "one", "unused"]);
        assert_eq!(packages("b", "node dist/main"), ["loaded", "nest"]);
    }

    #[test]
    fn of_a_package_what_its_manifest_names() {
        let root = tree(&[
            ("p/package.json", r#"{"exports": {".": {"import": "./dist/index.js"}, "./x": "./absent.js"}}"#),
            ("p/dist/index.js", "import 'built'"),
            ("p/src/index.ts", "import 'source'"),
            ("q/package.json", "{}"),
            ("q/index.test.ts", "import 'vitest'"),
            ("q/index.ts", "import 'plain'"),
        ]);
        let packages = |folder: &str| of_package(root.path(), folder).into_iter().collect::<Vec<_>>();
        assert_eq!(packages("p"), ["built"]);
        assert_eq!(packages("q"), ["plain"]);
    }
}
