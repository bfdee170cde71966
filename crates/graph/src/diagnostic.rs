//! What is wrong or worth knowing about a commit, with its place.

use std::fmt;

use serde::Serialize;

/// A problem or a note about a file of the repository.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Diagnostic {
    /// Whether the commit can be used.
    pub severity: Severity,
    /// What is wrong, on what.
    pub message: String,
    /// The file, if it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The line, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// The column, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<usize>,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

/// Whether a commit can be used in spite of a diagnostic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// It cannot.
    Error,
    /// It can.
    Warning,
}

impl Diagnostic {
    /// A problem.
    pub fn error(message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            severity: Severity::Error,
            message: message.into(),
            file: None,
            line: None,
            column: None,
            hint: None,
        }
    }

    /// Something worth knowing.
    pub fn warning(message: impl Into<String>) -> Diagnostic {
        Diagnostic { severity: Severity::Warning, ..Diagnostic::error(message) }
    }

    /// About this file.
    #[must_use]
    pub fn in_file(mut self, file: impl Into<String>) -> Diagnostic {
        self.file = Some(file.into());
        self
    }

    /// At this place, each from 1.
    #[must_use]
    pub fn at(mut self, (line, column): (usize, usize)) -> Diagnostic {
        self.line = Some(line);
        self.column = Some(column);
        self
    }

    /// With what to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Diagnostic {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            write!(formatter, "{file}:")?;
            if let (Some(line), Some(column)) = (self.line, self.column) {
                write!(formatter, "{line}:{column}:")?;
            }
            write!(formatter, " ")?;
        }
        formatter.write_str(&self.message)?;
        if let Some(hint) = &self.hint {
            write!(formatter, "\nhint: {hint}")?;
        }
        Ok(())
    }
}

/// From how many bytes to how many characters are counted at once: many places may be asked for in one long line.
const STEP: usize = 1024;

/// The lines of a text, to find places in it.
pub struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
    /// How many characters begin before every so many bytes.
    characters: Vec<usize>,
}

impl<'a> Lines<'a> {
    /// The lines of `text`.
    pub fn of(text: &'a str) -> Lines<'a> {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        let steps = text.as_bytes().chunks(STEP).scan(0, |sum, step| {
            *sum += begun(step);
            Some(*sum)
        });
        Lines {
            text,
            starts: std::iter::once(0).chain(ends).collect(),
            characters: std::iter::once(0).chain(steps).collect(),
        }
    }

    /// The line and column of a byte, each from 1; columns are characters.
    pub fn place(&self, byte: usize) -> (usize, usize) {
        let byte = byte.min(self.text.len());
        let line = self.starts.partition_point(|start| *start <= byte);
        (line, self.characters_before(byte) - self.characters_before(self.starts[line - 1]) + 1)
    }

    fn characters_before(&self, byte: usize) -> usize {
        let step = byte / STEP;
        self.characters[step] + begun(&self.text.as_bytes()[step * STEP..byte])
    }
}

/// How many characters begin in a part of a text.
fn begun(part: &[u8]) -> usize {
    part.iter().filter(|byte| !matches!(byte, 0x80..=0xbf)).count()
}

/// What is wrong with a JSON text, with its place.
pub fn of_json(what: &str, cause: &serde_json::Error) -> Diagnostic {
    let said = cause.to_string();
    let said = match said.split(" at line ").next().unwrap_or(&said) {
        "recursion limit exceeded" => "it is nested too deep",
        said => said,
    };
    Diagnostic::error(format!("{what}: {said}")).at((cause.line().max(1), cause.column().max(1)))
}
