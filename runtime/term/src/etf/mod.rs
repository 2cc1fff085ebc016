//! The external term format, as OTP 25 writes and reads it.
//!
//! **What it is for.** [`encode`] and [`decode`] are `term_to_binary` and `binary_to_term`; distribution will use the same.
//! Atom caches and fragments of the distribution header are not part of it. (Erlang documentation, *External Term Format*.)
//!
//! **Invariants.**
//! 1. Decoding never reads beyond the bytes, never allocates more than the bytes can fill, and never recurses; whatever
//!    the bytes are, the result is a term or an error.
//! 2. `decode(encode(t))` is the same term, but for funs, which come back through a resolver.
//!
//! **What it must not know.** Sockets, code.

mod decode;
mod encode;
mod tag;

use jovial_atoms::{Atom, known};

pub use decode::{DecodeError, DecodeOptions, FunId, NoFuns, ResolveFun, decode};
pub use encode::{EncodeOptions, encode};

/// The name of this node and its incarnation: what local identifiers are written with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LocalNode {
    pub name: Atom,
    pub creation: u32,
}

impl Default for LocalNode {
    fn default() -> LocalNode {
        LocalNode { name: known::NONODE_NOHOST, creation: 0 }
    }
}
