//! `defoverridable` and `super`: a definition that may be defined anew is set aside; the first `super` gives it a name
//! of its own, and if nobody overrides it, it comes back under the old one.

use std::sync::PoisonError;

use jovial_atoms::Atom;
use jovial_syntax::quoted::Meta;

use super::{Check, DefKind, Entry, ModuleBuild, Overridable};
use crate::env::{Env, NameArity};
use crate::errors::{Diagnostic, Halt, Result, Severity, inspect_module};
use crate::expand::Expander;
use crate::host::Host;

fn bad_kind(module: Atom, key: NameArity, kind: DefKind) -> String {
    let module = inspect_module(module);
    let (name, arity) = key;
    if kind.is_macro() {
        format!(
            "cannot override function (def, defp) {name}/{arity} in module {module} as a macro (defmacro, defmacrop)"
        )
    } else {
        format!(
            "cannot override macro (defmacro, defmacrop) {name}/{arity} in module {module} as a function (def, defp)"
        )
    }
}

fn report(host: &mut dyn Host, env: &Env, entry: &Entry, message: String) -> Halt {
    host.diagnostic(Diagnostic {
        severity: Severity::Error,
        message,
        file: entry.definition.file.clone(),
        line: entry.definition.line,
        column: entry.column,
        span: None,
        place: None,
        snippet: true,
    });
    Halt::compile_error(&Env { lexical_tracker: None, ..env.clone() })
}

/// Sets a definition aside. `Ok(false)` if the module has none of that name and arity.
pub fn make_overridable(host: &mut dyn Host, env: &Env, key: NameArity) -> Result<bool> {
    let Some(build) = host.module_build(env.module) else { return Ok(false) };
    let mut wrong = None;
    {
        let mut build = build.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(stored) = build.take_stored(key) else {
            return Ok(build.overridables.iter().any(|entry| entry.0 == key));
        };
        let (calls, others) = std::mem::take(&mut build.local_calls).into_iter().partition(|call| call.caller == key);
        build.local_calls = others;
        let edges = build.local_edges.remove(&key).unwrap_or_default();
        match build.overridables.iter_mut().find(|entry| entry.0 == key) {
            Some((_, known)) => {
                let kind = stored.definition.kind;
                if kind.is_macro() == known.stored.definition.kind.is_macro() {
                    known.count += 1;
                    known.stored = stored;
                    known.overridden = false;
                    known.calls = calls;
                    known.edges = edges;
                } else {
                    wrong = Some(stored);
                }
            }
            None => build.overridables.push((key, Overridable { count: 1, stored, overridden: false, calls, edges })),
        }
    }
    match wrong {
        Some(stored) => {
            let message = bad_kind(env.module, key, stored.definition.kind);
            Err(report(host, env, &stored, message))
        }
        None => Ok(true),
    }
}

/// The kind and name under which `super` finds what was overridden.
pub(crate) fn resolve_super(expander: &mut Expander<'_>, meta: Meta, name: Atom, arity: u8) -> Result<(DefKind, Atom)> {
    let module = expander.env.module;
    let key = (name, arity);
    let found = expander.host.module_build(module).and_then(|build| {
        let mut build = build.lock().unwrap_or_else(PoisonError::into_inner);
        let at = build.overridables.iter().position(|entry| entry.0 == key)?;
        Some(restore(&mut build, at, true))
    });
    if let Some(found) = found {
        return Ok(found);
    }
    let available = expander.host.module_build(module).map_or_else(Vec::new, |build| {
        let build = build.lock().unwrap_or_else(PoisonError::into_inner);
        build.overridables.iter().map(|((name, arity), _)| format!("{name}/{arity}")).collect()
    });
    let module = inspect_module(module);
    Err(expander.error(
        meta,
        format!(
            "no super defined for {name}/{arity} in module {module}. Overridable functions available are: {}",
            available.join(", ")
        ),
    ))
}

/// Puts what was set aside among the definitions again, once.
fn restore(build: &mut ModuleBuild, at: usize, hidden: bool) -> (DefKind, Atom) {
    let (key, overridable) = &mut build.overridables[at];
    let kind = overridable.stored.definition.kind;
    let (kind, name) = if hidden {
        let kind = if kind.is_macro() { DefKind::Defmacrop } else { DefKind::Defp };
        (kind, Atom::new(&format!("{} (overridable {})", key.0, overridable.count)))
    } else {
        (kind, key.0)
    };
    if overridable.overridden {
        return (kind, name);
    }
    overridable.overridden = true;
    let mut entry = overridable.stored.clone();
    entry.definition.kind = kind;
    entry.definition.name = name;
    entry.check = Check::None;
    entry.from_super = Some(hidden);
    let key = (name, entry.definition.arity);
    let calls = overridable.calls.clone();
    let edges = overridable.edges.clone();
    // Its calls are now those of the new name.
    build.local_calls.extend(calls.into_iter().map(|call| super::LocalCall { caller: key, ..call }));
    build.local_edges.entry(key).or_default().extend(edges);
    if !build.definitions.contains_key(&key) {
        build.order.push(key);
        build.definitions.insert(key, entry);
    }
    (kind, name)
}

/// At the end of the body, and again after the callbacks: whatever nobody overrode is defined as it was.
pub fn settle_overridables(host: &mut dyn Host, env: &Env) -> Result<()> {
    let Some(build) = host.module_build(env.module) else { return Ok(()) };
    let mut wrong = None;
    {
        let mut build = build.lock().unwrap_or_else(PoisonError::into_inner);
        for at in 0..build.overridables.len() {
            let (key, overridable) = &build.overridables[at];
            let kind = overridable.stored.definition.kind;
            match build.definitions.get(key) {
                None => {
                    restore(&mut build, at, false);
                }
                Some(entry) if entry.definition.kind.is_macro() != kind.is_macro() => {
                    wrong = Some((*key, entry.clone()));
                    break;
                }
                Some(_) => {}
            }
        }
    }
    match wrong {
        Some((key, entry)) => {
            let message = bad_kind(env.module, key, entry.definition.kind);
            Err(report(host, env, &entry, message))
        }
        None => Ok(()),
    }
}
