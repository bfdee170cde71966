//! The way through a module's syntax.

use std::collections::{BTreeMap, BTreeSet};

use oxc_ast::ast::{
    Argument, AssignmentPattern, BinaryExpression, CallExpression, ConditionalExpression, Decorator, Directive,
    ExportAllDeclaration, ExportDefaultDeclaration, ExportFromDeclaration, ExportNamedDeclaration, Expression,
    FormalParameter, IdentifierReference, IfStatement, ImportDeclaration, ImportExpression, JSXIdentifier,
    JSXOpeningElement, JSXOpeningFragment, LogicalExpression, NewExpression, ObjectExpression, ObjectProperty,
    StaticMemberExpression, StringLiteral, TSImportEqualsDeclaration, TSImportType, TSInterfaceDeclaration,
    TSModuleReference, TSType, TSTypeAliasDeclaration, TSTypeAnnotation, TSTypeName, TSTypeParameterInstantiation,
    TaggedTemplateExpression, TemplateLiteral, VariableDeclarator,
};
use oxc_ast_visit::{Visit, walk};
use oxc_syntax::operator::BinaryOperator;

use super::commands;
use super::places::{Places, name_of};
use super::{LONGEST_PATH, Language, Record, is_path, is_word};
use crate::modules::text;

/// What Vite's configuration says of tests and of servers that no build starts.
/// Source: vite.dev, "Server Options", "Preview Options"; vitest.dev, "Config Reference".
const ASIDE: [&str; 3] = ["test", "server", "preview"];

/// What plugins of Vite leave alone.
const EXCLUDED: &str = "exclude";

/// Functions of configuration that take what it says.
const CONFIGURING: [&str; 3] = ["defineConfig", "defineProject", "mergeConfig"];

/// Options by which bundlers put together what they would leave apart.
/// Source: tsdown.dev, "Dependencies"; tsup.egoist.dev, "Excluding packages"; github.com/unjs/unbuild, "Options"; rolldown.rs,
/// "Code Splitting".
const INLINING: [&str; 9] = [
    "except",
    "noExternal",
    "alwaysBundle",
    "inlineOnly",
    "inlineDependencies",
    "skipNodeModulesBundle",
    "advancedChunks",
    "codeSplitting",
    "manualChunks",
];

/// Options by which bundlers make a file of every module.
/// Source: rollupjs.org, "output.preserveModules"; tsdown.dev, "Unbundle Mode".
const SPLITTING: [&str; 2] = ["preserveModules", "unbundle"];

/// What each of several outputs of a bundler has.
const FORMAT: &str = "format";

/// Options without which bundlers leave nothing out.
/// Source: rollupjs.org, "treeshake"; webpack.js.org, "optimization.sideEffects".
const SHAKING: [&str; 2] = ["treeshake", "sideEffects"];

/// Options by which bundlers leave outside what they would put in, packages of the repository among it.
/// Source: vite.dev, "SSR Options", "Shared Options"; rollupjs.org, "external".
const LEAVING: [&str; 3] = ["external", "externals", "preserveSymlinks"];

/// Options that say of packages how they are taken where they are imported, and import none.
/// Source: nextjs.org, "next.config.js Options"; vite.dev, "SSR Options", "Dep Optimization Options", "Shared Options".
const NAMING: [&str; 8] = [
    "transpilePackages",
    "optimizePackageImports",
    "serverExternalPackages",
    "serverComponentsExternalPackages",
    "noExternal",
    "external",
    "dedupe",
    "optimizeDeps",
];

/// What functions are called that elements of JSX become calls of.
/// Source: typescriptlang.org, "JSX Factory"; esbuild.github.io, "JSX factory".
const FACTORIES: [&str; 5] = ["React", "h", "createElement", "jsx", "Fragment"];

/// The option by which Next.js checks no types.
/// Source: nextjs.org, "next.config.js Options", `typescript`.
const IGNORING_TYPES: &str = "ignoreBuildErrors";

/// The option by which VitePress makes pages of the documents in another folder.
/// Source: vitepress.dev, "Site Config", `srcDir`.
const PAGES: &str = "srcDir";

/// What a plugin is called by which apps share packages with each other, all that these export.
/// Source: webpack.js.org, "Module Federation".
const FEDERATING: &str = "ModuleFederation";

/// Functions that are given texts, which are no paths.
const NO_PATHS: [&str; 18] = [
    "require", "t", "describe", "it", "test", "log", "info", "warn", "error", "debug", "chalk", "red", "green",
    "yellow", "blue", "bold", "fetch", "navigate",
];

/// Options by which bundlers are told where to begin.
const ENTRIES: [&str; 4] = ["entry", "entries", "input", "entryPoints"];

/// What is found on the way through a module's syntax.
#[derive(Default)]
pub struct Reader<'a> {
    pub record: Record,
    /// Identifiers that are used as values.
    pub used: BTreeSet<&'a str>,
    /// Modules that are asked for by calls.
    pub asked: BTreeSet<Box<str>>,
    /// Modules that are asked for by types.
    pub asked_as_type: BTreeSet<Box<str>>,
    pub has_decorators: bool,
    /// Names of what is taken of identifiers, one by one.
    pub members: BTreeMap<&'a str, BTreeSet<&'a str>>,
    /// Identifiers of which anything may be taken.
    pub whole: BTreeSet<&'a str>,
    /// Names of interfaces and of what else is only a type.
    pub types: BTreeSet<&'a str>,
    /// How deep in objects what is read is, in what the module exports by default.
    pub depth: Option<usize>,
    /// Whether what is read is about tests and servers of development, where it configures Vite.
    pub is_aside: bool,
    /// Whether what is read says where a bundler begins.
    pub is_entry: bool,
    /// Whether what is read says how packages are taken.
    pub is_naming: bool,
    /// How many outputs are configured that a bundler makes of every module by itself, and how many of any kind.
    pub splits: usize,
    pub formats: usize,
    /// How many places are written down where bundlers begin.
    pub starts: usize,
    /// Whether Next.js checks types, as often as that is said.
    pub type_checks: BTreeSet<bool>,
    /// Whether what is read is what Next.js is told about TypeScript.
    pub is_about_types: bool,
    /// In how many choices what is read stands, of which one may not be taken.
    pub choices: usize,
    /// Whether a directive says where something of it runs.
    pub is_placed: bool,
    /// Whether it asks where it is, or where it runs.
    pub knows_its_place: bool,
    /// Where its variables lead.
    pub places: Places<'a>,
}

impl<'a> Reader<'a> {
    fn mention(&mut self, text: &str) {
        if self.is_entry && text.len() <= LONGEST_PATH {
            self.record.entries.insert(text.into());
        }
        if self.is_naming && is_word(text) {
            return;
        }
        if !self.is_aside {
            self.record.mention(text);
        } else if text.len() <= LONGEST_PATH {
            self.record.aside.insert(text.into());
        }
    }

    /// Takes patterns of what a compiler makes along, by the endings of what it makes that of.
    fn glob(&mut self, patterns: &Argument<'a>) {
        let elements = match patterns {
            Argument::ArrayExpression(array) => {
                array.elements.iter().filter_map(|element| element.as_expression()).collect()
            }
            pattern => pattern.as_expression().into_iter().collect::<Vec<_>>(),
        };
        for element in elements {
            if let Expression::StringLiteral(text) = element
                && let Some((stem, "js" | "jsx" | "mjs")) = text.value.rsplit_once('.')
            {
                ["ts", "tsx", "mts"].iter().for_each(|ending| self.mention(&format!("{stem}.{ending}")));
            }
        }
    }

    /// What an object says under a name, as far as it may be an option of a bundler.
    fn option(&mut self, name: &str, value: &Expression<'a>) {
        let is_switched = match value {
            Expression::BooleanLiteral(value) => Some(value.value),
            _ => None,
        };
        let is_written = !matches!(value, Expression::Identifier(_) | Expression::StaticMemberExpression(_));
        let begins = ENTRIES.contains(&name);
        self.splits += usize::from(is_switched == Some(true) && SPLITTING.contains(&name));
        self.formats += usize::from(name == FORMAT);
        self.starts += usize::from(is_written && begins);
        let is_without = |options: &[&str]| is_switched == Some(false) && options.contains(&name);
        self.record.inlines |= INLINING.contains(&name) || is_without(&["deps"]);
        self.record.sets_externals |= LEAVING.contains(&name);
        let is_said = is_switched.is_some() || matches!(value, Expression::ObjectExpression(_));
        let may_keep = is_without(&SHAKING) || name == SHAKING[0] && !is_said;
        let keeps_all = name == "moduleSideEffects" || name.contains(FEDERATING) || may_keep;
        self.record.keeps_all |= keeps_all;
        if let Expression::StringLiteral(text) = value
            && text.value.contains('/')
            && text.value.len() <= LONGEST_PATH
            && Language::of(&text.value).is_some_and(Language::is_of_modules)
        {
            self.record.keyed.insert((name.into(), text.value.as_str().into()));
        }
        if let ("jsxImportSource" | "importSource", Expression::StringLiteral(source)) = (name, value) {
            self.asked.insert(format!("{}/jsx-runtime", source.value).into());
        }
        if let (PAGES, Expression::StringLiteral(folder)) = (name, value)
            && folder.value.starts_with("..")
        {
            let folder = folder.value.trim_end_matches('/');
            ["*.md", "*/**/*.md"].iter().for_each(|pages| self.mention(&format!("{folder}/{pages}")));
        }
        if name == IGNORING_TYPES {
            self.type_checks.insert(is_switched != Some(true) || self.choices > 0 || !self.is_about_types);
        }
        self.is_about_types = name == "typescript";
        self.is_entry |= begins;
        self.is_naming |= is_written && NAMING.contains(&name);
        // Of the configuration itself: further in, an option of any plugin may be called so.
        let is_about = self.depth == Some(1) && ASIDE.contains(&name);
        self.is_aside |= is_about && matches!(value, Expression::ObjectExpression(_));
        self.is_aside |= name == EXCLUDED && matches!(value, Expression::ArrayExpression(_));
    }

    /// Takes a text along that may be a path behind something that is not told.
    fn give(&mut self, text: &str) {
        let path = text.trim_matches('/');
        if text.len() <= LONGEST_PATH && is_word(path) {
            self.record.given.insert(path.into());
        }
    }

    /// What styles or modules in a text ask for, as configuration puts them before others.
    fn put_before(&mut self, text: &str) {
        let urls = text::of_urls(text).filter(|name| name.starts_with('.') && !name.contains('*'));
        self.asked.extend(urls.map(Into::into));
        if text.starts_with("import ") {
            self.asked.extend(text::markup(text).imports.into_iter().map(|import| import.module));
        }
        if ["@use", "@import", "@forward"].iter().any(|word| text.contains(word)) {
            self.asked.extend(text::styles(text).imports.into_iter().map(|import| import.module));
        }
    }

    /// What is asked for by an expression: a text, a pattern, or what cannot be told.
    fn ask(&mut self, expression: &Expression<'a>) {
        match expression {
            Expression::StringLiteral(text) => drop(self.asked.insert(text.value.as_str().into())),
            Expression::TemplateLiteral(template) => match pattern(template) {
                Some(pattern) if !pattern.contains('*') => drop(self.asked.insert(pattern.into())),
                Some(pattern) if is_path(&pattern) => drop(self.record.paths.insert(open_ended(&pattern).into())),
                // An alias may stand before what is only known later.
                Some(pattern) if is_word(&pattern) => drop(self.asked.insert(pattern.into())),
                _ => self.record.is_open = true,
            },
            // Both ways of a choice, and what is put together from a path and more.
            Expression::ConditionalExpression(choice) => {
                self.ask(&choice.consequent);
                self.ask(&choice.alternate);
            }
            Expression::BinaryExpression(sum) => match first_of(sum) {
                Expression::StringLiteral(text) if is_path(&text.value) => {
                    self.record.paths.insert(format!("{}$", text.value).into());
                }
                Expression::StringLiteral(text) if is_word(&text.value) => {
                    self.asked.insert(format!("{}*", text.value).into());
                }
                _ => self.record.is_open = true,
            },
            Expression::ParenthesizedExpression(inner) => self.ask(&inner.expression),
            _ => self.record.is_open = true,
        }
    }
}

/// The package of which an expression is the place, as `require.resolve('ui')` is.
fn found_package<'s>(expression: &'s Argument<'_>) -> Option<&'s str> {
    let Argument::CallExpression(call) = expression else { return None };
    let finds = matches!(&call.callee, Expression::StaticMemberExpression(member) if member.property.name == "resolve");
    match call.arguments.first()? {
        Argument::StringLiteral(name) if finds && is_word(&name.value) => Some(&name.value),
        inner => found_package(inner),
    }
}

/// What stands at the beginning of what is put together.
fn first_of<'s, 'a>(sum: &'s BinaryExpression<'a>) -> &'s Expression<'a> {
    let mut first = &sum.left;
    while let Expression::BinaryExpression(sum) = first {
        first = &sum.left;
    }
    first
}

/// A template as a glob; none if nothing of it is known.
fn pattern(template: &TemplateLiteral<'_>) -> Option<String> {
    let parts = template.quasis.iter().map(|quasi| Some(quasi.value.cooked?.as_str()));
    let parts: Option<Vec<&str>> = parts.collect();
    parts.map(|parts| parts.join("*"))
}

/// A pattern of which any part may stand for several folders.
fn open_ended(pattern: &str) -> String {
    pattern.replace('*', "$")
}

impl<'a> Visit<'a> for Reader<'a> {
    fn visit_string_literal(&mut self, literal: &StringLiteral<'a>) {
        let text = literal.value.as_str();
        self.record.sets_externals |= LEAVING.contains(&text);
        self.put_before(text);
        self.mention(text);
    }

    fn visit_template_literal(&mut self, template: &TemplateLiteral<'a>) {
        for quasi in template.quasis.iter().skip(1) {
            self.give(&quasi.value.raw);
        }
        if let Some(pattern) = pattern(template) {
            self.put_before(&pattern);
            self.mention(if is_path(&pattern) { open_ended(&pattern) } else { pattern }.as_str());
        }
        self.places.behind_template(template).iter().for_each(|text| self.mention(text));
        walk::walk_template_literal(self, template);
    }

    // The parser keeps a record of these; a list of names is no use of them.
    fn visit_import_declaration(&mut self, _: &ImportDeclaration<'a>) {}

    fn visit_export_all_declaration(&mut self, _: &ExportAllDeclaration<'a>) {}

    fn visit_export_from_declaration(&mut self, _: &ExportFromDeclaration<'a>) {}

    fn visit_export_named_declaration(&mut self, _: &ExportNamedDeclaration<'a>) {}

    fn visit_binary_expression(&mut self, sum: &BinaryExpression<'a>) {
        if let (BinaryOperator::Addition, Expression::StringLiteral(text)) = (sum.operator, &sum.right) {
            self.give(&text.value);
        }
        walk::walk_binary_expression(self, sum);
    }

    fn visit_identifier_reference(&mut self, identifier: &IdentifierReference<'a>) {
        self.knows_its_place |= ["__dirname", "__filename"].contains(&identifier.name.as_str());
        self.record.keeps_all |= identifier.name.contains(FEDERATING);
        self.used.insert(identifier.name.as_str());
        self.whole.insert(identifier.name.as_str());
    }

    fn visit_static_member_expression(&mut self, member: &StaticMemberExpression<'a>) {
        self.record.keeps_all |= member.property.name.contains(FEDERATING) || member.property.name == SHAKING[0];
        self.record.sets_externals |= LEAVING.contains(&member.property.name.as_str());
        // It may be set later.
        self.type_checks.extend((member.property.name == IGNORING_TYPES).then_some(true));
        match &member.object {
            Expression::ImportMeta(_) => {
                self.knows_its_place |= ["dirname", "filename"].contains(&member.property.name.as_str());
            }
            Expression::Identifier(identifier) => {
                self.knows_its_place |= identifier.name == "process" && member.property.name == "cwd";
                self.used.insert(identifier.name.as_str());
                self.members.entry(identifier.name.as_str()).or_default().insert(member.property.name.as_str());
            }
            _ => walk::walk_static_member_expression(self, member),
        }
    }

    fn visit_jsx_identifier(&mut self, identifier: &JSXIdentifier<'a>) {
        self.used.insert(identifier.name.as_str());
        self.whole.insert(identifier.name.as_str());
    }

    fn visit_object_property(&mut self, property: &ObjectProperty<'a>) {
        let before = (self.is_aside, self.is_entry, self.is_naming, self.is_about_types);
        if let Some(name) = property.key.static_name() {
            self.option(&name, &property.value);
        }
        walk::walk_object_property(self, property);
        (self.is_aside, self.is_entry, self.is_naming, self.is_about_types) = before;
    }

    fn visit_conditional_expression(&mut self, choice: &ConditionalExpression<'a>) {
        self.choices += 1;
        walk::walk_conditional_expression(self, choice);
        self.choices -= 1;
    }

    fn visit_logical_expression(&mut self, choice: &LogicalExpression<'a>) {
        self.choices += 1;
        walk::walk_logical_expression(self, choice);
        self.choices -= 1;
    }

    fn visit_if_statement(&mut self, choice: &IfStatement<'a>) {
        self.choices += 1;
        walk::walk_if_statement(self, choice);
        self.choices -= 1;
    }

    fn visit_object_expression(&mut self, object: &ObjectExpression<'a>) {
        let before = self.depth;
        self.depth = before.map(|depth| depth + 1);
        walk::walk_object_expression(self, object);
        self.depth = before;
    }

    fn visit_export_default_declaration(&mut self, exported: &ExportDefaultDeclaration<'a>) {
        self.depth = Some(0);
        walk::walk_export_default_declaration(self, exported);
        self.depth = None;
    }

    fn visit_tagged_template_expression(&mut self, tagged: &TaggedTemplateExpression<'a>) {
        // Relay imports what it made of such a text, beside the module.
        // Source: relay.dev, "Compiler", artifacts.
        if matches!(&tagged.tag, Expression::Identifier(name) if name.name == "graphql") {
            self.record.paths.insert("./__generated__/**".into());
        }
        self.record.commands.extend(commands::of_template(tagged));
        walk::walk_tagged_template_expression(self, tagged);
    }

    fn visit_jsx_opening_element(&mut self, element: &JSXOpeningElement<'a>) {
        // What makes elements is called by no name that is written.
        self.used.extend(FACTORIES);
        walk::walk_jsx_opening_element(self, element);
    }

    fn visit_jsx_opening_fragment(&mut self, fragment: &JSXOpeningFragment) {
        self.used.extend(FACTORIES);
        walk::walk_jsx_opening_fragment(self, fragment);
    }

    fn visit_decorator(&mut self, decorator: &Decorator<'a>) {
        self.has_decorators = true;
        walk::walk_decorator(self, decorator);
    }

    fn visit_import_expression(&mut self, import: &ImportExpression<'a>) {
        self.ask(&import.source);
        walk::walk_import_expression(self, import);
    }

    fn visit_new_expression(&mut self, made: &NewExpression<'a>) {
        // What is relative to a module needs no dot in front.
        if let (Expression::Identifier(name), [Argument::StringLiteral(text), Argument::StaticMemberExpression(base)]) =
            (&made.callee, made.arguments.as_slice())
            && name.name == "URL"
            && base.property.name == "url"
            && !text.value.contains(':')
        {
            self.mention(&format!("./{}", text.value.trim_start_matches("./")));
        }
        self.places.behind_url(made).iter().for_each(|text| self.mention(text));
        walk::walk_new_expression(self, made);
    }

    fn visit_call_expression(&mut self, call: &CallExpression<'a>) {
        let is_require = match &call.callee {
            Expression::Identifier(name) => name.name == "require",
            // One that was made where it is called.
            Expression::CallExpression(made) => name_of(&made.callee) == Some("createRequire"),
            Expression::StaticMemberExpression(member) => {
                let is_require = matches!(&member.object, Expression::Identifier(name) if name.name == "require");
                let is_meta = matches!(&member.object, Expression::ImportMeta(_));
                match member.property.name.as_str() {
                    "resolve" => is_require || is_meta,
                    "context" => is_require,
                    _ => false,
                }
            }
            _ => false,
        };
        let is_glob = matches!(&call.callee, Expression::StaticMemberExpression(member)
            if matches!(&member.object, Expression::ImportMeta(_)) && member.property.name.starts_with("glob"));
        // From where the build has its root, or by an alias.
        let is_far =
            |argument: &Argument<'_>| matches!(argument, Argument::StringLiteral(text) if !is_path(&text.value));
        self.record.is_open |= is_glob && call.arguments.first().is_some_and(is_far);
        if is_glob && let Some(patterns) = call.arguments.first() {
            self.glob(patterns);
        }
        let is_context = matches!(&call.callee, Expression::StaticMemberExpression(member)
            if ["context", "webpackContext"].contains(&member.property.name.as_str()));
        match call.arguments.first() {
            // All that lies in a folder.
            Some(Argument::StringLiteral(folder)) if is_context && folder.value.starts_with('.') => {
                let folder = folder.value.trim_start_matches("./").trim_end_matches('/');
                let out = if folder.starts_with("..") { "" } else { "./" };
                let folder = if folder == "." { "" } else { folder };
                self.record.paths.insert(format!("{out}{folder}/**").replace("//", "/").into());
            }
            argument => {
                if let (true, Some(argument)) = (is_require, argument.and_then(Argument::as_expression)) {
                    self.ask(argument);
                }
            }
        }
        // Where a package lies: of it may be read what there is.
        let is_folder = name_of(&call.callee) == Some("dirname");
        if let (true, Some(package)) = (is_folder, call.arguments.first().and_then(found_package)) {
            self.record.installed.insert(package.into());
        }
        // A path that is put together of its parts.
        let parts = call.arguments.iter().filter_map(|argument| match argument {
            Argument::StringLiteral(text) => Some(text.value.as_str()),
            _ => None,
        });
        let parts: Vec<&str> = parts.collect();
        let is_file = parts.last().is_some_and(|last| last.contains('.'));
        if parts.len() > 1 && (parts[0].starts_with("..") || puts_together(&call.callee) || is_file) {
            self.mention(&parts.join("/"));
        }
        let is_alone = !parts.is_empty() && parts.len() == call.arguments.len();
        if is_alone && matches!(&call.callee, Expression::Identifier(name) if !NO_PATHS.contains(&name.name.as_str())) {
            self.give(&parts.join("/"));
        }
        self.record.commands.extend(commands::of_call(call));
        if puts_together(&call.callee) {
            self.places.behind(call).iter().for_each(|text| self.mention(text));
        }
        // What lies behind a folder that is not told.
        if !parts.is_empty() && call.arguments.len() > 1 && puts_together(&call.callee) {
            let joined = parts.join("/");
            let joined = joined.trim_matches('/');
            self.record.joined.extend(is_word(joined).then(|| joined.into()));
        }
        let configures =
            matches!(&call.callee, Expression::Identifier(name) if CONFIGURING.contains(&name.name.as_str()));
        let before = self.depth;
        // What another function is given may be about anything.
        self.depth = configures.then_some(before.unwrap_or(0));
        walk::walk_call_expression(self, call);
        self.depth = before;
    }

    fn visit_formal_parameter(&mut self, parameter: &FormalParameter<'a>) {
        if let Some(Expression::StringLiteral(text)) = parameter.initializer.as_deref() {
            self.give(&text.value);
        }
        walk::walk_formal_parameter(self, parameter);
    }

    fn visit_assignment_pattern(&mut self, pattern: &AssignmentPattern<'a>) {
        if let Expression::StringLiteral(text) = &pattern.right {
            self.give(&text.value);
        }
        walk::walk_assignment_pattern(self, pattern);
    }

    fn visit_variable_declarator(&mut self, variable: &VariableDeclarator<'a>) {
        self.places.declare(variable);
        walk::walk_variable_declarator(self, variable);
    }

    fn visit_ts_import_equals_declaration(&mut self, import: &TSImportEqualsDeclaration<'a>) {
        let mut name = match &import.module_reference {
            TSModuleReference::ExternalModuleReference(module) => {
                self.asked.insert(module.expression.value.as_str().into());
                return;
            }
            // Another name for something that is imported, of which anything may be taken.
            TSModuleReference::IdentifierReference(name) => return self.visit_identifier_reference(name),
            TSModuleReference::QualifiedName(name) => &name.left,
        };
        while let TSTypeName::QualifiedName(left) = name {
            name = &left.left;
        }
        if let TSTypeName::IdentifierReference(name) = name {
            self.visit_identifier_reference(name);
        }
    }

    fn visit_directive(&mut self, directive: &Directive<'a>) {
        let directive = directive.directive.as_str();
        self.is_placed |= directive.starts_with("use ") && directive != "use strict";
    }

    fn visit_ts_import_type(&mut self, import: &TSImportType<'a>) {
        self.asked_as_type.insert(import.source.value.as_str().into());
    }

    fn visit_ts_interface_declaration(&mut self, declared: &TSInterfaceDeclaration<'a>) {
        self.types.insert(declared.id.name.as_str());
        walk::walk_ts_interface_declaration(self, declared);
    }

    fn visit_ts_type_alias_declaration(&mut self, declared: &TSTypeAliasDeclaration<'a>) {
        self.types.insert(declared.id.name.as_str());
        walk::walk_ts_type_alias_declaration(self, declared);
    }

    // What is named in types is not used.
    fn visit_ts_type_annotation(&mut self, annotation: &TSTypeAnnotation<'a>) {
        types(self, |types| walk::walk_ts_type_annotation(types, annotation));
    }

    fn visit_ts_type(&mut self, of_type: &TSType<'a>) {
        types(self, |types| walk::walk_ts_type(types, of_type));
    }

    fn visit_ts_type_parameter_instantiation(&mut self, parameters: &TSTypeParameterInstantiation<'a>) {
        types(self, |types| walk::walk_ts_type_parameter_instantiation(types, parameters));
    }
}

/// Whether a function puts paths together.
/// Source: nodejs.org, "Path".
fn puts_together(callee: &Expression<'_>) -> bool {
    name_of(callee).is_some_and(|name| ["join", "resolve"].contains(&name))
}

/// Goes through types, where no name is used as a value.
fn types<'a>(reader: &mut Reader<'a>, walk: impl FnOnce(&mut Reader<'a>)) {
    let used = std::mem::take(&mut reader.used);
    walk(reader);
    reader.used = used;
}
