//! Compiling as a conversation: the compiler runs as a coroutine, and the process that compiles does what it asks for.
//!
//! A native that compiles makes a [`Session`] and goes on as a call of `:jovial_compiler.drive/2`. That function is a loop of a few
//! instructions: it resumes the session, does the call that the session asks for, catches what the call raises, and resumes the session with
//! the outcome. So a macro runs as ordinary code of the process, which may wait, be killed or be interrupted in it, and no
//! native frame lies below it.
//!
//! **Invariants.**
//! 1. Terms cross the border as fragments: a paused compiler holds no term of any heap.
//! 2. A session belongs to the process that made it; when that forgets it, the compiler's stack is unwound.

use std::sync::{Arc, Mutex, PoisonError};

use jovial_atoms::{Atom, known};
use jovial_bytecode::ir;
use jovial_processes::coroutine::{Coroutine, Pause, Step};
use jovial_term::{Fragment, Heap, Term};
use jovial_vm::{Class, Ctx, Halt};

use super::host::CompileHost;
use crate::natives::Entry;
use crate::natives::support::{Out, need};

pub const TABLE: &[Entry] = &[("jovial_compiler", "resume", 2, resume)];

/// What a compiler asks the process to do.
pub enum Request {
    /// `{module, function, args}`
    Call(Fragment),
    /// Let others run.
    Yield,
}

/// An exception on its way: its class, and `{reason, stacktrace}`.
pub struct Raised {
    pub class: Class,
    pub reason_and_trace: Fragment,
}

pub enum Answer {
    Start,
    Value(Fragment),
    Raised(Raised),
}

/// How a compilation ended.
pub type End = Result<Fragment, Raised>;

pub type Asking<'a> = Pause<'a, Answer, Request>;

type Compiler = Coroutine<Answer, Request, End>;

pub struct Session(Mutex<Option<Compiler>>);

/// Reductions that a compiler's stretch between two yields costs.
const STRETCH: u32 = 2_000;

fn driver() -> (Atom, Atom) {
    (Atom::new("jovial_compiler"), Atom::new("drive"))
}

/// Goes on as a compilation.
pub fn start<'h>(ctx: &Ctx<'h>, body: impl FnOnce(&Asking<'_>) -> End + Send + 'static) -> Result<Halt<'h>, Halt<'h>> {
    let compiler = Coroutine::new(move |pause: &Pause<'_, Answer, Request>, _: Answer| body(pause))
        .map_err(|_| Halt::system_limit())?;
    let session = Arc::new(Session(Mutex::new(Some(compiler))));
    let number = need(jovial_processes::of(ctx)?.make_ref().as_ref())?.number;
    let reference = ctx.heap().magic_ref(number, session);
    let (module, function) = driver();
    Ok(Halt::TailCall { module, function, args: vec![reference, Term::atom(known::START)] })
}

/// Builds the value that a compilation ends with.
pub fn answer(build: impl for<'h> FnOnce(&'h Heap) -> Term<'h>) -> Fragment {
    let heap = Heap::new();
    Fragment::copy_of(build(&heap)).unwrap_or_else(|_| Fragment::immediate(Term::NIL))
}

/// Prints what is still to be printed and ends with an outcome.
pub fn conclude(host: &mut CompileHost<'_>, outcome: jovial_compiler::errors::Result<Fragment>) -> End {
    let outcome = host.flush().and(outcome);
    outcome.map_err(|halt| host.raised(halt))
}

/// `resume(session, answer)`: `{:call, module, function, args}` or `{:done, value}`.
fn resume<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let reference = need(args[0].as_ref())?;
    let session: &Session = need(reference.downcast())?;
    if let Some((reason, trace)) = interrupt(args[1]) {
        // What was being compiled is given up: the compiler's stack is unwound here.
        session.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        return Err(Halt::Raise { class: Class::Interrupt, reason, trace: Some(trace) });
    }
    let answer = need(read_answer(args[1]))?;
    let mut slot = session.0.lock().unwrap_or_else(PoisonError::into_inner);
    // A compiler that panics is gone; it must not be resumed again.
    let mut compiler = need(slot.take())?;
    match compiler.resume(answer) {
        Step::Asks(Request::Yield) => {
            *slot = Some(compiler);
            ctx.charge(STRETCH);
            let (module, _) = driver();
            let function = Atom::new("resume");
            Err(Halt::TailCall { module, function, args: vec![args[0], Term::atom(known::START)] })
        }
        Step::Asks(Request::Call(call)) => {
            *slot = Some(compiler);
            let call = ctx.heap().adopt(call);
            let [module, function, args] = *need(call.as_tuple_of::<3>())?;
            Ok(ctx.heap().tuple(&[Term::atom(known::CALL), module, function, args]))
        }
        Step::Ends(Ok(value)) => {
            let value = ctx.heap().adopt(value);
            Ok(ctx.heap().tuple(&[Term::OK, value]))
        }
        Step::Ends(Err(raised)) => {
            let pair = ctx.heap().adopt(raised.reason_and_trace);
            let [reason, trace] = *need(pair.as_tuple_of::<2>())?;
            Err(Halt::Raise { class: raised.class, reason, trace: Some(trace) })
        }
    }
}

/// Reason and trace of an interrupt that came while the process did what the compiler asked for.
fn interrupt<'h>(answer: Term<'h>) -> Option<(Term<'h>, Term<'h>)> {
    let [_, class, both] = *answer.as_tuple_of::<3>()?;
    let [reason, trace] = *both.as_tuple_of::<2>()?;
    class.is_atom(Class::Interrupt.atom()).then_some((reason, trace))
}

fn read_answer(term: Term<'_>) -> Option<Answer> {
    if term.is_atom(known::START) {
        return Some(Answer::Start);
    }
    if let Some([_, value]) = term.as_tuple_of::<2>() {
        return Fragment::copy_of(*value).ok().map(Answer::Value);
    }
    let [_, class, both] = term.as_tuple_of::<3>()?;
    Some(Answer::Raised(Raised {
        class: Class::from_atom(class.as_atom()?)?,
        reason_and_trace: Fragment::copy_of(*both).ok()?,
    }))
}

/// The module `:jovial_compiler` with its one function, written in instructions because it is needed before any
/// Elixir code can be compiled:
///
/// ```text
/// def drive(session, answer) do
///   case resume(session, answer) do
///     {:call, module, function, args} ->
///       answer = try do {:ok, apply(module, function, args)} catch class, reason -> {:raised, class, {reason, __STACKTRACE__}} end
///       drive(session, answer)
///     {:ok, value} -> value
///   end
/// end
/// ```
pub fn driver_module() -> ir::Module {
    use ir::{Arg, Block, BlockId, Callee, FunId, Inst, Op, Pos, Target, Terminator, Test, Val};
    let (module, name) = driver();
    let val = |n: u32| Arg::Val(Val(n));
    let inst = |dst: u32, op: Op| Inst { dst: Some(Val(dst)), op, pos: Pos::default() };
    let block = |params: &[u32], insts: Vec<Inst>, end: Terminator, handler: Option<u32>| Block {
        params: params.iter().map(|n| Val(*n)).collect(),
        insts,
        end,
        end_pos: Pos::default(),
        handler: handler.map(BlockId),
    };
    let to = |n: u32, args: &[Arg]| Target { block: BlockId(n), args: args.to_vec() };
    let raised = Arg::Atom(Atom::new("raised"));
    let again = |answer: u32| Terminator::TailCall(Callee::Local(FunId(0)), vec![val(0), val(answer)]);
    let blocks = vec![
        block(
            &[0, 1],
            vec![inst(2, Op::Call(Callee::Remote(module, Atom::new("resume")), vec![val(0), val(1)]))],
            Terminator::Branch { test: Test::IsTupleArity(val(2), 4), then: to(1, &[]), otherwise: to(5, &[]) },
            None,
        ),
        block(
            &[],
            vec![inst(3, Op::Element(val(2), 1)), inst(4, Op::Element(val(2), 2)), inst(5, Op::Element(val(2), 3))],
            Terminator::Jump(to(2, &[])),
            None,
        ),
        block(
            &[],
            vec![inst(6, Op::Call(Callee::Remote(known::ERLANG, Atom::new("apply")), vec![val(3), val(4), val(5)]))],
            Terminator::Jump(to(4, &[val(6)])),
            Some(3),
        ),
        block(
            &[7, 8, 9],
            vec![
                inst(10, Op::Stacktrace(val(9))),
                inst(11, Op::Tuple(vec![val(8), val(10)])),
                inst(12, Op::Tuple(vec![raised, val(7), val(11)])),
            ],
            again(12),
            None,
        ),
        block(&[13], vec![inst(14, Op::Tuple(vec![Arg::Atom(known::OK), val(13)]))], again(14), None),
        block(&[], vec![inst(15, Op::Element(val(2), 1))], Terminator::Return(val(15)), None),
    ];
    let function = ir::Function { name, arity: 2, free: 0, blocks, vals: 16, pos: Pos::default() };
    ir::Module {
        name: module,
        files: vec!["compiler".into()],
        functions: vec![function],
        exports: vec![ir::Export { name, arity: 2, function: FunId(0) }],
        literals: Vec::new(),
        attributes: ir::Literal::List(Vec::new()),
        chunks: Vec::new(),
    }
}
