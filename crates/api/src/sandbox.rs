//! The helper protocol: what a sandbox is made of, and how its helper is spoken to afterwards.
//!
//! A helper is `frontage __sandbox`, a single-threaded process of its own session. It reads one line of
//! JSON from standard input, a [`Spec`], makes the sandbox, and owns its standard output and error, its
//! log file, its limits and its end. It outlives the controller and upgrades of Frontage, so this
//! protocol is versioned. In the sandbox's folder it leaves:
//!
//! - `helper.sock`: one [`Request`] a line, one [`Status`] a line back;
//! - `dial.sock`: hands out descriptors, see below;
//! - `record.json`: the newest [`Status`], also after its end;
//! - `apps.json`: the apps of [`Internal::PerApp`], in the order of their listeners.
//!
//! **`dial.sock`** is a stream socket. A caller writes one byte and reads one answer; it may do so again
//! and again on one connection.
//!
//! - `C`, connect: the answer is `+` with one descriptor, a stream socket connected to the port that the
//!   sandboxed process listens on (found, not assumed: `PORT` is tried first), or `-` and one byte for
//!   why: `N` nothing listens yet, `U` nothing but a Unix socket does, `R` refused, `E` any other error.
//! - `L`, listeners: the answer is `+`, one byte that says how many, and so many descriptors (all with the
//!   same message): the listening sockets for `.internal` names in the order of [`Internal`], or `-N`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use model::{AppName, NetworkAccess};
use serde::{Deserialize, Serialize};

/// The file that lists the apps of [`Internal::PerApp`].
pub const APPS_FILE: &str = "apps.json";

/// The version of this protocol.
pub const PROTOCOL: u32 = 1;

/// What a sandbox is made of. Paths outside it are relative to the data directory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spec {
    /// [`PROTOCOL`].
    pub protocol: u32,
    /// Names its cgroups and appears in the helper's title; an instance id, or a build key and number.
    pub id: String,
    /// The data directory, absolute.
    pub data: PathBuf,
    /// Its own folder, relative to the data directory; exists and is empty.
    pub folder: PathBuf,
    /// Its log file, relative to the data directory; its folder exists.
    pub log: PathBuf,
    /// What it sees, laid in this order.
    pub mounts: Vec<Mount>,
    /// The command and its arguments.
    pub command: Vec<String>,
    /// The folder that the command runs in.
    pub folder_inside: PathBuf,
    /// The whole environment of the command.
    pub env: BTreeMap<String, String>,
    /// What it may reach.
    pub network: NetworkAccess,
    /// Listeners for `.internal` names.
    pub internal: Internal,
    /// The port in `PORT`; the first to be tried when a connection is asked for.
    pub port: Option<u16>,
    /// What it may use.
    pub limits: Limits,
    /// Whether it ends when the helper's standard input is closed, as builds do with their controller.
    pub lifeline: bool,
    /// After how many milliseconds it is killed; never if none.
    pub time_limit_ms: Option<u64>,
    /// Refuse to start without these protections, instead of going on without.
    pub required: bool,
}

/// One thing that a sandbox sees. Targets are absolute paths inside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Mount {
    /// The machine's own system folders (`/usr`, `/bin`, `/lib`, `/lib64`, `/etc/ssl`, …), read-only.
    Machine,
    /// Folders laid over each other, the first on top. Read-only if there is no `upper`.
    Overlay {
        /// The folders, uppermost first.
        lowers: Vec<PathBuf>,
        /// Where changes go; beside it `<upper>.work` is made for the kernel.
        upper: Option<PathBuf>,
        /// Where it appears; `/` makes it the root.
        target: PathBuf,
    },
    /// A file or folder as it is; absolute, or relative to the data directory.
    Bind {
        /// Outside.
        source: PathBuf,
        /// Inside.
        target: PathBuf,
        /// Whether it may be changed from inside.
        writable: bool,
    },
    /// An empty folder in memory.
    Memory {
        /// Where it appears.
        target: PathBuf,
        /// Its greatest size in bytes.
        bytes: u64,
    },
    /// A small read-only file with this content, such as `/etc/hosts`.
    File {
        /// Where it appears.
        target: PathBuf,
        /// What is in it.
        content: String,
    },
}

/// Listeners through which a sandboxed process reaches `http://<app>.internal`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Internal {
    /// None.
    #[default]
    Absent,
    /// One on 127.0.0.1:80 in a network namespace of its own; the Host header tells the app.
    Named,
    /// One for each app on a free loopback port of the host; the listener tells the app. The ports are
    /// written into the environment as `FRONTAGE_URL_<APP>`.
    PerApp(Vec<AppName>),
}

/// What a sandbox may use. Zero means no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Memory in bytes, swap included.
    pub memory_bytes: u64,
    /// Processor time in thousandths of a core.
    pub cpu_millis: u32,
    /// Its share of processor time where there is not enough for all sandboxes, as `cpu.weight` of control groups
    /// counts it: 100 is usual, and means the same as zero.
    pub cpu_weight: u32,
    /// Processes and threads.
    pub processes: u32,
}

/// What a helper is asked, one a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "ask")]
pub enum Request {
    /// Answer now, once.
    Status,
    /// Answer now and again at each change, until the end.
    Watch,
    /// End it: SIGTERM, then after this many milliseconds SIGKILL. Answers when it has ended.
    Stop {
        /// Time to end by itself.
        grace_ms: u64,
    },
}

/// What a helper answers, and leaves in `record.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// [`PROTOCOL`] of this helper.
    pub protocol: u32,
    /// The sandbox.
    pub id: String,
    /// Process id of the helper.
    pub helper_pid: u32,
    /// When the helper started, in clock ticks since boot (`/proc/<pid>/stat`, field 22): with the pid it
    /// tells this process from a later one.
    pub helper_start: u64,
    /// Folders of its cgroups, to be removed with it.
    pub cgroups: Vec<PathBuf>,
    /// Protections that this machine does not give, in words.
    pub missing: Vec<String>,
    /// Where it stands.
    pub state: State,
}

/// Where a sandbox stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum State {
    /// It is being made.
    Starting,
    /// Its command runs.
    Running,
    /// Its command has ended.
    Ended(Ending),
    /// It could not be made.
    Refused {
        /// What was attempted on what, and the cause.
        because: String,
    },
}

/// How a command ended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ending {
    /// Its exit status, if it exited.
    pub code: Option<i32>,
    /// The signal that ended it, if one did.
    pub signal: Option<i32>,
    /// Whether the kernel killed it for want of memory.
    pub out_of_memory: bool,
    /// Whether its time limit ended it.
    pub out_of_time: bool,
    /// Whether it wanted more processes than it may have.
    #[serde(default)]
    pub out_of_processes: bool,
    /// Whether it was asked to stop.
    pub stopped: bool,
    /// From its start to its end, in milliseconds.
    pub duration_ms: u64,
    /// Processor time in milliseconds, where it is known.
    pub cpu_ms: Option<u64>,
    /// Peak memory in bytes, where it is known.
    pub peak_memory_bytes: Option<u64>,
}
