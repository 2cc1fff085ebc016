//! What the interpreter needs of the world around a process, and how a slice ends.
//!
//! **What it is for.** [`System`] is implemented by whoever schedules processes; [`Stop`] is what [`run`](crate::run)
//! gives back.
//!
//! **Invariants.** A [`System`] is called on the thread that runs the process, between instructions.
//!
//! **What it must not know.** Threads, queues of signals, names.

use std::any::Any;

use jovial_atoms::{Atom, known};

use crate::native::{Class, Job};
use crate::process::Process;

/// The world around a running process.
pub trait System {
    /// For natives that reach the implementation by [`Ctx::system_as`](crate::Ctx::system_as).
    fn as_any(&self) -> &dyn Any;

    /// Moves messages that arrived into the mailbox, when a receive has seen all that were there.
    fn drain(&self, process: &Process) -> Drained;

    /// Monotonic clock in microseconds, for the timeouts of receives.
    fn now_us(&self) -> u64;

    /// Name of this node.
    fn node(&self) -> Atom {
        known::NONODE_NOHOST
    }
}

/// What [`System::drain`] found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Drained {
    /// No new message.
    Nothing,
    /// The mailbox has new messages.
    Messages,
    /// Something else is to be handled first: the slice ends with [`Stop::Yield`].
    Interrupt,
}

/// Why a slice ended.
#[derive(Debug)]
pub enum Stop {
    /// The reductions are used up.
    Yield,
    /// Waits for a message or signal; with a deadline, until then at most. Run it again when there is one.
    Wait { deadline_us: Option<u64> },
    /// Waits for a job; hand its result to [`Process::resume_with`].
    Offload(Job),
    /// Waits for a message with the smallest heap.
    Hibernate,
    /// The first function returned; [`Process::result`] is its value. A process that is scheduled exits with `normal`.
    Done,
    /// An exception left the first function: [`Process::exit_reason`] and [`Process::exit_trace`] hold the terms.
    Exit { class: Class },
    /// Not an exception that code could catch: the heap limit, or no memory.
    Killed(Killed),
}

/// Why a process can't go on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Killed {
    /// It would exceed its limit, in words.
    HeapLimit {
        wanted: usize,
        max: usize,
    },
    OutOfMemory {
        words: usize,
    },
}
