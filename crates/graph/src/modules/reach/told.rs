//! What is told of what a walk has reached so far.

use std::collections::{BTreeMap, BTreeSet};

use super::{Origin, Reached, Walk};
use crate::modules::record::Wanted;
use crate::modules::resolve::folder_of;

impl Walk<'_> {
    /// What is reached so far, each file in one of its sets.
    pub(super) fn told(&self) -> Reached {
        let mut reached = self.reached.clone();
        reached.shown.retain(|file| !reached.counted.contains_key(file));
        reached.checked.retain(|file| !reached.counted.contains_key(file) && !reached.shown.contains(file));
        let barrel = |(file, wanted): (&u32, &Wanted)| {
            let node = self.graph.node(*file)?;
            let is_barrel = node.record.is_barrel && self.is_pure(*file, node) && !self.counts_all_of(node);
            let is_partial = *wanted != Wanted::All;
            (is_barrel && is_partial).then(|| (*file, self.passing.get(file).cloned().unwrap_or_default()))
        };
        reached.barrels = self.wanted.iter().filter_map(barrel).collect();
        let refers = |(file, origin): (&u32, &Origin)| (!self.graph.is_extended(*file, origin.from)).then_some(*file);
        reached.refer(self.graph, &reached.counted.iter().filter_map(refers).collect());
        self.scan(&mut reached);
        reached.lacking = self.lacking(&reached);
        reached
    }

    /// Counts what is there and is looked through for names of classes.
    fn scan(&self, reached: &mut Reached) {
        let scanning = reached.counted.keys().filter_map(|file| {
            let (path, node) = (self.graph.path(*file), self.graph.node(*file)?);
            let finds_by_itself = node.record.imports.iter().any(|import| &*import.module == "tailwindcss");
            let scans = node.scans(path);
            (finds_by_itself || !scans.is_empty()).then_some((*file, path, scans, finds_by_itself))
        });
        let (mut scans_any, mut scans_own) = (false, false);
        let mut found: BTreeMap<u32, u32> = BTreeMap::new();
        for (file, path, scans, finds_by_itself) in scanning {
            let folders = [folder_of(path), self.subject.built.as_str()];
            let named = scans.iter().flat_map(|text| folders.map(|folder| self.graph.scanned(folder, text)));
            found.extend(named.flatten().map(|target| (target, file)));
            scans_any = true;
            scans_own |= finds_by_itself;
            if finds_by_itself {
                // In the folder of what is built.
                let own =
                    reached.checked.iter().filter(|target| self.graph.owner(**target) == Some(self.subject.built));
                found.extend(own.map(|target| (*target, file)));
            }
        }
        (reached.scans, reached.scans_own) = (scans_any, scans_own);
        // Nx has Tailwind look through all that projects need.
        // Source: nx.dev, "Using Tailwind CSS", `createGlobPatternsForDependencies`.
        let is_nxs = |file: &&u32| {
            let is_plugin = |module: &str| module.starts_with("@n") && module.ends_with("/tailwind");
            let node = self.graph.node(**file);
            node.is_some_and(|node| node.record.imports.iter().any(|import| is_plugin(&import.module)))
        };
        if let Some(file) = reached.counted.keys().find(is_nxs).copied() {
            let members = reached.members.iter().filter(|member| *member != self.subject.built);
            let files = members.flat_map(|member| self.workspace.files_of(member));
            let places = files.filter_map(|file| self.graph.place(file.path.as_str()));
            let places: Vec<u32> = places.filter(|place| (self.subject.is_root)(*place)).collect();
            for place in places {
                reached.shown.remove(&place);
                reached.barrels.remove(&place);
                reached.counted.entry(place).or_insert(Origin { from: Some(file), doubt: None });
            }
        }
        for (target, file) in found {
            let may_be_there = self.subject.checks_types || self.subject.runs_all;
            if reached.shown.remove(&target) || may_be_there && reached.checked.remove(&target) {
                reached.counted.insert(target, Origin { from: Some(file), doubt: None });
            }
            reached.barrels.remove(&target);
        }
    }

    /// Names that are asked of files that are only shown, and that none of those exports.
    fn lacking(&self, reached: &Reached) -> BTreeMap<u32, BTreeSet<Box<str>>> {
        let mut lacking: BTreeMap<u32, BTreeSet<Box<str>>> = BTreeMap::new();
        if reached.shown.is_empty() {
            return lacking;
        }
        let nodes = reached.counted.keys().chain(&reached.shown).filter_map(|file| self.graph.node(*file));
        for node in nodes {
            let imports = node.record.imports.iter().zip(&node.imports).filter(|(import, _)| !import.is_type);
            let imports = imports.flat_map(|(import, found)| match &import.wanted {
                Wanted::Names(names) => names.iter().map(|name| (name, found)).collect(),
                Wanted::All => Vec::new(),
            });
            let passed = node.record.passed.iter().zip(&node.passed).filter(|(passed, _)| !passed.is_type);
            let passed = passed.filter_map(|(passed, found)| Some((passed.name.as_ref()?, found)));
            for (name, found) in imports.chain(passed) {
                let files = found.files();
                let mut shown = files.iter().filter(|file| reached.shown.contains(file)).peekable();
                if shown.peek().is_some() && !files.iter().any(|file| self.may_export(*file, name)) {
                    for file in shown {
                        lacking.entry(*file).or_default().insert(name.clone());
                    }
                }
            }
        }
        lacking
    }
}
