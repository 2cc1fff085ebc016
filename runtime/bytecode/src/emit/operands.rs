//! Operands: where values are, what reaches the 8 bits of an operand and what goes through a scratch slot (invariant 1 of `emit`).

use jovial_atoms::Atom;

use super::Emitter;
use crate::code::Relocated;
use crate::ir::{Arg, BitsContext, Target, Val};
use crate::opcode::{Opcode, SCRATCH, Source};
use crate::slots::Place;

impl Emitter<'_> {
    pub(super) fn slot_from_top(&self, place: u32) -> i16 {
        i16::try_from(self.slots.frame - 1 - place).expect("checked against FRAME_MAX")
    }

    /// The slot of a value; `None` if nobody reads it.
    pub(super) fn slot(&self, val: Val) -> Option<i16> {
        match self.slots.places[val.0 as usize] {
            Place::Nowhere => None,
            Place::Frame(place) => Some(self.slot_from_top(place)),
            Place::Below(slot) => Some(slot),
        }
    }

    pub(super) fn next_scratch(&mut self) -> i16 {
        let slot = self.scratch;
        self.scratch -= 1;
        slot
    }

    /// Writes a constant into a slot.
    pub(super) fn load(&mut self, to: i16, arg: Arg) {
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

    pub(super) fn copy(&mut self, to: i16, from: i16) {
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
    pub(super) fn source16(&mut self, arg: Arg) -> i16 {
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
    pub(super) fn source(&mut self, arg: Arg) -> i8 {
        let slot = self.source16(arg);
        if let Ok(near) = i8::try_from(slot) {
            return near;
        }
        let to = self.next_scratch();
        self.copy(to, slot);
        to as i8
    }

    /// Whether an operand needs no scratch slot.
    pub(super) fn is_near(&self, arg: Arg) -> bool {
        arg.val().and_then(|val| self.slot(val)).is_some_and(|slot| i8::try_from(slot).is_ok())
    }

    /// Where an instruction writes its value, and where it is to be copied after that.
    pub(super) fn target(&mut self, val: Option<Val>) -> (i8, Option<i16>) {
        let Some(slot) = val.and_then(|val| self.slot(val)) else { return (self.next_scratch() as i8, None) };
        match i8::try_from(slot) {
            Ok(near) => (near, None),
            Err(_) => (self.next_scratch() as i8, Some(slot)),
        }
    }

    pub(super) fn finish(&mut self, (near, far): (i8, Option<i16>)) {
        if let Some(far) = far {
            self.copy(far, near.into());
        }
    }

    /// Sources, with the literals that they need behind them.
    pub(super) fn sources(&mut self, args: &[Arg]) {
        let first = self.here();
        for arg in args {
            self.source_word(*arg);
        }
        self.pool(first, args.iter().copied().enumerate());
    }

    pub(super) fn source_word(&mut self, arg: Arg) {
        if let Some(imm) = immediate(arg) {
            self.imm_word(imm);
        } else {
            let slot = arg.val().and_then(|val| self.slot(val));
            self.word(slot.map_or(0, |slot| Source::Slot(slot).pack()));
        }
    }

    /// Literals of the sources at the given distances from `first`.
    pub(super) fn pool(&mut self, first: u32, sources: impl Iterator<Item = (usize, Arg)>) {
        for (index, arg) in sources {
            if immediate(arg).is_none() && arg.val().is_none() {
                let at = first as usize + index;
                self.code.words[at] = Source::Const(self.here() - at as u32).pack();
                let literal = self.arg_literal(arg);
                self.wide(Relocated::Literal(literal));
            }
        }
    }

    /// Where a terminator writes the values that it supplies to a target: near slots, which `go` gets afterwards.
    pub(super) fn supplied(&mut self, target: &Target, count: usize) -> Vec<i16> {
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

    pub(super) fn context(&mut self, context: &BitsContext) -> (i16, i16, i16) {
        (self.source16(context.base), self.source16(context.position), self.source16(context.end))
    }

    /// Where the last instruction is, if it copies this slot, and into which.
    pub(super) fn kept(&self, slot: i8) -> Option<(u32, i8)> {
        let at = self.last_move?;
        let [_, to, from, _] = self.code.words[at as usize].to_le_bytes().map(u8::cast_signed);
        (from == slot).then_some((at, to))
    }
}

/// The word of an immediate whose high half is the sign of its low half.
pub(super) fn immediate(arg: Arg) -> Option<(u32, Option<Atom>)> {
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

pub(super) fn small16(arg: Arg) -> Option<i16> {
    match arg {
        Arg::Int(value) => i16::try_from(value).ok(),
        _ => None,
    }
}

pub(super) fn small8(arg: Arg) -> Option<i8> {
    match arg {
        Arg::Int(value) => i8::try_from(value).ok(),
        _ => None,
    }
}
