//! The timers of one scheduler.
//!
//! **What it is for.** [`Timers`] is a wheel with what its timers do: wake a waiting process, or send a message. Timers that
//! user code made are found by their reference: its number says which lane's they are, and where in its wheel.
//!
//! **Invariants.**
//! 1. A number of a timer has [`TIMER`] set, which no other reference's has. It names one timer only until its place in the wheel has been
//!    used again some million times (`wheel::GENERATIONS`).
//! 2. `next` is at most the wheel's next event (`u64::MAX` when it is empty), readable without the lock.
//!
//! **What it must not know.** How a message is sent.

use std::sync::atomic::{AtomicU64, Ordering};

use jovial_atoms::Atom;
use jovial_term::{Fragment, Pid};
use parking_lot::Mutex;

use crate::tags::Tag;
use crate::wheel::{self, Due, Key, Wheel};

/// Marks numbers of timers. Below lie the lane, the generation and the index of the key.
const TIMER: u64 = 1 << 61;
const INDEX_BITS: u32 = 28;
const LANE_SHIFT: u32 = INDEX_BITS + wheel::GENERATIONS.trailing_zeros();

/// Lanes that a number can name.
pub(crate) const LANES: usize = 1 << (61 - LANE_SHIFT);

fn number(lane: usize, key: Key) -> u64 {
    debug_assert!(lane < LANES, "the runtime has no more lanes");
    TIMER | (lane as u64) << LANE_SHIFT | u64::from(key.generation) << INDEX_BITS | u64::from(key.index)
}

/// The lane of a timer, and its key there, if the number is one of a timer.
pub(crate) fn place(number: u64) -> Option<(usize, Key)> {
    let index = (number & ((1 << INDEX_BITS) - 1)) as u32;
    let generation = (number >> INDEX_BITS) as u32 & (wheel::GENERATIONS - 1);
    let lane = (number >> LANE_SHIFT) as usize & (LANES - 1);
    (number >> 61 == TIMER >> 61).then_some((lane, Key { index, generation }))
}

pub(crate) enum Task {
    /// End of a wait.
    Wake {
        pid: Pid,
        wait: u32,
    },
    Send {
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

pub(crate) struct Timers {
    wheel: Mutex<Wheel<Task>>,
    next: AtomicU64,
}

impl Default for Timers {
    fn default() -> Self {
        Timers { wheel: Mutex::default(), next: AtomicU64::new(u64::MAX) }
    }
}

impl Timers {
    /// The time at which to look again, if any timer is there.
    pub(crate) fn next_event(&self) -> Option<u64> {
        Some(self.next.load(Ordering::Acquire)).filter(|&next| next != u64::MAX)
    }

    fn publish(&self, wheel: &Wheel<Task>) {
        self.next.store(wheel.next_event().unwrap_or(u64::MAX), Ordering::Release);
    }

    pub(crate) fn wake(&self, time_us: u64, pid: Pid, wait: u32) -> Key {
        let mut wheel = self.wheel.lock();
        let key = wheel.insert(time_us, Task::Wake { pid, wait });
        self.publish(&wheel);
        key
    }

    /// `next` may stay too early after this, which costs one look.
    pub(crate) fn forget(&self, key: Key) {
        self.wheel.lock().remove(key);
    }

    /// A timer of this lane that sends what `message` gives for its number, which is the result.
    pub(crate) fn send<E>(
        &self,
        lane: usize,
        time_us: u64,
        to: Destination,
        tag: Tag,
        message: impl FnOnce(u64) -> Result<Fragment, E>,
    ) -> Result<u64, E> {
        let mut wheel = self.wheel.lock();
        let number = number(lane, wheel.next_key());
        let message = message(number)?;
        wheel.insert(time_us, Task::Send { to, message, tag });
        self.publish(&wheel);
        Ok(number)
    }

    /// Ends a timer and gives the time at which it was due.
    pub(crate) fn cancel(&self, key: Key) -> Option<u64> {
        // What it would have sent goes when the lock is free again.
        let due = self.wheel.lock().remove(key);
        due.map(|due| due.time)
    }

    /// When a timer is due.
    pub(crate) fn read(&self, key: Key) -> Option<u64> {
        self.wheel.lock().get(key).map(|(time, _)| time)
    }

    /// What is due at `now_us`, in order.
    pub(crate) fn expire(&self, now_us: u64, due: &mut Vec<Due<Task>>) {
        if self.next.load(Ordering::Acquire) > now_us {
            return;
        }
        let mut wheel = self.wheel.lock();
        wheel.expire(now_us, due);
        self.publish(&wheel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_tells_where_its_timer_is() {
        for (lane, index, generation) in
            [(0, 0, 0), (1, 7, 3), (LANES - 1, (1 << INDEX_BITS) - 1, wheel::GENERATIONS - 1)]
        {
            let key = Key { index, generation };
            assert_eq!(place(number(lane, key)), Some((lane, key)));
        }
        // References and tables.
        assert_eq!([place(5), place(1 << 62), place(u64::MAX)], [None; 3]);
    }

    #[test]
    fn a_place_that_is_used_again_is_another_timer() {
        let timers = Timers::default();
        let send = |time| {
            let message = |_| Ok::<_, ()>(Fragment::immediate(jovial_term::Term::ZERO));
            timers.send(0, time, Destination::Pid(Pid::new(1)), 0, message).ok().and_then(place).expect("a timer")
        };
        let (_, first) = send(100);
        assert_eq!((timers.read(first), timers.cancel(first), timers.cancel(first)), (Some(100), Some(100), None));
        let (_, second) = send(200);
        assert_eq!(second.index, first.index);
        assert_eq!((timers.cancel(first), timers.read(second)), (None, Some(200)));
    }
}
