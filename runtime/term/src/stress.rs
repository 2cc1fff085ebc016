//! Switches for tests: collect at every n-th safepoint, poison freed memory, verify after each collection.
//!
//! **What it is for.** A missed root or a stale address shows itself at once when every safepoint collects, every
//! collection moves everything, and freed memory is filled with a pattern that is no term.
//!
//! **Invariants.**
//! 1. With period 0 nothing here changes behaviour.
//!
//! **What it must not know.** Where the settings come from; hosts and tests read `JOVIAL_GC_STRESS`.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use crate::block;
use crate::heap::Heap;
use crate::verify;

static PERIOD: AtomicU32 = AtomicU32::new(0);
static VERIFY: AtomicBool = AtomicBool::new(cfg!(debug_assertions));

/// Makes every `period`-th safepoint (at most 255) of every heap collect, of large heaps fewer; 0 switches it off. Poisoning and verifying go
/// with it.
pub fn set_period(period: u32) {
    PERIOD.store(period, Ordering::Relaxed);
    let on = period > 0 || cfg!(debug_assertions);
    VERIFY.store(on, Ordering::Relaxed);
    block::set_poison(on);
}

/// Whether stress mode is on.
pub fn period() -> u32 {
    PERIOD.load(Ordering::Relaxed)
}

/// Counts a safepoint; true when the machine should collect now although there is room.
#[inline]
pub fn due(heap: &Heap) -> bool {
    let period = PERIOD.load(Ordering::Relaxed);
    if period == 0 {
        return false;
    }
    let apart = u8::try_from(period.saturating_mul(places_per_collection(heap))).unwrap_or(u8::MAX);
    let left = heap.stress_left.get();
    if left <= 1 || apart == 1 {
        heap.stress_left.set(apart);
        return true;
    }
    heap.stress_left.set(left - 1);
    false
}

/// How many times the period passes between two collections: a collection moves the whole heap, so that a program would take
/// time by the square of what it holds if each place collected. Up to [`SMALL`] words, each does.
fn places_per_collection(heap: &Heap) -> u32 {
    const SMALL: usize = 1 << 12;
    u32::try_from(1 + heap.total_words() / SMALL).unwrap_or(u32::MAX)
}

/// Called after each collection.
pub(crate) fn collected(heap: &Heap) {
    /// Heaps beyond this many words are verified now and then only, or tests with large heaps would never end.
    const ALWAYS: usize = 1 << 14;
    if VERIFY.load(Ordering::Relaxed)
        && (heap.total_words() < ALWAYS || heap.collections.get().is_multiple_of(16))
        && let Err(fault) = verify::heap(heap)
    {
        panic!("the heap is damaged after a collection: {fault}");
    }
}
