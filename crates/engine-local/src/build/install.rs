//! The install layer: third-party packages, installed once for everybody who needs exactly these.
//!
//! An install has two parts. First the package manager runs alone, with its cache and the user's settings, and runs no
//! script. Where the repository brings code that it would run even so (a pnpmfile, plugins of Yarn), it gets neither.
//! Then scripts of packages run, without cache and passwords: those that the package manager would let run.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use api::layout::DataDirectory;
use engine::{BuildFailure, Error, Remedy};
use model::task::Step;
use model::{InstallLayer, PackageManager, RepoPath, ShownFile, Toolchain};
use semver::Version;
use serde_json::Value;

use super::room::{Registry, Room, Run};
use super::{LAST_LINES, Shared, blocking, checkout, closure, hints, managers};
use crate::files::{self, Scratch};
use crate::toolchain;

/// Whether a layer is there already.
fn is_there(data: &DataDirectory, layer: &InstallLayer) -> bool {
    data.installs().join(layer.key.as_str()).is_dir()
}

/// Ensures that a layer is there; its folder relative to the data directory. `begins` is called if it has to be made,
/// and nobody else makes it already.
///
/// # Errors
/// If the package manager refuses (the code is at fault), or it could not be run.
pub async fn ensure(
    shared: &Shared,
    layer: &InstallLayer,
    toolchain: &Toolchain,
    begins: impl Fn(),
) -> Result<PathBuf, BuildFailure> {
    let place = Path::new("installs").join(layer.key.as_str());
    let _one_at_a_time = shared.once.lock(&format!("install {}", layer.key)).await;
    if is_there(&shared.data, layer) {
        return Ok(place);
    }
    begins();
    let version = version_for(layer, toolchain).map_err(BuildFailure::Error)?;
    let stands_on = write_manifests(shared, layer).await.map_err(error)?;
    let room = Room::make(shared, layer.key.as_str(), vec![stands_on]).map_err(error)?;
    let install = Install { shared, room: &room, layer, toolchain, version };
    install.run().await?;
    let (data, upper, key) = (shared.data.clone(), room.upper(), layer.key.clone());
    blocking(move || {
        let scratch = Scratch::new(&data, "install")?;
        std::fs::rename(&upper, scratch.path().join("tree"))?;
        scratch.publish("tree", &data.installs().join(key.as_str()))
    })
    .await
    .map_err(error)?;
    room.remove().await.map_err(error)?;
    Ok(place)
}

/// Where the manifests that a layer was made from are kept.
pub fn manifests(data: &DataDirectory, layer: &InstallLayer) -> PathBuf {
    checkout::place(data, &format!("manifests-{}", layer.key))
}

/// The version of the layer's package manager.
fn version_for(layer: &InstallLayer, toolchain: &Toolchain) -> Result<Version, Error> {
    match toolchain::manager(toolchain) {
        Some((manager, version)) if manager == layer.manager => Ok(version),
        _ => {
            let attempted = format!("could not install packages: the lockfile is one of {}", layer.manager);
            let cause = format!("the repository's package manager is `{}`", toolchain.package_manager);
            Err(Error::new(Remedy::ChangeRequest, attempted).because(cause))
        }
    }
}

/// An install's parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Fetch,
    Scripts,
}

/// An install that is under way.
struct Install<'a> {
    shared: &'a Shared,
    room: &'a Room<'a>,
    layer: &'a InstallLayer,
    toolchain: &'a Toolchain,
    version: Version,
}

impl Install<'_> {
    async fn run(&self) -> Result<(), BuildFailure> {
        let (manager, program) = (self.layer.manager, self.program(self.layer.manager.program()));
        let registry = if self.brings_code() { Registry::Own } else { Registry::Shared };
        // Yarn 1 reads from its cache what another has only half written there.
        let alone = match manager {
            PackageManager::YarnClassic => Some(self.shared.once.lock("the cache of Yarn 1").await),
            _ => None,
        };
        self.part(Part::Fetch, managers::fetch(manager, &self.version, &program), registry).await?;
        drop(alone);
        if let Some(changed) = self.changed_lockfile() {
            return Err(self.failed(format!("{manager} would change the lockfile: {changed}")).await);
        }
        let Some(names) = self.allowed_scripts() else { return Ok(()) };
        let command = managers::scripts(manager, &program, &self.program("npm"), &names);
        self.part(Part::Scripts, command, Registry::Own).await
    }

    async fn part(&self, part: Part, command: String, registry: Registry) -> Result<(), BuildFailure> {
        let name = match part {
            Part::Fetch => "install",
            Part::Scripts => "scripts of packages",
        };
        let steps = [Step { name: name.to_owned(), folder: self.layer.folder.clone(), command }];
        let env: BTreeMap<String, String> =
            managers::variables(self.layer.manager, &self.version).into_iter().collect();
        let run = Run {
            steps: &steps,
            env,
            folder: &self.layer.folder,
            network: true,
            registry,
            toolchain: self.toolchain,
            bun: None,
        };
        let ended = self.room.run(run).await.map_err(error)?;
        if ended.succeeded() {
            return Ok(());
        }
        let last_lines = telling(files::last_lines(&self.room.log(), 4 * LAST_LINES));
        self.room.remove().await.map_err(error)?;
        let is_ours = ended.ending.out_of_memory
            || ended.ending.out_of_time && part == Part::Fetch
            || hints::is_registry_failure(&last_lines);
        if is_ours || hints::is_network_failure(&last_lines) || hints::is_disk_full(&last_lines) {
            let because = last_lines.iter().rev().find(|line| !line.trim().is_empty()).cloned().unwrap_or_default();
            return Err(error(io::Error::other(because)));
        }
        let hint = match part {
            Part::Fetch if self.brings_code() && is_of_own_code(&last_lines) => {
                "it is code of the repository that the package manager runs while it installs, which failed; it sees no \
                 settings of the user"
                    .to_owned()
            }
            Part::Fetch => hints::gone(&last_lines)
                .or_else(|| hints::within_limits(&ended.ending))
                .unwrap_or_else(|| self.hint()),
            Part::Scripts => hints::within_limits(&ended.ending).unwrap_or_else(|| {
                "a package's own install script failed; it sees the machine's compilers and the network".to_owned()
            }),
        };
        let (because, log) = (ended.words(), self.room.log());
        Err(BuildFailure::Failed { outside: true, because, hint: Some(hint), log, last_lines })
    }

    /// What brings the lockfile in order.
    fn hint(&self) -> String {
        let (program, lockfiles) = (self.layer.manager.program(), managers::lockfiles(self.layer.manager));
        let is_own =
            |name: &&&str| self.layer.files.iter().any(|file| file.path.as_str() == self.layer.folder.join(name));
        let lockfile = lockfiles.iter().find(is_own).or(lockfiles.first()).copied().unwrap_or_default();
        format!("`{program} install` in the repository with {program} {}, then commit `{lockfile}`", self.version)
    }

    async fn failed(&self, because: String) -> BuildFailure {
        let last_lines = telling(files::last_lines(&self.room.log(), 4 * LAST_LINES));
        if let Err(cause) = self.room.remove().await {
            return error(cause);
        }
        let log = self.room.log();
        BuildFailure::Failed { outside: true, because, hint: Some(self.hint()), log, last_lines }
    }

    /// How a program of the toolchain is started, whatever the installed packages call the same.
    fn program(&self, name: &str) -> String {
        let toolchains = &self.shared.toolchains;
        let machine = ["/usr/local/bin", "/usr/bin"].map(PathBuf::from);
        let folders = toolchains.folders(self.toolchain).into_iter().chain(machine);
        let found = folders.map(|folder| folder.join(name)).find(|program| program.exists());
        found.map_or_else(|| name.to_owned(), |program| format!("'{}'", toolchains.inside(&program).display()))
    }

    /// Whether the repository brings code that the package manager would run while it fetches.
    fn brings_code(&self) -> bool {
        let root = manifests(&self.shared.data, self.layer);
        self.layer.files.iter().any(|file| {
            let path = Path::new(file.path.as_str());
            managers::brings_code(path, || closure::read(&root.join(path)).unwrap_or_default())
        })
    }

    /// Where the packages were installed.
    fn installed(&self) -> PathBuf {
        self.room.upper().join(self.layer.folder.as_str())
    }

    /// How a lockfile that must not change was changed, or would have been: package managers that are told to keep to
    /// it do not all do so.
    fn changed_lockfile(&self) -> Option<String> {
        let before = manifests(&self.shared.data, self.layer).join(self.layer.folder.as_str());
        for name in managers::lockfiles(self.layer.manager) {
            let written = self.installed().join(name);
            let (Ok(before), Ok(metadata)) = (std::fs::read(before.join(name)), written.symlink_metadata()) else {
                continue;
            };
            // Code of the repository may have put anything in its place.
            let is_same = metadata.is_file() && std::fs::read(&written).is_ok_and(|written| written == before);
            if !is_same {
                return Some(format!("`{name}` was rewritten"));
            }
        }
        if self.layer.manager != PackageManager::YarnClassic {
            return None;
        }
        // Yarn 1 looks only at the root's own dependencies, and resolves anew what it misses of the members'.
        let note = closure::read(&self.installed().join("node_modules/.yarn-integrity"))?;
        let note: Value = serde_json::from_str(&note).ok()?;
        let lockfile = std::fs::read_to_string(before.join("yarn.lock")).ok()?;
        let known: BTreeSet<&str> = managers::patterns(&lockfile).collect();
        let used = note.get("lockfileEntries").and_then(Value::as_object)?;
        let missed = used.keys().find(|pattern| !known.contains(pattern.as_str()))?;
        Some(format!("`{missed}` is not in `yarn.lock`"))
    }

    /// Which packages' scripts run, of those that have any: none if none may, all if none is named.
    fn allowed_scripts(&self) -> Option<Vec<String>> {
        let root = self.installed();
        let answers = closure::read(&root.join(managers::ANSWERS)).unwrap_or_default();
        // It was for us alone. That it is not there is as well.
        let _ = std::fs::remove_file(root.join(managers::ANSWERS));
        let some = |names: Vec<String>| (!names.is_empty()).then_some(names);
        match self.layer.manager {
            PackageManager::Npm => {
                let record = std::fs::read_to_string(root.join("node_modules/.package-lock.json"));
                record.is_ok_and(|text| text.contains("\"hasInstallScript\": true")).then(Vec::new)
            }
            PackageManager::Pnpm => {
                let record = closure::read(&root.join("node_modules/.modules.yaml")).unwrap_or_default();
                has_pending_builds(&record).then(Vec::new)
            }
            PackageManager::YarnClassic => some(closure::with_scripts(&root)),
            PackageManager::YarnBerry => {
                let usually = answers.trim() != "false";
                let said = self.root_field("/dependenciesMeta");
                let mut names = closure::with_scripts(&root);
                names.retain(|name| is_built(&said, name).unwrap_or(usually));
                some(names)
            }
            PackageManager::Bun => {
                let said = self.root_field("/trustedDependencies");
                let listed: Option<BTreeSet<String>> =
                    said.as_array().map(|names| names.iter().filter_map(Value::as_str).map(str::to_owned).collect());
                let trusted = listed.unwrap_or_else(|| default_trusted(&answers));
                let mut names = closure::with_scripts(&root);
                names.retain(|name| trusted.contains(name));
                some(names)
            }
        }
    }

    /// A part of the root's manifest; null if it has none.
    fn root_field(&self, pointer: &str) -> Value {
        let path = self.layer.folder.join("package.json");
        let text = path.parse::<RepoPath>().ok().and_then(|path| self.layer.manifests.get(&path));
        let manifest: Value = text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
        manifest.pointer(pointer).cloned().unwrap_or_default()
    }
}

/// What `dependenciesMeta` says of a package's scripts: its keys are names, with or without a version.
fn is_built(said: &Value, name: &str) -> Option<bool> {
    let entries = said.as_object()?;
    let is_meant = |key: &str| key == name || key.strip_prefix(name).is_some_and(|rest| rest.starts_with('@'));
    entries.iter().filter(|(key, _)| is_meant(key)).find_map(|(_, meta)| meta.get("built")?.as_bool())
}

/// The names that `bun pm default-trusted` lists, one a line behind a dash.
fn default_trusted(answers: &str) -> BTreeSet<String> {
    answers.lines().filter_map(|line| line.trim().strip_prefix("- ")).map(|name| name.trim().to_owned()).collect()
}

/// Whether pnpm's record of an install names packages whose scripts did not run: YAML in older versions, JSON in newer.
fn has_pending_builds(record: &str) -> bool {
    let mut lines =
        record.lines().skip_while(|line| !line.trim_start_matches(['"', ' ', '{']).starts_with("pendingBuilds"));
    let Some(first) = lines.next() else { return false };
    !first.contains("[]")
        && (first.contains("[\"") || lines.next().is_some_and(|next| !next.trim_start().starts_with(']')))
}

/// The lines of a failed install that tell why: without how far it got, and npm's manual page, which comes last.
fn telling(lines: Vec<String>) -> Vec<String> {
    let is_manual = |line: &String| line.contains("Clean install a project") || line.starts_with("npm error Usage:");
    let said = lines.into_iter().take_while(|line| !is_manual(line));
    let told: Vec<String> = said.filter(|line| !is_chatter(line)).collect();
    told[told.len().saturating_sub(LAST_LINES)..].to_vec()
}

/// Whether a line says how far an install got, or what Yarn thinks of peers in every one.
fn is_chatter(line: &str) -> bool {
    line.starts_with("Progress: resolved ") || ["YN0002", "YN0060", "YN0086"].iter().any(|code| line.contains(code))
}

/// Whether a package manager says that a hook or a plugin of the repository failed: pnpm; Yarn.
fn is_of_own_code(last_lines: &[String]) -> bool {
    let words = ["during pnpmfile execution", "ERR_PNPM_PNPMFILE_FAIL", "(when initializing "];
    last_lines.iter().any(|line| words.iter().any(|word| line.contains(word)))
}

fn error(cause: io::Error) -> BuildFailure {
    BuildFailure::Error(Error::new(Remedy::Retry, "could not install packages").because(cause))
}

/// Lockfile, settings and manifests in a folder by their content; relative to the data directory.
async fn write_manifests(shared: &Shared, layer: &InstallLayer) -> io::Result<PathBuf> {
    let name = format!("manifests-{}", layer.key);
    let place = checkout::place(&shared.data, &name);
    let (data, objects, layer) = (shared.data.clone(), shared.objects.clone(), layer.clone());
    let (target, kept) = (place.clone(), name.clone());
    blocking(move || {
        let scratch = Scratch::new(&data, "manifests")?;
        let tree = scratch.path().join("tree");
        files::make_folder(&tree.join(layer.folder.as_str()))?;
        let shown: Vec<&ShownFile> = layer.files.iter().collect();
        checkout::write_files(&*objects, &shown, &tree)?;
        for (path, manifest) in &layer.manifests {
            files::write(&tree.join(path.as_str()), manifest.as_bytes(), false)?;
        }
        scratch.publish("tree", &target)
    })
    .await?;
    Ok(Path::new("checkouts").join(kept))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_pnpm_notes_of_scripts() {
        for (record, expected) in [
            ("layoutVersion: 5\npendingBuilds:\n  - esbuild@0.25.0\nprunedAt: x", true),
            ("pendingBuilds: []\nprunedAt: x", false),
            ("{\n  \"pendingBuilds\": [\n    \"esbuild@0.25.0\"\n  ],", true),
            ("{\n  \"pendingBuilds\": [],", false),
            ("", false),
        ] {
            assert_eq!(has_pending_builds(record), expected, "{record}");
        }
    }

    #[test]
    fn which_scripts_a_manifest_allows() {
        let said = serde_json::json!({"esbuild": {"built": true}, "@s/a@1.0.0": {"built": false}, "x": {}});
        assert_eq!(is_built(&said, "esbuild"), Some(true));
        assert_eq!(is_built(&said, "@s/a"), Some(false));
        assert_eq!(is_built(&said, "x"), None);
        assert_eq!(is_built(&Value::Null, "x"), None);
        let trusted = default_trusted("Default trusted dependencies (2):\n - @airbnb/node-memwatch\n - esbuild\n");
        assert_eq!(trusted.into_iter().collect::<Vec<_>>(), ["@airbnb/node-memwatch", "esbuild"]);
    }
}
