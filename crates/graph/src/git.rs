//! A repository by way of the `git` program: refs, history and files of commits. It is never written to.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use model::{CommitId, RepositoryId, ShownFile};

/// A repository on this machine.
#[derive(Clone, Debug)]
pub struct Repository {
    folder: PathBuf,
    common: PathBuf,
    id: RepositoryId,
}

/// What git could not do.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// There is no `git` program.
    #[error("the program `git` could not be started")]
    NoGit(#[source] io::Error),
    /// The folder is in no repository.
    #[error("`{path}` is not in a git repository")]
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
    /// Any other command failed.
    #[error("`git {command}` failed: {said}")]
    Failed {
        /// The command.
        command: String,
        /// What git said.
        said: String,
    },
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
}

/// The files of a commit.
#[derive(Clone, Debug)]
pub struct Snapshot {
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
    Git(Repository),
    Memory(Arc<BTreeMap<String, Vec<u8>>>),
}

impl GitError {
    /// What a person can do.
    pub fn hint(&self) -> Option<String> {
        match self {
            GitError::NoGit(_) => Some("install git, or put it into `PATH`".to_owned()),
            GitError::NotARepository { .. } => Some("`git init`, or name a repository: `frontage up PATH`".to_owned()),
            GitError::NoCommits { .. } => Some("`git add --all && git commit`".to_owned()),
            GitError::NoBranch { there, .. } => {
                let there: Vec<String> = there.iter().map(|branch| format!("`{branch}`")).collect();
                Some(format!("set `production` under `[site]` to one of {}", there.join(", ")))
            }
            GitError::Failed { said, .. } if said.contains("shallow") => Some("`git fetch --unshallow`".to_owned()),
            GitError::Failed { .. } => None,
        }
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
        let asked = run(&folder, ["rev-parse", "--path-format=absolute", "--git-common-dir"]);
        let common = match asked {
            Ok(text) => PathBuf::from(text.trim_end_matches('\n')),
            Err(GitError::Failed { said, .. }) => return Err(not_here(said)),
            Err(error) => return Err(error),
        };
        let common = common.canonicalize().map_err(|cause| not_here(cause.to_string()))?;
        let top = run(&folder, ["rev-parse", "--show-toplevel"]).map(|text| PathBuf::from(text.trim_end_matches('\n')));
        let folder = top.unwrap_or(common.clone());
        let id = RepositoryId::of_common_folder(&common);
        let repository = Repository { folder, common, id };
        if repository.branches()?.is_empty() {
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

    /// Every branch.
    ///
    /// # Errors
    /// If git fails.
    pub fn branches(&self) -> Result<Vec<Branch>, GitError> {
        let format = "--format=%(refname:lstrip=2)%00%(objectname)%00%(committerdate:unix)%00%(subject)";
        let text = self.git(["for-each-ref", format, "refs/heads"])?;
        Ok(text.lines().filter_map(branch).collect())
    }

    /// Names of branches whose heads `commit` holds already.
    ///
    /// # Errors
    /// If git fails.
    pub fn merged(&self, commit: &CommitId) -> Result<BTreeSet<String>, GitError> {
        let merged = format!("--merged={commit}");
        let text = self.git(["for-each-ref", &merged, "--format=%(refname:lstrip=2)", "refs/heads"])?;
        Ok(text.lines().map(str::to_owned).collect())
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
        let current = self.git(["symbolic-ref", "--quiet", "--short", "HEAD"]).map(|text| text.trim().to_owned());
        let guesses = ["main".to_owned(), "master".to_owned()].into_iter().chain(current);
        let guessed = guesses.into_iter().find(|name| has(name));
        match (guessed, there.as_slice()) {
            (Some(name), _) => Ok(name),
            (None, [only]) => Ok(only.clone()),
            _ => Err(GitError::NoBranch { branch: "main".to_owned(), there }),
        }
    }

    /// Commits after `from` up to `to` along first parents, oldest first; only `to` if `from` is none or not
    /// an ancestor of it along that way.
    ///
    /// # Errors
    /// If git fails.
    pub fn first_parents(&self, from: Option<&CommitId>, to: &CommitId) -> Result<Vec<Commit>, GitError> {
        let list = |range: &str, more: &str| {
            let text = self.git(["log", "--first-parent", "--reverse", "--format=%H%x00%s", more, range])?;
            Ok::<_, GitError>(text.lines().filter_map(commit).collect::<Vec<_>>())
        };
        if let Some(from) = from
            && self.is_ancestor(from, to)?
        {
            return list(&format!("{from}..{to}"), "--no-max-count");
        }
        list(to.as_str(), "--max-count=1")
    }

    /// The commit where two histories parted; none if they have nothing in common.
    ///
    /// # Errors
    /// If git fails.
    pub fn merge_base(&self, one: &CommitId, other: &CommitId) -> Result<Option<CommitId>, GitError> {
        match self.git(["merge-base", one.as_str(), other.as_str()]) {
            Ok(text) => Ok(text.trim().parse().ok()),
            Err(GitError::Failed { said, .. }) if said.is_empty() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The commit that a revision names.
    ///
    /// # Errors
    /// If there is none.
    pub fn resolve(&self, revision: &str) -> Result<CommitId, GitError> {
        let wanted = format!("{revision}^{{commit}}");
        let text = self.git(["rev-parse", "--verify", "--end-of-options", &wanted])?;
        text.trim()
            .parse()
            .map_err(|_| GitError::Failed { command: format!("rev-parse {revision}"), said: text.clone() })
    }

    /// Whether history was cut short.
    pub fn is_shallow(&self) -> bool {
        self.common.join("shallow").exists()
    }

    /// The files of a commit.
    ///
    /// # Errors
    /// If git fails.
    pub fn snapshot(&self, commit: &CommitId) -> Result<Snapshot, GitError> {
        let output = self.bytes(["ls-tree", "-r", "-z", "--full-tree", commit.as_str()])?;
        let mut files = BTreeMap::new();
        let mut left_out = Vec::new();
        for line in output.split(|byte| *byte == 0).filter(|line| !line.is_empty()) {
            let Ok(text) = std::str::from_utf8(line) else {
                left_out.push((String::from_utf8_lossy(line).into_owned(), "its name is not UTF-8"));
                continue;
            };
            let Some((head, path)) = text.split_once('\t') else { continue };
            let mut words = head.split(' ');
            let (Some(mode), Some(kind), Some(object)) = (words.next(), words.next(), words.next()) else { continue };
            match (kind, path.parse()) {
                ("blob", Ok(repo_path)) => {
                    let file = ShownFile { path: repo_path, mode: mode.to_owned(), object: object.to_owned() };
                    files.insert(path.to_owned(), file);
                }
                ("commit", _) => left_out.push((path.to_owned(), "it is a submodule")),
                _ => left_out.push((path.to_owned(), "its path cannot be used")),
            }
        }
        Ok(Snapshot { commit: commit.clone(), files: Arc::new(files), left_out, reader: Reader::Git(self.clone()) })
    }

    /// Contents of objects, in the order of their ids.
    ///
    /// # Errors
    /// If git fails, or an object is missing (a partial clone without a network).
    pub fn contents(&self, objects: &[&str]) -> Result<Vec<Vec<u8>>, GitError> {
        let failed = |said: String| GitError::Failed { command: "cat-file --batch".to_owned(), said };
        let mut child = self
            .command(["cat-file", "--batch"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(GitError::NoGit)?;
        let mut input = child.stdin.take().expect("standard input is piped");
        let asked = objects.join("\n") + "\n";
        let writer = std::thread::spawn(move || input.write_all(asked.as_bytes()));
        let mut output = BufReader::new(child.stdout.take().expect("standard output is piped"));
        let mut contents = Vec::with_capacity(objects.len());
        for object in objects {
            contents.push(read_object(&mut output).map_err(|cause| failed(format!("object {object}: {cause}")))?);
        }
        drop(output);
        writer.join().expect("writing does not panic").map_err(|cause| failed(cause.to_string()))?;
        child.wait().map_err(|cause| failed(cause.to_string()))?;
        Ok(contents)
    }

    fn is_ancestor(&self, one: &CommitId, other: &CommitId) -> Result<bool, GitError> {
        match self.git(["merge-base", "--is-ancestor", one.as_str(), other.as_str()]) {
            Ok(_) => Ok(true),
            Err(GitError::Failed { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn git<const N: usize>(&self, arguments: [&str; N]) -> Result<String, GitError> {
        run(&self.common, arguments)
    }

    fn bytes<const N: usize>(&self, arguments: [&str; N]) -> Result<Vec<u8>, GitError> {
        output(self.command(arguments), &arguments)
    }

    fn command<const N: usize>(&self, arguments: [&str; N]) -> Command {
        command(&self.common, arguments)
    }
}

impl Snapshot {
    /// A snapshot that is nowhere but in memory, for tests: contents by path.
    pub fn in_memory(contents: BTreeMap<String, Vec<u8>>) -> Snapshot {
        let files = contents.iter().map(|(path, content)| {
            let object = model::Digest::of(content).hex().to_owned();
            let repo_path = path.parse().expect("tests use paths that can be");
            (path.clone(), ShownFile { path: repo_path, mode: "100644".to_owned(), object })
        });
        let commit = model::Digest::of(format!("{contents:?}").as_bytes()).hex()[..40].parse();
        Snapshot {
            commit: commit.expect("forty hex digits"),
            files: Arc::new(files.collect()),
            left_out: Vec::new(),
            reader: Reader::Memory(Arc::new(contents)),
        }
    }

    /// Contents of files by path; paths that are not there are left out.
    ///
    /// # Errors
    /// If git fails.
    pub fn read<'a>(&self, paths: impl IntoIterator<Item = &'a str>) -> Result<BTreeMap<String, Vec<u8>>, GitError> {
        let there: Vec<&ShownFile> = paths.into_iter().filter_map(|path| self.files.get(path)).collect();
        match &self.reader {
            Reader::Memory(contents) => {
                let known = |file: &&ShownFile| contents.get(file.path.as_str()).cloned();
                Ok(there.iter().filter_map(|file| Some((file.path.to_string(), known(file)?))).collect())
            }
            Reader::Git(repository) => {
                let objects: Vec<&str> = there.iter().map(|file| file.object.as_str()).collect();
                let contents = repository.contents(&objects)?;
                Ok(there.iter().map(|file| file.path.to_string()).zip(contents).collect())
            }
        }
    }
}

fn run<const N: usize>(folder: &Path, arguments: [&str; N]) -> Result<String, GitError> {
    let bytes = output(command(folder, arguments), &arguments)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn command<const N: usize>(folder: &Path, arguments: [&str; N]) -> Command {
    let mut command = Command::new("git");
    command.arg("-C").arg(folder).args(arguments.map(OsStr::new));
    // Reading takes no locks, asks nobody, and speaks English.
    command.env("GIT_OPTIONAL_LOCKS", "0").env("GIT_TERMINAL_PROMPT", "0").env("LC_ALL", "C");
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR"] {
        command.env_remove(name);
    }
    command.stdin(Stdio::null()).stderr(Stdio::piped());
    command
}

fn output(mut command: Command, arguments: &[&str]) -> Result<Vec<u8>, GitError> {
    let output = command.output().map_err(GitError::NoGit)?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(GitError::Failed { command: arguments.join(" "), said })
}

fn read_object(output: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut header = String::new();
    output.read_line(&mut header)?;
    let size = header.trim_end().rsplit_once(' ').and_then(|(_, size)| size.parse::<u64>().ok());
    let size = size.ok_or_else(|| io::Error::other(format!("it is not there ({})", header.trim())))?;
    let mut content = Vec::new();
    output.take(size).read_to_end(&mut content)?;
    let mut newline = [0];
    output.read_exact(&mut newline)?;
    Ok(content)
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

fn commit(line: &str) -> Option<Commit> {
    let (id, subject) = line.split_once('\0')?;
    Some(Commit { id: id.parse().ok()?, subject: subject.to_owned() })
}
