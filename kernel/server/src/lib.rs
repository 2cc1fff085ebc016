//! A Jupyter kernel for any language: the five channels, their threads and the rules of execution.
//!
//! **What it is for.** [`Server::start`] binds the sockets of a connection file; [`Server::run`] serves until shutdown. The language is
//! whatever implements [`Language`]; its output comes back through [`Frontend`].
//!
//! **Invariants.**
//! 1. Every request, on every channel, is answered between its own busy and idle.
//! 2. Stream text is out before any other output of its cell and before its idle.
//! 3. No peer can stop another: each has a queue and a writer of its own, and a full queue loses stream text alone.
//! 4. A panic in a handler ends that request with an error reply, never the kernel.
//!
//! **What it must not know.** Elixir, processes, values. Tests drive it with a made-up language.
#![forbid(unsafe_code)]

mod execution;
mod frontend;
mod history;
mod language;
mod parent;
mod publisher;
mod server;
mod stdin;
mod zmtp;

pub use frontend::Frontend;
pub use language::{
    CellId, Completeness, Completions, Execution, InputError, Language, LanguageInfo, Match, Outcome, Shown, StreamName,
};
pub use server::{Server, StartError};
