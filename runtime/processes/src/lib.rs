//! Processes: schedulers, signals, links, monitors, timers, names and tables of the actor runtime.
//!
//! **What it is for.** A host starts a [`Runtime`] and makes processes in it; natives of the library get a [`Local`] from
//! [`of`] and do for their process what it asks. What runs a process's code is the interpreter of `vm`, behind
//! [`Engine`].
//!
//! **Invariants.**
//! 1. Processes touch each other by [signals](signal) alone; signals of one process to another arrive in order.
//! 2. A process is run by one thread at a time, the one that set `RUNNING` in its state word ([`state`]).
//! 3. All choices go through a [`SchedPolicy`](policy::SchedPolicy), all time through a [`Clock`](clock::Clock), all
//!    numbers come from counters of the runtime: a deterministic runtime does the same at every run.
//!
//! **What it must not know.** Elixir's names for anything, Jupyter, files and sockets.
//!
//! `unsafe` lies in `queue`, `signal` (how a signal lies in a queue), `process` (who may look into one), `table` and `coroutine`
//! (what it owns moves between threads); the rest is safe code on top of them.

#![allow(
    clippy::cast_possible_truncation,
    reason = "slots, shards and counts are reduced to their small range before they are cast"
)]

mod atom_words;
pub mod clock;
pub mod coroutine;
mod crash;
mod engine;
pub mod ets;
mod exit;
mod host;
mod info;
mod jobs;
mod local;
mod names;
mod options;
pub mod policy;
mod pools;
mod ports;
mod process;
mod queue;
mod random;
mod receive;
mod run_queue;
mod runtime;
mod scheduler;
mod signal;
mod small_map;
mod spawn;
mod state;
mod sweep;
mod sync;
mod table;
mod tags;
mod timers;
mod wheel;

#[cfg(test)]
mod interleavings;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod unit;

pub use crash::{Cause, Crash};
pub use engine::{Call, Engine, Interpreter};
pub use host::{Runtime, Start};
pub use info::Item;
pub use local::{Local, MonitorOptions, TimerAnswer, of};
pub use ports::{Courier, identity, named_by};
pub use process::{AliasMode, MaxHeap};
pub use runtime::{Config, FIRST_PID, Farewell, PROCESSES_MAX, SLICE};
pub use signal::{Reason, build};
pub use spawn::{Options, SpawnError};
pub use state::Priority;
pub use tags::Tag;
