//! Files that no parser reads here: what stands in quotes in them, after words that import or anywhere.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::detect::command;

use crate::pipeline::only_checks;

use super::record::{Import, Language, Record, Settings, Wanted, is_path};

/// The longest text in quotes that is looked at.
const LONGEST: usize = 300;

/// The longest line that variables are put into, and how many of them.
const LONGEST_LINE: usize = 10_000;
const MOST_VARIABLES: usize = 100;

/// How many paths without quotes a template names.
const MOST_PATHS: usize = 1000;

/// Endings of templates of pages.
pub const TEMPLATES: [&str; 9] = ["pug", "ejs", "hbs", "handlebars", "njk", "liquid", "mustache", "eta", "twig"];

/// What stands before the name of a module that is imported.
const IMPORTING: [&str; 15] = [
    "from",
    "import",
    "import(",
    "require(",
    "@import",
    "@use",
    "@forward",
    "@plugin",
    "@config",
    "@reference",
    "src=",
    "href=",
    "url(",
    "@import url(",
    "load-css(",
];

/// Those of them that stand before addresses.
const LINKING: [&str; 3] = ["src=", "href=", "url("];

/// Options of TypeScript's compiler that decide what it complains about and what it tells. `strict` is none of them, since
/// esbuild writes `use strict` by it, nor is what decides how types are told, which decorators and documents are made of.
/// Source: typescriptlang.org, "TSConfig Reference": Type Checking, Completeness, Projects, Output Formatting, Compiler
/// Diagnostics, and those of other parts of which the page says so.
const CHECKING: [&str; 21] = [
    "allowUnreachableCode",
    "allowUnusedLabels",
    "strictBuiltinIteratorReturn",
    "strictFunctionTypes",
    "strictPropertyInitialization",
    "useUnknownInCatchVariables",
    "skipDefaultLibCheck",
    "skipLibCheck",
    "disableReferencedProjectLoad",
    "disableSolutionSearching",
    "disableSourceOfProjectReferenceRedirect",
    "noErrorTruncation",
    "preserveWatchOutput",
    "pretty",
    "diagnostics",
    "explainFiles",
    "extendedDiagnostics",
    "listFiles",
    "traceResolution",
    "forceConsistentCasingInFileNames",
    "erasableSyntaxOnly",
];
const CHECKING_PREFIXES: [&str; 8] = [
    "noImplicitAny",
    "noImplicitOverride",
    "noImplicitReturns",
    "noImplicitThis",
    "noUnused",
    "noUnchecked",
    "noFallthrough",
    "noPropertyAccess",
];

/// Text with scripts in it. Whatever is imported is taken to be used, since what uses it may be markup.
pub fn markup(text: &str) -> Record {
    let mut record = Record::default();
    let mut modules: BTreeMap<(Box<str>, bool), Wanted> = BTreeMap::new();
    for (at, name) in quoted(text) {
        let before = text[..at].trim_end();
        // A place in a document, as links and styles name it.
        if name.starts_with('#') && LINKING.iter().any(|word| before.ends_with(word)) {
            continue;
        }
        if IMPORTING.iter().any(|word| before.ends_with(word)) {
            let from = before.len().saturating_sub(LONGEST);
            let near = before.get(from..).unwrap_or_default();
            let statement = near.rsplit(['\n', ';']).next().unwrap_or(near).trim_start();
            let is_type = statement.starts_with("import type ");
            let wanted = before.strip_suffix("from").and_then(clause).unwrap_or(Wanted::All);
            modules.entry((name.into(), is_type)).or_insert_with(Wanted::nothing).add(wanted);
        } else {
            record.mention(name);
        }
    }
    let unquoted = unquoted(text).chain(of_urls(text).filter(|name| name.starts_with('.')));
    let several = quoted(text).filter(|(at, _)| text[..*at].trim_end().ends_with("srcset="));
    let several = several.flat_map(|(_, names)| names.split(',')).filter_map(|name| name.split_whitespace().next());
    if text.contains("lang=\"pug\"") {
        included(text).for_each(|path| record.mention(&path));
    }
    for module in unquoted.chain(several.filter(|name| name.starts_with('.'))) {
        modules.entry((module.into(), false)).or_insert_with(Wanted::nothing).add(Wanted::All);
    }
    let import = |((module, is_type), wanted)| Import { module, wanted, is_type };
    record.imports = modules.into_iter().map(import).collect();
    record
}

/// What styles name by `url(…)` without quotes.
pub fn of_urls(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices("url(").filter_map(|(at, word)| {
        let rest = text[at + word.len()..].trim_start();
        let end = rest.bytes().take(LONGEST).position(|byte| byte == b')')?;
        Some(rest[..end].trim()).filter(|name| !name.starts_with(['"', '\'']) && !name.is_empty())
    })
}

/// The beginning of a text, as far as a path in it may be.
fn near(text: &str) -> &str {
    &text[..text.floor_char_boundary(LONGEST)]
}

/// Paths out of a folder that attributes have without quotes.
fn unquoted(text: &str) -> impl Iterator<Item = &str> {
    let attributes = ["href=../", "src=../"].into_iter().flat_map(|mark| text.match_indices(mark));
    attributes.filter_map(|(at, mark)| {
        let rest = near(&text[at + mark.len() - "../".len()..]);
        rest.split(|char: char| char.is_whitespace() || char == '>').next()
    })
}

/// What a statement that ends before `from` imports by names; none if it is not plain.
fn clause(before: &str) -> Option<Wanted> {
    // What is longer is none, and looking for it in all of a text would take its square.
    let near = before.ceil_char_boundary(before.len().saturating_sub(LONGEST + "import".len()));
    let (_, clause) = before[near..].rsplit_once("import")?;
    let is_of_clause = |char: char| char.is_alphanumeric() || char.is_whitespace() || "_$,{}".contains(char);
    if clause.len() > LONGEST || !clause.starts_with([' ', '{', '\n', '\t']) || !clause.chars().all(is_of_clause) {
        return None;
    }
    let (default, names) = match clause.trim().split_once('{') {
        Some((default, names)) => (default.trim().trim_end_matches(','), names.strip_suffix('}')?),
        None => (clause.trim(), ""),
    };
    let default = default.trim();
    if names.contains(['{', '}']) || default.contains(char::is_whitespace) || default.contains([',', '}']) {
        return None;
    }
    let names = names.split(',').filter_map(|name| name.split_whitespace().next());
    let default = Some("default").filter(|_| !default.is_empty());
    Some(Wanted::Names(names.chain(default).map(Into::into).collect()))
}

/// A document in which scripts may stand: MDX.
pub fn page(text: &str) -> Record {
    let text = &*without_examples(text);
    let mut record = markup(text);
    shown(text, &mut record);
    record
}

/// Takes along what a document shows, and what stands in front of it.
fn shown(text: &str, record: &mut Record) {
    put_in(text).for_each(|path| record.mention(&path));
    let front = text.strip_prefix("---").and_then(|rest| rest.split_once("\n---")).map_or("", |(front, _)| front);
    loose(front).for_each(|path| record.mention(path));
}

/// A document: what it imports and shows, but not what it tells of.
pub fn document(text: &str) -> Record {
    let text = &*without_examples(text);
    // One with a script in it is a component.
    if text.contains("<script") {
        let mut record = markup(text);
        put_in(text).for_each(|path| record.mention(&path));
        return record;
    }
    let mut record = Record { words: BTreeSet::new(), installed: BTreeSet::new(), ..markup(&text.replace('`', " ")) };
    shown(text, &mut record);
    // What it shows is one file; other paths in it are examples.
    let is_of_file = |path: &str| path.rsplit('/').next().is_some_and(|name| name.contains('.'));
    record.paths.retain(|path| is_of_file(path) && !path.contains(['*', '{', '[', '$', '!']));
    record
}

/// Words behind the mark of a block of code by which it is checked, run, or read from a file.
/// Source: twoslash.netlify.app; docusaurus.io, "Interactive code editor"; rspress.rs, "Code preview".
const LIVE: [&str; 6] = ["twoslash", "live", "preview", "demo", "playground", "file="];

/// The lines of a document that are no blocks of code, which nothing runs. Those stay that are checked or run.
/// Source: spec.commonmark.org, "Fenced code blocks"; twoslash.netlify.app.
fn without_examples(text: &str) -> Cow<'_, str> {
    if !text.contains("```") && !text.contains("~~~") {
        return Cow::Borrowed(text);
    }
    let mut open: Option<(char, usize, bool)> = None;
    let is_kept = |line: &&str| {
        // In lists and quotations as well.
        let line = line
            .trim_start_matches(|char: char| char.is_whitespace() || char.is_ascii_digit() || "-*+>.)".contains(char));
        let line = line.trim_end();
        let Some(mark) = line.chars().next().filter(|mark| ['`', '~'].contains(mark)) else {
            return open.is_none_or(|(_, _, is_live)| is_live);
        };
        let length = line.chars().take_while(|char| *char == mark).count();
        let rest = &line[length..];
        match open {
            Some((opened, longest, _)) if opened == mark && length >= longest && rest.is_empty() => open = None,
            Some((_, _, is_live)) => return is_live,
            None if length >= 3 && (mark == '~' || !rest.contains('`')) => {
                let is_live = LIVE.iter().any(|word| rest.contains(word));
                open = Some((mark, length, is_live));
                return is_live;
            }
            None => return true,
        }
        false
    };
    let kept: String = text.split_inclusive('\n').filter(is_kept).collect();
    // Where one has no end, it was understood wrongly.
    if open.is_some() { Cow::Borrowed(text) } else { Cow::Owned(kept) }
}

/// What a document has put into it: images, and what stands behind the marks of generators, from its own folder or where a
/// generator has its root.
/// Source: vitepress.dev, "Markdown Extensions", "Import Code Snippets", "Markdown File Inclusion".
fn put_in(text: &str) -> impl Iterator<Item = String> {
    let behind = |mark: &'static str| {
        let all = text.match_indices(mark).filter_map(move |(at, _)| near(&text[at + mark.len()..]).lines().next());
        all.filter_map(|rest| rest.trim_start().split(|char: char| char.is_whitespace() || "{#)".contains(char)).next())
    };
    let images = text.match_indices("![").filter_map(|(at, _)| {
        let (_, rest) = near(&text[at..]).lines().next()?.split_once("](")?;
        rest.split([')', ' ', '#', '?']).next()
    });
    // Where an image is said by a mark, a line says what that means.
    let meant = text.lines().filter_map(|line| line.strip_prefix('[')?.split_once("]: ")?.1.split_whitespace().next());
    let meant = meant.filter(|path| is_path(path) && Language::of(path).is_none());
    let all = behind("<<<").chain(behind("@include:")).chain(behind("@include ")).chain(images).chain(meant);
    all.filter(|path| !path.is_empty() && !path.starts_with('/')).map(|path| {
        let path = path.strip_prefix("@/").unwrap_or(path).trim_end_matches("-->");
        if path.starts_with('.') { path.to_owned() } else { format!("./{path}") }
    })
}

/// Styles. What they name without a dot in front is a file beside them before it is a package.
pub fn styles(text: &str) -> Record {
    let mut record = markup(text);
    let bare = of_urls(text).filter(|name| !name.starts_with('.'));
    let bare = bare.map(|module| Import { module: module.into(), wanted: Wanted::All, is_type: false });
    record.imports.extend(bare);
    // One `@import` may name several; where it has no end, the next one ends it.
    let lists = text.split("@import").skip(1).flat_map(|rest| {
        let rest = rest.split(';').next().unwrap_or(rest);
        quoted(rest).map(|(_, name)| name).take(LONGEST).collect::<Vec<_>>()
    });
    let known: BTreeSet<Box<str>> = record.imports.iter().map(|import| import.module.clone()).collect();
    let more: BTreeSet<Box<str>> = lists.map(Into::into).filter(|name| !known.contains(name)).collect();
    record.imports.extend(more.into_iter().map(|module| Import { module, wanted: Wanted::All, is_type: false }));
    // Which files Tailwind looks for class names in.
    let sources = quoted(text).filter(|(at, _)| {
        let before = text[..*at].trim_end();
        ["@source", "@source not", "@source inline("].iter().any(|word| before.ends_with(word))
    });
    record.scans = sources.map(|(_, name)| name.into()).collect();
    record.paths.extend(record.scans.iter().filter(|name| is_path(name)).cloned());
    record
}

/// A program of a graphics card: what its lines put in, from its own folder, where bundlers' plugins have their root, or of
/// a package.
/// Source: github.com/UstymUkhman/vite-plugin-glsl; github.com/glslify/glslify.
pub fn shader(text: &str) -> Record {
    let mut record = Record::default();
    let put_in = text.lines().filter_map(|line| {
        let line = line.trim_start();
        line.strip_prefix("#include").or_else(|| line.strip_prefix("#import"))
    });
    let asked = text.match_indices("require(").map(|(at, word)| near(&text[at + word.len()..]));
    let asked = asked.filter_map(|rest| rest.split(')').next());
    for name in put_in.chain(asked).map(near) {
        let name = name.trim().split(';').next().unwrap_or(name).trim_matches(['"', '\'', '<', '>', ' ']);
        record.mention(name);
        if !name.starts_with('.') {
            record.mention(&format!("./{}", name.trim_start_matches('/')));
        }
    }
    record
}

/// A file of data: which paths and packages it may name.
pub fn data(text: &str) -> Record {
    let mut record = Record::default();
    quoted(text).for_each(|(_, name)| record.mention(name));
    // Lists of browsers may be others'.
    let extended = text.lines().filter_map(|line| line.trim().strip_prefix("extends "));
    extended.for_each(|name| record.mention(name.trim()));
    // Without quotes, and in commands.
    let words = text.split(|char: char| char.is_whitespace() || "\"'`,[]{}".contains(char));
    let is_module = |word: &str| Language::of(word).is_some_and(Language::is_of_modules);
    words.filter(|word| is_path(word) || is_module(word) || word.contains('/')).for_each(|path| record.mention(path));
    record
}

/// Targets of projects, but for those that only check, or start what no build starts.
/// Source: nx.dev, "Project configuration"; angular.dev, "Workspace configuration".
pub fn targets(text: &str) -> Record {
    let parsed = jsonc_parser::parse_to_serde_value::<Value>(text, &jsonc_parser::ParseOptions::default());
    let Ok(mut value) = parsed else { return data(text) };
    let mut open = vec![&mut value];
    while let Some(Value::Object(fields)) = open.pop() {
        for key in ["targets", "architect"] {
            if let Some(Value::Object(targets)) = fields.get_mut(key) {
                targets.retain(|name, target| !only_checks(name, target));
            }
        }
        // Angular has several projects in one file.
        open.extend(fields.get_mut("projects").into_iter().filter_map(Value::as_object_mut).flat_map(Map::values_mut));
    }
    data(&value.to_string())
}

/// A template, which names others in ways of its language: in quotes or not, with its ending or without.
pub fn template(text: &str) -> Record {
    let mut record = markup(text);
    let imports: BTreeSet<&str> = record.imports.iter().map(|import| &*import.module).collect();
    let has_ending = |path: &str| path.rsplit('/').next().is_some_and(|name| name.contains('.'));
    let named = loose(text).filter(|path| !imports.contains(path) && !path.contains(['*', '$']));
    let named: Vec<&str> = named.take(MOST_PATHS).collect();
    let ended = named.iter().filter(|path| !has_ending(path));
    let ended = ended.flat_map(|path| TEMPLATES.iter().map(move |ending| format!("{path}.{ending}")));
    let paths: Vec<String> = named.iter().map(ToString::to_string).chain(ended).chain(included(text)).collect();
    paths.iter().for_each(|path| record.mention(path));
    record
}

/// Paths from a template's own folder, wherever they stand.
fn loose(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|char: char| char.is_whitespace() || "\"'`()<>{},;=|".contains(char));
    words.filter(|word| is_path(word))
}

/// What lines of Pug put in or extend: a path without quotes, with its ending or without.
/// Source: pugjs.org, "Includes", "Template Inheritance".
fn included(text: &str) -> impl Iterator<Item = String> {
    let paths = text.lines().filter_map(|line| {
        let line = line.trim_start();
        let rest = line.strip_prefix("include").or_else(|| line.strip_prefix("extends"))?;
        let rest = if rest.starts_with(':') { rest.split_once(' ')?.1 } else { rest.strip_prefix(' ')? };
        let path = rest.trim();
        (!path.is_empty() && path.len() <= LONGEST && !path.contains(char::is_whitespace)).then_some(path)
    });
    paths.flat_map(|path| {
        let path = if path.starts_with(['.', '/']) { path.to_owned() } else { format!("./{path}") };
        [format!("{path}.pug"), path]
    })
}

/// Commands: whatever stands in them may be a path.
pub fn commands(text: &str) -> Record {
    let lines = text.lines().filter(|line| !line.trim_start().starts_with('#'));
    let text = with_variables(lines);
    let mut record = Record { commands: BTreeSet::from([text.as_str().into()]), ..Record::default() };
    command::words(&text).for_each(|word| record.mention(word));
    record
}

/// Where a symbolic link leads.
pub fn link(target: &str) -> Record {
    let target = if target.starts_with('.') { target.to_owned() } else { format!("./{target}") };
    Record { paths: BTreeSet::from([target.into()]), ..Record::default() }
}

/// Lines of a shell's script, or of what `make` does, with those variables put in their places that stand in lines of their
/// own before, and have had one value so far.
fn with_variables<'t>(lines: impl Iterator<Item = &'t str>) -> String {
    let (mut text, mut variables) = (String::new(), BTreeMap::<&str, Option<String>>::new());
    for written in lines {
        let mut line = Cow::Borrowed(written);
        for (name, value) in &variables {
            let Some(value) = value.as_ref().filter(|_| line.contains('$')) else { continue };
            for mark in [format!("$({name})"), format!("${{{name}}}"), format!("${name}")] {
                if line.len() <= LONGEST_LINE && line.contains(&mark) {
                    let longer = put_in_place(&line, &mark, value);
                    if longer.len() <= LONGEST_LINE {
                        line = Cow::Owned(longer);
                    }
                }
            }
        }
        let is_of_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        let (name, value) = line.split_once('=').unwrap_or_default();
        let name = written.split_once('=').filter(|_| !name.is_empty()).map_or("", |(name, _)| name);
        let name = name.trim().trim_start_matches("export ").trim_end_matches([':', '?', ' ']);
        if !name.is_empty() && name.bytes().all(is_of_name) && variables.len() < MOST_VARIABLES {
            let value = value.trim();
            let is_told = value.len() <= LONGEST && !value.contains([' ', '(', '`', ';', '&', '|', '<']);
            let value =
                Some(value.trim_matches(['"', '\''])).filter(|value| is_told && !value.contains(['"', '\'', '\\']));
            let value = value.map(str::to_owned);
            variables.entry(name).and_modify(|known| *known = known.take().filter(|it| Some(it) == value.as_ref()));
            variables.entry(name).or_insert(value);
        }
        text.push_str(&line);
        text.push('\n');
    }
    text
}

/// A line with a variable's value for each mark of it that no longer name goes on from.
fn put_in_place(line: &str, mark: &str, value: &str) -> String {
    let mut parts = line.split(mark);
    let mut put = parts.next().unwrap_or_default().to_owned();
    let is_closed = mark.ends_with([')', '}']);
    for part in parts {
        let goes_on = !is_closed && part.starts_with(|char: char| char.is_ascii_alphanumeric() || char == '_');
        put.push_str(if goes_on { mark } else { value });
        put.push_str(part);
    }
    put
}

/// TypeScript's configuration: what it extends, and what it compiles of other folders. Aliases in it name what may be
/// imported, which is another thing.
pub fn compiler(text: &str) -> Record {
    let mut record = Record::default();
    let Ok(value) = jsonc_parser::parse_to_serde_value::<Value>(text, &jsonc_parser::ParseOptions::default()) else {
        return data(text);
    };
    let option = |name: &str| value.get("compilerOptions").and_then(|options| options.get(name));
    texts(value.get("extends").into_iter().chain(option("types"))).for_each(|name| record.mention(name));
    // What JSX becomes is imported, though no module names it.
    if let Some(source) = option("jsxImportSource").and_then(Value::as_str) {
        ["jsx-runtime", "jsx-dev-runtime"].iter().for_each(|name| record.mention(&format!("{source}/{name}")));
    }
    let plugins = option("plugins").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object);
    plugins.flat_map(Map::values).filter_map(Value::as_str).for_each(|name| record.mention(name));
    let compiled = texts(["include", "files"].into_iter().filter_map(|field| value.get(field)));
    let referred = value.get("references").and_then(Value::as_array).into_iter().flatten();
    let referred = referred.filter_map(|project| project.get("path")?.as_str()).filter(|path| path.len() <= LONGEST);
    record.referred = referred
        .map(|path| match path.ends_with(".json") {
            true => path.into(),
            false => format!("{}/tsconfig.json", path.trim_end_matches('/')).into(),
        })
        .collect();
    record.settings = value.as_object().map(settings);
    record.compiled = compiled.filter(|path| path.len() <= LONGEST).map(Into::into).collect();
    record
}

/// What of TypeScript's configuration changes what is made.
fn settings(fields: &Map<String, Value>) -> Settings {
    let is_of_checks = |option: &&String| {
        CHECKING.contains(&option.as_str()) || CHECKING_PREFIXES.iter().any(|prefix| option.starts_with(prefix))
    };
    let said = |field: &String, value: &Value| match (field.as_str(), value) {
        ("compilerOptions", Value::Object(options)) => {
            let options = options.iter().filter(|(option, _)| !is_of_checks(option));
            options.map(|(option, value)| format!("{option}={value}")).collect::<BTreeSet<String>>()
        }
        _ => BTreeSet::from([value.to_string()]),
    };
    let says_which = ["exclude", "files", "include", "references"];
    let which = says_which.iter().filter_map(|field| Some((*field, fields.get(*field)?)));
    let which = which.flat_map(|(field, value)| {
        let texts = value.as_array().into_iter().flatten();
        let said = |value: &Value| value.get("path").unwrap_or(value).as_str().map(str::to_owned);
        let texts = texts.map(move |value| said(value).unwrap_or_else(|| value.to_string()));
        // That there is a list says something as well.
        std::iter::once(String::new()).chain(texts).map(move |text| (field.into(), text.into()))
    });
    let is_option =
        |field: &str| !says_which.contains(&field) && !["$schema", "display", "compileOnSave"].contains(&field);
    let options = fields.iter().filter(|(field, _)| is_option(field));
    let options: BTreeMap<&String, BTreeSet<String>> =
        options.map(|(field, value)| (field, said(field, value))).collect();
    Settings {
        options: format!("{options:?}").into(),
        which: which.collect(),
        says_which: fields.contains_key("include") || fields.contains_key("files"),
    }
}

/// Texts, alone or in lists.
fn texts<'a>(values: impl Iterator<Item = &'a Value>) -> impl Iterator<Item = &'a str> {
    let each = values.flat_map(|value| value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice));
    each.filter_map(Value::as_str)
}

/// Texts in quotes, and where each begins with its quote.
fn quoted(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.match_indices(['"', '\'', '`']).filter_map(|(at, quote)| {
        let rest = &text[at + 1..];
        let end = rest.bytes().take(LONGEST).position(|byte| byte == quote.as_bytes()[0] || byte == b'\n')?;
        (rest.as_bytes()[end] == quote.as_bytes()[0] && end > 0).then(|| (at, &rest[..end]))
    })
}
