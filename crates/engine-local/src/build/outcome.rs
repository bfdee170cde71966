//! What a build left decides how it is served: its start, its public folders, and the part of its tree that runs.

use std::collections::{BTreeMap, BTreeSet};

use model::{App, RepoPath, Start};

/// What a build left, as far as that can be told by names and texts.
pub trait Tree {
    /// Every file of the built tree by its path from the repository's root, without what lies in a `node_modules`.
    fn files(&self) -> &BTreeMap<String, Origin>;

    /// The text of a file; none if it is not there, is no text, or is larger than any that tells something.
    fn read(&self, path: &str) -> Option<String>;

    /// Whether a path exists in the tree or among the installed packages, `node_modules` included.
    fn exists(&self, path: &str) -> bool;
}

/// Where a file of the tree comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The commit, or a package's build: it was there before.
    Shown,
    /// The app's own build.
    Written,
}

/// How an app is served, as what its build left says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// How it is started.
    pub start: Start,
    /// Its public folders, most important first: where two have a file of one name, the first one's is served.
    pub public: Vec<Public>,
    /// The prefix of its pages and assets, `/catalog`; empty for `/`.
    pub base_path: String,
    /// The URL path of the shell that a browser renders pages from.
    pub shell: Option<String>,
    /// The URL path of the page that says that there is none.
    pub not_found: Option<String>,
    /// Which part of the tree its image needs.
    pub kept: Kept,
    /// What is laid at another place of the image besides.
    pub copied: Vec<Copied>,
    /// Variables that its start needs besides those that every instance is given.
    pub env: BTreeMap<String, String>,
    /// What had been guessed and turned out otherwise, each in a sentence.
    pub corrections: Vec<String>,
}

/// A folder that is served as it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Public {
    /// The folder, from the repository's root.
    pub folder: RepoPath,
    /// What stands before the names of its files in URLs: empty, `/catalog`, `/catalog/_next/static`.
    pub prefix: String,
}

/// Which part of the tree an image needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kept {
    /// Nothing: there is no process.
    Nothing,
    /// These folders alone, from the repository's root: the build put all that they need into them.
    Alone(BTreeSet<RepoPath>),
    /// The app's folder, the workspace packages that it needs and its production closure.
    Members {
        /// Folders outside of them that are needed too, from the repository's root.
        besides: BTreeSet<RepoPath>,
        /// Installed packages that the start command runs. They may be development dependencies, and are needed all
        /// the same, with what they need.
        runners: BTreeSet<String>,
    },
}

/// Files that are laid at a second place, where nothing is yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copied {
    /// The folder, from the repository's root.
    pub from: RepoPath,
    /// Where its content goes, from the repository's root.
    pub to: RepoPath,
}

/// A build that succeeded and left nothing that can be served.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the build succeeded, but left nothing to serve: {looked_for}")]
pub struct Missing {
    /// What was looked for and is not there.
    pub looked_for: String,
    /// What a person can do.
    pub hint: String,
}

/// Decides how an app is served by what its build left.
///
/// # Errors
/// If it left nothing that can be served, or not what is configured.
pub fn outcome(app: &App, tree: &dyn Tree) -> Result<Outcome, Missing> {
    let _ = (app, tree);
    Err(Missing { looked_for: "nothing is known yet".to_owned(), hint: "`output = \"…\"`".to_owned() })
}
