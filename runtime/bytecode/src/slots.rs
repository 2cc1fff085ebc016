//! Which slot each value lives in.
//!
//! **What it is for.** [`assign`] finds out where values are live and gives each one a place for its whole life: a slot
//! of the frame, or a slot below it when it is only on its way into the next call or out of the last one.
//!
//! **How.** Blocks are visited so that definitions come before uses. At each definition the slots of all values that are
//! live there are taken, any other will do; interference graphs of SSA form are chordal, so this greedy way needs no
//! more slots than are live at once. Among the free ones, the slot of a value that this one is passed to or
//! made from is preferred, which makes most moves vanish.
//!
//! **Invariants.**
//! 1. Two values that are live at the same time have different places.
//! 2. A value that lives below the frame is not live over a call; one at less than -1 not over an allocation either.
//! 3. A value that a handler reads lives in the frame.
//! 4. Frame places count from the top: 0 is the return address, parameters follow.
//!
//! **What it must not know.** Instruction formats.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    reason = "operands are packed into words of checked sizes"
)]

use crate::ir::{Arg, BlockId, Function, Inst, Op, Terminator, Val};
use crate::opcode::NEAR_ARGS;

/// Where a value lives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Place {
    /// Never read.
    Nowhere,
    /// So many slots below the frame's topmost.
    Frame(u32),
    /// A slot below zero.
    Below(i16),
}

/// A set of few values out of many: a list of them, and for each value that was ever in it its place in the list. Emptying it costs
/// nothing, so that one serves all blocks of a function, however many values that has.
struct Live {
    members: Vec<Val>,
    places: Vec<u32>,
}

impl Live {
    fn new(vals: u32) -> Live {
        Live { members: Vec::new(), places: vec![0; vals as usize] }
    }
    fn has(&self, val: Val) -> bool {
        self.members.get(self.places[val.0 as usize] as usize) == Some(&val)
    }
    fn add(&mut self, val: Val) -> bool {
        let new = !self.has(val);
        if new {
            self.places[val.0 as usize] = self.members.len() as u32;
            self.members.push(val);
        }
        new
    }
    fn remove(&mut self, val: Val) {
        if self.has(val) {
            let place = self.places[val.0 as usize];
            self.members.swap_remove(place as usize);
            if let Some(moved) = self.members.get(place as usize) {
                self.places[moved.0 as usize] = place;
            }
        }
    }
    fn add_all(&mut self, others: &[Val]) {
        for &val in others {
            self.add(val);
        }
    }
    fn sorted(&self) -> Vec<Val> {
        let mut members = self.members.clone();
        members.sort_unstable_by_key(|val| val.0);
        members
    }
}

/// The result for one function.
pub(crate) struct Slots {
    pub(crate) places: Vec<Place>,
    /// Slots of the frame, the return address included.
    pub(crate) frame: u32,
    /// Values live at the start of each block, without its parameters.
    pub(crate) live_in: Vec<Vec<Val>>,
    /// For each block, for each instruction that is a safepoint: what is live after it, without its own value.
    pub(crate) across: Vec<Vec<Option<Vec<Val>>>>,
}

/// Where the parameter or argument with this number lies, from the top; free variables come before arguments.
pub(crate) fn param_place(index: usize, arity: usize, free: usize) -> u32 {
    let physical = if index < arity { free + index } else { index - arity };
    u32::try_from(arity + free - physical).expect("at most 510 parameters")
}

/// Whether compiled code may collect at this instruction.
pub(crate) fn is_allocation(op: &Op) -> bool {
    matches!(op, Op::Cons(..) | Op::Tuple(_) | Op::Fun { .. })
}

fn is_call(op: &Op) -> bool {
    matches!(op, Op::Call(..))
}

fn visit_end_vals(end: &Terminator, visit: &mut impl FnMut(Val)) {
    let mut arg = |arg: &Arg| {
        if let Arg::Val(val) = arg {
            visit(*val);
        }
    };
    end.args(&mut arg);
    end.targets(&mut |target, _| target.args.iter().for_each(&mut arg));
}

fn inst_vals(inst: &Inst, visit: &mut impl FnMut(Val)) {
    inst.op.args(&mut |arg: &Arg| {
        if let Arg::Val(val) = arg {
            visit(*val);
        }
    });
}

/// Live values at the start of each block, by iteration from the last block to the first.
fn liveness(function: &Function, order: &[BlockId], live: &mut Live) -> Vec<Vec<Val>> {
    let mut live_in: Vec<Vec<Val>> = vec![Vec::new(); function.blocks.len()];
    loop {
        let mut changed = false;
        for &BlockId(place) in order.iter().rev() {
            let block = &function.blocks[place as usize];
            live_out(function, &live_in, place as usize, live);
            visit_end_vals(&block.end, &mut |val| {
                live.add(val);
            });
            for inst in block.insts.iter().rev() {
                if let Some(dst) = inst.dst {
                    live.remove(dst);
                }
                inst_vals(inst, &mut |val| {
                    live.add(val);
                });
            }
            for param in &block.params {
                live.remove(*param);
            }
            if let Some(handler) = block.handler {
                live.add_all(&live_in[handler.0 as usize]);
            }
            // From round to round sets only grow.
            if live.members.len() != live_in[place as usize].len() {
                live_in[place as usize] = live.sorted();
                changed = true;
            }
        }
        if !changed {
            return live_in;
        }
    }
}

/// What is live after a block's last instruction, but for what its terminator reads.
fn live_out(function: &Function, live_in: &[Vec<Val>], place: usize, live: &mut Live) {
    live.members.clear();
    function.blocks[place].successors(&mut |next| live.add_all(&live_in[next.0 as usize]));
}

struct Assigner<'a> {
    function: &'a Function,
    places: Vec<Place>,
    /// Values that should share a place with this one.
    friends: Vec<Vec<Val>>,
    wanted: Vec<Option<u32>>,
    taken: Vec<bool>,
    highest: u32,
}

impl Assigner<'_> {
    fn take(&mut self, place: u32) {
        let index = place as usize;
        if self.taken.len() <= index {
            self.taken.resize(index + 1, false);
        }
        self.taken[index] = true;
        self.highest = self.highest.max(place);
    }

    fn is_free(&self, place: u32) -> bool {
        place > 0 && !self.taken.get(place as usize).copied().unwrap_or(false)
    }

    fn release(&mut self, val: Val) {
        if let Place::Frame(place) = self.places[val.0 as usize] {
            self.taken[place as usize] = false;
        }
    }

    fn choose(&self, val: Val) -> u32 {
        if let Some(place) = self.wanted[val.0 as usize].filter(|place| self.is_free(*place)) {
            return place;
        }
        for friend in self.friends[val.0 as usize].iter().take(16) {
            if let Place::Frame(place) = self.places[friend.0 as usize]
                && self.is_free(place)
            {
                return place;
            }
        }
        for friend in self.friends[val.0 as usize].iter().take(16) {
            if let Some(place) = self.wanted[friend.0 as usize].filter(|place| self.is_free(*place)) {
                return place;
            }
        }
        let free = self.taken.iter().skip(1).position(|taken| !taken);
        free.map_or(self.taken.len().max(1), |free| free + 1) as u32
    }

    fn place(&mut self, val: Val) {
        let place = self.choose(val);
        self.places[val.0 as usize] = Place::Frame(place);
        self.take(place);
    }
}

fn find_friends(function: &Function, order: &[BlockId]) -> (Vec<Vec<Val>>, Vec<Option<u32>>) {
    let mut friends: Vec<Vec<Val>> = vec![Vec::new(); function.vals as usize];
    let mut wanted = vec![None; function.vals as usize];
    for &BlockId(place) in order {
        let block = &function.blocks[place as usize];
        block.end.targets(&mut |target, supplied| {
            let params = &function.blocks[target.block.0 as usize].params;
            for (arg, param) in target.args.iter().zip(params.iter().skip(supplied)) {
                if let Arg::Val(val) = arg {
                    friends[val.0 as usize].push(*param);
                    friends[param.0 as usize].push(*val);
                }
            }
        });
        if let Terminator::TailCall(_, args) = &block.end {
            for (index, arg) in args.iter().enumerate() {
                if let Arg::Val(val) = arg {
                    wanted[val.0 as usize] = Some((args.len() - index) as u32);
                }
            }
        }
    }
    (friends, wanted)
}

/// Gives places to all values of a function whose blocks are visited in `order`.
pub(crate) fn assign(function: &Function, order: &[BlockId], uses: &[u32]) -> Slots {
    let (mut live, mut after) = (Live::new(function.vals), Live::new(function.vals));
    let live_in = liveness(function, order, &mut live);
    let (friends, wanted) = find_friends(function, order);
    let arity = usize::from(function.arity);
    let free = usize::from(function.free);
    let mut assigner = Assigner {
        function,
        places: vec![Place::Nowhere; function.vals as usize],
        friends,
        wanted,
        taken: Vec::new(),
        highest: u32::try_from(arity + free).expect("at most 510 parameters"),
    };
    let mut across: Vec<Vec<Option<Vec<Val>>>> = vec![Vec::new(); function.blocks.len()];
    for &BlockId(place) in order {
        across[place as usize] = assign_block(&mut assigner, place as usize, &live_in, uses, &mut live, &mut after);
    }
    Slots { places: assigner.places, frame: assigner.highest + 1, live_in, across }
}

fn assign_block(
    assigner: &mut Assigner<'_>,
    place: usize,
    live_in: &[Vec<Val>],
    uses: &[u32],
    live: &mut Live,
    live_after: &mut Live,
) -> Vec<Option<Vec<Val>>> {
    let function = assigner.function;
    let block = &function.blocks[place];
    live_out(function, live_in, place, live_after);
    live.members.clear();
    live.add_all(&live_after.members);
    visit_end_vals(&block.end, &mut |val| {
        live.add(val);
    });
    // Backwards: which values die where, what is live over safepoints.
    let mut dies: Vec<Vec<Val>> = vec![Vec::new(); block.insts.len()];
    let mut dead = vec![false; block.insts.len()];
    let mut across = vec![None; block.insts.len()];
    for (index, inst) in block.insts.iter().enumerate().rev() {
        if let Some(dst) = inst.dst {
            dead[index] = !live.has(dst);
            live.remove(dst);
        }
        if is_call(&inst.op) || is_allocation(&inst.op) {
            across[index] = Some(live.sorted());
        }
        inst_vals(inst, &mut |val| {
            if live.add(val) {
                dies[index].push(val);
            }
        });
    }
    // Forwards: places.
    assigner.taken.iter_mut().for_each(|taken| *taken = false);
    for val in &live_in[place] {
        if let Place::Frame(place) = assigner.places[val.0 as usize] {
            assigner.take(place);
        }
    }
    for (index, param) in block.params.iter().enumerate() {
        if place == 0 {
            let at = param_place(index, usize::from(function.arity), usize::from(function.free));
            if live.has(*param) {
                assigner.places[param.0 as usize] = Place::Frame(at);
                assigner.take(at);
            }
        }
    }
    if place != 0 {
        // Those that are on their way to a certain place come first.
        let (bound, free): (Vec<Val>, Vec<Val>) =
            block.params.iter().partition(|param| assigner.wanted[param.0 as usize].is_some());
        for param in bound.into_iter().chain(free) {
            if live.has(param) {
                assigner.place(param);
            }
        }
    }
    let below = places_below(function, place, live_after, uses);
    for (index, inst) in block.insts.iter().enumerate() {
        for val in &dies[index] {
            assigner.release(*val);
        }
        let Some(dst) = inst.dst else { continue };
        if dead[index] {
            continue;
        }
        match below[index] {
            Some(slot) => assigner.places[dst.0 as usize] = Place::Below(slot),
            None => assigner.place(dst),
        }
    }
    across
}

/// For each instruction of a block, the slot below the frame where its value can live.
fn places_below(function: &Function, place: usize, live_after: &Live, uses: &[u32]) -> Vec<Option<i16>> {
    let block = &function.blocks[place];
    let mut below = vec![None; block.insts.len()];
    // Where each value of this block is defined, and where it is last read; the terminator is the place behind the last.
    let mut defined = rustc_hash::FxHashMap::default();
    let mut last_read = rustc_hash::FxHashMap::default();
    for (index, inst) in block.insts.iter().enumerate() {
        inst_vals(inst, &mut |val| {
            last_read.insert(val, index);
        });
        if let Some(dst) = inst.dst {
            defined.insert(dst, index);
        }
    }
    visit_end_vals(&block.end, &mut |val| {
        last_read.insert(val, block.insts.len());
    });
    let mut barrier = 0;
    let mut last_call: Option<usize> = None;
    for (index, inst) in block.insts.iter().enumerate() {
        if let Op::Call(_, args) = &inst.op {
            if args.len() <= NEAR_ARGS {
                for (number, arg) in args.iter().enumerate() {
                    if let Arg::Val(val) = arg
                        && let Some(&at) = defined.get(val)
                        && at >= barrier
                        && uses[val.0 as usize] == 1
                        && !is_call(&block.insts[at].op)
                    {
                        below[at] =
                            i16::try_from(number).ok().zip(i16::try_from(args.len()).ok()).map(|(n, all)| n - all - 1);
                    }
                }
            }
            if let Some(before) = last_call {
                mark_result(block, before, index, live_after, &last_read, &mut below);
            }
            last_call = Some(index);
        }
        if is_call(&inst.op) || is_allocation(&inst.op) {
            barrier = index;
            if is_call(&inst.op) {
                barrier += 1;
            }
        }
    }
    if let Some(before) = last_call {
        mark_result(block, before, block.insts.len(), live_after, &last_read, &mut below);
    }
    below
}

/// Leaves the result of the call at `call` in slot -1 if it is not read after `end`, where that slot changes.
fn mark_result(
    block: &crate::ir::Block,
    call: usize,
    end: usize,
    live_after: &Live,
    last_read: &rustc_hash::FxHashMap<Val, usize>,
    below: &mut [Option<i16>],
) {
    if let Some(dst) = block.insts[call].dst
        && !live_after.has(dst)
        && last_read.get(&dst).is_some_and(|read| *read <= end)
    {
        below[call] = Some(-1);
    }
}
