//! The process side of compiling: the compiler's host, sessions, and the natives behind `Code`, `Module` and `def`.

pub mod build;
pub(crate) mod constant;
pub mod convert;
pub(crate) mod data;
pub mod definition;
pub mod env_term;
pub mod evaluate;
pub mod host;
pub(crate) mod library;
pub mod report;
pub mod session;
pub(crate) mod types;
pub(crate) mod verify;

pub use library::Library;
