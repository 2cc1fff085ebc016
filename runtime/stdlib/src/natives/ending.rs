//! How a run ends: `:erlang.halt`. The host does it.

use jovial_atoms::Atom;
use jovial_term::Term;
use jovial_vm::Halt;

use super::Entry;
use super::support::{Out, badarg};

pub(crate) const TABLE: &[Entry] = &[
    ("erlang", "halt", 0, |_, _| halt(Term::ZERO)),
    ("erlang", "halt", 1, |_, args| halt(args[0])),
    ("erlang", "halt", 2, |_, args| if args[1].list_len().is_some() { halt(args[0]) } else { badarg() }),
];

/// With a number as the exit status; with a text, or `:abort`, as after a failure.
fn halt<'h>(status: Term<'h>) -> Out<'h> {
    let status = match status.as_usize() {
        Some(number) => Term::small32(i32::try_from(number & 0xff).unwrap_or(0xff)),
        None if status.is_list() || status.same(super::support::word("abort")) => Term::small32(1),
        None => return badarg(),
    };
    Err(Halt::TailCall { module: Atom::new("jovial_host"), function: Atom::new("exit"), args: vec![status] })
}
