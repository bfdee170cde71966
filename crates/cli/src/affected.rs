//! `frontage affected`: which apps differ between two states of the repository, and why.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use graph::affected::BaseInputs;
use graph::analysis::Analysis;
use graph::inputs::Inputs;
use graph::knowledge::Knowledge;
use graph::workspace::Unreadable;
use graph::{GitError, Repository, affected};
use model::{AppName, CommitId, Reason, RepoPath};
use serde_json::{Value, json};

use crate::apps::{unreadable, unusable};
use crate::arguments::{Affected, Compared};
use crate::place::Place;
use crate::queries::print;
use crate::report::Failure;

/// How many reasons of an app people are shown.
const SHOWN: usize = 10;

const UNRELATED: &str = "it has no history in common with production here";

const CUT_OFF: &str = "what it has in common with production lies before what it holds";

/// What an app is compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Base {
    /// A commit.
    Commit(CommitId),
    /// The head of production, with which there is no history in common.
    Unrelated(CommitId),
    /// For each app the commit of its newest version; it was never built if it has none.
    Built(BTreeMap<AppName, CommitId>),
    /// It lies before what a shallow clone holds.
    CutOff,
}

/// What came of comparing.
#[derive(Debug)]
pub struct Answer {
    /// What was compared with.
    pub base: Base,
    /// What was compared; none for the working tree.
    pub head: Option<CommitId>,
    /// Every app.
    pub apps: Vec<Answered>,
    warnings: Vec<String>,
}

/// An app, and why it is affected.
#[derive(Debug)]
pub struct Answered {
    /// Its name.
    pub name: AppName,
    /// Its folder.
    pub path: RepoPath,
    /// Why it is affected; none if it is not.
    pub reasons: Vec<Reason>,
}

/// Says which apps differ.
///
/// # Errors
/// If a revision names nothing, or the head cannot be used.
pub fn run(place: &Place, asked: &Affected) -> Result<(), Failure> {
    if let Some(app) = asked.apps.first() {
        let failure = Failure::unusable(format!("`{app}` cannot be looked at alone"));
        let failure = failure.because("apps are named with `--verify` only; otherwise all are told");
        return Err(failure.hint(format!("`frontage why {app}` with the same revisions tells of it alone")));
    }
    let since = Instant::now();
    let knowledge = place.knowledge();
    let answer = answer(place, &asked.compared, &knowledge)?;
    let took_ms = u64::try_from(since.elapsed().as_millis()).expect("nobody waits for aeons");
    print(asked.json, &answer.value(took_ms), || answer.lines());
    keep(place, knowledge);
    Ok(())
}

/// Keeps what was found out, at the end of a process.
pub fn keep(place: &Place, knowledge: Knowledge) {
    keep_so_far(place, &knowledge);
    // The process ends, which gives it back faster.
    std::mem::forget(knowledge);
}

/// Keeps what was found out so far. If that fails, only the next question is answered later.
pub fn keep_so_far(place: &Place, knowledge: &Knowledge) {
    if let Err(cause) = knowledge.keep() {
        let folder = place.data.knowledge();
        crate::complain(&format!("note: what was found out could not be kept in `{}`: {cause}", folder.display()));
    }
}

/// Compares every app.
///
/// # Errors
/// If a revision names nothing, or the head cannot be used.
pub fn answer(place: &Place, asked: &Compared, knowledge: &Knowledge) -> Result<Answer, Failure> {
    let repository = &place.repository;
    let mut comparison = Comparison::of(place, asked, knowledge)?;
    let head = if asked.working_tree {
        let files = repository.working_tree().map_err(unreadable)?;
        Analysis::of_snapshot(files, knowledge).map(Arc::new)
    } else {
        Analysis::of(repository, &comparison.commit, comparison.asked_base.as_ref(), knowledge)
    };
    let head = head.map_err(|because| unusable("the head", because))?;
    let head_id = (!asked.working_tree).then(|| comparison.commit.clone());
    comparison.answer(&head, head_id)
}

/// What heads are compared with, with what is found out about it.
pub struct Comparison<'a> {
    place: &'a Place,
    knowledge: &'a Knowledge,
    /// What is checked out, or asked about.
    commit: CommitId,
    asked_base: Option<CommitId>,
    bases: BTreeMap<CommitId, Result<Arc<Analysis>, String>>,
}

impl<'a> Comparison<'a> {
    /// Of what is asked.
    ///
    /// # Errors
    /// If a revision names nothing.
    pub fn of(place: &'a Place, asked: &Compared, knowledge: &'a Knowledge) -> Result<Comparison<'a>, Failure> {
        let repository = &place.repository;
        let commit = repository.resolve(asked.head.as_deref().unwrap_or("HEAD")).map_err(unreadable)?;
        let asked_base = asked.base.as_deref().map(|base| named_base(repository, base)).transpose();
        let asked_base = asked_base.map_err(unreadable)?;
        let mut comparison = Comparison { place, knowledge, commit, asked_base, bases: BTreeMap::new() };
        // What was compared with before is likely to be known, and what lies near it is soon told.
        if let Some(base) = comparison.asked_base.clone() {
            // Why it cannot be told is said where it is compared with.
            drop(comparison.at(&base));
        }
        Ok(comparison)
    }

    /// What a base comes to.
    fn at(&mut self, base: &CommitId) -> Result<Arc<Analysis>, String> {
        let Comparison { place, knowledge, commit, bases, .. } = self;
        let of_base = || analysis_at(place, base, commit, knowledge);
        bases.entry(base.clone()).or_insert_with(of_base).clone()
    }

    /// Compares every app of a head, which has this id unless it is the working tree.
    ///
    /// # Errors
    /// If git fails, or what was built cannot be read.
    pub fn answer(&mut self, head: &Analysis, head_id: Option<CommitId>) -> Result<Answer, Failure> {
        let base = base(self.place, self.asked_base.clone(), &self.commit, head.production.as_deref())?;
        let mut inputs: BTreeMap<CommitId, BaseInputs> = BTreeMap::new();
        let mut reasons = |app: &AppName, at_head: &Inputs| {
            let base = match &base {
                Base::Commit(base) => base,
                Base::Built(built) => match built.get(app) {
                    Some(commit) => commit,
                    None => return affected::never_built(),
                },
                Base::Unrelated(base) => return affected::unknown_base(base.short(), UNRELATED),
                Base::CutOff => return affected::unknown_base("the shallow clone", CUT_OFF),
            };
            let at_base = || Ok(self.at(base)?.inputs());
            affected::since(base, inputs.entry(base.clone()).or_insert_with(at_base), app, at_head)
        };
        let apps = head.apps.iter().map(|(name, app)| Answered {
            name: name.clone(),
            path: app.path.clone(),
            reasons: reasons(name, &app.inputs),
        });
        let apps = apps.collect();
        Ok(Answer { base, head: head_id, apps, warnings: head.warnings.clone() })
    }
}

/// The commit that a base names. A whole id names one that a shallow clone lacks, or that nothing leads to since a force push:
/// what it came to may be known.
fn named_base(repository: &Repository, base: &str) -> Result<CommitId, GitError> {
    repository.resolve(base).or_else(|error| match (&error, base.parse()) {
        (GitError::NoRevision { .. }, Ok(id)) => Ok(id),
        _ => Err(error),
    })
}

/// What is compared with: what is asked for; on the production branch what was built, elsewhere where the branch began. In a
/// clone that does not reach back to there it is what was built, if that is known.
fn base(place: &Place, asked: Option<CommitId>, head: &CommitId, configured: Option<&str>) -> Result<Base, Failure> {
    let repository = &place.repository;
    if let Some(commit) = asked {
        return Ok(Base::Commit(commit));
    }
    let production = match repository.production_branch(configured) {
        Err(GitError::NoBranch { .. }) if repository.is_shallow() => return cut_off(place),
        production => production.map_err(unreadable)?,
    };
    let branch = repository.resolve(&format!("refs/heads/{production}")).map_err(unreadable)?;
    match repository.merge_base(head, &branch).map_err(unreadable)? {
        Some(begun) if begun == *head => Ok(Base::Built(built(place)?)),
        Some(begun) => Ok(Base::Commit(begun)),
        None if repository.is_shallow() => cut_off(place),
        None => Ok(Base::Unrelated(branch)),
    }
}

fn cut_off(place: &Place) -> Result<Base, Failure> {
    let built = built(place)?;
    Ok(if built.is_empty() { Base::CutOff } else { Base::Built(built) })
}

/// Commits of the newest versions of apps.
fn built(place: &Place) -> Result<BTreeMap<AppName, CommitId>, Failure> {
    let state = store::read(&place.data.database());
    let state = state.map_err(|error| Failure::unusable("the state cannot be read").caused_by(&error))?;
    let built = state.map(|state| controller::turn::last_built(&state, u64::MAX)).unwrap_or_default();
    Ok(built.into_iter().map(|(app, (commit, _))| (app, commit)).collect())
}

fn analysis_at(
    place: &Place,
    commit: &CommitId,
    near: &CommitId,
    knowledge: &Knowledge,
) -> Result<Arc<Analysis>, String> {
    Analysis::of(&place.repository, commit, Some(near), knowledge).map_err(in_words)
}

fn in_words(unreadable: Unreadable) -> String {
    match unreadable {
        Unreadable::Git(error) => error.to_string(),
        Unreadable::Commit(problems) => problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "),
    }
}

impl Answer {
    /// In JSON.
    pub fn value(&self, took_ms: u64) -> Value {
        let apps = self.apps.iter().map(|Answered { name, path, reasons }| {
            let mut value = json!({
                "name": name,
                "path": path,
                "affected": !reasons.is_empty(),
                "reasons": reasons,
            });
            if let Base::Built(built) = &self.base {
                value["base"] = json!(built.get(name));
            }
            value
        });
        json!({
            "base": match &self.base {
                Base::Commit(commit) | Base::Unrelated(commit) => Some(commit),
                Base::Built(_) | Base::CutOff => None,
            },
            "head": self.head,
            "apps": apps.collect::<Vec<_>>(),
            "warnings": self.warnings,
            "took_ms": took_ms,
        })
    }

    /// In words.
    pub fn lines(&self) -> Vec<String> {
        let is_affected = |app: &&Answered| !app.reasons.is_empty();
        let count = self.apps.iter().filter(is_affected).count();
        let since = match &self.base {
            Base::Commit(commit) | Base::Unrelated(commit) => format!("since {}", commit.short()),
            Base::Built(_) => "since what was built last".to_owned(),
            Base::CutOff => "since a base that this shallow clone does not hold".to_owned(),
        };
        let mut lines = vec![format!("{count} of {} apps are affected {since}", self.apps.len())];
        for Answered { name, reasons, .. } in self.apps.iter().filter(is_affected) {
            let more = reasons.len().saturating_sub(SHOWN);
            lines.push(format!("{name}:"));
            lines.extend(reasons.iter().take(SHOWN).map(|reason| format!("    {reason}")));
            lines.extend((more > 0).then(|| format!("    and {more} more")));
        }
        lines.extend(self.warnings.iter().map(|warning| format!("note: {warning}")));
        lines
    }
}
