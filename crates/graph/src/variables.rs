//! Variables that an app's source reads and nobody sets: what a person would otherwise learn from a broken page.

use std::collections::BTreeSet;

use model::App;

use crate::git::GitError;
use crate::workspace::Workspace;

/// How variables are read, up to their name.
const READS: [&str; 6] =
    ["process.env.", "process.env[\"", "process.env['", "import.meta.env.", "import.meta.env[\"", "import.meta.env['"];

/// Endings of files in which they are read.
const SOURCES: [&str; 10] = ["js", "mjs", "cjs", "jsx", "ts", "mts", "cts", "tsx", "vue", "svelte"];

/// What every build or instance is given, or what frameworks set themselves.
const GIVEN: [&str; 14] = [
    "BASE_URL",
    "CI",
    "DEV",
    "HOME",
    "HOST",
    "HOSTNAME",
    "LANG",
    "MODE",
    "NODE_ENV",
    "NODE_OPTIONS",
    "PATH",
    "PORT",
    "PROD",
    "SSR",
];

/// Names that an app's own source reads, in order, and that neither its configuration nor Frontage sets. Secrets are
/// not known here. Names in lower case are everyday properties and not listed.
///
/// # Errors
/// If git fails.
pub fn unset(workspace: &Workspace, app: &App) -> Result<Vec<String>, GitError> {
    let paths = workspace.snapshot.files.keys().filter(|path| app.path.holds(path) && is_source(path));
    let contents = workspace.snapshot.read(paths.map(String::as_str))?;
    let mut names = BTreeSet::new();
    for content in contents.values() {
        names.extend(read_in(&String::from_utf8_lossy(content)));
    }
    let is_given =
        |name: &String| GIVEN.contains(&name.as_str()) || name.starts_with("FRONTAGE_") || app.env.contains_key(name);
    Ok(names.into_iter().filter(|name| !is_given(name)).collect())
}

fn is_source(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let is_test =
        name.contains(".test.") || name.contains(".spec.") || path.contains("/test/") || path.contains("/tests/");
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    !is_test && SOURCES.contains(&ending)
}

fn read_in(text: &str) -> BTreeSet<String> {
    let name = |rest: &str| {
        let end = rest.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').unwrap_or(rest.len());
        rest[..end].to_owned()
    };
    let reads = READS.iter().flat_map(|read| text.match_indices(read).map(|(at, _)| name(&text[at + read.len()..])));
    reads
        .filter(|name| name.starts_with(|first: char| first.is_ascii_uppercase()) && *name == name.to_ascii_uppercase())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_are_found_as_people_write_them() {
        let check = |text: &str, expected: &[&str]| assert_eq!(Vec::from_iter(read_in(text)), expected, "{text}");
        check("const url = process.env.API_URL ?? ''", &["API_URL"]);
        check("import.meta.env.VITE_KEY + process.env['B2'] + process.env[\"C_3\"]", &["B2", "C_3", "VITE_KEY"]);
        check("process.env.lower, process.env, env.OTHER, process.environment.X", &[]);
        check("process.env.API_URLS.split(',')", &["API_URLS"]);
    }

    #[test]
    fn only_sources_are_looked_at() {
        assert!(is_source("apps/a/src/page.tsx"));
        for path in ["apps/a/README.md", "apps/a/src/page.test.tsx", "apps/a/test/x.js", "apps/a/Makefile"] {
            assert!(!is_source(path), "{path}");
        }
    }
}
