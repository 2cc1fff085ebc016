//! The inner queue of a process: messages in order of arrival, the save pointer and receive markers.
//!
//! **What it is for.** [`Mailbox`] is what receive instructions work on. Arrived messages are pushed by whoever drains the
//! process's signals.
//!
//! **How.** Messages lie side by side in an array, each with its root term, so that a receive that looks at many reads one after
//! the other and follows no link. Taking the first moves `head`; taking one from the middle leaves a hole, and the array is
//! closed up before it would grow.
//!
//! **Invariants.**
//! 1. A message is a [`Fragment`] until it is adopted by the heap; then its root is one of the process's roots.
//! 2. `save` is the place of the message that the current receive looks at next; all before it did not match. At the array's
//!    end there is none yet. It may be at a hole, which is passed over when somebody looks.
//! 3. A marker is a place too: a receive that uses it starts there. Whatever moves messages moves the places with them.
//! 4. A queue goes to the thread's spare ones when it has neither messages nor marks: of a crowd that waits, none keeps one.
//! 5. The entry at `head` is a message, if there is any.
//!
//! **What it must not know.** Signals, who sends.

use std::cell::Cell;

use jovial_term::raw::{Visitor, Word};
use jovial_term::{Fragment, Heap, Term};

struct Entry {
    root: Word,
    /// What holds the root; `None` once the heap does, and for a hole.
    fragment: Option<Fragment>,
    /// Tag of the cell that caused the message: the fragment's cause when it was pushed. [`HOLE`] marks a hole.
    cause: u64,
}

/// No cell's number.
const HOLE: u64 = u64::MAX;

impl Entry {
    const fn hole() -> Entry {
        Entry { root: Word::NIL, fragment: None, cause: HOLE }
    }

    fn is_hole(&self) -> bool {
        self.cause == HOLE
    }
}

/// Empty queues that a thread keeps.
const SPARE: u32 = 32;

mod spare {
    use super::{Cell, Queue};

    /// Fills a place that is empty, which needs no look at what was there.
    pub(super) fn put(place: &Cell<Option<Box<Queue>>>, queue: Option<Box<Queue>>) {
        std::mem::forget(place.replace(queue));
    }

    /// Empty queues as a list, each in the one before.
    pub(super) struct Spare {
        pub(super) first: Cell<Option<Box<Queue>>>,
        pub(super) count: Cell<u32>,
    }

    thread_local! {
        pub(super) static QUEUES: Spare = const { Spare { first: Cell::new(None), count: Cell::new(0) } };
    }
}

/// What a quick look found.
pub(crate) enum Peeked {
    Message(Word),
    Nothing,
    /// Look again with `peek`.
    Unsure,
}

/// Messages of a process. Costs nothing while there are none: most processes of a crowd wait.
#[derive(Default)]
pub struct Mailbox {
    queue: Option<Box<Queue>>,
    pub(crate) deadline: Deadline,
}

/// The messages once there are some.
#[derive(Default)]
struct Queue {
    entries: Vec<Entry>,
    /// Place of the first message; what was before it is gone.
    head: usize,
    save: usize,
    /// Whether the message at the save pointer is in use by code that has not decided on it yet.
    peeked: bool,
    holes: usize,
    /// How many messages are adopted.
    adopted: usize,
    /// Up to this place receives have passed messages over.
    passed: usize,
    /// Up to this place small messages were adopted by a collection.
    seen: usize,
    /// Where a marker was set, and where the one of a reference is.
    mark: Option<usize>,
    bound: Option<(u64, usize)>,
    /// The next of the thread's spare queues.
    next: Option<Box<Queue>>,
}

/// When the current receive gives up.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Deadline {
    /// It has not begun to wait.
    #[default]
    Unset,
    Never,
    /// In microseconds of the system's clock.
    At(u64),
}

impl Mailbox {
    #[inline]
    fn queue(&mut self) -> &mut Queue {
        self.queue.get_or_insert_with(|| {
            // A thread that is being torn down has no spare queues any more.
            let spare = spare::QUEUES.try_with(|spare| {
                let mut queue = spare.first.take()?;
                spare::put(&spare.first, queue.next.take());
                spare.count.set(spare.count.get() - 1);
                Some(queue)
            });
            spare.ok().flatten().unwrap_or_default()
        })
    }

    /// Gives an idle queue up (invariant 4).
    #[inline]
    fn settle(&mut self) {
        if let Some(mut queue) = self.queue.take_if(|queue| queue.is_idle()) {
            // Without a place it is simply dropped.
            let _ = spare::QUEUES.try_with(|spare| {
                if spare.count.get() < SPARE {
                    spare.count.set(spare.count.get() + 1);
                    queue.next = spare.first.take();
                    spare::put(&spare.first, Some(queue));
                }
            });
        }
    }

    /// Appends a message. A small one that is the only one moves into the block of `heap`, which has its top stored, if there is
    /// room: it is likely to be received next, and its fragment is of use to the next sender.
    #[inline]
    pub fn push(&mut self, message: Fragment, heap: &Heap) {
        let queue = self.queue();
        queue.push(message);
        if queue.entries.len() == 1 {
            queue.take_in(heap);
        }
    }

    /// Appends a message that is part of the heap already.
    #[inline]
    pub(crate) fn push_adopted(&mut self, root: Word, cause: u64) {
        let queue = self.queue();
        queue.add(Entry { root, fragment: None, cause });
        queue.adopted += 1;
    }

    pub fn len(&self) -> usize {
        self.queue.as_ref().map_or(0, |queue| queue.len())
    }

    #[inline]
    pub fn is_empty(&self) -> bool {
        self.queue.as_ref().is_none_or(|queue| queue.entries.is_empty())
    }

    /// Whether a receive has a message left to look at.
    #[inline]
    pub fn has_unseen(&self) -> bool {
        // What lies behind the save pointer is never a hole alone: taking the last message takes the holes before it too.
        self.queue.as_ref().is_some_and(|queue| queue.save < queue.entries.len())
    }

    /// Calls `visit` with each message in order.
    pub fn for_each<'a>(&'a self, heap: &'a Heap, mut visit: impl FnMut(Term<'a>)) {
        if let Some(queue) = &self.queue {
            for entry in queue.entries[queue.head..].iter().filter(|entry| !entry.is_hole()) {
                visit(crate::raw_term(heap, entry.root));
            }
        }
    }

    /// As [`Mailbox::peek`], of a message that stays where it is: one of the heap's, or one further back.
    #[inline]
    pub(crate) fn peek_in_place(&mut self) -> Peeked {
        let Some(queue) = &mut self.queue else { return Peeked::Nothing };
        let Some(entry) = queue.entries.get(queue.save) else { return Peeked::Nothing };
        if entry.is_hole() || (entry.fragment.is_some() && queue.save == queue.head) {
            return Peeked::Unsure;
        }
        queue.peeked = true;
        Peeked::Message(entry.root)
    }

    /// The message at the save pointer. A small one that is the first of all moves into the heap's block, as when it is pushed.
    pub(crate) fn peek(&mut self, heap: &Heap) -> Option<Word> {
        let queue = self.queue.as_mut()?;
        if queue.save == queue.head {
            queue.take_in(heap);
        }
        queue.peek()
    }

    /// Takes the message at the save pointer out; its memory becomes the heap's. Ends the receive. Gives the tag of who
    /// caused the message (0 for none), which the process takes over: see [`Process::accept`](crate::Process::accept).
    pub(crate) fn accept(&mut self, heap: &Heap) -> u64 {
        self.deadline = Deadline::Unset;
        let Some(queue) = &mut self.queue else { return 0 };
        let (cause, fragment) = queue.take_saved();
        if let Some(fragment) = fragment {
            heap.adopt(fragment);
        }
        self.settle();
        cause
    }

    /// As [`Mailbox::accept`], of a message that is part of the heap already; `None` for any other.
    #[inline]
    pub(crate) fn accept_adopted(&mut self) -> Option<u64> {
        let queue = self.queue.as_mut()?;
        let entry = queue.entries.get(queue.save)?;
        if entry.fragment.is_some() {
            return None;
        }
        let cause = entry.cause;
        self.deadline = Deadline::Unset;
        if queue.save == queue.head && queue.entries.len() == queue.head + 1 && queue.is_plain() {
            // The usual case: it was the only one.
            queue.entries.clear();
            (queue.head, queue.save, queue.passed, queue.seen) = (0, 0, 0, 0);
            (queue.adopted, queue.peeked) = (0, false);
            self.settle();
        } else {
            self.accept_among_others();
        }
        Some(cause)
    }

    #[inline(never)]
    fn accept_among_others(&mut self) {
        if let Some(queue) = &mut self.queue {
            queue.take_saved();
        }
        self.settle();
    }

    /// Throws the first message away that `matches`, outside of any receive; whether there was one.
    pub fn remove_first(&mut self, heap: &Heap, mut matches: impl FnMut(Term<'_>) -> bool) -> bool {
        let Some(queue) = &mut self.queue else { return false };
        let wanted = |entry: &Entry| !entry.is_hole() && matches(crate::raw_term(heap, entry.root));
        let Some(place) = queue.entries[queue.head..].iter().position(wanted) else { return false };
        drop(queue.take(queue.head + place));
        true
    }

    /// Ends a receive: the next one starts at the first message.
    #[inline]
    pub(crate) fn end_receive(&mut self) {
        self.deadline = Deadline::Unset;
        if let Some(queue) = &mut self.queue {
            queue.end_receive();
        }
    }

    /// Leaves the message at the save pointer where it is.
    #[inline]
    pub(crate) fn skip(&mut self) {
        if let Some(queue) = &mut self.queue {
            queue.peeked = false;
            queue.save += usize::from(queue.save < queue.entries.len());
        }
    }

    /// Leaves all messages where they are that come before one for which `passes` does not hold; how many.
    #[inline]
    pub(crate) fn skip_while(&mut self, passes: impl Fn(Word) -> bool) -> usize {
        let Some(queue) = &mut self.queue else { return 0 };
        let entries = queue.entries.get(queue.save..).unwrap_or_default();
        let stays = |(place, entry): (usize, &Entry)| {
            if let Some(ahead) = entries.get(place + AHEAD) {
                prefetch(ahead.root);
            }
            !entry.is_hole() && !passes(entry.root)
        };
        let passed = entries.iter().enumerate().position(stays).unwrap_or(entries.len());
        queue.save += passed;
        passed
    }

    pub(crate) fn set_mark(&mut self) {
        let queue = self.queue();
        queue.mark = Some(queue.entries.len());
    }

    pub(crate) fn bind_mark(&mut self, reference: u64) {
        if let Some(queue) = &mut self.queue
            && let Some(mark) = queue.mark.take()
        {
            queue.bound = Some((reference, mark));
        }
    }

    pub(crate) fn use_mark(&mut self, reference: u64) {
        if let Some(queue) = &mut self.queue
            && let Some((_, mark)) = queue.bound.take_if(|bound| bound.0 == reference)
        {
            queue.save = mark.max(queue.head);
        }
    }

    /// Before a collection: the message in use becomes part of the heap, as slots may point into it. So do small ones that a receive
    /// has passed over and others will look at again: they lie side by side then instead of each in a block of its own. One that
    /// nobody has looked at stays where it is, and is perhaps received and forgotten before a collection would have moved it.
    pub(crate) fn adopt(&mut self, heap: &Heap) {
        let Some(queue) = &mut self.queue else { return };
        if queue.peeked {
            queue.adopt_at(queue.save, heap);
        }
        let end = queue.passed.max(queue.save).min(queue.entries.len());
        for place in queue.seen.max(queue.head)..end {
            if queue.entries[place].fragment.as_ref().is_some_and(|fragment| fragment.words() <= SMALL) {
                queue.adopt_at(place, heap);
            }
        }
        queue.seen = queue.seen.max(end);
    }

    pub(crate) fn visit_roots(&mut self, visitor: &mut Visitor<'_>) {
        let Some(queue) = &mut self.queue else { return };
        let mut left = queue.adopted;
        let head = queue.head;
        for entry in &mut queue.entries[head..] {
            if left == 0 {
                return;
            }
            if entry.fragment.is_none() && !entry.is_hole() {
                visitor.word(&mut entry.root);
                left -= 1;
            }
        }
    }
}

/// How far a receive that passes messages asks for their memory in advance: each is a block of its own, somewhere.
const AHEAD: usize = 8;

/// Asks for the memory behind a pointer, if the processor can be asked.
#[inline]
fn prefetch(word: Word) {
    #[cfg(target_arch = "x86_64")]
    if word.is_pointer() {
        // SAFETY: a hint, which does nothing for an address that can't be read.
        unsafe { std::arch::x86_64::_mm_prefetch::<{ std::arch::x86_64::_MM_HINT_T0 }>(word.address().cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = word;
}

/// Entries that an empty queue keeps; beyond, a burst of messages gives its memory back.
const KEPT: usize = 32;

/// Words of messages that a collection moves into the heap while they wait.
const SMALL: usize = 16;

/// Entries that a queue begins with.
const LEAST: usize = 4;

impl Queue {
    fn len(&self) -> usize {
        self.entries.len() - self.head - self.holes
    }

    /// Whether it has neither marks nor more memory than an empty one keeps.
    #[inline]
    fn is_plain(&self) -> bool {
        self.mark.is_none() && self.bound.is_none() && self.entries.capacity() <= KEPT
    }

    /// Whether there is nothing in it that anybody might want.
    fn is_idle(&self) -> bool {
        self.entries.is_empty() && self.mark.is_none() && self.bound.is_none()
    }

    fn adopt_at(&mut self, place: usize, heap: &Heap) {
        if let Some(entry) = self.entries.get_mut(place)
            && let Some(fragment) = entry.fragment.take()
        {
            entry.root = heap.adopt(fragment).word();
            self.adopted += 1;
        }
    }

    #[inline]
    fn push(&mut self, message: Fragment) {
        let cause = message.cause().small_value().cast_unsigned();
        self.add(Entry { root: message.root().word(), fragment: Some(message), cause });
    }

    #[inline]
    fn add(&mut self, entry: Entry) {
        if self.entries.len() == self.entries.capacity() {
            self.make_room();
        }
        self.entries.push(entry);
    }

    /// Closes the array up if half of it is of no use, or lets it grow.
    #[cold]
    fn make_room(&mut self) {
        let unused = self.head + self.holes;
        if self.entries.is_empty() || unused * 2 < self.entries.len() {
            self.entries.reserve(self.entries.len().max(LEAST));
            return;
        }
        // Where a place goes: as far down as there are unused ones before it.
        let moved = |place: usize| {
            let behind = self.entries[self.head..place.max(self.head)].iter();
            behind.filter(|entry| !entry.is_hole()).count()
        };
        let (save, passed, seen) = (moved(self.save), moved(self.passed), moved(self.seen));
        let (mark, bound) = (self.mark.map(moved), self.bound.map(|(of, mark)| (of, moved(mark))));
        (self.save, self.passed, self.seen, self.mark, self.bound) = (save, passed, seen, mark, bound);
        self.entries.drain(..self.head);
        self.entries.retain(|entry| !entry.is_hole());
        (self.head, self.holes) = (0, 0);
    }

    /// Moves the message at the save pointer into the heap's block, if it is small and there is room.
    #[inline]
    fn take_in(&mut self, heap: &Heap) {
        if let Some(entry) = self.entries.get_mut(self.save)
            && let Some(fragment) = &entry.fragment
            && let Some(word) = heap.take_in(fragment).map(Term::word)
        {
            entry.root = word;
            entry.fragment = None;
            self.adopted += 1;
        }
    }

    #[inline]
    fn peek(&mut self) -> Option<Word> {
        loop {
            let entry = self.entries.get(self.save)?;
            if !entry.is_hole() {
                self.peeked = true;
                return Some(entry.root);
            }
            self.save += 1;
        }
    }

    /// Takes the message at the save pointer out and ends the receive.
    #[inline]
    fn take_saved(&mut self) -> (u64, Option<Fragment>) {
        let taken = if self.save < self.entries.len() { self.take(self.save) } else { (0, None) };
        self.end_receive();
        taken
    }

    /// Takes an entry's message out: its cause, and what holds it unless the heap does.
    #[inline]
    fn take(&mut self, place: usize) -> (u64, Option<Fragment>) {
        let entry = &mut self.entries[place];
        let (cause, fragment) = (entry.cause, entry.fragment.take());
        self.adopted -= usize::from(fragment.is_none());
        if place == self.head && place + 1 == self.entries.len() {
            // The usual case: it was the only one.
            self.clear();
            return (cause, fragment);
        }
        self.entries[place] = Entry::hole();
        if place == self.head && self.holes == 0 {
            // The first of several, as when messages are taken in order.
            self.head += 1;
            self.save = self.save.max(self.head);
        } else {
            self.holes += 1;
            self.trim();
        }
        (cause, fragment)
    }

    /// Restores invariant 5, and takes holes at the end away.
    fn trim(&mut self) {
        while self.entries.get(self.head).is_some_and(Entry::is_hole) {
            self.head += 1;
            self.holes -= 1;
        }
        if self.head == self.entries.len() {
            return self.clear();
        }
        while self.entries.last().is_some_and(Entry::is_hole) {
            self.entries.pop();
            self.holes -= 1;
        }
        let end = self.entries.len();
        self.save = self.save.clamp(self.head, end);
        self.passed = self.passed.min(end);
        self.seen = self.seen.min(end);
        self.mark = self.mark.map(|mark| mark.min(end));
        self.bound = self.bound.map(|(reference, mark)| (reference, mark.min(end)));
    }

    /// Nothing is left: all places are the first again.
    #[inline]
    fn clear(&mut self) {
        self.entries.clear();
        if self.entries.capacity() > KEPT {
            self.entries = Vec::new();
        }
        (self.head, self.save, self.passed, self.seen, self.holes) = (0, 0, 0, 0, 0);
        self.mark = self.mark.map(|_| 0);
        self.bound = self.bound.map(|(reference, _)| (reference, 0));
    }

    #[inline]
    fn end_receive(&mut self) {
        self.passed = self.passed.max(self.save);
        self.save = self.head;
        self.peeked = false;
    }
}

#[cfg(test)]
mod tests {
    use jovial_term::{Fragment, Heap, Term};

    use super::Mailbox;

    fn with(heap: &Heap, numbers: std::ops::Range<i32>) -> Mailbox {
        let mut mailbox = Mailbox::default();
        numbers.for_each(|number| mailbox.push(Fragment::immediate(Term::small32(number)), heap));
        mailbox
    }

    /// Receives the first message that is one of these.
    fn receive(mailbox: &mut Mailbox, heap: &Heap, wanted: impl Fn(i64) -> bool) -> Option<i64> {
        let number = |word| crate::raw_term(heap, word).as_small().expect("all messages are small integers");
        while let Some(word) = mailbox.peek(heap) {
            if wanted(number(word)) {
                let found = number(word);
                mailbox.accept(heap);
                return Some(found);
            }
            mailbox.skip();
        }
        mailbox.end_receive();
        None
    }

    fn all(mailbox: &Mailbox, heap: &Heap) -> Vec<i64> {
        let mut all = Vec::new();
        mailbox.for_each(heap, |message| all.extend(message.as_small()));
        all
    }

    #[test]
    fn what_is_taken_from_the_middle_leaves_the_rest_in_order() {
        let heap = Heap::new();
        let mut mailbox = with(&heap, 0..10);
        for wanted in [4, 9, 0, 5, 8] {
            assert_eq!(receive(&mut mailbox, &heap, |number| number == wanted), Some(wanted));
        }
        assert_eq!((all(&mailbox, &heap), mailbox.len()), (vec![1, 2, 3, 6, 7], 5));
        assert_eq!(receive(&mut mailbox, &heap, |number| number > 7), None);
        mailbox.push(Fragment::immediate(Term::small32(10)), &heap);
        assert_eq!(receive(&mut mailbox, &heap, |number| number > 7), Some(10));
        assert_eq!(all(&mailbox, &heap), [1, 2, 3, 6, 7]);
    }

    #[test]
    fn a_marker_stays_before_what_came_after_it() {
        let heap = Heap::new();
        for taken in [0, 3, 5] {
            let mut mailbox = with(&heap, 0..6);
            mailbox.set_mark();
            mailbox.bind_mark(1);
            assert_eq!(receive(&mut mailbox, &heap, |number| number == taken), Some(taken));
            // Enough that the array is closed up or grows.
            (6..40).for_each(|number| mailbox.push(Fragment::immediate(Term::small32(number)), &heap));
            mailbox.use_mark(1);
            assert_eq!(mailbox.peek(&heap).map(|word| crate::raw_term(&heap, word).as_small()), Some(Some(6)));
        }
    }

    #[test]
    fn a_collection_takes_in_only_what_was_passed_over() {
        let sender = Heap::new();
        let heap = Heap::new();
        let mut mailbox = Mailbox::default();
        for number in 0..6 {
            let message = sender.tuple(&[Term::small32(number), Term::small32(0)]);
            mailbox.push(Fragment::copy_of(message).expect("a few words"), &heap);
        }
        let adopted = |mailbox: &Mailbox| mailbox.queue.as_ref().map(|queue| queue.adopted);
        // The first moved when it came, as it was the only one.
        mailbox.adopt(&heap);
        assert_eq!(adopted(&mailbox), Some(1));
        for _ in 0..3 {
            mailbox.peek(&heap);
            mailbox.skip();
        }
        mailbox.end_receive();
        mailbox.adopt(&heap);
        assert_eq!(adopted(&mailbox), Some(3));
        mailbox.peek(&heap);
        mailbox.accept(&heap);
        mailbox.adopt(&heap);
        assert_eq!((adopted(&mailbox), mailbox.len()), (Some(2), 5));
    }

    #[test]
    fn a_queue_that_never_empties_does_not_grow() {
        let heap = Heap::new();
        let mut mailbox = with(&heap, 0..3);
        for number in 3..10_000 {
            mailbox.push(Fragment::immediate(Term::small32(number)), &heap);
            // One waits at the front for ever, the others pass it.
            assert_eq!(receive(&mut mailbox, &heap, |number| number != 0), Some(i64::from(number) - 2));
        }
        assert_eq!(mailbox.len(), 3);
        assert!(mailbox.queue.as_ref().is_some_and(|queue| queue.entries.capacity() < 64));
    }
}
