//! The files of a commit: what there is, and contents when they are asked for.

use std::collections::BTreeMap;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use model::{CommitId, Digest, RepositoryId, ShownFile};

use super::{GitError, command};

/// Git's mode of a symbolic link.
pub const SYMBOLIC_LINK: &str = "120000";

const SUBMODULE: &str = "it is a submodule";

const NOT_UTF8: &str = "its name is not UTF-8";

/// The files of a commit.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// The repository; none in tests.
    pub repository: Option<RepositoryId>,
    /// The commit.
    pub commit: CommitId,
    /// Every file by path.
    pub files: Arc<BTreeMap<String, ShownFile>>,
    /// Paths that cannot be used, with the reason: submodules, names that are not UTF-8.
    pub left_out: Vec<(String, &'static str)>,
    /// Commits of submodules by path.
    pub submodules: BTreeMap<String, String>,
    reader: Reader,
}

#[derive(Clone, Debug)]
enum Reader {
    Git(PathBuf),
    Memory(Arc<BTreeMap<String, Vec<u8>>>),
}

impl Snapshot {
    pub(super) fn of(common: PathBuf, repository: RepositoryId, commit: &CommitId) -> Result<Snapshot, GitError> {
        let output = command::bytes(&common, &["ls-tree", "-r", "-z", "--full-tree", commit.as_str()])?;
        let (mut files, mut left_out, mut submodules) = (Vec::new(), Vec::new(), BTreeMap::new());
        for line in output.split(|byte| *byte == 0).filter(|line| !line.is_empty()) {
            submodules.extend(submodule(line));
            match entry(line) {
                Ok(file) => files.push((file.path.to_string(), file)),
                Err(unusable) => left_out.push(unusable),
            }
        }
        Ok(Snapshot {
            repository: Some(repository),
            commit: commit.clone(),
            files: Arc::new(files.into_iter().collect()),
            left_out,
            submodules,
            reader: Reader::Git(common),
        })
    }

    /// Files of a working tree by path, and those of the index that are elsewhere on purpose; others that are listed but not
    /// there are left out, as are submodules.
    pub(super) fn of_folder<'a>(
        folder: &Path,
        commit: CommitId,
        paths: impl Iterator<Item = &'a [u8]>,
        index: &Index,
    ) -> Result<Snapshot, GitError> {
        let mut files = BTreeMap::new();
        let mut left_out = Vec::new();
        for path in paths {
            let Ok(path) = std::str::from_utf8(path) else {
                left_out.push((String::from_utf8_lossy(path).into_owned(), NOT_UTF8));
                continue;
            };
            match working_file(&folder.join(path)) {
                Ok(Some((mode, content))) => {
                    let known = index.modes.get(path).filter(|known| mode != SYMBOLIC_LINK && known.starts_with("100"));
                    let mode = match known.map(String::as_str) {
                        Some("100755") => "100755",
                        Some(_) => "100644",
                        None => mode,
                    };
                    files.insert(path.to_owned(), (mode, content));
                }
                Ok(None) => left_out.push((path.trim_end_matches('/').to_owned(), SUBMODULE)),
                Err(cause) if is_absent(&cause) => {}
                Err(cause) => return Err(GitError::Unreadable { path: path.to_owned(), cause }),
            }
        }
        for (path, file) in &index.elsewhere {
            let mode = ["100644", "100755", SYMBOLIC_LINK].into_iter().find(|known| *known == file.mode);
            if let Some(mode) = mode {
                files.entry(path.clone()).or_insert_with(|| (mode, file.content.clone().unwrap_or_default()));
            }
        }
        let submodules = index.submodules.clone();
        let mut snapshot = Snapshot { left_out, submodules, ..Snapshot::of_files(commit, files) };
        if let Reader::Memory(contents) = &mut snapshot.reader {
            let absent = index.elsewhere.iter().filter(|(_, file)| file.content.is_none());
            absent.for_each(|(path, _)| drop(Arc::make_mut(contents).remove(path)));
        }
        Ok(snapshot)
    }

    /// Takes another content of a file along, if it is in memory; gives the one before.
    pub(crate) fn take(&mut self, file: &ShownFile, content: Vec<u8>) -> Option<Vec<u8>> {
        let Reader::Memory(contents) = &mut self.reader else { return None };
        Arc::make_mut(&mut self.files).insert(file.path.to_string(), file.clone());
        Arc::make_mut(contents).insert(file.path.to_string(), content)
    }

    /// A snapshot that is nowhere but in memory, for tests: modes and contents by path.
    ///
    /// # Panics
    /// If a path cannot be one (git never lists such a path).
    pub fn in_memory(files: &BTreeMap<String, (&'static str, Vec<u8>)>) -> Snapshot {
        let commit = Digest::of(format!("{files:?}").as_bytes()).hex()[..40].parse();
        Snapshot::of_files(commit.expect("forty hex digits"), files.clone())
    }

    fn of_files(commit: CommitId, files: BTreeMap<String, (&'static str, Vec<u8>)>) -> Snapshot {
        let shown = files.iter().map(|(path, (mode, content))| {
            let repo_path = path.parse().expect("git lists paths that can be");
            let object = Digest::of(content).hex()[..40].to_owned();
            (path.clone(), ShownFile { path: repo_path, mode: (*mode).to_owned(), object })
        });
        Snapshot {
            repository: None,
            commit,
            files: Arc::new(shown.collect()),
            left_out: Vec::new(),
            submodules: BTreeMap::new(),
            reader: Reader::Memory(Arc::new(files.into_iter().map(|(path, (_, content))| (path, content)).collect())),
        }
    }

    /// Contents of files by path; paths that are not there are left out.
    ///
    /// # Errors
    /// If git fails, or an object is missing, as in a partial clone.
    pub fn read<'a>(&self, paths: impl IntoIterator<Item = &'a str>) -> Result<BTreeMap<String, Vec<u8>>, GitError> {
        let whole = |(path, content): (String, Option<Vec<u8>>)| match content {
            Some(content) => Ok((path, content)),
            None => {
                let object = self.files.get(&path).map_or("", |file| file.object.as_str()).to_owned();
                Err(GitError::Absent { object, path: Some(path) })
            }
        };
        self.contents(paths)?.into_iter().map(whole).collect()
    }

    /// The same of those files whose contents are there.
    ///
    /// # Errors
    /// If git fails.
    pub fn read_there<'a>(
        &self,
        paths: impl IntoIterator<Item = &'a str>,
    ) -> Result<BTreeMap<String, Vec<u8>>, GitError> {
        Ok(self.contents(paths)?.into_iter().filter_map(|(path, content)| Some((path, content?))).collect())
    }

    fn contents<'a>(&self, paths: impl IntoIterator<Item = &'a str>) -> Result<Vec<Content>, GitError> {
        let there: Vec<&ShownFile> = paths.into_iter().filter_map(|path| self.files.get(path)).collect();
        let paths = there.iter().map(|file| file.path.to_string());
        match &self.reader {
            Reader::Memory(contents) => Ok(paths.map(|path| (path.clone(), contents.get(&path).cloned())).collect()),
            Reader::Git(common) => {
                let objects: Vec<&str> = there.iter().map(|file| file.object.as_str()).collect();
                let contents = command::contents(common, &objects)?;
                Ok(paths.zip(contents).collect())
            }
        }
    }
}

/// A file's path, and its content if that is there.
type Content = (String, Option<Vec<u8>>);

/// What the index knows of a working tree that looking at it does not tell.
#[derive(Debug, Default)]
pub struct Index {
    /// Modes of files, where the file system tells none.
    pub modes: BTreeMap<String, String>,
    /// Files that a sparse checkout leaves out.
    pub elsewhere: BTreeMap<String, Elsewhere>,
    /// Commits of submodules by path.
    pub submodules: BTreeMap<String, String>,
}

/// A file that is in the index alone.
#[derive(Debug)]
pub struct Elsewhere {
    pub mode: String,
    pub object: String,
    /// None if it is not in this clone.
    pub content: Option<Vec<u8>>,
}

/// The path and the commit of a submodule, by an entry of `ls-tree -z`.
fn submodule(line: &[u8]) -> Option<(String, String)> {
    let line = std::str::from_utf8(line).ok()?;
    let (head, path) = line.split_once('\t')?;
    let (_, commit) = head.split_once(" commit ")?;
    Some((path.to_owned(), commit.to_owned()))
}

/// Mode and content of a file of the working tree; none if it is a folder, which git lists for a repository inside
/// the repository.
pub(super) fn working_file(place: &Path) -> io::Result<Option<(&'static str, Vec<u8>)>> {
    let metadata = place.symlink_metadata()?;
    if metadata.is_dir() {
        return Ok(None);
    }
    if metadata.is_symlink() {
        return Ok(Some((SYMBOLIC_LINK, std::fs::read_link(place)?.into_os_string().into_encoded_bytes())));
    }
    if !metadata.is_file() {
        // A pipe or a socket in the place of a file is no file that git would commit, and reading one may wait for ever.
        return Err(io::ErrorKind::NotFound.into());
    }
    let mode = if metadata.permissions().mode() & 0o100 == 0 { "100644" } else { "100755" };
    Ok(Some((mode, std::fs::read(place)?)))
}

/// Whether there is no such file: it was deleted, or a file stands where its folder was.
pub(super) fn is_absent(cause: &io::Error) -> bool {
    matches!(cause.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// One entry of `ls-tree -z`: mode, kind, object, a tab, path.
fn entry(line: &[u8]) -> Result<ShownFile, (String, &'static str)> {
    let unusable = |path: &[u8], because| (String::from_utf8_lossy(path).into_owned(), because);
    let tab = line.iter().position(|byte| *byte == b'\t').unwrap_or(line.len());
    let (head, path) = (String::from_utf8_lossy(&line[..tab]), line.get(tab + 1..).unwrap_or_default());
    let mut words = head.split(' ');
    let (Some(mode), Some(kind), Some(object)) = (words.next(), words.next(), words.next()) else {
        return Err(unusable(path, "git describes it in an unknown way"));
    };
    let Ok(name) = std::str::from_utf8(path) else { return Err(unusable(path, NOT_UTF8)) };
    // Git checks out no such path, but a commit can hold one.
    let is_of_git = name.split('/').any(|part| part.eq_ignore_ascii_case(".git"));
    match (kind, name.parse()) {
        ("blob", Ok(path)) if !is_of_git => Ok(ShownFile { path, mode: mode.to_owned(), object: object.to_owned() }),
        ("commit", _) => Err(unusable(path, SUBMODULE)),
        _ => Err(unusable(path, "its path cannot be used")),
    }
}
