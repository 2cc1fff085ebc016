//! Runs `tests/programs/*.ir`. Expectations stand in comments:
//!
//! ```text
//! #= f(1, [2]) ==> {1, 2}
//! #! f(:a) ==> error :badarg, [{:m, :f, 1, []}]
//! #= f(1) from 5, {:a, 2} ==> 3
//! ```
//!
//! `#!` is a call that ends with an exception: class, reason, stack trace. Values behind `from` are messages.

use std::path::Path;

use jovial_atoms::Atom;
use jovial_bytecode::ir::Literal;
use jovial_bytecode::{emit, image, text, verify};
use jovial_vm::{Class, Machine};

use crate::driver::{Outcome, WAYS, call};

/// Values separated by commas.
fn values(source: &str) -> Vec<Literal> {
    let module =
        text::read(&format!("module :x literal 0 = [{source}]")).unwrap_or_else(|error| panic!("{source}: {error}"));
    match module.literals.into_iter().next() {
        Some(Literal::List(items)) => items,
        other => panic!("{other:?}"),
    }
}

fn normal(source: &str) -> String {
    text::print_literal(&values(source)[0])
}

fn expectation(line: &str) -> Option<(String, Vec<Literal>, Vec<Literal>, Outcome)> {
    let (raises, rest) = match line.strip_prefix("#= ") {
        Some(rest) => (false, rest),
        None => (true, line.strip_prefix("#! ")?),
    };
    let (left, right) = rest.rsplit_once(" ==> ").unwrap_or_else(|| panic!("no ==> in {line}"));
    let (left, messages) = left.split_once(" from ").map_or((left, Vec::new()), |(left, from)| (left, values(from)));
    let (name, args) = left.split_once('(').unwrap();
    let args = values(args.strip_suffix(')').unwrap());
    let outcome = if !raises {
        Outcome::Value(if right == "waits for ever" { right.into() } else { normal(right) })
    } else if right == "killed" {
        Outcome::Killed
    } else {
        let (class, rest) = right.split_once(' ').unwrap();
        let class = Class::from_atom(Atom::new(class)).unwrap();
        let parts = values(rest);
        Outcome::Raised(class, text::print_literal(&parts[0]), text::print_literal(&parts[1]))
    };
    Some((name.to_string(), args, messages, outcome))
}

fn check(path: &Path) -> usize {
    let source = std::fs::read_to_string(path).unwrap();
    let module = text::read(&source).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    verify::verify(&module).unwrap_or_else(|fault| panic!("{}: {fault}", path.display()));
    let image = emit(&module).unwrap();
    // Through bytes, so that the container is tested as well.
    let bytes = image::write(&image);
    let mut count = 0;
    for line in source.lines() {
        let Some((name, args, messages, expected)) = expectation(line) else { continue };
        for way in WAYS {
            let machine = Machine::new();
            crate::natives::register(&machine);
            machine.load_bytes(&bytes).unwrap();
            let found = call(&machine, way, module.name, Atom::new(&name), &args, &messages);
            assert_eq!(
                found,
                expected,
                "{}: {line}\n{way:?}\n{}",
                path.display(),
                jovial_bytecode::disassemble::disassemble(&image.code)
            );
        }
        count += 1;
    }
    count
}

#[test]
fn programs_do_what_they_say() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs");
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let only = std::env::var("PROGRAM").unwrap_or_default();
    let mut count = 0;
    for path in paths.iter().filter(|path| path.to_string_lossy().contains(&only)) {
        count += check(path);
    }
    assert!(count > 0);
}
