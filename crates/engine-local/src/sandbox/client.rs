//! Speaking to helpers: starting one, asking it, ending it, and clearing up after one that is gone.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use api::sandbox::{Request, Spec, State, Status};
use api::socket::{self, ShortPath};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;
use tokio::process::{Child, ChildStdin, Command};

use super::{cgroup, owner};

/// How long a helper may take until it answers.
const PATIENCE: Duration = Duration::from_secs(20);

/// A helper that was started, and its lifeline if it has one.
#[derive(Debug)]
pub struct Handle {
    /// The sandbox's folder, absolute.
    pub folder: PathBuf,
    /// Its status after it was made.
    pub status: Status,
    _lifeline: Option<ChildStdin>,
}

/// Starts a helper and waits until its command runs, has ended or could not be started.
///
/// # Errors
/// If there is no sandbox; then nothing of it is left but its folder.
pub async fn start(program: &Path, spec: &Spec) -> io::Result<Handle> {
    let folder = spec.data.join(&spec.folder);
    let mut command = Command::new(program);
    command.arg("__sandbox").stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn()?;
    let mut input = child.stdin.take().ok_or_else(|| io::Error::other("its standard input is not piped"))?;
    let mut line = serde_json::to_vec(spec).map_err(io::Error::other)?;
    line.push(b'\n');
    // A helper that ended already says why on standard error.
    let _ = input.write_all(&line).await;
    let _ = input.flush().await;
    let lifeline = spec.lifeline.then_some(input);
    let made = tokio::time::timeout(PATIENCE, until_made(&folder, &mut child)).await;
    let status = made.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))?;
    // Waited for, so that it never stays behind as a zombie.
    tokio::spawn(async move { child.wait().await });
    Ok(Handle { folder, status, _lifeline: lifeline })
}

async fn until_made(folder: &Path, child: &mut Child) -> io::Result<Status> {
    loop {
        if let Ok(stream) = connect(folder, "helper.sock").await {
            let status = last_of(stream, &Request::Watch, |status| status.state != State::Starting).await?;
            return Ok(status);
        }
        if child.try_wait()?.is_some() {
            if let Some(status) = record(folder) {
                return Ok(status);
            }
            let mut said = String::new();
            if let Some(mut error) = child.stderr.take() {
                tokio::io::AsyncReadExt::read_to_string(&mut error, &mut said).await?;
            }
            return Err(io::Error::other(said.trim().replace('\n', ", ")));
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// The status of the sandbox in a folder: from its helper, else what it left at its end. None if its helper is gone
/// without a word.
pub async fn status(folder: &Path) -> Option<Status> {
    let asked = async {
        let stream = connect(folder, "helper.sock").await?;
        last_of(stream, &Request::Status, |_| true).await
    };
    match tokio::time::timeout(PATIENCE, asked).await {
        Ok(Ok(status)) => Some(status),
        _ => record(folder).filter(|status| has_ended(status) || is_alive(status)),
    }
}

/// Waits until the sandbox in a folder has ended.
///
/// # Errors
/// If its helper is gone without a word.
pub async fn wait(folder: &Path) -> io::Result<Status> {
    if let Ok(stream) = connect(folder, "helper.sock").await
        && let Ok(status) = last_of(stream, &Request::Watch, has_ended).await
        && has_ended(&status)
    {
        return Ok(status);
    }
    record(folder).filter(has_ended).ok_or_else(|| io::Error::other("its helper is gone"))
}

/// Ends the sandbox in a folder and removes all of it. An absent one is no error.
///
/// # Errors
/// If something of it is left.
pub async fn remove(folder: &Path, grace: Duration) -> io::Result<()> {
    let grace_ms = u64::try_from(grace.as_millis()).unwrap_or(u64::MAX);
    if let Ok(stream) = connect(folder, "helper.sock").await {
        let stop = Request::Stop { grace_ms };
        let ended = last_of(stream, &stop, |status| matches!(status.state, State::Ended(_)));
        // Whether it answered or not: what follows removes what is left.
        let _ = tokio::time::timeout(grace + PATIENCE, ended).await;
    }
    let folder = folder.to_owned();
    tokio::task::spawn_blocking(move || clear(&folder)).await.map_err(io::Error::other)?
}

/// Kills what is left of a sandbox and removes its groups and its folder.
fn clear(folder: &Path) -> io::Result<()> {
    if let Some(status) = record(folder) {
        if is_alive(&status) {
            let pid = i32::try_from(status.helper_pid).map_err(io::Error::other)?;
            // It may have ended meanwhile; with it ends everything inside.
            let _ = nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), nix::sys::signal::Signal::SIGKILL);
        }
        cgroup::remove(&status.cgroups)?;
    }
    remove_tree(folder)
}

/// Removes a tree in which a sandbox may have left folders that cannot be entered (overlay's `work`).
pub fn remove_tree(folder: &Path) -> io::Result<()> {
    let mut removed = fs::remove_dir_all(folder);
    for _ in 0..50 {
        // A helper that is just ending still writes its record.
        if removed.as_ref().is_err_and(|cause| cause.kind() == io::ErrorKind::DirectoryNotEmpty) {
            std::thread::park_timeout(Duration::from_millis(20));
            removed = fs::remove_dir_all(folder);
        }
    }
    match removed {
        Err(cause) if cause.kind() == io::ErrorKind::PermissionDenied => {
            open_up(folder)?;
            fs::remove_dir_all(folder)
        }
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

fn open_up(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            open_up(&entry.path())?;
        }
    }
    Ok(())
}

/// A connection to the process in the sandbox whose dial socket this is. None if nothing listens yet.
///
/// # Errors
/// If the sandbox is gone, or its process refuses.
pub fn dial(path: &Path) -> io::Result<Option<std::net::TcpStream>> {
    let short = ShortPath::of(path)?;
    // A socket that nobody listens on belonged to a sandbox that is gone.
    let stream = std::os::unix::net::UnixStream::connect(short.as_path())
        .map_err(|_| io::Error::from(io::ErrorKind::NotFound))?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    socket::send(std::os::fd::AsFd::as_fd(&stream), b"C", &[])?;
    match socket::dialed(&stream)? {
        None => Ok(None),
        Some(descriptors) => match descriptors.into_iter().next() {
            Some(descriptor) => Ok(Some(std::net::TcpStream::from(descriptor))),
            None => Err(io::ErrorKind::ConnectionRefused.into()),
        },
    }
}

/// Makes a sandbox's folder anew, owned by whom it will be.
///
/// # Errors
/// If it cannot be made.
pub fn make_folder(folder: &Path) -> io::Result<()> {
    remove_tree(folder)?;
    fs::create_dir_all(folder)?;
    match owner() {
        Some((user, group)) => std::os::unix::fs::chown(folder, Some(user), Some(group)),
        None => Ok(()),
    }
}

/// When a process started, in clock ticks since boot; with its id that tells it from a later one. None if it has
/// ended, also while nobody waited for it yet (proc_pid_stat(5), fields 3 and 22).
pub fn start_time(pid: u32) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let mut fields = text.rsplit_once(')')?.1.split_whitespace();
    let has_ended = matches!(fields.next()?, "Z" | "X");
    fields.nth(18)?.parse().ok().filter(|_| !has_ended)
}

fn has_ended(status: &Status) -> bool {
    matches!(status.state, State::Ended(_) | State::Refused { .. })
}

fn is_alive(status: &Status) -> bool {
    start_time(status.helper_pid) == Some(status.helper_start)
}

fn record(folder: &Path) -> Option<Status> {
    serde_json::from_slice(&fs::read(folder.join("record.json")).ok()?).ok()
}

async fn connect(folder: &Path, name: &str) -> io::Result<UnixStream> {
    UnixStream::connect(ShortPath::of(&folder.join(name))?.as_path()).await
}

/// Asks, and returns the first status that will do, or the last before the end.
async fn last_of(stream: UnixStream, request: &Request, will_do: impl Fn(&Status) -> bool) -> io::Result<Status> {
    let (reader, mut writer) = stream.into_split();
    let mut line = serde_json::to_vec(request).map_err(io::Error::other)?;
    line.push(b'\n');
    writer.write_all(&line).await?;
    let mut lines = BufReader::new(reader).lines();
    let mut last = None;
    while let Some(line) = lines.next_line().await? {
        let status: Status = serde_json::from_str(&line).map_err(io::Error::other)?;
        let enough = will_do(&status);
        last = Some(status);
        if enough {
            break;
        }
    }
    last.ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
}
