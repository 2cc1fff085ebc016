//! Processes: schedulers, signals, links, monitors, timers, names and tables.
pub mod clock;
pub mod coroutine;
pub mod policy;
mod queue;
mod random;
mod run_queue;
mod state;
mod sync;
mod table;
mod tags;
mod wheel;

#[cfg(test)]
mod interleavings;
#[cfg(test)]
mod unit;
