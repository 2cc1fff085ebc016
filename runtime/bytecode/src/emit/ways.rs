//! Ways between blocks: moves that put values where the next block expects them, and jumps.

use super::Emitter;
use crate::ir::{Arg, BlockId, Target, Terminator};
use crate::moves;
use crate::opcode::{Opcode, SCRATCH};

/// Where a label is: a block, or a row of moves that leads to one.
#[derive(Clone, Copy)]
pub(super) enum Label {
    Block(BlockId),
    Stub(usize),
}

/// A move on the way into a block.
pub(super) enum From {
    Slot(i16),
    Const(Arg),
}

impl Emitter<'_> {
    pub(super) fn moves(&mut self, moves: Vec<(i16, From)>) {
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

    pub(super) fn from(&self, arg: Arg) -> From {
        match arg.val().and_then(|val| self.slot(val)) {
            Some(slot) => From::Slot(slot),
            None => From::Const(arg),
        }
    }

    /// The moves of a target; `supplied` says where the values lie that the terminator gives.
    pub(super) fn edge_moves(&self, target: &Target, supplied: &[i16]) -> Vec<(i16, From)> {
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
    pub(super) fn target_label(&mut self, target: &Target) -> Label {
        let moves = self.edge_moves(target, &[]);
        if moves.is_empty() {
            return Label::Block(target.block);
        }
        self.stubs.push((moves, target.block));
        Label::Stub(self.stubs.len() - 1)
    }

    /// Goes on at a target: its moves here, then the block itself or a jump to it.
    pub(super) fn go(&mut self, target: &Target, supplied: &[i16]) -> Option<BlockId> {
        self.scratch = SCRATCH - 4;
        let moves = self.edge_moves(target, supplied);
        self.moves(moves);
        if self.blocks[target.block.0 as usize].is_none() {
            return Some(target.block);
        }
        self.jump(Label::Block(target.block));
        None
    }

    pub(super) fn jump(&mut self, label: Label) {
        self.begin(Opcode::Jump, 0, 0, 0);
        self.label(label);
    }

    pub(super) fn stubs(&mut self) {
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

    pub(super) fn is_placed(&self, target: &Target) -> bool {
        self.blocks[target.block.0 as usize].is_some()
    }

    /// Whether a block only gives back what is there.
    pub(super) fn is_end(&self, target: &Target) -> bool {
        let block = &self.function.blocks[target.block.0 as usize];
        block.insts.is_empty() && matches!(block.end, Terminator::Return(_))
    }
}
