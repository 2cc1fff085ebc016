//! Random programs on a few processes: build, share, send, append, push and pop, collect; every value keeps its hash.

use std::sync::Arc;
use std::sync::LazyLock;

use jovial_atoms::Atom;
use jovial_term::raw::{self, WholeStack, Word};
use jovial_term::{Bits, Fragment, FunEntry, FunUses, Heap, LiteralArea, LiteralBuilder, Term};
use proptest::prelude::*;

const REGISTERS: usize = 6;
const PROCESSES: usize = 3;
/// Values whose copy would be larger are forgotten, or sharing would make copies explode.
const SIZE_MAX: usize = 3_000;

static ENTRY: LazyLock<FunEntry> = LazyLock::new(|| FunEntry {
    code: 0.into(),
    module: Atom::new("mutator"),
    name: Atom::new("f"),
    arity: 0,
    index: 0,
    old_uniq: 0,
    uniq: [0; 16],
    uses: FunUses::new(),
});

fn literals() -> LiteralArea {
    let builder = LiteralBuilder::new();
    let heap = builder.heap();
    let keys = heap.map_from([(Term::OK, Term::ZERO), (Term::TRUE, heap.binary(&[9; 100]))]);
    LiteralArea::new(&[keys, heap.list([keys, keys])]).expect("room")
}

#[derive(Clone, Copy, Debug)]
struct Step {
    process: usize,
    action: u8,
    from: usize,
    other: usize,
    to: usize,
    seed: u16,
}

fn step() -> impl Strategy<Value = Step> {
    (0..PROCESSES, 0u8..24, 0..REGISTERS, 0..REGISTERS, 0..REGISTERS, any::<u16>())
        .prop_map(|(process, action, from, other, to, seed)| Step { process, action, from, other, to, seed })
}

struct Process {
    heap: Heap,
    registers: [Word; REGISTERS],
    /// What the registers' values hash to.
    hashes: [u64; REGISTERS],
    /// What the stack's values hash to, top last.
    stack: Vec<u64>,
}

impl Process {
    fn new() -> Process {
        let hash = Term::ZERO.hash64();
        Process { heap: Heap::new(), registers: [Word::ZERO; REGISTERS], hashes: [hash; REGISTERS], stack: Vec::new() }
    }

    fn term(&self, register: usize) -> Term<'_> {
        // SAFETY: registers are kept up to date by the collections.
        unsafe { raw::term(&self.heap, self.registers[register]) }
    }

    fn set(&mut self, register: usize, word: Word, hash: u64) {
        self.registers[register] = word;
        self.hashes[register] = hash;
    }

    fn push(&mut self, register: usize) {
        if self.heap.free_words() < 1 {
            self.collect(0, 1);
        }
        // SAFETY: there is room for a word above the red zone.
        unsafe {
            let sp = raw::sp(&self.heap).sub(1);
            *sp = self.registers[register];
            raw::set_sp(&self.heap, sp);
        }
        self.stack.push(self.hashes[register]);
    }

    /// Pops; the ballast at the bottom stays.
    fn pop(&mut self, register: usize) {
        if self.stack.len() < 2 {
            return;
        }
        let Some(hash) = self.stack.pop() else { return };
        let sp = raw::sp(&self.heap);
        // SAFETY: the stack is not empty.
        let word = unsafe {
            raw::set_sp(&self.heap, sp.add(1));
            *sp
        };
        self.set(register, word, hash);
    }

    fn collect(&mut self, kind: u8, need: usize) {
        let mut roots = WholeStack(&mut self.registers);
        // SAFETY: registers and stack hold all words in use.
        let done = unsafe {
            match kind {
                0 => raw::collect(&mut self.heap, need, &mut roots),
                1 => raw::collect_now(&mut self.heap, need, &mut roots),
                _ => raw::hibernate(&mut self.heap, &mut roots),
            }
        };
        done.expect("memory");
        jovial_term::verify::heap(&self.heap).expect("a sound heap");
        self.check();
    }

    fn check(&self) {
        for register in 0..REGISTERS {
            assert_eq!(self.term(register).hash64(), self.hashes[register], "register {register}");
        }
        for (depth, hash) in self.stack.iter().rev().enumerate() {
            // SAFETY: the stack has as many words as the model.
            let term = unsafe { raw::term(&self.heap, *raw::sp(&self.heap).add(depth)) };
            assert_eq!(term.hash64(), *hash, "stack slot {depth}");
        }
    }

    /// Builds something from two registers.
    fn build<'h>(&'h self, step: Step, literals: &'h LiteralArea) -> Term<'h> {
        let heap = &self.heap;
        let (from, other) = (self.term(step.from), self.term(step.other));
        let seed = i32::from(step.seed);
        match step.action {
            0 => heap.cons(from, other),
            1 => heap.tuple(&[from, other, Term::small32(seed)]),
            2 => heap.float(f64::from(seed)),
            3 => heap.int128(i128::from(seed) << 90),
            4 => heap.binary(&vec![step.seed as u8; usize::from(step.seed % 200)]),
            5 => heap.list((0..seed % 40).map(Term::small32)),
            6 | 7 => match from.as_map() {
                Some(map) => heap.map_put(map, Term::small32(seed % 50), other),
                None => heap.map_from((0..seed % 60).map(|key| (Term::small32(key), from))),
            },
            8 => match from.as_map() {
                Some(map) => heap.map_remove(map, Term::small32(seed % 50)),
                None => literals.get(usize::from(step.seed % 2)),
            },
            9 | 10 => match from.as_bitstring() {
                Some(bits) => {
                    let start = usize::from(step.seed) % (bits.size_bits() + 1);
                    heap.sub_binary(from, start, (bits.size_bits() - start) / 2).expect("within")
                }
                None => heap.binary(b"short"),
            },
            11 | 12 => match from.as_bitstring() {
                Some(_) => heap.append(from, Bits::from(&b"some more bytes"[..])).expect("room"),
                None => heap.binary(&[b'x'; 70]),
            },
            13 => heap.magic_ref(u64::from(step.seed), Arc::new(step.seed)),
            // SAFETY: the entry lives for ever.
            14 => unsafe { heap.fun(&raw const *ENTRY, 0, &[from, other]) },
            15 => match (from.as_map(), other.as_map()) {
                (Some(first), Some(second)) => heap.map_merge(first, second),
                _ => heap.make_ref(u64::from(step.seed)),
            },
            _ => from,
        }
    }
}

/// Runs the steps; at the bottom of each stack lies a list of `ballast` floats.
fn run(steps: &[Step], ballast: i32) {
    let literals = literals();
    let mut processes: [Process; PROCESSES] = std::array::from_fn(|_| Process::new());
    for process in &mut processes {
        let list = process.heap.list((0..ballast).map(|n| process.heap.float(f64::from(n))));
        let (word, hash) = (list.word(), list.hash64());
        process.set(0, word, hash);
        process.push(0);
        process.set(0, Word::ZERO, Term::ZERO.hash64());
    }
    for &step in steps {
        let process = &mut processes[step.process];
        match step.action {
            0..16 => {
                let built = process.build(step, &literals);
                let keep = built.flat_size() <= SIZE_MAX;
                let (word, hash) =
                    if keep { (built.word(), built.hash64()) } else { (Word::NIL, Term::EMPTY_LIST.hash64()) };
                process.set(step.to, word, hash);
                if step.seed.is_multiple_of(5) || process.heap.wants_collection() {
                    process.collect(0, usize::from(step.seed % 100));
                }
            }
            16 => process.push(step.from),
            17 => process.pop(step.to),
            18 => process.set(step.to, process.registers[step.from], process.hashes[step.from]),
            19..22 => {
                let message = Fragment::copy_of(process.term(step.from)).expect("memory");
                let hash = process.hashes[step.from];
                if step.action < 21 {
                    let target = &mut processes[step.other % PROCESSES];
                    let word = target.heap.adopt(message).word();
                    target.set(step.to, word, hash);
                }
            }
            22 => process.collect(1, 0),
            _ => process.collect((step.seed % 3) as u8, usize::from(step.seed % 500)),
        }
    }
    processes.iter().for_each(Process::check);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(160))]

    #[test]
    fn values_survive_random_programs(steps in proptest::collection::vec(step(), 1..250)) {
        run(&steps, 0);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn values_survive_in_large_heaps(steps in proptest::collection::vec(step(), 1..250)) {
        run(&steps, 6_000);
    }
}

#[test]
fn shared_parts_stay_shared() {
    let mut process = Process::new();
    let mut term = process.heap.list([Term::OK]);
    for _ in 0..40 {
        term = process.heap.tuple(&[term, term]);
    }
    let word = term.word();
    process.registers[0] = word;
    for kind in [0, 0, 1, 0, 0, 2] {
        let mut roots = WholeStack(&mut process.registers);
        // SAFETY: registers and stack hold all words in use.
        unsafe {
            match kind {
                0 => raw::collect(&mut process.heap, 0, &mut roots),
                1 => raw::collect_now(&mut process.heap, 0, &mut roots),
                _ => raw::hibernate(&mut process.heap, &mut roots),
            }
        }
        .expect("memory");
        let stats = process.heap.stats();
        assert_eq!(stats.heap_used + stats.old_used, 40 * 3 + 2, "2^40 paths, 41 objects");
    }
}
