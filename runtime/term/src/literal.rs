//! Literals: terms that belong to a module version and that no collection moves.
//!
//! **What it is for.** [`LiteralBuilder`] builds terms with the builders of a heap, [`LiteralArea`] keeps them in one
//! reserved address range. Whether a pointer leads to a literal is then one subtraction and one comparison.
//!
//! **Invariants.**
//! 1. The reserved range is fixed once the first area exists; nothing but literals lies in it.
//! 2. Objects of an area refer only to objects of areas that live at least as long.
//! 3. The memory of an area is not given to another one before the area is dropped; who drops it has made sure that no
//!    heap, stack or table refers to it any more.
//!
//! **What it must not know.** Modules, when versions die.

use std::ptr::{NonNull, null_mut};
use std::sync::{Mutex, OnceLock, PoisonError};

use crate::copy;
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

struct Space {
    range: Range,
    free: Mutex<Free>,
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
        let free = Mutex::new(Free { top: 0, committed: 0, holes: Vec::new() });
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
                return Space { range: Range { low: start as u64, size: size as u64 }, free };
            }
        }
        Space { range: Range { low: 0, size: 0 }, free }
    })
}

/// The reserved addresses, for the loops that test many pointers.
#[inline]
pub(crate) fn range() -> Range {
    space().range
}

/// Whether a pointer leads to a literal.
#[inline]
pub fn is_literal(word: Word) -> bool {
    word.is_pointer() && range().contains(word)
}

impl Space {
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
        Self::give_back(&mut free, start as usize - self.range.low as usize, bytes);
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

/// The literals of a module version, by number.
pub struct LiteralArea {
    start: Option<NonNull<Word>>,
    words: usize,
    terms: Box<[Word]>,
    off_heap: *mut Word,
}

// SAFETY: an area is read-only once made, and owns what it points to.
unsafe impl Send for LiteralArea {}
// SAFETY: as for `Send`.
unsafe impl Sync for LiteralArea {}

impl LiteralArea {
    /// Copies `terms` into the reserved range. They may come from any heap and share literals of older areas, which
    /// must then live as long (invariant 2).
    pub fn new(terms: &[Term<'_>]) -> Result<LiteralArea, OutOfMemory> {
        let sizes: Vec<copy::Measure> = terms.iter().map(|term| copy::measure(*term)).collect();
        let words: usize = sizes.iter().map(|size| size.words).sum();
        let mut area = LiteralArea { start: None, words, terms: Box::new([]), off_heap: off_heap::EMPTY };
        if words > 0 {
            let start = space().allocate(words * size_of::<Word>()).ok_or(OutOfMemory)?;
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
        Ok(area)
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

    /// Whether a pointer leads into this area.
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
            space().free(start.as_ptr().cast(), self.words * size_of::<Word>());
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
        let heap = Heap::new();
        let mut free = Free { top: 0, committed: 0, holes: vec![] };
        free.top = 5 * GRAIN;
        Space::give_back(&mut free, GRAIN, GRAIN);
        Space::give_back(&mut free, 3 * GRAIN, GRAIN);
        assert_eq!(free.holes, [(GRAIN, GRAIN), (3 * GRAIN, GRAIN)]);
        Space::give_back(&mut free, 2 * GRAIN, GRAIN);
        assert_eq!(free.holes, [(GRAIN, 3 * GRAIN)]);
        Space::give_back(&mut free, 4 * GRAIN, GRAIN);
        assert_eq!((free.top, free.holes.len()), (GRAIN, 0));
        drop(heap);
    }
}
