//! `def` and its kin, when they run: the head taken apart, defaults made into clauses of their own, the clause expanded
//! and stored.

use std::sync::{Arc, PoisonError};

use jovial_atoms::{Atom, known};
use jovial_syntax::quoted::{Meta, MetaValue, Node, NodeId};

use super::{Check, Clause, DefKind, Definition, Entry, StoredClause};
use crate::carried::Code;
use crate::env::{Context, Env, NameArity};
use crate::errors::{Diagnostic, Halt, Result, Severity};
use crate::expand::Expander;
use crate::expand::cycles::{Cycles, Pattern};
use crate::expand::dispatch::small;
use crate::expand::state::{Before, MatchMode, Prematch};
use crate::host::Host;

/// What a `def` stored, for the callbacks that want to know.
#[derive(Debug)]
pub struct Stored {
    pub name: Atom,
    pub arity: u8,
    /// As written, with defaults.
    pub args: Vec<NodeId>,
    pub guards: Vec<NodeId>,
    /// `nil` for a head without a body.
    pub body: NodeId,
    /// The module whose `quote` the definition came from.
    pub context: Option<Atom>,
    /// The env of the callbacks.
    pub env: Env,
    /// The tree of these nodes.
    pub code: Arc<Code>,
}

/// A clause on its way: arguments, guards, body, all as written.
struct Source {
    args: Vec<NodeId>,
    guards: Vec<NodeId>,
    body: NodeId,
}

/// Stores a clause. `call` is the head with its guards, `body` the keyword list or `nil`; `plain` is set if neither
/// had `unquote` in it. `env` is what the `def` carried.
pub fn store_definition(
    mut code: Code,
    kind: DefKind,
    call: NodeId,
    body: NodeId,
    plain: bool,
    env: &Env,
    host: &mut dyn Host,
) -> Result<Stored> {
    let line = env.line;
    let mut expander = Expander::new(&mut code, host, env.clone());
    let (head, guards) = expander.split_guards(call);
    let (name, meta, args) = match expander.code.node(head) {
        Node::Var { name, meta, .. } => (name, meta, Vec::new()),
        Node::Call { name, meta, args } => (name, meta, expander.code.tree.seq(args).to_vec()),
        _ => {
            let shown = expander.text(head);
            let meta = expander.line_meta(line);
            return Err(expander.error(meta, format!("invalid syntax in {} {shown}", kind.atom())));
        }
    };
    let context = expander.code.meta_atom(meta, known::CONTEXT);
    let generated = expander.code.meta_true(meta, known::GENERATED);
    let check = if context.is_some() {
        Check::None
    } else if plain {
        Check::All
    } else {
        Check::UnusedOnly
    };
    let mut source = Source { args, guards, body };
    let mut location = expander.take_file_attribute();
    if let Some(MetaValue::Node(place)) = expander.code.tree.meta_get(meta, known::KEEP)
        && let Some((file, kept)) = expander.code.pair_of(place)
        && let Some(file) = expander.code.text_of(file).map(str::to_owned)
    {
        let kept = expander.code.int_of(kept).and_then(|kept| u32::try_from(kept).ok()).unwrap_or(0);
        location = location.or(Some((Arc::from(file), kept)));
        source.args = source.args.iter().map(|&arg| expander.linify_kept(line, arg)).collect();
        source.guards = source.guards.iter().map(|&guard| expander.linify_kept(line, guard)).collect();
        source.body = expander.linify_kept(line, source.body);
    }
    let mut entries = vec![(known::LINE, MetaValue::Int(line.into()))];
    let shown = location.as_ref().map(|(file, line)| (Arc::from(expander.host.relative_path(file)), *line));
    if let Some((file, line)) = &shown {
        let file: &str = file;
        let (file, line) = (expander.code.tree.binary(file.as_bytes()), expander.code.tree.int((*line).into()));
        entries.push((known::FILE, MetaValue::Node(expander.code.tree.pair(file, line))));
    }
    if generated {
        entries.push((known::GENERATED, MetaValue::Atom(known::TRUE)));
    }
    let column = expander.code.tree.meta_int(meta, known::COLUMN);
    entries.extend(column.map(|column| (known::COLUMN, MetaValue::Int(column))));
    entries.extend(context.map(|context| (known::CONTEXT, MetaValue::Atom(context))));
    let meta = expander.code.tree.add_meta(&entries);
    let column = column.and_then(|column| u32::try_from(column).ok());
    if let Some((file, _)) = location {
        expander.env.file = Arc::from(expander.host.absolute_path(&file));
    }
    expander.check_name(meta, kind, name, &source.args)?;
    let arity = source.args.len();
    if arity > 255 {
        return Err(expander.error(meta, format!("a function can have at most 255 arguments, got: {arity}")));
    }
    let fresh = Entry {
        definition: Definition {
            kind,
            name,
            arity: small(arity),
            line,
            file: expander.env.file.clone(),
            clauses: Vec::new(),
        },
        check,
        column,
        context,
        generated,
        location: shown,
        from_super: None,
        defaults_max: 0,
        has_body: false,
        defaults_last: 0,
    };
    let outer = expander.env.clone();
    expander.env.function = Some((name, small(arity)));
    expander.s.caller = kind.is_macro();
    let (plain_args, mut default_clauses) = expander.unpack_defaults(meta, kind, name, &source.args)?;
    let clause = expander.expand_definition(meta, kind, &plain_args, &source)?;
    let env = outer;
    let place = expander.code.line(meta);
    expander.env = env.clone();
    let code = Arc::new(std::mem::take(expander.code));
    let stored = |clauses: Vec<Clause>| -> Vec<StoredClause> {
        clauses.into_iter().map(|clause| StoredClause { code: code.clone(), clause }).collect()
    };
    let defaults = default_clauses.len();
    let store = Store { meta_line: place, env: &env };
    store.check_previous_defaults(host, &fresh, kind, defaults)?;
    let mut main = fresh.clone();
    main.definition.clauses = stored(clause.into_iter().collect());
    main.has_body = !main.definition.clauses.is_empty();
    main.defaults_last = defaults;
    store.put(host, main, check)?;
    for clause in default_clauses.drain(..) {
        let mut entry = fresh.clone();
        entry.definition.arity = small(clause.args.len());
        entry.definition.clauses = stored(vec![clause]);
        entry.has_body = true;
        entry.check = Check::None;
        store.put(host, entry, Check::None)?;
    }
    Ok(Stored {
        name,
        arity: small(arity),
        args: source.args,
        guards: source.guards,
        body: source.body,
        context,
        env,
        code,
    })
}

impl Expander<'_> {
    /// A head and its guards; `when a when b` is two alternatives.
    fn split_guards(&self, call: NodeId) -> (NodeId, Vec<NodeId>) {
        let Some((_, head, mut guard)) = self.code.call2(call, known::WHEN) else { return (call, Vec::new()) };
        let mut guards = Vec::new();
        while let Some((_, left, right)) = self.code.call2(guard, known::WHEN) {
            guards.push(left);
            guard = right;
        }
        guards.push(guard);
        (head, guards)
    }

    /// `@file` holds for the definition that follows it.
    fn take_file_attribute(&mut self) -> Option<(Arc<str>, u32)> {
        use jovial_bytecode::ir::Literal;
        let build = self.host.module_build(self.env.module)?;
        let mut build = build.lock().unwrap_or_else(PoisonError::into_inner);
        let attribute = build.attributes.remove(&known::FILE)?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        match attribute.values.first()? {
            crate::host::Datum::Literal(Literal::Binary(file)) => Some((Arc::from(text(file)), 0)),
            crate::host::Datum::Literal(Literal::Tuple(pair)) => match pair.as_slice() {
                [Literal::Binary(file), Literal::Int(line)] => {
                    Some((Arc::from(text(file)), u32::try_from(*line).unwrap_or(0)))
                }
                _ => None,
            },
            _ => None,
        }
    }

    fn check_name(&mut self, meta: Meta, kind: DefKind, name: Atom, args: &[NodeId]) -> Result<()> {
        let kind_name = kind.atom();
        let message = match (name.as_str(), args.len()) {
            ("__aliases__", 1) => match self.code.atom_of(args[0]) {
                Some(alias) => {
                    format!("function names should start with lowercase characters or underscore, invalid name {alias}")
                }
                None => return Ok(()),
            },
            ("__info__", 1) => format!("cannot define {kind_name} __info__/1 as it is automatically defined by Elixir"),
            ("module_info", arity @ (0 | 1)) => {
                format!("cannot define {kind_name} module_info/{arity} as it is automatically defined by Erlang")
            }
            ("is_record", 2) if !kind.is_macro() => {
                format!(
                    "cannot define {kind_name} is_record/2 due to compatibility with the Erlang compiler (it is a known limitation)"
                )
            }
            _ => return Ok(()),
        };
        Err(self.file_error(meta, message))
    }

    /// Arguments without their defaults, and a clause for each number of arguments that may be left out.
    fn unpack_defaults(
        &mut self,
        meta: Meta,
        kind: DefKind,
        name: Atom,
        args: &[NodeId],
    ) -> Result<(Vec<NodeId>, Vec<Clause>)> {
        let before = self.s.clone();
        let mut parts: Vec<(NodeId, Option<(Meta, NodeId)>)> = Vec::with_capacity(args.len());
        for &arg in args {
            match self.code.call2(arg, known::OP_BACKSLASH2) {
                Some((default_meta, inner, default)) => {
                    let default = self.expand(default)?;
                    parts.push((inner, Some((default_meta, default))));
                }
                None => parts.push((arg, None)),
            }
        }
        let offset = self.s.version;
        self.s = before;
        let plain: Vec<NodeId> = parts.iter().map(|part| part.0).collect();
        let line = self.code.line(meta);
        let mut clauses = Vec::new();
        for (at, part) in parts.iter().enumerate() {
            let Some((default_meta, _)) = part.1 else { continue };
            let mut next = offset;
            let mut given = Vec::new();
            let mut passed = Vec::new();
            for (place, (_, default)) in parts.iter().enumerate() {
                match default {
                    Some((_, default)) if place >= at => passed.push(*default),
                    _ => {
                        let var = self.default_variable(next);
                        next += 1;
                        given.push(var);
                        passed.push(var);
                    }
                }
            }
            let kind = self.code.tree.atom(kind.atom());
            let name = self.code.tree.atom(name);
            let target = self.code.tree.pair(kind, name);
            let call_meta = self.code.meta_prepend(default_meta, known::DEFAULT, MetaValue::Atom(known::TRUE));
            let call_meta = self.code.meta_prepend(call_meta, known::SUPER, MetaValue::Node(target));
            let body = self.code.tree.call(known::SUPER, call_meta, &passed);
            clauses.push(Clause { meta, line, args: given, guards: Vec::new(), body });
        }
        Ok((plain, clauses))
    }

    fn default_variable(&mut self, version: u32) -> NodeId {
        let meta = self.code.tree.add_meta(&[
            (known::GENERATED, MetaValue::Atom(known::TRUE)),
            (known::VERSION, MetaValue::Int(version.into())),
        ]);
        self.code.tree.var(Atom::new(&format!("x{version}")), meta, known::ELIXIR_DEF)
    }

    /// The expanded clause; `None` for a head without a body.
    fn expand_definition(
        &mut self,
        meta: Meta,
        kind: DefKind,
        args: &[NodeId],
        source: &Source,
    ) -> Result<Option<Clause>> {
        let kind_name = kind.atom();
        if self.code.is_atom(source.body, known::NIL) && source.guards.is_empty() {
            if args.iter().any(|&arg| self.code.var_of(arg).is_none()) {
                self.module_error(
                    meta,
                    "only variables and \\\\ are allowed as arguments in function head.\n\nIf you did not intend to define a function head, make sure your function definition has the proper syntax by wrapping the arguments in parentheses and using the do instruction accordingly:\n\n    def add(a, b), do: a + b\n\n    def add(a, b) do\n      a + b\n    end\n",
                )?;
            }
            return Ok(None);
        }
        let Some(options) =
            self.code.keyword_of(source.body).filter(|options| options.iter().any(|entry| entry.0 == known::DO))
        else {
            return Err(self.error(meta, format!("missing :do option in \"{kind_name}\"")));
        };
        let body = if let [(known::DO, body)] = options.as_slice() {
            *body
        } else {
            let meta = self.code.meta_prepend(meta, known::ORIGIN, MetaValue::Atom(kind_name));
            self.code.tree.call(known::TRY, meta, &[source.body])
        };
        self.s.prematch = Prematch::Match(Box::new(Before {
            read: crate::env::Vars::default(),
            cycles: Cycles::default(),
            mode: MatchMode::From(0),
        }));
        self.env.context = Context::Match;
        let expanded = self.expand_args(args)?;
        self.env.context = Context::Normal;
        if let Prematch::Match(before) = std::mem::replace(&mut self.s.prematch, Prematch::None)
            && let Some((name, _)) = self.env.function
        {
            self.check_cycles(&before.cycles, meta, Pattern::Head(name, args))?;
        }
        let guards =
            source.guards.iter().map(|&guard| self.expand_definition_guard(guard)).collect::<Result<Vec<_>>>()?;
        let body = self.expand(body)?;
        self.check_unused();
        let line = self.code.line(meta);
        Ok(Some(Clause { meta, line, args: expanded, guards, body }))
    }
}

/// Entering a clause among those that are there.
struct Store<'a> {
    meta_line: u32,
    env: &'a Env,
}

impl Store<'_> {
    fn diagnostic(&self, severity: Severity, entry: Option<&Entry>, message: String) -> Diagnostic {
        Diagnostic {
            severity,
            message,
            file: entry.map_or_else(|| self.env.file.clone(), |entry| entry.definition.file.clone()),
            line: self.meta_line,
            column: entry.and_then(|entry| entry.column),
            span: None,
            place: None,
            snippet: true,
        }
    }

    fn error(&self, host: &mut dyn Host, entry: Option<&Entry>, message: String) -> Halt {
        host.diagnostic(self.diagnostic(Severity::Error, entry, message));
        Halt::compile_error(&Env { lexical_tracker: None, ..self.env.clone() })
    }

    fn check_previous_defaults(
        &self,
        host: &mut dyn Host,
        entry: &Entry,
        kind: DefKind,
        defaults: usize,
    ) -> Result<()> {
        let (name, arity) = (entry.definition.name, usize::from(entry.definition.arity));
        let Some(build) = host.module_build(self.env.module) else {
            return Err(self.no_module(host, kind, name, arity));
        };
        let known: Vec<(usize, usize)> = {
            let build = build.lock().unwrap_or_else(PoisonError::into_inner);
            build.defaults.iter().filter(|entry| entry.0 == name).map(|entry| (entry.1, entry.2)).collect()
        };
        let kind = kind.atom();
        for (other, count) in known {
            let conflict = (arity + count >= other && arity < other) || (other + defaults >= arity && other < arity);
            if other == arity || count == 0 || !conflict {
                continue;
            }
            let message = if arity > other {
                format!("{kind} {name}/{arity} defaults conflicts with {name}/{other}")
            } else {
                format!("{kind} {name}/{arity} conflicts with defaults from {name}/{other}")
            };
            let place = Some((self.env.module, (name, entry.definition.arity)));
            host.diagnostic(Diagnostic { place, ..self.diagnostic(Severity::Error, Some(entry), message) });
            return Err(Halt::compile_error(self.env));
        }
        Ok(())
    }

    fn no_module(&self, host: &mut dyn Host, kind: DefKind, name: Atom, arity: usize) -> Halt {
        self.error(
            host,
            None,
            format!("cannot define function outside module, invalid scope for {} {name}/{arity}", kind.atom()),
        )
    }

    fn put(&self, host: &mut dyn Host, entry: Entry, check: Check) -> Result<()> {
        let Definition { kind, name, arity, .. } = entry.definition;
        let key: NameArity = (name, arity);
        let Some(build) = host.module_build(self.env.module) else {
            return Err(self.no_module(host, kind, name, arity.into()));
        };
        let (mut warnings, mut error) = (Vec::new(), None);
        {
            let mut build = build.lock().unwrap_or_else(PoisonError::into_inner);
            if entry.defaults_last > 0 {
                build.defaults.push((name, arity.into(), entry.defaults_last));
            }
            let last = build.last_definition;
            if let Some(known) = build.definitions.get_mut(&key) {
                error = self.changed_kind(host, &entry, known).or_else(|| duplicate_defaults(&entry, known));
                if error.is_none() {
                    warnings.extend(mixed_defaults(&entry, known));
                    if check == Check::All && known.check == Check::All {
                        warnings.extend(self.ungrouped(host, &entry, known, last));
                    }
                    known.definition.clauses.extend(entry.definition.clauses.iter().cloned());
                    known.defaults_max = known.defaults_max.max(entry.defaults_last);
                    known.defaults_last = entry.defaults_last;
                    known.has_body = entry.has_body;
                    known.check = check;
                }
            } else {
                let mut entry = entry.clone();
                entry.defaults_max = entry.defaults_last;
                build.order.push(key);
                build.definitions.insert(key, entry);
            }
            if check == Check::All {
                build.last_definition = Some(key);
            }
        }
        if let Some(message) = error {
            return Err(self.error(host, Some(&entry), message));
        }
        for message in warnings {
            let warning = self.diagnostic(Severity::Warning, Some(&entry), message);
            host.diagnostic(warning);
        }
        Ok(())
    }

    fn changed_kind(&self, host: &dyn Host, entry: &Entry, known: &Entry) -> Option<String> {
        let (new, old) = (&entry.definition, &known.definition);
        (new.kind != old.kind).then(|| {
            let file = host.relative_path(&old.file);
            format!(
                "{} {}/{} already defined as {} in {file}:{}",
                new.kind.atom(),
                new.name,
                new.arity,
                old.kind.atom(),
                old.line
            )
        })
    }

    fn ungrouped(&self, host: &dyn Host, entry: &Entry, known: &Entry, last: Option<NameArity>) -> Option<String> {
        let Definition { kind, name, arity, .. } = entry.definition;
        let (kind, last) = (kind.atom(), last?);
        if last == (name, arity) {
            return (!entry.has_body).then(|| {
                format!(
                    "function head for {kind} {name}/{arity} must come at the top of its direct implementation. Instead of:\n\n    def add(a, b), do: a + b\n    def add(a, b)\n\none should write:\n\n    def add(a, b)\n    def add(a, b), do: a + b\n"
                )
            });
        }
        let file = host.relative_path(&known.definition.file);
        let line = known.definition.line;
        let what = if last.0 == name { "name" } else { "name and arity (number of arguments)" };
        Some(format!(
            "clauses with the same {what} should be grouped together, \"{kind} {name}/{arity}\" was previously defined ({file}:{line})"
        ))
    }
}

const HEADER_EXAMPLE: &str = "one should write:\n\n    def foo(a, b \\\\ :default)\n    def foo(:first_clause, b) do ... end\n    def foo(:second_clause, b) do ... end\n";

fn duplicate_defaults(entry: &Entry, known: &Entry) -> Option<String> {
    let Definition { kind, name, arity, .. } = entry.definition;
    (entry.defaults_last > 0 && known.defaults_max > 0).then(|| {
        format!(
            "{} {name}/{arity} defines defaults multiple times. Elixir allows defaults to be declared once per definition. Instead of:\n\n    def foo(:first_clause, b \\\\ :default) do ... end\n    def foo(:second_clause, b \\\\ :default) do ... end\n\n{HEADER_EXAMPLE}",
            kind.atom()
        )
    })
}

fn mixed_defaults(entry: &Entry, known: &Entry) -> Option<String> {
    let Definition { kind, name, arity, .. } = entry.definition;
    let late = entry.defaults_last > 0;
    let after = entry.defaults_last == 0 && known.defaults_last > 0 && entry.has_body && known.has_body;
    (late || after).then(|| {
        format!(
            "{} {name}/{arity} has multiple clauses and also declares default values. In such cases, the default values should be defined in a header. Instead of:\n\n    def foo(:first_clause, b \\\\ :default) do ... end\n    def foo(:second_clause, b) do ... end\n\n{HEADER_EXAMPLE}",
            kind.atom()
        )
    })
}
