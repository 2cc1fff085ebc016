//! Quoted code as a plain tree in an arena: what the parser makes, the expander rewrites and macros exchange.
//!
//! A [`Tree`] owns the nodes; a [`NodeId`] is an index into it. The shapes mirror Elixir's three-tuples one to
//! one, so that turning a node into a term and back loses nothing:
//!
//! | Elixir | node |
//! | --- | --- |
//! | `{:name, meta, args}` with a list of arguments | [`Node::Call`] |
//! | `{:name, meta, context}` with an atom | [`Node::Var`] |
//! | `{callee, meta, args}` with any other callee | [`Node::Apply`] |
//! | `{a, b}` | [`Node::Pair`] |
//! | any other tuple (only macros make them) | [`Node::Tuple`] |
//! | `[a, b]`, `[a \| b]` as data | [`Node::List`], [`Node::Improper`] |
//! | numbers, atoms, binaries, maps as data | the node of that name |
//! | a value that code can't spell (pid, reference, fun) | [`Node::Opaque`] |
//!
//! **Invariants.**
//! 1. Nodes are never changed once made; rewriting makes new nodes. So subtrees may be shared.
//! 2. Children have smaller ids than their parents, so no cycles exist and a bottom-up pass is a loop.
//! 3. Entries of a meta keep their order, since it shows when code is inspected.
//!
//! **What it must not know.** Terms, environments, files.

use jovial_atoms::Atom;

/// Index of a node in its [`Tree`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct NodeId(u32);

impl NodeId {
    /// For tables with a place for each node.
    pub const fn index(self) -> usize {
        self.0 as usize
    }

    /// The id that many places before this one, and the first of all where there are not as many.
    pub fn below(self, places: usize) -> NodeId {
        NodeId(self.0.saturating_sub(u32::try_from(places).unwrap_or(u32::MAX)))
    }
}

/// A run of node ids in a [`Tree`]: arguments, list elements.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Seq {
    start: u32,
    len: u32,
}

impl Seq {
    pub const EMPTY: Seq = Seq { start: 0, len: 0 };
    pub const fn len(self) -> usize {
        self.len as usize
    }
    pub const fn is_empty(self) -> bool {
        self.len == 0
    }
}

/// A meta keyword list in a [`Tree`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Meta {
    start: u32,
    len: u32,
}

impl Meta {
    pub const EMPTY: Meta = Meta { start: 0, len: 0 };
    pub const fn is_empty(self) -> bool {
        self.len == 0
    }
}

/// Text, bytes or big digits in a [`Tree`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Bytes {
    start: u32,
    len: u32,
}

/// A host value that the tree only carries; the host keeps what it stands for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Handle(pub u32);

#[derive(Clone, Copy, Debug)]
pub enum Node {
    /// An integer that fits 64 bits.
    Int(i64),
    /// A larger one: decimal digits with an optional minus sign.
    BigInt(Bytes),
    Float(f64),
    Atom(Atom),
    Binary(Bytes),
    List(Seq),
    /// The last element is the tail.
    Improper(Seq),
    Pair(NodeId, NodeId),
    Tuple(Seq),
    /// Keys and values by turns.
    Map(Seq),
    Var {
        name: Atom,
        meta: Meta,
        context: Atom,
    },
    Call {
        name: Atom,
        meta: Meta,
        args: Seq,
    },
    Apply {
        callee: NodeId,
        meta: Meta,
        args: Seq,
    },
    Opaque(Handle),
}

/// The value of a meta entry.
#[derive(Clone, Copy, Debug)]
pub enum MetaValue {
    Int(i64),
    Atom(Atom),
    /// Anything else, as a node: nested keyword lists such as `do: [line: 1]`, pairs, counters of macros.
    Node(NodeId),
}

#[derive(Clone, Debug, Default)]
pub struct Tree {
    nodes: Vec<Node>,
    children: Vec<NodeId>,
    metas: Vec<(Atom, MetaValue)>,
    bytes: Vec<u8>,
}

fn index(len: usize) -> u32 {
    u32::try_from(len).expect("a tree is bounded by the size of its source, far below 4 G nodes")
}

impl Tree {
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty tree with room for the nodes of a text of that many tokens.
    pub fn with_capacity(tokens: usize) -> Self {
        Tree {
            nodes: Vec::with_capacity(tokens),
            children: Vec::with_capacity(tokens),
            metas: Vec::with_capacity(tokens),
            bytes: Vec::new(),
        }
    }

    /// Nodes so far; ids below it are valid.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    pub fn node(&self, id: NodeId) -> Node {
        self.nodes[id.0 as usize]
    }

    pub fn seq(&self, seq: Seq) -> &[NodeId] {
        &self.children[seq.start as usize..(seq.start + seq.len) as usize]
    }

    pub fn meta(&self, meta: Meta) -> &[(Atom, MetaValue)] {
        &self.metas[meta.start as usize..(meta.start + meta.len) as usize]
    }

    /// The first entry of that name.
    pub fn meta_get(&self, meta: Meta, key: Atom) -> Option<MetaValue> {
        self.meta(meta).iter().find(|(name, _)| *name == key).map(|(_, value)| *value)
    }

    /// The first entry of that name, if it is an integer (line, column, counters).
    pub fn meta_int(&self, meta: Meta, key: Atom) -> Option<i64> {
        match self.meta_get(meta, key) {
            Some(MetaValue::Int(value)) => Some(value),
            Some(MetaValue::Atom(_) | MetaValue::Node(_)) | None => None,
        }
    }

    pub fn bytes(&self, bytes: Bytes) -> &[u8] {
        &self.bytes[bytes.start as usize..(bytes.start + bytes.len) as usize]
    }

    pub fn add(&mut self, node: Node) -> NodeId {
        let id = NodeId(index(self.nodes.len()));
        self.nodes.push(node);
        id
    }

    pub fn add_seq(&mut self, ids: &[NodeId]) -> Seq {
        let start = index(self.children.len());
        self.children.extend_from_slice(ids);
        Seq { start, len: index(ids.len()) }
    }

    /// The same from an iterator, so that callers which compute the ids need no list of their own.
    pub fn add_seq_from(&mut self, ids: impl Iterator<Item = NodeId>) -> Seq {
        let start = self.children.len();
        self.children.extend(ids);
        Seq { start: index(start), len: index(self.children.len() - start) }
    }

    /// The same from an iterator.
    pub fn add_meta_from(&mut self, entries: impl Iterator<Item = (Atom, MetaValue)>) -> Meta {
        let start = self.metas.len();
        self.metas.extend(entries);
        Meta { start: index(start), len: index(self.metas.len() - start) }
    }

    pub fn add_meta(&mut self, entries: &[(Atom, MetaValue)]) -> Meta {
        let start = index(self.metas.len());
        self.metas.extend_from_slice(entries);
        Meta { start, len: index(entries.len()) }
    }

    pub fn add_bytes(&mut self, bytes: &[u8]) -> Bytes {
        let start = index(self.bytes.len());
        self.bytes.extend_from_slice(bytes);
        Bytes { start, len: index(bytes.len()) }
    }

    pub fn atom(&mut self, atom: Atom) -> NodeId {
        self.add(Node::Atom(atom))
    }

    pub fn int(&mut self, value: i64) -> NodeId {
        self.add(Node::Int(value))
    }

    pub fn binary(&mut self, bytes: &[u8]) -> NodeId {
        let bytes = self.add_bytes(bytes);
        self.add(Node::Binary(bytes))
    }

    pub fn list(&mut self, ids: &[NodeId]) -> NodeId {
        let seq = self.add_seq(ids);
        self.add(Node::List(seq))
    }

    pub fn pair(&mut self, left: NodeId, right: NodeId) -> NodeId {
        self.add(Node::Pair(left, right))
    }

    pub fn var(&mut self, name: Atom, meta: Meta, context: Atom) -> NodeId {
        self.add(Node::Var { name, meta, context })
    }

    pub fn call(&mut self, name: Atom, meta: Meta, args: &[NodeId]) -> NodeId {
        let args = self.add_seq(args);
        self.add(Node::Call { name, meta, args })
    }

    pub fn apply(&mut self, callee: NodeId, meta: Meta, args: &[NodeId]) -> NodeId {
        let args = self.add_seq(args);
        self.add(Node::Apply { callee, meta, args })
    }

    /// `{{:., meta, [module, name]}, meta, args}`, a remote call.
    pub fn remote(&mut self, module: NodeId, name: Atom, meta: Meta, args: &[NodeId]) -> NodeId {
        let name = self.atom(name);
        let dot = self.call(jovial_atoms::known::OP_DOT, meta, &[module, name]);
        self.apply(dot, meta, args)
    }
}
