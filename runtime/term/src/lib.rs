//! Terms: tagged words, heaps, collection, numbers, maps, bitstrings, order, hash, external format.
//!
//! **What it is for.** Everything that a process holds. [`Heap`] is its memory, [`Term`] what safe code sees of it:
//! reading is safe, building goes through `&Heap` and never moves anything. The machine uses [`raw`].
//!
//! **Invariants.**
//! 1. A native holds `&Heap` while it runs, and collecting needs `&mut Heap`: terms stay valid during the call.
//! 2. No function here recurses over a term: lists nested a million deep are copied, compared and hashed.
//! 3. No result depends on addresses, on atom indices or on random seeds: two runs give the same bytes.
//!
//! **What it must not know.** Processes, code, clocks, files. It does no I/O.
//!
//! `unsafe` lies in `allocator`, `block`, `refc`, `term`, `heap`, `off_heap`, `fragment`, `copy`, `few`, `keyed`, `literal`, `build`, `gc`, `verify`
//! and `raw`, and one unsafe trait in `etf/decode`; the rest is safe code on top of them.

#![allow(
    clippy::cast_possible_truncation,
    reason = "words are cut into bytes, halves and fields all over; every cast here takes the low bits on purpose"
)]

mod allocator;
mod bits;
mod block;
mod build;
mod copy;
mod debug;
mod equal;
pub mod etf;
mod few;
pub mod float;
mod fragment;
mod fun;
mod gc;
mod hash;
mod heap;
mod int;
mod keyed;
mod literal;
mod map;
mod off_heap;
mod order;
mod phash;
pub mod raw;
mod refc;
mod segments;
pub mod stress;
mod term;
pub mod verify;
mod word;

pub use allocator::Allocator;
pub use bits::Bits;
pub use build::{BINARY_MAX, INLINE_MAX, SystemLimit, TUPLE_MAX};
pub use fragment::Fragment;
pub use fun::{FunEntry, FunUses};
pub use heap::{Heap, HeapOptions, HeapStats, OutOfMemory};
pub use int::{ArithError, GivenUp, Int, Wanted, parse_digits};
pub use keyed::{Key, Keyed};
pub use literal::{LiteralArea, LiteralBuilder};
pub use map::{FLAT_MAX, Map, MapIter};
pub use segments::{BitWriter, Endian, SegmentError};
pub use term::{External, ExternalFun, Fun, Kind, ListIter, Pid, Port, Ref, Term, Value};
