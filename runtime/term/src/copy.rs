//! Copying terms between heaps.
//!
//! **What it is for.** [`measure`] and [`copy_to`] go together: the first says how many words the second writes. Both
//! stop at literals that last and treat shared parts as separate, as messages do on the BEAM; but a term that would become huge
//! that way is copied with its sharing, so that forty levels of `{x, x}` take forty tuples.
//!
//! **How.** Both run along the tails of lists and keep a list of what else is left, in which the rest of a list waits until
//! its head is done: so it is as long as the term is deep, not as the term is wide. Every object is looked at once. A step from cell to cell would wait
//! for memory, as the next address is only known when the tail has been read; but most lists lie in equal steps, so
//! the address is guessed from the step before, and the tail only has to confirm it.
//!
//! **Invariants.**
//! 1. Both walk the same objects: every word that is measured is written, no more and no less.
//!
//! **What it must not know.** Whose heap either side is.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};
use std::mem::MaybeUninit;

use crate::fun::FunEntry;
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
    if let Some(words) = walk(term, share_from, false, |_| true) {
        return Measure { words, shared: false };
    }
    let mut seen: HashSet<Word, Addresses> = HashSet::default();
    let words = walk(term, usize::MAX, true, |word| seen.insert(word)).unwrap_or(usize::MAX);
    Measure { words, shared: true }
}

/// Words of a term with shared parts counted each time.
pub(crate) fn flat_size(term: Term<'_>) -> usize {
    walk(term, usize::MAX, false, |_| true).unwrap_or(usize::MAX)
}

/// Places that the list of those left holds without memory of its own: enough for most messages.
const NEAR: usize = 64;

/// What is left to do: the first `len` of `near` are initialised, and `far` is empty unless those are all.
struct Rest<T> {
    near: [MaybeUninit<T>; NEAR],
    len: usize,
    far: Vec<T>,
}

impl<T: Copy> Rest<T> {
    fn new() -> Rest<T> {
        Rest { near: [const { MaybeUninit::uninit() }; NEAR], len: 0, far: Vec::new() }
    }

    #[inline]
    fn push(&mut self, item: T) {
        match self.near.get_mut(self.len) {
            Some(place) => {
                place.write(item);
                self.len += 1;
            }
            None => self.push_far(item),
        }
    }

    #[cold]
    #[inline(never)]
    fn push_far(&mut self, item: T) {
        self.far.push(item);
    }

    #[inline]
    fn pop(&mut self) -> Option<T> {
        if self.len == NEAR
            && let Some(item) = self.far.pop()
        {
            return Some(item);
        }
        self.len = self.len.checked_sub(1)?;
        // SAFETY: the places below the old length are initialised.
        Some(unsafe { self.near[self.len].assume_init() })
    }
}

/// Bytes from one cell of a list to the next when nothing is known: they follow each other.
const STEP: isize = 2 * size_of::<Word>().cast_signed();

/// Adds up the objects that `enter` lets in; `None` beyond `max` words.
fn walk(term: Term<'_>, max: usize, counts_once: bool, mut enter: impl FnMut(Word) -> bool) -> Option<usize> {
    let literals = literal::lasting();
    let mut rest = Rest::new();
    let (mut words, mut step) = (0, STEP);
    let mut current = term.word();
    loop {
        // SAFETY: all words are parts of a living term, so pointers lead to live objects.
        unsafe {
            if literals.excludes(current) && enter(current) {
                if current.is_cons() {
                    let mut cell = current.address();
                    loop {
                        words += 2;
                        if words > max {
                            return None;
                        }
                        let (head, tail) = (*cell, *cell.add(1));
                        let mut parts = Parts::None;
                        if literals.excludes(head) {
                            rest.push(tail);
                            if head.is_cons() {
                                rest.push(head);
                                break;
                            }
                            if enter(head) {
                                let size;
                                (size, parts) = measure_boxed(head, literals, counts_once, &mut rest);
                                words += size;
                                if parts == Parts::Left {
                                    break;
                                }
                            }
                            // The tail is on top, as nothing came after it.
                            rest.pop();
                        }
                        let next = cell.wrapping_byte_offset(step);
                        if !literals.excludes(tail) || !enter(tail) {
                            break;
                        }
                        if tail.is_boxed() {
                            words += measure_boxed(tail, literals, counts_once, &mut rest).0;
                            break;
                        }
                        if tail != Word::cons_at(next) {
                            step = tail.address().byte_offset_from(cell);
                            cell = tail.address();
                        } else if counts_once || parts != Parts::None {
                            cell = next;
                        } else {
                            let run;
                            (cell, run) = measure_run(next, step, literals);
                            words += run;
                        }
                    }
                } else {
                    words += measure_boxed(current, literals, counts_once, &mut rest).0;
                    if words > max {
                        return None;
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

/// Largest object that runs of lists take along, in words behind the header.
const FEW: usize = 8;

/// Words of a boxed object without parts; 0 for any other and for large ones.
///
/// # Safety
/// `word` is a pointer to a live boxed object.
#[inline]
unsafe fn boxed_leaf_words(word: Word, literals: literal::Range) -> usize {
    if literals.contains(word) {
        return 0;
    }
    // SAFETY: the header counts the words that follow it.
    unsafe {
        let from = word.address();
        let header = *from;
        let (kind, size) = (header.header_kind(), header.header_size());
        if size > FEW {
            return 0;
        }
        if !kind.is_opaque() {
            for place in 1..=size {
                if (*from.add(place)).is_pointer() {
                    return 0;
                }
            }
            // A new owner has to be counted, and so has a fun.
            if off_heap::is_counted(kind) {
                return 0;
            }
        }
        1 + size
    }
}

/// Words of what is copied in one go, as most elements of lists, tuples and maps are: an object without parts, or a cell
/// whose tail at most is one. 0 for all else.
///
/// # Safety
/// `word` is a pointer to a live object.
#[inline]
unsafe fn leaf_words(word: Word, literals: literal::Range) -> usize {
    // SAFETY: by contract.
    unsafe {
        if word.is_boxed() {
            return boxed_leaf_words(word, literals);
        }
        let (head, tail) = (*word.address(), *word.address().add(1));
        if head.is_pointer() || tail.is_cons() || literals.contains(word) {
            return 0;
        }
        if !tail.is_pointer() {
            return 2;
        }
        match boxed_leaf_words(tail, literals) {
            0 => 0,
            words => 2 + words,
        }
    }
}

/// Copies what [`leaf_words`] measured and gives the pointer to it.
///
/// # Safety
/// It was measured so, and there is room at `to`.
#[inline]
unsafe fn copy_leaf(word: Word, to: *mut Word, words: usize) -> Word {
    // SAFETY: by contract.
    unsafe {
        let from = word.address();
        if word.is_boxed() {
            copy_few(from, to, words);
            return Word::boxed_at(to);
        }
        let (head, tail) = (*from, *from.add(1));
        *to = head;
        *to.add(1) = if words > 2 { Word::boxed_at(to.add(2)) } else { tail };
        if words > 2 {
            copy_few(tail.address(), to.add(2), words - 2);
        }
        Word::cons_at(to)
    }
}

/// Runs along cells of a list that follow each other at the same step and have heads without parts. Gives the first
/// that does not, and the words of those before it.
///
/// # Safety
/// `cell` is that of a live list.
#[inline(never)]
unsafe fn measure_run(mut cell: *mut Word, step: isize, literals: literal::Range) -> (*mut Word, usize) {
    let mut words = 0;
    loop {
        let next = cell.wrapping_byte_offset(step);
        // SAFETY: a cell of the list, as the tail before confirmed.
        let (head, tail) = unsafe { (*cell, *cell.add(1)) };
        if tail != Word::cons_at(next) || literals.contains(tail) {
            return (cell, words);
        }
        if head.is_pointer() {
            // SAFETY: the head of a living list.
            let leaf = if head.is_boxed() { unsafe { boxed_leaf_words(head, literals) } } else { 0 };
            if leaf == 0 {
                return (cell, words);
            }
            words += leaf;
        }
        words += 2;
        cell = next;
    }
}

/// Copies cells as [`measure_run`] runs along them, each followed by its head, with tails that lead to the next. Gives
/// the first cell that is left, and the place for it.
///
/// # Safety
/// `cell` is that of a live list, and there is room at `to`.
#[inline(never)]
unsafe fn copy_run(
    mut cell: *mut Word,
    mut to: *mut Word,
    step: isize,
    literals: literal::Range,
) -> (*mut Word, *mut Word) {
    loop {
        let next = cell.wrapping_byte_offset(step);
        // SAFETY: a cell of the list, as the tail before confirmed; there is room for all of them.
        unsafe {
            let (head, tail) = (*cell, *cell.add(1));
            if tail != Word::cons_at(next) || literals.contains(tail) {
                return (cell, to);
            }
            let mut behind = to.add(2);
            if head.is_pointer() {
                let leaf = if head.is_boxed() { boxed_leaf_words(head, literals) } else { 0 };
                if leaf == 0 {
                    return (cell, to);
                }
                copy_few(head.address(), behind, leaf);
                *to = Word::boxed_at(behind);
                behind = behind.add(leaf);
            } else {
                *to = head;
            }
            *to.add(1) = Word::cons_at(behind);
            to = behind;
        }
        cell = next;
    }
}

/// What an object consists of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Parts {
    None,
    /// Such as were copied with it.
    Few,
    /// Some were left as rest.
    Left,
}

/// Words of one object and of those parts that are copied in one go, and whether others were left, on top of the rest. If
/// sharing counts, all are.
///
/// # Safety
/// `word` leads to a live boxed object.
#[inline]
unsafe fn measure_boxed(
    word: Word,
    literals: literal::Range,
    counts_once: bool,
    rest: &mut Rest<Word>,
) -> (usize, Parts) {
    // SAFETY: the header counts the words that follow it.
    unsafe {
        let from = word.address();
        let header = *from;
        let size = header.header_size();
        let mut words = 1 + size;
        let mut parts = Parts::None;
        if !header.header_kind().is_opaque() {
            for place in 1..=size {
                let slot = *from.add(place);
                if literals.excludes(slot) {
                    let leaf = if counts_once { 0 } else { leaf_words(slot, literals) };
                    words += leaf;
                    if leaf == 0 {
                        rest.push(slot);
                        parts = Parts::Left;
                    } else if parts == Parts::None {
                        parts = Parts::Few;
                    }
                }
            }
        }
        (words, parts)
    }
}

/// What a copy left behind.
pub(crate) struct Copied {
    pub(crate) root: Word,
    /// Head of the off-heap list, with the copied owners in front.
    pub(crate) off_heap: *mut Word,
    /// Whether there are funs among the objects.
    pub(crate) funs: bool,
}

struct Copier {
    top: *mut Word,
    off_heap: *mut Word,
    literals: literal::Range,
    /// Slots of the copy that still lead to the original.
    rest: Rest<*mut Word>,
    /// Copies by what they were copied from, if sharing is kept.
    seen: Option<HashMap<Word, Word, Addresses>>,
    funs: bool,
}

impl Copier {
    /// Completes the copy that one slot of it leads out of, and all of the rest.
    ///
    /// # Safety
    /// The slot's word and those of the rest lead to live objects, no literals, and there is room at the top.
    unsafe fn complete(&mut self, mut slot: *mut Word) {
        let mut step = STEP;
        loop {
            // SAFETY: by contract, and as all pointers of a living term lead to live objects. Copies do not overlap them.
            unsafe {
                let word = *slot;
                if self.seen.is_some() {
                    self.copy_shared(slot, word);
                } else if word.is_cons() {
                    step = self.copy_list(slot, word, step);
                } else {
                    *slot = self.copy_boxed(word).0;
                }
            }
            match self.rest.pop() {
                Some(next) => slot = next,
                None => return,
            }
        }
    }

    /// Copies a list up to the first head that has parts to copy itself; then those and the tail are left as rest. Gives the
    /// step between its last cells.
    ///
    /// # Safety
    /// As for [`Copier::complete`], for a slot with the pointer to a cell.
    unsafe fn copy_list(&mut self, slot: *mut Word, word: Word, mut step: isize) -> isize {
        // SAFETY: by contract.
        unsafe {
            let mut cell = word.address();
            *slot = Word::cons_at(self.top);
            loop {
                let to = self.top;
                let link = to.add(1);
                let (head, tail) = (*cell, *cell.add(1));
                let next = cell.wrapping_byte_offset(step);
                self.top = to.add(2);
                *to = head;
                let goes_on = self.literals.excludes(tail);
                let mut parts = Parts::None;
                if self.literals.excludes(head) {
                    *link = tail;
                    if goes_on {
                        self.rest.push(link);
                    }
                    if head.is_cons() {
                        self.rest.push(to);
                        return step;
                    }
                    (*to, parts) = self.copy_boxed(head);
                    if parts == Parts::Left || !goes_on {
                        return step;
                    }
                    // The tail is on top, as nothing came after it.
                    self.rest.pop();
                }
                if goes_on && tail == Word::cons_at(next) {
                    *link = Word::cons_at(self.top);
                    cell = next;
                    // The next head is likely to be like this one.
                    if parts == Parts::None {
                        (cell, self.top) = copy_run(cell, self.top, step, self.literals);
                    }
                } else if goes_on && tail.is_cons() {
                    *link = Word::cons_at(self.top);
                    step = tail.address().byte_offset_from(cell);
                    cell = tail.address();
                } else {
                    *link = if goes_on { self.copy_boxed(tail).0 } else { tail };
                    return step;
                }
            }
        }
    }

    /// Copies one object to the top. Gives the pointer to the copy, and what became of its parts.
    ///
    /// # Safety
    /// As for [`Copier::complete`], for a pointer to a boxed object.
    #[inline]
    unsafe fn copy_boxed(&mut self, word: Word) -> (Word, Parts) {
        let (from, to) = (word.address(), self.top);
        // SAFETY: the source is a live object, the target has room by contract and does not overlap.
        unsafe {
            let header = *from;
            let (kind, size) = (header.header_kind(), header.header_size());
            self.top = to.add(1 + size);
            let mut parts = Parts::None;
            if kind.is_opaque() && size > FEW {
                to.copy_from_nonoverlapping(from, 1 + size);
            } else if kind.is_opaque() {
                copy_few(from, to, 1 + size);
            } else {
                *to = header;
                for place in 1..=size {
                    let slot = *from.add(place);
                    *to.add(place) = slot;
                    if self.literals.excludes(slot) {
                        let leaf = if self.seen.is_some() { 0 } else { leaf_words(slot, self.literals) };
                        if leaf == 0 {
                            self.rest.push(to.add(place));
                            parts = Parts::Left;
                        } else {
                            if parts == Parts::None {
                                parts = Parts::Few;
                            }
                            *to.add(place) = copy_leaf(slot, self.top, leaf);
                            self.top = self.top.add(leaf);
                        }
                    }
                }
                if off_heap::is_listed(kind) {
                    off_heap::share(to);
                    self.off_heap = off_heap::push(to, self.off_heap);
                } else if kind == Boxed::Fun {
                    (*((*to.add(1)).0 as *const FunEntry)).uses.note();
                    self.funs = true;
                }
            }
            (Word::boxed_at(to), parts)
        }
    }

    /// Lets a slot lead to the copy of what it leads to: the one there is, or a new one.
    ///
    /// # Safety
    /// As for [`Copier::complete`].
    #[cold]
    unsafe fn copy_shared(&mut self, slot: *mut Word, word: Word) {
        let seen = self.seen.as_ref().and_then(|seen| seen.get(&word));
        // SAFETY: by contract.
        unsafe {
            if let Some(copy) = seen {
                *slot = *copy;
                return;
            }
            let copy = if word.is_cons() {
                let (from, to) = (word.address(), self.top);
                self.top = to.add(2);
                for place in [1, 0] {
                    *to.add(place) = *from.add(place);
                    if self.literals.excludes(*to.add(place)) {
                        self.rest.push(to.add(place));
                    }
                }
                Word::cons_at(to)
            } else {
                self.copy_boxed(word).0
            };
            *slot = copy;
            if let Some(seen) = &mut self.seen {
                seen.insert(word, copy);
            }
        }
    }
}

/// Copies a few words, so few that a call would take longer; a plain loop would become one.
///
/// # Safety
/// Both sides have so many words and do not overlap.
#[inline]
pub(crate) unsafe fn copy_few(from: *const Word, to: *mut Word, words: usize) {
    for place in 0..words {
        // SAFETY: by contract.
        unsafe { to.add(place).write(from.add(place).read_volatile()) };
    }
}

/// Copies `term` to `start`.
///
/// # Safety
/// `start` has room for what was measured for this very term, and `off_heap` is a list of live owners.
pub(crate) unsafe fn copy_to(term: Term<'_>, measure: Measure, start: *mut Word, off_heap: *mut Word) -> Copied {
    let seen = measure.shared.then(HashMap::default);
    let literals = literal::lasting();
    let mut copier = Copier { top: start, off_heap, literals, rest: Rest::new(), seen, funs: false };
    let mut root = term.word();
    if literals.excludes(root) {
        // SAFETY: the term is alive; room was measured.
        unsafe { copier.complete(&raw mut root) };
    }
    let written = crate::heap::distance(start, copier.top);
    debug_assert_eq!(written, measure.words, "measured and copied sizes agree (invariant 1)");
    Copied { root, off_heap: copier.off_heap, funs: copier.funs }
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

    /// Whether no pointer leads out of the words of a fragment but to literals.
    fn is_self_contained(copy: &crate::Fragment) -> bool {
        let heap = Heap::new();
        heap.adopt(crate::Fragment::copy_of(copy.root()).expect("memory"));
        crate::verify::heap(&heap).is_ok()
    }

    #[test]
    fn lists_of_any_layout_are_copied() {
        use crate::literal::{LiteralArea, LiteralBuilder};
        let builder = LiteralBuilder::new();
        let kept = [
            builder.heap().list([Term::TRUE, Term::FALSE]),
            builder.heap().tuple(&[Term::OK]),
            builder.heap().binary(b"abc"),
        ];
        let area = LiteralArea::new(&kept).expect("room");
        let heap = Heap::new();
        let mut lists = vec![area.get(0), Term::EMPTY_LIST, area.get(1), heap.tuple(&[Term::OK, area.get(2)])];
        // Tails before and behind their cells, at steps that hold for a while and then change.
        for (turn, round) in (0..400).zip(0_usize..) {
            let number = Term::small32(turn);
            let head = match round % 23 {
                3 => heap.tuple(&[number, number]),
                5 => heap.tuple(&[number, heap.list([number])]),
                7 => heap.binary(&[0xa5; 70]),
                9 => heap.float(f64::from(turn)),
                11 => area.get(round % 3),
                13 => heap.list([heap.tuple(&[]), heap.binary(&[1; 200])]),
                15 => heap.tuple(&[number; 40]),
                17 => heap.cons(number, heap.float(0.5)),
                _ => number,
            };
            let place = round % lists.len().min(1 + round / 40);
            lists[place] = heap.cons(head, lists[place]);
            if round % 50 == 0 {
                lists.push(heap.list((0..30).map(|n| heap.tuple(&[Term::small32(n), number]))));
            }
        }
        lists.push(lists.iter().fold(Term::EMPTY_LIST, |nest, list| heap.cons(*list, nest)));
        for list in lists {
            let copy = crate::Fragment::copy_of(list).expect("memory");
            assert_eq!(copy.words(), list.flat_size());
            for list in [list, copy.root()] {
                let mut cells = list.list_iter();
                let len = cells.by_ref().count();
                assert_eq!(list.list_len(), cells.tail().is_nil_list().then_some(len));
            }
            assert!(copy.root().same(list) && is_self_contained(&copy));
            let shared = measure_from(list, 0);
            if shared.words > 0 {
                let mut place = vec![Word::ZERO; shared.words];
                // SAFETY: the place has as many words as were measured; its owners are released below.
                let copied = unsafe { copy_to(list, shared, place.as_mut_ptr(), off_heap::EMPTY) };
                // SAFETY: the copy lives as long as `place`.
                assert!(unsafe { Term::from_word(copied.root) }.same(list));
                // SAFETY: the owners of the copy are used no more.
                unsafe { off_heap::release_list(copied.off_heap) };
            }
        }
    }
}
