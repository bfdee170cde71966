//! Packing what an app's build left: image layers, public assets, and the record of both.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use model::task::REPOSITORY_FOLDER;
use model::{Artifact, Digest, InstallLayer, Layer, LayerKind, RepoPath, Serving, Start, Task, TaskKind, Version};

use super::closure::{Closure, Installed, Wanted};
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

/// Packs an app. `sources` are the folders whose files it is made of, each in the repository's layout, lowest first.
pub async fn pack(
    shared: &Shared,
    task: &Task,
    install: Option<PathBuf>,
    sources: Vec<PathBuf>,
) -> io::Result<Artifact> {
    let TaskKind::App { app, packages, wanted } = task.kind.clone() else {
        return Err(io::Error::other("only apps are packed"));
    };
    let (closure, links): (Vec<String>, BTreeMap<String, RepoPath>) = Default::default();
    let is_static = app.start.is_none();
    let mut layers = Vec::new();
    if !is_static {
        layers.push(base::ensure(shared, &task.toolchain).await?);
        if let Some(install) = install {
            layers.extend(dependencies(shared, task, install, wanted).await?);
        }
    }
    let (data, name) = (shared.data.clone(), app.clone());
    let from_root = app.output.as_deref().and_then(|output| output.strip_prefix('/')?.parse().ok());
    let members: Vec<RepoPath> = [app.path.clone()].into_iter().chain(from_root).chain(packages).collect();
    let (found, own) = blocking(move || {
        let scratch = Scratch::new(&data, "app")?;
        let root = scratch.path().join("tree").join(REPOSITORY_FOLDER.trim_start_matches('/'));
        files::make_folder(&root)?;
        for source in sources {
            files::lay(&source, &root, &mut |path| belongs(path, &members))?;
        }
        let found = assets::keep(&data, &name, &root)?;
        let layer = if is_static { None } else { Some(image::keep_layer(&data, &scratch, "tree", LayerKind::App)?) };
        Ok((found, layer))
    })
    .await?;
    layers.extend(own);
    let version = Version { app: app.name.clone(), key: task.key.clone() };
    let image = if is_static {
        None
    } else {
        let _one_at_a_time = shared.once.lock("image index").await;
        Some(image::keep_image(&shared.data, &version, &app, &layers)?)
    };
    let start = match (app.start.clone(), app.serving) {
        (Some(command), Serving::Worker) => Start::Worker { command },
        (Some(command), Serving::Server | Serving::Static) => Start::Server { command },
        (None, _) => Start::Static,
    };
    let artifact = Artifact {
        version,
        commit: task.commit.clone(),
        image,
        layers,
        assets: found.index,
        start,
        base_path: found.base_path,
        shell: found.shell,
        not_found: None,
        corrections: Vec::new(),
        app,
    };
    // Written last: who finds it finds everything that it names.
    let record = shared.data.artifacts().join(format!("{}.json", task.key));
    files::write_whole(&record, &serde_json::to_vec_pretty(&artifact)?)?;
    Ok(artifact)
}

/// The base layer of an app that has a server, begun before anything else is there.
pub async fn base_ahead(shared: Arc<Shared>, task: Task) -> io::Result<()> {
    match &task.kind {
        TaskKind::App { app, .. } if app.start.is_some() => base::ensure(&shared, &task.toolchain).await.map(drop),
        TaskKind::App { .. } | TaskKind::Package => Ok(()),
    }
}

/// The layer of an app's dependencies, begun as soon as they are installed.
pub async fn dependencies_ahead(shared: Arc<Shared>, task: Task, install: Option<PathBuf>) -> io::Result<()> {
    match (task.kind.clone(), install) {
        (TaskKind::App { app, wanted, .. }, Some(install)) if app.start.is_some() => {
            let install = shared.data.path().join(install);
            dependencies(&shared, &task, install, wanted).await.map(drop)
        }
        _ => Ok(()),
    }
}

/// The root's own manifest, and members without what is installed or cached.
fn belongs(path: &Path, members: &[RepoPath]) -> Laid {
    if path == Path::new("package.json") {
        return Laid::Kept;
    }
    let within = |member: &RepoPath| {
        let member = Path::new(member.as_str());
        member.starts_with(path) || path.starts_with(member) && path != member.join("node_modules")
    };
    if !is_cache(path) && members.iter().any(within) { Laid::Kept } else { Laid::LeftOut }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_holds_members_without_caches() {
        let members: Vec<RepoPath> = ["apps/shop", "packages/ui"].iter().map(|path| path.parse().unwrap()).collect();
        let check = |path: &str, kept: bool| {
            assert_eq!(belongs(Path::new(path), &members), if kept { Laid::Kept } else { Laid::LeftOut }, "{path}");
        };
        for path in [
            "apps",
            "apps/shop",
            "apps/shop/dist/server.js",
            "packages/ui/dist",
            "package.json",
            "apps/shop/.next/standalone/node_modules",
        ] {
            check(path, true);
        }
        for path in [
            "apps/other",
            "apps/shop/node_modules",
            "apps/shop/.next/cache",
            "node_modules",
            ".git",
            "packages/ui/.turbo",
            "tsconfig.json",
        ] {
            check(path, false);
        }
    }
}
