//! `frontage __sandbox`: owns one sandbox from its beginning to its end. One thread, no runtime.
//!
//! It reads a [`Spec`] from standard input, makes the namespaces and control groups, keeps the log, answers
//! on `helper.sock`, and leaves a record when the command has ended. Whoever started it may be gone by then.

use std::fs::{self, File};
use std::io::{self, BufRead, Read, Write};
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::os::unix::fs::chown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use api::sandbox::{Ending, Internal, Mount, PROTOCOL, Request, Spec, State, Status};
use api::socket;
use model::NetworkAccess;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{SigHandler, Signal, kill, signal};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;

use super::cgroup::{self, Groups};
use super::init::{self, Handed};
use super::log::{Log, Stream};
use super::{INSIDE_ID, mounts, owner};

/// How often it is looked whether a build has too many processes.
const LOOK: Duration = Duration::from_secs(1);

/// How long the pipes are still read after the command has ended.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// Runs a helper to its end.
pub fn main() -> ExitCode {
    let mut line = String::new();
    let read = io::stdin().lock().take(64 << 20).read_line(&mut line);
    let spec = match read
        .map_err(|cause| cause.to_string())
        .and_then(|_| serde_json::from_str::<Spec>(&line).map_err(|cause| cause.to_string()))
    {
        Ok(spec) if spec.protocol == PROTOCOL => spec,
        Ok(spec) => return refuse(&format!("protocol {} is asked for, {PROTOCOL} is spoken", spec.protocol)),
        Err(cause) => return refuse(&format!("the specification cannot be read: {cause}")),
    };
    match Helper::begin(spec) {
        Ok(helper) => helper.run(),
        Err((what, cause)) => refuse(&format!("{what}: {cause}")),
    }
}

fn refuse(because: &str) -> ExitCode {
    drop(writeln!(io::stderr(), "error: no sandbox\nbecause: {because}"));
    ExitCode::from(2)
}

struct Helper {
    spec: Spec,
    folder: Folder,
    status: Status,
    groups: Groups,
    log: Log,
    listener: UnixListener,
    clients: Vec<Client>,
    init: Pid,
    words: UnixStream,
    streams: [Option<OwnedFd>; 2],
    lifeline: bool,
    since: Instant,
    kill_at: Option<Instant>,
    ending: Ending,
    failure: Option<String>,
}

struct Client {
    stream: UnixStream,
    heard: Vec<u8>,
    watches: bool,
}

type Failed = (String, io::Error);

/// The sandbox's folder itself, under whatever name: once it is removed nothing is written to it any more, and nothing
/// of another that was made in its place is touched.
struct Folder {
    descriptor: OwnedFd,
}

impl Folder {
    fn open(path: &Path) -> io::Result<Folder> {
        Ok(Folder { descriptor: File::open(path)?.into() })
    }

    fn path(&self) -> PathBuf {
        PathBuf::from(format!("/proc/self/fd/{}", self.descriptor.as_raw_fd()))
    }
}

impl Helper {
    fn begin(mut spec: Spec) -> Result<Helper, Failed> {
        let failed = |what: &str| {
            let what = what.to_owned();
            move |cause: io::Error| (what, cause)
        };
        // A session of its own: Ctrl-C reaches `up` only. It fails only if it has one already.
        let _ = nix::unistd::setsid();
        ignore_signals();
        let folder =
            Folder::open(&spec.data.join(&spec.folder)).map_err(failed("could not open the sandbox's folder"))?;
        std::env::set_current_dir(folder.path()).map_err(failed("could not enter the sandbox's folder"))?;
        // Bound by their bare names: a whole path may be longer than a socket's name can be.
        let listener = UnixListener::bind("helper.sock").map_err(failed("could not make `helper.sock`"))?;
        let dial = UnixListener::bind("dial.sock").map_err(failed("could not make `dial.sock`"))?;
        std::env::set_current_dir(&spec.data).map_err(failed("could not enter the data directory"))?;
        prepare(&spec, &folder.path()).map_err(failed("could not prepare the sandbox's folder"))?;
        let listeners =
            loopback_listeners(&mut spec, &folder.path()).map_err(failed("could not listen for `.internal` names"))?;
        let parent = format!("frontage-{}", &model::Digest::of(spec.data.as_os_str().as_encoded_bytes()).hex()[..12]);
        let (groups, missing) = Groups::make(&parent, &spec.id, spec.limits);
        let status = Status {
            protocol: PROTOCOL,
            id: spec.id.clone(),
            helper_pid: std::process::id(),
            helper_start: super::client::start_time(std::process::id()).unwrap_or(0),
            cgroups: groups.folders(),
            missing,
            state: State::Starting,
        };
        let began = Began::make(&spec, &groups, dial, listeners);
        let Began { init, words, streams } = match began {
            Ok(began) => began,
            Err(cause) => {
                drop(cgroup::remove(&groups.folders()));
                return Err(cause);
            }
        };
        let log = Log::at(&spec.data.join(&spec.log));
        Ok(Helper {
            lifeline: spec.lifeline,
            spec,
            folder,
            status,
            groups,
            log,
            listener,
            init,
            words,
            clients: Vec::new(),
            streams: streams.map(Some),
            since: Instant::now(),
            kill_at: None,
            ending: Ending::default(),
            failure: None,
        })
    }

    fn run(mut self) -> ExitCode {
        self.note();
        if self.spec.required && !self.status.missing.is_empty() {
            self.failure = Some(format!("isolation is required, but {}", self.status.missing.join("; ")));
            self.kill();
        }
        let time_limit = self.spec.time_limit_ms.map(|limit| self.since + Duration::from_millis(limit));
        let mut looked = self.since;
        loop {
            let now = Instant::now();
            // What begins ever more processes may do so without a word: it is looked now and then.
            let limit = time_limit.filter(|_| !self.ending.out_of_time && !self.ending.out_of_processes);
            if let Some(limit) = limit.filter(|limit| now >= looked + LOOK || now >= *limit) {
                looked = now;
                self.ending.out_of_processes = self.groups.is_out_of_processes();
                self.ending.out_of_time = now >= limit && !self.ending.out_of_processes;
                if self.ending.out_of_time || self.ending.out_of_processes {
                    self.kill();
                }
            }
            if self.kill_at.is_some_and(|at| now >= at) {
                self.kill_at = None;
                self.kill();
            }
            let look = limit.map(|limit| limit.min(looked + LOOK));
            let next = [self.kill_at, look].into_iter().flatten().min();
            if self.turn(next.map(|next| next.saturating_duration_since(now))) {
                break;
            }
        }
        self.finish();
        ExitCode::SUCCESS
    }

    /// Waits for one thing and deals with it. True when the sandbox is gone.
    fn turn(&mut self, patience: Option<Duration>) -> bool {
        let mut raw: Vec<RawFd> = vec![self.words.as_raw_fd(), self.listener.as_raw_fd()];
        raw.push(if self.lifeline { 0 } else { -1 });
        raw.extend(self.streams.iter().map(|stream| stream.as_ref().map_or(-1, AsRawFd::as_raw_fd)));
        raw.extend(self.clients.iter().map(|client| client.stream.as_raw_fd()));
        let ready = wait(&raw, patience.unwrap_or(Duration::from_secs(3600)));
        for (index, stream) in [(3, Stream::Output), (4, Stream::Error)] {
            if ready[index] {
                self.drain(index - 3, stream);
            }
        }
        if ready[2] && closed_input() {
            self.lifeline = false;
            self.kill();
        }
        for index in (5..raw.len()).rev().filter(|index| ready[*index]) {
            if !self.hear(index - 5) {
                self.clients.remove(index - 5);
            }
        }
        if ready[1]
            && let Ok((stream, _)) = self.listener.accept()
            && stream.set_nonblocking(true).is_ok()
        {
            self.clients.push(Client { stream, heard: Vec::new(), watches: false });
        }
        ready[0] && self.hear_init()
    }

    /// What the first process says. True at its end.
    fn hear_init(&mut self) -> bool {
        let mut buffer = [0; 4096];
        let text = match socket::receive(std::os::fd::AsFd::as_fd(&self.words), &mut buffer) {
            Ok((length, _)) if length > 0 => String::from_utf8_lossy(&buffer[..length]).into_owned(),
            _ => return true,
        };
        for line in text.lines().filter(|line| !line.is_empty()) {
            let (kind, rest) = line.split_at(1);
            match kind {
                "r" => {
                    self.status.state = State::Running;
                    self.note();
                    self.tell_watchers();
                }
                "e" => self.failure = Some(rest.to_owned()),
                "x" => self.ending.code = rest.parse().ok(),
                "s" => self.ending.signal = rest.parse().ok(),
                _ => {}
            }
        }
        false
    }

    fn drain(&mut self, index: usize, stream: Stream) {
        let mut buffer = [0; 64 << 10];
        let Some(pipe) = &self.streams[index] else { return };
        match nix::unistd::read(pipe, &mut buffer) {
            Ok(0) | Err(_) => self.streams[index] = None,
            Ok(length) => self.log.take(stream, &buffer[..length]),
        }
    }

    /// Deals with what a client says. False when it is gone or talks nonsense.
    fn hear(&mut self, index: usize) -> bool {
        let mut buffer = [0; 4096];
        match self.clients[index].stream.read(&mut buffer) {
            Ok(0) => return false,
            Err(cause) => return cause.kind() == io::ErrorKind::WouldBlock,
            Ok(length) => self.clients[index].heard.extend_from_slice(&buffer[..length]),
        }
        while let Some(end) = self.clients[index].heard.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.clients[index].heard.drain(..=end).collect();
            match serde_json::from_slice(&line) {
                Ok(Request::Status) => drop(say(&mut self.clients[index].stream, &self.status)),
                Ok(Request::Watch) => {
                    self.clients[index].watches = true;
                    drop(say(&mut self.clients[index].stream, &self.status));
                }
                Ok(Request::Stop { grace_ms }) => {
                    self.clients[index].watches = true;
                    self.stop(grace_ms);
                }
                Err(_) => return false,
            }
        }
        self.clients[index].heard.len() < 64 << 10
    }

    fn stop(&mut self, grace_ms: u64) {
        self.ending.stopped = true;
        let at = Instant::now() + Duration::from_millis(grace_ms);
        self.kill_at = Some(self.kill_at.map_or(at, |earlier| earlier.min(at)));
        // If it has just ended, there is nobody left to be told.
        let _ = self.words.write_all(b"t");
    }

    fn kill(&self) {
        // The first process of a process namespace takes all others with it.
        let _ = kill(self.init, Signal::SIGKILL);
    }

    fn tell_watchers(&mut self) {
        let status = self.status.clone();
        for client in self.clients.iter_mut().filter(|client| client.watches) {
            drop(say(&mut client.stream, &status));
        }
    }

    /// Keeps the newest status where it is found when nobody answers any more.
    fn note(&self) {
        let text = serde_json::to_vec(&self.status).expect("a status serialises");
        let temporary = self.folder.path().join("record.new");
        if fs::write(&temporary, text)
            .and_then(|()| fs::rename(&temporary, self.folder.path().join("record.json")))
            .is_err()
        {
            drop(fs::remove_file(&temporary));
        }
    }

    fn finish(mut self) {
        self.kill();
        let ended = self.collect();
        self.last_words();
        let used = self.groups.used();
        self.ending.cpu_ms = used.cpu_ms;
        self.ending.peak_memory_bytes = used.peak_memory_bytes;
        self.ending.out_of_memory = used.out_of_memory && self.ending.code != Some(0);
        self.ending.duration_ms = u64::try_from(self.since.elapsed().as_millis()).unwrap_or(u64::MAX);
        if self.ending.code.is_none() && self.ending.signal.is_none() {
            self.ending.signal = ended;
        }
        self.status.state = match self.failure.take() {
            Some(because) => State::Refused { because },
            None => State::Ended(self.ending.clone()),
        };
        if let Err(cause) = cgroup::remove(&self.groups.folders()) {
            self.log.take(Stream::Error, format!("frontage: a control group is left: {cause}\n").as_bytes());
        }
        self.note();
        self.tell_watchers();
        for name in ["helper.sock", "dial.sock"] {
            drop(fs::remove_file(self.folder.path().join(name)));
        }
    }

    /// Waits for the first process; the signal that ended it, if one did.
    fn collect(&self) -> Option<i32> {
        loop {
            match waitpid(self.init, None::<WaitPidFlag>) {
                Ok(WaitStatus::Signaled(_, signal, _)) => return Some(signal as i32),
                Err(nix::errno::Errno::EINTR) => {}
                _ => return None,
            }
        }
    }

    fn last_words(&mut self) {
        let until = Instant::now() + LAST_WORDS;
        while self.streams.iter().any(Option::is_some) && Instant::now() < until {
            let raw: Vec<RawFd> =
                self.streams.iter().map(|stream| stream.as_ref().map_or(-1, AsRawFd::as_raw_fd)).collect();
            let ready = wait(&raw, Duration::from_millis(100));
            for (index, stream) in [(0, Stream::Output), (1, Stream::Error)] {
                if ready[index] {
                    self.drain(index, stream);
                }
            }
        }
        self.log.finish();
    }
}

/// A first process that was told to begin.
struct Began {
    init: Pid,
    words: UnixStream,
    streams: [OwnedFd; 2],
}

impl Began {
    fn make(
        spec: &Spec,
        groups: &Groups,
        dial: UnixListener,
        listeners: Vec<std::net::TcpListener>,
    ) -> Result<Began, Failed> {
        let failed = |what: &str| {
            let what = what.to_owned();
            move |cause: io::Error| (what, cause)
        };
        let (words, theirs) = UnixStream::pair().map_err(failed("could not make a socket pair"))?;
        let pipe = || nix::unistd::pipe2(nix::fcntl::OFlag::O_CLOEXEC).map_err(io::Error::from);
        let (output, output_end) = pipe().map_err(failed("could not make a pipe"))?;
        let (error, error_end) = pipe().map_err(failed("could not make a pipe"))?;
        let init = match clone(spec.network).map_err(failed("could not make namespaces"))? {
            0 => {
                drop((words, output, error));
                init::run(spec, Handed { helper: theirs, dial, streams: [output_end, error_end], listeners });
            }
            pid => Pid::from_raw(pid),
        };
        drop((theirs, output_end, error_end));
        let begin = || {
            map_ids(init)?;
            groups.add(init.as_raw())?;
            (&words).write_all(b"g")
        };
        if let Err(cause) = begin() {
            let _ = kill(init, Signal::SIGKILL);
            let _ = waitpid(init, None);
            return Err(("could not map ids or set limits".to_owned(), cause));
        }
        Ok(Began { init, words, streams: [output, error] })
    }
}

/// As fork(2), into new namespaces. 0 in the child.
#[expect(unsafe_code, reason = "this process has one thread, so the child may do anything")]
fn clone(network: NetworkAccess) -> io::Result<i32> {
    let mut flags =
        libc::CLONE_NEWUSER | libc::CLONE_NEWNS | libc::CLONE_NEWPID | libc::CLONE_NEWIPC | libc::CLONE_NEWUTS;
    if network != NetworkAccess::Host {
        flags |= libc::CLONE_NEWNET;
    }
    let flags = libc::c_long::from(flags | libc::SIGCHLD);
    // SAFETY: without a stack of its own the child goes on with a copy of this one, as after fork.
    let pid = unsafe { libc::syscall(libc::SYS_clone, flags, 0, 0, 0, 0) };
    if pid < 0 { Err(io::Error::last_os_error()) } else { i32::try_from(pid).map_err(io::Error::other) }
}

fn map_ids(pid: Pid) -> io::Result<()> {
    let (user, group) = owner().unwrap_or((nix::unistd::geteuid().as_raw(), nix::unistd::getegid().as_raw()));
    let process = Path::new("/proc").join(pid.to_string());
    fs::write(process.join("uid_map"), format!("{INSIDE_ID} {user} 1"))?;
    fs::write(process.join("setgroups"), "deny")?;
    fs::write(process.join("gid_map"), format!("{INSIDE_ID} {group} 1"))
}

/// Makes the places that the first process needs, owned by whom it will be.
fn prepare(spec: &Spec, folder: &Path) -> io::Result<()> {
    let skeleton = folder.join("skeleton");
    let mut made = vec![folder.to_owned(), folder.join(mounts::ROOT), skeleton.clone()];
    for name in ["proc", "dev", "tmp", "etc", "run"] {
        made.push(skeleton.join(name));
    }
    for entry in &spec.mounts {
        match entry {
            Mount::File { target, content } => {
                let place = skeleton.join(target.strip_prefix("/").unwrap_or(target));
                if let Some(parent) = place.parent() {
                    fs::create_dir_all(parent)?;
                }
                fs::write(&place, content)?;
                made.push(place);
            }
            Mount::Memory { target, .. } | Mount::Bind { target, .. } => {
                made.push(skeleton.join(target.strip_prefix("/").unwrap_or(target)));
            }
            Mount::Machine | Mount::Overlay { .. } => {}
        }
    }
    if spec.network == NetworkAccess::Host && Path::new("/etc/resolv.conf").exists() {
        fs::create_dir_all(skeleton.join("etc"))?;
        fs::copy("/etc/resolv.conf", skeleton.join("etc/resolv.conf"))?;
    }
    for path in &made {
        if !path.exists() {
            fs::create_dir_all(path)?;
        }
        if let Some((user, group)) = owner() {
            chown(path, Some(user), Some(group))?;
        }
    }
    Ok(())
}

/// Listeners on the host's loopback, one for each app, and the variables that tell of them.
fn loopback_listeners(spec: &mut Spec, folder: &Path) -> io::Result<Vec<std::net::TcpListener>> {
    let Internal::PerApp(apps) = &spec.internal else { return Ok(Vec::new()) };
    let mut listeners = Vec::new();
    for app in apps {
        let listener = std::net::TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0))?;
        let url = format!("http://{}", listener.local_addr()?);
        spec.env.insert(format!("FRONTAGE_URL_{}", app.as_str().to_uppercase().replace('-', "_")), url);
        listeners.push(listener);
    }
    fs::write(folder.join(api::sandbox::APPS_FILE), serde_json::to_vec(apps).map_err(io::Error::other)?)?;
    Ok(listeners)
}

fn say(stream: &mut UnixStream, status: &Status) -> io::Result<()> {
    let mut line = serde_json::to_vec(status).map_err(io::Error::other)?;
    line.push(b'\n');
    stream.write_all(&line)
}

/// Which descriptors can be read or hung up, after waiting for at most `patience`. -1 is passed over.
#[expect(unsafe_code, reason = "the descriptors are open for as long as their owners, who are borrowed by the callers")]
fn wait(raw: &[RawFd], patience: Duration) -> Vec<bool> {
    let open: Vec<usize> = (0..raw.len()).filter(|index| raw[*index] >= 0).collect();
    // SAFETY: as above.
    let borrowed = open.iter().map(|index| unsafe { std::os::fd::BorrowedFd::borrow_raw(raw[*index]) });
    let mut polled: Vec<PollFd<'_>> = borrowed.map(|descriptor| PollFd::new(descriptor, PollFlags::POLLIN)).collect();
    let patience = PollTimeout::try_from(patience.as_millis() + 1).unwrap_or(PollTimeout::MAX);
    let mut ready = vec![false; raw.len()];
    if poll(&mut polled, patience).is_ok() {
        for (index, one) in open.iter().zip(&polled) {
            ready[*index] = one.revents().is_some_and(|events| !events.is_empty());
        }
    }
    ready
}

fn closed_input() -> bool {
    let mut buffer = [0; 256];
    matches!(io::stdin().lock().read(&mut buffer), Ok(0) | Err(_))
}

/// Only SIGKILL ends a helper: it has a sandbox to look after.
fn ignore_signals() {
    for number in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP, Signal::SIGPIPE, Signal::SIGQUIT] {
        #[expect(unsafe_code, reason = "ignoring a signal runs no code of ours")]
        // SAFETY: sets a disposition, nothing else.
        let _ = unsafe { signal(number, SigHandler::SigIgn) };
    }
    // Shown by `ps` in place of the program's path.
    let _ = nix::sys::prctl::set_name(c"frontage-helper");
}
