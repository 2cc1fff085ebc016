//! Which aliases, imports and requires of a file are used, for the warnings about those that are not.
//!
//! **Invariants.** An entry that was never declared with a warning wanted is never reported. One outside of functions is reported only if
//! its code was run, for code that is left out, as by an `if` about what is installed, may leave the users out that it was for.
//!
//! **What it must not know.** Envs, modules.

use std::sync::{Mutex, MutexGuard, PoisonError};

use jovial_atoms::Atom;
use rustc_hash::FxHashMap;

use crate::env::TrackerId;

/// What was declared and whether it was used.
#[derive(Debug, Default)]
pub struct Tracker {
    /// By alias, with the line of its declaration; `None` once used.
    aliases: Vec<(Atom, Declared)>,
    imports: Vec<(Atom, Declared)>,
    /// The functions named in `only:`, by module.
    import_only: Vec<(Atom, (Atom, u8), Declared)>,
}

#[derive(Clone, Copy, Debug)]
struct Declared {
    line: u32,
    column: u32,
    used: bool,
    /// Whether the declaration was run, which those in functions need not be.
    run: bool,
}

impl Declared {
    fn unused(&self) -> bool {
        self.run && !self.used
    }
}

/// Something declared and never used.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Unused {
    Alias { alias: Atom, line: u32, column: u32 },
    Import { module: Atom, line: u32, column: u32 },
    ImportedFunction { module: Atom, name: Atom, arity: u8, line: u32, column: u32 },
}

impl Unused {
    /// The warning.
    pub fn message(&self) -> String {
        match self {
            Unused::Alias { alias, .. } => format!("unused alias {}", crate::errors::inspect_module(*alias)),
            Unused::Import { module, .. } => format!("unused import {}", crate::errors::inspect_module(*module)),
            Unused::ImportedFunction { module, name, arity, .. } => {
                format!("unused import {}.{name}/{arity}", crate::errors::inspect_module(*module))
            }
        }
    }

    /// The warning as a diagnostic about that file.
    pub fn diagnostic(&self, file: &std::sync::Arc<str>) -> crate::errors::Diagnostic {
        let (line, column) = self.position();
        crate::errors::Diagnostic {
            severity: crate::errors::Severity::Warning,
            message: self.message(),
            file: file.clone(),
            line,
            column: (column != 0).then_some(column),
            span: None,
            place: None,
            snippet: true,
        }
    }

    /// Where it was declared: line and column, 0 if unknown.
    pub fn position(&self) -> (u32, u32) {
        match *self {
            Unused::Alias { line, column, .. }
            | Unused::Import { line, column, .. }
            | Unused::ImportedFunction { line, column, .. } => (line, column),
        }
    }
}

impl Tracker {
    /// `run` tells that there is no need to wait for [`Tracker::run_alias`].
    pub fn add_alias(&mut self, alias: Atom, line: u32, column: u32, run: bool) {
        self.aliases.retain(|entry| entry.0 != alias || entry.1.line == line);
        if !self.aliases.iter().any(|entry| entry.0 == alias) {
            self.aliases.push((alias, Declared { line, column, used: false, run }));
        }
    }

    /// The code that declares the alias was run.
    pub fn run_alias(&mut self, alias: Atom, line: u32) {
        for entry in self.aliases.iter_mut().filter(|entry| entry.0 == alias && entry.1.line == line) {
            entry.1.run = true;
        }
    }

    pub fn use_alias(&mut self, alias: Atom) {
        for entry in self.aliases.iter_mut().filter(|entry| entry.0 == alias) {
            entry.1.used = true;
        }
    }

    /// `only` names what was asked for by `only: [name: arity]`; empty otherwise. `run` as for aliases.
    pub fn add_import(&mut self, module: Atom, only: &[(Atom, u8)], line: u32, column: u32, run: bool) {
        self.imports.retain(|entry| entry.0 != module);
        self.import_only.retain(|entry| entry.0 != module);
        let declared = Declared { line, column, used: false, run };
        self.imports.push((module, declared));
        self.import_only.extend(only.iter().map(|&function| (module, function, declared)));
    }

    /// The code that declares the import was run.
    pub fn run_import(&mut self, module: Atom, line: u32) {
        for entry in self.imports.iter_mut().filter(|entry| entry.0 == module && entry.1.line == line) {
            entry.1.run = true;
        }
        for entry in self.import_only.iter_mut().filter(|entry| entry.0 == module && entry.2.line == line) {
            entry.2.run = true;
        }
    }

    pub fn use_import(&mut self, module: Atom, name: Atom, arity: u8) {
        for entry in self.imports.iter_mut().filter(|entry| entry.0 == module) {
            entry.1.used = true;
        }
        for entry in self.import_only.iter_mut().filter(|entry| entry.0 == module && entry.1 == (name, arity)) {
            entry.2.used = true;
        }
    }

    /// What was declared and never used: aliases, then imports, by name.
    pub fn unused(&self) -> Vec<Unused> {
        let mut found = Vec::new();
        let mut aliases: Vec<_> = self.aliases.iter().filter(|entry| entry.1.unused()).collect();
        aliases.sort_by_key(|entry| entry.0.as_str());
        for &(alias, Declared { line, column, .. }) in aliases {
            found.push(Unused::Alias { alias, line, column });
        }
        let mut imports: Vec<_> = self.imports.iter().filter(|entry| entry.1.run).collect();
        imports.sort_by_key(|entry| entry.0.as_str());
        for &(module, Declared { line, column, used, .. }) in imports {
            if !used {
                found.push(Unused::Import { module, line, column });
                continue;
            }
            for (_, (name, arity), only) in
                self.import_only.iter().filter(|entry| entry.0 == module && entry.2.unused())
            {
                let Declared { line, column, .. } = *only;
                found.push(Unused::ImportedFunction { module, name: *name, arity: *arity, line, column });
            }
        }
        found
    }
}

/// The trackers of a session.
#[derive(Debug, Default)]
pub struct Trackers {
    table: Mutex<(u64, FxHashMap<u64, Tracker>)>,
}

impl Trackers {
    fn lock(&self) -> MutexGuard<'_, (u64, FxHashMap<u64, Tracker>)> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn start(&self) -> TrackerId {
        let mut table = self.lock();
        table.0 += 1;
        let id = table.0;
        table.1.insert(id, Tracker::default());
        TrackerId(id)
    }

    /// Works on a tracker, if it is still there.
    pub fn with<R>(&self, id: TrackerId, work: impl FnOnce(&mut Tracker) -> R) -> Option<R> {
        self.lock().1.get_mut(&id.0).map(work)
    }

    /// Ends a tracker.
    pub fn stop(&self, id: TrackerId) -> Option<Tracker> {
        self.lock().1.remove(&id.0)
    }
}
