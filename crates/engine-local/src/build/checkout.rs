//! Checkouts: what a build is shown, from the object database, in parts that many builds share.
//!
//! Each part is a folder in the repository's layout, named by its content and laid under a build as one
//! lower. A synthetic `.git` is one more: a single commit over what is shown, with fixed author and date.

use std::collections::BTreeMap;
use std::fs::{self, FileTimes};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use api::layout::DataDirectory;
use engine::Objects;
use model::{CommitId, Digest, ShownFile};

use super::EPOCH;
use crate::files::{self, Scratch};

/// Parts of a checkout by name, each with its files.
pub type Parts<'a> = BTreeMap<String, Vec<&'a ShownFile>>;

/// Groups files: those below the second level by their first two folders, so that a member is a part.
pub fn parts(shown: &[ShownFile]) -> Parts<'_> {
    let mut groups: BTreeMap<String, Vec<&ShownFile>> = BTreeMap::new();
    for file in shown {
        let path = file.path.as_str();
        let mut slashes = path.match_indices('/').map(|(at, _)| at);
        let group = match (slashes.next(), slashes.next()) {
            (Some(_), Some(second)) => &path[..second],
            _ => "",
        };
        groups.entry(group.to_owned()).or_default().push(file);
    }
    groups.into_values().map(|files| (name(&files), files)).collect()
}

/// The folder of a part.
pub fn place(data: &DataDirectory, name: &str) -> PathBuf {
    data.checkouts().join(name)
}

/// Writes a part, unless it is there.
pub fn write_part(data: &DataDirectory, objects: &dyn Objects, name: &str, shown: &[&ShownFile]) -> io::Result<()> {
    let place = place(data, name);
    if place.exists() {
        return Ok(());
    }
    let scratch = Scratch::new(data, "checkout")?;
    let root = scratch.path().join("tree");
    files::make_folder(&root)?;
    write_files(objects, shown, &root)?;
    scratch.publish("tree", &place)
}

/// Writes files of the repository below a folder.
pub fn write_files(objects: &dyn Objects, shown: &[&ShownFile], root: &Path) -> io::Result<()> {
    let ids: Vec<&str> = shown.iter().map(|file| file.object.as_str()).collect();
    let contents = objects.contents(&ids).map_err(io::Error::other)?;
    for (file, content) in shown.iter().zip(contents) {
        let path = root.join(file.path.as_str());
        if file.mode == "120000" {
            files::link(Path::new(&String::from_utf8_lossy(&content).into_owned()), &path)?;
        } else {
            files::write(&path, &content, file.mode == "100755")?;
            fixed_time(&path)?;
        }
    }
    Ok(())
}

/// The name of the part that holds the synthetic `.git` over these files.
pub fn git_name(shown: &[ShownFile], real: Option<&CommitId>) -> String {
    let all: Vec<&ShownFile> = shown.iter().collect();
    let real = real.map_or("", CommitId::as_str);
    Digest::of(format!("git 1 {real} {}", name(&all)).as_bytes()).hex()[..32].to_owned()
}

/// Writes the synthetic `.git`, unless it is there. With `real`, `HEAD` names the repository's own commit
/// instead, as a shallow clone's would.
pub fn write_git(
    data: &DataDirectory,
    repository: &Path,
    name: &str,
    shown: &[ShownFile],
    real: Option<&CommitId>,
) -> io::Result<()> {
    let place = place(data, name);
    if place.exists() {
        return Ok(());
    }
    let scratch = Scratch::new(data, "git")?;
    let tree = scratch.path().join("tree");
    let git = tree.join(".git");
    fs::create_dir_all(&tree)?;
    let format = object_format(repository)?;
    run(
        self::git()
            .args(["init", "--quiet", "--initial-branch=main"])
            .arg(format!("--object-format={format}"))
            .arg(&tree),
        b"",
    )?;
    // While it is made it borrows the repository's objects; then it gets copies of its own.
    let alternates = git.join("objects/info/alternates");
    fs::write(&alternates, format!("{}\n", repository.join("objects").display()))?;
    let commit = match real {
        Some(commit) => {
            fs::write(git.join("shallow"), format!("{commit}\n"))?;
            commit.to_string()
        }
        None => {
            let index: String =
                shown.iter().map(|file| format!("{} {}\t{}\0", file.mode, file.object, file.path)).collect();
            run(at(&git).args(["update-index", "-z", "--index-info"]), index.as_bytes())?;
            let tree = run(at(&git).arg("write-tree"), b"")?;
            run(at(&git).args(["commit-tree", "-m", "A build", tree.trim()]), b"")?.trim().to_owned()
        }
    };
    run(at(&git).args(["update-ref", "refs/heads/main", &commit]), b"")?;
    if real.is_some() {
        run(at(&git).args(["read-tree", &commit]), b"")?;
    }
    run(at(&git).args(["pack-objects", "--quiet", "--revs", "objects/pack/pack"]), format!("{commit}\n").as_bytes())?;
    fs::remove_file(&alternates)?;
    for path in files::walk(&tree)? {
        files::own(&tree.join(path))?;
    }
    own_folders(&tree)?;
    scratch.publish("tree", &place)
}

fn own_folders(folder: &Path) -> io::Result<()> {
    files::own(folder)?;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            own_folders(&entry.path())?;
        }
    }
    Ok(())
}

fn at(git: &Path) -> Command {
    let mut command = self::git();
    command.env("GIT_DIR", git).current_dir(git);
    for (name, value) in [
        ("GIT_AUTHOR_NAME", "Frontage"),
        ("GIT_AUTHOR_EMAIL", "build@frontage.invalid"),
        ("GIT_COMMITTER_NAME", "Frontage"),
        ("GIT_COMMITTER_EMAIL", "build@frontage.invalid"),
        ("GIT_CONFIG_NOSYSTEM", "1"),
        ("GIT_CONFIG_GLOBAL", "/dev/null"),
    ] {
        command.env(name, value);
    }
    let date = format!("{EPOCH} +0000");
    command.env("GIT_AUTHOR_DATE", &date).env("GIT_COMMITTER_DATE", &date);
    command
}

/// Git, without the variables that would lead it to another repository or other objects.
fn git() -> Command {
    let mut command = Command::new("git");
    // Nothing of whoever started us leads elsewhere: a git hook sets `GIT_DIR`, for one.
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.as_encoded_bytes().starts_with(b"GIT_")) {
        command.env_remove(name);
    }
    command.env("GIT_NO_REPLACE_OBJECTS", "1");
    command
}

fn run(command: &mut Command, input: &[u8]) -> io::Result<String> {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    child.stdin.take().expect("standard input is piped").write_all(input)?;
    let output = child.wait_with_output()?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let arguments: Vec<String> = command.get_args().map(|argument| argument.to_string_lossy().into_owned()).collect();
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(io::Error::other(format!("`git {}` failed: {said}", arguments.join(" "))))
}

fn object_format(repository: &Path) -> io::Result<String> {
    let said = run(git().arg("-C").arg(repository).args(["rev-parse", "--show-object-format"]), b"")?;
    Ok(said.trim().to_owned())
}

fn fixed_time(path: &Path) -> io::Result<()> {
    let time: SystemTime = UNIX_EPOCH + Duration::from_secs(EPOCH);
    fs::File::options().write(true).open(path)?.set_times(FileTimes::new().set_modified(time).set_accessed(time))
}

fn name(files: &[&ShownFile]) -> String {
    let mut text = String::from("checkout 1\n");
    for file in files {
        text.push_str(&format!("{} {} {}\n", file.mode, file.object, file.path));
    }
    Digest::of(text.as_bytes()).hex()[..32].to_owned()
}
