//! What a build left decides how it is served: its start, its public folders, and the part of its tree that runs.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use model::{App, Framework, RepoPath, Serving, Start};

mod astro;
mod layers;
mod look;
mod next;
mod nitro;
mod pages;
mod prefix;
mod process;
mod router;
mod svelte;

pub use layers::Layers;
use look::{Look, is_below};

/// What a build left, as far as that can be told by names and texts.
pub trait Tree {
    /// Every file of the built tree by its path from the repository's root, without what lies in a `node_modules`.
    fn files(&self) -> &BTreeMap<String, Origin>;

    /// The text of a file; none if it is not there, is no text, or is larger than any that tells something.
    fn read(&self, path: &str) -> Option<String>;

    /// Whether a path exists in the tree or among the installed packages, `node_modules` included.
    fn exists(&self, path: &str) -> bool;
}

/// Where a file of the tree comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The commit, or a package's build: it was there before.
    Shown,
    /// The app's own build.
    Written,
}

/// How an app is served, as what its build left says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// How it is started.
    pub start: Start,
    /// Its public folders, most important first: where two have a file of one name, the first one's is served.
    pub public: Vec<Public>,
    /// The prefix of its pages and assets, `/catalog`; empty for `/`.
    pub base_path: String,
    /// The URL path of the shell that a browser renders pages from.
    pub shell: Option<String>,
    /// The URL path of the page that says that there is none.
    pub not_found: Option<String>,
    /// Which part of the tree its image needs.
    pub kept: Kept,
    /// What is laid at another place of the image besides.
    pub copied: Vec<Copied>,
    /// Variables that its start needs besides those that every instance is given.
    pub env: BTreeMap<String, String>,
    /// What had been guessed and turned out otherwise, each in a sentence.
    pub corrections: Vec<String>,
}

impl Outcome {
    /// How it is started, with the variables that it needs. What an instance is given under such a name counts more.
    pub fn start(&self) -> Start {
        let variables = self.env.iter().map(|(name, value)| format!("{name}=${{{name}:-{value}}}"));
        let variables: Vec<String> = variables.collect();
        let with = |command: &str| match variables.as_slice() {
            [] => command.to_owned(),
            // Before a list of commands they would count for its first.
            variables if command.contains(['&', ';', '|']) => format!("export {}; {command}", variables.join(" ")),
            variables => format!("{} {command}", variables.join(" ")),
        };
        match &self.start {
            Start::Server { command } => Start::Server { command: with(command) },
            Start::Worker { command } => Start::Worker { command: with(command) },
            Start::Static => Start::Static,
        }
    }

    /// Whether its image holds a path of the repository; `members` are the app's folder and the workspace packages
    /// that it needs.
    pub fn keeps(&self, path: &Path, members: &[RepoPath]) -> bool {
        match &self.kept {
            Kept::Nothing => false,
            Kept::Alone(folders) => folders.iter().any(|folder| is_on_the_way(path, folder)),
            Kept::Members { besides, .. } => {
                let is_modules = |member: &RepoPath| path.starts_with(Path::new(member.as_str()).join("node_modules"));
                let of_member = |member: &RepoPath| is_on_the_way(path, member) && !is_modules(member);
                path == Path::new("package.json")
                    || members.iter().any(of_member)
                    || besides.iter().any(|folder| is_on_the_way(path, folder))
            }
        }
    }

    /// Whether a path of the repository is public, or on the way to what is.
    pub fn publishes(&self, path: &Path) -> bool {
        self.public.iter().any(|public| is_on_the_way(path, &public.folder)) && !path.ends_with("node_modules")
    }
}

/// Whether a path leads to a folder or lies in it.
fn is_on_the_way(path: &Path, folder: &RepoPath) -> bool {
    let folder = Path::new(folder.as_str());
    folder.starts_with(path) || path.starts_with(folder)
}

/// A folder that is served as it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Public {
    /// The folder, from the repository's root.
    pub folder: RepoPath,
    /// What stands before the names of its files in URLs: empty, `/catalog`, `/catalog/_next/static`.
    pub prefix: String,
}

/// Which part of the tree an image needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kept {
    /// Nothing: there is no process.
    Nothing,
    /// These folders alone, from the repository's root: the build put all that they need into them.
    Alone(BTreeSet<RepoPath>),
    /// The app's folder, the workspace packages that it needs and its production closure.
    Members {
        /// Folders outside of them that are needed too, from the repository's root.
        besides: BTreeSet<RepoPath>,
        /// Installed packages that the start command runs. They may be development dependencies, and are needed all
        /// the same, with what they need.
        runners: BTreeSet<String>,
    },
}

/// Files that are laid at a second place besides, over what is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copied {
    /// The folder, from the repository's root.
    pub from: RepoPath,
    /// Where its content goes, from the repository's root.
    pub to: RepoPath,
}

/// A build that succeeded and left nothing that can be served.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the build succeeded, but left nothing to serve: {looked_for}")]
pub struct Missing {
    /// What was looked for and is not there.
    pub looked_for: String,
    /// What a person can do.
    pub hint: String,
}

/// Variables by which a framework is asked to leave what is best served.
pub fn asked_of(app: &App) -> impl Iterator<Item = (&'static str, &'static str)> {
    // A server of the app's own starts Next.js itself, and finds no use for another one.
    let asks = app.framework == Some(Framework::Next) && app.start.is_none();
    asks.then_some(next::STANDALONE).into_iter()
}

/// Decides how an app is served by what its build left.
///
/// # Errors
/// If it left nothing that can be served, or not what is configured.
pub fn outcome(app: &App, tree: &dyn Tree) -> Result<Outcome, Missing> {
    let look = Look { app, tree };
    match (app.serving, &app.start) {
        (Serving::Static, _) => of_static(&look),
        (Serving::Server | Serving::Worker, Some(start)) => with_start(&look, start),
        (Serving::Server, None) => of_framework(&look),
        (Serving::Worker, None) => {
            let mut outcome = process::unknown(&look)?;
            if let Some(command) = outcome.start.command().map(str::to_owned) {
                outcome.start = Start::Worker { command };
            }
            Ok(Outcome { public: Vec::new(), shell: None, ..outcome })
        }
    }
}

/// What the framework's own production command is, and what it needs.
fn of_framework(look: &Look<'_>) -> Result<Outcome, Missing> {
    match look.app.framework {
        Some(Framework::Next) => next::outcome(look),
        Some(Framework::Nuxt | Framework::Nitro) => nitro::outcome(look),
        Some(Framework::ReactRouter | Framework::Remix) => router::outcome(look),
        Some(Framework::Astro) => astro::outcome(look),
        Some(Framework::SvelteKit) => svelte::outcome(look),
        Some(Framework::Angular) => process::angular(look),
        _ => process::unknown(look),
    }
}

/// Pages, unless a framework that may have a server left one and no pages.
fn of_static(look: &Look<'_>) -> Result<Outcome, Missing> {
    match look.app.framework {
        _ if look.app.output.is_some() => pages::outcome(look),
        Some(Framework::Next) => of_framework(look).or_else(|missing| pages::outcome(look).map_err(|_| missing)),
        Some(Framework::Astro | Framework::SvelteKit | Framework::Angular) => of_framework(look),
        Some(Framework::Nuxt | Framework::Nitro | Framework::ReactRouter | Framework::Remix) => pages::outcome(look)
            .or_else(|missing| {
                let mut outcome = of_framework(look).map_err(|_| missing)?;
                outcome.corrections.push("it was taken for a static app; the build left a server".to_owned());
                Ok(outcome)
            }),
        _ => pages::outcome(look),
    }
}

/// The command that is said, over what the framework is known to leave.
fn with_start(look: &Look<'_>, start: &str) -> Result<Outcome, Missing> {
    let started = process::started(look, start)?;
    let has_server = matches!(
        look.app.framework,
        Some(
            Framework::Next
                | Framework::Nuxt
                | Framework::Nitro
                | Framework::ReactRouter
                | Framework::Remix
                | Framework::Astro
                | Framework::SvelteKit
                | Framework::Angular
        )
    );
    // Of what others leave, only folders made for browsers are known to hold no server's code.
    let Some(known) = Some(look).filter(|_| has_server).and_then(|look| of_framework(look).ok()) else {
        return Ok(started);
    };
    let entry = process::check(look, start)?;
    let is_inside = |folders: &BTreeSet<RepoPath>| {
        entry.as_ref().is_some_and(|entry| folders.iter().any(|folder| is_below(folder.as_str(), entry)))
    };
    let (kept, copied) = match known.kept {
        Kept::Alone(folders) if is_inside(&folders) => (Kept::Alone(folders), known.copied),
        _ => (started.kept, Vec::new()),
    };
    // What `output` names is said too.
    let public = if look.app.output.is_some() { started.public } else { known.public };
    let shell = started.shell.or(known.shell);
    let base_path = if look.app.output.is_some() { started.base_path } else { known.base_path };
    Ok(Outcome {
        start: started.start,
        public,
        base_path,
        shell,
        not_found: None,
        kept,
        copied,
        env: known.env,
        corrections: Vec::new(),
    })
}

#[cfg(test)]
mod tests;
