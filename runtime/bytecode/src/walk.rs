//! Visiting the operands and targets of the SSA form.
//!
//! **What it is for.** Passes that treat all operations alike (liveness, renaming, verification) go through these
//! methods instead of matching on every operation.
//!
//! **Invariants.** Each operand is visited exactly once, in the order in which it is written.
//!
//! **What it must not know.** What operations do.

use crate::ir::{Arg, BitsContext, Block, BlockId, Callee, Op, RaiseTrace, Target, Terminator, Test, Val};

macro_rules! visitors {
    ($op_fn:ident, $test_fn:ident, $end_fn:ident, $callee_fn:ident, $bits_fn:ident, $iter:ident $(, $mutable:tt)?) => {
        fn $callee_fn<'a>(callee: &'a $($mutable)? Callee, visit: &mut impl FnMut(&'a $($mutable)? Arg)) {
            match callee {
                Callee::Local(_) | Callee::Remote(..) => {}
                Callee::Fun(fun) => visit(fun),
                Callee::Apply(module, function) => {
                    visit(module);
                    visit(function);
                }
            }
        }

        fn $bits_fn<'a>(context: &'a $($mutable)? BitsContext, visit: &mut impl FnMut(&'a $($mutable)? Arg)) {
            let BitsContext { base, position, end } = context;
            visit(base);
            visit(position);
            visit(end);
        }

        impl Op {
            /// Visits the operands.
            pub fn $op_fn<'a>(&'a $($mutable)? self, visit: &mut impl FnMut(&'a $($mutable)? Arg)) {
                match self {
                    Op::Copy(arg) | Op::Head(arg) | Op::Tail(arg) | Op::Element(arg, _) | Op::RecvBind(arg)
                    | Op::RecvUse(arg) | Op::Stacktrace(arg) => visit(arg),
                    Op::Cons(head, tail) => {
                        visit(head);
                        visit(tail);
                    }
                    Op::Tuple(args) | Op::Bif(_, args) | Op::Fun { free: args, .. } => args.$iter().for_each(visit),
                    Op::Map(pairs) => {
                        for (key, value) in pairs {
                            visit(key);
                            visit(value);
                        }
                    }
                    Op::MapPut { map, pairs } | Op::MapUpdate { map, pairs } => {
                        visit(map);
                        for (key, value) in pairs {
                            visit(key);
                            visit(value);
                        }
                    }
                    Op::Call(callee, args) => {
                        $callee_fn(callee, visit);
                        args.$iter().for_each(visit);
                    }
                    Op::Bits(segments) => {
                        for segment in segments {
                            visit(& $($mutable)? segment.value);
                            if let Some(size) = & $($mutable)? segment.size {
                                visit(size);
                            }
                        }
                    }
                    Op::RecvAccept | Op::RecvMark => {}
                }
            }
        }

        impl Test {
            /// Visits the operands.
            pub fn $test_fn<'a>(&'a $($mutable)? self, visit: &mut impl FnMut(&'a $($mutable)? Arg)) {
                match self {
                    Test::IsAtom(arg) | Test::IsBinary(arg) | Test::IsBitstring(arg) | Test::IsBoolean(arg)
                    | Test::IsFloat(arg) | Test::IsFunction(arg) | Test::IsFunctionArity(arg, _) | Test::IsInteger(arg)
                    | Test::IsNumber(arg) | Test::IsPid(arg) | Test::IsPort(arg) | Test::IsReference(arg)
                    | Test::IsMap(arg) | Test::IsTuple(arg) | Test::IsTupleArity(arg, _) | Test::IsList(arg)
                    | Test::IsCons(arg) | Test::IsEmptyList(arg) | Test::IsTrue(arg) | Test::IsFalse(arg) => visit(arg),
                    Test::Eq(a, b) | Test::NumEq(a, b) | Test::Lt(a, b) | Test::Ge(a, b) | Test::HasKey { map: a, key: b } => {
                        visit(a);
                        visit(b);
                    }
                }
            }
        }

        impl Terminator {
            /// Visits the operands, without those that targets pass on.
            pub fn $end_fn<'a>(&'a $($mutable)? self, visit: &mut impl FnMut(&'a $($mutable)? Arg)) {
                match self {
                    Terminator::Jump(_) | Terminator::RecvPeek { .. } | Terminator::RecvSkip(_) => {}
                    Terminator::Branch { test, .. } => test.$test_fn(visit),
                    Terminator::Switch { value, .. } | Terminator::SwitchArity { value, .. }
                    | Terminator::BitsStart { value, .. } | Terminator::Return(value) => visit(value),
                    Terminator::Fetch { map, key, .. } => {
                        visit(map);
                        visit(key);
                    }
                    Terminator::Guard { args, .. } | Terminator::FunctionClause(args) => args.$iter().for_each(visit),
                    Terminator::BitsGet { ctx, size, .. } => {
                        $bits_fn(ctx, visit);
                        if let Some(size) = size {
                            visit(size);
                        }
                    }
                    Terminator::BitsMatch { ctx, .. } | Terminator::BitsEnd { ctx, .. } => $bits_fn(ctx, visit),
                    Terminator::TailCall(callee, args) => {
                        $callee_fn(callee, visit);
                        args.$iter().for_each(visit);
                    }
                    Terminator::RecvWait { time, .. } => {
                        if let Some(time) = time {
                            visit(time);
                        }
                    }
                    Terminator::Raise { class, reason, trace } => {
                        visit(class);
                        visit(reason);
                        if let RaiseTrace::Raw(arg) | RaiseTrace::Given(arg) = trace {
                            visit(arg);
                        }
                    }
                }
            }
        }
    };
}

visitors!(args, args, args, callee_args, bits_args, iter);
visitors!(args_mut, args_mut, args_mut, callee_args_mut, bits_args_mut, iter_mut, mut);

impl Terminator {
    /// Visits the targets, each with the number of parameters that the terminator supplies to it.
    pub fn targets<'a>(&'a self, visit: &mut impl FnMut(&'a Target, usize)) {
        match self {
            Terminator::Jump(target) | Terminator::RecvSkip(target) => visit(target, 0),
            Terminator::Branch { then, otherwise, .. } => {
                visit(then, 0);
                visit(otherwise, 0);
            }
            Terminator::Switch { cases, default, .. } => {
                for (_, target) in cases {
                    visit(target, 0);
                }
                visit(default, 0);
            }
            Terminator::SwitchArity { cases, default, .. } => {
                for (_, target) in cases {
                    visit(target, 0);
                }
                visit(default, 0);
            }
            Terminator::Fetch { found: ok, missing: fail, .. }
            | Terminator::Guard { ok, fail, .. }
            | Terminator::BitsMatch { ok, fail, .. }
            | Terminator::RecvPeek { message: ok, empty: fail } => {
                visit(ok, 1);
                visit(fail, 0);
            }
            Terminator::BitsStart { ok, fail, .. } => {
                visit(ok, 3);
                visit(fail, 0);
            }
            Terminator::BitsGet { ok, fail, .. } => {
                visit(ok, 2);
                visit(fail, 0);
            }
            Terminator::BitsEnd { ok, fail, .. } => {
                visit(ok, 0);
                visit(fail, 0);
            }
            Terminator::RecvWait { again, timeout, .. } => {
                visit(again, 0);
                visit(timeout, 0);
            }
            Terminator::Return(_)
            | Terminator::TailCall(..)
            | Terminator::Raise { .. }
            | Terminator::FunctionClause(_) => {}
        }
    }

    /// As [`targets`](Terminator::targets), to change them.
    pub fn targets_mut(&mut self, visit: &mut impl FnMut(&mut Target)) {
        match self {
            Terminator::Jump(target) | Terminator::RecvSkip(target) => visit(target),
            Terminator::Switch { cases, default, .. } => {
                for (_, target) in cases {
                    visit(target);
                }
                visit(default);
            }
            Terminator::SwitchArity { cases, default, .. } => {
                for (_, target) in cases {
                    visit(target);
                }
                visit(default);
            }
            Terminator::Branch { then: ok, otherwise: fail, .. }
            | Terminator::Fetch { found: ok, missing: fail, .. }
            | Terminator::Guard { ok, fail, .. }
            | Terminator::BitsMatch { ok, fail, .. }
            | Terminator::RecvPeek { message: ok, empty: fail }
            | Terminator::BitsStart { ok, fail, .. }
            | Terminator::BitsGet { ok, fail, .. }
            | Terminator::BitsEnd { ok, fail, .. }
            | Terminator::RecvWait { again: ok, timeout: fail, .. } => {
                visit(ok);
                visit(fail);
            }
            Terminator::Return(_)
            | Terminator::TailCall(..)
            | Terminator::Raise { .. }
            | Terminator::FunctionClause(_) => {}
        }
    }
}

impl Block {
    /// Visits the blocks that control may go to, by the terminator or by a raise.
    pub fn successors(&self, visit: &mut impl FnMut(BlockId)) {
        self.end.targets(&mut |target, _| visit(target.block));
        if let Some(handler) = self.handler {
            visit(handler);
        }
    }
}

impl Arg {
    /// The value, if this is one.
    pub fn val(self) -> Option<Val> {
        match self {
            Arg::Val(val) => Some(val),
            Arg::Int(_) | Arg::Atom(_) | Arg::EmptyList | Arg::Lit(_) => None,
        }
    }
}

/// Blocks reachable from the entry, each before those that only it leads to.
pub fn reverse_postorder(blocks: &[Block]) -> Vec<BlockId> {
    let mut order = Vec::with_capacity(blocks.len());
    let mut seen = vec![false; blocks.len()];
    // An explicit stack: generated functions have chains of many thousand blocks.
    let mut stack: Vec<(BlockId, Vec<BlockId>)> = Vec::new();
    let successors = |block: BlockId| {
        let mut found = Vec::new();
        blocks[block.0 as usize].successors(&mut |next| {
            if (next.0 as usize) < blocks.len() {
                found.push(next);
            }
        });
        found
    };
    if !blocks.is_empty() {
        seen[0] = true;
        stack.push((BlockId(0), successors(BlockId(0))));
    }
    while let Some((block, rest)) = stack.last_mut() {
        if let Some(next) = rest.pop() {
            if !std::mem::replace(&mut seen[next.0 as usize], true) {
                stack.push((next, successors(next)));
            }
        } else {
            order.push(*block);
            stack.pop();
        }
    }
    order.reverse();
    order
}
