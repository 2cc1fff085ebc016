//! Terms to bytes.

use std::io::Write as _;

use jovial_atoms::Atom;

use super::{LocalNode, tag};
use crate::bits::Bits;
use crate::build::{BINARY_MAX, SystemLimit};
use crate::float;
use crate::int::Int;
use crate::map::MapIter;
use crate::order::ref_words;
use crate::term::{External, Fun, Term, Value};

/// How to encode.
#[derive(Clone, Copy, Debug)]
pub struct EncodeOptions {
    /// zlib level from 0 (off) to 9. Compressed bytes are taken only if they are fewer.
    pub compressed: u8,
    /// Pairs of maps in the order of their keys, so that equal terms give equal bytes.
    pub deterministic: bool,
    /// 0: floats as text. 1: as OTP 25 does by default. 2: atoms always in UTF-8.
    pub minor_version: u8,
    pub local: LocalNode,
}

impl Default for EncodeOptions {
    fn default() -> EncodeOptions {
        EncodeOptions { compressed: 0, deterministic: false, minor_version: 1, local: LocalNode::default() }
    }
}

/// What remains to be written.
enum Work<'h> {
    Terms(&'h [Term<'h>]),
    List(Term<'h>),
    Map(MapIter<'h>),
    Sorted(std::vec::IntoIter<(Term<'h>, Term<'h>)>),
    One(Term<'h>),
    /// The size of the fun that began here goes to its start.
    FunEnd(usize),
}

struct Encoder<'h> {
    out: Vec<u8>,
    work: Vec<Work<'h>>,
    options: EncodeOptions,
}

/// Encodes a term, version byte first.
pub fn encode(term: Term<'_>, options: EncodeOptions) -> Result<Vec<u8>, SystemLimit> {
    let mut encoder = Encoder { out: vec![tag::VERSION], work: vec![Work::One(term)], options };
    encoder.run()?;
    let plain = encoder.out;
    if options.compressed == 0 {
        return Ok(plain);
    }
    let size = u32::try_from(plain.len() - 1).map_err(|_| SystemLimit)?;
    let mut compressed = vec![tag::VERSION, tag::COMPRESSED];
    compressed.extend(size.to_be_bytes());
    let level = flate2::Compression::new(u32::from(options.compressed.min(9)));
    let mut zlib = flate2::write::ZlibEncoder::new(compressed, level);
    let packed = zlib.write_all(&plain[1..]).and_then(|()| zlib.finish());
    Ok(match packed {
        Ok(packed) if packed.len() < plain.len() => packed,
        _ => plain,
    })
}

impl<'h> Encoder<'h> {
    fn run(&mut self) -> Result<(), SystemLimit> {
        while let Some(work) = self.work.pop() {
            if self.out.len() > BINARY_MAX {
                return Err(SystemLimit);
            }
            match work {
                Work::One(term) => self.term(term)?,
                Work::Terms(mut terms) => {
                    let level = self.work.len();
                    while let [first, rest @ ..] = terms {
                        self.term(*first)?;
                        terms = rest;
                        if self.go_below(level, || Work::Terms(rest)) {
                            break;
                        }
                    }
                }
                Work::List(mut list) => {
                    let level = self.work.len();
                    while let Some((head, tail)) = list.as_cons() {
                        self.term(head)?;
                        list = tail;
                        if self.go_below(level, || Work::List(tail)) {
                            break;
                        }
                    }
                    if self.work.len() == level {
                        self.term(list)?;
                    }
                }
                Work::Map(mut pairs) => {
                    let level = self.work.len();
                    while let Some((key, value)) = pairs.next() {
                        self.term(key)?;
                        if self.go_below(level, || Work::One(value)) {
                            self.work.insert(level, Work::Map(pairs));
                            break;
                        }
                        self.term(value)?;
                        if self.work.len() > level {
                            self.work.insert(level, Work::Map(pairs));
                            break;
                        }
                    }
                }
                Work::Sorted(mut pairs) => {
                    if let Some((key, value)) = pairs.next() {
                        self.work.extend([Work::Sorted(pairs), Work::One(value), Work::One(key)]);
                    }
                }
                Work::FunEnd(start) => {
                    let size = length(self.out.len() - start)?;
                    self.out[start..start + 4].copy_from_slice(&size);
                }
            }
        }
        Ok(())
    }

    /// Leaves what is to be done after the parts of the term just written, if it has any.
    fn go_below(&mut self, level: usize, rest: impl FnOnce() -> Work<'h>) -> bool {
        let has_parts = self.work.len() > level;
        if has_parts {
            self.work.insert(level, rest());
        }
        has_parts
    }

    fn term(&mut self, term: Term<'h>) -> Result<(), SystemLimit> {
        if let Some(atom) = term.as_atom() {
            self.atom(atom);
            return Ok(());
        }
        match term.value() {
            Value::Int(int) => self.int(int)?,
            Value::Float(value) if self.options.minor_version == 0 => {
                let mut text = float::scientific(value, 20).into_bytes();
                text.resize(31, 0);
                self.out.push(tag::FLOAT);
                self.out.extend(text);
            }
            Value::Float(value) => {
                self.out.push(tag::NEW_FLOAT);
                self.out.extend(value.to_bits().to_be_bytes());
            }
            Value::Atom(atom) => self.atom(atom),
            Value::Pid(pid) => self.local(tag::NEW_PID, &[pid.id(), pid.serial()]),
            Value::ExternalPid(id) => self.identifier(tag::NEW_PID, &id),
            Value::Port(port) => {
                let number = port.number();
                self.port(&External::new(
                    self.options.local.name,
                    self.options.local.creation,
                    &[number as u32, (number >> 32) as u32],
                ));
            }
            Value::ExternalPort(id) => self.port(&id),
            Value::Ref(reference) => {
                let mut words = ref_words(reference.number).to_vec();
                if let Some(owner) = reference.owner {
                    words.extend([owner.number() as u32, (owner.number() >> 32) as u32]);
                }
                self.reference(&External::new(self.options.local.name, self.options.local.creation, &words));
            }
            Value::ExternalRef(id) => self.reference(&id),
            Value::Tuple(elements) => {
                match u8::try_from(elements.len()) {
                    Ok(len) => self.out.extend([tag::SMALL_TUPLE, len]),
                    Err(_) => self.tagged_length(tag::LARGE_TUPLE, elements.len())?,
                }
                self.work.push(Work::Terms(elements));
            }
            Value::Map(map) => {
                self.tagged_length(tag::MAP, map.len())?;
                self.work.push(if self.options.deterministic {
                    Work::Sorted(map.sorted().into_iter())
                } else {
                    Work::Map(map.iter())
                });
            }
            Value::Nil => self.out.push(tag::NIL),
            Value::Cons(..) => self.list(term)?,
            Value::Bits(bits) => self.bits(bits)?,
            Value::ExternalFun(fun) => {
                self.out.push(tag::EXPORT);
                self.atom(fun.module);
                self.atom(fun.name);
                self.out.extend([tag::SMALL_INTEGER, fun.arity]);
            }
            Value::Fun(fun) => self.fun(&fun)?,
        }
        Ok(())
    }

    fn tagged_length(&mut self, tag: u8, len: usize) -> Result<(), SystemLimit> {
        self.out.push(tag);
        self.out.extend(length(len)?);
        Ok(())
    }

    fn int(&mut self, int: Int<'_>) -> Result<(), SystemLimit> {
        if let Int::Small(value) = int {
            if let Ok(byte) = u8::try_from(value) {
                self.out.extend([tag::SMALL_INTEGER, byte]);
                return Ok(());
            }
            if let Ok(value) = i32::try_from(value) {
                self.out.push(tag::INTEGER);
                self.out.extend(value.to_be_bytes());
                return Ok(());
            }
        }
        let mut buffer = [0];
        let (negative, limbs) = int.magnitude(&mut buffer);
        let mut bytes: Vec<u8> = limbs.iter().flat_map(|limb| limb.to_le_bytes()).collect();
        let len = bytes.iter().rposition(|&byte| byte != 0).map_or(0, |place| place + 1);
        bytes.truncate(len);
        match u8::try_from(len) {
            Ok(len) => self.out.extend([tag::SMALL_BIG, len]),
            Err(_) => self.tagged_length(tag::LARGE_BIG, len)?,
        }
        self.out.push(u8::from(negative));
        self.out.extend(bytes);
        Ok(())
    }

    fn atom(&mut self, atom: Atom) {
        let text = atom.as_str();
        if self.options.minor_version < 2 && text.is_ascii() {
            self.out.push(tag::ATOM);
            self.out.extend((text.len() as u16).to_be_bytes());
            self.out.extend_from_slice(text.as_bytes());
            return;
        }
        if self.options.minor_version < 2 && text.chars().all(|char| u32::from(char) < 256) {
            let latin1: Vec<u8> = text.chars().map(|char| char as u8).collect();
            self.out.push(tag::ATOM);
            self.out.extend((latin1.len() as u16).to_be_bytes());
            self.out.extend(latin1);
            return;
        }
        if let Ok(len) = u8::try_from(text.len()) {
            self.out.extend([tag::SMALL_ATOM_UTF8, len]);
        } else {
            self.out.push(tag::ATOM_UTF8);
            self.out.extend((text.len() as u16).to_be_bytes());
        }
        self.out.extend_from_slice(text.as_bytes());
    }

    fn local(&mut self, tag: u8, words: &[u32]) {
        let LocalNode { name, creation } = self.options.local;
        self.identifier(tag, &External::new(name, creation, words));
    }

    /// Node, words, creation.
    fn identifier(&mut self, tag: u8, id: &External) {
        self.out.push(tag);
        self.atom(id.node);
        for word in id.words() {
            self.out.extend(word.to_be_bytes());
        }
        self.out.extend(id.creation.to_be_bytes());
    }

    fn port(&mut self, id: &External) {
        let number = (u64::from(id.words[1]) << 32) | u64::from(id.words[0]);
        if number < 1 << 28 {
            return self.identifier(tag::NEW_PORT, &External::new(id.node, id.creation, &id.words[..1]));
        }
        self.identifier(tag::V4_PORT, &External::new(id.node, id.creation, &[id.words[1], id.words[0]]));
    }

    fn reference(&mut self, id: &External) {
        self.out.push(tag::NEWER_REFERENCE);
        self.out.extend(u16::from(id.len).to_be_bytes());
        self.atom(id.node);
        self.out.extend(id.creation.to_be_bytes());
        for word in id.words() {
            self.out.extend(word.to_be_bytes());
        }
    }

    fn list(&mut self, list: Term<'h>) -> Result<(), SystemLimit> {
        let mut iter = list.list_iter();
        let mut bytes = Vec::new();
        let mut all_bytes = true;
        let len = iter
            .by_ref()
            .inspect(|item| {
                if all_bytes {
                    match item.as_small().and_then(|value| u8::try_from(value).ok()) {
                        Some(byte) => bytes.push(byte),
                        None => all_bytes = false,
                    }
                }
            })
            .count();
        if let (true, true, Ok(short)) = (all_bytes, iter.tail().is_nil_list(), u16::try_from(len)) {
            self.out.push(tag::STRING);
            self.out.extend(short.to_be_bytes());
            self.out.extend(bytes);
            return Ok(());
        }
        self.tagged_length(tag::LIST, len)?;
        self.work.push(Work::List(list));
        Ok(())
    }

    fn bits(&mut self, bits: Bits<'_>) -> Result<(), SystemLimit> {
        if bits.is_binary() {
            self.tagged_length(tag::BINARY, bits.size_bytes())?;
        } else {
            self.tagged_length(tag::BIT_BINARY, bits.size_bytes())?;
            self.out.push((bits.size_bits() % 8) as u8);
        }
        if bits.size_bytes() + self.out.len() > BINARY_MAX {
            return Err(SystemLimit);
        }
        self.out.extend_from_slice(&bits.to_bytes());
        Ok(())
    }

    fn fun(&mut self, fun: &Fun<'h>) -> Result<(), SystemLimit> {
        self.out.push(tag::NEW_FUN);
        let start = self.out.len();
        self.out.extend([0; 4]);
        self.out.push(fun.arity);
        self.out.extend(fun.entry.uniq);
        self.out.extend(fun.entry.index.to_be_bytes());
        self.out.extend(length(fun.env.len())?);
        self.atom(fun.entry.module);
        self.int(Int::Small(i64::from(fun.entry.index)))?;
        self.int(Int::Small(i64::from(fun.entry.old_uniq)))?;
        // The process that made the fun is not kept; readers ignore this pid.
        self.local(tag::NEW_PID, &[0, 0]);
        self.work.extend([Work::FunEnd(start), Work::Terms(fun.env)]);
        Ok(())
    }
}

fn length(len: usize) -> Result<[u8; 4], SystemLimit> {
    u32::try_from(len).map(u32::to_be_bytes).map_err(|_| SystemLimit)
}
