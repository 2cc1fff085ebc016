//! What funs point to.
//!
//! **What it is for.** [`FunEntry`] identifies a fun expression of a module version: by it funs are compared, hashed,
//! printed and written to the external format. The machine makes entries when it loads a module and finds the code
//! behind `code`.
//!
//! **Invariants.**
//! 1. An entry outlives every fun that points to it; [`Heap::fun`](crate::Heap::fun) makes its caller promise that.
//! 2. All but `code` is fixed once funs exist.
//!
//! **What it must not know.** Code, modules as such, when versions are freed.

use std::sync::atomic::{AtomicU8, AtomicU64, AtomicUsize, Ordering};

use jovial_atoms::Atom;

/// Identity of a fun expression.
#[derive(Debug)]
#[repr(C, align(8))]
pub struct FunEntry {
    /// Whatever the machine wants to find from a fun: address, table index.
    pub code: AtomicU64,
    pub module: Atom,
    /// Name of the function that holds the body, like `-run/1-fun-0-`.
    pub name: Atom,
    pub arity: u8,
    /// Place among the funs of the module.
    pub index: u32,
    /// Hash of the expression, as in the old external format.
    pub old_uniq: u32,
    /// Digest of the module version.
    pub uniq: [u8; 16],
    pub uses: FunUses,
}

/// What is known of the funs of an entry that no process has on its heap, and of those that got onto one lately.
///
/// Fragments count theirs exactly. A fun that is copied into a heap is only noted, for the time that it may take until a look at all
/// heaps finds it there: two such looks (see `docs/design/code-versions.md`).
#[derive(Debug, Default)]
pub struct FunUses {
    held: AtomicUsize,
    noted: AtomicU8,
}

/// Looks at all heaps for which a note counts.
const LOOKS: u8 = 2;

impl FunUses {
    pub const fn new() -> FunUses {
        FunUses { held: AtomicUsize::new(0), noted: AtomicU8::new(0) }
    }

    /// Notes that a fun of this entry is copied.
    #[inline]
    pub(crate) fn note(&self) {
        if self.noted.load(Ordering::Relaxed) < LOOKS {
            self.noted.store(LOOKS, Ordering::Release);
        }
    }

    /// Counts a fun in a fragment.
    pub(crate) fn hold(&self) {
        self.held.fetch_add(1, Ordering::Relaxed);
    }

    /// Takes [`FunUses::hold`] back. The fun may be on a heap now.
    pub(crate) fn release(&self) {
        self.note();
        self.held.fetch_sub(1, Ordering::Release);
    }

    /// Whether there may be a fun of this entry where looking at all heaps would not have found it. Asked once after each such look.
    pub fn may_be_used(&self) -> bool {
        let held = self.held.load(Ordering::Acquire) > 0;
        let noted = self.noted.load(Ordering::Acquire);
        if noted > 0 {
            // A note that comes at this moment is as good as the one that it meets.
            let _ = self.noted.compare_exchange(noted, noted - 1, Ordering::AcqRel, Ordering::Relaxed);
        }
        held || noted > 0
    }
}
