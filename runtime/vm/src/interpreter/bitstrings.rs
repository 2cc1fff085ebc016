//! Matching and building of bitstrings.
#![expect(clippy::inline_always, reason = "op bodies are expanded into two dispatchers")]

use jovial_atoms::{Atom, known};
use jovial_bytecode::ir::{Endian, SegmentKind, SegmentType};
use jovial_bytecode::opcode::{NO_SLOT, pack_type, unpack_type};
use jovial_term::raw::{self, Boxed, Word};
use jovial_term::{Heap, Term};

use super::data::{source, sources_len};
use super::exceptions::{First, raise};
use super::{Flow, SECOND, SLOW, State};
use crate::bits::{self, BuildError};
use crate::native::Class;

const NONE: isize = NO_SLOT as isize;

/// In place of a segment's size that is not there.
const NO_SIZE: u32 = (NO_SLOT.cast_unsigned() as u32) << 16 | 7;

/// Size in bits of a bitstring.
#[inline(always)]
unsafe fn bit_size(word: Word) -> Option<usize> {
    // SAFETY: invariant 1 of the interpreter, as in all functions of this file: a boxed word leads to a live object.
    unsafe {
        if !word.is_boxed() {
            return None;
        }
        let header = raw::boxed_slot(word, 0);
        match header.header_kind() {
            Boxed::HeapBinary => Some((header.header_size() * 8 - usize::from(header.header_aux())) * 8),
            Boxed::RefcBinary => Some((raw::boxed_slot(word, 3).0 >> 1) as usize * 8),
            Boxed::SubBinary => Some((raw::boxed_slot(word, 3).0 >> 1) as usize),
            _ => None,
        }
    }
}

/// The whole binary behind a bitstring, and where in it the bitstring starts: a small integer, in bits.
#[inline(always)]
unsafe fn storage(word: Word) -> (Word, Word) {
    // SAFETY: as above.
    unsafe {
        match raw::boxed_slot(word, 0).header_kind() {
            Boxed::SubBinary => (raw::boxed_slot(word, 1), raw::boxed_slot(word, 2)),
            _ => (word, Word::ZERO),
        }
    }
}

/// Makes a view in the room that is there: so many bits from `at` on of a whole binary.
#[inline(always)]
unsafe fn put_view(s: &mut State<'_>, whole: Word, at: usize, size: usize) {
    // SAFETY: as above; the object lies in memory that is free.
    unsafe {
        let object = s.hp;
        *object = Word::header(Boxed::SubBinary, 3, 0);
        *object.add(1) = whole;
        *object.add(2) = Word::small(at as i64);
        *object.add(3) = Word::small(size as i64);
        s.hp = object.add(4);
        s.set(s.byte(1), Word::boxed_at(object));
    }
}

#[inline(always)]
pub(super) unsafe fn op_bits_start<const FAST: bool>(s: &mut State<'_>) -> Flow {
    // SAFETY: as above.
    unsafe {
        let value = s.get(s.byte(1));
        let Some(size) = bit_size(value) else { return s.jump(3) };
        let ((to_base, to_position), (to_end, _)) = (s.pair(1), s.pair(2));
        // A view is taken apart once, here: what reads segments finds the bytes themselves.
        let (base, start) = storage(value);
        s.set(to_base, base);
        s.set(to_position, start);
        s.set(to_end, Word(start.0 + ((size as u64) << 1)));
        s.next(4)
    }
}

/// A position in a slot.
#[inline(always)]
unsafe fn position(s: &State<'_>, slot: isize) -> usize {
    // SAFETY: as above.
    unsafe { (s.get(slot).0 >> 1) as usize }
}

/// Segment types that have a short way, as packed: `integer`, `binary` (bytes) and `utf8`, all else at its default.
const INTEGER: u32 = pack_type(plain(SegmentKind::Integer, 1));
const BYTES: u32 = pack_type(plain(SegmentKind::Binary, 8));
const UTF8: u32 = pack_type(plain(SegmentKind::Utf8, 1));
const BITS: u32 = pack_type(plain(SegmentKind::Bitstring, 1));

const fn plain(kind: SegmentKind, unit: u16) -> SegmentType {
    SegmentType { kind, unit, signed: false, endian: Endian::Big }
}

/// Rests up to this many bits are copied.
const SHORT_REST: usize = 24 * 8;

/// The short ways: an integer of whole bytes, a character below 128, the rest of a binary.
#[inline(always)]
unsafe fn get_quickly(s: &mut State<'_>) -> Flow {
    // SAFETY: as above; what is read lies between position and end.
    unsafe {
        let ((base, at), (end, size)) = (s.pair(1), s.pair(2));
        let (whole, at, end) = (s.get(base), position(s, at), position(s, end));
        let ty = s.word(3);
        if at % 8 != 0 {
            return SLOW;
        }
        if ty == BYTES && size == NONE {
            let rest = end - at;
            if rest % 8 != 0 || rest <= SHORT_REST || at == 0 || !s.has_room(4) {
                return SLOW;
            }
            put_view(s, whole, at, rest);
            s.set(s.byte(2), Word::small(end as i64));
            return s.next(5);
        }
        let bytes = if ty == INTEGER {
            let size = s.get(size);
            if !size.is_small() || size.0 & 15 != 0 || size.0 > 2 * 56 {
                return SLOW;
            }
            (size.0 >> 4) as usize
        } else if ty == UTF8 {
            1
        } else {
            return SLOW;
        };
        let next = at + 8 * bytes;
        if next > end {
            return s.jump(4);
        }
        let data = raw::binary_bytes(whole).add(at / 8);
        let mut value = 0u64;
        for index in 0..bytes {
            value = value << 8 | u64::from(*data.add(index));
        }
        if ty == UTF8 && value >= 0x80 {
            return SLOW;
        }
        s.set(s.byte(1), Word(value << 1));
        s.set(s.byte(2), Word::small(next as i64));
        s.next(5)
    }
}

#[inline(always)]
pub(super) unsafe fn op_bits_get<const FAST: bool>(s: &mut State<'_>) -> Flow {
    if FAST {
        // SAFETY: as above.
        return unsafe { get_quickly(s) };
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
pub(super) unsafe fn op_bits_skip<const FAST: bool>(s: &mut State<'_>) -> Flow {
    // SAFETY: as above.
    unsafe {
        let (end, size) = s.pair(1);
        let (size, unit) = (s.get(size), u64::from(s.word(2)));
        if !size.is_small() || size.small_value() < 0 {
            return s.jump(3);
        }
        let (at, end) = (position(s, s.byte(2)) as u64, position(s, end) as u64);
        // A size of 62 bits and a unit of up to 8.
        match size.small_value().cast_unsigned().checked_mul(unit).and_then(|bits| bits.checked_add(at)) {
            Some(next) if next <= end => {
                s.set(s.byte(1), Word(next << 1));
                s.next(4)
            }
            _ => s.jump(3),
        }
    }
}

#[inline(always)]
pub(super) unsafe fn op_bits_match<const FAST: bool>(s: &mut State<'_>) -> Flow {
    // SAFETY: as above.
    unsafe {
        let (base, end) = s.pair(1);
        if FAST {
            // Byte by byte, as such constants are short and mostly differ at the first byte. Long ones lie off the heap.
            let (whole, wanted) = (s.get(base), Word(s.wide(2)));
            let (at, end) = (position(s, s.byte(2)), position(s, end));
            if at % 8 != 0 || raw::boxed_slot(wanted, 0).header_kind() != Boxed::HeapBinary {
                return SLOW;
            }
            let size = bit_size(wanted).unwrap_or(0);
            if at + size > end {
                return s.jump(4);
            }
            let (data, wanted) = (raw::binary_bytes(whole).add(at / 8), raw::binary_bytes(wanted));
            for index in 0..size / 8 {
                if *data.add(index) != *wanted.add(index) {
                    return s.jump(4);
                }
            }
            s.set(s.byte(1), Word::small((at + size) as i64));
            return s.next(5);
        }
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
pub(super) unsafe fn op_bits_byte<const FAST: bool>(s: &mut State<'_>) -> Flow {
    // SAFETY: as above; what is read lies between position and end.
    unsafe {
        let (base, end) = s.pair(1);
        let (at, end) = (position(s, s.byte(3)), position(s, end));
        if at + 8 > end {
            return s.jump(2);
        }
        let data = raw::binary_bytes(s.get(base)).add(at / 8);
        let mut value = u64::from(*data);
        if at % 8 != 0 {
            if FAST {
                return SLOW;
            }
            // The byte lies in two.
            value = (value << 8 | u64::from(*data.add(1))) >> (8 - at % 8) & 0xff;
        }
        s.set(s.byte(1), Word(value << 1));
        s.set(s.byte(2), Word::small((at + 8) as i64));
        s.next(3)
    }
}

#[inline(always)]
pub(super) unsafe fn op_bits_utf8<const FAST: bool>(s: &mut State<'_>) -> Flow {
    // SAFETY: as above.
    unsafe {
        let (base, end) = s.pair(1);
        let (at, end) = (position(s, s.byte(3)), position(s, end));
        let base = s.get(base);
        if FAST {
            // Characters below 128, which are one byte.
            if at % 8 != 0 || at + 8 > end {
                return SLOW;
            }
            let byte = *raw::binary_bytes(base).add(at / 8);
            if byte >= 0x80 {
                return SLOW;
            }
            s.set(s.byte(1), Word(u64::from(byte) << 1));
            s.set(s.byte(2), Word::small((at + 8) as i64));
            return s.next(3);
        }
        let found = bits::get(s.heap(), s.term(base), at, end, plain(SegmentKind::Utf8, 1), None);
        let found = found.map(|(value, next)| (value.word(), next));
        s.reload();
        match found {
            Some((value, next)) => {
                s.set(s.byte(1), value);
                s.set(s.byte(2), Word::small(next as i64));
                s.next(3)
            }
            None => s.jump(2),
        }
    }
}

#[inline(always)]
pub(super) unsafe fn op_bits_whole<const FAST: bool>(s: &mut State<'_>) -> Flow {
    // SAFETY: as above. Positions are small integers, so their difference is twice that in bits.
    unsafe { s.test((s.get(s.byte(2)).0 - s.get(s.byte(1)).0).is_multiple_of(16), 1) }
}

#[inline(always)]
pub(super) unsafe fn op_bits_end<const FAST: bool>(s: &mut State<'_>) -> Flow {
    // SAFETY: as above.
    unsafe { s.test(s.get(s.byte(1)) == s.get(s.byte(2)), 1) }
}

#[inline(always)]
pub(super) unsafe fn op_bits_build<const FAST: bool>(s: &mut State<'_>) -> Flow {
    // SAFETY: as above.
    unsafe { if FAST { build_byte(s) } else { build(s) } }
}

/// The short way for a single byte.
#[inline(always)]
unsafe fn build_byte(s: &mut State<'_>) -> Flow {
    const EIGHT: u32 = 8 << 1;
    // SAFETY: as above; the object lies in memory that is free.
    unsafe {
        let count = s.count16();
        if count == 2 {
            return SECOND;
        }
        let single = count == 1 && s.word(2) == EIGHT && s.word(3) == INTEGER;
        if !single || s.word(1) & 7 != 7 || !s.has_room(2) {
            return SLOW;
        }
        let value = source(s, 1);
        if !value.is_small() {
            return SLOW;
        }
        let object = s.hp;
        *object = Word::header(Boxed::HeapBinary, 1, 7);
        *object.add(1) = Word(value.small_value().cast_unsigned() & 0xff);
        s.hp = object.add(2);
        s.set(s.byte(1), Word::boxed_at(object));
        s.next(4)
    }
}

/// The two binaries, from slots, that an instruction puts together.
#[inline(always)]
unsafe fn two_parts(s: &State<'_>) -> Option<(Word, Word)> {
    // SAFETY: as above.
    unsafe {
        let whole = |place| {
            (s.word(place + 2) == BYTES || s.word(place + 2) == BITS)
                && s.word(place) & 7 == 7
                && s.word(place + 1) == NO_SIZE
        };
        (s.count16() == 2 && whole(1) && whole(4)).then(|| (source(s, 1), source(s, 4)))
    }
}

/// Appends whole bytes to a string that grows at its end: all that a step makes is the new view.
#[inline(always)]
pub(super) unsafe fn append_in_place(s: &mut State<'_>) -> Flow {
    // SAFETY: as above; the object lies in memory that is free.
    unsafe {
        let Some((first, second)) = two_parts(s) else { return SLOW };
        let Some(tail) = whole_bytes(second).filter(|_| s.has_room(4)) else { return SLOW };
        let heap = s.process().heap();
        let Some((whole, size)) = s.term(first).grow_in_place(heap, tail) else { return SLOW };
        put_view(s, whole.word(), 0, 8 * size);
        if heap.wants_collection() {
            s.want_safepoint();
        }
        s.next(7)
    }
}

/// The bytes of a bitstring that is made of whole ones.
#[inline(always)]
unsafe fn whole_bytes<'a>(word: Word) -> Option<&'a [u8]> {
    // SAFETY: as above; the caller keeps the binary and uses the bytes within one instruction.
    unsafe {
        let size = bit_size(word)?;
        let (base, start) = storage(word);
        let start = start.small_value() as usize;
        if !(start | size).is_multiple_of(8) {
            return None;
        }
        Some(std::slice::from_raw_parts(raw::binary_bytes(base).add(start / 8), size / 8))
    }
}

/// What [`build`] makes of a long binary and whole bytes behind it.
unsafe fn build_longer<'a>(s: &State<'a>, heap: &'a Heap) -> Option<Term<'a>> {
    // SAFETY: as above.
    unsafe {
        let (first, second) = two_parts(s)?;
        let (bytes, tail) = (whole_bytes(first)?, whole_bytes(second)?);
        if bytes.len() <= bits::WHOLE_MAX { None } else { heap.append(s.term(first), tail.into()).ok() }
    }
}

/// Parts of whole bytes are put together in so much room.
const SHORT: usize = 256;

/// What [`build`] makes of binaries, integers and characters of whole bytes that are short together, a long binary in front
/// aside; `None` for all else, and for what is wrong. Also the words of terms behind the segments.
unsafe fn build_short<'a>(s: &State<'a>, heap: &'a Heap) -> Option<(Term<'a>, usize)> {
    // SAFETY: as above.
    unsafe {
        let count = s.count16();
        let (mut bytes, mut len, mut consts) = ([0u8; SHORT], 0, 0);
        let mut first = None;
        for index in 0..count {
            let place = 1 + 3 * index;
            let (value, ty) = (source(s, place), s.word(place + 2));
            let sized = s.word(place + 1) != NO_SIZE;
            let mut number = [0; 8];
            let part = if (ty == BYTES || ty == BITS) && !sized {
                let part = whole_bytes(value)?;
                if index == 0 && part.len() > bits::WHOLE_MAX {
                    first = Some(s.term(value));
                    &[]
                } else {
                    part
                }
            } else if ty == INTEGER && sized {
                let size = source(s, place + 1);
                if !value.is_small() || !size.is_small() || size.0 & 15 != 0 || size.0 > 2 * 64 {
                    return None;
                }
                number = value.small_value().to_be_bytes();
                &number[8 - (size.0 >> 4) as usize..]
            } else if ty == UTF8 && !sized && value.is_small() && (0..0x80).contains(&value.small_value()) {
                number[7] = value.small_value().cast_unsigned() as u8;
                &number[7..]
            } else {
                return None;
            };
            bytes.get_mut(len..len + part.len())?.copy_from_slice(part);
            len += part.len();
            consts += sources_len(s, place, 2) - 2;
        }
        let built = match first {
            Some(first) => heap.append(first, (&bytes[..len]).into()).ok()?,
            None => heap.binary(&bytes[..len]),
        };
        Some((built, consts))
    }
}

#[inline(never)]
unsafe fn build(s: &mut State<'_>) -> Flow {
    // SAFETY: as above.
    unsafe {
        let count = s.count16();
        let heap = s.heap();
        if let Some(built) = build_longer(s, heap) {
            let built = built.word();
            s.reload();
            s.set(s.byte(1), built);
            return s.next(7);
        }
        if let Some((built, consts)) = build_short(s, heap) {
            let built = built.word();
            s.reload();
            s.set(s.byte(1), built);
            return s.next(1 + 3 * count + consts);
        }
        let mut builder = bits::Builder::new();
        let mut consts = 0;
        let mut result = Ok(());
        for index in 0..count {
            let place = 1 + 3 * index;
            let value = s.term(source(s, place));
            let size = if s.word(place + 1) == NO_SIZE { None } else { Some(s.term(source(s, place + 1))) };
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
