//! The rules of the SSA form, checked.
//!
//! **What it is for.** [`verify`] is run after every compile in tests and before code is made from a module of unknown
//! origin. It finds the mistakes that would make emitted code read garbage.
//!
//! **How.** Definitions must dominate uses. Since a raise leaves a block before its end, each block counts as two nodes:
//! its start, from which its handler is reached, and its end, from which its targets are. What instructions define holds
//! from the end on.
//!
//! **Invariants.** Never panics, whatever the module holds; nothing recurses.
//!
//! **What it must not know.** Slots, code.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    reason = "operands are packed into words of checked sizes"
)]

use std::fmt;

use crate::ir::{
    Arg, Block, BlockId, Callee, Function, Literal, Module, Op, SegmentKind, SegmentType, Target, Terminator, Test, Val,
};

/// What rule is broken, and where.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fault {
    pub function: String,
    pub block: u32,
    pub text: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, b{}: {}", self.function, self.block, self.text)
    }
}

impl std::error::Error for Fault {}

/// Checks a module.
pub fn verify(module: &Module) -> Result<(), Fault> {
    for export in &module.exports {
        let function = module.functions.get(export.function.0 as usize);
        if !function.is_some_and(|function| function.free == 0 && function.arity == export.arity) {
            let text = format!("exported as {}/{}, but has other parameters", export.name, export.arity);
            return Err(Fault { function: format!("f{}", export.function.0), block: 0, text });
        }
    }
    for function in &module.functions {
        let mut checker =
            Checker { module, function, block: 0, defined: vec![None; function.vals.min(1 << 26) as usize] };
        checker.function().map_err(|text| Fault {
            function: format!("{}/{}", function.name, function.arity),
            block: checker.block,
            text,
        })?;
    }
    Ok(())
}

type Check = Result<(), String>;

/// Where a value is defined: block, and instruction counted from 1 or 0 for a parameter.
type Definition = (u32, usize);

struct Checker<'a> {
    module: &'a Module,
    function: &'a Function,
    block: u32,
    defined: Vec<Option<Definition>>,
}

fn ensure(holds: bool, text: impl FnOnce() -> String) -> Check {
    if holds { Ok(()) } else { Err(text()) }
}

impl<'a> Checker<'a> {
    fn function(&mut self) -> Check {
        let function = self.function;
        let blocks = &function.blocks;
        let entry = blocks.first().ok_or("there is no block")?;
        let params = usize::from(function.arity) + usize::from(function.free);
        ensure(entry.params.len() == params, || format!("the entry block needs {params} parameters"))?;
        ensure(function.vals <= 1 << 26 && blocks.len() <= 1 << 24, || "too large".into())?;
        for (block, number) in blocks.iter().zip(0..) {
            self.block = number;
            for val in &block.params {
                self.define(*val, (number, 0))?;
            }
            for (inst, place) in block.insts.iter().zip(1..) {
                if let Some(dst) = inst.dst {
                    self.define(dst, (number, place))?;
                }
            }
        }
        for (block, number) in blocks.iter().zip(0..) {
            self.block = number;
            self.shape(block)?;
        }
        let dominators = Dominators::new(blocks);
        for (block, number) in blocks.iter().zip(0..) {
            self.block = number;
            if dominators.is_reachable(number) {
                self.uses(block, number, &dominators)?;
            }
        }
        Ok(())
    }

    fn define(&mut self, val: Val, at: Definition) -> Check {
        let slot =
            self.defined.get_mut(val.0 as usize).ok_or_else(|| format!("v{} is beyond the number of values", val.0))?;
        ensure(slot.replace(at).is_none(), || format!("v{} is defined twice", val.0))
    }

    /// Everything but definitions and uses.
    fn shape(&self, block: &Block) -> Check {
        if let Some(BlockId(handler)) = block.handler {
            let params = self.function.blocks.get(handler as usize).map(|block| block.params.len());
            ensure(handler != 0 && params == Some(3), || format!("b{handler} is no handler with three parameters"))?;
        }
        for inst in &block.insts {
            self.op(&inst.op, inst.dst.is_some())?;
            let mut found = Ok(());
            inst.op.args(&mut |arg| found = std::mem::replace(&mut found, Ok(())).and_then(|()| self.arg(*arg)));
            found?;
        }
        let mut found = Ok(());
        block.end.args(&mut |arg| found = std::mem::replace(&mut found, Ok(())).and_then(|()| self.arg(*arg)));
        found?;
        let mut found = Ok(());
        block.end.targets(&mut |target, supplied| {
            found = std::mem::replace(&mut found, Ok(())).and_then(|()| self.target(target, supplied));
        });
        found?;
        self.end(&block.end)
    }

    fn arg(&self, arg: Arg) -> Check {
        match arg {
            Arg::Lit(literal) => {
                ensure((literal.0 as usize) < self.module.literals.len(), || format!("there is no lit{}", literal.0))
            }
            Arg::Int(number) => ensure((-(1 << 62)..1 << 62).contains(&number), || format!("{number} is not small")),
            Arg::Val(_) | Arg::Atom(_) | Arg::EmptyList => Ok(()),
        }
    }

    fn target(&self, target: &Target, supplied: usize) -> Check {
        let BlockId(block) = target.block;
        let params = self.function.blocks.get(block as usize).map(|block| block.params.len());
        ensure(params == Some(target.args.len() + supplied), || {
            format!("b{block} gets {} arguments and has {params:?} parameters", target.args.len() + supplied)
        })?;
        target.args.iter().try_for_each(|arg| self.arg(*arg))
    }

    fn callee(&self, callee: &Callee, args: &[Arg]) -> Check {
        if let Callee::Local(id) = callee {
            let callee = self.module.functions.get(id.0 as usize);
            let params = callee.map(|callee| usize::from(callee.arity) + usize::from(callee.free));
            return ensure(params == Some(args.len()), || format!("f{} is called with {} arguments", id.0, args.len()));
        }
        ensure(args.len() <= 255, || format!("a call with {} arguments", args.len()))
    }

    fn segment(ty: SegmentType, size: bool) -> Check {
        let utf = matches!(ty.kind, SegmentKind::Utf8 | SegmentKind::Utf16 | SegmentKind::Utf32);
        ensure(!(utf && size), || "a utf segment has no size".into())?;
        ensure(ty.unit <= 256, || format!("a unit of {}", ty.unit))?;
        let needed = matches!(ty.kind, SegmentKind::Integer | SegmentKind::Float);
        ensure(size || !needed, || "a number in a bitstring needs a size".into())
    }

    fn op(&self, op: &Op, has_value: bool) -> Check {
        let effect = matches!(op, Op::RecvAccept | Op::RecvMark | Op::RecvBind(_) | Op::RecvUse(_));
        ensure(!(effect && has_value), || "an operation without value defines one".into())?;
        match op {
            Op::Fun { function, free } => {
                let known = self.module.functions.get(function.0 as usize).map(|function| usize::from(function.free));
                ensure(known == Some(free.len()), || format!("f{} has {known:?} free variables", function.0))
            }
            Op::Bif(bif, args) => {
                ensure(bif.takes(args.len()), || format!("{} with {} operands", bif.text(), args.len()))
            }
            Op::Call(callee, args) => self.callee(callee, args),
            Op::Bits(segments) => {
                ensure(segments.len() <= 60_000, || "too many segments".into())?;
                segments.iter().try_for_each(|segment| Self::segment(segment.ty, segment.size.is_some()))
            }
            Op::Tuple(args) => ensure(args.len() <= 60_000, || "a tuple of too many values".into()),
            Op::Map(pairs) | Op::MapPut { pairs, .. } | Op::MapUpdate { pairs, .. } => {
                ensure(pairs.len() <= 30_000, || "a map of too many pairs".into())
            }
            _ => Ok(()),
        }
    }

    fn end(&self, end: &Terminator) -> Check {
        match end {
            Terminator::Switch { cases, .. } => {
                let atoms = cases.iter().filter(|(case, _)| matches!(case, Arg::Atom(_))).count();
                let numbers = cases.iter().filter(|(case, _)| matches!(case, Arg::Int(_))).count();
                ensure(atoms == cases.len() || numbers == cases.len(), || "cases of several kinds".into())?;
                ensure(cases.len() <= 60_000, || "too many cases".into())
            }
            Terminator::SwitchArity { cases, .. } => ensure(cases.len() <= 60_000, || "too many cases".into()),
            Terminator::Guard { bif, args, .. } => {
                ensure(bif.takes(args.len()), || format!("{} with {} operands", bif.text(), args.len()))
            }
            Terminator::BitsGet { segment, size, .. } => Self::segment(*segment, size.is_some()),
            Terminator::BitsMatch { bytes, .. } => {
                ensure(matches!(self.module.literals.get(bytes.0 as usize), Some(Literal::Binary(_))), || {
                    format!("lit{} is no binary", bytes.0)
                })
            }
            Terminator::TailCall(callee, args) => self.callee(callee, args),
            Terminator::FunctionClause(args) => ensure(args.len() <= 255, || "too many arguments".into()),
            Terminator::Branch { test: Test::IsFunctionArity(..), .. } => Ok(()),
            _ => Ok(()),
        }
    }

    fn uses(&self, block: &'a Block, number: u32, dominators: &Dominators) -> Check {
        let check = |arg: &Arg, place: usize| -> Check {
            let Arg::Val(val) = arg else { return Ok(()) };
            let Some((home, at)) = self.defined.get(val.0 as usize).copied().flatten() else {
                return Err(format!("v{} is never defined", val.0));
            };
            let visible = if home == number {
                at < place
            } else {
                dominators.dominates(home * 2 + u32::from(at > 0), number * 2)
            };
            ensure(visible, || format!("v{} is read where it need not be defined", val.0))
        };
        for (inst, place) in block.insts.iter().zip(1..) {
            let mut found = Ok(());
            inst.op.args(&mut |arg| found = std::mem::replace(&mut found, Ok(())).and_then(|()| check(arg, place)));
            found?;
        }
        let mut found = Ok(());
        let mut visit = |arg: &Arg| found = std::mem::replace(&mut found, Ok(())).and_then(|()| check(arg, usize::MAX));
        block.end.args(&mut visit);
        block.end.targets(&mut |target, _| target.args.iter().for_each(&mut visit));
        found
    }
}

/// Dominators of the graph of block starts (even nodes) and ends (odd nodes).
struct Dominators {
    /// Place in the walk, or none for unreachable nodes.
    order: Vec<Option<u32>>,
    parent: Vec<u32>,
    /// Depth-first numbers in the dominator tree: a node dominates those between its two.
    enter: Vec<u32>,
    leave: Vec<u32>,
}

impl Dominators {
    fn new(blocks: &[Block]) -> Dominators {
        let nodes = blocks.len() * 2;
        let mut next: Vec<Vec<u32>> = vec![Vec::new(); nodes];
        for (place, block) in blocks.iter().enumerate() {
            next[place * 2].push(place as u32 * 2 + 1);
            if let Some(handler) = block.handler {
                next[place * 2].push(handler.0 * 2);
            }
            block.end.targets(&mut |target, _| next[place * 2 + 1].push(target.block.0 * 2));
        }
        let walk = Walk::new(&next);
        let above = walk.immediate_dominators(&next);
        let mut parent = vec![0; nodes];
        let mut order = vec![None; nodes];
        for (place, &node) in walk.nodes.iter().enumerate() {
            parent[node as usize] = walk.nodes[above[place] as usize];
            order[node as usize] = Some(place as u32);
        }
        let (enter, leave) = Self::number(&walk.nodes, &parent);
        Dominators { order, parent, enter, leave }
    }

    fn number(sequence: &[u32], parent: &[u32]) -> (Vec<u32>, Vec<u32>) {
        let mut children: Vec<Vec<u32>> = vec![Vec::new(); parent.len()];
        for &node in sequence.iter().skip(1) {
            children[parent[node as usize] as usize].push(node);
        }
        let mut enter = vec![u32::MAX; parent.len()];
        let mut leave = vec![0; parent.len()];
        let mut clock = 0;
        let mut stack = vec![(0u32, 0usize)];
        while let Some((node, place)) = stack.last_mut() {
            if *place == 0 {
                enter[*node as usize] = clock;
                clock += 1;
            }
            if let Some(child) = children[*node as usize].get(*place).copied() {
                *place += 1;
                stack.push((child, 0));
            } else {
                leave[*node as usize] = clock;
                stack.pop();
            }
        }
        (enter, leave)
    }

    fn is_reachable(&self, block: u32) -> bool {
        self.order[block as usize * 2].is_some()
    }

    fn dominates(&self, above: u32, below: u32) -> bool {
        let (above, below) = (above as usize, below as usize);
        debug_assert!(self.parent.len() == self.enter.len());
        self.order[above].is_some() && self.enter[above] <= self.enter[below] && self.enter[below] < self.leave[above]
    }
}

/// The reachable nodes in the order in which a walk in depth meets them; what follows counts them by their place in it.
struct Walk {
    nodes: Vec<u32>,
    /// From where each was met first.
    from: Vec<u32>,
}

impl Walk {
    fn new(next: &[Vec<u32>]) -> Walk {
        let mut walk = Walk { nodes: Vec::new(), from: Vec::new() };
        let mut seen = vec![false; next.len()];
        let mut stack = vec![(0u32, 0u32)];
        while let Some((node, from)) = stack.pop() {
            if std::mem::replace(&mut seen[node as usize], true) {
                continue;
            }
            let place = walk.nodes.len() as u32;
            walk.nodes.push(node);
            walk.from.push(from);
            stack.extend(next[node as usize].iter().rev().map(|to| (*to, place)));
        }
        walk
    }

    /// Lengauer and Tarjan, "A fast algorithm for finding dominators in a flowgraph": its cost is about linear, however many
    /// ways lead into a node. A function of thousands of clauses has as many that lead to its failure.
    fn immediate_dominators(&self, next: &[Vec<u32>]) -> Vec<u32> {
        let count = self.nodes.len();
        let mut place_of = vec![0u32; next.len()];
        for (&node, place) in self.nodes.iter().zip(0u32..) {
            place_of[node as usize] = place;
        }
        let mut before: Vec<Vec<u32>> = vec![Vec::new(); count];
        for (&node, place) in self.nodes.iter().zip(0u32..) {
            for &to in &next[node as usize] {
                before[place_of[to as usize] as usize].push(place);
            }
        }
        let mut forest = Forest {
            above: vec![u32::MAX; count],
            best: (0..count as u32).collect(),
            semi: (0..count as u32).collect(),
        };
        let mut dominator = vec![0u32; count];
        let mut waiting: Vec<Vec<u32>> = vec![Vec::new(); count];
        for place in (1..count as u32).rev() {
            let index = place as usize;
            for from in std::mem::take(&mut before[index]) {
                let best = forest.best_above(from);
                forest.semi[index] = forest.semi[index].min(forest.semi[best as usize]);
            }
            waiting[forest.semi[index] as usize].push(place);
            let parent = self.from[index];
            forest.above[index] = parent;
            for node in std::mem::take(&mut waiting[parent as usize]) {
                let best = forest.best_above(node);
                let lower = forest.semi[best as usize] < forest.semi[node as usize];
                dominator[node as usize] = if lower { best } else { parent };
            }
        }
        for index in 1..count {
            if dominator[index] != forest.semi[index] {
                dominator[index] = dominator[dominator[index] as usize];
            }
        }
        dominator
    }
}

/// The part of the walk's tree that was gone through, from its leaves on.
struct Forest {
    /// Nearest node above that is still known; `u32::MAX` at a root.
    above: Vec<u32>,
    /// The node with the least semidominator on the way there.
    best: Vec<u32>,
    semi: Vec<u32>,
}

impl Forest {
    /// The node with the least semidominator between this one and its root, which itself does not count. Shortens the way.
    fn best_above(&mut self, node: u32) -> u32 {
        let mut way = Vec::new();
        let mut at = node;
        while self.above[at as usize] != u32::MAX && self.above[self.above[at as usize] as usize] != u32::MAX {
            way.push(at);
            at = self.above[at as usize];
        }
        for node in way.into_iter().rev() {
            let above = self.above[node as usize] as usize;
            if self.semi[self.best[above] as usize] < self.semi[self.best[node as usize] as usize] {
                self.best[node as usize] = self.best[above];
            }
            self.above[node as usize] = self.above[above];
        }
        self.best[node as usize]
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    #[test]
    fn many_ways_into_a_block_cost_no_more_than_as_many_blocks() {
        let start = std::time::Instant::now();
        let count = 100_000;
        let mut body = String::from("b0(v0):\n jump b1\n");
        for block in 1..count {
            let _ = write!(body, "b{block}():\n branch eq v0, {block} then b{count} else b{}\n", block + 1);
        }
        let _ = write!(body, "b{count}():\n return v0");
        check(&body).expect("fine");
        // With one step up the chain for each way this would be five thousand million steps.
        assert!(start.elapsed().as_secs() < 10, "took {:?}", start.elapsed());
    }

    fn check(body: &str) -> Result<(), String> {
        let text = format!("module :m\nliteral 0 = \"x\"\nfunction f0 :f/1 free 0\n{body}\nend");
        super::verify(&crate::text::read(&text).expect("well-formed")).map_err(|fault| fault.text)
    }

    #[test]
    fn definitions_dominate_uses() {
        check("b0(v0):\n branch is_atom v0 then b1 else b2\nb1():\n v1 = tuple(v0)\n jump b3(v1)\nb2():\n jump b3(1)\nb3(v2):\n return v2")
            .expect("fine");
        let wrong = check(
            "b0(v0):\n branch is_atom v0 then b1 else b2\nb1():\n v1 = tuple(v0)\n jump b3\nb2():\n jump b3\nb3():\n return v1",
        );
        assert_eq!(wrong.expect_err("a broken rule"), "v1 is read where it need not be defined");
    }

    #[test]
    fn a_handler_sees_nothing_of_its_block() {
        let wrong = check("b0(v0) handler b1:\n v1 = add v0, 1\n return v1\nb1(v2, v3, v4):\n return v1");
        assert_eq!(wrong.expect_err("a broken rule"), "v1 is read where it need not be defined");
        check("b0(v0) handler b1:\n v1 = add v0, 1\n return v1\nb1(v2, v3, v4):\n return v0").expect("fine");
    }

    #[test]
    fn counts_are_right() {
        assert!(check("b0(v0):\n jump b1(v0)\nb1():\n return 1").is_err());
        assert!(check("b0(v0):\n v1 = add v0\n return v1").is_err());
        assert!(check("b0(v0):\n v1 = call f0(v0, v0)\n return v1").is_err());
        assert!(check("b0(v0):\n return lit1").is_err());
        assert!(check("b0(v0):\n v0 = add v0, v0\n return v0").is_err());
        assert!(check("b0():\n return 1").is_err());
    }
}
