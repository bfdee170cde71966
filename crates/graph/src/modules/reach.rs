//! Which files the build of a member reads: from its own modules along what they import.
//!
//! Two sets, and a third for what a build only checks. *Shown* is every file that a bundler may open. *Counted* are those whose content can get into what is
//! built: all of them, but for modules without side effects of which only re-exports are reached that nobody uses, and
//! for what is imported as a type, where the build checks no types. What cannot be told widens both to a whole package.

use std::collections::{BTreeSet, HashMap};

use model::RepoPath;

use super::graph::{Found, Graph, Node};
use super::record::Wanted;
use crate::workspace::{Member, Workspace};

/// What the build of a member reads besides its own files.
#[derive(Clone, Debug, Default)]
pub struct Reached {
    /// Files whose content counts.
    pub counted: BTreeSet<u32>,
    /// Files that a bundler may open besides.
    pub shown: BTreeSet<u32>,
    /// Files that only checks of types and style open: tests, what these import, and what configures the checks.
    pub checked: BTreeSet<u32>,
    /// Members that count whole, since something of them cannot be told.
    pub whole: BTreeSet<RepoPath>,
    /// Members of which anything is reached.
    pub members: BTreeSet<RepoPath>,
    /// Names of packages, from outside or not, that files which count import or name.
    pub packages: BTreeSet<Box<str>>,
}

/// A way through the modules for one member.
pub struct Walk<'a> {
    workspace: &'a Workspace,
    graph: &'a Graph,
    built: &'a RepoPath,
    /// Whether types and unused re-exports count, since the build checks types.
    checks_types: bool,
    is_root: &'a dyn Fn(&str) -> bool,
    reached: Reached,
    /// Whether something is imported by the member itself, or by a file of nobody, that cannot be told.
    is_in_doubt: bool,
    wanted: HashMap<u32, Wanted>,
    open: Vec<(u32, Wanted)>,
    open_shown: Vec<u32>,
}

impl<'a> Walk<'a> {
    /// A way for the build of a member. Of a member's files those that `is_root` names are read without being imported.
    pub fn new(
        workspace: &'a Workspace,
        graph: &'a Graph,
        built: &'a RepoPath,
        checks_types: bool,
        is_root: &'a dyn Fn(&str) -> bool,
    ) -> Walk<'a> {
        Walk {
            workspace,
            graph,
            built,
            checks_types,
            is_root,
            reached: Reached::default(),
            is_in_doubt: false,
            wanted: HashMap::new(),
            open: Vec::new(),
            open_shown: Vec::new(),
        }
    }

    /// What is reached: from the member's own files, from files that its commands name, and from members that it needs and
    /// that its commands may run. `checks` configure what only checks, as members do of which `is_tool` says so.
    pub fn run(
        mut self,
        named: impl Iterator<Item = u32>,
        may_run: impl Fn(&Member) -> bool,
        checks: impl Iterator<Item = u32>,
        is_tool: fn(&str) -> bool,
    ) -> Reached {
        self.all_of(self.built);
        self.open.extend(named.map(|file| (file, Wanted::All)));
        self.go();
        for needed in self.workspace.needs().direct(self.built, true) {
            let Some(member) = self.workspace.members.get(needed) else { continue };
            if !self.reached.members.contains(needed) && !is_tool(&member.name) && (self.is_in_doubt || may_run(member))
            {
                self.widen(needed);
            }
        }
        self.go();
        self.check(checks, is_tool);
        let Walk { mut reached, .. } = self;
        reached.shown.retain(|file| !reached.counted.contains(file));
        reached.checked.retain(|file| !reached.counted.contains(file) && !reached.shown.contains(file));
        reached
    }

    /// Finds what only checks open, from the files of the member that are no roots and from tools that it needs.
    fn check(&mut self, checks: impl Iterator<Item = u32>, is_tool: fn(&str) -> bool) {
        let tools = self
            .workspace
            .needs()
            .direct(self.built, true)
            .filter(|needed| self.workspace.members.get(*needed).is_some_and(|member| is_tool(&member.name)));
        let members = tools.chain([self.built]).flat_map(|member| self.workspace.files_of(member));
        let of_members = members.filter_map(|file| self.graph.place(file.path.as_str()));
        let mut open: Vec<u32> = of_members.chain(checks).collect();
        while let Some(file) = open.pop() {
            let is_known = self.reached.counted.contains(&file) || self.reached.shown.contains(&file);
            if is_known || !self.reached.checked.insert(file) {
                continue;
            }
            let Some(node) = self.graph.node(file) else { continue };
            for found in node.all() {
                if let Found::Files(files) = found {
                    open.extend(files);
                }
            }
            open.extend(&node.named);
        }
    }

    fn all_of(&mut self, member: &RepoPath) {
        self.reached.members.insert(member.clone());
        for file in self.workspace.files_of(member) {
            let path = file.path.as_str();
            if let Some(place) = self.graph.place(path).filter(|_| (self.is_root)(path)) {
                self.open.push((place, Wanted::All));
            }
        }
    }

    fn widen(&mut self, member: &RepoPath) {
        // All of what is built itself counts anyway.
        if member != self.built && self.reached.whole.insert(member.clone()) {
            self.all_of(member);
        }
    }

    fn go(&mut self) {
        loop {
            if let Some((file, wanted)) = self.open.pop() {
                self.count(file, &wanted);
            } else if let Some(file) = self.open_shown.pop() {
                self.show(file);
            } else {
                return;
            }
        }
    }

    fn touch(&mut self, node: Option<&Node>, file: u32) {
        let owner = node.and_then(|node| node.member.as_ref());
        let owner = owner.or_else(|| self.workspace.owner(self.graph.path(file)));
        if let Some(owner) = owner.filter(|owner| !self.reached.members.contains(*owner)) {
            self.reached.members.insert(owner.clone());
        }
    }

    /// Counts a file of which something is wanted.
    fn count(&mut self, file: u32, wanted: &Wanted) {
        let graph = self.graph;
        let node = graph.node(file);
        let is_first = self.reached.counted.insert(file);
        if is_first {
            self.touch(node, file);
        }
        let owner = self.workspace.owner(self.graph.path(file));
        let name = self.graph.path(file).rsplit('/').next().unwrap_or_default();
        // Whoever asks for a manifest looks for the package's folder, and what a layer's configuration lies in is its.
        if is_first
            && (name == "package.json" || name.starts_with("nuxt.config."))
            && let Some(owner) = owner
        {
            self.widen(owner);
        }
        let Some(node) = node else { return };
        // Of what may have side effects, or is not told, all counts.
        let wanted = if node.is_pure && !self.checks_types { wanted.clone() } else { Wanted::All };
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
            self.body(node);
        }
        if is_first || news.is_some() {
            self.pass_on(node, &news.unwrap_or_else(Wanted::nothing));
        }
    }

    /// What the body of a module asks for.
    fn body(&mut self, node: &'a Node) {
        let record = &node.record;
        let names = record.imports.iter().map(|import| &import.module);
        let names = names.chain(record.passed.iter().map(|passed| &passed.module)).chain(&record.words);
        for package in names.map(|name| super::resolve::package_of(name)) {
            if !self.reached.packages.contains(package) {
                self.reached.packages.insert(package.into());
            }
        }
        for (import, found) in node.record.imports.iter().zip(&node.imports) {
            self.follow(node, found, &import.module, &import.wanted, import.is_type);
        }
        for found in &node.configured {
            self.follow(node, found, "", &Wanted::All, false);
        }
        for named in &node.named {
            self.open.push((*named, Wanted::All));
        }
        for member in &node.installed {
            self.widen(member);
        }
        if node.record.is_open
            && let Some(member) = &node.member
        {
            self.widen(member);
        }
    }

    /// What a module passes on of that which is wanted of it.
    fn pass_on(&mut self, node: &'a Node, wanted: &Wanted) {
        for (passed, found) in node.record.passed.iter().zip(&node.passed) {
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
            match (asked, found) {
                (Some(Wanted::Names(names)), Found::Files(files)) if is_star => {
                    for target in files {
                        let there = names.iter().filter(|name| self.may_export(*target, name));
                        let there: BTreeSet<Box<str>> = there.cloned().collect();
                        self.ask(*target, Wanted::Names(there), passed.is_type);
                    }
                }
                (asked, _) => {
                    let wanted = asked.unwrap_or_else(Wanted::nothing);
                    self.follow(node, found, &passed.module, &wanted, passed.is_type);
                }
            }
        }
    }

    fn follow(&mut self, node: &Node, found: &Found, name: &str, wanted: &Wanted, is_type: bool) {
        match found {
            Found::Files(files) => {
                for target in files {
                    self.ask(*target, wanted.clone(), is_type);
                }
            }
            Found::Built(member) => self.built_by(member),
            Found::Outside => {}
            Found::Unknown => {
                // Who builds a package's sources with its own has its own names for files.
                let by_builder = self.graph.alias(&self.workspace.snapshot.files, self.built, name);
                if !by_builder.is_empty() {
                    for target in by_builder {
                        self.ask(target, wanted.clone(), is_type);
                    }
                } else if !is_type && node.member.as_ref().is_none_or(|member| member == self.built) {
                    self.is_in_doubt = true;
                } else if !is_type && let Some(member) = &node.member {
                    self.widen(member);
                }
            }
        }
    }

    /// Takes what a member's build makes; its key covers all that this depends on.
    fn built_by(&mut self, member: &RepoPath) {
        let is_built = self.workspace.members.get(member).is_some_and(Member::has_task);
        if is_built {
            self.reached.members.insert(member.clone());
        } else {
            self.widen(member);
        }
    }

    /// Asks a module for something. One of which nothing is wanted only may be opened, if it has no side effects.
    fn ask(&mut self, target: u32, wanted: Wanted, is_type: bool) {
        let is_pure = self.graph.node(target).is_some_and(|node| node.is_pure);
        let counts = match &wanted {
            _ if self.checks_types => true,
            _ if is_type => false,
            Wanted::Names(names) if names.is_empty() => !is_pure,
            Wanted::Names(_) | Wanted::All => true,
        };
        if counts {
            self.open.push((target, wanted));
        } else {
            self.open_shown.push(target);
        }
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
                    Found::Built(_) | Found::Outside | Found::Unknown => return true,
                }
            }
        }
        false
    }

    /// Shows a file that does not count, and all that it imports.
    fn show(&mut self, file: u32) {
        if self.reached.counted.contains(&file) || !self.reached.shown.insert(file) {
            return;
        }
        let graph = self.graph;
        let node = graph.node(file);
        self.touch(node, file);
        let Some(node) = node else { return };
        for found in node.all() {
            match found {
                Found::Files(files) => self.open_shown.extend(files),
                Found::Built(member) => self.built_by(member),
                Found::Outside | Found::Unknown => {}
            }
        }
        self.open_shown.extend(&node.named);
    }
}

/// Whether a module exports a name by itself or by passing it on.
fn exports(record: &super::Record, name: &str) -> bool {
    record.own.contains(name) || record.passed.iter().any(|passed| passed.exported.as_deref() == Some(name))
}
