//! `get_in`, `put_in`, `update_in`, `pop_in`, `get_and_update_in` on paths written as code: `a.b[:c]`.

use jovial_atoms::{Atom, known};
use jovial_syntax::quoted::{Meta, Node, NodeId};

use super::build::Kernel;
use crate::errors::{Halt, Result};
use crate::expand::Expander;

#[derive(Clone, Copy)]
enum Step {
    /// `[key]`
    Access(NodeId),
    /// `.field`
    Field(Atom),
}

/// The root of a path and its steps.
fn unnest(e: &Expander<'_>, path: NodeId) -> (NodeId, Vec<Step>) {
    let mut steps = Vec::new();
    let mut root = path;
    while let Some(remote) = e.code.remote_of(root) {
        if remote.name.as_str() == "get" && e.code.is_atom(remote.left, known::MOD_ACCESS) && remote.args.len() == 2 {
            steps.push(Step::Access(remote.args[1]));
            root = remote.args[0];
            continue;
        }
        // `Module.field()` is a call, not a step.
        if remote.args.is_empty() && may_have_fields(e, remote.left) {
            steps.push(Step::Field(remote.name));
            root = remote.left;
            continue;
        }
        break;
    }
    steps.reverse();
    (root, steps)
}

fn may_have_fields(e: &Expander<'_>, id: NodeId) -> bool {
    let computed =
        matches!(e.code.node(id), Node::Var { .. } | Node::Call { .. } | Node::Apply { .. } | Node::Pair(..));
    computed && !e.code.names_module(id)
}

/// Whether a path can start there: not with a tuple, a call of an anonymous function, or one of something that is no module.
fn starts_path(e: &Expander<'_>, root: NodeId) -> bool {
    match e.code.node(root) {
        Node::Apply { .. } => e.code.remote_of(root).is_some_and(|remote| e.code.names_module(remote.left)),
        Node::Pair(..) => false,
        _ => true,
    }
}

fn path_of(e: &Expander<'_>, path: NodeId, what: &str) -> Result<(NodeId, Vec<Step>)> {
    let (root, steps) = unnest(e, path);
    if steps.is_empty() {
        let shown = e.text(path);
        return Err(Halt::argument_error(format!(
            "expected expression given to {what} to access at least one element, got: {shown}"
        )));
    }
    if !starts_path(e, root) {
        let shown = e.text(root);
        return Err(Halt::argument_error(format!(
            "expression given to {what} must start with a variable, local or remote call and be followed by an element access, got: {shown}"
        )));
    }
    Ok((root, steps))
}

pub(super) fn get_in(e: &mut Expander<'_>, _meta: Meta, args: &[NodeId]) -> Result<NodeId> {
    let (root, steps) = path_of(e, args[0], "get_in/1")?;
    Ok(read(e, root, &steps))
}

fn read(e: &mut Expander<'_>, root: NodeId, steps: &[Step]) -> NodeId {
    let Some((step, rest)) = steps.split_first() else { return root };
    match *step {
        Step::Access(key) => {
            let value = Kernel::new(e.code).remote(&["Access"], "get", &[root, key]);
            read(e, value, rest)
        }
        Step::Field(field) => {
            let x = Kernel::new(e.code).var("x");
            let inner = read(e, x, rest);
            let k = &mut Kernel::generated(e.code);
            let pattern = k.map(&[(field, x)]);
            let found = k.arrow(&[pattern], inner);
            let nil = k.atom(known::NIL);
            let missing = k.arrow(&[nil], nil);
            let reason = k.atom(known::BADKEY);
            let field = k.atom(field);
            let reason = k.form(known::OP_BRACES, &[reason, field, x]);
            let raise = k.erlang("error", &[reason]);
            let otherwise = k.arrow(&[x], raise);
            k.case(root, &[found, missing, otherwise])
        }
    }
}

fn only_fields(steps: &[Step]) -> bool {
    steps.iter().all(|step| matches!(step, Step::Field(_)))
}

/// Each step in the function that the step before it applies.
fn nest(e: &mut Expander<'_>, root: NodeId, steps: &[Step], field_call: &str, last: NodeId) -> NodeId {
    let Some((step, rest)) = steps.split_first() else { return last };
    let function = if rest.is_empty() {
        last
    } else {
        let x = Kernel::new(e.code).var("x");
        let inner = nest(e, x, rest, field_call, last);
        Kernel::new(e.code).lambda(&[x], inner)
    };
    let k = &mut Kernel::new(e.code);
    match *step {
        Step::Access(key) => k.remote(&["Access"], "get_and_update", &[root, key, function]),
        Step::Field(field) => {
            let field = k.atom(field);
            k.remote(&["Map"], field_call, &[root, field, function])
        }
    }
}

fn second(e: &mut Expander<'_>, value: NodeId) -> NodeId {
    let k = &mut Kernel::new(e.code);
    let two = k.int(2);
    k.erlang("element", &[two, value])
}

pub(super) fn put_in(e: &mut Expander<'_>, _meta: Meta, args: &[NodeId]) -> Result<NodeId> {
    let (root, steps) = path_of(e, args[0], "put_in/2")?;
    let k = &mut Kernel::new(e.code);
    let any = k.underscore();
    if only_fields(&steps) {
        let last = k.lambda(&[any], args[1]);
        return Ok(nest(e, root, &steps, "update!", last));
    }
    let nil = k.atom(known::NIL);
    let pair = k.tuple(&[nil, args[1]]);
    let last = k.lambda(&[any], pair);
    let updated = nest(e, root, &steps, "get_and_update!", last);
    Ok(second(e, updated))
}

pub(super) fn update_in(e: &mut Expander<'_>, _meta: Meta, args: &[NodeId]) -> Result<NodeId> {
    let (root, steps) = path_of(e, args[0], "update_in/2")?;
    if only_fields(&steps) {
        return Ok(nest(e, root, &steps, "update!", args[1]));
    }
    let k = &mut Kernel::new(e.code);
    let x = k.var("x");
    let nil = k.atom(known::NIL);
    let applied = k.apply(args[1], &[x]);
    let pair = k.tuple(&[nil, applied]);
    let last = k.lambda(&[x], pair);
    let updated = nest(e, root, &steps, "get_and_update!", last);
    Ok(second(e, updated))
}

pub(super) fn get_and_update_in(e: &mut Expander<'_>, _meta: Meta, args: &[NodeId]) -> Result<NodeId> {
    let (root, steps) = path_of(e, args[0], "get_and_update_in/2")?;
    Ok(nest(e, root, &steps, "get_and_update!", args[1]))
}

pub(super) fn pop_in(e: &mut Expander<'_>, _meta: Meta, args: &[NodeId]) -> Result<NodeId> {
    let (root, steps) = path_of(e, args[0], "pop_in/1")?;
    pop(e, root, &steps, false)
}

/// `inside` an access, a missing container is itself popped.
fn pop(e: &mut Expander<'_>, root: NodeId, steps: &[Step], inside: bool) -> Result<NodeId> {
    match *steps {
        [Step::Access(key)] => {
            let k = &mut Kernel::generated(e.code);
            let nil = k.atom(known::NIL);
            let nothing = if inside { k.name("pop") } else { k.tuple(&[nil, nil]) };
            let missing = k.arrow(&[nil], nothing);
            let h = k.var("h");
            let popped = k.remote(&["Access"], "pop", &[h, key]);
            let found = k.arrow(&[h], popped);
            Ok(k.case(root, &[missing, found]))
        }
        [Step::Field(field)] => {
            Err(Halt::argument_error(format!("cannot use pop_in when the last segment is a field, got: {field}")))
        }
        [step, ref rest @ ..] => {
            let x = Kernel::new(e.code).var("x");
            let inner = pop(e, x, rest, matches!(step, Step::Access(_)))?;
            let function = Kernel::new(e.code).lambda(&[x], inner);
            Ok(nest(e, root, &[step], "get_and_update!", function))
        }
        [] => Ok(root),
    }
}
