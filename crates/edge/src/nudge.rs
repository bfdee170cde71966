//! Talking to the controller: it says that there is a new table, we say which one decides.

use std::fs;
use std::io;
use std::sync::Arc;

use api::nudge::{ToController, ToEdge};
use api::socket::ShortPath;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};

use crate::serve::Edge;

/// Listens for the controller.
///
/// # Errors
/// If the socket cannot be made.
pub fn listen(edge: &Arc<Edge>) -> io::Result<()> {
    let path = edge.data.edge_socket();
    match fs::remove_file(&path) {
        Err(cause) if cause.kind() != io::ErrorKind::NotFound => return Err(cause),
        _ => {}
    }
    let listener = UnixListener::bind(ShortPath::of(&path)?.as_path())?;
    let edge = edge.clone();
    tokio::spawn(async move {
        loop {
            match listener.accept().await {
                Ok((stream, _)) => drop(tokio::spawn(converse(edge.clone(), stream))),
                Err(cause) => {
                    tracing::warn!("the controller could not be heard: {cause}");
                    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
                }
            }
        }
    });
    Ok(())
}

async fn converse(edge: Arc<Edge>, stream: UnixStream) {
    let (reader, mut writer) = stream.into_split();
    let mut lines = BufReader::new(reader).lines();
    let mut wakes = edge.wakes.subscribe();
    loop {
        let said = tokio::select! {
            line = lines.next_line() => match line {
                Ok(Some(line)) => match hear(&edge, &line).await {
                    Some(said) => said,
                    None => continue,
                },
                // It is gone, and comes again.
                Ok(None) | Err(_) => return,
            },
            Ok(environment) = wakes.recv() => ToController::Wake { environment },
        };
        let mut line = serde_json::to_vec(&said).expect("words serialise");
        line.push(b'\n');
        if writer.write_all(&line).await.is_err() {
            return;
        }
    }
}

async fn hear(edge: &Arc<Edge>, line: &str) -> Option<ToController> {
    match serde_json::from_str(line) {
        Ok(ToEdge::Read) => {
            edge.read_table().await;
            Some(edge.serving())
        }
        Ok(ToEdge::Ask) => Some(edge.serving()),
        Ok(ToEdge::Stop) => {
            edge.stop.notify_one();
            None
        }
        Err(cause) => {
            tracing::warn!("the controller said something that is not understood: {cause}");
            None
        }
    }
}
