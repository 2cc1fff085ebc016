//! The state word: who may run a process, and who must put it into a run queue.
//!
//! **What it is for.** [`State`] is one atomic word for each process. A process is *waiting* when neither
//! [`RUNNING`] nor [`QUEUED`] is set.
//!
//! | bit | set by | cleared by |
//! | --- | --- | --- |
//! | [`RUNNING`] | the scheduler that popped it (`begin`), a sender that found it waiting (`seize`) | the same (`park`, `requeue`, `finish`) |
//! | [`QUEUED`] | whoever turns waiting into runnable (`notify`), or the scheduler (`requeue`) | the popper (`begin`) |
//! | [`NOTIFIED`] | senders, after a push to an empty queue (`notify`) | the owner, before it drains (`begin`, `clear_notified`) |
//! | [`GONE`] | the owner at its exit (`finish`) | nobody |
//! | priority, 2 bits | the owner (`set_priority`) | the owner |
//!
//! **Invariants.**
//! 1. [`RUNNING`] and [`QUEUED`] never occur together, and each is set by one party at a time: whoever sets
//!    [`RUNNING`] has the owner's part of the process until it clears it.
//! 2. Whoever sets [`QUEUED`] puts the process into exactly one run queue.
//! 3. A signal that is not quiet in the queue of a process that is not gone means: it runs, or is queued, or [`NOTIFIED`] is set, or the
//!    pusher that found the queue empty has not yet called `notify`. All changes are read-modify-write on one word,
//!    so `park` either sees the notification or comes first, and then `notify` sees a waiting process.
//! 4. [`GONE`] never occurs with [`QUEUED`] or [`RUNNING`].
//!
//! Suspension and waiting for an offloaded native are no bits: they are the owner's own knowledge of why it waits, since
//! a suspended process must still be woken for its signals.
//!
//! **What it must not know.** Queues, signals, schedulers. Its `sync` is replaced by the model checker's in tests.

use super::sync::{AtomicU32, Ordering};

pub(crate) const RUNNING: u32 = 1;
pub(crate) const QUEUED: u32 = 1 << 1;
pub(crate) const NOTIFIED: u32 = 1 << 2;
pub(crate) const GONE: u32 = 1 << 3;
const PRIORITY_SHIFT: u32 = 4;
const PRIORITY_MASK: u32 = 0b11 << PRIORITY_SHIFT;

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, PartialOrd, Ord, Hash)]
pub enum Priority {
    Low,
    #[default]
    Normal,
    High,
    Max,
}

impl Priority {
    fn bits(self) -> u32 {
        (self as u32) << PRIORITY_SHIFT
    }

    fn from_bits(word: u32) -> Priority {
        match (word & PRIORITY_MASK) >> PRIORITY_SHIFT {
            0 => Priority::Low,
            1 => Priority::Normal,
            2 => Priority::High,
            _ => Priority::Max,
        }
    }
}

pub(crate) struct State(AtomicU32);

impl State {
    /// A process that is being made: its maker has it, as if it ran, and queues it with `requeue`.
    pub(crate) fn new(priority: Priority) -> State {
        State(AtomicU32::new(RUNNING | priority.bits()))
    }

    pub(crate) fn priority(&self) -> Priority {
        Priority::from_bits(self.0.load(Ordering::Relaxed))
    }

    /// Only for the owner.
    pub(crate) fn set_priority(&self, priority: Priority) {
        let _ = self
            .0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |word| Some((word & !PRIORITY_MASK) | priority.bits()));
    }

    pub(crate) fn is_gone(&self) -> bool {
        self.0.load(Ordering::Acquire) & GONE != 0
    }

    pub(crate) fn is_waiting(&self) -> bool {
        self.0.load(Ordering::Acquire) & (RUNNING | QUEUED | GONE) == 0
    }

    /// For a sender whose push found the queue empty. When it gives a priority, the caller must put the process into
    /// a run queue of that priority (invariant 2).
    #[inline]
    pub(crate) fn notify(&self) -> Option<Priority> {
        let mut word = self.0.load(Ordering::Relaxed);
        loop {
            if word & GONE != 0 {
                return None;
            }
            let waiting = word & (RUNNING | QUEUED) == 0;
            let new = word | NOTIFIED | if waiting { QUEUED } else { 0 };
            match self.0.compare_exchange_weak(word, new, Ordering::AcqRel, Ordering::Relaxed) {
                Ok(_) => return waiting.then(|| Priority::from_bits(word)),
                Err(now) => word = now,
            }
        }
    }

    /// For the scheduler that popped the process: from now on it has the owner's part. It drains next, so what it was
    /// notified of is no news any more.
    #[inline]
    pub(crate) fn begin(&self) -> bool {
        self.0
            .fetch_update(Ordering::AcqRel, Ordering::Relaxed, |word| {
                (word & (RUNNING | QUEUED | GONE) == QUEUED).then_some((word & !(QUEUED | NOTIFIED)) | RUNNING)
            })
            .is_ok()
    }

    /// For a sender that wants to do the owner's work for a moment: from waiting to running. It drains next, and then ends its turn
    /// like any other.
    #[inline]
    pub(crate) fn seize(&self) -> bool {
        let word = self.0.load(Ordering::Relaxed);
        word & (RUNNING | QUEUED | NOTIFIED | GONE) == 0
            && self.0.compare_exchange(word, word | RUNNING, Ordering::AcqRel, Ordering::Relaxed).is_ok()
    }

    /// Before draining. Only for the owner.
    pub(crate) fn clear_notified(&self) {
        self.0.fetch_and(!NOTIFIED, Ordering::AcqRel);
    }

    /// Running to waiting. False when signals came: the owner keeps the process and must drain again.
    #[inline]
    pub(crate) fn park(&self) -> bool {
        self.0
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |word| (word & NOTIFIED == 0).then_some(word & !RUNNING))
            .is_ok()
    }

    /// Running to queued; the caller puts it into a run queue.
    pub(crate) fn requeue(&self) -> Priority {
        let mut word = self.0.load(Ordering::Relaxed);
        loop {
            match self.0.compare_exchange_weak(word, (word & !RUNNING) | QUEUED, Ordering::AcqRel, Ordering::Relaxed) {
                Ok(_) => return Priority::from_bits(word),
                Err(now) => word = now,
            }
        }
    }

    /// Running to gone, for ever.
    pub(crate) fn finish(&self) {
        let _ =
            self.0.fetch_update(Ordering::AcqRel, Ordering::Relaxed, |word| Some((word & !(RUNNING | QUEUED)) | GONE));
    }
}
