//! `Macro.Env` as data: where code stands and what its names mean there.
//!
//! **What it is for.** An [`Env`] is what the expander reads and changes, what macros get as `__CALLER__`, and what
//! `defmodule` and `def` carry to the moment when they run. Cloning is a few reference counts, so snapshots are cheap.
//!
//! **Invariants.**
//! 1. Lists stand in the order that Elixir shows: the newest alias or import first, exports by name and arity.
//! 2. `versioned_vars` is only right in a snapshot (`Expander::snapshot`); while code is expanded, the state holds the variables.
//!
//! **What it must not know.** How a `%Macro.Env{}` is laid out as a term: the host makes it from these fields.

use std::sync::{Arc, OnceLock};

use jovial_atoms::{Atom, known};
use rustc_hash::FxHashSet;

/// Where in an expression the expander is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Hash)]
pub enum Context {
    #[default]
    Normal,
    Match,
    Guard,
}

impl Context {
    /// As `env.context` shows it.
    pub fn atom(self) -> Atom {
        match self {
            Context::Normal => known::NIL,
            Context::Match => known::MATCH,
            Context::Guard => known::GUARD,
        }
    }
}

/// The number that tells the variables of one macro expansion from those of another. In Elixir an integer outside
/// of modules and `{module, integer}` inside.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct Counter {
    module: u32,
    pub number: i64,
}

impl Counter {
    /// `module` is `nil` for the bare integer.
    pub fn new(module: Atom, number: i64) -> Self {
        Counter { module: module.index(), number }
    }

    /// `nil` if there is none.
    pub fn module(self) -> Atom {
        Atom::from_index(self.module).unwrap_or(known::NIL)
    }
}

/// The second half of a variable's identity.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub enum Kind {
    /// An atom: `nil` for what users write, else the module whose macro made the variable.
    Context(KindAtom),
    Counter(Counter),
}

/// An atom that has an order (by index), as keys of the variable table need. The order shows nowhere.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KindAtom(u32);

impl std::fmt::Debug for KindAtom {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.atom())
    }
}

impl KindAtom {
    pub fn atom(self) -> Atom {
        Atom::from_index(self.0).unwrap_or(known::NIL)
    }
}

/// A variable: its name and what tells it from others of that name.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Var {
    name: u32,
    pub kind: Kind,
}

impl Var {
    pub fn new(name: Atom, kind: Kind) -> Self {
        Var { name: name.index(), kind }
    }

    /// A variable with an atom as context.
    pub fn plain(name: Atom, context: Atom) -> Self {
        Var::new(name, Kind::Context(KindAtom(context.index())))
    }

    pub fn name(self) -> Atom {
        Atom::from_index(self.name).unwrap_or(known::NIL)
    }
}

impl Kind {
    pub fn context(context: Atom) -> Self {
        Kind::Context(KindAtom(context.index()))
    }
}

impl std::fmt::Debug for Var {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}@{:?}", self.name(), self.kind)
    }
}

/// The version of a variable: each assignment makes a new one.
pub type Version = u32;

/// Variables and their versions: a sorted list, shared until changed. Scopes hold tens of variables, where copying
/// a short list beats a tree of nodes; a session with a thousand pays a microsecond for each assignment.
#[derive(Clone, Default, Debug, PartialEq, Eq)]
pub struct Vars(Arc<Vec<(Var, Version)>>);

impl Vars {
    pub fn new(mut entries: Vec<(Var, Version)>) -> Self {
        entries.sort_unstable();
        entries.dedup_by_key(|entry| entry.0);
        Vars(Arc::new(entries))
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn get(&self, var: Var) -> Option<Version> {
        self.0.binary_search_by_key(&var, |entry| entry.0).ok().map(|at| self.0[at].1)
    }

    pub fn insert(&mut self, var: Var, version: Version) {
        match self.0.binary_search_by_key(&var, |entry| entry.0) {
            Ok(at) => Arc::make_mut(&mut self.0)[at].1 = version,
            Err(at) => Arc::make_mut(&mut self.0).insert(at, (var, version)),
        }
    }

    /// Forgets variables, if there are any to forget.
    pub fn retain(&mut self, keeps: impl Fn(Var) -> bool) {
        if self.0.iter().any(|(var, _)| !keeps(*var)) {
            self.0 = Arc::new(self.0.iter().copied().filter(|(var, _)| keeps(*var)).collect());
        }
    }

    /// What is new here, or has another version than before.
    pub fn changed_since(&self, before: &Vars) -> Vec<(Var, Version)> {
        if Arc::ptr_eq(&self.0, &before.0) {
            return Vec::new();
        }
        let mut old = before.0.iter().peekable();
        let mut changed = Vec::new();
        for entry in self.0.iter() {
            while old.next_if(|other| other.0 < entry.0).is_some() {}
            if old.peek() != Some(&entry) {
                changed.push(*entry);
            }
        }
        changed
    }

    /// In no order that users may see.
    pub fn iter(&self) -> impl Iterator<Item = (Var, Version)> + '_ {
        self.0.iter().copied()
    }

    /// Ordered as the keys `{name, kind}` are in Elixir.
    pub fn sorted(&self) -> Vec<(Var, Version)> {
        let mut entries: Vec<_> = self.iter().collect();
        entries.sort_by(|a, b| {
            let key = |var: Var| match var.kind {
                Kind::Counter(counter) if counter.module() == known::NIL => (0, "", counter.number),
                Kind::Context(atom) => (1, atom.atom().as_str(), 0),
                Kind::Counter(counter) => (2, counter.module().as_str(), counter.number),
            };
            (a.0.name().as_str(), key(a.0)).cmp(&(b.0.name().as_str(), key(b.0)))
        });
        entries
    }

    /// All, and the newest version of what is in several.
    pub fn union(parts: &[Vars]) -> Vars {
        let mut entries: Vec<_> = parts.iter().flat_map(Vars::iter).collect();
        entries.sort_unstable_by_key(|(var, version)| (*var, std::cmp::Reverse(*version)));
        entries.dedup_by_key(|entry| entry.0);
        Vars(Arc::new(entries))
    }

    /// Both, and the newer version of what is in both.
    pub fn merge(&self, other: &Vars) -> Vars {
        if Arc::ptr_eq(&self.0, &other.0) || self.is_empty() {
            return other.clone();
        }
        let mut merged = self.clone();
        for (var, version) in other.iter() {
            if merged.get(var).is_none_or(|own| own < version) {
                merged.insert(var, version);
            }
        }
        merged
    }
}

/// Name and arity.
pub type NameArity = (Atom, u8);

/// A sorted set of names with arities: what a module exports, or a part of it that is imported.
#[derive(Debug, Default)]
pub struct Names {
    sorted: Vec<NameArity>,
    index: FxHashSet<NameArity>,
    /// The names as [`crate::carried`] writes them, once they were needed: each definition carries all that is imported.
    pub(crate) written: OnceLock<Arc<[u8]>>,
    /// What the library's modules export stays as long as the runtime, so the host may keep what it makes of it.
    lasts: bool,
}

impl Names {
    pub fn new(mut entries: Vec<NameArity>) -> Self {
        entries.sort_by(|a, b| (a.0.as_str(), a.1).cmp(&(b.0.as_str(), b.1)));
        entries.dedup();
        let index = entries.iter().copied().collect();
        Names { sorted: entries, index, written: OnceLock::new(), lasts: false }
    }

    /// The same names, of a module that stays.
    #[must_use]
    pub fn lasting(self, lasts: bool) -> Self {
        Names { lasts, ..self }
    }

    pub fn lasts(&self) -> bool {
        self.lasts
    }

    pub fn contains(&self, name: Atom, arity: u8) -> bool {
        self.index.contains(&(name, arity))
    }

    /// By name, then arity.
    pub fn as_slice(&self) -> &[NameArity] {
        &self.sorted
    }

    /// The arities under which a name stands.
    pub fn arities(&self, name: Atom) -> impl Iterator<Item = u8> + '_ {
        let start = self.sorted.partition_point(|entry| entry.0.as_str() < name.as_str());
        self.sorted[start..].iter().take_while(move |entry| entry.0 == name).map(|entry| entry.1)
    }

    pub fn is_empty(&self) -> bool {
        self.sorted.is_empty()
    }
}

/// One entry of `env.functions` or `env.macros`.
pub type Import = (Atom, Arc<Names>);

/// Which lexical tracker counts the use of aliases and imports; the table is [`crate::lexical::Trackers`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct TrackerId(pub u64);

/// The part of an env that changes seldom, shared between snapshots.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    pub context_modules: Vec<Atom>,
    /// `{alias, module}`
    pub aliases: Vec<(Atom, Atom)>,
    /// `{alias, {counter, module}}`: made inside a macro, seen only by code of the same expansion.
    pub macro_aliases: Vec<(Atom, (Counter, Atom))>,
    /// Sorted by text.
    pub requires: Vec<Atom>,
    pub functions: Vec<Import>,
    pub macros: Vec<Import>,
    pub tracers: Vec<Atom>,
}

#[derive(Clone, Debug)]
pub struct Env {
    /// `nil` outside of modules.
    pub module: Atom,
    pub function: Option<NameArity>,
    pub file: Arc<str>,
    pub line: u32,
    pub context: Context,
    pub scope: Arc<Scope>,
    pub versioned_vars: Vars,
    /// Where the versions of new variables go on; at least the number of variables.
    pub next_version: Version,
    pub lexical_tracker: Option<TrackerId>,
}

impl Env {
    /// The env at the start of a file: `Kernel` and `Application` required, `Kernel` imported with what it exports.
    pub fn new(file: &str, kernel: &crate::host::Face) -> Self {
        Env {
            module: known::NIL,
            function: None,
            file: Arc::from(file),
            line: 1,
            context: Context::Normal,
            scope: Arc::new(Scope {
                requires: vec![known::MOD_APPLICATION, known::MOD_KERNEL],
                functions: vec![(known::MOD_KERNEL, kernel.functions.clone())],
                macros: vec![(known::MOD_KERNEL, kernel.macros.clone())],
                ..Scope::default()
            }),
            versioned_vars: Vars::default(),
            next_version: 0,
            lexical_tracker: None,
        }
    }

    /// For changing; copies the shared part if a snapshot has it too.
    pub fn scope_mut(&mut self) -> &mut Scope {
        Arc::make_mut(&mut self.scope)
    }

    pub fn requires(&self, module: Atom) -> bool {
        self.scope.requires.contains(&module)
    }

    /// Without variables, as callbacks of a module see it.
    pub fn reset_vars(&self) -> Env {
        Env { versioned_vars: Vars::default(), next_version: 0, ..self.clone() }
    }
}
