//! What of a module of TypeScript tells the code that is made of it.
//!
//! A compiler takes types away and writes down the rest. What is a type and nothing else is left out here, and how much is left
//! blank; all the rest is taken as it is written, comments as well. Decorators may have types written down.
//!
//! Source: typescriptlang.org, "erasableSyntaxOnly", "emitDecoratorMetadata".

use oxc_ast::ast::{
    Declaration, ImportDeclarationSpecifier, JSXText, MethodDefinition, Program, RegExpLiteral, Statement,
    StringLiteral, TSAsExpression, TSSatisfiesExpression, TSTypeAnnotation, TSTypeParameterDeclaration,
    TSTypeParameterInstantiation, TemplateElement,
};
use oxc_ast_visit::{Visit, walk};
use oxc_span::{GetSpan, Span};

use super::declared::{digest_without, has_other_blanks};

/// What tells a module's code from others.
pub fn of(program: &Program<'_>) -> String {
    let mut reader = Reader {
        text: program.source_text,
        comments: program.comments.iter().map(|comment| comment.span).collect(),
        types: Vec::new(),
        spaced: Vec::new(),
    };
    reader.visit_program(program);
    digest_without(program.source_text, reader.types, &reader.spaced)
}

/// On the way through a module.
struct Reader<'a> {
    text: &'a str,
    comments: Vec<Span>,
    types: Vec<Span>,
    /// Texts with blanks of another kind than one between words.
    spaced: Vec<&'a str>,
}

impl<'a> Reader<'a> {
    /// Leaves a statement out. Some compilers take what is said before one away with it, so something is left of such.
    fn leave_out(&mut self, Span { start, end, .. }: Span) {
        let before = self.comments.partition_point(|comment| comment.end <= start).checked_sub(1);
        let before = before.map(|last| self.comments[last].end as usize);
        let is_said = before.is_some_and(|before| self.text[before..start as usize].trim().is_empty());
        self.types.push(Span::new(if is_said { start + 1 } else { start }, end));
    }

    fn space(&mut self, text: &'a str) {
        self.spaced.extend(has_other_blanks(text).then_some(text));
    }
}

impl<'a> Visit<'a> for Reader<'a> {
    fn visit_statement(&mut self, statement: &Statement<'a>) {
        let is_type = match statement {
            Statement::ImportDeclaration(import) => import.import_kind.is_type(),
            Statement::ExportAllDeclaration(export) => export.export_kind.is_type(),
            Statement::ExportNamedDeclaration(export) => export.export_kind.is_type(),
            Statement::ExportDeclaration(export) => is_type(&export.declaration),
            statement => statement.as_declaration().is_some_and(is_type),
        };
        match is_type {
            true => self.leave_out(statement.span()),
            false => walk::walk_statement(self, statement),
        }
    }

    fn visit_import_declaration_specifier(&mut self, specifier: &ImportDeclarationSpecifier<'a>) {
        if let ImportDeclarationSpecifier::ImportSpecifier(named) = specifier
            && named.import_kind.is_type()
        {
            self.types.push(named.span);
        }
    }

    fn visit_method_definition(&mut self, method: &MethodDefinition<'a>) {
        match method.value.body {
            None => self.leave_out(method.span),
            Some(_) => walk::walk_method_definition(self, method),
        }
    }

    fn visit_ts_type_annotation(&mut self, annotation: &TSTypeAnnotation<'a>) {
        self.types.push(annotation.span);
    }

    fn visit_ts_type_parameter_declaration(&mut self, parameters: &TSTypeParameterDeclaration<'a>) {
        self.types.push(parameters.span);
    }

    fn visit_ts_type_parameter_instantiation(&mut self, arguments: &TSTypeParameterInstantiation<'a>) {
        self.types.push(arguments.span);
    }

    fn visit_ts_as_expression(&mut self, cast: &TSAsExpression<'a>) {
        self.types.push(Span::new(cast.expression.span().end, cast.span.end));
        self.visit_expression(&cast.expression);
    }

    fn visit_ts_satisfies_expression(&mut self, cast: &TSSatisfiesExpression<'a>) {
        self.types.push(Span::new(cast.expression.span().end, cast.span.end));
        self.visit_expression(&cast.expression);
    }

    fn visit_string_literal(&mut self, literal: &StringLiteral<'a>) {
        self.space(literal.value.as_str());
    }

    fn visit_reg_exp_literal(&mut self, literal: &RegExpLiteral<'a>) {
        self.space(literal.regex.pattern.text.as_str());
    }

    fn visit_template_element(&mut self, element: &TemplateElement<'a>) {
        self.space(element.value.raw.as_str());
    }

    fn visit_jsx_text(&mut self, text: &JSXText<'a>) {
        self.space(text.value.as_str());
    }
}

/// Whether nothing is made of a declaration: of a type, or of one of several ways to call a function.
fn is_type(declaration: &Declaration<'_>) -> bool {
    match declaration {
        Declaration::TSTypeAliasDeclaration(_) | Declaration::TSInterfaceDeclaration(_) => true,
        Declaration::FunctionDeclaration(function) => function.body.is_none(),
        _ => false,
    }
}
