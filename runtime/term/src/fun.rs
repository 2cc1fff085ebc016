//! What funs point to.
//!
//! **What it is for.** [`FunEntry`] identifies a fun expression of a module version: by it funs are compared, hashed,
//! printed and written to the external format. The machine makes entries when it loads a module and finds the code
//! behind `code`.
//!
//! **Invariants.**
//! 1. An entry outlives every fun that points to it; [`Heap::fun`](crate::Heap::fun) makes its caller promise that.
//! 2. All but `code` is fixed once funs exist.
//!
//! **What it must not know.** Code, modules as such, when versions are freed.

use std::sync::atomic::AtomicU64;

use jovial_atoms::Atom;

/// Identity of a fun expression.
#[derive(Debug)]
#[repr(C, align(8))]
pub struct FunEntry {
    /// Whatever the machine wants to find from a fun: address, table index.
    pub code: AtomicU64,
    pub module: Atom,
    /// Name of the function that holds the body, like `-run/1-fun-0-`.
    pub name: Atom,
    pub arity: u8,
    /// Place among the funs of the module.
    pub index: u32,
    /// Hash of the expression, as in the old external format.
    pub old_uniq: u32,
    /// Digest of the module version.
    pub uniq: [u8; 16],
}
