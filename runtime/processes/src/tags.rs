//! Runnable processes by cause tag, and waiting until a cell has settled.
//!
//! **What it is for.** A tag is the number of the cell that caused something; 0 is nobody's. [`Tags`] counts how many
//! runnable processes and signals on their way carry each, one pair of counters for each scheduler and tag, so that counting costs a store to
//! memory of one's own; [`Tags::is_settled`] sums them.
//!
//! **Invariants.**
//! 1. Counters only grow: one counts beginnings, the other ends. Who counts an end for a tag has counted, before it, the
//!    beginnings of all that it made runnable with that tag.
//! 2. The sum reads all ends before all beginnings. With 1, every end that it sees has its beginning seen, and all that
//!    was begun before that end; so a difference of 0 means that nothing of the tag was left at that time.
//! 3. A shard other than the last is written by its scheduler alone; the last by all other threads.
//!
//! Tags share counters modulo [`SLOTS`]: two cells that far apart may wait for each other, up to the deadline.
//!
//! **What it must not know.** Processes; who carries a tag.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

/// The number of a cell; 0 for what no cell caused.
pub type Tag = u64;

const SLOTS: usize = 512;

/// How often a watcher looks of its own accord.
const LOOK: Duration = Duration::from_millis(1);

#[repr(align(128))]
struct Shard {
    begun: Box<[AtomicU64]>,
    ended: Box<[AtomicU64]>,
}

pub(crate) struct Tags {
    shards: Box<[Shard]>,
    /// Who waits for a tag to settle; the value is the number of waits in progress.
    watchers: AtomicU64,
    lock: Mutex<()>,
    changed: Condvar,
}

fn slot(tag: Tag) -> usize {
    (tag % SLOTS as u64) as usize
}

impl Tags {
    pub(crate) fn new(schedulers: usize) -> Tags {
        let counters = || (0..SLOTS).map(|_| AtomicU64::new(0)).collect();
        Tags {
            shards: (0..=schedulers).map(|_| Shard { begun: counters(), ended: counters() }).collect(),
            watchers: AtomicU64::new(0),
            lock: Mutex::new(()),
            changed: Condvar::new(),
        }
    }

    /// The shard of threads that are no schedulers.
    pub(crate) fn outside(&self) -> usize {
        self.shards.len() - 1
    }

    fn add(&self, counter: &AtomicU64, shard: usize, count: u64) {
        if shard == self.outside() {
            counter.fetch_add(count, Ordering::AcqRel);
        } else {
            counter.store(counter.load(Ordering::Relaxed) + count, Ordering::Release);
        }
    }

    /// A process became runnable with this tag, or a signal with it was sent.
    pub(crate) fn begin(&self, shard: usize, tag: Tag) {
        self.add(&self.shards[shard].begun[slot(tag)], shard, 1);
    }

    /// It waits, is gone, or goes on with another tag; or the signal was handled.
    pub(crate) fn end(&self, shard: usize, tag: Tag) {
        self.end_many(shard, tag, 1);
    }

    pub(crate) fn end_many(&self, shard: usize, tag: Tag, count: u64) {
        self.add(&self.shards[shard].ended[slot(tag)], shard, count);
        // Without a fence a watcher may be overlooked now and then, or the last end of another scheduler; watchers look
        // again after a while.
        if self.watchers.load(Ordering::Relaxed) != 0 && self.is_settled(tag) {
            drop(self.lock.lock());
            self.changed.notify_all();
        }
    }

    /// How many runnable processes carry the tag, at least.
    pub(crate) fn runnable(&self, tag: Tag) -> u64 {
        let slot = slot(tag);
        let ended: u64 = self.shards.iter().map(|shard| shard.ended[slot].load(Ordering::Acquire)).sum();
        let begun: u64 = self.shards.iter().map(|shard| shard.begun[slot].load(Ordering::Acquire)).sum();
        begun.saturating_sub(ended)
    }

    pub(crate) fn is_settled(&self, tag: Tag) -> bool {
        self.runnable(tag) == 0
    }

    /// Waits until nothing runnable carries the tag; false when the deadline came first.
    pub(crate) fn wait(&self, tag: Tag, deadline: Instant) -> bool {
        self.watchers.fetch_add(1, Ordering::SeqCst);
        let mut lock = self.lock.lock();
        let settled = loop {
            if self.is_settled(tag) {
                break true;
            }
            let now = Instant::now();
            if now >= deadline {
                break false;
            }
            self.changed.wait_until(&mut lock, deadline.min(now + LOOK));
        };
        drop(lock);
        self.watchers.fetch_sub(1, Ordering::SeqCst);
        settled
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn counts_over_shards() {
        let tags = Tags::new(2);
        tags.begin(0, 7);
        tags.begin(2, 7);
        tags.end(1, 7);
        assert_eq!(tags.runnable(7), 1);
        assert!(tags.is_settled(8));
        tags.end(0, 7);
        assert!(tags.is_settled(7));
    }

    #[test]
    fn a_wait_ends_with_the_last_process() {
        let tags = Arc::new(Tags::new(1));
        tags.begin(0, 3);
        assert!(!tags.wait(3, Instant::now()));
        let waiter = std::thread::spawn({
            let tags = tags.clone();
            move || tags.wait(3, Instant::now() + Duration::from_secs(60))
        });
        while tags.watchers.load(Ordering::SeqCst) == 0 {
            std::thread::yield_now();
        }
        tags.end(0, 3);
        assert!(waiter.join().expect("the waiter does not panic"));
    }
}
