//! A built tree on disk: layers one over the other, the uppermost of which the app's own build wrote.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{Origin, Tree};
use crate::build::pack;
use crate::files;

/// Larger files are not read: none of them tells how it is served.
const LARGEST: u64 = 32 << 20;

/// A built tree.
pub struct Layers {
    /// Lowest first; the last is what the app's build wrote.
    layers: Vec<PathBuf>,
    /// Where packages are installed.
    install: Option<PathBuf>,
    files: BTreeMap<String, Origin>,
}

impl Layers {
    /// Reads the names of all files of these layers, lowest first, each in the repository's layout. The last is what
    /// the app's own build wrote.
    ///
    /// # Errors
    /// If a folder cannot be read.
    pub fn of(layers: Vec<PathBuf>, install: Option<PathBuf>) -> io::Result<Layers> {
        let mut files = BTreeMap::new();
        let last = layers.len().saturating_sub(1);
        for (number, layer) in layers.iter().enumerate() {
            let origin = if number == last { Origin::Written } else { Origin::Shown };
            add(&mut files, layer, origin)?;
        }
        Ok(Layers { layers, install, files })
    }
}

impl Tree for Layers {
    fn files(&self) -> &BTreeMap<String, Origin> {
        &self.files
    }

    fn read(&self, path: &str) -> Option<String> {
        self.files.get(path)?;
        let place = self.layers.iter().rev().map(|layer| layer.join(path)).find_map(|place| {
            // A link may lead anywhere on this machine.
            let metadata = place.symlink_metadata().ok()?;
            (metadata.is_file() && metadata.len() <= LARGEST).then_some(place)
        })?;
        fs::read(place).ok().map(|content| String::from_utf8_lossy(&content).into_owned())
    }

    fn exists(&self, path: &str) -> bool {
        let mut layers = self.layers.iter().rev().chain(&self.install);
        self.files.contains_key(path) || layers.any(|layer| layer.join(path).exists())
    }
}

/// Adds the files of a layer to those below it, and removes what it covers.
fn add(files: &mut BTreeMap<String, Origin>, layer: &Path, origin: Origin) -> io::Result<()> {
    let mut open = vec![PathBuf::new()];
    while let Some(below) = open.pop() {
        for entry in fs::read_dir(layer.join(&below))? {
            let entry = entry?;
            let path = below.join(entry.file_name());
            // No framework writes such names.
            let Some(name) = path.to_str().map(str::to_owned) else { continue };
            let metadata = entry.path().symlink_metadata()?;
            if metadata.is_dir() {
                if files::is_opaque(&entry.path()) {
                    remove(files, &name);
                }
                if !pack::is_cache(&path) && !path.ends_with("node_modules") {
                    files.remove(&name);
                    open.push(path);
                }
                continue;
            }
            remove(files, &name);
            if !files::is_whiteout(&metadata) {
                files.insert(name, origin);
            }
        }
    }
    Ok(())
}

/// Removes a file, or all below a folder.
fn remove(files: &mut BTreeMap<String, Origin>, path: &str) {
    files.remove(path);
    let prefix = format!("{path}/");
    let below: Vec<String> = files
        .range(prefix.clone()..)
        .map(|(name, _)| name.clone())
        .take_while(|name| name.starts_with(&prefix))
        .collect();
    for name in below {
        files.remove(&name);
    }
}
