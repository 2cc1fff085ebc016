//! One function at a time: core form to blocks.
//!
//! [`Fun`] holds the function being built. [`Fun::value`] computes an expression here and now; [`Fun::flow`] computes
//! it and hands its value to a [`Dest`]: the caller, a block that joins several ways, or the two sides of a
//! condition. So `if a and b` becomes branches without a boolean ever being made, and a call whose value is the
//! function's own becomes a tail call.
//!
//! **Invariants.**
//! 1. [`Dest::Return`] is never used inside a region with a handler, so nothing there is a tail call.
//! 2. A variable's value dominates its uses, since scopes of the language nest as dominance does.
//! 3. Each lambda and each loop of a comprehension waits in [`Task`]s until the current function is done.
//!
//! **What it must not know.** Quoted code.

use std::rc::Rc;

use jovial_atoms::{Atom, known};
use jovial_bytecode::ir::{
    Arg, Bif, BlockId, Callee, FunId, Function, Literal, Op, Pos, RaiseTrace, Segment, Terminator, Test,
};
use rustc_hash::{FxHashMap, FxHashSet};

use super::bifs;
use super::build::{Build, Fact, to, with};
use super::comprehension::{ALL_BITS, counted};
use super::core::{Clause, Core, Expr, ExprId, For, Lambda, Pat, PatId, VarId};
use super::guard::test_of;
use super::matching::Row;
use super::unit::Unit;
use super::{Cause, Hidden, LowerError};

/// Literals of more parts are built piece by piece: a frame can't hold any number of values.
const WIDE: usize = 256;

/// What becomes of a value.
#[derive(Clone, Copy, Debug)]
pub(super) enum Dest {
    /// It is the function's.
    Return,
    /// It is the parameter of that block.
    Join(BlockId),
    /// Nobody wants it.
    Drop(BlockId),
    /// `true` goes one way and `false` the other, anything else as a parameter to `other`, or where `false` goes.
    Boolean { then: BlockId, otherwise: BlockId, other: Option<BlockId> },
    /// `false` and `nil` go to `otherwise`.
    Truthy { then: BlockId, otherwise: BlockId },
}

pub(super) struct Task<'f> {
    pub(super) function: FunId,
    pub(super) kind: TaskKind<'f>,
    pub(super) line: u32,
}

pub(super) enum TaskKind<'f> {
    Lambda(&'f Lambda),
    /// The loop of one generator.
    Level {
        comprehension: &'f For,
        level: usize,
        functions: Rc<[FunId]>,
    },
    /// Feeds one element to that loop: what `Enum.reduce/3` calls for whatever is no list.
    Reducer {
        function: FunId,
        number: u32,
        free: u8,
    },
}

pub(super) struct Fun<'f, 'u> {
    pub(super) unit: &'u mut Unit,
    pub(super) core: &'f Core,
    pub(super) tasks: &'u mut Vec<Task<'f>>,
    pub(super) b: Build,
    pub(super) env: FxHashMap<VarId, Arg>,
    /// Stack traces that came in from an outer function, as lists: a raw one stays where it was caught.
    listed: FxHashSet<VarId>,
    /// References whose making left a mark in the mailbox.
    marked: FxHashSet<VarId>,
    file: u16,
    pub(super) line: u32,
}

impl<'f, 'u> Fun<'f, 'u> {
    pub(super) fn new(
        unit: &'u mut Unit,
        core: &'f Core,
        tasks: &'u mut Vec<Task<'f>>,
        params: u32,
        pos: Pos,
    ) -> (Self, Vec<Arg>) {
        let (b, args) = Build::new(params);
        let fun = Fun {
            unit,
            core,
            tasks,
            b,
            env: FxHashMap::default(),
            marked: FxHashSet::default(),
            listed: FxHashSet::default(),
            file: pos.file,
            line: pos.line,
        };
        (fun, args)
    }

    pub(super) fn finish(self, name: Atom, arity: u8, free: u8, line: u32) -> Function {
        self.b.finish(name, arity, free, Pos { file: self.file, line })
    }

    pub(super) fn pos(&self) -> Pos {
        Pos { file: self.file, line: self.line }
    }

    /// Makes the line of an expression the current one.
    fn at(&mut self, expr: ExprId) -> Pos {
        let line = self.core.line(expr);
        if line > 0 {
            self.line = line;
        }
        self.pos()
    }

    pub(super) fn fail(&mut self, cause: Cause) {
        let line = self.line;
        self.unit.error.get_or_insert(LowerError { line, cause });
    }

    pub(super) fn emit(&mut self, op: Op) -> Arg {
        let pos = self.pos();
        self.b.emit(op, pos)
    }

    pub(super) fn jump(&mut self, block: BlockId) {
        let pos = self.pos();
        self.b.jump(to(block), pos);
    }

    pub(super) fn jump_with(&mut self, block: BlockId, arg: Arg) {
        let pos = self.pos();
        self.b.jump(with(block, vec![arg]), pos);
    }

    pub(super) fn raise(&mut self, reason: Arg) {
        let pos = self.pos();
        let class = Arg::Atom(known::ERROR);
        self.b.end(Terminator::Raise { class, reason, trace: RaiseTrace::New }, pos);
    }

    /// Raises `{tag, value}`.
    pub(super) fn raise_with(&mut self, tag: Atom, value: Arg) {
        let reason = self.emit(Op::Tuple(vec![Arg::Atom(tag), value]));
        self.raise(reason);
    }

    pub(super) fn literal(&mut self, literal: Literal) -> Arg {
        Arg::Lit(self.unit.literals.intern(literal))
    }

    pub(super) fn variable(&mut self, var: VarId) -> Arg {
        if let Some(&arg) = self.env.get(&var) {
            return arg;
        }
        if self.b.live() {
            self.fail(Cause::Unordered);
        }
        Arg::Atom(known::NIL)
    }

    /// A handler's stack trace as a list.
    fn stacktrace(&mut self, var: VarId) -> Arg {
        let trace = self.variable(var);
        if self.listed.contains(&var) { trace } else { self.emit(Op::Stacktrace(trace)) }
    }

    /// The values that an inner function captures.
    pub(super) fn captures(&mut self, free: &[VarId]) -> Vec<Arg> {
        free.iter()
            .map(|&var| if self.core.trace_vars.contains(&var) { self.stacktrace(var) } else { self.variable(var) })
            .collect()
    }

    /// Binds what an outer function captured.
    pub(super) fn bind_captures(&mut self, free: &[VarId], values: &[Arg]) {
        for (&var, &value) in free.iter().zip(values) {
            self.env.insert(var, value);
            if self.core.trace_vars.contains(&var) {
                self.listed.insert(var);
            }
        }
    }

    pub(super) fn values(&mut self, exprs: &'f [ExprId]) -> Vec<Arg> {
        exprs.iter().map(|&expr| self.value(expr)).collect()
    }

    fn first_operand(&self, expr: ExprId) -> Option<ExprId> {
        match self.core.expr(expr) {
            Expr::Bif(_, args) | Expr::Remote(_, _, args) | Expr::Local(_, args) => args.first().copied(),
            _ => None,
        }
    }

    /// Computes an expression in the current block, or in blocks after it.
    pub(super) fn value(&mut self, expr: ExprId) -> Arg {
        let mut spine = Vec::new();
        let mut lowest = expr;
        while let Some(first) = self.first_operand(lowest)
            && self.first_operand(first).is_some()
        {
            spine.push(lowest);
            lowest = first;
        }
        let mut value = self.value_with(lowest, None);
        for expr in spine.into_iter().rev() {
            value = self.value_with(expr, Some(value));
        }
        value
    }

    /// What interpolation makes of a value. The protocol's answer for an integer is known, and a text mostly shows numbers.
    fn text_of(&mut self, protocol: Callee, args: Vec<Arg>, pos: Pos) -> Arg {
        let facts = self.b.facts.clone();
        let other = self.b.block();
        let (done, params) = self.b.block_with(1);
        self.b.test(Test::IsInteger(args[0]), other, pos);
        let digits = Callee::Remote(known::ERLANG, Atom::new("integer_to_binary"));
        let text = self.b.emit(Op::Call(digits, args.clone()), pos);
        self.b.jump(with(done, vec![text]), pos);
        self.b.facts.clone_from(&facts);
        if self.b.enter(other) {
            let text = self.b.emit(Op::Call(protocol, args), pos);
            self.b.jump(with(done, vec![text]), pos);
        }
        self.b.facts = facts;
        self.b.enter(done);
        Arg::Val(params[0])
    }

    fn operands(&mut self, args: &'f [ExprId], first: Option<Arg>) -> Vec<Arg> {
        let mut all = Vec::with_capacity(args.len());
        all.extend(first);
        for &arg in &args[all.len().min(args.len())..] {
            all.push(self.value(arg));
        }
        all
    }

    fn value_with(&mut self, expr: ExprId, first: Option<Arg>) -> Arg {
        match self.core.expr(expr) {
            Expr::Int(value) => Arg::Int(*value),
            Expr::Atom(atom) => Arg::Atom(*atom),
            Expr::EmptyList => Arg::EmptyList,
            Expr::Const(literal) => {
                let literal = self.core.const_of(*literal).clone();
                self.literal(literal)
            }
            Expr::Var(var) => self.variable(*var),
            Expr::Bif(bif, args) => {
                let args = self.operands(args, first);
                let pos = self.at(expr);
                let value = self.b.emit(Op::Bif(*bif, args), pos);
                if bifs::is_total_predicate(*bif) {
                    self.b.learn(value, Fact::Boolean);
                }
                value
            }
            Expr::Remote(..) | Expr::Local(..) | Expr::Dynamic(..) | Expr::Apply(..) => {
                let (callee, args) = self.call(expr, first);
                let pos = self.at(expr);
                if matches!(&callee, Callee::Remote(known::MOD_STRING_CHARS, known::TO_STRING)) && args.len() == 1 {
                    return self.text_of(callee, args, pos);
                }
                self.b.emit(Op::Call(callee, args), pos)
            }
            Expr::List { .. } | Expr::Tuple(_) | Expr::Map(_) | Expr::Bits(_) => self.construct(expr),
            Expr::MapUpdate { .. } => self.map_update(expr),
            Expr::Block(items) => {
                let Some((&last, items)) = items.split_last() else { return Arg::Atom(known::NIL) };
                for &item in items {
                    self.effect(item);
                }
                self.value(last)
            }
            Expr::Match(pat, value) => self.match_expr(*pat, *value, expr),
            Expr::Raise { class, reason, trace } => {
                let reason = self.value(*reason);
                let trace = match trace {
                    None => RaiseTrace::New,
                    Some(trace) => match self.core.expr(*trace) {
                        Expr::Stacktrace(var) if !self.listed.contains(var) => RaiseTrace::Raw(self.variable(*var)),
                        _ => RaiseTrace::Given(self.value(*trace)),
                    },
                };
                let pos = self.at(expr);
                self.b.end(Terminator::Raise { class: Arg::Atom(*class), reason, trace }, pos);
                Arg::Atom(known::NIL)
            }
            Expr::Lambda(lambda) => self.lambda(lambda, expr),
            Expr::LocalFun(name, arity) => {
                let pos = self.at(expr);
                if let Some(function) = self.unit.local(*name, usize::from(*arity)) {
                    self.b.emit(Op::Fun { function, free: Vec::new() }, pos)
                } else {
                    let module = self.unit.module;
                    self.literal(Literal::Fun(module, *name, *arity))
                }
            }
            Expr::Stacktrace(var) => {
                self.at(expr);
                self.stacktrace(*var)
            }
            Expr::For(comprehension) => {
                self.at(expr);
                self.comprehension(comprehension)
            }
            Expr::Case { .. }
            | Expr::Cond(_)
            | Expr::With(_)
            | Expr::Try(_)
            | Expr::Receive(_)
            | Expr::AndAlso(..)
            | Expr::OrElse(..)
            | Expr::Field(..) => {
                let facts = self.b.facts.clone();
                let (join, params) = self.b.block_with(1);
                self.flow(expr, Dest::Join(join));
                self.b.facts = facts;
                self.b.enter(join);
                Arg::Val(params[0])
            }
        }
    }

    /// Computes an expression for what it does.
    pub(super) fn effect(&mut self, expr: ExprId) {
        match self.core.expr(expr) {
            Expr::Case { .. } | Expr::Cond(_) | Expr::With(_) | Expr::Try(_) | Expr::Receive(_) => {
                let facts = self.b.facts.clone();
                let after = self.b.block();
                self.flow(expr, Dest::Drop(after));
                self.b.facts = facts;
                self.b.enter(after);
            }
            _ => {
                self.value(expr);
            }
        }
    }

    #[inline(never)]
    fn construct(&mut self, expr: ExprId) -> Arg {
        match self.core.expr(expr) {
            Expr::List { items, tail } if items.len() > WIDE => self.wide_list(items, *tail, expr),
            Expr::List { items, tail } => {
                let items = self.values(items);
                let tail = match tail {
                    Some(tail) => self.value(*tail),
                    None => Arg::EmptyList,
                };
                let pos = self.at(expr);
                items.into_iter().rev().fold(tail, |tail, item| self.b.emit(Op::Cons(item, tail), pos))
            }
            Expr::Tuple(items) if items.len() > WIDE => {
                let list = self.wide_list(items, None, expr);
                let pos = self.at(expr);
                self.b.emit(Op::Call(Callee::Remote(known::ERLANG, Atom::new("list_to_tuple")), vec![list]), pos)
            }
            Expr::Tuple(items) => {
                let items = self.values(items);
                let pos = self.at(expr);
                self.b.emit(Op::Tuple(items), pos)
            }
            Expr::Map(pairs) => {
                let mut chunks = pairs.chunks(2 * WIDE);
                let first = self.pairs(chunks.next().unwrap_or(&[]));
                let pos = self.at(expr);
                let mut map = self.b.emit(Op::Map(first), pos);
                for chunk in chunks {
                    let pairs = self.pairs(chunk);
                    map = self.b.emit(Op::MapPut { map, pairs }, pos);
                }
                map
            }
            Expr::Bits(segments) if segments.len() > WIDE => {
                let mut parts = Vec::with_capacity(segments.len() / WIDE + 1);
                for chunk in segments.chunks(WIDE) {
                    let value = self.bits(chunk, expr);
                    parts.push(Segment { value, size: None, ty: ALL_BITS });
                }
                let pos = self.at(expr);
                self.b.emit(Op::Bits(parts), pos)
            }
            Expr::Bits(segments) => self.bits(segments, expr),
            _ => Arg::Atom(known::NIL),
        }
    }

    fn bits(&mut self, segments: &'f [super::core::Segment], expr: ExprId) -> Arg {
        let mut all = Vec::with_capacity(segments.len());
        for segment in segments {
            let value = self.value(segment.value);
            let size = segment.size.map(|size| self.value(size));
            all.push(Segment { value, size, ty: segment.ty });
        }
        let pos = self.at(expr);
        self.b.emit(Op::Bits(all), pos)
    }

    /// Grown backwards, so that few values wait at a time.
    fn wide_list(&mut self, items: &'f [ExprId], tail: Option<ExprId>, expr: ExprId) -> Arg {
        let mut reversed = Arg::EmptyList;
        for &item in items {
            let item = self.value(item);
            reversed = self.emit(Op::Cons(item, reversed));
        }
        let tail = tail.map_or(Arg::EmptyList, |tail| self.value(tail));
        let pos = self.at(expr);
        let reverse = Callee::Remote(known::LISTS, Atom::new("reverse"));
        self.b.emit(Op::Call(reverse, vec![reversed, tail]), pos)
    }

    fn pairs(&mut self, pairs: &'f [ExprId]) -> Vec<(Arg, Arg)> {
        pairs.chunks_exact(2).map(|pair| (self.value(pair[0]), self.value(pair[1]))).collect()
    }

    #[inline(never)]
    fn map_update(&mut self, expr: ExprId) -> Arg {
        let Expr::MapUpdate { map, pairs, of } = self.core.expr(expr) else { return Arg::Atom(known::NIL) };
        let map = self.value(*map);
        let pos = self.at(expr);
        if let Some(module) = of {
            let module = self.value(*module);
            let wrong = self.b.block();
            let facts = self.b.facts.clone();
            self.b.test(Test::IsMap(map), wrong, pos);
            let (found, params) = self.b.block_with(1);
            let key = Arg::Atom(known::DUNDER_STRUCT);
            self.b.end(Terminator::Fetch { map, key, found: to(found), missing: to(wrong) }, pos);
            self.b.enter(found);
            let right = self.b.block();
            let test = Test::Eq(Arg::Val(params[0]), module);
            self.b.end(Terminator::Branch { test, then: to(right), otherwise: to(wrong) }, pos);
            if self.b.enter(wrong) {
                let reason = self.emit(Op::Tuple(vec![Arg::Atom(Atom::new("badstruct")), module, map]));
                self.raise(reason);
            }
            self.b.enter(right);
            self.b.facts = facts;
            self.b.learn(map, Fact::Map);
        }
        let pairs = self.pairs(pairs);
        if pairs.is_empty() && of.is_some() {
            return map;
        }
        let pos = self.at(expr);
        self.b.emit(Op::MapUpdate { map, pairs }, pos)
    }

    fn lambda(&mut self, lambda: &'f Lambda, expr: ExprId) -> Arg {
        if !self.b.live() {
            return Arg::Atom(known::NIL);
        }
        let pos = self.at(expr);
        if usize::from(lambda.arity) + lambda.free.len() > usize::from(u8::MAX) {
            self.fail(Cause::TooManyArguments);
            return Arg::Atom(known::NIL);
        }
        let function = self.unit.reserve();
        let free = self.captures(&lambda.free);
        self.tasks.push(Task { function, kind: TaskKind::Lambda(lambda), line: pos.line });
        self.b.emit(Op::Fun { function, free }, pos)
    }

    // ---- calls ----

    fn call(&mut self, expr: ExprId, first: Option<Arg>) -> (Callee, Vec<Arg>) {
        let (callee, args) = self.callee(expr, first);
        if args.len() > usize::from(u8::MAX) {
            self.fail(Cause::TooManyArguments);
        }
        (callee, args)
    }

    fn callee(&mut self, expr: ExprId, first: Option<Arg>) -> (Callee, Vec<Arg>) {
        match self.core.expr(expr) {
            Expr::Remote(module, name, args) => (Callee::Remote(*module, *name), self.operands(args, first)),
            Expr::Local(name, args) => {
                let args = self.operands(args, first);
                match self.unit.local(*name, args.len()) {
                    Some(function) => (Callee::Local(function), args),
                    None => (Callee::Remote(self.unit.module, *name), args),
                }
            }
            Expr::Dynamic(module, name, args) => {
                let module = self.value(*module);
                let name = self.value(*name);
                let args = self.operands(args, None);
                let callee = match (module, name) {
                    (Arg::Atom(module), Arg::Atom(name)) => Callee::Remote(module, name),
                    _ => Callee::Apply(module, name),
                };
                (callee, args)
            }
            Expr::Apply(fun, args) => {
                let fun = self.value(*fun);
                (Callee::Fun(fun), self.operands(args, None))
            }
            _ => (Callee::Remote(known::ERLANG, known::UNDEFINED), Vec::new()),
        }
    }

    /// Calls that never come back stay in their frame, so that traces show it.
    fn never_returns(&self, expr: ExprId) -> bool {
        match self.core.expr(expr) {
            Expr::Remote(known::ERLANG, name, _) => matches!(name.as_str(), "error" | "raise" | "nif_error" | "halt"),
            _ => false,
        }
    }

    /// A function of the machine, which comes back soon: its caller stays on the stack and so in the traces of its errors.
    fn is_native(&self, expr: ExprId) -> bool {
        match self.core.expr(expr) {
            Expr::Remote(known::ERLANG, name, _) => !matches!(name.as_str(), "apply" | "hibernate" | "yield"),
            Expr::Remote(module, ..) => matches!(module.as_str(), "math" | "binary" | "ets" | "persistent_term"),
            _ => false,
        }
    }

    // ---- control ----

    /// Computes an expression and hands its value on. Ends the current block.
    pub(super) fn flow(&mut self, expr: ExprId, dest: Dest) {
        if !self.b.live() {
            return;
        }
        match self.core.expr(expr) {
            Expr::Block(items) if !items.is_empty() => {
                let Some((&last, items)) = items.split_last() else { return };
                for &item in items {
                    self.effect(item);
                }
                self.flow(last, dest);
            }
            Expr::Case { .. } => self.case(expr, dest),
            Expr::Cond(clauses) => self.cond(clauses, expr, dest),
            Expr::With(with) => self.with(with, expr, dest),
            Expr::Try(spec) => self.try_expr(spec, expr, dest),
            Expr::Receive(receive) => self.receive(receive, expr, dest),
            Expr::AndAlso(left, right) => self.and_also(*left, *right, dest),
            Expr::OrElse(left, right) => self.or_else(*left, *right, dest),
            Expr::Field(map, key) => self.field(*map, *key, expr, dest),
            Expr::Bif(bif, args) if matches!(dest, Dest::Boolean { .. } | Dest::Truthy { .. }) => {
                self.condition(expr, *bif, args, dest);
            }
            Expr::Remote(..) | Expr::Local(..) | Expr::Dynamic(..) | Expr::Apply(..)
                if matches!(dest, Dest::Return) && !self.never_returns(expr) && !self.is_native(expr) =>
            {
                let (callee, args) = self.call(expr, None);
                let pos = self.at(expr);
                self.b.end(Terminator::TailCall(callee, args), pos);
            }
            _ => {
                let value = self.value(expr);
                self.deliver(value, dest);
            }
        }
    }

    /// Hands a value to where it goes. Ends the current block.
    pub(super) fn deliver(&mut self, value: Arg, dest: Dest) {
        let pos = self.pos();
        match dest {
            Dest::Return => self.b.end(Terminator::Return(value), pos),
            Dest::Join(block) => self.b.jump(with(block, vec![value]), pos),
            Dest::Drop(block) => self.b.jump(to(block), pos),
            Dest::Boolean { then, otherwise, other } => match value {
                Arg::Atom(known::TRUE) => self.jump(then),
                Arg::Atom(known::FALSE) => self.jump(otherwise),
                Arg::Val(_) if other.is_none() || self.b.shape(value) == Some(Fact::Boolean) => {
                    let test = Test::IsTrue(value);
                    self.b.end(Terminator::Branch { test, then: to(then), otherwise: to(otherwise) }, pos);
                }
                Arg::Val(_) => {
                    let cases = vec![(Arg::Atom(known::TRUE), to(then)), (Arg::Atom(known::FALSE), to(otherwise))];
                    let default = match other {
                        Some(other) => with(other, vec![value]),
                        None => to(otherwise),
                    };
                    self.b.end(Terminator::Switch { value, cases, default }, pos);
                }
                Arg::Int(_) | Arg::Atom(_) | Arg::EmptyList | Arg::Lit(_) => match other {
                    Some(other) => self.jump_with(other, value),
                    None => self.jump(otherwise),
                },
            },
            Dest::Truthy { then, otherwise } => match value {
                Arg::Atom(known::FALSE | known::NIL) => self.jump(otherwise),
                Arg::Val(_) if self.b.shape(value) == Some(Fact::Boolean) => {
                    let test = Test::IsTrue(value);
                    self.b.end(Terminator::Branch { test, then: to(then), otherwise: to(otherwise) }, pos);
                }
                Arg::Val(_) => {
                    let cases = vec![(Arg::Atom(known::FALSE), to(otherwise)), (Arg::Atom(known::NIL), to(otherwise))];
                    self.b.end(Terminator::Switch { value, cases, default: to(then) }, pos);
                }
                Arg::Int(_) | Arg::Atom(_) | Arg::EmptyList | Arg::Lit(_) => self.jump(then),
            },
        }
    }

    /// A built-in operation whose value chooses the way.
    fn condition(&mut self, expr: ExprId, bif: Bif, args: &'f [ExprId], dest: Dest) {
        let (then, otherwise) = match dest {
            Dest::Boolean { then, otherwise, .. } | Dest::Truthy { then, otherwise } => (then, otherwise),
            Dest::Return | Dest::Join(_) | Dest::Drop(_) => return,
        };
        if bif == Bif::Not
            && let &[inner] = args
            && self.is_boolean(inner)
        {
            self.flow(inner, Dest::Boolean { then: otherwise, otherwise: then, other: None });
            return;
        }
        if bifs::is_total_predicate(bif) {
            let args = self.values(args);
            let pos = self.at(expr);
            if let Some((test, negated)) = test_of(bif, &args) {
                let (then, otherwise) = if negated { (otherwise, then) } else { (then, otherwise) };
                self.b.end(Terminator::Branch { test, then: to(then), otherwise: to(otherwise) }, pos);
                return;
            }
        }
        let value = self.value(expr);
        self.deliver(value, dest);
    }

    /// The value is `true` or `false`, or nothing since it raises.
    fn is_boolean(&self, expr: ExprId) -> bool {
        match self.core.expr(expr) {
            Expr::Atom(known::TRUE | known::FALSE) => true,
            Expr::Bif(bif, _) => {
                bifs::is_total_predicate(*bif)
                    || matches!(bif, Bif::Not | Bif::And | Bif::Or | Bif::Xor | Bif::IsMapKey | Bif::IsFunction2)
            }
            Expr::AndAlso(_, right) | Expr::OrElse(_, right) => self.is_boolean(*right),
            _ => false,
        }
    }

    fn and_also(&mut self, left: ExprId, right: ExprId, dest: Dest) {
        let next = self.b.block();
        let no = match dest {
            Dest::Boolean { otherwise, .. } | Dest::Truthy { otherwise, .. } => otherwise,
            Dest::Return | Dest::Join(_) | Dest::Drop(_) => self.b.block(),
        };
        self.short_circuit(left, right, (next, no), next, known::FALSE, dest);
    }

    fn or_else(&mut self, left: ExprId, right: ExprId, dest: Dest) {
        let next = self.b.block();
        let yes = match dest {
            Dest::Boolean { then, .. } | Dest::Truthy { then, .. } => then,
            Dest::Return | Dest::Join(_) | Dest::Drop(_) => self.b.block(),
        };
        self.short_circuit(left, right, (yes, next), next, known::TRUE, dest);
    }

    fn short_circuit(
        &mut self,
        left: ExprId,
        right: ExprId,
        (then, otherwise): (BlockId, BlockId),
        next: BlockId,
        early: Atom,
        dest: Dest,
    ) {
        let facts = self.b.facts.clone();
        let (other, params) = self.b.block_with(1);
        self.flow(left, Dest::Boolean { then, otherwise, other: Some(other) });
        if self.b.enter(other) {
            self.raise_with(known::BADARG, Arg::Val(params[0]));
        }
        let ended = if next == then { otherwise } else { then };
        if matches!(dest, Dest::Return | Dest::Join(_) | Dest::Drop(_)) && self.b.enter(ended) {
            self.deliver(Arg::Atom(early), dest);
        }
        self.b.facts = facts;
        if self.b.enter(next) {
            self.flow(right, dest);
        }
    }

    fn field(&mut self, map: ExprId, key: Atom, expr: ExprId, dest: Dest) {
        let map = self.value(map);
        let pos = self.at(expr);
        let facts = self.b.facts.clone();
        let no_map = self.b.block();
        let missing = self.b.block();
        if self.b.shape(map) != Some(Fact::Map) {
            self.b.test(Test::IsMap(map), no_map, pos);
        }
        let (found, params) = self.b.block_with(1);
        self.b.end(Terminator::Fetch { map, key: Arg::Atom(key), found: to(found), missing: to(missing) }, pos);
        if self.b.enter(no_map) {
            // On a module's name it is a call without parentheses.
            let atom = self.b.block();
            let not_special = self.b.block();
            let special = [known::NIL, known::TRUE, known::FALSE];
            let cases = special.into_iter().map(|special| (Arg::Atom(special), to(missing))).collect();
            self.b.end(Terminator::Switch { value: map, cases, default: to(not_special) }, pos);
            self.b.enter(not_special);
            self.b.end(Terminator::Branch { test: Test::IsAtom(map), then: to(atom), otherwise: to(missing) }, pos);
            self.b.enter(atom);
            let callee = Callee::Apply(map, Arg::Atom(key));
            if matches!(dest, Dest::Return) {
                self.b.end(Terminator::TailCall(callee, Vec::new()), pos);
            } else {
                let value = self.b.emit(Op::Call(callee, Vec::new()), pos);
                self.deliver(value, dest);
            }
        }
        if self.b.enter(missing) {
            let reason = self.b.emit(Op::Tuple(vec![Arg::Atom(known::BADKEY), Arg::Atom(key), map]), pos);
            self.raise(reason);
        }
        self.b.facts = facts;
        if self.b.enter(found) {
            self.b.learn(map, Fact::Map);
            self.deliver(Arg::Val(params[0]), dest);
        }
    }

    // ---- matching ----

    #[inline(never)]
    fn match_expr(&mut self, pat: PatId, value: ExprId, expr: ExprId) -> Arg {
        let mark = match self.core.pat(pat) {
            Pat::Var(var) if self.core.receive_refs.contains(var) && self.makes_reference(value) => Some(*var),
            _ => None,
        };
        if mark.is_some() {
            let pos = self.at(value);
            self.b.effect(Op::RecvMark, pos);
        }
        let value = self.value(value);
        let pos = self.at(expr);
        if let Some(var) = mark {
            self.b.effect(Op::RecvBind(value), pos);
            self.marked.insert(var);
        }
        match self.core.pat(pat) {
            Pat::Any => return value,
            Pat::Var(var) => {
                self.env.insert(*var, value);
                return value;
            }
            _ => {}
        }
        if !self.b.live() {
            return value;
        }
        let mut row = Row::new(0);
        self.want(&mut row, value, pat);
        let fail = self.b.block();
        let done = self.b.block();
        let mut facts = None;
        self.match_rows(vec![row], fail, &mut |fun, _, _| {
            facts.clone_from(&fun.b.facts);
            fun.jump(done);
        });
        self.line = pos.line;
        if self.b.enter(fail) {
            self.raise_with(known::BADMATCH, value);
        }
        self.b.enter(done);
        self.b.facts = facts;
        value
    }

    /// A call that makes a reference and neither receives nor calls anything that might.
    fn makes_reference(&self, expr: ExprId) -> bool {
        let Expr::Remote(module, name, _) = self.core.expr(expr) else { return false };
        match *module {
            known::ERLANG => matches!(name.as_str(), "make_ref" | "monitor" | "alias"),
            known::MOD_PROCESS => matches!(name.as_str(), "monitor" | "alias"),
            _ => false,
        }
    }

    pub(super) fn is_marked(&self, var: VarId) -> bool {
        self.marked.contains(&var)
    }

    /// Tries clauses in order on these values; each that matches hands its body's value on.
    pub(super) fn clauses(
        &mut self,
        clauses: &'f [Clause],
        values: &[Arg],
        fail: BlockId,
        dest: Dest,
    ) -> Vec<(usize, usize)> {
        let mut rows = Vec::with_capacity(clauses.len());
        for (leaf, clause) in clauses.iter().enumerate() {
            let mut row = Row::new(leaf);
            for (&value, &pat) in values.iter().zip(&clause.pats) {
                self.want(&mut row, value, pat);
            }
            rows.push(row);
        }
        self.match_rows(rows, fail, &mut |fun, leaf, fail| {
            let clause = &clauses[leaf];
            fun.line = clause.line.max(1);
            fun.guards(&clause.guards, fail);
            fun.flow(clause.body, dest);
        })
    }

    fn takes_all(&self, pat: PatId) -> bool {
        let mut left = vec![pat];
        while let Some(pat) = left.pop() {
            match self.core.pat(pat) {
                Pat::Any | Pat::Var(_) => {}
                Pat::Both(one, other) => left.extend([*one, *other]),
                _ => return false,
            }
        }
        true
    }

    /// Notes clauses that never match.
    pub(super) fn note_hidden(
        &mut self,
        clauses: &[Clause],
        hidden: Vec<(usize, usize)>,
        function: Option<(Atom, u8)>,
    ) {
        for (at, by) in hidden {
            let (clause, earlier) = (&clauses[at], &clauses[by]);
            if clause.generated || earlier.generated {
                continue;
            }
            let takes_all = earlier.pats.iter().all(|&pat| self.takes_all(pat));
            self.unit.hidden.push(Hidden {
                file: self.file,
                line: clause.line,
                column: clause.column,
                by_line: earlier.line,
                function: function.filter(|_| takes_all),
            });
        }
    }

    // ---- whole functions ----

    /// A definition; a macro's first argument is its caller.
    pub(super) fn definition(
        &mut self,
        clauses: &'f [Clause],
        args: &[Arg],
        caller: Option<VarId>,
        function: (Atom, u8),
    ) {
        let line = self.line;
        let mut values = args;
        if let (Some(caller), Some((&first, rest))) = (caller, args.split_first()) {
            self.env.insert(caller, first);
            values = rest;
        }
        let fail = self.b.block();
        let hidden = self.clauses(clauses, values, fail, Dest::Return);
        self.note_hidden(clauses, hidden, Some(function));
        self.line = line;
        if self.b.enter(fail) {
            let pos = self.pos();
            self.b.end(Terminator::FunctionClause(args.to_vec()), pos);
        }
    }

    /// A function of clauses: arguments, then free variables.
    pub(super) fn body(&mut self, clauses: &'f [Clause], args: &[Arg], free: &'f [VarId]) {
        let line = self.line;
        let (args, captured) = args.split_at(args.len() - free.len());
        self.bind_captures(free, captured);
        let fail = self.b.block();
        let hidden = self.clauses(clauses, args, fail, Dest::Return);
        self.note_hidden(clauses, hidden, None);
        self.line = line;
        if self.b.enter(fail) {
            let pos = self.pos();
            self.b.end(Terminator::FunctionClause(args.to_vec()), pos);
        }
    }
}

/// Lowers whatever the function before left to do.
pub(super) fn run_tasks<'f>(unit: &mut Unit, core: &'f Core, base: &str, file: u16, tasks: &mut Vec<Task<'f>>) {
    let name_of = |number: u32| Atom::new(&format!("-{base}-fun-{number}-"));
    while let Some(task) = tasks.pop() {
        let Task { function, kind, line } = task;
        let pos = Pos { file, line };
        let made = match kind {
            TaskKind::Lambda(lambda) => {
                let free = u8::try_from(lambda.free.len()).unwrap_or(u8::MAX);
                let params = u32::from(lambda.arity) + u32::from(free);
                let (mut fun, args) = Fun::new(unit, core, tasks, params, pos);
                let name = name_of(lambda.number);
                fun.body(&lambda.clauses, &args, &lambda.free);
                fun.finish(name, lambda.arity, free, line)
            }
            TaskKind::Level { comprehension, level, functions } => {
                let this = &comprehension.levels[level];
                let free = this.free.len() + counted(core, this);
                let params = u32::try_from(free + 2).unwrap_or(u32::MAX);
                let (mut fun, args) = Fun::new(unit, core, tasks, params, pos);
                let name = name_of(this.number);
                fun.level(comprehension, level, &functions, &args);
                // Traces show the arity that Elixir's function for the loop's body has.
                let shown = comprehension.shown_arity();
                let free = u8::try_from(free + 2).unwrap_or(u8::MAX) - shown;
                fun.finish(name, shown, free, line)
            }
            TaskKind::Reducer { function: level, number, free } => {
                let (mut fun, args) = Fun::new(unit, core, tasks, 2 + u32::from(free), pos);
                let name = name_of(number);
                let mut args = args;
                args[0] = fun.emit(Op::Cons(args[0], Arg::EmptyList));
                fun.b.end(Terminator::TailCall(Callee::Local(level), args), pos);
                fun.finish(name, 2, free, line)
            }
        };
        unit.define(function, made);
    }
}
