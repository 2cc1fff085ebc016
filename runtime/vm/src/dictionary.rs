//! The process dictionary.
//!
//! **What it is for.** [`Dictionary`] maps keys to values for one process, by change in place: it is no term, and nobody else sees it.
//!
//! **How.** Keys and values lie in two arrays, in the order of their coming. As long as there are few, the keys are looked through;
//! beyond [`FEW`] an index leads from a key's hash to its place.
//!
//! **Invariants.**
//! 1. Both arrays are equally long, and all their words are roots of the process.
//! 2. The index, where there is one, names each place once, under the hash of the key there.
//!
//! **What it must not know.** Who asks.
#![allow(clippy::cast_possible_truncation, reason = "a heap holds fewer keys than places can name")]

use hashbrown::HashTable;
use jovial_term::raw::{Visitor, Word};
use jovial_term::{Heap, Term};

use crate::raw_term;

/// Keys that are looked through one after the other.
const FEW: usize = 16;

#[derive(Default)]
pub(crate) struct Dictionary {
    keys: Vec<Word>,
    values: Vec<Word>,
    index: Option<Index>,
}

#[derive(Default)]
struct Index {
    /// By place.
    hashes: Vec<u64>,
    places: HashTable<u32>,
}

impl Index {
    fn of(heap: &Heap, keys: &[Word]) -> Index {
        let mut index = Index::default();
        for key in keys {
            index.push(raw_term(heap, *key).hash64());
        }
        index
    }

    fn push(&mut self, hash: u64) {
        let place = self.hashes.len() as u32;
        self.hashes.push(hash);
        let Index { hashes, places } = self;
        places.insert_unique(hash, place, |&place| hashes[place as usize]);
    }

    /// The last place takes the number of this one, which is of no use any more.
    fn swap_remove(&mut self, place: usize) {
        let Index { hashes, places } = self;
        let last = hashes.len() - 1;
        if let Ok(gone) = places.find_entry(hashes[place], |&known| known as usize == place) {
            gone.remove();
        }
        if let Some(moved) = places.find_mut(hashes[last], |&known| known as usize == last) {
            *moved = place as u32;
        }
        hashes.swap_remove(place);
    }
}

impl Dictionary {
    pub(crate) fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Where a key is.
    #[inline]
    fn place(&self, heap: &Heap, key: Term<'_>) -> Option<usize> {
        if let Some(index) = &self.index {
            let same = |place: &u32| raw_term(heap, self.keys[*place as usize]).same(key);
            return index.places.find(key.hash64(), same).map(|place| *place as usize);
        }
        let word = key.word();
        if word.is_pointer() {
            return self.keys.iter().position(|known| raw_term(heap, *known).same(key));
        }
        // What is no pointer is the same only as the same word.
        self.keys.iter().position(|known| *known == word)
    }

    #[inline]
    pub(crate) fn get(&self, heap: &Heap, key: Term<'_>) -> Option<Word> {
        self.place(heap, key).map(|place| self.values[place])
    }

    /// Gives the value that the key had.
    pub(crate) fn put(&mut self, heap: &Heap, key: Term<'_>, value: Term<'_>) -> Option<Word> {
        if let Some(place) = self.place(heap, key) {
            return Some(std::mem::replace(&mut self.values[place], value.word()));
        }
        self.keys.push(key.word());
        self.values.push(value.word());
        match &mut self.index {
            Some(index) => index.push(key.hash64()),
            None if self.keys.len() > FEW => self.index = Some(Index::of(heap, &self.keys)),
            None => {}
        }
        None
    }

    pub(crate) fn erase(&mut self, heap: &Heap, key: Term<'_>) -> Option<Word> {
        let place = self.place(heap, key)?;
        if let Some(index) = &mut self.index {
            index.swap_remove(place);
            self.keys.swap_remove(place);
            return Some(self.values.swap_remove(place));
        }
        self.keys.remove(place);
        Some(self.values.remove(place))
    }

    pub(crate) fn pairs(&self) -> impl Iterator<Item = (Word, Word)> {
        self.keys.iter().copied().zip(self.values.iter().copied())
    }

    pub(crate) fn visit_roots(&mut self, visitor: &mut Visitor<'_>) {
        visitor.slice(&mut self.keys);
        visitor.slice(&mut self.values);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    /// Against a map, with keys that are immediates and keys that are objects.
    #[test]
    fn a_dictionary_agrees_with_a_map() {
        let heap = Heap::new();
        for keys in [6, 40] {
            let (mut dictionary, mut model) = (Dictionary::default(), HashMap::<i32, i32>::new());
            let mut state = 1_u64;
            for step in 0..4_000 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let number = ((state >> 33) % keys) as i32;
                let key = if number % 2 == 0 { Term::small32(number) } else { heap.tuple(&[Term::small32(number)]) };
                let value = |word: Word| raw_term(&heap, word).as_small().and_then(|value| i32::try_from(value).ok());
                if (state >> 60) < 10 {
                    let old = dictionary.put(&heap, key, Term::small32(step)).and_then(value);
                    assert_eq!(old, model.insert(number, step));
                } else {
                    assert_eq!(dictionary.erase(&heap, key).and_then(value), model.remove(&number));
                }
                assert_eq!(dictionary.get(&heap, key).and_then(value), model.get(&number).copied());
                assert_eq!(dictionary.pairs().count(), model.len());
            }
            assert_eq!(dictionary.index.is_some(), keys > FEW as u64);
        }
    }
}
