//! What happens to quoted code that comes back from a macro: it gets the line of the call, and names that the macro made
//! get the counter of this one expansion (hygiene).

use jovial_atoms::{Atom, known};
use jovial_syntax::quoted::{Meta, MetaValue, Node, NodeId, Seq};

use super::Expander;
use crate::carried::Item;
use crate::env::Counter;
use crate::errors::Result;

/// Nodes that a macro's line and counter can't change any more, so that nested macros cost linear time.
#[derive(Default)]
pub(crate) struct Settled(Vec<u64>);

impl Settled {
    fn contains(&self, id: NodeId) -> bool {
        self.0.get(id.index() / 64).is_some_and(|word| word >> (id.index() % 64) & 1 == 1)
    }

    fn insert(&mut self, id: NodeId) {
        let word = id.index() / 64;
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= 1 << (id.index() % 64);
    }
}

/// What a macro's result gets.
struct Fresh {
    module: Atom,
    counter_value: MetaValue,
    line: u32,
    generated: bool,
}

impl Expander<'_> {
    /// Gives code that a macro returned the line of its call and, to the names that the macro made, its counter.
    pub(crate) fn linify_expansion(
        &mut self,
        meta: Meta,
        module: Atom,
        counter: Counter,
        quoted: NodeId,
    ) -> Result<NodeId> {
        let counter_value = self.code.counter_value(counter);
        let fresh = Fresh {
            module,
            counter_value,
            line: self.code.line(meta),
            generated: self.code.meta_true(meta, known::GENERATED),
        };
        Ok(self.freshen_node(quoted, &fresh)?.0)
    }

    /// The node, and whether any later macro would leave it as it is.
    fn freshen_node(&mut self, id: NodeId, fresh: &Fresh) -> Result<(NodeId, bool)> {
        if is_leaf(self.code.node(id)) || !fresh.generated && self.settled.contains(id) {
            return Ok((id, true));
        }
        let (new, settled) = self.freshen_fields(id, fresh)?;
        if settled {
            self.settled.insert(new);
        }
        Ok((new, settled))
    }

    fn freshen_fields(&mut self, id: NodeId, fresh: &Fresh) -> Result<(NodeId, bool)> {
        match self.code.node(id) {
            Node::Opaque(_) => {
                if let Some(&Item::Host(value)) = self.code.item(id)
                    && let Some(revealed) = self.host.reveal(self.code, value)?
                {
                    return self.freshen_node(revealed, fresh);
                }
                Ok((id, true))
            }
            Node::Var { name, meta, context } => {
                let own = context == fresh.module && name != known::OP_UNDERSCORE;
                let new = if own { self.add_counter(meta, fresh) } else { meta };
                let new = self.add_line(new, fresh);
                let settled = self.code.meta_has(new, known::LINE)
                    && (context == known::NIL
                        || name == known::OP_UNDERSCORE
                        || self.code.meta_has(new, known::COUNTER));
                Ok(if new == meta { (id, settled) } else { (self.code.tree.var(name, new, context), settled) })
            }
            Node::Call { name, meta, args } => {
                let lexical = matches!(name, known::IMPORT | known::ALIAS | known::REQUIRE | known::DUNDER_ALIASES)
                    && !args.is_empty();
                let quoting = name == known::QUOTE && !args.is_empty();
                let new = if lexical || (quoting && self.code.meta_atom(meta, known::CONTEXT) == Some(fresh.module)) {
                    self.add_counter(meta, fresh)
                } else {
                    meta
                };
                let new = self.add_line(new, fresh);
                let (elements, all) = self.freshen_seq(args, fresh)?;
                let open =
                    quoting && self.code.meta_has(new, known::CONTEXT) && !self.code.meta_has(new, known::COUNTER);
                let settled = all && !open && self.code.meta_has(new, known::LINE);
                if new == meta && elements == args {
                    return Ok((id, settled));
                }
                Ok((self.code.tree.add(Node::Call { name, meta: new, args: elements }), settled))
            }
            Node::Apply { callee, meta, args } => {
                let (new_callee, callee_settled) = self.freshen_node(callee, fresh)?;
                let new = self.add_line(meta, fresh);
                let (elements, all) = self.freshen_seq(args, fresh)?;
                let settled = all && callee_settled && self.code.meta_has(new, known::LINE);
                if new == meta && elements == args && new_callee == callee {
                    return Ok((id, settled));
                }
                Ok((self.code.tree.add(Node::Apply { callee: new_callee, meta: new, args: elements }), settled))
            }
            Node::Pair(left, right) => {
                let (new_left, left_settled) = self.freshen_node(left, fresh)?;
                let (new_right, right_settled) = self.freshen_node(right, fresh)?;
                let settled = left_settled && right_settled;
                let same = (new_left, new_right) == (left, right);
                Ok(if same { (id, settled) } else { (self.code.tree.pair(new_left, new_right), settled) })
            }
            Node::List(seq) => {
                let (elements, all) = self.freshen_seq(seq, fresh)?;
                Ok(if elements == seq { (id, all) } else { (self.code.tree.add(Node::List(elements)), all) })
            }
            _leaf => Ok((id, true)),
        }
    }

    /// A row of nodes: the same one if nothing changed in it.
    fn freshen_seq(&mut self, seq: Seq, fresh: &Fresh) -> Result<(Seq, bool)> {
        let mut all = true;
        let mut new: Vec<NodeId> = Vec::new();
        for at in 0..seq.len() {
            let id = self.code.tree.seq(seq)[at];
            let (node, settled) = self.freshen_node(id, fresh)?;
            all &= settled;
            if node != id && new.is_empty() {
                new.reserve(seq.len());
                new.extend_from_slice(&self.code.tree.seq(seq)[..at]);
                new.push(node);
            } else if !new.is_empty() {
                new.push(node);
            }
        }
        Ok((if new.is_empty() { seq } else { self.code.tree.add_seq(&new) }, all))
    }

    fn add_counter(&mut self, meta: Meta, fresh: &Fresh) -> Meta {
        if self.code.meta_has(meta, known::COUNTER) {
            meta
        } else {
            self.code.meta_prepend(meta, known::COUNTER, fresh.counter_value)
        }
    }

    fn add_line(&mut self, meta: Meta, fresh: &Fresh) -> Meta {
        let mut meta = meta;
        if fresh.line != 0 && !self.code.meta_has(meta, known::LINE) {
            meta = self.code.meta_prepend(meta, known::LINE, MetaValue::Int(fresh.line.into()));
        }
        let first = self.code.tree.meta(meta).first().is_some_and(|entry| entry.0 == known::GENERATED);
        if fresh.generated && !first {
            meta = self.code.meta_prepend(meta, known::GENERATED, MetaValue::Atom(known::TRUE));
        }
        meta
    }

    /// Code quoted with `location: :keep` gets its own lines back, all other code the line given.
    pub(crate) fn linify_kept(&mut self, line: u32, id: NodeId) -> NodeId {
        let relined = |expander: &mut Self, meta: Meta| {
            if let Some(MetaValue::Node(place)) = expander.code.tree.meta_get(meta, known::KEEP)
                && let Some((_, kept)) = expander.code.pair_of(place)
                && let Some(kept) = expander.code.int_of(kept)
            {
                let meta = expander.code.meta_delete(meta, known::KEEP);
                let meta = expander.code.meta_delete(meta, known::LINE);
                return expander.code.meta_prepend(meta, known::LINE, MetaValue::Int(kept));
            }
            if line == 0 || expander.code.meta_has(meta, known::LINE) {
                return meta;
            }
            expander.code.meta_prepend(meta, known::LINE, MetaValue::Int(line.into()))
        };
        match self.code.node(id) {
            Node::Var { name, meta, context } => {
                let meta = relined(self, meta);
                self.code.tree.var(name, meta, context)
            }
            Node::Call { name, meta, args } => {
                let args: Vec<NodeId> =
                    self.code.tree.seq(args).to_vec().into_iter().map(|arg| self.linify_kept(line, arg)).collect();
                let meta = relined(self, meta);
                self.code.tree.call(name, meta, &args)
            }
            Node::Apply { callee, meta, args } => {
                let callee = self.linify_kept(line, callee);
                let args: Vec<NodeId> =
                    self.code.tree.seq(args).to_vec().into_iter().map(|arg| self.linify_kept(line, arg)).collect();
                let meta = relined(self, meta);
                self.code.tree.apply(callee, meta, &args)
            }
            Node::Pair(left, right) => {
                let left = self.linify_kept(line, left);
                let right = self.linify_kept(line, right);
                self.code.tree.pair(left, right)
            }
            Node::List(seq) => {
                let elements: Vec<NodeId> = self
                    .code
                    .tree
                    .seq(seq)
                    .to_vec()
                    .into_iter()
                    .map(|element| self.linify_kept(line, element))
                    .collect();
                self.code.tree.list(&elements)
            }
            _ => id,
        }
    }
}

/// Whether nothing in a node can be a variable, a call or a line.
fn is_leaf(node: Node) -> bool {
    matches!(
        node,
        Node::Int(_)
            | Node::BigInt(_)
            | Node::Float(_)
            | Node::Atom(_)
            | Node::Binary(_)
            | Node::Improper(_)
            | Node::Tuple(_)
            | Node::Map(_)
    )
}
