//! What the text of one file says of others: what it imports and passes on, what it exports, and which texts in it may
//! be paths. It depends on the content and the language alone, so that a content is read once, wherever it stands.

use std::collections::{BTreeMap, BTreeSet};

use oxc_allocator::Allocator;
use oxc_ast::ast::{Declaration, Statement};
use oxc_ast_visit::Visit;
use oxc_parser::{ParseOptions, Parser, ParserReturn};
use oxc_span::SourceType;
use oxc_syntax::module_record::{ExportEntry, ExportExportName, ExportImportName, ImportImportName, ModuleRecord};
use serde::{Deserialize, Serialize};

use super::paths::{expanded, head_of, is_bare};
use super::resolve::package_of;
use super::text;

mod code;

mod commands;

mod declared;

mod places;

mod reader;

use reader::Reader;

/// What stands among the names that are taken of data where these are taken of its default export: some bundlers leave out
/// the rest then, as they do of exports.
const TAKEN_OF_DEFAULT: &str = "default.";

/// The longest text that may be a path.
const LONGEST_PATH: usize = 200;

/// Modules by which programs are run.
/// Source: nodejs.org, "Child process"; npmjs.com, the pages of these packages.
const RUNNERS: [&str; 5] = ["child_process", "execa", "zx", "shelljs", "cross-spawn"];

/// Modules by which files are read where it runs, besides.
/// Source: nodejs.org, "File system", "Worker threads"; npmjs.com, the pages of these packages.
const FILE_READERS: [&str; 8] =
    ["fs", "worker_threads", "fs-extra", "graceful-fs", "glob", "globby", "fast-glob", "tinyglobby"];

/// How a file's text is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Language {
    /// JavaScript with what browsers and bundlers add, JSX among it.
    JavaScript,
    /// TypeScript.
    TypeScript,
    /// TypeScript with JSX.
    TypeScriptJsx,
    /// Types alone, `.d.ts`.
    Types,
    /// Anything with imports in it: components of Vue, Svelte and Astro, MDX, HTML.
    Markup,
    /// A document with scripts in it: MDX.
    Page,
    /// A document, which tells people of files as well.
    Document,
    /// A program of a graphics card.
    Shader,
    /// CSS, Sass and Less.
    Styles,
}

/// Which of a module's exports are wanted.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Wanted {
    /// Every one, or it cannot be told which.
    All,
    /// These; none for an import that only runs the module.
    Names(BTreeSet<Box<str>>),
}

/// An import.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Import {
    /// The module, as it is named.
    pub module: Box<str>,
    /// What is wanted of it.
    pub wanted: Wanted,
    /// Whether only types are.
    pub is_type: bool,
}

/// What is passed on from another module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passed {
    /// The module, as it is named.
    pub module: Box<str>,
    /// What it is called there; none for all of it together.
    pub name: Option<Box<str>>,
    /// The name it is exported by; none for each by its own, as `export *` does.
    pub exported: Option<Box<str>>,
    /// Whether it is a type.
    pub is_type: bool,
}

/// What of a compiler's configuration changes what is made, in canonical text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// How modules are compiled.
    pub options: Box<str>,
    /// Which modules are: fields, each with a text of it.
    pub which: Vec<(Box<str>, Box<str>)>,
    /// Whether it names them itself, whatever it extends.
    pub says_which: bool,
}

/// What a file says of others.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Its imports, a module once by kind.
    pub imports: Vec<Import>,
    /// What it passes on.
    pub passed: Vec<Passed>,
    /// Names of what it exports of its own.
    pub own: BTreeSet<Box<str>>,
    /// Those of them that are only of types.
    pub types: BTreeSet<Box<str>>,
    /// Texts that may be paths, relative to it or to wherever something runs.
    pub paths: BTreeSet<Box<str>>,
    /// Texts behind folders that are not told, as functions put paths together.
    pub joined: BTreeSet<Box<str>>,
    /// Texts that may be so where something is configured or files are read: what a function is given alone, and what stands
    /// behind something that is not told.
    pub given: BTreeSet<Box<str>>,
    /// Commands that it runs.
    pub commands: BTreeSet<Box<str>>,
    /// Whether it may read files where it runs.
    pub reads_files: bool,
    /// Those of the paths that say where to look for names of classes.
    pub scans: BTreeSet<Box<str>>,
    /// Texts that may be names of packages.
    pub words: BTreeSet<Box<str>>,
    /// Names of packages, or of something in them, as they are installed below `node_modules`.
    pub installed: BTreeSet<Box<str>>,
    /// Whether what it exports is told by its text: it is an ECMAScript module that could be read.
    pub is_told: bool,
    /// Whether all that it does is to pass on what others export.
    pub is_barrel: bool,
    /// Texts of it that are about tests and servers of development, where it configures Vite.
    pub aside: BTreeSet<Box<str>>,
    /// Paths that a compiler makes something of by this configuration, whoever imports them.
    pub compiled: BTreeSet<Box<str>>,
    /// Other configurations of compilers that this one refers to.
    pub referred: BTreeSet<Box<str>>,
    /// Of a compiler's configuration, what of it changes what is made: of each module, and which modules there are.
    pub settings: Option<Settings>,
    /// Whether it imports what is only known when it runs.
    pub is_open: bool,
    /// Whether a directive of it, or of a function, says where that runs: on servers, or on clients.
    pub is_placed: bool,
    /// Whether it asks for what the manifest says, by the variables that package managers set.
    pub reads_manifest: bool,
    /// Whether it has a bundler put together what that would leave apart, if it configures one.
    pub inlines: bool,
    /// Whether it has a bundler keep what nobody uses, if it configures one.
    pub keeps_all: bool,
    /// Whether it names an option by which bundlers leave something outside.
    pub sets_externals: bool,
    /// Whether it has Next.js build in spite of types that do not fit, if it configures that.
    pub ignores_types: bool,
    /// Whether it has a bundler make a file of every module, if it configures one.
    pub splits: bool,
    /// Texts that it names as entries, if it configures a bundler.
    pub entries: BTreeSet<Box<str>>,
    /// Paths of modules that it has under names, as entries are given names.
    pub keyed: BTreeSet<(Box<str>, Box<str>)>,
    /// What tells the code that is made of it from others, of a module of TypeScript of which types decide nothing in it.
    pub code: Option<Box<str>>,
    /// What tells its types from others, of a module of TypeScript.
    pub declared: Option<Box<str>>,
}

impl Language {
    /// The language of a file by its name; none if it says nothing of others.
    pub fn of(path: &str) -> Option<Language> {
        let name = path.rsplit('/').next().unwrap_or(path);
        if [".d.ts", ".d.mts", ".d.cts"].iter().any(|end| name.ends_with(end)) {
            return Some(Language::Types);
        }
        Some(match name.rsplit_once('.')?.1 {
            "js" | "jsx" | "mjs" | "cjs" => Language::JavaScript,
            "ts" | "mts" | "cts" => Language::TypeScript,
            "tsx" => Language::TypeScriptJsx,
            "vue" | "svelte" | "astro" | "html" => Language::Markup,
            "mdx" => Language::Page,
            "md" => Language::Document,
            "css" | "scss" | "sass" | "less" | "styl" | "pcss" | "postcss" => Language::Styles,
            "glsl" | "vert" | "frag" | "wgsl" | "vs" | "fs" | "comp" | "geom" => Language::Shader,
            _ => return None,
        })
    }

    /// Whether it is a language of modules alone: no markup, no styles, no types by themselves.
    pub fn is_of_modules(self) -> bool {
        matches!(self, Language::JavaScript | Language::TypeScript | Language::TypeScriptJsx)
    }

    /// Whether styles may stand in it, which name others in ways of their own.
    pub fn may_hold_styles(self) -> bool {
        matches!(self, Language::Styles | Language::Markup | Language::Page | Language::Document)
    }

    /// Whether a compiler may make something of it: also markup with scripts in it, and types.
    pub fn is_compiled(self) -> bool {
        !matches!(self, Language::Document | Language::Styles | Language::Shader)
    }
}

impl Record {
    /// Reads a file's text. What cannot be parsed is searched for what may be imports.
    pub fn read(text: &str, language: Language) -> Record {
        let source = match language {
            Language::JavaScript => SourceType::jsx(),
            Language::TypeScript => SourceType::ts(),
            Language::TypeScriptJsx => SourceType::tsx(),
            Language::Types => SourceType::d_ts(),
            Language::Markup => return text::markup(text),
            Language::Page => return text::page(text),
            Language::Document => return text::document(text),
            Language::Styles => return text::styles(text),
            Language::Shader => return text::shader(text),
        };
        let allocator = Allocator::default();
        let options = ParseOptions { allow_return_outside_function: true, ..ParseOptions::default() };
        let parsed = Parser::new(&allocator, text, source).with_options(options).parse();
        if parsed.panicked || parsed.is_flow_language {
            return text::markup(text);
        }
        // What elements become calls of, where a comment says so.
        let factories =
            ["@jsx ", "@jsxFrag "].into_iter().filter_map(|mark| text.split_once(mark)?.1.split_whitespace().next());
        let mut record = Record::of(&parsed, language, factories);
        // What JSX becomes is imported, though no statement names it.
        if let Some((_, rest)) = text.split_once("@jsxImportSource ")
            && let Some(source) = rest.split_whitespace().next()
        {
            let module = format!("{source}/jsx-runtime").into();
            record.imports.push(Import { module, wanted: Wanted::All, is_type: false });
        }
        record
    }

    /// The same where what is aside is like all the rest.
    #[must_use]
    pub fn with_aside(&self) -> Record {
        let mut record = Record { aside: BTreeSet::new(), ..self.clone() };
        self.aside.iter().for_each(|text| record.mention(text));
        record
    }

    /// Folders that are looked through for names of classes, even where they are above, and all folders that are called so.
    pub fn scanned_folders(&self) -> impl Iterator<Item = &Box<str>> {
        self.scans.iter().filter(|text| head_of(text).is_none() || is_bare(text) && !text.contains("**"))
    }

    /// The modules that it imports or passes something on from, as they are named.
    pub fn modules(&self) -> impl Iterator<Item = &str> {
        let imports = self.imports.iter().map(|import| &*import.module);
        imports.chain(self.passed.iter().map(|passed| &*passed.module))
    }

    /// Whether it may take something from what configures compilers, if that is no more than to name it.
    pub fn names_compilers(&self) -> bool {
        let texts = [&self.paths, &self.joined, &self.given, &self.words].into_iter().flatten().map(|text| &**text);
        self.settings.is_none() && self.modules().chain(texts).any(|text| text.contains("tsconfig"))
    }

    /// Takes a text along that may be a path or a name.
    pub fn mention(&mut self, text: &str) {
        // Nuxt's ways to name the package's folder.
        let text = ["~~/", "@@/"].iter().find_map(|root| text.strip_prefix(root)).unwrap_or(text);
        if let Some((_, name)) = text.rsplit_once("node_modules/") {
            self.installed.insert(name.into());
        } else if is_path(text) {
            self.paths.insert(text.into());
        } else if let Some(rest) = text.strip_prefix('*').unwrap_or(text).strip_prefix('/') {
            // It stands behind a folder.
            if is_path(rest) {
                self.paths.insert(rest.into());
            } else if is_word(rest) && rest.contains('/') && rest.contains('.') {
                self.words.insert(rest.into());
            }
        } else if is_word(text) {
            self.words.insert(text.into());
        } else if text.len() <= LONGEST_PATH && is_word(&text.replace(['{', '}', ','], "")) {
            let choices = expanded(text).unwrap_or_default();
            self.words.extend(choices.into_iter().filter(|choice| is_word(choice)).map(Into::into));
        }
    }

    fn of<'t>(parsed: &ParserReturn<'t>, language: Language, factories: impl Iterator<Item = &'t str>) -> Record {
        let mut reader = Reader::default();
        reader.used.extend(factories.map(|name| name.split('.').next().unwrap_or(name)));
        reader.visit_program(&parsed.program);
        let is_typescript = matches!(language, Language::TypeScript | Language::TypeScriptJsx);
        let elides = is_typescript && !reader.has_decorators;
        let Reader { mut record, mut used, asked, asked_as_type, members, whole, types, .. } = reader;
        let module = &parsed.module_record;
        let exported_locals: BTreeSet<&str> = {
            let entries = module.local_export_entries.iter().chain(&module.indirect_export_entries);
            entries.filter_map(|entry| entry.local_name.name()).map(|name| name.as_str()).collect()
        };
        used.extend(
            module.local_export_entries.iter().filter_map(|entry| entry.local_name.name()).map(|name| name.as_str()),
        );
        let mut imports: BTreeMap<(Box<str>, bool), Wanted> = BTreeMap::new();
        let mut add = |module: &str, is_type: bool, wanted: Wanted| {
            imports.entry((module.into(), is_type)).or_insert_with(Wanted::nothing).add(wanted);
        };
        for (name, requests) in &module.requested_modules {
            for request in requests.iter().filter(|request| request.is_import) {
                add(name.as_str(), request.is_type, Wanted::nothing());
            }
        }
        let passed_on = passed_on(module);
        for entry in &module.import_entries {
            let local = entry.local_name.name.as_str();
            // TypeScript leaves out what is used as a type alone; what is only passed on is told below.
            let is_used = used.contains(local) || !elides && !passed_on.contains(&entry.module_request.span.start);
            if !is_used && !entry.is_type {
                continue;
            }
            let wanted = match &entry.import_name {
                ImportImportName::Name(name) => Wanted::name(name.name.as_str()),
                // Of data as much is wanted as is taken of it.
                _ if entry.module_request.name.ends_with(".json") && !whole.contains(local) => {
                    let of_default = entry.import_name.is_default().then_some(TAKEN_OF_DEFAULT);
                    let names = members.get(local).into_iter().flatten().copied().chain(of_default);
                    Wanted::Names(names.map(Into::into).collect())
                }
                ImportImportName::Default(_) => Wanted::name("default"),
                // Of a module as much, unless it is handed on.
                ImportImportName::NamespaceObject if !whole.contains(local) && !exported_locals.contains(local) => {
                    Wanted::Names(members.get(local).into_iter().flatten().map(|name| (*name).into()).collect())
                }
                ImportImportName::NamespaceObject => Wanted::All,
            };
            add(entry.module_request.name.as_str(), entry.is_type, wanted);
        }
        asked.iter().for_each(|module| add(module, false, Wanted::All));
        asked_as_type.iter().for_each(|module| add(module, true, Wanted::All));
        record.imports =
            imports.into_iter().map(|((module, is_type), wanted)| Import { module, wanted, is_type }).collect();
        let passed = module.indirect_export_entries.iter().chain(&module.star_export_entries);
        let defaults = defaults(module);
        record.passed = passed.filter_map(|entry| passed_by(entry, &defaults)).collect();
        record.own = module.local_export_entries.iter().filter_map(|entry| exported(&entry.export_name)).collect();
        let is_value = |entry: &&ExportEntry<'_>| {
            !entry.is_type || entry.local_name.name().is_none_or(|name| !types.contains(name.as_str()))
        };
        let values = module.local_export_entries.iter().filter(is_value);
        let values: BTreeSet<Box<str>> = values.filter_map(|entry| exported(&entry.export_name)).collect();
        record.types = record.own.difference(&values).cloned().collect();
        let imports = |names: &[&str]| {
            let mut imported = record.imports.iter().map(|import| &*import.module);
            imported.any(|name| names.contains(&package_of(name.strip_prefix("node:").unwrap_or(name))))
        };
        record.keeps_all |= record.imports.iter().any(|import| import.module.to_lowercase().contains("federation"));
        let (reads_files, runs_programs) = (imports(&FILE_READERS), imports(&RUNNERS));
        record.reads_files = reader.knows_its_place || reads_files || runs_programs;
        // Others have functions that are called like those.
        record.commands.retain(|_| runs_programs);
        // What is asked for is no path besides.
        record.paths.retain(|path| !asked.contains(path));
        record.is_told = module.has_module_syntax && parsed.diagnostics.is_empty();
        record.code = (elides && record.is_told).then(|| code::of(&parsed.program).into());
        record.declared = is_typescript.then(|| declared::of(&parsed.program).into());
        record.ignores_types = reader.type_checks == BTreeSet::from([false]);
        record.splits = reader.splits > 0 && reader.formats.max(reader.starts) <= reader.splits;
        record.is_placed = reader.is_placed;
        record.is_barrel = parsed.program.directives.is_empty() && parsed.program.body.iter().all(passes_on);
        record
    }
}

impl Wanted {
    /// Only that it runs.
    pub fn nothing() -> Wanted {
        Wanted::Names(BTreeSet::new())
    }

    /// One export.
    pub fn name(name: &str) -> Wanted {
        Wanted::Names(BTreeSet::from([name.into()]))
    }

    /// What is wanted of data, by a bundler that leaves out what is not taken of its default export or by another.
    #[must_use]
    pub fn of_data(&self, leaves_out: bool) -> Wanted {
        match self {
            Wanted::Names(names) if names.contains(TAKEN_OF_DEFAULT) && !leaves_out => Wanted::All,
            Wanted::Names(names) => {
                Wanted::Names(names.iter().filter(|name| &***name != TAKEN_OF_DEFAULT).cloned().collect())
            }
            Wanted::All => Wanted::All,
        }
    }

    /// Whether all of a file of data is wanted, whose fields are its exports.
    pub fn is_of_whole_data(&self) -> bool {
        match self {
            Wanted::All => true,
            Wanted::Names(names) => names.contains("default"),
        }
    }

    /// Both.
    pub fn add(&mut self, other: Wanted) {
        match (&mut *self, other) {
            (Wanted::All, _) => {}
            (own, Wanted::All) => *own = Wanted::All,
            (Wanted::Names(own), Wanted::Names(other)) => own.extend(other),
        }
    }
}

/// Where the modules are named of which something is exported again by an `export { … }` of its own.
fn passed_on(module: &ModuleRecord<'_>) -> BTreeSet<u32> {
    let passed = module.indirect_export_entries.iter().filter_map(|entry| entry.module_request.as_ref());
    passed.map(|request| request.span.start).collect()
}

/// Imports of defaults, by where their module is named, with their local names.
fn defaults<'a>(module: &'a ModuleRecord<'_>) -> BTreeSet<(u32, &'a str)> {
    let entries = module.import_entries.iter().filter(|entry| entry.import_name.is_default());
    entries.map(|entry| (entry.module_request.span.start, entry.local_name.name.as_str())).collect()
}

fn passed_by(entry: &ExportEntry<'_>, defaults: &BTreeSet<(u32, &str)>) -> Option<Passed> {
    let request = entry.module_request.as_ref()?;
    let module = request.name.as_str().into();
    let name = match &entry.import_name {
        // The parser tells the local name.
        ExportImportName::Name(name) if defaults.contains(&(request.span.start, name.name.as_str())) => {
            Some("default".into())
        }
        ExportImportName::Name(name) => Some(name.name.as_str().into()),
        ExportImportName::All | ExportImportName::AllButDefault | ExportImportName::Null => None,
    };
    Some(Passed { module, name, exported: exported(&entry.export_name), is_type: entry.is_type })
}

/// Whether a statement does nothing but to pass on what others export, or is about types.
fn passes_on(statement: &Statement<'_>) -> bool {
    match statement {
        // What is imported in a way of its own may be another thing.
        Statement::ExportAllDeclaration(passed) => passed.with_clause.is_none(),
        Statement::ExportFromDeclaration(passed) => passed.with_clause.is_none(),
        Statement::TSInterfaceDeclaration(_) | Statement::TSTypeAliasDeclaration(_) | Statement::EmptyStatement(_) => {
            true
        }
        Statement::ImportDeclaration(import) => import.import_kind.is_type(),
        Statement::ExportDeclaration(exported) => matches!(
            exported.declaration,
            Declaration::TSInterfaceDeclaration(_) | Declaration::TSTypeAliasDeclaration(_)
        ),
        _ => false,
    }
}

fn exported(name: &ExportExportName<'_>) -> Option<Box<str>> {
    match name {
        ExportExportName::Name(name) => Some(name.name.as_str().into()),
        ExportExportName::Default(_) => Some("default".into()),
        ExportExportName::Null => None,
    }
}

/// Whether a text may be a path that is relative to something.
pub fn is_path(text: &str) -> bool {
    let is_relative = text.starts_with("./") || text.starts_with("../");
    is_relative && text.len() <= LONGEST_PATH && !text.contains(['\n', '\0'])
}

/// Whether a text may be the name of a package, or of something in it.
pub fn is_word(text: &str) -> bool {
    let is_of_name = |byte: u8| byte.is_ascii_alphanumeric() || b"@/._-*".contains(&byte);
    let begins = text.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '@');
    begins && text.len() > 1 && text.len() <= LONGEST_PATH && text.bytes().all(is_of_name)
}
