//! `case`, `cond`, `with` and `receive`.
//!
//! **What it must not know.** How rows become tests.

use jovial_atoms::known;
use jovial_bytecode::ir::{Arg, Bif, BlockId, Op, Terminator};

use super::build::to;
use super::core::{Clause, Expr, ExprId, Pat, PatId, Receive, Step, VarId, With};
use super::function::{Dest, Fun};
use super::matching::Row;

impl<'f> Fun<'f, '_> {
    #[inline(never)]
    pub(super) fn case(&mut self, expr: ExprId, dest: Dest) {
        let Expr::Case { value, clauses } = self.core.expr(expr) else { return };
        if self.boolean_case(*value, clauses, expr, dest)
            || self.falsy_case(*value, clauses, expr, dest)
            || self.tuple_case(*value, clauses, expr, dest)
        {
            return;
        }
        let value = self.value(*value);
        self.line_of(expr);
        let fail = self.b.block();
        let hidden = self.clauses(clauses, &[value], fail, dest);
        self.note_hidden(clauses, hidden, None);
        self.line_of(expr);
        if self.b.enter(fail) {
            self.raise_with(known::CASE_CLAUSE, value);
        }
    }

    fn line_of(&mut self, expr: ExprId) {
        let line = self.core.line(expr);
        if line > 0 {
            self.line = line;
        }
    }

    fn atom_clause(&self, clause: &Clause) -> Option<bool> {
        match self.core.pat(only_pat(clause)?) {
            Pat::Atom(known::TRUE) => Some(true),
            Pat::Atom(known::FALSE) => Some(false),
            _ => None,
        }
    }

    /// One clause each for `true` and `false`, and perhaps one for the rest: `if`, `and`, `or`.
    fn boolean_case(&mut self, value: ExprId, clauses: &'f [Clause], expr: ExprId, dest: Dest) -> bool {
        let (first, second, rest) = match clauses {
            [first, second] => (first, second, None),
            [first, second, rest] => (first, second, Some(rest)),
            _ => return false,
        };
        let (yes, no) = match (self.atom_clause(first), self.atom_clause(second)) {
            (Some(true), Some(false)) => (first, second),
            (Some(false), Some(true)) => (second, first),
            _ => return false,
        };
        let rest_var = match rest.map(|rest| only_pat(rest).map(|pat| self.core.pat(pat))) {
            None | Some(Some(Pat::Any)) => None,
            Some(Some(Pat::Var(var))) => Some(*var),
            Some(_) => return false,
        };
        let facts = self.b.facts.clone();
        let then = self.b.block();
        let otherwise = self.b.block();
        let (other, params) = self.b.block_with(1);
        self.flow(value, Dest::Boolean { then, otherwise, other: Some(other) });
        for (block, clause) in [(then, yes), (otherwise, no)] {
            self.b.facts.clone_from(&facts);
            if self.b.enter(block) {
                self.line = clause.line.max(1);
                self.flow(clause.body, dest);
            }
        }
        self.b.facts.clone_from(&facts);
        if self.b.enter(other) {
            self.line_of(expr);
            match rest {
                Some(rest) => {
                    self.env.extend(rest_var.map(|var| (var, Arg::Val(params[0]))));
                    self.line = rest.line.max(1);
                    self.flow(rest.body, dest);
                }
                None => self.raise_with(known::CASE_CLAUSE, Arg::Val(params[0])),
            }
        }
        self.b.facts = facts;
        true
    }

    /// `x when x === false or x === nil`, then anything: `if` on any value, `&&`, `||`.
    fn falsy_case(&mut self, value: ExprId, clauses: &'f [Clause], expr: ExprId, dest: Dest) -> bool {
        let [falsy, truthy] = clauses else { return false };
        let (&[falsy_pat], &[guard]) = (&*falsy.pats, &*falsy.guards) else { return false };
        let &Pat::Var(falsy_var) = self.core.pat(falsy_pat) else { return false };
        if !self.is_falsy_test(guard, falsy_var) {
            return false;
        }
        let truthy_var = match only_pat(truthy).map(|pat| self.core.pat(pat)) {
            Some(Pat::Any) => None,
            Some(Pat::Var(var)) => Some(*var),
            _ => return false,
        };
        let facts = self.b.facts.clone();
        let then = self.b.block();
        let otherwise = self.b.block();
        // The guard uses the variable twice.
        let unused = self.core.uses(falsy_var) <= 2 && truthy_var.is_none_or(|var| self.core.uses(var) == 0);
        if unused {
            self.flow(value, Dest::Truthy { then, otherwise });
        } else {
            let value = self.value(value);
            self.env.insert(falsy_var, value);
            self.env.extend(truthy_var.map(|var| (var, value)));
            self.line_of(expr);
            self.deliver(value, Dest::Truthy { then, otherwise });
        }
        for (block, clause) in [(otherwise, falsy), (then, truthy)] {
            self.b.facts.clone_from(&facts);
            if self.b.enter(block) {
                self.line = clause.line.max(1);
                self.flow(clause.body, dest);
            }
        }
        self.b.facts = facts;
        true
    }

    fn is_falsy_test(&self, guard: ExprId, var: VarId) -> bool {
        let is_test = |expr: ExprId, atom| match self.core.expr(expr) {
            Expr::Bif(Bif::Eq, args) => match **args {
                [left, right] => {
                    matches!(self.core.expr(left), Expr::Var(other) if *other == var)
                        && matches!(self.core.expr(right), Expr::Atom(other) if *other == atom)
                }
                _ => false,
            },
            _ => false,
        };
        match *self.core.expr(guard) {
            Expr::OrElse(left, right) => is_test(left, known::FALSE) && is_test(right, known::NIL),
            _ => false,
        }
    }

    /// A tuple made only to be taken apart is not made, unless a clause wants the whole.
    fn tuple_case(&mut self, value: ExprId, clauses: &'f [Clause], expr: ExprId, dest: Dest) -> bool {
        let Expr::Tuple(items) = self.core.expr(value) else { return false };
        let core = self.core;
        let fitting = |clause: &Clause| match core.pat(clause.pats[0]) {
            Pat::Tuple(pats) => pats.len() == items.len(),
            Pat::Any | Pat::Var(_) => true,
            _ => false,
        };
        if items.is_empty() || !clauses.iter().all(fitting) {
            return false;
        }
        let items = self.values(items);
        self.line_of(expr);
        let mut rows = Vec::with_capacity(clauses.len());
        for (leaf, clause) in clauses.iter().enumerate() {
            let mut row = Row::new(leaf);
            if let Pat::Tuple(pats) = core.pat(clause.pats[0]) {
                for (&item, &pat) in items.iter().zip(pats) {
                    self.want(&mut row, item, pat);
                }
            }
            rows.push(row);
        }
        let fail = self.b.block();
        let whole = items.clone();
        let hidden = self.match_rows(rows, fail, &mut |fun, leaf, fail| {
            let clause = &clauses[leaf];
            fun.line = clause.line.max(1);
            if let Pat::Var(var) = fun.core.pat(clause.pats[0]) {
                let tuple = fun.emit(Op::Tuple(whole.clone()));
                fun.env.insert(*var, tuple);
            }
            fun.guards(&clause.guards, fail);
            fun.flow(clause.body, dest);
        });
        self.note_hidden(clauses, hidden, None);
        self.line_of(expr);
        if self.b.enter(fail) {
            let tuple = self.emit(Op::Tuple(items));
            self.raise_with(known::CASE_CLAUSE, tuple);
        }
        true
    }

    #[inline(never)]
    pub(super) fn cond(&mut self, clauses: &'f [(ExprId, ExprId)], expr: ExprId, dest: Dest) {
        let facts = self.b.facts.clone();
        for &(condition, body) in clauses {
            let then = self.b.block();
            let otherwise = self.b.block();
            self.flow(condition, Dest::Truthy { then, otherwise });
            self.b.facts.clone_from(&facts);
            if self.b.enter(then) {
                self.flow(body, dest);
            }
            self.b.facts.clone_from(&facts);
            if !self.b.enter(otherwise) {
                return;
            }
        }
        self.line_of(clauses.last().map_or(expr, |&(condition, _)| condition));
        self.raise(Arg::Atom(known::COND_CLAUSE));
    }

    #[inline(never)]
    pub(super) fn with(&mut self, with: &'f With, expr: ExprId, dest: Dest) {
        let facts = self.b.facts.clone();
        let (unmatched, params) = self.b.block_with(1);
        for step in &with.steps {
            match step {
                Step::Plain(expr) => self.effect(*expr),
                Step::Arrow { pat, guards, value, line } => {
                    let value = self.value(*value);
                    self.line = *line;
                    if !self.b.live() {
                        break;
                    }
                    let fail = self.b.block();
                    let next = self.b.block();
                    let mut learnt = None;
                    let mut row = Row::new(0);
                    self.want(&mut row, value, *pat);
                    self.match_rows(vec![row], fail, &mut |fun, _, fail| {
                        fun.guards(guards, fail);
                        learnt.clone_from(&fun.b.facts);
                        fun.jump(next);
                    });
                    if self.b.enter(fail) {
                        self.jump_with(unmatched, value);
                    }
                    self.b.facts = learnt;
                    self.b.enter(next);
                }
            }
        }
        self.flow(with.body, dest);
        self.b.facts.clone_from(&facts);
        self.line_of(expr);
        if self.b.enter(unmatched) {
            let value = Arg::Val(params[0]);
            match &with.otherwise {
                None => self.deliver(value, dest),
                Some(clauses) => {
                    let fail = self.b.block();
                    self.clauses(clauses, &[value], fail, dest);
                    self.line_of(expr);
                    if self.b.enter(fail) {
                        self.raise_with(known::ELSE_CLAUSE, value);
                    }
                }
            }
        }
        self.b.facts = facts;
    }

    #[inline(never)]
    pub(super) fn receive(&mut self, receive: &'f Receive, expr: ExprId, dest: Dest) {
        let time = receive.after.map(|(time, _)| self.value(time));
        self.line_of(expr);
        let pos = self.pos();
        let facts = self.b.facts.clone();
        if let Some(&marked) = receive.refs.iter().find(|&&var| self.is_marked(var)) {
            let reference = self.variable(marked);
            self.b.effect(Op::RecvUse(reference), pos);
        }
        let head = self.b.block();
        self.b.jump(to(head), pos);
        self.b.enter(head);
        let (message, params) = self.b.block_with(1);
        let empty = self.b.block();
        self.b.end(Terminator::RecvPeek { message: to(message), empty: to(empty) }, pos);
        let skip: BlockId = self.b.block();
        if self.b.enter(message) {
            let message = Arg::Val(params[0]);
            let clauses = &*receive.clauses;
            let mut rows = Vec::with_capacity(clauses.len());
            for (leaf, clause) in clauses.iter().enumerate() {
                let mut row = Row::new(leaf);
                if let Some(&pat) = clause.pats.first() {
                    self.want(&mut row, message, pat);
                }
                rows.push(row);
            }
            let hidden = self.match_rows(rows, skip, &mut |fun, leaf, fail| {
                let clause = &clauses[leaf];
                fun.line = clause.line.max(1);
                fun.guards(&clause.guards, fail);
                let pos = fun.pos();
                fun.b.effect(Op::RecvAccept, pos);
                fun.flow(clause.body, dest);
            });
            self.note_hidden(clauses, hidden, None);
        }
        self.line_of(expr);
        if self.b.enter(skip) {
            self.b.end(Terminator::RecvSkip(to(head)), pos);
        }
        self.b.facts.clone_from(&facts);
        if self.b.enter(empty) {
            let time = time.filter(|time| *time != Arg::Atom(known::INFINITY));
            let timeout = if time.is_some() { self.b.block() } else { head };
            self.b.end(Terminator::RecvWait { time, again: to(head), timeout: to(timeout) }, pos);
            if let Some((_, body)) = receive.after
                && timeout != head
                && self.b.enter(timeout)
            {
                self.flow(body, dest);
            }
        }
        self.b.facts = facts;
    }
}

/// The pattern of a clause with one and no guard.
fn only_pat(clause: &Clause) -> Option<PatId> {
    match (&*clause.pats, clause.guards.is_empty()) {
        (&[pat], true) => Some(pat),
        _ => None,
    }
}
