//! Timers and time, in virtual time.

use std::sync::Arc;

use jovial_term::Term;
use parking_lot::Mutex;

use super::scripts::{Step, atom, finish, inline, next_message, start};
use crate::{Config, TimerAnswer};

type Log = Arc<Mutex<Vec<String>>>;

fn now(local: &crate::Local<'_>) -> u64 {
    local.monotonic_ns() / 1_000_000
}

#[test]
fn messages_come_in_order_of_time_then_of_setting() {
    let (runtime, scripts) = inline(1);
    let seen: Log = Arc::default();
    let log = seen.clone();
    let mut begun = false;
    scripts.spawn(&runtime, move |local| {
        if !begun {
            begun = true;
            for (time, name) in [(50, "c"), (10, "a"), (50, "d"), (20, "b"), (0, "now"), (100_000, "late")] {
                assert!(local.start_timer(time, Term::pid(local.self_pid()), atom(name), false, false).is_ok());
            }
        }
        while let Some(message) = next_message(&local) {
            log.lock().push(format!("{message} {}", now(&local)));
        }
        Step::Wait
    });
    finish(&runtime);
    assert_eq!(*seen.lock(), ["now 0", "a 10", "b 20", "c 50", "d 50", "late 100000"]);
}

#[test]
fn timers_are_read_and_cancelled() {
    let (runtime, scripts) = inline(1);
    let seen: Log = Arc::default();
    let log = seen.clone();
    let mut begun = false;
    scripts.spawn(&runtime, move |local| {
        if !begun {
            begun = true;
            let own = Term::pid(local.self_pid());
            let (Ok(first), Ok(second)) = (
                local.start_timer(30, own, atom("x"), true, false),
                local.start_timer(40, own, atom("y"), true, false),
            ) else {
                panic!("timers to a pid")
            };
            let note = |answer: Result<TimerAnswer, _>| log.lock().push(format!("{:?}", answer.ok()));
            note(local.read_timer(first, false));
            note(local.cancel_timer(first, false, true));
            note(local.cancel_timer(first, false, true));
            note(local.read_timer(second, true));
            note(local.cancel_timer(first, true, false));
            note(local.cancel_timer(first, true, true));
        }
        while let Some(message) = next_message(&local) {
            log.lock().push(format!("{message} {}", now(&local)));
        }
        Step::Wait
    });
    finish(&runtime);
    assert_eq!(
        *seen.lock(),
        [
            "Some(Left(30))",
            "Some(Left(30))",
            "Some(Gone)",
            "Some(Later)",
            "Some(Done)",
            "Some(Later)",
            "{read_timer,ref,40} 0",
            "{cancel_timer,ref,false} 0",
            "{timeout,ref,y} 40",
        ]
    );
}

#[test]
fn a_wait_ends_at_its_time_or_with_a_message() {
    let (runtime, scripts) = inline(2);
    let seen: Log = Arc::default();
    let log = seen.clone();
    let mut waits = 0;
    let sleeper = scripts.spawn(&runtime, move |local| {
        let message = next_message(&local);
        log.lock().push(format!("{} {message:?}", now(&local)));
        waits += 1;
        if waits == 4 { Step::Done } else { Step::WaitUntil(now(&local) + 100) }
    });
    let mut sent = false;
    scripts.spawn(&runtime, move |local| {
        if now(&local) < 250 {
            return Step::WaitUntil(250);
        }
        if !sent {
            sent = true;
            assert!(local.send(Term::pid(sleeper), Term::OK).is_ok());
        }
        Step::Done
    });
    finish(&runtime);
    assert_eq!(*seen.lock(), ["0 None", "100 None", "200 None", "250 Some(\"ok\")"]);
}

#[test]
fn virtual_time_stands_still_until_it_may_run() {
    let (runtime, scripts) = inline(3);
    runtime.let_time_run(false);
    let seen: Log = Arc::default();
    let log = seen.clone();
    scripts.spawn(&runtime, move |local| {
        log.lock().push(now(&local).to_string());
        Step::WaitUntil(1_000)
    });
    finish(&runtime);
    assert_eq!(*seen.lock(), ["0"]);
    runtime.let_time_run(true);
    runtime.run_until(super::scripts::LONG, || seen.lock().len() == 2);
    assert_eq!(*seen.lock(), ["0", "1000"]);
}

/// A crowd that sends, waits, sleeps, links and dies, as a log of events.
fn crowd(seed: u64) -> Vec<crate::policy::Event> {
    let config = Config { schedulers: 0, log: crate::policy::EventLog::recording(), ..Config::deterministic(seed) };
    let (runtime, scripts) = start(config);
    let pids: Arc<Mutex<Vec<jovial_term::Pid>>> = Arc::default();
    let made: Vec<_> = (0..20_u64)
        .map(|own| {
            let pids = pids.clone();
            let mut random = crate::random::Random::new(own);
            let mut left = 30;
            scripts.spawn(&runtime, move |local| {
                while next_message(&local).is_some() {}
                left -= 1;
                let pids = pids.lock();
                let other = pids[random.below(pids.len() as u64) as usize];
                match random.below(6) {
                    0 if left < 10 => {
                        let _ = local.exit(other, atom("boom"));
                    }
                    1 => drop(local.link(other)),
                    2 => return Step::WaitUntil(now(&local) + random.below(20)),
                    _ => drop(local.send(Term::pid(other), Term::OK)),
                }
                if left == 0 { Step::Done } else { Step::Again }
            })
        })
        .collect();
    pids.lock().extend(made);
    finish(&runtime);
    runtime.take_events()
}

#[test]
fn a_seed_gives_one_log_and_seeds_differ() {
    let logs: Vec<_> = (0..4).map(crowd).collect();
    for (seed, log) in logs.iter().enumerate() {
        assert!(log.len() > 200, "seed {seed}");
        assert!(*log == crowd(seed as u64), "seed {seed} gave another log");
    }
    assert!(logs[0] != logs[1]);
}
