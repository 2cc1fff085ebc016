//! Expressions whose value is plain before anything runs: literals, structures and sums of them, names given to them.
//!
//! **What it is for.** A cell is often just `x = 42` or `60 * 60`. [`fold`] finds the value of such an expanded expression, for
//! which it takes no function that is lowered, loaded, called once and never again.
//!
//! **Invariants.**
//! 1. What is folded can neither raise nor be observed, so a trace never misses it. Whatever is not sure of that is
//!    left to the compiler as a whole.
//!
//! **What it must not know.** Terms, where the value goes.

use jovial_atoms::{Atom, known};
use jovial_bytecode::ir::Literal;
use jovial_compiler::carried::Code;
use jovial_syntax::quoted::{Node, NodeId};

/// Nesting up to which it is worth looking.
const DEPTH_MAX: u32 = 32;

/// The value of an expression and of the variables it bound, by their versions, in order.
pub(crate) struct Folded {
    pub(crate) value: Literal,
    pub(crate) bound: Vec<(i64, Literal)>,
}

pub(crate) fn fold(code: &Code, root: NodeId) -> Option<Folded> {
    let mut folder = Folder { code, bound: Vec::new(), depth: 0 };
    let value = folder.value(root)?;
    Some(Folded { value, bound: folder.bound })
}

struct Folder<'c> {
    code: &'c Code,
    bound: Vec<(i64, Literal)>,
    depth: u32,
}

impl Folder<'_> {
    fn value(&mut self, id: NodeId) -> Option<Literal> {
        if self.depth == DEPTH_MAX {
            return None;
        }
        self.depth += 1;
        let value = self.node(id);
        self.depth -= 1;
        value
    }

    fn values(&mut self, ids: &[NodeId]) -> Option<Vec<Literal>> {
        ids.iter().map(|&id| self.value(id)).collect()
    }

    fn node(&mut self, id: NodeId) -> Option<Literal> {
        let tree = &self.code.tree;
        Some(match tree.node(id) {
            Node::Int(value) => Literal::Int(value),
            Node::Float(value) => Literal::Float(value),
            Node::Atom(atom) => Literal::Atom(atom),
            Node::Binary(bytes) => Literal::Binary(tree.bytes(bytes).to_vec()),
            Node::List(seq) => Literal::List(self.values(tree.seq(seq))?),
            Node::Pair(left, right) => Literal::Tuple(vec![self.value(left)?, self.value(right)?]),
            Node::Var { meta, .. } => {
                let version = tree.meta_int(meta, known::VERSION)?;
                self.bound.iter().find(|(bound, _)| *bound == version)?.1.clone()
            }
            Node::Call { name: known::DUNDER_BLOCK, args, .. } => {
                let (last, before) = tree.seq(args).split_last()?;
                for &id in before {
                    self.value(id)?;
                }
                self.value(*last)?
            }
            Node::Call { name: known::OP_BRACES, args, .. } => Literal::Tuple(self.values(tree.seq(args))?),
            Node::Call { name: known::OP_EQ, args, .. } => {
                let &[pattern, value] = tree.seq(args) else { return None };
                let Node::Var { meta, .. } = tree.node(pattern) else { return None };
                let version = tree.meta_int(meta, known::VERSION)?;
                let value = self.value(value)?;
                self.bound.push((version, value.clone()));
                value
            }
            Node::Apply { callee, args, .. } => {
                let operator = self.erlang_function(callee)?;
                match (operator.as_str(), &*self.values(tree.seq(args))?) {
                    ("+", [Literal::Int(left), Literal::Int(right)]) => Literal::Int(left.checked_add(*right)?),
                    ("-", [Literal::Int(left), Literal::Int(right)]) => Literal::Int(left.checked_sub(*right)?),
                    ("*", [Literal::Int(left), Literal::Int(right)]) => Literal::Int(left.checked_mul(*right)?),
                    ("-", [Literal::Int(value)]) => Literal::Int(value.checked_neg()?),
                    _ => return None,
                }
            }
            Node::BigInt(_)
            | Node::Improper(_)
            | Node::Tuple(_)
            | Node::Map(_)
            | Node::Call { .. }
            | Node::Opaque(_) => return None,
        })
    }

    /// The function of `:erlang` that a callee names.
    fn erlang_function(&self, callee: NodeId) -> Option<Atom> {
        let tree = &self.code.tree;
        let Node::Call { name: known::OP_DOT, args, .. } = tree.node(callee) else { return None };
        let &[module, name] = tree.seq(args) else { return None };
        match (tree.node(module), tree.node(name)) {
            (Node::Atom(known::ERLANG), Node::Atom(name)) => Some(name),
            _ => None,
        }
    }
}
