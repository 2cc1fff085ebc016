//! CPU time and memory of this program, where the system tells (Linux).

use std::sync::LazyLock;
use std::time::{Duration, Instant};

static START: LazyLock<Instant> = LazyLock::new(Instant::now);

/// CPU time that this program has used so far; elapsed time where the system doesn't tell.
pub fn cpu() -> Duration {
    ticks(11, 12).unwrap_or_else(|| START.elapsed())
}

/// CPU time of programs that this one started and that have ended.
pub fn cpu_of_children() -> Duration {
    ticks(13, 14).unwrap_or_else(|| START.elapsed())
}

/// Sum of two fields of `/proc/self/stat`, counted behind the name of the program; a tick is a hundredth of a second.
fn ticks(user: usize, system: usize) -> Option<Duration> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |field: usize| fields.get(field)?.parse::<u64>().ok();
    Some(Duration::from_millis(10 * (ticks(user)? + ticks(system)?)))
}

/// Bytes of memory in use; 0 where the system doesn't tell.
pub fn memory() -> usize {
    let resident = std::fs::read_to_string("/proc/self/statm")
        .ok()
        .and_then(|statm| statm.split_whitespace().nth(1)?.parse::<usize>().ok());
    resident.unwrap_or(0) * 4096
}
