//! Which files the build of a member reads: from its own modules along what they import.
//!
//! Two sets, and a third for what a build only checks. *Shown* is every file that a bundler may open. *Counted* are those
//! whose content can get into what is built: all of them, but for modules without side effects of which only re-exports
//! are reached that nobody uses, and for what is imported as a type, where the build checks no types. What cannot be told
//! widens both to a whole package, and says which doubt that is.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use model::RepoPath;

use super::graph::{Found, Graph, Node};
use super::made::Made;
use super::record::{Language, Wanted};
use super::resolve::{folder_of, package_of};
use crate::manifest::Manifest;
use crate::packages::is_made_of_own;
use crate::workspace::{Member, Workspace};

mod run;

mod told;

mod through;

use through::Asked;

/// Names of compilers' configuration that they look for.
pub const COMPILERS: [&str; 2] = ["tsconfig.json", "jsconfig.json"];

/// What the build of a member reads besides its own files.
#[derive(Clone, Debug, Default)]
pub struct Reached {
    /// Files whose content counts, and how each was reached first.
    pub counted: BTreeMap<u32, Origin>,
    /// Files that a bundler may open besides.
    pub shown: BTreeSet<u32>,
    /// Files that only checks of types and style open: tests, what these import, and what configures the checks.
    pub checked: BTreeSet<u32>,
    /// Members that count whole, since something of them cannot be told, and which doubt that is.
    pub whole: BTreeMap<RepoPath, usize>,
    /// Members of which anything is reached.
    pub members: BTreeSet<RepoPath>,
    /// Names of packages, from outside or not, that files which count import or name.
    pub packages: BTreeSet<Box<str>>,
    /// Names of packages from outside that files which count import, and the members that these are of.
    pub outside: BTreeMap<Box<str>, BTreeSet<RepoPath>>,
    /// What could not be told, in words.
    pub doubts: Vec<String>,
    /// Files of configuration of compilers that others than such ask for: they are read as data.
    pub read_as_data: BTreeSet<u32>,
    /// Manifests that files ask for, and which of their fields.
    pub manifests: BTreeMap<u32, Wanted>,
    /// Whether anything asks for what the manifest says, by the variables that package managers set.
    pub reads_manifest: bool,
    /// Names that are asked of files that only may be opened, and that these do not export: a build fails by that.
    pub lacking: BTreeMap<u32, BTreeSet<Box<str>>>,
    /// Files that count by what they pass on alone, and the places of what is asked of it.
    pub barrels: BTreeMap<u32, BTreeSet<usize>>,
    /// Whether anything is looked through for names of classes.
    pub scans: bool,
    /// Whether all that lies in the member's folder is.
    pub scans_own: bool,
}

impl Reached {
    /// Counts configurations of compilers that these files refer to: who reads one reads them as well, though nothing else of
    /// their packages. Vite ends where one is missing.
    pub fn refer(&mut self, graph: &Graph, from: &BTreeSet<u32>) {
        for (file, from) in graph.referred(from) {
            let doubt = self.counted.get(&from).and_then(|origin| origin.doubt);
            self.counted.entry(file).or_insert(Origin { from: Some(from), doubt });
            self.shown.remove(&file);
            self.checked.remove(&file);
        }
    }
}

/// Something that is asked for and is a source by a condition.
struct ByCondition<'a> {
    condition: &'a str,
    file: u32,
    files: &'a [u32],
    name: &'a str,
    wanted: Wanted,
    is_type: bool,
}

/// How a file was reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The file that imports or names it; none if it is read without that.
    pub from: Option<u32>,
    /// The doubt without which it would not be reached.
    pub doubt: Option<usize>,
}

/// What is built, as far as that decides what its build reads.
pub struct Subject<'a> {
    /// The member.
    pub built: &'a RepoPath,
    /// Its commands.
    pub commands: &'a [String],
    /// Whether types and unused re-exports count, since the build checks types.
    pub checks_types: bool,
    /// Whether all that is imported is run, used or not.
    pub runs_all: bool,
    /// Whether modules are found as compilers find them by their configuration.
    pub resolves_by_compilers: bool,
    /// Whether what is built answers requests itself, and finds then what is installed for it.
    pub serves: bool,
    /// Whether what a compiler's configuration names gets into what is built.
    pub compiles: bool,
    /// Whether that is so of what it refers to as well.
    pub builds_projects: bool,
    /// Whether its bundler leaves out what nobody uses of that which is passed on by a star.
    pub drops_stars: bool,
    /// Whether its bundler keeps modules that directives place, used or not.
    pub keeps_placed: bool,
    /// Modules that its commands run, and what configures them, with all that these import.
    pub run: &'a BTreeSet<u32>,
    /// Files of members that are read without being imported.
    pub is_root: &'a dyn Fn(u32) -> bool,
    /// Members whose build makes nothing: what is not there of them comes from elsewhere.
    pub idle: &'a BTreeSet<RepoPath>,
    /// Members of which nothing but data is read to make what is not there of them.
    pub generators: &'a BTreeSet<RepoPath>,
    /// Whether a package only checks, by its name.
    pub is_tool: fn(&str) -> bool,
}

/// A way through the modules for one member.
pub struct Walk<'a> {
    workspace: &'a Workspace,
    graph: &'a Graph,
    subject: Subject<'a>,
    reached: Reached,
    /// What is imported by the member itself, or by a file of nobody, that cannot be told.
    in_doubt: Option<usize>,
    /// Doubts about members that arose beside each other, so that it is chance which reason for one was met first.
    about: BTreeMap<RepoPath, usize>,
    wanted: HashMap<u32, Wanted>,
    open: Vec<(u32, Wanted, Origin)>,
    /// What only may be opened, and where the way to it leaves what counts.
    open_shown: Vec<(u32, Origin)>,
    /// Whether nothing is left out that nobody uses.
    keeps_all: bool,
    /// What is asked for that is a source by a condition of which the build was not told so far.
    by_condition: Vec<ByCondition<'a>>,
    /// Whether something of what counts may be told by what configures compilers.
    reads_compilers: bool,
    /// Texts of what counts that may be conditions.
    texts: BTreeSet<&'a str>,
    /// Members that count whole and were not looked at yet: what is reached without doubt comes first.
    open_whole: BTreeMap<RepoPath, usize>,
    /// How packages are made whose outputs are followed to their sources.
    made: &'a BTreeMap<RepoPath, Arc<Made>>,
    /// What is asked of their outputs.
    asked: Vec<Asked>,
    follows_made: bool,
    /// Packages of which anything was reached through their outputs.
    followed: BTreeSet<RepoPath>,
    /// Places of what is asked of that which files pass on.
    passing: HashMap<u32, BTreeSet<usize>>,
}

impl<'a> Walk<'a> {
    /// A way for the build of a member. Of packages in `made` it is told as well what gets through their outputs into what is
    /// built.
    pub fn new(workspace: &'a Workspace, subject: Subject<'a>, made: &'a BTreeMap<RepoPath, Arc<Made>>) -> Walk<'a> {
        Walk {
            workspace,
            graph: workspace.graph(),
            keeps_all: workspace.keeps_all(subject.built),
            subject,
            by_condition: Vec::new(),
            reads_compilers: false,
            texts: BTreeSet::new(),
            reached: Reached::default(),
            in_doubt: None,
            about: BTreeMap::new(),
            wanted: HashMap::new(),
            open: Vec::new(),
            open_shown: Vec::new(),
            open_whole: BTreeMap::new(),
            made,
            asked: Vec::new(),
            follows_made: false,
            followed: BTreeSet::new(),
            passing: HashMap::new(),
        }
    }

    /// What is reached: from the member's own files, from files that its commands name, and from members that it needs and
    /// that its commands may run, for the reason that is told; `run` are members that they run for certain. `above` govern it
    /// from folders above: what they import is run, and what they name is about everything that lies there. `checks` configure
    /// what only checks. And what is reached if the outputs of packages are followed to their sources, if there are such.
    pub fn run(
        mut self,
        named: impl Iterator<Item = u32>,
        may_run: impl Fn(&Member) -> Option<String>,
        run: impl Iterator<Item = (&'a RepoPath, String)>,
        above: impl Iterator<Item = u32>,
        checks: impl Iterator<Item = u32>,
    ) -> (Reached, Option<Reached>) {
        self.all_of(self.subject.built, Origin::default());
        self.open.extend(named.map(|file| (file, Wanted::All, Origin::default())));
        above.for_each(|file| self.run_above(file));
        self.go();
        for needed in self.workspace.needs().direct(self.subject.built, true) {
            let Some(member) = self.workspace.members.get(needed) else { continue };
            if self.reached.members.contains(needed) || (self.subject.is_tool)(&member.name) {
                continue;
            }
            match (self.in_doubt, may_run(member)) {
                (Some(_), _) if self.is_for_tests(needed) => {}
                (Some(doubt), _) => self.widen_for(needed, doubt),
                (None, Some(because)) => self.widen(needed, || because),
                (None, None) => {}
            }
        }
        for (member, because) in run {
            self.reached.members.insert(member.clone());
            self.widen(member, || because);
        }
        self.go();
        self.check(checks);
        let reached = self.told();
        if self.made.is_empty() {
            return (reached, None);
        }
        self.follow_made();
        (reached, Some(self.told()))
    }

    /// Whether what is built needs a member for its tests alone, which import it where nothing else does.
    fn is_for_tests(&self, needed: &RepoPath) -> bool {
        let (built, graph) = (self.subject.built, self.graph);
        let name = self.workspace.members.get(needed).map(|member| member.name.as_str());
        let runs_with = |member: &Member| name.is_some_and(|name| member.manifest.needed(false).contains_key(name));
        if self.workspace.members.get(built).is_none_or(runs_with) {
            return false;
        }
        let is_of = |found: &Found| {
            found.built() == Some(needed) || found.files().iter().any(|file| graph.owner(*file) == Some(needed))
        };
        let places = self.workspace.files_of(built).filter_map(|file| graph.place(file.path.as_str()));
        let importers = places.filter(|file| graph.node(*file).is_some_and(|node| node.all().any(is_of)));
        let mut importers = importers.peekable();
        importers.peek().is_some() && importers.all(|file| !(self.subject.is_root)(file))
    }

    /// Finds what only checks open, from the files of the member that are no roots and from tools that it needs.
    fn check(&mut self, checks: impl Iterator<Item = u32>) {
        let tools = self.workspace.needs().direct(self.subject.built, true).filter(|needed| {
            self.workspace.members.get(*needed).is_some_and(|member| (self.subject.is_tool)(&member.name))
        });
        let members = tools.chain([self.subject.built]).flat_map(|member| self.workspace.files_of(member));
        let of_members = members.filter_map(|file| self.graph.place(file.path.as_str()));
        let mut open: Vec<u32> = of_members.chain(checks).collect();
        while let Some(file) = open.pop() {
            let is_known = self.reached.counted.contains_key(&file) || self.reached.shown.contains(&file);
            if is_known || !self.reached.checked.insert(file) {
                continue;
            }
            let Some(node) = self.graph.node(file) else { continue };
            open.extend(node.all().flat_map(Found::files));
            open.extend(node.named.iter().chain(&node.below).chain(&node.compiled));
        }
    }

    fn all_of(&mut self, member: &RepoPath, origin: Origin) {
        self.reached.members.insert(member.clone());
        for file in self.workspace.files_of(member) {
            let path = file.path.as_str();
            if let Some(place) = self.graph.place(path).filter(|place| (self.subject.is_root)(*place)) {
                self.open.push((place, Wanted::All, origin));
            }
        }
    }

    /// Counts a member whole, since something cannot be told.
    fn widen(&mut self, member: &RepoPath, because: impl FnOnce() -> String) {
        // All of what is built itself counts anyway.
        if member == self.subject.built {
            return;
        }
        if let Some(known) = self.about.get(member) {
            self.also(*known, because());
        } else if !self.reached.whole.contains_key(member) {
            let doubt = self.new_doubt(because());
            self.about.insert(member.clone(), doubt);
            self.widen_for(member, doubt);
        }
    }

    fn new_doubt(&mut self, because: String) -> usize {
        self.reached.doubts.push(because);
        self.reached.doubts.len() - 1
    }

    /// Takes along another reason for a doubt: the first in order is told.
    fn also(&mut self, doubt: usize, because: String) {
        let known = &mut self.reached.doubts[doubt];
        if because < *known {
            *known = because;
        }
    }

    fn widen_for(&mut self, member: &RepoPath, doubt: usize) {
        if member != self.subject.built && !self.reached.whole.contains_key(member) {
            self.reached.whole.insert(member.clone(), doubt);
            self.open_whole.insert(member.clone(), doubt);
        }
    }

    fn go(&mut self) {
        self.about.clear();
        loop {
            if let Some((file, wanted, origin)) = self.open.pop() {
                self.count(file, &wanted, origin);
            } else if let Some((file, origin)) = self.open_shown.pop() {
                self.show(file, origin);
            } else if let Some((member, doubt)) = self.open_whole.pop_first() {
                // What is found from here on follows from that.
                self.about.clear();
                self.all_of(&member, Origin { from: None, doubt: Some(doubt) });
            } else if let Some(asked) = self.next_by_condition() {
                let ByCondition { file, files, name, wanted, is_type, .. } = asked;
                self.take_files(file, files, name, &wanted, is_type);
            } else {
                return;
            }
        }
    }

    /// What was asked for by a condition of which the build was told since. Builds of packages that are followed are told by
    /// configuration of their own.
    fn next_by_condition(&mut self) -> Option<ByCondition<'a>> {
        let is_told = |asked: &ByCondition<'_>| !self.follows_made && self.is_told_of(asked.condition);
        let told = (0..self.by_condition.len()).filter(|at| is_told(&self.by_condition[*at]));
        let first = told.min_by_key(|at| (self.by_condition[*at].file, self.by_condition[*at].name))?;
        Some(self.by_condition.swap_remove(first))
    }

    /// Whether the build is told of a condition: by what configures its compilers, by anything that it reads, or by a command.
    fn is_told_of(&self, condition: &str) -> bool {
        let is_named = |command: &String| command.contains(condition);
        let heeds_compilers = self.subject.resolves_by_compilers || self.reads_compilers;
        heeds_compilers && self.graph.has_condition(self.subject.built, condition)
            || self.texts.contains(condition)
            || self.subject.commands.iter().any(is_named)
    }

    fn touch(&mut self, node: Option<&Node>, file: u32) {
        let owner = node.and_then(|node| node.member.as_ref());
        let owner = owner.or_else(|| self.graph.owner(file));
        let Some(owner) = owner else { return };
        let is_followed = self.follows_made && self.made.contains_key(owner) && self.followed.insert(owner.clone());
        if is_followed || !self.reached.members.contains(owner) {
            self.reached.members.insert(owner.clone());
            // Compilers look for their configuration beside what they compile.
            let settings = COMPILERS.iter().filter_map(|name| self.graph.place(&owner.join(name)));
            self.open.extend(settings.map(|file| (file, Wanted::All, Origin::default())));
        }
    }

    /// Counts a file of which something is wanted.
    fn count(&mut self, file: u32, wanted: &Wanted, origin: Origin) {
        let graph = self.graph;
        let node = graph.node(file);
        let is_first = !self.reached.counted.contains_key(&file);
        if is_first {
            self.reached.counted.insert(file, origin);
            self.touch(node, file);
        }
        let is_compilers = |node: Option<&Node>| node.is_some_and(|node| node.record.settings.is_some());
        if is_compilers(node) && origin.from.is_some_and(|from| !is_compilers(graph.node(from))) {
            self.reached.read_as_data.insert(file);
        }
        let name = graph.path(file).rsplit('/').next().unwrap_or_default();
        let is_manifest = name == "package.json";
        if is_manifest && origin.from.is_some() {
            // Configuration is run, and takes what it takes.
            let is_run = origin.from.and_then(|from| graph.node(from)).is_some_and(|from| from.is_configuration);
            let wanted = wanted.of_data(self.subject.drops_stars || is_run);
            self.reached.manifests.entry(file).or_insert_with(Wanted::nothing).add(wanted);
        }
        // Who asks for a whole manifest by the package's name looks for its folder, and what a layer's configuration lies in
        // is its. Who names its path knows the folder.
        let is_named = origin.from.and_then(|from| graph.node(from)).is_some_and(|from| from.names_only(file));
        if (is_manifest && wanted.is_of_whole_data() && !is_named || is_first && name.starts_with("nuxt.config."))
            && let Some(owner) = graph.owner(file)
        {
            self.widen(owner, || format!("`{}` is asked for, and so perhaps what lies beside it", graph.path(file)));
        }
        let Some(node) = node else { return };
        // Of what is not told all counts.
        let wanted = if node.record.is_told && !self.counts_all_of(node) { wanted.clone() } else { Wanted::All };
        let known = self.wanted.entry(file).or_insert_with(Wanted::nothing);
        let news = match (&*known, wanted) {
            (Wanted::All, _) => None,
            (_, Wanted::All) => Some(Wanted::All),
            (Wanted::Names(known), Wanted::Names(wanted)) => {
                let news: BTreeSet<_> = wanted.difference(known).cloned().collect();
                (!news.is_empty()).then_some(Wanted::Names(news))
            }
        };
        if let Some(news) = &news {
            known.add(news.clone());
        }
        if is_first {
            self.body(file, node);
        }
        if is_first || news.is_some() {
            self.pass_on(file, node, &news.unwrap_or_else(Wanted::nothing));
        }
    }

    /// What the body of a module asks for.
    fn body(&mut self, file: u32, node: &'a Node) {
        let record = &node.record;
        for package in node.packages(self.subject.is_tool) {
            if !self.reached.packages.contains(package) {
                self.reached.packages.insert(package.into());
            }
        }
        for (import, found) in node.record.imports.iter().zip(&node.imports) {
            self.follow(file, found, &import.module, &import.wanted, import.is_type);
        }
        for (name, found) in &node.configured {
            self.follow(file, found, name, &Wanted::All, false);
        }
        let origin = self.origin_below(file);
        for named in &node.named {
            self.open.push((*named, Wanted::All, origin));
        }
        self.run_from_here(file, node, origin);
        let below = node.below.iter().filter(|file| (self.subject.is_root)(**file));
        self.open.extend(below.map(|file| (*file, Wanted::All, origin)));
        // What a package's own configuration compiles besides is its own matter.
        let is_found = node.member.as_ref().is_some_and(|member| member != self.subject.built)
            && self.reached.counted.get(&file).is_some_and(|origin| origin.from.is_none());
        if !is_found {
            // Checks find what is declared for all.
            let is_declared = |file: u32| Language::of(self.graph.path(file)) == Some(Language::Types);
            let is_read = |file: u32| self.subject.compiles || self.subject.checks_types && is_declared(file);
            let compiled = node.compiled.iter().filter(|file| is_read(**file) && (self.subject.is_root)(**file));
            self.open.extend(compiled.map(|file| (*file, Wanted::All, origin)));
        }
        let asked_by = self.reached.counted.get(&file).and_then(|origin| origin.from);
        if self.subject.builds_projects && !is_found && !self.graph.is_extended(file, asked_by) {
            self.build_projects(node, origin);
        }
        self.texts.extend(record.words.iter().map(|word| &**word).filter(|word| word.contains('@')));
        self.reached.reads_manifest |= record.reads_manifest;
        self.reads_compilers |= record.names_compilers();
        let path = self.graph.path(file);
        for member in &node.installed {
            self.widen(member, || format!("`{path}` names where it is installed"));
        }
        if node.record.is_open
            && let Some(member) = &node.member
        {
            let because = || format!("`{path}` imports what is only known when it runs");
            self.widen(member, because);
            // Bundlers leave that as it is; a server finds whatever its package asks for.
            let workspace = self.workspace;
            let finds = self.subject.serves && !node.is_configuration;
            for needed in workspace.needs().direct(member, false).filter(|_| finds) {
                self.widen(needed, because);
            }
        }
    }

    /// Counts what a compiler is referred to and no build of its own comes before: by what that says, and whole packages where
    /// it does not say which modules it is about.
    fn build_projects(&mut self, node: &Node, origin: Origin) {
        if node.referred.is_empty() {
            return;
        }
        let (graph, workspace, built) = (self.graph, self.workspace, self.subject.built);
        let needed: BTreeSet<&RepoPath> = workspace.closure(built, true).members().collect();
        let has_task = |owner: &RepoPath| workspace.members.get(owner).is_some_and(Member::has_task);
        let is_built = |owner: &RepoPath| owner != built && needed.contains(owner) && has_task(owner);
        for file in node.referred.iter().copied().filter(|file| !graph.owner(*file).is_some_and(is_built)) {
            self.open.push((file, Wanted::All, origin));
            let settings = graph.node(file).and_then(|node| node.record.settings.as_ref());
            let is_of_all = settings.is_some_and(|settings| !settings.says_which);
            let owner = graph.owner(file).filter(|owner| *owner != built && is_of_all);
            if let Some(owner) = owner.filter(|owner| owner.as_str() == folder_of(graph.path(file))) {
                self.all_of(owner, origin);
            }
        }
    }

    /// The origin of what a file asks for.
    fn origin_below(&self, file: u32) -> Origin {
        Origin { from: Some(file), doubt: self.reached.counted.get(&file).and_then(|origin| origin.doubt) }
    }

    /// What a module passes on of that which is wanted of it. Of one with side effects some bundlers keep all that it passes on
    /// by a star.
    /// Source: esbuild's and Rolldown's outputs, see `docs/decisions/keys-as-fine-as-modules.md`.
    fn pass_on(&mut self, file: u32, node: &'a Node, wanted: &Wanted) {
        let keeps_stars = !self.subject.drops_stars && !self.is_pure(file, node);
        for (place, (passed, found)) in node.record.passed.iter().zip(&node.passed).enumerate() {
            let is_kept = self.is_put_in(node, &passed.module)
                || self.is_put_together(file, node, found)
                || keeps_stars && passed.name.is_none();
            let wanted = if is_kept { &Wanted::All } else { wanted };
            let asked = match (wanted, &passed.exported) {
                (Wanted::All, _) => Some(passed.name.as_deref().map_or(Wanted::All, Wanted::name)),
                (Wanted::Names(names), Some(exported)) => {
                    names.contains(exported).then(|| passed.name.as_deref().map_or(Wanted::All, Wanted::name))
                }
                (Wanted::Names(names), None) => {
                    let is_passed = |name: &str| name != "default" && !exports(&node.record, name);
                    let names: BTreeSet<Box<str>> = names.iter().filter(|name| is_passed(name)).cloned().collect();
                    (!names.is_empty()).then_some(Wanted::Names(names))
                }
            };
            let is_star = passed.exported.is_none();
            let may_be_there = |name: &str| match found {
                Found::Files(files) => files.iter().any(|file| self.may_export(*file, name)),
                _ => true,
            };
            let is_asked = match &asked {
                Some(Wanted::Names(names)) if is_star => names.iter().any(|name| may_be_there(name)),
                asked => asked.is_some(),
            };
            if is_asked {
                self.passing.entry(file).or_default().insert(place);
            }
            match (asked, found) {
                (Some(Wanted::Names(names)), Found::Files(files)) if is_star => {
                    for target in files {
                        let there = names.iter().filter(|name| self.may_export(*target, name));
                        let there: BTreeSet<Box<str>> = there.cloned().collect();
                        self.ask_others(file, &[*target], &passed.module, &Wanted::Names(there.clone()));
                        self.ask(file, *target, Wanted::Names(there), passed.is_type);
                    }
                }
                (asked, _) => {
                    let wanted = asked.unwrap_or_else(Wanted::nothing);
                    self.follow(file, found, &passed.module, &wanted, passed.is_type);
                }
            }
        }
    }

    fn follow(&mut self, file: u32, found: &'a Found, name: &'a str, wanted: &Wanted, is_type: bool) {
        match found {
            Found::Files(files) => self.take_files(file, files, name, wanted, is_type),
            Found::Built(member) => self.take_built(file, member, name, wanted, is_type),
            Found::ByCondition { condition, files, built } => {
                if !self.follows_made && self.is_told_of(condition) {
                    self.take_files(file, files, name, wanted, is_type);
                } else {
                    self.take_built(file, built, name, wanted, is_type);
                    let wanted = wanted.clone();
                    self.by_condition.push(ByCondition { condition, file, files, name, wanted, is_type });
                }
            }
            Found::Outside if is_type && !self.subject.checks_types => {}
            Found::Outside => {
                let package = package_of(name);
                if !self.reached.outside.contains_key(package) {
                    self.reached.outside.insert(package.into(), BTreeSet::new());
                }
                let member = self.graph.node(file).and_then(|node| node.member.as_ref());
                let importers = self.reached.outside.get_mut(package).expect("it is there");
                if let Some(member) = member.filter(|member| !importers.contains(*member)) {
                    importers.insert(member.clone());
                }
            }
            Found::Unknown => {
                // Who builds a package's sources with its own has its own names for files.
                let by_builder = self.graph.alias(self.subject.built, name);
                for target in &by_builder {
                    self.ask(file, *target, wanted.clone(), is_type);
                }
                if by_builder.is_empty() && !is_type {
                    self.doubt(file, name);
                    let member = self.graph.node(file).and_then(|node| node.member.as_ref());
                    let behind = member.filter(|_| !name.starts_with(['.', '/']));
                    for target in behind.map(|member| self.graph.behind_alias(member, name)).unwrap_or_default() {
                        self.ask(file, target, Wanted::All, false);
                    }
                }
            }
        }
    }

    fn take_files(&mut self, file: u32, files: &[u32], name: &str, wanted: &Wanted, is_type: bool) {
        for target in files {
            self.ask(file, *target, wanted.clone(), is_type);
        }
        if !is_type {
            self.ask_others(file, files, name, wanted);
        }
    }

    fn take_built(&mut self, file: u32, member: &RepoPath, name: &str, wanted: &Wanted, is_type: bool) {
        self.built_by(file, member);
        if !is_type {
            self.ask_made(file, member, name, wanted);
        }
    }

    /// Widens for an import that stands for nothing that is there.
    fn doubt(&mut self, file: u32, name: &str) {
        let path = self.graph.path(file);
        let because = || format!("`{path}` imports `{name}`, which is nowhere in the commit");
        let member = self.graph.node(file).and_then(|node| node.member.as_ref());
        let manifest = member.and_then(|member| self.workspace.members.get(member)).map(|member| &member.manifest);
        let is_own = member == Some(self.subject.built);
        let makes = |manifest: &Manifest| is_made_of_own(name, manifest.all_dependencies().into_keys());
        if is_own && manifest.is_some_and(makes) {
            return;
        }
        match member.filter(|member| *member != self.subject.built) {
            Some(member) if self.subject.generators.contains(member) => self.built_by(file, member),
            Some(member) => self.widen(member, because),
            None => match self.about.get(self.subject.built) {
                Some(doubt) => self.also(*doubt, because()),
                None if self.in_doubt.is_none() => {
                    let doubt = self.new_doubt(because());
                    self.about.insert(self.subject.built.clone(), doubt);
                    self.in_doubt = Some(doubt);
                }
                None => {}
            },
        }
    }

    /// Takes what a member's build makes; its key covers all that this depends on.
    fn built_by(&mut self, file: u32, member: &RepoPath) {
        let has_task = self.workspace.members.get(member).is_some_and(Member::has_task);
        let is_built = has_task && !self.subject.idle.contains(member);
        if is_built {
            self.reached.members.insert(member.clone());
        } else {
            let path = self.graph.path(file);
            self.widen(member, || format!("`{path}` imports of it what is not in the commit"));
        }
    }

    /// Asks a module for something. One of which nothing is wanted only may be opened, if it has no side effects.
    fn ask(&mut self, file: u32, target: u32, wanted: Wanted, is_type: bool) {
        let node = self.graph.node(target);
        let is_pure = node.is_some_and(|node| self.is_pure(target, node));
        let wanted = if self.is_kept(target) { Wanted::All } else { wanted };
        let origin = self.origin_below(file);
        let counts = match &wanted {
            _ if node.map_or(self.subject.checks_types, |node| self.checks_types_of(node)) => true,
            _ if is_type => false,
            Wanted::Names(names) if names.is_empty() => !is_pure || self.subject.runs_all,
            Wanted::Names(_) | Wanted::All => true,
        };
        if counts {
            self.open.push((target, wanted, origin));
        } else {
            self.open_shown.push((target, origin));
        }
    }

    /// Whether a module gets into what is built as soon as it is opened: what runs elsewhere is asked for from there.
    /// Source: vercel/next.js, `flight-client-entry-plugin.ts`; own builds, see `docs/decisions/keys-as-fine-as-modules.md`.
    fn is_kept(&self, file: u32) -> bool {
        self.subject.keeps_placed && self.graph.node(file).is_some_and(|node| node.record.is_placed)
    }

    /// Whether a module may export a name; one that is not told may.
    fn may_export(&self, file: u32, name: &str) -> bool {
        let (mut seen, mut open) = (BTreeSet::from([file]), vec![file]);
        while let Some(file) = open.pop() {
            let Some(node) = self.graph.node(file) else { return true };
            if !node.record.is_told || exports(&node.record, name) {
                return true;
            }
            let stars = node.record.passed.iter().zip(&node.passed).filter(|(passed, _)| passed.exported.is_none());
            for (_, found) in stars {
                match found {
                    Found::Files(files) => open.extend(files.iter().filter(|file| seen.insert(**file))),
                    _ => return true,
                }
            }
        }
        false
    }

    /// Shows a file that does not count, and all that it imports.
    fn show(&mut self, file: u32, origin: Origin) {
        if self.reached.counted.contains_key(&file) || !self.reached.shown.insert(file) {
            return;
        }
        let graph = self.graph;
        let node = graph.node(file);
        self.touch(node, file);
        let Some(node) = node else { return };
        let opened = node.values().flat_map(Found::files);
        let kept: Vec<u32> = opened.copied().filter(|file| self.is_kept(*file)).collect();
        self.open.extend(kept.into_iter().map(|file| (file, Wanted::All, origin)));
        let show = |file: &u32| (*file, origin);
        for found in node.all() {
            self.open_shown.extend(found.files().iter().map(show));
            if let Some(member) = found.built() {
                self.built_by(file, member);
            }
        }
        self.open_shown.extend(node.named.iter().chain(&node.below).map(show));
    }
}

/// Whether a module exports a name by itself or by passing it on.
fn exports(record: &super::Record, name: &str) -> bool {
    record.own.contains(name) || record.passed.iter().any(|passed| passed.exported.as_deref() == Some(name))
}
