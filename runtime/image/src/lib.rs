//! The library's image, made by this crate's build script from `runtime/stdlib/lib`.
//!
//! **What it is for.** [`LIBRARY`] is what `embed` boots from. It is a crate of its own so that the crates below are built and tested
//! without it, and so that an edit to an `.ex` file rebuilds nothing else.
//!
//! **What it must not know.** What the bytes mean.
#![forbid(unsafe_code)]

/// All modules of the library, in the form that `embed` reads.
pub static LIBRARY: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/library.image"));
