//! Compiled programs, in text form, on the real interpreter and real schedulers.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use jovial_atoms::Atom;
use jovial_bytecode::{emit, text, verify};
use jovial_term::{Pid, Term};
use jovial_vm::{Ctx, Halt, Job, JobResult, Machine};
use parking_lot::Mutex;

use super::scripts::{LONG, atom, show, show_reason};
use crate::{Call, Config, Local, MonitorOptions, Options, Runtime, Start, of};

const PROGRAM: &str = r#"
module :p
export :loop/0 = f0
export :pinger/1 = f1
export :ponger/0 = f3
export :wait/0 = f4
export :crash/1 = f5
export :throw/1 = f6
export :crowd/1 = f7
export :timeout/1 = f8
export :grow/1 = f9
export :link_and_wait/1 = f10
export :watch/1 = f11
export :build/2 = f12
export :quit/1 = f13
export :rounds/3 = f14
export :guarded/1 = f15
export :until_interrupt/2 = f16
export :sleep/0 = f17
export :job/0 = f18
export :native_loop/0 = f19
export :free_crowd/1 = f20
export :chain/1 = f21
function f0 :loop/0 free 0
b0():
  tail_call f0()
end
function f1 :pinger/1 free 0
b0(v0):
  v1 = call :t.:spawn(:p, :ponger, [])
  v2 = call f2(v0, v1)
  v3 = call :t.:note(v2)
  v4 = call :t.:exit(v1, :kill)
  return v3
end
function f2 :ping/2 free 0
b0(v0, v1):
  branch eq v0, 0 then b1 else b2
b1():
  return :done
b2():
  v2 = call :t.:self()
  v3 = call :t.:send(v1, v2)
  jump b3
b3():
  recv_peek then b4 else b5
b4(v4):
  recv_accept
  v5 = sub v0, 1
  tail_call f2(v5, v1)
b5():
  recv_wait then b3 else b6
b6():
  return :never
end
function f3 :ponger/0 free 0
b0():
  recv_peek then b1 else b2
b1(v0):
  recv_accept
  v1 = call :t.:send(v0, :pong)
  tail_call f3()
b2():
  recv_wait then b0 else b3
b3():
  return :never
end
function f4 :wait/0 free 0
b0():
  recv_peek then b1 else b2
b1(v0):
  recv_accept
  v1 = call :t.:note(v0)
  tail_call f4()
b2():
  recv_wait then b0 else b3
b3():
  return :never
end
function f5 :crash/1 free 0
b0(v0):
  raise :error, v0
end
function f6 :throw/1 free 0
b0(v0):
  raise :throw, v0
end
function f7 :crowd/1 free 0
b0(v0):
  branch eq v0, 0 then b1 else b2
b1():
  v1 = call :t.:note(:spawned)
  tail_call f4()
b2():
  v2 = call :t.:spawn_link(:p, :wait, [])
  v3 = sub v0, 1
  tail_call f7(v3)
end
function f8 :timeout/1 free 0
b0(v0):
  jump b1
b1():
  recv_peek then b2 else b3
b2(v1):
  recv_accept
  v2 = call :t.:note(v1)
  return v2
b3():
  recv_wait v0 then b1 else b4
b4():
  v3 = call :t.:note(:late)
  return v3
end
function f9 :grow/1 free 0
b0(v0):
  v1 = cons v0, v0
  tail_call f9(v1)
end
function f10 :link_and_wait/1 free 0
b0(v0):
  v1 = call :t.:link(v0)
  tail_call f4()
end
function f11 :watch/1 free 0
b0(v0):
  v1 = call :t.:monitor(v0)
  tail_call f4()
end
function f12 :build/2 free 0
b0(v0, v1):
  branch eq v0, 0 then b1 else b2
b1():
  return v1
b2():
  v2 = sub v0, 1
  v3 = cons v0, v1
  tail_call f12(v2, v3)
end
function f13 :quit/1 free 0
b0(v0):
  raise :exit, v0
end
function f14 :rounds/3 free 0
b0(v0, v1, v2):
  branch eq v0, 0 then b1 else b2
b1():
  v3 = call :t.:note(:sent)
  return v3
b2():
  v4 = call f12(v2, [])
  v5 = call :t.:send(v1, v4)
  v6 = sub v0, 1
  tail_call f14(v6, v1, v2)
end
function f15 :guarded/1 free 0
b0(v0) handler b1:
  v1 = call f16(v0, [])
  return v1
b1(v2, v3, v4):
  v5 = tuple(v2, v3)
  v6 = call :t.:note(v5)
  tail_call f4()
end
function f16 :until_interrupt/2 free 0
b0(v0, v1) handler b1:
  v7 = call :t.:note(:in)
  v2 = call apply :p, v0()
  return v2
b1(v3, v4, v5):
  v6 = call :t.:note(:after)
  raise v3, v4 raw v5
end
function f17 :sleep/0 free 0
b0():
  tail_call f8(1000000)
end
function f18 :job/0 free 0
b0():
  v0 = call :t.:job()
  return v0
end
function f19 :native_loop/0 free 0
b0():
  v0 = call :t.:spin()
  return v0
end
function f20 :free_crowd/1 free 0
b0(v0):
  branch eq v0, 0 then b1 else b2
b1():
  v1 = call :t.:note(:spawned)
  tail_call f4()
b2():
  v2 = call :t.:spawn(:p, :wait, [])
  v3 = sub v0, 1
  tail_call f20(v3)
end
function f21 :chain/1 free 0
b0(v0):
  branch eq v0, 0 then b1 else b2
b1():
  v1 = call :t.:note(:spawned)
  tail_call f4()
b2():
  v2 = sub v0, 1
  v3 = cons v2, []
  v4 = call :t.:spawn_link(:p, :chain, v3)
  tail_call f4()
end
"#;

type Notes = Arc<Mutex<Vec<String>>>;

fn start_mfa<'h>(args: &[Term<'h>]) -> (Atom, Atom, Vec<Term<'h>>) {
    let name = |term: Term<'h>| term.as_atom().expect("an atom");
    (name(args[0]), name(args[1]), args[2].list_to_vec().expect("a list"))
}

fn spawn<'h>(local: Local<'h>, args: &[Term<'h>], options: &Options) -> Result<Term<'h>, Halt<'h>> {
    let (module, function, args) = start_mfa(args);
    local.spawn(Call::Mfa(module, function, &args), options).map(Term::pid)
}

fn register(machine: &Machine) {
    let t = Atom::new("t");
    machine.register(t, Atom::new("self"), 0, |ctx, _| Ok(Term::pid(ctx.pid())));
    machine.register(t, Atom::new("send"), 2, |ctx, args| of(ctx)?.send(args[0], args[1]).map(|()| args[1]));
    machine.register(t, Atom::new("spawn"), 3, |ctx, args| spawn(of(ctx)?, args, &Options::default()));
    machine.register(t, Atom::new("spawn_link"), 3, |ctx, args| {
        spawn(of(ctx)?, args, &Options { link: true, ..Options::default() })
    });
    machine.register(t, Atom::new("exit"), 2, |ctx, args| {
        of(ctx)?.exit(args[0].as_pid().ok_or_else(Halt::badarg)?, args[1]).map(|()| Term::TRUE)
    });
    machine.register(t, Atom::new("link"), 1, |ctx, args| {
        of(ctx)?.link(args[0].as_pid().ok_or_else(Halt::badarg)?).map(|()| Term::TRUE)
    });
    machine.register(t, Atom::new("monitor"), 1, |ctx, args| of(ctx)?.monitor(args[0], &MonitorOptions::default()));
    machine.register(t, Atom::new("note"), 1, note);
    machine.register(t, Atom::new("spin"), 0, |ctx, _| {
        ctx.charge(1_000);
        Err(Halt::TailCall { module: Atom::new("t"), function: Atom::new("spin"), args: Vec::new() })
    });
    machine.register(t, Atom::new("job"), 0, |_, _| {
        Err(Halt::Offload(Job(Box::new(|_| {
            while !RELEASED.load(Ordering::Acquire) {
                std::thread::yield_now();
            }
            JobResult(Box::new(|_| Ok(Term::OK)))
        }))))
    });
}

fn note<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Result<Term<'h>, Halt<'h>> {
    let notes: &Notes = ctx.machine().extension().expect("set by the test");
    notes.lock().push(show(args[0]));
    Ok(args[0])
}

pub(super) struct World {
    pub(super) runtime: Runtime,
    notes: Notes,
    crashes: Notes,
}

impl World {
    fn new(mut config: Config) -> World {
        super::stress();
        let module = text::read(PROGRAM).unwrap_or_else(|error| panic!("{error}"));
        verify::verify(&module).unwrap_or_else(|fault| panic!("{fault}"));
        let machine = Machine::new();
        register(&machine);
        machine.load(&emit(&module).expect("the program is emitted")).expect("the program is loaded");
        let (notes, crashes): (Notes, Notes) = Default::default();
        machine.set_extension(Box::new(notes.clone()));
        let log = crashes.clone();
        config.on_crash = Some(Box::new(move |crash| {
            log.lock().push(format!("{:?} {} {}", crash.cause, crash.tag, show(crash.reason.root())));
        }));
        World { runtime: Runtime::start(config, Arc::new(machine)).expect("threads"), notes, crashes }
    }

    pub(super) fn threads(count: usize) -> World {
        World::new(Config { schedulers: count, ..Config::default() })
    }

    pub(super) fn spawn(&self, tag: u64, function: &str, args: &[Term<'_>]) -> Pid {
        let call = Call::Mfa(Atom::new("p"), Atom::new(function), args);
        self.runtime.spawn(&Start { tag, ..Start::new(call) }).expect("room")
    }

    pub(super) fn await_notes(&self, count: usize) -> Vec<String> {
        let deadline = Instant::now() + LONG;
        while self.notes.lock().len() < count && Instant::now() < deadline {
            std::thread::yield_now();
        }
        self.notes.lock().clone()
    }
}

#[test]
fn ping_pong() {
    for schedulers in [1, 2] {
        let world = World::threads(schedulers);
        let pid = world.spawn(3, "pinger", &[Term::small32(10_000)]);
        let reason = world.runtime.await_exit(pid, LONG).expect("it ends");
        assert!(matches!(show_reason(&reason).as_str(), "normal" | "noproc"));
        assert_eq!(*world.notes.lock(), ["done"]);
        assert!(world.runtime.settle(3, LONG));
        assert!(world.runtime.processes().is_empty());
    }
}

#[test]
fn tight_loops_are_preempted_and_killed() {
    let world = World::threads(1);
    let loops: Vec<Pid> = (0..5).map(|_| world.spawn(8, "loop", &[])).collect();
    let pid = world.spawn(9, "timeout", &[Term::small32(1)]);
    assert!(world.runtime.await_exit(pid, LONG).is_some());
    assert_eq!(*world.notes.lock(), ["late"]);
    assert!(!world.runtime.settle(8, Duration::from_millis(1)));
    assert_eq!(world.runtime.kill_tag(8), loops.len());
    assert!(world.runtime.settle(8, LONG));
    assert!(world.runtime.processes().is_empty());
}

#[test]
fn crashes_are_told_with_their_trace_and_exits_are_not() {
    let world = World::threads(1);
    let (told, reasons) = std::sync::mpsc::channel();
    for (function, tag) in [("crash", 1), ("throw", 2), ("quit", 3)] {
        let pid = world.spawn(tag, function, &[atom("oops")]);
        let told = told.clone();
        world.runtime.watch(pid, move |reason| drop(told.send(show_reason(reason))));
        assert!(world.runtime.settle(tag, LONG));
    }
    let mut crashes = world.crashes.lock().clone();
    crashes.sort();
    assert_eq!(crashes, ["Error 1 {oops,[{p,crash,1,[]}]}", "Throw 2 {{nocatch,oops},[{p,throw,1,[]}]}"]);
    drop(told);
    // A watch that came after the end hears of no process.
    let last = reasons.iter().last().expect("three ends");
    assert!(last == "oops" || last == "noproc", "{last}");
}

#[test]
fn links_and_monitors_reach_compiled_code() {
    let world = World::threads(2);
    let target = world.spawn(0, "wait", &[]);
    let watcher = world.spawn(0, "watch", &[Term::pid(target)]);
    let linked = world.spawn(0, "link_and_wait", &[Term::pid(target)]);
    world.runtime.send(watcher, crate::build(|_| atom("ready")), 0);
    world.runtime.send(linked, crate::build(|_| atom("ready")), 0);
    assert_eq!(world.await_notes(2).len(), 2);
    world.runtime.kill(target);
    let notes = world.await_notes(3);
    assert_eq!(notes[2], format!("{{DOWN,ref,process,<{}>,killed}}", target.number()));
    assert!(world.runtime.await_exit(linked, LONG).is_some());
    assert!(world.runtime.is_alive(watcher));
}

#[test]
fn the_heap_limit_ends_one_process() {
    let world = World::new(Config { schedulers: 1, heap_max_words: 100_000, ..Config::default() });
    let pid = world.spawn(4, "grow", &[Term::EMPTY_LIST]);
    assert!(world.runtime.await_exit(pid, LONG).is_some());
    let crashes = world.crashes.lock().clone();
    assert!(crashes.len() == 1 && crashes[0].starts_with("HeapLimit"), "{crashes:?}");
    let other = world.spawn(5, "timeout", &[Term::ZERO]);
    assert!(world.runtime.await_exit(other, LONG).is_some());
}

#[test]
fn large_messages_survive_collections() {
    let world = World::threads(2);
    let receiver = world.spawn(0, "wait", &[]);
    let rounds = [Term::small32(20), Term::pid(receiver), Term::small32(500)];
    let sender = world.spawn(6, "rounds", &rounds);
    assert!(world.runtime.await_exit(sender, LONG).is_some());
    assert!(world.runtime.settle(6, LONG));
    let list = format!("[{}]", (1..=500).map(|number| number.to_string()).collect::<Vec<_>>().join(","));
    let notes = world.notes.lock();
    assert_eq!(notes.iter().filter(|note| **note == list).count(), 20);
}

#[test]
fn a_crowd_of_compiled_processes() {
    const COUNT: i32 = 30_000;
    let world = World::threads(2);
    let parent = world.spawn(1, "crowd", &[Term::small32(COUNT)]);
    assert_eq!(world.await_notes(1), ["spawned"]);
    assert_eq!(world.runtime.process_count(), COUNT as usize + 1);
    world.runtime.kill(parent);
    assert!(world.runtime.settle(1, LONG));
    assert!(world.runtime.processes().is_empty());
}

#[test]
fn an_interrupt_reaches_every_place_and_runs_what_must_run() {
    for schedulers in [1, 2] {
        let world = World::threads(schedulers);
        for (count, place) in ["loop", "wait", "sleep", "job", "native_loop"].iter().enumerate() {
            let pid = world.spawn(0, "guarded", &[atom(place)]);
            assert_eq!(world.await_notes(3 * count + 1)[3 * count..], ["in"], "{place}");
            assert!(world.runtime.interrupt(pid), "{place}");
            let notes = world.await_notes(3 * count + 3);
            assert_eq!(notes[3 * count + 1..], ["after", "{interrupt,interrupt}"], "{place}");
            // It lives on.
            assert!(world.runtime.is_alive(pid), "{place}");
            world.runtime.kill(pid);
        }
    }
    RELEASED.store(true, Ordering::Release);
}

/// Lets the job of `:t.job` end.
static RELEASED: AtomicBool = AtomicBool::new(false);

/// The same program twice in virtual time: the same events, whatever the slices.
#[test]
fn compiled_programs_replay() {
    let run = |seed: u64| {
        let log = crate::policy::EventLog::recording();
        let world = World::new(Config { schedulers: 0, log, ..Config::deterministic(seed) });
        let pid = world.spawn(1, "pinger", &[Term::small32(50)]);
        for _ in 0..3 {
            world.spawn(1, "pinger", &[Term::small32(20)]);
            world.spawn(1, "timeout", &[Term::small32(5)]);
        }
        world.runtime.run_until(LONG, || false);
        assert!(!world.runtime.is_alive(pid), "seed {seed}");
        let notes = world.notes.lock().clone();
        (world.runtime.take_events(), notes)
    };
    for seed in 0..5 {
        let (first, second) = (run(seed), run(seed));
        assert!(first == second, "seed {seed} gave another log");
        assert_eq!(first.1.len(), 7, "seed {seed}");
    }
    assert!(run(1).0 != run(2).0);
}
