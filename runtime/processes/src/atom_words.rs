//! A word for each atom, read without a lock.
//!
//! **What it is for.** [`AtomWords`] leads from names to numbers that are not 0: of processes (`names.rs`) and of tables (`ets`). Words
//! lie in chunks that are made when a name in them is first claimed, so that asking takes two loads.
//!
//! **Invariants.**
//! 1. A word changes from 0 to a number and from that number to 0, nothing else. All changes are sequentially consistent.
//!
//! **What it must not know.** What the numbers stand for.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use jovial_atoms::Atom;

/// Names of a chunk.
const CHUNK: usize = 1024;
const CHUNKS: usize = (jovial_atoms::MAX as usize).div_ceil(CHUNK);

type Chunk = Box<[AtomicU64]>;

pub(crate) struct AtomWords {
    chunks: Box<[OnceLock<Chunk>]>,
}

impl Default for AtomWords {
    fn default() -> Self {
        AtomWords { chunks: (0..CHUNKS).map(|_| OnceLock::new()).collect() }
    }
}

impl AtomWords {
    /// The word of a name, if any name near it was ever claimed.
    #[inline]
    fn word(&self, name: Atom) -> Option<&AtomicU64> {
        let index = name.index() as usize;
        Some(&self.chunks[index / CHUNK].get()?[index % CHUNK])
    }

    #[inline]
    pub(crate) fn get(&self, name: Atom) -> Option<u64> {
        Some(self.word(name)?.load(Ordering::SeqCst)).filter(|number| *number != 0)
    }

    /// Gives a number to a name that has none. False when it has one.
    pub(crate) fn claim(&self, name: Atom, number: u64) -> bool {
        let index = name.index() as usize;
        let chunk = self.chunks[index / CHUNK].get_or_init(|| (0..CHUNK).map(|_| AtomicU64::new(0)).collect());
        chunk[index % CHUNK].compare_exchange(0, number, Ordering::SeqCst, Ordering::Relaxed).is_ok()
    }

    /// Takes this number from a name. False when it has another, or none.
    pub(crate) fn release(&self, name: Atom, number: u64) -> bool {
        self.word(name)
            .is_some_and(|word| word.compare_exchange(number, 0, Ordering::SeqCst, Ordering::Relaxed).is_ok())
    }

    /// All names that have a number, in the order of their text.
    pub(crate) fn taken(&self) -> Vec<Atom> {
        let mut names = Vec::new();
        for (place, chunk) in self.chunks.iter().enumerate() {
            let Some(chunk) = chunk.get() else { continue };
            let taken = chunk.iter().enumerate().filter(|(_, word)| word.load(Ordering::SeqCst) != 0);
            names.extend(taken.filter_map(|(slot, _)| Atom::from_index((place * CHUNK + slot) as u32)));
        }
        names.sort_unstable_by_key(|name| name.as_str());
        names
    }
}
