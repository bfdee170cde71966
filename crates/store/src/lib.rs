//! The append-only event log in SQLite, and the state that is derived from it.
//!
//! Entries are only ever added. The state is their fold; now and then it is kept as a snapshot, so that a
//! long log need not be read from its beginning. A damaged file is refused, never overwritten.

use std::path::{Path, PathBuf};
use std::time::Duration;

use model::{Actor, Entry, Event, State};
use rusqlite::{Connection, OpenFlags, OptionalExtension, params};

/// The version of the database's schema and of the snapshot's form.
const SCHEMA: i64 = 1;

/// After how many entries a snapshot is kept.
const SNAPSHOT_EVERY: u64 = 500;

/// The one connection that may add to the log.
#[derive(Debug)]
pub struct Store {
    connection: Connection,
    path: PathBuf,
    state: State,
    snapshot: u64,
}

/// What can go wrong with the database.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file cannot be used at all.
    #[error("could not open the database `{path}`")]
    Open {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: rusqlite::Error,
    },
    /// The file was damaged, or is not a database.
    #[error("the database `{path}` is damaged: {because}")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// In a sentence.
        because: String,
    },
    /// A newer Frontage wrote the file.
    #[error("the database `{path}` was written by a newer Frontage (schema {found}, this one knows {SCHEMA})")]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its schema.
        found: i64,
    },
    /// Reading or writing failed.
    #[error("could not {attempted} in the database")]
    Operation {
        /// What was attempted.
        attempted: &'static str,
        /// The cause.
        source: rusqlite::Error,
    },
}

impl Store {
    /// Opens the database, or makes it, and folds its log.
    ///
    /// # Errors
    /// If it cannot be opened, is damaged, or was written by a newer Frontage.
    pub fn open(path: &Path) -> Result<Store, StoreError> {
        let failed = |source| open_error(path, source);
        let connection = Connection::open(path).map_err(failed)?;
        connection.busy_timeout(Duration::from_secs(5)).map_err(failed)?;
        connection
            .execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;")
            .map_err(failed)?;
        check(&connection, path)?;
        let found: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(failed)?;
        match found {
            0 => create(&connection).map_err(failed)?,
            SCHEMA => {}
            found => return Err(StoreError::Newer { path: path.to_owned(), found }),
        }
        let (state, snapshot) = fold(&connection, path)?;
        Ok(Store { connection, path: path.to_owned(), state, snapshot })
    }

    /// The state after the last entry.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Adds an entry, durably, and returns it. `now_ms` is in milliseconds since 1970.
    ///
    /// # Errors
    /// If it could not be written (a full disk); then the state is as before.
    pub fn append(&mut self, actor: Actor, event: Event, now_ms: u64) -> Result<Entry, StoreError> {
        let failed = operation("append to the log");
        let entry = Entry { sequence: self.state.sequence + 1, at_ms: now_ms, actor, event };
        let text = serde_json::to_string(&entry).expect("entries serialise");
        self.connection
            .execute(
                "INSERT INTO log (sequence, at_ms, entry) VALUES (?1, ?2, ?3)",
                params![entry.sequence, entry.at_ms, text],
            )
            .map_err(failed)?;
        self.state.apply(&entry);
        if self.state.sequence >= self.snapshot + SNAPSHOT_EVERY {
            self.keep_snapshot()?;
        }
        Ok(entry)
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn keep_snapshot(&mut self) -> Result<(), StoreError> {
        let text = serde_json::to_string(&self.state).expect("the state serialises");
        self.connection
            .execute(
                "INSERT OR REPLACE INTO snapshot (id, sequence, state) VALUES (1, ?1, ?2)",
                params![self.state.sequence, text],
            )
            .map_err(operation("keep a snapshot"))?;
        self.snapshot = self.state.sequence;
        Ok(())
    }
}

/// Reads the state without the right to write, also while a controller runs. None if there is no database.
///
/// # Errors
/// If it is damaged or was written by a newer Frontage.
pub fn read(path: &Path) -> Result<Option<State>, StoreError> {
    if !path.exists() {
        return Ok(None);
    }
    let connection = reader(path)?;
    let (state, _) = fold(&connection, path)?;
    Ok(Some(state))
}

/// Reads entries after `sequence`, oldest first, without the right to write.
///
/// # Errors
/// If the database is damaged or was written by a newer Frontage.
pub fn entries_after(path: &Path, sequence: u64) -> Result<Vec<Entry>, StoreError> {
    entries(&reader(path)?, path, sequence)
}

fn reader(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(|source| open_error(path, source))?;
    connection.busy_timeout(Duration::from_secs(5)).map_err(|source| open_error(path, source))?;
    let found: i64 =
        connection.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(|source| open_error(path, source))?;
    if found > SCHEMA {
        return Err(StoreError::Newer { path: path.to_owned(), found });
    }
    Ok(connection)
}

fn create(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch(&format!(
        "BEGIN;
         CREATE TABLE log (sequence INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, entry TEXT NOT NULL);
         CREATE TRIGGER log_is_not_changed BEFORE UPDATE ON log BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
         CREATE TRIGGER log_is_not_cut BEFORE DELETE ON log BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
         CREATE TABLE snapshot (id INTEGER PRIMARY KEY CHECK (id = 1), sequence INTEGER NOT NULL, state TEXT NOT NULL);
         PRAGMA user_version = {SCHEMA};
         COMMIT;"
    ))
}

fn check(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    let verdict: String = connection
        .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
        .map_err(|source| open_error(path, source))?;
    if verdict == "ok" { Ok(()) } else { Err(damaged(path, verdict)) }
}

/// The state, and the sequence of the snapshot that it was resumed from.
fn fold(connection: &Connection, path: &Path) -> Result<(State, u64), StoreError> {
    let kept: Option<String> = connection
        .query_row("SELECT state FROM snapshot WHERE id = 1", [], |row| row.get(0))
        .optional()
        .map_err(|source| open_error(path, source))?;
    // A snapshot that an older Frontage wrote in another form is no loss: the log tells it all again.
    let mut state: State = kept.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    let snapshot = state.sequence;
    for entry in entries(connection, path, snapshot)? {
        state.apply(&entry);
    }
    Ok((state, snapshot))
}

fn entries(connection: &Connection, path: &Path, after: u64) -> Result<Vec<Entry>, StoreError> {
    let failed = |source| open_error(path, source);
    let mut statement =
        connection.prepare("SELECT sequence, entry FROM log WHERE sequence > ?1 ORDER BY sequence").map_err(failed)?;
    let rows =
        statement.query_map([after], |row| Ok((row.get::<_, u64>(0)?, row.get::<_, String>(1)?))).map_err(failed)?;
    let mut entries = Vec::new();
    for row in rows {
        let (sequence, text) = row.map_err(failed)?;
        let entry = serde_json::from_str(&text)
            .map_err(|cause| damaged(path, format!("entry {sequence} cannot be read: {cause}")))?;
        entries.push(entry);
    }
    Ok(entries)
}

fn open_error(path: &Path, source: rusqlite::Error) -> StoreError {
    match source.sqlite_error_code() {
        Some(rusqlite::ErrorCode::NotADatabase | rusqlite::ErrorCode::DatabaseCorrupt) => {
            damaged(path, source.to_string())
        }
        _ => StoreError::Open { path: path.to_owned(), source },
    }
}

fn damaged(path: &Path, because: String) -> StoreError {
    StoreError::Damaged { path: path.to_owned(), because }
}

fn operation(attempted: &'static str) -> impl Fn(rusqlite::Error) -> StoreError {
    move |source| StoreError::Operation { attempted, source }
}

#[cfg(test)]
mod tests;
