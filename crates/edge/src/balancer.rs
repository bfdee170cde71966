//! The embedded balancer: the rewritten Host → release → the ready instance with the fewest requests under way.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::{Arc, Mutex, PoisonError};

use api::table::Target;
use model::{InstanceId, Label};

use crate::index::Index;

/// Counts requests under way.
#[derive(Debug, Default)]
pub struct Balancer {
    counts: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    releases: BTreeMap<Label, u64>,
    instances: BTreeMap<InstanceId, u64>,
}

/// A request under way to a release; it ends when this is dropped.
#[derive(Debug)]
pub struct Ticket {
    balancer: Arc<Balancer>,
    release: Label,
}

/// A request under way to an instance; it ends when this is dropped.
#[derive(Debug)]
pub struct Seat {
    balancer: Arc<Balancer>,
    instance: InstanceId,
}

/// The release that a rewritten Host names.
pub fn release_of<'a>(index: &'a Index, rewritten: &str) -> Option<(&'a Label, &'a api::table::Release)> {
    let label: Label = rewritten.strip_suffix(&index.internal_domain)?.strip_suffix('.')?.parse().ok()?;
    index.releases.get_key_value(&label)
}

/// The Host between edge and balancer.
pub fn rewritten(index: &Index, release: &Label) -> String {
    format!("{release}.{}", index.internal_domain)
}

impl Balancer {
    /// A request to a release begins.
    pub fn enter(self: &Arc<Self>, release: &Label) -> Ticket {
        *self.lock().releases.entry(release.clone()).or_default() += 1;
        Ticket { balancer: self.clone(), release: release.clone() }
    }

    /// Takes a seat at the target with the fewest requests that was not tried yet.
    pub fn choose(self: &Arc<Self>, targets: &[Target], tried: &[InstanceId]) -> Option<(Target, Seat)> {
        let mut counts = self.lock();
        let open = targets.iter().filter(|target| !tried.contains(&target.instance));
        let target = open.min_by_key(|target| counts.instances.get(&target.instance).copied().unwrap_or(0))?;
        *counts.instances.entry(target.instance.clone()).or_default() += 1;
        Some((target.clone(), Seat { balancer: self.clone(), instance: target.instance.clone() }))
    }

    /// Requests under way by release.
    pub fn in_flight(&self) -> BTreeMap<Label, u64> {
        self.lock().releases.clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn one_less<K: Ord>(entry: Entry<'_, K, u64>) {
    if let Entry::Occupied(mut count) = entry {
        *count.get_mut() -= 1;
        if *count.get() == 0 {
            count.remove();
        }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        one_less(self.balancer.lock().releases.entry(self.release.clone()));
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        one_less(self.balancer.lock().instances.entry(self.instance.clone()));
    }
}

#[cfg(test)]
mod tests {
    use api::table::Address;

    use super::*;

    #[test]
    fn the_instance_with_the_fewest_requests_is_chosen() {
        let target = |name: &str| Target { instance: name.parse().unwrap(), address: Address::Tcp(name.to_owned()) };
        let targets = [target("a-1"), target("a-2")];
        let balancer = Arc::new(Balancer::default());
        let (first, seat) = balancer.choose(&targets, &[]).unwrap();
        let (second, _other) = balancer.choose(&targets, &[]).unwrap();
        assert_ne!(first.instance, second.instance);
        drop(seat);
        let (third, _third) = balancer.choose(&targets, &[]).unwrap();
        assert_eq!(third.instance, first.instance);
        assert!(balancer.choose(&targets, &[first.instance.clone(), second.instance.clone()]).is_none());
    }

    #[test]
    fn a_release_is_under_way_as_long_as_its_tickets() {
        let balancer = Arc::new(Balancer::default());
        let label: Label = "a-1".parse().unwrap();
        let ticket = balancer.enter(&label);
        let other = balancer.enter(&label);
        drop(ticket);
        assert_eq!(balancer.in_flight(), BTreeMap::from([(label.clone(), 1)]));
        drop(other);
        assert!(balancer.in_flight().is_empty());
    }
}
