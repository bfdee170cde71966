//! What counts of packages from outside: what the lockfile resolves them to, the folders of the repository that some are
//! installed from, and patches.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use model::{PackageManager, RepoPath};

use super::{Build, Draft, Planner, content};
use crate::detect::command;
use crate::files::below;
use crate::inputs::{Component, Reach};
use crate::lockfile::{Closure, Lockfile, name_of};
use crate::manifest::{LIFECYCLE, Manifest};
use crate::modules::Reached;
use crate::packages;
use crate::unread::Reads;

/// Where patches lie that are laid on what was installed.
const PATCHES: &str = "patches";

/// A package from outside, and what tells one content of it from another.
pub type Installed = (Arc<Component>, Arc<str>);

/// Several of them.
pub type Installs = BTreeMap<Arc<Component>, Arc<str>>;

/// Names and ranges that the package in a folder below the root wants.
pub type Wishes<'a> = (&'a str, BTreeMap<&'a str, &'a str>);

impl<'a> Planner<'a> {
    /// Packages from outside that the build may read: of the member and of packages with a task also those for
    /// development, of the root all, since tools live there; but for tools that only check. Of other packages those that
    /// are imported or named by what is reached. Of what is imported and none of these ask for, all that may be found.
    pub(super) fn dependencies(&self, path: &RepoPath, build: &Build<'_>, reached: &Reached) -> Installs {
        let root = self.root;
        let Some(lockfile) = &root.lockfile else { return Installs::new() };
        let mut wishes = vec![(None, "", wanted_by_build(&self.root.manifest, build, reached))];
        let needed = self.workspace.closure(path, true);
        for member in needed.members().filter(|needed| reached.members.contains(*needed)).chain([path]) {
            let member = self.workspace.members.get(member).filter(|member| member.root == self.root.folder);
            let Some(member) = member else { continue };
            let is_source = !member.has_task() && &member.path != path;
            let wanted = if !is_source {
                wanted_by_build(&member.manifest, build, reached)
            } else {
                let is_whole = reached.whole.contains_key(&member.path);
                let run = member.manifest.needed(false).into_iter();
                let run = run.filter(|(name, _)| is_whole || reached.packages.contains(*name));
                // A source finds what its package has for development as well, and before what others ask for.
                let imports = |name: &str| reached.outside.get(name).is_some_and(|by| by.contains(&member.path));
                let imported = member.manifest.needed(true).into_iter().filter(|(name, _)| imports(name));
                run.chain(imported).collect()
            };
            wishes.push((is_source.then_some(&member.path), self.root.below(&member.path), wanted));
        }
        let asked_for: BTreeSet<&str> = wishes.iter().flat_map(|(.., wanted)| wanted.keys().copied()).collect();
        let undeclared = reached.outside.keys().map(|name| &**name).filter(|name| !asked_for.contains(name));
        let is_member = |folder: &str| self.is_member_at(folder);
        let closures: Vec<Arc<Installs>> =
            wishes.iter().map(|(_, folder, wanted)| self.closure(lockfile, folder, wanted)).collect();
        let undeclared = self.told_of(lockfile.all_named(undeclared, &is_member));
        let installed = closures.iter().flat_map(|installs| installs.iter()).chain(&undeclared);
        let installed = installed.map(|(component, content)| (Arc::clone(component), Arc::clone(content)));
        // Which of several of a name is found, where places do not tell.
        let found = wishes.iter().flat_map(|(source, folder, wanted)| {
            // Of sources only what their modules import is found from there.
            let imports = |name: &str, member: &RepoPath| {
                reached.whole.contains_key(member) || reached.outside.get(name).is_some_and(|by| by.contains(member))
            };
            let is_found = move |name: &str| source.is_none_or(|member| imports(name, member));
            wanted.iter().filter(move |(name, _)| is_found(name)).filter_map(move |(name, range)| {
                let content = lockfile.stands_for(folder, name, range)?;
                let (name, place) = ((*name).to_owned(), format!("{folder}/package.json"));
                Some((Arc::new(Component::Dependency { name, place }), content.into()))
            })
        });
        let all = installed.chain(found);
        all.filter(|(component, _)| {
            build.checks_types
                || !matches!(&**component, Component::Dependency { name, .. } if packages::is_of_types(name))
        })
        .collect()
    }

    /// What is installed of what the package in a folder wants, and all that this needs.
    fn closure(&self, lockfile: &'a Lockfile, folder: &'a str, wanted: &BTreeMap<&'a str, &'a str>) -> Arc<Installs> {
        let asked = (folder, wanted.clone());
        if let Some(known) = self.installs.borrow().get(&asked) {
            return Arc::clone(known);
        }
        let installs = Arc::new(self.told_of(lockfile.closure(folder, wanted, &|folder| self.is_member_at(folder))));
        self.installs.borrow_mut().insert(asked, Arc::clone(&installs));
        installs
    }

    fn told_of(&self, closure: Closure<'a>) -> Installs {
        let mut known = self.told.borrow_mut();
        let told = closure.installed.into_iter().map(|(place, it)| {
            let told = known.entry(place).or_insert_with(|| {
                let component = Component::Dependency { name: it.name.clone(), place: place.to_owned() };
                (Arc::new(component), it.content().into())
            });
            told.clone()
        });
        told.collect()
    }

    /// Whether a folder that the lockfile names is that of a member.
    fn is_member_at(&self, folder: &str) -> bool {
        self.root.member_at(folder).is_some_and(|path| self.workspace.is_member(&path))
    }

    /// Files in folders of the repository that packages are installed from which are no members: of those that a member wants,
    /// itself or through others.
    pub(super) fn local_files(&self, path: &RepoPath) -> Vec<&str> {
        let Some(lockfile) = self.root.lockfile.as_ref().filter(|lockfile| !lockfile.local_sources().is_empty()) else {
            return Vec::new();
        };
        let is_member = |folder: &str| self.is_member_at(folder);
        let needed = self.workspace.closure(path, true);
        let members = needed.members().chain([path]).filter_map(|member| self.workspace.members.get(member));
        let of_members = members.map(|member| (self.root.below(&member.path), &member.manifest));
        let manifests = of_members.chain([("", &self.root.manifest)]);
        let folders: BTreeSet<&str> = manifests
            .flat_map(|(below, manifest)| lockfile.closure(below, &manifest.needed(true), &is_member).folders)
            .collect();
        let of_folder = |folder: &str| {
            let folder: RepoPath = self.root.named(folder)?.parse().ok()?;
            let files = below(&self.workspace.snapshot.files, folder.as_str()).filter(|_| !folder.is_root());
            Some(files.filter(|file| !Reads::default().leaves_out(folder.below(file))).collect::<Vec<&str>>())
        };
        folders.into_iter().filter_map(of_folder).flatten().collect()
    }

    /// Counts what says how the package manager installs, but for what the lockfile comes to.
    pub(super) fn install_settings(&self, draft: &mut Draft) {
        let above = Arc::new(Reach::Above);
        let installed = installed(draft);
        let mut counted: BTreeMap<Component, String> = BTreeMap::new();
        for setting in &self.root.settings {
            if setting.package.as_ref().is_none_or(|package| installed.contains(package)) {
                let component = Component::Field { file: setting.file.clone(), field: setting.field.clone() };
                let content = counted.entry(component).or_default();
                content.push_str(&setting.content);
                content.push('\n');
            }
        }
        for (component, content) in counted {
            draft.inputs.add_reached(component, content, &above);
        }
        let read = match self.root.manager {
            PackageManager::Bun => &["bunfig.toml"] as &[&str],
            PackageManager::YarnBerry => &[".yarn/plugins", ".yarn/releases"],
            _ => &[],
        };
        let files = &self.workspace.snapshot.files;
        for place in read.iter().map(|path| self.root.folder.join(path)) {
            let inside = below(files, &place).filter_map(|path| files.get(path));
            files.get(&place).into_iter().chain(inside).for_each(|file| draft.show(file, content(file), &above));
        }
    }

    /// Shows the patches of the root, and counts those of packages that count.
    pub(super) fn patches(&self, draft: &mut Draft) {
        let patches = self.root_patches();
        if patches.is_empty() {
            return;
        }
        let installed = installed(draft);
        for (path, package) in patches {
            let Some(file) = self.workspace.snapshot.files.get(path) else { continue };
            if installed.contains(&package) {
                draft.show(file, content(file), &Arc::new(Reach::Above));
            }
            draft.shown.entry(path.to_owned()).or_insert_with(|| file.clone());
        }
    }

    /// Patches that an install of the root lays on packages whose lockfile does not tell them, by file: those of
    /// `patch-package`, and those that Bun's manifest names.
    /// Source: github.com/ds300/patch-package, README; bun.sh, "bun patch".
    fn root_patches(&self) -> BTreeMap<&str, String> {
        let (root, manifest) = (&self.root.folder, &self.root.manifest);
        let commands = LIFECYCLE.iter().filter_map(|name| command::expanded(manifest, name));
        let folders =
            commands.flat_map(|text| command::programs(&text)).filter(|program| program.name == "patch-package");
        let folders: BTreeSet<String> = folders
            .map(|program| {
                let at = program.arguments.iter().position(|argument| argument == "--patch-dir");
                let folder = at.and_then(|at| program.arguments.get(at + 1)).map_or(PATCHES, String::as_str);
                root.join(folder.trim_start_matches("./").trim_matches('/'))
            })
            .collect();
        let files = &self.workspace.snapshot.files;
        let by_program = folders.iter().flat_map(|folder| below(files, folder));
        let by_program =
            by_program.filter_map(|path| Some((path, patched(path.rsplit('/').next()?.strip_suffix(".patch")?))));
        let named = manifest.field("patchedDependencies").and_then(|field| field.as_object()).into_iter().flatten();
        let named = named.filter_map(|(package, path)| {
            let (path, _) = files.get_key_value(&root.join(path.as_str()?))?;
            Some((path.as_str(), name_of(package).to_owned()))
        });
        by_program.chain(named).collect()
    }
}

/// Names of packages from outside that count.
fn installed(draft: &Draft) -> BTreeSet<String> {
    let components = draft.inputs.own().components();
    let names = components.filter_map(|(component, _)| match &**component {
        Component::Dependency { name, .. } => Some(name.clone()),
        _ => None,
    });
    names.collect()
}

/// The package that a patch is for, by the name of its file without the ending: `@scope+name+1.0.0`, `outer++inner+1.0.0`.
fn patched(name: &str) -> String {
    let innermost = name.rsplit("++").next().unwrap_or(name);
    let mut parts = innermost.split('+');
    match (parts.next().unwrap_or_default(), parts.next()) {
        (scope, Some(name)) if scope.starts_with('@') => format!("{scope}/{name}"),
        (name, _) => name.to_owned(),
    }
}

/// What a manifest asks for that gets into what is built or builds it: all but tools that only check.
fn wanted_by_build<'m>(manifest: &'m Manifest, build: &Build<'_>, reached: &Reached) -> BTreeMap<&'m str, &'m str> {
    let run = manifest.needed(false);
    let is_check = |name: &str| {
        packages::is_tool(name) && !(build.reads.stories && name.contains("storybook"))
            || packages::is_idle(name, &build.commands, build.reads_anything.is_some())
    };
    let is_wanted = |name: &str| run.contains_key(name) || reached.packages.contains(name) || !is_check(name);
    manifest.needed(true).into_iter().filter(|(name, _)| is_wanted(name)).collect()
}
