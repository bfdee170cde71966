//! `frontage affected`: which apps differ between two states of the repository, and why.

use std::collections::BTreeMap;
use std::time::Instant;

use graph::affected::BaseInputs;
use graph::inputs::Inputs;
use graph::knowledge::Knowledge;
use graph::plan::{self, Toolchains};
use graph::workspace::Unreadable;
use graph::{Diagnostic, Workspace, affected};
use model::{App, AppName, CommitId, EnvironmentName, Reason};
use serde_json::{Value, json};

use crate::apps::{unreadable, unusable};
use crate::arguments::Affected;
use crate::place::Place;
use crate::queries::print;
use crate::report::Failure;

/// How many reasons of an app people are shown.
const SHOWN: usize = 10;

const UNRELATED: &str = "it has no history in common with production here";

/// What an app is compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Base {
    /// A commit.
    Commit(CommitId),
    /// The head of production, with which there is no history in common.
    Unrelated(CommitId),
    /// For each app the commit of its newest version; it was never built if it has none.
    Built(BTreeMap<AppName, CommitId>),
}

/// What came of comparing.
struct Answer {
    base: Base,
    head: Option<CommitId>,
    apps: Vec<(App, Vec<Reason>)>,
    warnings: Vec<Diagnostic>,
}

/// Says which apps differ.
///
/// # Errors
/// If a revision names nothing, or the head cannot be used.
pub fn run(place: &Place, asked: &Affected) -> Result<(), Failure> {
    let since = Instant::now();
    let answer = answer(place, asked)?;
    let took_ms = u64::try_from(since.elapsed().as_millis()).expect("nobody waits for aeons");
    print(asked.json, &answer.value(took_ms), || answer.lines());
    Ok(())
}

fn answer(place: &Place, asked: &Affected) -> Result<Answer, Failure> {
    let repository = &place.repository;
    let commit = repository.resolve(asked.head.as_deref().unwrap_or("HEAD")).map_err(unreadable)?;
    let head = if asked.working_tree { repository.working_tree() } else { repository.snapshot(&commit) };
    let knowledge = place.knowledge();
    let head = Workspace::read_knowing(head.map_err(unreadable)?, &knowledge);
    let head = head.map_err(|because| unusable("the head", because))?;
    let base = base(place, asked.base.as_deref(), &commit, head.config.production.as_deref())?;
    let toolchains = plan::as_written(&head);
    let mut bases: BTreeMap<CommitId, BaseInputs> = BTreeMap::new();
    let mut reasons = |app: &AppName, inputs: &Inputs| {
        let commit = match &base {
            Base::Commit(commit) => commit,
            Base::Built(built) => match built.get(app) {
                Some(commit) => commit,
                None => return affected::never_built(),
            },
            Base::Unrelated(commit) => return affected::unknown_base(commit.short(), UNRELATED),
        };
        let at_base = || inputs_at(place, commit, &knowledge, &toolchains);
        affected::since(commit, bases.entry(commit.clone()).or_insert_with(at_base), app, inputs)
    };
    let inputs = plan::inputs(&head, &EnvironmentName::production(), &toolchains);
    let apps = head.apps.values().map(|app| (app.clone(), reasons(&app.name, &inputs[&app.name]))).collect();
    let head_id = (!asked.working_tree).then_some(commit);
    let mut warnings = head.warnings;
    if let Err(cause) = knowledge.keep() {
        let folder = place.data.knowledge();
        warnings.push(Diagnostic::warning(format!("nothing could be kept in `{}`: {cause}", folder.display())));
    }
    Ok(Answer { base, head: head_id, apps, warnings })
}

/// What is compared with: what is asked for; on the production branch what was built, elsewhere where the branch began.
fn base(place: &Place, asked: Option<&str>, head: &CommitId, configured: Option<&str>) -> Result<Base, Failure> {
    let repository = &place.repository;
    if let Some(revision) = asked {
        return repository.resolve(revision).map(Base::Commit).map_err(unreadable);
    }
    let production = repository.production_branch(configured).map_err(unreadable)?;
    let branch = repository.resolve(&format!("refs/heads/{production}")).map_err(unreadable)?;
    match repository.merge_base(head, &branch).map_err(unreadable)? {
        Some(begun) if begun == *head => {
            let state = store::read(&place.data.database());
            let state = state.map_err(|error| Failure::unusable("the state cannot be read").caused_by(&error))?;
            let built = state.map(|state| controller::turn::last_built(&state, u64::MAX)).unwrap_or_default();
            Ok(Base::Built(built.into_iter().map(|(app, (commit, _))| (app, commit)).collect()))
        }
        Some(begun) => Ok(Base::Commit(begun)),
        None => Ok(Base::Unrelated(branch)),
    }
}

fn inputs_at(place: &Place, commit: &CommitId, knowledge: &Knowledge, toolchains: &Toolchains) -> BaseInputs {
    let snapshot = place.repository.snapshot(commit).map_err(|error| error.to_string())?;
    let workspace = Workspace::read_knowing(snapshot, knowledge).map_err(|because| match because {
        Unreadable::Git(error) => error.to_string(),
        Unreadable::Commit(problems) => problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "),
    })?;
    Ok(plan::inputs(&workspace, &EnvironmentName::production(), toolchains))
}

impl Answer {
    fn value(&self, took_ms: u64) -> Value {
        let apps = self.apps.iter().map(|(app, reasons)| {
            let mut value = json!({
                "name": app.name,
                "path": app.path,
                "affected": !reasons.is_empty(),
                "reasons": reasons,
            });
            if let Base::Built(built) = &self.base {
                value["base"] = json!(built.get(&app.name));
            }
            value
        });
        json!({
            "base": match &self.base {
                Base::Commit(commit) | Base::Unrelated(commit) => Some(commit),
                Base::Built(_) => None,
            },
            "head": self.head,
            "apps": apps.collect::<Vec<_>>(),
            "warnings": self.warnings.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "took_ms": took_ms,
        })
    }

    fn lines(&self) -> Vec<String> {
        let is_affected = |(_, reasons): &&(App, Vec<Reason>)| !reasons.is_empty();
        let count = self.apps.iter().filter(is_affected).count();
        let since = match &self.base {
            Base::Commit(commit) | Base::Unrelated(commit) => format!("since {}", commit.short()),
            Base::Built(_) => "since what was built last".to_owned(),
        };
        let mut lines = vec![format!("{count} of {} apps are affected {since}", self.apps.len())];
        for (app, reasons) in self.apps.iter().filter(is_affected) {
            let more = reasons.len().saturating_sub(SHOWN);
            lines.push(format!("{}:", app.name));
            lines.extend(reasons.iter().take(SHOWN).map(|reason| format!("    {reason}")));
            lines.extend((more > 0).then(|| format!("    and {more} more")));
        }
        lines.extend(self.warnings.iter().map(|warning| format!("note: {warning}")));
        lines
    }
}
