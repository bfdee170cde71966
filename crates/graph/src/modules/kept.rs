//! Which files count whole as soon as anything of them is asked for.

use std::collections::HashMap;
use std::mem;

use super::graph::{Found, Node};
use super::paths::Paths;

/// Files of which it is all the same which exports are asked for: neither of them nor of what they pass on is anything left out
/// that nobody uses, and each is told.
pub(super) fn of(paths: &Paths, nodes: &[Option<Box<Node>>]) -> Vec<bool> {
    let is_manifest = |file: u32| paths.path(file).rsplit('/').next() == Some("package.json");
    let is_told = |found: &Found| matches!(found, Found::Files(_) | Found::Outside);
    let keeps = |(file, node): (u32, &Option<Box<Node>>)| {
        !is_manifest(file) && node.as_ref().is_none_or(|node| !node.is_pure && node.passed.iter().all(is_told))
    };
    let mut kept: Vec<bool> = (0..).zip(nodes).map(keeps).collect();
    let mut passing: HashMap<u32, Vec<u32>> = HashMap::new();
    for (file, node) in (0..).zip(nodes) {
        for target in node.iter().flat_map(|node| &node.passed).flat_map(Found::files) {
            passing.entry(*target).or_default().push(file);
        }
    }
    let mut open: Vec<u32> = (0..).zip(&kept).filter(|(_, is_kept)| !**is_kept).map(|(file, _)| file).collect();
    while let Some(file) = open.pop() {
        for passing in passing.get(&file).into_iter().flatten() {
            if mem::take(&mut kept[*passing as usize]) {
                open.push(*passing);
            }
        }
    }
    kept
}
