//! Reads a monorepo: workspaces, lockfiles, git diffs, affected apps and build keys.
