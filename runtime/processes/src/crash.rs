//! What is told of a process that ended by an exception that nobody caught.
//!
//! **What it is for.** A [`Crash`] goes to the host's callback of [`crate::Config`] and to the process registered for it, on
//! the scheduler that ran the process, before its links and monitors learn of the end; so a log that is written from it
//! stands before what they do.
//!
//! **Invariants.** An exit (`exit(reason)`, a link, `exit/2`) is no crash.
//!
//! **What it must not know.** How logs look; whose output they go to, beyond the tag.

use jovial_atoms::Atom;
use jovial_term::{Fragment, Heap, Pid, Term};

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
    HeapLimit {
        wanted: usize,
        max: usize,
    },
    /// It was the largest when all processes together went over their limit.
    TotalLimit {
        max: usize,
    },
    OutOfMemory {
        words: usize,
    },
    /// Rust code panicked.
    Bug,
}

impl Crash {
    /// `{:process_crash, %{pid: .., name: .., cause: .., reason: .., group_leader: .., initial_call: ..}}`, where the cause is
    /// `:error`, `:throw`, `{:heap_limit, wanted_words, max_words}`, `{:total_limit, max_words}`, `{:out_of_memory, words}` or
    /// `:internal_error`.
    pub(crate) fn message<'h>(&self, heap: &'h Heap) -> Term<'h> {
        let name = |text: &str| Term::atom(Atom::new(text));
        let cause = match self.cause {
            Cause::Error => name("error"),
            Cause::Throw => name("throw"),
            Cause::HeapLimit { wanted, max } => {
                heap.tuple(&[name("heap_limit"), Term::count(wanted), Term::count(max)])
            }
            Cause::TotalLimit { max } => heap.tuple(&[name("total_limit"), Term::count(max)]),
            Cause::OutOfMemory { words } => heap.tuple(&[name("out_of_memory"), Term::count(words)]),
            Cause::Bug => name("internal_error"),
        };
        let initial_call = self.initial_call.map_or(Term::NIL, |(module, function, arity)| {
            heap.tuple(&[Term::atom(module), Term::atom(function), Term::count(arity.into())])
        });
        let map = heap.map_from([
            (name("pid"), crate::ports::identity(self.pid)),
            (name("name"), self.name.map_or(Term::NIL, Term::atom)),
            (name("cause"), cause),
            (name("reason"), heap.copy_in(self.reason.root())),
            (name("group_leader"), heap.copy_in(self.group_leader.root())),
            (name("initial_call"), initial_call),
        ]);
        heap.tuple(&[name("process_crash"), map])
    }
}
