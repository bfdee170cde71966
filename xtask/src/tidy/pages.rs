//! Rules about the pages that people read: their links lead somewhere, what they name exists.

use std::collections::BTreeSet;

use super::Complaint;
use crate::COMMANDS;

/// Where every page of `docs/decisions/` has a line.
pub(super) const DECISIONS_INDEX: &str = "docs/decisions/README.md";

/// Relative links of a page that lead to no file or folder of the repository.
pub(super) fn links(page: &str, text: &str, paths: &BTreeSet<String>) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for (number, line) in prose(text) {
        for target in link_targets(line) {
            let is_elsewhere = target.contains("://") || target.starts_with('#') || target.starts_with("mailto:");
            if !is_elsewhere && !exists(page, target, paths) {
                complaints.push(Complaint::of_line(page, number, format!("the link to `{target}` leads nowhere")));
            }
        }
    }
    complaints
}

/// `ARCHITECTURE.md` names every folder of `crates/`, and none that is not there.
pub(super) fn architecture(text: &str, folders: &BTreeSet<String>) -> Vec<Complaint> {
    let page = "ARCHITECTURE.md";
    let mut complaints = Vec::new();
    for folder in folders.iter().filter(|folder| !words(text).any(|word| word == folder.as_str())) {
        complaints.push(Complaint::of_file(page, format!("does not name the crate `{folder}`")));
    }
    for (index, line) in text.lines().enumerate() {
        for (start, prefix) in line.match_indices("crates/") {
            let named =
                words(&line[start + prefix.len()..]).next().filter(|_| starts_with_name(line, start + prefix.len()));
            if let Some(folder) = named.filter(|folder| !folders.contains(*folder)) {
                complaints.push(Complaint::of_line(page, index + 1, format!("there is no crate `crates/{folder}`")));
            }
        }
    }
    complaints
}

/// Commands in code blocks and in backticks that do not exist: `cargo xtask X`, `./frontage X` and `frontage X`.
pub(super) fn commands(page: &str, text: &str, reference: &str) -> Vec<Complaint> {
    let known = frontage_commands(reference);
    let mut complaints = Vec::new();
    for (number, line, is_code) in numbered(text) {
        for command in code_of(line, is_code) {
            let command = command.trim_start_matches("$ ");
            let mut complain = |name: &str, what: &str| {
                complaints.push(Complaint::of_line(page, number, format!("there is no `{name}` in {what}")));
            };
            if let Some(name) = word_after(command, "cargo xtask ").filter(|name| !COMMANDS.contains(name)) {
                complain(name, "`cargo xtask`");
            }
            let name = ["./frontage ", "frontage ", "cargo run --release -- "]
                .into_iter()
                .find_map(|prefix| word_after(command, prefix));
            if let Some(name) = name.filter(|name| !name.starts_with('-') && !known.contains(*name)) {
                complain(name, "`frontage`, see docs/reference/cli.md");
            }
        }
    }
    complaints
}

/// Pages of `docs/decisions/` that the index does not link to.
pub(super) fn decisions(index: &str, paths: &BTreeSet<String>) -> Vec<Complaint> {
    let linked: BTreeSet<&str> = prose(index).flat_map(|(_, line)| link_targets(line)).collect();
    paths
        .iter()
        .filter(|path| path.as_str() != DECISIONS_INDEX)
        .filter_map(|path| Some((path, path.strip_prefix("docs/decisions/")?)))
        .filter(|(_, name)| !linked.contains(name))
        .map(|(path, _)| Complaint::of_file(path, format!("is not listed in {DECISIONS_INDEX}")))
        .collect()
}

/// The subcommands that the reference names, as ``frontage up`` at the start of a heading or in backticks.
fn frontage_commands(reference: &str) -> BTreeSet<&str> {
    reference.split("frontage ").skip(1).filter_map(|rest| words(rest).next()).collect()
}

/// Lines outside of code blocks, with their numbers, code in backticks included.
fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    numbered(text).filter(|(_, _, is_code)| !is_code).map(|(number, line, _)| (number, line))
}

/// Every line with its number and whether it is in a code block, be that fenced or indented.
fn numbered(text: &str) -> impl Iterator<Item = (usize, &str, bool)> {
    let mut fenced = false;
    text.lines().enumerate().map(move |(index, line)| {
        let is_fence = line.trim_start().starts_with("```");
        fenced ^= is_fence;
        (index + 1, line, fenced || is_fence || line.starts_with("    "))
    })
}

/// The targets of `[text](target)` in a line, without an anchor; code in backticks holds no links.
fn link_targets(line: &str) -> Vec<&str> {
    let plain = line.split('`').step_by(2);
    plain
        .flat_map(|text| text.split("](").skip(1))
        .filter_map(|rest| rest.split([')', ' ']).next())
        .map(|target| if target.starts_with('#') { target } else { target.split('#').next().unwrap_or(target) })
        .collect()
}

/// The pieces of code in a line: all of it in a code block, else whatever is in backticks.
fn code_of(line: &str, is_code: bool) -> Vec<&str> {
    if is_code { vec![line.trim()] } else { line.split('`').skip(1).step_by(2).collect() }
}

fn word_after<'line>(command: &'line str, prefix: &str) -> Option<&'line str> {
    command.strip_prefix(prefix)?.split_whitespace().next()
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|character: char| !character.is_alphanumeric() && character != '-' && character != '_')
        .filter(|word| !word.is_empty())
}

fn starts_with_name(line: &str, start: usize) -> bool {
    line[start..].starts_with(|character: char| character.is_ascii_lowercase())
}

/// Whether the target, relative to the page, is a file or a folder that holds one.
fn exists(page: &str, target: &str, paths: &BTreeSet<String>) -> bool {
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                if parts.pop().is_none() {
                    return false;
                }
            }
            name => parts.push(name),
        }
    }
    let path = parts.join("/");
    let inside = format!("{path}/");
    path.is_empty() || paths.contains(&path) || paths.iter().any(|known| known.starts_with(&inside))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::{Complaint, spelled};

    fn set(words: &str) -> BTreeSet<String> {
        words.split(' ').map(str::to_owned).collect()
    }

    #[track_caller]
    fn check(complaints: Vec<Complaint>, expected: &str) {
        assert_eq!(spelled(complaints), expected);
    }

    #[test]
    fn links_lead_somewhere() {
        let links = |text| super::links("docs/a.md", text, &set("docs/a.md README.md docs/decisions/b.md"));
        check(links("[r](../README.md) [d](decisions) [b](decisions/b.md#why) [w](https://x.org) [h](#here)"), "");
        check(links("one\n[x](b.md)"), "docs/a.md:2: the link to `b.md` leads nowhere");
        check(links("![x](../../y.png)"), "docs/a.md:1: the link to `../../y.png` leads nowhere");
        check(links("`[x](y)`\n```\n[x](y)\n```\n    [x](y)"), "");
    }

    #[test]
    fn architecture_and_crates_agree() {
        let architecture = |text| super::architecture(text, &set("edge engine engine-local"));
        check(architecture("`crates/edge`, engine, engine-local; each of `crates/` or crates/*"), "");
        check(architecture("edge and engine-local"), "ARCHITECTURE.md: does not name the crate `engine`");
        check(
            architecture("edge engine engine-local\n`crates/web/src`"),
            "ARCHITECTURE.md:2: there is no crate `crates/web`",
        );
    }

    #[test]
    fn commands_exist() {
        let commands = |text| super::commands("README.md", text, "# `frontage`\n\n## `frontage demo`\n");
        check(commands("    ./frontage demo\n    cargo xtask test\n`frontage --help`\nfrontage shines"), "");
        check(
            commands("    $ ./frontage demos"),
            "README.md:1: there is no `demos` in `frontage`, see docs/reference/cli.md",
        );
        check(commands("run `cargo xtask tests`"), "README.md:1: there is no `tests` in `cargo xtask`");
        check(
            commands("    cargo run --release -- up"),
            "README.md:1: there is no `up` in `frontage`, see docs/reference/cli.md",
        );
    }

    #[test]
    fn decisions_are_listed() {
        let decisions =
            |index| super::decisions(index, &set("docs/decisions/README.md docs/decisions/one.md src/a.rs"));
        check(decisions("- [one](one.md): why"), "");
        check(decisions("- one"), "docs/decisions/one.md: is not listed in docs/decisions/README.md");
    }
}
