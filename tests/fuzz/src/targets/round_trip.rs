//! A tree, printed as data and read again, is the same tree.
//!
//! **How.** The printed tree is a literal of tuples, lists, names and numbers. Parsed, it is a tree of that literal, and both trees
//! are walked side by side.

use jovial_atoms::{Atom, known};
use jovial_syntax::quoted::{Meta, MetaValue, Node, NodeId, Seq, Tree};
use jovial_syntax::{Options, parse};

/// A part of the first tree that some node of the second stands for.
#[derive(Clone, Copy, Debug)]
enum Part {
    Node(NodeId),
    Atom(Atom),
    Int(i64),
    Meta(Meta),
    List(Seq),
}

/// # Panics
/// If the text is not what the tree prints as.
pub(super) fn check(tree: &Tree, root: NodeId, printed: &str) {
    let parsed = parse(printed, &mut Options { emit_warnings: false, ..Options::default() });
    assert!(parsed.ok(), "the printed tree is no code: {:?}\n{printed}", parsed.error());
    let mut walk = Walk { tree, data: &parsed.tree, open: vec![(Part::Node(root), parsed.root)] };
    while let Some((part, data)) = walk.open.pop() {
        assert!(walk.same(part, data), "{part:?} is printed as {:?}\n{printed}", walk.data.node(data));
    }
}

struct Walk<'t> {
    tree: &'t Tree,
    data: &'t Tree,
    open: Vec<(Part, NodeId)>,
}

impl Walk<'_> {
    fn same(&mut self, part: Part, data: NodeId) -> bool {
        match part {
            Part::Node(node) => self.same_node(node, data),
            Part::Atom(atom) => self.atom(data) == Some(atom),
            Part::Int(value) => self.int(data) == Some(value),
            Part::Meta(meta) => self.same_meta(meta, data),
            Part::List(seq) => self.same_list(seq, data),
        }
    }

    fn same_node(&mut self, node: NodeId, data: NodeId) -> bool {
        match (self.tree.node(node), self.data.node(data)) {
            (Node::Int(value), _) => self.int(data) == Some(value),
            (Node::BigInt(digits), Node::BigInt(printed)) => self.tree.bytes(digits) == self.data.bytes(printed),
            (Node::Float(value), Node::Float(printed)) => value.to_bits() == printed.to_bits(),
            (Node::Atom(atom), _) => self.atom(data) == Some(atom),
            (Node::Binary(bytes), _) => self.binary(data).as_deref() == Some(self.tree.bytes(bytes)),
            (Node::List(seq), _) => self.same_list(seq, data),
            (Node::Pair(left, right), Node::Pair(first, second)) => {
                self.open.extend([(Part::Node(left), first), (Part::Node(right), second)]);
                true
            }
            (Node::Var { name, meta, context }, _) => {
                self.same_triple(Part::Atom(name), meta, Part::Atom(context), data)
            }
            (Node::Call { name, meta, args }, _) => self.same_triple(Part::Atom(name), meta, Part::List(args), data),
            (Node::Apply { callee, meta, args }, _) => {
                self.same_triple(Part::Node(callee), meta, Part::List(args), data)
            }
            _ => false,
        }
    }

    fn same_triple(&mut self, first: Part, meta: Meta, last: Part, data: NodeId) -> bool {
        match self.call(data, known::OP_BRACES) {
            Some(&[one, two, three]) => {
                self.open.extend([(first, one), (Part::Meta(meta), two), (last, three)]);
                true
            }
            _ => false,
        }
    }

    fn same_meta(&mut self, meta: Meta, data: NodeId) -> bool {
        let Node::List(seq) = self.data.node(data) else { return false };
        let (entries, pairs) = (self.tree.meta(meta), self.data.seq(seq));
        for ((key, value), pair) in entries.iter().zip(pairs) {
            let Node::Pair(left, right) = self.data.node(*pair) else { return false };
            let value = match *value {
                MetaValue::Int(value) => Part::Int(value),
                MetaValue::Atom(atom) => Part::Atom(atom),
                MetaValue::Node(node) => Part::Node(node),
            };
            self.open.extend([(Part::Atom(*key), left), (value, right)]);
        }
        entries.len() == pairs.len()
    }

    fn same_list(&mut self, seq: Seq, data: NodeId) -> bool {
        let elements = self.tree.seq(seq);
        if let Some(text) = self.charlist(data) {
            let codes = elements.iter().map(|element| match self.tree.node(*element) {
                Node::Int(code) => u8::try_from(code).ok(),
                _ => None,
            });
            return codes.eq(text.iter().map(|code| Some(*code)));
        }
        let Node::List(printed) = self.data.node(data) else { return false };
        let printed = self.data.seq(printed);
        self.open.extend(elements.iter().map(|element| Part::Node(*element)).zip(printed.iter().copied()));
        elements.len() == printed.len()
    }

    fn call(&self, data: NodeId, wanted: Atom) -> Option<&[NodeId]> {
        match self.data.node(data) {
            Node::Call { name, args, .. } if name == wanted => Some(self.data.seq(args)),
            _ => None,
        }
    }

    fn int(&self, data: NodeId) -> Option<i64> {
        match self.data.node(data) {
            Node::Int(value) => Some(value),
            _ => None,
        }
    }

    fn atom(&self, data: NodeId) -> Option<Atom> {
        if let Node::Atom(atom) = self.data.node(data) {
            return Some(atom);
        }
        let mut name = String::from("Elixir");
        for (position, segment) in self.call(data, known::DUNDER_ALIASES)?.iter().enumerate() {
            let segment = self.atom(*segment)?;
            if position > 0 || segment.as_str() != "Elixir" {
                name.push('.');
                name.push_str(segment.as_str());
            }
        }
        Some(Atom::new(&name))
    }

    fn binary(&self, data: NodeId) -> Option<Vec<u8>> {
        if let Node::Binary(bytes) = self.data.node(data) {
            return Some(self.data.bytes(bytes).to_vec());
        }
        let bytes = self.call(data, known::OP_BITS)?.iter();
        bytes.map(|byte| self.int(*byte).and_then(|byte| u8::try_from(byte).ok())).collect()
    }

    /// The codes of `~c"..."`.
    fn charlist(&self, data: NodeId) -> Option<Vec<u8>> {
        match self.call(data, Atom::new("sigil_c")) {
            Some(&[text, _]) => match *self.call(text, known::OP_BITS)? {
                [text] => jovial_syntax::unescape(&self.binary(text)?, &mut Vec::new()).ok(),
                _ => None,
            },
            _ => None,
        }
    }
}
