//! What was found out of contents before, by the objects that hold them: whoever reads one commit after another looks at
//! each content once. It can be kept in a folder, for processes that come later.
//!
//! A kept file is of one program: another one may find out something else. It is written whole under a name of its own and
//! then renamed, so that neither a crash nor another process at the same time leaves half of one; the last who writes
//! wins, and what is lost is found out again. One that does not hold what its checksum says counts as none.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use model::{CommitId, Digest};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::analysis::{self, Analysis};
use crate::diagnostic::Diagnostic;
use crate::git::{GitError, Snapshot};
use crate::lockfile::Lockfile;
use crate::modules::{self, Kind, Record};

/// Of how many contents records are kept; of more only those that were asked for since it was loaded.
const MOST_KEPT: usize = 200_000;

/// How many lockfiles are remembered.
const MOST_LOCKFILES: usize = 64;

/// Of how many commits it is kept what they come to, and in how many bytes.
const MOST_COMMITS: usize = 64;
const MOST_BYTES: u64 = 128 << 20;

/// How the names of files begin that are being written, and how long that takes at most.
const UNFINISHED: &str = ".unfinished-";
const LONGEST_WRITING: Duration = Duration::from_secs(600);

/// Hex digits of a checksum.
const CHECKSUM: usize = 64;

/// The name of the file of what contents say.
const CONTENTS: &str = "contents";

/// The name of the folder with a file for each commit.
const COMMITS: &str = "commits";

/// What contents say.
#[derive(Debug, Default)]
pub struct Knowledge {
    records: Mutex<HashMap<(String, Kind), Known<Record>>>,
    /// Lockfiles by their objects and names.
    lockfiles: Mutex<HashMap<(String, String), Known<Lockfile>>>,
    /// What commits come to that were looked at, and whether it is kept.
    analyses: Mutex<BTreeMap<CommitId, (Arc<Analysis>, bool)>>,
    is_new: AtomicBool,
    kept: Option<Kept>,
}

/// Something, and whether it was asked for.
#[derive(Debug)]
struct Known<T> {
    value: Arc<T>,
    is_asked_for: bool,
}

/// Where files are kept, and for which program.
#[derive(Clone, Debug)]
struct Kept {
    folder: PathBuf,
    program: String,
}

/// What the file of contents holds.
#[derive(Serialize, Deserialize)]
struct Stored<RecordOf, LockfileOf> {
    records: Vec<(String, Kind, RecordOf)>,
    lockfiles: Vec<(String, String, LockfileOf)>,
}

impl Knowledge {
    /// What a program of this name left in a folder; nothing, if it left nothing that can be read.
    pub fn kept_in(folder: &Path, program: &str) -> Knowledge {
        let kept = Kept { folder: folder.to_owned(), program: program.to_owned() };
        let Stored { records, lockfiles }: Stored<Record, Lockfile> =
            kept.read(CONTENTS).unwrap_or(Stored { records: Vec::new(), lockfiles: Vec::new() });
        let records = records.into_iter().map(|(object, kind, record)| ((object, kind), Known::kept(record)));
        let lockfiles = lockfiles.into_iter().map(|(object, name, lockfile)| ((object, name), Known::kept(lockfile)));
        Knowledge {
            records: Mutex::new(records.collect()),
            lockfiles: Mutex::new(lockfiles.collect()),
            analyses: Mutex::default(),
            is_new: AtomicBool::new(false),
            kept: Some(kept),
        }
    }

    /// Keeps what was found out since it was loaded, if it has a folder and anything was.
    ///
    /// # Errors
    /// If the folder cannot be written.
    pub fn keep(&self) -> io::Result<()> {
        let Some(kept) = &self.kept else { return Ok(()) };
        for (commit, (analysis, is_kept)) in lock(&self.analyses).iter_mut().filter(|(_, (_, is_kept))| !is_kept) {
            kept.write(&format!("{COMMITS}/{commit}"), &analysis::Stored::of(analysis))?;
            kept.forget_oldest(&kept.folder.join(COMMITS))?;
            *is_kept = true;
        }
        if !self.is_new.swap(false, Ordering::Relaxed) {
            return Ok(());
        }
        let (records, lockfiles) = (lock(&self.records), lock(&self.lockfiles));
        let is_full = records.len() > MOST_KEPT;
        let records = records.iter().filter(|(_, known)| known.is_asked_for || !is_full);
        // One lockfile may be as large as the records of thousands of files.
        let lockfiles = lockfiles.iter().filter(|(_, known)| known.is_asked_for);
        kept.write(
            CONTENTS,
            &Stored {
                records: records.map(|((object, kind), known)| (object.clone(), *kind, &*known.value)).collect(),
                lockfiles: lockfiles
                    .map(|((object, name), known)| (object.clone(), name.clone(), &*known.value))
                    .collect(),
            },
        )
    }

    /// Commits of which it is known what they come to.
    pub(crate) fn analysed(&self) -> BTreeSet<CommitId> {
        let kept = self.kept.iter().filter_map(|kept| fs::read_dir(kept.folder.join(COMMITS)).ok());
        let kept = kept.flatten().filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
        kept.chain(lock(&self.analyses).keys().cloned()).collect()
    }

    /// What is known of a commit.
    pub(crate) fn analysis(&self, commit: &CommitId) -> Option<Arc<Analysis>> {
        if let Some((analysis, _)) = lock(&self.analyses).get(commit) {
            return Some(Arc::clone(analysis));
        }
        let stored: analysis::Stored = self.kept.as_ref()?.read(&format!("{COMMITS}/{commit}"))?;
        let analysis = Arc::new(stored.analysis()?);
        lock(&self.analyses).insert(commit.clone(), (Arc::clone(&analysis), true));
        Some(analysis)
    }

    /// Takes along what a commit comes to.
    pub(crate) fn add_analysis(&self, commit: &CommitId, analysis: Analysis) -> Arc<Analysis> {
        let analysis = Arc::new(analysis);
        lock(&self.analyses).insert(commit.clone(), (Arc::clone(&analysis), false));
        analysis
    }

    /// What some files of a snapshot say, by path. What is not there cannot be built either, which the build says.
    pub(crate) fn records(&self, snapshot: &Snapshot, wanted: &[(&str, Kind)]) -> Result<Vec<Arc<Record>>, GitError> {
        let key = |path: &str, kind: Kind| {
            let object = snapshot.files.get(path).map(|file| file.object.clone()).unwrap_or_default();
            (object, kind)
        };
        let mut found: Vec<Option<Arc<Record>>> = {
            let mut records = lock(&self.records);
            wanted.iter().map(|(path, kind)| records.get_mut(&key(path, *kind)).map(Known::ask)).collect()
        };
        let unknown: Vec<usize> = (0..wanted.len()).filter(|at| found[*at].is_none()).collect();
        let contents = snapshot.read_there(unknown.iter().map(|at| wanted[*at].0))?;
        let there: Vec<usize> = unknown.into_iter().filter(|at| contents.contains_key(wanted[*at].0)).collect();
        let text = |at: &usize| {
            let (path, kind) = wanted[*at];
            (String::from_utf8_lossy(&contents[path]).into_owned(), kind)
        };
        let texts: Vec<(String, Kind)> = there.iter().map(text).collect();
        let read = modules::read(&texts);
        if !read.is_empty() {
            self.is_new.store(true, Ordering::Relaxed);
        }
        let mut records = lock(&self.records);
        if records.len() > 2 * MOST_KEPT {
            records.clear();
        }
        for (at, record) in there.into_iter().zip(read) {
            let (path, kind) = wanted[at];
            let mut known = Known::kept(record);
            found[at] = Some(known.ask());
            records.insert(key(path, kind), known);
        }
        Ok(found.into_iter().map(Option::unwrap_or_default).collect())
    }

    /// The lockfile at a path of a snapshot.
    ///
    /// # Errors
    /// If git fails; or what is wrong with the lockfile.
    pub(crate) fn lockfile(
        &self,
        snapshot: &Snapshot,
        path: &str,
    ) -> Result<Result<Option<Arc<Lockfile>>, Diagnostic>, GitError> {
        let Some(file) = snapshot.files.get(path) else { return Ok(Ok(None)) };
        let name = path.rsplit('/').next().unwrap_or(path);
        let key = (file.object.clone(), name.to_owned());
        if let Some(known) = lock(&self.lockfiles).get_mut(&key) {
            return Ok(Ok(Some(known.ask())));
        }
        let contents: BTreeMap<String, Vec<u8>> = snapshot.read([path])?;
        let read = Lockfile::read(path, contents.get(path).map(Vec::as_slice).unwrap_or_default());
        Ok(read.map(|lockfile| {
            let mut known = Known::kept(lockfile);
            let asked = known.ask();
            let mut lockfiles = lock(&self.lockfiles);
            // A few are in use; a process that lives long sees others come and go.
            if lockfiles.len() >= MOST_LOCKFILES {
                lockfiles.clear();
            }
            lockfiles.insert(key, known);
            self.is_new.store(true, Ordering::Relaxed);
            Some(asked)
        }))
    }
}

impl<T> Known<T> {
    fn kept(value: T) -> Known<T> {
        Known { value: Arc::new(value), is_asked_for: false }
    }

    fn ask(&mut self) -> Arc<T> {
        self.is_asked_for = true;
        Arc::clone(&self.value)
    }
}

impl Kept {
    /// What a file holds; none if it is not there, of another program, or not whole.
    fn read<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        let bytes = fs::read(self.folder.join(name)).ok()?;
        let rest = bytes.strip_prefix(self.head().as_bytes())?;
        let (checksum, content) = rest.split_at_checked(CHECKSUM)?;
        (checksum == Digest::of(content).hex().as_bytes()).then(|| postcard::from_bytes(content).ok())?
    }

    fn write<T: Serialize>(&self, name: &str, value: &T) -> io::Result<()> {
        let content = postcard::to_stdvec(value).map_err(io::Error::other)?;
        let mut bytes = self.head().into_bytes();
        bytes.extend(Digest::of(&content).hex().as_bytes());
        bytes.extend(content);
        let place = self.folder.join(name);
        fs::create_dir_all(place.parent().unwrap_or(&self.folder))?;
        self.forget_unfinished()?;
        let mut file = tempfile::Builder::new().prefix(UNFINISHED).tempfile_in(&self.folder)?;
        file.write_all(&bytes)?;
        file.persist(place)?;
        Ok(())
    }

    /// Removes what processes left that were killed while they wrote.
    fn forget_unfinished(&self) -> io::Result<()> {
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            let is_unfinished = entry.file_name().to_string_lossy().starts_with(UNFINISHED);
            let written = || entry.metadata().and_then(|metadata| metadata.modified());
            // One that is finished meanwhile has another name.
            if is_unfinished && written().is_ok_and(|at| at.elapsed().is_ok_and(|age| age > LONGEST_WRITING)) {
                remove(&entry.path())?;
            }
        }
        Ok(())
    }

    /// Removes the oldest files of a folder until it holds no more than it may.
    fn forget_oldest(&self, folder: &Path) -> io::Result<()> {
        let mut files = Vec::new();
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let metadata = entry.metadata()?;
            files.push((metadata.modified()?, metadata.len(), entry.path()));
        }
        files.sort();
        let mut bytes: u64 = files.iter().map(|(_, bytes, _)| bytes).sum();
        let mut count = files.len();
        for (_, length, path) in files {
            if count <= MOST_COMMITS && bytes <= MOST_BYTES || count == 1 {
                break;
            }
            remove(&path)?;
            (count, bytes) = (count - 1, bytes - length);
        }
        Ok(())
    }

    fn head(&self) -> String {
        format!("frontage knowledge of {}\n", self.program)
    }
}

/// Removes a file, which another process may have done before.
fn remove(path: &Path) -> io::Result<()> {
    fs::remove_file(path).or_else(|cause| match cause.kind() {
        io::ErrorKind::NotFound => Ok(()),
        _ => Err(cause),
    })
}

/// What a thread that panicked left is as good as any: it holds whole values only.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
