//! From a name to what it calls: special forms are gone by now, so imports, macros, local and remote functions.
//!
//! A macro is native (one of `Kernel`'s) or runs in the host. Either way its result gets the call's line and a
//! counter that tells its variables from all others, and is expanded in place of the call.

use std::sync::PoisonError;

use jovial_atoms::{Atom, known};
use jovial_syntax::quoted::{Meta, MetaValue, Node, NodeId};
use rustc_hash::FxHashSet;

use super::Expander;
use super::import::is_special_form;
use super::rewrite::inline;
use crate::env::Context;
use crate::errors::{Halt, Result, inspect_module};
use crate::host::{MacroCall, TraceEvent};
use crate::kernel_macros;

/// What a name with an arity is imported as.
pub(crate) enum Import {
    Function(Atom),
    Macro(Atom),
    /// By the meta of code that `quote` made: the module is known, what it exports is not.
    Quoted(Atom),
    None,
    Ambiguous(Atom, Atom),
}

/// What a call leads to.
pub(super) enum Callee {
    Macro { module: Atom, local: bool },
    Function { module: Atom, name: Atom },
    Local,
}

/// What `&name/arity` may capture.
pub(crate) enum Function {
    Remote {
        module: Atom,
        name: Atom,
    },
    Local,
    /// A macro or special form: the capture becomes a `fn`.
    Macro,
}

impl Expander<'_> {
    // Tracing.

    pub(crate) fn trace(&mut self, meta: Meta, event: TraceEvent) -> Result<()> {
        if let (
            Some(id),
            TraceEvent::ImportedFunction { module, name, arity } | TraceEvent::ImportedMacro { module, name, arity },
        ) = (self.env.lexical_tracker, &event)
        {
            self.host.trackers().with(id, |tracker| tracker.use_import(*module, *name, *arity));
        }
        if self.env.scope.tracers.is_empty() {
            return Ok(());
        }
        let env = self.snapshot(self.env.line);
        self.host.trace(self.code, &event, meta, &env)
    }

    pub(crate) fn trace_local(&mut self, meta: Meta, name: Atom, arity: usize) -> Result<()> {
        self.note_local(name, arity);
        self.trace(meta, TraceEvent::LocalFunction { name, arity: small(arity) })
    }

    /// Remembers who calls whom in a module, for the checks at its end.
    fn note_local(&mut self, name: Atom, arity: usize) {
        if let Some(caller) = self.env.function
            && let Some(build) = self.host.module_build(self.env.module)
        {
            build.lock().unwrap_or_else(PoisonError::into_inner).note_local_call(caller, (name, small(arity)));
        }
    }

    // Imports.

    pub(crate) fn find_import(&self, meta: Meta, name: Atom, arity: usize) -> Import {
        if let Some(module) = self.quoted_import(meta, arity) {
            return Import::Quoted(module);
        }
        let small = small(arity);
        let holders = |imports: &[crate::env::Import]| {
            imports.iter().filter(|entry| entry.1.contains(name, small)).map(|entry| entry.0).collect::<Vec<_>>()
        };
        if arity > 255 {
            return Import::None;
        }
        let functions = holders(&self.env.scope.functions);
        let macros = holders(&self.env.scope.macros);
        match (functions.as_slice(), macros.as_slice()) {
            ([], []) => Import::None,
            ([], &[module]) => Import::Macro(module),
            (&[module], []) => Import::Function(module),
            _ => {
                let all = [functions, macros].concat();
                Import::Ambiguous(all[0], all[1])
            }
        }
    }

    fn quoted_import(&self, meta: Meta, arity: usize) -> Option<Atom> {
        if !self.code.meta_has(meta, known::CONTEXT) {
            return None;
        }
        let MetaValue::Node(list) = self.code.tree.meta_get(meta, known::IMPORTS)? else { return None };
        self.code.list_of(list)?.into_iter().find_map(|entry| {
            let (number, module) = self.code.pair_of(entry)?;
            if usize::try_from(self.code.int_of(number)?) != Ok(arity) {
                return None;
            }
            self.code.atom_of(module)
        })
    }

    fn ambiguous(&mut self, meta: Meta, name: Atom, arity: usize, one: Atom, other: Atom) -> Halt {
        let (one, other) = (inspect_module(one), inspect_module(other));
        self.error(meta, format!("function {name}/{arity} imported from both {one} and {other}, call is ambiguous"))
    }

    /// `{arity, module}` of all imports of a name, by arity.
    pub(crate) fn imports_of(&mut self, meta: Meta, name: Atom) -> Result<Vec<(u8, Atom)>> {
        let mut found: Vec<(u8, Atom)> = Vec::new();
        let scope = self.env.scope.clone();
        for (module, names) in scope.functions.iter().chain(&scope.macros) {
            for arity in names.arities(name) {
                match found.iter().find(|entry| entry.0 == arity) {
                    Some(&(_, other)) => return Err(self.ambiguous(meta, name, arity.into(), *module, other)),
                    None => found.push((arity, *module)),
                }
            }
        }
        found.sort_by_key(|entry| entry.0);
        Ok(found)
    }

    pub(super) fn has_local_macro(&mut self, name: Atom, arity: usize) -> bool {
        if self.env.module == known::NIL {
            return false;
        }
        let Some(build) = self.host.module_build(self.env.module) else { return false };
        let mut build = build.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(kind) = build.definition(name, small(arity)).map(|definition| definition.kind) else { return false };
        if kind == crate::module::DefKind::Defmacrop {
            build.used_macros.insert((name, small(arity)));
        }
        kind.is_macro()
    }

    // Faces.

    pub(crate) fn exports(&mut self, module: Atom, name: Atom, arity: u8) -> Result<bool> {
        Ok(self.host.face(module)?.is_some_and(|face| face.functions.contains(name, arity)))
    }

    pub(super) fn is_macro(&mut self, module: Atom, name: Atom, arity: usize, required: bool) -> Result<bool> {
        if !required || arity > 255 {
            return Ok(false);
        }
        if kernel_macros::native(module, name, arity).is_some() {
            return Ok(true);
        }
        Ok(self.host.face(module)?.is_some_and(|face| face.macros.contains(name, small(arity))))
    }

    pub(super) fn is_required(&self, meta: Meta, module: Atom) -> bool {
        module == self.env.module || self.code.meta_true(meta, known::REQUIRED) || self.env.requires(module)
    }

    fn check_deprecated(&mut self, meta: Meta, module: Atom, name: Atom, arity: usize, is_macro: bool) -> Result<()> {
        if module == known::ERLANG
            || module == known::MOD_KERNEL
            || module == known::ELIXIR_DEF
            || module == known::ELIXIR_MODULE
        {
            return Ok(());
        }
        let outside = self.env.function.is_none();
        if module == known::MOD_APPLICATION {
            if outside
                && (self.env.module != known::NIL || is_macro)
                && matches!(name.as_str(), "get_env" | "fetch_env" | "fetch_env!")
            {
                self.warn(meta, format!("Application.{name}/{arity} is discouraged in the module body, use Application.compile_env/3 instead"));
            }
            return Ok(());
        }
        if !outside && !is_macro {
            return Ok(());
        }
        let Some(face) = self.host.face(module)? else { return Ok(()) };
        if let Some((_, hint)) = face.deprecated.iter().find(|entry| entry.0 == (name, small(arity))) {
            let module = inspect_module(module);
            if name == known::DUNDER_USING && arity == 1 {
                self.warn(meta, format!("use {module} is deprecated. {hint}"));
            } else {
                self.warn(meta, format!("{module}.{name}/{arity} is deprecated. {hint}"));
            }
        }
        Ok(())
    }

    // Calls by name.

    pub(super) fn resolve(&mut self, meta: Meta, name: Atom, arity: usize, trace: bool) -> Result<Callee> {
        let import = self.find_import(meta, name, arity);
        if let Import::Ambiguous(one, other) = import {
            return Err(self.ambiguous(meta, name, arity, one, other));
        }
        // Inside a function, macros of the module itself come into play.
        let local = !matches!(import, Import::Quoted(_))
            && self.env.function.is_some_and(|function| function != (name, small(arity)))
            && self.has_local_macro(name, arity);
        if local {
            if let Import::Function(module) | Import::Macro(module) = import
                && module != self.env.module
            {
                let module = inspect_module(module);
                return Err(self.error(
                    meta,
                    format!(
                        "call to local macro {name}/{arity} conflicts with imported {module}.{name}/{arity}, please rename the local macro or remove the conflicting import"
                    ),
                ));
            }
            if trace {
                self.trace(meta, TraceEvent::LocalMacro { name, arity: small(arity) })?;
            }
            return Ok(Callee::Macro { module: self.env.module, local: true });
        }
        // Of a module that is done, as an env of one of its functions is of when that runs, what it shows to all is left.
        if matches!(import, Import::None)
            && self.env.function.is_some_and(|function| function != (name, small(arity)))
            && self.env.module != known::NIL
            && self.host.module_build(self.env.module).is_none()
            && self.is_macro(self.env.module, name, arity, true)?
        {
            return Ok(Callee::Macro { module: self.env.module, local: false });
        }
        match import {
            Import::Function(module) => {
                if trace {
                    self.trace(meta, TraceEvent::ImportedFunction { module, name, arity: small(arity) })?;
                    self.note_import(module, name, arity);
                }
                Ok(Callee::Function { module, name })
            }
            Import::Macro(module) => {
                if trace {
                    self.trace(meta, TraceEvent::ImportedMacro { module, name, arity: small(arity) })?;
                    self.note_import(module, name, arity);
                }
                Ok(Callee::Macro { module, local: false })
            }
            Import::Quoted(module) => {
                if self.is_macro(module, name, arity, true)? {
                    if trace {
                        self.trace(meta, TraceEvent::RemoteMacro { module, name, arity: small(arity) })?;
                    }
                    return Ok(Callee::Macro { module, local: false });
                }
                if trace {
                    self.trace(meta, TraceEvent::RemoteFunction { module, name, arity: small(arity) })?;
                }
                Ok(Callee::Function { module, name })
            }
            // While Kernel itself is compiled, its inlined functions are not imported yet.
            _ if self.env.module == known::MOD_KERNEL => Ok(match inline(known::MOD_KERNEL, name, arity) {
                Some((module, name)) => Callee::Function { module, name },
                None if kernel_macros::find(name, arity).is_some() => {
                    Callee::Macro { module: known::MOD_KERNEL, local: false }
                }
                None => Callee::Local,
            }),
            _ => Ok(Callee::Local),
        }
    }

    fn note_import(&mut self, module: Atom, name: Atom, arity: usize) {
        if self.env.function.is_some()
            && self.env.module != module
            && let Some(build) = self.host.module_build(self.env.module)
        {
            build.lock().unwrap_or_else(PoisonError::into_inner).imported.insert((name, small(arity)), module);
        }
    }

    pub(crate) fn expand_local_or_import(
        &mut self,
        id: NodeId,
        name: Atom,
        meta: Meta,
        args: &[NodeId],
    ) -> Result<NodeId> {
        self.no_ambiguous_operator(name, meta, args)?;
        match self.resolve(meta, name, args.len(), true)? {
            Callee::Macro { module, local } => {
                self.check_deprecated(meta, module, name, args.len(), true)?;
                self.expand_macro(meta, module, name, args, local)
            }
            Callee::Function { module, name: target } => {
                let (module, target) = if let Some(inlined) = inline(module, target, args.len()) {
                    inlined
                } else {
                    self.check_deprecated(meta, module, name, args.len(), false)?;
                    (module, target)
                };
                let receiver = self.code.tree.atom(module);
                let outer = self.s.vars();
                if self.env.context == Context::Normal {
                    self.s.prepare_write();
                }
                self.expand_remote(receiver, meta, target, meta, args, outer)
            }
            Callee::Local => self.expand_local(id, name, meta, args),
        }
    }

    fn no_ambiguous_operator(&mut self, name: Atom, meta: Meta, args: &[NodeId]) -> Result<()> {
        let &[arg] = args else { return Ok(()) };
        let Some(context) = self.code.meta_atom(meta, known::AMBIGUOUS_OP) else { return Ok(()) };
        if self.s.read.get(crate::env::Var::plain(name, context)).is_none() {
            return Ok(());
        }
        let shown = self.text(arg);
        Err(self.error(
            meta,
            format!(
                "\"{name} {shown}\" looks like a function call but there is a variable named \"{name}\". If you want to perform a function call, use parentheses:\n\n    {name}({shown})\n\nIf you want to perform an operation on the variable {name}, use spaces around the unary operator"
            ),
        ))
    }

    fn expand_local(&mut self, id: NodeId, name: Atom, meta: Meta, args: &[NodeId]) -> Result<NodeId> {
        let arity = args.len();
        if self.env.function.is_none() {
            return Err(self.error(meta, format!("undefined function {name}/{arity} (there is no such import)")));
        }
        let place = match self.env.context {
            Context::Normal => None,
            Context::Match => Some("match"),
            Context::Guard => Some(self.guard_info()),
        };
        let in_place = place.is_some();
        if let Some(place) = place {
            let shown = self.text(id);
            self.module_error(
                meta,
                format!(
                    "cannot find or invoke local {name}/{arity} inside a {place}. Only macros can be invoked inside a {place} and they must be defined before their invocation. Called as: {shown}"
                ),
            )?;
        } else {
            self.trace_local(meta, name, arity)?;
        }
        let args = self.expand_args(args)?;
        if !in_place {
            self.note_call_place(name, arity, meta);
        }
        Ok(self.code.tree.call(name, meta, &args))
    }

    fn note_call_place(&mut self, name: Atom, arity: usize, meta: Meta) {
        let Some(caller) = self.env.function else { return };
        let column = self.code.tree.meta_int(meta, known::COLUMN).and_then(|column| u32::try_from(column).ok());
        let line = self.code.line(meta);
        let file = self.env.file.clone();
        if let Some(build) = self.host.module_build(self.env.module) {
            build.lock().unwrap_or_else(PoisonError::into_inner).note_call_place(
                caller,
                (name, small(arity)),
                line,
                column,
                file,
            );
        }
    }

    // Calls by module.

    pub(crate) fn expand_apply(&mut self, id: NodeId, callee: NodeId, meta: Meta, args: &[NodeId]) -> Result<NodeId> {
        let Some((dot_meta, dot_args)) = self.code.call_of(callee, known::OP_DOT) else {
            return Err(self.invalid_call(meta, id));
        };
        match *dot_args.as_slice() {
            [left, right] => {
                let Some(name) = self.code.atom_of(right) else { return Err(self.invalid_call(meta, id)) };
                if matches!(
                    self.code.node(left),
                    Node::Int(_) | Node::Float(_) | Node::BigInt(_) | Node::Binary(_) | Node::List(_)
                ) {
                    return Err(self.invalid_call(meta, id));
                }
                if args.is_empty()
                    && let Some((known::DUNDER_ENV, env_meta, _)) = self.code.var_of(left)
                {
                    return self.expand_env_field(dot_meta, env_meta, meta, name);
                }
                self.expand_remote_call(dot_meta, left, name, meta, args)
            }
            [function] => {
                self.no_match_or_guard(meta, "anonymous call")?;
                let mut all = vec![function];
                all.extend_from_slice(args);
                let all = self.expand_args(&all)?;
                let dot = self.code.tree.call(known::OP_DOT, dot_meta, &all[..1]);
                Ok(self.code.tree.apply(dot, meta, &all[1..]))
            }
            _ => Err(self.invalid_call(meta, id)),
        }
    }

    fn invalid_call(&mut self, meta: Meta, id: NodeId) -> Halt {
        let shown = self.text(id);
        self.error(meta, format!("invalid call {shown}"))
    }

    /// `__ENV__.field` is the field's value.
    fn expand_env_field(&mut self, dot_meta: Meta, env_meta: Meta, meta: Meta, name: Atom) -> Result<NodeId> {
        self.no_match(env_meta, "__ENV__")?;
        let entries = self.env_entries(env_meta);
        if let Some(&(_, value)) = entries.iter().find(|entry| entry.0 == name) {
            return Ok(value);
        }
        let pairs: Vec<NodeId> = entries.into_iter().map(|(key, value)| self.code.keyword_entry(key, value)).collect();
        let map = self.code.tree.call(known::OP_PERCENT_BRACES, Meta::EMPTY, &pairs);
        let name = self.code.tree.atom(name);
        let dot = self.code.tree.call(known::OP_DOT, dot_meta, &[map, name]);
        Ok(self.code.tree.apply(dot, meta, &[]))
    }

    fn expand_remote_call(
        &mut self,
        dot_meta: Meta,
        left: NodeId,
        name: Atom,
        meta: Meta,
        args: &[NodeId],
    ) -> Result<NodeId> {
        let outer = self.s.vars();
        if self.env.context == Context::Normal {
            self.s.prepare_write();
        }
        let receiver = self.expand(left)?;
        let Some(module) = self.code.atom_of(receiver) else {
            return self.expand_remote(receiver, dot_meta, name, meta, args, outer);
        };
        let arity = args.len();
        if let Some((module, name)) = inline(module, name, arity) {
            self.trace(meta, TraceEvent::RemoteFunction { module, name, arity: small(arity) })?;
            let receiver = self.code.tree.atom(module);
            return self.expand_remote(receiver, dot_meta, name, meta, args, outer);
        }
        let required = self.is_required(meta, module);
        if self.is_macro(module, name, arity, required)? {
            // The receiver is known: what its expansion did to the variables does not count.
            self.s.set_vars(outer);
            self.trace(meta, TraceEvent::RemoteMacro { module, name, arity: small(arity) })?;
            self.check_deprecated(meta, module, name, arity, true)?;
            let local = module == self.env.module && self.has_local_macro(name, arity);
            return self.expand_macro(meta, module, name, args, local);
        }
        self.check_deprecated(meta, module, name, arity, false)?;
        self.trace(meta, TraceEvent::RemoteFunction { module, name, arity: small(arity) })?;
        self.expand_remote(receiver, dot_meta, name, meta, args, outer)
    }

    /// `outer` are the variables before the call; its receiver is expanded.
    fn expand_remote(
        &mut self,
        receiver: NodeId,
        dot_meta: Meta,
        name: Atom,
        meta: Meta,
        args: &[NodeId],
        outer: (crate::env::Vars, Option<crate::env::Vars>),
    ) -> Result<NodeId> {
        let module = self.code.atom_of(receiver);
        if module.is_none()
            && !matches!(self.code.node(receiver), Node::Var { .. } | Node::Call { .. } | Node::Apply { .. })
        {
            let name = self.code.tree.atom(name);
            let dot = self.code.tree.call(known::OP_DOT, dot_meta, &[receiver, name]);
            let call = self.code.tree.apply(dot, meta, args);
            return Err(self.invalid_call(meta, call));
        }
        match self.env.context {
            Context::Normal => {
                let meta = self.mark_runtime_module(receiver, meta);
                let defining = module == Some(known::ELIXIR_MODULE) && name == known::COMPILE;
                let args = if defining { self.carry_env_arguments(meta, args) } else { args.to_vec() };
                let args = self.expand_each(&args, &outer.0)?;
                let call = self.rewrite(receiver, dot_meta, name, meta, &args);
                self.s.close_write(outer.1);
                Ok(call)
            }
            Context::Guard if module.is_none() => {
                if !self.code.meta_true(meta, known::NO_PARENS) {
                    let (shown, place) = (self.text(receiver), self.guard_info());
                    self.function_error(
                        meta,
                        format!(
                            "cannot invoke remote function inside a {place}. If you want to do a map lookup instead, please remove parens from {shown}.{name}()"
                        ),
                    )?;
                }
                let name = self.code.tree.atom(name);
                let dot = self.code.tree.call(known::OP_DOT, dot_meta, &[receiver, name]);
                Ok(self.code.tree.apply(dot, meta, &[]))
            }
            Context::Match | Context::Guard => {
                if let Some(module) = module
                    && let Some(number) = self.signed(module, name, args)
                {
                    return Ok(number);
                }
                let args: Vec<NodeId> = args.iter().map(|&arg| self.expand(arg)).collect::<Result<_>>()?;
                self.rewrite_limited(receiver, dot_meta, name, meta, &args)
            }
        }
    }

    /// The native behind `defmodule` gets the env as carried data, not as the map that `__ENV__` is. Of its variables
    /// only those that go with the module are in it: those of the list among the arguments.
    fn carry_env_arguments(&mut self, meta: Meta, args: &[NodeId]) -> Vec<NodeId> {
        let line = self.code.line(meta);
        let lists = args.iter().filter_map(|&arg| match self.code.node(arg) {
            Node::List(seq) => Some(self.code.tree.seq(seq)),
            _ => None,
        });
        let names: FxHashSet<Atom> =
            lists.flatten().filter_map(|&var| self.code.var_of(var).map(|(name, ..)| name)).collect();
        args.iter()
            .map(|&arg| match self.code.var_of(arg) {
                Some((known::DUNDER_ENV, ..)) => self.carry_env_with(line, |name| names.contains(&name)),
                _ => arg,
            })
            .collect()
    }

    // Captures.

    pub(crate) fn import_function(&mut self, meta: Meta, name: Atom, arity: usize) -> Result<Function> {
        match self.find_import(meta, name, arity) {
            Import::Function(module) => {
                self.trace(meta, TraceEvent::ImportedFunction { module, name, arity: small(arity) })?;
                self.note_import(module, name, arity);
                self.remote_function(meta, module, name, arity)
            }
            Import::Macro(_) => Ok(Function::Macro),
            Import::Quoted(module) => self.require_function(meta, module, name, arity),
            Import::Ambiguous(one, other) => Err(self.ambiguous(meta, name, arity, one, other)),
            Import::None => {
                if is_special_form(name, arity) {
                    return Ok(Function::Macro);
                }
                let other = self.env.function.is_some_and(|function| function != (name, small(arity)));
                if other && self.has_local_macro(name, arity) {
                    return Ok(Function::Macro);
                }
                if self.env.module == known::MOD_KERNEL {
                    if let Some((module, name)) = inline(known::MOD_KERNEL, name, arity) {
                        return Ok(Function::Remote { module, name });
                    }
                    if kernel_macros::find(name, arity).is_some() {
                        return Ok(Function::Macro);
                    }
                }
                if self.env.function.is_some() {
                    self.trace_local(meta, name, arity)?;
                    self.note_call_place(name, arity, meta);
                }
                Ok(Function::Local)
            }
        }
    }

    pub(crate) fn require_function(&mut self, meta: Meta, module: Atom, name: Atom, arity: usize) -> Result<Function> {
        let required = self.env.requires(module) || module == self.env.module;
        if self.is_macro(module, name, arity, required)? {
            return Ok(Function::Macro);
        }
        self.trace(meta, TraceEvent::RemoteFunction { module, name, arity: small(arity) })?;
        self.remote_function(meta, module, name, arity)
    }

    fn remote_function(&mut self, meta: Meta, module: Atom, name: Atom, arity: usize) -> Result<Function> {
        self.check_deprecated(meta, module, name, arity, false)?;
        let (module, name) = inline(module, name, arity).unwrap_or((module, name));
        Ok(Function::Remote { module, name })
    }

    // Macros.

    fn expand_macro(&mut self, meta: Meta, module: Atom, name: Atom, args: &[NodeId], local: bool) -> Result<NodeId> {
        let quoted = self.run_macro(meta, module, name, args, local)?;
        let fresh = self.freshen(meta, module, quoted)?;
        self.expand(fresh)
    }

    pub(super) fn run_macro(
        &mut self,
        meta: Meta,
        module: Atom,
        name: Atom,
        args: &[NodeId],
        local: bool,
    ) -> Result<NodeId> {
        if let Some(native) = kernel_macros::native(module, name, args.len()) {
            let line = std::mem::replace(&mut self.env.line, self.code.line(meta));
            let quoted = native(self, meta, args);
            self.env.line = line;
            return match quoted {
                Err(halt) => {
                    let line = self.code.line(meta);
                    Err(self.host.expanding(halt, (module, name, args.len()), &self.env, line))
                }
                quoted => quoted,
            };
        }
        let line = self.code.line(meta);
        let env = self.snapshot(line);
        self.host.call_macro(self.code, &MacroCall { module, name, args, env: &env, local, line })
    }

    /// Gives what a macro returned the call's line and a counter of its own.
    pub(super) fn freshen(&mut self, meta: Meta, module: Atom, quoted: NodeId) -> Result<NodeId> {
        let counter = self.next_counter();
        self.linify_expansion(meta, module, counter, quoted)
    }
}

pub(crate) fn small(arity: usize) -> u8 {
    u8::try_from(arity).unwrap_or(u8::MAX)
}
