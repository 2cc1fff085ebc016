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

mod behaviours;
mod callbacks;
mod calls;
mod define;
mod docs;
mod finish;
mod overridable;

use std::sync::Arc;

use jovial_atoms::{Atom, known};
use jovial_bytecode::ir::Literal;
use jovial_syntax::quoted::{Meta, NodeId};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::carried::{Code, Quoted};
use crate::env::{Env, NameArity};
use crate::errors::Diagnostic;
use crate::host::Datum;

pub use behaviours::Behaviours;
pub use calls::{RemoteCall, remote_calls};
pub use define::{Stored, store_definition};
pub use docs::{Doc, DocEntry, take_attributes};
pub use finish::{Finished, begin, finish, on_load};
pub(crate) use overridable::resolve_super;
pub use overridable::{make_overridable, settle_overridables};

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
        [DefKind::Def, DefKind::Defp, DefKind::Defmacro, DefKind::Defmacrop]
            .into_iter()
            .find(|kind| kind.atom() == atom)
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

/// How strictly the clauses of a definition are checked for standing together.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Check {
    All,
    UnusedOnly,
    None,
}

/// What is kept of a definition beside what lowering needs.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) definition: Definition,
    pub(crate) check: Check,
    pub(crate) column: Option<u32>,
    /// The module whose `quote` it came from.
    pub(crate) context: Option<Atom>,
    pub(crate) generated: bool,
    /// File and line of the code that it was quoted in, or what `@file` said.
    pub(crate) location: Option<(Arc<str>, u32)>,
    /// Whether it came back from being overridable, and if so whether `super` calls it under a name of its own.
    pub(crate) from_super: Option<bool>,
    /// Defaults at most, whether the last clause had a body, defaults of the last clause.
    pub(crate) defaults_max: usize,
    pub(crate) has_body: bool,
    pub(crate) defaults_last: usize,
}

/// A call of a function of the module itself.
#[derive(Clone, Debug)]
pub(crate) struct LocalCall {
    pub(crate) caller: NameArity,
    pub(crate) target: NameArity,
    pub(crate) file: Arc<str>,
    pub(crate) line: u32,
    pub(crate) column: Option<u32>,
}

/// A definition that may be overridden.
#[derive(Clone, Debug)]
pub(crate) struct Overridable {
    pub(crate) count: u32,
    pub(crate) stored: Entry,
    /// `super` was called: it stands under its own name.
    pub(crate) overridden: bool,
    /// The local calls that it made, which count only if it comes back.
    pub(crate) calls: Vec<LocalCall>,
    pub(crate) edges: FxHashSet<NameArity>,
}

/// What a `def` in the body of a module stores once the body gets there. Code names it by number, so that nothing of it has to go
/// through a literal.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// Without variables.
    pub env: Arc<Env>,
    /// The pair of head and body, unless code builds it.
    pub quoted: Option<Arc<Quoted>>,
}

/// A module whose body is running.
#[derive(Debug)]
pub struct ModuleBuild {
    pub name: Atom,
    pub file: Arc<str>,
    pub line: u32,
    pub attributes: FxHashMap<Atom, Attribute>,
    /// The module is compiled and waits for its callbacks: nothing of it changes any more.
    pub read_only: bool,
    /// The fields of its struct, once `defstruct` ran.
    pub struct_fields: Option<Arc<Vec<Atom>>>,
    pub(crate) definitions: FxHashMap<NameArity, Entry>,
    /// In the order of their first clauses.
    pub(crate) order: Vec<NameArity>,
    pub(crate) last_definition: Option<NameArity>,
    /// By name: arity and number of defaults.
    pub(crate) defaults: Vec<(Atom, usize, usize)>,
    pub(crate) overridables: Vec<(NameArity, Overridable)>,
    pub(crate) local_calls: Vec<LocalCall>,
    pub(crate) local_edges: FxHashMap<NameArity, FxHashSet<NameArity>>,
    /// Warnings about values that nobody takes, which come behind those about definitions.
    pub(crate) no_effect: Vec<Diagnostic>,
    pub(crate) used_macros: FxHashSet<NameArity>,
    /// Imported names that functions called, with where from.
    pub(crate) imported: FxHashMap<NameArity, Atom>,
    pub(crate) docs: Vec<DocEntry>,
    pub(crate) spec_docs: Vec<docs::SpecDoc>,
    /// Metadata said for the coming definition, and for the module.
    pub(crate) doc_metadata: Vec<(Atom, Literal)>,
    pub(crate) module_metadata: Vec<(Atom, Literal)>,
    pub(crate) deprecated: Vec<(NameArity, String)>,
    pub(crate) impls: Vec<docs::Impl>,
    /// An error was reported: the module can't be finished.
    pub tainted: bool,
    counter: i64,
    waiting: Vec<Waiting>,
}

impl ModuleBuild {
    pub fn new(name: Atom, file: Arc<str>, line: u32) -> Self {
        ModuleBuild {
            name,
            file,
            line,
            attributes: FxHashMap::default(),
            read_only: false,
            struct_fields: None,
            definitions: FxHashMap::default(),
            order: Vec::new(),
            last_definition: None,
            defaults: Vec::new(),
            overridables: Vec::new(),
            local_calls: Vec::new(),
            local_edges: FxHashMap::default(),
            no_effect: Vec::new(),
            used_macros: FxHashSet::default(),
            imported: FxHashMap::default(),
            docs: Vec::new(),
            spec_docs: Vec::new(),
            doc_metadata: Vec::new(),
            module_metadata: Vec::new(),
            deprecated: Vec::new(),
            impls: Vec::new(),
            tainted: false,
            counter: 0,
            waiting: Vec::new(),
        }
    }

    pub fn definition(&self, name: Atom, arity: u8) -> Option<&Definition> {
        self.definitions.get(&(name, arity)).map(|stored| &stored.definition)
    }

    /// The metadata of a definition: that of its head, or of its first clause where no head stands alone.
    pub fn definition_meta(&self, name: Atom, arity: u8) -> Vec<(Atom, Literal)> {
        let Some(entry) = self.definitions.get(&(name, arity)) else { return Vec::new() };
        let mut meta = Vec::new();
        let yes = |yes: bool| Literal::Atom(if yes { known::TRUE } else { known::FALSE });
        meta.extend(entry.from_super.map(|hidden| (Atom::new("from_super"), yes(hidden))));
        meta.push((known::LINE, Literal::Int(entry.definition.line.into())));
        meta.extend(entry.location.as_ref().map(|(file, line)| {
            let place = vec![Literal::Binary(file.as_bytes().to_vec()), Literal::Int((*line).into())];
            (known::FILE, Literal::Tuple(place))
        }));
        meta.extend(entry.generated.then(|| (known::GENERATED, yes(true))));
        meta.extend(entry.column.map(|column| (known::COLUMN, Literal::Int(column.into()))));
        meta.extend(entry.context.map(|context| (known::CONTEXT, Literal::Atom(context))));
        meta
    }

    /// In the order of their first clauses.
    pub fn definitions(&self) -> impl Iterator<Item = &Definition> {
        self.order.iter().filter_map(|key| self.definitions.get(key)).map(|stored| &stored.definition)
    }

    /// What was made overridable, whether overridden or not.
    pub fn overridables(&self) -> impl Iterator<Item = NameArity> + '_ {
        self.overridables.iter().map(|entry| entry.0)
    }

    /// Removes a definition (`Module.delete_definition/2`).
    pub fn take_definition(&mut self, name: Atom, arity: u8) -> Option<Definition> {
        self.take_stored((name, arity)).map(|stored| stored.definition)
    }

    pub(crate) fn take_stored(&mut self, key: NameArity) -> Option<Entry> {
        let stored = self.definitions.remove(&key)?;
        self.order.retain(|other| *other != key);
        if let Some(at) = self.defaults.iter().position(|entry| entry.0 == key.0 && entry.1 == usize::from(key.1)) {
            self.defaults.remove(at);
        }
        Some(stored)
    }

    /// The definitions that a local function or macro can reach, itself first.
    pub fn reachable(&self, name: Atom, arity: u8) -> Vec<&Definition> {
        let mut found = Vec::new();
        let mut seen: FxHashSet<NameArity> = std::iter::once((name, arity)).collect();
        let mut pending = vec![(name, arity)];
        while let Some(key) = pending.pop() {
            let Some(stored) = self.definitions.get(&key) else { continue };
            found.push(&stored.definition);
            let mut next: Vec<NameArity> = self
                .local_edges
                .get(&key)
                .into_iter()
                .flatten()
                .copied()
                .filter(|target| seen.insert(*target))
                .collect();
            next.sort_by_key(|target| (target.0.as_str(), target.1));
            pending.extend(next);
        }
        found
    }

    /// Keeps a definition until it runs, and longer, since it may run again; gives its number.
    pub(crate) fn wait(&mut self, definition: Waiting) -> usize {
        self.waiting.push(definition);
        self.waiting.len() - 1
    }

    /// A definition by its number.
    pub fn waiting(&self, number: usize) -> Option<&Waiting> {
        self.waiting.get(number)
    }

    /// The number of the next macro expansion in this module.
    pub fn next_counter(&mut self) -> i64 {
        self.counter += 1;
        self.counter
    }

    pub(crate) fn note_local_call(&mut self, caller: NameArity, target: NameArity) {
        self.local_edges.entry(caller).or_default().insert(target);
    }

    pub(crate) fn note_call_place(
        &mut self,
        caller: NameArity,
        target: NameArity,
        line: u32,
        column: Option<u32>,
        file: Arc<str>,
    ) {
        self.local_calls.push(LocalCall { caller, target, file, line, column });
    }
}
