//! Blocks under construction: one function's control flow graph, grown from the entry.
//!
//! **Invariants.**
//! 1. A block is *reached* once a terminator in reachable code, or a raise in reachable code, may lead to it. Code
//!    emitted where nothing is reached is dropped, so a finished function holds reachable blocks only.
//! 2. A block is entered after all forward jumps to it were made; only jumps back to a loop's head come later.
//! 3. What is known about values ([`Fact`]s) holds in all blocks that the current one dominates; whoever moves to a
//!    block elsewhere restores the facts of before.
//!
//! **What it must not know.** The core form.

use std::rc::Rc;

use jovial_bytecode::ir::{Arg, Block, BlockId, Function, Inst, Op, Pos, Target, Terminator, Test, Val};

use jovial_atoms::{Atom, known};

/// Facts looked at before giving up; older ones are forgotten.
const FACTS_MAX: usize = 24;

#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Fact {
    Arity(u16),
    Cons,
    Map,
    Boolean,
    /// Place of a tuple's element (0 head, 1 tail for a cons) and the value already read.
    Part(u16, Val),
}

pub(super) struct FactNode {
    value: Val,
    fact: Fact,
    older: Facts,
}

pub(super) type Facts = Option<Rc<FactNode>>;

struct Proto {
    params: Vec<Val>,
    insts: Vec<Inst>,
    end: Option<(Terminator, Pos)>,
    handler: Option<BlockId>,
    reached: bool,
}

pub(super) struct Build {
    blocks: Vec<Proto>,
    current: Option<BlockId>,
    vals: u32,
    /// Where raises in new blocks go.
    pub(super) handler: Option<BlockId>,
    pub(super) facts: Facts,
}

pub(super) fn to(block: BlockId) -> Target {
    Target { block, args: Vec::new() }
}

pub(super) fn with(block: BlockId, args: Vec<Arg>) -> Target {
    Target { block, args }
}

impl Build {
    /// A function whose entry has this many parameters.
    pub(super) fn new(params: u32) -> (Self, Vec<Arg>) {
        let mut build = Build { blocks: Vec::new(), current: None, vals: 0, handler: None, facts: None };
        let (entry, params) = build.block_with(params);
        build.reach(entry);
        build.enter(entry);
        (build, params.into_iter().map(Arg::Val).collect())
    }

    pub(super) fn val(&mut self) -> Val {
        self.vals += 1;
        Val(self.vals - 1)
    }

    pub(super) fn block(&mut self) -> BlockId {
        self.block_with(0).0
    }

    pub(super) fn block_with(&mut self, params: u32) -> (BlockId, Vec<Val>) {
        let params: Vec<Val> = (0..params).map(|_| self.val()).collect();
        let id = BlockId(u32::try_from(self.blocks.len()).expect("blocks are bounded by the size of the source"));
        self.blocks.push(Proto {
            params: params.clone(),
            insts: Vec::new(),
            end: None,
            handler: self.handler,
            reached: false,
        });
        (id, params)
    }

    fn proto(&mut self, block: BlockId) -> &mut Proto {
        &mut self.blocks[block.0 as usize]
    }

    fn reach(&mut self, block: BlockId) {
        self.proto(block).reached = true;
    }

    pub(super) fn reached(&self, block: BlockId) -> bool {
        self.blocks[block.0 as usize].reached
    }

    /// Whether code emitted now can be reached.
    pub(super) fn live(&self) -> bool {
        self.current.is_some()
    }

    /// Goes on in that block; says whether it is reached.
    pub(super) fn enter(&mut self, block: BlockId) -> bool {
        debug_assert!(self.current.is_none(), "the block before has ended");
        if !self.reached(block) {
            return false;
        }
        if let Some(handler) = self.blocks[block.0 as usize].handler {
            self.reach(handler);
        }
        self.current = Some(block);
        true
    }

    /// Leaves the current block unfinished, to be entered again.
    pub(super) fn suspend(&mut self) -> Option<BlockId> {
        self.current.take()
    }

    /// Ends the current block.
    pub(super) fn end(&mut self, terminator: Terminator, pos: Pos) {
        let Some(current) = self.current.take() else { return };
        terminator.targets(&mut |target, _| self.blocks[target.block.0 as usize].reached = true);
        self.proto(current).end = Some((terminator, pos));
    }

    pub(super) fn jump(&mut self, target: Target, pos: Pos) {
        self.end(Terminator::Jump(target), pos);
    }

    /// Branches, and goes on where the test holds.
    pub(super) fn test(&mut self, test: Test, otherwise: BlockId, pos: Pos) {
        let then = self.block();
        self.end(Terminator::Branch { test, then: to(then), otherwise: to(otherwise) }, pos);
        self.enter(then);
    }

    pub(super) fn emit(&mut self, op: Op, pos: Pos) -> Arg {
        let Some(current) = self.current else { return Arg::Atom(known::NIL) };
        let dst = self.val();
        self.proto(current).insts.push(Inst { dst: Some(dst), op, pos });
        Arg::Val(dst)
    }

    /// An instruction whose result nobody wants.
    pub(super) fn effect(&mut self, op: Op, pos: Pos) {
        if let Some(current) = self.current {
            self.proto(current).insts.push(Inst { dst: None, op, pos });
        }
    }

    // ---- facts ----

    pub(super) fn learn(&mut self, value: Arg, fact: Fact) {
        if let Arg::Val(value) = value {
            self.facts = Some(Rc::new(FactNode { value, fact, older: self.facts.take() }));
        }
    }

    fn find<T>(&self, value: Arg, pick: impl Fn(Fact) -> Option<T>) -> Option<T> {
        let Arg::Val(value) = value else { return None };
        let mut node = self.facts.as_ref();
        for _ in 0..FACTS_MAX {
            let fact = node?;
            if fact.value == value
                && let Some(found) = pick(fact.fact)
            {
                return Some(found);
            }
            node = fact.older.as_ref();
        }
        None
    }

    /// What kind of term the value is known to be.
    pub(super) fn shape(&self, value: Arg) -> Option<Fact> {
        self.find(value, |fact| match fact {
            Fact::Part(..) => None,
            Fact::Arity(_) | Fact::Cons | Fact::Map | Fact::Boolean => Some(fact),
        })
    }

    /// Reads an element of what is known to be a tuple, once.
    pub(super) fn element(&mut self, tuple: Arg, place: u16, pos: Pos) -> Arg {
        self.part(tuple, place, Op::Element(tuple, place), pos)
    }

    pub(super) fn head(&mut self, cons: Arg, pos: Pos) -> Arg {
        self.part(cons, 0, Op::Head(cons), pos)
    }

    pub(super) fn tail(&mut self, cons: Arg, pos: Pos) -> Arg {
        self.part(cons, 1, Op::Tail(cons), pos)
    }

    fn part(&mut self, whole: Arg, place: u16, op: Op, pos: Pos) -> Arg {
        let known = self.find(whole, |fact| match fact {
            Fact::Part(at, value) if at == place => Some(value),
            _ => None,
        });
        if let Some(value) = known {
            return Arg::Val(value);
        }
        let part = self.emit(op, pos);
        if let Arg::Val(value) = part {
            self.learn(whole, Fact::Part(place, value));
        }
        part
    }

    // ---- the finished function ----

    pub(super) fn finish(mut self, name: Atom, arity: u8, free: u8, pos: Pos) -> Function {
        let mut places = vec![0; self.blocks.len()];
        let mut count = 0;
        for (block, place) in self.blocks.iter().zip(&mut places) {
            if block.reached && block.end.is_some() {
                *place = count;
                count += 1;
            }
        }
        let place = |block: &mut BlockId| block.0 = places[block.0 as usize];
        let mut blocks = Vec::with_capacity(count as usize);
        for block in &mut self.blocks {
            let Some((mut end, end_pos)) = block.end.take() else { continue };
            end.targets_mut(&mut |target| place(&mut target.block));
            let mut handler = block.handler;
            if let Some(handler) = &mut handler {
                place(handler);
            }
            blocks.push(Block {
                params: std::mem::take(&mut block.params),
                insts: std::mem::take(&mut block.insts),
                end,
                end_pos,
                handler,
            });
        }
        Function { name, arity, free, blocks, vals: self.vals, pos }
    }
}

impl Drop for FactNode {
    /// Without recursion: a long list pattern leaves a long chain.
    fn drop(&mut self) {
        let mut older = self.older.take();
        while let Some(node) = older {
            match Rc::try_unwrap(node) {
                Ok(mut node) => older = node.older.take(),
                Err(_) => break,
            }
        }
    }
}
