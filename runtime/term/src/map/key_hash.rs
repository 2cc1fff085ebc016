//! The hash by which tries order their keys.
//!
//! **What it is for.** Programs print big maps, so their order is visible. This is the hash that OTP 25 uses for its own
//! tries (without CPU-specific mixing), so that maps with keys of numbers, strings, tuples and lists come in the order
//! that people know from there.
//!
//! **How.** As in `phash.rs` a 32-bit state runs over the term, but nothing is left out, and pairs of maps count in order.
//!
//! **Invariants.**
//! 1. Atoms count by their text. (OTP uses the place in the atom table, which depends on what was loaded before; their
//!    order in big maps is therefore our own.) The same goes for identifiers and funs.
//! 2. Equal by `===` means equal hash.
//!
//! **What it must not know.** Tries.

use crate::int::Int;
use crate::order::ref_words;
use crate::phash::{Piece, atom, bits, mix};
use crate::term::{External, Term, Value};

/// Where the state starts: a prime that sets these hashes apart from the portable ones.
const START: u32 = 3_432_918_353;

enum Work<'h> {
    Term(Term<'h>),
    /// What follows is the tail of a list, but no list.
    Tail,
}

/// Mixes a constant in, lightly.
fn stir(state: u32, piece: Piece) -> u32 {
    (state ^ piece.constant()).rotate_left(17)
}

/// A word as OTP tags it.
fn word(state: u32, word: u64) -> u32 {
    mix(state, word as u32, (word >> 32) as u32, Piece::Plain)
}

/// The hash of a key.
pub(crate) fn key_hash(key: Term<'_>) -> u32 {
    if let Some(value) = key.as_small() {
        return int(START, Int::Small(value));
    }
    let mut state = START;
    let mut work = vec![Work::Term(key)];
    while let Some(next) = work.pop() {
        state = match next {
            Work::Term(term) => one(state, term, &mut work),
            Work::Tail => stir(state, Piece::Tail),
        };
    }
    state
}

fn int(state: u32, int: Int<'_>) -> u32 {
    // OTP's small integers have 60 bits and four bits of tag.
    const SMALL: std::ops::Range<i64> = -(1 << 59)..1 << 59;
    if let Int::Small(value) = int
        && SMALL.contains(&value)
    {
        return word(state, (value.cast_unsigned() << 4) | 15);
    }
    let mut buffer = [0];
    let (negative, limbs) = int.magnitude(&mut buffer);
    let piece = if negative { Piece::Negative } else { Piece::Positive };
    limbs.iter().fold(state, |state, limb| mix(state, *limb as u32, (*limb >> 32) as u32, piece))
}

fn external(state: u32, id: &External, piece: Piece) -> u32 {
    let state = mix(state, atom(id.node), id.creation, piece);
    id.words().iter().fold(state, |state, word| mix(state, *word, 0, piece))
}

/// Hashes the bytes that a list starts with, four at a time, and how many are left over; gives what follows.
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
    (if count > 0 { mix(state, chars, count, Piece::LastChars) } else { state }, list)
}

/// Mixes one object in and puts its parts on the work list, last one first.
fn one<'h>(state: u32, term: Term<'h>, work: &mut Vec<Work<'h>>) -> u32 {
    match term.value() {
        Value::Int(value) => int(state, value),
        Value::Float(value) => {
            let raw = if value == 0.0 { 0 } else { value.to_bits() };
            mix(state, raw as u32, (raw >> 32) as u32, Piece::Float)
        }
        Value::Atom(name) => mix(state, atom(name), name.as_str().len() as u32, Piece::Atom),
        Value::Nil => word(state, 0x3b),
        Value::Pid(pid) => word(state, (pid.number() << 4) | 3),
        Value::Port(port) => word(state, (port.number() << 4) | 7),
        Value::Cons(..) => {
            let (state, rest) = leading_chars(state, term);
            let Some((head, tail)) = rest.as_cons() else {
                work.push(Work::Term(rest));
                return state;
            };
            work.push(Work::Term(tail));
            if tail.as_cons().is_none() {
                work.push(Work::Tail);
            }
            work.push(Work::Term(head));
            stir(state, Piece::Head)
        }
        Value::Tuple(elements) => {
            work.extend(elements.iter().rev().map(|element| Work::Term(*element)));
            mix(state, elements.len() as u32, 0, Piece::Tuple)
        }
        Value::Map(map) => {
            let pairs: Vec<(Term<'h>, Term<'h>)> = map.iter().collect();
            for (key, value) in pairs.into_iter().rev() {
                work.extend([Work::Term(value), Work::Term(key)]);
            }
            mix(state, map.len() as u32, 0, Piece::MapSize)
        }
        Value::Bits(value) => bits(state, value),
        Value::Ref(reference) => {
            let [low, middle, high] = ref_words(reference.number);
            mix(mix(state, low, 0, Piece::Ref), middle, high, Piece::RefHigh)
        }
        Value::ExternalPid(id) => external(state, &id, Piece::Pid),
        Value::ExternalPort(id) => external(state, &id, Piece::Port),
        Value::ExternalRef(id) => external(state, &id, Piece::Ref),
        Value::ExternalFun(fun) => {
            let state = mix(state, atom(fun.module), atom(fun.name), Piece::FunName);
            mix(state, u32::from(fun.arity), 0, Piece::FunName)
        }
        Value::Fun(fun) => {
            work.extend(fun.env.iter().rev().map(|free| Work::Term(*free)));
            let state = mix(state, fun.env.len() as u32, atom(fun.entry.module), Piece::FunSize);
            mix(state, fun.entry.index, fun.entry.old_uniq, Piece::FunPlace)
        }
    }
}
