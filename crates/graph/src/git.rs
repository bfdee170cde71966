//! A repository by way of the `git` program: refs, history and files of commits. It is never written to.
//!
//! Only plumbing is used, so that neither the user's configuration nor the environment changes an answer.
//! In a partial clone nothing is fetched: what is missing is told.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use model::{CommitId, RepoPath, RepositoryId, ShownFile};

mod snapshot;

mod command;

pub use snapshot::{SYMBOLIC_LINK, Snapshot};

use snapshot::{Elsewhere, Index};

/// Git's mode of a commit of another repository.
const SUBMODULE: &str = "160000";

/// The exit status with which git says no, rather than that it could not tell.
const NO: i32 = 1;

/// A repository on this machine.
#[derive(Clone, Debug)]
pub struct Repository {
    folder: PathBuf,
    common: PathBuf,
    id: RepositoryId,
}

/// A branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branch {
    /// Its name.
    pub name: String,
    /// Its head.
    pub commit: CommitId,
    /// When that was committed, in seconds since 1970.
    pub committed_at: u64,
    /// The first line of its message.
    pub subject: String,
}

/// A commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// Its id.
    pub id: CommitId,
    /// The first line of its message.
    pub subject: String,
    /// The name of who wrote it.
    pub author: String,
    /// When it was committed, in seconds since 1970.
    pub committed_at: u64,
}

/// What two commits do not have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A file has another content.
    Content {
        /// It before.
        before: ShownFile,
        /// It after.
        after: ShownFile,
    },
    /// A plain file came.
    Added(ShownFile),
    /// A plain file went.
    Removed(ShownFile),
    /// Any other: something became of another kind, or is no plain file.
    Other,
}

/// The object and the content of a file of the working tree.
type Saved = (String, Vec<u8>);

/// What git could not do.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// There is no `git` program.
    #[error("the program `git` could not be started")]
    NoGit(#[source] io::Error),
    /// The folder is in no repository.
    #[error("{}", not_a_repository(path, said))]
    NotARepository {
        /// The folder.
        path: PathBuf,
        /// What git said.
        said: String,
    },
    /// The repository has no commit yet.
    #[error("the repository `{path}` has no commits")]
    NoCommits {
        /// The folder.
        path: PathBuf,
    },
    /// A branch that should be there is not.
    #[error("there is no branch `{branch}`")]
    NoBranch {
        /// The branch.
        branch: String,
        /// Branches that there are.
        there: Vec<String>,
    },
    /// A revision names no commit.
    #[error("`{revision}` names no commit of this repository")]
    NoRevision {
        /// The revision.
        revision: String,
        /// Whether history was cut short, so that it may exist elsewhere.
        shallow: bool,
    },
    /// A file of the working tree cannot be read.
    #[error("could not read `{path}`")]
    Unreadable {
        /// The file.
        path: String,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// An object is not in this clone, as a partial one has not all.
    #[error("{} is not in this clone", absent(object, path.as_deref()))]
    Absent {
        /// The object.
        object: String,
        /// The file whose content it is, if that is known.
        path: Option<String>,
    },
    /// Any other command failed.
    #[error("`git {command}` failed: {said}")]
    Failed {
        /// The command.
        command: String,
        /// Its exit status; none if it ended otherwise.
        status: Option<i32>,
        /// What git said.
        said: String,
    },
}

impl GitError {
    /// What a person can do.
    pub fn hint(&self) -> Option<String> {
        let fetch = "`git fetch --refetch --no-filter` brings what a partial clone leaves out";
        match self {
            GitError::Absent { .. } => Some(fetch.to_owned()),
            GitError::Failed { said, .. } if said.contains("lazy fetching disabled") => Some(fetch.to_owned()),
            GitError::NoGit(_) => Some("install git, or put it into `PATH`".to_owned()),
            GitError::NotARepository { path, said } if said.contains("dubious ownership") => {
                Some(format!("if you trust it: `git config --global --add safe.directory {}`", path.display()))
            }
            GitError::NotARepository { .. } => Some("`git init`, or name a repository by `-C PATH`".to_owned()),
            GitError::NoCommits { .. } => Some("`git add --all && git commit`".to_owned()),
            GitError::NoBranch { there, .. } if there.is_empty() => Some("`git switch --create main`".to_owned()),
            GitError::NoBranch { there, .. } => {
                let there: Vec<String> = there.iter().take(10).map(|branch| format!("`{branch}`")).collect();
                Some(format!("set `production` under `[site]` to one of {}", there.join(", ")))
            }
            GitError::NoRevision { shallow: true, .. } => Some("`git fetch --unshallow`".to_owned()),
            GitError::NoRevision { .. } => {
                Some("`git fetch` brings what others have; `git log --all` shows what is here".to_owned())
            }
            GitError::Unreadable { .. } | GitError::Failed { .. } => None,
        }
    }
}

fn not_a_repository(path: &Path, said: &str) -> String {
    match path.metadata() {
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => format!("there is no folder `{}`", path.display()),
        // Git says the same of any other folder, in more words.
        _ if said.contains("not a git repository") => format!("`{}` is not in a git repository", path.display()),
        _ => format!("`{}` is not in a git repository: {said}", path.display()),
    }
}

impl Repository {
    /// The repository that holds `path`.
    ///
    /// # Errors
    /// If there is none, it has no commits, or git is missing.
    pub fn open(path: &Path) -> Result<Repository, GitError> {
        let not_here = |said: String| GitError::NotARepository { path: path.to_owned(), said };
        let folder = path.canonicalize().map_err(|cause| not_here(cause.to_string()))?;
        let asked = ["rev-parse", "--path-format=absolute", "--git-common-dir"];
        // Of most repositories one question tells everything.
        let all = command::in_folder(&folder, &[&asked as &[&str], &["--show-toplevel", "HEAD^{commit}"]].concat());
        if let Ok(said) = &all
            && let [common, top, _] = said.trim_end_matches('\n').split('\n').collect::<Vec<&str>>().as_slice()
            && let Ok(common) = Path::new(common).canonicalize()
        {
            let id = RepositoryId::of_common_folder(&common);
            return Ok(Repository { folder: PathBuf::from(top), common, id });
        }
        let common = match command::in_folder(&folder, &asked) {
            Ok(text) => PathBuf::from(text.trim_end_matches('\n')),
            Err(GitError::Failed { said, .. }) => return Err(not_here(said)),
            Err(error) => return Err(error),
        };
        let common = common.canonicalize().map_err(|cause| not_here(cause.to_string()))?;
        let folder = match command::in_folder(&folder, &["rev-parse", "--show-toplevel"]) {
            Ok(top) => PathBuf::from(top.trim_end_matches('\n')),
            // A bare repository has no working tree.
            Err(_) => common.clone(),
        };
        let id = RepositoryId::of_common_folder(&common);
        let repository = Repository { folder, common, id };
        let has_branches = !repository.branches()?.is_empty();
        if !has_branches && command::in_folder(&repository.folder, &["rev-parse", "--verify", "HEAD"]).is_err() {
            return Err(GitError::NoCommits { path: path.to_owned() });
        }
        Ok(repository)
    }

    /// Its id on this machine.
    pub fn id(&self) -> &RepositoryId {
        &self.id
    }

    /// The top of its working tree, or its git folder if it has none.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Git's common folder, where objects are.
    pub fn common_folder(&self) -> &Path {
        &self.common
    }

    /// Git's folder of this working tree alone, where its index and its `HEAD` are.
    ///
    /// # Errors
    /// If git fails.
    pub fn own_folder(&self) -> Result<PathBuf, GitError> {
        let said = command::in_folder(&self.folder, &["rev-parse", "--absolute-git-dir"])?;
        Ok(PathBuf::from(said.trim_end_matches('\n')))
    }

    /// Every branch, by name.
    ///
    /// # Errors
    /// If git fails.
    pub fn branches(&self) -> Result<Vec<Branch>, GitError> {
        let format = "--format=%(refname:lstrip=2)%00%(objectname)%00%(committerdate:unix)%00%(subject)";
        let text = self.git(&["for-each-ref", format, "refs/heads"])?;
        Ok(text.split('\n').filter_map(branch).collect())
    }

    /// Names of branches whose heads `commit` holds already.
    ///
    /// # Errors
    /// If git fails.
    pub fn merged(&self, commit: &CommitId) -> Result<BTreeSet<String>, GitError> {
        let merged = format!("--merged={commit}");
        let text = self.git(&["for-each-ref", &merged, "--format=%(refname:lstrip=2)", "refs/heads"])?;
        Ok(text.lines().map(str::to_owned).collect())
    }

    /// Branches that the head of `production` does not hold, newest first.
    ///
    /// # Errors
    /// If git fails.
    pub fn unmerged(&self, production: &Branch) -> Result<Vec<Branch>, GitError> {
        let merged = self.merged(&production.commit)?;
        let mut branches = self.branches()?;
        branches.retain(|branch| !merged.contains(&branch.name));
        branches.sort_by(|one, other| (other.committed_at, &one.name).cmp(&(one.committed_at, &other.name)));
        Ok(branches)
    }

    /// The production branch: the configured one, else `main`, `master`, the checked out or the only one.
    ///
    /// # Errors
    /// If the configured one does not exist, or none can be told.
    pub fn production_branch(&self, configured: Option<&str>) -> Result<String, GitError> {
        let there: Vec<String> = self.branches()?.into_iter().map(|branch| branch.name).collect();
        let has = |name: &str| there.iter().any(|branch| branch == name);
        if let Some(name) = configured {
            let branch = name.to_owned();
            return if has(name) { Ok(branch) } else { Err(GitError::NoBranch { branch, there }) };
        }
        // Fails where no branch is checked out. A short name would be another where a tag is called the same.
        let current = command::in_folder(&self.folder, &["symbolic-ref", "--quiet", "HEAD"]);
        let current = current.ok().and_then(|text| text.trim().strip_prefix("refs/heads/").map(str::to_owned));
        let guesses = ["main".to_owned(), "master".to_owned()].into_iter().chain(current);
        let guessed = guesses.into_iter().find(|name| has(name));
        match (guessed, there.as_slice()) {
            (Some(name), _) => Ok(name),
            (None, [only]) => Ok(only.clone()),
            _ => Err(GitError::NoBranch { branch: "main".to_owned(), there }),
        }
    }

    /// Commits after `from` up to `to` along first parents, oldest first; only `to` if `from` is none, is not
    /// an ancestor of it (a force push), or is not in this clone.
    ///
    /// # Errors
    /// If git fails.
    pub fn first_parents(&self, from: Option<&CommitId>, to: &CommitId) -> Result<Vec<Commit>, GitError> {
        match from {
            Some(from) if self.is_ancestor(from, to)? => self.history(&["--reverse", &format!("{from}..{to}")]),
            _ => Ok(vec![self.commit(to)?]),
        }
    }

    /// What is said of a commit.
    ///
    /// # Errors
    /// If it is not in this clone.
    pub fn commit(&self, id: &CommitId) -> Result<Commit, GitError> {
        let missing = || GitError::NoRevision { revision: id.to_string(), shallow: self.is_shallow() };
        if !self.holds(id)? {
            return Err(missing());
        }
        self.history(&["--max-count=1", id.as_str()])?.pop().ok_or_else(missing)
    }

    /// The commit where two histories parted; none if they have nothing in common, or history was cut short
    /// before that.
    ///
    /// # Errors
    /// If git fails.
    pub fn merge_base(&self, one: &CommitId, other: &CommitId) -> Result<Option<CommitId>, GitError> {
        match self.git(&["merge-base", one.as_str(), other.as_str()]) {
            Ok(text) => Ok(text.trim().parse().ok()),
            Err(GitError::Failed { status: Some(NO), .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The commit that a revision names.
    ///
    /// # Errors
    /// If there is none.
    pub fn resolve(&self, revision: &str) -> Result<CommitId, GitError> {
        let missing = || GitError::NoRevision { revision: revision.to_owned(), shallow: self.is_shallow() };
        let wanted = format!("{revision}^{{commit}}");
        // In the folder, since `HEAD` is another in each working tree.
        match command::in_folder(&self.folder, &["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted]) {
            Ok(text) => text.trim().parse().map_err(|_| missing()),
            Err(GitError::Failed { .. }) => Err(missing()),
            Err(error) => Err(error),
        }
    }

    /// Whether history was cut short.
    pub fn is_shallow(&self) -> bool {
        self.common.join("shallow").exists()
    }

    /// Whether this clone has a commit.
    ///
    /// # Errors
    /// If git is missing.
    pub fn holds(&self, commit: &CommitId) -> Result<bool, GitError> {
        match self.git(&["cat-file", "-e", &format!("{commit}^{{commit}}")]) {
            Ok(_) => Ok(true),
            Err(GitError::Failed { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Contents of objects, in the order of their ids.
    ///
    /// # Errors
    /// If git fails, or an object is missing, as in a partial clone.
    pub fn contents(&self, objects: &[&str]) -> Result<Vec<Vec<u8>>, GitError> {
        let contents = command::contents(&self.common, objects)?.into_iter().zip(objects);
        let whole = contents.map(|(content, object)| {
            content.ok_or_else(|| GitError::Absent { object: (*object).to_owned(), path: None })
        });
        whole.collect()
    }

    /// What differs between two commits.
    ///
    /// # Errors
    /// If git fails, as when one is not in this clone.
    pub fn changes(&self, before: &CommitId, after: &CommitId) -> Result<Vec<Change>, GitError> {
        let asked = ["diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-abbrev", before.as_str(), after.as_str()];
        let said = command::bytes(&self.common, &asked)?;
        let mut parts = said.split(|byte| *byte == 0).filter(|part| !part.is_empty());
        Ok(std::iter::from_fn(|| Some(change(parts.next()?, parts.next()?))).collect())
    }

    /// Commits before one along first parents, newest first, at most `count`.
    ///
    /// # Errors
    /// If git fails.
    pub fn before(&self, commit: &CommitId, count: usize) -> Result<Vec<CommitId>, GitError> {
        let count = format!("--max-count={count}");
        let text = self.git(&["rev-list", "--first-parent", "--skip=1", &count, commit.as_str()])?;
        Ok(text.lines().filter_map(|line| line.parse().ok()).collect())
    }

    /// The files of a commit.
    ///
    /// # Errors
    /// If it is not in this clone, or git fails.
    pub fn snapshot(&self, commit: &CommitId) -> Result<Snapshot, GitError> {
        if !self.holds(commit)? {
            return Err(GitError::NoRevision { revision: commit.to_string(), shallow: self.is_shallow() });
        }
        Snapshot::of(self.common.clone(), self.id.clone(), commit)
    }

    /// The files of the working tree as a commit of everything in it would hold them; nothing is written. Where
    /// there is no working tree, those of `HEAD`.
    ///
    /// # Errors
    /// If git fails, or a file cannot be read.
    pub fn working_tree(&self) -> Result<Snapshot, GitError> {
        let head = self.resolve("HEAD")?;
        if self.folder == self.common {
            return self.snapshot(&head);
        }
        let list = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
        let listed = command::bytes_in_folder(&self.folder, &list)?;
        let paths = listed.split(|byte| *byte == 0).filter(|path| !path.is_empty());
        let index = self.index()?;
        let mut snapshot = Snapshot::of_folder(&self.folder, head, paths, &index)?;
        self.name_objects(&mut snapshot, &index)?;
        Ok(snapshot)
    }

    /// Whether a commit of everything in the working tree would hold any of some paths.
    ///
    /// # Errors
    /// If git fails.
    pub(crate) fn lists_any(&self, paths: &[&String]) -> Result<bool, GitError> {
        let is_there = |path: &&&String| self.folder.join(path).symlink_metadata().is_ok();
        let there: Vec<&str> = paths.iter().filter(is_there).map(|path| path.as_str()).collect();
        let asked = ["--literal-pathspecs", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--"];
        Ok(!there.is_empty()
            && !command::bytes_in_folder(&self.folder, &[&asked, there.as_slice()].concat())?.is_empty())
    }

    /// The objects and contents of plain files of the working tree; none if one of them is not there, or of another kind
    /// or mode.
    ///
    /// # Errors
    /// If git fails, or a file cannot be read.
    pub(crate) fn saved(&self, files: &[ShownFile]) -> Result<Option<Vec<Saved>>, GitError> {
        let mut saved = Vec::new();
        for file in files {
            let path = file.path.as_str();
            match snapshot::working_file(&self.folder.join(path)) {
                // It may be written at this moment: what was read is what gets the name.
                Ok(Some((mode, content))) if mode == file.mode && mode != SYMBOLIC_LINK => {
                    saved.push((command::object_of_file(&self.folder, path, &content)?, content));
                }
                Ok(_) => return Ok(None),
                Err(cause) if snapshot::is_absent(&cause) => return Ok(None),
                Err(cause) => return Err(GitError::Unreadable { path: path.to_owned(), cause }),
            }
        }
        Ok(Some(saved))
    }

    /// What the index knows besides.
    fn index(&self) -> Result<Index, GitError> {
        // Git fails where nothing is configured.
        let said = command::in_folder(&self.folder, &["config", "--type=bool", "--get", "core.fileMode"]);
        let has_modes = !said.is_ok_and(|said| said.trim() == "false");
        let staged = command::bytes_in_folder(&self.folder, &["ls-files", "-z", "--stage", "-t"])?;
        let (mut index, mut elsewhere) = (Index::default(), Vec::new());
        for line in staged.split(|byte| *byte == 0).filter_map(|line| std::str::from_utf8(line).ok()) {
            let Some((head, path)) = line.split_once('\t') else { continue };
            let mut words = head.split(' ');
            let (Some(tag), Some(mode), Some(object)) = (words.next(), words.next(), words.next()) else { continue };
            if mode == SUBMODULE {
                index.submodules.insert(path.to_owned(), object.to_owned());
            } else if tag == "S" && self.folder.join(path).symlink_metadata().is_err() {
                elsewhere.push((path.to_owned(), mode.to_owned(), object.to_owned()));
            } else if !has_modes {
                index.modes.insert(path.to_owned(), mode.to_owned());
            }
        }
        let objects: Vec<&str> = elsewhere.iter().map(|(.., object)| object.as_str()).collect();
        // A partial clone may not have them.
        let contents = command::contents(&self.common, &objects)?;
        let file = |((path, mode, object), content)| (path, Elsewhere { mode, object, content });
        index.elsewhere = elsewhere.into_iter().zip(contents).map(file).collect();
        Ok(index)
    }

    /// Gives the files of the working tree the objects that a commit would have of them, after its filters.
    fn name_objects(&self, snapshot: &mut Snapshot, index: &Index) -> Result<(), GitError> {
        let is_plain = |path: &str, mode: &str| mode != SYMBOLIC_LINK && !path.contains('\n');
        let here = snapshot.files.iter().filter(|(path, _)| !index.elsewhere.contains_key(*path));
        let files = here.clone().filter(|(path, file)| is_plain(path, &file.mode));
        let plain: Vec<String> = files.map(|(path, _)| path.clone()).collect();
        let mut objects: Vec<(String, String)> =
            plain.iter().cloned().zip(command::objects_of_files(&self.folder, &plain)?).collect();
        let others = here.filter(|(path, file)| !is_plain(path, &file.mode));
        let others: Vec<String> = others.map(|(path, _)| path.clone()).collect();
        for (path, content) in snapshot.read(others.iter().map(String::as_str))? {
            objects.push((path, command::object_of(&self.folder, &content)?));
        }
        let elsewhere = index.elsewhere.iter().map(|(path, file)| (path.clone(), file.object.clone()));
        objects.extend(elsewhere);
        let files = std::sync::Arc::make_mut(&mut snapshot.files);
        for (path, object) in objects {
            if let Some(file) = files.get_mut(&path) {
                file.object = object;
            }
        }
        Ok(())
    }

    fn is_ancestor(&self, one: &CommitId, other: &CommitId) -> Result<bool, GitError> {
        match self.git(&["merge-base", "--is-ancestor", one.as_str(), other.as_str()]) {
            Ok(_) => Ok(true),
            Err(GitError::Failed { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn history(&self, range: &[&str]) -> Result<Vec<Commit>, GitError> {
        let format = "--format=%H%x00%ct%x00%an%x00%s";
        let command = ["rev-list", "--first-parent", "--no-commit-header", "--encoding=UTF-8", format];
        let text = self.git(&[&command, range].concat())?;
        Ok(text.split('\n').filter_map(commit).collect())
    }

    fn git(&self, arguments: &[&str]) -> Result<String, GitError> {
        command::in_repository(&self.common, arguments)
    }
}

fn absent(object: &str, path: Option<&str>) -> String {
    path.map_or_else(|| format!("the object {object}"), |path| format!("the content of `{path}`, object {object},"))
}

fn branch(line: &str) -> Option<Branch> {
    let mut fields = line.split('\0');
    Some(Branch {
        name: fields.next()?.to_owned(),
        commit: fields.next()?.parse().ok()?,
        committed_at: fields.next()?.parse().unwrap_or(0),
        subject: fields.next()?.to_owned(),
    })
}

/// One entry of `diff-tree -z --raw`: `:modes objects status`, then the path.
fn change(head: &[u8], path: &[u8]) -> Change {
    let head = String::from_utf8_lossy(head);
    let words: Vec<&str> = head.trim_start_matches(':').split(' ').collect();
    let path = std::str::from_utf8(path).ok().and_then(|path| path.parse::<RepoPath>().ok());
    let Some(path) = path else { return Change::Other };
    let file =
        |mode: &str, object: &str| ShownFile { path: path.clone(), mode: mode.to_owned(), object: object.to_owned() };
    let is_plain = |mode: &str| mode.starts_with("100");
    match words.as_slice() {
        [mode, mode_after, before, after, "M"] if mode == mode_after && *mode != SUBMODULE => {
            Change::Content { before: file(mode, before), after: file(mode, after) }
        }
        [_, mode, _, object, "A"] if is_plain(mode) => Change::Added(file(mode, object)),
        [mode, _, object, _, "D"] if is_plain(mode) => Change::Removed(file(mode, object)),
        _ => Change::Other,
    }
}

fn commit(line: &str) -> Option<Commit> {
    let mut fields = line.splitn(4, '\0');
    Some(Commit {
        id: fields.next()?.parse().ok()?,
        committed_at: fields.next()?.parse().unwrap_or(0),
        author: fields.next()?.to_owned(),
        subject: fields.next()?.to_owned(),
    })
}

#[cfg(test)]
mod tests;
