//! `:jovial_json`: what `JSON` reads and writes in one go.
//!
//! **What it is for.** [`decode`] gives the value that a text begins with; [`encode`] gives the text of a value. [`token`] is one step of reading, for
//! callers who make values of their own.
//!
//! **Invariants.**
//! 1. Reading and writing keep stacks of their own: depth costs heap, never native stack.
//! 2. A native stops after a slice of work. Reading goes on by a call of itself, with the open containers as a term; writing leaves *holes*, tuples
//!    in the list of text that it gives, for what it did not get to and for what only Elixir code can write.
//!
//! **What it must not know.** Protocols: a struct is a hole.
//!
//! Source: RFC 8259. Of equal keys the first one counts; errors are `{:unexpected_end, offset}`, `{:invalid_byte, offset, byte}` and
//! `{:unexpected_sequence, offset, bytes}`.

use jovial_atoms::{Atom, known};
use jovial_term::{Heap, Term, float};
use jovial_vm::{Ctx, Halt};

use super::Entry;
use super::support::{Out, SLICE, bytes, charge, need, size, word};

pub(crate) const TABLE: &[Entry] = &[
    ("jovial_json", "decode", 1, |ctx, args| decode(ctx, args[0], 0, Vec::new())),
    ("jovial_json", "decode", 3, |ctx, args| decode(ctx, args[0], size(args[1])?, frames(args[2])?)),
    ("jovial_json", "token", 2, token),
    ("jovial_json", "encode", 1, |ctx, args| Writer::default().run(ctx, Work::Value(args[0]))),
    ("jovial_json", "encode_tail", 2, |ctx, args| {
        Writer::default().run(ctx, Work::Tail { list: args[0], first: need(args[1].as_bool())? })
    }),
    ("jovial_json", "quote", 1, |ctx, args| {
        let text = bytes(args[0])?;
        charge(ctx, text.len());
        let mut out = Vec::with_capacity(text.len() + 2);
        write_string(ctx.heap(), &mut out, &text)?;
        ctx.heap().try_binary(&out).map_err(Halt::from)
    }),
];

// Reading.

enum Trouble {
    End(usize),
    Byte(usize, u8),
    Sequence(usize, Vec<u8>),
}

impl Trouble {
    fn term(self, heap: &Heap) -> Term<'_> {
        match self {
            Trouble::End(at) => heap.tuple(&[word("unexpected_end"), Term::count(at)]),
            Trouble::Byte(at, byte) => {
                heap.tuple(&[word("invalid_byte"), Term::count(at), Term::small32(i32::from(byte))])
            }
            Trouble::Sequence(at, bytes) => {
                heap.tuple(&[word("unexpected_sequence"), Term::count(at), heap.binary(&bytes)])
            }
        }
    }
}

type Read<T> = Result<T, Trouble>;

/// A container that is open. An object's items are keys and values in turn.
struct Frame<'h> {
    object: bool,
    /// Items of former slices, the last one first.
    older: Term<'h>,
    items: Vec<Term<'h>>,
}

impl<'h> Frame<'h> {
    fn new(object: bool) -> Self {
        Frame { object, older: Term::EMPTY_LIST, items: Vec::new() }
    }

    fn close(mut self, heap: &'h Heap) -> Term<'h> {
        if !self.older.is_nil_list() {
            let mut all: Vec<_> = self.older.list_iter().collect();
            all.reverse();
            all.append(&mut self.items);
            self.items = all;
        }
        if self.object {
            // Of equal keys the last one counts for maps.
            heap.map_from(self.items.chunks_exact(2).rev().map(|pair| (pair[0], pair[1])))
        } else {
            heap.list(self.items)
        }
    }

    /// `{object?, items}`, the last item first.
    fn term(self, heap: &'h Heap) -> Term<'h> {
        let items = self.items.into_iter().fold(self.older, |list, item| heap.cons(item, list));
        heap.tuple(&[Term::bool(self.object), items])
    }
}

/// The open containers of a slice before.
fn frames<'h>(term: Term<'h>) -> Result<Vec<Frame<'h>>, Halt<'h>> {
    need(
        term.list_iter()
            .map(|frame| {
                let [object, older] = *frame.as_tuple_of::<2>()?;
                Some(Frame { object: object.as_bool()?, older, items: Vec::new() })
            })
            .collect(),
    )
}

/// `{:ok, value, offset}` of the value that a text begins with, where `offset` is the end of the value; or `{:error, reason}`.
fn decode<'h>(ctx: &Ctx<'h>, text: Term<'h>, start: usize, mut stack: Vec<Frame<'h>>) -> Out<'h> {
    let heap = ctx.heap();
    let bytes = bytes(text)?;
    let mut reader = Reader { heap, text: &bytes, at: start };
    let outcome = loop {
        if reader.at - start > SLICE * 4 {
            charge(ctx, reader.at - start);
            let stack: Vec<_> = stack.into_iter().map(|frame| frame.term(heap)).collect();
            let args = vec![text, Term::count(reader.at), heap.list(stack)];
            return Err(Halt::TailCall { module: Atom::new("jovial_json"), function: Atom::new("decode"), args });
        }
        match reader.step(&mut stack) {
            Ok(None) => {}
            Ok(Some(value)) => break heap.tuple(&[Term::OK, value, Term::count(reader.at)]),
            Err(trouble) => break heap.tuple(&[Term::atom(known::ERROR), trouble.term(heap)]),
        }
    };
    charge(ctx, reader.at - start);
    Ok(outcome)
}

/// One token for callers with decoders: `{kind, value, offset}` or `{:error, reason}`. Numbers are given as text.
fn token<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let heap = ctx.heap();
    let bytes = bytes(args[0])?;
    let mut reader = Reader { heap, text: &bytes, at: size(args[1])? };
    let found = reader.peek_token();
    charge(ctx, 16);
    Ok(match found {
        Ok((kind, value)) => heap.tuple(&[word(kind), value, Term::count(reader.at)]),
        Err(trouble) => heap.tuple(&[Term::atom(known::ERROR), trouble.term(heap)]),
    })
}

struct Reader<'h, 't> {
    heap: &'h Heap,
    text: &'t [u8],
    at: usize,
}

impl<'h> Reader<'h, '_> {
    fn space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.text.get(self.at) {
            self.at += 1;
        }
    }

    fn byte(&self) -> Read<u8> {
        self.text.get(self.at).copied().ok_or(Trouble::End(self.text.len()))
    }

    fn wrong<T>(&self) -> Read<T> {
        Err(Trouble::Byte(self.at, self.byte()?))
    }

    /// Reads up to the next value that opens, or to the end: the value of the whole when all is closed.
    fn step(&mut self, stack: &mut Vec<Frame<'h>>) -> Read<Option<Term<'h>>> {
        self.space();
        let mut value = match self.byte()? {
            b'"' => self.string()?,
            b'{' => {
                self.at += 1;
                self.space();
                if self.byte()? == b'}' {
                    self.at += 1;
                    self.heap.empty_map()
                } else {
                    let mut frame = Frame::new(true);
                    frame.items.push(self.key()?);
                    stack.push(frame);
                    return Ok(None);
                }
            }
            b'[' => {
                self.at += 1;
                self.space();
                if self.byte()? == b']' {
                    self.at += 1;
                    Term::EMPTY_LIST
                } else {
                    stack.push(Frame::new(false));
                    return Ok(None);
                }
            }
            b'-' | b'0'..=b'9' => self.number()?,
            _ => self.literal()?,
        };
        loop {
            let Some(frame) = stack.last_mut() else { return Ok(Some(value)) };
            frame.items.push(value);
            let object = frame.object;
            self.space();
            match (self.byte()?, object) {
                (b',', true) => {
                    self.at += 1;
                    self.space();
                    let key = self.key()?;
                    if let Some(frame) = stack.last_mut() {
                        frame.items.push(key);
                    }
                    return Ok(None);
                }
                (b',', false) => {
                    self.at += 1;
                    return Ok(None);
                }
                (b'}', true) | (b']', false) => {
                    self.at += 1;
                    let Some(frame) = stack.pop() else { return Ok(Some(value)) };
                    value = frame.close(self.heap);
                }
                _ => return self.wrong(),
            }
        }
    }

    /// A key with the colon behind it.
    fn key(&mut self) -> Read<Term<'h>> {
        if self.byte()? != b'"' {
            return self.wrong();
        }
        let key = self.string()?;
        self.space();
        if self.byte()? != b':' {
            return self.wrong();
        }
        self.at += 1;
        Ok(key)
    }

    fn literal(&mut self) -> Read<Term<'h>> {
        let (text, value): (&[u8], _) = match self.byte()? {
            b't' => (b"true", Term::TRUE),
            b'f' => (b"false", Term::FALSE),
            b'n' => (b"null", Term::NIL),
            _ => return self.wrong(),
        };
        if self.text[self.at..].starts_with(text) {
            self.at += text.len();
            return Ok(value);
        }
        // What is too short counts as cut off, whatever it is.
        if self.text.len() - self.at <= text.len() {
            return Err(Trouble::End(self.text.len()));
        }
        Err(Trouble::Byte(self.at + 1, self.text[self.at + 1]))
    }

    fn digits(&mut self) -> Read<()> {
        if !self.byte()?.is_ascii_digit() {
            return self.wrong();
        }
        while self.text.get(self.at).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
        }
        Ok(())
    }

    /// Goes past a number; whether it is a float.
    fn past_number(&mut self) -> Read<bool> {
        if self.byte()? == b'-' {
            self.at += 1;
        }
        if self.byte()? == b'0' {
            self.at += 1;
        } else {
            self.digits()?;
        }
        let mut is_float = false;
        if self.text.get(self.at) == Some(&b'.') {
            self.at += 1;
            self.digits()?;
            is_float = true;
        }
        if let Some(b'e' | b'E') = self.text.get(self.at) {
            self.at += 1;
            if let b'+' | b'-' = self.byte()? {
                self.at += 1;
            }
            self.digits()?;
            is_float = true;
        }
        Ok(is_float)
    }

    fn number(&mut self) -> Read<Term<'h>> {
        let start = self.at;
        let is_float = self.past_number()?;
        let text = &self.text[start..self.at];
        let plain = std::str::from_utf8(text).unwrap_or_default();
        if is_float {
            let value: f64 = plain.parse().unwrap_or(f64::INFINITY);
            if value.is_finite() {
                return Ok(self.heap.float(value));
            }
            return Err(Trouble::Sequence(start, with_fraction(plain).into_bytes()));
        }
        if let (0..=18, Ok(value)) = (text.len(), plain.parse::<i64>()) {
            return Ok(self.heap.int(value));
        }
        self.heap.parse_int(text, 10).ok_or_else(|| Trouble::Sequence(start, text.to_vec()))
    }

    /// A string, from its quote to behind the other one.
    fn string(&mut self) -> Read<Term<'h>> {
        self.at += 1;
        let start = self.at;
        let mut built: Option<Vec<u8>> = None;
        loop {
            let from = self.at;
            let mut ascii = true;
            while let Some(&byte) = self.text.get(self.at) {
                if byte == b'"' || byte == b'\\' || byte < 0x20 {
                    break;
                }
                ascii &= byte.is_ascii();
                self.at += 1;
            }
            let part = &self.text[from..self.at];
            if !ascii && let Err(error) = std::str::from_utf8(part) {
                return Err(self.broken(from, error));
            }
            match self.byte()? {
                b'"' => {
                    self.at += 1;
                    return Ok(match built {
                        None => self.heap.binary(&self.text[start..self.at - 1]),
                        Some(mut built) => {
                            built.extend_from_slice(part);
                            self.heap.binary(&built)
                        }
                    });
                }
                b'\\' => {
                    let built = built.get_or_insert_with(Vec::new);
                    built.extend_from_slice(part);
                    let char = self.escape()?;
                    built.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
                }
                _ => return self.wrong(),
            }
        }
    }

    /// Which byte is the first that does not fit.
    fn broken(&self, from: usize, error: std::str::Utf8Error) -> Trouble {
        let lead = from + error.valid_up_to();
        let at = match error.error_len() {
            Some(len) if matches!(self.text[lead], 0xC2..=0xF4) => lead + len,
            Some(_) => lead,
            None => self.at,
        };
        self.text.get(at).map_or(Trouble::End(self.text.len()), |byte| Trouble::Byte(at, *byte))
    }

    fn escape(&mut self) -> Read<char> {
        let start = self.at;
        self.at += 1;
        let char = match self.byte()? {
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.code_unit(start),
            _ => return self.wrong(),
        };
        self.at += 1;
        Ok(char)
    }

    /// Four digits at an offset.
    fn hex(&self, at: usize) -> Read<Option<u32>> {
        let Some(digits) = self.text.get(at..at + 4) else { return Err(Trouble::End(self.text.len())) };
        Ok(digits.iter().try_fold(0, |value, digit| Some(value * 16 + char::from(*digit).to_digit(16)?)))
    }

    /// `\uXXXX`, or two of them that make one character.
    fn code_unit(&mut self, start: usize) -> Read<char> {
        let sequence = |reader: &Self, len| Trouble::Sequence(start, reader.text[start..start + len].to_vec());
        let Some(unit) = self.hex(start + 2)? else { return Err(sequence(self, 6)) };
        if let Some(char) = char::from_u32(unit) {
            self.at = start + 6;
            return Ok(char);
        }
        if unit >= 0xDC00 {
            return Err(sequence(self, 6));
        }
        match self.text.get(start + 6..start + 12) {
            None => Err(Trouble::End(self.text.len())),
            Some([b'\\', b'u', ..]) => match self.hex(start + 8)? {
                Some(low @ 0xDC00..=0xDFFF) => {
                    self.at = start + 12;
                    let code = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
                    char::from_u32(code).ok_or_else(|| sequence(self, 12))
                }
                _ => Err(sequence(self, 12)),
            },
            Some(_) => Err(Trouble::Byte(start + 6, self.text[start + 6])),
        }
    }

    fn peek_token(&mut self) -> Read<(&'static str, Term<'h>)> {
        self.space();
        let start = self.at;
        Ok(match self.byte()? {
            b'"' => ("string", self.string()?),
            b'-' | b'0'..=b'9' => {
                let is_float = self.past_number()?;
                let text = &self.text[start..self.at];
                if is_float {
                    let text = with_fraction(std::str::from_utf8(text).unwrap_or_default());
                    ("float", self.heap.binary(text.as_bytes()))
                } else {
                    ("integer", self.heap.binary(text))
                }
            }
            mark @ (b'{' | b'}' | b'[' | b']' | b',' | b':') => {
                self.at += 1;
                ("mark", Term::small32(i32::from(mark)))
            }
            _ => ("literal", self.literal()?),
        })
    }
}

/// A float's text with the fraction that Erlang asks for.
fn with_fraction(text: &str) -> String {
    match text.split_once(['e', 'E']) {
        Some((digits, exponent)) if !digits.contains('.') => format!("{digits}.0e{exponent}"),
        _ => text.to_string(),
    }
}

// Writing.

enum Work<'h> {
    Value(Term<'h>),
    Tail { list: Term<'h>, first: bool },
    Pair { key: Term<'h>, value: Term<'h>, first: bool },
    Close,
}

/// Text so far, and the holes in it.
#[derive(Default)]
struct Writer<'h> {
    text: Vec<u8>,
    parts: Vec<Term<'h>>,
    units: usize,
}

impl<'h> Writer<'h> {
    /// Text as a binary; or a list of binaries and holes: `{value}`, `{list, first?}` for the elements that are left and their bracket, and
    /// `{:key, key, nil}`.
    fn run(mut self, ctx: &Ctx<'h>, work: Work<'h>) -> Out<'h> {
        let heap = ctx.heap();
        let mut stack = vec![work];
        while let Some(work) = stack.pop() {
            self.units += 1;
            let full = self.units + self.text.len() / 4 > SLICE;
            match work {
                Work::Close => self.text.push(b'}'),
                Work::Tail { list, first } if full && !list.is_nil_list() => {
                    self.hole(heap, &[list, Term::bool(first)])?;
                }
                Work::Tail { list, first } => match list.as_cons() {
                    Some((head, tail)) => {
                        if !first {
                            self.text.push(b',');
                        }
                        stack.push(Work::Tail { list: tail, first: false });
                        stack.push(Work::Value(head));
                    }
                    None if list.is_nil_list() => self.text.push(b']'),
                    None => return Err(Halt::error(word("function_clause"))),
                },
                Work::Pair { key, value, first } => {
                    if !first {
                        self.text.push(b',');
                    }
                    self.key(heap, key)?;
                    self.text.push(b':');
                    stack.push(Work::Value(value));
                }
                Work::Value(value) => self.value(heap, value, full, &mut stack)?,
            }
        }
        charge(ctx, self.units * 4);
        if self.parts.is_empty() {
            return heap.try_binary(&self.text).map_err(Halt::from);
        }
        self.flush(heap)?;
        Ok(heap.list(self.parts))
    }

    fn flush(&mut self, heap: &'h Heap) -> Result<(), Halt<'h>> {
        if !self.text.is_empty() {
            self.parts.push(heap.try_binary(&self.text)?);
            self.units += self.text.len() / 4;
            self.text.clear();
        }
        Ok(())
    }

    fn hole(&mut self, heap: &'h Heap, hole: &[Term<'h>]) -> Result<(), Halt<'h>> {
        self.flush(heap)?;
        self.parts.push(heap.tuple(hole));
        Ok(())
    }

    fn value(
        &mut self,
        heap: &'h Heap,
        value: Term<'h>,
        full: bool,
        stack: &mut Vec<Work<'h>>,
    ) -> Result<(), Halt<'h>> {
        if let Some(atom) = value.as_atom() {
            match atom.as_str() {
                "nil" => self.text.extend_from_slice(b"null"),
                name @ ("true" | "false") => self.text.extend_from_slice(name.as_bytes()),
                name => write_string(heap, &mut self.text, name.as_bytes())?,
            }
            return Ok(());
        }
        if value.is_nil_list() {
            self.text.extend_from_slice(b"[]");
        } else if let Some(bytes) = value.bytes() {
            self.units += bytes.len() / 16;
            write_string(heap, &mut self.text, &bytes)?;
        } else if value.as_bitstring().is_some() {
            return Err(Halt::error(word("function_clause")));
        } else if let Some(number) = value.as_int() {
            self.text.extend_from_slice(number.to_text(10).as_bytes());
        } else if let Some(number) = value.as_float() {
            self.text.extend_from_slice(float::short(number).as_bytes());
        } else if full {
            self.hole(heap, &[value])?;
        } else if value.as_cons().is_some() {
            self.text.push(b'[');
            stack.push(Work::Tail { list: value, first: true });
        } else if let Some(map) = value.as_map().filter(|map| !map.contains_key(Term::atom(known::DUNDER_STRUCT))) {
            self.text.push(b'{');
            stack.push(Work::Close);
            let mut pairs: Vec<_> = map.iter().collect();
            self.units += pairs.len();
            pairs.reverse();
            let last = pairs.len().saturating_sub(1);
            stack.extend(pairs.into_iter().enumerate().map(|(at, (key, value))| Work::Pair {
                key,
                value,
                first: at == last,
            }));
        } else {
            self.hole(heap, &[value])?;
        }
        Ok(())
    }

    fn key(&mut self, heap: &'h Heap, key: Term<'h>) -> Result<(), Halt<'h>> {
        if let Some(atom) = key.as_atom() {
            return write_string(heap, &mut self.text, atom.as_str().as_bytes());
        }
        match key.bytes() {
            Some(bytes) => write_string(heap, &mut self.text, &bytes),
            None => self.hole(heap, &[word("key"), key, Term::NIL]),
        }
    }
}

/// A string with its quotes. Raises what `JSON` raises for bytes that are no text.
fn write_string<'h>(heap: &'h Heap, out: &mut Vec<u8>, bytes: &[u8]) -> Result<(), Halt<'h>> {
    if let Err(error) = std::str::from_utf8(bytes) {
        let lead = error.valid_up_to();
        let at = match error.error_len() {
            Some(len) if matches!(bytes[lead], 0xC2..=0xF4) => lead + len,
            Some(_) => lead,
            None => bytes.len(),
        };
        return Err(Halt::error(match bytes.get(at) {
            Some(byte) => heap.tuple(&[word("invalid_byte"), Term::small32(i32::from(*byte))]),
            None => word("unexpected_end"),
        }));
    }
    out.push(b'"');
    let mut from = 0;
    for (at, &byte) in bytes.iter().enumerate() {
        if byte >= 0x20 && byte != b'"' && byte != b'\\' {
            continue;
        }
        out.extend_from_slice(&bytes[from..at]);
        from = at + 1;
        let short = match byte {
            b'"' | b'\\' => byte,
            0x08 => b'b',
            0x0c => b'f',
            b'\n' => b'n',
            b'\r' => b'r',
            b'\t' => b't',
            _ => 0,
        };
        if short == 0 {
            out.extend_from_slice(format!("\\u{byte:04X}").as_bytes());
        } else {
            out.extend_from_slice(&[b'\\', short]);
        }
    }
    out.extend_from_slice(&bytes[from..]);
    out.push(b'"');
    Ok(())
}
