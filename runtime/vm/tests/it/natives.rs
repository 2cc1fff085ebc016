//! Natives that end in every way there is, and what calling them does.

use jovial_atoms::Atom;
use jovial_term::Term;
use jovial_vm::{Ctx, Halt, Job, JobResult, Machine};

type Ended<'h> = Result<Term<'h>, Halt<'h>>;

fn pair<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Ended<'h> {
    Ok(ctx.heap().tuple(args))
}

/// Counts down by calls of itself.
fn countdown<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Ended<'h> {
    ctx.charge(10);
    match args[0].as_small() {
        Some(0) => Ok(args[1]),
        Some(left) => Err(Halt::TailCall {
            module: Atom::new("test"),
            function: Atom::new("countdown"),
            args: vec![ctx.heap().int(left - 1), ctx.heap().cons(args[0], args[1])],
        }),
        None => Err(Halt::badarg()),
    }
}

fn apply<'h>(_: &Ctx<'h>, args: &[Term<'h>]) -> Ended<'h> {
    Err(Halt::Apply { fun: args[0], args: args[1].list_to_vec().ok_or_else(Halt::badarg)? })
}

fn offload<'h>(_: &Ctx<'h>, args: &[Term<'h>]) -> Ended<'h> {
    let number = args[0].as_i64().ok_or_else(Halt::badarg)?;
    Err(Halt::Offload(Job(Box::new(move |_| {
        let double = number * 2;
        JobResult(Box::new(move |ctx| Ok(ctx.heap().int(double))))
    }))))
}

/// Waits until there is a message, and says how many.
fn wait<'h>(ctx: &Ctx<'h>, _: &[Term<'h>]) -> Ended<'h> {
    ctx.system().drain(ctx.process());
    match ctx.process().mailbox().borrow().len() {
        0 => Err(Halt::WaitUntil(5)),
        count => Ok(Term::count(count)),
    }
}

fn throw<'h>(_: &Ctx<'h>, args: &[Term<'h>]) -> Ended<'h> {
    Err(Halt::throw(args[0]))
}

fn fault<'h>(_: &Ctx<'h>, _: &[Term<'h>]) -> Ended<'h> {
    panic!("a broken rule")
}

fn hibernate<'h>(_: &Ctx<'h>, args: &[Term<'h>]) -> Ended<'h> {
    Err(Halt::Hibernate { module: Atom::new("natives"), function: Atom::new("woken"), args: vec![args[0]] })
}

/// A list of so many numbers, far more than a block holds.
fn numbers<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Ended<'h> {
    let count = args[0].as_usize().ok_or_else(Halt::badarg)?;
    Ok(ctx.heap().list((0..count).map(Term::count)))
}

pub(crate) fn register(machine: &Machine) {
    let module = Atom::new("test");
    for (name, arity, native) in [
        ("pair", 2, pair as jovial_vm::NativeFn),
        ("countdown", 2, countdown),
        ("apply", 2, apply),
        ("offload", 1, offload),
        ("wait", 0, wait),
        ("throw", 1, throw),
        ("fault", 0, fault),
        ("hibernate", 1, hibernate),
        ("numbers", 1, numbers),
    ] {
        machine.register(module, Atom::new(name), arity, native);
    }
    machine.register(jovial_atoms::known::ERLANG, Atom::new("throw"), 1, throw);
}

/// A world whose rules are broken.
struct Faulty;

impl jovial_vm::System for Faulty {
    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
    fn drain(&self, _: &jovial_vm::Process) -> jovial_vm::Drained {
        panic!("a broken rule of the world")
    }
    fn now_us(&self) -> u64 {
        0
    }
}

#[test]
fn a_failed_assertion_reaches_whoever_runs_the_process() {
    let source = "module :m\nexport :f/0 = f0\nfunction f0 :f/0 free 0\nb0():\n recv_peek then b1 else b2\nb1(v0):\n return v0\nb2():\n recv_wait then b0 else b3\nb3():\n return :none\nend";
    let module = jovial_bytecode::text::read(source).unwrap();
    let machine = Machine::new();
    machine.load(&jovial_bytecode::emit(&module).unwrap()).unwrap();
    for dispatch in [jovial_vm::Dispatch::Loop, jovial_vm::Dispatch::Threaded] {
        machine.set_dispatch(dispatch);
        let process = jovial_vm::Process::new(jovial_term::Pid::new(1), jovial_term::HeapOptions::default()).unwrap();
        machine.start(&process, module.name, Atom::new("f"), &[]).unwrap();
        let run = || jovial_vm::run(&machine, &process, &Faulty, 4000);
        assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).is_err(), "{dispatch:?}");
    }
}
