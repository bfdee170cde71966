//! Deployments in a world in memory: after each turn, whoever is live has answered its health check.

use std::collections::BTreeMap;

use super::*;
use crate::app::Environmental;
use crate::artifact::{Artifact, Start};
use crate::event::{Actor, Entry, PlannedApp};
use crate::id::{CommitId, Digest};
use crate::reason::{Reason, ReasonKind};
use crate::state::FALLBACK_MS;

/// A world with one app, `shop`, whose versions are single letters.
struct World {
    state: State,
    observed: Observed,
    told: Vec<String>,
    /// Whether what is built next is a worker.
    worker: bool,
}

impl World {
    fn new() -> World {
        let (state, observed) = (State::default(), Observed::default());
        let mut world = World { state, observed, told: Vec::new(), worker: false };
        let environment = EnvironmentName::production();
        world.record(Event::EnvironmentAdded { environment, branch: "main".to_owned() });
        world
    }

    /// A head whose version of `shop` is `version`, built at once.
    fn commit(&mut self, version: &str, value: &str) {
        let number = self.state.production().unwrap().changes.len() as u64 + 1;
        let environment = EnvironmentName::production();
        let commit: CommitId = format!("{number:040}").parse().unwrap();
        self.record(Event::HeadObserved {
            environment: environment.clone(),
            number,
            commit: commit.clone(),
            subject: String::new(),
        });
        let app = app(value);
        let key = BuildKey::over(version.as_bytes());
        let reasons =
            vec![Reason { kind: ReasonKind::File, path: "x".to_owned(), via: Vec::new(), detail: String::new() }];
        let planned = PlannedApp { app: app.clone(), key: key.clone(), reasons };
        let apps = BTreeMap::from([(app.name.clone(), planned)]);
        let (not_served, warnings) = (BTreeMap::new(), Vec::new());
        self.record(Event::ChangePlanned { environment, number, apps, default_app: None, not_served, warnings });
        self.record(Event::BuildStarted {
            key: key.clone(),
            package: "shop".to_owned(),
            app: Some(app.name.clone()),
            commit: commit.clone(),
            shown: String::new(),
        });
        let mut artifact = artifact(app, key.clone(), commit);
        if self.worker {
            artifact.start = Start::Worker { command: "start".to_owned() };
        }
        self.record(Event::BuildSucceeded { key, duration_ms: 1, artifact: Some(Box::new(artifact)) });
    }

    fn record(&mut self, event: Event) {
        let entry =
            Entry { sequence: self.state.sequence + 1, at_ms: self.observed.now_ms, actor: Actor::Controller, event };
        self.state.apply(&entry);
    }

    /// Plans and acts until nothing is left to do; started instances become ready at once unless told otherwise.
    fn settle(&mut self, condition: Condition) {
        for _ in 0..50 {
            let plan = plan(&self.state, &self.observed);
            if plan.steps.is_empty() {
                return;
            }
            for step in plan.steps {
                self.act(step, &condition);
            }
            self.publish();
            self.check();
        }
        panic!("it does not settle: {:?}", plan(&self.state, &self.observed));
    }

    /// The same after every instance that is there is so.
    fn settle_all(&mut self, condition: Condition) {
        self.observed.instances.values_mut().for_each(|observed| observed.condition = condition.clone());
        self.settle(condition);
    }

    fn act(&mut self, step: Step, condition: &Condition) {
        match step {
            Step::Record(event) => {
                let value = serde_json::to_value(&event).unwrap();
                self.told.push(value["event"].as_str().unwrap().to_owned());
                self.record(event);
            }
            Step::Start { release, instance } => {
                self.record(Event::InstanceStarted { release: release.label.clone(), instance: instance.clone() });
                let observed = ObservedInstance {
                    release: Some(release.label),
                    condition: condition.clone(),
                    last_lines: vec!["its last words".to_owned()],
                };
                assert!(self.observed.instances.insert(instance, observed).is_none(), "an id is used once");
            }
            Step::Stop { instance } => {
                self.observed.instances.remove(&instance);
            }
        }
    }

    /// As the controller does: a new table names what is live and kept ready, but no worker; the edge takes it at once.
    fn publish(&mut self) {
        let generation = self.observed.table.generation + 1;
        let production = self.state.production().unwrap();
        let named: BTreeSet<Label> = production
            .apps
            .values()
            .flat_map(|app| {
                let fallback = app.fallback.iter().map(|fallback| &fallback.live.release);
                let releases = app.live.iter().map(|live| &live.release).chain(fallback);
                let asked = releases.filter(|release| !self.state.is_worker(release));
                asked.map(|release| release.label.clone()).collect::<Vec<_>>()
            })
            .collect();
        for label in self.observed.table.named.difference(&named) {
            self.observed.table.unnamed.insert(label.clone(), (generation, self.observed.now_ms));
        }
        self.observed.table.named = named;
        self.observed.table.generation = generation;
        self.observed.edge = Some(Edge { generation, in_flight: BTreeMap::new() });
    }

    /// Invariant 1: what is live has a ready instance, unless every one of them has just ended or answers no more.
    fn check(&self) {
        for running in self.state.production().unwrap().apps.values() {
            let Some(live) = &running.live else { continue };
            let of_live =
                self.observed.instances.values().filter(|it| it.release.as_ref() == Some(&live.release.label));
            let conditions: Vec<_> = of_live.map(|observed| &observed.condition).collect();
            let ended = conditions.iter().all(|condition| matches!(condition, Condition::Ended { .. }));
            let slow = conditions.iter().any(|condition| matches!(condition, Condition::Unhealthy { .. }));
            assert!(conditions.contains(&&Condition::Ready) || ended || slow, "{conditions:?}");
        }
    }

    fn break_live(&mut self) {
        self.end_live(&Condition::Ended { because: "exited with status 1".to_owned() });
    }

    fn end_live(&mut self, ending: &Condition) {
        let label = self.live_release().label.clone();
        for observed in self.observed.instances.values_mut().filter(|it| it.release.as_ref() == Some(&label)) {
            observed.condition = ending.clone();
        }
    }

    fn live_release(&self) -> &Release {
        &self.running().live.as_ref().expect("something is live").release
    }

    fn running(&self) -> &AppState {
        &self.state.production().unwrap().apps[&name()]
    }

    /// The versions of instances that are there, in order.
    fn versions(&self) -> String {
        let of = |label: &Label| {
            let deployment = self.state.deployments.iter().rev().find(|it| it.release == *label).unwrap();
            let key = &deployment.version.key;
            ('a'..='z').find(|letter| BuildKey::over(letter.to_string().as_bytes()) == *key).unwrap()
        };
        let mut versions: Vec<char> =
            self.observed.instances.values().map(|observed| of(observed.release.as_ref().unwrap())).collect();
        versions.sort_unstable();
        versions.into_iter().collect()
    }

    fn is_live(&self, version: &str) -> bool {
        self.live_release().version.key == BuildKey::over(version.as_bytes())
    }
}

fn name() -> AppName {
    "shop".parse().unwrap()
}

fn app(value: &str) -> App {
    App {
        build: Some("build".to_owned()),
        start: Some("start".to_owned()),
        env: BTreeMap::from([("VALUE".to_owned(), Environmental::Same(value.to_owned()))]),
        ..App::new(name(), "apps/shop".parse().unwrap())
    }
}

fn artifact(app: App, key: BuildKey, commit: CommitId) -> Artifact {
    Artifact {
        version: Version { app: app.name.clone(), key },
        app,
        commit,
        image: None,
        layers: Vec::new(),
        assets: Digest::of(b"assets"),
        start: Start::Server { command: "start".to_owned() },
        base_path: String::new(),
        shell: None,
        not_found: None,
        corrections: Vec::new(),
    }
}

fn starting() -> Condition {
    Condition::Starting { probe: "it listens on no port".to_owned() }
}

fn silent() -> Condition {
    Condition::Unhealthy { because: "its health check gets no answer".to_owned() }
}

#[test]
fn a_version_goes_live_when_it_is_ready_and_the_one_before_is_kept_for_a_minute() {
    let mut world = World::new();
    world.commit("a", "1");
    world.settle(Condition::Ready);
    assert!(world.is_live("a"));
    world.commit("b", "1");
    world.settle(starting());
    assert!(world.is_live("a"), "b is not ready");
    for observed in world.observed.instances.values_mut() {
        observed.condition = Condition::Ready;
    }
    world.settle(Condition::Ready);
    assert!(world.is_live("b"));
    assert_eq!(world.observed.instances.len(), 2, "a is kept ready");
    world.observed.now_ms += FALLBACK_MS;
    world.settle(Condition::Ready);
    assert_eq!(world.observed.instances.len(), 1, "a is stopped");
}

#[test]
fn a_worker_stops_when_the_next_one_runs() {
    let mut world = World::new();
    world.worker = true;
    world.commit("a", "1");
    world.settle(starting());
    assert!(world.running().live.is_none(), "a has not run in");
    world.settle_all(Condition::Ready);
    world.commit("b", "1");
    world.settle(starting());
    assert_eq!(world.versions(), "ab", "a works until b does");
    world.settle_all(Condition::Ready);
    assert!(world.is_live("b"));
    assert_eq!(world.versions(), "b", "two versions do not take work from one queue");
    world.observed.now_ms += FALLBACK_MS;
    world.settle(Condition::Ready);
    assert!(world.running().fallback.is_none());
    assert_eq!(world.versions(), "b");
}

#[test]
fn a_worker_that_ends_soon_after_the_switch_gives_way_to_the_one_before() {
    let mut world = World::new();
    world.worker = true;
    world.commit("a", "1");
    world.settle(Condition::Ready);
    world.commit("b", "1");
    world.settle(Condition::Ready);
    assert_eq!(world.versions(), "b");
    world.observed.now_ms += 20_000;
    world.break_live();
    world.settle(Condition::Ready);
    assert!(world.is_live("a"));
    assert_eq!(world.versions(), "a", "it was started again");
    assert!(world.told.contains(&"deployment_returned".to_owned()));
}

#[test]
fn a_worker_that_ends_at_its_start_never_replaces_the_one_that_works() {
    let mut world = World::new();
    world.worker = true;
    world.commit("a", "1");
    world.settle(Condition::Ready);
    world.commit("b", "1");
    world.settle(Condition::Ended { because: "exited with status 1".to_owned() });
    assert!(world.is_live("a"));
    assert_eq!(world.versions(), "a");
}

#[test]
fn a_server_that_becomes_a_worker_is_kept_as_servers_are() {
    let mut world = World::new();
    world.commit("a", "1");
    world.settle(Condition::Ready);
    world.worker = true;
    world.commit("b", "1");
    world.settle(Condition::Ready);
    assert_eq!(world.versions(), "ab", "a takes no work from anybody");
    world.worker = false;
    world.commit("c", "1");
    world.settle(Condition::Ready);
    assert_eq!(world.versions(), "c", "b does");
}

#[test]
fn new_configuration_is_a_new_release_of_the_same_version() {
    let mut world = World::new();
    world.commit("a", "1");
    world.settle(Condition::Ready);
    let before = world.live_release().clone();
    world.commit("a", "2");
    world.settle(Condition::Ready);
    assert_eq!(world.live_release().version, before.version);
    assert_ne!(world.live_release().label, before.label);
}

#[test]
fn what_ends_at_its_start_never_goes_live_and_is_not_tried_again() {
    let mut world = World::new();
    world.commit("a", "1");
    world.settle(Condition::Ready);
    world.commit("b", "1");
    world.settle(Condition::Ended { because: "exited with status 1".to_owned() });
    assert!(world.is_live("a"));
    assert_eq!(world.told.iter().filter(|told| *told == "deployment_failed").count(), 1);
    world.commit("c", "1");
    world.settle(Condition::Ready);
    assert!(world.is_live("c"), "the next good one deploys");
}

#[test]
fn what_never_becomes_healthy_fails_with_the_last_probe() {
    let mut world = World::new();
    world.commit("a", "1");
    world.settle(Condition::Ready);
    world.commit("b", "1");
    world.settle(starting());
    world.observed.now_ms += READY_MS;
    world.settle(starting());
    assert!(world.is_live("a"));
    let failed = world.state.deployments.back().unwrap();
    let crate::state::DeploymentResult::Failed { because, last_lines } = &failed.result else { panic!("{failed:?}") };
    assert!(because.contains("listens on no port"), "{because}");
    assert_eq!(last_lines, &["its last words"]);
}

#[test]
fn what_ends_soon_after_the_switch_is_taken_back() {
    let mut world = World::new();
    world.commit("a", "1");
    world.settle(Condition::Ready);
    world.commit("b", "1");
    world.settle(Condition::Ready);
    world.observed.now_ms += 20_000;
    world.break_live();
    world.settle(Condition::Ready);
    assert!(world.is_live("a"));
    assert!(world.told.contains(&"deployment_returned".to_owned()));
}

#[test]
fn what_was_lost_is_started_again_and_blamed_on_nobody() {
    let mut world = World::new();
    world.commit("a", "1");
    world.settle(Condition::Ready);
    world.commit("b", "1");
    world.settle(Condition::Ready);
    world.end_live(&Condition::Lost);
    world.settle(Condition::Ready);
    assert!(world.is_live("b"), "also soon after the switch");
    world.commit("c", "1");
    world.settle(starting());
    for observed in world.observed.instances.values_mut().filter(|it| it.condition == starting()) {
        observed.condition = Condition::Lost;
    }
    world.settle(Condition::Ready);
    assert!(world.is_live("c"), "also while it is deployed");
    assert!(!world.told.iter().any(|told| told == "deployment_returned" || told == "deployment_failed"));
}

#[test]
fn what_ends_later_is_started_again_after_a_pause_under_a_new_id() {
    let mut world = World::new();
    world.commit("a", "1");
    world.settle(Condition::Ready);
    let label = world.live_release().label.clone();
    world.observed.restarts.insert(label.clone(), Restarts { count: 1, last_ms: world.observed.now_ms });
    world.break_live();
    world.settle(Condition::Ready);
    assert!(world.observed.instances.is_empty(), "it pauses");
    world.observed.now_ms += 1_000;
    world.settle(Condition::Ready);
    assert_eq!(world.observed.instances.keys().collect::<Vec<_>>(), [&InstanceId::of(&label, 2)]);
}

#[test]
fn what_answers_no_more_stays_until_another_answers() {
    let mut world = World::new();
    world.commit("a", "1");
    world.settle(Condition::Ready);
    let label = world.live_release().label.clone();
    world.end_live(&silent());
    world.settle(starting());
    let (first, second) = (InstanceId::of(&label, 1), InstanceId::of(&label, 2));
    let there = |world: &World| world.observed.instances.keys().cloned().collect::<Vec<_>>();
    assert_eq!(there(&world), [first.clone(), second.clone()]);
    // The one that was started in its place does not answer any better.
    world.observed.instances.get_mut(&second).unwrap().condition =
        Condition::Ended { because: "exited with status 1".to_owned() };
    world.settle(starting());
    let third = InstanceId::of(&label, 3);
    assert_eq!(there(&world), [first, third.clone()]);
    world.observed.instances.get_mut(&third).unwrap().condition = Condition::Ready;
    world.settle(Condition::Ready);
    assert_eq!(there(&world), [third]);
}

#[test]
fn what_answers_no_more_goes_at_once_where_another_answers() {
    let mut world = World::new();
    world.commit("a", "1");
    world.settle(Condition::Ready);
    let label = world.live_release().label.clone();
    let slow = world.observed.instances[&InstanceId::of(&label, 1)].clone();
    world.observed.instances.insert(InstanceId::of(&label, 9), ObservedInstance { condition: silent(), ..slow });
    world.settle(starting());
    assert_eq!(world.observed.instances.keys().collect::<Vec<_>>(), [&InstanceId::of(&label, 1)]);
}

#[test]
fn a_pin_to_what_ends_at_its_start_is_tried_once() {
    let mut world = World::new();
    world.commit("a", "1");
    world.settle(Condition::Ready);
    world.commit("b", "1");
    world.settle(Condition::Ready);
    world.observed.now_ms += FALLBACK_MS;
    world.settle(Condition::Ready);
    world.record(Event::Pinned { version: Version { app: name(), key: BuildKey::over(b"a") } });
    world.settle(Condition::Ended { because: "exited with status 1".to_owned() });
    world.settle(Condition::Ended { because: "exited with status 1".to_owned() });
    assert_eq!(world.told.iter().filter(|told| *told == "deployment_failed").count(), 1);
    assert!(world.is_live("b"));
}

#[test]
fn a_pin_holds_against_newer_heads_until_it_is_taken_away() {
    let mut world = World::new();
    world.commit("a", "1");
    world.settle(Condition::Ready);
    world.commit("b", "1");
    world.settle(Condition::Ready);
    world.record(Event::Pinned { version: Version { app: name(), key: BuildKey::over(b"a") } });
    world.settle(Condition::Ready);
    assert!(world.is_live("a"));
    world.commit("c", "1");
    world.settle(Condition::Ready);
    assert!(world.is_live("a"), "the pin holds");
    world.record(Event::Unpinned { app: name() });
    world.settle(Condition::Ready);
    assert!(world.is_live("c"));
}

#[test]
fn a_change_that_was_overtaken_is_skipped_and_recorded() {
    let mut world = World::new();
    world.commit("a", "1");
    world.settle(Condition::Ready);
    world.commit("b", "1");
    world.commit("c", "1");
    world.settle(Condition::Ready);
    assert!(world.is_live("c"));
    assert_eq!(world.state.production().unwrap().changes[1].skipped, BTreeMap::from([(name(), 3)]));
}

#[test]
fn nothing_stops_before_the_edge_took_the_table_without_it_and_its_requests_ended() {
    let mut world = World::new();
    world.commit("a", "1");
    world.settle(Condition::Ready);
    let label = world.live_release().label.clone();
    world.commit("b", "1");
    world.settle(Condition::Ready);
    world.observed.now_ms += FALLBACK_MS;
    world.record(Event::FallbackReleased { environment: EnvironmentName::production(), app: name() });
    let stops =
        |world: &World| plan(&world.state, &world.observed).steps.iter().any(|step| matches!(step, Step::Stop { .. }));
    assert!(!stops(&world), "the table still names it");
    world.publish();
    let generation = world.observed.table.generation;
    world.observed.edge = Some(Edge { generation: generation - 1, in_flight: BTreeMap::new() });
    assert!(!stops(&world), "the edge has not read the table");
    world.observed.edge = Some(Edge { generation, in_flight: BTreeMap::from([(label, 1)]) });
    assert!(!stops(&world), "a request is under way");
    world.observed.now_ms += DRAIN_MS;
    assert!(stops(&world), "but not for ever");
    world.observed.now_ms -= DRAIN_MS;
    world.observed.edge = Some(Edge { generation, in_flight: BTreeMap::new() });
    assert!(stops(&world));
}

#[test]
fn secrets_reach_releases_by_fingerprint_and_an_apps_own_wins() {
    let mut world = World::new();
    world.commit("a", "1");
    for (app, value) in [(Some(name()), "own"), (None, "everybody's")] {
        let (name, kind) = ("KEY".to_owned(), EnvironmentKind::Production);
        world.record(Event::SecretSet { name, app, kind, fingerprint: Digest::of(value.as_bytes()) });
    }
    let configuration = configuration(
        &world.state,
        &EnvironmentName::production(),
        &app("1"),
        &Start::Server { command: "start".to_owned() },
    );
    assert_eq!(configuration.secrets["KEY"], Digest::of(b"own"));
    let preview = super::configuration(
        &world.state,
        &"feat-x".parse().unwrap(),
        &app("1"),
        &Start::Server { command: "start".to_owned() },
    );
    assert!(preview.secrets.is_empty(), "previews have their own secrets");
}
