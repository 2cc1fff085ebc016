//! Tests of the runtime as a whole. Processes run scripts in Rust (`scripts.rs`), so signals are tested without compiled code.

mod combinations;
mod lives;
mod programs;
pub(crate) mod scripts;
mod settling;
mod threads;
mod timing;
