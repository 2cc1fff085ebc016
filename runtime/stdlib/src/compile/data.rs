//! Terms as plain data and back: attributes of modules, arguments of functions called while compiling.

use std::any::Any;
use std::sync::Arc;

use jovial_bytecode::ir::Literal;
use jovial_compiler::host::Datum;
use jovial_term::{Bits, Fragment, Heap, Term, Value};

/// Nesting up to which data is taken apart; deeper terms stay whole.
const DEPTH_MAX: u32 = 500;

fn literal(term: Term<'_>, depth: u32) -> Option<Literal> {
    if depth == DEPTH_MAX {
        return None;
    }
    Some(match term.value() {
        Value::Int(int) => match int.to_i64() {
            Some(value) => Literal::Int(value),
            None => Literal::BigInt(int.to_text(10)),
        },
        Value::Float(value) => Literal::Float(value),
        Value::Atom(atom) => Literal::Atom(atom),
        Value::Bits(bits) if bits.is_binary() => Literal::Binary(bits.to_bytes().into_owned()),
        Value::Bits(bits) => {
            let mut bytes = vec![0; bits.size_bits().div_ceil(8)];
            bits.copy_to(&mut bytes, 0);
            Literal::Bitstring(bytes, bits.size_bits() as u64)
        }
        Value::Nil => Literal::List(Vec::new()),
        Value::Cons(..) => {
            let mut iter = term.list_iter();
            let mut items = iter.by_ref().map(|item| literal(item, depth + 1)).collect::<Option<Vec<_>>>()?;
            if iter.tail().is_nil_list() {
                Literal::List(items)
            } else {
                items.push(literal(iter.tail(), depth + 1)?);
                Literal::Improper(items)
            }
        }
        Value::Tuple(items) => {
            Literal::Tuple(items.iter().map(|item| literal(*item, depth + 1)).collect::<Option<_>>()?)
        }
        Value::Map(map) => Literal::Map(
            map.iter()
                .map(|(key, value)| Some((literal(key, depth + 1)?, literal(value, depth + 1)?)))
                .collect::<Option<_>>()?,
        ),
        Value::ExternalFun(fun) => Literal::Fun(fun.module, fun.name, fun.arity),
        Value::Ref(_)
        | Value::ExternalRef(_)
        | Value::Fun(_)
        | Value::Port(_)
        | Value::ExternalPort(_)
        | Value::Pid(_)
        | Value::ExternalPid(_) => return None,
    })
}

/// The literal that a term is, if it is plain data.
pub(crate) fn literal_of(term: Term<'_>) -> Option<Literal> {
    literal(term, 0)
}

/// A term as plain data where it is plain, else as a copy of itself.
pub(crate) fn datum(term: Term<'_>) -> Datum {
    match literal(term, 0) {
        Some(literal) => Datum::Literal(literal),
        None => {
            let fragment = Fragment::copy_of(term).unwrap_or_else(|_| Fragment::immediate(Term::NIL));
            let fragment: Arc<dyn Any + Send + Sync> = Arc::new(fragment);
            Datum::Host(fragment)
        }
    }
}

/// A term as text for reports that are made without the library.
pub(crate) fn debug(term: Term<'_>) -> String {
    let text = format!("{term:?}");
    text.chars().take(1_500).collect()
}

/// The term of a datum.
pub(crate) fn to_term<'h>(heap: &'h Heap, datum: &Datum) -> Term<'h> {
    match datum {
        Datum::Literal(literal) => literal_term(heap, literal),
        Datum::Host(value) => host_term(heap, value),
    }
}

/// The term behind a host value.
pub(crate) fn host_term<'h>(heap: &'h Heap, value: &Arc<dyn Any + Send + Sync>) -> Term<'h> {
    value.downcast_ref::<Fragment>().map_or(Term::NIL, |fragment| heap.copy_in(fragment.root()))
}

/// The term of plain data. Literals nest as deep as source or [`DEPTH_MAX`] allows.
pub(crate) fn literal_term<'h>(heap: &'h Heap, literal: &Literal) -> Term<'h> {
    match literal {
        Literal::Int(value) => heap.int(*value),
        Literal::BigInt(digits) => heap.parse_int(digits.as_bytes(), 10).unwrap_or(Term::ZERO),
        Literal::Float(value) => heap.float(*value),
        Literal::Atom(atom) => Term::atom(*atom),
        Literal::Binary(bytes) => heap.binary(bytes),
        Literal::Bitstring(bytes, size) => heap.bitstring(Bits::new(bytes, 0, usize::try_from(*size).unwrap_or(0))),
        Literal::List(items) => heap.list(items.iter().map(|item| literal_term(heap, item)).collect::<Vec<_>>()),
        Literal::Improper(items) => {
            let mut terms: Vec<Term<'h>> = items.iter().map(|item| literal_term(heap, item)).collect();
            let tail = terms.pop().unwrap_or(Term::EMPTY_LIST);
            heap.list_with_tail(terms, tail)
        }
        Literal::Tuple(items) => heap.tuple(&items.iter().map(|item| literal_term(heap, item)).collect::<Vec<_>>()),
        Literal::Map(pairs) => {
            let pairs = pairs.iter().map(|(key, value)| (literal_term(heap, key), literal_term(heap, value)));
            heap.map_from(pairs.collect::<Vec<_>>())
        }
        Literal::Fun(module, name, arity) => heap.external_fun(*module, *name, *arity),
    }
}
