//! Node.js and npm in the version that a repository asks for: the machine's own if they fit, else from the
//! npm registry into the data directory.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use api::layout::DataDirectory;
use engine::{Error, Remedy};
use model::Toolchain;
use semver::{Version, VersionReq};

use crate::files::Scratch;

/// The folder of a fetched package manager that holds a program to start it by.
const SHIMS: &str = "frontage-bin";

/// Finds and fetches toolchains.
#[derive(Clone, Debug)]
pub struct Toolchains {
    data: DataDirectory,
}

impl Toolchains {
    /// Toolchains of a data directory.
    pub fn new(data: DataDirectory) -> Toolchains {
        Toolchains { data }
    }

    /// The toolchain for a range of Node.js versions (`said_by` is the file that says so) and a package
    /// manager such as `npm@11.1.0`.
    ///
    /// # Errors
    /// If there is no Node.js, none fits and none can be fetched, or the package manager is not npm.
    pub fn resolve(&self, node: Option<(&str, &str)>, package_manager: Option<&str>) -> Result<Toolchain, Error> {
        let own = program_version("node").ok_or_else(|| {
            Error::new(Remedy::CallOperator, "there is no Node.js on this machine")
                .because("the program `node` could not be started; install it, or put it into `PATH`")
        })?;
        let node = match node {
            Some((range, _)) if !fits(range, &own) => self.fetch(&node_package(), range).map_err(|cause| {
                let said_by = node.map_or("", |(_, file)| file);
                Error::new(
                    Remedy::ChangeRequest,
                    format!("no Node.js {range}, which `{said_by}` asks for; this machine has {own}"),
                )
                .because(cause)
            })?,
            _ => own,
        };
        let npm = self.npm(package_manager)?;
        Ok(Toolchain { node, package_manager: format!("npm@{npm}"), platform: platform(), compilers: compilers() })
    }

    fn npm(&self, wanted: Option<&str>) -> Result<String, Error> {
        let own = program_version("npm")
            .ok_or_else(|| Error::new(Remedy::CallOperator, "there is no npm on this machine"))?;
        let Some((name, version)) = wanted.and_then(|wanted| wanted.split_once('@')) else { return Ok(own) };
        if name != "npm" {
            return Err(Error::new(
                Remedy::ChangeRequest,
                format!("the package manager `{name}` is not supported yet, only npm"),
            ));
        }
        if own == version {
            return Ok(own);
        }
        let failed = || Error::new(Remedy::ChangeRequest, format!("no npm {version}, which `packageManager` asks for"));
        // Whatever else npm takes for a version is an address, or a range that means another one tomorrow.
        if Version::parse(version).is_err() {
            return Err(failed().because("it must be one exact version, such as `npm@11.1.0`"));
        }
        let fetched = self.fetch("npm", version).map_err(|cause| failed().because(cause))?;
        if fetched == version { Ok(fetched) } else { Err(failed().because(format!("the registry gave {fetched}"))) }
    }

    /// Folders of programs for a toolchain, to be put before the machine's own.
    pub fn folders(&self, toolchain: &Toolchain) -> Vec<PathBuf> {
        let fetched = [self.place(&node_package(), &toolchain.node).join("bin"), self.npm_place(toolchain).join(SHIMS)];
        let own = own_folder().map(|prefix| prefix.join("bin"));
        fetched.into_iter().filter(|folder| folder.is_dir()).chain(own).collect()
    }

    /// Folders that a toolchain needs, as far as they are no system folders of the machine. Of the machine's own
    /// Node.js no more than that: it may lie in a home among everything else.
    pub fn outside(&self, toolchain: &Toolchain) -> Vec<PathBuf> {
        let fetched = [self.place(&node_package(), &toolchain.node), self.npm_place(toolchain)];
        let parts = ["bin", "lib/node_modules/npm", "include/node"];
        let own = own_folder().into_iter().flat_map(|prefix| parts.map(|part| prefix.join(part)));
        fetched.into_iter().chain(own).filter(|folder| folder.is_dir()).collect()
    }

    fn npm_place(&self, toolchain: &Toolchain) -> PathBuf {
        self.place("npm", toolchain.package_manager.trim_start_matches("npm@"))
    }

    /// The program `node` of a toolchain.
    ///
    /// # Errors
    /// If it is not there any more.
    pub fn node(&self, toolchain: &Toolchain) -> io::Result<PathBuf> {
        let fetched = self.place(&node_package(), &toolchain.node).join("bin/node");
        if fetched.exists() {
            return Ok(fetched);
        }
        let found = own_node();
        found.ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "there is no program `node` in `PATH`"))
    }

    /// Fetches the newest version of a range by the machine's npm, which checks its integrity; runs no script of it.
    fn fetch(&self, name: &str, range: &str) -> Result<String, Error> {
        let failed = |what: &str| Error::new(Remedy::Retry, format!("could not {what} `{name}@{range}`"));
        let scratch = Scratch::new(&self.data, name).map_err(|cause| failed("make room for").because(cause))?;
        let wanted = format!("{name}@{range}");
        let output = Command::new("npm")
            .args([
                "install",
                "--no-save",
                "--ignore-scripts",
                "--no-audit",
                "--no-fund",
                "--loglevel=error",
                "--prefix",
            ])
            .arg(scratch.path())
            .arg(&wanted)
            .output()
            .map_err(|cause| failed("fetch").because(cause))?;
        if !output.status.success() {
            return Err(failed("fetch").because(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
        }
        let version = package_version(&scratch.path().join("node_modules").join(name))
            .map_err(|cause| failed("read").because(cause))?;
        if Version::parse(&version).is_err() {
            return Err(failed("keep").because(format!("it calls itself version `{version}`")));
        }
        let place = self.place(name, &version);
        if name == "npm" {
            // Its own `bin/npm` looks for itself beside `node`.
            let shim = format!("#!/bin/sh\nexec node '{}/bin/npm-cli.js' \"$@\"\n", place.display());
            let path = scratch.path().join("node_modules/npm").join(SHIMS).join("npm");
            crate::files::write(&path, shim.as_bytes(), true).map_err(|cause| failed("keep").because(cause))?;
        }
        scratch.publish(&format!("node_modules/{name}"), &place).map_err(|cause| failed("keep").because(cause))?;
        Ok(version)
    }

    fn place(&self, name: &str, version: &str) -> PathBuf {
        self.data.toolchains().join(format!("{name}-{version}"))
    }
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

fn package_version(folder: &Path) -> io::Result<String> {
    let manifest: serde_json::Value = serde_json::from_slice(&std::fs::read(folder.join("package.json"))?)?;
    manifest["version"].as_str().map(str::to_owned).ok_or_else(|| io::Error::other("its manifest names no version"))
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

/// Whether a version fits one of npm's ranges. Source: docs.npmjs.com, "semver", ranges. What cannot be read
/// as a range (`lts/*`) fits.
fn fits(range: &str, version: &str) -> bool {
    let Ok(version) = Version::parse(version) else { return true };
    let alternatives: Vec<Option<VersionReq>> = range.split("||").map(requirement).collect();
    alternatives.iter().any(|wanted| wanted.as_ref().is_none_or(|wanted| wanted.matches(&version)))
}

fn requirement(range: &str) -> Option<VersionReq> {
    if let Some((from, to)) = range.split_once(" - ") {
        return VersionReq::parse(&format!(">={}, <={}", from.trim(), to.trim())).ok();
    }
    let range = range.replace(">= ", ">=").replace("<= ", "<=").replace("> ", ">").replace("< ", "<");
    let parts: Vec<String> = range.split_whitespace().map(comparator).collect();
    VersionReq::parse(&parts.join(", ")).ok()
}

/// A bare version means less in npm than in Cargo: `20.10` is any 20.10, `20.10.1` is just that.
fn comparator(part: &str) -> String {
    let part = part.trim_start_matches('v').replace(".x", ".*").replace(".X", ".*");
    match (part.starts_with(|first: char| first.is_ascii_digit()), part.matches('.').count()) {
        (true, 2) if !part.contains('*') => format!("={part}"),
        (true, 1) if !part.contains('*') => format!("~{part}"),
        _ => part,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_npm_reads_them() {
        let table = [
            (">=20", true),
            (">= 20", true),
            ("20", true),
            ("20.x", true),
            ("^20.1", true),
            ("20.20", true),
            ("20.20.2", true),
            ("18 || 20", true),
            (">=18 <21", true),
            ("*", true),
            ("lts/*", true),
            ("18 - 20.99", true),
            (">=22", false),
            ("18", false),
            ("20.10", false),
            ("20.20.1", false),
            ("^18 || ^22", false),
            (">=18 <20", false),
        ];
        for (range, expected) in table {
            assert_eq!(fits(range, "20.20.2"), expected, "{range}");
        }
    }
}
