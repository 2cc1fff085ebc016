//! Whether a text is finished, for an editor that decides between running it and a new line.
//!
//! **What it is for.** [`completeness`] answers for a cell as a whole: what would still be wrong whatever followed is
//! invalid; what only lacks something at its end is incomplete, and comes with the indentation of the next line.
//!
//! **What it must not know.** What code means: only the parser is asked.

use crate::{Diagnostic, Options, parse};

/// Whether a text is a finished piece of code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Completeness {
    Complete,
    /// More text may make it valid; the next line would start with this indentation.
    Incomplete {
        indent: String,
    },
    /// No text that follows can make it valid.
    Invalid(Box<Diagnostic>),
}

/// Judges a text.
pub fn completeness(source: &str) -> Completeness {
    let mut options = Options { emit_warnings: false, ..Options::default() };
    let parsed = parse(source, &mut options);
    match parsed.error() {
        None => Completeness::Complete,
        Some(error) if error.incomplete => Completeness::Incomplete { indent: indent(source, error) },
        Some(error) => match unfinished_line(source) {
            Some(indent) => Completeness::Incomplete { indent },
            None => Completeness::Invalid(Box::new(error.clone())),
        },
    }
}

/// Whoever asks at the end of a line may go on behind a line break, which a heredoc or a keyword needs to be read as one.
fn unfinished_line(source: &str) -> Option<String> {
    if source.ends_with('\n') {
        return None;
    }
    let mut options = Options { emit_warnings: false, ..Options::default() };
    let source = format!("{source}\n");
    let parsed = parse(&source, &mut options);
    parsed.error().filter(|error| error.incomplete).map(|error| indent(&source, error))
}

/// As the last line is indented, and one step more if it opens something. Inside a string the text goes on at the margin
/// that its author chose, so nothing is added there.
fn indent(source: &str, error: &Diagnostic) -> String {
    let last = source.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("");
    let space: String = last.chars().take_while(|character| matches!(character, ' ' | '\t')).collect();
    let text = last.trim_end();
    let in_text = matches!(error.opening_delimiter, Some("\"" | "'" | "\"\"\"" | "'''" | "/" | "|" | "<" | ">"));
    let word = text.rsplit(|character: char| !character.is_alphanumeric() && character != '_').next().unwrap_or("");
    let opens = text.ends_with(['(', '[', '{'])
        || text.ends_with("->")
        || text.ends_with("<<")
        || matches!(word, "do" | "fn" | "else" | "after" | "rescue" | "catch")
        || error.opening_delimiter.is_none();
    if opens && !in_text { space + "  " } else { space }
}

#[cfg(test)]
mod tests {
    use super::{Completeness, completeness};

    fn check(source: &str, expected: &str) {
        let got = match completeness(source) {
            Completeness::Complete => "complete".to_owned(),
            Completeness::Incomplete { indent } => format!("incomplete {}", indent.len()),
            Completeness::Invalid(error) => format!("invalid {}", error.message),
        };
        assert_eq!(got, expected, "{source:?}");
    }

    #[test]
    fn finished_texts() {
        for source in ["", "1", "x = 1\n", "# only this", "if a do\n  b\nend", "\"a\nb\""] {
            check(source, "complete");
        }
    }

    #[test]
    fn texts_that_lack_their_end() {
        check("defmodule A do", "incomplete 2");
        check("defmodule A do\n  def f do\n", "incomplete 4");
        check("defmodule A do\n  def f do\n    1", "incomplete 4");
        check("foo(1,\n    2,", "incomplete 4");
        check("foo(", "incomplete 2");
        check("x = ", "incomplete 2");
        check("a |>", "incomplete 2");
        check("case x do\n  1 ->", "incomplete 4");
        check("\"abc", "incomplete 0");
        check("\"\"\"\nabc", "incomplete 0");
        check("\"a #{b", "incomplete 0");
        check("~s(abc", "incomplete 0");
        check("fn x ->", "incomplete 2");
        check("%{a: 1,", "incomplete 0");
        check("\"\"\"", "incomplete 0");
        check("x = ~s\"\"\"", "incomplete 0");
        check("if a, do:", "incomplete 2");
    }

    #[test]
    fn texts_that_nothing_can_save() {
        check(")", "invalid unexpected token: )");
        check("foo(1]", "invalid unexpected token: ]");
        check("1 2", "invalid syntax error before: \"2\"");
        check("(1 2", "incomplete 0");
    }
}
