//! `phash2`: OTP's portable hash, bit by bit.
//!
//! **What it is for.** Programs store its values and shard by them, so they must be the same as on the BEAM. The machine's
//! own maps use `hash.rs`.
//!
//! **How.** One 32-bit state runs over the term from left to right. Each piece mixes two words and the state by Jenkins'
//! mixing function, starting from a constant of its kind. Pairs of a map are hashed apart, from state zero, and joined by
//! exclusive or, so that their order does not matter.
//!
//! **Invariants.**
//! 1. Values of integers, floats, atoms, lists, tuples, maps and bitstrings are those of OTP 25. Funs, pids and references
//!    are hashed in the same way from our own numbers.
//!
//! **What it must not know.** Anything but reading terms.

use jovial_atoms::Atom;

use crate::bits::Bits;
use crate::int::Int;
use crate::order::ref_words;
use crate::term::{Term, Value};

/// The golden ratio as 32 bits; a kind's constant is a multiple.
const GOLDEN: u32 = 0x9e37_79b9;

/// Multiples of [`GOLDEN`], one for each kind of piece.
#[derive(Clone, Copy)]
pub(crate) enum Piece {
    Plain = 1,
    Nil = 2,
    Atom = 3,
    Chars = 4,
    Pid = 5,
    Port = 6,
    Ref = 7,
    RefHigh = 8,
    Tuple = 9,
    Negative = 10,
    Positive = 11,
    Float = 12,
    Bytes = 13,
    FunName = 14,
    LastBits = 15,
    MapSize = 16,
    Head = 17,
    Tail = 18,
    MapPairs = 19,
    FunSize = 20,
    FunPlace = 21,
    LastChars = 22,
}

impl Piece {
    pub(crate) const fn constant(self) -> u32 {
        GOLDEN.wrapping_mul(self as u32)
    }
}

/// Jenkins' mix of three words.
#[inline]
fn jenkins([mut a, mut b, mut c]: [u32; 3]) -> [u32; 3] {
    // Each round shifts by its own three distances; the second one goes left.
    for [first, second, third] in [[13, 8, 13], [12, 16, 5], [3, 10, 15]] {
        a = a.wrapping_sub(b).wrapping_sub(c) ^ (c >> first);
        b = b.wrapping_sub(c).wrapping_sub(a) ^ (a << second);
        c = c.wrapping_sub(a).wrapping_sub(b) ^ (b >> third);
    }
    [a, b, c]
}

#[inline]
pub(crate) fn mix(state: u32, first: u32, second: u32, piece: Piece) -> u32 {
    let constant = piece.constant();
    jenkins([constant.wrapping_add(first), constant.wrapping_add(second), state])[2]
}

/// Hashes whole bytes, twelve at a time; the length goes into the low byte of the last third word.
fn mix_bytes(state: u32, bytes: &[u8]) -> u32 {
    let words = |bytes: &[u8; 12]| {
        let (words, _) = bytes.as_chunks::<4>();
        [u32::from_le_bytes(words[0]), u32::from_le_bytes(words[1]), u32::from_le_bytes(words[2])]
    };
    let [mut a, mut b, mut c] = [GOLDEN, GOLDEN, state];
    let (chunks, rest) = bytes.as_chunks::<12>();
    for chunk in chunks {
        let words = words(chunk);
        [a, b, c] = jenkins([a.wrapping_add(words[0]), b.wrapping_add(words[1]), c.wrapping_add(words[2])]);
    }
    let mut last = [0; 12];
    last[..rest.len()].copy_from_slice(rest);
    let words = words(&last);
    a = a.wrapping_add(words[0]);
    b = b.wrapping_add(words[1]);
    c = c.wrapping_add(bytes.len() as u32).wrapping_add(words[2] << 8);
    jenkins([a, b, c])[2]
}

pub(crate) fn bits(state: u32, bits: Bits<'_>) -> u32 {
    let start = Piece::Bytes.constant().wrapping_add(state);
    if bits.size_bits() == 0 {
        return start;
    }
    let bytes = bits.to_bytes();
    let (whole, left) = (bits.size_bits() / 8, bits.size_bits() % 8);
    let state = mix_bytes(start, &bytes[..whole]);
    if left == 0 {
        return state;
    }
    mix(state, left as u32, u32::from(bytes[whole] >> (8 - left)), Piece::LastBits)
}

/// The hash of an atom's text: four bits further for each character, what runs over comes back in below (P. J. Weinberger's
/// function). Characters of two bytes below 256 count as one.
pub(crate) fn atom(atom: Atom) -> u32 {
    let mut hash: u32 = 0;
    let mut step = |unit: u32| {
        hash = (hash << 4).wrapping_add(unit);
        let high = hash & 0xf000_0000;
        hash ^= (high >> 24) | high;
    };
    let text = atom.as_str();
    if text.is_ascii() {
        text.bytes().for_each(|byte| step(u32::from(byte)));
        return hash;
    }
    for char in text.chars() {
        if u32::from(char) < 256 {
            step(u32::from(char));
        } else {
            char.encode_utf8(&mut [0; 4]).bytes().for_each(|byte| step(u32::from(byte)));
        }
    }
    hash
}

enum Work<'h> {
    Term(Term<'h>),
    /// The pair just hashed is complete.
    PairEnd,
    /// All pairs are done: the state and the joined pairs from before the map.
    MapEnd(u32, u32),
}

fn int(state: u32, int: Int<'_>) -> u32 {
    const SMALL: std::ops::Range<i64> = -(1 << 27)..1 << 27;
    if let Int::Small(value) = int
        && SMALL.contains(&value)
    {
        let value = value as i32;
        // Negative ones are mixed in twice, first their absolute value.
        let state = if value < 0 { mix(state, value.unsigned_abs(), 0, Piece::Plain) } else { state };
        return mix(state, value.cast_unsigned(), 0, Piece::Plain);
    }
    let mut buffer = [0];
    let (negative, limbs) = int.magnitude(&mut buffer);
    let piece = if negative { Piece::Negative } else { Piece::Positive };
    limbs.iter().fold(state, |state, limb| mix(state, *limb as u32, (*limb >> 32) as u32, piece))
}

/// Hashes the bytes that a list starts with, four at a time; gives what follows.
fn leading_chars(mut state: u32, mut list: Term<'_>) -> (u32, Term<'_>) {
    let (mut chars, mut count) = (0u32, 0);
    while let Some((head, tail)) = list.as_cons()
        && let Some(byte) = head.as_small().and_then(|value| u8::try_from(value).ok())
    {
        chars = (chars << 8).wrapping_add(u32::from(byte));
        count += 1;
        if count == 4 {
            state = mix(state, chars, 0, Piece::Chars);
            (chars, count) = (0, 0);
        }
        list = tail;
    }
    if count > 0 {
        state = mix(state, chars, 0, Piece::Chars);
    }
    (state, list)
}

impl Term<'_> {
    /// OTP's portable hash with all 32 bits.
    pub fn portable_hash(self) -> u32 {
        let (mut state, mut pairs) = (0, 0);
        if let Some(hash) = leaf(0, self) {
            return hash;
        }
        let mut work = Vec::with_capacity(16);
        work.push(Work::Term(self));
        while let Some(next) = work.pop() {
            match next {
                Work::Term(term) => state = one(state, &mut pairs, term, &mut work),
                Work::PairEnd => {
                    pairs ^= state;
                    state = 0;
                }
                Work::MapEnd(outer_state, outer_pairs) => {
                    state = mix(outer_state, pairs, 0, Piece::MapPairs);
                    pairs = outer_pairs;
                }
            }
        }
        state
    }

    /// `:erlang.phash2/2`; `range` is from 1 to 2^32, and `phash2/1` has 2^27.
    pub fn phash2(self, range: u64) -> u32 {
        let hash = self.portable_hash();
        u32::try_from(u64::from(hash) % range.max(1)).unwrap_or(hash)
    }
}

/// Mixes in what is common and has no parts: numbers, names, binaries.
#[inline]
fn leaf(state: u32, term: Term<'_>) -> Option<u32> {
    if let Some(value) = term.as_small() {
        return Some(int(state, Int::Small(value)));
    }
    if let Some(name) = term.as_atom() {
        return Some(if state == 0 { atom(name) } else { mix(state, atom(name), 0, Piece::Atom) });
    }
    if let Some(value) = term.as_float() {
        let raw = if value == 0.0 { 0 } else { value.to_bits() };
        return Some(mix(state, (raw >> 32) as u32, raw as u32, Piece::Float));
    }
    term.as_bitstring().map(|value| bits(state, value))
}

/// Mixes one object in and puts its parts on the work list, last one first.
fn one<'h>(state: u32, pairs: &mut u32, term: Term<'h>, work: &mut Vec<Work<'h>>) -> u32 {
    if let Some(state) = leaf(state, term) {
        return state;
    }
    match term.value() {
        Value::Int(value) => int(state, value),
        Value::Float(_) | Value::Atom(_) | Value::Bits(_) => state,
        Value::Nil if state == 0 => 3_468_870_702,
        Value::Nil => mix(state, 2, 0, Piece::Nil),
        Value::Cons(..) => {
            let (mut state, mut rest) = leading_chars(state, term);
            while let Some((head, tail)) = rest.as_cons() {
                let Some(after) = leaf(state, head) else {
                    work.extend([Work::Term(tail), Work::Term(head)]);
                    return state;
                };
                (state, rest) = leading_chars(after, tail);
            }
            work.push(Work::Term(rest));
            state
        }
        Value::Tuple(mut elements) => {
            let mut state = mix(state, elements.len() as u32, 0, Piece::Tuple);
            while let [first, rest @ ..] = elements
                && let Some(after) = leaf(state, *first)
            {
                (state, elements) = (after, rest);
            }
            work.extend(elements.iter().rev().map(|element| Work::Term(*element)));
            state
        }
        Value::Map(map) => {
            let state = mix(state, map.len() as u32, 0, Piece::MapSize);
            if map.is_empty() {
                return state;
            }
            work.push(Work::MapEnd(state, std::mem::take(pairs)));
            for (key, value) in map.iter() {
                let hash = leaf(0, key).and_then(|hash| leaf(hash, value));
                match hash {
                    Some(hash) => *pairs ^= hash,
                    None => work.extend([Work::PairEnd, Work::Term(value), Work::Term(key)]),
                }
            }
            0
        }
        Value::Pid(pid) => mix(state, pid.id(), 0, Piece::Pid),
        Value::ExternalPid(id) => mix(state, id.words[0], 0, Piece::Pid),
        Value::Port(port) => mix(state, port.number() as u32, 0, Piece::Port),
        Value::ExternalPort(id) => mix(state, id.words[0], 0, Piece::Port),
        Value::Ref(reference) => mix(state, ref_words(reference.number)[0], 0, Piece::Ref),
        Value::ExternalRef(id) => mix(state, id.words[0], 0, Piece::Ref),
        Value::ExternalFun(fun) => {
            let state = mix(state, u32::from(fun.arity), atom(fun.module), Piece::Plain);
            mix(state, atom(fun.name), 0, Piece::FunName)
        }
        Value::Fun(fun) => {
            work.extend(fun.env.iter().rev().map(|free| Work::Term(*free)));
            let state = mix(state, fun.env.len() as u32, atom(fun.entry.module), Piece::Plain);
            mix(state, fun.entry.index, fun.entry.old_uniq, Piece::Plain)
        }
    }
}
