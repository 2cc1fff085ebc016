//! What every native needs: readers of arguments that fail as Erlang's do, and a budget for long loops.

use std::borrow::Cow;

use jovial_atoms::{Atom, known};
use jovial_term::{Heap, Term};
use jovial_vm::{Ctx, Halt};

pub(crate) type Out<'h> = Result<Term<'h>, Halt<'h>>;

/// Units of work, elements or bytes, that a native does before it lets others run.
pub(crate) const SLICE: usize = 20_000;

/// Elements that count as one reduction.
const PER_REDUCTION: usize = 16;

pub(crate) fn charge(ctx: &Ctx<'_>, units: usize) {
    ctx.charge(u32::try_from(units / PER_REDUCTION).unwrap_or(u32::MAX));
}

pub(crate) fn badarg<'h, T>() -> Result<T, Halt<'h>> {
    Err(Halt::badarg())
}

/// The value of an argument that must have it.
pub(crate) fn need<'h, T>(value: Option<T>) -> Result<T, Halt<'h>> {
    value.ok_or_else(Halt::badarg)
}

pub(crate) fn atom<'h>(term: Term<'h>) -> Result<Atom, Halt<'h>> {
    need(term.as_atom())
}

pub(crate) fn size<'h>(term: Term<'h>) -> Result<usize, Halt<'h>> {
    need(term.as_usize())
}

pub(crate) fn i64_of<'h>(term: Term<'h>) -> Result<i64, Halt<'h>> {
    need(term.as_i64())
}

pub(crate) fn bytes<'h>(term: Term<'h>) -> Result<Cow<'h, [u8]>, Halt<'h>> {
    need(term.bytes())
}

/// A binary that holds UTF-8.
pub(crate) fn text<'h>(term: Term<'h>) -> Result<Cow<'h, str>, Halt<'h>> {
    match bytes(term)? {
        Cow::Borrowed(bytes) => std::str::from_utf8(bytes).map(Cow::Borrowed).map_err(|_| Halt::badarg()),
        Cow::Owned(bytes) => String::from_utf8(bytes).map(Cow::Owned).map_err(|_| Halt::badarg()),
    }
}

pub(crate) fn list<'h>(term: Term<'h>) -> Result<Vec<Term<'h>>, Halt<'h>> {
    need(term.list_to_vec())
}

/// The characters of a charlist.
pub(crate) fn charlist<'h>(term: Term<'h>) -> Result<String, Halt<'h>> {
    let mut text = String::new();
    let mut iter = term.list_iter();
    for item in iter.by_ref() {
        let code = need(item.as_small().and_then(|code| u32::try_from(code).ok()).and_then(char::from_u32))?;
        text.push(code);
    }
    if iter.tail().is_nil_list() { Ok(text) } else { badarg() }
}

pub(crate) fn new_atom<'h>(text: &str) -> Result<Term<'h>, Halt<'h>> {
    if text.chars().count() > 255 {
        return Err(Halt::system_limit());
    }
    Atom::try_new(text).map(Term::atom).map_err(|_| Halt::system_limit())
}

pub(crate) fn ok<'h>(heap: &'h Heap, value: Term<'h>) -> Term<'h> {
    heap.tuple(&[Term::OK, value])
}

pub(crate) fn error<'h>(heap: &'h Heap, reason: Term<'h>) -> Term<'h> {
    heap.tuple(&[Term::atom(known::ERROR), reason])
}

/// An atom by its text, for words that are only used here.
pub(crate) fn word<'h>(text: &str) -> Term<'h> {
    Term::atom(Atom::new(text))
}

/// A value of a keyword or proplist: `{key, value}`, or the bare atom as `true`.
pub(crate) fn option<'h>(options: Term<'h>, key: &str) -> Option<Term<'h>> {
    // By text: there are few entries, mostly none, and looking for the name in the table would cost more.
    let named = |term: Term<'h>| term.as_atom().is_some_and(|name| name.as_str() == key);
    options.list_iter().find_map(|entry| {
        if named(entry) {
            return Some(Term::TRUE);
        }
        let [name, value] = entry.as_tuple_of::<2>()?;
        named(*name).then_some(*value)
    })
}
