//! What went wrong outside: what was attempted on what, its cause, and what can be done.

use std::error::Error as StdError;
use std::fmt;

/// An operation of a driver that did not succeed.
#[derive(Debug)]
pub struct Error {
    attempted: String,
    remedy: Remedy,
    hint: Option<String>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// What can be done about an [`Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// The same call may succeed later.
    Retry,
    /// The request itself must change.
    ChangeRequest,
    /// A person must see to the machine (a full disk, a missing program).
    CallOperator,
}

impl Error {
    /// `attempted` says what was attempted on what, such as "could not start `shop-b81d04e6-1`".
    pub fn new(remedy: Remedy, attempted: impl Into<String>) -> Error {
        Error { attempted: attempted.into(), remedy, hint: None, source: None }
    }

    /// With the cause underneath.
    #[must_use]
    pub fn because(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Error {
        self.source = Some(source.into());
        self
    }

    /// With the way out in words.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Error {
        self.hint = Some(hint.into());
        self
    }

    /// The way out in words: its own, else that of its cause.
    pub fn way_out(&self) -> Option<&str> {
        let cause = || self.source.as_ref()?.downcast_ref::<Error>()?.way_out();
        self.hint.as_deref().or_else(cause)
    }

    /// What can be done.
    pub fn remedy(&self) -> Remedy {
        self.remedy
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.attempted)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}
