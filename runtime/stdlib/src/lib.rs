//! The standard library: Elixir in `lib/`, and here the natives and the process side of compiling.
//!
//! **What it is for.** [`natives::register`] gives a machine the functions that are written in Rust.
//!
//! **What it must not know.** Jupyter, and how terms, calls and schedulers work inside.
#![forbid(unsafe_code)]

pub mod compile;
pub mod natives;
