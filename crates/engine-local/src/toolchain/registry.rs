//! The npm registry, asked by the machine's npm: which versions there are, and what they hold.
//!
//! npm checks each package that it takes against the integrity hash that the registry's metadata says, and notes that
//! hash beside what it installed. What has no such note is not believed.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;
use std::process::{Command, Output};

use engine::{Error, Remedy};
use semver::Version;
use serde_json::Value;

use super::range::Range;

/// A version that the registry has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    /// The version.
    pub version: Version,
    /// The Node.js that it runs on, if it says so.
    pub node: Option<Range>,
}

/// Every version of a package but pre-releases, oldest first; `folder` is an empty one, whose settings npm would read.
///
/// # Errors
/// If there is no such package, or the registry does not answer.
pub fn releases(folder: &Path, package: &str) -> Result<Vec<Release>, Error> {
    let wanted = format!("{package}@>=0");
    let attempted = || format!("could not find out which versions of `{package}` there are");
    let output = run(folder, &["view", &wanted, "version", "engines.node", "--json"])
        .map_err(|cause| Error::new(Remedy::CallOperator, attempted()).because(cause))?;
    if !output.status.success() {
        return Err(Error::new(remedy(&output), attempted()).because(words(&output)));
    }
    let said: Value = serde_json::from_slice(&output.stdout)
        .map_err(|cause| Error::new(Remedy::Retry, attempted()).because(cause))?;
    let mut releases: Vec<Release> = match said {
        Value::Array(all) => all.iter().filter_map(release).collect(),
        one => release(&one).into_iter().collect(),
    };
    releases.retain(|release| release.version.pre.is_empty());
    releases.sort_by(|one, other| one.version.cmp(&other.version));
    Ok(releases)
}

/// What npm says of one version: its text, or an object if there is more to say.
fn release(said: &Value) -> Option<Release> {
    let version = said.as_str().or_else(|| said.get("version")?.as_str())?;
    let node = said.get("engines.node").and_then(Value::as_str).and_then(Range::parse);
    Some(Release { version: Version::parse(version).ok()?, node })
}

/// Installs one version of a package, and nothing that it does not need, into a folder; runs no script of it. Returns
/// the integrity hash of the package.
///
/// # Errors
/// With [`Remedy::ChangeRequest`] if there is no such version, else with [`Remedy::Retry`].
pub fn install(folder: &Path, package: &str, version: &str) -> Result<String, Error> {
    let wanted = format!("{package}@{version}");
    let failed = |remedy| Error::new(remedy, format!("could not fetch `{wanted}`"));
    let prefix = folder.to_string_lossy();
    let arguments = [
        "install",
        "--no-save",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--loglevel=error",
        "--prefix",
        &prefix,
        &wanted,
    ];
    let output = run(folder, &arguments).map_err(|cause| failed(Remedy::CallOperator).because(cause))?;
    if !output.status.success() {
        return Err(failed(remedy(&output)).because(words(&output)));
    }
    let hashes = hashes(folder).map_err(|cause| failed(Remedy::Retry).because(cause))?;
    if let Some((other, _)) = hashes.iter().find(|(_, hash)| hash.is_none()) {
        return Err(failed(Remedy::Retry).because(format!("nothing says what `{other}` must be")));
    }
    let own = hashes.get(&format!("node_modules/{package}")).cloned().flatten();
    own.ok_or_else(|| failed(Remedy::Retry).because("it is not among what was installed"))
}

/// What npm checked each installed package against, by its place.
fn hashes(folder: &Path) -> io::Result<BTreeMap<String, Option<String>>> {
    let note: Value = serde_json::from_slice(&fs::read(folder.join("node_modules/.package-lock.json"))?)?;
    let packages = note.get("packages").and_then(Value::as_object).into_iter().flatten();
    // What is part of another package was checked with it.
    let packages = packages.filter(|(_, entry)| entry.get("inBundle").and_then(Value::as_bool) != Some(true));
    let hash = |entry: &Value| Some(entry.get("integrity")?.as_str()?.to_owned());
    Ok(packages.map(|(place, entry)| (place.clone(), hash(entry))).collect())
}

fn run(folder: &Path, arguments: &[&str]) -> io::Result<Output> {
    let mut command = Command::new("npm");
    command.args(arguments).current_dir(folder).env("npm_config_update_notifier", "false");
    // A connection that stalls is tried again after half a minute, not after npm's five.
    command.env("npm_config_fetch_timeout", "30000").output()
}

fn remedy(output: &Output) -> Remedy {
    let said = String::from_utf8_lossy(&output.stderr);
    let is_absent = ["code E404", "code ETARGET", "code EINVALIDTAGNAME"].iter().any(|code| said.contains(code));
    if is_absent { Remedy::ChangeRequest } else { Remedy::Retry }
}

/// What npm printed, without its advice on where its log is.
fn words(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr);
    let kept = said.lines().filter(|line| !line.contains("A complete log of this run"));
    kept.map(|line| line.trim_start_matches("npm error").trim())
        .filter(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_is_told_in_two_ways() {
        let release = |text: &str| release(&serde_json::from_str(text).unwrap());
        assert_eq!(release(r#""1.2.3""#), Some(Release { version: Version::new(1, 2, 3), node: None }));
        let with_engines = release(r#"{"version": "1.2.3", "engines.node": ">=18"}"#).unwrap();
        assert_eq!(with_engines.node, Range::parse(">=18"));
        assert_eq!(release("{}"), None);
    }
}
