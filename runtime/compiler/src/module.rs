//! A module while its body runs: definitions, attributes, and what becomes of them at its end.
//!
//! **What it is for.** `defmodule` makes a [`ModuleBuild`] (the native behind it calls [`begin`]); each `def` that runs
//! stores its clauses ([`store_definition`]); [`finish`] checks the whole and gives what lowering needs.
//!
//! **Invariants.**
//! 1. Clauses are expanded when their `def` runs, with the env that it carries.
//! 2. The lock of a [`SharedModule`](crate::host::SharedModule) is never held while the host is called.
//!
//! **What it must not know.** How a module runs or is loaded.

use std::collections::HashMap;
use std::sync::Arc;

use jovial_atoms::{Atom, known};
use jovial_syntax::quoted::{Meta, NodeId};

use crate::carried::Code;
use crate::env::NameArity;
use crate::host::Datum;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DefKind {
    Def,
    Defp,
    Defmacro,
    Defmacrop,
}

impl DefKind {
    pub fn atom(self) -> Atom {
        match self {
            DefKind::Def => known::DEF,
            DefKind::Defp => known::DEFP,
            DefKind::Defmacro => known::DEFMACRO,
            DefKind::Defmacrop => known::DEFMACROP,
        }
    }

    pub fn from_atom(atom: Atom) -> Option<Self> {
        [DefKind::Def, DefKind::Defp, DefKind::Defmacro, DefKind::Defmacrop].into_iter().find(|kind| kind.atom() == atom)
    }

    pub fn is_macro(self) -> bool {
        matches!(self, DefKind::Defmacro | DefKind::Defmacrop)
    }

    pub fn is_public(self) -> bool {
        matches!(self, DefKind::Def | DefKind::Defmacro)
    }
}

/// One expanded clause. Its nodes live in the [`Definition::code`] of its definition.
#[derive(Clone, Debug)]
pub struct Clause {
    pub meta: Meta,
    pub line: u32,
    pub args: Vec<NodeId>,
    /// Alternatives: `when a when b` is two.
    pub guards: Vec<NodeId>,
    pub body: NodeId,
}

/// A clause and the tree that it lives in.
#[derive(Clone, Debug)]
pub struct StoredClause {
    pub code: Arc<Code>,
    pub clause: Clause,
}

/// A function or macro. A macro's clauses do not have the caller among their arguments: lowering a macro `name/n`
/// makes a function `MACRO-name` of `n + 1` arguments, whose first is the `__CALLER__`.
#[derive(Clone, Debug)]
pub struct Definition {
    pub kind: DefKind,
    pub name: Atom,
    pub arity: u8,
    /// Where its first clause stands.
    pub line: u32,
    pub file: Arc<str>,
    pub clauses: Vec<StoredClause>,
}

/// An attribute's state.
#[derive(Clone, Debug, Default)]
pub struct Attribute {
    /// One value, or all values of an accumulating one, the newest first.
    pub values: Vec<Datum>,
    pub accumulate: bool,
    pub persist: bool,
    /// Where it was set and not read since, for the warning.
    pub unread_line: Option<u32>,
}

/// A module whose body is running.
#[derive(Debug)]
pub struct ModuleBuild {
    pub name: Atom,
    pub file: Arc<str>,
    pub line: u32,
    pub attributes: HashMap<Atom, Attribute>,
    definitions: HashMap<NameArity, Definition>,
    /// In the order of their first clauses.
    order: Vec<NameArity>,
    /// An error was reported: the module can't be finished.
    pub tainted: bool,
    counter: i64,
}

impl ModuleBuild {
    pub fn new(name: Atom, file: Arc<str>, line: u32) -> Self {
        ModuleBuild {
            name,
            file,
            line,
            attributes: HashMap::new(),
            definitions: HashMap::new(),
            order: Vec::new(),
            tainted: false,
            counter: 0,
        }
    }

    pub fn definition(&self, name: Atom, arity: u8) -> Option<&Definition> {
        self.definitions.get(&(name, arity))
    }

    /// In the order of their first clauses.
    pub fn definitions(&self) -> impl Iterator<Item = &Definition> {
        self.order.iter().filter_map(|key| self.definitions.get(key))
    }

    /// The number of the next macro expansion in this module.
    pub fn next_counter(&mut self) -> i64 {
        self.counter += 1;
        self.counter
    }
}
