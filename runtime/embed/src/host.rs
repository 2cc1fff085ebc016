//! `:jovial_host`: what processes ask of the host. Text, lines, arguments, the end.

use std::sync::Arc;

use jovial_atoms::{Atom, known};
use jovial_processes::of;
use jovial_stdlib::natives::Entry;
use jovial_term::Term;
use jovial_vm::{Ctx, Halt, Job, JobResult};

use crate::output::{Input, Stream};
use crate::system::Shared;

pub(crate) type Out<'h> = Result<Term<'h>, Halt<'h>>;

pub(crate) const TABLE: &[Entry] = &[
    ("jovial_host", "write", 2, write),
    ("jovial_host", "read_line", 2, read_line),
    ("jovial_host", "exit", 1, |ctx, args| {
        let status = args[0].as_small().and_then(|status| i32::try_from(status).ok()).unwrap_or(1);
        shared(ctx)?.halt(status);
        Err(Halt::Wait)
    }),
    ("jovial_host", "argv", 0, |ctx, _| {
        let heap = ctx.heap();
        let shared = shared(ctx)?;
        let argv = shared.argv.iter().map(|arg| heap.binary(arg.as_bytes()));
        Ok(heap.list(argv.collect::<Vec<_>>()))
    }),
];

/// What the system gave its machine.
pub(crate) fn shared<'h>(ctx: &Ctx<'h>) -> Result<Arc<Shared>, Halt<'h>> {
    let library = jovial_stdlib::compile::Library::of(ctx.machine());
    library.host::<Arc<Shared>>().cloned().ok_or_else(Halt::badarg)
}

pub(crate) fn stream(term: Term<'_>) -> Stream {
    match term.as_atom().map(jovial_atoms::Atom::as_str) {
        Some("stderr") => Stream::Stderr,
        Some("log") => Stream::Log,
        _ => Stream::Stdout,
    }
}

/// Writes for the cell whose message this process is handling; gives the milliseconds to wait.
fn write<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let bytes = args[1].bytes().ok_or_else(Halt::badarg)?;
    let cell = of(ctx)?.tag();
    let hold = shared(ctx)?.output.write(cell, stream(args[0]), &String::from_utf8_lossy(&bytes));
    Ok(ctx.heap().int128(i128::try_from(hold.as_millis()).unwrap_or(0)))
}

/// `read_line(prompt, password?)`: a binary, `:eof` or `{:error, :enotsup}`.
fn read_line<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let prompt = String::from_utf8_lossy(&args[0].bytes().ok_or_else(Halt::badarg)?).into_owned();
    let password = args[1].is_atom(known::TRUE);
    let output = Arc::clone(&shared(ctx)?.output);
    let cell = of(ctx)?.tag();
    Err(Halt::Offload(Job(Box::new(move || {
        let input = output.read_line(cell, &prompt, password);
        JobResult(Box::new(move |ctx| {
            let heap = ctx.heap();
            Ok(match input {
                Input::Line(line) => heap.try_binary(line.as_bytes())?,
                Input::End => Term::atom(Atom::new("eof")),
                Input::NotAllowed => heap.tuple(&[Term::atom(known::ERROR), Term::atom(Atom::new("enotsup"))]),
            })
        }))
    }))))
}

/// Fails as a native with a mistake in it would. Only registered for tests that ask for it.
pub(crate) fn panic<'h>(_ctx: &Ctx<'h>, _args: &[Term<'h>]) -> Result<Term<'h>, Halt<'h>> {
    panic!("a test asked for this")
}
