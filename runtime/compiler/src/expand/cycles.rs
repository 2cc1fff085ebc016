//! Variables of parallel patterns that depend on each other: `{x, y} = {y, x}` inside one pattern has no order in
//! which it could be matched.
//!
//! Each `=` inside a pattern makes its sides *siblings*: every variable of one depends on every variable of the others.
//! A pair may point at each other once (that is one `=`); twice, or a longer way round, is a cycle.

use std::collections::BTreeMap;

use jovial_syntax::quoted::{Meta, NodeId};

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
    edges: BTreeMap<Var, BTreeMap<Var, Edge>>,
    /// Sets of variables that one sibling binds together: no way leads between them.
    together: Vec<Vec<Var>>,
}

impl Cycles {
    /// Adds the variables that each sibling bound; gives all of them.
    pub(crate) fn add_siblings(&mut self, writes: &[Vars]) -> Vars {
        let mut all = Vars::default();
        for (at, write) in writes.iter().enumerate() {
            let mut others = all.clone();
            for later in &writes[at + 1..] {
                others = others.merge(later);
            }
            for (var, _) in write.iter() {
                let edges = self.edges.entry(var).or_default();
                for (other, _) in others.iter() {
                    edges.entry(other).and_modify(|edge| *edge = Edge::Twice).or_insert(Edge::Once);
                }
            }
            if others.len() > 1 {
                self.together.insert(0, others.iter().map(|entry| entry.0).collect());
            }
            all = all.merge(write);
        }
        all
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.edges.is_empty()
    }

    /// The variables of the first cycle found.
    fn find(&self) -> Option<Vec<Var>> {
        let mut seen = BTreeMap::new();
        for &var in self.edges.keys() {
            if let Err(cycle) = self.visit(var, None, &mut seen) {
                return Some(cycle);
            }
        }
        None
    }

    fn visit(
        &self,
        current: Var,
        source: Option<Var>,
        seen: &mut BTreeMap<Var, bool>,
    ) -> std::result::Result<(), Vec<Var>> {
        if seen.contains_key(&current) {
            return Ok(());
        }
        let Some(edges) = self.edges.get(&current) else { return Ok(()) };
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
                let mut cycle: Vec<Var> = std::mem::take(&mut before).into_keys().collect();
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
        if cycles.is_empty() {
            return Ok(());
        }
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
