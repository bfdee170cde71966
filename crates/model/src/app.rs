//! An application of the repository, as configured or guessed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::id::RepoPath;
use crate::name::{AppName, EnvironmentName};

/// A deployable front-end application of the repository, at one commit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct App {
    /// Its name: the folder's, made a DNS label.
    pub name: AppName,
    /// Its folder.
    pub path: RepoPath,
    /// Path prefixes of the site that it claims, each starting with `/`.
    pub routes: Vec<String>,
    /// The shell command that builds it, run in its folder; none if it needs no build.
    pub build: Option<String>,
    /// How it is served.
    pub serving: Serving,
    /// The framework that it is made with, if it is a known one. That decides what a build leaves, and so how it is
    /// started, unless `start` says it.
    pub framework: Option<Framework>,
    /// The shell command that starts it, run in its folder; none if it is static, or if what the build left decides.
    pub start: Option<String>,
    /// The folder of its public assets, relative to its own; none if that must be found after the build.
    pub output: Option<String>,
    /// The same as its configuration files seem to say it; what the build left corrects that.
    pub output_guess: Option<String>,
    /// Files of variables that its commands name. Where one is not committed an empty one is put.
    pub env_files: Vec<RepoPath>,
    /// The path prefix under which its assets and pages live (`base` of Vite, `basePath` of Next.js),
    /// if it is written literally in its configuration; with a leading and without a trailing `/`.
    pub base_path: Option<String>,
    /// The path that its health check requests.
    pub health: String,
    /// What an instance may use.
    pub resources: Resources,
    /// How many instances a release runs.
    pub instances: u32,
    /// What an instance may reach.
    pub network: NetworkAccess,
    /// Whether its build may use the network.
    pub build_network: bool,
    /// Whether its build sees the real commit, which is then part of its key.
    pub commit: bool,
    /// Variables for run time, by name.
    pub env: BTreeMap<String, Environmental>,
    /// Names of variables that its build is given besides those with a framework's public prefix.
    pub build_env: Vec<String>,
}

impl App {
    /// An app of which nothing is said: no build, no server, no routes, and what is usual for all else.
    pub fn new(name: AppName, path: RepoPath) -> App {
        App {
            name,
            path,
            routes: Vec::new(),
            build: None,
            serving: Serving::Static,
            framework: None,
            start: None,
            output: None,
            output_guess: None,
            env_files: Vec::new(),
            base_path: None,
            health: "/".to_owned(),
            resources: Resources::default(),
            instances: 1,
            network: NetworkAccess::All,
            build_network: false,
            commit: false,
            env: BTreeMap::new(),
            build_env: Vec::new(),
        }
    }
}

/// How an app is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Serving {
    /// A process of its own answers requests.
    Server,
    /// The edge answers from its files.
    Static,
    /// A process of its own runs, and nobody sends it requests.
    Worker,
}

/// A framework whose builds are known: what they leave, and how that is started.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Framework {
    /// Next.js.
    Next,
    /// Nuxt.
    Nuxt,
    /// React Router 7 and newer, as a framework.
    ReactRouter,
    /// Remix 2.
    Remix,
    /// What builds by Nitro: TanStack Start, Solid Start, Vinxi, Nitro itself.
    Nitro,
    /// Astro.
    Astro,
    /// SvelteKit.
    SvelteKit,
    /// Docusaurus.
    Docusaurus,
    /// VitePress.
    VitePress,
    /// Gatsby.
    Gatsby,
    /// Create React App.
    CreateReactApp,
    /// Angular.
    Angular,
    /// Eleventy.
    Eleventy,
    /// A Storybook.
    Storybook,
    /// Vite with pages of its own.
    Vite,
    /// Rsbuild, Rspack or webpack with pages of their own.
    Bundler,
    /// NestJS.
    Nest,
}

impl Framework {
    /// How what it builds is usually started; none if it usually leaves files only. What a build left decides.
    pub fn usual_start(self) -> Option<&'static str> {
        match self {
            Framework::Next => Some("next start"),
            Framework::Nuxt | Framework::Nitro => Some("node .output/server/index.mjs"),
            Framework::ReactRouter => Some("react-router-serve build/server/index.js"),
            Framework::Remix => Some("remix-serve build/server/index.js"),
            Framework::Astro => Some("node dist/server/entry.mjs"),
            Framework::SvelteKit => Some("node build"),
            Framework::Nest => Some("node dist/main"),
            Framework::Docusaurus
            | Framework::VitePress
            | Framework::Gatsby
            | Framework::CreateReactApp
            | Framework::Angular
            | Framework::Eleventy
            | Framework::Storybook
            | Framework::Vite
            | Framework::Bundler => None,
        }
    }
}

/// A value that is the same everywhere, or one per kind of environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Environmental {
    /// The same in every environment.
    Same(String),
    /// One for production and one for previews; where one is missing the variable is not set.
    PerKind {
        /// In production.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        production: Option<String>,
        /// In every preview.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        preview: Option<String>,
    },
}

impl Environmental {
    /// The value in `environment`.
    pub fn value_in(&self, environment: &EnvironmentName) -> Option<&str> {
        match self {
            Environmental::Same(value) => Some(value),
            Environmental::PerKind { production, .. } if environment.is_production() => production.as_deref(),
            Environmental::PerKind { preview, .. } => preview.as_deref(),
        }
    }
}

/// What an instance or a build may use of a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resources {
    /// Memory in bytes.
    pub memory_bytes: u64,
    /// Processor time in thousandths of a core.
    pub cpu_millis: u32,
}

impl Default for Resources {
    /// 512 MiB and one core, which is more than a renderer of the survey needs at rest.
    fn default() -> Resources {
        Resources { memory_bytes: 512 << 20, cpu_millis: 1000 }
    }
}

/// What an instance may reach besides the repository's other apps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NetworkAccess {
    /// Nothing.
    None,
    /// It shares the host's network.
    Host,
    /// Everything outside, by translation of addresses.
    All,
}
