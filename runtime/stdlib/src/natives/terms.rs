//! Functions of `:erlang` on terms that have no place elsewhere.

use jovial_term::Term;
use jovial_vm::{Ctx, Halt};

use super::Entry;
use super::support::{Out, badarg, list, need, size};

pub(crate) const TABLE: &[Entry] =
    &[("erlang", "make_tuple", 3, make_tuple), ("erlang", "fun_to_list", 1, fun_to_list)];

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
