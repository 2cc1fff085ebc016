//! `defprotocol` and `defimpl`.
//!
//! A protocol is a module with `impl_for/1`, which tells the implementation for a value by its kind, and a function for
//! each that it declares (`Protocol.def/1` of the library writes those). An implementation is a module named after the
//! protocol and the kind. The code is what `Protocol` writes in Elixir, so its names have that context.

use jovial_atoms::{Atom, known};
use jovial_syntax::quoted::{Meta, NodeId};

use super::build::Kernel;
use crate::errors::{Halt, Result};
use crate::expand::Expander;

/// Guards and the kinds that they tell, in the order in which they are tried.
const KINDS: &[(&str, &str)] = &[
    ("is_tuple", "Elixir.Tuple"),
    ("is_atom", "Elixir.Atom"),
    ("is_list", "Elixir.List"),
    ("is_map", "Elixir.Map"),
    ("is_bitstring", "Elixir.BitString"),
    ("is_integer", "Elixir.Integer"),
    ("is_float", "Elixir.Float"),
    ("is_function", "Elixir.Function"),
    ("is_pid", "Elixir.PID"),
    ("is_port", "Elixir.Port"),
    ("is_reference", "Elixir.Reference"),
];

pub(super) fn defprotocol(e: &mut Expander<'_>, _meta: Meta, args: &[NodeId]) -> Result<NodeId> {
    let Some(body) = e.code.keyword_get(args[1], known::DO) else {
        return Err(Halt::argument_error("defprotocol/2 expects a do block"));
    };
    let k = &mut Kernel::within(e.code, known::MOD_PROTOCOL);
    let mut statements = Vec::new();
    let protocol = k.alias(&["Protocol"]);
    statements.push(k.set_attribute("behaviour", protocol));
    let protocol = k.alias(&["Protocol"]);
    statements.push(k.set_attribute("before_compile", protocol));
    let hidden = [("def", 1), ("def", 2), ("defdelegate", 2), ("defguard", 1), ("defguardp", 1)];
    statements.push(k.import_form(&["Kernel"], known::EXCEPT, &hidden));
    statements.push(k.import_form(&["Protocol"], known::ONLY, &[("def", 1)]));
    let debug = k.name("debug_info");
    statements.push(k.set_attribute("compile", debug));
    let none = k.list(&[]);
    statements.push(k.set_attribute("__functions__", none));
    let no = k.atom(known::FALSE);
    statements.push(k.set_attribute("fallback_to_any", no));
    let any = k.underscore();
    statements.push(k.assign(any, body));
    statements.push(after(k));
    let body = k.block(&statements);
    let options = k.keyword(&[(known::DO, body)]);
    Ok(k.import("defmodule", &[args[0], options]))
}

/// `Kernel.def head, do: body`
fn kernel_def(k: &mut Kernel<'_>, kind: &str, head: NodeId, body: Option<NodeId>) -> NodeId {
    let mut args = vec![head];
    if let Some(body) = body {
        args.push(k.keyword(&[(known::DO, body)]));
    }
    k.remote(&["Kernel"], kind, &args)
}

fn doc_false(k: &mut Kernel<'_>) -> NodeId {
    let no = k.atom(known::FALSE);
    k.set_attribute("doc", no)
}

/// `@spec call :: result`
fn spec(k: &mut Kernel<'_>, call: NodeId, result: NodeId) -> NodeId {
    let spec = k.form(known::OP_DOUBLE_COLON, &[call, result]);
    k.set_attribute("spec", spec)
}

/// What a lookup of a module gives: the module, or the implementation for any.
fn compiled_or_any(k: &mut Kernel<'_>, target: NodeId) -> NodeId {
    let lookup = k.remote(&["Code"], "ensure_compiled", &[target]);
    let module = k.var("module");
    let found = k.keyword(&[(known::MODULE, module)]);
    let found = k.code.list_of(found).and_then(|list| list.first().copied()).unwrap_or(module);
    let found = k.arrow(&[found], module);
    let missing = k.atom(known::ERROR);
    let any = k.underscore();
    let missing = k.tuple(&[missing, any]);
    let fallback = k.var("any_impl_for");
    let fallback = k.form(known::UNQUOTE, &[fallback]);
    let missing = k.arrow(&[missing], fallback);
    k.case(lookup, &[found, missing])
}

/// What stands behind the declarations of a protocol.
fn after(k: &mut Kernel<'_>) -> NodeId {
    let kinds: Vec<(Atom, NodeId)> = KINDS.iter().map(|&(guard, kind)| (Atom::new(guard), k.name(kind))).collect();
    let built_in = k.var("built_in");
    let kinds = k.keyword(&kinds);
    let bind_kinds = k.assign(built_in, kinds);
    let mut s = Vec::new();

    let any_impl_for = k.var("any_impl_for");
    let fallback = k.get_attribute("fallback_to_any");
    let module = k.var("__MODULE__");
    let any_name = k.name("Any");
    let any_module = k.form(known::DUNDER_ALIASES, &[module, any_name]);
    let nil = k.atom(known::NIL);
    let branches = k.keyword(&[(known::DO, any_module), (known::ELSE, nil)]);
    let chosen = k.import("if", &[fallback, branches]);
    s.push(k.assign(any_impl_for, chosen));
    let one = k.int(1);
    let quiet = k.keyword(&[(Atom::new("__protocol__"), one), (known::IMPL_FOR, one), (Atom::new("impl_for!"), one)]);
    let quiet = k.keyword(&[(Atom::new("nowarn_function"), quiet)]);
    s.push(k.set_attribute("dialyzer", quiet));

    // impl_for/1
    s.push(doc_false(k));
    let term = k.var("term");
    let call = k.form(known::IMPL_FOR, &[term]);
    let atom = k.var("atom");
    let result = k.form(known::OP_PIPE, &[atom, nil]);
    s.push(spec(k, call, result));
    let data = k.var("data");
    let head = k.head("impl_for", &[data]);
    s.push(kernel_def(k, "def", head, None));
    let structure = k.import_var("struct");
    let map = k.map(&[]);
    let pattern = k.form(known::OP_PERCENT, &[structure, map]);
    let head = k.head("impl_for", &[pattern]);
    let body = k.form(Atom::new("struct_impl_for"), &[structure]);
    s.push(kernel_def(k, "def", head, Some(body)));
    let guard = k.var("guard");
    let kind = k.var("mod");
    let target = k.var("target");
    let concat = k.remote(&["Protocol"], "__concat__", &[module, kind]);
    let bind_target = k.assign(target, concat);
    let head = k.head("impl_for", &[data]);
    let erlang = k.atom(known::ERLANG);
    let unquoted = k.call(erlang, "unquote", &[guard]);
    let test = k.code.tree.apply(unquoted, Meta::EMPTY, &[data]);
    let head = k.form(known::WHEN, &[head, test]);
    let unquoted = k.form(known::UNQUOTE, &[target]);
    let body = compiled_or_any(k, unquoted);
    let define = kernel_def(k, "def", head, Some(body));
    let body = k.block(&[bind_target, define]);
    let pair = k.tuple(&[guard, kind]);
    let each = k.lambda(&[pair], body);
    let lists = k.atom(known::LISTS);
    s.push(k.call(lists, "foreach", &[each, built_in]));
    let any = k.underscore();
    let head = k.head("impl_for", &[any]);
    let fallback = k.form(known::UNQUOTE, &[any_impl_for]);
    s.push(kernel_def(k, "def", head, Some(fallback)));

    // impl_for!/1
    let description = k.var("undefined_impl_description");
    let key = k.name("undefined_impl_description");
    let empty = k.text("");
    let value = k.remote(&["Module"], "get_attribute", &[module, key, empty]);
    s.push(k.assign(description, value));
    s.push(doc_false(k));
    let call = k.form(Atom::new("impl_for!"), &[term]);
    s.push(spec(k, call, atom));
    let head = k.head("impl_for!", &[data]);
    let lookup = k.form(known::IMPL_FOR, &[data]);
    let with_any = kernel_def(k, "def", head, Some(lookup));
    let error = k.alias(&["Protocol", "UndefinedError"]);
    let described = k.form(known::UNQUOTE, &[description]);
    let fields = k.keyword(&[(known::PROTOCOL, module), (known::VALUE, data), (Atom::new("description"), described)]);
    let raise = k.import("raise", &[error, fields]);
    let body = k.import("||", &[lookup, raise]);
    let without_any = kernel_def(k, "def", head, Some(body));
    let branches = k.keyword(&[(known::DO, with_any), (known::ELSE, without_any)]);
    s.push(k.import("if", &[any_impl_for, branches]));
    let head = k.head("struct_impl_for", &[structure]);
    let concat = k.remote(&["Protocol"], "__concat__", &[module, structure]);
    let body = compiled_or_any(k, concat);
    s.push(kernel_def(k, "defp", head, Some(body)));
    let inline = k.keyword(&[(Atom::new("struct_impl_for"), one)]);
    let inline = k.keyword(&[(Atom::new("inline"), inline)]);
    s.push(k.set_attribute("compile", inline));

    default_type(k, module, &mut s);
    introspection(k, module, &mut s);
    let inner = k.block(&s);
    k.block(&[bind_kinds, inner])
}

/// `@type t :: term` unless the protocol has one.
fn default_type(k: &mut Kernel<'_>, module: NodeId, s: &mut Vec<NodeId>) {
    let name = k.name("t");
    let zero = k.int(0);
    let t = k.tuple(&[name, zero]);
    let defines = k.remote(&["Module"], "defines_type?", &[module, t]);
    let missing = k.import("not", &[defines]);
    let text = k.text("All the types that implement this protocol.\n");
    let doc = k.set_attribute("typedoc", text);
    let t = k.var("t");
    let term = k.var("term");
    let ty = k.form(known::OP_DOUBLE_COLON, &[t, term]);
    let ty = k.set_attribute("type", ty);
    let both = k.block(&[doc, ty]);
    let branches = k.keyword(&[(known::DO, both)]);
    s.push(k.import("if", &[missing, branches]));
}

/// `__protocol__/1`
fn introspection(k: &mut Kernel<'_>, module: NodeId, s: &mut Vec<NodeId>) {
    let yes = k.atom(known::TRUE);
    let persist = k.keyword(&[(known::PERSIST, yes)]);
    let key = k.name("__protocol__");
    s.push(k.remote(&["Module"], "register_attribute", &[module, key, persist]));
    let fallback = k.get_attribute("fallback_to_any");
    let not = k.import("!", &[fallback]);
    let boolean = k.import("!", &[not]);
    let entry = k.keyword(&[(Atom::new("fallback_to_any"), boolean)]);
    s.push(k.set_attribute("__protocol__", entry));
    s.push(doc_false(k));
    let word = |k: &mut Kernel<'_>, name: &str| k.form(Atom::new(name), &[]);
    let asks = |k: &mut Kernel<'_>, question: &str| {
        let question = k.name(question);
        k.form(Atom::new("__protocol__"), &[question])
    };
    let call = asks(k, "module");
    s.push(spec(k, call, module));
    let call = asks(k, "functions");
    let (atom, arity) = (word(k, "atom"), word(k, "arity"));
    let pair = k.tuple(&[atom, arity]);
    let list = k.list(&[pair]);
    s.push(spec(k, call, list));
    let call = asks(k, "consolidated?");
    let boolean = word(k, "boolean");
    s.push(spec(k, call, boolean));
    let call = asks(k, "impls");
    let open = k.name("not_consolidated");
    let closed = k.name("consolidated");
    let modules = word(k, "module");
    let modules = k.list(&[modules]);
    let closed = k.tuple(&[closed, modules]);
    let either = k.form(known::OP_PIPE, &[open, closed]);
    s.push(spec(k, call, either));
    let functions = k.get_attribute("__functions__");
    let lists = k.atom(known::LISTS);
    let sorted = k.call(lists, "sort", &[functions]);
    let sorted = k.form(known::UNQUOTE, &[sorted]);
    let no = k.atom(known::FALSE);
    for (question, answer) in [("module", module), ("functions", sorted), ("consolidated?", no), ("impls", open)] {
        let question = k.name(question);
        let head = k.head("__protocol__", &[question]);
        s.push(kernel_def(k, "def", head, Some(answer)));
    }
}

pub(super) fn defimpl(e: &mut Expander<'_>, _meta: Meta, args: &[NodeId]) -> Result<NodeId> {
    let options = |e: &Expander<'_>, key: Atom| args[1..].iter().rev().find_map(|&list| e.code.keyword_get(list, key));
    let Some(body) = options(e, known::DO) else {
        return Err(Halt::argument_error("defimpl expects a do-end block"));
    };
    let for_ = match options(e, known::FOR) {
        Some(for_) => super::definitions::expand_alias_literals(e, for_)?,
        None if e.env.module != known::NIL => {
            let module = e.env.module;
            e.code.tree.atom(module)
        }
        None => return Err(Halt::argument_error("defimpl/3 expects a :for option when declared outside a module")),
    };
    match e.code.list_of(for_) {
        Some(all) => {
            let each: Vec<NodeId> = all.into_iter().map(|one| implementation(e, args[0], one, body)).collect();
            Ok(e.code.tree.list(&each))
        }
        None => Ok(implementation(e, args[0], for_, body)),
    }
}

fn implementation(e: &mut Expander<'_>, protocol_code: NodeId, for_code: NodeId, body: NodeId) -> NodeId {
    let k = &mut Kernel::within(e.code, known::MOD_PROTOCOL);
    let (protocol, for_, name, module) = (k.var("protocol"), k.var("for"), k.var("name"), k.var("__MODULE__"));
    let bind_protocol = k.assign(protocol, protocol_code);
    let bind_for = k.assign(for_, for_code);
    let concat = k.remote(&["Protocol"], "__concat__", &[protocol, for_]);
    let bind_name = k.assign(name, concat);
    let check = k.remote(&["Protocol"], "assert_protocol!", &[protocol]);
    let env = k.var("__ENV__");
    let ensure = k.remote(&["Protocol"], "__ensure_defimpl__", &[protocol, for_, env]);

    let mut s = Vec::new();
    let no = k.atom(known::FALSE);
    s.push(k.set_attribute("moduledoc", no));
    s.push(k.set_attribute("behaviour", protocol));
    s.push(k.set_attribute("protocol", protocol));
    s.push(k.set_attribute("for", for_));
    let result = k.var("res");
    s.push(k.assign(result, body));
    let yes = k.atom(known::TRUE);
    let persist = k.keyword(&[(known::PERSIST, yes)]);
    let key = k.name("__impl__");
    s.push(k.remote(&["Module"], "register_attribute", &[module, key, persist]));
    let own_protocol = k.get_attribute("protocol");
    let own_for = k.get_attribute("for");
    let entry = k.keyword(&[(known::PROTOCOL, own_protocol), (known::FOR, own_for)]);
    s.push(k.set_attribute("__impl__", entry));
    let mut questions = vec![doc_false(k)];
    for (question, value) in [(known::FOR, for_), (known::PROTOCOL, protocol)] {
        let question = k.atom(question);
        let call = k.form(Atom::new("__impl__"), &[question]);
        let answer = k.form(known::UNQUOTE, &[value]);
        questions.push(spec(k, call, answer));
    }
    for (question, value) in [(known::FOR, for_), (known::PROTOCOL, protocol)] {
        let question = k.atom(question);
        let head = k.head("__impl__", &[question]);
        let answer = k.form(known::UNQUOTE, &[value]);
        questions.push(k.def("def", head, answer));
    }
    s.push(k.block(&questions));
    s.push(result);
    let body = k.block(&s);
    let options = k.keyword(&[(known::DO, body)]);
    let defined = k.import("defmodule", &[name, options]);
    k.block(&[bind_protocol, bind_for, bind_name, check, ensure, defined])
}
