//! Tests of the runtime as a whole. Processes run scripts in Rust (`scripts.rs`), so signals are tested without compiled code.

mod combinations;
mod crowds;
mod lives;
mod programs;
pub(crate) mod scripts;
mod settling;
mod threads;
mod timing;

/// Has `JOVIAL_GC_STRESS` heard.
pub(crate) fn stress() {
    if let Some(period) = std::env::var("JOVIAL_GC_STRESS").ok().and_then(|text| text.parse().ok()) {
        jovial_term::stress::set_period(period);
    }
}
