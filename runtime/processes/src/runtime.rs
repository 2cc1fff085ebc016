//! A runtime: all that its processes share.
//!
//! **What it is for.** [`Shared`] holds the process table, the lanes (a run queue, timers and a place to sleep for each
//! scheduler), names, counters and pools, and sends signals. [`Config`] says how it is to behave; the host's side is in
//! `host.rs`.
//!
//! **Invariants.**
//! 1. No lock is held while a process's code runs or while another lock of this crate is taken, but for the body of the
//!    process that runs (see `process.rs`).
//! 2. A process is put into a run queue by whoever changed its state to queued, on the lane of the scheduler that did it,
//!    or, for other threads, on the lanes in turn.
//! 3. A scheduler sleeps only after it announced it (`sleeping`, `sleepers`) and then found all run queues empty; who
//!    fills another's queue looks at `sleepers` afterwards, with a fence between, so one of the two sees the other. A scheduler that
//!    fills its own queue needs no fence: it runs what is there, and each time that it leaves something it looks again.
//! 4. Pids, references, unique integers and timers are numbered by counters of the runtime, so that a deterministic one
//!    gives the same numbers at every run.
//!
//! **What it must not know.** Sessions, cells, output; what natives are called.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, AtomicUsize, Ordering, fence};
use std::time::Duration;

use crossbeam_epoch::pin;
use jovial_atoms::Atom;
use jovial_term::{Fragment, Pid};
use jovial_vm::Machine;
use parking_lot::{Condvar, Mutex};

use crate::clock::{Clock, RealClock, VirtualClock};
use crate::crash::Crash;
use crate::engine::Engine;
use crate::names::Names;
use crate::policy::{Event, EventLog, Fair, SchedPolicy, Seeded};
use crate::pools::Pool;
use crate::process::Process;
use crate::run_queue::{FEW, RunQueue};
use crate::signal::{Envelope, Kind};
use crate::state::Priority;
use crate::table::Table;
use crate::tags::{Tag, Tags};
use crate::timers::Timers;

/// Reductions of a slice.
pub const SLICE: u32 = 4_000;
/// Processes at the same time.
pub const PROCESSES_MAX: usize = 4_000_000;
/// The number of the first process, so that the first pids look as users know them.
pub const FIRST_PID: u64 = 100;

/// What a process with session slots leaves behind.
pub struct Farewell {
    /// The values of its slots.
    pub slots: Vec<Fragment>,
    /// How many processes are linked to it.
    pub links: usize,
    /// How many tables it owns.
    pub tables: usize,
}

/// How a runtime behaves.
pub struct Config {
    /// Scheduler threads; 0 stands for none: then the host runs processes with [`crate::Runtime::run_until`].
    pub schedulers: usize,
    pub slice: u32,
    pub processes_max: usize,
    pub first_pid: u64,
    /// Words that the heap of one process may have.
    pub heap_max_words: usize,
    /// Words that all heaps may have together; beyond, the largest process ends.
    pub total_max_words: usize,
    /// Threads at most for the jobs of natives that block or take long.
    pub job_threads: usize,
    /// Offloaded jobs run at the call.
    pub pools_inline: bool,
    pub policy: Box<dyn SchedPolicy>,
    pub clock: Box<dyn Clock>,
    pub log: EventLog,
    /// Told of every process that ends by an exception that nobody caught, or by a memory limit.
    pub on_crash: Option<Box<dyn Fn(&Crash) + Send + Sync>>,
    /// Gets what a process with session slots leaves behind, before anybody learns of the end.
    pub on_slots: Option<Box<dyn Fn(Pid, Farewell) + Send + Sync>>,
    /// A process that is registered under this name gets `{:process_crash, map}` as well (see `crash.rs`).
    pub crash_receiver: Option<Atom>,
}

impl Default for Config {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Config {
            schedulers: cores,
            slice: SLICE,
            processes_max: PROCESSES_MAX,
            first_pid: FIRST_PID,
            heap_max_words: usize::MAX,
            total_max_words: usize::MAX,
            job_threads: 64,
            pools_inline: false,
            policy: Box::new(Fair::default()),
            clock: Box::new(RealClock::default()),
            log: EventLog::default(),
            on_crash: None,
            on_slots: None,
            crash_receiver: None,
        }
    }
}

impl Config {
    /// One scheduler, seeded choices, virtual time, pools inline: the same at every run.
    pub fn deterministic(seed: u64) -> Config {
        Config {
            schedulers: 1,
            pools_inline: true,
            policy: Box::new(Seeded::new(seed)),
            clock: Box::new(VirtualClock::default()),
            ..Config::default()
        }
    }
}

/// How long a scheduler sleeps at most while a few processes are in another's queue.
const NAP: Duration = Duration::from_millis(1);

/// What belongs to one scheduler and others may touch.
#[derive(Default)]
pub(crate) struct Lane {
    pub(crate) queue: RunQueue<u64>,
    pub(crate) timers: Timers,
    /// Reductions of all slices; written by the scheduler alone.
    pub(crate) reductions: AtomicU64,
    sleeping: AtomicBool,
    awake: Mutex<bool>,
    changed: Condvar,
}

pub(crate) struct Shared {
    pub(crate) machine: Arc<Machine>,
    pub(crate) engine: Box<dyn Engine>,
    pub(crate) config: Config,
    pub(crate) processes: Table<Process>,
    pub(crate) names: Names,
    pub(crate) lanes: Box<[Lane]>,
    pub(crate) tags: Tags,
    pub(crate) jobs: Arc<Pool>,
    pub(crate) ets: crate::ets::Tables,
    /// Whether a virtual clock may move on.
    pub(crate) time_runs: AtomicBool,
    pub(crate) stops: AtomicBool,
    pub(crate) total_words: AtomicI64,
    references: AtomicU64,
    unique: AtomicU64,
    pub(crate) ending_largest: AtomicBool,
    sleepers: AtomicUsize,
    next_lane: AtomicUsize,
    /// Schedulers that run processes: the first so many.
    online: AtomicUsize,
}

impl Shared {
    pub(crate) fn new(machine: Arc<Machine>, engine: Box<dyn Engine>, config: Config) -> Shared {
        // Numbers of timers name no more.
        let lanes = config.schedulers.clamp(1, crate::timers::LANES);
        Shared {
            machine,
            engine,
            processes: Table::new(config.processes_max, config.first_pid),
            names: Names::default(),
            lanes: (0..lanes).map(|_| Lane::default()).collect(),
            tags: Tags::new(lanes),
            jobs: Pool::new("jovial-job", config.job_threads),
            ets: crate::ets::Tables::default(),
            time_runs: AtomicBool::new(true),
            stops: AtomicBool::new(false),
            total_words: AtomicI64::new(0),
            references: AtomicU64::new(1),
            unique: AtomicU64::new(1),
            ending_largest: AtomicBool::new(false),
            sleepers: AtomicUsize::new(0),
            next_lane: AtomicUsize::new(0),
            online: AtomicUsize::new(lanes),
            config,
        }
    }

    /// A number that no reference, timer or request of this runtime had before.
    pub(crate) fn next_reference(&self) -> u64 {
        self.references.fetch_add(1, Ordering::Relaxed)
    }

    pub(crate) fn next_unique(&self) -> u64 {
        self.unique.fetch_add(1, Ordering::Relaxed)
    }

    /// The place of threads that are no schedulers.
    pub(crate) fn outside(&self) -> usize {
        self.lanes.len()
    }

    /// Sends a signal; gives it back when the receiver is gone.
    pub(crate) fn send(&self, place: usize, to: Pid, tag: Tag, kind: Kind) -> Result<(), Envelope> {
        if let Some(priority) = self.deliver(place, to, tag, kind)? {
            self.enqueue(place, to.number(), priority, false);
        }
        Ok(())
    }

    /// Sends a message; one to a process that is gone is lost without a word.
    #[inline]
    pub(crate) fn send_message(&self, place: usize, to: &Process, tag: Tag, message: Fragment) {
        if let Ok(Some(priority)) = self.put(place, to, tag, Envelope::message(tag, message), false, "message") {
            self.enqueue(place, to.pid().number(), priority, false);
        }
    }

    /// As `send`, but leaves it to the caller to put a process that was waiting into a run queue.
    pub(crate) fn deliver(&self, place: usize, to: Pid, tag: Tag, kind: Kind) -> Result<Option<Priority>, Envelope> {
        let guard = pin();
        let (name, quiet) = (kind.name(), kind.is_quiet());
        let envelope = Envelope::new(tag, kind);
        match self.processes.get(to.number(), &guard) {
            Some(process) => self.put(place, process, tag, envelope, quiet, name),
            None => Err(envelope),
        }
    }

    #[inline]
    fn put(
        &self,
        place: usize,
        process: &Process,
        tag: Tag,
        envelope: Envelope,
        quiet: bool,
        name: &'static str,
    ) -> Result<Option<Priority>, Envelope> {
        if !quiet {
            self.tags.begin(place, tag);
        }
        match process.signals.push(envelope, quiet) {
            Ok(first) => {
                self.config.log.add(Event::Signal { to: process.pid().number(), kind: name });
                Ok(if first { process.state.notify() } else { None })
            }
            Err(envelope) => {
                if !quiet {
                    self.tags.end(place, tag);
                }
                Err(envelope)
            }
        }
    }

    pub(crate) fn is_alive(&self, pid: Pid) -> bool {
        let guard = pin();
        self.processes.get(pid.number(), &guard).is_some_and(|process| !process.state.is_gone())
    }

    /// How many schedulers run processes.
    pub(crate) fn online(&self) -> usize {
        self.online.load(Ordering::SeqCst)
    }

    /// Lets the first `count` schedulers alone run processes; gives the number before, or nothing when there are not so many.
    pub(crate) fn set_online(&self, count: usize) -> Option<usize> {
        if count == 0 || count > self.lanes.len() {
            return None;
        }
        let before = self.online.swap(count, Ordering::SeqCst);
        self.wake_all();
        Some(before)
    }

    /// Puts a process whose state says queued into a run queue.
    #[inline]
    pub(crate) fn enqueue(&self, place: usize, number: u64, priority: Priority, front: bool) {
        match self.lanes.get(place) {
            Some(lane) => {
                if lane.queue.push(number, priority, front) > FEW {
                    self.wake_one();
                }
            }
            None => self.enqueue_from_outside(number, priority, front),
        }
    }

    #[cold]
    fn enqueue_from_outside(&self, number: u64, priority: Priority, front: bool) {
        let lane = self.next_lane.fetch_add(1, Ordering::Relaxed) % self.online();
        self.lanes[lane].queue.push(number, priority, front);
        fence(Ordering::SeqCst);
        if !self.wake(lane) {
            self.wake_one();
        }
    }

    /// Wakes a sleeping scheduler so that it steals.
    pub(crate) fn wake_one(&self) {
        if self.sleepers.load(Ordering::SeqCst) > 0 {
            // Ends at the first that was asleep.
            let _ = (0..self.online()).any(|lane| self.wake(lane));
        }
    }

    /// Wakes this scheduler; false when it was not asleep.
    pub(crate) fn wake(&self, lane: usize) -> bool {
        let lane = &self.lanes[lane];
        if !lane.sleeping.swap(false, Ordering::SeqCst) {
            return false;
        }
        *lane.awake.lock() = true;
        lane.changed.notify_one();
        true
    }

    pub(crate) fn wake_all(&self) {
        for lane in 0..self.lanes.len() {
            self.wake(lane);
        }
    }

    /// Sleeps until woken, or for the time given, unless there is work or `stay` says so.
    pub(crate) fn sleep(&self, lane: usize, timeout: Option<Duration>, stay: impl Fn() -> bool) {
        let own = &self.lanes[lane];
        *own.awake.lock() = false;
        own.sleeping.store(true, Ordering::SeqCst);
        self.sleepers.fetch_add(1, Ordering::SeqCst);
        fence(Ordering::SeqCst);
        let others = if lane < self.online() { &self.lanes[..] } else { &[] };
        // A few processes in another's queue wake nobody; if its owner does not come to them, somebody has to look again.
        let longest = others.iter().map(|lane| lane.queue.len()).max().unwrap_or(0);
        let timeout =
            if (1..=FEW).contains(&longest) { Some(timeout.map_or(NAP, |timeout| timeout.min(NAP))) } else { timeout };
        if own.queue.is_empty() && longest <= FEW && !self.stops.load(Ordering::SeqCst) && !stay() {
            let mut awake = own.awake.lock();
            if !*awake {
                match timeout {
                    Some(timeout) => drop(own.changed.wait_for(&mut awake, timeout)),
                    None => own.changed.wait(&mut awake),
                }
            }
        }
        own.sleeping.store(false, Ordering::SeqCst);
        self.sleepers.fetch_sub(1, Ordering::SeqCst);
    }

    /// Words that all heaps take, as of the end of their last slices.
    pub(crate) fn total_words(&self) -> u64 {
        u64::try_from(self.total_words.load(Ordering::Relaxed)).unwrap_or(0)
    }
}
