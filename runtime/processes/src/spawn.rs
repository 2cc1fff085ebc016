//! Making processes.
//!
//! **What it is for.** [`Options`] are those of `spawn_opt`; `Shared::spawn` makes a process from them, for a process that
//! spawns and for the host alike.
//!
//! **Invariants.**
//! 1. A new process is complete (linked, monitored, with group leader and tag) before it is in a run queue; nobody can know
//!    its pid earlier than its maker.
//! 2. It is counted as runnable from before it is queued.
//!
//! **What it must not know.** Natives; how options look as terms.

use std::cell::RefCell;

use crossbeam_epoch::pin;
use jovial_term::{HeapOptions, OutOfMemory, Pid, Term};
use jovial_vm as vm;

use crate::engine::Call;
use crate::policy::Event;
use crate::ports;
use crate::process::{Body, Link, MaxHeap, MonitoredBy, Owner, Process};
use crate::runtime::Shared;
use crate::state::{Priority, State};
use crate::table::TableFull;
use crate::tags::Tag;

/// How a process is made.
#[derive(Clone, Copy, Default, Debug)]
pub struct Options {
    pub link: bool,
    pub priority: Priority,
    pub max_heap: Option<MaxHeap>,
    /// Words.
    pub min_heap: Option<usize>,
    pub fullsweep_after: Option<u32>,
    pub off_heap_queue: bool,
    /// The process stands for a program outside.
    pub port: bool,
}

/// Why no process was made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SpawnError {
    /// As many as allowed are there.
    Full,
    OutOfMemory,
}

impl From<TableFull> for SpawnError {
    fn from(_: TableFull) -> Self {
        SpawnError::Full
    }
}

impl From<OutOfMemory> for SpawnError {
    fn from(_: OutOfMemory) -> Self {
        SpawnError::OutOfMemory
    }
}

/// Who spawns, and what is inherited.
#[derive(Clone, Copy)]
pub(crate) struct Maker<'t> {
    pub(crate) place: usize,
    pub(crate) parent: Option<Pid>,
    /// The new process leads itself when there is none.
    pub(crate) group_leader: Option<Term<'t>>,
    pub(crate) tag: Tag,
    /// A monitor of the parent that the process begins with.
    pub(crate) monitor: Option<u64>,
}

impl Shared {
    pub(crate) fn spawn(&self, maker: &Maker<'_>, call: Call<'_>, options: &Options) -> Result<Pid, SpawnError> {
        let guard = pin();
        let process = self.processes.insert(&guard, |number| {
            let number = if options.port { ports::marked(number) } else { number };
            self.make(Pid::new(number), maker, call, options)
        })?;
        let parent = maker.parent.map_or(0, Pid::number);
        self.config.log.add(Event::Spawned { pid: process.pid().number(), parent });
        self.tags.begin(maker.place, maker.tag);
        let priority = process.state.requeue();
        self.enqueue(maker.place, process.pid().number(), priority, false);
        Ok(process.pid())
    }

    fn make(&self, pid: Pid, maker: &Maker<'_>, call: Call<'_>, options: &Options) -> Result<Process, SpawnError> {
        let usual = HeapOptions::default();
        let limit = self.config.heap_max_words;
        let heap_options = HeapOptions {
            min_words: options.min_heap.unwrap_or(usual.min_words).min(limit),
            max_words: options.max_heap.map_or(limit, |max| max.limit(limit)),
            minors_max: options.fullsweep_after.unwrap_or(usual.minors_max),
        };
        let process = vm::Process::new(pid, heap_options)?;
        process.set_cause(maker.tag);
        let heap = process.heap();
        if let Some(leader) = maker.group_leader {
            process.set_group_leader(heap.copy_in(leader));
        }
        let initial_call = match call {
            Call::Mfa(module, function, args) => (module, function, u8::try_from(args.len()).unwrap_or(u8::MAX)),
            Call::Fun(..) => crate::exit::apply(),
        };
        self.engine.start(&self.machine, &process, call)?;
        let mut owner = Owner::default();
        owner.initial_call = Some(initial_call);
        owner.count_as(Some(maker.tag));
        owner.set_parent(maker.parent);
        if let Some(parent) = maker.parent {
            if options.link {
                owner.relations().links.insert(parent, Link::Active);
            }
            if let Some(reference) = maker.monitor {
                owner.relations().monitored_by.insert(reference, MonitoredBy { watcher: parent });
            }
        }
        if options.max_heap.is_some()
            || options.min_heap.is_some()
            || options.fullsweep_after.is_some()
            || options.off_heap_queue
        {
            let rare = owner.rare();
            rare.max_heap = options.max_heap.unwrap_or_default();
            rare.min_heap = options.min_heap;
            rare.fullsweep_after = options.fullsweep_after;
            rare.off_heap_queue = options.off_heap_queue;
        }
        Ok(Process::new(State::new(options.priority), Body { vm: process, owner: RefCell::new(owner) }))
    }
}
