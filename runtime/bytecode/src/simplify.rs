//! Small clean-ups of the SSA form before slots are given out.
//!
//! **What it is for.** Copies disappear into their uses, parameters of a block with one way in become what is passed to
//! them, a comparison that only feeds a branch becomes the branch's test, and operations without effect whose
//! value nobody reads are dropped.
//!
//! **Invariants.** Meaning is kept, stack traces included; invariants of [`ir`](crate::ir) still hold. Unreachable blocks stay in the list,
//! and [`reverse_postorder`] leaves them out.
//!
//! **What it must not know.** Slots, code.

use crate::ir::{Arg, Bif, Block, BlockId, Function, Inst, Op, Target, Terminator, Test, Val};
use crate::walk::reverse_postorder;

struct Ways {
    count: u32,
    args: Option<(Vec<Arg>, usize)>,
}

/// Simplifies a function; gives back the order of its reachable blocks.
pub(crate) fn simplify(function: &mut Function) -> Vec<BlockId> {
    let order = reverse_postorder(&function.blocks);
    let mut known: Vec<Option<Arg>> = vec![None; function.vals as usize];
    find_copies(function, &order, &mut known);
    for &BlockId(block) in &order {
        rename(&mut function.blocks[block as usize], &known);
    }
    fuse_tests(function, &order);
    drop_unused(function, &order);
    order
}

fn find_copies(function: &mut Function, order: &[BlockId], known: &mut [Option<Arg>]) {
    let mut ways: Vec<Ways> = function.blocks.iter().map(|_| Ways { count: 0, args: None }).collect();
    ways[0].count = 2;
    for &BlockId(block) in order {
        let block = &function.blocks[block as usize];
        block.end.targets(&mut |target, supplied| {
            let way = &mut ways[target.block.0 as usize];
            way.count += 1;
            way.args = Some((target.args.clone(), supplied));
        });
        if let Some(handler) = block.handler {
            ways[handler.0 as usize].count += 2;
        }
        for inst in &block.insts {
            if let (Some(Val(dst)), Op::Copy(arg)) = (inst.dst, &inst.op) {
                known[dst as usize] = Some(*arg);
            }
        }
    }
    let mut single = vec![None; function.blocks.len()];
    for (place, way) in ways.into_iter().enumerate() {
        if let (1, Some((args, supplied))) = (way.count, way.args) {
            let params = &mut function.blocks[place].params;
            for (param, arg) in params.drain(supplied.min(params.len())..).zip(args) {
                known[param.0 as usize] = Some(arg);
            }
            single[place] = Some(supplied);
        }
    }
    for block in &mut function.blocks {
        block.end.targets_mut(&mut |target: &mut Target| {
            if single[target.block.0 as usize].is_some() {
                target.args.clear();
            }
        });
        block.insts.retain(|inst| !matches!(inst.op, Op::Copy(_)));
    }
    // Follow chains of names to their ends.
    for place in 0..known.len() {
        let mut arg = known[place];
        while let Some(Arg::Val(val)) = arg {
            match known[val.0 as usize] {
                Some(next) => arg = Some(next),
                None => break,
            }
        }
        known[place] = arg;
    }
}

fn rename(block: &mut Block, known: &[Option<Arg>]) {
    let mut follow = |arg: &mut Arg| {
        if let Arg::Val(val) = arg
            && let Some(other) = known[val.0 as usize]
        {
            *arg = other;
        }
    };
    for inst in &mut block.insts {
        inst.op.args_mut(&mut follow);
    }
    block.end.args_mut(&mut follow);
    block.end.targets_mut(&mut |target| target.args.iter_mut().for_each(&mut follow));
}

/// How often each value is read.
pub(crate) fn count_uses(function: &Function, order: &[BlockId]) -> Vec<u32> {
    let mut uses = vec![0u32; function.vals as usize];
    let mut visit = |arg: &Arg| {
        if let Arg::Val(val) = arg {
            uses[val.0 as usize] += 1;
        }
    };
    for &BlockId(block) in order {
        let block = &function.blocks[block as usize];
        for inst in &block.insts {
            inst.op.args(&mut visit);
        }
        block.end.args(&mut visit);
        block.end.targets(&mut |target, _| target.args.iter().for_each(&mut visit));
    }
    uses
}

/// The test that a total operation stands for, and whether it is turned round.
fn as_test(bif: Bif, args: &[Arg]) -> Option<(Test, bool)> {
    let one = args.first().copied()?;
    let two = args.get(1).copied().unwrap_or(one);
    Some(match bif {
        Bif::NumEq => (Test::NumEq(one, two), false),
        Bif::NumNe => (Test::NumEq(one, two), true),
        Bif::Eq => (Test::Eq(one, two), false),
        Bif::Ne => (Test::Eq(one, two), true),
        Bif::Lt => (Test::Lt(one, two), false),
        Bif::Ge => (Test::Ge(one, two), false),
        Bif::Gt => (Test::Lt(two, one), false),
        Bif::Le => (Test::Ge(two, one), false),
        Bif::IsAtom => (Test::IsAtom(one), false),
        Bif::IsBinary => (Test::IsBinary(one), false),
        Bif::IsBitstring => (Test::IsBitstring(one), false),
        Bif::IsBoolean => (Test::IsBoolean(one), false),
        Bif::IsFloat => (Test::IsFloat(one), false),
        Bif::IsFunction => (Test::IsFunction(one), false),
        Bif::IsInteger => (Test::IsInteger(one), false),
        Bif::IsList => (Test::IsList(one), false),
        Bif::IsMap => (Test::IsMap(one), false),
        Bif::IsNumber => (Test::IsNumber(one), false),
        Bif::IsPid => (Test::IsPid(one), false),
        Bif::IsPort => (Test::IsPort(one), false),
        Bif::IsReference => (Test::IsReference(one), false),
        Bif::IsTuple => (Test::IsTuple(one), false),
        _ => return None,
    })
}

/// What a branch asks of a boolean: the value, and whether `then` is for true.
fn boolean_question(test: &Test) -> Option<(Val, bool)> {
    use jovial_atoms::known::{FALSE, TRUE};
    match *test {
        Test::IsTrue(Arg::Val(val)) => Some((val, true)),
        Test::IsFalse(Arg::Val(val)) => Some((val, false)),
        Test::Eq(Arg::Val(val), Arg::Atom(atom)) | Test::Eq(Arg::Atom(atom), Arg::Val(val))
            if atom == TRUE || atom == FALSE =>
        {
            Some((val, atom == TRUE))
        }
        _ => None,
    }
}

fn fuse_tests(function: &mut Function, order: &[BlockId]) {
    let uses = count_uses(function, order);
    for &BlockId(place) in order {
        let block = &mut function.blocks[place as usize];
        // The comparison of a switch on true and false is a branch as well.
        if let Terminator::Switch { value: Arg::Val(val), cases, default } = &block.end
            && let [(Arg::Atom(first), yes), (Arg::Atom(second), no)] = cases.as_slice()
            && let Some(Inst { dst: Some(dst), op: Op::Bif(bif, args), .. }) = block.insts.last()
            && dst == val
            && uses[val.0 as usize] == 1
            && as_test(*bif, args).is_some()
            && [*first, *second]
                .iter()
                .all(|atom| *atom == jovial_atoms::known::TRUE || *atom == jovial_atoms::known::FALSE)
            && first != second
        {
            let _ = default;
            let (then, otherwise) = if *first == jovial_atoms::known::TRUE { (yes, no) } else { (no, yes) };
            block.end = Terminator::Branch {
                test: Test::IsTrue(Arg::Val(*val)),
                then: then.clone(),
                otherwise: otherwise.clone(),
            };
        }
        let Terminator::Branch { test, then, otherwise } = &mut block.end else { continue };
        let Some((val, then_is_true)) = boolean_question(test) else { continue };
        let Some(Inst { dst: Some(dst), op: Op::Bif(bif, args), .. }) = block.insts.last() else { continue };
        if *dst != val || uses[val.0 as usize] != 1 {
            continue;
        }
        let Some((fused, turned)) = as_test(*bif, args) else { continue };
        *test = fused;
        if turned == then_is_true {
            std::mem::swap(then, otherwise);
        }
        block.insts.pop();
    }
}

/// Whether an operation can go when its value is not read.
fn is_removable(op: &Op) -> bool {
    match op {
        Op::Copy(_)
        | Op::Cons(..)
        | Op::Tuple(_)
        | Op::Map(_)
        | Op::Fun { .. }
        | Op::Head(_)
        | Op::Tail(_)
        | Op::Element(..)
        | Op::Stacktrace(_) => true,
        Op::Bif(bif, _) => bif.is_total(),
        Op::MapPut { .. }
        | Op::MapUpdate { .. }
        | Op::Call(..)
        | Op::Bits(_)
        | Op::RecvAccept
        | Op::RecvMark
        | Op::RecvBind(_)
        | Op::RecvUse(_) => false,
    }
}

fn drop_unused(function: &mut Function, order: &[BlockId]) {
    let mut uses = count_uses(function, order);
    for &BlockId(place) in order.iter().rev() {
        let block = &mut function.blocks[place as usize];
        for inst in block.insts.iter_mut().rev() {
            let unused = inst.dst.is_none_or(|dst| uses[dst.0 as usize] == 0);
            if unused && is_removable(&inst.op) {
                inst.op.args(&mut |arg: &Arg| {
                    if let Arg::Val(val) = arg {
                        uses[val.0 as usize] -= 1;
                    }
                });
                inst.op = Op::Copy(Arg::EmptyList);
            }
        }
        block.insts.retain(|inst| !matches!(inst.op, Op::Copy(_)));
    }
}
