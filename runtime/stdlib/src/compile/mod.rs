//! The process side of compiling: the compiler's host, sessions, and the natives behind `Code`, `Module` and `def`.

mod convert;
mod data;
mod definition;
mod env_term;
mod host;
mod library;
mod report;
pub(crate) mod session;

pub use library::Library;
