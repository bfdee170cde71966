//! Tests of what is kept: another process finds it, and nothing but what is whole and of the same program.

use std::sync::Arc;

use super::{COMMITS, CONTENTS, Knowledge, LONGEST_WRITING, MOST_COMMITS};
use crate::Snapshot;
use crate::analysis::Analysis;
use crate::modules::{Kind, Language, Record};
use crate::notation::World;

const LOCKFILE: &str = r#"{"lockfileVersion": 3, "packages": {"": {}}}"#;

fn snapshot(files: &[(&str, &str)]) -> Snapshot {
    let files = files.iter().map(|(path, text)| ((*path).to_owned(), ("100644", text.as_bytes().to_vec())));
    Snapshot::in_memory(&files.collect())
}

/// A module and a lockfile.
fn commit() -> Snapshot {
    snapshot(&[("a.ts", "import 'x'"), ("package-lock.json", LOCKFILE)])
}

/// Files of a snapshot under other names, of which no content is there.
fn unread(mut snapshot: Snapshot, names: &[(&str, &str)]) -> Snapshot {
    let files = Arc::make_mut(&mut snapshot.files);
    for (path, other) in names {
        let mut file = files.remove(*path).unwrap();
        file.path = other.parse().unwrap();
        files.insert((*other).to_owned(), file);
    }
    snapshot
}

/// The same files as the commit's.
fn without_contents() -> Snapshot {
    unread(commit(), &[("a.ts", "b.ts"), ("package-lock.json", "below/package-lock.json")])
}

fn record(knowledge: &Knowledge, snapshot: &Snapshot, path: &str) -> Arc<Record> {
    knowledge.records(snapshot, &[(path, Kind::Module(Language::TypeScript))], false).unwrap().remove(0)
}

fn is_known(knowledge: &Knowledge) -> bool {
    let snapshot = without_contents();
    record(knowledge, &snapshot, "b.ts").imports.len() == 1
        && knowledge.lockfile(&snapshot, "below/package-lock.json").is_ok_and(|read| read.is_ok())
}

fn kept_in(folder: &std::path::Path) -> Knowledge {
    let knowledge = Knowledge::kept_in(folder, "one");
    record(&knowledge, &commit(), "a.ts");
    knowledge.lockfile(&commit(), "package-lock.json").unwrap().unwrap().unwrap();
    knowledge.keep().unwrap();
    knowledge
}

#[test]
fn what_is_kept_is_found_by_the_same_program_alone() {
    let folder = tempfile::tempdir().unwrap();
    let below = folder.path().join("cache");
    assert!(!is_known(&Knowledge::kept_in(&below, "one")));
    kept_in(&below);
    assert!(is_known(&Knowledge::kept_in(&below, "one")));
    assert!(!is_known(&Knowledge::kept_in(&below, "other")));
    let names: Vec<_> = std::fs::read_dir(&below).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, [CONTENTS], "nothing is left of the writing");
}

#[test]
fn what_was_kept_is_kept_again_with_what_is_new() {
    let folder = tempfile::tempdir().unwrap();
    kept_in(folder.path());
    let later = Knowledge::kept_in(folder.path(), "one");
    let new = snapshot(&[("c.ts", "import 'y'; import 'z'")]);
    record(&later, &new, "c.ts");
    // Lockfiles are kept for whoever asked for them.
    later.lockfile(&commit(), "package-lock.json").unwrap().unwrap().unwrap();
    later.keep().unwrap();
    let last = Knowledge::kept_in(folder.path(), "one");
    assert!(is_known(&last));
    assert_eq!(record(&last, &unread(new, &[("c.ts", "d.ts")]), "d.ts").imports.len(), 2);
}

#[test]
fn what_is_not_whole_counts_as_none() {
    let folder = tempfile::tempdir().unwrap();
    kept_in(folder.path());
    let file = folder.path().join(CONTENTS);
    let whole = std::fs::read(&file).unwrap();
    for at in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        std::fs::write(&file, bytes).unwrap();
        assert!(!is_known(&Knowledge::kept_in(folder.path(), "one")), "byte {at} is another");
        std::fs::write(&file, &whole[..at]).unwrap();
        assert!(!is_known(&Knowledge::kept_in(folder.path(), "one")), "cut after {at} bytes");
    }
    std::fs::write(&file, whole).unwrap();
    assert!(is_known(&Knowledge::kept_in(folder.path(), "one")));
}

#[test]
fn what_is_not_there_may_be_there_later() {
    let knowledge = Knowledge::default();
    let snapshot = without_contents();
    assert!(record(&knowledge, &snapshot, "b.ts").imports.is_empty());
    assert_eq!(record(&knowledge, &commit(), "a.ts").imports.len(), 1);
    assert_eq!(record(&knowledge, &snapshot, "b.ts").imports.len(), 1);
}

#[test]
fn nothing_is_written_if_nothing_is_new() {
    let folder = tempfile::tempdir().unwrap();
    kept_in(folder.path());
    std::fs::remove_file(folder.path().join(CONTENTS)).unwrap();
    let knowledge = kept_in(folder.path());
    std::fs::remove_file(folder.path().join(CONTENTS)).unwrap();
    assert!(is_known(&knowledge));
    knowledge.keep().unwrap();
    assert!(!folder.path().join(CONTENTS).exists());
}

#[test]
fn what_a_killed_process_left_is_removed_in_time() {
    let folder = tempfile::tempdir().unwrap();
    let (old, young) = [".unfinished-old", ".unfinished-young"].map(|name| folder.path().join(name)).into();
    std::fs::write(&young, "half").unwrap();
    let file = std::fs::File::create(&old).unwrap();
    file.set_modified(std::time::SystemTime::now() - 2 * LONGEST_WRITING).unwrap();
    kept_in(folder.path());
    assert!(!old.exists() && young.exists());
}

#[test]
fn a_folder_that_cannot_be_written_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let knowledge = Knowledge::kept_in(&file.join("below"), "one");
    record(&knowledge, &commit(), "a.ts");
    knowledge.keep().unwrap_err();
}

#[test]
fn the_oldest_commits_are_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let snapshot = World::of("shop*").snapshot();
    let commit = |at: usize| format!("{at:040x}").parse().unwrap();
    let is_kept = |at: usize| Knowledge::kept_in(folder.path(), "one").analysis(&commit(at)).is_some();
    for at in 0..=MOST_COMMITS {
        let knowledge = Knowledge::kept_in(folder.path(), "one");
        let analysis = Analysis::of_snapshot(snapshot.clone(), &knowledge).unwrap();
        knowledge.add_analysis(&commit(at), analysis);
        knowledge.keep().unwrap();
        let file = std::fs::File::options().write(true).open(folder.path().join(COMMITS).join(commit(at).as_str()));
        let minutes = u64::try_from(at).unwrap();
        file.unwrap().set_modified(std::time::UNIX_EPOCH + std::time::Duration::from_secs(60 * minutes)).unwrap();
    }
    assert!(!is_kept(0));
    assert!((1..=MOST_COMMITS).all(is_kept));
}
