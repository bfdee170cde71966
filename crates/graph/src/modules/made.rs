//! How a package's build makes the modules that others import of it: from which sources, and which of these become files
//! of their own.
//!
//! It is told only of builds by compilers and bundlers that are known. What they, their configuration and other commands
//! read besides is told as well, since it may get into anything that is made.
//!
//! Sources: tsdown.dev, "Entry" and "Unbundle Mode"; rollupjs.org, "Code Splitting"; typescriptlang.org, "outDir".

use std::collections::{BTreeMap, BTreeSet};

use model::RepoPath;
use serde_json::Value;

use super::graph::{Found, Graph, Node};
use super::record::Language;
use super::resolve::{REPLACING, folder_of, offered, package_of, targets};
use crate::detect::command::{COPIERS, Program, programs};
use crate::manifest::Manifest;
use crate::packages;
use crate::unread;
use crate::workspace::{Member, Workspace};

/// Programs that make a file of every module.
const COMPILERS: [&str; 5] = ["tsc", "vue-tsc", "svelte-package", "babel", "swc"];

/// Programs that put modules together, and whether they begin at `src/index` or where the manifest says if nothing else is
/// said.
const BUNDLERS: [(&str, bool); 8] = [
    ("tsdown", true),
    ("tsup", true),
    ("unbuild", true),
    ("bunchee", true),
    ("vite", false),
    ("rollup", false),
    ("rolldown", false),
    ("esbuild", false),
];

/// Bundlers that leave outside what the manifest asks for, if nothing else is said.
const EXTERNAL: [&str; 5] = ["tsdown", "tsup", "tsup-node", "unbuild", "bunchee"];

/// The plugin that has others leave it outside.
/// Source: npmjs.com, the page of this package.
const EXTERNALIZER: &str = "vite-plugin-externalize-deps";

/// Options of commands that put it in all the same.
const INLINING: [&str; 2] = ["--noExternal", "--no-external"];

/// The bundler that makes a file of every entry, which the others import.
const SPLITTER: &str = "tsdown";

/// Programs that make no modules.
const HELPERS: [&str; 16] = [
    "rimraf",
    "rm",
    "mkdir",
    "mkdirp",
    "del",
    "del-cli",
    "chmod",
    "echo",
    "cross-env",
    "env",
    "true",
    "tsc-alias",
    "size-limit",
    "publint",
    "attw",
    "exit",
];

/// Folders that an output may have for each way in which modules are written.
const FORMATS: [&str; 10] = ["esm", "cjs", "es", "mjs", "umd", "module", "modern", "legacy", "browser", "node"];

/// Fields by which a manifest configures programs.
const CONFIGURING: [&str; 5] = ["tsup", "tsdown", "babel", "unbuild", "swc"];

/// The folder that sources lie in, which is named for many ends.
const SOURCE: &str = "src";

/// How a package's build makes its modules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    layout: Layout,
    /// Whether who bundles its modules may leave out what is not used.
    is_pure: bool,
    /// Whether what it makes imports what its manifest asks for to run.
    imports_needed: bool,
    by_pattern: BTreeSet<u32>,
    by_name: BTreeSet<u32>,
    /// Entries by the names that they were given.
    given: BTreeMap<String, BTreeSet<u32>>,
    copied: BTreeSet<u32>,
    /// What its configuration and commands read otherwise, and what that imports.
    pub read: BTreeSet<u32>,
    /// Other members of which they read anything.
    pub tools: BTreeSet<RepoPath>,
    /// Whether something of what is made where cannot be told.
    is_vague: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Layout {
    /// Every module is a file of its own.
    Modules,
    /// Every entry is a file of its own, or may be put into others.
    Bundles { splits: bool, has_default: bool },
}

impl Layout {
    /// The same with nothing apart that a bundler makes.
    fn together(self) -> Layout {
        match self {
            Layout::Modules => Layout::Modules,
            Layout::Bundles { has_default, .. } => Layout::Bundles { splits: false, has_default },
        }
    }
}

/// On the way through what a build is configured by.
struct Reading<'a> {
    workspace: &'a Workspace,
    graph: &'a Graph,
    member: &'a Member,
    made: Made,
    /// Names without endings of what the package offers; none if patterns offer anything.
    offered: Option<BTreeSet<String>>,
    open: Vec<u32>,
    /// Whether it has a plugin that leaves outside what the manifest asks for, and whether anything is put in all the same.
    externalizes: bool,
    inlines: bool,
    /// Names of the bundlers that are run, and whether any of their configuration makes a file of every module, and any not.
    bundlers: BTreeSet<&'a str>,
    splits: bool,
    keeps_together: bool,
}

impl Made {
    /// How a package's build makes its modules by its commands; none if that cannot be told.
    pub fn of(workspace: &Workspace, member: &Member, commands: &[String]) -> Option<Made> {
        let programs: Vec<Program> = commands.iter().flat_map(|command| programs(command)).collect();
        // What nobody uses may get into what it makes, or something of it.
        let tools = member.manifest.all_dependencies();
        let keeps_unused = tools.into_keys().any(packages::takes_of_unused);
        if keeps_unused || workspace.keeps_all(&member.path) {
            return None;
        }
        let made = Made {
            layout: layout(&programs)?,
            is_pure: member.manifest.field("sideEffects") == Some(&Value::Bool(false)) && is_esm(&member.manifest),
            imports_needed: false,
            by_pattern: BTreeSet::new(),
            by_name: BTreeSet::new(),
            given: BTreeMap::new(),
            copied: BTreeSet::new(),
            read: BTreeSet::new(),
            tools: BTreeSet::new(),
            is_vague: is_configured(&member.manifest),
        };
        let names: Vec<String> = offered(&member.manifest);
        let has_patterns = names.iter().any(|name| name.contains('*'));
        let offered = (!has_patterns).then(|| names.iter().map(|name| stem(name).to_owned()).collect());
        let graph = workspace.graph();
        let bundlers = programs.iter().map(|program| program.name.as_str());
        let mut reading = Reading {
            workspace,
            graph,
            member,
            made,
            offered,
            open: Vec::new(),
            externalizes: false,
            inlines: false,
            bundlers: bundlers.filter(|name| is_bundler(name)).collect(),
            splits: false,
            keeps_together: false,
        };
        programs.iter().for_each(|program| reading.program(program));
        reading.configuration();
        let Reading { mut made, externalizes, inlines, splits, keeps_together, .. } = reading;
        made.imports_needed = !inlines && imports_needed(&programs, externalizes);
        if inlines {
            made.layout = made.layout.together();
        } else if splits && !keeps_together && has_one_bundler_alone(&programs) {
            made.layout = Layout::Modules;
        }
        Some(made)
    }

    /// Whether a module becomes a file of its own, which may be left out where nothing of it is used.
    pub fn is_apart(&self, file: u32) -> bool {
        self.is_pure
            && match self.layout {
                Layout::Modules => true,
                Layout::Bundles { splits, .. } => {
                    splits && self.by_pattern.contains(&file) && !self.by_name.contains(&file)
                }
            }
    }

    /// What of a module decides how others are put into files, where several are put into one: what it asks of those; none if
    /// it asks for nothing of this kind. Bundlers name files by what is in them, and what is in them by who asks for it.
    pub fn links(&self, graph: &Graph, file: u32, node: &Node) -> Option<String> {
        let Layout::Bundles { .. } = self.layout else { return None };
        // What is left outside is a file of its own anyway.
        let is_put_in = |target: &u32| !self.imports_needed || graph.owner(*target) == node.member.as_ref();
        let is_together = |target: &u32| is_put_in(target) && !(self.is_apart(file) && self.is_apart(*target));
        let is_inside = |found: &&Found| found.files().iter().any(is_together);
        let record = &node.record;
        let imports = record.imports.iter().zip(&node.imports).filter(|(import, _)| !import.is_type);
        let imports: Vec<_> = imports.filter(|(_, found)| is_inside(found)).map(|(import, _)| import).collect();
        let passed = record.passed.iter().zip(&node.passed).filter(|(passed, _)| !passed.is_type);
        let passed: Vec<_> = passed.filter(|(_, found)| is_inside(found)).map(|(passed, _)| passed).collect();
        (!imports.is_empty() || !passed.is_empty()).then(|| format!("{imports:?} {passed:?}"))
    }

    /// Whether what is made imports another package, by its manifest: nothing of that is in it.
    pub fn imports(&self, member: &Member, other: &str) -> bool {
        self.imports_needed && member.manifest.needed(false).contains_key(other)
    }

    /// Whether a bundler puts in what a module imports from another package.
    pub fn puts_in(&self, member: &Member, module: &str) -> bool {
        let is_bundled = matches!(self.layout, Layout::Bundles { .. });
        is_bundled && !module.starts_with(['.', '#']) && !self.imports(member, package_of(module))
    }

    /// Sources of what is behind the package's name, among them what is there as it is; none if they cannot be told.
    pub fn sources(&self, graph: &Graph, member: &Member, below: &str) -> Option<BTreeSet<u32>> {
        if self.is_vague {
            return None;
        }
        let mut sources = BTreeSet::new();
        for target in targets(&member.manifest, below) {
            let target = target.trim_start_matches("./");
            // Types get into nothing that is made of modules.
            if Language::of(target) == Some(Language::Types) {
                continue;
            }
            let there = graph.candidates(&member.path.join(target));
            // What a build makes may be there as well, from the one before.
            let may_be_made = there.is_empty() || Language::of(target) == Some(Language::JavaScript);
            sources.extend(there);
            if may_be_made {
                sources.extend(self.made_of(graph, member, target)?);
            }
        }
        (!sources.is_empty()).then_some(sources)
    }

    /// What a file is made of: the source with the longest end of its path in common.
    fn made_of(&self, graph: &Graph, member: &Member, target: &str) -> Option<Vec<u32>> {
        let is_module = matches!(Language::of(target), Some(Language::JavaScript)) || !target.contains('.');
        let path = if is_module { without_ending(target) } else { target };
        let parts: Vec<&str> = path.split('/').collect();
        // Below the folder of outputs, and below the one of a format in it.
        let is_of_format = parts.get(1).is_some_and(|part| FORMATS.contains(part)) && parts.len() > 2;
        let ends = [Some(1), is_of_format.then_some(2)].into_iter().flatten().filter(|skipped| *skipped < parts.len());
        let mut found = ends.map(|skipped| {
            let end = parts[skipped..].join("/");
            let places = [member.path.join(&format!("{SOURCE}/{end}")), member.path.join(&end)];
            let files = places.iter().flat_map(|place| match is_module {
                true => graph.candidates(place),
                false => graph.place(place).into_iter().collect(),
            });
            let is_meant = |file: &u32| if is_module { is_module_at(graph, *file) } else { self.copied.contains(file) };
            (end, files.filter(is_meant).collect::<Vec<u32>>())
        });
        let found = found.find(|(_, files)| !files.is_empty());
        let Layout::Bundles { has_default, .. } = self.layout else { return found.map(|(_, files)| files) };
        let given = self.given.get(parts.last().copied().unwrap_or_default());
        let Some((end, mut files)) = found else {
            return given.filter(|_| is_module).map(|given| given.iter().copied().collect());
        };
        if !is_module {
            return Some(files);
        }
        if self.by_name.is_empty() && self.by_pattern.is_empty() {
            return (has_default && end == "index").then_some(files);
        }
        files.retain(|file| self.by_name.contains(file) || self.by_pattern.contains(file));
        if files.is_empty() {
            return None;
        }
        // Entries may be given names: another of this name may be meant.
        if !end.contains('/') {
            let named = self.by_name.iter().chain(&self.by_pattern);
            files.extend(named.filter(|file| stem(graph.path(**file)) == end));
            files.extend(given.into_iter().flatten());
        }
        Some(files)
    }
}

impl Reading<'_> {
    /// What a program of the build is pointed at.
    fn program(&mut self, program: &Program) {
        let name = program.name.as_str();
        let is_maker = COMPILERS.contains(&name) || is_bundler(name);
        let roots = [self.member.path.to_string(), self.member.root.to_string()];
        if COPIERS.contains(&name) {
            let words: Vec<&str> = program.words().collect();
            let copied = words.split_last().map_or(&[][..], |(_, copied)| copied);
            let is_there =
                |text: &&str| roots.iter().any(|folder| self.graph.named(folder, text).all().next().is_some());
            // What a build made itself, and what says what modules are, may be put in the place of others.
            self.made.is_vague |= !copied.iter().all(is_there);
            self.made.is_pure &= !words.iter().any(|word| word.contains("package"));
        }
        for argument in &program.arguments {
            let text = argument.rsplit('=').next().unwrap_or(argument).trim_matches(['"', '\'']);
            if argument.starts_with('-') && !argument.contains('=') {
                continue;
            }
            for folder in &roots {
                if COPIERS.contains(&name) {
                    self.copy(folder, text);
                } else {
                    self.text(folder, text, is_maker, false);
                }
            }
        }
    }

    /// What is copied as it is.
    fn copy(&mut self, folder: &str, text: &str) {
        let files: Vec<u32> = self.graph.named(folder, text).all().collect();
        self.made.copied.extend(&files);
        self.made.read.extend(files);
        self.tools(folder, text);
    }

    /// Other members that a text leads into.
    fn tools(&mut self, folder: &str, text: &str) {
        let members = self.workspace.members_at(folder, text, false).into_iter();
        self.made.tools.extend(members.filter(|member| **member != self.member.path).cloned());
    }

    /// What lies at the top of the package and configures tools, and what that imports and names.
    fn configuration(&mut self) {
        let member = self.member;
        let at_top = self.workspace.files_of(&member.path).filter(|file| {
            let below = member.path.below(file.path.as_str());
            !below.contains('/') && !unread::configures_checks(below)
        });
        let at_top = at_top.filter_map(|file| self.graph.place(file.path.as_str()));
        let configures = |file: &u32| self.graph.node(*file).is_some_and(|node| node.is_configuration);
        self.open.extend(at_top.filter(configures));
        while let Some(file) = self.open.pop() {
            if self.made.read.insert(file) {
                self.file(file);
            }
        }
    }

    fn file(&mut self, file: u32) {
        let graph = self.graph;
        let owner = graph.owner(file).filter(|owner| **owner != self.member.path);
        self.made.tools.extend(owner.cloned());
        // What configures compilers names what it may make something of.
        let Some(node) = graph.node(file).filter(|node| node.record.settings.is_none()) else { return };
        let is_bundlers = is_of_bundler(graph.path(file));
        for found in node.all() {
            self.open.extend(found.files());
            self.made.tools.extend(found.built().cloned());
        }
        self.made.tools.extend(node.installed.iter().cloned());
        self.inlines |= node.record.inlines;
        let is_used = self.bundlers.contains(stem(graph.path(file)));
        self.keeps_together |= is_used && !node.record.splits;
        self.splits |= is_used && node.record.splits;
        let is_externalizer = |name: &str| package_of(name) == EXTERNALIZER;
        self.externalizes |= is_bundlers && node.record.imports.iter().any(|import| is_externalizer(&import.module));
        let path = graph.path(file);
        let folders = [folder_of(path).to_owned(), self.member.path.to_string()];
        let is_offered = |name: &str| self.offered.as_ref().is_some_and(|offered| offered.contains(name));
        let keyed = node.record.keyed.iter().filter(|(name, _)| is_bundlers && is_offered(name));
        let given: BTreeSet<&str> = keyed.clone().map(|(_, text)| &**text).collect();
        for (name, text) in keyed {
            let files = folders.iter().flat_map(|folder| graph.named(folder, text).files);
            self.made.given.entry(name.to_string()).or_default().extend(files);
        }
        let is_entry = |text: &str| node.record.entries.contains(text) || given.contains(text);
        // Scripts name what they read from where they run.
        let named =
            node.record.words.iter().map(AsRef::as_ref).filter(|word| !node.is_configuration && word.contains('/'));
        for text in texts(node).chain(named) {
            folders
                .iter()
                .for_each(|folder| self.text(folder, text, is_bundlers && is_entry(text), node.is_configuration));
        }
        // An entry that is put together may be any.
        let is_told = |text: &str| {
            let is_there = |folder: &String| self.graph.named(folder, text).all().next().is_some();
            folders.iter().any(is_there) || !text.contains(['/', '.'])
        };
        self.made.is_vague |= is_bundlers && !node.record.entries.iter().all(|text| is_told(text));
    }

    /// What a text in a folder stands for: entries, where those are named; what is copied; or what is read.
    fn text(&mut self, folder: &str, text: &str, may_be_entries: bool, may_be_copied: bool) {
        let graph = self.graph;
        let is_pattern = text.contains('*');
        let named = graph.named(folder, text);
        let is_own = |file: &u32| graph.owner(*file) == Some(&self.member.path) && is_module_at(graph, *file);
        let is_offered =
            |file: &u32| self.offered.as_ref().is_none_or(|offered| offered.contains(stem(graph.path(*file))));
        let is_source = named.folder == self.member.path.join(SOURCE);
        let (mut entries, mut others) = (Vec::new(), Vec::new());
        for file in &named.files {
            let is_entry = may_be_entries && is_own(file) && (is_pattern || is_offered(file));
            if is_entry { entries.push(*file) } else { others.push(*file) }
        }
        if is_pattern { &mut self.made.by_pattern } else { &mut self.made.by_name }.extend(entries);
        if may_be_copied && !is_source {
            self.made.copied.extend(named.below.iter().chain(&others));
        }
        if !is_source {
            self.open.extend(others.into_iter().chain(named.below));
        }
        self.tools(folder, text);
    }
}

/// Texts of a file that may be paths.
pub fn texts(node: &Node) -> impl Iterator<Item = &str> {
    let words = node.record.words.iter().filter(|word| node.is_configuration && word.contains('/'));
    node.record.paths.iter().chain(words).map(AsRef::as_ref)
}

/// How programs lay out modules; none if one of them is not known, or none makes any.
fn layout(programs: &[Program]) -> Option<Layout> {
    let is_of = |program: &Program, names: &[&str]| names.contains(&program.name.as_str());
    let bundler = |program: &Program| BUNDLERS.iter().find(|(name, _)| program.name == *name).copied();
    let is_known = |program: &Program| {
        bundler(program).is_some()
            || is_of(program, &COMPILERS)
            || is_of(program, &COPIERS)
            || is_of(program, &HELPERS)
            || program.file().is_some()
    };
    if !programs.iter().all(is_known) {
        return None;
    }
    let has_script = programs.iter().any(|program| program.file().is_some());
    let bundlers: Vec<(&str, bool)> = programs.iter().filter_map(bundler).collect();
    if bundlers.is_empty() {
        let compiles = programs.iter().any(|program| is_of(program, &COMPILERS));
        // A script may put together what was made.
        let layout = if has_script { Layout::Bundles { splits: false, has_default: true } } else { Layout::Modules };
        return compiles.then_some(layout);
    }
    Some(Layout::Bundles {
        splits: !has_script && bundlers.iter().all(|(name, _)| *name == SPLITTER),
        has_default: bundlers.iter().all(|(_, has_default)| *has_default),
    })
}

/// Whether of several programs one bundler alone makes modules.
fn has_one_bundler_alone(programs: &[Program]) -> bool {
    let makes = |program: &&Program| program.file().is_some() || !HELPERS.contains(&program.name.as_str());
    let makers: BTreeSet<(&str, &[String])> =
        programs.iter().filter(makes).map(|program| (program.name.as_str(), program.arguments.as_slice())).collect();
    makers.len() == 1 && makers.iter().all(|(name, _)| is_bundler(name))
}

/// Whether a manifest configures programs, or says by a table which other files some bundlers take.
fn is_configured(manifest: &Manifest) -> bool {
    let is_table =
        |field: &&str| manifest.field(field).and_then(Value::as_object).is_some_and(|table| !table.is_empty());
    CONFIGURING.iter().any(|field| manifest.field(field).is_some()) || REPLACING.iter().any(is_table)
}

/// Whether who imports a package gets ECMAScript modules, by the names that it offers. Of others bundlers leave out nothing.
/// Source: nodejs.org, "Modules: Packages", "Determining module system".
fn is_esm(manifest: &Manifest) -> bool {
    let is_module = manifest.text("type") == Some("module");
    let is_esm = |path: &str| path.ends_with(".mjs") || is_module && !path.ends_with(".cjs");
    match manifest.field("exports") {
        Some(exports) => {
            imported(exports).iter().all(|path| Language::of(path) != Some(Language::JavaScript) || is_esm(path))
        }
        None => manifest.text("module").is_some() || manifest.text("main").is_some_and(is_esm),
    }
}

/// Paths that a table of exports has for who imports.
fn imported(value: &Value) -> Vec<&str> {
    match value {
        Value::String(path) => vec![path],
        Value::Object(fields) => {
            fields.iter().filter(|(name, _)| *name != "require").flat_map(|(_, value)| imported(value)).collect()
        }
        Value::Array(values) => values.iter().flat_map(imported).collect(),
        _ => Vec::new(),
    }
}

/// Whether programs leave outside what the manifest asks for, with a plugin that does or without.
fn imports_needed(programs: &[Program], externalizes: bool) -> bool {
    let is_other = |program: &Program| {
        let name = program.name.as_str();
        program.file().is_some() || is_bundler(name) && !leaves_outside(name) && !externalizes
    };
    let inlines = |program: &Program| {
        program.arguments.iter().any(|argument| INLINING.iter().any(|option| argument.starts_with(option)))
    };
    !programs.iter().any(|program| is_other(program) || inlines(program))
}

/// Whether a program leaves outside what the manifest asks for, if nothing else is said.
pub fn leaves_outside(program: &str) -> bool {
    EXTERNAL.contains(&program)
}

/// Whether a file configures a bundler: packages that it names are put in or left outside by it.
pub fn is_of_bundler(path: &str) -> bool {
    let name = stem(path);
    name == "build" || is_bundler(name)
}

/// Whether a program puts modules together.
fn is_bundler(program: &str) -> bool {
    BUNDLERS.iter().any(|(bundler, _)| *bundler == program)
}

/// Whether a file is a module by itself.
fn is_module_at(graph: &Graph, file: u32) -> bool {
    Language::of(graph.path(file)).is_some_and(Language::is_of_modules)
}

fn without_ending(path: &str) -> &str {
    let name = path.rfind('/').map_or(0, |slash| slash + 1);
    path[name..].rfind('.').map_or(path, |dot| &path[..name + dot])
}

/// The name of a file without what stands behind its first dot.
fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.split('.').next().unwrap_or(name)
}
