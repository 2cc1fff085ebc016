//! Literals: terms that belong to a module version and that no collection moves.
//!
//! **What it is for.** [`LiteralBuilder`] builds terms with the builders of a heap, [`LiteralArea`] keeps them in one
//! reserved address range. Whether a pointer leads to a literal is then one subtraction and one comparison. The upper half of the
//! range is for areas that will be freed one day ([`LiteralArea::passing`]): they hold all that a module version may be referred
//! to by, so that a look at one address tells whether it leads to such a version. See `docs/design/code-versions.md`.
//!
//! **Invariants.**
//! 1. The reserved range is fixed once the first area exists; nothing but literals, fun entries and code lies in it.
//! 2. Objects of an area refer only to objects of areas that live at least as long.
//! 3. The memory of an area is not given to another one before the area is dropped; who drops it has made sure that no
//!    heap, stack or table refers to it any more.
//! 4. Nothing outside of a process's heap, stack and roots points into the upper half: copies take what lies there along.
//!
//! **What it must not know.** Modules, when versions die.

use std::ptr::{NonNull, null_mut};
use std::sync::{Mutex, OnceLock, PoisonError};

use crate::block;
use crate::copy;
use crate::fun::FunEntry;
use crate::heap::{Heap, OutOfMemory};
use crate::off_heap;
use crate::term::Term;
use crate::word::Word;

/// Sizes tried for the reservation, in bytes: address space limits may forbid the larger ones.
const RESERVE: [usize; 4] = [64 << 30, 4 << 30, 1 << 30, 128 << 20];
/// Areas start at multiples of this many bytes. Most modules have few literals, so areas share pages; what is freed is used
/// again, not given back to the system.
const GRAIN: usize = 64;
/// Bytes that are made accessible at a time.
const COMMIT: usize = 1 << 16;
/// Words of a fun entry.
const ENTRY_WORDS: usize = size_of::<FunEntry>() / size_of::<Word>();
const _: () =
    assert!(size_of::<FunEntry>().is_multiple_of(size_of::<Word>()) && align_of::<FunEntry>() == align_of::<Word>());

/// The reserved addresses.
#[derive(Clone, Copy)]
pub(crate) struct Range {
    low: u64,
    size: u64,
}

impl Range {
    #[inline]
    pub(crate) fn contains(self, word: Word) -> bool {
        word.0.wrapping_sub(self.low) < self.size
    }

    /// Whether a word is a pointer, and leads to no literal.
    #[inline]
    pub(crate) fn excludes(self, word: Word) -> bool {
        word.is_pointer() && !self.contains(word)
    }
}

/// Both halves of the reservation: what stays, and what is freed one day.
struct Space {
    whole: Range,
    lasting: Half,
    passing: Half,
}

/// Half of the reservation, with what is unused of it.
struct Half {
    range: Range,
    free: Mutex<Free>,
}

impl Half {
    fn new(low: u64, size: u64) -> Half {
        Half { range: Range { low, size }, free: Mutex::new(Free { top: 0, committed: 0, holes: Vec::new() }) }
    }
}

/// Which part of the range is unused, in bytes from its start.
struct Free {
    top: usize,
    /// Up to here memory is accessible; a multiple of [`COMMIT`].
    committed: usize,
    /// Areas given back: offset and size, sorted by offset.
    holes: Vec<(usize, usize)>,
}

fn space() -> &'static Space {
    static SPACE: OnceLock<Space> = OnceLock::new();
    SPACE.get_or_init(|| {
        let halves = |low: u64, size: u64| Space {
            whole: Range { low, size },
            lasting: Half::new(low, size / 2),
            passing: Half::new(low + size / 2, size / 2),
        };
        for size in RESERVE {
            // SAFETY: a new private mapping at an address of the system's choice touches no memory of ours.
            let start = unsafe {
                libc::mmap(
                    null_mut(),
                    size,
                    libc::PROT_NONE,
                    libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE,
                    -1,
                    0,
                )
            };
            if start != libc::MAP_FAILED {
                return halves(start as u64, size as u64);
            }
        }
        halves(0, 0)
    })
}

/// All reserved addresses: what no collection moves. Not for copies, which take along what passes: see [`lasting`].
#[inline]
pub(crate) fn whole() -> Range {
    space().whole
}

/// The addresses of what is never freed, so that copies need not take it along.
#[inline]
pub(crate) fn lasting() -> Range {
    space().lasting.range
}

/// The addresses of what is freed one day.
#[inline]
pub(crate) fn passing() -> Range {
    space().passing.range
}

/// Whether a pointer leads to a literal.
#[inline]
pub fn is_literal(word: Word) -> bool {
    word.is_pointer() && whole().contains(word)
}

impl Half {
    fn allocate(&self, bytes: usize) -> Option<*mut u8> {
        let bytes = bytes.next_multiple_of(GRAIN);
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let offset = if let Some(place) = free.holes.iter().position(|&(_, size)| size >= bytes) {
            let (offset, size) = free.holes[place];
            if size == bytes {
                free.holes.remove(place);
            } else {
                free.holes[place] = (offset + bytes, size - bytes);
            }
            offset
        } else {
            let offset = free.top;
            let top = offset.checked_add(bytes)?;
            if top as u64 > self.range.size {
                return None;
            }
            self.commit(&mut free, top)?;
            free.top = top;
            offset
        };
        Some((self.range.low as usize + offset) as *mut u8)
    }

    /// Makes memory accessible up to an offset.
    fn commit(&self, free: &mut Free, top: usize) -> Option<()> {
        if top <= free.committed {
            return Some(());
        }
        let wanted = top.next_multiple_of(COMMIT).min(self.range.size as usize);
        let start = (self.range.low as usize + free.committed) as *mut u8;
        let bytes = wanted - free.committed;
        // SAFETY: the pages lie in our reservation and belong to no area.
        let done = unsafe { libc::mprotect(start.cast(), bytes, libc::PROT_READ | libc::PROT_WRITE) };
        free.committed = if done == 0 { wanted } else { return None };
        Some(())
    }

    /// Makes a freed part available again, merged with its neighbours.
    fn give_back(free: &mut Free, mut offset: usize, mut bytes: usize) {
        let place = free.holes.partition_point(|&(start, _)| start < offset);
        if let Some(&(start, size)) = free.holes.get(place)
            && offset + bytes == start
        {
            bytes += size;
            free.holes.remove(place);
        }
        if place > 0 && free.holes[place - 1].0 + free.holes[place - 1].1 == offset {
            offset = free.holes[place - 1].0;
            bytes += free.holes[place - 1].1;
            free.holes.remove(place - 1);
        }
        if offset + bytes == free.top {
            free.top = offset;
        } else {
            let place = free.holes.partition_point(|&(start, _)| start < offset);
            free.holes.insert(place, (offset, bytes));
        }
    }

    fn free(&self, start: *mut u8, bytes: usize) {
        let bytes = bytes.next_multiple_of(GRAIN);
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        Half::give_back(&mut free, start as usize - self.range.low as usize, bytes);
    }
}

/// Builds the literals of a module version.
#[derive(Default)]
pub struct LiteralBuilder {
    heap: Heap,
}

impl LiteralBuilder {
    pub fn new() -> LiteralBuilder {
        LiteralBuilder { heap: Heap::new() }
    }

    /// Where to build: all builders of a heap work.
    pub fn heap(&self) -> &Heap {
        &self.heap
    }
}

/// The literals of a module version, by number; with it what else code is referred to by.
pub struct LiteralArea {
    half: &'static Half,
    start: Option<NonNull<Word>>,
    /// Of all that the area holds.
    size: usize,
    words: usize,
    terms: Box<[Word]>,
    off_heap: *mut Word,
    funs: usize,
    code: usize,
}

// SAFETY: an area is read-only once made, but for the atomics of its fun entries, and owns what it points to.
unsafe impl Send for LiteralArea {}
// SAFETY: as for `Send`.
unsafe impl Sync for LiteralArea {}

impl LiteralArea {
    /// Copies `terms` into the reserved range. They may come from any heap and share literals of older areas, which
    /// must then live as long (invariant 2).
    pub fn new(terms: &[Term<'_>]) -> Result<LiteralArea, OutOfMemory> {
        LiteralArea::build(&space().lasting, terms, Vec::new(), 0)
    }

    /// As [`LiteralArea::new`], with fun entries and room for so many words of code behind the literals.
    pub fn lasting(terms: &[Term<'_>], funs: Vec<FunEntry>, code: usize) -> Result<LiteralArea, OutOfMemory> {
        LiteralArea::build(&space().lasting, terms, funs, code)
    }

    /// As [`LiteralArea::lasting`], where all of it is freed one day: such literals don't leave the heaps that use them uncopied.
    pub fn passing(terms: &[Term<'_>], funs: Vec<FunEntry>, code: usize) -> Result<LiteralArea, OutOfMemory> {
        LiteralArea::build(&space().passing, terms, funs, code)
    }

    fn build(
        half: &'static Half,
        terms: &[Term<'_>],
        funs: Vec<FunEntry>,
        code: usize,
    ) -> Result<LiteralArea, OutOfMemory> {
        let sizes: Vec<copy::Measure> = terms.iter().map(|term| copy::measure(*term)).collect();
        let words: usize = sizes.iter().map(|size| size.words).sum();
        let size = words + funs.len() * ENTRY_WORDS + code;
        let mut area = LiteralArea {
            half,
            start: None,
            size,
            words,
            terms: Box::new([]),
            off_heap: off_heap::EMPTY,
            funs: funs.len(),
            code,
        };
        if size > 0 {
            let start = half.allocate(size * size_of::<Word>()).ok_or(OutOfMemory)?;
            area.start = NonNull::new(start.cast());
        }
        let mut place = area.start.map_or(null_mut(), NonNull::as_ptr);
        let mut copies = Vec::with_capacity(terms.len());
        for (term, size) in terms.iter().zip(sizes) {
            // SAFETY: the area has room for the sum of all sizes.
            unsafe {
                let copied = copy::copy_to(*term, size, place, area.off_heap);
                area.off_heap = copied.off_heap;
                copies.push(copied.root);
                place = place.wrapping_add(size.words);
            }
        }
        area.terms = copies.into_boxed_slice();
        for (index, fun) in funs.into_iter().enumerate() {
            // SAFETY: there is room for all entries behind the literals, at multiples of their alignment.
            unsafe { place.cast::<FunEntry>().add(index).write(fun) };
        }
        for index in 0..code {
            // SAFETY: there is room for so many words behind the entries.
            unsafe { place.add(area.funs * ENTRY_WORDS + index).write(Word::ZERO) };
        }
        Ok(area)
    }

    /// The fun entries, in the order in which they were given.
    pub fn funs(&self) -> &[FunEntry] {
        let start = self.part(self.words).cast();
        // SAFETY: the area was built with so many entries there, which only their atomics change.
        unsafe { std::slice::from_raw_parts(start, self.funs) }
    }

    /// The code.
    pub fn code(&self) -> &[u64] {
        let start = self.part(self.words + self.funs * ENTRY_WORDS).cast();
        // SAFETY: the area was built with so many words there.
        unsafe { std::slice::from_raw_parts(start, self.code) }
    }

    /// Where the code is written to, once.
    pub fn code_mut(&mut self) -> &mut [u64] {
        let start = self.part(self.words + self.funs * ENTRY_WORDS).cast_mut().cast();
        // SAFETY: as for `code`, and nobody else has the area.
        unsafe { std::slice::from_raw_parts_mut(start, self.code) }
    }

    fn part(&self, offset: usize) -> *const Word {
        let start = self.start.unwrap_or(NonNull::dangling()).as_ptr();
        start.wrapping_add(offset).cast_const()
    }

    /// The addresses of all that the area holds.
    pub fn addresses(&self) -> std::ops::Range<u64> {
        let start = self.start.map_or(0, |start| start.as_ptr() as u64);
        start..start + (self.size * size_of::<Word>()) as u64
    }

    /// Literals in the order they were given.
    pub fn len(&self) -> usize {
        self.terms.len()
    }

    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// A literal by number.
    ///
    /// # Panics
    /// When there is no such literal.
    pub fn get(&self, index: usize) -> Term<'_> {
        // SAFETY: the area lives during the borrow and its objects never move.
        unsafe { Term::from_word(self.terms[index]) }
    }

    /// The words of all literals, for tables of constants.
    pub fn words(&self) -> &[Word] {
        &self.terms
    }

    /// Words that the objects take.
    pub fn size_words(&self) -> usize {
        self.words
    }

    /// Whether a pointer leads to a literal of this area.
    pub fn contains(&self, word: Word) -> bool {
        let Some(start) = self.start else { return false };
        word.is_pointer() && word.0.wrapping_sub(start.as_ptr() as u64) < (self.words * size_of::<Word>()) as u64
    }
}

impl Drop for LiteralArea {
    fn drop(&mut self) {
        // SAFETY: by invariant 3 nobody refers to the area any more; each owner is released once.
        unsafe { off_heap::release_list(self.off_heap) };
        if let Some(start) = self.start {
            if block::poisons() {
                for place in 0..self.size {
                    // SAFETY: the words are the area's.
                    unsafe { start.as_ptr().add(place).write(Word::POISON) };
                }
            }
            self.half.free(start.as_ptr().cast(), self.size * size_of::<Word>());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_lie_in_the_range_and_are_not_copied() {
        let builder = LiteralBuilder::new();
        let heap = builder.heap();
        let list = heap.list([Term::small32(1), heap.binary(&[7; 200])]);
        let area = LiteralArea::new(&[list, Term::TRUE]).expect("room");
        drop(builder);
        assert!(is_literal(area.get(0).word()) && area.contains(area.get(0).word()));
        assert!(!is_literal(area.get(1).word()));
        assert_eq!(area.get(0).flat_size(), 0);
        assert_eq!(area.get(0).list_len(), Some(2));
    }

    #[test]
    fn freed_parts_are_used_again() {
        let mut free = Free { top: 0, committed: 0, holes: vec![] };
        free.top = 5 * GRAIN;
        Half::give_back(&mut free, GRAIN, GRAIN);
        Half::give_back(&mut free, 3 * GRAIN, GRAIN);
        assert_eq!(free.holes, [(GRAIN, GRAIN), (3 * GRAIN, GRAIN)]);
        Half::give_back(&mut free, 2 * GRAIN, GRAIN);
        assert_eq!(free.holes, [(GRAIN, 3 * GRAIN)]);
        Half::give_back(&mut free, 4 * GRAIN, GRAIN);
        assert_eq!((free.top, free.holes.len()), (GRAIN, 0));
    }

    #[test]
    fn what_passes_does_not_leave_a_heap_uncopied() {
        let builder = LiteralBuilder::new();
        let list = builder.heap().list([Term::OK, builder.heap().binary(&[7; 200])]);
        let area = LiteralArea::passing(&[list], Vec::new(), 3).expect("room");
        assert!(is_literal(area.get(0).word()));
        assert_eq!(area.code(), [0; 3]);
        let heap = Heap::new();
        let copy = heap.copy_in(heap.tuple(&[area.get(0), Term::TRUE]));
        drop(area);
        assert_eq!(copy.as_tuple().and_then(|items| items[0].list_len()), Some(2));
    }
}
