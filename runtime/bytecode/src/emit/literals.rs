//! The constants of a module.
//!
//! **Invariants.** Those that the module came with keep their numbers; what is added for an operand is there once.

use jovial_atoms::Atom;
use rustc_hash::FxHashMap;

use crate::ir::{Arg, LitId, Literal};

use super::Emitter;

/// What can be added: constants of one word, and maps from atoms to those.
#[derive(PartialEq, Eq, Hash)]
enum Key {
    Int(i64),
    Atom(Atom),
    EmptyList,
    Map(Vec<(Atom, Key)>),
}

fn simple_key(literal: &Literal) -> Option<Key> {
    match literal {
        Literal::Int(value) => Some(Key::Int(*value)),
        Literal::Atom(atom) => Some(Key::Atom(*atom)),
        Literal::List(items) if items.is_empty() => Some(Key::EmptyList),
        _ => None,
    }
}

fn key(literal: &Literal) -> Option<Key> {
    let Literal::Map(pairs) = literal else { return simple_key(literal) };
    let pair = |(key, value): &(Literal, Literal)| match key {
        Literal::Atom(atom) => Some((*atom, simple_key(value)?)),
        _ => None,
    };
    pairs.iter().map(pair).collect::<Option<_>>().map(Key::Map)
}

pub(super) struct Literals {
    all: Vec<Literal>,
    places: FxHashMap<Key, LitId>,
}

impl Literals {
    pub(super) fn new(all: Vec<Literal>) -> Literals {
        let mut places = FxHashMap::default();
        for (literal, place) in all.iter().zip(0..) {
            if let Some(key) = key(literal) {
                places.entry(key).or_insert(LitId(place));
            }
        }
        Literals { all, places }
    }

    pub(super) fn into_all(self) -> Vec<Literal> {
        self.all
    }

    pub(super) fn add(&mut self, literal: Literal) -> LitId {
        let next = LitId(self.all.len() as u32);
        let place = key(&literal).map_or(next, |key| *self.places.entry(key).or_insert(next));
        if place == next {
            self.all.push(literal);
        }
        place
    }
}

impl Emitter<'_> {
    pub(super) fn arg_literal(&mut self, arg: Arg) -> LitId {
        match arg {
            Arg::Lit(literal) => literal,
            Arg::Int(value) => self.literals.add(Literal::Int(value)),
            Arg::Atom(atom) => self.literals.add(Literal::Atom(atom)),
            Arg::EmptyList => self.literals.add(Literal::List(Vec::new())),
            Arg::Val(_) => self.literals.add(Literal::Int(0)),
        }
    }
}
