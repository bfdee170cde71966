//! Programs of a package manager that was fetched: which there are, and how they are started.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use semver::Version;
use serde_json::{Value, json};

use super::range::Range;
use crate::files;

/// The folder of a fetched package manager with programs to start it by.
pub const SHIMS: &str = "frontage-bin";

/// Says what a place holds.
const NOTE: &str = "frontage.json";

/// A program of a package manager.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// What it is called.
    pub name: String,
    /// The file to start, relative to the package manager's folder.
    pub file: PathBuf,
    /// Whether Node.js runs it.
    pub by_node: bool,
    /// Arguments that come first.
    pub first: &'static str,
}

impl Program {
    /// A script that starts it, where its package manager lies at `folder`, seen from where the script stands. Its own
    /// starter would look for itself beside `node`.
    pub fn shim(&self, folder: &str) -> String {
        let node = if self.by_node { "node " } else { "" };
        format!("#!/bin/sh\nexec {node}\"${{0%/*}}/{folder}/{}\" {}\"$@\"\n", self.file.display(), self.first)
    }
}

/// Makes what npm installed in a folder ready to be kept.
pub fn prepare(folder: &Path, package: &str, hash: &str) -> io::Result<()> {
    lay_native(&folder.join("node_modules"))?;
    let note = json!({"package": package, "integrity": hash});
    fs::write(folder.join(NOTE), serde_json::to_vec(&note)?)?;
    for program in of(folder)? {
        files::write(&folder.join(SHIMS).join(&program.name), program.shim("..").as_bytes(), true)?;
    }
    Ok(())
}

/// Moves what is to be kept of a folder into one folder of it.
pub fn gather(folder: &Path, name: &str) -> io::Result<()> {
    for part in ["node_modules", NOTE, SHIMS] {
        fs::rename(folder.join(part), folder.join(name).join(part))?;
    }
    Ok(())
}

/// pnpm is a native program from version 12 on: its package has placeholders, which its install script would replace
/// by what a package for the platform holds.
fn lay_native(modules: &Path) -> io::Result<()> {
    let Ok(entries) = fs::read_dir(modules.join("@pnpm")) else { return Ok(()) };
    for entry in entries {
        let entry = entry?;
        let native = entry.path().join("pnpm");
        if !entry.file_name().to_string_lossy().starts_with("exe.") || !native.is_file() {
            continue;
        }
        for name in ["pnpm", "pnpx", "pn", "pnx"] {
            let target = modules.join("pnpm").join(name);
            if target.exists() {
                fs::remove_file(&target)?;
                fs::hard_link(&native, &target)?;
                fs::set_permissions(&target, fs::Permissions::from_mode(0o755))?;
            }
        }
    }
    Ok(())
}

/// The programs in a package manager's folder.
pub fn of(place: &Path) -> io::Result<Vec<Program>> {
    let package = package(place)?;
    let below = Path::new("node_modules").join(&package);
    if package.starts_with("@oven/") {
        let program =
            |name: &str, first| Program { name: name.to_owned(), file: below.join("bin/bun"), by_node: false, first };
        return Ok(vec![program("bun", ""), program("bunx", "x ")]);
    }
    let manifest = manifest(&place.join(&below))?;
    let table = manifest.get("bin").and_then(Value::as_object).cloned().unwrap_or_default();
    let mut programs = Vec::new();
    for (name, file) in table {
        let Some(file) = file.as_str() else { continue };
        let file = below.join(file.trim_start_matches("./"));
        let by_node = !is_native(&place.join(&file))?;
        programs.push(Program { name, file, by_node, first: "" });
    }
    if programs.is_empty() {
        return Err(io::Error::other(format!("`{package}` has no programs")));
    }
    Ok(programs)
}

fn is_native(file: &Path) -> io::Result<bool> {
    let mut first = [0_u8; 4];
    let read = io::Read::read(&mut fs::File::open(file)?, &mut first)?;
    Ok(first[..read] == *b"\x7fELF")
}

/// The Node.js that a package manager in a place runs on, if it says so, or it is known to be wrong about that.
pub fn engine_of(place: &Path) -> Option<Range> {
    let name = package(place).ok()?;
    let folder = place.join("node_modules").join(&name);
    let version = || Version::parse(manifest(&folder).ok()?.get("version")?.as_str()?).ok();
    // pnpm 7.32 and 8.0 end every request on Node.js 20 with `ERR_INVALID_THIS`, 7.33 and 8.3.1 do not (tried).
    let is_too_old = |version: Version| Range::parse("<7.33.0 || >=8.0.0 <8.3.1").is_some_and(|it| it.holds(&version));
    if name == "pnpm" && version().is_some_and(is_too_old) {
        return Range::parse("<20");
    }
    engine(&folder)
}

/// The Node.js that a package runs on, if it says so.
pub fn engine(folder: &Path) -> Option<Range> {
    Range::parse(manifest(folder).ok()?.pointer("/engines/node")?.as_str()?)
}

/// Checks what was fetched against a hash as Corepack writes it. Of Yarn 2 and newer that is the hash of another file
/// than the registry has, and of some algorithms the registry keeps none: those say nothing.
///
/// # Errors
/// If the hash is of something else.
pub fn check(place: &Path, wanted: &str) -> io::Result<()> {
    let note: Value = serde_json::from_slice(&fs::read(place.join(NOTE))?)?;
    let text = |field: &str| note.get(field).and_then(Value::as_str).unwrap_or_default();
    let (Some(wanted), Some(known)) = (wanted.strip_prefix("sha512."), text("integrity").strip_prefix("sha512-"))
    else {
        return Ok(());
    };
    if text("package") == "@yarnpkg/cli-dist" || text("package").starts_with("@oven/") {
        return Ok(());
    }
    let known = base64(known).map(hex::encode).unwrap_or_default();
    if known.eq_ignore_ascii_case(wanted) {
        return Ok(());
    }
    Err(io::Error::other(format!("what the registry has is `sha512.{known}`")))
}

/// Bytes of a text in base 64 (RFC 4648, section 4).
fn base64(text: &str) -> Option<Vec<u8>> {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bytes, mut bits, mut held) = (Vec::new(), 0_u32, 0_u32);
    for digit in text.trim_end_matches('=').bytes() {
        let value = DIGITS.iter().position(|it| *it == digit)?;
        bits = (bits << 6 | u32::try_from(value).ok()?) & 0xffff;
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from(bits >> held & 0xff).ok()?);
        }
    }
    Some(bytes)
}

fn package(place: &Path) -> io::Result<String> {
    let note: Value = serde_json::from_slice(&fs::read(place.join(NOTE))?)?;
    let package = note.get("package").and_then(Value::as_str);
    package.map(str::to_owned).ok_or_else(|| io::Error::other("nothing says what it holds"))
}

fn manifest(folder: &Path) -> io::Result<Value> {
    Ok(serde_json::from_slice(&fs::read(folder.join("package.json"))?)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_compared_in_the_notation_of_each() {
        let place = tempfile::tempdir().unwrap();
        let note = |package: &str| {
            let note = json!({"package": package, "integrity": "sha512-aARhQYk8"});
            fs::write(place.path().join(NOTE), note.to_string()).unwrap();
        };
        note("pnpm");
        check(place.path(), "sha512.68046141893c").unwrap();
        check(place.path(), "sha224.00").unwrap();
        assert!(check(place.path(), "sha512.68046141893d").is_err());
        note("@yarnpkg/cli-dist");
        check(place.path(), "sha512.68046141893d").unwrap();
    }

    #[test]
    fn programs_are_started_by_node_or_by_themselves() {
        let place = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| files::write(&place.path().join(path), text.as_bytes(), true).unwrap();
        write(NOTE, r#"{"package": "pnpm"}"#);
        write("node_modules/pnpm/package.json", r#"{"bin": {"pnpm": "bin/pnpm.cjs", "pnpx": "./pnpx"}}"#);
        write("node_modules/pnpm/bin/pnpm.cjs", "#!/usr/bin/env node\n");
        write("node_modules/pnpm/pnpx", "\x7fELF");
        let shims: Vec<String> = of(place.path()).unwrap().iter().map(|it| it.shim("..")).collect();
        assert_eq!(
            shims,
            [
                "#!/bin/sh\nexec node \"${0%/*}/../node_modules/pnpm/bin/pnpm.cjs\" \"$@\"\n",
                "#!/bin/sh\nexec \"${0%/*}/../node_modules/pnpm/pnpx\" \"$@\"\n"
            ]
        );
    }
}
