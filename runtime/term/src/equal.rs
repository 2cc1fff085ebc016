//! Equality of terms.
//!
//! **What it is for.** [`Term::same`] is `===`: integers and floats differ. [`Term::equals`] is `==`. Keys of maps are
//! compared by `===` in both.
//!
//! **Invariants.**
//! 1. `same` is an equivalence, and [`Term::hash64`] agrees with it.
//! 2. A big map with given keys has one shape (`map/trie`, invariant 2), so tries are compared node by node.
//!
//! **What it must not know.** The order of terms.

use crate::int;
use crate::map::trie;
use crate::term::Term;
use crate::word::Boxed;

impl Term<'_> {
    /// `===`
    #[inline]
    pub fn same(self, other: Term<'_>) -> bool {
        self.is_same(other) || (!self.is_immediate() && !other.is_immediate() && equal(self, other, true))
    }

    /// `==`
    #[inline]
    pub fn equals(self, other: Term<'_>) -> bool {
        self.is_same(other) || (!self.is_unlike(other) && equal(self, other, false))
    }

    /// Whether another word can't be an equal term: for names, and between small integers.
    #[inline]
    fn is_unlike(self, other: Term<'_>) -> bool {
        let (left, right) = (self.as_small().is_some(), other.as_small().is_some());
        (left && right) || (self.is_immediate() && !left) || (other.is_immediate() && !right)
    }
}

/// What is compared most, and has nothing inside, comes first.
fn equal<'a>(left: Term<'a>, right: Term<'a>, exact: bool) -> bool {
    match left.as_bitstring() {
        Some(bits) => right.as_bitstring().is_some_and(|other| bits == other),
        None => equal_within(left, right, exact),
    }
}

fn equal_within<'a>(left: Term<'a>, right: Term<'a>, exact: bool) -> bool {
    let mut work: Vec<(Term<'a>, Term<'a>, bool)> = Vec::new();
    let mut next = Some((left, right, exact));
    while let Some((left, right, exact)) = next.take().or_else(|| work.pop()) {
        if left.is_same(right) {
            continue;
        }
        if let (Some((head, tail)), Some((other_head, other_tail))) = (left.as_cons(), right.as_cons()) {
            if !head.is_same(other_head) {
                if exact && (head.is_immediate() || other_head.is_immediate()) {
                    return false;
                }
                work.push((head, other_head, exact));
            }
            next = Some((tail, other_tail, exact));
            continue;
        }
        if !objects(left, right, exact, &mut work) {
            return false;
        }
    }
    true
}

/// Notes the pairs that are still to be compared. Most unequal terms are told apart here, by an element that is only a word.
fn push_all<'a>(
    work: &mut Vec<(Term<'a>, Term<'a>, bool)>,
    left: &[Term<'a>],
    right: &[Term<'a>],
    exact: bool,
) -> bool {
    if left.len() != right.len() {
        return false;
    }
    for (&left, &right) in left.iter().zip(right) {
        if left.is_same(right) {
            continue;
        }
        let unlike = if exact { left.is_immediate() || right.is_immediate() } else { left.is_unlike(right) };
        if unlike {
            return false;
        }
        work.push((left, right, exact));
    }
    true
}

/// Whether two terms that are not the same word agree as far as one object goes.
fn objects<'a>(left: Term<'a>, right: Term<'a>, exact: bool, work: &mut Vec<(Term<'a>, Term<'a>, bool)>) -> bool {
    if left.is_number() {
        return right.is_number() && int::numbers_equal(left, right, exact);
    }
    let (Some(kind), Some(other_kind)) = (left.boxed_kind(), right.boxed_kind()) else { return false };
    match (kind, other_kind) {
        (Boxed::Tuple, Boxed::Tuple) => push_all(work, left.slots(), right.slots(), exact),
        (Boxed::FlatMap, Boxed::FlatMap) => {
            let (left, right) = (left.slots(), right.slots());
            if !push_all(work, &left[1..], &right[1..], exact) {
                return false;
            }
            if !left[0].is_same(right[0]) {
                work.push((left[0], right[0], true));
            }
            true
        }
        (Boxed::BigMap, Boxed::BigMap) => {
            let (left, right) = (left.slots(), right.slots());
            work.push((left[1], right[1], exact));
            left[0].is_same(right[0])
        }
        (Boxed::MapNode | Boxed::MapCollision, Boxed::MapNode | Boxed::MapCollision) => {
            if left.header() != right.header() {
                return false;
            }
            left.slots().iter().zip(right.slots()).all(|(left, right)| match (trie::leaf(*left), trie::leaf(*right)) {
                (Some((key, value)), Some((other_key, other_value))) => {
                    work.push((value, other_value, exact));
                    work.push((key, other_key, true));
                    true
                }
                (None, None) => {
                    work.push((*left, *right, exact));
                    true
                }
                _ => false,
            })
        }
        (Boxed::Fun, Boxed::Fun) => {
            let (Some(left), Some(right)) = (left.as_fun(), right.as_fun()) else { return false };
            let entries_agree = std::ptr::eq(left.entry, right.entry)
                || (left.entry.module == right.entry.module
                    && left.entry.index == right.entry.index
                    && left.entry.old_uniq == right.entry.old_uniq
                    && left.entry.uniq == right.entry.uniq);
            entries_agree && push_all(work, left.env, right.env, exact)
        }
        (Boxed::ExternalFun, Boxed::ExternalFun) => left.as_external_fun() == right.as_external_fun(),
        (Boxed::Ref | Boxed::MagicRef, Boxed::Ref | Boxed::MagicRef) => {
            left.as_ref().map(|reference| reference.number) == right.as_ref().map(|reference| reference.number)
        }
        (Boxed::ExternalPid, Boxed::ExternalPid)
        | (Boxed::ExternalPort, Boxed::ExternalPort)
        | (Boxed::ExternalRef, Boxed::ExternalRef) => left.as_external() == right.as_external(),
        (Boxed::HeapBinary | Boxed::RefcBinary | Boxed::SubBinary, _) => {
            left.as_bitstring().is_some() && left.as_bitstring() == right.as_bitstring()
        }
        _ => false,
    }
}
