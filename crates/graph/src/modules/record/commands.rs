//! Commands that a module runs, as far as its text tells them.

use oxc_ast::ast::{Argument, CallExpression, Expression, TaggedTemplateExpression, TemplateLiteral};
use oxc_syntax::operator::BinaryOperator;

use super::places::name_of;

/// Functions that run commands.
/// Source: nodejs.org, "Child process"; npmjs.com, the pages of execa, zx, ShellJS and cross-spawn.
const RUNNING: [&str; 15] = [
    "exec",
    "execSync",
    "execFile",
    "execFileSync",
    "spawn",
    "spawnSync",
    "fork",
    "execa",
    "execaSync",
    "execaCommand",
    "execaCommandSync",
    "execaNode",
    "$",
    "$sync",
    "sh",
];

/// Those of them that are given a module.
const MODULE_RUNNING: [&str; 2] = ["fork", "execaNode"];

/// Words in the names of what has a function `exec` that does.
const RUNNERS: [&str; 3] = ["process", "cp", "shell"];

/// What stands in a command in place of what is only known when it runs.
const UNTOLD: &str = "$UNTOLD";

/// The longest command that is looked at; a longer one may be any.
const LONGEST_COMMAND: usize = 2000;

/// The command that a call runs, if it runs one.
pub fn of_call(call: &CallExpression<'_>) -> Option<Box<str>> {
    let name = name_of(&call.callee)?;
    // Expressions have a method of this name as well.
    let is_of_runner = || match &call.callee {
        Expression::StaticMemberExpression(member) => matches!(&member.object, Expression::Identifier(object)
            if RUNNERS.iter().any(|word| object.name.to_ascii_lowercase().contains(word))),
        _ => true,
    };
    if !RUNNING.contains(&name) || name == "exec" && !is_of_runner() {
        return None;
    }
    let mut command = match call.arguments.first()? {
        Argument::StaticMemberExpression(own) if own.property.name == "execPath" => "node".to_owned(),
        first => first.as_expression().and_then(spoken)?,
    };
    if MODULE_RUNNING.contains(&name) {
        command.insert_str(0, "node ");
    }
    if let Some(Argument::ArrayExpression(list)) = call.arguments.get(1) {
        let words = list.elements.iter().map(|element| element.as_expression().and_then(spoken));
        for word in words {
            command.push(' ');
            command.push_str(&word.unwrap_or_else(|| UNTOLD.to_owned()));
        }
    }
    Some(looked_at(command))
}

/// The command that a template is, if its tag runs one.
pub fn of_template(tagged: &TaggedTemplateExpression<'_>) -> Option<Box<str>> {
    let tag = match &tagged.tag {
        Expression::CallExpression(call) => &call.callee,
        tag => tag,
    };
    let runs = matches!(tag, Expression::Identifier(name) if RUNNING.contains(&name.name.as_str()));
    runs.then(|| looked_at(told(&tagged.quasi)))
}

fn looked_at(command: String) -> Box<str> {
    if command.len() <= LONGEST_COMMAND { command.into() } else { UNTOLD.into() }
}

/// A command as far as it is told.
fn spoken(expression: &Expression<'_>) -> Option<String> {
    match expression {
        Expression::StringLiteral(text) => Some(text.value.to_string()),
        Expression::TemplateLiteral(template) => Some(told(template)),
        Expression::BinaryExpression(sum) if sum.operator == BinaryOperator::Addition => {
            let side = |side: &Expression<'_>| spoken(side).unwrap_or_else(|| UNTOLD.to_owned());
            Some(side(&sum.left) + &side(&sum.right))
        }
        _ => None,
    }
}

/// The text of a template, with something in place of what is only known when it runs.
fn told(template: &TemplateLiteral<'_>) -> String {
    template.quasis.iter().map(|quasi| quasi.value.raw.as_str()).collect::<Vec<&str>>().join(UNTOLD)
}
