//! Lowers the recorded cases, checks the result's form, runs it and compares with what Elixir gave.

#![allow(clippy::unwrap_used, clippy::float_cmp, clippy::needless_pass_by_value, reason = "test code")]

mod forms;
mod interp;
mod random;
mod reader;
mod scale;
mod whole;

use std::sync::Arc;

use jovial_atoms::Atom;
use jovial_bytecode::ir::Module;
use jovial_syntax::quoted::NodeId;

use super::{Expression, Info, Lowered, ModuleUnit, VarKey, expression, module};
use crate::carried::Code;
use crate::module::{Clause, DefKind, Definition, StoredClause};
use interp::{Machine, Value, same};
use reader::{Reader, Term};

const RECORDED: &str = include_str!("recorded.txt");

struct Case<'t> {
    source: &'t str,
    is_module: bool,
    code: &'t str,
    class: &'t str,
    result: &'t str,
}

fn cases() -> Vec<Case<'static>> {
    RECORDED
        .split("\n\n")
        .filter_map(|case| {
            let mut lines = case.trim().lines();
            let source = lines.next()?.strip_prefix("## ")?;
            let (kind, code) = lines.next()?.split_once(' ')?;
            let (class, result) = lines.next()?.strip_prefix("=> ")?.split_once(' ')?;
            Some(Case { source, is_module: kind == "module", code, class, result })
        })
        .collect()
}

fn lower_tree(text: &str) -> Module {
    let mut code = Code::new();
    let root = reader::node(&mut code, &Reader::new(text).term());
    lower_expression(&code, root, &[], &[])
}

fn lower_expression(code: &Code, root: NodeId, inputs: &[VarKey], outputs: &[VarKey]) -> Module {
    let unit = Expression { code, root, module: Atom::new("cell"), file: "cell", inputs, outputs, host: &|_| None };
    expression(&unit).expect("the case can be lowered").module
}

fn lower_module(text: &str) -> Lowered {
    let Term::List(recorded) = Reader::new(text).term() else { panic!("a list of definitions") };
    let definitions: Vec<Definition> = recorded.iter().map(definition).collect();
    let definitions: Vec<&Definition> = definitions.iter().collect();
    let unit = ModuleUnit {
        name: Atom::new("Elixir.A"),
        file: "a.ex",
        definitions: &definitions,
        info: Info::default(),
        attributes: jovial_bytecode::ir::Literal::List(Vec::new()),
        chunks: Vec::new(),
        host: &|_| None,
    };
    module(unit).expect("the case can be lowered")
}

fn definition(term: &Term) -> Definition {
    let Term::Tuple(parts) = term else { panic!("a definition") };
    let [Term::Atom(kind), Term::Atom(name), Term::Int(arity), meta, Term::List(clauses)] = parts.as_slice() else {
        panic!("a definition")
    };
    let clauses = clauses
        .iter()
        .map(|clause| {
            let Term::Tuple(parts) = clause else { panic!("a clause") };
            let [Term::List(meta), Term::List(args), Term::List(guards), body] = parts.as_slice() else {
                panic!("a clause")
            };
            let mut code = Code::new();
            let line = reader::line(&Term::List(meta.clone()));
            let meta = reader::meta(&mut code, meta);
            let args = args.iter().map(|arg| reader::node(&mut code, arg)).collect();
            let guards = guards.iter().map(|guard| reader::node(&mut code, guard)).collect();
            let body = reader::node(&mut code, body);
            StoredClause { code: Arc::new(code), clause: Clause { meta, line, args, guards, body } }
        })
        .collect();
    Definition {
        kind: DefKind::from_atom(*kind).expect("a kind of definition"),
        name: *name,
        arity: arity.parse().unwrap(),
        line: reader::line(meta),
        file: "a.ex".into(),
        clauses,
    }
}

fn check(module: &Module) {
    if let Err(fault) = jovial_bytecode::verify::verify(module) {
        panic!("{fault}\n{}", jovial_bytecode::text::print(module));
    }
    jovial_bytecode::emit(module).expect("code can be emitted");
}

/// Lowering and the interpreter recurse; the tests' threads have small stacks.
fn with_stack<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    std::thread::Builder::new().stack_size(256 << 20).spawn(work).unwrap().join().unwrap()
}

#[test]
fn recorded_cases_give_what_elixir_gives() {
    let failures = with_stack(|| {
        let mut failures = Vec::new();
        for case in cases() {
            let outcome = std::panic::catch_unwind(|| {
                let module = if case.is_module { lower_module(case.code).module } else { lower_tree(case.code) };
                check(&module);
                let mut machine = Machine::new(&module);
                let outcome = if case.is_module {
                    machine.export("run", Vec::new())
                } else {
                    machine.export("__eval__", Vec::new()).map(|value| match value {
                        Value::Tuple(parts) => parts[0].clone(),
                        other => other,
                    })
                };
                let wanted = Reader::new(case.result).term();
                let (class, value) = match outcome {
                    Ok(value) => (String::from("ok"), value),
                    Err(raised) => match raised.class {
                        Value::Atom(class) => (class.to_string(), raised.reason),
                        other => panic!("class {other:?}"),
                    },
                };
                if class == case.class && same(&value, &wanted) {
                    None
                } else {
                    Some(format!("{class} {value:?}, wanted {} {wanted:?}", case.class))
                }
            });
            match outcome {
                Ok(None) => {}
                Ok(Some(difference)) => failures.push(format!("{}\n   {difference}", case.source)),
                Err(_) => failures.push(format!("{}\n   panicked", case.source)),
            }
        }
        failures
    });
    assert!(failures.is_empty(), "{} cases differ:\n{}", failures.len(), failures.join("\n"));
}
