//! The log keeps what was appended, resumes from snapshots, and refuses what it cannot trust.

use std::fs;

use model::{Actor, EnvironmentName, Event};

use super::*;

fn woken() -> Event {
    Event::EnvironmentWoken { environment: EnvironmentName::production() }
}

fn added() -> Event {
    Event::EnvironmentAdded { environment: EnvironmentName::production(), branch: "main".to_owned() }
}

#[test]
fn what_was_appended_is_there_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("frontage.db");
    let mut store = Store::open(&path).unwrap();
    store.append(Actor::Refs, added(), 5).unwrap();
    let state = store.state().clone();
    assert_eq!(state.environments.len(), 1);
    drop(store);
    assert_eq!(*Store::open(&path).unwrap().state(), state);
    assert_eq!(read(&path).unwrap(), Some(state));
    let entries = entries_after(&path, 0).unwrap();
    assert_eq!((entries.len(), entries[0].at_ms, entries[0].actor), (1, 5, Actor::Refs));
}

#[test]
fn a_snapshot_and_the_rest_of_the_log_give_the_same_state() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("frontage.db");
    let mut store = Store::open(&path).unwrap();
    store.append(Actor::Refs, added(), 5).unwrap();
    for _ in 0..SNAPSHOT_EVERY + 3 {
        store.append(Actor::Visitor, woken(), 6).unwrap();
    }
    assert!(store.snapshot > 0, "a snapshot was kept");
    let state = store.state().clone();
    drop(store);
    assert_eq!(*Store::open(&path).unwrap().state(), state);
}

#[test]
fn the_log_cannot_be_changed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("frontage.db");
    let mut store = Store::open(&path).unwrap();
    store.append(Actor::Refs, added(), 5).unwrap();
    for statement in ["DELETE FROM log", "UPDATE log SET at_ms = 0"] {
        let refused = store.connection.execute(statement, []).unwrap_err().to_string();
        assert!(refused.contains("append-only"), "{refused}");
    }
}

#[test]
fn a_file_that_cannot_be_trusted_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("frontage.db");
    fs::write(&path, "not a database, but long enough to be taken for one by its length alone".repeat(100)).unwrap();
    let before = fs::read(&path).unwrap();
    assert!(matches!(Store::open(&path), Err(StoreError::Damaged { .. })));
    assert_eq!(fs::read(&path).unwrap(), before);

    let path = folder.path().join("newer.db");
    drop(Store::open(&path).unwrap());
    Connection::open(&path).unwrap().execute_batch("PRAGMA user_version = 99").unwrap();
    assert!(matches!(Store::open(&path), Err(StoreError::Newer { found: 99, .. })));
    assert!(matches!(read(&path), Err(StoreError::Newer { found: 99, .. })));
}
