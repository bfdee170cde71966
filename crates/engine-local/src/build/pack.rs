//! Packing what an app's build left: image layers, public assets, and the record of both.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use model::task::REPOSITORY_FOLDER;
use model::{Artifact, Digest, Layer, LayerKind, RepoPath, Start, Task, TaskKind, Version};

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
    let (closure, links): (Vec<String>, BTreeMap<String, RepoPath>) = Default::default();
    let is_static = app.start.is_none();
    let mut layers = Vec::new();
    if !is_static {
        layers.push(base::ensure(shared, &task.toolchain).await?);
        if let Some(install) = install {
            layers.extend(dependencies(shared, task, install, closure, links).await?);
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
    let start = app.start.clone().map_or(Start::Static, |command| Start::Server { command });
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
        (TaskKind::App { app, .. }, Some(install)) if app.start.is_some() => {
            let (closure, links): (Vec<String>, BTreeMap<String, RepoPath>) = Default::default();
            let install = shared.data.path().join(install);
            dependencies(&shared, &task, install, closure, links).await.map(drop)
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
async fn dependencies(
    shared: &Shared,
    task: &Task,
    install: PathBuf,
    closure: Vec<String>,
    links: BTreeMap<String, RepoPath>,
) -> io::Result<Option<Layer>> {
    if closure.is_empty() && links.is_empty() {
        return Ok(None);
    }
    let key = task.install.as_ref().map(|layer| layer.key.to_string()).unwrap_or_default();
    let identity = Digest::of(format!("dependencies 1 {key} {closure:?} {links:?}").as_bytes());
    let name = format!("dependencies-{}", identity.hex());
    let _one_at_a_time = shared.once.lock(&name).await;
    let record = shared.data.layers().join(format!("{name}.json"));
    if let Some(layer) = base::recorded(&shared.data, &record) {
        return Ok(Some(layer));
    }
    let data = shared.data.clone();
    let layer = blocking(move || {
        let scratch = Scratch::new(&data, "dependencies")?;
        let root = scratch.path().join("tree").join(REPOSITORY_FOLDER.trim_start_matches('/'));
        files::make_folder(&root)?;
        lay_closure(&install, &root, &closure, &links)?;
        let layer = image::keep_layer(&data, &scratch, "tree", LayerKind::Dependencies)?;
        files::write_whole(&record, &serde_json::to_vec(&layer)?)?;
        Ok(layer)
    });
    layer.await.map(Some)
}

fn lay_closure(install: &Path, root: &Path, closure: &[String], links: &BTreeMap<String, RepoPath>) -> io::Result<()> {
    for folder in closure {
        // An optional dependency of another platform is in the lockfile, but not installed. And where a package's
        // script put a link, that leads to what was never installed.
        if !files::is_real_folder(install, Path::new(folder)) {
            continue;
        }
        files::make_folder(&root.join(folder))?;
        // What is nested below it is part of the closure by itself, or of nobody's.
        files::lay(&install.join(folder), &root.join(folder), &mut |path| {
            if path == Path::new("node_modules") { Laid::LeftOut } else { Laid::Kept }
        })?;
    }
    for (link, target) in links {
        files::link(&relative(Path::new(link), Path::new(target.as_str())), &root.join(link))?;
    }
    let holders: std::collections::BTreeSet<&str> = closure
        .iter()
        .filter_map(|folder| folder.rfind("node_modules/").map(|at| &folder[..at + "node_modules".len()]))
        .collect();
    for holder in holders {
        lay_programs(&install.join(holder).join(".bin"), &root.join(holder).join(".bin"))?;
    }
    Ok(())
}

/// Links to programs, as far as what they lead to is part of the layer.
fn lay_programs(source: &Path, target: &Path) -> io::Result<()> {
    let entries = match fs::read_dir(source) {
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(()),
        other => other?,
    };
    for entry in entries {
        let entry = entry?;
        let Ok(program) = fs::read_link(entry.path()) else { continue };
        if normal(&target.join(&program)).exists() {
            files::link(&program, &target.join(entry.file_name()))?;
        }
    }
    Ok(())
}

/// The path from where a link stands to its target, both relative to the same folder.
fn relative(link: &Path, target: &Path) -> PathBuf {
    let up = link.components().count().saturating_sub(1);
    std::iter::repeat_n(Path::new(".."), up).chain([target]).collect()
}

/// A path without `..`, by its words alone: the folders before it need not exist.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        if part == Component::ParentDir {
            normal.pop();
        } else {
            normal.push(part);
        }
    }
    normal
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

    #[test]
    fn links_lead_from_where_they_stand() {
        assert_eq!(
            relative(Path::new("node_modules/@academy/ui"), Path::new("packages/ui")),
            Path::new("../../packages/ui")
        );
        assert_eq!(normal(Path::new("/a/.bin/../next/bin")), Path::new("/a/next/bin"));
    }
}
