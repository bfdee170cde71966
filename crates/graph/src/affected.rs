//! Why an app is affected: what its key covers at base and at head, compared piece by piece.

use std::collections::BTreeSet;

use model::{Reason, ReasonKind};

use crate::inputs::{Component, Inputs};

/// Why a build at `head` differs from the one at `base`; empty if it does not.
pub fn reasons(base: &Inputs, head: &Inputs) -> Vec<Reason> {
    if base.key() == head.key() {
        return Vec::new();
    }
    let components: BTreeSet<&Component> = base.components().keys().chain(head.components().keys()).collect();
    let mut reasons: Vec<Reason> = components
        .into_iter()
        .filter_map(|component| {
            let (before, after) = (base.components().get(component), head.components().get(component));
            (before != after).then(|| reason(component, before.map(String::as_str), after.map(String::as_str)))
        })
        .collect();
    reasons.sort();
    reasons.dedup();
    reasons
}

/// The reason of an app that was never built.
pub fn never_built() -> Vec<Reason> {
    vec![Reason { kind: ReasonKind::New, path: String::new(), via: Vec::new(), detail: String::new() }]
}

/// The reason of an app whose base cannot be known: on doubt it is built.
pub fn unknown_base(what: &str, because: impl Into<String>) -> Vec<Reason> {
    vec![Reason { kind: ReasonKind::Unknown, path: what.to_owned(), via: Vec::new(), detail: because.into() }]
}

fn reason(component: &Component, before: Option<&str>, after: Option<&str>) -> Reason {
    let new = |kind: ReasonKind, path: &str, via: &[String], detail: String| Reason {
        kind,
        path: path.to_owned(),
        via: via.to_vec(),
        detail,
    };
    let presence = match (before, after) {
        (None, _) => "added".to_owned(),
        (_, None) => "removed".to_owned(),
        _ => String::new(),
    };
    match component {
        Component::File(path) => new(ReasonKind::File, path, &[], presence),
        Component::Package(path, via) => new(ReasonKind::Package, path, via, presence),
        Component::Field { file, field, via } if via.is_empty() => {
            new(ReasonKind::Config, file, &[], format!("field `{field}`"))
        }
        Component::Field { file, field, via } => new(ReasonKind::Package, file, via, format!("field `{field}`")),
        Component::Config(path) => new(ReasonKind::Config, path, &[], presence),
        Component::Doubt(path) => {
            new(ReasonKind::Unknown, path, &[], "it belongs to no package, so any build may read it".to_owned())
        }
        Component::Dependency(name, _) => new(ReasonKind::Dependency, name, &[], versions(before, after)),
        Component::Variable(name) => new(ReasonKind::Variable, name, &[], presence),
        Component::Toolchain(part) => new(ReasonKind::Toolchain, part, &[], values(before, after)),
        Component::Setting(setting) => new(ReasonKind::Config, setting, &[], "of the build".to_owned()),
    }
}

fn versions(before: Option<&str>, after: Option<&str>) -> String {
    let version = |content: Option<&str>| content.and_then(|content| content.split(' ').next()).map(str::to_owned);
    match (version(before), version(after)) {
        (Some(before), Some(after)) if before == after => format!("{after} with other content"),
        (Some(before), Some(after)) => format!("{before} → {after}"),
        (None, Some(after)) => format!("{after} added"),
        (Some(before), None) => format!("{before} removed"),
        (None, None) => String::new(),
    }
}

fn values(before: Option<&str>, after: Option<&str>) -> String {
    format!("{} → {}", before.unwrap_or("none"), after.unwrap_or("none"))
}

#[cfg(test)]
mod tests;
