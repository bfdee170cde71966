//! Sandboxes: namespaces, a file system of their own, limits, and a helper that owns their end.

pub mod client;

pub mod helper;

pub mod selftest;

mod cgroup;
mod init;
mod log;
mod mounts;
mod seccomp;

/// The user and group id of sandboxed processes, as they see it.
pub const INSIDE_ID: u32 = 1000;

/// The same ids on the host where the helper is root.
const OUTSIDE_ID: u32 = 101_000;

/// Who owns what sandboxed processes write, and must own what they may change: only a privileged helper has
/// them belong to another user than its own.
pub fn owner() -> Option<(u32, u32)> {
    nix::unistd::geteuid().is_root().then_some((OUTSIDE_ID, OUTSIDE_ID))
}
