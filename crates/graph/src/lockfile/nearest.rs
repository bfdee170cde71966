//! What is found on the way up, as Node.js looks for it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::graph::Graph;

/// The longest path that is looked up: that of the operating system.
const LONGEST: usize = 4096;

/// What each folder has, by name.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Nearest {
    tables: BTreeMap<String, BTreeMap<String, usize>>,
}

/// Names that a node in a folder wants.
pub struct Wishes<'a> {
    /// The folder.
    pub folder: &'a str,
    /// The node.
    pub node: usize,
    /// The names.
    pub names: Vec<&'a str>,
}

impl Nearest {
    /// Says that a folder has a name.
    pub fn insert(&mut self, folder: &str, name: &str, node: usize) {
        self.tables.entry(folder.to_owned()).or_default().insert(name.to_owned(), node);
    }

    /// What a name is from a folder.
    pub fn find(&self, folder: &str, name: &str) -> Option<usize> {
        let mut at = Some(folder).filter(|folder| folder.len() <= LONGEST);
        while let Some(folder) = at {
            if let Some(node) = self.tables.get(folder).and_then(|table| table.get(name)) {
                return Some(*node);
            }
            at = match folder.rsplit_once('/') {
                Some((parent, _)) => Some(parent),
                None if folder.is_empty() => None,
                None => Some(""),
            };
        }
        None
    }

    /// Gives nodes what they want, by the folder of each.
    ///
    /// The folders are walked as a tree with what is visible in each, so that no file is slow, however deep and
    /// however full of wishes.
    pub fn connect<'a>(&'a self, graph: &mut Graph, wishes: Vec<Wishes<'a>>) {
        let mut folders: BTreeMap<Vec<u8>, (&str, Vec<Wishes<'_>>)> = BTreeMap::new();
        for folder in self.tables.keys() {
            folders.insert(in_tree_order(folder), (folder, Vec::new()));
        }
        for wish in wishes {
            let (_, asking) = folders.entry(in_tree_order(wish.folder)).or_insert((wish.folder, Vec::new()));
            asking.push(wish);
        }
        let mut visible: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        let mut above: Vec<&str> = Vec::new();
        for (folder, asking) in folders.into_values() {
            while above.last().is_some_and(|last| !is_in(folder, last)) {
                for name in above.pop().and_then(|left| self.tables.get(left)).into_iter().flat_map(BTreeMap::keys) {
                    visible.get_mut(name.as_str()).expect("it was visible there").pop();
                }
            }
            above.push(folder);
            for (name, node) in self.tables.get(folder).into_iter().flatten() {
                visible.entry(name).or_default().push(*node);
            }
            for Wishes { node, names, .. } in asking {
                for name in names {
                    if let Some(found) = visible.get(name).and_then(|nodes| nodes.last()) {
                        graph.need(node, *found);
                    }
                }
            }
        }
    }
}

/// A text whose order is that of a walk through the tree.
fn in_tree_order(folder: &str) -> Vec<u8> {
    folder.bytes().map(|byte| if byte == b'/' { 0 } else { byte }).collect()
}

fn is_in(folder: &str, above: &str) -> bool {
    above.is_empty() || folder.strip_prefix(above).is_some_and(|below| below.is_empty() || below.starts_with('/'))
}
