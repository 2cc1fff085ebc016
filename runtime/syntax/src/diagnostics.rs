//! What is wrong with a text, in Elixir's words.
//!
//! **What it is for.** A [`Diagnostic`] holds all that `SyntaxError`, `TokenMissingError` and
//! `MismatchedDelimiterError` hold, but for the file and the snippet, which the caller makes from source and span.
//!
//! **Invariants.**
//! 1. [`Diagnostic::message`] is the `description` of the exception, letter for letter.
//! 2. Lines and columns count from the numbers in [`crate::Options`]; columns are code points.
//!
//! **What it must not know.** Colours, snippets, files.

use std::ops::Range;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    Error,
    Warning,
}

/// Which exception an error becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    SyntaxError,
    TokenMissingError,
    MismatchedDelimiterError,
    Warning,
}

/// One thing to say about a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    pub severity: Severity,
    pub kind: Kind,
    /// The whole sentence: what the exception has as `description`, a hint included.
    pub message: String,
    /// What `{:error, {meta, before, token}}` of `Code.string_to_quoted/2` has in the middle.
    pub before: String,
    /// Set where the middle is a pair, `{before, after}`: what stands behind the token.
    pub after: Option<String>,
    pub token: String,
    pub line: u32,
    pub column: u32,
    /// Where a missing or mismatched delimiter was noticed.
    pub end: Option<(u32, u32)>,
    pub opening_delimiter: Option<&'static str>,
    pub expected_delimiter: Option<&'static str>,
    pub closing_delimiter: Option<&'static str>,
    /// The bytes it is about.
    pub span: Range<usize>,
    /// More text might make the error go away.
    pub incomplete: bool,
}
