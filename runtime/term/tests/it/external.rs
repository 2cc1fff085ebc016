//! The external format: round trips, depth, and hostile bytes.

use std::sync::LazyLock;

use jovial_atoms::Atom;
use jovial_term::etf::{DecodeError, DecodeOptions, EncodeOptions, FunId, ResolveFun, decode, encode};
use jovial_term::{External, FunEntry, FunUses, Heap, Kind, Pid, Term};
use proptest::prelude::*;

use crate::gen_terms::plain;

fn round_trip(term: Term<'_>, options: EncodeOptions) {
    let bytes = encode(term, options).expect("small");
    let heap = Heap::new();
    let (back, used) = decode(&heap, &bytes, &DecodeOptions::default()).expect("a term");
    assert_eq!(used, bytes.len());
    assert!(back.same(term) && back.compare_exact(term).is_eq());
    assert_eq!(back.hash64(), term.hash64());
    assert_eq!(back.portable_hash(), term.portable_hash());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn terms_come_back(value in plain(), compressed in 0u8..2, minor_version in 1u8..3, deterministic: bool) {
        let heap = Heap::new();
        let options = EncodeOptions { compressed, minor_version, deterministic, ..EncodeOptions::default() };
        round_trip(value.build(&heap), options);
    }

    #[test]
    fn damaged_bytes_give_a_term_or_an_error(
        value in plain(),
        damage in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..4),
        cut in any::<proptest::sample::Index>(),
    ) {
        let heap = Heap::new();
        let mut bytes = encode(value.build(&heap), EncodeOptions::default()).expect("small");
        for (place, byte) in damage {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        let options = DecodeOptions { safe: true, ..DecodeOptions::default() };
        if let Ok((term, _)) = decode(&heap, &bytes, &options) {
            round_trip(term, EncodeOptions::default());
        }
        bytes.truncate(cut.index(bytes.len()));
        let _ = decode(&heap, &bytes, &options);
        jovial_term::verify::heap(&heap).expect("a sound heap");
    }

    #[test]
    fn random_bytes_give_a_term_or_an_error(bytes in proptest::collection::vec(
        prop_oneof![any::<u8>(), 70u8..122, Just(0), Just(104), Just(108), Just(116), Just(255)],
        0..60,
    )) {
        let heap = Heap::new();
        let options = DecodeOptions { safe: true, ..DecodeOptions::default() };
        let bytes: Vec<u8> = std::iter::once(131).chain(bytes).collect();
        if let Ok((term, used)) = decode(&heap, &bytes, &options) {
            prop_assert!(used <= bytes.len());
            round_trip(term, EncodeOptions::default());
        }
    }
}

#[test]
fn announced_sizes_are_not_believed() {
    let heap = Heap::new();
    for bytes in [
        &[131, 108, 255, 255, 255, 255, 97, 1][..],
        &[131, 105, 255, 255, 255, 255, 97, 1],
        &[131, 116, 127, 255, 255, 255, 97, 1],
        &[131, 109, 255, 255, 255, 255, 1],
        &[131, 111, 255, 255, 255, 255, 0, 1],
        &[131, 80, 255, 255, 255, 255, 1],
        &[131, 80, 0, 0, 0, 1, 120, 156],
        &[131, 77, 0, 0, 0, 1, 9, 0],
        &[131, 77, 0, 0, 0, 0, 3],
        &[131, 70, 127, 240, 0, 0, 0, 0, 0, 0],
        &[131, 116, 0, 0, 0, 2, 97, 1, 97, 1, 97, 1, 97, 2],
        &[130, 97, 1],
        &[],
    ] {
        assert!(decode(&heap, bytes, &DecodeOptions::default()).is_err(), "{bytes:?}");
    }
}

#[test]
fn depth_costs_no_native_stack() {
    let heap = Heap::new();
    let mut term = Term::EMPTY_LIST;
    for level in 0..500_000 {
        term = if level % 2 == 0 { heap.cons(term, Term::EMPTY_LIST) } else { heap.tuple(&[term]) };
    }
    round_trip(term, EncodeOptions::default());
}

#[test]
fn safe_mode_makes_no_atoms() {
    let heap = Heap::new();
    let bytes = [&[131, 119, 9][..], b"unheardof"].concat();
    let safe = DecodeOptions { safe: true, ..DecodeOptions::default() };
    assert_eq!(decode(&heap, &bytes, &safe).err(), Some(DecodeError::Malformed));
    assert!(Atom::existing("unheardof").is_none());
    assert!(decode(&heap, &bytes, &DecodeOptions::default()).is_ok());
    assert!(decode(&heap, &bytes, &safe).is_ok());
}

#[test]
fn identifiers_of_other_nodes_come_back() {
    let heap = Heap::new();
    let node = Atom::new("there@host");
    for (kind, words) in [
        (Kind::Pid, &[7, 8][..]),
        (Kind::Port, &[7, 0]),
        (Kind::Port, &[7, 8]),
        (Kind::Reference, &[1, 2, 3]),
        (Kind::Reference, &[1, 2, 3, 4, 5]),
    ] {
        let term = heap.external(kind, &External::new(node, 3, words)).expect("an identifier");
        assert_eq!(term.kind(), kind);
        round_trip(term, EncodeOptions::default());
    }
    round_trip(heap.make_alias(1 << 60, Pid::new(1 << 50)), EncodeOptions::default());
    round_trip(heap.external_fun(node, node, 3), EncodeOptions::default());
}

static ENTRY: LazyLock<FunEntry> = LazyLock::new(|| FunEntry {
    code: 0.into(),
    module: Atom::new("m"),
    name: Atom::new("-f/1-fun-0-"),
    arity: 1,
    index: 4,
    old_uniq: 99,
    uniq: [7; 16],
    uses: FunUses::new(),
});

struct OneFun;

// SAFETY: the entry lives for ever.
unsafe impl ResolveFun for OneFun {
    fn resolve(&self, id: &FunId) -> Option<*const FunEntry> {
        (id.module == ENTRY.module && id.index == ENTRY.index && id.uniq == ENTRY.uniq).then_some(&raw const *ENTRY)
    }
}

#[test]
fn funs_come_back_through_the_resolver() {
    let heap = Heap::new();
    // SAFETY: the entry lives for ever.
    let inner = unsafe { heap.fun(&raw const *ENTRY, 1, &[Term::OK]) };
    // SAFETY: as above.
    let fun = unsafe { heap.fun(&raw const *ENTRY, 1, &[Term::OK, heap.list([inner])]) };
    let bytes = encode(fun, EncodeOptions::default()).expect("small");
    assert_eq!(decode(&heap, &bytes, &DecodeOptions::default()).err(), Some(DecodeError::Malformed));
    let options = DecodeOptions { funs: &OneFun, ..DecodeOptions::default() };
    let (back, _) = decode(&heap, &bytes, &options).expect("a fun");
    assert!(back.same(fun));
    assert_eq!(back.hash64(), fun.hash64());
}
