//! `:jovial_host`: what processes ask of the host. Text, lines, arguments, the end.

use std::sync::Arc;

use jovial_atoms::{Atom, known};
use jovial_processes::of;
use jovial_stdlib::natives::Entry;
use jovial_term::Term;
use jovial_vm::{Ctx, Halt, Job, JobResult};

use crate::output::{Bundle, Display, Input, Stream};
use crate::system::Shared;

pub(crate) type Out<'h> = Result<Term<'h>, Halt<'h>>;

pub(crate) const TABLE: &[Entry] = &[
    ("jovial_host", "write", 2, write),
    ("jovial_host", "display", 4, display),
    ("jovial_host", "read_line", 2, read_line),
    ("jovial_host", "read_chars", 2, read_chars),
    ("jovial_host", "exit", 1, |ctx, args| {
        let status = args[0].as_small().and_then(|status| i32::try_from(status).ok()).unwrap_or(1);
        shared(ctx)?.halt(status);
        Err(Halt::Wait)
    }),
    // What stages of compiling make of a text, for those who work on the compiler.
    ("jovial_host", "tokens", 1, |ctx, args| {
        Ok(ctx.heap().try_binary(jovial_syntax::show_tokens(&text(args[0])).as_bytes())?)
    }),
    ("jovial_host", "disassemble", 1, |ctx, args| {
        let bytes = args[0].bytes().ok_or_else(Halt::badarg)?;
        let image = jovial_bytecode::image::read(&bytes).map_err(|_| Halt::badarg())?;
        Ok(ctx.heap().try_binary(jovial_bytecode::disassemble::disassemble(&image.code).as_bytes())?)
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

pub(crate) fn text(term: Term<'_>) -> String {
    term.bytes().map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
}

/// A list of `{mime, text}` and the text of a JSON object.
pub(crate) fn bundle(data: Term<'_>, metadata: Term<'_>) -> Bundle {
    let form = |entry: Term<'_>| entry.as_tuple_of::<2>().map(|[mime, form]| (text(*mime), text(*form)));
    Bundle { data: data.list_iter().filter_map(form).collect(), metadata: text(metadata) }
}

/// `display(kind, forms, metadata, id)` for the cell whose message this process is handling: the milliseconds to wait, or `nil`
/// if the host knows nothing but text.
fn display<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let id = args[3].bytes().map(|_| text(args[3]));
    let bundle = bundle(args[1], args[2]);
    let display = match (args[0].as_atom().map(Atom::as_str), id) {
        (Some("show"), id) => Display::Show { bundle, id },
        (Some("update"), Some(id)) => Display::Update { bundle, id },
        (Some("page"), _) => Display::Page { bundle },
        (Some("clear"), _) => Display::Clear { wait: false },
        (Some("clear_later"), _) => Display::Clear { wait: true },
        _ => return Err(Halt::badarg()),
    };
    let cell = of(ctx)?.tag();
    let hold = shared(ctx)?.output.display(cell, display);
    Ok(hold.map_or(Term::NIL, |hold| ctx.heap().int128(i128::try_from(hold.as_millis()).unwrap_or(0))))
}

/// `read_line(prompt, password?)`: a binary, `:eof` or `{:error, :enotsup}`.
fn read_line<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let password = args[1].is_atom(known::TRUE);
    read(ctx, args[0], move |shared, cell, prompt| {
        let mut unread = shared.unread.lock();
        if unread.is_empty() {
            drop(unread);
            return shared.output.read_line(cell, prompt, password);
        }
        let end = unread.find('\n').map_or(unread.len(), |at| at + 1);
        Input::Line(unread.drain(..end).collect())
    })
}

/// `read_chars(prompt, count)`: so many characters, or fewer before the end; else as `read_line/2`. What a line has beyond
/// them is read next.
fn read_chars<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let count = args[1].as_usize().ok_or_else(Halt::badarg)?;
    read(ctx, args[0], move |shared, cell, prompt| {
        let mut prompt = prompt;
        loop {
            let mut unread = shared.unread.lock();
            if let Some(end) = end_of(&unread, count) {
                return Input::Line(unread.drain(..end).collect());
            }
            drop(unread);
            match shared.output.read_line(cell, prompt, false) {
                Input::Line(line) => shared.unread.lock().push_str(&line),
                other => {
                    let rest = std::mem::take(&mut *shared.unread.lock());
                    return if rest.is_empty() { other } else { Input::Line(rest) };
                }
            }
            prompt = "";
        }
    })
}

/// Where the first so many characters of a text end, if it has them.
fn end_of(text: &str, count: usize) -> Option<usize> {
    if count == 0 {
        return Some(0);
    }
    text.char_indices().nth(count - 1).map(|(at, last)| at + last.len_utf8())
}

/// Reads on a thread that may block.
fn read<'h>(
    ctx: &Ctx<'h>,
    prompt: Term<'h>,
    take: impl FnOnce(&Shared, u64, &str) -> Input + Send + 'static,
) -> Out<'h> {
    let prompt = String::from_utf8_lossy(&prompt.bytes().ok_or_else(Halt::badarg)?).into_owned();
    let shared = shared(ctx)?;
    let cell = of(ctx)?.tag();
    Err(Halt::Offload(Job(Box::new(move |_| {
        let input = take(&shared, cell, &prompt);
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

#[cfg(test)]
mod tests {
    use super::end_of;

    #[test]
    fn characters_are_counted_as_code_points() {
        assert_eq!(end_of("aé𝄞b", 3), Some(7));
        assert_eq!(end_of("ab", 3), None);
        assert_eq!(end_of("", 0), Some(0));
    }
}
