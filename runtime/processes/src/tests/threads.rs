//! Real schedulers: many processes, stealing, offloaded jobs, killing, shutting down.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use jovial_term::Term;
use jovial_vm::{Job, JobResult};

use super::scripts::{LONG, Scripts, Step, next_message, show_reason, start};
use crate::{Config, Options, Reason, Runtime};

fn threads(count: usize) -> (Runtime, Scripts) {
    start(Config { schedulers: count, ..Config::default() })
}

#[test]
fn messages_around_a_ring_are_not_lost() {
    for schedulers in [1, 2, 4] {
        let (runtime, scripts) = threads(schedulers);
        let total = Arc::new(AtomicU64::new(0));
        let mut next = None;
        let mut first = None;
        for place in 0..50 {
            let total = total.clone();
            let to = next;
            let pid = scripts.spawn(&runtime, move |local| {
                while next_message(&local).is_some() {
                    total.fetch_add(1, Ordering::Relaxed);
                    if let Some(to) = to {
                        assert!(local.send(Term::pid(to), Term::OK).is_ok());
                    }
                }
                Step::Wait
            });
            next = Some(pid);
            first = Some(pid);
            assert!(place < 50);
        }
        let first = first.expect("fifty of them");
        for _ in 0..200 {
            assert!(runtime.send(first, crate::build(|_| Term::OK), 9));
        }
        assert!(runtime.settle(9, LONG));
        assert_eq!(total.load(Ordering::Relaxed), 50 * 200, "{schedulers} schedulers");
    }
}

#[test]
fn loops_are_shared_out_and_killed() {
    let (runtime, scripts) = threads(2);
    let spinning: Vec<_> = (0..20).map(|_| scripts.spawn_tagged(&runtime, 4, |_| Step::Again)).collect();
    // They hold nobody up.
    let quick = scripts.spawn(&runtime, |_| Step::Done);
    assert!(runtime.await_exit(quick, LONG).is_some());
    assert_eq!(runtime.kill_tag(4), 20);
    for pid in spinning {
        let reason = runtime.await_exit(pid, LONG).expect("killed");
        assert!(matches!(show_reason(&reason).as_str(), "killed" | "noproc"));
    }
    assert!(runtime.settle(4, LONG));
}

#[test]
fn jobs_run_elsewhere_and_answer() {
    for schedulers in [0, 2] {
        let config = if schedulers == 0 { Config::deterministic(1) } else { Config::default() };
        let (runtime, scripts) = start(Config { schedulers, ..config });
        let sum = Arc::new(AtomicU64::new(0));
        let pids: Vec<_> = (0..10_u64)
            .map(|number| {
                let sum = sum.clone();
                let mut asked = false;
                scripts.spawn(&runtime, move |_| {
                    if asked {
                        return Step::Done;
                    }
                    asked = true;
                    let sum = sum.clone();
                    Step::Offload(Job(Box::new(move |_| {
                        sum.fetch_add(number, Ordering::Relaxed);
                        JobResult(Box::new(|_| Ok(Term::OK)))
                    })))
                })
            })
            .collect();
        for pid in pids {
            assert!(runtime.await_exit(pid, LONG).is_some());
        }
        assert_eq!(sum.load(Ordering::Relaxed), 45);
    }
}

#[test]
fn a_process_that_waits_for_a_job_can_be_killed() {
    let (runtime, scripts) = threads(1);
    let (release, gate) = std::sync::mpsc::channel::<()>();
    let mut gate = Some(gate);
    let pid = scripts.spawn(&runtime, move |_| match gate.take() {
        Some(gate) => Step::Offload(Job(Box::new(move |_| {
            let _ = gate.recv();
            JobResult(Box::new(|_| Ok(Term::OK)))
        }))),
        None => Step::Done,
    });
    let (told, reasons) = std::sync::mpsc::channel();
    runtime.watch(pid, move |reason| drop(told.send(show_reason(reason))));
    assert!(runtime.kill(pid));
    assert_eq!(reasons.recv_timeout(LONG).as_deref(), Ok("killed"));
    drop(release);
}

#[test]
fn a_job_is_told_when_nobody_waits_for_it_any_more() {
    for interrupted in [false, true] {
        let (runtime, scripts) = threads(1);
        let (begin, begun) = std::sync::mpsc::channel();
        let (end, ended) = std::sync::mpsc::channel();
        let mut begins = Some((begin, end));
        let pid = scripts.spawn(&runtime, move |_| match begins.take() {
            Some((begin, end)) => Step::Offload(Job(Box::new(move |wanted| {
                assert_eq!(wanted.ask(), Ok(()));
                begin.send(()).expect("the test waits");
                while wanted.ask().is_ok() {
                    std::thread::yield_now();
                }
                end.send(()).expect("the test waits");
                JobResult(Box::new(|_| Ok(Term::OK)))
            }))),
            None => Step::Wait,
        });
        assert_eq!(begun.recv_timeout(LONG), Ok(()));
        assert!(if interrupted { runtime.interrupt(pid) } else { runtime.kill(pid) });
        assert_eq!(ended.recv_timeout(LONG), Ok(()));
    }
}

#[test]
fn many_processes_at_once() {
    // A million takes the same path; this keeps the everyday suite quick.
    const COUNT: u64 = 50_000;
    let (runtime, scripts) = threads(2);
    let children = scripts.clone();
    let mut begun = false;
    let parent = scripts.spawn(&runtime, move |local| {
        if !begun {
            begun = true;
            let options = Options { link: true, ..Options::default() };
            for _ in 0..COUNT {
                children.spawn_from(&local, &options, |_| Step::Wait);
            }
        }
        Step::Wait
    });
    let deadline = std::time::Instant::now() + LONG;
    while runtime.process_count() < COUNT as usize + 1 && std::time::Instant::now() < deadline {
        std::thread::yield_now();
    }
    assert_eq!(runtime.process_count(), COUNT as usize + 1);
    let reason = Reason::Atom(jovial_atoms::Atom::new("boom"));
    runtime.exit(parent, reason, 0);
    while runtime.process_count() > 0 && std::time::Instant::now() < deadline {
        std::thread::yield_now();
    }
    assert_eq!(runtime.process_count(), 0);
    assert_eq!(runtime.total_heap_words(), 0);
}

#[test]
fn a_runtime_ends_with_processes_alive() {
    let (runtime, scripts) = threads(3);
    for _ in 0..100 {
        scripts.spawn(&runtime, |_| Step::Again);
        scripts.spawn(&runtime, |_| Step::Wait);
    }
    drop(runtime);
}

/// A process that is fed from another scheduler faster than it falls asleep leaves room for others on its own.
#[test]
fn a_flooded_receiver_starves_nobody() {
    let (runtime, scripts) = threads(2);
    let stop = Arc::new(AtomicU64::new(0));
    let receiver = scripts.spawn(&runtime, |local| {
        let _ = next_message(&local);
        Step::Wait
    });
    for _ in 0..3 {
        let stop = stop.clone();
        scripts.spawn(&runtime, move |local| {
            assert!(local.send(Term::pid(receiver), Term::OK).is_ok());
            if stop.load(Ordering::Relaxed) == 0 { Step::Again } else { Step::Done }
        });
    }
    for _ in 0..200 {
        let pid = scripts.spawn(&runtime, |_| Step::Done);
        assert!(runtime.await_exit(pid, LONG).is_some());
    }
    stop.store(1, Ordering::Relaxed);
}
