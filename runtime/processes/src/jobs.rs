//! Offloaded work of natives.
//!
//! **What it is for.** Runs a job so that a panic in it becomes an error in the process that waits for it.
//!
//! **Invariants.** A job always has a result.
//!
//! **What it must not know.** Where it runs.

use std::panic::{AssertUnwindSafe, catch_unwind};

use jovial_atoms::Atom;
use jovial_term::Term;
use jovial_vm::{Halt, Job, JobResult};

fn failed(reason: &'static str) -> JobResult {
    JobResult(Box::new(move |_| Err(Halt::error(Term::atom(Atom::new(reason))))))
}

pub(crate) fn run(job: Job) -> JobResult {
    catch_unwind(AssertUnwindSafe(job.0)).unwrap_or_else(|_| failed("internal_error"))
}

/// No thread could be had.
pub(crate) fn refused() -> JobResult {
    failed("system_limit")
}
