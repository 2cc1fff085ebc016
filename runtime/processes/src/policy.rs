//! The choices of the scheduler as a parameter, and the record of what it did.
//!
//! **What it is for.** All points at which a scheduler could do one thing or another ask a [`SchedPolicy`]. [`Fair`] takes
//! turns; [`Seeded`] chooses at random from a seed, so that a test walks through many interleavings and prints the
//! seed of the one that failed. [`EventLog`] records what happened; two runs of a deterministic runtime give equal logs.
//!
//! **Invariants.**
//! 1. A seeded policy's answers depend on its seed and on the questions before, on nothing else.
//! 2. Logged events hold no addresses and no wall-clock times.
//!
//! **What it must not know.** Processes beyond their numbers.

use parking_lot::Mutex;

use crate::random::Random;

pub trait SchedPolicy: Send + Sync + 'static {
    /// Which of the `waiting` processes (at least 2) at the head of a run queue goes next; 0 is the oldest.
    fn next(&self, waiting: usize) -> usize;

    /// Where the `attempt`-th search for work of a scheduler begins, among `schedulers`.
    fn victim(&self, schedulers: usize) -> usize;

    /// Reductions of the coming slice, given the usual number.
    fn slice(&self, usual: u32) -> u32 {
        usual
    }
}

/// First come, first served.
pub struct Fair(Mutex<Random>);

impl Default for Fair {
    fn default() -> Self {
        Fair(Mutex::new(Random::new(0x6a6f_7669_616c)))
    }
}

impl SchedPolicy for Fair {
    fn next(&self, _waiting: usize) -> usize {
        0
    }

    fn victim(&self, schedulers: usize) -> usize {
        self.0.lock().below(schedulers as u64) as usize
    }
}

/// Everything at random, from a seed; slices of random length as well.
pub struct Seeded(Mutex<Random>);

impl Seeded {
    pub fn new(seed: u64) -> Seeded {
        Seeded(Mutex::new(Random::new(seed)))
    }
}

impl SchedPolicy for Seeded {
    fn next(&self, waiting: usize) -> usize {
        self.0.lock().below(waiting as u64) as usize
    }

    fn victim(&self, schedulers: usize) -> usize {
        self.0.lock().below(schedulers as u64) as usize
    }

    fn slice(&self, usual: u32) -> u32 {
        1 + self.0.lock().below(u64::from(usual)) as u32
    }
}

/// One thing that happened, by process numbers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Event {
    Spawned { pid: u64, parent: u64 },
    Ran { pid: u64, reductions: u32 },
    Waited { pid: u64 },
    Signal { to: u64, kind: &'static str },
    Timer { time_us: u64, to: u64 },
    Exited { pid: u64 },
    Time { now_us: u64 },
}

/// Events in order, when asked for; costs one load when not.
#[derive(Default)]
pub struct EventLog(Option<Mutex<Vec<Event>>>);

impl EventLog {
    pub fn recording() -> EventLog {
        EventLog(Some(Mutex::default()))
    }

    #[inline]
    pub fn add(&self, event: Event) {
        if let Some(events) = &self.0 {
            events.lock().push(event);
        }
    }

    /// Takes what was recorded so far.
    pub fn take(&self) -> Vec<Event> {
        self.0.as_ref().map(|events| std::mem::take(&mut *events.lock())).unwrap_or_default()
    }
}
