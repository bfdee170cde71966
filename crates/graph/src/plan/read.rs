//! What a build reads: where its way through the modules begins, and what task runners are told besides.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use model::RepoPath;

use super::build::paths_of;
use super::{Build, Planner, shown};
use crate::lockfile;
use crate::modules::{Made, Reached, Subject, Walk, is_bare, is_of_shell, names_plugins};
use crate::packages;
use crate::pipeline::BUILD;
use crate::programs;
use crate::unread::{self, Reads};
use crate::workspace::Member;

impl Planner<'_> {
    /// What a build reads of other members, and of what belongs to nobody.
    pub(super) fn reached(&self, path: &RepoPath, build: &Build<'_>) -> Reached {
        self.walk(path, build, &BTreeMap::new()).0
    }

    /// The same, and what it reads if the outputs of packages are followed to their sources.
    pub(super) fn walk(
        &self,
        path: &RepoPath,
        build: &Build<'_>,
        made: &BTreeMap<RepoPath, Arc<Made>>,
    ) -> (Reached, Option<Reached>) {
        let graph = self.workspace.graph();
        let is_root = |file: u32| {
            let (name, owner) = (graph.path(file), graph.owner(file).unwrap_or(&self.root.folder));
            // Of others than its own no tests, stories and documents.
            let reads = if owner == path { build.reads } else { Reads::default() };
            let is_passed_over = owner == path && build.passes_over(name);
            !build.ignores(name) && !reads.leaves_out(owner.below(name)) && !is_passed_over && !is_of_shell(name)
        };
        let subject = Subject {
            built: path,
            commands: &build.commands,
            checks_types: build.checks_types,
            runs_all: build.runs_all,
            resolves_by_compilers: build.resolves_by_compilers() || self.workspace.is_configured_from_outside(path),
            serves: build.is_app && !build.is_bundled,
            compiles: build.compiles,
            builds_projects: build.commands.iter().any(|command| programs::builds_projects(command)),
            drops_stars: build.drops_stars,
            keeps_placed: build.keeps_placed,
            run: &build.called.run,
            is_root: &is_root,
            generators: &self.generators,
            idle: &self.idle,
            is_tool: packages::is_tool,
        };
        let walk = Walk::new(self.workspace, subject, made);
        let folders = [path.as_str(), self.root.folder.as_str()];
        // Commands mean what they name; a shell opens patterns and choices.
        let meant = |folder: &str, word: &str| match word.contains(['*', '{']) {
            // From elsewhere it would mean everything.
            true if is_bare(word) && folder != path.as_str() => Vec::new(),
            true => graph.meant(folder, word),
            false => graph.named(folder, word).all().collect::<Vec<u32>>(),
        };
        let named = build.paths().flat_map(|word| folders.map(|folder| meant(folder, word))).flatten();
        // A file of the member by its name alone, and what is copied.
        let beside = build.names().filter_map(|word| graph.place(&path.join(word)));
        let copied = build.copied();
        let copied = copied.iter().flat_map(|word| meant(path.as_str(), word));
        let elsewhere = build.called.elsewhere.iter().flat_map(|(folder, command)| {
            let words = paths_of(command).filter(|word| word.contains('/'));
            words.flat_map(|word| meant(folder.as_str(), word)).collect::<Vec<u32>>()
        });
        let local = self.local_files(path);
        let local = local.iter().filter_map(|file| graph.place(file));
        let named = named.chain(beside).chain(copied).chain(elsewhere).chain(local);
        let unowned = self.workspace.unowned_files().map(|file| &file.path);
        let configures_checks = |file: &RepoPath| unread::configures_checks(self.root.below(file));
        let (checks, above): (Vec<&RepoPath>, Vec<&RepoPath>) = unowned
            .filter(|file| self.root.folder.holds(file.as_str()))
            .filter(|file| configures_checks(file) || runs_above(file.as_str()) && shown::governs(file.as_str(), path))
            .partition(|file| configures_checks(file));
        let place = |file: &RepoPath| graph.place(file.as_str());
        let implicit = self.root.pipeline.implicit(path);
        let is_implicit = |member: &Member| implicit.contains(&member.path);
        let may_run = |member: &Member| {
            build
                .may_run(member)
                .or_else(|| is_implicit(member).then(|| "`project.json` says that it is needed".to_owned()))
        };
        let called = build.called.members.iter().map(|(member, command)| (member, format!("`{command}` names it")));
        let extended = self.browsers_of(path).map(|member| (member, "`browserslist` extends it".to_owned()));
        let (mut reached, mut through) = walk.run(
            named,
            may_run,
            called.chain(extended),
            above.into_iter().filter_map(place),
            checks.into_iter().filter_map(place),
        );
        for reached in through.iter_mut().chain([&mut reached]) {
            self.refer_above(path, build, reached);
        }
        if let Some(live) = self.live {
            let all: Vec<&Reached> = through.iter().chain([&reached]).collect();
            live.take_build(graph, path, build, &all);
            made.values().for_each(|made| live.take_made(made));
        }
        (reached, through)
    }

    /// Members whose lists of browsers a member's manifest, or the root's, takes for its own.
    /// Source: github.com/browserslist/browserslist, README, "Shareable Configs".
    fn browsers_of(&self, path: &RepoPath) -> impl Iterator<Item = &RepoPath> {
        let own = self.workspace.members.get(path).map(|member| &member.manifest);
        let lists = own.into_iter().chain([&self.root.manifest]).filter_map(|manifest| manifest.field("browserslist"));
        let texts = lists.flat_map(|list| list.as_array().map_or(std::slice::from_ref(list), Vec::as_slice));
        let names = texts.filter_map(|text| text.as_str()?.strip_prefix("extends "));
        names.filter_map(|name| self.by_name.get(name.trim()).copied())
    }

    /// Files outside of a member that task runners are told that its build reads, but for what no build reads.
    /// What every task reads counts for apps, and so for packages by these.
    pub(super) fn declared(&self, path: &RepoPath, is_app: bool) -> BTreeSet<u32> {
        let tasks = self.root.pipeline.own(path, BUILD);
        let declared = self.root.pipeline.declared();
        let mut patterns = declared.inputs(&self.root.folder, path, tasks.iter());
        patterns.extend(is_app.then(|| declared.global(&self.root.folder)).into_iter().flatten());
        let graph = self.workspace.graph();
        let meant = |pattern: &str| self.patterns.get(pattern).into_iter().flatten().copied().collect::<Vec<u32>>();
        let without: BTreeSet<u32> = patterns.iter().filter_map(|it| it.strip_prefix('!')).flat_map(meant).collect();
        let with = patterns.iter().filter(|pattern| !pattern.starts_with('!')).flat_map(|pattern| meant(pattern));
        let is_read = |file: &u32| {
            let name = graph.path(*file);
            let is_told =
                name.rsplit('/').next().is_some_and(|name| name == "package.json" || lockfile::FILES.contains(&name));
            !is_told && !without.contains(file) && !unread::is_unread(self.root.folder.below(name))
        };
        with.filter(is_read).collect()
    }
}

/// Whether a file that lies above what it configures is a module, or names plugins that are run or other lists of browsers.
fn runs_above(path: &str) -> bool {
    let is_module = [".js", ".cjs", ".mjs", ".ts", ".cts", ".mts"].iter().any(|ending| path.ends_with(ending));
    is_module || names_plugins(path) || path.ends_with("browserslistrc")
}
