//! Loops over the bytes of a binary that pass on a position instead of making each rest.
//!
//! **What it is for.** In `def sum(<<byte, rest::binary>>, acc), do: sum(rest, acc + byte)` the rest is only made to be taken
//! apart again. [`keep`] gives such a function a second form, whose parameter is what a match has in its hands: the
//! base, a position in it and its end. Calls that would pass a rest go to the second form and pass those three.
//!
//! ```text
//! sum(binary, acc)          bits_start binary -> base, position, end …  sum'(base, acc, position, end)
//! sum'(base, acc, pos, end)                                          …  sum'(base, acc, position, end)
//! ```
//!
//! **Invariants.**
//! 1. A second form stands behind all functions of the module, with the name and arity of the first; position and end are
//!    like free variables behind the others. So stack traces tell no difference.
//! 2. Where it wants the binary itself, in a failing clause for instance, it is made there.
//!
//! **What it must not know.** Slots, instructions.
#![allow(clippy::cast_possible_truncation, reason = "counts of functions and blocks, which ids can hold")]

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use jovial_atoms::known;

use crate::ir::{
    Arg, BitsContext, Block, BlockId, Callee, Endian, FunId, Function, Inst, Module, Op, RaiseTrace, SegmentKind,
    SegmentType, Target, Terminator, Test, Val,
};
use crate::walk::reverse_postorder;

/// Parameters that a second form has beside those of the first.
pub(crate) const HIDDEN: u8 = 2;

/// All that is left, however many bits.
const REST: SegmentType = SegmentType { kind: SegmentKind::Bitstring, unit: 1, signed: false, endian: Endian::Big };

/// A rest of a match, and where it was made.
#[derive(Clone, Copy)]
struct Rest {
    ctx: BitsContext,
    /// Whether it has whole bytes.
    bytes: bool,
}

/// The second form of a function.
struct Second {
    id: FunId,
    /// The parameter that is split.
    param: usize,
    /// Whether all that call it have whole bytes left.
    bytes: bool,
}

type Seconds = HashMap<FunId, Second>;

/// The module with second forms where they pay.
pub(crate) fn keep(module: &Module) -> Cow<'_, Module> {
    let rests: Vec<HashMap<Val, Rest>> = module.functions.iter().map(|function| rests(module, function)).collect();
    if rests.iter().all(HashMap::is_empty) {
        return Cow::Borrowed(module);
    }
    let mut module = module.clone();
    let mut seconds = Seconds::new();
    for (function, rests) in module.functions.iter().zip(&rests) {
        calls(function, &mut |FunId(callee), args| {
            for (param, arg) in args.iter().enumerate() {
                let Some(rest) = arg.val().and_then(|val| rests.get(&val)) else { continue };
                let next = FunId((module.functions.len() + seconds.len()) as u32);
                let second = seconds.entry(FunId(callee)).or_insert(Second { id: next, param, bytes: true });
                if second.param == param {
                    second.bytes &= rest.bytes;
                }
            }
        });
    }
    let mut added: Vec<(FunId, Function)> = Vec::new();
    for (first, second) in &seconds {
        let function = &module.functions[first.0 as usize];
        added.push((second.id, split(function, *first, second)));
    }
    added.sort_by_key(|(id, _)| *id);
    module.functions.extend(added.into_iter().map(|(_, function)| function));
    for index in 0..module.functions.len() {
        // A second form has rests of its own, under the same names.
        let rests = self::rests_of(&module.functions[index], &|callee, param| {
            seconds.get(&callee).is_some_and(|second| second.param == param)
        });
        pass_positions(&mut module.functions[index], &rests, &seconds);
    }
    Cow::Owned(module)
}

/// Visits the calls of functions of the module.
fn calls(function: &Function, visit: &mut impl FnMut(FunId, &[Arg])) {
    for block in &function.blocks {
        for inst in &block.insts {
            if let Op::Call(Callee::Local(callee), args) = &inst.op {
                visit(*callee, args);
            }
        }
        if let Terminator::TailCall(Callee::Local(callee), args) = &block.end {
            visit(*callee, args);
        }
    }
}

/// The rests that are only passed on to functions that take them apart.
fn rests(module: &Module, function: &Function) -> HashMap<Val, Rest> {
    rests_of(function, &|callee, param| {
        module.functions.get(callee.0 as usize).is_some_and(|function| takes_apart(function, param))
    })
}

/// Whether a parameter is matched as a bitstring, and there is room for two more parameters.
fn takes_apart(function: &Function, param: usize) -> bool {
    let Some(val) = function.blocks[0].params.get(param).copied() else { return false };
    let matched =
        |block: &Block| matches!(block.end, Terminator::BitsStart { value: Arg::Val(value), .. } if value == val);
    function.free < 250 && function.blocks.iter().any(matched)
}

fn rests_of(function: &Function, takes: &dyn Fn(FunId, usize) -> bool) -> HashMap<Val, Rest> {
    let mut found = HashMap::new();
    for block in &function.blocks {
        let Terminator::BitsGet { ctx, segment, size: None, ok, .. } = &block.end else { continue };
        let bytes = match (segment.kind, segment.unit) {
            (SegmentKind::Binary | SegmentKind::Bitstring, 8) => true,
            (SegmentKind::Binary | SegmentKind::Bitstring, 1) => false,
            _ => continue,
        };
        found.insert(function.blocks[ok.block.0 as usize].params[0], Rest { ctx: *ctx, bytes });
    }
    if found.is_empty() {
        return found;
    }
    // A block that is reached in several ways has no rest of its own.
    for (block, count) in function.blocks.iter().zip(ways(function)) {
        if count > 1
            && let Some(first) = block.params.first()
        {
            found.remove(first);
        }
    }
    let mut wanted = HashSet::new();
    let mut other = |arg: &Arg| {
        if let Arg::Val(val) = arg {
            wanted.insert(*val);
        }
    };
    let passed = |callee: &Callee, args: &[Arg], other: &mut dyn FnMut(&Arg)| match callee {
        Callee::Local(callee) => {
            let mut places = args.iter().enumerate();
            let first = places.position(|(param, arg)| {
                arg.val().is_some_and(|val| found.contains_key(&val)) && takes(*callee, param)
            });
            args.iter().enumerate().filter(|(param, _)| Some(*param) != first).for_each(|(_, arg)| other(arg));
        }
        Callee::Fun(arg) => {
            other(arg);
            args.iter().for_each(other);
        }
        Callee::Apply(module, name) => {
            other(module);
            other(name);
            args.iter().for_each(other);
        }
        Callee::Remote(..) => args.iter().for_each(other),
    };
    for block in &function.blocks {
        for inst in &block.insts {
            match &inst.op {
                Op::Call(callee, args) => passed(callee, args, &mut other),
                op => op.args(&mut other),
            }
        }
        match &block.end {
            Terminator::TailCall(callee, args) => passed(callee, args, &mut other),
            end => end.args(&mut other),
        }
        block.end.targets(&mut |target, _| target.args.iter().for_each(&mut other));
    }
    found.retain(|val, _| !wanted.contains(val));
    found
}

/// Lets calls pass position and end in place of a rest.
fn pass_positions(function: &mut Function, rests: &HashMap<Val, Rest>, seconds: &Seconds) {
    if rests.is_empty() {
        return;
    }
    let pass = |callee: &mut Callee, args: &mut Vec<Arg>| {
        let Callee::Local(id) = callee else { return };
        let Some(second) = seconds.get(id) else { return };
        let Some(rest) = args[second.param].val().and_then(|val| rests.get(&val)) else { return };
        args[second.param] = rest.ctx.base;
        args.extend([rest.ctx.position, rest.ctx.end]);
        *id = second.id;
    };
    for block in &mut function.blocks {
        for inst in &mut block.insts {
            if let Op::Call(callee, args) = &mut inst.op {
                pass(callee, args);
            }
        }
        if let Terminator::TailCall(callee, args) = &mut block.end {
            pass(callee, args);
        }
    }
}

/// The second form of a function.
fn split(function: &Function, own: FunId, second: &Second) -> Function {
    let mut function = function.clone();
    let whole = function.blocks[0].params[second.param];
    let mut fresh = || {
        let val = Val(function.vals);
        function.vals += 1;
        val
    };
    let [base, position, end] = [fresh(), fresh(), fresh()];
    function.free += HIDDEN;
    function.blocks[0].params[second.param] = base;
    function.blocks[0].params.extend([position, end]);
    let ctx = BitsContext { base: Arg::Val(base), position: Arg::Val(position), end: Arg::Val(end) };
    let is_whole = |arg: &Arg| *arg == Arg::Val(whole);
    for index in 0..function.blocks.len() {
        let block = &mut function.blocks[index];
        match &mut block.end {
            Terminator::BitsStart { value, ok, .. } if is_whole(value) => {
                let args = [ctx.base, ctx.position, ctx.end].into_iter().chain(ok.args.iter().copied()).collect();
                block.end = Terminator::Jump(Target { block: ok.block, args });
            }
            Terminator::Branch { test: Test::IsBitstring(value), then, .. } if is_whole(value) => {
                block.end = Terminator::Jump(then.clone());
            }
            Terminator::Branch { test: Test::IsBinary(value), then, .. } if is_whole(value) && second.bytes => {
                block.end = Terminator::Jump(then.clone());
            }
            Terminator::TailCall(Callee::Local(callee), args)
                if *callee == own && args.iter().position(is_whole) == Some(second.param) =>
            {
                args[second.param] = ctx.base;
                args.extend([ctx.position, ctx.end]);
                *callee = second.id;
            }
            _ => {}
        }
        if wants(&function.blocks[index], whole) {
            make_whole(&mut function, index, whole, ctx);
        }
    }
    if second.bytes {
        forget_tests(&mut function, position);
    }
    function
}

fn wants(block: &Block, val: Val) -> bool {
    let mut found = false;
    let mut look = |arg: &Arg| found |= *arg == Arg::Val(val);
    block.insts.iter().for_each(|inst: &Inst| inst.op.args(&mut look));
    block.end.args(&mut look);
    block.end.targets(&mut |target, _| target.args.iter().for_each(&mut look));
    found
}

/// Makes the binary itself at the start of a block, for this block alone.
fn make_whole(function: &mut Function, index: usize, whole: Val, ctx: BitsContext) {
    let [made, after] = [Val(function.vals), Val(function.vals + 1)];
    function.vals += 2;
    let (body, never) = (BlockId(function.blocks.len() as u32), BlockId(function.blocks.len() as u32 + 1));
    let block = &mut function.blocks[index];
    let (handler, pos) = (block.handler, block.end_pos);
    let first = block.insts.first().map_or(pos, |inst| inst.pos);
    let mut rest = Block { params: vec![made, after], ..block.clone() };
    block.insts.clear();
    block.end_pos = first;
    block.end = Terminator::BitsGet {
        ctx,
        segment: REST,
        size: None,
        ok: Target { block: body, args: Vec::new() },
        fail: Target { block: never, args: Vec::new() },
    };
    let mut rename = |arg: &mut Arg| {
        if *arg == Arg::Val(whole) {
            *arg = Arg::Val(made);
        }
    };
    rest.insts.iter_mut().for_each(|inst| inst.op.args_mut(&mut rename));
    rest.end.args_mut(&mut rename);
    rest.end.targets_mut(&mut |target| target.args.iter_mut().for_each(&mut rename));
    let (class, reason) = (Arg::Atom(known::ERROR), Arg::Atom(known::BADARG));
    let raise = Terminator::Raise { class, reason, trace: RaiseTrace::New };
    function.blocks.push(rest);
    function.blocks.push(Block { params: Vec::new(), insts: Vec::new(), end: raise, end_pos: first, handler });
}

/// Rests after whole bytes have whole bytes, as there were at the start, so nobody needs to ask.
fn forget_tests(function: &mut Function, position: Val) {
    let mut whole = HashSet::from([position]);
    let mut seen = usize::MAX;
    let ways = ways(function);
    let order = reverse_postorder(&function.blocks);
    while seen != whole.len() {
        seen = whole.len();
        for BlockId(index) in &order {
            let (ctx, ok, place) = match &function.blocks[*index as usize].end {
                Terminator::BitsGet { ctx, segment, size, ok, .. } if by_bytes(*segment, *size) => (ctx, ok, 1),
                Terminator::BitsMatch { ctx, ok, .. } => (ctx, ok, 0),
                Terminator::Jump(target) => {
                    for (param, arg) in function.blocks[target.block.0 as usize].params.iter().zip(&target.args) {
                        if ways[target.block.0 as usize] == 1 && arg.val().is_some_and(|val| whole.contains(&val)) {
                            whole.insert(*param);
                        }
                    }
                    continue;
                }
                _ => continue,
            };
            if ways[ok.block.0 as usize] == 1 && ctx.position.val().is_some_and(|val| whole.contains(&val)) {
                whole.insert(function.blocks[ok.block.0 as usize].params[place]);
            }
        }
    }
    for block in &mut function.blocks {
        if let Terminator::BitsGet { ctx, segment, size: None, .. } = &mut block.end
            && segment.unit == 8
            && matches!(segment.kind, SegmentKind::Binary | SegmentKind::Bitstring)
            && ctx.position.val().is_some_and(|val| whole.contains(&val))
        {
            *segment = REST;
        }
    }
}

/// How many ways lead into each block.
fn ways(function: &Function) -> Vec<u32> {
    let mut ways = vec![0; function.blocks.len()];
    for block in &function.blocks {
        block.end.targets(&mut |target, _| ways[target.block.0 as usize] += 1);
        if let Some(handler) = block.handler {
            ways[handler.0 as usize] += 1;
        }
    }
    ways
}

/// Whether a segment takes whole bytes.
fn by_bytes(segment: SegmentType, size: Option<Arg>) -> bool {
    match (segment.kind, size) {
        (SegmentKind::Utf8 | SegmentKind::Utf16 | SegmentKind::Utf32, _) => true,
        (_, Some(Arg::Int(size))) => (size * i64::from(segment.unit)) % 8 == 0,
        _ => segment.unit.is_multiple_of(8),
    }
}

#[cfg(test)]
mod tests {
    use super::keep;
    use crate::text;

    fn kept(body: &str) -> String {
        let source = format!("module :m\nexport :f/2 = f0\nfunction f0 :f/2 free 0\n{body}\nend");
        let module = text::read(&source).expect("well-formed");
        let kept = keep(&module).into_owned();
        crate::verify::verify(&kept).expect("still right");
        text::print(&kept)
    }

    #[test]
    fn a_rest_that_is_only_passed_on_is_not_made() {
        let text = kept(
            "b0(v0, v1):\n bits_start v0 then b1 else b4\n\
             b1(v2, v3, v4):\n bits_get v2, v3, v4: integer big unsigned unit 1 size 8 then b2 else b4\n\
             b2(v5, v6):\n bits_get v2, v6, v4: binary big unsigned unit 8 then b3 else b4\n\
             b3(v7, v8):\n v9 = add v1, v5\n tail_call f0(v7, v9)\n\
             b4():\n function_clause(v0, v1)",
        );
        assert!(text.contains("function f1 :f/2 free 2"), "{text}");
        assert_eq!(text.matches("tail_call f1(v2, v9, v6, v4)").count(), 2, "{text}");
        // Once whole bytes are left, that needs no test; where no clause matches, the binary is made.
        assert_eq!(text.matches("bits_get v2, v6, v4: bitstring big unsigned unit 1 then").count(), 1, "{text}");
        assert_eq!(text.matches("function_clause").count(), 2, "{text}");
    }

    #[test]
    fn a_rest_that_is_wanted_is_made() {
        let text = kept(
            "b0(v0, v1):\n bits_start v0 then b1 else b4\n\
             b1(v2, v3, v4):\n bits_get v2, v3, v4: integer big unsigned unit 1 size 8 then b2 else b4\n\
             b2(v5, v6):\n bits_get v2, v6, v4: binary big unsigned unit 8 then b3 else b4\n\
             b3(v7, v8):\n v9 = cons v7, v1\n tail_call f0(v7, v9)\n\
             b4():\n return v1",
        );
        assert!(!text.contains("function f1"), "{text}");
    }
}
