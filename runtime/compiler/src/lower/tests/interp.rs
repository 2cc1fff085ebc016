//! A reference interpreter of the SSA form: slow, single process, with just the natives that the cases call.

use std::collections::VecDeque;
use std::rc::Rc;

use jovial_atoms::{Atom, known};
use jovial_bytecode::ir::{
    Arg, Bif, BitsContext, BlockId, Callee, Endian, FunId, Literal, Module, Op, RaiseTrace, Segment, SegmentKind,
    SegmentType, Target, Terminator, Test, Val,
};

use super::reader::Term;

#[derive(Clone, Debug)]
pub(super) enum Value {
    Int(i128),
    Float(f64),
    Atom(Atom),
    Bits(Rc<Vec<bool>>),
    Nil,
    Cons(Rc<(Value, Value)>),
    Tuple(Rc<Vec<Value>>),
    Map(Rc<Vec<(Value, Value)>>),
    Fun(FunId, Rc<Vec<Value>>),
    Native(Atom, Atom, u8),
    Pid,
    Ref(u64),
    Trace,
}

#[derive(Clone, Debug)]
pub(super) struct Raised {
    pub(super) class: Value,
    pub(super) reason: Value,
}

type Outcome = Result<Value, Raised>;

pub(super) struct Machine<'m> {
    module: &'m Module,
    mailbox: VecDeque<Value>,
    save: usize,
    refs: u64,
    pub(super) marks: usize,
    depth: usize,
}

fn atom(text: &str) -> Value {
    Value::Atom(Atom::new(text))
}

fn boolean(value: bool) -> Value {
    Value::Atom(if value { known::TRUE } else { known::FALSE })
}

fn tuple(items: Vec<Value>) -> Value {
    Value::Tuple(Rc::new(items))
}

fn error<T>(reason: Value) -> Result<T, Raised> {
    Err(Raised { class: Value::Atom(known::ERROR), reason })
}

fn badarg<T>() -> Result<T, Raised> {
    error(Value::Atom(known::BADARG))
}

pub(super) fn list(items: Vec<Value>, tail: Value) -> Value {
    items.into_iter().rev().fold(tail, |tail, item| Value::Cons(Rc::new((item, tail))))
}

fn items(value: &Value) -> Option<Vec<Value>> {
    let mut all = Vec::new();
    let mut value = value.clone();
    loop {
        match value {
            Value::Nil => return Some(all),
            Value::Cons(cell) => {
                all.push(cell.0.clone());
                value = cell.1.clone();
            }
            _ => return None,
        }
    }
}

fn bytes_to_bits(bytes: &[u8]) -> Vec<bool> {
    bytes.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1 == 1)).collect()
}

fn bits_to_bytes(bits: &[bool]) -> Vec<u8> {
    bits.chunks(8).map(|chunk| chunk.iter().enumerate().map(|(at, &bit)| u8::from(bit) << (7 - at)).sum()).collect()
}

fn binary(text: &str) -> Value {
    Value::Bits(Rc::new(bytes_to_bits(text.as_bytes())))
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::Bits(bits) => String::from_utf8(bits_to_bytes(bits)).ok(),
        _ => None,
    }
}

pub(super) fn exact(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => a == b,
        (Value::Float(a), Value::Float(b)) => a == b,
        (Value::Atom(a), Value::Atom(b)) => a == b,
        (Value::Bits(a), Value::Bits(b)) => a == b,
        (Value::Nil, Value::Nil) | (Value::Pid, Value::Pid) | (Value::Trace, Value::Trace) => true,
        (Value::Cons(a), Value::Cons(b)) => exact(&a.0, &b.0) && exact(&a.1, &b.1),
        (Value::Tuple(a), Value::Tuple(b)) => a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| exact(a, b)),
        (Value::Map(a), Value::Map(b)) => {
            a.len() == b.len() && a.iter().all(|(key, value)| get(b, key).is_some_and(|other| exact(value, &other)))
        }
        (Value::Ref(a), Value::Ref(b)) => a == b,
        (Value::Fun(a, x), Value::Fun(b, y)) => a == b && x.iter().zip(y.iter()).all(|(x, y)| exact(x, y)),
        (Value::Native(a, b, c), Value::Native(x, y, z)) => (a, b, c) == (x, y, z),
        _ => false,
    }
}

fn number(value: &Value) -> Option<f64> {
    match value {
        #[allow(clippy::cast_precision_loss, reason = "the cases use small numbers")]
        Value::Int(value) => Some(*value as f64),
        Value::Float(value) => Some(*value),
        _ => None,
    }
}

/// Term order, as far as the cases need it.
pub(super) fn less(a: &Value, b: &Value) -> bool {
    fn rank(value: &Value) -> u8 {
        match value {
            Value::Int(_) | Value::Float(_) => 0,
            Value::Atom(_) => 1,
            Value::Ref(_) => 2,
            Value::Fun(..) | Value::Native(..) => 3,
            Value::Pid | Value::Trace => 4,
            Value::Tuple(_) => 5,
            Value::Map(_) => 6,
            Value::Nil => 7,
            Value::Cons(_) => 8,
            Value::Bits(_) => 9,
        }
    }
    match (a, b) {
        (Value::Atom(a), Value::Atom(b)) => a.as_str() < b.as_str(),
        (Value::Cons(a), Value::Cons(b)) => less(&a.0, &b.0) || (loose(&a.0, &b.0) && less(&a.1, &b.1)),
        (Value::Tuple(a), Value::Tuple(b)) => {
            a.len() < b.len()
                || (a.len() == b.len()
                    && a.iter().zip(b.iter()).find(|(a, b)| !loose(a, b)).is_some_and(|(a, b)| less(a, b)))
        }
        (Value::Bits(a), Value::Bits(b)) => a < b,
        _ => match (number(a), number(b)) {
            (Some(a), Some(b)) => a < b,
            _ => rank(a) < rank(b),
        },
    }
}

fn loose(a: &Value, b: &Value) -> bool {
    match (number(a), number(b)) {
        (Some(a), Some(b)) => a == b,
        _ => match (a, b) {
            (Value::Tuple(a), Value::Tuple(b)) => {
                a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| loose(a, b))
            }
            _ => exact(a, b),
        },
    }
}

fn get(pairs: &[(Value, Value)], key: &Value) -> Option<Value> {
    pairs.iter().find(|(other, _)| exact(other, key)).map(|(_, value)| value.clone())
}

fn put(pairs: &mut Vec<(Value, Value)>, key: Value, value: Value) {
    match pairs.iter_mut().find(|(other, _)| exact(other, &key)) {
        Some(pair) => pair.1 = value,
        None => pairs.push((key, value)),
    }
}

fn exception(name: &str, fields: Vec<(&str, Value)>) -> Value {
    let mut pairs = vec![(atom("__struct__"), atom(name)), (atom("__exception__"), boolean(true))];
    pairs.extend(fields.into_iter().map(|(key, value)| (atom(key), value)));
    Value::Map(Rc::new(pairs))
}

fn normalize(reason: Value) -> Value {
    if let Value::Map(pairs) = &reason
        && get(pairs, &atom("__exception__")).is_some()
    {
        return reason;
    }
    match &reason {
        Value::Atom(known::BADARITH) => exception("Elixir.ArithmeticError", Vec::new()),
        Value::Atom(known::BADARG) => exception("Elixir.ArgumentError", Vec::new()),
        Value::Tuple(parts) => match (&parts[0], parts.len()) {
            (Value::Atom(known::CASE_CLAUSE), 2) => {
                exception("Elixir.CaseClauseError", vec![("term", parts[1].clone())])
            }
            (Value::Atom(known::BADKEY), _) => exception("Elixir.KeyError", vec![("key", parts[1].clone())]),
            _ => exception("Elixir.ErlangError", vec![("original", reason.clone())]),
        },
        _ => exception("Elixir.ErlangError", vec![("original", reason.clone())]),
    }
}

struct Frame {
    vals: Vec<Option<Value>>,
}

impl<'m> Machine<'m> {
    pub(super) fn new(module: &'m Module) -> Self {
        Machine { module, mailbox: VecDeque::new(), save: 0, refs: 0, marks: 0, depth: 0 }
    }

    pub(super) fn export(&mut self, name: &str, args: Vec<Value>) -> Outcome {
        let name = Atom::new(name);
        let arity = args.len();
        let export = self
            .module
            .exports
            .iter()
            .find(|export| export.name == name && usize::from(export.arity) == arity)
            .expect("an exported function");
        self.call(export.function, args)
    }

    fn literal(&self, literal: &Literal) -> Value {
        let all = |items: &[Literal]| items.iter().map(|item| self.literal(item)).collect::<Vec<_>>();
        match literal {
            Literal::Int(value) => Value::Int(i128::from(*value)),
            Literal::BigInt(digits) => Value::Int(digits.parse().unwrap()),
            Literal::Float(value) => Value::Float(*value),
            Literal::Atom(value) => Value::Atom(*value),
            Literal::Binary(bytes) => Value::Bits(Rc::new(bytes_to_bits(bytes))),
            Literal::Bitstring(bytes, bits) => {
                let mut all = bytes_to_bits(bytes);
                all.truncate(usize::try_from(*bits).unwrap());
                Value::Bits(Rc::new(all))
            }
            Literal::List(items) => list(all(items), Value::Nil),
            Literal::Improper(items) => {
                let mut items = all(items);
                let tail = items.pop().unwrap();
                list(items, tail)
            }
            Literal::Tuple(items) => tuple(all(items)),
            Literal::Map(pairs) => {
                Value::Map(Rc::new(pairs.iter().map(|(k, v)| (self.literal(k), self.literal(v))).collect()))
            }
            Literal::Fun(module, name, arity) => Value::Native(*module, *name, *arity),
        }
    }

    fn arg(&self, frame: &Frame, arg: Arg) -> Value {
        match arg {
            Arg::Val(Val(val)) => frame.vals[val as usize].clone().expect("a value that was assigned"),
            Arg::Int(value) => Value::Int(i128::from(value)),
            Arg::Atom(value) => Value::Atom(value),
            Arg::EmptyList => Value::Nil,
            Arg::Lit(literal) => self.literal(&self.module.literals[literal.0 as usize]),
        }
    }

    fn args(&self, frame: &Frame, args: &[Arg]) -> Vec<Value> {
        args.iter().map(|&arg| self.arg(frame, arg)).collect()
    }

    pub(super) fn call(&mut self, function: FunId, args: Vec<Value>) -> Outcome {
        self.depth += 1;
        assert!(self.depth < 3000, "the cases don't recurse that deeply");
        let outcome = self.run(function, args);
        self.depth -= 1;
        outcome
    }

    fn run(&mut self, function: FunId, args: Vec<Value>) -> Outcome {
        let mut function = function;
        let mut args = args;
        'call: loop {
            let code = &self.module.functions[function.0 as usize];
            let mut frame = Frame { vals: vec![None; code.vals as usize] };
            let entry = &code.blocks[0];
            assert_eq!(entry.params.len(), args.len(), "arguments of {}", code.name);
            for (param, arg) in entry.params.iter().zip(args) {
                frame.vals[param.0 as usize] = Some(arg);
            }
            let mut at = BlockId(0);
            loop {
                let block = &code.blocks[at.0 as usize];
                let mut raised = None;
                for inst in &block.insts {
                    match self.op(&frame, &inst.op) {
                        Ok(value) => {
                            if let Some(dst) = inst.dst {
                                frame.vals[dst.0 as usize] = Some(value);
                            }
                        }
                        Err(error) => {
                            raised = Some(error);
                            break;
                        }
                    }
                }
                let step = match raised {
                    Some(raised) => Err(raised),
                    None => self.terminator(&frame, &block.end),
                };
                let (target, supplied) = match step {
                    Ok(Step::Go(target, supplied)) => {
                        let mut values = supplied;
                        values.extend(self.args(&frame, &target.args));
                        (target.block, values)
                    }
                    Ok(Step::Return(value)) => return Ok(value),
                    Ok(Step::Call(next, values)) => {
                        function = next;
                        args = values;
                        continue 'call;
                    }
                    Err(raised) => match block.handler {
                        Some(handler) => (handler, vec![raised.class, raised.reason, Value::Trace]),
                        None => return Err(raised),
                    },
                };
                let params = &code.blocks[target.0 as usize].params;
                assert_eq!(params.len(), supplied.len());
                for (param, value) in params.iter().zip(supplied) {
                    frame.vals[param.0 as usize] = Some(value);
                }
                at = target;
            }
        }
    }

    fn op(&mut self, frame: &Frame, op: &Op) -> Outcome {
        let pairs_of = |this: &Self, pairs: &[(Arg, Arg)]| {
            pairs.iter().map(|(k, v)| (this.arg(frame, *k), this.arg(frame, *v))).collect::<Vec<_>>()
        };
        Ok(match op {
            Op::Copy(arg) => self.arg(frame, *arg),
            Op::Cons(head, tail) => Value::Cons(Rc::new((self.arg(frame, *head), self.arg(frame, *tail)))),
            Op::Tuple(items) => tuple(self.args(frame, items)),
            Op::Map(pairs) => {
                let mut all = Vec::new();
                pairs_of(self, pairs).into_iter().for_each(|(key, value)| put(&mut all, key, value));
                Value::Map(Rc::new(all))
            }
            Op::MapPut { map, pairs } | Op::MapUpdate { map, pairs } => {
                let map = self.arg(frame, *map);
                let Value::Map(old) = &map else { return error(tuple(vec![Value::Atom(known::BADMAP), map])) };
                let mut all = (**old).clone();
                for (key, value) in pairs_of(self, pairs) {
                    if matches!(op, Op::MapUpdate { .. }) && get(&all, &key).is_none() {
                        return error(tuple(vec![Value::Atom(known::BADKEY), key]));
                    }
                    put(&mut all, key, value);
                }
                Value::Map(Rc::new(all))
            }
            Op::Fun { function, free } => Value::Fun(*function, Rc::new(self.args(frame, free))),
            Op::Head(arg) | Op::Tail(arg) => match (self.arg(frame, *arg), op) {
                (Value::Cons(cell), Op::Head(_)) => cell.0.clone(),
                (Value::Cons(cell), _) => cell.1.clone(),
                _ => panic!("no cons"),
            },
            Op::Element(arg, place) => match self.arg(frame, *arg) {
                Value::Tuple(items) => items[usize::from(*place)].clone(),
                _ => panic!("no tuple"),
            },
            Op::Bif(bif, args) => return bif_value(*bif, &self.args(frame, args)),
            Op::Call(callee, args) => {
                let args = self.args(frame, args);
                return self.call_any(frame, callee, args);
            }
            Op::Bits(segments) => return self.build(frame, segments),
            Op::RecvAccept => {
                self.mailbox.remove(self.save);
                self.save = 0;
                Value::Atom(known::NIL)
            }
            Op::RecvMark | Op::RecvBind(_) | Op::RecvUse(_) => {
                self.marks += 1;
                Value::Atom(known::NIL)
            }
            Op::Stacktrace(_) => Value::Nil,
        })
    }

    fn callee(&mut self, frame: &Frame, callee: &Callee, args: Vec<Value>) -> Result<Step<'m>, Raised> {
        match callee {
            Callee::Local(function) => Ok(Step::Call(*function, args)),
            Callee::Remote(module, name) => self.remote(*module, *name, args),
            Callee::Fun(fun) => {
                let fun = self.arg(frame, *fun);
                self.apply(fun, args)
            }
            Callee::Apply(module, name) => match (self.arg(frame, *module), self.arg(frame, *name)) {
                (Value::Atom(module), Value::Atom(name)) => self.remote(module, name, args),
                _ => badarg(),
            },
        }
    }

    fn call_any(&mut self, frame: &Frame, callee: &Callee, args: Vec<Value>) -> Outcome {
        let step = self.callee(frame, callee, args)?;
        self.finish(step)
    }

    fn finish(&mut self, step: Step<'m>) -> Outcome {
        match step {
            Step::Return(value) => Ok(value),
            Step::Call(function, args) => self.call(function, args),
            Step::Go(..) => unreachable!("calls don't jump"),
        }
    }

    fn apply(&mut self, fun: Value, mut args: Vec<Value>) -> Result<Step<'m>, Raised> {
        match &fun {
            Value::Fun(function, free) => {
                if usize::from(self.module.functions[function.0 as usize].arity) != args.len() {
                    let pair = tuple(vec![fun, list(args, Value::Nil)]);
                    return error(tuple(vec![Value::Atom(known::BADARITY), pair]));
                }
                args.extend(free.iter().cloned());
                Ok(Step::Call(*function, args))
            }
            Value::Native(module, name, _) => self.remote(*module, *name, args),
            _ => error(tuple(vec![Value::Atom(known::BADFUN), fun])),
        }
    }

    fn apply_now(&mut self, fun: &Value, args: Vec<Value>) -> Outcome {
        let step = self.apply(fun.clone(), args)?;
        self.finish(step)
    }

    fn enumerate(&self, value: &Value) -> Result<Vec<Value>, Raised> {
        if let Some(items) = items(value) {
            return Ok(items);
        }
        if let Value::Map(pairs) = value {
            if let (Some(Value::Int(first)), Some(Value::Int(last))) =
                (get(pairs, &atom("first")), get(pairs, &atom("last")))
            {
                return Ok((first..=last).map(Value::Int).collect());
            }
            return Ok(pairs.iter().map(|(k, v)| tuple(vec![k.clone(), v.clone()])).collect());
        }
        error(exception(
            "Elixir.Protocol.UndefinedError",
            vec![("protocol", atom("Elixir.Enumerable")), ("value", value.clone()), ("description", binary(""))],
        ))
    }

    fn remote(&mut self, module: Atom, name: Atom, args: Vec<Value>) -> Result<Step<'m>, Raised> {
        if module == self.module.name
            && let Some(export) =
                self.module.exports.iter().find(|export| export.name == name && usize::from(export.arity) == args.len())
        {
            return Ok(Step::Call(export.function, args));
        }
        if module == known::ERLANG
            && let Some(bif) = crate::lower::bifs::bif(name.as_str(), args.len())
        {
            return bif_value(bif, &args).map(Step::Return);
        }
        self.native(module, name, args).map(Step::Return)
    }

    fn native(&mut self, module: Atom, name: Atom, args: Vec<Value>) -> Outcome {
        Ok(match (module.as_str(), name.as_str(), args.as_slice()) {
            ("lists", "reverse", [all]) => match items(all) {
                Some(items) => list(items.into_iter().rev().collect(), Value::Nil),
                None => return badarg(),
            },
            ("lists", "reverse", [all, tail]) => match items(all) {
                Some(items) => list(items.into_iter().rev().collect(), tail.clone()),
                None => return badarg(),
            },
            ("erlang", "list_to_tuple", [all]) => tuple(items(all).unwrap()),
            ("maps", "from_list", [all]) => {
                let mut pairs = Vec::new();
                for item in items(all).unwrap() {
                    match item {
                        Value::Tuple(pair) if pair.len() == 2 => put(&mut pairs, pair[0].clone(), pair[1].clone()),
                        _ => return badarg(),
                    }
                }
                Value::Map(Rc::new(pairs))
            }
            ("erlang", "++", [left, right]) => list(items(left).unwrap(), right.clone()),
            ("erlang", "send", [_, message]) => {
                self.mailbox.push_back(message.clone());
                message.clone()
            }
            ("erlang", "make_ref", []) => {
                self.refs += 1;
                Value::Ref(self.refs)
            }
            ("erlang", "error", [reason, ..]) => return error(reason.clone()),
            ("Elixir.Enum", "reduce", [all, acc, fun]) => {
                let mut acc = acc.clone();
                for item in self.enumerate(all)? {
                    acc = self.apply_now(fun, vec![item, acc])?;
                }
                acc
            }
            ("Elixir.Enum", "map", [all, fun]) => {
                let mut out = Vec::new();
                for item in self.enumerate(all)? {
                    out.push(self.apply_now(fun, vec![item])?);
                }
                list(out, Value::Nil)
            }
            ("Elixir.Enum", "reject", [all, fun]) => {
                let mut out = Vec::new();
                for item in self.enumerate(all)? {
                    if !exact(&self.apply_now(fun, vec![item.clone()])?, &boolean(true)) {
                        out.push(item);
                    }
                }
                list(out, Value::Nil)
            }
            ("Elixir.Enum", "to_list", [all]) => list(self.enumerate(all)?, Value::Nil),
            ("Elixir.Map" | "maps", "get", [a, b]) => match (a, b) {
                (Value::Map(pairs), key) | (key, Value::Map(pairs)) => {
                    get(pairs, key).unwrap_or(Value::Atom(known::NIL))
                }
                _ => return badarg(),
            },
            ("Elixir.String.Chars", "to_string", [value]) => match value {
                Value::Int(value) => binary(&value.to_string()),
                Value::Atom(value) => binary(value.as_str()),
                other => other.clone(),
            },
            ("erlang", "integer_to_binary", [Value::Int(value)]) => binary(&value.to_string()),
            ("Elixir.Exception", "normalize", [_, reason, _]) => normalize(reason.clone()),
            ("Elixir.Kernel.Utils", "raise", [value]) => value.clone(),
            (error, "exception", [fields]) => {
                let mut all = Vec::new();
                match text(fields) {
                    Some(text) => all.push(("message", binary(&text))),
                    None => all.push(("message", Value::Atom(known::NIL))),
                }
                exception(error, all)
            }
            ("Elixir.Collectable", "into", [start]) => {
                tuple(vec![start.clone(), Value::Native(Atom::new("test"), Atom::new("collect"), 2)])
            }
            ("test", "collect", [acc, command]) => match (acc, command) {
                (Value::Map(pairs), Value::Tuple(command)) => {
                    let mut pairs = (**pairs).clone();
                    let Value::Tuple(pair) = &command[1] else { return badarg() };
                    put(&mut pairs, pair[0].clone(), pair[1].clone());
                    Value::Map(Rc::new(pairs))
                }
                _ => acc.clone(),
            },
            (module, name, args) => panic!("no native {module}.{name}/{}", args.len()),
        })
    }

    // ---- control ----

    fn terminator(&mut self, frame: &Frame, end: &'m Terminator) -> Result<Step<'m>, Raised> {
        let go = |target: &'m Target| Ok(Step::Go(target, Vec::new()));
        let give = |target: &'m Target, values: Vec<Value>| Ok(Step::Go(target, values));
        match end {
            Terminator::Jump(target) => go(target),
            Terminator::Branch { test, then, otherwise } => go(if self.test(frame, test) { then } else { otherwise }),
            Terminator::Switch { value, cases, default } => {
                let value = self.arg(frame, *value);
                let found = cases.iter().find(|(case, _)| exact(&self.arg(frame, *case), &value));
                go(found.map_or(default, |(_, target)| target))
            }
            Terminator::SwitchArity { value, cases, default } => match self.arg(frame, *value) {
                Value::Tuple(items) => {
                    let found = cases.iter().find(|(arity, _)| usize::from(*arity) == items.len());
                    go(found.map_or(default, |(_, target)| target))
                }
                _ => go(default),
            },
            Terminator::Fetch { map, key, found, missing } => {
                let Value::Map(pairs) = self.arg(frame, *map) else { panic!("no map") };
                match get(&pairs, &self.arg(frame, *key)) {
                    Some(value) => give(found, vec![value]),
                    None => go(missing),
                }
            }
            Terminator::Guard { bif, args, ok, fail } => match bif_value(*bif, &self.args(frame, args)) {
                Ok(value) => give(ok, vec![value]),
                Err(_) => go(fail),
            },
            Terminator::BitsStart { value, ok, fail } => match self.arg(frame, *value) {
                Value::Bits(bits) => {
                    let end = Value::Int(bits.len() as i128);
                    give(ok, vec![Value::Bits(bits), Value::Int(0), end])
                }
                _ => go(fail),
            },
            Terminator::BitsGet { ctx, segment, size, ok, fail } => {
                let (bits, position) = self.context(frame, ctx);
                let size = size.map(|size| self.arg(frame, size));
                match extract(&bits[position..], *segment, size) {
                    Some((value, used)) => give(ok, vec![value, Value::Int((position + used) as i128)]),
                    None => go(fail),
                }
            }
            Terminator::BitsMatch { ctx, bytes, ok, fail } => {
                let (bits, position) = self.context(frame, ctx);
                let Literal::Binary(bytes) = &self.module.literals[bytes.0 as usize] else { panic!("no binary") };
                let wanted = bytes_to_bits(bytes);
                if bits[position..].starts_with(&wanted) {
                    give(ok, vec![Value::Int((position + wanted.len()) as i128)])
                } else {
                    go(fail)
                }
            }
            Terminator::BitsEnd { ctx, ok, fail } => {
                let (bits, position) = self.context(frame, ctx);
                go(if position == bits.len() { ok } else { fail })
            }
            Terminator::Return(value) => Ok(Step::Return(self.arg(frame, *value))),
            Terminator::TailCall(callee, args) => {
                let args = self.args(frame, args);
                self.callee(frame, callee, args)
            }
            Terminator::RecvPeek { message, empty } => match self.mailbox.get(self.save) {
                Some(value) => give(message, vec![value.clone()]),
                None => go(empty),
            },
            Terminator::RecvSkip(target) => {
                self.save += 1;
                go(target)
            }
            Terminator::RecvWait { time, timeout, .. } => {
                assert!(time.is_some(), "a case waits for ever");
                self.save = 0;
                go(timeout)
            }
            Terminator::Raise { class, reason, trace } => {
                if let RaiseTrace::Raw(trace) = trace {
                    assert!(matches!(self.arg(frame, *trace), Value::Trace), "a raw trace");
                }
                Err(Raised { class: self.arg(frame, *class), reason: self.arg(frame, *reason) })
            }
            Terminator::FunctionClause(_) => error(Value::Atom(known::FUNCTION_CLAUSE)),
        }
    }

    fn context(&self, frame: &Frame, ctx: &BitsContext) -> (Rc<Vec<bool>>, usize) {
        match (self.arg(frame, ctx.base), self.arg(frame, ctx.position)) {
            (Value::Bits(bits), Value::Int(position)) => (bits, usize::try_from(position).unwrap()),
            _ => panic!("no match context"),
        }
    }

    fn test(&self, frame: &Frame, test: &Test) -> bool {
        let get_arg = |arg: &Arg| self.arg(frame, *arg);
        match test {
            Test::IsAtom(a) => matches!(get_arg(a), Value::Atom(_)),
            Test::IsBinary(a) => matches!(get_arg(a), Value::Bits(bits) if bits.len() % 8 == 0),
            Test::IsBitstring(a) => matches!(get_arg(a), Value::Bits(_)),
            Test::IsBoolean(a) => matches!(get_arg(a), Value::Atom(known::TRUE | known::FALSE)),
            Test::IsFloat(a) => matches!(get_arg(a), Value::Float(_)),
            Test::IsFunction(a) => matches!(get_arg(a), Value::Fun(..) | Value::Native(..)),
            Test::IsFunctionArity(a, arity) => match get_arg(a) {
                Value::Fun(function, _) => self.module.functions[function.0 as usize].arity == *arity,
                Value::Native(_, _, other) => other == *arity,
                _ => false,
            },
            Test::IsInteger(a) => matches!(get_arg(a), Value::Int(_)),
            Test::IsNumber(a) => matches!(get_arg(a), Value::Int(_) | Value::Float(_)),
            Test::IsPid(a) => matches!(get_arg(a), Value::Pid),
            Test::IsPort(_) => false,
            Test::IsReference(a) => matches!(get_arg(a), Value::Ref(_)),
            Test::IsMap(a) => matches!(get_arg(a), Value::Map(_)),
            Test::IsTuple(a) => matches!(get_arg(a), Value::Tuple(_)),
            Test::IsTupleArity(a, arity) => {
                matches!(get_arg(a), Value::Tuple(items) if items.len() == usize::from(*arity))
            }
            Test::IsList(a) => matches!(get_arg(a), Value::Nil | Value::Cons(_)),
            Test::IsCons(a) => matches!(get_arg(a), Value::Cons(_)),
            Test::IsEmptyList(a) => matches!(get_arg(a), Value::Nil),
            Test::IsTrue(a) => matches!(get_arg(a), Value::Atom(known::TRUE)),
            Test::IsFalse(a) => matches!(get_arg(a), Value::Atom(known::FALSE)),
            Test::Eq(a, b) => exact(&get_arg(a), &get_arg(b)),
            Test::NumEq(a, b) => loose(&get_arg(a), &get_arg(b)),
            Test::Lt(a, b) => less(&get_arg(a), &get_arg(b)),
            Test::Ge(a, b) => !less(&get_arg(a), &get_arg(b)),
            Test::HasKey { map, key } => match get_arg(map) {
                Value::Map(pairs) => get(&pairs, &get_arg(key)).is_some(),
                _ => false,
            },
        }
    }

    fn build(&mut self, frame: &Frame, segments: &[Segment]) -> Outcome {
        let mut out = Vec::new();
        for segment in segments {
            let value = self.arg(frame, segment.value);
            let size = segment.size.map(|size| self.arg(frame, size));
            match encode(&value, segment.ty, size) {
                Some(bits) => out.extend(bits),
                None => return badarg(),
            }
        }
        Ok(Value::Bits(Rc::new(out)))
    }
}

enum Step<'m> {
    Go(&'m Target, Vec<Value>),
    Return(Value),
    Call(FunId, Vec<Value>),
}

fn bif_value(bif: Bif, args: &[Value]) -> Outcome {
    let arith = || error(Value::Atom(known::BADARITH));
    let truth = |value: &Value| match value {
        Value::Atom(known::TRUE) => Some(true),
        Value::Atom(known::FALSE) => Some(false),
        _ => None,
    };
    Ok(match (bif, args) {
        (Bif::Add | Bif::Sub | Bif::Mul, [a, b]) => match (a, b) {
            (Value::Int(a), Value::Int(b)) => Value::Int(match bif {
                Bif::Add => a + b,
                Bif::Sub => a - b,
                _ => a * b,
            }),
            (a, b) => match (number(a), number(b)) {
                (Some(a), Some(b)) => Value::Float(match bif {
                    Bif::Add => a + b,
                    Bif::Sub => a - b,
                    _ => a * b,
                }),
                _ => return arith(),
            },
        },
        (Bif::IntDiv | Bif::Rem, [Value::Int(a), Value::Int(b)]) if *b != 0 => {
            Value::Int(if bif == Bif::Rem { a % b } else { a / b })
        }
        (Bif::Neg, [Value::Int(a)]) => Value::Int(-a),
        (Bif::Eq, [a, b]) => boolean(exact(a, b)),
        (Bif::Ne, [a, b]) => boolean(!exact(a, b)),
        (Bif::NumEq, [a, b]) => boolean(loose(a, b)),
        (Bif::NumNe, [a, b]) => boolean(!loose(a, b)),
        (Bif::Lt, [a, b]) => boolean(less(a, b)),
        (Bif::Gt, [a, b]) => boolean(less(b, a)),
        (Bif::Ge, [a, b]) => boolean(!less(a, b)),
        (Bif::Le, [a, b]) => boolean(!less(b, a)),
        (Bif::Not, [a]) => match truth(a) {
            Some(a) => boolean(!a),
            None => return badarg(),
        },
        (Bif::And | Bif::Or | Bif::Xor, [a, b]) => match (truth(a), truth(b)) {
            (Some(a), Some(b)) => boolean(match bif {
                Bif::And => a && b,
                Bif::Or => a || b,
                _ => a != b,
            }),
            _ => return badarg(),
        },
        (Bif::Hd, [Value::Cons(cell)]) => cell.0.clone(),
        (Bif::Tl, [Value::Cons(cell)]) => cell.1.clone(),
        (Bif::Length, [all]) => match items(all) {
            Some(items) => Value::Int(items.len() as i128),
            None => return badarg(),
        },
        (Bif::Element, [Value::Int(place), Value::Tuple(items)])
            if *place >= 1 && usize::try_from(*place).unwrap() <= items.len() =>
        {
            items[usize::try_from(*place).unwrap() - 1].clone()
        }
        (Bif::TupleSize, [Value::Tuple(items)]) => Value::Int(items.len() as i128),
        (Bif::MapSize, [Value::Map(pairs)]) => Value::Int(pairs.len() as i128),
        (Bif::ByteSize, [Value::Bits(bits)]) => Value::Int(bits.len().div_ceil(8) as i128),
        (Bif::MapGet, [key, Value::Map(pairs)]) => match get(pairs, key) {
            Some(value) => value,
            None => return error(tuple(vec![Value::Atom(known::BADKEY), key.clone()])),
        },
        (Bif::IsMapKey, [key, Value::Map(pairs)]) => boolean(get(pairs, key).is_some()),
        (Bif::SelfPid, []) => Value::Pid,
        (Bif::IsAtom, [a]) => boolean(matches!(a, Value::Atom(_))),
        (Bif::IsTuple, [a]) => boolean(matches!(a, Value::Tuple(_))),
        (Bif::IsList, [a]) => boolean(matches!(a, Value::Nil | Value::Cons(_))),
        (Bif::IsMap, [a]) => boolean(matches!(a, Value::Map(_))),
        (Bif::IsInteger, [a]) => boolean(matches!(a, Value::Int(_))),
        (Bif::IsFunction, [a]) => boolean(matches!(a, Value::Fun(..) | Value::Native(..))),
        (Bif::IntDiv | Bif::Rem | Bif::Neg, _) => return arith(),
        _ => return badarg(),
    })
}

fn little(ty: SegmentType) -> bool {
    ty.endian != Endian::Big
}

/// Turns the byte order round, a byte cut short at its end.
fn reorder(bits: &[bool]) -> Vec<bool> {
    bits.chunks(8).rev().flatten().copied().collect()
}

fn encode(value: &Value, ty: SegmentType, size: Option<Value>) -> Option<Vec<bool>> {
    let bits = match size {
        None => None,
        Some(Value::Int(size)) if size >= 0 => Some(usize::try_from(size).unwrap() * usize::from(ty.unit)),
        Some(_) => return None,
    };
    match (ty.kind, value) {
        (SegmentKind::Integer, Value::Int(value)) => {
            let bits = bits?;
            let big: Vec<bool> = (0..bits).rev().map(|bit| value >> bit.min(127) & 1 == 1).collect();
            Some(if little(ty) && bits % 8 == 0 { reorder(&big) } else { big })
        }
        (SegmentKind::Float, value) => {
            let value = number(value)?;
            let bytes = match bits? {
                64 => value.to_be_bytes().to_vec(),
                #[allow(clippy::cast_possible_truncation, reason = "that is the segment's size")]
                32 => (value as f32).to_be_bytes().to_vec(),
                _ => return None,
            };
            let big = bytes_to_bits(&bytes);
            Some(if little(ty) { reorder(&big) } else { big })
        }
        (SegmentKind::Binary | SegmentKind::Bitstring, Value::Bits(all)) => match bits {
            None => Some(all.to_vec()),
            Some(bits) => all.get(..bits).map(<[bool]>::to_vec),
        },
        (kind @ (SegmentKind::Utf8 | SegmentKind::Utf16 | SegmentKind::Utf32), Value::Int(value)) => {
            let char = char::from_u32(u32::try_from(*value).ok()?)?;
            let bytes = match kind {
                SegmentKind::Utf8 => char.to_string().into_bytes(),
                SegmentKind::Utf16 => char
                    .encode_utf16(&mut [0; 2])
                    .iter()
                    .flat_map(|unit| if little(ty) { unit.to_le_bytes() } else { unit.to_be_bytes() })
                    .collect(),
                _ => {
                    let code = u32::from(char);
                    if little(ty) { code.to_le_bytes().to_vec() } else { code.to_be_bytes().to_vec() }
                }
            };
            Some(bytes_to_bits(&bytes))
        }
        _ => None,
    }
}

fn extract(bits: &[bool], ty: SegmentType, size: Option<Value>) -> Option<(Value, usize)> {
    let len = match size {
        None => None,
        Some(Value::Int(size)) if size >= 0 => Some(usize::try_from(size).unwrap() * usize::from(ty.unit)),
        Some(_) => return None,
    };
    match ty.kind {
        SegmentKind::Integer => {
            let len = len?;
            let part = bits.get(..len)?;
            let big = if little(ty) { reorder(part) } else { part.to_vec() };
            let mut value = big.iter().fold(0i128, |value, &bit| value << 1 | i128::from(bit));
            if ty.signed && big.first() == Some(&true) {
                value -= 1 << len;
            }
            Some((Value::Int(value), len))
        }
        SegmentKind::Float => {
            let len = len?;
            let part = bits.get(..len)?;
            let big = if little(ty) { reorder(part) } else { part.to_vec() };
            let bytes = bits_to_bytes(&big);
            let value = match len {
                64 => f64::from_be_bytes(bytes.try_into().ok()?),
                32 => f64::from(f32::from_be_bytes(bytes.try_into().ok()?)),
                _ => return None,
            };
            Some((Value::Float(value), len))
        }
        SegmentKind::Binary | SegmentKind::Bitstring => {
            let len = len.unwrap_or(bits.len());
            if len % usize::from(ty.unit) != 0 {
                return None;
            }
            bits.get(..len).map(|part| (Value::Bits(Rc::new(part.to_vec())), len))
        }
        SegmentKind::Utf8 => {
            let bytes = bits_to_bytes(&bits[..bits.len() / 8 * 8]);
            (1..=4.min(bytes.len())).find_map(|len| {
                let char = std::str::from_utf8(&bytes[..len]).ok()?.chars().next()?;
                Some((Value::Int(i128::from(u32::from(char))), len * 8))
            })
        }
        SegmentKind::Utf16 | SegmentKind::Utf32 => None,
    }
}

/// Compares a value with a recorded one.
pub(super) fn same(value: &Value, term: &Term) -> bool {
    match (value, term) {
        (_, Term::Unknown) => true,
        (Value::Int(value), Term::Int(digits)) => value.to_string() == *digits,
        (Value::Float(a), Term::Float(b)) => a == b,
        (Value::Atom(a), Term::Atom(b)) => a == b,
        (Value::Bits(a), Term::Bits(bytes, bits)) => {
            let mut other = bytes_to_bits(bytes);
            other.truncate(*bits);
            **a == other
        }
        (Value::Tuple(a), Term::Tuple(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Map(a), Term::Map(b)) => {
            // Exceptions of the test's own natives lack details.
            let exception = get(a, &atom("__exception__")).is_some();
            (exception || a.len() == b.len())
                && a.iter().all(|(key, value)| {
                    b.iter().any(|(other, wanted)| same(key, other) && (same(value, wanted) || exception))
                })
        }
        (Value::Nil | Value::Cons(_), Term::List(b)) => {
            items(value).is_some_and(|a| a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)))
        }
        (Value::Cons(cell), Term::Improper(b)) => match b.as_slice() {
            [a, b] => same(&cell.0, a) && same(&cell.1, b),
            [a, rest @ ..] => same(&cell.0, a) && same(&cell.1, &Term::Improper(rest.to_vec())),
            [] => false,
        },
        _ => false,
    }
}
