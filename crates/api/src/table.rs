//! The route table: everything that the edge needs to decide and deliver, written by the controller.
//!
//! It is one JSON file, written whole (temporary, fsync, rename). A generation only goes up; the edge
//! keeps what it has when it is given an older one, or one that it cannot read whole.

use std::collections::BTreeMap;
use std::path::PathBuf;

use model::{AppName, Digest, EnvironmentName, InstanceId, Label, Serving, Version};
use serde::{Deserialize, Serialize};

/// The format that this code writes; a reader refuses any other.
pub const FORMAT: u32 = 2;

/// Everything that the edge needs to decide and deliver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RouteTable {
    /// [`FORMAT`].
    pub format: u32,
    /// Goes up with each table.
    pub generation: u64,
    /// The domain of the site in production, `localhost`; requests to `127.0.0.1` and `[::1]` count as it.
    pub domain: String,
    /// The host part under which releases are addressed between edge and balancer: label, dot, this.
    pub internal_domain: String,
    /// Production and the previews that are awake.
    pub environments: BTreeMap<EnvironmentName, Environment>,
    /// Previews that are asleep or were never built, by each host that would wake them.
    #[serde(default)]
    pub sleeping: BTreeMap<String, EnvironmentName>,
    /// Every release that may be sent a request.
    pub releases: BTreeMap<Label, Release>,
    /// Listeners for `.internal` names, by the instance that they are in; also of instances that still start.
    #[serde(default)]
    pub listeners: BTreeMap<InstanceId, Listeners>,
}

/// An instance's listeners for `.internal` names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listeners {
    /// The instance's environment: who asks there is sent to its apps.
    pub environment: EnvironmentName,
    /// The helper's dial socket, which hands them out (see [`crate::sandbox`]).
    pub dial: PathBuf,
}

/// An environment: its hosts, its routes and its apps' releases.
///
/// A preview's `apps` holds only what it affects; what it does not hold falls through to production.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Environment {
    /// The host of its site, without a port: `localhost`, `feat-x.localhost`.
    pub site: String,
    /// Each app's host of its own, without a port; all apps that this environment or production has, workers
    /// included: there it is said that nobody answers.
    pub hosts: BTreeMap<String, AppName>,
    /// The routes of the site, in no particular order.
    pub routes: Vec<Route>,
    /// The app that answers what no route claims.
    pub default_app: Option<AppName>,
    /// Releases by app.
    pub apps: BTreeMap<AppName, AppReleases>,
    /// Apps that have no release to answer, and workers that do not run, each with the reason.
    #[serde(default)]
    pub absent: BTreeMap<AppName, Absence>,
    /// How each app that this environment itself has is served. Workers are in none of the maps above.
    #[serde(default)]
    pub kinds: BTreeMap<AppName, Serving>,
    /// Whether a commit of it was looked at: before that it is not known what its apps are.
    #[serde(default)]
    pub is_known: bool,
    /// Members of the workspace that are not served, by folder, and why, each in a sentence.
    #[serde(default)]
    pub not_served: BTreeMap<String, String>,
    /// Why its newest commit cannot be used, if it cannot.
    #[serde(default)]
    pub problems: Vec<String>,
}

/// Why nobody answers, or nothing runs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Absence {
    /// In a sentence: a failed first build, an instance that ended…
    pub because: String,
    /// Whether it is over by itself soon; else somebody has to do something.
    #[serde(default)]
    pub is_passing: bool,
    /// The last lines that its build or its instance wrote. They are the app's own words, and not for everybody.
    #[serde(default)]
    pub last_lines: Vec<String>,
}

/// A path prefix and the app that answers there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    /// The prefix, `/catalog`; claims `/catalog`, `/catalog/…` and `/catalog.data`.
    pub prefix: String,
    /// The app.
    pub app: AppName,
}

/// An app's releases in an environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppReleases {
    /// The release that answers.
    pub live: Label,
    /// The release before it, while it is kept ready: it answers when no target of `live` can.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fallback: Option<Label>,
    /// Asset indexes of earlier versions whose files are still served, newest first.
    #[serde(default)]
    pub kept: Vec<Digest>,
}

/// A release that may be sent requests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Release {
    /// Its version, for the access log and headers.
    pub version: Version,
    /// Its environment.
    pub environment: EnvironmentName,
    /// The digest of its asset index.
    pub assets: Digest,
    /// The prefix of its pages, `/catalog`, or empty; its own host redirects `/` there.
    #[serde(default)]
    pub base_path: String,
    /// The URL path of its client-rendered shell among its assets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shell: Option<String>,
    /// The URL path of the page that says that there is no such page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_found: Option<String>,
    /// Whether it has no server: the edge answers from its assets alone.
    #[serde(default)]
    pub is_static: bool,
    /// Its ready instances.
    #[serde(default)]
    pub targets: Vec<Target>,
    /// Why it has no ready instance, if that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trouble: Option<Absence>,
}

/// One ready instance and how it is reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// The instance.
    pub instance: InstanceId,
    /// Where it listens.
    pub address: Address,
}

/// How a target is reached.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Address {
    /// A host and a port.
    Tcp(String),
    /// A Unix socket that speaks HTTP.
    Unix(PathBuf),
    /// A helper's dial socket, which hands out connected descriptors (see [`crate::sandbox`]).
    Helper(PathBuf),
}
