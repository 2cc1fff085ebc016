//! Runs instructions.
//!
//! **What it is for.** [`run`] executes a process until its reductions are used up or it can't go on. Each instruction is one
//! function in the files below, generic over `FAST`: with it, anything unusual (an operand that is no small integer, no
//! room, no reductions) gives [`SLOW`] with the state untouched; without it the same function does everything.
//!
//! **How.** The fast forms are expanded twice: into a loop with a match, and into handlers that all have the same signature
//! and end by calling the next one, or the slow form of their own instruction, which compilers turn into jumps. So
//! handlers need no stack frame. Whether that worked is tested once at start (`threaded`); if not, the loop runs.
//!
//! **Invariants.**
//! 1. Code was checked when it was loaded, so operands lie within frames and code.
//! 2. `State` holds the only current copies of heap top and frame address while instructions run; before anything else
//!    looks at the heap they are stored with `State::store`.
//! 3. An instruction writes its results only after reading all operands, and nothing if it gives [`SLOW`].
//! 4. At least `LIMIT` words lie between heap top and frame, so outgoing arguments and scratch slots need no check.
//! 5. A `Term` made here from a word does not outlive the call that it is made for.
//!
//! # Safety
//! All `unsafe fn` of these files have one contract: the state stands at an instruction of that kind in code that was checked when it was
//! loaded (invariant 1), and its registers are those of a running process (invariants 2 and 4).
//!
//! **What it must not know.** Schedulers, modules' sources.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_ptr_alignment,
    clippy::cast_sign_loss,
    reason = "operands and addresses of checked code"
)]

mod basic;
mod bitstrings;
mod calls;
mod data;
mod exceptions;
mod fused;
mod messages;
mod threaded;

use std::sync::Arc;

use jovial_atoms::{Atom, known};
use jovial_bytecode::opcode::{Opcode, RED_ZONE};
use jovial_term::raw::{self, CollectError, Word};
use jovial_term::{Heap, Term, stress};

use crate::frames::{self, Top};
use crate::machine::{Dispatch, Machine};
use crate::module::Code;
use crate::native::{Class, Ctx, Halt, JobResult};
use crate::process::Process;
use crate::system::{Killed, Stop, System};

pub(crate) use exceptions::{current_stacktrace, stacktrace};

const _: () = assert!(RED_ZONE <= raw::RED_ZONE, "scratch slots lie in the heap's red zone");

/// Words between heap top and frame that are always free, one for slot -1 and the red zone.
const LIMIT: usize = RED_ZONE + 1;

/// A block with less room than this is collected at the next safepoint: short ways need up to so many words.
const ALMOST_FULL: usize = 8;

/// Objects up to this many words are copied on short ways, where there is room.
const COPIES_MAX: usize = 64;

/// What an instruction tells the dispatcher.
type Flow = u32;
/// Goes on at the state's instruction, which is the next one.
const NEXT: Flow = 0;
/// Goes on at the state's instruction, to which this one jumped.
const LEFT: Flow = 1;
/// Do it again with the slow form.
const SLOW: Flow = 2;
/// The slice has ended; `Run::stop` says why.
const STOP: Flow = 3;
/// As [`SLOW`], but worth a try with [`second`] before.
const SECOND: Flow = 4;
/// As [`NEXT`], in the middle of what stands for several instructions: the one to come has given up there.
const REST: Flow = 5;
/// As [`SLOW`], and the slow form is what is meant to run: the call of a native.
const DIRECT: Flow = 6;

/// Whether the slice goes on.
#[expect(clippy::inline_always, reason = "it is a comparison")]
#[inline(always)]
const fn goes_on(flow: Flow) -> bool {
    flow == NEXT || flow == LEFT
}

/// What stays the same during a slice.
struct Run<'a> {
    ctx: Ctx<'a>,
    node: Atom,
    stop: std::cell::Cell<Option<Stop>>,
    /// Words that an instruction would have needed to go its short way, for the next safepoint.
    lacking: std::cell::Cell<usize>,
    /// The version of a module that an address was last found in.
    version: std::cell::Cell<Option<Arc<Code>>>,
    /// The registers after a slow form.
    stepped: std::cell::Cell<Stepped>,
}

/// The registers of the machine.
#[derive(Clone, Copy)]
struct State<'a> {
    pc: *const u32,
    fp: *mut Word,
    hp: *mut Word,
    reds: i64,
    run: &'a Run<'a>,
}

#[expect(clippy::inline_always, reason = "operand access must vanish into the handlers")]
impl<'a> State<'a> {
    /// The 8-bit operand in byte `n` of the instruction.
    #[inline(always)]
    unsafe fn byte(&self, n: usize) -> isize {
        // SAFETY: invariant 1.
        unsafe { *self.pc.cast::<i8>().add(n) as isize }
    }

    /// The same without sign.
    #[inline(always)]
    unsafe fn count(&self, n: usize) -> usize {
        // SAFETY: invariant 1.
        unsafe { *self.pc.cast::<u8>().add(n) as usize }
    }

    /// The 16-bit operand in the upper half of the instruction's first word.
    #[inline(always)]
    unsafe fn half(&self) -> isize {
        // SAFETY: invariant 1.
        unsafe { *self.pc.cast::<i16>().add(1) as isize }
    }

    #[inline(always)]
    unsafe fn count16(&self) -> usize {
        // SAFETY: invariant 1.
        unsafe { *self.pc.cast::<u16>().add(1) as usize }
    }

    /// A further word of the instruction.
    #[inline(always)]
    unsafe fn word(&self, n: usize) -> u32 {
        // SAFETY: invariant 1.
        unsafe { *self.pc.add(n) }
    }

    /// Two 16-bit slots in a further word.
    #[inline(always)]
    unsafe fn pair(&self, n: usize) -> (isize, isize) {
        // SAFETY: invariant 1.
        unsafe {
            let halves = self.pc.add(n).cast::<i16>();
            (*halves as isize, *halves.add(1) as isize)
        }
    }

    /// Two further words as one.
    #[inline(always)]
    unsafe fn wide(&self, n: usize) -> u64 {
        // SAFETY: invariant 1; words are only aligned to four bytes.
        unsafe { self.pc.add(n).cast::<u64>().read_unaligned() }
    }

    /// An immediate in a further word.
    #[inline(always)]
    unsafe fn imm(&self, n: usize) -> Word {
        // SAFETY: invariant 1.
        unsafe { Word(i64::from(self.word(n).cast_signed()).cast_unsigned()) }
    }

    #[inline(always)]
    unsafe fn get(&self, slot: isize) -> Word {
        // SAFETY: invariants 1 and 4.
        unsafe { *self.fp.offset(slot) }
    }

    #[inline(always)]
    unsafe fn set(&mut self, slot: isize, word: Word) {
        // SAFETY: invariants 1 and 4.
        unsafe { *self.fp.offset(slot) = word }
    }

    /// Goes on behind this instruction of so many words.
    #[inline(always)]
    unsafe fn next(&mut self, words: usize) -> Flow {
        // SAFETY: invariant 1.
        self.pc = unsafe { self.pc.add(words) };
        NEXT
    }

    /// Goes on at the label in a further word.
    #[inline(always)]
    unsafe fn jump(&mut self, n: usize) -> Flow {
        // SAFETY: invariant 1.
        unsafe {
            let distance = self.word(n).cast_signed();
            self.pc = self.pc.offset(distance as isize);
        }
        LEFT
    }

    /// Goes on behind the instruction if the test holds, else at its label.
    #[inline(always)]
    unsafe fn test(&mut self, holds: bool, label: usize) -> Flow {
        // SAFETY: invariant 1.
        unsafe { if holds { self.next(label + 1) } else { self.jump(label) } }
    }

    fn process(&self) -> &'a Process {
        self.run.ctx.process
    }

    /// The heap, with the tops stored.
    fn heap(&self) -> &'a Heap {
        self.store();
        self.run.ctx.process.heap()
    }

    /// Stores the tops into the heap.
    fn store(&self) {
        let heap = self.run.ctx.process.heap();
        // SAFETY: invariant 2: these are the tops; below the frame lies slot -1.
        unsafe {
            raw::set_hp(heap, self.hp);
            raw::set_sp(heap, self.fp.sub(1));
        }
    }

    /// Takes the heap top back after something allocated.
    fn reload(&mut self) {
        let heap = self.run.ctx.process.heap();
        self.hp = raw::hp(heap);
        // In a full block all that follows would go the long way, until enough of it lies beside the block.
        if heap.wants_collection() || !self.has_room(ALMOST_FULL) {
            self.want_safepoint();
        }
    }

    /// Takes the reductions away, so that the next call comes to a safepoint.
    fn want_safepoint(&mut self) {
        if self.reds > 0 {
            let process = self.process();
            process.withheld.set(process.withheld.get() + self.reds);
            self.reds = 0;
        }
    }

    /// Asks for a safepoint that makes room if a copy of an object does not fit in the block: else all that follow would go the
    /// long way too.
    unsafe fn want_room_for(&mut self, object: Word) {
        if !object.is_boxed() {
            return;
        }
        // SAFETY: a boxed word leads to a live object.
        let words = 1 + unsafe { raw::boxed_slot(object, 0) }.header_size();
        if words <= COPIES_MAX && !self.has_room(words) {
            self.run.lacking.set(words);
            self.want_safepoint();
        }
    }

    /// Brands a word that is reachable from the roots.
    #[inline(always)]
    unsafe fn term(&self, word: Word) -> Term<'a> {
        // SAFETY: invariant 5.
        unsafe { Term::from_word(word) }
    }

    #[inline(always)]
    unsafe fn get_term(&self, slot: isize) -> Term<'a> {
        // SAFETY: invariants 1 and 5.
        unsafe { self.term(self.get(slot)) }
    }

    /// Whether so many words fit on the heap.
    #[inline(always)]
    fn has_room(&self, words: usize) -> bool {
        (self.hp as usize) + (words + LIMIT) * 8 <= self.fp as usize
    }

    /// Makes room at an instruction whose live word is given.
    #[cold]
    #[inline(never)]
    unsafe fn make_room(&mut self, words: usize, live: *const u32) -> Flow {
        self.store();
        // SAFETY: the tops are stored, the live word belongs to this instruction.
        match unsafe { frames::collect(self.process(), self.fp, Top::Live(live), words + 2, &mut []) } {
            Ok(fp) => {
                self.fp = fp;
                self.hp = raw::hp(self.process().heap());
                NEXT
            }
            Err(error) => self.killed(error),
        }
    }

    fn stop(&self, stop: Stop) -> Flow {
        self.run.stop.set(Some(stop));
        STOP
    }

    fn killed(&self, error: CollectError) -> Flow {
        self.stop(Stop::Killed(match error {
            CollectError::HeapLimit { wanted, max } => Killed::HeapLimit { wanted, max },
            CollectError::OutOfMemory { words } => Killed::OutOfMemory { words },
        }))
    }

    /// Ends the slice so that the process goes on at `pc`, where `live` describes the frame.
    fn suspend(&self, pc: *const u32, live: *const u32, stop: Stop) -> Flow {
        let process = self.process();
        self.store();
        process.resume.set(pc);
        process.live.set(live);
        self.stop(stop)
    }
}

/// Runs a process until it stops.
pub fn run(machine: &Machine, process: &Process, system: &dyn System, reductions: u32) -> Stop {
    if process.resume.get().is_null() {
        return Stop::Done;
    }
    let run = Run {
        ctx: Ctx::new(process, machine, system),
        node: system.node(),
        stop: std::cell::Cell::new(None),
        lacking: std::cell::Cell::new(0),
        version: std::cell::Cell::new(None),
        stepped: std::cell::Cell::new(Stepped::NOWHERE),
    };
    let heap = process.heap();
    let budget = i64::from(reductions);
    process.withheld.set(0);
    let mut state = State {
        pc: process.resume.get(),
        // SAFETY: a suspended process's stack top is one word below its frame (`frames`, invariant 2).
        fp: unsafe { raw::sp(heap).add(1) },
        hp: raw::hp(heap),
        reds: budget,
        run: &run,
    };
    let runs = !process.interrupted.replace(false) || goes_on(interrupt(&mut state));
    // SAFETY: the process was suspended at this instruction, or was prepared by `start`.
    let left = unsafe {
        if !runs {
            state.reds
        } else if stress::period() != 0 {
            run_slowly(state)
        } else if machine.dispatch() == Dispatch::Threaded && threaded::works() {
            threaded::run(state)
        } else {
            run_loop(state)
        }
    };
    let used = budget - left - process.withheld.replace(0);
    process.reductions.set(process.reductions.get() + used.max(0).cast_unsigned());
    match run.stop.take() {
        Some(stop) => {
            if matches!(stop, Stop::Done | Stop::Exit { .. } | Stop::Killed(_)) {
                process.resume.set(std::ptr::null());
            }
            stop
        }
        None => Stop::Yield,
    }
}

/// Raises an interrupt where a suspended process is.
#[cold]
fn interrupt(state: &mut State<'_>) -> Flow {
    let process = state.process();
    if state.run.ctx.machine.version_at(state.pc as usize).is_some() {
        // It waits here no more.
        process.job_result.set(None);
        // SAFETY: the state stands at an instruction of compiled code.
        return unsafe {
            exceptions::raise(state, Class::Interrupt, Word::atom(known::INTERRUPT), &exceptions::First::None)
        };
    }
    // In a native, which raises it in place of a result.
    process.resume_with(JobResult(Box::new(|_| {
        Err(Halt::Raise { class: Class::Interrupt, reason: Term::atom(known::INTERRUPT), trace: None })
    })));
    NEXT
}

/// A second short way of an instruction, for what is common but would cost the first one its registers. It is a [`Slow`], and
/// for the same reason.
#[inline(never)]
unsafe extern "C-unwind" fn second(pc: *const u32, fp: *mut Word, hp: *mut Word, reds: i64, run: &Run<'_>) -> Flow {
    let mut state = State { pc, fp, hp, reds, run };
    // SAFETY: as `slow_step`.
    let flow = unsafe {
        match FIRST[*pc as u8 as usize] {
            opcode @ (Opcode::CallFun | Opcode::TailCallFun) => {
                calls::call_closure(&mut state, opcode == Opcode::TailCallFun)
            }
            opcode @ (Opcode::Apply | Opcode::TailApply) => calls::apply_known(&mut state, opcode == Opcode::TailApply),
            opcode @ (Opcode::Bif1 | Opcode::Bif2) => basic::on_terms(&mut state, opcode),
            Opcode::BitsBuild => bitstrings::append_in_place(&mut state),
            opcode => basic::on_two_floats(&mut state, opcode),
        }
    };
    run.stepped.set(Stepped { pc: state.pc, fp: state.fp, hp: state.hp, reds: state.reds });
    flow
}

/// The first instruction of what each opcode stands for.
static FIRST: [Opcode; Opcode::ALL.len()] = {
    let mut first = [Opcode::Invalid; Opcode::ALL.len()];
    let mut number = 0;
    while number < first.len() {
        first[number] = Opcode::ALL[number].first();
        number += 1;
    }
    first
};

/// Where the slow form of an instruction left the registers.
#[derive(Clone, Copy)]
struct Stepped {
    pc: *const u32,
    fp: *mut Word,
    hp: *mut Word,
    reds: i64,
}

impl Stepped {
    const NOWHERE: Stepped =
        Stepped { pc: std::ptr::null(), fp: std::ptr::null_mut(), hp: std::ptr::null_mut(), reds: 0 };
}

/// The slow form of an instruction. It takes the registers one by one and leaves them in [`Run::stepped`]: a reference to a local of
/// the handler's, or a place for a result in its frame, might escape into the slow form for all that the compiler
/// knows, and then the handler can't jump to the next but has to call it.
type Slow = unsafe extern "C-unwind" fn(*const u32, *mut Word, *mut Word, i64, &Run<'_>) -> Flow;

/// The slow form of the state's instruction.
#[cold]
#[inline(never)]
unsafe fn slow_step(state: &mut State<'_>) -> Flow {
    // SAFETY: invariant 1: the opcode is one of the table's.
    unsafe {
        let form = SLOW_FORMS[usize::from(*state.pc as u8)];
        let flow = form(state.pc, state.fp, state.hp, state.reds, state.run);
        let Stepped { pc, fp, hp, reds } = state.run.stepped.get();
        (state.pc, state.fp, state.hp, state.reds) = (pc, fp, hp, reds);
        flow
    }
}

/// Every instruction in its slow form: for stress mode, where each safepoint may collect.
#[inline(never)]
unsafe fn run_slowly(mut state: State<'_>) -> i64 {
    loop {
        // SAFETY: as `slow_step`.
        if !goes_on(unsafe { slow_step(&mut state) }) {
            return state.reds;
        }
    }
}

macro_rules! tables {
    ($($name:ident $function:ident [$($operand:ident)*] $doc:literal;)*) => {
        mod slow {
            use super::*;
            $(pub(super) unsafe extern "C-unwind" fn $function(
                pc: *const u32,
                fp: *mut Word,
                hp: *mut Word,
                reds: i64,
                run: &Run<'_>,
            ) -> Flow {
                let mut state = State { pc, fp, hp, reds, run };
                // SAFETY: the dispatcher's contract is the instruction's.
                let flow = unsafe { ops::$function::<false>(&mut state) };
                run.stepped.set(Stepped { pc: state.pc, fp: state.fp, hp: state.hp, reds: state.reds });
                flow
            })*
        }
        static SLOW_FORMS: [Slow; Opcode::ALL.len()] = [$(slow::$function),*];

        #[inline(never)]
        unsafe fn run_loop(state: State<'_>) -> i64 {
            #![allow(non_upper_case_globals, reason = "patterns named like the opcodes")]
            $(const $name: u8 = Opcode::$name as u8;)*
            // Single variables stay in registers where a struct might not.
            let State { mut pc, mut fp, mut hp, mut reds, run } = state;
            loop {
                let mut state = State { pc, fp, hp, reds, run };
                // SAFETY: invariant 1.
                let flow = unsafe {
                    match *pc as u8 {
                        $($name => ops::$function::<true>(&mut state),)*
                        _ => SLOW,
                    }
                };
                if !goes_on(flow) && flow != REST {
                    debug_assert!(flow == SLOW || flow == SECOND || flow == DIRECT);
                    // The slow form works on a copy whose address it may pass on.
                    let mut copy = State { pc, fp, hp, reds, run };
                    // SAFETY: invariant 1.
                    let flow = unsafe { slow_step(&mut copy) };
                    if !goes_on(flow) {
                        return copy.reds;
                    }
                    state = State { ..copy };
                }
                State { pc, fp, hp, reds, .. } = state;
            }
        }
    };
}

/// All instructions in one place, by the names in the opcode table.
mod ops {
    pub(super) use super::basic::*;
    pub(super) use super::bitstrings::*;
    pub(super) use super::calls::*;
    pub(super) use super::data::*;
    pub(super) use super::exceptions::*;
    pub(super) use super::fused::*;
    pub(super) use super::messages::*;
}

jovial_bytecode::for_each_opcode!(tables);
