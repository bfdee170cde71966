//! Running the `git` program so that the user's surroundings change nothing, and reading what it prints.

use std::ffi::OsStr;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use super::GitError;

/// Variables that would lead git to another repository or other objects. Source: `git rev-parse --local-env-vars`.
pub const LOCAL_VARIABLES: [&str; 15] = [
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_CONFIG",
    "GIT_CONFIG_PARAMETERS",
    "GIT_CONFIG_COUNT",
    "GIT_OBJECT_DIRECTORY",
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_GRAFT_FILE",
    "GIT_INDEX_FILE",
    "GIT_REPLACE_REF_BASE",
    "GIT_PREFIX",
    "GIT_SHALLOW_FILE",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
];

/// What git prints when it is run in a folder and finds the repository itself.
pub fn in_folder(folder: &Path, arguments: &[&str]) -> Result<String, GitError> {
    Ok(String::from_utf8_lossy(&bytes_in_folder(folder, arguments)?).into_owned())
}

/// As [`in_folder`], as bytes.
pub fn bytes_in_folder(folder: &Path, arguments: &[&str]) -> Result<Vec<u8>, GitError> {
    let mut command = command();
    command.arg("-C").arg(folder).args(arguments.iter().map(OsStr::new));
    output(command, arguments)
}

/// What git prints about the repository whose common folder this is.
pub fn in_repository(common: &Path, arguments: &[&str]) -> Result<String, GitError> {
    Ok(String::from_utf8_lossy(&bytes(common, arguments)?).into_owned())
}

/// As [`in_repository`], as bytes.
pub fn bytes(common: &Path, arguments: &[&str]) -> Result<Vec<u8>, GitError> {
    output(about(common, arguments), arguments)
}

/// That contents could not be read.
pub fn unread(said: String) -> GitError {
    GitError::Failed { command: "cat-file --batch".to_owned(), status: None, said }
}

/// Contents of objects, in the order of their ids; none of one that is not there.
pub fn contents(common: &Path, objects: &[&str]) -> Result<Vec<Option<Vec<u8>>>, GitError> {
    if objects.is_empty() {
        return Ok(Vec::new());
    }
    let mut child = about(common, &["cat-file", "--batch"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(GitError::NoGit)?;
    let mut input = child.stdin.take().expect("standard input is piped");
    let asked: String = objects.iter().flat_map(|object| [*object, "\n"]).collect();
    // Written by a thread of its own: git answers while it is still being asked.
    let writer = std::thread::spawn(move || input.write_all(asked.as_bytes()));
    let mut answers = BufReader::new(child.stdout.take().expect("standard output is piped"));
    let contents: Result<Vec<Option<Vec<u8>>>, GitError> = objects
        .iter()
        .map(|object| read_object(&mut answers).map_err(|cause| unread(format!("object {object}: {cause}"))))
        .collect();
    drop(answers);
    let written = writer.join().expect("writing does not panic");
    child.wait().map_err(|cause| unread(cause.to_string()))?;
    let contents = contents?;
    written.map_err(|cause| unread(cause.to_string()))?;
    Ok(contents)
}

/// Objects that files of a working tree would be, in the order of their paths.
pub fn objects_of_files(folder: &Path, paths: &[String]) -> Result<Vec<String>, GitError> {
    let asked: String = paths.iter().flat_map(|path| [path.as_str(), "\n"]).collect();
    let said = fed(folder, &["hash-object", "--stdin-paths"], asked.into_bytes())?;
    let objects: Vec<String> = String::from_utf8_lossy(&said).lines().map(str::to_owned).collect();
    if objects.len() == paths.len() {
        Ok(objects)
    } else {
        Err(unread(format!("{} of {} files were read", objects.len(), paths.len())))
    }
}

/// The object that a content would be.
pub fn object_of(folder: &Path, content: &[u8]) -> Result<String, GitError> {
    hashed(folder, &["hash-object", "--stdin"], content)
}

/// The object that a content would be as that of a file of the working tree, after git's filters.
pub fn object_of_file(folder: &Path, path: &str, content: &[u8]) -> Result<String, GitError> {
    hashed(folder, &["hash-object", "--stdin", "--path", path], content)
}

fn hashed(folder: &Path, arguments: &[&str], content: &[u8]) -> Result<String, GitError> {
    let said = fed(folder, arguments, content.to_owned())?;
    Ok(String::from_utf8_lossy(&said).trim().to_owned())
}

/// What git prints when it is run in a folder and given something to read.
fn fed(folder: &Path, arguments: &[&str], input: Vec<u8>) -> Result<Vec<u8>, GitError> {
    let mut command = command();
    command.arg("-C").arg(folder).args(arguments.iter().map(OsStr::new));
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().map_err(GitError::NoGit)?;
    let mut stdin = child.stdin.take().expect("standard input is piped");
    // Written by a thread of its own: git answers while it is still being asked. Why it would not read to the end is what
    // its status says.
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().map_err(GitError::NoGit)?;
    writer.join().expect("writing does not panic");
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(GitError::Failed { command: arguments.join(" "), status: output.status.code(), said })
}

fn about(common: &Path, arguments: &[&str]) -> Command {
    let mut command = command();
    command.arg("--git-dir").arg(common).args(arguments.iter().map(OsStr::new));
    command
}

fn command() -> Command {
    let mut command = Command::new("git");
    for name in LOCAL_VARIABLES {
        command.env_remove(name);
    }
    // Reading takes no locks, asks nobody, sees objects as they are, and speaks English. What a partial clone lacks is told:
    // git would fetch one object after another.
    command.env("GIT_NO_LAZY_FETCH", "1");
    command.env("GIT_OPTIONAL_LOCKS", "0").env("GIT_TERMINAL_PROMPT", "0").env("GIT_NO_REPLACE_OBJECTS", "1");
    command.env("LC_ALL", "C").stdin(Stdio::null()).stderr(Stdio::piped());
    command
}

fn output(mut command: Command, arguments: &[&str]) -> Result<Vec<u8>, GitError> {
    let output = command.output().map_err(GitError::NoGit)?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(GitError::Failed { command: arguments.join(" "), status: output.status.code(), said })
}

fn read_object(answers: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let mut header = String::new();
    answers.read_line(&mut header)?;
    if header.trim_end().ends_with(" missing") {
        return Ok(None);
    }
    let size = header.trim_end().rsplit_once(' ').and_then(|(_, size)| size.parse::<u64>().ok());
    let size = size.ok_or_else(|| io::Error::other(format!("git ended before it, or said `{}`", header.trim())))?;
    let mut content = Vec::new();
    answers.take(size).read_to_end(&mut content)?;
    let mut newline = [0];
    answers.read_exact(&mut newline)?;
    Ok(Some(content))
}
