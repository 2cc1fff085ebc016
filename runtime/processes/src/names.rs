//! Registered names.
//!
//! **What it is for.** [`Names`] leads from atoms to the pids that registered them, without a lock (`atom_words.rs`). The other
//! direction, a process's own name, is one word in the process ([`OwnName`]), so that a process without a name pays nothing at its exit.
//!
//! **Invariants.**
//! 1. A name's word holds a pid only while the process's [`OwnName`] holds the name, but for moments: whoever registers sets the
//!    process's word first, then the name's, and looks at the first once more; whoever ends a process changes its word first and then
//!    clears the name's. All are sequentially consistent, so one of the two sees the other.
//! 2. A closed [`OwnName`] takes no name any more.
//!
//! **What it must not know.** Whether a process runs; signals. What a name that is sent to means is the sender's business.

use std::sync::atomic::{AtomicU32, Ordering};

use jovial_atoms::Atom;
use jovial_term::Pid;

use crate::atom_words::AtomWords;

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

#[derive(Default)]
pub(crate) struct Names(AtomWords);

impl Names {
    #[inline]
    pub(crate) fn whereis(&self, name: Atom) -> Option<Pid> {
        self.0.get(name).map(Pid::new)
    }

    /// False when the name is taken or the process has another or is ending.
    pub(crate) fn register(&self, name: Atom, pid: Pid, own: &OwnName) -> bool {
        if self.whereis(name).is_some() || !own.set(name) {
            return false;
        }
        if !self.0.claim(name, pid.number()) {
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
        self.0.release(name, pid.number())
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
        self.0.taken()
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
