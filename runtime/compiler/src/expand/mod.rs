//! The expander: quoted code to the small language of special forms, resolved calls and versioned variables.
//!
//! **What it is for.** [`expand_expression`] is the door for expressions, [`crate::module`] for definitions. Inside, an
//! [`Expander`] walks the code once, in order of evaluation, with the env and the variables as its state. Each family
//! of forms has a file: `variables`, `blocks`, `clauses` (patterns, guards, `case` and its kin), `bitstring`, `map`, `function` (`fn`, `&`),
//! `comprehension`, `quote`, `aliases` and `import`, `dispatch` (macros and calls), `returned` (what macros give), `rewrite` (inlined calls). `once`
//! expands a step at a time, by request.
//!
//! **Invariants.**
//! 1. Code of arguments is expanded left to right; versions of variables show that order.
//! 2. A method that opens a scope restores what it changed; after an error nobody looks at the state again.
//! 3. An error that Elixir reports and goes on from is reported and gone on from here (inside functions), all others end it.
//!
//! **What it must not know.** How anything runs.

pub(crate) mod aliases;
mod bitstring;
mod blocks;
mod clauses;
mod comprehension;
pub(crate) mod cycles;
pub(crate) mod dispatch;
mod env_node;
mod function;
mod ignored;
mod import;
pub mod macros;
mod map;
mod once;
pub(crate) mod quote;
mod report;
mod returned;
pub(crate) mod rewrite;
pub(crate) mod state;
pub mod text;
pub(crate) mod tree;
mod variables;

use std::sync::Arc;

use jovial_atoms::{Atom, known};
use jovial_bytecode::ir::Literal;
use jovial_syntax::quoted::{Meta, MetaValue, Node, NodeId};

use crate::carried::{Code, Item};
use crate::env::{Context, Counter, Env, Vars};
use crate::errors::{Halt, Result};
use crate::host::{Datum, Host, OpaqueKind};
use state::{MatchMode, Prematch, State};

/// How deep code may nest, where the compiler's stack has room for that.
pub const DEPTH_MAX: u32 = 100_100;

/// What must be left of the stack: enough for some levels between two looks and for whatever a level calls, and for each
/// level what lowering it takes.
const STACK_RESERVE: usize = 1 << 20;
const LEVEL_RESERVE: usize = 3 << 10;

/// What expanding an expression gives.
#[derive(Clone, Debug)]
pub struct Expanded {
    pub root: NodeId,
    /// The env behind it: imports, aliases, and its variables with their versions.
    pub env: Env,
}

/// Expands one expression. Variables of `env` are outer variables, already bound; what the expression binds stands
/// in the resulting env, with a version not below [`Env::next_version`] of the env before. Variables that are left unused
/// are only reported in the body of a module: in a session a later expression may read them.
pub fn expand_expression(code: &mut Code, root: NodeId, env: &Env, host: &mut dyn Host) -> Result<Expanded> {
    expand_whole(code, root, env, host, env.module != known::NIL)
}

/// Expands a whole file: what is left unused is reported.
pub fn expand_file(code: &mut Code, root: NodeId, env: &Env, host: &mut dyn Host) -> Result<Expanded> {
    expand_whole(code, root, env, host, true)
}

fn expand_whole(code: &mut Code, root: NodeId, env: &Env, host: &mut dyn Host, closed: bool) -> Result<Expanded> {
    let mut expander = Expander::new(code, host, env.clone());
    let root = expander.expand(root)?;
    if closed {
        expander.check_unused();
    }
    let env = expander.snapshot(env.line);
    Ok(Expanded { root, env })
}

pub(crate) struct Expander<'a> {
    pub(crate) code: &'a mut Code,
    pub(crate) host: &'a mut dyn Host,
    pub(crate) env: Env,
    pub(crate) s: State,
    pub(crate) settled: returned::Settled,
    depth: u32,
    steps: u32,
}

impl<'a> Expander<'a> {
    pub(crate) fn new(code: &'a mut Code, host: &'a mut dyn Host, env: Env) -> Self {
        let s = State::new(&env);
        Expander { code, host, env, s, settled: returned::Settled::default(), depth: 0, steps: 0 }
    }
}

impl Expander<'_> {
    /// The env as data, with the variables of this moment.
    pub(crate) fn snapshot(&self, line: u32) -> Env {
        Env { line, versioned_vars: self.s.read.clone(), next_version: self.s.version, ..self.env.clone() }
    }

    pub(crate) fn expand(&mut self, id: NodeId) -> Result<NodeId> {
        self.depth += 1;
        if self.depth > DEPTH_MAX || self.depth.is_multiple_of(8) && self.stack_is_short() {
            let limit = self.depth - 1;
            return Err(self.error(Meta::EMPTY, format!("code nests too deeply (the limit is {limit} levels)")));
        }
        self.steps += 1;
        if self.steps.is_multiple_of(512) {
            self.host.yield_point()?;
        }
        let result = self.expand_node(id);
        self.depth -= 1;
        result
    }

    /// A form of which each level is kept in mind in all levels inside it, so that memory goes by the square of the depth: it counts for
    /// many levels.
    fn heavy(&mut self, form: impl FnOnce(&mut Self) -> Result<NodeId>) -> Result<NodeId> {
        const LEVELS: u32 = 40;
        self.depth += LEVELS;
        let result = form(self);
        self.depth -= LEVELS;
        result
    }

    fn stack_is_short(&self) -> bool {
        self.host.stack_room() < STACK_RESERVE + self.depth as usize * LEVEL_RESERVE
    }

    fn expand_node(&mut self, id: NodeId) -> Result<NodeId> {
        match self.code.node(id) {
            Node::Int(_) | Node::BigInt(_) | Node::Atom(_) | Node::Binary(_) => Ok(id),
            Node::Float(value) => {
                if self.env.context == Context::Match && value == 0.0 {
                    self.warn(
                        Meta::EMPTY,
                        "pattern matching on 0.0 is equivalent to matching only on +0.0 from Erlang/OTP 27+. Instead you must match on +0.0 or -0.0",
                    );
                }
                Ok(id)
            }
            Node::List(seq) => {
                let elements = self.code.tree.seq(seq).to_vec();
                let elements = self.expand_list(&elements)?;
                Ok(self.code.tree.list(&elements))
            }
            Node::Pair(left, right) => {
                let pair = self.expand_args(&[left, right])?;
                Ok(self.code.tree.pair(pair[0], pair[1]))
            }
            Node::Var { name, meta, context } => self.expand_variable(id, name, meta, context),
            Node::Call { name, meta, args } => {
                let args = self.code.tree.seq(args).to_vec();
                self.expand_call(id, name, meta, &args)
            }
            Node::Apply { callee, meta, args } => {
                let args = self.code.tree.seq(args).to_vec();
                self.expand_apply(id, callee, meta, &args)
            }
            Node::Opaque(_) => self.expand_opaque(id),
            Node::Improper(_) | Node::Tuple(_) | Node::Map(_) => Err(self.invalid_quoted(id)),
        }
    }

    fn invalid_quoted(&mut self, id: NodeId) -> Halt {
        let shown = self.inspect_value(id);
        self.error(
            Meta::EMPTY,
            format!(
                "invalid quoted expression: {shown}\n\nPlease make sure your quoted expressions are made of valid AST nodes. If you would like to introduce a value into the AST, such as a four-element tuple or a map, make sure to call Macro.escape/1 before"
            ),
        )
    }

    fn expand_opaque(&mut self, id: NodeId) -> Result<NodeId> {
        let Some(Item::Host(value)) = self.code.item(id) else { return Ok(id) };
        let value = *value;
        if let Some(revealed) = self.host.reveal(self.code, value)? {
            return self.expand(revealed);
        }
        match self.host.opaque_kind(value) {
            OpaqueKind::Pid => {
                if let Some((name, arity)) = self.env.function {
                    let shown = self.inspect_value(id);
                    self.warn(
                        Meta::EMPTY,
                        format!("cannot compile PID {shown} inside quoted expression for function {name}/{arity}"),
                    );
                }
                Ok(id)
            }
            OpaqueKind::ExternalFun { module, name, arity } => Ok(self.capture_of(module, name, arity)),
            _ => Err(self.invalid_quoted(id)),
        }
    }

    // Lists and arguments.

    /// Elements of a list, of which the last may be `head | tail`.
    fn expand_list(&mut self, elements: &[NodeId]) -> Result<Vec<NodeId>> {
        let bar = elements.last().and_then(|&last| self.code.call2(last, known::OP_PIPE));
        let Some((meta, head, tail)) = bar else {
            return self.expand_elements(elements);
        };
        let mut all = elements[..elements.len() - 1].to_vec();
        all.extend([head, tail]);
        let mut all = self.expand_elements(&all)?;
        let tail = all.split_off(all.len() - 2);
        all.push(self.code.tree.call(known::OP_PIPE, meta, &tail));
        Ok(all)
    }

    /// As [`Expander::expand_args`], but even a single one is kept from reading what it binds.
    fn expand_elements(&mut self, elements: &[NodeId]) -> Result<Vec<NodeId>> {
        if self.env.context == Context::Match || elements.iter().all(|&id| self.is_leaf(id)) {
            return elements.iter().map(|&id| self.expand(id)).collect();
        }
        let outer = self.s.vars();
        self.s.prepare_write();
        let expanded = self.expand_each(elements, &outer.0)?;
        self.s.close_write(outer.1);
        Ok(expanded)
    }

    fn is_leaf(&self, id: NodeId) -> bool {
        matches!(self.code.node(id), Node::Int(_) | Node::BigInt(_) | Node::Atom(_) | Node::Binary(_))
    }

    /// Expands each with `read` as the variables it may name.
    pub(crate) fn expand_each(&mut self, args: &[NodeId], read: &crate::env::Vars) -> Result<Vec<NodeId>> {
        args.iter()
            .map(|&arg| {
                if self.is_leaf(arg) {
                    return Ok(arg);
                }
                self.s.read = read.clone();
                self.expand(arg)
            })
            .collect()
    }

    /// Arguments of a call: each sees the variables of before the call, all are bound after it.
    pub(crate) fn expand_args(&mut self, args: &[NodeId]) -> Result<Vec<NodeId>> {
        if args.len() == 1 {
            return Ok(vec![self.expand(args[0])?]);
        }
        self.expand_elements(args)
    }

    // Calls by name.

    fn expand_call(&mut self, id: NodeId, name: Atom, meta: Meta, args: &[NodeId]) -> Result<NodeId> {
        match (name, args) {
            (known::OP_EQ, &[left, right]) => {
                if self.env.context == Context::Match {
                    return self.expand_parallel_match(meta, left, right);
                }
                self.no_guard(meta, "=")?;
                let before = self.s.read.clone();
                let right = self.expand(right)?;
                let left = self.in_match(meta, cycles::Pattern::One(left), before, |expander| expander.expand(left))?;
                Ok(self.code.tree.call(known::OP_EQ, meta, &[left, right]))
            }
            (known::OP_BRACES, _) => {
                let args = self.expand_args(args)?;
                Ok(self.code.tree.call(known::OP_BRACES, meta, &args))
            }
            (known::OP_PERCENT_BRACES, _) => self.expand_map(meta, args),
            (known::OP_PERCENT, &[left, right]) => self.expand_struct(meta, left, right),
            (known::OP_BITS, _) => self.expand_bitstring(meta, args, false),
            (known::OP_ARROW, &[_, _]) => {
                Err(self.error(meta, "misplaced operator ->\n\nThis typically means invalid syntax or a macro is not available in scope"))
            }
            (known::OP_DOUBLE_COLON, &[_, _]) => Err(self.error(
                meta,
                "misplaced operator ::/2\n\nThe :: operator is typically used in bitstrings to specify types and sizes of segments:\n\n    <<size::32-integer, letter::utf8, rest::binary>>\n\nIt is also used in typespecs, such as @type and @spec, to describe inputs and outputs",
            )),
            (known::OP_PIPE, &[_, _]) => Err(self.error(
                meta,
                "misplaced operator |/2\n\nThe | operator is typically used between brackets to mark the tail of a list:\n\n    [head | tail]\n    [head, middle, ... | tail]\n\nIt is also used to update maps and structs, via the %{map | key: value} notation, and in typespecs, such as @type and @spec, to express the union of two types",
            )),
            (known::DUNDER_BLOCK, []) => Ok(self.code.nil()),
            (known::DUNDER_BLOCK, &[one]) => self.expand(one),
            (known::DUNDER_BLOCK, _) => self.expand_block(meta, args),
            (known::DUNDER_ALIASES, _) => self.expand_aliases(id, true),
            (known::ALIAS | known::REQUIRE | known::IMPORT, &[target]) => self.expand_lexical(name, meta, target, None),
            (known::ALIAS | known::REQUIRE | known::IMPORT, &[target, options]) => self.expand_lexical(name, meta, target, Some(options)),
            (known::DUNDER_CURSOR, _) => Err(self.error(meta, "reserved special form __cursor__ cannot be expanded, it is used exclusively to annotate ASTs")),
            (known::UNQUOTE | known::UNQUOTE_SPLICING, [_]) => Err(self.error(meta, format!("{name} called outside quote"))),
            (known::QUOTE, &[options]) => self.expand_quote(meta, options, None),
            (known::QUOTE, &[options, block]) => self.expand_quote(meta, options, Some(block)),
            (known::OP_AMP, &[arg]) => self.expand_capture(meta, arg),
            (known::FN, _) => {
                self.no_match_or_guard(meta, "fn")?;
                self.expand_fn(meta, args)
            }
            (known::COND, &[options]) => {
                self.no_match_or_guard(meta, "cond")?;
                self.expand_cond(meta, options)
            }
            (known::CASE, &[subject, options]) => {
                self.no_match_or_guard(meta, "case")?;
                self.expand_case(meta, subject, options)
            }
            (known::RECEIVE, &[options]) => {
                self.no_match_or_guard(meta, "receive")?;
                self.expand_receive(meta, options)
            }
            (known::TRY, &[options]) => {
                self.no_match_or_guard(meta, "try")?;
                self.heavy(|expander| expander.expand_try(meta, options))
            }
            (known::FOR, [_, ..]) => self.heavy(|expander| expander.expand_for(meta, args, true)),
            (known::WITH, [_, ..]) => {
                self.no_match_or_guard(meta, "with")?;
                self.heavy(|expander| expander.expand_with(meta, args))
            }
            (known::SUPER, _) => self.expand_super(meta, args),
            (known::OP_CARET, &[arg]) => self.expand_pin(meta, arg),
            _ => self.expand_local_or_import(id, name, meta, args),
        }
    }

    fn expand_super(&mut self, meta: Meta, args: &[NodeId]) -> Result<NodeId> {
        self.no_match_or_guard(meta, "super")?;
        let (kind, name) = self.resolve_super(meta, args.len())?;
        self.warn_server_super(meta, args.len());
        self.trace_local(meta, name, args.len())?;
        let args = self.expand_args(args)?;
        let kind = self.code.tree.atom(kind.atom());
        let name = self.code.tree.atom(name);
        let target = self.code.tree.pair(kind, name);
        let meta = self.code.meta_prepend(meta, known::SUPER, MetaValue::Node(target));
        Ok(self.code.tree.call(known::SUPER, meta, &args))
    }

    /// What `use GenServer` defines for callbacks tells that they are missing, which is nothing to go on from.
    fn warn_server_super(&mut self, meta: Meta, arity: usize) {
        let Some((name, _)) = self.env.function.filter(|(name, _)| name.as_str() != "child_spec") else { return };
        let Some(build) = self.host.module_build(self.env.module) else { return };
        let server = {
            let build = build.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            build.attributes.get(&known::BEHAVIOUR).is_some_and(|found| {
                let server = Atom::new("Elixir.GenServer");
                found.values.iter().any(|value| matches!(value, Datum::Literal(Literal::Atom(name)) if *name == server))
            })
        };
        if server {
            self.warn(meta, format!("calling super for GenServer callback {name}/{arity} is deprecated"));
        }
    }

    pub(crate) fn resolve_super(&mut self, meta: Meta, arity: usize) -> Result<(crate::module::DefKind, Atom)> {
        if self.env.module == known::NIL {
            return Err(self.file_error(meta, "cannot invoke super outside module"));
        }
        let Some((name, function_arity)) = self.env.function else {
            return Err(self.file_error(meta, "cannot invoke super outside function"));
        };
        if usize::from(function_arity) != arity {
            return Err(
                self.error(meta, "super must be called with the same number of arguments as the current definition")
            );
        }
        crate::module::resolve_super(self, meta, name, function_arity)
    }

    // Where forms may stand.

    pub(crate) fn no_match(&mut self, meta: Meta, what: &str) -> Result<()> {
        if self.env.context == Context::Match {
            return Err(self.file_error(meta, format!("invalid pattern in match, {what} is not allowed in matches")));
        }
        Ok(())
    }

    pub(crate) fn no_guard(&mut self, meta: Meta, what: &str) -> Result<()> {
        if self.env.context != Context::Guard {
            return Ok(());
        }
        let more = "To learn more about guards, visit: https://hexdocs.pm/elixir/patterns-and-guards.html#guards";
        let message = if self.in_bitsize() {
            format!(
                "{what} is not allowed inside a bitstring size specifier. The size specifier in matches works like guards. {more}"
            )
        } else {
            format!("invalid expression in guards, {what} is not allowed in guards. {more}")
        };
        Err(self.file_error(meta, message))
    }

    pub(crate) fn no_match_or_guard(&mut self, meta: Meta, what: &str) -> Result<()> {
        self.no_match(meta, what)?;
        self.no_guard(meta, what)
    }

    pub(crate) fn in_bitsize(&self) -> bool {
        matches!(&self.s.prematch, Prematch::Match(before) if matches!(before.mode, MatchMode::BitSize { .. }))
    }

    /// What messages call the place that only takes guards.
    pub(crate) fn guard_info(&self) -> &'static str {
        if self.in_bitsize() { "bitstring size specifier" } else { "guard" }
    }

    /// The number of the next macro expansion.
    pub(crate) fn next_counter(&mut self) -> Counter {
        let module = self.env.module;
        if module != known::NIL
            && let Some(build) = self.host.module_build(module)
        {
            let mut build = build.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            return Counter::new(module, build.next_counter());
        }
        Counter::new(known::NIL, self.host.unique_integer())
    }

    /// A snapshot without variables, as definitions see it: their versions start anew.
    pub(crate) fn definition_env(&self, line: u32) -> Env {
        Env { line, versioned_vars: Vars::default(), next_version: 0, ..self.env.clone() }
    }

    /// The same as a node.
    pub(crate) fn carry_env_for_definition(&mut self, line: u32) -> NodeId {
        let env = self.definition_env(line);
        self.code.carry(Item::Env(Arc::new(env)))
    }

    /// A snapshot of the env as a node.
    pub(crate) fn carry_env(&mut self, line: u32) -> NodeId {
        self.carry_env_with(line, |_| true)
    }

    /// The same with the variables of some names only.
    pub(crate) fn carry_env_with(&mut self, line: u32, keeps: impl Fn(Atom) -> bool) -> NodeId {
        let mut env = self.snapshot(line);
        env.versioned_vars.retain(|var| keeps(var.name()));
        if env.function.is_some() {
            env.lexical_tracker = None;
            env.scope_mut().tracers.clear();
        }
        self.code.carry(Item::Env(Arc::new(env)))
    }
}
