//! Servers that hold what they import: whether of packages that are built here nothing runs but what a bundler put in.

use model::{App, Framework, RepoPath};
use serde_json::Value;

use super::{Build, Planner};
use crate::detect::command::{Program, programs};
use crate::manifest::Manifest;
use crate::programs;

/// Frameworks that have Vite put their servers together.
const ON_VITE: [Framework; 4] = [Framework::Astro, Framework::Nitro, Framework::ReactRouter, Framework::SvelteKit];

/// Programs that start what such a framework left.
const STARTERS: [&str; 5] = ["react-router-serve", "astro", "vite", "vinxi", "nitro"];

/// Options of Node.js that load nothing. Source: nodejs.org, "Command-line API".
const PLAIN_OPTIONS: [&str; 4] = ["--enable-source-maps", "--env-file", "--max-old-space-size", "--no-warnings"];

/// The variable by which Node.js is given more options.
const OPTIONS: &str = "NODE_OPTIONS";

impl Planner<'_> {
    /// Whether what Vite makes of an app for a server holds all that it imports of packages that are built here: these are
    /// linked, so they are not left outside as installed ones are. It may be told to do so all the same, and a server of the
    /// app's own, or what is loaded before it, finds packages as they are.
    /// Source: vite.dev, "Server-Side Rendering", "SSR Externals".
    pub(super) fn puts_linked_packages_in(&self, app: &App, build: &Build<'_>) -> bool {
        app.framework.is_some_and(|framework| ON_VITE.contains(&framework))
            && build.commands.iter().all(|command| programs::leaves_what_vite_makes(command))
            && !app.env.contains_key(OPTIONS)
            && app.start.as_deref().is_none_or(|start| self.starts_what_is_made(app, start))
            && !self.injects(app)
            && !build.leaves_outside_by_plugin()
            && !self.workspace.may_set_externals(&app.path)
            && !self.workspace.is_configured_from_outside(&app.path)
    }

    /// Whether a command starts nothing that is in the commit, and loads nothing before.
    fn starts_what_is_made(&self, app: &App, start: &str) -> bool {
        let graph = self.workspace.graph();
        let is_there = |word: &str| graph.named(app.path.as_str(), word).all().next().is_some();
        let is_plain = |option: &str| PLAIN_OPTIONS.contains(&option.split('=').next().unwrap_or(option));
        programs(start).iter().all(|Program { name, arguments, env, .. }| {
            let starts = STARTERS.contains(&name.as_str()) || name == "node";
            let (options, mut words): (Vec<&str>, Vec<&str>) =
                arguments.iter().map(String::as_str).partition(|argument| argument.starts_with('-'));
            let loads = name == "node" && !options.into_iter().all(is_plain);
            words.retain(|word| is_there(word));
            starts && !loads && words.is_empty() && !env.contains_key(OPTIONS)
        })
    }

    /// Whether members are copied to where an app needs them: bundlers take copies for installed packages.
    /// Source: pnpm.io, "package.json", `dependenciesMeta.*.injected`.
    fn injects(&self, app: &App) -> bool {
        let closure = self.workspace.closure(&app.path, true);
        let members = closure.members().chain([&app.path]);
        let mut manifests = members.filter_map(|path: &RepoPath| Some(&self.workspace.members.get(path)?.manifest));
        let is_so = |manifest: &Manifest| {
            let meta = manifest.field("dependenciesMeta").and_then(Value::as_object);
            meta.into_iter().flatten().any(|(_, meta)| meta.get("injected") == Some(&Value::Bool(true)))
        };
        self.root.injects || manifests.any(is_so)
    }
}
