//! The control socket: commands' requests in, the state owner's answers out, one JSON object a line.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use api::control::{Answer, Request};
use api::socket::ShortPath;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{mpsc, oneshot};

use crate::turn::Input;

/// The longest request in bytes: a secret's value may be large, but not endless.
const LONGEST_REQUEST: u64 = 1 << 20;

/// Serves commands at `path` until the process ends. Only the owner may connect.
///
/// # Errors
/// If the socket cannot be made.
pub fn serve(path: &Path, inputs: mpsc::UnboundedSender<Input>) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(cause) if cause.kind() != io::ErrorKind::NotFound => return Err(cause),
        _ => {}
    }
    let listener = UnixListener::bind(ShortPath::of(path)?.as_path())?;
    fs::set_permissions(path, Permissions::from_mode(0o600))?;
    tokio::spawn(async move {
        loop {
            match listener.accept().await {
                Ok((stream, _)) => {
                    tokio::spawn(answer(stream, inputs.clone()));
                }
                Err(cause) => {
                    tracing::warn!("a command could not be accepted: {cause}");
                    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
                }
            }
        }
    });
    Ok(())
}

/// Asks the controller at `path` once.
///
/// # Errors
/// If none answers there.
pub async fn ask(path: &Path, request: &Request) -> io::Result<Answer> {
    let stream = UnixStream::connect(ShortPath::of(path)?.as_path()).await?;
    let (reader, mut writer) = stream.into_split();
    let mut line = serde_json::to_vec(request).expect("requests serialise");
    line.push(b'\n');
    writer.write_all(&line).await?;
    let mut said = String::new();
    BufReader::new(reader).read_line(&mut said).await?;
    serde_json::from_str(&said).map_err(io::Error::from)
}

async fn answer(stream: UnixStream, inputs: mpsc::UnboundedSender<Input>) {
    let (reader, mut writer) = stream.into_split();
    let mut line = String::new();
    if BufReader::new(reader.take(LONGEST_REQUEST)).read_line(&mut line).await.is_err() || line.is_empty() {
        return;
    }
    let answer = match serde_json::from_str(&line) {
        Ok(request) => forward(request, &inputs).await,
        Err(cause) => refused("the request is not understood", Some(cause.to_string())),
    };
    let mut text = serde_json::to_vec(&answer).expect("answers serialise");
    text.push(b'\n');
    // Whoever asked may be gone.
    let _ = writer.write_all(&text).await;
}

async fn forward(request: Request, inputs: &mpsc::UnboundedSender<Input>) -> Answer {
    let (sender, receiver) = oneshot::channel();
    let ending = || refused("the controller is ending", None);
    if inputs.send(Input::Command(request, sender)).is_err() {
        return ending();
    }
    receiver.await.unwrap_or_else(|_| ending())
}

fn refused(error: &str, because: Option<String>) -> Answer {
    Answer::Refused { error: error.to_owned(), because, hint: None }
}
