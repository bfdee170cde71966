//! The install layer: third-party packages, installed once for everybody who needs exactly these.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use api::layout::DataDirectory;
use engine::{BuildFailure, Error, Remedy};
use model::task::Step;
use model::{InstallLayer, RepoPath, ShownFile, Toolchain};

use super::room::{Room, Run};
use super::{LAST_LINES, Shared, blocking, checkout, hints};
use crate::files::{self, Scratch};

/// Whether a layer is there already.
pub fn is_there(data: &DataDirectory, layer: &InstallLayer) -> bool {
    data.installs().join(layer.key.as_str()).is_dir()
}

/// Ensures that a layer is there; its folder relative to the data directory.
///
/// # Errors
/// If the package manager refuses (the code is at fault), or it could not be run.
pub async fn ensure(shared: &Shared, layer: &InstallLayer, toolchain: &Toolchain) -> Result<PathBuf, BuildFailure> {
    let place = Path::new("installs").join(layer.key.as_str());
    let _one_at_a_time = shared.once.lock(&format!("install {}", layer.key)).await;
    if is_there(&shared.data, layer) {
        return Ok(place);
    }
    let stands_on = write_manifests(shared, layer).await.map_err(error)?;
    let room = Room::make(shared, layer.key.as_str(), vec![stands_on]).map_err(error)?;
    for part in [Part::Fetch, Part::Scripts] {
        if part == Part::Scripts && !has_scripts(&room.upper()) {
            break;
        }
        run_part(&room, part, layer, toolchain).await?;
    }
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

/// An install's parts. The first runs the package manager alone, with its cache and the user's settings; the second
/// runs code of the packages, without them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Fetch,
    Scripts,
}

async fn run_part(
    room: &Room<'_>,
    part: Part,
    _layer: &InstallLayer,
    toolchain: &Toolchain,
) -> Result<(), BuildFailure> {
    let (name, command) = match part {
        Part::Fetch => ("install", "npm ci --ignore-scripts --no-audit --no-fund --loglevel=error".to_owned()),
        Part::Scripts => ("scripts of packages", "npm rebuild --no-audit --no-fund --loglevel=error".to_owned()),
    };
    let steps = [Step { name: name.to_owned(), folder: RepoPath::root(), command }];
    // Variables win over the repository's own `.npmrc`, which must not name programs that npm runs.
    let env = [
        ("npm_config_update_notifier", "false"),
        ("npm_config_git", "/usr/bin/git"),
        ("npm_config_script_shell", "/bin/sh"),
        ("npm_config_node_options", ""),
    ];
    let env: BTreeMap<String, String> = env.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let root = RepoPath::root();
    let run = Run { steps: &steps, env, folder: &root, network: true, registry: part == Part::Fetch, toolchain };
    let ended = room.run(run).await.map_err(error)?;
    if ended.succeeded() {
        return Ok(());
    }
    let last_lines = telling(files::last_lines(&room.log(), 4 * LAST_LINES));
    room.remove().await.map_err(error)?;
    let is_ours = ended.ending.out_of_memory || ended.ending.out_of_time || hints::is_registry_failure(&last_lines);
    if is_ours || hints::is_network_failure(&last_lines) || hints::is_disk_full(&last_lines) {
        let because = last_lines.iter().rev().find(|line| !line.trim().is_empty()).cloned().unwrap_or_default();
        return Err(error(io::Error::other(because)));
    }
    let hint = match part {
        Part::Fetch => "`npm install` in the repository, then commit `package-lock.json`",
        Part::Scripts => "a package's own install script failed; it sees the machine's compilers and the network",
    };
    let hint = Some(hint.to_owned());
    Err(BuildFailure::Failed { because: ended.words(), hint, log: room.log(), last_lines })
}

/// The lines of a failed install that tell why: without npm's manual page, which comes last.
fn telling(lines: Vec<String>) -> Vec<String> {
    let is_manual = |line: &String| line.contains("Clean install a project") || line.starts_with("npm error Usage:");
    let end = lines.iter().position(is_manual).unwrap_or(lines.len());
    lines[end.saturating_sub(LAST_LINES)..end].to_vec()
}

/// Whether any package that was installed has scripts to run, as npm's own record says.
fn has_scripts(tree: &Path) -> bool {
    let record = std::fs::read_to_string(tree.join("node_modules/.package-lock.json"));
    record.is_ok_and(|text| text.contains("\"hasInstallScript\": true"))
}

fn error(cause: io::Error) -> BuildFailure {
    BuildFailure::Error(Error::new(Remedy::Retry, "could not install packages").because(cause))
}

/// Where the manifests that a layer was made from are kept.
pub fn manifests(data: &DataDirectory, layer: &InstallLayer) -> PathBuf {
    checkout::place(data, &format!("manifests-{}", layer.key))
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
        files::make_folder(&tree)?;
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
