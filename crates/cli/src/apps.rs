//! `frontage apps`: every workspace member, what it is and by which rule, and what its last build corrected.

use std::collections::BTreeMap;

use graph::detect::Finding;
use graph::workspace::{Member, Unreadable};
use graph::{Diagnostic, Snapshot, Workspace};
use model::{App, Artifact, RepoPath, Serving, State};
use serde_json::{Value, json};

use crate::place::Place;
use crate::queries::print;
use crate::report::Failure;

/// Lists the members of the working tree or a commit.
///
/// # Errors
/// If it cannot be used.
pub fn run(place: &Place, head: Option<&str>, json: bool) -> Result<(), Failure> {
    let workspace = workspace(place, head)?;
    let state = store::read(&place.data.database()).ok().flatten();
    let members: Vec<Listed<'_>> =
        workspace.members.values().map(|member| Listed::of(&workspace, state.as_ref(), member)).collect();
    let value = json!({
        "default": workspace.default_app,
        "members": members.iter().map(Listed::value).collect::<Vec<_>>(),
        "set_aside": set_aside(&workspace),
        "warnings": workspace.warnings,
    });
    print(json, &value, || lines(&workspace, &members));
    Ok(())
}

/// The workspace of the working tree, or of a commit.
///
/// # Errors
/// If it cannot be used.
pub fn workspace(place: &Place, head: Option<&str>) -> Result<Workspace, Failure> {
    let (what, snapshot) = match head {
        Some(revision) => (format!("commit `{revision}`"), commit(place, revision).map_err(unreadable)?),
        None => ("the working tree".to_owned(), place.repository.working_tree().map_err(unreadable)?),
    };
    Workspace::read(snapshot).map_err(|because| unusable(&what, because))
}

/// That git failed.
pub fn unreadable(error: graph::GitError) -> Failure {
    let hint = error.hint();
    let what = match &error {
        graph::GitError::NoRevision { .. } => "a revision cannot be found",
        _ => "the repository cannot be read",
    };
    hint.into_iter().fold(Failure::unusable(what).caused_by(&error), Failure::hint)
}

/// That a state of the repository makes no workspace.
pub fn unusable(what: &str, because: Unreadable) -> Failure {
    match because {
        Unreadable::Git(error) => unreadable(error),
        Unreadable::Commit(problems) => {
            crate::check::explain(Failure::unusable(format!("{what} cannot be used")), &problems)
        }
    }
}

fn commit(place: &Place, revision: &str) -> Result<Snapshot, graph::GitError> {
    place.repository.snapshot(&place.repository.resolve(revision)?)
}

/// A member as it is listed.
struct Listed<'a> {
    member: &'a Member,
    finding: Option<&'a Finding>,
    app: Option<&'a App>,
    /// Why it is not served.
    because: Option<&'a str>,
    /// What its newest build left.
    built: Option<&'a Artifact>,
    /// What its start was found to do otherwise.
    noticed: &'a [String],
}

impl<'a> Listed<'a> {
    fn of(workspace: &'a Workspace, state: Option<&'a State>, member: &'a Member) -> Listed<'a> {
        let app = workspace.apps.values().find(|app| app.path == member.path);
        let running = app.and_then(|app| state?.production()?.apps.get(&app.name));
        let live = running.and_then(|running| running.live.as_ref());
        Listed {
            member,
            finding: workspace.findings.get(&member.path),
            app,
            because: workspace
                .skipped
                .iter()
                .find(|(path, _)| *path == member.path)
                .map(|(_, because)| because.as_str()),
            built: live.and_then(|live| state?.artifacts.get(&live.release.version.key)),
            noticed: running.map(|running| running.noticed.as_slice()).unwrap_or_default(),
        }
    }

    fn kind(&self) -> &'static str {
        match (self.app.map(|app| app.serving), self.finding.map(|finding| finding.kind)) {
            (Some(Serving::Server), _) => "server",
            (Some(Serving::Static), _) => "static",
            (Some(Serving::Worker), _) => "worker",
            (None, Some(graph::detect::Kind::OptionalStatic)) => "optional",
            (None, _) => "not served",
        }
    }

    fn value(&self) -> Value {
        let app = self.app;
        let start = app.and_then(|app| app.start.clone());
        let usual = app.and_then(|app| app.framework).and_then(model::Framework::usual_start);
        json!({
            "path": self.member.path,
            "package": self.member.name,
            "app": app.map(|app| app.name.as_str()),
            "kind": self.kind(),
            "rule": self.finding.map(|finding| finding.rule.name),
            "because": self.because.or(self.finding.map(|finding| finding.because.as_str())),
            "is_guess": self.finding.is_some_and(|finding| finding.is_guess),
            "framework": app.and_then(|app| app.framework),
            "build": app.and_then(|app| app.build.clone()),
            "start": start.or_else(|| usual.map(str::to_owned)).filter(|_| self.kind() != "static"),
            "output": app.and_then(|app| app.output.clone().or_else(|| app.output_guess.clone())),
            "port": self.finding.and_then(|finding| finding.port),
            "base_path": app.and_then(|app| app.base_path.clone()),
            "routes": app.map(|app| app.routes.clone()),
            "env_files": app.map(|app| app.env_files.clone()),
            "notes": self.finding.map(|finding| finding.notes.clone()).unwrap_or_default(),
            "built": self.built.map(|artifact| json!({
                "version": artifact.version.to_string(),
                "start": artifact.start,
                "base_path": artifact.base_path,
                "corrections": artifact.corrections,
                "noticed": self.noticed,
            })),
        })
    }

    fn lines(&self) -> Vec<String> {
        let Some(app) = self.app else { return Vec::new() };
        let by = self.finding.map_or_else(String::new, |finding| {
            format!(": {} (rule {}, `{}`)", finding.because, finding.rule.number, finding.rule.name)
        });
        let mut lines = vec![format!("{}: {} at `{}`{by}", app.name, self.kind(), shown(&app.path))];
        let mut detail = |name: &str, value: Option<String>| {
            lines.extend(value.filter(|value| !value.is_empty()).map(|value| format!("    {name:<10} {value}")));
        };
        detail("build", app.build.clone());
        let usual = || app.framework.and_then(model::Framework::usual_start).map(str::to_owned);
        detail("start", app.start.clone().or_else(usual).filter(|_| app.serving != Serving::Static));
        detail("output", app.output.clone().or_else(|| app.output_guess.clone()));
        detail("port", self.finding.and_then(|finding| finding.port).map(|port| port.to_string()));
        detail("base path", app.base_path.clone());
        detail("routes", Some(app.routes.join(", ")));
        for note in self.finding.iter().flat_map(|finding| &finding.notes) {
            detail("note", Some(note.clone()));
        }
        for correction in self.built.iter().flat_map(|artifact| &artifact.corrections).chain(self.noticed) {
            detail("corrected", Some(correction.clone()));
        }
        lines
    }
}

/// Folders that could not be read beside others that could.
fn set_aside(workspace: &Workspace) -> Vec<Value> {
    let unread = workspace.skipped.iter().filter(|(path, _)| !workspace.members.contains_key(path));
    unread.map(|(path, because)| json!({"path": path, "because": because})).collect()
}

fn lines(workspace: &Workspace, members: &[Listed<'_>]) -> Vec<String> {
    let mut lines: Vec<String> = members.iter().flat_map(Listed::lines).collect();
    if let Some(default) = &workspace.default_app {
        lines.push(format!("the site's default is `{default}`"));
    }
    let mut not_served: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (path, because) in &workspace.skipped {
        not_served.entry(because).or_default().push(shown(path));
    }
    for (because, paths) in not_served {
        lines.push(format!("not served, {because}:"));
        lines.extend(paths.into_iter().map(|path| format!("    {path}")));
        let warning = workspace.warnings.iter().find(|warning| is_told_by(warning, because));
        lines.extend(warning.and_then(|warning| warning.hint.as_ref()).map(|hint| format!("    hint: {hint}")));
    }
    let is_told = |warning: &&Diagnostic| workspace.skipped.iter().any(|(_, because)| is_told_by(warning, because));
    let warnings = workspace.warnings.iter().filter(|warning| !is_told(warning));
    lines.extend(warnings.map(|warning| format!("warning: {warning}")));
    lines
}

/// Whether a warning is why something is not served.
fn is_told_by(warning: &Diagnostic, because: &str) -> bool {
    Diagnostic { hint: None, ..warning.clone() }.to_string() == because
}

/// A folder as a person writes it.
pub fn shown(path: &RepoPath) -> &str {
    if path.is_root() { "." } else { path.as_str() }
}
