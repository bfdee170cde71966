//! Following refs: which environments there are, which are awake, and which heads are new.

use std::collections::{BTreeMap, BTreeSet};

use model::event::Event;
use model::name::Names;
use model::state::EnvironmentState;
use model::{CommitId, EnvironmentName, State};

use crate::world::{Branch, Commit, Refs};

/// How many unmerged branches get a preview when they are first seen.
const PREVIEWS_AT_START: usize = 10;

/// How old a branch may be to get one, in seconds: 14 days.
const PREVIEW_AGE_S: u64 = 14 * 24 * 60 * 60;

/// How many previews are awake at the most.
const PREVIEWS_AWAKE: usize = 20;

/// Heads that were seen before, by branch.
pub type Seen = BTreeMap<String, CommitId>;

/// What follows from production's branch: its environment, and a change for each commit in order.
pub fn production(state: &State, refs: &Refs, commits: &[Commit]) -> Vec<Event> {
    let mut events = Vec::new();
    let environment = EnvironmentName::production();
    if state.production().is_none() {
        events.push(Event::EnvironmentAdded { environment: environment.clone(), branch: refs.production.clone() });
    }
    let last = state.production().and_then(|production| production.head()).map_or(0, |head| head.number);
    events.extend(commits.iter().zip(last + 1..).map(|(commit, number)| Event::HeadObserved {
        environment: environment.clone(),
        number,
        commit: commit.id.clone(),
        subject: commit.subject.clone(),
    }));
    events
}

/// What follows from all other branches: environments added, removed, woken and put to sleep, and the new
/// heads of those that are awake. Asks for nothing until production's apps are known, since their names
/// come first.
pub fn previews(state: &State, refs: &Refs, seen: &Seen, now_s: u64) -> Vec<Event> {
    let Some(apps) =
        state.production().and_then(|production| production.newest_known()).and_then(|change| change.apps())
    else {
        return Vec::new();
    };
    let apps: BTreeSet<&str> = apps.keys().map(model::AppName::as_str).collect();
    let open: BTreeMap<&String, &Branch> =
        refs.branches.iter().filter(|(name, branch)| **name != refs.production && !branch.merged).collect();
    let mut follower = Follower { state, events: Vec::new(), awake: awake(state) };
    follower.remove(&open, &apps);
    let added = follower.add(&open, &apps);
    follower.wake_moved(&open, &apps, seen);
    follower.wake_newest(added, now_s);
    follower.events
}

/// What follows when a preview is asked for: it is woken, another one may be put to sleep.
pub fn wake(state: &State, refs: &Refs, environment: &EnvironmentName) -> Vec<Event> {
    let Some(asleep) = state.environments.get(environment).filter(|environment| !environment.awake) else {
        return Vec::new();
    };
    let Some(branch) = refs.branches.get(&asleep.branch) else { return Vec::new() };
    let mut follower = Follower { state, events: Vec::new(), awake: awake(state) };
    follower.wake(environment, branch);
    follower.events
}

struct Follower<'a> {
    state: &'a State,
    events: Vec<Event>,
    /// Previews that are awake, the one that was woken longest ago first.
    awake: Vec<EnvironmentName>,
}

impl Follower<'_> {
    fn remove(&mut self, open: &BTreeMap<&String, &Branch>, apps: &BTreeSet<&str>) {
        for (name, environment) in &self.state.environments {
            if !stays(name, environment, open, apps) {
                self.awake.retain(|awake| awake != name);
                self.events.push(Event::EnvironmentRemoved { environment: name.clone() });
            }
        }
    }

    /// Adds an environment for each branch without one. Names are allocated in the order of the branches'
    /// names, so the same refs give the same names.
    fn add<'b>(
        &mut self,
        open: &BTreeMap<&'b String, &'b Branch>,
        apps: &BTreeSet<&str>,
    ) -> Vec<(EnvironmentName, &'b Branch)> {
        let staying = || self.state.environments.iter().filter(|(name, it)| stays(name, it, open, apps));
        let has: BTreeSet<&str> = staying().map(|(_, environment)| environment.branch.as_str()).collect();
        let taken = apps.iter().copied().chain(staying().map(|(name, _)| name.as_str())).chain(["production"]);
        let mut names = Names::reserving(taken);
        let mut added = Vec::new();
        for (branch_name, branch) in open.iter().filter(|(name, _)| !has.contains(name.as_str())) {
            let environment = names.environment(branch_name);
            let branch_name = (*branch_name).clone();
            self.events.push(Event::EnvironmentAdded { environment: environment.clone(), branch: branch_name });
            added.push((environment, *branch));
        }
        added
    }

    fn wake_moved(&mut self, open: &BTreeMap<&String, &Branch>, apps: &BTreeSet<&str>, seen: &Seen) {
        let has_moved = |environment: &EnvironmentState, branch: &Branch| match environment.head() {
            head if environment.awake => head.map(|head| &head.commit) != Some(&branch.commit),
            _ => seen.get(&environment.branch).is_some_and(|before| before != &branch.commit),
        };
        let staying = self.state.environments.iter().filter(|(name, it)| stays(name, it, open, apps));
        let followed = staying.filter_map(|(name, it)| Some((name, it, *open.get(&it.branch)?)));
        let moved: Vec<_> = followed.filter(|(_, environment, branch)| has_moved(environment, branch)).collect();
        // What moves is worked on: it is put to sleep last.
        self.awake.sort_by_key(|name| moved.iter().any(|(moved, ..)| *moved == name));
        for (name, _, branch) in moved.iter().filter(|(_, environment, _)| environment.awake) {
            self.observe(name, branch);
        }
        for (name, _, branch) in moved.iter().filter(|(_, environment, _)| !environment.awake) {
            self.wake(name, branch);
        }
    }

    fn wake_newest(&mut self, mut added: Vec<(EnvironmentName, &Branch)>, now_s: u64) {
        added.retain(|(_, branch)| branch.committed_at + PREVIEW_AGE_S > now_s);
        added.sort_by_key(|(_, branch)| std::cmp::Reverse(branch.committed_at));
        // Branches that come while we run are new work; those that were there before are woken ten at most.
        let first_time = self.state.environments.len() <= 1;
        let most = if first_time { PREVIEWS_AT_START } else { PREVIEWS_AWAKE };
        added.truncate(most);
        for (environment, branch) in added.iter().rev() {
            self.wake(environment, branch);
        }
    }

    fn wake(&mut self, environment: &EnvironmentName, branch: &Branch) {
        while self.awake.len() >= PREVIEWS_AWAKE {
            let because = format!("{PREVIEWS_AWAKE} previews are awake, and it was woken longest ago");
            self.events.push(Event::EnvironmentSlept { environment: self.awake.remove(0), because });
        }
        self.awake.push(environment.clone());
        self.events.push(Event::EnvironmentWoken { environment: environment.clone() });
        let observed = self.state.environments.get(environment).and_then(|state| state.head());
        if observed.map(|head| &head.commit) != Some(&branch.commit) {
            self.observe(environment, branch);
        }
    }

    fn observe(&mut self, environment: &EnvironmentName, branch: &Branch) {
        let head = self.state.environments.get(environment).and_then(|state| state.head());
        self.events.push(Event::HeadObserved {
            environment: environment.clone(),
            number: head.map_or(0, |head| head.number) + 1,
            commit: branch.commit.clone(),
            subject: branch.subject.clone(),
        });
    }
}

/// Whether an environment is still there: its branch is open, and no app came that has its name.
fn stays(
    name: &EnvironmentName,
    environment: &EnvironmentState,
    open: &BTreeMap<&String, &Branch>,
    apps: &BTreeSet<&str>,
) -> bool {
    name.is_production() || open.contains_key(&environment.branch) && !apps.contains(name.as_str())
}

fn awake(state: &State) -> Vec<EnvironmentName> {
    let mut awake: Vec<_> =
        state.environments.iter().filter(|(name, environment)| environment.awake && !name.is_production()).collect();
    awake.sort_by_key(|(_, environment)| environment.woken);
    awake.into_iter().map(|(name, _)| name.clone()).collect()
}

#[cfg(test)]
mod tests;
