//! `raise` and `reraise`.

use jovial_atoms::{Atom, known};
use jovial_syntax::quoted::{Meta, Node, NodeId};

use super::build::Kernel;
use crate::errors::Result;
use crate::expand::Expander;

/// The exception that a lone argument of `raise` means, as code.
fn exception(e: &mut Expander<'_>, message: NodeId) -> Result<NodeId> {
    let line = e.env.line;
    let message = match e.code.node(message) {
        Node::Binary(_) => message,
        _ => e.expand_fully(message, line)?.unwrap_or(message),
    };
    let node = e.code.node(message);
    let k = &mut Kernel::new(e.code);
    Ok(match node {
        Node::Binary(_) | Node::Call { name: known::OP_BITS, .. } => {
            k.remote(&["RuntimeError"], "exception", &[message])
        }
        Node::Atom(_) => {
            let none = k.list(&[]);
            k.call(message, "exception", &[none])
        }
        _ => k.remote(&["Kernel", "Utils"], "raise", &[message]),
    })
}

pub(super) fn raise(e: &mut Expander<'_>, _meta: Meta, args: &[NodeId]) -> Result<NodeId> {
    let exception = exception(e, args[0])?;
    let k = &mut Kernel::new(e.code);
    let module = k.alias(&["Exception"]);
    let info = k.map(&[(known::MODULE, module)]);
    let options = k.keyword(&[(Atom::new("error_info"), info)]);
    let none = k.atom(known::NONE);
    Ok(k.erlang("error", &[exception, none, options]))
}

pub(super) fn raise_with(e: &mut Expander<'_>, _meta: Meta, args: &[NodeId]) -> Result<NodeId> {
    let k = &mut Kernel::new(e.code);
    let exception = k.call(args[0], "exception", &args[1..]);
    Ok(k.erlang("error", &[exception]))
}

pub(super) fn reraise(e: &mut Expander<'_>, _meta: Meta, args: &[NodeId]) -> Result<NodeId> {
    let exception = exception(e, args[0])?;
    let k = &mut Kernel::new(e.code);
    let class = k.atom(known::ERROR);
    Ok(k.erlang("raise", &[class, exception, args[1]]))
}

pub(super) fn reraise_with(e: &mut Expander<'_>, _meta: Meta, args: &[NodeId]) -> Result<NodeId> {
    let k = &mut Kernel::new(e.code);
    let exception = k.call(args[0], "exception", &args[1..2]);
    let class = k.atom(known::ERROR);
    Ok(k.erlang("raise", &[class, exception, args[2]]))
}
