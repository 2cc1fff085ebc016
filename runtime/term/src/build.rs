//! Builders: how natives make terms.
//!
//! **What it is for.** Methods of [`Heap`] that allocate through a shared borrow and give terms branded by it. They never
//! collect; when the block is full the terms lie in a fragment until the next collection. Only those whose size a
//! program chooses can fail.
//!
//! **Invariants.**
//! 1. Each allocation is filled with one complete object before the next one (`heap`, invariant 2).
//! 2. Terms passed in belong to this heap or are literals (`term`, invariant 2).
//! 3. A binary of at most [`INLINE_MAX`] bytes is stored inline, a larger one off the heap.
//!
//! **What it must not know.** Processes.

use std::any::Any;
use std::sync::Arc;

use jovial_atoms::Atom;

use crate::bits::Bits;
use crate::etf::{FunId, ResolveFun};
use crate::fun::FunEntry;
use crate::heap::Heap;
use crate::off_heap;
use crate::refc::RefcBytes;
use crate::term::{External, Kind, Pid, Term};
use crate::word::{Boxed, Word};

/// Largest binary that is stored inline, in bytes.
pub const INLINE_MAX: usize = 64;
/// Largest bitstring, in bytes.
pub const BINARY_MAX: usize = 2 << 30;
/// Largest tuple, in elements.
pub const TUPLE_MAX: usize = (1 << 24) - 1;

/// In the header of a handle for shared storage: only views lead to it.
pub(crate) const GROWING: u16 = 1;

/// Whether this is the header of such a handle.
#[inline]
pub(crate) fn is_growing(header: Word) -> bool {
    header.header_kind() == Boxed::RefcBinary && header.header_aux() == GROWING
}

/// A size that a program asked for exceeds what the system grants; becomes a `system_limit` error.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SystemLimit;

impl Heap {
    /// Brands a word of an object that was just made here.
    #[inline]
    #[allow(clippy::unused_self, reason = "the borrow is the brand")]
    pub(crate) fn term(&self, word: Word) -> Term<'_> {
        // SAFETY: builders pass pointers to complete objects of this heap, or immediates.
        unsafe { Term::from_word(word) }
    }

    /// An object of header and slots.
    #[inline]
    pub(crate) fn object<'h>(&'h self, kind: Boxed, aux: u16, slots: &[Term<'h>]) -> Term<'h> {
        let place = self.allocate(1 + slots.len()).as_ptr();
        // SAFETY: room for header and slots was just allocated and is not aliased.
        unsafe {
            *place = Word::header(kind, slots.len(), aux);
            place.add(1).cast::<Term<'h>>().copy_from_nonoverlapping(slots.as_ptr(), slots.len());
        }
        self.term(Word::boxed_at(place))
    }

    /// An object of raw words.
    #[inline]
    fn raw_object(&self, kind: Boxed, aux: u16, raw: &[u64]) -> *mut Word {
        let place = self.allocate(1 + raw.len()).as_ptr();
        // SAFETY: as in `object`.
        unsafe {
            *place = Word::header(kind, raw.len(), aux);
            place.add(1).cast::<u64>().copy_from_nonoverlapping(raw.as_ptr(), raw.len());
        }
        place
    }

    /// Takes note of bytes that terms of this heap newly own.
    #[inline]
    pub(crate) fn count_off_heap(&self, bytes: usize) {
        self.off_heap_bytes.set(self.off_heap_bytes.get().saturating_add(bytes));
    }

    /// Puts an owner on the off-heap list.
    fn own(&self, place: *mut Word, bytes: usize) -> Term<'_> {
        self.count_off_heap(bytes);
        // SAFETY: the caller just made this owner, and it is on no list.
        unsafe { self.young_off_heap.set(off_heap::push(place, self.young_off_heap.get())) };
        self.term(Word::boxed_at(place))
    }

    #[inline]
    pub fn cons<'h>(&'h self, head: Term<'h>, tail: Term<'h>) -> Term<'h> {
        let place = self.allocate(2).as_ptr();
        // SAFETY: room for a cell was just allocated.
        unsafe {
            *place = head.word();
            *place.add(1) = tail.word();
        }
        self.term(Word::cons_at(place))
    }

    /// A proper list.
    pub fn list<'h, I>(&'h self, items: I) -> Term<'h>
    where
        I: IntoIterator<Item = Term<'h>>,
        I::IntoIter: DoubleEndedIterator,
    {
        self.list_with_tail(items, Term::EMPTY_LIST)
    }

    /// A list that ends with `tail`.
    pub fn list_with_tail<'h, I>(&'h self, items: I, tail: Term<'h>) -> Term<'h>
    where
        I: IntoIterator<Item = Term<'h>>,
        I::IntoIter: DoubleEndedIterator,
    {
        items.into_iter().rev().fold(tail, |tail, item| self.cons(item, tail))
    }

    /// A list from items that come in order and can't be reversed.
    pub fn list_from_iter<'h>(&'h self, items: impl IntoIterator<Item = Term<'h>>) -> Term<'h> {
        let items: Vec<Term<'h>> = items.into_iter().collect();
        self.list(items)
    }

    /// A charlist.
    pub fn charlist(&self, text: &str) -> Term<'_> {
        self.list(text.chars().map(|char| Term::count(char as usize)))
    }

    #[inline]
    pub fn tuple<'h>(&'h self, elements: &[Term<'h>]) -> Term<'h> {
        self.object(Boxed::Tuple, 0, elements)
    }

    /// A tuple whose size a program chose.
    pub fn try_tuple<'h>(&'h self, elements: &[Term<'h>]) -> Result<Term<'h>, SystemLimit> {
        if elements.len() > TUPLE_MAX { Err(SystemLimit) } else { Ok(self.tuple(elements)) }
    }

    /// A float; terms are never infinite and always numbers, see [`Heap::checked_float`].
    #[inline]
    pub fn float(&self, value: f64) -> Term<'_> {
        debug_assert!(value.is_finite());
        let place = self.raw_object(Boxed::Float, 0, &[value.to_bits()]);
        self.term(Word::boxed_at(place))
    }

    #[inline]
    pub fn int(&self, value: i64) -> Term<'_> {
        match Word::try_small(value) {
            Some(word) => self.term(word),
            None => self.big(value < 0, &[value.unsigned_abs()]),
        }
    }

    pub fn uint(&self, value: u64) -> Term<'_> {
        match i64::try_from(value) {
            Ok(value) => self.int(value),
            Err(_) => self.big(false, &[value]),
        }
    }

    pub fn int128(&self, value: i128) -> Term<'_> {
        if let Ok(value) = i64::try_from(value) {
            self.int(value)
        } else {
            let magnitude = value.unsigned_abs();
            self.big(value < 0, &[magnitude as u64, (magnitude >> 64) as u64])
        }
    }

    /// An integer from sign and limbs, least significant first. Leading zeros are dropped, and what fits becomes small.
    pub fn big(&self, negative: bool, limbs: &[u64]) -> Term<'_> {
        let len = limbs.iter().rposition(|&limb| limb != 0).map_or(0, |place| place + 1);
        let limbs = &limbs[..len];
        match *limbs {
            [] => return self.term(Word::ZERO),
            [limb] if limb < 1 << 62 || (negative && limb == 1 << 62) => {
                let value = limb.cast_signed();
                return self.term(Word::small(if negative { value.wrapping_neg() } else { value }));
            }
            _ => {}
        }
        let kind = if negative { Boxed::BigNegative } else { Boxed::BigPositive };
        let place = self.raw_object(kind, 0, limbs);
        self.term(Word::boxed_at(place))
    }

    /// A binary. Only sizes beyond [`BINARY_MAX`], which [`Heap::try_binary`] reports, abort.
    pub fn binary(&self, bytes: &[u8]) -> Term<'_> {
        if bytes.len() <= INLINE_MAX {
            return self.inline_binary(bytes);
        }
        self.refc_binary(RefcBytes::copy_of(bytes), bytes.len())
    }

    /// A binary whose size a program chose.
    pub fn try_binary(&self, bytes: &[u8]) -> Result<Term<'_>, SystemLimit> {
        if bytes.len() > BINARY_MAX { Err(SystemLimit) } else { Ok(self.binary(bytes)) }
    }

    /// A binary of `size` bytes that `fill` writes; they start as zeros.
    pub fn binary_with(&self, size: usize, fill: impl FnOnce(&mut [u8])) -> Result<Term<'_>, SystemLimit> {
        if size <= INLINE_MAX {
            let mut bytes = [0; INLINE_MAX];
            fill(&mut bytes[..size]);
            return Ok(self.inline_binary(&bytes[..size]));
        }
        if size > BINARY_MAX {
            return Err(SystemLimit);
        }
        let bytes = RefcBytes::build(size, size, fill).ok_or(SystemLimit)?;
        Ok(self.refc_binary(bytes, size))
    }

    fn inline_binary(&self, bytes: &[u8]) -> Term<'_> {
        debug_assert!(bytes.len() <= INLINE_MAX);
        let words = bytes.len().div_ceil(8);
        let unused = words * 8 - bytes.len();
        let place = self.allocate(1 + words).as_ptr();
        // SAFETY: room for header and bytes was just allocated; the last word is cleared first, so no byte of it
        // is uninitialised.
        unsafe {
            *place = Word::header(Boxed::HeapBinary, words, unused as u16);
            if words > 0 {
                *place.add(words) = Word::ZERO;
            }
            place.add(1).cast::<u8>().copy_from_nonoverlapping(bytes.as_ptr(), bytes.len());
        }
        self.term(Word::boxed_at(place))
    }

    /// A handle for the first `size` bytes of shared storage.
    pub(crate) fn refc_binary(&self, bytes: RefcBytes, size: usize) -> Term<'_> {
        self.refc_handle(bytes, size, size)
    }

    fn refc_handle(&self, bytes: RefcBytes, size: usize, fresh: usize) -> Term<'_> {
        assert!(size <= bytes.used(), "a handle covers written bytes only");
        let place = self.raw_object(Boxed::RefcBinary, 0, &[bytes.into_address(), 0, (size as u64) << 1]);
        self.own(place, fresh)
    }

    /// A handle that is only the base of views, so that it may grow with what is appended: while a string is built
    /// piece by piece, each step makes a view alone.
    fn growing_handle(&self, bytes: RefcBytes, size: usize, fresh: usize) -> Term<'_> {
        assert!(size <= bytes.used(), "a handle covers written bytes only");
        let slots = [bytes.into_address(), 0, (size as u64) << 1];
        let place = self.raw_object(Boxed::RefcBinary, GROWING, &slots);
        self.own(place, fresh)
    }

    /// A bitstring of any bits.
    pub fn bitstring(&self, bits: Bits<'_>) -> Term<'_> {
        if let Some(bytes) = bits.as_bytes() {
            return self.binary(bytes);
        }
        let mut bytes = vec![0; bits.size_bits().div_ceil(8)];
        bits.copy_to(&mut bytes, 0);
        let storage = self.binary(&bytes);
        if bits.is_binary() { storage } else { self.view(storage, 0, bits.size_bits()) }
    }

    /// A part of a bitstring that shares its storage: `size` bits from bit `offset`. `None` when it does not lie within.
    pub fn sub_binary<'h>(&'h self, source: Term<'h>, offset: usize, size: usize) -> Option<Term<'h>> {
        let bits = source.as_bitstring()?;
        if offset.checked_add(size)? > bits.size_bits() {
            return None;
        }
        if size == bits.size_bits() && source.header().is_none_or(|header| !is_growing(header)) {
            return Some(source);
        }
        // A copy of a few bytes is smaller than a view and does not keep the storage alive.
        if size <= 24 * 8 {
            return Some(self.bitstring(bits.part(offset, size)?));
        }
        let (base, start) =
            if source.is_boxed_kind(Boxed::SubBinary) { (source.slots()[0], bits.offset()) } else { (source, 0) };
        Some(self.view(base, start + offset, size))
    }

    /// A sub-binary object over heap or refc binary.
    fn view<'h>(&'h self, base: Term<'h>, offset: usize, size: usize) -> Term<'h> {
        debug_assert!(matches!(base.boxed_kind(), Some(Boxed::HeapBinary | Boxed::RefcBinary)));
        self.object(Boxed::SubBinary, 0, &[base, Term::count(offset), Term::count(size)])
    }

    /// `source` with `tail` behind it. If `source` ends where its storage was last written, and there is spare room, the
    /// bytes are written in place, so that building a string piece by piece is linear. Strings of bits are copied.
    pub fn append<'h>(&'h self, source: Term<'h>, tail: Bits<'_>) -> Result<Term<'h>, SystemLimit> {
        let Some(bits) = source.as_bitstring() else { return Err(SystemLimit) };
        let size_bits = bits.size_bits().checked_add(tail.size_bits()).ok_or(SystemLimit)?;
        let size = size_bits.div_ceil(8);
        if size > BINARY_MAX {
            return Err(SystemLimit);
        }
        if tail.size_bits() == 0 {
            return Ok(source);
        }
        // Short results are copied: cheaper to keep than storage with spare room.
        if size <= INLINE_MAX {
            let mut bytes = [0; INLINE_MAX];
            bits.copy_to(&mut bytes, 0);
            tail.copy_to(&mut bytes, bits.size_bits());
            return Ok(self.bitstring(Bits::new(&bytes, 0, size_bits)));
        }
        let mut capacity = size + (size / 4).max(32);
        let mut grows = false;
        if let Some((handle, storage)) = source.growing() {
            let end = bits.size_bits() / 8;
            if let Some(tail_bytes) = tail.as_bytes()
                && storage.try_append(end, tail_bytes)
            {
                let whole = if handle.word() == source.word() {
                    let shared = source.shared_bytes().ok_or(SystemLimit)?;
                    self.growing_handle(shared, size, tail_bytes.len())
                } else {
                    self.count_off_heap(tail_bytes.len());
                    handle.grow(size);
                    handle
                };
                return Ok(self.view(whole, 0, size_bits));
            }
            // It has spare room, but not enough: the string is being built piece by piece.
            if storage.used() == end && storage.capacity() > end {
                capacity = size * 2;
                grows = true;
            }
        }
        let capacity = capacity.min(BINARY_MAX);
        let storage = RefcBytes::build(size, capacity, |bytes| {
            bits.copy_to(bytes, 0);
            tail.copy_to(bytes, bits.size_bits());
        });
        let storage = storage.ok_or(SystemLimit)?;
        if grows && size_bits % 8 == 0 {
            return Ok(self.view(self.growing_handle(storage, size, size), 0, size_bits));
        }
        let whole = self.refc_binary(storage, size);
        Ok(if size_bits % 8 == 0 { whole } else { self.view(whole, 0, size_bits) })
    }

    /// A fun with environment.
    ///
    /// # Safety
    /// `entry` outlives every heap, fragment and table that the fun gets into.
    pub unsafe fn fun<'h>(&'h self, entry: *const FunEntry, arity: u8, env: &[Term<'h>]) -> Term<'h> {
        let place = self.allocate(2 + env.len()).as_ptr();
        // SAFETY: room for header, entry and environment was just allocated. The entry is aligned to 8 bytes, so its
        // address scans as a small integer.
        unsafe {
            *place = Word::header(Boxed::Fun, 1 + env.len(), u16::from(arity));
            *place.add(1) = Word(entry as u64);
            place.add(2).cast::<Term<'h>>().copy_from_nonoverlapping(env.as_ptr(), env.len());
        }
        self.term(Word::boxed_at(place))
    }

    /// A fun that came in from outside, if the resolver knows it.
    pub(crate) fn resolved_fun<'h>(&'h self, funs: &dyn ResolveFun, id: &FunId, env: &[Term<'h>]) -> Option<Term<'h>> {
        let entry = funs.resolve(id)?;
        // SAFETY: the resolver promises that the entry outlives the fun.
        Some(unsafe { self.fun(entry, id.arity, env) })
    }

    /// A fun like `&Mod.name/1`.
    pub fn external_fun(&self, module: Atom, name: Atom, arity: u8) -> Term<'_> {
        self.object(Boxed::ExternalFun, 0, &[module.into(), name.into(), Term::small32(i32::from(arity))])
    }

    /// A reference from a number that is unique in the runtime (at most 63 bits).
    pub fn make_ref(&self, number: u64) -> Term<'_> {
        let place = self.raw_object(Boxed::Ref, 0, &[number << 1, 0]);
        self.term(Word::boxed_at(place))
    }

    /// A reference that is an alias of a process.
    pub fn make_alias(&self, number: u64, owner: Pid) -> Term<'_> {
        let place = self.raw_object(Boxed::Ref, 0, &[number << 1, Term::pid(owner).word().0]);
        self.term(Word::boxed_at(place))
    }

    /// A reference that holds a resource.
    pub fn magic_ref(&self, number: u64, resource: Arc<dyn Any + Send + Sync>) -> Term<'_> {
        let resource = Box::into_raw(Box::new(resource)) as u64;
        let place = self.raw_object(Boxed::MagicRef, 0, &[number << 1, resource, 0]);
        self.own(place, 64)
    }

    /// A pid, port or reference of another node. `None` for other kinds.
    pub fn external(&self, kind: Kind, id: &External) -> Option<Term<'_>> {
        let (kind, words) = match kind {
            Kind::Pid => (Boxed::ExternalPid, 2),
            Kind::Port => (Boxed::ExternalPort, 2),
            Kind::Reference => (Boxed::ExternalRef, id.words().len()),
            _ => return None,
        };
        let mut slots = [Term::ZERO; 7];
        slots[0] = id.node.into();
        slots[1] = Term::count(id.creation as usize);
        for (slot, word) in slots[2..].iter_mut().zip(id.words) {
            *slot = Term::count(word as usize);
        }
        Some(self.object(kind, 0, &slots[..2 + words]))
    }
}
