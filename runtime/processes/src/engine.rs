//! What runs the code of a process.
//!
//! **What it is for.** [`Engine`] is the interpreter behind a trait, so that the tests of this crate can run scripts in Rust
//! in its place and show every combination of signals without compiled code. [`Interpreter`] is the real one.
//!
//! **Invariants.** An engine touches no process but the one that it was given.
//!
//! **What it must not know.** Schedulers.

use jovial_atoms::Atom;
use jovial_term::{Heap, OutOfMemory, Term};
use jovial_vm::{Machine, Process, Stop, System};

/// What a new process calls first. The terms may be of any heap: they are copied into the new one.
#[derive(Clone, Copy)]
pub enum Call<'t> {
    /// Module, function, arguments.
    Mfa(Atom, Atom, &'t [Term<'t>]),
    /// A fun and its arguments.
    Fun(Term<'t>, &'t [Term<'t>]),
}

pub trait Engine: Send + Sync + 'static {
    /// Prepares a new process.
    fn start(&self, machine: &Machine, process: &Process, call: Call<'_>) -> Result<(), OutOfMemory>;

    /// Runs a slice.
    fn run(&self, machine: &Machine, process: &Process, system: &dyn System, reductions: u32) -> Stop;

    /// Makes a process go on by raising an interrupt (`vm::Class::Interrupt`) where it is.
    fn interrupt(&self, machine: &Machine, process: &Process);

    /// Collects garbage of a process that does not run.
    fn collect(&self, machine: &Machine, process: &Process);

    /// Where a process is: a list of `{module, function, arity, location}`, built in `heap`.
    fn stacktrace<'h>(&self, machine: &Machine, process: &Process, heap: &'h Heap) -> Term<'h>;

    /// The stack trace of the exception that ended a process, in its own heap.
    fn exit_trace<'h>(&self, machine: &Machine, process: &'h Process) -> Term<'h>;
}

/// The machine of `vm`.
pub struct Interpreter;

impl Engine for Interpreter {
    fn start(&self, machine: &Machine, process: &Process, call: Call<'_>) -> Result<(), OutOfMemory> {
        match call {
            Call::Mfa(module, function, args) => machine.start(process, module, function, args),
            Call::Fun(fun, args) => machine.start_fun(process, fun, args),
        }
    }

    fn run(&self, machine: &Machine, process: &Process, system: &dyn System, reductions: u32) -> Stop {
        jovial_vm::run(machine, process, system, reductions)
    }

    fn interrupt(&self, _machine: &Machine, process: &Process) {
        process.interrupt();
    }

    fn collect(&self, _machine: &Machine, process: &Process) {
        // A heap that can't be collected for lack of memory is as it was; the process meets the lack itself.
        let _ = process.collect_garbage();
    }

    fn stacktrace<'h>(&self, machine: &Machine, process: &Process, heap: &'h Heap) -> Term<'h> {
        machine.current_stacktrace(process, heap)
    }

    fn exit_trace<'h>(&self, machine: &Machine, process: &'h Process) -> Term<'h> {
        machine.stacktrace(process.heap(), process.raised_trace())
    }
}
