//! Random programs against a direct evaluation of the SSA form: slots, moves, live words and handlers.
//!
//! The oracle keeps values in a table by number and knows nothing of slots. Programs end because blocks only lead to later
//! ones and functions only call later ones.

use std::fmt::Write as _;
use std::rc::Rc;

use jovial_atoms::Atom;
use jovial_bytecode::ir::{Arg, BlockId, Callee, Function, Literal, Module, Op, Target, Terminator, Test, Val};
use jovial_bytecode::{disassemble, emit, text, verify};
use jovial_vm::Machine;

use crate::driver::{Outcome, WAYS, call};

struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % limit
    }

    fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        let place = self.below(items.len());
        &items[place]
    }
}

/// Values visible in a block: names.
type Visible = Vec<u32>;

struct Writer {
    random: Random,
    out: String,
    next: u32,
}

const FUNCTIONS: usize = 4;

impl Writer {
    fn arg(&mut self, visible: &Visible) -> String {
        match self.random.below(6) {
            0 => self.random.below(300).to_string(),
            1 => ["[]", ":a", "lit0"][self.random.below(3)].to_string(),
            _ if visible.is_empty() => "7".into(),
            _ => format!("v{}", self.random.pick(visible)),
        }
    }

    fn args(&mut self, visible: &Visible, count: usize) -> String {
        (0..count).map(|_| self.arg(visible)).collect::<Vec<_>>().join(", ")
    }

    fn new_val(&mut self) -> u32 {
        self.next += 1;
        self.next - 1
    }

    fn inst(&mut self, visible: &mut Visible, function: usize) {
        let val = self.new_val();
        let op = match self.random.below(12) {
            0 | 1 => format!("cons {}", self.args(visible, 2)),
            2 => {
                let count = self.random.below(5);
                format!("tuple({})", self.args(visible, count))
            }
            3 => format!("add {}", self.args(visible, 2)),
            4 => format!("sub {}", self.args(visible, 2)),
            5 => format!("eq {}", self.args(visible, 2)),
            6 => format!("copy {}", self.arg(visible)),
            7 => format!("fun f{FUNCTIONS}({})", self.args(visible, 2)),
            8 if function + 1 < FUNCTIONS => {
                let fun = self.arg(visible);
                format!("call fun {fun}({})", self.args(visible, 1))
            }
            _ if function + 1 < FUNCTIONS => {
                let callee = function + 1 + self.random.below(FUNCTIONS - function - 1);
                format!("call f{callee}({})", self.args(visible, arity(callee)))
            }
            _ => format!("lt {}", self.args(visible, 2)),
        };
        let _ = writeln!(self.out, "  v{val} = {op}");
        visible.push(val);
    }

    fn target(&mut self, blocks: &[(Vec<u32>, Visible)], from: usize, visible: &Visible) -> String {
        // A later block whose outer values are all visible here.
        let fitting: Vec<usize> =
            (from + 1..blocks.len()).filter(|at| blocks[*at].1.iter().all(|val| visible.contains(val))).collect();
        let at = *self.random.pick(&fitting);
        format!("b{at}({})", self.args(visible, blocks[at].0.len()))
    }

    fn function(&mut self, number: usize) {
        self.next = 0;
        let _ = writeln!(self.out, "function f{number} :f{number}/{} free 0", arity(number));
        let params: Vec<u32> = (0..arity(number)).map(|_| self.new_val()).collect();
        let count = 3 + self.random.below(7);
        // Each block sees the function's parameters, its own, and what lies between is passed as arguments.
        let mut blocks = vec![(params.clone(), Vec::new())];
        for _ in 1..count {
            let own = (0..self.random.below(4)).map(|_| self.new_val()).collect();
            blocks.push((own, params.clone()));
        }
        let handler_params: Vec<u32> = (0..3).map(|_| self.new_val()).collect();
        for at in 0..count {
            let shown: Vec<String> = blocks[at].0.iter().map(|val| format!("v{val}")).collect();
            let handler = if self.random.below(3) == 0 { format!(" handler b{count}") } else { String::new() };
            let _ = writeln!(self.out, "b{at}({}){handler}:", shown.join(", "));
            let mut visible: Visible = params.clone();
            if at > 0 {
                visible.extend(&blocks[at].0);
            }
            for _ in 0..self.random.below(9) {
                self.inst(&mut visible, number);
            }
            let last = at + 1 == count;
            let end = match self.random.below(5) {
                0 if !last => format!("jump {}", self.target(&blocks, at, &visible)),
                1 | 2 if !last => {
                    let test = match self.random.below(5) {
                        0 => format!("eq {}", self.args(&visible, 2)),
                        1 => format!("lt {}", self.args(&visible, 2)),
                        2 => format!("is_integer {}", self.arg(&visible)),
                        3 => format!("is_cons {}", self.arg(&visible)),
                        _ => format!("is_tuple {}", self.arg(&visible)),
                    };
                    let (yes, no) = (self.target(&blocks, at, &visible), self.target(&blocks, at, &visible));
                    format!("branch {test} then {yes} else {no}")
                }
                3 if number + 1 < FUNCTIONS => {
                    let callee = number + 1;
                    format!("tail_call f{callee}({})", self.args(&visible, arity(callee)))
                }
                _ => {
                    let count = 1 + self.random.below(visible.len().min(6));
                    let val = self.new_val();
                    let all = self.args(&visible, count);
                    let _ = writeln!(self.out, "  v{val} = tuple({all})");
                    format!("return v{val}")
                }
            };
            let _ = writeln!(self.out, "  {end}");
        }
        let shown: Vec<String> = handler_params.iter().map(|val| format!("v{val}")).collect();
        let val = self.new_val();
        let outer: Vec<String> = params.iter().map(|val| format!("v{val}")).collect();
        let _ = writeln!(
            self.out,
            "b{count}({}):\n  v{val} = tuple({}, {}, {})\n  return v{val}\nend",
            shown.join(", "),
            shown[0],
            shown[1],
            outer.join(", ")
        );
    }
}

fn arity(function: usize) -> usize {
    [3, 1, 5, 2][function]
}

fn program(seed: u64) -> String {
    let mut writer = Writer { random: Random(seed), out: String::new(), next: 0 };
    writer.out.push_str("module :random\nliteral 0 = {1, [2]}\nexport :f0/3 = f0\n");
    for number in 0..FUNCTIONS {
        writer.function(number);
    }
    let _ = writeln!(
        writer.out,
        "function f{FUNCTIONS} :\"-fun-\"/1 free 2\nb0(v0, v1, v2):\n  v3 = tuple(v2, v1, v0)\n  return v3\nend"
    );
    writer.out
}

#[derive(Clone, PartialEq, Debug)]
enum Value {
    Int(i128),
    Atom(Atom),
    Nil,
    Cons(Rc<(Value, Value)>),
    Tuple(Rc<Vec<Value>>),
    Fun(Rc<Vec<Value>>),
}

impl Value {
    fn show(&self) -> String {
        match self {
            Value::Int(number) => number.to_string(),
            Value::Atom(name) => text::print_literal(&Literal::Atom(*name)),
            Value::Nil => "[]".into(),
            Value::Fun(_) => "fun".into(),
            Value::Tuple(items) => format!("{{{}}}", items.iter().map(Value::show).collect::<Vec<_>>().join(", ")),
            Value::Cons(cell) => {
                let mut items = vec![cell.0.show()];
                let mut rest = &cell.1;
                while let Value::Cons(cell) = rest {
                    items.push(cell.0.show());
                    rest = &cell.1;
                }
                let tail = if *rest == Value::Nil { String::new() } else { format!(" | {}", rest.show()) };
                format!("[{}{tail}]", items.join(", "))
            }
        }
    }

    /// Place in the order of terms.
    fn rank(&self) -> u8 {
        match self {
            Value::Int(_) => 0,
            Value::Atom(_) => 1,
            Value::Fun(_) => 2,
            Value::Tuple(_) => 3,
            Value::Nil => 4,
            Value::Cons(_) => 5,
        }
    }

    fn less(&self, other: &Value) -> bool {
        self.order(other).is_lt()
    }

    fn order(&self, other: &Value) -> std::cmp::Ordering {
        match (self, other) {
            (Value::Int(a), Value::Int(b)) => a.cmp(b),
            (Value::Atom(a), Value::Atom(b)) => a.as_str().cmp(b.as_str()),
            (Value::Cons(a), Value::Cons(b)) => a.0.order(&b.0).then_with(|| a.1.order(&b.1)),
            (Value::Tuple(a), Value::Tuple(b)) | (Value::Fun(a), Value::Fun(b)) => {
                a.len().cmp(&b.len()).then_with(|| {
                    a.iter()
                        .zip(b.iter())
                        .map(|(a, b)| a.order(b))
                        .find(|order| order.is_ne())
                        .unwrap_or(std::cmp::Ordering::Equal)
                })
            }
            _ => self.rank().cmp(&other.rank()),
        }
    }
}

/// What was raised, by its reason; all are errors.
type Evaluated = Result<Value, Value>;

struct Oracle<'a>(&'a Module);

fn atom(name: &str) -> Value {
    Value::Atom(Atom::new(name))
}

fn boolean(holds: bool) -> Value {
    atom(if holds { "true" } else { "false" })
}

impl Oracle<'_> {
    fn arg(&self, env: &[Option<Value>], arg: &Arg) -> Value {
        match arg {
            Arg::Val(val) => env[val.0 as usize].clone().unwrap(),
            Arg::Int(number) => Value::Int(i128::from(*number)),
            Arg::Atom(name) => Value::Atom(*name),
            Arg::EmptyList => Value::Nil,
            Arg::Lit(_) => {
                Value::Tuple(Rc::new(vec![Value::Int(1), Value::Cons(Rc::new((Value::Int(2), Value::Nil)))]))
            }
        }
    }

    fn call(&self, function: &Function, args: Vec<Value>) -> Evaluated {
        let mut env: Vec<Option<Value>> = vec![None; function.vals as usize];
        let set = |env: &mut Vec<Option<Value>>, vals: &[Val], values: Vec<Value>| {
            for (val, value) in vals.iter().zip(values) {
                env[val.0 as usize] = Some(value);
            }
        };
        let mut at = BlockId(0);
        set(&mut env, &function.blocks[0].params, args);
        loop {
            let block = &function.blocks[at.0 as usize];
            let go = |env: &Vec<Option<Value>>, target: &Target| -> (BlockId, Vec<Value>) {
                (target.block, target.args.iter().map(|arg| self.arg(env, arg)).collect())
            };
            let mut raised = None;
            for inst in &block.insts {
                match self.op(&env, &inst.op) {
                    Ok(value) => env[inst.dst.unwrap().0 as usize] = Some(value),
                    Err(reason) => {
                        raised = Some(reason);
                        break;
                    }
                }
            }
            let ended = match (raised, &block.end) {
                (Some(reason), _) => Err(reason),
                (None, Terminator::Jump(target)) => Ok(Err(go(&env, target))),
                (None, Terminator::Branch { test, then, otherwise }) => {
                    let yes = match test {
                        Test::Eq(a, b) => self.arg(&env, a) == self.arg(&env, b),
                        Test::Lt(a, b) => self.arg(&env, a).less(&self.arg(&env, b)),
                        Test::IsInteger(a) => matches!(self.arg(&env, a), Value::Int(_)),
                        Test::IsCons(a) => matches!(self.arg(&env, a), Value::Cons(_)),
                        Test::IsTuple(a) => matches!(self.arg(&env, a), Value::Tuple(_)),
                        other => panic!("{other:?}"),
                    };
                    Ok(Err(go(&env, if yes { then } else { otherwise })))
                }
                (None, Terminator::Return(arg)) => Ok(Ok(self.arg(&env, arg))),
                (None, Terminator::TailCall(callee, args)) => {
                    let args = args.iter().map(|arg| self.arg(&env, arg)).collect();
                    self.callee(&env, callee, args).map(Ok)
                }
                (None, other) => panic!("{other:?}"),
            };
            match (ended, block.handler) {
                (Ok(Ok(value)), _) => return Ok(value),
                (Ok(Err((next, values))), _) => {
                    at = next;
                    set(&mut env, &function.blocks[at.0 as usize].params, values);
                }
                (Err(reason), None) => return Err(reason),
                (Err(reason), Some(handler)) => {
                    at = handler;
                    set(&mut env, &function.blocks[at.0 as usize].params, vec![atom("error"), reason, Value::Nil]);
                }
            }
        }
    }

    fn callee(&self, env: &[Option<Value>], callee: &Callee, mut args: Vec<Value>) -> Evaluated {
        match callee {
            Callee::Local(id) => self.call(&self.0.functions[id.0 as usize], args),
            Callee::Fun(fun) => match self.arg(env, fun) {
                Value::Fun(free) if args.len() == 1 => {
                    args.extend(free.iter().cloned());
                    self.call(&self.0.functions[FUNCTIONS], args)
                }
                other => Err(Value::Tuple(Rc::new(vec![atom("badfun"), other]))),
            },
            other => panic!("{other:?}"),
        }
    }

    fn op(&self, env: &[Option<Value>], op: &Op) -> Evaluated {
        let all = |args: &[Arg]| args.iter().map(|arg| self.arg(env, arg)).collect::<Vec<_>>();
        Ok(match op {
            Op::Copy(arg) => self.arg(env, arg),
            Op::Cons(head, tail) => Value::Cons(Rc::new((self.arg(env, head), self.arg(env, tail)))),
            Op::Tuple(args) => Value::Tuple(Rc::new(all(args))),
            Op::Fun { free, .. } => Value::Fun(Rc::new(all(free))),
            Op::Call(callee, args) => return self.callee(env, callee, all(args)),
            Op::Bif(bif, args) => {
                let args = all(args);
                match (bif.text(), &args[0], &args[1]) {
                    ("add", Value::Int(a), Value::Int(b)) => Value::Int(a + b),
                    ("sub", Value::Int(a), Value::Int(b)) => Value::Int(a - b),
                    ("add" | "sub", _, _) => return Err(atom("badarith")),
                    ("eq", a, b) => boolean(a == b),
                    ("lt", a, b) => boolean(a.less(b)),
                    other => panic!("{other:?}"),
                }
            }
            other => panic!("{other:?}"),
        })
    }
}

#[test]
fn random_programs_agree_with_the_oracle() {
    let count = std::env::var("RANDOM_PROGRAMS").ok().and_then(|count| count.parse().ok()).unwrap_or(150u64);
    let first = std::env::var("RANDOM_FIRST").ok().and_then(|count| count.parse().ok()).unwrap_or(0u64);
    for seed in first..first + count {
        let source = program(seed);
        let module = text::read(&source).unwrap_or_else(|error| panic!("{error}\n{source}"));
        verify::verify(&module).unwrap_or_else(|fault| panic!("{fault}\n{source}"));
        let image = emit(&module).unwrap();
        assert!(disassemble::check(&image.code, image.literals.len()), "seed {seed}");
        for args in [[1, 2, 3], [0, 300, -5]] {
            let values = args.iter().map(|arg| Value::Int(*arg)).collect();
            let expected = Oracle(&module).call(&module.functions[0], values);
            let literals: Vec<Literal> = args.iter().map(|arg| Literal::Int(i64::try_from(*arg).unwrap())).collect();
            for way in WAYS {
                let machine = Machine::new();
                machine.load(&image).unwrap();
                let found = call(&machine, way, module.name, Atom::new("f0"), &literals, &[]);
                let found = match found {
                    Outcome::Value(value) => Ok(value),
                    Outcome::Raised(_, reason, _) => Err(reason),
                    Outcome::Killed => panic!("seed {seed}: killed"),
                };
                let expected = expected.as_ref().map(Value::show).map_err(Value::show);
                assert!(
                    found == expected,
                    "seed {seed}, {way:?}\nfound    {found:?}\nexpected {expected:?}\n{source}\n{}",
                    disassemble::disassemble(&image.code)
                );
            }
        }
    }
}
