//! What the crate promises, tested through its public face, against models and recorded facts.

mod bitstrings;
mod collect;
mod external;
mod gen_terms;
mod integers;
mod maps;
mod ordering;
mod recorded;
