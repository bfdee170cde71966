//! The first process inside: it makes the sandbox, starts the command, hands out connections to it, and ends
//! with it, or with its helper. It has one thread and is never replaced by another program.

use std::ffi::CString;
use std::fs;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::os::unix::net::{UnixListener, UnixStream};

use api::sandbox::{Internal, Spec};
use api::socket;
use model::NetworkAccess;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{SigSet, SigmaskHow, Signal, kill, sigprocmask};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::{ForkResult, Gid, Pid, Uid, fork, setresgid, setresuid};

use super::mounts::{self, Failed};
use super::{INSIDE_ID, seccomp};

/// How long the command may take to accept a connection; nobody else is served meanwhile.
const CONNECT: std::time::Duration = std::time::Duration::from_millis(500);

/// What the helper hands to the first process.
pub struct Handed {
    /// The way to the helper: `g` begins, `t` asks for the end, a hangup is the end.
    pub helper: UnixStream,
    /// Callers that want a connection to the command.
    pub dial: UnixListener,
    /// The command's standard output and error.
    pub streams: [OwnedFd; 2],
    /// Listeners on the host's loopback, for a sandbox that shares the host's network.
    pub listeners: Vec<TcpListener>,
}

/// Makes the sandbox and runs its command to the end. Never returns.
pub fn run(spec: &Spec, handed: Handed) -> ! {
    let Handed { helper, dial, streams, mut listeners } = handed;
    let outcome = await_begin(&helper).and_then(|()| set_up(spec, &mut listeners)).and_then(|()| start(spec, streams));
    let status = match outcome {
        Ok(command) => {
            tell(&helper, "r");
            Init { spec, helper: &helper, dial, listeners, callers: Vec::new(), port: None, command }.serve()
        }
        Err((what, cause)) => {
            tell(&helper, &format!("e{what}: {cause}"));
            126
        }
    };
    exit(status)
}

fn exit(status: i32) -> ! {
    #[expect(unsafe_code, reason = "the parent's exit handlers are not ours to run")]
    // SAFETY: ends this process and nothing else.
    unsafe {
        libc::_exit(status)
    }
}

fn tell(helper: &UnixStream, text: &str) {
    // One line each: the helper may read several at once. If it is gone, the hangup ends us anyway.
    let _ = socket::send(helper.as_fd(), format!("{}\n", text.replace('\n', " ")).as_bytes(), &[]);
}

/// The helper has mapped ids and set limits when it says so.
fn await_begin(helper: &UnixStream) -> Result<(), Failed> {
    let mut byte = [0];
    match socket::receive(helper.as_fd(), &mut byte) {
        Ok((1, _)) => Ok(()),
        Ok(_) => exit(126),
        Err(cause) => Err(("could not hear the helper".to_owned(), cause)),
    }
}

fn set_up(spec: &Spec, listeners: &mut Vec<TcpListener>) -> Result<(), Failed> {
    let say = |what: &str| {
        let what = what.to_owned();
        move |cause: io::Error| (what, cause)
    };
    let ids = || {
        setresgid(Gid::from_raw(INSIDE_ID), Gid::from_raw(INSIDE_ID), Gid::from_raw(INSIDE_ID))?;
        setresuid(Uid::from_raw(INSIDE_ID), Uid::from_raw(INSIDE_ID), Uid::from_raw(INSIDE_ID))
    };
    ids().map_err(io::Error::from).map_err(say("could not take the sandbox's user id"))?;
    mounts::enter(spec)?;
    nix::unistd::sethostname("frontage").map_err(io::Error::from).map_err(say("could not set the host's name"))?;
    if spec.network != NetworkAccess::Host {
        loopback_up().map_err(say("could not bring up the loopback interface"))?;
        if spec.internal == Internal::Named {
            listeners.push(
                TcpListener::bind((Ipv4Addr::LOCALHOST, 80)).map_err(say("could not listen for `.internal` names"))?,
            );
        }
    }
    drop_privileges().map_err(say("could not drop privileges"))
}

fn start(spec: &Spec, streams: [OwnedFd; 2]) -> Result<Pid, Failed> {
    let failed = |what: &str, cause: io::Error| (what.to_owned(), cause);
    let mask = SigSet::all();
    sigprocmask(SigmaskHow::SIG_BLOCK, Some(&mask), None)
        .map_err(|cause| failed("could not block signals", cause.into()))?;
    let programs = seccomp::programs().map_err(|cause| failed("could not make the system call filter", cause))?;
    #[expect(unsafe_code, reason = "this process has one thread, so the child may do anything")]
    // SAFETY: there is one thread; nothing is locked in the child.
    match unsafe { fork() }.map_err(|cause| failed("could not fork", cause.into()))? {
        ForkResult::Parent { child } => Ok(child),
        ForkResult::Child => {
            let cause = become_command(spec, &streams, &programs);
            let command = spec.command.join(" ");
            let text = if command.contains('\0')
                || spec.env.iter().any(|(name, value)| name.contains('\0') || value.contains('\0'))
            {
                "frontage: the command, or a variable that it is given, holds a NUL character, which none can\n"
                    .to_owned()
            } else {
                format!("frontage: could not start `{command}`: {cause}\n")
            };
            // The log is where somebody looks for it.
            let _ = nix::unistd::write(&streams[1], text.as_bytes());
            exit(127)
        }
    }
}

/// Replaces this process by the command; returns only if that failed.
fn become_command(spec: &Spec, streams: &[OwnedFd; 2], programs: &[seccompiler::BpfProgram]) -> io::Error {
    let attempt = || -> io::Result<()> {
        nix::unistd::setsid()?;
        let nothing = fs::File::open("/dev/null")?;
        duplicate(nothing.as_raw_fd(), 0)?;
        duplicate(streams[0].as_raw_fd(), 1)?;
        duplicate(streams[1].as_raw_fd(), 2)?;
        close_from(3)?;
        std::env::set_current_dir(&spec.folder_inside)?;
        let text = |text: &str| CString::new(text).map_err(io::Error::other);
        let arguments: Vec<CString> = spec.command.iter().map(|argument| text(argument)).collect::<Result<_, _>>()?;
        let variables: Vec<CString> =
            spec.env.iter().map(|(name, value)| text(&format!("{name}={value}"))).collect::<Result<_, _>>()?;
        sigprocmask(SigmaskHow::SIG_SETMASK, Some(&SigSet::empty()), None)?;
        for signal in [Signal::SIGPIPE, Signal::SIGINT, Signal::SIGHUP, Signal::SIGTERM] {
            default_action(signal)?;
        }
        for program in programs {
            seccompiler::apply_filter(program).map_err(io::Error::other)?;
        }
        let program = arguments.first().ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        nix::unistd::execve(program, &arguments, &variables)?;
        Ok(())
    };
    attempt().err().unwrap_or_else(|| io::Error::other("it returned"))
}

struct Init<'a> {
    spec: &'a Spec,
    helper: &'a UnixStream,
    dial: UnixListener,
    listeners: Vec<TcpListener>,
    callers: Vec<UnixStream>,
    /// The port that was found last.
    port: Option<SocketAddr>,
    command: Pid,
}

impl Init<'_> {
    /// Serves callers until the command or the helper ends. Returns the status to end with.
    fn serve(mut self) -> i32 {
        let mask = SigSet::from(Signal::SIGCHLD);
        let Ok(children) = SignalFd::with_flags(&mask, SfdFlags::SFD_NONBLOCK | SfdFlags::SFD_CLOEXEC) else {
            return 126;
        };
        loop {
            let ready = self.wait(&children);
            let Ok(ready) = ready else { return 126 };
            if ready[0] {
                while matches!(children.read_signal(), Ok(Some(_))) {}
                if let Some(status) = self.reap() {
                    tell(self.helper, &status);
                    return 0;
                }
            }
            if ready[1] && !self.hear() {
                return 0;
            }
            if ready[2]
                && let Ok((caller, _)) = self.dial.accept()
            {
                self.callers.push(caller);
            }
            for index in (3..ready.len()).rev().filter(|index| ready[*index]).map(|index| index - 3) {
                if !self.answer(index) {
                    self.callers.remove(index);
                }
            }
        }
    }

    /// Which of these can be read: children, helper, dial socket, callers.
    fn wait(&self, children: &SignalFd) -> io::Result<Vec<bool>> {
        let watch = |descriptor: BorrowedFd<'_>| descriptor.as_raw_fd();
        let mut raw = vec![watch(children.as_fd()), watch(self.helper.as_fd()), watch(self.dial.as_fd())];
        raw.extend(self.callers.iter().map(|caller| watch(caller.as_fd())));
        poll_readable(&raw)
    }

    /// Collects children that ended; what to tell if the command was among them.
    fn reap(&self) -> Option<String> {
        let mut told = None;
        loop {
            match waitpid(Pid::from_raw(-1), Some(WaitPidFlag::WNOHANG)) {
                Ok(WaitStatus::Exited(pid, code)) if pid == self.command => told = Some(format!("x{code}")),
                Ok(WaitStatus::Signaled(pid, signal, _)) if pid == self.command => {
                    told = Some(format!("s{}", signal as i32))
                }
                Ok(WaitStatus::StillAlive) | Err(_) => return told,
                Ok(_) => {}
            }
        }
    }

    /// False when the helper is gone.
    fn hear(&self) -> bool {
        let mut word = [0];
        match socket::receive(self.helper.as_fd(), &mut word) {
            Ok((1, _)) => {
                if word[0] == b't' {
                    // The whole process group: a shell passes nothing on. It may have ended meanwhile.
                    let _ = kill(Pid::from_raw(-self.command.as_raw()), Signal::SIGTERM);
                }
                true
            }
            _ => false,
        }
    }

    /// Answers a caller once. False when it is gone.
    fn answer(&mut self, index: usize) -> bool {
        let mut word = [0];
        let asked = match socket::receive(self.callers[index].as_fd(), &mut word) {
            Ok((1, _)) => word[0],
            _ => return false,
        };
        let caller = self.callers[index].as_raw_fd();
        let answered = match asked {
            b'C' => match self.connect() {
                Ok(stream) => pass_on(caller, b"+", &[stream.as_raw_fd()]),
                Err(why) => pass_on(caller, &[b'-', why], &[]),
            },
            b'L' if self.listeners.is_empty() => pass_on(caller, b"-N", &[]),
            b'L' => {
                let raw: Vec<RawFd> = self.listeners.iter().map(AsRawFd::as_raw_fd).collect();
                let count = u8::try_from(raw.len()).unwrap_or(u8::MAX);
                pass_on(caller, &[b'+', count], &raw)
            }
            _ => return false,
        };
        answered.is_ok()
    }

    /// A connection to the port that the command listens on, found rather than assumed.
    fn connect(&mut self) -> Result<TcpStream, u8> {
        let wished = self.spec.port.map(|port| SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
        for address in [self.port, wished].into_iter().flatten() {
            if let Ok(stream) = TcpStream::connect_timeout(&address, CONNECT) {
                self.port = Some(address);
                return Ok(stream);
            }
        }
        let found = self.listening().map_err(|_| b'E')?;
        if found.is_empty() {
            return Err(if self.has_unix_listener() { b'U' } else { b'N' });
        }
        for address in found {
            if let Ok(stream) = TcpStream::connect_timeout(&address, CONNECT) {
                self.port = Some(address);
                return Ok(stream);
            }
        }
        Err(b'R')
    }

    /// Whether a process of this sandbox listens on a Unix socket. On the host's network others are among them.
    fn has_unix_listener(&self) -> bool {
        let table = fs::read_to_string("/proc/net/unix").unwrap_or_default();
        self.spec.network != NetworkAccess::Host && table.lines().skip(1).any(is_unix_listener)
    }

    /// Addresses on which processes of this sandbox listen.
    fn listening(&self) -> io::Result<Vec<SocketAddr>> {
        let own: Vec<u16> =
            self.listeners.iter().filter_map(|listener| Some(listener.local_addr().ok()?.port())).collect();
        let sockets = if self.spec.network == NetworkAccess::Host { Some(sockets_here()?) } else { None };
        let mut found = Vec::new();
        for (file, is_six) in [("/proc/net/tcp", false), ("/proc/net/tcp6", true)] {
            let Ok(table) = fs::read_to_string(file) else { continue };
            for (address, inode) in table.lines().skip(1).filter_map(|line| listening_line(line, is_six)) {
                let ours = own.contains(&address.port());
                if !ours && sockets.as_ref().is_none_or(|sockets| sockets.contains(&inode)) {
                    found.push(address);
                }
            }
        }
        found.sort_by_key(SocketAddr::port);
        Ok(found)
    }
}

#[expect(unsafe_code, reason = "the descriptor is open for as long as its owner, who is borrowed by the caller")]
fn pass_on(caller: RawFd, bytes: &[u8], descriptors: &[RawFd]) -> io::Result<()> {
    // SAFETY: the caller's stream is held in `callers` during the call.
    socket::send(unsafe { BorrowedFd::borrow_raw(caller) }, bytes, descriptors)
}

/// Waits until at least one descriptor can be read or hung up.
#[expect(unsafe_code, reason = "the descriptors are open for as long as their owners, who are borrowed by the callers")]
pub fn poll_readable(raw: &[RawFd]) -> io::Result<Vec<bool>> {
    // SAFETY: as above.
    let mut polled: Vec<PollFd<'_>> =
        raw.iter().map(|raw| PollFd::new(unsafe { BorrowedFd::borrow_raw(*raw) }, PollFlags::POLLIN)).collect();
    loop {
        match poll(&mut polled, PollTimeout::NONE) {
            Ok(_) => break,
            Err(nix::errno::Errno::EINTR) => {}
            Err(cause) => return Err(cause.into()),
        }
    }
    Ok(polled.iter().map(|one| one.revents().is_some_and(|events| !events.is_empty())).collect())
}

/// Whether a line of `/proc/net/unix` is of a socket with a name that accepts connections (proc(5); the flag is the
/// kernel's `__SO_ACCEPTCON`).
fn is_unix_listener(line: &str) -> bool {
    let fields: Vec<&str> = line.split_whitespace().collect();
    let flags = fields.get(3).and_then(|flags| u32::from_str_radix(flags, 16).ok());
    flags.is_some_and(|flags| flags & 0x0001_0000 != 0) && fields.len() > 7
}

/// One line of `/proc/net/tcp`: the address to connect to, and the socket's inode, if it listens (proc(5)).
fn listening_line(line: &str, is_six: bool) -> Option<(SocketAddr, u64)> {
    let fields: Vec<&str> = line.split_whitespace().collect();
    if *fields.get(3)? != "0A" {
        return None;
    }
    let (host, port) = fields.get(1)?.split_once(':')?;
    let port = u16::from_str_radix(port, 16).ok()?;
    let only_six = is_six && host.chars().any(|digit| digit != '0');
    let address = if only_six {
        SocketAddr::from((Ipv6Addr::LOCALHOST, port))
    } else {
        SocketAddr::from((Ipv4Addr::LOCALHOST, port))
    };
    Some((address, fields.get(9)?.parse().ok()?))
}

/// Inodes of the sockets that processes of this process namespace hold.
fn sockets_here() -> io::Result<Vec<u64>> {
    let mut sockets = Vec::new();
    for process in fs::read_dir("/proc")? {
        let Ok(descriptors) = fs::read_dir(process?.path().join("fd")) else { continue };
        for descriptor in descriptors.flatten() {
            let Ok(target) = fs::read_link(descriptor.path()) else { continue };
            let inode = target.to_str().and_then(|text| text.strip_prefix("socket:[")?.strip_suffix(']')?.parse().ok());
            sockets.extend::<Option<u64>>(inode);
        }
    }
    Ok(sockets)
}

#[expect(unsafe_code, reason = "the ioctl takes a request that lives on the stack")]
fn loopback_up() -> io::Result<()> {
    // SAFETY: an all-zero ifreq is a valid one.
    let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
    for (place, byte) in request.ifr_name.iter_mut().zip(b"lo") {
        *place = libc::c_char::try_from(*byte).expect("ASCII fits");
    }
    request.ifr_ifru.ifru_flags = libc::c_short::try_from(libc::IFF_UP | libc::IFF_RUNNING).expect("the flags fit");
    let socket = std::net::UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?;
    // SAFETY: the request outlives the call, and the descriptor is open.
    if unsafe { libc::ioctl(socket.as_raw_fd(), libc::SIOCSIFFLAGS, &request) } < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

/// No capability is left, and none can be gained.
#[expect(unsafe_code, reason = "capset and prctl have no wrapper here; their arguments are constants and a local")]
fn drop_privileges() -> io::Result<()> {
    #[repr(C)]
    struct Header {
        version: u32,
        pid: i32,
    }
    const VERSION_3: u32 = 0x2008_0522;
    for capability in 0..64 {
        // SAFETY: takes numbers only. Unknown capabilities are refused, which ends the list.
        if unsafe { libc::prctl(libc::PR_CAPBSET_DROP, capability, 0, 0, 0) } < 0 {
            break;
        }
    }
    let header = Header { version: VERSION_3, pid: 0 };
    let none = [0_u32; 6];
    // SAFETY: both structures have the kernel's layout for version 3 and outlive the call.
    let results = unsafe {
        [
            libc::prctl(libc::PR_CAP_AMBIENT, libc::PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0).into(),
            libc::syscall(libc::SYS_capset, &header, &none),
            libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0).into(),
            // This process has no filter: nobody inside may look into it or change it.
            libc::prctl(libc::PR_SET_DUMPABLE, 0, 0, 0, 0).into(),
        ]
    };
    if results.iter().any(|result| *result < 0) { Err(io::Error::last_os_error()) } else { Ok(()) }
}

fn duplicate(from: RawFd, to: RawFd) -> io::Result<()> {
    #[expect(unsafe_code, reason = "plain numbers; the target is a standard stream of this process")]
    // SAFETY: replaces a standard stream in a child that has one thread.
    if unsafe { libc::dup2(from, to) } < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

/// Marks all descriptors from `first` on to be closed by exec.
fn close_from(first: u32) -> io::Result<()> {
    #[expect(unsafe_code, reason = "takes numbers only")]
    // SAFETY: closes nothing before exec succeeds.
    if unsafe { libc::syscall(libc::SYS_close_range, first, u32::MAX, libc::CLOSE_RANGE_CLOEXEC) } < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

fn default_action(signal: Signal) -> io::Result<()> {
    #[expect(unsafe_code, reason = "the default action runs no code of ours")]
    // SAFETY: restores the default disposition.
    unsafe {
        nix::sys::signal::signal(signal, nix::sys::signal::SigHandler::SigDfl)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_the_socket_table_name_what_to_connect_to() {
        let line =
            "   0: 0100007F:0BB8 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 4242 1 0";
        assert_eq!(listening_line(line, false), Some(("127.0.0.1:3000".parse().unwrap(), 4242)));
        let any = line.replace("0100007F", "00000000000000000000000000000000");
        assert_eq!(listening_line(&any, true), Some(("127.0.0.1:3000".parse().unwrap(), 4242)));
        let six = line.replace("0100007F", "00000000000000000000000001000000");
        assert_eq!(listening_line(&six, true), Some(("[::1]:3000".parse().unwrap(), 4242)));
        assert_eq!(listening_line(&line.replace(" 0A ", " 01 "), false), None);
    }
}
