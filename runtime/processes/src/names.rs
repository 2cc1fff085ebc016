//! Registered names.
//!
//! **What it is for.** [`Names`] maps atoms to the pids that registered them. The other direction, a process's own name, is one
//! word in the process ([`OwnName`]), so that a process without a name pays nothing at its exit.
//!
//! **Invariants.**
//! 1. A name stands in the map only while the process's [`OwnName`] holds it: the word is set under the lock of the name's
//!    shard before the entry, and the entry goes before the process does.
//! 2. A closed [`OwnName`] takes no name any more, so a registration that races with an exit either is seen by the exit or
//!    fails.
//!
//! **What it must not know.** Whether a process runs; signals. What a name that is sent to means is the sender's business.

use std::sync::atomic::{AtomicU32, Ordering};

use jovial_atoms::Atom;
use jovial_term::Pid;
use parking_lot::RwLock;
use rustc_hash::FxHashMap;

const SHARDS: usize = 16;
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
        self.0.compare_exchange(NONE, name.index() + 1, Ordering::AcqRel, Ordering::Relaxed).is_ok()
    }
}

#[derive(Default)]
pub(crate) struct Names {
    shards: [RwLock<FxHashMap<Atom, Pid>>; SHARDS],
}

impl Names {
    fn shard(&self, name: Atom) -> &RwLock<FxHashMap<Atom, Pid>> {
        &self.shards[name.index() as usize % SHARDS]
    }

    pub(crate) fn whereis(&self, name: Atom) -> Option<Pid> {
        self.shard(name).read().get(&name).copied()
    }

    /// False when the name is taken or the process has another or is ending.
    pub(crate) fn register(&self, name: Atom, pid: Pid, own: &OwnName) -> bool {
        let mut names = self.shard(name).write();
        if names.contains_key(&name) || !own.set(name) {
            return false;
        }
        names.insert(name, pid);
        true
    }

    /// Takes a name away. `own` finds the word of the process that has it. False when nobody has it.
    pub(crate) fn unregister(&self, name: Atom, own: impl FnOnce(Pid, &dyn Fn(&OwnName))) -> bool {
        let mut names = self.shard(name).write();
        let Some(pid) = names.remove(&name) else { return false };
        own(pid, &|own| {
            let _ = own.0.compare_exchange(name.index() + 1, NONE, Ordering::AcqRel, Ordering::Relaxed);
        });
        true
    }

    /// At the exit of a process: its name goes, and no other comes.
    pub(crate) fn close(&self, own: &OwnName) {
        let word = own.0.swap(CLOSED, Ordering::AcqRel);
        if word != NONE
            && word != CLOSED
            && let Some(name) = Atom::from_index(word - 1)
        {
            self.shard(name).write().remove(&name);
        }
    }

    /// All names, in the order of their text.
    pub(crate) fn registered(&self) -> Vec<Atom> {
        let mut names: Vec<Atom> =
            self.shards.iter().flat_map(|shard| shard.read().keys().copied().collect::<Vec<_>>()).collect();
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
        names.close(&second);
        assert_eq!(names.whereis(b), None);
        assert!(!names.register(b, Pid::new(2), &second), "a closed process takes no name");
    }
}
