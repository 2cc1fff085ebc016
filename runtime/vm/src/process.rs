//! What the interpreter needs of a process.
//!
//! **What it is for.** [`Process`] holds heap and stack, where to go on, the mailbox and the terms that belong to the
//! process as a whole. It is used through a shared borrow with cells inside: natives, the interpreter and the collector
//! all see it at the same time, on one thread.
//!
//! **Invariants.**
//! 1. Every word in a cell here is a term of this process's heap, a literal or an immediate, and is shown to the
//!    collector by `visit_roots`.
//! 2. While a process does not run, `resume` is the address of an instruction, `live` that of a live word that describes
//!    the topmost frame there, and the stack from the heap's stack top on is well-formed. Where it waits for the result of an
//!    operation, `live` is null, as the instruction has none: then nothing is collected until it goes on.
//!
//! **What it must not know.** Schedulers, links, monitors, names.

use std::cell::{Cell, RefCell};

use jovial_term::raw::{Visitor, Word};
use jovial_term::{Heap, HeapOptions, OutOfMemory, Pid, Term};

use crate::dictionary::Dictionary;
use crate::mailbox::Mailbox;
use crate::native::{Class, JobResult};
use crate::raw_term;

/// One process.
pub struct Process {
    pub(crate) heap: std::cell::UnsafeCell<Heap>,
    /// Instruction to go on at; null before the first call.
    pub(crate) resume: Cell<*const u32>,
    /// Live word of the topmost frame at `resume`, or null.
    pub(crate) live: Cell<*const u32>,
    /// Reductions that natives charged and the interpreter has not counted yet.
    pub(crate) charged: Cell<i64>,
    /// Reductions taken away to force a safepoint soon; given back there.
    pub(crate) withheld: Cell<i64>,
    pub(crate) reductions: Cell<u64>,
    /// What is being raised: class, reason, raw trace. What ended the process, after it has.
    pub(crate) class: Cell<Class>,
    pub(crate) reason: Cell<Word>,
    pub(crate) trace: Cell<Word>,
    /// Boxed, as few processes have one.
    pub(crate) job_result: Cell<Option<Box<JobResult>>>,
    pub(crate) interrupted: Cell<bool>,
    group_leader: Cell<Word>,
    /// `None` while it is empty.
    dictionary: Cell<Option<Box<Dictionary>>>,
    /// Of a session's root process alone, so boxed.
    #[expect(clippy::box_collection, reason = "eight bytes in place of 24 in every process")]
    slots: Cell<Option<Box<Vec<Word>>>>,
    mailbox: RefCell<Mailbox>,
    cause: Cell<u64>,
    keeps_cause: Cell<bool>,
    pid: Pid,
}

// SAFETY: the pointers lead to code, which is not freed while a process is there, and into the heap, which is `Send`.
unsafe impl Send for Process {}

impl Process {
    /// A process that has nothing to do yet; see [`Machine::start`](crate::Machine::start).
    pub fn new(pid: Pid, options: HeapOptions) -> Result<Process, OutOfMemory> {
        let heap = Heap::with_options(options)?;
        Ok(Process {
            heap: std::cell::UnsafeCell::new(heap),
            resume: Cell::new(std::ptr::null()),
            live: Cell::new(std::ptr::null()),
            charged: Cell::new(0),
            withheld: Cell::new(0),
            reductions: Cell::new(0),
            class: Cell::new(Class::Error),
            reason: Cell::new(Word::ZERO),
            trace: Cell::new(Word::NIL),
            job_result: Cell::new(None),
            interrupted: Cell::new(false),
            group_leader: Cell::new(Word::pid(pid.number())),
            dictionary: Cell::default(),
            slots: Cell::default(),
            mailbox: RefCell::default(),
            cause: Cell::new(0),
            keeps_cause: Cell::new(false),
            pid,
        })
    }

    pub fn heap(&self) -> &Heap {
        // SAFETY: only a collection borrows the heap exclusively, and it runs while nothing else looks at the process.
        unsafe { &*self.heap.get() }
    }

    pub fn pid(&self) -> Pid {
        self.pid
    }

    /// Messages that arrived. Not to be borrowed across anything that runs the process.
    pub fn mailbox(&self) -> &RefCell<Mailbox> {
        &self.mailbox
    }

    /// The mailbox, for receive instructions.
    ///
    /// # Safety
    /// Nothing else uses the mailbox while the result is in use: no other function of this process is called meanwhile.
    #[expect(clippy::mut_from_ref, reason = "as of a cell")]
    #[inline]
    pub(crate) unsafe fn messages(&self) -> &mut Mailbox {
        debug_assert!(self.mailbox.try_borrow_mut().is_ok(), "no borrow outlives its instruction");
        // SAFETY: by contract.
        unsafe { &mut *self.mailbox.as_ptr() }
    }

    pub fn group_leader(&self) -> Term<'_> {
        raw_term(self.heap(), self.group_leader.get())
    }

    pub fn set_group_leader(&self, leader: Term<'_>) {
        self.group_leader.set(leader.word());
    }

    /// Does something with the process dictionary.
    fn with_dictionary<T>(&self, work: impl FnOnce(&mut Dictionary) -> T) -> Option<T> {
        let mut dictionary = self.dictionary.take()?;
        let done = work(&mut dictionary);
        self.dictionary.set(Some(dictionary).filter(|dictionary| !dictionary.is_empty()));
        Some(done)
    }

    /// What the process dictionary has for a key.
    pub fn dictionary_get(&self, key: Term<'_>) -> Option<Term<'_>> {
        let heap = self.heap();
        self.with_dictionary(|dictionary| dictionary.get(heap, key)).flatten().map(|word| raw_term(heap, word))
    }

    /// Puts a value into the process dictionary, and gives the one that was there.
    pub fn dictionary_put<'h>(&'h self, key: Term<'h>, value: Term<'h>) -> Option<Term<'h>> {
        let heap = self.heap();
        let mut dictionary = self.dictionary.take().unwrap_or_default();
        let old = dictionary.put(heap, key, value);
        self.dictionary.set(Some(dictionary));
        old.map(|word| raw_term(heap, word))
    }

    /// Takes a key out of the process dictionary, and gives its value.
    pub fn dictionary_erase(&self, key: Term<'_>) -> Option<Term<'_>> {
        let heap = self.heap();
        self.with_dictionary(|dictionary| dictionary.erase(heap, key)).flatten().map(|word| raw_term(heap, word))
    }

    /// All that is in the process dictionary.
    pub fn dictionary(&self) -> Vec<(Term<'_>, Term<'_>)> {
        let term = |word| raw_term(self.heap(), word);
        let pairs =
            |dictionary: &mut Dictionary| dictionary.pairs().map(|(key, value)| (term(key), term(value))).collect();
        self.with_dictionary(pairs).unwrap_or_default()
    }

    pub fn clear_dictionary(&self) {
        self.dictionary.set(None);
    }

    /// A slot of the session; `[]` if it was never written.
    pub fn slot(&self, number: usize) -> Term<'_> {
        let word = self.with_slots(|slots| slots.get(number).copied());
        raw_term(self.heap(), word.flatten().unwrap_or(Word::NIL))
    }

    pub fn set_slot(&self, number: usize, value: Term<'_>) {
        let mut slots = self.slots.take().unwrap_or_default();
        if slots.len() <= number {
            slots.resize(number + 1, Word::NIL);
        }
        slots[number] = value.word();
        self.slots.set(Some(slots));
    }

    /// Lends the slots out, if there are any; `look` runs nothing that asks for them again.
    fn with_slots<R>(&self, look: impl FnOnce(&mut Vec<Word>) -> R) -> Option<R> {
        let mut slots = self.slots.take()?;
        let found = look(&mut slots);
        self.slots.set(Some(slots));
        Some(found)
    }

    /// How many slots the session has used.
    pub fn slot_count(&self) -> usize {
        self.with_slots(|slots| slots.len()).unwrap_or(0)
    }

    /// Tag that output and spawned processes inherit, to tell which cell caused them.
    pub fn cause(&self) -> u64 {
        self.cause.get()
    }

    pub fn set_cause(&self, cause: u64) {
        self.cause.set(cause);
    }

    /// Takes over the tag of what this process is handling, unless it keeps its own.
    pub fn adopt_cause(&self, cause: u64) {
        if cause != 0 && !self.keeps_cause.get() {
            self.cause.set(cause);
        }
    }

    /// From now on the process keeps its tag whatever it handles: a cell's own output is the cell's.
    pub fn keep_cause(&self) {
        self.keeps_cause.set(true);
    }

    /// Puts a small message straight into the heap of a process that does not run and has no other; false if it is not so.
    #[inline]
    pub fn hand_over(&self, message: Term<'_>, cause: u64) -> bool {
        let mut mailbox = self.mailbox.borrow_mut();
        if !mailbox.is_empty() {
            return false;
        }
        let Some(copy) = self.heap().copy_small(message) else { return false };
        mailbox.push_adopted(copy.word(), cause);
        true
    }

    /// The message at the save pointer, with the heap's top stored.
    #[inline(never)]
    pub(crate) fn peek(&self) -> Option<Word> {
        self.mailbox.borrow_mut().peek(self.heap())
    }

    /// Takes the message at the save pointer out of the mailbox, and the tag of who caused it over.
    pub(crate) fn accept(&self) {
        let cause = self.mailbox.borrow_mut().accept(self.heap());
        self.adopt_cause(cause);
    }

    /// Takes the oldest message, whatever it is, for natives that are loops of their own.
    pub fn take_message(&self) -> Option<Term<'_>> {
        self.mailbox.borrow_mut().end_receive();
        let word = self.mailbox.borrow_mut().peek(self.heap())?;
        self.accept();
        Some(raw_term(self.heap(), word))
    }

    /// Counts work against the time slice.
    pub fn charge(&self, reductions: u32) {
        self.charged.set(self.charged.get() + i64::from(reductions));
    }

    /// Reductions since the process began, up to the last stop.
    pub fn reductions(&self) -> u64 {
        self.reductions.get()
    }

    /// The value of the first function, after [`Stop::Done`](crate::Stop::Done).
    pub fn result(&self) -> Term<'_> {
        raw_term(self.heap(), self.reason.get())
    }

    /// What was raised, after [`Stop::Exit`](crate::Stop::Exit).
    pub fn raised(&self) -> Term<'_> {
        raw_term(self.heap(), self.reason.get())
    }

    /// Its raw stack trace; [`Machine::stacktrace`](crate::Machine::stacktrace) makes a list of it.
    pub fn raised_trace(&self) -> Term<'_> {
        raw_term(self.heap(), self.trace.get())
    }

    /// Makes a process that does not run go on by raising [`Class::Interrupt`] where it is, whatever it waits for.
    pub fn interrupt(&self) {
        self.interrupted.set(true);
    }

    /// Gives the result of a job to a process that stopped with [`Stop::Offload`](crate::Stop::Offload).
    pub fn resume_with(&self, result: JobResult) {
        self.job_result.set(Some(Box::new(result)));
    }

    /// Calls `look` with all words that the process has beside its heap and stack.
    pub(crate) fn words(&self, mut look: impl FnMut(Word)) {
        look(Word(self.resume.get() as u64));
        look(Word(self.live.get() as u64));
        for cell in [&self.reason, &self.trace, &self.group_leader] {
            look(cell.get());
        }
        self.with_slots(|slots| slots.iter().for_each(|word| look(*word)));
        self.with_dictionary(|dictionary| {
            for (key, value) in dictionary.pairs() {
                look(key);
                look(value);
            }
        });
    }

    pub(crate) fn visit_roots(&self, visitor: &mut Visitor<'_>) {
        let mut cell = |cell: &Cell<Word>| {
            let mut word = cell.get();
            visitor.word(&mut word);
            cell.set(word);
        };
        cell(&self.reason);
        cell(&self.trace);
        cell(&self.group_leader);
        self.with_dictionary(|dictionary| dictionary.visit_roots(visitor));
        self.with_slots(|slots| visitor.slice(slots));
        self.mailbox.borrow_mut().visit_roots(visitor);
    }
}
