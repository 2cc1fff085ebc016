//! Text to tokens to quoted, with spans.
//!
//! **What it is for.** [`parse`] turns source text into a [`quoted::Tree`] and a list of [`Diagnostic`]s;
//! [`completeness`] says whether a text could still be continued;
//! [`with_cursor`] completes one that is being written; [`print::print`] shows a tree as `inspect` would.
//!
//! **Invariants.**
//! 1. Nothing here panics or recurses without bound, whatever the text.
//! 2. [`parse`] always gives a tree. If [`Parsed::ok`] holds, it is the one that `Code.string_to_quoted/2` gives.
//! 3. The first error is the one that Elixir reports; any others are extra help.
//!
//! **What it must not know.** Terms, files, environments.
#![forbid(unsafe_code)]

mod completeness;
mod cursor;
pub mod diagnostics;
mod lexer;
mod names;
mod options;
mod parser;
pub mod print;
pub mod quoted;
pub mod span;
mod token;

pub use completeness::{Completeness, completeness};
pub use cursor::with_cursor;
pub use diagnostics::{Diagnostic, Kind, Severity};
pub use lexer::{is_plain_name, unescape};
pub use options::{Comment, EncodeAtom, EncodeLiteral, Options};

use quoted::{NodeId, Tree};

/// Bytes of a text; more would overflow the indices of tokens and nodes.
const SOURCE_MAX: usize = 128 << 20;

/// What [`parse`] gives.
#[derive(Debug)]
pub struct Parsed {
    pub tree: Tree,
    /// The whole program. After an error: what could be understood of it.
    pub root: NodeId,
    /// In the order in which Elixir would report them.
    pub diagnostics: Vec<Diagnostic>,
    /// Only filled when [`Options::comments`] asks for them.
    pub comments: Vec<Comment>,
}

impl Parsed {
    /// The text is valid: [`Parsed::root`] is its tree, and all diagnostics are warnings.
    pub fn ok(&self) -> bool {
        self.error().is_none()
    }

    /// The error that `Code.string_to_quoted/2` would return.
    pub fn error(&self) -> Option<&Diagnostic> {
        self.diagnostics.iter().find(|diagnostic| diagnostic.severity == Severity::Error)
    }
}

/// Parses a text.
pub fn parse(source: &str, options: &mut Options) -> Parsed {
    if source.len() > SOURCE_MAX {
        let at = diagnostics::At { line: options.line, column: Some(options.column), span: 0..0 };
        let error =
            Diagnostic::error(at, "source text is limited to 134217728 bytes, but has: ", source.len().to_string());
        return failed(error, Vec::new());
    }
    let lexed = lexer::lex(source, options);
    let comments = lexed.comments;
    // A text that has no tokens gets no warnings; one that has no tree does.
    if let Some(error) = lexed.error {
        return failed(error, comments);
    }
    let outcome = parser::parse(source, lexed.tokens, options);
    let mut diagnostics = Vec::new();
    if options.emit_warnings {
        diagnostics.extend(lexed.warnings);
        diagnostics.extend(outcome.warnings);
    }
    diagnostics.extend(outcome.errors);
    Parsed { tree: outcome.tree, root: outcome.root, diagnostics, comments }
}

/// An error before there was anything to make a tree of.
fn failed(error: Diagnostic, comments: Vec<Comment>) -> Parsed {
    let mut tree = Tree::new();
    let root = tree.call(jovial_atoms::known::DUNDER_BLOCK, quoted::Meta::EMPTY, &[]);
    Parsed { tree, root, diagnostics: vec![error], comments }
}

/// Characters of a token that are shown: a text holds what is interpolated into it, and so on, level by level.
const SHOWN_MAX: usize = 200;

/// The tokens of a text, one on a line: where it stands, its kind, and how it is written. For people, not for programs.
pub fn show_tokens(source: &str) -> String {
    use std::fmt::Write;
    let lexed = lexer::lex(source, &mut Options::default());
    let mut out = String::new();
    for (list, indent) in [(&lexed.tokens.list, ""), (&lexed.tokens.pool, "  ")] {
        for token in list {
            let text = source.get(token.start as usize..token.end as usize).unwrap_or("");
            let (text, more) = match text.char_indices().nth(SHOWN_MAX) {
                Some((end, _)) => (&text[..end], "…"),
                None => (text, ""),
            };
            // Writing to a string can't fail.
            let _ = writeln!(out, "{indent}{}:{} {:?} {text:?}{more}", token.line, token.column, token.kind);
        }
    }
    if let Some(error) = lexed.error {
        let _ = writeln!(out, "{}: {}", error.kind.name(), error.message);
    }
    out
}
