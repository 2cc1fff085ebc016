//! The treaty between compiler, vm and native code: SSA form, opcodes, module image, verifier, printer.
//!
//! **What it is for.** [`ir`] is what the compiler produces; [`emit`](emit::emit) makes an [`Image`](code::Image) of
//! bytecode from it, which [`image`] turns into bytes and back.
//!
//! **What it must not know.** Terms, heaps, quoted code.
#![forbid(unsafe_code)]

pub mod bif;
pub mod code;
mod contexts;
pub mod disassemble;
pub mod emit;
pub mod image;
pub mod ir;
mod moves;
pub mod opcode;
mod simplify;
mod slots;
pub mod text;
pub mod verify;
pub mod walk;

pub use code::{Code, Image};
pub use emit::{EmitError, emit};
