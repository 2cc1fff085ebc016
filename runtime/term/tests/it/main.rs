//! What the crate promises, tested through its public face, against models and recorded facts.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::float_cmp,
    reason = "models of numbers cast and compare on purpose"
)]

mod bitstrings;
mod collect;
mod external;
mod floats;
mod gen_terms;
mod integers;
mod maps;
mod mutator;
mod ordering;
mod recorded;
