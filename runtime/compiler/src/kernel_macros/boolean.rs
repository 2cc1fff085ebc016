//! `if`, `unless`, `and`, `or`, `&&`, `||`, `!`.

use jovial_atoms::{Atom, known};
use jovial_syntax::quoted::{Meta, MetaValue, NodeId};

use super::build::Kernel;
use crate::env::Context;
use crate::errors::{Halt, Result};
use crate::expand::Expander;

const BY_EXPRESSION: (Atom, MetaValue) = (known::TYPE_CHECK, MetaValue::Atom(known::EXPR));
const BOOLEAN: &[(Atom, MetaValue)] = &[(known::OPTIMIZE_BOOLEAN, MetaValue::Atom(known::TRUE)), BY_EXPRESSION];

/// `x when x in [false, nil]`
fn falsy(k: &mut Kernel<'_>) -> NodeId {
    let x = k.var("x");
    let no = k.atom(known::FALSE);
    let nil = k.atom(known::NIL);
    let list = k.list(&[no, nil]);
    let kernel = k.atom(known::MOD_KERNEL);
    let guard = k.call(kernel, "in", &[x, list]);
    k.form(known::WHEN, &[x, guard])
}

fn invalid_in_match(what: &str) -> Halt {
    Halt::argument_error(format!(
        "invalid expression in match, {what} is not allowed in patterns such as function clauses, case clauses or on the left side of the = operator"
    ))
}

pub(super) fn no_match_or_guard(e: &Expander<'_>, what: &str) -> Result<()> {
    match e.env.context {
        Context::Normal => Ok(()),
        Context::Match => Err(invalid_in_match(what)),
        Context::Guard => Err(Halt::argument_error(format!(
            "invalid expression in guard, {what} is not allowed in guards. To learn more about guards, visit: https://hexdocs.pm/elixir/patterns-and-guards.html#guards"
        ))),
    }
}

pub(super) fn if_(e: &mut Expander<'_>, _meta: Meta, args: &[NodeId]) -> Result<NodeId> {
    let (yes, no) = branches(e, "if", args[1])?;
    let k = &mut Kernel::new(e.code);
    let falsy = falsy(k);
    let no = k.arrow(&[falsy], no);
    let any = k.underscore();
    let yes = k.arrow(&[any], yes);
    Ok(k.case_with(BOOLEAN, args[0], &[no, yes]))
}

pub(super) fn unless(e: &mut Expander<'_>, _meta: Meta, args: &[NodeId]) -> Result<NodeId> {
    let (body, other) = branches(e, "unless", args[1])?;
    let k = &mut Kernel::new(e.code);
    let options = k.keyword(&[(known::DO, other), (known::ELSE, body)]);
    Ok(k.import("if", &[args[0], options]))
}

fn branches(e: &mut Expander<'_>, name: &str, options: NodeId) -> Result<(NodeId, NodeId)> {
    let nil = e.code.nil();
    match e.code.keyword_of(options).as_deref() {
        Some([(known::DO, yes)]) => Ok((*yes, nil)),
        Some([(known::DO, yes), (known::ELSE, no)] | [(known::ELSE, no), (known::DO, yes)]) => Ok((*yes, *no)),
        _ => Err(Halt::argument_error(format!(
            "invalid or duplicate keys for {name}, only \"do\" and an optional \"else\" are permitted"
        ))),
    }
}

pub(super) fn and(e: &mut Expander<'_>, _meta: Meta, args: &[NodeId]) -> Result<NodeId> {
    strict(e, known::AND, args)
}

pub(super) fn or(e: &mut Expander<'_>, _meta: Meta, args: &[NodeId]) -> Result<NodeId> {
    strict(e, known::OR, args)
}

fn strict(e: &mut Expander<'_>, op: Atom, args: &[NodeId]) -> Result<NodeId> {
    match e.env.context {
        Context::Match => return Err(invalid_in_match(op.as_str())),
        Context::Guard => {
            let name = if op == known::AND { "andalso" } else { "orelse" };
            return Ok(Kernel::new(e.code).erlang(name, args));
        }
        Context::Normal => {}
    }
    let k = &mut Kernel::new(e.code);
    let no = k.atom(known::FALSE);
    let yes = k.atom(known::TRUE);
    let (on_false, on_true) = if op == known::AND { (no, args[1]) } else { (args[1], yes) };
    let on_false = k.arrow(&[no], on_false);
    let on_true = k.arrow(&[yes], on_true);
    let other = k.var("other");
    let reason = k.name("badbool");
    let op = k.atom(op);
    let reason = k.form(known::OP_BRACES, &[reason, op, other]);
    let raise = k.erlang("error", &[reason]);
    let otherwise = k.arrow(&[other], raise);
    Ok(k.case_with(BOOLEAN, args[0], &[on_false, on_true, otherwise]))
}

pub(super) fn and_and(e: &mut Expander<'_>, _meta: Meta, args: &[NodeId]) -> Result<NodeId> {
    no_match_or_guard(e, "&&")?;
    let k = &mut Kernel::new(e.code);
    let falsy = falsy(k);
    let x = k.var("x");
    let no = k.arrow(&[falsy], x);
    let any = k.underscore();
    let yes = k.arrow(&[any], args[1]);
    Ok(k.case_with(&[BY_EXPRESSION], args[0], &[no, yes]))
}

pub(super) fn or_or(e: &mut Expander<'_>, _meta: Meta, args: &[NodeId]) -> Result<NodeId> {
    no_match_or_guard(e, "||")?;
    let k = &mut Kernel::new(e.code);
    let falsy = falsy(k);
    let no = k.arrow(&[falsy], args[1]);
    let x = k.var("x");
    let yes = k.arrow(&[x], x);
    Ok(k.case_with(&[BY_EXPRESSION], args[0], &[no, yes]))
}

pub(super) fn bang(e: &mut Expander<'_>, _meta: Meta, args: &[NodeId]) -> Result<NodeId> {
    no_match_or_guard(e, "!")?;
    // `!!value` in one step.
    let (subject, on_falsy, otherwise) = match e.code.call1(args[0], known::OP_BANG) {
        Some((_, inner)) => (inner, known::FALSE, known::TRUE),
        None => (args[0], known::TRUE, known::FALSE),
    };
    let k = &mut Kernel::new(e.code);
    let falsy = falsy(k);
    let on_falsy = k.atom(on_falsy);
    let no = k.arrow(&[falsy], on_falsy);
    let any = k.underscore();
    let otherwise = k.atom(otherwise);
    let yes = k.arrow(&[any], otherwise);
    Ok(k.case_with(BOOLEAN, subject, &[no, yes]))
}
