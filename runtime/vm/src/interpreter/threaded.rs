//! Dispatch by handlers that jump to each other.
//!
//! **What it is for.** [`run`] starts the chain; [`works`] tells whether the compiler made jumps of the calls.
//!
//! **Invariants.**
//! 1. A handler has no local that needs dropping, and the address of none of its locals outlives the call before its last.
//! 2. All handlers have one signature, within what the platform passes in registers. A failed assertion unwinds through
//!    them to whoever runs the process.
//!
//! **What it must not know.** What instructions do.

use std::cell::Cell;
use std::sync::OnceLock;

use jovial_bytecode::opcode::Opcode;
use jovial_term::raw::Word;

use super::{DIRECT, Flow, REST, Run, SECOND, SLOW, SLOW_FORMS, State, Stepped, goes_on, ops};

type Handler = for<'a> unsafe extern "C-unwind" fn(*const u32, *mut Word, *mut Word, i64, &'a Run<'a>, Table) -> i64;

/// The handlers by opcode. Its address goes from handler to handler, so that none has to make it.
#[derive(Clone, Copy)]
#[repr(transparent)]
struct Table(&'static [Handler; Opcode::ALL.len()]);

/// Goes on at the next instruction.
macro_rules! dispatch {
    ($state:expr, $table:expr) => {{
        let (state, table): (_, Table) = ($state, $table);
        // SAFETY: checked code: the opcode is in the table, and each handler's contract is its instruction's.
        unsafe {
            let handler = table.0.get_unchecked(*state.pc as u8 as usize);
            handler(state.pc, state.fp, state.hp, state.reds, state.run, table)
        }
    }};
}

/// Goes on where a form left the registers, if the slice does.
macro_rules! behind {
    ($flow:expr, $run:ident, $table:ident) => {{
        let flow = $flow;
        let Stepped { pc, fp, hp, reds } = $run.stepped.get();
        if !goes_on(flow) {
            return reds;
        }
        dispatch!(State { pc, fp, hp, reds, run: $run }, $table)
    }};
}

/// An instruction in its slow form, then the next.
#[cold]
#[inline(never)]
unsafe extern "C-unwind" fn slowly<'a>(
    pc: *const u32,
    fp: *mut Word,
    hp: *mut Word,
    reds: i64,
    run: &'a Run<'a>,
    table: Table,
) -> i64 {
    // SAFETY: as in `dispatch`.
    behind!(unsafe { SLOW_FORMS[usize::from(*pc as u8)](pc, fp, hp, reds, run) }, run, table)
}

/// The second short way of an instruction.
#[inline(never)]
unsafe extern "C-unwind" fn again<'a>(
    pc: *const u32,
    fp: *mut Word,
    hp: *mut Word,
    reds: i64,
    run: &'a Run<'a>,
    table: Table,
) -> i64 {
    // SAFETY: as in `dispatch`.
    let flow = unsafe { super::second(pc, fp, hp, reds, run) };
    if !goes_on(flow) {
        // SAFETY: as in `dispatch`.
        return unsafe { slowly(pc, fp, hp, reds, run, table) };
    }
    behind!(flow, run, table)
}

/// The call of a native, then the next instruction.
#[inline(never)]
unsafe extern "C-unwind" fn native<'a>(
    pc: *const u32,
    fp: *mut Word,
    hp: *mut Word,
    reds: i64,
    run: &'a Run<'a>,
    table: Table,
) -> i64 {
    // SAFETY: as in `dispatch`.
    behind!(unsafe { super::slow::op_native(pc, fp, hp, reds, run) }, run, table)
}

/// The next instruction, as a place apart: so that what rarely leads here does not cost handlers their registers.
#[cold]
#[inline(never)]
unsafe extern "C-unwind" fn rest<'a>(
    pc: *const u32,
    fp: *mut Word,
    hp: *mut Word,
    reds: i64,
    run: &'a Run<'a>,
    table: Table,
) -> i64 {
    dispatch!(State { pc, fp, hp, reds, run }, table)
}

macro_rules! handlers {
    ($($name:ident $function:ident [$($operand:ident)*] $doc:literal;)*) => {
        mod handler {
            use super::*;
            $(pub(super) unsafe extern "C-unwind" fn $function<'a>(
                pc: *const u32,
                fp: *mut Word,
                hp: *mut Word,
                reds: i64,
                run: &'a Run<'a>,
                table: Table,
            ) -> i64 {
                let mut state = State { pc, fp, hp, reds, run };
                // SAFETY: as in `dispatch`.
                let flow: Flow = unsafe { ops::$function::<true>(&mut state) };
                if !goes_on(flow) {
                    if flow == SECOND {
                        // SAFETY: as in `dispatch`.
                        return unsafe { again(pc, fp, hp, reds, run, table) };
                    }
                    if flow == REST {
                        let State { pc, fp, hp, reds, run } = state;
                        // SAFETY: as in `dispatch`.
                        return unsafe { rest(pc, fp, hp, reds, run, table) };
                    }
                    if flow == DIRECT {
                        // SAFETY: as in `dispatch`.
                        return unsafe { native(pc, fp, hp, reds, run, table) };
                    }
                    debug_assert_eq!(flow, SLOW);
                    // SAFETY: as in `dispatch`.
                    return unsafe { slowly(pc, fp, hp, reds, run, table) };
                }
                dispatch!(state, table)
            })*
        }
        static HANDLERS: [Handler; Opcode::ALL.len()] = [$(handler::$function),*];
    };
}
jovial_bytecode::for_each_opcode!(handlers);

/// Runs until the slice ends; gives the reductions that are left.
pub(super) unsafe fn run(state: State<'_>) -> i64 {
    dispatch!(state, Table(&HANDLERS))
}

thread_local! {
    /// Lowest address of a local seen while the test runs.
    static LOWEST: Cell<usize> = const { Cell::new(0) };
}

/// A native for the test: notes how deep the stack is.
fn note_depth<'h>(
    _: &crate::Ctx<'h>,
    args: &[jovial_term::Term<'h>],
) -> Result<jovial_term::Term<'h>, crate::Halt<'h>> {
    let local = 0u8;
    let address = std::hint::black_box(std::ptr::from_ref(&local)) as usize;
    LOWEST.set(LOWEST.get().min(address));
    Ok(args[0])
}

/// A loop over most kinds of instruction, one of which has a slow form alone: the call of the native.
const PROGRAM: &str = "module :jovial_dispatch_test
export :run/2 = f0
function f0 :run/2 free 0
b0(v0, v1):
  branch eq v0, 0 then b1 else b2
b1():
  tail_call :jovial_dispatch_test.:depth(v1)
b2():
  v2 = tuple(v0, v1)
  v3 = element v2, 1
  v4 = sub v0, 1
  v5 = call f1(v3)
  v6 = call :jovial_dispatch_test.:depth(v5)
  tail_call f0(v4, v6)
end
function f1 :step/1 free 0
b0(v0):
  v1 = add v0, 1
  return v1
end";

/// Whether handlers jump instead of calling: runs some thousand of them and looks how far the stack grew.
pub(super) fn works() -> bool {
    static WORKS: OnceLock<bool> = OnceLock::new();
    *WORKS.get_or_init(|| measure().is_some_and(|bytes| bytes < 4096))
}

/// Bytes by which the native stack grew while the test program ran.
fn measure() -> Option<usize> {
    use jovial_atoms::Atom;
    use jovial_term::{HeapOptions, Pid, Term};

    const ROUNDS: i32 = 300;
    let machine = crate::Machine::new();
    let name = Atom::new("jovial_dispatch_test");
    machine.register(name, Atom::new("depth"), 1, note_depth);
    let image = jovial_bytecode::emit(&jovial_bytecode::text::read(PROGRAM).ok()?).ok()?;
    machine.load(&image).ok()?;
    let depth = |rounds: i32| {
        let process = crate::Process::new(Pid::new(1), HeapOptions::default()).ok()?;
        machine.start(&process, name, Atom::new("run"), &[Term::small32(rounds), Term::ZERO]).ok()?;
        LOWEST.set(usize::MAX);
        let system = crate::start::Alone;
        let run = Run {
            ctx: crate::Ctx::new(&process, &machine, &system),
            node: jovial_atoms::known::NONODE_NOHOST,
            stop: Cell::new(None),
            lacking: Cell::new(0),
            version: Cell::new(None),
            stepped: Cell::new(Stepped::NOWHERE),
        };
        let heap = process.heap();
        let state = State {
            pc: process.resume.get(),
            // SAFETY: the process was just prepared.
            fp: unsafe { jovial_term::raw::sp(heap).add(1) },
            hp: jovial_term::raw::hp(heap),
            reds: i64::from(i32::MAX),
            run: &run,
        };
        // SAFETY: as above.
        unsafe { self::run(state) };
        (process.result().as_small() == Some(i64::from(rounds))).then(|| LOWEST.get())
    };
    let short = depth(1)?;
    let long = depth(ROUNDS)?;
    Some(short.abs_diff(long))
}

#[cfg(test)]
mod tests {
    #[test]
    fn handlers_and_slow_forms_take_no_stack() {
        let bytes = super::measure().expect("the program runs");
        // Without optimisation calls stay calls, and the plain loop runs.
        assert!(cfg!(debug_assertions) || bytes < 4096, "{bytes} bytes for 300 rounds");
    }

    /// The program above has no more than some instructions. What the compiler made of all handlers is looked at here: a call by
    /// table in one that is not of the slow forms' is a call of the next handler.
    #[test]
    #[cfg(all(target_arch = "x86_64", target_os = "linux", not(debug_assertions)))]
    fn no_handler_calls_the_next() {
        let program = std::env::current_exe().expect("the test's own file");
        let output = std::process::Command::new("objdump")
            .args(["--disassemble", "--demangle", "--no-show-raw-insn"])
            .arg(program)
            .output()
            .expect("objdump comes with the linker");
        let text = String::from_utf8_lossy(&output.stdout);
        let (mut function, mut handlers, mut callers) = ("", 0, Vec::new());
        for line in text.lines() {
            if let Some((_, name)) = line.split_once(" <").filter(|_| line.ends_with(">:")) {
                function = name.strip_suffix(">:").unwrap_or(name);
                handlers += usize::from(function.contains("interpreter::threaded::handler::op_"));
            } else if function.contains("interpreter::threaded::") && line.contains("call") && line.contains("*(%r") {
                callers.push(function.rsplit("threaded::").next().unwrap_or(function));
            }
        }
        // The optimiser may make one of several that do the same.
        assert!(handlers > jovial_bytecode::opcode::Opcode::ALL.len() / 2, "only {handlers} handlers were found");
        callers.retain(|name| *name != "slowly" && !name.starts_with("measure"));
        assert!(callers.is_empty(), "{callers:?} call what follows");
    }
}
