//! `:jovial_session`: how the root process gets cells, compiles them, and stores what they bind.

use std::sync::Arc;

use jovial_atoms::{Atom, known};
use jovial_compiler::env::Var;
use jovial_processes::of;
use jovial_stdlib::compile::host::CompileHost;
use jovial_stdlib::compile::{Library, env_term, evaluate, session};
use jovial_stdlib::natives::Entry;
use jovial_term::Term;
use jovial_vm::{Ctx, Halt};

use crate::host::{Out, bundle, shared, text};
use crate::output::Stream;
use crate::session::{Answer, Candidate, Evaluation, Inner};

/// The slot of the session itself: the values of the last cells, newest first.
const KEPT: usize = 0;

pub(crate) const TABLE: &[Entry] = &[
    ("jovial_session", "restore", 0, |ctx, _| {
        let saved = std::mem::take(&mut inner(ctx)?.state.lock().saved);
        ctx.set_slot(KEPT, Term::EMPTY_LIST);
        for (slot, value) in saved.into_iter().enumerate() {
            ctx.set_slot(slot, ctx.heap().adopt(value));
        }
        Ok(Term::OK)
    }),
    ("jovial_session", "next", 0, next),
    ("jovial_session", "taken", 0, |ctx, _| {
        let inner = inner(ctx)?;
        let state = inner.state.lock();
        let taken = state.cell.as_ref().is_some_and(|cell| cell.taken && cell.outcome.is_none());
        Ok(Term::bool(taken))
    }),
    ("jovial_session", "compile_next", 0, compile_next),
    ("jovial_session", "load", 1, load),
    ("jovial_session", "store", 1, store),
    ("jovial_session", "finish", 1, finish),
    ("jovial_session", "kill_cell", 1, kill_cell),
    ("jovial_session", "current", 0, |ctx, _| {
        let inner = inner(ctx)?;
        let state = inner.state.lock();
        let Some(cell) = &state.cell else { return Ok(Term::NIL) };
        let count = ctx.heap().int128(cell.count.into());
        Ok(ctx.heap().tuple(&[count, Term::bool(cell.remembered)]))
    }),
    ("jovial_session", "source", 0, |ctx, _| {
        let inner = inner(ctx)?;
        let state = inner.state.lock();
        let Some(cell) = &state.cell else { return Ok(Term::NIL) };
        let heap = ctx.heap();
        Ok(heap.tuple(&[heap.try_binary(cell.source.as_bytes())?, heap.binary(cell.file.as_bytes())]))
    }),
    ("jovial_session", "kept", 0, |ctx, _| Ok(ctx.slot(KEPT))),
    ("jovial_session", "keep", 1, |ctx, args| {
        ctx.set_slot(KEPT, args[0]);
        Ok(Term::OK)
    }),
    ("jovial_session", "answer", 1, answer),
    ("jovial_session", "variables", 0, |ctx, _| {
        let inner = inner(ctx)?;
        let state = inner.state.lock();
        let heap = ctx.heap();
        let pair = |(var, slot): (&Var, &usize)| heap.tuple(&[Term::atom(var.name()), Term::count(*slot)]);
        let own = state.slots.iter().filter(|(var, _)| **var == Var::plain(var.name(), known::NIL));
        Ok(heap.list(own.map(pair).collect::<Vec<_>>()))
    }),
    ("jovial_session", "env", 0, |ctx, _| {
        let inner = inner(ctx)?;
        let mut state = inner.state.lock();
        let env = state.env.get_or_insert_with(|| Library::in_ctx(ctx).new_shell_env("cell"));
        Ok(env_term::to_term(ctx.heap(), env))
    }),
    ("jovial_session", "settle", 1, |ctx, args| {
        let inner = inner(ctx)?;
        inner.state.lock().settle_ms = match args[0].as_u64() {
            Some(milliseconds) => Some(milliseconds),
            None if args[0].as_atom().is_some_and(|atom| atom.as_str() == "off") => Some(0),
            None => return Err(Halt::badarg()),
        };
        Ok(Term::OK)
    }),
    ("jovial_session", "described", 1, |ctx, args| {
        inner(ctx)?.described(text(args[0]));
        Ok(Term::OK)
    }),
];

fn inner<'h>(ctx: &Ctx<'h>) -> Result<Arc<Inner>, Halt<'h>> {
    shared(ctx)?.session.get().cloned().ok_or_else(Halt::badarg)
}

/// Kills the processes that work for a cell, given by its execution count, but for the root; gives their number.
fn kill_cell<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let shared = shared(ctx)?;
    let count = args[0].as_u64().ok_or_else(Halt::badarg)?;
    let runtime = shared.runtime().ok_or_else(Halt::badarg)?;
    let inner = inner(ctx)?;
    let numbers = inner.state.lock().numbers_of(count);
    // Whoever writes for a cell works for it too; these serve all cells.
    let spared = inner.spared(runtime);
    let pids = numbers.into_iter().flat_map(|number| runtime.processes_of(number));
    let killed = pids.filter(|pid| !spared.contains(pid) && runtime.kill(*pid)).count();
    Ok(Term::count(killed))
}

/// Waits for the next cell. The root works for it alone: what earlier cells left in the mailbox does not change that.
fn next<'h>(ctx: &Ctx<'h>, _: &[Term<'h>]) -> Out<'h> {
    let local = of(ctx)?;
    let cell = local.take_from_host()?;
    if let Some(running) = &mut inner(ctx)?.state.lock().cell {
        running.taken = true;
        local.set_tag(running.number);
        ctx.process().keep_cause();
    }
    Ok(cell)
}

/// Compiles the next expression of the cell: `{module, function, slots of its inputs}`, or `:done`.
fn compile_next<'h>(ctx: &Ctx<'h>, _: &[Term<'h>]) -> Out<'h> {
    let inner = inner(ctx)?;
    let (root, mut code, env) = {
        let mut state = inner.state.lock();
        for slot in std::mem::take(&mut state.unused) {
            ctx.set_slot(slot, Term::EMPTY_LIST);
            state.free.push(slot);
        }
        let env = state.env.clone();
        // An interrupt may have come before the root had the cell.
        let interrupted = state.interrupted;
        let Some(cell) = state.cell.as_mut().filter(|_| !interrupted) else { return Ok(Term::atom(Atom::new("done"))) };
        if cell.unreadable.is_some() {
            return Ok(Term::atom(Atom::new("unreadable")));
        }
        let Some(root) = cell.expressions.pop_front() else { return Ok(Term::atom(Atom::new("done"))) };
        (root, cell.code.take().unwrap_or_default(), env.ok_or_else(Halt::badarg)?)
    };
    let library = Library::in_ctx(ctx);
    let begin = session::start(ctx, move |asking| {
        let faults = library.cell_faults();
        let mut host = CompileHost::new(asking, library, faults);
        let outcome = evaluate::prepare(&mut host, &mut code, root, &env);
        let outcome = outcome.map(|prepared| {
            let mut state = inner.state.lock();
            let slots: Vec<usize> = prepared.inputs.iter().filter_map(|var| state.slots.get(var).copied()).collect();
            if let Some(cell) = &mut state.cell {
                cell.code = Some(code);
                cell.pending = Some((prepared.env, prepared.outputs));
            }
            session::answer(|heap| {
                let slots = heap.list(slots.iter().map(|slot| Term::count(*slot)).collect::<Vec<_>>());
                heap.tuple(&[Term::atom(prepared.module), Term::atom(prepared.function), slots])
            })
        });
        session::conclude(&mut host, outcome)
    });
    Err(begin?)
}

/// The values of slots, as the arguments of an expression.
fn load<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let values = args[0].list_iter().map(|slot| ctx.slot(slot.as_usize().unwrap_or(usize::MAX)));
    let values: Vec<Term<'h>> = values.collect();
    let heap = ctx.heap();
    Ok(if evaluate::takes_tuple(values.len()) { heap.list([heap.tuple(&values)]) } else { heap.list(values) })
}

/// Stores what an expression bound, from the tuple that it gave, and gives its value.
fn store<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let elements = args[0].as_tuple().ok_or_else(Halt::badarg)?;
    let (value, bound) = elements.split_first().ok_or_else(Halt::badarg)?;
    let inner = inner(ctx)?;
    // Errors of a compilation whose end was rescued are no error of the cell.
    let rescued = Library::in_ctx(ctx).take_cell_faults();
    if !rescued.is_empty() {
        let text: String = rescued.iter().map(|fault| Library::in_ctx(ctx).format(fault)).collect();
        shared(ctx)?.output.write(of(ctx)?.tag(), Stream::Stderr, &text);
    }
    let mut state = inner.state.lock();
    let pending = state.cell.as_mut().and_then(|cell| cell.pending.take());
    if let Some((env, outputs)) = pending {
        state.env = Some(env);
        for (var, term) in outputs.into_iter().zip(bound) {
            let slot = new_slot(&mut state);
            ctx.set_slot(slot, *term);
            if let Some(old) = state.slots.insert(var, slot) {
                state.retired.push(old);
            }
        }
    }
    Ok(*value)
}

fn new_slot(state: &mut crate::session::State) -> usize {
    state.free.pop().unwrap_or_else(|| {
        state.next_slot += 1;
        state.next_slot - 1
    })
}

/// What the root says to a question: `{replaced, [{text, kind, signature}]}`, `{:document, plain, markdown}` or `:nothing`.
fn answer<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let answer = match args[0].as_tuple() {
        Some([replaced, candidates]) => {
            let candidate = |entry: Term<'h>| {
                let [text_of, kind, signature] = *entry.as_tuple_of::<3>()?;
                Some(Candidate { text: text(text_of), kind: text(kind), signature: text(signature) })
            };
            Answer::Candidates {
                replaced: replaced.as_usize().unwrap_or(0),
                candidates: candidates.list_iter().filter_map(candidate).collect(),
            }
        }
        Some([_, plain, markdown]) => Answer::Document { plain: text(*plain), markdown: text(*markdown) },
        _ => Answer::Nothing,
    };
    let inner = inner(ctx)?;
    inner.state.lock().answer = Some(answer);
    inner.notify();
    Ok(Term::OK)
}

/// The cell's end: `:nothing`, `{:value, forms, metadata}` (see `host::bundle`) or `{:error, name, message, text}`.
fn finish<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let outcome = match args[0].as_tuple() {
        Some([_, data, metadata]) => Evaluation::Value(bundle(*data, *metadata)),
        Some([_, name, message, whole]) => {
            Evaluation::Error { name: text(*name), message: text(*message), text: text(*whole) }
        }
        _ => Evaluation::Nothing,
    };
    let inner = inner(ctx)?;
    let faults = Library::in_ctx(ctx).take_cell_faults();
    let mut state = inner.state.lock();
    let mut left_over = None;
    if let Some(cell) = state.cell.as_mut().filter(|cell| cell.outcome.is_none()) {
        cell.faults.extend(faults);
        let (outcome, text) = cell.explain(outcome);
        left_over = Some((cell.number, text));
        cell.outcome = Some(outcome);
    }
    drop(state);
    if let Some((number, text)) = left_over {
        shared(ctx)?.output.write(number, Stream::Stderr, &text);
    }
    inner.notify();
    Ok(Term::atom(known::OK))
}
