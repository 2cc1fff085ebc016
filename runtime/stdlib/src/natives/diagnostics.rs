//! `:jovial_diagnostic` and `:jovial_compiling`: how diagnostics look, verifying what was compiled, and parallel compilations.

use jovial_atoms::{Atom, known};
use jovial_compiler::env::{NameArity, TrackerId};
use jovial_compiler::host::Host;
use jovial_compiler::lexical::Tracker;
use jovial_term::{Fragment, Term};

use super::Entry;
use super::support::{Out, atom, bytes, list, need};
use crate::compile::host::CompileHost;
use crate::compile::library::Excused;
use crate::compile::{Library, report, session, verify};
use jovial_vm::Ctx;

pub(crate) const TABLE: &[Entry] = &[
    ("jovial_diagnostic", "format", 7, format),
    ("jovial_compiling", "begin", 0, |ctx, _| {
        Library::in_ctx(ctx).parallel(true);
        Ok(Term::OK)
    }),
    ("jovial_compiling", "end", 0, |ctx, _| {
        Library::in_ctx(ctx).parallel(false);
        Ok(Term::OK)
    }),
    ("jovial_compiling", "builder", 1, |ctx, args| {
        Ok(Library::in_ctx(ctx).builder_of(atom(args[0])?).map_or(Term::NIL, Term::pid))
    }),
    // Whether a module is one of the library's own.
    ("jovial_compiling", "library", 1, |ctx, args| Ok(Term::bool(ctx.machine().has_source(atom(args[0])?)))),
    ("jovial_compiling", "verify", 1, verify_all),
    ("jovial_compiling", "defers", 0, |ctx, _| Ok(Term::bool(Library::in_ctx(ctx).defers(ctx.pid())))),
    ("jovial_compiling", "start_tracker", 0, |ctx, _| Ok(ctx.heap().uint(Library::in_ctx(ctx).trackers().start().0))),
    ("jovial_compiling", "stop_tracker", 3, stop_tracker),
    // What the expander puts where aliases and imports are declared.
    ("jovial_compiling", "run_alias", 4, |ctx, args| {
        let alias = atom(args[3])?;
        run_declaration(ctx, args, |tracker, _, line| tracker.run_alias(alias, line))
    }),
    ("jovial_compiling", "run_import", 3, |ctx, args| run_declaration(ctx, args, Tracker::run_import)),
    ("jovial_compiling", "excuse", 1, excuse),
    ("jovial_compiling", "forget_file", 1, |ctx, args| {
        let path = bytes(args[0])?;
        Library::in_ctx(ctx).forget_file(&String::from_utf8_lossy(&path));
        Ok(Term::OK)
    }),
    ("jovial_compiling", "files", 0, |ctx, _| {
        let heap = ctx.heap();
        let files = Library::in_ctx(ctx).required_files();
        Ok(heap.list(files.iter().map(|file| heap.binary(file.as_bytes())).collect::<Vec<_>>()))
    }),
];

/// `format(severity, message, file, line, column, span, places)`: the text of a diagnostic. A `file` that is `nil` or can't be read
/// means no snippet.
fn format<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let number = |term: Term<'h>| term.as_small().and_then(|value| u32::try_from(value).ok());
    let message = bytes(args[1])?;
    let line = number(args[3]).unwrap_or(0);
    let file = args[2].bytes().map(|file| String::from_utf8_lossy(&file).into_owned());
    let source = file.and_then(|file| Library::in_ctx(ctx).source_line(&file, line));
    let span = args[5].as_tuple_of::<2>().and_then(|[line, column]| Some((number(*line)?, number(*column)?)));
    let snippet = source.as_deref().map(|text| report::Snippet { text, line, column: number(args[4]), span });
    let mut places = Vec::new();
    for place in list(args[6])? {
        places.push(String::from_utf8_lossy(&bytes(place)?).into_owned());
    }
    let error = args[0].is_atom(known::ERROR);
    let text = report::render(error, &String::from_utf8_lossy(&message), snippet.as_ref(), &places);
    Ok(ctx.heap().binary(text.as_bytes()))
}

/// `verify(pids)`: verifies the modules that these processes compiled.
fn verify_all<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let library = Library::in_ctx(ctx);
    let mut modules = Vec::new();
    for pid in list(args[0])? {
        modules.extend(library.take_unverified(need(pid.as_pid())?));
    }
    if modules.is_empty() {
        return Ok(Term::OK);
    }
    Err(session::start(ctx, move |asking| {
        let mut host = CompileHost::new(asking, library, None);
        let outcome = verify::verify(&mut host, &modules).map(|()| Fragment::immediate(Term::OK));
        session::conclude(&mut host, outcome)
    })?)
}

/// `excuse(:all | [module | {module, name, arity}])`.
fn excuse<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let library = Library::in_ctx(ctx);
    if args[0].is_atom(jovial_atoms::Atom::new("all")) {
        library.excuse(Excused::All);
        return Ok(Term::OK);
    }
    let mut entries = Vec::new();
    for entry in list(args[0])? {
        let function: Option<NameArity> = match entry.as_tuple_of::<3>() {
            Some([_, name, arity]) => {
                let arity = arity.as_small().and_then(|arity| u8::try_from(arity).ok());
                Some((atom(*name)?, need(arity)?))
            }
            None => None,
        };
        let module = entry.as_tuple_of::<3>().map_or(entry, |parts| parts[0]);
        entries.push((atom(module)?, function));
    }
    library.excuse(Excused::These(entries));
    Ok(Term::OK)
}

/// Gives the module that was declared.
fn run_declaration<'h>(ctx: &Ctx<'h>, args: &[Term<'h>], note: impl FnOnce(&mut Tracker, Atom, u32)) -> Out<'h> {
    let (id, module) = (TrackerId(need(args[0].as_u64())?), atom(args[1])?);
    let line = need(args[2].as_u64().and_then(|line| u32::try_from(line).ok()))?;
    Library::in_ctx(ctx).trackers().with(id, |tracker| note(tracker, module, line));
    Ok(args[1])
}

/// `stop_tracker(tracker, file, say?)`: the end of a file, where what it declared and never used is said.
fn stop_tracker<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let library = Library::in_ctx(ctx);
    let id = TrackerId(need(args[0].as_u64())?);
    let file: std::sync::Arc<str> = std::sync::Arc::from(&*String::from_utf8_lossy(&bytes(args[1])?));
    let unused = library.trackers().stop(id).map(|tracker| tracker.unused()).unwrap_or_default();
    if unused.is_empty() || !args[2].is_atom(known::TRUE) {
        return Ok(Term::OK);
    }
    Err(session::start(ctx, move |asking| {
        let mut host = CompileHost::new(asking, library, None);
        for unused in unused {
            host.diagnostic(unused.diagnostic(&file));
        }
        session::conclude(&mut host, Ok(Fragment::immediate(Term::OK)))
    })?)
}
