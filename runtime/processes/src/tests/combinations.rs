//! Link or monitor, trapping or not, every reason, every way to die, alive or dead: what the other side sees of it.
//!
//! An observer relates to a subject; the subject ends. The expectation is a function of the combination, written from the
//! rules of exit signals, not from the code.

use std::sync::Arc;

use jovial_atoms::Atom;
use jovial_term::{Pid, Term};
use parking_lot::Mutex;

use super::scripts::{LONG, Step, atom, finish, inline, next_message, show_reason};
use crate::{MonitorOptions, Options};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Relation {
    None,
    Link,
    SpawnLink,
    Monitor,
    MonitorByName,
    LinkAndMonitor,
    Unlinked,
    Demonitored,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Ending {
    /// Its code returns.
    Returns,
    /// `exit/2` on itself.
    Itself(&'static str),
    /// `exit/2` by a third process.
    Other(&'static str),
    /// It was dead before the observer turned to it.
    Before,
}

const RELATIONS: [Relation; 8] = [
    Relation::None,
    Relation::Link,
    Relation::SpawnLink,
    Relation::Monitor,
    Relation::MonitorByName,
    Relation::LinkAndMonitor,
    Relation::Unlinked,
    Relation::Demonitored,
];

const ENDINGS: [Ending; 9] = [
    Ending::Returns,
    Ending::Itself("normal"),
    Ending::Itself("boom"),
    Ending::Itself("kill"),
    Ending::Other("normal"),
    Ending::Other("boom"),
    Ending::Other("shutdown"),
    Ending::Other("kill"),
    Ending::Before,
];

/// The reason with which the subject ends; `None` when it lives on.
fn reason(ending: Ending) -> Option<&'static str> {
    match ending {
        Ending::Returns | Ending::Itself("normal") => Some("normal"),
        Ending::Other("normal") => None,
        Ending::Itself("kill") | Ending::Other("kill") => Some("killed"),
        Ending::Itself(reason) | Ending::Other(reason) => Some(reason),
        Ending::Before => Some("noproc"),
    }
}

/// The observer's messages (without pids), and its own exit reason if it ends.
fn expected(relation: Relation, trapping: bool, ending: Ending) -> (Vec<String>, Option<String>) {
    let linked = matches!(relation, Relation::Link | Relation::SpawnLink | Relation::LinkAndMonitor);
    let monitors = matches!(relation, Relation::Monitor | Relation::MonitorByName | Relation::LinkAndMonitor);
    let Some(reason) = reason(ending) else { return (Vec::new(), None) };
    if ending == Ending::Before && linked && !trapping {
        // `link` raises in the observer, which the script turns into a message; then it goes on.
        let mut seen = vec!["raised noproc".to_string()];
        seen.extend(monitors.then(|| "DOWN noproc".to_string()));
        return (seen, None);
    }
    if linked && !trapping && reason != "normal" {
        return (Vec::new(), Some(reason.into()));
    }
    let mut seen = Vec::new();
    if linked && trapping {
        seen.push(format!("EXIT {reason}"));
    }
    if monitors {
        seen.push(format!("DOWN {reason}"));
    }
    (seen, None)
}

fn simplify(message: &str) -> String {
    let parts: Vec<&str> = message.trim_matches(['{', '}']).split(',').collect();
    match parts[0] {
        "EXIT" => format!("EXIT {}", parts[2]),
        "DOWN" => format!("DOWN {}", parts.last().expect("five parts")),
        _ => message.into(),
    }
}

fn check(relation: Relation, trapping: bool, ending: Ending, seed: u64) {
    let case = format!("{relation:?}, trapping {trapping}, {ending:?}, seed {seed}");
    let (runtime, scripts) = inline(seed);
    let seen: Arc<Mutex<Vec<String>>> = Arc::default();
    let subject_pid: Arc<Mutex<Option<Pid>>> = Arc::default();
    let name = Atom::new("subject_name");

    let subject_script = {
        let mut told = false;
        move |local: crate::Local<'_>| {
            // Waits for the word to end.
            let Some(_) = next_message(&local) else {
                return if told { Step::Again } else { Step::Wait };
            };
            told = true;
            match ending {
                Ending::Itself(reason) => {
                    assert!(local.exit(local.self_pid(), atom(reason)).is_ok());
                    Step::Again
                }
                Ending::Returns | Ending::Other(_) | Ending::Before => Step::Done,
            }
        }
    };
    if relation != Relation::SpawnLink {
        let pid = scripts.spawn(&runtime, subject_script);
        assert!(runtime.register(name, pid));
        *subject_pid.lock() = Some(pid);
        if ending == Ending::Before {
            runtime.send(pid, crate::build(|_| atom("end")), 0);
            finish(&runtime);
            assert!(!runtime.is_alive(pid), "{case}");
        }
    } else if ending == Ending::Before {
        return;
    }
    let observer = {
        let (seen, subject_pid, scripts) = (seen.clone(), subject_pid.clone(), scripts.clone());
        let mut begun = false;
        move |local: crate::Local<'_>| {
            if !begun {
                begun = true;
                assert!(local.process_flag(Atom::new("trap_exit"), Term::bool(trapping)).is_ok());
                if relation == Relation::SpawnLink {
                    let options = Options { link: true, ..Options::default() };
                    *subject_pid.lock() = Some(scripts.spawn_from(&local, &options, subject_script));
                }
                let pid = subject_pid.lock().expect("made before");
                let link = || {
                    if local.link(pid).is_err() {
                        seen.lock().push("raised noproc".into());
                    }
                };
                let by_name = relation == Relation::MonitorByName;
                let monitor = || {
                    let target = if by_name { Term::atom(name) } else { Term::pid(pid) };
                    let reference = local.monitor(target, &MonitorOptions::default());
                    reference.unwrap_or(Term::ZERO).as_ref().expect("a reference").number
                };
                match relation {
                    Relation::None | Relation::SpawnLink => {}
                    Relation::Link => link(),
                    Relation::Monitor | Relation::MonitorByName => drop(monitor()),
                    Relation::LinkAndMonitor => {
                        link();
                        monitor();
                    }
                    Relation::Unlinked => {
                        if ending != Ending::Before {
                            link();
                            local.unlink(pid);
                        }
                    }
                    Relation::Demonitored => {
                        let reference = monitor();
                        local.demonitor(reference, true);
                    }
                }
            }
            while let Some(message) = next_message(&local) {
                seen.lock().push(simplify(&message));
            }
            Step::Wait
        }
    };
    let observer = scripts.spawn(&runtime, observer);
    finish(&runtime);

    let subject = subject_pid.lock().expect("made by now");
    let exit: Arc<Mutex<Option<String>>> = Arc::default();
    runtime.watch(observer, {
        let exit = exit.clone();
        move |reason| *exit.lock() = Some(show_reason(reason))
    });
    match ending {
        Ending::Other(reason) => {
            scripts.spawn(&runtime, move |local| {
                assert!(local.exit(subject, atom(reason)).is_ok());
                Step::Done
            });
        }
        Ending::Returns | Ending::Itself(_) => {
            runtime.send(subject, crate::build(|_| atom("end")), 0);
        }
        Ending::Before => {}
    }
    finish(&runtime);

    let (mut messages, ended) = expected(relation, trapping, ending);
    let mut seen = seen.lock().clone();
    // Link and monitor fire in no fixed order.
    messages.sort();
    seen.sort();
    assert_eq!(seen, messages, "{case}");
    assert_eq!(*exit.lock(), ended, "{case}");
    assert_eq!(runtime.is_alive(observer), ended.is_none(), "{case}");
    assert_eq!(runtime.is_alive(subject), reason(ending).is_none(), "{case}");
    assert_eq!(runtime.whereis(name).is_some(), relation != Relation::SpawnLink && reason(ending).is_none(), "{case}");
    runtime.kill(subject);
    assert!(runtime.run_until(LONG, || !runtime.is_alive(subject)), "{case}");
}

#[test]
fn every_combination() {
    for relation in RELATIONS {
        for trapping in [false, true] {
            for ending in ENDINGS {
                for seed in 0..3 {
                    check(relation, trapping, ending, seed);
                }
            }
        }
    }
}
