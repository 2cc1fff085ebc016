//! Figures: memory of idle processes, spawning, ping-pong, messages on all schedulers. Run it optimised:
//! `cargo run --release -p jovial-processes --example figures`.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    reason = "a program that prints figures"
)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use jovial_atoms::Atom;
use jovial_bytecode::{emit, text};
use jovial_processes::{Call, Config, Options, Runtime, Start, of};
use jovial_term::{Pid, Term};
use jovial_vm::{Halt, Machine};

const PROGRAM: &str = r#"
module :p
export :pinger/1 = f0
export :ponger/0 = f2
export :crowd/1 = f3
export :loop/1 = f4
export :short/1 = f5
literal 0 = [0]
function f0 :pinger/1 free 0
b0(v0):
  v1 = call :t.:spawn(:p, :ponger, [])
  tail_call f1(v0, v1)
end
function f1 :ping/2 free 0
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
  tail_call f1(v5, v1)
b5():
  recv_wait then b3 else b6
b6():
  return :never
end
function f2 :ponger/0 free 0
b0():
  recv_peek then b1 else b2
b1(v0):
  recv_accept
  v1 = call :t.:send(v0, :pong)
  tail_call f2()
b2():
  recv_wait then b0 else b3
b3():
  return :never
end
function f3 :crowd/1 free 0
b0(v0):
  branch eq v0, 0 then b1 else b2
b1():
  tail_call f2()
b2():
  v1 = call :t.:spawn(:p, :ponger, [])
  v2 = sub v0, 1
  tail_call f3(v2)
end
function f4 :loop/1 free 0
b0(v0):
  branch eq v0, 0 then b1 else b2
b1():
  return :done
b2():
  v1 = sub v0, 1
  tail_call f4(v1)
end
function f5 :short/1 free 0
b0(v0):
  branch eq v0, 0 then b1 else b2
b1():
  return :done
b2():
  v1 = call :t.:spawn(:p, :loop, lit0)
  v2 = sub v0, 1
  tail_call f5(v2)
end
"#;

fn machine() -> Arc<Machine> {
    let machine = Machine::new();
    let t = Atom::new("t");
    machine.register(t, Atom::new("self"), 0, |ctx, _| Ok(Term::pid(ctx.pid())));
    machine.register(t, Atom::new("send"), 2, |ctx, args| of(ctx)?.send(args[0], args[1]).map(|()| args[1]));
    machine.register(t, Atom::new("spawn"), 3, |ctx, args| {
        let (Some(module), Some(function)) = (args[0].as_atom(), args[1].as_atom()) else { return Err(Halt::badarg()) };
        let list = args[2].list_to_vec().ok_or_else(Halt::badarg)?;
        of(ctx)?.spawn(Call::Mfa(module, function, &list), &Options::default()).map(Term::pid)
    });
    machine.load(&emit(&text::read(PROGRAM).unwrap()).unwrap()).unwrap();
    Arc::new(machine)
}

fn spawn(runtime: &Runtime, function: &str, count: i32) -> Pid {
    let args = [Term::small32(count)];
    runtime.spawn(&Start { tag: 1, ..Start::new(Call::Mfa(Atom::new("p"), Atom::new(function), &args)) }).unwrap()
}

fn timed(runtime: &Runtime, function: &str, count: i32) -> Duration {
    let start = Instant::now();
    let pid = spawn(runtime, function, count);
    runtime.await_exit(pid, Duration::from_secs(600));
    start.elapsed()
}

/// Resident bytes of this program.
fn resident() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    statm.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok()).unwrap_or(0) * 4096
}

fn main() {
    // One figure alone, for a profiler.
    if let Some(only) = std::env::args().nth(1) {
        let runtime = Runtime::start(Config { schedulers: 1, ..Config::default() }, machine()).unwrap();
        spawn(&runtime, &only, 1_000_000);
        runtime.settle(1, Duration::from_secs(600));
        return;
    }
    let per = |time: Duration, count: i32| time.as_nanos() as f64 / f64::from(count);
    for schedulers in [1, 2] {
        let runtime = Runtime::start(Config { schedulers, ..Config::default() }, machine()).unwrap();
        const ROUNDS: i32 = 1_000_000;
        println!("{schedulers} scheduler(s)");
        println!("  ping-pong round trip {:6.0} ns", per(timed(&runtime, "pinger", ROUNDS), ROUNDS));
        println!("  loop iteration       {:6.1} ns", per(timed(&runtime, "loop", 50 * ROUNDS), 50 * ROUNDS));
        let start = Instant::now();
        spawn(&runtime, "short", ROUNDS);
        runtime.settle(1, Duration::from_secs(600));
        println!("  spawn and exit       {:6.0} ns", per(start.elapsed(), ROUNDS));
    }
    let runtime = Runtime::start(Config { schedulers: 1, ..Config::default() }, machine()).unwrap();
    const CROWD: i32 = 1_000_000;
    let before = resident();
    let start = Instant::now();
    spawn(&runtime, "crowd", CROWD);
    runtime.settle(1, Duration::from_secs(600));
    println!("a million idle processes");
    println!("  made in {:.2} s, {} bytes each", start.elapsed().as_secs_f64(), (resident() - before) / CROWD as u64);
    let start = Instant::now();
    println!("  {} killed", runtime.kill_tag(1));
    while runtime.process_count() > 0 {
        std::thread::yield_now();
    }
    println!("  in {:.2} s", start.elapsed().as_secs_f64());
}
