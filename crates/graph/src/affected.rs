//! Why an app is affected: what its key covers at base and at head, compared piece by piece.

use std::collections::{BTreeMap, BTreeSet};

use model::{AppName, CommitId, Reason, ReasonKind};

use crate::inputs::{Component, Counted, Inputs, Reach};
use crate::manifest::OUTSIDE;

/// What a reason names if it knows nothing better.
const UNTOLD: &str = "build key";

/// Why a build at `head` differs from the one at `base`; empty exactly if their keys are equal.
pub fn reasons(base: &Inputs, head: &Inputs) -> Vec<Reason> {
    if base.is_same(head) {
        return Vec::new();
    }
    let differences = Differences::between(base, head);
    let mut reasons: BTreeSet<Reason> =
        differences.components.values().filter_map(|difference| differences.reason(difference)).collect();
    reasons.extend(differences.packages());
    reasons.extend(differences.dependencies());
    if reasons.is_empty() {
        reasons.extend(other_builds(base, head));
    }
    if reasons.is_empty() {
        // No difference is known that ends up here; if there is one, the app is built all the same.
        return unknown_base(UNTOLD, "what changed cannot be told");
    }
    reasons.into_iter().collect()
}

/// What the keys of a base's apps cover; why not, if that cannot be told.
pub type BaseInputs = Result<BTreeMap<AppName, Inputs>, String>;

/// Why an app's build at `head` differs from the one at a base, which may not have the app, or not be readable.
pub fn since(base: &CommitId, inputs: &BaseInputs, app: &AppName, head: &Inputs) -> Vec<Reason> {
    match inputs {
        Ok(inputs) => inputs.get(app).map_or_else(never_built, |inputs| reasons(inputs, head)),
        Err(because) => unknown_base(base.short(), because),
    }
}

/// The reason of an app that was never built.
pub fn never_built() -> Vec<Reason> {
    vec![Reason { kind: ReasonKind::New, path: String::new(), via: Vec::new(), detail: String::new() }]
}

/// The reason of an app whose base cannot be known: on doubt it is built.
pub fn unknown_base(what: &str, because: impl Into<String>) -> Vec<Reason> {
    vec![Reason { kind: ReasonKind::Unknown, path: what.to_owned(), via: Vec::new(), detail: because.into() }]
}

/// What two builds do not have in common.
struct Differences<'a> {
    components: BTreeMap<&'a Component, Difference<'a>>,
    /// Folders of packages that are needed at one of them only, with how each is reached and what became of it.
    packages: BTreeMap<String, (Vec<String>, &'static str)>,
}

struct Difference<'a> {
    component: &'a Component,
    before: Option<Counted>,
    after: Option<Counted>,
}

impl<'a> Differences<'a> {
    fn between(base: &'a Inputs, head: &'a Inputs) -> Differences<'a> {
        let (before, after) = (base.packages(), head.packages());
        let only = |one: &BTreeMap<String, Vec<String>>, other: &BTreeMap<String, Vec<String>>, what: &'static str| {
            let only = one.iter().filter(|(folder, _)| !other.contains_key(*folder));
            only.map(|(folder, via)| (folder.clone(), (via.clone(), what))).collect::<Vec<_>>()
        };
        let packages = [only(&before, &after, "no longer needed"), only(&after, &before, "needed now")].concat();
        let content = |counted: &Option<Counted>| counted.as_ref().map(|counted| counted.content.clone());
        let differences = base.differing(head).into_iter().filter_map(|component| {
            let (before, after) = match (base.own_part(component), head.own_part(component)) {
                // What is ignored now may still count for a package that is needed.
                (Some(before), None) if head.part(component).is_some() => (Some(before.clone()), None),
                (None, Some(after)) if base.part(component).is_some() => (None, Some(after.clone())),
                _ => (base.part(component), head.part(component)),
            };
            let is_same = content(&before) == content(&after);
            (!is_same).then_some((component, Difference { component, before, after }))
        });
        Differences { components: differences.collect(), packages: packages.into_iter().collect() }
    }

    /// Whether a component is among the differences on one side.
    fn is_there(&self, component: &Component, side: impl Fn(&Difference<'a>) -> bool) -> bool {
        self.components.get(component).is_some_and(side)
    }

    /// The reason of one difference; none if it is told together with others.
    fn reason(&self, difference: &Difference<'_>) -> Option<Reason> {
        let counted = difference.after.as_ref().or(difference.before.as_ref())?;
        let (kind, via) = match &*counted.reach {
            Reach::Package { folder, .. } if self.packages.contains_key(folder.as_str()) => return None,
            Reach::Package { via, doubt: None, .. } => (Some(ReasonKind::Package), via.as_slice()),
            Reach::Package { via, .. } => (Some(ReasonKind::Unknown), via.as_slice()),
            Reach::Above => (Some(ReasonKind::Config), &[] as &[String]),
            Reach::Unowned => (Some(ReasonKind::Unknown), &[] as &[String]),
            Reach::Own => (None, &[] as &[String]),
        };
        let reason = |own: ReasonKind, path: &str, detail: String| {
            let parts = [detail.as_str(), counted.reach.doubt().unwrap_or_default()];
            let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
            Some(Reason {
                kind: kind.unwrap_or(own),
                path: path.to_owned(),
                via: via.to_vec(),
                detail: parts.join("; "),
            })
        };
        let presence = difference.presence();
        match difference.component {
            // Dependencies are told by name, and a build that came or went by its scripts.
            Component::Dependency { .. } | Component::Built(_) => None,
            Component::Code(path) if self.is_there(&Component::File(path.clone()), |_| true) => None,
            Component::File(path) | Component::Code(path) => {
                let others = [Component::Signature(path.clone()), Component::Types(path.clone())];
                let is_there = |side: fn(&Difference<'_>) -> bool| others.iter().any(|part| self.is_there(part, side));
                let is_recounted = self.is_there(&Component::Code(path.clone()), |_| true)
                    && self.is_there(&Component::File(path.clone()), |_| true);
                let detail = match (&difference.before, &difference.after) {
                    (None, Some(_)) if is_recounted => "as it is written now",
                    (Some(_), None) if is_recounted => "without its types now",
                    (None, Some(_)) if is_there(|difference| difference.before.is_some()) => "used now",
                    (Some(_), None) if is_there(|difference| difference.after.is_some()) => "no longer used",
                    _ => presence,
                };
                reason(ReasonKind::File, path, detail.to_owned())
            }
            // Told by the file itself.
            Component::Signature(path) | Component::Types(path)
                if [Component::File, Component::Code]
                    .iter()
                    .any(|part| self.is_there(&part(path.clone()), |_| true)) =>
            {
                None
            }
            Component::Types(path) if self.is_there(&Component::Signature(path.clone()), |_| true) => None,
            Component::Signature(path) | Component::Types(path) => {
                let is_of_types = matches!(difference.component, Component::Types(_));
                let what = if is_of_types { "its types" } else { "what it exports" };
                let detail = if presence.is_empty() { what } else { presence };
                reason(ReasonKind::File, path, detail.to_owned())
            }
            // Told by what is installed, or by a build that came or went.
            Component::Field { file, field }
                if OUTSIDE.contains(&field.as_str()) && (self.is_installed_anew() || self.is_built_anew(file)) =>
            {
                None
            }
            Component::Field { file, field } => {
                reason(ReasonKind::Config, file, with_presence(&format!("field `{field}`"), presence))
            }
            Component::Script { folder, name } => {
                let file = if folder.is_empty() { "package.json" } else { &format!("{folder}/package.json") };
                reason(ReasonKind::Config, file, with_presence(&format!("script `{name}`"), presence))
            }
            Component::Variable(name) => reason(ReasonKind::Variable, name, presence.to_owned()),
            // Which one writes a lockfile is told by that.
            Component::Toolchain(part) if part == "package manager" && !self.is_installed() => None,
            Component::Toolchain(part) => reason(ReasonKind::Toolchain, part, difference.contents()),
            // Told by what is installed, or by how it is served.
            Component::Setting(setting)
                if setting == "dependencies" && (!presence.is_empty() || self.is_installed_anew()) =>
            {
                None
            }
            Component::Setting(setting) => reason(ReasonKind::Config, setting, said_of(setting, difference)),
            Component::Unreadable(path) => {
                let (_, problem) = counted.content.split_once(' ').unwrap_or_default();
                let detail = if presence == "removed" { format!("before: {problem}") } else { problem.to_owned() };
                reason(ReasonKind::Unknown, path, detail)
            }
        }
    }

    /// Whether it is known of both what is installed, or of both the same keeps that from being known.
    fn is_installed(&self) -> bool {
        !self.components.keys().any(|component| matches!(component, Component::Unreadable(_)))
    }

    /// Whether another package from outside is installed.
    fn is_installed_anew(&self) -> bool {
        self.components.keys().any(|component| matches!(component, Component::Dependency { .. }))
    }

    /// Whether the member of a manifest is built on one side only.
    fn is_built_anew(&self, manifest: &str) -> bool {
        let folder = manifest.rsplit_once('/').map_or("", |(folder, _)| folder);
        self.components.contains_key(&Component::Built(folder.to_owned()))
    }

    fn packages(&self) -> impl Iterator<Item = Reason> {
        self.packages.iter().map(|(folder, (via, what))| Reason {
            kind: ReasonKind::Package,
            path: folder.clone(),
            via: via.clone(),
            detail: (*what).to_owned(),
        })
    }

    /// One reason for each package from outside, wherever and however often it is installed.
    fn dependencies(&self) -> impl Iterator<Item = Reason> {
        let mut installed: BTreeMap<&str, (BTreeSet<&str>, BTreeSet<&str>)> = BTreeMap::new();
        let is_known = self.is_installed();
        for Difference { component, before, after } in self.components.values().filter(|_| is_known) {
            if let Component::Dependency { name, .. } = component {
                let (old, new) = installed.entry(name).or_default();
                old.extend(before.as_ref().map(|counted| &*counted.content));
                new.extend(after.as_ref().map(|counted| &*counted.content));
            }
        }
        // Who is given another version is told by that.
        let is_given =
            |before: &BTreeSet<&str>, after: &BTreeSet<&str>| before != after && checked(before) == checked(after);
        let is_told = installed.values().any(|(before, after)| !is_given(before, after));
        installed.retain(|_, (before, after)| !is_told || !is_given(before, after));
        installed.into_iter().map(|(name, (before, after))| Reason {
            kind: ReasonKind::Dependency,
            path: name.to_owned(),
            via: Vec::new(),
            detail: versions(&before, &after),
        })
    }
}

impl Difference<'_> {
    fn presence(&self) -> &'static str {
        // Of another package's files only those count that are reached.
        let of_package = |counted: &Counted| matches!(*counted.reach, Reach::Package { .. });
        let is_file = matches!(
            self.component,
            Component::File(_) | Component::Signature(_) | Component::Code(_) | Component::Types(_)
        );
        match (&self.before, &self.after) {
            (None, Some(after)) if is_file && of_package(after) => "read now",
            (Some(before), None) if is_file && of_package(before) => "no longer read",
            (None, _) => "added",
            (_, None) => "removed",
            _ => "",
        }
    }

    fn contents(&self) -> String {
        fn content(counted: Option<&Counted>) -> &str {
            counted.map(|counted| &*counted.content).filter(|content| !content.is_empty()).unwrap_or("none")
        }
        format!("{} → {}", content(self.before.as_ref()), content(self.after.as_ref()))
    }
}

/// Packages in a circle may be built in another order, and then with other outputs below them, though nothing
/// else changed.
fn other_builds(base: &Inputs, head: &Inputs) -> Vec<Reason> {
    let folders: BTreeSet<&String> = base.needs().keys().chain(head.needs().keys()).collect();
    let differing = folders.into_iter().filter(|folder| base.needs().get(*folder) != head.needs().get(*folder));
    let reasons = differing.map(|folder| Reason {
        kind: ReasonKind::Package,
        path: folder.clone(),
        via: Vec::new(),
        detail: "its build stands on others".to_owned(),
    });
    reasons.collect()
}

fn with_presence(what: &str, presence: &str) -> String {
    format!("{what} {presence}").trim_end().to_owned()
}

fn said_of(setting: &str, difference: &Difference<'_>) -> String {
    match setting {
        "build" => "how the app is built".to_owned(),
        "start" => "how the app is started".to_owned(),
        "dependencies" => "which of what it asks for it runs with".to_owned(),
        "output" => "where its public assets are".to_owned(),
        "build_network" => "whether its build may use the network".to_owned(),
        "commit" => format!("its build sees it: {}", difference.contents()),
        _ => difference.contents(),
    }
}

/// Versions with what they are checked against.
fn checked<'a>(contents: &BTreeSet<&'a str>) -> BTreeSet<(&'a str, &'a str)> {
    let parts = |content: &&'a str| {
        let mut words = content.splitn(3, ' ');
        (words.next().unwrap_or_default(), words.next().unwrap_or_default())
    };
    contents.iter().map(parts).collect()
}

/// Contents are a version, a space and what the package is checked against, and perhaps another and what it is given.
fn versions(before: &BTreeSet<&str>, after: &BTreeSet<&str>) -> String {
    let listed = |contents: &BTreeSet<&str>| {
        let versions: BTreeSet<&str> =
            contents.iter().map(|content| content.split_once(' ').map_or(*content, |(version, _)| version)).collect();
        versions.into_iter().collect::<Vec<_>>().join(", ")
    };
    match (listed(before), listed(after)) {
        (_, new) if before.is_empty() => format!("{new} added"),
        (old, _) if after.is_empty() => format!("{old} removed"),
        (_, new) if before == after => format!("{new}, installed elsewhere"),
        (old, new) if old == new && checked(before) == checked(after) => format!("{old} is given other packages"),
        (old, new) if old == new => format!("{new} with other content"),
        (old, new) => format!("{old} → {new}"),
    }
}

#[cfg(test)]
mod tests;
