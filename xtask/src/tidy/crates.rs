//! Rules about what a crate may depend on: the boundaries that `ARCHITECTURE.md` promises.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Complaint;

/// The only dependencies of `model`: values and hashing. Nothing that waits, no client, no runtime.
const ALLOWED_IN_MODEL: [&str; 5] = ["hex", "serde", "serde_json", "sha2", "thiserror"];

/// What a crate never reaches, not even through another crate of this workspace.
const FORBIDDEN: [(&str, &[&str]); 7] = [
    ("api", &["engine", "engine-local", "store", "controller", "edge", "tokio"]),
    ("graph", &["engine", "engine-local", "store", "controller", "edge", "tokio"]),
    ("engine", &["engine-local", "store", "controller", "edge", "graph"]),
    ("engine-local", &["store", "controller", "edge", "graph"]),
    ("store", &["engine", "engine-local", "controller", "edge", "graph", "tokio"]),
    ("controller", &["engine-local", "edge"]),
    ("edge", &["engine", "engine-local", "store", "controller", "graph"]),
];

/// Crates whose folder is not called after them: the binary is called after the project.
const NAMED_OTHERWISE: [(&str, &str); 1] = [("frontage", "cli")];

/// Complaints about the workspace that `cargo metadata` describes.
pub(super) fn boundaries(metadata: &Value) -> Vec<Complaint> {
    let packages = packages(metadata);
    let mut complaints = Vec::new();
    for package in packages.values() {
        complaints.extend(folder_is_named_after(package));
    }
    if let Some(model) = packages.get("model") {
        for dependency in model.dependencies.iter().filter(|name| !ALLOWED_IN_MODEL.contains(&name.as_str())) {
            let what = format!("`model` depends on `{dependency}`, and may only on {}", ALLOWED_IN_MODEL.join(", "));
            complaints.push(Complaint::of_file(&model.manifest, what));
        }
    }
    for (name, forbidden) in FORBIDDEN {
        let Some(package) = packages.get(name) else { continue };
        for (dependency, way) in reached(name, &packages) {
            if forbidden.contains(&dependency.as_str()) {
                let what = format!("`{name}` must not depend on `{dependency}` ({way})");
                complaints.push(Complaint::of_file(&package.manifest, what));
            }
        }
    }
    complaints
}

/// The folders of `crates/`.
pub(super) fn folders(paths: &BTreeSet<String>) -> BTreeSet<String> {
    paths
        .iter()
        .filter_map(|path| path.strip_prefix("crates/")?.strip_suffix("/Cargo.toml"))
        .filter(|folder| !folder.contains('/'))
        .map(str::to_owned)
        .collect()
}

struct Package {
    name: String,
    /// Relative to the workspace's root.
    manifest: String,
    /// All but those of its tests.
    dependencies: BTreeSet<String>,
}

fn packages(metadata: &Value) -> BTreeMap<String, Package> {
    let root = format!("{}/", metadata["workspace_root"].as_str().unwrap_or_default());
    let packages = metadata["packages"].as_array().into_iter().flatten();
    packages
        .filter_map(|package| {
            let name = package["name"].as_str()?.to_owned();
            let manifest = package["manifest_path"].as_str()?.trim_start_matches(&root).to_owned();
            let dependencies = package["dependencies"].as_array().into_iter().flatten();
            let dependencies = dependencies
                .filter(|dependency| dependency["kind"] != "dev")
                .filter_map(|dependency| Some(dependency["name"].as_str()?.to_owned()))
                .collect();
            Some((name.clone(), Package { name, manifest, dependencies }))
        })
        .collect()
}

/// Everything that a crate depends on, itself or through crates of this workspace, with the way there.
fn reached(name: &str, packages: &BTreeMap<String, Package>) -> BTreeMap<String, String> {
    let mut reached = BTreeMap::new();
    let mut waiting = vec![(name.to_owned(), name.to_owned())];
    while let Some((name, way)) = waiting.pop() {
        let Some(package) = packages.get(&name) else { continue };
        for dependency in &package.dependencies {
            if !reached.contains_key(dependency) {
                let way = format!("{way} → {dependency}");
                reached.insert(dependency.clone(), way.clone());
                waiting.push((dependency.clone(), way));
            }
        }
    }
    reached
}

fn folder_is_named_after(package: &Package) -> Option<Complaint> {
    let name = package.name.as_str();
    let folder = NAMED_OTHERWISE.iter().find(|(other, _)| *other == name).map_or(name, |(_, folder)| folder);
    let expected =
        if folder == "xtask" { "xtask/Cargo.toml".to_owned() } else { format!("crates/{folder}/Cargo.toml") };
    let what = || format!("`{name}` belongs into {expected}");
    (package.manifest != expected).then(|| Complaint::of_file(&package.manifest, what()))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::spelled;
    use super::boundaries;

    /// Metadata of a workspace that is written as `crate: dependency, dependency; crate: …`.
    fn metadata(workspace: &str) -> Value {
        let packages = workspace.split("; ").map(|package| {
            let (name, dependencies) = package.split_once(':').unwrap();
            let dependencies = dependencies.split(',').map(str::trim).filter(|name| !name.is_empty());
            let dependencies = dependencies.map(|words| {
                let (name, kind) =
                    words.split_once(' ').map_or((words, Value::Null), |(name, kind)| (name, json!(kind)));
                json!({ "name": name, "kind": kind })
            });
            let manifest = format!("/repository/crates/{name}/Cargo.toml");
            json!({ "name": name, "manifest_path": manifest, "dependencies": dependencies.collect::<Vec<_>>() })
        });
        json!({ "workspace_root": "/repository", "packages": packages.collect::<Vec<_>>() })
    }

    #[track_caller]
    fn check(workspace: &str, expected: &str) {
        assert_eq!(spelled(boundaries(&metadata(workspace))), expected);
    }

    #[test]
    fn model_depends_on_nothing_that_waits() {
        check("model: serde, sha2", "");
        check("model: serde, tokio dev", "");
        check(
            "model: serde, tokio",
            "crates/model/Cargo.toml: `model` depends on `tokio`, and may only on hex, serde, serde_json, sha2, thiserror",
        );
    }

    #[test]
    fn the_edge_knows_no_controller() {
        check("edge: model, api, tokio; api: model; model: serde", "");
        check("edge: store; store: model", "crates/edge/Cargo.toml: `edge` must not depend on `store` (edge → store)");
        check(
            "edge: helper; helper: controller",
            "crates/edge/Cargo.toml: `edge` must not depend on `controller` (edge → helper → controller)",
        );
    }

    #[test]
    fn a_crate_lives_in_the_folder_of_its_name() {
        check("frontage: model", "crates/frontage/Cargo.toml: `frontage` belongs into crates/cli/Cargo.toml");
        check("web: model", "");
    }
}
