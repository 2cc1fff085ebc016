//! What shows in the form and not in the result: variables in and out, lines, tail calls, marks.

use jovial_atoms::{Atom, known};
use jovial_bytecode::ir::{Callee, Function, Op, Terminator};

use super::interp::{Machine, Value, same};
use super::reader::{self, Reader};
use super::{RECORDED, check, lower_expression, lower_module, lower_tree};
use crate::carried::Code;
use crate::lower::{VarKey, VarScope};

fn key(name: &str, version: i64) -> VarKey {
    VarKey { name: Atom::new(name), scope: VarScope::Context(known::NIL), version }
}

/// The recorded tree of a source text.
fn tree(source: &str) -> &'static str {
    let head = format!("## {source:?}\n");
    let at = RECORDED.find(&head).expect("a recorded case") + head.len();
    RECORDED[at..].lines().next().and_then(|line| line.strip_prefix("tree ")).expect("an expression")
}

#[test]
fn variables_go_in_and_come_out() {
    // x = y + 1, with y from outside; asked for x, y and something that is not there.
    let text = "t3(a1:=l1[t2(a4:linei1;l2[t3(a1:xl1[t2(a7:versioni7;a3:nilt3(t3(a1:.l0[l2[a6:erlanga1:+l0[l2[\
                t3(a1:yl1[t2(a7:versioni3;a3:nili1;";
    let mut code = Code::new();
    let root = reader::node(&mut code, &Reader::new(text).term());
    let module = lower_expression(&code, root, &[key("y", 3)], &[key("x", 7), key("y", 3), key("z", 9)]);
    check(&module);
    let result = Machine::new(&module).export("__eval__", vec![Value::Int(4)]).expect("a value");
    assert!(same(&result, &Reader::new("t4(i5;i5;i4;a3:nil").term()), "{result:?}");
}

fn instructions(function: &Function) -> impl Iterator<Item = &Op> {
    function.blocks.iter().flat_map(|block| &block.insts).map(|inst| &inst.op)
}

#[test]
fn a_receive_that_waits_for_a_fresh_reference_starts_at_its_mark() {
    let module = lower_tree(tree(
        "ref = make_ref(); send(self(), :noise); send(self(), {ref, 5}); receive do {^ref, x} -> x end",
    ));
    let marks: Vec<&str> = instructions(&module.functions[0])
        .filter_map(|op| match op {
            Op::RecvMark => Some("mark"),
            Op::RecvBind(_) => Some("bind"),
            Op::RecvUse(_) => Some("use"),
            _ => None,
        })
        .collect();
    assert_eq!(marks, ["mark", "bind", "use"]);
}

#[test]
fn nothing_is_called_in_tail_position_under_a_handler() {
    for line in RECORDED.lines().filter_map(|line| line.strip_prefix("tree ")) {
        for function in &lower_tree(line).functions {
            for block in &function.blocks {
                let tail = matches!(block.end, Terminator::TailCall(..));
                assert!(!(tail && block.handler.is_some()), "{}", function.name);
            }
        }
    }
}

#[test]
fn conditions_make_no_booleans() {
    let module = lower_tree(tree("x = 5; if x > 3 and x < 10 and not is_atom(x), do: :yes, else: :no"));
    let bifs = instructions(&module.functions[0]).filter(|op| matches!(op, Op::Bif(..))).count();
    assert_eq!(bifs, 0);
}

#[test]
fn a_tuple_only_matched_is_not_made() {
    let module = lower_tree(tree("a = 1; b = 2; case {a, b} do {2, _} -> 1; {1, 3} -> 2; whole -> whole end"));
    let before_last = instructions(&module.functions[0]).filter(|op| matches!(op, Op::Tuple(_))).count();
    // One in the clause that wants the whole, one for the result.
    assert!(before_last <= 2);
}

#[test]
fn what_can_raise_has_its_line() {
    for line in RECORDED.lines().filter_map(|line| line.strip_prefix("tree ")) {
        for function in &lower_tree(line).functions {
            for block in &function.blocks {
                for inst in &block.insts {
                    let raises = matches!(inst.op, Op::Bif(..) | Op::Call(..) | Op::MapUpdate { .. } | Op::Bits(_));
                    assert!(!raises || inst.pos.line > 0, "{}: {:?}", function.name, inst.op);
                }
                if matches!(block.end, Terminator::Raise { .. } | Terminator::FunctionClause(_)) {
                    assert!(block.end_pos.line > 0, "{}: {:?}", function.name, block.end);
                }
            }
        }
    }
}

#[test]
fn calls_that_never_return_keep_their_frame() {
    let module = lower_tree(tree("try do raise \"x\" rescue e -> e.message end"));
    for function in &module.functions {
        for block in &function.blocks {
            let call = matches!(&block.end, Terminator::TailCall(Callee::Remote(known::ERLANG, _), _));
            assert!(!call, "{}", function.name);
        }
    }
}

#[test]
fn clauses_that_never_match_are_told() {
    let case = RECORDED.lines().rfind(|line| line.starts_with("module "));
    let text = case.and_then(|line| line.strip_prefix("module ")).expect("a recorded module");
    let told: Vec<String> =
        lower_module(text).hidden.iter().map(|hidden| format!("{}: {hidden}", hidden.line)).collect();
    assert_eq!(
        told,
        [
            "4: this clause for f/1 cannot match because a previous clause at line 3 always matches",
            "8: this clause cannot match because a previous clause at line 7 always matches",
            "17: this clause cannot match because a previous clause at line 16 always matches",
        ]
    );
}
