//! Checks a lowered module against the invariants of the SSA form.

use jovial_bytecode::ir::{Arg, Function, Module, Op, Target, Terminator, Val};

fn targets(end: &Terminator) -> Vec<(&Target, usize)> {
    let mut all = Vec::new();
    end.targets(&mut |target, supplied| all.push((target, supplied)));
    all
}

pub(super) fn check(module: &Module) {
    for function in &module.functions {
        check_function(module, function);
    }
}

type Set = Vec<bool>;

fn meet(into: &mut Option<Set>, from: &Set) -> bool {
    match into {
        None => {
            *into = Some(from.clone());
            true
        }
        Some(set) => {
            let mut changed = false;
            for (have, other) in set.iter_mut().zip(from) {
                if *have && !other {
                    *have = false;
                    changed = true;
                }
            }
            changed
        }
    }
}

fn check_function(module: &Module, function: &Function) {
    let name = function.name;
    assert_eq!(
        function.blocks[0].params.len(),
        usize::from(function.arity) + usize::from(function.free),
        "{name}: parameters"
    );
    let mut assigned = vec![false; function.vals as usize];
    let mut assign = |val: Val| {
        assert!(!assigned[val.0 as usize], "{name}: {val:?} assigned twice");
        assigned[val.0 as usize] = true;
    };
    for block in &function.blocks {
        block.params.iter().copied().for_each(&mut assign);
        block.insts.iter().filter_map(|inst| inst.dst).for_each(&mut assign);
        for (target, supplied) in targets(&block.end) {
            let params = function.blocks[target.block.0 as usize].params.len();
            assert_eq!(target.args.len() + supplied, params, "{name}: arguments of {:?}", target.block);
        }
        if let Some(handler) = block.handler {
            assert_eq!(function.blocks[handler.0 as usize].params.len(), 3, "{name}: handler");
        }
        for inst in &block.insts {
            if let Op::Fun { function, free } = &inst.op {
                assert_eq!(module.functions[function.0 as usize].free as usize, free.len(), "{name}: captured");
            }
        }
    }
    // What is surely assigned at the start of each block.
    let mut starts: Vec<Option<Set>> = vec![None; function.blocks.len()];
    starts[0] = Some(vec![false; function.vals as usize]);
    let mut todo = vec![0];
    while let Some(at) = todo.pop() {
        let block = &function.blocks[at];
        let mut have = starts[at].clone().unwrap();
        for param in &block.params {
            have[param.0 as usize] = true;
        }
        if let Some(handler) = block.handler {
            // A raise may come before the first instruction is done.
            if meet(&mut starts[handler.0 as usize], &have) {
                todo.push(handler.0 as usize);
            }
        }
        let used = |arg: &Arg, have: &Set| {
            if let Arg::Val(val) = arg {
                assert!(have[val.0 as usize], "{name}: {val:?} used in block {at} before it is assigned\n{function:#?}");
            }
        };
        for inst in &block.insts {
            inst.op.args(&mut |arg| used(arg, &have));
            if let Some(dst) = inst.dst {
                have[dst.0 as usize] = true;
            }
        }
        block.end.args(&mut |arg| used(arg, &have));
        for (target, _) in targets(&block.end) {
            if meet(&mut starts[target.block.0 as usize], &have) {
                todo.push(target.block.0 as usize);
            }
        }
    }
    assert!(starts.iter().all(Option::is_some), "{name}: a block is unreachable");
}
