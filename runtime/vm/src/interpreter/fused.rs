//! Instructions that stand for several.
//!
//! **What it is for.** Each runs its parts one after the other, so a step from one to the next costs nothing. Which there are is
//! told by `for_each_fused` of the bytecode.
//!
//! **Invariants.**
//! 1. The parts stand behind each other in the code, as if the first one were on its own. So if a later one gives up, or one before
//!    it jumps, what is left to do is to go on at the state's instruction.
//! 2. The slow form is the first part's.
#![expect(clippy::inline_always, reason = "op bodies are expanded into two dispatchers")]

use super::{Flow, NEXT, REST, State, goes_on, ops};

macro_rules! fused {
    ($($name:ident $function:ident = $first:ident $first_op:ident $(, $part:ident $part_op:ident)*;)*) => {$(
        #[inline(always)]
        pub(super) unsafe fn $function<const FAST: bool>(s: &mut State<'_>) -> Flow {
            // SAFETY: the dispatcher's contract is that of each part.
            unsafe {
                if !FAST {
                    return ops::$first_op::<false>(s);
                }
                let flow = ops::$first_op::<true>(s);
                $(
                    if flow != NEXT {
                        return flow;
                    }
                    let flow = after(ops::$part_op::<true>(s));
                )*
                flow
            }
        }
    )*};
}

/// What an instruction behind the first one leads to.
#[inline(always)]
const fn after(flow: Flow) -> Flow {
    if goes_on(flow) { flow } else { REST }
}

jovial_bytecode::for_each_fused!(fused);
