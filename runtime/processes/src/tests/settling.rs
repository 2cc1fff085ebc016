//! Cause tags: who carries them on, and when a cell has settled.

use std::sync::Arc;
use std::time::Duration;

use jovial_term::Term;
use parking_lot::Mutex;

use super::scripts::{LONG, Step, atom, finish, inline, next_message, start};
use crate::{Config, Options};

#[test]
fn a_tag_travels_with_messages_spawns_and_timers() {
    let (runtime, scripts) = inline(1);
    let seen: Arc<Mutex<Vec<String>>> = Arc::default();
    let log = seen.clone();
    let server = scripts.spawn_tagged(&runtime, 3, move |local| {
        while let Some(message) = next_message(&local) {
            log.lock().push(format!("{message} {}", local.tag()));
        }
        Step::Wait
    });
    finish(&runtime);
    assert_eq!(runtime.processes_of(3), [server]);
    let children = scripts.clone();
    scripts.spawn_tagged(&runtime, 7, move |local| {
        assert!(local.send(Term::pid(server), atom("direct")).is_ok());
        assert!(local.start_timer(5, Term::pid(server), atom("timer"), false, false).is_ok());
        children.spawn_from(&local, &Options::default(), move |local| {
            assert!(local.send(Term::pid(server), atom("child")).is_ok());
            Step::Done
        });
        Step::Done
    });
    finish(&runtime);
    seen.lock().sort();
    assert_eq!(*seen.lock(), ["child 7", "direct 7", "timer 7"]);
    assert_eq!(runtime.processes_of(7), [server], "it works for cell 7 now");
    assert_eq!(runtime.kill_tag(7), 1);
    finish(&runtime);
    assert_eq!(runtime.process_count(), 0);
}

#[test]
fn settled_means_that_nothing_of_the_cell_is_runnable() {
    let (runtime, scripts) = inline(2);
    runtime.let_time_run(false);
    let left = Arc::new(Mutex::new(100));
    let counter = left.clone();
    scripts.spawn_tagged(&runtime, 5, move |_| {
        *counter.lock() -= 1;
        if *counter.lock() == 0 { Step::WaitUntil(1_000) } else { Step::Again }
    });
    assert!(!runtime.is_settled(5));
    assert!(runtime.settle(5, LONG));
    assert_eq!(*left.lock(), 0, "it settled when the process slept, not before");
    // Timers and sleeps do not hold a cell up, and another cell does not either.
    scripts.spawn_tagged(&runtime, 6, |_| Step::Again);
    assert!(runtime.is_settled(5));
    assert!(!runtime.settle(6, Duration::from_millis(1)));
}

/// Cells on real threads: each one a tree of processes that pass messages around. When it settled, its work is done.
#[test]
fn a_cell_settles_after_its_last_message() {
    let (runtime, scripts) = start(Config { schedulers: 3, ..Config::default() });
    for cell in 1..60_u64 {
        let done = Arc::new(Mutex::new(0));
        let counter = done.clone();
        let sink = scripts.spawn(&runtime, move |local| {
            while next_message(&local).is_some() {
                *counter.lock() += 1;
            }
            Step::Wait
        });
        let children = scripts.clone();
        scripts.spawn_tagged(&runtime, cell, move |local| {
            for _ in 0..8 {
                let mut rounds = 0;
                children.spawn_from(&local, &Options::default(), move |local| {
                    rounds += 1;
                    assert!(local.send(Term::pid(sink), Term::OK).is_ok());
                    if rounds == 5 { Step::Done } else { Step::Again }
                });
            }
            Step::Done
        });
        assert!(runtime.settle(cell, LONG), "cell {cell}");
        assert_eq!(*done.lock(), 40, "cell {cell}");
    }
}
