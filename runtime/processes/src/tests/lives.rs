//! Single behaviours of processes: exit to oneself, trapping, unlink races, aliases, names, suspension, requests, limits.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use jovial_atoms::{Atom, known};
use jovial_term::{Pid, Term};
use parking_lot::Mutex;

use super::scripts::{LONG, Step, atom, finish, inline, next_message, run, show, show_reason, start};
use crate::{AliasMode, Config, Item, MonitorOptions, Options, Reason, Start};

type Log = Arc<Mutex<Vec<String>>>;

fn trap(local: &crate::Local<'_>) {
    assert!(local.process_flag(Atom::new("trap_exit"), Term::TRUE).is_ok());
}

fn waiter(local: crate::Local<'_>) -> Step {
    let _ = local;
    Step::Wait
}

#[test]
fn exit_signals_to_oneself() {
    for (trapping, reason, message, exit) in [
        (false, "normal", None, Some("normal")),
        (false, "boom", None, Some("boom")),
        (false, "kill", None, Some("killed")),
        (true, "normal", Some("normal"), None),
        (true, "boom", Some("boom"), None),
        (true, "kill", None, Some("killed")),
    ] {
        let (runtime, scripts) = inline(1);
        let seen: Log = Arc::default();
        let log = seen.clone();
        let mut sent = false;
        let pid = scripts.spawn(&runtime, move |local| {
            if !sent {
                sent = true;
                if trapping {
                    trap(&local);
                }
                assert!(local.exit(local.self_pid(), atom(reason)).is_ok());
            }
            log.lock().extend(next_message(&local));
            Step::Wait
        });
        let ended: Log = Arc::default();
        let log = ended.clone();
        runtime.watch(pid, move |reason| log.lock().push(show_reason(reason)));
        finish(&runtime);
        let expected: Vec<String> =
            message.iter().map(|reason| format!("{{EXIT,<{}>,{reason}}}", pid.number())).collect();
        assert_eq!(*seen.lock(), expected, "{trapping} {reason}");
        assert_eq!(*ended.lock(), exit.iter().map(ToString::to_string).collect::<Vec<_>>(), "{trapping} {reason}");
    }
}

/// Two processes link and unlink each other at random while one may die: afterwards both agree.
#[test]
fn link_and_unlink_races_end_in_agreement() {
    for seed in 0..200 {
        let (runtime, scripts) = inline(seed);
        let pids: Arc<Mutex<Vec<Pid>>> = Arc::default();
        let states: Arc<Mutex<[Option<bool>; 2]>> = Arc::default();
        let made: Vec<Pid> = (0..2_usize)
            .map(|own| {
                let (pids, states) = (pids.clone(), states.clone());
                let mut random = crate::random::Random::new(seed * 2 + own as u64);
                let mut steps = 0;
                scripts.spawn(&runtime, move |local| {
                    while next_message(&local).is_some() {}
                    steps += 1;
                    let other = pids.lock()[1 - own];
                    if steps < 20 {
                        if random.below(2) == 0 {
                            assert!(local.link(other).is_ok());
                        } else {
                            local.unlink(other);
                        }
                        return Step::Again;
                    }
                    let info = local.process_info(local.self_pid(), &[Item::Links]);
                    let links = info.ok().flatten().map(|info| show(info[0].1)).unwrap_or_default();
                    states.lock()[own] = Some(links.contains(&format!("<{}>", other.number())));
                    Step::Wait
                })
            })
            .collect();
        pids.lock().extend(&made);
        finish(&runtime);
        // Once more, after all signals were handled.
        for pid in &made {
            runtime.send(*pid, crate::build(|_| Term::OK), 0);
        }
        finish(&runtime);
        let states = *states.lock();
        assert_eq!(states[0], states[1], "seed {seed}");
        runtime.exit(made[0], Reason::Atom(Atom::new("boom")), 0);
        finish(&runtime);
        assert_eq!(runtime.is_alive(made[1]), states[1] == Some(false), "seed {seed}");
    }
}

#[test]
fn no_exit_comes_after_unlink_and_no_down_after_demonitor() {
    for seed in 0..50 {
        let (runtime, scripts) = inline(seed);
        let target = scripts.spawn(&runtime, |_| Step::Done);
        let seen: Log = Arc::default();
        let log = seen.clone();
        let mut step = 0;
        let mut reference = None;
        scripts.spawn(&runtime, move |local| {
            step += 1;
            match step {
                1 => {
                    trap(&local);
                    let _ = local.link(target);
                    let made = local.monitor(Term::pid(target), &MonitorOptions::default());
                    reference = made.ok().and_then(|term| term.as_ref().map(|reference| reference.number));
                    Step::Again
                }
                2 => {
                    local.unlink(target);
                    local.demonitor(reference.expect("made in step 1"), true);
                    // What came before may be there: an exit message if the link fired earlier.
                    while next_message(&local).is_some() {}
                    Step::Wait
                }
                _ => {
                    log.lock().extend(next_message(&local));
                    Step::Wait
                }
            }
        });
        finish(&runtime);
        assert!(seen.lock().is_empty(), "seed {seed}: {:?}", seen.lock());
    }
}

#[test]
fn aliases_take_messages_while_they_are_active() {
    for (mode, taken) in [
        (AliasMode::Explicit, vec!["1", "2"]),
        (AliasMode::Reply, vec!["1"]),
        (AliasMode::Demonitor, vec!["1", "2"]),
        (AliasMode::ReplyDemonitor, vec!["1"]),
    ] {
        let (runtime, scripts) = inline(3);
        let seen: Log = Arc::default();
        let log = seen.clone();
        let other = scripts.spawn(&runtime, waiter);
        let spawner = scripts.clone();
        let mut begun = false;
        scripts.spawn(&runtime, move |local| {
            if !begun {
                begun = true;
                let options = MonitorOptions { alias: Some(mode), tag: None };
                let Ok(alias) = local.monitor(Term::pid(other), &options) else { panic!("a monitor of a pid") };
                for number in [1, 2] {
                    assert!(local.send(alias, Term::small32(number)).is_ok());
                }
                let _ = &spawner;
            }
            while let Some(message) = next_message(&local) {
                log.lock().push(message);
            }
            Step::Wait
        });
        finish(&runtime);
        assert_eq!(*seen.lock(), taken, "{mode:?}");
        runtime.kill(other);
        finish(&runtime);
        // A monitor that ended with the reply does not fire.
        let fired = seen.lock().iter().any(|message| message.starts_with("{DOWN"));
        assert_eq!(fired, mode != AliasMode::ReplyDemonitor, "{mode:?}");
    }
}

#[test]
fn suspended_processes_answer_but_do_not_run() {
    let (runtime, scripts) = inline(4);
    let steps = Arc::new(AtomicUsize::new(0));
    let counter = steps.clone();
    let busy = scripts.spawn(&runtime, move |_| {
        counter.fetch_add(1, Ordering::Relaxed);
        Step::Again
    });
    let log: Log = Arc::default();
    let seen = log.clone();
    let mut stage = 0;
    let boss = scripts.spawn(&runtime, move |local| {
        while next_message(&local).is_some() {
            stage += 1;
        }
        match stage {
            0 => match local.suspend(busy) {
                Ok(()) => {
                    seen.lock().push("suspended".into());
                    stage = 1;
                    Step::Again
                }
                Err(_) => Step::Wait,
            },
            1 => match local.process_info(busy, &[Item::Status, Item::MessageQueueLen]) {
                Ok(info) => {
                    let values: Vec<String> = info.unwrap_or_default().iter().map(|(_, value)| show(*value)).collect();
                    seen.lock().push(values.join(" "));
                    stage = 2;
                    Step::Wait
                }
                Err(_) => Step::Wait,
            },
            _ => {
                assert!(local.resume(busy).is_ok());
                assert!(local.resume(busy).is_err(), "not suspended any more");
                Step::Done
            }
        }
    });
    assert!(runtime.run_until(LONG, || log.lock().len() == 2));
    assert_eq!(*log.lock(), ["suspended", "suspended 0"]);
    let before = steps.load(Ordering::Relaxed);
    finish(&runtime);
    assert_eq!(steps.load(Ordering::Relaxed), before, "it does not run");
    runtime.send(boss, crate::build(|_| Term::OK), 0);
    assert!(runtime.run_until(LONG, || steps.load(Ordering::Relaxed) > before + 10), "resumed");
    // A suspender that dies lets go.
    let mut done = false;
    let second = scripts.spawn(&runtime, move |local| {
        if !done && local.suspend(busy).is_ok() {
            done = true;
        }
        Step::Wait
    });
    assert!(runtime.run_until(LONG, || {
        let before = steps.load(Ordering::Relaxed);
        runtime.run_queue_is_empty() && before > 0
    }));
    runtime.kill(second);
    let before = steps.load(Ordering::Relaxed);
    assert!(runtime.run_until(LONG, || steps.load(Ordering::Relaxed) > before), "resumed by the death");
    runtime.kill(busy);
    assert!(runtime.run_until(LONG, || !runtime.is_alive(busy)), "a loop without end is killed");
}

#[test]
fn requests_to_the_dead_are_answered() {
    let (runtime, scripts) = inline(5);
    let dead = scripts.spawn(&runtime, |_| Step::Done);
    let seen: Log = Arc::default();
    let log = seen.clone();
    scripts.spawn(&runtime, move |local| {
        match local.process_info(dead, &[Item::Links]) {
            Ok(info) => log.lock().push(format!("info {}", info.is_some())),
            Err(_) => return Step::Wait,
        }
        match local.is_process_alive(dead) {
            Ok(alive) => log.lock().push(format!("alive {alive}")),
            Err(_) => return Step::Wait,
        }
        Step::Done
    });
    finish(&runtime);
    assert_eq!(*seen.lock(), ["info false", "alive false"]);
}

#[test]
fn what_was_sent_before_is_seen_by_is_alive() {
    for seed in 0..50 {
        let (runtime, scripts) = inline(seed);
        let victim = scripts.spawn(&runtime, |_| Step::Again);
        let seen: Log = Arc::default();
        let log = seen.clone();
        let mut killed = false;
        scripts.spawn(&runtime, move |local| {
            if !killed {
                killed = true;
                assert!(local.exit(victim, Term::atom(known::KILL)).is_ok());
            }
            match local.is_process_alive(victim) {
                Ok(alive) => {
                    log.lock().push(alive.to_string());
                    Step::Done
                }
                Err(_) => Step::Wait,
            }
        });
        finish(&runtime);
        assert_eq!(*seen.lock(), ["false"], "seed {seed}");
    }
}

#[test]
fn names_go_with_their_process() {
    let (runtime, scripts) = inline(6);
    let name = Atom::new("a_registered_name");
    let seen: Log = Arc::default();
    let log = seen.clone();
    let pid = scripts.spawn(&runtime, move |local| {
        log.lock().push(local.register(name, local.self_pid()).to_string());
        log.lock().push(local.register(Atom::new("another_name"), local.self_pid()).to_string());
        log.lock().push(local.register(known::UNDEFINED, local.self_pid()).to_string());
        log.lock().push(local.send(Term::atom(name), Term::OK).is_ok().to_string());
        log.lock().push(local.send(atom("nobody_has_this"), Term::OK).is_ok().to_string());
        log.lock().extend(next_message(&local));
        Step::Wait
    });
    finish(&runtime);
    assert_eq!(*seen.lock(), ["true", "false", "false", "true", "false", "ok"]);
    assert_eq!(runtime.whereis(name), Some(pid));
    runtime.kill(pid);
    finish(&runtime);
    assert_eq!(runtime.whereis(name), None);
}

#[test]
fn a_hundred_thousand_linked_processes_fall_together() {
    const COUNT: usize = 100_000;
    let (runtime, scripts) = inline(7);
    let previous: Arc<Mutex<Option<Pid>>> = Arc::default();
    let mut last = Pid::new(0);
    for _ in 0..COUNT {
        let previous = previous.clone();
        let mut begun = false;
        let to = *previous.lock();
        last = scripts.spawn(&runtime, move |local| {
            if !begun {
                begun = true;
                if let Some(to) = to {
                    assert!(local.link(to).is_ok());
                }
            }
            Step::Wait
        });
        *previous.lock() = Some(last);
    }
    finish(&runtime);
    assert_eq!(runtime.process_count(), COUNT);
    runtime.exit(last, Reason::Atom(Atom::new("boom")), 0);
    finish(&runtime);
    assert_eq!(runtime.process_count(), 0);
    // And one with all of them.
    let children = scripts.clone();
    let mut begun = false;
    let parent = scripts.spawn(&runtime, move |local| {
        if !begun {
            begun = true;
            let options = Options { link: true, ..Options::default() };
            for _ in 0..COUNT {
                children.spawn_from(&local, &options, waiter);
            }
        }
        Step::Wait
    });
    finish(&runtime);
    assert_eq!(runtime.process_count(), COUNT + 1);
    runtime.kill(parent);
    finish(&runtime);
    assert_eq!(runtime.process_count(), 0);
}

#[test]
fn the_limit_of_processes() {
    let (runtime, scripts) = start(Config { schedulers: 0, processes_max: 2, ..Config::deterministic(1) });
    scripts.spawn(&runtime, waiter);
    scripts.spawn(&runtime, waiter);
    let args = [scripts.add(waiter)];
    assert!(runtime.spawn(&Start::new(run(&args))).is_err());
}

#[test]
fn signals_of_one_process_to_another_stay_in_order() {
    for seed in 0..30 {
        let (runtime, scripts) = inline(seed);
        let seen: Log = Arc::default();
        let log = seen.clone();
        let receiver = scripts.spawn(&runtime, move |local| {
            while let Some(message) = next_message(&local) {
                log.lock().push(message);
            }
            Step::Wait
        });
        for sender in 0..3 {
            let mut number = 0;
            scripts.spawn(&runtime, move |local| {
                for _ in 0..2 {
                    let message = local.heap().tuple(&[Term::small32(sender), Term::small32(number)]);
                    assert!(local.send(Term::pid(receiver), message).is_ok());
                    number += 1;
                }
                if number < 40 { Step::Again } else { Step::Done }
            });
        }
        finish(&runtime);
        for sender in 0..3 {
            let prefix = format!("{{{sender},");
            let numbers: Vec<String> =
                seen.lock().iter().filter(|message| message.starts_with(&prefix)).cloned().collect();
            assert_eq!(
                numbers,
                (0..40).map(|number| format!("{{{sender},{number}}}")).collect::<Vec<_>>(),
                "seed {seed}"
            );
        }
    }
}

/// What a message costs on the way is counted, so that tests notice when it grows.
#[test]
fn sizes() {
    assert!(size_of::<crate::process::Owner>() <= 120, "{}", size_of::<crate::process::Owner>());
    assert!(size_of::<crate::signal::Signal>() <= 56, "{}", size_of::<crate::signal::Signal>());
}

#[test]
fn a_panic_ends_one_process_and_is_told() {
    let crashes: Log = Arc::default();
    let log = crashes.clone();
    let config = Config {
        schedulers: 0,
        on_crash: Some(Box::new(move |crash| log.lock().push(format!("{:?} {}", crash.cause, crash.tag)))),
        crash_receiver: Some(Atom::new("crash_receiver")),
        ..Config::deterministic(1)
    };
    let (runtime, scripts) = start(config);
    let received: Log = Arc::default();
    let log = received.clone();
    let logger = scripts.spawn(&runtime, move |local| {
        log.lock().extend(next_message(&local));
        Step::Wait
    });
    assert!(runtime.register(Atom::new("crash_receiver"), logger));
    scripts.spawn_tagged(&runtime, 12, |_| panic!("on purpose, in a test"));
    let lives = scripts.spawn(&runtime, waiter);
    finish(&runtime);
    assert_eq!(*crashes.lock(), ["Bug 12"]);
    assert_eq!(*received.lock(), ["{process_crash,?}"]);
    assert!(runtime.is_alive(lives));
}

#[test]
fn the_largest_process_ends_when_all_take_too_much() {
    let crashes: Log = Arc::default();
    let log = crashes.clone();
    let config = Config {
        schedulers: 0,
        total_max_words: 50_000,
        on_crash: Some(Box::new(move |crash| log.lock().push(format!("{:?}", crash.cause)))),
        ..Config::deterministic(1)
    };
    let (runtime, scripts) = start(config);
    for _ in 0..10 {
        scripts.spawn(&runtime, waiter);
    }
    let large = scripts.spawn(&runtime, |local| {
        // Fragments count as heap.
        local.heap().list_from_iter((0..40_000).map(Term::count));
        Step::Wait
    });
    finish(&runtime);
    assert!(!runtime.is_alive(large));
    assert_eq!(*crashes.lock(), ["TotalLimit { max: 50000 }"]);
    assert_eq!(runtime.process_count(), 10);
}
