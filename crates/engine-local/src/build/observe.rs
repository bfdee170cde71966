//! A build that is only looked at: which files of the commit its steps read, and what they write.
//!
//! The files lie where the build writes, so that the file system notes when each is read. What only asks whether a file is
//! there, or what a folder holds, is not seen.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, FileTimes};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use engine::BuildFailure;
use model::{BuildKey, Digest, ShownFile, Task};
use tokio::sync::mpsc;

use super::room::{NOTE, Room};
use super::{EPOCH, LocalBuilder, Work, blocking, checkout, install, keep_output, pack};
use crate::files;

/// When a file was read that nobody read: before it was written, so that file systems that note the first time only note it.
const UNREAD: u64 = EPOCH - 86_400;

/// What is built, and how.
#[derive(Clone, Copy, Debug)]
pub struct Look<'a> {
    /// The task; everything that it needs is kept.
    pub task: &'a Task,
    /// The files that are there.
    pub files: &'a [ShownFile],
    /// Other contents of some of them, by path.
    pub instead: &'a BTreeMap<String, String>,
    /// Where the output is kept, if it is one that others are built over.
    pub keep: Option<&'a BuildKey>,
}

/// What was seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Observed {
    /// Paths of the files that were read.
    pub read: BTreeSet<String>,
    /// What was written, but for caches: paths with what tells one content from another, none for what was removed.
    pub written: BTreeMap<String, Option<String>>,
}

impl LocalBuilder {
    /// Runs the steps of a task and looks at them. No artifact is kept.
    ///
    /// # Errors
    /// As [`engine::Builder::build`].
    pub async fn observe(&self, look: Look<'_>) -> Result<Observed, BuildFailure> {
        let (progress, _nobody) = mpsc::unbounded_channel();
        let work = Work { shared: self.shared.clone(), task: look.task.clone(), progress };
        let (shared, task) = (&work.shared, &work.task);
        let install = match &task.install {
            None => None,
            Some(layer) => Some(install::ensure(shared, layer, &task.toolchain, || ()).await?),
        };
        let failed = |cause| work.error("look at the build of", cause);
        let git = work.git().await.map_err(failed)?;
        let mut words = format!("look {} {:?}", task.key, task.needs);
        look.files.iter().for_each(|file| words.push_str(&format!("{} {}", file.path, file.object)));
        look.instead.iter().for_each(|(path, content)| words.push_str(&format!("{path} {content}")));
        let name = Digest::of(words.as_bytes()).hex().to_owned();
        let outputs = task.needs.iter().map(|key| Path::new("outputs").join(key.as_str()));
        let lowers = outputs.chain([git]).chain(install).collect();
        let room = Room::make(shared, &name, lowers).map_err(failed)?;
        lay(&work, &look, &room.upper()).map_err(failed)?;
        work.run(&room).await?;
        let seen = seen(&look, room.upper()).await;
        let kept = match look.keep {
            Some(key) if !shared.data.outputs().join(key.as_str()).exists() => {
                let (key, upper, shared) = (key.clone(), room.upper(), work.shared.clone());
                let unwritten = look.files.iter().map(|file| upper.join(file.path.as_str())).collect();
                blocking(move || {
                    remove_unwritten(unwritten)?;
                    keep_output(&shared.data, &key, &upper)
                })
                .await
            }
            _ => Ok(()),
        };
        let removed = room.remove().await;
        let seen = seen.map_err(failed)?;
        kept.and(removed).map_err(failed)?;
        Ok(seen)
    }
}

impl Work {
    /// The part of the checkout that holds the synthetic `.git`.
    async fn git(&self) -> io::Result<PathBuf> {
        let name = checkout::git_name(&self.task.shown, None);
        let _one_at_a_time = self.shared.once.lock(&format!("checkout {name}")).await;
        let (shared, shown, part) = (self.shared.clone(), self.task.shown.clone(), name.clone());
        blocking(move || checkout::write_git(&shared.data, &shared.repository, &part, &shown, None)).await?;
        Ok(Path::new("checkouts").join(name))
    }
}

/// Lays out the files, each as if nobody had read it.
fn lay(work: &Work, look: &Look<'_>, root: &Path) -> io::Result<()> {
    let all: Vec<&ShownFile> = look.files.iter().collect();
    checkout::write_files(&*work.shared.objects, &all, root)?;
    for (path, content) in look.instead {
        files::write(&root.join(path), content.as_bytes(), false)?;
    }
    let at = |seconds| UNIX_EPOCH + Duration::from_secs(seconds);
    let times = FileTimes::new().set_modified(at(EPOCH)).set_accessed(at(UNREAD));
    for file in all.iter().filter(|file| file.mode != "120000") {
        fs::File::options().write(true).open(root.join(file.path.as_str()))?.set_times(times)?;
    }
    Ok(())
}

async fn seen(look: &Look<'_>, upper: PathBuf) -> io::Result<Observed> {
    let laid: BTreeSet<String> = look.files.iter().map(|file| file.path.to_string()).collect();
    blocking(move || {
        let mut seen = Observed::default();
        for path in files::walk(&upper)? {
            let name = path.display().to_string();
            let whole = upper.join(&path);
            let metadata = whole.symlink_metadata()?;
            let is_unwritten = laid.contains(&name) && is_as_laid(&metadata);
            if is_unwritten && !metadata.is_symlink() && metadata.atime() != seconds(UNREAD) {
                seen.read.insert(name);
            } else if !is_unwritten && name != NOTE && !path.ancestors().any(pack::is_cache) {
                let content = match () {
                    () if files::is_whiteout(&metadata) => None,
                    () if metadata.is_symlink() => Some(fs::read_link(&whole)?.display().to_string()),
                    () => Some(Digest::of(&fs::read(&whole)?).hex().to_owned()),
                };
                seen.written.insert(name, content);
            }
        }
        Ok(seen)
    })
    .await
}

fn is_as_laid(metadata: &fs::Metadata) -> bool {
    metadata.is_symlink() || metadata.mtime() == seconds(EPOCH)
}

fn seconds(time: u64) -> i64 {
    i64::try_from(time).expect("a time of this century")
}

/// Removes files that lie as they were laid.
fn remove_unwritten(laid: Vec<PathBuf>) -> io::Result<()> {
    for path in laid {
        match path.symlink_metadata() {
            Ok(metadata) if is_as_laid(&metadata) => fs::remove_file(&path)?,
            Ok(_) => {}
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => {}
            Err(cause) => return Err(cause),
        }
    }
    Ok(())
}
