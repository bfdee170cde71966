//! What a person is told when something cannot be done: what failed, on what, why, and what to do.

use std::error::Error;
use std::fmt;
use std::process::ExitCode;

/// Why a command did not do what it was asked.
#[derive(Debug)]
pub struct Failure {
    status: u8,
    error: String,
    because: Vec<String>,
    hints: Vec<String>,
}

impl Failure {
    /// Arguments, configuration or repository are unusable; nothing was attempted.
    pub fn unusable(error: impl Into<String>) -> Failure {
        Failure { status: 2, error: error.into(), because: Vec::new(), hints: Vec::new() }
    }

    /// It was attempted and failed.
    pub fn failed(error: impl Into<String>) -> Failure {
        Failure { status: 1, ..Failure::unusable(error) }
    }

    /// With a cause in words.
    #[must_use]
    pub fn because(mut self, because: impl Into<String>) -> Failure {
        self.because.push(because.into());
        self
    }

    /// With an error and all its causes.
    #[must_use]
    pub fn caused_by(mut self, error: &dyn Error) -> Failure {
        let mut cause = Some(error);
        while let Some(error) = cause {
            self.because.push(error.to_string());
            cause = error.source();
        }
        self
    }

    /// With what to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Failure {
        self.hints.push(hint.into());
        self
    }

    /// The exit status: 2 if nothing was attempted, 1 if it failed.
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.status)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "error: {}", self.error)?;
        for because in &self.because {
            write!(formatter, "\nbecause: {because}")?;
        }
        for hint in &self.hints {
            write!(formatter, "\nhint: {hint}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_says_what_why_and_what_to_do() {
        let cause = std::io::Error::other("permission denied");
        let failure = Failure::failed("could not open `x`").caused_by(&cause).hint("look at its owner");
        let said = "error: could not open `x`\nbecause: permission denied\nhint: look at its owner";
        assert_eq!(failure.to_string(), said);
        assert_eq!(failure.status, 1);
        assert_eq!(Failure::unusable("x").status, 2);
    }
}
