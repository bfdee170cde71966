//! The files of a commit as the rules see them: every path, and the text of those few that rules read.

use std::collections::BTreeMap;
use std::sync::Arc;

use model::ShownFile;

use crate::git::{GitError, SYMBOLIC_LINK, Snapshot};

/// Paths of files, and the texts of some of them.
pub trait Files {
    /// Paths in `folder` and below, in order; of the whole repository for an empty one.
    fn below<'a>(&'a self, folder: &str) -> Box<dyn Iterator<Item = &'a str> + 'a>;

    /// Whether there is such a file.
    fn holds(&self, path: &str) -> bool;

    /// Paths of those files whose texts are known and whose names begin so.
    fn named<'a>(&'a self, beginning: &'a str) -> Box<dyn Iterator<Item = &'a str> + 'a>;

    /// The text of a file; none if there is no such file, or if it is none that rules read.
    fn text(&self, path: &str) -> Option<&str>;
}

/// The files of a snapshot, with the texts that were read of it at once.
#[derive(Clone, Debug, Default)]
pub struct Contents {
    paths: Arc<BTreeMap<String, ShownFile>>,
    texts: BTreeMap<String, String>,
    /// Paths of texts by the files' names.
    names: BTreeMap<String, Vec<String>>,
}

impl Contents {
    /// The files of a snapshot, and the texts of those that `is_read` names. Symbolic links are not followed.
    ///
    /// # Errors
    /// If git fails.
    pub fn of(snapshot: &Snapshot, is_read: impl Fn(&str) -> bool) -> Result<Contents, GitError> {
        let read = snapshot.files.values().filter(|file| file.mode != SYMBOLIC_LINK && is_read(file.path.as_str()));
        let mut contents = Contents { paths: Arc::clone(&snapshot.files), ..Contents::default() };
        contents.read(snapshot, read.map(|file| file.path.as_str()))?;
        Ok(contents)
    }

    /// Reads the texts of some more.
    ///
    /// # Errors
    /// If git fails.
    pub fn read<'p>(&mut self, snapshot: &Snapshot, paths: impl IntoIterator<Item = &'p str>) -> Result<(), GitError> {
        for (path, content) in snapshot.read(paths)? {
            self.names.entry(name_of(&path).to_owned()).or_default().push(path.clone());
            self.texts.insert(path, text_of(content));
        }
        Ok(())
    }
}

impl Files for Contents {
    fn below<'a>(&'a self, folder: &str) -> Box<dyn Iterator<Item = &'a str> + 'a> {
        below(&self.paths, folder)
    }

    fn holds(&self, path: &str) -> bool {
        self.paths.contains_key(path)
    }

    fn named<'a>(&'a self, beginning: &'a str) -> Box<dyn Iterator<Item = &'a str> + 'a> {
        let from = self.names.range(beginning.to_owned()..);
        Box::new(
            from.take_while(move |(name, _)| name.starts_with(beginning))
                .flat_map(|(_, paths)| paths)
                .map(String::as_str),
        )
    }

    fn text(&self, path: &str) -> Option<&str> {
        self.texts.get(path).map(String::as_str)
    }
}

/// Files in memory, for tests.
impl Files for BTreeMap<String, String> {
    fn below<'a>(&'a self, folder: &str) -> Box<dyn Iterator<Item = &'a str> + 'a> {
        below(self, folder)
    }

    fn holds(&self, path: &str) -> bool {
        self.contains_key(path)
    }

    fn named<'a>(&'a self, beginning: &'a str) -> Box<dyn Iterator<Item = &'a str> + 'a> {
        Box::new(self.keys().map(String::as_str).filter(move |path| name_of(path).starts_with(beginning)))
    }

    fn text(&self, path: &str) -> Option<&str> {
        self.get(path).map(String::as_str)
    }
}

fn name_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Paths of files below a folder.
pub fn below<'a, T>(files: &'a BTreeMap<String, T>, folder: &str) -> Box<dyn Iterator<Item = &'a str> + 'a> {
    let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
    let from = files.range(prefix.clone()..).map(|(path, _)| path.as_str());
    Box::new(from.take_while(move |path| path.starts_with(&prefix)))
}

/// A file's text, without a byte-order mark; what is no UTF-8 in it is replaced.
fn text_of(content: Vec<u8>) -> String {
    let text =
        String::from_utf8(content).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
    match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_owned(),
        None => text,
    }
}
