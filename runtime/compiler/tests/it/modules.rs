//! Definitions from source to what a finished module has.

use std::sync::Arc;

use jovial_atoms::{Atom, known};
use jovial_compiler::carried::{Item, Quoted};
use jovial_compiler::fake_host::FakeHost;
use jovial_compiler::module::{self, DefKind, store_definition};
use jovial_compiler::{Code, Env, Severity, expand_expression};
use jovial_syntax::quoted::{Node, NodeId};

/// The calls of natives that an expanded body makes, in order.
fn natives(code: &Code, root: NodeId) -> Vec<(Atom, Vec<NodeId>)> {
    let statements = match code.tree.node(root) {
        Node::Call { name: known::DUNDER_BLOCK, args, .. } => code.tree.seq(args).to_vec(),
        _ => vec![root],
    };
    statements
        .into_iter()
        .filter_map(|id| {
            let Node::Apply { callee, args, .. } = code.tree.node(id) else { return None };
            let Node::Call { name: known::OP_DOT, args: dot, .. } = code.tree.node(callee) else { return None };
            let Node::Atom(name) = code.tree.node(*code.tree.seq(dot).get(1)?) else { return None };
            Some((name, code.tree.seq(args).to_vec()))
        })
        .collect()
}

/// Runs the definitions of a body as the machine would, then finishes the module. Gives the definitions as
/// `kind name/arity clauses`, the diagnostics, and whether it was accepted.
fn define(body: &str) -> (Vec<String>, Vec<String>, bool) {
    let mut host = FakeHost::new();
    let env = host.module_env("Elixir.M");
    let parsed = jovial_syntax::parse(body, &mut jovial_syntax::Options::default());
    assert!(parsed.ok(), "{body}");
    let mut code = Code::from(parsed.tree);
    let mut accepted = true;
    let expanded = expand_expression(&mut code, parsed.root, &env, &mut host).expect("the body expands");
    for (name, args) in natives(&code, expanded.root) {
        if name.as_str() == "make_overridable" {
            let list = match code.tree.node(args[1]) {
                Node::List(seq) => code.tree.seq(seq).to_vec(),
                _ => Vec::new(),
            };
            for entry in list {
                let Node::Pair(name, arity) = code.tree.node(entry) else { continue };
                let (Node::Atom(name), Node::Int(arity)) = (code.tree.node(name), code.tree.node(arity)) else { continue };
                let key = (name, u8::try_from(arity).expect("a small arity"));
                module::make_overridable(&mut host, &env, key).expect("it was defined");
            }
            continue;
        }
        if name != known::STORE_DEFINITION {
            continue;
        }
        let (Node::Atom(kind), Some(Item::Quoted(quoted)), Some(Item::Env(def_env))) =
            (code.tree.node(args[0]), code.item(args[1]), code.item(args[2]))
        else {
            continue;
        };
        let (quoted, def_env): (Arc<Quoted>, Arc<Env>) = (quoted.clone(), def_env.clone());
        let Node::Pair(call, body) = quoted.code.tree.node(quoted.root) else { continue };
        let kind = DefKind::from_atom(kind).expect("a kind of definition");
        accepted &= store_definition(quoted.code.clone(), kind, call, body, true, &def_env, &mut host).is_ok();
    }
    let mut definitions = Vec::new();
    if accepted {
        accepted = finish(&mut host, &env, &mut definitions);
    }
    let diagnostics = host
        .diagnostics
        .iter()
        .map(|diagnostic| {
            let severity = if diagnostic.severity == Severity::Error { "error" } else { "warning" };
            format!("{severity} {}: {}", diagnostic.line, diagnostic.message)
        })
        .collect();
    (definitions, diagnostics, accepted)
}

/// Whether the module is accepted.
fn finish(host: &mut FakeHost, env: &Env, definitions: &mut Vec<String>) -> bool {
    module::settle_overridables(host, env).expect("kinds agree");
    let Ok(finished) = module::finish(env, host) else { return false };
    for definition in &finished.definitions {
        definitions.push(format!("{} {}/{} {}", definition.kind.atom(), definition.name, definition.arity, definition.clauses.len()));
    }
    true
}

fn check(body: &str, definitions: &[&str], diagnostics: &[&str]) {
    let (found, said, accepted) = define(body);
    assert_eq!(said, diagnostics, "{body}");
    assert_eq!(found, definitions, "{body}");
    assert_eq!(accepted, !diagnostics.iter().any(|said| said.starts_with("error")), "{body}");
}

#[test]
fn clauses_of_one_name_and_arity_are_one_definition() {
    check("def a(1), do: 1\ndef a(2), do: 2\ndef b, do: a(1)", &["def a/1 2", "def b/0 1"], &[]);
}

#[test]
fn defaults_make_clauses_of_fewer_arguments() {
    check("def a(x, y \\\\ 1, z \\\\ 2), do: {x, y, z}", &["def a/1 1", "def a/2 1", "def a/3 1"], &[]);
}

#[test]
fn private_definitions_that_nothing_reaches_are_left_out() {
    check(
        "def a, do: b()\ndefp b, do: 1\ndefp c, do: d()\ndefp d, do: 1",
        &["def a/0 1", "defp b/0 1"],
        &["warning 3: function c/0 is unused", "warning 4: function d/0 is unused"],
    );
}

#[test]
fn defaults_that_are_never_used_are_reported() {
    check(
        "def a, do: b(1, 2)\ndefp b(x, y \\\\ 1), do: x + y",
        &["def a/0 1", "defp b/2 1"],
        &["warning 2: default values for the optional arguments in b/2 are never used"],
    );
}

#[test]
fn undefined_functions_are_errors_at_their_calls() {
    check(
        "def a, do: b(1)\ndef c(x) do\n  d(x)\nend",
        &[],
        &[
            "error 1: undefined function b/1 (expected M to define such a function or for it to be imported, but none are available)",
            "error 3: undefined function d/1 (expected M to define such a function or for it to be imported, but none are available)",
        ],
    );
}

#[test]
fn several_errors_of_a_function_are_all_reported() {
    check(
        "def a, do: x + y",
        &[],
        &["error 1: undefined variable \"x\"", "error 1: undefined variable \"y\""],
    );
}

#[test]
fn clauses_should_stand_together() {
    check(
        "def a(1), do: 1\ndef b, do: 1\ndef a(2), do: 2",
        &["def a/1 2", "def b/0 1"],
        &["warning 3: clauses with the same name and arity (number of arguments) should be grouped together, \"def a/1\" was previously defined (nofile:1)"],
    );
}

#[test]
fn a_kind_does_not_change() {
    check("def a, do: 1\ndefp a, do: 2", &[], &["error 2: defp a/0 already defined as def in nofile:1"]);
}

#[test]
fn heads_need_an_implementation() {
    check("def a(x)", &[], &["error 1: implementation not provided for predefined def a/1"]);
}

#[test]
fn super_reaches_what_was_overridden() {
    check(
        "def a(x), do: x\ndefoverridable a: 1\ndef a(x), do: super(x) + 1",
        &["def a/1 1", "defp a (overridable 1)/1 1"],
        &[],
    );
}

#[test]
fn what_nobody_overrides_comes_back() {
    check("def a(x), do: x\ndefoverridable a: 1", &["def a/1 1"], &[]);
}

#[test]
fn unused_variables_are_reported() {
    check(
        "def a(x, _y, z) do\n  w = z\n  1\nend",
        &["def a/3 1"],
        &[
            "warning 2: variable \"w\" is unused (if the variable is not meant to be used, prefix it with an underscore)",
            "warning 1: variable \"x\" is unused (if the variable is not meant to be used, prefix it with an underscore)",
        ],
    );
}

#[test]
fn imports_and_definitions_of_one_name_conflict() {
    check("def a(x), do: hd(x)\ndef hd(x), do: x", &[], &["error 2: imported Kernel.hd/1 conflicts with local function"]);
}
