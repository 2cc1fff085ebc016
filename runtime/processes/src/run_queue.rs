//! The run queue of one scheduler.
//!
//! **What it is for.** [`RunQueue`] holds the pids of runnable processes by priority under one short lock, with its length
//! readable without it. Max goes before high, high before the rest; a low process is taken once for every
//! [`LOW_SKIPS`] normal ones.
//!
//! **Who takes what.** The owner takes what it likes. Others take at once from a queue that holds many; a few they leave for a while,
//! by [`RunQueue::emptied`]: they are likely ones that its owner has just started or given a message, and will run in a moment with
//! all that they need in its caches, one after the other.
//!
//! **Invariants.**
//! 1. A pid is in at most one run queue (invariant 2 of `state.rs`); it may be gone when it is popped.
//! 2. The length never says 0 while an entry has been in the queue since before the question: a sleeper that reads 0
//!    after announcing its sleep misses nothing.
//!
//! **What it must not know.** Processes: it holds numbers, so a stale entry is harmless.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

use parking_lot::Mutex;

use crate::state::Priority;

/// Normal processes that go before a waiting low one.
pub(crate) const LOW_SKIPS: u32 = 8;

/// Processes in a queue that are left to its owner for a while. A burst of short ones that are started or told something one after
/// the other so runs in that order, mostly, as it does on the BEAM, where a second scheduler comes only to where work piles up.
pub(crate) const FEW: usize = 8;

struct Lists<P> {
    max: VecDeque<P>,
    high: VecDeque<P>,
    normal: VecDeque<P>,
    low: VecDeque<P>,
    skipped: u32,
}

impl<P> Lists<P> {
    #[inline]
    fn of(&mut self, priority: Priority) -> &mut VecDeque<P> {
        match priority {
            Priority::Max => &mut self.max,
            Priority::High => &mut self.high,
            Priority::Normal => &mut self.normal,
            Priority::Low => &mut self.low,
        }
    }

    /// The list that the next process comes from.
    fn turn(&mut self) -> Option<&mut VecDeque<P>> {
        if !self.max.is_empty() {
            return Some(&mut self.max);
        }
        if !self.high.is_empty() {
            return Some(&mut self.high);
        }
        let low = !self.low.is_empty() && (self.normal.is_empty() || self.skipped >= LOW_SKIPS);
        if low {
            self.skipped = 0;
            return Some(&mut self.low);
        }
        if self.normal.is_empty() {
            return None;
        }
        self.skipped += u32::from(!self.low.is_empty());
        Some(&mut self.normal)
    }

    fn len(&self) -> usize {
        self.max.len() + self.high.len() + self.normal.len() + self.low.len()
    }
}

pub(crate) struct RunQueue<P> {
    lists: Mutex<Lists<P>>,
    len: AtomicUsize,
    /// How often the last process was taken. Written under the lock.
    emptied: AtomicU32,
}

impl<P> Default for RunQueue<P> {
    fn default() -> Self {
        let lists = Lists {
            max: VecDeque::new(),
            high: VecDeque::new(),
            normal: VecDeque::new(),
            low: VecDeque::new(),
            skipped: 0,
        };
        RunQueue { lists: Mutex::new(lists), len: AtomicUsize::new(0), emptied: AtomicU32::new(0) }
    }
}

impl<P: Copy> RunQueue<P> {
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.len.load(Ordering::Acquire)
    }

    /// Changes whenever the queue becomes empty: a reader that finds the same number, and the queue not empty, knows that it never was
    /// in between.
    pub(crate) fn emptied(&self) -> u32 {
        self.emptied.load(Ordering::Acquire)
    }

    /// Notes the length after processes were taken.
    #[inline]
    fn taken(&self, len: usize) {
        if len == 0 {
            self.emptied.store(self.emptied.load(Ordering::Relaxed).wrapping_add(1), Ordering::Release);
        }
        self.len.store(len, Ordering::Release);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds a process at the end of its priority's list, or at the front (woken by a timer). Gives the new length.
    pub(crate) fn push(&self, process: P, priority: Priority, front: bool) -> usize {
        let mut lists = self.lists.lock();
        let list = lists.of(priority);
        if front {
            list.push_front(process);
        } else {
            list.push_back(process);
        }
        let len = lists.len();
        self.len.store(len, Ordering::Release);
        len
    }

    /// The next process. `choose` is asked for a place in the list whose turn it is when that holds more than one.
    pub(crate) fn pop(&self, choose: impl FnOnce(usize) -> usize) -> Option<P> {
        if self.is_empty() {
            return None;
        }
        let mut lists = self.lists.lock();
        let list = lists.turn()?;
        let place = if list.len() > 1 { choose(list.len()).min(list.len() - 1) } else { 0 };
        let process = if place == 0 { list.pop_front() } else { list.remove(place) };
        self.taken(lists.len());
        process
    }

    /// Half of what is there (rounded up), the oldest first, with its priorities.
    pub(crate) fn steal_half(&self) -> Vec<(P, Priority)> {
        if self.is_empty() {
            return Vec::new();
        }
        let mut lists = self.lists.lock();
        let wanted = lists.len().div_ceil(2);
        let mut stolen = Vec::with_capacity(wanted);
        for priority in [Priority::Max, Priority::High, Priority::Normal, Priority::Low] {
            let list = lists.of(priority);
            let count = list.len().min(wanted - stolen.len());
            stolen.extend(list.drain(..count).map(|process| (process, priority)));
        }
        self.taken(lists.len());
        stolen
    }

    pub(crate) fn extend(&self, processes: impl IntoIterator<Item = (P, Priority)>) {
        let mut lists = self.lists.lock();
        for (process, priority) in processes {
            lists.of(priority).push_back(process);
        }
        let len = lists.len();
        self.len.store(len, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drain(queue: &RunQueue<u32>) -> Vec<u32> {
        std::iter::from_fn(|| queue.pop(|_| 0)).collect()
    }

    #[test]
    fn priorities_and_the_front() {
        let queue = RunQueue::default();
        queue.push(1, Priority::Normal, false);
        queue.push(2, Priority::Normal, false);
        queue.push(3, Priority::Normal, true);
        queue.push(4, Priority::Max, false);
        queue.push(5, Priority::High, false);
        assert_eq!(drain(&queue), [4, 5, 3, 1, 2]);
    }

    #[test]
    fn low_gets_its_turn() {
        let queue = RunQueue::default();
        queue.push(100, Priority::Low, false);
        for number in 0..12 {
            queue.push(number, Priority::Normal, false);
        }
        let order = drain(&queue);
        assert_eq!(order.iter().position(|&number| number == 100), Some(LOW_SKIPS as usize));
        assert_eq!(order.len(), 13);
    }

    #[test]
    fn becoming_empty_is_counted() {
        let queue = RunQueue::default();
        let mut counts = Vec::new();
        for number in 0..3 {
            queue.push(number, Priority::Normal, false);
        }
        for _ in 0..3 {
            counts.push(queue.emptied());
            queue.pop(|_| 0);
        }
        counts.push(queue.emptied());
        queue.push(3, Priority::Low, false);
        queue.steal_half();
        counts.push(queue.emptied());
        assert_eq!(counts, [0, 0, 0, 1, 2]);
    }

    #[test]
    fn half_is_stolen() {
        let queue = RunQueue::default();
        for number in 0..5 {
            queue.push(number, Priority::Normal, false);
        }
        let other = RunQueue::default();
        other.extend(queue.steal_half());
        assert_eq!((drain(&other), queue.len()), (vec![0, 1, 2], 2));
    }
}
