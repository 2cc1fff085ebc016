//! What `process_info` tells.
//!
//! **What it is for.** An [`Item`] is one key of `process_info/2`; [`describe`] builds its value from the state of a process,
//! in whatever heap the answer is for.
//!
//! **Invariants.** Reading changes nothing in the process that is asked.
//!
//! **What it must not know.** Who asks; how an answer travels.

use std::sync::LazyLock;

use jovial_atoms::Atom;
use jovial_term::{Heap, Pid, Term};
use jovial_vm as vm;

use crate::engine::Engine;
use crate::ports::identity;
use crate::process::{AliasMode, Owner, Process, Target, Waits};
use crate::state::Priority;

macro_rules! items {
    ($($item:ident = $text:literal,)*) => {
        /// A key of `process_info/2`.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum Item { $($item),* }

        impl Item {
            const ALL: &[Item] = &[$(Item::$item),*];

            pub fn text(self) -> &'static str {
                match self { $(Item::$item => $text),* }
            }
        }
    };
}

items! {
    RegisteredName = "registered_name",
    CurrentFunction = "current_function",
    CurrentLocation = "current_location",
    CurrentStacktrace = "current_stacktrace",
    InitialCall = "initial_call",
    Status = "status",
    MessageQueueLen = "message_queue_len",
    Messages = "messages",
    Links = "links",
    Monitors = "monitors",
    MonitoredBy = "monitored_by",
    Aliases = "aliases",
    Dictionary = "dictionary",
    TrapExit = "trap_exit",
    ErrorHandler = "error_handler",
    Priority = "priority",
    GroupLeader = "group_leader",
    TotalHeapSize = "total_heap_size",
    HeapSize = "heap_size",
    StackSize = "stack_size",
    Reductions = "reductions",
    GarbageCollection = "garbage_collection",
    GarbageCollectionInfo = "garbage_collection_info",
    Suspending = "suspending",
    Memory = "memory",
    MessageQueueData = "message_queue_data",
    MaxHeapSize = "max_heap_size",
    MinHeapSize = "min_heap_size",
    FullsweepAfter = "fullsweep_after",
    Parent = "parent",
    Binary = "binary",
    CatchLevel = "catchlevel",
    Label = "label",
}

/// Minor collections between two major ones when nobody says otherwise.
pub(crate) const FULLSWEEP_AFTER: u32 = 65535;

pub(crate) type Items = Vec<Item>;

/// The names of all items, looked up once.
static ATOMS: LazyLock<Vec<Atom>> = LazyLock::new(|| Item::ALL.iter().map(|item| Atom::new(item.text())).collect());

impl Item {
    pub fn atom(self) -> Atom {
        ATOMS[self as usize]
    }

    pub fn from_atom(atom: Atom) -> Option<Item> {
        ATOMS.iter().position(|name| *name == atom).map(|place| Item::ALL[place])
    }

    /// What `process_info/1` shows, in its order.
    pub fn usual() -> &'static [Item] {
        &[
            Item::RegisteredName,
            Item::CurrentFunction,
            Item::InitialCall,
            Item::Status,
            Item::MessageQueueLen,
            Item::Links,
            Item::Dictionary,
            Item::TrapExit,
            Item::ErrorHandler,
            Item::Priority,
            Item::GroupLeader,
            Item::TotalHeapSize,
            Item::HeapSize,
            Item::StackSize,
            Item::Reductions,
            Item::GarbageCollection,
            Item::Suspending,
        ]
    }
}

/// What the description is made from.
pub(crate) struct Subject<'a> {
    pub(crate) process: &'a Process,
    pub(crate) owner: &'a Owner,
    pub(crate) vm: &'a vm::Process,
    pub(crate) engine: &'a dyn Engine,
    pub(crate) machine: &'a vm::Machine,
    /// Whether it is the asker itself, which runs.
    pub(crate) itself: bool,
}

fn name(text: &str) -> Term<'static> {
    Term::atom(Atom::new(text))
}

/// The value of an item. `registered_name` of a process without a name is `[]`.
pub(crate) fn describe<'h>(subject: &Subject<'_>, item: Item, heap: &'h Heap) -> Term<'h> {
    let Subject { process, owner, vm, .. } = subject;
    let own = vm.heap();
    let stats = own.stats();
    let relations = owner.relations.as_deref();
    let rare = owner.rare.as_deref();
    let pids = |pids: Vec<Pid>| heap.list_from_iter(pids.into_iter().map(identity));
    match item {
        Item::RegisteredName => process.name.get().map_or(Term::EMPTY_LIST, Term::atom),
        Item::CurrentFunction | Item::CurrentLocation => {
            let trace = subject.engine.stacktrace(subject.machine, vm, heap);
            match trace.as_cons().and_then(|(first, _)| first.as_tuple_of::<4>()) {
                Some(&[module, function, arity, _]) if item == Item::CurrentFunction => {
                    heap.tuple(&[module, function, arity])
                }
                Some(entry) => heap.tuple(entry),
                None => Term::atom(jovial_atoms::known::UNDEFINED),
            }
        }
        Item::CurrentStacktrace => subject.engine.stacktrace(subject.machine, vm, heap),
        Item::InitialCall => match owner.initial_call {
            Some((module, function, arity)) => mfa(heap, module, function, arity),
            None => mfa(heap, jovial_atoms::known::ERLANG, jovial_atoms::known::APPLY, 2),
        },
        Item::Status => name(if subject.itself {
            "running"
        } else if owner.is_suspended() {
            "suspended"
        } else {
            match owner.waits {
                Waits::No => "runnable",
                Waits::Signal | Waits::Job(_) => "waiting",
            }
        }),
        Item::MessageQueueLen => Term::count(vm.mailbox().borrow().len()),
        Item::Messages => {
            let mut messages = Vec::new();
            vm.mailbox().borrow().for_each(own, |message| messages.push(heap.copy_in(message)));
            heap.list_from_iter(messages)
        }
        Item::Links => {
            let mut found = Vec::new();
            if let Some(relations) = relations {
                relations.links.for_each(|pid, link| {
                    if *link == crate::process::Link::Active {
                        found.push(pid);
                    }
                });
            }
            pids(found)
        }
        Item::Monitors => {
            let mut found = Vec::new();
            if let Some(relations) = relations {
                relations.monitors.for_each(|_, monitor| {
                    let target = match monitor.target {
                        Target::Pid(pid) => identity(pid),
                        Target::Name(target, _) => {
                            heap.tuple(&[Term::atom(target), Term::atom(jovial_atoms::known::NONODE_NOHOST)])
                        }
                    };
                    found.push(heap.tuple(&[name("process"), target]));
                });
            }
            heap.list_from_iter(found)
        }
        Item::MonitoredBy => {
            let mut found = Vec::new();
            if let Some(relations) = relations {
                relations.monitored_by.for_each(|_, monitor| found.push(monitor.watcher));
            }
            pids(found)
        }
        Item::Aliases => {
            let mut found = Vec::new();
            if let Some(relations) = relations {
                relations.aliases.for_each(|alias, _: &AliasMode| found.push(heap.make_alias(alias, vm.pid())));
            }
            heap.list_from_iter(found)
        }
        Item::Dictionary => {
            let pairs = vm.dictionary().into_iter();
            let pairs: Vec<_> =
                pairs.map(|(key, value)| heap.tuple(&[heap.copy_in(key), heap.copy_in(value)])).collect();
            heap.list_from_iter(pairs)
        }
        Item::TrapExit => Term::bool(owner.trap_exit),
        Item::ErrorHandler => name("error_handler"),
        Item::Priority => name(match process.state.priority() {
            Priority::Low => "low",
            Priority::Normal => "normal",
            Priority::High => "high",
            Priority::Max => "max",
        }),
        Item::GroupLeader => heap.copy_in(vm.group_leader()),
        Item::TotalHeapSize => Term::count(own.total_words()),
        Item::HeapSize => Term::count(stats.block_words),
        Item::StackSize => Term::count(stats.stack_used),
        Item::Reductions => heap.uint(vm.reductions()),
        Item::GarbageCollection => {
            let max = rare.map(|rare| rare.max_heap).unwrap_or_default();
            let pair = |key: &str, value: Term<'h>| heap.tuple(&[name(key), value]);
            heap.list_from_iter([
                pair("max_heap_size", max.describe(heap)),
                pair("min_bin_vheap_size", Term::count(46422)),
                pair(
                    "min_heap_size",
                    Term::count(
                        rare.and_then(|rare| rare.min_heap).unwrap_or(jovial_term::HeapOptions::default().min_words),
                    ),
                ),
                pair(
                    "fullsweep_after",
                    Term::count(rare.and_then(|rare| rare.fullsweep_after).unwrap_or(FULLSWEEP_AFTER) as usize),
                ),
                pair("minor_gcs", Term::count(stats.minors_since_major as usize)),
            ])
        }
        Item::GarbageCollectionInfo => {
            let pair = |key: &str, value: usize| heap.tuple(&[name(key), Term::count(value)]);
            heap.list_from_iter([
                pair("old_heap_block_size", stats.old_words),
                pair("heap_block_size", stats.block_words),
                pair("mbuf_size", stats.chunk_words),
                pair("recent_size", 0),
                pair("stack_size", stats.stack_used),
                pair("old_heap_size", stats.old_used),
                pair("heap_size", stats.heap_used),
                pair("bin_vheap_size", stats.off_heap_bytes / 8),
                pair("bin_vheap_block_size", 46422),
                pair("bin_old_vheap_size", 0),
                pair("bin_old_vheap_block_size", 46422),
            ])
        }
        Item::Suspending => {
            let mut found = Vec::new();
            if let Some(rare) = rare {
                rare.suspending.for_each(|pid, count| {
                    found.push(heap.tuple(&[Term::pid(pid), Term::count(*count as usize), Term::ZERO]));
                });
            }
            heap.list_from_iter(found)
        }
        Item::Memory => Term::count(
            own.total_words() * 8
                + size_of::<Process>()
                + relations.map_or(0, size_of_val)
                + rare.map_or(0, size_of_val),
        ),
        Item::MessageQueueData => {
            name(if rare.is_some_and(|rare| rare.off_heap_queue) { "off_heap" } else { "on_heap" })
        }
        Item::MaxHeapSize => rare.map(|rare| rare.max_heap).unwrap_or_default().describe(heap),
        Item::MinHeapSize => {
            Term::count(rare.and_then(|rare| rare.min_heap).unwrap_or(jovial_term::HeapOptions::default().min_words))
        }
        Item::FullsweepAfter => {
            Term::count(rare.and_then(|rare| rare.fullsweep_after).unwrap_or(FULLSWEEP_AFTER) as usize)
        }
        Item::Parent => owner.parent().map_or(Term::atom(jovial_atoms::known::UNDEFINED), identity),
        Item::Binary => {
            let mut found = Vec::new();
            own.for_each_binary(|storage, bytes, handles| {
                found.push(heap.tuple(&[heap.uint(storage), Term::count(bytes), Term::count(handles)]));
            });
            heap.list_from_iter(found)
        }
        Item::CatchLevel => Term::ZERO,
        Item::Label => match rare.and_then(|rare| rare.label.as_ref()) {
            Some(label) => heap.copy_in(label.root()),
            None => Term::atom(jovial_atoms::known::UNDEFINED),
        },
    }
}

fn mfa(heap: &Heap, module: Atom, function: Atom, arity: u8) -> Term<'_> {
    heap.tuple(&[Term::atom(module), Term::atom(function), Term::count(arity.into())])
}

impl crate::process::MaxHeap {
    /// The map that `process_flag/2` gives.
    pub fn describe(self, heap: &Heap) -> Term<'_> {
        heap.map_from([
            (name("error_logger"), Term::bool(self.error_logger)),
            (name("kill"), Term::bool(self.kill)),
            (name("size"), Term::count(self.words)),
        ])
    }
}
