//! Builds on this machine: each task in a sandbox of its own, over layers that are made once for all.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use api::layout::DataDirectory;
use engine::{BuildFailure, Builder, Built, Error, Objects, Progress, Remedy, Stage};
use model::{Artifact, BuildKey, Task, TaskKind};
use tokio::sync::mpsc;

use crate::files::{self, Scratch};
use crate::sandbox::client;
use crate::toolchain::Toolchains;

mod assets;
mod base;
mod checkout;
mod closure;
mod dependencies;
pub mod hints;
mod image;
mod imports;
mod install;
mod managers;
pub mod observe;
mod once;
mod outcome;
mod pack;
mod room;

use hints::{Failed, Moment};
use once::Once;
use pack::PackError;
use room::{Registry, Room, Run};

/// The time of every file and commit that a build is shown, in seconds since 1970: 2020-01-01.
pub const EPOCH: u64 = 1_577_836_800;

/// How long a build may take, if nobody says otherwise.
const TIME_LIMIT: Duration = Duration::from_secs(30 * 60);

/// How many last lines of a build's log are shown when it failed.
const LAST_LINES: usize = 30;

/// How many are looked through for what a person can do.
const TELLING_LINES: usize = 400;

/// Builds tasks on this machine.
#[derive(Clone)]
pub struct LocalBuilder {
    shared: Arc<Shared>,
}

/// What all builds share.
struct Shared {
    data: DataDirectory,
    /// Git's common folder.
    repository: PathBuf,
    objects: Arc<dyn Objects>,
    program: PathBuf,
    toolchains: Toolchains,
    required: bool,
    /// How long an install or the steps of a build may take.
    time_limit: Duration,
    once: Once,
}

impl LocalBuilder {
    /// Builds of a repository, given by git's common folder and what reads its objects, under a data directory, with
    /// helpers of `program`. If isolation is `required`, a build that cannot have all of it is not run.
    pub fn new(
        data: DataDirectory,
        repository: PathBuf,
        objects: Arc<dyn Objects>,
        program: PathBuf,
        required: bool,
    ) -> LocalBuilder {
        let toolchains = Toolchains::new(data.clone());
        let (once, time_limit) = (Once::default(), TIME_LIMIT);
        let shared = Shared { data, repository, objects, program, toolchains, required, time_limit, once };
        LocalBuilder { shared: Arc::new(shared) }
    }

    /// Builds that may take so long.
    #[must_use]
    pub fn within(mut self, time_limit: Duration) -> LocalBuilder {
        if let Some(shared) = Arc::get_mut(&mut self.shared) {
            shared.time_limit = time_limit;
        }
        self
    }
}

/// Removes what builds have left that ended with their controller.
///
/// # Errors
/// If something could not be removed.
pub async fn sweep(data: &DataDirectory) -> io::Result<()> {
    for folder in folders(&data.sandboxes().join("builds"))? {
        client::remove(&folder, Duration::ZERO).await?;
    }
    for folder in folders(&data.scratch())? {
        client::remove_tree(&folder)?;
    }
    Ok(())
}

fn folders(path: &Path) -> io::Result<Vec<PathBuf>> {
    match fs::read_dir(path) {
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        entries => entries?.map(|entry| entry.map(|entry| entry.path())).collect(),
    }
}

#[async_trait::async_trait]
impl Builder for LocalBuilder {
    async fn build(&self, task: &Task, progress: mpsc::UnboundedSender<Progress>) -> Result<Built, BuildFailure> {
        let _one_at_a_time = self.shared.once.lock(task.key.as_str()).await;
        if let Some(built) = self.find(&task.key).await.map_err(BuildFailure::Error)? {
            return Ok(built);
        }
        Work { shared: self.shared.clone(), task: task.clone(), progress }.build().await
    }

    async fn find(&self, key: &BuildKey) -> Result<Option<Built>, Error> {
        let data = &self.shared.data;
        if data.outputs().join(key.as_str()).is_dir() {
            return Ok(Some(Built::Output));
        }
        let record = data.artifacts().join(format!("{key}.json"));
        let failed = || Error::new(Remedy::CallOperator, format!("could not read `{}`", record.display()));
        match fs::read(&record) {
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(cause) => Err(failed().because(cause)),
            Ok(text) => {
                let artifact: Artifact = serde_json::from_slice(&text).map_err(|cause| failed().because(cause))?;
                let there = |layer: &model::Layer| data.layers().join(layer.digest.hex()).is_dir();
                let whole = artifact.layers.iter().all(there) && assets::are_whole(data, &artifact.assets);
                Ok(whole.then(|| Built::Artifact(Box::new(artifact))))
            }
        }
    }
}

/// One build.
struct Work {
    shared: Arc<Shared>,
    task: Task,
    progress: mpsc::UnboundedSender<Progress>,
}

impl Work {
    async fn build(self) -> Result<Built, BuildFailure> {
        let (shared, task) = (&self.shared, &self.task);
        self.ahead(pack::base_ahead(shared.clone(), task.clone()));
        let install = match &task.install {
            None => None,
            Some(layer) => {
                self.tell(Stage::Install, true);
                let begins = || self.tell(Stage::Install, false);
                let installed = install::ensure(shared, layer, &task.toolchain, begins).await;
                Some(installed.map_err(|failure| self.with_own_log(failure))?)
            }
        };
        self.ahead(dependencies::ahead(shared.clone(), task.clone(), install.clone()));
        self.tell(Stage::Checkout, false);
        let checkout = self.checkout().await.map_err(|cause| self.error("lay out the files of", cause))?;
        let room = self.room(install.as_deref(), &checkout).map_err(|cause| self.error("make room for", cause))?;
        if !task.steps.is_empty() {
            let names: Vec<&str> = task.steps.iter().map(|step| step.name.as_str()).collect();
            self.tell(Stage::Step(names.join(", ")), false);
            self.run(&room).await?;
        }
        self.tell(Stage::Pack, false);
        let built = self.keep(&room, install.as_deref(), &checkout).await;
        let removed = room.remove().await;
        let built = built?;
        removed.map_err(|cause| self.error("clear up after", cause))?;
        Ok(built)
    }

    /// A failed install is found where this build's log is looked for.
    fn with_own_log(&self, failure: BuildFailure) -> BuildFailure {
        let BuildFailure::Failed { outside, because, hint, log, last_lines } = failure else { return failure };
        let own = self.shared.data.build_logs().join(format!("{}.log", self.task.key));
        let log = if fs::copy(&log, &own).is_ok() { own } else { log };
        BuildFailure::Failed { outside, because, hint, log, last_lines }
    }

    /// Every part of the checkout, uppermost first, relative to the data directory.
    async fn checkout(&self) -> io::Result<Vec<PathBuf>> {
        let mut names = Vec::new();
        let real = match &self.task.kind {
            TaskKind::App { app, .. } if app.commit => Some(self.task.commit.clone()),
            TaskKind::App { .. } | TaskKind::Package => None,
        };
        let git = checkout::git_name(&self.task.shown, real.as_ref());
        let parts: Vec<String> = checkout::parts(&self.task.shown).into_keys().collect();
        for name in [&git].into_iter().chain(&parts) {
            let _one_at_a_time = self.shared.once.lock(&format!("checkout {name}")).await;
            let (shared, shown, name, real) =
                (self.shared.clone(), self.task.shown.clone(), name.clone(), real.clone());
            let (git, kept) = (git.clone(), name.clone());
            blocking(move || {
                let data = &shared.data;
                if name == git {
                    return checkout::write_git(data, &shared.repository, &name, &shown, real.as_ref());
                }
                let parts = checkout::parts(&shown);
                parts.get(&name).map_or(Ok(()), |files| checkout::write_part(data, &*shared.objects, &name, files))
            })
            .await?;
            names.push(Path::new("checkouts").join(kept));
        }
        Ok(names)
    }

    /// The room in which the steps run.
    fn room(&self, install: Option<&Path>, checkout: &[PathBuf]) -> io::Result<Room<'_>> {
        let outputs = self.task.needs.iter().map(|key| Path::new("outputs").join(key.as_str()));
        let lowers = outputs.chain(checkout.iter().cloned()).chain(install.map(Path::to_owned));
        Room::make(&self.shared, self.task.key.as_str(), lowers.collect())
    }

    async fn run(&self, room: &Room<'_>) -> Result<(), BuildFailure> {
        let task = &self.task;
        let mut env = BTreeMap::from([
            ("npm_package_name".to_owned(), task.package.clone()),
            ("npm_command".to_owned(), "run-script".to_owned()),
        ]);
        if let TaskKind::App { app, .. } = &task.kind {
            env.extend(outcome::asked_of(app).map(|(name, value)| (name.to_owned(), value.to_owned())));
        }
        env.extend(task.env.clone());
        let run = Run {
            steps: &task.steps,
            env,
            folder: &task.member,
            network: task.network,
            registry: Registry::Absent,
            toolchain: &task.toolchain,
            bun: None,
        };
        let ended = room.run(run).await.map_err(|cause| self.error("run the build of", cause))?;
        if ended.succeeded() {
            return Ok(());
        }
        let log = room.log();
        let last_lines = files::last_lines(&log, LAST_LINES);
        let removed = room.remove().await;
        if hints::is_disk_full(&last_lines) {
            return Err(self.error("build", io::ErrorKind::StorageFull.into()));
        }
        removed.map_err(|cause| self.error("clear up after", cause))?;
        let shows = |path: &str| task.shown.iter().any(|file| file.path.as_str() == path);
        let app = match &task.kind {
            TaskKind::App { app, .. } => Some(app),
            TaskKind::Package => None,
        };
        let told = files::last_lines(&log, TELLING_LINES);
        let failed = Failed {
            moment: Moment::Build,
            app,
            network: task.network,
            ending: Some(&ended.ending),
            last_lines: &told,
            shows: &shows,
        };
        let hint = hints::hint(&failed);
        Err(BuildFailure::Failed { outside: task.network, because: ended.words(), hint, log, last_lines })
    }

    /// Keeps what the build left under its key.
    async fn keep(&self, room: &Room<'_>, install: Option<&Path>, checkout: &[PathBuf]) -> Result<Built, BuildFailure> {
        let (shared, task, upper) = (self.shared.clone(), self.task.clone(), room.upper());
        let failed = |cause| self.error("keep what was left by", cause);
        if task.kind == TaskKind::Package {
            let kept = blocking(move || keep_output(&shared.data, &task.key, &upper).map(|()| Built::Output)).await;
            return kept.map_err(failed);
        }
        let app_sources: Vec<PathBuf> = {
            let outputs = task.needs.iter().rev().map(|key| shared.data.outputs().join(key.as_str()));
            checkout.iter().rev().map(|part| shared.data.path().join(part)).chain(outputs).chain([upper]).collect()
        };
        let install = install.map(|install| shared.data.path().join(install));
        match pack::pack(&shared, &task, install, app_sources).await {
            Ok(artifact) => Ok(Built::Artifact(Box::new(artifact))),
            Err(PackError::Io(cause)) => Err(failed(cause)),
            Err(PackError::Missing(missing)) => Err(BuildFailure::Failed {
                outside: false,
                because: missing.to_string(),
                hint: Some(missing.hint),
                log: room.log(),
                last_lines: files::last_lines(&room.log(), LAST_LINES),
            }),
        }
    }

    /// Begins what packing will need while the build still runs. Packing asks for it again, and tells what fails.
    fn ahead(&self, work: impl Future<Output = io::Result<()>> + Send + 'static) {
        tokio::spawn(async move {
            if let Err(cause) = work.await {
                tracing::debug!("a layer could not be packed ahead: {cause}");
            }
        });
    }

    fn tell(&self, stage: Stage, reused: bool) {
        // Nobody may be looking.
        let _ = self.progress.send(Progress { stage, reused });
    }

    fn error(&self, attempted: &str, cause: io::Error) -> BuildFailure {
        let remedy = match cause.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Remedy::CallOperator,
            _ => Remedy::Retry,
        };
        BuildFailure::Error(Error::new(remedy, format!("could not {attempted} `{}`", self.task.package)).because(cause))
    }
}

/// A package's output: all that its build wrote and removed, without caches. It is laid under others as it is.
fn keep_output(data: &DataDirectory, key: &BuildKey, upper: &Path) -> io::Result<()> {
    let scratch = Scratch::new(data, "output")?;
    let tree = scratch.path().join("tree");
    fs::rename(upper, &tree)?;
    files::remove_where(&tree, &pack::is_cache)?;
    scratch.publish("tree", &data.outputs().join(key.as_str()))
}

/// Runs what waits for the disk where waiting harms nobody.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(io::Error::other)?
}
