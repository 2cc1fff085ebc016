//! Time as a parameter.
//!
//! **What it is for.** [`Clock`] gives the runtime its two times. [`RealClock`] is the machine's; [`VirtualClock`] stands
//! still until the runtime, with all processes waiting, moves it to the next timer.
//!
//! **Invariants.**
//! 1. Monotonic time never goes back and starts at 0 with the runtime.
//! 2. A virtual clock moves by `advance_to` alone, so that the same program reads the same times at every run.
//!
//! **What it must not know.** Timers, processes, sessions.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

pub trait Clock: Send + Sync + 'static {
    /// Nanoseconds since the runtime began.
    fn monotonic_ns(&self) -> u64;

    /// Nanoseconds since 1970 began, UTC.
    fn system_ns(&self) -> i64;

    /// Whether time is moved by hand.
    fn is_virtual(&self) -> bool {
        false
    }

    /// Moves a virtual clock forward; real time needs no help.
    fn advance_to(&self, _monotonic_ns: u64) {}

    /// Microseconds since the runtime began, the unit of the timer wheel.
    fn now_us(&self) -> u64 {
        self.monotonic_ns() / 1_000
    }
}

pub struct RealClock {
    start: Instant,
}

impl Default for RealClock {
    fn default() -> Self {
        RealClock { start: Instant::now() }
    }
}

impl Clock for RealClock {
    fn monotonic_ns(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }

    fn system_ns(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_nanos()).unwrap_or(i64::MAX)
    }
}

/// 2025-01-01 00:00:00 UTC: the day on which deterministic sessions live.
pub const VIRTUAL_START_NS: i64 = 1_735_689_600_000_000_000;

pub struct VirtualClock {
    start: i64,
    now: AtomicU64,
}

impl Default for VirtualClock {
    fn default() -> Self {
        VirtualClock { start: VIRTUAL_START_NS, now: AtomicU64::new(0) }
    }
}

impl Clock for VirtualClock {
    fn monotonic_ns(&self) -> u64 {
        self.now.load(Ordering::Acquire)
    }

    fn system_ns(&self) -> i64 {
        self.start.saturating_add(i64::try_from(self.monotonic_ns()).unwrap_or(i64::MAX))
    }

    fn is_virtual(&self) -> bool {
        true
    }

    fn advance_to(&self, monotonic_ns: u64) {
        self.now.fetch_max(monotonic_ns, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn virtual_time_moves_forward_only() {
        let clock = VirtualClock::default();
        clock.advance_to(5_000);
        clock.advance_to(3_000);
        assert_eq!(clock.now_us(), 5);
        assert_eq!(clock.system_ns(), VIRTUAL_START_NS + 5_000);
    }
}
