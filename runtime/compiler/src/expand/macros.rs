//! What `Macro` of the library asks of the expander: a step of expansion, escaping, hygiene after a macro call.
//!
//! Nodes in and out live in the [`Code`] that is passed; env and host are as for [`super::expand_expression`].

use jovial_atoms::{Atom, known};
use jovial_syntax::quoted::{MetaValue, NodeId};

use super::Expander;
use crate::carried::Code;
use crate::env::{Context, Env};
use crate::errors::Result;
use crate::host::Host;

/// `Macro.expand_once/2`: `None` if there is nothing to expand.
pub fn expand_once(code: &mut Code, node: NodeId, env: &Env, host: &mut dyn Host) -> Result<Option<NodeId>> {
    Expander::new(code, host, env.clone()).expand_once(node, env.line)
}

/// `Macro.expand/2`: the node itself if there is nothing to expand.
pub fn expand_fully(code: &mut Code, node: NodeId, env: &Env, host: &mut dyn Host) -> Result<NodeId> {
    Ok(Expander::new(code, host, env.clone()).expand_fully(node, env.line)?.unwrap_or(node))
}

/// `Macro.escape/2`: code that gives the value. `pruned` is `prune_metadata: true`.
pub fn escape(
    code: &mut Code,
    value: NodeId,
    pruned: bool,
    unquote: bool,
    env: &Env,
    host: &mut dyn Host,
) -> Result<NodeId> {
    Expander::new(code, host, env.clone()).escape(value, pruned, unquote)
}

/// Whether `name` is a macro for the env, and of which module: imported or its own.
pub fn expand_import(
    code: &mut Code,
    name: Atom,
    args: &[NodeId],
    env: &Env,
    host: &mut dyn Host,
) -> Result<Option<NodeId>> {
    let line = code.tree.add_meta(&[(known::LINE, MetaValue::Int(env.line.into()))]);
    let call = code.tree.call(name, line, args);
    expand_once(code, call, env, host)
}

/// Expands code in the context of a guard, with the env's variables bound (`defguard`).
pub fn expand_guard(code: &mut Code, node: NodeId, env: &Env, host: &mut dyn Host) -> Result<NodeId> {
    let env = Env { context: Context::Guard, ..env.clone() };
    Expander::new(code, host, env).expand(node)
}
