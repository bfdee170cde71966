//! What of a module tells its types.
//!
//! Compilers write down the types of what a module exports, and who checks types against those sees nothing else of it. The
//! body of a function that says what it returns is no part of that, nor what is private to a class; nor are comments that are no directives, and how much
//! is left blank. All the rest is taken as it is written, since types are inferred from it.
//!
//! Source: typescriptlang.org, "isolatedDeclarations".

use model::Digest;
use oxc_ast::ast::{Declaration, Program, Statement, VariableDeclarationKind};
use oxc_span::Span;

/// What tells a module's types from others: its text without some bodies of functions. `literals` are texts in it of which
/// every blank counts.
pub fn of(program: &Program<'_>, mut bodies: Vec<Span>, literals: &[&str]) -> String {
    let text = program.source_text;
    let is_said = |comment: &Span| {
        let comment = &text[comment.start as usize..comment.end as usize];
        comment.starts_with("///") || ["@ts-", "@jsx", "@internal"].iter().any(|word| comment.contains(word))
    };
    if program.body.iter().any(may_be_narrowed) {
        bodies.clear();
    }
    bodies.extend(program.comments.iter().map(|comment| comment.span).filter(|comment| !is_said(comment)));
    bodies.sort_unstable_by_key(|span| (span.start, std::cmp::Reverse(span.end)));
    let (mut kept, mut at) = (String::with_capacity(text.len()), 0);
    for Span { start, end, .. } in bodies {
        if start >= at {
            kept.push_str(&text[at as usize..start as usize]);
            // So that what stands on both sides is not taken for one word.
            kept.push(' ');
            at = end;
        }
    }
    kept.push_str(&text[at as usize..]);
    Digest::of(format!("{}{literals:?}", with_single_blanks(&kept)).as_bytes()).hex()[..32].to_owned()
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
