//! The nodes below a root: which they are, and where each stands among them.
//!
//! **What it is for.** What is carried is a part of a tree: the nodes that a root leads to. [`Reach`] marks them, one bit for each
//! id, counted from the root downwards, since children have smaller ids than their parents and most stand close to
//! them. A node's place among the marked ones is then a count of bits: neither a table of hashes nor sorting is needed.
//!
//! **Invariants.**
//! 1. Ids come children first, the root last.
//! 2. `place(ids()[n]) == n`.
//!
//! **What it must not know.** What is done with the nodes.

use jovial_syntax::quoted::{Meta, MetaValue, Node, NodeId, Seq, Tree};

use super::{Code, Quoted};

pub(super) struct Reach {
    root: NodeId,
    /// Bit `n` stands for the id `n` below the root's.
    bits: Vec<u64>,
    /// How many marked ids are smaller than all those of a word.
    below: Vec<usize>,
    len: usize,
}

impl Reach {
    pub(super) fn of(tree: &Tree, root: NodeId) -> Reach {
        let mut reach = Reach { root, bits: Vec::new(), below: Vec::new(), len: 0 };
        let mut pending = vec![root];
        while let Some(id) = pending.pop() {
            if !reach.mark(id) {
                continue;
            }
            let mut meta_nodes = |meta: Meta| {
                pending.extend(tree.meta(meta).iter().filter_map(|entry| match entry.1 {
                    MetaValue::Node(id) => Some(id),
                    MetaValue::Int(_) | MetaValue::Atom(_) => None,
                }));
            };
            match tree.node(id) {
                Node::Var { meta, .. } => meta_nodes(meta),
                Node::Call { meta, args, .. } => {
                    meta_nodes(meta);
                    pending.extend_from_slice(tree.seq(args));
                }
                Node::Apply { callee, meta, args } => {
                    meta_nodes(meta);
                    pending.push(callee);
                    pending.extend_from_slice(tree.seq(args));
                }
                Node::List(seq) | Node::Improper(seq) | Node::Tuple(seq) | Node::Map(seq) => {
                    pending.extend_from_slice(tree.seq(seq));
                }
                Node::Pair(left, right) => pending.extend([left, right]),
                Node::Int(_) | Node::BigInt(_) | Node::Float(_) | Node::Atom(_) | Node::Binary(_) | Node::Opaque(_) => {
                }
            }
        }
        reach.below = vec![0; reach.bits.len()];
        for word in (0..reach.bits.len()).rev() {
            reach.below[word] = reach.len;
            reach.len += reach.bits[word].count_ones() as usize;
        }
        reach
    }

    /// Whether it was not marked before.
    fn mark(&mut self, id: NodeId) -> bool {
        let distance = self.root.index() - id.index();
        let (word, bit) = (distance / 64, 1 << (distance % 64));
        if word >= self.bits.len() {
            self.bits.resize(word + 1, 0);
        }
        let new = self.bits[word] & bit == 0;
        self.bits[word] |= bit;
        new
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Where a marked node stands.
    pub(super) fn place(&self, id: NodeId) -> usize {
        let distance = self.root.index() - id.index();
        let (word, bit) = (distance / 64, distance % 64);
        // In two steps, since a shift by 64 is none.
        self.below[word] + ((self.bits[word] >> bit) >> 1).count_ones() as usize
    }

    pub(super) fn ids(&self) -> impl Iterator<Item = NodeId> + '_ {
        let root = self.root;
        self.bits.iter().enumerate().rev().flat_map(move |(at, &word)| {
            let mut left = word;
            std::iter::from_fn(move || {
                let bit = 63_u32.checked_sub(left.leading_zeros())?;
                left &= !(1 << bit);
                Some(root.below(at * 64 + bit as usize))
            })
        })
    }
}

/// A copy of a node and what is below it in a tree of its own.
pub(super) fn extract(code: &Code, root: NodeId) -> Quoted {
    let reach = Reach::of(&code.tree, root);
    let mut copy = Copy { from: code, to: Code::from(Tree::with_capacity(reach.len())), copied: Vec::new(), reach };
    copy.copied.reserve(copy.reach.len());
    let ids: Vec<NodeId> = copy.reach.ids().collect();
    for id in ids {
        let node = copy.node(code.tree.node(id));
        let id = copy.to.tree.add(node);
        copy.copied.push(id);
    }
    let root = copy.copied(root);
    Quoted { code: copy.to, root }
}

struct Copy<'a> {
    from: &'a Code,
    to: Code,
    /// The new ids, by place.
    copied: Vec<NodeId>,
    reach: Reach,
}

impl Copy<'_> {
    fn copied(&self, id: NodeId) -> NodeId {
        self.copied[self.reach.place(id)]
    }

    fn seq(&mut self, seq: Seq) -> Seq {
        let (copied, reach) = (&self.copied, &self.reach);
        self.to.tree.add_seq_from(self.from.tree.seq(seq).iter().map(|id| copied[reach.place(*id)]))
    }

    fn meta(&mut self, meta: Meta) -> Meta {
        let (copied, reach) = (&self.copied, &self.reach);
        self.to.tree.add_meta_from(self.from.tree.meta(meta).iter().map(|&(key, value)| match value {
            MetaValue::Node(id) => (key, MetaValue::Node(copied[reach.place(id)])),
            MetaValue::Int(_) | MetaValue::Atom(_) => (key, value),
        }))
    }

    fn node(&mut self, node: Node) -> Node {
        let from = &self.from.tree;
        match node {
            Node::Int(_) | Node::Float(_) | Node::Atom(_) => node,
            Node::BigInt(bytes) => Node::BigInt(self.to.tree.add_bytes(from.bytes(bytes))),
            Node::Binary(bytes) => Node::Binary(self.to.tree.add_bytes(from.bytes(bytes))),
            Node::List(elements) => Node::List(self.seq(elements)),
            Node::Improper(elements) => Node::Improper(self.seq(elements)),
            Node::Tuple(elements) => Node::Tuple(self.seq(elements)),
            Node::Map(entries) => Node::Map(self.seq(entries)),
            Node::Pair(left, right) => Node::Pair(self.copied(left), self.copied(right)),
            Node::Var { name, meta, context } => Node::Var { name, meta: self.meta(meta), context },
            Node::Call { name, meta, args } => Node::Call { name, meta: self.meta(meta), args: self.seq(args) },
            Node::Apply { callee, meta, args } => {
                Node::Apply { callee: self.copied(callee), meta: self.meta(meta), args: self.seq(args) }
            }
            Node::Opaque(handle) => match self.from.carried.get(handle) {
                Some(item) => Node::Opaque(self.to.carried.add(item.clone())),
                None => node,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_what_is_reached_and_nothing_else() {
        let mut tree = Tree::new();
        let ids: Vec<NodeId> = (0..300).map(|number| tree.int(number)).collect();
        // Every third one, far from the root and close to it, and one of them twice.
        let kept: Vec<NodeId> = ids.iter().copied().step_by(3).collect();
        let mut listed = kept.clone();
        listed.push(kept[7]);
        let root = tree.list(&listed);
        let reach = Reach::of(&tree, root);
        let mut wanted = kept;
        wanted.push(root);
        assert_eq!(reach.ids().collect::<Vec<_>>(), wanted);
        assert_eq!(reach.len(), wanted.len());
        for (place, id) in wanted.iter().enumerate() {
            assert_eq!(reach.place(*id), place);
        }
    }
}
