//! The edge: route tables are published to it, and what it says is taken in.

use api::nudge::ToController;
use api::table::RouteTable;
use model::{Actor, plan};
use store::StoreError;

use super::{Controller, Notice, chain};
use crate::table;

impl Controller {
    /// Publishes the table if it would differ from the one before.
    pub(super) fn publish(&mut self) {
        let mut table = table::table(self.state(), &self.instances.targets(self.state()), self.instances.endings());
        table.listeners = self.instances.listeners(self.state());
        if let Some(published) = &self.published {
            table.generation = published.generation;
            if *published == table && self.edge.as_ref().is_none_or(|edge| edge.generation <= table.generation) {
                return;
            }
        }
        let served = self.edge.as_ref().map_or(0, |edge| edge.generation);
        table.generation = self.table.generation.max(served) + 1;
        // Used up even if the call fails: its answer may have been lost.
        self.table.generation = table.generation;
        match self.world.edge.publish(&table) {
            Ok(()) => {
                self.tell_trouble("publishing the route table", None);
                self.named(&table);
                self.published = Some(table);
            }
            Err(error) => self.tell_trouble("publishing the route table", Some(chain(&error))),
        }
    }

    fn named(&mut self, table: &RouteTable) {
        let named = table::labels(table);
        let now_ms = self.now_ms();
        for label in self.table.named.difference(&named) {
            self.table.unnamed.insert(label.clone(), (table.generation, now_ms));
        }
        self.table.unnamed.retain(|label, _| !named.contains(label));
        self.table.named = named;
        self.table.generation = table.generation;
    }

    pub(super) fn apply_edge(&mut self, said: ToController) -> Result<(), StoreError> {
        match said {
            ToController::Serving { generation, in_flight, refused, .. } => {
                if self.edge.as_ref().map(|edge| edge.generation) != Some(generation) {
                    self.notify(Notice::Serving(generation));
                }
                self.edge = Some(plan::Edge { generation, in_flight });
                self.tell_trouble("the edge reading its table", refused);
            }
            ToController::Wake { environment } => {
                self.wake(&environment, Actor::Visitor)?;
            }
        }
        Ok(())
    }
}
