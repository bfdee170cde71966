//! The end: the edge answers what is in flight, then instances stop.

use std::time::Duration;

use model::plan;
use tokio::task::JoinSet;

use super::{Controller, GRACE, Input, TICK, chain};

/// How often all instances are removed at the end, until none is listed any more.
const REMOVAL_ROUNDS: u32 = 10;

impl Controller {
    /// Ends what runs: the edge answers what is in flight, then instances stop.
    pub(super) async fn end(&mut self) {
        self.acting.abort_all();
        while self.acting.join_next().await.is_some() {}
        self.world.edge.stop();
        self.wait_for_edge().await;
        for _ in 0..REMOVAL_ROUNDS {
            if self.remove_all().await {
                return;
            }
            tokio::time::sleep(TICK).await;
        }
    }

    /// Removes every instance; whether none is left.
    async fn remove_all(&mut self) -> bool {
        let listed = match self.world.runtime.list().await {
            Ok(listed) => listed,
            Err(error) => {
                self.tell_trouble("listing instances", Some(chain(&error)));
                return false;
            }
        };
        let is_empty = listed.is_empty();
        let mut removals = JoinSet::new();
        for observed in listed {
            let runtime = self.world.runtime.clone();
            removals.spawn(async move { runtime.remove(&observed.instance, GRACE).await });
        }
        while let Some(removed) = removals.join_next().await {
            if let Ok(Err(error)) = removed {
                self.tell_trouble("removing an instance", Some(chain(&error)));
            }
        }
        is_empty
    }

    async fn wait_for_edge(&mut self) {
        let drained = async {
            while self.edge.is_some() {
                match self.inputs.recv().await {
                    Some(Input::EdgeAway) | None => self.edge = None,
                    Some(_) => {}
                }
            }
        };
        if tokio::time::timeout(Duration::from_millis(plan::DRAIN_MS), drained).await.is_err() {
            self.tell_trouble("stopping the edge", Some("requests were still under way after 30 s".to_owned()));
        }
    }
}
