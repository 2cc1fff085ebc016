//! The host's side of a runtime.
//!
//! **What it is for.** [`Runtime`] starts the schedulers and is how code that is no process deals with processes: it makes
//! them, sends them messages and other signals, waits for their end or for a cell to settle, and ends them all.
//!
//! **Invariants.**
//! 1. The host never sees a term of a process: what goes in or out is a [`Fragment`] of its own.
//! 2. Dropping the runtime ends its threads and frees all processes.
//! 3. With no scheduler threads (`schedulers: 0`) processes run only inside of [`Runtime::run_until`] and what is made of
//!    it, on the thread that calls it.
//!
//! **What it must not know.** Cells beyond their tags; what the messages mean.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam_epoch::pin;
use jovial_atoms::{Atom, known};
use jovial_term::{Fragment, Pid, Term};
use jovial_vm::Machine;
use parking_lot::{Condvar, Mutex};

use crate::engine::{Call, Engine, Interpreter};
use crate::policy::Event;
use crate::process::Process;
use crate::runtime::{Config, Shared};
use crate::scheduler::Scheduler;
use crate::signal::{Kind, Reason, Watch};
use crate::spawn::{Maker, Options, SpawnError};
use crate::tags::Tag;

/// A process that the host makes.
pub struct Start<'a> {
    pub call: Call<'a>,
    /// It leads itself when there is none.
    pub group_leader: Option<Term<'a>>,
    pub tag: Tag,
    pub options: Options,
}

impl<'a> Start<'a> {
    pub fn new(call: Call<'a>) -> Start<'a> {
        Start { call, group_leader: None, tag: 0, options: Options::default() }
    }
}

/// See the module documentation.
pub struct Runtime {
    shared: Arc<Shared>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    /// The scheduler of a runtime without threads.
    inline: Option<Mutex<Scheduler>>,
}

impl Runtime {
    /// Starts the schedulers. Fails when the system gives no thread.
    pub fn start_with(config: Config, machine: Arc<Machine>, engine: Box<dyn Engine>) -> std::io::Result<Runtime> {
        let schedulers = config.schedulers.min(crate::timers::LANES);
        let shared = Arc::new(Shared::new(machine, engine, config));
        let inline = (schedulers == 0).then(|| Mutex::new(Scheduler::new(shared.clone(), 0)));
        let runtime = Runtime { shared: shared.clone(), threads: Mutex::default(), inline };
        for index in 0..schedulers {
            let scheduler = Scheduler::new(shared.clone(), index);
            let builder = std::thread::Builder::new().name(format!("jovial-scheduler-{index}"));
            // When this fails, dropping `runtime` ends those that run.
            let thread = builder.spawn(move || scheduler.work())?;
            runtime.threads.lock().push(thread);
        }
        Ok(runtime)
    }

    /// As `start_with`, with the interpreter.
    pub fn start(config: Config, machine: Arc<Machine>) -> std::io::Result<Runtime> {
        Runtime::start_with(config, machine, Box::new(Interpreter))
    }

    pub fn machine(&self) -> &Arc<Machine> {
        &self.shared.machine
    }

    fn outside(&self) -> usize {
        self.shared.outside()
    }

    fn signal(&self, to: Pid, tag: Tag, kind: Kind) -> bool {
        self.shared.send(self.outside(), to, tag, kind).is_ok()
    }

    pub fn spawn(&self, start: &Start<'_>) -> Result<Pid, SpawnError> {
        let maker = Maker {
            place: self.outside(),
            parent: None,
            group_leader: start.group_leader,
            tag: start.tag,
            monitor: None,
        };
        self.shared.spawn(&maker, start.call, &start.options)
    }

    /// A message for the mailbox. False when the process is gone.
    pub fn send(&self, to: Pid, message: Fragment, tag: Tag) -> bool {
        self.signal(to, tag, Kind::Message(message))
    }

    /// Something that does not go through the mailbox: natives take it with [`crate::Local::take_from_host`].
    pub fn hand(&self, to: Pid, value: Fragment, tag: Tag) -> bool {
        self.signal(to, tag, Kind::Host(value))
    }

    /// An exit signal from the process itself, as it were.
    pub fn exit(&self, pid: Pid, reason: Reason, tag: Tag) -> bool {
        self.signal(pid, tag, Kind::Exit { from: pid, reason, link: false })
    }

    pub fn kill(&self, pid: Pid) -> bool {
        self.exit(pid, Reason::Atom(known::KILL), self.shared.tag_of(pid))
    }

    /// Raises `vm::Class::Interrupt` in the process, wherever it is: in a loop, a wait, an offloaded job. It unwinds to the
    /// first handler that takes that class, or ends the process with the reason `:interrupt`.
    pub fn interrupt(&self, pid: Pid) -> bool {
        self.signal(pid, self.shared.tag_of(pid), Kind::Interrupt)
    }

    pub fn set_group_leader(&self, pid: Pid, leader: Fragment) -> bool {
        self.signal(pid, self.shared.tag_of(pid), Kind::GroupLeader(leader))
    }

    /// Calls `then` with the reason when the process ends; with `:noproc` now when it is gone.
    pub fn watch(&self, pid: Pid, then: impl FnOnce(&Reason) + Send + 'static) {
        let kind = Kind::Watch(Watch(Box::new(then)));
        if let Err(refused) = self.shared.send(self.outside(), pid, 0, kind)
            && let Kind::Watch(watch) = refused.open().kind
        {
            (watch.0)(&Reason::NOPROC);
        }
    }

    /// The reason for which the process ended; `None` when it lives on after `limit`.
    pub fn await_exit(&self, pid: Pid, limit: Duration) -> Option<Reason> {
        let place = Arc::new((Mutex::new(None), Condvar::new()));
        self.watch(pid, {
            let place = place.clone();
            move |reason| {
                *place.0.lock() = Some(reason.clone());
                place.1.notify_all();
            }
        });
        if self.inline.is_some() {
            self.run_until(limit, || place.0.lock().is_some());
            return place.0.lock().take();
        }
        let deadline = Instant::now() + limit;
        let mut reason = place.0.lock();
        while reason.is_none() && !place.1.wait_until(&mut reason, deadline).timed_out() {}
        reason.take()
    }

    /// Waits until no runnable process and no signal on its way carries the tag. False when `limit` came first; a runtime
    /// without threads counts slices instead of time, so that it gives up at the same place in every run.
    pub fn settle(&self, tag: Tag, limit: Duration) -> bool {
        const SLICES_MAX: u32 = 10_000;
        if self.inline.is_some() {
            let looks = Cell::new(0);
            self.run_until(limit, || {
                looks.set(looks.get() + 1);
                looks.get() > SLICES_MAX || self.shared.tags.is_settled(tag)
            });
            return self.shared.tags.is_settled(tag);
        }
        self.shared.tags.wait(tag, Instant::now() + limit)
    }

    pub fn is_settled(&self, tag: Tag) -> bool {
        self.shared.tags.is_settled(tag)
    }

    /// Whether a virtual clock may move on when all processes wait; set while a cell runs.
    pub fn let_time_run(&self, runs: bool) {
        self.shared.time_runs.store(runs, Ordering::Release);
        self.shared.wake_all();
    }

    /// Runs processes on this thread until `done`, or for `limit` of real time, or until nothing could ever happen again
    /// without the host. Gives what `done` says at the end. Only for a runtime without threads; false for others.
    pub fn run_until(&self, limit: Duration, done: impl Fn() -> bool) -> bool {
        self.run_inline(limit, done, true)
    }

    /// As [`Runtime::run_until`], but where nothing can happen without the host it waits for that: for an interrupt, say.
    pub fn stay_until(&self, limit: Duration, done: impl Fn() -> bool) -> bool {
        self.run_inline(limit, done, false)
    }

    fn run_inline(&self, limit: Duration, done: impl Fn() -> bool, ends_when_stuck: bool) -> bool {
        let Some(inline) = &self.inline else { return false };
        let scheduler = inline.lock();
        let deadline = Instant::now() + limit;
        loop {
            if done() {
                return true;
            }
            let ran = scheduler.step();
            let now = Instant::now();
            if now >= deadline {
                return done();
            }
            if ran {
                continue;
            }
            if self.shared.stops.load(Ordering::Acquire) || ends_when_stuck && self.is_stuck() {
                return done();
            }
            scheduler.rest(&done, Some(deadline - now));
        }
    }

    /// Whether nothing is runnable, no job is out and no timer could fire.
    fn is_stuck(&self) -> bool {
        let shared = &self.shared;
        let lane = &shared.lanes[0];
        let timers = lane.timers.next_event().is_some();
        let frozen = shared.config.clock.is_virtual() && !shared.time_runs.load(Ordering::Acquire);
        lane.queue.is_empty() && (!timers || frozen) && shared.config.pools_inline
    }

    /// Whether no process is in a run queue; one may be running.
    pub fn run_queue_is_empty(&self) -> bool {
        self.shared.lanes.iter().all(|lane| lane.queue.is_empty())
    }

    pub fn is_alive(&self, pid: Pid) -> bool {
        self.shared.is_alive(pid)
    }

    pub fn whereis(&self, name: Atom) -> Option<Pid> {
        self.shared.names.whereis(name)
    }

    pub fn register(&self, name: Atom, pid: Pid) -> bool {
        let guard = pin();
        let process = self.shared.processes.get(pid.number(), &guard);
        process.is_some_and(|process| self.shared.names.register(name, pid, &process.name))
    }

    fn pids(&self, which: impl Fn(&Process) -> bool) -> Vec<Pid> {
        let guard = pin();
        let entries = self.shared.processes.entries(&guard);
        entries.into_iter().filter(|process| !process.state.is_gone() && which(process)).map(Process::pid).collect()
    }

    pub fn processes(&self) -> Vec<Pid> {
        self.pids(|_| true)
    }

    pub fn process_count(&self) -> usize {
        self.shared.processes.len()
    }

    /// Processes that carry the tag, as of the ends of their last slices.
    pub fn processes_of(&self, tag: Tag) -> Vec<Pid> {
        self.pids(|process| process.tag() == tag)
    }

    /// Kills them and gives their number.
    pub fn kill_tag(&self, tag: Tag) -> usize {
        let pids = self.processes_of(tag);
        pids.iter().filter(|pid| self.kill(**pid)).count()
    }

    /// Words of all heaps.
    pub fn total_heap_words(&self) -> u64 {
        self.shared.total_words()
    }

    /// What was recorded since the last call, when the configuration asked for it.
    pub fn take_events(&self) -> Vec<Event> {
        self.shared.config.log.take()
    }

    /// Ends the schedulers after their slices. Processes stay as they are until the runtime is dropped.
    pub fn stop(&self) {
        self.shared.stops.store(true, Ordering::SeqCst);
        self.shared.wake_all();
        self.shared.jobs.close();
        let threads = std::mem::take(&mut *self.threads.lock());
        for thread in threads {
            // A scheduler that panicked has nothing more to say here.
            let _ = thread.join();
        }
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        self.stop();
    }
}
