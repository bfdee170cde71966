//! Why an app is affected: every decision carries its reason.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One reason why an app is affected. An app that is not affected has none.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Reason {
    /// What kind of thing changed.
    pub kind: ReasonKind,
    /// The path, package or variable that changed.
    pub path: String,
    /// The packages through which it reaches the app, from the change to the app.
    #[serde(default)]
    pub via: Vec<String>,
    /// What a person would add, such as `1.2.0 → 1.3.0`; empty if nothing.
    #[serde(default)]
    pub detail: String,
}

/// What kind of thing changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ReasonKind {
    /// The app was never built.
    New,
    /// A file of the app itself.
    File,
    /// A file of a workspace package that it needs.
    Package,
    /// A package from outside, resolved by the lockfile.
    Dependency,
    /// A configuration file that governs it.
    Config,
    /// A variable that its build is given.
    Variable,
    /// Node.js, the package manager or the machine's compilers.
    Toolchain,
    /// It cannot be known; then the app is built.
    Unknown,
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            ReasonKind::New => write!(formatter, "never built")?,
            ReasonKind::File | ReasonKind::Config => write!(formatter, "`{}` changed", self.path)?,
            ReasonKind::Package => write!(formatter, "`{}` changed", self.path)?,
            ReasonKind::Dependency => write!(formatter, "dependency `{}` changed", self.path)?,
            ReasonKind::Variable => write!(formatter, "variable `{}` changed", self.path)?,
            ReasonKind::Toolchain => write!(formatter, "toolchain `{}` changed", self.path)?,
            ReasonKind::Unknown => write!(formatter, "`{}` may matter", self.path)?,
        }
        if !self.detail.is_empty() {
            write!(formatter, " ({})", self.detail)?;
        }
        if !self.via.is_empty() {
            write!(formatter, ", needed through {}", self.via.join(" → "))?;
        }
        Ok(())
    }
}
