//! Bytes of the external term format become a term or are refused, and a term comes back from its own bytes.
//!
//! **How.** Bytes are written by the grammar of the format, with lies about counts and sizes now and then; it is known where each part
//! begins and ends, so that parts can be doubled, dropped, exchanged and nested. Some are compressed afterwards.

use std::io::Write as _;
use std::ops::Range;

use jovial_term::etf::{DecodeOptions, EncodeOptions, decode, encode};
use jovial_term::{Fragment, Heap, Term};

use crate::random::Random;

const BYTES_MAX: usize = 1 << 16;
const VERSION: u8 = 131;
const COMPRESSED: u8 = 80;

/// What may follow where a count or size stands.
const COUNTS: &[u32] = &[0, 1, 2, 3, 32, 33, 255, 256, 65_535, 65_536, 1 << 24, i32::MAX as u32, 1 << 31, u32::MAX];

const NAMES: &[&[u8]] =
    &[b"", b"a", b"ok", b"true", b"nil", b"Elixir.A", "é".as_bytes(), b"nonode@nohost", b"x@y", b"\xff"];

/// What opens and what closes a term around another one.
const NESTS: &[(&[u8], &[u8])] = &[
    (&[104, 1], &[]),
    (&[108, 0, 0, 0, 1], &[106]),
    (&[108, 0, 0, 0, 1, 106], &[]),
    (&[116, 0, 0, 0, 1, 97, 1], &[]),
    (&[116, 0, 0, 0, 1], &[97, 1]),
    (&[105, 0, 0, 0, 2, 106], &[]),
    (&[113], &[]),
];

const FLOATS: &[u64] = &[
    0,
    1,
    1 << 63,
    0x3FF0_0000_0000_0000,
    0x7FEF_FFFF_FFFF_FFFF,
    0x7FF0_0000_0000_0000,
    0x7FF8_0000_0000_0000,
    0xFFF0_0000_0000_0000,
    0x0010_0000_0000_0000,
    0x4340_0000_0000_0000,
    0x4024_0000_0000_0000,
];

const FLOAT_TEXTS: &[&str] = &[
    "1.00000000000000000000e+00",
    "-1.5e-300",
    "1.79769313486231570815e+308",
    "1e5",
    "nan",
    "inf",
    "1.0e400",
    "4.9e-324",
    " 1.0",
    "1.0 ",
    "0x1p3",
    "",
];

pub(super) fn make(random: &mut Random) -> Vec<u8> {
    let mut writer = Writer { bytes: Vec::new(), parts: Vec::new(), random };
    let depth = writer.random.below(6);
    writer.term(depth);
    let Writer { bytes: mut body, parts, .. } = writer;
    for _ in 0..random.below(4) {
        change(&mut body, &parts, random);
    }
    body.truncate(BYTES_MAX);
    let mut bytes = vec![VERSION];
    if random.one_in(8) {
        compressed(&body, &mut bytes, random);
    } else {
        bytes.extend(body);
    }
    if random.one_in(40) {
        let at = random.below(bytes.len());
        bytes[at] = random.byte();
    }
    bytes
}

fn compressed(body: &[u8], bytes: &mut Vec<u8>, random: &mut Random) {
    bytes.push(COMPRESSED);
    let size = if random.one_in(6) { *random.of(COUNTS) } else { u32::try_from(body.len()).unwrap_or(u32::MAX) };
    bytes.extend(size.to_be_bytes());
    let start = bytes.len();
    let level = flate2::Compression::new(u32::try_from(random.below(10)).unwrap_or(0));
    let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), level);
    // Writing to memory can't fail.
    let _ = zlib.write_all(body);
    bytes.extend(zlib.finish().unwrap_or_default());
    if random.one_in(4) {
        let at = start + random.below(bytes.len() - start);
        match random.below(3) {
            0 => bytes[at] ^= 1 << random.below(8),
            1 => bytes.truncate(at),
            _ => bytes.push(random.byte()),
        }
    }
}

/// One change that knows where parts begin and end (as long as nothing before moved them), or one that does not.
fn change(body: &mut Vec<u8>, parts: &[Range<usize>], random: &mut Random) {
    if body.is_empty() {
        return;
    }
    let len = body.len();
    let mut part = || {
        let part = random.of(parts);
        part.start.min(len)..part.end.min(len)
    };
    let (one, other) = (part(), part());
    match random.below(10) {
        0 => drop(body.drain(one)),
        1 => drop(body.splice(one, body[other].to_vec())),
        2 => {
            let copy = body[one].repeat(1 + random.size(6));
            body.splice(other.start..other.start, copy);
        }
        3 => {
            // A count, where the part has one.
            let at = one.start + 1;
            if at + 4 <= body.len() {
                body[at..at + 4].copy_from_slice(&random.of(COUNTS).to_be_bytes());
            }
        }
        4 => {
            let (open, close) = *random.of(NESTS);
            let depth = if random.one_in(10) { random.size(13) } else { 1 + random.below(3) };
            body.splice(one.end..one.end, close.repeat(depth));
            body.splice(one.start..one.start, open.repeat(depth));
        }
        5 => body[one.start.min(len - 1)] = *random.of(TAGS),
        6 => body.truncate(random.below(len + 1)),
        7 => body.extend((0..random.size(4)).map(|_| random.byte())),
        8 => {
            let at = random.below(len);
            body[at] ^= 1 << random.below(8);
        }
        _ => {
            let at = random.below(len);
            body[at] = random.byte();
        }
    }
}

/// Every tag of the format, among them those that no term starts with.
const TAGS: &[u8] = &[
    68, 69, 70, 77, 80, 82, 88, 89, 90, 97, 98, 99, 100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111, 112,
    113, 114, 115, 116, 117, 118, 119, 120, 121, 131,
];

struct Writer<'r> {
    bytes: Vec<u8>,
    parts: Vec<Range<usize>>,
    random: &'r mut Random,
}

impl Writer<'_> {
    fn u16(&mut self, value: usize) {
        self.bytes.extend(u16::try_from(value).unwrap_or(u16::MAX).to_be_bytes());
    }

    fn u32(&mut self, value: usize) {
        let value =
            if self.random.one_in(300) { *self.random.of(COUNTS) } else { u32::try_from(value).unwrap_or(u32::MAX) };
        self.bytes.extend(value.to_be_bytes());
    }

    fn random_bytes(&mut self, count: usize) {
        for _ in 0..count {
            let byte = self.random.byte();
            self.bytes.push(byte);
        }
    }

    fn word(&mut self) {
        if self.random.one_in(2) {
            self.u32(0);
        } else {
            self.random_bytes(4);
        }
    }

    fn count(&mut self) -> usize {
        if self.bytes.len() > BYTES_MAX / 4 { 0 } else { self.random.size(6) }
    }

    fn term(&mut self, depth: usize) {
        let start = self.bytes.len();
        if depth > 0 && !self.random.one_in(4) {
            self.compound(depth - 1);
        } else {
            self.leaf();
        }
        self.parts.push(start..self.bytes.len());
    }

    fn compound(&mut self, depth: usize) {
        let count = self.count();
        match self.random.below(7) {
            0 => {
                self.bytes.push(104);
                self.bytes.push(u8::try_from(count).unwrap_or(u8::MAX));
                (0..count).for_each(|_| self.term(depth));
            }
            1 => {
                self.bytes.push(105);
                self.u32(count);
                (0..count).for_each(|_| self.term(depth));
            }
            2 | 3 => {
                self.bytes.push(108);
                self.u32(count);
                (0..count).for_each(|_| self.term(depth));
                if self.random.one_in(6) { self.term(depth) } else { self.bytes.push(106) }
            }
            4 | 5 => {
                self.bytes.push(116);
                self.u32(count);
                for key in 0..count {
                    if self.random.one_in(4) {
                        self.term(depth);
                    } else {
                        // Keys that differ.
                        self.bytes.extend([98, 0, 0, 0, u8::try_from(key).unwrap_or(0)]);
                    }
                    self.term(depth);
                }
            }
            _ => self.fun(depth),
        }
    }

    fn fun(&mut self, depth: usize) {
        let free = self.random.size(3);
        let start = self.bytes.len();
        self.bytes.push(112);
        self.u32(0);
        self.bytes.push(self.random.byte() & 7);
        self.random_bytes(16);
        self.word();
        self.u32(free);
        self.atom();
        self.bytes.extend([97, 1, 97, 2]);
        self.identifier(88);
        (0..free).for_each(|_| self.term(depth));
        if !self.random.one_in(10) {
            let size = u32::try_from(self.bytes.len() - start - 1).unwrap_or(u32::MAX);
            self.bytes[start + 1..start + 5].copy_from_slice(&size.to_be_bytes());
        }
    }

    fn leaf(&mut self) {
        match self.random.below(12) {
            0 => self.bytes.extend([97, self.random.byte()]),
            1 => {
                self.bytes.push(98);
                self.random_bytes(4);
            }
            2 => {
                self.bytes.push(70);
                let bits = if self.random.one_in(2) { *self.random.of(FLOATS) } else { self.random.bits() };
                self.bytes.extend(bits.to_be_bytes());
            }
            3 => {
                self.bytes.push(99);
                let mut text = self.random.of(FLOAT_TEXTS).as_bytes().to_vec();
                text.resize(31, 0);
                self.bytes.extend(text);
            }
            4 => self.atom(),
            5 => self.bytes.push(106),
            6 => {
                let count = self.count();
                self.bytes.push(107);
                self.u16(count);
                self.random_bytes(count);
            }
            7 => {
                let count = if self.random.one_in(4) { self.random.size(9) } else { self.count() };
                self.bytes.push(109);
                self.u32(count);
                self.random_bytes(count);
            }
            8 => {
                let count = self.count();
                self.bytes.push(77);
                self.u32(count);
                let last = self.random.below(10);
                self.bytes.push(u8::try_from(if self.random.one_in(8) { last } else { last.clamp(1, 8) }).unwrap_or(0));
                self.random_bytes(count);
            }
            9 => self.big(),
            10 => {
                self.bytes.push(113);
                self.atom();
                self.atom();
                self.bytes.extend([97, self.random.byte() & 15]);
            }
            _ => {
                let kind = *self.random.of(&[88, 89, 90, 101, 102, 103, 114, 120]);
                self.identifier(kind);
            }
        }
    }

    fn big(&mut self) {
        let count = self.random.size(7);
        if self.random.one_in(3) {
            self.bytes.push(111);
            self.u32(count);
        } else {
            self.bytes.push(110);
            self.bytes.push(u8::try_from(count).unwrap_or(u8::MAX));
        }
        self.bytes.push(u8::from(self.random.one_in(2)));
        self.random_bytes(count);
        // Zeros at the end are not how it would be written.
        if count > 0 && self.random.one_in(4) {
            let len = self.bytes.len();
            self.bytes[len - 1] = 0;
        }
    }

    fn atom(&mut self) {
        let name = if self.random.one_in(50) { &[b'a'; 256][..self.random.below(257)] } else { self.random.of(NAMES) };
        match self.random.below(4) {
            0 => {
                self.bytes.push(100);
                self.u16(name.len());
            }
            1 => {
                self.bytes.push(118);
                self.u16(name.len());
            }
            2 => self.bytes.extend([115, u8::try_from(name.len()).unwrap_or(u8::MAX)]),
            _ => self.bytes.extend([119, u8::try_from(name.len()).unwrap_or(u8::MAX)]),
        }
        self.bytes.extend(name);
    }

    fn identifier(&mut self, kind: u8) {
        self.bytes.push(kind);
        let words = self.random.below(7);
        if matches!(kind, 90 | 114) {
            self.u16(words);
        }
        self.atom();
        let creation = if matches!(kind, 88 | 89 | 90 | 120) { 4 } else { 1 };
        let numbers = match kind {
            88 | 103 | 120 => 2,
            89 | 101 | 102 => 1,
            _ => words,
        };
        // Those of references follow the creation.
        if matches!(kind, 90 | 114) {
            self.bytes.extend(std::iter::repeat_n(0, creation));
        }
        (0..numbers).for_each(|_| self.word());
        if !matches!(kind, 90 | 114) {
            self.bytes.extend(std::iter::repeat_n(0, creation));
        }
    }
}

/// Whether the bytes are a term.
///
/// # Panics
/// If a promise of the decoder is broken.
pub(super) fn check(bytes: &[u8]) -> bool {
    let mut accepted = false;
    for safe in [false, true] {
        let heap = Heap::new();
        let outcome = decode(&heap, bytes, &DecodeOptions { safe, ..DecodeOptions::default() });
        jovial_term::verify::heap(&heap).expect("a sound heap");
        let stats = heap.stats();
        let used = stats.heap_used + stats.old_used + stats.chunk_words;
        if bytes.get(1) != Some(&COMPRESSED) {
            let bound = 4096 + 40 * bytes.len();
            assert!(used <= bound, "{used} words of heap for {} bytes", bytes.len());
        }
        let Ok((term, taken)) = outcome else { continue };
        accepted = true;
        assert!(taken <= bytes.len());
        let copied = Fragment::copy_of(term).expect("memory");
        let elsewhere = Heap::new();
        same(term, elsewhere.adopt(copied));
        let mut written = Vec::new();
        for options in [
            EncodeOptions { deterministic: true, ..EncodeOptions::default() },
            EncodeOptions { compressed: 1, ..EncodeOptions::default() },
            EncodeOptions { minor_version: 2, ..EncodeOptions::default() },
        ] {
            let bytes = encode(term, options).expect("no more than came in");
            let heap = Heap::new();
            let (back, taken) = decode(&heap, &bytes, &DecodeOptions::default()).expect("our own bytes");
            assert_eq!(taken, bytes.len());
            same(term, back);
            jovial_term::verify::heap(&heap).expect("a sound heap");
            let deterministic = EncodeOptions { deterministic: true, ..EncodeOptions::default() };
            written.push(encode(back, deterministic).expect("as before"));
        }
        written.dedup();
        assert_eq!(written.len(), 1, "equal terms, other bytes");
    }
    accepted
}

fn same(one: Term<'_>, other: Term<'_>) {
    assert!(one.same(other), "not the same term");
    assert!(one.compare_exact(other).is_eq() && other.compare(one).is_eq(), "not in the same place of the order");
    assert_eq!((one.hash64(), one.portable_hash()), (other.hash64(), other.portable_hash()), "another hash");
    assert_eq!(one.flat_size(), other.flat_size(), "another size");
}
