//! Reads the terms of `recorded.txt` (their form is explained in `record.exs`) and makes trees of them.

use jovial_atoms::{Atom, known};
use jovial_syntax::quoted::{Meta, MetaValue, Node, NodeId};

use crate::carried::Code;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Term {
    Int(String),
    Float(f64),
    Atom(Atom),
    Bits(Vec<u8>, usize),
    List(Vec<Term>),
    Improper(Vec<Term>),
    Tuple(Vec<Term>),
    Map(Vec<(Term, Term)>),
    Unknown,
}

pub(super) struct Reader<'t> {
    text: &'t [u8],
}

fn hex(text: &[u8]) -> Vec<u8> {
    text.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

impl<'t> Reader<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Reader { text: text.as_bytes() }
    }

    fn until(&mut self, end: u8) -> &'t [u8] {
        let at = self.text.iter().position(|&byte| byte == end).unwrap();
        let part = &self.text[..at];
        self.text = &self.text[at + 1..];
        part
    }

    fn text_until(&mut self, end: u8) -> String {
        String::from_utf8(self.until(end).to_vec()).unwrap()
    }

    fn count(&mut self, end: u8) -> usize {
        self.text_until(end).parse().unwrap()
    }

    fn many(&mut self, count: usize) -> Vec<Term> {
        (0..count).map(|_| self.term()).collect()
    }

    pub(super) fn term(&mut self) -> Term {
        let tag = self.text[0];
        self.text = &self.text[1..];
        match tag {
            b'i' => Term::Int(self.text_until(b';')),
            b'f' => Term::Float(self.text_until(b';').parse().unwrap()),
            b'a' => {
                let len = self.count(b':');
                let text = std::str::from_utf8(&self.text[..len]).unwrap();
                self.text = &self.text[len..];
                Term::Atom(Atom::new(text))
            }
            b'b' => {
                let bytes = hex(self.until(b';'));
                let bits = bytes.len() * 8;
                Term::Bits(bytes, bits)
            }
            b's' => {
                let bytes = hex(self.until(b'/'));
                let bits = self.count(b';');
                Term::Bits(bytes[..bits.div_ceil(8)].to_vec(), bits)
            }
            b'l' => {
                let count = self.count(b'[');
                Term::List(self.many(count))
            }
            b'p' => {
                let count = self.count(b'|');
                Term::Improper(self.many(count))
            }
            b't' => {
                let count = self.count(b'(');
                Term::Tuple(self.many(count))
            }
            b'm' => {
                let count = self.count(b'{');
                Term::Map((0..count).map(|_| (self.term(), self.term())).collect())
            }
            b'?' => Term::Unknown,
            other => panic!("no term starts with {:?}", other as char),
        }
    }
}

/// Adds a term as a node; what looks like code becomes code.
pub(super) fn node(code: &mut Code, term: &Term) -> NodeId {
    let node = match term {
        Term::Int(digits) => match digits.parse() {
            Ok(value) => Node::Int(value),
            Err(_) => Node::BigInt(code.tree.add_bytes(digits.as_bytes())),
        },
        Term::Float(value) => Node::Float(*value),
        Term::Atom(atom) => Node::Atom(*atom),
        Term::Bits(bytes, _) => Node::Binary(code.tree.add_bytes(bytes)),
        Term::List(items) => {
            let ids: Vec<NodeId> = items.iter().map(|item| node(code, item)).collect();
            Node::List(code.tree.add_seq(&ids))
        }
        Term::Improper(items) => {
            let ids: Vec<NodeId> = items.iter().map(|item| node(code, item)).collect();
            Node::Improper(code.tree.add_seq(&ids))
        }
        Term::Tuple(items) => match items.as_slice() {
            [Term::Atom(name), Term::List(entries), Term::Atom(context)] => {
                Node::Var { name: *name, meta: meta(code, entries), context: *context }
            }
            [Term::Atom(name), Term::List(entries), Term::List(args)] => {
                let meta = meta(code, entries);
                let ids: Vec<NodeId> = args.iter().map(|item| node(code, item)).collect();
                Node::Call { name: *name, meta, args: code.tree.add_seq(&ids) }
            }
            [callee, Term::List(entries), Term::List(args)] => {
                let callee = node(code, callee);
                let meta = meta(code, entries);
                let ids: Vec<NodeId> = args.iter().map(|item| node(code, item)).collect();
                Node::Apply { callee, meta, args: code.tree.add_seq(&ids) }
            }
            [left, right] => {
                let left = node(code, left);
                Node::Pair(left, node(code, right))
            }
            _ => panic!("a tuple that is no code"),
        },
        Term::Map(_) | Term::Unknown => panic!("a term that is no code"),
    };
    code.tree.add(node)
}

pub(super) fn meta(code: &mut Code, entries: &[Term]) -> Meta {
    let mut all = Vec::new();
    for entry in entries {
        let Term::Tuple(pair) = entry else { continue };
        let (Term::Atom(key), value) = (&pair[0], &pair[1]) else { continue };
        let value = match value {
            Term::Int(digits) => MetaValue::Int(digits.parse().unwrap()),
            Term::Atom(atom) => MetaValue::Atom(*atom),
            other => MetaValue::Node(node(code, other)),
        };
        all.push((*key, value));
    }
    code.tree.add_meta(&all)
}

pub(super) fn line(entries: &Term) -> u32 {
    let Term::List(entries) = entries else { return 0 };
    entries
        .iter()
        .find_map(|entry| match entry {
            Term::Tuple(pair) if pair[0] == Term::Atom(known::LINE) => match &pair[1] {
                Term::Int(digits) => digits.parse().ok(),
                _ => None,
            },
            _ => None,
        })
        .unwrap_or(0)
}
