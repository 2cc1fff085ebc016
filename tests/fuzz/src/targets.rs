//! What is fuzzed: each target makes an input from numbers, and says by a panic that something is wrong with what became of it.

mod decoding;
mod expander;
mod parser;
mod round_trip;
mod tokenizer;

use std::fmt;

use crate::corpus::Corpus;
use crate::random::Random;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Target {
    Tokenizer,
    Parser,
    Expander,
    Decoding,
}

impl Target {
    pub const ALL: [Target; 4] = [Target::Tokenizer, Target::Parser, Target::Expander, Target::Decoding];

    pub fn name(self) -> &'static str {
        match self {
            Target::Tokenizer => "tokenizer",
            Target::Parser => "parser",
            Target::Expander => "expander",
            Target::Decoding => "decoding",
        }
    }

    pub fn named(name: &str) -> Option<Target> {
        Target::ALL.into_iter().find(|target| target.name() == name)
    }

    /// Bytes of native stack that this part of the program is given where it is used.
    pub fn stack_size(self) -> usize {
        match self {
            Target::Tokenizer | Target::Parser | Target::Decoding => 2 << 20,
            Target::Expander => expander::STACK_SIZE,
        }
    }

    pub fn make(self, corpus: &Corpus, random: &mut Random) -> Vec<u8> {
        match self {
            Target::Tokenizer | Target::Parser => crate::text::mutated(corpus, random).into_bytes(),
            Target::Expander => expander::make(corpus, random).into_bytes(),
            Target::Decoding => decoding::make(random),
        }
    }

    /// Whether the input was taken for what it looks like, a valid one, and not refused.
    ///
    /// # Panics
    /// If a promise is broken.
    pub fn check(self, input: &[u8]) -> bool {
        let text = || String::from_utf8_lossy(input);
        match self {
            Target::Tokenizer => tokenizer::check(&text()),
            Target::Parser => parser::check(&text()),
            Target::Expander => expander::check(&text()),
            Target::Decoding => decoding::check(input),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
