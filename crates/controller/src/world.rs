//! What a controller works on: the repository, the engines and the edge, as traits.

use std::collections::BTreeMap;
use std::sync::Arc;

use api::table::RouteTable;
use engine::{Builder, Runtime};
use model::{AppName, BuildKey, CommitId, EnvironmentKind, PlannedApp, RepoPath, Task};

/// Everything outside that a controller works on.
#[derive(Clone)]
pub struct World {
    /// The repository.
    pub source: Arc<dyn Source>,
    /// What builds.
    pub builder: Arc<dyn Builder>,
    /// What runs instances.
    pub runtime: Arc<dyn Runtime>,
    /// What serves.
    pub edge: Arc<dyn Edge>,
    /// Values of secrets.
    pub secrets: Arc<dyn Secrets>,
}

/// The repository: its refs, and what its commits hold.
#[async_trait::async_trait]
pub trait Source: Send + Sync {
    /// Branches as they are now.
    ///
    /// # Errors
    /// If git cannot tell; in a few words.
    async fn refs(&self) -> Result<Refs, engine::Error>;

    /// The commits of production's branch after `from`, up to `to`, oldest first; only `to` if `from` is none
    /// or not among its ancestors.
    ///
    /// # Errors
    /// If git cannot tell.
    async fn commits(&self, from: Option<&CommitId>, to: &CommitId) -> Result<Vec<Commit>, engine::Error>;

    /// What a commit holds, what of it is affected, and how to build that.
    ///
    /// # Errors
    /// [`Refusal::Commit`] if the commit cannot be served as it is, [`Refusal::Error`] if we cannot tell.
    async fn analyse(&self, request: AnalysisRequest) -> Result<Analysis, Refusal>;
}

/// Branches of a repository.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refs {
    /// The production branch.
    pub production: String,
    /// Every branch by name.
    pub branches: BTreeMap<String, Branch>,
}

/// A branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branch {
    /// Its head.
    pub commit: CommitId,
    /// When that was committed, in seconds since 1970.
    pub committed_at: u64,
    /// The first line of its message.
    pub subject: String,
    /// Whether production's branch holds it already.
    pub merged: bool,
}

/// A commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// Its id.
    pub id: CommitId,
    /// The first line of its message.
    pub subject: String,
}

/// What is to be analysed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnalysisRequest {
    /// The commit.
    pub commit: CommitId,
    /// For which kind of environment it is built.
    pub kind: EnvironmentKind,
    /// What it is compared with.
    pub base: Base,
}

/// What a commit is compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Base {
    /// For each app the commit of its last successful build and the key that it had then. Apps without
    /// one were never built.
    LastBuilt(BTreeMap<AppName, (CommitId, BuildKey)>),
    /// The commit where its branch left this one.
    MergeBase(CommitId),
}

/// What a commit holds and affects.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Analysis {
    /// Its apps: all of them compared with [`Base::LastBuilt`], the affected ones compared with a merge base.
    pub apps: BTreeMap<AppName, PlannedApp>,
    /// The app that answers what no route claims.
    pub default_app: Option<AppName>,
    /// Members of the workspace that are not served, by folder, and why, each in a sentence.
    pub not_served: BTreeMap<String, String>,
    /// Folders of the repository that cannot be used at this commit, beside others that can.
    pub set_aside: Vec<RepoPath>,
    /// The tasks of the affected apps, those of packages before those that need them.
    pub tasks: Vec<Task>,
    /// What a person should know.
    pub warnings: Vec<String>,
}

/// Why there is no analysis.
#[derive(Debug)]
pub enum Refusal {
    /// The commit cannot be served as it is; each problem as a person reads it.
    Commit(Vec<String>),
    /// We could not tell.
    Error(engine::Error),
}

/// The edge, as the controller sees it. What it says comes as [`crate::Input::Edge`].
pub trait Edge: Send + Sync {
    /// Publishes a table: kept durably, then nudged.
    ///
    /// # Errors
    /// If it could not be kept; then the one before stands.
    fn publish(&self, table: &RouteTable) -> Result<(), engine::Error>;

    /// The newest table that was kept, if there is one that can be read.
    fn published(&self) -> Option<RouteTable>;

    /// Asks which table is in force and what is under way.
    fn ask(&self);

    /// Asks it to answer what is in flight and to end.
    fn stop(&self);
}

/// Values of secrets; the log knows only fingerprints.
pub trait Secrets: Send + Sync {
    /// Keeps a value.
    ///
    /// # Errors
    /// If it could not be kept.
    fn set(&self, name: &str, app: Option<&AppName>, kind: EnvironmentKind, value: &str) -> Result<(), engine::Error>;

    /// The values that an app is given, by name.
    ///
    /// # Errors
    /// If they cannot be read.
    fn values(&self, app: &AppName, kind: EnvironmentKind) -> Result<BTreeMap<String, String>, engine::Error>;
}
