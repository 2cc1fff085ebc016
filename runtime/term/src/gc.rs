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
use crate::copy;
use crate::heap::{Heap, OFF_HEAP_LEAST_LIMIT_KB, RED_ZONE, distance};
use crate::literal;
use crate::off_heap;
use crate::stress;
use crate::word::{TAG_CONS, Word};

/// Words of a young generation that needs no more room to make minor collections rare.
const YOUNG_ENOUGH: usize = 1 << 18;
/// Words below which a block grows only for want of room.
const SMALL: usize = 1 << 9;
/// Minor collections after which a process counts as one that works, and words that it gets then: with fewer it would collect every
/// few allocations.
const WORKS: u16 = 32;
const WORKING: usize = 1 << 8;
/// Kilobytes of new off-heap data that bring a collection about in any case.
const OFF_HEAP_MOST_LIMIT_KB: usize = 64 << 10;
/// Words from which a stack gets as much room again: each collection copies and walks all of it, so there must be few of them.
const DEEP: usize = 1 << 16;
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
        if slot.is_pointer() {
            *slot = self.0.forward(*slot);
        }
    }

    /// Slots that hold terms, or words that scan as small integers.
    #[inline]
    pub fn slice(&mut self, slots: &mut [Word]) {
        for slot in slots {
            self.word(slot);
        }
    }

    /// As [`Visitor::slice`], by address.
    ///
    /// # Safety
    /// The range is initialised, ours to write and outside of the heap proper.
    #[inline]
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

    fn of(low: *mut Word, words: usize) -> Span {
        Span { low: low as u64, size: (words * size_of::<Word>()) as u64 }
    }

    #[inline]
    fn contains(self, word: Word) -> bool {
        word.0.wrapping_sub(self.low) < self.size
    }
}

struct Collector {
    literals: literal::Range,
    /// Where data has moved and goes on moving, or has settled before: the whole new block, and the old generation but in a
    /// major collection that empties it. Pointers there stay as they are.
    young: Span,
    old: Span,
    /// Data that moves to the old generation: what is young and below the high-water mark, or all or nothing in a major
    /// collection.
    mature: Span,
    young_top: *mut Word,
    old_top: *mut Word,
    /// Part of a target that a list filled and that leads nowhere else, so that it need not be scanned: where it starts
    /// and ends.
    closed: (*mut Word, *mut Word),
    /// What this heap consists of, by address, where foreign pointers are looked for.
    own: Vec<Span>,
}

impl Collector {
    /// A collector that moves what is mature to the top of the old span, and what else is in neither span to the young one.
    fn new(heap: &Heap, young: Span, old: Span, mature: Span, old_top: *mut Word) -> Collector {
        let mut own = Vec::new();
        if cfg!(debug_assertions) || stress::period() > 0 {
            heap.ranges(|start, top| own.push(Span::new(start, top)));
            own.sort_unstable_by_key(|span| span.low);
        }
        let closed = (null_mut(), null_mut());
        let young_top = young.low as *mut Word;
        Collector { literals: literal::whole(), young, old, mature, young_top, old_top, closed, own }
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

    /// Whether what a pointer leads to has to move, or has moved.
    #[inline]
    fn is_leaving(&self, pointer: Word) -> bool {
        !self.literals.contains(pointer) && !self.old.contains(pointer) && !self.young.contains(pointer)
    }

    /// The pointer that replaces one, after moving what it leads to.
    #[inline]
    fn forward(&mut self, pointer: Word) -> Word {
        if self.is_leaving(pointer) { self.relocate(pointer) } else { pointer }
    }

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
                return if first == Word::MOVED {
                    *from.add(1)
                } else {
                    self.move_list(from, self.mature.contains(word))
                };
            }
            if !first.is_header() {
                return first;
            }
            let top = if self.mature.contains(word) { &mut self.old_top } else { &mut self.young_top };
            let to = *top;
            *top = to.add(move_object(from, to, 1 + first.header_size()));
            Word::boxed_at(to)
        }
    }

    /// Moves a cell, and with it the list from there on as long as heads are objects without parts, which move along, and tails
    /// go where the cell goes. Gives the pointer to the cell's new place.
    ///
    /// # Safety
    /// `cell` is a live cell that has not moved and is mature or not as said.
    unsafe fn move_list(&mut self, mut cell: *mut Word, mature: bool) -> Word {
        let start = if mature { self.old_top } else { self.young_top };
        let mut to = start;
        let mut step = 2 * size_of::<Word>().cast_signed();
        // SAFETY: heads and tails of a live list are terms; the targets have room (invariant 1).
        let is_closed = unsafe {
            loop {
                let (head, tail) = (*cell, *cell.add(1));
                let mut behind = to.add(2);
                *cell = Word::MOVED;
                *cell.add(1) = Word::cons_at(to);
                *to = head;
                *to.add(1) = tail;
                if head.is_pointer() && self.is_leaving(head) {
                    let words = self.leaf_words(head, mature);
                    if words == 0 {
                        to = behind;
                        break false;
                    }
                    *to = Word::boxed_at(behind);
                    behind = behind.add(move_object(head.address(), behind, words));
                }
                let link = to.add(1);
                to = behind;
                // As in `copy`: the next cell's address is guessed, so that it need not wait for the tail.
                let next = cell.wrapping_byte_offset(step);
                if tail == Word::cons_at(next) {
                    if !self.goes_along(tail, mature) {
                        break !self.is_leaving(tail);
                    }
                    cell = next;
                } else {
                    if !tail.is_pointer() {
                        break true;
                    }
                    if !tail.is_cons() || !self.goes_along(tail, mature) {
                        break !self.is_leaving(tail);
                    }
                    step = tail.address().byte_offset_from(cell);
                    cell = tail.address();
                }
                *link = Word::cons_at(to);
            }
        };
        if is_closed {
            self.closed = (start, to);
        }
        *(if mature { &mut self.old_top } else { &mut self.young_top }) = to;
        Word::cons_at(start)
    }

    /// Whether a cell has not moved yet and moves to the target of mature data or to the other, as said.
    ///
    /// # Safety
    /// `tail` is a pointer to a live cell.
    #[inline]
    unsafe fn goes_along(&self, tail: Word, mature: bool) -> bool {
        // SAFETY: by contract.
        self.is_leaving(tail) && self.mature.contains(tail) == mature && unsafe { *tail.address() } != Word::MOVED
    }

    /// Words of an object if it has no parts that move, has not moved itself, and moves to the target said; else 0.
    ///
    /// # Safety
    /// `word` is a pointer to a live object of the memory that is being emptied.
    #[inline]
    unsafe fn leaf_words(&self, word: Word, mature: bool) -> usize {
        /// Largest object that lists take along.
        const FEW: usize = 8;
        if word.is_cons() || self.mature.contains(word) != mature {
            return 0;
        }
        // SAFETY: what has not moved starts with a header, which counts the words that follow it.
        unsafe {
            let from = word.address();
            let header = *from;
            let (kind, size) = (header.header_kind(), header.header_size());
            if !header.is_header() || size > FEW {
                return 0;
            }
            if !kind.is_opaque() {
                for place in 1..=size {
                    if (*from.add(place)).is_pointer() {
                        return 0;
                    }
                }
            }
            1 + size
        }
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
            if scan == self.closed.0 {
                scan = self.closed.1;
                continue;
            }
            // SAFETY: below the top lie complete objects.
            unsafe {
                let word = *scan;
                if word.is_pointer() {
                    *scan = self.forward(word);
                } else if word.is_header() && word.header_kind().is_opaque() {
                    scan = scan.add(word.header_size());
                }
                scan = scan.add(1);
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

/// Moves an object of so many words and leaves the new pointer in its place; gives the words.
///
/// # Safety
/// `from` is a live object of so many words, with room for them at `to`, which is elsewhere.
#[inline]
unsafe fn move_object(from: *mut Word, to: *mut Word, words: usize) -> usize {
    // SAFETY: by contract.
    unsafe {
        if words <= 8 {
            copy::copy_few(from, to, words);
        } else {
            to.copy_from_nonoverlapping(from, words);
        }
        *from = Word::boxed_at(to);
    }
    words
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

/// Words to plan for a stack of so many.
fn stack_room(stack: usize) -> usize {
    if stack < DEEP { stack } else { stack * 2 }
}

/// # Safety
/// As for [`collect`].
unsafe fn collect_minor(heap: &mut Heap, need: usize, roots: &mut (impl Roots + ?Sized)) -> Result<(), CollectError> {
    let (young, stack) = used(heap);
    let mature = distance(heap.start.get(), heap.high_water.get());
    let block = distance(heap.start.get(), heap.end.get());
    let bound = young - mature + stack_room(stack) + need + RED_ZONE;
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
    let old = Span::new(heap.old_start.get(), heap.old_end.get());
    let mature = Span::new(heap.start.get(), heap.high_water.get());
    let collector = Collector::new(heap, Span::of(start, words), old, mature, heap.old_top.get());
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
        let room = if compact { other } else { other - stack + stack_room(stack) };
        (block::size_class(data + room).max(heap.min_words()), 0)
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
    let young = Span::of(start, words);
    let collector = match old {
        Old::Replace { start, words } => Collector::new(heap, young, Span::of(start, words), Span::ALL, start),
        Old::Keep | Old::Drop => Collector::new(heap, young, Span::NONE, Span::NONE, null_mut()),
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
        ..WORKING if heap.minors.get() >= WORKS => true,
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
    let old = Span::new(heap.old_start.get(), heap.old_end.get());
    let young = Span::of(start.as_ptr(), words);
    let collector = Collector::new(heap, young, old, Span::NONE, heap.old_top.get());
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
