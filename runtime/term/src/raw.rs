//! The unsafe side, for the machine alone: words, heap and stack tops, collection.
//!
//! **What it is for.** The interpreter keeps heap and stack top in registers, allocates by bumping, and pushes frames.
//! Everything here works on [`Word`]s without lifetimes; the machine's verifier and stress mode stand in for the borrow
//! checker.
//!
//! **Invariants.**
//! 1. Before a native, a builder or a collection runs, the registers' copies of the tops are stored back.
//! 2. What lies between `start` and `hp` is parsable whenever something else than the machine looks at the heap.
//!
//! **What it must not know.** Instructions.

use std::mem::offset_of;

pub use crate::fragment::ChunkHeader;
pub use crate::gc::{CollectError, Roots, StackRange, Visitor, WholeStack, collect, collect_now, hibernate};
pub use crate::heap::RED_ZONE;
pub use crate::literal::is_literal;
pub use crate::stress;
pub use crate::word::*;

use crate::fragment::Fragment;
use crate::heap::Heap;
use crate::term::Term;

/// Offset of the heap top in [`Heap`].
pub const HP_OFFSET: usize = offset_of!(Heap, hp);
/// Offset of the stack top in [`Heap`].
pub const SP_OFFSET: usize = offset_of!(Heap, sp);

#[inline]
pub fn hp(heap: &Heap) -> *mut Word {
    heap.hp.get()
}

#[inline]
pub fn sp(heap: &Heap) -> *mut Word {
    heap.sp.get()
}

/// The end of the block, where the stack begins.
#[inline]
pub fn stack_end(heap: &Heap) -> *mut Word {
    heap.end.get()
}

/// Stores the heap top.
///
/// # Safety
/// It lies in the block, and everything below it is parsable.
#[inline]
pub unsafe fn set_hp(heap: &Heap, hp: *mut Word) {
    heap.hp.set(hp);
}

/// Stores the stack top.
///
/// # Safety
/// It lies in the block, not below the heap top, and everything above it is initialised.
#[inline]
pub unsafe fn set_sp(heap: &Heap, sp: *mut Word) {
    heap.sp.set(sp);
}

/// Brands a word by a borrow of the heap.
///
/// # Safety
/// `word` is a term of this heap, a literal or an immediate.
#[inline]
pub unsafe fn term(heap: &Heap, word: Word) -> Term<'_> {
    let _ = heap;
    // SAFETY: by contract.
    unsafe { Term::from_word(word) }
}

/// Reads a slot of a boxed object: 0 is the header.
///
/// # Safety
/// `word` is a pointer to a live boxed object with that many slots.
#[inline]
pub unsafe fn boxed_slot(word: Word, slot: usize) -> Word {
    // SAFETY: by contract.
    unsafe { *word.address().add(slot) }
}

/// Where the bytes of a heap binary or of a refc binary's storage start.
///
/// # Safety
/// `word` is a pointer to a live heap binary or refc binary.
#[inline]
pub unsafe fn binary_bytes(word: Word) -> *const u8 {
    // SAFETY: by contract; a refc binary's first slot is the address of its block, whose data follow the header.
    unsafe {
        let object = word.address();
        if (*object).header_kind() == Boxed::HeapBinary {
            object.add(1).cast()
        } else {
            ((*object.add(1)).0 as *const u8).add(crate::refc::DATA_OFFSET)
        }
    }
}

/// Head and tail.
///
/// # Safety
/// `word` is a pointer to a live cons cell.
#[inline]
pub unsafe fn cons_slots(word: Word) -> (Word, Word) {
    // SAFETY: by contract.
    unsafe { (*word.address(), *word.address().add(1)) }
}

/// The root of a fragment in a queue.
///
/// # Safety
/// `header` is a live fragment that stays in place and unadopted while the word is used.
#[inline]
pub unsafe fn fragment_root(header: *const ChunkHeader) -> Word {
    // SAFETY: by contract.
    unsafe { (*header).root }
}

/// Replaces the root of a fragment without words, as a queue that keeps an adopted message does.
pub fn set_fragment_root(fragment: &mut Fragment, root: Word) {
    assert!(fragment.words() == 0, "a fragment with words keeps its root");
    fragment.replace_root(root);
}

/// Calls `visit` with every word on heap and stack that leads to where passing areas lie, or looks so, and with whether it lies on the
/// stack. Words that are no pointers count too: return addresses and fun entries scan as small integers.
pub fn passing_words(heap: &Heap, mut visit: impl FnMut(u64, bool)) {
    let passing = crate::literal::passing();
    let mut look = |mut at: *const Word, top: *const Word, stack: bool| {
        while at < top {
            // SAFETY: ranges are parsable and the stack is whole (`heap`, invariants 1 and 2), so these are words of the heap.
            let word = unsafe { *at };
            if passing.contains(word) {
                visit(word.0, stack);
            }
            at = at.wrapping_add(1);
        }
    };
    heap.ranges(|start, top| look(start, top, false));
    look(heap.sp.get(), heap.end.get(), true);
}

/// Whether a word leads to where passing areas lie.
#[inline]
pub fn is_passing(word: Word) -> bool {
    crate::literal::passing().contains(word)
}
