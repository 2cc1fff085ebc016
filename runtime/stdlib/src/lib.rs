//! The standard library: Elixir in `lib/`, and here the natives and the process side of compiling.
//!
//! **What it is for.** [`natives::register`] gives a machine the functions that are written in Rust.
//!
//! **What it must not know.** Jupyter, and how terms, calls and schedulers work inside.
#![forbid(unsafe_code)]

pub mod compile;
pub mod natives;

/// Files of `lib` that are compiled first, in this order: what the expansion of almost any module calls while it is
/// compiled. All others follow by name, each as soon as another needs it.
pub const BOOT_ORDER: &[&str] = &[
    "kernel.ex",
    "kernel/utils.ex",
    "kernel/typespec.ex",
    "erlang/lists.ex",
    "erlang/maps.ex",
    "module.ex",
    "code.ex",
    "protocol.ex",
    "macro.ex",
    "macro/env.ex",
    "list.ex",
    "keyword.ex",
    "map.ex",
    "enumerable.ex",
    "enum.ex",
    "string/chars.ex",
    "string.ex",
    "inspect.ex",
    "inspect/algebra.ex",
    "exception.ex",
];
