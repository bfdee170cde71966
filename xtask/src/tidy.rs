//! An ordinary test about the repository itself: what a reader may rely on in every file.
//!
//! The rules are functions from text to complaints; only this file reads the repository.

mod crates;
mod pages;
mod text;

use std::collections::BTreeSet;
use std::fmt;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use crate::problem::Problem;

/// The largest file that may be committed.
const SIZE_LIMIT_BYTES: u64 = 1 << 20;

/// One thing that is not as it should be.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Complaint {
    path: String,
    line: Option<usize>,
    what: String,
}

impl Complaint {
    fn of_file(path: &str, what: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line: None, what: what.into() }
    }

    fn of_line(path: &str, line: usize, what: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line: Some(line), what: what.into() }
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(formatter, "{}:{line}: {}", self.path, self.what),
            None => write!(formatter, "{}: {}", self.path, self.what),
        }
    }
}

/// Applies every rule, prints every complaint, and fails if there is one.
pub(crate) fn run(root: &Path) -> Result<(), Problem> {
    let paths = repository_files(root)?;
    let mut complaints = Vec::new();
    for path in &paths {
        complaints.extend(complaints_of_file(root, path)?);
    }
    complaints.extend(crates::boundaries(&cargo_metadata(root)?));
    complaints.extend(complaints_of_pages(root, &paths)?);
    complaints.sort();
    for complaint in &complaints {
        println!("{complaint}");
    }
    match complaints.len() {
        0 => Ok(()),
        number => Err(Problem::new(format!("the repository is not tidy, see {number} lines above"))),
    }
}

fn complaints_of_file(root: &Path, path: &str) -> Result<Vec<Complaint>, Problem> {
    let could_not_read = || format!("could not read {path}");
    let full = root.join(path);
    let metadata = std::fs::symlink_metadata(&full).map_err(Problem::from_source(could_not_read()))?;
    if !metadata.is_file() {
        return Ok(Vec::new());
    }
    if metadata.len() > SIZE_LIMIT_BYTES {
        let size = metadata.len();
        return Ok(vec![Complaint::of_file(
            path,
            format!("{size} bytes are more than the {SIZE_LIMIT_BYTES} allowed"),
        )]);
    }
    let content = std::fs::read(&full).map_err(Problem::from_source(could_not_read()))?;
    let Ok(content) = String::from_utf8(content) else { return Ok(Vec::new()) };
    let mut complaints = text::complaints(path, &content);
    let executable = metadata.permissions().mode() & 0o111 != 0;
    complaints.extend(text::script(path, &content, executable));
    Ok(complaints)
}

fn complaints_of_pages(root: &Path, paths: &BTreeSet<String>) -> Result<Vec<Complaint>, Problem> {
    let read = |path: &str| {
        std::fs::read_to_string(root.join(path)).map_err(Problem::from_source(format!("could not read {path}")))
    };
    let mut complaints = Vec::new();
    for path in paths.iter().filter(|path| path.ends_with(".md")) {
        complaints.extend(pages::links(path, &read(path)?, paths));
    }
    for required in ["ARCHITECTURE.md", "README.md", "CHANGELOG.md", "docs/reference/cli.md"] {
        if !paths.contains(required) {
            complaints.push(Complaint::of_file(required, "is missing"));
        }
    }
    if paths.contains("ARCHITECTURE.md") {
        complaints.extend(pages::architecture(&read("ARCHITECTURE.md")?, &crates::folders(paths)));
    }
    if paths.contains("README.md") && paths.contains("docs/reference/cli.md") {
        complaints.extend(pages::commands("README.md", &read("README.md")?, &read("docs/reference/cli.md")?));
    }
    complaints.extend(pages::decisions(&read(pages::DECISIONS_INDEX)?, paths));
    Ok(complaints)
}

/// What is committed or will be: tracked files and new ones that are not ignored.
fn repository_files(root: &Path) -> Result<BTreeSet<String>, Problem> {
    let list = git(root, "ls-files -z --cached --others --exclude-standard")?;
    Ok(list
        .split_terminator('\0')
        .filter(|path| root.join(path).symlink_metadata().is_ok())
        .map(str::to_owned)
        .collect())
}

fn git(root: &Path, words: &str) -> Result<String, Problem> {
    output(Command::new("git").args(words.split(' ')).current_dir(root), &format!("git {words}"))
}

fn cargo_metadata(root: &Path) -> Result<serde_json::Value, Problem> {
    let words = "metadata --no-deps --format-version 1";
    let text = output(Command::new("cargo").args(words.split(' ')).current_dir(root), &format!("cargo {words}"))?;
    serde_json::from_str(&text).map_err(Problem::from_source("could not read what `cargo metadata` printed"))
}

fn output(command: &mut Command, spelled: &str) -> Result<String, Problem> {
    let output = command.output().map_err(Problem::from_source(format!("could not start `{spelled}`")))?;
    if !output.status.success() {
        let words = String::from_utf8_lossy(&output.stderr);
        return Err(Problem::new(format!("`{spelled}` failed: {}", words.trim())));
    }
    String::from_utf8(output.stdout).map_err(Problem::from_source(format!("`{spelled}` printed no text")))
}

#[cfg(test)]
fn spelled(complaints: Vec<Complaint>) -> String {
    complaints.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}
