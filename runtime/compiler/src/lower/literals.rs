//! The literal table of a module: each constant once.

use jovial_bytecode::ir::{LitId, Literal};
use rustc_hash::FxHashMap;

/// Equal for equal constants and only for those.
pub(super) fn fingerprint(literal: &Literal) -> Vec<u8> {
    let mut out = Vec::new();
    write(literal, &mut out);
    out
}

fn size(len: usize, out: &mut Vec<u8>) {
    out.extend_from_slice(&(len as u64).to_le_bytes());
}

fn write(literal: &Literal, out: &mut Vec<u8>) {
    match literal {
        Literal::Int(value) => {
            out.push(0);
            out.extend_from_slice(&value.to_le_bytes());
        }
        Literal::BigInt(digits) => {
            out.push(1);
            size(digits.len(), out);
            out.extend_from_slice(digits.as_bytes());
        }
        Literal::Float(value) => {
            out.push(2);
            out.extend_from_slice(&value.to_bits().to_le_bytes());
        }
        Literal::Atom(atom) => {
            out.push(3);
            out.extend_from_slice(&atom.index().to_le_bytes());
        }
        Literal::Binary(bytes) => {
            out.push(4);
            size(bytes.len(), out);
            out.extend_from_slice(bytes);
        }
        Literal::Bitstring(bytes, bits) => {
            out.push(5);
            out.extend_from_slice(&bits.to_le_bytes());
            size(bytes.len(), out);
            out.extend_from_slice(bytes);
        }
        Literal::List(items) => write_all(6, items, out),
        Literal::Improper(items) => write_all(7, items, out),
        Literal::Tuple(items) => write_all(8, items, out),
        Literal::Map(pairs) => {
            out.push(9);
            size(pairs.len(), out);
            for (key, value) in pairs {
                write(key, out);
                write(value, out);
            }
        }
        Literal::Fun(module, name, arity) => {
            out.push(10);
            out.extend_from_slice(&module.index().to_le_bytes());
            out.extend_from_slice(&name.index().to_le_bytes());
            out.push(*arity);
        }
    }
}

fn write_all(tag: u8, items: &[Literal], out: &mut Vec<u8>) {
    out.push(tag);
    size(items.len(), out);
    for item in items {
        write(item, out);
    }
}

#[derive(Default)]
pub(super) struct Literals {
    pub(super) all: Vec<Literal>,
    ids: FxHashMap<Vec<u8>, LitId>,
}

impl Literals {
    pub(super) fn intern(&mut self, literal: Literal) -> LitId {
        let next = LitId(u32::try_from(self.all.len()).expect("constants are bounded by the size of the source"));
        *self.ids.entry(fingerprint(&literal)).or_insert_with(|| {
            self.all.push(literal);
            next
        })
    }
}
