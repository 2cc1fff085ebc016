//! Maps against a `BTreeMap`.

use std::collections::BTreeMap;

use jovial_term::etf::{DecodeOptions, decode};
use jovial_term::{FLAT_MAX, Heap, Map, Term};
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Step {
    Put(i32, i32),
    Remove(i32),
    Update(i32, i32),
    Merge(Vec<(i32, i32)>),
}

fn key() -> impl Strategy<Value = i32> {
    prop_oneof![0..12i32, 0..80i32, any::<i32>()]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (key(), any::<i32>()).prop_map(|(key, value)| Step::Put(key, value)),
        3 => key().prop_map(Step::Remove),
        1 => (key(), any::<i32>()).prop_map(|(key, value)| Step::Update(key, value)),
        1 => proptest::collection::vec((key(), any::<i32>()), 0..80).prop_map(Step::Merge),
    ]
}

/// Keys of several kinds; some exist as integer and as float.
fn key_term(heap: &Heap, key: i32) -> Term<'_> {
    match key.rem_euclid(4) {
        0 => Term::small32(key),
        1 => heap.binary(&key.to_le_bytes()),
        2 => heap.float(f64::from(key - 2)),
        _ => heap.tuple(&[Term::TRUE, Term::small32(key)]),
    }
}

fn as_map(term: Term<'_>) -> Map<'_> {
    term.as_map().expect("a map")
}

fn check<'h>(heap: &'h Heap, term: Term<'h>, model: &BTreeMap<i32, i32>) {
    let map = as_map(term);
    assert_eq!(map.len(), model.len());
    assert_eq!(map.as_flat().is_some(), model.len() <= FLAT_MAX);
    assert_eq!(map.iter().count(), model.len());
    for (key, value) in model {
        assert_eq!(map.get(key_term(heap, *key)).and_then(Term::as_small), Some(i64::from(*value)));
    }
    // The same keys in another order make the same map in the same order.
    let fresh = heap.map_from(model.iter().rev().map(|(key, value)| (key_term(heap, *key), Term::small32(*value))));
    assert!(fresh.same(term) && fresh.equals(term) && fresh.compare(term).is_eq());
    assert_eq!(fresh.hash64(), term.hash64());
    let pairs = |map: Map<'h>| map.iter().map(|(key, _)| key).collect::<Vec<_>>();
    assert!(pairs(as_map(fresh)).iter().zip(pairs(map)).all(|(left, right)| left.same(right)));
    let mut cursor = Some(0);
    let mut chunked = Vec::new();
    while let Some(start) = cursor {
        let (pairs, next) = map.chunk(start, 7);
        chunked.extend(pairs);
        cursor = next;
    }
    if map.len() > FLAT_MAX {
        chunked.reverse();
    }
    assert!(chunked.len() == map.len() && chunked.iter().zip(map.iter()).all(|(left, right)| left.0.is_same(right.0)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn behave_as_the_model(steps in proptest::collection::vec(step(), 0..90)) {
        let heap = Heap::new();
        let mut term = heap.empty_map();
        let mut model = BTreeMap::new();
        for step in steps {
            let map = as_map(term);
            match step {
                Step::Put(key, value) => {
                    model.insert(key, value);
                    term = heap.map_put(map, key_term(&heap, key), Term::small32(value));
                }
                Step::Remove(key) => {
                    let taken = heap.map_take(map, key_term(&heap, key));
                    prop_assert_eq!(
                        taken.and_then(|(value, _)| value.as_small()),
                        model.remove(&key).map(i64::from)
                    );
                    term = heap.map_remove(map, key_term(&heap, key));
                }
                Step::Update(key, value) => {
                    let updated = heap.map_update(map, key_term(&heap, key), Term::small32(value));
                    prop_assert_eq!(updated.is_some(), model.contains_key(&key));
                    if let Some(updated) = updated {
                        model.insert(key, value);
                        term = updated;
                    }
                }
                Step::Merge(pairs) => {
                    let other = heap.map_from(
                        pairs.iter().map(|(key, value)| (key_term(&heap, *key), Term::small32(*value))),
                    );
                    model.extend(pairs);
                    term = heap.map_merge(map, as_map(other));
                }
            }
        }
        check(&heap, term, &model);
    }
}

#[test]
fn growing_and_shrinking_over_the_border() {
    let heap = Heap::new();
    let mut model = BTreeMap::new();
    let mut term = heap.empty_map();
    for key in 0..300 {
        term = heap.map_put(as_map(term), key_term(&heap, key), Term::small32(key));
        model.insert(key, key);
        check(&heap, term, &model);
    }
    for key in (0..300).rev() {
        term = heap.map_remove(as_map(term), key_term(&heap, key));
        model.remove(&key);
        check(&heap, term, &model);
    }
}

#[test]
fn updates_share_the_key_tuple() {
    let heap = Heap::new();
    let map = as_map(heap.map_from([(Term::OK, Term::ZERO), (Term::TRUE, Term::ZERO)]));
    let updated = as_map(heap.map_put(map, Term::OK, Term::TRUE));
    let keys = |map: Map<'_>| map.as_flat().expect("flat").0.word();
    assert_eq!(keys(map), keys(updated));
    assert!(
        heap.map_put(map, Term::OK, Term::ZERO).is_same(map.term()),
        "an update that changes nothing copies nothing"
    );
    let made = heap.map_with_keys(map.as_flat().expect("flat").0, &[Term::TRUE, Term::ZERO]);
    assert!(made.same(updated.term()));
}

#[test]
fn one_and_one_point_zero_are_different_keys() {
    let heap = Heap::new();
    let map = as_map(heap.map_from([(Term::small32(1), Term::OK), (heap.float(1.0), Term::TRUE)]));
    assert_eq!(map.len(), 2);
    assert!(map.get(heap.float(1.0)).expect("there").same(Term::TRUE));
    let order: Vec<bool> = map.keys().map(|key| key.as_small().is_some()).collect();
    assert_eq!(order, [true, false], "integers come before floats");
}

/// Users have seen these orders, here and on OTP 25, where they were recorded.
#[test]
fn the_order_of_big_maps_is_that_of_otp() {
    let heap = Heap::new();
    for line in include_str!("facts/map_order.txt").lines().filter(|line| !line.starts_with('#')) {
        let (ordered, keys) = line.split_once(' ').expect("two lists");
        let read = |hex: &str| {
            let bytes: Vec<u8> =
                (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hex")).collect();
            let list = decode(&heap, &bytes, &DecodeOptions::default()).expect("a term").0;
            list.list_to_vec().expect("a list")
        };
        let map = as_map(heap.map_from(read(keys).into_iter().map(|key| (key, Term::TRUE))));
        let expected = read(ordered);
        assert_eq!(map.len(), expected.len());
        for (key, expected) in map.keys().zip(expected) {
            assert!(key.same(expected), "{key:?} in place of {expected:?}");
        }
    }
}

/// The hash of atoms is our own; it too must stay the same.
#[test]
fn hashes_stay_the_same() {
    let hashes = ["a", "b", "hello", "Elixir.Enum"].map(|text| Term::atom(jovial_atoms::Atom::new(text)).hash64());
    assert_eq!(
        hashes,
        [8_450_447_807_915_565_586, 11_158_830_958_796_159_670, 7_809_656_826_460_919_930, 91_663_882_434_782_180]
    );
    let heap = Heap::new();
    let names = (0..40).map(|n| Term::atom(jovial_atoms::Atom::new(&format!("key_{n}"))));
    let map = as_map(heap.map_from(names.enumerate().map(|(n, key)| (key, Term::count(n)))));
    let order: Vec<i64> = map.values().filter_map(Term::as_small).collect();
    let recorded = [
        22, 36, 10, 9, 11, 3, 29, 5, 14, 31, 35, 18, 7, 17, 19, 33, 37, 16, 34, 38, 15, 39, 32, 8, 6, 13, 4, 30, 21,
        28, 1, 2, 20, 12, 25, 23, 0, 24, 26, 27,
    ];
    assert_eq!(order, recorded);
}
