//! The atomics of `queue.rs` and `state.rs`; `interleavings.rs` compiles those files once more with a model checker's.

pub(crate) use std::sync::atomic::{AtomicPtr, AtomicU32, Ordering};
