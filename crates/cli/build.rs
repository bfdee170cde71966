//! Puts the example monorepo into the binary, so that `frontage demo` needs nothing but itself.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// What builds leave behind; the example's own `.gitignore` names the same.
const LEFT_OUT: [&str; 6] = ["node_modules", "dist", "generated", ".turbo", ".nx", "coverage"];

fn main() -> io::Result<()> {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/academy");
    println!("cargo::rerun-if-changed={}", example.display());
    let mut files = Vec::new();
    if example.is_dir() {
        collect(&example, &mut files)?;
    }
    files.sort();
    let mut list = String::from("&[\n");
    for file in &files {
        let name = file.strip_prefix(&example).map_err(io::Error::other)?;
        let path = file.canonicalize()?;
        writeln!(list, "    ({:?}, include_bytes!({:?})),", name, path).map_err(io::Error::other)?;
    }
    list.push(']');
    let output = env::var_os("OUT_DIR").map(PathBuf::from).ok_or_else(|| io::Error::other("cargo sets OUT_DIR"))?;
    fs::write(output.join("academy.rs"), list)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        if LEFT_OUT.iter().any(|name| entry.file_name() == *name) {
            continue;
        }
        if entry.file_type()?.is_dir() {
            collect(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
