//! The atom table: names interned to 32-bit indices, shared by the parser, the compiler and the machine.
//!
//! **What it is for.** [`Atom`] is a copyable index; equal text gives the equal index, so names compare as
//! integers everywhere. Names that Rust code needs by name are constants in [`known`].
//!
//! **Invariants.**
//! 1. An index, once given, keeps its text for ever; the table only grows.
//! 2. `known` atoms have the same index in every run.
//! 3. Nothing may order or print by index: order of atoms is the order of their text.
//! 4. Data can fill the table only up to [`USER_MAX`], names in code up to [`CODE_MAX`]; the rest stays for the runtime itself.
//!
//! **What it must not know.** Terms, syntax trees, who asks. It does no I/O.
#![forbid(unsafe_code)]

pub mod known;
mod table;

pub use table::{Atom, AtomTableFull, CODE_MAX, MAX, USER_MAX, count, memory};
