//! One scheduler: takes processes from its lane, or from others', and runs them slice by slice.
//!
//! **What it is for.** [`Scheduler`] is what natives see of the runtime while a process runs ([`vm::System`]), and the loop
//! that runs processes. A thread has one; without threads the host has it.
//!
//! **How a slice goes.** The popper sets `RUNNING` and has the process; natives find its owner part by `current`. Signals that
//! arrived are handled first: they may end the process, or leave it waiting. Then the machine runs it. A process that waits
//! parks, which fails when signals came meanwhile; then all begins again.
//!
//! **Invariants.**
//! 1. `current` leads to the owner part of the process that this scheduler runs, and nowhere otherwise.
//! 2. That part is never borrowed while a signal is sent to oneself, a process is made, or code runs.
//! 3. What a slice began in the counts of `tags.rs` is ended only after the process was counted for how it goes on.
//! 4. The time of the next timer is looked at between two slices, or a few short ones, so a timer is late by a slice at most.
//!
//! **What it must not know.** What signals mean (`receive.rs`), what is left to do at an exit (`exit.rs`).

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use crossbeam_epoch::{Guard, pin};
use jovial_term::Pid;
use jovial_vm::{self as vm, Drained, Job, Killed, Stop};

use crate::crash::Cause;
use crate::exit::End;
use crate::jobs::{self, Wish};
use crate::policy::Event;
use crate::process::{Body, COLLECTS, Current, Held, Owner, Process, Turn, Waits};
use crate::run_queue::FEW;
use crate::runtime::Shared;
use crate::signal::Kind;
use crate::tags::Tag;
use crate::timers::{Destination, Task};
use crate::wheel::Due;

/// Looks for work before a scheduler sleeps.
const SPINS: u32 = 400;

/// The same while a few processes are in another's queue, which one look more may find to have stayed there too long.
const SPINS_BY_ONE: u32 = 4_000;

/// How long another's queue holds a few processes before half of them is stolen: some times what stealing costs both sides, as the caches of
/// one core are filled by the other. A process that is given messages one by one by another that goes on would change sides with
/// every message.
const LEFT_ALONE: Duration = Duration::from_micros(50);

/// Reductions, each slice counted for a few more, after which the clock is compared with the next timer.
const LOOK_EVERY: u32 = 1024;

/// Slices under one guard: the memory of processes that ended meanwhile waits for its end.
const STEPS: u32 = 32;

/// Waits that may fail, as signals came, before a process goes to the end of its run queue.
const ROUNDS: u32 = 16;

pub(crate) struct Scheduler {
    pub(crate) shared: Arc<Shared>,
    pub(crate) index: usize,
    pub(crate) pid: Cell<Pid>,
    pub(crate) current: Current,
    /// What the process that runs is to be shown to before it goes on (`process::SHOWS`). Empty whenever none runs.
    pub(crate) sweep: RefCell<Option<Arc<vm::Sweep>>>,
    due: RefCell<Vec<Due<Task>>>,
    /// Slices, and reductions in them, since the clock was last compared with the next timer.
    unlooked: Cell<u32>,
    /// By lane: how often it had become empty when a few processes were first seen there, and when that was.
    few: Box<[Cell<Option<(u32, Instant)>>]>,
}

/// What code sees of the scheduler while a process runs.
struct Slice<'s> {
    scheduler: &'s Scheduler,
    process: &'s Process,
}

/// How a slice left the process.
enum Outcome {
    Yields,
    Waits,
    Ends(End),
}

impl Scheduler {
    pub(crate) fn new(shared: Arc<Shared>, index: usize) -> Scheduler {
        let few = shared.lanes.iter().map(|_| Cell::default()).collect();
        Scheduler {
            shared,
            index,
            pid: Cell::new(Pid::new(0)),
            current: Current::default(),
            sweep: RefCell::default(),
            due: RefCell::default(),
            unlooked: Cell::new(u32::MAX),
            few,
        }
    }

    /// Until the runtime stops.
    pub(crate) fn work(&self) {
        while !self.shared.stops.load(Ordering::Acquire) {
            if !self.steps() {
                self.rest(|| false, None);
            }
        }
    }

    /// A few steps under one guard; false when there was nothing to run.
    fn steps(&self) -> bool {
        let guard = pin();
        (0..STEPS).all(|_| self.step_under(&guard)) || self.shared.stops.load(Ordering::Acquire)
    }

    /// Fires what is due and runs one slice. False when there was nothing to run.
    pub(crate) fn step(&self) -> bool {
        self.step_under(&pin())
    }

    #[inline]
    fn step_under(&self, guard: &Guard) -> bool {
        self.fire_timers();
        let shared = &*self.shared;
        let lane = &shared.lanes[self.index];
        if self.index >= shared.online() {
            self.clear_lane();
            return false;
        }
        // Before one is taken: on a busy machine who is woken may run in our place at once, and should then find the oldest one still there.
        if lane.queue.len() > 1 {
            shared.wake_one();
        }
        match lane.queue.pop(|waiting| shared.config.policy.next(waiting)).or_else(|| self.steal()) {
            Some(number) => {
                self.run(number, guard);
                true
            }
            None => false,
        }
    }

    /// Gives what is in the lane of a scheduler that is offline to the first one.
    fn clear_lane(&self) {
        let lanes = &self.shared.lanes;
        while !lanes[self.index].queue.is_empty() {
            let processes = lanes[self.index].queue.steal_half();
            lanes[0].queue.extend(processes);
            self.shared.wake(0);
        }
    }

    fn steal(&self) -> Option<u64> {
        let lanes = &self.shared.lanes;
        if lanes.len() < 2 {
            return None;
        }
        let start = self.shared.config.policy.victim(lanes.len());
        for offset in 0..lanes.len() {
            let victim = (start + offset) % lanes.len();
            if victim == self.index || !self.is_worth_stealing(victim) {
                continue;
            }
            let mut stolen = lanes[victim].queue.steal_half().into_iter();
            if let Some((number, _)) = stolen.next() {
                lanes[self.index].queue.extend(stolen);
                return Some(number);
            }
        }
        None
    }

    /// Whether there is something to steal that its owner will not run at once.
    fn is_worth_stealing(&self, victim: usize) -> bool {
        let queue = &self.shared.lanes[victim].queue;
        match queue.len() {
            0 => false,
            1..=FEW => {
                let (emptied, seen) = (queue.emptied(), &self.few[victim]);
                match seen.get() {
                    Some((before, since)) if before == emptied => since.elapsed() >= LEFT_ALONE,
                    _ => {
                        seen.set(Some((emptied, Instant::now())));
                        false
                    }
                }
            }
            _ => true,
        }
    }

    /// With nothing to run: moves virtual time, looks once more, or sleeps. At most until `limit`, in real time.
    pub(crate) fn rest(&self, stay: impl Fn() -> bool, limit: Option<Duration>) {
        let shared = &*self.shared;
        self.unlooked.set(u32::MAX);
        let clock = &shared.config.clock;
        let next = shared.lanes[self.index].timers.next_event();
        if clock.is_virtual() {
            if let Some(next) = next
                && shared.time_runs.load(Ordering::Acquire)
            {
                shared.config.log.add(Event::Time { now_us: next });
                clock.advance_to(next.saturating_mul(1_000));
                return;
            }
            shared.sleep(self.index, limit, stay);
            return;
        }
        let lanes = &shared.lanes;
        if lanes.len() > 1 && self.index < shared.online() {
            for spin in 0..SPINS_BY_ONE {
                std::hint::spin_loop();
                let own = !lanes[self.index].queue.is_empty();
                if own || (0..lanes.len()).any(|lane| lane != self.index && self.is_worth_stealing(lane)) {
                    return;
                }
                if spin >= SPINS && lanes.iter().all(|lane| lane.queue.is_empty()) {
                    break;
                }
            }
        }
        let until_timer = next.map(|next| Duration::from_micros(next.saturating_sub(clock.now_us())));
        let timeout = match (until_timer, limit) {
            (Some(timer), Some(limit)) => Some(timer.min(limit)),
            (timer, limit) => timer.or(limit),
        };
        if timeout != Some(Duration::ZERO) {
            shared.sleep(self.index, timeout, stay);
        }
    }

    /// Sends what the timers that are due have to send. Who waits for them goes before others.
    fn fire_timers(&self) {
        let shared = &*self.shared;
        let timers = &shared.lanes[self.index].timers;
        let Some(next) = timers.next_event() else { return };
        // Reading the clock costs as much as a short slice, so a few of those share one look.
        let unlooked = self.unlooked.get().saturating_add(LOOK_EVERY / 16);
        if unlooked < LOOK_EVERY && !shared.config.clock.is_virtual() {
            self.unlooked.set(unlooked);
            return;
        }
        self.unlooked.set(0);
        let now = shared.config.clock.now_us();
        if next > now {
            return;
        }
        let mut due = self.due.take();
        timers.expire(now, &mut due);
        let mut woken = Vec::new();
        for Due { time, value } in due.drain(..) {
            let (to, tag, kind) = match value {
                Task::Wake { pid, wait } => {
                    let tag = shared.tag_of(pid);
                    (Some(pid), tag, Kind::Wake { wait })
                }
                Task::Send { to, message, tag, .. } => {
                    let pid = match to {
                        Destination::Pid(pid) => Some(pid),
                        Destination::Name(name) => shared.names.whereis(name),
                    };
                    (pid, tag, Kind::Message(message))
                }
            };
            if let Some(pid) = to {
                shared.config.log.add(Event::Timer { time_us: time, to: pid.number() });
                // Nobody is told when the receiver is gone.
                if let Ok(Some(priority)) = shared.deliver(self.index, pid, tag, kind) {
                    woken.push((pid.number(), priority));
                }
            }
        }
        // Each one goes to the front, so the first due is put there last.
        for (number, priority) in woken.into_iter().rev() {
            shared.enqueue(self.index, number, priority, true);
        }
        self.due.replace(due);
    }

    /// One process, until it yields, waits or ends.
    fn run(&self, number: u64, guard: &Guard) {
        let shared = &*self.shared;
        let Some(process) = shared.processes.get(number, guard) else { return };
        let Some(mut turn) = process.begin() else { return };
        self.pid.set(process.pid());
        for round in 0.. {
            let Some(Body { vm, owner }) = turn.body() else { return };
            let outcome = self.current.during(owner, || self.slice(process, vm, owner));
            if let Outcome::Ends(end) = outcome {
                let owner = owner.take();
                let (counted, held) = self.end_process(process, vm, owner, end);
                // The heap goes here and now; the rest of the process when no thread looks at it any more.
                turn.end();
                drop(self.sweep.take());
                shared.processes.remove(number, guard);
                self.release(counted, &held);
                return;
            }
            let tag = vm.cause();
            process.tag.store(tag, Ordering::Release);
            self.account(process, vm);
            if let Outcome::Waits = outcome {
                let (counted, held) = {
                    let mut owner = owner.borrow_mut();
                    (owner.count_as(None), std::mem::take(&mut owner.held))
                };
                shared.config.log.add(Event::Waited { pid: number });
                match turn.park() {
                    Ok(()) => return self.release(counted, &held),
                    Err(back) => turn = back,
                }
                // Signals came: it goes on, with what it was counted for still counted.
                process.state.clear_notified();
                let Some(Body { owner, .. }) = turn.body() else { return };
                let mut owner = owner.borrow_mut();
                owner.held = held;
                if let Some(tag) = counted {
                    owner.held.add(tag, 1);
                }
                if round < ROUNDS || shared.lanes[self.index].queue.is_empty() {
                    continue;
                }
                // Fed faster than it falls asleep: others have their turn first.
            }
            let before = owner_of(&turn).count_as(Some(tag));
            if before != Some(tag) {
                shared.tags.begin(self.index, tag);
            }
            let priority = turn.requeue();
            shared.enqueue(self.index, number, priority, false);
            if let Some(before) = before.filter(|before| *before != tag) {
                shared.tags.end(self.index, before);
            }
            return;
        }
    }

    /// Ends what was counted for the process (invariant 3).
    #[inline]
    fn release(&self, counted: Option<Tag>, held: &Held) {
        let tags = &self.shared.tags;
        if let (None, Some((tag, count))) = (counted, held.only()) {
            if count != 0 {
                tags.end_many(self.index, tag, count);
            }
            return;
        }
        for (tag, count) in held.iter().chain(counted.map(|tag| (tag, 1))) {
            tags.end_many(self.index, tag, count);
        }
    }

    /// Notes how large the heap is now.
    #[inline]
    fn account(&self, process: &Process, vm: &vm::Process) {
        let words = vm.heap().total_words() as u64;
        let before = process.heap_words.load(Ordering::Relaxed);
        if words != before {
            process.heap_words.store(words, Ordering::Relaxed);
            let change = words.wrapping_sub(before).cast_signed();
            let total = self.shared.total_words.fetch_add(change, Ordering::Relaxed) + change;
            let max = self.shared.config.total_max_words;
            if change > 0 && total > 0 && total.cast_unsigned() > max as u64 {
                self.shared.end_largest(self.index);
            }
        }
    }

    /// Signals, then code, until something other than a job that runs inline ends the slice. Whoever calls has cleared the
    /// notification.
    fn slice(&self, process: &Process, vm: &vm::Process, owner: &RefCell<Owner>) -> Outcome {
        let shared = &*self.shared;
        for round in 0.. {
            if !process.signals.is_empty() {
                if round > 0 {
                    process.state.clear_notified();
                }
                self.handle_signals(process, owner, vm);
            }
            if let Some(outcome) = self.prepare(vm, &mut owner.borrow_mut()) {
                return outcome;
            }
            let reductions = shared.config.policy.slice(shared.config.slice);
            let before = vm.reductions();
            let slice = Slice { scheduler: self, process };
            let run = || shared.engine.run(&shared.machine, vm, &slice, reductions);
            let Ok(stop) = catch_unwind(AssertUnwindSafe(run)) else {
                // A bug in the machine or a native ends the process that met it, and nothing else.
                return Outcome::Ends(End::Limit(Cause::Bug));
            };
            let used = vm.reductions().saturating_sub(before);
            self.unlooked.set(self.unlooked.get().saturating_add(u32::try_from(used).unwrap_or(u32::MAX)));
            let total = &shared.lanes[self.index].reductions;
            total.store(total.load(Ordering::Relaxed) + used, Ordering::Relaxed);
            shared.config.log.add(Event::Ran { pid: process.pid().number(), reductions: used as u32 });
            if shared.machine.is_sweep_due() {
                shared.sweep(self.index);
            }
            // A receive may have drained something that can't wait for the next turn; then all begins again.
            let urgent = owner.borrow().is_called();
            match stop {
                Stop::Yield if urgent => {}
                Stop::Yield => return Outcome::Yields,
                Stop::Wait { deadline_us } => {
                    self.wait(&mut owner.borrow_mut(), deadline_us);
                    if !urgent {
                        return Outcome::Waits;
                    }
                }
                Stop::Hibernate => {
                    if vm.mailbox().borrow().is_empty() {
                        self.wait(&mut owner.borrow_mut(), None);
                        if !urgent {
                            return Outcome::Waits;
                        }
                    }
                }
                Stop::Offload(job) => {
                    if let Some((job, wish)) = self.offload(job, vm) {
                        let mut owner = owner.borrow_mut();
                        owner.waits = Waits::Job(job as u32);
                        owner.rare().job = Some(wish);
                        if !urgent {
                            return Outcome::Waits;
                        }
                    }
                }
                Stop::Done => return Outcome::Ends(End::Exit(crate::signal::Reason::NORMAL)),
                Stop::Exit { class } => return Outcome::Ends(End::Raised(class)),
                Stop::Killed(Killed::HeapLimit { wanted, max }) => {
                    return Outcome::Ends(End::Limit(Cause::HeapLimit { wanted, max }));
                }
                Stop::Killed(Killed::OutOfMemory { words }) => {
                    return Outcome::Ends(End::Limit(Cause::OutOfMemory { words }));
                }
            }
        }
        unreachable!("rounds have no end")
    }

    /// What signals asked for before code runs; gives what ends the slice before it begins.
    #[inline]
    fn prepare(&self, vm: &vm::Process, owner: &mut Owner) -> Option<Outcome> {
        let shared = &*self.shared;
        if let Some(end) = owner.ends.take() {
            return Some(Outcome::Ends(*end));
        }
        if owner.asked != 0 {
            if owner.asked & COLLECTS != 0 {
                shared.engine.collect(&shared.machine, vm);
            }
            if let Some(sweep) = self.sweep.take() {
                sweep.look_at(vm);
            }
            owner.asked = 0;
        }
        if owner.is_suspended() {
            return Some(Outcome::Waits);
        }
        match owner.waits {
            Waits::No => {}
            Waits::Signal if !owner.woken => return Some(Outcome::Waits),
            Waits::Signal => {}
            Waits::Job(_) => return Some(Outcome::Waits),
        }
        self.stop_waiting(owner);
        if std::mem::take(&mut owner.interrupted) {
            shared.engine.interrupt(&shared.machine, vm);
        }
        None
    }

    /// Begins to wait, with a timer if there is a deadline.
    #[inline]
    fn wait(&self, owner: &mut Owner, deadline_us: Option<u64>) {
        owner.waits = Waits::Signal;
        owner.woken = false;
        if let Some(deadline) = deadline_us {
            owner.wait = owner.wait.wrapping_add(1);
            let key = self.shared.lanes[self.index].timers.wake(deadline, self.pid.get(), owner.wait);
            owner.timer = Some((self.index as u16, key));
        }
    }

    pub(crate) fn stop_waiting(&self, owner: &mut Owner) {
        owner.waits = Waits::No;
        owner.woken = false;
        if let Some((lane, key)) = owner.timer.take() {
            self.shared.lanes[usize::from(lane)].timers.forget(key);
        }
    }

    /// Gives a job to a pool, and its number to wait for, with what must be kept as long as it is. Runs it here when pools are inline.
    fn offload(&self, job: Job, vm: &vm::Process) -> Option<(u64, Wish)> {
        let shared = &self.shared;
        let (wish, given_up) = jobs::wish();
        if shared.config.pools_inline {
            vm.resume_with(jobs::run(job, &given_up));
            return None;
        }
        let number = shared.next_reference();
        let (to, tag) = (self.pid.get(), vm.cause());
        let outside = shared.outside();
        // Counted until its answer is sent, so that a cell does not settle while its job runs.
        shared.tags.begin(outside, tag);
        let work = {
            let shared = shared.clone();
            move || {
                let result = jobs::run(job, &given_up);
                // A process that is gone, interrupted or killed takes no result.
                let _ = shared.send(outside, to, tag, Kind::Done { job: number, result });
                shared.tags.end(outside, tag);
            }
        };
        if !shared.jobs.submit(Box::new(work)) {
            shared.tags.end(outside, tag);
            vm.resume_with(jobs::refused());
            return None;
        }
        Some((number, wish))
    }

    /// Handles what has arrived for the process that runs here; whether the slice must end for it.
    pub(crate) fn catch_up(&self, process: &Process, vm: &vm::Process) -> bool {
        self.current.with(|owner| {
            // A signal that comes after this look comes after the question.
            if !process.signals.is_empty() {
                process.state.clear_notified();
                self.handle_signals(process, owner, vm);
            }
            let owner = owner.borrow();
            owner.is_called() || owner.is_suspended()
        })
    }
}

/// The owner's part of a process whose turn it is.
fn owner_of<'t>(turn: &'t Turn<'_>) -> std::cell::RefMut<'t, Owner> {
    turn.body().expect("a process that goes on has its body").owner.borrow_mut()
}

impl vm::System for Slice<'_> {
    fn as_any(&self) -> &dyn Any {
        self.scheduler
    }

    fn drain(&self, vm: &vm::Process) -> Drained {
        if self.scheduler.catch_up(self.process, vm) {
            Drained::Interrupt
        } else if vm.mailbox().borrow().has_unseen() {
            Drained::Messages
        } else {
            Drained::Nothing
        }
    }

    fn now_us(&self) -> u64 {
        self.scheduler.shared.config.clock.monotonic_ns().div_ceil(1_000)
    }
}

#[cfg(test)]
mod tests {
    use jovial_vm::Machine;

    use super::*;
    use crate::Config;
    use crate::engine::Interpreter;
    use crate::state::Priority;

    /// The second of two schedulers, none of which runs.
    fn second() -> Scheduler {
        let config = Config { schedulers: 2, ..Config::default() };
        Scheduler::new(Arc::new(Shared::new(Arc::new(Machine::new()), Box::new(Interpreter), config)), 1)
    }

    #[test]
    fn a_few_processes_are_left_to_their_owner_for_a_while() {
        let thief = second();
        let queue = &thief.shared.lanes[0].queue;
        for number in 1..=3 {
            queue.push(number, Priority::Normal, false);
        }
        assert_eq!(thief.steal(), None);
        assert_eq!(queue.len(), 3);
        // They have been there since long ago.
        thief.few[0].set(Some((queue.emptied(), Instant::now().checked_sub(LEFT_ALONE).expect("a later time"))));
        assert_eq!(thief.steal(), Some(1));
        assert_eq!(queue.len(), 1);
        // Their owner came to them in between.
        queue.pop(|_| 0);
        queue.push(4, Priority::Normal, false);
        assert_eq!(thief.steal(), None);
    }

    #[test]
    fn of_many_half_are_stolen_at_once() {
        let thief = second();
        let queue = &thief.shared.lanes[0].queue;
        for number in 0..=FEW as u64 {
            queue.push(number, Priority::Normal, false);
        }
        assert_eq!(thief.steal(), Some(0));
        assert_eq!(queue.len(), FEW.div_ceil(2));
    }
}
