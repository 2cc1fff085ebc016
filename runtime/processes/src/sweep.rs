//! Frees the code of module versions that nothing refers to any more.
//!
//! **What it is for.** [`Shared::sweep`] begins to look at all processes when the machine says that enough code was replaced. Each gets
//! a signal and shows its heap and stack before its next slice. The last one to give its share of the sweep up ends it, be it by
//! having been looked at or by being gone.
//!
//! **Invariants.**
//! 1. Every process that is in the table when a sweep begins holds a share of it until it was looked at or is gone. One that is not yet in the
//!    table got what it refers to by copying, which the machine notes for longer than that lasts.
//!
//! **What it must not know.** What refers to code, and how.

use std::sync::Arc;

use crossbeam_epoch::pin;

use crate::runtime::Shared;
use crate::signal::Kind;

impl Shared {
    #[cold]
    pub(crate) fn sweep(&self, place: usize) {
        let heaps = usize::try_from(self.total_words()).unwrap_or(usize::MAX).saturating_mul(8);
        let Some(sweep) = self.machine.sweep(heaps) else { return };
        let sweep = Arc::new(sweep);
        let guard = pin();
        for process in self.processes.entries(&guard) {
            // Who is gone refers to nothing. It is no cell's work.
            let _ = self.send(place, process.pid(), 0, Kind::Sweep(Arc::clone(&sweep)));
        }
    }
}
