//! A world of one process: a clock that jumps, messages given beforehand.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;

use jovial_atoms::Atom;
use jovial_bytecode::ir::Literal;
use jovial_term::{Fragment, Heap, HeapOptions, Kind, Pid, Term, Value, Wanted};
use jovial_vm::{Class, Dispatch, Drained, Machine, Process, Stop, System, literals};

#[derive(Default)]
pub(crate) struct World {
    pub(crate) now_us: Cell<u64>,
    /// Messages that arrive one by one, each when the process has seen all before it.
    pub(crate) arriving: RefCell<VecDeque<Fragment>>,
}

impl System for World {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn drain(&self, process: &Process) -> Drained {
        match self.arriving.borrow_mut().pop_front() {
            Some(message) => {
                process.mailbox().borrow_mut().push(message, process.heap());
                Drained::Messages
            }
            None => Drained::Nothing,
        }
    }

    fn now_us(&self) -> u64 {
        self.now_us.get()
    }
}

/// One way of running a program.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Way {
    pub(crate) dispatch: Dispatch,
    pub(crate) slice: u32,
    pub(crate) stress: bool,
}

pub(crate) const WAYS: [Way; 5] = [
    Way { dispatch: Dispatch::Loop, slice: 4000, stress: false },
    Way { dispatch: Dispatch::Threaded, slice: 4000, stress: false },
    Way { dispatch: Dispatch::Loop, slice: 1, stress: false },
    Way { dispatch: Dispatch::Threaded, slice: 3, stress: false },
    Way { dispatch: Dispatch::Loop, slice: 50, stress: true },
];

/// How a call ended.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Outcome {
    Value(String),
    Raised(Class, String, String),
    Killed,
}

/// Calls a function in a new process and runs it to its end.
pub(crate) fn call(
    machine: &Machine,
    way: Way,
    module: Atom,
    name: Atom,
    args: &[Literal],
    messages: &[Literal],
) -> Outcome {
    let _stress = Stress::set(way.stress);
    machine.set_dispatch(way.dispatch);
    let process = Process::new(Pid::new(77), HeapOptions { max_words: 4 << 20, ..HeapOptions::default() }).unwrap();
    let outside = Heap::new();
    let terms: Vec<Term<'_>> = args.iter().map(|arg| literals::build(&outside, arg).unwrap()).collect();
    machine.start(&process, module, name, &terms).unwrap();
    let world = World::default();
    for message in messages {
        let term = literals::build(&outside, message).unwrap();
        world.arriving.borrow_mut().push_back(Fragment::copy_of(term).unwrap());
    }
    for _ in 0..10_000_000 {
        match jovial_vm::run(machine, &process, &world, way.slice) {
            Stop::Yield | Stop::Hibernate => {}
            Stop::Wait { deadline_us } => match deadline_us {
                Some(time) => world.now_us.set(time),
                None if world.arriving.borrow().is_empty() && !process.mailbox().borrow().has_unseen() => {
                    return Outcome::Value("waits for ever".into());
                }
                None => {}
            },
            Stop::Offload(job) => process.resume_with((job.0)(Wanted::ALWAYS)),
            Stop::Done => return Outcome::Value(show(process.result())),
            Stop::Exit { class } => {
                let trace = machine.stacktrace(process.heap(), process.raised_trace());
                return Outcome::Raised(class, show(process.raised()), show(trace));
            }
            Stop::Killed(_) => return Outcome::Killed,
        }
    }
    panic!("the program does not end");
}

/// The switch is for the whole program, so tests that use it must not overlap with others.
struct Stress(Option<std::sync::MutexGuard<'static, ()>>);

static STRESS: std::sync::Mutex<()> = std::sync::Mutex::new(());

impl Stress {
    fn set(on: bool) -> Stress {
        let guard = STRESS.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        jovial_term::stress::set_period(if on { 1 } else { asked() });
        Stress(Some(guard))
    }
}

impl Drop for Stress {
    fn drop(&mut self) {
        jovial_term::stress::set_period(asked());
        self.0 = None;
    }
}

/// What the environment asks for all tests.
fn asked() -> u32 {
    std::env::var("JOVIAL_GC_STRESS").ok().and_then(|text| text.parse().ok()).unwrap_or(0)
}

/// A term as the text form of literals.
pub(crate) fn show(term: Term<'_>) -> String {
    enum Piece<'h> {
        Text(String),
        Term(Term<'h>),
    }
    let mut out = String::new();
    let mut pieces = vec![Piece::Term(term)];
    while let Some(piece) = pieces.pop() {
        let term = match piece {
            Piece::Text(text) => {
                out.push_str(&text);
                continue;
            }
            Piece::Term(term) => term,
        };
        match term.value() {
            Value::Float(number) => out.push_str(&jovial_bytecode::text::print_literal(&Literal::Float(number))),
            _ if term.is_integer() => out.push_str(&term.as_int().unwrap().to_text(10)),
            _ if term.as_atom().is_some() => {
                let name = term.as_atom().unwrap();
                out.push_str(&jovial_bytecode::text::print_literal(&Literal::Atom(name)));
            }
            _ if term.as_binary().is_some() => {
                let bytes = term.bytes().unwrap().into_owned();
                out.push_str(&jovial_bytecode::text::print_literal(&Literal::Binary(bytes)));
            }
            _ if term.as_bitstring().is_some() => {
                let bits = term.as_bitstring().unwrap();
                let literal = Literal::Bitstring(bits.to_bytes().into_owned(), bits.size_bits() as u64);
                out.push_str(&jovial_bytecode::text::print_literal(&literal));
            }
            _ if term.as_tuple().is_some() => {
                out.push('{');
                pieces.push(Piece::Text("}".into()));
                for (index, item) in term.as_tuple().unwrap().iter().enumerate().rev() {
                    pieces.push(Piece::Term(*item));
                    if index > 0 {
                        pieces.push(Piece::Text(", ".into()));
                    }
                }
            }
            _ if term.is_nil_list() => out.push_str("[]"),
            _ if term.as_cons().is_some() => {
                out.push('[');
                let mut items = Vec::new();
                let mut rest = term;
                while let Some((head, tail)) = rest.as_cons() {
                    items.push(head);
                    rest = tail;
                }
                pieces.push(Piece::Text("]".into()));
                if !rest.is_nil_list() {
                    pieces.push(Piece::Term(rest));
                    pieces.push(Piece::Text(" | ".into()));
                }
                for (index, item) in items.iter().enumerate().rev() {
                    pieces.push(Piece::Term(*item));
                    if index > 0 {
                        pieces.push(Piece::Text(", ".into()));
                    }
                }
            }
            _ if term.as_map().is_some() => {
                out.push_str("%{");
                pieces.push(Piece::Text("}".into()));
                for (index, (key, value)) in term.as_map().unwrap().sorted().into_iter().enumerate().rev() {
                    pieces.push(Piece::Term(value));
                    pieces.push(Piece::Text(" => ".into()));
                    pieces.push(Piece::Term(key));
                    if index > 0 {
                        pieces.push(Piece::Text(", ".into()));
                    }
                }
            }
            _ if term.as_external_fun().is_some() => {
                let fun = term.as_external_fun().unwrap();
                out.push_str(&jovial_bytecode::text::print_literal(&Literal::Fun(fun.module, fun.name, fun.arity)));
            }
            _ => out.push_str(match term.kind() {
                Kind::Fun => "fun",
                Kind::Pid => "pid",
                _ => "other",
            }),
        }
    }
    out
}
