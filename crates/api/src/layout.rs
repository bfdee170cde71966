//! Where things lie in a data directory: the one place that names its files and folders.

use std::path::{Path, PathBuf};

/// A data directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataDirectory(PathBuf);

impl DataDirectory {
    /// The data directory at an absolute path.
    pub fn at(path: impl Into<PathBuf>) -> DataDirectory {
        DataDirectory(path.into())
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Locked by the one controller that may write.
    pub fn lock(&self) -> PathBuf {
        self.0.join("lock")
    }

    /// The database.
    pub fn database(&self) -> PathBuf {
        self.0.join("frontage.db")
    }

    /// Values of secrets, readable by the owner alone.
    pub fn secrets(&self) -> PathBuf {
        self.0.join("secrets.json")
    }

    /// Where commands talk to the controller.
    pub fn control_socket(&self) -> PathBuf {
        self.0.join("control.sock")
    }

    /// What the controller sees, does and waits for.
    pub fn report(&self) -> PathBuf {
        self.0.join("report.json")
    }

    /// The edge's files: table, socket, its own log.
    pub fn edge(&self) -> PathBuf {
        self.0.join("edge")
    }

    /// The route table.
    pub fn table(&self) -> PathBuf {
        self.edge().join("table.json")
    }

    /// Where controller and edge talk.
    pub fn edge_socket(&self) -> PathBuf {
        self.edge().join("edge.sock")
    }

    /// One JSON object for each request that the edge answered.
    pub fn access_log(&self) -> PathBuf {
        self.0.join("logs/access.log")
    }

    /// Log files of builds, by key.
    pub fn build_logs(&self) -> PathBuf {
        self.0.join("logs/builds")
    }

    /// Log files of instances, by instance id.
    pub fn instance_logs(&self) -> PathBuf {
        self.0.join("logs/instances")
    }

    /// A folder for each sandbox: sockets, record, scratch.
    pub fn sandboxes(&self) -> PathBuf {
        self.0.join("sandboxes")
    }

    /// Unpacked layers by digest: base, dependencies, apps.
    pub fn layers(&self) -> PathBuf {
        self.0.join("layers")
    }

    /// Installed third-party packages by install key.
    pub fn installs(&self) -> PathBuf {
        self.0.join("installs")
    }

    /// Checked out parts of commits, by content.
    pub fn checkouts(&self) -> PathBuf {
        self.0.join("checkouts")
    }

    /// Outputs of packages' builds by key.
    pub fn outputs(&self) -> PathBuf {
        self.0.join("outputs")
    }

    /// What was found out about contents of the repository.
    pub fn knowledge(&self) -> PathBuf {
        self.0.join("knowledge")
    }

    /// Node.js and package managers that were fetched.
    pub fn toolchains(&self) -> PathBuf {
        self.0.join("toolchains")
    }

    /// The cache of a package manager, by its program, shared by installs; each checks what it takes from there.
    pub fn package_cache(&self, program: &str) -> PathBuf {
        self.0.join("cache").join(program)
    }

    /// The OCI image layout that holds every image.
    pub fn images(&self) -> PathBuf {
        self.0.join("images")
    }

    /// Artifacts' records by key.
    pub fn artifacts(&self) -> PathBuf {
        self.0.join("artifacts")
    }

    /// Public assets and their indexes by digest: `assets/3f/9a1c…`; a precompressed form stands
    /// beside the plain one with `.br` or `.gz` appended.
    pub fn asset(&self, digest: &model::Digest) -> PathBuf {
        let (folder, name) = digest.hex().split_at(2);
        self.0.join("assets").join(folder).join(name)
    }

    /// Files that are being written; emptied when a controller starts.
    pub fn scratch(&self) -> PathBuf {
        self.0.join("scratch")
    }
}
