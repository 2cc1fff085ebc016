//! `defprotocol` and `defimpl`: `Protocol` of the library writes the code, as in Elixir.

use jovial_atoms::{Atom, known};
use jovial_syntax::quoted::{Meta, NodeId};

use crate::errors::Result;
use crate::expand::Expander;

fn ask(e: &mut Expander<'_>, meta: Meta, function: &str, args: &[NodeId]) -> Result<NodeId> {
    let line = e.code.line(meta);
    let env = e.snapshot(line);
    e.host.call_function(e.code, known::MOD_PROTOCOL, Atom::new(function), args, &env, false)
}

pub(super) fn defprotocol(e: &mut Expander<'_>, meta: Meta, args: &[NodeId]) -> Result<NodeId> {
    ask(e, meta, "__protocol__", args)
}

pub(super) fn defimpl(e: &mut Expander<'_>, meta: Meta, args: &[NodeId]) -> Result<NodeId> {
    let mut all = args.to_vec();
    if all.len() == 2 {
        all.push(e.code.tree.list(&[]));
    }
    let env = e.carry_env(e.code.line(meta));
    all.push(env);
    ask(e, meta, "__impl__", &all)
}
