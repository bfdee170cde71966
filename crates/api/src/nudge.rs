//! What controller and edge tell each other over the edge's Unix socket: one JSON object a line.
//!
//! The controller connects and keeps the connection; either side may speak at any time. Losing it costs
//! nothing: the controller connects again, the edge goes on with the table it has.

use std::collections::BTreeMap;

use model::{EnvironmentName, Label};
use serde::{Deserialize, Serialize};

/// From the controller to the edge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "say")]
pub enum ToEdge {
    /// There is a new table file.
    Read,
    /// Answer with [`ToController::Serving`].
    Ask,
    /// Stop accepting, answer what is in flight, then exit.
    Stop,
}

/// From the edge to the controller.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "say")]
pub enum ToController {
    /// Which table decides for every request that starts from now on, and what is still under way.
    /// Sent after [`ToEdge::Read`] and [`ToEdge::Ask`].
    Serving {
        /// The generation of the table in force; 0 if there is none.
        generation: u64,
        /// Requests that are under way, by release; releases without any are left out.
        in_flight: BTreeMap<Label, u64>,
        /// Why the newest table file was refused, if it was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        refused: Option<String>,
        /// Addresses that it listens on.
        listening: Vec<String>,
        /// Its process id.
        pid: u32,
    },
    /// A sleeping preview was asked for.
    Wake {
        /// The preview.
        environment: EnvironmentName,
    },
}
