//! What an app needs of the install layer when it runs: packages and links, found as Node.js finds them.
//!
//! Everything is looked up in the tree that the package manager left, so that each of its layouts is read by the same
//! rules: packages side by side (npm, Yarn, Bun) or each in a folder with links to what it may use (pnpm, Bun). The
//! tree is other people's: links may lead in circles or anywhere, names may be paths, manifests may be anything.
//! Source: nodejs.org, "Modules: CommonJS modules", loading from `node_modules` folders.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Component, Path, PathBuf};

use model::RepoPath;
use model::task::REPOSITORY_FOLDER;
use serde_json::Value;

/// How many links may lead to one place, as in the kernel.
const MOST_LINKS: usize = 40;

/// The largest manifest or program that is read, in bytes.
const MOST_BYTES: u64 = 4 << 20;

/// A name of the packages that a folder wants, by the folder.
pub type Wanted = BTreeMap<RepoPath, Vec<String>>;

/// What of an install layer belongs into an image. Paths are relative to the repository.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Closure {
    /// Folders of packages. What is nested below one in `node_modules` is part of the closure by itself, or not at all.
    pub packages: BTreeSet<PathBuf>,
    /// Links by where they stand, with what they say.
    pub links: BTreeMap<PathBuf, PathBuf>,
    /// Programs of `.bin` that are files, as pnpm writes them.
    pub programs: BTreeSet<PathBuf>,
    /// Folders of the repository that are no members, but that links lead to (`file:`).
    pub outside: BTreeSet<PathBuf>,
}

impl Closure {
    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.packages.is_empty() && self.links.is_empty()
    }

    /// What of it is not in another.
    pub fn without(mut self, other: &Closure) -> Closure {
        self.packages.retain(|package| !other.packages.contains(package));
        self.links.retain(|link, _| !other.links.contains_key(link));
        self.programs.retain(|program| !other.programs.contains(program));
        self.outside.retain(|folder| !other.outside.contains(folder));
        self
    }
}

/// An install layer and the repository that it belongs to.
#[derive(Clone, Copy, Debug)]
pub struct Installed<'a> {
    /// The folder of the layer, in the repository's layout.
    pub layer: &'a Path,
    /// The folder of the manifests that it was made from, in the repository's layout.
    pub manifests: &'a Path,
    /// Folders of the root and the workspace's members.
    pub members: &'a BTreeSet<PathBuf>,
}

/// Where a path of the layer leads.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Place {
    /// A folder or file that was installed.
    Installed(PathBuf),
    /// A member of the workspace.
    Member(PathBuf),
    /// Another folder of the repository.
    Outside(PathBuf),
}

impl Installed<'_> {
    /// The closure of names that folders want. What members want in turn must be among the names already.
    pub fn closure(&self, wanted: &Wanted) -> Closure {
        let mut search = Search { installed: self, wanted, closure: Closure::default(), open: Vec::new() };
        for (folder, names) in wanted {
            for name in names {
                search.add(Path::new(folder.as_str()), name);
            }
        }
        while let Some((folder, names)) = search.open.pop() {
            for name in names {
                search.add(&folder, &name);
            }
        }
        search.links_within();
        search.closure
    }

    /// The packages that programs belong to, of those that words name and `folder` or the root has in `.bin`: names
    /// that the folder wants beyond what it declares.
    pub fn programs<'w>(&self, folder: &RepoPath, words: impl IntoIterator<Item = &'w str>) -> Wanted {
        let mut wanted = Wanted::new();
        for word in words.into_iter().filter(|word| is_name(word) && !word.contains('/')) {
            let mut at = Some(Path::new(folder.as_str()));
            while let Some(holder) = at {
                let bin = holder.join("node_modules/.bin").join(word);
                if let Some(package) = self.package_of_program(&bin) {
                    let Ok(holder) = holder.to_string_lossy().parse::<RepoPath>() else { break };
                    wanted.entry(holder).or_default().push(package);
                    break;
                }
                at = holder.parent();
            }
        }
        wanted
    }

    /// Whether `name` is found from a folder.
    pub fn finds(&self, folder: &RepoPath, name: &str) -> bool {
        self.resolve(Path::new(folder.as_str()), name, &mut BTreeMap::new()).is_some()
    }

    /// The name by which a program's package is found from where the program stands.
    fn package_of_program(&self, bin: &Path) -> Option<String> {
        let said = match fs::read_link(self.layer.join(bin)) {
            Ok(target) => target,
            Err(_) => target_of_script(&read(&self.layer.join(bin))?)?,
        };
        let target = normal(&bin.parent()?.join(said))?;
        let text = target.to_str()?;
        // The last but what is before it: in an isolated layout that is where the package really lies.
        let (_, below) = text.rsplit_once("node_modules/")?;
        let name = package_name(below)?;
        Some(name.to_owned())
    }

    /// Where Node.js finds a package from a folder, and the links on the way to it.
    fn resolve(&self, folder: &Path, name: &str, links: &mut BTreeMap<PathBuf, PathBuf>) -> Option<Place> {
        if !is_name(name) {
            return None;
        }
        let mut at = Some(folder);
        while let Some(folder) = at {
            if folder.file_name().is_none_or(|last| last != "node_modules") {
                let mut found = BTreeMap::new();
                if let Some(place) = self.follow(&folder.join("node_modules").join(name), &mut found) {
                    links.extend(found);
                    return Some(place);
                }
            }
            at = folder.parent();
        }
        None
    }

    /// Where a path leads once every link on it is followed, and those links. Nothing is looked at outside the layer.
    fn follow(&self, path: &Path, links: &mut BTreeMap<PathBuf, PathBuf>) -> Option<Place> {
        let mut real = PathBuf::new();
        let mut rest: Vec<PathBuf> = parts(path);
        let mut followed = 0;
        while let Some(part) = rest.pop() {
            if part == Path::new("..") {
                if !real.pop() {
                    return None;
                }
                continue;
            }
            real.push(part);
            let is_link = self.layer.join(&real).symlink_metadata().is_ok_and(|it| it.is_symlink());
            if !is_link {
                continue;
            }
            followed += 1;
            if followed > MOST_LINKS {
                return None;
            }
            let target = fs::read_link(self.layer.join(&real)).ok()?;
            links.insert(real.clone(), target.clone());
            real.pop();
            if target.is_absolute() {
                real.clear();
                rest.extend(parts(target.strip_prefix(REPOSITORY_FOLDER).ok()?));
            } else {
                rest.extend(parts(&target));
            }
        }
        if self.members.contains(&real) {
            Some(Place::Member(real))
        } else if real.iter().any(|part| part == "node_modules") {
            let is_there = is_in_modules(&real) && self.layer.join(&real).symlink_metadata().is_ok();
            is_there.then_some(Place::Installed(real))
        } else if real != Path::new("") {
            Some(Place::Outside(real))
        } else {
            None
        }
    }
}

/// A closure that grows.
struct Search<'a> {
    installed: &'a Installed<'a>,
    wanted: &'a Wanted,
    closure: Closure,
    /// Packages whose own dependencies are not looked up yet.
    open: Vec<(PathBuf, Vec<String>)>,
}

impl Search<'_> {
    fn add(&mut self, folder: &Path, name: &str) {
        let mut links = BTreeMap::new();
        let Some(place) = self.installed.resolve(folder, name, &mut links) else { return };
        match place {
            Place::Member(member) if !self.holds_member(&member) => return,
            Place::Member(_) => {}
            Place::Installed(package) => {
                if !self.installed.layer.join(&package).is_dir() {
                    return;
                }
                if self.closure.packages.insert(package.clone()) {
                    let manifest = manifest(&self.installed.layer.join(&package));
                    self.open.push((package, needed(&manifest)));
                }
            }
            Place::Outside(outside) => {
                if self.closure.outside.insert(outside.clone()) {
                    let manifest = manifest(&self.installed.manifests.join(&outside));
                    self.open.push((outside, needed(&manifest)));
                }
            }
        }
        self.closure.links.extend(links);
    }

    /// A peer dependency may name any member; only what is needed to run is part of the image.
    fn holds_member(&self, member: &Path) -> bool {
        member
            .to_str()
            .and_then(|member| member.parse::<RepoPath>().ok())
            .is_some_and(|it| self.wanted.contains_key(&it))
    }

    /// Links between what is in the closure: those of optional peers, of what a package finds without declaring it,
    /// and of programs.
    fn links_within(&mut self) {
        for holder in self.holders() {
            for entry in entries(&self.installed.layer.join(&holder)) {
                let mut links = BTreeMap::new();
                let path = holder.join(&entry);
                match self.installed.follow(&path, &mut links) {
                    Some(place) if !links.is_empty() && self.holds(&place) => self.closure.links.extend(links),
                    Some(_) | None => {}
                }
            }
            self.programs_of(&holder);
        }
    }

    /// Every `node_modules` from which something of the closure may be looked up.
    fn holders(&self) -> BTreeSet<PathBuf> {
        let of_packages = self.closure.packages.iter().filter_map(|package| holder(package));
        let mut holders: BTreeSet<PathBuf> = of_packages.map(Path::to_owned).collect();
        holders.extend(self.wanted.keys().map(|folder| Path::new(folder.as_str()).join("node_modules")));
        let stores: BTreeSet<PathBuf> =
            holders.iter().filter_map(|holder| Some(store(holder)?.join("node_modules"))).collect();
        holders.extend(stores);
        holders.retain(|holder| crate::files::is_real_folder(self.installed.layer, holder));
        holders
    }

    fn holds(&self, place: &Place) -> bool {
        match place {
            Place::Installed(path) => self.closure.packages.contains(path),
            Place::Member(member) => self.holds_member(member),
            Place::Outside(folder) => self.closure.outside.contains(folder),
        }
    }

    /// Programs in the `.bin` of a `node_modules` whose package is in the closure.
    fn programs_of(&mut self, holder: &Path) {
        let bin = holder.join(".bin");
        if !crate::files::is_real_folder(self.installed.layer, &bin) {
            return;
        }
        for name in names(&self.installed.layer.join(&bin)) {
            let path = bin.join(&name);
            let place = self.installed.layer.join(&path);
            if let Ok(said) = fs::read_link(&place) {
                let mut links = BTreeMap::new();
                let place = self.installed.follow(&path, &mut links);
                if place.is_some_and(|place| self.holds_file(&place)) {
                    self.closure.links.insert(path, said);
                }
            } else if let Some(said) = read(&place).as_deref().and_then(target_of_script) {
                let target = normal(&bin.join(said));
                let place = target.and_then(|target| self.installed.follow(&target, &mut BTreeMap::new()));
                if place.is_some_and(|place| self.holds_file(&place)) {
                    self.closure.programs.insert(path);
                }
            }
        }
    }

    /// Whether a file belongs to a package of the closure.
    fn holds_file(&self, place: &Place) -> bool {
        let (Place::Installed(path) | Place::Outside(path) | Place::Member(path)) = place;
        path.ancestors().skip(1).any(|above| {
            self.closure.packages.contains(above)
                || self.closure.outside.contains(above)
                || above != Path::new("") && self.holds_member(above)
        })
    }
}

/// The names that a package's manifest says it cannot run without.
fn needed(manifest: &Value) -> Vec<String> {
    let names = |table: &str| manifest.get(table).and_then(Value::as_object).into_iter().flat_map(|table| table.keys());
    let is_optional = |name: &&String| {
        manifest
            .pointer("/peerDependenciesMeta")
            .and_then(|meta| meta.get(name.as_str()))
            .is_some_and(|meta| meta.get("optional").and_then(Value::as_bool) == Some(true))
    };
    let peers = names("peerDependencies").filter(|name| !is_optional(name));
    names("dependencies").chain(names("optionalDependencies")).chain(peers).cloned().collect()
}

fn manifest(folder: &Path) -> Value {
    let text = read(&folder.join("package.json")).unwrap_or_default();
    serde_json::from_str(text.trim_start_matches('\u{feff}')).unwrap_or_default()
}

/// A file's text, if it is a file of bearable size and no link.
pub fn read(path: &Path) -> Option<String> {
    let file = fs::OpenOptions::new().read(true).custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK).open(path).ok()?;
    file.metadata().ok().filter(|metadata| metadata.is_file() && metadata.len() <= MOST_BYTES)?;
    let mut bytes = Vec::new();
    file.take(MOST_BYTES).read_to_end(&mut bytes).ok()?;
    String::from_utf8(bytes).ok()
}

/// What a script in `.bin` starts, relative to where it stands. Source: the package `@zkochan/cmd-shim`.
fn target_of_script(text: &str) -> Option<PathBuf> {
    text.lines().find_map(|line| {
        let before = line.trim().strip_suffix("\"$@\"")?.trim_end();
        let path = match before.strip_suffix('\'') {
            Some(before) => before.rsplit_once("\"/'")?.1,
            None => before.strip_suffix('"')?.rsplit_once("\"$basedir/")?.1,
        };
        Some(PathBuf::from(path))
    })
}

/// Names of the packages below a folder that have scripts for their install.
pub fn with_scripts(root: &Path) -> Vec<String> {
    let mut found = BTreeSet::new();
    let mut open = vec![PathBuf::new()];
    while let Some(folder) = open.pop() {
        let below = holder(&folder).and_then(|holder| folder.strip_prefix(holder).ok());
        let name = below.and_then(Path::to_str).filter(|name| is_name(name));
        for inner in names(&root.join(&folder)) {
            let place = folder.join(&inner);
            let is_wanted = name.is_none() || inner == Path::new("node_modules");
            if is_wanted && root.join(&place).symlink_metadata().is_ok_and(|it| it.is_dir()) {
                open.push(place);
            }
        }
        if let Some(name) = name {
            let manifest = manifest(&root.join(&folder));
            let has = |script: &&str| manifest.pointer("/scripts").and_then(|all| all.get(*script)).is_some();
            if ["preinstall", "install", "postinstall"].iter().any(has)
                || root.join(&folder).join("binding.gyp").is_file()
            {
                found.insert(name.to_owned());
            }
        }
    }
    found.into_iter().collect()
}

/// The `node_modules` that a package stands in.
fn holder(package: &Path) -> Option<&Path> {
    package.ancestors().skip(1).find(|above| above.file_name().is_some_and(|name| name == "node_modules"))
}

/// Whether a path lies in a package, and is not itself what holds packages, nor a package manager's own.
fn is_in_modules(path: &Path) -> bool {
    let below = holder(path).and_then(|holder| path.strip_prefix(holder).ok());
    below.and_then(|below| below.iter().next()).is_some_and(|first| !first.to_string_lossy().starts_with('.'))
        && path.file_name().is_some_and(|name| name != "node_modules")
}

/// The store of an isolated layout that a `node_modules` is part of: `node_modules/.pnpm`.
fn store(holder: &Path) -> Option<&Path> {
    holder.ancestors().find(|above| {
        let name = above.file_name().unwrap_or_default();
        let is_in_modules = above.parent().and_then(Path::file_name).is_some_and(|name| name == "node_modules");
        is_in_modules && (name == ".pnpm" || name == ".bun" || name == ".store")
    })
}

/// What stands in a `node_modules`, with what is in its scopes.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for name in names(folder) {
        let is_scope = name.to_string_lossy().starts_with('@');
        if is_scope && folder.join(&name).symlink_metadata().is_ok_and(|it| it.is_dir()) {
            found.extend(names(&folder.join(&name)).into_iter().map(|inner| name.join(inner)));
        } else if !name.to_string_lossy().starts_with('.') {
            found.push(name);
        }
    }
    found
}

fn names(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| PathBuf::from(entry.file_name())).collect()
}

/// The package that a specifier names: `@scope/name` of `@scope/name/part`.
pub fn package_name(specifier: &str) -> Option<&str> {
    let mut slashes = specifier.match_indices('/').map(|(at, _)| at);
    let end = if specifier.starts_with('@') { slashes.nth(1) } else { slashes.next() };
    let name = &specifier[..end.unwrap_or(specifier.len())];
    is_name(name).then_some(name)
}

/// Whether a text is a package's name and not a path.
fn is_name(name: &str) -> bool {
    let parts: Vec<&str> = name.split('/').collect();
    let is_part = |part: &&str| !part.is_empty() && !part.starts_with('.') && !part.contains('\0');
    parts.len() == if name.starts_with('@') { 2 } else { 1 } && parts.iter().all(is_part)
}

/// The parts of a relative path, the first one last.
fn parts(path: &Path) -> Vec<PathBuf> {
    let kept = path.components().filter(|part| matches!(part, Component::Normal(_) | Component::ParentDir));
    kept.map(|part| PathBuf::from(part.as_os_str())).collect::<Vec<_>>().into_iter().rev().collect()
}

/// A relative path without `..`, by its words alone; none if it leads out.
fn normal(path: &Path) -> Option<PathBuf> {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::Normal(part) => normal.push(part),
            Component::ParentDir if !normal.pop() => return None,
            Component::ParentDir | Component::CurDir => {}
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(normal)
}

#[cfg(test)]
mod tests;
