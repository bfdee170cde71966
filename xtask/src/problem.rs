//! The one error of xtask: what was attempted on what, its cause, and the way out.

use std::error::Error;
use std::fmt;

/// Something that failed, in the words of the person who asked for it.
#[derive(Debug)]
pub(crate) struct Problem {
    attempted: String,
    hint: Option<String>,
    source: Option<Box<dyn Error>>,
}

impl Problem {
    /// A failure that has no deeper cause.
    pub(crate) fn new(attempted: impl Into<String>) -> Self {
        Self { attempted: attempted.into(), hint: None, source: None }
    }

    /// A failure whose cause is another error; made for `map_err`.
    pub(crate) fn from_source<E: Error + 'static>(attempted: impl Into<String>) -> impl FnOnce(E) -> Self {
        let attempted = attempted.into();
        move |source| Self { attempted, hint: None, source: Some(Box::new(source)) }
    }

    /// Adds what to do about it.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Prints the problem, its chain of causes and the hint to standard error.
    pub(crate) fn print(&self) {
        eprintln!("error: {self}");
        let mut cause = self.source();
        while let Some(error) = cause {
            eprintln!("  because: {error}");
            cause = error.source();
        }
        if let Some(hint) = &self.hint {
            eprintln!("hint: {hint}");
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.attempted)
    }
}

impl Error for Problem {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref()
    }
}
