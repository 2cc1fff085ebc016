//! From SSA form to bytecode.
//!
//! **What it is for.** [`emit`] makes an [`Image`] of a module: it prepares and simplifies each function, gives out slots and writes
//! instructions, block by block. Each file below this one has the part of [`Emitter`] that it is named after.
//!
//! **Invariants.**
//! 1. Operands beyond the reach of 8 bits go through scratch slots below the frame; no safepoint lies between
//!    filling and reading one.
//! 2. An instruction writes its results after it has read all operands, and not at all if it jumps.
//! 3. Between an instruction that makes sure of room and the ones that use it up nothing else allocates.
//!
//! **What it must not know.** How instructions are run.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    reason = "operands are packed into words of checked sizes"
)]

mod calls;
mod ends;
mod fuse;
mod instructions;
mod literals;
mod operands;
mod prepare;
mod switches;
mod ways;
mod words;

use std::fmt;

use crate::code::{Code, CodeFunction, CodeHandler, Image, LiveSet};
use crate::ir::{BlockId, FunId, Function, Module};
use crate::opcode::{Opcode, SCRATCH};
use crate::simplify::{count_uses, simplify};
use crate::slots::{Slots, assign, param_place};

use literals::Literals;
pub use operands::EMPTY_LIST;
use prepare::{keep_handlers, keep_old};
use ways::{From, Label};

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

const FRAME_MAX: u32 = 32_000;
const CODE_MAX: usize = 1 << 28;

/// Turns a module into bytecode. Its form is checked first, in builds for debugging only: compilers of ours are tested there.
pub fn emit(module: &Module) -> Result<Image, EmitError> {
    if cfg!(debug_assertions) {
        crate::verify::verify(module)
            .map_err(|fault| EmitError { function: fault.function.clone(), problem: EmitProblem::Invalid(fault) })?;
    }
    let own = module.functions.len();
    let module = &*crate::contexts::keep(module);
    let mut literals = Literals::new(module.literals.clone());
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
        literals: literals.into_all(),
        attributes: module.attributes.clone(),
        chunks: module.chunks.clone(),
        code,
    })
}

struct Emitter<'a> {
    module: &'a Module,
    function: &'a Function,
    number: FunId,
    literals: &'a mut Literals,
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
    literals: &mut Literals,
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
}
