//! Tests of which failed builds a new change tries again.

use std::collections::BTreeMap;

use model::{Actor, BuildKey, Entry, Event, ShownFile, State, Task, TaskKind, Toolchain};

use super::reopened;

/// A package's task that is shown one file with this content.
fn task(object: &str) -> Task {
    let shown = ShownFile { path: "a.test.ts".parse().unwrap(), mode: "100644".to_owned(), object: object.to_owned() };
    Task {
        key: BuildKey::over(b"ui"),
        member: "ui".parse().unwrap(),
        package: "ui".to_owned(),
        kind: TaskKind::Package,
        needs: Vec::new(),
        shown: vec![shown],
        install: None,
        steps: Vec::new(),
        env: BTreeMap::new(),
        toolchain: Toolchain {
            node: String::new(),
            package_manager: String::new(),
            platform: String::new(),
            compilers: String::new(),
        },
        network: false,
        commit: "1".repeat(40).parse().unwrap(),
    }
}

/// The state after a build failed that was shown what `shown` tells.
fn failed(shown: String, outside: bool) -> State {
    let Task { key, package, commit, .. } = task("1");
    let started = Event::BuildStarted { key: key.clone(), package, app: None, commit, shown };
    let because = "`build` exited with status 1".to_owned();
    let failed = Event::BuildFailed { key, outside, duration_ms: 1, because, hint: None, last_lines: Vec::new() };
    let mut state = State::default();
    for (sequence, event) in (1..).zip([started, failed]) {
        state.apply(&Entry { sequence, at_ms: sequence, actor: Actor::Controller, event });
    }
    state
}

#[test]
fn what_failed_is_tried_again_when_it_is_shown_something_else() {
    let state = failed(task("1").shown_digest(), false);
    assert_eq!(reopened(&state, &[task("1")]), []);
    // A test that was type-checked with it is mended: the key is the same, what it is shown is not.
    assert_eq!(reopened(&state, &[task("2")]), [task("2").key]);
    assert_eq!(reopened(&failed(task("1").shown_digest(), true), &[task("1")]), [task("1").key]);
    // A log from before this was kept tells nothing.
    assert_eq!(reopened(&failed(String::new(), false), &[task("2")]), []);
    assert_eq!(reopened(&State::default(), &[task("2")]), []);
}
