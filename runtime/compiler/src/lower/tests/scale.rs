//! Large inputs: many clauses, long chains, wide and deep literals.

use std::fmt::Write;
use std::time::Instant;

use jovial_atoms::{Atom, known};
use jovial_bytecode::ir::Module;
use jovial_syntax::quoted::{Meta, MetaValue, Node, NodeId};

use super::interp::{Machine, Value};
use super::reader::Reader;
use super::{check, definition, lower_expression, with_stack};
use crate::carried::Code;
use crate::lower::{Cause, Expression, Info, ModuleUnit, expression, module};

/// `def f(..)` with that many clauses of five kinds by turns; the n-th returns n.
fn many_clauses(count: usize) -> String {
    let var = |name: &str, version: u32| format!("t3(a{}:{name}l1[t2(a7:versioni{version};a3:nil", name.len());
    let mut text = String::new();
    for n in 0..count {
        let _ = write!(text, "t4(l1[t2(a4:linei{};l2[", n + 1);
        let name = format!("k{n}");
        match n % 5 {
            0 => {
                let _ = write!(text, "a{}:{name}{}l0[", name.len(), var("x", 0));
            }
            1 => {
                let _ = write!(text, "i{n};{}l0[", var("x", 0));
            }
            2 => {
                let prefix: String = name.bytes().fold(String::new(), |mut text, byte| {
                    let _ = write!(text, "{byte:02x}");
                    text
                });
                let segment = |value: &str, ty: &str| format!("t3(a2:::l0[l2[{value}t3(a{}:{ty}l0[a3:nil", ty.len());
                let bits = segment(&format!("b{prefix}3b;"), "binary") + &segment(&var("r", 1), "binary");
                let _ = write!(text, "t3(a4:<<>>l0[l2[{bits}{}l0[", var("x", 0));
            }
            3 => {
                // {:kn, y} when x > n
                let call = format!("t3(t3(a1:.l0[l2[a6:erlanga1:>l0[l2[{}i{n};", var("x", 0));
                let _ = write!(text, "t2(a{}:{name}{}{}l1[{call}", name.len(), var("y", 1), var("x", 0));
            }
            _ => {
                let _ = write!(text, "{}i{n};l0[", var("y", 0));
            }
        }
        let _ = write!(text, "i{n};");
    }
    format!("t5(a3:defa1:fi2;l1[t2(a4:linei1;l{count}[{text}")
}

fn lower_clauses(count: usize) -> (Module, f64) {
    let definition = definition(&Reader::new(&many_clauses(count)).term());
    let definitions = [&definition];
    let start = Instant::now();
    let unit = ModuleUnit {
        name: Atom::new("Elixir.Big"),
        file: "big.ex",
        definitions: &definitions,
        info: Info::default(),
        attributes: jovial_bytecode::ir::Literal::List(Vec::new()),
        chunks: Vec::new(),
        host: &|_| None,
    };
    let module = module(unit).expect("it can be lowered").module;
    (module, start.elapsed().as_secs_f64())
}

fn size(module: &Module) -> usize {
    module.functions.iter().flat_map(|function| &function.blocks).map(|block| 1 + block.insts.len()).sum()
}

#[test]
fn thousands_of_clauses_stay_linear_and_in_order() {
    with_stack(|| {
        let (small, _) = lower_clauses(2500);
        let (big, seconds) = lower_clauses(5000);
        check(&big);
        assert!(size(&big) < size(&small) * 21 / 10, "{} against {}", size(&big), size(&small));
        assert!(seconds < 3.0, "took {seconds} s");
        let call = |x: Value, y: Value| match Machine::new(&big).export("f", vec![x, y]) {
            Ok(Value::Int(n)) => Some(n),
            _ => None,
        };
        let atom = |n: usize| Value::Atom(Atom::new(&format!("k{n}")));
        let tagged = |n| Value::Tuple(std::rc::Rc::new(vec![atom(n), Value::Nil]));
        assert_eq!(call(atom(4000), Value::Nil), Some(4000));
        assert_eq!(call(Value::Int(3001), Value::Nil), Some(3001));
        assert_eq!(call(tagged(1003), Value::Int(2000)), Some(1003));
        assert_eq!(call(tagged(1003), Value::Int(1)), None);
        assert_eq!(call(atom(4000), Value::Int(99)), Some(99), "an earlier clause takes what it can");
        assert_eq!(call(atom(4000), Value::Int(4999)), Some(4000), "a later one only what is left");
        assert_eq!(call(Value::Int(77), Value::Nil), None);
    });
}

fn line_meta(code: &mut Code) -> Meta {
    code.tree.add_meta(&[(known::LINE, MetaValue::Int(1))])
}

fn run(code: &Code, root: NodeId) -> Value {
    let module = lower_expression(code, root, &[], &[]);
    check(&module);
    match Machine::new(&module).export("__eval__", Vec::new()) {
        Ok(Value::Tuple(parts)) => parts[0].clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_long_chain_of_operators_runs() {
    with_stack(|| {
        let mut code = Code::new();
        let meta = line_meta(&mut code);
        let mut sum = code.tree.int(0);
        for _ in 0..50_000 {
            let one = code.tree.int(1);
            let erlang = code.tree.atom(known::ERLANG);
            sum = code.tree.remote(erlang, known::OP_PLUS, meta, &[sum, one]);
        }
        assert!(matches!(run(&code, sum), Value::Int(50_000)));
    });
}

#[test]
fn wide_literals_of_computed_parts_run() {
    with_stack(|| {
        for name in ["list", "tuple", "map"] {
            let mut code = Code::new();
            let meta = line_meta(&mut code);
            let mut parts = Vec::new();
            for n in 0..20_000 {
                let erlang = code.tree.atom(known::ERLANG);
                let (left, right) = (code.tree.int(n), code.tree.int(1));
                parts.push(code.tree.remote(erlang, known::OP_PLUS, meta, &[left, right]));
            }
            let root = match name {
                "list" => code.tree.list(&parts),
                "tuple" => code.tree.call(known::OP_BRACES, meta, &parts),
                _ => {
                    let pairs: Vec<NodeId> =
                        parts.chunks(2).map(|pair| code.tree.pair(pair[0], pair[1])).take(2000).collect();
                    code.tree.call(known::OP_PERCENT_BRACES, meta, &pairs)
                }
            };
            match run(&code, root) {
                Value::Tuple(parts) => assert!(matches!(parts[19_999], Value::Int(20_000))),
                Value::Cons(cell) => assert!(matches!(cell.0, Value::Int(1))),
                Value::Map(pairs) => assert_eq!(pairs.len(), 2000),
                other => panic!("{other:?}"),
            }
        }
    });
}

fn nested(depth: usize, wrap: impl Fn(&mut Code, Meta, NodeId) -> NodeId) -> (Code, NodeId) {
    let mut code = Code::new();
    let meta = line_meta(&mut code);
    let erlang = code.tree.atom(known::ERLANG);
    let mut node = code.tree.remote(erlang, known::SELF, meta, &[]);
    for _ in 0..depth {
        node = wrap(&mut code, meta, node);
    }
    (code, node)
}

#[test]
fn deep_nesting_is_lowered_or_refused() {
    with_stack(|| {
        let list = |code: &mut Code, _: Meta, node| code.tree.list(&[node]);
        let right = |code: &mut Code, meta: Meta, node| {
            let erlang = code.tree.atom(known::ERLANG);
            let one = code.tree.int(1);
            code.tree.remote(erlang, known::OP_PLUS, meta, &[one, node])
        };
        let case = |code: &mut Code, meta: Meta, node| {
            let yes = code.tree.atom(known::TRUE);
            let heads = code.tree.list(&[yes]);
            let arrow = code.tree.call(known::OP_ARROW, meta, &[heads, node]);
            let clauses = code.tree.list(&[arrow]);
            let key = code.tree.atom(known::DO);
            let pair = code.tree.pair(key, clauses);
            let blocks = code.tree.list(&[pair]);
            let erlang = code.tree.atom(known::ERLANG);
            let value = code.tree.remote(erlang, known::SELF, meta, &[]);
            code.tree.call(known::CASE, meta, &[value, blocks])
        };
        let attempt = |code: &mut Code, meta: Meta, node| {
            let none = code.tree.list(&[]);
            let pairs = [(known::DO, node), (known::AFTER, none)].map(|(key, value)| {
                let key = code.tree.atom(key);
                code.tree.pair(key, value)
            });
            let blocks = code.tree.list(&pairs);
            code.tree.call(known::TRY, meta, &[blocks])
        };
        let lambda = |code: &mut Code, meta: Meta, node| {
            let heads = code.tree.list(&[]);
            let arrow = code.tree.call(known::OP_ARROW, meta, &[heads, node]);
            code.tree.call(known::FN, meta, &[arrow])
        };
        let wraps: [&dyn Fn(&mut Code, Meta, NodeId) -> NodeId; 5] = [&list, &right, &case, &attempt, &lambda];
        for wrap in wraps {
            for depth in [99_000, 200_000] {
                let (code, root) = nested(depth, wrap);
                let unit = Expression {
                    code: &code,
                    root,
                    module: Atom::new("cell"),
                    file: "cell",
                    inputs: &[],
                    outputs: &[],
                    host: &|_| None,
                };
                match expression(&unit) {
                    Ok(module) => assert!(depth < 100_000 && !module.module.functions.is_empty()),
                    Err(error) => assert!(depth > 100_000 && error.cause == Cause::TooDeep, "{error}"),
                }
            }
        }
    });
}

#[test]
fn deep_patterns_and_constants_cost_no_stack() {
    with_stack(|| {
        for len in [2_000, 50_000] {
            let module = long_pattern(len);
            if len == 2_000 {
                check(&module);
            }
            assert!(matches!(Machine::new(&module).export("__eval__", Vec::new()), Ok(Value::Tuple(_))));
        }
    });
}

/// `[_, _, ...] = [1, 1, ...]`
fn long_pattern(len: usize) -> Module {
    let mut code = Code::new();
    let meta = line_meta(&mut code);
    let any = code.tree.add(Node::Var { name: known::OP_UNDERSCORE, meta, context: known::NIL });
    let ones: Vec<NodeId> = (0..len).map(|_| code.tree.int(1)).collect();
    let value = code.tree.list(&ones);
    let pattern = code.tree.list(&vec![any; len]);
    let root = code.tree.call(known::OP_EQ, meta, &[pattern, value]);
    lower_expression(&code, root, &[], &[])
}
