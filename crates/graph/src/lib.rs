//! Reads a monorepo from git's object database: its workspaces, lockfile, apps and what a commit affects.
//!
//! Everything is read at a commit, never from the working tree, and nothing of a repository is executed.
//! [`Repository`] asks git, [`Workspace`] says what a commit holds, [`plan::plan`] how to build it and under
//! which keys, and [`affected::reasons`] why one commit's build differs from another's.

pub mod git;

pub mod diagnostic;

pub mod manifest;

pub mod lockfile;

pub mod config;

pub mod knowledge;

pub mod modules;

pub mod workspace;

pub mod files;

mod nesting;

mod parallel;

pub mod script;

pub mod discover;

pub mod detect;

pub mod inputs;

mod unread;

mod programs;

mod packages;

pub mod plan;

pub mod analysis;

pub mod working;

pub mod affected;

pub mod variables;

pub mod undeclared;

mod yaml;

pub mod pipeline;

#[cfg(test)]
mod notation;

#[cfg(test)]
mod patience;

pub use diagnostic::{Diagnostic, Severity};
pub use git::{Branch, Commit, GitError, Repository, Snapshot};
pub use plan::{Planned, WantedToolchain};
pub use workspace::Workspace;
