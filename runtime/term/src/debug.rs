//! Terms as text for people who debug the runtime.
//!
//! **What it is for.** `{:?}` of a term in assertions and logs. What users see is made by `Inspect`.
//!
//! **Invariants.**
//! 1. The text is cut off: it never gets deep or long, whatever the term.
//!
//! **What it must not know.** Inspect options, structs.

use std::fmt;

use crate::bits::Bits;
use crate::float;
use crate::fragment::Fragment;
use crate::heap::Heap;
use crate::map::Map;
use crate::term::{Term, Value};

const DEPTH_MAX: usize = 12;
const ITEMS_MAX: usize = 50;

impl fmt::Debug for Term<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_term(*self, f, 0)
    }
}

impl fmt::Debug for Map<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_term(self.term(), f, 0)
    }
}

impl fmt::Debug for Bits<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<<")?;
        write_items(f, self.iter_bytes(), |byte, f| write!(f, "{byte}"))?;
        if self.is_binary() { f.write_str(">>") } else { write!(f, "::{}>>", self.size_bits()) }
    }
}

impl fmt::Debug for Fragment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fragment({:?})", self.root())
    }
}

impl fmt::Debug for Heap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Heap({:?})", self.stats())
    }
}

fn write_items<T>(
    f: &mut fmt::Formatter<'_>,
    items: impl Iterator<Item = T>,
    mut write: impl FnMut(T, &mut fmt::Formatter<'_>) -> fmt::Result,
) -> fmt::Result {
    for (place, item) in items.enumerate() {
        if place > 0 {
            f.write_str(", ")?;
        }
        if place == ITEMS_MAX {
            return f.write_str("...");
        }
        write(item, f)?;
    }
    Ok(())
}

fn write_term(term: Term<'_>, f: &mut fmt::Formatter<'_>, depth: usize) -> fmt::Result {
    if depth > DEPTH_MAX {
        return f.write_str("...");
    }
    let below = |item: Term<'_>, f: &mut fmt::Formatter<'_>| write_term(item, f, depth + 1);
    match term.value() {
        Value::Int(int) => f.write_str(&int.to_text(10)),
        Value::Float(value) => f.write_str(&float::short(value)),
        Value::Atom(atom) => write!(f, "{atom:?}"),
        Value::Pid(pid) => write!(f, "#PID<0.{}.{}>", pid.id(), pid.serial()),
        Value::Port(port) => write!(f, "#Port<0.{}>", port.number()),
        Value::Ref(reference) => write!(f, "#Reference<{}>", reference.number),
        Value::ExternalPid(id) | Value::ExternalPort(id) | Value::ExternalRef(id) => {
            write!(f, "#External<{} {:?}>", id.node, id.words())
        }
        Value::Fun(fun) => {
            let entry = fun.entry;
            write!(f, "#Function<{}/{} in {:?}.{}>", entry.index, fun.arity, entry.module, entry.name)
        }
        Value::ExternalFun(fun) => write!(f, "&{:?}.{}/{}", fun.module, fun.name, fun.arity),
        Value::Tuple(items) => {
            f.write_str("{")?;
            write_items(f, items.iter().copied(), below)?;
            f.write_str("}")
        }
        Value::Map(map) => {
            f.write_str("%{")?;
            write_items(f, map.iter(), |(key, value), f| {
                below(key, f)?;
                f.write_str(" => ")?;
                below(value, f)
            })?;
            f.write_str("}")
        }
        Value::Nil => f.write_str("[]"),
        Value::Cons(..) => {
            f.write_str("[")?;
            let mut items = term.list_iter();
            write_items(f, items.by_ref().take(ITEMS_MAX + 1), below)?;
            let tail = items.tail();
            if !tail.is_list() {
                f.write_str(" | ")?;
                below(tail, f)?;
            }
            f.write_str("]")
        }
        Value::Bits(bits) => match bits.as_bytes().map(std::str::from_utf8) {
            Some(Ok(text)) if text.len() <= 200 => write!(f, "{text:?}"),
            _ => write!(f, "{bits:?}"),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_terms_and_cuts_long_ones() {
        let heap = Heap::new();
        let map = heap.map_from([(Term::OK, heap.float(1.5))]);
        let term =
            heap.tuple(&[heap.list([Term::small32(1), Term::NIL]), map, heap.binary(b"hi"), heap.cons(map, map)]);
        assert_eq!(format!("{term:?}"), r#"{[1, :nil], %{:ok => 1.5}, "hi", [%{:ok => 1.5} | %{:ok => 1.5}]}"#);
        let deep = (0..100_000).fold(Term::EMPTY_LIST, |term, _| heap.list([term]));
        assert!(format!("{deep:?}").len() < 60);
        let long = heap.list((0..100_000).map(Term::small32));
        assert!(format!("{long:?}").len() < 300);
    }
}
