//! Variables of parallel patterns that depend on each other: `{x, y} = {y, x}` inside one pattern has no order in
//! which it could be matched.
//!
//! Each `=` inside a pattern makes its sides *siblings*: every variable of one depends on every variable of the others.
//! A pair may point at each other once (that is one `=`); twice, or a longer way round, is a cycle.
//!
//! All those dependencies are many, so they are only written down when there could be a cycle. Where each variable is in one side of one
//! `=`, which is what people write, there is none.

use std::collections::{BTreeMap, BTreeSet};

use jovial_syntax::quoted::{Meta, NodeId};
use rustc_hash::{FxHashMap, FxHashSet};

use super::Expander;
use crate::env::{Kind, Var, Vars};
use crate::errors::Result;
use jovial_atoms::known;

/// An edge that was made twice is a cycle by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Edge {
    Once,
    Twice,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Cycles {
    /// For each `=` the variables that its sides bind; inner ones come before those that they are in.
    siblings: Vec<Vec<Vars>>,
}

/// The variables by their places in the order of their names, in which Elixir looks at them.
struct Graph {
    vars: Vec<Var>,
    edges: Vec<BTreeMap<usize, Edge>>,
    /// Sets of variables that one sibling binds together: no way leads between them.
    together: Vec<Vec<usize>>,
}

impl Cycles {
    /// Adds the variables that each sibling bound; gives all of them.
    pub(crate) fn add_siblings(&mut self, writes: Vec<Vars>) -> Vars {
        let all = Vars::union(&writes);
        self.siblings.push(writes);
        all
    }

    fn could_be(&self) -> bool {
        let mut seen = FxHashSet::default();
        !self.siblings.iter().flatten().flat_map(Vars::iter).all(|(var, _)| seen.insert(var))
    }

    /// The variables of the first cycle found.
    fn find(&self) -> Option<Vec<Var>> {
        if !self.could_be() {
            return None;
        }
        let graph = Graph::new(&self.siblings);
        let mut seen = BTreeMap::new();
        let found = (0..graph.vars.len()).find_map(|var| graph.visit(var, None, &mut seen).err());
        found.map(|cycle| cycle.into_iter().map(|place| graph.vars[place]).collect())
    }
}

impl Graph {
    fn new(siblings: &[Vec<Vars>]) -> Graph {
        let parts: Vec<Vars> = siblings.iter().flatten().cloned().collect();
        let vars: Vec<Var> = Vars::union(&parts).sorted().into_iter().map(|(var, _)| var).collect();
        let places: FxHashMap<Var, usize> = vars.iter().enumerate().map(|(place, var)| (*var, place)).collect();
        let mut edges = vec![BTreeMap::new(); vars.len()];
        let mut together = Vec::new();
        for sides in siblings {
            let sides: Vec<BTreeSet<usize>> =
                sides.iter().map(|side| side.iter().map(|(var, _)| places[&var]).collect()).collect();
            let mut sides_of: BTreeMap<usize, usize> = BTreeMap::new();
            for var in sides.iter().flatten() {
                *sides_of.entry(*var).or_default() += 1;
            }
            for side in &sides {
                let is_elsewhere = |var: &usize, count: usize| count > usize::from(side.contains(var));
                let others: Vec<usize> =
                    sides_of.iter().filter(|(var, count)| is_elsewhere(var, **count)).map(|(var, _)| *var).collect();
                for var in side {
                    for other in &others {
                        edges[*var].entry(*other).and_modify(|edge| *edge = Edge::Twice).or_insert(Edge::Once);
                    }
                }
                if others.len() > 1 {
                    together.push(others);
                }
            }
        }
        Graph { vars, edges, together }
    }

    fn visit(
        &self,
        current: usize,
        source: Option<usize>,
        seen: &mut BTreeMap<usize, bool>,
    ) -> std::result::Result<(), Vec<usize>> {
        if seen.contains_key(&current) {
            return Ok(());
        }
        let edges = &self.edges[current];
        if edges.contains_key(&current) {
            return Err(vec![current]);
        }
        let mut skip_once = Vec::new();
        let mut before = seen.clone();
        for group in self.together.iter().filter(|group| group.contains(&current)) {
            for &other in group {
                if edges.contains_key(&other) {
                    skip_once.push(other);
                } else {
                    seen.insert(other, false);
                }
            }
        }
        seen.insert(current, true);
        for (&next, edge) in edges {
            if *edge == Edge::Twice {
                return Err(vec![current, next]);
            }
            if Some(next) == source || skip_once.contains(&next) {
                continue;
            }
            if before.get(&next) == Some(&true) {
                let mut cycle: Vec<usize> = std::mem::take(&mut before).into_keys().collect();
                cycle.push(current);
                return Err(cycle);
            }
            self.visit(next, Some(current), seen)?;
        }
        Ok(())
    }
}

impl Expander<'_> {
    /// `pattern` is the pattern as written, or the arguments of a function with its name.
    pub(crate) fn check_cycles(&mut self, cycles: &Cycles, meta: Meta, pattern: Pattern<'_>) -> Result<()> {
        let Some(mut vars) = cycles.find() else { return Ok(()) };
        vars.sort_by_key(|var| var.name().as_str());
        let code = match pattern {
            Pattern::One(node) => self.text(node),
            Pattern::Match(args) => {
                let list = self.code.tree.list(args);
                self.text(list)
            }
            Pattern::Head(name, args) => {
                let call = self.code.tree.call(name, Meta::EMPTY, args);
                self.text(call)
            }
        };
        let names: Vec<String> = vars
            .iter()
            .map(|var| {
                let context = match var.kind {
                    Kind::Context(atom) => atom.atom(),
                    Kind::Counter(_) => known::NIL,
                };
                self.var_info(var.name(), context)
            })
            .collect();
        let what = match names.as_slice() {
            [one] => format!("the variable {one} is defined in function of itself"),
            [one, other] => format!("the variable {one} is defined recursively in function of {other}"),
            _ => format!("the following variables form a cycle: {}", names.join(", ")),
        };
        Err(self.error(meta, format!("recursive variable definition in patterns:\n\n{code}\n\n{what}")))
    }
}

/// What a cycle is reported in.
#[derive(Clone, Copy)]
pub(crate) enum Pattern<'a> {
    One(NodeId),
    Match(&'a [NodeId]),
    Head(jovial_atoms::Atom, &'a [NodeId]),
}
