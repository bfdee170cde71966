//! Counts tests by the closing lines of the runners.

use std::fmt;
use std::ops::AddAssign;

/// How many tests passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Tests that ran and passed.
    pub(crate) passed: u64,
    /// Tests that failed, timed out or were cancelled.
    pub(crate) failed: u64,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} passed, {} failed", self.passed, self.failed)
    }
}

/// Whose closing lines are to be read. A step reads one runner's only: a test may print another's.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Runner {
    /// `cargo nextest run`.
    Nextest,
    /// `cargo test`, one closing line per target.
    CargoTest,
    /// `node --test`, in TAP or as the `spec` reporter prints it.
    Node,
}

impl Runner {
    /// What a line of the runner's output adds to the count; nothing for any other line.
    pub(crate) fn count(self, line: &str) -> Tally {
        let line = without_escapes(line);
        let line = line.trim();
        match self {
            Runner::Nextest => line
                .strip_prefix("Summary [")
                .and_then(|rest| rest.split_once(" run: "))
                .map_or(Tally::default(), |(_, counts)| sum(counts.split(','))),
            Runner::CargoTest => line
                .strip_prefix("test result: ")
                .and_then(|rest| rest.split_once(". "))
                .map_or(Tally::default(), |(_, counts)| sum(counts.split(';'))),
            Runner::Node => line
                .strip_prefix("# ")
                .or_else(|| line.strip_prefix("ℹ "))
                .and_then(|rest| rest.split_once(' '))
                .map_or(Tally::default(), |(kind, number)| tally_of(number, kind)),
        }
    }
}

fn sum<'line>(parts: impl Iterator<Item = &'line str>) -> Tally {
    let mut total = Tally::default();
    for part in parts {
        if let Some((number, kind)) = part.trim().split_once(' ') {
            total += tally_of(number, kind);
        }
    }
    total
}

/// `kind` is a runner's word, maybe with a remark: `passed (1 slow)`.
fn tally_of(number: &str, kind: &str) -> Tally {
    let Ok(number) = number.parse() else { return Tally::default() };
    match kind.split(" (").next().unwrap_or(kind) {
        "passed" | "pass" => Tally { passed: number, failed: 0 },
        "failed" | "fail" | "timed out" | "exec failed" | "cancelled" => Tally { passed: 0, failed: number },
        _ => Tally::default(),
    }
}

/// Removes the escape sequences that colour a terminal.
fn without_escapes(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        if character == '\u{1b}' {
            characters.by_ref().find(char::is_ascii_alphabetic);
        } else {
            plain.push(character);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::{Runner, Tally};

    #[track_caller]
    fn check(runner: Runner, output: &str, expected: &str) {
        let mut total = Tally::default();
        for line in output.lines() {
            total += runner.count(line);
        }
        assert_eq!(total.to_string(), expected);
    }

    #[test]
    fn nextest() {
        use Runner::Nextest;
        check(Nextest, "     Summary [   0.012s] 3 tests run: 3 passed, 0 skipped", "3 passed, 0 failed");
        check(Nextest, "Summary [ 1.0s] 1 test run: 0 passed, 1 failed, 4 skipped", "0 passed, 1 failed");
        check(
            Nextest,
            "Summary [ 90.1s] 9/12 tests run: 5 passed (1 slow, 1 leaky), 2 failed, 1 timed out, 1 exec failed, 0 skipped",
            "5 passed, 4 failed",
        );
        check(
            Nextest,
            "\u{1b}[32;1m     Summary\u{1b}[0m [   0.1s] \u{1b}[1m2\u{1b}[0m tests run: \u{1b}[1m2\u{1b}[0m \u{1b}[32;1mpassed\u{1b}[0m, \u{1b}[1m0\u{1b}[0m skipped",
            "2 passed, 0 failed",
        );
        check(Nextest, "PASS [   0.004s] store log::one\n# pass 7", "0 passed, 0 failed");
    }

    #[test]
    fn cargo_test_adds_up_its_targets() {
        check(
            Runner::CargoTest,
            "running 3 tests\n\
             test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\
             test result: FAILED. 1 passed; 2 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.10s",
            "4 passed, 2 failed",
        );
        check(Runner::CargoTest, "test result_of_a_build ... ok", "0 passed, 0 failed");
    }

    #[test]
    fn node_in_both_notations() {
        let tap =
            "# tests 6\n# suites 0\n# pass 3\n# fail 1\n# cancelled 1\n# skipped 1\n# todo 0\n# duration_ms 175.9";
        check(Runner::Node, tap, "3 passed, 2 failed");
        check(Runner::Node, "ℹ tests 2\nℹ pass 2\nℹ fail 0\nℹ cancelled 0", "2 passed, 0 failed");
        check(Runner::Node, "# Subtest: pass 3\nok 1 - pass 4", "0 passed, 0 failed");
    }
}
