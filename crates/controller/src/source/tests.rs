//! Tests of how it is noticed that branches changed.

use std::fs::{self, File};
use std::time::{Duration, SystemTime};

use super::Fingerprint;

/// A git folder with one branch.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("refs/heads/fix")).unwrap();
    fs::write(folder.path().join("refs/heads/fix/one"), "1111").unwrap();
    folder
}

fn set_time(folder: &tempfile::TempDir, file: &str, time: SystemTime) {
    File::options().write(true).open(folder.path().join(file)).unwrap().set_modified(time).unwrap();
}

#[test]
fn a_second_commit_within_the_same_tick_of_the_clock_is_noticed() {
    let folder = folder();
    let time = SystemTime::now();
    set_time(&folder, "refs/heads/fix/one", time);
    let before = Fingerprint::of(folder.path()).unwrap();
    assert_eq!(Fingerprint::of(folder.path()).unwrap(), before);
    fs::write(folder.path().join("refs/heads/fix/one"), "2222").unwrap();
    set_time(&folder, "refs/heads/fix/one", time);
    assert_ne!(Fingerprint::of(folder.path()).unwrap(), before);
}

#[test]
fn a_branch_that_has_not_moved_for_long_is_not_read() {
    let folder = folder();
    let long_ago = SystemTime::now() - Duration::from_secs(60);
    set_time(&folder, "refs/heads/fix/one", long_ago);
    let before = Fingerprint::of(folder.path()).unwrap();
    assert!(before.loose.values().all(|(_, content)| content.is_none()));
    fs::write(folder.path().join("refs/heads/fix/one"), "2222").unwrap();
    assert_ne!(Fingerprint::of(folder.path()).unwrap(), before);
    fs::remove_file(folder.path().join("refs/heads/fix/one")).unwrap();
    fs::write(folder.path().join("packed-refs"), "# pack-refs").unwrap();
    let packed = Fingerprint::of(folder.path()).unwrap();
    assert!(packed.loose.is_empty() && packed.packed[0].is_some());
}
