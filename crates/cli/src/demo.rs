//! `frontage demo`: the example monorepo as a git repository of one's own.

use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;

use crate::report::Failure;

/// The example's files, by path.
static ACADEMY: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/academy.rs"));

/// Names the repository as ours, so that a folder of somebody else's is never touched.
const MARK: &str = "frontage.demo";

/// Puts the example at `folder` unless it is there.
///
/// # Errors
/// If the folder holds something else, or cannot be written.
pub fn prepare(folder: &Path) -> Result<(), Failure> {
    if is_demo(folder) {
        return Ok(());
    }
    let is_empty = fs::read_dir(folder).map_or(true, |mut entries| entries.next().is_none());
    if !is_empty {
        return Err(Failure::unusable(format!("`{}` is not empty, and no demo", folder.display()))
            .hint("name another folder: `frontage demo FOLDER`"));
    }
    write_files(folder).map_err(|cause| {
        Failure::failed(format!("the demo could not be written to `{}`", folder.display())).caused_by(&cause)
    })?;
    for arguments in [
        &["init", "--quiet", "--initial-branch=main"][..],
        &["config", "user.name", "Frontage demo"],
        &["config", "user.email", "demo@frontage.invalid"],
        &["config", MARK, "academy"],
        &["add", "--all"],
        &["commit", "--quiet", "--message", "The academy"],
    ] {
        git(folder, arguments)?;
    }
    Ok(())
}

fn is_demo(folder: &Path) -> bool {
    let output = Command::new("git").arg("-C").arg(folder).args(["config", "--local", MARK]).output();
    folder.join(".git").exists() && output.is_ok_and(|output| output.status.success())
}

fn write_files(folder: &Path) -> io::Result<()> {
    for (name, content) in ACADEMY {
        let path = folder.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(path, content)?;
    }
    Ok(())
}

fn git(folder: &Path, arguments: &[&str]) -> Result<(), Failure> {
    let said = format!("`git {}` in `{}`", arguments.join(" "), folder.display());
    let output = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(arguments)
        .output()
        .map_err(|cause| Failure::failed(format!("{said} could not be run")).caused_by(&cause))?;
    if output.status.success() {
        return Ok(());
    }
    Err(Failure::failed(format!("{said} failed")).because(String::from_utf8_lossy(&output.stderr).trim()))
}
