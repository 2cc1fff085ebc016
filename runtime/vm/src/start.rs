//! The first call of a process, and `apply`.
//!
//! **What it is for.** [`Machine::start`] prepares a process to call a function; it goes through the natives
//! `:erlang.apply/2` and `apply/3`, which are ends in other calls.
//!
//! **Invariants.** A started process has one frame: that of the native, whose return address leads to the end.
//!
//! **What it must not know.** Who starts processes.

use jovial_atoms::Atom;
use jovial_term::Term;

use crate::native::{Ctx, Halt};

pub(crate) fn apply_name() -> Atom {
    Atom::new("apply")
}

fn arguments<'h>(list: Term<'h>) -> Result<Vec<Term<'h>>, Halt<'h>> {
    let args = list.list_to_vec().ok_or_else(Halt::badarg)?;
    if args.len() > 255 { Err(Halt::system_limit()) } else { Ok(args) }
}

/// `:erlang.apply(fun, args)`
pub(crate) fn apply2<'h>(_ctx: &Ctx<'h>, args: &[Term<'h>]) -> Result<Term<'h>, Halt<'h>> {
    Err(Halt::Apply { fun: args[0], args: arguments(args[1])? })
}

/// `:erlang.apply(module, function, args)`
pub(crate) fn apply3<'h>(_ctx: &Ctx<'h>, args: &[Term<'h>]) -> Result<Term<'h>, Halt<'h>> {
    let (Some(module), Some(function)) = (args[0].as_atom(), args[1].as_atom()) else { return Err(Halt::badarg()) };
    Err(Halt::TailCall { module, function, args: arguments(args[2])? })
}
