//! What plans have looked at: what else there is decides nothing.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use model::RepoPath;

use super::build::Build;
use crate::modules::Reached;

/// Files that builds read or what configures them asks for, and members whose builds read more than others do.
#[derive(Debug, Default)]
pub struct Live {
    files: Vec<AtomicBool>,
    open: Mutex<BTreeSet<RepoPath>>,
    builds_root: AtomicBool,
}

impl Live {
    /// For the files of a commit.
    pub fn new(files: usize) -> Live {
        Live { files: (0..files).map(|_| AtomicBool::new(false)).collect(), ..Live::default() }
    }

    /// Whether a file is looked at.
    pub fn holds(&self, file: u32) -> bool {
        self.files.get(file as usize).is_some_and(|file| file.load(Ordering::Relaxed))
    }

    /// Members whose own tests, stories and documents are read.
    pub fn open(&self) -> BTreeSet<RepoPath> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether the repository's own folder is built.
    pub fn builds_root(&self) -> bool {
        self.builds_root.load(Ordering::Relaxed)
    }

    pub(super) fn take(&self, files: impl IntoIterator<Item = u32>) {
        for file in files {
            if let Some(file) = self.files.get(file as usize) {
                file.store(true, Ordering::Relaxed);
            }
        }
    }

    /// Takes along what the build of a member reads.
    pub(super) fn take_build(&self, member: &RepoPath, build: &Build<'_>, reached: &[&Reached]) {
        self.take(reached.iter().flat_map(|reached| reached.counted.keys().chain(&reached.shown)).copied());
        self.take(build.called.run.iter().copied());
        self.builds_root.fetch_or(member.is_root(), Ordering::Relaxed);
        let reads = build.reads;
        // Tailwind looks through tests as well, where these are there.
        let scans_own = reached.iter().any(|reached| reached.scans_own);
        let is_open = reads.stories || reads.documents || reads.all || scans_own;
        if is_open {
            self.open.lock().unwrap_or_else(PoisonError::into_inner).insert(member.clone());
        }
    }
}
