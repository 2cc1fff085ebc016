//! `Kernel`'s macros, as functions on the tree.
//!
//! **What it is for.** [`find`] gives the native behind a name and arity. A native gets the call's meta and arguments and
//! returns what the macro of that name returns in Elixir: same nodes, same metas, same hygiene. Line and counter are added
//! by the caller, as for any macro. [`names`] lists them all, for `Kernel.__info__(:macros)` and the env of a file.
//!
//! **Invariants.**
//! 1. A native expands nothing but what its macro expands itself (`Macro.expand` of an operand).
//! 2. Names that stand for imports carry what `quote` inside `Kernel` would have noted (see `build`).
//!
//! **What it must not know.** How its result is expanded further.

#![allow(clippy::unnecessary_wraps, reason = "all natives are functions of one type")]

mod access;
mod attributes;
mod boolean;
mod build;
mod definitions;
mod errors;
mod membership;
mod patterns;
mod protocols;
mod sigils;
mod structures;
mod values;

use std::sync::LazyLock;

use jovial_atoms::{Atom, known};
use jovial_syntax::quoted::{Meta, NodeId};
use rustc_hash::FxHashMap;

use crate::errors::Result;
use crate::expand::Expander;

/// A macro: the call's meta and arguments to quoted code.
pub(crate) type Native = fn(&mut Expander<'_>, Meta, &[NodeId]) -> Result<NodeId>;

/// All of them, in one list.
const MACROS: &[(&str, usize, Native)] = &[
    ("!", 1, boolean::bang),
    ("&&", 2, boolean::and_and),
    ("||", 2, boolean::or_or),
    ("and", 2, boolean::and),
    ("or", 2, boolean::or),
    ("if", 2, boolean::if_),
    ("unless", 2, boolean::unless),
    ("in", 2, membership::in_),
    ("..", 0, membership::full_range),
    ("..", 2, membership::range),
    ("..//", 3, membership::range_step),
    ("<>", 2, values::concat),
    ("|>", 2, values::pipe),
    ("@", 1, attributes::at),
    ("alias!", 1, values::alias_bang),
    ("binding", 0, values::binding),
    ("binding", 1, values::binding),
    ("dbg", 0, values::dbg),
    ("dbg", 1, values::dbg),
    ("dbg", 2, values::dbg),
    ("def", 1, definitions::def),
    ("def", 2, definitions::def),
    ("defp", 1, definitions::defp),
    ("defp", 2, definitions::defp),
    ("defmacro", 1, definitions::defmacro),
    ("defmacro", 2, definitions::defmacro),
    ("defmacrop", 1, definitions::defmacrop),
    ("defmacrop", 2, definitions::defmacrop),
    ("defmodule", 2, definitions::defmodule),
    ("defoverridable", 1, definitions::defoverridable),
    ("defdelegate", 2, structures::defdelegate),
    ("defexception", 1, structures::defexception),
    ("defguard", 1, structures::defguard),
    ("defguardp", 1, structures::defguardp),
    ("defimpl", 2, protocols::defimpl),
    ("defimpl", 3, protocols::defimpl),
    ("defprotocol", 2, protocols::defprotocol),
    ("defstruct", 1, structures::defstruct),
    ("destructure", 2, patterns::destructure),
    ("get_and_update_in", 2, access::get_and_update_in),
    ("get_in", 1, access::get_in),
    ("pop_in", 1, access::pop_in),
    ("put_in", 2, access::put_in),
    ("update_in", 2, access::update_in),
    ("is_exception", 1, patterns::is_exception),
    ("is_exception", 2, patterns::is_exception_of),
    ("is_nil", 1, values::is_nil),
    ("is_non_struct_map", 1, patterns::is_non_struct_map),
    ("is_struct", 1, patterns::is_struct),
    ("is_struct", 2, patterns::is_struct_of),
    ("match?", 2, patterns::match_q),
    ("raise", 1, errors::raise),
    ("raise", 2, errors::raise_with),
    ("reraise", 2, errors::reraise),
    ("reraise", 3, errors::reraise_with),
    ("sigil_C", 2, sigils::charlist),
    ("sigil_D", 2, sigils::date),
    ("sigil_N", 2, sigils::naive_datetime),
    ("sigil_R", 2, sigils::regex_raw),
    ("sigil_S", 2, sigils::string),
    ("sigil_T", 2, sigils::time),
    ("sigil_U", 2, sigils::utc_datetime),
    ("sigil_W", 2, sigils::words),
    ("sigil_c", 2, sigils::charlist_interpolated),
    ("sigil_r", 2, sigils::regex),
    ("sigil_s", 2, sigils::string_interpolated),
    ("sigil_w", 2, sigils::words_interpolated),
    ("tap", 2, values::tap),
    ("then", 2, values::then),
    ("to_char_list", 1, values::to_char_list),
    ("to_charlist", 1, values::to_charlist),
    ("to_string", 1, values::to_string),
    ("use", 1, definitions::use_),
    ("use", 2, definitions::use_),
    ("var!", 1, values::var_bang),
    ("var!", 2, values::var_bang),
];

static TABLE: LazyLock<FxHashMap<(Atom, usize), Native>> =
    LazyLock::new(|| MACROS.iter().map(|&(name, arity, native)| ((Atom::new(name), arity), native)).collect());

/// The native of that name and arity.
pub(crate) fn find(name: Atom, arity: usize) -> Option<Native> {
    TABLE.get(&(name, arity)).copied()
}

/// The native behind a macro of some module: `Kernel`'s, under whatever name its own code knows them, and the one that
/// `defguard` leaves in the macro that it defines.
pub(crate) fn native(module: Atom, name: Atom, arity: usize) -> Option<Native> {
    match module {
        known::MOD_KERNEL | known::ELIXIR_BOOTSTRAP => find(name, arity),
        known::MOD_KERNEL_UTILS if name == known::DEFGUARD && arity == 2 => Some(structures::guard_body),
        _ => None,
    }
}

/// Names and arities of `Kernel`'s macros.
pub fn names() -> Vec<(Atom, u8)> {
    MACROS.iter().map(|&(name, arity, _)| (Atom::new(name), crate::expand::dispatch::small(arity))).collect()
}
