//! Small helpers that read and build nodes and metas.
//!
//! Metas are short lists; those that change are written anew behind the old ones (a tree only grows).

use jovial_atoms::{Atom, known};
use jovial_syntax::quoted::{Meta, MetaValue, Node, NodeId, Tree};

use crate::carried::Code;
use crate::env::{Counter, Kind};

/// Reading and building, on the tree of a [`Code`]. The expander and the macros use it through [`std::ops::Deref`]-less
/// plain functions, so that borrows stay short.
impl Code {
    pub(crate) fn node(&self, id: NodeId) -> Node {
        self.tree.node(id)
    }

    pub(crate) fn atom_of(&self, id: NodeId) -> Option<Atom> {
        match self.node(id) {
            Node::Atom(atom) => Some(atom),
            _ => None,
        }
    }

    pub(crate) fn int_of(&self, id: NodeId) -> Option<i64> {
        match self.node(id) {
            Node::Int(value) => Some(value),
            _ => None,
        }
    }

    pub(crate) fn is_atom(&self, id: NodeId, atom: Atom) -> bool {
        self.atom_of(id) == Some(atom)
    }

    pub(crate) fn text_of(&self, id: NodeId) -> Option<&str> {
        match self.node(id) {
            Node::Binary(bytes) => std::str::from_utf8(self.tree.bytes(bytes)).ok(),
            _ => None,
        }
    }

    /// The elements of a proper list.
    pub(crate) fn list_of(&self, id: NodeId) -> Option<Vec<NodeId>> {
        match self.node(id) {
            Node::List(seq) => Some(self.tree.seq(seq).to_vec()),
            _ => None,
        }
    }

    pub(crate) fn pair_of(&self, id: NodeId) -> Option<(NodeId, NodeId)> {
        match self.node(id) {
            Node::Pair(left, right) => Some((left, right)),
            _ => None,
        }
    }

    /// Arguments of a call with that name.
    pub(crate) fn call_of(&self, id: NodeId, wanted: Atom) -> Option<(Meta, Vec<NodeId>)> {
        match self.node(id) {
            Node::Call { name, meta, args } if name == wanted => Some((meta, self.tree.seq(args).to_vec())),
            _ => None,
        }
    }

    /// As [`Code::call_of`], with a number of arguments.
    pub(crate) fn call2(&self, id: NodeId, wanted: Atom) -> Option<(Meta, NodeId, NodeId)> {
        match self.node(id) {
            Node::Call { name, meta, args } if name == wanted && args.len() == 2 => {
                let args = self.tree.seq(args);
                Some((meta, args[0], args[1]))
            }
            _ => None,
        }
    }

    pub(crate) fn call1(&self, id: NodeId, wanted: Atom) -> Option<(Meta, NodeId)> {
        match self.node(id) {
            Node::Call { name, meta, args } if name == wanted && args.len() == 1 => {
                Some((meta, self.tree.seq(args)[0]))
            }
            _ => None,
        }
    }

    pub(crate) fn var_of(&self, id: NodeId) -> Option<(Atom, Meta, Atom)> {
        match self.node(id) {
            Node::Var { name, meta, context } => Some((name, meta, context)),
            _ => None,
        }
    }

    /// `{{:., dot_meta, [left, right]}, meta, args}`
    pub(crate) fn remote_of(&self, id: NodeId) -> Option<Remote> {
        let Node::Apply { callee, meta, args } = self.node(id) else { return None };
        let (dot_meta, left, right) = self.call2(callee, known::OP_DOT)?;
        let name = self.atom_of(right)?;
        Some(Remote { dot_meta, left, name, meta, args: self.tree.seq(args).to_vec() })
    }

    /// Whether it is a module as it is written: an alias, an atom, `__MODULE__`.
    pub(crate) fn names_module(&self, id: NodeId) -> bool {
        match self.node(id) {
            Node::Atom(_) | Node::Call { name: known::DUNDER_ALIASES, .. } => true,
            Node::Var { name, .. } => name == known::DUNDER_MODULE,
            _ => false,
        }
    }

    /// A remote call of a given function.
    pub(crate) fn remote_call(&self, id: NodeId, module: Atom, name: Atom) -> Option<(Meta, Vec<NodeId>)> {
        let remote = self.remote_of(id)?;
        (remote.name == name && self.is_atom(remote.left, module)).then_some((remote.meta, remote.args))
    }

    /// The value of a key in a keyword list.
    pub(crate) fn keyword_get(&self, list: NodeId, key: Atom) -> Option<NodeId> {
        let Node::List(seq) = self.node(list) else { return None };
        self.tree.seq(seq).iter().find_map(|&entry| match self.pair_of(entry) {
            Some((name, value)) if self.is_atom(name, key) => Some(value),
            _ => None,
        })
    }

    /// The pairs of a list of pairs with atoms as keys; `None` for any other list.
    pub(crate) fn keyword_of(&self, list: NodeId) -> Option<Vec<(Atom, NodeId)>> {
        self.list_of(list)?
            .into_iter()
            .map(|entry| self.pair_of(entry).and_then(|(key, value)| Some((self.atom_of(key)?, value))))
            .collect()
    }

    pub(crate) fn keyword(&mut self, entries: &[(Atom, NodeId)]) -> NodeId {
        let pairs: Vec<NodeId> = entries
            .iter()
            .map(|&(key, value)| {
                let key = self.tree.atom(key);
                self.tree.pair(key, value)
            })
            .collect();
        self.tree.list(&pairs)
    }

    /// `[{key, value}]` elements of a list without those of one key.
    pub(crate) fn keyword_delete(&self, entries: &[NodeId], key: Atom) -> Vec<NodeId> {
        entries
            .iter()
            .copied()
            .filter(|&entry| !self.pair_of(entry).is_some_and(|(name, _)| self.is_atom(name, key)))
            .collect()
    }

    pub(crate) fn line(&self, meta: Meta) -> u32 {
        self.tree.meta_int(meta, known::LINE).and_then(|line| u32::try_from(line).ok()).unwrap_or(0)
    }

    pub(crate) fn meta_has(&self, meta: Meta, key: Atom) -> bool {
        self.tree.meta_get(meta, key).is_some()
    }

    pub(crate) fn meta_true(&self, meta: Meta, key: Atom) -> bool {
        matches!(self.tree.meta_get(meta, key), Some(MetaValue::Atom(known::TRUE)))
    }

    pub(crate) fn meta_atom(&self, meta: Meta, key: Atom) -> Option<Atom> {
        match self.tree.meta_get(meta, key) {
            Some(MetaValue::Atom(atom)) => Some(atom),
            Some(MetaValue::Node(id)) => self.atom_of(id),
            _ => None,
        }
    }

    pub(crate) fn meta_prepend(&mut self, meta: Meta, key: Atom, value: MetaValue) -> Meta {
        let mut entries = Vec::with_capacity(4);
        entries.push((key, value));
        entries.extend_from_slice(self.tree.meta(meta));
        self.tree.add_meta(&entries)
    }

    /// Replaces the entry or adds it at the end.
    pub(crate) fn meta_store(&mut self, meta: Meta, key: Atom, value: MetaValue) -> Meta {
        let mut entries = self.tree.meta(meta).to_vec();
        match entries.iter_mut().find(|entry| entry.0 == key) {
            Some(entry) => entry.1 = value,
            None => entries.push((key, value)),
        }
        self.tree.add_meta(&entries)
    }

    pub(crate) fn meta_delete(&mut self, meta: Meta, key: Atom) -> Meta {
        if !self.meta_has(meta, key) {
            return meta;
        }
        let mut entries = self.tree.meta(meta).to_vec();
        if let Some(at) = entries.iter().position(|entry| entry.0 == key) {
            entries.remove(at);
        }
        self.tree.add_meta(&entries)
    }

    /// The counter in a meta.
    pub(crate) fn counter(&self, meta: Meta) -> Option<Counter> {
        match self.tree.meta_get(meta, known::COUNTER)? {
            MetaValue::Int(number) => Some(Counter::new(known::NIL, number)),
            MetaValue::Node(id) => self.counter_node(id),
            MetaValue::Atom(_) => None,
        }
    }

    fn counter_node(&self, id: NodeId) -> Option<Counter> {
        if let Some(number) = self.int_of(id) {
            return Some(Counter::new(known::NIL, number));
        }
        let (module, number) = self.pair_of(id)?;
        Some(Counter::new(self.atom_of(module)?, self.int_of(number)?))
    }

    pub(crate) fn counter_value(&mut self, counter: Counter) -> MetaValue {
        if counter.module() == known::NIL {
            return MetaValue::Int(counter.number);
        }
        let module = self.tree.atom(counter.module());
        let number = self.tree.int(counter.number);
        MetaValue::Node(self.tree.pair(module, number))
    }

    /// What a variable's name is joined with to make its identity.
    pub(crate) fn var_kind(&self, meta: Meta, context: Atom) -> Kind {
        match self.counter(meta) {
            Some(counter) => Kind::Counter(counter),
            None => Kind::context(context),
        }
    }

    /// A meta as the quoted keyword list that it is.
    pub(crate) fn meta_node(&mut self, meta: Meta) -> NodeId {
        let entries = self.tree.meta(meta).to_vec();
        let pairs: Vec<(Atom, NodeId)> = entries
            .into_iter()
            .map(|(key, value)| {
                let value = match value {
                    MetaValue::Int(value) => self.tree.int(value),
                    MetaValue::Atom(atom) => self.tree.atom(atom),
                    MetaValue::Node(id) => id,
                };
                (key, value)
            })
            .collect();
        self.keyword(&pairs)
    }

    /// `{:{}, [], [a, b, c]}`
    pub(crate) fn braces(&mut self, elements: &[NodeId]) -> NodeId {
        self.tree.call(known::OP_BRACES, Meta::EMPTY, elements)
    }

    /// `module.name(args)` with an atom for the module.
    pub fn remote(&mut self, module: Atom, name: Atom, meta: Meta, args: &[NodeId]) -> NodeId {
        let module = self.tree.atom(module);
        self.tree.remote(module, name, meta, args)
    }

    pub(crate) fn nil(&mut self) -> NodeId {
        self.tree.atom(known::NIL)
    }

    /// Structural equality, metas included.
    pub(crate) fn equal(&self, a: NodeId, b: NodeId) -> bool {
        equal(&self.tree, a, b)
    }
}

/// A remote call, taken apart.
pub(crate) struct Remote {
    pub(crate) dot_meta: Meta,
    pub(crate) left: NodeId,
    pub(crate) name: Atom,
    pub(crate) meta: Meta,
    pub(crate) args: Vec<NodeId>,
}

fn equal(tree: &Tree, a: NodeId, b: NodeId) -> bool {
    let mut pending = vec![(a, b)];
    while let Some((a, b)) = pending.pop() {
        if a == b {
            continue;
        }
        let same = match (tree.node(a), tree.node(b)) {
            (Node::Int(a), Node::Int(b)) => a == b,
            (Node::BigInt(a), Node::BigInt(b)) | (Node::Binary(a), Node::Binary(b)) => tree.bytes(a) == tree.bytes(b),
            (Node::Float(a), Node::Float(b)) => a.to_bits() == b.to_bits(),
            (Node::Atom(a), Node::Atom(b)) => a == b,
            (Node::Opaque(a), Node::Opaque(b)) => a == b,
            (Node::Pair(a, b), Node::Pair(c, d)) => {
                pending.extend([(a, c), (b, d)]);
                true
            }
            (Node::List(a), Node::List(b))
            | (Node::Improper(a), Node::Improper(b))
            | (Node::Tuple(a), Node::Tuple(b))
            | (Node::Map(a), Node::Map(b)) => {
                pending.extend(tree.seq(a).iter().copied().zip(tree.seq(b).iter().copied()));
                a.len() == b.len()
            }
            (Node::Var { name, meta, context }, Node::Var { name: name2, meta: meta2, context: context2 }) => {
                name == name2 && context == context2 && equal_metas(tree, meta, meta2, &mut pending)
            }
            (Node::Call { name, meta, args }, Node::Call { name: name2, meta: meta2, args: args2 }) => {
                pending.extend(tree.seq(args).iter().copied().zip(tree.seq(args2).iter().copied()));
                name == name2 && args.len() == args2.len() && equal_metas(tree, meta, meta2, &mut pending)
            }
            (Node::Apply { callee, meta, args }, Node::Apply { callee: callee2, meta: meta2, args: args2 }) => {
                pending.push((callee, callee2));
                pending.extend(tree.seq(args).iter().copied().zip(tree.seq(args2).iter().copied()));
                args.len() == args2.len() && equal_metas(tree, meta, meta2, &mut pending)
            }
            _ => false,
        };
        if !same {
            return false;
        }
    }
    true
}

fn equal_metas(tree: &Tree, a: Meta, b: Meta, pending: &mut Vec<(NodeId, NodeId)>) -> bool {
    let (a, b) = (tree.meta(a), tree.meta(b));
    a.len() == b.len()
        && a.iter().zip(b).all(|(a, b)| {
            a.0 == b.0
                && match (a.1, b.1) {
                    (MetaValue::Int(a), MetaValue::Int(b)) => a == b,
                    (MetaValue::Atom(a), MetaValue::Atom(b)) => a == b,
                    (MetaValue::Node(a), MetaValue::Node(b)) => {
                        pending.push((a, b));
                        true
                    }
                    _ => false,
                }
        })
}
