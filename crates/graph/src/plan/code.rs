//! Modules of which counts what is left of them without types, in apps whose builds look at no types.
//!
//! Whatever bundles a module takes its types out first. That is told of an app only if nothing else may look at how a module is
//! written: no program that is not known, no package that makes something of types or of texts, nothing in what configures
//! its build that is given the texts of modules or reads files. And of a module only if it is imported, and nothing names it
//! by its path: what is named may be copied as it is.

use std::collections::BTreeSet;

use model::RepoPath;

use super::traced::Makers;
use super::{Build, Planner};
use crate::modules::{Import, Language, Made, Node, Passed, Reached, is_of_bundler};
use crate::packages;

impl Planner<'_> {
    /// Modules of what an app's build reaches of which counts what is left without types; `made` are packages whose outputs are
    /// followed to their sources.
    pub(super) fn code_of(&self, build: &Build<'_>, reached: &Reached, made: &Makers) -> BTreeSet<u32> {
        if !self.looks_at_code_alone(build, reached) {
            return BTreeSet::new();
        }
        let graph = self.workspace.graph();
        let (mut imported, mut named) = (BTreeSet::new(), reached.named.clone());
        let files = reached.counted.keys().chain(&reached.shown);
        for (file, node) in files.filter_map(|file| Some((file, graph.node(*file)?))) {
            // Entries are compiled.
            let made = node.member.as_ref().filter(|_| is_of_bundler(graph.path(*file))).and_then(|own| made.get(own));
            let is_entry = |file: &&u32| made.is_some_and(|made| made.is_entry(**file));
            named.extend(node.named.iter().chain(&node.below).filter(|file| !is_entry(file)));
            let imports = node.record.imports.iter().map(|Import { module, .. }| module).zip(&node.imports);
            let passed = node.record.passed.iter().map(|Passed { module, .. }| module).zip(&node.passed);
            for (module, found) in imports.chain(passed) {
                // What stands behind a name, or a loader in front, asks for the text.
                let is_plain = !module.contains(['?', '!']);
                if is_plain { &mut imported } else { &mut named }.extend(found.files());
            }
            named.extend(node.configured.iter().flat_map(|(_, found)| found.files()));
        }
        let is_code = |file: &u32| !named.contains(file) && !reached.read_as_data.contains(file);
        imported.retain(is_code);
        imported
    }

    /// Whether nothing that makes a package's outputs looks at more of a module than that.
    pub(super) fn is_made_of_code(&self, path: &RepoPath, made: &Made) -> bool {
        let graph = self.workspace.graph();
        let mut read = made.read.iter().filter_map(|file| graph.node(*file));
        !self.tools(path).iter().any(|name| packages::reads_texts(name)) && read.all(|node| !node.record.sees_texts)
    }

    /// Whether nothing that builds an app looks at more of a module than what is left of it without types.
    fn looks_at_code_alone(&self, build: &Build<'_>, reached: &Reached) -> bool {
        let may_look = build.checks_types
            || build.runs_all
            || build.reads.all
            || build.reads.stories
            || build.reads_anything.is_some()
            || build.tools.iter().any(|name| packages::reads_texts(name));
        if !build.is_app || may_look {
            return false;
        }
        let graph = self.workspace.graph();
        let node = |file: &u32| graph.node(*file);
        let configures = |node: &&Node| node.is_configuration;
        let mut running =
            build.called.run.iter().filter_map(node).chain(reached.counted.keys().filter_map(node).filter(configures));
        running.all(|node| {
            // What is named may be a loader, and what another build makes may hold anything.
            let is_script = |file: &u32| Language::of(graph.path(*file)) == Some(Language::JavaScript);
            let may_run = node.is_configuration && node.named.iter().any(is_script);
            !node.record.sees_texts && !may_run && node.all().all(|found| found.built().is_none())
        })
    }
}
