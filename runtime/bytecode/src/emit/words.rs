//! Words of the code: opcodes with their operands, relocations, labels, live words, lines.

use jovial_atoms::Atom;

use super::Emitter;
use super::ways::Label;
use crate::code::{CodeLine, LiveSet, Relocated, Relocation};
use crate::ir::{Pos, Val};
use crate::opcode::Opcode;

impl Emitter<'_> {
    pub(super) fn here(&self) -> u32 {
        self.code.words.len() as u32
    }

    pub(super) fn word(&mut self, word: u32) {
        self.code.words.push(word);
    }

    pub(super) fn begin(&mut self, opcode: Opcode, a: i8, b: i8, c: i8) {
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

    pub(super) fn begin16(&mut self, opcode: Opcode, a: i8, wide: u16) {
        self.last_move = None;
        self.inst = self.here();
        self.starts.push(self.inst);
        self.word(opcode as u32 | u32::from(a.cast_unsigned()) << 8 | u32::from(wide) << 16);
    }

    pub(super) fn pair(&mut self, first: i16, second: i16) {
        self.word(u32::from(first.cast_unsigned()) | u32::from(second.cast_unsigned()) << 16);
    }

    pub(super) fn relocate(&mut self, what: Relocated) {
        let at = self.here();
        self.code.relocations.push(Relocation { at, what });
    }

    pub(super) fn imm_word(&mut self, (word, atom): (u32, Option<Atom>)) {
        if let Some(atom) = atom {
            self.relocate(Relocated::Atom(atom));
        }
        self.word(word);
    }

    pub(super) fn wide(&mut self, what: Relocated) {
        self.relocate(what);
        self.word(0);
        self.word(0);
    }

    pub(super) fn label(&mut self, label: Label) {
        let at = self.here();
        self.labels.push((self.inst, at, label));
        self.word(0);
    }

    pub(super) fn live_word(&mut self, live: LiveSet) {
        if let Some(word) = live.inline() {
            self.word(word);
        } else {
            let at = self.here();
            self.long_masks.push((at, live));
            self.word(0);
        }
    }

    pub(super) fn live(&mut self, vals: impl IntoIterator<Item = Val>) {
        let mut slots: Vec<i16> =
            vals.into_iter().filter_map(|val| self.slot(val)).filter(|slot| *slot >= -1).collect();
        slots.sort_unstable();
        slots.dedup();
        let frame = self.frame();
        self.live_word(LiveSet { frame, slots });
    }

    pub(super) fn line(&mut self, pos: Pos) {
        let at = self.here();
        match self.code.lines.last_mut() {
            Some(last) if last.at == at => last.pos = pos,
            Some(last) if last.pos == pos => {}
            _ => self.code.lines.push(CodeLine { at, pos }),
        }
    }
}
