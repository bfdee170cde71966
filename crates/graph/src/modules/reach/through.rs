//! Through packages' outputs to their sources.

use std::collections::BTreeSet;

use model::RepoPath;

use super::Walk;
use crate::modules::graph::{Found, Node};
use crate::modules::record::{Language, Wanted};
use crate::modules::resolve::parts;

/// What a file asks of a package's output.
pub(super) struct Asked {
    file: u32,
    member: RepoPath,
    name: Box<str>,
    wanted: Wanted,
}

impl Walk<'_> {
    /// Follows what is asked of packages' outputs to their sources.
    pub(super) fn follow_made(&mut self) {
        self.follows_made = true;
        loop {
            self.follow_asked();
            let mixed = self.mixed();
            if mixed.is_empty() {
                return;
            }
            for member in mixed {
                self.widen(&member, || format!("`{member}` is made of more than modules"));
            }
            self.go();
        }
    }

    /// Packages that do not count whole so far, and of which what becomes of a module depends on more than modules: styles are put
    /// together somewhere, and Vue makes something of types.
    fn mixed(&self) -> BTreeSet<RepoPath> {
        let is_other = |file: &u32| {
            let path = self.graph.path(*file);
            matches!(Language::of(path), Some(Language::Styles | Language::Markup | Language::Page))
                && !path.ends_with(".svelte")
        };
        let is_mixed = |file: u32, node: &Node| {
            let path = self.graph.path(file);
            let is_module = Language::of(path).is_some_and(Language::is_compiled);
            let brings = |found: &Found| found.files().iter().any(is_other);
            is_module && node.all().any(brings) || path.ends_with(".vue")
        };
        let counted = self.reached.counted.keys().filter_map(|file| Some((*file, self.graph.node(*file)?)));
        let counted = counted.filter_map(|(file, node)| Some((file, node, node.member.as_ref()?)));
        let is_new = |member: &RepoPath| self.made.contains_key(member) && !self.reached.whole.contains_key(member);
        let mixed = counted.filter(|(file, node, member)| is_new(member) && is_mixed(*file, node));
        mixed.map(|(_, _, member)| member.clone()).collect()
    }

    fn follow_asked(&mut self) {
        while let Some(Asked { file, member, name, wanted }) = self.asked.pop() {
            // What configures a build from the top of the member is run, with all that it imports.
            let is_configuration = |node: &Node| node.is_configuration && node.record.settings.is_none();
            if self.graph.node(file).is_some_and(is_configuration) && self.is_at_top(file) {
                self.widen(&member, || format!("`{}` is run with it", self.graph.path(file)));
                self.go();
                continue;
            }
            let sources = self.workspace.members.get(&member).zip(self.made.get(&member)).and_then(|(found, made)| {
                let (package, below) = parts(&name);
                // A query, which says how what is made is taken, is part of no name.
                if package == found.name { made.sources(self.graph, found, below) } else { None }
            });
            match sources {
                Some(sources) => sources.into_iter().for_each(|source| self.ask(file, source, wanted.clone(), false)),
                None => self.widen(&member, || format!("what `{name}` is made of cannot be told")),
            }
            self.go();
        }
    }

    fn is_at_top(&self, file: u32) -> bool {
        let (folder, _) = self.graph.path(file).rsplit_once('/').unwrap_or_default();
        self.graph.owner(file).is_some_and(|owner| owner.as_str() == folder)
    }

    /// Whether what a module of a followed package passes on from another package is put into what is made of it, wanted or
    /// not.
    pub(super) fn is_put_in(&self, node: &Node, module: &str) -> bool {
        let made =
            node.member.as_ref().and_then(|member| self.workspace.members.get(member).zip(self.made.get(member)));
        made.is_some_and(|(member, made)| made.puts_in(member, module))
    }

    /// Whether what a module of a followed package passes on from another of it may lie in one file with it.
    pub(super) fn is_put_together(&self, file: u32, node: &Node, found: &Found) -> bool {
        let is_made = node.member.as_ref().is_some_and(|member| self.made.contains_key(member));
        let is_own = |file: &u32| self.graph.owner(*file) == node.member.as_ref();
        self.follows_made && is_made && !self.is_pure(file, node) && found.files().iter().any(is_own)
    }

    /// Keeps what is asked of other packages by files of them: it may be what is made of these that a bundler takes.
    pub(super) fn ask_others(&mut self, file: u32, files: &[u32], name: &str, wanted: &Wanted) {
        if self.made.is_empty() || name.starts_with('.') {
            return;
        }
        let own = self.graph.owner(file);
        let owners: BTreeSet<&RepoPath> = files.iter().filter_map(|target| self.graph.owner(*target)).collect();
        owners
            .into_iter()
            .filter(|owner| Some(*owner) != own)
            .for_each(|owner| self.ask_made(file, owner, name, wanted));
    }

    /// Keeps what is asked of a package's output, if that is followed.
    pub(super) fn ask_made(&mut self, file: u32, member: &RepoPath, name: &str, wanted: &Wanted) {
        if self.made.contains_key(member) {
            self.asked.push(Asked { file, member: member.clone(), name: name.into(), wanted: wanted.clone() });
        }
    }

    /// Whether types count of a module as it is written. Of what is made of a package's modules those count that they declare.
    pub(super) fn checks_types_of(&self, node: &Node) -> bool {
        let is_made = || node.member.as_ref().is_some_and(|member| self.made.contains_key(member));
        self.subject.checks_types && !(self.follows_made && is_made())
    }

    /// Whether all counts that a module passes on, whoever asks for what.
    pub(super) fn counts_all_of(&self, node: &Node) -> bool {
        self.subject.runs_all || self.checks_types_of(node)
    }

    /// Whether a module may be left out where nothing of it is used.
    pub(super) fn is_pure(&self, file: u32, node: &Node) -> bool {
        let made = || node.member.as_ref().and_then(|member| self.made.get(member));
        node.is_pure && !self.keeps_all && (!self.follows_made || made().is_none_or(|made| made.is_apart(file)))
    }
}
