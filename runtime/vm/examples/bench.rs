//! Five small programs, timed: `bench [fib|sum|tree|list|bytes] [count] [loop|threaded]`; `bench code` prints their bytecode.
//!
//! Run it under callgrind with a small and a larger count, and divide the difference in instructions by that in calls.
#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a tool for the command line")]

use std::any::Any;
use std::time::Instant;

use jovial_atoms::Atom;
use jovial_term::{HeapOptions, Pid, Term};
use jovial_vm::{Dispatch, Drained, Machine, Process, Stop, System};

struct World;

impl System for World {
    fn as_any(&self) -> &dyn Any {
        self
    }
    fn drain(&self, _: &Process) -> Drained {
        Drained::Nothing
    }
    fn now_us(&self) -> u64 {
        0
    }
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let module = jovial_bytecode::text::read(include_str!("bench.ir")).unwrap();
    let image = jovial_bytecode::emit(&module).unwrap();
    let only = args.get(1).map_or("", String::as_str);
    if only == "code" {
        println!("{}", jovial_bytecode::disassemble::disassemble(&image.code));
        return;
    }
    let machine = Machine::new();
    machine.load(&image).unwrap();
    for dispatch in [Dispatch::Loop, Dispatch::Threaded] {
        if args.get(3).is_some_and(|wanted| *wanted != format!("{dispatch:?}").to_lowercase()) {
            continue;
        }
        machine.set_dispatch(dispatch);
        for (name, count) in [("fib", 30), ("sum", 20_000_000), ("tree", 20), ("list", 3), ("bytes", 30)] {
            if !only.is_empty() && only != name {
                continue;
            }
            let count = args.get(2).and_then(|count| count.parse().ok()).unwrap_or(count);
            let process = Process::new(Pid::new(1), HeapOptions::default()).unwrap();
            machine.start(&process, module.name, Atom::new(name), &[Term::small32(count)]).unwrap();
            let start = Instant::now();
            let stop = loop {
                match jovial_vm::run(&machine, &process, &World, 4000) {
                    Stop::Yield => {}
                    other => break other,
                }
            };
            let stats = process.heap().stats();
            println!(
                "{dispatch:?} {name}({count}) = {:?} in {:.1} ms, {} reductions, {} collections, {stop:?}",
                process.result().as_i64(),
                start.elapsed().as_secs_f64() * 1000.0,
                process.reductions(),
                stats.collections,
            );
        }
    }
}
