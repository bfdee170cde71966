//! `frontage why APP --base`: how what differs between two states of the repository gets into an app's build, or why it
//! does not.

use std::collections::BTreeSet;

use graph::plan::{self, Way};
use graph::{Snapshot, Workspace};
use model::{App, AppName, CommitId, Reason};
use serde_json::{Value, json};

use crate::affected::{self, Answer, Base};
use crate::apps::{unreadable, unusable};
use crate::arguments::{Compared, Why};
use crate::place::Place;
use crate::queries::print;
use crate::report::Failure;

mod draw;

/// How many reasons, and how many files that do not matter, people are shown.
const SHOWN: usize = 10;

/// Whether states of the repository are asked about, and not what was built.
pub fn is_about_commits(asked: &Why) -> bool {
    let Compared { base, head, working_tree } = &asked.compared;
    base.is_some() || head.is_some() || *working_tree || asked.dot || asked.html
}

/// An app, and what differs.
struct Explained {
    app: App,
    base: Option<CommitId>,
    head: Option<CommitId>,
    reasons: Vec<(Reason, Option<Way>)>,
    /// Files that differ without mattering.
    unread: Vec<String>,
}

/// Explains.
///
/// # Errors
/// If a revision names nothing, the head cannot be used, or it has no such app.
pub fn run(place: &Place, asked: &Why) -> Result<(), Failure> {
    let knowledge = place.knowledge();
    let answer = affected::answer(place, &asked.compared, &knowledge)?;
    let head = match &answer.head {
        Some(commit) => place.repository.snapshot(commit),
        None => place.repository.working_tree(),
    };
    let head = Workspace::read_to_compare(head.map_err(unreadable)?, &knowledge);
    let head = head.map_err(|because| unusable("the head", because))?;
    let app = head.apps.values().find(|app| app.name.as_str() == asked.app).cloned();
    let app = app.ok_or_else(|| unknown(&asked.app, head.apps.keys()))?;
    let base = base_of(&answer, &app.name);
    let base_snapshot = base.as_ref().and_then(|commit| place.repository.snapshot(commit).ok());
    let base_workspace = base_snapshot.clone().and_then(|base| Workspace::read_to_compare(base, &knowledge).ok());
    let explained = explain(&answer, app, base, base_snapshot.as_ref(), base_workspace.as_ref(), &head);
    affected::keep(place, knowledge);
    if asked.dot || asked.html {
        let changed = changed(base_snapshot.as_ref(), &head.snapshot);
        let drawing =
            draw::Drawing::of(&head, &explained.app, &changed, explained.reasons.iter().map(|(reason, _)| reason));
        crate::say(&if asked.dot { drawing.dot() } else { drawing.html() });
        return Ok(());
    }
    print(asked.json, &explained.value(), || explained.lines());
    Ok(())
}

/// That there is no such app.
pub fn unknown<'a>(app: &str, there: impl Iterator<Item = &'a AppName>) -> Failure {
    let names: Vec<String> = there.map(|name| format!("`{name}`")).collect();
    Failure::unusable(format!("there is no app `{app}`")).hint(format!("there are {}", names.join(", ")))
}

fn base_of(answer: &Answer, app: &AppName) -> Option<CommitId> {
    match &answer.base {
        Base::Commit(commit) | Base::Unrelated(commit) => Some(commit.clone()),
        Base::Built(built) => built.get(app).cloned(),
        Base::CutOff => None,
    }
}

/// Paths of files that differ.
fn changed(base: Option<&Snapshot>, head: &Snapshot) -> BTreeSet<String> {
    let Some(base) = base else { return BTreeSet::new() };
    let paths = base.files.keys().chain(head.files.keys());
    paths.filter(|path| base.files.get(*path) != head.files.get(*path)).cloned().collect()
}

fn explain(
    answer: &Answer,
    app: App,
    base: Option<CommitId>,
    base_snapshot: Option<&Snapshot>,
    base_workspace: Option<&Workspace>,
    head: &Workspace,
) -> Explained {
    let answered = answer.apps.iter().find(|answered| answered.name == app.name);
    let reasons = answered.map(|answered| answered.reasons.clone()).unwrap_or_default();
    let paths: Vec<&str> = reasons.iter().map(|reason| reason.path.as_str()).collect();
    let mut ways = plan::ways(head, &app, &plan::as_written(head), &paths);
    // What is gone was read before.
    if let Some(base) = base_workspace
        && let Some(before) = base.apps.get(&app.name)
        && ways.iter().any(Option::is_none)
    {
        let at_base = plan::ways(base, before, &plan::as_written(base), &paths);
        ways.iter_mut().zip(at_base).for_each(|(way, before)| *way = way.take().or(before));
    }
    let mut unread = changed(base_snapshot, &head.snapshot);
    unread.retain(|path| !paths.contains(&path.as_str()));
    Explained {
        app,
        base,
        head: answer.head.clone(),
        unread: unread.into_iter().collect(),
        reasons: reasons.into_iter().zip(ways).collect(),
    }
}

impl Explained {
    fn value(&self) -> Value {
        let reasons = self.reasons.iter().map(|(reason, way)| {
            let mut value = json!(reason);
            value["way"] = way.as_ref().map_or(Value::Null, |way| {
                let steps = way.steps.iter().map(|step| json!({"file": step.file, "does": step.does}));
                json!({"built": way.built, "steps": steps.collect::<Vec<_>>(), "doubt": way.doubt})
            });
            value
        });
        json!({
            "app": self.app.name,
            "base": self.base,
            "head": self.head,
            "affected": !self.reasons.is_empty(),
            "reasons": reasons.collect::<Vec<_>>(),
            "unread": self.unread,
        })
    }

    fn lines(&self) -> Vec<String> {
        let name = &self.app.name;
        let since = self.base.as_ref().map_or_else(String::new, |base| format!(" since {}", base.short()));
        let is = if self.reasons.is_empty() { "is not affected" } else { "is affected" };
        let mut lines = vec![format!("`{name}` {is}{since}")];
        for (reason, way) in self.reasons.iter().take(SHOWN) {
            lines.push(format!("{reason}"));
            lines.extend(way.iter().flat_map(|way| told(way, &self.app)));
        }
        lines.extend(more(self.reasons.len(), "reason"));
        if self.reasons.is_empty() {
            lines.extend(
                self.unread.iter().take(SHOWN).map(|path| format!("`{path}` differs, but not in what its build reads")),
            );
            lines.extend(more(self.unread.len(), "file"));
        }
        lines
    }
}

/// A way, a line for each step.
fn told(way: &Way, app: &App) -> Vec<String> {
    let mut lines: Vec<String> = way.steps.iter().map(|step| format!("    `{}` {} it", step.file, step.does)).collect();
    let last = if way.steps.is_empty() { "it" } else { "that" };
    if way.doubt.is_none() {
        lines.push(match way.built == app.path {
            true => format!("    the build of `{}` reads {last} by itself", app.name),
            false => format!(
                "    the build of `{}` reads {last} by itself, and that of `{}` what comes of it",
                way.built, app.name
            ),
        });
    }
    lines
}

fn more(count: usize, what: &str) -> Option<String> {
    match count.saturating_sub(SHOWN) {
        0 => None,
        1 => Some(format!("and 1 more {what}")),
        left => Some(format!("and {left} more {what}s")),
    }
}
