//! Queue and state word under a model checker: every interleaving of a few senders with the owner.
//!
//! **What it is for.** The two files are compiled here a second time with loom's atomics. The owner does what a scheduler
//! does: begin, take, park, and if that fails clear and take again; senders push and notify. No signal may be lost asleep, none seen twice, and one
//! sender's signals stay in order.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::duplicate_mod,
    reason = "a second copy of two files, of which the models use a part"
)]

mod sync {
    pub(crate) use loom::sync::atomic::{AtomicPtr, AtomicU32, Ordering};
}
#[path = "queue.rs"]
mod queue;
#[path = "state.rs"]
mod state;

use loom::sync::{Arc, Mutex};
use queue::{Node, Queue};
use state::{Priority, State};

/// Signals with this number are quiet.
const QUIET: u32 = 7;

#[derive(Default)]
struct Model {
    queue: Queue<Box<Node<(u32, u32)>>>,
    state: Option<State>,
    runnable: Mutex<u32>,
    /// What others did for the owner, for its next slice.
    handed: Mutex<Vec<(u32, u32)>>,
}

impl Model {
    fn new() -> Model {
        let state = State::new(Priority::Normal);
        assert!(state.park());
        Model { queue: Queue::default(), state: Some(state), runnable: Mutex::new(0), handed: Mutex::default() }
    }

    fn state(&self) -> &State {
        self.state.as_ref().expect("made by new")
    }

    fn send(&self, sender: u32, number: u32) -> bool {
        match self.queue.push(Node::new((sender, number)), number == QUIET) {
            Ok(true) => {
                if self.state().notify().is_some() {
                    *self.runnable.lock().expect("no panic") += 1;
                }
                true
            }
            Ok(false) => true,
            Err(_) => false,
        }
    }

    /// As `send`, by doing the owner's work if it waits.
    fn hand_over(&self, sender: u32, number: u32) {
        if !self.state().seize() {
            assert!(self.send(sender, number));
            return;
        }
        let quiet = self.queue.take_quiet();
        let handed = quiet.is_some();
        if let Some(quiet) = quiet {
            let mut seen = self.handed.lock().expect("no panic");
            seen.extend(quiet.map(|node| node.value));
            seen.push((sender, number));
        }
        if handed || !self.state().park() {
            self.state().requeue();
            *self.runnable.lock().expect("no panic") += 1;
        }
        if !handed {
            assert!(self.send(sender, number));
        }
    }

    /// One slice, if the process is in the run queue: drains until it can park.
    fn slice(&self, seen: &mut Vec<(u32, u32)>) {
        {
            let mut runnable = self.runnable.lock().expect("no panic");
            if *runnable == 0 {
                return;
            }
            assert_eq!(*runnable, 1, "queued once");
            *runnable -= 1;
        }
        assert!(self.state().begin());
        seen.append(&mut self.handed.lock().expect("no panic"));
        loop {
            seen.extend(self.queue.take().map(|node| node.value));
            if self.state().park() {
                break;
            }
            self.state().clear_notified();
        }
    }
}

fn in_order(seen: &[(u32, u32)], sender: u32, count: u32) {
    let numbers: Vec<u32> = seen.iter().filter(|(from, _)| *from == sender).map(|(_, number)| *number).collect();
    assert_eq!(numbers, (0..count).collect::<Vec<_>>());
}

#[test]
fn no_signal_sleeps() {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(3);
    builder.check(|| {
        let model = Arc::new(Model::new());
        let senders: Vec<_> = (0..2)
            .map(|sender| {
                let model = model.clone();
                loom::thread::spawn(move || {
                    for number in 0..2 {
                        assert!(model.send(sender, number));
                    }
                })
            })
            .collect();
        let mut seen = Vec::new();
        model.slice(&mut seen);
        model.slice(&mut seen);
        for sender in senders {
            sender.join().expect("no panic");
        }
        // Whatever is left must be announced in the run queue.
        model.slice(&mut seen);
        assert!(model.queue.is_empty() && model.state().is_waiting());
        in_order(&seen, 0, 2);
        in_order(&seen, 1, 2);
    });
}

#[test]
fn what_is_handed_over_is_seen_in_order() {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(3);
    builder.check(|| {
        let model = Arc::new(Model::new());
        let senders: Vec<_> = (0..2)
            .map(|sender| {
                let model = model.clone();
                loom::thread::spawn(move || {
                    for number in 0..2 {
                        model.hand_over(sender, number);
                    }
                })
            })
            .collect();
        let mut seen = Vec::new();
        model.slice(&mut seen);
        for sender in senders {
            sender.join().expect("no panic");
        }
        model.slice(&mut seen);
        model.slice(&mut seen);
        assert!(model.queue.is_empty() && model.state().is_waiting());
        in_order(&seen, 0, 2);
        in_order(&seen, 1, 2);
    });
}

#[test]
fn a_quiet_signal_hides_none_behind_it() {
    loom::model(|| {
        let model = Arc::new(Model::new());
        let senders: Vec<_> = (0..2)
            .map(|sender| {
                let model = model.clone();
                loom::thread::spawn(move || {
                    assert!(model.send(sender, QUIET));
                    assert!(model.send(sender, 0));
                })
            })
            .collect();
        let mut seen = Vec::new();
        model.slice(&mut seen);
        for sender in senders {
            sender.join().expect("no panic");
        }
        model.slice(&mut seen);
        assert!(model.queue.is_empty() && model.state().is_waiting());
        assert_eq!(seen.len(), 4);
    });
}

#[test]
fn a_closing_queue_takes_or_gives_back() {
    loom::model(|| {
        let model = Arc::new(Model::new());
        let sender = loom::thread::spawn({
            let model = model.clone();
            move || (0..2).filter(|&number| model.send(0, number)).count()
        });
        // The owner exits: it has the process already.
        let owner = &model;
        let mut seen: Vec<_> = owner.queue.take().map(|node| node.value).collect();
        owner.state().finish();
        seen.extend(owner.queue.close().map(|node| node.value));
        let accepted = sender.join().expect("no panic");
        assert_eq!(seen.len(), accepted);
        in_order(&seen, 0, accepted as u32);
    });
}
