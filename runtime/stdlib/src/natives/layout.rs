//! `:jovial_layout`: documents of `Inspect.Algebra` laid out in lines. All that is inspected or printed as code goes through this loop.
//!
//! **How.** [`Layout::run`] takes documents from a stack of frames, each with its indentation and the mode of the group around it, and emits
//! pieces of text. Where a group begins, [`Layout::probe`] looks ahead whether it fits the line; breaks in it are then spaces or
//! line breaks. `next_break_fits/2` asks for more than yes or no: the next break alone may save what follows it.
//!
//! **Invariants.**
//! 1. Between two slices all state is terms; within one, nothing is collected.
//!
//! **What it must not know.** What documents stand for.

use std::sync::LazyLock;

use jovial_atoms::Atom;
use jovial_term::{Heap, Term};
use jovial_vm::{Ctx, Halt};

use super::Entry;
use super::support::{Out, SLICE, badarg, charge, need};

pub(crate) const TABLE: &[Entry] = &[("jovial_layout", "lay", 5, lay)];

/// The tags of documents and the atoms in them.
struct Names {
    cons: Atom,
    broken_at: Atom,
    group: Atom,
    string: Atom,
    nest: Atom,
    color: Atom,
    nil: Atom,
    line: Atom,
    fits: Atom,
    force: Atom,
    collapse: Atom,
    limit: Atom,
    strict: Atom,
    inherit: Atom,
    enabled: Atom,
    disabled: Atom,
    at_break: Atom,
    cursor: Atom,
    reset: Atom,
    infinity: Atom,
    modes: [Atom; 4],
}

static NAMES: LazyLock<Names> = LazyLock::new(|| Names {
    cons: Atom::new("doc_cons"),
    broken_at: Atom::new("doc_break"),
    group: Atom::new("doc_group"),
    string: Atom::new("doc_string"),
    nest: Atom::new("doc_nest"),
    color: Atom::new("doc_color"),
    nil: Atom::new("doc_nil"),
    line: Atom::new("doc_line"),
    fits: Atom::new("doc_fits"),
    force: Atom::new("doc_force"),
    collapse: Atom::new("doc_collapse"),
    limit: Atom::new("doc_limit"),
    strict: Atom::new("strict"),
    inherit: Atom::new("inherit"),
    enabled: Atom::new("enabled"),
    disabled: Atom::new("disabled"),
    at_break: Atom::new("break"),
    cursor: Atom::new("cursor"),
    reset: Atom::new("reset"),
    infinity: Atom::new("infinity"),
    modes: [Atom::new("flat"), Atom::new("broken"), Atom::new("seek"), Atom::new("kept")],
});

/// How the group around a document is laid out.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// On one line.
    Flat,
    /// Breaks are line breaks.
    Broken,
    /// The next break is one.
    Seek,
    /// Documents that may use the next break wait for it.
    Kept,
}

const MODES: [Mode; 4] = [Mode::Flat, Mode::Broken, Mode::Seek, Mode::Kept];

/// Columns of a line; `None` where they don't count.
type Width = Option<i64>;

#[derive(Clone, Copy)]
enum Frame<'h> {
    Doc(Term<'h>, i64, Mode),
    /// From here on the width is this one again.
    Width(Width),
    /// From here on a break was seen on the line, or not. Only probes have these.
    Seen(bool),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fit {
    Fits,
    No,
    /// If the next break is taken.
    NextBreak,
}

/// What takes line breaks together: at most so many of them, and an indentation behind.
#[derive(Clone, Copy)]
struct Squeeze {
    max: i64,
    seen: i64,
    indent: i64,
}

struct Layout<'h> {
    heap: &'h Heap,
    frames: Vec<Frame<'h>>,
    column: i64,
    width: Width,
    pieces: Vec<Term<'h>>,
    squeezes: Vec<Squeeze>,
    steps: usize,
}

/// `lay(frames, column, width, done, squeezes)`: the pieces of text that the frames make, behind those that are done already, which stand
/// in reverse. A frame is `{doc, indent, mode}` or `{:width, width}`.
fn lay<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let mut layout = need(Layout::read(ctx.heap(), args))?;
    let finished = layout.run();
    charge(ctx, layout.steps);
    let heap = ctx.heap();
    let Some(finished) = finished else { return badarg() };
    if !finished {
        let args = layout.write(args[3]);
        return Err(Halt::TailCall { module: Atom::new("jovial_layout"), function: Atom::new("lay"), args });
    }
    while let Some(squeeze) = layout.squeezes.pop() {
        layout.emit(squeeze.text(heap));
    }
    let pieces = heap.list(layout.pieces);
    if args[3].is_nil_list() {
        return Ok(pieces);
    }
    Err(Halt::TailCall { module: Atom::new("lists"), function: Atom::new("reverse"), args: vec![args[3], pieces] })
}

impl Squeeze {
    fn text<'h>(self, heap: &'h Heap) -> Term<'h> {
        let lines = usize::try_from(self.max.min(self.seen)).unwrap_or(0);
        let indent = usize::try_from(self.indent).unwrap_or(0);
        heap.binary(["\n".repeat(lines), " ".repeat(indent)].concat().as_bytes())
    }
}

fn read_width(term: Term<'_>) -> Width {
    term.as_small()
}

impl<'h> Layout<'h> {
    fn read(heap: &'h Heap, args: &[Term<'h>]) -> Option<Self> {
        let frame = |term: Term<'h>| match *term.as_tuple()? {
            [doc, indent, mode] => {
                let mode = mode.as_atom()?;
                let mode = NAMES.modes.iter().position(|name| *name == mode)?;
                Some(Frame::Doc(doc, indent.as_small()?, MODES[mode]))
            }
            [_, width] => Some(Frame::Width(read_width(width))),
            _ => None,
        };
        let squeeze = |term: Term<'h>| {
            let [max, seen, indent] = *term.as_tuple_of::<3>()?;
            Some(Squeeze { max: max.as_small()?, seen: seen.as_small()?, indent: indent.as_small()? })
        };
        Some(Layout {
            heap,
            frames: args[0].list_to_vec()?.into_iter().map(frame).collect::<Option<_>>()?,
            column: args[1].as_small()?,
            width: read_width(args[2]),
            pieces: Vec::new(),
            squeezes: args[4].list_to_vec()?.into_iter().map(squeeze).collect::<Option<_>>()?,
            steps: 0,
        })
    }

    /// The arguments with which it goes on.
    fn write(self, done: Term<'h>) -> Vec<Term<'h>> {
        let heap = self.heap;
        let width = |width: Width| width.map_or(Term::atom(NAMES.infinity), |width| heap.int(width));
        let frames = self.frames.iter().map(|frame| match *frame {
            Frame::Doc(doc, indent, mode) => {
                heap.tuple(&[doc, heap.int(indent), Term::atom(NAMES.modes[mode as usize])])
            }
            Frame::Width(columns) => heap.tuple(&[Term::atom(NAMES.limit), width(columns)]),
            Frame::Seen(_) => Term::NIL,
        });
        let squeezes = self.squeezes.iter();
        let squeezes =
            squeezes.map(|squeeze| heap.tuple(&[squeeze.max, squeeze.seen, squeeze.indent].map(|part| heap.int(part))));
        vec![
            heap.list(frames),
            heap.int(self.column),
            width(self.width),
            heap.list_with_tail(self.pieces.into_iter().rev(), done),
            heap.list(squeezes),
        ]
    }

    fn emit(&mut self, piece: Term<'h>) {
        let Some(squeeze) = self.squeezes.last_mut() else {
            self.pieces.push(piece);
            return;
        };
        let first = piece.bytes().map(|text| text.first().copied());
        match first {
            Some(None) => {}
            Some(Some(b'\n')) => squeeze.seen += 1,
            Some(Some(_)) | None => {
                let text = squeeze.text(self.heap);
                self.squeezes.pop();
                self.emit(text);
                self.emit(piece);
            }
        }
    }

    fn emit_line(&mut self, indent: i64) {
        let mut text = vec![b' '; 1 + usize::try_from(indent).unwrap_or(0)];
        text[0] = b'\n';
        let line = self.heap.binary(&text);
        self.emit(line);
        self.column = indent;
    }

    /// Lays out until nothing is left (true) or a slice is over (false); `None` if something is no document.
    fn run(&mut self) -> Option<bool> {
        let names = &*NAMES;
        while let Some(frame) = self.frames.pop() {
            let (mut doc, mut indent, mut mode) = match frame {
                Frame::Doc(doc, indent, mode) => (doc, indent, mode),
                Frame::Width(width) => {
                    self.width = width;
                    continue;
                }
                Frame::Seen(_) => continue,
            };
            // Down to what stands first in the document.
            loop {
                self.steps += 1;
                if let Some(size) = text_size(doc) {
                    self.column += size;
                    self.emit(doc);
                    break;
                }
                let Some(parts) = doc.as_tuple() else {
                    let name = doc.as_atom()?;
                    if name == names.line {
                        self.emit_line(indent);
                    } else if name != names.nil {
                        return None;
                    }
                    break;
                };
                let name = parts.first()?.as_atom()?;
                match (name, &parts[1..]) {
                    (name, &[left, right]) if name == names.cons => {
                        self.frames.push(Frame::Doc(right, indent, mode));
                        doc = left;
                    }
                    (name, &[inner, kind]) if name == names.group => {
                        mode = if mode == Mode::Seek || mode == Mode::Broken && kind.is_atom(names.inherit) {
                            Mode::Broken
                        } else if self.width.is_none() {
                            Mode::Flat
                        } else {
                            match self.probe(Some((inner, indent, Mode::Flat)), self.column, false)? {
                                Fit::Fits => Mode::Flat,
                                Fit::No => Mode::Broken,
                                Fit::NextBreak => Mode::Kept,
                            }
                        };
                        doc = inner;
                    }
                    (name, &[text, kind]) if name == names.broken_at => {
                        let after = self.column + text_size(text)?;
                        let flat = mode == Mode::Flat
                            || if kind.is_atom(names.strict) {
                                mode != Mode::Broken
                            } else {
                                self.width.is_none() || self.probe(None, after, true)? != Fit::No
                            };
                        if flat {
                            self.column = after;
                            self.emit(text);
                        } else {
                            self.emit_line(indent);
                        }
                        break;
                    }
                    (name, &[text, size]) if name == names.string => {
                        self.column += size.as_small()?;
                        self.emit(text);
                        break;
                    }
                    (name, &[inner, level, kind]) if name == names.nest => {
                        if mode == Mode::Broken || !kind.is_atom(names.at_break) {
                            indent = deeper(level, indent, self.column)?;
                        }
                        doc = inner;
                    }
                    (name, &[inner, color]) if name == names.color => {
                        self.emit(color);
                        doc = inner;
                    }
                    (name, &[inner, kind]) if name == names.fits => {
                        if mode == Mode::Kept && kind.is_atom(names.enabled) {
                            mode = Mode::Seek;
                        }
                        doc = inner;
                    }
                    (name, &[inner]) if name == names.force => doc = inner,
                    (name, &[max]) if name == names.collapse => {
                        self.squeezes.push(Squeeze { max: max.as_small()?, seen: 0, indent });
                        self.column = indent;
                        break;
                    }
                    (name, &[inner, limit]) if name == names.limit => {
                        if self.width.is_some() && limit.is_atom(names.infinity) {
                            self.frames.push(Frame::Width(self.width));
                            self.width = None;
                            mode = Mode::Flat;
                        }
                        doc = inner;
                    }
                    _ => return None,
                }
            }
            if self.steps >= SLICE {
                return Some(self.frames.is_empty());
            }
        }
        Some(true)
    }

    /// Whether a document, or without one what comes next, fits up to the end of the line. `seen` tells whether a break came by on this
    /// line: before the first one there is nothing that breaking could improve, so text may run over.
    fn probe(&mut self, start: Option<(Term<'h>, i64, Mode)>, mut column: i64, mut seen: bool) -> Option<Fit> {
        let names = &*NAMES;
        let mut width = self.width;
        // Once a break was looked for, what doesn't fit is saved by it.
        let mut no = Fit::No;
        let mut own: Vec<Frame<'h>> = Vec::new();
        let mut outer = if start.is_none() { self.frames.len() } else { 0 };
        let mut next = start;
        loop {
            let (mut doc, mut indent, mut mode) = match next.take() {
                Some(start) => start,
                None => {
                    if seen && width.is_some_and(|width| column > width) {
                        return Some(no);
                    }
                    let frame = match own.pop() {
                        Some(frame) => frame,
                        None if outer > 0 => {
                            outer -= 1;
                            self.frames[outer]
                        }
                        None => return Some(Fit::Fits),
                    };
                    match frame {
                        Frame::Doc(doc, indent, mode) => (doc, indent, mode),
                        Frame::Width(columns) => {
                            width = columns;
                            continue;
                        }
                        Frame::Seen(before) => {
                            seen = before;
                            continue;
                        }
                    }
                }
            };
            loop {
                self.steps += 1;
                if let Some(size) = text_size(doc) {
                    column += size;
                    break;
                }
                let Some(parts) = doc.as_tuple() else {
                    let name = doc.as_atom()?;
                    if name == names.line {
                        match mode {
                            Mode::Broken => return Some(Fit::Fits),
                            Mode::Seek => no = Fit::NextBreak,
                            Mode::Flat | Mode::Kept => {}
                        }
                        (column, seen) = (indent, false);
                    } else if name != names.nil {
                        return None;
                    }
                    break;
                };
                let name = parts.first()?.as_atom()?;
                match (name, &parts[1..]) {
                    (name, &[left, right]) if name == names.cons => {
                        own.push(Frame::Doc(right, indent, mode));
                        doc = left;
                    }
                    (name, &[inner, _]) if name == names.group => {
                        if mode == Mode::Broken {
                            mode = Mode::Flat;
                        }
                        own.push(Frame::Seen(seen));
                        doc = inner;
                    }
                    (name, &[text, _]) if name == names.broken_at => {
                        match mode {
                            Mode::Broken => return Some(Fit::Fits),
                            Mode::Seek => no = Fit::NextBreak,
                            Mode::Flat | Mode::Kept => {}
                        }
                        column += text_size(text)?;
                        seen = true;
                        break;
                    }
                    (name, &[_, size]) if name == names.string => {
                        column += size.as_small()?;
                        break;
                    }
                    (name, &[inner, level, kind]) if name == names.nest => {
                        if !kind.is_atom(names.at_break) {
                            indent = deeper(level, indent, column)?;
                        }
                        doc = inner;
                    }
                    (name, &[inner, _]) if name == names.color => doc = inner,
                    (name, &[inner, kind]) if name == names.fits => {
                        mode = if kind.is_atom(names.disabled) || mode == Mode::Kept { Mode::Kept } else { Mode::Seek };
                        doc = inner;
                    }
                    (name, &[inner]) if name == names.force => {
                        if mode != Mode::Seek {
                            return Some(no);
                        }
                        doc = inner;
                    }
                    (name, &[_]) if name == names.collapse => {
                        column = indent;
                        break;
                    }
                    (name, &[inner, limit]) if name == names.limit => {
                        if width.is_some() && limit.is_atom(names.infinity) {
                            own.push(Frame::Width(width));
                            width = None;
                            mode = Mode::Flat;
                        }
                        doc = inner;
                    }
                    _ => return None,
                }
            }
        }
    }
}

/// The columns of a text: its bytes, as where it matters a document says its length.
fn text_size(doc: Term<'_>) -> Option<i64> {
    i64::try_from(doc.as_binary()?.size_bits() / 8).ok()
}

fn deeper(level: Term<'_>, indent: i64, column: i64) -> Option<i64> {
    match level.as_atom() {
        Some(name) if name == NAMES.cursor => Some(column),
        Some(name) if name == NAMES.reset => Some(0),
        Some(_) => None,
        None => Some(indent + level.as_small()?),
    }
}
