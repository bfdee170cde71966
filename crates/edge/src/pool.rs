//! Connections to targets, kept for a moment so that the next request need not make one.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use api::table::Address;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;

use crate::{Body, dial};

/// How long a connection is kept. Node.js closes idle ones after five seconds; ours must be the first to go.
const KEPT: Duration = Duration::from_secs(2);

/// How many connections are kept for one target.
const MOST: usize = 32;

/// A connection without a request, and since when.
type Idle = (Instant, SendRequest<Body>);

/// Kept connections by target.
#[derive(Debug, Default)]
pub struct Pool {
    idle: Mutex<HashMap<Address, Vec<Idle>>>,
}

impl Pool {
    /// A connection to a target, and whether it was used before.
    pub async fn take(&self, address: &Address) -> io::Result<(SendRequest<Body>, bool)> {
        if let Some(sender) = self.kept(address) {
            return Ok((sender, true));
        }
        let stream = dial::connect(address).await?;
        let (sender, connection) = http1::Builder::new()
            .preserve_header_case(true)
            .handshake(TokioIo::new(stream))
            .await
            .map_err(io::Error::other)?;
        tokio::spawn(async move {
            // Whoever waits for an answer is told by its sender.
            let _ = connection.with_upgrades().await;
        });
        Ok((sender, false))
    }

    /// Keeps a connection once its answer was read whole.
    pub fn keep(self: &Arc<Self>, address: Address, mut sender: SendRequest<Body>) {
        let pool = self.clone();
        tokio::spawn(async move {
            if sender.ready().await.is_ok() {
                let mut idle = pool.idle.lock().unwrap_or_else(PoisonError::into_inner);
                let of_target = idle.entry(address).or_default();
                if of_target.len() < MOST {
                    of_target.push((Instant::now(), sender));
                }
            }
        });
    }

    /// Forgets connections that nobody took in time.
    pub fn tidy(&self) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        for of_target in idle.values_mut() {
            of_target.retain(|(since, sender)| since.elapsed() < KEPT && !sender.is_closed());
        }
        idle.retain(|_, of_target| !of_target.is_empty());
    }

    fn kept(&self, address: &Address) -> Option<SendRequest<Body>> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let of_target = idle.get_mut(address)?;
        while let Some((since, sender)) = of_target.pop() {
            if since.elapsed() < KEPT && sender.is_ready() {
                return Some(sender);
            }
        }
        None
    }
}
