//! The collector: generational, copying, without a write barrier.
//!
//! **What it is for.** [`collect`] gives a heap room for `need` more words. It is called by the machine at a safepoint,
//! with every root in a place that [`Roots`] shows.
//!
//! **How.** Cheney's algorithm with two targets. Young data that has survived before (below the high-water mark) moves to
//! the old generation, other young data to a new block; so does the stack, which stands at the block's end. Both targets
//! are scanned until neither grows. A moved cons cell has [`Word::MOVED`] as head and the new pointer as tail, a moved
//! boxed object the new pointer in place of its header. "Is it mine to move?" is: not a literal and not old; so data in
//! fragments needs no list. A major collection moves old data as well: of small heaps into the block, of large ones into a
//! new old generation, so that the next minor collection need not move it once more.
//!
//! **Invariants.**
//! 1. A target has room for everything that may move into it: sizes are computed from what is used before anything moves.
//! 2. On an error the heap is untouched.
//! 3. Old data never points to young data: old objects only point to what was older than they, terms being immutable.
//! 4. After a collection there are no chunks, all survivors in the block lie below the high-water mark, and every
//!    dead owner has been released.
//!
//! **What it must not know.** Frames: which stack words are roots is the business of [`Roots`].

use std::ptr::{NonNull, null_mut};

use crate::block;
use crate::heap::{Heap, OFF_HEAP_LEAST_LIMIT_KB, RED_ZONE, distance};
use crate::literal;
use crate::off_heap;
use crate::stress;
use crate::word::{TAG_CONS, Word};

/// Words of a young generation that needs no more room to make minor collections rare.
const YOUNG_ENOUGH: usize = 1 << 18;
/// Words below which a block grows only for want of room.
const SMALL: usize = 1 << 9;
/// Kilobytes of new off-heap data that bring a collection about in any case.
const OFF_HEAP_MOST_LIMIT_KB: usize = 64 << 10;
/// Words from which a major collection moves everything into the old generation.
const LARGE: usize = 1 << 14;

/// What becomes of the old generation.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Old {
    /// It stays, and mature data is added to it.
    Keep,
    /// It is emptied into the block.
    Drop,
    /// It is emptied into this new one, as is the block.
    Replace { start: *mut Word, words: usize },
}

/// Why a collection can't give room.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CollectError {
    /// The heap would exceed its limit in words.
    HeapLimit { wanted: usize, max: usize },
    /// The system has no memory for a block of so many words.
    OutOfMemory { words: usize },
}

/// The used part of a stack, lowest address first: `sp` is the top, `end` lies behind the bottom.
#[derive(Clone, Copy, Debug)]
pub struct StackRange {
    pub sp: *mut Word,
    pub end: *mut Word,
}

/// What keeps data alive.
///
/// # Safety
/// `visit` shows every word outside of the heap proper that may be used as a term later: registers, live stack slots,
/// dictionary, kept messages. A collection may call it twice. A slot that it does not show is not used as a term again. Slots lie outside of the heap,
/// but for those of the stack, which are found through `stack`: the stack has been moved there before the call.
pub unsafe trait Roots {
    fn visit(&mut self, stack: StackRange, visitor: &mut Visitor<'_>);
}

// SAFETY: slices of words are shown whole.
unsafe impl Roots for [Word] {
    fn visit(&mut self, _stack: StackRange, visitor: &mut Visitor<'_>) {
        visitor.slice(self);
    }
}

/// All words of the stack are terms, and so are those of a slice of registers.
pub struct WholeStack<'a>(pub &'a mut [Word]);

// SAFETY: stack and registers are shown whole.
unsafe impl Roots for WholeStack<'_> {
    fn visit(&mut self, stack: StackRange, visitor: &mut Visitor<'_>) {
        visitor.slice(self.0);
        // SAFETY: the range is the used part of the stack.
        unsafe { visitor.range(stack.sp, distance(stack.sp, stack.end)) };
    }
}

/// Takes roots and updates them.
pub struct Visitor<'a>(&'a mut Collector);

impl Visitor<'_> {
    /// One slot that holds a term.
    #[inline]
    pub fn word(&mut self, slot: &mut Word) {
        *slot = self.0.forward(*slot);
    }

    /// Slots that hold terms, or words that scan as small integers.
    pub fn slice(&mut self, slots: &mut [Word]) {
        for slot in slots {
            *slot = self.0.forward(*slot);
        }
    }

    /// As [`Visitor::slice`], by address.
    ///
    /// # Safety
    /// The range is initialised, ours to write and outside of the heap proper.
    pub unsafe fn range(&mut self, start: *mut Word, len: usize) {
        // SAFETY: by contract.
        self.slice(unsafe { std::slice::from_raw_parts_mut(start, len) });
    }
}

/// A range of addresses.
#[derive(Clone, Copy)]
struct Span {
    low: u64,
    size: u64,
}

impl Span {
    const NONE: Span = Span { low: 0, size: 0 };
    const ALL: Span = Span { low: 0, size: u64::MAX };

    fn new(low: *mut Word, high: *mut Word) -> Span {
        Span { low: low as u64, size: (high as u64).wrapping_sub(low as u64) }
    }

    #[inline]
    fn contains(self, word: Word) -> bool {
        word.0.wrapping_sub(self.low) < self.size
    }
}

struct Collector {
    literals: literal::Range,
    /// Old data that stays where it is; empty in a major collection.
    settled: Span,
    /// Data that moves to the old generation: what is young and below the high-water mark, or all or nothing in a major
    /// collection.
    mature: Span,
    young_top: *mut Word,
    old_top: *mut Word,
    /// What this heap consists of, by address, where foreign pointers are looked for.
    own: Vec<Span>,
}

impl Collector {
    /// A collector that moves what is in neither span to the first target, and what is mature to the second.
    fn new(heap: &Heap, settled: Span, mature: Span, young_top: *mut Word, old_top: *mut Word) -> Collector {
        let mut own = Vec::new();
        if cfg!(debug_assertions) || stress::period() > 0 {
            heap.ranges(|start, top| own.push(Span::new(start, top)));
            own.sort_unstable_by_key(|span| span.low);
        }
        Collector { literals: literal::range(), settled, mature, young_top, old_top, own }
    }

    /// Stops at a pointer into another heap or an unadopted fragment: moving from there would damage it.
    #[cold]
    fn check_own(&self, word: Word) {
        let behind = self.own.partition_point(|span| span.low <= word.0);
        assert!(
            behind > 0 && self.own[behind - 1].contains(word),
            "{word:?} leads out of the heap: it was not copied in, or its fragment not adopted"
        );
    }

    /// The word that replaces `word`, after moving what it points to.
    #[inline]
    fn forward(&mut self, word: Word) -> Word {
        if !word.is_pointer() || self.literals.contains(word) || self.settled.contains(word) {
            return word;
        }
        self.relocate(word)
    }

    #[inline]
    fn relocate(&mut self, word: Word) -> Word {
        let from = word.address();
        if !self.own.is_empty() {
            self.check_own(word);
        }
        // SAFETY: roots and scanned words are terms, so the address is that of a live object of this heap; both targets
        // have room (invariant 1) and don't overlap what is being emptied.
        unsafe {
            let first = *from;
            if word.0 & 7 == TAG_CONS {
                if first == Word::MOVED {
                    return *from.add(1);
                }
                let top = self.target(word);
                let to = *top;
                *to = first;
                *to.add(1) = *from.add(1);
                *top = to.add(2);
                let moved = Word::cons_at(to);
                *from = Word::MOVED;
                *from.add(1) = moved;
                return moved;
            }
            if !first.is_header() {
                return first;
            }
            let words = 1 + first.header_size();
            let top = self.target(word);
            let to = *top;
            to.copy_from_nonoverlapping(from, words);
            *top = to.add(words);
            let moved = Word::boxed_at(to);
            *from = moved;
            moved
        }
    }

    #[inline]
    fn target(&mut self, word: Word) -> &mut *mut Word {
        if self.mature.contains(word) { &mut self.old_top } else { &mut self.young_top }
    }

    /// Scans from `scan` to the target's top and gives the top.
    ///
    /// # Safety
    /// `scan` is the start of an object or the top of the target.
    unsafe fn scan(&mut self, mut scan: *mut Word, old: bool) -> *mut Word {
        loop {
            if scan == if old { self.old_top } else { self.young_top } {
                return scan;
            }
            // SAFETY: below the top lie complete objects.
            unsafe {
                let word = *scan;
                if word.is_header() {
                    scan = scan.add(if word.header_kind().is_opaque() { 1 + word.header_size() } else { 1 });
                } else {
                    *scan = self.forward(word);
                    scan = scan.add(1);
                }
            }
        }
    }

    /// Distributes the owners of a list that was (partly) emptied: moved ones go onto the list of the place they moved
    /// to, dead ones are released. Gives the bytes that the survivors hold.
    ///
    /// # Safety
    /// The list's members lie in emptied memory that is not freed yet.
    unsafe fn sweep(mut object: *mut Word, old: Span, young_list: &mut *mut Word, old_list: &mut *mut Word) -> usize {
        let mut bytes = 0;
        while !object.is_null() {
            // SAFETY: a moved member has a pointer in place of its header, and the copy is a live owner; the slots of
            // the original are intact, among them the link.
            unsafe {
                let first = *object;
                if first.is_header() {
                    let next = *off_heap::link(object, first.header_kind());
                    off_heap::release(object);
                    object = next;
                } else {
                    let copy = first.address();
                    let next = *off_heap::link(copy, (*copy).header_kind());
                    let list = if old.contains(first) { &mut *old_list } else { &mut *young_list };
                    bytes += off_heap::bytes(copy);
                    *list = off_heap::push(copy, *list);
                    object = next;
                }
            }
        }
        bytes
    }
}

/// A fresh block or none.
fn new_block(words: usize) -> Result<NonNull<Word>, CollectError> {
    block::allocate(words).ok_or(CollectError::OutOfMemory { words })
}

/// Collects so that at least `need` words fit below the red zone. Minor if that is due and enough, else major.
///
/// # Safety
/// The machine's copies of heap and stack top have been stored into the heap, no term of this heap is in use but those
/// that `roots` shows, and all addresses into block and stack are taken as stale afterwards.
pub unsafe fn collect(heap: &mut Heap, need: usize, roots: &mut (impl Roots + ?Sized)) -> Result<(), CollectError> {
    let mature = distance(heap.start.get(), heap.high_water.get());
    let old_free = distance(heap.old_top.get(), heap.old_end.get());
    let has_old = !heap.old_start.get().is_null();
    let due = heap.minors.get() >= heap.minors_max.get() || heap.is_forced();
    // SAFETY: passed on.
    unsafe {
        if due || (has_old && mature > old_free) {
            collect_major(heap, need, false, roots)
        } else {
            collect_minor(heap, need, roots)
        }
    }
}

/// Words in use that may survive into a new block, and the stack.
fn used(heap: &Heap) -> (usize, usize) {
    let young = distance(heap.start.get(), heap.hp.get()) + heap.chunk_words.get();
    (young, distance(heap.sp.get(), heap.end.get()))
}

/// # Safety
/// As for [`collect`].
unsafe fn collect_minor(heap: &mut Heap, need: usize, roots: &mut (impl Roots + ?Sized)) -> Result<(), CollectError> {
    let (young, stack) = used(heap);
    let mature = distance(heap.start.get(), heap.high_water.get());
    let block = distance(heap.start.get(), heap.end.get());
    let bound = young - mature + stack + need + RED_ZONE;
    let mut words = block.max(block::size_class(bound));
    if heap.wants_larger_block() {
        words = words.max(block::next_size_class(block));
    }
    let old_words = distance(heap.old_start.get(), heap.old_end.get());
    // The old generation is made when there is something to put into it, with room for later survivors.
    let new_old = if old_words == 0 && mature > 0 { block::size_class(mature * 2) } else { 0 };
    check_limit(heap, words + old_words + new_old)?;
    let start = new_block(words)?.as_ptr();
    if new_old > 0 {
        match new_block(new_old) {
            Ok(old) => {
                let old = old.as_ptr();
                heap.old_start.set(old);
                heap.old_top.set(old);
                // SAFETY: one past the end of the new block.
                heap.old_end.set(unsafe { old.add(new_old) });
            }
            Err(error) => {
                // SAFETY: the block was just allocated and is unused.
                unsafe { block::free(NonNull::new_unchecked(start), words) };
                return Err(error);
            }
        }
    }
    let old_top = heap.old_top.get();
    let settled = Span::new(heap.old_start.get(), old_top);
    let mature = Span::new(heap.start.get(), heap.high_water.get());
    let collector = Collector::new(heap, settled, mature, start, old_top);
    // SAFETY: both targets have room: the block for all young data that is not mature, the old generation for the rest.
    unsafe { move_all(heap, collector, Old::Keep, start, words, roots) };
    heap.minors.set(heap.minors.get().saturating_add(1));
    let live = distance(heap.start.get(), heap.hp.get());
    settle_size(heap, live, stack + need + RED_ZONE, words.min(block));
    // A block that a burst of garbage made large is not kept; nor is a huge one whose contents have become old.
    let keep = if block > YOUNG_ENOUGH && live * 16 < block { YOUNG_ENOUGH } else { block };
    // SAFETY: passed on.
    unsafe { shrink_to(heap, need, keep, roots) };
    Ok(())
}

/// # Safety
/// As for [`collect`].
unsafe fn collect_major(
    heap: &mut Heap,
    need: usize,
    compact: bool,
    roots: &mut (impl Roots + ?Sized),
) -> Result<(), CollectError> {
    let (young, stack) = used(heap);
    let old_used = distance(heap.old_start.get(), heap.old_top.get());
    let (data, other) = (young + old_used, stack + need + RED_ZONE);
    let (words, old_words) = if compact || data < LARGE {
        (block::size_class(data + other).max(heap.min_words()), 0)
    } else {
        // Pages that are never used cost nothing, and a full old generation would mean the next major collection soon.
        let block = distance(heap.start.get(), heap.end.get());
        (block.min(YOUNG_ENOUGH).max(block::size_class(other * 2)), block::size_class(data * 2))
    };
    check_limit(heap, words + old_words)?;
    let start = new_block(words)?.as_ptr();
    let old = match old_words {
        0 => Ok(Old::Drop),
        words => new_block(words).map(|start| Old::Replace { start: start.as_ptr(), words }),
    };
    let old = old.inspect_err(|_| {
        // SAFETY: the block was just allocated and is unused.
        unsafe { block::free(NonNull::new_unchecked(start), words) };
    })?;
    let collector = match old {
        Old::Replace { start: old_start, .. } => Collector::new(heap, Span::NONE, Span::ALL, start, old_start),
        Old::Keep | Old::Drop => Collector::new(heap, Span::NONE, Span::NONE, start, null_mut()),
    };
    // SAFETY: the target has room for all data there is.
    unsafe { move_all(heap, collector, old, start, words, roots) };
    heap.minors.set(0);
    let live = distance(heap.start.get(), heap.hp.get());
    settle_size(heap, live, other, words);
    // SAFETY: passed on.
    unsafe { shrink_to(heap, need, if old == Old::Drop { heap.min_words() } else { words }, roots) };
    Ok(())
}

/// Decides whether the next collection should take a larger block: a small one when this collection leaves less than a
/// third free, for memory counts there; one of a process that works when it leaves less than three quarters, as what
/// survives is what collections cost. The survivors in a block that is large enough are about to leave it; then only a
/// large stack counts.
fn settle_size(heap: &Heap, live: usize, other: usize, block: usize) {
    let used = live + other;
    let larger = match block {
        ..SMALL => used * 3 > block * 2,
        SMALL..YOUNG_ENOUGH => used * 4 > block,
        YOUNG_ENOUGH.. => other * 2 > block,
    };
    heap.set_larger_block(larger);
}

/// Decides after a collection for off-heap data, in which so many bytes survived, when the next one is due: when twice as
/// much is new, but often enough that the limit of a heap is noticed in time.
fn settle_off_heap(heap: &Heap, survived: usize) {
    let most = (heap.max_words.get() >> 10).clamp(OFF_HEAP_LEAST_LIMIT_KB as usize, OFF_HEAP_MOST_LIMIT_KB);
    let kilobytes = (survived >> 9).clamp(OFF_HEAP_LEAST_LIMIT_KB as usize, most);
    heap.off_heap_limit_kb.set(kilobytes as u32);
    heap.off_heap_bytes.set(0);
}

fn check_limit(heap: &Heap, wanted: usize) -> Result<(), CollectError> {
    let max = heap.max_words.get();
    if max == usize::MAX {
        return Ok(());
    }
    // Walking over all binaries is for collections that they caused.
    let off_heap = if heap.is_off_heap_due() { heap.off_heap_share() / size_of::<Word>() } else { 0 };
    if wanted.saturating_add(off_heap) > max {
        // The bound counts garbage. What is really there decides.
        let stats = heap.stats();
        let wanted = stats.heap_used + stats.stack_used + stats.old_used + stats.chunk_words + off_heap;
        if wanted > max {
            return Err(CollectError::HeapLimit { wanted, max });
        }
    }
    Ok(())
}

/// Moves everything that lives, frees what was emptied and makes the new block the heap's.
///
/// # Safety
/// As for [`collect`]; `start` is an unused block of `words` words with room for stack and survivors, and the collector
/// describes this heap.
unsafe fn move_all(
    heap: &mut Heap,
    mut collector: Collector,
    old: Old,
    start: *mut Word,
    words: usize,
    roots: &mut (impl Roots + ?Sized),
) {
    let (old_block, old_words) = (heap.start.get(), distance(heap.start.get(), heap.end.get()));
    let stack = distance(heap.sp.get(), heap.end.get());
    let promoted = collector.old_top;
    // SAFETY: the targets have room by contract. The stack is copied whole before its slots are shown.
    unsafe {
        let end = start.add(words);
        let sp = end.sub(stack);
        sp.copy_from_nonoverlapping(heap.sp.get(), stack);
        roots.visit(StackRange { sp, end }, &mut Visitor(&mut collector));
        let (mut young_scan, mut old_scan) = (start, promoted);
        loop {
            young_scan = collector.scan(young_scan, false);
            if old_scan == collector.old_top {
                break;
            }
            old_scan = collector.scan(old_scan, true);
            if young_scan == collector.young_top {
                break;
            }
        }
        let old_span = Span::new(promoted, collector.old_top);
        let (mut young_list, mut old_list) = (off_heap::EMPTY, heap.old_off_heap.get());
        let mut bytes = 0;
        if old != Old::Keep {
            old_list = off_heap::EMPTY;
            bytes += Collector::sweep(heap.old_off_heap.get(), old_span, &mut young_list, &mut old_list);
        }
        bytes += Collector::sweep(heap.young_off_heap.get(), old_span, &mut young_list, &mut old_list);
        heap.young_off_heap.set(young_list);
        heap.old_off_heap.set(old_list);
        if old != Old::Keep || heap.is_off_heap_due() {
            settle_off_heap(heap, bytes);
        }
        heap.free_chunks();
        block::free(NonNull::new_unchecked(old_block), old_words);
        if old != Old::Keep
            && let Some(emptied) = NonNull::new(heap.old_start.get())
        {
            block::free(emptied, distance(heap.old_start.get(), heap.old_end.get()));
        }
        match old {
            Old::Keep => {}
            Old::Drop => {
                heap.old_start.set(null_mut());
                heap.old_end.set(null_mut());
            }
            Old::Replace { start, words } => {
                heap.old_start.set(start);
                heap.old_end.set(start.add(words));
            }
        }
        heap.old_top.set(collector.old_top);
        heap.start.set(start);
        heap.end.set(end);
        heap.sp.set(sp);
        heap.hp.set(collector.young_top);
        heap.high_water.set(collector.young_top);
    }
    heap.collections.set(heap.collections.get().wrapping_add(1));
    stress::collected(heap);
}

/// Moves the young data once more into a smaller block, if the present one is mostly empty and larger than `keep`.
///
/// # Safety
/// As for [`collect`], right after a collection.
unsafe fn shrink_to(heap: &mut Heap, need: usize, keep: usize, roots: &mut (impl Roots + ?Sized)) {
    let block = distance(heap.start.get(), heap.end.get());
    let stack = distance(heap.sp.get(), heap.end.get());
    let needed = distance(heap.start.get(), heap.hp.get()) + stack + need + RED_ZONE;
    let words = block::size_class(needed * 2).max(keep);
    if words * 2 >= block {
        return;
    }
    // SAFETY: passed on; the smaller block has room for twice what is needed.
    unsafe { resize(heap, words, roots) };
    heap.set_larger_block(false);
}

/// Moves young data and stack into a block of `words` words; gives up silently when there is no memory.
///
/// # Safety
/// As for [`collect`]; the block has room.
unsafe fn resize(heap: &mut Heap, words: usize, roots: &mut (impl Roots + ?Sized)) {
    let Some(start) = block::allocate(words) else { return };
    let old_top = heap.old_top.get();
    let settled = Span::new(heap.old_start.get(), old_top);
    let collector = Collector::new(heap, settled, Span::NONE, start.as_ptr(), old_top);
    // SAFETY: passed on; nothing is mature, so the old generation stays as it is.
    unsafe { move_all(heap, collector, Old::Keep, start.as_ptr(), words, roots) };
}

/// A major collection into the smallest block that holds the survivors: for processes that wait long.
///
/// # Safety
/// As for [`collect`].
pub unsafe fn hibernate(heap: &mut Heap, roots: &mut (impl Roots + ?Sized)) -> Result<(), CollectError> {
    // SAFETY: passed on.
    unsafe { collect_major(heap, 0, true, roots)? };
    let stats = heap.stats();
    let words = block::size_class(stats.heap_used + stats.stack_used + RED_ZONE);
    if words < stats.block_words {
        // SAFETY: the class has room for heap, stack and red zone.
        unsafe { resize(heap, words, roots) };
    }
    Ok(())
}

/// A major collection now.
///
/// # Safety
/// As for [`collect`].
pub unsafe fn collect_now(heap: &mut Heap, need: usize, roots: &mut (impl Roots + ?Sized)) -> Result<(), CollectError> {
    // SAFETY: passed on.
    unsafe { collect_major(heap, need, false, roots) }
}
