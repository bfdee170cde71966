//! YAML within limits: what a repository holds may be made to be too deep, too large or to repeat itself.

use serde::de::DeserializeOwned;
use serde_saphyr::budget::BudgetBreach;
use serde_saphyr::options::{DuplicateKeyPolicy, MergeKeyPolicy};
use serde_saphyr::{Error, MessageFormatter, Options, UserMessageFormatter};

use crate::diagnostic::Diagnostic;

/// Nothing that package managers write is nested deeper than ten.
const DEEPEST: usize = 32;

/// Scalars, lists and tables in one text; the largest of some two hundred public lockfiles has 300 000.
const MOST_NODES: usize = 3_000_000;

/// Reads the documents of a text. Scalars are read as what they are asked for, so that a version `1.10` stays a
/// text; anchors and aliases, which no package manager writes, are not read.
///
/// # Errors
/// If it is no YAML, not what was asked for, or beyond the limits.
pub fn read<Document: DeserializeOwned>(what: &str, text: &str) -> Result<Vec<Document>, Diagnostic> {
    let budget = serde_saphyr::budget! {
        max_depth: DEEPEST,
        flow_nesting_limit: DEEPEST,
        max_anchors: 0,
        max_aliases: 0,
        max_documents: 16,
        max_nodes: MOST_NODES,
        max_events: 2 * MOST_NODES,
        max_total_scalar_bytes: text.len(),
    };
    let options: Options = serde_saphyr::options! {
        budget: budget,
        duplicate_keys: DuplicateKeyPolicy::Error,
        merge_keys: MergeKeyPolicy::AsOrdinary,
        null_as_string: true,
        with_snippet: false,
    };
    serde_saphyr::from_multiple_with_options(text, options).map_err(|cause| {
        let cause = cause.without_snippet();
        let said = match cause {
            Error::Budget { breach: BudgetBreach::Anchors { .. } | BudgetBreach::Aliases { .. }, .. } => {
                "anchors and aliases are not read".into()
            }
            Error::Budget { breach: BudgetBreach::Depth { .. }, .. } => "it is nested too deep".into(),
            Error::Budget { .. } => "it is too large".into(),
            cause => UserMessageFormatter.format_message(cause),
        };
        let problem = Diagnostic::error(format!("{what}: {}", said.lines().next().unwrap_or_default()));
        match cause.location().filter(|location| location.line() > 0) {
            Some(location) => problem.at((location.line() as usize, location.column().max(1) as usize)),
            None => problem,
        }
    })
}
