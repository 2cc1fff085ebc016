//! Several moves that happen at once, as a row of single ones.
//!
//! **What it is for.** Arguments of a call and of a jump all change places together; [`sequence`] finds an order in which
//! no source is overwritten before it is read, with one scratch slot for cycles.
//!
//! **Invariants.** Destinations are distinct.
//!
//! **What it must not know.** Where the slots come from.

/// Puts the moves `(destination, source)` in order. `scratch` is none of their slots.
pub(crate) fn sequence(moves: &[(i16, i16)], scratch: i16) -> Vec<(i16, i16)> {
    let mut pending: Vec<(i16, i16)> = moves.iter().copied().filter(|(to, from)| to != from).collect();
    let mut done = Vec::with_capacity(pending.len() + 1);
    while !pending.is_empty() {
        let before = pending.len();
        let mut index = 0;
        while index < pending.len() {
            let (to, from) = pending[index];
            if pending.iter().any(|(_, other)| *other == to) {
                index += 1;
            } else {
                done.push((to, from));
                pending.swap_remove(index);
            }
        }
        if pending.len() == before {
            // Only cycles are left: free one slot.
            let (_, from) = pending[0];
            done.push((scratch, from));
            for (_, other) in &mut pending {
                if *other == from {
                    *other = scratch;
                }
            }
        }
    }
    done
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    fn check(moves: &[(i16, i16)]) {
        let mut slots: HashMap<i16, i32> = (0..10).map(|slot| (slot, i32::from(slot))).collect();
        for (to, from) in sequence(moves, 99) {
            let value = slots[&from];
            slots.insert(to, value);
        }
        for (to, from) in moves {
            assert_eq!(slots[to], i32::from(*from), "{moves:?}");
        }
    }

    #[test]
    fn all_at_once() {
        check(&[(0, 1), (1, 2), (2, 3)]);
        check(&[(0, 1), (1, 0)]);
        check(&[(0, 1), (1, 2), (2, 0), (3, 0), (4, 5), (5, 4)]);
        check(&[(0, 0), (1, 0), (2, 0)]);
    }
}
