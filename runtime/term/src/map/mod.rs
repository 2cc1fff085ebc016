//! Maps: flat up to 32 keys, hash tries above.
//!
//! **What it is for.** [`Map`] reads any map; the `map_*` builders of [`Heap`] make new ones that share what they can
//! with the old one.
//!
//! **Invariants.**
//! 1. A map with at most [`FLAT_MAX`] keys is flat, one with more is a trie. So the same keys have the same shape, and
//!    equality and hash need not care for history.
//! 2. The key tuple of a flat map is sorted by [`Term::compare_exact`] without repetitions. Updates of values share it,
//!    so equal addresses of key tuples mean equal keys.
//! 3. Flat maps are iterated in the order of their keys. Tries are in the order of key hashes, the same in every run;
//!    [`Map::iter`] gives it from the last to the first, as `maps:to_list/1` does, [`Map::chunk`] from the first to the
//!    last, as iterators and `maps:fold/3` do. That difference is OTP's, and programs see it.
//!
//! **What it must not know.** Structs, which are maps with a key `__struct__`.

mod flat;
mod key_hash;
pub(crate) mod trie;

use crate::heap::Heap;
use crate::term::Term;
use crate::word::Boxed;

/// Most keys of a flat map.
pub const FLAT_MAX: usize = 32;

/// A map.
#[derive(Clone, Copy)]
pub struct Map<'h>(Term<'h>);

impl<'h> Map<'h> {
    #[inline]
    pub(crate) fn from_term(term: Term<'h>) -> Option<Map<'h>> {
        matches!(term.boxed_kind(), Some(Boxed::FlatMap | Boxed::BigMap)).then_some(Map(term))
    }

    #[inline]
    pub fn term(self) -> Term<'h> {
        self.0
    }

    /// Number of keys.
    #[inline]
    pub fn len(self) -> usize {
        match self.as_flat() {
            Some((_, values)) => values.len(),
            None => self.0.slots()[0].as_usize().unwrap_or(0),
        }
    }

    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The key tuple and the values of a flat map.
    #[inline]
    pub fn as_flat(self) -> Option<(Term<'h>, &'h [Term<'h>])> {
        if !self.0.is_boxed_kind(Boxed::FlatMap) {
            return None;
        }
        let slots = self.0.slots();
        Some((slots[0], &slots[1..]))
    }

    /// The root node of a trie.
    fn root(self) -> Term<'h> {
        self.0.slots()[1]
    }

    /// The value of a key, by `===`.
    pub fn get(self, key: Term<'_>) -> Option<Term<'h>> {
        match self.as_flat() {
            Some((keys, values)) => flat::find(keys.slots(), key).map(|place| values[place]),
            None => trie::get(self.root(), key),
        }
    }

    pub fn contains_key(self, key: Term<'_>) -> bool {
        self.get(key).is_some()
    }

    /// Pairs as `maps:to_list/1`, `keys/1` and `values/1` give them: by keys in term order up to 32 pairs, in a fixed order
    /// above that.
    pub fn iter(self) -> MapIter<'h> {
        match self.as_flat() {
            Some((keys, values)) => MapIter { flat: (keys.slots(), values), stack: Vec::new(), left: values.len() },
            None => MapIter { flat: (&[], &[]), stack: vec![self.root().slots()], left: self.len() },
        }
    }

    pub fn keys(self) -> impl Iterator<Item = Term<'h>> {
        self.iter().map(|(key, _)| key)
    }

    pub fn values(self) -> impl Iterator<Item = Term<'h>> {
        self.iter().map(|(_, value)| value)
    }

    /// Pairs by keys in term order, for any size.
    pub fn sorted(self) -> Vec<(Term<'h>, Term<'h>)> {
        let mut pairs: Vec<_> = self.iter().collect();
        if pairs.len() > FLAT_MAX {
            pairs.sort_by(|left, right| left.0.compare_exact(right.0));
        }
        pairs
    }

    /// At least `max` pairs, if there are as many, from a cursor (0 at first), and the cursor for the rest, in the order of
    /// `maps:iterator/1` and `maps:fold/3`. Iterators that run over several calls keep the map and the cursor. Costs no more than the pairs it gives.
    pub fn chunk(self, cursor: u64, max: usize) -> (Vec<(Term<'h>, Term<'h>)>, Option<u64>) {
        match self.as_flat() {
            Some((keys, values)) => {
                let start = usize::try_from(cursor).map_or(values.len(), |cursor| cursor.min(values.len()));
                let end = start.saturating_add(max.max(1)).min(values.len());
                let pairs = keys.slots()[start..end].iter().copied().zip(values[start..end].iter().copied());
                (pairs.collect(), (end < values.len()).then_some(end as u64))
            }
            None => trie::chunk(self.root(), cursor, max),
        }
    }
}

/// Pairs of a map, in its order.
#[derive(Clone)]
pub struct MapIter<'h> {
    flat: (&'h [Term<'h>], &'h [Term<'h>]),
    /// Rests of the nodes on the way to the next pair; no more than the depth of a trie.
    stack: Vec<&'h [Term<'h>]>,
    left: usize,
}

impl<'h> Iterator for MapIter<'h> {
    type Item = (Term<'h>, Term<'h>);

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.saturating_sub(1);
        if let ([key, keys @ ..], [value, values @ ..]) = self.flat {
            self.flat = (keys, values);
            return Some((*key, *value));
        }
        loop {
            let Some((last, rest)) = self.stack.pop()?.split_last() else { continue };
            if !rest.is_empty() {
                self.stack.push(rest);
            }
            match trie::leaf(*last) {
                Some(pair) => return Some(pair),
                None => self.stack.push(last.slots()),
            }
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl ExactSizeIterator for MapIter<'_> {}

impl Heap {
    pub fn empty_map(&self) -> Term<'_> {
        flat::build(self, &mut [])
    }

    /// A map of pairs; of equal keys the last one counts.
    pub fn map_from<'h>(&'h self, pairs: impl IntoIterator<Item = (Term<'h>, Term<'h>)>) -> Term<'h> {
        let mut pairs: Vec<_> = pairs.into_iter().collect();
        self.map_from_vec(&mut pairs)
    }

    fn map_from_vec<'h>(&'h self, pairs: &mut [(Term<'h>, Term<'h>)]) -> Term<'h> {
        if pairs.len() <= FLAT_MAX { flat::build(self, pairs) } else { trie::build(self, pairs) }
    }

    /// A flat map from a key tuple that another map has, or that is sorted by [`Term::compare_exact`], and as many values.
    ///
    /// # Panics
    /// When the numbers differ, or, in debug builds, the keys aren't sorted.
    pub fn map_with_keys<'h>(&'h self, keys: Term<'h>, values: &[Term<'h>]) -> Term<'h> {
        let key_slots = keys.as_tuple().unwrap_or(&[]);
        assert!(key_slots.len() == values.len() && values.len() <= FLAT_MAX, "one value for each key of a flat map");
        debug_assert!(key_slots.is_sorted_by(|left, right| left.compare_exact(*right).is_lt()));
        flat::with_keys(self, keys, values)
    }

    pub fn map_put<'h>(&'h self, map: Map<'h>, key: Term<'h>, value: Term<'h>) -> Term<'h> {
        if let Some((keys, values)) = map.as_flat() {
            flat::put(self, map, keys, values, key, value)
        } else {
            let (root, added) = trie::put(self, map.root(), key, value);
            if root.is_same(map.root()) { map.0 } else { trie::with_root(self, map.len() + usize::from(added), root) }
        }
    }

    /// `map` with another value for a key that it has; `None` if it does not.
    pub fn map_update<'h>(&'h self, map: Map<'h>, key: Term<'h>, value: Term<'h>) -> Option<Term<'h>> {
        let Some((keys, values)) = map.as_flat() else {
            return map.contains_key(key).then(|| self.map_put(map, key, value));
        };
        let place = flat::find(keys.slots(), key)?;
        Some(flat::replace(self, map, keys, values, place, value))
    }

    /// `map` without the key; the same map if it has no such key.
    pub fn map_remove<'h>(&'h self, map: Map<'h>, key: Term<'h>) -> Term<'h> {
        match map.as_flat() {
            Some((keys, values)) => match flat::find(keys.slots(), key) {
                Some(place) => flat::remove(self, keys, values, place),
                None => map.0,
            },
            None => match trie::remove(self, map.root(), key) {
                Some(root) if map.len() - 1 > FLAT_MAX => trie::with_root(self, map.len() - 1, root),
                Some(root) => {
                    let mut pairs = Vec::with_capacity(FLAT_MAX);
                    pairs.extend(MapIter { flat: (&[], &[]), stack: vec![root.slots()], left: FLAT_MAX });
                    flat::build(self, &mut pairs)
                }
                None => map.0,
            },
        }
    }

    /// The value and the map without the key.
    pub fn map_take<'h>(&'h self, map: Map<'h>, key: Term<'h>) -> Option<(Term<'h>, Term<'h>)> {
        let value = map.get(key)?;
        Some((value, self.map_remove(map, key)))
    }

    /// Both together; where both have a key, `second` counts.
    pub fn map_merge<'h>(&'h self, first: Map<'h>, second: Map<'h>) -> Term<'h> {
        if second.is_empty() {
            return first.0;
        }
        if first.is_empty() {
            return second.0;
        }
        match (first.as_flat(), second.as_flat()) {
            (Some((keys, _)), Some((other_keys, _))) if keys.is_same(other_keys) => second.0,
            (Some(_), Some(_)) => {
                let mut pairs: Vec<_> = first.iter().chain(second.iter()).collect();
                self.map_from_vec(&mut pairs)
            }
            (None, Some(_)) => second.iter().fold(first.0, |map, (key, value)| {
                Map::from_term(map).map_or(map, |map| self.map_put(map, key, value))
            }),
            (Some(_), None) => {
                first.iter().filter(|(key, _)| !second.contains_key(*key)).fold(second.0, |map, (key, value)| {
                    Map::from_term(map).map_or(map, |map| self.map_put(map, key, value))
                })
            }
            (None, None) => {
                let (root, common) = trie::merge(self, first.root(), second.root());
                trie::with_root(self, first.len() + second.len() - common, root)
            }
        }
    }
}
