//! Runs steps one after the other, counts their tests and keeps the list of how each ended.

use std::io::{BufRead, BufReader, PipeReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, ExitStatus};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use crate::problem::Problem;
use crate::tally::{Runner, Tally};

/// How long the output may stay open after the runner itself ended.
const LEFTOVER_LIMIT: Duration = Duration::from_millis(if cfg!(test) { 100 } else { 10_000 });

/// The steps so far. A failed step does not keep the next from running; [`Steps::finish`] fails for it.
pub(crate) struct Steps {
    root: PathBuf,
    outcomes: Vec<Outcome>,
    total: Tally,
}

struct Outcome {
    title: String,
    took: Duration,
    problem: Option<Problem>,
}

impl Steps {
    /// No step yet; each will run in the folder `root`.
    pub(crate) fn new(root: &Path) -> Self {
        Self { root: root.to_owned(), outcomes: Vec::new(), total: Tally::default() }
    }

    /// Runs a command that holds no tests: it succeeds or it fails.
    pub(crate) fn command(&mut self, title: &str, command: &mut Command) {
        command.current_dir(&self.root);
        self.step(title, |_| {
            let status = command.status().map_err(Problem::from_source(could_not_start(command)))?;
            succeeded(command, status)
        });
    }

    /// Runs a test runner and adds its tests to the count. A runner that ran no test has failed.
    pub(crate) fn tests(&mut self, title: &str, runner: Runner, command: &mut Command) {
        self.tests_or_none(title, runner, command, NoTests::Fail);
    }

    /// As [`Steps::tests`], where having no test is a state to be in (documentation without examples).
    pub(crate) fn tests_if_any(&mut self, title: &str, runner: Runner, command: &mut Command) {
        self.tests_or_none(title, runner, command, NoTests::Pass);
    }

    fn tests_or_none(&mut self, title: &str, runner: Runner, command: &mut Command, no_tests: NoTests) {
        command.current_dir(&self.root);
        self.step(title, |total| {
            let (tally, status) = count_tests(runner, command)?;
            *total += tally;
            succeeded(command, status)?;
            match (tally, no_tests) {
                (Tally { passed: 0, failed: 0 }, NoTests::Fail) => {
                    Err(Problem::new(format!("{} ran no test", spelled(command))))
                }
                (Tally { failed: 0, .. }, _) => Ok(()),
                (Tally { failed, .. }, _) => {
                    Err(Problem::new(format!("{} succeeded with {failed} failed tests", spelled(command))))
                }
            }
        });
    }

    /// Runs a step that is a function of ours.
    pub(crate) fn function(&mut self, title: &str, function: impl FnOnce(&Path) -> Result<(), Problem>) {
        let root = self.root.clone();
        self.step(title, |_| function(&root));
    }

    /// Prints how each step ended, and as the last line how many tests passed and failed. A step that failed without
    /// a failed test counts as one, so that the last line never hides it.
    pub(crate) fn finish(self) -> ExitCode {
        println!("\n── steps");
        for outcome in &self.outcomes {
            let verdict = if outcome.problem.is_some() { "FAILED" } else { "ok" };
            println!("{verdict:>6}  {:>7.1} s  {}", outcome.took.as_secs_f64(), outcome.title);
        }
        let failed: Vec<&str> = self
            .outcomes
            .iter()
            .filter(|outcome| outcome.problem.is_some())
            .map(|outcome| outcome.title.as_str())
            .collect();
        if !failed.is_empty() {
            eprintln!("error: failed: {}", failed.join(", "));
        }
        println!("{}", self.total);
        if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }

    fn step(&mut self, title: &str, run: impl FnOnce(&mut Tally) -> Result<(), Problem>) {
        println!("\n── {title}");
        let start = Instant::now();
        let mut tally = Tally::default();
        let problem = run(&mut tally).err();
        if let Some(problem) = &problem {
            problem.print();
            tally.failed = tally.failed.max(1);
        }
        self.total += tally;
        self.outcomes.push(Outcome { title: title.to_owned(), took: start.elapsed(), problem });
    }
}

/// What a runner without any test means.
#[derive(Clone, Copy)]
enum NoTests {
    Fail,
    Pass,
}

/// Runs the runner with its output passed through and read along.
fn count_tests(runner: Runner, command: &mut Command) -> Result<(Tally, ExitStatus), Problem> {
    let piping = || Problem::from_source(format!("could not make a pipe for {}", spelled(command)));
    let (reader, writer) = std::io::pipe().map_err(piping())?;
    let error_writer = writer.try_clone().map_err(piping())?;
    command.stdout(writer).stderr(error_writer);
    let mut child = command.spawn().map_err(Problem::from_source(could_not_start(command)))?;
    // The command keeps its ends of the pipe until it is given others, and the reader waits for all of them.
    command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());

    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        // Nobody listens any more once the limit below has passed.
        let _late = sender.send(pass_through(runner, reader));
    });
    let status = child.wait().map_err(Problem::from_source(format!("could not wait for {}", spelled(command))))?;
    let tally = receiver.recv_timeout(LEFTOVER_LIMIT).map_err(|_| {
        Problem::new(format!("{} ended ({status}), but something that it started still runs", spelled(command)))
            .hint("find who holds its output open: a test left a process behind")
    })?;
    let tally = tally.map_err(Problem::from_source(format!("could not read the output of {}", spelled(command))))?;
    Ok((tally, status))
}

fn pass_through(runner: Runner, reader: PipeReader) -> std::io::Result<Tally> {
    let mut reader = BufReader::new(reader);
    let mut output = std::io::stdout();
    let mut tally = Tally::default();
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line)? > 0 {
        output.write_all(&line)?;
        tally += runner.count(&String::from_utf8_lossy(&line));
        line.clear();
    }
    Ok(tally)
}

fn succeeded(command: &Command, status: ExitStatus) -> Result<(), Problem> {
    if status.success() { Ok(()) } else { Err(Problem::new(format!("{} failed: {status}", spelled(command)))) }
}

fn could_not_start(command: &Command) -> String {
    format!("could not start {}", spelled(command))
}

/// The command as somebody would type it, to repeat it.
fn spelled(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    format!("`{}`", words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::process::Command;

    use super::Steps;
    use crate::tally::Runner;

    /// Runs a shell script as a `node --test`, and says how the step ended and what was counted.
    fn outcome(script: &str) -> String {
        let mut steps = Steps::new(Path::new("/"));
        steps.tests("a step", Runner::Node, Command::new("sh").args(["-c", script]));
        let problem = steps.outcomes[0].problem.as_ref().map_or("ok".to_owned(), ToString::to_string);
        format!("{problem}; {}", steps.total)
    }

    #[track_caller]
    fn check(script: &str, expected: &str) {
        assert_eq!(outcome(script).replace(script, "…"), expected);
    }

    #[test]
    fn a_step_counts_and_never_hides_a_failure() {
        check("echo '# pass 2'; echo '# pass 3' >&2", "ok; 5 passed, 0 failed");
        check("echo '# pass 2'; echo '# fail 3'; exit 1", "`sh -c …` failed: exit status: 1; 2 passed, 3 failed");
        check("exit 7", "`sh -c …` failed: exit status: 7; 0 passed, 1 failed");
        check("true", "`sh -c …` ran no test; 0 passed, 1 failed");
        check(
            "echo '# pass 1'; sleep 1 &",
            "`sh -c …` ended (exit status: 0), but something that it started still runs; 0 passed, 1 failed",
        );
        check("echo '# fail 1'", "`sh -c …` succeeded with 1 failed tests; 0 passed, 1 failed");
    }

    #[test]
    fn a_runner_that_is_missing_fails() {
        let mut steps = Steps::new(Path::new("/"));
        steps.command("a step", &mut Command::new("frontage-no-such-command"));
        let problem = steps.outcomes[0].problem.as_ref().map(ToString::to_string);
        assert_eq!(problem.as_deref(), Some("could not start `frontage-no-such-command`"));
        assert_eq!(steps.total.to_string(), "0 passed, 1 failed");
    }
}
