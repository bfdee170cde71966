//! `frontage check`: what Frontage makes of the commit that is checked out, and of changes that are not committed.

use std::collections::BTreeMap;

use graph::workspace::Unreadable;
use graph::{Diagnostic, Severity, Workspace};
use model::{AppName, Serving};
use serde_json::json;

use crate::apps::unreadable;
use crate::place::Place;
use crate::queries::print;
use crate::report::Failure;

/// Checks the working tree.
///
/// # Errors
/// If it cannot be used.
pub fn run(place: &Place, json: bool) -> Result<(), Failure> {
    let snapshot = place.repository.working_tree().map_err(unreadable)?;
    let workspace = match Workspace::read(snapshot) {
        Ok(mut workspace) => {
            let undeclared = graph::undeclared::warnings(&graph::undeclared::found(&workspace));
            workspace.warnings.extend(undeclared);
            workspace
        }
        Err(Unreadable::Git(error)) => return Err(unreadable(error)),
        Err(Unreadable::Commit(problems)) => {
            if json {
                print(true, &json!({"usable": false, "problems": problems}), Vec::new);
            }
            return Err(explain(Failure::unusable("the working tree cannot be used"), &problems));
        }
    };
    let apps: BTreeMap<_, _> = workspace.apps.iter().collect();
    let mut unset: BTreeMap<_, Vec<String>> = BTreeMap::new();
    for (name, app) in &workspace.apps {
        unset.insert(name, graph::variables::unset(&workspace, app).map_err(unreadable)?);
    }
    let skipped: Vec<_> =
        workspace.skipped.iter().map(|(path, because)| json!({"path": path, "because": because})).collect();
    let value = json!({
        "usable": true,
        "problems": workspace.warnings,
        "apps": apps,
        "default": workspace.default_app,
        "unset_variables": unset,
        "not_served": skipped,
    });
    print(json, &value, || lines(&workspace, &unset));
    Ok(())
}

/// A failure with each problem as a cause, and hints once each.
pub fn explain(failure: Failure, problems: &[Diagnostic]) -> Failure {
    let errors = problems.iter().filter(|problem| problem.severity == Severity::Error);
    let mut hints: Vec<String> = Vec::new();
    let failure = errors.fold(failure, |failure, problem| {
        hints.extend(problem.hint.iter().filter(|hint| !hints.contains(hint)).cloned().collect::<Vec<_>>());
        failure.because(Diagnostic { hint: None, ..problem.clone() }.to_string())
    });
    hints.into_iter().fold(failure, Failure::hint)
}

fn lines(workspace: &Workspace, unset: &BTreeMap<&AppName, Vec<String>>) -> Vec<String> {
    let mut lines: Vec<String> = workspace.warnings.iter().map(|warning| format!("warning: {warning}")).collect();
    for (name, app) in &workspace.apps {
        let kind = match app.serving {
            Serving::Server => "server",
            Serving::Static => "static",
            Serving::Worker => "worker",
        };
        let routes = match (app.routes.as_slice(), workspace.default_app.as_ref() == Some(name)) {
            (_, true) => "the site's default".to_owned(),
            ([], false) => "its own host only".to_owned(),
            (routes, false) => routes.join(", "),
        };
        lines.push(format!("{name}: {kind} at `{}`, {routes}", crate::apps::shown(&app.path)));
        if !unset[name].is_empty() {
            lines.push(format!("  reads variables that nobody sets here: {}", unset[name].join(", ")));
        }
    }
    lines.extend(
        workspace
            .skipped
            .iter()
            .map(|(path, because)| format!("not served: `{}`: {because}", crate::apps::shown(path))),
    );
    lines.push("the configuration can be used".to_owned());
    lines
}
