//! Ends the kernel when the program that started it is gone, so that a killed server leaves nothing behind.

use std::time::Duration;

/// How often the parent is looked at.
const PERIOD: Duration = Duration::from_millis(500);

/// Calls `gone` once the parent has changed. Returns at once where the parent can't be known: an adopted process
/// (parent 1) counts as having none, unless `expected` names one.
pub(crate) fn watch(expected: Option<u32>, gone: impl Fn()) {
    #[cfg(unix)]
    {
        let first = expected.unwrap_or_else(std::os::unix::process::parent_id);
        if first <= 1 || std::os::unix::process::parent_id() != first && expected.is_none() {
            return;
        }
        // A launcher between the server and the kernel makes the named parent somebody else from the start.
        if std::os::unix::process::parent_id() != first {
            return;
        }
        while std::os::unix::process::parent_id() == first {
            std::thread::sleep(PERIOD);
        }
        gone();
    }
    #[cfg(not(unix))]
    {
        let _ = (expected, gone, PERIOD);
    }
}
