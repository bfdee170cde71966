//! How long tests of hostile inputs may take of the processor. How long others let them wait for it counts nothing.

use std::time::Duration;

use nix::time::{ClockId, clock_gettime};

/// What is far more than any of them takes, and far less than any takes whose time grows with the square of its size.
const MOST: Duration = Duration::from_secs(20);

/// Since when a thread is looked at.
pub struct Patience(Duration);

impl Patience {
    /// From now on.
    pub fn begins() -> Patience {
        Patience(used())
    }

    /// Until now; fails if the thread has taken too long.
    pub fn ends(self) {
        let taken = used() - self.0;
        assert!(taken < MOST, "it took {taken:?}");
    }
}

/// What the thread has used of the processor.
fn used() -> Duration {
    clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).expect("every Linux has this clock").into()
}
