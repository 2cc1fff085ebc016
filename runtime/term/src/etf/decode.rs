//! Bytes to terms.
//!
//! **How.** Terms that are complete lie on one stack of values. A frame says how many more values it waits for and what
//! it makes of them; when they are there, it replaces them by its own value.

use std::io::Read as _;

use jovial_atoms::Atom;

use super::{LocalNode, tag};
use crate::bits::Bits;
use crate::build::{BINARY_MAX, TUPLE_MAX};
use crate::float;
use crate::fun::FunEntry;
use crate::heap::Heap;
use crate::term::{External, Kind, Pid, Port, Term};

/// Why bytes aren't a term.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DecodeError {
    /// Malformed; or, in safe mode, something that would make a new atom; or a fun that nobody knows.
    Malformed,
    SystemLimit,
}

use DecodeError::Malformed;

/// What identifies a fun with environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunId {
    pub module: Atom,
    pub arity: u8,
    pub uniq: [u8; 16],
    pub index: u32,
    pub old_uniq: u32,
    pub free: usize,
}

/// Finds the entries of funs that come in from outside.
///
/// # Safety
/// An entry that `resolve` gives outlives every fun made from it, and takes `free` values in its environment.
pub unsafe trait ResolveFun {
    fn resolve(&self, id: &FunId) -> Option<*const FunEntry>;
}

/// Knows no funs.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoFuns;

// SAFETY: nothing is ever given.
unsafe impl ResolveFun for NoFuns {
    fn resolve(&self, _id: &FunId) -> Option<*const FunEntry> {
        None
    }
}

/// How to decode.
pub struct DecodeOptions<'a> {
    /// Refuse what would create atoms.
    pub safe: bool,
    pub local: LocalNode,
    pub funs: &'a dyn ResolveFun,
}

impl Default for DecodeOptions<'_> {
    fn default() -> Self {
        DecodeOptions { safe: false, local: LocalNode::default(), funs: &NoFuns }
    }
}

type Result<T> = std::result::Result<T, DecodeError>;

enum Make {
    Tuple,
    List,
    Map,
    Export,
    Fun { arity: u8, uniq: [u8; 16], index: u32, free: usize },
}

struct Frame {
    make: Make,
    /// Where the frame's values start.
    start: usize,
    /// Values it still waits for.
    left: usize,
}

struct Input<'b> {
    bytes: &'b [u8],
}

impl<'b> Input<'b> {
    fn take(&mut self, len: usize) -> Result<&'b [u8]> {
        let (taken, rest) = self.bytes.split_at_checked(len).ok_or(Malformed)?;
        self.bytes = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let (taken, rest) = self.bytes.split_first_chunk().ok_or(Malformed)?;
        self.bytes = rest;
        Ok(*taken)
    }

    fn u8(&mut self) -> Result<u8> {
        self.array::<1>().map(|[byte]| byte)
    }

    fn u16(&mut self) -> Result<u16> {
        self.array().map(u16::from_be_bytes)
    }

    fn u32(&mut self) -> Result<u32> {
        self.array().map(u32::from_be_bytes)
    }

    /// A count of things that take at least `each` bytes, which must be there.
    fn count(&mut self, each: usize) -> Result<usize> {
        let count = self.u32()? as usize;
        if count.checked_mul(each).is_none_or(|bytes| bytes > self.bytes.len()) { Err(Malformed) } else { Ok(count) }
    }
}

struct Decoder<'h, 'b, 'o> {
    heap: &'h Heap,
    input: Input<'b>,
    options: &'o DecodeOptions<'o>,
    values: Vec<Term<'h>>,
    frames: Vec<Frame>,
}

/// Decodes one term, version byte first, and gives the number of bytes it took.
pub fn decode<'h>(heap: &'h Heap, bytes: &[u8], options: &DecodeOptions<'_>) -> Result<(Term<'h>, usize)> {
    let mut input = Input { bytes };
    if input.u8()? != tag::VERSION {
        return Err(Malformed);
    }
    if input.bytes.first() == Some(&tag::COMPRESSED) {
        input.u8()?;
        let size = input.u32()? as usize;
        if size > BINARY_MAX {
            return Err(DecodeError::SystemLimit);
        }
        let mut zlib = flate2::read::ZlibDecoder::new(input.bytes);
        let mut plain = Vec::new();
        // One byte more than announced would show that the size is wrong.
        zlib.by_ref().take(size as u64 + 1).read_to_end(&mut plain).map_err(|_| Malformed)?;
        if plain.len() != size {
            return Err(Malformed);
        }
        let used = usize::try_from(zlib.total_in()).map_err(|_| Malformed)?;
        let (term, left) = run(heap, &plain, options)?;
        return if left == 0 { Ok((term, 6 + used)) } else { Err(Malformed) };
    }
    let (term, left) = run(heap, input.bytes, options)?;
    Ok((term, bytes.len() - left))
}

/// Decodes one term without version byte and gives the number of bytes that are left.
fn run<'h>(heap: &'h Heap, bytes: &[u8], options: &DecodeOptions<'_>) -> Result<(Term<'h>, usize)> {
    let mut decoder = Decoder { heap, input: Input { bytes }, options, values: Vec::new(), frames: Vec::new() };
    loop {
        if let Some(value) = decoder.one()? {
            decoder.values.push(value);
            decoder.close()?;
        }
        if decoder.frames.is_empty()
            && let Some(term) = decoder.values.pop()
        {
            return Ok((term, decoder.input.bytes.len()));
        }
    }
}

impl<'h> Decoder<'h, '_, '_> {
    /// Counts a complete value for the innermost frame, and completes frames as long as they have all they need.
    fn close(&mut self) -> Result<()> {
        while let Some(frame) = self.frames.last_mut() {
            frame.left -= 1;
            if frame.left > 0 {
                return Ok(());
            }
            let Some(frame) = self.frames.pop() else { return Ok(()) };
            let values = &self.values[frame.start..];
            let made = self.make(&frame.make, values)?;
            self.values.truncate(frame.start);
            self.values.push(made);
        }
        Ok(())
    }

    fn make(&self, make: &Make, values: &[Term<'h>]) -> Result<Term<'h>> {
        match *make {
            Make::Tuple => Ok(self.heap.tuple(values)),
            Make::List => {
                let (tail, items) = values.split_last().ok_or(Malformed)?;
                Ok(self.heap.list_with_tail(items.iter().copied(), *tail))
            }
            Make::Map => {
                let (pairs, _) = values.as_chunks::<2>();
                let map = self.heap.map_from(pairs.iter().map(|[key, value]| (*key, *value)));
                // Repeated keys are malformed.
                if map.as_map().map(super::super::map::Map::len) == Some(pairs.len()) {
                    Ok(map)
                } else {
                    Err(Malformed)
                }
            }
            Make::Export => {
                let &[module, name, arity] = values else { return Err(Malformed) };
                let arity = arity.as_small().and_then(|arity| u8::try_from(arity).ok()).ok_or(Malformed)?;
                let (module, name) = (module.as_atom().ok_or(Malformed)?, name.as_atom().ok_or(Malformed)?);
                Ok(self.heap.external_fun(module, name, arity))
            }
            Make::Fun { arity, uniq, index, free } => {
                let [module, old_index, old_uniq, pid, env @ ..] = values else { return Err(Malformed) };
                if !pid.is_pid() || old_index.as_u64().is_none() {
                    return Err(Malformed);
                }
                let old_uniq = old_uniq.as_u64().and_then(|uniq| u32::try_from(uniq).ok()).ok_or(Malformed)?;
                let id = FunId { module: module.as_atom().ok_or(Malformed)?, arity, uniq, index, old_uniq, free };
                self.heap.resolved_fun(self.options.funs, &id, env).ok_or(Malformed)
            }
        }
    }

    fn open(&mut self, make: Make, left: usize) -> Result<Option<Term<'h>>> {
        if left == 0 {
            return self.make(&make, &[]).map(Some);
        }
        self.frames.push(Frame { make, start: self.values.len(), left });
        Ok(None)
    }

    /// Reads one tag and what belongs to it; opens a frame for what has parts.
    fn one(&mut self) -> Result<Option<Term<'h>>> {
        let heap = self.heap;
        Ok(Some(match self.input.u8()? {
            tag::SMALL_INTEGER => Term::small32(i32::from(self.input.u8()?)),
            tag::INTEGER => Term::small32(i32::from_be_bytes(self.input.array()?)),
            tag::SMALL_BIG => {
                let len = usize::from(self.input.u8()?);
                self.big(len)?
            }
            tag::LARGE_BIG => {
                let len = self.input.count(1)?;
                self.big(len)?
            }
            tag::NEW_FLOAT => {
                let value = f64::from_bits(u64::from_be_bytes(self.input.array()?));
                if !value.is_finite() {
                    return Err(Malformed);
                }
                heap.float(value)
            }
            tag::FLOAT => {
                let text = self.input.take(31)?;
                let len = text.iter().position(|&byte| byte == 0).unwrap_or(text.len());
                heap.float(float::parse(&text[..len]).ok_or(Malformed)?)
            }
            kind @ (tag::ATOM | tag::SMALL_ATOM | tag::ATOM_UTF8 | tag::SMALL_ATOM_UTF8) => self.atom_of(kind)?.into(),
            tag::SMALL_TUPLE => {
                let len = usize::from(self.input.u8()?);
                return self.open(Make::Tuple, len);
            }
            tag::LARGE_TUPLE => {
                let len = self.input.count(1)?;
                if len > TUPLE_MAX {
                    return Err(DecodeError::SystemLimit);
                }
                return self.open(Make::Tuple, len);
            }
            tag::NIL => Term::EMPTY_LIST,
            tag::STRING => {
                let len = usize::from(self.input.u16()?);
                let bytes = self.input.take(len)?;
                heap.list(bytes.iter().map(|byte| Term::small32(i32::from(*byte))))
            }
            tag::LIST => {
                let len = self.input.count(1)?;
                return self.open(Make::List, len + 1);
            }
            tag::MAP => {
                let len = self.input.count(2)?;
                return self.open(Make::Map, len * 2);
            }
            tag::BINARY => {
                let len = self.input.count(1)?;
                heap.try_binary(self.input.take(len)?).map_err(|_| DecodeError::SystemLimit)?
            }
            tag::BIT_BINARY => {
                let len = self.input.u32()? as usize;
                let last = usize::from(self.input.u8()?);
                let bytes = self.input.take(len)?;
                if last > 8 || (last == 0) != (len == 0) {
                    return Err(Malformed);
                }
                heap.bitstring(Bits::new(bytes, 0, if len == 0 { 0 } else { (len - 1) * 8 + last }))
            }
            tag::EXPORT => return self.open(Make::Export, 3),
            tag::NEW_FUN => {
                let size = self.input.u32()? as usize;
                if size < 4 || size - 4 > self.input.bytes.len() {
                    return Err(Malformed);
                }
                let (arity, uniq, index) = (self.input.u8()?, self.input.array()?, self.input.u32()?);
                let free = self.input.count(1)?;
                return self.open(Make::Fun { arity, uniq, index, free }, 4 + free);
            }
            tag::NEW_PID => {
                let node = self.atom()?;
                let words = [self.input.u32()?, self.input.u32()?];
                let creation = self.input.u32()?;
                self.pid(node, words, creation)?
            }
            tag::PID => {
                let node = self.atom()?;
                let words = [self.input.u32()?, self.input.u32()?];
                let creation = u32::from(self.input.u8()?);
                self.pid(node, words, creation)?
            }
            tag::V4_PORT => {
                let node = self.atom()?;
                let (high, low) = (self.input.u32()?, self.input.u32()?);
                let creation = self.input.u32()?;
                self.port(node, [low, high], creation)?
            }
            tag::NEW_PORT => {
                let node = self.atom()?;
                let low = self.input.u32()?;
                let creation = self.input.u32()?;
                self.port(node, [low, 0], creation)?
            }
            tag::PORT => {
                let node = self.atom()?;
                let low = self.input.u32()?;
                let creation = u32::from(self.input.u8()?);
                self.port(node, [low, 0], creation)?
            }
            tag::NEWER_REFERENCE => {
                let len = usize::from(self.input.u16()?);
                let node = self.atom()?;
                let creation = self.input.u32()?;
                self.reference(node, creation, len)?
            }
            tag::NEW_REFERENCE => {
                let len = usize::from(self.input.u16()?);
                let node = self.atom()?;
                let creation = u32::from(self.input.u8()?);
                self.reference(node, creation, len)?
            }
            tag::REFERENCE => {
                let node = self.atom()?;
                let word = self.input.u32()?;
                let creation = u32::from(self.input.u8()?);
                self.reference_of(&External::new(node, creation, &[word]))?
            }
            _ => return Err(Malformed),
        }))
    }

    fn big(&mut self, len: usize) -> Result<Term<'h>> {
        let negative = self.input.u8()? != 0;
        let bytes = self.input.take(len)?;
        if len.div_ceil(8) > crate::int::LIMBS_MAX {
            return Err(DecodeError::SystemLimit);
        }
        let limbs: Vec<u64> = bytes
            .chunks(8)
            .map(|chunk| chunk.iter().rev().fold(0, |limb, byte| (limb << 8) | u64::from(*byte)))
            .collect();
        Ok(self.heap.big(negative, &limbs))
    }

    /// An atom that belongs to something else.
    fn atom(&mut self) -> Result<Atom> {
        let kind = self.input.u8()?;
        self.atom_of(kind)
    }

    fn atom_of(&mut self, kind: u8) -> Result<Atom> {
        let len = match kind {
            tag::ATOM | tag::ATOM_UTF8 => usize::from(self.input.u16()?),
            tag::SMALL_ATOM | tag::SMALL_ATOM_UTF8 => usize::from(self.input.u8()?),
            _ => return Err(Malformed),
        };
        let bytes = self.input.take(len)?;
        let latin1: String;
        let text = if kind == tag::ATOM || kind == tag::SMALL_ATOM {
            latin1 = bytes.iter().map(|byte| char::from(*byte)).collect();
            &latin1
        } else {
            std::str::from_utf8(bytes).map_err(|_| Malformed)?
        };
        if text.chars().count() > 255 {
            return Err(Malformed);
        }
        if self.options.safe {
            return Atom::existing(text).ok_or(Malformed);
        }
        Atom::try_new(text).map_err(|_| DecodeError::SystemLimit)
    }

    /// Whether an identifier is one of this node. One that names this node but has a number that we would never give out
    /// comes from another run; it is kept like those of other nodes, so that it comes back unchanged.
    fn is_local(&self, node: Atom, creation: u32) -> bool {
        self.options.local == LocalNode { name: node, creation }
    }

    fn external(&self, kind: Kind, node: Atom, creation: u32, words: &[u32]) -> Result<Term<'h>> {
        self.heap.external(kind, &External::new(node, creation, words)).ok_or(Malformed)
    }

    fn pid(&self, node: Atom, [id, serial]: [u32; 2], creation: u32) -> Result<Term<'h>> {
        if !self.is_local(node, creation) || id >> 28 != 0 || serial >> 28 != 0 {
            return self.external(Kind::Pid, node, creation, &[id, serial]);
        }
        Ok(Term::pid(Pid::new((u64::from(serial) << 28) | u64::from(id))))
    }

    fn port(&self, node: Atom, words: [u32; 2], creation: u32) -> Result<Term<'h>> {
        if !self.is_local(node, creation) || words[1] >> 24 != 0 {
            return self.external(Kind::Port, node, creation, &words);
        }
        Ok(Term::port(Port::new((u64::from(words[1]) << 32) | u64::from(words[0]))))
    }

    fn reference(&mut self, node: Atom, creation: u32, len: usize) -> Result<Term<'h>> {
        if !(1..=5).contains(&len) {
            return Err(Malformed);
        }
        let mut words = [0; 5];
        for word in &mut words[..len] {
            *word = self.input.u32()?;
        }
        self.reference_of(&External::new(node, creation, &words[..len]))
    }

    fn reference_of(&self, id: &External) -> Result<Term<'h>> {
        let [low, middle, high, owner_low, owner_high] = id.words;
        let ours = matches!(id.len, 3 | 5) && low >> 18 == 0 && high >> 13 == 0 && owner_high >> 24 == 0;
        if !ours || !self.is_local(id.node, id.creation) {
            return self.external(Kind::Reference, id.node, id.creation, id.words());
        }
        let number = u64::from(low) | (u64::from(middle) << 18) | (u64::from(high) << 50);
        if id.len == 5 {
            let owner = Pid::new((u64::from(owner_high) << 32) | u64::from(owner_low));
            return Ok(self.heap.make_alias(number, owner));
        }
        Ok(self.heap.make_ref(number))
    }
}
