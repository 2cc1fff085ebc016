//! Patterns of an expanded tree to the core form.
//!
//! **What it must not know.** How patterns become tests.

use jovial_atoms::{Atom, known};
use jovial_bytecode::ir::Literal;
use jovial_syntax::quoted::{Node, NodeId, Seq};

use super::Cause;
use super::convert::{Converter, DEPTH_MAX, Result, is_small};
use super::core::{Expr, ExprId, Pat, PatId};

/// Longer list patterns of constants are compared as a whole.
const LIST_PATTERN_MAX: usize = 16;

impl Converter<'_> {
    pub(super) fn pat(&mut self, id: NodeId) -> Result<PatId> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return self.error(Cause::TooDeep);
        }
        let pat = self.pat_node(id)?;
        self.depth -= 1;
        Ok(pat)
    }

    fn pat_node(&mut self, id: NodeId) -> Result<PatId> {
        let pat = match self.tree.node(id) {
            Node::Var { name: known::OP_UNDERSCORE, .. } => Pat::Any,
            Node::Var { name, meta, context } => Pat::Var(self.bind(self.key(name, meta, context))),
            Node::Int(value) if is_small(value) => Pat::Int(value),
            Node::Atom(atom) => Pat::Atom(atom),
            Node::Pair(left, right) => Pat::Tuple([self.pat(left)?, self.pat(right)?].into()),
            Node::Tuple(items) => Pat::Tuple(self.pats(items)?),
            Node::List(items) => return self.list_pat(items),
            Node::Call { name, args, .. } => return self.call_pat(name, args),
            Node::Apply { callee, args, .. } => return self.operator_pat(callee, args),
            Node::Int(_)
            | Node::BigInt(_)
            | Node::Float(_)
            | Node::Binary(_)
            | Node::Improper(_)
            | Node::Map(_)
            | Node::Opaque(_) => {
                let literal = self.data(id)?;
                Pat::Const(self.store(literal, 1))
            }
        };
        Ok(self.core.add_pat(pat))
    }

    fn pats(&mut self, items: Seq) -> Result<Box<[PatId]>> {
        let tree = self.tree;
        tree.seq(items).iter().map(|&item| self.pat(item)).collect()
    }

    #[inline(never)]
    fn list_pat(&mut self, items: Seq) -> Result<PatId> {
        let (items, tail) = self.split_tail(items);
        if tail.is_none()
            && items.len() > LIST_PATTERN_MAX
            && items.iter().all(|&item| matches!(self.tree.node(item), Node::Int(_) | Node::Atom(_)))
        {
            let literal = Literal::List(items.into_iter().map(|item| self.data(item)).collect::<Result<_>>()?);
            let literal = self.store(literal, 1);
            return Ok(self.core.add_pat(Pat::Const(literal)));
        }
        let items = items.into_iter().map(|item| self.pat(item)).collect::<Result<Vec<_>>>()?;
        let tail = match tail {
            Some(tail) => self.pat(tail)?,
            None => self.core.add_pat(Pat::EmptyList),
        };
        Ok(self.cons_pats(&items, tail))
    }

    fn cons_pats(&mut self, items: &[PatId], tail: PatId) -> PatId {
        items.iter().rev().fold(tail, |tail, &item| self.core.add_pat(Pat::Cons(item, tail)))
    }

    #[inline(never)]
    fn call_pat(&mut self, name: Atom, args: Seq) -> Result<PatId> {
        let tree = self.tree;
        let pat = match (name, tree.seq(args)) {
            (known::OP_EQ, &[left, right]) => Pat::Both(self.pat(left)?, self.pat(right)?),
            (known::OP_CARET, &[var]) => Pat::Pin(self.expr(var)?),
            (known::OP_BRACES, _) => Pat::Tuple(self.pats(args)?),
            (known::OP_PERCENT_BRACES, pairs) => Pat::Map(self.map_pat(pairs)?.into()),
            (known::OP_PERCENT, &[module, map]) => {
                let Node::Call { name: known::OP_PERCENT_BRACES, args, .. } = tree.node(map) else {
                    return self.error(Cause::Malformed("%"));
                };
                // A name that is a variable, bound here or pinned, is an atom's.
                let name = match tree.node(module) {
                    Node::Var { .. } | Node::Call { name: known::OP_CARET, .. } => {
                        let var = self.pat(module)?;
                        let atom = self.core.add_pat(Pat::IsAtom);
                        self.core.add_pat(Pat::Both(atom, var))
                    }
                    _ => self.pat(module)?,
                };
                let key = self.add(Expr::Atom(known::DUNDER_STRUCT));
                let mut pairs = vec![(key, name)];
                pairs.extend(self.map_pat(tree.seq(args))?);
                Pat::Map(pairs.into())
            }
            (known::OP_BITS, _) => return self.bits_pat(args),
            (known::DUNDER_BLOCK, &[only]) => return self.pat(only),
            _ => return self.error(Cause::Malformed("pattern")),
        };
        Ok(self.core.add_pat(pat))
    }

    fn map_pat(&mut self, pairs: &[NodeId]) -> Result<Vec<(ExprId, PatId)>> {
        let mut all = Vec::with_capacity(pairs.len());
        for &pair in pairs {
            let Node::Pair(key, value) = self.tree.node(pair) else { return self.error(Cause::Malformed("%{}")) };
            let key = self.expr(key)?;
            all.push((key, self.pat(value)?));
        }
        Ok(all)
    }

    /// `[a, b] ++ rest` and signed numbers, which are the operators that a pattern may hold.
    #[inline(never)]
    fn operator_pat(&mut self, callee: NodeId, args: Seq) -> Result<PatId> {
        let tree = self.tree;
        if let Some((module, name)) = self.dot(callee)
            && let (Node::Atom(known::ERLANG), Node::Atom(name)) = (tree.node(module), tree.node(name))
        {
            match (name, tree.seq(args)) {
                (known::OP_PLUS_PLUS, &[left, right]) => {
                    if let Node::List(items) = tree.node(left) {
                        let items = self.pats(items)?;
                        let tail = self.pat(right)?;
                        return Ok(self.cons_pats(&items, tail));
                    }
                }
                (known::OP_PLUS, &[number]) => return self.pat(number),
                (known::OP_MINUS, &[number]) => match tree.node(number) {
                    Node::Int(value) if is_small(value) && is_small(-value) => {
                        return Ok(self.core.add_pat(Pat::Int(-value)));
                    }
                    Node::Float(value) => {
                        let literal = self.store(Literal::Float(-value), 0);
                        return Ok(self.core.add_pat(Pat::Const(literal)));
                    }
                    _ => {}
                },
                _ => {}
            }
        }
        self.error(Cause::Malformed("pattern"))
    }
}
