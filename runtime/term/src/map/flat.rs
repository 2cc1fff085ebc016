//! Flat maps: a sorted key tuple and the values beside it.
//!
//! **What it is for.** Maps of at most 32 keys, structs above all. Finding a key is a scan over adjacent words.
//!
//! **Invariants.** Those of `map/mod.rs`.
//!
//! **What it must not know.** Tries, but for growing into one.

use crate::heap::Heap;
use crate::map::{FLAT_MAX, Map, trie};
use crate::term::Term;
use crate::word::Boxed;

/// The place of a key.
#[inline]
pub(super) fn find(keys: &[Term<'_>], key: Term<'_>) -> Option<usize> {
    if key.is_immediate() { keys.iter().position(|candidate| candidate.is_same(key)) } else { find_object(keys, key) }
}

fn find_object(keys: &[Term<'_>], key: Term<'_>) -> Option<usize> {
    let Some(text) = key.as_bitstring() else { return keys.iter().position(|candidate| candidate.same(key)) };
    // One by one: most differ in their size already, and halving would be guessed wrongly at every step.
    let bytes = text.as_bytes();
    keys.iter().position(|candidate| {
        candidate.as_bitstring().is_some_and(|candidate| match (candidate.as_bytes(), bytes) {
            (Some(candidate), Some(bytes)) => candidate == bytes,
            _ => candidate == text,
        })
    })
}

pub(super) fn with_keys<'h>(heap: &'h Heap, keys: Term<'h>, values: &[Term<'h>]) -> Term<'h> {
    let mut slots = [keys; FLAT_MAX + 1];
    slots[1..=values.len()].copy_from_slice(values);
    heap.object(Boxed::FlatMap, 0, &slots[..=values.len()])
}

/// Sorts pairs and drops all but the last one of equal keys.
pub(super) fn build<'h>(heap: &'h Heap, pairs: &mut [(Term<'h>, Term<'h>)]) -> Term<'h> {
    debug_assert!(pairs.len() <= FLAT_MAX);
    if !pairs.is_sorted_by(|left, right| left.0.compare_exact(right.0).is_lt()) {
        // Stable, so that the last of equal keys stays last.
        pairs.sort_by(|left, right| left.0.compare_exact(right.0));
    }
    let (mut keys, mut values) = ([Term::ZERO; FLAT_MAX], [Term::ZERO; FLAT_MAX]);
    let mut len = 0;
    for &(key, value) in pairs.iter() {
        if len > 0 && keys[len - 1].same(key) {
            len -= 1;
        }
        (keys[len], values[len]) = (key, value);
        len += 1;
    }
    let keys = heap.tuple(&keys[..len]);
    with_keys(heap, keys, &values[..len])
}

pub(super) fn put<'h>(
    heap: &'h Heap,
    map: Map<'h>,
    keys: Term<'h>,
    values: &[Term<'h>],
    key: Term<'h>,
    value: Term<'h>,
) -> Term<'h> {
    let key_slots = keys.slots();
    if let Some(place) = find(key_slots, key) {
        return replace(heap, map, keys, values, place, value);
    }
    if values.len() == FLAT_MAX {
        let mut pairs = Vec::with_capacity(FLAT_MAX + 1);
        pairs.extend(map.iter());
        pairs.push((key, value));
        return trie::build(heap, &mut pairs);
    }
    let place = key_slots.partition_point(|candidate| candidate.compare_exact(key).is_lt());
    let keys = heap.tuple(inserted(&mut [Term::ZERO; FLAT_MAX], key_slots, place, key));
    with_keys(heap, keys, inserted(&mut [Term::ZERO; FLAT_MAX], values, place, value))
}

/// `slots` with `new` at `place`, in a buffer.
fn inserted<'b, 'h>(
    buffer: &'b mut [Term<'h>; FLAT_MAX],
    slots: &[Term<'h>],
    place: usize,
    new: Term<'h>,
) -> &'b [Term<'h>] {
    buffer[..place].copy_from_slice(&slots[..place]);
    buffer[place] = new;
    buffer[place + 1..=slots.len()].copy_from_slice(&slots[place..]);
    &buffer[..=slots.len()]
}

pub(super) fn replace<'h>(
    heap: &'h Heap,
    map: Map<'h>,
    keys: Term<'h>,
    values: &[Term<'h>],
    place: usize,
    value: Term<'h>,
) -> Term<'h> {
    if values[place].is_same(value) {
        return map.term();
    }
    let mut copy = [Term::ZERO; FLAT_MAX];
    copy[..values.len()].copy_from_slice(values);
    copy[place] = value;
    with_keys(heap, keys, &copy[..values.len()])
}

pub(super) fn remove<'h>(heap: &'h Heap, keys: Term<'h>, values: &[Term<'h>], place: usize) -> Term<'h> {
    let without = |slots: &[Term<'h>]| {
        let mut rest = [Term::ZERO; FLAT_MAX];
        rest[..place].copy_from_slice(&slots[..place]);
        rest[place..slots.len() - 1].copy_from_slice(&slots[place + 1..]);
        rest
    };
    let len = values.len() - 1;
    let keys = heap.tuple(&without(keys.slots())[..len]);
    with_keys(heap, keys, &without(values)[..len])
}
