//! Copying terms between heaps.
//!
//! **What it is for.** [`measure`] and [`copy_to`] go together: the first says how many words the second writes. Both
//! stop at literals and treat shared parts as separate, as messages do on the BEAM; but a term that would become huge
//! that way is copied with its sharing, so that forty levels of `{x, x}` take forty tuples.
//!
//! **How.** The copy is Cheney's: objects are copied shallowly to the end of the target, then the target itself is
//! scanned from its start, and each pointer found there leads to the next shallow copy. The target is the work list, so
//! depth costs nothing. Measuring keeps a list of subterms to visit and runs along the tails of lists in place.
//!
//! **Invariants.**
//! 1. Both walk the same objects: every word that is measured is written, no more and no less.
//!
//! **What it must not know.** Whose heap either side is.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

use crate::literal;
use crate::off_heap;
use crate::term::Term;
use crate::word::{Boxed, Word};

/// Words beyond which a copy keeps what is shared: 128 MiB.
const SHARE_FROM: usize = 1 << 24;

/// Spreads addresses; nobody chooses them with bad intent.
#[derive(Default)]
struct AddressHasher(u64);

impl Hasher for AddressHasher {
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_u64(u64::from(byte));
        }
    }
    fn write_u64(&mut self, word: u64) {
        self.0 = (self.0 ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(26);
    }
    fn finish(&self) -> u64 {
        self.0
    }
}

type Addresses = BuildHasherDefault<AddressHasher>;

/// What a copy will take.
#[derive(Clone, Copy)]
pub(crate) struct Measure {
    pub(crate) words: usize,
    shared: bool,
}

/// Words that a copy of `term` takes.
pub(crate) fn measure(term: Term<'_>) -> Measure {
    measure_from(term, SHARE_FROM)
}

fn measure_from(term: Term<'_>, share_from: usize) -> Measure {
    if let Some(words) = walk(term, share_from, |_| true) {
        return Measure { words, shared: false };
    }
    let mut seen: HashSet<Word, Addresses> = HashSet::default();
    let words = walk(term, usize::MAX, |word| seen.insert(word)).unwrap_or(usize::MAX);
    Measure { words, shared: true }
}

/// Words of a term with shared parts counted each time.
pub(crate) fn flat_size(term: Term<'_>) -> usize {
    walk(term, usize::MAX, |_| true).unwrap_or(usize::MAX)
}

/// Subterms that the list of those to visit holds without memory of its own: enough for most messages.
const NEAR: usize = 12;

/// Subterms to visit.
struct Rest<'h> {
    near: [Term<'h>; NEAR],
    len: usize,
    far: Vec<Term<'h>>,
}

impl<'h> Rest<'h> {
    #[inline]
    fn push(&mut self, term: Term<'h>) {
        match self.near.get_mut(self.len) {
            Some(place) => {
                *place = term;
                self.len += 1;
            }
            None => self.far.push(term),
        }
    }

    #[inline]
    fn pop(&mut self) -> Option<Term<'h>> {
        if let Some(term) = self.far.pop() {
            return Some(term);
        }
        self.len = self.len.checked_sub(1)?;
        Some(self.near[self.len])
    }
}

/// Adds up the objects that `enter` lets in; `None` beyond `max` words.
fn walk(term: Term<'_>, max: usize, mut enter: impl FnMut(Word) -> bool) -> Option<usize> {
    let mut words = 0;
    let mut rest = Rest { near: [Term::NIL; NEAR], len: 0, far: Vec::new() };
    let literals = literal::range();
    let mut current = term;
    loop {
        let word = current.word();
        if word.is_pointer() && !literals.contains(word) && enter(word) {
            if words > max {
                return None;
            }
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
                    for slot in current.slots().iter().filter(|slot| slot.word().is_pointer()) {
                        rest.push(*slot);
                    }
                }
            }
        }
        match rest.pop() {
            Some(next) => current = next,
            None => return Some(words),
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
    /// Copies by what they were copied from, if sharing is kept.
    seen: Option<HashMap<Word, Word, Addresses>>,
}

impl Copier {
    /// The copy of one object: the one there is, if sharing is kept, or a new one.
    ///
    /// # Safety
    /// As for [`Copier::shallow`].
    unsafe fn copy(&mut self, word: Word) -> Word {
        if let Some(seen) = &self.seen
            && let Some(copy) = seen.get(&word)
        {
            return *copy;
        }
        // SAFETY: passed on.
        let copy = unsafe { self.shallow(word) };
        if let Some(seen) = &mut self.seen
            && copy != word
        {
            seen.insert(word, copy);
        }
        copy
    }

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
/// `start` has room for what was measured for this very term, and `off_heap` is a list of live owners.
pub(crate) unsafe fn copy_to(term: Term<'_>, measure: Measure, start: *mut Word, off_heap: *mut Word) -> Copied {
    let seen = measure.shared.then(HashMap::default);
    let mut copier = Copier { top: start, off_heap, literals: literal::range(), seen };
    // SAFETY: the term is alive; room was measured.
    let root = unsafe { copier.copy(term.word()) };
    let mut scan = start;
    while scan < copier.top {
        // SAFETY: between start and top lie complete objects; those that are opaque are skipped whole.
        unsafe {
            let word = *scan;
            if word.is_header() {
                scan = scan.add(if word.header_kind().is_opaque() { 1 + word.header_size() } else { 1 });
            } else {
                *scan = if word.is_pointer() { copier.copy(word) } else { word };
                scan = scan.add(1);
            }
        }
    }
    let written = crate::heap::distance(start, copier.top);
    debug_assert_eq!(written, measure.words, "measured and copied sizes agree (invariant 1)");
    Copied { root, off_heap: copier.off_heap }
}

const _: () = assert!(Boxed::Tuple as u8 == 0, "arity-only headers are compared as whole words by the machine");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::heap::Heap;

    #[test]
    fn huge_terms_keep_their_sharing() {
        let heap = Heap::new();
        let mut term = heap.list([Term::OK, heap.binary(&[1; 100])]);
        for _ in 0..60 {
            term = heap.tuple(&[term, term]);
        }
        let words = 60 * 3 + 2 * 2 + 4;
        assert_eq!(measure(term).words, words);
        let other = Heap::new();
        let mut copy = other.copy_in(term);
        assert_eq!(other.stats().heap_used + other.stats().chunk_words, words.max(256));
        for _ in 0..60 {
            let Some([first, second]) = copy.as_tuple_of() else { unreachable!() };
            assert!(first.is_same(*second));
            copy = *first;
        }
        assert_eq!(copy.list_len(), Some(2));
    }

    #[test]
    fn both_measures_agree_without_sharing() {
        let heap = Heap::new();
        let term = heap.list((0..1000).map(|n| heap.tuple(&[Term::small32(n), heap.float(f64::from(n))])));
        assert_eq!(measure(term).words, flat_size(term));
        assert_eq!(measure_from(term, 10).words, flat_size(term));
        assert!(measure_from(term, 10).shared);
    }
}
