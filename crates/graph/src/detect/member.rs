//! A member as the rules ask about it.

use std::collections::BTreeSet;

use super::Candidate;
use super::command::{self, Program};
use super::nx::Project;
use crate::manifest::Manifest;
use crate::script::{self, Script, Value};

/// Endings of configuration files, the first that is there before the others.
const ENDINGS: [&str; 6] = ["ts", "mts", "cts", "js", "mjs", "cjs"];

/// What a configuration file is called, before its ending.
const CONFIGURATIONS: [&str; 17] = [
    "next.config",
    "nuxt.config",
    "react-router.config",
    "vite.config",
    "app.config",
    "nitro.config",
    "astro.config",
    "svelte.config",
    "docusaurus.config",
    "gatsby-config",
    "rsbuild.config",
    "webpack.config",
    "rspack.config",
    "rspress.config",
    "wxt.config",
    "eleventy.config",
    "remix.config",
];

/// Files besides that are read for what they say.
const FILES: [&str; 14] = [
    "package.json",
    "project.json",
    "nx.json",
    "nest-cli.json",
    "angular.json",
    "manifest.json",
    "docs.json",
    "wrangler.toml",
    "wrangler.json",
    "wrangler.jsonc",
    "tauri.conf.json",
    "template.yaml",
    "template.yml",
    ".eleventy.js",
];

/// Files in which a member's program may begin.
const ENTRIES: [&str; 6] = ["index", "main", "server", "app", "start", "setup"];

/// Endings of such files.
const ENTRY_ENDINGS: [&str; 7] = ["ts", "js", "mts", "mjs", "tsx", "jsx", "cjs"];

/// Whether a program of a member may begin in a file of this name.
pub(super) fn is_entry(name: &str) -> bool {
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    ENTRIES.contains(&stem) && ENTRY_ENDINGS.contains(&ending)
}

/// Whether the rules read a file's text.
pub(super) fn is_read(path: &str, holds: impl Fn(&str) -> bool) -> bool {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    if folder.split('/').any(|part| part == "node_modules") {
        return false;
    }
    let is_named = FILES.contains(&name)
        || super::container::FILES.contains(&name)
        || super::makefile::FILES.contains(&name)
        || (name.starts_with("tauri.") && name.ends_with(".json"));
    let Some((stem, ending)) = name.rsplit_once('.').filter(|_| !is_named) else { return is_named };
    if ENDINGS.contains(&ending) {
        let is_configuration = CONFIGURATIONS.contains(&stem) || stem == "config" && folder.ends_with("press");
        if is_configuration || ["webpack.", "vite."].iter().any(|start| stem.starts_with(start)) {
            return true;
        }
    }
    // Many files are called so: only those in which a member can begin are meant.
    let is_entry = is_entry(name);
    let above = folder.rsplit_once('/').map_or("", |(above, _)| above);
    let of_member = |folder: &str| {
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        ["package.json", "project.json"].iter().any(|name| holds(&format!("{prefix}{name}")))
    };
    is_entry && (of_member(folder) || of_member(above))
}

/// A member.
pub(super) struct Member<'a> {
    pub candidate: &'a Candidate<'a>,
    pub manifest: &'a Manifest,
    /// The project of Nx, if it is one.
    pub project: Option<Project>,
    /// Names in any of its own dependency tables.
    own: BTreeSet<&'a str>,
    /// Names that it needs when it runs.
    runtime: BTreeSet<&'a str>,
}

impl<'a> Member<'a> {
    pub fn of(candidate: &'a Candidate<'a>) -> Member<'a> {
        let manifest = candidate.manifest;
        let own: BTreeSet<&str> = manifest.all_dependencies().into_keys().collect();
        // A member that declares nothing uses what the root declares.
        let declares = ["dependencies", "devDependencies"].iter().any(|table| !manifest.dependencies(table).is_empty());
        let declaring = if declares { manifest } else { candidate.root_manifest };
        let runtime = declaring.dependencies("dependencies").into_keys();
        let runtime = runtime.chain(declaring.dependencies("optionalDependencies").into_keys()).collect();
        let mut member = Member { candidate, manifest, project: None, own, runtime };
        member.project = member.read_project();
        member
    }

    fn read_project(&self) -> Option<Project> {
        if let Some(script) = self.script("project.json") {
            return Some(Project::read(&script.value));
        }
        let nx = self.manifest.field("nx")?;
        let script = script::read("nx.json", &nx.to_string());
        Some(Project::read(&script.value))
    }

    /// The path of a file of its folder, if it is there.
    pub fn file(&self, name: &str) -> Option<String> {
        let path = self.candidate.path.join(name);
        self.candidate.files.holds(&path).then_some(path)
    }

    pub fn has(&self, name: &str) -> bool {
        self.file(name).is_some()
    }

    pub fn text(&self, name: &str) -> Option<&'a str> {
        let candidate = self.candidate;
        candidate.files.text(&candidate.path.join(name))
    }

    /// Names of files in its folder and below.
    pub fn below(&self) -> impl Iterator<Item = &'a str> {
        let path = self.candidate.path.as_str();
        let skipped = if path.is_empty() { 0 } else { path.len() + 1 };
        let files = self.candidate.files;
        files.below(path).map(move |file| &file[skipped..])
    }

    /// A file of its folder, read as data.
    pub fn script(&self, name: &str) -> Option<Script> {
        Some(script::read(name, self.text(name)?))
    }

    /// The name of the configuration file that is called so, whatever its ending.
    pub fn configuration_name(&self, stem: &str) -> Option<String> {
        ENDINGS.iter().map(|ending| format!("{stem}.{ending}")).find(|name| self.has(name))
    }

    /// A configuration file: its name, and what it says.
    pub fn configuration(&self, stem: &str) -> Option<(String, Script)> {
        let name = self.configuration_name(stem)?;
        let script = self.script(&name).unwrap_or_default();
        Some((name, script))
    }

    /// The base path that a bundler's or a framework's configuration says literally, whoever answers there.
    pub fn literal_base_path(&self) -> Option<String> {
        let said = [("vite.config", "base"), ("next.config", "basePath"), ("astro.config", "base")];
        said.into_iter().find_map(|(stem, key)| base_path(self.configuration(stem)?.1.at(key)))
    }

    /// Whether it depends on a package itself.
    pub fn owns(&self, name: &str) -> bool {
        self.own.contains(name)
    }

    pub fn owns_any(&self, names: &[&'static str]) -> Option<&'static str> {
        names.iter().copied().find(|name| self.owns(name))
    }

    /// Whether it or the root depends on a package.
    pub fn depends(&self, name: &str) -> bool {
        self.owns(name) || self.candidate.root_manifest.asks_for(name)
    }

    /// A package that it needs when it runs, of those.
    pub fn needs_any(&self, names: &[&'static str]) -> Option<&'static str> {
        names.iter().copied().find(|name| self.runtime.contains(name))
    }

    pub fn is_private(&self) -> bool {
        self.manifest.field("private").is_some_and(|value| value.as_bool() == Some(true))
    }

    /// Whether it could be published: it does not say `private`, and has a name and a version that was chosen.
    pub fn is_publishable(&self) -> bool {
        let is_chosen = self.manifest.text("version").is_some_and(|version| version != "0.0.0");
        !self.is_private() && is_chosen && self.manifest.text("name").is_some()
    }

    /// Whether others import it: they say so, or it names what they would. Package managers write a `main` or
    /// `module` on their own into a new manifest, of a file that is not there.
    pub fn is_imported(&self) -> bool {
        let has_fields = ["exports", "types", "bin"].iter().any(|field| self.manifest.field(field).is_some());
        let files = ["main", "module"].into_iter().filter_map(|field| self.manifest.text(field));
        let is_default = |file: &str| matches!(file, "index.js" | "index.ts") && !self.has(file);
        let names_file = files.map(|file| file.trim_start_matches("./")).any(|file| !is_default(file));
        self.candidate.is_needed || has_fields || names_file
    }

    /// The last word of its path.
    pub fn folder_name(&self) -> &str {
        self.candidate.path.as_str().rsplit('/').next().unwrap_or_default()
    }

    /// Its `build` script with hooks, and with other scripts in their places.
    pub fn build(&self) -> Option<String> {
        command::expanded(self.manifest, "build")
    }

    pub fn expanded(&self, name: &str) -> Option<String> {
        command::expanded(self.manifest, name)
    }

    /// Its start script for production that does not watch: its name, command, and the program that starts a file.
    pub fn start(&self) -> Option<(&'static str, String, Program)> {
        let names = ["start:prod", "start:production", "start", "serve", "serve:prod", "production", "prod"];
        names.into_iter().find_map(|name| {
            let command = self.expanded(name)?;
            if command::programs(&command).iter().any(Program::does_watch) {
                return None;
            }
            let program = command::runtime(&command)?;
            Some((name, command, program))
        })
    }

    /// The port that its start script fixes, whatever that runs.
    pub fn fixed_port(&self) -> Option<u16> {
        ["start:prod", "start"].into_iter().find_map(|name| command::port(&self.expanded(name)?))
    }

    /// The build script, else a target of Nx that does the same, else the framework's own command.
    pub fn build_or(&self, own: &str) -> String {
        self.build().unwrap_or_else(|| own.to_owned())
    }

    /// A path that an option of Nx gives from the workspace's root, as findings tell it.
    pub fn of_root(&self, path: &str) -> String {
        let path = path.trim_start_matches("{workspaceRoot}/").trim_start_matches("./").trim_matches('/');
        let project = self.folder();
        let path = path.replace("{projectRoot}", &project);
        match path.strip_prefix(&format!("{project}/")) {
            Some(inside) if !project.is_empty() => inside.to_owned(),
            _ => format!("/{path}"),
        }
    }

    /// A folder relative to its own, as findings tell it: one outside with a leading `/` from the workspace's root.
    pub fn output(&self, path: &str) -> Option<String> {
        let project = self.folder();
        let mut parts: Vec<&str> = project.split('/').filter(|part| !part.is_empty()).collect();
        let depth = parts.len();
        let mut least = depth;
        for part in path.trim_end_matches('/').split('/') {
            match part {
                "" | "." => {}
                ".." => {
                    parts.pop()?;
                    least = least.min(parts.len());
                }
                part => parts.push(part),
            }
        }
        let inside = parts.join("/");
        let inside = match inside.strip_prefix(&project) {
            Some(rest) if project.is_empty() || rest.is_empty() || rest.starts_with('/') => {
                Some(rest.trim_start_matches('/').to_owned())
            }
            _ => None,
        };
        Some(inside.unwrap_or_else(|| format!("/{}", parts.join("/"))))
    }

    /// The way from its folder to the workspace's root: `../../`.
    pub fn to_root(&self) -> String {
        "../".repeat(self.folder().split('/').filter(|part| !part.is_empty()).count())
    }

    /// Its folder relative to the workspace's root.
    pub fn folder(&self) -> String {
        let (path, root) = (self.candidate.path.as_str(), self.candidate.root.as_str());
        path.strip_prefix(root).unwrap_or(path).trim_start_matches('/').to_owned()
    }

    /// Whether Nx runs the tasks of this workspace.
    pub fn is_of_nx(&self) -> bool {
        self.candidate.files.holds(&self.candidate.root.join("nx.json")) || self.project.is_some()
    }

    /// The text of the files in which its program may begin.
    pub fn entries(&self) -> impl Iterator<Item = (String, &'a str)> {
        let folders = ["src/", "", "source/", "server/"];
        let names = folders.into_iter().flat_map(|folder| ENTRIES.map(|entry| format!("{folder}{entry}")));
        let files = names.flat_map(|name| ENTRY_ENDINGS.map(|ending| format!("{name}.{ending}")));
        files.filter_map(|name| Some((name.clone(), self.text(&name)?)))
    }
}

/// The base path that a value says literally.
pub(super) fn base_path(value: Option<&Value>) -> Option<String> {
    base_path_of(value?.as_text()?)
}

/// A base path without a trailing `/`; none if it is the root, relative or an address.
pub(super) fn base_path_of(text: &str) -> Option<String> {
    let path = text.trim_end_matches('/');
    (path.starts_with('/') && !path.starts_with("//")).then(|| path.to_owned())
}
