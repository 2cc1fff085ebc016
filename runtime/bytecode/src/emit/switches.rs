//! Switches over constants and sizes: rows of tests, or a table that is looked into.

use jovial_atoms::Atom;

use super::Emitter;
use super::operands::immediate;
use super::ways::Label;
use crate::code::Relocated;
use crate::ir::{Arg, BlockId, Target, Test};
use crate::opcode::{NO_CASE, Opcode, SCRATCH};

impl Emitter<'_> {
    pub(super) fn switch(&mut self, value: Arg, cases: &[(Arg, Target)], default: &Target) -> Option<BlockId> {
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
    pub(super) fn cases(
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

    pub(super) fn switch_arity(&mut self, value: Arg, cases: &[(u16, Target)], default: &Target) -> Option<BlockId> {
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
    pub(super) fn jump_if(&mut self, label: Label, test: impl FnOnce(&mut Self)) {
        test(self);
        let at = self.here();
        self.word(0);
        let inst = self.inst;
        self.jump(label);
        let after = self.here();
        self.code.words[at as usize] = after.wrapping_sub(inst);
        self.last_move = None;
    }
}

/// Places in a table of so many cases: a third stays free, so that the search for one is short.
pub(super) fn places_for(cases: usize) -> usize {
    (cases + cases / 2).next_power_of_two()
}
