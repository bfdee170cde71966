//! Settings of package managers that decide how packages are installed and that no lockfile tells.

use std::collections::BTreeMap;

use model::{PackageManager, RepoPath};
use serde_json::Value;

use crate::files::{Contents, Files as _};
use crate::manifest::Manifest;
use crate::yaml;

/// Where pnpm has its settings.
const PNPM_FILE: &str = "pnpm-workspace.yaml";

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

/// Settings by file and field, each as text.
pub type Settings = BTreeMap<(String, String), String>;

/// Settings of a root. What cannot be read is told elsewhere.
pub fn of(files: &Contents, folder: &RepoPath, manager: PackageManager, manifest: &Manifest) -> Settings {
    let own = folder.join("package.json");
    match manager {
        PackageManager::Pnpm => {
            let file = folder.join(PNPM_FILE);
            let read = files.text(&file).map(|text| yaml::read_written::<BTreeMap<String, Value>>("settings", text));
            let written = read.and_then(Result::ok).into_iter().flatten().flatten();
            let table = manifest.field("pnpm").and_then(Value::as_object).into_iter().flatten();
            let of_file = written.map(|(field, value)| (file.clone(), field, value.to_string()));
            let of_manifest = table.map(|(field, value)| (own.clone(), field.clone(), value.to_string()));
            let all = of_file.chain(of_manifest).filter(|(_, field, _)| !TOLD.contains(&field.as_str()));
            all.map(|(file, field, content)| ((file, field), content)).collect()
        }
        PackageManager::YarnClassic => {
            let left_below = manifest.field("workspaces").and_then(|field| field.get("nohoist"));
            left_below.map(|value| ((own, "nohoist".to_owned()), value.to_string())).into_iter().collect()
        }
        _ => Settings::new(),
    }
}
