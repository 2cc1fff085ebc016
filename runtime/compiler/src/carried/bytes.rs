//! Carried items as bytes and back.
//!
//! Layout: a table of atom texts, then the item. Imported names stand as blocks with their own texts, which are the same in each
//! env that has the import, so that neither side does the work twice. Numbers are LEB128 (signed ones zigzag). A tree is a list of its
//! reachable nodes, children first, each naming others by their place in the list; so neither side recurses over it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use jovial_atoms::Atom;
use jovial_syntax::quoted::{Meta, MetaValue, Node, NodeId, Seq, Tree};
use rustc_hash::FxHashMap;

use super::reach::Reach;
use super::{Code, Item, Quoted};
use crate::env::{Context, Counter, Env, Kind, Names, Scope, TrackerId, Var, Vars};

/// The bytes are not what [`encode`] writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecodeError;

/// Lists of imported names that are remembered between two readings.
const NAMES_KEPT: usize = 64;

type Decoded<T> = Result<T, DecodeError>;

#[derive(Default)]
struct Writer {
    out: Vec<u8>,
    atoms: Vec<Atom>,
    atom_places: FxHashMap<Atom, u64>,
}

impl Writer {
    fn number(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.out.push((value & 0x7f) as u8 | 0x80);
            value >>= 7;
        }
        self.out.push((value & 0x7f) as u8);
    }

    fn length(&mut self, value: usize) {
        self.number(value as u64);
    }

    fn signed(&mut self, value: i64) {
        self.number(((value << 1) ^ (value >> 63)).cast_unsigned());
    }

    fn text(&mut self, bytes: &[u8]) {
        self.length(bytes.len());
        self.out.extend_from_slice(bytes);
    }

    fn atom(&mut self, atom: Atom) {
        let next = self.atoms.len() as u64;
        let place = *self.atom_places.entry(atom).or_insert_with(|| {
            self.atoms.push(atom);
            next
        });
        self.number(place);
    }

    fn atoms(&mut self, list: &[Atom]) {
        self.length(list.len());
        for &atom in list {
            self.atom(atom);
        }
    }

    fn counter(&mut self, counter: Counter) {
        self.atom(counter.module());
        self.signed(counter.number);
    }

    fn kind(&mut self, kind: Kind) {
        match kind {
            Kind::Context(atom) => {
                self.out.push(0);
                self.atom(atom.atom());
            }
            Kind::Counter(counter) => {
                self.out.push(1);
                self.counter(counter);
            }
        }
    }

    fn imports(&mut self, imports: &[(Atom, Arc<Names>)]) {
        self.length(imports.len());
        for (module, names) in imports {
            self.atom(*module);
            let written = names.written.get_or_init(|| {
                let mut writer = Writer::default();
                writer.length(names.as_slice().len());
                for (name, arity) in names.as_slice() {
                    writer.text(name.as_str().as_bytes());
                    writer.out.push(*arity);
                }
                writer.out.into()
            });
            self.text(written);
        }
    }

    fn env(&mut self, env: &Env) {
        self.atom(env.module);
        match env.function {
            Some((name, arity)) => {
                self.out.push(1);
                self.atom(name);
                self.out.push(arity);
            }
            None => self.out.push(0),
        }
        self.text(env.file.as_bytes());
        self.number(env.line.into());
        self.out.push(env.context as u8);
        self.number(env.lexical_tracker.map_or(0, |id| id.0));
        self.atoms(&env.scope.context_modules);
        self.length(env.scope.aliases.len());
        for (alias, module) in &env.scope.aliases {
            self.atom(*alias);
            self.atom(*module);
        }
        self.length(env.scope.macro_aliases.len());
        for (alias, (counter, module)) in &env.scope.macro_aliases {
            self.atom(*alias);
            self.counter(*counter);
            self.atom(*module);
        }
        self.atoms(&env.scope.requires);
        self.imports(&env.scope.functions);
        self.imports(&env.scope.macros);
        self.atoms(&env.scope.tracers);
        self.number(env.next_version.into());
        self.length(env.versioned_vars.len());
        for (var, version) in env.versioned_vars.iter() {
            self.atom(var.name());
            self.kind(var.kind);
            self.number(version.into());
        }
    }

    fn quoted(&mut self, code: &Code, root: NodeId) {
        let places = Reach::of(&code.tree, root);
        self.length(places.len());
        for id in places.ids() {
            self.node(code, &places, code.tree.node(id));
        }
    }

    fn reference(&mut self, places: &Reach, id: NodeId) {
        self.length(places.place(id));
    }

    fn seq(&mut self, tree: &Tree, places: &Reach, seq: Seq) {
        self.length(seq.len());
        for &id in tree.seq(seq) {
            self.reference(places, id);
        }
    }

    fn meta(&mut self, tree: &Tree, places: &Reach, meta: Meta) {
        let entries = tree.meta(meta);
        self.length(entries.len());
        for &(key, value) in entries {
            self.atom(key);
            match value {
                MetaValue::Int(value) => {
                    self.out.push(0);
                    self.signed(value);
                }
                MetaValue::Atom(atom) => {
                    self.out.push(1);
                    self.atom(atom);
                }
                MetaValue::Node(id) => {
                    self.out.push(2);
                    self.reference(places, id);
                }
            }
        }
    }

    fn node(&mut self, code: &Code, places: &Reach, node: Node) {
        let tree = &code.tree;
        match node {
            Node::Int(value) => {
                self.out.push(0);
                self.signed(value);
            }
            Node::BigInt(bytes) => {
                self.out.push(1);
                self.text(tree.bytes(bytes));
            }
            Node::Float(value) => {
                self.out.push(2);
                self.out.extend_from_slice(&value.to_bits().to_le_bytes());
            }
            Node::Atom(atom) => {
                self.out.push(3);
                self.atom(atom);
            }
            Node::Binary(bytes) => {
                self.out.push(4);
                self.text(tree.bytes(bytes));
            }
            Node::List(seq) => {
                self.out.push(5);
                self.seq(tree, places, seq);
            }
            Node::Improper(seq) => {
                self.out.push(6);
                self.seq(tree, places, seq);
            }
            Node::Pair(left, right) => {
                self.out.push(7);
                self.reference(places, left);
                self.reference(places, right);
            }
            Node::Tuple(seq) => {
                self.out.push(8);
                self.seq(tree, places, seq);
            }
            Node::Map(seq) => {
                self.out.push(9);
                self.seq(tree, places, seq);
            }
            Node::Var { name, meta, context } => {
                self.out.push(10);
                self.atom(name);
                self.meta(tree, places, meta);
                self.atom(context);
            }
            Node::Call { name, meta, args } => {
                self.out.push(11);
                self.atom(name);
                self.meta(tree, places, meta);
                self.seq(tree, places, args);
            }
            Node::Apply { callee, meta, args } => {
                self.out.push(12);
                self.reference(places, callee);
                self.meta(tree, places, meta);
                self.seq(tree, places, args);
            }
            Node::Opaque(handle) => {
                self.out.push(13);
                match code.carried.get(handle) {
                    Some(item) => self.item(item),
                    None => self.out.push(9),
                }
            }
        }
    }

    fn item(&mut self, item: &Item) {
        match item {
            Item::Env(env) => {
                self.out.push(0);
                self.env(env);
            }
            Item::Quoted(quoted) => {
                self.out.push(1);
                self.quoted(&quoted.code, quoted.root);
            }
            Item::Host(number) => {
                self.out.push(2);
                self.number((*number).into());
            }
        }
    }

    fn finish(self) -> Vec<u8> {
        let mut head = Writer::default();
        head.length(self.atoms.len());
        for atom in &self.atoms {
            head.text(atom.as_str().as_bytes());
        }
        head.out.extend_from_slice(&self.out);
        head.out
    }
}

struct Reader<'b> {
    bytes: &'b [u8],
    atoms: Vec<Atom>,
}

impl<'b> Reader<'b> {
    fn byte(&mut self) -> Decoded<u8> {
        let (&first, rest) = self.bytes.split_first().ok_or(DecodeError)?;
        self.bytes = rest;
        Ok(first)
    }

    fn number(&mut self) -> Decoded<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(DecodeError)
    }

    fn small(&mut self) -> Decoded<u32> {
        u32::try_from(self.number()?).map_err(|_| DecodeError)
    }

    /// A number of things to come, each of at least one byte.
    fn length(&mut self) -> Decoded<usize> {
        let length = usize::try_from(self.number()?).map_err(|_| DecodeError)?;
        if length > self.bytes.len() { Err(DecodeError) } else { Ok(length) }
    }

    fn signed(&mut self) -> Decoded<i64> {
        let value = self.number()?;
        Ok((value >> 1).cast_signed() ^ -(value & 1).cast_signed())
    }

    fn text(&mut self) -> Decoded<&'b [u8]> {
        let length = self.length()?;
        let (text, rest) = self.bytes.split_at(length);
        self.bytes = rest;
        Ok(text)
    }

    fn atom(&mut self) -> Decoded<Atom> {
        let place = self.small()? as usize;
        self.atoms.get(place).copied().ok_or(DecodeError)
    }

    fn list<T>(&mut self, mut one: impl FnMut(&mut Self) -> Decoded<T>) -> Decoded<Vec<T>> {
        let length = self.length()?;
        (0..length).map(|_| one(self)).collect()
    }

    fn counter(&mut self) -> Decoded<Counter> {
        Ok(Counter::new(self.atom()?, self.signed()?))
    }

    fn kind(&mut self) -> Decoded<Kind> {
        match self.byte()? {
            0 => Ok(Kind::context(self.atom()?)),
            1 => Ok(Kind::Counter(self.counter()?)),
            _ => Err(DecodeError),
        }
    }

    fn imports(&mut self) -> Decoded<Vec<(Atom, Arc<Names>)>> {
        self.list(|r| {
            let module = r.atom()?;
            Ok((module, r.names()?))
        })
    }

    /// What a module exports: mostly the same few lists, so those read last are kept.
    fn names(&mut self) -> Decoded<Arc<Names>> {
        static KNOWN: Mutex<VecDeque<(Arc<[u8]>, Arc<Names>)>> = Mutex::new(VecDeque::new());
        let bytes = self.text()?;
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(names) = known.iter().find(|(written, _)| **written == *bytes) {
            return Ok(Arc::clone(&names.1));
        }
        let mut reader = Reader { bytes, atoms: Vec::new() };
        let entries = reader.list(|r| {
            let name = std::str::from_utf8(r.text()?).map_err(|_| DecodeError)?;
            Ok((Atom::of_code(name).map_err(|_| DecodeError)?, r.byte()?))
        })?;
        let names = Arc::new(Names::new(entries));
        let written: Arc<[u8]> = bytes.into();
        // Written as before, even if the bytes came from elsewhere and are not in order.
        let _ = names.written.set(Arc::clone(&written));
        known.push_front((written, Arc::clone(&names)));
        known.truncate(NAMES_KEPT);
        Ok(names)
    }

    fn env(&mut self) -> Decoded<Env> {
        let module = self.atom()?;
        let function = match self.byte()? {
            0 => None,
            _ => Some((self.atom()?, self.byte()?)),
        };
        let file = std::str::from_utf8(self.text()?).map_err(|_| DecodeError)?;
        let line = self.small()?;
        let context = match self.byte()? {
            0 => Context::Normal,
            1 => Context::Match,
            2 => Context::Guard,
            _ => return Err(DecodeError),
        };
        let tracker = self.number()?;
        let scope = Scope {
            context_modules: self.list(Self::atom)?,
            aliases: self.list(|r| Ok((r.atom()?, r.atom()?)))?,
            macro_aliases: self.list(|r| Ok((r.atom()?, (r.counter()?, r.atom()?))))?,
            requires: self.list(Self::atom)?,
            functions: self.imports()?,
            macros: self.imports()?,
            tracers: self.list(Self::atom)?,
        };
        let next_version = self.small()?;
        let vars = self.list(|r| Ok((Var::new(r.atom()?, r.kind()?), r.small()?)))?;
        Ok(Env {
            module,
            function,
            file: Arc::from(file),
            line,
            context,
            scope: Arc::new(scope),
            versioned_vars: Vars::new(vars),
            next_version,
            lexical_tracker: (tracker != 0).then_some(TrackerId(tracker)),
        })
    }

    fn quoted(&mut self) -> Decoded<Quoted> {
        let count = self.length()?;
        let mut code = Code::new();
        let mut ids = Vec::with_capacity(count);
        for _ in 0..count {
            let node = self.node(&mut code, &ids)?;
            ids.push(code.tree.add(node));
        }
        let root = *ids.last().ok_or(DecodeError)?;
        Ok(Quoted { code, root })
    }

    fn reference(&mut self, ids: &[NodeId]) -> Decoded<NodeId> {
        let place = self.small()? as usize;
        ids.get(place).copied().ok_or(DecodeError)
    }

    fn seq(&mut self, tree: &mut Tree, ids: &[NodeId]) -> Decoded<Seq> {
        let nodes = self.list(|r| r.reference(ids))?;
        Ok(tree.add_seq(&nodes))
    }

    fn meta(&mut self, tree: &mut Tree, ids: &[NodeId]) -> Decoded<Meta> {
        let entries = self.list(|r| {
            let key = r.atom()?;
            let value = match r.byte()? {
                0 => MetaValue::Int(r.signed()?),
                1 => MetaValue::Atom(r.atom()?),
                2 => MetaValue::Node(r.reference(ids)?),
                _ => return Err(DecodeError),
            };
            Ok((key, value))
        })?;
        Ok(tree.add_meta(&entries))
    }

    fn node(&mut self, code: &mut Code, ids: &[NodeId]) -> Decoded<Node> {
        let tree = &mut code.tree;
        Ok(match self.byte()? {
            0 => Node::Int(self.signed()?),
            1 => Node::BigInt(tree.add_bytes(self.text()?)),
            2 => {
                let (bits, rest) = self.bytes.split_first_chunk::<8>().ok_or(DecodeError)?;
                self.bytes = rest;
                Node::Float(f64::from_bits(u64::from_le_bytes(*bits)))
            }
            3 => Node::Atom(self.atom()?),
            4 => Node::Binary(tree.add_bytes(self.text()?)),
            5 => Node::List(self.seq(tree, ids)?),
            6 => Node::Improper(self.seq(tree, ids)?),
            7 => Node::Pair(self.reference(ids)?, self.reference(ids)?),
            8 => Node::Tuple(self.seq(tree, ids)?),
            9 => Node::Map(self.seq(tree, ids)?),
            10 => Node::Var { name: self.atom()?, meta: self.meta(tree, ids)?, context: self.atom()? },
            11 => Node::Call { name: self.atom()?, meta: self.meta(tree, ids)?, args: self.seq(tree, ids)? },
            12 => Node::Apply { callee: self.reference(ids)?, meta: self.meta(tree, ids)?, args: self.seq(tree, ids)? },
            13 => {
                let item = self.item()?;
                Node::Opaque(code.carried.add(item))
            }
            _ => return Err(DecodeError),
        })
    }

    fn item(&mut self) -> Decoded<Item> {
        match self.byte()? {
            0 => Ok(Item::Env(Arc::new(self.env()?))),
            1 => Ok(Item::Quoted(Arc::new(self.quoted()?))),
            2 => Ok(Item::Host(self.small()?)),
            _ => Err(DecodeError),
        }
    }
}

/// The bytes of an item.
pub fn encode(item: &Item) -> Vec<u8> {
    let mut writer = Writer::default();
    writer.item(item);
    writer.finish()
}

/// The bytes of an env, without making an item of it first.
pub fn encode_env(env: &Env) -> Vec<u8> {
    let mut writer = Writer::default();
    writer.out.push(0);
    writer.env(env);
    writer.finish()
}

/// The item behind the bytes.
pub fn decode(bytes: &[u8]) -> Decoded<Item> {
    let mut reader = Reader { bytes, atoms: Vec::new() };
    let atoms = reader.list(|r| {
        let text = std::str::from_utf8(r.text()?).map_err(|_| DecodeError)?;
        Ok(Atom::new(text))
    })?;
    reader.atoms = atoms;
    let item = reader.item()?;
    if reader.bytes.is_empty() { Ok(item) } else { Err(DecodeError) }
}

/// An env from bytes.
pub fn decode_env(bytes: &[u8]) -> Decoded<Arc<Env>> {
    match decode(bytes)? {
        Item::Env(env) => Ok(env),
        Item::Quoted(_) | Item::Host(_) => Err(DecodeError),
    }
}

/// A quoted body from bytes.
pub fn decode_quoted(bytes: &[u8]) -> Decoded<Arc<Quoted>> {
    match decode(bytes)? {
        Item::Quoted(quoted) => Ok(quoted),
        Item::Env(_) | Item::Host(_) => Err(DecodeError),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jovial_atoms::known;

    use crate::host::Face;

    fn check(item: &Item) -> Item {
        let bytes = encode(item);
        let back = decode(&bytes).expect("what encode wrote can be read");
        assert_eq!(encode(&back), bytes);
        for end in 0..bytes.len() {
            assert!(decode(&bytes[..end]).is_err(), "cut at {end}");
        }
        back
    }

    #[test]
    fn a_tree_with_all_kinds_of_nodes_comes_back() {
        let mut code = Code::new();
        let tree = &mut code.tree;
        let one = tree.int(-1);
        let text = tree.binary(b"text");
        let pair = tree.pair(one, text);
        let meta = tree.add_meta(&[(known::LINE, MetaValue::Int(3)), (known::COUNTER, MetaValue::Node(pair))]);
        let var = tree.var(known::NAME, meta, known::NIL);
        let float = tree.add(Node::Float(0.5));
        let digits = tree.add_bytes(b"123456789012345678901234567890");
        let big = tree.add(Node::BigInt(digits));
        let opaque = code.carry(Item::Host(7));
        let list = code.tree.list(&[var, float, big, opaque]);
        let root = code.tree.remote(list, known::NAME, meta, &[var]);
        let back = check(&Item::Quoted(Arc::new(Quoted { code, root })));
        let Item::Quoted(back) = back else { panic!("a quoted body") };
        assert!(matches!(back.code.tree.node(back.root), Node::Apply { .. }));
    }

    #[test]
    fn an_env_comes_back() {
        let mut env = Env::new("a.ex", &Face::default());
        env.module = Atom::new("Elixir.A");
        env.function = Some((known::NAME, 2));
        env.versioned_vars.insert(Var::plain(known::NAME, known::NIL), 4);
        env.versioned_vars.insert(Var::new(known::NAME, Kind::Counter(Counter::new(env.module, 5))), 6);
        env.scope_mut().aliases.push((Atom::new("Elixir.B"), Atom::new("Elixir.C.B")));
        let Item::Env(back) = check(&Item::Env(Arc::new(env.clone()))) else { panic!("an env") };
        assert_eq!(back.versioned_vars, env.versioned_vars);
        assert_eq!(back.scope.aliases, env.scope.aliases);
        assert_eq!(back.module, env.module);
        assert_eq!(back.versioned_vars.sorted().len(), 2);
        assert_ne!(back.module, known::NIL);
    }
}
