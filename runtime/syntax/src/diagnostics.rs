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

impl Kind {
    /// The name of the exception.
    pub fn name(self) -> &'static str {
        match self {
            Kind::SyntaxError => "SyntaxError",
            Kind::TokenMissingError => "TokenMissingError",
            Kind::MismatchedDelimiterError => "MismatchedDelimiterError",
            Kind::Warning => "warning",
        }
    }
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
    /// `None` where Elixir only tells the line.
    pub column: Option<u32>,
    /// Where a missing or mismatched delimiter was noticed.
    pub end: Option<(u32, u32)>,
    pub opening_delimiter: Option<&'static str>,
    pub expected_delimiter: Option<&'static str>,
    /// Only for a mismatch: what stands where [`Diagnostic::expected_delimiter`] should.
    pub closing_delimiter: Option<&'static str>,
    /// The bytes it is about.
    pub span: Range<usize>,
    /// More text might make the error go away.
    pub incomplete: bool,
}

/// Position of an error: line, column and the bytes it is about.
#[derive(Clone, Debug)]
pub(crate) struct At {
    pub(crate) line: u32,
    pub(crate) column: Option<u32>,
    pub(crate) span: Range<usize>,
}

impl Diagnostic {
    /// A warning.
    pub(crate) fn warning(at: At, message: impl Into<String>) -> Self {
        let message = message.into();
        Diagnostic {
            severity: Severity::Warning,
            kind: Kind::Warning,
            before: message.clone(),
            message,
            after: None,
            token: String::new(),
            line: at.line,
            column: at.column,
            end: None,
            opening_delimiter: None,
            expected_delimiter: None,
            closing_delimiter: None,
            span: at.span,
            incomplete: false,
        }
    }

    /// The `description` that the three parts of `{:error, {meta, before, token}}` stand for.
    pub fn sentence(before: &str, after: Option<&str>, token: &str) -> String {
        describe(before, after, token).1
    }

    /// An error made of a sentence and the token that it ends in.
    pub(crate) fn error(at: At, before: impl Into<String>, token: impl Into<String>) -> Self {
        Self::make(at, before.into(), None, token.into())
    }

    /// An error whose sentence goes on behind the token.
    pub(crate) fn around(
        at: At,
        before: impl Into<String>,
        after: impl Into<String>,
        token: impl Into<String>,
    ) -> Self {
        Self::make(at, before.into(), Some(after.into()), token.into())
    }

    /// Something that was opened at `at` and not closed at `end`.
    pub(crate) fn missing(at: At, end: (u32, u32), delimiters: (&'static str, &'static str), message: String) -> Self {
        let mut diagnostic = Self::make(at, message, None, String::new());
        diagnostic.end = Some(end);
        diagnostic.opening_delimiter = Some(delimiters.0);
        diagnostic.expected_delimiter = Some(delimiters.1);
        diagnostic
    }

    /// Something that was opened at `at` and closed at `end` with the wrong delimiter.
    pub(crate) fn mismatch(
        at: At,
        end: (u32, u32),
        delimiters: (&'static str, &'static str),
        closing: &'static str,
    ) -> Self {
        let before = if closing == "end" { "unexpected reserved word: " } else { "unexpected token: " };
        let mut diagnostic = Self::make(at, before.to_owned(), None, closing.to_owned());
        diagnostic.kind = Kind::MismatchedDelimiterError;
        diagnostic.end = Some(end);
        diagnostic.opening_delimiter = Some(delimiters.0);
        diagnostic.expected_delimiter = Some(delimiters.1);
        diagnostic.closing_delimiter = Some(closing);
        diagnostic
    }

    fn make(at: At, before: String, after: Option<String>, token: String) -> Self {
        let (kind, message) = describe(&before, after.as_deref(), &token);
        let incomplete = kind == Kind::TokenMissingError;
        Diagnostic {
            severity: Severity::Error,
            kind,
            message,
            before,
            after,
            token,
            line: at.line,
            column: at.column,
            end: None,
            opening_delimiter: None,
            expected_delimiter: None,
            closing_delimiter: None,
            span: at.span,
            incomplete,
        }
    }
}

const BEFORE: &str = "syntax error before: ";

/// The exception and its sentence for the three parts of an error.
fn describe(before: &str, after: Option<&str>, token: &str) -> (Kind, String) {
    if let Some(after) = after {
        return (Kind::SyntaxError, format!("{before}{token}{after}"));
    }
    if token.is_empty() {
        let message = if before == BEFORE { "syntax error: expression is incomplete" } else { before };
        return (Kind::TokenMissingError, message.to_owned());
    }
    if before != BEFORE {
        return (Kind::SyntaxError, format!("{before}{}", shown_string(token)));
    }
    let message = match token {
        "eol" => "unexpectedly reached end of line. The current expression is invalid or incomplete".to_owned(),
        "'not'" | "'and'" | "'or'" | "'when'" | "'after'" | "'catch'" | "'end'" => reserved(token.trim_matches('\'')),
        "fn" | "else" | "rescue" | "true" | "false" | "nil" | "in" => reserved(token),
        _ => match (token.strip_prefix("{sigil,"), token.strip_prefix('$')) {
            (Some(rest), _) => sigil(rest),
            (None, Some(character)) => format!("{before}?{character}"),
            (None, None) => format!("{before}{}", shown_string(token)),
        },
    };
    (Kind::SyntaxError, message)
}

fn reserved(word: &str) -> String {
    format!(
        "syntax error before: {word}. \"{word}\" is a reserved word in Elixir and therefore its usage is limited. For instance, it can't be used as a variable or be defined nor invoked as a regular function"
    )
}

/// `[<<"text">>]`, as the parser sees a string, is shown as the string.
fn shown_string(token: &str) -> String {
    if !token.starts_with('[') {
        return token.to_owned();
    }
    let Some(inner) = token.strip_prefix("[<<") else { return "\"".to_owned() };
    if let Some(text) = inner.strip_prefix('"') {
        let utf8 = text.find("\"/utf8>>");
        let plain = text.find("\">>");
        return match (utf8, plain) {
            // Elixir reads the bytes of such a text as characters.
            (Some(end), plain) if plain.is_none_or(|plain| end < plain) => {
                let doubled: String = unquoted(&text[..end]).bytes().map(char::from).collect();
                format!("\"{doubled}\"")
            }
            (_, Some(end)) => format!("\"{}\"", unquoted(&text[..end])),
            _ => "\"".to_owned(),
        };
    }
    let bytes = inner.split(">>").next().unwrap_or("");
    let bytes: Vec<u8> = bytes.split(',').filter_map(|byte| byte.parse().ok()).collect();
    format!("\"{}\"", String::from_utf8_lossy(&bytes))
}

/// What a text between Erlang's quotes stands for.
fn unquoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.next() {
                Some('n') => out.push('\n'),
                Some(escaped) => out.push(escaped),
                None => {}
            },
            other => out.push(other),
        }
    }
    out
}

/// The rest of `{sigil,{1,3,nil},sigil_s,[<<"x">>],…}`.
fn sigil(rest: &str) -> String {
    let name = rest.split_once("sigil_").map_or("", |(_, rest)| rest.split_once(',').map_or("", |(name, _)| name));
    let name = name.trim_end_matches('\'');
    let content = rest
        .split_once("[<<\"")
        .and_then(|(_, rest)| rest.split_once("\">>"))
        .map_or(String::new(), |(text, _)| unquoted(text));
    format!("syntax error before: sigil ~{name} starting with content '{content}'")
}

/// Why a `do` can't stand where it does; the end of a sentence.
pub(crate) const INVALID_DO: &str = ". In case you wanted to write a \"do\" expression, you must either use do-blocks or separate the keyword argument with comma. For example, you should either write:\n\n    if some_condition? do\n      :this\n    else\n      :that\n    end\n\nor the equivalent construct:\n\n    if(some_condition?, do: :this, else: :that)\n\nwhere \"some_condition?\" is the first argument and the second argument is a keyword list.\n\nYou may see this error if you forget a trailing comma before the \"do\" in a \"do\" block";

pub(crate) const INVALID_DO_AFTER_FN: &str =
    ". Anonymous functions are written as:\n\n    fn pattern -> expression end\n\nPlease remove the \"do\" keyword";
