//! How much memory processes may take, from what the machine or its control group grants.

use std::fs;

/// The largest heap of one process, in bytes, where the machine has more.
const PROCESS_MAX: u64 = 4 << 30;
/// What is assumed where nothing can be found out.
const UNKNOWN: u64 = 4 << 30;

/// Limits in words: for one process, and for all together.
pub(crate) struct Limits {
    pub(crate) process_words: usize,
    pub(crate) total_words: usize,
}

fn number(path: &str) -> Option<u64> {
    fs::read_to_string(path).ok()?.trim().parse().ok()
}

fn machine() -> Option<u64> {
    let text = fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kilobytes.checked_mul(1024)
}

/// The memory that may be used: the least of what the machine has and its control groups allow.
fn granted() -> u64 {
    let groups = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"];
    groups.iter().filter_map(|path| number(path)).chain(machine()).min().unwrap_or(UNKNOWN)
}

fn words(bytes: u64) -> usize {
    usize::try_from(bytes / 8).unwrap_or(usize::MAX)
}

/// `JOVIAL_GC_STRESS=N` has every N-th place at which memory may be collected collect, for tests of the runtime itself.
pub(crate) fn stress() {
    if let Some(period) = std::env::var("JOVIAL_GC_STRESS").ok().and_then(|text| text.parse().ok()) {
        jovial_term::stress::set_period(period);
    }
}

/// One process gets 4 GiB or half of the memory, all together nine tenths. `JOVIAL_MAX_HEAP_MB` sets the first.
pub(crate) fn limits() -> Limits {
    let granted = granted();
    let asked = std::env::var("JOVIAL_MAX_HEAP_MB").ok().and_then(|text| text.parse::<u64>().ok());
    let process = asked.map_or(PROCESS_MAX.min(granted / 2), |megabytes| megabytes.saturating_mul(1 << 20));
    Limits { process_words: words(process), total_words: words(granted / 10 * 9) }
}
