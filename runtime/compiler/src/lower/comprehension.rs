//! `for`: each generator becomes a loop of its own, a local function over a list (or bitstring) and an accumulator.
//!
//! ```text
//! for x <- xs, y <- ys, into: [], do: {x, y}
//!
//! outer([x | xs], acc) -> outer(xs, inner(ys, acc))
//! inner([y | ys], acc) -> inner(ys, [{x, y} | acc])
//! ```
//!
//! Lists go to their loop directly. A range that is written as one (`a..b`, `a..b//step`) is counted: its loop has the next
//! element in place of the list, and behind the accumulator how many are left and the step. Anything else goes through `Enum.reduce/3`, whose function passes each element
//! to the same loop as a list of one; so the body exists once, and lazy sources stay lazy.
//!
//! **Invariants.**
//! 1. A loop's parameters are source, accumulator, for a range count and step, free variables of its level.
//! 2. With `uniq` the accumulator is `{acc, seen}`, `seen` a map of the values so far.
//!
//! **What it must not know.** How collectables collect.

use std::rc::Rc;

use jovial_atoms::{Atom, known};
use jovial_bytecode::ir::{
    Arg, Bif, BlockId, Callee, Endian, FunId, Literal, Op, RaiseTrace, Segment, SegmentKind, SegmentType, Terminator,
    Test,
};

use super::Cause;
use super::build::to;
use super::core::{Core, Expr, ExprId, For, Generator, Into, Level};
use super::function::{Dest, Fun, Task, TaskKind};
use super::matching::Row;

pub(super) const ALL_BITS: SegmentType =
    SegmentType { kind: SegmentKind::Bitstring, unit: 1, signed: false, endian: Endian::Big };

/// A source that is written as a range.
#[derive(Clone, Copy)]
enum Bounds {
    Known {
        first: i64,
        count: i64,
        step: i64,
    },
    /// `first..last`
    Between(ExprId, ExprId),
    /// What `Range.new/3` gives.
    Stepped,
}

/// Numbers of known ranges are below, so that none on the way is too large for a small integer.
const KNOWN_MAX: u64 = 1 << 40;

/// Parameters that the loop over a range has beside those of a loop over a list.
const COUNTED: usize = 2;

impl For {
    /// 1 for a plain map over one source, 2 where an accumulator shows.
    pub(super) fn shown_arity(&self) -> u8 {
        match (&*self.levels, &self.into, self.uniq) {
            ([only], Into::List, false) if only.filters.is_empty() => 1,
            _ => 2,
        }
    }
}

/// First element, number of elements and step of a range that is a constant.
fn known_range(literal: &Literal) -> Option<Bounds> {
    let Literal::Map(pairs) = literal else { return None };
    let field = |name: Atom| pairs.iter().find(|(key, _)| *key == Literal::Atom(name)).map(|(_, value)| value);
    let number = |name: &str| match field(Atom::new(name)) {
        Some(Literal::Int(value)) if value.unsigned_abs() < KNOWN_MAX => Some(*value),
        _ => None,
    };
    if pairs.len() != 4 || field(known::DUNDER_STRUCT) != Some(&Literal::Atom(known::MOD_RANGE)) {
        return None;
    }
    let (first, last, step) = (number("first")?, number("last")?, number("step").filter(|step| *step != 0)?);
    let empty = if step > 0 { first > last } else { first < last };
    Some(Bounds::Known { first, count: if empty { 0 } else { (last - first) / step + 1 }, step })
}

/// How many more parameters than that of a list the loop over a source has.
pub(super) fn counted(core: &Core, level: &Level) -> usize {
    if bounds(core, level).is_some() { COUNTED } else { 0 }
}

/// The bounds of a source that is written as a range. One that bits are to be taken from is no such source: it raises.
fn bounds(core: &Core, level: &Level) -> Option<Bounds> {
    if !matches!(level.kind, Generator::List { .. }) {
        return None;
    }
    let new = Atom::new("new");
    match core.expr(level.source) {
        Expr::Const(literal) => known_range(core.const_of(*literal)),
        // So that `first..last` is a call that no pattern can be.
        Expr::Remote(known::MOD_FUNCTION, name, args) if name.as_str() == "identity" => match &**args {
            [range] => match core.expr(*range) {
                Expr::Remote(known::MOD_RANGE, name, args) if *name == new => match **args {
                    [first, last] => Some(Bounds::Between(first, last)),
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        },
        Expr::Remote(known::MOD_RANGE, name, args) if *name == new && args.len() == 3 => Some(Bounds::Stepped),
        _ => None,
    }
}

impl<'f> Fun<'f, '_> {
    #[inline(never)]
    pub(super) fn comprehension(&mut self, spec: &'f For) -> Arg {
        if !self.b.live() {
            return Arg::Atom(known::NIL);
        }
        if spec.levels.iter().any(|level| level.free.len() > usize::from(u8::MAX) - 2 - COUNTED) {
            self.fail(Cause::TooManyArguments);
            return Arg::Atom(known::NIL);
        }
        let line = self.line;
        let functions: Rc<[FunId]> = spec.levels.iter().map(|_| self.unit.reserve()).collect();
        for (level, &function) in functions.iter().enumerate() {
            let kind = TaskKind::Level { comprehension: spec, level, functions: functions.clone() };
            self.tasks.push(Task { function, kind, line: spec.levels[level].line });
        }
        let result = match &spec.into {
            Into::List => {
                let list = self.collect(spec, &functions, Arg::EmptyList);
                self.reverse(list)
            }
            Into::Map => {
                let list = self.collect(spec, &functions, Arg::EmptyList);
                let list = self.reverse(list);
                self.emit(Op::Call(Callee::Remote(known::MAPS, Atom::new("from_list")), vec![list]))
            }
            Into::Binary => {
                let empty = self.literal(Literal::Binary(Vec::new()));
                self.collect(spec, &functions, empty)
            }
            Into::Reduce(start, _) => {
                let start = self.value(*start);
                self.collect(spec, &functions, start)
            }
            Into::Collectable(target, fun) => {
                let target = self.value(*target);
                let into = Callee::Remote(known::MOD_COLLECTABLE, known::INTO);
                let pair = self.emit(Op::Call(into, vec![target]));
                let start = self.emit(Op::Bif(Bif::Element, vec![Arg::Int(1), pair]));
                let collector = self.emit(Op::Bif(Bif::Element, vec![Arg::Int(2), pair]));
                self.env.insert(*fun, collector);
                self.collect_guarded(spec, &functions, start, collector)
            }
        };
        self.line = line;
        result
    }

    fn reverse(&mut self, list: Arg) -> Arg {
        self.emit(Op::Call(Callee::Remote(known::LISTS, Atom::new("reverse")), vec![list]))
    }

    /// Runs the loops from the first on; the value is what was accumulated.
    fn collect(&mut self, spec: &'f For, functions: &Rc<[FunId]>, start: Arg) -> Arg {
        let mut acc = start;
        if spec.uniq {
            let seen = self.literal(Literal::Map(Vec::new()));
            acc = self.emit(Op::Tuple(vec![start, seen]));
        }
        let mut acc = self.run_level(spec, functions, 0, acc);
        if spec.uniq {
            acc = self.emit(Op::Element(acc, 0));
        }
        acc
    }

    /// Tells the collector when all is done, and also when it is not going to be.
    fn collect_guarded(&mut self, spec: &'f For, functions: &Rc<[FunId]>, start: Arg, collector: Arg) -> Arg {
        let (handler, raised) = self.b.block_with(3);
        let (done, result) = self.b.block_with(1);
        let outer = self.b.handler.replace(handler);
        self.enter_region();
        let acc = self.collect(spec, functions, start);
        if self.b.live() {
            self.jump_with(done, acc);
        }
        self.b.handler = outer;
        let pos = self.pos();
        if self.b.enter(handler) {
            let [class, reason, trace] = [0, 1, 2].map(|at: usize| Arg::Val(raised[at]));
            let halt = Arg::Atom(Atom::new("halt"));
            self.b.effect(Op::Call(Callee::Fun(collector), vec![start, halt]), pos);
            self.b.end(Terminator::Raise { class, reason, trace: RaiseTrace::Raw(trace) }, pos);
        }
        self.b.enter(done);
        let args = vec![Arg::Val(result[0]), Arg::Atom(Atom::new("done"))];
        self.emit(Op::Call(Callee::Fun(collector), args))
    }

    /// Evaluates a level's source and runs its loop.
    fn run_level(&mut self, spec: &'f For, functions: &Rc<[FunId]>, level: usize, acc: Arg) -> Arg {
        if let Some(bounds) = bounds(self.core, &spec.levels[level]) {
            return self.run_counted(spec, functions[level], level, bounds, acc);
        }
        let source = self.value(spec.levels[level].source);
        if !self.b.live() {
            return acc;
        }
        self.line = spec.levels[level].line;
        let function = functions[level];
        let free = self.captures(&spec.levels[level].free);
        let mut args = vec![source, acc];
        args.extend(&free);
        let call = Op::Call(Callee::Local(function), args);
        let is_list = match self.core.expr(spec.levels[level].source) {
            Expr::List { .. } | Expr::EmptyList => true,
            Expr::Const(literal) => matches!(self.core.const_of(*literal), Literal::List(_)),
            _ => false,
        };
        if is_list || matches!(spec.levels[level].kind, Generator::Bits { .. }) {
            return self.emit(call);
        }
        let pos = self.pos();
        let (join, params) = self.b.block_with(1);
        let other = self.b.block();
        self.b.test(Test::IsList(source), other, pos);
        let result = self.emit(call);
        self.jump_with(join, result);
        self.b.enter(other);
        let reducer = self.unit.reserve();
        let free_count = u8::try_from(free.len()).unwrap_or(u8::MAX);
        let number = spec.levels[level].number;
        let kind = TaskKind::Reducer { function, number, free: free_count };
        self.tasks.push(Task { function: reducer, kind, line: self.line });
        let fun = self.emit(Op::Fun { function: reducer, free });
        let reduce = Callee::Remote(known::MOD_ENUM, known::REDUCE);
        let result = self.emit(Op::Call(reduce, vec![source, acc, fun]));
        self.jump_with(join, result);
        self.b.enter(join);
        Arg::Val(params[0])
    }

    /// Evaluates the bounds of a level's range and runs its loop.
    fn run_counted(&mut self, spec: &'f For, function: FunId, level: usize, bounds: Bounds, acc: Arg) -> Arg {
        let this = &spec.levels[level];
        let run = |fun: &mut Self, free: &[Arg], first: Arg, count: Arg, step: Arg| {
            let mut args = vec![first, acc, count, step];
            args.extend(free);
            fun.emit(Op::Call(Callee::Local(function), args))
        };
        match bounds {
            Bounds::Known { first, count, step } => {
                self.line = this.line;
                let free = self.captures(&this.free);
                run(self, &free, Arg::Int(first), Arg::Int(count), Arg::Int(step))
            }
            Bounds::Stepped => {
                let range = self.value(this.source);
                self.line = this.line;
                let free = self.captures(&this.free);
                let size = Callee::Remote(known::MOD_RANGE, Atom::new("size"));
                let count = self.emit(Op::Call(size, vec![range]));
                let [first, step] = ["first", "step"]
                    .map(|name| self.emit(Op::Bif(Bif::MapGet, vec![Arg::Atom(Atom::new(name)), range])));
                run(self, &free, first, count, step)
            }
            Bounds::Between(first, last) => {
                let (first, last) = (self.value(first), self.value(last));
                if !self.b.live() {
                    return acc;
                }
                self.line = this.line;
                let free = self.captures(&this.free);
                let pos = self.pos();
                let (join, params) = self.b.block_with(1);
                let other = self.b.block();
                for bound in [first, last].into_iter().filter(|bound| !matches!(bound, Arg::Int(_))) {
                    self.b.test(Test::IsInteger(bound), other, pos);
                }
                self.b.test(Test::Ge(last, first), other, pos);
                let count = |fun: &mut Self, from: Arg, to: Arg| {
                    let between = fun.emit(Op::Bif(Bif::Sub, vec![to, from]));
                    fun.emit(Op::Bif(Bif::Add, vec![between, Arg::Int(1)]))
                };
                let up = count(self, first, last);
                let result = run(self, &free, first, up, Arg::Int(1));
                self.jump_with(join, result);
                // No range, which raises, or one that goes down, which says that it should not be written like this.
                self.b.enter(other);
                let new = Callee::Remote(known::MOD_RANGE, Atom::new("new"));
                self.b.effect(Op::Call(new, vec![first, last]), pos);
                let down = count(self, last, first);
                let result = run(self, &free, first, down, Arg::Int(-1));
                self.jump_with(join, result);
                self.b.enter(join);
                Arg::Val(params[0])
            }
        }
    }

    // ---- the loops ----

    /// The loop of one level.
    pub(super) fn level(&mut self, spec: &'f For, level: usize, functions: &Rc<[FunId]>, args: &[Arg]) {
        let this = &spec.levels[level];
        let &[source, acc, ref others @ ..] = args else { return };
        let (count, free) = others.split_at(counted(self.core, this));
        self.bind_captures(&this.free, free);
        let pos = self.pos();
        let function = functions[level];
        if let (&[left, step], Generator::List { pat, guards }) = (count, &this.kind) {
            let end = self.b.block();
            let more = self.b.block();
            let test = Test::Eq(left, Arg::Int(0));
            self.b.end(Terminator::Branch { test, then: to(end), otherwise: to(more) }, pos);
            self.b.enter(more);
            let again = |fun: &mut Self, acc: Arg| {
                let pos = fun.pos();
                let next = fun.b.emit(Op::Bif(Bif::Add, vec![source, step]), pos);
                let left = fun.b.emit(Op::Bif(Bif::Sub, vec![left, Arg::Int(1)]), pos);
                let mut args = vec![next, acc, left, step];
                args.extend(free);
                fun.b.end(Terminator::TailCall(Callee::Local(function), args), pos);
            };
            let skip = self.b.block();
            let mut row = Row::new(0);
            self.want(&mut row, source, *pat);
            self.match_rows(vec![row], skip, &mut |fun, _, fail| {
                fun.guards(guards, fail);
                if let Some(acc) = fun.step(spec, level, functions, acc, skip) {
                    again(fun, acc);
                }
            });
            self.line = pos.line;
            if self.b.enter(skip) {
                again(self, acc);
            }
            self.b.enter(end);
            self.b.end(Terminator::Return(acc), pos);
            return;
        }
        let again = |fun: &mut Self, rest: Arg, acc: Arg| {
            let mut args = vec![rest, acc];
            args.extend(free);
            let pos = fun.pos();
            fun.b.end(Terminator::TailCall(Callee::Local(function), args), pos);
        };
        match &this.kind {
            Generator::List { pat, guards } => {
                let end = self.b.block();
                self.b.test(Test::IsCons(source), end, pos);
                let head = self.b.emit(Op::Head(source), pos);
                let rest = self.b.emit(Op::Tail(source), pos);
                let skip = self.b.block();
                let mut row = Row::new(0);
                self.want(&mut row, head, *pat);
                self.match_rows(vec![row], skip, &mut |fun, _, fail| {
                    fun.guards(guards, fail);
                    if let Some(acc) = fun.step(spec, level, functions, acc, skip) {
                        again(fun, rest, acc);
                    }
                });
                self.line = pos.line;
                if self.b.enter(skip) {
                    again(self, rest, acc);
                }
                self.b.enter(end);
                let improper = self.b.block();
                self.b.test(Test::IsEmptyList(source), improper, pos);
                self.b.end(Terminator::Return(acc), pos);
                self.b.enter(improper);
                self.b.end(Terminator::FunctionClause(vec![source, acc]), pos);
            }
            Generator::Bits { pat, skip, rest } => {
                let end = self.b.block();
                let mut rows = Vec::with_capacity(2);
                for (leaf, pat) in [pat, skip].into_iter().enumerate() {
                    let mut row = Row::new(leaf);
                    self.want(&mut row, source, *pat);
                    rows.push(row);
                }
                self.match_rows(rows, end, &mut |fun, leaf, _| {
                    let after = fun.variable(*rest);
                    if leaf == 0 {
                        let skip = fun.b.block();
                        if let Some(acc) = fun.step(spec, level, functions, acc, skip) {
                            again(fun, after, acc);
                        }
                        if !fun.b.enter(skip) {
                            return;
                        }
                    }
                    again(fun, after, acc);
                });
                self.line = pos.line;
                if self.b.enter(end) {
                    let wrong = self.b.block();
                    self.b.test(Test::IsBitstring(source), wrong, pos);
                    self.b.end(Terminator::Return(acc), pos);
                    self.b.enter(wrong);
                    self.raise_with(Atom::new("bad_generator"), source);
                }
            }
        }
    }

    /// Filters, then the next level or the body; the accumulator after it. `None` if it never gets there.
    fn step(&mut self, spec: &'f For, level: usize, functions: &Rc<[FunId]>, acc: Arg, skip: BlockId) -> Option<Arg> {
        for &filter in &spec.levels[level].filters {
            if !self.b.live() {
                return None;
            }
            let facts = self.b.facts.clone();
            let then = self.b.block();
            self.flow(filter, Dest::Truthy { then, otherwise: skip });
            self.b.facts = facts;
            self.b.enter(then);
        }
        if !self.b.live() {
            return None;
        }
        let acc = if level + 1 < spec.levels.len() {
            self.run_level(spec, functions, level + 1, acc)
        } else {
            self.accumulate(spec, acc, skip)
        };
        self.b.live().then_some(acc)
    }

    /// Runs the body and puts its value where values go.
    fn accumulate(&mut self, spec: &'f For, acc: Arg, skip: BlockId) -> Arg {
        if let Into::Reduce(_, clauses) = &spec.into {
            let facts = self.b.facts.clone();
            let (join, params) = self.b.block_with(1);
            let fail = self.b.block();
            self.clauses(clauses, &[acc], fail, Dest::Join(join));
            if self.b.enter(fail) {
                self.raise_with(known::CASE_CLAUSE, acc);
            }
            self.b.facts = facts;
            self.b.enter(join);
            return Arg::Val(params[0]);
        }
        let value = self.value(spec.body);
        if !self.b.live() {
            return acc;
        }
        if !spec.uniq {
            return self.put(&spec.into, acc, value);
        }
        let pos = self.pos();
        let list = self.emit(Op::Element(acc, 0));
        let seen = self.emit(Op::Element(acc, 1));
        let fresh = self.b.block();
        let test = Test::HasKey { map: seen, key: value };
        self.b.end(Terminator::Branch { test, then: to(skip), otherwise: to(fresh) }, pos);
        self.b.enter(fresh);
        let seen = self.emit(Op::MapPut { map: seen, pairs: vec![(value, Arg::Atom(known::TRUE))] });
        let list = self.put(&spec.into, list, value);
        self.emit(Op::Tuple(vec![list, seen]))
    }

    fn put(&mut self, into: &Into, acc: Arg, value: Arg) -> Arg {
        match into {
            Into::List | Into::Map | Into::Reduce(..) => self.emit(Op::Cons(value, acc)),
            Into::Binary => {
                let pos = self.pos();
                let wrong = self.b.block();
                let right = self.b.block();
                let test = Test::IsBitstring(value);
                self.b.end(Terminator::Branch { test, then: to(right), otherwise: to(wrong) }, pos);
                if self.b.enter(wrong) {
                    self.raise_with(known::BADARG, value);
                }
                self.b.enter(right);
                let segment = |value| Segment { value, size: None, ty: ALL_BITS };
                self.emit(Op::Bits(vec![segment(acc), segment(value)]))
            }
            Into::Collectable(_, fun) => {
                let fun = self.variable(*fun);
                let command = self.emit(Op::Tuple(vec![Arg::Atom(Atom::new("cont")), value]));
                self.emit(Op::Call(Callee::Fun(fun), vec![acc, command]))
            }
        }
    }
}
