//! The order of terms: laws, and orders recorded from OTP 25.

use std::cmp::Ordering;
use std::sync::LazyLock;

use jovial_atoms::Atom;
use jovial_term::{External, FunEntry, FunUses, Heap, Kind, Pid, Term};
use proptest::prelude::*;

use crate::gen_terms::plain;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn is_a_total_order(values in proptest::collection::vec(plain(), 3)) {
        let heap = Heap::new();
        let terms: Vec<Term<'_>> = values.iter().map(|value| value.build(&heap)).collect();
        let [a, b, c] = terms[..] else { unreachable!() };
        for compare in [Term::compare, Term::compare_exact] {
            prop_assert_eq!(compare(a, a), Ordering::Equal);
            prop_assert_eq!(compare(a, b), compare(b, a).reverse());
            let mut sorted = [a, b, c];
            sorted.sort_by(|left, right| compare(*left, *right));
            prop_assert!(compare(sorted[0], sorted[2]) != Ordering::Greater);
        }
        prop_assert_eq!(a.compare(b) == Ordering::Equal, a.equals(b));
        prop_assert_eq!(a.compare_exact(b) == Ordering::Equal, a.same(b));
        if a.same(b) {
            prop_assert_eq!(a.hash64(), b.hash64());
        }
        let again = values[0].build(&heap);
        prop_assert!(again.same(a) && again.hash64() == a.hash64());
    }
}

static ENTRY: LazyLock<FunEntry> = LazyLock::new(|| FunEntry {
    code: 0.into(),
    module: Atom::new("m"),
    name: Atom::new("f"),
    arity: 1,
    index: 0,
    old_uniq: 1,
    uniq: [0; 16],
    uses: FunUses::new(),
});

#[test]
fn kinds_are_ordered() {
    let heap = Heap::new();
    let entry = &raw const *ENTRY;
    let other_node = Atom::new("x@y");
    let ascending = [
        heap.int128(-(1 << 100)),
        Term::small32(-1),
        heap.float(-0.5),
        Term::ZERO,
        heap.float(0.5),
        Term::small32(1),
        heap.int(i64::MAX),
        heap.float(1e30),
        Term::atom(Atom::new("a")),
        Term::atom(Atom::new("aa")),
        Term::atom(Atom::new("b")),
        heap.make_ref(1),
        heap.make_ref(1 << 20),
        heap.external(Kind::Reference, &External::new(other_node, 1, &[1, 2, 3])).expect("a reference"),
        // SAFETY: the entry is never freed.
        unsafe { heap.fun(entry, 1, &[]) },
        // SAFETY: as above.
        unsafe { heap.fun(entry, 1, &[Term::OK]) },
        heap.external_fun(Atom::new("m"), Atom::new("f"), 1),
        heap.external_fun(Atom::new("m"), Atom::new("f"), 2),
        Term::port(jovial_term::Port::new(3)),
        Term::pid(Pid::new(5)),
        Term::pid(Pid::new(1 << 28)),
        heap.tuple(&[]),
        heap.tuple(&[Term::small32(9)]),
        heap.tuple(&[Term::ZERO, Term::ZERO]),
        heap.empty_map(),
        heap.map_from([(Term::small32(1), Term::small32(2))]),
        heap.map_from([(Term::small32(1), Term::small32(3))]),
        heap.map_from([(Term::small32(2), Term::small32(0))]),
        heap.map_from([(heap.float(1.0), Term::small32(0))]),
        heap.map_from([(Term::OK, Term::small32(0))]),
        Term::EMPTY_LIST,
        heap.list([Term::small32(1)]),
        heap.list([Term::small32(1), Term::small32(1)]),
        heap.list([Term::small32(2)]),
        heap.cons(Term::small32(2), heap.binary(b"")),
        heap.binary(b""),
        heap.binary(b"a"),
        heap.binary(b"ab"),
        heap.bitstring(jovial_term::Bits::new(b"b", 0, 7)),
        heap.binary(b"b"),
    ];
    for (place, left) in ascending.iter().enumerate() {
        for (other, right) in ascending.iter().enumerate() {
            assert_eq!(left.compare(*right), place.cmp(&other), "{place} against {other}");
        }
    }
}

#[test]
fn big_maps_differ_at_the_least_key() {
    let heap = Heap::new();
    let build = |changes: &[(i32, i32)]| {
        heap.map_from(
            (0..100)
                .map(|key| (key, key))
                .chain(changes.iter().copied())
                .map(|(key, value)| (heap.list([Term::small32(key)]), Term::small32(value))),
        )
    };
    assert_eq!(build(&[(10, 0)]).compare(build(&[(10, 1)])), Ordering::Less);
    assert_eq!(build(&[(10, 0), (20, 9)]).compare(build(&[(10, 1), (20, 1)])), Ordering::Less);
    assert_eq!(build(&[(10, 2), (20, 0)]).compare(build(&[(10, 1), (20, 1)])), Ordering::Greater);
    assert_eq!(build(&[(100, 0)]).compare(build(&[(200, 0)])), Ordering::Less);
    assert_eq!(build(&[(100, 0)]).compare(build(&[(100, 0), (200, 0)])), Ordering::Less);
    let float = heap.map_put(build(&[]).as_map().expect("a map"), heap.list([Term::small32(7)]), heap.float(7.0));
    assert_eq!(build(&[]).compare(float), Ordering::Equal);
    assert!(build(&[]).equals(float) && !build(&[]).same(float));
    assert_eq!(build(&[]).compare_exact(float), Ordering::Less);
}
