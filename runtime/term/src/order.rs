//! The order of terms.
//!
//! **What it is for.** [`Term::compare`] is what `<`, sorting and ordered tables use: numbers, atoms, references, funs,
//! ports, pids, tuples, maps, `[]`, lists, bitstrings. `1` and `1.0` are equal in it. [`Term::compare_exact`] puts
//! integers before floats; it is the order of map keys and agrees with `===`.
//!
//! **How.** A list of work replaces recursion. What is popped continues a comparison that was equal so far; the first
//! difference ends everything, except that [`Work::Least`] catches it: two big maps differ at the least key where they
//! differ, and to find it keys are compared with each other.
//!
//! **Invariants.**
//! 1. Nothing here depends on atom indices or addresses.
//!
//! **What it must not know.** Heaps: comparing allocates no terms.

use std::cmp::Ordering;

use jovial_atoms::{Atom, known};

use crate::int;
use crate::map::Map;
use crate::term::{External, Fun, Kind, Term};

enum Work<'a> {
    Pair(Term<'a>, Term<'a>, bool),
    Slices(&'a [Term<'a>], &'a [Term<'a>], bool),
    Least(Least<'a>),
}

/// A search for the least of some keys, which stands for the comparison of two big maps.
struct Least<'a> {
    candidates: Vec<(Term<'a>, Outcome<'a>)>,
    best: usize,
    next: usize,
}

/// What the comparison comes down to if a key is the least one.
#[derive(Clone, Copy)]
enum Outcome<'a> {
    /// The key is in one map alone.
    Decided(Ordering),
    /// The values of the key decide, compared exactly or not.
    Values(Term<'a>, Term<'a>, bool),
}

impl Term<'_> {
    /// The order of terms, in which `1` and `1.0` are equal.
    #[inline]
    pub fn compare(self, other: Term<'_>) -> Ordering {
        if let (Some(left), Some(right)) = (self.as_small(), other.as_small()) {
            return left.cmp(&right);
        }
        compare(self, other, false)
    }

    /// The order of map keys: as [`Term::compare`], but integers come before floats everywhere inside.
    pub fn compare_exact(self, other: Term<'_>) -> Ordering {
        compare(self, other, true)
    }
}

fn compare<'a>(left: Term<'a>, right: Term<'a>, exact: bool) -> Ordering {
    let mut work: Vec<Work<'a>> = Vec::new();
    let mut next = Some((left, right, exact));
    loop {
        let mut order = match next.take() {
            Some((left, right, exact)) => step(left, right, exact, &mut work),
            None => Ordering::Equal,
        };
        loop {
            match work.pop() {
                None => return order,
                Some(Work::Least(search)) => match search.advance(order, &mut work) {
                    Ok(pair) => next = Some(pair),
                    Err(Outcome::Values(left, right, exact)) => next = Some((left, right, exact)),
                    Err(Outcome::Decided(decided)) => {
                        order = decided;
                        continue;
                    }
                },
                Some(_) if order != Ordering::Equal => continue,
                Some(Work::Pair(left, right, exact)) => next = Some((left, right, exact)),
                Some(Work::Slices(left, right, exact)) => {
                    let ([first, left @ ..], [second, right @ ..]) = (left, right) else { continue };
                    if !left.is_empty() {
                        work.push(Work::Slices(left, right, exact));
                    }
                    next = Some((*first, *second, exact));
                }
            }
            break;
        }
    }
}

impl<'a> Least<'a> {
    /// Takes the order of the next candidate against the best one. Gives the next pair to compare, or the outcome.
    fn advance(mut self, order: Ordering, work: &mut Vec<Work<'a>>) -> Result<(Term<'a>, Term<'a>, bool), Outcome<'a>> {
        if order == Ordering::Less {
            self.best = self.next;
        }
        self.next += 1;
        let best = self.candidates[self.best];
        match self.candidates.get(self.next) {
            Some(&(key, _)) => {
                work.push(Work::Least(self));
                Ok((key, best.0, true))
            }
            None => Err(best.1),
        }
    }
}

/// Compares as far as one object goes; what lies below goes to the work list.
fn step<'a>(left: Term<'a>, right: Term<'a>, exact: bool, work: &mut Vec<Work<'a>>) -> Ordering {
    let (mut left, mut right) = (left, right);
    loop {
        if left.is_same(right) {
            return Ordering::Equal;
        }
        let kind = left.kind();
        let order = kind.cmp(&right.kind());
        if order != Ordering::Equal {
            return order;
        }
        return match kind {
            Kind::Number => int::compare_numbers(left, right, exact),
            Kind::Atom => atom_text(left).cmp(atom_text(right)),
            Kind::Reference => reference_key(left).cmp(&reference_key(right)),
            Kind::Fun => funs(left, right, exact, work),
            Kind::Port => port_key(left).cmp(&port_key(right)),
            Kind::Pid => pid_key(left).cmp(&pid_key(right)),
            Kind::Nil => Ordering::Equal,
            Kind::Bitstring => left.as_bitstring().cmp(&right.as_bitstring()),
            Kind::Tuple => {
                let (left, right) = (left.slots(), right.slots());
                if left.len() != right.len() {
                    return left.len().cmp(&right.len());
                }
                work.push(Work::Slices(left, right, exact));
                Ordering::Equal
            }
            Kind::Map => {
                let (Some(left), Some(right)) = (left.as_map(), right.as_map()) else { return Ordering::Equal };
                maps(left, right, exact, work)
            }
            Kind::List => {
                let (Some((head, tail)), Some((other_head, other_tail))) = (left.as_cons(), right.as_cons()) else {
                    return Ordering::Equal;
                };
                if head.is_same(other_head) {
                    (left, right) = (tail, other_tail);
                    continue;
                }
                work.push(Work::Pair(tail, other_tail, exact));
                (left, right) = (head, other_head);
                continue;
            }
        };
    }
}

fn atom_text(term: Term<'_>) -> &'static str {
    term.as_atom().map_or("", Atom::as_str)
}

/// Node name and creation: those of this node for what is local.
fn node_of(external: Option<&External>) -> (&'static str, u32) {
    external.map_or((known::NONODE_NOHOST.as_str(), 0), |id| (id.node.as_str(), id.creation))
}

fn pid_key(term: Term<'_>) -> (u32, u32, &'static str, u32) {
    let external = term.as_external();
    let (node, creation) = node_of(external.as_ref());
    match (external, term.as_pid()) {
        (Some(id), _) => (id.words[1], id.words[0], node, creation),
        (None, Some(pid)) => (pid.serial(), pid.id(), node, creation),
        (None, None) => (0, 0, node, creation),
    }
}

fn port_key(term: Term<'_>) -> (&'static str, u32, u64) {
    let external = term.as_external();
    let (node, creation) = node_of(external.as_ref());
    let number = match external {
        Some(id) => (u64::from(id.words[1]) << 32) | u64::from(id.words[0]),
        None => term.as_port().map_or(0, super::term::Port::number),
    };
    (node, creation, number)
}

/// The three words by which a local reference is written and ordered, least significant first.
pub(crate) fn ref_words(number: u64) -> [u32; 3] {
    [(number & 0x3_ffff) as u32, (number >> 18) as u32, (number >> 50) as u32]
}

fn reference_key(term: Term<'_>) -> (&'static str, u32, [u32; 5]) {
    let external = term.as_external();
    let (node, creation) = node_of(external.as_ref());
    let mut words = [0; 5];
    match (external, term.as_ref()) {
        (Some(id), _) => {
            words[..id.words().len()].copy_from_slice(id.words());
        }
        (None, Some(local)) => words[..3].copy_from_slice(&ref_words(local.number)),
        (None, None) => {}
    }
    words.reverse();
    (node, creation, words)
}

fn funs<'a>(left: Term<'a>, right: Term<'a>, exact: bool, work: &mut Vec<Work<'a>>) -> Ordering {
    match (left.as_fun(), right.as_fun()) {
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (Some(left), Some(right)) => {
            let key = |fun: &Fun<'_>| (fun.entry.module.as_str(), fun.entry.index, fun.entry.old_uniq, fun.env.len());
            let order = key(&left).cmp(&key(&right));
            if order == Ordering::Equal {
                work.push(Work::Slices(left.env, right.env, exact));
            }
            order
        }
        (None, None) => {
            let key =
                |term: Term<'_>| term.as_external_fun().map(|fun| (fun.module.as_str(), fun.name.as_str(), fun.arity));
            key(left).cmp(&key(right))
        }
    }
}

fn maps<'a>(left: Map<'a>, right: Map<'a>, exact: bool, work: &mut Vec<Work<'a>>) -> Ordering {
    if left.len() != right.len() {
        return left.len().cmp(&right.len());
    }
    if let (Some((keys, values)), Some((other_keys, other_values))) = (left.as_flat(), right.as_flat()) {
        work.push(Work::Slices(values, other_values, exact));
        if !keys.is_same(other_keys) {
            work.push(Work::Slices(keys.slots(), other_keys.slots(), true));
        }
        return Ordering::Equal;
    }
    let mut candidates = Vec::new();
    for (key, _) in left.iter() {
        if !right.contains_key(key) {
            candidates.push((key, Outcome::Decided(Ordering::Less)));
        }
    }
    if candidates.is_empty() {
        for (key, value) in left.iter() {
            if let Some(other) = right.get(key) {
                let equal = if exact { value.same(other) } else { value.equals(other) };
                if !equal {
                    candidates.push((key, Outcome::Values(value, other, exact)));
                }
            }
        }
    } else {
        for (key, _) in right.iter() {
            if !left.contains_key(key) {
                candidates.push((key, Outcome::Decided(Ordering::Greater)));
            }
        }
    }
    let search = Least { candidates, best: 0, next: 0 };
    let Some(&(first, outcome)) = search.candidates.first() else { return Ordering::Equal };
    if search.candidates.len() == 1 {
        return match outcome {
            Outcome::Decided(order) => order,
            Outcome::Values(value, other, exact) => {
                work.push(Work::Pair(value, other, exact));
                Ordering::Equal
            }
        };
    }
    // The first candidate against itself is equal, which starts the search.
    work.push(Work::Least(search));
    work.push(Work::Pair(first, first, true));
    Ordering::Equal
}
