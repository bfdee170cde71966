//! What an install stands on: manifests, the lockfile, and files that package managers read.

use std::collections::{BTreeMap, BTreeSet};

use model::{BuildKey, InstallLayer, RepoPath, ShownFile, Toolchain};

use crate::lockfile;
use crate::workspace::{Root, Workspace};

/// Files at a root that package managers read.
const INSTALL_FILES: [&str; 9] = [
    ".npmrc",
    ".yarnrc",
    ".yarnrc.yml",
    "pnpm-workspace.yaml",
    ".pnpmfile.cjs",
    ".pnpmfile.mjs",
    "pnpmfile.cjs",
    "pnpmfile.js",
    "bunfig.toml",
];

/// Folders at a root whose files package managers read.
const INSTALL_FOLDERS: [&str; 4] = ["patches/", ".yarn/patches/", ".yarn/plugins/", ".yarn/releases/"];

/// The install layer of a root; none if it needs nothing from outside.
pub fn layer(workspace: &Workspace, root: &Root, toolchain: &Toolchain) -> Option<InstallLayer> {
    let lockfile = root.lockfile.as_ref()?;
    // Members are there by their manifests alone: their content reaches nobody through an install.
    let is_member = |path: &String| path.parse().is_ok_and(|path| workspace.is_member(&path));
    let named = lockfile.patches().iter().chain(lockfile.local_sources()).filter_map(|path| root.named(path));
    let named: BTreeSet<String> = named.filter(|path| !is_member(path)).collect();
    let wanted = |path: &str| {
        let Some(below) = root.folder.holds(path).then(|| path[root.folder.as_str().len()..].trim_start_matches('/'))
        else {
            return false;
        };
        lockfile::FILES.contains(&below)
            || INSTALL_FILES.contains(&below)
            || INSTALL_FOLDERS.iter().any(|folder| below.starts_with(folder))
            || named.iter().any(|name| {
                path.strip_prefix(name.as_str()).is_some_and(|rest| matches!(rest.get(..1), None | Some("/")))
            })
    };
    let files: Vec<ShownFile> =
        workspace.snapshot.files.iter().filter(|(path, _)| wanted(path)).map(|(_, file)| file.clone()).collect();
    let members = workspace.members.values().filter(|member| member.root == root.folder);
    let manifests: BTreeMap<RepoPath, String> = members
        .map(|member| (&member.path, &member.manifest))
        .chain([(&root.folder, &root.manifest)])
        .filter(|(_, manifest)| !manifest.is_empty())
        .filter_map(|(path, manifest)| Some((path.join("package.json").parse().ok()?, manifest.for_install())))
        .collect();
    let (manager, folder) = (root.manager, root.folder.clone());
    let mut text = format!("frontage install 3\n{manager:?} {folder}\n{toolchain:?}\n");
    for file in &files {
        text.push_str(&format!("{} {} {}\n", file.path, file.mode, file.object));
    }
    for (path, manifest) in &manifests {
        text.push_str(&format!("{path}\n{manifest}\n"));
    }
    Some(InstallLayer { key: BuildKey::over(text.as_bytes()), manager, folder, files, manifests })
}
