//! A hierarchical timer wheel, in microseconds.
//!
//! **What it is for.** [`Wheel`] holds timers for one scheduler: inserting and removing cost a few stores whatever
//! their number, and [`Wheel::expire`] gives what is due in the order (time, insertion).
//!
//! **How.** A time is a number of eleven digits in base 64. A timer lies on the level of the highest digit in which its
//! time differs from `now`, in the slot of that digit; so level 0 holds the timers of the current 64 µs, one time a
//! slot, and a timer moves down a level when `now` reaches its slot. Example: at `now` = 0 a timer for 130 (digits
//! 2, 2) lies on level 1, slot 2; at 128 it moves to level 0, slot 2; at 130 it fires. A bitmap for each level finds
//! the next slot in use without walking over empty ones.
//!
//! **Invariants.**
//! 1. No timer lies before `now`; all slots that start at or before `now` on levels above 0 are empty.
//! 2. An entry's place (level, slot) follows from its time and the `now` of when it was placed, and is stored in it.
//! 3. All timers on a level are earlier than those on the levels above.
//! 4. A [`Key`] of a timer that fired or was removed finds nothing: its generation has passed.
//!
//! **What it must not know.** Clocks, processes, what a timer does.

const LEVELS: usize = 11;
const SLOTS: usize = 64;
const NONE: u32 = u32::MAX;

/// How many timers a place holds until a key may name two of them.
pub(crate) const GENERATIONS: u32 = 1 << 23;

/// Names a timer for removal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Key {
    pub(crate) index: u32,
    /// Less than [`GENERATIONS`].
    pub(crate) generation: u32,
}

struct Entry<T> {
    next: u32,
    previous: u32,
    generation: u32,
    level: u8,
    slot: u8,
    time: u64,
    sequence: u64,
    value: Option<T>,
}

struct Level {
    used: u64,
    heads: [u32; SLOTS],
}

/// A timer that is due.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Due<T> {
    pub(crate) time: u64,
    pub(crate) value: T,
}

pub(crate) struct Wheel<T> {
    now: u64,
    sequence: u64,
    len: usize,
    free: u32,
    entries: Vec<Entry<T>>,
    levels: Box<[Level; LEVELS]>,
}

impl<T> Default for Wheel<T> {
    fn default() -> Self {
        Wheel::new(0)
    }
}

impl<T> Wheel<T> {
    pub(crate) fn new(now: u64) -> Wheel<T> {
        let level = || Level { used: 0, heads: [NONE; SLOTS] };
        Wheel {
            now,
            sequence: 0,
            len: 0,
            free: NONE,
            entries: Vec::new(),
            levels: Box::new(std::array::from_fn(|_| level())),
        }
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// The key that the next timer will have.
    pub(crate) fn next_key(&self) -> Key {
        match self.entries.get(self.free as usize) {
            Some(free) => Key { index: self.free, generation: free.generation },
            None => Key { index: self.entries.len() as u32, generation: 0 },
        }
    }

    /// A time in the past counts as now.
    pub(crate) fn insert(&mut self, time: u64, value: T) -> Key {
        let entry = Entry {
            next: NONE,
            previous: NONE,
            generation: 0,
            level: 0,
            slot: 0,
            time: time.max(self.now),
            sequence: self.sequence,
            value: Some(value),
        };
        self.sequence += 1;
        self.len += 1;
        let index = if self.free == NONE {
            let index = u32::try_from(self.entries.len()).expect("fewer than 2^32 timers fit in memory");
            self.entries.push(entry);
            index
        } else {
            let index = self.free;
            let place = &mut self.entries[index as usize];
            self.free = place.next;
            *place = Entry { generation: place.generation, ..entry };
            index
        };
        self.place(index);
        Key { index, generation: self.entries[index as usize].generation }
    }

    /// The time and value of a timer that has not fired.
    pub(crate) fn get(&self, key: Key) -> Option<(u64, &T)> {
        let entry = self.entries.get(key.index as usize)?;
        if entry.generation != key.generation {
            return None;
        }
        entry.value.as_ref().map(|value| (entry.time, value))
    }

    pub(crate) fn remove(&mut self, key: Key) -> Option<Due<T>> {
        self.get(key)?;
        self.unlink(key.index);
        Some(self.release(key.index))
    }

    /// A time at or before which nothing fires, and that is no later than the next timer: where to call `expire` next.
    pub(crate) fn next_event(&self) -> Option<u64> {
        self.next_slot().map(|(level, slot)| self.start(level, slot))
    }

    /// All that is due at `to`, in the order (time, insertion).
    pub(crate) fn expire(&mut self, to: u64, due: &mut Vec<Due<T>>) {
        while let Some((level, slot)) = self.next_slot() {
            let start = self.start(level, slot);
            if start > to {
                break;
            }
            self.now = start;
            let mut index = std::mem::replace(&mut self.levels[level].heads[slot], NONE);
            self.levels[level].used &= !(1 << slot);
            if level == 0 {
                let mut fired = Vec::new();
                while index != NONE {
                    fired.push(index);
                    index = self.entries[index as usize].next;
                }
                fired.sort_unstable_by_key(|&index| self.entries[index as usize].sequence);
                due.extend(fired.into_iter().map(|index| self.release(index)));
            } else {
                while index != NONE {
                    let next = self.entries[index as usize].next;
                    self.place(index);
                    index = next;
                }
            }
        }
        self.now = self.now.max(to);
    }

    /// The slot that comes next in time; by invariant 3 on the lowest level in use.
    fn next_slot(&self) -> Option<(usize, usize)> {
        self.levels
            .iter()
            .position(|level| level.used != 0)
            .map(|level| (level, self.levels[level].used.trailing_zeros() as usize))
    }

    fn start(&self, level: usize, slot: usize) -> u64 {
        let shift = 6 * level as u32;
        // The digits above the level are those of `now`, the ones below are zero.
        let above = if shift + 6 >= 64 { 0 } else { self.now >> (shift + 6) << (shift + 6) };
        (above | ((slot as u64) << shift)).max(self.now)
    }

    fn place(&mut self, index: u32) {
        let entry = &mut self.entries[index as usize];
        let differing = entry.time ^ self.now;
        let level = if differing == 0 { 0 } else { differing.ilog2() / 6 };
        let slot = (entry.time >> (6 * level)) & 63;
        let level_index = level as usize;
        let head = &mut self.levels[level_index].heads[slot as usize];
        entry.level = level as u8;
        entry.slot = slot as u8;
        entry.previous = NONE;
        entry.next = *head;
        let next = std::mem::replace(head, index);
        self.levels[level_index].used |= 1 << slot;
        if next != NONE {
            self.entries[next as usize].previous = index;
        }
    }

    fn unlink(&mut self, index: u32) {
        let Entry { next, previous, level, slot, .. } = self.entries[index as usize];
        if next != NONE {
            self.entries[next as usize].previous = previous;
        }
        if previous == NONE {
            let level = &mut self.levels[level as usize];
            level.heads[slot as usize] = next;
            if next == NONE {
                level.used &= !(1 << slot);
            }
        } else {
            self.entries[previous as usize].next = next;
        }
    }

    /// Gives the entry, already out of its list, back to the free ones.
    fn release(&mut self, index: u32) -> Due<T> {
        let free = std::mem::replace(&mut self.free, index);
        let entry = &mut self.entries[index as usize];
        entry.generation = (entry.generation + 1) % GENERATIONS;
        entry.next = free;
        self.len -= 1;
        Due { time: entry.time, value: entry.value.take().expect("an entry in a list holds a value (invariant 4)") }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::random::Random;

    /// Runs the same random steps on the wheel and on a map ordered by (time, insertion).
    fn check(seed: u64, spread: u64) {
        let mut random = Random::new(seed);
        let start = random.next();
        // Half of the runs start close to a carry over many digits.
        let start = if seed.is_multiple_of(2) { (start >> 20) | 0x3f_ffff } else { start >> 24 };
        let mut wheel = Wheel::new(start);
        let mut model: BTreeMap<(u64, u64), Key> = BTreeMap::new();
        let mut now = start;
        for step in 0..2_000_u64 {
            match random.below(10) {
                0..=5 => {
                    let digits = random.below(spread);
                    let time = (now + (random.next() & ((1 << digits) - 1))).saturating_sub(3);
                    let key = wheel.insert(time, step);
                    model.insert((time.max(now), step), key);
                }
                6 => {
                    if let Some((&id, &key)) = model.iter().nth(random.below(model.len() as u64 + 1) as usize) {
                        model.remove(&id);
                        assert_eq!(wheel.get(key), Some((id.0, &id.1)), "seed {seed}");
                        assert_eq!(wheel.remove(key), Some(Due { time: id.0, value: id.1 }), "seed {seed}");
                        assert_eq!(wheel.remove(key), None, "seed {seed}");
                    }
                }
                _ => {
                    now += random.next() & ((1 << random.below(spread)) - 1);
                    let mut due = Vec::new();
                    wheel.expire(now, &mut due);
                    let mut expected = Vec::new();
                    while let Some((&id, _)) = model.iter().next().filter(|(id, _)| id.0 <= now) {
                        model.remove(&id);
                        expected.push(Due { time: id.0, value: id.1 });
                    }
                    assert_eq!(due, expected, "seed {seed}");
                    if let (Some(event), Some((&(first, _), _))) = (wheel.next_event(), model.iter().next()) {
                        assert!(now <= event && event <= first, "seed {seed}: {event} is not within {now}..={first}");
                    }
                }
            }
            assert_eq!(wheel.len(), model.len(), "seed {seed}");
            assert_eq!(wheel.next_event().is_some(), !model.is_empty(), "seed {seed}");
        }
    }

    #[test]
    fn agrees_with_an_ordered_map() {
        for seed in 0..40 {
            check(seed, 1 + seed % 36);
        }
    }

    #[test]
    fn the_far_end_of_time() {
        let mut wheel = Wheel::new(5);
        wheel.insert(u64::MAX, "end");
        wheel.insert(6, "soon");
        let mut due = Vec::new();
        wheel.expire(1 << 60, &mut due);
        assert_eq!(due.len(), 1);
        wheel.expire(u64::MAX, &mut due);
        assert_eq!(due[1], Due { time: u64::MAX, value: "end" });
    }
}
