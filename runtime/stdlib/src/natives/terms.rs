//! Functions of `:erlang` on terms that have no place elsewhere.

use jovial_term::Term;
use jovial_vm::{Ctx, Halt};

use super::Entry;
use super::support::{Out, badarg, list, need, size};

pub(crate) const TABLE: &[Entry] = &[
    ("erts_debug", "same", 2, |_, args| Ok(Term::bool(args[0].is_same(args[1])))),
    ("erlang", "make_tuple", 3, make_tuple),
    ("erlang", "fun_to_list", 1, fun_to_list),
    ("erlang", "is_record", 2, |_, args| is_record(args[0], args[1], None)),
    ("erlang", "is_record", 3, |_, args| is_record(args[0], args[1], Some(size(args[2])?))),
];

/// Whether a term is a tuple with that atom in front, and of that size.
fn is_record<'h>(term: Term<'h>, tag: Term<'h>, size: Option<usize>) -> Out<'h> {
    let tag = need(tag.as_atom())?;
    let elements = term.as_tuple().unwrap_or(&[]);
    let fits = size.is_none_or(|size| size == elements.len());
    Ok(Term::bool(fits && elements.first().is_some_and(|first| first.is_atom(tag))))
}

/// Elements that a tuple may have, as on the BEAM.
const ELEMENTS_MAX: usize = (1 << 24) - 1;

/// `make_tuple(size, default, [{position, value}])`; of several values for a position the last counts.
fn make_tuple<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let size = need(size(args[0]).ok().filter(|size| *size <= ELEMENTS_MAX))?;
    let mut elements = vec![args[1]; size];
    for change in list(args[2])? {
        let [position, value] = *need(change.as_tuple_of::<2>())?;
        let place = need(position.as_usize().and_then(|position| position.checked_sub(1)))?;
        *need(elements.get_mut(place))? = value;
    }
    ctx.heap().try_tuple(&elements).map_err(Halt::from)
}

/// As functions are printed: `#Fun<module.index.unique>`, or `fun module:name/arity`.
fn fun_to_list<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    if let Some(fun) = args[0].as_external_fun() {
        return Ok(ctx.heap().charlist(&format!("fun {}:{}/{}", fun.module.as_str(), fun.name.as_str(), fun.arity)));
    }
    let Some(fun) = args[0].as_fun() else { return badarg() };
    let entry = fun.entry;
    Ok(ctx.heap().charlist(&format!("#Fun<{}.{}.{}>", entry.module.as_str(), entry.index, entry.old_uniq)))
}
