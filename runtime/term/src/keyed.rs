//! Tuples in ordered collections.
//!
//! **What it is for.** A [`Keyed`] is a fragment of a tuple that is ordered by one of its elements, its key, as Erlang orders terms; it
//! can be looked for by a [`Key`] that lies anywhere else. The key's word is kept beside the fragment, so that comparing small integers
//! and other immediates follows no pointer.
//!
//! **Invariants.**
//! 1. The word of a [`Keyed`]'s key is a term that lies in its fragment or needs no memory; the fragment is never changed.
//! 2. A [`Key`] exists only behind a reference, which lives no longer than the term that it stands for.
//!
//! **What it must not know.** Tables.

use std::borrow::Borrow;
use std::cmp::Ordering;

use crate::fragment::Fragment;
use crate::term::Term;
use crate::word::Word;

/// A term as others are ordered by it.
#[repr(transparent)]
pub struct Key(Word);

impl Key {
    /// A term as what to look for.
    pub fn of<'a>(term: &'a Term<'_>) -> &'a Key {
        // SAFETY: `Term` is a transparent `Word`, as `Key` is; the reference lives no longer than the term (invariant 2).
        unsafe { &*std::ptr::from_ref(term).cast::<Key>() }
    }

    fn term(&self) -> Term<'_> {
        // SAFETY: invariant 2.
        unsafe { Term::from_word(self.0) }
    }
}

impl Ord for Key {
    #[inline]
    fn cmp(&self, other: &Key) -> Ordering {
        self.term().compare(other.term())
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Key) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Key) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Key {}

/// A tuple with its key.
pub struct Keyed {
    key: Key,
    fragment: Fragment,
}

impl Keyed {
    /// The tuple in the fragment, by its element at `place`, counted from 0; `None` when it has no such element.
    pub fn new(fragment: Fragment, place: usize) -> Option<Keyed> {
        let key = Key(fragment.root().as_tuple()?.get(place)?.word());
        Some(Keyed { key, fragment })
    }

    pub fn key(&self) -> Term<'_> {
        self.key.term()
    }

    pub fn fragment(&self) -> &Fragment {
        &self.fragment
    }

    pub fn into_fragment(self) -> Fragment {
        self.fragment
    }
}

impl Borrow<Key> for Keyed {
    fn borrow(&self) -> &Key {
        &self.key
    }
}

impl Ord for Keyed {
    fn cmp(&self, other: &Keyed) -> Ordering {
        self.key.cmp(&other.key)
    }
}

impl PartialOrd for Keyed {
    fn partial_cmp(&self, other: &Keyed) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Keyed {
    fn eq(&self, other: &Keyed) -> bool {
        self.key == other.key
    }
}

impl Eq for Keyed {}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::heap::Heap;

    #[test]
    fn tuples_are_found_by_their_keys() {
        let heap = Heap::new();
        let keys = [
            Term::small32(3),
            heap.float(2.5),
            heap.binary(b"a key that is longer than a few words of a heap"),
            Term::NIL,
        ];
        let mut set = BTreeSet::new();
        for (number, key) in keys.iter().enumerate() {
            let tuple = heap.tuple(&[Term::count(number), *key]);
            set.insert(Keyed::new(Fragment::copy_of(tuple).expect("memory for some words"), 1).expect("two elements"));
        }
        for (number, key) in keys.iter().enumerate() {
            let found = set.get(Key::of(key)).map(|keyed| keyed.fragment().root());
            assert_eq!(found.and_then(|tuple| tuple.as_tuple()?[0].as_usize()), Some(number));
        }
        // Equal, if not the same.
        assert!(set.contains(Key::of(&heap.float(3.0))) && !set.contains(Key::of(&Term::small32(2))));
        let order: Vec<_> = set.iter().map(|keyed| keyed.key().word()).collect();
        assert_eq!(
            (order[0], order[1]),
            (set.first().map(|keyed| keyed.key().word()).expect("four"), Term::small32(3).word())
        );
        assert!(Keyed::new(Fragment::immediate(Term::ZERO), 0).is_none());
    }
}
