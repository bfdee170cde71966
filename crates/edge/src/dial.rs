//! Reaching targets: by TCP, by a Unix socket, or by a descriptor that a sandbox's helper hands out.

use std::fs::File;
use std::io::{self, IoSliceMut};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::path::Path;
use std::time::Duration;

use api::table::Address;
use nix::sys::socket::{ControlMessageOwned, MsgFlags, recvmsg};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};

/// How long a target may take to accept a connection.
const PATIENCE: Duration = Duration::from_secs(3);

/// Descriptors in one answer at most.
const DESCRIPTORS: usize = 64;

/// A connection to a target.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// Connects to a target.
pub async fn connect(address: &Address) -> io::Result<Box<dyn Stream>> {
    let connecting = async {
        let stream: Box<dyn Stream> = match address {
            Address::Tcp(address) => {
                let stream = TcpStream::connect(address).await?;
                stream.set_nodelay(true)?;
                Box::new(stream)
            }
            Address::Unix(path) => Box::new(UnixStream::connect(path).await?),
            Address::Helper(path) => {
                let descriptor = ask(path, b'C').await?.into_iter().next();
                let descriptor = descriptor.ok_or_else(|| io::Error::from(io::ErrorKind::ConnectionRefused))?;
                let stream = std::net::TcpStream::from(descriptor);
                stream.set_nonblocking(true)?;
                stream.set_nodelay(true)?;
                Box::new(TcpStream::from_std(stream)?)
            }
        };
        Ok(stream)
    };
    tokio::time::timeout(PATIENCE, connecting).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

/// The listeners for `.internal` names of a sandbox; none if it has none.
pub async fn listeners(dial: &Path) -> io::Result<Vec<std::net::TcpListener>> {
    let asked = tokio::time::timeout(PATIENCE, ask(dial, b'L')).await;
    let descriptors = asked.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))?;
    Ok(descriptors.into_iter().map(std::net::TcpListener::from).collect())
}

/// Asks a helper once. An answer of `-` is an error.
async fn ask(path: &Path, word: u8) -> io::Result<Vec<OwnedFd>> {
    let socket = by_short_name(path).await?;
    loop {
        socket.writable().await?;
        match socket.try_write(&[word]) {
            Ok(_) => break,
            Err(cause) if cause.kind() == io::ErrorKind::WouldBlock => {}
            Err(cause) => return Err(cause),
        }
    }
    loop {
        socket.readable().await?;
        match socket.try_io(tokio::io::Interest::READABLE, || receive(socket.as_raw_fd())) {
            Err(cause) if cause.kind() == io::ErrorKind::WouldBlock => {}
            other => return other,
        }
    }
}

/// Connects by way of the folder's descriptor: the path may be longer than a socket's name can be (unix(7)). Never
/// waits: a helper with more callers than it can serve is as good as none.
async fn by_short_name(path: &Path) -> io::Result<UnixStream> {
    let folder = File::open(path.parent().unwrap_or(Path::new("/")))?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    UnixStream::connect(format!("/proc/self/fd/{}/{name}", folder.as_raw_fd())).await
}

#[expect(unsafe_code, reason = "descriptors that the kernel just gave us are owned by nobody else")]
fn receive(socket: RawFd) -> io::Result<Vec<OwnedFd>> {
    let mut answer = [0; 2];
    let mut space = nix::cmsg_space!([RawFd; DESCRIPTORS]);
    let mut slices = [IoSliceMut::new(&mut answer)];
    let message = recvmsg::<()>(socket, &mut slices, Some(&mut space), MsgFlags::MSG_CMSG_CLOEXEC)?;
    let mut descriptors = Vec::new();
    for control in message.cmsgs()? {
        if let ControlMessageOwned::ScmRights(rights) = control {
            // SAFETY: the kernel made these descriptors for this process with this very call.
            descriptors.extend(rights.into_iter().map(|raw| unsafe { OwnedFd::from_raw_fd(raw) }));
        }
    }
    let length = message.bytes;
    match (length, answer) {
        (1.., [b'+', _]) => Ok(descriptors),
        (1.., [b'-', b'N']) => Err(io::Error::new(io::ErrorKind::ConnectionRefused, "nothing listens there yet")),
        (0, _) => Err(io::ErrorKind::UnexpectedEof.into()),
        _ => Err(io::ErrorKind::ConnectionRefused.into()),
    }
}
