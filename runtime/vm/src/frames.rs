//! Frames on the stack: walking them, collecting with what is live in them.
//!
//! **What it is for.** [`collect`] gives a process room at a safepoint; [`walk`] shows the return addresses for a stack
//! trace or in search of a handler.
//!
//! **Invariants.**
//! 1. The word before a return address is the live word of the frame that is returned to; the topmost slot of each frame
//!    holds a return address. The lowest frame returns to [`halt`].
//! 2. The heap's stack top is one word below the topmost frame whenever something else than instructions runs, so that
//!    slot -1 (a result, or the return address of a call in progress) moves with the stack.
//!
//! **What it must not know.** What instructions do.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_ptr_alignment,
    reason = "operands and addresses of checked code"
)]

use jovial_bytecode::opcode::Opcode;
use jovial_term::raw::{self, CollectError, Roots, StackRange, Visitor, Word};
use jovial_term::{Heap, OutOfMemory, Term};

use crate::process::Process;

/// Live word of a frame of no slots, then the instruction that ends a process.
static HALT: [u32; 2] = [1, Opcode::Halt as u32];

/// The return address of the lowest frame.
pub(crate) fn halt() -> *const u32 {
    &raw const HALT[1]
}

/// Which slots of the topmost frame hold terms.
#[derive(Clone, Copy)]
pub(crate) enum Top {
    /// As a live word says.
    Live(*const u32),
    /// A frame that is only being made: so many arguments, then the return address.
    Arguments(usize),
}

/// Frame size of a live word of the short form.
fn short_size(word: u32) -> usize {
    (word >> 1 & 31) as usize
}

/// The slots that a word of bits names, one by one; the lowest bit stands for slot -1.
#[inline]
fn each_slot(mut bits: u32, mut slot: impl FnMut(isize)) {
    while bits != 0 {
        slot(bits.trailing_zeros() as isize - 1);
        bits &= bits - 1;
    }
}

/// Frame size of a live word, and its slots one by one.
///
/// # Safety
/// `live` is the address of a live word in code that was checked when it was loaded.
unsafe fn read_live(live: *const u32, mut slot: impl FnMut(isize)) -> usize {
    // SAFETY: a long form lies where the word says, by `disassemble::check`.
    unsafe {
        let word = *live;
        if word & 1 == 1 {
            each_slot(word >> 6, slot);
            return short_size(word);
        }
        let long = live.add(word as usize / 2);
        let frame = *long as usize;
        for index in 0..(frame + 1).div_ceil(32) {
            each_slot(*long.add(1 + index), |place| slot(index as isize * 32 + place));
        }
        frame
    }
}

/// Frame size of a live word.
///
/// # Safety
/// As for `read_live`.
pub(crate) unsafe fn frame_size(live: *const u32) -> usize {
    // SAFETY: as `read_live`.
    unsafe {
        let word = *live;
        if word & 1 == 1 { short_size(word) } else { *live.add(word as usize / 2) as usize }
    }
}

struct FrameRoots<'a> {
    process: &'a Process,
    /// Words between the topmost frame's slot 0 and the end of the stack.
    height: usize,
    top: Top,
    extra: &'a mut [Word],
}

// SAFETY: live words name every slot that is read again; the process shows its own roots.
unsafe impl Roots for FrameRoots<'_> {
    fn visit(&mut self, stack: StackRange, visitor: &mut Visitor<'_>) {
        visitor.slice(self.extra);
        self.process.visit_roots(visitor);
        // SAFETY: frames are well-formed (invariant 1) and lie between stack top and end.
        unsafe {
            let mut fp = stack.end.sub(self.height);
            let mut size = match self.top {
                Top::Live(live) => read_live(live, |slot| visitor.range(fp.offset(slot), 1)),
                Top::Arguments(count) => {
                    visitor.range(fp, count);
                    count + 1
                }
            };
            // Deep stacks are mostly one recursion: a frame like the one above it needs no second look at its code.
            let (mut known, mut known_size, mut slots) = (std::ptr::null(), 0, 0);
            while size > 0 {
                let back = (*fp.add(size - 1)).0 as *const u32;
                if back == halt() {
                    break;
                }
                fp = fp.add(size);
                if back != known {
                    let word = *back.sub(1);
                    if word & 1 == 0 {
                        size = read_live(back.sub(1), |slot| visitor.range(fp.offset(slot), 1));
                        continue;
                    }
                    (known, known_size, slots) = (back, short_size(word), word >> 6);
                }
                size = known_size;
                each_slot(slots, |slot| visitor.range(fp.offset(slot), 1));
            }
        }
    }
}

/// Collects, so that `need` words are free. Gives the new address of the topmost frame.
///
/// # Safety
/// The heap top has been stored into the heap, `fp` is the topmost frame of the process and `top` describes it; no terms but those
/// that are roots and those in `extra` are used afterwards.
pub(crate) unsafe fn collect(
    process: &Process,
    fp: *mut Word,
    top: Top,
    need: usize,
    extra: &mut [Word],
) -> Result<*mut Word, CollectError> {
    process.mailbox().borrow_mut().adopt(process.heap());
    // SAFETY: by contract the stack is whole from one word below `fp` (invariant 2).
    unsafe {
        let end = raw::stack_end(process.heap());
        let height = end.offset_from_unsigned(fp);
        raw::set_sp(process.heap(), fp.sub(1));
        let mut roots = FrameRoots { process, height, top, extra };
        let heap: &mut Heap = &mut *process.heap.get();
        raw::collect(heap, need, &mut roots)?;
        Ok(raw::stack_end(process.heap()).sub(height))
    }
}

/// As [`collect`], into the smallest block that will do.
///
/// # Safety
/// As for [`collect`].
pub(crate) unsafe fn hibernate(process: &Process, fp: *mut Word, top: Top) -> Result<*mut Word, CollectError> {
    process.mailbox().borrow_mut().adopt(process.heap());
    // SAFETY: as in `collect`.
    unsafe {
        let end = raw::stack_end(process.heap());
        let height = end.offset_from_unsigned(fp);
        raw::set_sp(process.heap(), fp.sub(1));
        let mut roots = FrameRoots { process, height, top, extra: &mut [] };
        let heap: &mut Heap = &mut *process.heap.get();
        raw::hibernate(heap, &mut roots)?;
        Ok(raw::stack_end(process.heap()).sub(height))
    }
}

/// Calls `visit` with each return address and the address of the frame that it returns to, from a frame of the given
/// size on, until `visit` gives false or the lowest frame is reached.
///
/// # Safety
/// `fp` is a frame of the process's stack, `size` its size.
pub(crate) unsafe fn walk(mut fp: *mut Word, mut size: usize, mut visit: impl FnMut(*const u32, *mut Word) -> bool) {
    // SAFETY: frames are well-formed (invariant 1).
    unsafe {
        while size > 0 {
            let back = (*fp.add(size - 1)).0 as *const u32;
            if back == halt() {
                break;
            }
            fp = fp.add(size);
            if !visit(back, fp) {
                break;
            }
            size = frame_size(back.sub(1));
        }
    }
}

/// Prepares a process that does nothing yet: one frame with these arguments at the entry of a stub, above `halt`.
pub(crate) fn begin(process: &Process, entry: *const u32, args: &[Term<'_>]) -> Result<(), OutOfMemory> {
    // SAFETY: nothing runs, so the stack is empty; the smallest block has room for a frame of a few words beside the red
    // zone, or else the arguments went to fragments, which the collection below adopts.
    unsafe {
        let heap = process.heap();
        raw::set_sp(heap, raw::stack_end(heap));
        let mut words: Vec<Word> = args.iter().map(|arg| arg.word()).collect();
        if heap.free_words() < words.len() + 2 {
            let end = raw::stack_end(heap);
            end.sub(1).write(Word(halt() as u64));
            collect(process, end.sub(1), Top::Arguments(0), words.len() + 2, &mut words).map_err(|_| OutOfMemory)?;
        }
        let heap = process.heap();
        let end = raw::stack_end(heap);
        end.sub(1).write(Word(halt() as u64));
        let fp = end.sub(1 + words.len());
        fp.copy_from_nonoverlapping(words.as_ptr(), words.len());
        fp.sub(1).write(Word::ZERO);
        raw::set_sp(heap, fp.sub(1));
        process.resume.set(entry.add(1));
        process.live.set(entry.sub(1));
        Ok(())
    }
}

/// A major collection of a process that is not running, unless it waits where nothing tells what is live.
pub(crate) fn collect_suspended(process: &Process) -> Result<(), CollectError> {
    if process.resume.get().is_null() || process.live.get().is_null() {
        return Ok(());
    }
    process.heap().request_collection();
    // SAFETY: a suspended process is described by `live` (`process`, invariant 2).
    unsafe {
        let fp = raw::sp(process.heap()).add(1);
        collect(process, fp, Top::Live(process.live.get()), 0, &mut [])?;
    }
    Ok(())
}
