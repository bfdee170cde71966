//! A task: the build of one package or app at one build key.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::id::{BuildKey, CommitId, Digest, RepoPath};

/// The folder inside every sandbox where the repository lies, the same for each build and instance.
pub const REPOSITORY_FOLDER: &str = "/srv/repo";

/// One build: it runs the steps of a package or an app over exactly the files that are shown to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// The content hash of everything that it may depend on; its identity.
    pub key: BuildKey,
    /// The folder of the workspace member that it builds.
    pub member: RepoPath,
    /// The member's package name, for people.
    pub package: String,
    /// Whether it leaves a package's output or an app's artifact.
    pub kind: TaskKind,
    /// Keys of the packages' builds whose outputs are laid under it, nearest first.
    pub needs: Vec<BuildKey>,
    /// Every file of the commit that the build may open, sorted by path.
    pub shown: Vec<ShownFile>,
    /// The third-party packages that it stands on; none in a repository without any.
    pub install: Option<Arc<InstallLayer>>,
    /// The shell commands, in order: lifecycle scripts of the root and the member, then its build.
    pub steps: Vec<Step>,
    /// The variables that count for its key.
    pub env: BTreeMap<String, String>,
    /// Node.js and the package manager.
    pub toolchain: Toolchain,
    /// Whether it may use the network.
    pub network: bool,
    /// The commit it was planned for. Its content reaches the build only by what is shown; the id
    /// does so only where the app asks for it (`commit = true`).
    pub commit: CommitId,
}

impl Task {
    /// What tells one set of shown files from another. Two builds of one key may be shown different ones: what only its
    /// checks read, such as tests that are type-checked with it, is not covered by the key.
    pub fn shown_digest(&self) -> String {
        let files = self.shown.iter().map(|file| format!("{} {} {}\n", file.path, file.mode, file.object));
        Digest::of(files.collect::<String>().as_bytes()).hex().to_owned()
    }
}

/// What a task leaves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(clippy::large_enum_variant, reason = "tasks are few, and most of them are apps")]
pub enum TaskKind {
    /// A package's output, laid under those who need it.
    Package,
    /// An app's artifact.
    App {
        /// The app.
        app: App,
        /// Folders of the workspace packages that it needs when it runs; they are part of its image.
        packages: Vec<RepoPath>,
        /// Names of the packages that each of these folders needs when it runs: the app's, its packages' and the
        /// root's. What they lead to in the install layer is its production closure.
        wanted: BTreeMap<RepoPath, Vec<String>>,
    },
}

/// A file of the commit that a build may open.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ShownFile {
    /// Its path.
    pub path: RepoPath,
    /// Git's mode: `100644`, `100755`, `120000` (a symbolic link).
    pub mode: String,
    /// Git's object id of its content.
    pub object: String,
}

/// One shell command of a build.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What it is called in logs: `postinstall`, `build`.
    pub name: String,
    /// The folder that it runs in.
    pub folder: RepoPath,
    /// The text for `sh -c`.
    pub command: String,
}

/// Third-party packages, installed once for everybody who needs exactly these.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstallLayer {
    /// The content hash over all that an install may depend on; its identity.
    pub key: BuildKey,
    /// The package manager.
    pub manager: PackageManager,
    /// The folder that it is installed in: the one of the lockfile.
    pub folder: RepoPath,
    /// Lockfile, settings of the package manager, patches, and what `file:` names.
    pub files: Vec<ShownFile>,
    /// Manifests of the root and the members, without lifecycle scripts: those read source, and run as the
    /// first step of builds.
    pub manifests: BTreeMap<RepoPath, String>,
}

/// A package manager: what reads the lockfile, and how installs are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PackageManager {
    /// npm.
    Npm,
    /// pnpm.
    Pnpm,
    /// Yarn 1.
    YarnClassic,
    /// Yarn 2 and newer.
    YarnBerry,
    /// Bun.
    Bun,
}

impl PackageManager {
    /// The program that people call.
    pub fn program(self) -> &'static str {
        match self {
            PackageManager::Npm => "npm",
            PackageManager::Pnpm => "pnpm",
            PackageManager::YarnClassic | PackageManager::YarnBerry => "yarn",
            PackageManager::Bun => "bun",
        }
    }
}

impl std::fmt::Display for PackageManager {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.pad(match self {
            PackageManager::Npm => "npm",
            PackageManager::Pnpm => "pnpm",
            PackageManager::YarnClassic => "Yarn 1",
            PackageManager::YarnBerry => "Yarn",
            PackageManager::Bun => "Bun",
        })
    }
}

/// Which Node.js and which package manager.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Toolchain {
    /// The version of Node.js, `20.20.2`.
    pub node: String,
    /// The package manager and its version, `npm@11.19.1`.
    pub package_manager: String,
    /// Operating system, architecture and C library: `linux-x64-glibc`.
    pub platform: String,
    /// First lines of the machine's compilers' `--version`, empty where there is none.
    pub compilers: String,
}
