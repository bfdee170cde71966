//! The files of a commit: what there is, and contents when they are asked for.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use model::{CommitId, Digest, RepositoryId, ShownFile};

use super::{GitError, command};

/// Git's mode of a symbolic link.
pub const SYMBOLIC_LINK: &str = "120000";

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
        let mut files = BTreeMap::new();
        let mut left_out = Vec::new();
        for line in output.split(|byte| *byte == 0).filter(|line| !line.is_empty()) {
            match entry(line) {
                Ok(file) => drop(files.insert(file.path.to_string(), file)),
                Err(unusable) => left_out.push(unusable),
            }
        }
        Ok(Snapshot {
            repository: Some(repository),
            commit: commit.clone(),
            files: Arc::new(files),
            left_out,
            reader: Reader::Git(common),
        })
    }

    /// Files of a working tree by path; those that are listed but not there are left out, as are submodules.
    pub(super) fn of_folder<'a>(
        folder: &Path,
        commit: CommitId,
        paths: impl Iterator<Item = &'a str>,
    ) -> Result<Snapshot, GitError> {
        let unreadable = |path: &str, cause: std::io::Error| GitError::Failed {
            command: format!("read `{path}`"),
            said: cause.to_string(),
        };
        let mut files = BTreeMap::new();
        let mut left_out = Vec::new();
        for path in paths {
            let place = folder.join(path);
            let Ok(metadata) = place.symlink_metadata() else { continue };
            if metadata.is_dir() {
                left_out.push((path.to_owned(), "it is a submodule"));
            } else if metadata.is_symlink() {
                let target = std::fs::read_link(&place).map_err(|cause| unreadable(path, cause))?;
                files.insert(path.to_owned(), (SYMBOLIC_LINK, target.to_string_lossy().into_owned().into_bytes()));
            } else {
                files.insert(
                    path.to_owned(),
                    ("100644", std::fs::read(&place).map_err(|cause| unreadable(path, cause))?),
                );
            }
        }
        Ok(Snapshot { commit, left_out, ..Snapshot::in_memory(&files) })
    }

    /// A snapshot that is nowhere but in memory, for tests: modes and contents by path.
    ///
    /// # Panics
    /// If a path cannot be one (git never lists such a path).
    pub fn in_memory(files: &BTreeMap<String, (&str, Vec<u8>)>) -> Snapshot {
        let shown = files.iter().map(|(path, (mode, content))| {
            let repo_path = path.parse().expect("tests use paths that can be");
            let object = Digest::of(content).hex()[..40].to_owned();
            (path.clone(), ShownFile { path: repo_path, mode: (*mode).to_owned(), object })
        });
        let commit = Digest::of(format!("{files:?}").as_bytes()).hex()[..40].parse();
        let contents = files.iter().map(|(path, (_, content))| (path.clone(), content.clone()));
        Snapshot {
            repository: None,
            commit: commit.expect("forty hex digits"),
            files: Arc::new(shown.collect()),
            left_out: Vec::new(),
            reader: Reader::Memory(Arc::new(contents.collect())),
        }
    }

    /// Contents of files by path; paths that are not there are left out.
    ///
    /// # Errors
    /// If git fails, or an object is missing (a partial clone without a network).
    pub fn read<'a>(&self, paths: impl IntoIterator<Item = &'a str>) -> Result<BTreeMap<String, Vec<u8>>, GitError> {
        let there: Vec<&ShownFile> = paths.into_iter().filter_map(|path| self.files.get(path)).collect();
        let paths = there.iter().map(|file| file.path.to_string());
        match &self.reader {
            Reader::Memory(contents) => {
                Ok(paths.filter_map(|path| Some((path.clone(), contents.get(&path)?.clone()))).collect())
            }
            Reader::Git(common) => {
                let objects: Vec<&str> = there.iter().map(|file| file.object.as_str()).collect();
                let contents = command::contents(common, &objects)?;
                Ok(paths.zip(contents).collect())
            }
        }
    }
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
    let Ok(name) = std::str::from_utf8(path) else { return Err(unusable(path, "its name is not UTF-8")) };
    match (kind, name.parse()) {
        ("blob", Ok(path)) => Ok(ShownFile { path, mode: mode.to_owned(), object: object.to_owned() }),
        ("commit", _) => Err(unusable(path, "it is a submodule")),
        _ => Err(unusable(path, "its path cannot be used")),
    }
}
