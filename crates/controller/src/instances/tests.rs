//! What is seen of instances, one thing after the other, and what is known of them in the end.

use api::table::RouteTable;
use expect_test::{Expect, expect};
use model::{Actor, AppName, BuildKey, Digest, Entry, Event, Release, Version};

use super::*;

/// What is known after these, where instances of `shop` are called by their numbers:
///
/// - `start 1`, `started 1`, `refused 1`, `try-again 1`, `remove 1`, `removed 1`, `left 1`: calls and how they end;
/// - `list 1 2=ended 3=lost`: a listing; `begin` and `listed:1 …`: one whose result comes later;
/// - `worker 1` and `ran-in 1`: it is asked nothing, and has run for long enough;
/// - `probe 1 200` (or `deaf`, `silent`, `gone`) and `lines 1 text`: what it answers and what it wrote.
///
/// A listing's news come first, then each instance: `1 ready, sent requests`.
#[track_caller]
fn check(seen: &str, expected: Expect) {
    check_from(Instances::adopting(None), seen, expected);
}

/// The same for a controller that finds instances that the one before started.
#[track_caller]
fn check_adopted(adopted: &[u32], seen: &str, expected: Expect) {
    check_from(Instances::adopting(Some(&table_of(adopted))), seen, expected);
}

#[track_caller]
fn check_from(instances: Instances, seen: &str, expected: Expect) {
    let mut world = World::after(instances, seen);
    world.tell();
    expected.assert_eq(&world.told.join("; "));
}

/// Whose `.internal` names are served after these, and as which environment's.
#[track_caller]
fn check_heard(adopted: &[u32], seen: &str, expected: Expect) {
    let world = World::after(Instances::adopting(Some(&table_of(adopted))), seen);
    let listeners = world.instances.listeners(&world.state);
    let heard = listeners.iter().map(|(instance, it)| format!("{} in {}", world.number(instance), it.environment));
    expected.assert_eq(&heard.collect::<Vec<_>>().join("; "));
}

struct World {
    instances: Instances,
    state: State,
    now_ms: u64,
    told: Vec<String>,
}

impl World {
    fn after(instances: Instances, seen: &str) -> World {
        let mut world = World { instances, state: state(), now_ms: 1_000_000, told: Vec::new() };
        for step in seen.split(';').map(str::trim).filter(|step| !step.is_empty()) {
            world.see(step);
        }
        world
    }

    fn see(&mut self, step: &str) {
        let words: Vec<&str> = step.split_whitespace().collect();
        let (label, now_ms) = (self.label(), self.now_ms);
        let instance = |text: &str| InstanceId::of(&label, text.parse().unwrap());
        let known = &mut self.instances;
        match words.as_slice() {
            ["start", number] => known.starting(&instance(number), &environment()),
            ["started", number] => known.started(&instance(number), &label, now_ms, Ok(())),
            ["refused", number] => {
                known.started(&instance(number), &label, now_ms, Err((false, "no artifact is kept".to_owned())));
            }
            ["try-again", number] => {
                known.started(&instance(number), &label, now_ms, Err((true, "the answer was lost".to_owned())));
            }
            ["remove", number] => {
                if !known.removing(&instance(number)) {
                    self.told.push(format!("{number} cannot be removed now"));
                }
            }
            ["removed", number] => known.removed(&instance(number), true),
            ["left", number] => known.removed(&instance(number), false),
            ["ended", "after", seconds] => {
                self.now_ms += seconds.parse::<u64>().unwrap() * 1000;
                known.count_restart(&label, self.now_ms);
            }
            ["begin"] => drop(known.begin_listing()),
            ["list", listed @ ..] => {
                let number = known.begin_listing();
                self.listed(number, listed);
            }
            [later, listed @ ..] if later.starts_with("listed:") => {
                self.listed(later["listed:".len()..].parse().unwrap(), listed);
            }
            ["probe", number, answer] => {
                let probe = match *answer {
                    "deaf" => Probe::NotListening,
                    "silent" => Probe::NoAnswer("timed out".to_owned()),
                    "gone" => Probe::Gone,
                    status => Probe::Answered(status.parse().unwrap()),
                };
                if known.probed(&instance(number), &probe) {
                    self.told.push(format!("{number} became ready"));
                }
            }
            ["worker", number] => known.is_worker(&instance(number)),
            ["ran-in", number] => known.ran_in(&instance(number)),
            ["lines", number, lines @ ..] => {
                known.last_lines(&instance(number), lines.iter().map(|line| (*line).to_owned()).collect());
            }
            _ => panic!("`{step}` is nothing that is seen"),
        }
    }

    fn listed(&mut self, number: u64, listed: &[&str]) {
        let observed = listed.iter().map(|text| {
            let (number, state) = text.split_once('=').unwrap_or((text, "running"));
            let state = match state {
                "running" => InstanceState::Running,
                "ended" => InstanceState::Ended { because: "exited with status 1".to_owned() },
                "lost" => InstanceState::Lost,
                other => panic!("`{other}` is no state"),
            };
            let instance = InstanceId::of(&self.label(), number.parse().unwrap());
            ObservedInstance { instance, state, dial: PathBuf::from("/dial"), internal: true, missing: Vec::new() }
        });
        let observed = observed.collect();
        let news = self.instances.listed(number, observed);
        for (what, instances) in [("to ask", news.running), ("to read", news.ended)] {
            let numbers: Vec<String> = instances.iter().map(|instance| self.number(instance)).collect();
            if !numbers.is_empty() {
                self.told.push(format!("{what}: {}", numbers.join(" ")));
            }
        }
    }

    fn tell(&mut self) {
        let (observed, restarts) = self.instances.observed(&self.state);
        let targets = self.instances.targets(&self.state);
        let of_nobody = targets.values().flatten().filter(|target| !observed.contains_key(&target.instance));
        let of_nobody: Vec<String> = of_nobody.map(|target| self.number(&target.instance)).collect();
        self.told.extend(of_nobody.into_iter().map(|number| format!("{number} is not there, sent requests")));
        for (instance, observed) in observed {
            let mut line = format!("{} ", self.number(&instance));
            line += &match observed.condition {
                Condition::Starting { probe } if probe == "it was not asked yet" => "starting".to_owned(),
                Condition::Starting { probe } => format!("starting ({probe})"),
                Condition::Ready => "ready".to_owned(),
                Condition::Unhealthy { because } => format!("unhealthy ({because})"),
                Condition::Ended { because } => format!("ended ({because})"),
                Condition::Lost => "lost".to_owned(),
            };
            assert_eq!(observed.release, Some(self.label()));
            if targets.values().flatten().any(|target| target.instance == instance) {
                line += ", sent requests";
            }
            if !observed.last_lines.is_empty() {
                line += &format!(", wrote {}", observed.last_lines.join(" "));
            }
            self.told.push(line);
        }
        self.told.extend(restarts.values().map(|restarts| format!("{} restarts", restarts.count)));
    }

    fn label(&self) -> Label {
        release().label
    }

    fn number(&self, instance: &InstanceId) -> String {
        instance.as_str().rsplit('-').next().unwrap().to_owned()
    }
}

/// A log that gave out nine numbers for instances of one release.
fn state() -> State {
    let mut state = State::default();
    let mut record = |event| {
        let entry = Entry { sequence: state.sequence + 1, at_ms: 1, actor: Actor::Controller, event };
        state.apply(&entry);
    };
    record(Event::EnvironmentAdded { environment: environment(), branch: "feat/x".to_owned() });
    record(Event::DeploymentStarted { number: 1, release: Box::new(release()) });
    for number in 1..=9 {
        let instance = InstanceId::of(&release().label, number);
        record(Event::InstanceStarted { release: release().label, instance });
    }
    state
}

fn release() -> Release {
    let app: AppName = "shop".parse().unwrap();
    let configuration = model::Configuration {
        env: BTreeMap::new(),
        secrets: BTreeMap::new(),
        resources: model::Resources::default(),
        instances: 1,
        network: model::NetworkAccess::None,
        health: "/".to_owned(),
    };
    Release::new(environment(), Version { app, key: BuildKey::over(b"a") }, configuration)
}

fn environment() -> EnvironmentName {
    "feat-x".parse().unwrap()
}

/// The table of the controller before: these were ready.
fn table_of(instances: &[u32]) -> RouteTable {
    let instances = instances.iter().map(|number| InstanceId::of(&release().label, *number));
    let target = |instance| Target { instance, address: Address::Helper(PathBuf::from("/dial")) };
    let named = api::table::Release {
        version: release().version,
        environment: environment(),
        assets: Digest::of(b"assets"),
        base_path: String::new(),
        shell: None,
        not_found: None,
        is_static: false,
        trouble: None,
        targets: instances.map(target).collect(),
    };
    RouteTable {
        format: api::table::FORMAT,
        generation: 1,
        domain: "localhost".to_owned(),
        internal_domain: "release.internal".to_owned(),
        environments: BTreeMap::new(),
        sleeping: BTreeMap::new(),
        releases: BTreeMap::from([(release().label, named)]),
        listeners: BTreeMap::new(),
    }
}

#[test]
fn nothing_is_known_before_the_first_listing() {
    let mut instances = Instances::adopting(None);
    assert!(!instances.are_known());
    let number = instances.begin_listing();
    assert!(!instances.are_known());
    instances.listed(number, Vec::new());
    assert!(instances.are_known());
}

#[test]
fn an_instance_is_ready_when_it_answers() {
    check("start 1", expect!["1 starting"]);
    check("start 1; started 1; list 1", expect!["to ask: 1; 1 starting"]);
    check("start 1; started 1; list 1; probe 1 deaf", expect!["to ask: 1; 1 starting (it listens on no port)"]);
    check(
        "start 1; started 1; list 1; probe 1 silent",
        expect!["to ask: 1; 1 starting (its health check gets no answer: timed out)"],
    );
    check("start 1; started 1; list 1; probe 1 503", expect!["to ask: 1; 1 starting (its health check answers 503)"]);
    check("start 1; started 1; list 1; probe 1 200", expect!["to ask: 1; 1 became ready; 1 ready, sent requests"]);
    check(
        "start 1; started 1; list 1; probe 1 404; list 1",
        expect!["to ask: 1; 1 became ready; 1 ready, sent requests"],
    );
    check("start 1; started 1; list 1; probe 1 gone", expect!["to ask: 1; 1 starting"]);
    // It answered before the call that started it came back.
    check("start 1; list 1; probe 1 200", expect!["to ask: 1; 1 became ready; 1 ready, sent requests"]);
    check("probe 1 200", expect![""]);
}

#[test]
fn a_worker_is_ready_when_it_has_run_in() {
    let running = "start 1; started 1; list 1; worker 1";
    check(running, expect!["to ask: 1; 1 starting (it has not run for 3 s)"]);
    check(&format!("{running}; ran-in 1"), expect!["to ask: 1; 1 ready, sent requests"]);
    // Its end was seen before.
    check(
        &format!("{running}; list 1=ended; ran-in 1"),
        expect!["to ask: 1; to read: 1; 1 starting (it has not run for 3 s)"],
    );
    check(
        &format!("{running}; list 1=ended; lines 1 segfault; ran-in 1"),
        expect!["to ask: 1; to read: 1; 1 ended (exited with status 1), wrote segfault"],
    );
    check("ran-in 1; worker 1", expect![""]);
}

#[test]
fn three_failures_in_a_row_are_one_too_many() {
    let ready = "start 1; started 1; list 1; probe 1 200";
    check(
        &format!("{ready}; probe 1 500; probe 1 silent"),
        expect!["to ask: 1; 1 became ready; 1 ready, sent requests"],
    );
    check(
        &format!("{ready}; probe 1 500; probe 1 silent; probe 1 200; probe 1 500; probe 1 500"),
        expect!["to ask: 1; 1 became ready; 1 ready, sent requests"],
    );
    check(
        &format!("{ready}; probe 1 500; probe 1 silent; probe 1 500"),
        expect!["to ask: 1; 1 became ready; 1 unhealthy (its health check answers 500), sent requests"],
    );
    // What was unhealthy is replaced, even if it recovers.
    let unhealthy = format!("{ready}; probe 1 500; probe 1 500; probe 1 500");
    check(
        &format!("{unhealthy}; probe 1 200"),
        expect!["to ask: 1; 1 became ready; 1 unhealthy (its health check answers 500), sent requests"],
    );
    // It is sent requests as long as nobody else answers and it is there.
    check(
        &format!("{unhealthy}; start 2; started 2; list 1 2"),
        expect![
            "to ask: 1; 1 became ready; to ask: 2; 1 unhealthy (its health check answers 500), sent requests; 2 starting"
        ],
    );
    check(
        &format!("{unhealthy}; start 2; started 2; list 1 2; probe 2 200"),
        expect![
            "to ask: 1; 1 became ready; to ask: 2; 2 became ready; 1 unhealthy (its health check answers 500); 2 ready, sent requests"
        ],
    );
    check(
        &format!("{unhealthy}; list 1=ended"),
        expect!["to ask: 1; 1 became ready; to read: 1; 1 unhealthy (its health check answers 500)"],
    );
    check(
        &format!("{unhealthy}; list 1=ended; lines 1 segfault"),
        expect!["to ask: 1; 1 became ready; to read: 1; 1 ended (exited with status 1), wrote segfault"],
    );
    check(&format!("{unhealthy}; remove 1"), expect!["to ask: 1; 1 became ready"]);
}

#[test]
fn an_end_is_acted_upon_with_the_last_lines() {
    let ready = "start 1; started 1; list 1; probe 1 200";
    check(&format!("{ready}; list 1=ended"), expect!["to ask: 1; 1 became ready; to read: 1; 1 starting (it ended)"]);
    check(
        &format!("{ready}; list 1=ended; list 1=ended; lines 1 segfault"),
        expect!["to ask: 1; 1 became ready; to read: 1; 1 ended (exited with status 1), wrote segfault"],
    );
    check(
        &format!("{ready}; list 1=lost; lines 1 fine"),
        expect!["to ask: 1; 1 became ready; to read: 1; 1 lost, wrote fine"],
    );
    check(
        &format!("{ready}; list; lines 1 fine"),
        expect!["to ask: 1; 1 became ready; to read: 1; 1 lost, wrote fine"],
    );
    // An answer from before its end comes late.
    check(
        "start 1; started 1; list 1; list 1=ended; probe 1 200; lines 1 segfault",
        expect!["to ask: 1; to read: 1; 1 ended (exited with status 1), wrote segfault"],
    );
    // Lines of one that is not well are no end.
    check(
        "start 1; started 1; list 1; probe 1 503; lines 1 compiling",
        expect!["to ask: 1; 1 starting (its health check answers 503), wrote compiling"],
    );
}

#[test]
fn a_listing_says_nothing_of_what_is_being_started() {
    check("start 1; list", expect!["1 starting"]);
    check("start 1; list 1=ended", expect!["1 starting"]);
    check(
        "start 1; list 1=lost; started 1; list 1=ended; lines 1 segfault",
        expect!["to read: 1; 1 ended (exited with status 1), wrote segfault"],
    );
    // Begun before the call came back: it may not show it yet.
    check("start 1; begin; started 1; listed:1", expect!["1 starting"]);
    check("start 1; begin; started 1; listed:1; list; lines 1 none", expect!["to read: 1; 1 lost, wrote none"]);
}

#[test]
fn what_was_removed_does_not_come_back_from_an_older_listing() {
    let there = "start 1; started 1; list 1; start 2; started 2; list 1 2";
    check(&format!("{there}; remove 1"), expect!["to ask: 1; to ask: 2; 2 starting"]);
    check(
        &format!("{there}; remove 1; remove 1"),
        expect!["to ask: 1; to ask: 2; 1 cannot be removed now; 2 starting"],
    );
    check(
        &format!("{there}; start 3; remove 3"),
        expect!["to ask: 1; to ask: 2; 3 cannot be removed now; 1 starting; 2 starting; 3 starting"],
    );
    check(&format!("{there}; remove 1; list 2"), expect!["to ask: 1; to ask: 2; 2 starting"]);
    check(&format!("{there}; remove 1; begin; removed 1; listed:3 1 2"), expect!["to ask: 1; to ask: 2; 2 starting"]);
    check(&format!("{there}; remove 1; removed 1; list 2"), expect!["to ask: 1; to ask: 2; 2 starting"]);
    // Its removal did not last.
    check(
        &format!("{there}; remove 1; removed 1; list 1 2"),
        expect!["to ask: 1; to ask: 2; to ask: 1; 1 starting; 2 starting"],
    );
    check(
        &format!("{there}; probe 1 200; remove 1; left 1; list 1 2"),
        expect!["to ask: 1; to ask: 2; 1 became ready; 1 ready, sent requests; 2 starting"],
    );
}

#[test]
fn what_a_table_named_is_ready_at_once() {
    check_adopted(
        &[1, 2],
        "list 1 2 3",
        expect!["to ask: 1 2 3; 1 ready, sent requests; 2 ready, sent requests; 3 starting"],
    );
    check_adopted(
        &[1],
        "list 1=ended; lines 1 killed",
        expect!["to read: 1; 1 ended (exited with status 1), wrote killed"],
    );
    check_adopted(
        &[1],
        "list 1; probe 1 500; probe 1 500; probe 1 500",
        expect!["to ask: 1; 1 unhealthy (its health check answers 500), sent requests"],
    );
    check_adopted(&[1], "list", expect![""]);
}

#[test]
fn names_are_served_to_every_instance_that_is_there() {
    check_heard(&[], "start 1", expect![""]);
    check_heard(&[], "start 1; list 1", expect!["1 in feat-x"]);
    check_heard(&[], "start 1; started 1; list 1 2; remove 2", expect!["1 in feat-x"]);
    check_heard(&[], "start 1; started 1; list 1=ended", expect![""]);
    check_heard(&[], "start 1; started 1; list 1=ended; lines 1 killed", expect![""]);
    // No table told of its listeners: its controller ended before that.
    check_heard(&[1], "list 1", expect!["1 in feat-x"]);
}

#[test]
fn what_could_not_be_started_has_ended_or_is_tried_again() {
    check("start 1; refused 1", expect!["1 ended (no artifact is kept)"]);
    check("start 1; try-again 1", expect!["1 restarts"]);
    // It is there after all.
    check("start 1; try-again 1; list 1", expect!["to ask: 1; 1 starting; 1 restarts"]);
}

#[test]
fn restarts_are_counted_until_a_release_is_steady() {
    check("ended after 0", expect!["1 restarts"]);
    check("ended after 0; ended after 10; ended after 60", expect!["3 restarts"]);
    check("ended after 0; ended after 10; ended after 61", expect!["1 restarts"]);
    check("start 1; try-again 1; start 2; try-again 2", expect!["2 restarts"]);
}
