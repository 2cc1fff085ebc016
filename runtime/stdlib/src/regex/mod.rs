//! Regular expressions with the syntax and meaning of PCRE 8, as Erlang's `:re` promises them.
//!
//! **What it is for.** [`Regex::new`] compiles a pattern, [`Search`] looks for it. `parse.rs` turns text into a tree,
//! `class.rs` knows sets of characters, `program.rs` turns the tree into instructions, and `search.rs` runs them with a
//! stack of its own for ways not taken yet.
//!
//! **Invariants.**
//! 1. A search can stop after any number of steps and go on later: it borrows neither program nor subject between.
//! 2. No depth of a pattern or subject is native recursion, but for groups, of which at most [`parse::NESTING_MAX`] nest.
//! 3. With [`Flags::UNICODE`] pattern and subject are valid UTF-8, and positions lie between characters.
//!
//! **What it must not know.** Terms, `:re`'s options.

mod class;
mod parse;
mod program;
mod search;
#[cfg(test)]
mod tests;

pub(crate) use search::{Found, Search, Start};

/// Switches of a pattern, together in a number that can be stored.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Flags(pub(crate) u32);

impl Flags {
    pub(crate) const ANCHORED: u32 = 1;
    pub(crate) const CASELESS: u32 = 1 << 1;
    pub(crate) const DOLLAR_ENDONLY: u32 = 1 << 2;
    pub(crate) const DOTALL: u32 = 1 << 3;
    pub(crate) const EXTENDED: u32 = 1 << 4;
    pub(crate) const FIRSTLINE: u32 = 1 << 5;
    pub(crate) const MULTILINE: u32 = 1 << 6;
    pub(crate) const NO_AUTO_CAPTURE: u32 = 1 << 7;
    pub(crate) const DUPNAMES: u32 = 1 << 8;
    pub(crate) const UNGREEDY: u32 = 1 << 9;
    pub(crate) const UNICODE: u32 = 1 << 10;
    pub(crate) const UCP: u32 = 1 << 11;
    pub(crate) const BSR_ANYCRLF: u32 = 1 << 12;
    const NEWLINE: u32 = 13;

    pub(crate) fn has(self, flag: u32) -> bool {
        self.0 & flag != 0
    }

    pub(crate) fn set(&mut self, flag: u32, on: bool) {
        if on { self.0 |= flag } else { self.0 &= !flag }
    }

    pub(crate) fn newline(self) -> Newline {
        match (self.0 >> Flags::NEWLINE) & 7 {
            1 => Newline::Cr,
            2 => Newline::CrLf,
            3 => Newline::AnyCrLf,
            4 => Newline::Any,
            _ => Newline::Lf,
        }
    }

    pub(crate) fn set_newline(&mut self, newline: Newline) {
        self.0 = self.0 & !(7 << Flags::NEWLINE) | (newline as u32) << Flags::NEWLINE;
    }
}

/// What ends a line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Newline {
    Lf = 0,
    Cr = 1,
    CrLf = 2,
    AnyCrLf = 3,
    Any = 4,
}

/// What is wrong with a pattern, in PCRE's words, and the byte where that was seen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Error {
    pub(crate) message: &'static str,
    pub(crate) position: usize,
}

/// A compiled pattern.
pub(crate) struct Regex {
    pub(crate) flags: Flags,
    /// Groups beside the whole match.
    pub(crate) groups: usize,
    /// Names with their groups, sorted by name, then group.
    pub(crate) names: Vec<(Vec<u8>, usize)>,
    program: program::Program,
}

impl Regex {
    pub(crate) fn new(pattern: &[u8], flags: Flags) -> Result<Regex, Error> {
        let parsed = parse::parse(pattern, flags)?;
        let program = program::compile(&parsed)?;
        let mut names = parsed.names;
        names.sort();
        Ok(Regex { flags: parsed.flags, groups: parsed.groups, names, program })
    }
}
