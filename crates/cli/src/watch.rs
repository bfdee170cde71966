//! `frontage affected --watch`: which apps the working tree differs in, told again after each save.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use graph::working::{Looked, Working};
use notify::event::{EventKind, MetadataKind, ModifyKind};
use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher};

use crate::affected::{Answer, Comparison, keep_so_far};
use crate::apps::{unreadable, unusable};
use crate::arguments::Affected;
use crate::place::Place;
use crate::report::Failure;

/// How long nothing must happen before it is looked at: editors write a file in several steps, and git many files.
const QUIET: Duration = Duration::from_millis(5);

/// How long it may go on until it is looked at all the same.
const LONGEST: Duration = Duration::from_millis(500);

/// Files of git's folder that tell where the branch is and what is compared with.
const OF_GIT: [&str; 3] = ["HEAD", "index", "packed-refs"];

/// Answers until it is ended.
///
/// # Errors
/// If a revision names nothing, there is no working tree, or it cannot be watched.
pub fn run(place: &Place, asked: &Affected) -> Result<(), Failure> {
    let repository = &place.repository;
    if repository.folder() == repository.common_folder() {
        let failure = Failure::unusable("there is no working tree to watch");
        return Err(failure.because(format!("`{}` is a bare repository", repository.folder().display())));
    }
    let knowledge = place.knowledge();
    let mut watch = Watch::of(place)?;
    let mut since = Instant::now();
    let mut comparison = Comparison::of(place, &asked.compared, &knowledge)?;
    let mut working = Working::of(repository, &knowledge).map_err(unreadable)?;
    watch.folders(&working)?;
    let (mut said, mut looked) = (Vec::new(), Looked::Anew);
    loop {
        match compared(&mut working, &mut comparison) {
            // Git writes its own files for less as well.
            Ok(answer) if looked == Looked::Same && answer.lines() == said => {}
            Ok(answer) => {
                said = answer.lines();
                tell(&answer, asked.json, since);
            }
            Err(failure) => crate::complain(&failure.to_string()),
        }
        keep_so_far(place, &knowledge);
        looked = loop {
            let (paths, is_of_git) = watch.next()?;
            since = Instant::now();
            if is_of_git {
                match Comparison::of(place, &asked.compared, &knowledge) {
                    Ok(other) => comparison = other,
                    // In the middle of something that git does.
                    Err(failure) => crate::complain(&failure.to_string()),
                }
            }
            match working.look(&paths) {
                Ok(Looked::Same) if !is_of_git => {}
                Ok(looked) => break looked,
                // What is being written or moved is there a moment later, and says so.
                Err(error) => crate::complain(&unreadable(error).to_string()),
            }
        };
        if looked == Looked::Anew {
            watch.folders(&working)?;
        }
    }
}

fn compared(working: &mut Working<'_>, comparison: &mut Comparison<'_>) -> Result<Answer, Failure> {
    let head = working.analysis().map_err(|because| unusable("the working tree", because))?;
    comparison.answer(&head, None)
}

fn tell(answer: &Answer, is_json: bool, since: Instant) {
    if is_json {
        let took_ms = u64::try_from(since.elapsed().as_millis()).expect("nobody waits for aeons");
        crate::say(&answer.value(took_ms).to_string());
    } else {
        answer.lines().iter().for_each(|line| crate::say(&crate::plain(line)));
    }
}

/// What happens in the folders of a working tree.
struct Watch {
    top: PathBuf,
    /// Git's own folder for this working tree.
    git: PathBuf,
    watcher: RecommendedWatcher,
    events: Receiver<notify::Result<Event>>,
    watched: BTreeSet<PathBuf>,
}

impl Watch {
    fn of(place: &Place) -> Result<Watch, Failure> {
        let (sender, events) = mpsc::channel();
        let watcher = notify::recommended_watcher(sender).map_err(|error| unwatched(&error))?;
        let (top, git) = (place.repository.folder().to_owned(), place.repository.own_folder().map_err(unreadable)?);
        let mut watch = Watch { top, git: git.clone(), watcher, events, watched: BTreeSet::new() };
        watch.folder(git)?;
        Ok(watch)
    }

    /// Watches the folders that hold files, and no others: what packages are installed in may be a hundred times as many.
    fn folders(&mut self, working: &Working<'_>) -> Result<(), Failure> {
        let folders: Vec<PathBuf> = working.folders().into_iter().map(|folder| self.top.join(folder)).collect();
        folders.into_iter().try_for_each(|folder| self.folder(folder))
    }

    fn folder(&mut self, folder: PathBuf) -> Result<(), Failure> {
        if self.watched.contains(&folder) {
            return Ok(());
        }
        match self.watcher.watch(&folder, RecursiveMode::NonRecursive) {
            Ok(()) => drop(self.watched.insert(folder)),
            // It went meanwhile, which is told by the folder above.
            Err(_) if !folder.is_dir() => {}
            Err(error) => return Err(unwatched(&error)),
        }
        Ok(())
    }

    /// Waits until something happened, and then for a moment: paths of the working tree, and whether anything of git's did.
    fn next(&mut self) -> Result<(BTreeSet<String>, bool), Failure> {
        let (mut paths, mut is_of_git) = (BTreeSet::new(), false);
        let mut first: Option<Instant> = None;
        loop {
            let event = match first {
                None => self.events.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(at) if at.elapsed() > LONGEST => break,
                Some(_) => self.events.recv_timeout(QUIET),
            };
            let event = match event {
                Ok(event) => event.map_err(|error| unwatched(&error))?,
                Err(RecvTimeoutError::Timeout) => break,
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(Failure::unusable("the working tree is no longer watched"));
                }
            };
            // More happened than was told.
            if event.need_rescan() {
                paths.insert(String::new());
            }
            if !may_differ(&event.kind) {
                continue;
            }
            for path in event.paths {
                if let Some(name) = self.of_git(&path) {
                    is_of_git |= OF_GIT.contains(&name);
                } else if let Some(path) = path.strip_prefix(&self.top).ok().and_then(Path::to_str) {
                    // A folder that went is watched no longer, and may come again.
                    if matches!(event.kind, EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_))) {
                        self.watched.remove(&self.top.join(path));
                    }
                    paths.insert(path.to_owned());
                }
            }
            if is_of_git || !paths.is_empty() {
                first.get_or_insert_with(Instant::now);
            }
        }
        Ok((paths, is_of_git))
    }

    /// The name of a file in git's folder.
    fn of_git<'p>(&self, path: &'p Path) -> Option<&'p str> {
        path.strip_prefix(&self.git).ok()?.to_str()
    }
}

/// Whether anything may differ after an event: reading does not tell, and times do not count.
fn may_differ(kind: &EventKind) -> bool {
    !matches!(
        kind,
        EventKind::Access(_)
            | EventKind::Modify(ModifyKind::Metadata(MetadataKind::AccessTime | MetadataKind::WriteTime))
    )
}

fn unwatched(error: &notify::Error) -> Failure {
    let failure = Failure::unusable("the working tree cannot be watched").because(error.to_string());
    match error.kind {
        notify::ErrorKind::MaxFilesWatch => {
            failure.hint("raise what the machine allows: `sysctl fs.inotify.max_user_watches=524288`")
        }
        _ => failure,
    }
}
