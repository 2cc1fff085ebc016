//! Whether a module has what its behaviours ask for, and whether `@impl` told the truth.

use std::collections::BTreeMap;

use jovial_atoms::{Atom, known};
use jovial_bytecode::ir::Literal;
use jovial_syntax::quoted::NodeId;

use super::docs::{Impl, warn};
use super::{DefKind, Definition, Entry, ModuleBuild};
use crate::carried::Code;
use crate::env::Env;
use crate::errors::{Result, inspect_module};
use crate::expand::text::inspect_atom;
use crate::host::{Datum, Host};

/// Sorted by name: what is reported does not depend on a hash.
type Key = (&'static str, u8);

struct Callback {
    is_macro: bool,
    behaviour: Atom,
    optional: bool,
}

type Callbacks = BTreeMap<Key, Vec<Callback>>;

fn described(is_macro: bool, (name, arity): Key) -> String {
    format!("{} {name}/{arity}", if is_macro { "macro" } else { "function" })
}

/// What a finished module says of its behaviours, to be checked once they are all there.
#[derive(Clone, Debug)]
pub struct Behaviours {
    line: u32,
    behaviours: Vec<Atom>,
    impls: Vec<Impl>,
    definitions: Vec<Entry>,
}

impl Behaviours {
    /// Of a module whose definitions are complete; `None` if there is nothing to check.
    pub fn of(build: &ModuleBuild) -> Option<Behaviours> {
        let behaviours: Vec<Atom> = build
            .attributes
            .get(&known::BEHAVIOUR)
            .map(|attribute| attribute.values.iter().rev())
            .into_iter()
            .flatten()
            .filter_map(|value| match value {
                Datum::Literal(Literal::Atom(module)) => Some(*module),
                _ => None,
            })
            .collect();
        if behaviours.is_empty() && build.impls.is_empty() {
            return None;
        }
        let mut definitions: Vec<Entry> = build.definitions.values().cloned().collect();
        definitions.sort_by_key(|entry| (entry.definition.name.as_str(), entry.definition.arity));
        Some(Behaviours { line: build.line, behaviours, impls: build.impls.clone(), definitions })
    }

    /// Only warns. `env` is that of the module's end.
    pub fn check(&self, env: &Env, host: &mut dyn Host) -> Result<()> {
        let mut check = Check { env, line: self.line, warnings: Vec::new(), callbacks: Callbacks::new() };
        for &behaviour in &self.behaviours {
            check.add(behaviour, host)?;
        }
        if !self.impls.is_empty() {
            let contexts = check.impls(&self.behaviours, &self.impls);
            check.missing_impls(&contexts, &self.definitions);
        }
        check.missing_callbacks(&self.definitions, host)?;
        for (line, message) in check.warnings {
            warn(host, env, line, message);
        }
        Ok(())
    }
}

/// `[{name, arity}]` that `behaviour_info/1` gave.
fn pairs(code: &Code, list: NodeId) -> Vec<(Atom, u8)> {
    let entries = code.keyword_of(list).unwrap_or_default();
    entries.into_iter().filter_map(|(name, arity)| Some((name, u8::try_from(code.int_of(arity)?).ok()?))).collect()
}

struct Check<'a> {
    env: &'a Env,
    line: u32,
    warnings: Vec<(u32, String)>,
    callbacks: Callbacks,
}

impl Check<'_> {
    fn module(&self) -> String {
        inspect_module(self.env.module)
    }

    fn add(&mut self, behaviour: Atom, host: &mut dyn Host) -> Result<()> {
        let name = inspect_module(behaviour);
        let module = self.module();
        let Some(face) = host.face(behaviour)? else {
            self.warnings.push((self.line, format!("@behaviour {name} does not exist (in module {module})")));
            return Ok(());
        };
        if !face.functions.contains(known::BEHAVIOUR_INFO, 1) {
            self.warnings.push((self.line, format!("module {name} is not a behaviour (in module {module})")));
            return Ok(());
        }
        let mut code = Code::new();
        let mut ask = |what: &str, host: &mut dyn Host| {
            let what = code.tree.atom(Atom::new(what));
            let list = host.call_function(&mut code, behaviour, known::BEHAVIOUR_INFO, &[what], self.env, false)?;
            Ok(pairs(&code, list))
        };
        let optional = ask("optional_callbacks", host)?;
        for original in ask("callbacks", host)? {
            let (is_macro, key) = match original.0.as_str().strip_prefix("MACRO-") {
                Some(name) => (true, (Atom::new(name).as_str(), original.1.saturating_sub(1))),
                None => (false, (original.0.as_str(), original.1)),
            };
            let known = self.callbacks.entry(key).or_default();
            if let Some(other) = known.first() {
                let what = described(is_macro, key);
                let message = if other.behaviour == behaviour {
                    format!("the behaviour {name} has been declared twice (conflict in {what} in module {module})")
                } else {
                    let other = inspect_module(other.behaviour);
                    format!(
                        "conflicting behaviours found. Callback {what} is defined by both {other} and {name} (in module {module})"
                    )
                };
                self.warnings.push((self.line, message));
            }
            known.insert(0, Callback { is_macro, behaviour, optional: optional.contains(&original) });
        }
        Ok(())
    }

    /// Takes out the callbacks that `@impl` accounts for; gives the contexts in which each behaviour used it.
    fn impls(&mut self, behaviours: &[Atom], impls: &[Impl]) -> BTreeMap<&'static str, Vec<Option<Atom>>> {
        let mut contexts: BTreeMap<&'static str, Vec<Option<Atom>>> = BTreeMap::new();
        let declared: Vec<(Key, Vec<(Atom, bool)>)> = self
            .callbacks
            .iter()
            .map(|(key, all)| (*key, all.iter().map(|callback| (callback.behaviour, callback.is_macro)).collect()))
            .collect();
        for entry in impls {
            let (name, arity) = entry.key;
            let key = (name.as_str(), arity);
            let what = described(entry.kind.is_macro(), key);
            let keys: Vec<Key> = (arity.saturating_sub(u8::try_from(entry.defaults).unwrap_or(0))..=arity)
                .map(|arity| (name.as_str(), arity))
                .collect();
            let fitting: Vec<(Key, Atom)> = declared
                .iter()
                .filter(|(key, _)| keys.contains(key))
                .flat_map(|(key, behaviours)| behaviours.iter().map(|&(behaviour, _)| (*key, behaviour)))
                .collect();
            let value = inspect_atom(entry.value);
            let message = if !entry.kind.is_public() {
                format!("{what} is private, @impl attribute is always discarded for private functions/macros")
            } else if behaviours.is_empty() {
                format!("got \"@impl {value}\" for {what} but no behaviour was declared")
            } else if entry.value == known::FALSE {
                match fitting.first() {
                    None => continue,
                    Some((_, behaviour)) => {
                        let behaviour = inspect_module(*behaviour);
                        format!("got \"@impl false\" for {what} but it is a callback specified in {behaviour}")
                    }
                }
            } else {
                let accounted: Vec<(Key, Atom)> = fitting
                    .into_iter()
                    .filter(|(_, behaviour)| entry.value == known::TRUE || *behaviour == entry.value)
                    .collect();
                if !accounted.is_empty() {
                    for (key, behaviour) in accounted {
                        self.callbacks.remove(&key);
                        contexts.entry(behaviour.as_str()).or_default().push(entry.context);
                    }
                    continue;
                }
                if entry.value == known::TRUE {
                    format!(
                        "got \"@impl true\" for {what} but no behaviour specifies such callback{}",
                        known_callbacks(&declared)
                    )
                } else if behaviours.contains(&entry.value) {
                    format!(
                        "got \"@impl {value}\" for {what} but this behaviour does not specify such callback{}",
                        known_callbacks(&declared)
                    )
                } else {
                    format!("got \"@impl {value}\" for {what} but this behaviour was not declared with @behaviour")
                }
            };
            self.warnings.push((entry.line, message));
        }
        contexts
    }

    fn missing_impls(&mut self, contexts: &BTreeMap<&'static str, Vec<Option<Atom>>>, definitions: &[Entry]) {
        for entry in definitions {
            let Definition { kind, name, arity, line, .. } = entry.definition;
            if !kind.is_public() {
                continue;
            }
            let key = (name.as_str(), arity);
            let found = self.callbacks.get(&key).into_iter().flatten().find(|callback| {
                match contexts.get(callback.behaviour.as_str()) {
                    Some(known) => known.contains(&entry.context),
                    None => entry.context.is_none(),
                }
            });
            if let Some(callback) = found {
                let behaviour = inspect_module(callback.behaviour);
                let what = described(kind.is_macro(), key);
                self.warnings.push((
                    line,
                    format!(
                        "module attribute @impl was not set for {what} callback (specified in {behaviour}). This either means you forgot to add the \"@impl true\" annotation before the definition or that you are accidentally overriding this callback"
                    ),
                ));
            }
        }
    }

    fn missing_callbacks(&mut self, definitions: &[Entry], host: &mut dyn Host) -> Result<()> {
        let module = self.module();
        for (key, callbacks) in &self.callbacks {
            let defined =
                definitions.iter().find(|entry| (entry.definition.name.as_str(), entry.definition.arity) == *key);
            for callback in callbacks {
                let face = host.face(callback.behaviour)?;
                let what = if face.is_some_and(|face| face.functions.contains(known::DUNDER_PROTOCOL, 1)) {
                    "protocol"
                } else {
                    "behaviour"
                };
                let required = format!(
                    "{} required by {what} {}",
                    described(callback.is_macro, *key),
                    inspect_module(callback.behaviour)
                );
                match defined.map(|entry| entry.definition.kind) {
                    None if !callback.optional => {
                        self.warnings.push((self.line, format!("{required} is not implemented (in module {module})")));
                    }
                    Some(kind) => {
                        let wanted = if callback.is_macro { DefKind::Defmacro } else { DefKind::Def };
                        if kind != wanted {
                            let (kind, wanted) = (kind.atom(), wanted.atom());
                            self.warnings.push((
                                self.line,
                                format!("{required} was implemented as \"{kind}\" but should have been \"{wanted}\" (in module {module})"),
                            ));
                        }
                    }
                    None => {}
                }
            }
        }
        Ok(())
    }
}

fn known_callbacks(declared: &[(Key, Vec<(Atom, bool)>)]) -> String {
    if declared.is_empty() {
        return ". There are no known callbacks, please specify the proper @behaviour and make sure it defines callbacks".to_owned();
    }
    let lines: String = declared
        .iter()
        .flat_map(|((name, arity), behaviours)| {
            behaviours.iter().map(move |(behaviour, is_macro)| {
                let kind = if *is_macro { "macro" } else { "function" };
                format!("\n  * {}.{name}/{arity} ({kind})", inspect_module(*behaviour))
            })
        })
        .collect();
    format!(". The known callbacks are:\n{lines}\n")
}
