//! What plans have looked at: what else there is decides nothing.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use model::RepoPath;

use super::build::Build;
use crate::modules::{Graph, Made, Reached};

/// Files that builds read or what configures them asks for, and members that are more to builds than others are.
#[derive(Debug, Default)]
pub struct Live {
    files: Vec<AtomicBool>,
    opened: Vec<AtomicBool>,
    run: Vec<AtomicBool>,
    making: Vec<AtomicBool>,
    members: Mutex<Members>,
    builds_root: AtomicBool,
}

/// Members of which more is known than which of their files are read.
#[derive(Clone, Debug, Default)]
pub struct Members {
    /// Those whose own tests, stories and documents are read.
    pub open: BTreeSet<RepoPath>,
    /// Those of which the builds of others read something.
    pub shared: BTreeSet<RepoPath>,
}

impl Live {
    /// For the files of a commit.
    pub fn new(files: usize) -> Live {
        let none = || (0..files).map(|_| AtomicBool::new(false)).collect();
        Live { files: none(), opened: none(), run: none(), making: none(), ..Live::default() }
    }

    /// Whether a file is looked at.
    pub fn holds(&self, file: u32) -> bool {
        is_set(&self.files, file)
    }

    /// Whether a build may open a file that does not count for it.
    pub fn only_opens(&self, file: u32) -> bool {
        is_set(&self.opened, file)
    }

    /// Whether commands of a build run a module, or it is imported by one that they run.
    pub fn runs(&self, file: u32) -> bool {
        is_set(&self.run, file)
    }

    /// Whether a file is read by how a package is made whose outputs are followed.
    pub fn makes(&self, file: u32) -> bool {
        is_set(&self.making, file)
    }

    /// What is known of members.
    pub fn members(&self) -> Members {
        self.members.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether the repository's own folder is built.
    pub fn builds_root(&self) -> bool {
        self.builds_root.load(Ordering::Relaxed)
    }

    /// Takes along what tells how a package is made.
    pub(super) fn take_made(&self, made: &Made) {
        set(&self.files, made.read.iter().copied());
        set(&self.making, made.read.iter().copied());
    }

    /// Takes along what the build of a member reads.
    pub(super) fn take_build(&self, graph: &Graph, member: &RepoPath, build: &Build<'_>, reached: &[&Reached]) {
        let files = || reached.iter().flat_map(|reached| reached.counted.keys().chain(&reached.shown)).copied();
        set(&self.files, files().chain(build.called.run.iter().copied()));
        set(&self.opened, reached.iter().flat_map(|reached| &reached.shown).copied());
        set(&self.run, build.called.run.iter().copied());
        self.builds_root.fetch_or(member.is_root(), Ordering::Relaxed);
        let reads = build.reads;
        // Tailwind looks through tests as well, where these are there.
        let scans_own = reached.iter().any(|reached| reached.scans_own);
        let is_open = reads.stories || reads.documents || reads.all || scans_own;
        // What only checks read counts where names of classes are found in it.
        let checked = reached.iter().filter(|reached| reached.scans).flat_map(|reached| &reached.checked);
        let others = checked.chain(&build.called.run).copied();
        let owners: BTreeSet<&RepoPath> = files().chain(others).filter_map(|file| graph.owner(file)).collect();
        let touched = reached.iter().flat_map(|reached| reached.members.iter().chain(reached.whole.keys()));
        let touched = touched.chain(build.called.members.keys()).chain(owners).filter(|other| *other != member);
        let mut members = self.members.lock().unwrap_or_else(PoisonError::into_inner);
        members.shared.extend(touched.cloned());
        members.open.extend(is_open.then(|| member.clone()));
    }
}

fn is_set(files: &[AtomicBool], file: u32) -> bool {
    files.get(file as usize).is_some_and(|file| file.load(Ordering::Relaxed))
}

fn set(files: &[AtomicBool], those: impl IntoIterator<Item = u32>) {
    for file in those {
        if let Some(file) = files.get(file as usize) {
            file.store(true, Ordering::Relaxed);
        }
    }
}
