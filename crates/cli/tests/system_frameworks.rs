//! Some frameworks and package managers, from `git init` to answered requests; the rest is `cargo xtask frameworks`.
//!
//! Needs user namespaces, Node.js and the npm registry.

mod fixtures;
mod world;

/// Those that are light, and together meet every package manager and every kind of app.
const CHOSEN: [(&str, &str); 12] = [
    ("plain-static", "npm"),
    ("express", "yarn-1"),
    ("express-typescript", "pnpm-8"),
    ("hono-node", "bun"),
    ("vite-spa", "pnpm-9"),
    ("vite-multi-page", "yarn-3"),
    ("vite-ssr", "npm"),
    ("astro-node", "pnpm-10"),
    ("react-router-ssr", "npm"),
    ("sveltekit-node", "npm"),
    ("next-app", "npm"),
    ("worker", "npm"),
];

fn main() {
    fixtures::run(|fixture, manager| CHOSEN.contains(&(fixture.name.as_str(), manager)));
}
