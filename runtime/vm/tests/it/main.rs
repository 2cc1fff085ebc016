//! Programs in text form with their expected results, run in every way there is: loop and threaded dispatch, whole and
//! in small slices, with a collection at every safepoint.
#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "tests")]

mod driver;
mod natives;
mod programs;
mod random;
mod shapes;
