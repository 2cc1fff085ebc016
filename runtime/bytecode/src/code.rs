//! Emitted code as plain data: words with places to patch, and the tables beside them.
//!
//! **What it is for.** [`Code`] is what [`emit`](crate::emit) makes, what an image stores and what the loader turns into
//! running code. [`Image`] is a whole module in that form.
//!
//! **Invariants.**
//! 1. `functions` are in the order of their addresses and their ranges do not overlap; so are `handlers`.
//! 2. `lines` are in the order of their addresses; an entry holds up to the next one.
//! 3. The words at a relocation are zero until the loader fills them in.
//!
//! **What it must not know.** Where code lies in memory, what atoms and terms look like there.

use jovial_atoms::Atom;

use crate::ir::{Export, FunId, LitId, Literal, Pos};

/// A module with emitted code.
#[derive(Clone, Debug)]
pub struct Image {
    pub name: Atom,
    pub files: Vec<String>,
    pub exports: Vec<Export>,
    pub literals: Vec<Literal>,
    pub attributes: Literal,
    pub chunks: Vec<(String, Literal)>,
    pub code: Code,
}

/// The code of a module.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Code {
    pub words: Vec<u32>,
    pub relocations: Vec<Relocation>,
    pub functions: Vec<CodeFunction>,
    pub handlers: Vec<CodeHandler>,
    pub lines: Vec<CodeLine>,
}

/// Words that depend on where things lie when the module is loaded.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Relocation {
    /// Index of the (first) word.
    pub at: u32,
    pub what: Relocated,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Relocated {
    /// One word: the low half of the atom's term, whose high half is zero.
    Atom(Atom),
    /// Two words: the literal's term.
    Literal(LitId),
    /// Two words: address of the export entry.
    Import(Atom, Atom, u8),
    /// Two words: address of the fun entry.
    Lambda(FunId),
    /// A table of cases of so many places starts here: each is to be put where its immediate belongs.
    Cases(u16),
}

/// A function's place. Functions have the same numbers as in the [`ir::Module`](crate::ir::Module).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CodeFunction {
    pub name: Atom,
    pub arity: u8,
    pub free: u8,
    /// How many parameters stack traces don't count: those of a second form (`contexts`).
    pub hidden: u8,
    /// Index of the live word that precedes the entry.
    pub start: u32,
    /// Index after its last word.
    pub end: u32,
    /// Slots of its frame.
    pub frame: u16,
    pub pos: Pos,
}

impl CodeFunction {
    /// Index of the word that calls lead to.
    pub fn entry(&self) -> u32 {
        self.start + 1
    }
}

/// Where a raise between two addresses goes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CodeHandler {
    pub start: u32,
    pub end: u32,
    pub target: u32,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CodeLine {
    pub at: u32,
    pub pos: Pos,
}

/// A decoded live word: frame size and live slots.
///
/// An odd word holds both: frame size in 5 bits, then 26 bits for the slots from -1 up. An even word is twice the distance in words from
/// itself to a longer form: frame size, then the bits in as many words as it takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveSet {
    pub frame: u16,
    /// In rising order.
    pub slots: Vec<i16>,
}

/// Largest frame whose live word needs no longer form.
pub const INLINE_FRAME: u16 = 26;

impl LiveSet {
    /// The short form, if there is one.
    pub fn inline(&self) -> Option<u32> {
        if self.frame > INLINE_FRAME {
            return None;
        }
        let mut word = 1 | u32::from(self.frame) << 1;
        for &slot in &self.slots {
            let bit = u32::try_from(slot + 1).ok().filter(|bit| *bit < 26)?;
            word |= 1 << (bit + 6);
        }
        Some(word)
    }

    /// The longer form.
    pub fn long(&self) -> Vec<u32> {
        let mut words = vec![0; 1 + (usize::from(self.frame) + 1).div_ceil(32)];
        words[0] = u32::from(self.frame);
        for &slot in &self.slots {
            let bit = usize::try_from(slot + 1).expect("live slots lie at -1 or above");
            words[1 + bit / 32] |= 1 << (bit % 32);
        }
        words
    }

    /// Reads the live word at an index.
    pub fn read(words: &[u32], at: usize) -> Option<LiveSet> {
        let word = *words.get(at)?;
        let mut slots = Vec::new();
        if word & 1 == 1 {
            slots.extend((0..26).filter(|bit| word >> (bit + 6) & 1 == 1).map(|bit| bit - 1));
            return Some(LiveSet { frame: (word >> 1 & 31) as u16, slots });
        }
        let at = at.checked_add(word as usize / 2)?;
        let frame = u16::try_from(*words.get(at)?).ok()?;
        for bit in 0..=frame {
            if words.get(at + 1 + usize::from(bit / 32))? >> (bit % 32) & 1 == 1 {
                slots.push(i16::try_from(bit).ok()? - 1);
            }
        }
        Some(LiveSet { frame, slots })
    }
}
