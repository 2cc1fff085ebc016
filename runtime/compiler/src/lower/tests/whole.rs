//! The cases' sources through parser, expander and lowering.

use jovial_syntax::quoted::Node;

use super::interp::{Machine, Value, same};
use super::reader::Reader;
use super::{cases, check, lower_expression, with_stack};
use crate::carried::Code;
use crate::expand_expression;
use crate::fake_host::FakeHost;

/// The text that a string literal stands for.
fn text_of(literal: &str) -> String {
    let parsed = jovial_syntax::parse(literal, &mut jovial_syntax::Options::default());
    match parsed.tree.node(parsed.root) {
        Node::Binary(bytes) => String::from_utf8(parsed.tree.bytes(bytes).to_vec()).unwrap(),
        other => panic!("{literal} is {other:?}"),
    }
}

#[test]
fn sources_expanded_here_give_what_elixir_gives() {
    let (count, failures) = with_stack(|| {
        let mut failures = Vec::new();
        let mut count = 0;
        for case in cases() {
            let source = text_of(case.source);
            // The fake host knows no structs of the library.
            if case.is_module || ["%URI", "%Range", "%ArgumentError", "URI)"].iter().any(|name| source.contains(name)) {
                continue;
            }
            count += 1;
            let outcome = std::panic::catch_unwind(|| {
                let parsed = jovial_syntax::parse(&source, &mut jovial_syntax::Options::default());
                let mut code = Code::from(parsed.tree);
                let mut host = FakeHost::new();
                let env = host.env();
                let Ok(expanded) = expand_expression(&mut code, parsed.root, &env, &mut host) else {
                    return Some(format!("is not expanded: {:?}", host.diagnostics));
                };
                let module = lower_expression(&code, expanded.root, &[], &[]);
                check(&module);
                let (class, value) = match Machine::new(&module).export("__eval__", Vec::new()) {
                    Ok(Value::Tuple(parts)) => (String::from("ok"), parts[0].clone()),
                    Ok(other) => (String::from("ok"), other),
                    Err(raised) => (format!("{:?}", raised.class), raised.reason),
                };
                let wanted = Reader::new(case.result).term();
                let class = class.trim_start_matches("Atom(:").trim_end_matches(')');
                (class != case.class || !same(&value, &wanted))
                    .then(|| format!("{class} {value:?}, wanted {} {wanted:?}", case.class))
            });
            match outcome {
                Ok(None) => {}
                Ok(Some(difference)) => failures.push(format!("{source}\n   {difference}")),
                Err(_) => failures.push(format!("{source}\n   panicked")),
            }
        }
        (count, failures)
    });
    assert!(count > 190, "only {count} cases");
    assert!(failures.is_empty(), "{} of {count} cases differ:\n{}", failures.len(), failures.join("\n"));
}
