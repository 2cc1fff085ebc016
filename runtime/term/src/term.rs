//! Terms: what safe code sees of a heap.
//!
//! **What it is for.** [`Term`] is a copyable word branded by the borrow of the heap it lives in. Reading is safe and
//! allocates nothing. [`Term::value`] gives an enum for exhaustive matches; `as_*` tests one kind.
//!
//! **Invariants.**
//! 1. A `Term<'h>` points to a well-formed object that stays where it is during `'h`: collecting needs the heap
//!    exclusively, and natives, which borrow it shared, never collect.
//! 2. A term is stored only into objects of the heap it was borrowed from, or into literals. Crossing from heap to heap
//!    goes through [`Heap::copy_in`](crate::Heap::copy_in) or a [`Fragment`](crate::Fragment). The verifier checks this.
//!
//! **What it must not know.** How collection works, what processes are.

use std::any::Any;
use std::borrow::Cow;
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::sync::Arc;

use jovial_atoms::{Atom, known};

use crate::bits::Bits;
use crate::fun::FunEntry;
use crate::heap::Heap;
use crate::int::Int;
use crate::map::Map;
use crate::refc::RefcBytes;
use crate::word::{Boxed, Word};

/// A term that is valid while the heap behind `'h` is borrowed.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct Term<'h>(Word, PhantomData<&'h Word>);

const _: () = assert!(size_of::<Term<'_>>() == 8);

/// A local process identifier.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Pid(u64);

/// A local port identifier.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Port(u64);

/// Payload bits of an immediate.
const NUMBER_MASK: u64 = (1 << 56) - 1;

impl Pid {
    /// The pid with this number; bits beyond 56 are dropped.
    pub const fn new(number: u64) -> Pid {
        Pid(number & NUMBER_MASK)
    }

    pub const fn number(self) -> u64 {
        self.0
    }

    /// The middle number of `#PID<0.id.serial>`.
    pub const fn id(self) -> u32 {
        (self.0 & 0x0fff_ffff) as u32
    }

    /// The last number of `#PID<0.id.serial>`.
    pub const fn serial(self) -> u32 {
        (self.0 >> 28) as u32
    }
}

impl Port {
    /// The port with this number; bits beyond 56 are dropped.
    pub const fn new(number: u64) -> Port {
        Port(number & NUMBER_MASK)
    }

    pub const fn number(self) -> u64 {
        self.0
    }
}

/// A pid, port or reference of another node.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct External {
    pub node: Atom,
    pub creation: u32,
    /// Pid: id and serial. Port: low and high half of the id. Reference: up to five words.
    pub words: [u32; 5],
    pub len: u8,
}

impl External {
    pub fn new(node: Atom, creation: u32, words: &[u32]) -> External {
        let mut padded = [0; 5];
        let len = words.len().min(5);
        padded[..len].copy_from_slice(&words[..len]);
        External { node, creation, words: padded, len: u8::try_from(len).expect("at most five") }
    }

    pub fn words(&self) -> &[u32] {
        &self.words[..usize::from(self.len)]
    }
}

/// A reference of this node.
#[derive(Clone, Copy)]
pub struct Ref<'h> {
    /// Unique per runtime; all that equality and order look at.
    pub number: u64,
    /// The process that an alias leads to.
    pub owner: Option<Pid>,
    resource: u64,
    heap: PhantomData<&'h Word>,
}

impl<'h> Ref<'h> {
    /// What a magic reference holds.
    pub fn resource(&self) -> Option<&'h Arc<dyn Any + Send + Sync>> {
        let resource = self.resource as *const Arc<dyn Any + Send + Sync>;
        // SAFETY: null or the boxed `Arc` that the object owns, which lives as long as the object (invariant 1).
        unsafe { resource.as_ref() }
    }

    /// The three words by which the reference is printed and written, least significant first:
    /// `#Reference<0.third.second.first>`.
    pub fn words(&self) -> [u32; 3] {
        crate::order::ref_words(self.number)
    }

    /// The resource if it has this type.
    pub fn downcast<T: Any + Send + Sync>(&self) -> Option<&'h T> {
        self.resource()?.downcast_ref()
    }
}

/// A fun with environment.
#[derive(Clone, Copy)]
pub struct Fun<'h> {
    pub entry: &'h FunEntry,
    pub arity: u8,
    pub env: &'h [Term<'h>],
}

/// A fun made of module, name and arity.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ExternalFun {
    pub module: Atom,
    pub name: Atom,
    pub arity: u8,
}

/// A term taken apart by kind.
#[derive(Clone, Copy)]
pub enum Value<'h> {
    Int(Int<'h>),
    Float(f64),
    Atom(Atom),
    Ref(Ref<'h>),
    ExternalRef(External),
    Fun(Fun<'h>),
    ExternalFun(ExternalFun),
    Port(Port),
    ExternalPort(External),
    Pid(Pid),
    ExternalPid(External),
    Tuple(&'h [Term<'h>]),
    Map(Map<'h>),
    Nil,
    Cons(Term<'h>, Term<'h>),
    Bits(Bits<'h>),
}

/// The kinds that the order of terms tells apart, least first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Kind {
    Number,
    Atom,
    Reference,
    Fun,
    Port,
    Pid,
    Tuple,
    Map,
    Nil,
    List,
    Bitstring,
}

impl<'h> Term<'h> {
    /// The atom `nil`.
    pub const NIL: Term<'static> = Term::atom(known::NIL);
    /// The list `[]`.
    pub const EMPTY_LIST: Term<'static> = Term(Word::NIL, PhantomData);
    pub const TRUE: Term<'static> = Term::atom(known::TRUE);
    pub const FALSE: Term<'static> = Term::atom(known::FALSE);
    pub const OK: Term<'static> = Term::atom(known::OK);
    pub const ZERO: Term<'static> = Term(Word::ZERO, PhantomData);

    /// Brands a word.
    ///
    /// # Safety
    /// `word` is a term (never a header), and what it points to obeys invariant 1 for all of `'h`.
    #[inline]
    pub const unsafe fn from_word(word: Word) -> Term<'h> {
        Term(word, PhantomData)
    }

    #[inline]
    pub const fn word(self) -> Word {
        self.0
    }

    #[inline]
    pub const fn atom(atom: Atom) -> Term<'h> {
        Term(Word::atom(atom), PhantomData)
    }

    #[inline]
    pub const fn bool(value: bool) -> Term<'h> {
        Term::atom(if value { known::TRUE } else { known::FALSE })
    }

    /// A small integer; `None` beyond 63 bits, where [`Heap::int`](crate::Heap::int) is needed.
    #[inline]
    pub const fn small(value: i64) -> Option<Term<'h>> {
        match Word::try_small(value) {
            Some(word) => Some(Term(word, PhantomData)),
            None => None,
        }
    }

    /// A small integer from 32 bits, which always fits.
    #[inline]
    pub const fn small32(value: i32) -> Term<'h> {
        Term(Word::small(value as i64), PhantomData)
    }

    /// A length or index. Nothing that lies in memory has more than `2^62` parts.
    #[inline]
    pub fn count(value: usize) -> Term<'h> {
        debug_assert!(value < 1 << 62);
        Term(Word::small(value.cast_signed() as i64), PhantomData)
    }

    #[inline]
    pub const fn pid(pid: Pid) -> Term<'h> {
        Term(Word::pid(pid.number()), PhantomData)
    }

    #[inline]
    pub const fn port(port: Port) -> Term<'h> {
        Term(Word::port(port.number()), PhantomData)
    }

    /// Whether both are the same word. Equal immediates are; equal heap objects need not be.
    #[inline]
    pub fn is_same(self, other: Term<'_>) -> bool {
        self.0 == other.0
    }

    /// Whether nothing on a heap belongs to this term.
    #[inline]
    pub fn is_immediate(self) -> bool {
        !self.0.is_pointer()
    }

    /// The header of a boxed object.
    #[inline]
    pub(crate) fn header(self) -> Option<Word> {
        if self.0.is_boxed() {
            // SAFETY: invariant 1.
            Some(unsafe { *self.0.address() })
        } else {
            None
        }
    }

    #[inline]
    pub(crate) fn boxed_kind(self) -> Option<Boxed> {
        self.header().map(Word::header_kind)
    }

    #[inline]
    pub(crate) fn is_boxed_kind(self, kind: Boxed) -> bool {
        self.boxed_kind() == Some(kind)
    }

    /// The words after the header, empty for what isn't boxed. Raw words among them read as small integers
    /// (`word`, invariant 1); opaque kinds are refused in debug builds.
    #[inline]
    pub(crate) fn slots(self) -> &'h [Term<'h>] {
        let Some(header) = self.header() else { return &[] };
        debug_assert!(!header.header_kind().is_opaque());
        // SAFETY: invariant 1; `Term` is a transparent word and the header counts the words after it.
        unsafe { std::slice::from_raw_parts(self.0.address().add(1).cast(), header.header_size()) }
    }

    /// The words after the header as raw data.
    #[inline]
    pub(crate) fn raw_slots(self) -> &'h [u64] {
        let Some(header) = self.header() else { return &[] };
        // SAFETY: as in `slots`; every word is initialised memory.
        unsafe { std::slice::from_raw_parts(self.0.address().add(1).cast(), header.header_size()) }
    }

    #[inline]
    pub fn as_small(self) -> Option<i64> {
        self.0.is_small().then(|| self.0.small_value())
    }

    /// Any integer.
    #[inline]
    pub fn as_int(self) -> Option<Int<'h>> {
        if self.0.is_small() {
            return Some(Int::Small(self.0.small_value()));
        }
        match self.boxed_kind()? {
            Boxed::BigPositive => Some(Int::Big { negative: false, limbs: self.raw_slots() }),
            Boxed::BigNegative => Some(Int::Big { negative: true, limbs: self.raw_slots() }),
            _ => None,
        }
    }

    /// An integer that fits, small or big.
    pub fn as_i64(self) -> Option<i64> {
        self.as_int()?.to_i64()
    }

    /// An integer from 0 that fits.
    pub fn as_u64(self) -> Option<u64> {
        self.as_int()?.to_u64()
    }

    /// An integer from 0 that fits.
    pub fn as_usize(self) -> Option<usize> {
        usize::try_from(self.as_u64()?).ok()
    }

    #[inline]
    pub fn as_float(self) -> Option<f64> {
        self.is_boxed_kind(Boxed::Float).then(|| f64::from_bits(self.raw_slots()[0]))
    }

    #[inline]
    pub fn as_atom(self) -> Option<Atom> {
        if self.0.is_atom() { Some(Atom::from_given_index(self.0.payload() as u32)) } else { None }
    }

    /// Whether this is the given atom.
    #[inline]
    pub fn is_atom(self, atom: Atom) -> bool {
        self.0 == Word::atom(atom)
    }

    pub fn as_bool(self) -> Option<bool> {
        if self.is_atom(known::TRUE) {
            Some(true)
        } else if self.is_atom(known::FALSE) {
            Some(false)
        } else {
            None
        }
    }

    /// A pid of this node.
    #[inline]
    pub fn as_pid(self) -> Option<Pid> {
        self.0.is_pid().then(|| Pid(self.0.payload()))
    }

    /// A port of this node.
    #[inline]
    pub fn as_port(self) -> Option<Port> {
        self.0.is_port().then(|| Port(self.0.payload()))
    }

    /// A reference of this node, magic or not.
    pub fn as_ref(self) -> Option<Ref<'h>> {
        match self.boxed_kind()? {
            Boxed::Ref => {
                let slots = self.slots();
                let number = slots[0].0.0 >> 1;
                Some(Ref { number, owner: slots[1].as_pid(), resource: 0, heap: PhantomData })
            }
            Boxed::MagicRef => {
                let slots = self.slots();
                let number = slots[0].0.0 >> 1;
                Some(Ref { number, owner: None, resource: slots[1].0.0, heap: PhantomData })
            }
            _ => None,
        }
    }

    /// A pid, port or reference of another node, whichever this is.
    pub fn as_external(self) -> Option<External> {
        let slot32 = |term: &Term<'_>| (term.0.0 >> 1) as u32;
        let kind = self.boxed_kind()?;
        let slots = match kind {
            Boxed::ExternalPid | Boxed::ExternalPort | Boxed::ExternalRef => self.slots(),
            _ => return None,
        };
        let mut words = [0; 5];
        for (word, slot) in words.iter_mut().zip(&slots[2..]) {
            *word = slot32(slot);
        }
        let len = u8::try_from(slots.len() - 2).expect("external identifiers have at most five words");
        Some(External { node: slots[0].as_atom()?, creation: slot32(&slots[1]), words, len })
    }

    pub fn is_pid(self) -> bool {
        self.0.is_pid() || self.is_boxed_kind(Boxed::ExternalPid)
    }

    pub fn is_port(self) -> bool {
        self.0.is_port() || self.is_boxed_kind(Boxed::ExternalPort)
    }

    pub fn is_reference(self) -> bool {
        matches!(self.boxed_kind(), Some(Boxed::Ref | Boxed::MagicRef | Boxed::ExternalRef))
    }

    pub fn is_function(self) -> bool {
        matches!(self.boxed_kind(), Some(Boxed::Fun | Boxed::ExternalFun))
    }

    pub fn is_number(self) -> bool {
        self.is_integer() || self.is_boxed_kind(Boxed::Float)
    }

    pub fn is_integer(self) -> bool {
        self.0.is_small() || matches!(self.boxed_kind(), Some(Boxed::BigPositive | Boxed::BigNegative))
    }

    pub fn is_list(self) -> bool {
        self.0.is_cons() || self.0.is_nil()
    }

    #[inline]
    pub fn as_tuple(self) -> Option<&'h [Term<'h>]> {
        self.is_boxed_kind(Boxed::Tuple).then(|| self.slots())
    }

    /// A tuple of exactly `N` elements.
    #[inline]
    pub fn as_tuple_of<const N: usize>(self) -> Option<&'h [Term<'h>; N]> {
        self.as_tuple()?.try_into().ok()
    }

    /// Head and tail.
    #[inline]
    pub fn as_cons(self) -> Option<(Term<'h>, Term<'h>)> {
        if self.0.is_cons() {
            let cell = self.0.address();
            // SAFETY: invariant 1; a cons cell is two words.
            unsafe { Some((Term::from_word(*cell), Term::from_word(*cell.add(1)))) }
        } else {
            None
        }
    }

    /// Whether this is `[]`.
    #[inline]
    pub fn is_nil_list(self) -> bool {
        self.0.is_nil()
    }

    /// Iterates over the elements of a list; [`ListIter::tail`] then tells whether it was a proper one.
    pub fn list_iter(self) -> ListIter<'h> {
        ListIter { rest: self }
    }

    /// The elements of a proper list.
    pub fn list_to_vec(self) -> Option<Vec<Term<'h>>> {
        let mut iter = self.list_iter();
        let items = iter.by_ref().collect();
        iter.tail().is_nil_list().then_some(items)
    }

    /// The number of elements of a proper list.
    pub fn list_len(self) -> Option<usize> {
        let mut rest = self.0;
        let (mut len, mut step) = (0, 2 * size_of::<Word>().cast_signed());
        while rest.is_cons() {
            let mut cell = rest.address();
            // Most lists lie in equal steps: the next address is guessed, and the tail only confirms it (see `copy`).
            loop {
                // SAFETY: invariant 1: the cell that a tail leads to; a cell is two words.
                rest = unsafe { *cell.add(1) };
                len += 1;
                let next = cell.wrapping_byte_offset(step);
                if rest != Word::cons_at(next) {
                    break;
                }
                cell = next;
            }
            step = rest.address().addr().wrapping_sub(cell.addr()).cast_signed();
        }
        rest.is_nil().then_some(len)
    }

    #[inline]
    pub fn as_map(self) -> Option<Map<'h>> {
        Map::from_term(self)
    }

    /// Any bitstring.
    #[inline]
    pub fn as_bitstring(self) -> Option<Bits<'h>> {
        match self.boxed_kind()? {
            Boxed::HeapBinary | Boxed::RefcBinary => {
                let bytes = self.whole_bytes();
                Some(Bits::new(bytes, 0, bytes.len() * 8))
            }
            Boxed::SubBinary => {
                let slots = self.slots();
                let (offset, size) = (slots[1].0.0 >> 1, slots[2].0.0 >> 1);
                Some(Bits::new(slots[0].whole_bytes(), offset as usize, size as usize))
            }
            _ => None,
        }
    }

    /// A bitstring of whole bytes.
    pub fn as_binary(self) -> Option<Bits<'h>> {
        self.as_bitstring().filter(super::bits::Bits::is_binary)
    }

    /// The bytes of a binary; copied only if they don't start at a byte of their storage.
    pub fn bytes(self) -> Option<Cow<'h, [u8]>> {
        Some(self.as_binary()?.to_bytes())
    }

    /// The bytes of a heap or refc binary.
    #[inline]
    fn whole_bytes(self) -> &'h [u8] {
        let Some(header) = self.header() else { return &[] };
        match header.header_kind() {
            Boxed::HeapBinary => {
                let size = header.header_size() * 8 - usize::from(header.header_aux());
                // SAFETY: invariant 1; the builder stored that many bytes after the header.
                unsafe { std::slice::from_raw_parts(self.0.address().add(1).cast(), size) }
            }
            Boxed::RefcBinary => {
                let slots = self.raw_slots();
                // SAFETY: the object owns a count of the block, and lives during 'h; so does the block.
                let bytes = ManuallyDrop::new(unsafe { RefcBytes::from_address(slots[0]) });
                let view = bytes.view((slots[2] >> 1) as usize);
                // SAFETY: as above, the bytes outlive the borrowed handle.
                unsafe { std::slice::from_raw_parts(view.as_ptr(), view.len()) }
            }
            _ => &[],
        }
    }

    /// A further count for the storage of a refc binary.
    pub(crate) fn shared_bytes(self) -> Option<RefcBytes> {
        if !self.is_boxed_kind(Boxed::RefcBinary) {
            return None;
        }
        // SAFETY: the object owns a count during 'h.
        Some(unsafe { RefcBytes::share_address(self.raw_slots()[0]) })
    }

    /// What bytes may be appended to: the handle that a view over a growing one has (one that no other process sees), or
    /// this whole refc binary; and its storage, without a count of its own.
    pub(crate) fn growing(self) -> Option<(Term<'h>, ManuallyDrop<RefcBytes>)> {
        if !self.is_boxed_kind(Boxed::SubBinary) {
            return Some((self, self.lent_bytes()?));
        }
        let slots = self.slots();
        let (base, starts) = (slots[0], slots[1].0 == Word::ZERO && slots[2].0.0.is_multiple_of(16));
        let grows = base.header().is_some_and(crate::build::is_growing);
        let shared = starts && grows && !crate::literal::is_literal(base.0);
        if shared { Some((base, base.lent_bytes()?)) } else { None }
    }

    /// Appends bytes to a string that is a view over a growing handle, if it ends where the storage was last written and there is room.
    /// Gives the handle, which the new view is to have, and the new size.
    #[inline]
    pub fn grow_in_place(self, heap: &Heap, tail: &[u8]) -> Option<(Term<'h>, usize)> {
        // Nothing could be appended at any place, also before the end of other views.
        if tail.is_empty() || !self.is_boxed_kind(Boxed::SubBinary) {
            return None;
        }
        let (handle, storage) = self.growing()?;
        let end = (self.slots()[2].0.0 >> 4) as usize;
        let size = end + tail.len();
        if size > crate::build::BINARY_MAX || !storage.try_append(end, tail) {
            return None;
        }
        heap.count_off_heap(tail.len());
        handle.grow(size);
        Some((handle, size))
    }

    /// The storage of a refc binary, without a count of its own.
    fn lent_bytes(self) -> Option<ManuallyDrop<RefcBytes>> {
        if !self.is_boxed_kind(Boxed::RefcBinary) {
            return None;
        }
        // SAFETY: the object owns a count during 'h, which this one does not give up.
        Some(ManuallyDrop::new(unsafe { RefcBytes::from_address(self.raw_slots()[0]) }))
    }

    /// Lets a growing handle cover so many bytes, which are written.
    pub(crate) fn grow(self, size: usize) {
        debug_assert!(self.is_boxed_kind(Boxed::RefcBinary));
        // SAFETY: `growing` found a handle of this process, and whoever reads its size reads it anew. It holds no pointer.
        unsafe { *self.0.address().add(3) = Word((size as u64) << 1) };
    }

    /// A fun with environment.
    #[inline]
    pub fn as_fun(self) -> Option<Fun<'h>> {
        let header = self.header()?;
        if header.header_kind() != Boxed::Fun {
            return None;
        }
        let slots = self.slots();
        let entry = slots[0].0.0 as *const FunEntry;
        // SAFETY: whoever made the fun promised that the entry outlives every fun (`Heap::fun`).
        let entry = unsafe { &*entry };
        Some(Fun { entry, arity: header.header_aux() as u8, env: &slots[1..] })
    }

    /// A fun like `&Mod.name/1`.
    pub fn as_external_fun(self) -> Option<ExternalFun> {
        if !self.is_boxed_kind(Boxed::ExternalFun) {
            return None;
        }
        let slots = self.slots();
        let arity = u8::try_from(slots[2].as_small()?).ok()?;
        Some(ExternalFun { module: slots[0].as_atom()?, name: slots[1].as_atom()?, arity })
    }

    /// The arity of any fun.
    pub fn fun_arity(self) -> Option<u8> {
        self.as_fun().map(|fun| fun.arity).or_else(|| self.as_external_fun().map(|fun| fun.arity))
    }

    /// The kind by which terms of different kinds are ordered.
    pub fn kind(self) -> Kind {
        if self.0.is_small() {
            return Kind::Number;
        }
        if self.0.is_cons() {
            return Kind::List;
        }
        match self.boxed_kind() {
            Some(Boxed::Tuple) => Kind::Tuple,
            Some(Boxed::FlatMap | Boxed::BigMap) => Kind::Map,
            Some(Boxed::Fun | Boxed::ExternalFun) => Kind::Fun,
            Some(Boxed::Float | Boxed::BigPositive | Boxed::BigNegative) => Kind::Number,
            Some(Boxed::HeapBinary | Boxed::RefcBinary | Boxed::SubBinary) => Kind::Bitstring,
            Some(Boxed::Ref | Boxed::MagicRef | Boxed::ExternalRef) => Kind::Reference,
            Some(Boxed::ExternalPid) => Kind::Pid,
            Some(Boxed::ExternalPort) => Kind::Port,
            Some(Boxed::MapNode | Boxed::MapCollision | Boxed::Moved) => {
                unreachable!("inner objects are never terms (word, invariant 2)")
            }
            None if self.0.is_atom() => Kind::Atom,
            None if self.0.is_pid() => Kind::Pid,
            None if self.0.is_port() => Kind::Port,
            None => Kind::Nil,
        }
    }

    /// Takes the term apart.
    pub fn value(self) -> Value<'h> {
        const WHY: &str = "the kind says which accessor answers";
        match self.kind() {
            Kind::Number => match self.as_int() {
                Some(int) => Value::Int(int),
                None => Value::Float(self.as_float().expect(WHY)),
            },
            Kind::Atom => Value::Atom(self.as_atom().expect(WHY)),
            Kind::Reference => match self.as_ref() {
                Some(reference) => Value::Ref(reference),
                None => Value::ExternalRef(self.as_external().expect(WHY)),
            },
            Kind::Fun => match self.as_fun() {
                Some(fun) => Value::Fun(fun),
                None => Value::ExternalFun(self.as_external_fun().expect(WHY)),
            },
            Kind::Port => match self.as_port() {
                Some(port) => Value::Port(port),
                None => Value::ExternalPort(self.as_external().expect(WHY)),
            },
            Kind::Pid => match self.as_pid() {
                Some(pid) => Value::Pid(pid),
                None => Value::ExternalPid(self.as_external().expect(WHY)),
            },
            Kind::Tuple => Value::Tuple(self.slots()),
            Kind::Map => Value::Map(self.as_map().expect(WHY)),
            Kind::Nil => Value::Nil,
            Kind::List => {
                let (head, tail) = self.as_cons().expect(WHY);
                Value::Cons(head, tail)
            }
            Kind::Bitstring => Value::Bits(self.as_bitstring().expect(WHY)),
        }
    }
}

impl From<Atom> for Term<'_> {
    fn from(atom: Atom) -> Self {
        Term::atom(atom)
    }
}

impl From<Pid> for Term<'_> {
    fn from(pid: Pid) -> Self {
        Term::pid(pid)
    }
}

impl From<bool> for Term<'_> {
    fn from(value: bool) -> Self {
        Term::bool(value)
    }
}

/// The elements of a list, front to back.
#[derive(Clone)]
pub struct ListIter<'h> {
    rest: Term<'h>,
}

impl<'h> ListIter<'h> {
    /// What was not iterated over yet. At the end: `[]` for a proper list, anything else for an improper one or
    /// for what was no list to begin with.
    pub fn tail(&self) -> Term<'h> {
        self.rest
    }
}

impl<'h> Iterator for ListIter<'h> {
    type Item = Term<'h>;

    #[inline]
    fn next(&mut self) -> Option<Term<'h>> {
        let (head, tail) = self.rest.as_cons()?;
        self.rest = tail;
        Some(head)
    }
}
