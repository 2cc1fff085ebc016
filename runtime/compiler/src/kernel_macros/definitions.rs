//! `defmodule`, `def` and its kin, `use`, `defoverridable`.
//!
//! What these expand to hands code to natives: the body of a module and the clauses of a definition travel as carried
//! quoted code, the env as a carried snapshot; those of a definition wait in the module under construction (in Elixir a
//! cache of the compiler holds both).

use std::sync::{Arc, PoisonError};

use jovial_atoms::{Atom, known};
use jovial_syntax::quoted::{Meta, MetaValue, Node, NodeId};
use rustc_hash::FxHashSet;

use super::build::Kernel;
use crate::carried::{Code, Item};
use crate::env::{Context, Kind};
use crate::errors::{Halt, Result};
use crate::expand::Expander;
use crate::expand::aliases::concat;
use crate::module::Waiting;

/// Quoted code with a tree of its own, cut out of the one at hand.
fn cut_out(code: &Code, root: NodeId) -> Result<Item> {
    let item = Item::Quoted(Arc::new(crate::carried::Quoted::extract(code, root)));
    Ok(item)
}

/// The names in a module's body, of which each may be a variable from outside; `None` if it may use others too.
///
/// A session has any number of variables, and a module mostly names none of them, so only those mentioned go with it.
fn mentioned(code: &Code, root: NodeId) -> Option<FxHashSet<Atom>> {
    let reads_all = |name: Atom| matches!(name.as_str(), "binding" | "var!" | "__ENV__" | "__CALLER__" | "dbg");
    let tree = &code.tree;
    let mut names = FxHashSet::default();
    let mut work = vec![root];
    while let Some(id) = work.pop() {
        match tree.node(id) {
            Node::Var { name, .. } => {
                if reads_all(name) {
                    return None;
                }
                names.insert(name);
            }
            Node::Call { name, args, .. } => {
                if reads_all(name) {
                    return None;
                }
                work.extend_from_slice(tree.seq(args));
            }
            Node::Apply { callee, args, .. } => {
                work.push(callee);
                work.extend_from_slice(tree.seq(args));
            }
            Node::List(seq) | Node::Improper(seq) | Node::Tuple(seq) | Node::Map(seq) => {
                work.extend_from_slice(tree.seq(seq));
            }
            Node::Pair(left, right) => work.extend([left, right]),
            // A value of the host may be code that a macro returned.
            Node::Opaque(_) => return None,
            Node::Int(_) | Node::BigInt(_) | Node::Float(_) | Node::Atom(_) | Node::Binary(_) => {}
        }
    }
    Some(names)
}

pub(super) fn defmodule(e: &mut Expander<'_>, meta: Meta, args: &[NodeId]) -> Result<NodeId> {
    super::boolean::no_match_or_guard(e, "defmodule/2")?;
    let alias = args[0];
    let Some(body) = e.code.keyword_get(args[1], known::DO) else {
        return Err(Halt::exception(
            known::MOD_FUNCTIONCLAUSEERROR,
            "no function clause matching in Kernel.defmodule/2",
        ));
    };
    let line = e.code.line(meta);
    let alias_meta = match e.code.node(alias) {
        Node::Var { meta, .. } | Node::Call { meta, .. } | Node::Apply { meta, .. } => meta,
        _ => Meta::EMPTY,
    };
    let name = match e.code.call_of(alias, known::DUNDER_ALIASES) {
        Some(_) => e.expand_once(alias, line)?.unwrap_or(alias),
        None => e.expand_fully(alias, line)?.unwrap_or(alias),
    };
    let (name, declared) = match e.code.atom_of(name) {
        Some(module) => {
            let (full, old, nested) = nested_name(e, alias, module)?;
            let full_node = e.code.tree.atom(full);
            let mut entries = vec![(known::DEFINED, MetaValue::Atom(full))];
            entries.extend_from_slice(e.code.tree.meta(alias_meta));
            let meta = e.code.tree.add_meta(&entries);
            let options = match nested {
                Some(short) => {
                    let short = e.code.tree.atom(short);
                    let no = e.code.tree.atom(known::FALSE);
                    e.code.keyword(&[(known::AS, short), (known::WARN, no)])
                }
                None => e.code.tree.list(&[]),
            };
            let old = e.code.tree.atom(old);
            (full_node, e.code.tree.call(known::REQUIRE, meta, &[old, options]))
        }
        None => (name, e.code.nil()),
    };
    let seen = mentioned(e.code, body);
    let body = cut_out(e.code, body)?;
    let body = e.code.carry(body);
    let prune = e.s.read.get(crate::env::Var::plain(known::LOWER_ELIXIR, known::PRUNE_BINDING)).is_some();
    let (carried, left): (Vec<_>, Vec<_>) =
        e.s.read.sorted().into_iter().partition(|(var, _)| seen.as_ref().is_none_or(|seen| seen.contains(&var.name())));
    if !prune {
        // A module counts as a use of all variables around it.
        for (var, version) in left {
            e.note_used(var, Meta::EMPTY, version);
        }
    }
    let vars: Vec<NodeId> = carried
        .into_iter()
        .map(|(var, _)| {
            let mut entries = Vec::new();
            let context = match var.kind {
                Kind::Context(atom) => atom.atom(),
                Kind::Counter(counter) => {
                    let counter = e.code.counter_value(counter);
                    entries.push((known::COUNTER, counter));
                    known::NIL
                }
            };
            entries.push((known::GENERATED, MetaValue::Atom(known::TRUE)));
            if prune {
                entries.push((known::KEEP_UNUSED, MetaValue::Atom(known::TRUE)));
            }
            let meta = e.code.tree.add_meta(&entries);
            e.code.tree.var(var.name(), meta, context)
        })
        .collect();
    let place = e.code.meta_node(alias_meta);
    let k = &mut Kernel::new(e.code);
    let vars = k.list(&vars);
    let prune = k.atom(if prune { known::TRUE } else { known::FALSE });
    let env = k.var("__ENV__");
    let module = k.atom(known::ELIXIR_MODULE);
    let compile = k.call(module, "compile", &[place, name, body, vars, prune, env]);
    Ok(k.block(&[declared, compile]))
}

/// The full name of a module, the name to alias, and the alias that a nested definition makes.
fn nested_name(e: &Expander<'_>, alias: NodeId, module: Atom) -> Result<(Atom, Atom, Option<Atom>)> {
    let Some((_, parts)) = e.code.call_of(alias, known::DUNDER_ALIASES) else { return Ok((module, module, None)) };
    let Some(head) = parts.first().and_then(|&part| e.code.atom_of(part)) else { return Ok((module, module, None)) };
    // `Elixir` alone is a name like any other.
    if (head == known::ELIXIR && parts.len() > 1) || e.env.module == known::NIL {
        return Ok((module, module, None));
    }
    let old = concat(&[e.env.module, head])?;
    let mut all = vec![old];
    all.extend(parts[1..].iter().filter_map(|&part| e.code.atom_of(part)));
    let alias = if head == known::ELIXIR { Atom::new("Elixir.Elixir") } else { concat(&[head])? };
    Ok((concat(&all)?, old, Some(alias)))
}

pub(super) fn def(e: &mut Expander<'_>, meta: Meta, args: &[NodeId]) -> Result<NodeId> {
    define(e, known::DEF, meta, args)
}

pub(super) fn defp(e: &mut Expander<'_>, meta: Meta, args: &[NodeId]) -> Result<NodeId> {
    define(e, known::DEFP, meta, args)
}

pub(super) fn defmacro(e: &mut Expander<'_>, meta: Meta, args: &[NodeId]) -> Result<NodeId> {
    define(e, known::DEFMACRO, meta, args)
}

pub(super) fn defmacrop(e: &mut Expander<'_>, meta: Meta, args: &[NodeId]) -> Result<NodeId> {
    define(e, known::DEFMACROP, meta, args)
}

pub(super) fn module_scope(e: &Expander<'_>, what: &str) -> Result<()> {
    if e.env.module == known::NIL {
        return Err(Halt::argument_error(format!("cannot invoke {what} outside module")));
    }
    Ok(())
}

fn no_function_scope(e: &Expander<'_>, what: &str) -> Result<()> {
    if e.env.function.is_some() {
        return Err(Halt::argument_error(format!("cannot invoke {what} inside function/macro")));
    }
    Ok(())
}

pub(super) fn define(e: &mut Expander<'_>, kind: Atom, meta: Meta, args: &[NodeId]) -> Result<NodeId> {
    module_scope(e, &format!("{kind}/2"))?;
    no_function_scope(e, &format!("{kind}/2"))?;
    let body = match args.get(1) {
        Some(&body) => body,
        None => e.code.nil(),
    };
    let both = e.code.tree.pair(args[0], body);
    let built = if e.has_unquotes(both, 0) { Some(e.escape(both, false, true)?) } else { None };
    let line = e.code.line(meta);
    if let Some(build) = e.host.module_build(e.env.module) {
        let quoted = built.is_none().then(|| Arc::new(crate::carried::Quoted::extract(e.code, both)));
        let waiting = Waiting { env: Arc::new(e.definition_env(line)), quoted };
        let number = build.lock().unwrap_or_else(PoisonError::into_inner).wait(waiting);
        let of = e.env.module;
        let k = &mut Kernel::new(e.code);
        let (kind, of) = (k.atom(kind), k.atom(of));
        let number = k.int(i64::try_from(number).unwrap_or(i64::MAX));
        let built = built.unwrap_or_else(|| k.atom(known::NIL));
        let module = k.atom(known::ELIXIR_DEF);
        return Ok(k.call(module, "store_definition", &[kind, of, number, built]));
    }
    // Code that is only looked at: the module in its env is finished, or was never begun.
    let store = match built {
        Some(built) => built,
        None => {
            let item = cut_out(e.code, both)?;
            e.code.carry(item)
        }
    };
    let env = e.carry_env_for_definition(line);
    let k = &mut Kernel::new(e.code);
    let kind = k.atom(kind);
    let module = k.atom(known::ELIXIR_DEF);
    Ok(k.call(module, "store_definition", &[kind, store, env]))
}

pub(super) fn defoverridable(e: &mut Expander<'_>, _meta: Meta, args: &[NodeId]) -> Result<NodeId> {
    module_scope(e, "defoverridable/1")?;
    let k = &mut Kernel::new(e.code);
    let module = k.var("__MODULE__");
    Ok(k.remote(&["Module"], "make_overridable", &[module, args[0]]))
}

pub(super) fn use_(e: &mut Expander<'_>, _meta: Meta, args: &[NodeId]) -> Result<NodeId> {
    let line = e.env.line;
    let options = match args.get(1) {
        Some(&options) => expand_alias_literals(e, options)?,
        None => e.code.tree.list(&[]),
    };
    let mut modules = Vec::new();
    if let Node::Apply { callee, args: targets, .. } = e.code.node(args[0])
        && let Some((_, base, braces)) = e.code.call2(callee, known::OP_DOT)
        && e.code.is_atom(braces, known::OP_BRACES)
    {
        let base_node = e.expand_fully(base, line)?.unwrap_or(base);
        for target in e.code.tree.seq(targets).to_vec() {
            let parts: Option<Vec<Atom>> = match e.code.call_of(target, known::DUNDER_ALIASES) {
                Some((_, parts)) => parts.iter().map(|&part| e.code.atom_of(part)).collect(),
                None => e.code.atom_of(target).map(|atom| vec![atom]),
            };
            match (e.code.atom_of(base_node), parts) {
                (Some(base), Some(parts)) => {
                    let mut all = vec![base];
                    all.extend(parts);
                    modules.push(concat(&all)?);
                }
                _ => return Err(invalid_use(e, target)),
            }
        }
    } else {
        let module = e.expand_fully(args[0], line)?.unwrap_or(args[0]);
        match e.code.atom_of(module) {
            Some(module) => modules.push(module),
            None => return Err(invalid_use(e, module)),
        }
    }
    let k = &mut Kernel::new(e.code);
    let calls: Vec<NodeId> = modules
        .into_iter()
        .map(|module| {
            let module = k.atom(module);
            let require =
                k.form_with(known::REQUIRE, &[(known::CONTEXT, MetaValue::Atom(known::MOD_KERNEL))], &[module]);
            let using = k.call(module, "__using__", &[options]);
            k.block(&[require, using])
        })
        .collect();
    Ok(k.block(&calls))
}

fn invalid_use(e: &Expander<'_>, module: NodeId) -> Halt {
    let shown = e.text(module);
    Halt::argument_error(format!("invalid arguments for use, expected a compile time atom or alias, got: {shown}"))
}

/// Aliases inside literal options are expanded as if in a function, which makes no compile-time dependency.
pub(super) fn expand_alias_literals(e: &mut Expander<'_>, id: NodeId) -> Result<NodeId> {
    match e.code.node(id) {
        Node::Call { name: known::DUNDER_ALIASES, .. } => {
            let line = e.env.line;
            let function = e.env.function.replace((known::DUNDER_INFO, 1));
            let expanded = e.expand_fully(id, line);
            e.env.function = function;
            let expanded = expanded?.unwrap_or(id);
            Ok(if e.code.atom_of(expanded).is_some() { expanded } else { id })
        }
        Node::List(seq) => {
            let elements = e.code.tree.seq(seq).to_vec();
            let new = elements.iter().map(|&element| expand_alias_literals(e, element)).collect::<Result<Vec<_>>>()?;
            Ok(if new == elements { id } else { e.code.tree.list(&new) })
        }
        Node::Pair(left, right) => {
            let (new_left, new_right) = (expand_alias_literals(e, left)?, expand_alias_literals(e, right)?);
            Ok(if (new_left, new_right) == (left, right) { id } else { e.code.tree.pair(new_left, new_right) })
        }
        _ => Ok(id),
    }
}

/// In patterns and guards there is nothing to define.
pub(super) fn is_normal(e: &Expander<'_>) -> bool {
    e.env.context == Context::Normal
}
