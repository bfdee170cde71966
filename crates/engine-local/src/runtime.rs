//! Instances on this machine: each in a sandbox over its artifact's layers, looked after by its helper.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use api::layout::DataDirectory;
use api::sandbox::{APPS_FILE, Ending, Internal, Limits, Mount, PROTOCOL, Spec, State};
use engine::{Error, InstanceSpec, InstanceState, ObservedInstance, Probe, Remedy, Runtime};
use model::task::REPOSITORY_FOLDER;
use model::{AppName, Artifact, InstanceId, NetworkAccess};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::files;
use crate::sandbox::client;

/// The port that instances in a network of their own are told to listen on.
const PORT: u16 = 3000;

/// How many processes and threads an instance may have.
const PROCESSES: u32 = 512;

/// How much of an answer to a health check is read, in bytes.
const STATUS_LINE: usize = 1024;

/// Runs instances on this machine.
#[derive(Clone, Debug)]
pub struct LocalRuntime {
    data: DataDirectory,
    program: PathBuf,
    required: bool,
}

impl LocalRuntime {
    /// Instances under a data directory, with helpers of `program`. If isolation is `required`, an instance
    /// that cannot have all of it is not started.
    pub fn new(data: DataDirectory, program: PathBuf, required: bool) -> LocalRuntime {
        LocalRuntime { data, program, required }
    }

    fn folder(&self, instance: &InstanceId) -> PathBuf {
        self.instances().join(instance.as_str())
    }

    fn instances(&self) -> PathBuf {
        self.data.sandboxes().join("instances")
    }

    fn spec(&self, instance: &InstanceSpec) -> Result<Spec, Error> {
        let Some(command) = instance.artifact.start.command() else {
            let attempted = format!("`{}` has no process to start", instance.artifact.version);
            return Err(Error::new(Remedy::ChangeRequest, attempted));
        };
        // Until addresses are translated, "all" reaches the repository's own apps and nothing else.
        let network = match instance.network {
            NetworkAccess::Host => NetworkAccess::Host,
            NetworkAccess::None | NetworkAccess::All => NetworkAccess::None,
        };
        let port = if network == NetworkAccess::Host { free_port()? } else { PORT };
        let id = &instance.instance;
        Ok(Spec {
            protocol: PROTOCOL,
            id: id.to_string(),
            data: self.data.path().to_owned(),
            folder: Path::new("sandboxes/instances").join(id.as_str()),
            log: Path::new("logs/instances").join(format!("{id}.log")),
            mounts: vec![
                Mount::Overlay { lowers: layers(&instance.artifact), upper: None, target: "/".into() },
                Mount::File { target: "/etc/hosts".into(), content: hosts(network, &instance.neighbours) },
            ],
            command: ["/bin/sh", "-c", command].map(str::to_owned).to_vec(),
            folder_inside: Path::new(REPOSITORY_FOLDER).join(instance.artifact.app.path.as_str()),
            env: env(instance, port),
            network,
            internal: match network {
                NetworkAccess::Host => Internal::PerApp(instance.neighbours.clone()),
                _ => Internal::Named,
            },
            port: Some(port),
            limits: Limits {
                memory_bytes: instance.resources.memory_bytes,
                cpu_millis: instance.resources.cpu_millis,
                cpu_weight: 0,
                processes: PROCESSES,
            },
            lifeline: false,
            time_limit_ms: None,
            required: self.required,
        })
    }
}

#[async_trait::async_trait]
impl Runtime for LocalRuntime {
    async fn ensure(&self, instance: &InstanceSpec) -> Result<(), Error> {
        let folder = self.folder(&instance.instance);
        if folder.join("record.json").exists() {
            return Ok(());
        }
        let failed = || Error::new(Remedy::Retry, format!("could not start `{}`", instance.instance));
        let spec = self.spec(instance)?;
        let make = || {
            std::fs::create_dir_all(self.data.instance_logs())?;
            client::make_folder(&folder)
        };
        make().map_err(|cause| failed().because(cause))?;
        match client::start(&self.program, &spec).await {
            Ok(handle) => match handle.status.state {
                State::Refused { because } => {
                    self.remove(&instance.instance, Duration::ZERO).await?;
                    Err(failed().because(because))
                }
                State::Starting | State::Running | State::Ended(_) => Ok(()),
            },
            Err(cause) => {
                self.remove(&instance.instance, Duration::ZERO).await?;
                Err(failed().because(cause))
            }
        }
    }

    async fn remove(&self, instance: &InstanceId, grace: Duration) -> Result<(), Error> {
        client::remove(&self.folder(instance), grace)
            .await
            .map_err(|cause| Error::new(Remedy::Retry, format!("could not remove `{instance}`")).because(cause))
    }

    async fn list(&self) -> Result<Vec<ObservedInstance>, Error> {
        let failed = |cause| Error::new(Remedy::Retry, "could not list instances").because(cause);
        let entries = match std::fs::read_dir(self.instances()) {
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            other => other.map_err(failed)?,
        };
        let mut observed = Vec::new();
        for entry in entries {
            let entry = entry.map_err(failed)?;
            let Ok(instance) = entry.file_name().to_string_lossy().parse::<InstanceId>() else { continue };
            let folder = entry.path();
            let status = client::status(&folder).await;
            let missing = status.as_ref().map(|status| status.missing.clone()).unwrap_or_default();
            let state = match status.map(|status| status.state) {
                Some(State::Starting | State::Running) => InstanceState::Running,
                Some(State::Ended(ending)) => InstanceState::Ended { because: words(&ending) },
                Some(State::Refused { because }) => InstanceState::Ended { because },
                None => InstanceState::Lost,
            };
            observed.push(ObservedInstance {
                instance,
                state,
                dial: folder.join("dial.sock"),
                internal: true,
                missing,
            });
        }
        Ok(observed)
    }

    async fn probe(&self, instance: &InstanceId, path: &str, host: &str, patience: Duration) -> Probe {
        let socket = self.folder(instance).join("dial.sock");
        let dialed = tokio::task::spawn_blocking(move || client::dial(&socket)).await;
        let stream = match dialed {
            Ok(Ok(Some(stream))) => stream,
            Ok(Ok(None)) => return Probe::NotListening,
            Ok(Err(cause)) if matches!(cause.kind(), io::ErrorKind::NotFound) => return Probe::Gone,
            Ok(Err(cause)) => return Probe::NoAnswer(cause.to_string()),
            Err(cause) => return Probe::NoAnswer(cause.to_string()),
        };
        match tokio::time::timeout(patience, ask(stream, path, host)).await {
            Ok(Ok(status)) => Probe::Answered(status),
            Ok(Err(cause)) => Probe::NoAnswer(cause.to_string()),
            Err(_) => Probe::NoAnswer(format!("nothing within {} s", patience.as_secs())),
        }
    }

    async fn own_port(&self, instance: &InstanceId) -> Option<u16> {
        let folder = self.folder(instance);
        // On the host's network every instance is told another port.
        if folder.join(APPS_FILE).exists() {
            return None;
        }
        let dialed = tokio::task::spawn_blocking(move || client::dial(&folder.join("dial.sock"))).await;
        let port = dialed.ok()?.ok()??.peer_addr().ok()?.port();
        (port != PORT).then_some(port)
    }

    async fn last_lines(&self, instance: &InstanceId, count: usize) -> Vec<String> {
        files::telling_lines(&self.data.instance_logs().join(format!("{instance}.log")), count)
    }
}

/// Asks for a path once and reads the status line (RFC 9112, section 4).
async fn ask(stream: std::net::TcpStream, path: &str, host: &str) -> io::Result<u16> {
    stream.set_nonblocking(true)?;
    let mut stream = tokio::net::TcpStream::from_std(stream)?;
    let request = format!(
        "GET {path} HTTP/1.1\r\nhost: {host}\r\nuser-agent: frontage-health\r\naccept: */*\r\nx-forwarded-host: {host}\r\nx-forwarded-proto: http\r\nconnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await?;
    let mut heard = Vec::new();
    while !heard.contains(&b'\n') && heard.len() < STATUS_LINE {
        if stream.read_buf(&mut heard).await? == 0 {
            break;
        }
    }
    let line = String::from_utf8_lossy(&heard);
    let status = line.strip_prefix("HTTP/1.").and_then(|line| line.split(' ').nth(1)?.get(..3)?.parse().ok());
    status.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "it does not answer in HTTP/1.1"))
}

/// The layers of an artifact as folders, uppermost first.
fn layers(artifact: &Artifact) -> Vec<PathBuf> {
    artifact.layers.iter().rev().map(|layer| Path::new("layers").join(layer.digest.hex())).collect()
}

/// On the host's network its own names hold, and apps are reached by `FRONTAGE_URL_<APP>` alone.
fn hosts(network: NetworkAccess, neighbours: &[AppName]) -> String {
    if network == NetworkAccess::Host {
        return std::fs::read_to_string("/etc/hosts").unwrap_or_default();
    }
    let names: Vec<String> = neighbours.iter().map(|app| format!("{app}.internal")).collect();
    format!("127.0.0.1 localhost frontage\n::1 localhost\n127.0.0.1 {}\n", names.join(" "))
}

fn env(instance: &InstanceSpec, port: u16) -> BTreeMap<String, String> {
    let app = &instance.artifact.app.path;
    let mut path: Vec<String> = Vec::new();
    let mut folder = Some(app.as_str());
    while let Some(at) = folder {
        path.push(format!("{REPOSITORY_FOLDER}/{at}/node_modules/.bin"));
        folder = at.rsplit_once('/').map(|(parent, _)| parent);
    }
    path.push(format!("{REPOSITORY_FOLDER}/node_modules/.bin:/usr/local/bin:/usr/bin:/bin"));
    let mut env: BTreeMap<String, String> = [
        ("NODE_ENV", "production".to_owned()),
        ("HOST", "0.0.0.0".to_owned()),
        ("HOSTNAME", "0.0.0.0".to_owned()),
        ("HOME", "/tmp".to_owned()),
        ("PATH", path.join(":")),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect();
    for neighbour in &instance.neighbours {
        let name = format!("FRONTAGE_URL_{}", neighbour.as_str().to_uppercase().replace('-', "_"));
        env.insert(name, format!("http://{neighbour}.internal"));
    }
    env.extend(instance.env.clone());
    env.insert("PORT".to_owned(), port.to_string());
    env
}

fn free_port() -> Result<u16, Error> {
    let found = std::net::TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr());
    found
        .map(|address| address.port())
        .map_err(|cause| Error::new(Remedy::Retry, "could not find a free port").because(cause))
}

/// How a command ended, in a sentence.
pub fn words(ending: &Ending) -> String {
    if ending.out_of_memory {
        let peak = ending.peak_memory_bytes.map_or_else(String::new, |bytes| format!(" (it used {} MiB)", bytes >> 20));
        return format!("was killed: out of memory{peak}");
    }
    if ending.out_of_time {
        return "was killed: out of time".to_owned();
    }
    if ending.out_of_processes {
        return "was killed: out of processes".to_owned();
    }
    match (ending.code, ending.signal) {
        (Some(0), _) => "ended by itself, with status 0; what is started has to stay in the foreground".to_owned(),
        (Some(code), _) => format!("exited with status {code}"),
        (None, Some(signal)) => format!("was ended by signal {signal}"),
        (None, None) => "ended".to_owned(),
    }
}
