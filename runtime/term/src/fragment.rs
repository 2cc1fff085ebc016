//! Terms outside of any process: message fragments, and the chunks they are made of.
//!
//! **What it is for.** A [`Fragment`] is one allocation with a queue header, a root term and all that the root refers to
//! but literals. It is how terms travel between processes and how tables keep them. The receiver adopts it: its memory
//! becomes young data of the receiver's heap without another copy.
//!
//! **Invariants.**
//! 1. A chunk is parsable up to `used`. Its objects refer only to each other and to literals.
//! 2. A fragment is owned by one value (or one intrusive queue) at a time; reading needs a borrow of it.
//! 3. Off-heap owners in it are on its own list until a heap adopts it, which takes the list over.
//! 4. The funs in it are counted by their entries until then (see `fun.rs`); `holds` says whether there are any.
//!
//! **What it must not know.** Queues: `next` and `cause` are for whoever owns the fragment.

use std::alloc::{Layout, alloc, dealloc};
use std::mem::MaybeUninit;
use std::ptr::{NonNull, null_mut};

use crate::block;
use crate::copy;
use crate::few::{self, FEW, Fields};
use crate::fun::{FunEntry, FunUses};
use crate::heap::{Heap, OutOfMemory};
use crate::literal;
use crate::off_heap;
use crate::term::Term;
use crate::word::{Boxed, Word};

/// What stands before the words of a chunk. Queues of processes link through `next` while they own the fragment.
#[repr(C)]
pub struct ChunkHeader {
    pub next: *mut ChunkHeader,
    /// A word for the owner's use, like the kind of a signal or the position in a trace.
    pub cause: Word,
    pub(crate) root: Word,
    pub(crate) capacity: usize,
    pub(crate) used: usize,
    /// The list of owners. Bit 0 is set while there are funs that are counted.
    off_heap: *mut Word,
}

/// In the address of a list, which is a multiple of eight.
const FUNS: usize = 1;

/// Words up to which a fragment's term is moved rather than adopted.
const TAKEN_IN: usize = 16;

const HEADER_WORDS: usize = size_of::<ChunkHeader>() / size_of::<Word>();

impl ChunkHeader {
    /// Where the words of a chunk start.
    ///
    /// # Safety
    /// `header` is a live chunk.
    pub(crate) unsafe fn words(header: *mut ChunkHeader) -> *mut Word {
        // SAFETY: the words follow the header in the same allocation.
        unsafe { header.add(1).cast() }
    }

    /// The list of owners.
    pub(crate) fn off_heap(&self) -> *mut Word {
        self.off_heap.map_addr(|address| address & !FUNS)
    }

    /// Gives the list of owners up.
    pub(crate) fn take_off_heap(&mut self) -> *mut Word {
        let list = self.off_heap();
        self.off_heap = std::ptr::without_provenance_mut(self.off_heap.addr() & FUNS);
        list
    }

    fn holds_funs(&self) -> bool {
        self.off_heap.addr() & FUNS != 0
    }

    /// Calls `visit` with the uses of each fun.
    ///
    /// # Safety
    /// `header` is a live chunk.
    unsafe fn funs(header: *mut ChunkHeader, visit: impl Fn(&FunUses)) {
        // SAFETY: chunks are parsable up to `used` (invariant 1), and entries outlive the funs that point to them.
        unsafe {
            let words = ChunkHeader::words(header);
            let mut place = 0;
            while place < (*header).used {
                let word = *words.add(place);
                if word.is_header() && word.header_kind() == Boxed::Fun {
                    visit(&(*((*words.add(place + 1)).0 as *const FunEntry)).uses);
                }
                place += if word.is_opaque_header() { 1 + word.header_size() } else { 1 };
            }
        }
    }

    /// Counts the funs, once all words are there.
    ///
    /// # Safety
    /// `header` is a live chunk that belongs to the caller.
    unsafe fn hold_funs(header: *mut ChunkHeader) {
        // SAFETY: by contract.
        unsafe {
            ChunkHeader::funs(header, FunUses::hold);
            (*header).off_heap = (*header).off_heap.map_addr(|address| address | FUNS);
        }
    }

    /// Ends the counting of funs.
    ///
    /// # Safety
    /// `header` is a live chunk that belongs to the caller.
    unsafe fn release_funs(header: *mut ChunkHeader) {
        // SAFETY: by contract.
        unsafe {
            if (*header).holds_funs() {
                (*header).off_heap = (*header).off_heap();
                ChunkHeader::funs(header, FunUses::release);
            }
        }
    }
}

/// Owned chunk.
pub(crate) struct Chunk(NonNull<ChunkHeader>);

fn layout(words: usize) -> Option<Layout> {
    Layout::from_size_align(words.checked_add(HEADER_WORDS)?.checked_mul(size_of::<Word>())?, 16).ok()
}

impl Chunk {
    pub(crate) fn allocate(words: usize) -> Option<Chunk> {
        // SAFETY: the layout has at least the size of the header.
        let header: NonNull<ChunkHeader> = NonNull::new(unsafe { alloc(layout(words)?) }.cast())?;
        let empty = ChunkHeader {
            next: null_mut(),
            cause: Word::ZERO,
            root: Word::NIL,
            capacity: words,
            used: 0,
            off_heap: off_heap::EMPTY,
        };
        // SAFETY: freshly allocated with room for it.
        unsafe { header.write(empty) };
        Some(Chunk(header))
    }

    pub(crate) fn as_ptr(&self) -> *mut ChunkHeader {
        self.0.as_ptr()
    }

    pub(crate) fn into_raw(self) -> *mut ChunkHeader {
        let header = self.0.as_ptr();
        std::mem::forget(self);
        header
    }

    /// # Safety
    /// `header` came from [`Chunk::into_raw`] and is owned by nobody else.
    pub(crate) unsafe fn from_raw(header: *mut ChunkHeader) -> Chunk {
        // SAFETY: not null by contract.
        Chunk(unsafe { NonNull::new_unchecked(header) })
    }
}

impl Drop for Chunk {
    fn drop(&mut self) {
        // SAFETY: we own the chunk and everything on its list; the layout is that of its allocation.
        unsafe {
            let header = self.0.as_ptr();
            ChunkHeader::release_funs(header);
            off_heap::release_list((*header).off_heap());
            let layout = layout((*header).capacity).expect("the layout was valid at allocation");
            if block::poisons() {
                let words = ChunkHeader::words(header);
                for place in 0..(*header).capacity {
                    words.add(place).write(Word::POISON);
                }
            }
            dealloc(header.cast(), layout);
        }
    }
}

/// A self-contained term with a queue header, in one allocation.
pub struct Fragment(Chunk);

// SAFETY: a fragment owns what it points to (invariant 2), owners in it are `Send` and counts atomic.
unsafe impl Send for Fragment {}
// SAFETY: a shared fragment is only read; bytes and resources behind it are `Sync`.
unsafe impl Sync for Fragment {}

impl Fragment {
    /// A copy of `term` with all that it refers to but literals.
    pub fn copy_of(term: Term<'_>) -> Result<Fragment, OutOfMemory> {
        let literals = literal::lasting();
        if !literals.excludes(term.word()) {
            return Fragment::of(0, |_| term.word());
        }
        let mut place = [MaybeUninit::<Word>::uninit(); FEW];
        let start: *mut Word = place.as_mut_ptr().cast();
        let mut fields = Fields::new();
        // SAFETY: a live term that is no literal; the place has room for so many words.
        if let Some((root, top)) = unsafe { few::copy_few(term.word(), start, start.add(FEW), literals, &mut fields) } {
            // SAFETY: both lie in the place; the copy that lies there moves to as many free words.
            unsafe {
                let words = top.offset_from(start).cast_unsigned();
                let copied = Fragment::of(words, |to| fields.rebase(start, to, words, root));
                if fields.funs
                    && let Ok(fragment) = &copied
                {
                    ChunkHeader::hold_funs(fragment.0.as_ptr());
                }
                return copied;
            }
        }
        let measure = copy::measure(term);
        let chunk = Chunk::allocate(measure.words).ok_or(OutOfMemory)?;
        let header = chunk.as_ptr();
        // SAFETY: the chunk is ours and has room for exactly what was measured.
        unsafe {
            let start = ChunkHeader::words(header);
            let copied = copy::copy_to(term, measure, start, off_heap::EMPTY);
            (*header).root = copied.root;
            (*header).used = measure.words;
            (*header).off_heap = copied.off_heap;
            if copied.funs {
                ChunkHeader::hold_funs(header);
            }
        }
        Ok(Fragment(chunk))
    }

    /// A fragment of words that own nothing; `fill` is given their place, and gives the root.
    #[inline]
    fn of(words: usize, fill: impl FnOnce(*mut Word) -> Word) -> Result<Fragment, OutOfMemory> {
        let chunk = Chunk::allocate(words).ok_or(OutOfMemory)?;
        let header = chunk.as_ptr();
        // SAFETY: the chunk is ours and has room for so many words.
        unsafe {
            (*header).root = fill(ChunkHeader::words(header));
            (*header).used = words;
        }
        Ok(Fragment(chunk))
    }

    /// A fragment around an immediate; aborts like any small allocation when there is no memory.
    ///
    /// # Panics
    /// When `term` is not an immediate.
    pub fn immediate(term: Term<'_>) -> Fragment {
        assert!(term.is_immediate(), "only immediates need no words");
        match Fragment::copy_of(term) {
            Ok(fragment) => fragment,
            Err(OutOfMemory) => std::alloc::handle_alloc_error(Layout::new::<ChunkHeader>()),
        }
    }

    /// The term.
    pub fn root(&self) -> Term<'_> {
        // SAFETY: invariant 1; the fragment lives during the borrow and is not written to.
        unsafe { Term::from_word((*self.0.as_ptr()).root) }
    }

    /// Puts an immediate in the place of another, as an element of the tuple that the term is, counted from 0. False, and nothing has
    /// changed, when it is no tuple with such an element, or one of the two is no immediate.
    pub fn set_element(&mut self, place: usize, value: Term<'_>) -> bool {
        let header = self.0.as_ptr();
        // SAFETY: the chunk is ours and nobody looks at it; a root that leads into its words leads to one of its objects.
        unsafe {
            let root = (*header).root;
            let start = ChunkHeader::words(header);
            let inside = (root.address() as usize).wrapping_sub(start as usize) < (*header).used * size_of::<Word>();
            if !root.is_boxed() || !inside || !value.is_immediate() {
                return false;
            }
            let object = root.address();
            let tuple = (*object).header_kind() == Boxed::Tuple && place < (*object).header_size();
            if !tuple || (*object.add(1 + place)).is_pointer() {
                return false;
            }
            *object.add(1 + place) = value.word();
            true
        }
    }

    /// Words that the term takes.
    pub fn words(&self) -> usize {
        // SAFETY: the chunk is ours.
        unsafe { (*self.0.as_ptr()).used }
    }

    /// The owner's word.
    pub fn cause(&self) -> Word {
        // SAFETY: the chunk is ours.
        unsafe { (*self.0.as_ptr()).cause }
    }

    pub fn set_cause(&mut self, cause: Word) {
        // SAFETY: the chunk is ours, exclusively.
        unsafe { (*self.0.as_ptr()).cause = cause }
    }

    pub(crate) fn replace_root(&mut self, root: Word) {
        // SAFETY: the chunk is ours, exclusively.
        unsafe { (*self.0.as_ptr()).root = root }
    }

    /// Gives the fragment to an intrusive queue.
    pub fn into_raw(self) -> NonNull<ChunkHeader> {
        let header = self.0.0;
        std::mem::forget(self);
        header
    }

    /// Takes it back.
    ///
    /// # Safety
    /// `header` came from [`Fragment::into_raw`] and no other owner took it.
    pub unsafe fn from_raw(header: NonNull<ChunkHeader>) -> Fragment {
        Fragment(Chunk(header))
    }
}

impl Heap {
    /// Makes the fragment part of this heap and gives its term. Costs nothing but a walk over its off-heap owners.
    pub fn adopt(&self, fragment: Fragment) -> Term<'_> {
        let header = fragment.0.as_ptr();
        // SAFETY: we own the fragment; from here on its words and owners belong to the heap.
        let root = unsafe {
            ChunkHeader::release_funs(header);
            let owners = (*header).take_off_heap();
            let (list, bytes) = off_heap::join(owners, self.young_off_heap.get());
            self.young_off_heap.set(list);
            self.off_heap_bytes.set(self.off_heap_bytes.get().saturating_add(bytes));
            (*header).root
        };
        // SAFETY: as above.
        if unsafe { (*header).used } > 0 {
            self.add_chunk(fragment.0);
        }
        // SAFETY: the words belong to this heap now and stay in place until it collects.
        unsafe { Term::from_word(root) }
    }

    /// Moves a small term that owns nothing and has no funs into the block, if there is room. The fragment is of no more use then.
    pub fn take_in(&self, fragment: &Fragment) -> Option<Term<'_>> {
        let header = fragment.0.as_ptr();
        // SAFETY: the fragment is borrowed, so it lives and is not written to. Its words are complete objects (invariant 1)
        // of the length that is allocated here; pointers into it are moved by the distance of the two places.
        unsafe {
            let (used, root) = ((*header).used, (*header).root);
            if used == 0 {
                return Some(Term::from_word(root));
            }
            if used > TAKEN_IN || !(*header).off_heap.is_null() || self.free_words() < used {
                return None;
            }
            let from = ChunkHeader::words(header);
            let to = self.allocate(used).as_ptr();
            Some(Term::from_word(few::relocate(from, to, used, root)))
        }
    }

    /// A copy of a small term of another heap, in the block; `None` if it is not so small, has parts that are counted, or there
    /// is no room.
    pub fn copy_small(&self, term: Term<'_>) -> Option<Term<'_>> {
        let (word, literals) = (term.word(), literal::lasting());
        if !literals.excludes(word) {
            // SAFETY: an immediate refers to no memory, and the caller's world keeps literal areas alive.
            return Some(unsafe { Term::from_word(word) });
        }
        let start = self.top();
        // SAFETY: so many words are free from the heap's top on; what was copied becomes part of the heap.
        unsafe {
            let end = start.add(self.free_words().min(FEW));
            let (root, top) = few::copy_few(word, start, end, literals, &mut Fields::new())?;
            self.set_top(top);
            Some(Term::from_word(root))
        }
    }

    /// A copy of a term of another heap or fragment.
    pub fn copy_in(&self, term: Term<'_>) -> Term<'_> {
        if term.is_immediate() {
            // SAFETY: an immediate refers to no memory.
            return unsafe { Term::from_word(term.word()) };
        }
        if let Some(copy) = self.copy_small(term) {
            return copy;
        }
        let measure = copy::measure(term);
        if measure.words == 0 {
            // SAFETY: only literals are pointers without flat size, and the caller's world keeps literal areas alive.
            return unsafe { Term::from_word(term.word()) };
        }
        let start = self.allocate(measure.words).as_ptr();
        // SAFETY: room for exactly what was measured was just allocated; the copied owners form a list of their own first.
        unsafe {
            let copied = copy::copy_to(term, measure, start, off_heap::EMPTY);
            let (list, bytes) = off_heap::join(copied.off_heap, self.young_off_heap.get());
            self.young_off_heap.set(list);
            self.off_heap_bytes.set(self.off_heap_bytes.get().saturating_add(bytes));
            Term::from_word(copied.root)
        }
    }
}

impl Term<'_> {
    /// Words that a copy takes; shared parts count each time, literals not at all.
    pub fn flat_size(self) -> usize {
        copy::flat_size(self)
    }
}
