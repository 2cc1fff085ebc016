//! `in` and ranges.

use jovial_atoms::known;
use jovial_syntax::quoted::{Meta, Node, NodeId};

use super::build::Kernel;
use crate::env::Context;
use crate::errors::{Halt, Result};
use crate::expand::Expander;

/// Lists up to this length are compared one by one in ordinary code.
const SMALL: usize = 32;

pub(super) fn in_(e: &mut Expander<'_>, _meta: Meta, args: &[NodeId]) -> Result<NodeId> {
    let (left, written) = (args[0], args[1]);
    let body = e.env.context == Context::Normal;
    let right = operand(e, written)?;
    if let Some(elements) = e.code.list_of(right) {
        if elements.is_empty() {
            let k = &mut Kernel::new(e.code);
            let no = k.atom(known::FALSE);
            if !body {
                return Ok(no);
            }
            let any = k.underscore();
            let ignored = k.assign(any, left);
            return Ok(k.block(&[ignored, no]));
        }
        let small = e
            .code
            .list_of(written)
            .is_some_and(|list| list.len() <= SMALL && list.iter().all(|&element| is_scalar(e, element)));
        if body && !small {
            let k = &mut Kernel::new(e.code);
            let lists = k.atom(known::LISTS);
            return Ok(k.call(lists, "member", &[left, written]));
        }
        return with_var(e, body, left, |e, left| list_test(e, left, &elements, right, body));
    }
    if let Some((_, fields)) = e.code.call_of(right, known::OP_PERCENT_BRACES) {
        let get = |e: &Expander<'_>, key| {
            fields
                .iter()
                .find_map(|&field| e.code.pair_of(field).filter(|pair| e.code.is_atom(pair.0, key)).map(|pair| pair.1))
        };
        let range = get(e, known::DUNDER_STRUCT).is_some_and(|name| e.code.is_atom(name, known::MOD_RANGE));
        if range
            && fields.len() == 4
            && let (Some(first), Some(last), Some(step)) =
                (get(e, known::FIRST), get(e, known::LAST), get(e, known::STEP))
        {
            let bounds = [operand(e, first)?, operand(e, last)?, operand(e, step)?];
            return with_var(e, body, left, |e, left| Ok(range_test(e, left, bounds)));
        }
    }
    if body {
        let k = &mut Kernel::new(e.code);
        let module = k.full_alias("Enum");
        return Ok(k.call(module, "member?", &[right, left]));
    }
    Err(invalid_right(e, right))
}

fn is_scalar(e: &Expander<'_>, id: NodeId) -> bool {
    matches!(e.code.node(id), Node::Binary(_) | Node::Atom(_) | Node::Int(_) | Node::BigInt(_) | Node::Float(_))
}

fn operand(e: &mut Expander<'_>, id: NodeId) -> Result<NodeId> {
    let line = e.env.line;
    Ok(e.expand_fully(id, line)?.unwrap_or(id))
}

fn invalid_right(e: &Expander<'_>, right: NodeId) -> Halt {
    let shown = e.text(right);
    Halt::argument_error(format!(
        "invalid right argument for operator \"in\", it expects a compile-time proper list or compile-time range on the right side when used in guard expressions, got: {shown}"
    ))
}

/// In ordinary code the left side is evaluated once.
fn with_var(
    e: &mut Expander<'_>,
    body: bool,
    left: NodeId,
    test: impl FnOnce(&mut Expander<'_>, NodeId) -> Result<NodeId>,
) -> Result<NodeId> {
    if !body || is_scalar(e, left) || e.code.var_of(left).is_some() {
        return test(e, left);
    }
    let var = Kernel::new(e.code).var("var");
    let tested = test(e, var)?;
    let k = &mut Kernel::new(e.code);
    let assigned = k.assign(var, left);
    Ok(k.block(&[assigned, tested]))
}

fn list_test(e: &mut Expander<'_>, left: NodeId, elements: &[NodeId], whole: NodeId, body: bool) -> Result<NodeId> {
    let mut joined: Option<NodeId> = None;
    for &element in elements {
        let test = element_test(e, left, element, whole, body)?;
        joined = Some(match joined {
            None => test,
            Some(before) => Kernel::new(e.code).erlang("orelse", &[before, test]),
        });
    }
    Ok(joined.unwrap_or_else(|| Kernel::new(e.code).atom(known::FALSE)))
}

fn element_test(e: &mut Expander<'_>, left: NodeId, element: NodeId, whole: NodeId, body: bool) -> Result<NodeId> {
    let Some((_, head, tail)) = e.code.call2(element, known::OP_PIPE) else {
        return Ok(Kernel::new(e.code).erlang("=:=", &[left, element]));
    };
    let tail = operand(e, tail)?;
    let first = Kernel::new(e.code).erlang("=:=", &[left, head]);
    let rest = match e.code.list_of(tail) {
        Some(tail) if tail.is_empty() => return Ok(first),
        Some(tail) => list_test(e, left, &tail, whole, body)?,
        None if body => {
            let k = &mut Kernel::new(e.code);
            let lists = k.atom(known::LISTS);
            k.call(lists, "member", &[left, tail])
        }
        None => return Err(invalid_right(e, whole)),
    };
    Ok(Kernel::new(e.code).erlang("orelse", &[first, rest]))
}

fn between(k: &mut Kernel<'_>, left: NodeId, first: NodeId, last: NodeId, up: bool) -> NodeId {
    let (from, to) = if up { (">=", "=<") } else { ("=<", ">=") };
    let from = k.erlang(from, &[left, first]);
    let to = k.erlang(to, &[left, last]);
    k.erlang("andalso", &[from, to])
}

fn range_test(e: &mut Expander<'_>, left: NodeId, [first, last, step]: [NodeId; 3]) -> NodeId {
    let literal_step = e.code.int_of(step);
    let same = e.code.int_of(first).is_some_and(|first| e.code.int_of(last) == Some(first));
    let k = &mut Kernel::new(e.code);
    let test = match literal_step {
        Some(_) if same => return k.erlang("=:=", &[left, first]),
        Some(step) => {
            let integer = k.erlang("is_integer", &[left]);
            let compared = between(k, left, first, last, step > 0);
            k.erlang("andalso", &[integer, compared])
        }
        None => {
            let integers: Vec<NodeId> =
                [left, first, last].iter().map(|&value| k.erlang("is_integer", &[value])).collect();
            let zero = k.int(0);
            let rising = k.erlang(">", &[step, zero]);
            let up = between(k, left, first, last, true);
            let up = k.import("and", &[rising, up]);
            let falling = k.erlang("<", &[step, zero]);
            let down = between(k, left, first, last, false);
            let down = k.import("and", &[falling, down]);
            let either = k.import("or", &[up, down]);
            let two = k.import("and", &[integers[0], integers[1]]);
            let three = k.import("and", &[two, integers[2]]);
            k.import("and", &[three, either])
        }
    };
    if matches!(literal_step, Some(1 | -1)) {
        return test;
    }
    let distance = k.import("-", &[left, first]);
    let rest = k.erlang("rem", &[distance, step]);
    let zero = k.int(0);
    let fits = k.erlang("=:=", &[rest, zero]);
    k.erlang("andalso", &[test, fits])
}

// Ranges.

fn range_map(e: &mut Expander<'_>, first: NodeId, last: NodeId, step: Option<NodeId>) -> NodeId {
    let k = &mut Kernel::new(e.code);
    let name = k.atom(known::MOD_RANGE);
    let mut fields = vec![(known::DUNDER_STRUCT, name), (known::FIRST, first), (known::LAST, last)];
    fields.extend(step.map(|step| (known::STEP, step)));
    k.map(&fields)
}

pub(super) fn full_range(e: &mut Expander<'_>, _meta: Meta, _args: &[NodeId]) -> Result<NodeId> {
    let (first, last, step) = (e.code.tree.int(0), e.code.tree.int(-1), e.code.tree.int(1));
    Ok(range_map(e, first, last, Some(step)))
}

fn is_integer(e: &Expander<'_>, id: NodeId) -> bool {
    matches!(e.code.node(id), Node::Int(_) | Node::BigInt(_))
}

fn never_integer(e: &Expander<'_>, id: NodeId) -> bool {
    matches!(e.code.node(id), Node::Float(_) | Node::Atom(_) | Node::Binary(_) | Node::List(_))
}

fn check_bounds(e: &Expander<'_>, first: NodeId, last: NodeId) -> Result<()> {
    if never_integer(e, first) || never_integer(e, last) {
        let (first, last) = (e.text(first), e.text(last));
        return Err(Halt::argument_error(format!(
            "ranges (first..last//step) expect both sides to be integers, got: {first}..{last}"
        )));
    }
    Ok(())
}

pub(super) fn range(e: &mut Expander<'_>, meta: Meta, args: &[NodeId]) -> Result<NodeId> {
    let first = operand(e, args[0])?;
    let last = operand(e, args[1])?;
    check_bounds(e, first, last)?;
    let (shown_first, shown_last) = (e.text(first), e.text(last));
    if is_integer(e, first) && is_integer(e, last) {
        let step = match (e.code.int_of(first), e.code.int_of(last)) {
            (Some(first), Some(last)) => first <= last,
            (Some(_), None) => !shown_last.starts_with('-'),
            (None, Some(_)) => shown_first.starts_with('-'),
            (None, None) => {
                let key = |text: &str| (!text.starts_with('-'), text.len(), text.to_owned());
                let (first, last) = (key(&shown_first), key(&shown_last));
                if first.0 || last.0 { first <= last } else { (first.1, first.2) >= (last.1, last.2) }
            }
        };
        if !step {
            e.warn_line(
                meta,
                format!(
                    "{shown_first}..{shown_last} has a default step of -1, please write {shown_first}..{shown_last}//-1 instead"
                ),
            );
        }
        let step = e.code.tree.int(if step { 1 } else { -1 });
        return Ok(range_map(e, first, last, Some(step)));
    }
    let shown = format!("{shown_first}..{shown_last}");
    match e.env.context {
        Context::Normal => {
            let k = &mut Kernel::new(e.code);
            let module = k.full_alias("Range");
            let call = k.call(module, "new", &[first, last]);
            Ok(k.remote(&["Function"], "identity", &[call]))
        }
        Context::Guard => {
            e.warn_line(
                meta,
                format!(
                    "{shown} inside guards requires an explicit step, please write {shown}//1 or {shown}//-1 instead"
                ),
            );
            let k = &mut Kernel::new(e.code);
            let falling = k.erlang(">", &[first, last]);
            let (one, minus) = (k.int(1), k.int(-1));
            let steps = k.map(&[(known::FALSE, one), (known::TRUE, minus)]);
            let step = k.erlang("map_get", &[falling, steps]);
            Ok(range_map(e, first, last, Some(step)))
        }
        Context::Match => {
            e.warn_line(
                meta,
                format!(
                    "{shown} inside match is deprecated, you must always match on the step: {shown}//var or {shown}//_ if you want to ignore it"
                ),
            );
            Ok(range_map(e, first, last, None))
        }
    }
}

pub(super) fn range_step(e: &mut Expander<'_>, _meta: Meta, args: &[NodeId]) -> Result<NodeId> {
    let first = operand(e, args[0])?;
    let last = operand(e, args[1])?;
    let step = operand(e, args[2])?;
    check_bounds(e, first, last)?;
    if never_integer(e, step) || e.code.int_of(step) == Some(0) {
        let step = e.text(step);
        return Err(Halt::argument_error(format!(
            "ranges (first..last//step) expect the step to be a non-zero integer, got: {step}"
        )));
    }
    let literal = [first, last, step].iter().all(|&id| is_integer(e, id));
    if literal || e.env.context != Context::Normal {
        return Ok(range_map(e, first, last, Some(step)));
    }
    let k = &mut Kernel::new(e.code);
    let module = k.full_alias("Range");
    Ok(k.call(module, "new", &[first, last, step]))
}
