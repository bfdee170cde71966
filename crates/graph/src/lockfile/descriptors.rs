//! What is found by name and range, as Yarn's lockfiles have it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::graph::Graph;

/// What each name with a range resolves to.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Descriptors {
    nodes: BTreeMap<String, usize>,
    /// Names that resolve to something else than their range says.
    redirected: BTreeSet<String>,
}

impl Descriptors {
    /// Of several nodes of one descriptor, all are meant.
    pub fn of(found: BTreeMap<String, Vec<usize>>, graph: &mut Graph) -> Descriptors {
        let nodes = found.into_iter().map(|(descriptor, nodes)| (descriptor, graph.several(nodes)));
        Descriptors { nodes: nodes.collect(), redirected: BTreeSet::new() }
    }

    /// What a name with a range resolves to, if it is known.
    pub fn find(&self, name: &str, range: &str) -> Option<usize> {
        if self.redirected.contains(name) { None } else { self.nodes.get(&descriptor(name, range)).copied() }
    }

    /// Whether a name with a range is known, or a name that is sent elsewhere.
    pub fn hold(&self, name: &str, range: &str, graph: &Graph) -> bool {
        self.find(name, range).is_some() || self.redirected.contains(name) && graph.named(name).is_some()
    }

    /// From now on, what these names resolve to cannot be told by their ranges.
    pub fn redirect(&mut self, names: &BTreeSet<String>) {
        self.redirected.extend(names.iter().cloned());
    }
}

/// A name with a range in one text.
pub fn descriptor(name: &str, range: &str) -> String {
    format!("{name}@{range}")
}

/// The name and the range of a descriptor: `react@^18`, `@types/react@npm:*`.
pub fn split(descriptor: &str) -> (&str, &str) {
    match descriptor.char_indices().skip(1).find(|(_, char)| *char == '@') {
        Some((at, _)) => (&descriptor[..at], &descriptor[at + 1..]),
        None => (descriptor, ""),
    }
}
