//! Variables while code is expanded: what can be read, what was bound and not read yet, versions.
//!
//! **Invariants.**
//! 1. `read` holds the variables that code may name here; `write`, if there, those that the expression around it has
//!    bound so far, which become readable once it is done: in `f(x = 1, x)` the second `x` is the old one.
//! 2. A version is given once and never again in one expansion.

use std::sync::Arc;

use jovial_atoms::{Atom, known};
use jovial_syntax::quoted::Meta;
use rustc_hash::FxHashMap;

use super::Expander;
use crate::env::{Env, Kind, Var, Vars, Version};

/// What a pattern may know of what was before it.
#[derive(Clone, Debug)]
pub(crate) enum Prematch {
    /// No pattern.
    None,
    /// Under `^`.
    Pin,
    Match(Box<Before>),
}

#[derive(Clone, Debug)]
pub(crate) struct Before {
    pub(crate) read: Vars,
    pub(crate) cycles: super::cycles::Cycles,
    pub(crate) mode: MatchMode,
}

#[derive(Clone, Debug)]
pub(crate) enum MatchMode {
    /// Versions from this one on were bound by the pattern itself.
    From(Version),
    /// In the size of a bitstring segment: the variables that the segments before it could read, and the version from which on
    /// variables are bound by the segment itself, which has no value before it has a size.
    BitSize { original: Vars, own_from: Version },
}

/// A variable seen as bound and never read, or as read.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Usage {
    Used,
    Unused { meta: Meta, overridden: bool },
}

#[derive(Clone, Debug)]
pub(crate) struct State {
    /// `__CALLER__` is there.
    pub(crate) caller: bool,
    /// `__STACKTRACE__` is there.
    pub(crate) stacktrace: bool,
    pub(crate) prematch: Prematch,
    pub(crate) unused: FxHashMap<(Var, Version), Usage>,
    pub(crate) version: Version,
    /// The first version that the bitstring segment that is being expanded could give away.
    pub(crate) segment_from: Version,
    /// Modules that are defined inside this function, when it runs.
    pub(crate) runtime_modules: Arc<Vec<Atom>>,
    pub(crate) read: Vars,
    pub(crate) write: Option<Vars>,
}

impl State {
    pub(crate) fn new(env: &Env) -> Self {
        let version = env.next_version.max(u32::try_from(env.versioned_vars.len()).unwrap_or(u32::MAX));
        let prematch = match env.context {
            crate::env::Context::Match => Prematch::Match(Box::new(Before {
                read: env.versioned_vars.clone(),
                cycles: super::cycles::Cycles::default(),
                mode: MatchMode::From(version),
            })),
            _ => Prematch::None,
        };
        State {
            caller: false,
            stacktrace: false,
            prematch,
            unused: FxHashMap::default(),
            version,
            segment_from: 0,
            runtime_modules: Arc::default(),
            read: env.versioned_vars.clone(),
            write: None,
        }
    }

    pub(crate) fn vars(&self) -> (Vars, Option<Vars>) {
        (self.read.clone(), self.write.clone())
    }

    pub(crate) fn set_vars(&mut self, vars: (Vars, Option<Vars>)) {
        (self.read, self.write) = vars;
    }

    /// From here on, new variables go to `write` too.
    pub(crate) fn prepare_write(&mut self) {
        self.write = Some(self.read.clone());
    }

    /// Makes what was written readable; `outer` is what `write` was before.
    pub(crate) fn close_write(&mut self, outer: Option<Vars>) {
        let written = self.write.take().unwrap_or_else(|| self.read.clone());
        self.write = outer.map(|outer| outer.merge(&written));
        self.read = written;
    }

    pub(crate) fn bind(&mut self, var: Var, version: Version) {
        self.read.insert(var, version);
        self.note_write(var, version);
    }

    pub(crate) fn note_write(&mut self, var: Var, version: Version) {
        if let Some(write) = &mut self.write {
            write.insert(var, version);
        }
    }

    pub(crate) fn next_version(&mut self) -> Version {
        let version = self.version;
        self.version += 1;
        version
    }
}

/// The name is one for which a missing use is worth a warning.
fn is_reported(name: Atom) -> bool {
    match name.as_str().strip_prefix('_') {
        Some(rest) => {
            rest.starts_with('_')
                && rest.len() > 1
                && rest.bytes().all(|byte| byte == b'_' || byte.is_ascii_uppercase())
        }
        None => true,
    }
}

fn unused_message(name: Atom, overridden: bool) -> String {
    let text = name.as_str();
    if text.starts_with('_') {
        return format!(
            "unknown compiler variable \"{text}\" (expected one of __MODULE__, __ENV__, __DIR__, __CALLER__, __STACKTRACE__)"
        );
    }
    if text.starts_with('&') {
        return format!("variable \"{text}\" is unused (this might happen when using a capture argument as a pattern)");
    }
    if overridden {
        return format!(
            "variable \"{text}\" is unused (there is a variable with the same name in the context, use the pin operator (^) to match on it or prefix this variable with underscore if it is not meant to be used)"
        );
    }
    format!("variable \"{text}\" is unused (if the variable is not meant to be used, prefix it with an underscore)")
}

impl Expander<'_> {
    /// Notes that a pattern binds a variable.
    pub(crate) fn note_unused(&mut self, var: Var, meta: Meta, version: Version, overridden: bool) {
        if var.kind == Kind::context(known::NIL) && !self.code.meta_true(meta, known::GENERATED) {
            self.s.unused.insert((var, version), Usage::Unused { meta, overridden });
        }
    }

    pub(crate) fn note_used(&mut self, var: Var, meta: Meta, version: Version) {
        if matches!(var.kind, Kind::Context(_)) && !self.code.meta_has(meta, known::KEEP_UNUSED) {
            self.s.unused.insert((var, version), Usage::Used);
        }
    }

    /// Warns about what is left unused at the end of a function.
    pub(crate) fn check_unused(&mut self) {
        let unused = std::mem::take(&mut self.s.unused);
        self.report_unused(&unused);
        self.s.unused = unused;
    }

    fn report_unused(&mut self, unused: &FxHashMap<(Var, Version), Usage>) {
        let mut found: Vec<_> = unused
            .iter()
            .filter_map(|(&(var, version), &usage)| match usage {
                Usage::Unused { meta, overridden } if is_reported(var.name()) => {
                    Some((version, var.name(), meta, overridden))
                }
                _ => None,
            })
            .collect();
        // Elixir goes through a map ordered by name, then version.
        found.sort_by_key(|entry| (entry.1.as_str(), entry.0));
        for (_, name, meta, overridden) in found {
            self.warn_spanned(meta, name, unused_message(name, overridden));
        }
    }

    /// Runs `work` as a clause: what it binds is not seen outside, and what it leaves unused is reported.
    pub(crate) fn in_clause<R>(&mut self, work: impl FnOnce(&mut Self) -> super::Result<R>) -> super::Result<R> {
        let vars = self.s.vars();
        let env = self.env.clone();
        let outer = std::mem::take(&mut self.s.unused);
        let result = work(self)?;
        self.leave_clause(vars, outer);
        self.env = env;
        Ok(result)
    }

    /// The second half of [`Expander::in_clause`], for callers whose env lives on.
    pub(crate) fn leave_clause(&mut self, vars: (Vars, Option<Vars>), outer: FxHashMap<(Var, Version), Usage>) {
        let inner = std::mem::replace(&mut self.s.unused, outer);
        for (&(var, version), usage) in &inner {
            if matches!(usage, Usage::Used) && vars.0.get(var).is_some_and(|current| version <= current) {
                self.s.unused.insert((var, version), Usage::Used);
            }
        }
        self.report_unused(&inner);
        self.s.set_vars(vars);
    }
}
