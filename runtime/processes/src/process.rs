//! A process: the part that everybody may touch, and the part that belongs to whoever runs it.
//!
//! **What it is for.** [`Process`] is the entry of the process table. Its [`Body`] holds the machine's process (heap, stack,
//! mailbox) and the [`Owner`] part (links, monitors, flags, why it waits).
//!
//! | field | who may touch it, when |
//! | --- | --- |
//! | `number` | fixed before anybody can find the process |
//! | `state`, `signals`, `name` | anybody, by their own rules |
//! | `tag`, `heap_words` | written by the owner when a slice ends, read by anybody as a hint |
//! | `body` | whoever set `RUNNING` in `state` (invariant 1 of `state.rs`) |
//!
//! **Invariants.**
//! 1. `body` is reached through a [`Turn`], and a turn is made by setting `RUNNING` alone. (A lock around it would cost two
//!    exchanges of some twenty cycles for each message that wakes a process.)
//! 2. `body` is `None` exactly when the process is gone; the heap is freed there and then, the rest of this struct when no
//!    thread looks at it any more.
//! 3. While a process runs, natives find its owner part by [`Current`] of the scheduler.
//!
//! **What it must not know.** How signals are handled, how processes are chosen.

use std::cell::{Cell, RefCell, UnsafeCell};
use std::marker::PhantomData;
use std::sync::atomic::{AtomicU64, Ordering};

use jovial_atoms::Atom;
use jovial_term::{Fragment, Pid};
use jovial_vm as vm;

use crate::exit::End;
use crate::jobs::Wish;
use crate::names::OwnName;
use crate::queue::Queue;
use crate::signal::{Envelope, Kind, Watch};
use crate::small_map::SmallMap;
use crate::state::{Priority, State};
use crate::table::Entry;
use crate::tags::Tag;
use crate::wheel::Key;

pub(crate) struct Process {
    number: u64,
    pub(crate) state: State,
    pub(crate) name: OwnName,
    pub(crate) signals: Queue<Envelope>,
    pub(crate) tag: AtomicU64,
    pub(crate) heap_words: AtomicU64,
    body: UnsafeCell<Option<Body>>,
}

// What a million of them cost: a size class of the usual allocators, 448 bytes, less room for aligning.
const _: () = assert!(size_of::<Process>() <= 440);

pub(crate) struct Body {
    pub(crate) vm: vm::Process,
    pub(crate) owner: RefCell<Owner>,
}

const fn moves_between_threads<T: Send>() {}
const _: () = moves_between_threads::<Body>();

// SAFETY: all but the body is safe to share by itself. The body is reached through a `Turn` alone, of which there is one at a time
// (invariant 1 of `state.rs`), and goes from thread to thread with the state word's acquire and release; it is `Send`.
unsafe impl Sync for Process {}

/// The right to a process's body: whoever set `RUNNING` has it until it parks, requeues or ends the process.
pub(crate) struct Turn<'p> {
    process: &'p Process,
    /// A turn stays on its thread.
    here: PhantomData<*mut ()>,
}

impl<'p> Turn<'p> {
    /// `None` when the process is gone.
    #[inline]
    pub(crate) fn body(&self) -> Option<&Body> {
        // SAFETY: this turn is the only one, and `end` takes it.
        unsafe { (*self.process.body.get()).as_ref() }
    }

    /// To waiting. Gives the turn back when signals came: the owner keeps the process and must drain again.
    #[inline]
    pub(crate) fn park(self) -> Result<(), Turn<'p>> {
        if self.process.state.park() { Ok(()) } else { Err(self) }
    }

    /// To queued; the caller puts it into a run queue.
    pub(crate) fn requeue(self) -> Priority {
        self.process.state.requeue()
    }

    /// Frees the body of a process that is gone.
    pub(crate) fn end(self) {
        debug_assert!(self.process.state.is_gone(), "only what is gone has no body");
        // SAFETY: this turn is the only one; nothing borrowed from it is left.
        unsafe { *self.process.body.get() = None };
    }
}

/// The owner part of the process that a scheduler runs, for natives to find.
pub(crate) struct Current(Cell<*const RefCell<Owner>>);

// SAFETY: null but during a slice, in which the scheduler stays where it is.
unsafe impl Send for Current {}

impl Default for Current {
    fn default() -> Self {
        Current(Cell::new(std::ptr::null()))
    }
}

impl Current {
    /// Calls `run`, while which `with` finds this owner.
    #[inline]
    pub(crate) fn during<R>(&self, owner: &RefCell<Owner>, run: impl FnOnce() -> R) -> R {
        struct Back<'c>(&'c Current, *const RefCell<Owner>);
        impl Drop for Back<'_> {
            fn drop(&mut self) {
                self.0.0.set(self.1);
            }
        }
        let _back = Back(self, self.0.replace(owner));
        run()
    }

    /// # Panics
    /// When nothing runs.
    #[inline]
    pub(crate) fn with<R>(&self, look: impl FnOnce(&RefCell<Owner>) -> R) -> R {
        let owner = self.0.get();
        assert!(!owner.is_null(), "natives run in slices");
        // SAFETY: set by a `during` that has not returned, as it clears it then, and that borrows the owner.
        look(unsafe { &*owner })
    }
}

impl Process {
    pub(crate) fn new(state: State, body: Body) -> Process {
        Process {
            number: body.vm.pid().number(),
            state,
            name: OwnName::default(),
            signals: Queue::default(),
            tag: AtomicU64::new(body.vm.cause()),
            heap_words: AtomicU64::new(0),
            body: UnsafeCell::new(Some(body)),
        }
    }

    pub(crate) fn pid(&self) -> Pid {
        Pid::new(self.number)
    }

    /// For a sender; `None` for what does not wait.
    #[inline]
    pub(crate) fn seize(&self) -> Option<Turn<'_>> {
        self.state.seize().then_some(Turn { process: self, here: PhantomData })
    }

    /// For the scheduler that popped it; `None` for what is not queued.
    #[inline]
    pub(crate) fn begin(&self) -> Option<Turn<'_>> {
        self.state.begin().then_some(Turn { process: self, here: PhantomData })
    }

    pub(crate) fn tag(&self) -> Tag {
        self.tag.load(Ordering::Acquire)
    }
}

impl Entry for Process {
    fn number(&self) -> u64 {
        self.number
    }
}

/// Why a process does not run though nothing ends it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Waits {
    /// It does not wait.
    #[default]
    No,
    /// For a message, a reply or a timer.
    Signal,
    /// For the result of the offloaded job whose number ends in these bits.
    Job(u32),
}

/// Garbage is to be collected.
pub(crate) const COLLECTS: u8 = 1;
/// The process is to be looked at (`Scheduler::sweep`).
pub(crate) const SHOWS: u8 = 2;

/// What only the owner knows.
#[derive(Default)]
pub(crate) struct Owner {
    pub(crate) trap_exit: bool,
    /// A signal arrived that whoever waits wants to see.
    pub(crate) woken: bool,
    pub(crate) interrupted: bool,
    /// What is to be done before it goes on: [`COLLECTS`], [`SHOWS`].
    pub(crate) asked: u8,
    pub(crate) waits: Waits,
    /// Number of the current wait; a timer of an earlier one is stale.
    pub(crate) wait: u32,
    /// The current wait's timer: its wheel and its place there.
    pub(crate) timer: Option<(u16, Key)>,
    /// The tag under which the process is counted as runnable.
    counted: Counted,
    /// Tags of signals that were drained since the process last waited.
    pub(crate) held: Held,
    /// 0 for none: the first pid is larger.
    parent: u64,
    pub(crate) initial_call: Option<(Atom, Atom, u8)>,
    pub(crate) relations: Option<Box<Relations>>,
    pub(crate) rare: Option<Box<Rare>>,
    /// Set by a signal that ends the process.
    pub(crate) ends: Option<Box<End>>,
}

/// Links, monitors and aliases.
#[derive(Default)]
pub(crate) struct Relations {
    pub(crate) links: SmallMap<Pid, Link>,
    /// Monitors that this process has on others, by reference.
    pub(crate) monitors: SmallMap<u64, Monitor>,
    /// Monitors that others have on this one, by reference.
    pub(crate) monitored_by: SmallMap<u64, MonitoredBy>,
    pub(crate) aliases: SmallMap<u64, AliasMode>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Link {
    Active,
    /// `unlink` was sent under this number and not yet acknowledged.
    Unlinking(u64),
}

/// What a monitor watches.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Target {
    Pid(Pid),
    /// By name; the pid that had it.
    Name(Atom, Option<Pid>),
}

pub(crate) struct Monitor {
    pub(crate) target: Target,
    /// What stands first in the message instead of `:DOWN`.
    pub(crate) tag: Option<Fragment>,
    /// Whether the reference is an alias too; kept for building it again.
    pub(crate) alias: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct MonitoredBy {
    pub(crate) watcher: Pid,
}

/// When an alias ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AliasMode {
    /// By `unalias` alone.
    Explicit,
    /// Also with its monitor: at `demonitor` and when the monitor fires.
    Demonitor,
    /// With its monitor, and by the first message sent to it (which ends the monitor too).
    ReplyDemonitor,
    /// By the first message sent to it.
    Reply,
}

/// What few processes have.
#[derive(Default)]
pub(crate) struct Rare {
    /// Who suspended this process, and how often.
    pub(crate) suspended_by: SmallMap<Pid, u32>,
    /// Whom this process suspended, and how often.
    pub(crate) suspending: SmallMap<Pid, u32>,
    /// The request in progress and its answer.
    pub(crate) request: Option<Request>,
    /// For the job that it waits for.
    pub(crate) job: Option<Wish>,
    /// What the host sent.
    pub(crate) from_host: std::collections::VecDeque<Fragment>,
    pub(crate) watches: Vec<Watch>,
    pub(crate) off_heap_queue: bool,
    pub(crate) max_heap: MaxHeap,
    pub(crate) fullsweep_after: Option<u32>,
    pub(crate) min_heap: Option<usize>,
    pub(crate) label: Option<Fragment>,
}

/// A question to another process: its number, and the answer once it is there.
pub(crate) struct Request {
    pub(crate) number: u64,
    pub(crate) answer: Option<Option<Fragment>>,
}

/// The `max_heap_size` flag. `words` 0 stands for none.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MaxHeap {
    pub words: usize,
    pub kill: bool,
    pub error_logger: bool,
}

impl Default for MaxHeap {
    fn default() -> Self {
        MaxHeap { words: 0, kill: true, error_logger: true }
    }
}

impl MaxHeap {
    /// The words that the heap may have where the system's own limit is `most`. A flag that does not kill limits nothing.
    pub(crate) fn limit(self, most: usize) -> usize {
        if self.words == 0 || !self.kill { most } else { self.words.min(most) }
    }
}

/// A tag or none, in one word.
#[derive(Clone, Copy)]
struct Counted(Tag);

impl Default for Counted {
    fn default() -> Self {
        Counted(Tag::MAX)
    }
}

impl Owner {
    /// Notes the tag under which the process is counted now; gives the one before.
    pub(crate) fn count_as(&mut self, tag: Option<Tag>) -> Option<Tag> {
        let before = std::mem::replace(&mut self.counted, Counted(tag.unwrap_or(Tag::MAX)));
        Some(before.0).filter(|tag| *tag != Tag::MAX)
    }

    pub(crate) fn set_parent(&mut self, parent: Option<Pid>) {
        self.parent = parent.map_or(0, Pid::number);
    }

    pub(crate) fn parent(&self) -> Option<Pid> {
        Some(Pid::new(self.parent)).filter(|parent| parent.number() != 0)
    }

    pub(crate) fn relations(&mut self) -> &mut Relations {
        self.relations.get_or_insert_default()
    }

    pub(crate) fn rare(&mut self) -> &mut Rare {
        self.rare.get_or_insert_default()
    }

    /// Notes a signal that was taken out of the queue, to end its count when the process has parked.
    pub(crate) fn hold(&mut self, tag: Tag, kind: &Kind) {
        if !kind.is_quiet() {
            self.held.add(tag, 1);
        }
    }

    /// Whether a signal asks for something before the code goes on.
    pub(crate) fn is_called(&self) -> bool {
        self.ends.is_some() || self.interrupted || self.asked != 0
    }

    /// Whether it waits for nothing but a signal, and takes messages into its heap.
    pub(crate) fn is_open(&self) -> bool {
        let unusual = |rare: &Rare| rare.off_heap_queue || !rare.suspended_by.is_empty();
        self.waits == Waits::Signal && !self.is_called() && !self.rare.as_deref().is_some_and(unusual)
    }

    pub(crate) fn is_suspended(&self) -> bool {
        self.rare.as_ref().is_some_and(|rare| !rare.suspended_by.is_empty())
    }

    pub(crate) fn link(&self, pid: Pid) -> Option<Link> {
        self.relations.as_ref()?.links.get(pid).copied()
    }
}

/// Tags with how often each is held: nearly always one, so that one needs no memory.
#[derive(Default)]
pub(crate) struct Held {
    first: (Tag, u64),
    #[allow(clippy::box_collection, reason = "eight bytes in place of 24 in every process")]
    more: Option<Box<Vec<(Tag, u64)>>>,
}

impl Held {
    #[inline]
    pub(crate) fn add(&mut self, tag: Tag, count: u64) {
        if self.first.1 == 0 || self.first.0 == tag {
            self.first = (tag, self.first.1 + count);
        } else {
            self.add_other(tag, count);
        }
    }

    /// The tag and its count when it is one at most: the usual case.
    #[inline]
    pub(crate) fn only(&self) -> Option<(Tag, u64)> {
        self.more.is_none().then_some(self.first)
    }

    #[cold]
    fn add_other(&mut self, tag: Tag, count: u64) {
        let more = self.more.get_or_insert_default();
        match more.iter_mut().find(|entry| entry.0 == tag) {
            Some(entry) => entry.1 += count,
            None => more.push((tag, count)),
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (Tag, u64)> {
        let more = self.more.iter().flat_map(|more| more.iter().copied());
        std::iter::once(self.first).filter(|first| first.1 > 0).chain(more)
    }
}
