//! The access log: one JSON object for each request that was answered, on disk within a tenth of a second.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Serialize;
use tokio::sync::{mpsc, oneshot};

/// A file of this size is put aside.
const LARGEST: u64 = 64 << 20;

/// How many files are kept besides the current one.
const KEPT: u32 = 3;

/// How long an entry may wait for others before it is written.
const PATIENCE: Duration = Duration::from_millis(50);

/// One request and what became of it.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Record {
    /// When it began, RFC 3339 in UTC.
    pub time: String,
    /// Its id, as in `X-Request-Id`.
    pub id: String,
    /// Who asked: an address, or `internal`.
    pub client: String,
    /// The method.
    pub method: String,
    /// The host as it was asked for.
    pub host: String,
    /// Path and query.
    pub path: String,
    /// The answer's status.
    pub status: u16,
    /// Bytes of the answer's body that were sent.
    pub bytes: u64,
    /// From the request's head to the end of the answer, in milliseconds.
    pub duration_ms: f64,
    /// The generation of the table that decided.
    pub generation: u64,
    /// The environment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// The rule that decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// The app.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app: Option<String>,
    /// The release's version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The Host between edge and balancer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rewritten_host: Option<String>,
    /// The instance that answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// What went wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
}

/// The log's writer.
#[derive(Clone, Debug)]
pub struct AccessLog {
    words: mpsc::UnboundedSender<Word>,
}

#[derive(Debug)]
enum Word {
    Line(Vec<u8>),
    Flush(oneshot::Sender<()>),
}

impl AccessLog {
    /// A log at `path`, written by a task.
    pub fn at(path: PathBuf) -> AccessLog {
        let (words, spoken) = mpsc::unbounded_channel();
        tokio::task::spawn_blocking(move || write(&path, spoken));
        AccessLog { words }
    }

    /// Adds a record.
    pub fn add(&self, record: &Record) {
        let mut line = serde_json::to_vec(record).expect("a record serialises");
        line.push(b'\n');
        // The writer lives as long as the process.
        let _ = self.words.send(Word::Line(line));
    }

    /// Waits until all that was added is written.
    pub async fn flush(&self) {
        let (done, flushed) = oneshot::channel();
        if self.words.send(Word::Flush(done)).is_ok() {
            // A writer that is gone has nothing to write.
            let _ = flushed.await;
        }
    }
}

fn write(path: &Path, mut spoken: mpsc::UnboundedReceiver<Word>) {
    let mut output = Output { path, file: None, bytes: 0 };
    let mut told = false;
    while let Some(first) = spoken.blocking_recv() {
        let mut waiting = Vec::new();
        let mut lines = Vec::new();
        let mut take = |word: Word| match word {
            Word::Line(line) => lines.push(line),
            Word::Flush(done) => waiting.push(done),
        };
        take(first);
        while let Ok(word) = spoken.try_recv() {
            take(word);
        }
        let result = output.write(&lines);
        if let Err(cause) = &result
            && !told
        {
            tracing::error!("the access log `{}` cannot be written: {cause}", path.display());
        }
        told = result.is_err();
        let was_asked = !waiting.is_empty();
        for done in waiting {
            // Whoever waited may have gone.
            let _ = done.send(());
        }
        if !was_asked {
            #[expect(clippy::disallowed_methods, reason = "this is a thread of its own, and lines gather meanwhile")]
            std::thread::sleep(PATIENCE);
        }
    }
}

struct Output<'a> {
    path: &'a Path,
    file: Option<BufWriter<File>>,
    bytes: u64,
}

impl Output<'_> {
    fn write(&mut self, lines: &[Vec<u8>]) -> io::Result<()> {
        for line in lines {
            if self.file.is_none() {
                self.open()?;
            }
            if self.bytes > 0 && self.bytes + line.len() as u64 > LARGEST {
                self.put_aside()?;
            }
            if let Some(file) = &mut self.file {
                file.write_all(line)?;
            }
            self.bytes += line.len() as u64;
        }
        self.file.as_mut().map_or(Ok(()), BufWriter::flush)
    }

    fn open(&mut self) -> io::Result<()> {
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder)?;
        }
        let file = OpenOptions::new().create(true).append(true).open(self.path)?;
        self.bytes = file.metadata()?.len();
        self.file = Some(BufWriter::with_capacity(256 << 10, file));
        Ok(())
    }

    fn put_aside(&mut self) -> io::Result<()> {
        if let Some(mut file) = self.file.take() {
            file.flush()?;
        }
        let aside = |number: u32| self.path.with_extension(format!("log.{number}"));
        for number in (1..KEPT).rev() {
            match fs::rename(aside(number), aside(number + 1)) {
                Err(cause) if cause.kind() != io::ErrorKind::NotFound => return Err(cause),
                _ => {}
            }
        }
        fs::rename(self.path, aside(1))?;
        self.open()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_record_is_a_line_in_its_order() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("logs/access.log");
        let log = AccessLog::at(path.clone());
        for number in 0..1000 {
            log.add(&Record { id: number.to_string(), ..Record::default() });
        }
        log.flush().await;
        let text = fs::read_to_string(&path).unwrap();
        let ids = text
            .lines()
            .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["id"].as_str().unwrap().to_owned());
        assert!(ids.eq((0..1000).map(|number| number.to_string())));
    }

    #[test]
    fn large_logs_are_put_aside() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("access.log");
        let mut output = Output { path: &path, file: None, bytes: 0 };
        let line = vec![b'x'; 1 << 20];
        for _ in 0..300 {
            output.write(std::slice::from_ref(&line)).unwrap();
        }
        let mut names: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, ["access.log", "access.log.1", "access.log.2", "access.log.3"]);
        assert!(fs::metadata(&path).unwrap().len() <= LARGEST);
    }
}
