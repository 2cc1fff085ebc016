//! Module images as bytes.
//!
//! **What it is for.** [`write()`] and [`read`] turn an [`Image`] into a container and back: `FOR1`, size, `BEAM`, then chunks
//! of name, size, data and padding to four bytes, all in IFF fashion with sizes in big endian. The chunks are ours: `JvHd`
//! (versions, checksum of all that follows), `JvAt` (atoms), `JvCo` (code), `JvLi` (literals), `JvIn` (name, files,
//! exports, attributes) and `JvCh` for each further chunk. Numbers inside of chunks are little-endian base 128.
//!
//! **Invariants.**
//! 1. [`read`] gives an error for every other input and never panics; sizes are checked against what is left before anything is
//!    allocated for them, and code is checked as [`disassemble::check`] does.
//! 2. Neither side recurses over literals.
//! 3. Equal images give equal bytes.
//!
//! **What it must not know.** Files.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    reason = "operands are packed into words of checked sizes"
)]

use jovial_atoms::Atom;
use rustc_hash::FxHashMap;

use crate::code::{Code, CodeFunction, CodeHandler, CodeLine, Image, Relocated, Relocation};
use crate::disassemble;
use crate::ir::{Export, FunId, LitId, Literal, Pos};
use crate::opcode;

/// Goes up when the container changes; [`opcode::VERSION`] stands beside it.
const VERSION: u32 = 2;

/// Why bytes are no image.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ImageError {
    /// Not a container of this kind.
    Unknown,
    /// Made by another version of the compiler.
    Version,
    /// Cut off or changed.
    Damaged,
    /// The atom table is full.
    TooManyAtoms,
}

impl std::fmt::Display for ImageError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            ImageError::Unknown => "not a module image",
            ImageError::Version => "an image of another version",
            ImageError::Damaged => "a damaged image",
            ImageError::TooManyAtoms => "the atom table is full",
        })
    }
}

impl std::error::Error for ImageError {}

/// A quick 64-bit sum, eight bytes at a time.
fn checksum(bytes: &[u8]) -> u64 {
    let mut sum = 0x9e37_79b9_7f4a_7c15u64 ^ bytes.len() as u64;
    for chunk in bytes.chunks(8) {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        sum = (sum ^ u64::from_le_bytes(word)).wrapping_mul(0xff51_afd7_ed55_8ccd).rotate_left(29);
    }
    sum ^ sum >> 31
}

#[derive(Default)]
struct Writer {
    out: Vec<u8>,
    atoms: Vec<Atom>,
    known: FxHashMap<Atom, u64>,
}

impl Writer {
    fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.out.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.out.push(number as u8);
    }

    fn signed(&mut self, number: i64) {
        self.number((number << 1 ^ number >> 63).cast_unsigned());
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.out.extend_from_slice(bytes);
    }

    fn atom(&mut self, atom: Atom) {
        let next = self.atoms.len() as u64;
        let index = *self.known.entry(atom).or_insert(next);
        if index == next {
            self.atoms.push(atom);
        }
        self.number(index);
    }

    fn pos(&mut self, pos: Pos) {
        self.number(pos.file.into());
        self.number(pos.line.into());
    }

    fn literal(&mut self, literal: &Literal) {
        let mut pending = vec![literal];
        while let Some(literal) = pending.pop() {
            match literal {
                Literal::Int(number) => {
                    self.out.push(0);
                    self.signed(*number);
                }
                Literal::BigInt(digits) => {
                    self.out.push(1);
                    self.bytes(digits.as_bytes());
                }
                Literal::Float(number) => {
                    self.out.push(2);
                    self.out.extend_from_slice(&number.to_bits().to_le_bytes());
                }
                Literal::Atom(atom) => {
                    self.out.push(3);
                    self.atom(*atom);
                }
                Literal::Binary(bytes) => {
                    self.out.push(4);
                    self.bytes(bytes);
                }
                Literal::Bitstring(bytes, bits) => {
                    self.out.push(5);
                    self.number(*bits);
                    self.bytes(bytes);
                }
                Literal::Fun(module, name, arity) => {
                    self.out.push(6);
                    self.atom(*module);
                    self.atom(*name);
                    self.out.push(*arity);
                }
                Literal::List(items) | Literal::Improper(items) | Literal::Tuple(items) => {
                    self.out.push(match literal {
                        Literal::List(_) => 7,
                        Literal::Improper(_) => 8,
                        _ => 9,
                    });
                    self.number(items.len() as u64);
                    pending.extend(items.iter().rev());
                }
                Literal::Map(pairs) => {
                    self.out.push(10);
                    self.number(pairs.len() as u64);
                    pending.extend(pairs.iter().rev().flat_map(|(key, value)| [value, key]));
                }
            }
        }
    }

    fn code(&mut self, code: &Code) {
        self.number(code.words.len() as u64);
        for word in &code.words {
            self.out.extend_from_slice(&word.to_le_bytes());
        }
        self.number(code.relocations.len() as u64);
        let mut last = 0;
        for relocation in &code.relocations {
            self.number((relocation.at.wrapping_sub(last)).into());
            last = relocation.at;
            match relocation.what {
                Relocated::Atom(atom) => {
                    self.out.push(0);
                    self.atom(atom);
                }
                Relocated::Literal(literal) => {
                    self.out.push(1);
                    self.number(literal.0.into());
                }
                Relocated::Import(module, name, arity) => {
                    self.out.push(2);
                    self.atom(module);
                    self.atom(name);
                    self.out.push(arity);
                }
                Relocated::Lambda(function) => {
                    self.out.push(3);
                    self.number(function.0.into());
                }
                Relocated::Cases(count) => {
                    self.out.push(4);
                    self.number(count.into());
                }
            }
        }
        self.number(code.functions.len() as u64);
        for function in &code.functions {
            self.atom(function.name);
            self.out.push(function.arity);
            self.out.push(function.free);
            self.out.push(function.hidden);
            self.number(function.start.into());
            self.number((function.end - function.start).into());
            self.number(function.frame.into());
            self.pos(function.pos);
        }
        self.number(code.handlers.len() as u64);
        for handler in &code.handlers {
            self.number(handler.start.into());
            self.number(handler.end.into());
            self.number(handler.target.into());
        }
        self.number(code.lines.len() as u64);
        let mut last = 0;
        for line in &code.lines {
            self.number((line.at - last).into());
            last = line.at;
            self.pos(line.pos);
        }
    }

    fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.out)
    }
}

fn chunk(out: &mut Vec<u8>, name: [u8; 4], data: &[u8]) {
    out.extend_from_slice(&name);
    out.extend_from_slice(&(data.len() as u32).to_be_bytes());
    out.extend_from_slice(data);
    out.resize(out.len().next_multiple_of(4), 0);
}

/// The container of a module.
pub fn write(image: &Image) -> Vec<u8> {
    let mut writer = Writer::default();
    writer.atom(image.name);
    writer.number(image.files.len() as u64);
    for file in &image.files {
        writer.bytes(file.as_bytes());
    }
    writer.number(image.exports.len() as u64);
    for export in &image.exports {
        writer.atom(export.name);
        writer.out.push(export.arity);
        writer.number(export.function.0.into());
    }
    writer.literal(&image.attributes);
    let info = writer.take();
    writer.number(image.literals.len() as u64);
    for literal in &image.literals {
        writer.literal(literal);
    }
    let literals = writer.take();
    writer.code(&image.code);
    let code = writer.take();
    let mut further = Vec::new();
    for (name, data) in &image.chunks {
        writer.bytes(name.as_bytes());
        writer.literal(data);
        further.push(writer.take());
    }
    let atoms = std::mem::take(&mut writer.atoms);
    writer.number(atoms.len() as u64);
    for atom in atoms {
        writer.bytes(atom.as_str().as_bytes());
    }
    let atoms = writer.take();

    let mut body = Vec::new();
    chunk(&mut body, *b"JvAt", &atoms);
    chunk(&mut body, *b"JvIn", &info);
    chunk(&mut body, *b"JvLi", &literals);
    chunk(&mut body, *b"JvCo", &code);
    for data in further {
        chunk(&mut body, *b"JvCh", &data);
    }
    let mut header = Vec::new();
    header.extend_from_slice(&VERSION.to_le_bytes());
    header.extend_from_slice(&opcode::VERSION.to_le_bytes());
    header.extend_from_slice(&checksum(&body).to_le_bytes());
    let mut out = Vec::with_capacity(body.len() + 40);
    out.extend_from_slice(b"FOR1");
    out.extend_from_slice(&(body.len() as u32 + 28).to_be_bytes());
    out.extend_from_slice(b"BEAM");
    chunk(&mut out, *b"JvHd", &header);
    out.extend_from_slice(&body);
    out
}

type Read<T> = Result<T, ImageError>;

struct Reader<'a> {
    rest: &'a [u8],
    atoms: &'a [Atom],
}

enum Open {
    List,
    Improper,
    Tuple,
    Map,
}

impl<'a> Reader<'a> {
    fn take(&mut self, len: usize) -> Read<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(len).ok_or(ImageError::Damaged)?;
        self.rest = rest;
        Ok(taken)
    }

    fn byte(&mut self) -> Read<u8> {
        Ok(self.take(1)?[0])
    }

    fn number(&mut self) -> Read<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(ImageError::Damaged)
    }

    fn narrow<T: TryFrom<u64>>(&mut self) -> Read<T> {
        T::try_from(self.number()?).map_err(|_| ImageError::Damaged)
    }

    fn signed(&mut self) -> Read<i64> {
        let number = self.number()?;
        Ok((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
    }

    /// A number of things that take at least a byte each.
    fn count(&mut self) -> Read<usize> {
        let count: usize = self.narrow()?;
        if count > self.rest.len() { Err(ImageError::Damaged) } else { Ok(count) }
    }

    fn bytes(&mut self) -> Read<&'a [u8]> {
        let len = self.count()?;
        self.take(len)
    }

    fn text(&mut self) -> Read<&'a str> {
        std::str::from_utf8(self.bytes()?).map_err(|_| ImageError::Damaged)
    }

    fn atom(&mut self) -> Read<Atom> {
        let index: usize = self.narrow()?;
        self.atoms.get(index).copied().ok_or(ImageError::Damaged)
    }

    fn pos(&mut self) -> Read<Pos> {
        Ok(Pos { file: self.narrow()?, line: self.narrow()? })
    }

    fn many<T>(&mut self, mut one: impl FnMut(&mut Self) -> Read<T>) -> Read<Vec<T>> {
        let count = self.count()?;
        (0..count).map(|_| one(self)).collect()
    }

    fn literal(&mut self) -> Read<Literal> {
        let mut open: Vec<(Open, usize, Vec<Literal>)> = Vec::new();
        loop {
            let mut done = match self.byte()? {
                0 => Literal::Int(self.signed()?),
                1 => {
                    let digits = self.text()?;
                    let body = digits.strip_prefix('-').unwrap_or(digits);
                    if body.is_empty() || !body.bytes().all(|byte| byte.is_ascii_digit()) {
                        return Err(ImageError::Damaged);
                    }
                    Literal::BigInt(digits.to_string())
                }
                2 => {
                    let bytes = self.take(8)?.try_into().map_err(|_| ImageError::Damaged)?;
                    let number = f64::from_bits(u64::from_le_bytes(bytes));
                    if !number.is_finite() {
                        return Err(ImageError::Damaged);
                    }
                    Literal::Float(number)
                }
                3 => Literal::Atom(self.atom()?),
                4 => Literal::Binary(self.bytes()?.to_vec()),
                5 => {
                    let bits = self.number()?;
                    let bytes = self.bytes()?;
                    if bits.div_ceil(8) != bytes.len() as u64 {
                        return Err(ImageError::Damaged);
                    }
                    Literal::Bitstring(bytes.to_vec(), bits)
                }
                6 => Literal::Fun(self.atom()?, self.atom()?, self.byte()?),
                kind @ 7..=10 => {
                    let (kind, each) = match kind {
                        7 => (Open::List, 1),
                        8 => (Open::Improper, 1),
                        9 => (Open::Tuple, 1),
                        _ => (Open::Map, 2),
                    };
                    let count = self.count()?;
                    open.push((kind, count * each, Vec::new()));
                    if count > 0 {
                        continue;
                    }
                    Self::close(open.pop())?
                }
                _ => return Err(ImageError::Damaged),
            };
            loop {
                let Some((_, wanted, items)) = open.last_mut() else { return Ok(done) };
                items.push(done);
                if items.len() < *wanted {
                    break;
                }
                done = Self::close(open.pop())?;
            }
        }
    }

    fn close(open: Option<(Open, usize, Vec<Literal>)>) -> Read<Literal> {
        let (kind, _, items) = open.ok_or(ImageError::Damaged)?;
        Ok(match kind {
            Open::List => Literal::List(items),
            Open::Improper if items.len() > 1 => Literal::Improper(items),
            Open::Improper => return Err(ImageError::Damaged),
            Open::Tuple => Literal::Tuple(items),
            Open::Map => {
                let mut pairs = Vec::with_capacity(items.len() / 2);
                let mut items = items.into_iter();
                while let (Some(key), Some(value)) = (items.next(), items.next()) {
                    pairs.push((key, value));
                }
                Literal::Map(pairs)
            }
        })
    }

    fn code(&mut self) -> Read<Code> {
        let len: usize = self.narrow()?;
        let words = self.take(len.checked_mul(4).ok_or(ImageError::Damaged)?)?;
        let words =
            words.chunks_exact(4).map(|word| u32::from_le_bytes([word[0], word[1], word[2], word[3]])).collect();
        let mut last = 0u32;
        let relocations = self.many(|reader| {
            last = last.checked_add(reader.narrow()?).ok_or(ImageError::Damaged)?;
            let what = match reader.byte()? {
                0 => Relocated::Atom(reader.atom()?),
                1 => Relocated::Literal(LitId(reader.narrow()?)),
                2 => Relocated::Import(reader.atom()?, reader.atom()?, reader.byte()?),
                3 => Relocated::Lambda(FunId(reader.narrow()?)),
                4 => Relocated::Cases(reader.narrow()?),
                _ => return Err(ImageError::Damaged),
            };
            Ok(Relocation { at: last, what })
        })?;
        let functions = self.many(|reader| {
            let (name, arity, free, hidden) = (reader.atom()?, reader.byte()?, reader.byte()?, reader.byte()?);
            let start: u32 = reader.narrow()?;
            let len: u32 = reader.narrow()?;
            let end = start.checked_add(len).ok_or(ImageError::Damaged)?;
            Ok(CodeFunction { name, arity, free, hidden, start, end, frame: reader.narrow()?, pos: reader.pos()? })
        })?;
        let handlers = self.many(|reader| {
            Ok(CodeHandler { start: reader.narrow()?, end: reader.narrow()?, target: reader.narrow()? })
        })?;
        let mut last = 0u32;
        let lines = self.many(|reader| {
            last = last.checked_add(reader.narrow()?).ok_or(ImageError::Damaged)?;
            Ok(CodeLine { at: last, pos: reader.pos()? })
        })?;
        Ok(Code { words, relocations, functions, handlers, lines })
    }
}

/// The chunks of a container, once its frame is known to be whole.
fn chunks(bytes: &[u8]) -> Read<Vec<([u8; 4], &[u8])>> {
    let (head, body) = bytes.split_at_checked(12).ok_or(ImageError::Unknown)?;
    if &head[..4] != b"FOR1" || &head[8..] != b"BEAM" {
        return Err(ImageError::Unknown);
    }
    let size = u32::from_be_bytes([head[4], head[5], head[6], head[7]]) as usize;
    if size.checked_add(8) != Some(bytes.len()) {
        return Err(ImageError::Damaged);
    }
    let mut found = Vec::new();
    let mut rest = body;
    while !rest.is_empty() {
        let (head, data) = rest.split_at_checked(8).ok_or(ImageError::Damaged)?;
        let size = u32::from_be_bytes([head[4], head[5], head[6], head[7]]) as usize;
        let whole = data.split_at_checked(size.checked_next_multiple_of(4).ok_or(ImageError::Damaged)?);
        let (padded, after) = whole.ok_or(ImageError::Damaged)?;
        found.push(([head[0], head[1], head[2], head[3]], &padded[..size]));
        rest = after;
    }
    Ok(found)
}

/// Reads a container.
pub fn read(bytes: &[u8]) -> Result<Image, ImageError> {
    let chunks = chunks(bytes)?;
    let Some(([b'J', b'v', b'H', b'd'], header)) = chunks.first() else { return Err(ImageError::Unknown) };
    let (versions, sum) = header.split_at_checked(8).ok_or(ImageError::Damaged)?;
    let version = |at: usize| versions[at..at + 4].iter().rev().fold(0u32, |sum, byte| sum << 8 | u32::from(*byte));
    if (version(0), version(4)) != (VERSION, opcode::VERSION) {
        return Err(ImageError::Version);
    }
    // The frame takes 12 bytes, this chunk 8 and its data.
    let body = bytes.get(20 + header.len()..).ok_or(ImageError::Damaged)?;
    if sum != checksum(body).to_le_bytes() {
        return Err(ImageError::Damaged);
    }
    let find = |name: &[u8; 4]| {
        chunks.iter().find(|(chunk, _)| chunk == name).map(|(_, data)| *data).ok_or(ImageError::Damaged)
    };
    let mut reader = Reader { rest: find(b"JvAt")?, atoms: &[] };
    let atoms = reader.many(|reader| Atom::of_code(reader.text()?).map_err(|_| ImageError::TooManyAtoms))?;
    let at = |data| Reader { rest: data, atoms: &atoms };
    let mut info = at(find(b"JvIn")?);
    let name = info.atom()?;
    let files = info.many(|reader| Ok(reader.text()?.to_string()))?;
    let exports = info
        .many(|reader| Ok(Export { name: reader.atom()?, arity: reader.byte()?, function: FunId(reader.narrow()?) }))?;
    let attributes = info.literal()?;
    let literals = at(find(b"JvLi")?).many(Reader::literal)?;
    let code = at(find(b"JvCo")?).code()?;
    let further = chunks.iter().filter(|(name, _)| name == b"JvCh");
    let chunks = further
        .map(|(_, data)| {
            let mut reader = at(data);
            Ok((reader.text()?.to_string(), reader.literal()?))
        })
        .collect::<Read<_>>()?;
    let fits = |export: &Export| {
        code.functions
            .get(export.function.0 as usize)
            .is_some_and(|function| function.arity == export.arity && function.free == 0)
    };
    if !exports.iter().all(fits) || !disassemble::check(&code, literals.len()) {
        return Err(ImageError::Damaged);
    }
    Ok(Image { name, files, exports, literals, attributes, chunks, code })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Image {
        let module = crate::text::read(include_str!("text/everything.ir")).expect("well-formed");
        crate::emit(&module).expect("small")
    }

    #[test]
    fn comes_back() {
        let image = sample();
        let bytes = write(&image);
        let again = read(&bytes).expect("what was written");
        assert_eq!(again.code, image.code);
        assert_eq!(again.literals, image.literals);
        assert_eq!(again.chunks, image.chunks);
        assert_eq!(write(&again), bytes);
    }

    #[test]
    fn every_changed_byte_is_noticed() {
        let bytes = write(&sample());
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 0x41;
            assert!(read(&changed).is_err(), "byte {at}");
        }
        for len in 0..bytes.len() {
            assert!(read(&bytes[..len]).is_err(), "cut to {len}");
        }
    }

    #[test]
    fn wrong_contents_under_a_right_checksum_do_not_panic() {
        let bytes = write(&sample());
        for at in 44..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] = changed[at].wrapping_add(0x81);
            let sum = checksum(&changed[36..]);
            changed[28..36].copy_from_slice(&sum.to_le_bytes());
            let _ = read(&changed);
        }
    }

    #[test]
    fn deep_literals_need_no_stack() {
        let mut image = sample();
        // Taken apart again below, as dropping a nested value recurses.
        let mut deep = Literal::List(Vec::new());
        for _ in 0..100_000 {
            deep = Literal::List(vec![deep]);
        }
        image.literals.push(deep);
        let again = read(&write(&image)).expect("what was written");
        for literal in image.literals.into_iter().chain(again.literals) {
            let mut rest = vec![literal];
            while let Some(literal) = rest.pop() {
                if let Literal::List(items) = literal {
                    rest.extend(items);
                }
            }
        }
    }
}
