//! What runs the code of a process.
//!
//! **What it is for.** [`Engine`] is the interpreter behind a trait, so that the tests of this crate can run scripts in Rust
//! in its place and show every combination of signals without compiled code.
//!
//! **Invariants.** An engine touches no process but the one that it was given.
//!
//! **What it must not know.** Schedulers.

use jovial_atoms::Atom;
use jovial_term::{Heap, OutOfMemory, Term};
use jovial_vm::{Machine, Process, Stop, System};

/// What a new process calls first.
#[derive(Clone, Copy)]
pub enum Call<'t> {
    /// Module, function, arguments.
    Mfa(Atom, Atom, &'t [Term<'t>]),
    /// A fun and its arguments.
    Fun(Term<'t>, &'t [Term<'t>]),
}

pub trait Engine: Send + Sync + 'static {
    /// Prepares a new process. The terms are of its own heap.
    fn start(&self, machine: &Machine, process: &Process, call: Call<'_>) -> Result<(), OutOfMemory>;

    /// Runs a slice.
    fn run(&self, machine: &Machine, process: &Process, system: &dyn System, reductions: u32) -> Stop;

    /// Makes a process go on at its interrupt boundary instead of where it is. False when it has none.
    fn interrupt(&self, machine: &Machine, process: &Process) -> bool;

    /// Collects garbage of a process that does not run.
    fn collect(&self, machine: &Machine, process: &Process);

    /// Where a process is: a list of `{module, function, arity, location}`, built in `heap`.
    fn stacktrace<'h>(&self, machine: &Machine, process: &Process, heap: &'h Heap) -> Term<'h>;

    /// The stack trace of the exception that ended a process, in its own heap.
    fn exit_trace<'h>(&self, machine: &Machine, process: &'h Process) -> Term<'h>;
}
