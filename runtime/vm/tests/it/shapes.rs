//! Generated functions: many values at once, many arguments, deep recursion, large switches.

use std::fmt::Write as _;

use jovial_atoms::Atom;
use jovial_bytecode::ir::Literal;
use jovial_bytecode::{disassemble, emit, text, verify};
use jovial_vm::Machine;

use crate::driver::{Outcome, WAYS, call};

fn check(source: &str, args: &[Literal], expected: &Outcome) {
    let module = text::read(source).unwrap();
    verify::verify(&module).unwrap();
    let image = emit(&module).unwrap();
    assert!(disassemble::check(&image.code, image.literals.len()), "{}", disassemble::disassemble(&image.code));
    for way in WAYS {
        let machine = Machine::new();
        machine.load(&image).unwrap();
        let found = call(&machine, way, module.name, Atom::new("f"), args, &[]);
        assert!(found == *expected, "{way:?}: {found:?}");
    }
}

fn value(text: impl Into<String>) -> Outcome {
    Outcome::Value(text.into())
}

#[test]
fn a_thousand_values_at_once() {
    let mut source = "module :m\nexport :f/1 = f0\nfunction f0 :f/1 free 0\nb0(v0):\n".to_string();
    for val in 1..=1000 {
        // Half of them are lists, so that a collection has something to keep.
        let op = if val % 2 == 0 { format!("cons {val}, []") } else { format!("add v0, {val}") };
        let _ = writeln!(source, " v{val} = {op}");
    }
    source.push_str(" v1001 = call f1(v0)\n");
    let all: Vec<String> = (1..=1000).map(|val| format!("v{val}")).collect();
    let _ = writeln!(source, " v1002 = tuple({})\n v1003 = cons v1001, v1002\n return v1003\nend", all.join(", "));
    source.push_str("function f1 :g/1 free 0\nb0(v0):\n v1 = tuple(v0, v0, v0)\n return v1\nend");
    let shown: Vec<String> =
        (1..=1000).map(|val| if val % 2 == 0 { format!("[{val}]") } else { (val + 7).to_string() }).collect();
    check(&source, &[Literal::Int(7)], &value(format!("[{{7, 7, 7}} | {{{}}}]", shown.join(", "))));
}

#[test]
fn operations_on_values_out_of_reach() {
    let mut source = "module :m\nexport :f/1 = f0\nfunction f0 :f/1 free 0\nb0(v0):\n".to_string();
    for val in 1..=300 {
        let _ = writeln!(source, " v{val} = add v{}, 1", val - 1);
    }
    for val in 301..=600 {
        let _ = writeln!(source, " v{val} = sub v{}, v{}", val - 300, val - 301);
    }
    source.push_str(" branch lt v1, v300 then b1 else b2\nb1():\n");
    let all: Vec<String> = (1..=600).map(|val| format!("v{val}")).collect();
    let _ = writeln!(source, " v601 = tuple({})\n v602 = cons v1, v601\n jump b3(v602, v300)", all.join(", "));
    source.push_str("b2():\n return 0\nb3(v603, v604):\n branch is_cons v603 then b4 else b2\nb4():\n v605 = head v603\n v606 = tail v603\n v607 = element v606, 599\n v608 = tuple(v605, v607, v604)\n return v608\nend");
    check(&source, &[Literal::Int(10)], &value("{11, 1, 310}"));
}

#[test]
fn two_hundred_and_fifty_five_arguments() {
    let params: Vec<String> = (0..255).map(|val| format!("v{val}")).collect();
    let turned: Vec<String> = (0..255).map(|val| format!("v{}", (val + 1) % 255)).collect();
    let mut source = "module :m\nexport :f/1 = f0\nfunction f0 :f/1 free 0\nb0(v0):\n v1 = cons v0, []\n".to_string();
    let args: Vec<String> = (0..255).map(|place| if place == 100 { "v1".into() } else { place.to_string() }).collect();
    let _ = writeln!(
        source,
        " v2 = call f1({})\n v3 = fun f1()\n v4 = call fun v3({})\n v5 = tuple(v2, v4)\n return v5\nend",
        args.join(", "),
        args.join(", ")
    );
    // Turns the arguments once round, then gives some of them.
    let _ = writeln!(
        source,
        "function f1 :g/255 free 0\nb0({}):\n branch eq v0, 1 then b2 else b1\nb1():\n tail_call f1({})",
        params.join(", "),
        turned.join(", ")
    );
    source.push_str("b2():\n v300 = tuple(v0, v99, v253, v254)\n return v300\nend");
    check(&source, &[Literal::Int(5)], &value("{{1, [5], 254, 0}, {1, [5], 254, 0}}"));
}

#[test]
fn more_arguments_in_a_tail_call_than_the_caller_has_slots() {
    let params: Vec<String> = (0..200).map(|val| format!("v{val}")).collect();
    let args: Vec<String> = (0..200).map(|place| if place % 2 == 0 { "v1".into() } else { "v0".into() }).collect();
    let mut source = format!(
        "module :m\nexport :f/1 = f0\nfunction f0 :f/1 free 0\nb0(v0):\n v1 = tuple(v0)\n tail_call f1({})\nend\n",
        args.join(", ")
    );
    let _ = writeln!(
        source,
        "function f1 :g/200 free 0\nb0({}):\n v200 = tuple(v0, v1, v198, v199)\n return v200\nend",
        params.join(", ")
    );
    check(&source, &[Literal::Int(5)], &value("{{5}, 5, {5}, 5}"));
}

#[test]
fn many_free_variables() {
    let free: Vec<String> = (1..=100).map(|val| format!("v{val}")).collect();
    let mut source = "module :m\nexport :f/1 = f0\nfunction f0 :f/1 free 0\nb0(v0):\n".to_string();
    for val in 1..=100 {
        let _ = writeln!(source, " v{val} = tuple({val})");
    }
    let _ = writeln!(
        source,
        " v101 = fun f1({})\n v102 = call fun v101(v0, :b)\n v103 = cons v102, v102\n tail_call fun v101(v103, :c)\nend",
        free.join(", ")
    );
    let params: Vec<String> = (2..=101).map(|val| format!("v{val}")).collect();
    let _ = writeln!(
        source,
        "function f1 :g/2 free 100\nb0(v0, v1, {}):\n v102 = tuple(v0, v1, v2, v101)\n return v102\nend",
        params.join(", ")
    );
    check(&source, &[Literal::Int(5)], &value("{[{5, :b, {1}, {100}} | {5, :b, {1}, {100}}], :c, {1}, {100}}"));
}

#[test]
fn large_switches() {
    let mut source = "module :m\nexport :f/1 = f0\nfunction f0 :f/1 free 0\nb0(v0):\n".to_string();
    let cases: Vec<String> = (0..500).map(|case| format!(":case{case} => b{}", case + 2)).collect();
    let _ = writeln!(source, " switch v0({}) else b1\nb1():\n return :none", cases.join(", "));
    for case in 0..500 {
        let _ = writeln!(source, "b{}():\n return {case}", case + 2);
    }
    source.push_str("end");
    check(&source, &[Literal::Atom(Atom::new("case499"))], &value("499"));
    check(&source, &[Literal::Atom(Atom::new("case500"))], &value(":none"));
    check(&source, &[Literal::Int(3)], &value(":none"));
}

#[test]
fn deep_recursion_grows_the_stack_up_to_the_limit() {
    let source = "module :m\nexport :f/1 = f0\nfunction f0 :f/1 free 0\nb0(v0):\n branch eq v0, 0 then b1 else b2\nb1():\n return 0\nb2():\n v1 = sub v0, 1\n v2 = call f0(v1)\n v3 = add v2, 1\n return v3\nend";
    let module = text::read(source).unwrap();
    let machine = Machine::new();
    machine.load(&emit(&module).unwrap()).unwrap();
    // Where each frame brings a collection that walks the stack, time grows with the square of the depth.
    let stressed = std::env::var_os("JOVIAL_GC_STRESS").is_some();
    let depth = if stressed { 1_000 } else { 100_000 };
    for way in &WAYS[..2] {
        let run = |depth| call(&machine, *way, module.name, Atom::new("f"), &[Literal::Int(depth)], &[]);
        assert_eq!(run(depth), value(depth.to_string()));
        if !stressed {
            assert_eq!(run(1_000_000_000), Outcome::Killed);
        }
    }
}
