//! Signals: the only way in which processes affect each other.
//!
//! **What it is for.** A [`Signal`] is an entry of a process's queue: what kind, and the tag of the cell that caused it. The
//! receiver alone reads its own state and acts on it (`receive.rs`); a sender never looks into the receiver.
//!
//! **Invariants.**
//! 1. Signals from one process to another are handled in the order in which they were sent.
//! 2. A signal owns all that it carries; terms in it are self-contained.
//! 3. A signal that is not quiet counts as begun work of its tag (see `tags.rs`) from before it is pushed until its receiver has parked after
//!    draining it, or is gone.
//!
//! **What it must not know.** Schedulers; what a receiver looks like.

use std::ptr::NonNull;
use std::sync::Arc;

use jovial_atoms::{Atom, known};
use jovial_term::raw::{ChunkHeader, Word};
use jovial_term::{Fragment, Heap, OutOfMemory, Pid, Term};
use jovial_vm::{JobResult, Sweep};

use crate::info::Items;
use crate::queue::{Item, Link, Node};
use crate::tags::Tag;

pub(crate) struct Signal {
    pub tag: Tag,
    pub kind: Kind,
}

/// A signal as it lies in a queue. A message is its own entry: its tag is in the fragment's header, and so is the link.
pub(crate) enum Envelope {
    Message(Fragment),
    Other(Box<Node<Signal>>),
}

const _: () = assert!(std::mem::offset_of!(ChunkHeader, next) == 0, "the link stands first in a fragment");

/// Bit of a link by which messages are told from other signals.
const MESSAGE: usize = 4;

// SAFETY: both kinds have their link in front and give themselves up; messages alone carry the mark.
unsafe impl Item for Envelope {
    #[inline]
    fn into_link(self) -> *mut Link {
        match self {
            Envelope::Message(message) => {
                message.into_raw().as_ptr().cast::<Link>().map_addr(|address| address | MESSAGE)
            }
            Envelope::Other(node) => node.into_link(),
        }
    }

    #[inline]
    unsafe fn from_link(link: *mut Link) -> Self {
        // SAFETY: made by `into_link`, by contract; the mark tells of what.
        unsafe {
            if link.addr() & MESSAGE == 0 {
                return Envelope::Other(Box::from_link(link));
            }
            let header = link.map_addr(|address| address & !MESSAGE).cast::<ChunkHeader>();
            Envelope::Message(Fragment::from_raw(NonNull::new_unchecked(header)))
        }
    }
}

impl Envelope {
    #[inline]
    pub(crate) fn new(tag: Tag, kind: Kind) -> Envelope {
        match kind {
            Kind::Message(message) => Envelope::message(tag, message),
            kind => Envelope::Other(Node::new(Signal { tag, kind })),
        }
    }

    #[inline]
    pub(crate) fn message(tag: Tag, mut message: Fragment) -> Envelope {
        message.set_cause(Word::small(tag.cast_signed()));
        Envelope::Message(message)
    }

    pub(crate) fn open(self) -> Signal {
        match self {
            Envelope::Message(message) => Signal { tag: tag_of(&message), kind: Kind::Message(message) },
            Envelope::Other(node) => node.value,
        }
    }
}

/// The tag that a message carries.
#[inline]
pub(crate) fn tag_of(message: &Fragment) -> Tag {
    message.cause().small_value().cast_unsigned()
}

pub(crate) enum Kind {
    Message(Fragment),
    /// A message to an alias: dropped when the alias is no longer active.
    AliasMessage {
        alias: u64,
        message: Fragment,
    },
    Link {
        from: Pid,
    },
    Unlink {
        from: Pid,
        id: u64,
    },
    UnlinkAck {
        from: Pid,
        id: u64,
    },
    /// From a dying process that was linked (`link`), or from a call of `exit/2`.
    Exit {
        from: Pid,
        reason: Reason,
        link: bool,
    },
    Monitor {
        from: Pid,
        reference: u64,
        /// Whether the receiver is woken for it, so that such signals don't pile up.
        loud: bool,
    },
    Demonitor {
        reference: u64,
    },
    Down {
        reference: u64,
        reason: Reason,
    },
    GroupLeader(Fragment),
    /// Answered by a [`Kind::Reply`].
    Info {
        from: Pid,
        request: u64,
        items: Box<Items>,
    },
    Suspend {
        from: Pid,
        request: u64,
    },
    /// Takes one suspension by this process back, or all when it dies.
    Resume {
        from: Pid,
        all: bool,
    },
    Collect {
        from: Pid,
        request: u64,
    },
    /// The answer to a request of this process; `None` when who was asked is gone.
    Reply {
        request: u64,
        value: Option<Fragment>,
    },
    /// All processes together take more memory than they may, and this one takes most.
    TooLarge {
        max: usize,
    },
    /// Unwinds to the boundary of the cell.
    Interrupt,
    /// An offloaded job is done.
    Done {
        job: u64,
        result: JobResult,
    },
    /// The timer of a wait came due.
    Wake {
        wait: u32,
    },
    /// Show what you refer to: see `vm::Sweep`.
    Sweep(Arc<Sweep>),
    /// From the host: never in the mailbox (the root process gets its cells this way).
    Host(Fragment),
    /// The host wants to know of the exit.
    Watch(Watch),
}

impl Kind {
    /// Whether the receiver need not be woken for it, nor a cell wait for it: it only matters at the receiver's end, or to one who
    /// asks it, before which it handles all that came earlier. Every wake-up clears these away, and now and then a
    /// monitor is loud, so they don't pile up.
    pub(crate) fn is_quiet(&self) -> bool {
        matches!(self, Kind::Demonitor { .. } | Kind::Monitor { loud: false, .. })
    }

    pub(crate) fn name(&self) -> &'static str {
        match self {
            Kind::Message(_) => "message",
            Kind::AliasMessage { .. } => "alias message",
            Kind::Link { .. } => "link",
            Kind::Unlink { .. } => "unlink",
            Kind::UnlinkAck { .. } => "unlink ack",
            Kind::Exit { .. } => "exit",
            Kind::Monitor { .. } => "monitor",
            Kind::Demonitor { .. } => "demonitor",
            Kind::Down { .. } => "down",
            Kind::GroupLeader(_) => "group leader",
            Kind::Info { .. } => "info",
            Kind::Suspend { .. } => "suspend",
            Kind::Resume { .. } => "resume",
            Kind::Collect { .. } => "collect",
            Kind::Reply { .. } => "reply",
            Kind::TooLarge { .. } => "too large",
            Kind::Interrupt => "interrupt",
            Kind::Done { .. } => "done",
            Kind::Wake { .. } => "wake",
            Kind::Sweep(_) => "sweep",
            Kind::Host(_) => "host",
            Kind::Watch(_) => "watch",
        }
    }
}

const _: () = assert!(size_of::<Kind>() <= 32, "signals are moved around");

/// Called with the reason when the process is gone.
pub(crate) struct Watch(pub Box<dyn FnOnce(&Reason) + Send>);

/// Why a process ended. Shared, as a dying process may tell a hundred thousand others.
#[derive(Clone)]
pub enum Reason {
    Atom(Atom),
    Term(Arc<Fragment>),
}

impl Reason {
    pub const NORMAL: Reason = Reason::Atom(known::NORMAL);
    pub const KILLED: Reason = Reason::Atom(known::KILLED);
    pub const NOPROC: Reason = Reason::Atom(known::NOPROC);
    pub const NOCONNECTION: Reason = Reason::Atom(known::NOCONNECTION);

    pub fn new(term: Term<'_>) -> Result<Reason, OutOfMemory> {
        match term.as_atom() {
            Some(atom) => Ok(Reason::Atom(atom)),
            None => Ok(Reason::Term(Arc::new(Fragment::copy_of(term)?))),
        }
    }

    pub fn is(&self, atom: Atom) -> bool {
        matches!(self, Reason::Atom(reason) if *reason == atom)
    }

    pub fn term(&self) -> Term<'_> {
        match self {
            Reason::Atom(atom) => Term::atom(*atom),
            Reason::Term(fragment) => fragment.root(),
        }
    }

    /// A copy of the term in `heap`.
    pub fn copy_in<'h>(&self, heap: &'h Heap) -> Term<'h> {
        heap.copy_in(self.term())
    }
}

/// A term for the outside, built in a heap of its own.
pub fn build(make: impl for<'h> FnOnce(&'h Heap) -> Term<'h>) -> Fragment {
    let heap = Heap::new();
    let term = make(&heap);
    // Small terms of the runtime's own making; no memory for them is no memory for anything.
    Fragment::copy_of(term).expect("memory for a small term")
}
