//! The first call of a process, and `apply`.
//!
//! **What it is for.** [`Machine::start`] prepares a process to call a function; it goes through the natives
//! `:erlang.apply/2` and `apply/3`, which are ends in other calls.
//!
//! **Invariants.** A started process has one frame: that of the native, whose return address leads to the end.
//!
//! **What it must not know.** Who starts processes.

use jovial_atoms::{Atom, known};
use jovial_term::raw::CollectError;
use jovial_term::{OutOfMemory, Term};

use crate::frames;
use crate::machine::Machine;
use crate::native::{Ctx, Halt};
use crate::process::Process;
use crate::system::{Drained, Killed, System};

pub(crate) fn apply_name() -> Atom {
    known::APPLY
}

fn arguments(list: Term<'_>) -> Result<Vec<Term<'_>>, Halt<'_>> {
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

/// A system for code that needs none.
pub(crate) struct Alone;

impl System for Alone {
    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn drain(&self, _: &Process) -> Drained {
        Drained::Nothing
    }

    fn now_us(&self) -> u64 {
        0
    }
}

impl Machine {
    /// Prepares a process to call a function. The arguments are copied into its heap.
    pub fn start(&self, process: &Process, module: Atom, function: Atom, args: &[Term<'_>]) -> Result<(), OutOfMemory> {
        let heap = process.heap();
        let list = heap.list(args.iter().map(|arg| heap.copy_in(*arg)));
        self.prepare(process, 3, &[Term::atom(module), Term::atom(function), list])
    }

    /// Prepares a process to call a fun. Fun and arguments are copied into its heap.
    pub fn start_fun(&self, process: &Process, fun: Term<'_>, args: &[Term<'_>]) -> Result<(), OutOfMemory> {
        let heap = process.heap();
        let list = heap.list(args.iter().map(|arg| heap.copy_in(*arg)));
        self.prepare(process, 2, &[heap.copy_in(fun), list])
    }

    fn prepare(&self, process: &Process, arity: u8, args: &[Term<'_>]) -> Result<(), OutOfMemory> {
        let export = self.export(known::ERLANG, apply_name(), arity);
        frames::begin(process, export.native_entry(), args)
    }
}

impl Process {
    /// Collects garbage of a process that is not running.
    pub fn collect_garbage(&self) -> Result<(), Killed> {
        frames::collect_suspended(self).map_err(|error| match error {
            CollectError::HeapLimit { wanted, max } => Killed::HeapLimit { wanted, max },
            CollectError::OutOfMemory { words } => Killed::OutOfMemory { words },
        })
    }
}
