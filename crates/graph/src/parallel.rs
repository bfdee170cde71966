//! The same work on many things, by as many threads as the machine runs at once.

use std::num::NonZero;
use std::thread;

/// Fewer things than this are not worth a thread.
pub const FEWEST: usize = 64;

/// What becomes of each item, in their order.
///
/// # Panics
/// If the work does.
pub fn map<Item: Sync, Made: Send>(items: &[Item], work: impl Fn(&Item) -> Made + Sync) -> Vec<Made> {
    parts(items, FEWEST, |part| part.iter().map(&work).collect())
}

/// What several threads make that all do the same, no more than `most` of them, and at least one.
///
/// # Panics
/// If the work does.
pub fn alike<Made: Send>(most: usize, work: impl Fn() -> Made + Sync) -> Vec<Made> {
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(most);
    if threads <= 1 {
        return vec![work()];
    }
    thread::scope(|scope| {
        let parts: Vec<_> = (0..threads).map(|_| scope.spawn(&work)).collect();
        parts.into_iter().map(|part| part.join().expect("the work does not panic")).collect()
    })
}

/// The same of items that are worked on some at a time, by one thread no fewer than `fewest`.
///
/// # Panics
/// If the work does.
pub fn parts<Item: Sync, Made: Send>(
    items: &[Item],
    fewest: usize,
    work: impl Fn(&[Item]) -> Vec<Made> + Sync,
) -> Vec<Made> {
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let size = items.len().div_ceil(threads).max(fewest);
    if items.len() <= size {
        return work(items);
    }
    let work = &work;
    thread::scope(|scope| {
        let parts: Vec<_> = items.chunks(size).map(|part| scope.spawn(move || work(part))).collect();
        parts.into_iter().flat_map(|part| part.join().expect("the work does not panic")).collect()
    })
}
