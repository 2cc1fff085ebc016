//! Guards: conditions that never raise. What would raise makes the whole guard fail.
//!
//! So a guard has three ends: true, false, and failed; `not` exchanges the first two only.
//!
//! **What it must not know.** What comes after the guard.

use jovial_atoms::known;
use jovial_bytecode::ir::{Arg, Bif, BlockId, Op, Terminator, Test};

use super::bifs;
use super::build::{Fact, to, with};
use super::core::{Expr, ExprId};
use super::function::{Dest, Fun};

/// The test behind a predicate that never raises, and whether it is to be turned round.
pub(super) fn test_of(bif: Bif, args: &[Arg]) -> Option<(Test, bool)> {
    let test = match (bif, args) {
        (Bif::Eq, &[a, b]) => Test::Eq(a, b),
        (Bif::NumEq, &[a, b]) => Test::NumEq(a, b),
        (Bif::Lt, &[a, b]) => Test::Lt(a, b),
        (Bif::Gt, &[a, b]) => Test::Lt(b, a),
        (Bif::Ge, &[a, b]) => Test::Ge(a, b),
        (Bif::Le, &[a, b]) => Test::Ge(b, a),
        (Bif::Ne, &[a, b]) => return Some((Test::Eq(a, b), true)),
        (Bif::NumNe, &[a, b]) => return Some((Test::NumEq(a, b), true)),
        (Bif::IsAtom, &[a]) => Test::IsAtom(a),
        (Bif::IsBinary, &[a]) => Test::IsBinary(a),
        (Bif::IsBitstring, &[a]) => Test::IsBitstring(a),
        (Bif::IsBoolean, &[a]) => Test::IsBoolean(a),
        (Bif::IsFloat, &[a]) => Test::IsFloat(a),
        (Bif::IsFunction, &[a]) => Test::IsFunction(a),
        (Bif::IsInteger, &[a]) => Test::IsInteger(a),
        (Bif::IsList, &[a]) => Test::IsList(a),
        (Bif::IsMap, &[a]) => Test::IsMap(a),
        (Bif::IsNumber, &[a]) => Test::IsNumber(a),
        (Bif::IsPid, &[a]) => Test::IsPid(a),
        (Bif::IsPort, &[a]) => Test::IsPort(a),
        (Bif::IsReference, &[a]) => Test::IsReference(a),
        (Bif::IsTuple, &[a]) => Test::IsTuple(a),
        _ => return None,
    };
    Some((test, false))
}

impl<'f> Fun<'f, '_> {
    /// Goes on if one of the alternatives holds, to `fail` otherwise.
    pub(super) fn guards(&mut self, alternatives: &'f [ExprId], fail: BlockId) {
        if alternatives.is_empty() {
            return;
        }
        let holds = self.b.block();
        let facts = self.b.facts.clone();
        for (at, &guard) in alternatives.iter().enumerate() {
            let next = if at + 1 == alternatives.len() { fail } else { self.b.block() };
            self.guard(guard, holds, next, next);
            if at + 1 < alternatives.len() {
                self.b.enter(next);
                self.b.facts.clone_from(&facts);
            }
        }
        self.b.enter(holds);
        self.b.facts = facts;
    }

    fn guard(&mut self, expr: ExprId, then: BlockId, otherwise: BlockId, fail: BlockId) {
        if !self.b.live() {
            return;
        }
        match self.core.expr(expr) {
            Expr::AndAlso(left, right) => {
                let next = self.b.block();
                self.guard(*left, next, otherwise, fail);
                self.b.enter(next);
                self.guard(*right, then, otherwise, fail);
            }
            Expr::OrElse(left, right) => {
                let next = self.b.block();
                self.guard(*left, then, next, fail);
                self.b.enter(next);
                self.guard(*right, then, otherwise, fail);
            }
            Expr::Bif(Bif::Not, args) if args.len() == 1 => self.guard(args[0], otherwise, then, fail),
            Expr::Bif(bif, args) => self.guard_bif(expr, *bif, args, (then, otherwise), fail),
            _ => {
                let value = self.guard_value(expr, fail);
                self.guard_deliver(value, then, otherwise, fail);
            }
        }
    }

    fn guard_bif(
        &mut self,
        expr: ExprId,
        bif: Bif,
        args: &'f [ExprId],
        (then, otherwise): (BlockId, BlockId),
        fail: BlockId,
    ) {
        let pos = self.pos();
        if bifs::is_total_predicate(bif) {
            let args: Vec<Arg> = args.iter().map(|&arg| self.guard_value(arg, fail)).collect();
            if let Some((test, negated)) = test_of(bif, &args) {
                let (then, otherwise) = if negated { (otherwise, then) } else { (then, otherwise) };
                self.b.end(Terminator::Branch { test, then: to(then), otherwise: to(otherwise) }, pos);
            }
            return;
        }
        match (bif, args) {
            (Bif::IsMapKey, &[key, map]) => {
                let key = self.guard_value(key, fail);
                let map = self.guard_value(map, fail);
                if self.b.shape(map) != Some(Fact::Map) {
                    self.b.test(Test::IsMap(map), fail, pos);
                }
                let test = Test::HasKey { map, key };
                self.b.end(Terminator::Branch { test, then: to(then), otherwise: to(otherwise) }, pos);
            }
            (Bif::IsFunction2, &[fun, arity]) => {
                if let &Expr::Int(arity) = self.core.expr(arity)
                    && let Ok(arity) = u8::try_from(arity)
                {
                    let fun = self.guard_value(fun, fail);
                    let test = Test::IsFunctionArity(fun, arity);
                    self.b.end(Terminator::Branch { test, then: to(then), otherwise: to(otherwise) }, pos);
                    return;
                }
                let value = self.guard_value(expr, fail);
                self.guard_deliver(value, then, otherwise, fail);
            }
            _ => {
                let value = self.guard_value(expr, fail);
                self.guard_deliver(value, then, otherwise, fail);
            }
        }
    }

    fn guard_deliver(&mut self, value: Arg, then: BlockId, otherwise: BlockId, fail: BlockId) {
        let pos = self.pos();
        match value {
            Arg::Atom(known::TRUE) => self.jump(then),
            Arg::Atom(known::FALSE) => self.jump(otherwise),
            Arg::Val(_) if otherwise == fail => {
                let test = Test::IsTrue(value);
                self.b.end(Terminator::Branch { test, then: to(then), otherwise: to(otherwise) }, pos);
            }
            Arg::Val(_) => {
                let cases = vec![(Arg::Atom(known::TRUE), to(then)), (Arg::Atom(known::FALSE), to(otherwise))];
                self.b.end(Terminator::Switch { value, cases, default: to(fail) }, pos);
            }
            Arg::Int(_) | Arg::Atom(_) | Arg::EmptyList | Arg::Lit(_) => self.jump(fail),
        }
    }

    fn guard_values(&mut self, exprs: &'f [ExprId], fail: BlockId) -> Vec<Arg> {
        exprs.iter().map(|&expr| self.guard_value(expr, fail)).collect()
    }

    /// Computes part of a guard; goes to `fail` where that would raise.
    pub(super) fn guard_value(&mut self, expr: ExprId, fail: BlockId) -> Arg {
        let pos = self.pos();
        match self.core.expr(expr) {
            Expr::Int(_) | Expr::Atom(_) | Expr::EmptyList | Expr::Const(_) | Expr::Var(_) => self.value(expr),
            Expr::Bif(bif, args) => {
                let values = self.guard_values(args, fail);
                if bifs::is_total(*bif, values.len()) {
                    return self.b.emit(Op::Bif(*bif, values), pos);
                }
                let (ok, params) = self.b.block_with(1);
                self.b.end(Terminator::Guard { bif: *bif, args: values, ok: to(ok), fail: to(fail) }, pos);
                self.b.enter(ok);
                Arg::Val(params[0])
            }
            Expr::AndAlso(..) | Expr::OrElse(..) => {
                let (join, params) = self.b.block_with(1);
                let yes = self.b.block();
                let no = self.b.block();
                self.guard(expr, yes, no, fail);
                for (block, value) in [(yes, known::TRUE), (no, known::FALSE)] {
                    if self.b.enter(block) {
                        self.b.jump(with(join, vec![Arg::Atom(value)]), pos);
                    }
                }
                self.b.enter(join);
                Arg::Val(params[0])
            }
            Expr::Tuple(items) => {
                let items = self.guard_values(items, fail);
                self.b.emit(Op::Tuple(items), pos)
            }
            Expr::List { items, tail } => {
                let items = self.guard_values(items, fail);
                let tail = match tail {
                    Some(tail) => self.guard_value(*tail, fail),
                    None => Arg::EmptyList,
                };
                items.into_iter().rev().fold(tail, |tail, item| self.b.emit(Op::Cons(item, tail), pos))
            }
            Expr::Map(pairs) => {
                let values = self.guard_values(pairs, fail);
                let pairs = values.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect();
                self.b.emit(Op::Map(pairs), pos)
            }
            Expr::Field(map, key) => {
                let map = self.guard_value(*map, fail);
                if self.b.shape(map) != Some(Fact::Map) {
                    self.b.test(Test::IsMap(map), fail, pos);
                }
                let (found, params) = self.b.block_with(1);
                let key = Arg::Atom(*key);
                self.b.end(Terminator::Fetch { map, key, found: to(found), missing: to(fail) }, pos);
                self.b.enter(found);
                Arg::Val(params[0])
            }
            _ => self.guarded(expr, fail),
        }
    }

    /// Any other expression: a raise in it fails the guard.
    fn guarded(&mut self, expr: ExprId, fail: BlockId) -> Arg {
        if !self.b.live() {
            return Arg::Atom(known::NIL);
        }
        let (handler, _) = self.b.block_with(3);
        let (after, params) = self.b.block_with(1);
        let outer = self.b.handler.replace(handler);
        let inside = self.b.block();
        self.jump(inside);
        self.b.enter(inside);
        self.flow(expr, Dest::Join(after));
        self.b.handler = outer;
        if self.b.enter(handler) {
            self.jump(fail);
        }
        self.b.enter(after);
        Arg::Val(params[0])
    }
}
