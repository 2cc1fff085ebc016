//! The hash of terms that maps and tables use.
//!
//! **What it is for.** [`Term::hash64`] agrees with `===` and gives the same number in every run: the order of big maps
//! follows from it, and programs see that order.
//!
//! **Invariants.**
//! 1. No seed, no address, no atom index goes in. Atoms count by their text, whose hash is kept in a table by index.
//! 2. Changing the function changes the order of big maps that users have seen; that is a visible change.
//!
//! **What it must not know.** OTP's hash functions: those are in `phash.rs`.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use jovial_atoms::Atom;

use crate::bits::Bits;
use crate::int::Int;
use crate::map::trie;
use crate::term::{Term, Value};
use crate::word::Boxed;

const MULTIPLIER: u64 = 0x9e6c_63d0_876a_3f35;
const START: u64 = 0x2545_f491_4f6c_dd1d;

/// Kinds as they enter the hash.
#[derive(Clone, Copy)]
#[repr(u64)]
enum Mark {
    Float = 0x11,
    Big,
    NegativeBig,
    Atom,
    Pid,
    Port,
    Ref,
    ExternalPid,
    ExternalPort,
    ExternalRef,
    Fun,
    ExternalFun,
    Tuple,
    Map,
    Cons,
    Nil,
    Bits,
}

/// Mixes a word in: multiplies to 128 bits and folds the halves.
#[inline]
fn mix(state: u64, word: u64) -> u64 {
    let product = u128::from(state ^ word ^ START) * u128::from(MULTIPLIER);
    (product as u64) ^ ((product >> 64) as u64).rotate_left(23)
}

fn mix_bytes(mut state: u64, bytes: &[u8]) -> u64 {
    let (chunks, rest) = bytes.as_chunks::<8>();
    for chunk in chunks {
        state = mix(state, u64::from_le_bytes(*chunk));
    }
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    mix(state, u64::from_le_bytes(last))
}

fn mix_bits(state: u64, bits: Bits<'_>) -> u64 {
    let state = mix(mix(state, Mark::Bits as u64), bits.size_bits() as u64);
    match bits.as_bytes() {
        Some(bytes) => mix_bytes(state, bytes),
        None => mix_bytes(state, &bits.to_bytes()),
    }
}

const CHUNK: usize = 4096;
const CHUNKS: usize = jovial_atoms::MAX as usize / CHUNK;

/// Hashes of atoms by index; zero means not computed yet.
static ATOMS: [OnceLock<Box<[AtomicU64]>>; CHUNKS] = [const { OnceLock::new() }; CHUNKS];

/// The hash of an atom's text.
pub(crate) fn atom(atom: Atom) -> u64 {
    let index = atom.index() as usize;
    let chunk = ATOMS[index / CHUNK].get_or_init(|| (0..CHUNK).map(|_| AtomicU64::new(0)).collect());
    let slot = &chunk[index % CHUNK];
    let known = slot.load(Ordering::Relaxed);
    if known != 0 {
        return known;
    }
    let hash = mix(mix_bytes(Mark::Atom as u64, atom.as_str().as_bytes()), atom.as_str().len() as u64).max(1);
    slot.store(hash, Ordering::Relaxed);
    hash
}

impl Term<'_> {
    /// A hash that agrees with [`Term::same`] and is equal in every run.
    #[inline]
    pub fn hash64(self) -> u64 {
        if let Some(value) = self.as_small() {
            return mix(mix(0, value.cast_unsigned()), 0);
        }
        if let Some(name) = self.as_atom() {
            return mix(mix(0, atom(name)), 0);
        }
        mix(hash(self), 0)
    }
}

fn hash(term: Term<'_>) -> u64 {
    let mut state = 0;
    let mut work = vec![term];
    while let Some(term) = work.pop() {
        match term.boxed_kind() {
            Some(Boxed::MapNode | Boxed::MapCollision) => {
                // One shape for given keys, so the pairs come in the same order from equal maps.
                for slot in term.slots().iter().rev() {
                    match trie::leaf(*slot) {
                        Some((key, value)) => work.extend([value, key]),
                        None => work.push(*slot),
                    }
                }
            }
            _ => state = one(state, term, &mut work),
        }
    }
    state
}

/// Mixes one object in; its parts go to the work list, last one first.
fn one<'a>(state: u64, term: Term<'a>, work: &mut Vec<Term<'a>>) -> u64 {
    let marked = |mark: Mark| mix(state, mark as u64);
    match term.value() {
        Value::Int(Int::Small(value)) => mix(state, value.cast_unsigned()),
        Value::Int(Int::Big { negative, limbs }) => {
            let mark = if negative { Mark::NegativeBig } else { Mark::Big };
            limbs.iter().fold(marked(mark), |state, limb| mix(state, *limb))
        }
        Value::Float(value) => {
            // The two zeros are the same term.
            let value = if value == 0.0 { 0.0 } else { value };
            mix(marked(Mark::Float), value.to_bits())
        }
        Value::Atom(name) => mix(state, atom(name)),
        Value::Pid(pid) => mix(marked(Mark::Pid), pid.number()),
        Value::Port(port) => mix(marked(Mark::Port), port.number()),
        Value::Ref(reference) => mix(marked(Mark::Ref), reference.number),
        Value::ExternalPid(id) => external(marked(Mark::ExternalPid), &id),
        Value::ExternalPort(id) => external(marked(Mark::ExternalPort), &id),
        Value::ExternalRef(id) => external(marked(Mark::ExternalRef), &id),
        Value::Fun(fun) => {
            work.extend(fun.env.iter().rev());
            let state = mix(marked(Mark::Fun), atom(fun.entry.module));
            mix(mix(mix(state, u64::from(fun.entry.index)), u64::from(fun.entry.old_uniq)), fun.env.len() as u64)
        }
        Value::ExternalFun(fun) => {
            let state = mix(marked(Mark::ExternalFun), atom(fun.module));
            mix(mix(state, atom(fun.name)), u64::from(fun.arity))
        }
        Value::Tuple(elements) => {
            work.extend(elements.iter().rev());
            mix(marked(Mark::Tuple), elements.len() as u64)
        }
        Value::Map(map) => {
            match map.as_flat() {
                Some((keys, values)) => {
                    work.extend(values.iter().rev());
                    work.extend(keys.slots().iter().rev());
                }
                None => work.push(map.term().slots()[1]),
            }
            mix(marked(Mark::Map), map.len() as u64)
        }
        Value::Nil => marked(Mark::Nil),
        Value::Cons(head, tail) => {
            work.extend([tail, head]);
            marked(Mark::Cons)
        }
        Value::Bits(bits) => mix_bits(state, bits),
    }
}

fn external(state: u64, id: &crate::term::External) -> u64 {
    let state = mix(mix(state, atom(id.node)), u64::from(id.creation));
    id.words().iter().fold(state, |state, word| mix(state, u64::from(*word)))
}
