//! What an app's build leaves: image layers and public assets.

use serde::{Deserialize, Serialize};

use crate::app::{App, Serving};
use crate::id::{CommitId, Digest, Version};

/// What an app's build left: an OCI image and a set of public assets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Artifact {
    /// Its address.
    pub version: Version,
    /// The app as configured when it was built.
    pub app: App,
    /// The commit whose build made it; later commits with the same key use the same artifact.
    pub commit: CommitId,
    /// The digest of the image's manifest in the store's image layout; none for a static app.
    pub image: Option<Digest>,
    /// The image's layers, lowest first.
    pub layers: Vec<Layer>,
    /// The digest of the index of its public assets.
    pub assets: Digest,
    /// How it is started.
    pub start: Start,
    /// The prefix of its pages and assets, `/catalog`; empty for `/`.
    pub base_path: String,
    /// The URL path of its client-rendered shell among its assets, if it has one.
    pub shell: Option<String>,
    /// The URL path of the page that says that there is no such page (`/404.html`), if it has one.
    #[serde(default)]
    pub not_found: Option<String>,
    /// What was guessed of the app and turned out otherwise, each in a sentence.
    #[serde(default)]
    pub corrections: Vec<String>,
}

impl Artifact {
    /// How it is served; a build may have left something else than was guessed of the app.
    pub fn serving(&self) -> Serving {
        match self.start {
            Start::Server { .. } => Serving::Server,
            Start::Worker { .. } => Serving::Worker,
            Start::Static => Serving::Static,
        }
    }
}

/// One layer of an image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layer {
    /// Which of the three it is.
    pub kind: LayerKind,
    /// The digest of its tar, which is its name in the image layout and on disk.
    pub digest: Digest,
    /// The size of its tar in bytes.
    pub bytes: u64,
}

/// Which part of an image a layer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LayerKind {
    /// Node.js, the libraries it links, a shell, CA certificates.
    Base,
    /// The app's production closure.
    Dependencies,
    /// Its folder and its workspace packages after the build.
    App,
}

/// How an app is started.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "kind")]
pub enum Start {
    /// A server: the text for `sh -c` in the app's folder.
    Server {
        /// The command.
        command: String,
    },
    /// A process without requests: the text for `sh -c` in the app's folder.
    Worker {
        /// The command.
        command: String,
    },
    /// No process: the edge serves its assets.
    Static,
}

impl Start {
    /// The command; none if there is no process.
    pub fn command(&self) -> Option<&str> {
        match self {
            Start::Server { command } | Start::Worker { command } => Some(command),
            Start::Static => None,
        }
    }
}
