//! Packing what an app's build left: image layers, public assets, and the record of both.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use api::layout::DataDirectory;
use model::task::REPOSITORY_FOLDER;
use model::{Artifact, Digest, InstallLayer, Layer, LayerKind, RepoPath, Serving, Task, TaskKind, Version};

use super::closure::{Closure, Installed, Wanted};
use super::outcome::{self, Copied, Kept, Layers, Missing, Outcome};
use super::{Shared, assets, base, blocking, image, install};
use crate::files::{self, Laid, Scratch};

/// Whether a path holds what builds keep for their next run only, or the synthetic `.git`.
pub fn is_cache(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default();
    let parent = path.parent().and_then(Path::file_name).unwrap_or_default();
    let below_modules =
        parent == "node_modules" && [".vite", ".vite-temp", ".cache"].iter().any(|cache| name == *cache);
    let of_framework = name == "cache" && (parent == ".next" || parent == ".nuxt");
    name == ".git" || name == ".turbo" || below_modules || of_framework
}

/// Why an app was not packed.
#[derive(Debug)]
pub enum PackError {
    /// Its build left nothing that can be served.
    Missing(Missing),
    /// Something could not be read or kept.
    Io(io::Error),
}

impl From<io::Error> for PackError {
    fn from(cause: io::Error) -> PackError {
        PackError::Io(cause)
    }
}

/// Packs an app. `sources` are the folders whose files it is made of, each in the repository's layout, lowest first;
/// the last is what its own build wrote.
pub async fn pack(
    shared: &Shared,
    task: &Task,
    install: Option<PathBuf>,
    sources: Vec<PathBuf>,
) -> Result<Artifact, PackError> {
    let TaskKind::App { app, packages, mut wanted } = task.kind.clone() else {
        return Err(io::Error::other("only apps are packed").into());
    };
    let (of_app, layers_of_tree, installed) = (app.clone(), sources.clone(), install.clone());
    let outcome = blocking(move || {
        let tree = Layers::of(layers_of_tree, installed)?;
        Ok(outcome::outcome(&of_app, &tree))
    });
    let outcome = outcome.await?.map_err(PackError::Missing)?;
    let mut layers = Vec::new();
    if outcome.kept != Kept::Nothing {
        layers.push(base::ensure(shared, &task.toolchain).await?);
    }
    if let (Kept::Members { runners, .. }, Some(install)) = (&outcome.kept, install) {
        let names = wanted.entry(app.path.clone()).or_default();
        names.extend(runners.iter().filter(|runner| !names.contains(runner)).cloned().collect::<Vec<_>>());
        layers.extend(dependencies(shared, task, install, wanted).await?);
    }
    let (data, of_tree) = (shared.data.clone(), outcome.clone());
    let members: Vec<RepoPath> = [app.path.clone()].into_iter().chain(packages).collect();
    let (assets, own) = blocking(move || keep(&data, &of_tree, &members, &sources)).await?;
    layers.extend(own);
    let version = Version { app: app.name.clone(), key: task.key.clone() };
    let start = outcome.start();
    let image = match start.command() {
        None => None,
        Some(command) => {
            let _one_at_a_time = shared.once.lock("image index").await;
            Some(image::keep_image(&shared.data, &version, &app, command, &layers)?)
        }
    };
    let artifact = Artifact {
        version,
        commit: task.commit.clone(),
        image,
        layers,
        assets,
        start,
        base_path: outcome.base_path,
        shell: outcome.shell,
        not_found: outcome.not_found,
        corrections: outcome.corrections,
        app,
    };
    // Written last: who finds it finds everything that it names.
    let record = shared.data.artifacts().join(format!("{}.json", task.key));
    files::write_whole(&record, &serde_json::to_vec_pretty(&artifact).map_err(io::Error::from)?)?;
    Ok(artifact)
}

/// Keeps the public assets, and the layer of what else the app needs, if it has a process.
fn keep(
    data: &DataDirectory,
    outcome: &Outcome,
    members: &[RepoPath],
    sources: &[PathBuf],
) -> io::Result<(Digest, Option<Layer>)> {
    let scratch = Scratch::new(data, "app")?;
    let lay = |tree: &str, choose: &dyn Fn(&Path) -> bool| -> io::Result<PathBuf> {
        let root = scratch.path().join(tree).join(REPOSITORY_FOLDER.trim_start_matches('/'));
        files::make_folder(&root)?;
        for source in sources {
            let belongs = &mut |path: &Path| if choose(path) { Laid::Kept } else { Laid::LeftOut };
            files::lay(source, &root, belongs)?;
        }
        Ok(root)
    };
    let public = lay("public", &|path| outcome.publishes(path))?;
    let assets = assets::keep(data, &outcome.public, &public)?;
    if outcome.kept == Kept::Nothing {
        return Ok((assets, None));
    }
    let root = lay("tree", &|path| !is_cache(path) && outcome.keeps(path, members))?;
    for Copied { from, to } in &outcome.copied {
        for source in sources.iter().filter(|source| files::is_real_folder(source, Path::new(from.as_str()))) {
            files::lay(&source.join(from.as_str()), &root.join(to.as_str()), &mut |_| Laid::Kept)?;
        }
    }
    let layer = image::keep_layer(data, &scratch, "tree", LayerKind::App)?;
    Ok((assets, Some(layer)))
}

/// The base layer of an app that may have a process, begun before anything else is there.
pub async fn base_ahead(shared: Arc<Shared>, task: Task) -> io::Result<()> {
    match &task.kind {
        TaskKind::App { app, .. } if app.serving != Serving::Static => {
            base::ensure(&shared, &task.toolchain).await.map(drop)
        }
        TaskKind::App { .. } | TaskKind::Package => Ok(()),
    }
}

/// The layer of an app's dependencies, begun as soon as they are installed. Where the framework may put all that it
/// needs into its own output, that is waited for.
pub async fn dependencies_ahead(shared: Arc<Shared>, task: Task, install: Option<PathBuf>) -> io::Result<()> {
    match (task.kind.clone(), install) {
        (TaskKind::App { app, wanted, .. }, Some(install)) if app.start.is_some() => {
            let install = shared.data.path().join(install);
            dependencies(&shared, &task, install, wanted).await.map(drop)
        }
        _ => Ok(()),
    }
}

/// The layer of an app's production closure, packed once for all apps and versions with the same.
async fn dependencies(shared: &Shared, task: &Task, install: PathBuf, wanted: Wanted) -> io::Result<Option<Layer>> {
    let Some(layer) = &task.install else { return Ok(None) };
    let identity = Digest::of(format!("dependencies 2 {} {wanted:?}", layer.key).as_bytes());
    let name = format!("dependencies-{}", identity.hex());
    let _one_at_a_time = shared.once.lock(&name).await;
    let record = shared.data.layers().join(format!("{name}.json"));
    if let Some(layer) = base::recorded(&shared.data, &record) {
        return Ok(Some(layer));
    }
    let (data, members) = (shared.data.clone(), members(layer, &wanted));
    let manifests = install::manifests(&data, layer);
    blocking(move || {
        let installed = Installed { layer: &install, manifests: &manifests, members: &members };
        let closure = installed.closure(&wanted);
        if closure.is_empty() {
            return Ok(None);
        }
        let scratch = Scratch::new(&data, "dependencies")?;
        let root = scratch.path().join("tree").join(REPOSITORY_FOLDER.trim_start_matches('/'));
        files::make_folder(&root)?;
        lay_closure(&install, &root, &closure)?;
        let layer = image::keep_layer(&data, &scratch, "tree", LayerKind::Dependencies)?;
        files::write_whole(&record, &serde_json::to_vec(&layer)?)?;
        Ok(Some(layer))
    })
    .await
}

/// Folders of the root and the workspace's members.
fn members(layer: &InstallLayer, wanted: &Wanted) -> BTreeSet<PathBuf> {
    let of_manifests = layer.manifests.keys().filter_map(|path| Path::new(path.as_str()).parent().map(Path::to_owned));
    of_manifests.chain(wanted.keys().map(|folder| PathBuf::from(folder.as_str()))).collect()
}

fn lay_closure(install: &Path, root: &Path, closure: &Closure) -> io::Result<()> {
    for package in &closure.packages {
        files::make_folder(&root.join(package))?;
        // What is nested below it is part of the closure by itself, or of nobody's.
        files::lay(&install.join(package), &root.join(package), &mut |path| {
            if path == Path::new("node_modules") { Laid::LeftOut } else { Laid::Kept }
        })?;
    }
    for (link, target) in &closure.links {
        files::link(target, &root.join(link))?;
    }
    for program in &closure.programs {
        files::lay_one(&install.join(program), &root.join(program))?;
    }
    Ok(())
}
