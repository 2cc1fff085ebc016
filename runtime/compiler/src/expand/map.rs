//! `%{}` and `%Struct{}`.

use jovial_atoms::{Atom, known};
use jovial_syntax::quoted::{Meta, Node, NodeId};
use rustc_hash::FxHashSet;

use super::Expander;
use crate::env::Context;
use crate::errors::{Halt, Result};
use crate::host::{Compiled, TraceEvent};

impl Expander<'_> {
    pub(crate) fn expand_map(&mut self, meta: Meta, args: &[NodeId]) -> Result<NodeId> {
        if let &[only] = args
            && let Some((bar_meta, map, pairs)) = self.code.call2(only, known::OP_PIPE)
        {
            if self.env.context != Context::Normal {
                let context = self.env.context.atom();
                let whole = self.code.tree.call(known::OP_PERCENT_BRACES, meta, args);
                let shown = self.text(whole);
                return Err(
                    self.file_error(meta, format!("cannot use map/struct update syntax in {context}, got: {shown}"))
                );
            }
            let written = self.code.list_of(pairs).unwrap_or_default();
            let mut all = vec![map];
            all.extend_from_slice(&written);
            let mut all = self.expand_args(&all)?;
            let pairs = all.split_off(1);
            self.check_pairs(meta, &pairs, &written)?;
            let pairs = self.code.tree.list(&pairs);
            let bar = self.code.tree.call(known::OP_PIPE, bar_meta, &[all[0], pairs]);
            return Ok(self.code.tree.call(known::OP_PERCENT_BRACES, meta, &[bar]));
        }
        let pairs = self.expand_args(args)?;
        self.check_pairs(meta, &pairs, args)?;
        Ok(self.code.tree.call(known::OP_PERCENT_BRACES, meta, &pairs))
    }

    fn check_pairs(&mut self, meta: Meta, pairs: &[NodeId], written: &[NodeId]) -> Result<()> {
        // Nearly all keys are atoms.
        let (mut atoms, mut others) = (FxHashSet::default(), FxHashSet::default());
        for (&pair, &original) in pairs.iter().zip(written) {
            let Some((key, _)) = self.code.pair_of(pair) else {
                let shown = self.text(original);
                return Err(self.error(meta, format!("expected key-value pairs in a map, got: {shown}")));
            };
            if self.env.context == Context::Match {
                self.check_match_key(meta, key)?;
            }
            let new = match self.code.node(key) {
                Node::Atom(atom) => atoms.insert(atom),
                _ if self.is_literal(key) => others.insert(self.inspect(key)),
                _ => true,
            };
            if !new {
                let shown = self.text(key);
                let message = format!("key {shown} will be overridden in map");
                if self.env.context == Context::Match {
                    return Err(self.file_error(meta, message));
                }
                self.warn_file(meta, message);
            }
        }
        Ok(())
    }

    pub(crate) fn is_literal(&self, id: NodeId) -> bool {
        match self.code.node(id) {
            Node::Pair(left, right) => self.is_literal(left) && self.is_literal(right),
            Node::List(seq) => self.code.tree.seq(seq).iter().all(|&id| self.is_literal(id)),
            Node::Var { .. } | Node::Call { .. } | Node::Apply { .. } => false,
            _ => true,
        }
    }

    fn check_match_key(&mut self, meta: Meta, key: NodeId) -> Result<()> {
        let children = match self.code.node(key) {
            Node::Var { name, .. } => {
                return Err(self.error(
                    meta,
                    format!(
                        "cannot use variable {name} as map key inside a pattern. Map keys in patterns can only be literals (such as atoms, strings, tuples, and the like) or an existing variable matched with the pin operator (such as ^some_var)"
                    ),
                ));
            }
            Node::Call { name: known::OP_DOUBLE_COLON, args, .. } if args.len() == 2 => {
                vec![self.code.tree.seq(args)[0]]
            }
            Node::Call { name: known::OP_CARET, .. } => return Ok(()),
            Node::Call { args, .. } | Node::Apply { args, .. } => self.code.tree.seq(args).to_vec(),
            Node::Pair(left, right) => vec![left, right],
            Node::List(seq) => self.code.tree.seq(seq).to_vec(),
            _ => return Ok(()),
        };
        for child in children {
            self.check_match_key(meta, child)?;
        }
        Ok(())
    }

    // Structs.

    pub(crate) fn expand_struct(&mut self, meta: Meta, left: NodeId, right: NodeId) -> Result<NodeId> {
        let Some((map_meta, args)) = self.code.call_of(right, known::OP_PERCENT_BRACES) else {
            let shown = self.text(right);
            return Err(self.error(meta, format!("expected struct to be followed by a map, got: {shown}")));
        };
        let args = self.without_struct_key(meta, &args);
        let map = self.code.tree.call(known::OP_PERCENT_BRACES, map_meta, &args);
        let both = self.expand_args(&[left, map])?;
        let (name, map) = (both[0], both[1]);
        let Some(module) = self.code.atom_of(name) else {
            let variable = self.code.var_of(name).is_some()
                || self.code.call1(name, known::OP_CARET).is_some_and(|(_, var)| self.code.var_of(var).is_some());
            if self.env.context == Context::Match && variable {
                return Ok(self.code.tree.call(known::OP_PERCENT, meta, &[name, map]));
            }
            let shown = self.text(name);
            let message = if self.env.context == Context::Match {
                format!("expected struct name in a match to be a compile time atom, alias or a variable, got: {shown}")
            } else {
                format!("expected struct name to be a compile time atom or alias, got: {shown}")
            };
            return Err(self.error(meta, message));
        };
        let Some((_, pairs)) = self.code.call_of(map, known::OP_PERCENT_BRACES) else {
            let shown = self.text(map);
            return Err(self.error(meta, format!("expected struct to be followed by a map, got: {shown}")));
        };
        let update = pairs.first().and_then(|&first| self.code.call2(first, known::OP_PIPE)).map(|(_, _, pairs)| pairs);
        let fields = match update {
            Some(list) => self.code.list_of(list).unwrap_or_default(),
            None => pairs,
        };
        let fields = self.code.keyword_delete(&fields, known::DUNDER_STRUCT);
        for &field in &fields {
            if let Some((key, _)) = self.code.pair_of(field)
                && self.code.atom_of(key).is_none()
            {
                let shown = self.text(key);
                self.function_error(meta, format!("invalid key {shown} for struct, struct keys must be atoms, got: "))?;
            }
        }
        if update.is_some() || self.env.context == Context::Match {
            self.check_struct_fields(meta, module, &fields)?;
            return Ok(self.code.tree.call(known::OP_PERCENT, meta, &[name, map]));
        }
        let mut all = self.struct_defaults(meta, module, &fields)?;
        all.extend_from_slice(&fields);
        let map = self.code.tree.call(known::OP_PERCENT_BRACES, map_meta, &all);
        Ok(self.code.tree.call(known::OP_PERCENT, meta, &[name, map]))
    }

    fn without_struct_key(&mut self, meta: Meta, args: &[NodeId]) -> Vec<NodeId> {
        if let &[only] = args
            && let Some((bar_meta, map, pairs)) = self.code.call2(only, known::OP_PIPE)
        {
            let pairs = self.code.list_of(pairs).unwrap_or_default();
            let pairs = self.without_struct_key(meta, &pairs);
            let pairs = self.code.tree.list(&pairs);
            return vec![self.code.tree.call(known::OP_PIPE, bar_meta, &[map, pairs])];
        }
        let clean = self.code.keyword_delete(args, known::DUNDER_STRUCT);
        if clean.len() != args.len() {
            self.warn(meta, "key :__struct__ is ignored when using structs");
        }
        clean
    }

    /// The module is being defined around here.
    fn in_context(&self, module: Atom) -> bool {
        self.env.module == module || self.env.scope.context_modules.contains(&module)
    }

    /// Its definitions are taken from the module under construction.
    fn is_open(&mut self, module: Atom) -> Result<bool> {
        if self.in_context(module) {
            return Ok(true);
        }
        if self.host.face(module)?.is_some() {
            return Ok(false);
        }
        Ok(self.host.ensure_compiled(module, known::STRUCT)? == Compiled::UnderConstruction)
    }

    fn local_struct(&mut self, module: Atom) -> Result<bool> {
        if !self.is_open(module)? {
            return Ok(false);
        }
        Ok(self.host.module_build(module).is_some_and(|build| {
            let build = build.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            build.definition(known::DUNDER_STRUCT, 1).is_some_and(|definition| !definition.kind.is_macro())
        }))
    }

    /// The fields that the module's struct has beside those given, with their defaults as code.
    fn struct_defaults(&mut self, meta: Meta, module: Atom, fields: &[NodeId]) -> Result<Vec<NodeId>> {
        let local = self.local_struct(module)?;
        if !local && (self.env.module == module || !self.exports(module, known::DUNDER_STRUCT, 1)?) {
            return Err(self.undefined_struct(meta, module));
        }
        // The module's own function decides, so that missing required keys raise in its words. It sees the code of
        // the values, as in Elixir.
        let escaped = self.as_data_list(fields);
        let line = self.code.line(meta);
        let env = self.snapshot(line);
        let value = self.host.call_function(self.code, module, known::DUNDER_STRUCT, &[escaped], &env, local)?;
        let Node::Map(seq) = self.code.node(value) else {
            let shown = self.inspect(value);
            let name = crate::errors::inspect_module(module);
            return Err(self.error(
                meta,
                format!("expected {name}.__struct__/1 to return a map with a :__struct__ key that holds the name of the struct (atom), got: {shown}"),
            ));
        };
        let entries: Vec<(NodeId, NodeId)> =
            self.code.tree.seq(seq).chunks_exact(2).map(|pair| (pair[0], pair[1])).collect();
        let found = entries
            .iter()
            .find(|entry| self.code.is_atom(entry.0, known::DUNDER_STRUCT))
            .and_then(|entry| self.code.atom_of(entry.1));
        match found {
            Some(found) if found == module => {}
            Some(found) => {
                let (name, found) = (crate::errors::inspect_module(module), crate::errors::inspect_module(found));
                return Err(self.error(
                    meta,
                    format!("expected struct name returned by {name}.__struct__/1 to be {name}, got: {found}"),
                ));
            }
            None => {
                let shown = self.inspect(value);
                let name = crate::errors::inspect_module(module);
                return Err(self.error(
                    meta,
                    format!("expected {name}.__struct__/1 to return a map with a :__struct__ key that holds the name of the struct (atom), got: {shown}"),
                ));
            }
        }
        let given: Vec<Atom> = fields
            .iter()
            .filter_map(|&field| self.code.pair_of(field))
            .filter_map(|pair| self.code.atom_of(pair.0))
            .collect();
        for &key in &given {
            if !entries.iter().any(|entry| self.code.is_atom(entry.0, key)) {
                self.unknown_field(meta, module, key)?;
            }
        }
        self.trace_struct(meta, module, &given)?;
        let mut defaults: Vec<(Atom, NodeId)> = Vec::new();
        for (key, value) in entries {
            let Some(key) = self.code.atom_of(key) else { continue };
            if key != known::DUNDER_STRUCT && !given.contains(&key) {
                defaults.push((key, self.escape_value(value)?));
            }
        }
        defaults.sort_by_key(|entry| entry.0.as_str());
        Ok(defaults.into_iter().map(|(key, value)| self.code.keyword_entry(key, value)).collect())
    }

    fn trace_struct(&mut self, meta: Meta, module: Atom, keys: &[Atom]) -> Result<()> {
        if self.env.scope.tracers.is_empty() {
            return Ok(());
        }
        let keys = self.code.atom_list(keys);
        self.trace(meta, TraceEvent::StructExpansion { module, keys })
    }

    fn as_data_list(&mut self, elements: &[NodeId]) -> NodeId {
        self.code.tree.list(elements)
    }

    fn check_struct_fields(&mut self, meta: Meta, module: Atom, fields: &[NodeId]) -> Result<()> {
        let keys: Vec<Atom> = fields
            .iter()
            .filter_map(|&field| self.code.pair_of(field))
            .filter_map(|pair| self.code.atom_of(pair.0))
            .collect();
        let names = if self.is_open(module)? {
            let build = self.host.module_build(module);
            build
                .and_then(|build| build.lock().unwrap_or_else(std::sync::PoisonError::into_inner).struct_fields.clone())
        } else {
            None
        };
        let names = match names {
            Some(names) => names,
            None if self.env.module == module => return Err(self.undefined_struct(meta, module)),
            None => match self.loaded_struct_fields(meta, module)? {
                Some(names) => names,
                None => return Err(self.undefined_struct(meta, module)),
            },
        };
        for &key in &keys {
            if !names.contains(&key) {
                self.unknown_field(meta, module, key)?;
            }
        }
        self.trace_struct(meta, module, &keys)
    }

    /// What `__info__(:struct)` of a finished module says.
    fn loaded_struct_fields(&mut self, meta: Meta, module: Atom) -> Result<Option<std::sync::Arc<Vec<Atom>>>> {
        if !self.exports(module, known::DUNDER_STRUCT, 0)? && !self.exports(module, known::DUNDER_STRUCT, 1)? {
            return Ok(None);
        }
        let line = self.code.line(meta);
        let env = self.snapshot(line);
        let key = self.code.tree.atom(known::STRUCT);
        let list = self.host.call_function(self.code, module, known::DUNDER_INFO, &[key], &env, false)?;
        let Some(fields) = self.code.list_of(list) else { return Ok(None) };
        let names = fields
            .into_iter()
            .filter_map(|field| {
                let Node::Map(seq) = self.code.node(field) else { return None };
                let entries = self.code.tree.seq(seq);
                entries
                    .chunks_exact(2)
                    .find(|pair| self.code.is_atom(pair[0], Atom::new("field")))
                    .and_then(|pair| self.code.atom_of(pair[1]))
            })
            .collect();
        Ok(Some(std::sync::Arc::new(names)))
    }

    fn unknown_field(&mut self, meta: Meta, module: Atom, key: Atom) -> Result<()> {
        let (key, module) = (super::text::inspect_atom(key), crate::errors::inspect_module(module));
        self.function_error(meta, format!("unknown key {key} for struct {module}"))
    }

    fn undefined_struct(&mut self, meta: Meta, module: Atom) -> Halt {
        let name = crate::errors::inspect_module(module);
        let message = if self.in_context(module) && self.env.function.is_none() {
            format!(
                "cannot access struct {name}, the struct was not yet defined or the struct is being accessed in the same context that defines it"
            )
        } else {
            format!(
                "{name}.__struct__/1 is undefined, cannot expand struct {name}. Make sure the struct name is correct. If the struct name exists and is correct but it still cannot be found, you likely have cyclic module usage in your code"
            )
        };
        self.error(meta, message)
    }
}
