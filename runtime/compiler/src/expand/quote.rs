//! `quote` and the escaping of values.
//!
//! Quoting turns code into code that builds it: `{:foo, meta, args}` becomes `{:{}, [], [:foo, meta, args]}`, while
//! aliases and imports get notes of what they mean here (hygiene), and `unquote` leaves its argument as it is.

use jovial_atoms::{Atom, known};
use jovial_syntax::quoted::{Meta, MetaValue, Node, NodeId};

use super::aliases::Resolved;
use super::cycles::Pattern;
use super::{Expander, text};
use crate::carried::Item;
use crate::env::Context;
use crate::errors::{Halt, Result};
use crate::host::{OpaqueKind, TraceEvent};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Line {
    /// Entries `line` are dropped.
    Drop,
    Keep,
    /// Code that gives the line.
    Set(NodeId),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Mode {
    /// `quote`: with hygiene.
    Quote,
    /// `Macro.escape/2`: as it stands.
    Escape,
    /// `prune_metadata: true`
    EscapePruned,
}

#[derive(Clone, Copy)]
struct Quoting {
    mode: Mode,
    line: Line,
    /// Code that gives the file, for `location: :keep`.
    file: Option<NodeId>,
    /// Code that gives the context; `nil` where there is none.
    context: NodeId,
    unquote: bool,
    generated: bool,
}

impl Expander<'_> {
    // The form.

    pub(crate) fn expand_quote(&mut self, meta: Meta, options: NodeId, block: Option<NodeId>) -> Result<NodeId> {
        // A macro may stand for the options.
        let options = match self.code.node(options) {
            Node::Call { .. } | Node::Apply { .. } if block.is_some() => self.expand(options)?,
            _ => options,
        };
        let Some(entries) = self.code.list_of(options) else {
            return Err(if block.is_none() {
                self.error(meta, "invalid arguments for \"quote\"")
            } else {
                let shown = self.text(options);
                self.error(meta, format!("invalid options for quote, expected a keyword list, got: {shown}"))
            });
        };
        let source = block.unwrap_or(options);
        if self.code.list_of(source).is_none() {
            return Err(self.error(meta, "invalid arguments for \"quote\""));
        }
        let Some(body) = self.code.keyword_get(source, known::DO) else {
            return Err(self.error(meta, "missing :do option in \"quote\""));
        };
        let options = if block.is_some() {
            options
        } else {
            let entries = self.code.keyword_delete(&entries, known::DO);
            self.code.tree.list(&entries)
        };
        let allowed = [
            known::CONTEXT,
            known::LOCATION,
            known::LINE,
            known::FILE,
            known::UNQUOTE,
            known::BIND_QUOTED,
            known::GENERATED,
        ];
        let vars = self.s.vars();
        let options = self.expand_options(meta, known::QUOTE, &allowed, options)?;
        let mut prelude = Vec::new();
        let (line, file) = match self.code.keyword_get(options, known::LOCATION) {
            Some(location) if self.code.is_atom(location, known::KEEP) => {
                let file = self.env.file.clone();
                (Line::Keep, Some(self.code.tree.binary(file.as_bytes())))
            }
            Some(location) => {
                let shown = self.text(location);
                return Err(self.error(meta, format!("invalid :location for quote, expected :keep, got: {shown}")));
            }
            None => {
                let line = match self.code.keyword_get(options, known::LINE) {
                    None => Line::Drop,
                    Some(line) if self.code.is_atom(line, known::FALSE) => Line::Drop,
                    Some(line) if self.code.is_atom(line, known::TRUE) => Line::Keep,
                    Some(line) => {
                        let fits = self.code.int_of(line).is_some();
                        Line::Set(self.checked(meta, known::LINE, line, fits, &mut prelude))
                    }
                };
                let file = match self.code.keyword_get(options, known::FILE) {
                    None => None,
                    Some(file) if self.code.is_atom(file, known::NIL) => None,
                    Some(file) => {
                        let fits = matches!(self.code.node(file), Node::Binary(_));
                        Some(self.checked(meta, known::FILE, file, fits, &mut prelude))
                    }
                };
                (line, file)
            }
        };
        let context = if let Some(context) = self.code.keyword_get(options, known::CONTEXT) {
            let fits = self.code.atom_of(context).is_some_and(|atom| atom != known::NIL);
            self.checked(meta, known::CONTEXT, context, fits, &mut prelude)
        } else {
            let module = if self.env.module == known::NIL { known::ELIXIR } else { self.env.module };
            self.code.tree.atom(module)
        };
        let bindings =
            match self.code.keyword_get(options, known::BIND_QUOTED) {
                Some(list) => {
                    if let Some(bindings) = self.code.keyword_of(list) {
                        Some(bindings)
                    } else {
                        let shown = self.text(list);
                        return Err(self.error(
                    meta,
                    format!("invalid :bind_quoted for quote, expected a keyword list of variable names, got: {shown}"),
                ));
                    }
                }
                None => None,
            };
        let unquote = self.flag(options, known::UNQUOTE, bindings.is_none())?;
        let generated = self.flag(options, known::GENERATED, false)?;
        let entries = self.code.list_of(options).unwrap_or_default();
        let computed = entries.into_iter().filter(|&entry| !self.is_literal(entry)).count();
        let bound = bindings.as_ref().is_some_and(|all| all.iter().any(|&(_, value)| !self.is_literal(value)));
        if computed > prelude.len() + usize::from(bound) {
            // Some of the options are not run, as one given twice is not. What they define is not there.
            self.s.set_vars(vars);
        }
        prelude.reverse();
        let prelude = self.expand_checks(&prelude)?;
        let expanded_context = self.expand(context)?;
        let quoting = Quoting { mode: Mode::Quote, line, file, context, unquote, generated };
        let quoted = self.quote_top(body, &quoting)?;
        let mut quoted = self.expand(quoted)?;
        if let Some(bindings) = bindings.filter(|bindings| !bindings.is_empty()) {
            let mut statements = Vec::with_capacity(bindings.len() + 1);
            let place = self.code.meta_node(meta);
            for (name, value) in bindings {
                let name = self.code.tree.atom(name);
                let var = self.code.braces(&[name, place, expanded_context]);
                let both = self.code.tree.list(&[var, value]);
                statements.push(self.built(known::OP_EQ, both));
            }
            statements.push(quoted);
            let statements = self.code.tree.list(&statements);
            quoted = self.built(known::DUNDER_BLOCK, statements);
        }
        if prelude.is_empty() {
            return Ok(quoted);
        }
        let mut all = prelude;
        all.push(quoted);
        Ok(self.code.tree.call(known::DUNDER_BLOCK, Meta::EMPTY, &all))
    }

    /// `{:{}, [], [name, [], args]}`
    fn built(&mut self, name: Atom, args: NodeId) -> NodeId {
        let name = self.code.tree.atom(name);
        let meta = self.code.tree.list(&[]);
        self.code.braces(&[name, meta, args])
    }

    /// An option whose value is only known when run is checked there.
    fn checked(&mut self, meta: Meta, key: Atom, value: NodeId, fits: bool, prelude: &mut Vec<NodeId>) -> NodeId {
        if fits {
            return value;
        }
        let var = self.code.tree.var(key, meta, known::ELIXIR_QUOTE);
        let key = self.code.tree.atom(key);
        let check = self.code.remote(known::ELIXIR_QUOTE, Atom::new("validate_runtime"), meta, &[key, value]);
        prelude.push(self.code.tree.call(known::OP_EQ, meta, &[var, check]));
        var
    }

    /// The values of checks are expanded already, but for those that are refused.
    fn expand_checks(&mut self, checks: &[NodeId]) -> Result<Vec<NodeId>> {
        let mut expanded = Vec::with_capacity(checks.len());
        for &check in checks {
            expanded.push(match self.code.call2(check, known::OP_EQ) {
                Some((meta, var, value)) if self.env.context == Context::Normal => {
                    let before = self.s.read.clone();
                    let var = self.in_match(meta, Pattern::One(var), before, |expander| expander.expand(var))?;
                    self.code.tree.call(known::OP_EQ, meta, &[var, value])
                }
                _ => self.expand(check)?,
            });
        }
        Ok(expanded)
    }

    fn flag(&mut self, options: NodeId, key: Atom, default: bool) -> Result<bool> {
        match self.code.keyword_get(options, key) {
            None => Ok(default),
            Some(value) => match self.code.atom_of(value) {
                Some(known::TRUE) => Ok(true),
                Some(known::FALSE) => Ok(false),
                _ => {
                    let shown = self.inspect(value);
                    Err(Halt::argument_error(format!("invalid runtime value for option :{key} in quote, got: {shown}")))
                }
            },
        }
    }

    // Escaping.

    /// Code that gives the value, which is data. `unquote` is honoured on demand.
    pub(crate) fn escape(&mut self, value: NodeId, pruned: bool, unquote: bool) -> Result<NodeId> {
        let context = self.code.nil();
        let mode = if pruned { Mode::EscapePruned } else { Mode::Escape };
        self.quote_node(value, &Quoting { mode, line: Line::Keep, file: None, context, unquote, generated: false })
    }

    pub(crate) fn escape_value(&mut self, value: NodeId) -> Result<NodeId> {
        self.escape(value, false, false)
    }

    fn cannot_escape(&mut self, id: NodeId) -> Halt {
        let shown = self.inspect_value(id);
        Halt::argument_error(format!(
            "cannot escape {shown}. The supported values are: lists, tuples, maps, atoms, numbers, bitstrings, PIDs and remote functions in the format &Mod.fun/arity"
        ))
    }

    // Quoting.

    fn quote_top(&mut self, body: NodeId, q: &Quoting) -> Result<NodeId> {
        if q.unquote && self.code.call1(body, known::UNQUOTE_SPLICING).is_some() {
            return Err(Halt::argument_error(
                "unquote_splicing only works inside arguments and block contexts, wrap it in parens if you want it to work with one-liners",
            ));
        }
        self.quote_node(body, q)
    }

    fn quote_node(&mut self, id: NodeId, q: &Quoting) -> Result<NodeId> {
        match self.code.node(id) {
            Node::Int(_) | Node::BigInt(_) | Node::Float(_) | Node::Atom(_) | Node::Binary(_) => Ok(id),
            Node::Call { name, meta, args } => {
                let args = self.code.tree.seq(args).to_vec();
                self.quote_call(name, meta, &args, q)
            }
            Node::Var { name, meta, context } => {
                let context_node = self.code.tree.atom(context);
                if q.mode != Mode::Quote {
                    return self.quote_raw(id, name, meta, context_node, q);
                }
                let meta = self.import_meta(meta, name, 0, q)?;
                let context = if context == known::NIL { q.context } else { context_node };
                Ok(self.quoted_tuple(name, meta, context, q))
            }
            Node::Apply { callee, meta, args } => {
                let args = self.code.tree.seq(args).to_vec();
                self.quote_apply(callee, meta, &args, q)
            }
            Node::Pair(left, right) => {
                if q.unquote && (self.is_splicing(left) || self.is_splicing(right)) {
                    return self.quote_call(known::OP_BRACES, Meta::EMPTY, &[left, right], q);
                }
                let left = self.quote_node(left, q)?;
                let right = self.quote_node(right, q)?;
                Ok(self.code.tree.pair(left, right))
            }
            Node::List(seq) => {
                let elements = self.code.tree.seq(seq).to_vec();
                self.quote_list(&elements, q)
            }
            Node::Improper(seq) => {
                let elements = self.code.tree.seq(seq).to_vec();
                let Some((&tail, elements)) = elements.split_last() else { return Ok(id) };
                let mut quoted =
                    elements.iter().map(|&element| self.quote_node(element, q)).collect::<Result<Vec<_>>>()?;
                let tail = self.quote_node(tail, q)?;
                if let Some(last) = quoted.pop() {
                    quoted.push(self.code.tree.call(known::OP_PIPE, Meta::EMPTY, &[last, tail]));
                }
                Ok(self.code.tree.list(&quoted))
            }
            Node::Tuple(seq) if q.mode != Mode::Quote => {
                let elements = self.code.tree.seq(seq).to_vec();
                let elements = self.quote_list(&elements, q)?;
                match self.code.list_of(elements) {
                    Some(elements) => Ok(self.code.braces(&elements)),
                    None => Err(self.cannot_escape(id)),
                }
            }
            Node::Map(seq) if q.mode != Mode::Quote => {
                let entries: Vec<NodeId> = self.code.tree.seq(seq).to_vec();
                let mut pairs = Vec::with_capacity(entries.len() / 2);
                for pair in entries.chunks_exact(2) {
                    if self.is_reference(pair[1]) {
                        let (map, reference) = (self.inspect(id), self.inspect(pair[1]));
                        return Err(Halt::argument_error(format!(
                            "{map} contains a reference ({reference}) and therefore it cannot be escaped (it must be defined within a function instead). The supported values are: lists, tuples, maps, atoms, numbers, bitstrings, PIDs and remote functions in the format &Mod.fun/arity"
                        )));
                    }
                    let key = self.quote_node(pair[0], q)?;
                    let value = self.quote_node(pair[1], q)?;
                    pairs.push(self.code.tree.pair(key, value));
                }
                Ok(self.code.tree.call(known::OP_PERCENT_BRACES, Meta::EMPTY, &pairs))
            }
            Node::Tuple(_) | Node::Map(_) => Ok(id),
            Node::Opaque(_) => {
                let Some(&Item::Host(value)) = self.code.item(id) else { return Ok(id) };
                if let Some(revealed) = self.host.reveal(self.code, value)? {
                    return self.quote_node(revealed, q);
                }
                match self.host.opaque_kind(value) {
                    _ if q.mode == Mode::Quote => Ok(id),
                    OpaqueKind::Pid => Ok(id),
                    OpaqueKind::ExternalFun { module, name, arity } => Ok(self.capture_of(module, name, arity)),
                    _ => Err(self.cannot_escape(id)),
                }
            }
        }
    }

    /// `&module.name/arity`, as code gives such a function.
    pub(crate) fn capture_of(&mut self, module: Atom, name: Atom, arity: u8) -> NodeId {
        let (module, name) = (self.code.tree.atom(module), self.code.tree.atom(name));
        let dot = self.code.tree.call(known::OP_DOT, Meta::EMPTY, &[module, name]);
        let meta = self.code.tree.add_meta(&[(known::NO_PARENS, MetaValue::Atom(known::TRUE))]);
        let function = self.code.tree.apply(dot, meta, &[]);
        let arity = self.code.tree.int(arity.into());
        let slash = self.code.tree.call(known::OP_SLASH, Meta::EMPTY, &[function, arity]);
        self.code.tree.call(known::OP_AMP, Meta::EMPTY, &[slash])
    }

    fn is_reference(&mut self, id: NodeId) -> bool {
        match self.code.item(id) {
            Some(&Item::Host(value)) => self.host.opaque_kind(value) == OpaqueKind::Reference,
            _ => false,
        }
    }

    fn is_splicing(&self, id: NodeId) -> bool {
        matches!(self.code.node(id), Node::Call { name: known::UNQUOTE_SPLICING, .. })
    }

    /// An escaped three-tuple.
    fn quote_raw(&mut self, _id: NodeId, name: Atom, meta: Meta, last: NodeId, q: &Quoting) -> Result<NodeId> {
        let meta = self.raw_meta(meta, q)?;
        let name = self.code.tree.atom(name);
        Ok(self.code.braces(&[name, meta, last]))
    }

    fn raw_meta(&mut self, meta: Meta, q: &Quoting) -> Result<NodeId> {
        let meta = if q.mode == Mode::EscapePruned {
            let entries: Vec<_> = self
                .code
                .tree
                .meta(meta)
                .iter()
                .copied()
                .filter(|entry| [known::NO_PARENS, known::LINE, known::DELIMITER].contains(&entry.0))
                .collect();
            self.code.tree.add_meta(&entries)
        } else {
            meta
        };
        let node = self.code.meta_node(meta);
        if q.mode == Mode::Escape { self.quote_node(node, &Quoting { unquote: false, ..*q }) } else { Ok(node) }
    }

    fn quote_call(&mut self, name: Atom, meta: Meta, args: &[NodeId], q: &Quoting) -> Result<NodeId> {
        match (name, args) {
            (known::QUOTE, &[_] | &[_, _]) => {
                let inner = Quoting { unquote: false, ..*q };
                let body = self.quote_node(args[args.len() - 1], &inner)?;
                let mut quoted = Vec::with_capacity(2);
                if args.len() == 2 {
                    quoted.push(self.quote_node(args[0], q)?);
                }
                quoted.push(body);
                let meta = if q.mode == Mode::Quote { self.store_context(meta, q) } else { meta };
                let list = self.code.tree.list(&quoted);
                return Ok(self.quoted_tuple(name, meta, list, q));
            }
            (known::UNQUOTE, &[expression]) if q.unquote => {
                if q.mode != Mode::Quote {
                    return Ok(expression);
                }
                return Ok(self.code.remote(
                    known::ELIXIR_QUOTE,
                    Atom::new("shallow_validate_ast"),
                    meta,
                    &[expression],
                ));
            }
            _ => {}
        }
        if q.mode != Mode::Quote {
            let args = self.quote_list(args, q)?;
            return self.quote_raw(args, name, meta, args, q);
        }
        if name == known::DUNDER_ALIASES
            && let Some(first) = args.first().and_then(|&first| self.code.atom_of(first))
            && first != known::ELIXIR
        {
            let atoms: Option<Vec<Atom>> = args.iter().map(|&arg| self.code.atom_of(arg)).collect();
            let note = match self.resolve_alias(meta, &atoms.unwrap_or_else(|| vec![first]))? {
                Resolved::Module(module) => module,
                Resolved::Plain => known::FALSE,
            };
            let meta = self.code.meta_delete(meta, known::COUNTER);
            let meta = self.code.meta_store(meta, known::ALIAS, MetaValue::Atom(note));
            let args = self.quote_list(args, q)?;
            return Ok(self.quoted_tuple(name, meta, args, q));
        }
        if name == known::OP_AMP
            && let &[arg] = args
            && let Some((_, target, arity)) = self.code.call2(arg, known::OP_SLASH)
            && let Some((function, _, _)) = self.code.var_of(target)
            && let Some(number) = self.code.int_of(arity)
        {
            let meta = match self.import_for_capture(meta, function, number)? {
                Some(module) => {
                    let arity = self.code.tree.int(number);
                    let module = self.code.tree.atom(module);
                    let entry = self.code.tree.pair(arity, module);
                    let list = self.code.tree.list(&[entry]);
                    let meta = self.code.meta_store(meta, known::IMPORTS, MetaValue::Node(list));
                    self.store_context(meta, q)
                }
                None => meta,
            };
            let args = self.quote_list(args, q)?;
            return Ok(self.quoted_tuple(name, meta, args, q));
        }
        let meta = self.import_meta(meta, name, args.len(), q)?;
        let (meta, args) = self.annotate(name, meta, args, q);
        let args = self.quote_list(&args, q)?;
        Ok(self.quoted_tuple(name, meta, args, q))
    }

    fn import_for_capture(&mut self, meta: Meta, name: Atom, arity: i64) -> Result<Option<Atom>> {
        use super::dispatch::Import;
        let Ok(arity) = usize::try_from(arity) else { return Ok(None) };
        let small = super::dispatch::small(arity);
        match self.find_import(meta, name, arity) {
            Import::Function(module) => {
                self.trace(meta, TraceEvent::ImportedFunction { module, name, arity: small })?;
                Ok(Some(module))
            }
            Import::Macro(module) => {
                self.trace(meta, TraceEvent::ImportedMacro { module, name, arity: small })?;
                Ok(Some(module))
            }
            Import::Ambiguous(one, other) => {
                let (one, other) = (text::inspect_atom(one), text::inspect_atom(other));
                Err(self.error(
                    meta,
                    format!("function {name}/{arity} imported from both {one} and {other}, call is ambiguous"),
                ))
            }
            Import::Quoted(_) | Import::None => Ok(None),
        }
    }

    /// Notes which imports a name stands for here.
    fn import_meta(&mut self, meta: Meta, name: Atom, arity: usize, q: &Quoting) -> Result<Meta> {
        if !self.code.meta_has(meta, known::IMPORTS) {
            let imports = self.imports_of(meta, name)?;
            if !imports.is_empty() {
                let mut modules: Vec<Atom> = imports.iter().map(|entry| entry.1).collect();
                modules.dedup();
                for module in modules {
                    let arities: Vec<u8> =
                        imports.iter().filter(|entry| entry.1 == module).map(|entry| entry.0).collect();
                    let traced = !self.env.scope.tracers.is_empty();
                    let listed: Option<Vec<NodeId>> =
                        traced.then(|| arities.iter().map(|&arity| self.code.tree.int(arity.into())).collect());
                    if let Some(id) = self.env.lexical_tracker {
                        self.host.trackers().with(id, |tracker| {
                            for arity in arities {
                                tracker.use_import(module, name, arity);
                            }
                        });
                    }
                    if let Some(listed) = listed {
                        let arities = self.code.tree.list(&listed);
                        self.trace(meta, TraceEvent::ImportedQuoted { module, name, arities })?;
                    }
                }
                let entries: Vec<NodeId> = imports
                    .iter()
                    .map(|&(arity, module)| {
                        let arity = self.code.tree.int(arity.into());
                        let module = self.code.tree.atom(module);
                        self.code.tree.pair(arity, module)
                    })
                    .collect();
                let list = self.code.tree.list(&entries);
                let meta = self.store_context(meta, q);
                return Ok(self.code.meta_store(meta, known::IMPORTS, MetaValue::Node(list)));
            }
        }
        if arity == 1 && self.code.meta_atom(meta, known::AMBIGUOUS_OP) == Some(known::NIL) {
            let value = self.context_value(q);
            return Ok(self.code.meta_store(meta, known::AMBIGUOUS_OP, value));
        }
        Ok(meta)
    }

    fn context_value(&self, q: &Quoting) -> MetaValue {
        match self.code.atom_of(q.context) {
            Some(atom) => MetaValue::Atom(atom),
            None => MetaValue::Node(q.context),
        }
    }

    fn store_context(&mut self, meta: Meta, q: &Quoting) -> Meta {
        if self.code.is_atom(q.context, known::NIL) {
            return meta;
        }
        let value = self.context_value(q);
        self.code.meta_store(meta, known::CONTEXT, value)
    }

    /// Definitions and lexical forms remember the context that they were quoted in.
    fn annotate(&mut self, name: Atom, meta: Meta, args: &[NodeId], q: &Quoting) -> (Meta, Vec<NodeId>) {
        let mut args = args.to_vec();
        match name {
            known::DEF | known::DEFP | known::DEFMACRO | known::DEFMACROP | known::OP_AT if !args.is_empty() => {
                args[0] = self.annotate_head(args[0], q);
                (meta, args)
            }
            known::IMPORT | known::ALIAS | known::REQUIRE if !args.is_empty() => {
                let meta = self.code.meta_delete(meta, known::COUNTER);
                (self.store_context(meta, q), args)
            }
            _ => (meta, args),
        }
    }

    fn annotate_head(&mut self, head: NodeId, q: &Quoting) -> NodeId {
        match self.code.node(head) {
            Node::Call { name: known::WHEN, meta, args } if args.len() == 2 => {
                let args = self.code.tree.seq(args).to_vec();
                let left = self.annotate_head(args[0], q);
                self.code.tree.call(known::WHEN, meta, &[left, args[1]])
            }
            Node::Call { name, meta, args } => {
                let meta = self.store_context(meta, q);
                self.code.tree.add(Node::Call { name, meta, args })
            }
            Node::Var { name, meta, context } => {
                let meta = self.store_context(meta, q);
                self.code.tree.var(name, meta, context)
            }
            Node::Apply { callee, meta, args } => {
                let meta = self.store_context(meta, q);
                self.code.tree.add(Node::Apply { callee, meta, args })
            }
            _ => head,
        }
    }

    fn quote_apply(&mut self, callee: NodeId, meta: Meta, args: &[NodeId], q: &Quoting) -> Result<NodeId> {
        if q.unquote {
            // `left.unquote(name)` and `left.unquote(name)(args)`
            if let Some((dot_meta, left)) = self.unquote_dot(callee)
                && let &[name] = args
            {
                return self.quote_dot(left, dot_meta, name, None, q);
            }
            if let Node::Apply { callee: inner, args: inner_args, .. } = self.code.node(callee)
                && inner_args.len() == 1
                && let Some((dot_meta, left)) = self.unquote_dot(inner)
            {
                let name = self.code.tree.seq(inner_args)[0];
                return self.quote_dot(left, dot_meta, name, Some(args), q);
            }
        }
        let mut args = args.to_vec();
        if q.mode == Mode::Quote
            && let Some((_, _, name)) = self.code.call2(callee, known::OP_DOT)
            && self.code.atom_of(name).is_some_and(|name| {
                [known::DEF, known::DEFP, known::DEFMACRO, known::DEFMACROP, known::OP_AT].contains(&name)
            })
            && let Some(first) = args.first_mut()
        {
            let head = *first;
            *first = self.annotate_head(head, q);
        }
        let callee = self.quote_node(callee, q)?;
        let args = self.quote_list(&args, q)?;
        let meta = if q.mode == Mode::Quote { self.quoted_meta(meta, q) } else { self.raw_meta(meta, q)? };
        Ok(self.code.braces(&[callee, meta, args]))
    }

    fn unquote_dot(&self, id: NodeId) -> Option<(Meta, NodeId)> {
        let (meta, left, right) = self.code.call2(id, known::OP_DOT)?;
        self.code.is_atom(right, known::UNQUOTE).then_some((meta, left))
    }

    fn quote_dot(
        &mut self,
        left: NodeId,
        meta: Meta,
        name: NodeId,
        args: Option<&[NodeId]>,
        q: &Quoting,
    ) -> Result<NodeId> {
        let left = self.quote_node(left, q)?;
        let name = self.quote_call(known::UNQUOTE, meta, &[name], q)?;
        let args = match args {
            Some(args) => self.quote_list(args, q)?,
            None => self.code.nil(),
        };
        let meta_node = self.quoted_meta(meta, q);
        Ok(self.code.remote(known::ELIXIR_QUOTE, Atom::new("dot"), meta, &[meta_node, left, name, args, q.context]))
    }

    fn quoted_tuple(&mut self, name: Atom, meta: Meta, last: NodeId, q: &Quoting) -> NodeId {
        let meta = self.quoted_meta(meta, q);
        let name = self.code.tree.atom(name);
        self.code.braces(&[name, meta, last])
    }

    /// A meta as code that gives it.
    fn quoted_meta(&mut self, meta: Meta, q: &Quoting) -> NodeId {
        let meta = self.code.meta_delete(meta, known::COLUMN);
        let meta = match (q.file, q.line) {
            (None, Line::Keep) => meta,
            (None, Line::Drop) => self.code.meta_delete(meta, known::LINE),
            (None, Line::Set(line)) => {
                let value = match self.code.int_of(line) {
                    Some(line) => MetaValue::Int(line),
                    None => MetaValue::Node(line),
                };
                self.code.meta_store(meta, known::LINE, value)
            }
            (Some(file), line) => {
                let line = match line {
                    Line::Keep => {
                        let line = self.code.line(meta);
                        self.code.tree.int(line.into())
                    }
                    Line::Drop => self.code.tree.int(0),
                    Line::Set(line) => line,
                };
                let meta = self.code.meta_delete(meta, known::LINE);
                let place = self.code.tree.pair(file, line);
                self.code.meta_prepend(meta, known::KEEP, MetaValue::Node(place))
            }
        };
        let meta = if q.generated {
            self.code.meta_prepend(meta, known::GENERATED, MetaValue::Atom(known::TRUE))
        } else {
            meta
        };
        self.code.meta_node(meta)
    }

    /// Quotes the elements of a list, with what is spliced in between.
    fn quote_list(&mut self, elements: &[NodeId], q: &Quoting) -> Result<NodeId> {
        if !q.unquote {
            let quoted = elements.iter().map(|&element| self.quote_node(element, q)).collect::<Result<Vec<_>>>()?;
            return Ok(self.code.tree.list(&quoted));
        }
        if let Some((&last, before)) = elements.split_last()
            && let Some((meta, head, tail)) = self.code.call2(last, known::OP_PIPE)
            && let Some((_, spliced)) = self.code.call1(head, known::UNQUOTE_SPLICING)
        {
            let before = self.quote_spliced(before, q)?;
            let tail = self.quote_node(tail, q)?;
            return Ok(self.code.remote(known::ELIXIR_QUOTE, Atom::new("tail_list"), meta, &[spliced, tail, before]));
        }
        self.quote_spliced(elements, q)
    }

    fn quote_spliced(&mut self, elements: &[NodeId], q: &Quoting) -> Result<NodeId> {
        // From the end: `buffer` (reversed) is not joined with `rest` yet.
        let mut rest: Option<NodeId> = None;
        let mut buffer: Vec<NodeId> = Vec::new();
        for &element in elements.iter().rev() {
            if let Some((meta, spliced)) = self.code.call1(element, known::UNQUOTE_SPLICING) {
                let joined = self.joined(&mut buffer, rest);
                rest = Some(self.code.remote(known::ELIXIR_QUOTE, known::LIST, meta, &[spliced, joined]));
            } else {
                let quoted = self.quote_node(element, q)?;
                buffer.push(quoted);
            }
        }
        Ok(self.joined(&mut buffer, rest))
    }

    fn joined(&mut self, buffer: &mut Vec<NodeId>, rest: Option<NodeId>) -> NodeId {
        buffer.reverse();
        let empty = buffer.is_empty();
        let list = self.code.tree.list(buffer);
        buffer.clear();
        match rest {
            None => list,
            Some(rest) if empty => rest,
            Some(rest) => self.code.remote(known::ERLANG, known::OP_PLUS_PLUS, Meta::EMPTY, &[list, rest]),
        }
    }

    /// Whether the code has an `unquote` that belongs to it.
    pub(crate) fn has_unquotes(&self, id: NodeId, level: u32) -> bool {
        match self.code.node(id) {
            Node::Call { name: known::QUOTE, args, .. } if args.len() == 1 => {
                self.has_unquotes(self.code.tree.seq(args)[0], level + 1)
            }
            Node::Call { name: known::QUOTE, args, .. } if args.len() == 2 => {
                let args = self.code.tree.seq(args);
                let disabled = self.code.keyword_get(args[0], known::BIND_QUOTED).is_some()
                    || self
                        .code
                        .keyword_get(args[0], known::UNQUOTE)
                        .is_some_and(|value| self.code.is_atom(value, known::FALSE));
                !disabled && self.has_unquotes(args[1], level + 1)
            }
            Node::Call { name: known::UNQUOTE | known::UNQUOTE_SPLICING, args, .. } if args.len() == 1 => {
                level == 0 || self.has_unquotes(self.code.tree.seq(args)[0], level - 1)
            }
            Node::Call { args, .. } => self.code.tree.seq(args).iter().any(|&arg| self.has_unquotes(arg, level)),
            Node::Apply { callee, args, .. } => {
                (args.len() == 1 && self.unquote_dot(callee).is_some())
                    || self.has_unquotes(callee, 0)
                    || self.code.tree.seq(args).iter().any(|&arg| self.has_unquotes(arg, level))
            }
            Node::Pair(left, right) => self.has_unquotes(left, level) || self.has_unquotes(right, level),
            Node::List(seq) => self.code.tree.seq(seq).iter().any(|&element| self.has_unquotes(element, level)),
            _ => false,
        }
    }
}
