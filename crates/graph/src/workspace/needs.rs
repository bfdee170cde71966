//! How members need each other, and an order in which they can be built.

use std::collections::{BTreeMap, BTreeSet};

use model::RepoPath;

use super::{Member, Root};

/// Who needs whom, by folder.
#[derive(Clone, Debug, Default)]
pub struct Needs {
    run: BTreeMap<RepoPath, BTreeSet<RepoPath>>,
    with_dev: BTreeMap<RepoPath, BTreeSet<RepoPath>>,
    imported: BTreeMap<RepoPath, BTreeSet<RepoPath>>,
    /// The members that each member's manifest names, by the name.
    named: BTreeMap<RepoPath, BTreeMap<String, RepoPath>>,
}

/// Members in an order in which they can be built.
#[derive(Clone, Debug, Default)]
pub struct Order {
    /// The place of each in the order.
    pub positions: BTreeMap<RepoPath, usize>,
    /// Members that need each other in a circle, each circle in the order that was chosen.
    pub circles: Vec<Vec<RepoPath>>,
}

impl Needs {
    /// Who needs whom: members of a root are known by their names, or by the links that its lockfile gives them.
    pub fn of(roots: &BTreeMap<RepoPath, Root>, members: &BTreeMap<RepoPath, Member>) -> Needs {
        let by_name: BTreeMap<(&RepoPath, &str), &RepoPath> =
            members.values().map(|member| ((&member.root, member.name.as_str()), &member.path)).collect();
        let of_member = |member: &Member, dev: bool| -> Vec<(String, RepoPath)> {
            let root = roots.get(&member.root);
            let named = member.manifest.needed(dev).into_iter().flat_map(|(name, range)| {
                let link = || {
                    let root = root?;
                    root.member_at(root.lockfile.as_ref()?.link(root.below(&member.path), name, range)?)
                };
                let by_link = link().filter(|path| members.contains_key(path));
                let both = [by_name.get(&(&member.root, name)).map(|path| (*path).clone()), by_link];
                both.into_iter().flatten().map(move |path| (name.to_owned(), path))
            });
            named.filter(|(_, path)| path != &member.path).collect()
        };
        let each = |dev: bool| members.values().map(move |member| (member.path.clone(), of_member(member, dev)));
        let paths = |named: Vec<(String, RepoPath)>| named.into_iter().map(|(_, path)| path).collect();
        let needs = |dev: bool| each(dev).map(|(path, named)| (path, paths(named))).collect();
        // Where a link and a member's own name differ, the link is what is installed.
        let named = each(true).map(|(path, named)| (path, named.into_iter().collect())).collect();
        Needs { run: needs(false), with_dev: needs(true), imported: BTreeMap::new(), named }
    }

    /// A member whose sources are built together with those of another, which no manifest names.
    pub fn import(&mut self, member: &RepoPath, imported: &RepoPath) {
        self.imported.entry(member.clone()).or_default().insert(imported.clone());
    }

    /// A need of every build that reads a member, which no manifest names.
    pub fn add_for_all(&mut self, member: &RepoPath, needed: &RepoPath) {
        if member != needed {
            self.run.entry(member.clone()).or_default().insert(needed.clone());
            self.add(member, needed);
        }
    }

    /// The member that a member's manifest calls by a name.
    pub fn named(&self, member: &RepoPath, name: &str) -> Option<&RepoPath> {
        self.named.get(member)?.get(name)
    }

    /// One more need of a build, which no manifest names.
    pub fn add(&mut self, member: &RepoPath, needed: &RepoPath) {
        if member != needed {
            self.with_dev.entry(member.clone()).or_default().insert(needed.clone());
        }
    }

    /// Folders of the members that a member names; with what only its own build and tests name if `dev`.
    pub fn direct(&self, path: &RepoPath, dev: bool) -> impl Iterator<Item = &RepoPath> {
        let needs = if dev { &self.with_dev } else { &self.run };
        needs.get(path).into_iter().flatten()
    }

    /// Folders of the members whose sources a member's own import, without its manifest naming them.
    pub fn imported(&self, path: &RepoPath) -> impl Iterator<Item = &RepoPath> {
        self.imported.get(path).into_iter().flatten()
    }

    /// What has to be built before a member: what it needs, and what those need whose sources are built with it.
    fn before(&self, path: &RepoPath, dev: bool) -> BTreeSet<&RepoPath> {
        let mut seen: BTreeSet<&RepoPath> = self.imported(path).collect();
        let mut open: Vec<&RepoPath> = seen.iter().copied().collect();
        while let Some(at) = open.pop() {
            open.extend(self.imported(at).filter(|next| seen.insert(next)));
        }
        let of_others = seen.into_iter().flat_map(|at| self.direct(at, false));
        self.direct(path, dev).chain(of_others).filter(|needed| *needed != path).collect()
    }

    /// An order in which each member comes after those that it needs. Those that need each other in a circle
    /// stand together, by `rank`.
    pub fn order<Rank: Ord>(&self, is_built: impl Fn(&RepoPath) -> bool, rank: impl Fn(&RepoPath) -> Rank) -> Order {
        let paths: Vec<&RepoPath> = self.run.keys().collect();
        let index: BTreeMap<&RepoPath, usize> = paths.iter().enumerate().map(|(at, path)| (*path, at)).collect();
        let needed = |path: &&RepoPath| self.before(path, is_built(path)).into_iter().map(|path| index[path]).collect();
        let edges: Vec<Vec<usize>> = paths.iter().map(needed).collect();
        let mut order = Order::default();
        for group in groups(&edges) {
            let mut group: Vec<&RepoPath> = group.into_iter().map(|at| paths[at]).collect();
            group.sort_by_cached_key(|path| (rank(path), (*path).clone()));
            for path in &group {
                order.positions.insert((*path).clone(), order.positions.len());
            }
            if group.len() > 1 {
                order.circles.push(group.into_iter().cloned().collect());
            }
        }
        order
    }
}

/// Groups of nodes that reach each other, each group after those that it has edges to (Kosaraju's algorithm,
/// without recursion: a repository chooses how deep this goes).
fn groups(edges: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut finished = Vec::new();
    let mut is_seen = vec![false; edges.len()];
    for start in 0..edges.len() {
        walk(start, edges, &mut is_seen, &mut finished);
    }
    let mut reversed = vec![Vec::new(); edges.len()];
    for (from, targets) in edges.iter().enumerate() {
        targets.iter().for_each(|to| reversed[*to].push(from));
    }
    let mut is_seen = vec![false; edges.len()];
    let mut groups = Vec::new();
    for start in finished.into_iter().rev() {
        let mut group = Vec::new();
        walk(start, &reversed, &mut is_seen, &mut group);
        if !group.is_empty() {
            groups.push(group);
        }
    }
    groups.reverse();
    groups
}

/// Everything that is reached from `start` and was not seen before, each after what is reached from it.
fn walk(start: usize, edges: &[Vec<usize>], is_seen: &mut [bool], finished: &mut Vec<usize>) {
    if std::mem::replace(&mut is_seen[start], true) {
        return;
    }
    let mut open = vec![(start, 0)];
    while let Some((node, tried)) = open.pop() {
        match edges[node].get(tried) {
            Some(next) => {
                open.push((node, tried + 1));
                if !std::mem::replace(&mut is_seen[*next], true) {
                    open.push((*next, 0));
                }
            }
            None => finished.push(node),
        }
    }
}
