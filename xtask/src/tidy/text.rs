//! Rules about a file's text: how it opens, how its lines end, and what it must not mention.

use super::Complaint;

/// Words of unfinished work, assembled so that this file does not contain them.
const UNFINISHED: [&str; 4] =
    [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("todo", "!("), concat!("unimple", "mented!(")];

/// Folders that are on some developer's machine only.
const PRIVATE_FOLDERS: [&str; 3] = [concat!("/wo", "rk/"), concat!("/ho", "me/"), concat!("/Us", "ers/")];

/// People who only live in examples: `/home/alice/…` is nobody's machine.
const EXAMPLE_PEOPLE: [&str; 4] = ["alice/", "bob/", "node/", "you/"];

/// What tools wrote is not held to our rules: measurements as they came.
fn is_raw_output(path: &str) -> bool {
    path.starts_with("bench/runs/")
}

/// Every complaint about the text of the file at `path`.
pub(super) fn complaints(path: &str, text: &str) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    if path.ends_with(".rs") && !text.starts_with("//! ") {
        complaints.push(Complaint::of_line(path, 1, "a file opens with `//!` and the sentence that explains it"));
    }
    for (index, line) in text.lines().enumerate() {
        let mut complain = |what: String| complaints.push(Complaint::of_line(path, index + 1, what));
        if !is_raw_output(path) && line.ends_with([' ', '\t', '\r']) {
            complain("white space at the end of the line".into());
        }
        for word in UNFINISHED.into_iter().filter(|word| contains_word(line, word)) {
            complain(format!("`{word}`: unfinished work is an issue, not a comment"));
        }
        for folder in PRIVATE_FOLDERS.into_iter().filter(|folder| names_folder(line, folder)) {
            complain(format!("`{folder}…` is a folder of somebody's machine"));
        }
        if path.ends_with("package-lock.json") && names_private_registry(line) {
            complain("a lockfile names only the public registry".into());
        }
    }
    if !is_raw_output(path) && !text.is_empty() && !text.ends_with('\n') {
        complaints.push(Complaint::of_file(path, "the last line has no end"));
    }
    complaints
}

/// A script can be run, and what can be run is a script.
pub(super) fn script(path: &str, text: &str, executable: bool) -> Option<Complaint> {
    let what = match (text.starts_with("#!/"), executable) {
        (true, false) => "starts with `#!` but is not executable",
        (false, true) => "is executable but does not start with `#!`",
        _ => return None,
    };
    Some(Complaint::of_file(path, what))
}

fn contains_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(start, _)| {
        let ends_word = |character: char| !character.is_alphanumeric() && character != '_';
        let before = line[..start].chars().next_back();
        let after = line[start + word.len()..].chars().next();
        before.is_none_or(ends_word) && (word.ends_with('(') || after.is_none_or(ends_word))
    })
}

/// Whether an absolute path starts with the folder: `upper/work/x` and `{data}/work/x` do not.
fn names_folder(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(start, _)| {
        let before = line[..start].chars().next_back();
        let after = &line[start + folder.len()..];
        let starts_path = before.is_none_or(|character| !character.is_alphanumeric() && !"_-.}/~*".contains(character));
        let names_something = after.starts_with(|character: char| character.is_ascii_alphanumeric());
        starts_path && names_something && !EXAMPLE_PEOPLE.iter().any(|person| after.starts_with(person))
    })
}

fn names_private_registry(line: &str) -> bool {
    let address = line.trim().strip_prefix("\"resolved\": \"");
    address.is_some_and(|address| address.starts_with("http") && !address.starts_with("https://registry.npmjs.org/"))
}

#[cfg(test)]
mod tests {
    use super::super::spelled;
    use super::{complaints, script};

    #[track_caller]
    fn check(path: &str, text: &str, expected: &str) {
        assert_eq!(spelled(complaints(path, text)), expected);
    }

    #[test]
    fn files_open_with_their_sentence() {
        let complaint = "a.rs:1: a file opens with `//!` and the sentence that explains it";
        check("a.rs", "//! What it is.\n", "");
        check("a.rs", "use std::fmt;\n", complaint);
        check("a.rs", "", complaint);
        check("a.sh", "set -e\n", "");
    }

    #[test]
    fn lines_end_where_their_words_end() {
        check(
            "a.md",
            "one \ntwo\t\nthree",
            "a.md:1: white space at the end of the line\na.md:2: white space at the end of the line\na.md: the last line has no end",
        );
        check("a.md", "", "");
        check("bench/runs/1/turbo.txt", "raw \r\nraw", "");
    }

    #[test]
    fn unfinished_work_is_named() {
        let unfinished = |word: &str| format!("a.md:1: `{word}`: unfinished work is an issue, not a comment");
        check("a.md", concat!("TO", "DO: later\n"), &unfinished(concat!("TO", "DO")));
        check("a.md", concat!("// FIX", "ME\n"), &unfinished(concat!("FIX", "ME")));
        check("a.md", concat!("todo", "!(\"x\")\n"), &unfinished(concat!("todo", "!(")));
        check("a.md", concat!("todo = \"deny\"; TO", "DOS and A_TO", "DO\n"), "");
    }

    #[test]
    fn folders_of_a_machine_are_named() {
        let private = |folder: &str| format!("a.md:1: `{folder}…` is a folder of somebody's machine");
        check("a.md", concat!("in /wo", "rk/main\n"), &private(concat!("/wo", "rk/")));
        check("a.md", concat!("\"/ho", "me/karl/x\"\n"), &private(concat!("/ho", "me/")));
        check("a.md", "/home/alice/shop, upper/work/x, {data}/work/x, `/home/`, $HOME/work/x\n", "");
    }

    #[test]
    fn lockfiles_name_the_public_registry() {
        let path = "a/package-lock.json";
        check(path, "\"resolved\": \"https://registry.npmjs.org/a/-/a-1.0.0.tgz\",\n\"resolved\": \"apps/a\",\n", "");
        check(
            path,
            "  \"resolved\": \"http://mirror/a.tgz\",\n",
            "a/package-lock.json:1: a lockfile names only the public registry",
        );
    }

    #[test]
    fn scripts_are_executable() {
        let check = |text, executable, expected: &str| {
            assert_eq!(spelled(script("a", text, executable).into_iter().collect()), expected);
        };
        check("#!/bin/sh\n", true, "");
        check("#![forbid(x)]\n", false, "");
        check("#!/bin/sh\n", false, "a: starts with `#!` but is not executable");
        check("text\n", true, "a: is executable but does not start with `#!`");
    }
}
