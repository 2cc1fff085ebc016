//! What is changed in a function before slots are given out.

use crate::ir::{Arg, BlockId, Callee, FunId, Function, Inst, Op, Terminator, Val};

/// A tail call under a handler would leave the handler's frame: it is a call and a return.
pub(super) fn keep_handlers(function: &mut Function) {
    for block in &mut function.blocks {
        if block.handler.is_some()
            && let Terminator::TailCall(callee, args) = &mut block.end
        {
            let op = Op::Call(callee.clone(), std::mem::take(args));
            let val = Val(function.vals);
            function.vals += 1;
            block.insts.push(Inst { dst: Some(val), op, pos: block.end_pos });
            block.end = Terminator::Return(Arg::Val(val));
        }
    }
}

/// Makes room for the new value of a loop's variable: where the old one is still read after the new one is made, it is
/// copied before. So what each turn waits for is made in its place and not moved there at the end.
pub(super) fn keep_old(function: &mut Function, number: FunId, order: &[BlockId]) {
    let params = function.blocks[0].params.clone();
    for &BlockId(place) in order {
        let block = &mut function.blocks[place as usize];
        let Terminator::TailCall(Callee::Local(callee), args) = &mut block.end else { continue };
        if *callee != number || args.len() != params.len() {
            continue;
        }
        for (index, &old) in params.iter().enumerate() {
            let Arg::Val(new) = args[index] else { continue };
            let made = block.insts.iter().position(|inst| inst.dst == Some(new));
            let Some(made) = made.filter(|&made| matches!(block.insts[made].op, Op::Bif(..))) else { continue };
            let is_old = |arg: &Arg| *arg == Arg::Val(old);
            let mut reads = false;
            block.insts[made].op.args(&mut |arg| reads |= is_old(arg));
            let mut later = args.iter().any(is_old);
            for inst in &block.insts[made + 1..] {
                inst.op.args(&mut |arg| later |= is_old(arg));
            }
            if !reads || !later {
                continue;
            }
            let copy = Val(function.vals);
            function.vals += 1;
            let mut rename = |arg: &mut Arg| {
                if is_old(arg) {
                    *arg = Arg::Val(copy);
                }
            };
            for inst in &mut block.insts[made + 1..] {
                inst.op.args_mut(&mut rename);
            }
            args.iter_mut().for_each(rename);
            let pos = block.insts[made].pos;
            block.insts.insert(made, Inst { dst: Some(copy), op: Op::Copy(Arg::Val(old)), pos });
        }
    }
}
