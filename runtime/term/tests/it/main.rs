//! What the crate promises, tested through its public face, against models and recorded facts.

mod collect;
mod gen_terms;
mod integers;
mod maps;
mod ordering;
