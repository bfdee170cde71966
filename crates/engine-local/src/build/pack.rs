//! Packing what an app's build left: image layers, public assets, and the record of both.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use api::layout::DataDirectory;
use model::task::REPOSITORY_FOLDER;
use model::{App, Artifact, Digest, Layer, LayerKind, RepoPath, Serving, Task, TaskKind, Version};

use super::closure::Wanted;
use super::dependencies::{self, Dependencies};
use super::outcome::{self, Copied, Kept, Layers, Missing, Outcome};
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
    let TaskKind::App { app, packages, .. } = task.kind.clone() else {
        return Err(io::Error::other("only apps are packed").into());
    };
    let (of_app, layers_of_tree, installed) = (app.clone(), sources.clone(), install.clone());
    let outcome = blocking(move || {
        let tree = Layers::of(layers_of_tree, installed)?;
        Ok(outcome::outcome(&of_app, &tree))
    });
    let outcome = outcome.await?.map_err(PackError::Missing)?;
    let (runners, needs) = match &outcome.kept {
        Kept::Members { runners, .. } => (runners.iter().cloned().collect::<Vec<String>>(), install),
        // What a framework packs by itself needs nothing of the install layer.
        Kept::Alone(_) | Kept::Nothing => (Vec::new(), None),
    };
    let dependencies = Dependencies::of(shared, task, needs.as_deref(), &runners);
    let mut layers = Vec::new();
    if let Some(dependencies) = &dependencies {
        layers.extend(dependencies.declared(shared).await?);
    }
    let start = outcome.start();
    let packing = Packing {
        data: shared.data.clone(),
        app: app.clone(),
        outcome: outcome.clone(),
        packages,
        dependencies: dependencies.clone(),
        sources,
    };
    let packed = blocking(move || packing.keep()).await?;
    if let Some(dependencies) = &dependencies {
        layers.extend(dependencies.found(shared, packed.used).await?);
    }
    if outcome.kept != Kept::Nothing {
        layers.insert(0, base::ensure(shared, &task.toolchain, &packed.commands).await?);
    }
    layers.extend(packed.layer);
    let version = Version { app: app.name.clone(), key: task.key.clone() };
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
        assets: packed.assets,
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

/// What of a built tree is kept, and how.
struct Packing {
    data: DataDirectory,
    app: App,
    outcome: Outcome,
    /// Folders of the workspace packages that the app needs.
    packages: Vec<RepoPath>,
    dependencies: Option<Dependencies>,
    sources: Vec<PathBuf>,
}

/// What was kept.
struct Packed {
    assets: Digest,
    /// The app's own layer, if it has a process.
    layer: Option<Layer>,
    /// Its start command, and those that it leads to.
    commands: Vec<String>,
    /// Installed packages that it uses without declaring them.
    used: Wanted,
}

impl Packing {
    fn keep(self) -> io::Result<Packed> {
        let scratch = Scratch::new(&self.data, "app")?;
        let public = self.lay(&scratch, "public", &|path| self.outcome.publishes(path))?;
        let assets = assets::keep(&self.data, &self.outcome.public, &public)?;
        if self.outcome.kept == Kept::Nothing {
            return Ok(Packed { assets, layer: None, commands: Vec::new(), used: Wanted::new() });
        }
        let outside = self.dependencies.iter().flat_map(Dependencies::outside);
        let outside = outside.filter_map(|folder| folder.to_str()?.parse().ok());
        let members: Vec<RepoPath> =
            [self.app.path.clone()].into_iter().chain(self.packages.clone()).chain(outside).collect();
        let root = self.lay(&scratch, "tree", &|path| !is_cache(path) && self.outcome.keeps(path, &members))?;
        for Copied { from, to } in &self.outcome.copied {
            for source in self.sources.iter().filter(|source| files::is_real_folder(source, Path::new(from.as_str()))) {
                files::lay(&source.join(from.as_str()), &root.join(to.as_str()), &mut |_| Laid::Kept)?;
            }
        }
        for file in self.app.env_files.iter().map(|file| root.join(file.as_str())).filter(|file| !file.exists()) {
            files::write(&file, b"", false)?;
        }
        let command = self.outcome.start.command().unwrap_or_default();
        let commands = dependencies::commands(&root, &self.app.path, command);
        let used = self.dependencies.as_ref();
        let used = used.map(|it| it.undeclared(&root, &self.app, &self.packages, &commands)).unwrap_or_default();
        let layer = Some(image::keep_layer(&self.data, &scratch, "tree", LayerKind::App)?);
        Ok(Packed { assets, layer, commands, used })
    }

    /// Lays what is chosen of the built tree into a folder of a scratch.
    fn lay(&self, scratch: &Scratch, name: &str, choose: &dyn Fn(&Path) -> bool) -> io::Result<PathBuf> {
        let root = scratch.path().join(name).join(REPOSITORY_FOLDER.trim_start_matches('/'));
        files::make_folder(&root)?;
        for source in &self.sources {
            let belongs = &mut |path: &Path| if choose(path) { Laid::Kept } else { Laid::LeftOut };
            files::lay(source, &root, belongs)?;
        }
        Ok(root)
    }
}

/// The base layer of an app that may have a process, begun before anything else is there.
pub async fn base_ahead(shared: Arc<Shared>, task: Task) -> io::Result<()> {
    let TaskKind::App { app, .. } = &task.kind else { return Ok(()) };
    match app.serving {
        Serving::Static => Ok(()),
        Serving::Server | Serving::Worker => {
            let command = app.start.clone().unwrap_or_default();
            base::ensure(&shared, &task.toolchain, &[command]).await.map(drop)
        }
    }
}
