//! A working tree while somebody works on it: what it comes to, told again after each save.
//!
//! A save that changes nothing but what is inside files is told from what was known, as a commit is told from another; any
//! other reads the working tree again, with all that is known of contents.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use model::ShownFile;

use crate::analysis::Analysis;
use crate::git::Change;
use crate::knowledge::Knowledge;
use crate::workspace::Unreadable;
use crate::{GitError, Repository, Snapshot};

/// How many files are looked at one by one.
const MOST_SAVED: usize = 20;

/// A working tree and what it comes to.
pub struct Working<'a> {
    repository: &'a Repository,
    knowledge: &'a Knowledge,
    snapshot: Snapshot,
    /// None while it cannot be used.
    analysis: Option<Arc<Analysis>>,
}

/// What became of a look at some paths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Looked {
    /// Nothing that git would commit differs.
    Same,
    /// Contents differ.
    Saved,
    /// There may be other files, and other folders.
    Anew,
}

impl<'a> Working<'a> {
    /// The working tree as it is.
    ///
    /// # Errors
    /// If git fails, or a file cannot be read.
    pub fn of(repository: &'a Repository, knowledge: &'a Knowledge) -> Result<Working<'a>, GitError> {
        let snapshot = repository.working_tree()?;
        Ok(Working { repository, knowledge, snapshot, analysis: None })
    }

    /// Folders that hold its files, from its top, which is empty.
    pub fn folders(&self) -> BTreeSet<&str> {
        let mut folders = BTreeSet::from([""]);
        for path in self.snapshot.files.keys() {
            let mut path = path.as_str();
            while let Some((folder, _)) = path.rsplit_once('/') {
                if !folders.insert(folder) {
                    break;
                }
                path = folder;
            }
        }
        folders
    }

    /// What it comes to.
    ///
    /// # Errors
    /// If it cannot be used as it is.
    pub fn analysis(&mut self) -> Result<Arc<Analysis>, Unreadable> {
        if let Some(analysis) = &self.analysis {
            return Ok(Arc::clone(analysis));
        }
        let analysis = Arc::new(Analysis::of_snapshot(self.snapshot.clone(), self.knowledge)?);
        Ok(Arc::clone(self.analysis.insert(analysis)))
    }

    /// Looks again at paths to which something happened.
    ///
    /// # Errors
    /// If git fails, or a file cannot be read.
    pub fn look(&mut self, paths: &BTreeSet<String>) -> Result<Looked, GitError> {
        let (known, others): (Vec<&String>, Vec<&String>) =
            paths.iter().partition(|path| self.snapshot.files.contains_key(*path));
        let is_folder = |path: &&&String| {
            let below = self.snapshot.files.range(format!("{path}/")..).next();
            below.is_some_and(|(file, _)| file.starts_with(&format!("{path}/")))
        };
        // It is not known to what anything happened.
        let is_anything = paths.contains("");
        if is_anything || others.iter().any(|path| is_folder(&path)) || self.repository.lists_any(&others)? {
            return self.look_anew();
        }
        // Git has changed them.
        if known.len() > MOST_SAVED {
            return self.look_anew();
        }
        let files: Vec<ShownFile> = known.iter().map(|path| self.snapshot.files[*path].clone()).collect();
        let Some(saved) = self.repository.saved(&files)? else { return self.look_anew() };
        let mut contents: BTreeMap<String, Vec<u8>> = BTreeMap::new();
        let mut changes = Vec::new();
        for (before, (object, content)) in
            files.into_iter().zip(saved).filter(|(file, (object, _))| file.object != *object)
        {
            let after = ShownFile { object: object.clone(), ..before.clone() };
            contents
                .extend(self.snapshot.take(&after, content.clone()).map(|content| (before.object.clone(), content)));
            contents.insert(object, content);
            changes.push(Change::Content { before, after });
        }
        if changes.is_empty() {
            return Ok(Looked::Same);
        }
        let read = |objects: &[&str]| objects.iter().map(|object| contents.get(*object).cloned()).collect();
        let told = self.analysis.take().and_then(|known| known.after(&self.snapshot.commit, &changes, &read));
        self.analysis = told.map(Arc::new);
        Ok(Looked::Saved)
    }

    fn look_anew(&mut self) -> Result<Looked, GitError> {
        let snapshot = self.repository.working_tree()?;
        let is_same = snapshot.files == self.snapshot.files && snapshot.submodules == self.snapshot.submodules;
        self.snapshot = snapshot;
        if is_same {
            return Ok(Looked::Same);
        }
        self.analysis = None;
        Ok(Looked::Anew)
    }
}
