//! `frontage inputs`: what an app's build key covers, piece by piece, and which files its build is shown.

use graph::inputs::{Component, Counted, Reach};
use graph::plan;
use model::EnvironmentName;
use serde_json::{Value, json};

use crate::place::Place;
use crate::queries::print;
use crate::report::Failure;

/// Lists an app's inputs in the working tree or a commit.
///
/// # Errors
/// If it cannot be used, or has no such app.
pub fn run(place: &Place, app: &str, head: Option<&str>, json: bool) -> Result<(), Failure> {
    let workspace = crate::apps::workspace(place, head)?;
    let Some(found) = workspace.apps.values().find(|found| found.name.as_str() == app) else {
        return Err(crate::why::unknown(app, workspace.apps.keys()));
    };
    let planned = plan::plan(&workspace, found, &EnvironmentName::production(), &plan::as_written(&workspace));
    let pieces: Vec<[String; 4]> =
        planned.inputs.all().into_iter().map(|(component, counted)| piece(component, &counted)).collect();
    let task = planned.tasks.last().expect("an app has a task of its own");
    let shown: Vec<&str> = task.shown.iter().map(|file| file.path.as_str()).collect();
    let value = json!({
        "app": found.name,
        "counted": pieces.iter().map(|[kind, name, content, through]| {
            json!({"kind": kind, "name": name, "content": content, "through": through})
        }).collect::<Vec<Value>>(),
        "shown": shown,
    });
    print(json, &value, || {
        let mut lines: Vec<String> = pieces.iter().map(|[kind, name, _, through]| line(kind, name, through)).collect();
        lines.push(format!("{} files are shown to its build", shown.len()));
        lines
    });
    Ok(())
}

/// What kind of thing a piece is, its name, its content, and how it reaches the build.
fn piece(component: &Component, counted: &Counted) -> [String; 4] {
    let (kind, name) = match component {
        Component::Built(member) => ("build", member.clone()),
        Component::Script { folder, name } => ("script", format!("{folder}#{name}")),
        Component::File(path) => ("file", path.clone()),
        Component::Signature(path) => ("exports", path.clone()),
        Component::Code(path) => ("code", path.clone()),
        Component::Types(path) => ("types", path.clone()),
        Component::Field { file, field } => ("field", format!("{file}#{field}")),
        Component::Dependency { name, place } => {
            ("dependency", if name == place { name.clone() } else { place.clone() })
        }
        Component::Variable(name) => ("variable", name.clone()),
        Component::Toolchain(part) => ("toolchain", part.to_string()),
        Component::Setting(setting) => ("setting", setting.to_string()),
        Component::Unreadable(path) => ("unreadable", path.clone()),
    };
    let through = match (&*counted.reach, counted.reach.doubt()) {
        (Reach::Package { via, .. }, Some(doubt)) => format!("{}: {doubt}", via.join(" → ")),
        (Reach::Package { via, .. }, None) => via.join(" → "),
        (Reach::Above, _) => "it governs the app".to_owned(),
        (Reach::Own | Reach::Unowned, doubt) => doubt.unwrap_or_default().to_owned(),
    };
    [kind.to_owned(), name, counted.content.to_string(), through]
}

fn line(kind: &str, name: &str, through: &str) -> String {
    let through = if through.is_empty() { String::new() } else { format!("   ({through})") };
    format!("{kind:10} {name}{through}")
}
