//! The log file of a sandbox: each line with its time and stream, bounded in length and size.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// A file of this size becomes `<name>.1`, in place of the one before.
const LARGEST: u64 = 16 << 20;

/// Lines are cut at this length.
const LONGEST_LINE: usize = 64 << 10;

/// A log file.
pub struct Log {
    path: PathBuf,
    file: Option<File>,
    written: u64,
    lost: u64,
    streams: [Vec<u8>; 2],
}

/// Which stream a line came from.
#[derive(Clone, Copy, Debug)]
pub enum Stream {
    /// Standard output.
    Output,
    /// Standard error.
    Error,
}

impl Log {
    /// The log at `path`, appended to.
    pub fn at(path: &Path) -> Log {
        let mut log = Log { path: path.to_owned(), file: None, written: 0, lost: 0, streams: [Vec::new(), Vec::new()] };
        log.open();
        log
    }

    /// Takes what came on a stream; whole lines are written.
    pub fn take(&mut self, stream: Stream, bytes: &[u8]) {
        let mut buffer = std::mem::take(&mut self.streams[stream as usize]);
        buffer.extend_from_slice(bytes);
        let mut start = 0;
        while let Some(length) = buffer[start..].iter().position(|byte| *byte == b'\n') {
            self.line(stream, &buffer[start..start + length]);
            start += length + 1;
        }
        buffer.drain(..start);
        while buffer.len() > LONGEST_LINE {
            let rest = buffer.split_off(LONGEST_LINE);
            self.line(stream, &buffer);
            buffer = rest;
        }
        self.streams[stream as usize] = buffer;
    }

    /// Writes what is left of lines without an end.
    pub fn finish(&mut self) {
        for stream in [Stream::Output, Stream::Error] {
            let rest = std::mem::take(&mut self.streams[stream as usize]);
            if !rest.is_empty() {
                self.line(stream, &rest);
            }
        }
    }

    fn line(&mut self, stream: Stream, line: &[u8]) {
        let name = match stream {
            Stream::Output => "out",
            Stream::Error => "err",
        };
        let text = String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(line));
        let mut whole = String::new();
        if self.lost > 0 {
            whole = format!("{} err frontage: {} bytes of this log were lost here\n", now(), self.lost);
        }
        whole.push_str(&format!("{} {name} {text}\n", now()));
        match self.write(whole.as_bytes()) {
            Ok(()) => self.lost = 0,
            // A full disk stops nobody: the pipe is drained all the same.
            Err(_) => self.lost += line.len() as u64 + 1,
        }
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.written + bytes.len() as u64 > LARGEST {
            self.file = None;
            fs::rename(&self.path, self.path.with_extension("log.1"))?;
        }
        if self.file.is_none() {
            self.open();
        }
        let file = self.file.as_mut().ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?;
        file.write_all(bytes)?;
        self.written += bytes.len() as u64;
        Ok(())
    }

    fn open(&mut self) {
        self.file = OpenOptions::new().create(true).append(true).open(&self.path).ok();
        self.written = self.file.as_ref().and_then(|file| file.metadata().ok()).map_or(0, |metadata| metadata.len());
    }
}

/// Now, as RFC 3339 in UTC with milliseconds.
fn now() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let (days, second) = (since.as_secs() / 86_400, since.as_secs() % 86_400);
    let (year, month, day) = civil(days);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{:03}Z", since.subsec_millis())
}

/// The date that many days after 1970-01-01. Source: Howard Hinnant, "chrono-Compatible Low-Level Date
/// Algorithms", `civil_from_days`.
fn civil(days: u64) -> (u64, u64, u64) {
    let shifted = days + 719_468;
    let (era, of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (era * 400 + year_of_era + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_become_dates() {
        assert_eq!(civil(0), (1970, 1, 1));
        assert_eq!(civil(11_016), (2000, 2, 29));
        assert_eq!(civil(20_781), (2026, 11, 24));
    }

    #[test]
    fn lines_are_whole_bounded_and_readable() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.log");
        let mut log = Log::at(&path);
        log.take(Stream::Output, b"one\ntw");
        log.take(Stream::Output, b"o\r\n\xff\n");
        log.take(Stream::Error, &vec![b'x'; LONGEST_LINE + 5]);
        log.finish();
        let text = fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> = text.lines().map(|line| line.split_once(' ').unwrap().1).collect();
        assert_eq!(lines[..3], ["out one", "out two", "out \u{fffd}"]);
        assert_eq!(lines[3].len(), "err ".len() + LONGEST_LINE);
        assert_eq!(lines[4], "err xxxxx");
    }

    #[test]
    fn a_large_log_is_kept_in_two_parts() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.log");
        let mut log = Log::at(&path);
        let line = [vec![b'x'; 60_000], vec![b'\n']].concat();
        for _ in 0..700 {
            log.take(Stream::Output, &line);
        }
        assert!(fs::metadata(&path).unwrap().len() <= LARGEST);
        assert!(fs::metadata(folder.path().join("x.log.1")).unwrap().len() <= LARGEST);
    }
}
