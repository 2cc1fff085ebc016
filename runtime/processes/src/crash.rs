//! What is told of a process that ended by an exception that nobody caught.
//!
//! **What it is for.** A [`Crash`] goes to the host's callback of [`crate::Config`], on the scheduler that ran the
//! process, before its links and monitors learn of the end; so a log that is written from it stands before what they do.
//!
//! **Invariants.** An exit (`exit(reason)`, a link, `exit/2`) is no crash.
//!
//! **What it must not know.** How logs look; whose output they go to, beyond the tag.

use jovial_atoms::Atom;
use jovial_term::{Fragment, Pid};

use crate::tags::Tag;

pub struct Crash {
    pub pid: Pid,
    pub name: Option<Atom>,
    pub tag: Tag,
    pub cause: Cause,
    /// `{reason, stacktrace}` as linked processes see it; for a throw `{{:nocatch, value}, stacktrace}`.
    pub reason: Fragment,
    pub group_leader: Fragment,
    pub initial_call: Option<(Atom, Atom, u8)>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cause {
    Error,
    Throw,
    /// It wanted more words than its limit, which is `max`.
    HeapLimit { wanted: usize, max: usize },
    /// It was the largest when all processes together went over their limit.
    TotalLimit { max: usize },
    OutOfMemory { words: usize },
}
