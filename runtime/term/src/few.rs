//! Copying terms of a few words, as most messages are, in one walk.
//!
//! **What it is for.** [`copy_few`] copies to a place of fixed size and gives up when the term is larger or has parts that have to be
//! counted; the general copy (`copy.rs`) measures first, which costs more than the copy of a small term. [`relocate`] moves
//! such a copy, or a fragment's words, to where they are to stay.
//!
//! **How.** Cheney's walk over the target, as in `copy.rs`. Sharing within so few words is not looked for.
//!
//! **What it must not know.** Whose memory either side is.

use crate::literal;
use crate::off_heap;
use crate::word::Word;

/// Words that [`copy_few`] writes at most.
pub(crate) const FEW: usize = 48;

/// Copies `words` words one by one: what prepares a copy by vectors takes longer than that of a few words.
///
/// # Safety
/// So many words lie at `from`, and there is room for them at `to`, elsewhere.
#[inline(always)]
#[expect(clippy::inline_always, reason = "it is a loop of three instructions")]
unsafe fn short_copy(from: *const Word, to: *mut Word, words: usize) {
    // SAFETY: by contract.
    unsafe {
        let mut place = 0;
        while place < words {
            to.add(place).write_volatile(*from.add(place));
            place += 1;
        }
    }
}

/// Copies one object to `top`, unless it does not fit or is counted.
///
/// # Safety
/// `word` leads to a live object; `top` to `end` is free memory elsewhere.
#[inline]
unsafe fn shallow(word: Word, top: &mut *mut Word, end: *mut Word) -> Option<Word> {
    // SAFETY: the object is live, and the target has room where that is checked.
    unsafe {
        let (from, to) = (word.address(), *top);
        let room = end.offset_from(to).cast_unsigned();
        if word.is_cons() {
            if room < 2 {
                return None;
            }
            *to = *from;
            *to.add(1) = *from.add(1);
            *top = to.add(2);
            return Some(Word::cons_at(to));
        }
        let header = *from;
        let words = 1 + header.header_size();
        if words > room || off_heap::is_counted(header.header_kind()) {
            return None;
        }
        short_copy(from, to, words);
        *top = to.add(words);
        Some(Word::boxed_at(to))
    }
}

/// Copies what the pointer `word` leads to, but no literals that last, to `start`: the copy, and the end of its words. `None` when that is
/// more than fits before `end`, or something in it is counted; what was written is of no use then.
///
/// # Safety
/// `word` leads to a live object that is no such literal; `start` to `end` is free memory elsewhere.
#[inline]
pub(crate) unsafe fn copy_few(
    word: Word,
    start: *mut Word,
    end: *mut Word,
    literals: literal::Range,
) -> Option<(Word, *mut Word)> {
    // SAFETY: by contract; between `start` and `top` lie whole objects, whose pointers lead to the original until they are scanned.
    unsafe {
        let mut top = start;
        let root = shallow(word, &mut top, end)?;
        let mut scan = start;
        while scan < top {
            let word = *scan;
            if word.is_pointer() {
                if !literals.contains(word) {
                    *scan = shallow(word, &mut top, end)?;
                }
            } else if word.is_opaque_header() {
                scan = scan.add(word.header_size());
            }
            scan = scan.add(1);
        }
        Some((root, top))
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
                short_copy(from.add(place), to.add(place), word.header_size());
                place += word.header_size();
            }
        }
    }
    moved(root)
}
