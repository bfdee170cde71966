//! Runs a benchmark of `bench/` by its name.

use std::path::Path;
use std::process::Command;

use crate::problem::Problem;

/// Runs `bench/NAME.sh` in the repository's root with `arguments`.
pub(crate) fn run(root: &Path, name: &str, arguments: &[&str]) -> Result<(), Problem> {
    let names = names(root);
    if !names.iter().any(|known| known == name) {
        let known = if names.is_empty() { "there is none so far".into() } else { names.join(", ") };
        return Err(Problem::new(format!("no benchmark called `{name}` in bench/")).hint(format!("known: {known}")));
    }
    let status = Command::new("bash")
        .arg(root.join("bench").join(format!("{name}.sh")))
        .args(arguments)
        .current_dir(root)
        .status()
        .map_err(Problem::from_source(format!("could not start bench/{name}.sh")))?;
    if status.success() { Ok(()) } else { Err(Problem::new(format!("bench/{name}.sh failed: {status}"))) }
}

fn names(root: &Path) -> Vec<String> {
    // No folder is no benchmark: the caller says that there is none.
    let entries = std::fs::read_dir(root.join("bench")).into_iter().flatten();
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok()?.strip_suffix(".sh").map(str::to_owned))
        .collect();
    names.sort();
    names
}
