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

/// Anchors, and places that repeat what they name, in one text that people wrote.
const MOST_ANCHORS: usize = 1000;

/// Parts of a text that may come again by such places.
const MOST_REPEATED: usize = 100_000;

/// Reads the documents of a text that a package manager wrote. Scalars are read as what they are asked for, so that a
/// version `1.10` stays a text; anchors and aliases, which no package manager writes, are not read.
///
/// # Errors
/// If it is no YAML, not what was asked for, or beyond the limits.
pub fn read<Document: DeserializeOwned>(what: &str, text: &str) -> Result<Vec<Document>, Diagnostic> {
    read_within(what, text, 0)
}

/// Reads the documents of a text that people wrote, who name what they repeat.
///
/// # Errors
/// If it is no YAML, not what was asked for, or beyond the limits.
pub fn read_written<Document: DeserializeOwned>(what: &str, text: &str) -> Result<Vec<Document>, Diagnostic> {
    read_within(what, text, MOST_ANCHORS)
}

fn read_within<Document: DeserializeOwned>(
    what: &str,
    text: &str,
    anchors: usize,
) -> Result<Vec<Document>, Diagnostic> {
    let budget = serde_saphyr::budget! {
        max_depth: DEEPEST,
        flow_nesting_limit: DEEPEST,
        max_anchors: anchors,
        max_aliases: anchors,
        max_documents: 16,
        max_nodes: MOST_NODES,
        max_events: 2 * MOST_NODES,
        // What is repeated counts each time.
        max_total_scalar_bytes: if anchors == 0 { text.len() } else { text.len() + MOST_REPEATED },
    };
    let options: Options = serde_saphyr::options! {
        budget: budget,
        alias_limits: serde_saphyr::alias_limits! { max_total_replayed_events: MOST_REPEATED },
        duplicate_keys: DuplicateKeyPolicy::Error,
        merge_keys: MergeKeyPolicy::AsOrdinary,
        null_as_string: true,
        with_snippet: false,
    };
    serde_saphyr::from_multiple_with_options(text, options).map_err(|cause| {
        let cause = cause.without_snippet();
        let said = match original(cause) {
            Error::Budget { breach: BudgetBreach::Anchors { .. } | BudgetBreach::Aliases { .. }, .. } => {
                if anchors == 0 { "anchors and aliases are not read" } else { "it repeats itself too often" }.into()
            }
            Error::AliasReplayLimitExceeded { .. } => "it repeats itself too often".into(),
            Error::ExternalMessage { .. } if cause.to_string().contains("recursion limit") => {
                "it is nested too deep".into()
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

/// An error itself, where it was met by way of an alias.
fn original(mut cause: &Error) -> &Error {
    while let Error::AliasError { error, .. } = cause {
        cause = error;
    }
    cause
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use expect_test::{Expect, expect};

    use super::*;

    fn check(text: &str, expected: Expect) {
        let said = match read_written::<BTreeMap<String, serde_json::Value>>("no", text) {
            Ok(documents) => format!("{documents:?}"),
            Err(problem) => problem.to_string(),
        };
        expected.assert_eq(&said);
    }

    #[test]
    fn people_name_what_they_repeat_within_limits() {
        check(
            "a: &one ^19.0.0\nb: *one\nc: {d: *one}",
            expect![[r#"[{"a": String("^19.0.0"), "b": String("^19.0.0"), "c": Object {"d": String("^19.0.0")}}]"#]],
        );
        let list = |name: &str, of: &str| format!("{name}: &{name} [{}]\n", [of; 9].join(","));
        let bomb: String = [("a", "lol"), ("b", "*a"), ("c", "*b"), ("d", "*c"), ("e", "*d"), ("f", "*e"), ("g", "*f")]
            .map(|(name, of)| list(name, of))
            .concat();
        check(&bomb, expect!["no: it is too large"]);
        let many: String = (0..=MOST_ANCHORS).map(|at| format!("k{at}: &a{at} 1\n")).collect();
        check(&many, expect!["no: it repeats itself too often"]);
        check(&"[".repeat(100_000), expect!["no: it is nested too deep"]);
        check("a: *nobody", expect!["no: reference to unknown value"]);
    }
}
