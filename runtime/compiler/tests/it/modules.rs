//! Definitions from source to what a finished module has.

use jovial_compiler::Severity;
use jovial_compiler::fake_host::define;

fn check(body: &str, definitions: &[&str], diagnostics: &[&str]) {
    let defined = define(body, false);
    let said: Vec<String> = defined
        .diagnostics
        .iter()
        .map(|diagnostic| {
            let severity = if diagnostic.severity == Severity::Error { "error" } else { "warning" };
            format!("{severity} {}: {}", diagnostic.line, diagnostic.message)
        })
        .collect();
    let found: Vec<String> = defined
        .definitions
        .iter()
        .map(|definition| {
            format!("{} {}/{} {}", definition.kind.atom(), definition.name, definition.arity, definition.clauses.len())
        })
        .collect();
    let accepted = defined.halt.is_none();
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
        &["warning 4: function d/0 is unused", "warning 3: function c/0 is unused"],
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
            "error 3: undefined function d/1 (expected M to define such a function or for it to be imported, but none are available)",
            "error 1: undefined function b/1 (expected M to define such a function or for it to be imported, but none are available)",
        ],
    );
}

#[test]
fn several_errors_of_a_function_are_all_reported() {
    check("def a, do: x + y", &[], &["error 1: undefined variable \"x\"", "error 1: undefined variable \"y\""]);
}

#[test]
fn clauses_should_stand_together() {
    check(
        "def a(1), do: 1\ndef b, do: 1\ndef a(2), do: 2",
        &["def a/1 2", "def b/0 1"],
        &[
            "warning 3: clauses with the same name and arity (number of arguments) should be grouped together, \"def a/1\" was previously defined (nofile:1)",
        ],
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
    check(
        "def a(x), do: hd(x)\ndef hd(x), do: x",
        &[],
        &["error 2: imported Kernel.hd/1 conflicts with local function"],
    );
}
