//! Settings of package managers that decide how packages are installed and that no lockfile tells.

use std::collections::BTreeMap;

use model::{PackageManager, RepoPath};
use serde_json::Value;

use crate::files::{Contents, Files as _};
use crate::lockfile::name_of;
use crate::manifest::Manifest;
use crate::yaml;

/// Where pnpm has its settings.
const PNPM_FILE: &str = "pnpm-workspace.yaml";

/// Where it had them before, and npm has its own.
pub const NPM_FILE: &str = ".npmrc";

/// The settings by which pnpm copies members to who needs them.
/// Source: pnpm.io, "Settings (pnpm-workspace.yaml)", `injectWorkspacePackages`.
const INJECTING: [&str; 2] = ["injectWorkspacePackages", "inject-workspace-packages"];

/// Settings of pnpm that count by what the lockfile comes to, or change nothing in what is installed.
/// Source: pnpm.io, "Settings (pnpm-workspace.yaml)".
const TOLD: [&str; 17] = [
    "packages",
    "catalog",
    "catalogs",
    "catalogMode",
    "cleanupUnusedCatalogs",
    "overrides",
    "packageExtensions",
    "patchedDependencies",
    "peerDependencyRules",
    "allowedDeprecatedVersions",
    "ignoredOptionalDependencies",
    "auditConfig",
    "updateConfig",
    "minimumReleaseAge",
    "minimumReleaseAgeExclude",
    "savePrefix",
    "requiredScripts",
];

/// Settings that are about packages by name.
const BY_PACKAGE: [&str; 5] = [
    "allowBuilds",
    "onlyBuiltDependencies",
    "neverBuiltDependencies",
    "ignoredBuiltDependencies",
    "publicHoistPattern",
];

/// A setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The file that says it.
    pub file: String,
    /// Its name.
    pub field: String,
    /// The package that it is about; none if it is about any.
    pub package: Option<String>,
    /// What it is, as text.
    pub content: String,
}

/// Settings of a root. What cannot be read is told elsewhere.
pub fn of(files: &Contents, folder: &RepoPath, manager: PackageManager, manifest: &Manifest) -> Vec<Setting> {
    let own = folder.join("package.json");
    match manager {
        PackageManager::Pnpm => {
            let file = folder.join(PNPM_FILE);
            let read = files.text(&file).map(|text| yaml::read_written::<BTreeMap<String, Value>>("settings", text));
            let written = read.and_then(Result::ok).into_iter().flatten().flatten();
            let written = written.map(|(field, value)| (file.clone(), field, value));
            let table = manifest.field("pnpm").and_then(Value::as_object).into_iter().flatten();
            let all = written.chain(table.map(|(field, value)| (own.clone(), field.clone(), value.clone())));
            let all = all.filter(|(_, field, _)| !TOLD.contains(&field.as_str()));
            all.flat_map(|(file, field, value)| settings(&file, &field, &value)).collect()
        }
        PackageManager::YarnClassic => {
            let left_below = manifest.field("workspaces").and_then(|field| field.get("nohoist"));
            left_below.into_iter().flat_map(|value| settings(&own, "nohoist", value)).collect()
        }
        _ => Vec::new(),
    }
}

/// Whether settings have members copied to who needs them, in place of links.
pub fn injects(files: &Contents, folder: &RepoPath, settings: &[Setting]) -> bool {
    let written = settings.iter().map(|setting| (setting.field.as_str(), setting.content.as_str()));
    let text = files.text(&folder.join(NPM_FILE)).unwrap_or_default();
    let lines = text.lines().filter_map(|line| line.split_once('='));
    let mut all = written.chain(lines.map(|(name, value)| (name.trim(), value.trim())));
    all.any(|(name, value)| INJECTING.contains(&name) && value != "false")
}

/// One setting, or one for each package that it is about.
fn settings(file: &str, field: &str, value: &Value) -> Vec<Setting> {
    let one = |package: Option<&str>, content: String| Setting {
        file: file.to_owned(),
        field: field.to_owned(),
        // With a version, it may stand behind the name.
        package: package.map(|name| name_of(name).to_owned()),
        content,
    };
    match value {
        Value::Object(packages) if BY_PACKAGE.contains(&field) => {
            packages.iter().map(|(package, value)| one(Some(package), format!("{package} {value}"))).collect()
        }
        Value::Array(packages) if BY_PACKAGE.contains(&field) && !value.to_string().contains('*') => {
            let names = packages.iter().filter_map(Value::as_str);
            names.map(|package| one(Some(package), package.to_owned())).collect()
        }
        value => vec![one(None, value.to_string())],
    }
}
