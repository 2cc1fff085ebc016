//! Text to tokens to quoted, with spans.
//!
//! **What it is for.** [`quoted::Tree`] is the tree; the parser fills one from a file's text.
//!
//! **What it must not know.** Terms, files, environments.
#![forbid(unsafe_code)]

pub mod quoted;
