//! Instructions that stand for several.

use std::sync::LazyLock;

use super::Emitter;
use crate::opcode::Opcode;

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

impl Emitter<'_> {
    /// Puts an instruction that stands for several in the place of the first of them, wherever that saves a step. The
    /// others stay, so a jump may lead to each.
    pub(super) fn fuse(&mut self) {
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
}
