//! Unix sockets as our processes use them: named by paths of any length, and passing descriptors.

use std::fs::File;
use std::io::{self, IoSlice, IoSliceMut};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::path::{Path, PathBuf};

use nix::sys::socket::{ControlMessage, ControlMessageOwned, MsgFlags, recvmsg, sendmsg};

/// Descriptors in one message at most.
const DESCRIPTORS: usize = 64;

/// A name for a socket whose path may be longer than a socket's name can be (108 bytes, unix(7)): it leads by way of
/// its folder's descriptor, and holds as long as this value lives.
#[derive(Debug)]
pub struct ShortPath {
    _folder: File,
    path: PathBuf,
}

impl ShortPath {
    /// A name for the socket at `path`; only its folder must be there.
    ///
    /// # Errors
    /// If its folder cannot be opened.
    pub fn of(path: &Path) -> io::Result<ShortPath> {
        let folder = File::open(path.parent().unwrap_or(Path::new(".")))?;
        let path =
            Path::new("/proc/self/fd").join(folder.as_raw_fd().to_string()).join(path.file_name().unwrap_or_default());
        Ok(ShortPath { _folder: folder, path })
    }

    /// The name.
    pub fn as_path(&self) -> &Path {
        &self.path
    }
}

/// Sends bytes, and descriptors with them (SCM_RIGHTS, unix(7)).
///
/// # Errors
/// If not all of them could be sent.
pub fn send(socket: BorrowedFd<'_>, bytes: &[u8], descriptors: &[RawFd]) -> io::Result<()> {
    let rights = [ControlMessage::ScmRights(descriptors)];
    let control: &[ControlMessage<'_>] = if descriptors.is_empty() { &[] } else { &rights };
    let sent = sendmsg::<()>(socket.as_raw_fd(), &[IoSlice::new(bytes)], control, MsgFlags::MSG_NOSIGNAL, None)?;
    if sent == bytes.len() { Ok(()) } else { Err(io::ErrorKind::WriteZero.into()) }
}

/// Receives bytes into `buffer`, and descriptors with them. Returns how many bytes came; 0 at the end.
///
/// # Errors
/// If nothing can be received.
#[expect(unsafe_code, reason = "descriptors that the kernel just gave us are owned by nobody else")]
pub fn receive(socket: BorrowedFd<'_>, buffer: &mut [u8]) -> io::Result<(usize, Vec<OwnedFd>)> {
    let mut space = nix::cmsg_space!([RawFd; DESCRIPTORS]);
    let mut slices = [IoSliceMut::new(buffer)];
    let message = recvmsg::<()>(socket.as_raw_fd(), &mut slices, Some(&mut space), MsgFlags::MSG_CMSG_CLOEXEC)?;
    let mut descriptors = Vec::new();
    for control in message.cmsgs()? {
        if let ControlMessageOwned::ScmRights(rights) = control {
            // SAFETY: the kernel made these descriptors for this process with this very call.
            descriptors.extend(rights.into_iter().map(|raw| unsafe { OwnedFd::from_raw_fd(raw) }));
        }
    }
    Ok((message.bytes, descriptors))
}

/// What is said of a server that no request can be sent to.
const ONLY_UNIX: &str = "it listens on a Unix socket and on no port; the one in `PORT` is expected";

/// Reads one answer of a dial socket (see [`crate::sandbox`]): its descriptors, or none if nothing listens there yet.
///
/// # Errors
/// If the helper is gone or refuses.
pub fn dialed(socket: &impl AsFd) -> io::Result<Option<Vec<OwnedFd>>> {
    let mut answer = [0; 2];
    let (length, descriptors) = receive(socket.as_fd(), &mut answer)?;
    match (length, answer) {
        (1.., [b'+', _]) => Ok(Some(descriptors)),
        (1.., [b'-', b'N']) => Ok(None),
        (1.., [b'-', b'U']) => Err(io::Error::new(io::ErrorKind::ConnectionRefused, ONLY_UNIX)),
        (0, _) => Err(io::ErrorKind::UnexpectedEof.into()),
        _ => Err(io::ErrorKind::ConnectionRefused.into()),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::os::unix::net::{UnixListener, UnixStream};

    use super::*;

    #[test]
    fn a_long_path_has_a_short_name() {
        let folder = tempfile::tempdir().unwrap();
        let deep = folder.path().join("x".repeat(120));
        std::fs::create_dir(&deep).unwrap();
        let path = deep.join("a.sock");
        assert!(UnixListener::bind(&path).is_err(), "it is too long by itself");
        let listener = UnixListener::bind(ShortPath::of(&path).unwrap().as_path()).unwrap();
        let _caller = UnixStream::connect(ShortPath::of(&path).unwrap().as_path()).unwrap();
        listener.accept().unwrap();
        assert!(path.exists());
    }

    #[test]
    fn answers_of_a_dial_socket_are_told_apart() {
        let check = |bytes: &[u8], descriptors: &[RawFd]| {
            let (one, other) = UnixStream::pair().unwrap();
            send(one.as_fd(), bytes, descriptors).unwrap();
            dialed(&other).map(|found| found.map(|descriptors| descriptors.len())).map_err(|cause| cause.kind())
        };
        let (mine, mut theirs) = UnixStream::pair().unwrap();
        assert_eq!(check(b"+", &[mine.as_raw_fd()]), Ok(Some(1)));
        assert_eq!(check(b"-N", &[]), Ok(None));
        assert_eq!(check(b"-R", &[]), Err(io::ErrorKind::ConnectionRefused));
        let (one, other) = UnixStream::pair().unwrap();
        drop(one);
        assert_eq!(dialed(&other).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
        drop(mine);
        assert_eq!(theirs.read(&mut [0]).unwrap(), 0, "what was passed on is closed with whoever took it");
    }
}
