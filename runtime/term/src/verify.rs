//! The heap verifier.
//!
//! **What it is for.** [`heap`] walks all memory of a heap and checks the invariants of `heap.rs`: objects are parsable,
//! pointers lead to objects of this heap or to literals, old data does not point to young data.
//!
//! **Invariants.**
//! 1. It changes nothing and needs no roots.
//!
//! **What it must not know.** What the terms mean.

use std::fmt;

use crate::heap::Heap;
use crate::literal;
use crate::word::{Boxed, Word};

/// The first thing found wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// An object's header says that it ends behind the used part.
    Overrun { at: u64, header: u64 },
    /// A header of a kind or size that no object has.
    BadHeader { at: u64, header: u64 },
    /// A word that leads outside of this heap.
    Stray { at: u64, word: u64 },
    /// A pointer from the old generation into the young one.
    OldToYoung { at: u64, word: u64 },
    /// The tag of a pointer does not fit what it leads to.
    WrongTag { at: u64, word: u64 },
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:x?}")
    }
}

/// Checks everything there is.
pub fn heap(heap: &Heap) -> Result<(), Fault> {
    let literals = literal::whole();
    let mut ranges = Vec::new();
    heap.ranges(|start, top| ranges.push((start as u64, top as u64)));
    let old = ranges[1];
    let mut fault = None;
    for &(start, top) in &ranges {
        let mut at = start;
        let mut skip_until = start;
        while at < top && fault.is_none() {
            // SAFETY: between start and top of a range lies initialised memory of this heap (`heap`, invariant 2).
            let word = unsafe { *(at as *const Word) };
            if word.is_header() {
                let kind = word.header_kind();
                let end = at.saturating_add((word.header_size() as u64 + 1) * 8);
                if kind == Boxed::Moved {
                    fault = Some(Fault::BadHeader { at, header: word.0 });
                } else if end > top {
                    fault = Some(Fault::Overrun { at, header: word.0 });
                } else if kind.is_opaque() {
                    skip_until = end;
                }
            } else if word.is_pointer() && !literals.contains(word) {
                let to = word.address() as u64;
                if !ranges.iter().any(|&(start, top)| start <= to && to < top) {
                    fault = Some(Fault::Stray { at, word: word.0 });
                } else if (start, top) == old && !(old.0 <= to && to < old.1) {
                    fault = Some(Fault::OldToYoung { at, word: word.0 });
                } else {
                    // SAFETY: the address lies in a range that was just looked up.
                    let first = unsafe { *(to as *const Word) };
                    if word.is_boxed() != first.is_header() {
                        fault = Some(Fault::WrongTag { at, word: word.0 });
                    }
                }
            }
            at = skip_until.max(at + 8);
        }
    }
    fault.map_or(Ok(()), Err)
}
