//! Looks at refs, one after the other: which environments come and go, wake and sleep, and which heads are new.

use expect_test::{Expect, expect};
use model::{Actor, App, AppName, BuildKey, Entry, PlannedApp};

use super::*;

/// The time of every look; ages of branches count back from it.
const NOW_S: u64 = 1_700_000_000;

const DAY_S: u64 = 24 * 60 * 60;

/// A repository as it is followed: the log's state, and the heads that were seen before.
#[derive(Default)]
struct Followed {
    state: State,
    seen: Seen,
}

impl Followed {
    /// Production's first commit is known and holds these apps.
    fn since(apps: &str) -> Followed {
        let mut followed = Followed::default();
        let first = Commit { id: commit("0"), subject: String::new() };
        let events = production(&followed.state, &branches(""), &[first]);
        followed.record_all(events);
        followed.apps(1, apps);
        followed
    }

    /// The apps of one of production's changes became known.
    fn apps(&mut self, number: u64, apps: &str) {
        let apps = apps.split_whitespace().map(|name| (name.parse().unwrap(), planned(name.parse().unwrap())));
        let (environment, apps) = (EnvironmentName::production(), apps.collect());
        let (default_app, not_served, warnings) = (None, BTreeMap::new(), Vec::new());
        self.record(Event::ChangePlanned { environment, number, apps, default_app, not_served, warnings });
    }

    /// A look at branches, as in [`branches`]: what is recorded after it.
    #[track_caller]
    fn check(&mut self, branches: &str, expected: Expect) {
        let told = self.look(branches);
        expected.assert_eq(&told);
    }

    fn look(&mut self, branches: &str) -> String {
        let refs = self::branches(branches);
        let events = previews(&self.state, &refs, &self.seen, NOW_S);
        self.seen = refs.branches.iter().map(|(name, branch)| (name.clone(), branch.commit.clone())).collect();
        self.record_all(events)
    }

    /// A preview is asked for while the branches are these.
    #[track_caller]
    fn check_wake(&mut self, branches: &str, environment: &str, expected: Expect) {
        let events = wake(&self.state, &self::branches(branches), &environment.parse().unwrap());
        expected.assert_eq(&self.record_all(events));
    }

    /// Commits that are new on production's branch, oldest first, a letter or digit each.
    #[track_caller]
    fn check_commits(&mut self, commits: &str, expected: Expect) {
        let commit = |letter| Commit { id: commit(letter), subject: format!("says {letter}") };
        let commits: Vec<Commit> = commits.split_whitespace().map(commit).collect();
        let events = production(&self.state, &branches(""), &commits);
        expected.assert_eq(&self.record_all(events));
    }

    /// A new controller looks for the first time.
    fn restart(&mut self) {
        self.seen = Seen::new();
    }

    /// What is recorded, each kind of event in a row once; a preview is woken at its head, if that is new.
    fn record_all(&mut self, events: Vec<Event>) -> String {
        let mut told: Vec<(&str, Vec<String>)> = Vec::new();
        for event in events {
            let (what, item) = match &event {
                Event::EnvironmentAdded { environment, branch } => (
                    "added",
                    if environment.as_str() == branch { branch.clone() } else { format!("{environment} for {branch}") },
                ),
                Event::EnvironmentRemoved { environment } => ("removed", environment.to_string()),
                Event::EnvironmentWoken { environment } => ("woken", environment.to_string()),
                Event::EnvironmentSlept { environment, because } => {
                    assert_eq!(because, "20 previews are awake, and it was woken longest ago");
                    ("asleep", environment.to_string())
                }
                Event::HeadObserved { environment, number, commit, .. } => {
                    ("head", format!("{environment} {number}={}", commit.as_str().trim_start_matches('0')))
                }
                other => panic!("{other:?} does not follow from refs"),
            };
            match told.last_mut() {
                Some(("woken", items))
                    if what == "head" && item.starts_with(&format!("{} ", items[items.len() - 1])) =>
                {
                    *items.last_mut().unwrap() = item;
                }
                Some((before, items)) if *before == what => items.push(item),
                _ => told.push((what, vec![item])),
            }
            self.record(event);
        }
        let told: Vec<String> = told.into_iter().map(|(what, items)| format!("{what} {}", items.join(", "))).collect();
        told.join("; ")
    }

    fn record(&mut self, event: Event) {
        let entry = Entry { sequence: self.state.sequence + 1, at_ms: NOW_S * 1000, actor: Actor::Refs, event };
        self.state.apply(&entry);
    }

    /// Previews that are awake, the one that was woken longest ago first.
    #[track_caller]
    fn check_awake(&self, expected: Expect) {
        let names: Vec<String> = awake(&self.state).iter().map(ToString::to_string).collect();
        expected.assert_eq(&names.join(" "));
    }
}

/// Branches with their commits, and how old these are in days: `feat/x=a old=b,20 done=c,merged`.
fn branches(text: &str) -> Refs {
    let branches = text.split_whitespace().map(|text| {
        let (name, rest) = text.split_once('=').expect("name=commit");
        let (letter, more) = rest.split_once(',').unwrap_or((rest, "0"));
        let age_s = more.parse::<u64>().unwrap_or(0) * DAY_S;
        let branch = Branch {
            commit: commit(letter),
            committed_at: NOW_S - age_s,
            subject: format!("says {letter}"),
            merged: more == "merged",
        };
        (name.to_owned(), branch)
    });
    let main = Branch { commit: commit("0"), committed_at: NOW_S, subject: String::new(), merged: true };
    Refs { production: "main".to_owned(), branches: branches.chain([("main".to_owned(), main)]).collect() }
}

/// Branches `b01` to `b<count>`, each a day older than the one before.
fn numbered(count: usize) -> String {
    (1..=count).map(|number| format!("b{number:02}=a{number:02},{} ", number - 1)).collect()
}

fn commit(digits: &str) -> CommitId {
    format!("{digits:0>40}").parse().unwrap()
}

fn planned(name: AppName) -> PlannedApp {
    let path = format!("apps/{name}").parse().unwrap();
    let app = App::new(name, path);
    PlannedApp { app, key: BuildKey::over(b"key"), reasons: Vec::new() }
}

#[test]
fn production_comes_first_and_previews_wait_for_its_apps() {
    let mut followed = Followed::default();
    followed.check("x=a", expect![""]);
    followed.check_commits("f", expect!["added production for main; head production 1=f"]);
    followed.check("x=a", expect![""]);
    followed.apps(1, "home");
    followed.check("x=a", expect!["added x; woken x 1=a"]);
}

#[test]
fn each_commit_of_a_push_is_a_change_in_its_order() {
    let mut followed = Followed::since("home");
    followed.check_commits("a b c", expect!["head production 2=a, production 3=b, production 4=c"]);
    followed.check_commits("", expect![""]);
    // A force push: the source tells the new head alone.
    followed.check_commits("d", expect!["head production 5=d"]);
    followed.check_commits("a", expect!["head production 6=a"]);
}

#[test]
fn a_branch_gets_a_preview_and_follows_it() {
    let mut followed = Followed::since("home");
    followed.check("feat/X=a", expect!["added feat-x for feat/X; woken feat-x 1=a"]);
    followed.check("feat/X=a", expect![""]);
    followed.check("feat/X=b", expect!["head feat-x 2=b"]);
    // A force push is the next number, also back to a commit that was there before.
    followed.check("feat/X=a", expect!["head feat-x 3=a"]);
    followed.check("feat/X=a feat/Y=c", expect!["added feat-y for feat/Y; woken feat-y 1=c"]);
    followed.check("feat/Y=c", expect!["removed feat-x"]);
    followed.check("feat/X=a feat/Y=c", expect!["added feat-x for feat/X; woken feat-x 1=a"]);
    followed.check("feat/X=a,merged", expect!["removed feat-x, feat-y"]);
    followed.check("", expect![""]);
}

#[test]
fn old_and_merged_branches_sleep_until_they_move() {
    let mut followed = Followed::since("home");
    followed.check("done=a,merged old=b,14 young=c,13", expect!["added old, young; woken young 1=c"]);
    followed.check("done=a,merged old=b,14 young=c,13", expect![""]);
    followed.check("done=d old=e,14 young=c,13", expect!["added done; woken old 1=e, done 1=d"]);
    followed.check("old=e young=c,13 ancient=f,30", expect!["removed done; added ancient"]);
}

#[test]
fn at_the_start_the_ten_newest_are_woken_and_others_when_asked_for() {
    let mut followed = Followed::since("home");
    followed.look(&numbered(12));
    followed.check_awake(expect!["b10 b09 b08 b07 b06 b05 b04 b03 b02 b01"]);
    followed.check(&numbered(12), expect![""]);
    followed.check_wake(&numbered(12), "b11", expect!["woken b11 1=a11"]);
    followed.check_wake(&numbered(12), "b11", expect![""]);
    followed.check_wake(&numbered(12), "nobody", expect![""]);
    followed.check_wake("", "b12", expect![""]);
}

#[test]
fn the_twenty_first_puts_the_one_to_sleep_that_was_woken_longest_ago() {
    let mut followed = Followed::since("home");
    let old: String = (1..=22).map(|number| format!("b{number:02}=a{number:02},20 ")).collect();
    followed.look(&old);
    for number in 1..=20 {
        let environment = format!("b{number:02}").parse().unwrap();
        let events = wake(&followed.state, &branches(&old), &environment);
        followed.record_all(events);
    }
    followed.check_awake(expect!["b01 b02 b03 b04 b05 b06 b07 b08 b09 b10 b11 b12 b13 b14 b15 b16 b17 b18 b19 b20"]);
    followed.check_wake(&old, "b21", expect!["asleep b01; woken b21 1=a21"]);
    // It slept at the commit that it would wake to: no head is new.
    followed.check_wake(&old, "b01", expect!["asleep b02; woken b01"]);
    followed.check_awake(expect!["b03 b04 b05 b06 b07 b08 b09 b10 b11 b12 b13 b14 b15 b16 b17 b18 b19 b20 b21 b01"]);
    // What makes room is not what moved itself.
    let moved = old.replace("b03=a03", "b03=c03").replace("b22=a22", "b22=c22");
    followed.check(&moved, expect!["head b03 2=c03; asleep b04; woken b22 1=c22"]);
    let moved = moved.replace("b02=a02", "b02=c02").replace("b04=a04", "b04=c04");
    followed.check(&moved, expect!["asleep b03; woken b02 2=c02; asleep b05; woken b04 2=c04"]);
    followed.check_awake(expect!["b06 b07 b08 b09 b10 b11 b12 b13 b14 b15 b16 b17 b18 b19 b20 b21 b01 b22 b02 b04"]);
}

#[test]
fn names_are_nobody_elses() {
    let mut followed = Followed::since("home shop");
    followed.check("feat-x=a,20 feat/x=b,20", expect!["added feat-x, feat-x-79b4cc for feat/x"]);
    followed.check(
        "feat/x=b,20 home=c,20 production=d,20",
        expect!["removed feat-x; added home-4ea140 for home, production-ab8e18 for production"],
    );
}

#[test]
fn an_app_that_comes_takes_its_name_from_a_preview() {
    let mut followed = Followed::since("home");
    followed.check("blog=a wiki=b,20", expect!["added blog, wiki; woken blog 1=a"]);
    followed.check_commits("1", expect!["head production 2=1"]);
    followed.apps(2, "blog home wiki");
    followed.check(
        "blog=c wiki=d,20",
        expect!["removed blog, wiki; added blog-def53e for blog, wiki-12a435 for wiki; woken blog-def53e 1=c"],
    );
    followed.check("blog=c wiki=d,20", expect![""]);
}

#[test]
fn a_restart_finds_what_it_left() {
    let mut followed = Followed::since("home");
    let eleven = numbered(11);
    followed.look(&eleven);
    followed.restart();
    followed.check(&eleven, expect![""]);
    followed.restart();
    followed.check(&eleven.replace("b02=a02", "b02=c02"), expect!["head b02 2=c02"]);
}
