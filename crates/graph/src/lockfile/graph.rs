//! What a lockfile resolves to: packages, links to folders, and what each needs.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use model::Digest;
use serde::{Deserialize, Serialize};

use super::{Closure, Installed};

/// Packages and links with what they need, by number.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Graph {
    nodes: Vec<Node>,
    /// How many bytes places and folders are long together.
    length: usize,
    /// Other names that nodes are wanted by.
    aliases: BTreeSet<(String, usize)>,
    /// Every package or link of a name.
    named: BTreeMap<String, usize>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Node {
    thing: Thing,
    needs: Vec<usize>,
    /// Names that somebody else must provide: the lockfile does not say who does.
    peers: Vec<String>,
}

/// What a node is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Thing {
    /// A package from outside, and the folder that it is a copy of.
    Package {
        /// Where it stands.
        place: String,
        /// What it is.
        installed: Installed,
        /// The folder that it is a copy of.
        folder: Option<String>,
    },
    /// A link to a folder.
    Link {
        /// Where it stands.
        place: String,
        /// Its name.
        name: String,
        /// The folder.
        folder: String,
    },
    /// Whichever of what it needs: the lockfile does not say which, so all of them.
    Several,
}

impl Graph {
    /// Adds a node that needs nothing yet.
    pub fn add(&mut self, thing: Thing) -> usize {
        self.length += thing.length();
        self.nodes.push(Node { thing, needs: Vec::new(), peers: Vec::new() });
        self.nodes.len() - 1
    }

    /// How many bytes places and folders are long together.
    pub fn length(&self) -> usize {
        self.length
    }

    /// One node for several.
    pub fn several(&mut self, nodes: Vec<usize>) -> usize {
        match nodes.as_slice() {
            [only] => *only,
            _ => {
                let several = self.add(Thing::Several);
                self.nodes[several].needs = nodes;
                several
            }
        }
    }

    /// Says that a node needs another.
    pub fn need(&mut self, node: usize, needed: usize) {
        self.nodes[node].needs.push(needed);
    }

    /// Says that somebody must provide a name to a node.
    pub fn peer(&mut self, node: usize, name: &str) {
        self.nodes[node].peers.push(name.to_owned());
    }

    /// Says that a node is wanted by another name as well.
    pub fn alias(&mut self, node: usize, name: &str) {
        if self.nodes[node].thing.name() != Some(name) {
            self.aliases.insert((name.to_owned(), node));
        }
    }

    /// Makes every package and link findable by its name.
    pub fn index_names(&mut self) {
        let mut named: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (name, node) in &self.aliases {
            named.entry(name.clone()).or_default().push(*node);
        }
        for (at, node) in self.nodes.iter().enumerate() {
            if let Some(name) = node.thing.name() {
                named.entry(name.to_owned()).or_default().push(at);
            }
        }
        self.named = named.into_iter().map(|(name, nodes)| (name, self.several(nodes))).collect();
    }

    /// Every package or link of a name.
    pub fn named(&self, name: &str) -> Option<usize> {
        self.named.get(name).copied()
    }

    /// Where needs of these nodes lead to a package of one of the names, lets them lead to each of that name.
    pub fn redirect(&mut self, names: &BTreeSet<String>) {
        let target = |needed: &usize| {
            let name = self.nodes[*needed].thing.name().filter(|name| names.contains(*name));
            name.and_then(|name| self.named(name)).unwrap_or(*needed)
        };
        let redirected: Vec<Vec<usize>> = self
            .nodes
            .iter()
            .map(|node| match node.thing {
                Thing::Several => node.needs.clone(),
                _ => node.needs.iter().map(target).collect(),
            })
            .collect();
        for (node, needs) in self.nodes.iter_mut().zip(redirected) {
            node.needs = needs;
        }
    }

    /// All that is reached from nodes. What lies behind a link to a member is not looked at.
    pub fn closure(&self, mut open: Vec<usize>, is_member: &dyn Fn(&str) -> bool) -> Closure<'_> {
        let mut closure = Closure::default();
        let mut is_seen = vec![false; self.nodes.len()];
        let mut provided: BTreeSet<&str> = BTreeSet::new();
        let mut peers: Vec<&str> = Vec::new();
        while !open.is_empty() {
            while let Some(at) = open.pop() {
                if std::mem::replace(&mut is_seen[at], true) {
                    continue;
                }
                let node = &self.nodes[at];
                provided.extend(node.thing.name());
                match &node.thing {
                    Thing::Package { place, installed, folder } => {
                        closure.folders.extend(folder.as_deref().filter(|folder| !is_member(folder)));
                        closure.installed.insert(place, installed);
                    }
                    Thing::Link { place, folder, .. } => {
                        closure.links.insert(place, folder);
                        if is_member(folder) {
                            continue;
                        }
                        closure.folders.insert(folder);
                    }
                    Thing::Several => {}
                }
                open.extend(&node.needs);
                peers.extend(node.peers.iter().map(String::as_str));
            }
            // A peer that nobody here provides may still be found, where everything is hoisted.
            let missing = std::mem::take(&mut peers).into_iter().filter(|peer| !provided.contains(peer));
            open.extend(missing.filter_map(|peer| self.named(peer)));
        }
        closure
    }

    /// The packages that a node stands for, by their places.
    pub fn packages(&self, node: usize) -> BTreeMap<&str, &Installed> {
        let (mut open, mut found, mut seen) = (vec![node], BTreeMap::new(), BTreeSet::new());
        while let Some(at) = open.pop() {
            if !seen.insert(at) {
                continue;
            }
            match &self.nodes[at].thing {
                Thing::Package { place, installed, .. } => drop(found.insert(place.as_str(), installed)),
                Thing::Several => open.extend(&self.nodes[at].needs),
                Thing::Link { .. } => {}
            }
        }
        found
    }

    /// Has every package say which others it is given.
    pub fn tell_given(&mut self) {
        fn told(places: BTreeSet<&str>) -> String {
            let text = places.into_iter().collect::<Vec<_>>().join("\n");
            if text.is_empty() { text } else { Digest::of(text.as_bytes()).hex()[..16].to_owned() }
        }
        let places = |node: usize| self.packages(node).into_keys().collect::<BTreeSet<&str>>();
        // What several packages stand for may be given to thousands.
        let is_several = |node: &usize| matches!(self.nodes[*node].thing, Thing::Several);
        let several = (0..self.nodes.len()).filter(is_several);
        let several: HashMap<usize, String> = several.map(|node| (node, told(places(node)))).collect();
        let given = |node: &Node| {
            let of_several = node.needs.iter().filter_map(|need| several.get(need)).map(String::as_str);
            let others = node.needs.iter().filter(|need| !several.contains_key(need));
            told(others.flat_map(|need| places(*need)).chain(of_several.filter(|text| !text.is_empty())).collect())
        };
        let all: Vec<String> = self.nodes.iter().map(given).collect();
        for (node, text) in self.nodes.iter_mut().zip(all) {
            if let Thing::Package { installed, .. } = &mut node.thing {
                installed.given = text;
            }
        }
    }

    /// Whether each node is reached from these.
    pub fn reached(&self, mut open: Vec<usize>) -> Vec<bool> {
        let mut is_seen = vec![false; self.nodes.len()];
        while let Some(at) = open.pop() {
            if !std::mem::replace(&mut is_seen[at], true) {
                open.extend(&self.nodes[at].needs);
            }
        }
        is_seen
    }

    /// The folder that a node leads to.
    pub fn folder_of(&self, node: usize) -> Option<&str> {
        let node = &self.nodes[node];
        match &node.thing {
            Thing::Package { folder, .. } => folder.as_deref(),
            Thing::Link { folder, .. } => Some(folder),
            Thing::Several => node.needs.iter().find_map(|at| self.nodes[*at].thing.folder()),
        }
    }
}

impl Thing {
    fn name(&self) -> Option<&str> {
        match self {
            Thing::Package { installed, .. } => Some(&installed.name),
            Thing::Link { name, .. } => Some(name),
            Thing::Several => None,
        }
    }

    fn length(&self) -> usize {
        match self {
            Thing::Package { place, folder, .. } => place.len() + folder.as_ref().map_or(0, String::len),
            Thing::Link { place, folder, .. } => place.len() + folder.len(),
            Thing::Several => 0,
        }
    }

    fn folder(&self) -> Option<&str> {
        match self {
            Thing::Package { folder, .. } => folder.as_deref(),
            Thing::Link { folder, .. } => Some(folder),
            Thing::Several => None,
        }
    }
}
