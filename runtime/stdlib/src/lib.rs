//! The standard library: Elixir in `lib/`, and here the natives and the process side of compiling.
//!
//! **What it is for.** [`natives::register`] gives a machine the functions that are written in Rust.
//!
//! **What it must not know.** Jupyter, and how terms, calls and schedulers work inside.
#![forbid(unsafe_code)]

pub mod compile;
pub mod natives;
mod regex;

/// Files of `lib` that are compiled first, in this order: what the expansion of almost any module calls while it is
/// compiled. All others follow by name, each as soon as another needs it.
pub const BOOT_ORDER: &[&str] = &[
    "erlang/elixir_quote.ex",
    "module.ex",
    "kernel/utils.ex",
    "kernel/typespec.ex",
    "erlang/lists.ex",
    "erlang/maps.ex",
    "macro/env.ex",
    "kernel.ex",
    "code.ex",
    "protocol.ex",
    "string/chars.ex",
    "list.ex",
    "keyword.ex",
    "map.ex",
    "macro.ex",
    "enumerable.ex",
    "enum.ex",
    "range.ex",
    "exceptions/runtime.ex",
    "exceptions/library.ex",
    "inspect.ex",
    "inspect/opts.ex",
    "inspect/algebra.ex",
    "string.ex",
    "exception.ex",
];
