//! Every outside call fails once, in both ways: the world comes out the same, and nobody is sent to a server
//! that is not there to answer.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::path::Path;
use std::time::Duration;

use api::control::{Answer, Request};
use controller::Notice;
use model::state::DeploymentResult;
use model::{AppName, EnvironmentName, State};
use store::Store;
use testkit::{Fault, Outside, SECRET, command, live};
use tokio::sync::{mpsc, oneshot};

/// The bound of any wait, on the paused clock.
const PATIENCE: Duration = Duration::from_secs(600);

/// A controller at work, and the state as its notices tell it.
struct Work {
    outside: Outside,
    inputs: mpsc::UnboundedSender<controller::Input>,
    notices: mpsc::UnboundedReceiver<Notice>,
    state: State,
    stop: oneshot::Sender<()>,
    ended: tokio::task::JoinHandle<()>,
}

impl Work {
    fn start(outside: &Outside, store: Store) -> Work {
        let state = store.state().clone();
        let (controller, notices) = outside.controller(store);
        let inputs = controller.sender();
        let (stop, stopped) = oneshot::channel::<()>();
        let ended = tokio::spawn(async move {
            controller.run(async { drop(stopped.await) }).await.unwrap();
        });
        Work { outside: outside.clone(), inputs, notices, state, stop, ended }
    }

    /// Waits until the log says that production runs this, and the edge serves it.
    async fn until(&mut self, expected: &[&str]) {
        let wait = async {
            loop {
                while let Ok(notice) = self.notices.try_recv() {
                    if let Notice::Entry(entry) = notice {
                        self.state.apply(&entry);
                    }
                }
                let served = self.outside.served();
                // A worker is live when it runs, and is sent nothing.
                let serves = expected
                    .iter()
                    .all(|line| line.contains(" worker-") || served.contains(&format!("production/{line}")));
                if live(&self.state) == expected && serves {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        let waited = tokio::time::timeout(PATIENCE, wait).await;
        assert!(
            waited.is_ok(),
            "wanted {expected:?}, runs {:?}, serves {:?}",
            live(&self.state),
            self.outside.served()
        );
    }

    async fn stop(self) {
        self.stop.send(()).unwrap();
        self.ended.await.unwrap();
        assert_eq!(self.outside.instances(), 0, "nothing is left running");
    }
}

fn store() -> Store {
    Store::open(Path::new(":memory:")).unwrap()
}

/// Deployments, a build that fails, a server that crashes, one that dies young, a rollback and its end.
async fn scenario(outside: &Outside) {
    let mut work = Work::start(outside, store());
    outside.commit("home=one shop=one");
    work.until(&["home one", "shop one"]).await;
    outside.commit("home=one shop=two");
    work.until(&["home one", "shop two"]).await;
    outside.commit("home=one shop=bad-build");
    outside.commit("home=one shop=crash");
    outside.commit("home=two shop=sick");
    work.until(&["home two", "shop two"]).await;
    outside.commit("home=two shop=three");
    work.until(&["home two", "shop three"]).await;
    outside.end("three");
    work.until(&["home two", "shop two"]).await;
    let rollback = Request::Rollback { app: "home".parse().unwrap(), version: None };
    assert!(matches!(command(&work.inputs, rollback).await, Answer::Done { .. }));
    outside.commit("home=three shop=four");
    work.until(&["home one", "shop four"]).await;
    let unpin = Request::Unpin { app: "home".parse().unwrap() };
    assert!(matches!(command(&work.inputs, unpin).await, Answer::Done { .. }));
    work.until(&["home three", "shop four"]).await;
    work.stop().await;
}

#[tokio::test(start_paused = true)]
async fn the_calm_case() {
    let outside = Outside::default();
    scenario(&outside).await;
    // home one two three, shop one two crash sick three four; bad-build never ends well.
    assert_eq!(outside.builds(), 9, "each version is built once");
}

#[tokio::test(start_paused = true)]
async fn every_call_fails_once_in_both_ways() {
    let calm = Outside::default();
    scenario(&calm).await;
    let names = calm.calls();
    // Listings and refs are asked again and again: of those the first of each stretch is enough.
    let mut swept = 0;
    for call in 0..names.len() {
        let repeats =
            call > 0 && names[call] == names[call - 1] || matches!(names[call], "list" | "refs") && call % 16 != 0;
        if repeats {
            continue;
        }
        for fault in [Fault::Refused, Fault::Lost] {
            let outside = Outside::default();
            outside.fail(call, fault);
            scenario(&outside).await;
            swept += 1;
        }
    }
    assert!(swept > 60, "{swept} faults are too few to say anything");
}

/// Workers: one replaces another, one ends at its start, one ends soon after it replaced another.
async fn workers(outside: &Outside) {
    let mut work = Work::start(outside, store());
    outside.commit("home=one mail=worker-one");
    work.until(&["home one", "mail worker-one"]).await;
    outside.commit("home=one mail=worker-two");
    work.until(&["home one", "mail worker-two"]).await;
    until_runs(outside, &["one", "worker-two"]).await;
    outside.commit("home=two mail=worker-crash");
    work.until(&["home two", "mail worker-two"]).await;
    until_runs(outside, &["one", "two", "worker-two"]).await;
    outside.commit("home=two mail=worker-three");
    work.until(&["home two", "mail worker-three"]).await;
    outside.end("worker-three");
    work.until(&["home two", "mail worker-two"]).await;
    until_runs(outside, &["two", "worker-two"]).await;
    work.stop().await;
}

/// Waits until the processes of exactly these versions run.
async fn until_runs(outside: &Outside, expected: &[&str]) {
    let wait = async {
        while outside.running() != expected {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let waited = tokio::time::timeout(PATIENCE, wait).await;
    assert!(waited.is_ok(), "wanted {expected:?}, runs {:?}", outside.running());
}

#[tokio::test(start_paused = true)]
async fn a_worker_replaces_another_and_nobody_asks_it() {
    workers(&Outside::default()).await;
}

#[tokio::test(start_paused = true)]
async fn every_call_of_workers_fails_once_in_both_ways() {
    let calm = Outside::default();
    workers(&calm).await;
    let names = calm.calls();
    for call in (0..names.len()).filter(|call| matches!(names[*call], "ensure" | "remove")) {
        for fault in [Fault::Refused, Fault::Lost] {
            let outside = Outside::default();
            outside.fail(call, fault);
            workers(&outside).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_an_instance_said_last_is_kept_without_secrets() {
    let outside = Outside::default();
    let mut work = Work::start(&outside, store());
    outside.commit("home=one shop=crash");
    work.until(&["home one"]).await;
    let shop = |work: &Work| {
        let of_shop = work.state.deployments.iter().find(|it| it.version.app.as_str() == "shop")?;
        matches!(of_shop.result, DeploymentResult::Failed { .. }).then(|| of_shop.result.clone())
    };
    let failed = loop {
        work.until(&["home one"]).await;
        match shop(&work) {
            Some(failed) => break failed,
            None => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    };
    let DeploymentResult::Failed { last_lines, .. } = failed else { panic!("{failed:?}") };
    assert_eq!(last_lines, ["it cannot log in with [secret]"]);
    let table = outside.table();
    let absence = &table.environments[&EnvironmentName::production()].absent[&"shop".parse::<AppName>().unwrap()];
    assert_eq!(absence.last_lines, ["it cannot log in with [secret]"], "who is on this machine reads it");
    assert!(!serde_json::to_string(&work.state).unwrap().contains(SECRET));
    work.stop().await;
}

#[tokio::test(start_paused = true)]
async fn commits_before_the_first_start_are_none_and_each_after_it_is_a_change() {
    let outside = Outside::default();
    outside.commit("home=one");
    outside.commit("home=two");
    let mut work = Work::start(&outside, store());
    work.until(&["home two"]).await;
    outside.commit("home=three");
    outside.commit("home=four");
    work.until(&["home four"]).await;
    let changes = &work.state.production().expect("production").changes;
    assert_eq!(changes.iter().map(|change| change.number).collect::<Vec<_>>(), [1, 2, 3]);
    work.stop().await;
    assert_eq!(outside.builds(), 3, "the first commit is never built, each of one push is");
}

#[tokio::test(start_paused = true)]
async fn a_preview_comes_with_its_branch_and_goes_with_it() {
    let outside = Outside::default();
    let mut work = Work::start(&outside, store());
    outside.commit("home=one shop=one");
    work.until(&["home one", "shop one"]).await;
    outside.branch("feat/x", "home=one shop=new");
    let preview = "feat-x/shop new".to_owned();
    for _ in 0..400 {
        tokio::time::sleep(Duration::from_millis(100)).await;
        if outside.served().contains(&preview) {
            break;
        }
    }
    assert_eq!(outside.served(), ["feat-x/shop new", "production/home one", "production/shop one"]);
    outside.delete_branch("feat/x");
    for _ in 0..400 {
        tokio::time::sleep(Duration::from_millis(100)).await;
        if outside.instances() == 2 {
            break;
        }
    }
    assert_eq!(outside.served(), ["production/home one", "production/shop one"]);
    work.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_controller_after_a_crash_adopts_what_runs_and_builds_nothing_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("frontage.db");
    let outside = Outside::default();
    let mut work = Work::start(&outside, Store::open(&path).unwrap());
    outside.commit("home=one shop=one");
    work.until(&["home one", "shop one"]).await;
    outside.commit("home=one shop=two");
    work.until(&["home one", "shop two"]).await;
    let rollback = Request::Rollback { app: "shop".parse().unwrap(), version: None };
    assert!(matches!(command(&work.inputs, rollback).await, Answer::Done { .. }));
    work.until(&["home one", "shop one"]).await;
    work.ended.abort();
    drop(work.ended.await);

    let before = (outside.builds(), outside.served());
    let mut work = Work::start(&outside, Store::open(&path).unwrap());
    tokio::time::sleep(Duration::from_secs(120)).await;
    work_is_unchanged(&outside, &before);
    work.until(&["home one", "shop one"]).await;
    work.stop().await;
}

fn work_is_unchanged(outside: &Outside, before: &(u32, Vec<String>)) {
    assert_eq!(&(outside.builds(), outside.served()), before, "a restart undoes no rollback and builds nothing");
}
