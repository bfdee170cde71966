//! `frontage up`: names the concrete engines, runs the controller over them, and shows what happens.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use api::layout::DataDirectory;
use api::socket::ShortPath;
use controller::edge_process::{EdgeCommand, EdgeProcess};
use controller::secrets::{self, SecretsFile};
use controller::source::{self, GitSource, Resolve};
use controller::world::Secrets as _;
use controller::{Controller, Options, World, control};
use engine::{Remedy, Runtime};
use engine_local::sandbox::selftest;
use engine_local::{LocalBuilder, LocalRuntime, Toolchains, build};
use graph::workspace::Unreadable;
use graph::{WantedToolchain, Workspace};
use model::{EnvironmentKind, Event, PackageManager, Toolchain};
use store::Store;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

use crate::arguments::{Arguments, Isolation, Run};
use crate::env_file::{self, Variables};
use crate::place::Place;
use crate::report::Failure;
use crate::show::{Show, port};

/// The domain of the site in production: browsers lead it, and all below it, to this machine (RFC 6761, 6.3).
const DOMAIN: &str = "localhost";

/// Builds at once for each core: they wait for disks and for each other.
const BUILDS_A_CORE: usize = 4;

/// The memory that one build more is worth, in bytes.
const BUILD_MEMORY: u64 = 3 << 29;

/// How long the edge may take to end.
const EDGE_END: Duration = Duration::from_secs(40);

/// How long an instance may take to end by itself.
const GRACE: Duration = Duration::from_secs(5);

/// What instances cannot reach so far, on any machine.
const NO_OUTSIDE: &str =
    "`network = \"all\"` counts as `\"none\"` so far: instances reach the repository's other apps and nothing outside";

/// Builds, runs and serves a repository until Ctrl-C or `frontage down`.
///
/// # Errors
/// If the repository, its configuration or the machine cannot be used, or the log cannot be written.
pub async fn run(place: Place, run: &Run) -> Result<(), Failure> {
    let toolchains = Toolchains::new(place.data.clone());
    let variables = run.env_file.as_deref().map(env_file::read).transpose()?.unwrap_or_default();
    let source = GitSource::open(place.repository.clone(), resolver(toolchains.clone())).map_err(unusable_branch)?;
    let source = source.giving(variables.clone()).knowing(place.knowledge());
    let _lock = place.lock()?;
    let mut store = Store::open(&place.data.database()).map_err(|error| {
        Failure::unusable("the state cannot be used").caused_by(&error).hint(
            "move the file away to begin anew: what runs is taken over only with its log, so stop it first by `frontage down`",
        )
    })?;
    if store.state().production().and_then(|production| production.newest_known()).is_none() {
        check_head(&place, source.production(), &toolchains)?;
    }
    keep_secrets(&place, &mut store, &variables)?;
    let program = std::env::current_exe()
        .map_err(|cause| Failure::failed("this program cannot find itself").caused_by(&cause))?;
    let missing = capabilities(&place.data, &program, run.isolation).await?;
    let previous = store.state().listen.clone();
    claim_address(&place.data, run.listen, &previous).await?;
    let required = run.isolation == Isolation::Required;
    let builder = LocalBuilder::new(
        place.data.clone(),
        place.repository.common_folder().to_owned(),
        Arc::new(source.clone()),
        program.clone(),
        required,
    )
    .within(Duration::from_secs(60 * u64::from(run.build_minutes)));
    build::sweep(&place.data)
        .await
        .map_err(|cause| Failure::failed("what earlier builds left cannot be removed").caused_by(&cause))?;
    let (notices, shown) = mpsc::unbounded_channel();
    let (early, mut later) = mpsc::unbounded_channel();
    let (edge, kept_edge) = EdgeProcess::keep(
        place.data.clone(),
        EdgeCommand { program: program.clone(), listen: run.listen.to_string() },
        early,
    );
    let world = World {
        source: Arc::new(source.clone()),
        builder: Arc::new(builder),
        runtime: Arc::new(LocalRuntime::new(place.data.clone(), program, required)),
        edge: Arc::new(edge),
        secrets: Arc::new(SecretsFile::at(place.data.secrets())),
    };
    let options = Options {
        frontage: env!("CARGO_PKG_VERSION").to_owned(),
        domain: DOMAIN.to_owned(),
        listen: run.listen.to_string(),
        missing: missing.clone(),
        builds_at_once: run.builds.map_or_else(builds_at_once, usize::from),
        report: Some(place.data.report()),
        now_ms: crate::now_ms(),
    };
    let mut show = Show::new(store.state().clone());
    greet(&show, &place, &source, run.listen, &missing);
    let controller = Controller::new(options, world, store, notices);
    let inputs = controller.sender();
    control::serve(&place.data.control_socket(), controller.sender())
        .map_err(|cause| Failure::failed("the control socket cannot be made").caused_by(&cause))?;
    tokio::spawn(async move {
        while let Some(input) = later.recv().await {
            if inputs.send(input).is_err() {
                return;
            }
        }
    });
    let showing = tokio::spawn(async move {
        let mut shown = shown;
        while let Some(notice) = shown.recv().await {
            show.notice(&notice);
        }
    });
    let ended = controller.run(asked_to_stop()).await;
    // It has seen all there is to see once nobody can tell it more.
    let _ = showing.await;
    ended.map_err(|error| {
        Failure::failed("the log cannot be written, so nothing can be decided; what runs goes on")
            .caused_by(&error)
            .hint("make room on the disk of the data directory, then run `frontage up` again: it takes over what runs")
    })?;
    build::sweep(&place.data)
        .await
        .map_err(|cause| Failure::failed("what builds left cannot be removed").caused_by(&cause))?;
    // An edge that had just been started is told to stop as soon as it can hear.
    if tokio::time::timeout(EDGE_END, kept_edge).await.is_err() {
        return Err(Failure::failed("the edge did not end").hint("`frontage down` stops it"));
    }
    drop(std::fs::remove_file(place.data.control_socket()));
    drop(std::fs::remove_file(place.data.report()));
    crate::say("everything is stopped");
    Ok(())
}

/// Keeps variables that no build may see as secrets, those that are new or have another value.
fn keep_secrets(place: &Place, store: &mut Store, variables: &Variables) -> Result<(), Failure> {
    let file = SecretsFile::at(place.data.secrets());
    for (name, value) in variables.iter().filter(|(name, _)| !graph::plan::is_public(name)) {
        for kind in [EnvironmentKind::Production, EnvironmentKind::Preview] {
            let fingerprint = secrets::fingerprint(name, value);
            let is_same = |secret: &&model::state::Secret| {
                secret.name == *name && secret.app.is_none() && secret.kind == kind && secret.fingerprint == fingerprint
            };
            if store.state().secrets.iter().any(|secret| is_same(&secret)) {
                continue;
            }
            file.set(name, None, kind, value)
                .map_err(|error| Failure::failed("a secret cannot be kept").caused_by(&error))?;
            crate::write::append(store, Event::SecretSet { name: name.clone(), app: None, kind, fingerprint })?;
        }
    }
    Ok(())
}

/// Stops whatever runs of a data directory without a controller.
///
/// # Errors
/// If something cannot be stopped.
pub async fn stop_everything(place: &Place) -> Result<(), Failure> {
    let failed = |what: &str| Failure::failed(what.to_owned());
    stop_edge(&place.data).await.map_err(|cause| failed("the edge cannot be stopped").caused_by(&cause))?;
    let program =
        std::env::current_exe().map_err(|cause| failed("this program cannot find itself").caused_by(&cause))?;
    let runtime = LocalRuntime::new(place.data.clone(), program, false);
    let listed = runtime.list().await.map_err(|error| failed("instances cannot be listed").caused_by(&error))?;
    for observed in listed {
        let removed = runtime.remove(&observed.instance, GRACE).await;
        removed.map_err(|error| failed("an instance cannot be stopped").caused_by(&error))?;
    }
    build::sweep(&place.data).await.map_err(|cause| failed("what builds left cannot be removed").caused_by(&cause))
}

/// The process that serves.
///
/// # Errors
/// If it cannot listen.
pub async fn edge(arguments: &Arguments, listen: SocketAddr) -> Result<ExitCode, Failure> {
    let data = match &arguments.data {
        Some(data) => DataDirectory::at(data),
        None => Place::of(arguments, None)?.data,
    };
    edge::run(data, listen)
        .await
        .map(|()| ExitCode::SUCCESS)
        .map_err(|cause| Failure::failed(format!("the edge cannot serve on {listen}")).caused_by(&cause))
}

/// Finds toolchains, each wish once.
pub fn resolver(toolchains: Toolchains) -> Arc<Resolve> {
    let found: Mutex<Vec<(WantedToolchain, Toolchain)>> = Mutex::default();
    Arc::new(move |wanted| {
        let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, toolchain)) = found.iter().find(|(known, _)| known == wanted) {
            return Ok(toolchain.clone());
        }
        let toolchain = resolve(&toolchains, wanted)?;
        found.push((wanted.clone(), toolchain.clone()));
        Ok(toolchain)
    })
}

/// After how long it is told that a toolchain is being fetched.
const TOLD_AFTER: Duration = Duration::from_secs(1);

fn resolve(toolchains: &Toolchains, wanted: &WantedToolchain) -> Result<Toolchain, engine::Error> {
    let (done, waiting) = std::sync::mpsc::channel::<()>();
    let range = |said: &Option<(String, String)>| said.as_ref().map_or(String::new(), |(range, _)| format!(" {range}"));
    let what = format!("Node.js{} and {}{}", range(&wanted.node), wanted.manager, range(&wanted.manager_version));
    std::thread::spawn(move || {
        if waiting.recv_timeout(TOLD_AFTER) == Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
            // What is asked for in JSON is all that stands on standard output.
            crate::complain(&format!("getting {what}"));
        }
    });
    let _done = done;
    let node = wanted.node.as_ref().map(|(range, file)| (range.as_str(), file.as_str()));
    let version = wanted.manager_version.as_ref().map(|(version, _)| version.as_str());
    let manager = match (version, wanted.manager) {
        (None, PackageManager::Npm) => None,
        (version, manager) => Some(format!("{}@{}", manager.program(), version.unwrap_or("*"))),
    };
    toolchains.resolve(node, manager.as_deref())
}

fn unusable_branch(error: graph::GitError) -> Failure {
    let hint = error.hint();
    let failure = Failure::unusable("there is no production branch to follow").caused_by(&error);
    hint.into_iter().fold(failure, Failure::hint)
}

/// Before anything ever ran, an unusable head is an error of whoever asks; later it is one more refused commit.
fn check_head(place: &Place, production: &str, toolchains: &Toolchains) -> Result<(), Failure> {
    let failed = |error: graph::GitError| {
        let hint = error.hint();
        hint.into_iter().fold(Failure::unusable("the repository cannot be read").caused_by(&error), Failure::hint)
    };
    let head = place.repository.resolve(&format!("refs/heads/{production}")).map_err(failed)?;
    let snapshot = place.repository.snapshot(&head).map_err(failed)?;
    let mut workspace = Workspace::read(snapshot).map_err(|unreadable| match unreadable {
        Unreadable::Git(error) => failed(error),
        Unreadable::Commit(problems) => {
            let failure = Failure::unusable(format!("commit {} of `{production}` cannot be used", head.short()));
            crate::check::explain(failure, &problems)
        }
    })?;
    source::toolchains(&mut workspace, &|wanted| resolve(toolchains, wanted)).map(drop).map_err(|error| {
        let failure = Failure::unusable("the repository's toolchain cannot be had").caused_by(&error);
        match error.remedy() {
            Remedy::CallOperator => failure.hint("install Node.js 20 or newer, and put it into `PATH`"),
            Remedy::Retry | Remedy::ChangeRequest => error.way_out().into_iter().fold(failure, Failure::hint),
        }
    })
}

/// What of isolation this machine does not have.
///
/// # Errors
/// If no sandbox can be made, or what is required is missing.
pub async fn capabilities(
    data: &DataDirectory,
    program: &std::path::Path,
    isolation: Isolation,
) -> Result<Vec<String>, Failure> {
    let found = selftest::run(program, data).await.map_err(|because| {
        Failure::unusable("no sandbox can be made on this machine")
            .because(because)
            .hint("builds and instances need user namespaces: see `sysctl user.max_user_namespaces` and `kernel.apparmor_restrict_unprivileged_userns`")
    })?;
    if isolation == Isolation::Required && !found.missing.is_empty() {
        let failure = Failure::unusable("this machine cannot isolate as `--isolation required` asks");
        return Err(found.missing.into_iter().fold(failure, Failure::because));
    }
    Ok(found.missing.into_iter().chain([NO_OUTSIDE.to_owned()]).collect())
}

/// Sees that the address is ours: served by an edge that is there, or free.
async fn claim_address(data: &DataDirectory, listen: SocketAddr, previous: &str) -> Result<(), Failure> {
    if edge_socket(data).await.is_ok() {
        if previous == listen.to_string() {
            return Ok(());
        }
        stop_edge(data).await.map_err(|cause| Failure::failed("the edge cannot be stopped").caused_by(&cause))?;
    }
    TcpListener::bind(listen).map(drop).map_err(|cause| {
        Failure::unusable(format!("cannot listen on {listen}"))
            .caused_by(&cause)
            .hint("name another address: `--listen 127.0.0.1:8081`")
    })
}

async fn edge_socket(data: &DataDirectory) -> io::Result<tokio::net::UnixStream> {
    tokio::net::UnixStream::connect(ShortPath::of(&data.edge_socket())?.as_path()).await
}

/// Asks the edge to end, and waits until it has. One that is not there is no error.
async fn stop_edge(data: &DataDirectory) -> io::Result<()> {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let Ok(mut stream) = edge_socket(data).await else { return Ok(()) };
    let mut word = serde_json::to_vec(&api::nudge::ToEdge::Stop)?;
    word.push(b'\n');
    stream.write_all(&word).await?;
    let mut rest = Vec::new();
    let ended = tokio::time::timeout(Duration::from_secs(40), stream.read_to_end(&mut rest)).await;
    match ended {
        Ok(_) => Ok(()),
        Err(_) => Err(io::Error::new(io::ErrorKind::TimedOut, "it did not end within 40 s")),
    }
}

/// As many as cores and memory admit.
fn builds_at_once() -> usize {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let text = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let available = text
        .lines()
        .find_map(|line| line.strip_prefix("MemAvailable:")?.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    let by_memory = available.map_or(1, |kilobytes| kilobytes * 1024 / BUILD_MEMORY);
    (cores * BUILDS_A_CORE).min(usize::try_from(by_memory).unwrap_or(usize::MAX)).max(1)
}

fn greet(show: &Show, place: &Place, source: &GitSource, listen: SocketAddr, missing: &[String]) {
    let folder: PathBuf = place.repository.folder().to_owned();
    show.line(&format!(
        "frontage {}: following `{}` of `{}`",
        env!("CARGO_PKG_VERSION"),
        source.production(),
        folder.display()
    ));
    show.line(&format!("site: http://{DOMAIN}{}   data: `{}`", port(&listen.to_string()), place.data.path().display()));
    for one in missing {
        show.line(&format!("note: {one}"));
    }
}

async fn asked_to_stop() {
    let (Ok(mut interrupt), Ok(mut terminate)) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    crate::say("stopping: requests under way are answered, then everything ends");
}
