//! The timers of one scheduler.
//!
//! **What it is for.** [`Timers`] is a wheel with what its timers do: wake a waiting process, or send a message. Timers that
//! user code made are found by their reference.
//!
//! **Invariants.**
//! 1. `by_reference` names exactly the message timers in the wheel.
//! 2. `next` is at most the wheel's next event (`u64::MAX` when it is empty), readable without the lock.
//!
//! **What it must not know.** How a message is sent.

use std::sync::atomic::{AtomicU64, Ordering};

use jovial_atoms::Atom;
use jovial_term::{Fragment, Pid};
use parking_lot::Mutex;
use rustc_hash::FxHashMap;

use crate::tags::Tag;
use crate::wheel::{Due, Key, Wheel};

pub(crate) enum Task {
    /// End of a wait.
    Wake {
        pid: Pid,
        wait: u32,
    },
    Send {
        reference: u64,
        to: Destination,
        message: Fragment,
        tag: Tag,
    },
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Destination {
    Pid(Pid),
    /// Looked up when the timer is due.
    Name(Atom),
}

#[derive(Default)]
struct Inner {
    wheel: Wheel<Task>,
    by_reference: FxHashMap<u64, Key>,
}

pub(crate) struct Timers {
    inner: Mutex<Inner>,
    next: AtomicU64,
}

impl Default for Timers {
    fn default() -> Self {
        Timers { inner: Mutex::default(), next: AtomicU64::new(u64::MAX) }
    }
}

impl Timers {
    /// The time at which to look again, if any timer is there.
    pub(crate) fn next_event(&self) -> Option<u64> {
        Some(self.next.load(Ordering::Acquire)).filter(|&next| next != u64::MAX)
    }

    fn publish(&self, inner: &Inner) {
        self.next.store(inner.wheel.next_event().unwrap_or(u64::MAX), Ordering::Release);
    }

    pub(crate) fn wake(&self, time_us: u64, pid: Pid, wait: u32) -> Key {
        let mut inner = self.inner.lock();
        let key = inner.wheel.insert(time_us, Task::Wake { pid, wait });
        self.publish(&inner);
        key
    }

    /// `next` may stay too early after this, which costs one look.
    pub(crate) fn forget(&self, key: Key) {
        self.inner.lock().wheel.remove(key);
    }

    pub(crate) fn send(&self, time_us: u64, reference: u64, to: Destination, message: Fragment, tag: Tag) {
        let mut inner = self.inner.lock();
        let key = inner.wheel.insert(time_us, Task::Send { reference, to, message, tag });
        inner.by_reference.insert(reference, key);
        self.publish(&inner);
    }

    /// Ends a message timer and gives the time at which it was due.
    pub(crate) fn cancel(&self, reference: u64) -> Option<u64> {
        let mut inner = self.inner.lock();
        let key = inner.by_reference.remove(&reference)?;
        inner.wheel.remove(key).map(|due| due.time)
    }

    /// When a message timer is due.
    pub(crate) fn read(&self, reference: u64) -> Option<u64> {
        let inner = self.inner.lock();
        let key = *inner.by_reference.get(&reference)?;
        inner.wheel.get(key).map(|(time, _)| time)
    }

    /// What is due at `now_us`, in order.
    pub(crate) fn expire(&self, now_us: u64, due: &mut Vec<Due<Task>>) {
        if self.next.load(Ordering::Acquire) > now_us {
            return;
        }
        let mut inner = self.inner.lock();
        inner.wheel.expire(now_us, due);
        for task in due.iter() {
            if let Task::Send { reference, .. } = &task.value {
                inner.by_reference.remove(reference);
            }
        }
        self.publish(&inner);
    }
}
