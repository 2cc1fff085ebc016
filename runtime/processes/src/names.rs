//! Registered names.
//!
//! **What it is for.** [`Names`] leads from atoms to the pids that registered them: a word for each atom, in chunks that are made when
//! a name in them is first registered, so that asking takes two loads and no lock. The other direction, a process's own name, is one
//! word in the process ([`OwnName`]), so that a process without a name pays nothing at its exit.
//!
//! **Invariants.**
//! 1. A name's word holds a pid only while the process's [`OwnName`] holds the name, but for moments: whoever registers sets the
//!    process's word first, then the name's, and looks at the first once more; whoever ends a process changes its word first and then
//!    clears the name's. All are sequentially consistent, so one of the two sees the other.
//! 2. A closed [`OwnName`] takes no name any more.
//! 3. A name's word changes from 0 to a pid and from that pid to 0, nothing else.
//!
//! **What it must not know.** Whether a process runs; signals. What a name that is sent to means is the sender's business.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use jovial_atoms::Atom;
use jovial_term::Pid;

/// Names of a chunk.
const CHUNK: usize = 1024;
const CHUNKS: usize = (jovial_atoms::MAX as usize).div_ceil(CHUNK);
const NONE: u32 = 0;
const CLOSED: u32 = u32::MAX;

/// The name of one process: 0, or the atom's index plus one.
#[derive(Default)]
pub(crate) struct OwnName(AtomicU32);

impl OwnName {
    pub(crate) fn get(&self) -> Option<Atom> {
        match self.0.load(Ordering::Acquire) {
            NONE | CLOSED => None,
            word => Atom::from_index(word - 1),
        }
    }

    fn set(&self, name: Atom) -> bool {
        self.0.compare_exchange(NONE, name.index() + 1, Ordering::SeqCst, Ordering::Relaxed).is_ok()
    }

    /// False when it is not this name.
    fn clear(&self, name: Atom) -> bool {
        self.0.compare_exchange(name.index() + 1, NONE, Ordering::SeqCst, Ordering::Relaxed).is_ok()
    }
}

type Chunk = Box<[AtomicU64]>;

pub(crate) struct Names {
    chunks: Box<[OnceLock<Chunk>]>,
}

impl Default for Names {
    fn default() -> Self {
        Names { chunks: (0..CHUNKS).map(|_| OnceLock::new()).collect() }
    }
}

impl Names {
    /// The word of a name, 0 or the number of a pid, if any name near it was ever registered.
    #[inline]
    fn word(&self, name: Atom) -> Option<&AtomicU64> {
        let index = name.index() as usize;
        Some(&self.chunks[index / CHUNK].get()?[index % CHUNK])
    }

    #[inline]
    pub(crate) fn whereis(&self, name: Atom) -> Option<Pid> {
        let number = self.word(name)?.load(Ordering::SeqCst);
        (number != 0).then(|| Pid::new(number))
    }

    /// False when the name is taken or the process has another or is ending.
    pub(crate) fn register(&self, name: Atom, pid: Pid, own: &OwnName) -> bool {
        let index = name.index() as usize;
        let chunk = self.chunks[index / CHUNK].get_or_init(|| (0..CHUNK).map(|_| AtomicU64::new(0)).collect());
        let word = &chunk[index % CHUNK];
        if word.load(Ordering::SeqCst) != 0 || !own.set(name) {
            return false;
        }
        if word.compare_exchange(0, pid.number(), Ordering::SeqCst, Ordering::Relaxed).is_err() {
            own.clear(name);
            return false;
        }
        // The process may have ended between the two, and not have seen the name.
        if own.0.load(Ordering::SeqCst) != name.index() + 1 {
            self.forget(name, pid);
            return false;
        }
        true
    }

    fn forget(&self, name: Atom, pid: Pid) -> bool {
        self.word(name)
            .is_some_and(|word| word.compare_exchange(pid.number(), 0, Ordering::SeqCst, Ordering::Relaxed).is_ok())
    }

    /// Takes a name away. `own` finds the word of the process that has it. False when nobody has it.
    pub(crate) fn unregister(&self, name: Atom, own: impl FnOnce(Pid, &dyn Fn(&OwnName))) -> bool {
        let Some(pid) = self.whereis(name) else { return false };
        if !self.forget(name, pid) {
            return false;
        }
        own(pid, &|own| {
            own.clear(name);
        });
        true
    }

    /// At the exit of a process, `pid`: its name goes, and no other comes.
    pub(crate) fn close(&self, pid: Pid, own: &OwnName) {
        let word = own.0.swap(CLOSED, Ordering::SeqCst);
        if word != NONE
            && word != CLOSED
            && let Some(name) = Atom::from_index(word - 1)
        {
            self.forget(name, pid);
        }
    }

    /// All names, in the order of their text.
    pub(crate) fn registered(&self) -> Vec<Atom> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_name_each() {
        let (names, first, second) = (Names::default(), OwnName::default(), OwnName::default());
        let (a, b) = (Atom::new("name_a"), Atom::new("name_b"));
        assert!(names.register(a, Pid::new(1), &first));
        assert!(!names.register(a, Pid::new(2), &second), "taken");
        assert!(!names.register(b, Pid::new(1), &first), "has one");
        assert!(names.register(b, Pid::new(2), &second));
        assert_eq!(names.registered(), [a, b]);
        assert!(names.unregister(a, |pid, clear| {
            assert_eq!(pid, Pid::new(1));
            clear(&first);
        }));
        assert_eq!((names.whereis(a), first.get()), (None, None));
        names.close(Pid::new(2), &second);
        assert_eq!(names.whereis(b), None);
        assert!(!names.register(b, Pid::new(2), &second), "a closed process takes no name");
    }
}
