//! Terms as plain values: what tests generate, build on a heap, and read back.

use jovial_atoms::Atom;
use jovial_term::{Heap, Pid, Term, Value};
use proptest::prelude::*;

#[derive(Clone, Debug)]
pub(crate) enum Plain {
    Int(i128),
    Float(f64),
    Atom(&'static str),
    Pid(u64),
    Ref(u64),
    Bytes(Vec<u8>),
    Bits(Vec<u8>, u8),
    List(Vec<Plain>),
    Improper(Vec<Plain>, Box<Plain>),
    Tuple(Vec<Plain>),
    Map(Vec<(Plain, Plain)>),
}

const ATOMS: [&str; 8] = ["", "a", "aa", "b", "ok", "zebra", "é", "true"];

pub(crate) fn leaf() -> impl Strategy<Value = Plain> {
    prop_oneof![
        4 => (-4i128..40).prop_map(Plain::Int),
        1 => any::<i64>().prop_map(|value| Plain::Int(i128::from(value))),
        1 => any::<i128>().prop_map(Plain::Int),
        2 => (-3i32..30).prop_map(|value| Plain::Float(f64::from(value) / 2.0)),
        1 => proptest::num::f64::NORMAL.prop_map(Plain::Float),
        3 => proptest::sample::select(&ATOMS[..]).prop_map(Plain::Atom),
        1 => (0u64..1 << 40).prop_map(Plain::Pid),
        1 => (0u64..1 << 60).prop_map(Plain::Ref),
        2 => proptest::collection::vec(any::<u8>(), 0..12).prop_map(Plain::Bytes),
        1 => proptest::collection::vec(any::<u8>(), 60..200).prop_map(Plain::Bytes),
        1 => (proptest::collection::vec(any::<u8>(), 1..9), 1u8..8).prop_map(|(bytes, bits)| Plain::Bits(bytes, bits)),
    ]
}

pub(crate) fn plain() -> impl Strategy<Value = Plain> {
    leaf().prop_recursive(4, 64, 8, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..8).prop_map(Plain::List),
            (proptest::collection::vec(inner.clone(), 1..4), leaf())
                .prop_map(|(items, tail)| Plain::Improper(items, Box::new(tail))),
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Plain::Tuple),
            proptest::collection::vec((inner.clone(), inner), 0..8).prop_map(Plain::Map),
            proptest::collection::vec((leaf(), leaf()), 30..60).prop_map(Plain::Map),
        ]
    })
}

impl Plain {
    pub(crate) fn build<'h>(&self, heap: &'h Heap) -> Term<'h> {
        match self {
            Plain::Int(value) => heap.int128(*value),
            Plain::Float(value) => heap.float(*value),
            Plain::Atom(text) => Term::atom(Atom::new(text)),
            Plain::Pid(number) => Term::pid(Pid::new(*number)),
            Plain::Ref(number) => heap.make_ref(*number),
            Plain::Bytes(bytes) => heap.binary(bytes),
            Plain::Bits(bytes, bits) => {
                let size = (bytes.len() - 1) * 8 + usize::from(*bits);
                heap.bitstring(jovial_term::Bits::new(bytes, 0, size))
            }
            Plain::List(items) => {
                let items: Vec<_> = items.iter().map(|item| item.build(heap)).collect();
                heap.list(items)
            }
            Plain::Improper(items, tail) => {
                let tail = tail.build(heap);
                let items: Vec<_> = items.iter().map(|item| item.build(heap)).collect();
                heap.list_with_tail(items, tail)
            }
            Plain::Tuple(items) => {
                let items: Vec<_> = items.iter().map(|item| item.build(heap)).collect();
                heap.tuple(&items)
            }
            Plain::Map(pairs) => heap.map_from(pairs.iter().map(|(key, value)| (key.build(heap), value.build(heap)))),
        }
    }
}

/// A term as text, for comparing terms of different heaps without the code under test.
pub(crate) fn show(term: Term<'_>) -> String {
    match term.value() {
        Value::Int(int) => int.to_text(16),
        Value::Float(value) => format!("{value:?}f"),
        Value::Atom(atom) => format!(":{atom}"),
        Value::Ref(reference) => format!("ref {}", reference.number),
        Value::ExternalRef(id) => format!("xref {id:?}"),
        Value::Fun(fun) => {
            let env: Vec<String> = fun.env.iter().map(|item| show(*item)).collect();
            format!("fun {} {env:?}", fun.entry.index)
        }
        Value::ExternalFun(fun) => format!("{fun:?}"),
        Value::Port(port) => format!("{port:?}"),
        Value::ExternalPort(id) => format!("xport {id:?}"),
        Value::Pid(pid) => format!("{pid:?}"),
        Value::ExternalPid(id) => format!("xpid {id:?}"),
        Value::Tuple(items) => format!("{{{}}}", items.iter().map(|item| show(*item)).collect::<Vec<_>>().join(",")),
        Value::Map(map) => {
            let pairs: Vec<String> = map.iter().map(|(key, value)| format!("{}=>{}", show(key), show(value))).collect();
            format!("%{{{}}}", pairs.join(","))
        }
        Value::Nil => "[]".into(),
        Value::Cons(..) => {
            let mut iter = term.list_iter();
            let items: Vec<String> = iter.by_ref().map(show).collect();
            let tail = if iter.tail().is_nil_list() { String::new() } else { format!("|{}", show(iter.tail())) };
            format!("[{}{tail}]", items.join(","))
        }
        Value::Bits(bits) => format!("<<{:?}:{}>>", bits.to_bytes(), bits.size_bits()),
    }
}
