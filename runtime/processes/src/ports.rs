//! Ports: processes that stand for programs outside.
//!
//! **What it is for.** A port is a process like any other, with a mark in its number: its links, monitors, name and end are those of
//! processes, and only what others see of it is a port. [`Courier`] is how threads that are no scheduler's send it messages.
//!
//! **Invariants.**
//! 1. The mark stands in the number from the making on, so who only has a number knows what it names, also when that is gone.
//! 2. A marked number never becomes the term of a pid: whatever shows a process shows [`identity`].
//!
//! **What it must not know.** What runs outside, and how it is talked to.

use std::sync::{Arc, Weak};

use jovial_term::{Fragment, Pid, Port, Term};

use crate::runtime::Shared;
use crate::signal::Kind;
use crate::tags::Tag;

/// Set in the numbers of processes that are ports.
const MARK: u64 = 1 << 55;

/// The number of a process that is a port.
pub(crate) fn marked(number: u64) -> u64 {
    number | MARK
}

pub(crate) fn is_port(pid: Pid) -> bool {
    pid.number() & MARK != 0
}

/// The pid of a process, or the port that it is, as others see it.
pub fn identity<'h>(pid: Pid) -> Term<'h> {
    if is_port(pid) { Term::port(Port::new(pid.number() & !MARK)) } else { Term::pid(pid) }
}

/// What a pid or a port names.
pub fn named_by(term: Term<'_>) -> Option<Pid> {
    term.as_pid().or_else(|| term.as_port().map(|port| Pid::new(marked(port.number()))))
}

/// A way to the mailbox of one process.
pub struct Courier {
    shared: Weak<Shared>,
    to: Pid,
    tag: Tag,
}

impl Courier {
    pub(crate) fn new(shared: &Arc<Shared>, to: Pid, tag: Tag) -> Courier {
        Courier { shared: Arc::downgrade(shared), to, tag }
    }

    /// False when the process is gone, or the runtime is.
    pub fn send(&self, message: Fragment) -> bool {
        self.shared
            .upgrade()
            .is_some_and(|shared| shared.send(shared.outside(), self.to, self.tag, Kind::Message(message)).is_ok())
    }
}
