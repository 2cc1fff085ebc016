//! Expansions against recorded ones, and modules from source to finished definitions.

mod expanded;
mod modules;
