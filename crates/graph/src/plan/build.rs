//! How members are built, as far as that tells what their builds read.

use std::collections::BTreeSet;

use globset::GlobSet;
use model::{Framework, RepoPath};

use super::called::Called;
use super::shown::is_looked_for;
use crate::detect::command::{patterns, programs as programs_of};
use crate::modules::{Language, leaves_outside};
use crate::packages;
use crate::programs;
use crate::unread::Reads;
use crate::workspace::Member;

/// The adapter that leaves outside what a server of SvelteKit asks for.
/// Source: svelte.dev, "Node servers".
const ADAPTER: &str = "@sveltejs/adapter-node";

/// How a member is built, as far as it tells what that reads.
pub struct Build<'a> {
    /// The folder of the member that is built.
    pub folder: RepoPath,
    /// Its commands.
    pub commands: Vec<String>,
    /// What these call.
    pub called: Called,
    /// Files that it does not read.
    pub ignore: Option<&'a GlobSet>,
    /// What it reads of tests, stories and documents.
    pub reads: Reads,
    /// Whether it may check types.
    pub checks_types: bool,
    /// Whether it is run as it is, and so all that it imports.
    pub runs_all: bool,
    /// Whether a bundler puts together what browsers get, and types only are checked.
    pub bundles: bool,
    /// Whether its bundler leaves out what nobody uses of that which is passed on by a star.
    pub drops_stars: bool,
    /// Whether a compiler makes something of whatever its configuration names.
    pub compiles: bool,
    /// Whether it makes modules of data alone, so that it reads none but what configures it.
    pub generates: bool,
    /// Whether it is an app's own.
    pub is_app: bool,
    /// Whether all that is left of it are files for browsers, so that nothing of a package is there but what was bundled.
    pub is_bundled: bool,
    /// Whether its bundler keeps modules that directives place on servers or clients, used or not.
    pub keeps_placed: bool,
    /// Whether nothing of a package that is built here runs but what its bundler put in.
    pub puts_packages_in: bool,
    /// Whether something looks through whatever git does not ignore.
    pub heeds_gitignore: bool,
    /// Names of packages that it may be built by.
    pub tools: Vec<&'a str>,
    /// The command that may read anything, if there is one.
    pub reads_anything: Option<String>,
}

impl<'a> Build<'a> {
    /// By its commands; members whose programs it may run have these names.
    pub fn new(
        commands: Vec<String>,
        called: Called,
        ignore: Option<&'a GlobSet>,
        reads: Reads,
        checks_types: bool,
        of_members: &BTreeSet<&str>,
    ) -> Build<'a> {
        let reads_anything = commands.iter().find(|command| {
            // Scripts that are called by names that are not told may be any.
            called.scripts.is_empty() && !called.runs_targets && programs::calls_scripts(command)
                || programs::may_read_anything(command, of_members, &called.shells)
        });
        let reads_anything = called.unfollowed.clone().or_else(|| reads_anything.cloned());
        let reads = reads.with_recipes(&commands, reads_anything.is_some());
        let bundles = commands.iter().any(|command| programs::bundles(command));
        let generates = programs::makes_of_data(&commands);
        let compiles = commands.iter().any(|command| programs::compiles(command));
        Build {
            folder: RepoPath::root(),
            commands,
            called,
            ignore,
            reads,
            checks_types,
            runs_all: false,
            bundles,
            compiles,
            generates,
            is_app: false,
            is_bundled: false,
            keeps_placed: false,
            puts_packages_in: false,
            heeds_gitignore: false,
            drops_stars: false,
            tools: Vec::new(),
            reads_anything,
        }
    }
}

/// Words of a command that may be paths, or patterns of such.
pub fn paths_of(command: &str) -> impl Iterator<Item = &str> {
    patterns(command).map(programs::from_here)
}

impl Build<'_> {
    /// Words of its commands that may be paths.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.words().filter(|word| word.contains('/'))
    }

    /// Words of its commands that may be names of files.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.words().filter(|word| !word.contains('/') && word.contains('.'))
    }

    fn words(&self) -> impl Iterator<Item = &str> {
        self.commands.iter().flat_map(|command| paths_of(command))
    }

    /// What its commands copy.
    pub fn copied(&self) -> Vec<String> {
        self.commands.iter().flat_map(|command| programs::copied(command)).collect()
    }

    /// Whether a package that it may be built by has a word in its name.
    pub fn has_tool(&self, word: &str) -> bool {
        self.tools.iter().any(|name| name.contains(word))
    }

    /// Whether something takes styles out of every module that is opened, used or not.
    pub fn extracts(&self) -> bool {
        packages::EXTRACTORS.iter().any(|word| self.has_tool(word))
    }

    /// Whether it may leave outside what the member's manifest asks for. What a bundler makes of an app for browsers holds
    /// all, and what other servers run with counts.
    pub fn leaves_outside(&self) -> bool {
        let bundles_so = |command: &String| programs_of(command).iter().any(|program| leaves_outside(&program.name));
        !self.is_app || self.commands.iter().any(bundles_so) || self.tools.contains(&ADAPTER)
    }

    /// Whether a plugin of it may leave outside what manifests above ask for: some look there as well.
    /// Source: github.com/Septh/rollup-plugin-node-externals, `packagePath`.
    pub fn leaves_outside_by_plugin(&self) -> bool {
        self.has_tool("external")
    }

    /// Whether it may say to others which versions of a package it shares with them, by the ranges in manifests.
    /// Source: webpack.js.org, "ModuleFederationPlugin", `requiredVersion`.
    pub fn shares(&self) -> bool {
        self.tools.iter().any(|name| packages::may_share(name))
    }

    /// Whether modules are found as compilers find them by their configuration: bundlers have configuration of their own,
    /// but for plugins that ask TypeScript.
    /// Source: typescriptlang.org, "customConditions"; npmjs.com, the page of @rollup/plugin-typescript.
    pub fn resolves_by_compilers(&self) -> bool {
        self.checks_types || self.has_tool("plugin-typescript") || self.has_tool("plugin-ts")
    }

    /// Whether even of an app without a server something may run on one, by a directive, while it is built.
    /// Source: react.dev, "Server Components without a Server".
    pub fn splits_by_directives(&self, framework: Option<Framework>) -> bool {
        matches!(framework, Some(Framework::Next | Framework::Gatsby | Framework::Nitro))
            || packages::SPLITTERS.iter().any(|word| self.has_tool(word))
    }

    /// Whether maps of sources that lie beside what it bundles may get into its own.
    pub fn reads_source_maps(&self) -> bool {
        let bundles = |command: &String| programs_of(command).iter().any(|program| program.name == "bun");
        self.tools.iter().any(|name| packages::may_read_source_maps(name)) || self.commands.iter().any(bundles)
    }

    /// Whether something takes more of modules than what is used of them, or imports what is named in markup alone.
    pub fn takes_of_unused(&self) -> bool {
        self.tools.iter().any(|name| packages::takes_of_unused(name))
    }

    /// Whether a file of the member is a module that it does not look at.
    pub fn passes_over(&self, path: &str) -> bool {
        let is_module = || Language::of(path).is_some_and(Language::is_compiled);
        self.generates && !self.is_app && is_module() && !is_looked_for(path)
    }

    /// Whether a file is one that it does not read.
    pub fn ignores(&self, path: &str) -> bool {
        self.ignore.is_some_and(|ignore| ignore.is_match(path))
    }

    /// Why a build may run a member's program, if it may.
    pub fn may_run(&self, member: &Member) -> Option<String> {
        let has_bin =
            || member.manifest.field("bin").map(|_| format!("`{}` has a program that a build may run", member.name));
        let is_named = |command: &&String| programs::names(command, &member.name);
        let by_name = || self.commands.iter().find(is_named).map(|command| format!("`{command}` names it"));
        let by_any = self.reads_anything.as_ref().map(|command| format!("`{command}` may read anything"));
        by_any.or_else(has_bin).or_else(by_name)
    }
}
