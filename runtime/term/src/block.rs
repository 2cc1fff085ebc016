//! Raw memory for heaps: blocks of words from the system allocator, with a small pool of each thread.
//!
//! **What it is for.** [`Block`] allocates and frees process blocks, old generations and fragments. Allocation is
//! fallible; the caller turns a failure into a kill or a system limit.
//!
//! **Invariants.**
//! 1. A block is aligned to 16 bytes, so the three low bits of every word address are free for tags.
//! 2. A block is freed with the size it was allocated with; [`Block`] keeps both together.
//! 3. Pooled blocks have exactly the size of their class; other sizes go straight to the allocator.
//!
//! **What it must not know.** What lies in the memory.

use std::alloc::{Layout, alloc, dealloc};
use std::cell::RefCell;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::heap::FIRST_BLOCK;
use crate::word::Word;

static POISON: AtomicBool = AtomicBool::new(cfg!(debug_assertions));

/// Switches the filling of freed memory with [`Word::POISON`].
pub(crate) fn set_poison(on: bool) {
    POISON.store(on, Ordering::Relaxed);
}

/// Whether freed memory is to be filled.
pub(crate) fn poisons() -> bool {
    POISON.load(Ordering::Relaxed)
}

/// Sizes in words that the pool keeps, and how many of each.
const CLASSES: [(usize, usize); 4] = [(FIRST_BLOCK, 256), (128, 128), (256, 32), (512, 16)];

struct Pool([Vec<NonNull<Word>>; CLASSES.len()]);

impl Drop for Pool {
    fn drop(&mut self) {
        for (blocks, (words, _)) in self.0.iter_mut().zip(CLASSES) {
            for block in blocks.drain(..) {
                // SAFETY: invariant 3, the block was allocated with this class's layout.
                unsafe { dealloc(block.as_ptr().cast(), layout(words).expect("class sizes are small")) };
            }
        }
    }
}

thread_local! {
    static POOL: RefCell<Pool> = const { RefCell::new(Pool([const { Vec::new() }; CLASSES.len()])) };
}

fn layout(words: usize) -> Option<Layout> {
    Layout::from_size_align(words.checked_mul(8)?, 16).ok()
}

fn class(words: usize) -> Option<usize> {
    CLASSES.iter().position(|&(size, _)| size == words)
}

/// Allocates `words` words of uninitialised memory; `None` when there is none.
pub(crate) fn allocate(words: usize) -> Option<NonNull<Word>> {
    debug_assert!(words > 0);
    if let Some(class) = class(words) {
        // A thread that is being torn down has no pool any more; then the allocator serves.
        let pooled = POOL.try_with(|pool| pool.borrow_mut().0[class].pop()).ok().flatten();
        if pooled.is_some() {
            return pooled;
        }
    }
    // SAFETY: the layout has a size above zero.
    NonNull::new(unsafe { alloc(layout(words)?) }.cast())
}

/// Frees what [`allocate`] gave.
///
/// # Safety
/// `start` came from `allocate(words)`, was not freed since, and nothing refers to it any more.
pub(crate) unsafe fn free(start: NonNull<Word>, words: usize) {
    if poisons() {
        for place in 0..words {
            // SAFETY: the block has `words` words and is ours.
            unsafe { start.add(place).write(Word::POISON) };
        }
    }
    if let Some(class) = class(words) {
        let kept = POOL.try_with(|pool| {
            let blocks = &mut pool.borrow_mut().0[class];
            let room = blocks.len() < CLASSES[class].1;
            if room {
                blocks.push(start);
            }
            room
        });
        if kept.unwrap_or(false) {
            return;
        }
    }
    let layout = layout(words).expect("the size had a layout when it was allocated");
    // SAFETY: by contract the block came from the allocator with this layout.
    unsafe { dealloc(start.as_ptr().cast(), layout) };
}

/// The block size that a heap with need for `words` words gets: the first, 128, doubling to a million, then a fifth more each.
pub(crate) fn size_class(words: usize) -> usize {
    const DOUBLING_MAX: usize = 1 << 20;
    if words <= FIRST_BLOCK {
        return FIRST_BLOCK;
    }
    if words <= DOUBLING_MAX {
        return words.next_power_of_two().max(128);
    }
    let mut size = DOUBLING_MAX;
    while size < words {
        size += size / 5;
    }
    size
}

/// The next larger class after `words`.
pub(crate) fn next_size_class(words: usize) -> usize {
    size_class(words + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_grow() {
        assert_eq!(size_class(1), FIRST_BLOCK);
        assert_eq!(size_class(FIRST_BLOCK), FIRST_BLOCK);
        assert_eq!(size_class(FIRST_BLOCK + 1), 128);
        assert_eq!(size_class(129), 256);
        assert_eq!(size_class(1 << 20), 1 << 20);
        assert_eq!(size_class((1 << 20) + 1), (1 << 20) + (1 << 20) / 5);
        assert_eq!(next_size_class(FIRST_BLOCK), 128);
    }

    #[test]
    fn pooled_blocks_come_back() {
        let block = allocate(FIRST_BLOCK).expect("memory");
        // SAFETY: just allocated, unused.
        unsafe { free(block, FIRST_BLOCK) };
        assert_eq!(allocate(FIRST_BLOCK), Some(block));
        // SAFETY: as above.
        unsafe { free(block, FIRST_BLOCK) };
    }
}
