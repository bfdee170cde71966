//! What is run: configuration above the member, and modules that mean paths from where they run.

use model::RepoPath;

use super::{Origin, Walk};
use crate::modules::graph::{Found, Node};
use crate::modules::kind::names_plugins;
use crate::modules::record::{Language, Wanted};
use crate::modules::resolve::folders_above;

impl Walk<'_> {
    /// Takes what is imported, or named as a package, by configuration that governs the member.
    pub(super) fn run_above(&mut self, file: u32) {
        let Some(node) = self.graph.node(file) else { return };
        self.reached.packages.extend(node.packages(self.subject.is_tool).map(Into::into));
        let configured = node.configured.iter().map(|(name, found)| (&**name, found));
        let all = node.asks().map(|(name, _, found)| (name, found)).chain(configured);
        for (name, found) in all.filter(|(_, found)| !matches!(found, Found::Unknown)) {
            self.follow(file, found, name, &Wanted::All, false);
        }
        // Plugins that are named by their paths are run.
        if names_plugins(self.graph.path(file)) {
            let modules = node
                .named
                .iter()
                .filter(|file| Language::of(self.graph.path(**file)).is_some_and(Language::is_of_modules));
            let origin = Origin { from: Some(file), doubt: None };
            self.open.extend(modules.map(|module| (*module, Wanted::All, origin)));
        }
    }

    /// Takes what a file that is run may mean from elsewhere than its own folder: paths from where the build runs, and what a
    /// function is given that puts them behind the repository's folder.
    pub(super) fn run_from_here(&mut self, file: u32, node: &Node, origin: Origin) {
        let is_run = self.subject.run.contains(&file);
        if !is_run && !node.is_configuration && !node.record.reads_files {
            return;
        }
        let mut named: Vec<u32> = Vec::new();
        if node.member.as_ref() != Some(self.subject.built) {
            let texts = node.record.paths.iter().filter(|text| text.starts_with("../"));
            named.extend(texts.flat_map(|text| self.graph.named(self.subject.built.as_str(), text).all()));
        }
        // Of others it is told already.
        if is_run && !node.is_configuration && !node.record.reads_files {
            let given = node.record.given.iter().filter(|text| !self.workspace.is_place(text));
            named.extend(given.flat_map(|text| self.graph.named("", text).all()));
            // A variable may stand for the folder of all packages.
            let own = node.member.as_ref().map_or("", RepoPath::as_str);
            let texts = node.record.given.iter().chain(&node.record.joined).filter(|text| text.contains('/'));
            for folder in folders_above(own) {
                named.extend(texts.clone().flat_map(|text| self.graph.named(folder, text).all()));
            }
        }
        self.open.extend(named.into_iter().map(|file| (file, Wanted::All, origin)));
    }
}
