//! From SSA form to bytecode.
//!
//! **What it is for.** [`emit`] makes an [`Image`] of a module: it simplifies each function, gives out slots and writes
//! instructions, fusing pairs that often come together.
//!
//! **Invariants.**
//! 1. Operands beyond the reach of 8 bits go through scratch slots below the frame; no safepoint lies between
//!    filling and reading one.
//! 2. An instruction writes its results after it has read all operands, and not at all if it jumps.
//! 3. Between an instruction that makes sure of room and the ones that use it up nothing else allocates.
//!
//! **What it must not know.** How instructions are run.
//!
//! The file is long because emission of all operations is one flat table.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    reason = "operands are packed into words of checked sizes"
)]

use std::collections::HashSet;
use std::fmt;
use std::sync::LazyLock;

use jovial_atoms::{Atom, known};

use crate::code::{Code, CodeFunction, CodeHandler, CodeLine, Image, LiveSet, Relocated, Relocation};
use crate::ir::{
    Arg, Bif, BitsContext, BlockId, Callee, Endian, FunId, Function, Inst, LitId, Literal, Module, Op, Pos, RaiseTrace,
    Segment, SegmentKind, SegmentType, Target, Terminator, Test, Val,
};
use crate::moves;
use crate::opcode::{NEAR_ARGS, NO_CASE, NO_SLOT, Opcode, SCRATCH, Source, pack_type};
use crate::simplify::{count_uses, simplify};
use crate::slots::{Place, Slots, assign, is_allocation, param_place};

/// Why a module can't be turned into code.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EmitError {
    pub function: String,
    pub problem: EmitProblem,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum EmitProblem {
    /// A rule of the SSA form is broken.
    Invalid(crate::verify::Fault),
    /// More values at once than a frame can have.
    TooManySlots,
    /// More words than addresses within a module reach.
    TooLarge,
}

impl fmt::Display for EmitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.problem {
            EmitProblem::Invalid(fault) => write!(f, "{fault}"),
            EmitProblem::TooManySlots => write!(f, "{}: too many values at the same time", self.function),
            EmitProblem::TooLarge => write!(f, "{}: too large", self.function),
        }
    }
}

impl std::error::Error for EmitError {}

/// The segment of a single byte, whose size is 8.
const BYTE: SegmentType = SegmentType { kind: SegmentKind::Integer, unit: 1, signed: false, endian: Endian::Big };

/// A character as the language writes them.
const UTF8: SegmentType = SegmentType { kind: SegmentKind::Utf8, ..BYTE };

const FRAME_MAX: u32 = 32_000;
const CODE_MAX: usize = 1 << 28;
const ROOM_MAX: usize = 60_000;
/// Larger maps are no flat ones.
const TEMPLATE_MAX: usize = 32;

/// Turns a module into bytecode. Its form is checked first, in builds for debugging only: compilers of ours are tested there.
pub fn emit(module: &Module) -> Result<Image, EmitError> {
    if cfg!(debug_assertions) {
        crate::verify::verify(module)
            .map_err(|fault| EmitError { function: fault.function.clone(), problem: EmitProblem::Invalid(fault) })?;
    }
    let own = module.functions.len();
    let module = &*crate::contexts::keep(module);
    let mut literals = module.literals.clone();
    let mut code = Code::default();
    let mut calls = Vec::new();
    for (function, number) in module.functions.iter().zip(0u32..) {
        emit_function(module, function, FunId(number), &mut literals, &mut code, &mut calls)
            .map_err(|problem| EmitError { function: function.name.to_string(), problem })?;
        if number as usize >= own
            && let Some(second) = code.functions.last_mut()
        {
            second.hidden = crate::contexts::HIDDEN;
        }
        if code.words.len() > CODE_MAX {
            return Err(EmitError { function: function.name.to_string(), problem: EmitProblem::TooLarge });
        }
    }
    for (inst, at, FunId(callee)) in calls {
        let entry = code.functions.get(callee as usize).map_or(0, CodeFunction::entry);
        code.words[at as usize] = entry.wrapping_sub(inst);
    }
    code.relocations.sort_by_key(|relocation| relocation.at);
    Ok(Image {
        name: module.name,
        files: module.files.clone(),
        exports: module.exports.clone(),
        literals,
        attributes: module.attributes.clone(),
        chunks: module.chunks.clone(),
        code,
    })
}

/// Where a label is: a block, or a row of moves that leads to one.
#[derive(Clone, Copy)]
enum Label {
    Block(BlockId),
    Stub(usize),
}

/// A move on the way into a block.
enum From {
    Slot(i16),
    Const(Arg),
}

struct Emitter<'a> {
    module: &'a Module,
    function: &'a Function,
    number: FunId,
    literals: &'a mut Vec<Literal>,
    code: &'a mut Code,
    calls: &'a mut Vec<(u32, u32, FunId)>,
    slots: Slots,
    uses: Vec<u32>,
    /// How many ways lead into each block; 2 stands for more.
    ways: Vec<u8>,
    /// Which blocks are handlers.
    handlers: Vec<bool>,
    /// How many instructions at the start of each block are part of the test that leads there.
    unpacked: Vec<usize>,
    blocks: Vec<Option<u32>>,
    stubs: Vec<(Vec<(i16, From)>, BlockId)>,
    stub_at: Vec<u32>,
    /// Instruction, word, label.
    labels: Vec<(u32, u32, Label)>,
    long_masks: Vec<(u32, LiveSet)>,
    /// Next free scratch slot of this instruction.
    scratch: i16,
    /// Start of the last instruction if it was a plain move that the next one may join.
    last_move: Option<u32>,
    inst: u32,
    /// Where the function's instructions start.
    starts: Vec<u32>,
    /// The function's first instruction, and the number of relocations before it.
    first: (u32, usize),
}

fn emit_function(
    module: &Module,
    source: &Function,
    number: FunId,
    literals: &mut Vec<Literal>,
    code: &mut Code,
    calls: &mut Vec<(u32, u32, FunId)>,
) -> Result<(), EmitProblem> {
    let mut function = source.clone();
    keep_handlers(&mut function);
    let order = simplify(&mut function);
    keep_old(&mut function, number, &order);
    let uses = count_uses(&function, &order);
    let slots = assign(&function, &order, &uses);
    if slots.frame > FRAME_MAX {
        return Err(EmitProblem::TooManySlots);
    }
    let mut ways = vec![0u8; function.blocks.len()];
    let mut handlers = vec![false; function.blocks.len()];
    ways[0] = 2;
    for &BlockId(place) in &order {
        let block = &function.blocks[place as usize];
        block.end.targets(&mut |target, _| {
            let way = &mut ways[target.block.0 as usize];
            *way = way.saturating_add(1);
        });
        if let Some(handler) = block.handler {
            ways[handler.0 as usize] = 2;
            handlers[handler.0 as usize] = true;
        }
    }
    let start = code.words.len() as u32;
    let blocks = vec![None; function.blocks.len()];
    let mut emitter = Emitter {
        module,
        function: &function,
        number,
        literals,
        code,
        calls,
        slots,
        uses,
        ways,
        handlers,
        unpacked: vec![0; function.blocks.len()],
        blocks,
        stubs: Vec::new(),
        stub_at: Vec::new(),
        labels: Vec::new(),
        long_masks: Vec::new(),
        scratch: SCRATCH,
        last_move: None,
        inst: start,
        starts: Vec::new(),
        first: (start, 0),
    };
    emitter.run(&order);
    let frame = emitter.frame();
    let end = code.words.len() as u32;
    code.functions.push(CodeFunction {
        name: function.name,
        arity: function.arity,
        free: function.free,
        hidden: 0,
        start,
        end,
        frame,
        pos: function.pos,
    });
    Ok(())
}

/// A tail call under a handler would leave the handler's frame: it is a call and a return.
fn keep_handlers(function: &mut Function) {
    for block in &mut function.blocks {
        if block.handler.is_some()
            && let Terminator::TailCall(callee, args) = &mut block.end
        {
            let op = Op::Call(callee.clone(), std::mem::take(args));
            let val = Val(function.vals);
            function.vals += 1;
            block.insts.push(Inst { dst: Some(val), op, pos: block.end_pos });
            block.end = Terminator::Return(Arg::Val(val));
        }
    }
}

/// Makes room for the new value of a loop's variable: where the old one is still read after the new one is made, it is
/// copied before. So what each turn waits for is made in its place and not moved there at the end.
fn keep_old(function: &mut Function, number: FunId, order: &[BlockId]) {
    let params = function.blocks[0].params.clone();
    for &BlockId(place) in order {
        let block = &mut function.blocks[place as usize];
        let Terminator::TailCall(Callee::Local(callee), args) = &mut block.end else { continue };
        if *callee != number || args.len() != params.len() {
            continue;
        }
        for (index, &old) in params.iter().enumerate() {
            let Arg::Val(new) = args[index] else { continue };
            let made = block.insts.iter().position(|inst| inst.dst == Some(new));
            let Some(made) = made.filter(|&made| matches!(block.insts[made].op, Op::Bif(..))) else { continue };
            let is_old = |arg: &Arg| *arg == Arg::Val(old);
            let mut reads = false;
            block.insts[made].op.args(&mut |arg| reads |= is_old(arg));
            let mut later = args.iter().any(is_old);
            for inst in &block.insts[made + 1..] {
                inst.op.args(&mut |arg| later |= is_old(arg));
            }
            if !reads || !later {
                continue;
            }
            let copy = Val(function.vals);
            function.vals += 1;
            let mut rename = |arg: &mut Arg| {
                if is_old(arg) {
                    *arg = Arg::Val(copy);
                }
            };
            for inst in &mut block.insts[made + 1..] {
                inst.op.args_mut(&mut rename);
            }
            args.iter_mut().for_each(rename);
            let pos = block.insts[made].pos;
            block.insts.insert(made, Inst { dst: Some(copy), op: Op::Copy(Arg::Val(old)), pos });
        }
    }
}

/// The word of an immediate whose high half is the sign of its low half.
fn immediate(arg: Arg) -> Option<(u32, Option<Atom>)> {
    match arg {
        Arg::Int(value) => {
            let word = i32::try_from(value).ok()?.checked_mul(2)?;
            Some((word.cast_unsigned(), None))
        }
        Arg::Atom(atom) => Some((0, Some(atom))),
        Arg::EmptyList => Some((EMPTY_LIST, None)),
        Arg::Val(_) | Arg::Lit(_) => None,
    }
}

/// Low half of the word of `[]`.
pub const EMPTY_LIST: u32 = 0x1d;

fn small16(arg: Arg) -> Option<i16> {
    match arg {
        Arg::Int(value) => i16::try_from(value).ok(),
        _ => None,
    }
}

fn small8(arg: Arg) -> Option<i8> {
    match arg {
        Arg::Int(value) => i8::try_from(value).ok(),
        _ => None,
    }
}

type Fusion = (Opcode, &'static [Opcode]);

/// What stands for several instructions of which this is the first.
fn fusions(first: Opcode) -> &'static [Fusion] {
    static BY_FIRST: LazyLock<Vec<Vec<Fusion>>> = LazyLock::new(|| {
        let mut all = vec![Vec::new(); Opcode::ALL.len()];
        for fusion in Opcode::FUSED {
            all[fusion.1[0] as usize].push(*fusion);
        }
        all
    });
    &BY_FIRST[first as usize]
}

impl<'a> Emitter<'a> {
    fn frame(&self) -> u16 {
        u16::try_from(self.slots.frame).expect("checked against FRAME_MAX")
    }

    fn run(&mut self, order: &[BlockId]) {
        let first_handler = self.code.handlers.len();
        let params = usize::from(self.function.arity) + usize::from(self.function.free);
        let mut slots: Vec<i16> = (0..params)
            .map(|index| self.slot_from_top(param_place(index, self.function.arity.into(), self.function.free.into())))
            .collect();
        slots.sort_unstable();
        self.live_word(LiveSet { frame: self.frame(), slots });
        self.word(u32::from(self.frame()) | (params as u32) << 16);
        self.line(self.function.pos);
        self.first = (self.here(), self.code.relocations.len());
        for &block in order {
            let mut next = Some(block);
            while let Some(block) = next.filter(|block| self.blocks[block.0 as usize].is_none()) {
                next = self.block(block);
            }
        }
        self.stubs();
        for handler in &mut self.code.handlers[first_handler..] {
            handler.target = self.blocks[handler.target as usize].expect("all reachable blocks are placed");
        }
        for (inst, at, label) in std::mem::take(&mut self.labels) {
            let target = match label {
                Label::Block(block) => self.blocks[block.0 as usize].expect("all reachable blocks are placed"),
                Label::Stub(stub) => self.stub_at[stub],
            };
            self.code.words[at as usize] = target.wrapping_sub(inst);
        }
        self.fuse();
        let mut masks: Vec<(LiveSet, u32)> = Vec::new();
        for (at, live) in std::mem::take(&mut self.long_masks) {
            let known = masks.iter().find(|(other, _)| *other == live).map(|(_, place)| *place);
            let place = known.unwrap_or_else(|| {
                let place = self.code.words.len() as u32;
                self.code.words.extend(live.long());
                masks.push((live, place));
                place
            });
            self.code.words[at as usize] = (place - at) * 2;
        }
    }

    /// Puts an instruction that stands for several in the place of the first of them, wherever that saves a step. The
    /// others stay, so a jump may lead to each.
    fn fuse(&mut self) {
        let opcode = |word: u32| Opcode::from_byte(word as u8).unwrap_or(Opcode::Invalid);
        let opcodes: Vec<Opcode> = self.starts.iter().map(|at| opcode(self.code.words[*at as usize])).collect();
        // Steps from each instruction to the last one.
        let mut steps = vec![0u32; opcodes.len() + 1];
        for (place, at) in self.starts.iter().enumerate().rev() {
            steps[place] = steps[place + 1] + 1;
            let mut length = 1;
            for (fused, parts) in fusions(opcodes[place]) {
                let after = place + parts.len();
                if opcodes[place..].starts_with(parts) && (steps[after] + 1, length) < (steps[place], parts.len()) {
                    (steps[place], length) = (steps[after] + 1, parts.len());
                    let word = &mut self.code.words[*at as usize];
                    *word = *word & 0xffff_ff00 | *fused as u32;
                }
            }
        }
    }

    // Words.

    fn here(&self) -> u32 {
        self.code.words.len() as u32
    }

    fn word(&mut self, word: u32) {
        self.code.words.push(word);
    }

    fn begin(&mut self, opcode: Opcode, a: i8, b: i8, c: i8) {
        self.last_move = None;
        self.inst = self.here();
        self.starts.push(self.inst);
        self.word(
            opcode as u32
                | u32::from(a.cast_unsigned()) << 8
                | u32::from(b.cast_unsigned()) << 16
                | u32::from(c.cast_unsigned()) << 24,
        );
    }

    fn begin16(&mut self, opcode: Opcode, a: i8, wide: u16) {
        self.last_move = None;
        self.inst = self.here();
        self.starts.push(self.inst);
        self.word(opcode as u32 | u32::from(a.cast_unsigned()) << 8 | u32::from(wide) << 16);
    }

    fn pair(&mut self, first: i16, second: i16) {
        self.word(u32::from(first.cast_unsigned()) | u32::from(second.cast_unsigned()) << 16);
    }

    fn relocate(&mut self, what: Relocated) {
        let at = self.here();
        self.code.relocations.push(Relocation { at, what });
    }

    fn imm_word(&mut self, (word, atom): (u32, Option<Atom>)) {
        if let Some(atom) = atom {
            self.relocate(Relocated::Atom(atom));
        }
        self.word(word);
    }

    fn wide(&mut self, what: Relocated) {
        self.relocate(what);
        self.word(0);
        self.word(0);
    }

    fn label(&mut self, label: Label) {
        let at = self.here();
        self.labels.push((self.inst, at, label));
        self.word(0);
    }

    fn live_word(&mut self, live: LiveSet) {
        if let Some(word) = live.inline() {
            self.word(word);
        } else {
            let at = self.here();
            self.long_masks.push((at, live));
            self.word(0);
        }
    }

    fn live(&mut self, vals: impl IntoIterator<Item = Val>) {
        let mut slots: Vec<i16> =
            vals.into_iter().filter_map(|val| self.slot(val)).filter(|slot| *slot >= -1).collect();
        slots.sort_unstable();
        slots.dedup();
        let frame = self.frame();
        self.live_word(LiveSet { frame, slots });
    }

    fn line(&mut self, pos: Pos) {
        let at = self.here();
        match self.code.lines.last_mut() {
            Some(last) if last.at == at => last.pos = pos,
            Some(last) if last.pos == pos => {}
            _ => self.code.lines.push(CodeLine { at, pos }),
        }
    }

    // Operands.

    fn slot_from_top(&self, place: u32) -> i16 {
        i16::try_from(self.slots.frame - 1 - place).expect("checked against FRAME_MAX")
    }

    /// The slot of a value; `None` if nobody reads it.
    fn slot(&self, val: Val) -> Option<i16> {
        match self.slots.places[val.0 as usize] {
            Place::Nowhere => None,
            Place::Frame(place) => Some(self.slot_from_top(place)),
            Place::Below(slot) => Some(slot),
        }
    }

    fn next_scratch(&mut self) -> i16 {
        let slot = self.scratch;
        self.scratch -= 1;
        slot
    }

    fn literal(&mut self, literal: Literal) -> LitId {
        let place = self.literals.iter().position(|known| *known == literal).unwrap_or_else(|| {
            self.literals.push(literal);
            self.literals.len() - 1
        });
        LitId(place as u32)
    }

    /// Writes a constant into a slot.
    fn load(&mut self, to: i16, arg: Arg) {
        if let Ok(near) = i8::try_from(to) {
            if let Some(value) = small16(arg) {
                self.begin16(Opcode::LoadSmall, near, value.cast_unsigned());
                return;
            }
            if let Some(imm) = immediate(arg) {
                self.begin(Opcode::LoadImm, near, 0, 0);
                self.imm_word(imm);
                return;
            }
            let literal = self.arg_literal(arg);
            self.begin(Opcode::LoadConst, near, 0, 0);
            self.wide(Relocated::Literal(literal));
            return;
        }
        let literal = self.arg_literal(arg);
        self.begin16(Opcode::LoadFar, 0, to.cast_unsigned());
        self.wide(Relocated::Literal(literal));
    }

    fn arg_literal(&mut self, arg: Arg) -> LitId {
        match arg {
            Arg::Lit(literal) => literal,
            Arg::Int(value) => self.literal(Literal::Int(value)),
            Arg::Atom(atom) => self.literal(Literal::Atom(atom)),
            Arg::EmptyList => self.literal(Literal::List(Vec::new())),
            Arg::Val(_) => self.literal(Literal::Int(0)),
        }
    }

    fn copy(&mut self, to: i16, from: i16) {
        if to == from {
            return;
        }
        if let Some(at) = self.last_move {
            let word = self.code.words[at as usize];
            self.code.words[at as usize] = word & 0x00ff_ff00 | Opcode::Move2 as u32;
            self.pair(to, from);
            self.last_move = None;
            return;
        }
        if let (Ok(near_to), Ok(near_from)) = (i8::try_from(to), i8::try_from(from)) {
            self.begin(Opcode::Move, near_to, near_from, 0);
            self.last_move = Some(self.inst);
        } else {
            self.begin(Opcode::MoveFar, 0, 0, 0);
            self.pair(to, from);
        }
    }

    /// The slot of an operand, loaded if need be.
    fn source16(&mut self, arg: Arg) -> i16 {
        if let Arg::Val(val) = arg
            && let Some(slot) = self.slot(val)
        {
            return slot;
        }
        let to = self.next_scratch();
        self.load(to, arg);
        to
    }

    /// The same within reach of 8 bits.
    fn source(&mut self, arg: Arg) -> i8 {
        let slot = self.source16(arg);
        if let Ok(near) = i8::try_from(slot) {
            return near;
        }
        let to = self.next_scratch();
        self.copy(to, slot);
        to as i8
    }

    /// Whether an operand needs no scratch slot.
    fn is_near(&self, arg: Arg) -> bool {
        arg.val().and_then(|val| self.slot(val)).is_some_and(|slot| i8::try_from(slot).is_ok())
    }

    /// Where an instruction writes its value, and where it is to be copied after that.
    fn target(&mut self, val: Option<Val>) -> (i8, Option<i16>) {
        let Some(slot) = val.and_then(|val| self.slot(val)) else { return (self.next_scratch() as i8, None) };
        match i8::try_from(slot) {
            Ok(near) => (near, None),
            Err(_) => (self.next_scratch() as i8, Some(slot)),
        }
    }

    fn finish(&mut self, (near, far): (i8, Option<i16>)) {
        if let Some(far) = far {
            self.copy(far, near.into());
        }
    }

    /// Sources, with the literals that they need behind them.
    fn sources(&mut self, args: &[Arg]) {
        let first = self.here();
        for arg in args {
            self.source_word(*arg);
        }
        self.pool(first, args.iter().copied().enumerate());
    }

    fn source_word(&mut self, arg: Arg) {
        if let Some(imm) = immediate(arg) {
            self.imm_word(imm);
        } else {
            let slot = arg.val().and_then(|val| self.slot(val));
            self.word(slot.map_or(0, |slot| Source::Slot(slot).pack()));
        }
    }

    /// Literals of the sources at the given distances from `first`.
    fn pool(&mut self, first: u32, sources: impl Iterator<Item = (usize, Arg)>) {
        for (index, arg) in sources {
            if immediate(arg).is_none() && arg.val().is_none() {
                let at = first as usize + index;
                self.code.words[at] = Source::Const(self.here() - at as u32).pack();
                let literal = self.arg_literal(arg);
                self.wide(Relocated::Literal(literal));
            }
        }
    }

    // Moves.

    fn moves(&mut self, moves: Vec<(i16, From)>) {
        let mut slots = Vec::new();
        let mut consts = Vec::new();
        let mut lowest = self.scratch;
        for (to, from) in moves {
            lowest = lowest.min(to);
            match from {
                From::Slot(slot) => {
                    lowest = lowest.min(slot);
                    slots.push((to, slot));
                }
                From::Const(arg) => consts.push((to, arg)),
            }
        }
        for (to, from) in moves::sequence(&slots, lowest - 1) {
            self.copy(to, from);
        }
        for (to, arg) in consts {
            self.load(to, arg);
        }
    }

    fn from(&self, arg: Arg) -> From {
        match arg.val().and_then(|val| self.slot(val)) {
            Some(slot) => From::Slot(slot),
            None => From::Const(arg),
        }
    }

    /// The moves of a target; `supplied` says where the values lie that the terminator gives.
    fn edge_moves(&self, target: &Target, supplied: &[i16]) -> Vec<(i16, From)> {
        let params = &self.function.blocks[target.block.0 as usize].params;
        let given = supplied.iter().map(|slot| From::Slot(*slot));
        let passed = target.args.iter().map(|arg| self.from(*arg));
        params
            .iter()
            .zip(given.chain(passed))
            .filter_map(|(param, from)| self.slot(*param).map(|to| (to, from)))
            .filter(|(to, from)| !matches!(from, From::Slot(slot) if slot == to))
            .collect()
    }

    /// A label that leads to a target through its moves.
    fn target_label(&mut self, target: &Target) -> Label {
        let moves = self.edge_moves(target, &[]);
        if moves.is_empty() {
            return Label::Block(target.block);
        }
        self.stubs.push((moves, target.block));
        Label::Stub(self.stubs.len() - 1)
    }

    /// Goes on at a target: its moves here, then the block itself or a jump to it.
    fn go(&mut self, target: &Target, supplied: &[i16]) -> Option<BlockId> {
        self.scratch = SCRATCH - 4;
        let moves = self.edge_moves(target, supplied);
        self.moves(moves);
        if self.blocks[target.block.0 as usize].is_none() {
            return Some(target.block);
        }
        self.jump(Label::Block(target.block));
        None
    }

    fn jump(&mut self, label: Label) {
        self.begin(Opcode::Jump, 0, 0, 0);
        self.label(label);
    }

    fn stubs(&mut self) {
        let mut index = 0;
        while index < self.stubs.len() {
            let block = self.stubs[index].1;
            let moves = std::mem::take(&mut self.stubs[index].0);
            self.last_move = None;
            self.stub_at.push(self.here());
            self.scratch = SCRATCH;
            self.moves(moves);
            self.jump(Label::Block(block));
            index += 1;
        }
    }

    // Blocks.

    fn block(&mut self, id: BlockId) -> Option<BlockId> {
        let function: &'a Function = self.function;
        let block = &function.blocks[id.0 as usize];
        self.last_move = None;
        let start = self.here();
        self.blocks[id.0 as usize] = Some(start);
        if self.handlers[id.0 as usize] && block.params.len() == 3 {
            self.scratch = SCRATCH;
            let targets: Vec<(i8, Option<i16>)> = block.params.iter().map(|param| self.target(Some(*param))).collect();
            self.begin(Opcode::Catch, targets[0].0, targets[1].0, targets[2].0);
            for target in targets {
                self.finish(target);
            }
        }
        let mut index = self.unpacked[id.0 as usize];
        let mut room = 0;
        while index < block.insts.len() {
            let inst = &block.insts[index];
            self.scratch = SCRATCH;
            if index + 1 == block.insts.len()
                && let Some(()) = self.fused_return(inst, &block.end)
            {
                self.range(start, block.handler);
                return None;
            }
            self.line(inst.pos);
            index += self.inst(id, index, &mut room);
        }
        self.scratch = SCRATCH;
        self.line(block.end_pos);
        let next = self.end(id, &block.end);
        self.range(start, block.handler);
        next
    }

    fn range(&mut self, start: u32, handler: Option<BlockId>) {
        let end = self.here();
        if let Some(handler) = handler
            && end > start
        {
            // `run` puts the block's address in place of its number once all blocks are placed.
            self.code.handlers.push(CodeHandler { start, end, target: handler.0 });
        }
    }

    // Instructions.

    /// `x + y` whose sum is only given back.
    fn fused_return(&mut self, inst: &Inst, end: &Terminator) -> Option<()> {
        let (Some(dst), Op::Bif(Bif::Add, args), Terminator::Return(Arg::Val(val))) = (inst.dst, &inst.op, end) else {
            return None;
        };
        let frame = u8::try_from(self.slots.frame).ok()?;
        if dst != *val
            || self.uses[dst.0 as usize] != 1
            || args.len() != 2
            || args.iter().any(|arg| small8(*arg).is_some())
        {
            return None;
        }
        self.line(inst.pos);
        let (a, b) = (self.source(args[0]), self.source(args[1]));
        self.begin(Opcode::AddReturn, a, b, frame.cast_signed());
        Some(())
    }

    /// Emits the instruction at `index` of a block, and others with it; gives their number.
    fn inst(&mut self, id: BlockId, index: usize, room: &mut usize) -> usize {
        let function: &'a Function = self.function;
        let insts = &function.blocks[id.0 as usize].insts;
        let inst = &insts[index];
        match &inst.op {
            Op::Copy(arg) => {
                let from = self.from(*arg);
                if let Some(to) = inst.dst.and_then(|dst| self.slot(dst)) {
                    self.moves(vec![(to, from)]);
                }
            }
            Op::Head(list) | Op::Tail(list) => return self.head_tail(insts, index, *list),
            Op::Element(tuple, place) => return self.elements(insts, index, *tuple, *place),
            Op::Cons(head, tail) => {
                if *room == 0 && self.is_near(*head) && self.is_near(*tail) && !more_room(insts, index) {
                    let (a, b) = (self.source(*head), self.source(*tail));
                    let target = self.target(inst.dst);
                    self.begin(Opcode::Cons, target.0, a, b);
                    self.live_before(id, index);
                    self.finish(target);
                    return 1;
                }
                self.make_room(id, index, room);
                *room -= 2;
                let (a, b) = (self.source(*head), self.source(*tail));
                let target = self.target(inst.dst);
                self.begin(Opcode::PutCons, target.0, a, b);
                self.finish(target);
            }
            Op::Tuple(args) => {
                if let (0, [first, second]) = (*room, args.as_slice())
                    && self.is_near(*first)
                    && self.is_near(*second)
                    && !more_room(insts, index)
                {
                    let (a, b) = (self.source(*first), self.source(*second));
                    let target = self.target(inst.dst);
                    self.begin(Opcode::Tuple2, target.0, a, b);
                    self.live_before(id, index);
                    self.finish(target);
                    return 1;
                }
                self.make_room(id, index, room);
                *room -= words_of(&inst.op);
                self.many(Opcode::PutTuple, inst.dst, args, None);
            }
            Op::Fun { function, free } => {
                self.make_room(id, index, room);
                *room -= words_of(&inst.op);
                self.many(Opcode::PutFun, inst.dst, free, Some(*function));
            }
            Op::Map(pairs) => match self.template(pairs) {
                Some((template, rest)) => {
                    self.many(Opcode::MapUpdate, inst.dst, &flatten(Some(template), &rest), None);
                }
                None => self.many(Opcode::MakeMap, inst.dst, &flatten(None, pairs), None),
            },
            Op::MapPut { map, pairs } => self.many(Opcode::MapPut, inst.dst, &flatten(Some(*map), pairs), None),
            Op::MapUpdate { map, pairs } => self.many(Opcode::MapUpdate, inst.dst, &flatten(Some(*map), pairs), None),
            Op::Bif(bif, args) => self.bif(*bif, args, inst.dst),
            Op::Call(callee, args) => self.call(id, index, callee, args),
            Op::Bits(segments) => self.bits(segments, inst.dst),
            Op::RecvAccept => self.begin(Opcode::RecvAccept, 0, 0, 0),
            Op::RecvMark => self.begin(Opcode::RecvMark, 0, 0, 0),
            Op::RecvBind(reference) => {
                let a = self.source(*reference);
                self.begin(Opcode::RecvBind, a, 0, 0);
            }
            Op::RecvUse(reference) => {
                let a = self.source(*reference);
                self.begin(Opcode::RecvUse, a, 0, 0);
            }
            Op::Stacktrace(trace) => {
                let a = self.source(*trace);
                let target = self.target(inst.dst);
                self.begin(Opcode::Stacktrace, target.0, a, 0);
                self.finish(target);
            }
        }
        1
    }

    /// A literal with the keys of a map that is to be made, if all are atoms, and the pairs whose values it lacks. So
    /// maps of one place share their keys, and need no sorting.
    fn template(&mut self, pairs: &[(Arg, Arg)]) -> Option<(Arg, Vec<(Arg, Arg)>)> {
        let mut keys = HashSet::new();
        let atoms = pairs.iter().all(|(key, _)| matches!(key, Arg::Atom(atom) if keys.insert(*atom)));
        if !atoms || pairs.is_empty() || pairs.len() > TEMPLATE_MAX {
            return None;
        }
        let mut known = Vec::with_capacity(pairs.len());
        let mut rest = Vec::new();
        for (key, value) in pairs {
            let Arg::Atom(key_atom) = key else { continue };
            let value = match value {
                Arg::Int(value) => Literal::Int(*value),
                Arg::Atom(atom) => Literal::Atom(*atom),
                Arg::EmptyList => Literal::List(Vec::new()),
                Arg::Val(_) | Arg::Lit(_) => {
                    rest.push((*key, *value));
                    Literal::Int(0)
                }
            };
            known.push((Literal::Atom(*key_atom), value));
        }
        Some((Arg::Lit(self.literal(Literal::Map(known))), rest))
    }

    fn many(&mut self, opcode: Opcode, dst: Option<Val>, args: &[Arg], lambda: Option<FunId>) {
        let target = self.target(dst);
        self.begin16(opcode, target.0, args.len() as u16);
        if let Some(lambda) = lambda {
            self.wide(Relocated::Lambda(lambda));
        }
        self.sources(args);
        self.finish(target);
    }

    fn make_room(&mut self, id: BlockId, index: usize, room: &mut usize) {
        if *room > 0 {
            return;
        }
        let function: &'a Function = self.function;
        for inst in &function.blocks[id.0 as usize].insts[index..] {
            if is_allocation(&inst.op) {
                let words = words_of(&inst.op);
                if *room > 0 && *room + words > ROOM_MAX {
                    break;
                }
                *room += words;
            } else if !is_read(&inst.op) {
                break;
            }
        }
        self.begin16(Opcode::Room, 0, u16::try_from(*room).unwrap_or(u16::MAX));
        self.live_before(id, index);
    }

    /// What is live before an instruction: what is live over it and what it reads.
    fn live_before(&mut self, id: BlockId, index: usize) {
        let mut vals = self.slots.across[id.0 as usize][index].clone().unwrap_or_default();
        self.function.blocks[id.0 as usize].insts[index].op.args(&mut |arg: &Arg| vals.extend(arg.val()));
        self.live(vals);
    }

    fn head_tail(&mut self, insts: &[Inst], index: usize, list: Arg) -> usize {
        let inst = &insts[index];
        let a = self.source(list);
        let target = self.target(inst.dst);
        if let (Op::Head(_), Some(Inst { op: Op::Tail(other), dst, .. })) = (&inst.op, insts.get(index + 1))
            && *other == list
            && target.1.is_none()
        {
            let second = self.target(*dst);
            self.begin(Opcode::HeadTail, target.0, second.0, a);
            self.finish(second);
            return 2;
        }
        let opcode = if matches!(inst.op, Op::Head(_)) { Opcode::Head } else { Opcode::Tail };
        self.begin(opcode, target.0, a, 0);
        self.finish(target);
        1
    }

    fn elements(&mut self, insts: &[Inst], index: usize, tuple: Arg, place: u16) -> usize {
        let a = self.source(tuple);
        let target = self.target(insts[index].dst);
        if let Some(Inst { op: Op::Element(other, second_place), dst, .. }) = insts.get(index + 1)
            && *other == tuple
            && target.1.is_none()
            && i16::from(target.0) != i16::from(a)
        {
            let second = self.target(*dst);
            self.begin(Opcode::Element2, target.0, second.0, a);
            self.word(u32::from(place) | u32::from(*second_place) << 16);
            self.finish(second);
            return 2;
        }
        if let Ok(near) = u8::try_from(place) {
            self.begin(Opcode::Element, target.0, a, near.cast_signed());
        } else {
            self.begin(Opcode::ElementFar, target.0, a, 0);
            self.word(place.into());
        }
        self.finish(target);
        1
    }

    /// Where the last instruction is, if it copies this slot, and into which.
    fn kept(&self, slot: i8) -> Option<(u32, i8)> {
        let at = self.last_move?;
        let [_, to, from, _] = self.code.words[at as usize].to_le_bytes().map(u8::cast_signed);
        (from == slot).then_some((at, to))
    }

    fn bif(&mut self, bif: Bif, args: &[Arg], dst: Option<Val>) {
        match (bif, args) {
            (Bif::SelfPid | Bif::Node, []) => {
                let target = self.target(dst);
                self.begin(if bif == Bif::Node { Opcode::Node } else { Opcode::SelfPid }, target.0, 0, 0);
                self.finish(target);
                return;
            }
            (Bif::Add | Bif::Sub | Bif::Mul, [a, b]) => {
                // Only the right operand: a stack trace shows operands in their order.
                if let Some(number) = small8(*b) {
                    let a = self.source(*a);
                    let target = self.target(dst);
                    let opcode = match bif {
                        Bif::Add => Opcode::AddImm,
                        Bif::Sub => Opcode::SubImm,
                        _ => Opcode::MulImm,
                    };
                    let kept = self.kept(a).filter(|_| target.0 == a);
                    let keeping = match bif {
                        Bif::Add => Some(Opcode::KeepAddImm),
                        Bif::Sub => Some(Opcode::KeepSubImm),
                        _ => None,
                    };
                    if let (Some((at, copy)), Some(opcode)) = (kept, keeping) {
                        self.code.words.truncate(at as usize);
                        self.starts.pop();
                        self.begin(opcode, copy, a, number);
                        return;
                    }
                    self.begin(opcode, target.0, a, number);
                    self.finish(target);
                    return;
                }
            }
            _ => {}
        }
        let quick = match bif {
            Bif::Add => Some(Opcode::Add),
            Bif::Sub => Some(Opcode::Sub),
            Bif::Mul => Some(Opcode::Mul),
            Bif::IntDiv => Some(Opcode::IntDiv),
            Bif::Rem => Some(Opcode::Rem),
            Bif::BAnd => Some(Opcode::BAnd),
            Bif::BOr => Some(Opcode::BOr),
            Bif::BXor => Some(Opcode::BXor),
            Bif::Shl => Some(Opcode::Shl),
            Bif::Shr => Some(Opcode::Shr),
            Bif::Element => Some(Opcode::GetElement),
            _ => None,
        };
        let slots: Vec<i8> = args.iter().take(2).map(|arg| self.source(*arg)).collect();
        let third = args.get(2).map(|arg| self.source16(*arg));
        let target = self.target(dst);
        match (quick, slots.as_slice(), third) {
            (Some(opcode), [a, b], None) => self.begin(opcode, target.0, *a, *b),
            (_, [a], None) => {
                self.begin(Opcode::Bif1, target.0, *a, 0);
                self.word(bif.number());
            }
            (_, [a, b], None) => {
                self.begin(Opcode::Bif2, target.0, *a, *b);
                self.word(bif.number());
            }
            (_, [a, b], Some(third)) => {
                self.begin(Opcode::Bif3, target.0, *a, *b);
                self.word(bif.number());
                self.pair(third, NO_SLOT);
            }
            _ => {}
        }
        self.finish(target);
    }

    fn bits(&mut self, segments: &[Segment], dst: Option<Val>) {
        let target = self.target(dst);
        self.begin16(Opcode::BitsBuild, target.0, segments.len() as u16);
        let first = self.here();
        for segment in segments {
            self.source_word(segment.value);
            match segment.size {
                Some(size) => self.source_word(size),
                None => self.word(Source::Slot(NO_SLOT).pack()),
            }
            self.word(pack_type(segment.ty));
        }
        let terms = segments.iter().enumerate().flat_map(|(index, segment)| {
            std::iter::once((3 * index, segment.value)).chain(segment.size.map(|size| (3 * index + 1, size)))
        });
        self.pool(first, terms);
        self.finish(target);
    }

    // Calls.

    /// Makes room below the frame for many arguments; scratch slots then lie below those.
    fn stack_room(&mut self, lowest: i16, vals: Vec<Val>) {
        self.scratch = SCRATCH;
        if lowest < -1 - NEAR_ARGS as i16 {
            self.begin16(Opcode::StackRoom, 0, lowest.unsigned_abs() + 16);
            self.live(vals);
            self.scratch = lowest - 1;
        }
    }

    fn call(&mut self, id: BlockId, index: usize, callee: &Callee, args: &[Arg]) {
        let function: &'a Function = self.function;
        let inst = &function.blocks[id.0 as usize].insts[index];
        let count = args.len() as i16;
        let mut read = self.slots.across[id.0 as usize][index].clone().unwrap_or_default();
        let across = read.clone();
        inst.op.args(&mut |arg: &Arg| read.extend(arg.val()));
        self.stack_room(-1 - count, read);
        let extra = self.callee_slots(callee);
        let order = self.callee_order(callee);
        let moves = args
            .iter()
            .enumerate()
            .map(|(number, arg)| (order(number, args.len()) - 1 - count, self.from(*arg)))
            .filter(|(to, from)| !matches!(from, From::Slot(slot) if slot == to))
            .collect();
        self.moves(moves);
        self.call_op(callee, args.len(), &extra, None);
        self.live(across);
        if let Some(to) = inst.dst.and_then(|dst| self.slot(dst)) {
            self.copy(to, -1);
        }
    }

    /// Slots of a fun, or of module and function.
    fn callee_slots(&mut self, callee: &Callee) -> Vec<i16> {
        match callee {
            Callee::Local(_) | Callee::Remote(..) => Vec::new(),
            Callee::Fun(fun) => vec![self.source16(*fun)],
            Callee::Apply(module, name) => vec![self.source16(*module), self.source16(*name)],
        }
    }

    /// Where among the outgoing slots the argument with a number goes.
    fn callee_order(&self, callee: &Callee) -> impl Fn(usize, usize) -> i16 + use<> {
        let free = match callee {
            Callee::Local(FunId(number)) => {
                self.module.functions.get(*number as usize).map_or(0, |function| function.free.into())
            }
            _ => 0usize,
        };
        move |number, count| {
            let arity = count.saturating_sub(free);
            (if number < arity { free + number } else { number - arity }) as i16
        }
    }

    /// The calling instruction; with the frame size for one that leaves the frame.
    fn call_op(&mut self, callee: &Callee, count: usize, extra: &[i16], tail: Option<u16>) {
        let count8 = (count as u8).cast_signed();
        let leave = |emitter: &mut Self| {
            if let Some(frame) = tail {
                emitter.word(frame.into());
            }
        };
        match callee {
            Callee::Local(callee) => {
                match tail {
                    Some(frame) => self.begin16(Opcode::TailCall, 0, frame),
                    None => self.begin(Opcode::Call, 0, 0, 0),
                }
                let at = self.here();
                self.calls.push((self.inst, at, *callee));
                self.word(0);
            }
            Callee::Remote(module, name) => {
                match tail {
                    Some(frame) => self.begin16(Opcode::TailCallImport, 0, frame),
                    None => self.begin(Opcode::CallImport, 0, 0, 0),
                }
                self.wide(Relocated::Import(*module, *name, count as u8));
            }
            Callee::Fun(_) => {
                let opcode = if tail.is_some() { Opcode::TailCallFun } else { Opcode::CallFun };
                self.begin16(opcode, count8, extra[0].cast_unsigned());
                leave(self);
            }
            Callee::Apply(..) => {
                self.begin(if tail.is_some() { Opcode::TailApply } else { Opcode::Apply }, count8, 0, 0);
                self.pair(extra[0], extra[1]);
                leave(self);
            }
        }
    }

    fn tail_call(&mut self, callee: &Callee, args: &[Arg]) {
        let frame = self.frame();
        let count = args.len() as i16;
        let top = i16::try_from(self.slots.frame).expect("checked against FRAME_MAX") - 1;
        let lowest = (top - count).min(0);
        let mut read: Vec<Val> = args.iter().filter_map(|arg| arg.val()).collect();
        match callee {
            Callee::Fun(fun) => read.extend(fun.val()),
            Callee::Apply(module, name) => read.extend(module.val().into_iter().chain(name.val())),
            Callee::Local(_) | Callee::Remote(..) => {}
        }
        self.stack_room(lowest, read);
        let mut moves: Vec<(i16, From)> = Vec::new();
        let order = self.callee_order(callee);
        for (number, arg) in args.iter().enumerate() {
            moves.push((top - count + order(number, args.len()), self.from(*arg)));
        }
        // A fun's slot is overwritten by the arguments, so it moves below the frame with them.
        let mut extra = Vec::new();
        let outside: &[Arg] = match callee {
            Callee::Fun(fun) => &[*fun],
            Callee::Apply(module, name) => &[*module, *name],
            Callee::Local(_) | Callee::Remote(..) => &[],
        };
        for arg in outside {
            let to = self.next_scratch();
            moves.push((to, self.from(*arg)));
            extra.push(to);
        }
        moves.retain(|(to, from)| !matches!(from, From::Slot(slot) if slot == to));
        self.moves(moves);
        let own = usize::from(self.function.arity) + usize::from(self.function.free);
        if let Callee::Local(callee) = callee
            && *callee == self.number
            && own == args.len()
        {
            self.begin_loop();
            let at = self.here();
            self.calls.push((self.inst, at, *callee));
            self.word(0);
            return;
        }
        self.call_op(callee, args.len(), &extra, Some(frame));
    }

    /// Begins a `Loop`, together with the function's first instruction where there is a form for both.
    fn begin_loop(&mut self) {
        let (first, relocations) = self.first;
        // The loop may itself be the first instruction: `def wait, do: wait()`.
        let word = self.code.words.get(first as usize).copied().unwrap_or(Opcode::Loop as u32);
        let [opcode, a, b, c] = word.to_le_bytes();
        let [a, b, c] = [a, b, c].map(u8::cast_signed);
        if opcode == Opcode::Uncons as u8 {
            self.begin(Opcode::LoopUncons, a, b, c);
            return;
        }
        let label = self.labels.iter().find(|label| label.0 == first).map(|label| label.2);
        let looping = match Opcode::from_byte(opcode) {
            Some(Opcode::JumpNotSame) => Some(Opcode::LoopNotSame),
            Some(Opcode::JumpSame) => Some(Opcode::LoopSame),
            _ => None,
        };
        let Some((looping, label)) = looping.zip(label) else {
            self.begin(Opcode::Loop, 0, 0, 0);
            return;
        };
        let atom = self.code.relocations[relocations..].iter().find_map(|relocation| match relocation.what {
            Relocated::Atom(atom) if relocation.at == first + 1 => Some(atom),
            _ => None,
        });
        let imm = (self.code.words[first as usize + 1], atom);
        self.begin(looping, a, 0, 0);
        self.imm_word(imm);
        self.label(label);
    }

    // Tests and terminators.

    /// Jumps to `label` unless the test holds, or if it holds when `turned`. Only some tests can be turned.
    fn test(&mut self, test: &Test, label: Label, turned: bool) {
        let one = |emitter: &mut Self, opcode: Opcode, arg: Arg| {
            let a = emitter.source(arg);
            emitter.begin(opcode, a, 0, 0);
        };
        let with = |emitter: &mut Self, opcode: Opcode, arg: Arg, number: u16| {
            let a = emitter.source(arg);
            emitter.begin16(opcode, a, number);
        };
        match *test {
            Test::IsAtom(arg) => one(self, Opcode::JumpNotAtom, arg),
            Test::IsBinary(arg) => one(self, Opcode::JumpNotBinary, arg),
            Test::IsBitstring(arg) => one(self, Opcode::JumpNotBitstring, arg),
            Test::IsBoolean(arg) => one(self, Opcode::JumpNotBoolean, arg),
            Test::IsFloat(arg) => one(self, Opcode::JumpNotFloat, arg),
            Test::IsFunction(arg) => one(self, Opcode::JumpNotFunction, arg),
            Test::IsFunctionArity(arg, arity) => with(self, Opcode::JumpNotFunctionArity, arg, arity.into()),
            Test::IsInteger(arg) => one(self, Opcode::JumpNotInteger, arg),
            Test::IsNumber(arg) => one(self, Opcode::JumpNotNumber, arg),
            Test::IsPid(arg) => one(self, Opcode::JumpNotPid, arg),
            Test::IsPort(arg) => one(self, Opcode::JumpNotPort, arg),
            Test::IsReference(arg) => one(self, Opcode::JumpNotReference, arg),
            Test::IsMap(arg) => one(self, Opcode::JumpNotMap, arg),
            Test::IsTuple(arg) => one(self, Opcode::JumpNotTuple, arg),
            Test::IsTupleArity(arg, size) => with(self, Opcode::JumpNotArity, arg, size),
            Test::IsList(arg) => one(self, Opcode::JumpNotList, arg),
            Test::IsCons(arg) => one(self, Opcode::JumpNotCons, arg),
            Test::IsEmptyList(arg) => one(self, Opcode::JumpNotEmptyList, arg),
            Test::IsTrue(arg) => self.same(arg, Arg::Atom(known::TRUE), turned),
            Test::IsFalse(arg) => self.same(arg, Arg::Atom(known::FALSE), turned),
            Test::Eq(a, b) if immediate(b).is_some() => self.same(a, b, turned),
            Test::Eq(a, b) if immediate(a).is_some() => self.same(b, a, turned),
            Test::NumEq(a, b) if is_name(b) => self.same(a, b, turned),
            Test::NumEq(a, b) if is_name(a) => self.same(b, a, turned),
            Test::Eq(a, b) => self.two(Opcode::JumpNotEq, a, b),
            Test::NumEq(a, b) => match (small16(a), small16(b)) {
                (_, Some(number)) => with(self, Opcode::JumpNotNumEqImm, a, number.cast_unsigned()),
                (Some(number), None) => with(self, Opcode::JumpNotNumEqImm, b, number.cast_unsigned()),
                (None, None) => self.two(Opcode::JumpNotNumEq, a, b),
            },
            Test::Lt(a, b) => self.compare(a, b, !turned),
            Test::Ge(a, b) => self.compare(a, b, turned),
            Test::HasKey { map, key } => self.two(Opcode::JumpNoKey, map, key),
        }
        self.label(label);
    }

    fn same(&mut self, arg: Arg, constant: Arg, turned: bool) {
        let a = self.source(arg);
        self.begin(if turned { Opcode::JumpSame } else { Opcode::JumpNotSame }, a, 0, 0);
        self.imm_word(immediate(constant).expect("the caller asked"));
    }

    fn two(&mut self, opcode: Opcode, a: Arg, b: Arg) {
        let (a, b) = (self.source(a), self.source(b));
        self.begin(opcode, a, b, 0);
    }

    /// Goes on if `a < b` (`less`) or if `a >= b`.
    fn compare(&mut self, a: Arg, b: Arg, less: bool) {
        let (opcode, arg, number) = match (small16(a), small16(b)) {
            (_, Some(number)) if less => (Opcode::JumpNotLessImm, a, number),
            (_, Some(number)) => (Opcode::JumpNotGreaterEqImm, a, number),
            (Some(number), None) if less => (Opcode::JumpNotGreaterImm, b, number),
            (Some(number), None) => (Opcode::JumpNotLessEqImm, b, number),
            (None, None) => {
                self.two(if less { Opcode::JumpNotLess } else { Opcode::JumpNotGreaterEq }, a, b);
                return;
            }
        };
        let slot = self.source(arg);
        self.begin16(opcode, slot, number.cast_unsigned());
    }

    fn is_placed(&self, target: &Target) -> bool {
        self.blocks[target.block.0 as usize].is_some()
    }

    /// Whether a block only gives back what is there.
    fn is_end(&self, target: &Target) -> bool {
        let block = &self.function.blocks[target.block.0 as usize];
        block.insts.is_empty() && matches!(block.end, Terminator::Return(_))
    }

    fn branch(&mut self, test: &Test, then: &Target, otherwise: &Target) -> Option<BlockId> {
        let turnable = match test {
            Test::IsTrue(_) | Test::IsFalse(_) | Test::Lt(..) | Test::Ge(..) => true,
            Test::Eq(a, b) => immediate(*a).is_some() || immediate(*b).is_some(),
            Test::NumEq(a, b) => is_name(*a) || is_name(*b),
            _ => false,
        };
        // The way that leads on is the one that needs no jump.
        let ends = self.is_end(then) && !self.is_end(otherwise);
        if turnable && (self.is_placed(then) || ends) && !self.is_placed(otherwise) {
            let label = self.target_label(then);
            self.test(test, label, true);
            return self.go(otherwise, &[]);
        }
        let label = self.target_label(otherwise);
        if let Test::IsCons(list) = test
            && self.uncons(*list, then, label)
        {
            return Some(then.block);
        }
        self.test(test, label, false);
        self.go(then, &[])
    }

    /// The test for a cons cell together with reading it at the start of the next block.
    fn uncons(&mut self, list: Arg, then: &Target, label: Label) -> bool {
        let place = then.block.0 as usize;
        if self.ways[place] != 1 || self.is_placed(then) || !self.is_near(list) {
            return false;
        }
        let function: &'a Function = self.function;
        let insts = &function.blocks[place].insts;
        let (mut head, mut tail) = (None, None);
        let mut count = 0;
        for inst in insts.iter().take(2) {
            match &inst.op {
                Op::Head(other) if *other == list && head.is_none() => head = inst.dst,
                Op::Tail(other) if *other == list && tail.is_none() => tail = inst.dst,
                _ => break,
            }
            count += 1;
        }
        if count == 0 {
            return false;
        }
        let (head, tail) = (self.target(head), self.target(tail));
        if head.1.is_some() || tail.1.is_some() {
            return false;
        }
        let a = self.source(list);
        self.begin(Opcode::Uncons, head.0, tail.0, a);
        self.label(label);
        self.unpacked[place] = count;
        true
    }

    /// Where a terminator writes the values that it supplies to a target: near slots, which `go` gets afterwards.
    fn supplied(&mut self, target: &Target, count: usize) -> Vec<i16> {
        let params = &self.function.blocks[target.block.0 as usize].params;
        let direct = self.ways[target.block.0 as usize] == 1;
        (0..count)
            .map(|index| {
                let slot = params.get(index).and_then(|param| self.slot(*param));
                match slot {
                    Some(slot) if direct && i8::try_from(slot).is_ok() => slot,
                    _ => SCRATCH - index as i16,
                }
            })
            .collect()
    }

    fn context(&mut self, context: &BitsContext) -> (i16, i16, i16) {
        (self.source16(context.base), self.source16(context.position), self.source16(context.end))
    }

    fn bits_get(
        &mut self,
        ctx: &BitsContext,
        segment: SegmentType,
        size: Option<Arg>,
        ok: &Target,
        fail: &Target,
    ) -> Option<BlockId> {
        let rest = size.is_none() && matches!(segment.kind, SegmentKind::Binary | SegmentKind::Bitstring);
        let value = self.function.blocks[ok.block.0 as usize].params[0];
        if rest && matches!(segment.unit, 1 | 8) && self.slot(value).is_none() {
            // Nobody wants the rest itself, so only its size matters.
            if segment.unit == 8 {
                let label = self.target_label(fail);
                self.two(Opcode::BitsWhole, ctx.position, ctx.end);
                self.label(label);
            }
            self.scratch = SCRATCH;
            let end = self.source16(ctx.end);
            return self.go(ok, &[end, end]);
        }
        let label = self.target_label(fail);
        self.scratch = SCRATCH - 2;
        let whole = matches!(segment.kind, SegmentKind::Integer | SegmentKind::Binary | SegmentKind::Bitstring);
        if let Some(size) = size.filter(|_| whole && self.slot(value).is_none()) {
            let (end, size) = (self.source16(ctx.end), self.source16(size));
            let position = self.source(ctx.position);
            let given = self.supplied(ok, 2);
            self.begin(Opcode::BitsSkip, given[1] as i8, position, 0);
            self.pair(end, size);
            self.word(segment.unit.into());
            self.label(label);
            return self.go(ok, &given);
        }
        let short = match (segment, size) {
            (BYTE, Some(Arg::Int(8))) => Some(Opcode::BitsByte),
            (UTF8, None) => Some(Opcode::BitsUtf8),
            _ => None,
        };
        if let Some(opcode) = short {
            let (base, end) = (self.source16(ctx.base), self.source16(ctx.end));
            let position = self.source(ctx.position);
            let given = self.supplied(ok, 2);
            self.begin(opcode, given[0] as i8, given[1] as i8, position);
            self.pair(base, end);
            self.label(label);
            return self.go(ok, &given);
        }
        let (base, position, end) = self.context(ctx);
        let size = size.map_or(NO_SLOT, |size| self.source16(size));
        let given = self.supplied(ok, 2);
        self.begin(Opcode::BitsGet, given[0] as i8, given[1] as i8, 0);
        self.pair(base, position);
        self.pair(end, size);
        self.word(pack_type(segment));
        self.label(label);
        self.go(ok, &given)
    }

    fn end(&mut self, id: BlockId, end: &Terminator) -> Option<BlockId> {
        match end {
            Terminator::Jump(target) => self.go(target, &[]),
            Terminator::Branch { test, then, otherwise } => self.branch(test, then, otherwise),
            Terminator::Switch { value, cases, default } => self.switch(*value, cases, default),
            Terminator::SwitchArity { value, cases, default } => self.switch_arity(*value, cases, default),
            Terminator::Fetch { map, key, found, missing } => {
                let label = self.target_label(missing);
                // Supplied values use the first scratch slots, operands those behind them.
                self.scratch = SCRATCH - 1;
                let (a, b) = (self.source(*map), self.source(*key));
                let given = self.supplied(found, 1);
                self.begin(Opcode::Fetch, given[0] as i8, a, b);
                self.label(label);
                self.go(found, &given)
            }
            Terminator::Guard { bif, args, ok, fail } => self.guard(*bif, args, ok, fail),
            Terminator::BitsStart { value, ok, fail } => {
                let label = self.target_label(fail);
                self.scratch = SCRATCH - 3;
                let a = self.source(*value);
                let given = self.supplied(ok, 3);
                self.begin(Opcode::BitsStart, a, 0, 0);
                self.pair(given[0], given[1]);
                self.pair(given[2], NO_SLOT);
                self.label(label);
                self.go(ok, &given)
            }
            Terminator::BitsGet { ctx, segment, size, ok, fail } => self.bits_get(ctx, *segment, *size, ok, fail),
            Terminator::BitsMatch { ctx, bytes, ok, fail } => {
                let label = self.target_label(fail);
                self.scratch = SCRATCH - 1;
                let (base, end) = (self.source16(ctx.base), self.source16(ctx.end));
                let position = self.source(ctx.position);
                let given = self.supplied(ok, 1);
                self.begin(Opcode::BitsMatch, given[0] as i8, position, 0);
                self.pair(base, end);
                self.wide(Relocated::Literal(*bytes));
                self.label(label);
                self.go(ok, &given)
            }
            Terminator::BitsEnd { ctx, ok, fail } => {
                let label = self.target_label(fail);
                self.two(Opcode::BitsEnd, ctx.position, ctx.end);
                self.label(label);
                self.go(ok, &[])
            }
            Terminator::Return(value) => {
                let frame = self.frame();
                if let Some(imm) = immediate(*value) {
                    self.begin16(Opcode::ReturnConst, 0, frame);
                    self.imm_word(imm);
                } else {
                    let a = self.source(*value);
                    self.begin16(Opcode::Return, a, frame);
                }
                None
            }
            Terminator::TailCall(callee, args) => {
                self.tail_call(callee, args);
                None
            }
            Terminator::RecvPeek { message, empty } => {
                let label = self.target_label(empty);
                let given = self.supplied(message, 1);
                self.begin(Opcode::RecvPeek, given[0] as i8, 0, 0);
                self.label(label);
                self.go(message, &given)
            }
            Terminator::RecvSkip(target) => {
                self.begin(Opcode::RecvSkip, 0, 0, 0);
                self.go(target, &[])
            }
            Terminator::RecvWait { time, again, timeout } => self.wait(id, *time, again, timeout),
            Terminator::Raise { class, reason, trace } => {
                let (class, reason) = (self.source(*class), self.source(*reason));
                match trace {
                    RaiseTrace::New => self.begin(Opcode::Raise, class, reason, 0),
                    RaiseTrace::Raw(trace) => {
                        let trace = self.source(*trace);
                        self.begin(Opcode::RaiseRaw, class, reason, trace);
                    }
                    RaiseTrace::Given(trace) => {
                        let trace = self.source(*trace);
                        self.begin(Opcode::RaiseGiven, class, reason, trace);
                    }
                }
                None
            }
            Terminator::FunctionClause(args) => {
                self.begin16(Opcode::FunctionClause, 0, args.len() as u16);
                self.sources(args);
                None
            }
        }
    }

    fn guard(&mut self, bif: Bif, args: &[Arg], ok: &Target, fail: &Target) -> Option<BlockId> {
        let label = self.target_label(fail);
        self.scratch = SCRATCH - 1;
        let slots: Vec<i8> = args.iter().take(2).map(|arg| self.source(*arg)).collect();
        let third = args.get(2).map(|arg| self.source16(*arg));
        let given = self.supplied(ok, 1);
        let to = given[0] as i8;
        match (bif, slots.as_slice(), third) {
            (Bif::SelfPid, _, _) => self.begin(Opcode::SelfPid, to, 0, 0),
            (Bif::Node, [], _) => self.begin(Opcode::Node, to, 0, 0),
            (_, [a], _) => {
                self.begin(Opcode::Guard1, to, *a, 0);
                self.word(bif.number());
                self.label(label);
            }
            (_, [a, b], None) => {
                self.begin(Opcode::Guard2, to, *a, *b);
                self.word(bif.number());
                self.label(label);
            }
            (_, [a, b], Some(third)) => {
                self.begin(Opcode::Guard3, to, *a, *b);
                self.word(bif.number());
                self.pair(third, NO_SLOT);
                self.label(label);
            }
            _ => {}
        }
        self.go(ok, &given)
    }

    fn switch(&mut self, value: Arg, cases: &[(Arg, Target)], default: &Target) -> Option<BlockId> {
        if let [(constant, target)] = cases {
            return self.branch(&Test::Eq(value, *constant), target, default);
        }
        if let [(first, here), (second, there)] = cases
            && immediate(*first).is_some()
            && immediate(*second).is_some()
            && self.is_near(value)
        {
            // Two tests one after the other are shorter than a look into a table.
            let label = self.target_label(here);
            self.test(&Test::Eq(value, *first), label, true);
            return self.branch(&Test::Eq(value, *second), there, default);
        }
        let places = u16::try_from(places_for(cases.len())).ok();
        let Some(places) = places.filter(|_| cases.iter().all(|(constant, _)| immediate(*constant).is_some())) else {
            // Numbers beyond 31 bits are rare enough for one test after the other.
            for (constant, target) in cases {
                self.scratch = SCRATCH;
                let here = self.target_label(target);
                self.jump_if(here, |emitter| {
                    let a = emitter.source(value);
                    let b = emitter.source(*constant);
                    emitter.begin(Opcode::JumpNotEq, a, b, 0);
                });
            }
            return self.go(default, &[]);
        };
        let cases: Vec<_> = cases
            .iter()
            .map(|(constant, target)| (immediate(*constant).expect("checked above"), self.target_label(target)))
            .collect();
        self.cases(Opcode::Switch, value, places, cases, default);
        None
    }

    /// An instruction that goes to one of several labels, with a table of so many places.
    fn cases(
        &mut self,
        opcode: Opcode,
        value: Arg,
        places: u16,
        cases: Vec<((u32, Option<Atom>), Label)>,
        default: &Target,
    ) {
        let a = self.source(value);
        let default = self.target_label(default);
        let free = usize::from(places) - cases.len();
        self.begin16(opcode, a, places);
        self.label(default);
        self.relocate(Relocated::Cases(places));
        for (constant, label) in cases {
            self.imm_word(constant);
            self.label(label);
        }
        for _ in 0..free {
            self.word(NO_CASE);
            self.label(default);
        }
    }

    fn switch_arity(&mut self, value: Arg, cases: &[(u16, Target)], default: &Target) -> Option<BlockId> {
        if let [(size, target)] = cases {
            return self.branch(&Test::IsTupleArity(value, *size), target, default);
        }
        let Ok(places) = u16::try_from(places_for(cases.len())) else {
            for (size, target) in cases {
                self.scratch = SCRATCH;
                let here = self.target_label(target);
                self.jump_if(here, |emitter| {
                    let a = emitter.source(value);
                    emitter.begin16(Opcode::JumpNotArity, a, *size);
                });
            }
            return self.go(default, &[]);
        };
        let cases =
            cases.iter().map(|(size, target)| ((u32::from(*size) << 1, None), self.target_label(target))).collect();
        self.cases(Opcode::SwitchArity, value, places, cases, default);
        None
    }

    /// Jumps to the label if a test holds. The stub of a case comes later, so the test jumps over a jump to it.
    fn jump_if(&mut self, label: Label, test: impl FnOnce(&mut Self)) {
        test(self);
        let at = self.here();
        self.word(0);
        let inst = self.inst;
        self.jump(label);
        let after = self.here();
        self.code.words[at as usize] = after.wrapping_sub(inst);
        self.last_move = None;
    }

    fn wait(&mut self, id: BlockId, time: Option<Arg>, again: &Target, timeout: &Target) -> Option<BlockId> {
        let label = self.target_label(timeout);
        let slot = match time {
            // The instruction runs again after each signal, and a scratch slot does not last that long.
            Some(time @ Arg::Val(_)) => self.source16(time),
            Some(time) => {
                let slot = self.source16(time);
                debug_assert!(slot < 0);
                slot
            }
            None => NO_SLOT,
        };
        self.begin16(Opcode::RecvWait, 0, slot.cast_unsigned());
        self.label(label);
        let function: &'a Function = self.function;
        let mut vals: Vec<Val> = time.and_then(Arg::val).into_iter().collect();
        let block = &function.blocks[id.0 as usize];
        block.end.targets(&mut |target, _| {
            vals.extend(target.args.iter().filter_map(|arg| arg.val()));
            vals.extend_from_slice(&self.slots.live_in[target.block.0 as usize]);
        });
        if let Some(handler) = block.handler {
            vals.extend_from_slice(&self.slots.live_in[handler.0 as usize]);
        }
        self.live(vals);
        self.go(again, &[])
    }
}

/// Places in a table of so many cases: a third stays free, so that the search for one is short.
fn places_for(cases: usize) -> usize {
    (cases + cases / 2).next_power_of_two()
}

/// Atoms and `[]` equal only themselves, however they are compared.
fn is_name(arg: Arg) -> bool {
    matches!(arg, Arg::Atom(_) | Arg::EmptyList)
}

/// Operations that only read and neither raise nor allocate.
fn is_read(op: &Op) -> bool {
    matches!(op, Op::Head(_) | Op::Tail(_) | Op::Element(..))
}

/// Words that an allocation takes.
fn words_of(op: &Op) -> usize {
    match op {
        Op::Cons(..) => 2,
        Op::Tuple(args) => args.len() + 1,
        Op::Fun { free, .. } => free.len() + 2,
        _ => 0,
    }
}

fn flatten(first: Option<Arg>, pairs: &[(Arg, Arg)]) -> Vec<Arg> {
    first.into_iter().chain(pairs.iter().flat_map(|(key, value)| [*key, *value])).collect()
}

/// Whether another allocation follows that room can be made for together with this one.
fn more_room(insts: &[Inst], index: usize) -> bool {
    insts[index + 1..].iter().find(|inst| !is_read(&inst.op)).is_some_and(|inst| is_allocation(&inst.op))
}
