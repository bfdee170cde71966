//! The references under `docs/reference/`, generated from what the binary says of itself.

use std::path::Path;
use std::process::Command;

use crate::problem::Problem;

const PAGE: &str = "docs/reference/cli.md";

/// Writes the references anew.
pub(crate) fn write(root: &Path) -> Result<(), Problem> {
    let text = generate(root)?;
    let path = root.join(PAGE);
    let could_not_write = || format!("could not write {PAGE}");
    let folder = path.parent().expect("the page is in a folder");
    std::fs::create_dir_all(folder).map_err(Problem::from_source(could_not_write()))?;
    std::fs::write(&path, text).map_err(Problem::from_source(could_not_write()))?;
    println!("wrote {PAGE}");
    Ok(())
}

/// Fails with the first difference where a reference is not what the binary says today.
pub(crate) fn check(root: &Path) -> Result<(), Problem> {
    let generated = generate(root)?;
    let hint = "`cargo xtask reference` writes it again";
    let written = std::fs::read_to_string(root.join(PAGE))
        .map_err(|source| Problem::from_source(format!("could not read {PAGE}"))(source).hint(hint))?;
    match first_difference(&written, &generated) {
        None => Ok(()),
        Some(difference) => Err(Problem::new(format!("{PAGE} is out of date: {difference}")).hint(hint)),
    }
}

/// The markdown that the hidden subcommand of the binary prints, each line without spaces at its end.
fn generate(root: &Path) -> Result<String, Problem> {
    let words = "run --quiet --package frontage -- __reference";
    let output = Command::new("cargo")
        .args(words.split(' '))
        .current_dir(root)
        .stderr(std::process::Stdio::inherit())
        .output()
        .map_err(Problem::from_source(format!("could not start `cargo {words}`")))?;
    if !output.status.success() {
        return Err(Problem::new(format!("`cargo {words}` failed: {}", output.status)));
    }
    let text =
        String::from_utf8(output.stdout).map_err(Problem::from_source(format!("`cargo {words}` printed no text")))?;
    if text.trim().is_empty() {
        return Err(Problem::new(format!("`cargo {words}` printed nothing")));
    }
    Ok(normalised(&text))
}

fn normalised(text: &str) -> String {
    let lines: Vec<&str> = text.trim().lines().map(str::trim_end).collect();
    lines.join("\n") + "\n"
}

fn first_difference(written: &str, generated: &str) -> Option<String> {
    if written == generated {
        return None;
    }
    let (mut old, mut new) = (written.lines(), generated.lines());
    let mut number = 0;
    loop {
        number += 1;
        match (old.next(), new.next()) {
            (None, None) => return Some("line endings differ".into()),
            (old, new) if old == new => {}
            (old, new) => {
                let (old, new) = (old.unwrap_or("nothing"), new.unwrap_or("nothing"));
                return Some(format!("line {number} says `{old}`, the binary `{new}`"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{first_difference, normalised};

    #[track_caller]
    fn check(written: &str, generated: &str, expected: Option<&str>) {
        assert_eq!(first_difference(written, generated).as_deref(), expected);
    }

    #[test]
    fn the_first_difference_is_shown() {
        check("a\nb\n", "a\nb\n", None);
        check("a\nb\n", "a\nc\n", Some("line 2 says `b`, the binary `c`"));
        check("a\n", "a\nc\n", Some("line 2 says `nothing`, the binary `c`"));
        check("a\r\n", "a\n", Some("line endings differ"));
    }

    #[test]
    fn generated_text_has_tidy_ends() {
        assert_eq!(normalised("\n# frontage  \n\ntext\n\n"), "# frontage\n\ntext\n");
    }
}
