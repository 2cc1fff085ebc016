//! Copying terms of a few words, as most messages are, in one walk.
//!
//! **What it is for.** [`copy_few`] copies to a place of fixed size and gives up when the term is larger or owns something off the
//! heap; the general copy (`copy.rs`) measures first, which costs more than the copy of a small term. [`Fields::rebase`] moves
//! such a copy to where it is to stay, [`relocate`] the words of a fragment, of which no fields are known.
//!
//! **How.** Each object is copied word by word, and those of its words that lead to further objects are noted; the list of notes is
//! what is still to be copied, in order, and in the end all that has to change when the copy moves. Sharing within so few words is not
//! looked for.
//!
//! **What it must not know.** Whose memory either side is.

use std::mem::MaybeUninit;

use crate::copy;
use crate::fun::FunEntry;
use crate::literal;
use crate::off_heap;
use crate::word::{Boxed, Word};

/// Words that [`copy_few`] writes at most.
pub(crate) const FEW: usize = 48;

/// The words of a copy that lead to other objects of it.
pub(crate) struct Fields {
    places: [MaybeUninit<*mut Word>; FEW],
    /// How many there are. Each word of a copy is one at most, so the places suffice.
    count: usize,
    /// Whether the copy has funs.
    pub(crate) funs: bool,
}

impl Fields {
    #[inline]
    pub(crate) const fn new() -> Fields {
        Fields { places: [const { MaybeUninit::uninit() }; FEW], count: 0, funs: false }
    }

    /// Notes a word that was just written, if it leads to something that has to be copied.
    ///
    /// # Safety
    /// `place` is one of the words of this copy, and is noted once.
    #[inline]
    unsafe fn note(&mut self, place: *mut Word, word: Word, literals: literal::Range) {
        if word.is_pointer() && !literals.contains(word) {
            debug_assert!(self.count < FEW, "a copy has no more words");
            // SAFETY: fewer places are taken than the copy has words.
            unsafe { self.places.get_unchecked_mut(self.count).write(place) };
            self.count += 1;
        }
    }

    /// Moves the copy of `words` words at `from`, whose fields these are, to a free place. Gives where `root` leads then.
    ///
    /// # Safety
    /// The copy was made there with these fields, `root` is its root, and at `to` is room for it elsewhere.
    #[inline]
    pub(crate) unsafe fn rebase(&self, from: *const Word, to: *mut Word, words: usize, root: Word) -> Word {
        let shift = (to as u64).wrapping_sub(from as u64);
        // SAFETY: by contract; the first places are filled, each with the address of a word from `from` on.
        unsafe {
            copy::copy_few(from, to, words);
            for place in self.places.get_unchecked(..self.count) {
                let place = place.assume_init();
                *place.byte_offset(shift.cast_signed() as isize) = Word((*place).0.wrapping_add(shift));
            }
        }
        Word(root.0.wrapping_add(shift))
    }
}

/// Copies what the pointer `word` leads to, but no literals that last, to `start`: the copy, and the end of its words. `None` when that is
/// more than fits before `end`, or something in it owns what is off the heap; what was written is of no use then.
///
/// # Safety
/// `word` leads to a live object that is no such literal; `start` to `end` is free memory elsewhere, [`FEW`] words at most; `fields` is
/// empty.
#[inline]
pub(crate) unsafe fn copy_few(
    word: Word,
    start: *mut Word,
    end: *mut Word,
    literals: literal::Range,
    fields: &mut Fields,
) -> Option<(Word, *mut Word)> {
    // SAFETY: by contract; objects are live, and the target has room where that is checked. A noted field holds the pointer to the
    // original until its turn comes.
    unsafe {
        let mut top = start;
        let mut original = word;
        let mut root = None;
        let mut next = 0;
        loop {
            let from = original.address();
            let room = end.offset_from(top).cast_unsigned();
            let copy = if original.is_cons() {
                if room < 2 {
                    return None;
                }
                let copy = Word::cons_at(top);
                let (head, tail) = (*from, *from.add(1));
                *top = head;
                *top.add(1) = tail;
                fields.note(top, head, literals);
                fields.note(top.add(1), tail, literals);
                top = top.add(2);
                copy
            } else {
                let header = *from;
                let words = 1 + header.header_size();
                if words > room || off_heap::is_listed(header.header_kind()) {
                    return None;
                }
                if header.header_kind() == Boxed::Fun {
                    (*((*from.add(1)).0 as *const FunEntry)).uses.note();
                    fields.funs = true;
                }
                *top = header;
                if header.is_opaque_header() {
                    copy::copy_few(from, top, words);
                } else {
                    for place in 1..words {
                        let (word, to) = (*from.add(place), top.add(place));
                        *to = word;
                        fields.note(to, word, literals);
                    }
                }
                let copy = Word::boxed_at(top);
                top = top.add(words);
                copy
            };
            match root {
                None => root = Some(copy),
                Some(_) => *fields.places.get_unchecked(next - 1).assume_init() = copy,
            }
            if next == fields.count {
                return root.map(|root| (root, top));
            }
            original = *fields.places.get_unchecked(next).assume_init();
            next += 1;
        }
    }
}

/// Moves whole objects to a free place: pointers between them go along. Gives where `root` leads then.
///
/// # Safety
/// `words` words of whole objects start at `from`, and at `to` is room for them elsewhere.
#[inline]
pub(crate) unsafe fn relocate(from: *const Word, to: *mut Word, words: usize, root: Word) -> Word {
    let shift = (to as u64).wrapping_sub(from as u64);
    let size = (words * size_of::<Word>()) as u64;
    let moved = |word: Word| {
        let inside = word.is_pointer() && word.0.wrapping_sub(from as u64) < size;
        if inside { Word(word.0.wrapping_add(shift)) } else { word }
    };
    // SAFETY: by contract.
    unsafe {
        let mut place = 0;
        while place < words {
            let word = *from.add(place);
            *to.add(place) = moved(word);
            place += 1;
            if word.is_opaque_header() {
                copy::copy_few(from.add(place), to.add(place), word.header_size());
                place += word.header_size();
            }
        }
    }
    moved(root)
}
