//! Maps.

use std::cmp::Ordering;

use crate::heap::Heap;
use crate::term::Term;
use crate::word::Boxed;

/// A map.
#[derive(Clone, Copy)]
pub struct Map<'h>(Term<'h>);

/// Pairs of a map, in its order.
pub struct MapIter<'h> {
    map: Map<'h>,
}

impl<'h> Iterator for MapIter<'h> {
    type Item = (Term<'h>, Term<'h>);
    fn next(&mut self) -> Option<Self::Item> {
        unimplemented!()
    }
}

impl<'h> Map<'h> {
    pub(crate) fn from_term(term: Term<'h>) -> Option<Map<'h>> {
        matches!(term.boxed_kind(), Some(Boxed::FlatMap | Boxed::BigMap)).then_some(Map(term))
    }
    pub fn term(self) -> Term<'h> {
        self.0
    }
    pub fn len(self) -> usize {
        unimplemented!()
    }
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }
    pub fn get(self, key: Term<'_>) -> Option<Term<'h>> {
        let _ = key;
        unimplemented!()
    }
    pub fn contains_key(self, key: Term<'_>) -> bool {
        self.get(key).is_some()
    }
    /// Pairs: term order of the keys up to 32 pairs, above that a fixed order.
    pub fn iter(self) -> MapIter<'h> {
        MapIter { map: self }
    }
}

impl Heap {
    pub fn empty_map(&self) -> Term<'_> {
        unimplemented!()
    }
    /// A map of pairs; of equal keys the last one counts.
    pub fn map_from<'h>(&'h self, pairs: impl IntoIterator<Item = (Term<'h>, Term<'h>)>) -> Term<'h> {
        let _ = pairs;
        unimplemented!()
    }
    pub fn map_put<'h>(&'h self, map: Map<'h>, key: Term<'h>, value: Term<'h>) -> Term<'h> {
        let _ = (map, key, value);
        unimplemented!()
    }
    /// `map` with another value for a key that it has; `None` if it does not.
    pub fn map_update<'h>(&'h self, map: Map<'h>, key: Term<'h>, value: Term<'h>) -> Option<Term<'h>> {
        let _ = (map, key, value);
        unimplemented!()
    }
    /// `map` without the key.
    pub fn map_remove<'h>(&'h self, map: Map<'h>, key: Term<'h>) -> Term<'h> {
        let _ = (map, key);
        unimplemented!()
    }
    /// The value and the map without the key.
    pub fn map_take<'h>(&'h self, map: Map<'h>, key: Term<'h>) -> Option<(Term<'h>, Term<'h>)> {
        let _ = (map, key);
        unimplemented!()
    }
    /// Both together; where both have a key, `second` counts.
    pub fn map_merge<'h>(&'h self, first: Map<'h>, second: Map<'h>) -> Term<'h> {
        let _ = (first, second);
        unimplemented!()
    }
}

/// Order and equality.
impl<'h> Term<'h> {
    /// The order of terms (`1` and `1.0` are equal).
    pub fn compare(self, other: Term<'_>) -> Ordering {
        let _ = other;
        unimplemented!()
    }
    /// `==`
    pub fn equals(self, other: Term<'_>) -> bool {
        let _ = other;
        unimplemented!()
    }
    /// `===`
    pub fn same(self, other: Term<'_>) -> bool {
        let _ = other;
        unimplemented!()
    }
    /// A hash that agrees with [`Term::same`], equal in every run.
    pub fn hash64(self) -> u64 {
        unimplemented!()
    }
    /// `:erlang.phash2/2`; `range` from 1 to 2^32.
    pub fn phash2(self, range: u64) -> u32 {
        let _ = range;
        unimplemented!()
    }
}
