//! The end of a process.
//!
//! **What it is for.** [`Scheduler::end_process`] does all that is left to do when a process has ended, whatever ended it: it
//! becomes unreachable, then those that are linked to it or watch it are told. They learn by signals, so a cascade of a hundred
//! thousand linked processes is as many turns of the run queues, never a recursion.
//!
//! **Invariants.**
//! 1. The name is gone and the process not alive before anybody is told of the end.
//! 2. Signals that came too late are answered as by a process that never was.
//! 3. A crash is reported before links and monitors are told.
//!
//! **What it must not know.** Run queues, state words beyond `finish`.

use std::sync::atomic::Ordering;

use jovial_atoms::{Atom, known};
use jovial_term::{Fragment, Term};
use jovial_vm::{self as vm, Class};

use crate::crash::{Cause, Crash};
use crate::policy::Event;
use crate::process::{Held, Link, Owner, Process};
use crate::runtime::Farewell;
use crate::scheduler::Scheduler;
use crate::signal::{Kind, Reason, build};
use crate::tags::Tag;

/// How a process came to its end.
#[derive(Clone)]
pub(crate) enum End {
    /// By a signal, or by returning.
    Exit(Reason),
    /// By an exception that its code did not catch; the terms are in the machine's process.
    Raised(Class),
    Limit(Cause),
}

impl Scheduler {
    /// Gives what the process was still counted for.
    pub(crate) fn end_process(
        &self,
        process: &Process,
        vm: &vm::Process,
        mut owner: Owner,
        end: End,
    ) -> (Option<Tag>, Held) {
        let shared = &*self.shared;
        let (own, place) = (process.pid(), self.index);
        self.stop_waiting(&mut owner);
        let reason = self.reason(process, vm, &owner, end);
        let tag = vm.cause();
        if let Some(on_slots) = shared.config.on_slots.as_ref().filter(|_| vm.slot_count() > 0) {
            // A value that there is no memory to copy is lost, as it would be with the process.
            let lost = |_| Fragment::immediate(Term::NIL);
            let slots = (0..vm.slot_count()).map(|slot| Fragment::copy_of(vm.slot(slot)).unwrap_or_else(lost));
            let slots = slots.collect();
            let mut links = 0;
            if let Some(relations) = &owner.relations {
                relations.links.for_each(|_, link| links += usize::from(*link == Link::Active));
            }
            on_slots(own, Farewell { slots, links, tables: shared.ets.owned_by(own) });
        }

        shared.names.close(own, &process.name);
        process.state.finish();
        for envelope in process.signals.close() {
            let signal = envelope.open();
            owner.hold(signal.tag, &signal.kind);
            shared.refuse(place, own, signal);
        }
        shared.config.log.add(Event::Exited { pid: own.number() });
        let words = process.heap_words.swap(0, Ordering::Relaxed);
        shared.total_words.fetch_sub(words.cast_signed(), Ordering::Relaxed);
        shared.ets.owner_gone(shared, place, tag, own);

        if let Some(mut relations) = owner.relations.take() {
            for (pid, link) in relations.links.take() {
                if link == Link::Active {
                    let kind = Kind::Exit { from: own, reason: reason.clone(), link: true };
                    let _ = shared.send(place, pid, tag, kind);
                }
            }
            for (reference, monitor) in relations.monitored_by.take() {
                let kind = Kind::Down { reference, reason: reason.clone() };
                let _ = shared.send(place, monitor.watcher, tag, kind);
            }
            for (reference, monitor) in relations.monitors.take() {
                shared.end_monitor(place, tag, reference, &monitor);
            }
        }
        if let Some(mut rare) = owner.rare.take() {
            for (pid, _) in rare.suspending.take() {
                let _ = shared.send(place, pid, tag, Kind::Resume { from: own, all: true });
            }
            for watch in rare.watches.drain(..) {
                (watch.0)(&reason);
            }
        }
        (owner.count_as(None), owner.held)
    }

    fn report(&self, crash: &Crash) {
        let config = &self.shared.config;
        if let Some(on_crash) = &config.on_crash {
            on_crash(crash);
        }
        let receiver = config.crash_receiver.and_then(|name| self.shared.names.whereis(name));
        if let Some(receiver) = receiver.filter(|receiver| *receiver != crash.pid) {
            let message = build(|heap| crash.message(heap));
            let _ = self.shared.send(self.index, receiver, crash.tag, Kind::Message(message));
        }
    }

    /// The exit reason, reported if it is a crash.
    fn reason(&self, process: &Process, vm: &vm::Process, owner: &Owner, end: End) -> Reason {
        let heap = vm.heap();
        let (reason, cause) = match end {
            End::Exit(reason) => return reason,
            End::Raised(Class::Exit | Class::Interrupt) => return Reason::new(vm.raised()).unwrap_or(Reason::KILLED),
            End::Raised(class) => {
                let raised = vm.raised();
                let value = match class {
                    Class::Throw => heap.tuple(&[Term::atom(known::NOCATCH), raised]),
                    Class::Error | Class::Exit | Class::Interrupt => raised,
                };
                let trace = self.shared.engine.exit_trace(&self.shared.machine, vm);
                let reason = Reason::new(heap.tuple(&[value, trace])).unwrap_or(Reason::KILLED);
                (reason, if class == Class::Throw { Cause::Throw } else { Cause::Error })
            }
            End::Limit(cause) => {
                self.shared.ending_largest.store(false, Ordering::Release);
                (Reason::KILLED, cause)
            }
        };
        // A process may want its own limit to be silent.
        let own = owner.rare.as_ref().map(|rare| rare.max_heap).filter(|max| !max.error_logger);
        if let (Cause::HeapLimit { max, .. }, Some(own)) = (cause, own)
            && own.words == max
        {
            return reason;
        }
        let copy = |term: Term<'_>| Fragment::copy_of(term).ok();
        if let (Some(told), Some(group_leader)) = (copy(reason.term()), copy(vm.group_leader())) {
            let crash = Crash {
                pid: process.pid(),
                name: process.name.get(),
                tag: vm.cause(),
                cause,
                reason: told,
                group_leader,
                initial_call: owner.initial_call,
            };
            self.report(&crash);
        }
        reason
    }
}

/// Part of the initial call of processes that run a fun.
pub(crate) fn apply() -> (Atom, Atom, u8) {
    (known::ERLANG, known::APPLY, 2)
}
