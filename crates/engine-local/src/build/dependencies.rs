//! The layers of third-party packages in an app's image.
//!
//! One holds what its manifests declare, and is packed while the app builds, once for all apps and versions with the
//! same. A second, mostly absent, holds what the built app imports, or its start command calls, without that being
//! declared as needed to run: a monorepo has all installed where its authors start it.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use model::task::REPOSITORY_FOLDER;
use model::{App, Digest, Framework, InstallLayer, Layer, LayerKind, RepoPath, Task, TaskKind};

use super::closure::{Closure, Installed, Wanted};
use super::{Shared, base, blocking, image, imports, install};
use crate::files::{self, Laid, Scratch};

/// Goes up when what is put into a layer changes.
const FORMAT: u32 = 2;

/// What an app needs of its install layer.
#[derive(Clone, Debug)]
pub struct Dependencies {
    install: PathBuf,
    manifests: PathBuf,
    key: String,
    members: BTreeSet<PathBuf>,
    wanted: Wanted,
}

impl Dependencies {
    /// Of a task whose packages were installed in `install`; none if it has none. `runners` are packages that start
    /// the app, whether or not it declares them.
    pub fn of(shared: &Shared, task: &Task, install: Option<&Path>, runners: &[String]) -> Option<Dependencies> {
        let (layer, install) = (task.install.as_ref()?, install?);
        let TaskKind::App { app, wanted, .. } = &task.kind else { return None };
        let mut dependencies = Dependencies {
            install: install.to_owned(),
            manifests: install::manifests(&shared.data, layer),
            key: layer.key.to_string(),
            members: members(layer, wanted),
            wanted: wanted.clone(),
        };
        let programs = dependencies.installed().programs(&app.path, words(app.start.as_deref().unwrap_or_default()));
        merge(&mut dependencies.wanted, programs);
        merge(&mut dependencies.wanted, Wanted::from([(app.path.clone(), runners.to_vec())]));
        Some(dependencies)
    }

    /// The layer of what is declared, and of programs that the start command names.
    pub async fn declared(&self, shared: &Shared) -> io::Result<Option<Layer>> {
        self.layer(shared, self.wanted.clone(), None).await
    }

    /// What the built app and its packages use besides; `root` holds them in the repository's layout,
    /// and `commands` are those that start it.
    pub fn undeclared(&self, root: &Path, app: &App, packages: &[RepoPath], commands: &[String]) -> Wanted {
        let declared = self.installed().closure(&self.wanted);
        let mut used = Wanted::new();
        for command in commands {
            merge(&mut used, self.installed().programs(&app.path, words(command)));
        }
        // The whole command's files; a command without any stands for all of the app's.
        let of_app = imports::of_app(root, app.path.as_str(), &commands.join(" ; ")).into_iter().collect();
        merge(&mut used, Wanted::from([(app.path.clone(), of_app)]));
        for package in packages {
            let names = imports::of_package(root, package.as_str()).into_iter().collect();
            merge(&mut used, Wanted::from([(package.clone(), names)]));
        }
        for (folder, names) in &mut used {
            names.retain(|name| self.installed().finds(folder, name));
        }
        used.retain(|_, names| !names.is_empty());
        let all = self.with(used.clone());
        let is_more = !self.installed().closure(&all).without(&declared).is_empty();
        if is_more { used } else { Wanted::new() }
    }

    /// The layer of what is not declared; none if there is nothing.
    pub async fn found(&self, shared: &Shared, used: Wanted) -> io::Result<Option<Layer>> {
        if used.is_empty() { Ok(None) } else { self.layer(shared, self.with(used), Some(self.wanted.clone())).await }
    }

    /// Folders of the repository that links of the closure lead to, and that are no members.
    pub fn outside(&self) -> BTreeSet<PathBuf> {
        self.installed().closure(&self.wanted).outside
    }

    async fn layer(&self, shared: &Shared, wanted: Wanted, without: Option<Wanted>) -> io::Result<Option<Layer>> {
        let identity = Digest::of(format!("dependencies {FORMAT} {} {wanted:?} {without:?}", self.key).as_bytes());
        let name = format!("dependencies-{}", identity.hex());
        let _one_at_a_time = shared.once.lock(&name).await;
        let record = shared.data.layers().join(format!("{name}.json"));
        if let Some(layer) = base::recorded(&shared.data, &record) {
            return Ok(Some(layer));
        }
        let (data, dependencies) = (shared.data.clone(), self.clone());
        blocking(move || {
            let installed = dependencies.installed();
            let mut closure = installed.closure(&wanted);
            if let Some(without) = without {
                closure = closure.without(&installed.closure(&without));
            }
            if closure.is_empty() {
                return Ok(None);
            }
            let scratch = Scratch::new(&data, "dependencies")?;
            let root = scratch.path().join("tree").join(REPOSITORY_FOLDER.trim_start_matches('/'));
            files::make_folder(&root)?;
            lay(&dependencies.install, &root, &closure)?;
            let layer = image::keep_layer(&data, &scratch, "tree", LayerKind::Dependencies)?;
            files::write_whole(&record, &serde_json::to_vec(&layer)?)?;
            Ok(Some(layer))
        })
        .await
    }

    fn installed(&self) -> Installed<'_> {
        Installed { layer: &self.install, manifests: &self.manifests, members: &self.members }
    }

    fn with(&self, more: Wanted) -> Wanted {
        let mut wanted = self.wanted.clone();
        merge(&mut wanted, more);
        wanted
    }
}

/// Packs what is declared as soon as it is installed, unless the app's framework packs its own.
pub async fn ahead(shared: Arc<Shared>, task: Task, install: Option<PathBuf>) -> io::Result<()> {
    let packs_its_own =
        |framework: Framework| matches!(framework, Framework::Next | Framework::Nuxt | Framework::Nitro);
    match &task.kind {
        TaskKind::App { app, .. } if app.start.is_some() && !app.framework.is_some_and(packs_its_own) => {}
        TaskKind::App { .. } | TaskKind::Package => return Ok(()),
    }
    let install = install.map(|install| shared.data.path().join(install));
    let (kept, held) = (shared.clone(), task.clone());
    let found = blocking(move || Ok(Dependencies::of(&kept, &held, install.as_deref(), &[]))).await?;
    match found {
        Some(dependencies) => dependencies.declared(&shared).await.map(drop),
        None => Ok(()),
    }
}

/// A command and those of the scripts that it runs by name, as far as they are the app's own.
pub fn commands(root: &Path, folder: &RepoPath, command: &str) -> Vec<String> {
    let text = super::closure::read(&root.join(folder.as_str()).join("package.json")).unwrap_or_default();
    let manifest: serde_json::Value = serde_json::from_str(text.trim_start_matches('\u{feff}')).unwrap_or_default();
    let mut commands = vec![command.to_owned()];
    let mut next = 0;
    while let Some(command) = commands.get(next).cloned() {
        next += 1;
        let mut words = words(&command).peekable();
        while let Some(word) = words.next() {
            let script = match word {
                "npm" | "pnpm" | "yarn" | "bun" => words.find(|word| *word != "run" && !word.starts_with('-')),
                "npm-run-all" | "run-s" | "run-p" => words.peek().copied(),
                _ => None,
            };
            let script = script.and_then(|name| manifest.get("scripts")?.get(name)?.as_str());
            if let Some(script) = script.filter(|script| !commands.iter().any(|known| known == script)) {
                commands.push(script.to_owned());
            }
        }
    }
    commands
}

/// The words of a command.
pub fn words(command: &str) -> impl Iterator<Item = &str> {
    let between = [' ', '\t', '\n', ';', '&', '|', '(', ')', '"', '\'', '`'];
    command
        .split(between)
        .filter(|word| !word.is_empty())
        .map(|word| word.rsplit("node_modules/.bin/").next().unwrap_or(word))
}

fn merge(wanted: &mut Wanted, more: Wanted) {
    for (folder, names) in more {
        let known = wanted.entry(folder).or_default();
        for name in names {
            if !known.contains(&name) {
                known.push(name);
            }
        }
    }
}

/// Folders of the root and the workspace's members.
fn members(layer: &InstallLayer, wanted: &Wanted) -> BTreeSet<PathBuf> {
    let of_manifests = layer.manifests.keys().filter_map(|path| Path::new(path.as_str()).parent().map(Path::to_owned));
    of_manifests.chain(wanted.keys().map(|folder| PathBuf::from(folder.as_str()))).collect()
}

fn lay(install: &Path, root: &Path, closure: &Closure) -> io::Result<()> {
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
    fn commands_lead_to_scripts() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(root.path().join("a")).unwrap();
        let manifest =
            r#"{"scripts": {"start:prod": "dotenv -e x -- yarn serve", "serve": "tsx index.ts && npm run serve"}}"#;
        std::fs::write(root.path().join("a/package.json"), manifest).unwrap();
        let found = commands(root.path(), &"a".parse().unwrap(), "pnpm run start:prod");
        assert_eq!(found, ["pnpm run start:prod", "dotenv -e x -- yarn serve", "tsx index.ts && npm run serve"]);
    }

    #[test]
    fn a_command_has_words() {
        let found: Vec<&str> = words("NODE_ENV=x ./node_modules/.bin/next start && (a;b)").collect();
        assert_eq!(found, ["NODE_ENV=x", "next", "start", "a", "b"]);
    }
}
