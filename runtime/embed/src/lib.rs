//! The only door for hosts: boot a runtime, evaluate cells, run scripts, take output.
//!
//! **What it is for.** [`System::boot`] starts a machine with the library; [`System::run`] runs a script as `elixir FILE` does;
//! [`Session`] evaluates cells in one root process that lives from cell to cell.
//!
//! **Invariants.**
//! 1. What crosses this door is text, numbers and plain structs: no terms, no quoted code, no Jupyter fields.
//! 2. Output carries the number of the cell that caused it, whichever process wrote it and whenever.
//!
//! **What it must not know.** Jupyter, files of the library.
#![forbid(unsafe_code)]

pub mod build;
mod host;
mod library_image;
mod limits;
mod output;
mod session;
mod session_natives;
mod system;

pub use jovial_syntax::Completeness;
pub use jovial_term::Allocator;
pub use library_image::{ImageError, LibraryImage, write as write_library_image};
pub use output::{Bundle, Display, Input, Output, Stream};
pub use session::{Answer, Candidate, Evaluation, Question, Request, Session};
pub use system::{BootError, Options, Stage, System};

/// Whether a text is a whole program, the beginning of one, or wrong.
pub fn completeness(source: &str) -> Completeness {
    jovial_syntax::completeness(source)
}
