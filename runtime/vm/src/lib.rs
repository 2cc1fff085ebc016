//! The interpreter: runs one process for one slice and says why it stopped.
//!
//! **What it is for.** [`Machine`] holds functions and modules, [`Process`] what belongs to one process. Natives are Rust
//! functions on a [`Ctx`].
//!
//! **Invariants.**
//! 1. Code was checked by `bytecode`'s verifier before it is loaded; the interpreter trusts it.
//! 2. Terms move only at safepoints: calls, allocations of compiled code, waits.
//!
//! **What it must not know.** Threads, signals, names, where modules come from. It does no I/O and reads no clock.
//!
//! `unsafe` lies in `export`, `frames`, `interpreter` and its parts, and in a few lines each of this file, `process`, `mailbox` and
//! `versions`.

mod bifs;
mod bits;
mod dictionary;
mod export;
mod frames;
mod interpreter;
pub mod literals;
mod machine;
mod mailbox;
mod module;
mod native;
mod process;
mod start;
mod system;
mod versions;

use jovial_term::raw::Word;
use jovial_term::{Heap, Term};

pub use bifs::guard_bif;
pub use interpreter::run;
pub use machine::{CodeSource, Dispatch, Machine};
pub use mailbox::Mailbox;
pub use module::{LoadError, ModuleVersion};
pub use native::{Class, Ctx, Halt, Job, JobResult, NativeFn};
pub use process::Process;
pub use system::{Drained, Killed, Stop, System};
pub use versions::Sweep;

/// Brands a word that the process keeps as a root.
pub(crate) fn raw_term(heap: &Heap, word: Word) -> Term<'_> {
    // SAFETY: callers pass roots of the process that owns the heap (`process`, invariant 1; `mailbox`, invariant 1).
    unsafe { jovial_term::raw::term(heap, word) }
}
