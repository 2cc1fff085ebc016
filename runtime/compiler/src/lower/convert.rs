//! Expanded trees to the core form: resolves variables, collects what closures capture, folds constants.
//!
//! **Invariants.**
//! 1. Recursion follows the nesting of the source and is cut off at [`DEPTH_MAX`]; chains of operators, which nest in
//!    their first operand, are walked by a loop.
//! 2. A folded constant nests at most [`CONST_DEPTH_MAX`] levels, so that dropping it can't exhaust a small stack.
//!
//! **What it must not know.** Blocks and instructions.

use jovial_atoms::{Atom, known};
use jovial_bytecode::ir::Literal;
use jovial_syntax::quoted::{Handle, Meta, MetaValue, Node, NodeId, Seq, Tree};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::carried::{self, Carried, Code, Item};

use super::bifs;
use super::core::{ConstId, Core, Expr, ExprId, Exprs, VarId};
use super::{Cause, HostLiterals, LowerError, VarKey, VarScope};

/// Nesting of source that is still compiled.
pub(super) const DEPTH_MAX: u32 = 100_200;
const CONST_DEPTH_MAX: u16 = 200;

pub(super) type Result<T> = std::result::Result<T, LowerError>;

struct Scope {
    free: Vec<VarId>,
    seen: FxHashSet<VarId>,
}

pub(super) struct Converter<'t> {
    pub(super) tree: &'t Tree,
    carried: &'t Carried,
    host: HostLiterals<'t>,
    pub(super) core: Core,
    const_depths: Vec<u16>,
    vars: FxHashMap<VarKey, VarId>,
    /// By variable: the depth of the scope that binds it.
    homes: Vec<u32>,
    scopes: Vec<Scope>,
    pub(super) trace: Option<VarId>,
    caller: Option<VarId>,
    /// Functions inside this one so far.
    inner: u32,
    pub(super) depth: u32,
    pub(super) line: u32,
    /// No definitions stand beside the code, so a call by name leads nowhere.
    pub(super) alone: bool,
}

impl<'t> Converter<'t> {
    pub(super) fn new(code: &'t Code, host: HostLiterals<'t>) -> Self {
        Converter {
            tree: &code.tree,
            carried: &code.carried,
            host,
            core: Core::default(),
            const_depths: Vec::new(),
            vars: FxHashMap::default(),
            homes: Vec::new(),
            scopes: vec![Scope { free: Vec::new(), seen: FxHashSet::default() }],
            trace: None,
            caller: None,
            inner: 0,
            depth: 0,
            line: 0,
            alone: false,
        }
    }

    /// Goes on with another tree, in which versions of variables count anew.
    pub(super) fn switch(&mut self, code: &'t Code) {
        self.tree = &code.tree;
        self.carried = &code.carried;
        self.vars.clear();
    }

    fn opaque(&self, handle: Handle) -> Result<Literal> {
        let literal = match self.carried.get(handle) {
            Some(&Item::Host(number)) => (self.host)(number),
            Some(item) => Some(Literal::Binary(carried::encode(item))),
            None => None,
        };
        match literal {
            Some(literal) => Ok(literal),
            None => self.error(Cause::NoLiteral),
        }
    }

    pub(super) fn error<T>(&self, cause: Cause) -> Result<T> {
        Err(LowerError { line: self.line, cause })
    }

    /// A variable of the outermost scope.
    pub(super) fn bind_outer(&mut self, key: VarKey) -> VarId {
        self.bind(key)
    }

    /// The variable that `__CALLER__` stands for.
    pub(super) fn bind_caller(&mut self) -> VarId {
        let var = self.fresh();
        self.caller = Some(var);
        var
    }

    /// What a variable of the outermost scope is bound to; `None` if no binding of it was seen.
    pub(super) fn lookup(&self, key: &VarKey) -> Option<VarId> {
        self.vars.get(key).copied()
    }

    pub(super) fn fresh(&mut self) -> VarId {
        self.homes.push(self.scope_depth());
        self.core.fresh_var()
    }

    fn scope_depth(&self) -> u32 {
        u32::try_from(self.scopes.len() - 1).unwrap_or(u32::MAX)
    }

    pub(super) fn bind(&mut self, key: VarKey) -> VarId {
        if let Some(&var) = self.vars.get(&key) {
            return var;
        }
        let var = self.fresh();
        self.vars.insert(key, var);
        var
    }

    /// Notes a use: every scope between the binding and here captures it.
    pub(super) fn use_var(&mut self, var: VarId) {
        self.core.count_use(var);
        let home = self.homes[var.0 as usize] as usize;
        for scope in self.scopes.iter_mut().skip(home + 1).rev() {
            if !scope.seen.insert(var) {
                break;
            }
            scope.free.push(var);
        }
    }

    pub(super) fn next_inner(&mut self) -> u32 {
        self.inner += 1;
        self.inner - 1
    }

    pub(super) fn open_scope(&mut self) {
        self.scopes.push(Scope { free: Vec::new(), seen: FxHashSet::default() });
    }

    pub(super) fn close_scope(&mut self) -> Box<[VarId]> {
        self.scopes.pop().map(|scope| scope.free.into_boxed_slice()).unwrap_or_default()
    }

    pub(super) fn key(&self, name: Atom, meta: Meta, context: Atom) -> VarKey {
        let version = self.tree.meta_int(meta, known::VERSION).unwrap_or(-1);
        let scope = match self.tree.meta_get(meta, known::COUNTER) {
            Some(MetaValue::Int(counter)) => VarScope::Counter(counter),
            Some(MetaValue::Node(node)) => match self.tree.node(node) {
                Node::Pair(left, right) => match (self.tree.node(left), self.tree.node(right)) {
                    (Node::Atom(module), Node::Int(counter)) => VarScope::ModuleCounter(module, counter),
                    _ => VarScope::Context(context),
                },
                Node::Int(counter) => VarScope::Counter(counter),
                _ => VarScope::Context(context),
            },
            Some(MetaValue::Atom(_)) | None => VarScope::Context(context),
        };
        VarKey { name, scope, version }
    }

    pub(super) fn add(&mut self, expr: Expr) -> ExprId {
        self.core.add(expr, self.line)
    }

    pub(super) fn see_line(&mut self, meta: Meta) {
        if let Some(line) = self.tree.meta_int(meta, known::LINE)
            && line > 0
        {
            self.line = u32::try_from(line).unwrap_or(u32::MAX);
        }
    }

    // ---- constants ----

    /// Keeps a constant with its nesting.
    pub(super) fn store(&mut self, literal: Literal, depth: u16) -> ConstId {
        self.const_depths.push(depth);
        self.core.add_const(literal)
    }

    pub(super) fn constant(&mut self, literal: Literal, depth: u16) -> ExprId {
        let expr = match literal {
            Literal::Int(value) if is_small(value) => Expr::Int(value),
            Literal::Atom(atom) => Expr::Atom(atom),
            Literal::List(items) if items.is_empty() => Expr::EmptyList,
            other => Expr::Const(self.store(other, depth)),
        };
        self.add(expr)
    }

    /// Nesting of a constant, or `None` for what is none.
    fn const_depth(&self, id: ExprId) -> Option<u16> {
        match self.core.expr(id) {
            Expr::Int(_) | Expr::Atom(_) | Expr::EmptyList => Some(0),
            Expr::Const(literal) => Some(self.const_depths[literal.0 as usize]),
            _ => None,
        }
    }

    /// Takes a constant out of its node, to become part of a larger one.
    fn take_const(&mut self, id: ExprId) -> Literal {
        match *self.core.expr(id) {
            Expr::Int(value) => Literal::Int(value),
            Expr::Atom(atom) => Literal::Atom(atom),
            Expr::Const(literal) => {
                std::mem::replace(&mut self.core.consts[literal.0 as usize], Literal::Atom(known::NIL))
            }
            _ => Literal::List(Vec::new()),
        }
    }

    /// The depth that a constant made of these would have.
    fn joint_depth(&self, ids: &[ExprId]) -> Option<u16> {
        let mut depth = 0;
        for &id in ids {
            depth = depth.max(self.const_depth(id)? + 1);
        }
        (depth <= CONST_DEPTH_MAX).then_some(depth)
    }

    fn tuple(&mut self, items: Vec<ExprId>) -> ExprId {
        if let Some(depth) = self.joint_depth(&items) {
            let items = items.into_iter().map(|id| self.take_const(id)).collect();
            return self.constant(Literal::Tuple(items), depth);
        }
        self.add(Expr::Tuple(items.into()))
    }

    fn list(&mut self, mut items: Vec<ExprId>, tail: Option<ExprId>) -> ExprId {
        let mut tail = tail.filter(|&tail| !matches!(self.core.expr(tail), Expr::EmptyList));
        // The longest run of constants at the end becomes one constant.
        let tail_depth = match tail {
            None => Some(0),
            Some(tail) => match self.core.expr(tail) {
                Expr::Const(_) => self.const_depth(tail),
                Expr::Int(_) | Expr::Atom(_) => Some(0),
                _ => None,
            },
        };
        if let Some(mut depth) = tail_depth {
            let mut first = items.len();
            while first > 0
                && let Some(item) = self.const_depth(items[first - 1]).filter(|&item| item < CONST_DEPTH_MAX)
            {
                depth = depth.max(item + 1);
                first -= 1;
            }
            if first < items.len() {
                let mut run: Vec<Literal> = items.drain(first..).map(|id| self.take_const(id)).collect();
                let literal = match tail.map(|tail| self.take_const(tail)) {
                    None => Literal::List(run),
                    Some(Literal::List(rest)) => {
                        run.extend(rest);
                        Literal::List(run)
                    }
                    Some(Literal::Improper(rest)) => {
                        run.extend(rest);
                        Literal::Improper(run)
                    }
                    Some(other) => {
                        run.push(other);
                        Literal::Improper(run)
                    }
                };
                let constant = self.constant(literal, depth);
                if items.is_empty() {
                    return constant;
                }
                tail = Some(constant);
            }
        }
        if items.is_empty() {
            return match tail {
                Some(tail) => tail,
                None => self.add(Expr::EmptyList),
            };
        }
        self.add(Expr::List { items: items.into(), tail })
    }

    fn map(&mut self, pairs: Vec<ExprId>) -> ExprId {
        if let Some(depth) = self.joint_depth(&pairs) {
            let mut literals = Vec::with_capacity(pairs.len() / 2);
            for pair in pairs.chunks_exact(2) {
                literals.push((self.take_const(pair[0]), self.take_const(pair[1])));
            }
            // The last of equal keys wins; few keys, or written by a program.
            let mut unique: Vec<(Literal, Literal)> = Vec::with_capacity(literals.len());
            let mut places: FxHashMap<Vec<u8>, usize> = FxHashMap::default();
            for (key, value) in literals {
                match places.entry(super::literals::fingerprint(&key)) {
                    std::collections::hash_map::Entry::Occupied(place) => unique[*place.get()].1 = value,
                    std::collections::hash_map::Entry::Vacant(place) => {
                        place.insert(unique.len());
                        unique.push((key, value));
                    }
                }
            }
            return self.constant(Literal::Map(unique), depth);
        }
        self.add(Expr::Map(pairs.into()))
    }

    /// A node that is no code but a value.
    pub(super) fn data(&self, id: NodeId) -> Result<Literal> {
        let tree = self.tree;
        Ok(match tree.node(id) {
            Node::Int(value) => Literal::Int(value),
            Node::BigInt(digits) => Literal::BigInt(String::from_utf8_lossy(tree.bytes(digits)).into_owned()),
            Node::Float(value) => Literal::Float(value),
            Node::Atom(atom) => Literal::Atom(atom),
            Node::Binary(bytes) => Literal::Binary(tree.bytes(bytes).to_vec()),
            Node::List(items) => Literal::List(self.data_seq(items)?),
            Node::Improper(items) => Literal::Improper(self.data_seq(items)?),
            Node::Pair(left, right) => Literal::Tuple(vec![self.data(left)?, self.data(right)?]),
            Node::Tuple(items) => Literal::Tuple(self.data_seq(items)?),
            Node::Map(items) => {
                let items = tree.seq(items);
                let mut pairs = Vec::with_capacity(items.len() / 2);
                for pair in items.chunks_exact(2) {
                    pairs.push((self.data(pair[0])?, self.data(pair[1])?));
                }
                Literal::Map(pairs)
            }
            Node::Var { name, meta, context } => {
                Literal::Tuple(vec![Literal::Atom(name), self.data_meta(meta)?, Literal::Atom(context)])
            }
            Node::Call { name, meta, args } => {
                Literal::Tuple(vec![Literal::Atom(name), self.data_meta(meta)?, Literal::List(self.data_seq(args)?)])
            }
            Node::Apply { callee, meta, args } => {
                Literal::Tuple(vec![self.data(callee)?, self.data_meta(meta)?, Literal::List(self.data_seq(args)?)])
            }
            Node::Opaque(handle) => self.opaque(handle)?,
        })
    }

    fn data_seq(&self, seq: Seq) -> Result<Vec<Literal>> {
        self.tree.seq(seq).iter().map(|&id| self.data(id)).collect()
    }

    fn data_meta(&self, meta: Meta) -> Result<Literal> {
        let mut entries = Vec::new();
        for &(name, value) in self.tree.meta(meta) {
            let value = match value {
                MetaValue::Int(value) => Literal::Int(value),
                MetaValue::Atom(atom) => Literal::Atom(atom),
                MetaValue::Node(node) => self.data(node)?,
            };
            entries.push(Literal::Tuple(vec![Literal::Atom(name), value]));
        }
        Ok(Literal::List(entries))
    }

    // ---- expressions ----

    pub(super) fn seq(&mut self, seq: Seq) -> Result<Vec<ExprId>> {
        let tree = self.tree;
        tree.seq(seq).iter().map(|&id| self.expr(id)).collect()
    }

    /// The first operand of a call to a named remote function.
    fn first_operand(&self, id: NodeId) -> Option<NodeId> {
        let Node::Apply { callee, args, .. } = self.tree.node(id) else { return None };
        let (module, _) = self.dot(callee)?;
        match self.tree.node(module) {
            Node::Atom(_) => self.tree.seq(args).first().copied(),
            _ => None,
        }
    }

    /// The parts of `module.name`.
    pub(super) fn dot(&self, callee: NodeId) -> Option<(NodeId, NodeId)> {
        match self.tree.node(callee) {
            Node::Call { name: known::OP_DOT, args, .. } => match *self.tree.seq(args) {
                [module, name] => Some((module, name)),
                _ => None,
            },
            _ => None,
        }
    }

    pub(super) fn expr(&mut self, id: NodeId) -> Result<ExprId> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return self.error(Cause::TooDeep);
        }
        let mut spine = Vec::new();
        let mut lowest = id;
        while let Some(first) = self.first_operand(lowest)
            && self.first_operand(first).is_some()
        {
            spine.push(lowest);
            lowest = first;
        }
        let line = self.line;
        let mut expr = self.expr_with(lowest, None)?;
        for id in spine.into_iter().rev() {
            expr = self.expr_with(id, Some(expr))?;
        }
        self.line = line;
        self.depth -= 1;
        Ok(expr)
    }

    fn expr_with(&mut self, id: NodeId, first: Option<ExprId>) -> Result<ExprId> {
        match self.tree.node(id) {
            Node::Var { name, meta, context } => self.variable(name, meta, context),
            Node::Call { name, meta, args } => {
                self.see_line(meta);
                self.call(name, meta, args)
            }
            Node::Apply { callee, meta, args } => {
                self.see_line(meta);
                self.apply(callee, meta, args, first)
            }
            Node::Pair(left, right) => {
                let left = self.expr(left)?;
                let right = self.expr(right)?;
                Ok(self.tuple(vec![left, right]))
            }
            Node::Tuple(items) => {
                let items = self.seq(items)?;
                Ok(self.tuple(items))
            }
            Node::List(items) => self.list_expr(items),
            Node::Improper(items) => {
                let mut items = self.seq(items)?;
                let tail = items.pop();
                Ok(self.list(items, tail))
            }
            Node::Int(value) => Ok(self.constant(Literal::Int(value), 0)),
            Node::Atom(atom) => Ok(self.add(Expr::Atom(atom))),
            Node::BigInt(_) | Node::Float(_) | Node::Binary(_) | Node::Map(_) | Node::Opaque(_) => {
                let literal = self.data(id)?;
                Ok(self.constant(literal, 1))
            }
        }
    }

    #[inline(never)]
    fn list_expr(&mut self, items: Seq) -> Result<ExprId> {
        let (items, tail) = self.split_tail(items);
        let items = items.into_iter().map(|id| self.expr(id)).collect::<Result<Vec<_>>>()?;
        let tail = tail.map(|tail| self.expr(tail)).transpose()?;
        Ok(self.list(items, tail))
    }

    /// Takes `[a, b | tail]` apart, and the tail as well where it is written as a list.
    pub(super) fn split_tail(&self, items: Seq) -> (Vec<NodeId>, Option<NodeId>) {
        let mut all = self.tree.seq(items).to_vec();
        while let Some(&last) = all.last()
            && let Node::Call { name: known::OP_PIPE, args, .. } = self.tree.node(last)
            && let [head, tail] = *self.tree.seq(args)
        {
            all.pop();
            all.push(head);
            match self.tree.node(tail) {
                Node::List(more) if !more.is_empty() => all.extend_from_slice(self.tree.seq(more)),
                Node::List(_) => return (all, None),
                _ => return (all, Some(tail)),
            }
        }
        (all, None)
    }

    #[inline(never)]
    fn variable(&mut self, name: Atom, meta: Meta, context: Atom) -> Result<ExprId> {
        self.see_line(meta);
        if name == known::DUNDER_STACKTRACE
            && let Some(trace) = self.trace
        {
            self.use_var(trace);
            return Ok(self.add(Expr::Stacktrace(trace)));
        }
        if name == known::DUNDER_CALLER
            && let Some(caller) = self.caller
        {
            self.use_var(caller);
            return Ok(self.add(Expr::Var(caller)));
        }
        match self.lookup(&self.key(name, meta, context)) {
            Some(var) => {
                self.use_var(var);
                Ok(self.add(Expr::Var(var)))
            }
            None => self.error(Cause::UnboundVariable(name)),
        }
    }

    #[inline(never)]
    fn call(&mut self, name: Atom, meta: Meta, args: Seq) -> Result<ExprId> {
        let tree = self.tree;
        match (name, tree.seq(args)) {
            (known::DUNDER_BLOCK, []) => Ok(self.add(Expr::Atom(known::NIL))),
            (known::DUNDER_BLOCK, &[only]) => self.expr(only),
            (known::DUNDER_BLOCK, _) => {
                let items = self.seq(args)?;
                Ok(self.add(Expr::Block(items.into())))
            }
            (known::OP_EQ, &[left, right]) => self.match_expr(left, right),
            (known::OP_BRACES, _) => {
                let items = self.seq(args)?;
                Ok(self.tuple(items))
            }
            (known::OP_PERCENT_BRACES, _) => self.map_expr(args, None),
            (known::OP_PERCENT, &[module, map]) => self.struct_expr(module, map),
            (known::OP_BITS, _) => self.bits_expr(args),
            (known::OP_CARET, &[var]) => self.expr(var),
            (known::CASE, &[value, clauses]) => self.case_expr(value, clauses),
            (known::COND, &[clauses]) => self.cond_expr(clauses),
            (known::FN, _) => self.lambda(args),
            (known::WITH, [_, ..]) => self.with_expr(args),
            (known::FOR, [_, ..]) => self.for_expr(args),
            (known::TRY, &[blocks]) => self.try_expr(blocks),
            (known::RECEIVE, &[blocks]) => self.receive_expr(blocks),
            (known::OP_AMP, &[target]) => self.capture(target),
            (known::SUPER, _) => {
                let (name, macro_caller) = self.super_name(meta)?;
                let mut args = self.seq(args)?;
                if let Some(caller) = macro_caller {
                    args.insert(0, caller);
                }
                Ok(self.add(Expr::Local(name, args.into())))
            }
            _ if self.alone => {
                let args = self.seq(args)?;
                let (name, args) = (self.add(Expr::Atom(name)), self.list(args, None));
                let (module, function) = (Atom::new("Elixir.Kernel.Utils"), Atom::new("undefined_local"));
                Ok(self.add(Expr::Remote(module, function, [name, args].into())))
            }
            _ => {
                let args = self.seq(args)?;
                Ok(self.add(Expr::Local(name, args.into())))
            }
        }
    }

    /// The function that `super` means, and for a macro the caller to hand on.
    fn super_name(&mut self, meta: Meta) -> Result<(Atom, Option<ExprId>)> {
        if let Some(MetaValue::Node(node)) = self.tree.meta_get(meta, known::SUPER)
            && let Node::Pair(kind, name) = self.tree.node(node)
            && let (Node::Atom(kind), Node::Atom(name)) = (self.tree.node(kind), self.tree.node(name))
        {
            if kind == known::DEFMACRO || kind == known::DEFMACROP {
                let Some(caller) = self.caller else { return self.error(Cause::Malformed("super")) };
                self.use_var(caller);
                let caller = self.add(Expr::Var(caller));
                return Ok((super::macro_name(name), Some(caller)));
            }
            return Ok((name, None));
        }
        self.error(Cause::Malformed("super"))
    }

    #[inline(never)]
    fn apply(&mut self, callee: NodeId, meta: Meta, args: Seq, first: Option<ExprId>) -> Result<ExprId> {
        let tree = self.tree;
        let Node::Call { name: known::OP_DOT, args: dot, .. } = tree.node(callee) else {
            return self.error(Cause::Malformed("call"));
        };
        match *tree.seq(dot) {
            [fun] => {
                let fun = self.expr(fun)?;
                let args = self.seq(args)?;
                Ok(self.add(Expr::Apply(fun, args.into())))
            }
            [module, name] => {
                let no_parens = matches!(tree.meta_get(meta, known::NO_PARENS), Some(MetaValue::Atom(known::TRUE)));
                if let (Node::Atom(module), Node::Atom(name)) = (tree.node(module), tree.node(name))
                    && !(no_parens && args.is_empty() && [known::NIL, known::TRUE, known::FALSE].contains(&module))
                {
                    let mut operands = Vec::with_capacity(args.len());
                    operands.extend(first);
                    for &arg in &tree.seq(args)[operands.len()..] {
                        operands.push(self.expr(arg)?);
                    }
                    return Ok(self.remote(module, name, operands));
                }
                let module = self.expr(module)?;
                if let (Node::Atom(key), true, true) = (tree.node(name), no_parens, args.is_empty()) {
                    return Ok(self.add(Expr::Field(module, key)));
                }
                let name = self.expr(name)?;
                let args = self.seq(args)?;
                Ok(self.add(Expr::Dynamic(module, name, args.into())))
            }
            _ => self.error(Cause::Malformed("call")),
        }
    }

    fn remote(&mut self, module: Atom, name: Atom, args: Vec<ExprId>) -> ExprId {
        if module != known::ERLANG {
            return self.add(Expr::Remote(module, name, args.into()));
        }
        if let Some(bif) = bifs::bif(name.as_str(), args.len()) {
            return self.add(Expr::Bif(bif, args.into()));
        }
        let expr = match (name.as_str(), args.as_slice()) {
            ("andalso", &[left, right]) => Expr::AndAlso(left, right),
            ("orelse", &[left, right]) => Expr::OrElse(left, right),
            ("error", &[reason]) => Expr::Raise { class: known::ERROR, reason, trace: None },
            ("exit", &[reason]) => Expr::Raise { class: known::EXIT, reason, trace: None },
            ("throw", &[reason]) => Expr::Raise { class: known::THROW, reason, trace: None },
            ("raise", &[class, reason, trace]) => match *self.core.expr(class) {
                Expr::Atom(class @ (known::ERROR | known::EXIT | known::THROW)) => {
                    Expr::Raise { class, reason, trace: Some(trace) }
                }
                _ => Expr::Remote(module, name, args.into()),
            },
            ("apply", &[fun, list]) => match self.list_items(list) {
                Some(items) => Expr::Apply(fun, items),
                None => Expr::Remote(module, name, args.into()),
            },
            ("apply", &[target, function, list]) => match self.list_items(list) {
                Some(items) => match (self.core.expr(target), self.core.expr(function)) {
                    (&Expr::Atom(target), &Expr::Atom(function)) => {
                        let items = items.to_vec();
                        return self.remote(target, function, items);
                    }
                    _ => Expr::Dynamic(target, function, items),
                },
                None => Expr::Remote(module, name, args.into()),
            },
            _ => Expr::Remote(module, name, args.into()),
        };
        self.add(expr)
    }

    /// The elements of an expression that is a proper list by its form.
    fn list_items(&mut self, list: ExprId) -> Option<Exprs> {
        match self.core.expr(list) {
            Expr::EmptyList => Some(Box::default()),
            Expr::List { items, tail: None } => Some(items.clone()),
            &Expr::List { ref items, tail: Some(tail) } => {
                let mut items = items.to_vec();
                items.extend(self.list_items(tail)?);
                Some(items.into())
            }
            &Expr::Const(literal) if matches!(self.core.const_of(literal), Literal::List(_)) => {
                let depth = self.const_depths[literal.0 as usize];
                let Literal::List(items) = self.take_const(list) else { return None };
                Some(items.into_iter().map(|item| self.constant(item, depth)).collect())
            }
            _ => None,
        }
    }

    #[inline(never)]
    fn match_expr(&mut self, left: NodeId, right: NodeId) -> Result<ExprId> {
        let line = self.line;
        let value = self.expr(right)?;
        let pat = self.pat(left)?;
        self.line = line;
        Ok(self.add(Expr::Match(pat, value)))
    }

    /// Keys and values of the pairs that make up a map or an update.
    fn pairs(&mut self, items: &[NodeId]) -> Result<Vec<ExprId>> {
        let mut pairs = Vec::with_capacity(items.len() * 2);
        for &item in items {
            let Node::Pair(key, value) = self.tree.node(item) else { return self.error(Cause::Malformed("%{}")) };
            pairs.push(self.expr(key)?);
            pairs.push(self.expr(value)?);
        }
        Ok(pairs)
    }

    #[inline(never)]
    fn map_expr(&mut self, args: Seq, module: Option<ExprId>) -> Result<ExprId> {
        let tree = self.tree;
        if let &[only] = tree.seq(args)
            && let Node::Call { name: known::OP_PIPE, args: update, .. } = tree.node(only)
            && let &[map, pairs] = tree.seq(update)
            && let Node::List(pairs) = tree.node(pairs)
        {
            let map = self.expr(map)?;
            let pairs = self.pairs(tree.seq(pairs))?.into();
            return Ok(self.add(Expr::MapUpdate { map, pairs, of: module }));
        }
        let mut all = Vec::new();
        if let Some(module) = module {
            all.push(self.add(Expr::Atom(known::DUNDER_STRUCT)));
            all.push(module);
        }
        all.extend(self.pairs(tree.seq(args))?);
        Ok(self.map(all))
    }

    #[inline(never)]
    fn struct_expr(&mut self, module: NodeId, map: NodeId) -> Result<ExprId> {
        let module = self.expr(module)?;
        match self.tree.node(map) {
            Node::Call { name: known::OP_PERCENT_BRACES, args, meta } => {
                self.see_line(meta);
                self.map_expr(args, Some(module))
            }
            _ => self.error(Cause::Malformed("%")),
        }
    }

    #[inline(never)]
    fn capture(&mut self, target: NodeId) -> Result<ExprId> {
        let tree = self.tree;
        if let Node::Call { name: known::OP_SLASH, args, .. } = tree.node(target)
            && let &[function, arity] = tree.seq(args)
            && let Node::Int(arity) = tree.node(arity)
        {
            let Ok(arity) = u8::try_from(arity) else { return self.error(Cause::TooManyArguments) };
            match tree.node(function) {
                Node::Var { name, .. } => return Ok(self.add(Expr::LocalFun(name, arity))),
                Node::Call { name: known::SUPER, meta, .. } => {
                    let (name, caller) = self.super_name(meta)?;
                    if caller.is_some() {
                        return self.error(Cause::Malformed("&super"));
                    }
                    return Ok(self.add(Expr::LocalFun(name, arity)));
                }
                Node::Call { name, .. } => return Ok(self.add(Expr::LocalFun(name, arity))),
                Node::Apply { callee, .. } => {
                    if let Some((module, name)) = self.dot(callee) {
                        if let (Node::Atom(module), Node::Atom(name)) = (tree.node(module), tree.node(name)) {
                            return Ok(self.constant(Literal::Fun(module, name, arity), 0));
                        }
                        let module = self.expr(module)?;
                        let name = self.expr(name)?;
                        let arity = self.add(Expr::Int(i64::from(arity)));
                        let make_fun = Atom::new("make_fun");
                        return Ok(self.add(Expr::Remote(known::ERLANG, make_fun, [module, name, arity].into())));
                    }
                }
                _ => {}
            }
        }
        self.error(Cause::Malformed("&"))
    }

    /// The variable behind a key, if the outermost scope binds it.
    pub(super) fn output(&self, key: &VarKey) -> Option<VarId> {
        self.lookup(key).filter(|var| self.homes[var.0 as usize] == 0)
    }
}

/// The machine keeps these without memory: 63 bits with the sign.
pub(super) fn is_small(value: i64) -> bool {
    (-(1 << 62)..1 << 62).contains(&value)
}
