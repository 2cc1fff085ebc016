//! The program's allocator.
//!
//! **What it is for.** Processes are made of many small blocks, which often end on another thread than the one that made
//! them: [`Allocator`] is mimalloc. It asks for alignment only where that is not given anyway: mimalloc's search for an
//! aligned block costs some two hundred instructions and may take a larger one, for each message that was sent.
//!
//! **Invariants.**
//! 1. A block of at least 16 bytes is aligned to 16: that is the allocator's minimum (`MI_MAX_ALIGN_SIZE`), and C's.
//!
//! **What it must not know.** What is allocated.

use std::alloc::{GlobalAlloc, Layout};

use libmimalloc_sys as mimalloc;

/// For `#[global_allocator]`.
pub struct Allocator;

/// Alignment that every block has which is at least as large.
const USUAL: usize = 16;

#[inline]
fn is_usual(layout: &Layout) -> bool {
    layout.align() <= USUAL && layout.align() <= layout.size()
}

// SAFETY: mimalloc keeps the contract of `malloc` and friends, from any thread and without unwinding; blocks are aligned as
// asked (invariant 1, or by the functions that take an alignment).
unsafe impl GlobalAlloc for Allocator {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: any size and any power of two will do.
        unsafe {
            if is_usual(&layout) {
                mimalloc::mi_malloc(layout.size()).cast()
            } else {
                mimalloc::mi_malloc_aligned(layout.size(), layout.align()).cast()
            }
        }
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above.
        unsafe {
            if is_usual(&layout) {
                mimalloc::mi_zalloc(layout.size()).cast()
            } else {
                mimalloc::mi_zalloc_aligned(layout.size(), layout.align()).cast()
            }
        }
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, _layout: Layout) {
        // SAFETY: the block came from the functions here, by the caller's promise.
        unsafe { mimalloc::mi_free(block.cast()) }
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: as above.
        unsafe {
            if layout.align() <= USUAL && layout.align() <= size {
                mimalloc::mi_realloc(block.cast(), size).cast()
            } else {
                mimalloc::mi_realloc_aligned(block.cast(), size, layout.align()).cast()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_aligned_as_asked() {
        for align in [1, 2, 4, 8, 16, 32, 64, 4096] {
            for size in [1, 8, 16, 24, 40, 48, 72, 100, 500, 5000, 70_000] {
                let layout = |size| Layout::from_size_align(size, align).expect("a power of two");
                // SAFETY: no size is 0.
                let blocks: Vec<*mut u8> = (0..20).map(|_| unsafe { Allocator.alloc(layout(size)) }).collect();
                for block in blocks {
                    assert!(!block.is_null() && block.addr().is_multiple_of(align), "{size} bytes at {align}");
                    // SAFETY: the block is at least so large, and given back once.
                    unsafe {
                        block.write_bytes(7, size);
                        let grown = Allocator.realloc(block, layout(size), size + 9);
                        assert!(grown.addr().is_multiple_of(align) && grown.read() == 7);
                        Allocator.dealloc(grown, layout(size + 9));
                    }
                }
            }
        }
    }
}
