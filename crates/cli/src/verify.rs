//! `frontage affected --verify`: whether builds read what they are not shown, and whether what does not count truly does not,
//! by building apps once more and looking at it.

use std::collections::{BTreeMap, BTreeSet};
use std::process::ExitCode;
use std::sync::Arc;

use api::layout::DataDirectory;
use engine::{BuildFailure, Builder, Error, Objects, Remedy};
use engine_local::build::observe::{Look, Observed};
use engine_local::{LocalBuilder, Toolchains, build};
use graph::inputs::Inputs;
use graph::plan::{self, Planned};
use graph::{Repository, Workspace};
use model::{BuildKey, CommitId, EnvironmentName, ShownFile, Task};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::apps::{unreadable, unusable};
use crate::arguments::{Affected, Isolation};
use crate::place::Place;
use crate::queries::print;
use crate::report::Failure;
use crate::{up, why};

/// How many paths people are shown.
const SHOWN: usize = 20;

/// What came of looking at an app's builds.
#[derive(Debug)]
struct Verified {
    app: String,
    /// Files that a build reads without being shown them, and whose.
    unknown: BTreeMap<String, String>,
    /// Modules that were replaced.
    replaced: BTreeSet<String>,
    outcome: Outcome,
}

/// What builds make of stubs in place of modules that do not count.
#[derive(Debug)]
enum Outcome {
    /// The same.
    Same,
    /// These files are others.
    Differs(Vec<String>),
    /// Two builds of the same are different, so that nothing can be told.
    Unsteady,
    /// It does not build with them.
    Fails(String),
    /// Every module counts.
    Nothing,
}

/// What reads a repository's objects for builds.
struct Contents(Repository);

impl Objects for Contents {
    fn contents(&self, ids: &[&str]) -> Result<Vec<Vec<u8>>, Error> {
        self.0.contents(ids).map_err(|cause| Error::new(Remedy::Retry, "could not read the repository").because(cause))
    }
}

/// Looks at the builds of the apps that are named, or of all.
///
/// # Errors
/// If there is no such commit or app, no sandbox can be made, or a build fails as it is.
pub async fn run(place: &Place, asked: &Affected) -> Result<ExitCode, Failure> {
    let commit = place.repository.resolve(asked.compared.head.as_deref().unwrap_or("HEAD")).map_err(unreadable)?;
    let data = DataDirectory::at(place.data.path().join("verify"));
    let own = Place { repository: place.repository.clone(), data: data.clone() };
    let _lock = own.try_lock()?.ok_or_else(|| {
        Failure::unusable("the builds of this repository are being looked at already")
            .hint("wait for the other `frontage affected --verify`, or name another folder by `--data`")
    })?;
    build::sweep(&data)
        .await
        .map_err(|cause| Failure::failed("what earlier builds left cannot be removed").caused_by(&cause))?;
    let toolchains = Toolchains::new(data.clone());
    let snapshot = place.repository.snapshot(&commit).map_err(unreadable)?;
    let mut workspace =
        Workspace::read_knowing(snapshot, &place.knowledge()).map_err(|because| unusable("the commit", because))?;
    let resolve = up::resolver(toolchains);
    let toolchains = controller::source::toolchains(&mut workspace, &*resolve)
        .map_err(|error| Failure::unusable("the repository's toolchain cannot be had").caused_by(&error))?;
    let planned = plan::all(&workspace, &EnvironmentName::production(), &toolchains);
    let named = |name: &String| planned.keys().any(|app| app.as_str() == name);
    if let Some(stranger) = asked.apps.iter().find(|name| !named(name)) {
        return Err(why::unknown(stranger, workspace.apps.keys()));
    }
    let program = std::env::current_exe()
        .map_err(|cause| Failure::failed("this program cannot find itself").caused_by(&cause))?;
    up::capabilities(&data, &program, Isolation::Possible).await?;
    let objects = Arc::new(Contents(place.repository.clone()));
    let common = place.repository.common_folder().to_owned();
    let mut looking = Looking {
        builder: LocalBuilder::new(data, common, objects, program, false),
        workspace: &workspace,
        all: workspace.snapshot.files.values().cloned().collect(),
        read: BTreeMap::new(),
    };
    let mut found = Vec::new();
    for (app, planned) in planned {
        if asked.apps.is_empty() || asked.apps.iter().any(|name| name == app.as_str()) {
            let verified = looking.verify(app.as_str(), &planned).await?;
            if !asked.json {
                verified.lines().iter().for_each(|line| crate::say(line));
            }
            found.push(verified);
        }
    }
    if asked.json {
        print(true, &value(&commit, &found), Vec::new);
    }
    let is_fine = found.iter().all(Verified::is_fine);
    Ok(if is_fine { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn value(commit: &CommitId, found: &[Verified]) -> Value {
    json!({"commit": commit, "apps": found.iter().map(Verified::value).collect::<Vec<_>>()})
}

struct Looking<'a> {
    builder: LocalBuilder,
    workspace: &'a Workspace,
    all: Vec<ShownFile>,
    /// What each task reads that it is not shown.
    read: BTreeMap<BuildKey, BTreeSet<String>>,
}

impl Looking<'_> {
    async fn verify(&mut self, app: &str, planned: &Planned) -> Result<Verified, Failure> {
        let failed = |cause: BuildFailure| explained(app, cause);
        let mut unknown = BTreeMap::new();
        for task in &planned.tasks {
            for path in self.unknown(task).await.map_err(failed)? {
                unknown.entry(path).or_insert_with(|| task.package.clone());
            }
            if task.key != planned.key {
                let (progress, _nobody) = mpsc::unbounded_channel();
                self.builder.build(task, progress).await.map_err(failed)?;
            }
        }
        let (replaced, outcome) = self.without_what_does_not_count(planned).await.map_err(failed)?;
        Ok(Verified { app: app.to_owned(), unknown, replaced, outcome })
    }

    /// What a build reads of all files of the commit that it is not shown.
    async fn unknown(&mut self, task: &Task) -> Result<BTreeSet<String>, BuildFailure> {
        if let Some(known) = self.read.get(&task.key) {
            return Ok(known.clone());
        }
        let shown: BTreeSet<&str> = task.shown.iter().map(|file| file.path.as_str()).collect();
        let nothing = BTreeMap::new();
        let look = Look { task, files: &self.all, instead: &nothing, keep: None };
        let Observed { read, .. } = self.builder.observe(look).await?;
        let unknown: BTreeSet<String> = read.into_iter().filter(|path| !shown.contains(path.as_str())).collect();
        self.read.insert(task.key.clone(), unknown.clone());
        Ok(unknown)
    }

    /// What is made with stubs in place of the modules that do not count, and which these are.
    async fn without_what_does_not_count(
        &self,
        planned: &Planned,
    ) -> Result<(BTreeSet<String>, Outcome), BuildFailure> {
        let (mut replaced, mut instead_of) = (BTreeSet::new(), BTreeMap::new());
        for task in &planned.tasks {
            let stubs = self.stubs(task, &planned.inputs);
            let is_of_others = task.needs.iter().any(|key| instead_of.contains_key(key));
            replaced.extend(stubs.keys().cloned());
            let is_app = task.key == planned.key;
            if stubs.is_empty() && !is_of_others {
                if is_app {
                    return Ok((replaced, Outcome::Nothing));
                }
                continue;
            }
            let other = |key: &BuildKey| instead_of.get(key).unwrap_or(key).clone();
            let over = Task { needs: task.needs.iter().map(other).collect(), ..task.clone() };
            let words = format!("stubs {} {:?} {stubs:?}", task.key, over.needs);
            let key = BuildKey::over(words.as_bytes());
            let look = Look { task: &over, files: &task.shown, instead: &stubs, keep: (!is_app).then_some(&key) };
            let with_stubs = match self.builder.observe(look).await {
                Ok(seen) => seen.written,
                Err(BuildFailure::Failed { because, .. }) => return Ok((replaced, Outcome::Fails(because))),
                Err(error) => return Err(error),
            };
            instead_of.insert(task.key.clone(), key);
            if is_app {
                return Ok((replaced, self.compared(task, with_stubs).await?));
            }
        }
        Ok((replaced, Outcome::Nothing))
    }

    fn stubs(&self, task: &Task, inputs: &Inputs) -> BTreeMap<String, String> {
        let behind = inputs.behind().iter().find(|behind| behind.folder == task.member.as_str());
        let covered = behind.map_or_else(|| inputs.own(), |behind| &behind.covered);
        let mut stubs = plan::stubs(self.workspace, task, covered);
        // What the app itself counts of a package counts, and of other members what a package does whose output asks for it.
        let is_others = |path: &str| self.workspace.owner(path) != Some(&task.member);
        let counts_behind = |path: &str| inputs.behind().iter().any(|behind| plan::counts(&behind.covered, path));
        let counts = |path: &str| plan::counts(inputs.own(), path) || is_others(path) && counts_behind(path);
        stubs.retain(|path, _| !counts(path));
        stubs
    }

    async fn compared(
        &self,
        task: &Task,
        with_stubs: BTreeMap<String, Option<String>>,
    ) -> Result<Outcome, BuildFailure> {
        let nothing = BTreeMap::new();
        let look = Look { task, files: &task.shown, instead: &nothing, keep: None };
        let plain = self.builder.observe(look).await?.written;
        let differing = differing(&plain, &with_stubs);
        if differing.is_empty() {
            return Ok(Outcome::Same);
        }
        let again = self.builder.observe(look).await?.written;
        Ok(if again == plain { Outcome::Differs(differing) } else { Outcome::Unsteady })
    }
}

fn differing(one: &BTreeMap<String, Option<String>>, other: &BTreeMap<String, Option<String>>) -> Vec<String> {
    let paths: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
    paths.into_iter().filter(|path| one.get(*path) != other.get(*path)).cloned().collect()
}

fn explained(app: &str, failure: BuildFailure) -> Failure {
    let failed = Failure::failed(format!("the builds of `{app}` cannot be looked at"));
    match failure {
        BuildFailure::Failed { because, hint, log, last_lines, .. } => {
            let failed = last_lines.into_iter().fold(failed.because(because), Failure::because);
            hint.into_iter().fold(failed, Failure::hint).hint(format!("the whole log is in `{}`", log.display()))
        }
        BuildFailure::Error(error) => failed.caused_by(&error),
    }
}

impl Verified {
    fn is_fine(&self) -> bool {
        self.unknown.is_empty() && !matches!(self.outcome, Outcome::Differs(_))
    }

    fn lines(&self) -> Vec<String> {
        let app = &self.app;
        let mut lines = Vec::new();
        match self.unknown.len() {
            0 => lines.push(format!("{app}: its build reads nothing that it is not shown")),
            count => lines.push(format!("{app}: builds read {count} files that they are not shown, if they are there")),
        }
        lines.extend(self.unknown.iter().take(SHOWN).map(|(path, by)| format!("    `{path}`, by `{by}`")));
        lines.extend(more(self.unknown.len()));
        if !self.unknown.is_empty() {
            lines.push(format!("hint: name what matters of them in `inputs` of `[apps.{app}]`"));
        }
        let count = self.replaced.len();
        match &self.outcome {
            Outcome::Nothing => lines.push("    every module that it is shown counts".to_owned()),
            Outcome::Same => lines.push(format!("    its output is the same without what {count} modules do that do not count")),
            Outcome::Unsteady => {
                lines.push("    its output is another each time, so that it cannot be told what counts".to_owned());
            }
            Outcome::Fails(because) => lines.push(format!(
                "    it does not build without what {count} modules do that do not count, so that nothing can be told: {because}"
            )),
            Outcome::Differs(files) => {
                lines.push(format!("    its output is another without what {count} modules do that do not count"));
                lines.extend(files.iter().take(SHOWN).map(|path| format!("        `{path}` differs")));
                lines.extend(self.replaced.iter().take(SHOWN).map(|path| format!("        `{path}` was replaced")));
                lines.extend(more(files.len().max(count)));
            }
        }
        lines
    }

    fn value(&self) -> Value {
        let (outcome, files, because) = match &self.outcome {
            Outcome::Nothing => ("nothing", Vec::new(), None),
            Outcome::Same => ("same", Vec::new(), None),
            Outcome::Unsteady => ("unsteady", Vec::new(), None),
            Outcome::Fails(because) => ("fails", Vec::new(), Some(because)),
            Outcome::Differs(files) => ("differs", files.clone(), None),
        };
        let unknown = self.unknown.iter().map(|(path, by)| json!({"path": path, "by": by}));
        json!({
            "name": self.app,
            "unknown": unknown.collect::<Vec<_>>(),
            "replaced": self.replaced,
            "outcome": outcome,
            "differing": files,
            "because": because,
        })
    }
}

fn more(count: usize) -> Option<String> {
    (count > SHOWN).then(|| format!("    and {} more: `--json` has all", count - SHOWN))
}
