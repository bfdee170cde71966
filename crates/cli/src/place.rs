//! Where a command works: the repository and its data directory.

use std::env;
use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};

use api::layout::DataDirectory;
use graph::Repository;
use graph::knowledge::Knowledge;

use crate::arguments::Arguments;
use crate::report::Failure;

/// A repository and its data directory.
#[derive(Debug)]
pub struct Place {
    /// The repository.
    pub repository: Repository,
    /// Its data directory; it need not exist yet.
    pub data: DataDirectory,
}

/// The right to write a data directory; given back when it is dropped or its process ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Place {
    /// The place that the arguments name; `path` stands for `-C` where a command has its own.
    ///
    /// # Errors
    /// If there is no usable repository.
    pub fn of(arguments: &Arguments, path: Option<&Path>) -> Result<Place, Failure> {
        let path = path.unwrap_or(&arguments.repository);
        let repository = Repository::open(path).map_err(|error| {
            let hint = error.hint();
            let failure = Failure::unusable(format!("`{}` cannot be used as a repository", path.display()));
            let failure = failure.caused_by(&error);
            match hint {
                Some(hint) => failure.hint(hint),
                None => failure,
            }
        })?;
        let data = match &arguments.data {
            Some(folder) => absolute(folder)?,
            None => default_folder()?.join(repository.id().as_str()),
        };
        Ok(Place { repository, data: DataDirectory::at(data) })
    }

    /// What this program found out about the repository before.
    pub fn knowledge(&self) -> Knowledge {
        Knowledge::kept_in(&self.data.knowledge(), &program())
    }

    /// Takes the lock of the one controller.
    ///
    /// # Errors
    /// If another process has it, or the folder cannot be made.
    pub fn lock(&self) -> Result<Lock, Failure> {
        let mut taken = self.try_lock()?;
        for _ in 0..5 {
            if taken.is_none() {
                std::thread::park_timeout(std::time::Duration::from_millis(20));
                taken = self.try_lock()?;
            }
        }
        taken.ok_or_else(|| {
            Failure::unusable(format!("another `frontage` works on `{}`", self.data.path().display()))
                .because("a data directory has one controller")
                .hint("`frontage status` shows it, `frontage down` stops it, `--data` names another folder")
        })
    }

    /// Takes the lock if no other process has it.
    ///
    /// # Errors
    /// If the folder cannot be made.
    pub fn try_lock(&self) -> Result<Option<Lock>, Failure> {
        let folder = self.data.path();
        let failed = |cause: std::io::Error| {
            Failure::unusable(format!("the data directory `{}` cannot be used", folder.display())).caused_by(&cause)
        };
        fs::create_dir_all(folder).map_err(failed)?;
        let file =
            OpenOptions::new().create(true).truncate(false).write(true).open(self.data.lock()).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Lock { _file: file })),
            Err(fs::TryLockError::WouldBlock) => Ok(None),
            Err(fs::TryLockError::Error(cause)) => Err(failed(cause)),
        }
    }

    /// Whether a controller works on it.
    pub fn has_controller(&self) -> bool {
        // Shared, and given back at once: a look keeps nobody from taking the lock but for that moment.
        let file = File::open(self.data.lock());
        file.is_ok_and(|file| matches!(file.try_lock_shared(), Err(fs::TryLockError::WouldBlock)))
    }
}

/// This program, told from any other that may find out something else: by its version, and by its file, since not every
/// build of it has a version of its own.
fn program() -> String {
    let file = env::current_exe().and_then(fs::metadata);
    let written = file.as_ref().ok().and_then(|file| file.modified().ok());
    format!("{} {:?} {written:?}", env!("CARGO_PKG_VERSION"), file.map(|file| file.len()).ok())
}

fn default_folder() -> Result<PathBuf, Failure> {
    let state = env::var_os("XDG_STATE_HOME").filter(|folder| Path::new(folder).is_absolute()).map(PathBuf::from);
    let home = || env::var_os("HOME").map(|home| Path::new(&home).join(".local/state"));
    state.or_else(home).map(|folder| folder.join("frontage")).ok_or_else(|| {
        Failure::unusable("there is no place for the data directory")
            .because("neither `XDG_STATE_HOME` nor `HOME` is set")
            .hint("name one with `--data`")
    })
}

fn absolute(folder: &Path) -> Result<PathBuf, Failure> {
    std::path::absolute(folder)
        .map_err(|cause| Failure::unusable(format!("`{}` is no usable path", folder.display())).caused_by(&cause))
}
