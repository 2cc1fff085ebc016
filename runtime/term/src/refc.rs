//! Reference-counted bytes: the storage behind binaries of more than 64 bytes.
//!
//! **What it is for.** [`RefcBytes`] is shared by heaps of many processes; each handle object on a heap owns one count.
//!
//! **Invariants.**
//! 1. `used <= capacity`, and `used` only grows. Bytes below `used` are initialised and never written again.
//! 2. Who grows `used` from `n` to `m` by compare-exchange alone may write the bytes from `n` to `m`, and must do so
//!    before any view that covers them is made. So appending in place needs no lock: the handle whose view ends at
//!    `used` wins once, every other one copies.
//! 3. A view never reaches beyond the bytes that were written before the view was made.
//!
//! **What it must not know.** Terms, heaps.

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicUsize, Ordering, fence};

#[repr(C)]
struct Block {
    count: AtomicUsize,
    used: AtomicUsize,
    capacity: usize,
}

/// Bytes between the start of a block and its data.
pub(crate) const DATA_OFFSET: usize = size_of::<Block>();

/// A counted reference to shared bytes.
pub(crate) struct RefcBytes(NonNull<Block>);

// SAFETY: counts are atomic and bytes are immutable once visible (invariants 1 and 2).
unsafe impl Send for RefcBytes {}
// SAFETY: as for `Send`.
unsafe impl Sync for RefcBytes {}

fn layout(capacity: usize) -> Option<Layout> {
    Layout::from_size_align(size_of::<Block>().checked_add(capacity)?, 8).ok()
}

impl RefcBytes {
    /// Room for `capacity` bytes, none used. `None` when there is no memory.
    pub(crate) fn with_capacity(capacity: usize) -> Option<RefcBytes> {
        // SAFETY: the layout is not empty.
        let block: NonNull<Block> = NonNull::new(unsafe { alloc(layout(capacity)?) }.cast())?;
        // SAFETY: freshly allocated with room for the header.
        unsafe { block.write(Block { count: AtomicUsize::new(1), used: AtomicUsize::new(0), capacity }) };
        Some(RefcBytes(block))
    }

    /// Storage that `fill` initialises; it starts as zeros.
    pub(crate) fn build(size: usize, capacity: usize, fill: impl FnOnce(&mut [u8])) -> Option<RefcBytes> {
        let bytes = RefcBytes::with_capacity(capacity.max(size))?;
        // SAFETY: nobody else knows the block yet; `size` bytes lie within the capacity.
        let data = unsafe {
            bytes.data().write_bytes(0, size);
            std::slice::from_raw_parts_mut(bytes.data(), size)
        };
        fill(data);
        bytes.block().used.store(size, Ordering::Release);
        Some(bytes)
    }

    /// A copy of `source`. Aborts like any small allocation when there is no memory.
    pub(crate) fn copy_of(source: &[u8]) -> RefcBytes {
        match RefcBytes::with_capacity(source.len()) {
            Some(bytes) => {
                let written = bytes.try_append(0, source);
                debug_assert!(written);
                bytes
            }
            None => handle_alloc_error(layout(source.len()).unwrap_or(Layout::new::<Block>())),
        }
    }

    fn block(&self) -> &Block {
        // SAFETY: the handle owns a count, so the block lives.
        unsafe { self.0.as_ref() }
    }

    fn data(&self) -> *mut u8 {
        // SAFETY: the data starts right after the header of the same allocation.
        unsafe { self.0.as_ptr().add(1).cast() }
    }

    /// Bytes written so far.
    pub(crate) fn used(&self) -> usize {
        self.block().used.load(Ordering::Acquire)
    }

    pub(crate) fn capacity(&self) -> usize {
        self.block().capacity
    }

    /// The first `size` bytes.
    ///
    /// # Panics
    /// When fewer have been written.
    pub(crate) fn view(&self, size: usize) -> &[u8] {
        assert!(size <= self.used(), "a view covers written bytes only (invariant 3)");
        // SAFETY: invariants 1 and 3.
        unsafe { std::slice::from_raw_parts(self.data(), size) }
    }

    /// Appends `tail` in place if the bytes end at `at` and there is room (invariant 2).
    pub(crate) fn try_append(&self, at: usize, tail: &[u8]) -> bool {
        let Some(end) = at.checked_add(tail.len()).filter(|&end| end <= self.capacity()) else { return false };
        if tail.is_empty() {
            return at <= self.used();
        }
        let used = &self.block().used;
        // With the only handle there is nobody to race with.
        if self.count() == 1 {
            if used.load(Ordering::Relaxed) != at {
                return false;
            }
            used.store(end, Ordering::Release);
            // SAFETY: nobody else knows the block; the range lies behind what is written and within the capacity.
            unsafe { self.data().add(at).copy_from_nonoverlapping(tail.as_ptr(), tail.len()) };
            return true;
        }
        // Two steps would let a reader count bytes that are not written yet. Views are made from sizes that handles
        // record, and no handle for the new bytes exists before this returns, so one exchange is enough.
        if used.compare_exchange(at, end, Ordering::AcqRel, Ordering::Relaxed).is_err() {
            return false;
        }
        // SAFETY: invariant 2 gives this range to us alone; it lies within the capacity.
        unsafe { self.data().add(at).copy_from_nonoverlapping(tail.as_ptr(), tail.len()) };
        true
    }

    /// Handles that exist.
    pub(crate) fn count(&self) -> usize {
        self.block().count.load(Ordering::Relaxed)
    }

    /// Gives up the handle for an address that a heap object keeps; the address is a multiple of 8.
    pub(crate) fn into_address(self) -> u64 {
        let address = self.0.as_ptr() as u64;
        std::mem::forget(self);
        address
    }

    /// Takes the count back.
    ///
    /// # Safety
    /// `address` came from [`RefcBytes::into_address`] and its count was not taken back yet.
    pub(crate) unsafe fn from_address(address: u64) -> RefcBytes {
        // SAFETY: by contract the address is that of a live block.
        RefcBytes(unsafe { NonNull::new_unchecked(address as *mut Block) })
    }

    /// One more count for the block behind an address.
    ///
    /// # Safety
    /// The block is alive: some object holds a count during the call.
    pub(crate) unsafe fn share_address(address: u64) -> RefcBytes {
        // SAFETY: alive by contract; forgetting the borrowed handle leaves its count alone.
        let borrowed = std::mem::ManuallyDrop::new(unsafe { RefcBytes::from_address(address) });
        RefcBytes::clone(&borrowed)
    }
}

impl Clone for RefcBytes {
    fn clone(&self) -> RefcBytes {
        self.block().count.fetch_add(1, Ordering::Relaxed);
        RefcBytes(self.0)
    }
}

impl Drop for RefcBytes {
    fn drop(&mut self) {
        if self.block().count.fetch_sub(1, Ordering::Release) == 1 {
            fence(Ordering::Acquire);
            let layout = layout(self.capacity()).expect("the layout was valid at allocation");
            // SAFETY: the last count is gone, so nobody refers to the block.
            unsafe { dealloc(self.0.as_ptr().cast(), layout) };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_writer_appends_in_place() {
        let bytes = RefcBytes::with_capacity(8).expect("memory");
        assert!(bytes.try_append(0, b"abc"));
        assert!(bytes.try_append(3, b"de"));
        assert!(!bytes.try_append(3, b"x"), "the place after abc is taken");
        assert!(!bytes.try_append(5, b"long"), "no room");
        assert_eq!(bytes.view(5), b"abcde");
    }

    #[test]
    fn counts_follow_handles() {
        let bytes = RefcBytes::copy_of(&[7; 100]);
        let other = bytes.clone();
        assert_eq!(bytes.count(), 2);
        drop(other);
        assert_eq!(bytes.count(), 1);
        // SAFETY: the address comes right from `into_address`.
        let bytes = unsafe { RefcBytes::from_address(bytes.into_address()) };
        assert_eq!(bytes.view(100), &[7; 100]);
    }
}
