//! The beginning and the end of a module: whether it may be defined, and whether what was defined fits together.

use std::sync::PoisonError;

use jovial_atoms::{Atom, known};
use jovial_bytecode::ir::Literal;
use rustc_hash::FxHashSet;

use super::{Attribute, Check, DefKind, Definition, Entry, ModuleBuild};
use crate::env::{Env, NameArity};
use crate::errors::{Diagnostic, Exception, Halt, Result, Severity, inspect_module};
use crate::expand::text;
use crate::host::{Datum, Host};

/// What a finished module hands on.
#[derive(Debug)]
pub struct Finished {
    /// By name and arity. Those that nothing reaches are left out.
    pub definitions: Vec<Definition>,
    /// Private ones that nothing reaches: they are not compiled, but what they call is looked at.
    pub unreachable: Vec<Definition>,
    /// What is to be said behind all that lowering the module has to say.
    pub late: Vec<Diagnostic>,
}

const RESERVED: &[&str] = &[
    "Elixir.True",
    "Elixir.False",
    "Elixir.Nil",
    "Elixir.Any",
    "Elixir.BitString",
    "Elixir.PID",
    "Elixir.Reference",
    "Elixir.Elixir",
    "Elixir",
];

/// Attributes that collect their values from the start.
const ACCUMULATING: &[Atom] = &[
    known::AFTER_COMPILE,
    known::AFTER_VERIFY,
    known::BEFORE_COMPILE,
    known::BEHAVIOUR,
    known::COMPILE,
    known::DERIVE,
    known::DIALYZER,
    known::EXTERNAL_RESOURCE,
    known::ON_DEFINITION,
    known::TYPE,
    known::OPAQUE,
    known::TYPEP,
    known::SPEC,
    known::CALLBACK,
    known::MACROCALLBACK,
    known::OPTIONAL_CALLBACKS,
];

/// Attributes that stay in the compiled module.
const PERSISTED: &[Atom] =
    &[known::BEHAVIOUR, known::DIALYZER, known::EXTERNAL_RESOURCE, known::ON_LOAD, known::VSN, known::NIFS];

/// A module to define. `env` is that of the `defmodule`; the caller enters what it gets in its table of modules.
pub fn begin(name: Atom, line: u32, env: &Env, host: &mut dyn Host) -> Result<ModuleBuild> {
    if [known::NIL, known::TRUE, known::FALSE].contains(&name) || name.as_str().contains(['/', '\\']) {
        return Err(Halt::argument_error(format!("invalid module name: {}", text::inspect_atom(name))));
    }
    let error = |host: &mut dyn Host, message: String| {
        host.diagnostic(Diagnostic {
            severity: Severity::Error,
            message,
            file: env.file.clone(),
            line,
            column: None,
            span: None,
            place: Some((name, (known::DUNDER_MODULE, 0))),
            snippet: true,
        });
        let message = format!("cannot compile module {} (errors have been logged)", inspect_module(name));
        Halt::Exception(Box::new(Exception {
            module: known::MOD_COMPILEERROR,
            message,
            file: Some(env.file.clone()),
            line: None,
        }))
    };
    if RESERVED.contains(&name.as_str()) {
        let message = format!("module {} is reserved and cannot be defined", inspect_module(name));
        return Err(error(host, message));
    }
    if let Some(other) = host.module_build(name) {
        let (file, other_line) = {
            let other = other.lock().unwrap_or_else(PoisonError::into_inner);
            (other.file.clone(), other.line)
        };
        let file = host.relative_path(&file);
        let message = format!(
            "cannot define module {} because it is currently being defined in {file}:{other_line}",
            inspect_module(name)
        );
        return Err(error(host, message));
    }
    let mut build = ModuleBuild::new(name, env.file.clone(), line);
    for &attribute in ACCUMULATING {
        let persist = PERSISTED.contains(&attribute);
        build.attributes.insert(attribute, Attribute { accumulate: true, persist, ..Attribute::default() });
    }
    Ok(build)
}

/// Checks a module whose body and callbacks have run, and takes its definitions out.
pub fn finish(env: &Env, host: &mut dyn Host) -> Result<Finished> {
    let Some(shared) = host.module_build(env.module) else {
        return Ok(Finished { definitions: Vec::new(), unreachable: Vec::new(), late: Vec::new() });
    };
    let (mut diagnostics, finished, tainted) = {
        let mut build = shared.lock().unwrap_or_else(PoisonError::into_inner);
        expose_on_load(&mut build);
        let mut check = Checker { build: &build, env, diagnostics: Vec::new(), failed: false };
        let finished = check.run();
        let (mut diagnostics, failed) = (check.diagnostics, check.failed);
        build.tainted |= failed;
        if !build.tainted {
            diagnostics.append(&mut build.no_effect);
        }
        (diagnostics, finished, build.tainted)
    };
    for diagnostic in diagnostics.drain(..) {
        host.diagnostic(diagnostic);
    }
    if tainted { Err(Halt::compile_error(env)) } else { Ok(finished) }
}

/// The function that `@on_load` names, which is called from outside and so can't be private.
pub fn on_load(build: &ModuleBuild) -> Option<Atom> {
    match build.attributes.get(&known::ON_LOAD)?.values.first()? {
        Datum::Literal(Literal::Atom(name)) => Some(*name),
        Datum::Literal(Literal::Tuple(pair)) => match pair.as_slice() {
            [Literal::Atom(name), Literal::Int(0)] => Some(*name),
            _ => None,
        },
        Datum::Literal(_) | Datum::Host(_) => None,
    }
}

/// A function that is called from outside can't be private. Whether there is one is looked at later.
fn expose_on_load(build: &mut ModuleBuild) {
    if let Some(name) = on_load(build)
        && let Some(entry) = build.definitions.get_mut(&(name, 0))
        && !entry.definition.kind.is_macro()
    {
        entry.definition.kind = DefKind::Def;
    }
}

/// Calls `each` with the name and the functions of each `{:option, functions}`, alone or in a list.
fn each_option(value: &Literal, each: &mut dyn FnMut(&str, Vec<NameArity>)) {
    match value {
        Literal::List(values) => values.iter().for_each(|value| each_option(value, each)),
        Literal::Tuple(pair) => {
            if let [Literal::Atom(option), functions] = pair.as_slice() {
                each(option.as_str(), functions_of(functions));
            }
        }
        _ => {}
    }
}

/// `{name, arity}`, or a list of them.
fn functions_of(value: &Literal) -> Vec<NameArity> {
    match value {
        Literal::List(values) => values.iter().flat_map(functions_of).collect(),
        Literal::Tuple(pair) => match pair.as_slice() {
            [Literal::Atom(name), Literal::Int(arity)] => {
                u8::try_from(*arity).map_or_else(|_| Vec::new(), |arity| vec![(*name, arity)])
            }
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

struct Checker<'a> {
    build: &'a ModuleBuild,
    env: &'a Env,
    diagnostics: Vec<Diagnostic>,
    failed: bool,
}

impl Checker<'_> {
    fn report(&mut self, severity: Severity, entry: &Entry, message: String) {
        self.failed |= severity == Severity::Error;
        self.diagnostics.push(Diagnostic {
            severity,
            message,
            file: entry.definition.file.clone(),
            line: entry.definition.line,
            column: entry.column,
            span: None,
            place: Some((self.env.module, (known::DUNDER_MODULE, 0))),
            snippet: true,
        });
    }

    fn run(&mut self) -> Finished {
        let mut entries: Vec<&Entry> = self.build.definitions.values().collect();
        entries.sort_by_key(|entry| (entry.definition.name.as_str(), entry.definition.arity));
        for entry in &entries {
            let Definition { kind, name, arity, .. } = entry.definition;
            if entry.definition.clauses.is_empty() && !self.is_native_head(&entry.definition) {
                self.report(
                    Severity::Error,
                    entry,
                    format!("implementation not provided for predefined {} {name}/{arity}", kind.atom()),
                );
            }
            if self.env.module != known::MOD_KERNEL
                && let Some(&module) = self.build.imported.get(&(name, arity))
            {
                let module = inspect_module(module);
                self.report(
                    Severity::Error,
                    entry,
                    format!("imported {module}.{name}/{arity} conflicts with local function"),
                );
            }
        }
        self.undefined_calls();
        self.named_functions();
        let unreached = self.unreachable(&entries);
        let (unreachable, mut definitions): (Vec<Definition>, Vec<Definition>) = entries
            .iter()
            .filter(|entry| !entry.definition.clauses.is_empty())
            .map(|entry| entry.definition.clone())
            .partition(|definition| unreached.contains(&(definition.name, definition.arity)));
        if !self.build.definitions.contains_key(&(known::BEHAVIOUR_INFO, 1)) {
            definitions.extend(self.build.behaviour_info());
        }
        let late = self.unused_attributes();
        Finished { definitions, unreachable, late }
    }

    /// Kernel's macros are native; their heads stand in `kernel.ex` for their documents.
    fn is_native_head(&self, definition: &Definition) -> bool {
        definition.kind.is_macro()
            && (self.env.module == known::MOD_KERNEL
                && crate::kernel_macros::find(definition.name, definition.arity.into()).is_some()
                || self.env.module == known::MOD_KERNEL_SPECIALFORMS)
    }

    /// The last ones first.
    fn unused_attributes(&self) -> Vec<Diagnostic> {
        let mut unused: Vec<(u32, Atom)> = self
            .build
            .attributes
            .iter()
            .filter(|(name, attribute)| {
                !attribute.persist
                    && !PERSISTED.contains(name)
                    && !ACCUMULATING.contains(name)
                    && **name != known::MODULEDOC
            })
            .filter_map(|(name, attribute)| Some((attribute.unread_line?, *name)))
            .collect();
        unused.sort_by_key(|entry| (std::cmp::Reverse(entry.0), entry.1.as_str()));
        let warnings = unused.into_iter().map(|(line, name)| {
            let message = match name {
                known::DOC | known::IMPL | known::DEPRECATED => {
                    format!("module attribute @{name} was set but no definition follows it")
                }
                known::TYPEDOC => "module attribute @typedoc was set but no type follows it".to_owned(),
                _ => format!("module attribute @{name} was set but never used"),
            };
            self.about_module(Severity::Warning, line, message)
        });
        self.unused_derives().into_iter().chain(self.transforms()).chain(warnings).collect()
    }

    /// What is derived is looked at when the struct is defined. The word stands twice there, as in Elixir.
    fn unused_derives(&self) -> Option<Diagnostic> {
        self.build.attributes.get(&known::DERIVE)?.unread_line?;
        let message = if self.build.struct_fields.is_some() {
            "warning: module attribute @derive was set after defstruct, all @derive calls must come before defstruct"
        } else {
            "warning: module attribute @derive was set but never used (it must come before defstruct)"
        };
        Some(self.about_module(Severity::Warning, self.build.line, message.to_owned()))
    }

    /// Erlang's way to change code while it is compiled, which nothing here would call.
    fn transforms(&self) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        for value in self.literals(known::COMPILE) {
            let options =
                if let Literal::List(options) = value { options.as_slice() } else { std::slice::from_ref(value) };
            for option in options {
                if let Literal::Tuple(pair) = option
                    && let [Literal::Atom(name), Literal::Atom(transform)] = pair.as_slice()
                    && name.as_str() == "parse_transform"
                {
                    let shown = inspect_module(*transform);
                    let message = format!(
                        "@compile {{:parse_transform, {shown}}} is deprecated. Elixir will no longer support Erlang-based transforms in future versions"
                    );
                    found.push(self.about_module(Severity::Warning, self.build.line, message));
                }
            }
        }
        found
    }

    fn about_module(&self, severity: Severity, line: u32, message: String) -> Diagnostic {
        Diagnostic {
            severity,
            message,
            file: self.env.file.clone(),
            line,
            column: None,
            span: None,
            place: Some((self.env.module, (known::DUNDER_MODULE, 0))),
            snippet: true,
        }
    }

    /// Attributes that name functions must name some that are there.
    fn named_functions(&mut self) {
        let mut named: Vec<(String, Vec<NameArity>)> = Vec::new();
        named.extend(on_load(self.build).map(|name| ("@on_load".to_owned(), vec![(name, 0)])));
        for value in self.literals(known::DIALYZER) {
            each_option(value, &mut |option, functions| named.push((format!("@dialyzer :{option}"), functions)));
        }
        for value in self.literals(known::NIFS) {
            named.push(("@nifs".to_owned(), functions_of(value)));
        }
        for value in self.literals(known::COMPILE) {
            each_option(value, &mut |option, functions| {
                if option == "inline" {
                    named.push(("@compile :inline".to_owned(), functions));
                }
            });
        }
        for (given_to, functions) in named {
            for (name, arity) in functions {
                // A head alone defines nothing.
                let entry = self.build.definitions.get(&(name, arity));
                let message = match entry.filter(|entry| !entry.definition.clauses.is_empty()) {
                    Some(entry) if entry.definition.kind.is_macro() => {
                        format!("macro {name}/{arity} given to {given_to} (only functions are supported)")
                    }
                    Some(_) => continue,
                    None => format!("undefined function {name}/{arity} given to {given_to}"),
                };
                self.failed = true;
                let found = self.about_module(Severity::Error, self.build.line, message);
                self.diagnostics.push(found);
            }
        }
    }

    fn literals(&self, attribute: Atom) -> impl Iterator<Item = &Literal> {
        let values = self.build.attributes.get(&attribute).map_or(&[][..], |attribute| &attribute.values);
        values.iter().rev().filter_map(|value| match value {
            Datum::Literal(literal) => Some(literal),
            Datum::Host(_) => None,
        })
    }

    fn undefined_calls(&mut self) {
        let build = self.build;
        // What could not be expanded may have been meant to define them.
        if build.tainted {
            return;
        }
        // By caller, the last name first, and in each in the order of evaluation.
        let mut calls: Vec<_> = build.local_calls.iter().collect();
        calls.sort_by_key(|call| std::cmp::Reverse((call.caller.0.as_str(), call.caller.1)));
        for call in calls {
            let (name, arity) = call.target;
            let found = build.definitions.get(&call.target);
            let message = match found {
                Some(entry) if entry.definition.kind.is_macro() => {
                    format!("cannot invoke macro {name}/{arity} before its definition")
                }
                Some(_) => continue,
                None if (name == known::DUNDER_INFO && arity == 1)
                    || (name == known::MODULE_INFO && arity < 2)
                    || (name == known::BEHAVIOUR_INFO && arity == 1 && build.behaviour_info().is_some()) =>
                {
                    format!(
                        "undefined function {name}/{arity} (this function is auto-generated by the compiler and must always be called as a remote, as in __MODULE__.{name}/{arity})"
                    )
                }
                None => {
                    let module = inspect_module(self.env.module);
                    format!(
                        "undefined function {name}/{arity} (expected {module} to define such a function or for it to be imported, but none are available)"
                    )
                }
            };
            // A definition that was deleted or overridden away calls nothing any more.
            if !build.definitions.contains_key(&call.caller) {
                continue;
            }
            self.failed = true;
            self.diagnostics.push(Diagnostic {
                severity: Severity::Error,
                message,
                file: call.file.clone(),
                line: call.line,
                column: call.column,
                span: call
                    .column
                    .and_then(|column| Some((call.line, column + u32::try_from(name.as_str().chars().count()).ok()?))),
                place: Some((self.env.module, call.caller)),
                snippet: true,
            });
        }
    }

    /// Private definitions that no public one reaches, each with its warning.
    fn unreachable(&mut self, entries: &[&Entry]) -> Vec<NameArity> {
        let build = self.build;
        let mut reached: FxHashSet<NameArity> = FxHashSet::default();
        let mut pending: Vec<NameArity> = entries
            .iter()
            .filter(|entry| entry.definition.kind.is_public())
            .map(|entry| (entry.definition.name, entry.definition.arity))
            .chain(build.used_macros.iter().copied())
            .chain(on_load(build).map(|name| (name, 0)))
            .collect();
        while let Some(key) = pending.pop() {
            if !reached.insert(key) {
                continue;
            }
            pending.extend(build.local_edges.get(&key).into_iter().flatten().copied());
            // A clause of defaults calls the definition that has them.
            pending.extend(
                build
                    .defaults
                    .iter()
                    .filter(|(name, arity, count)| {
                        *name == key.0 && usize::from(key.1) < *arity && usize::from(key.1) + count >= *arity
                    })
                    .filter_map(|(name, arity, _)| Some((*name, u8::try_from(*arity).ok()?))),
            );
        }
        let mut unreachable = Vec::new();
        for entry in entries.iter().rev() {
            let Definition { kind, name, arity, .. } = entry.definition;
            if kind.is_public() {
                continue;
            }
            let key = (name, arity);
            let used = reached.contains(&key);
            if !used {
                unreachable.push(key);
            }
            if entry.check == Check::None || entry.generated {
                continue;
            }
            if !used {
                let what = if kind == DefKind::Defmacrop { "macro" } else { "function" };
                self.report(Severity::Warning, entry, format!("{what} {name}/{arity} is unused"));
                continue;
            }
            let all = usize::from(arity);
            let least = (all - entry.defaults_max..=all)
                .find(|&arity| u8::try_from(arity).is_ok_and(|arity| reached.contains(&(name, arity))))
                .unwrap_or(all);
            if least == all - entry.defaults_max {
                continue;
            }
            let message = if least == all {
                format!("default values for the optional arguments in {name}/{arity} are never used")
            } else if all - least == 1 {
                format!("the default value for the last optional argument in {name}/{arity} is never used")
            } else {
                format!(
                    "the default values for the last {} optional arguments in {name}/{arity} are never used",
                    all - least
                )
            };
            self.report(Severity::Warning, entry, message);
        }
        unreachable
    }
}
