//! What can be said of a module only when all that is compiled together is there: calls of functions that don't exist, calls of
//! deprecated ones, what its types tell, behaviours that it does not keep to, and its `@after_verify` callbacks.
//!
//! **Invariants.** A module is verified once: at its end, or at the end of the file or compilation that it belongs to.

use jovial_atoms::{Atom, known};
use jovial_bytecode::ir::Literal;
use jovial_compiler::Diagnostic;
use jovial_compiler::env::Env;
use jovial_compiler::errors::Result;
use jovial_compiler::host::{Datum, Face, Host};
use jovial_compiler::module::{Behaviours, ModuleBuild, RemoteCall};
use jovial_term::{Heap, Term};
use rustc_hash::FxHashMap;

use super::host::CompileHost;
use super::types;

/// What is noted of a finished module.
#[derive(Clone)]
pub(crate) struct Unverified {
    pub(crate) env: Env,
    pub(crate) calls: Vec<RemoteCall>,
    /// What was found out about the types of its code.
    pub(crate) types: Vec<types::Ranked>,
    pub(crate) behaviours: Option<Behaviours>,
    /// What `@compile {:no_warn_undefined, ...}` names: modules, and functions of modules.
    pub(crate) unchecked: Vec<(Atom, Option<(Atom, u8)>)>,
    pub(crate) after_verify: Vec<(Atom, Atom)>,
}

/// What is wrong with a call.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Fault {
    NoModule,
    NoFunction,
    Deprecated,
}

enum Finding {
    Said(u32, Diagnostic),
    Calls { fault: Fault, first: RemoteCall, hint: String, places: Vec<RemoteCall> },
}

impl Finding {
    fn order(&self) -> (u32, u32, Option<u32>) {
        match self {
            Finding::Said(rank, diagnostic) => (*rank, diagnostic.line, diagnostic.column),
            // Elixir sorts by what is known of a call, and so those without parentheses behind the others.
            Finding::Calls { first, .. } => (1 + u32::from(first.bare), first.line, first.column),
        }
    }
}

/// The modules and functions that a module's `@compile` attributes excuse.
pub(crate) fn unchecked(build: &ModuleBuild) -> Vec<(Atom, Option<(Atom, u8)>)> {
    let mut found = Vec::new();
    let options =
        build.attributes.get(&known::COMPILE).map(|attribute| attribute.values.as_slice()).unwrap_or_default();
    let mut work: Vec<&Literal> = options
        .iter()
        .filter_map(|value| match value {
            Datum::Literal(literal) => Some(literal),
            Datum::Host(_) => None,
        })
        .collect();
    while let Some(literal) = work.pop() {
        match literal {
            Literal::List(all) => work.extend(all),
            Literal::Tuple(pair) => match pair.as_slice() {
                [Literal::Atom(key), value] if key.as_str() == "no_warn_undefined" => excuse(value, &mut found),
                _ => {}
            },
            _ => {}
        }
    }
    found
}

fn excuse(value: &Literal, found: &mut Vec<(Atom, Option<(Atom, u8)>)>) {
    match value {
        Literal::Atom(module) => found.push((*module, None)),
        Literal::List(all) => all.iter().for_each(|value| excuse(value, found)),
        Literal::Tuple(mfa) => {
            if let [Literal::Atom(module), Literal::Atom(name), Literal::Int(arity)] = mfa.as_slice()
                && let Ok(arity) = u8::try_from(*arity)
            {
                found.push((*module, Some((*name, arity))));
            }
        }
        _ => {}
    }
}

/// Verifies modules, the newest first.
pub(crate) fn verify(host: &mut CompileHost<'_>, modules: &[Unverified]) -> Result<()> {
    let mut faces: FxHashMap<Atom, Option<Face>> = FxHashMap::default();
    for module in modules.iter().rev() {
        host.flush()?;
        let mut findings = calls(host, module, &mut faces)?;
        findings.extend(module.types.iter().cloned().map(|(rank, diagnostic)| Finding::Said(rank, diagnostic)));
        if let Some(behaviours) = &module.behaviours {
            behaviours.check(&module.env, host)?;
            findings.extend(host.take_pending().into_iter().map(|diagnostic| Finding::Said(1, diagnostic)));
        }
        findings.sort_by_key(Finding::order);
        for finding in findings {
            match finding {
                Finding::Said(_, diagnostic) => host.diagnostic(diagnostic),
                Finding::Calls { fault, first, hint, places } => {
                    host.flush()?;
                    report(host, fault, &first, &hint, &places, module.env.module)?;
                }
            }
        }
        host.flush()?;
    }
    for module in modules.iter().rev() {
        for &(target, function) in &module.after_verify {
            let name = module.env.module;
            host.call(target, function, |_, _| vec![Term::atom(name)])?;
        }
    }
    Ok(())
}

fn calls(
    host: &mut CompileHost<'_>,
    module: &Unverified,
    faces: &mut FxHashMap<Atom, Option<Face>>,
) -> Result<Vec<Finding>> {
    let machine = host.library.machine();
    let mut found: Vec<Finding> = Vec::new();
    let mut known_faults: FxHashMap<(Fault, Atom, Atom, u8), usize> = FxHashMap::default();
    let mut calls: Vec<&RemoteCall> = module.calls.iter().collect();
    calls.sort_by_key(|call| (call.line, call.column));
    for call in calls {
        let (name, arity) = call.target;
        let face = match faces.get(&call.module) {
            Some(face) => face,
            None => {
                let face = host.face(call.module)?;
                faces.entry(call.module).or_insert(face)
            }
        };
        let fault = match face {
            None => Some((Fault::NoModule, String::new())),
            Some(face) if machine.is_defined(call.module, name, arity) || face.functions.contains(name, arity) => {
                let hint = face.deprecated.iter().find(|entry| entry.0 == call.target);
                hint.map(|(_, hint)| (Fault::Deprecated, hint.clone()))
            }
            Some(_) if name == known::MODULE_INFO && arity < 2 => None,
            Some(_) => Some((Fault::NoFunction, String::new())),
        };
        let Some((fault, hint)) = fault else { continue };
        let excused = module
            .unchecked
            .iter()
            .any(|(other, function)| *other == call.module && function.is_none_or(|function| function == call.target));
        if fault != Fault::Deprecated && (excused || host.library.never_warned(call.module, call.target)) {
            continue;
        }
        let key = (fault, call.module, name, arity);
        match known_faults.get(&key).and_then(|at| found.get_mut(*at)) {
            Some(Finding::Calls { places, .. }) => places.push(call.clone()),
            Some(Finding::Said(..)) | None => {
                known_faults.insert(key, found.len());
                found.push(Finding::Calls { fault, first: call.clone(), hint, places: vec![call.clone()] });
            }
        }
    }
    Ok(found)
}

/// Has the library say it: hints need to look at what other modules there are.
fn report(
    host: &mut CompileHost<'_>,
    fault: Fault,
    first: &RemoteCall,
    hint: &str,
    places: &[RemoteCall],
    module: Atom,
) -> Result<()> {
    let word = |text: &str| Term::atom(Atom::new(text));
    let (target, function) = (Atom::new("Elixir.Jovial.Diagnostics"), Atom::new("calls"));
    host.call(target, function, |heap: &Heap, _| {
        let kind = match fault {
            Fault::NoModule => word("no_module"),
            Fault::NoFunction => word("no_function"),
            Fault::Deprecated => word("deprecated"),
        };
        let places = places.iter().map(|place| {
            let column = place.column.map_or(Term::NIL, |column| Term::count(column as usize));
            heap.tuple(&[
                heap.binary(place.file.as_bytes()),
                Term::count(place.line as usize),
                column,
                heap.tuple(&[Term::atom(module), Term::atom(place.caller.0), Term::small32(i32::from(place.caller.1))]),
            ])
        });
        let places = heap.list(places.collect::<Vec<_>>());
        let (name, arity) = first.target;
        let arity = Term::small32(i32::from(arity));
        vec![kind, Term::atom(first.module), Term::atom(name), arity, heap.binary(hint.as_bytes()), places]
    })
    .map(drop)
}
