//! The external term format.

use crate::build::SystemLimit;
use crate::heap::Heap;
use crate::term::Term;

/// How to encode.
#[derive(Clone, Copy, Debug, Default)]
pub struct EncodeOptions {
    /// zlib level from 0 (off) to 9.
    pub compressed: u8,
    /// Keys of maps in term order and the like, so that equal terms give equal bytes.
    pub deterministic: bool,
    /// 1 or 2; 1 writes floats and atoms as OTP 25 does with `minor_version: 1`.
    pub minor_version: u8,
}

/// Why bytes aren't a term.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DecodeError {
    /// Malformed, or with `safe` something that would create an atom or fun.
    Malformed,
    SystemLimit,
}

/// Encodes a term, version byte first.
pub fn encode(term: Term<'_>, options: EncodeOptions) -> Result<Vec<u8>, SystemLimit> {
    let _ = (term, options);
    unimplemented!()
}

/// Decodes one term and gives the number of bytes used.
pub fn decode<'h>(heap: &'h Heap, bytes: &[u8], safe: bool) -> Result<(Term<'h>, usize), DecodeError> {
    let _ = (heap, bytes, safe);
    unimplemented!()
}
