//! The core form: expanded code with its variables resolved to numbers, its closures explicit and its constants folded.
//!
//! [`convert`](super::convert) makes it from a quoted tree; the other modules turn it into blocks.
//!
//! **Invariants.**
//! 1. Nodes live in one arena and name each other by index, so nothing here is dropped recursively.
//! 2. Every [`VarId`] is bound at one place of the program text. Its uses lie where that binding is visible, since
//!    the expander gave each binding a version of its own.
//! 3. A scope (lambda, generator of a comprehension) lists all outer variables that it or a scope inside it uses.
//!
//! **What it must not know.** Blocks, instructions other than [`Bif`] names, quoted code.

use jovial_atoms::Atom;
use jovial_bytecode::ir::{Bif, Literal, SegmentType};
use rustc_hash::FxHashSet;

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct ExprId(pub(super) u32);
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct PatId(pub(super) u32);
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub(super) struct VarId(pub(super) u32);
/// Index of a folded constant.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct ConstId(pub(super) u32);

pub(super) type Exprs = Box<[ExprId]>;

#[derive(Debug)]
pub(super) enum Expr {
    Int(i64),
    Atom(Atom),
    EmptyList,
    Const(ConstId),
    Var(VarId),
    List {
        items: Exprs,
        tail: Option<ExprId>,
    },
    Tuple(Exprs),
    /// Keys and values by turns.
    Map(Exprs),
    /// `%{map | pairs}`; with a struct's name also `%Name{map | pairs}`.
    MapUpdate {
        map: ExprId,
        pairs: Exprs,
        of: Option<ExprId>,
    },
    Bits(Box<[Segment]>),
    Bif(Bif, Exprs),
    Remote(Atom, Atom, Exprs),
    /// Module or function known only when run.
    Dynamic(ExprId, ExprId, Exprs),
    Local(Atom, Exprs),
    Apply(ExprId, Exprs),
    /// `:erlang.error/1` and its like.
    Raise {
        class: Atom,
        reason: ExprId,
        trace: Option<ExprId>,
    },
    /// `map.key`
    Field(ExprId, Atom),
    AndAlso(ExprId, ExprId),
    OrElse(ExprId, ExprId),
    Block(Exprs),
    Match(PatId, ExprId),
    Case {
        value: ExprId,
        clauses: Box<[Clause]>,
    },
    Cond(Box<[(ExprId, ExprId)]>),
    With(Box<With>),
    For(Box<For>),
    Try(Box<Try>),
    Receive(Box<Receive>),
    Lambda(Box<Lambda>),
    /// `&name/arity`
    LocalFun(Atom, u8),
    /// The raw stack trace of the innermost handler as users see it.
    Stacktrace(VarId),
}

/// Patterns, guard alternatives (`when a when b`), body.
#[derive(Debug)]
pub(super) struct Clause {
    pub(super) pats: Box<[PatId]>,
    pub(super) guards: Exprs,
    pub(super) body: ExprId,
    pub(super) line: u32,
    /// 0 stands for none.
    pub(super) column: u32,
    /// Made by a macro that wants no warnings about it.
    pub(super) generated: bool,
}

#[derive(Debug)]
pub(super) struct Lambda {
    /// Its place among the functions inside its definition, inner ones first: part of its name.
    pub(super) number: u32,
    pub(super) arity: u8,
    pub(super) clauses: Box<[Clause]>,
    pub(super) free: Box<[VarId]>,
}

#[derive(Debug)]
pub(super) struct With {
    pub(super) steps: Box<[Step]>,
    pub(super) body: ExprId,
    pub(super) otherwise: Option<Box<[Clause]>>,
}

#[derive(Debug)]
pub(super) enum Step {
    /// `pattern when guards <- value`
    Arrow {
        pat: PatId,
        guards: Exprs,
        value: ExprId,
        line: u32,
    },
    Plain(ExprId),
}

#[derive(Debug)]
pub(super) struct For {
    /// Outermost first; at least one.
    pub(super) levels: Box<[Level]>,
    pub(super) uniq: bool,
    pub(super) into: Into,
    pub(super) body: ExprId,
}

#[derive(Debug)]
pub(super) struct Level {
    pub(super) kind: Generator,
    /// Evaluated outside of this level.
    pub(super) source: ExprId,
    /// What lies between this generator and the next, or the body: all must be truthy.
    pub(super) filters: Exprs,
    pub(super) free: Box<[VarId]>,
    /// As a lambda's.
    pub(super) number: u32,
    pub(super) line: u32,
}

#[derive(Debug)]
pub(super) enum Generator {
    List {
        pat: PatId,
        guards: Exprs,
    },
    /// The pattern with a variable for what follows, the same with its tests removed, and that variable.
    Bits {
        pat: PatId,
        skip: PatId,
        rest: VarId,
    },
}

#[derive(Debug)]
pub(super) enum Into {
    List,
    Map,
    Binary,
    /// Any collectable, and the variable that holds its function in the loops.
    Collectable(ExprId, VarId),
    /// `reduce:`, its start and its clauses.
    Reduce(ExprId, Box<[Clause]>),
}

#[derive(Debug)]
pub(super) struct Try {
    pub(super) body: ExprId,
    pub(super) rescue: Box<[Rescue]>,
    /// Two patterns a clause: class and reason.
    pub(super) catch: Box<[Clause]>,
    pub(super) otherwise: Option<Box<[Clause]>>,
    pub(super) after: Option<ExprId>,
    /// The raw trace inside the handlers.
    pub(super) trace: VarId,
}

#[derive(Debug)]
pub(super) struct Rescue {
    pub(super) var: Option<VarId>,
    /// `None` takes all errors.
    pub(super) modules: Option<Box<[Atom]>>,
    pub(super) body: ExprId,
    pub(super) line: u32,
}

#[derive(Debug)]
pub(super) struct Receive {
    pub(super) clauses: Box<[Clause]>,
    pub(super) after: Option<(ExprId, ExprId)>,
    /// Variables that every clause compares with: a reference among them allows a mark.
    pub(super) refs: Box<[VarId]>,
}

#[derive(Debug)]
pub(super) struct Segment {
    pub(super) value: ExprId,
    pub(super) size: Option<ExprId>,
    pub(super) ty: SegmentType,
}

#[derive(Debug)]
pub(super) enum Pat {
    Any,
    Var(VarId),
    Int(i64),
    Atom(Atom),
    EmptyList,
    /// Exactly this constant; a binary may be compared piecewise.
    Const(ConstId),
    Cons(PatId, PatId),
    Tuple(Box<[PatId]>),
    Map(Box<[(ExprId, PatId)]>),
    Bits(Box<[SegmentPat]>),
    /// Exactly the value of this expression.
    Pin(ExprId),
    Both(PatId, PatId),
    IsAtom,
}

#[derive(Clone, Debug)]
pub(super) enum SegmentPat {
    /// Whole bytes that must stand here.
    Bytes(Box<[u8]>),
    Get {
        ty: SegmentType,
        size: SegmentSize,
        pat: PatId,
    },
}

#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum SegmentSize {
    /// All that is left, or not applicable.
    None,
    Fixed(i64),
    Expr(ExprId),
}

#[derive(Debug, Default)]
pub(super) struct Core {
    exprs: Vec<Expr>,
    lines: Vec<u32>,
    pats: Vec<Pat>,
    pub(super) consts: Vec<Literal>,
    /// How often each variable is used.
    uses: Vec<u32>,
    /// The variables that stand for a handler's raw stack trace.
    pub(super) trace_vars: FxHashSet<VarId>,
    /// Variables that all clauses of some `receive` compare with.
    pub(super) receive_refs: FxHashSet<VarId>,
}

fn index(len: usize) -> u32 {
    u32::try_from(len).expect("a unit is bounded by the size of its source, far below 4 G nodes")
}

impl Core {
    pub(super) fn add(&mut self, expr: Expr, line: u32) -> ExprId {
        let id = ExprId(index(self.exprs.len()));
        self.exprs.push(expr);
        self.lines.push(line);
        id
    }

    pub(super) fn add_pat(&mut self, pat: Pat) -> PatId {
        let id = PatId(index(self.pats.len()));
        self.pats.push(pat);
        id
    }

    pub(super) fn add_const(&mut self, literal: Literal) -> ConstId {
        let id = ConstId(index(self.consts.len()));
        self.consts.push(literal);
        id
    }

    pub(super) fn fresh_var(&mut self) -> VarId {
        self.uses.push(0);
        VarId(index(self.uses.len() - 1))
    }

    pub(super) fn count_use(&mut self, var: VarId) {
        self.uses[var.0 as usize] += 1;
    }

    pub(super) fn uses(&self, var: VarId) -> u32 {
        self.uses[var.0 as usize]
    }

    pub(super) fn expr(&self, id: ExprId) -> &Expr {
        &self.exprs[id.0 as usize]
    }

    pub(super) fn line(&self, id: ExprId) -> u32 {
        self.lines[id.0 as usize]
    }

    pub(super) fn pat(&self, id: PatId) -> &Pat {
        &self.pats[id.0 as usize]
    }

    pub(super) fn const_of(&self, id: ConstId) -> &Literal {
        &self.consts[id.0 as usize]
    }
}
