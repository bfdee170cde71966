//! Work that several builds share is done by the first of them; the others wait for it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};

/// A lock for each name.
#[derive(Debug, Default)]
pub struct Once {
    locks: Mutex<HashMap<String, Arc<AsyncMutex<()>>>>,
}

impl Once {
    /// The right to do what `name` names; look whether it is done already once you have it.
    pub async fn lock(&self, name: &str) -> OwnedMutexGuard<()> {
        let lock = {
            let mut locks = self.locks.lock().unwrap_or_else(PoisonError::into_inner);
            locks.retain(|_, lock| Arc::strong_count(lock) > 1);
            locks.entry(name.to_owned()).or_default().clone()
        };
        lock.lock_owned().await
    }
}
