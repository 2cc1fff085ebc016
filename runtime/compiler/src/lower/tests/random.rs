//! Random clauses on random values, against matching one clause after the other.

use std::fmt::Write;
use std::rc::Rc;

use jovial_atoms::{Atom, known};
use jovial_bytecode::ir::Literal;

use super::interp::{Machine, Value, exact, less, list};
use super::reader::Reader;
use super::{check, definition, with_stack};
use crate::lower::{Info, ModuleUnit, module};

/// xorshift64
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % n
    }
}

const ATOMS: [&str; 3] = ["a", "b", "nil"];
const TEXTS: [&str; 7] = ["", "a", "ab", "abc", "abd", "b", "ba"];

#[derive(Debug)]
enum Shape {
    Any,
    Var(usize),
    Int(i64),
    Float,
    Atom(&'static str),
    Nil,
    Cons(Box<Shape>, Box<Shape>),
    Tuple(Vec<Shape>),
    Map(Vec<(&'static str, Shape)>),
    Text(&'static str),
    /// `<<text, byte, rest::binary>>`; the byte may be left out.
    Prefix(&'static str, Option<Box<Shape>>, Box<Shape>),
    Both(Box<Shape>, Box<Shape>),
}

#[derive(Clone, Copy, Debug)]
enum Guard {
    None,
    Greater(usize, i64),
    IsIntegerOr(usize, i64),
}

fn shape(random: &mut Random, depth: usize) -> Shape {
    let kinds = if depth == 0 { 8 } else { 14 };
    let sub = |random: &mut Random| Box::new(shape(random, depth - 1));
    match random.below(kinds) {
        0 => Shape::Any,
        1 | 2 => Shape::Var(random.below(3)),
        3 => Shape::Int(i64::try_from(random.below(4)).unwrap()),
        4 => Shape::Atom(ATOMS[random.below(3)]),
        5 => Shape::Nil,
        6 => Shape::Text(TEXTS[random.below(7)]),
        7 => Shape::Float,
        8 => Shape::Cons(sub(random), sub(random)),
        9 | 10 => Shape::Tuple((0..random.below(4)).map(|_| *sub(random)).collect()),
        11 => Shape::Map((0..random.below(3)).map(|_| (ATOMS[random.below(2)], *sub(random))).collect()),
        12 => {
            let byte = (random.below(2) == 0).then(|| {
                Box::new(match random.below(3) {
                    0 => Shape::Var(random.below(3)),
                    1 => Shape::Any,
                    _ => Shape::Int(97),
                })
            });
            let rest = if random.below(2) == 0 { Shape::Any } else { Shape::Var(random.below(3)) };
            Shape::Prefix(TEXTS[random.below(7)], byte, Box::new(rest))
        }
        _ => Shape::Both(sub(random), sub(random)),
    }
}

fn binary(bytes: &[u8]) -> Value {
    Value::Bits(Rc::new(bytes.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1 == 1)).collect()))
}

fn value(random: &mut Random, depth: usize) -> Value {
    let kinds = if depth == 0 { 6 } else { 10 };
    match random.below(kinds) {
        0 | 1 => Value::Int(i128::try_from(random.below(4)).unwrap()),
        2 => Value::Atom(Atom::new(ATOMS[random.below(3)])),
        3 => Value::Nil,
        4 => binary(TEXTS[random.below(7)].as_bytes()),
        5 => Value::Float(1.5),
        6 => Value::Cons(Rc::new((value(random, depth - 1), value(random, depth - 1)))),
        7 | 8 => Value::Tuple(Rc::new((0..random.below(4)).map(|_| value(random, depth - 1)).collect())),
        _ => {
            let keys = random.below(4);
            let pairs = ATOMS[..2].iter().enumerate().filter(|(at, _)| keys >> at & 1 == 1);
            Value::Map(Rc::new(pairs.map(|(_, key)| (Value::Atom(Atom::new(key)), value(random, depth - 1))).collect()))
        }
    }
}

// ---- as text of the recorded kind ----

fn atom(text: &str) -> String {
    format!("a{}:{text}", text.len())
}

fn call(name: &str, args: &[String]) -> String {
    format!("t3({}l0[l{}[{}", atom(name), args.len(), args.concat())
}

fn var(n: usize) -> String {
    format!("t3({}l1[t2({}i{n};a3:nil", atom(&format!("v{n}")), atom("version"))
}

fn hex(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

fn write(shape: &Shape) -> String {
    match shape {
        Shape::Any => String::from("t3(a1:_l0[a3:nil"),
        Shape::Var(n) => var(*n),
        Shape::Int(n) => format!("i{n};"),
        Shape::Float => String::from("f1.5;"),
        Shape::Atom(text) => atom(text),
        Shape::Nil => String::from("l0["),
        Shape::Cons(head, tail) => format!("l1[{}", call("|", &[write(head), write(tail)])),
        Shape::Tuple(items) => call("{}", &items.iter().map(write).collect::<Vec<_>>()),
        Shape::Map(pairs) => {
            let pair = |(key, value): &(&str, Shape)| format!("t2({}{}", atom(key), write(value));
            call("%{}", &pairs.iter().map(pair).collect::<Vec<_>>())
        }
        Shape::Text(text) => format!("b{};", hex(text)),
        Shape::Prefix(text, byte, rest) => {
            let segment = |value: String, ty: &str| call("::", &[value, format!("t3({}l0[a3:nil", atom(ty))]);
            let mut segments = vec![segment(format!("b{};", hex(text)), "binary")];
            segments.extend(byte.as_ref().map(|byte| segment(write(byte), "integer")));
            segments.push(segment(write(rest), "binary"));
            call("<<>>", &segments)
        }
        Shape::Both(left, right) => call("=", &[write(left), write(right)]),
    }
}

fn erlang(name: &str, args: &[String]) -> String {
    format!("t3(t3(a1:.l0[l2[{}{}l0[l{}[{}", atom("erlang"), atom(name), args.len(), args.concat())
}

fn write_guard(guard: Guard) -> String {
    match guard {
        Guard::None => String::from("l0["),
        Guard::Greater(n, than) => format!("l1[{}", erlang(">", &[var(n), format!("i{than};")])),
        Guard::IsIntegerOr(n, other) => {
            let equal = erlang("=:=", &[erlang("hd", &[var(n)]), format!("i{other};")]);
            format!("l1[{}", erlang("orelse", &[erlang("is_integer", &[var(n)]), equal]))
        }
    }
}

fn bound(shape: &Shape, out: &mut Vec<usize>) {
    match shape {
        Shape::Var(n) if !out.contains(n) => out.push(*n),
        Shape::Cons(a, b) | Shape::Both(a, b) => {
            bound(a, out);
            bound(b, out);
        }
        Shape::Tuple(items) => items.iter().for_each(|item| bound(item, out)),
        Shape::Map(pairs) => pairs.iter().for_each(|(_, item)| bound(item, out)),
        Shape::Prefix(_, byte, rest) => {
            if let Some(byte) = byte {
                bound(byte, out);
            }
            bound(rest, out);
        }
        _ => {}
    }
}

// ---- the model ----

type Binds = [Option<Value>; 3];

fn matches(shape: &Shape, value: &Value, binds: &mut Binds) -> bool {
    match (shape, value) {
        (Shape::Any, _) => true,
        (Shape::Var(n), value) => match &binds[*n] {
            Some(first) => exact(first, value),
            None => {
                binds[*n] = Some(value.clone());
                true
            }
        },
        (Shape::Int(n), Value::Int(other)) => i128::from(*n) == *other,
        (Shape::Float, Value::Float(other)) => *other == 1.5,
        (Shape::Atom(text), Value::Atom(other)) => other.as_str() == *text,
        (Shape::Nil, Value::Nil) => true,
        (Shape::Cons(head, tail), Value::Cons(cell)) => matches(head, &cell.0, binds) && matches(tail, &cell.1, binds),
        (Shape::Tuple(items), Value::Tuple(values)) => {
            items.len() == values.len() && items.iter().zip(values.iter()).all(|(a, b)| matches(a, b, binds))
        }
        (Shape::Map(pairs), Value::Map(values)) => pairs.iter().all(|(key, shape)| {
            let key = Value::Atom(Atom::new(key));
            values.iter().find(|(other, _)| exact(other, &key)).is_some_and(|(_, value)| matches(shape, value, binds))
        }),
        (Shape::Text(text), value) => exact(&binary(text.as_bytes()), value),
        (Shape::Prefix(text, byte, rest), Value::Bits(bits)) => {
            let Value::Bits(prefix) = binary(text.as_bytes()) else { return false };
            let Some(mut left) = bits.strip_prefix(prefix.as_slice()) else { return false };
            if let Some(byte) = byte {
                if left.len() < 8 {
                    return false;
                }
                let number = left[..8].iter().fold(0, |number, &bit| number << 1 | i128::from(bit));
                if !matches(byte, &Value::Int(number), binds) {
                    return false;
                }
                left = &left[8..];
            }
            matches(rest, &Value::Bits(Rc::new(left.to_vec())), binds)
        }
        (Shape::Both(left, right), value) => matches(left, value, binds) && matches(right, value, binds),
        _ => false,
    }
}

fn holds(guard: Guard, binds: &Binds) -> bool {
    match guard {
        Guard::None => true,
        Guard::Greater(n, than) => binds[n].as_ref().is_some_and(|value| less(&Value::Int(than.into()), value)),
        Guard::IsIntegerOr(n, other) => match &binds[n] {
            Some(Value::Int(_)) => true,
            Some(Value::Cons(cell)) => exact(&cell.0, &Value::Int(other.into())),
            _ => false,
        },
    }
}

#[test]
fn random_clauses_match_as_one_after_the_other() {
    with_stack(|| {
        let mut random = Random(0x9e37_79b9_7f4a_7c15);
        let mut chosen = 0;
        for _ in 0..400 {
            let mut clauses = Vec::new();
            let mut text = String::new();
            for number in 0..=random.below(12) {
                let shapes = [shape(&mut random, 2), shape(&mut random, 1)];
                let mut vars = Vec::new();
                shapes.iter().for_each(|shape| bound(shape, &mut vars));
                let guard = match (vars.is_empty(), random.below(4)) {
                    (false, 0) => Guard::Greater(vars[random.below(vars.len())], 1),
                    (false, 1) => Guard::IsIntegerOr(vars[random.below(vars.len())], 1),
                    _ => Guard::None,
                };
                let mut result = vec![format!("i{number};")];
                result.extend((0..3).map(|n| if vars.contains(&n) { var(n) } else { atom("nil") }));
                let args = shapes.iter().map(write).collect::<String>();
                let _ = write!(text, "t4(l0[l2[{args}{}{}", write_guard(guard), call("{}", &result));
                clauses.push((shapes, guard));
            }
            let text = format!("t5(a3:defa1:fi2;l0[l{}[{text}", clauses.len());
            let definition = definition(&Reader::new(&text).term());
            let unit = ModuleUnit {
                name: Atom::new("Elixir.A"),
                file: "a.ex",
                definitions: &[&definition],
                info: Info::default(),
                attributes: Literal::List(Vec::new()),
                chunks: Vec::new(),
                host: &|_| None,
            };
            let module = module(unit).expect("the clauses can be lowered").module;
            check(&module);
            for _ in 0..60 {
                let args = [value(&mut random, 2), value(&mut random, 1)];
                let mut wanted = None;
                for (number, (shapes, guard)) in (0..).zip(&clauses) {
                    let mut binds = Binds::default();
                    let all = shapes.iter().zip(&args).all(|(shape, value)| matches(shape, value, &mut binds));
                    if all && holds(*guard, &binds) {
                        let mut result = vec![Value::Int(number)];
                        result.extend(binds.map(|bind| bind.unwrap_or(Value::Atom(known::NIL))));
                        wanted = Some(Value::Tuple(Rc::new(result)));
                        chosen += 1;
                        break;
                    }
                }
                let got = Machine::new(&module).export("f", args.to_vec()).ok();
                let same = match (&got, &wanted) {
                    (Some(got), Some(wanted)) => exact(got, wanted),
                    (None, None) => true,
                    _ => false,
                };
                assert!(
                    same,
                    "{clauses:#?}\n{:?}\ngave {got:?}, wanted {wanted:?}\n{}",
                    list(args.to_vec(), Value::Nil),
                    jovial_bytecode::text::print(&module)
                );
            }
        }
        assert!(chosen > 5_000, "too few of the values matched: {chosen}");
    });
}
