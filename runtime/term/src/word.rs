//! The tagged 64-bit word, its tags and header words: bit patterns only, nothing is dereferenced here.
//!
//! **What it is for.** Everything the machine stores in registers, stacks and heaps is a [`Word`]. The low bits say
//! what it is:
//!
//! | bits | meaning |
//! |---|---|
//! | `...vvv0` | small integer, 63-bit signed, value shifted left by one |
//! | `...p001` | pointer to a cons cell (two words, no header) |
//! | `...p011` | pointer to a boxed object, whose first word is a header |
//! | `pay[56] sub[5] 101` | immediate: atom, local pid, local port, `[]` |
//! | `aux[16] size[40] kind[5] 111` | header; `size` counts the words that follow it. Never a value |
//!
//! **Invariants.**
//! 1. Anything with bit 0 clear is scanned as a small integer. Aligned raw pointers and even code addresses may
//!    therefore lie anywhere that a collector scans.
//! 2. A header never leaves its object: no register, stack slot or element holds one, but for [`Word::MOVED`] and
//!    forwarding pointers, which exist only while a collection runs.
//! 3. [`Boxed::is_opaque`] kinds hold raw data that must be skipped; all other kinds can be scanned word by word.
//!
//! **What it must not know.** Heaps, lifetimes, memory.

use jovial_atoms::Atom;

/// A machine word in term encoding.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub struct Word(pub u64);

const _: () = assert!(size_of::<Word>() == 8);

/// Largest small integer: `2^62 - 1`.
pub const SMALL_MAX: i64 = (1 << 62) - 1;
/// Least small integer: `-2^62`.
pub const SMALL_MIN: i64 = -(1 << 62);

/// Mask of the low bits that hold the primary tag.
pub const TAG_MASK: u64 = 7;
/// Primary tag of a pointer to a cons cell.
pub const TAG_CONS: u64 = 1;
/// Primary tag of a pointer to a boxed object.
pub const TAG_BOXED: u64 = 3;
/// Primary tag of an immediate.
pub const TAG_IMMEDIATE: u64 = 5;
/// Primary tag of a header.
pub const TAG_HEADER: u64 = 7;

/// Low byte of an atom.
pub const LOW_ATOM: u64 = TAG_IMMEDIATE;
/// Low byte of a local pid.
pub const LOW_PID: u64 = (1 << 3) | TAG_IMMEDIATE;
/// Low byte of a local port.
pub const LOW_PORT: u64 = (2 << 3) | TAG_IMMEDIATE;
/// Low byte of the special values.
pub const LOW_SPECIAL: u64 = (3 << 3) | TAG_IMMEDIATE;

const SIZE_BITS: u32 = 40;
const SIZE_MASK: u64 = (1 << SIZE_BITS) - 1;

/// What a boxed object is: the kind field of its header.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Boxed {
    /// Elements.
    Tuple = 0,
    /// Key tuple, then the values in the order of the keys.
    FlatMap = 1,
    /// Size as a small integer, root node.
    BigMap = 2,
    /// Inner node of a big map; `aux` is the bitmap, elements are cons cells (key and value) or further nodes.
    MapNode = 3,
    /// Last level of a big map: cons cells whose keys have the same hash, in term order.
    MapCollision = 4,
    /// Address of the `FunEntry`, then the environment; `aux` is the arity.
    Fun = 5,
    /// Module, name, arity.
    ExternalFun = 6,
    /// One `f64`.
    Float = 7,
    /// Limbs of a positive integer, least significant first.
    BigPositive = 8,
    /// Limbs of the absolute value of a negative integer.
    BigNegative = 9,
    /// Bytes; `aux` is the number of unused bytes in the last word.
    HeapBinary = 10,
    /// Address of the shared block, link of the off-heap list, size in bytes as a small integer.
    RefcBinary = 11,
    /// Heap or refc binary, bit offset and bit size as small integers.
    SubBinary = 12,
    /// Number, and the pid of the owner for an alias (0 for none), as small integer and word.
    Ref = 13,
    /// Number, address of the boxed `Arc`, link of the off-heap list.
    MagicRef = 14,
    /// Node, creation, id, serial.
    ExternalPid = 15,
    /// Node, creation, low and high half of the id.
    ExternalPort = 16,
    /// Node, creation, up to five words.
    ExternalRef = 17,
    /// Only ever in [`Word::MOVED`].
    Moved = 31,
}

impl Boxed {
    const fn from_bits(bits: u64) -> Boxed {
        match bits {
            0 => Boxed::Tuple,
            1 => Boxed::FlatMap,
            2 => Boxed::BigMap,
            3 => Boxed::MapNode,
            4 => Boxed::MapCollision,
            5 => Boxed::Fun,
            6 => Boxed::ExternalFun,
            7 => Boxed::Float,
            8 => Boxed::BigPositive,
            9 => Boxed::BigNegative,
            10 => Boxed::HeapBinary,
            11 => Boxed::RefcBinary,
            12 => Boxed::SubBinary,
            13 => Boxed::Ref,
            14 => Boxed::MagicRef,
            15 => Boxed::ExternalPid,
            16 => Boxed::ExternalPort,
            17 => Boxed::ExternalRef,
            _ => Boxed::Moved,
        }
    }

    /// Whether the words after the header are raw data instead of words (invariant 3).
    pub const fn is_opaque(self) -> bool {
        matches!(self, Boxed::Float | Boxed::BigPositive | Boxed::BigNegative | Boxed::HeapBinary)
    }
}

impl Word {
    /// The empty list.
    pub const NIL: Word = Word(LOW_SPECIAL);
    /// Small integer zero; also what an unused slot holds.
    pub const ZERO: Word = Word(0);
    /// What a copying collector leaves in the head of a moved cons cell.
    pub const MOVED: Word = Word::header(Boxed::Moved, 0, 0);
    /// What freed memory is filled with in stress mode: a header of an absurd size, so that any use is noticed.
    pub const POISON: Word = Word(0xdead_dead_dead_deaf);

    /// A small integer; the caller knows that it fits.
    #[inline]
    pub const fn small(value: i64) -> Word {
        Word(value.cast_unsigned() << 1)
    }

    /// A small integer if the value has at most 63 bits.
    #[inline]
    pub const fn try_small(value: i64) -> Option<Word> {
        if value <= SMALL_MAX && value >= SMALL_MIN { Some(Word::small(value)) } else { None }
    }

    #[inline]
    pub const fn atom(atom: Atom) -> Word {
        Word(((atom.index() as u64) << 8) | LOW_ATOM)
    }

    /// A local pid from its 56-bit number.
    #[inline]
    pub const fn pid(number: u64) -> Word {
        Word((number << 8) | LOW_PID)
    }

    /// A local port from its 56-bit number.
    #[inline]
    pub const fn port(number: u64) -> Word {
        Word((number << 8) | LOW_PORT)
    }

    #[inline]
    pub const fn header(kind: Boxed, size: usize, aux: u16) -> Word {
        Word(((aux as u64) << 48) | (((size as u64) & SIZE_MASK) << 8) | ((kind as u64) << 3) | TAG_HEADER)
    }

    /// Tags the address of a cons cell.
    #[inline]
    pub fn cons_at(address: *const Word) -> Word {
        Word(address as u64 | TAG_CONS)
    }

    /// Tags the address of a header.
    #[inline]
    pub fn boxed_at(address: *const Word) -> Word {
        Word(address as u64 | TAG_BOXED)
    }

    #[inline]
    pub const fn is_small(self) -> bool {
        self.0 & 1 == 0
    }

    #[inline]
    pub const fn is_cons(self) -> bool {
        self.0 & TAG_MASK == TAG_CONS
    }

    #[inline]
    pub const fn is_boxed(self) -> bool {
        self.0 & TAG_MASK == TAG_BOXED
    }

    #[inline]
    pub const fn is_header(self) -> bool {
        self.0 & TAG_MASK == TAG_HEADER
    }

    /// Whether this is a cons or boxed pointer: those two tags alone have bit 0 set and bit 2 clear.
    #[inline]
    pub const fn is_pointer(self) -> bool {
        self.0 & 5 == 1
    }

    #[inline]
    pub const fn is_atom(self) -> bool {
        self.0 & 0xff == LOW_ATOM
    }

    #[inline]
    pub const fn is_pid(self) -> bool {
        self.0 & 0xff == LOW_PID
    }

    #[inline]
    pub const fn is_port(self) -> bool {
        self.0 & 0xff == LOW_PORT
    }

    #[inline]
    pub const fn is_nil(self) -> bool {
        self.0 == Word::NIL.0
    }

    /// The value of a small integer; meaningless for anything else.
    #[inline]
    pub const fn small_value(self) -> i64 {
        self.0.cast_signed() >> 1
    }

    /// The 56-bit payload of an immediate.
    #[inline]
    pub const fn payload(self) -> u64 {
        self.0 >> 8
    }

    /// The address behind a cons or boxed pointer.
    #[inline]
    pub const fn address(self) -> *mut Word {
        (self.0 & !TAG_MASK) as *mut Word
    }

    #[inline]
    pub const fn header_kind(self) -> Boxed {
        Boxed::from_bits((self.0 >> 3) & 31)
    }

    /// Whether this is a header, and of an object of raw data (invariant 3).
    #[inline]
    pub const fn is_opaque_header(self) -> bool {
        const OPAQUE: u32 = 1 << Boxed::Float as u32
            | 1 << Boxed::BigPositive as u32
            | 1 << Boxed::BigNegative as u32
            | 1 << Boxed::HeapBinary as u32;
        self.is_header() && OPAQUE >> ((self.0 >> 3) & 31) & 1 != 0
    }

    /// Words that follow this header.
    #[inline]
    pub const fn header_size(self) -> usize {
        ((self.0 >> 8) & SIZE_MASK) as usize
    }

    #[inline]
    pub const fn header_aux(self) -> u16 {
        (self.0 >> 48) as u16
    }
}

impl std::fmt::Debug for Word {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.is_small() { write!(f, "{}", self.small_value()) } else { write!(f, "{:#x}", self.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jovial_atoms::known;

    #[test]
    fn tags_do_not_overlap() {
        let words = [Word::small(-1), Word::atom(known::NIL), Word::pid(7), Word::port(7), Word::NIL, Word::MOVED];
        for (place, word) in words.iter().enumerate() {
            let tests =
                [word.is_small(), word.is_atom(), word.is_pid(), word.is_port(), word.is_nil(), word.is_header()];
            for (other, holds) in tests.iter().enumerate() {
                assert_eq!(*holds, place == other, "{word:?} against test {other}");
            }
            assert!(!word.is_pointer());
        }
    }

    #[test]
    fn header_fields_come_back() {
        let header = Word::header(Boxed::HeapBinary, 0xff_ffff_ffff, 0xffff);
        assert_eq!(header.header_kind(), Boxed::HeapBinary);
        assert_eq!(header.header_size(), 0xff_ffff_ffff);
        assert_eq!(header.header_aux(), 0xffff);
        assert!(header.is_header() && Word::POISON.is_header());
    }

    #[test]
    fn small_range_is_63_bits() {
        assert_eq!(Word::try_small(SMALL_MAX).map(Word::small_value), Some(SMALL_MAX));
        assert_eq!(Word::try_small(SMALL_MIN).map(Word::small_value), Some(SMALL_MIN));
        assert_eq!(Word::try_small(SMALL_MAX + 1), None);
        assert_eq!(Word::try_small(SMALL_MIN - 1), None);
    }
}
