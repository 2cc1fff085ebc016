//! Looks at the clock and at memory while an input is tried, and keeps that input in a file.
//!
//! **Invariants.**
//! 1. While an input is tried its round is in [`Shared::round`], and [`NONE`] between inputs.
//! 2. The file holds the input before it is tried: an overflow of the native stack ends the program with no chance to say anything.

use std::fs::File;
use std::io::{Seek as _, Write as _};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use crate::targets::Target;
use crate::{INPUT_MAX, MEMORY_MAX, usage};

const NONE: u64 = u64::MAX;
const PERIOD: Duration = Duration::from_millis(200);

struct Shared {
    /// Counts inputs, so that two rounds with the same number (while shrinking) are told apart.
    tried: AtomicU64,
    round: AtomicU64,
    done: AtomicBool,
}

pub(crate) struct Watch {
    shared: Arc<Shared>,
    file: Option<Mutex<File>>,
    header: String,
}

/// An input is being tried until this is dropped.
pub(crate) struct Running<'w>(&'w Watch);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.shared.round.store(NONE, Ordering::Relaxed);
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.shared.done.store(true, Ordering::Relaxed);
    }
}

impl Watch {
    /// # Panics
    /// If the folder can't be written to.
    pub(crate) fn start(target: Target, seed: u64, folder: Option<PathBuf>) -> Watch {
        let file = folder.map(|folder| {
            std::fs::create_dir_all(&folder).expect("a folder for inputs");
            Mutex::new(File::create(current(&folder, target)).expect("a file for inputs"))
        });
        let shared =
            Arc::new(Shared { tried: AtomicU64::new(0), round: AtomicU64::new(NONE), done: AtomicBool::new(false) });
        let watched = shared.clone();
        let header = format!("{target} {seed}");
        let what = header.clone();
        thread::spawn(move || observe(&watched, &what));
        Watch { shared, file, header }
    }

    pub(crate) fn begin(&self, round: u64, input: &[u8]) -> Running<'_> {
        if let Some(file) = &self.file {
            let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
            let header = format!("{} {round} {}\n", self.header, input.len());
            // What can't be written is missing after a crash only.
            let _ = file.rewind().and_then(|()| file.write_all(&[header.as_bytes(), input].concat()));
        }
        self.shared.tried.fetch_add(1, Ordering::Relaxed);
        self.shared.round.store(round, Ordering::Relaxed);
        Running(self)
    }
}

/// The file with the input that is being tried: a line with target, seed, round and size, and then the bytes.
pub(crate) fn current(folder: &std::path::Path, target: Target) -> PathBuf {
    folder.join(format!("{target}-current"))
}

fn observe(shared: &Shared, what: &str) {
    let (mut tried, mut since) = (0, usage::cpu());
    while !shared.done.load(Ordering::Relaxed) {
        thread::sleep(PERIOD);
        let (round, count) = (shared.round.load(Ordering::Relaxed), shared.tried.load(Ordering::Relaxed));
        if round == NONE || count != tried {
            (tried, since) = (count, usage::cpu());
            continue;
        }
        let (took, memory) = (usage::cpu().saturating_sub(since), usage::memory());
        if took > INPUT_MAX || memory > MEMORY_MAX {
            let told = format!("{what} {round}: {took:?} of CPU time so far, {} MiB of memory", memory >> 20);
            // Nothing else can stop what never comes back.
            let _ = writeln!(std::io::stderr(), "{told}");
            std::process::abort();
        }
    }
}
