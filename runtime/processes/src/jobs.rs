//! Offloaded work of natives.
//!
//! **What it is for.** Runs a job so that a panic in it becomes an error in the process that waits for it. A [`Wish`] is what
//! that process keeps meanwhile: without it the job is given up.
//!
//! **Invariants.** A job always has a result, wanted or not.
//!
//! **What it must not know.** Where it runs.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use jovial_atoms::Atom;
use jovial_term::{Term, Wanted};
use jovial_vm::{Halt, Job, JobResult};

/// Held by whoever waits for a job. The flag is set when it is dropped.
pub(crate) struct Wish(Arc<AtomicBool>);

impl Drop for Wish {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// A wish, and the flag that tells when nobody holds it any more.
pub(crate) fn wish() -> (Wish, Arc<AtomicBool>) {
    let given_up = Arc::new(AtomicBool::new(false));
    (Wish(given_up.clone()), given_up)
}

fn failed(reason: &'static str) -> JobResult {
    JobResult(Box::new(move |_| Err(Halt::error(Term::atom(Atom::new(reason))))))
}

pub(crate) fn run(job: Job, given_up: &AtomicBool) -> JobResult {
    let asked = || !given_up.load(Ordering::Relaxed);
    let work = || job.0(Wanted::while_true(&asked));
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| failed("internal_error"))
}

/// No thread could be had.
pub(crate) fn refused() -> JobResult {
    failed("system_limit")
}
