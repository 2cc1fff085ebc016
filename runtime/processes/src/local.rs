//! What natives may do: everything that a process can do to itself and others.
//!
//! **What it is for.** A native gets a [`Local`] from [`of`] and calls what it needs; arguments and results are terms or plain
//! Rust values. What waits for another process (`process_info`, `suspend`, `garbage_collect` of another) ends in
//! [`Halt::Wait`] and is simply called again when its answer is there.
//!
//! **Invariants.**
//! 1. The owner's part is borrowed for a few lines at a time, never while a signal is sent or a process made (invariant 2 of
//!    `scheduler.rs`).
//! 2. What a process sends itself is a signal like any other. Where code must not go on before it is handled (`exit/2` on
//!    oneself), the slice is made to end.
//!
//! **What it must not know.** What the functions are called in Elixir, and how they show errors, beyond badarg and the like.

use crossbeam_epoch::pin;
use jovial_atoms::{Atom, known};
use jovial_term::{Fragment, Heap, Pid, Ref, Term, Value};
use jovial_vm::{self as vm, Ctx, Halt};

use crate::engine::Call;
use crate::info::{Item, Subject, describe};
use crate::ports::{Courier, is_port, named_by};
use crate::process::{AliasMode, Link, MaxHeap, Monitor, Owner, Process, Request, Target};
use crate::runtime::Shared;
use crate::scheduler::Scheduler;
use crate::signal::{Envelope, Kind, Reason};
use crate::spawn::{Maker, Options, SpawnError};
use crate::state::Priority;
use crate::tags::Tag;
use crate::timers::{self, Destination, Timers};
use crate::wheel::Key;

/// The process that runs the native, with its runtime.
#[derive(Clone, Copy)]
pub struct Local<'h> {
    pub(crate) scheduler: &'h Scheduler,
    pub(crate) vm: &'h vm::Process,
}

/// Fails where the native runs outside of a runtime, as in a test of the interpreter alone.
pub fn of<'h>(ctx: &Ctx<'h>) -> Result<Local<'h>, Halt<'h>> {
    match ctx.system_as::<Scheduler>() {
        Some(scheduler) => Ok(Local { scheduler, vm: ctx.process() }),
        None => Err(Halt::error(Term::atom(Atom::new("notsup")))),
    }
}

/// Options of a monitor.
#[derive(Default)]
pub struct MonitorOptions<'h> {
    pub alias: Option<AliasMode>,
    /// What stands first in the message instead of `:DOWN`.
    pub tag: Option<Term<'h>>,
}

/// What became of a timer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TimerAnswer {
    /// Milliseconds that were left.
    Left(u64),
    /// No such timer: it fired, was cancelled, or never was.
    Gone,
    /// A message brings the answer.
    Later,
    /// Done, and the result was not wanted.
    Done,
}

impl<'h> Local<'h> {
    pub fn heap(&self) -> &'h Heap {
        self.vm.heap()
    }

    pub fn self_pid(&self) -> Pid {
        self.vm.pid()
    }

    pub fn node(&self) -> Atom {
        known::NONODE_NOHOST
    }

    pub(crate) fn shared(&self) -> &'h Shared {
        &self.scheduler.shared
    }

    fn own<R>(&self, with: impl FnOnce(&mut Owner) -> R) -> R {
        self.scheduler.current.with(|owner| with(&mut owner.borrow_mut()))
    }

    fn signal(&self, to: Pid, kind: Kind) -> Result<(), Envelope> {
        self.shared().send(self.scheduler.index, to, self.vm.cause(), kind)
    }

    fn copy(&self, term: Term<'h>) -> Result<Fragment, Halt<'h>> {
        Fragment::copy_of(term).map_err(|_| Halt::system_limit())
    }

    /// Ends the slice soon, so that what a process sent itself takes effect.
    fn end_slice(&self) {
        self.vm.charge(self.shared().config.slice);
    }

    // ---- processes ----

    pub fn spawn(&self, call: Call<'_>, options: &Options) -> Result<Pid, Halt<'h>> {
        self.spawn_with(call, options, None)
    }

    /// A process that this one monitors from its beginning, and the monitor's reference.
    pub fn spawn_monitor(
        &self,
        call: Call<'_>,
        options: &Options,
        monitor: &MonitorOptions<'h>,
    ) -> Result<(Pid, Term<'h>), Halt<'h>> {
        let tag = monitor.tag.map(|tag| self.copy(tag)).transpose()?;
        let reference = self.shared().next_reference();
        let pid = self.spawn_with(call, options, Some(reference))?;
        Ok((pid, self.add_monitor(reference, Target::Pid(pid), monitor.alias, tag)))
    }

    fn spawn_with(&self, call: Call<'_>, options: &Options, monitor: Option<u64>) -> Result<Pid, Halt<'h>> {
        let maker = Maker {
            place: self.scheduler.index,
            parent: Some(self.self_pid()),
            group_leader: Some(self.vm.group_leader()),
            tag: self.vm.cause(),
            monitor,
        };
        let pid = self.shared().spawn(&maker, call, options).map_err(|error| match error {
            SpawnError::Full | SpawnError::OutOfMemory => Halt::system_limit(),
        })?;
        if options.link {
            // The child may be gone already; then its exit is in our queue, and handled when the link is there.
            self.own(|owner| owner.relations().links.insert(pid, Link::Active));
        }
        Ok(pid)
    }

    /// All processes, in the order of their making.
    pub fn processes(&self) -> Vec<Pid> {
        self.living(false)
    }

    /// All ports, in the order of their making.
    pub fn ports(&self) -> Vec<Pid> {
        self.living(true)
    }

    fn living(&self, ports: bool) -> Vec<Pid> {
        let guard = pin();
        let entries = self.shared().processes.entries(&guard).into_iter();
        let living = entries.filter(|process| !process.state.is_gone()).map(Process::pid);
        living.filter(|pid| is_port(*pid) == ports).collect()
    }

    /// A way for threads outside to send this process messages; `None` where time and all else is made up, as nothing from outside
    /// comes at the same moment twice.
    pub fn courier(&self) -> Option<Courier> {
        let shared = &self.scheduler.shared;
        (!shared.config.pools_inline).then(|| Courier::new(shared, self.self_pid(), self.vm.cause()))
    }

    pub fn process_count(&self) -> usize {
        self.shared().processes.len()
    }

    pub fn process_limit(&self) -> usize {
        self.shared().processes.limit()
    }

    /// Sees the effect of what this process sent before.
    pub fn is_process_alive(&self, pid: Pid) -> Result<bool, Halt<'h>> {
        if pid == self.self_pid() {
            return Ok(true);
        }
        if self.own(|owner| owner.rare.as_ref().is_none_or(|rare| rare.request.is_none())) {
            let guard = pin();
            let Some(process) = self.shared().processes.get(pid.number(), &guard) else { return Ok(false) };
            if process.state.is_gone() {
                return Ok(false);
            }
            if process.state.is_waiting() && process.signals.is_calm() {
                return Ok(true);
            }
        }
        let own = self.self_pid();
        self.ask(pid, |request| Kind::Info { from: own, request, items: Box::default() }).map(|answer| answer.is_some())
    }

    /// Sends a request and waits for its answer; `None` when the process is gone.
    fn ask(&self, to: Pid, kind: impl FnOnce(u64) -> Kind) -> Result<Option<Fragment>, Halt<'h>> {
        let asked = self.own(|owner| {
            let request = owner.rare.as_mut().and_then(|rare| rare.request.as_mut())?;
            Some(request.answer.take())
        });
        match asked {
            Some(Some(answer)) => {
                self.own(|owner| owner.rare().request = None);
                Ok(answer)
            }
            Some(None) => Err(Halt::Wait),
            None => {
                let number = self.shared().next_reference();
                if self.signal(to, kind(number)).is_err() {
                    return Ok(None);
                }
                self.own(|owner| owner.rare().request = Some(Request { number, answer: None }));
                Err(Halt::Wait)
            }
        }
    }

    // ---- messages ----

    /// To a pid, a name, `{name, node}` or an alias. Badarg for a name that nobody has.
    pub fn send(&self, to: Term<'h>, message: Term<'h>) -> Result<(), Halt<'h>> {
        match to.as_pid() {
            Some(pid) => self.send_to(pid, message),
            None => self.send_elsewhere(to, message),
        }
    }

    #[inline(never)]
    fn send_elsewhere(&self, to: Term<'h>, message: Term<'h>) -> Result<(), Halt<'h>> {
        match to.value() {
            Value::Atom(name) => self.send_to(self.whereis(name).ok_or_else(Halt::badarg)?, message),
            Value::Port(_) => self.send_to(named_by(to).ok_or_else(Halt::badarg)?, message),
            Value::Ref(reference) => self.send_to_alias(&reference, message),
            Value::Tuple(&[name, node]) => {
                let (Some(name), Some(node)) = (name.as_atom(), node.as_atom()) else { return Err(Halt::badarg()) };
                match self.whereis(name).filter(|_| node == self.node()) {
                    Some(pid) => self.send_to(pid, message),
                    None => Ok(()),
                }
            }
            // What is on another node can't be reached.
            Value::ExternalPid(_) | Value::ExternalRef(_) => Ok(()),
            _ => Err(Halt::badarg()),
        }
    }

    #[inline]
    fn send_to(&self, pid: Pid, message: Term<'h>) -> Result<(), Halt<'h>> {
        let (shared, tag) = (self.shared(), self.vm.cause());
        let guard = pin();
        // A message to a process that is gone is lost without a word.
        let Some(process) = shared.processes.get(pid.number(), &guard) else { return Ok(()) };
        if !self.scheduler.hand_over(process, tag, None, message) {
            let message = self.copy(message)?;
            self.vm.charge(cost(&message));
            shared.send_message(self.scheduler.index, process, tag, message);
        }
        Ok(())
    }

    fn send_to_alias(&self, reference: &Ref<'h>, message: Term<'h>) -> Result<(), Halt<'h>> {
        if let Some(owner) = reference.owner {
            let guard = pin();
            let Some(process) = self.shared().processes.get(owner.number(), &guard) else { return Ok(()) };
            if self.scheduler.hand_over(process, self.vm.cause(), Some(reference.number), message) {
                return Ok(());
            }
            let message = self.copy(message)?;
            self.vm.charge(cost(&message));
            let _ = self.signal(owner, Kind::AliasMessage { alias: reference.number, message });
        }
        Ok(())
    }

    // ---- links ----

    /// Raises `:noproc` when the process is gone and this one does not trap exits.
    pub fn link(&self, pid: Pid) -> Result<(), Halt<'h>> {
        let own = self.self_pid();
        if pid == own || self.own(|owner| owner.link(pid)) == Some(Link::Active) {
            return Ok(());
        }
        self.own(|owner| owner.relations().links.insert(pid, Link::Active));
        if self.signal(pid, Kind::Link { from: own }).is_ok() {
            return Ok(());
        }
        self.own(|owner| owner.relations().links.remove(pid));
        if self.trap_exit() {
            let _ = self.signal(own, Kind::Exit { from: pid, reason: Reason::NOPROC, link: false });
            Ok(())
        } else {
            Err(Halt::error(Term::atom(known::NOPROC)))
        }
    }

    /// When this returns, no exit of that process by the link comes any more.
    pub fn unlink(&self, pid: Pid) {
        if self.own(|owner| owner.link(pid)) != Some(Link::Active) {
            return;
        }
        let id = self.shared().next_reference();
        self.own(|owner| owner.relations().links.insert(pid, Link::Unlinking(id)));
        if self.signal(pid, Kind::Unlink { from: self.self_pid(), id }).is_err() {
            self.own(|owner| owner.relations().links.remove(pid));
        }
    }

    /// `exit/2`.
    pub fn exit(&self, pid: Pid, reason: Term<'h>) -> Result<(), Halt<'h>> {
        let reason = Reason::new(reason).map_err(|_| Halt::system_limit())?;
        let _ = self.signal(pid, Kind::Exit { from: self.self_pid(), reason, link: false });
        if pid == self.self_pid() {
            self.end_slice();
        }
        Ok(())
    }

    pub fn trap_exit(&self) -> bool {
        self.own(|owner| owner.trap_exit)
    }

    // ---- monitors and aliases ----

    /// Of a pid, a name or `{name, node}`: gives the reference.
    pub fn monitor(&self, target: Term<'h>, options: &MonitorOptions<'h>) -> Result<Term<'h>, Halt<'h>> {
        let tag = options.tag.map(|tag| self.copy(tag)).transpose()?;
        let target = match target.value() {
            Value::Pid(pid) => Target::Pid(pid),
            Value::Port(_) => Target::Pid(named_by(target).ok_or_else(Halt::badarg)?),
            Value::Atom(name) => Target::Name(name, self.whereis(name)),
            Value::Tuple(&[name, node]) => match (name.as_atom(), node.as_atom()) {
                (Some(name), Some(node)) if node == self.node() => Target::Name(name, self.whereis(name)),
                _ => return Err(Halt::badarg()),
            },
            _ => return Err(Halt::badarg()),
        };
        let own = self.self_pid();
        let number = self.shared().next_reference();
        let reference = self.add_monitor(number, target, options.alias, tag);
        let pid = match target {
            Target::Pid(pid) => Some(pid),
            Target::Name(_, pid) => pid,
        };
        if pid == Some(own) {
            // A process that watches itself never sees its own end.
            self.own(|owner| owner.relations().monitors.remove(number));
            return Ok(reference);
        }
        let watched = pid.is_some_and(|pid| self.watch(pid, number));
        if !watched {
            let _ = self.signal(own, Kind::Down { reference: number, reason: Reason::NOPROC });
        }
        Ok(reference)
    }

    /// Tells a process that this one monitors it; false when it is gone.
    fn watch(&self, pid: Pid, number: u64) -> bool {
        let guard = pin();
        let Some(process) = self.shared().processes.get(pid.number(), &guard) else { return false };
        let monitor = |loud| Kind::Monitor { from: self.self_pid(), reference: number, loud };
        self.scheduler.handle_for(process, self.vm.cause(), monitor(false)).is_ok()
            || self.signal(pid, monitor(number.is_multiple_of(LOUD))).is_ok()
    }

    /// Tells the process that a monitor watches that it ended.
    fn unwatch(&self, reference: u64, monitor: &Monitor) {
        if let Target::Pid(pid) | Target::Name(_, Some(pid)) = monitor.target {
            let guard = pin();
            let Some(process) = self.shared().processes.get(pid.number(), &guard) else { return };
            if self.scheduler.handle_for(process, self.vm.cause(), Kind::Demonitor { reference }).is_err() {
                self.shared().end_monitor(self.scheduler.index, self.vm.cause(), reference, monitor);
            }
        }
    }

    fn add_monitor(&self, number: u64, target: Target, alias: Option<AliasMode>, tag: Option<Fragment>) -> Term<'h> {
        self.own(|owner| {
            let relations = owner.relations();
            relations.monitors.insert(number, Monitor { target, tag, alias: alias.is_some() });
            if let Some(mode) = alias {
                relations.aliases.insert(number, mode);
            }
        });
        match alias {
            Some(_) => self.heap().make_alias(number, self.self_pid()),
            None => self.heap().make_ref(number),
        }
    }

    /// Whether the monitor was there. With `flush` a down message that came already is taken out of the mailbox.
    pub fn demonitor(&self, reference: u64, flush: bool) -> bool {
        let monitor = self.own(|owner| {
            let relations = owner.relations.as_deref_mut()?;
            let monitor = relations.monitors.remove(reference)?;
            if matches!(relations.aliases.get(reference), Some(AliasMode::Demonitor | AliasMode::ReplyDemonitor)) {
                relations.aliases.remove(reference);
            }
            Some(monitor)
        });
        match monitor {
            Some(monitor) => {
                self.unwatch(reference, &monitor);
                true
            }
            None => {
                if flush {
                    self.vm.mailbox().borrow_mut().remove_first(self.heap(), |message| {
                        message
                            .as_tuple_of::<5>()
                            .is_some_and(|parts| parts[1].as_ref().is_some_and(|found| found.number == reference))
                    });
                }
                false
            }
        }
    }

    pub fn alias(&self, mode: AliasMode) -> Term<'h> {
        let number = self.shared().next_reference();
        self.own(|owner| owner.relations().aliases.insert(number, mode));
        self.heap().make_alias(number, self.self_pid())
    }

    /// Whether it was active.
    pub fn unalias(&self, reference: u64) -> bool {
        self.own(|owner| {
            owner.relations.as_deref_mut().is_some_and(|relations| relations.aliases.remove(reference).is_some())
        })
    }

    // ---- names ----

    pub fn whereis(&self, name: Atom) -> Option<Pid> {
        self.shared().names.whereis(name)
    }

    /// False when the name is taken, or the process is gone or has a name.
    pub fn register(&self, name: Atom, pid: Pid) -> bool {
        let guard = pin();
        let shared = self.shared();
        name != known::UNDEFINED
            && shared
                .processes
                .get(pid.number(), &guard)
                .is_some_and(|process| shared.names.register(name, pid, &process.name))
    }

    pub fn unregister(&self, name: Atom) -> bool {
        let guard = pin();
        let shared = self.shared();
        shared.names.unregister(name, |pid, clear| {
            if let Some(process) = shared.processes.get(pid.number(), &guard) {
                clear(&process.name);
            }
        })
    }

    pub fn registered(&self) -> Vec<Atom> {
        self.shared().names.registered()
    }

    // ---- group leader, flags, information ----

    /// Badarg when the process is gone.
    pub fn set_group_leader(&self, pid: Pid, leader: Term<'h>) -> Result<(), Halt<'h>> {
        if !matches!(leader.value(), Value::Pid(_) | Value::ExternalPid(_)) {
            return Err(Halt::badarg());
        }
        if pid == self.self_pid() {
            self.vm.set_group_leader(leader);
            return Ok(());
        }
        self.signal(pid, Kind::GroupLeader(self.copy(leader)?)).map_err(|_| Halt::badarg())
    }

    /// `process_flag/2`: gives the old value, badarg for a flag or value that is none.
    pub fn process_flag(&self, flag: Atom, value: Term<'h>) -> Result<Term<'h>, Halt<'h>> {
        let heap = self.heap();
        let natural = |value: Term<'h>| value.as_usize().ok_or_else(Halt::badarg);
        match flag.as_str() {
            "trap_exit" => {
                let on = value.as_bool().ok_or_else(Halt::badarg)?;
                Ok(Term::bool(self.own(|owner| std::mem::replace(&mut owner.trap_exit, on))))
            }
            "priority" => {
                let priority = value.as_atom().and_then(Priority::from_atom).ok_or_else(Halt::badarg)?;
                let guard = pin();
                let process = self.shared().processes.get(self.self_pid().number(), &guard);
                let state = &process.ok_or_else(Halt::badarg)?.state;
                let old = state.priority();
                state.set_priority(priority);
                Ok(Term::atom(old.atom()))
            }
            "max_heap_size" => {
                let old = self.own(|owner| owner.rare.as_ref().map(|rare| rare.max_heap)).unwrap_or_default();
                let max = MaxHeap::from_term(value, old).ok_or_else(Halt::badarg)?;
                self.own(|owner| owner.rare().max_heap = max);
                let limit = self.shared().config.heap_max_words;
                heap.set_max_words(max.limit(limit));
                Ok(old.describe(heap))
            }
            "min_heap_size" => {
                let words = natural(value)?;
                let usual = jovial_term::HeapOptions::default().min_words;
                heap.set_min_words(words);
                Ok(Term::count(self.own(|owner| owner.rare().min_heap.replace(words)).unwrap_or(usual)))
            }
            "fullsweep_after" => {
                let minors = u32::try_from(natural(value)?).map_err(|_| Halt::badarg())?;
                heap.set_minors_max(minors);
                let old = self.own(|owner| owner.rare().fullsweep_after.replace(minors));
                Ok(Term::count(old.unwrap_or(crate::info::FULLSWEEP_AFTER) as usize))
            }
            "min_bin_vheap_size" => natural(value).map(|_| Term::count(46422)),
            "message_queue_data" => {
                let off = match value.as_atom().map(Atom::as_str) {
                    Some("off_heap") => true,
                    Some("on_heap") => false,
                    _ => return Err(Halt::badarg()),
                };
                let old = self.own(|owner| std::mem::replace(&mut owner.rare().off_heap_queue, off));
                Ok(Term::atom(Atom::new(if old { "off_heap" } else { "on_heap" })))
            }
            "error_handler" => value.as_atom().map(|_| Term::atom(Atom::new("error_handler"))).ok_or_else(Halt::badarg),
            "sensitive" => value.as_bool().map(|_| Term::FALSE).ok_or_else(Halt::badarg),
            "save_calls" => saved_calls(value),
            _ => Err(Halt::badarg()),
        }
    }

    /// `process_flag/3`: the one flag that another process may set, and which changes nothing.
    pub fn process_flag_of(&self, pid: Pid, flag: Atom, value: Term<'h>) -> Result<Term<'h>, Halt<'h>> {
        match flag.as_str() {
            "save_calls" if self.is_process_alive(pid)? => saved_calls(value),
            _ => Err(Halt::badarg()),
        }
    }

    /// Pairs of items and values, in the order of `items`; `None` when the process is gone.
    pub fn process_info(&self, pid: Pid, items: &[Item]) -> Result<Option<Vec<(Item, Term<'h>)>>, Halt<'h>> {
        if pid == self.self_pid() {
            let guard = pin();
            let Some(process) = self.shared().processes.get(pid.number(), &guard) else { return Ok(None) };
            // What came before the question is part of the answer.
            if self.scheduler.catch_up(process, self.vm) {
                self.end_slice();
            }
            let engine = &*self.shared().engine;
            let machine = &*self.shared().machine;
            return Ok(Some(self.scheduler.current.with(|owner| {
                let subject = Subject { process, owner: &owner.borrow(), vm: self.vm, engine, machine, itself: true };
                items.iter().map(|&item| (item, describe(&subject, item, self.heap()))).collect()
            })));
        }
        let own = self.self_pid();
        let answer = self.ask(pid, |request| Kind::Info { from: own, request, items: Box::new(items.to_vec()) })?;
        let Some(answer) = answer else { return Ok(None) };
        let values = self.heap().adopt(answer).list_iter();
        let values = values.filter_map(|pair| pair.as_tuple_of::<2>().map(|pair| pair[1]));
        Ok(Some(items.iter().copied().zip(values).collect()))
    }

    /// The name under which this process is registered.
    pub fn own_name(&self) -> Option<Atom> {
        let guard = pin();
        self.shared().processes.get(self.self_pid().number(), &guard)?.name.get()
    }

    /// What `Process.set_label` stores.
    pub fn set_label(&self, label: Term<'h>) -> Result<(), Halt<'h>> {
        let label = self.copy(label)?;
        self.own(|owner| owner.rare().label = Some(label));
        Ok(())
    }

    pub fn parent(&self) -> Option<Pid> {
        self.own(|owner| owner.parent())
    }

    // ---- suspension, garbage ----

    /// Returns when the process does not run any more. Badarg for oneself or when it is gone.
    pub fn suspend(&self, pid: Pid) -> Result<(), Halt<'h>> {
        let own = self.self_pid();
        if pid == own {
            return Err(Halt::badarg());
        }
        match self.ask(pid, |request| Kind::Suspend { from: own, request })? {
            Some(_) => {
                self.own(|owner| {
                    let suspending = &mut owner.rare().suspending;
                    let count = suspending.get(pid).copied().unwrap_or(0);
                    suspending.insert(pid, count + 1);
                });
                Ok(())
            }
            None => Err(Halt::badarg()),
        }
    }

    /// How often this process suspended that one.
    pub fn suspensions(&self, pid: Pid) -> u32 {
        self.own(|owner| owner.rare.as_ref().and_then(|rare| rare.suspending.get(pid).copied()).unwrap_or(0))
    }

    /// Badarg when this process did not suspend that one, or it is gone.
    pub fn resume(&self, pid: Pid) -> Result<(), Halt<'h>> {
        let was = self.own(|owner| {
            let suspending = &mut owner.rare().suspending;
            let count = suspending.get(pid).copied().unwrap_or(0);
            match count {
                0 | 1 => drop(suspending.remove(pid)),
                _ => drop(suspending.insert(pid, count - 1)),
            }
            count
        });
        if was == 0 {
            return Err(Halt::badarg());
        }
        self.signal(pid, Kind::Resume { from: self.self_pid(), all: false }).map_err(|_| Halt::badarg())
    }

    /// False when the process is gone.
    pub fn garbage_collect(&self, pid: Pid) -> Result<bool, Halt<'h>> {
        let own = self.self_pid();
        if pid == own {
            self.heap().request_collection();
            return Ok(true);
        }
        self.ask(pid, |request| Kind::Collect { from: own, request }).map(|answer| answer.is_some())
    }

    // ---- timers ----

    /// Sends `message` (or `{:timeout, ref, message}` when `wrap`) in `time_ms`, or at that monotonic time when `absolute`.
    pub fn start_timer(
        &self,
        time_ms: i64,
        to: Term<'h>,
        message: Term<'h>,
        wrap: bool,
        absolute: bool,
    ) -> Result<Term<'h>, Halt<'h>> {
        let to = match to.value() {
            Value::Pid(pid) => Destination::Pid(pid),
            Value::Atom(name) => Destination::Name(name),
            _ => return Err(Halt::badarg()),
        };
        if time_ms < 0 && !absolute {
            return Err(Halt::badarg());
        }
        let shared = self.shared();
        let time_us = if absolute {
            u64::try_from(time_ms).unwrap_or(0).saturating_mul(1_000)
        } else {
            self.after_us(u64::try_from(time_ms).unwrap_or(0))
        };
        let (lane, heap) = (self.scheduler.index, self.heap());
        let plain = if wrap { None } else { Some(self.copy(message)?) };
        let number = shared.lanes[lane].timers.send(lane, time_us, to, self.vm.cause(), |number| match plain {
            Some(message) => Ok(message),
            None => self.copy(heap.tuple(&[Term::atom(known::TIMEOUT), heap.make_ref(number), message])),
        })?;
        Ok(heap.make_ref(number))
    }

    /// The time in µs that many milliseconds from now, never too early.
    fn after_us(&self, time_ms: u64) -> u64 {
        self.monotonic_ns().saturating_add(time_ms.saturating_mul(1_000_000)).div_ceil(1_000)
    }

    fn left_ms(&self, time_us: u64) -> u64 {
        time_us.saturating_sub(self.shared().config.clock.now_us()).div_ceil(1_000)
    }

    /// With `asynchronous` the answer, if wanted (`info`), comes as `{:cancel_timer, ref, result}`.
    pub fn cancel_timer(&self, reference: Term<'h>, asynchronous: bool, info: bool) -> Result<TimerAnswer, Halt<'h>> {
        let number = reference.as_ref().ok_or_else(Halt::badarg)?.number;
        let found = self.timers_of(number).and_then(|(timers, key)| timers.cancel(key));
        self.timer_answer("cancel_timer", reference, found, asynchronous, info)
    }

    pub fn read_timer(&self, reference: Term<'h>, asynchronous: bool) -> Result<TimerAnswer, Halt<'h>> {
        let number = reference.as_ref().ok_or_else(Halt::badarg)?.number;
        let found = self.timers_of(number).and_then(|(timers, key)| timers.read(key));
        self.timer_answer("read_timer", reference, found, asynchronous, true)
    }

    /// Where a timer is, if the number can be one's.
    fn timers_of(&self, number: u64) -> Option<(&Timers, Key)> {
        let (lane, key) = timers::place(number)?;
        Some((&self.shared().lanes.get(lane)?.timers, key))
    }

    fn timer_answer(
        &self,
        kind: &'static str,
        reference: Term<'h>,
        found: Option<u64>,
        asynchronous: bool,
        info: bool,
    ) -> Result<TimerAnswer, Halt<'h>> {
        if !info {
            return Ok(TimerAnswer::Done);
        }
        let left = found.map(|time| self.left_ms(time));
        if !asynchronous {
            return Ok(left.map_or(TimerAnswer::Gone, TimerAnswer::Left));
        }
        let heap = self.heap();
        let result = left.map_or(Term::FALSE, |left| heap.uint(left));
        let message = self.copy(heap.tuple(&[Term::atom(Atom::new(kind)), reference, result]))?;
        let _ = self.signal(self.self_pid(), Kind::Message(message));
        Ok(TimerAnswer::Later)
    }

    // ---- numbers and time ----

    pub fn make_ref(&self) -> Term<'h> {
        self.heap().make_ref(self.shared().next_reference())
    }

    /// Unique among those of the same kind; grows with each call.
    pub fn unique_integer(&self, positive: bool) -> i64 {
        let number = self.shared().next_unique().cast_signed();
        if positive { number } else { number - (1 << 59) - 1 }
    }

    /// Nanoseconds since the runtime began.
    pub fn monotonic_ns(&self) -> u64 {
        self.shared().config.clock.monotonic_ns()
    }

    /// Nanoseconds since 1970.
    pub fn system_ns(&self) -> i64 {
        self.shared().config.clock.system_ns()
    }

    pub fn schedulers(&self) -> usize {
        self.shared().lanes.len()
    }

    /// Schedulers that run processes.
    pub fn schedulers_online(&self) -> usize {
        self.shared().online()
    }

    /// Lets so many schedulers run processes; gives the number before, badarg when there are not so many.
    pub fn set_schedulers_online(&self, count: usize) -> Result<usize, Halt<'h>> {
        self.shared().set_online(count).ok_or_else(Halt::badarg)
    }

    /// Runnable processes in the queues.
    pub fn run_queue_len(&self) -> usize {
        self.shared().lanes.iter().map(|lane| lane.queue.len()).sum()
    }

    /// Reductions of all processes, up to the ends of their last slices.
    pub fn total_reductions(&self) -> u64 {
        let lanes = self.shared().lanes.iter();
        lanes.map(|lane| lane.reductions.load(std::sync::atomic::Ordering::Relaxed)).sum()
    }

    /// Words of all heaps, as of the ends of their last slices.
    pub fn total_heap_words(&self) -> u64 {
        self.shared().total_words()
    }

    // ---- causes, host ----

    pub fn tag(&self) -> Tag {
        self.vm.cause()
    }

    /// From now on this process works for that cell.
    pub fn set_tag(&self, tag: Tag) {
        self.vm.set_cause(tag);
    }

    /// The oldest thing that the host sent this process outside of its mailbox; waits for one.
    pub fn take_from_host(&self) -> Result<Term<'h>, Halt<'h>> {
        match self.own(|owner| owner.rare.as_mut().and_then(|rare| rare.from_host.pop_front())) {
            Some(value) => Ok(self.heap().adopt(value)),
            None => Err(Halt::Wait),
        }
    }
}

/// One of so many monitors wakes whom it watches.
const LOUD: u64 = 32;

/// Reductions that copying a message costs.
fn cost(message: &Fragment) -> u32 {
    u32::try_from(message.words() / 64).unwrap_or(u32::MAX)
}

impl MaxHeap {
    /// From an integer or a map; keys that are missing stay as in `old`. `None` for what is neither.
    pub fn from_term(value: Term<'_>, old: MaxHeap) -> Option<MaxHeap> {
        if let Some(words) = value.as_usize() {
            return Some(MaxHeap { words, ..old });
        }
        let map = value.as_map()?;
        let get = |key: &str| map.get(Term::atom(Atom::new(key)));
        let flag = |key: &str, old: bool| match get(key) {
            Some(value) => value.as_bool(),
            None => Some(old),
        };
        Some(MaxHeap {
            words: get("size")?.as_usize()?,
            kill: flag("kill", old.kill)?,
            error_logger: flag("error_logger", old.error_logger)?,
        })
    }
}

impl Priority {
    pub fn atom(self) -> Atom {
        Atom::new(match self {
            Priority::Low => "low",
            Priority::Normal => "normal",
            Priority::High => "high",
            Priority::Max => "max",
        })
    }

    pub fn from_atom(atom: Atom) -> Option<Priority> {
        match atom.as_str() {
            "low" => Some(Priority::Low),
            "normal" => Some(Priority::Normal),
            "high" => Some(Priority::High),
            "max" => Some(Priority::Max),
            _ => None,
        }
    }
}

/// No calls are kept: their number before was none.
fn saved_calls<'h>(asked: Term<'h>) -> Result<Term<'h>, Halt<'h>> {
    asked.as_usize().filter(|&number| number <= 10_000).map(|_| Term::ZERO).ok_or_else(Halt::badarg)
}
