//! What packages are there for, as far as their names tell.

use crate::modules::package_of;

/// Words in the names of packages that check or test, and change nothing in what is built.
const TOOL_PACKAGES: [&str; 26] = [
    "eslint",
    "prettier",
    "stylelint",
    "biome",
    "oxlint",
    "jest",
    "vitest",
    "playwright",
    "cypress",
    "storybook",
    "commitlint",
    "lint-staged",
    "husky",
    "testing",
    "turbo",
    "lerna",
    "changesets",
    "semantic-release",
    "release-it",
    "syncpack",
    "knip",
    "publint",
    "size-limit",
    "lefthook",
    "commitizen",
    "simple-git-hooks",
];

/// Packages that only run other programs, or stand in for a browser, and words by which commands call them. They get into
/// nothing otherwise.
const RUNNERS: [(&str, &[&str]); 14] = [
    ("jsdom", &[]),
    ("happy-dom", &[]),
    ("cross-env", &["cross-env"]),
    ("concurrently", &["concurrently", "conc"]),
    ("npm-run-all", &["npm-run-all", "run-s", "run-p"]),
    ("npm-run-all2", &["npm-run-all", "run-s", "run-p"]),
    ("rimraf", &["rimraf"]),
    ("del-cli", &["del"]),
    ("premove", &["premove"]),
    ("nodemon", &["nodemon"]),
    ("wait-on", &["wait-on"]),
    ("start-server-and-test", &["start-server-and-test", "start-test"]),
    ("only-allow", &["only-allow"]),
    ("npm-check-updates", &["ncu"]),
];

/// Words in the names of packages that hold configuration of bundlers, which others import.
const CONFIGURATIONS: [&str; 5] = ["vite-config", "rollup-config", "webpack-config", "tsup-config", "tsdown-config"];

/// Words in the names of packages by which something is made of types, or of the text of a module: names of classes, checks while
/// a program runs.
/// Source: styled-components.com, "Babel Plugin", `componentId`; typia.io, "Setup".
const TYPE_READERS: [&str; 15] = [
    "styled",
    "emotion",
    "linaria",
    "stylex",
    "macro",
    "typia",
    "ts-patch",
    "ttypescript",
    "ts-transform",
    "reflect-metadata",
    "deepkit",
    "docgen",
    "transformer",
    "json-schema",
    "ts-to-zod",
];

/// Bundlers, and what they are given, that read the maps of sources beside the modules that they bundle.
/// Source: esbuild.github.io, "Source maps"; create-react-app.dev, "Advanced Configuration", `GENERATE_SOURCEMAP`.
const MAP_READERS: [&str; 6] = ["esbuild", "parcel", "react-scripts", "craco", "source-map", "sourcemap"];

/// Words in the names of packages that put versions of packages into what they make.
const VERSION_PACKAGES: [&str; 4] = ["version", "license", "banner", "release"];

/// Bundlers that have Module Federation built in, which tells who shares a package its version.
const FEDERATING: [&str; 3] = ["webpack", "@rspack/core", "@rsbuild/core"];

/// Packages by which types matter all the same.
pub const CHECKERS: [&str; 11] = [
    // Vue makes properties of types while it compiles.
    "vue",
    "nuxt",
    "vite-plugin-checker",
    "fork-ts-checker-webpack-plugin",
    "ts-checker-rspack-plugin",
    "@rsbuild/plugin-type-check",
    "@rollup/plugin-typescript",
    "rollup-plugin-typescript2",
    "ts-loader",
    "awesome-typescript-loader",
    "vite-plugin-dts",
];

/// Packages that import what is only named, by rules that configuration has from wherever.
const FINDERS: [&str; 3] = ["unplugin-vue-components", "unplugin-auto-import", "unplugin-icons"];

/// Words in the names of packages that configuration of bundlers imports: themselves, what is built on them, and plugins.
const OF_BUNDLERS: [&str; 6] = ["plugin", "rollup", "rolldown", "esbuild", "postcss", "preprocess"];

/// The same, by whole names or the scope that they are published in.
const KNOWN_IN_CONFIGURATION: [&str; 33] = [
    "@vitejs",
    "@sveltejs",
    "@react-router",
    "@remix-run",
    "@astrojs",
    "@tanstack",
    "@solidjs",
    "@tailwindcss",
    "@vue",
    "@angular",
    "@analogjs",
    "@preact",
    "@swc",
    "@babel",
    "@svgr",
    "@mdx-js",
    "@sentry",
    "@rsbuild",
    "@rspack",
    "@nx",
    "@types",
    "astro",
    "svelte",
    "nitro",
    "nitropack",
    "vinxi",
    "webpack",
    "tailwindcss",
    "autoprefixer",
    "mdsvex",
    "dotenv",
    "magic-string",
    "globby",
];

/// Modules of Node.js that configuration imports without saying so.
const OF_NODE: [&str; 9] = ["path", "url", "fs", "module", "os", "process", "child_process", "crypto", "util"];

/// Whether configuration that imports a module from outside is still all that configures a bundler: what is no plugin may
/// give it whole.
pub fn is_plain_in_configuration(module: &str) -> bool {
    let package = package_of(module);
    let scope = package.split('/').next().unwrap_or(package);
    let name = package.rsplit('/').next().unwrap_or(package);
    module.starts_with("node:")
        || OF_NODE.contains(&scope)
        || KNOWN_IN_CONFIGURATION.contains(&scope)
        || !package.starts_with('@') && ["vite", "vitest"].iter().any(|tool| begins_with_word(name, tool))
        || OF_BUNDLERS.iter().any(|word| name.contains(word))
}

/// Whether a name is a word, or begins with one and a hyphen.
fn begins_with_word(name: &str, word: &str) -> bool {
    name.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

/// Modules that tools make of a package's own, by the last part of their names, and words in the names of these tools.
/// Source: tanstack.com/router, "File-Based Routing".
const MADE_OF_OWN: [(&str, &[&str]); 1] =
    [("routeTree.gen", &["@tanstack/router", "@tanstack/react-start", "@tanstack/solid-start"])];

/// Whether a module that is not there is made of its package's own by one of the packages that this asks for.
pub fn is_made_of_own<'p>(module: &str, mut packages: impl Iterator<Item = &'p str>) -> bool {
    let name = module.rsplit('/').next().unwrap_or(module);
    let makers =
        MADE_OF_OWN.iter().find(|(made, _)| name.split(".ts").next() == Some(*made)).map(|(_, makers)| *makers);
    makers.is_some_and(|makers| packages.any(|package| makers.iter().any(|maker| package.starts_with(maker))))
}

/// Words in the names of packages that take styles out of every module that a bundler opens.
pub const EXTRACTORS: [&str; 5] = ["unocss", "stylex", "windicss", "linaria", "pandacss"];

/// Words in the names of packages by which bundlers heed directives of React: components that run on servers alone.
pub const SPLITTERS: [&str; 3] = ["plugin-rsc", "react-server", "waku"];

/// Whether a package takes something of modules that nobody uses, or has a bundler use them.
pub fn takes_of_unused(package: &str) -> bool {
    EXTRACTORS.iter().any(|word| package.contains(word)) || FINDERS.contains(&package)
}

/// Whether a package from outside holds nothing but types.
/// Source: github.com/DefinitelyTyped/DefinitelyTyped, README.
pub fn is_of_types(package: &str) -> bool {
    package.starts_with("@types/")
}

/// Whether a package checks or tests, by its name.
pub fn is_tool(package: &str) -> bool {
    TOOL_PACKAGES.iter().any(|word| package.contains(word))
}

/// Whether a package has a bundler check what it bundles.
pub fn checks_while_bundling(package: &str) -> bool {
    let is_plugin = ["vite-plugin", "webpack-plugin", "rollup-plugin", "rsbuild/plugin"];
    is_tool(package) && is_plugin.iter().any(|word| package.contains(word))
}

/// Whether a package gets into nothing unless it is imported or called, and none of some commands calls it.
pub fn is_idle(package: &str, commands: &[String], reads_anything: bool) -> bool {
    let calls = |word: &&str| commands.iter().any(|command| command.contains(*word));
    let is_runner = RUNNERS.iter().any(|(runner, words)| *runner == package && !words.iter().any(calls));
    let is_configuration = || !reads_anything && CONFIGURATIONS.iter().any(|word| package.contains(word));
    is_runner || is_configuration() && !calls(&package)
}

/// Whether something is made of types by a package, or of the text of modules.
pub fn makes_of_types(package: &str) -> bool {
    TYPE_READERS.iter().any(|word| package.contains(word))
}

/// Whether a package may have maps of sources read.
pub fn may_read_source_maps(package: &str) -> bool {
    MAP_READERS.iter().any(|word| package.contains(word))
}

/// Whether a package is there to put versions into what is built, by its name.
pub fn may_read_versions(package: &str) -> bool {
    may_share(package) || VERSION_PACKAGES.iter().any(|word| package.contains(word))
}

/// Whether apps may share packages with each other by a package.
pub fn may_share(package: &str) -> bool {
    FEDERATING.contains(&package) || package.contains("federation")
}

#[cfg(test)]
mod tests;
