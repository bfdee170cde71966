//! The steps of `check` and of `test`, in the order that finds the cheapest mistakes first.

use std::path::Path;
use std::process::{Command, ExitCode};

use crate::steps::Steps;
use crate::tally::Runner;
use crate::{reference, tidy};

/// What needs no root, no network and no browser.
pub(crate) fn check(root: &Path) -> ExitCode {
    let mut steps = Steps::new(root);
    add_check(&mut steps);
    steps.finish()
}

/// Everything, on a machine that is prepared for it first.
pub(crate) fn test(root: &Path) -> ExitCode {
    let mut steps = Steps::new(root);
    steps.command("setup", &mut Command::new("xtask/setup-tests.sh"));
    add_check(&mut steps);
    steps.tests(
        "tests of the academy's packages",
        Runner::Node,
        Command::new("npm").args(["test", "--prefix", "examples/academy"]),
    );
    // The same features as in the other steps, so that nothing is compiled twice.
    steps.tests(
        "tests of the whole system",
        Runner::CargoTest,
        &mut cargo("test --workspace --all-features --test system_* --no-fail-fast -- --test-threads=1"),
    );
    steps.finish()
}

/// The small monorepos of every framework, each by every package manager that it has a lockfile of.
pub(crate) fn frameworks(root: &Path, names: &[&str]) -> ExitCode {
    let mut steps = Steps::new(root);
    let mut command = cargo("test --package frontage --all-features --test frameworks --");
    steps.tests("every framework", Runner::CargoTest, command.args(names));
    steps.finish()
}

fn add_check(steps: &mut Steps) {
    steps.function("tidy", tidy::run);
    steps.command("format", &mut cargo("fmt --all --check"));
    steps.command("clippy", &mut cargo("clippy --workspace --all-targets --all-features -- --deny warnings"));
    steps.command("dependency policy", &mut cargo("deny check bans licenses sources"));
    steps.command("docs", cargo("doc --workspace --no-deps").env("RUSTDOCFLAGS", "--deny warnings"));
    if has_nextest() {
        steps.tests(
            "pure and simulated tests",
            Runner::Nextest,
            &mut cargo("nextest run --workspace --no-fail-fast --status-level fail"),
        );
    } else {
        steps.tests(
            "pure and simulated tests",
            Runner::CargoTest,
            &mut cargo("test --workspace --lib --bins --tests --no-fail-fast --quiet"),
        );
    }
    steps.tests_if_any("examples in the docs", Runner::CargoTest, &mut cargo("test --workspace --doc --quiet"));
    steps.function("reference", reference::check);
}

/// One cargo command from its words, none of which holds a space.
fn cargo(words: &str) -> Command {
    let mut command = Command::new("cargo");
    command.args(words.split(' '));
    command
}

fn has_nextest() -> bool {
    // Not being able to ask is not having it: then plain `cargo test` runs the same tests.
    Command::new("cargo").args(["nextest", "--version"]).output().is_ok_and(|output| output.status.success())
}
