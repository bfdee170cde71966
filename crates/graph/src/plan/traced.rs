//! Packages whose outputs are followed to their sources: an app that is bundled with what it imports counts of such a package
//! what gets into the bundle, and not every module that the package is built from.
//!
//! The package's own key covers all of it, and its build is told by that. What an app counts of it lacks the modules that
//! are reached from nothing that the app imports, and by nothing that configures the build of the package.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use model::{App, BuildKey, RepoPath};

use super::{Build, Planner, shown};
use crate::inputs::{Component, Covered, Instead};
use crate::manifest::Manifest;
use crate::modules::{Language, Made, Node, Reached, Wanted, folder_of, is_of_bundler, package_of, texts};
use crate::packages;
use crate::unread;
use crate::workspace::Workspace;

/// How packages are made, by folder.
type Makers = BTreeMap<RepoPath, Arc<Made>>;

/// What is left of a package's key for an app.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Left {
    path: RepoPath,
    left_out: LeftOut,
    checks_types: bool,
    /// Other keys of packages that it needs.
    needed: Vec<BuildKey>,
}

/// What of a package's key counts since modules ask for it, by what does not.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Asked {
    path: RepoPath,
    /// Packages from outside that only modules ask for that do not count.
    unasked: BTreeSet<Box<str>>,
    manifests: BTreeMap<u32, Wanted>,
    reads_manifest: bool,
}

/// Modules of which the content does not count, and what does instead.
type LeftOut = BTreeMap<u32, Instead>;

/// Who asks for whom.
type Asks<'a> = BTreeMap<&'a RepoPath, BTreeSet<&'a RepoPath>>;

/// What an app reaches through the outputs of packages, and what follows from that.
struct Ways<'a> {
    reached: &'a Reached,
    asks: Asks<'a>,
    /// Files of which the text may be what is taken.
    as_text: BTreeSet<u32>,
}

/// What a key is over, and the key.
type Keyed = (BuildKey, Arc<Covered>);

impl Planner<'_> {
    /// How the packages are made that an app needs, if it is one that counts only what gets into it.
    pub(super) fn made_for(&mut self, app: &App, build: &Build<'_>) -> Makers {
        let may_run_all = build.checks_types && !build.bundles;
        let keeps_all = build.takes_of_unused() || self.workspace.keeps_all(&app.path);
        let is_followed = build.puts_packages_in && !may_run_all && !keeps_all;
        if !is_followed || build.reads_anything.is_some() {
            return BTreeMap::new();
        }
        let mut found = BTreeMap::new();
        for path in self.packages_to_build(&app.path) {
            if !self.made.contains_key(&path) {
                let commands = self.build_of_package(&path).commands;
                let member = self.workspace.members.get(&path).filter(|member| member.is_built);
                let made = member.and_then(|member| Made::of(self.workspace, member, &commands));
                self.made.insert(path.clone(), made.map(Arc::new));
            }
            if let Some(made) = &self.made[&path] {
                found.insert(path, Arc::clone(made));
            }
        }
        found
    }

    /// What counts of packages of which not all does: keys of what is left, by folder. `runs` are members that the app's
    /// build may run or reads whole, `through` is what is reached through the packages' outputs.
    pub(super) fn trace(
        &mut self,
        build: &Build<'_>,
        runs: &BTreeSet<RepoPath>,
        made: &Makers,
        through: &Reached,
    ) -> BTreeMap<RepoPath, Keyed> {
        let packages = self.packages_to_build(&build.folder);
        let whole = self.whole(build, &packages, runs, made, through);
        let (asks, as_text) = (asks(self.workspace, through), as_text(self.workspace, through));
        let ways = Ways { reached: through, asks, as_text };
        let mut traced: BTreeMap<RepoPath, Keyed> = BTreeMap::new();
        for path in &packages {
            // Its build runs, but nothing of what that makes is asked for.
            if !through.members.contains(path) && !whole.contains(path) {
                let nothing = Covered::default();
                traced.insert(path.clone(), (nothing.key(), Arc::new(nothing)));
                continue;
            }
            let package = self.planned.get(path).filter(|_| made.contains_key(path));
            let Some(package) = package.map(|package| Arc::clone(&package.covered)) else { continue };
            let left_out = self.left_out(path, build, &whole, made, &ways);
            let keys: BTreeMap<&str, BuildKey> =
                traced.iter().map(|(folder, (key, _))| (folder.as_str(), key.clone())).collect();
            let needed = package.needs().keys().filter_map(|folder| keys.get(folder.as_str()).cloned());
            let checks_types = build.checks_types;
            let left = Left { path: path.clone(), left_out, checks_types, needed: needed.collect() };
            let known = self.traced.get(&left).cloned();
            let keyed = known.unwrap_or_else(|| {
                let graph = self.workspace.graph();
                let without = left.left_out.iter().map(|(file, instead)| (graph.path(*file), instead));
                let mut covered = package.without(&without.collect(), &keys);
                let mut left_out = left.left_out.iter().filter(|(_, instead)| instead.code.is_none());
                if left_out.any(|(file, _)| self.asks_for_more(*file)) {
                    self.leave_out_what_is_asked(path, &mut covered);
                }
                if !build.checks_types {
                    covered.retain(|component| {
                        !matches!(component, Component::Dependency { name, .. } if packages::is_of_types(name))
                    });
                }
                (covered.key(), Arc::new(covered))
            });
            self.traced.insert(left, keyed.clone());
            traced.insert(path.clone(), keyed);
        }
        traced
    }

    /// Whether something counts since a module asks for it: a tool that only checks, or what a manifest says.
    fn asks_for_more(&self, file: u32) -> bool {
        let is_of_manifest = |module: &str| module.ends_with("package.json") || packages::is_tool(package_of(module));
        self.workspace.graph().node(file).is_some_and(|node| {
            node.record.reads_manifest || node.record.imports.iter().any(|import| is_of_manifest(&import.module))
        })
    }

    /// Leaves out of what a package's key covers what counts of packages from outside and of manifests since modules ask for it
    /// that do not count: tests, what prepares them, and scripts.
    fn leave_out_what_is_asked(&mut self, path: &RepoPath, covered: &mut Covered) {
        let build = self.build_of_package(path);
        if !self.walks.contains_key(path) {
            let reached = self.reached(path, &build);
            self.walks.insert(path.clone(), reached);
        }
        let (graph, all) = (self.workspace.graph(), &self.walks[path]);
        let kept = covered.components().filter_map(|(component, _)| match &**component {
            Component::File(name) | Component::Signature(name) | Component::Code(name) => {
                graph.node(graph.place(name)?)
            }
            _ => None,
        });
        let kept: Vec<&Node> = kept.collect();
        let mut packages: BTreeSet<&str> = kept.iter().flat_map(|node| node.packages(packages::is_tool)).collect();
        // Types come from packages as well, but for those of tools.
        let of_types = covered.components().filter_map(|(component, _)| match &**component {
            Component::Types(name) => graph.node(graph.place(name)?),
            _ => None,
        });
        packages
            .extend(of_types.flat_map(|node| node.packages(packages::is_tool)).filter(|name| !packages::is_tool(name)));
        let imports = kept.iter().flat_map(|node| {
            let imports = node.record.imports.iter().zip(&node.imports);
            imports.map(|(import, found)| (import.wanted.of_data(node.is_configuration), found))
        });
        let mut manifests: BTreeMap<u32, Wanted> = BTreeMap::new();
        for (wanted, found) in imports {
            for file in found.files().iter().filter(|file| all.manifests.contains_key(*file)) {
                manifests.entry(*file).or_insert_with(Wanted::nothing).add(wanted.clone());
            }
        }
        for file in kept.iter().flat_map(|node| &node.named).filter(|file| all.manifests.contains_key(*file)) {
            manifests.insert(*file, Wanted::All);
        }
        let asked = Asked {
            path: path.clone(),
            unasked: all.packages.iter().filter(|name| !packages.contains(&***name)).cloned().collect(),
            manifests,
            reads_manifest: kept.iter().any(|node| node.record.reads_manifest),
        };
        let known = self.asked.get(&asked).cloned();
        let other = known.unwrap_or_else(|| {
            let mut reached = all.clone();
            reached.packages.retain(|name| !asked.unasked.contains(name));
            (reached.manifests, reached.reads_manifest) = (asked.manifests.clone(), asked.reads_manifest);
            Arc::clone(self.draft(path, &build, &reached).inputs.own())
        });
        covered.replace(&other, |component| match component {
            Component::Dependency { .. } | Component::Field { .. } => true,
            Component::File(name) => name.rsplit('/').next() == Some("package.json"),
            _ => false,
        });
        self.asked.insert(asked, other);
    }

    /// Packages that count whole, and all that they need: those that are run, or named by their places, or of which it cannot
    /// be told what gets where.
    fn whole(
        &self,
        build: &Build<'_>,
        packages: &[RepoPath],
        runs: &BTreeSet<RepoPath>,
        made: &Makers,
        through: &Reached,
    ) -> BTreeSet<RepoPath> {
        let mut whole: BTreeSet<RepoPath> = through.whole.keys().chain(runs).cloned().collect();
        let is_asked = |path: &&RepoPath| through.members.contains(*path);
        whole.extend(packages.iter().filter(|path| !made.contains_key(*path)).filter(is_asked).cloned());
        let planned = packages.iter().filter_map(|path| self.planned.get(path));
        whole.extend(planned.flat_map(|package| &package.runs).cloned());
        whole.extend(made.values().flat_map(|made| &made.tools).cloned());
        let graph = self.workspace.graph();
        let is_placed = |path: &&RepoPath| self.workspace.nodes_of(path).any(|(_, node)| node.record.is_placed);
        whole.extend(packages.iter().filter(is_asked).filter(|_| build.keeps_placed).filter(is_placed).cloned());
        let counted = through.counted.iter();
        for (path, origin, node) in
            counted.filter_map(|(file, origin)| Some((graph.path(*file), origin, graph.node(*file)?)))
        {
            whole.extend(self.named_by(path, node).filter(|member| Some(*member) != node.member.as_ref()).cloned());
            // Who looks for names of classes in what its own package leaves takes them of all of it.
            let own = node.member.iter().filter(|member| made.contains_key(*member));
            whole.extend(own.filter(|member| self.scans_what_is_made(path, node, member)).cloned());
            // Who checks types checks the sources of what it refers to and names.
            let is_named = node.member.is_none() && origin.from.is_none();
            if build.checks_types && (is_named || node.member.as_ref() == Some(&build.folder)) {
                let settings = node.record.settings.iter().flat_map(|settings| &settings.which);
                let named = settings.filter(|(field, _)| &**field != "exclude");
                let members = named.flat_map(|(_, text)| self.workspace.members_at(folder_of(path), text, true));
                whole.extend(members.cloned());
            }
        }
        // What a package that counts whole needs counts by its key, if it was not looked at what it asks for.
        let is_open = |path: &RepoPath| made.contains_key(path) && self.is_looked_through(build, through, path);
        for path in packages.iter().rev() {
            if let Some(package) = self.planned.get(path).filter(|_| whole.contains(path) && !is_open(path)) {
                whole.extend(package.covered.needs().keys().filter_map(|folder| folder.parse().ok()));
            }
        }
        whole
    }

    /// Whether all of a package that counts whole was looked at for what it asks for. Vue makes something of types that it asks
    /// others for.
    fn is_looked_through(&self, build: &Build<'_>, through: &Reached, package: &RepoPath) -> bool {
        let is_of_modules = || build.checks_types || !self.workspace.asks_for(package, "vue");
        through.whole.contains_key(package) && is_of_modules()
    }

    /// Members that texts of a file lead into.
    fn named_by<'n>(&'n self, path: &'n str, node: &'n Node) -> impl Iterator<Item = &'n RepoPath> {
        // What configures compilers names what it makes something of.
        let is_asked = node.record.settings.is_none();
        let scans = node.scans(path).iter().map(|text| (&**text, true));
        let texts = texts(node).map(|text| (text, false)).chain(scans).filter(move |_| is_asked);
        let folders = [Some(folder_of(path)), node.member.as_ref().map(RepoPath::as_str)];
        texts.flat_map(move |(text, is_certain)| {
            let members = folders.into_iter().flatten();
            members.flat_map(move |folder| self.workspace.members_at(folder, text, is_certain))
        })
    }

    /// Whether a file looks for names of classes in its own member where nothing is in the commit.
    fn scans_what_is_made(&self, path: &str, node: &Node, member: &RepoPath) -> bool {
        let graph = self.workspace.graph();
        let leads_in = |text: &str| self.workspace.members_at(folder_of(path), text, true).contains(&member);
        let is_nowhere = |text: &str| graph.scanned(folder_of(path), text).is_empty();
        node.scans(path).iter().any(|text| leads_in(text) && is_nowhere(text))
    }

    /// Whether types of a package's modules change nothing in a bundle. Of some text with them something is made: names of
    /// styles, and checks while it runs. And bundlers that read maps of sources put these into their own.
    fn takes_types_away(&self, build: &Build<'_>, package: &RepoPath) -> bool {
        let member = self.workspace.members.get(package).map(|member| &member.manifest);
        let mut manifests = member.into_iter().chain([&self.root.manifest]);
        let makes_of_types =
            |manifest: &Manifest| manifest.all_dependencies().into_keys().any(packages::makes_of_types);
        !build.reads_source_maps() && !manifests.any(makes_of_types)
    }

    /// Modules that a package's key covers and of which the content does not count.
    fn left_out(
        &self,
        path: &RepoPath,
        build: &Build<'_>,
        whole: &BTreeSet<RepoPath>,
        made: &Makers,
        ways: &Ways<'_>,
    ) -> LeftOut {
        let Ways { reached: through, asks, as_text } = ways;
        let (graph, checks_types) = (self.workspace.graph(), build.checks_types);
        let mut left = LeftOut::default();
        let (Some(own), Some(member)) = (made.get(path), self.workspace.members.get(path)) else { return left };
        if whole.contains(path) && !self.is_looked_through(build, through, path) {
            return left;
        }
        let is_outside = |other: &RepoPath| {
            let name = self.workspace.members.get(other).map(|other| &other.name);
            made.contains_key(other) && name.is_some_and(|name| own.imports(member, name))
        };
        let inside = closure(asks, path, is_outside);
        let is_script =
            |name: &str| Language::of(name) == Some(Language::JavaScript) && unread::is_script(self.below(name));
        for (component, _) in self.planned[path].covered.components() {
            let Component::File(name) = &**component else { continue };
            let Some(place) = graph.place(name).filter(|place| is_module(name) && !own.read.contains(place)) else {
                continue;
            };
            let (is_counted, is_shown) = (through.counted.contains_key(&place), through.shown.contains(&place));
            let node = graph.node(place);
            let types = node.and_then(|node| node.record.declared.as_deref()).filter(|_| checks_types);
            let exports = |exports: Option<String>| Some(Instead { exports, ..Instead::default() });
            // What compilers make of a module that gets into the bundle, they make without its types.
            let code = |owner: &RepoPath| {
                let code = node?
                    .record
                    .code
                    .as_deref()
                    .filter(|_| is_counted && !as_text.contains(&place) && self.takes_types_away(build, owner))?;
                Some(Instead { code: Some(code.to_owned()), ..Instead::default() })
            };
            let instead = match graph.owner(place) {
                Some(owner) if owner == path && whole.contains(path) => None,
                Some(owner) if owner == path => match (through.barrels.get(&place), node) {
                    (Some(places), Some(node)) => exports(Some(shown::passed_on(&node.record, places))),
                    _ if is_counted => code(owner),
                    (_, Some(node)) if is_shown && !node.record.is_told => None,
                    (_, node) => {
                        let lacking = through.lacking.get(&place).map(shown::lacks);
                        exports(lacking.or_else(|| node.and_then(|node| own.links(graph, place, node))))
                    }
                },
                // What is left outside counts there.
                // Types of sources that nothing is made of are checked as they are.
                Some(owner) if checks_types && !made.contains_key(owner) => None,
                Some(owner) if !whole.contains(owner) && (!inside.contains(owner) || !is_counted && !is_shown) => {
                    exports(None)
                }
                Some(owner) if !whole.contains(owner) => code(owner),
                _ => None,
            };
            // Types that are not told by a module of TypeScript are as it is written; scripts have none for others.
            let are_told = !checks_types || types.is_some() || is_script(name);
            if let Some(instead) = instead.filter(|_| are_told) {
                left.insert(place, Instead { types: types.map(str::to_owned), ..instead });
            }
        }
        left
    }
}

/// Which members ask for what of which others, but for types.
fn asks<'a>(workspace: &'a Workspace, through: &Reached) -> Asks<'a> {
    let graph = workspace.graph();
    let mut asks = Asks::new();
    for (file, node) in through.counted.keys().filter_map(|file| Some((*file, graph.node(*file)?))) {
        // What bundlers are configured by asks for tools, and names what is left outside.
        let Some(own) = node.member.as_ref().filter(|_| !is_of_bundler(graph.path(file))) else { continue };
        let asked = asks.entry(own).or_default();
        for found in node.values() {
            asked.extend(found.files().iter().filter_map(|file| graph.owner(*file)));
            asked.extend(found.built());
        }
        asked.extend(node.named.iter().chain(&node.below).filter_map(|file| graph.owner(*file)));
    }
    asks
}

/// Files that are asked for with a word on how they are taken, or named by their paths: their text may be what is taken.
fn as_text(workspace: &Workspace, through: &Reached) -> BTreeSet<u32> {
    let graph = workspace.graph();
    let nodes = through.counted.keys().filter_map(|file| graph.node(*file));
    let taken = nodes.flat_map(|node| {
        let imports = node.record.imports.iter().zip(&node.imports);
        let with_word =
            imports.filter(|(import, _)| import.module.contains(['?', '!'])).flat_map(|(_, found)| found.files());
        with_word.chain(&node.named)
    });
    taken.copied().collect()
}

/// A member and all that gets into what is made of it: what it asks for, and what that asks for, but for what is left
/// outside.
fn closure<'a>(
    asks: &Asks<'a>,
    member: &'a RepoPath,
    is_outside: impl Fn(&RepoPath) -> bool,
) -> BTreeSet<&'a RepoPath> {
    let (mut found, mut open) = (BTreeSet::from([member]), vec![member]);
    while let Some(at) = open.pop() {
        let asked = asks.get(at).into_iter().flatten().copied();
        open.extend(asked.filter(|other| !is_outside(other) && found.insert(other)));
    }
    found
}

/// Whether a file is a module, or one of types.
fn is_module(path: &str) -> bool {
    Language::of(path).is_some_and(|language| language.is_of_modules() || language == Language::Types)
}
