//! Tests of the crate as a whole: text in, tree and diagnostics out.

#![allow(clippy::unwrap_used, reason = "a test that can't read its files may panic")]

mod cases;
mod depth;
mod hooks;
