//! Folders that a module puts together from its own and keeps in variables, as configuration does that finds its neighbours.

use std::collections::{BTreeMap, BTreeSet};

use oxc_ast::ast::{
    Argument, BindingPattern, CallExpression, Expression, NewExpression, StaticMemberExpression, TemplateLiteral,
    VariableDeclarator,
};
use oxc_syntax::operator::BinaryOperator;

use super::LONGEST_PATH;

/// The folder of a module, from which paths lead.
const HERE: &str = ".";

/// What stands in a pattern for any folders, and for anything at all.
const ANY: &str = "**";
const OPEN: &str = "$";

/// How many places a name may have, since names are not told apart by where they are known.
const MOST_PLACES: usize = 8;

/// Where variables of a module lead.
#[derive(Default)]
pub struct Places<'a> {
    known: BTreeMap<&'a str, BTreeSet<String>>,
}

impl<'a> Places<'a> {
    /// Takes a variable along, if what it is given is a place.
    pub fn declare(&mut self, variable: &VariableDeclarator<'a>) {
        let BindingPattern::BindingIdentifier(name) = &variable.id else { return };
        for place in variable.init.as_ref().map(|value| self.of(value)).unwrap_or_default() {
            let known = self.known.entry(name.name.as_str()).or_default();
            if known.len() < MOST_PLACES && place.len() <= LONGEST_PATH {
                known.insert(place);
            }
        }
    }

    /// What is put together behind a variable's place by a function that puts paths together.
    pub fn behind(&self, call: &CallExpression<'a>) -> Vec<String> {
        let Some((Argument::Identifier(_), rest)) = call.arguments.split_first() else { return Vec::new() };
        let first = call.arguments[0].as_expression();
        let texts: Vec<&str> = rest.iter().map(text_or_any).collect();
        // Of the end that is not told all may be meant.
        let told = texts.iter().rposition(|text| *text != ANY).map_or(0, |last| last + 1);
        let places = first.map(|first| self.of(first)).unwrap_or_default();
        if told == 0 { Vec::new() } else { put_behind(places, &texts[..told].join("/")) }
    }

    /// What a URL leads to that is made behind a variable's place.
    pub fn behind_url(&self, made: &NewExpression<'a>) -> Vec<String> {
        match made.arguments.as_slice() {
            [Argument::StringLiteral(_), Argument::Identifier(_)] => self.of_url(made),
            _ => Vec::new(),
        }
    }

    /// What a template puts behind a variable's place.
    pub fn behind_template(&self, template: &TemplateLiteral<'a>) -> Vec<String> {
        let is_behind = matches!(template.expressions.first(), Some(Expression::Identifier(_)));
        if is_behind { self.of_template(template, true) } else { Vec::new() }
    }

    /// The places that an expression may be.
    fn of(&self, value: &Expression<'a>) -> Vec<String> {
        match value {
            Expression::Identifier(name) if name.name == "__dirname" => vec![HERE.into()],
            Expression::Identifier(name) => self.known.get(name.name.as_str()).into_iter().flatten().cloned().collect(),
            Expression::StaticMemberExpression(member) if is_own(member, "dirname") => vec![HERE.into()],
            // A URL's text.
            Expression::StaticMemberExpression(member) if ["pathname", "href"].contains(&&*member.property.name) => {
                self.of(&member.object)
            }
            Expression::TemplateLiteral(template) => self.of_template(template, false),
            Expression::NewExpression(made) => self.of_url(made),
            Expression::BinaryExpression(sum) if sum.operator == BinaryOperator::Addition => match &sum.right {
                Expression::StringLiteral(text) => put_behind(self.of(&sum.left), &text.value),
                _ => Vec::new(),
            },
            Expression::CallExpression(call) => self.of_call(call),
            _ => Vec::new(),
        }
    }

    fn of_call(&self, call: &CallExpression<'a>) -> Vec<String> {
        let Some((first, rest)) = call.arguments.split_first() else {
            return if name_of(&call.callee) == Some("cwd") { vec![HERE.into()] } else { Vec::new() };
        };
        let Some(first) = first.as_expression() else { return Vec::new() };
        match name_of(&call.callee) {
            Some("dirname") if is_module(first) => vec![HERE.into()],
            Some("dirname") => put_behind(self.of(first), ".."),
            Some("fileURLToPath" | "normalize" | "String") if rest.is_empty() => self.of(first),
            Some("join" | "resolve") => {
                put_behind(self.of(first), &rest.iter().map(text_or_any).collect::<Vec<&str>>().join("/"))
            }
            _ => Vec::new(),
        }
    }

    fn of_url(&self, made: &NewExpression<'a>) -> Vec<String> {
        let [Argument::StringLiteral(text), base] = made.arguments.as_slice() else { return Vec::new() };
        let is_url = matches!(&made.callee, Expression::Identifier(name) if name.name == "URL");
        let base = base.as_expression().filter(|_| is_url && !text.value.contains(':'));
        let places = base.map(|base| if is_module(base) { vec![HERE.into()] } else { self.of(base) });
        put_behind(places.unwrap_or_default(), &text.value)
    }

    /// The places that a template may be; if it may be open, with what it puts behind them that is not told.
    fn of_template(&self, template: &TemplateLiteral<'a>, may_be_open: bool) -> Vec<String> {
        let [before, texts @ ..] = template.quasis.as_slice() else { return Vec::new() };
        let Some(first) = template.expressions.first().filter(|_| before.value.raw.is_empty()) else {
            return Vec::new();
        };
        if texts.len() > 1 && !may_be_open {
            return Vec::new();
        }
        let texts: Vec<&str> = texts.iter().map(|text| text.value.raw.as_str()).collect();
        put_behind(self.of(first), &texts.join(OPEN))
    }
}

/// Places with a text behind each.
fn put_behind(places: Vec<String>, text: &str) -> Vec<String> {
    let text = text.trim_matches('/');
    let put = |place: String| match place.as_str() {
        _ if text.is_empty() => place,
        HERE if text.starts_with("..") => text.to_owned(),
        _ => format!("{place}/{text}"),
    };
    places.into_iter().map(put).collect()
}

/// What a function is given as a text, or what stands for any.
fn text_or_any<'s>(argument: &'s Argument<'_>) -> &'s str {
    match argument {
        Argument::StringLiteral(text) => text.value.as_str(),
        _ => ANY,
    }
}

/// Whether an expression is where the module itself is.
fn is_module(value: &Expression<'_>) -> bool {
    match value {
        Expression::Identifier(name) => name.name == "__filename",
        Expression::StaticMemberExpression(member) => is_own(member, "url") || is_own(member, "filename"),
        Expression::CallExpression(call) => {
            let first = call.arguments.first().and_then(Argument::as_expression);
            name_of(&call.callee) == Some("fileURLToPath") && first.is_some_and(is_module)
        }
        _ => false,
    }
}

/// Whether something is what a module is told of itself.
fn is_own(member: &StaticMemberExpression<'_>, property: &str) -> bool {
    matches!(&member.object, Expression::ImportMeta(_)) && member.property.name == property
}

/// The name of a function, alone or of something.
pub fn name_of<'s>(callee: &'s Expression<'_>) -> Option<&'s str> {
    match callee {
        Expression::Identifier(name) => Some(name.name.as_str()),
        Expression::StaticMemberExpression(member) => Some(member.property.name.as_str()),
        _ => None,
    }
}
