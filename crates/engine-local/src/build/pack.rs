//! Packing what an app's build left: image layers, public assets, and the record of both.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use model::task::REPOSITORY_FOLDER;
use model::{Artifact, LayerKind, RepoPath, Serving, Start, Task, TaskKind, Version};

use super::dependencies::{self, Dependencies};
use super::{Shared, assets, base, blocking, image};
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
    let TaskKind::App { app, packages, .. } = task.kind.clone() else {
        return Err(io::Error::other("only apps are packed"));
    };
    let is_static = app.start.is_none();
    let command = app.start.clone().unwrap_or_default();
    // What a framework packs by itself needs nothing of the install layer.
    let needs_dependencies = !is_static;
    let dependencies = install.filter(|_| needs_dependencies);
    let dependencies = Dependencies::of(shared, task, dependencies.as_deref(), &[]);
    let mut layers = Vec::new();
    if let Some(dependencies) = &dependencies {
        layers.extend(dependencies.declared(shared).await?);
    }
    let (data, name, mut kept) = (shared.data.clone(), app.clone(), dependencies.clone());
    let from_root = app.output.as_deref().and_then(|output| output.strip_prefix('/')?.parse().ok());
    let outside = kept.iter_mut().flat_map(|kept| kept.outside()).filter_map(|it| it.to_str()?.parse().ok());
    let members: Vec<RepoPath> =
        [app.path.clone()].into_iter().chain(from_root).chain(packages.clone()).chain(outside).collect();
    let (found, own, commands, used) = blocking(move || {
        let scratch = Scratch::new(&data, "app")?;
        let root = scratch.path().join("tree").join(REPOSITORY_FOLDER.trim_start_matches('/'));
        files::make_folder(&root)?;
        for source in sources {
            files::lay(&source, &root, &mut |path| belongs(path, &members))?;
        }
        let found = assets::keep(&data, &name, &root)?;
        let commands = dependencies::commands(&root, &name.path, &command);
        let used = kept.map(|kept| kept.undeclared(&root, &name, &packages, &commands)).unwrap_or_default();
        let layer = if is_static { None } else { Some(image::keep_layer(&data, &scratch, "tree", LayerKind::App)?) };
        Ok((found, layer, commands, used))
    })
    .await?;
    if let Some(dependencies) = &dependencies {
        layers.extend(dependencies.found(shared, used).await?);
    }
    if !is_static {
        layers.insert(0, base::ensure(shared, &task.toolchain, &commands).await?);
    }
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
    let TaskKind::App { app, .. } = &task.kind else { return Ok(()) };
    match app.start.clone() {
        Some(command) => base::ensure(&shared, &task.toolchain, &[command]).await.map(drop),
        None => Ok(()),
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
