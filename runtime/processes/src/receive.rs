//! What a process does about each signal.
//!
//! **What it is for.** [`Scheduler::receive`] is called for every signal, in order, by the scheduler that has the process: before
//! a slice, and when a receive has seen all messages. It changes the owner's part, puts messages into the mailbox and may send
//! signals in return. It never ends the process itself: it leaves `ends` set.
//!
//! **The rules of links** (states of one side: none, active, unlinking; *id* is that of the last unlink sent).
//!
//! | arrives | none | active | unlinking(id) |
//! | --- | --- | --- | --- |
//! | link | active | stays | stays: our unlink follows theirs |
//! | unlink(n) | ack(n) | none, ack(n) | stays, ack(n) |
//! | ack(n) | ignored | ignored (linked again since) | none if n = id |
//! | exit of a linked process | ignored | none, and the exit counts | none, ignored |
//!
//! **Invariants.**
//! 1. A down or exit message appears only if the monitor or link was active when its signal was handled; so none comes after
//!    `demonitor` or `unlink` returned.
//! 2. Nothing here runs code or waits.
//!
//! **What it must not know.** Run queues; how a native asks for what the signals say.

use std::cell::RefCell;
use std::sync::atomic::Ordering;

use jovial_atoms::{Atom, known};
use jovial_term::raw::Word;
use jovial_term::{Fragment, Pid, Term};
use jovial_vm as vm;

use crate::crash::Cause;
use crate::exit::End;
use crate::info::{Items, Subject, describe};
use crate::policy::Event;
use crate::ports::{identity, is_port};
use crate::process::{AliasMode, Body, COLLECTS, Link, Monitor, MonitoredBy, Owner, Process, SHOWS, Target, Waits};
use crate::runtime::Shared;
use crate::scheduler::Scheduler;
use crate::signal::{Envelope, Kind, Reason, Signal, build, tag_of};
use crate::tags::Tag;

impl Scheduler {
    /// Handles what has arrived for the process that runs here.
    #[inline]
    pub(crate) fn handle_signals(&self, process: &Process, owner: &RefCell<Owner>, vm: &vm::Process) {
        let arrived = process.signals.take();
        let mut owner = owner.borrow_mut();
        for envelope in arrived {
            match envelope {
                Envelope::Message(message) if owner.ends.is_none() => {
                    receive_message(&mut owner, vm, tag_of(&message), message);
                }
                envelope => self.receive_other(process, &mut owner, vm, envelope.open()),
            }
        }
    }

    /// Gives a message to a process that waits: straight into its heap, without anything in between. False when that can't be
    /// done, and then nothing has happened. With `alias`, one that is not active takes the message and drops it.
    pub(crate) fn hand_over(&self, process: &Process, tag: Tag, alias: Option<u64>, message: Term<'_>) -> bool {
        let handed = self.in_place_of(process, |vm, owner| {
            if !owner.is_open() {
                return None;
            }
            if alias.is_some_and(|alias| !has_alias(owner, alias)) {
                return Some(false);
            }
            if !vm.hand_over(message, tag) {
                return None;
            }
            self.shared.tags.begin(self.index, tag);
            owner.held.add(tag, 1);
            owner.woken = true;
            if let Some(alias) = alias {
                self.use_alias(owner, vm, alias);
            }
            self.shared.config.log.add(Event::Signal { to: process.pid().number(), kind: "message" });
            Some(true)
        });
        handed.is_some()
    }

    /// Does what a quiet signal asks a process for, if that waits, in its place. Otherwise the signal has to be sent.
    pub(crate) fn handle_for(&self, process: &Process, tag: Tag, kind: Kind) -> Result<(), Kind> {
        debug_assert!(kind.is_quiet(), "who waits is not woken for it");
        let mut kind = Some(kind);
        self.in_place_of(process, |vm, owner| {
            let kind = kind.take()?;
            self.shared.config.log.add(Event::Signal { to: process.pid().number(), kind: kind.name() });
            self.receive(process, owner, vm, Signal { tag, kind });
            Some(false)
        });
        kind.map_or(Ok(()), Err)
    }

    /// Does something for a process that waits, as if it ran, after what was sent to it quietly before. `work` says whether the
    /// process is to be woken, or `None` when it did nothing. `None` also for a process that does not wait, or has other signals: those
    /// are for the scheduler that runs it.
    #[inline]
    fn in_place_of(
        &self,
        process: &Process,
        work: impl FnOnce(&vm::Process, &mut Owner) -> Option<bool>,
    ) -> Option<bool> {
        let turn = process.seize()?;
        let done = turn.body().zip(process.signals.take_quiet()).and_then(|(Body { vm, owner }, quiet)| {
            let owner = &mut *owner.borrow_mut();
            for envelope in quiet {
                self.receive(process, owner, vm, envelope.open());
            }
            work(vm, owner)
        });
        let turn = if done == Some(true) { Some(turn) } else { turn.park().err() };
        if let Some(turn) = turn {
            let priority = turn.requeue();
            self.shared.enqueue(self.index, process.pid().number(), priority, false);
        }
        done
    }

    #[inline(never)]
    fn receive_other(&self, process: &Process, owner: &mut Owner, vm: &vm::Process, signal: Signal) {
        if owner.ends.is_some() {
            // What comes behind a deadly signal is for the dead.
            owner.hold(signal.tag, &signal.kind);
            self.refuse(process.pid(), signal);
        } else {
            self.receive(process, owner, vm, signal);
        }
    }

    fn receive(&self, process: &Process, owner: &mut Owner, vm: &vm::Process, signal: Signal) {
        let Signal { tag, kind } = signal;
        owner.hold(tag, &kind);
        let own = process.pid();
        match kind {
            Kind::Message(message) => put(owner, vm, tag, message),
            Kind::AliasMessage { alias, message } => {
                if self.use_alias(owner, vm, alias) {
                    put(owner, vm, tag, message);
                }
            }
            Kind::Link { from } => {
                let links = &mut owner.relations().links;
                if !links.contains(from) {
                    links.insert(from, Link::Active);
                }
            }
            Kind::Unlink { from, id } => {
                if owner.link(from) == Some(Link::Active) {
                    owner.relations().links.remove(from);
                }
                let _ = self.shared.send(self.index, from, tag, Kind::UnlinkAck { from: own, id });
            }
            Kind::UnlinkAck { from, id } => {
                if owner.link(from) == Some(Link::Unlinking(id)) {
                    owner.relations().links.remove(from);
                }
            }
            Kind::Exit { from, reason, link } => {
                let active = !link || owner.link(from) == Some(Link::Active);
                if link && owner.link(from).is_some() {
                    owner.relations().links.remove(from);
                }
                if active {
                    exit_signal(own, owner, vm, tag, from, reason, link);
                }
            }
            Kind::Monitor { from, reference, .. } => {
                owner.relations().monitored_by.insert(reference, MonitoredBy { watcher: from });
            }
            Kind::Demonitor { reference } => {
                if let Some(relations) = &mut owner.relations {
                    relations.monitored_by.remove(reference);
                }
            }
            Kind::Down { reference, reason } => down(owner, vm, tag, reference, &reason),
            Kind::GroupLeader(leader) => vm.set_group_leader(vm.heap().adopt(leader)),
            Kind::Info { from, request, items } => {
                let value = self.describe_all(process, owner, vm, &items, false);
                let _ = self.shared.send(self.index, from, tag, Kind::Reply { request, value: Some(value) });
            }
            Kind::Suspend { from, request } => {
                let suspended_by = &mut owner.rare().suspended_by;
                let count = suspended_by.get(from).copied().unwrap_or(0);
                suspended_by.insert(from, count + 1);
                let value = Some(Fragment::immediate(Term::TRUE));
                let _ = self.shared.send(self.index, from, tag, Kind::Reply { request, value });
            }
            Kind::Resume { from, all } => {
                let suspended_by = &mut owner.rare().suspended_by;
                match suspended_by.get_mut(from) {
                    Some(count) if *count > 1 && !all => *count -= 1,
                    _ => drop(suspended_by.remove(from)),
                }
            }
            Kind::Collect { from, request } => {
                owner.asked |= COLLECTS;
                let value = Some(Fragment::immediate(Term::TRUE));
                let _ = self.shared.send(self.index, from, tag, Kind::Reply { request, value });
            }
            Kind::Reply { request, value } => {
                if let Some(asked) = owner.rare.as_mut().and_then(|rare| rare.request.as_mut())
                    && asked.number == request
                {
                    asked.answer = Some(value);
                    owner.woken = true;
                }
            }
            Kind::TooLarge { max } => {
                vm.set_cause(tag);
                owner.ends = Some(Box::new(End::Limit(Cause::TotalLimit { max })));
            }
            Kind::Interrupt => {
                owner.interrupted = true;
                owner.woken = true;
                if let Some(rare) = &mut owner.rare {
                    // The native that asked is cut off.
                    rare.request = None;
                    rare.job = None;
                }
                if let Waits::Job(_) = owner.waits {
                    owner.waits = Waits::Signal;
                }
            }
            Kind::Done { job, result } => {
                if owner.waits == Waits::Job(job as u32) {
                    take_tag(vm, tag);
                    vm.resume_with(result);
                    owner.waits = Waits::No;
                    owner.rare().job = None;
                }
            }
            Kind::Wake { wait } => {
                if owner.waits == Waits::Signal && owner.wait == wait {
                    owner.timer = None;
                    owner.woken = true;
                }
            }
            Kind::Sweep(sweep) => {
                owner.asked |= SHOWS;
                *self.sweep.borrow_mut() = Some(sweep);
            }
            Kind::Host(value) => {
                take_tag(vm, tag);
                owner.rare().from_host.push_back(value);
                owner.woken = true;
            }
            Kind::Watch(watch) => owner.rare().watches.push(watch),
        }
    }

    /// Whether a message to the alias is to be taken; ends what ends with it.
    fn use_alias(&self, owner: &mut Owner, vm: &vm::Process, alias: u64) -> bool {
        let Some(relations) = owner.relations.as_deref_mut() else { return false };
        let Some(mode) = relations.aliases.get(alias).copied() else { return false };
        match mode {
            AliasMode::Explicit | AliasMode::Demonitor => {}
            AliasMode::Reply => drop(relations.aliases.remove(alias)),
            AliasMode::ReplyDemonitor => {
                relations.aliases.remove(alias);
                if let Some(monitor) = relations.monitors.remove(alias) {
                    self.shared.end_monitor(self.index, vm.cause(), alias, &monitor);
                }
            }
        }
        true
    }

    /// The answer to a request for information: a list of pairs.
    pub(crate) fn describe_all(
        &self,
        process: &Process,
        owner: &Owner,
        vm: &vm::Process,
        items: &Items,
        itself: bool,
    ) -> Fragment {
        let engine = &*self.shared.engine;
        let subject = Subject { process, owner, vm, engine, machine: &self.shared.machine, itself };
        build(|heap| {
            let pairs: Vec<Term<'_>> = items
                .iter()
                .map(|&item| {
                    let value = describe(&subject, item, heap);
                    heap.tuple(&[Term::atom(item.atom()), value])
                })
                .collect();
            heap.list_from_iter(pairs)
        })
    }

    /// Answers a signal to a process that is gone, or is on its way out.
    pub(crate) fn refuse(&self, own: Pid, signal: Signal) {
        self.shared.refuse(self.index, own, signal);
    }
}

impl Shared {
    /// Answers a signal whose receiver `own` is gone.
    pub(crate) fn refuse(&self, place: usize, own: Pid, signal: Signal) {
        let Signal { tag, kind } = signal;
        let (to, answer) = match kind {
            Kind::Link { from } => (from, Kind::Exit { from: own, reason: Reason::NOPROC, link: true }),
            Kind::Unlink { from, id } => (from, Kind::UnlinkAck { from: own, id }),
            Kind::Monitor { from, reference, .. } => (from, Kind::Down { reference, reason: Reason::NOPROC }),
            Kind::Info { from, request, .. } | Kind::Suspend { from, request } | Kind::Collect { from, request } => {
                (from, Kind::Reply { request, value: None })
            }
            Kind::Watch(watch) => return (watch.0)(&Reason::NOPROC),
            Kind::Message(_)
            | Kind::AliasMessage { .. }
            | Kind::UnlinkAck { .. }
            | Kind::Exit { .. }
            | Kind::Demonitor { .. }
            | Kind::Down { .. }
            | Kind::GroupLeader(_)
            | Kind::Resume { .. }
            | Kind::Reply { .. }
            | Kind::TooLarge { .. }
            | Kind::Interrupt
            | Kind::Done { .. }
            | Kind::Wake { .. }
            | Kind::Sweep(_)
            | Kind::Host(_) => return,
        };
        // Who asked may be gone too.
        let _ = self.send(place, to, tag, answer);
    }

    /// Tells the watched process that the monitor ended.
    pub(crate) fn end_monitor(&self, place: usize, tag: Tag, reference: u64, monitor: &Monitor) {
        if let Target::Pid(pid) | Target::Name(_, Some(pid)) = monitor.target {
            let _ = self.send(place, pid, tag, Kind::Demonitor { reference });
        }
    }

    pub(crate) fn tag_of(&self, pid: Pid) -> Tag {
        let guard = crossbeam_epoch::pin();
        self.processes.get(pid.number(), &guard).map_or(0, Process::tag)
    }

    /// Ends the process whose heap takes most.
    pub(crate) fn end_largest(&self, place: usize) {
        if self.ending_largest.swap(true, Ordering::AcqRel) {
            return;
        }
        let guard = crossbeam_epoch::pin();
        let largest =
            self.processes.entries(&guard).into_iter().max_by_key(|process| process.heap_words.load(Ordering::Relaxed));
        let max = self.config.total_max_words;
        if let Some(process) = largest {
            let _ = self.send(place, process.pid(), process.tag(), Kind::TooLarge { max });
        }
    }
}

fn has_alias(owner: &Owner, alias: u64) -> bool {
    owner.relations.as_deref().is_some_and(|relations| relations.aliases.contains(alias))
}

fn take_tag(vm: &vm::Process, tag: Tag) {
    vm.adopt_cause(tag);
}

/// A message that carries its tag.
#[inline]
fn receive_message(owner: &mut Owner, vm: &vm::Process, tag: Tag, message: Fragment) {
    owner.held.add(tag, 1);
    vm.mailbox().borrow_mut().push(message, vm.heap());
    owner.woken = true;
}

/// A message in the mailbox carries its tag; the process takes the tag over with the message.
fn put(owner: &mut Owner, vm: &vm::Process, tag: Tag, mut message: Fragment) {
    message.set_cause(Word::small(tag.cast_signed()));
    vm.mailbox().borrow_mut().push(message, vm.heap());
    owner.woken = true;
}

fn exit_signal(own: Pid, owner: &mut Owner, vm: &vm::Process, tag: Tag, from: Pid, reason: Reason, link: bool) {
    if !link && reason.is(known::KILL) {
        take_tag(vm, tag);
        owner.ends = Some(Box::new(End::Exit(Reason::KILLED)));
    } else if owner.trap_exit {
        let message = build(|heap| heap.tuple(&[Term::atom(known::UPPER_EXIT), identity(from), reason.copy_in(heap)]));
        put(owner, vm, tag, message);
    } else if !reason.is(known::NORMAL) || (from == own && !link) {
        take_tag(vm, tag);
        owner.ends = Some(Box::new(End::Exit(reason)));
    }
}

fn down(owner: &mut Owner, vm: &vm::Process, tag: Tag, reference: u64, reason: &Reason) {
    let Some(relations) = owner.relations.as_deref_mut() else { return };
    let Some(monitor) = relations.monitors.remove(reference) else { return };
    if matches!(relations.aliases.get(reference), Some(AliasMode::Demonitor | AliasMode::ReplyDemonitor)) {
        relations.aliases.remove(reference);
    }
    let own = vm.pid();
    let message = build(|heap| {
        let first = match &monitor.tag {
            Some(tag) => heap.copy_in(tag.root()),
            None => Term::atom(known::UPPER_DOWN),
        };
        let name = if monitor.alias { heap.make_alias(reference, own) } else { heap.make_ref(reference) };
        let target = match monitor.target {
            Target::Pid(pid) => identity(pid),
            Target::Name(name, _) => heap.tuple(&[Term::atom(name), Term::atom(known::NONODE_NOHOST)]),
        };
        let kind = match monitor.target {
            Target::Pid(pid) | Target::Name(_, Some(pid)) if is_port(pid) => Atom::new("port"),
            Target::Pid(_) | Target::Name(..) => known::PROCESS,
        };
        heap.tuple(&[first, name, Term::atom(kind), target, reason.copy_in(heap)])
    });
    put(owner, vm, tag, message);
}
