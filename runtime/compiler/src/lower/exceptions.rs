//! `try`: regions with a handler, rescue by exception name, and `after` on every way out.
//!
//! A `rescue` clause names exceptions, while the machine may have raised a bare reason such as `:badarg`. So the
//! handler first asks whether the reason is an exception struct. If so, its name chooses the clause; if not, the
//! reasons of [`bare_reasons`] do, and the exception is made by `Exception.normalize/3` once a clause is chosen.
//!
//! **Invariants.**
//! 1. The body of a `try` runs in blocks whose handler is its own, everything else in blocks with the outer one.
//! 2. The code of an `after` exists once. It is told whether it runs for a value or for a raise.
//!
//! **What it must not know.** What the exceptions' modules do.

use jovial_atoms::{Atom, known};
use jovial_bytecode::ir::{Arg, BlockId, Callee, Op, RaiseTrace, Terminator, Test};

use super::build::{to, with};
use super::core::{Clause, ExprId, Pat, Rescue, Try};
use super::function::{Dest, Fun};

/// A reason as the machine raises it.
#[derive(Clone, Copy)]
enum Bare {
    Atom(Atom),
    /// A tuple of that size with the atom in front.
    Tuple(Atom, u16),
}

/// The reasons that become this exception.
fn bare_reasons(module: Atom) -> Vec<Bare> {
    match module {
        known::MOD_ARGUMENTERROR => vec![Bare::Atom(known::BADARG), Bare::Tuple(known::BADARG, 2)],
        known::MOD_ARITHMETICERROR => vec![Bare::Atom(known::BADARITH)],
        known::MOD_SYSTEMLIMITERROR => vec![Bare::Atom(known::SYSTEM_LIMIT)],
        known::MOD_CONDCLAUSEERROR => vec![Bare::Atom(known::COND_CLAUSE)],
        known::MOD_UNDEFINEDFUNCTIONERROR => vec![Bare::Atom(known::UNDEF)],
        known::MOD_FUNCTIONCLAUSEERROR => vec![Bare::Atom(known::FUNCTION_CLAUSE)],
        known::MOD_BADARITYERROR => vec![Bare::Tuple(known::BADARITY, 2)],
        known::MOD_BADFUNCTIONERROR => vec![Bare::Tuple(known::BADFUN, 2)],
        known::MOD_BADMAPERROR => vec![Bare::Tuple(known::BADMAP, 2)],
        known::MOD_MATCHERROR => vec![Bare::Tuple(known::BADMATCH, 2)],
        known::MOD_CASECLAUSEERROR => vec![Bare::Tuple(known::CASE_CLAUSE, 2)],
        known::MOD_WITHCLAUSEERROR => vec![Bare::Tuple(known::ELSE_CLAUSE, 2)],
        known::MOD_TRYCLAUSEERROR => vec![Bare::Tuple(known::TRY_CLAUSE, 2)],
        known::MOD_BADSTRUCTERROR => vec![Bare::Tuple(Atom::new("badstruct"), 3)],
        known::MOD_BADBOOLEANERROR => vec![Bare::Tuple(Atom::new("badbool"), 3)],
        known::MOD_KEYERROR => vec![Bare::Tuple(known::BADKEY, 2), Bare::Tuple(known::BADKEY, 3)],
        _ => Vec::new(),
    }
}

/// What a handler was given.
#[derive(Clone, Copy)]
struct Raised {
    class: Arg,
    reason: Arg,
    trace: Arg,
}

impl<'f> Fun<'f, '_> {
    #[inline(never)]
    pub(super) fn try_expr(&mut self, spec: &'f Try, expr: ExprId, dest: Dest) {
        let Some(after) = spec.after else {
            self.protected(spec, expr, dest);
            return;
        };
        let facts = self.b.facts.clone();
        // Whether there is a value; the value or the class; reason and trace.
        let (entry, params) = self.b.block_with(4);
        let (handler, raised) = self.b.block_with(3);
        let (value, result) = self.b.block_with(1);
        let outer = self.b.handler.replace(handler);
        self.enter_region();
        self.protected(spec, expr, Dest::Join(value));
        self.b.handler = outer;
        self.b.facts.clone_from(&facts);
        let pos = self.pos();
        if self.b.enter(value) {
            let nil = Arg::Atom(known::NIL);
            let args = vec![Arg::Atom(known::TRUE), Arg::Val(result[0]), nil, nil];
            self.b.jump(with(entry, args), pos);
        }
        if self.b.enter(handler) {
            let mut args = vec![Arg::Atom(known::FALSE)];
            args.extend(raised.into_iter().map(Arg::Val));
            self.b.jump(with(entry, args), pos);
        }
        if self.b.enter(entry) {
            self.effect(after);
            let pos = self.pos();
            let raise = self.b.block();
            self.b.test(Test::IsTrue(Arg::Val(params[0])), raise, pos);
            self.deliver(Arg::Val(params[1]), dest);
            if self.b.enter(raise) {
                let [class, reason, trace] = [1, 2, 3].map(|at: usize| Arg::Val(params[at]));
                self.b.end(Terminator::Raise { class, reason, trace: RaiseTrace::Raw(trace) }, pos);
            }
        }
        self.b.facts = facts;
    }

    /// Goes on in a block with the handler that is now set.
    pub(super) fn enter_region(&mut self) {
        if self.b.live() {
            let inside = self.b.block();
            self.jump(inside);
            self.b.enter(inside);
        }
    }

    /// Body, else, rescue and catch, without after.
    fn protected(&mut self, spec: &'f Try, expr: ExprId, dest: Dest) {
        let facts = self.b.facts.clone();
        let caught = !spec.rescue.is_empty() || !spec.catch.is_empty();
        let (handler, raised) = self.b.block_with(3);
        let (value, result) = self.b.block_with(1);
        let outer = self.b.handler;
        if caught {
            self.b.handler = Some(handler);
            self.enter_region();
        }
        self.flow(spec.body, Dest::Join(value));
        self.b.handler = outer;
        self.b.facts.clone_from(&facts);
        if self.b.enter(value) {
            let value = Arg::Val(result[0]);
            match &spec.otherwise {
                None => self.deliver(value, dest),
                Some(clauses) => {
                    let fail = self.b.block();
                    let hidden = self.clauses(clauses, &[value], fail, dest);
                    self.note_hidden(clauses, hidden, None);
                    self.line_at(expr);
                    if self.b.enter(fail) {
                        self.raise_with(known::TRY_CLAUSE, value);
                    }
                }
            }
        }
        self.b.facts.clone_from(&facts);
        if self.b.enter(handler) {
            let [class, reason, trace] = [0, 1, 2].map(|at: usize| Arg::Val(raised[at]));
            let raised = Raised { class, reason, trace };
            self.env.insert(spec.trace, trace);
            self.rescue(&spec.rescue, raised, dest);
            self.b.facts.clone_from(&facts);
            self.pass_interrupts(&spec.catch, raised);
            let fail = self.b.block();
            self.clauses(&spec.catch, &[class, reason], fail, dest);
            self.line_at(expr);
            if self.b.enter(fail) {
                let pos = self.pos();
                self.b.end(Terminator::Raise { class, reason, trace: RaiseTrace::Raw(trace) }, pos);
            }
        }
        self.b.facts = facts;
    }

    /// An interrupt goes on through clauses that do not name its class: `catch kind, reason` is no way to stop it.
    fn pass_interrupts(&mut self, clauses: &'f [Clause], raised: Raised) {
        let named = |clause: &Clause| {
            clause.pats.first().is_some_and(|pat| matches!(self.core.pat(*pat), Pat::Atom(known::INTERRUPT)))
        };
        if clauses.is_empty() || clauses.iter().any(named) {
            return;
        }
        let pos = self.pos();
        let (interrupt, others) = (self.b.block(), self.b.block());
        let test = Test::Eq(raised.class, Arg::Atom(known::INTERRUPT));
        self.b.end(Terminator::Branch { test, then: to(interrupt), otherwise: to(others) }, pos);
        if self.b.enter(interrupt) {
            let Raised { class, reason, trace } = raised;
            self.b.end(Terminator::Raise { class, reason, trace: RaiseTrace::Raw(trace) }, pos);
        }
        self.b.enter(others);
    }

    fn line_at(&mut self, expr: ExprId) {
        let line = self.core.line(expr);
        if line > 0 {
            self.line = line;
        }
    }

    /// Tries the rescue clauses; goes on where none was chosen.
    fn rescue(&mut self, clauses: &'f [Rescue], raised: Raised, dest: Dest) {
        if clauses.is_empty() {
            return;
        }
        let pos = self.pos();
        let none = self.b.block();
        let error = self.b.block();
        let test = Test::Eq(raised.class, Arg::Atom(known::ERROR));
        self.b.end(Terminator::Branch { test, then: to(error), otherwise: to(none) }, pos);
        self.b.enter(error);
        let bodies: Vec<(BlockId, _)> = clauses.iter().map(|_| self.b.block_with(1)).collect();
        let bare = self.b.block();
        let name = self.exception_name(raised.reason, bare);
        self.rescue_struct(clauses, &bodies, raised, name, none);
        if self.b.enter(bare) {
            self.rescue_bare(clauses, &bodies, raised, none);
        }
        for (clause, (block, params)) in clauses.iter().zip(bodies) {
            if self.b.enter(block) {
                self.env.extend(clause.var.map(|var| (var, Arg::Val(params[0]))));
                self.line = clause.line.max(1);
                self.flow(clause.body, dest);
            }
        }
        self.b.enter(none);
    }

    /// The name of the exception, or off to `bare`.
    fn exception_name(&mut self, reason: Arg, bare: BlockId) -> Arg {
        let pos = self.pos();
        self.b.test(Test::IsMap(reason), bare, pos);
        let mut name = reason;
        for (key, is_flag) in [(known::DUNDER_STRUCT, false), (known::DUNDER_EXCEPTION, true)] {
            let (found, params) = self.b.block_with(1);
            let key = Arg::Atom(key);
            self.b.end(Terminator::Fetch { map: reason, key, found: to(found), missing: to(bare) }, pos);
            self.b.enter(found);
            if is_flag {
                self.b.test(Test::IsTrue(Arg::Val(params[0])), bare, pos);
            } else {
                name = Arg::Val(params[0]);
                self.b.test(Test::IsAtom(name), bare, pos);
            }
        }
        name
    }

    fn rescue_struct<T>(
        &mut self,
        clauses: &'f [Rescue],
        bodies: &[(BlockId, T)],
        raised: Raised,
        name: Arg,
        none: BlockId,
    ) {
        let pos = self.pos();
        for (clause, (body, _)) in clauses.iter().zip(bodies) {
            let Some(modules) = &clause.modules else {
                self.jump_with(*body, raised.reason);
                return;
            };
            let next = self.b.block();
            let cases = modules.iter().map(|&module| (Arg::Atom(module), with(*body, vec![raised.reason]))).collect();
            self.b.end(Terminator::Switch { value: name, cases, default: to(next) }, pos);
            self.b.enter(next);
        }
        self.jump(none);
    }

    fn rescue_bare<T>(&mut self, clauses: &'f [Rescue], bodies: &[(BlockId, T)], raised: Raised, none: BlockId) {
        for (clause, (body, _)) in clauses.iter().zip(bodies) {
            let chosen = self.b.block();
            let next = self.b.block();
            match &clause.modules {
                None => self.jump(chosen),
                Some(modules) => {
                    for &module in modules {
                        if module == known::MOD_ERLANGERROR {
                            // Takes every bare reason, also one that has an exception of its own.
                            self.jump(chosen);
                        } else {
                            self.test_bare(module, raised.reason, chosen);
                        }
                    }
                    if self.b.live() {
                        self.jump(next);
                    }
                }
            }
            if self.b.enter(chosen) {
                let mut exception = raised.reason;
                if clause.var.is_some() {
                    let trace = self.emit(Op::Stacktrace(raised.trace));
                    let normalize = Callee::Remote(known::MOD_EXCEPTION, Atom::new("normalize"));
                    exception = self.emit(Op::Call(normalize, vec![Arg::Atom(known::ERROR), raised.reason, trace]));
                }
                self.jump_with(*body, exception);
            }
            if !self.b.enter(next) {
                return;
            }
        }
        self.jump(none);
    }

    /// Goes to `found` if the reason is one that becomes this exception, and on if not.
    fn test_bare(&mut self, module: Atom, reason: Arg, found: BlockId) {
        let pos = self.pos();
        for bare in bare_reasons(module) {
            let next = self.b.block();
            let tag = match bare {
                Bare::Atom(atom) => {
                    let test = Test::Eq(reason, Arg::Atom(atom));
                    self.b.end(Terminator::Branch { test, then: to(found), otherwise: to(next) }, pos);
                    self.b.enter(next);
                    continue;
                }
                Bare::Tuple(tag, arity) => {
                    self.b.test(Test::IsTupleArity(reason, arity), next, pos);
                    tag
                }
            };
            let first = self.b.emit(Op::Element(reason, 0), pos);
            let test = Test::Eq(first, Arg::Atom(tag));
            self.b.end(Terminator::Branch { test, then: to(found), otherwise: to(next) }, pos);
            self.b.enter(next);
        }
    }
}
