//! What was found out of contents before, by the objects that hold them: whoever reads one commit after another looks at
//! each content once. It can be kept in a folder, for processes that come later.
//!
//! A kept file is of one program: another one may find out something else. It is written whole under a name of its own and
//! then renamed, so that neither a crash nor another process at the same time leaves half of one; the last who writes
//! wins, and what is lost is found out again. One that does not hold what its checksum says counts as none.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::io::{self, Write as _};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

use model::{CommitId, Digest};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::analysis::{self, Analysis};
use crate::diagnostic::Diagnostic;
use crate::git::{GitError, Snapshot};
use crate::lockfile::Lockfile;
use crate::modules::{self, Kind, Record};
use crate::parallel;

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
    /// What contents say. What is kept is read when something of it is asked for.
    contents: OnceLock<Mutex<Contents>>,
    /// What commits come to that were looked at, and whether it is kept.
    analyses: Mutex<BTreeMap<CommitId, (Arc<Analysis>, bool)>>,
    is_new: AtomicBool,
    kept: Option<Kept>,
}

/// What is known of contents.
#[derive(Debug, Default)]
struct Contents {
    /// By objects and kinds.
    records: HashMap<(String, Kind), Known<Record>>,
    /// By objects and names.
    lockfiles: HashMap<(String, String), Known<Lockfile>>,
    /// The file of contents, in which each stands as it is written.
    written: Arc<Vec<u8>>,
}

/// Something, and whether it was asked for.
#[derive(Debug)]
struct Known<T> {
    value: Option<Arc<T>>,
    /// Where it stands in what is written.
    written: Option<Range<usize>>,
    is_asked_for: bool,
}

/// Where files are kept, and for which program.
#[derive(Clone, Debug)]
struct Kept {
    folder: PathBuf,
    program: String,
}

/// How the file of contents begins: what follows, each with how many bytes it takes.
#[derive(Default, Serialize, Deserialize)]
struct Head {
    records: Vec<(String, Kind, usize)>,
    lockfiles: Vec<(String, String, usize)>,
}

impl Knowledge {
    /// What a program of this name left in a folder; nothing, if it left nothing that can be read.
    pub fn kept_in(folder: &Path, program: &str) -> Knowledge {
        let kept = Kept { folder: folder.to_owned(), program: program.to_owned() };
        Knowledge { kept: Some(kept), ..Knowledge::default() }
    }

    /// Keeps what was found out since it was loaded, if it has a folder and anything was.
    ///
    /// # Errors
    /// If the folder cannot be written.
    pub fn keep(&self) -> io::Result<()> {
        let Some(kept) = &self.kept else { return Ok(()) };
        // A commit beside the contents.
        thread::scope(|scope| {
            let contents = scope.spawn(|| self.keep_contents(kept));
            self.keep_analyses(kept)?;
            contents.join().expect("keeping does not panic")
        })
    }

    fn keep_analyses(&self, kept: &Kept) -> io::Result<()> {
        for (commit, (analysis, is_kept)) in lock(&self.analyses).iter_mut().filter(|(_, (_, is_kept))| !is_kept) {
            kept.write(&format!("{COMMITS}/{commit}"), &to_bytes(&analysis::Stored::of(analysis))?)?;
            kept.forget_oldest(&kept.folder.join(COMMITS))?;
            *is_kept = true;
        }
        Ok(())
    }

    fn keep_contents(&self, kept: &Kept) -> io::Result<()> {
        if !self.is_new.swap(false, Ordering::Relaxed) {
            return Ok(());
        }
        kept.write(CONTENTS, &self.contents().to_bytes()?)
    }

    /// Reads what is kept before it is asked for.
    pub(crate) fn read_ahead(&self) {
        drop(self.contents());
    }

    fn contents(&self) -> MutexGuard<'_, Contents> {
        let read = || self.kept.as_ref().and_then(|kept| Contents::of(kept.read(CONTENTS)?)).unwrap_or_default();
        lock(self.contents.get_or_init(|| Mutex::new(read())))
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
        let bytes = self.kept.as_ref()?.read(&format!("{COMMITS}/{commit}"))?;
        let stored: analysis::Stored<'_> = postcard::from_bytes(&bytes).ok()?;
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

    /// What some files of a snapshot say, by path. What is not there fails where it must be; else it says nothing: it cannot
    /// be built either, which the build says.
    pub(crate) fn records(
        &self,
        snapshot: &Snapshot,
        wanted: &[(&str, Kind)],
        must_be_there: bool,
    ) -> Result<Vec<Arc<Record>>, GitError> {
        let key = |path: &str, kind: Kind| {
            let object = snapshot.files.get(path).map(|file| file.object.clone()).unwrap_or_default();
            (object, kind)
        };
        let keys: Vec<(String, Kind)> = wanted.iter().map(|(path, kind)| key(path, *kind)).collect();
        let (known, written) = {
            let mut contents = self.contents();
            let known = keys.iter().map(|key| contents.records.get_mut(key).map(Known::ask));
            (known.collect::<Vec<Option<Known<Record>>>>(), Arc::clone(&contents.written))
        };
        let mut found = parallel::map(&known, |known| known.as_ref()?.read(&written));
        let unknown: Vec<usize> = (0..wanted.len()).filter(|at| found[*at].is_none()).collect();
        let paths = unknown.iter().map(|at| wanted[*at].0);
        let contents = if must_be_there { snapshot.read(paths)? } else { snapshot.read_there(paths)? };
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
        let mut contents = self.contents();
        if contents.records.len() > 2 * MOST_KEPT {
            contents.records.clear();
        }
        // So that it is read once.
        for (at, record) in found.iter().enumerate().filter(|(at, _)| known[*at].as_ref().is_some_and(Known::is_unread))
        {
            if let Some(known) = contents.records.get_mut(&keys[at]) {
                known.value.clone_from(record);
            }
        }
        for (at, record) in there.into_iter().zip(read) {
            let record = Arc::new(record);
            found[at] = Some(Arc::clone(&record));
            contents.records.insert(keys[at].clone(), Known::of(record));
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
        let known = {
            let contents = &mut *self.contents();
            contents.lockfiles.get_mut(&key).and_then(|known| {
                known.value = known.ask().read(&contents.written);
                known.value.clone()
            })
        };
        if known.is_some() {
            return Ok(Ok(known));
        }
        let text: BTreeMap<String, Vec<u8>> = snapshot.read([path])?;
        let read = Lockfile::read(path, text.get(path).map(Vec::as_slice).unwrap_or_default());
        Ok(read.map(|lockfile| {
            let lockfile = Arc::new(lockfile);
            let lockfiles = &mut self.contents().lockfiles;
            // A few are in use; a process that lives long sees others come and go.
            if lockfiles.len() >= MOST_LOCKFILES {
                lockfiles.clear();
            }
            lockfiles.insert(key, Known::of(Arc::clone(&lockfile)));
            self.is_new.store(true, Ordering::Relaxed);
            Some(lockfile)
        }))
    }
}

impl Contents {
    /// What a file of contents holds; none if it does not hang together.
    fn of(bytes: Vec<u8>) -> Option<Contents> {
        let (head, rest): (Head, &[u8]) = postcard::take_from_bytes(&bytes).ok()?;
        let mut at = bytes.len() - rest.len();
        let mut next = |length: usize| {
            let start = at;
            at = at.checked_add(length).filter(|end| *end <= bytes.len())?;
            Some(start..at)
        };
        let mut contents = Contents::default();
        for (object, kind, length) in head.records {
            contents.records.insert((object, kind), Known::written(next(length)?));
        }
        for (object, name, length) in head.lockfiles {
            contents.lockfiles.insert((object, name), Known::written(next(length)?));
        }
        contents.written = Arc::new(bytes);
        Some(contents)
    }

    /// The file of what was asked for, and of all other records as long as they are not too many.
    fn to_bytes(&self) -> io::Result<Vec<u8>> {
        let (mut head, mut values) = (Head::default(), Vec::new());
        let is_full = self.records.len() > MOST_KEPT;
        for ((object, kind), known) in self.records.iter().filter(|(_, known)| known.is_asked_for || !is_full) {
            head.records.push((object.clone(), *kind, known.write(&self.written, &mut values)?));
        }
        // One lockfile may be as large as the records of thousands of files.
        for ((object, name), known) in self.lockfiles.iter().filter(|(_, known)| known.is_asked_for) {
            head.lockfiles.push((object.clone(), name.clone(), known.write(&self.written, &mut values)?));
        }
        Ok([to_bytes(&head)?, values].concat())
    }
}

impl<T> Known<T> {
    fn of(value: Arc<T>) -> Known<T> {
        Known { value: Some(value), written: None, is_asked_for: true }
    }

    fn written(place: Range<usize>) -> Known<T> {
        Known { value: None, written: Some(place), is_asked_for: false }
    }

    fn is_unread(&self) -> bool {
        self.value.is_none()
    }

    fn ask(&mut self) -> Known<T> {
        self.is_asked_for = true;
        Known { value: self.value.clone(), written: self.written.clone(), is_asked_for: true }
    }
}

impl<T: Serialize + DeserializeOwned> Known<T> {
    fn read(&self, written: &[u8]) -> Option<Arc<T>> {
        let read = || Some(Arc::new(postcard::from_bytes(written.get(self.written.clone()?)?).ok()?));
        self.value.clone().or_else(read)
    }

    /// Adds it to what is to be written, and says how many bytes it takes.
    fn write(&self, written: &[u8], values: &mut Vec<u8>) -> io::Result<usize> {
        let known = self.written.clone().and_then(|place| written.get(place));
        let before = values.len();
        match (known, &self.value) {
            (Some(known), _) => values.extend(known),
            (None, Some(value)) => values.extend(to_bytes(&**value)?),
            (None, None) => {}
        }
        Ok(values.len() - before)
    }
}

impl Kept {
    /// What a file holds; none if it is not there, of another program, or not whole.
    fn read(&self, name: &str) -> Option<Vec<u8>> {
        let mut bytes = fs::read(self.folder.join(name)).ok()?;
        let rest = bytes.strip_prefix(self.head().as_bytes())?;
        let (checksum, content) = rest.split_at_checked(CHECKSUM)?;
        let is_whole = checksum == Digest::of(content).hex().as_bytes();
        let start = bytes.len() - content.len();
        is_whole.then(|| bytes.split_off(start))
    }

    fn write(&self, name: &str, content: &[u8]) -> io::Result<()> {
        let checksum = Digest::of(content);
        let bytes = [self.head().as_bytes(), checksum.hex().as_bytes(), content].concat();
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

fn to_bytes<T: Serialize>(value: &T) -> io::Result<Vec<u8>> {
    postcard::to_stdvec(value).map_err(io::Error::other)
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
