//! `.internal` names: listeners inside sandboxes, on which instances ask for the repository's other apps.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use api::table::Listeners;
use model::{AppName, EnvironmentName, InstanceId};
use tokio::net::TcpListener;
use tokio::task::AbortHandle;

use crate::dial;
use crate::serve::{self, Caller, Edge};

/// How long after a failed attempt the next one is made.
const PAUSE: Duration = Duration::from_millis(200);

/// Which instances' listeners are served.
#[derive(Debug, Default)]
pub struct Internals {
    served: Mutex<BTreeMap<InstanceId, AbortHandle>>,
}

impl Internals {
    /// Serves the listeners of exactly these instances from now on.
    pub fn serve(&self, edge: &Arc<Edge>, wanted: &BTreeMap<InstanceId, Listeners>) {
        let mut served = self.served.lock().unwrap_or_else(PoisonError::into_inner);
        served.retain(|instance, task| {
            let stays = wanted.contains_key(instance);
            if !stays {
                task.abort();
            }
            stays
        });
        for (instance, listeners) in wanted {
            if !served.contains_key(instance) {
                let task = tokio::spawn(serve_all(edge.clone(), listeners.clone()));
                served.insert(instance.clone(), task.abort_handle());
            }
        }
    }
}

async fn serve_all(edge: Arc<Edge>, wanted: Listeners) {
    let sockets = loop {
        match dial::listeners(&wanted.dial).await {
            Ok(sockets) => break sockets,
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    };
    let apps = apps(&wanted.dial);
    let mut tasks = tokio::task::JoinSet::new();
    for (number, socket) in sockets.into_iter().enumerate() {
        let app = apps.get(number).cloned();
        let caller = Caller::Instance { environment: wanted.environment.clone(), app };
        tasks.spawn(accept(edge.clone(), socket, caller));
    }
    // Ends only when it is aborted, and its listeners with it.
    while tasks.join_next().await.is_some() {}
}

async fn accept(edge: Arc<Edge>, socket: std::net::TcpListener, caller: Caller) {
    let listener = socket.set_nonblocking(true).and_then(|()| TcpListener::from_std(socket));
    let listener = match listener {
        Ok(listener) => listener,
        Err(cause) => {
            tracing::warn!("a listener for `.internal` names cannot be used: {cause}");
            return;
        }
    };
    loop {
        match listener.accept().await {
            Ok((stream, _)) => serve::connection(&edge, stream, caller.clone()),
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}

/// The apps of listeners that are for one each; empty where one listener is for all, by name.
fn apps(dial: &Path) -> Vec<AppName> {
    let file: PathBuf = dial.with_file_name(api::sandbox::APPS_FILE);
    std::fs::read(file).ok().and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default()
}

/// The app that a host such as `courses-api.internal` names.
pub fn named(host: &str) -> Option<AppName> {
    host.strip_suffix(".internal")?.parse().ok()
}

/// The environment and app that an instance asks for.
pub fn wanted(caller: &Caller, host: &str) -> Option<(EnvironmentName, AppName)> {
    let Caller::Instance { environment, app } = caller else { return None };
    Some((environment.clone(), app.clone().or_else(|| named(host))?))
}
