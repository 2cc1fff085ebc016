//! What Rust code that Elixir code calls sees: its context, and how it ends when it has no value.
//!
//! **What it is for.** A native is a [`NativeFn`], registered with [`Machine::register`](crate::Machine::register). It
//! gets a [`Ctx`] and its arguments and gives a term or a [`Halt`].
//!
//! **Invariants.**
//! 1. Nothing collects while a native runs, so every term it sees or makes stays valid until it returns.
//! 2. A native runs for a millisecond at most; longer work charges what it did with [`Ctx::charge`] and ends in
//!    [`Halt::TailCall`] of itself with its state as arguments.
//!
//! **What it must not know.** Frames, instructions.

use std::any::Any;

use jovial_atoms::{Atom, known};
use jovial_term::{ArithError, Heap, Pid, Term, Wanted};

use crate::machine::Machine;
use crate::process::Process;
use crate::system::System;

/// A function written in Rust.
pub type NativeFn = for<'h> fn(&Ctx<'h>, &[Term<'h>]) -> Result<Term<'h>, Halt<'h>>;

/// What a native may use while it runs.
pub struct Ctx<'h> {
    pub(crate) process: &'h Process,
    pub(crate) machine: &'h Machine,
    pub(crate) system: &'h dyn System,
    /// The system as the type that it is: asked for once a slice, while natives want it at every call.
    system_any: &'h dyn Any,
}

/// How a native ends without a value.
pub enum Halt<'h> {
    /// Raises. `trace` is a list of stack entries, or `None` for one taken here.
    Raise { class: Class, reason: Term<'h>, trace: Option<Term<'h>> },
    /// Goes on as this call; `args` are at most 255.
    TailCall { module: Atom, function: Atom, args: Vec<Term<'h>> },
    /// Goes on as a call of this fun.
    Apply { fun: Term<'h>, args: Vec<Term<'h>> },
    /// Sleeps until a signal comes; then the native is called again with the same arguments.
    Wait,
    /// As `Wait`, but also wakes when the clock of [`System::now_us`] reaches this.
    WaitUntil(u64),
    /// Runs the job elsewhere; what it gives becomes the native's result.
    Offload(Job),
    /// Throws the stack away, shrinks the heap, and goes on as this call when a message is there.
    Hibernate { module: Atom, function: Atom, args: Vec<Term<'h>> },
}

/// The class of an exception.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Class {
    Error,
    Exit,
    Throw,
    /// Raised from outside by [`Process::interrupt`]: no `rescue`, `catch :exit` or the like takes it, while handlers that run for
    /// every class, as `after` blocks do, run and pass it on.
    Interrupt,
}

impl Class {
    pub fn atom(self) -> Atom {
        match self {
            Class::Error => known::ERROR,
            Class::Exit => known::EXIT,
            Class::Throw => known::THROW,
            Class::Interrupt => known::INTERRUPT,
        }
    }

    /// The class that an atom names.
    pub fn from_atom(atom: Atom) -> Option<Class> {
        if atom == known::ERROR {
            Some(Class::Error)
        } else if atom == known::EXIT {
            Some(Class::Exit)
        } else if atom == known::THROW {
            Some(Class::Throw)
        } else {
            None
        }
    }
}

/// Work on owned data that may block; it runs outside of the schedulers. What takes long asks between its pieces whether it is still
/// wanted; once it is not, any result will do.
pub struct Job(pub Box<dyn FnOnce(Wanted<'_>) -> JobResult + Send>);

/// Turns what a job found out into the native's result, back in the process.
pub struct JobResult(pub Box<dyn for<'h> FnOnce(&Ctx<'h>) -> Result<Term<'h>, Halt<'h>> + Send>);

impl std::fmt::Debug for Job {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Job")
    }
}

impl std::fmt::Debug for JobResult {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("JobResult")
    }
}

impl From<ArithError> for Halt<'_> {
    fn from(error: ArithError) -> Self {
        match error {
            ArithError::BadArith => Halt::error(Term::atom(known::BADARITH)),
            // Nobody is told of what was given up.
            ArithError::SystemLimit | ArithError::GivenUp => Halt::system_limit(),
        }
    }
}

impl<'h> Halt<'h> {
    /// Raises `reason` with class error.
    pub fn error(reason: Term<'h>) -> Halt<'h> {
        Halt::Raise { class: Class::Error, reason, trace: None }
    }

    pub fn exit(reason: Term<'h>) -> Halt<'h> {
        Halt::Raise { class: Class::Exit, reason, trace: None }
    }

    pub fn throw(reason: Term<'h>) -> Halt<'h> {
        Halt::Raise { class: Class::Throw, reason, trace: None }
    }

    /// `:badarg`
    pub fn badarg() -> Halt<'h> {
        Halt::error(Term::atom(known::BADARG))
    }

    /// `:system_limit`
    pub fn system_limit() -> Halt<'h> {
        Halt::error(Term::atom(known::SYSTEM_LIMIT))
    }

    /// `{:badmap, term}`
    pub fn badmap(ctx: &Ctx<'h>, term: Term<'h>) -> Halt<'h> {
        Halt::error(ctx.heap().tuple(&[Term::atom(known::BADMAP), term]))
    }

    /// `{:badkey, key}`
    pub fn badkey(ctx: &Ctx<'h>, key: Term<'h>) -> Halt<'h> {
        Halt::error(ctx.heap().tuple(&[Term::atom(known::BADKEY), key]))
    }
}

impl From<jovial_term::SystemLimit> for Halt<'_> {
    fn from(_: jovial_term::SystemLimit) -> Self {
        Halt::system_limit()
    }
}

impl<'h> Ctx<'h> {
    pub fn new(process: &'h Process, machine: &'h Machine, system: &'h dyn System) -> Ctx<'h> {
        Ctx { process, machine, system, system_any: system.as_any() }
    }

    /// Where to build terms.
    pub fn heap(&self) -> &'h Heap {
        self.process.heap()
    }

    pub fn process(&self) -> &'h Process {
        self.process
    }

    pub fn machine(&self) -> &'h Machine {
        self.machine
    }

    pub fn system(&self) -> &'h dyn System {
        self.system
    }

    /// The system as the type that it is, for natives that come with it.
    #[inline]
    pub fn system_as<T: Any>(&self) -> Option<&'h T> {
        self.system_any.downcast_ref()
    }

    pub fn pid(&self) -> Pid {
        self.process.pid()
    }

    /// Counts work against the time slice.
    pub fn charge(&self, reductions: u32) {
        self.process.charge(reductions);
    }

    pub fn group_leader(&self) -> Term<'h> {
        self.process.group_leader()
    }

    pub fn set_group_leader(&self, leader: Term<'h>) {
        self.process.set_group_leader(leader);
    }

    /// A slot of the session; `[]` if it was never written.
    pub fn slot(&self, number: usize) -> Term<'h> {
        self.process.slot(number)
    }

    pub fn set_slot(&self, number: usize, value: Term<'h>) {
        self.process.set_slot(number, value);
    }
}
