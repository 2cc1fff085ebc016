//! Copying terms between heaps.
//!
//! **What it is for.** [`flat_size`] and [`copy_to`] go together: the first says how many words the second writes. Both
//! treat shared parts as separate and stop at literals.
//!
//! **How.** The copy is Cheney's: objects are copied shallowly to the end of the target, then the target itself is
//! scanned from its start, and each pointer found there leads to the next shallow copy. The target is the work list, so
//! depth costs nothing. Measuring keeps a list of subterms to visit and runs along the tails of lists in place.
//!
//! **Invariants.**
//! 1. Both walk the same objects: every word that `flat_size` counts is written by `copy_to`, no more and no less.
//!
//! **What it must not know.** Whose heap either side is.

use crate::literal;
use crate::off_heap;
use crate::term::Term;
use crate::word::{Boxed, Word};

/// Words that a copy of `term` takes.
pub(crate) fn flat_size(term: Term<'_>) -> usize {
    let mut words = 0;
    let mut rest: Vec<Term<'_>> = Vec::new();
    let literals = literal::range();
    let mut current = term;
    loop {
        let word = current.word();
        if word.is_pointer() && !literals.contains(word) {
            if let Some((head, tail)) = current.as_cons() {
                words += 2;
                if head.word().is_pointer() {
                    rest.push(head);
                }
                current = tail;
                continue;
            }
            if let Some(header) = current.header() {
                words += 1 + header.header_size();
                if !header.header_kind().is_opaque() {
                    rest.extend(current.slots().iter().filter(|slot| slot.word().is_pointer()));
                }
            }
        }
        match rest.pop() {
            Some(next) => current = next,
            None => return words,
        }
    }
}

/// What a copy left behind.
pub(crate) struct Copied {
    pub(crate) root: Word,
    /// Head of the off-heap list, with the copied owners in front.
    pub(crate) off_heap: *mut Word,
}

struct Copier {
    top: *mut Word,
    off_heap: *mut Word,
    literals: literal::Range,
}

impl Copier {
    /// Copies one object to the top and gives the pointer to the copy.
    ///
    /// # Safety
    /// `word` is a live term and there is room at the top.
    unsafe fn shallow(&mut self, word: Word) -> Word {
        if !word.is_pointer() || self.literals.contains(word) {
            return word;
        }
        let (from, to) = (word.address(), self.top);
        // SAFETY: the source is a live object, the target has room by contract and does not overlap.
        unsafe {
            if word.is_cons() {
                to.copy_from_nonoverlapping(from, 2);
                self.top = to.add(2);
                return Word::cons_at(to);
            }
            let words = 1 + (*from).header_size();
            to.copy_from_nonoverlapping(from, words);
            self.top = to.add(words);
            if off_heap::is_owner((*to).header_kind()) {
                off_heap::share(to);
                self.off_heap = off_heap::push(to, self.off_heap);
            }
        }
        Word::boxed_at(to)
    }
}

/// Copies `term` to `start`.
///
/// # Safety
/// `start` has room for `words` words, which is the flat size of `term`, and `off_heap` is a list of live owners.
pub(crate) unsafe fn copy_to(term: Term<'_>, start: *mut Word, words: usize, off_heap: *mut Word) -> Copied {
    let mut copier = Copier { top: start, off_heap, literals: literal::range() };
    // SAFETY: the term is alive; room was measured.
    let root = unsafe { copier.shallow(term.word()) };
    let mut scan = start;
    while scan < copier.top {
        // SAFETY: between start and top lie complete objects; those that are opaque are skipped whole.
        unsafe {
            let word = *scan;
            if word.is_header() {
                scan = scan.add(if word.header_kind().is_opaque() { 1 + word.header_size() } else { 1 });
            } else {
                *scan = copier.shallow(word);
                scan = scan.add(1);
            }
        }
    }
    debug_assert_eq!(crate::heap::distance(start, copier.top), words, "measured and copied sizes agree (invariant 1)");
    Copied { root, off_heap: copier.off_heap }
}

const _: () = assert!(Boxed::Tuple as u8 == 0, "arity-only headers are compared as whole words by the machine");
