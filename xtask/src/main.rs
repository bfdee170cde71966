//! The commands around the code: check, test, tidy, reference and bench.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command's words are its output")]

mod bench;
mod problem;
mod reference;
mod steps;
mod suite;
mod tally;
mod tidy;

use std::path::Path;
use std::process::ExitCode;

use problem::Problem;

const USAGE: &str = "\
usage: cargo xtask COMMAND

  check                 format, clippy, docs, dependency policy, tidy, references, pure and simulated tests
  test                  xtask/setup-tests.sh, then check, then the tests that need root, the network or a browser
  frameworks [NAME]     the second suite: every framework and package manager, or those whose names hold a NAME
  tidy                  only the rules about the repository itself
  reference [--check]   writes docs/reference/ from the binary, or says whether it is up to date
  bench NAME [ARGS...]  runs bench/NAME.sh";

/// The names of the commands, for whoever checks that a page names none that does not exist.
pub(crate) const COMMANDS: [&str; 6] = ["check", "test", "frameworks", "tidy", "reference", "bench"];

/// 0: done; 1: attempted and failed; 2: the arguments were unusable and nothing was attempted.
fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let root = repository_root();
    match words.as_slice() {
        ["check"] => suite::check(root),
        ["test"] => suite::test(root),
        ["frameworks", names @ ..] => suite::frameworks(root, names),
        ["tidy"] => exit_code(tidy::run(root)),
        ["reference"] => exit_code(reference::write(root)),
        ["reference", "--check"] => exit_code(reference::check(root)),
        ["bench", name, rest @ ..] => exit_code(bench::run(root, name, rest)),
        ["help" | "--help" | "-h"] => {
            println!("{USAGE}");
            ExitCode::SUCCESS
        }
        _ => {
            eprintln!("{USAGE}");
            ExitCode::from(2)
        }
    }
}

fn exit_code(result: Result<(), Problem>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            problem.print();
            ExitCode::FAILURE
        }
    }
}

fn repository_root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask is a folder of the repository")
}

#[cfg(test)]
mod tests {
    use super::{COMMANDS, USAGE};

    #[test]
    fn usage_names_every_command() {
        let named: Vec<&str> = USAGE
            .lines()
            .filter(|line| line.starts_with("  "))
            .filter_map(|line| line.split_whitespace().next())
            .collect();
        assert_eq!(named, COMMANDS);
    }
}
