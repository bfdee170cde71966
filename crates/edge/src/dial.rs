//! Reaching targets: by TCP, by a Unix socket, or by a descriptor that a sandbox's helper hands out.

use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::time::Duration;

use api::socket::{self, ShortPath};
use api::table::Address;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};

/// How long a target may take to accept a connection.
const PATIENCE: Duration = Duration::from_secs(3);

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
    // Never waits for room: a helper with more callers than it can serve is as good as none.
    let helper = UnixStream::connect(ShortPath::of(path)?.as_path()).await?;
    loop {
        helper.writable().await?;
        match helper.try_write(&[word]) {
            Ok(_) => break,
            Err(cause) if cause.kind() == io::ErrorKind::WouldBlock => {}
            Err(cause) => return Err(cause),
        }
    }
    loop {
        helper.readable().await?;
        match helper.try_io(tokio::io::Interest::READABLE, || socket::dialed(&helper)) {
            Err(cause) if cause.kind() == io::ErrorKind::WouldBlock => {}
            Err(cause) => return Err(cause),
            Ok(Some(descriptors)) => return Ok(descriptors),
            Ok(None) => return Err(io::Error::new(io::ErrorKind::ConnectionRefused, "nothing listens there yet")),
        }
    }
}
