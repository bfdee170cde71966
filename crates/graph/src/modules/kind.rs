//! How files are looked at, and what their texts say of others.

use model::ShownFile;
use serde::{Deserialize, Serialize};

use super::record::{Language, Record};
use super::{aliases, text};
use crate::git::SYMBOLIC_LINK;
use crate::{nesting, parallel};

/// How the names of variables begin that package managers set from a manifest.
/// Source: docs.npmjs.com, "npm-scripts", `package.json` vars.
pub const MANIFEST_VARIABLE: &str = "npm_package_";

/// What names the variables of a manifest, or who looks for one.
const MANIFEST_READERS: [&str; 9] = [
    "npm pkg",
    "pkg get",
    "load-json-file",
    MANIFEST_VARIABLE,
    "readPackage",
    "readPkg",
    "read-pkg",
    "pkg-types",
    "pkg-up",
];

/// Words in the names of what configures programs that generate modules.
const CONFIGURING: [&str; 7] = ["codegen", "graphql", "openapi", "swagger", "buf.", "orval", "relay"];

/// The largest file that is looked into, in bytes: what is larger was made by a program.
const LARGEST: usize = 4_000_000;

/// How a file is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Kind {
    /// For what it imports.
    Module(Language),
    /// For what it puts in: a template of pages.
    Template,
    /// For what it names: configuration that is data.
    Data,
    /// For what its targets name that build something: Nx's and Angular's projects.
    Targets,
    /// For what it compiles and extends: TypeScript's configuration.
    Compiler,
    /// For what it runs: a script of a shell, or what `make` does.
    Commands,
    /// For where it leads: a symbolic link.
    Link,
}

impl Kind {
    /// How a file is looked at, if it is.
    pub fn of(file: &ShownFile) -> Option<Kind> {
        let path = file.path.as_str();
        if path.split('/').any(|part| part == "node_modules") {
            return None;
        }
        if file.mode == SYMBOLIC_LINK {
            return Some(Kind::Link);
        }
        if is_of_shell(path) {
            return Some(Kind::Commands);
        }
        if ["angular.json", "project.json"].contains(&path.rsplit('/').next().unwrap_or(path)) {
            return Some(Kind::Targets);
        }
        let of_template = || is_template(path).then_some(Kind::Template);
        let of_data = || is_data(path).then_some(Kind::Data);
        let of_compiler = || aliases::is_read(path).then_some(Kind::Compiler);
        Language::of(path).map(Kind::Module).or_else(of_template).or_else(of_compiler).or_else(of_data)
    }
}

/// Whether configuration names plugins by their paths, which are run.
pub fn names_plugins(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    ["babel", "postcss", "swc"].iter().any(|tool| name.contains(tool))
}

/// Whether a file is a script of a shell, or what `make` does.
pub fn is_of_shell(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.ends_with(".sh") || name.ends_with(".bash") || name == "Makefile"
}

/// Whether a file is a template of pages, in one of the languages that name others by paths.
fn is_template(path: &str) -> bool {
    let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending);
    text::TEMPLATES.contains(&ending)
}

/// Whether a file that is no module may name modules and packages, as configuration does.
fn is_data(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let is_of_programs = [".prisma", ".graphql", ".gql"].iter().any(|end| name.ends_with(end));
    if is_of_programs {
        return true;
    }
    let is_told_elsewhere = matches!(name, "package.json" | "package-lock.json" | "npm-shrinkwrap.json");
    let is_config = name.starts_with('.') || name.contains("config") || name.ends_with("rc");
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    let is_of_generator = configures_generators(name);
    let is_data = matches!(ending, "json" | "jsonc" | "json5" | "yaml" | "yml");
    (is_config || is_of_generator) && !is_told_elsewhere && is_data
        || name.starts_with('.') && name.ends_with("rc")
        || name.starts_with(".env")
}

/// Whether a file configures what generates modules.
pub fn configures_generators(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    CONFIGURING.iter().any(|word| name.contains(word))
}

/// Whether a file configures tools, so that a package may be named in it by its name alone.
pub fn is_configuration(path: &str, kind: Kind) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    matches!(kind, Kind::Data | Kind::Targets | Kind::Compiler | Kind::Commands)
        || name.starts_with('.')
        || name.contains("config")
        || name.contains("preset")
}

/// Names of what configures bundlers and what is built on them, before `.config.`.
const BUNDLERS: [&str; 14] = [
    "vite",
    "astro",
    "svelte",
    "react-router",
    "nitro",
    "app",
    "rollup",
    "rolldown",
    "webpack",
    "rspack",
    "rsbuild",
    "craco",
    "farm",
    "esbuild",
];

/// Whether a file configures a bundler, by its name.
pub fn configures_bundler(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.split_once(".config.").is_some_and(|(tool, _)| BUNDLERS.contains(&tool))
}

/// Whether a file of data is of a kind of which it is known what it says: nothing of what a bundler leaves outside.
pub fn is_known_data(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name == "package.json" || name.starts_with("tsconfig")
}

/// Whether a text may read a manifest in another way than by an import, which tells what is taken of it.
fn may_read_manifest(text: &str, record: &Record) -> bool {
    let imported = record.imports.iter().filter(|import| import.module.ends_with("package.json")).count();
    MANIFEST_READERS.iter().any(|word| text.contains(word)) || text.matches("package.json").count() > imported
}

/// Whether a file configures Vite.
pub fn configures_vite(path: &str) -> bool {
    path.rsplit('/').next().is_some_and(|name| name.starts_with("vite.config."))
}

/// What texts say, each by its kind. One that is nested too deep for a parser is searched for what may be imports.
pub fn read(texts: &[(String, Kind)]) -> Vec<Record> {
    let stack = |(text, _): &(String, Kind)| nesting::stack_for(text);
    let said = |(text, kind): &(String, Kind), may_parse: bool| match kind {
        Kind::Link => text::link(text),
        Kind::Template => text::template(text),
        Kind::Commands => text::commands(text),
        // It may import anything.
        Kind::Module(_) if text.len() > LARGEST => Record { is_open: true, ..text::markup(text) },
        _ if text.len() > LARGEST => Record { is_open: true, ..Record::default() },
        Kind::Module(language) if may_parse => Record::read(text, *language),
        Kind::Compiler if may_parse => text::compiler(text),
        Kind::Targets if may_parse => text::targets(text),
        Kind::Module(_) => text::markup(text),
        Kind::Data | Kind::Targets | Kind::Compiler => text::data(text),
    };
    let one = |text: &(String, Kind), may_parse: bool| {
        let record = said(text, may_parse);
        // What a compiler makes something of is told by itself.
        let reads_manifest = record.settings.is_none() && may_read_manifest(&text.0, &record);
        Record { reads_manifest, ..record }
    };
    let all = |texts: &[(String, Kind)]| {
        let stacks: Vec<Option<usize>> = texts.iter().map(stack).collect();
        let parse = || texts.iter().zip(&stacks).map(|(text, stack)| one(text, stack.is_some())).collect();
        let largest = stacks.iter().flatten().max().copied().unwrap_or_default();
        let without = || texts.iter().map(|text| one(text, false)).collect();
        nesting::with_stack(largest, parse).unwrap_or_else(without)
    };
    parallel::parts(texts, parallel::FEWEST, all)
}
