//! `__aliases__`, `alias`, `require` and the multi forms of these and `import`.

use jovial_atoms::{Atom, known};
use jovial_syntax::quoted::{Meta, MetaValue, Node, NodeId};

use super::{Expander, text};
use crate::env::TrackerId;
use crate::errors::{Halt, Result, inspect_module};
use crate::host::{Compiled, TraceEvent};

/// Characters that an atom may have.
const NAME_MAX: usize = 255;

/// `Elixir.A.B` from `A` and `B`, whichever of them carry the prefix. Modules within modules come to names that are too long.
pub(crate) fn concat(parts: &[Atom]) -> Result<Atom> {
    let mut name = String::from("Elixir");
    for (at, part) in parts.iter().enumerate() {
        let part = part.as_str();
        if at == 0 && (part == "Elixir" || part == "nil") {
            continue;
        }
        if part == "nil" {
            continue;
        }
        let part = part.strip_prefix("Elixir.").or_else(|| part.strip_prefix('.')).unwrap_or(part);
        name.push('.');
        name.push_str(part);
    }
    if name.len() > NAME_MAX && name.chars().count() > NAME_MAX {
        return Err(Halt::exception(known::MOD_SYSTEMLIMITERROR, "a system limit has been reached"));
    }
    Ok(Atom::new(&name))
}

/// What an alias leads to.
pub(crate) enum Resolved {
    Module(Atom),
    /// No alias is defined: the atoms as they stand.
    Plain,
}

impl Expander<'_> {
    /// Looks the first part up among the aliases. `parts` has only atoms.
    pub(crate) fn resolve_alias(&mut self, meta: Meta, parts: &[Atom]) -> Result<Resolved> {
        if parts[0] == known::ELIXIR {
            return Ok(Resolved::Plain);
        }
        let hygienic = match self.code.meta_atom(meta, known::ALIAS) {
            Some(known::FALSE) => true,
            Some(atom) => return Ok(Resolved::Module(atom)),
            None => false,
        };
        let lookup = Atom::new(&format!("Elixir.{}", parts[0].as_str()));
        let target = if hygienic {
            let counter = self.code.counter(meta);
            self.env
                .scope
                .macro_aliases
                .iter()
                .find(|entry| entry.0 == lookup)
                .filter(|entry| Some(entry.1.0) == counter)
                .map(|entry| entry.1.1)
        } else {
            self.env.scope.aliases.iter().find(|entry| entry.0 == lookup).map(|entry| entry.1)
        };
        let Some(target) = target.filter(|&target| target != lookup) else { return Ok(Resolved::Plain) };
        if let Some(id) = self.env.lexical_tracker {
            self.host.trackers().with(id, |tracker| tracker.use_alias(lookup));
        }
        self.trace(meta, TraceEvent::AliasExpansion { lookup, result: target })?;
        if parts.len() == 1 {
            return Ok(Resolved::Module(target));
        }
        let mut all = vec![target];
        all.extend_from_slice(&parts[1..]);
        Ok(Resolved::Module(concat(&all)?))
    }

    pub(crate) fn alias_parts(&self, id: NodeId) -> Option<(Meta, Vec<NodeId>)> {
        self.code.call_of(id, known::DUNDER_ALIASES)
    }

    pub(crate) fn expand_aliases(&mut self, id: NodeId, report: bool) -> Result<NodeId> {
        let Some((meta, parts)) = self.alias_parts(id) else { return Ok(id) };
        let atoms: Option<Vec<Atom>> = parts.iter().map(|&part| self.code.atom_of(part)).collect();
        let module = match atoms {
            Some(atoms) if !atoms.is_empty() => match self.resolve_alias(meta, &atoms)? {
                Resolved::Module(module) => module,
                Resolved::Plain => concat(&atoms)?,
            },
            _ => {
                let Some((&head, tail)) = parts.split_first() else { return Err(self.invalid_alias(meta, id)) };
                let head = self.expand(head)?;
                let mut all = Vec::with_capacity(parts.len());
                for part in std::iter::once(head).chain(tail.iter().copied()) {
                    match self.code.atom_of(part) {
                        Some(atom) => all.push(atom),
                        None => return Err(self.invalid_alias(meta, id)),
                    }
                }
                concat(&all)?
            }
        };
        if let "Elixir.True" | "Elixir.False" | "Elixir.Nil" = module.as_str() {
            let name = inspect_module(module);
            let lower = name.to_lowercase();
            self.warn(meta, format!("reserved alias \"{name}\" expands to the atom :\"Elixir.{name}\". Perhaps you meant to write \"{lower}\" instead?"));
        }
        if report {
            self.trace(meta, TraceEvent::AliasReference { module })?;
        }
        Ok(self.code.tree.atom(module))
    }

    fn invalid_alias(&mut self, meta: Meta, id: NodeId) -> crate::errors::Halt {
        let shown = self.text(id);
        self.error(
            meta,
            format!(
                "invalid alias: \"{shown}\". If you wanted to define an alias, an alias must expand to an atom at compile time but it did not, you may use Module.concat/2 to build it at runtime. If instead you wanted to invoke a function or access a field, wrap the function or field name in double quotes"
            ),
        )
    }

    pub(crate) fn expand_quietly(&mut self, id: NodeId) -> Result<NodeId> {
        if self.alias_parts(id).is_some() { self.expand_aliases(id, false) } else { self.expand(id) }
    }

    /// `alias`, `require`, `import`.
    pub(crate) fn expand_lexical(
        &mut self,
        form: Atom,
        meta: Meta,
        target: NodeId,
        options: Option<NodeId>,
    ) -> Result<NodeId> {
        if let Node::Apply { callee, args, .. } = self.code.node(target)
            && let Some((_, base, braces)) = self.code.call2(callee, known::OP_DOT)
            && self.code.is_atom(braces, known::OP_BRACES)
        {
            let targets = self.code.tree.seq(args).to_vec();
            return self.expand_multi(form, meta, base, &targets, options);
        }
        self.no_match_or_guard(meta, form.as_str())?;
        let written = target;
        let target = self.expand_quietly(target)?;
        let options = match options {
            Some(options) => options,
            None => self.code.tree.list(&[]),
        };
        let allowed: &[Atom] =
            if form == known::IMPORT { &[known::ONLY, known::EXCEPT, known::WARN] } else { &[known::AS, known::WARN] };
        let options = if form == known::IMPORT { options } else { self.shield_as(options) };
        let options = self.expand_options(meta, form, allowed, options)?;
        let Some(module) = self.code.atom_of(target) else {
            let shown = self.text(written);
            return Err(self.error(
                meta,
                format!("invalid argument for {form}, expected a compile time atom or alias, got: {shown}"),
            ));
        };
        match form {
            known::ALIAS => {
                if let Some(new) = self.define_alias(meta, module, true, options)?
                    && self.tracks(meta, options)
                {
                    return Ok(self.declare_alias(meta, new, target));
                }
            }
            known::REQUIRE => {
                if let Some(defined) = self.code.meta_atom(meta, known::DEFINED) {
                    self.env.scope_mut().context_modules.insert(0, defined);
                    self.define_alias(meta, module, false, options)?;
                    if self.env.function.is_some() {
                        std::sync::Arc::make_mut(&mut self.s.runtime_modules).push(defined);
                    }
                } else {
                    self.ensure_loaded(meta, module)?;
                    self.require(meta, module, options)?;
                    self.define_alias(meta, module, false, options)?;
                }
            }
            _ => {
                self.ensure_loaded(meta, module)?;
                if let Some(tracker) = self.import(meta, module, options)? {
                    let line = self.code.tree.int(self.code.line(meta).into());
                    return Ok(self.run_declaration(meta, "run_import", tracker, &[target, line]));
                }
            }
        }
        Ok(target)
    }

    fn expand_multi(
        &mut self,
        form: Atom,
        meta: Meta,
        base: NodeId,
        targets: &[NodeId],
        options: Option<NodeId>,
    ) -> Result<NodeId> {
        if let Some(options) = options
            && self.code.keyword_get(options, known::AS).is_some()
        {
            return Err(self.error(meta, ":as option is not supported by multi-alias call"));
        }
        let options = match options {
            Some(options) => options,
            None => self.code.tree.list(&[]),
        };
        let base = self.expand_quietly(base)?;
        let mut expanded = Vec::with_capacity(targets.len());
        for &target in targets {
            let parts: Option<Vec<Atom>> = match self.alias_parts(target) {
                Some((_, parts)) => parts.iter().map(|&part| self.code.atom_of(part)).collect(),
                None => self.code.atom_of(target).map(|atom| vec![atom]),
            };
            let (Some(parts), Some(base)) = (parts, self.code.atom_of(base)) else {
                let shown = self.text(target);
                return Err(self.error(
                    meta,
                    format!("invalid argument for {form}, expected a compile time atom or alias, got: {shown}"),
                ));
            };
            let mut all = vec![base];
            all.extend(parts);
            let module = self.code.tree.atom(concat(&all)?);
            let call = self.code.tree.call(form, meta, &[module, options]);
            expanded.push(self.expand(call)?);
        }
        Ok(self.code.tree.list(&expanded))
    }

    /// The name behind `as:` is no reference to an alias.
    fn shield_as(&mut self, options: NodeId) -> NodeId {
        let Some(entries) = self.code.list_of(options) else { return options };
        let entries: Vec<NodeId> = entries
            .into_iter()
            .map(|entry| {
                let Some((key, value)) = self.code.pair_of(entry).filter(|pair| self.code.is_atom(pair.0, known::AS))
                else {
                    return entry;
                };
                let Some((_, parts)) = self.alias_parts(value) else { return entry };
                let atoms: Option<Vec<Atom>> = parts.iter().map(|&part| self.code.atom_of(part)).collect();
                match atoms.filter(|atoms| !atoms.is_empty()).and_then(|atoms| concat(&atoms).ok()) {
                    Some(module) => {
                        let module = self.code.tree.atom(module);
                        self.code.tree.pair(key, module)
                    }
                    None => entry,
                }
            })
            .collect();
        self.code.tree.list(&entries)
    }

    pub(crate) fn expand_options(
        &mut self,
        meta: Meta,
        form: Atom,
        allowed: &[Atom],
        options: NodeId,
    ) -> Result<NodeId> {
        let options = self.expand(options)?;
        let Some(entries) = self.code.list_of(options) else {
            let shown = self.text(options);
            return Err(self.error(meta, format!("invalid options for {form}, expected a keyword list, got: {shown}")));
        };
        for entry in entries {
            let Some((key, _)) = self.code.pair_of(entry) else { continue };
            if !self.code.atom_of(key).is_some_and(|key| allowed.contains(&key)) {
                let shown = self.text(key);
                return Err(self.error(meta, format!("unsupported option {shown} given to {form}")));
            }
        }
        Ok(options)
    }

    /// Whether the use of what is declared here should be watched.
    pub(crate) fn tracks(&self, meta: Meta, options: NodeId) -> bool {
        self.env.lexical_tracker.is_some()
            && match self.code.keyword_get(options, known::WARN) {
                Some(warn) => self.code.is_atom(warn, known::TRUE),
                None => !self.code.meta_has(meta, known::CONTEXT),
            }
    }

    pub(crate) fn column(&self, meta: Meta) -> u32 {
        self.code.tree.meta_int(meta, known::COLUMN).and_then(|column| u32::try_from(column).ok()).unwrap_or(0)
    }

    /// Gives what is to be run for the declaration.
    fn declare_alias(&mut self, meta: Meta, alias: Atom, target: NodeId) -> NodeId {
        let (line, column) = (self.code.line(meta), self.column(meta));
        let Some(tracker) = self.env.lexical_tracker else { return target };
        let in_function = self.env.function.is_some();
        self.host.trackers().with(tracker, |tracker| tracker.add_alias(alias, line, column, in_function));
        if in_function {
            return target;
        }
        let (alias, line) = (self.code.tree.atom(alias), self.code.tree.int(line.into()));
        self.run_declaration(meta, "run_alias", tracker, &[target, line, alias])
    }

    /// A call that tells the tracker that a declaration is run, and gives the module.
    fn run_declaration(&mut self, meta: Meta, function: &str, tracker: TrackerId, args: &[NodeId]) -> NodeId {
        let mut all = vec![self.code.tree.int(tracker.0.cast_signed())];
        all.extend_from_slice(args);
        self.code.remote(Atom::new("jovial_compiling"), Atom::new(function), meta, &all)
    }

    /// Gives the new name, if one was made.
    pub(crate) fn define_alias(
        &mut self,
        meta: Meta,
        module: Atom,
        by_default: bool,
        options: NodeId,
    ) -> Result<Option<Atom>> {
        let new = match self.code.keyword_get(options, known::AS) {
            Some(name) => {
                let atom = self.code.atom_of(name).filter(|&atom| {
                    atom.as_str()
                        .strip_prefix("Elixir.")
                        .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase()))
                });
                match atom {
                    Some(atom) if !atom.as_str()["Elixir.".len()..].contains('.') => atom,
                    other => {
                        let shown = self.text(name);
                        let expected = if other.is_some() {
                            "expected a simple alias, got nested alias"
                        } else {
                            "expected an alias, got"
                        };
                        return Err(self.error(meta, format!("invalid value for option :as, {expected}: {shown}")));
                    }
                }
            }
            None if by_default => {
                let text = module.as_str();
                let last = text
                    .strip_prefix("Elixir.")
                    .filter(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase()))
                    .and_then(|rest| rest.rsplit('.').next());
                if let Some(last) = last {
                    Atom::new(&format!("Elixir.{last}"))
                } else {
                    let shown = text::inspect_atom(module);
                    return Err(self.error(
                        meta,
                        format!(
                            "alias cannot be inferred automatically for module: {shown}, please use the :as option. Implicit aliasing is only supported with Elixir modules"
                        ),
                    ));
                }
            }
            None => return Ok(None),
        };
        let counter = self.code.counter(meta);
        if new == module {
            let scope = self.env.scope_mut();
            scope.aliases.retain(|entry| entry.0 != new);
            if counter.is_some() {
                scope.macro_aliases.retain(|entry| entry.0 != new);
            }
            return Ok(None);
        }
        self.trace(meta, TraceEvent::Alias { module, alias: new, options })?;
        let scope = self.env.scope_mut();
        store(&mut scope.aliases, new, module);
        if let Some(counter) = counter {
            store(&mut scope.macro_aliases, new, (counter, module));
        }
        Ok(Some(new))
    }

    pub(crate) fn require(&mut self, meta: Meta, module: Atom, options: NodeId) -> Result<()> {
        self.trace(meta, TraceEvent::Require { module, options })?;
        if !self.env.requires(module) {
            let requires = &mut self.env.scope_mut().requires;
            let at = requires.partition_point(|other| other.as_str() < module.as_str());
            requires.insert(at, module);
        }
        Ok(())
    }

    pub(crate) fn ensure_loaded(&mut self, meta: Meta, module: Atom) -> Result<()> {
        if module == known::MOD_KERNEL {
            return Ok(());
        }
        let name = || inspect_module(module);
        if self.env.module == module {
            let name = name();
            return Err(self.error(
                meta,
                format!(
                    "you are trying to use/import/require the module {name} which is currently being defined.\n\nThis may happen if you accidentally override the module you want to use. For example:\n\n    defmodule MyApp do\n      defmodule Supervisor do\n        use Supervisor\n      end\n    end\n\nIn the example above, the new Supervisor conflicts with Elixir's Supervisor. This may be fixed by using the fully qualified name in the definition:\n\n    defmodule MyApp.Supervisor do\n      use Supervisor\n    end\n"
                ),
            ));
        }
        if self.host.face(module)?.is_some() {
            return Ok(());
        }
        let compiled = self.host.ensure_compiled(module, known::MODULE)?;
        if compiled == Compiled::Available {
            return Ok(());
        }
        let name = name();
        let message = if self.env.scope.context_modules.contains(&module) {
            format!(
                "module {name} is not loaded but was defined. This happens when you depend on a module in the same context in which it is defined. For example:\n\n    defmodule MyApp do\n      defmodule Mod do\n      end\n\n      use Mod\n    end\n\nTry defining the module outside the context that uses it:\n\n    defmodule MyApp.Mod do\n    end\n\n    defmodule MyApp do\n      use MyApp.Mod\n    end\n\nIf the module is defined at the top-level and you are trying to use it at the top-level, this is not supported by Elixir"
            )
        } else if compiled == Compiled::Deadlock {
            format!(
                "module {name} is not loaded and could not be found. This may be happening because the module you are trying to load directly or indirectly depends on the current module"
            )
        } else {
            format!("module {name} is not loaded and could not be found")
        };
        Err(self.error(meta, message))
    }

    /// Adds an entry to a call's meta if the module is defined by the function at hand, when it runs.
    pub(crate) fn mark_runtime_module(&mut self, receiver: NodeId, meta: Meta) -> Meta {
        match self.code.atom_of(receiver) {
            Some(module) if self.s.runtime_modules.contains(&module) => {
                self.code.meta_prepend(meta, known::RUNTIME_MODULE, MetaValue::Atom(known::TRUE))
            }
            _ => meta,
        }
    }
}

/// Replaces the value of a key where it stands, or adds it at the end.
fn store<T>(list: &mut Vec<(Atom, T)>, key: Atom, value: T) {
    match list.iter_mut().find(|entry| entry.0 == key) {
        Some(entry) => entry.1 = value,
        None => list.push((key, value)),
    }
}
