//! Functions written in Rust, by the Erlang module that they belong to.
//!
//! **What it is for.** [`register`] puts them all into a machine. A file holds the functions of one module or of one
//! area of `:erlang`, with its table on top.
//!
//! **Invariants.**
//! 1. A native never calls Elixir code: what takes a fun is written in Elixir.
//! 2. Loops over user data charge reductions; those that can be long end in a call of themselves.
//!
//! **What it must not know.** How terms are laid out, how calls are made.

use jovial_atoms::Atom;
use jovial_vm::{Machine, NativeFn};

mod base;
mod binary;
mod ciphers;
mod code;
mod conversions;
mod counters;
mod diagnostics;
pub(crate) mod elixir;
mod ending;
mod ets;
mod files;
mod hashes;
mod json;
mod layout;
mod lists;
mod macros;
mod maps;
mod math;
mod module;
mod operators;
mod os;
pub(crate) mod persistent;
mod ports;
mod prim_file;
mod processes;
mod rand;
mod re;
mod strings;
pub(crate) mod support;
mod system;
mod terms;
#[cfg(test)]
mod tests;
mod time;
mod unicode;
mod walks;
mod zlib;
mod zlib_stream;
mod zone;

/// Module, name, arity and function.
pub type Entry = (&'static str, &'static str, u8, NativeFn);

const TABLES: &[&[Entry]] = &[
    base::TABLE,
    binary::TABLE,
    ciphers::TABLE,
    code::TABLE,
    conversions::TABLE,
    counters::TABLE,
    diagnostics::TABLE,
    ets::TABLE,
    ending::TABLE,
    elixir::TABLE,
    files::TABLE,
    hashes::TABLE,
    json::TABLE,
    layout::TABLE,
    lists::TABLE,
    macros::TABLE,
    maps::TABLE,
    math::TABLE,
    module::TABLE,
    operators::TABLE,
    os::TABLE,
    persistent::TABLE,
    ports::TABLE,
    prim_file::TABLE,
    processes::TABLE,
    rand::TABLE,
    re::TABLE,
    crate::compile::session::TABLE,
    crate::compile::build::TABLE,
    strings::TABLE,
    system::TABLE,
    terms::TABLE,
    time::TABLE,
    unicode::TABLE,
    walks::TABLE,
    zlib::TABLE,
    zlib_stream::TABLE,
    zone::TABLE,
];

/// Puts all natives into a machine.
pub fn register(machine: &Machine) {
    for (module, name, arity, native) in TABLES.iter().copied().flatten() {
        machine.register(Atom::new(module), Atom::new(name), *arity, *native);
    }
}
