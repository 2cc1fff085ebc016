//! `defstruct`, `defexception`, `defdelegate`, `defguard`.

use jovial_atoms::{Atom, known};
use jovial_syntax::quoted::{Meta, MetaValue, Node, NodeId};

use super::build::Kernel;
use super::definitions::{define, module_scope};
use crate::env::{Context, Var, Vars};
use crate::errors::{Halt, Result};
use crate::expand::Expander;

pub(super) fn defstruct(e: &mut Expander<'_>, _meta: Meta, args: &[NodeId]) -> Result<NodeId> {
    let k = &mut Kernel::new(e.code);
    let fields = k.var("fields");
    let bootstrapped = k.var("bootstrapped?");
    let bind_fields = k.assign(fields, args[0]);
    let yes = k.atom(known::TRUE);
    let bind_bootstrapped = k.assign(bootstrapped, yes);
    let structure = k.import_var("struct");
    let (derive, escaped, kv, body) = (k.var("derive"), k.var("escaped_struct"), k.var("kv"), k.var("body"));
    let (module, env) = (k.var("__MODULE__"), k.var("__ENV__"));
    let parts = k.tuple(&[structure, derive, escaped, kv, body]);
    let made = k.remote(&["Kernel", "Utils"], "defstruct", &[module, fields, bootstrapped, env]);
    let bind = k.assign(parts, made);
    let none = k.list(&[]);
    let ok = k.atom(known::OK);
    let nothing = k.arrow(&[none], ok);
    let any = k.underscore();
    let call = k.remote(&["Protocol"], "__derive__", &[derive, module, env]);
    let derived = k.arrow(&[any], call);
    let derives = k.case(derive, &[nothing, derived]);
    let unquoted = k.form(known::UNQUOTE, &[escaped]);
    let head = k.head("__struct__", &[]);
    let plain = k.def("def", head, unquoted);
    let argument = k.form(known::UNQUOTE, &[kv]);
    let head = k.head("__struct__", &[argument]);
    let unquoted = k.form(known::UNQUOTE, &[body]);
    let with_fields = k.def("def", head, unquoted);
    let announce = k.remote(&["Kernel", "Utils"], "announce_struct", &[module]);
    let inner = k.block(&[bind, derives, plain, with_fields, announce, structure]);
    Ok(k.block(&[bind_fields, bind_bootstrapped, inner]))
}

pub(super) fn defexception(e: &mut Expander<'_>, _meta: Meta, args: &[NodeId]) -> Result<NodeId> {
    let k = &mut Kernel::new(e.code);
    let fields = k.var("fields");
    let bind_fields = k.assign(fields, args[0]);
    let exception_module = k.alias(&["Exception"]);
    let behaviour = k.kernel_attribute("behaviour", exception_module);
    let structure = k.import_var("struct");
    let yes = k.atom(known::TRUE);
    let marked = k.keyword(&[(known::DUNDER_EXCEPTION, yes)]);
    let all = k.import("++", &[marked, fields]);
    let defined = k.import("defstruct", &[all]);
    let bind = k.assign(structure, defined);

    let key = k.atom(known::MESSAGE);
    let has_message = k.remote(&["Map"], "has_key?", &[structure, key]);
    let impl_message = k.kernel_attribute("impl", yes);
    let exception = k.var("exception");
    let head = k.head("message", &[exception]);
    let message = {
        let meta = k.meta(&[(known::NO_PARENS, MetaValue::Atom(known::TRUE))]);
        let dot = k.form(known::OP_DOT, &[exception, key]);
        k.code.tree.apply(dot, meta, &[])
    };
    let def_message = k.def("def", head, message);
    let one = k.int(1);
    let overridable = k.keyword(&[(known::MESSAGE, one)]);
    let overridable_message = k.import("defoverridable", &[overridable]);
    let impl_exception = k.kernel_attribute("impl", yes);
    let msg = k.var("msg");
    let head = k.head("exception", &[msg]);
    let is_binary = k.remote(&["Kernel"], "is_binary", &[msg]);
    let head = k.form(known::WHEN, &[head, is_binary]);
    let options = k.keyword(&[(known::MESSAGE, msg)]);
    let body = k.form(known::EXCEPTION, &[options]);
    let def_binary = k.def("def", head, body);
    let with_message = k.block(&[impl_message, def_message, overridable_message, impl_exception, def_binary]);
    let branches = k.keyword(&[(known::DO, with_message)]);
    let message_part = k.import("if", &[has_message, branches]);

    let impl_last = k.kernel_attribute("impl", yes);
    let values = k.var("args");
    let head = k.head("exception", &[values]);
    let is_list = k.remote(&["Kernel"], "is_list", &[values]);
    let head = k.form(known::WHEN, &[head, is_list]);
    let module = k.var("__MODULE__");
    let body = k.import("struct!", &[module, values]);
    let def_list = k.def("def", head, body);
    let overridable = k.keyword(&[(known::EXCEPTION, one)]);
    let overridable_exception = k.import("defoverridable", &[overridable]);
    let inner = k.block(&[behaviour, bind, message_part, impl_last, def_list, overridable_exception]);
    Ok(k.block(&[bind_fields, inner]))
}

pub(super) fn defdelegate(e: &mut Expander<'_>, _meta: Meta, args: &[NodeId]) -> Result<NodeId> {
    let functions = e.escape(args[0], false, true)?;
    let options = super::definitions::expand_alias_literals(e, args[1])?;
    let k = &mut Kernel::new(e.code);
    let (funs, opts, env) = (k.var("funs"), k.var("opts"), k.var("__ENV__"));
    let bind_funs = k.assign(funs, functions);
    let bind_opts = k.assign(opts, options);
    let target = k.var("target");
    let found = k.remote(&["Kernel", "Utils"], "defdelegate_all", &[funs, opts, env]);
    let bind_target = k.assign(target, found);
    let fun = k.var("fun");
    let wrapped = k.remote(&["List"], "wrap", &[funs]);
    let generator = k.form(known::OP_LEFT_ARROW, &[fun, wrapped]);
    let (name, values, as_name, as_args) = (k.var("name"), k.var("args"), k.var("as"), k.var("as_args"));
    let parts = k.tuple(&[name, values, as_name, as_args]);
    let each = k.remote(&["Kernel", "Utils"], "defdelegate_each", &[fun, opts]);
    let bind_parts = k.assign(parts, each);
    let count = k.erlang("length", &[as_args]);
    let delegate_to = k.tuple(&[target, as_name, count]);
    let doc = k.keyword(&[(Atom::new("delegate_to"), delegate_to)]);
    let doc = k.kernel_attribute("doc", doc);
    let head = {
        let meta = k.meta(&[(known::NO_PARENS, MetaValue::Atom(known::TRUE))]);
        let line = k.atom(known::LINE);
        let dot = k.form(known::OP_DOT, &[env, line]);
        let line = k.code.tree.apply(dot, meta, &[]);
        let place = k.keyword(&[(known::LINE, line)]);
        let tuple = k.tuple(&[name, place, values]);
        k.head("unquote", &[tuple])
    };
    let body = {
        let target = k.form(known::UNQUOTE, &[target]);
        let unquoted = k.call(target, "unquote", &[as_name]);
        let spliced = k.form(known::UNQUOTE_SPLICING, &[as_args]);
        k.code.tree.apply(unquoted, Meta::EMPTY, &[spliced])
    };
    let definition = k.def("def", head, body);
    let body = k.block(&[bind_parts, doc, definition]);
    let body = k.keyword(&[(known::DO, body)]);
    let all = k.form(known::FOR, &[generator, body]);
    let inner = k.block(&[bind_target, all]);
    Ok(k.block(&[bind_funs, bind_opts, inner]))
}

pub(super) fn defguard(e: &mut Expander<'_>, meta: Meta, args: &[NodeId]) -> Result<NodeId> {
    define_guard(e, known::DEFMACRO, meta, args[0])
}

pub(super) fn defguardp(e: &mut Expander<'_>, meta: Meta, args: &[NodeId]) -> Result<NodeId> {
    define_guard(e, known::DEFMACROP, meta, args[0])
}

fn define_guard(e: &mut Expander<'_>, kind: Atom, meta: Meta, guard: NodeId) -> Result<NodeId> {
    module_scope(e, "defguard/1")?;
    let (call, implementation) = match e.code.call2(guard, known::WHEN) {
        Some((_, call, implementation)) => {
            if e.code.call2(implementation, known::WHEN).is_some() {
                let shown = e.text(call);
                return Err(Halt::argument_error(format!(
                    "invalid syntax in defguard {shown}, only a single when clause is allowed"
                )));
            }
            (call, Some(implementation))
        }
        None => (guard, None),
    };
    let mut variables = match e.code.node(call) {
        Node::Call { args, .. } => e.code.tree.seq(args).to_vec(),
        Node::Apply { callee, args, .. } if e.code.call_of(callee, known::UNQUOTE).is_some() => {
            e.code.tree.seq(args).to_vec()
        }
        Node::Var { .. } => Vec::new(),
        _ => {
            let shown = e.text(call);
            return Err(Halt::argument_error(format!("invalid syntax in defguard {shown}")));
        }
    };
    for variable in &mut variables {
        // An argument may have a default; the guard is about the variable.
        if let Some((_, name, _)) = e.code.call2(*variable, known::OP_BACKSLASH2) {
            *variable = name;
        }
        if e.code.var_of(*variable).is_none() {
            let shown = e.text(call);
            return Err(Halt::argument_error(format!("invalid syntax in defguard {shown}")));
        }
    }
    let definition = match implementation {
        None => define(e, kind, meta, &[call])?,
        Some(implementation) => {
            let k = &mut Kernel::new(e.code);
            let utils = k.alias(&["Kernel", "Utils"]);
            let require =
                k.form_with(known::REQUIRE, &[(known::CONTEXT, MetaValue::Atom(known::MOD_KERNEL))], &[utils]);
            let variables = k.list(&variables);
            let build = k.remote(&["Kernel", "Utils"], "defguard", &[variables, implementation]);
            let body = k.block(&[require, build]);
            let body = k.keyword(&[(known::DO, body)]);
            define(e, kind, meta, &[call, body])?
        }
    };
    let k = &mut Kernel::new(e.code);
    let yes = k.atom(known::TRUE);
    let doc = k.keyword(&[(known::GUARD, yes)]);
    let doc = k.kernel_attribute("doc", doc);
    Ok(k.block(&[doc, definition]))
}

/// `Kernel.Utils.defguard/2`: the body of the macro that a guard becomes. In guards the arguments stand wherever they
/// are named; in ordinary code each is evaluated once.
pub(super) fn guard_body(e: &mut Expander<'_>, _meta: Meta, args: &[NodeId]) -> Result<NodeId> {
    let variables = e.code.list_of(args[0]).unwrap_or_default();
    let vars = e.s.vars();
    let unused = std::mem::take(&mut e.s.unused);
    let context = std::mem::replace(&mut e.env.context, Context::Guard);
    let version = std::mem::take(&mut e.s.version);
    e.s.set_vars((Vars::default(), None));
    let mut names = Vec::new();
    for &variable in variables.iter().rev() {
        let Some((name, meta, context)) = e.code.var_of(variable) else { continue };
        let var = Var::new(name, e.code.var_kind(meta, context));
        let version = e.s.next_version();
        e.s.bind(var, version);
        names.push(var);
    }
    names.reverse();
    let expanded = e.expand(args[1]);
    e.env.context = context;
    e.s.set_vars(vars);
    e.s.version = version;
    e.s.unused = unused;
    let expanded = expanded?;
    let mut used = Vec::new();
    let in_guard = replace_references(e, expanded, &mut |e, var, variable| {
        if !names.contains(&var) {
            return None;
        }
        if !used.iter().any(|entry: &Used| entry.var == var) {
            let counter = e.next_counter();
            let counter = e.code.counter_value(counter);
            let meta = e.code.tree.add_meta(&[(known::COUNTER, counter)]);
            let name = Atom::new(&format!("arg{}", used.len() + 1));
            let own = e.code.tree.var(name, meta, e.env.module);
            used.push(Used { var, first: variable, own });
        }
        Some(Kernel::within(e.code, known::MOD_KERNEL_UTILS).form(known::UNQUOTE, &[variable]))
    });
    // Outside all arguments are evaluated, in their order, before any is named: one may bind what another names.
    let outside = replace_references(e, expanded, &mut |_, var, _| {
        used.iter().find(|entry| entry.var == var).map(|entry| entry.own)
    });
    let k = &mut Kernel::within(e.code, known::MOD_KERNEL_UTILS);
    let in_order: Vec<&Used> = names.iter().filter_map(|&var| used.iter().find(|entry| entry.var == var)).collect();
    let own: Vec<NodeId> = in_order.iter().map(|entry| entry.own).collect();
    let values: Vec<NodeId> = in_order.iter().map(|entry| k.form(known::UNQUOTE, &[entry.first])).collect();
    let (own, values) = (k.form(known::OP_BRACES, &own), k.form(known::OP_BRACES, &values));
    let bound = k.assign(own, values);
    let outside = k.block(&[bound, outside]);
    let quoted = |k: &mut Kernel<'_>, options: &[(Atom, NodeId)], body: NodeId| {
        let options = k.keyword(options);
        let body = k.keyword(&[(known::DO, body)]);
        k.form(known::QUOTE, &[options, body])
    };
    let generated = k.atom(known::TRUE);
    let in_guard = quoted(k, &[], in_guard);
    let outside = quoted(k, &[(known::GENERATED, generated)], outside);
    let caller = k.var("__CALLER__");
    let test = k.remote(&["Macro", "Env"], "in_guard?", &[caller]);
    let yes = k.atom(known::TRUE);
    let yes = k.arrow(&[yes], in_guard);
    let no = k.atom(known::FALSE);
    let no = k.arrow(&[no], outside);
    Ok(k.case(test, &[yes, no]))
}

/// An argument that a guard names: where it does first, and the variable that holds its value in ordinary code.
struct Used {
    var: Var,
    first: NodeId,
    own: NodeId,
}

/// Puts something else in the place of variables, where `replace` gives it.
fn replace_references(
    e: &mut Expander<'_>,
    id: NodeId,
    replace: &mut dyn FnMut(&mut Expander<'_>, Var, NodeId) -> Option<NodeId>,
) -> NodeId {
    let mut all = |e: &mut Expander<'_>, seq| -> Vec<NodeId> {
        let nodes = e.code.tree.seq(seq).to_vec();
        nodes.into_iter().map(|node| replace_references(e, node, replace)).collect()
    };
    match e.code.node(id) {
        Node::Var { name, meta, context } => {
            let var = Var::new(name, e.code.var_kind(meta, context));
            replace(e, var, id).unwrap_or(id)
        }
        Node::Call { name, meta, args } => {
            let args = all(e, args);
            e.code.tree.call(name, meta, &args)
        }
        Node::Apply { callee, meta, args } => {
            let args_of = args;
            let callee = replace_references(e, callee, replace);
            let args = e.code.tree.seq(args_of).to_vec();
            let args: Vec<NodeId> = args.into_iter().map(|arg| replace_references(e, arg, replace)).collect();
            e.code.tree.apply(callee, meta, &args)
        }
        Node::Pair(left, right) => {
            let left = replace_references(e, left, replace);
            let right = replace_references(e, right, replace);
            e.code.tree.pair(left, right)
        }
        Node::List(seq) => {
            let elements = all(e, seq);
            e.code.tree.list(&elements)
        }
        _ => id,
    }
}
