//! Versions of modules: which code an address belongs to, and when code that was replaced is freed.
//!
//! **What it is for.** [`Versions`] knows the code of all versions. What was replaced is retired, and once enough is, a [`Sweep`] looks
//! at every process for words that lead there. What none leads to is freed when the sweep is dropped. Who runs processes makes
//! sure that each one there was when the sweep began is shown to it, between two slices. `docs/design/code-versions.md` says why that is enough.
//!
//! **Invariants.**
//! 1. A version is retired after calls stopped finding it, so only who has a reference to it can pass one on.
//! 2. The end of a sweep frees a version only if no process that was shown refers to it, no fragment has a fun of it, and none
//!    was copied since the sweep before the last one began.
//! 3. There is one sweep at a time.
//!
//! **What it must not know.** How processes are found and stopped.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use jovial_atoms::Atom;
use jovial_term::{Heap, Term, raw, stress};

use crate::machine::Machine;
use crate::module::Code;
use crate::process::Process;

/// Bytes of retired code that are not worth a sweep.
const LEAST: usize = 1 << 20;
/// The same where tests collect garbage at every place.
const LEAST_UNDER_STRESS: usize = 1 << 15;

fn least() -> usize {
    if stress::period() == 0 { LEAST } else { LEAST_UNDER_STRESS }
}

#[derive(Default)]
pub(crate) struct Versions {
    /// The code of all versions by its start.
    all: RwLock<BTreeMap<usize, Arc<Code>>>,
    retired: Mutex<Retired>,
    /// Whether a sweep may be worth it; a hint, for who asks often.
    due: AtomicBool,
    /// Bytes that all versions take.
    size: AtomicUsize,
}

#[derive(Default)]
struct Retired {
    codes: Vec<Arc<Code>>,
    size: usize,
    /// Size at which the next sweep is due, if larger than the least.
    limit: usize,
    sweeping: bool,
}

impl Versions {
    fn retired(&self) -> MutexGuard<'_, Retired> {
        self.retired.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn add(&self, code: &Arc<Code>) {
        self.size.fetch_add(code.size(), Ordering::Relaxed);
        self.all.write().unwrap_or_else(PoisonError::into_inner).insert(code.range().0, Arc::clone(code));
    }

    /// The version whose code covers an address.
    pub(crate) fn at(&self, address: usize) -> Option<Arc<Code>> {
        let versions = self.all.read().unwrap_or_else(PoisonError::into_inner);
        let (_, version) = versions.range(..=address).next_back()?;
        version.offset(address).is_some().then(|| Arc::clone(version))
    }

    /// Takes note of a version that calls don't find any more. One that lasts stays as it is.
    pub(crate) fn retire(&self, code: &Arc<Code>) {
        if !code.is_passing() {
            return;
        }
        let mut retired = self.retired();
        retired.size += code.size();
        retired.codes.push(Arc::clone(code));
        self.settle(&retired);
    }

    fn settle(&self, retired: &Retired) {
        let due = !retired.sweeping && retired.size >= retired.limit.max(least());
        self.due.store(due, Ordering::Relaxed);
    }

    /// Begins to look, if what is retired is worth looking at so many bytes of heaps.
    fn begin(&self, heaps: usize) -> Option<Vec<Suspect>> {
        let mut retired = self.retired();
        // A look costs about as much as a collection of all heaps, so it waits for a fair part of their size.
        retired.limit = retired.limit.max(heaps / 4);
        self.settle(&retired);
        if !self.due.swap(false, Ordering::Relaxed) {
            return None;
        }
        retired.sweeping = true;
        let suspect = |code: &Arc<Code>| Suspect { code: Arc::clone(code), seen: AtomicBool::new(false) };
        let mut suspects: Vec<Suspect> = retired.codes.iter().map(suspect).collect();
        suspects.sort_by_key(|suspect| suspect.code.addresses().start);
        Some(suspects)
    }

    /// Frees what was not seen.
    fn conclude(&self, suspects: Vec<Suspect>) {
        let mut freed = Vec::new();
        let mut kept = Vec::new();
        for suspect in suspects {
            // Both questions are to be asked of each.
            let used = suspect.code.may_have_funs();
            if used || suspect.seen.into_inner() { &mut kept } else { &mut freed }.push(suspect.code);
        }
        let mut all = self.all.write().unwrap_or_else(PoisonError::into_inner);
        for code in &freed {
            all.remove(&code.range().0);
            self.size.fetch_sub(code.size(), Ordering::Relaxed);
        }
        drop(all);
        let mut retired = self.retired();
        freed.sort_by_key(Arc::as_ptr);
        retired.codes.retain(|code| freed.binary_search_by_key(&Arc::as_ptr(code), Arc::as_ptr).is_err());
        retired.size = retired.codes.iter().map(|code| code.size()).sum();
        // What is kept is looked at again when as much is new.
        retired.limit = 2 * kept.iter().map(|code| code.size()).sum::<usize>();
        retired.sweeping = false;
        self.settle(&retired);
    }
}

/// A retired version, and whether a word that leads to it was found.
struct Suspect {
    code: Arc<Code>,
    seen: AtomicBool,
}

/// A look at all processes for references to code that was replaced. Ends, and frees, when it is dropped.
pub struct Sweep {
    machine: Arc<Machine>,
    suspects: Vec<Suspect>,
}

impl Sweep {
    fn suspect(&self, address: u64) -> Option<&Suspect> {
        let place = self.suspects.partition_point(|suspect| suspect.code.addresses().start <= address);
        let suspect = &self.suspects[place.checked_sub(1)?];
        suspect.code.addresses().contains(&address).then_some(suspect)
    }

    /// Notes what a process that does not run refers to.
    pub fn look_at(&self, process: &Process) {
        let (mut found, mut garbage) = (Vec::new(), false);
        let mut look = |word: u64, stack: bool| {
            if let Some(suspect) = self.suspect(word) {
                found.push(suspect);
                garbage |= !stack;
            }
        };
        raw::passing_words(process.heap(), &mut look);
        process.words(|word| look(word.0, true));
        if garbage && process.collect_garbage().is_ok() {
            // What lay on the heap may have been garbage.
            found.clear();
            let mut look = |word: u64| found.extend(self.suspect(word));
            raw::passing_words(process.heap(), |word, _| look(word));
            process.words(|word| look(word.0));
        }
        for suspect in found {
            suspect.seen.store(true, Ordering::Relaxed);
        }
    }
}

impl Drop for Sweep {
    fn drop(&mut self) {
        self.machine.versions.conclude(std::mem::take(&mut self.suspects));
    }
}

impl Machine {
    /// Whether so much code was replaced that [`Machine::sweep`] may be worth it. Costs next to nothing.
    #[inline]
    pub fn is_sweep_due(&self) -> bool {
        self.versions.due.load(Ordering::Relaxed)
    }

    /// Begins a sweep, if that is due where the heaps of all processes take so many bytes.
    pub fn sweep(self: &Arc<Self>, heaps: usize) -> Option<Sweep> {
        let suspects = self.versions.begin(heaps)?;
        Some(Sweep { machine: Arc::clone(self), suspects })
    }

    /// Deletes a module, and gives its exported function as a fun: for code that is to run once.
    pub fn take_function<'h>(&self, heap: &'h Heap, module: Atom, name: Atom, arity: u8) -> Option<Term<'h>> {
        let version = self.module(module)?;
        let export = version.exports().iter().find(|export| (export.name, export.arity) == (name, arity))?;
        let entry = version.code().fun(export.function.0 as usize)?;
        // SAFETY: an entry outlives the funs that sweeps find (invariant 2).
        let fun = unsafe { heap.fun(entry, arity, &[]) };
        self.delete(module);
        Some(fun)
    }

    /// Bytes that the code of all modules takes, versions that were replaced included.
    pub fn code_size(&self) -> usize {
        self.versions.size.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use jovial_term::{Fragment, HeapOptions, Pid};

    use super::*;

    const PROGRAM: &str = "module :swept
export :one/0 = f0
function f0 :one/0 free 0
b0():
  return 1
end";

    fn load(machine: &Machine) {
        let image = jovial_bytecode::text::read(PROGRAM).expect("it is well-formed");
        machine.load(&jovial_bytecode::emit(&image).expect("it is emitted")).expect("it loads");
    }

    fn take<'h>(machine: &Machine, heap: &'h Heap) -> Term<'h> {
        load(machine);
        machine.take_function(heap, Atom::new("swept"), Atom::new("one"), 0).expect("it is exported")
    }

    /// Replaces the module until a sweep is due, and has it look at a process.
    fn sweep(machine: &Arc<Machine>, process: Option<&Process>) {
        while !machine.is_sweep_due() {
            load(machine);
        }
        let sweep = machine.sweep(0).expect("it is due");
        load(machine);
        assert!(machine.sweep(0).is_none(), "there is one at a time");
        process.into_iter().for_each(|process| sweep.look_at(process));
    }

    fn code_of(fun: Term<'_>) -> usize {
        let fun = fun.as_fun().expect("a fun");
        usize::try_from(fun.entry.code.load(Ordering::Relaxed)).expect("an address")
    }

    #[test]
    fn what_nothing_refers_to_is_freed() {
        let machine = Arc::new(Machine::new());
        for _ in 0..5 {
            sweep(&machine, None);
            assert!(machine.code_size() < least() / 2, "{}", machine.code_size());
        }
    }

    #[test]
    fn a_fun_on_a_heap_keeps_its_version_until_it_is_garbage() {
        let machine = Arc::new(Machine::new());
        let process = Process::new(Pid::new(1), HeapOptions::default()).expect("memory");
        let fun = take(&machine, process.heap());
        let code = code_of(fun);
        process.set_slot(0, fun);
        for _ in 0..4 {
            sweep(&machine, Some(&process));
            assert!(machine.versions.at(code).is_some());
        }
        process.set_slot(0, Term::NIL);
        // A process that never ran has no garbage to collect: a heap without the fun stands for one that has.
        let other = Process::new(Pid::new(2), HeapOptions::default()).expect("memory");
        sweep(&machine, Some(&other));
        assert!(machine.code_size() < least() / 2);
    }

    #[test]
    fn a_fun_in_a_fragment_keeps_its_version() {
        let machine = Arc::new(Machine::new());
        let heap = Heap::new();
        let fun = take(&machine, &heap);
        let (code, fragment) = (code_of(fun), Fragment::copy_of(heap.tuple(&[fun, fun])).expect("memory"));
        drop(heap);
        for _ in 0..4 {
            sweep(&machine, None);
            assert!(machine.versions.at(code).is_some());
        }
        // Where it was adopted, a sweep that began before would not see it; the next but one does.
        let process = Process::new(Pid::new(1), HeapOptions::default()).expect("memory");
        process.set_slot(0, process.heap().adopt(fragment));
        for _ in 0..2 {
            sweep(&machine, None);
            assert!(machine.versions.at(code).is_some());
        }
        sweep(&machine, None);
        assert!(machine.code_size() < least() / 2, "nobody showed the process");
    }
}
