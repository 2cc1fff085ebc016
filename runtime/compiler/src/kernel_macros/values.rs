//! Small macros on values: `|>`, `<>`, `tap`, `then`, `to_string`, `var!`, `binding`, `dbg`.

use jovial_atoms::{Atom, known};
use jovial_syntax::quoted::{Meta, MetaValue, Node, NodeId};

use super::build::Kernel;
use crate::env::{Context, Kind};
use crate::errors::{Halt, Result};
use crate::expand::Expander;

pub(super) fn concat(e: &mut Expander<'_>, _meta: Meta, args: &[NodeId]) -> Result<NodeId> {
    let mut parts = Vec::new();
    let (mut left, mut right) = (args[0], args[1]);
    loop {
        parts.push(concat_part(e, left, true)?);
        match e.code.call2(right, known::OP_CONCAT) {
            Some((_, next, rest)) => (left, right) = (next, rest),
            None => break,
        }
    }
    parts.push(concat_part(e, right, false)?);
    Ok(e.code.tree.call(known::OP_BITS, Meta::EMPTY, &parts))
}

fn concat_part(e: &mut Expander<'_>, part: NodeId, left: bool) -> Result<NodeId> {
    let mut part = part;
    match e.code.node(part) {
        Node::Binary(_) => return Ok(part),
        Node::List(_) | Node::Atom(_) | Node::Int(_) | Node::BigInt(_) | Node::Float(_) => {
            let shown = e.text(part);
            return Err(Halt::argument_error(format!("expected binary argument in <> operator but got: {shown}")));
        }
        _ => {}
    }
    if left && e.env.context == Context::Match {
        let line = e.env.line;
        part = e.expand_fully(part, line)?.unwrap_or(part);
        if let Some((name, _, known::NIL)) = e.code.var_of(part) {
            return Err(Halt::argument_error(format!(
                "cannot perform prefix match because the left operand of <> has unknown size. The left operand of <> inside a match should either be a literal binary or an existing variable with the pin operator (such as ^some_var). Got: {name}"
            )));
        }
    }
    let kind = e.code.tree.var(known::BINARY, Meta::EMPTY, known::NIL);
    Ok(e.code.tree.call(known::OP_DOUBLE_COLON, Meta::EMPTY, &[part, kind]))
}

pub(super) fn pipe(e: &mut Expander<'_>, _meta: Meta, args: &[NodeId]) -> Result<NodeId> {
    let mut steps = Vec::new();
    let mut right = args[1];
    while let Some((_, left, last)) = e.code.call2(right, known::OP_PIPE_GT) {
        steps.push(last);
        right = left;
    }
    steps.push(right);
    let mut value = args[0];
    while let Some(step) = steps.pop() {
        value = pipe_into(e, value, step)?;
    }
    Ok(value)
}

/// `Macro.pipe/3` at the first place.
fn pipe_into(e: &mut Expander<'_>, value: NodeId, step: NodeId) -> Result<NodeId> {
    let why = match e.code.node(step) {
        Node::Call { name: known::OP_AMP, .. } => Some("the & operator is not supported on the right side of |>, please call the anonymous function explicitly, as in: value |> (& &1).()".to_owned()),
        Node::Call { name, args, .. }
            if args.len() == 1 && matches!(name.as_str(), "+" | "-" | "!" | "^" | "not" | "~~~" | "@") && name != known::OP_CARET =>
        {
            let (shown, operand) = (e.text(step), e.text(e.code.tree.seq(args)[0]));
            return Err(Halt::argument_error(format!(
                "piping into a unary operator is not supported, please use the qualified name: Kernel.{name}({operand}), instead of {shown}"
            )));
        }
        Node::Call { name: known::FN, .. } => {
            let shown = e.text(value);
            return Err(Halt::argument_error(format!(
                "cannot pipe {shown} into an anonymous function without calling the function; use Kernel.then/2 instead or define the anonymous function as a regular private function"
            )));
        }
        Node::Call { name: known::DUNDER_ALIASES | known::OP_BITS | known::DUNDER_BLOCK | known::OP_BRACES | known::OP_PERCENT_BRACES, .. } => None,
        Node::Call { name, meta, args } if name != known::UNQUOTE => {
            let mut all = vec![value];
            all.extend_from_slice(e.code.tree.seq(args));
            return Ok(e.code.tree.call(name, meta, &all));
        }
        Node::Var { name, meta, .. } => return Ok(e.code.tree.call(name, meta, &[value])),
        Node::Apply { callee, meta, args } if e.code.call_of(callee, known::OP_DOT).is_some() => {
            let mut all = vec![value];
            all.extend_from_slice(e.code.tree.seq(args));
            return Ok(e.code.tree.apply(callee, meta, &all));
        }
        _ => None,
    };
    let (value, step) = (e.text(value), e.text(step));
    Err(Halt::argument_error(match why {
        Some(why) => format!("cannot pipe {value} into {step}: {why}"),
        None => format!(
            "cannot pipe {value} into {step}, can only pipe into local calls foo(), remote calls Foo.bar() or anonymous function calls foo.()"
        ),
    }))
}

pub(super) fn is_nil(e: &mut Expander<'_>, _meta: Meta, args: &[NodeId]) -> Result<NodeId> {
    let k = &mut Kernel::new(e.code);
    let nil = k.atom(known::NIL);
    Ok(k.import("==", &[args[0], nil]))
}

pub(super) fn tap(e: &mut Expander<'_>, _meta: Meta, args: &[NodeId]) -> Result<NodeId> {
    let k = &mut Kernel::new(e.code);
    let (function, value) = (k.var("fun"), k.var("value"));
    let bind_function = k.assign(function, args[1]);
    let bind_value = k.assign(value, args[0]);
    let call = k.apply(function, &[value]);
    let any = k.underscore();
    let ignored = k.assign(any, call);
    let inner = k.block(&[ignored, value]);
    Ok(k.block(&[bind_function, bind_value, inner]))
}

pub(super) fn then(e: &mut Expander<'_>, _meta: Meta, args: &[NodeId]) -> Result<NodeId> {
    Ok(Kernel::new(e.code).apply(args[1], &[args[0]]))
}

pub(super) fn to_string(e: &mut Expander<'_>, _meta: Meta, args: &[NodeId]) -> Result<NodeId> {
    let k = &mut Kernel::new(e.code);
    let module = k.atom(known::MOD_STRING_CHARS);
    Ok(k.call(module, "to_string", args))
}

pub(super) fn to_charlist(e: &mut Expander<'_>, _meta: Meta, args: &[NodeId]) -> Result<NodeId> {
    Ok(Kernel::new(e.code).remote(&["List", "Chars"], "to_charlist", args))
}

pub(super) fn to_char_list(e: &mut Expander<'_>, meta: Meta, args: &[NodeId]) -> Result<NodeId> {
    e.warn_line(meta, "Kernel.to_char_list/1 is deprecated, use Kernel.to_charlist/1 instead");
    to_charlist(e, meta, args)
}

pub(super) fn var_bang(e: &mut Expander<'_>, _meta: Meta, args: &[NodeId]) -> Result<NodeId> {
    let Some((name, meta, _)) = e.code.var_of(args[0]) else {
        let shown = e.text(args[0]);
        return Err(Halt::argument_error(format!("expected a variable to be given to var!, got: {shown}")));
    };
    let context = match args.get(1) {
        None => known::NIL,
        Some(&context) => {
            let line = e.env.line;
            let expanded = e.expand_fully(context, line)?.unwrap_or(context);
            if let Some(atom) = e.code.atom_of(expanded) {
                atom
            } else {
                let shown = e.text(expanded);
                return Err(Halt::argument_error(format!("expected var! context to expand to an atom, got: {shown}")));
            }
        }
    };
    let meta = e.code.meta_delete(meta, known::COUNTER);
    let meta = e.code.meta_store(meta, known::IF_UNDEFINED, MetaValue::Atom(known::RAISE));
    Ok(e.code.tree.var(name, meta, context))
}

pub(super) fn alias_bang(e: &mut Expander<'_>, _meta: Meta, args: &[NodeId]) -> Result<NodeId> {
    match e.code.node(args[0]) {
        Node::Atom(_) => Ok(args[0]),
        Node::Call { name: known::DUNDER_ALIASES, meta, args } => {
            let meta = e.code.meta_delete(meta, known::COUNTER);
            let meta = e.code.meta_delete(meta, known::ALIAS);
            Ok(e.code.tree.add(Node::Call { name: known::DUNDER_ALIASES, meta, args }))
        }
        _ => {
            let shown = e.text(args[0]);
            Err(Halt::argument_error(format!("expected an alias to be given to alias!, got: {shown}")))
        }
    }
}

pub(super) fn binding(e: &mut Expander<'_>, _meta: Meta, args: &[NodeId]) -> Result<NodeId> {
    let context = match args.first() {
        None => known::NIL,
        Some(&context) => e.code.atom_of(context).unwrap_or(known::NIL),
    };
    let mut names: Vec<Atom> =
        e.s.read.iter().filter(|(var, _)| var.kind == Kind::context(context)).map(|(var, _)| var.name()).collect();
    names.sort_by_key(|name| name.as_str());
    let matching = e.env.context == Context::Match;
    let entries: Vec<(Atom, NodeId)> = names
        .into_iter()
        .map(|name| {
            let meta = e.code.tree.add_meta(&[(known::GENERATED, MetaValue::Atom(known::TRUE))]);
            let mut var = e.code.tree.var(name, meta, context);
            if matching {
                var = e.code.tree.call(known::OP_CARET, Meta::EMPTY, &[var]);
            }
            (name, var)
        })
        .collect();
    Ok(e.code.keyword(&entries))
}

/// `Macro.dbg/3` is the library's: it gets code, options and env.
pub(super) fn dbg(e: &mut Expander<'_>, meta: Meta, args: &[NodeId]) -> Result<NodeId> {
    let line = e.code.line(meta);
    let env = e.snapshot(line);
    let subject = match args.first() {
        Some(&subject) => subject,
        None => Kernel::new(e.code).import("binding", &[]),
    };
    let options = match args.get(1) {
        Some(&options) => options,
        None => e.code.tree.list(&[]),
    };
    let carried = e.carry_env(line);
    e.host.call_function(e.code, known::MOD_MACRO, Atom::new("dbg"), &[subject, options, carried], &env, false)
}
