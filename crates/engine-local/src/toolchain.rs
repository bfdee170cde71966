//! Node.js and a package manager in the version that a repository asks for: the machine's own if they fit, else from
//! the npm registry into the data directory.
//!
//! What a range means is found out once for each data directory and remembered there, so that a restart, or a newer
//! release, changes no key.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use api::layout::DataDirectory;
use engine::{Error, Remedy};
use model::{PackageManager, Toolchain};
use semver::Version;

use crate::files::{self, Scratch};
use range::Range;
use registry::Release;
use wish::{ManagerWish, NodeWish, Which};

mod programs;
mod range;
mod registry;
mod wish;

pub use programs::{Program, SHIMS};

/// Where fetched toolchains are in sandboxes, wherever the data directory is.
const INSIDE: &str = "/opt/toolchains";

/// Finds and fetches toolchains.
#[derive(Clone, Debug)]
pub struct Toolchains {
    data: DataDirectory,
    /// Held while something is looked up or fetched.
    busy: Arc<Mutex<()>>,
}

impl Toolchains {
    /// Toolchains of a data directory.
    pub fn new(data: DataDirectory) -> Toolchains {
        Toolchains { data, busy: Arc::default() }
    }

    /// The toolchain for a version, a range or a name of Node.js versions (`said_by` is the file that says so) and a
    /// package manager such as `npm@11.1.0` or `pnpm@>=9 <10`; a hash may follow an exact version, as Corepack
    /// writes it.
    ///
    /// # Errors
    /// If there is no Node.js, or what is asked for does not exist or cannot be fetched.
    pub fn resolve(&self, node: Option<(&str, &str)>, package_manager: Option<&str>) -> Result<Toolchain, Error> {
        let _one_at_a_time = self.lock();
        let wish = NodeWish::of(node)?;
        let (node, package_manager) = match package_manager.map(ManagerWish::parse).transpose()? {
            None => {
                let node = self.node_for(&wish, None)?;
                (node.clone(), format!("npm@{}", self.npm_for(&node)?))
            }
            Some(manager) => {
                let (node, version) = self.manager_for(&wish, &manager)?;
                (node, format!("{}@{version}", manager.program()))
            }
        };
        if !package_manager.starts_with("npm@") {
            // Scripts call npm everywhere.
            self.npm_for(&node)?;
        }
        Ok(Toolchain { node, package_manager, platform: platform(), compilers: compilers() })
    }

    /// Folders of programs for a toolchain, to be put before the machine's own.
    pub fn folders(&self, toolchain: &Toolchain) -> Vec<PathBuf> {
        let node = self.node_place(&toolchain.node).join("bin");
        let managers = [self.place(&toolchain.package_manager), self.npm_beside(&toolchain.node)];
        let own = own_folder().map(|prefix| prefix.join("bin"));
        let fetched = [node].into_iter().chain(managers.map(|place| place.join(SHIMS)));
        fetched.filter(|folder| folder.is_dir()).chain(own).collect()
    }

    /// Folders that a toolchain needs, as far as they are no system folders of the machine. Of the machine's own
    /// Node.js no more than that: it may lie in a home among everything else.
    pub fn outside(&self, toolchain: &Toolchain) -> Vec<PathBuf> {
        let fetched = [
            self.node_place(&toolchain.node),
            self.place(&toolchain.package_manager),
            self.npm_beside(&toolchain.node),
        ];
        let parts = ["bin", "lib/node_modules/npm", "include/node"];
        let own = own_folder().into_iter().flat_map(|prefix| parts.map(|part| prefix.join(part)));
        fetched.into_iter().chain(own).filter(|folder| folder.is_dir()).collect()
    }

    /// Where a path of a toolchain is in a sandbox.
    pub fn inside(&self, path: &Path) -> PathBuf {
        let below = path.strip_prefix(self.data.toolchains());
        below.map_or_else(|_| path.to_owned(), |below| Path::new(INSIDE).join(below))
    }

    /// The program `node` of a toolchain.
    ///
    /// # Errors
    /// If it is not there any more.
    pub fn node(&self, toolchain: &Toolchain) -> io::Result<PathBuf> {
        let fetched = self.node_place(&toolchain.node).join("bin/node");
        if fetched.exists() {
            return Ok(fetched);
        }
        let found = own_node();
        found.ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "there is no program `node` in `PATH`"))
    }

    /// Where the headers of a toolchain's Node.js are, which addons are compiled with: `include/node` below it.
    pub fn headers(&self, toolchain: &Toolchain) -> Option<PathBuf> {
        let own = || own_node().and_then(|node| Some(node.parent()?.parent()?.to_owned()));
        let fetched = Some(self.node_place(&toolchain.node)).filter(|place| place.is_dir());
        fetched.or_else(own).filter(|prefix| prefix.join("include/node").is_dir())
    }

    /// The folder of a toolchain's package manager and its programs there; none if it is the machine's own npm.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn programs(&self, toolchain: &Toolchain) -> io::Result<Option<(PathBuf, Vec<Program>)>> {
        let place = self.place(&toolchain.package_manager);
        if place.is_dir() { programs::of(&place).map(|programs| Some((place, programs))) } else { Ok(None) }
    }

    /// The npm that goes with a toolchain's Node.js: its folder `npm`, with `bin` in it.
    pub fn npm(&self, toolchain: &Toolchain) -> Option<PathBuf> {
        let fetched = [self.place(&toolchain.package_manager), self.npm_beside(&toolchain.node)];
        let fetched = fetched.map(|place| place.join("node_modules/npm"));
        fetched.into_iter().find(|folder| folder.is_dir()).or_else(own_npm)
    }

    /// Bun, for who calls it where it is not the package manager: the newest when it was first asked for.
    ///
    /// # Errors
    /// If it cannot be fetched.
    pub fn bun(&self, toolchain: &Toolchain) -> Result<(PathBuf, Vec<Program>), Error> {
        let _one_at_a_time = self.lock();
        let wish = ManagerWish::parse("bun@*")?;
        let named = match manager(toolchain) {
            Some((PackageManager::Bun, _)) => toolchain.package_manager.clone(),
            _ => format!("bun@{}", self.newest_for(&wish, &Range::any(), &toolchain.node)?.0),
        };
        let place = self.place(&named);
        let programs = programs::of(&place).map_err(|cause| {
            Error::new(Remedy::Retry, format!("could not read `{}`", place.display())).because(cause)
        })?;
        Ok((place, programs))
    }

    /// A version of Node.js that is wished for and, where it is said, lies in a range.
    fn node_for(&self, wish: &NodeWish, also: Option<&Range>) -> Result<String, Error> {
        let own = program_version("node").ok_or_else(|| {
            Error::new(Remedy::CallOperator, "there is no Node.js on this machine")
                .because("the program `node` could not be started; install it, or put it into `PATH`")
        })?;
        let fits = |version: &Version| also.is_none_or(|range| range.holds(version));
        let own_version = Version::parse(&own).ok();
        if own_version.as_ref().is_none_or(|version| wish.is_met_by(version) && fits(version)) {
            return Ok(own);
        }
        let key = format!(
            "node {}",
            [Some(wish.text.clone()), also.map(Range::to_string)]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join(", and ")
        );
        if let Some(version) = self.remembered(&key) {
            self.ensure_node(&version)?;
            return Ok(version);
        }
        let attempted = || match &wish.said_by {
            Some(file) => format!("no Node.js {}, which `{file}` asks for; this machine has {own}", wish.text),
            None => format!("no Node.js that the package manager runs on; this machine has {own}"),
        };
        let releases =
            self.releases(&node_package()).map_err(|error| Error::new(error.remedy(), attempted()).because(error))?;
        let all: Vec<Version> = releases.into_iter().map(|release| release.version).collect();
        let Some(found) = wish.newest(&all, &fits) else {
            let newest = all.last().map_or_else(|| "none".to_owned(), Version::to_string);
            let cause = format!("the newest of those that can be fetched is {newest}");
            let hint = match &wish.said_by {
                Some(file) => format!("name a version that exists in `{file}`, such as `{newest}`"),
                None => format!("name a version that exists, such as `{newest}`"),
            };
            return Err(Error::new(Remedy::ChangeRequest, attempted()).because(cause).hint(hint));
        };
        // The machine's own may be the newest of what a name stands for.
        let version = found.to_string();
        if version != own {
            self.ensure_node(&version)?;
        }
        self.remember(&key, &version)?;
        Ok(version)
    }

    /// The npm for a Node.js: the machine's own if it runs there, else the newest that does.
    fn npm_for(&self, node: &str) -> Result<String, Error> {
        let own = program_version("npm")
            .ok_or_else(|| Error::new(Remedy::CallOperator, "there is no npm on this machine"))?;
        let runs_on = own_npm().and_then(|folder| programs::engine(&folder));
        let fits = |version: &Version| runs_on.as_ref().is_none_or(|range| range.holds(version));
        if Version::parse(node).is_ok_and(|version| fits(&version)) {
            return Ok(own);
        }
        let wish = ManagerWish::parse("npm@*")?;
        self.newest_for(&wish, &Range::any(), node).map(|(version, _)| version)
    }

    /// The place of a fetched npm that stands beside another package manager.
    fn npm_beside(&self, node: &str) -> PathBuf {
        let version = self.remembered(&manager_key("npm", &Range::any(), node));
        self.place(&format!("npm@{}", version.as_deref().unwrap_or("none")))
    }

    /// A package manager and a Node.js that it runs on.
    fn manager_for(&self, wish: &NodeWish, manager: &ManagerWish) -> Result<(String, String), Error> {
        let node = self.node_for(wish, None)?;
        let (version, runs_on) = match &manager.which {
            Which::Exactly(version) => self.exactly(manager, version)?,
            Which::Within(range) => self.newest_for(manager, range, &node)?,
        };
        let fits = |range: &Range| Version::parse(&node).is_ok_and(|version| range.holds(&version));
        match runs_on.filter(|range| !fits(range)) {
            None => Ok((node, version)),
            // Where the repository leaves it open, Node.js follows its package manager; else it said both.
            Some(range) => Ok((self.node_for(wish, Some(&range)).unwrap_or(node), version)),
        }
    }

    /// One version of a package manager, and the Node.js that it runs on.
    fn exactly(&self, manager: &ManagerWish, version: &Version) -> Result<(String, Option<Range>), Error> {
        let text = version.to_string();
        if manager.program() == "npm" && program_version("npm").as_deref() == Some(&text) {
            return Ok((text, own_npm().and_then(|folder| programs::engine(&folder))));
        }
        let attempted = || format!("no {} {text}, which `packageManager` asks for", manager.family());
        let found = match self.ensure_manager(manager, &text) {
            // Some releases of Yarn are in the registry only in parts; the next of the same line stands for them.
            Err(error) if error.remedy() == Remedy::ChangeRequest && manager.is_berry(version) => {
                let line = Range::parse(&format!("~{text}")).unwrap_or_else(Range::any);
                self.newest(manager, &line, None).map(|release| release.version.to_string()).map_err(|_| error)
            }
            other => other.map(|()| text.clone()),
        };
        let found = found.map_err(|error| match (error.remedy(), self.newest(manager, &Range::any(), None)) {
            (Remedy::ChangeRequest, Ok(newest)) => {
                let newest = format!("`{}@{}`", manager.program(), newest.version);
                let error = Error::new(Remedy::ChangeRequest, attempted()).because(format!("the newest is {newest}"));
                error.hint(format!("name a version that exists in `packageManager`, such as {newest}"))
            }
            (remedy, _) => Error::new(remedy, attempted()).because(error),
        })?;
        self.ensure_manager(manager, &found)?;
        let place = self.place(&format!("{}@{found}", manager.program()));
        if let Some(hash) = &manager.hash {
            programs::check(&place, hash).map_err(|cause| {
                let attempted = format!("`packageManager` asks for {} {text} with another content", manager.family());
                let hint =
                    "let `packageManager` end with that hash, or with none; a hash that nobody changed is a warning";
                Error::new(Remedy::ChangeRequest, attempted).because(cause).hint(hint)
            })?;
        }
        Ok((found, programs::engine_of(&place)))
    }

    /// The newest version of a range that runs on a Node.js; the newest of all if none does.
    fn newest_for(&self, manager: &ManagerWish, range: &Range, node: &str) -> Result<(String, Option<Range>), Error> {
        let key = manager_key(manager.program(), range, node);
        let known = self.remembered(&key);
        let own = || program_version("npm").filter(|own| Version::parse(own).is_ok_and(|own| range.holds(&own)));
        let is_npm = manager.program() == "npm";
        if let Some(own) = own().filter(|_| is_npm && known.is_none() && range != &Range::any()) {
            return Ok((own, own_npm().and_then(|folder| programs::engine(&folder))));
        }
        let version = match known {
            Some(version) => version,
            None => self.newest(manager, range, Version::parse(node).ok().as_ref())?.version.to_string(),
        };
        self.ensure_manager(manager, &version)?;
        self.remember(&key, &version)?;
        let place = self.place(&format!("{}@{version}", manager.program()));
        Ok((version, programs::engine_of(&place)))
    }

    fn newest(&self, manager: &ManagerWish, range: &Range, node: Option<&Version>) -> Result<Release, Error> {
        let mut releases = Vec::new();
        for package in manager.packages() {
            releases.extend(self.releases(&package)?);
        }
        releases.retain(|release| range.holds(&release.version) && manager.package(&release.version).is_some());
        releases.sort_by(|one, other| one.version.cmp(&other.version));
        let runs = |release: &&Release| {
            let range = release.node.as_ref();
            node.is_none_or(|node| range.is_none_or(|range| range.holds(node)))
        };
        releases.iter().rev().find(runs).or_else(|| releases.last()).cloned().ok_or_else(|| {
            let attempted = format!("no {} {}, which the repository asks for", manager.family(), manager.text);
            Error::new(Remedy::ChangeRequest, attempted).hint("name a version that exists in `packageManager`")
        })
    }

    fn releases(&self, package: &str) -> Result<Vec<Release>, Error> {
        let scratch = self.scratch()?;
        registry::releases(scratch.path(), package)
    }

    fn ensure_node(&self, version: &str) -> Result<(), Error> {
        let place = self.node_place(version);
        if place.is_dir() {
            return Ok(());
        }
        let scratch = self.scratch()?;
        registry::install(scratch.path(), &node_package(), version)?;
        self.keep(&scratch, &format!("node_modules/{}", node_package()), &place)
    }

    fn ensure_manager(&self, manager: &ManagerWish, version: &str) -> Result<(), Error> {
        let place = self.place(&format!("{}@{version}", manager.program()));
        if place.is_dir() {
            return Ok(());
        }
        let attempted = || format!("could not fetch {} {version}", manager.family());
        let package = Version::parse(version).ok().and_then(|version| manager.package(&version));
        let Some(package) = package else {
            return Err(Error::new(Remedy::ChangeRequest, attempted()).because("the registry has no such version"));
        };
        let scratch = self.scratch()?;
        let hash = registry::install(scratch.path(), &package, version)?;
        programs::prepare(scratch.path(), &package, &hash)
            .map_err(|cause| Error::new(Remedy::Retry, attempted()).because(cause))?;
        files::make_folder(&scratch.path().join("tree"))
            .and_then(|()| programs::gather(scratch.path(), "tree"))
            .map_err(|cause| Error::new(Remedy::Retry, attempted()).because(cause))?;
        self.keep(&scratch, "tree", &place)
    }

    fn keep(&self, scratch: &Scratch, name: &str, place: &Path) -> Result<(), Error> {
        let failed = |cause| Error::new(Remedy::Retry, format!("could not keep `{}`", place.display())).because(cause);
        scratch.publish(name, place).map_err(failed)
    }

    fn scratch(&self) -> Result<Scratch, Error> {
        let failed = |cause| Error::new(Remedy::Retry, "could not make room for a toolchain").because(cause);
        Scratch::new(&self.data, "toolchain").map_err(failed)
    }

    fn node_place(&self, version: &str) -> PathBuf {
        self.data.toolchains().join(format!("{}-{version}", node_package()))
    }

    /// The place of a package manager, `pnpm@10.32.1`.
    fn place(&self, named: &str) -> PathBuf {
        self.data.toolchains().join(named)
    }

    fn lock(&self) -> MutexGuard<'_, ()> {
        self.busy.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn notes(&self) -> PathBuf {
        self.data.toolchains().join("resolved.json")
    }

    fn remembered(&self, key: &str) -> Option<String> {
        let notes: BTreeMap<String, String> = serde_json::from_slice(&fs::read(self.notes()).ok()?).ok()?;
        notes.get(key).cloned()
    }

    fn remember(&self, key: &str, version: &str) -> Result<(), Error> {
        let text = fs::read(self.notes()).unwrap_or_default();
        let mut notes: BTreeMap<String, String> = serde_json::from_slice(&text).unwrap_or_default();
        if notes.insert(key.to_owned(), version.to_owned()).as_deref() == Some(version) {
            return Ok(());
        }
        let text = serde_json::to_vec_pretty(&notes).expect("texts serialise");
        let failed =
            |cause| Error::new(Remedy::Retry, format!("could not write `{}`", self.notes().display())).because(cause);
        files::write_whole(&self.notes(), &text).map_err(failed)
    }
}

/// A toolchain's package manager and its version.
pub fn manager(toolchain: &Toolchain) -> Option<(PackageManager, Version)> {
    let (program, version) = toolchain.package_manager.split_once('@')?;
    let version = Version::parse(version).ok()?;
    let manager = match program {
        "npm" => PackageManager::Npm,
        "pnpm" => PackageManager::Pnpm,
        "yarn" if version.major < 2 => PackageManager::YarnClassic,
        "yarn" => PackageManager::YarnBerry,
        "bun" => PackageManager::Bun,
        _ => return None,
    };
    Some((manager, version))
}

fn manager_key(program: &str, range: &Range, node: &str) -> String {
    format!("{program} {range} with Node.js {node}")
}

/// The machine's own Node.js, links resolved.
fn own_node() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|folder| folder.join("node")).find(|program| program.is_file());
    found?.canonicalize().ok()
}

/// Where the machine's own Node.js is installed, unless that is a system folder.
fn own_folder() -> Option<PathBuf> {
    let node = own_node()?;
    let prefix = node.parent()?.parent()?;
    (!prefix.starts_with("/usr") && prefix != Path::new("/")).then(|| prefix.to_owned())
}

/// The folder of the machine's own npm.
fn own_npm() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|folder| folder.join("npm")).find(|program| program.is_file());
    let program = found?.canonicalize().ok()?;
    program.ancestors().find(|folder| folder.ends_with("node_modules/npm")).map(Path::to_owned)
}

fn program_version(program: &str) -> Option<String> {
    let output = Command::new(program).arg("--version").output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8_lossy(&output.stdout).trim().trim_start_matches('v').to_owned())
}

fn platform() -> String {
    let musl = Path::new("/lib").read_dir().into_iter().flatten().flatten();
    let is_musl = musl.into_iter().any(|entry| entry.file_name().to_string_lossy().starts_with("ld-musl-"));
    format!("{}-{}-{}", std::env::consts::OS, architecture(), if is_musl { "musl" } else { "glibc" })
}

/// Node.js's name of this architecture.
pub fn architecture() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "x64",
        "aarch64" => "arm64",
        other => other,
    }
}

/// The package of the npm registry that holds Node.js for this machine.
fn node_package() -> String {
    format!("node-{}-{}", std::env::consts::OS, architecture())
}

/// First lines of compilers' versions: native addons may be compiled by them.
fn compilers() -> String {
    let first = |program: &str| {
        let output = Command::new(program).arg("--version").output().ok()?;
        String::from_utf8_lossy(&output.stdout).lines().next().map(str::to_owned)
    };
    ["cc", "c++", "make", "python3"].into_iter().filter_map(first).collect::<Vec<_>>().join("; ")
}
