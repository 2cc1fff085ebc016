//! An ordered map that costs little while it is small.
//!
//! **What it is for.** Links and monitors: nearly every process has none to three, a supervisor may have a million. Up to
//! [`FEW`] entries lie sorted in a vector, more in a B-tree. Iteration is in key order, so what a process does for all
//! its links is the same at every run.
//!
//! **Invariants.** The vector is sorted by key, each key stands in it once.
//!
//! **What it must not know.** What the keys are.

use std::collections::BTreeMap;

const FEW: usize = 8;

pub(crate) enum SmallMap<K, V> {
    Few(Vec<(K, V)>),
    Many(BTreeMap<K, V>),
}

impl<K, V> Default for SmallMap<K, V> {
    fn default() -> Self {
        SmallMap::Few(Vec::new())
    }
}

impl<K: Ord + Copy, V> SmallMap<K, V> {
    pub(crate) fn get(&self, key: K) -> Option<&V> {
        match self {
            SmallMap::Few(pairs) => pairs.binary_search_by_key(&key, |pair| pair.0).ok().map(|place| &pairs[place].1),
            SmallMap::Many(map) => map.get(&key),
        }
    }

    pub(crate) fn get_mut(&mut self, key: K) -> Option<&mut V> {
        match self {
            SmallMap::Few(pairs) => {
                pairs.binary_search_by_key(&key, |pair| pair.0).ok().map(|place| &mut pairs[place].1)
            }
            SmallMap::Many(map) => map.get_mut(&key),
        }
    }

    pub(crate) fn contains(&self, key: K) -> bool {
        self.get(key).is_some()
    }

    /// Puts a value and gives the one that was there.
    pub(crate) fn insert(&mut self, key: K, value: V) -> Option<V> {
        match self {
            SmallMap::Few(pairs) => match pairs.binary_search_by_key(&key, |pair| pair.0) {
                Ok(place) => Some(std::mem::replace(&mut pairs[place].1, value)),
                Err(place) if pairs.len() < FEW => {
                    // One by one: most maps end with a single entry.
                    pairs.reserve_exact(1);
                    pairs.insert(place, (key, value));
                    None
                }
                Err(_) => {
                    let mut map: BTreeMap<K, V> = std::mem::take(pairs).into_iter().collect();
                    map.insert(key, value);
                    *self = SmallMap::Many(map);
                    None
                }
            },
            SmallMap::Many(map) => map.insert(key, value),
        }
    }

    pub(crate) fn remove(&mut self, key: K) -> Option<V> {
        match self {
            SmallMap::Few(pairs) => {
                pairs.binary_search_by_key(&key, |pair| pair.0).ok().map(|place| pairs.remove(place).1)
            }
            SmallMap::Many(map) => map.remove(&key),
        }
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            SmallMap::Few(pairs) => pairs.len(),
            SmallMap::Many(map) => map.len(),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(crate) fn for_each(&self, mut visit: impl FnMut(K, &V)) {
        match self {
            SmallMap::Few(pairs) => pairs.iter().for_each(|(key, value)| visit(*key, value)),
            SmallMap::Many(map) => map.iter().for_each(|(key, value)| visit(*key, value)),
        }
    }

    /// All entries in key order; the map is empty afterwards.
    pub(crate) fn take(&mut self) -> Vec<(K, V)> {
        match std::mem::take(self) {
            SmallMap::Few(pairs) => pairs,
            SmallMap::Many(map) => map.into_iter().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    #[test]
    fn agrees_with_a_map() {
        let mut random = Random::new(7);
        let (mut map, mut model) = (SmallMap::default(), BTreeMap::new());
        for step in 0..3_000_u64 {
            let key = random.below(if step < 1_500 { 12 } else { 40 });
            if random.below(2) == 0 {
                assert_eq!(map.insert(key, step), model.insert(key, step));
            } else {
                assert_eq!(map.remove(key), model.remove(&key));
            }
            assert_eq!(map.get(key), model.get(&key));
            assert_eq!(map.len(), model.len());
        }
        assert_eq!(map.take(), model.into_iter().collect::<Vec<_>>());
        assert!(map.is_empty());
    }
}
