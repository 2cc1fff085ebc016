//! Tests of the crate as a whole: text in, tree and diagnostics out.

mod cases;
mod depth;
mod hooks;
mod mutations;
