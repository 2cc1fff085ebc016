//! The process side of compiling: the compiler's host, sessions, and the natives behind `Code`, `Module` and `def`.

pub(crate) mod convert;
mod data;
mod definition;
pub(crate) mod env_term;
pub(crate) mod evaluate;
pub(crate) mod host;
mod library;
mod report;
pub(crate) mod session;

pub use library::Library;
