//! What is wrong with a program, in Elixir's words, and how compiling ends early.
//!
//! **What it is for.** A [`Diagnostic`] is one thing to tell the user, with its place. A [`Halt`] ends the compilation: errors
//! that were reported already, an exception of the compiler's own, or whatever a macro raised.
//!
//! **Invariants.**
//! 1. Messages are Elixir's, letter for letter.
//! 2. [`Halt::Raised`] is never looked into: the host knows what it is.
//!
//! **What it must not know.** Colours, snippets of source: who prints reads the file.

use std::any::Any;
use std::sync::Arc;

use jovial_atoms::{Atom, known};

use crate::env::{Env, NameArity};

pub type Result<T> = std::result::Result<T, Halt>;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Severity {
    Error,
    Warning,
}

/// One error or warning, with all that `Code.with_diagnostics/1` shows.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    pub severity: Severity,
    pub message: String,
    pub file: Arc<str>,
    /// 0 if unknown.
    pub line: u32,
    pub column: Option<u32>,
    /// End of what it is about: line and column.
    pub span: Option<(u32, u32)>,
    /// The function it stands in: module, and name with arity (`__MODULE__/0` for a module body).
    pub place: Option<(Atom, NameArity)>,
    /// A snippet of the source should be shown.
    pub snippet: bool,
}

/// An exception that the compiler itself raises.
#[derive(Clone, Debug)]
pub struct Exception {
    /// `CompileError`, `ArgumentError` …
    pub module: Atom,
    /// Its `message` (`description` of a `CompileError`).
    pub message: String,
    /// Further fields of a `CompileError`.
    pub file: Option<Arc<str>>,
    pub line: Option<u32>,
}

/// Why compiling ended before its time.
#[derive(Clone)]
pub enum Halt {
    /// To be raised in the process that compiles. For a `CompileError` the diagnostics were reported before.
    Exception(Box<Exception>),
    /// What Elixir code called by the host raised.
    Raised(Arc<dyn Any + Send + Sync>),
    /// The process that compiles ends or was interrupted.
    Cancelled,
}

impl std::fmt::Debug for Halt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Halt::Exception(exception) => exception.fmt(f),
            Halt::Raised(_) => f.write_str("Raised(..)"),
            Halt::Cancelled => f.write_str("Cancelled"),
        }
    }
}

impl Halt {
    pub fn exception(module: Atom, message: impl Into<String>) -> Halt {
        Halt::Exception(Box::new(Exception { module, message: message.into(), file: None, line: None }))
    }

    pub fn argument_error(message: impl Into<String>) -> Halt {
        Halt::exception(known::MOD_ARGUMENTERROR, message)
    }

    /// What is raised once all errors were reported.
    pub fn compile_error(env: &Env) -> Halt {
        let message = if env.module != known::NIL && env.lexical_tracker.is_some() {
            format!("cannot compile module {} (errors have been logged)", inspect_module(env.module))
        } else {
            "cannot compile file (errors have been logged)".to_owned()
        };
        Halt::Exception(Box::new(Exception {
            module: known::MOD_COMPILEERROR,
            message,
            file: Some(env.file.clone()),
            line: None,
        }))
    }
}

/// A module as `inspect` shows it.
pub fn inspect_module(module: Atom) -> String {
    crate::expand::text::inspect_atom(module)
}
