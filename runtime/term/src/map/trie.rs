//! Hash tries: maps of more than 32 keys.
//!
//! **What it is for.** A node has up to 16 places; four bits of the key's hash choose one. A place is empty (not stored), a
//! leaf (a cons cell of key and value) or a further node. The first eight levels take the 32 bits of `key_hash`, lowest
//! first; should keys agree in all of them, eight more take the first half of [`Term::hash64`], and below that a
//! collision node holds the leaves. (Bagwell, *Ideal Hash Trees*.)
//!
//! **Invariants.**
//! 1. A node stores its present places in ascending order; bit `n` of its bitmap says that place `n` is present. So pairs
//!    are ordered by their hashes, compared digit by digit from the lowest.
//! 2. Given keys make one shape: below a node lie at least two leaves (the root excepted), and the leaves of a collision
//!    node are sorted by [`Term::compare_exact`].
//! 3. Recursion here goes along the levels, at most 17 deep; keys and values are never descended into.
//!
//! **What it must not know.** Flat maps.

use crate::heap::Heap;
use crate::map::key_hash::key_hash;
use crate::term::Term;
use crate::word::Boxed;

/// Levels that the bits of the first hash suffice for.
const FIRST_LEVELS: u32 = 8;
/// Levels above collision nodes.
const LEVELS: u32 = 16;

/// Key and value of a leaf; `None` for a node.
#[inline]
pub(crate) fn leaf(slot: Term<'_>) -> Option<(Term<'_>, Term<'_>)> {
    slot.as_cons()
}

/// The first hash of a key, its digits turned round: comparing two as numbers gives the order of a trie.
#[inline]
fn hash(key: Term<'_>) -> u32 {
    let hash = key_hash(key);
    #[cfg(test)]
    let hash = hash & tests::MASK.get();
    let bytes = hash.swap_bytes();
    ((bytes & 0x0f0f_0f0f) << 4) | ((bytes >> 4) & 0x0f0f_0f0f)
}

/// The second hash.
fn second_hash(key: Term<'_>) -> u32 {
    let hash = (key.hash64() >> 32) as u32;
    #[cfg(test)]
    let hash = hash & tests::MASK.get();
    hash
}

/// The place that a key with this first hash takes at a level.
#[inline]
fn place_of(hash: u32, key: Term<'_>, level: u32) -> u32 {
    if level < FIRST_LEVELS { (hash >> (28 - 4 * level)) & 15 } else { second_place(key, level) }
}

#[cold]
fn second_place(key: Term<'_>, level: u32) -> u32 {
    (second_hash(key) >> (28 - 4 * (level - FIRST_LEVELS))) & 15
}

#[inline]
fn bitmap(node: Term<'_>) -> u16 {
    node.header().map_or(0, super::super::word::Word::header_aux)
}

/// Where in the stored places `place` is, or would be; and whether it is.
#[inline]
fn position(bitmap: u16, place: u32) -> (usize, bool) {
    let bit = 1u16 << place;
    ((bitmap & (bit - 1)).count_ones() as usize, bitmap & bit != 0)
}

pub(super) fn get<'h>(root: Term<'h>, key: Term<'_>) -> Option<Term<'h>> {
    let hash = hash(key);
    let mut node = root;
    for level in 0..LEVELS {
        let (index, present) = position(bitmap(node), place_of(hash, key, level));
        if !present {
            return None;
        }
        let slot = node.slots()[index];
        match leaf(slot) {
            Some((candidate, value)) => return candidate.same(key).then_some(value),
            None => node = slot,
        }
    }
    let mut leaves = node.slots().iter().filter_map(|slot| leaf(*slot));
    leaves.find(|(candidate, _)| candidate.same(key)).map(|(_, value)| value)
}

pub(super) fn with_root<'h>(heap: &'h Heap, len: usize, root: Term<'h>) -> Term<'h> {
    heap.object(Boxed::BigMap, 0, &[Term::count(len), root])
}

fn node<'h>(heap: &'h Heap, bitmap: u16, slots: &[Term<'h>]) -> Term<'h> {
    debug_assert_eq!(bitmap.count_ones() as usize, slots.len());
    heap.object(Boxed::MapNode, bitmap, slots)
}

/// `slots` with the slot at `index` replaced.
fn replaced<'h>(heap: &'h Heap, parent: Term<'h>, index: usize, slot: Term<'h>) -> Term<'h> {
    let slots = parent.slots();
    let mut copy = [Term::ZERO; 16];
    copy[..slots.len()].copy_from_slice(slots);
    copy[index] = slot;
    node(heap, bitmap(parent), &copy[..slots.len()])
}

/// A map of more than [`FLAT_MAX`](super::FLAT_MAX) pairs; fewer if keys repeat, of which the last one counts.
pub(super) fn build<'h>(heap: &'h Heap, pairs: &mut [(Term<'h>, Term<'h>)]) -> Term<'h> {
    let mut entries: Vec<(u32, Term<'h>, Term<'h>)> =
        pairs.iter().map(|(key, value)| (hash(*key), *key, *value)).collect();
    // Stable, so that the last of equal keys stays last.
    entries.sort_by_key(|entry| entry.0);
    let mut distinct: Vec<(u32, Term<'h>, Term<'h>)> = Vec::with_capacity(entries.len());
    for entry in entries {
        let mut collisions = distinct.iter_mut().rev().take_while(|other| other.0 == entry.0);
        match collisions.find(|other| other.1.same(entry.1)) {
            Some(other) => other.2 = entry.2,
            None => distinct.push(entry),
        }
    }
    if distinct.len() <= super::FLAT_MAX {
        let mut pairs: Vec<_> = distinct.into_iter().map(|(_, key, value)| (key, value)).collect();
        return super::flat::build(heap, &mut pairs);
    }
    let root = build_node(heap, 0, &mut distinct);
    with_root(heap, distinct.len(), root)
}

/// A node from entries that are sorted by hash and agree in the levels above.
fn build_node<'h>(heap: &'h Heap, level: u32, entries: &mut [(u32, Term<'h>, Term<'h>)]) -> Term<'h> {
    if level == LEVELS {
        let leaves = entries.iter().map(|(_, key, value)| (*key, *value)).collect();
        return collision(heap, leaves);
    }
    if level == FIRST_LEVELS {
        entries.sort_by_key(|entry| second_hash(entry.1));
    }
    let (mut bits, mut slots, mut len) = (0u16, [Term::ZERO; 16], 0);
    let place = |entry: &(u32, Term<'h>, Term<'h>)| place_of(entry.0, entry.1, level);
    for group in entries.chunk_by_mut(|left, right| place(left) == place(right)) {
        bits |= 1 << place(&group[0]);
        slots[len] = match group {
            [(_, key, value)] => heap.cons(*key, *value),
            _ => build_node(heap, level + 1, group),
        };
        len += 1;
    }
    node(heap, bits, &slots[..len])
}

fn collision<'h>(heap: &'h Heap, mut leaves: Vec<(Term<'h>, Term<'h>)>) -> Term<'h> {
    leaves.sort_by(|left, right| left.0.compare_exact(right.0));
    let leaves: Vec<Term<'h>> = leaves.into_iter().map(|(key, value)| heap.cons(key, value)).collect();
    heap.object(Boxed::MapCollision, 0, &leaves)
}

fn leaves_of(node: Term<'_>) -> Vec<(Term<'_>, Term<'_>)> {
    node.slots().iter().filter_map(|slot| leaf(*slot)).collect()
}

/// A node that holds two leaves with different keys.
fn pair<'h>(heap: &'h Heap, level: u32, first: (u32, Term<'h>), second: (u32, Term<'h>)) -> Term<'h> {
    if level == LEVELS {
        return collision(heap, [first.1, second.1].into_iter().filter_map(leaf).collect());
    }
    let key = |leaf: Term<'h>| leaf.as_cons().map_or(leaf, |(key, _)| key);
    let place = place_of(first.0, key(first.1), level);
    let other = place_of(second.0, key(second.1), level);
    if place == other {
        let below = pair(heap, level + 1, first, second);
        return node(heap, 1 << place, &[below]);
    }
    let slots = if place < other { [first.1, second.1] } else { [second.1, first.1] };
    node(heap, (1 << place) | (1 << other), &slots)
}

/// The root with a value for a key, and whether the key is new. The same root if nothing changes.
pub(super) fn put<'h>(heap: &'h Heap, root: Term<'h>, key: Term<'h>, value: Term<'h>) -> (Term<'h>, bool) {
    let entry = Entry { hash: hash(key), key, value, keep: false, leaf: None };
    insert(heap, root, 0, entry)
}

#[derive(Clone, Copy)]
struct Entry<'h> {
    hash: u32,
    key: Term<'h>,
    value: Term<'h>,
    /// Whether a value that is there already stays.
    keep: bool,
    /// A leaf with key and value that can be used as it is.
    leaf: Option<Term<'h>>,
}

impl<'h> Entry<'h> {
    fn leaf(self, heap: &'h Heap) -> Term<'h> {
        self.leaf.unwrap_or_else(|| heap.cons(self.key, self.value))
    }
}

fn insert<'h>(heap: &'h Heap, parent: Term<'h>, level: u32, entry: Entry<'h>) -> (Term<'h>, bool) {
    if level == LEVELS {
        let mut leaves = leaves_of(parent);
        let known = leaves.iter_mut().find(|(key, _)| key.same(entry.key));
        let added = known.is_none();
        match known {
            Some((_, value)) if entry.keep || value.is_same(entry.value) => return (parent, false),
            Some((_, value)) => *value = entry.value,
            None => leaves.push((entry.key, entry.value)),
        }
        return (collision(heap, leaves), added);
    }
    let place = place_of(entry.hash, entry.key, level);
    let (index, present) = position(bitmap(parent), place);
    let slots = parent.slots();
    if !present {
        let mut copy = [Term::ZERO; 16];
        copy[..index].copy_from_slice(&slots[..index]);
        copy[index] = entry.leaf(heap);
        copy[index + 1..=slots.len()].copy_from_slice(&slots[index..]);
        return (node(heap, bitmap(parent) | (1 << place), &copy[..=slots.len()]), true);
    }
    let slot = slots[index];
    let (new, added) = match leaf(slot) {
        Some((key, value)) if key.same(entry.key) => {
            if entry.keep || value.is_same(entry.value) {
                return (parent, false);
            }
            (heap.cons(key, entry.value), false)
        }
        Some((key, _)) => {
            let other = (hash(key), slot);
            (pair(heap, level + 1, other, (entry.hash, entry.leaf(heap))), true)
        }
        None => insert(heap, slot, level + 1, entry),
    };
    if new.is_same(slot) { (parent, added) } else { (replaced(heap, parent, index, new), added) }
}

/// The root without a key; `None` if it has no such key. The root may be left with fewer leaves than a map of this kind.
pub(super) fn remove<'h>(heap: &'h Heap, root: Term<'h>, key: Term<'h>) -> Option<Term<'h>> {
    let rest = take(heap, root, 0, hash(key), key)?;
    // At the root a single leaf stays in a node, so that the caller finds a node.
    match leaf(rest) {
        Some((key, _)) => Some(node(heap, 1 << place_of(hash(key), key, 0), &[rest])),
        None => Some(rest),
    }
}

/// What is left of a node: a node with at least two leaves below, or a single leaf.
fn take<'h>(heap: &'h Heap, parent: Term<'h>, level: u32, hash: u32, key: Term<'h>) -> Option<Term<'h>> {
    let slots = parent.slots();
    if level == LEVELS {
        let index = slots.iter().position(|slot| leaf(*slot).is_some_and(|(other, _)| other.same(key)))?;
        let mut rest = slots.to_vec();
        rest.remove(index);
        return Some(if let [single] = rest[..] { single } else { heap.object(Boxed::MapCollision, 0, &rest) });
    }
    let place = place_of(hash, key, level);
    let (index, present) = position(bitmap(parent), place);
    if !present {
        return None;
    }
    let slot = slots[index];
    let Some((other, _)) = leaf(slot) else {
        let below = take(heap, slot, level + 1, hash, key)?;
        if slots.len() == 1 && leaf(below).is_some() {
            return Some(below);
        }
        return Some(replaced(heap, parent, index, below));
    };
    if !other.same(key) {
        return None;
    }
    if slots.len() == 2 && leaf(slots[1 - index]).is_some() {
        return Some(slots[1 - index]);
    }
    let mut rest = [Term::ZERO; 16];
    rest[..index].copy_from_slice(&slots[..index]);
    rest[index..slots.len() - 1].copy_from_slice(&slots[index + 1..]);
    Some(node(heap, bitmap(parent) & !(1 << place), &rest[..slots.len() - 1]))
}

/// Both tries together, the second one's values first, and how many keys both have.
pub(super) fn merge<'h>(heap: &'h Heap, first: Term<'h>, second: Term<'h>) -> (Term<'h>, usize) {
    merge_nodes(heap, first, second, 0)
}

fn count(node: Term<'_>) -> usize {
    node.slots().iter().map(|slot| if leaf(*slot).is_some() { 1 } else { count(*slot) }).sum()
}

fn merge_nodes<'h>(heap: &'h Heap, first: Term<'h>, second: Term<'h>, level: u32) -> (Term<'h>, usize) {
    if first.is_same(second) {
        return (second, count(second));
    }
    if level == LEVELS {
        let mut leaves = leaves_of(second);
        let (old, new) = (first.slots().len(), leaves.len());
        leaves.extend(leaves_of(first).into_iter().filter(|(key, _)| {
            second.slots().iter().all(|slot| leaf(*slot).is_none_or(|(other, _)| !other.same(*key)))
        }));
        let common = old + new - leaves.len();
        return (collision(heap, leaves), common);
    }
    let (bits, other_bits) = (bitmap(first), bitmap(second));
    let (mut slots, mut len, mut common) = ([Term::ZERO; 16], 0, 0);
    for place in 0..16 {
        let (index, present) = position(bits, place);
        let (other_index, other_present) = position(other_bits, place);
        slots[len] = match (present, other_present) {
            (false, false) => continue,
            (true, false) => first.slots()[index],
            (false, true) => second.slots()[other_index],
            (true, true) => {
                let (slot, found) = merge_slots(heap, first.slots()[index], second.slots()[other_index], level + 1);
                common += found;
                slot
            }
        };
        len += 1;
    }
    (node(heap, bits | other_bits, &slots[..len]), common)
}

fn merge_slots<'h>(heap: &'h Heap, first: Term<'h>, second: Term<'h>, level: u32) -> (Term<'h>, usize) {
    let entry = |slot: Term<'h>, (key, value): (Term<'h>, Term<'h>), keep| Entry {
        hash: hash(key),
        key,
        value,
        keep,
        leaf: Some(slot),
    };
    match (leaf(first), leaf(second)) {
        (Some((key, _)), Some((other, _))) if key.same(other) => (second, 1),
        (Some((key, _)), Some((other, _))) => (pair(heap, level, (hash(key), first), (hash(other), second)), 0),
        (Some(old), None) => {
            let (merged, added) = insert(heap, second, level, entry(first, old, true));
            (merged, usize::from(!added))
        }
        (None, Some(new)) => {
            let (merged, added) = insert(heap, first, level, entry(second, new, false));
            (merged, usize::from(!added))
        }
        (None, None) => merge_nodes(heap, first, second, level),
    }
}

/// Pairs in ascending order from the first one whose first hash is at least `cursor`: at least `max`, more only to end
/// between hashes.
pub(super) fn chunk<'h>(root: Term<'h>, cursor: u64, max: usize) -> (Vec<(Term<'h>, Term<'h>)>, Option<u64>) {
    let Ok(cursor) = u32::try_from(cursor) else { return (Vec::new(), None) };
    let mut stack: Vec<&'h [Term<'h>]> = Vec::new();
    let mut current = root;
    // Down along the cursor's places; what lies before them in each node is skipped.
    for level in 0..FIRST_LEVELS {
        let (index, present) = position(bitmap(current), place_of(cursor, current, level));
        let slots = &current.slots()[index..];
        if !present {
            stack.push(slots);
            break;
        }
        if let Some((key, _)) = leaf(slots[0]) {
            stack.push(if hash(key) < cursor { &slots[1..] } else { slots });
            break;
        }
        stack.push(&slots[1..]);
        current = slots[0];
        if level + 1 == FIRST_LEVELS {
            stack.push(current.slots());
        }
    }
    let mut pairs: Vec<(Term<'h>, Term<'h>)> = Vec::new();
    while let Some(slots) = stack.pop() {
        let Some((first, rest)) = slots.split_first() else { continue };
        if let Some((key, value)) = leaf(*first) {
            if pairs.len() >= max.max(1) {
                let next = hash(key);
                if pairs.last().is_none_or(|(last, _)| hash(*last) != next) {
                    return (pairs, Some(u64::from(next)));
                }
            }
            stack.push(rest);
            pairs.push((key, value));
        } else {
            stack.push(rest);
            stack.push(first.slots());
        }
    }
    (pairs, None)
}

#[cfg(test)]
mod tests {
    //! Tries whose hashes are cut down to few bits, so that paths are long and keys collide.

    use std::cell::Cell;
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use crate::heap::Heap;
    use crate::map::Map;
    use crate::term::Term;

    thread_local! {
        /// Bits of the hash that count.
        pub(super) static MASK: Cell<u32> = const { Cell::new(u32::MAX) };
    }

    fn from_model<'h>(heap: &'h Heap, model: &BTreeMap<i32, i32>) -> Term<'h> {
        heap.map_from(model.iter().map(|(key, value)| (Term::small32(*key), Term::small32(*value))))
    }

    fn as_map(term: Term<'_>) -> Map<'_> {
        term.as_map().expect("a map")
    }

    fn check(heap: &Heap, term: Term<'_>, model: &BTreeMap<i32, i32>) {
        let map = as_map(term);
        assert_eq!(map.len(), model.len());
        assert!(
            model.iter().all(|(key, value)| {
                map.get(Term::small32(*key)).and_then(Term::as_small) == Some(i64::from(*value))
            })
        );
        let fresh = from_model(heap, model);
        assert!(fresh.same(term) && fresh.compare(term).is_eq() && fresh.hash64() == term.hash64());
        let (mut cursor, mut chunked) = (Some(0), 0);
        while let Some(start) = cursor {
            let (pairs, next) = map.chunk(start, 3);
            chunked += pairs.len();
            cursor = next;
        }
        assert_eq!(chunked, model.len());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn collisions_change_nothing(
            mask in proptest::sample::select(&[0u32, 1, 7, 0xf << 28, 0xf << 28 | 3, 0xff00_0000][..]),
            first in proptest::collection::btree_map(0..120i32, 0..3i32, 0..90),
            second in proptest::collection::btree_map(0..120i32, 0..3i32, 0..90),
            removed in proptest::collection::vec(0..120i32, 0..90),
        ) {
            MASK.set(mask);
            let heap = Heap::new();
            let (mut term, other) = (from_model(&heap, &first), from_model(&heap, &second));
            check(&heap, term, &first);
            let mut model = first;
            for key in removed {
                model.remove(&key);
                term = heap.map_remove(as_map(term), Term::small32(key));
            }
            check(&heap, term, &model);
            let merged = heap.map_merge(as_map(term), as_map(other));
            let one_by_one = as_map(other).iter().fold(term, |map, (key, value)| heap.map_put(as_map(map), key, value));
            model.extend(second);
            check(&heap, merged, &model);
            check(&heap, one_by_one, &model);
            MASK.set(u32::MAX);
        }
    }
}
