//! What of a module of TypeScript is left when types are taken out of it.
//!
//! Bundlers take types out before anything else and look at none of them, but for what is built by them: enumerations,
//! namespaces with values in them and properties of constructors stay as they are written, and a module with decorators, of
//! which some compilers make values of types, is not told. What is left is told by its words and by where its lines end.
//!
//! Source: typescriptlang.org, "isolatedModules", "erasableSyntaxOnly"; esbuild.github.io, "TypeScript caveats".

use model::Digest;
use oxc_ast::ast::{
    Class, ClassElement, Declaration, Decorator, ExportDefaultDeclarationKind, ExportFromDeclaration,
    ExportNamedDeclaration, ExportSpecifier, ImportDeclaration, ImportDeclarationSpecifier, ImportOrExportKind,
    JSXText, MethodDefinitionType, Program, PropertyDefinitionType, RegExpLiteral, Statement, StringLiteral,
    TSAsExpression, TSNonNullExpression, TSSatisfiesExpression, TSTypeAnnotation, TSTypeAssertion,
    TSTypeParameterDeclaration, TSTypeParameterInstantiation, TemplateElement,
};
use oxc_ast_visit::{Visit, walk};
use oxc_span::{GetSpan, Span};

use super::declared::{has_blanks_of_its_own, with_single_blanks};

/// Words in comments that tell something to a tool, or that it keeps.
const SAID: [&str; 9] = ["@license", "@preserve", "@jsx", "@vite", "webpack", "turbopack", "__", "i18n", "ignore"];

/// What tells what is left of a module from others; none if that cannot be told.
pub fn of(program: &Program<'_>) -> Option<String> {
    let text = program.source_text;
    let mut reader = Reader { program, replaced: Vec::new(), apart: Vec::new(), is_decorated: false, at: 0 };
    reader.visit_program(program);
    let Reader { mut replaced, apart, is_decorated, .. } = reader;
    if is_decorated {
        return None;
    }
    replaced.sort_unstable_by_key(|(span, _)| (span.start, std::cmp::Reverse(span.end)));
    let (mut kept, mut at) = (String::with_capacity(text.len()), 0);
    for (span, instead) in replaced {
        if span.start >= at {
            kept.push_str(&text[at as usize..span.start as usize]);
            kept.push_str(&instead);
            at = span.end;
        }
    }
    kept.push_str(&text[at as usize..]);
    Some(Digest::of(format!("{}{apart:?}", with_single_blanks(&kept)).as_bytes()).hex()[..32].to_owned())
}

/// On the way through what runs.
struct Reader<'p, 'a> {
    program: &'p Program<'a>,
    /// What is left out, or told in another way.
    replaced: Vec<(Span, String)>,
    /// Texts with blanks of another kind than one between words.
    apart: Vec<String>,
    is_decorated: bool,
    /// Where the statement or the member of a class before ends.
    at: u32,
}

impl<'a> Reader<'_, 'a> {
    fn leave_out(&mut self, span: Span) {
        self.replaced.push((span, String::new()));
    }

    /// Leaves out something with the comments right in front that tell nobody but people of it.
    fn leave_out_with_comments(&mut self, span: Span) {
        let mut at = span.start;
        for comment in self.program.comments.iter().rev().map(|comment| comment.span).filter(|it| it.end <= span.start)
        {
            let is_right_in_front = self.text_of(Span::new(comment.end, at)).matches('\n').count() < 2;
            if comment.start < self.at || !is_right_in_front || is_said(self.text_of(comment)) {
                break;
            }
            self.leave_out(comment);
            at = comment.start;
        }
        self.leave_out(span);
    }

    fn keep_apart(&mut self, text: &str) {
        if has_blanks_of_its_own(text) {
            self.apart.push(text.to_owned());
        }
    }

    fn text_of(&self, span: Span) -> &str {
        &self.program.source_text[span.start as usize..span.end as usize]
    }

    /// Tells of an import or an export by what it says of values alone, and by what stands behind those.
    fn tell(&mut self, span: Span, word: &str, names: &[String], rest: Span) {
        let told = format!("{word} {{ {} }} {}", names.join(", "), with_single_blanks(self.text_of(rest)));
        self.replaced.push((span, told));
    }

    fn values(&self, specifiers: &[ExportSpecifier<'a>]) -> Vec<String> {
        let values = specifiers.iter().filter(|specifier| specifier.export_kind == ImportOrExportKind::Value);
        values.map(|specifier| with_single_blanks(self.text_of(specifier.span))).collect()
    }
}

impl<'a> Visit<'a> for Reader<'_, 'a> {
    fn visit_statement(&mut self, statement: &Statement<'a>) {
        let span = statement.span();
        if is_of_types(statement) {
            self.leave_out_with_comments(span);
        } else {
            walk::walk_statement(self, statement);
        }
        self.at = span.end;
    }

    fn visit_import_declaration(&mut self, import: &ImportDeclaration<'a>) {
        let Some(specifiers) = &import.specifiers else { return walk::walk_import_declaration(self, import) };
        let is_value = |specifier: &&ImportDeclarationSpecifier<'a>| match specifier {
            ImportDeclarationSpecifier::ImportSpecifier(named) => named.import_kind == ImportOrExportKind::Value,
            _ => true,
        };
        let values = specifiers.iter().filter(is_value);
        let name = |specifier: &ImportDeclarationSpecifier<'a>| {
            let text = with_single_blanks(self.text_of(specifier.span()));
            match specifier {
                ImportDeclarationSpecifier::ImportDefaultSpecifier(_) => format!("default as {text}"),
                _ => text,
            }
        };
        let names: Vec<String> = values.map(name).collect();
        let phase = format!("import {:?}", import.phase);
        self.tell(import.span, &phase, &names, Span::new(import.source.span.start, import.span.end));
    }

    fn visit_export_named_declaration(&mut self, export: &ExportNamedDeclaration<'a>) {
        let names = self.values(&export.specifiers);
        self.tell(export.span, "export", &names, Span::new(export.span.end, export.span.end));
    }

    fn visit_export_from_declaration(&mut self, export: &ExportFromDeclaration<'a>) {
        let names = self.values(&export.specifiers);
        self.tell(export.span, "export", &names, Span::new(export.source.span.start, export.span.end));
    }

    fn visit_class(&mut self, class: &Class<'a>) {
        if let Some(last) = class.implements.last() {
            let before = [
                class.id.as_ref().map(GetSpan::span),
                class.type_parameters.as_ref().map(|it| it.span),
                class.heritage.as_ref().map(GetSpan::span),
            ];
            // Without a name the word itself comes first.
            let start = before.into_iter().flatten().map(|span| span.end).max();
            let first = class.implements.first().map_or(last.span.start, |first| first.span.start);
            self.leave_out(Span::new(start.unwrap_or(first), last.span.end));
        }
        walk::walk_class(self, class);
    }

    fn visit_class_element(&mut self, element: &ClassElement<'a>) {
        let span = element.span();
        let is_of_types = match element {
            ClassElement::TSIndexSignature(_) => true,
            ClassElement::MethodDefinition(method) => {
                method.r#type == MethodDefinitionType::TSAbstractMethodDefinition || method.value.body.is_none()
            }
            ClassElement::PropertyDefinition(field) => {
                field.r#type == PropertyDefinitionType::TSAbstractPropertyDefinition || field.declare
            }
            ClassElement::StaticBlock(_) | ClassElement::AccessorProperty(_) => false,
        };
        if is_of_types {
            self.leave_out_with_comments(span);
        } else {
            walk::walk_class_element(self, element);
        }
        self.at = span.end;
    }

    fn visit_decorator(&mut self, _: &Decorator<'a>) {
        self.is_decorated = true;
    }

    fn visit_ts_type_annotation(&mut self, annotation: &TSTypeAnnotation<'a>) {
        self.leave_out(annotation.span);
    }

    fn visit_ts_type_parameter_declaration(&mut self, parameters: &TSTypeParameterDeclaration<'a>) {
        self.leave_out(parameters.span);
    }

    fn visit_ts_type_parameter_instantiation(&mut self, arguments: &TSTypeParameterInstantiation<'a>) {
        self.leave_out(arguments.span);
    }

    fn visit_ts_as_expression(&mut self, expression: &TSAsExpression<'a>) {
        self.leave_out(Span::new(expression.expression.span().end, expression.span.end));
        self.visit_expression(&expression.expression);
    }

    fn visit_ts_satisfies_expression(&mut self, expression: &TSSatisfiesExpression<'a>) {
        self.leave_out(Span::new(expression.expression.span().end, expression.span.end));
        self.visit_expression(&expression.expression);
    }

    fn visit_ts_non_null_expression(&mut self, expression: &TSNonNullExpression<'a>) {
        self.leave_out(Span::new(expression.expression.span().end, expression.span.end));
        self.visit_expression(&expression.expression);
    }

    fn visit_ts_type_assertion(&mut self, expression: &TSTypeAssertion<'a>) {
        self.leave_out(Span::new(expression.span.start, expression.expression.span().start));
        self.visit_expression(&expression.expression);
    }

    fn visit_string_literal(&mut self, literal: &StringLiteral<'a>) {
        self.keep_apart(literal.value.as_str());
    }

    fn visit_template_element(&mut self, element: &TemplateElement<'a>) {
        self.keep_apart(element.value.raw.as_str());
    }

    fn visit_reg_exp_literal(&mut self, literal: &RegExpLiteral<'a>) {
        let text = self.text_of(literal.span).to_owned();
        self.keep_apart(&text);
    }

    fn visit_jsx_text(&mut self, text: &JSXText<'a>) {
        self.keep_apart(text.value.as_str());
    }
}

/// Whether a comment tells something to a tool, or is kept by it.
fn is_said(comment: &str) -> bool {
    let starts = ["/*!", "//!", "//#", "//@"];
    starts.iter().any(|start| comment.starts_with(start)) || SAID.iter().any(|word| comment.contains(word))
}

/// Whether nothing is left of a statement where types are taken out.
fn is_of_types(statement: &Statement<'_>) -> bool {
    match statement {
        Statement::ExportDeclaration(exported) => declares_types(&exported.declaration),
        Statement::ExportAllDeclaration(export) => export.export_kind == ImportOrExportKind::Type,
        Statement::ExportNamedDeclaration(export) => export.export_kind == ImportOrExportKind::Type,
        Statement::ExportFromDeclaration(export) => export.export_kind == ImportOrExportKind::Type,
        Statement::ImportDeclaration(import) => import.import_kind == ImportOrExportKind::Type,
        Statement::ExportDefaultDeclaration(export) => match &export.declaration {
            ExportDefaultDeclarationKind::TSInterfaceDeclaration(_) => true,
            ExportDefaultDeclarationKind::FunctionDeclaration(function) => function.body.is_none(),
            _ => false,
        },
        statement => statement.as_declaration().is_some_and(declares_types),
    }
}

fn declares_types(declaration: &Declaration<'_>) -> bool {
    match declaration {
        Declaration::TSTypeAliasDeclaration(_)
        | Declaration::TSInterfaceDeclaration(_)
        | Declaration::TSExternalModuleDeclaration(_)
        | Declaration::TSGlobalDeclaration(_) => true,
        Declaration::VariableDeclaration(declared) => declared.declare,
        // One of several ways to call it, or one that is elsewhere.
        Declaration::FunctionDeclaration(function) => function.body.is_none(),
        Declaration::ClassDeclaration(class) => class.declare,
        Declaration::TSNamespaceDeclaration(namespace) => namespace.declare,
        Declaration::TSImportEqualsDeclaration(import) => import.import_kind == ImportOrExportKind::Type,
        // Compilers may put its values wherever they are used.
        Declaration::TSEnumDeclaration(_) => false,
    }
}
