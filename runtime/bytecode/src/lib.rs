//! The treaty between compiler, vm and native code: SSA form, opcodes, module image, verifier, printer.
//!
//! **What it is for.** [`ir`] is what the compiler produces; bytecode is made from it here.
//!
//! **What it must not know.** Terms, heaps, quoted code.
#![forbid(unsafe_code)]

pub mod ir;
