//! What of a module tells its types.
//!
//! Compilers write down the types of what a module exports, and who checks types against those sees nothing else of it. The
//! body of a function that says what it returns is no part of that, nor what is private to a class; nor are comments that
//! are no directives, and how much is left blank. All the rest is taken as it is written, since types are inferred from it.
//!
//! Source: typescriptlang.org, "isolatedDeclarations".

use model::Digest;
use oxc_ast::ast::{
    ArrowFunctionExpression, ClassBody, ClassElement, Declaration, Function, MethodDefinitionKind, Program,
    PropertyKey, Statement, StringLiteral, TemplateElement, VariableDeclarationKind,
};
use oxc_ast_visit::{Visit, walk};
use oxc_span::{GetSpan, Span};
use oxc_syntax::scope::ScopeFlags;

/// What tells a module's types from others: its text without that from which no type comes.
pub fn of(program: &Program<'_>) -> String {
    let text = program.source_text;
    let mut reader = Reader {
        text,
        left_out: Vec::new(),
        spaced: Vec::new(),
        // Functions may assign what others return.
        keeps_bodies: program.body.iter().any(may_be_narrowed),
        is_in_function: false,
    };
    reader.visit_program(program);
    let Reader { mut left_out, spaced, .. } = reader;
    let is_said = |comment: &Span| {
        let comment = &text[comment.start as usize..comment.end as usize];
        comment.starts_with("///") || ["@ts-", "@jsx", "@internal"].iter().any(|word| comment.contains(word))
    };
    left_out.extend(program.comments.iter().map(|comment| comment.span).filter(|comment| !is_said(comment)));
    digest_without(text, left_out, &spaced)
}

/// What tells a text from others without some of its parts, and but for its blanks: those tell texts apart in which they mean
/// something.
pub(super) fn digest_without(text: &str, mut left_out: Vec<Span>, spaced: &[&str]) -> String {
    left_out.sort_unstable_by_key(|span| (span.start, std::cmp::Reverse(span.end)));
    let (mut kept, mut at) = (String::with_capacity(text.len()), 0);
    for Span { start, end, .. } in left_out {
        if start >= at {
            kept.push_str(&text[at as usize..start as usize]);
            // What stands on both sides is not to be taken for one word.
            let is_word = |char: char| char.is_alphanumeric() || matches!(char, '_' | '$' | '#');
            if kept.ends_with(is_word) && text[end as usize..].starts_with(is_word) {
                kept.push(' ');
            }
            at = end;
        }
    }
    kept.push_str(&text[at as usize..]);
    Digest::of(format!("{}{spaced:?}", with_single_blanks(&kept)).as_bytes()).hex()[..32].to_owned()
}

/// On the way through what types may come from.
struct Reader<'a> {
    text: &'a str,
    left_out: Vec<Span>,
    /// Texts with blanks of another kind than one between words, and what stands for what is private.
    spaced: Vec<&'a str>,
    keeps_bodies: bool,
    is_in_function: bool,
}

impl<'a> Reader<'a> {
    /// Goes through a function, by its body or by what it says of itself alone. What lies in one that is kept is kept.
    fn function(&mut self, body: Option<Span>, whole: impl FnOnce(&mut Self), signature: impl FnOnce(&mut Self)) {
        let was_in_function = std::mem::replace(&mut self.is_in_function, true);
        match body.filter(|_| !was_in_function && !self.keeps_bodies) {
            Some(body) => {
                self.left_out.push(body);
                signature(self);
            }
            None => whole(self),
        }
        self.is_in_function = was_in_function;
    }

    /// Keeps a text of which the blanks tell it from others.
    fn space(&mut self, text: &'a str) {
        self.spaced.extend(has_other_blanks(text).then_some(text));
    }

    /// What is private to a class and from which no type of others is inferred: who has the class sees that there is
    /// something, and nothing of it.
    fn hidden<'c>(&self, class: &'c ClassBody<'a>) -> Vec<&'c ClassElement<'a>> {
        if self.is_in_function || self.keeps_bodies {
            return Vec::new();
        }
        // A constructor gives types to fields that say none.
        let is_given = |element: &ClassElement<'_>| private_name(element).is_none() && is_field_without_type(element);
        let gives_types = class.body.iter().any(is_given);
        let is_inferred = |element: &ClassElement<'_>| match element {
            ClassElement::MethodDefinition(method) if method.kind == MethodDefinitionKind::Constructor => gives_types,
            ClassElement::MethodDefinition(method) => method.value.return_type.is_none(),
            ClassElement::PropertyDefinition(_) => is_field_without_type(element),
            ClassElement::TSIndexSignature(_) => false,
            ClassElement::StaticBlock(_) | ClassElement::AccessorProperty(_) => true,
        };
        let (mut hidden, mut open): (Vec<&ClassElement<'_>>, Vec<&ClassElement<'_>>) =
            class.body.iter().partition(|element| private_name(element).is_some());
        open.retain(|element| is_inferred(element));
        while let Some(element) = open.pop() {
            let span = element.span();
            let text = &self.text[span.start as usize..span.end as usize];
            let is_named = |element: &ClassElement<'_>| {
                private_name(element).is_some_and(|name| text.contains(&format!("#{name}")))
            };
            let (named, rest): (Vec<_>, Vec<_>) = hidden.into_iter().partition(|element| is_named(element));
            (open, hidden) = (open.into_iter().chain(named).collect(), rest);
        }
        hidden
    }
}

impl<'a> Visit<'a> for Reader<'a> {
    fn visit_string_literal(&mut self, literal: &StringLiteral<'a>) {
        self.space(literal.value.as_str());
    }

    fn visit_template_element(&mut self, element: &TemplateElement<'a>) {
        self.space(element.value.raw.as_str());
    }

    fn visit_function(&mut self, function: &Function<'a>, flags: ScopeFlags) {
        let body = function.return_type.as_ref().and(function.body.as_ref()).map(|body| body.span);
        let signature = |reader: &mut Self| {
            function.type_parameters.iter().for_each(|it| reader.visit_ts_type_parameter_declaration(it));
            function.this_param.iter().for_each(|it| reader.visit_ts_this_parameter(it));
            reader.visit_formal_parameters(&function.params);
            function.return_type.iter().for_each(|it| reader.visit_ts_type_annotation(it));
        };
        self.function(body, |reader| walk::walk_function(reader, function, flags), signature);
    }

    fn visit_arrow_function_expression(&mut self, function: &ArrowFunctionExpression<'a>) {
        let body = function.return_type.as_ref().map(|_| function.body.span());
        let signature = |reader: &mut Self| {
            function.type_parameters.iter().for_each(|it| reader.visit_ts_type_parameter_declaration(it));
            reader.visit_formal_parameters(&function.params);
            function.return_type.iter().for_each(|it| reader.visit_ts_type_annotation(it));
        };
        self.function(body, |reader| walk::walk_arrow_function_expression(reader, function), signature);
    }

    fn visit_class_body(&mut self, class: &ClassBody<'a>) {
        let hidden: Vec<Span> = self.hidden(class).into_iter().map(GetSpan::span).collect();
        for element in class.body.iter().filter(|element| !hidden.contains(&element.span())) {
            self.visit_class_element(element);
        }
        self.spaced.extend((!hidden.is_empty()).then_some("#private"));
        self.left_out.extend(hidden);
    }
}

/// Whether a text has blanks of another kind than one between words.
pub(super) fn has_other_blanks(text: &str) -> bool {
    let is_blank = |char: char| char.is_whitespace();
    let has_others = text.contains("  ") || text.contains(|char| is_blank(char) && char != ' ');
    has_others || text.starts_with(is_blank) || text.ends_with(is_blank)
}

/// A text with one blank for several, and one end of a line where there is any among them.
fn with_single_blanks(text: &str) -> String {
    let mut single = String::with_capacity(text.len());
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        line.split_whitespace().for_each(|word| single.extend([word, " "]));
        single.push('\n');
    }
    single
}

/// Whether a statement declares what functions may assign, by which the types of others change.
fn may_be_narrowed(statement: &Statement<'_>) -> bool {
    let is_of = |declaration: &Declaration<'_>| match declaration {
        Declaration::VariableDeclaration(declared) => declared.kind != VariableDeclarationKind::Const,
        Declaration::TSNamespaceDeclaration(namespace) => !namespace.declare,
        _ => false,
    };
    match statement {
        Statement::ExportDeclaration(exported) => is_of(&exported.declaration),
        statement => statement.as_declaration().is_some_and(is_of),
    }
}

/// The name of what is private to a class, without its mark.
fn private_name<'e>(element: &'e ClassElement<'_>) -> Option<&'e str> {
    match element.property_key()? {
        PropertyKey::PrivateIdentifier(name) => Some(name.name.as_str()),
        _ => None,
    }
}

fn is_field_without_type(element: &ClassElement<'_>) -> bool {
    matches!(element, ClassElement::PropertyDefinition(field) if field.type_annotation.is_none())
}
