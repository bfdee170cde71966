//! The modules of a commit and what each import in them stands for.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use globset::GlobSet;
use model::{RepoPath, ShownFile, resolved};
use serde_json::Value;

use super::aliases::{self, Aliases};
use super::kept;
use super::kind::{Kind, configures_generators, configures_vite, is_configuration};
use super::paths::{Named, Paths, through as look_through};
use super::record::Record;
use super::resolve::{Resolver, by_alias, folder_of, folders_above, open_targets, package_of, partials};
use crate::detect::command;
use crate::files::Contents;
use crate::git::GitError;
use crate::knowledge::Knowledge;
use crate::workspace::{Member, Workspace};
use crate::{parallel, unread};

/// How many files are read at once.
const AT_ONCE: usize = 2000;

/// The modules of a commit. Files are told by their places in the order of all paths.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    paths: Arc<Paths>,
    nodes: Arc<Vec<Option<Box<Node>>>>,
    kept: Arc<Vec<bool>>,
    aliases: Arc<BTreeMap<RepoPath, Aliases>>,
    looked: Arc<Mutex<Looked>>,
}

/// What was looked for besides what files say of each other.
#[derive(Clone, Debug, Default)]
pub struct Looked {
    /// Patterns of paths that were looked through, each behind the folder from where.
    pub through: BTreeSet<(String, String)>,
    /// Patterns of paths of which that counts which is there anyway.
    pub scanned: BTreeSet<String>,
    /// Texts that were looked for which may name what no build reads by itself.
    pub texts: BTreeSet<String>,
}

/// A file that says something of others.
#[derive(Clone, Debug)]
pub struct Node {
    /// The member that it belongs to; none if that is nobody.
    pub member: Option<RepoPath>,
    /// What it says.
    pub record: Arc<Record>,
    /// What each of its imports stands for.
    pub imports: Vec<Found>,
    /// What each module stands for that it passes something on from.
    pub passed: Vec<Found>,
    /// Files that it names by their paths.
    pub named: Vec<u32>,
    /// Tests below the folders that its configuration names.
    pub below: Vec<u32>,
    /// Files that a compiler makes something of by it.
    pub compiled: Vec<u32>,
    /// Configurations of compilers that it refers to.
    pub referred: Vec<u32>,
    /// Texts of it that name members, and what of them.
    pub configured: Vec<(Box<str>, Found)>,
    /// Members that it names by where they are installed.
    pub installed: Vec<RepoPath>,
    /// Whether bundlers may leave it out if nothing of it is used.
    pub is_pure: bool,
    /// Whether it configures tools.
    pub is_configuration: bool,
    /// Patterns of paths that are looked through for it.
    pub through: Vec<String>,
}

/// What an import stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Any of these files.
    Files(Vec<u32>),
    /// Something that only a member's build makes.
    Built(RepoPath),
    /// Any of these files for who is told of a condition of the repository's own, for others what a member's build makes.
    ByCondition {
        /// The condition.
        condition: Box<str>,
        /// The files.
        files: Vec<u32>,
        /// The member.
        built: RepoPath,
    },
    /// A package from outside.
    Outside,
    /// It cannot be told.
    Unknown,
}

impl Graph {
    /// The modules of a workspace, whose members and their needs by manifest are known; `extended` are files of compilers'
    /// configuration that are not called so. What two commits both lack would compare as equal, so `must_be_there` says
    /// whether all contents must be.
    ///
    /// # Errors
    /// If git fails, or a content is not there that must be.
    pub fn of(
        workspace: &Workspace,
        files: &Contents,
        extended: &BTreeSet<String>,
        knowledge: &Knowledge,
        must_be_there: bool,
    ) -> Result<Graph, GitError> {
        let paths = Arc::new(Paths::new(workspace));
        let wanted = looked_at(workspace, extended);
        let mut records = Vec::with_capacity(wanted.len());
        for some in wanted.chunks(AT_ONCE) {
            let asked: Vec<(&str, Kind)> = some.iter().map(|(_, path, kind)| (*path, *kind)).collect();
            records.extend(knowledge.records(&workspace.snapshot, &asked, must_be_there)?);
        }
        let asked: Vec<(Wanted<'_>, Arc<Record>)> = wanted.into_iter().zip(records).collect();
        let told = told(workspace, &paths, &asked);
        let names = workspace.members.values().map(|member| (member.name.as_str(), &member.path)).collect();
        let mut reader = aliases::Reader::new(files, names);
        let aliases: BTreeMap<RepoPath, Aliases> =
            workspace.members.keys().map(|member| (member.clone(), reader.aliases(member, &told))).collect();
        let root = RepoPath::root();
        let linker = Linker::new(workspace, &paths, &aliases, &root);
        let mut nodes = vec![None; workspace.snapshot.files.len()];
        for (place, node) in parallel::parts(&asked, parallel::FEWEST, |some| linker.nodes(some)) {
            if let Some(place) = place {
                nodes[place as usize] = Some(Box::new(node));
            }
        }
        let kept = Arc::new(kept::of(&paths, &nodes));
        Ok(Graph { paths, nodes: Arc::new(nodes), kept, aliases: Arc::new(aliases), looked: Arc::default() })
    }

    /// The path of a file.
    pub fn path(&self, file: u32) -> &str {
        self.paths.path(file)
    }

    /// The place of a file.
    pub fn place(&self, path: &str) -> Option<u32> {
        self.paths.place(path)
    }

    /// Whether the compilers of a member are told of a condition.
    pub fn has_condition(&self, member: &RepoPath, condition: &str) -> bool {
        self.aliases.get(member).is_some_and(|aliases| aliases.may_hold(condition))
    }

    /// Names that stand for files in a member.
    pub fn aliases_of(&self, member: &RepoPath) -> Option<&Aliases> {
        self.aliases.get(member)
    }

    /// Files that a name stands for by the aliases of a member.
    pub fn alias(&self, member: &RepoPath, name: &str) -> Vec<u32> {
        let Some(aliases) = self.aliases.get(member) else { return Vec::new() };
        self.look(member.as_str(), &open_targets(aliases, name).collect::<Vec<String>>(), name);
        by_alias(&self.paths, aliases, name)
    }

    /// The member that owns a file; none of what belongs to nobody, or to one at the repository's root.
    pub fn owner(&self, file: u32) -> Option<&RepoPath> {
        self.paths.owner(file)
    }

    /// Files that a name in a member may stand for behind an alias that is not told, for the repository or a folder above
    /// the member; or where these are looked through for it.
    pub fn behind_alias(&self, member: &RepoPath, name: &str) -> Vec<u32> {
        let rests = name.match_indices('/').take(2).map(|(at, _)| &name[at + 1..]);
        let rests = rests.chain(name.contains('/').then_some(name)).filter(|rest| !rest.is_empty());
        let folders: Vec<&str> = folders_above(member.as_str()).chain([""]).collect();
        let paths = rests.flat_map(|rest| folders.iter().filter_map(move |folder| resolved(folder, rest)));
        let with_partials = paths.flat_map(|path| [vec![path.clone()], partials(&path).to_vec()].concat());
        with_partials.flat_map(|path| self.paths.candidates(&path)).collect()
    }

    /// What a path in a text in a folder may stand for.
    pub fn named(&self, folder: &str, text: &str) -> Named {
        let named = self.paths.by_text(folder, text);
        self.look(folder, &named.through, text);
        named
    }

    /// Files that a pattern or a path in a folder means without doubt.
    pub fn meant(&self, folder: &str, text: &str) -> Vec<u32> {
        self.look(folder, look_through(folder, text).as_slice(), text);
        self.paths.meant(folder, text)
    }

    /// The same of where names of classes are looked for, in what is there anyway.
    pub fn scanned(&self, folder: &str, text: &str) -> Vec<u32> {
        let mut looked = self.looked.lock().unwrap_or_else(PoisonError::into_inner);
        looked.scanned.extend(look_through(folder, text));
        drop(looked);
        self.paths.meant(folder, text)
    }

    /// Files that a pattern from the repository's root means, for who takes none of what no build reads by itself.
    pub fn declared(&self, pattern: &str) -> Vec<u32> {
        self.paths.meant("", pattern)
    }

    /// Configurations of compilers that these refer to, through any number of others, and what those extend, which passes on
    /// nothing of what it refers to; each with one that was found before, or is one of these, and leads to it.
    /// Source: typescriptlang.org, "Project References"; tsconfck's sources.
    pub fn referred(&self, from: &BTreeSet<u32>) -> Vec<(u32, u32)> {
        let configuration = |file: u32| self.node(file).filter(|node| node.record.settings.is_some());
        let mut open: Vec<(u32, bool)> = from.iter().map(|file| (*file, true)).collect();
        let (mut seen, mut found) = (BTreeSet::new(), Vec::new());
        while let Some((file, refers)) = open.pop() {
            let Some(node) = configuration(file) else { continue };
            let configured = node.configured.iter().flat_map(|(_, found)| found.files());
            let extended = node.named.iter().chain(configured).filter(|_| !from.contains(&file));
            let referred = node.referred.iter().filter(|_| refers).map(|other| (*other, true));
            for next in referred.chain(extended.map(|other| (*other, false))) {
                let is_other = configuration(next.0).is_some() && !from.contains(&next.0);
                if is_other && seen.insert(next) {
                    found.push((next.0, file));
                    open.push(next);
                }
            }
        }
        found
    }

    /// Whether a file is a configuration of compilers that another refers to, not one that this extends.
    pub fn is_referred(&self, file: u32, from: Option<u32>) -> bool {
        from.and_then(|from| self.node(from)).is_some_and(|from| from.referred.contains(&file))
    }

    /// Whether a file is a configuration of compilers that another extends.
    pub fn is_extended(&self, file: u32, from: Option<u32>) -> bool {
        let is_configuration = |from: &&Node| from.record.settings.is_some();
        from.and_then(|from| self.node(from)).filter(is_configuration).is_some() && !self.is_referred(file, from)
    }

    /// What was looked for so far besides what files say of each other.
    pub fn looked(&self) -> Looked {
        self.looked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn look(&self, folder: &str, through: &[String], text: &str) {
        let text = unread::marks_in(text).next().map(|_| text.to_owned());
        if !through.is_empty() || text.is_some() {
            let mut looked = self.looked.lock().unwrap_or_else(PoisonError::into_inner);
            looked.through.extend(through.iter().map(|pattern| (folder.to_owned(), pattern.clone())));
            looked.texts.extend(text);
        }
    }

    /// Members, each with names that stand for files in it.
    pub fn aliases(&self) -> impl Iterator<Item = (&RepoPath, &Aliases)> {
        self.aliases.iter()
    }

    /// Files that a path may stand for, with or without its ending.
    pub fn candidates(&self, path: &str) -> Vec<u32> {
        self.paths.candidates(path)
    }

    /// What a file says of others; none if it is of a kind that says nothing.
    pub fn node(&self, file: u32) -> Option<&Node> {
        self.nodes.get(file as usize)?.as_deref()
    }

    /// Whether it is all the same which exports of a file are asked for, as soon as any is.
    pub fn is_kept(&self, file: u32) -> bool {
        self.kept.get(file as usize).copied().unwrap_or_default()
    }

    /// Every file that says something of others.
    pub fn nodes(&self) -> impl Iterator<Item = (u32, &Node)> {
        (0..).zip(&*self.nodes).filter_map(|(file, node)| Some((file, node.as_deref()?)))
    }
}

/// How many texts of a file are tried as paths behind folders that are not told, and up to how many folders and texts all
/// of these before all of those: what has more holds no paths.
const MOST_GIVEN: usize = 1000;
const MOST_FOLDERS: usize = 8;
const MOST_BEHIND: usize = 30;

/// Folders at the top of a package that hold what configures its build.
const CONFIGURING: [&str; 4] = ["config", "webpack", ".vitepress", ".storybook"];

/// How many words of a script are tried as paths.
const MOST_WORDS: usize = 5000;

/// A file that is looked at, with the member that it belongs to.
type Wanted<'a> = (Option<&'a RepoPath>, &'a str, Kind);

/// What names stand for in a member, wherever in it they are imported.
type Imports<'a> = HashMap<&'a RepoPath, HashMap<Box<str>, Found>>;

/// The files that are looked at.
fn looked_at<'w>(workspace: &'w Workspace, extended: &BTreeSet<String>) -> Vec<Wanted<'w>> {
    let kind = |file: &ShownFile| {
        let is_extended = extended.contains(file.path.as_str());
        is_extended.then_some(Kind::Compiler).or_else(|| Kind::of(file))
    };
    let members = workspace.members.keys().filter(|member| !member.is_root());
    let owned = members.flat_map(|member| workspace.files_of(member).map(move |file| (Some(member), file)));
    let all = owned.chain(workspace.unowned_files().map(|file| (None, file)));
    all.filter_map(|(member, file)| Some((member, file.path.as_str(), kind(file)?))).collect()
}

/// Compilers' configuration that members name in what configures their bundlers or in scripts, by its path or by its folder's.
fn told<'w>(workspace: &'w Workspace, paths: &Paths, asked: &[(Wanted<'w>, Arc<Record>)]) -> aliases::Told<'w> {
    let mut told = aliases::Told::new();
    let mut take = |member: &'w RepoPath, folder: &str, text: &str| {
        let names =
            ["", "/tsconfig.json", "/jsconfig.json"].iter().map(|end| format!("{}{end}", text.trim_end_matches('/')));
        let found = names.filter_map(|name| resolved(folder, &name)).filter(|path| aliases::is_read(path));
        let found: Vec<String> = found.filter(|path| paths.place(path).is_some()).collect();
        if !found.is_empty() {
            told.entry(member).or_default().extend(found);
        }
    };
    for ((member, path, kind), record) in asked {
        let Some(member) = member.filter(|_| is_configuration(path, *kind) && *kind != Kind::Compiler) else {
            continue;
        };
        for text in &record.paths {
            take(member, folder_of(path), text);
            take(member, member.as_str(), text);
        }
    }
    for member in workspace.members.values() {
        let scripts = member.manifest.scripts().filter_map(|name| member.manifest.script(name));
        let words = scripts.flat_map(command::words).filter_map(|word| word.rsplit('=').next());
        words.filter(|word| aliases::is_read(word)).for_each(|word| take(&member.path, member.path.as_str(), word));
    }
    told
}

/// Makes nodes of what files say.
struct Linker<'a> {
    resolver: Resolver<'a>,
    paths: &'a Paths,
    purity: BTreeMap<&'a RepoPath, Purity>,
    root: &'a RepoPath,
    workspace: &'a Workspace,
}

impl<'a> Linker<'a> {
    fn new(
        workspace: &'a Workspace,
        paths: &'a Paths,
        aliases: &'a BTreeMap<RepoPath, Aliases>,
        root: &'a RepoPath,
    ) -> Linker<'a> {
        let members = &workspace.members;
        let resolver = Resolver::new(paths, members, &workspace.roots, workspace.needs(), aliases);
        let purity = |member: &'a Member| (&member.path, Purity::of(member.manifest.field("sideEffects")));
        Linker { resolver, paths, purity: members.values().map(purity).collect(), root, workspace }
    }

    /// Nodes of files, each with its place.
    fn nodes(&self, asked: &[(Wanted<'a>, Arc<Record>)]) -> Vec<(Option<u32>, Node)> {
        let mut known = Imports::new();
        let node = |((member, path, kind), record): &(Wanted<'a>, Arc<Record>)| {
            (self.paths.place(path), self.node(*member, path, *kind, record, &mut known))
        };
        asked.iter().map(node).collect()
    }

    fn node(
        &self,
        member: Option<&'a RepoPath>,
        path: &str,
        kind: Kind,
        record: &Arc<Record>,
        known: &mut Imports<'a>,
    ) -> Node {
        let is_as_told = record.aside.is_empty() || configures_vite(path);
        let record = if is_as_told { Arc::clone(record) } else { Arc::new(record.with_aside()) };
        // What belongs to nobody imports as the root does, which may have no manifest and so no packages.
        let of = member.unwrap_or(self.root);
        let of = self.workspace.members.get_key_value(of).map_or(self.root, |(of, _)| of);
        let known = known.entry(of).or_default();
        let mut import = |name: &str| {
            if Resolver::depends_on_place(path, name) {
                return self.resolver.import(path, of, name);
            }
            if !known.contains_key(name) {
                known.insert(name.into(), self.resolver.import(path, of, name));
            }
            known[name].clone()
        };
        let is_configuration = is_configuration(path, kind);
        let is_other = |word: &str| {
            self.resolver.package(of, word).is_some_and(|(package, below)| package != of || !below.is_empty())
        };
        // A text is a package's name by chance, unless its manifest asks for that. Configuration finds what is installed
        // beside it as well, and what is put together while it runs may be of any name; but a single word is a key or a
        // value more often.
        let is_meant = |word: &str| {
            let package = package_of(word);
            let is_own = || self.workspace.members.get(of).is_some_and(|member| member.name == package);
            let is_asked_for = self.workspace.asks_for(of, package) || is_own();
            // Words of a command are most often none.
            let is_configuration = is_configuration && kind != Kind::Commands;
            is_asked_for && (is_configuration || word.contains('/'))
                || (is_configuration || record.is_open) && word.contains('/')
                || matches!(kind, Kind::Compiler)
        };
        let configured = record.words.iter().filter(|word| is_meant(word) && is_other(word));
        let is_run = is_configuration || record.reads_files;
        let mut through = BTreeSet::new();
        let (named, mut below) = self.named(path, of, kind, is_run, &record, &mut through);
        for name in record.modules().filter(|module| module.contains('*')) {
            match name.starts_with('.') {
                true => through.extend(look_through(folder_of(path), name)),
                false => through.extend(self.resolver.open_aliases(of, name)),
            }
        }
        let scanned = record.scanned_folders().flat_map(|folder| self.paths.meant(folder_of(path), folder));
        below.extend(scanned.filter(|file| !named.contains(file)));
        let compiled = record.compiled.iter().map(|text| self.paths.by_text(folder_of(path), text));
        let referred = record.referred.iter().filter_map(|text| self.paths.place(&resolved(folder_of(path), text)?));
        let installed = record.installed.iter().filter_map(|name| self.resolver.package(of, name));
        let is_left_out =
            member.and_then(|member| self.purity.get(member)).is_some_and(|purity| purity.holds(of, path))
                && !self.has_nearer_manifest(of, path);
        Node {
            member: member.cloned(),
            imports: record.imports.iter().map(|asked| import(&asked.module)).collect(),
            passed: record.passed.iter().map(|passed| import(&passed.module)).collect(),
            named: named.into_iter().collect(),
            below: below.into_iter().collect(),
            compiled: compiled.flat_map(Named::all).collect(),
            referred: referred.collect(),
            configured: configured.map(|word| (word.clone(), import(word))).collect(),
            installed: installed.map(|(package, _)| package.clone()).collect(),
            is_pure: record.is_told && is_left_out,
            is_configuration,
            through: through.into_iter().collect(),
            record,
        }
    }

    /// Whether a manifest lies between a member and a file of it: bundlers ask that one for side effects.
    /// Source: webpack's and esbuild's sources.
    fn has_nearer_manifest(&self, member: &RepoPath, path: &str) -> bool {
        let mut between = folders_above(path).take_while(|folder| folder.len() > member.as_str().len());
        between.any(|folder| self.paths.place(&format!("{folder}/package.json")).is_some())
    }

    /// Files that texts of a file may stand for as paths: from its folder and, of what is run, from its package's, where tools
    /// read it. Tests below a folder that configuration names stand apart: it is about what else is there. Folders that are
    /// looked through are told.
    fn named(
        &self,
        path: &str,
        of: &RepoPath,
        kind: Kind,
        is_run: bool,
        record: &Record,
        through: &mut BTreeSet<String>,
    ) -> (BTreeSet<u32>, BTreeSet<u32>) {
        let is_configuration = is_configuration(path, kind);
        // Nuxt has its sources in a folder, from where paths lead.
        let is_nuxts = path.rsplit('/').next().is_some_and(|name| name.starts_with("nuxt.config."));
        let sources = if is_nuxts { vec![of.join("app"), of.join("server")] } else { Vec::new() };
        let named = |text: &str| {
            // What is only known when it runs may be anything there.
            let is_whole = || !text.contains(['*', '$']);
            let from_member = is_configuration || text.starts_with("../") || is_run && is_whole();
            let mut folders = vec![folder_of(path)];
            folders.extend(from_member.then_some(of.as_str()));
            folders.extend(sources.iter().map(String::as_str));
            folders.into_iter().map(|folder| self.resolver.path(folder, of, text)).collect::<Vec<Named>>()
        };
        let by_paths = record.paths.iter().flat_map(|text| named(text));
        // A file of a member by its name alone; in its configuration also what lies below it or the repository. What is
        // configured for all at the root names everybody's folders.
        // Deeper a module may be called so for another reason.
        let below = of.below(path);
        let is_of_top = !below.contains('/') || CONFIGURING.iter().any(|folder| folder_of(below) == *folder);
        let is_at_top = is_run && (record.reads_files || is_of_top);
        let is_script = record.reads_files && !is_configuration;
        let words = || record.words.iter().filter(|_| !of.is_root() || is_script || configures_generators(path));
        let exact = words().filter(|word| word.contains('.')).flat_map(|word| {
            let beside = resolved(folder_of(path), word).and_then(|path| self.paths.place(&path));
            beside.into_iter().chain(self.paths.place(&of.join(word)))
        });
        // A member's folder alone is a place, and nothing that is read.
        let is_member = |word: &str| word.parse().is_ok_and(|path: RepoPath| self.workspace.is_member(&path));
        let most = if is_script { MOST_WORDS } else { usize::MAX };
        let words = words().filter(|word| is_run && word.contains('/') && !is_member(word)).take(most);
        let below = words.flat_map(|word| ["", of.as_str()].map(|folder| self.resolver.path(folder, of, word)));
        // What is put together may begin anywhere; a folder of members is a place as well.
        let given = record.given.iter().filter(|text| is_at_top && !record.joined.contains(*text)).take(MOST_GIVEN);
        // A function of a repository's own puts them behind a folder.
        let are_few = record.joined.len() <= MOST_FOLDERS && record.given.len() <= MOST_BEHIND;
        let own = record.joined.iter().filter(|folder| is_run && are_few && !folder.contains('.'));
        let behind: BTreeSet<Box<str>> =
            own.flat_map(|folder| record.given.iter().map(move |text| format!("{folder}/{text}").into())).collect();
        let joined = record.joined.iter().chain(given).chain(&behind).flat_map(|text| {
            // From the root a single name is one of something else more often, and a manifest is that of what is built.
            let is_of_root = (is_at_top || text.contains('/')) && !text.ends_with("package.json");
            let folders = [is_of_root.then_some(""), Some(of.as_str()), Some(folder_of(path))];
            // A variable may stand for the folder of all packages.
            let above = folders_above(of.as_str()).filter(move |_| is_of_root && is_run);
            folders.into_iter().flatten().chain(above).map(move |folder| (folder, text))
        });
        let joined = joined.filter(|(folder, text)| {
            let place = resolved(folder, text).unwrap_or_default();
            !place.is_empty() && !self.workspace.is_place(&place)
        });
        let joined = joined.map(|(folder, text)| self.resolver.path(folder, of, text));
        // Tailwind looks for names of classes in whatever it is pointed at.
        let is_apart = is_configuration && !path.contains("tailwind");
        let (mut files, mut apart): (BTreeSet<u32>, BTreeSet<u32>) = (exact.collect(), BTreeSet::new());
        for named in by_paths.chain(below).chain(joined) {
            files.extend(named.files);
            through.extend(named.through.into_iter().filter(|_| !is_apart || named.below.is_empty()));
            let is_test = |file: &u32| is_apart && unread::is_test_in(&self.paths.path(*file)[named.folder.len()..]);
            let (tests, others): (Vec<u32>, Vec<u32>) = named.below.iter().partition(|file| is_test(file));
            files.extend(others);
            apart.extend(tests);
        }
        let own = self.paths.place(path);
        files.retain(|file| Some(*file) != own);
        apart.retain(|file| Some(*file) != own && !files.contains(file));
        (files, apart)
    }
}

impl Found {
    /// Files that it stands for, by whichever condition.
    pub fn files(&self) -> &[u32] {
        match self {
            Found::Files(files) | Found::ByCondition { files, .. } => files,
            Found::Built(_) | Found::Outside | Found::Unknown => &[],
        }
    }

    /// The member whose build makes what it stands for, by whichever condition.
    pub fn built(&self) -> Option<&RepoPath> {
        match self {
            Found::Built(built) | Found::ByCondition { built, .. } => Some(built),
            Found::Files(_) | Found::Outside | Found::Unknown => None,
        }
    }
}

impl Node {
    /// Names of packages that it imports or names. What checks may be called by what configures a build, and changes nothing in
    /// what is built.
    pub fn packages(&self, is_tool: fn(&str) -> bool) -> impl Iterator<Item = &str> {
        let names = self.record.modules().chain(self.record.words.iter().map(|word| &**word));
        names.map(package_of).filter(move |package| !(self.is_configuration && is_tool(package)))
    }

    /// What its imports stand for of which more than types is asked.
    pub fn values(&self) -> impl Iterator<Item = &Found> {
        let asked = self.asks().filter(|(_, is_type, _)| !is_type).map(|(.., found)| found);
        asked.chain(self.configured.iter().map(|(_, found)| found))
    }

    /// What it imports and passes on: names of modules, whether only types are asked of them, and what they stand for.
    pub fn asks(&self) -> impl Iterator<Item = (&str, bool, &Found)> {
        let imports = self.record.imports.iter().map(|import| (&*import.module, import.is_type)).zip(&self.imports);
        let passed = self.record.passed.iter().map(|passed| (&*passed.module, passed.is_type)).zip(&self.passed);
        imports.chain(passed).map(|((module, is_type), found)| (module, is_type, found))
    }

    /// Patterns of files in which something of it looks for names of classes: Tailwind's.
    /// Source: tailwindcss.com, "Detecting classes in source files".
    pub fn scans(&self, path: &str) -> &BTreeSet<Box<str>> {
        let is_tailwinds = path.rsplit('/').next().is_some_and(|name| name.starts_with("tailwind.config."));
        if is_tailwinds { &self.record.paths } else { &self.record.scans }
    }

    /// Whether it has the path of a file, and does not import it.
    pub fn names_only(&self, file: u32) -> bool {
        self.named.contains(&file) && !self.all().any(|found| found.files().contains(&file))
    }

    /// Whatever its imports stand for, in any way.
    pub fn all(&self) -> impl Iterator<Item = &Found> {
        self.imports.iter().chain(&self.passed).chain(self.configured.iter().map(|(_, found)| found))
    }
}

/// Which of a package's modules may be left out if nothing of them is used.
/// Source: webpack.js.org, "Tree Shaking", `sideEffects`.
enum Purity {
    None,
    All,
    /// All but those of these patterns.
    But(Box<GlobSet>),
}

impl Purity {
    fn of(field: Option<&Value>) -> Purity {
        let patterns = match field {
            Some(Value::Bool(false)) => return Purity::All,
            Some(Value::String(pattern)) => vec![pattern.as_str()],
            Some(Value::Array(patterns)) => patterns.iter().filter_map(Value::as_str).collect(),
            _ => return Purity::None,
        };
        let mut globs = globset::GlobSetBuilder::new();
        for pattern in patterns {
            let below = pattern.trim_start_matches("./");
            let pattern = if below.contains('/') { below.to_owned() } else { format!("**/{below}") };
            match globset::Glob::new(&pattern) {
                Ok(glob) => drop(globs.add(glob)),
                // What cannot be read may be about any module.
                Err(_) => return Purity::None,
            }
        }
        globs.build().map_or(Purity::None, |globs| Purity::But(Box::new(globs)))
    }

    fn holds(&self, member: &RepoPath, path: &str) -> bool {
        match self {
            Purity::None => false,
            Purity::All => true,
            Purity::But(globs) => !globs.is_match(member.below(path)),
        }
    }
}
