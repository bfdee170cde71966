//! A git repository as a [`Source`]: refs as they are, and what commits hold and affect.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use engine::{Error, Objects, Remedy};
use graph::affected::BaseInputs;
use graph::knowledge::Knowledge;
use graph::plan::Toolchains;
use graph::workspace::Unreadable;
use graph::{Diagnostic, GitError, Repository, WantedToolchain, Workspace, affected, plan};
use model::{AppName, BuildKey, CommitId, EnvironmentKind, EnvironmentName, PlannedApp, Reason, RepoPath, Toolchain};

use crate::world::{Analysis, AnalysisRequest, Base, Branch, Commit, Refs, Refusal, Source};

/// At how many commits inputs are remembered.
const REMEMBERED: usize = 16;

/// How long a file's time may not tell of a second writing: there are file systems that keep it in seconds.
const YOUNG: Duration = Duration::from_secs(3);

/// Finds the toolchain that a repository asks for.
pub type Resolve = dyn Fn(&WantedToolchain) -> Result<Toolchain, Error> + Send + Sync;

/// A git repository.
#[derive(Clone)]
pub struct GitSource {
    repository: Repository,
    production: String,
    resolve: Arc<Resolve>,
    /// Variables that the repository does not hold.
    variables: Arc<BTreeMap<String, String>>,
    /// Refs as they were read last, and what told then that they are these.
    seen: Arc<Mutex<Option<(Fingerprint, Refs)>>>,
    /// What keys cover at commits that were looked at, newest last: one change's head is the next one's base.
    known: Arc<Mutex<VecDeque<(At, BaseInputs)>>>,
    knowledge: Arc<Knowledge>,
}

/// What inputs depend on besides this Frontage: commit, kind of environment and toolchains.
type At = (CommitId, EnvironmentKind, Toolchains);

impl GitSource {
    /// A repository whose production branch is the one that `frontage.toml` names at the commit that is checked
    /// out, else the one that can be guessed.
    ///
    /// # Errors
    /// If there is no such branch, or git fails.
    pub fn open(repository: Repository, resolve: Arc<Resolve>) -> Result<GitSource, GitError> {
        let configured = configured_branch(&repository)?;
        let production = repository.production_branch(configured.as_deref())?;
        Ok(GitSource {
            repository,
            production,
            resolve,
            variables: Arc::default(),
            seen: Arc::default(),
            known: Arc::default(),
            knowledge: Arc::default(),
        })
    }

    /// With variables that the repository does not hold: builds are given those that they may see.
    #[must_use]
    pub fn giving(self, variables: BTreeMap<String, String>) -> GitSource {
        GitSource { variables: Arc::new(variables), ..self }
    }

    /// With what was found out before.
    #[must_use]
    pub fn knowing(self, knowledge: Knowledge) -> GitSource {
        GitSource { knowledge: Arc::new(knowledge), ..self }
    }

    /// The production branch.
    pub fn production(&self) -> &str {
        &self.production
    }

    /// Refs change seldom and are asked for all the time: git is asked when a look at its files says that they did.
    fn refs_now(&self) -> Result<Refs, GitError> {
        let fingerprint = Fingerprint::of(self.repository.common_folder());
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, refs)) = seen.as_ref().filter(|(before, _)| fingerprint.as_ref() == Some(before)) {
            return Ok(refs.clone());
        }
        let refs = self.read_refs()?;
        *seen = fingerprint.map(|fingerprint| (fingerprint, refs.clone()));
        Ok(refs)
    }

    fn read_refs(&self) -> Result<Refs, GitError> {
        let branches = self.repository.branches()?;
        let head = branches.iter().find(|branch| branch.name == self.production);
        let merged = match head {
            Some(head) => self.repository.merged(&head.commit)?,
            None => BTreeSet::new(),
        };
        let branches = branches.into_iter().map(|branch| {
            let merged = merged.contains(&branch.name);
            let graph::Branch { name, commit, committed_at, subject } = branch;
            (name, Branch { commit, committed_at, subject, merged })
        });
        Ok(Refs { production: self.production.clone(), branches: branches.collect() })
    }

    fn recall(&self, at: &At) -> Option<BaseInputs> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.iter().find(|(known, _)| known == at).map(|(_, inputs)| inputs.clone())
    }

    /// What could not be read may be there the next time, and is not remembered.
    fn remember(&self, at: At, inputs: BaseInputs) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if inputs.is_ok() && known.iter().all(|(other, _)| *other != at) {
            if known.len() == REMEMBERED {
                known.pop_front();
            }
            known.push_back((at, inputs));
        }
    }

    fn read_commits(&self, from: Option<&CommitId>, to: &CommitId) -> Result<Vec<Commit>, GitError> {
        let commits = self.repository.first_parents(from, to)?;
        Ok(commits.into_iter().map(|commit| Commit { id: commit.id, subject: commit.subject }).collect())
    }

    fn look(&self, request: &AnalysisRequest) -> Result<Analysis, Refusal> {
        let mut workspace = self.workspace(&request.commit)?;
        let toolchains = toolchains(&mut workspace, &*self.resolve).map_err(unusable_toolchain)?;
        let head =
            Head { source: self, workspace: &workspace, toolchains: &toolchains, environment: stand_in(request.kind) };
        let mut analysis = Analysis {
            default_app: workspace.default_app.clone(),
            not_served: not_served(&workspace),
            set_aside: workspace.set_aside.clone(),
            warnings: workspace.warnings.iter().map(ToString::to_string).collect(),
            ..Analysis::default()
        };
        let compared = match &request.base {
            Base::LastBuilt(built) => head.since_last_built(built),
            Base::MergeBase(production) => head.since_merge_base(&request.commit, production)?,
        };
        for app in compared.iter().filter(|(_, it)| it.reasons == affected::never_built()).map(|(app, _)| app) {
            analysis.warnings.extend(unset_variables(&workspace, app, &self.variables)?);
        }
        let inputs = compared.iter().map(|(app, comparison)| (app.clone(), comparison.planned.inputs.clone()));
        self.remember((request.commit.clone(), request.kind, toolchains.clone()), Ok(inputs.collect()));
        let mut planned_keys = BTreeSet::new();
        for (app, comparison) in compared {
            if comparison.reasons.is_empty() && matches!(request.base, Base::MergeBase(_)) {
                continue;
            }
            if !comparison.reasons.is_empty() {
                let tasks = comparison.planned.tasks.into_iter();
                analysis.tasks.extend(tasks.filter(|task| planned_keys.insert(task.key.clone())));
            }
            let planned =
                PlannedApp { app: workspace.apps[&app].clone(), key: comparison.key, reasons: comparison.reasons };
            analysis.apps.insert(app, planned);
        }
        Ok(analysis)
    }

    fn workspace(&self, commit: &CommitId) -> Result<Workspace, Refusal> {
        let snapshot = self.repository.snapshot(commit).map_err(|cause| Refusal::Error(git_failed(cause)))?;
        let mut workspace =
            Workspace::read_knowing(snapshot, &self.knowledge).map_err(|unreadable| match unreadable {
                Unreadable::Commit(problems) => Refusal::Commit(problems.iter().map(ToString::to_string).collect()),
                Unreadable::Git(cause) => Refusal::Error(git_failed(cause)),
            })?;
        workspace.give(&self.variables);
        Ok(workspace)
    }
}

/// The toolchains of a workspace's roots that have apps. Of several roots those whose own cannot be had are set aside.
///
/// # Errors
/// If none can be had, or one not at the moment.
pub fn toolchains(
    workspace: &mut Workspace,
    resolve: &dyn Fn(&WantedToolchain) -> Result<Toolchain, Error>,
) -> Result<Toolchains, Error> {
    let (mut found, mut refused) = (Toolchains::new(), Vec::new());
    for (folder, toolchain) in each_toolchain(workspace, resolve) {
        match toolchain {
            Ok(toolchain) => drop(found.insert(folder, toolchain)),
            Err(error) if error.remedy() == Remedy::ChangeRequest => refused.push((folder, error)),
            Err(error) => return Err(error),
        }
    }
    if found.is_empty()
        && let Some((_, error)) = refused.pop()
    {
        return Err(error);
    }
    for (folder, error) in refused {
        let place = if folder.is_root() { "." } else { folder.as_str() };
        let problem = Diagnostic::warning(crate::turn::chain(&error)).in_file(place);
        workspace.set_aside(&folder, error.way_out().into_iter().fold(problem, Diagnostic::hint));
    }
    Ok(found)
}

fn each_toolchain(
    workspace: &Workspace,
    resolve: &dyn Fn(&WantedToolchain) -> Result<Toolchain, Error>,
) -> Vec<(RepoPath, Result<Toolchain, Error>)> {
    let has_app = |root: &&graph::workspace::Root| {
        workspace.apps.values().any(|app| workspace.root_of(&app.path).is_some_and(|of| of.folder == root.folder))
    };
    let roots = workspace.roots.values().filter(has_app);
    let one = |root: &graph::workspace::Root| {
        let toolchain = resolve(&WantedToolchain::of(workspace, root))?;
        let version = toolchain.package_manager.split_once('@').map_or("", |(_, version)| version);
        // A range that is named may end in a version that does not read the lockfile.
        match root.misread_by(version) {
            None => Ok(toolchain),
            Some(problem) => {
                let error = Error::new(Remedy::ChangeRequest, problem.message);
                Err(problem.hint.into_iter().fold(error, Error::hint))
            }
        }
    };
    roots.map(|root| (root.folder.clone(), one(root))).collect()
}

/// What tells whether branches are as they were: their files' times and sizes, and the contents of those that are
/// so young that they may be written again within what their file system's clock tells apart.
/// Source: git's "gitrepository-layout", "reftable" and "racy-git" pages.
#[derive(Debug, PartialEq, Eq)]
struct Fingerprint {
    loose: BTreeMap<PathBuf, (FileMark, Option<Vec<u8>>)>,
    packed: Vec<Option<FileMark>>,
}

/// When a file was written, and its size.
type FileMark = (SystemTime, u64);

impl Fingerprint {
    /// None if it cannot be told.
    fn of(common: &Path) -> Option<Fingerprint> {
        let mark = |path: &Path| {
            let metadata = fs::metadata(path).ok()?;
            Some((metadata.modified().ok()?, metadata.len()))
        };
        let is_young = |(written, _): &FileMark| written.elapsed().map_or(true, |age| age < YOUNG);
        let packed = ["packed-refs", "reftable/tables.list"].map(|name| mark(&common.join(name))).to_vec();
        let mut loose = BTreeMap::new();
        let mut folders = vec![common.join("refs/heads")];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).ok()? {
                let entry = entry.ok()?;
                let path = entry.path();
                if entry.file_type().ok()?.is_dir() {
                    folders.push(path);
                } else {
                    let mark = mark(&path)?;
                    let content = if is_young(&mark) { Some(fs::read(&path).ok()?) } else { None };
                    loose.insert(path, (mark, content));
                }
            }
        }
        Some(Fingerprint { loose, packed })
    }
}

/// A commit that is compared with others.
struct Head<'a> {
    source: &'a GitSource,
    workspace: &'a Workspace,
    toolchains: &'a Toolchains,
    environment: EnvironmentName,
}

/// What came of comparing an app with its base.
struct Comparison {
    planned: plan::Planned,
    /// The key whose artifact is used: its base's if nothing changed.
    key: BuildKey,
    reasons: Vec<Reason>,
}

impl Head<'_> {
    fn since_last_built(&self, built: &BTreeMap<AppName, (CommitId, BuildKey)>) -> BTreeMap<AppName, Comparison> {
        let commits: BTreeSet<&CommitId> = built.values().map(|(commit, _)| commit).collect();
        let bases: BTreeMap<&CommitId, BaseInputs> =
            commits.into_iter().map(|commit| (commit, self.inputs_at(commit))).collect();
        let compare = |app: &AppName, planned: plan::Planned| {
            let Some((commit, key)) = built.get(app) else {
                return Comparison { key: planned.key.clone(), planned, reasons: affected::never_built() };
            };
            let reasons = affected::since(commit, &bases[commit], app, &planned.inputs);
            let key = if reasons.is_empty() { key.clone() } else { planned.key.clone() };
            Comparison { planned, key, reasons }
        };
        self.compared(compare)
    }

    fn since_merge_base(
        &self,
        commit: &CommitId,
        production: &CommitId,
    ) -> Result<BTreeMap<AppName, Comparison>, Refusal> {
        let base =
            self.source.repository.merge_base(commit, production).map_err(|cause| Refusal::Error(git_failed(cause)))?;
        let (base, inputs) = match base {
            Some(base) => (base.clone(), self.inputs_at(&base)),
            None => (production.clone(), Err("it has no history in common with production here".to_owned())),
        };
        let compare = |app: &AppName, planned: plan::Planned| {
            let reasons = affected::since(&base, &inputs, app, &planned.inputs);
            Comparison { key: planned.key.clone(), planned, reasons }
        };
        Ok(self.compared(compare))
    }

    fn compared(&self, compare: impl Fn(&AppName, plan::Planned) -> Comparison) -> BTreeMap<AppName, Comparison> {
        let planned = plan::all(self.workspace, &self.environment, self.toolchains).into_iter();
        planned.map(|(app, planned)| (app.clone(), compare(&app, planned))).collect()
    }

    /// What keys cover at another commit, computed by this Frontage with the head's toolchains: an upgrade of
    /// either affects nothing by itself.
    fn inputs_at(&self, commit: &CommitId) -> BaseInputs {
        let at = (commit.clone(), EnvironmentKind::of(&self.environment), self.toolchains.clone());
        if let Some(inputs) = self.source.recall(&at) {
            return inputs;
        }
        let inputs = self.read_inputs_at(commit);
        self.source.remember(at, inputs.clone());
        inputs
    }

    fn read_inputs_at(&self, commit: &CommitId) -> BaseInputs {
        let base = self.source.workspace(commit).map_err(|refusal| match refusal {
            Refusal::Commit(problems) => problems.join("; "),
            Refusal::Error(error) => crate::turn::chain(&error),
        })?;
        Ok(plan::inputs(&base, &self.environment, self.toolchains))
    }
}

/// Before an app's first build: what its source reads and nobody sets.
fn unset_variables(
    workspace: &Workspace,
    app: &AppName,
    given: &BTreeMap<String, String>,
) -> Result<Option<String>, Refusal> {
    let unset =
        graph::variables::unset(workspace, &workspace.apps[app]).map_err(|cause| Refusal::Error(git_failed(cause)))?;
    let unset: Vec<&String> = unset.iter().filter(|name| !given.contains_key(*name)).collect();
    let names: Vec<String> = unset.iter().map(|name| format!("`{name}`")).collect();
    // What a build puts into pages is no secret, and no secret reaches a build.
    let is_public = unset.iter().all(|name| plan::is_for_builds(&workspace.apps[app], name));
    let secret = if is_public { "" } else { ", or by `frontage secret set`," };
    let hint = format!("set them under `[apps.{app}.env]`{secret} if it needs them");
    Ok((!names.is_empty()).then(|| format!("`{app}` reads variables that nobody sets: {}; {hint}", names.join(", "))))
}

/// Members that are not served, by folder, and why; several reasons of one are one sentence after the other.
fn not_served(workspace: &Workspace) -> BTreeMap<String, String> {
    let mut not_served: BTreeMap<String, String> = BTreeMap::new();
    for (folder, because) in &workspace.skipped {
        let folder = if folder.as_str().is_empty() { "/" } else { folder.as_str() };
        not_served
            .entry(folder.to_owned())
            .and_modify(|all| all.extend(["; ", because.as_str()]))
            .or_insert_with(|| because.clone());
    }
    not_served
}

/// Builds know kinds of environment only; one preview's values are every preview's.
fn stand_in(kind: EnvironmentKind) -> EnvironmentName {
    match kind {
        EnvironmentKind::Production => EnvironmentName::production(),
        EnvironmentKind::Preview => "preview".parse().expect("`preview` is a name"),
    }
}

fn configured_branch(repository: &Repository) -> Result<Option<String>, GitError> {
    let Ok(head) = repository.resolve("HEAD") else { return Ok(None) };
    let files = repository.snapshot(&head)?.read([graph::config::FILE])?;
    let config = files.get(graph::config::FILE).map(|content| graph::config::read(content).0);
    Ok(config.and_then(|config| config.production))
}

fn unusable_toolchain(error: Error) -> Refusal {
    match error.remedy() {
        Remedy::ChangeRequest => {
            let hint = error.way_out().map_or_else(String::new, |hint| format!("\nhint: {hint}"));
            Refusal::Commit(vec![crate::turn::chain(&error) + &hint])
        }
        Remedy::Retry | Remedy::CallOperator => Refusal::Error(error),
    }
}

fn git_failed(cause: GitError) -> Error {
    let attempted = match cause.hint() {
        Some(hint) => format!("could not read the repository (hint: {hint})"),
        None => "could not read the repository".to_owned(),
    };
    Error::new(Remedy::Retry, attempted).because(cause)
}

#[async_trait::async_trait]
impl Source for GitSource {
    async fn refs(&self) -> Result<Refs, Error> {
        let source = self.clone();
        blocking(move || source.refs_now().map_err(git_failed)).await?
    }

    async fn commits(&self, from: Option<&CommitId>, to: &CommitId) -> Result<Vec<Commit>, Error> {
        let (source, from, to) = (self.clone(), from.cloned(), to.clone());
        blocking(move || source.read_commits(from.as_ref(), &to).map_err(git_failed)).await?
    }

    async fn analyse(&self, request: AnalysisRequest) -> Result<Analysis, Refusal> {
        let (source, knowledge) = (self.clone(), Arc::clone(&self.knowledge));
        let analysis = blocking(move || source.look(&request)).await.map_err(Refusal::Error)?;
        // Nobody waits for what only spares work later.
        tokio::task::spawn_blocking(move || {
            if let Err(cause) = knowledge.keep() {
                tracing::warn!("what was found out about the repository could not be kept: {cause}");
            }
        });
        analysis
    }
}

impl Objects for GitSource {
    fn contents(&self, ids: &[&str]) -> Result<Vec<Vec<u8>>, Error> {
        self.repository.contents(ids).map_err(git_failed)
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
    let joined = tokio::task::spawn_blocking(work).await;
    joined.map_err(|cause| Error::new(Remedy::Retry, "reading the repository broke off").because(cause))
}

#[cfg(test)]
mod tests;
