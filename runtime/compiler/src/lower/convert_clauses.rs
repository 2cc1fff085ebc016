//! The forms that hold clauses, to the core form: `case`, `cond`, `fn`, `with`, `for`, `try`, `receive`.
//!
//! **What it must not know.** How they run.

use jovial_atoms::{Atom, known};
use jovial_bytecode::ir::Literal;
use jovial_syntax::quoted::{Meta, MetaValue, Node, NodeId, Seq};

use super::Cause;
use super::convert::{Converter, Result};
use super::core::{
    Clause, Expr, ExprId, Exprs, For, Generator, Into, Lambda, Level, Pat, Receive, Rescue, Step, Try, VarId, With,
};

impl Converter<'_> {
    fn arrows(&self, id: NodeId) -> Result<Vec<(Meta, Vec<NodeId>, NodeId)>> {
        let tree = self.tree;
        let items = match tree.node(id) {
            Node::List(items) => tree.seq(items),
            Node::Call { name: known::DUNDER_BLOCK, args, .. } if args.is_empty() => &[],
            _ => return self.error(Cause::Malformed("->")),
        };
        items.iter().map(|&item| self.arrow(item)).collect()
    }

    fn arrow(&self, item: NodeId) -> Result<(Meta, Vec<NodeId>, NodeId)> {
        let tree = self.tree;
        if let Node::Call { name: known::OP_ARROW, meta, args } = tree.node(item)
            && let &[heads, body] = tree.seq(args)
            && let Node::List(heads) = tree.node(heads)
        {
            return Ok((meta, tree.seq(heads).to_vec(), body));
        }
        self.error(Cause::Malformed("->"))
    }

    /// Splits `a, b when guard` into patterns and guard alternatives.
    fn split_guard(&self, mut heads: Vec<NodeId>) -> (Vec<NodeId>, Vec<NodeId>) {
        let tree = self.tree;
        if let &[only] = heads.as_slice()
            && let Node::Call { name: known::WHEN, args, .. } = tree.node(only)
        {
            heads = tree.seq(args).to_vec();
            let guard = heads.pop();
            return (heads, guard.map(|guard| self.alternatives(guard)).unwrap_or_default());
        }
        (heads, Vec::new())
    }

    fn alternatives(&self, mut guard: NodeId) -> Vec<NodeId> {
        let mut all = Vec::new();
        while let Node::Call { name: known::WHEN, args, .. } = self.tree.node(guard)
            && let &[left, right] = self.tree.seq(args)
        {
            all.push(left);
            guard = right;
        }
        all.push(guard);
        all
    }

    fn guards(&mut self, guards: &[NodeId]) -> Result<Exprs> {
        guards.iter().map(|&guard| self.expr(guard)).collect()
    }

    pub(super) fn clause(&mut self, meta: Meta, heads: Vec<NodeId>, body: NodeId) -> Result<Clause> {
        self.see_line(meta);
        let (pats, guards) = self.split_guard(heads);
        self.clause_of(meta, &pats, &guards, body)
    }

    pub(super) fn clause_of(&mut self, meta: Meta, pats: &[NodeId], guards: &[NodeId], body: NodeId) -> Result<Clause> {
        let column = self.tree.meta_int(meta, known::COLUMN).and_then(|column| u32::try_from(column).ok()).unwrap_or(0);
        let generated = matches!(self.tree.meta_get(meta, known::GENERATED), Some(MetaValue::Atom(known::TRUE)));
        let line = self.line;
        let pats = pats.iter().map(|&pat| self.pat(pat)).collect::<Result<_>>()?;
        let mut alternatives = Vec::new();
        for &guard in guards {
            alternatives.extend(self.alternatives(guard));
        }
        let guards = self.guards(&alternatives)?;
        let body = self.expr(body)?;
        self.line = line;
        Ok(Clause { pats, guards, body, line, column, generated })
    }

    fn clauses(&mut self, id: NodeId) -> Result<Box<[Clause]>> {
        let line = self.line;
        let mut clauses = Vec::new();
        for (meta, heads, body) in self.arrows(id)? {
            clauses.push(self.clause(meta, heads, body)?);
        }
        self.line = line;
        Ok(clauses.into())
    }

    /// The value of a keyword such as `do` in a list of blocks.
    fn keyword(&self, blocks: NodeId, key: Atom) -> Option<NodeId> {
        let Node::List(items) = self.tree.node(blocks) else { return None };
        self.tree.seq(items).iter().find_map(|&item| match self.tree.node(item) {
            Node::Pair(name, value) => match self.tree.node(name) {
                Node::Atom(name) if name == key => Some(value),
                _ => None,
            },
            _ => None,
        })
    }

    fn required(&self, blocks: NodeId, key: Atom, form: &'static str) -> Result<NodeId> {
        match self.keyword(blocks, key) {
            Some(node) => Ok(node),
            None => self.error(Cause::Malformed(form)),
        }
    }

    #[inline(never)]
    pub(super) fn case_expr(&mut self, value: NodeId, blocks: NodeId) -> Result<ExprId> {
        let value = self.expr(value)?;
        let clauses = self.required(blocks, known::DO, "case")?;
        let clauses = self.clauses(clauses)?;
        Ok(self.add(Expr::Case { value, clauses }))
    }

    #[inline(never)]
    pub(super) fn cond_expr(&mut self, blocks: NodeId) -> Result<ExprId> {
        let line = self.line;
        let clauses = self.required(blocks, known::DO, "cond")?;
        let mut all = Vec::new();
        for (meta, heads, body) in self.arrows(clauses)? {
            self.see_line(meta);
            let &[condition] = heads.as_slice() else { return self.error(Cause::Malformed("cond")) };
            let condition = self.expr(condition)?;
            all.push((condition, self.expr(body)?));
        }
        self.line = line;
        Ok(self.add(Expr::Cond(all.into())))
    }

    #[inline(never)]
    pub(super) fn lambda(&mut self, args: Seq) -> Result<ExprId> {
        let tree = self.tree;
        let line = self.line;
        self.open_scope();
        let mut clauses = Vec::with_capacity(args.len());
        for &item in tree.seq(args) {
            let (meta, heads, body) = self.arrow(item)?;
            clauses.push(self.clause(meta, heads, body)?);
        }
        let free = self.close_scope();
        self.line = line;
        let arity = clauses.first().map_or(0, |clause| clause.pats.len());
        let Ok(arity) = u8::try_from(arity) else { return self.error(Cause::TooManyArguments) };
        let number = self.next_inner();
        Ok(self.add(Expr::Lambda(Box::new(Lambda { number, arity, clauses: clauses.into(), free }))))
    }

    #[inline(never)]
    pub(super) fn with_expr(&mut self, args: Seq) -> Result<ExprId> {
        let tree = self.tree;
        let line = self.line;
        let Some((&blocks, steps)) = tree.seq(args).split_last() else { return self.error(Cause::Malformed("with")) };
        let mut all = Vec::with_capacity(steps.len());
        for &step in steps {
            if let Node::Call { name: known::OP_LEFT_ARROW, meta, args } = tree.node(step)
                && let &[left, right] = tree.seq(args)
            {
                self.see_line(meta);
                let value = self.expr(right)?;
                let (pats, guards) = self.split_guard(vec![left]);
                let &[pat] = pats.as_slice() else { return self.error(Cause::Malformed("with")) };
                let pat = self.pat(pat)?;
                let guards = self.guards(&guards)?;
                all.push(Step::Arrow { pat, guards, value, line: self.line });
            } else {
                all.push(Step::Plain(self.expr(step)?));
            }
        }
        let body = self.required(blocks, known::DO, "with")?;
        let body = self.expr(body)?;
        let otherwise = self.keyword(blocks, known::ELSE).map(|clauses| self.clauses(clauses)).transpose()?;
        self.line = line;
        Ok(self.add(Expr::With(Box::new(With { steps: all.into(), body, otherwise }))))
    }

    #[inline(never)]
    pub(super) fn for_expr(&mut self, args: Seq) -> Result<ExprId> {
        let tree = self.tree;
        let line = self.line;
        let Some((&blocks, steps)) = tree.seq(args).split_last() else { return self.error(Cause::Malformed("for")) };
        let uniq =
            self.keyword(blocks, known::UNIQ).is_some_and(|uniq| matches!(tree.node(uniq), Node::Atom(known::TRUE)));
        let mut into = match (self.keyword(blocks, known::REDUCE), self.keyword(blocks, known::INTO)) {
            (Some(start), _) => Into::Reduce(self.expr(start)?, Box::default()),
            (None, None) => Into::List,
            (None, Some(target)) => {
                let target = self.expr(target)?;
                self.collect_into(target)
            }
        };
        let mut levels: Vec<Level> = Vec::new();
        for &step in steps {
            if let Some((left, right, meta)) = self.generator(step) {
                self.see_line(meta);
                let line = self.line;
                let source = self.expr(right)?;
                self.open_scope();
                let kind = self.generator_pattern(left)?;
                levels.push(Level { kind, source, filters: Box::default(), free: Box::default(), number: 0, line });
            } else {
                let filter = self.expr(step)?;
                let Some(level) = levels.last_mut() else { return self.error(Cause::Malformed("for")) };
                let mut filters = std::mem::take(&mut level.filters).into_vec();
                filters.push(filter);
                level.filters = filters.into();
            }
        }
        if levels.is_empty() {
            return self.error(Cause::Malformed("for"));
        }
        let body = self.required(blocks, known::DO, "for")?;
        let body = match &mut into {
            Into::Reduce(_, clauses) => {
                *clauses = self.clauses(body)?;
                self.add(Expr::Atom(known::NIL))
            }
            Into::Collectable(_, fun) => {
                self.use_var(*fun);
                self.expr(body)?
            }
            Into::List | Into::Map | Into::Binary => self.expr(body)?,
        };
        for level in levels.iter_mut().rev() {
            level.free = self.close_scope();
            level.number = self.next_inner();
        }
        self.line = line;
        Ok(self.add(Expr::For(Box::new(For { levels: levels.into(), uniq, into, body }))))
    }

    fn collect_into(&mut self, target: ExprId) -> Into {
        match *self.core.expr(target) {
            Expr::EmptyList => Into::List,
            Expr::Const(literal) => match self.core.const_of(literal) {
                Literal::Map(pairs) if pairs.is_empty() => Into::Map,
                Literal::Binary(bytes) if bytes.is_empty() => Into::Binary,
                _ => Into::Collectable(target, self.fresh()),
            },
            _ => Into::Collectable(target, self.fresh()),
        }
    }

    /// The two sides of a generator: a list's pattern is any node, a bitstring's is its `<<>>`.
    fn generator(&self, step: NodeId) -> Option<(NodeId, NodeId, Meta)> {
        let arrow = |id| match self.tree.node(id) {
            Node::Call { name: known::OP_LEFT_ARROW, meta, args } => match *self.tree.seq(args) {
                [left, right] => Some((left, right, meta)),
                _ => None,
            },
            _ => None,
        };
        match self.tree.node(step) {
            Node::Call { name: known::OP_BITS, args, .. } => {
                let (left, right, meta) = arrow(*self.tree.seq(args).last()?)?;
                // Marked as a bitstring generator by the node around the arrow.
                matches!(self.tree.node(left), Node::Call { name: known::OP_BITS, .. }).then_some((step, right, meta))
            }
            _ => arrow(step),
        }
    }

    fn generator_pattern(&mut self, left: NodeId) -> Result<Generator> {
        let tree = self.tree;
        if let Node::Call { name: known::OP_BITS, args, .. } = tree.node(left)
            && let Some(&last) = tree.seq(args).last()
            && let Node::Call { name: known::OP_LEFT_ARROW, args, .. } = tree.node(last)
            && let Some(&pattern) = tree.seq(args).first()
            && let Node::Call { name: known::OP_BITS, args: segments, .. } = tree.node(pattern)
        {
            return self.bits_generator(segments);
        }
        let (pats, guards) = self.split_guard(vec![left]);
        let &[pat] = pats.as_slice() else { return self.error(Cause::Malformed("for")) };
        let pat = self.pat(pat)?;
        let guards = self.guards(&guards)?;
        Ok(Generator::List { pat, guards })
    }

    #[inline(never)]
    pub(super) fn try_expr(&mut self, blocks: NodeId) -> Result<ExprId> {
        let line = self.line;
        let body = self.required(blocks, known::DO, "try")?;
        let body = self.expr(body)?;
        let trace = self.fresh();
        self.core.trace_vars.insert(trace);
        let outer = self.trace.replace(trace);
        let mut rescue = Vec::new();
        if let Some(clauses) = self.keyword(blocks, known::RESCUE) {
            for (meta, heads, body) in self.arrows(clauses)? {
                self.see_line(meta);
                let &[head] = heads.as_slice() else { return self.error(Cause::Malformed("rescue")) };
                rescue.push(self.rescue(head, body)?);
            }
        }
        let catch = match self.keyword(blocks, known::CATCH) {
            Some(clauses) => self.clauses(clauses)?,
            None => Box::default(),
        };
        if catch.iter().any(|clause| clause.pats.len() != 2) {
            return self.error(Cause::Malformed("catch"));
        }
        self.trace = outer;
        let otherwise = self.keyword(blocks, known::ELSE).map(|clauses| self.clauses(clauses)).transpose()?;
        let after = self.keyword(blocks, known::AFTER).map(|after| self.expr(after)).transpose()?;
        self.line = line;
        Ok(self.add(Expr::Try(Box::new(Try { body, rescue: rescue.into(), catch, otherwise, after, trace }))))
    }

    fn rescue(&mut self, head: NodeId, body: NodeId) -> Result<Rescue> {
        let tree = self.tree;
        let line = self.line;
        let (var, modules) = match tree.node(head) {
            Node::Call { name: known::IN, args, .. } => match *tree.seq(args) {
                [var, modules] => (var, Some(modules)),
                _ => return self.error(Cause::Malformed("rescue")),
            },
            _ => (head, None),
        };
        let modules = match modules.map(|modules| tree.node(modules)) {
            None => None,
            Some(Node::List(items)) => {
                let mut all = Vec::with_capacity(items.len());
                for &item in tree.seq(items) {
                    let Node::Atom(module) = tree.node(item) else { return self.error(Cause::Malformed("rescue")) };
                    all.push(module);
                }
                Some(all.into())
            }
            Some(Node::Atom(module)) => Some([module].into()),
            Some(_) => return self.error(Cause::Malformed("rescue")),
        };
        let var = match tree.node(var) {
            Node::Var { name: known::OP_UNDERSCORE, .. } => None,
            Node::Var { name, meta, context } => Some(self.bind(self.key(name, meta, context))),
            _ => return self.error(Cause::Malformed("rescue")),
        };
        let body = self.expr(body)?;
        Ok(Rescue { var, modules, body, line })
    }

    #[inline(never)]
    pub(super) fn receive_expr(&mut self, blocks: NodeId) -> Result<ExprId> {
        let line = self.line;
        let clauses = match self.keyword(blocks, known::DO) {
            Some(clauses) => self.clauses(clauses)?,
            None => Box::default(),
        };
        let mut after = None;
        if let Some(node) = self.keyword(blocks, known::AFTER) {
            let arrows = self.arrows(node)?;
            let [(meta, heads, body)] = arrows.as_slice() else { return self.error(Cause::Malformed("after")) };
            self.see_line(*meta);
            let &[time] = heads.as_slice() else { return self.error(Cause::Malformed("after")) };
            let time = self.expr(time)?;
            after = Some((time, self.expr(*body)?));
        }
        let refs = self.common_pins(&clauses);
        self.core.receive_refs.extend(refs.iter().copied());
        self.line = line;
        Ok(self.add(Expr::Receive(Box::new(Receive { clauses, after, refs }))))
    }

    /// The variables that each clause pins somewhere in its pattern.
    fn common_pins(&self, clauses: &[Clause]) -> Box<[VarId]> {
        let mut common: Option<Vec<VarId>> = None;
        for clause in clauses {
            let mut pins = Vec::new();
            let mut todo = clause.pats.to_vec();
            while let Some(pat) = todo.pop() {
                match self.core.pat(pat) {
                    Pat::Pin(expr) => {
                        if let &Expr::Var(var) = self.core.expr(*expr) {
                            pins.push(var);
                        }
                    }
                    Pat::Cons(a, b) | Pat::Both(a, b) => todo.extend([*a, *b]),
                    Pat::Tuple(items) => todo.extend(items),
                    Pat::Map(pairs) => todo.extend(pairs.iter().map(|(_, pat)| *pat)),
                    _ => {}
                }
            }
            common = Some(match common {
                None => pins,
                Some(common) => common.into_iter().filter(|var| pins.contains(var)).collect(),
            });
        }
        common.unwrap_or_default().into()
    }
}
