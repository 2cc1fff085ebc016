//! Matching and building of bitstrings.
#![expect(clippy::inline_always, reason = "op bodies are expanded into two dispatchers")]

use jovial_atoms::{Atom, known};
use jovial_bytecode::opcode::{NO_SLOT, Source, unpack_type};
use jovial_term::raw::Word;
use jovial_term::Term;

use super::data::{source, sources_len};
use super::exceptions::{First, raise};
use super::{Flow, SLOW, State};
use crate::bits::{self, BuildError};
use crate::native::Class;

const NONE: isize = NO_SLOT as isize;

#[inline(always)]
pub(super) unsafe fn op_bits_start<const FAST: bool>(s: &mut State<'_>) -> Flow {
    if FAST {
        return SLOW;
    }
    // SAFETY: invariant 1 of the interpreter, as in all functions of this file.
    unsafe {
        let base = s.get_term(s.byte(1));
        let Some(size) = base.as_bitstring().map(|bits| bits.size_bits()) else { return s.jump(3) };
        let ((to_base, to_position), (to_end, _)) = (s.pair(1), s.pair(2));
        s.set(to_base, base.word());
        s.set(to_position, Word::ZERO);
        s.set(to_end, Word::small(size as i64));
        s.next(4)
    }
}

/// A position in a slot.
unsafe fn position(s: &State<'_>, slot: isize) -> usize {
    // SAFETY: as above.
    unsafe { s.get(slot).small_value().cast_unsigned() as usize }
}

#[inline(always)]
pub(super) unsafe fn op_bits_get<const FAST: bool>(s: &mut State<'_>) -> Flow {
    if FAST {
        return SLOW;
    }
    // SAFETY: as above.
    unsafe {
        let ((base, at), (end, size)) = (s.pair(1), s.pair(2));
        let size = if size == NONE { None } else { Some(s.get_term(size)) };
        let ty = unpack_type(s.word(3)).expect("checked code holds known segment types");
        let found = bits::get(s.heap(), s.get_term(base), position(s, at), position(s, end), ty, size);
        let found = found.map(|(value, next)| (value.word(), next));
        s.reload();
        match found {
            Some((value, next)) => {
                s.set(s.byte(1), value);
                s.set(s.byte(2), Word::small(next as i64));
                s.next(5)
            }
            None => s.jump(4),
        }
    }
}

#[inline(always)]
pub(super) unsafe fn op_bits_match<const FAST: bool>(s: &mut State<'_>) -> Flow {
    if FAST {
        return SLOW;
    }
    // SAFETY: as above.
    unsafe {
        let (base, end) = s.pair(1);
        let bytes = s.term(Word(s.wide(2)));
        match bits::skip_bytes(s.get_term(base), position(s, s.byte(2)), position(s, end), bytes) {
            Some(next) => {
                s.set(s.byte(1), Word::small(next as i64));
                s.next(5)
            }
            None => s.jump(4),
        }
    }
}

#[inline(always)]
pub(super) unsafe fn op_bits_end<const FAST: bool>(s: &mut State<'_>) -> Flow {
    // SAFETY: as above.
    unsafe { s.test(s.get(s.byte(1)) == s.get(s.byte(2)), 1) }
}

#[inline(always)]
pub(super) unsafe fn op_bits_build<const FAST: bool>(s: &mut State<'_>) -> Flow {
    // SAFETY: as above.
    if FAST { SLOW } else { unsafe { build(s) } }
}

#[inline(never)]
unsafe fn build(s: &mut State<'_>) -> Flow {
    // SAFETY: as above.
    unsafe {
        let count = s.count16();
        let heap = s.heap();
        let mut builder = bits::Builder::new();
        let mut consts = 0;
        let mut result = Ok(());
        for index in 0..count {
            let place = 1 + 3 * index;
            let value = s.term(source(s, place));
            let none = Source::unpack(s.word(place + 1)) == Source::Slot(NO_SLOT);
            let size = if none { None } else { Some(s.term(source(s, place + 1))) };
            let ty = unpack_type(s.word(place + 2)).expect("checked code holds known segment types");
            if result.is_ok() {
                result = builder.push(value, ty, size).map_err(|error| (error, index, ty));
            }
            consts += sources_len(s, place, 2) - 2;
        }
        let built = match result {
            Ok(()) => builder.finish(heap).map(Term::word).map_err(|_| None),
            Err((BuildError::SystemLimit, _, _)) => Err(None),
            Err((BuildError::Segment(what, value), index, ty)) => {
                let kind = Term::atom(Atom::new(bits::kind_name(ty.kind)));
                let cause = heap.tuple(&[Term::count(index + 1), kind, Term::atom(Atom::new(what)), value]);
                Err(Some(cause.word()))
            }
        };
        s.reload();
        match built {
            Ok(bitstring) => {
                s.set(s.byte(1), bitstring);
                s.next(1 + 3 * count + consts)
            }
            Err(Some(cause)) => raise(s, Class::Error, Word::atom(known::BADARG), &First::Bits(cause)),
            Err(None) => raise(s, Class::Error, Word::atom(known::SYSTEM_LIMIT), &First::None),
        }
    }
}
