//! Which toolchain a workspace root asks for.

use std::collections::BTreeMap;

use model::{PackageManager, RepoPath, Toolchain};

use crate::manifest::Manifest;
use crate::workspace::{Root, VERSION_FILES, Workspace, lockfile_of};

/// Which toolchain a workspace root asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedToolchain {
    /// A range of Node.js versions, and the file that says so.
    pub node: Option<(String, String)>,
    /// The package manager.
    pub manager: PackageManager,
    /// A version or range of it, and the file that says so.
    pub manager_version: Option<(String, String)>,
}

impl WantedToolchain {
    /// What a root asks for. Node.js: `.nvmrc`, `.node-version`, `.tool-versions`, Volta, `engines`, the same of its apps.
    /// The package manager: `packageManager`, `devEngines`, Volta, `engines`, else what writes such a lockfile.
    pub fn of(workspace: &Workspace, root: &Root) -> WantedToolchain {
        let manifest_file = root.folder.join("package.json");
        let by_manifest = |manifest: &Manifest, file: &str| {
            let said = manifest.text_at(&["volta", "node"]).or_else(|| {
                let runtime = manifest.text_at(&["devEngines", "runtime", "name"]).filter(|name| *name == "node");
                runtime.and_then(|_| manifest.text_at(&["devEngines", "runtime", "version"]))
            });
            let said = said.or_else(|| manifest.text_at(&["engines", "node"]));
            said.map(|range| (range.to_owned(), file.to_owned()))
        };
        let by_file = VERSION_FILES.iter().find_map(|name| {
            let version = version_in(name, root.version_files.get(*name)?)?;
            Some((version, root.folder.join(name)))
        });
        let by_apps = || {
            let apps = workspace.apps.values().filter_map(|app| workspace.members.get(&app.path));
            let own = apps.filter(|member| member.root == root.folder);
            own.into_iter().find_map(|member| by_manifest(&member.manifest, &member.path.join("package.json")))
        };
        WantedToolchain {
            node: by_file.or_else(|| by_manifest(&root.manifest, &manifest_file)).or_else(by_apps),
            manager: root.manager,
            manager_version: manager_version(root, &manifest_file),
        }
    }

    fn as_written(&self) -> Toolchain {
        // A hash says nothing besides.
        let plain = |range: &str| range.split('+').next().unwrap_or(range).to_owned();
        let said = |said: &Option<(String, String)>| said.as_ref().map_or_else(String::new, |(range, _)| plain(range));
        Toolchain {
            node: said(&self.node),
            package_manager: format!("{}@{}", self.manager.program(), said(&self.manager_version)),
            platform: String::new(),
            compilers: String::new(),
        }
    }
}

/// The version of Node.js that a version file names.
fn version_in(name: &str, content: &str) -> Option<String> {
    let lines = content.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
    let mut lines = lines.filter(|line| !line.is_empty());
    let said = match name {
        // asdf's and mise's file has a line for each tool.
        ".tool-versions" => lines.find_map(|line| {
            let (tool, version) = line.split_once(char::is_whitespace)?;
            matches!(tool, "nodejs" | "node").then(|| version.split_whitespace().next())?
        })?,
        _ => lines.next()?,
    };
    Some(said.strip_prefix('v').unwrap_or(said).to_owned())
}

fn manager_version(root: &Root, file: &str) -> Option<(String, String)> {
    if let Some(version) = root.named_manager() {
        return Some((version.to_owned(), file.to_owned()));
    }
    let lockfile = root.lockfile.as_ref()?;
    Some((lockfile.range().to_owned(), root.folder.join(lockfile_of(root.manager))))
}

/// Toolchains by the folders of workspace roots.
pub type Toolchains = BTreeMap<RepoPath, Toolchain>;

/// Toolchains that stand for whatever is asked for, where states of a repository are compared: nothing is fetched to know
/// which versions that comes to.
pub fn as_written(workspace: &Workspace) -> Toolchains {
    let one = |root| WantedToolchain::of(workspace, root).as_written();
    workspace.roots.values().map(|root| (root.folder.clone(), one(root))).collect()
}
