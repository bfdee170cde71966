//! Which files a build is shown, and which of them count.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use model::{Digest, RepoPath, ShownFile, resolved};

use super::stubs::counts;
use super::{Build, Draft, Planner, content};
use crate::inputs::{Component, Reach};
use crate::lockfile;
use crate::manifest::Manifest;
use crate::modules::{COMPILERS, Language, MANIFEST_VARIABLE, Passed, Reached, Record, Settings, Wanted, head_of};
use crate::packages;
use crate::programs;
use crate::unread::{self, Reads};

/// Endings of images, fonts and the like.
const ASSETS: [&str; 18] = [
    "svg", "png", "jpg", "jpeg", "gif", "webp", "avif", "ico", "bmp", "woff", "woff2", "ttf", "otf", "eot", "mp3",
    "mp4", "webm", "pdf",
];

impl Planner<'_> {
    /// Shows a member's files: of the one that is built all that a build reads, of another, which is needed through others,
    /// what is reached, what is no module, and what tools look for in its folder.
    pub(super) fn show_member(
        &self,
        path: &RepoPath,
        via: Option<&Vec<String>>,
        build: &Build<'_>,
        reached: &Reached,
        draft: &mut Draft,
    ) {
        let manifest = path.join("package.json");
        let mut reaches = Reaches::of(path, via, reached);
        let counts_whole = via.is_none() || reached.whole.contains_key(path);
        let reads = if via.is_none() { build.reads } else { Reads::default() };
        // Documents name images in ways of their own.
        let has_documents = self.workspace.files_of(path).any(|file| is_page(self.below(file.path.as_str())));
        let is_imported = |name: &str| is_imported(name) && (Language::of(name).is_some() || !has_documents);
        for file in self.workspace.files_of(path) {
            let name = file.path.as_str();
            if name == manifest {
                if let Some(member) = self.workspace.members.get(path) {
                    // Who serves may read what lies beside it.
                    let serves = build.is_app && via.is_none() && !build.is_bundled;
                    let counts_version = serves || may_read_versions(build, reached);
                    self.show_manifest(file, &member.manifest, counts_version, &reaches.certain, reached, draft);
                    if via.is_none() && (build.leaves_outside() || build.leaves_outside_by_plugin()) {
                        count_tables(name, member.manifest.left_outside(), &reaches.certain, draft);
                    }
                    if build.shares() {
                        count_tables(name, member.manifest.ranges(), &reaches.certain, draft);
                    }
                }
            } else if self.is_lockfile(name) {
                draft.shown.insert(name.to_owned(), file.clone());
            } else if !build.ignores(name) && !self.show_reached(file, build, &mut reaches, reached, draft) {
                let is_there_for_all = !is_imported(name) || is_looked_for(name);
                let is_left_out = reads.leaves_out(self.below(name)) && !is_asked_for(build, name)
                    || via.is_none() && build.passes_over(name);
                if (counts_whole || is_there_for_all) && !is_left_out {
                    let doubt = reached.whole.get(path).filter(|_| !is_there_for_all);
                    draft.show(file, self.content(file, build, reached), &reaches.with(doubt.copied()));
                }
            }
        }
    }

    /// Shows a file that is reached, and whether it is.
    fn show_reached(
        &self,
        file: &ShownFile,
        build: &Build<'_>,
        reaches: &mut Reaches<'_>,
        reached: &Reached,
        draft: &mut Draft,
    ) -> bool {
        let name = file.path.as_str();
        let graph = self.workspace.graph();
        let Some(place) = graph.place(name) else { return false };
        if let Some(origin) = reached.counted.get(&place) {
            if let Some((places, node)) = reached.barrels.get(&place).zip(graph.node(place)) {
                draft.inputs.add_reached(signature(name), passed_on(&node.record, places), &reaches.with(origin.doubt));
                draft.shown.insert(name.to_owned(), file.clone());
                return true;
            }
            draft.show(file, self.content(file, build, reached), &reaches.with(origin.doubt));
        } else if reached.shown.contains(&place) {
            let is_told = graph.node(place).is_some_and(|node| node.record.is_told);
            match reached.lacking.get(&place) {
                Some(names) => draft.inputs.add_reached(signature(name), lacks(names), &reaches.certain),
                None if is_told && !build.extracts() => {}
                None => draft.show(file, self.content(file, build, reached), &reaches.certain),
            }
            draft.shown.insert(name.to_owned(), file.clone());
        } else {
            return false;
        }
        true
    }

    /// What tells one content of a file from another: of a compiler's configuration what changes what is made.
    fn content(&self, file: &ShownFile, build: &Build<'_>, reached: &Reached) -> String {
        let graph = self.workspace.graph();
        let name = file.path.as_str();
        let settings = |name: &str| graph.node(graph.place(name)?)?.record.settings.as_ref();
        let is_data = graph.place(name).is_some_and(|place| reached.read_as_data.contains(&place));
        // Deeper it may be a page's, or something that is copied.
        let (folder, _) = name.rsplit_once('/').unwrap_or_default();
        let is_above = folder.is_empty() || build.folder.as_str().starts_with(&format!("{folder}/"));
        let owner = self.workspace.owner(name);
        let is_served = build.reads.all && build.folder.holds(name);
        let is_at_top = owner.map_or(is_above, |owner| owner.as_str() == folder) && !is_served;
        let Some(settings_of_file) = settings(name).filter(|_| is_at_top && !is_data) else { return content(file) };
        let Settings { options, which, .. } = settings_of_file;
        let refers =
            |place: u32| reached.counted.get(&place).is_some_and(|origin| graph.is_referred(place, origin.from));
        let is_referred = graph.place(name).is_some_and(refers);
        // What lies above says which modules only to who does not say so.
        let own = settings(&build.folder.join("tsconfig.json"));
        let is_overruled = owner.is_none() && !is_referred && !build.compiles && own.is_some_and(|own| own.says_which);
        let is_asked = |field: &str, text: &str| owner.is_some() || self.may_mean(folder, field, text, build, reached);
        let which = which.iter().filter(|(field, text)| !is_overruled && is_asked(field, text));
        let which: Vec<&(Box<str>, Box<str>)> = which.collect();
        format!("{} {}", file.mode, Digest::of(format!("{options} {which:?}").as_bytes()).hex())
    }

    /// Whether what a compiler's configuration in a folder says of which modules it is about may be about any of a build.
    fn may_mean(&self, folder: &str, field: &str, text: &str, build: &Build<'_>, reached: &Reached) -> bool {
        let path = resolved(folder, head_of(text).unwrap_or(text)).filter(|_| field != "references");
        let graph = self.workspace.graph();
        // A compiler that is run where there is none of its own takes all that this names.
        let is_taken = || {
            let has_own = COMPILERS.iter().any(|name| graph.place(&build.folder.join(name)).is_some());
            !has_own && build.commands.iter().any(|command| programs::runs_compiler(command))
        };
        let Some(path) = path.filter(|_| !is_taken()) else { return true };
        let is_in = |path: &str, folder: &str| {
            folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let members = reached.members.iter().chain([&build.folder]).map(RepoPath::as_str);
        let nobodys = reached.counted.keys().chain(&reached.shown).filter(|file| graph.owner(**file).is_none());
        let mut places = members.chain(nobodys.map(|file| graph.path(*file)));
        places.any(|place| is_in(place, &path) || is_in(&path, place))
    }

    /// Shows what counts and was not shown with a member that is needed.
    pub(super) fn show_rest(&self, build: &Build<'_>, reached: &Reached, draft: &mut Draft) {
        for (place, origin) in &reached.counted {
            let name = self.workspace.graph().path(*place);
            if draft.shown.contains_key(name) || build.ignores(name) {
                continue;
            }
            let owner = self.workspace.graph().owner(*place).and_then(|owner| self.workspace.members.get(owner));
            let reach = owner.map_or(Reach::Own, |owner| Reach::Package {
                folder: owner.path.to_string(),
                via: vec![owner.name.clone()],
                doubt: origin.doubt.map(|doubt| reached.doubts[doubt].clone()),
            });
            if let Some(file) = self.workspace.snapshot.files.get(name) {
                draft.show(file, self.content(file, build, reached), &Arc::new(reach));
            }
        }
    }

    /// Counts submodules below the member and below those that are reached, and those of nobody. None is shown.
    pub(super) fn count_submodules(&self, path: &RepoPath, reached: &Reached, draft: &mut Draft) {
        for (submodule, commit) in &self.workspace.snapshot.submodules {
            let owner = self.workspace.owner(submodule);
            let reach = match owner.and_then(|owner| self.workspace.members.get(owner)) {
                Some(member) if member.path == *path => Reach::Own,
                Some(member) if reached.members.contains(&member.path) => {
                    Reach::Package { folder: member.path.to_string(), via: vec![member.name.clone()], doubt: None }
                }
                Some(_) => continue,
                None => Reach::Unowned,
            };
            draft.inputs.add_reached(Component::File(submodule.clone()), commit.clone(), &Arc::new(reach));
        }
    }

    /// Shows what only checks read, where a build checks, and the manifests of the members that it is of. None of it gets
    /// into what is built.
    pub(super) fn show_checked(&self, build: &Build<'_>, reached: &Reached, draft: &mut Draft) {
        if !build.checks_types
            && !build.runs_all
            && !build.tools.iter().any(|name| packages::checks_while_bundling(name))
        {
            return;
        }
        let files = reached.checked.iter().map(|place| self.workspace.graph().path(*place));
        let owners = files.clone().filter_map(|file| self.workspace.owner(file));
        let manifests: BTreeSet<String> = owners.map(|owner| owner.join("package.json")).collect();
        for name in files.map(str::to_owned).chain(manifests).filter(|name| !build.ignores(name)) {
            if let Some(file) = self.workspace.snapshot.files.get(&name) {
                draft.shown.entry(name).or_insert_with(|| file.clone());
            }
        }
    }

    /// What the output of a package may ask for, beside other outputs: files of its own that are no modules, what counts of
    /// other members, and the manifests by which both are found.
    pub(super) fn behind(&self, path: &RepoPath, draft: &Draft) -> Vec<ShownFile> {
        let is_asked_for = |file: &&ShownFile| {
            let name = file.path.as_str();
            self.workspace.owner(name).is_some_and(|owner| {
                let is_manifest = owner.below(name) == "package.json";
                let is_opened = owner != path || Language::of(name).is_none_or(|language| !language.is_of_modules());
                is_manifest || is_opened && counts(draft.inputs.own(), name)
            })
        };
        draft.shown.values().filter(is_asked_for).cloned().collect()
    }

    /// Shows a manifest: counted are the fields that a build may see, and what of it files ask for.
    fn show_manifest(
        &self,
        file: &ShownFile,
        manifest: &Manifest,
        counts_version: bool,
        reach: &Arc<Reach>,
        reached: &Reached,
        draft: &mut Draft,
    ) {
        let name = file.path.as_str();
        let mut fields = manifest.counted();
        fields.retain(|field, _| counts_version || field != "version");
        match self.workspace.graph().place(name).and_then(|place| reached.manifests.get(&place)) {
            Some(wanted) if wanted.is_of_whole_data() => draft.show(file, content(file), reach),
            Some(Wanted::Names(wanted)) => {
                let content = |field: &str| manifest.field(field).map_or_else(String::new, ToString::to_string);
                fields.extend(wanted.iter().map(|field| (field.to_string(), content(field))));
            }
            Some(Wanted::All) | None => {}
        }
        draft.shown.insert(name.to_owned(), file.clone());
        for (field, content) in fields {
            draft.inputs.add_reached(Component::Field { file: name.to_owned(), field }, content, reach);
        }
    }

    /// The root's lockfile counts by what it resolves to.
    fn is_lockfile(&self, path: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path);
        lockfile::FILES.contains(&name) && self.root.folder.join(name) == path
    }

    /// What no other member owns: configuration above the member, what is reached, and what a build may read of which
    /// nothing can be told.
    pub(super) fn show_outside(&self, path: &RepoPath, build: &Build<'_>, reached: &Reached, draft: &mut Draft) {
        let root = &self.root.folder;
        let of_root = self.workspace.files_of(root).filter(|_| !root.is_root() && self.workspace.is_member(root));
        let manifest = root.join("package.json");
        let (mut own, above) = (Reaches::own(reached), Arc::new(Reach::Above));
        for file in self.workspace.unowned_files().chain(of_root) {
            let name = file.path.as_str();
            if draft.shown.contains_key(name) || build.ignores(name) && name != manifest {
                continue;
            }
            if name == manifest {
                let counts_version = may_read_versions(build, reached);
                self.show_manifest(file, &self.root.manifest, counts_version, &above, reached, draft);
                if build.leaves_outside_by_plugin() {
                    count_tables(name, self.root.manifest.left_outside(), &above, draft);
                }
            } else if root.holds(name) && self.is_lockfile(name) {
                draft.shown.insert(name.to_owned(), file.clone());
            } else if self.show_reached(file, build, &mut own, reached, draft) {
            } else if is_compilers(name)
                && reached.members.iter().chain([path]).any(|member| lies_above(name, member))
                && !self.compiles_by(name, path, build, reached)
            {
                draft.shown.insert(name.to_owned(), file.clone());
            } else {
                let reach = self.reach_of_nobodys(&file.path, path, build, reached);
                reach
                    .into_iter()
                    .for_each(|reach| draft.show(file, self.content(file, build, reached), &Arc::new(reach)));
            }
        }
    }

    /// Counts what compilers' configuration above a member refers to, where it is read.
    pub(super) fn refer_above(&self, path: &RepoPath, build: &Build<'_>, reached: &mut Reached) {
        let graph = self.workspace.graph();
        let configuration =
            self.workspace.unowned_files().map(|file| file.path.as_str()).filter(|name| is_compilers(name));
        let is_read = |name: &&str| lies_above(name, path) && self.compiles_by(name, path, build, reached);
        let from: BTreeSet<u32> = configuration.filter(is_read).filter_map(|name| graph.place(name)).collect();
        reached.refer(graph, &from);
    }

    /// Whether compilers may find a configuration, for which they look in the folder of each module and above: not if each
    /// has one that is nearer.
    fn compiles_by(&self, file: &str, path: &RepoPath, build: &Build<'_>, reached: &Reached) -> bool {
        let graph = self.workspace.graph();
        let (folder, _) = file.rsplit_once('/').unwrap_or_default();
        let has_nearer = |member: &RepoPath| {
            if !lies_above(file, member) {
                return true;
            }
            let above = std::iter::successors(Some(member.as_str()), |at| at.rsplit_once('/').map(|(above, _)| above));
            let below = above.take_while(|at| *at != folder);
            below.into_iter().any(|at| COMPILERS.iter().any(|name| graph.place(&format!("{at}/{name}")).is_some()))
        };
        let is_nobodys = |file: &u32| {
            graph.owner(*file).is_none() && Language::of(graph.path(*file)).is_some_and(Language::is_compiled)
        };
        // A plugin that looks for all of them.
        let looks_for_all = || build.tools.iter().any(|name| name.contains("tsconfig-paths"));
        build.reads_anything.is_some()
            || looks_for_all()
            || !reached.members.iter().chain([path]).all(has_nearer)
            || reached.counted.keys().any(is_nobodys)
    }

    /// How a file that nobody owns and nothing imports reaches a build, if it does.
    fn reach_of_nobodys(
        &self,
        file: &RepoPath,
        path: &RepoPath,
        build: &Build<'_>,
        reached: &Reached,
    ) -> Option<Reach> {
        let (root, name) = (&self.root.folder, file.as_str());
        if is_asked_for(build, name) {
            return lies_above(name, path).then_some(Reach::Above);
        }
        if !root.holds(name) {
            return governs(name, root).then_some(Reach::Above);
        }
        let may_be_read = || build.reads_anything.is_some() && !is_imported(name);
        // Compilers look above each package that they find modules in.
        let is_above_others = is_compilers(name) && reached.members.iter().any(|member| lies_above(name, member));
        let reach = if governs(name, path) || is_above_others {
            Some(Reach::Above)
        } else {
            may_be_read().then_some(Reach::Unowned)
        };
        let below = self.root.below(file);
        let is_recipe = !below.contains('/') && build.reads.is_recipe(below);
        reach.filter(|_| is_recipe || !unread::is_unread(below) && !unread::is_of_agents(below))
    }
}

/// How the files of a member reach a build: without doubt, and by each doubt.
struct Reaches<'a> {
    certain: Arc<Reach>,
    doubtful: BTreeMap<usize, Arc<Reach>>,
    doubts: &'a [String],
}

impl<'a> Reaches<'a> {
    fn own(reached: &'a Reached) -> Reaches<'a> {
        Reaches { certain: Arc::new(Reach::Own), doubtful: BTreeMap::new(), doubts: &reached.doubts }
    }

    fn of(member: &RepoPath, via: Option<&Vec<String>>, reached: &'a Reached) -> Reaches<'a> {
        let Some(via) = via else { return Reaches::own(reached) };
        let certain = Reach::Package { folder: member.to_string(), via: via.clone(), doubt: None };
        Reaches { certain: Arc::new(certain), doubtful: BTreeMap::new(), doubts: &reached.doubts }
    }

    fn with(&mut self, doubt: Option<usize>) -> Arc<Reach> {
        match (doubt, &*self.certain) {
            (Some(doubt), Reach::Package { folder, via, .. }) => {
                let words = &self.doubts[doubt];
                let reach = || Reach::Package { folder: folder.clone(), via: via.clone(), doubt: Some(words.clone()) };
                Arc::clone(self.doubtful.entry(doubt).or_insert_with(|| Arc::new(reach())))
            }
            _ => Arc::clone(&self.certain),
        }
    }
}

fn signature(path: &str) -> Component {
    Component::Signature(path.to_owned())
}

/// What of a module counts that is not used: names that it does not export and somebody asks for.
pub fn lacks(names: &BTreeSet<Box<str>>) -> String {
    format!("lacks {names:?}")
}

/// What tells some of what a module passes on from something else.
pub fn passed_on(record: &Record, places: &BTreeSet<usize>) -> String {
    let passed: Vec<&Passed> = places.iter().filter_map(|place| record.passed.get(*place)).collect();
    let passed: Vec<&&Passed> = passed.iter().filter(|passed| !passed.is_type).collect();
    Digest::of(format!("{passed:?}").as_bytes()).hex().to_owned()
}

/// Whether a build may put versions of packages into what it makes: by the variables that package managers set, by a plugin
/// that is there for it, or in a way that cannot be told. Who imports a manifest counts what is taken of it.
fn may_read_versions(build: &Build<'_>, reached: &Reached) -> bool {
    build.reads_anything.is_some()
        || reached.reads_manifest
        || build.commands.iter().any(|command| command.contains(MANIFEST_VARIABLE))
        || build.tools.iter().any(|name| packages::may_read_versions(name) && !packages::is_tool(name))
}

/// Counts what is told of a manifest's tables.
fn count_tables(file: &str, tables: impl Iterator<Item = (String, String)>, reach: &Arc<Reach>, draft: &mut Draft) {
    for (field, content) in tables {
        draft.inputs.add_reached(Component::Field { file: file.to_owned(), field }, content, reach);
    }
}

/// Whether a file is read if it is imported or named: a module, an image, a font. Declarations of types are read by being
/// there, and data may be, as may what Sass and Less find in ways of their own.
fn is_imported(path: &str) -> bool {
    let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending);
    if ["md", "scss", "sass", "less"].contains(&ending) {
        return false;
    }
    Language::of(path).map_or(ASSETS.contains(&ending), |language| language != Language::Types)
}

/// Whether a file is a compiler's configuration that is found by its name.
fn is_compilers(path: &str) -> bool {
    COMPILERS.contains(&path.rsplit('/').next().unwrap_or(path))
}

/// Whether something of a build asks for a file that no other build reads: Tailwind looks for names of classes in whatever git
/// does not ignore, and some who read variables compare them with an example.
/// Source: npmjs.com, the pages of dotenv-safe and dotenv-webpack.
fn is_asked_for(build: &Build<'_>, path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let compares = || build.has_tool("dotenv-safe") || build.has_tool("dotenv-webpack");
    name == ".gitignore" && build.heeds_gitignore || unread::is_example(name) && compares()
}

/// Whether a document is no README at the top of its package.
fn is_page(below: &str) -> bool {
    (below.ends_with(".md") || below.ends_with(".mdx")) && !Reads::default().leaves_out(below)
}

/// Whether tools look for a file by its name in the folder of what they work on.
pub(super) fn is_looked_for(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.starts_with('.') || name.contains(".config.")
}

/// Whether a file that no member owns governs what is built in a folder: configuration in a folder above, which tools
/// look for on their way up.
pub(super) fn governs(path: &str, built: &RepoPath) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let is_config = name.starts_with('.') && !unread::is_unread(name)
        || name.contains("config")
        || name.ends_with("rc")
        || ["package.json", "browserslist"].contains(&name);
    lies_above(path, built) && is_config
}

/// Whether a file lies in a folder above another.
fn lies_above(path: &str, folder: &RepoPath) -> bool {
    path.rsplit_once('/').is_none_or(|(above, _)| folder.as_str().starts_with(&format!("{above}/")))
}
