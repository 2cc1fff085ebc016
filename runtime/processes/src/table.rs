//! The process table: from a pid's number to the process.
//!
//! **What it is for.** [`Table`] gives numbers that grow by one with each insertion, and finds what stands behind a number
//! with two loads and a compare. The slot is the number modulo the capacity, and the entry knows its whole number: that is
//! the generation check. Slots come in chunks that are made when a number first falls into them.
//!
//! **Invariants.**
//! 1. A slot is null or owns one entry. It changes from null to an entry by an insertion and back by a removal, each one
//!    atomic exchange.
//! 2. An entry is reached only under an epoch guard, and freed only after every guard that could have seen it is gone.
//! 3. A number whose slot is still taken is skipped, so a number never names two entries.
//!
//! **What it must not know.** Processes: an entry needs a number and nothing else.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use crossbeam_epoch::{Atomic, Guard, Owned, Shared};

const CHUNK: usize = 1024;

pub(crate) trait Entry: Send + Sync + 'static {
    fn number(&self) -> u64;
}

type Chunk<T> = Box<[Atomic<T>]>;

pub(crate) struct Table<T: Entry> {
    chunks: Box<[OnceLock<Chunk<T>>]>,
    /// The slots' number, a power of two, less one: numbers are cut by it.
    mask: u64,
    limit: usize,
    next: AtomicU64,
    count: AtomicUsize,
}

/// As many entries as allowed are there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct TableFull;

impl<T: Entry> Table<T> {
    /// A table for at most `limit` entries, whose first number is `first`.
    pub(crate) fn new(limit: usize, first: u64) -> Table<T> {
        let capacity = limit.max(CHUNK).next_power_of_two();
        Table {
            chunks: (0..capacity / CHUNK).map(|_| OnceLock::new()).collect(),
            mask: capacity as u64 - 1,
            limit,
            next: AtomicU64::new(first),
            count: AtomicUsize::new(0),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.count.load(Ordering::Relaxed)
    }

    pub(crate) fn limit(&self) -> usize {
        self.limit
    }

    #[inline]
    fn slot(&self, number: u64) -> Option<&Atomic<T>> {
        let place = (number & self.mask) as usize;
        self.chunks[place / CHUNK].get().map(|chunk| &chunk[place % CHUNK])
    }

    /// Inserts what `make` makes for the next number. Should another thread have taken the slot meanwhile, which takes as
    /// many insertions as there are slots, it is asked once more.
    pub(crate) fn insert<'g, E: From<TableFull>>(
        &self,
        guard: &'g Guard,
        mut make: impl FnMut(u64) -> Result<T, E>,
    ) -> Result<&'g T, E> {
        if self.count.fetch_add(1, Ordering::Relaxed) >= self.limit {
            self.count.fetch_sub(1, Ordering::Relaxed);
            return Err(TableFull.into());
        }
        // Ends: there are fewer entries than slots, and the numbers walk over all of them.
        loop {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            let place = (number & self.mask) as usize;
            let chunk = self.chunks[place / CHUNK].get_or_init(|| (0..CHUNK).map(|_| Atomic::null()).collect());
            let slot = &chunk[place % CHUNK];
            if !slot.load(Ordering::Acquire, guard).is_null() {
                continue;
            }
            let entry = match make(number) {
                Ok(entry) => Owned::new(entry),
                Err(error) => {
                    self.count.fetch_sub(1, Ordering::Relaxed);
                    return Err(error);
                }
            };
            let free = Shared::null();
            if let Ok(shared) = slot.compare_exchange(free, entry, Ordering::AcqRel, Ordering::Relaxed, guard) {
                // SAFETY: the slot owns the entry now, and the guard keeps it until `'g` is over (invariant 2).
                return Ok(unsafe { shared.deref() });
            }
        }
    }

    #[inline]
    pub(crate) fn get<'g>(&self, number: u64, guard: &'g Guard) -> Option<&'g T> {
        let shared = self.slot(number)?.load(Ordering::Acquire, guard);
        // SAFETY: null or an entry that the guard keeps alive (invariants 1 and 2).
        unsafe { shared.as_ref() }.filter(|entry| entry.number() == number)
    }

    /// Takes the entry out. To be called once for each, by its owner.
    pub(crate) fn remove(&self, number: u64, guard: &Guard) {
        if self.get(number, guard).is_none() {
            return;
        }
        let Some(slot) = self.slot(number) else { return };
        let shared = slot.swap(Shared::null(), Ordering::AcqRel, guard);
        if !shared.is_null() {
            self.count.fetch_sub(1, Ordering::Relaxed);
            // SAFETY: out of its slot, so no new reference to the entry can be made (invariant 1), and only we took it out.
            unsafe { guard.defer_destroy(shared) };
        }
    }

    /// All entries, in the order of their numbers.
    pub(crate) fn entries<'g>(&self, guard: &'g Guard) -> Vec<&'g T> {
        let chunks = self.chunks.iter().filter_map(OnceLock::get);
        let slots = chunks.flat_map(|chunk| chunk.iter());
        let mut entries: Vec<&'g T> = slots
            .filter_map(|slot| {
                // SAFETY: null or an entry that the guard keeps alive (invariants 1 and 2).
                unsafe { slot.load(Ordering::Acquire, guard).as_ref() }
            })
            .collect();
        entries.sort_unstable_by_key(|entry| entry.number());
        entries
    }
}

impl<T: Entry> Drop for Table<T> {
    fn drop(&mut self) {
        for chunk in self.chunks.iter_mut().filter_map(OnceLock::take) {
            for slot in chunk {
                // SAFETY: nobody else has the table any more, and a slot that is not null owns its entry.
                unsafe {
                    if !slot.load(Ordering::Relaxed, crossbeam_epoch::unprotected()).is_null() {
                        drop(slot.into_owned());
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crossbeam_epoch::pin;

    use super::*;

    struct Item {
        number: u64,
        alive: Arc<()>,
    }

    impl Entry for Item {
        fn number(&self) -> u64 {
            self.number
        }
    }

    fn insert(table: &Table<Item>, alive: &Arc<()>) -> Result<u64, TableFull> {
        let make = |number| Ok(Item { number, alive: alive.clone() });
        table.insert(&pin(), make).map(|item| item.number)
    }

    #[test]
    fn numbers_grow_and_skip_what_is_taken() {
        let alive = Arc::new(());
        let table = Table::new(CHUNK, 10);
        assert_eq!(insert(&table, &alive), Ok(10));
        for _ in 1..CHUNK as u64 {
            let number = insert(&table, &alive).expect("room");
            if number != 11 {
                table.remove(number, &pin());
            }
        }
        assert_eq!(table.len(), 2);
        let next = CHUNK as u64 + 10;
        assert_eq!(insert(&table, &alive), Ok(next + 2), "the slots of 10 and 11 are taken");
        assert!(table.get(next, &pin()).is_none(), "an older number of the slot is not the entry's");
        assert_eq!(table.entries(&pin()).iter().map(|item| item.number).collect::<Vec<_>>(), [10, 11, next + 2]);
        drop(table);
        while Arc::strong_count(&alive) > 1 {
            pin().flush();
        }
    }

    #[test]
    fn the_limit() {
        let alive = Arc::new(());
        let table = Table::new(2, 0);
        assert!(insert(&table, &alive).is_ok() && insert(&table, &alive).is_ok());
        assert_eq!(insert(&table, &alive), Err(TableFull));
        table.remove(0, &pin());
        assert!(insert(&table, &alive).is_ok());
        assert!(table.get(1, &pin()).is_some_and(|item| Arc::strong_count(&item.alive) >= 3));
    }
}
