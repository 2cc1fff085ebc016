//! The memory of a process: one block shared by heap and stack, an old generation, fragments, the off-heap lists.
//!
//! **What it is for.** [`Heap`] owns all of it. The heap grows upwards from the start of the block and the stack
//! downwards from its end; one comparison checks both. Builders (`build.rs`) allocate through `&Heap`; when the block
//! has no room they take a heap fragment, which the next collection empties. Nothing here ever collects.
//!
//! **Invariants.**
//! 1. `start <= high_water <= hp`, `hp + RED_ZONE <= sp <= end` (but while the machine pushes into the red zone).
//! 2. Everything from `start` to `hp` is parsable: objects with headers and cons cells, no holes. So is the old
//!    generation from `old_start` to `old_top`, and every chunk up to its `used` mark.
//! 3. Data below `high_water` has survived a collection. It refers only to other such data, old data and literals.
//! 4. Every refc binary and magic reference is on exactly one off-heap list: the young one (block and chunks) or the old
//!    one, and owns one count. Only `gc.rs` and `Drop` release counts.
//! 5. A heap belongs to one thread at a time; `&Heap` is not shared between threads.
//!
//! **What it must not know.** Processes, mailboxes, frames; what the words on the stack mean.

use std::cell::Cell;
use std::ptr::{NonNull, null_mut};

use crate::block;
use crate::fragment::{Chunk, ChunkHeader};
use crate::off_heap;
use crate::word::Word;

/// Words that stay free between heap and stack: room for return addresses and small frames without a check.
pub const RED_ZONE: usize = 24;
/// Words in the first block of a process: as many as fit into 448 bytes, a size class of the usual allocators, with room for
/// aligning them.
pub(crate) const FIRST_BLOCK: usize = 54;

/// Smallest fragment that a builder takes, in words.
const CHUNK_MIN: usize = 256;
/// Largest growth step of fragments, in words.
const CHUNK_MAX: usize = 1 << 16;
/// Off-heap kilobytes of young binaries after which a collection is asked for, at least.
pub(crate) const OFF_HEAP_LEAST_LIMIT_KB: u32 = 256;

/// The memory of one process. The first fields are read and written by the interpreter through [`crate::raw`].
#[repr(C)]
#[allow(clippy::struct_field_names, reason = "off-heap is a word of its own")]
pub struct Heap {
    pub(crate) hp: Cell<*mut Word>,
    pub(crate) sp: Cell<*mut Word>,
    pub(crate) start: Cell<*mut Word>,
    pub(crate) end: Cell<*mut Word>,
    pub(crate) high_water: Cell<*mut Word>,
    /// Adopted and overflow chunks; builders bump in the first one.
    pub(crate) chunks: Cell<*mut ChunkHeader>,
    /// Words of all chunks.
    pub(crate) chunk_words: Cell<usize>,
    pub(crate) old_start: Cell<*mut Word>,
    pub(crate) old_top: Cell<*mut Word>,
    pub(crate) old_end: Cell<*mut Word>,
    pub(crate) young_off_heap: Cell<*mut Word>,
    pub(crate) old_off_heap: Cell<*mut Word>,
    /// Bytes that young off-heap objects hold since the last collection.
    pub(crate) off_heap_bytes: Cell<usize>,
    /// Most words that block, old generation and chunks may have together.
    pub(crate) max_words: Cell<usize>,
    /// Off-heap kilobytes at which a collection is asked for.
    pub(crate) off_heap_limit_kb: Cell<u32>,
    pub(crate) collections: Cell<u32>,
    /// Words that the block does not shrink below, in units of the first block.
    min_blocks: Cell<u16>,
    pub(crate) minors_max: Cell<u16>,
    pub(crate) minors: Cell<u16>,
    /// Counts down safepoints in stress mode.
    pub(crate) stress_left: Cell<u8>,
    flags: Cell<u8>,
}

/// The next collection should take a larger block.
const GROW: u8 = 1;
/// Somebody asked for a collection.
const FORCED: u8 = 2;

const _: () = assert!(size_of::<Heap>() <= 128, "two cache lines of every process");

// SAFETY: the heap owns what it points to; a term of another thread never points here (invariant 5), counts are atomic
// and what magic references hold is `Send + Sync`.
unsafe impl Send for Heap {}

/// How a heap is to behave.
#[derive(Clone, Copy, Debug)]
pub struct HeapOptions {
    /// Words of the first block; rounded up to a size class. Blocks never shrink below it.
    pub min_words: usize,
    /// Words that all parts together may have, binaries outside of the heap included; `usize::MAX` for no limit.
    pub max_words: usize,
    /// Minor collections between two major ones.
    pub minors_max: u32,
}

impl Default for HeapOptions {
    fn default() -> HeapOptions {
        HeapOptions { min_words: FIRST_BLOCK, max_words: usize::MAX, minors_max: 65535 }
    }
}

/// There is no memory for a block.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OutOfMemory;

/// Sizes in words, for `process_info` and the like.
#[derive(Clone, Copy, Default, Debug)]
pub struct HeapStats {
    pub block_words: usize,
    pub heap_used: usize,
    pub stack_used: usize,
    pub old_words: usize,
    pub old_used: usize,
    pub chunk_words: usize,
    pub off_heap_bytes: usize,
    pub collections: u32,
    pub minors_since_major: u32,
}

/// A number of words in units of the first block, at most as many as 16 bits hold.
fn blocks(words: usize) -> u16 {
    u16::try_from(words / FIRST_BLOCK).unwrap_or(u16::MAX)
}

/// More minor collections than 16 bits can count are as good as no limit.
fn narrow_minors(minors: u32) -> u16 {
    u16::try_from(minors).unwrap_or(u16::MAX)
}

/// Words between two addresses of one block.
#[inline]
pub(crate) fn distance(low: *const Word, high: *const Word) -> usize {
    (high as usize).wrapping_sub(low as usize) / size_of::<Word>()
}

impl Heap {
    /// An empty heap with the smallest block.
    ///
    /// # Panics
    /// When there is no memory; [`Heap::with_options`] reports it.
    pub fn new() -> Heap {
        Heap::with_options(HeapOptions::default()).expect("432 bytes of memory")
    }

    pub fn with_options(options: HeapOptions) -> Result<Heap, OutOfMemory> {
        let words = block::size_class(options.min_words);
        let start = block::allocate(words).ok_or(OutOfMemory)?.as_ptr();
        // SAFETY: one past the end of the block that was just allocated.
        let end = unsafe { start.add(words) };
        Ok(Heap {
            hp: Cell::new(start),
            sp: Cell::new(end),
            start: Cell::new(start),
            end: Cell::new(end),
            high_water: Cell::new(start),
            chunks: Cell::new(null_mut()),
            chunk_words: Cell::new(0),
            old_start: Cell::new(null_mut()),
            old_top: Cell::new(null_mut()),
            old_end: Cell::new(null_mut()),
            young_off_heap: Cell::new(null_mut()),
            old_off_heap: Cell::new(null_mut()),
            off_heap_bytes: Cell::new(0),
            max_words: Cell::new(options.max_words),
            off_heap_limit_kb: Cell::new(OFF_HEAP_LEAST_LIMIT_KB),
            collections: Cell::new(0),
            min_blocks: Cell::new(blocks(words)),
            minors_max: Cell::new(narrow_minors(options.minors_max)),
            minors: Cell::new(0),
            stress_left: Cell::new(0),
            flags: Cell::new(0),
        })
    }

    /// Changes the limit of all parts together, binaries included; collections check it.
    pub fn set_max_words(&self, words: usize) {
        self.max_words.set(words);
    }

    /// Changes how many minor collections lie between two major ones.
    pub fn set_minors_max(&self, minors: u32) {
        self.minors_max.set(narrow_minors(minors));
    }

    /// Changes the size below which the block does not shrink.
    pub fn set_min_words(&self, words: usize) {
        self.min_blocks.set(blocks(block::size_class(words)));
    }

    pub fn stats(&self) -> HeapStats {
        HeapStats {
            block_words: distance(self.start.get(), self.end.get()),
            heap_used: distance(self.start.get(), self.hp.get()),
            stack_used: distance(self.sp.get(), self.end.get()),
            old_words: distance(self.old_start.get(), self.old_end.get()),
            old_used: distance(self.old_start.get(), self.old_top.get()),
            chunk_words: self.chunk_words.get(),
            off_heap_bytes: self.off_heap_bytes.get(),
            collections: self.collections.get(),
            minors_since_major: u32::from(self.minors.get()),
        }
    }

    /// Words that block, old generation and fragments take together.
    pub fn total_words(&self) -> usize {
        let stats = self.stats();
        stats.block_words + stats.old_words + stats.chunk_words
    }

    /// Bytes that binaries and resources of this heap take outside of it; what is shared with others counts in part. Walks
    /// over all of them.
    pub fn off_heap_share(&self) -> usize {
        // SAFETY: the lists hold live owners of this heap (invariant 4).
        unsafe {
            let young = off_heap::share_of(self.young_off_heap.get());
            young.saturating_add(off_heap::share_of(self.old_off_heap.get()))
        }
    }

    /// Calls `visit` with identity, bytes and number of handles, anywhere, of the storage of each handle on a binary outside of
    /// this heap; a storage with several handles here comes several times.
    pub fn for_each_binary(&self, mut visit: impl FnMut(u64, usize, usize)) {
        // SAFETY: the lists hold live owners of this heap (invariant 4).
        unsafe {
            off_heap::storages(self.young_off_heap.get(), &mut visit);
            off_heap::storages(self.old_off_heap.get(), &mut visit);
        }
    }

    /// Whether so much was put outside of the heap since the last collection that it is time for one.
    #[inline]
    pub(crate) fn is_off_heap_due(&self) -> bool {
        self.off_heap_bytes.get() >> 10 > self.off_heap_limit_kb.get() as usize
    }

    /// Whether the machine should collect soon: fragments hold more than the block, or binaries pile up off the heap.
    #[inline]
    pub fn wants_collection(&self) -> bool {
        self.chunk_words.get() > distance(self.start.get(), self.end.get())
            || self.is_off_heap_due()
            || self.is_forced()
    }

    /// Asks for a collection at the next safepoint, as `garbage_collect/0` does.
    pub fn request_collection(&self) {
        self.flags.set(self.flags.get() | FORCED);
    }

    pub(crate) fn is_forced(&self) -> bool {
        self.flags.get() & FORCED != 0
    }

    pub(crate) fn wants_larger_block(&self) -> bool {
        self.flags.get() & GROW != 0
    }

    /// Notes after a collection whether the next one should take a larger block; nobody waits for one any more.
    pub(crate) fn set_larger_block(&self, wanted: bool) {
        self.flags.set(if wanted { GROW } else { 0 });
    }

    /// Words that the block does not shrink below.
    pub(crate) fn min_words(&self) -> usize {
        block::size_class(self.min_blocks.get() as usize * FIRST_BLOCK)
    }

    /// Room between heap top and stack, less the red zone.
    #[inline]
    pub fn free_words(&self) -> usize {
        distance(self.hp.get(), self.sp.get()).saturating_sub(RED_ZONE)
    }

    /// Uninitialised room for `words` words, in the block or in a fragment. The caller fills all of it with a parsable
    /// object before anything else happens on this heap (invariant 2).
    #[inline]
    pub(crate) fn allocate(&self, words: usize) -> NonNull<Word> {
        let hp = self.hp.get();
        if self.free_words() >= words {
            // SAFETY: checked to lie below the stack.
            self.hp.set(unsafe { hp.add(words) });
            // SAFETY: the heap top is never null.
            return unsafe { NonNull::new_unchecked(hp) };
        }
        self.allocate_in_chunk(words)
    }

    /// The first free word of the block.
    #[inline]
    pub(crate) fn top(&self) -> *mut Word {
        self.hp.get()
    }

    /// Makes what was built from the top up to here part of the heap: whole objects, in free words.
    #[inline]
    pub(crate) fn set_top(&self, top: *mut Word) {
        self.hp.set(top);
    }

    #[cold]
    #[inline(never)]
    fn allocate_in_chunk(&self, words: usize) -> NonNull<Word> {
        let mut header = self.chunks.get();
        // SAFETY: the list holds live chunks that this heap owns.
        if header.is_null() || unsafe { (*header).capacity - (*header).used } < words {
            let wanted = words.max(self.chunk_words.get().clamp(CHUNK_MIN, CHUNK_MAX));
            let chunk = Chunk::allocate(wanted).unwrap_or_else(|| {
                let layout = std::alloc::Layout::array::<Word>(words).unwrap_or(std::alloc::Layout::new::<Word>());
                std::alloc::handle_alloc_error(layout)
            });
            header = chunk.into_raw();
            // SAFETY: we own the chunk that was just made; it becomes the first one, where builders bump.
            unsafe { (*header).next = self.chunks.replace(header) };
            self.chunk_words.set(self.chunk_words.get() + wanted);
        }
        // SAFETY: the chunk has room for `words` words behind those in use.
        unsafe {
            let place = ChunkHeader::words(header).add((*header).used);
            (*header).used += words;
            NonNull::new_unchecked(place)
        }
    }

    /// Takes over a chunk that came from outside. It goes behind the one that builders bump in.
    pub(crate) fn add_chunk(&self, chunk: Chunk) {
        let header = chunk.into_raw();
        let first = self.chunks.get();
        // SAFETY: we own the chunk that was just unwrapped, and all chunks of the list.
        unsafe {
            self.chunk_words.set(self.chunk_words.get() + (*header).capacity);
            if first.is_null() {
                (*header).next = first;
                self.chunks.set(header);
            } else {
                (*header).next = std::mem::replace(&mut (*first).next, header);
            }
        }
    }

    /// Frees all chunks. Off-heap objects in them must have been moved or released.
    ///
    /// # Safety
    /// No term refers into the chunks any more.
    pub(crate) unsafe fn free_chunks(&self) {
        let mut header = self.chunks.replace(null_mut());
        self.chunk_words.set(0);
        while !header.is_null() {
            // SAFETY: live chunks of ours, each freed once; their off-heap objects are on our list, not theirs.
            unsafe {
                let next = (*header).next;
                let _ = (*header).take_off_heap();
                drop(Chunk::from_raw(header));
                header = next;
            }
        }
    }

    /// Calls `visit` with each parsable range: block, old generation, chunks.
    pub(crate) fn ranges(&self, mut visit: impl FnMut(*mut Word, *mut Word)) {
        visit(self.start.get(), self.hp.get());
        visit(self.old_start.get(), self.old_top.get());
        let mut header = self.chunks.get();
        while !header.is_null() {
            // SAFETY: live chunks of ours.
            unsafe {
                let words = ChunkHeader::words(header);
                visit(words, words.add((*header).used));
                header = (*header).next;
            }
        }
    }
}

impl Default for Heap {
    fn default() -> Heap {
        Heap::new()
    }
}

impl Drop for Heap {
    fn drop(&mut self) {
        // SAFETY: the heap is going away, and with it all terms that borrow it; each list and block is freed once.
        unsafe {
            off_heap::release_list(self.young_off_heap.get());
            off_heap::release_list(self.old_off_heap.get());
            self.free_chunks();
            let words = distance(self.start.get(), self.end.get());
            block::free(NonNull::new_unchecked(self.start.get()), words);
            if let Some(old) = NonNull::new(self.old_start.get()) {
                block::free(old, distance(self.old_start.get(), self.old_end.get()));
            }
        }
    }
}
