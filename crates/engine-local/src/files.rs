//! Files of the data directory: written whole, owned by whom they are for, linked where that is safe.

use std::collections::HashSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, lchown, symlink};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use api::layout::DataDirectory;

use crate::sandbox::{client::remove_tree, owner};

/// A folder under `scratch` that is removed again unless it was moved to its place.
#[derive(Debug)]
pub struct Scratch {
    path: PathBuf,
}

impl Scratch {
    /// An empty folder with a name of its own.
    pub fn new(data: &DataDirectory, name: &str) -> io::Result<Scratch> {
        let path = data.scratch().join(format!("{name}-{}", unique()));
        make_folder(&path)?;
        Ok(Scratch { path })
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Moves a folder of it to its place, whole. If something is there already, that stays: the first wins.
    pub fn publish(&self, name: &str, place: &Path) -> io::Result<()> {
        if let Some(parent) = place.parent() {
            fs::create_dir_all(parent)?;
        }
        match fs::rename(self.path.join(name), place) {
            Err(_) if place.exists() => Ok(()),
            other => other,
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(cause) = remove_tree(&self.path) {
            tracing::warn!("`{}` could not be removed: {cause}", self.path.display());
        }
    }
}

/// Makes a folder and those above it; it belongs to whom sandboxes run as.
pub fn make_folder(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    if let Some(parent) = path.parent() {
        make_folder(parent)?;
    }
    match fs::create_dir(path) {
        Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(cause) => Err(cause),
        Ok(()) => own(path),
    }
}

/// Writes a file for sandboxes.
pub fn write(path: &Path, content: &[u8], executable: bool) -> io::Result<()> {
    if let Some(parent) = path.parent() {
        make_folder(parent)?;
    }
    let mode = if executable { 0o755 } else { 0o644 };
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(mode).open(path)?;
    file.write_all(content)?;
    drop(file);
    fs::set_permissions(path, fs::Permissions::from_mode(mode))?;
    own(path)
}

/// A name that nobody else uses while this process lives.
pub fn unique() -> String {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    format!("{}-{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed))
}

/// Writes a file whole: temporary, fsync, rename. Several builds may write the same one at once.
pub fn write_whole(path: &Path, content: &[u8]) -> io::Result<()> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    let temporary = path.with_extension(format!("new-{}", unique()));
    let mut file = File::create(&temporary)?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(&temporary, path)
}

/// Makes a symbolic link for sandboxes.
pub fn link(target: &Path, path: &Path) -> io::Result<()> {
    if let Some(parent) = path.parent() {
        make_folder(parent)?;
    }
    match symlink(target, path) {
        Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(cause) => Err(cause),
        Ok(()) => own(path),
    }
}

/// Gives a path to whom sandboxes run as.
pub fn own(path: &Path) -> io::Result<()> {
    match owner() {
        Some((user, group)) => lchown(path, Some(user), Some(group)),
        None => Ok(()),
    }
}

/// Whether a path is one of overlay's whiteouts: a file that was removed.
pub fn is_whiteout(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::FileTypeExt;
    metadata.file_type().is_char_device() && metadata.rdev() == 0
}

/// What became of a path while a tree was laid over another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Laid {
    /// It goes along.
    Kept,
    /// It and all below it stay behind.
    LeftOut,
}

/// Lays a tree over another: hard links where both are on one file system and nobody may write the source
/// any more, else copies. A whiteout in the source removes what it covers. `choose` sees each path relative
/// to the source.
///
/// # Errors
/// If a file cannot be read or written.
pub fn lay(source: &Path, target: &Path, choose: &mut dyn FnMut(&Path) -> Laid) -> io::Result<()> {
    lay_below(source, target, Path::new(""), choose)
}

fn lay_below(source: &Path, target: &Path, below: &Path, choose: &mut dyn FnMut(&Path) -> Laid) -> io::Result<()> {
    for entry in fs::read_dir(source.join(below))? {
        let entry = entry?;
        let name = below.join(entry.file_name());
        if choose(&name) == Laid::LeftOut {
            continue;
        }
        let metadata = entry.path().symlink_metadata()?;
        let place = target.join(&name);
        if is_whiteout(&metadata) {
            remove_any(&place)?;
        } else if metadata.is_dir() {
            let is_other = place.symlink_metadata().is_ok_and(|there| !there.is_dir());
            if is_other || is_opaque(&entry.path()) {
                remove_any(&place)?;
            }
            make_folder(&place)?;
            lay_below(source, target, &name, choose)?;
        } else if metadata.is_symlink() {
            remove_any(&place)?;
            link(&fs::read_link(entry.path())?, &place)?;
        } else if metadata.is_file() {
            remove_any(&place)?;
            lay_file(&entry.path(), &place, &metadata)?;
        }
    }
    Ok(())
}

/// Lays one file, by the same rules.
///
/// # Errors
/// If it cannot be read or written.
pub fn lay_one(source: &Path, place: &Path) -> io::Result<()> {
    let metadata = source.symlink_metadata()?;
    remove_any(place)?;
    lay_file(source, place, &metadata)
}

fn lay_file(source: &Path, place: &Path, metadata: &fs::Metadata) -> io::Result<()> {
    if let Some(parent) = place.parent() {
        make_folder(parent)?;
    }
    if fs::hard_link(source, place).is_ok() {
        return Ok(());
    }
    fs::copy(source, place)?;
    fs::set_permissions(place, fs::Permissions::from_mode(metadata.mode() & 0o777))?;
    own(place)
}

fn remove_any(path: &Path) -> io::Result<()> {
    let Ok(metadata) = path.symlink_metadata() else { return Ok(()) };
    if metadata.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }
}

/// Removes files and folders below a folder by their path relative to it. No link is followed.
///
/// # Errors
/// If one cannot be removed.
pub fn remove_where(folder: &Path, is_unwanted: &dyn Fn(&Path) -> bool) -> io::Result<()> {
    let mut open = vec![PathBuf::new()];
    while let Some(below) = open.pop() {
        for entry in fs::read_dir(folder.join(&below))? {
            let entry = entry?;
            let name = below.join(entry.file_name());
            if is_unwanted(&name) {
                remove_any(&entry.path())?;
            } else if entry.file_type()?.is_dir() {
                open.push(name);
            }
        }
    }
    Ok(())
}

/// Whether a path below a folder is a folder, and no link is on the way to it.
pub fn is_real_folder(folder: &Path, below: &Path) -> bool {
    let mut place = folder.to_owned();
    below.components().all(|part| {
        place.push(part);
        matches!(part, std::path::Component::Normal(_)) && place.symlink_metadata().is_ok_and(|it| it.is_dir())
    })
}

/// Whether a folder hides what lies below it in lower layers (overlay's "opaque" directories, kept by `userxattr`).
#[expect(unsafe_code, reason = "lgetxattr has no wrapper here; its arguments outlive the call")]
pub fn is_opaque(folder: &Path) -> bool {
    use std::os::unix::ffi::OsStrExt;
    let Ok(path) = std::ffi::CString::new(folder.as_os_str().as_bytes()) else { return false };
    let mut value = [0_u8; 1];
    // SAFETY: both names are strings that end with zero, and the buffer is as long as is said.
    let length = unsafe {
        libc::lgetxattr(path.as_ptr(), c"user.overlay.opaque".as_ptr(), value.as_mut_ptr().cast(), value.len())
    };
    length == 1 && value == *b"y"
}

/// Every file and link below a folder, relative to it, sorted.
///
/// # Errors
/// If a folder cannot be read.
pub fn walk(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![PathBuf::new()];
    while let Some(below) = open.pop() {
        for entry in fs::read_dir(folder.join(&below))? {
            let entry = entry?;
            let name = below.join(entry.file_name());
            if entry.file_type()?.is_dir() {
                open.push(name);
            } else {
                found.push(name);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// How much of a log is read from its end, and from its beginning.
const PART: u64 = 64 << 10;

/// How many lines in a row make a block, of which one is enough.
const BLOCK: usize = 8;

/// The last lines of a sandbox's log, without the time and stream in front of each.
pub fn last_lines(log: &Path, count: usize) -> Vec<String> {
    let lines = lines(&end_of(log).unwrap_or_default());
    lines[lines.len().saturating_sub(count)..].to_vec()
}

/// The same of what says something: a server that fails at each request says the same each time, and what matters may
/// have been said at the first. Frames of a stack that lie in other people's code say nothing.
pub fn telling_lines(log: &Path, count: usize) -> Vec<String> {
    let is_foreign = |line: &&String| {
        line.trim_start().starts_with("at ") && (line.contains("node:internal/") || line.contains("/node_modules/"))
    };
    let mut all = lines(&beginning_of(log).unwrap_or_default());
    all.extend(lines(&end_of(log).unwrap_or_default()));
    let mut seen = HashSet::new();
    let ends = (0..all.len()).filter(|end| *end + 1 < BLOCK || seen.insert(&all[end + 1 - BLOCK..=*end]));
    let telling: Vec<String> = ends.map(|end| &all[end]).filter(|line| !is_foreign(line)).cloned().collect();
    telling[telling.len().saturating_sub(count)..].to_vec()
}

fn lines(text: &str) -> Vec<String> {
    text.lines().map(|line| line.splitn(3, ' ').nth(2).unwrap_or_default().to_owned()).collect()
}

fn end_of(log: &Path) -> io::Result<String> {
    let mut file = File::open(log)?;
    let length = file.metadata()?.len();
    io::Seek::seek(&mut file, io::SeekFrom::Start(length.saturating_sub(PART)))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// What stands before the end; whole lines.
fn beginning_of(log: &Path) -> io::Result<String> {
    let file = File::open(log)?;
    let before = file.metadata()?.len().saturating_sub(PART);
    let mut bytes = Vec::new();
    file.take(before.min(PART)).read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    Ok(text.rsplit_once('\n').map(|(whole, _)| whole.to_owned()).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_may_write_the_same_file_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("a.json");
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| (0..50).for_each(|_| write_whole(&place, b"whole").unwrap()));
            }
        });
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
    }

    #[test]
    fn what_is_said_at_each_request_is_told_once() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("a.log");
        let said = |line: &str| format!("2020-01-01T00:00:00.000Z err {line}\n");
        let frames = "Error: no variables\n    at own (file:///srv/repo/a.js:1:1)\n    at run (node:internal/a:1:1)\n    \
                      at b (file:///srv/repo/node_modules/b/b.js:1:1)\n  cause: 1\n  cause: 2\n  cause: 3\n  cause: 4";
        let each: String = frames.lines().map(said).collect();
        let text = format!("{}{}", said("`SECRET` is missing"), each.repeat(400));
        assert!(text.len() > 2 * (64 << 10));
        fs::write(&log, text).unwrap();
        let telling = telling_lines(&log, 30);
        assert_eq!(
            telling[..3],
            ["`SECRET` is missing", "Error: no variables", "    at own (file:///srv/repo/a.js:1:1)"]
        );
        assert!(telling.len() < 20, "{telling:?}");
        assert_eq!(last_lines(&log, 2), ["  cause: 3", "  cause: 4"]);
    }
}
