//! The inner queue of a process: messages in order of arrival, the save pointer and receive markers.
//!
//! **What it is for.** [`Mailbox`] is what receive instructions work on. Arrived messages are pushed by whoever drains the
//! process's signals.
//!
//! **Invariants.**
//! 1. A message is a [`Fragment`] until it is adopted by the heap; then its root is one of the process's roots.
//! 2. `save` is the message that the current receive looks at next; all before it did not match.
//! 3. A marker is the number of the last message that was there; a receive that uses it starts behind that.
//! 4. A queue goes to the thread's spare ones when it has neither messages nor marks: of a crowd that waits, none keeps one.
//! 5. Nodes form a doubly linked list within `nodes`; free ones are listed in `free`.
//!
//! **What it must not know.** Signals, who sends.

use std::cell::RefCell;

use jovial_term::raw::{Visitor, Word};
use jovial_term::{Fragment, Heap, Term};

const NONE: u32 = u32::MAX;

enum Message {
    Free,
    Fragment(Fragment),
    Adopted(Word),
}

struct Node {
    message: Message,
    previous: u32,
    next: u32,
    number: u64,
    /// Tag of the cell that caused the message: the fragment's cause when it was pushed.
    cause: u64,
}

/// Empty queues that a thread keeps.
const SPARE: usize = 32;

#[expect(clippy::vec_box, reason = "what is kept is the allocation")]
mod spare {
    use super::{Queue, RefCell};
    thread_local! {
        pub(super) static QUEUES: RefCell<Vec<Box<Queue>>> = const { RefCell::new(Vec::new()) };
    }
}

/// Messages of a process. Costs nothing while there are none: most processes of a crowd wait.
#[derive(Default)]
pub struct Mailbox {
    queue: Option<Box<Queue>>,
    pub(crate) deadline: Deadline,
}

/// The messages once there are some.
struct Queue {
    nodes: Vec<Node>,
    free: Vec<u32>,
    first: u32,
    last: u32,
    save: u32,
    /// Whether the message at the save pointer is in use by code that has not decided on it yet.
    peeked: bool,
    len: usize,
    /// How many messages are adopted; few, and near the front.
    adopted: usize,
    next_number: u64,
    /// Number up to which a marker was set, and the number of the reference that it is bound to.
    mark: Option<u64>,
    bound: Option<(u64, u64)>,
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

impl Default for Queue {
    fn default() -> Queue {
        Queue {
            nodes: Vec::new(),
            free: Vec::new(),
            first: NONE,
            last: NONE,
            save: NONE,
            peeked: false,
            len: 0,
            adopted: 0,
            next_number: 1,
            mark: None,
            bound: None,
        }
    }
}

impl Mailbox {
    fn queue(&mut self) -> &mut Queue {
        self.queue.get_or_insert_with(|| {
            // A thread that is being torn down has no spare queues any more.
            spare::QUEUES.try_with(|spare| spare.borrow_mut().pop()).ok().flatten().unwrap_or_default()
        })
    }

    /// Gives an idle queue up (invariant 4).
    fn settle(&mut self) {
        if let Some(queue) = self.queue.take_if(|queue| queue.len == 0 && queue.mark.is_none() && queue.bound.is_none())
        {
            // Without a place it is simply dropped.
            let _ = spare::QUEUES.try_with(|spare| {
                let mut spare = spare.borrow_mut();
                if spare.len() < SPARE {
                    spare.push(queue);
                }
            });
        }
    }

    /// Appends a message.
    pub fn push(&mut self, message: Fragment) {
        self.queue().push(message);
    }

    pub fn len(&self) -> usize {
        self.queue.as_ref().map_or(0, |queue| queue.len)
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether a receive has a message left to look at.
    pub fn has_unseen(&self) -> bool {
        self.queue.as_ref().is_some_and(|queue| queue.save != NONE)
    }

    /// Calls `visit` with each message in order.
    pub fn for_each<'a>(&'a self, heap: &'a Heap, visit: impl FnMut(Term<'a>)) {
        if let Some(queue) = &self.queue {
            queue.for_each(heap, visit);
        }
    }

    /// The message at the save pointer. A small one that is the first of all moves into the heap's block if there is room:
    /// it is likely to be accepted, and its fragment is of use to the next sender.
    pub(crate) fn peek(&mut self, heap: &Heap) -> Option<Word> {
        let queue = self.queue.as_mut()?;
        queue.take_in(heap);
        queue.peek()
    }

    /// As [`Mailbox::peek`], where a message further back is looked at; it stays where it is.
    #[inline]
    pub(crate) fn peek_next(&mut self) -> Option<Word> {
        let queue = self.queue.as_mut()?;
        if queue.save == queue.first { None } else { queue.peek() }
    }

    /// Takes the message at the save pointer out; its memory becomes the heap's. Ends the receive. Gives the tag of who
    /// caused the message (0 for none), which the process takes over: see [`Process::accept`](crate::Process::accept).
    pub(crate) fn accept(&mut self, heap: &Heap) -> u64 {
        let cause = self.queue.as_mut().map_or(0, |queue| queue.accept(heap));
        self.end_receive();
        self.settle();
        cause
    }

    /// Throws the first message away that `matches`, outside of any receive; whether there was one.
    pub fn remove_first(&mut self, heap: &Heap, matches: impl FnMut(Term<'_>) -> bool) -> bool {
        self.queue.as_mut().is_some_and(|queue| queue.remove_first(heap, matches))
    }

    /// Ends a receive: the next one starts at the first message.
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
            queue.skip();
        }
    }

    pub(crate) fn set_mark(&mut self) {
        let queue = self.queue();
        queue.mark = Some(queue.next_number - 1);
    }

    pub(crate) fn bind_mark(&mut self, reference: u64) {
        if let Some(queue) = &mut self.queue
            && let Some(mark) = queue.mark.take()
        {
            queue.bound = Some((reference, mark));
        }
    }

    pub(crate) fn use_mark(&mut self, reference: u64) {
        if let Some(queue) = &mut self.queue {
            queue.use_mark(reference);
        }
    }

    /// Before a collection: the message in use becomes part of the heap, as slots may point into it.
    pub(crate) fn adopt_peeked(&mut self, heap: &Heap) {
        if let Some(queue) = &mut self.queue {
            queue.adopt_peeked(heap);
        }
    }

    pub(crate) fn visit_roots(&mut self, visitor: &mut Visitor<'_>) {
        if let Some(queue) = &mut self.queue {
            queue.visit_roots(visitor);
        }
    }
}

/// Nodes that an empty queue keeps; beyond, a burst of messages gives its memory back.
const KEPT: usize = 32;

impl Queue {
    fn push(&mut self, message: Fragment) {
        let cause = message.cause().small_value().cast_unsigned();
        let message = Message::Fragment(message);
        let node = Node { message, previous: self.last, next: NONE, number: self.next_number, cause };
        self.next_number += 1;
        let place = if let Some(place) = self.free.pop() {
            self.nodes[place as usize] = node;
            place
        } else {
            self.nodes.push(node);
            u32::try_from(self.nodes.len() - 1).expect("memory ends before four thousand million messages")
        };
        if self.last == NONE {
            self.first = place;
        } else {
            self.nodes[self.last as usize].next = place;
        }
        self.last = place;
        if self.save == NONE {
            self.save = place;
        }
        self.len += 1;
    }

    fn for_each<'a>(&'a self, heap: &'a Heap, mut visit: impl FnMut(Term<'a>)) {
        let mut place = self.first;
        while place != NONE {
            let node = &self.nodes[place as usize];
            match &node.message {
                Message::Free => {}
                Message::Fragment(fragment) => visit(fragment.root()),
                Message::Adopted(word) => visit(crate::raw_term(heap, *word)),
            }
            place = node.next;
        }
    }

    fn take_in(&mut self, heap: &Heap) {
        if self.save == NONE || self.save != self.first {
            return;
        }
        let node = &mut self.nodes[self.save as usize];
        if let Message::Fragment(fragment) = &node.message
            && let Some(word) = heap.take_in(fragment).map(Term::word)
        {
            node.message = Message::Adopted(word);
            self.adopted += 1;
        }
    }

    #[inline]
    fn peek(&mut self) -> Option<Word> {
        let node = self.nodes.get(self.save as usize)?;
        self.peeked = true;
        match &node.message {
            Message::Free => None,
            Message::Fragment(fragment) => Some(fragment.root().word()),
            Message::Adopted(word) => Some(*word),
        }
    }

    fn accept(&mut self, heap: &Heap) -> u64 {
        let place = self.save;
        let mut cause = 0;
        if place != NONE {
            cause = self.nodes[place as usize].cause;
            if let Message::Fragment(fragment) = self.unlink(place) {
                heap.adopt(fragment);
            }
        }
        cause
    }

    /// Takes a node out of the list and gives its message.
    fn unlink(&mut self, place: u32) -> Message {
        let node = &mut self.nodes[place as usize];
        let (previous, next) = (node.previous, node.next);
        let message = std::mem::replace(&mut node.message, Message::Free);
        if previous == NONE {
            self.first = next;
        } else {
            self.nodes[previous as usize].next = next;
        }
        if next == NONE {
            self.last = previous;
        } else {
            self.nodes[next as usize].previous = previous;
        }
        self.free.push(place);
        self.len -= 1;
        if self.len == 0 && self.nodes.len() > KEPT {
            self.nodes = Vec::new();
            self.free = Vec::new();
        }
        if matches!(message, Message::Adopted(_)) {
            self.adopted -= 1;
        }
        message
    }

    fn remove_first(&mut self, heap: &Heap, mut matches: impl FnMut(Term<'_>) -> bool) -> bool {
        let mut place = self.first;
        while place != NONE {
            let node = &self.nodes[place as usize];
            let next = node.next;
            let found = match &node.message {
                Message::Free => false,
                Message::Fragment(fragment) => matches(fragment.root()),
                Message::Adopted(word) => matches(crate::raw_term(heap, *word)),
            };
            if found {
                if self.save == place {
                    self.save = next;
                }
                drop(self.unlink(place));
                return true;
            }
            place = next;
        }
        false
    }

    fn end_receive(&mut self) {
        self.save = self.first;
        self.peeked = false;
    }

    #[inline]
    fn skip(&mut self) {
        self.peeked = false;
        if let Some(node) = self.nodes.get(self.save as usize) {
            self.save = node.next;
        }
    }

    fn use_mark(&mut self, reference: u64) {
        let Some((_, mark)) = self.bound.take_if(|bound| bound.0 == reference) else { return };
        // From the end: what came since the mark is usually little.
        let mut place = self.last;
        let mut found = NONE;
        while place != NONE && self.nodes[place as usize].number > mark {
            found = place;
            place = self.nodes[place as usize].previous;
        }
        self.save = found;
    }

    fn adopt_peeked(&mut self, heap: &Heap) {
        if !self.peeked || self.save == NONE {
            return;
        }
        let message = &mut self.nodes[self.save as usize].message;
        if let Message::Fragment(_) = message
            && let Message::Fragment(fragment) = std::mem::replace(message, Message::Free)
        {
            *message = Message::Adopted(heap.adopt(fragment).word());
            self.adopted += 1;
        }
    }

    fn visit_roots(&mut self, visitor: &mut Visitor<'_>) {
        let mut left = self.adopted;
        let mut place = self.first;
        while left > 0 && place != NONE {
            let node = &mut self.nodes[place as usize];
            if let Message::Adopted(word) = &mut node.message {
                visitor.word(word);
                left -= 1;
            }
            place = node.next;
        }
    }
}
