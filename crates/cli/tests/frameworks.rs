//! Every framework with every package manager that its fixture has a lockfile of: the second suite, by a command of its
//! own, `cargo xtask frameworks`.
//!
//! Needs user namespaces, Node.js and the npm registry, and most of an hour.

mod fixtures;
mod world;

fn main() {
    fixtures::run(|_, _| true);
}
