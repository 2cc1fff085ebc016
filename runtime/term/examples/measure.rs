//! Prints what common operations on terms cost. Figures depend on the machine; run it before and after a change.
//! An argument is a part of the names of those that are of interest.
#![allow(clippy::print_stdout, clippy::cast_precision_loss, reason = "a tool that prints times")]

use std::hint::black_box;
use std::time::Instant;

use jovial_atoms::Atom;
use jovial_term::raw::{self, WholeStack, Word};
use jovial_term::{Bits, Fragment, Heap, Term};

/// Runs `work` a few times, if the name contains what was asked for, and prints the least time for each of `count` operations.
fn measure(name: &str, count: u32, mut work: impl FnMut()) {
    if std::env::args().nth(1).is_some_and(|part| !name.contains(&part)) {
        return;
    }
    let mut best = f64::INFINITY;
    for _ in 0..5 {
        let start = Instant::now();
        work();
        best = best.min(start.elapsed().as_nanos() as f64);
    }
    println!("{name:42} {:10.1} ns", best / f64::from(count));
}

fn collect(heap: &mut Heap, registers: &mut [Word]) {
    // SAFETY: the registers are all words in use.
    unsafe { raw::collect(heap, 0, &mut WholeStack(registers)) }.expect("memory");
}

fn main() {
    println!("heap {} bytes, first block 512 bytes", size_of::<Heap>());
    measure("new heap and drop", 100_000, || {
        for _ in 0..100_000 {
            black_box(Heap::new());
        }
    });
    measure("cons, in fragments", 1_000_000, || {
        let heap = Heap::new();
        black_box(heap.list((0..1_000_000).map(Term::small32)));
    });
    measure("build a list of 1 M with collections, each", 1_000_000, || {
        let mut heap = Heap::new();
        let mut registers = [Word::NIL];
        for value in 0..1_000_000 {
            if heap.free_words() < 2 {
                collect(&mut heap, &mut registers);
            }
            // SAFETY: the register is kept up to date by the collections.
            let tail = unsafe { Term::from_word(registers[0]) };
            registers[0] = heap.cons(Term::small32(value), tail).word();
        }
    });
    {
        let mut heap = Heap::new();
        let mut registers = [heap.list((0..1_000_000).map(Term::small32)).word()];
        collect(&mut heap, &mut registers);
        measure("major collection of a list of 1 M, each", 1_000_000, || {
            // SAFETY: the registers are all words in use.
            unsafe { raw::collect_now(&mut heap, 0, &mut WholeStack(&mut registers)) }.expect("memory");
        });
        // SAFETY: kept up to date.
        let list = unsafe { raw::term(&heap, registers[0]) };
        measure("copy a list of 1 M to a fragment, each", 1_000_000, || {
            black_box(Fragment::copy_of(list).expect("memory"));
        });
        measure("hash a list of 1 M, each", 1_000_000, || {
            black_box(list.hash64());
        });
        let other = Fragment::copy_of(list).expect("memory");
        measure("compare lists of 1 M, each", 1_000_000, || {
            black_box(list.equals(other.root()));
        });
    }
    {
        let heap = Heap::new();
        let message = heap.tuple(&[Term::OK, heap.make_ref(7), heap.list([Term::TRUE, Term::FALSE])]);
        measure("message {:ok, ref, [_, _]}: copy and drop", 100_000, || {
            for _ in 0..100_000 {
                black_box(Fragment::copy_of(message).expect("memory"));
            }
        });
    }
    messages();
    maps();
    numbers();
    strings();
}

/// Copies of what messages carry, to fragments that are dropped at once.
fn messages() {
    let heap = Heap::new();
    let numbers = heap.list((0..1000).map(Term::small32));
    let reversed = (0..1000).fold(Term::EMPTY_LIST, |list, n| heap.cons(Term::small32(n), list));
    let pairs = heap.list((0..1000).map(|n| heap.tuple(&[Term::small32(n), Term::small32(2 * n)])));
    let nested = heap.list((0..1000).map(|n| heap.tuple(&[Term::small32(n), heap.list([Term::small32(n)])])));
    let strings = heap.list((0..1000).map(|n| heap.binary(format!("value {n}").as_bytes())));
    let map = heap.map_from((0..1000).map(|n| (Term::small32(n), heap.binary(format!("value {n}").as_bytes()))));
    let terms = [
        ("numbers", numbers),
        ("numbers, backwards", reversed),
        ("pairs", pairs),
        ("tuples with lists", nested),
        ("strings", strings),
        ("entries of a map", map),
    ];
    for (name, term) in terms {
        // As a receiver has it: laid out by a copy.
        let laid_out = Fragment::copy_of(term).expect("memory");
        measure(&format!("copy a thousand {name}, each"), 1_000_000, || {
            for _ in 0..1000 {
                black_box(Fragment::copy_of(black_box(laid_out.root())).expect("memory"));
            }
        });
        if let Some(len) = term.list_len() {
            measure(&format!("length of a thousand {name}, each"), 1_000_000, || {
                for _ in 0..1000 {
                    assert_eq!(black_box(laid_out.root()).list_len(), Some(len));
                }
            });
        }
        let mut heap = Heap::new();
        let mut registers = [heap.copy_in(term).word()];
        measure(&format!("collect a thousand {name}, each"), 1_000_000, || {
            for _ in 0..1000 {
                // SAFETY: the registers are all words in use.
                unsafe { raw::collect_now(&mut heap, 0, &mut WholeStack(&mut registers)) }.expect("memory");
            }
        });
    }
}

fn maps() {
    let heap = Heap::new();
    let keys: Vec<Term<'_>> = (0..100_000).map(Term::small32).collect();
    let build = || heap.map_from(keys.iter().map(|key| (*key, *key)));
    measure("map of 100 k from pairs, each", 100_000, || {
        black_box(build());
    });
    let big = build().as_map().expect("a map");
    measure("get in a map of 100 k", 100_000, || {
        for key in &keys {
            black_box(big.get(*key));
        }
    });
    measure("update in a map of 100 k", 10_000, || {
        let heap = Heap::new();
        for key in &keys[..10_000] {
            black_box(heap.map_put(big, *key, Term::TRUE));
        }
    });
    measure("100 k puts from empty, each", 100_000, || {
        let heap = Heap::new();
        let map = keys.iter().fold(heap.empty_map(), |map, key| heap.map_put(map.as_map().expect("a map"), *key, *key));
        black_box(map);
    });
    measure("iterate a map of 100 k, each", 100_000, || {
        black_box(big.iter().count());
    });
    let atoms: Vec<Term<'_>> = (0..8).map(|n| Term::atom(Atom::new(&format!("field_{n}")))).collect();
    let small = heap.map_from(atoms.iter().map(|key| (*key, Term::ZERO))).as_map().expect("a map");
    measure("get in a map of 8 atoms", 80_000, || {
        for _ in 0..10_000 {
            for key in &atoms {
                black_box(black_box(small).get(*key));
            }
        }
    });
    measure("update in a map of 8 atoms", 80_000, || {
        let heap = Heap::new();
        for _ in 0..10_000 {
            for key in &atoms {
                black_box(heap.map_put(small, *key, Term::TRUE));
            }
        }
    });
    measure("map of 8 atoms from pairs", 10_000, || {
        let heap = Heap::new();
        for _ in 0..10_000 {
            black_box(heap.map_from(atoms.iter().map(|key| (*key, Term::ZERO))));
        }
    });
}

fn numbers() {
    measure("2000! , each multiplication", 2_000, || {
        let heap = Heap::new();
        let product = (1..=2000).try_fold(Term::small32(1), |product, n| heap.mul(product, Term::small32(n)));
        black_box(product.is_ok());
    });
    let heap = Heap::new();
    let forty = heap.parse_int(b"1234567890123456789012345678901234567890", 10).expect("digits");
    measure("add numbers of 40 digits", 100_000, || {
        let heap = Heap::new();
        for _ in 0..100_000 {
            black_box(heap.add(forty, forty).is_ok());
        }
    });
    let long = "7".repeat(10_000);
    let long = heap.parse_int(long.as_bytes(), 10).expect("digits");
    measure("10 k digits to text", 1, || {
        black_box(long.as_int().expect("an integer").to_text(10));
    });
    measure("10 k digits multiplied", 1, || {
        black_box(heap.mul(long, long).is_ok());
    });
    measure("float to text", 10_000, || {
        for n in 0..10_000 {
            black_box(jovial_term::float::short(f64::from(n) / 7.0));
        }
    });
}

fn strings() {
    measure("append 10 bytes to a string, 100 k times", 100_000, || {
        let mut heap = Heap::new();
        let mut registers = [heap.binary(b"").word()];
        for _ in 0..100_000 {
            if heap.free_words() < 8 || heap.wants_collection() {
                collect(&mut heap, &mut registers);
            }
            // SAFETY: the register is kept up to date by the collections.
            let string = unsafe { Term::from_word(registers[0]) };
            let longer = heap.append(string, Bits::from(&b"0123456789"[..])).expect("room");
            registers[0] = longer.word();
        }
    });
    let heap = Heap::new();
    let text = heap.binary(&vec![b'a'; 100_000]);
    measure("match 100 k characters in UTF-8", 100_000, || {
        let bits = text.as_binary().expect("a binary");
        let mut at = 0;
        while let Some((char, size)) = bits.read_utf8(at) {
            black_box(char);
            at += size;
        }
    });
}
