//! `match?`, `destructure`, `is_struct`, `is_exception`.

use jovial_atoms::{Atom, known};
use jovial_syntax::quoted::{Meta, NodeId};

use super::build::Kernel;
use crate::env::Context;
use crate::errors::{Halt, Result};
use crate::expand::Expander;

pub(super) fn match_q(e: &mut Expander<'_>, _meta: Meta, args: &[NodeId]) -> Result<NodeId> {
    let pattern = args[0];
    // Variables that only the pattern binds are fine unused, so all of its own are marked.
    let k = &mut Kernel::new(e.code);
    let yes = k.atom(known::TRUE);
    let matched = k.arrow(&[pattern], yes);
    let k = &mut Kernel::generated(e.code);
    let no = k.atom(known::FALSE);
    let any = k.underscore();
    let otherwise = k.arrow(&[any], no);
    Ok(Kernel::new(e.code).case(args[1], &[matched, otherwise]))
}

pub(super) fn destructure(e: &mut Expander<'_>, _meta: Meta, args: &[NodeId]) -> Result<NodeId> {
    let Some(elements) = e.code.list_of(args[0]) else {
        let shown = e.text(args[0]);
        return Err(Halt::argument_error(format!(
            "destructure/2 expects a list literal on its left side, got: {shown}"
        )));
    };
    let count = i64::try_from(elements.len()).unwrap_or(i64::MAX);
    let k = &mut Kernel::new(e.code);
    let count = k.int(count);
    let right = k.remote(&["Kernel", "Utils"], "destructure", &[args[1], count]);
    Ok(k.assign(args[0], right))
}

/// `%_{}` with fields.
fn any_struct(k: &mut Kernel<'_>, fields: &[(Atom, NodeId)]) -> NodeId {
    let any = k.underscore();
    let map = k.map(fields);
    k.form(known::OP_PERCENT, &[any, map])
}

/// A `case` that gives `true` for a pattern and `false` else.
fn tests(k: &mut Kernel<'_>, subject: NodeId, pattern: NodeId) -> NodeId {
    let yes = k.atom(known::TRUE);
    let matched = k.arrow(&[pattern], yes);
    let no = k.atom(known::FALSE);
    let any = k.underscore();
    let otherwise = k.arrow(&[any], no);
    k.case(subject, &[matched, otherwise])
}

fn no_match(e: &Expander<'_>, what: &str) -> Result<()> {
    if e.env.context == Context::Match {
        return Err(Halt::argument_error(format!(
            "invalid expression in match, {what} is not allowed in patterns such as function clauses, case clauses or on the left side of the = operator"
        )));
    }
    Ok(())
}

/// The conditions of a guard, joined from the left.
fn all_of(k: &mut Kernel<'_>, conditions: &[NodeId]) -> NodeId {
    conditions
        .iter()
        .copied()
        .reduce(|left, right| k.import("and", &[left, right]))
        .unwrap_or_else(|| k.atom(known::TRUE))
}

/// `is_map(term) and :erlang.is_map_key(:__struct__, term) and is_atom(:erlang.map_get(:__struct__, term))`
fn struct_guards(k: &mut Kernel<'_>, term: NodeId) -> Vec<NodeId> {
    let map = k.import("is_map", &[term]);
    let key = k.atom(known::DUNDER_STRUCT);
    let has = k.erlang("is_map_key", &[key, term]);
    let name = k.erlang("map_get", &[key, term]);
    let atom = k.import("is_atom", &[name]);
    vec![map, has, atom]
}

pub(super) fn is_struct(e: &mut Expander<'_>, _meta: Meta, args: &[NodeId]) -> Result<NodeId> {
    no_match(e, "is_struct/1")?;
    let guard = e.env.context == Context::Guard;
    let k = &mut Kernel::new(e.code);
    if guard {
        let conditions = struct_guards(k, args[0]);
        return Ok(all_of(k, &conditions));
    }
    let pattern = any_struct(k, &[]);
    Ok(tests(k, args[0], pattern))
}

pub(super) fn is_non_struct_map(e: &mut Expander<'_>, _meta: Meta, args: &[NodeId]) -> Result<NodeId> {
    no_match(e, "is_non_struct_map/1")?;
    let guard = e.env.context == Context::Guard;
    let k = &mut Kernel::new(e.code);
    let no = k.atom(known::FALSE);
    let yes = k.atom(known::TRUE);
    if guard {
        let map = k.import("is_map", &[args[0]]);
        let key = k.atom(known::DUNDER_STRUCT);
        let has = k.erlang("is_map_key", &[key, args[0]]);
        let name = k.erlang("map_get", &[key, args[0]]);
        let atom = k.import("is_atom", &[name]);
        let both = k.import("and", &[has, atom]);
        let not = k.import("not", &[both]);
        return Ok(k.import("and", &[map, not]));
    }
    let structure = any_struct(k, &[]);
    let structure = k.arrow(&[structure], no);
    let map = k.map(&[]);
    let map = k.arrow(&[map], yes);
    let any = k.underscore();
    let otherwise = k.arrow(&[any], no);
    Ok(k.case(args[0], &[structure, map, otherwise]))
}

pub(super) fn is_exception(e: &mut Expander<'_>, _meta: Meta, args: &[NodeId]) -> Result<NodeId> {
    no_match(e, "is_exception/1")?;
    let guard = e.env.context == Context::Guard;
    let k = &mut Kernel::new(e.code);
    let yes = k.atom(known::TRUE);
    if guard {
        let mut conditions = struct_guards(k, args[0]);
        conditions.extend(exception_guards(k, args[0]));
        return Ok(all_of(k, &conditions));
    }
    let pattern = any_struct(k, &[(known::DUNDER_EXCEPTION, yes)]);
    Ok(tests(k, args[0], pattern))
}

fn exception_guards(k: &mut Kernel<'_>, term: NodeId) -> Vec<NodeId> {
    let key = k.atom(known::DUNDER_EXCEPTION);
    let has = k.erlang("is_map_key", &[key, term]);
    let value = k.erlang("map_get", &[key, term]);
    let yes = k.atom(known::TRUE);
    let set = k.import("==", &[value, yes]);
    vec![has, set]
}

pub(super) fn is_struct_of(e: &mut Expander<'_>, _meta: Meta, args: &[NodeId]) -> Result<NodeId> {
    no_match(e, "is_struct/2")?;
    if e.env.context == Context::Guard {
        return Ok(named_guard(e, args, false));
    }
    let k = &mut Kernel::generated(e.code);
    Ok(named_case(k, args, None))
}

pub(super) fn is_exception_of(e: &mut Expander<'_>, _meta: Meta, args: &[NodeId]) -> Result<NodeId> {
    no_match(e, "is_exception/2")?;
    if e.env.context == Context::Guard {
        return Ok(named_guard(e, args, true));
    }
    let k = &mut Kernel::new(e.code);
    let yes = k.atom(known::TRUE);
    Ok(named_case(k, args, Some((known::DUNDER_EXCEPTION, yes))))
}

/// `is_atom(name) or :fail` fails the guard if the name is no atom.
fn named_guard(e: &mut Expander<'_>, args: &[NodeId], exception: bool) -> NodeId {
    let k = &mut Kernel::new(e.code);
    let map = k.import("is_map", &[args[0]]);
    let valid = k.import("is_atom", &[args[1]]);
    let fail = k.name("fail");
    let valid = k.import("or", &[valid, fail]);
    let key = k.atom(known::DUNDER_STRUCT);
    let has = k.erlang("is_map_key", &[key, args[0]]);
    let name = k.erlang("map_get", &[key, args[0]]);
    let same = k.import("==", &[name, args[1]]);
    let mut conditions = vec![map, valid, has, same];
    if exception {
        conditions.extend(exception_guards(k, args[0]));
    }
    all_of(k, &conditions)
}

fn named_case(k: &mut Kernel<'_>, args: &[NodeId], field: Option<(Atom, NodeId)>) -> NodeId {
    let name = k.var("name");
    let is_atom = k.import("is_atom", &[name]);
    let head = k.form(known::WHEN, &[name, is_atom]);
    let pinned = k.form(known::OP_CARET, &[name]);
    let mut fields = vec![(known::DUNDER_STRUCT, pinned)];
    fields.extend(field);
    let pattern = k.map(&fields);
    let inner = tests(k, args[0], pattern);
    let valid = k.arrow(&[head], inner);
    let error = k.alias(&["ArgumentError"]);
    let raise = k.import("raise", &[error]);
    let any = k.underscore();
    let otherwise = k.arrow(&[any], raise);
    k.case(args[1], &[valid, otherwise])
}
