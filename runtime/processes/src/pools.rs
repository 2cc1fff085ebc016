//! Threads for work that may block or takes long: never a scheduler's.
//!
//! **What it is for.** [`Pool`] runs jobs of offloaded natives on at most so many threads, which are started when needed
//! and end after a while without work. A deterministic runtime has none and runs jobs at the call.
//!
//! **Invariants.**
//! 1. A job runs once, outside of all locks; a panic in it ends neither the pool nor the thread.
//! 2. At most `max` threads exist; jobs beyond wait in order.
//!
//! **What it must not know.** Processes: a job that nobody waits for any more runs to its end, and its answer finds no one.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::{Condvar, Mutex};

type Work = Box<dyn FnOnce() + Send>;

/// How long a thread without work stays.
const LINGER: Duration = Duration::from_secs(10);

#[derive(Default)]
struct State {
    waiting: VecDeque<Work>,
    threads: usize,
    idle: usize,
    closed: bool,
}

pub(crate) struct Pool {
    name: &'static str,
    max: usize,
    state: Mutex<State>,
    changed: Condvar,
}

impl Pool {
    pub(crate) fn new(name: &'static str, max: usize) -> Arc<Pool> {
        Arc::new(Pool { name, max: max.max(1), state: Mutex::default(), changed: Condvar::new() })
    }

    /// False when the pool is closed, or no thread could be started and none is there.
    pub(crate) fn submit(self: &Arc<Self>, work: Work) -> bool {
        let mut state = self.state.lock();
        if state.closed {
            return false;
        }
        state.waiting.push_back(work);
        if state.idle >= state.waiting.len() {
            self.changed.notify_one();
            return true;
        }
        if state.threads < self.max {
            let pool = self.clone();
            match std::thread::Builder::new().name(self.name.into()).spawn(move || pool.work()) {
                Ok(_) => state.threads += 1,
                Err(_) if state.threads == 0 => {
                    state.waiting.pop_back();
                    return false;
                }
                Err(_) => {}
            }
        }
        true
    }

    fn work(&self) {
        let mut state = self.state.lock();
        loop {
            if let Some(work) = state.waiting.pop_front() {
                drop(state);
                // A job reports its own panic to whoever waits for it; this is for what panics beyond that.
                let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
                state = self.state.lock();
                continue;
            }
            if state.closed {
                break;
            }
            state.idle += 1;
            let timed_out = self.changed.wait_for(&mut state, LINGER).timed_out();
            state.idle -= 1;
            if timed_out && state.waiting.is_empty() {
                break;
            }
        }
        state.threads -= 1;
    }

    /// Jobs that have not begun are dropped; threads end when they are done.
    pub(crate) fn close(&self) {
        let mut state = self.state.lock();
        state.closed = true;
        let dropped = std::mem::take(&mut state.waiting);
        drop(state);
        drop(dropped);
        self.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn all_jobs_run_on_a_bounded_number_of_threads() {
        let pool = Pool::new("test", 2);
        let (sender, receiver) = mpsc::channel();
        for number in 0..20 {
            let sender = sender.clone();
            assert!(pool.submit(Box::new(move || {
                assert!(number != 3, "a panic ends nothing");
                sender.send(number).expect("the test waits");
            })));
            assert!(pool.state.lock().threads <= 2);
        }
        drop(sender);
        let mut done: Vec<i32> = receiver.iter().collect();
        done.sort_unstable();
        assert_eq!(done, (0..20).filter(|number| *number != 3).collect::<Vec<_>>());
        pool.close();
        assert!(!pool.submit(Box::new(|| ())));
    }
}
