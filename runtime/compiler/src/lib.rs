//! Quoted code to module images: the expander, modules under construction, and the way down to the SSA form.
//!
//! **What it is for.** [`expand_expression`] turns quoted code into expanded code, asking a [`Host`] for whatever is
//! not text: macros of users, what other modules export, attributes. [`module`] collects the definitions of a
//! module while its body runs. `lower` makes SSA form of the result. The code itself travels as [`Code`]: a tree
//! and the table of the values that a tree can only carry.
//!
//! **Invariants.**
//! 1. Expanded code is, node for node, what Elixir's expander would leave (with the exceptions that [`carried`] lists).
//! 2. Nothing here runs Elixir code: that is the host's part, and each call to it may take as long as it likes.
//! 3. Nesting is bounded by [`expand::DEPTH_MAX`]; deeper code ends in a diagnostic.
//!
//! **What it must not know.** Heaps, processes, files, clocks.
#![forbid(unsafe_code)]

pub mod carried;
pub mod env;
pub mod errors;
pub mod expand;
#[doc(hidden)]
pub mod fake_host;
pub mod host;
pub mod kernel_macros;
pub mod lexical;
pub mod lower;
pub mod module;

pub use carried::{Carried, Code, Item};
pub use env::{Context, Env};
pub use errors::{Diagnostic, Exception, Halt, Severity};
pub use expand::{Expanded, expand_expression, expand_file};
pub use host::Host;
