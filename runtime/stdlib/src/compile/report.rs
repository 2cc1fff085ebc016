//! Diagnostics as text: the message, a snippet of the source where there is one, and the place.
//!
//! ```text
//!     warning: variable "x" is unused (if the variable is not meant to be used, prefix it with an underscore)
//!     │
//!   3 │   x = 1
//!     │   ~
//!     │
//!     └─ lib/a.ex:3:3: A.run/0
//! ```
//!
//! Without a snippet nothing is indented.

use std::fmt::Write as _;

use jovial_atoms::Atom;
use jovial_compiler::{Diagnostic, Severity};
use jovial_term::{Heap, Term};

/// One diagnostic as it is printed, with an empty line behind it.
pub fn format(diagnostic: &Diagnostic) -> String {
    format_with(diagnostic, source_line(&diagnostic.file, diagnostic.line).as_deref())
}

/// A line of a file, if it can be read.
pub fn source_line(file: &str, line: u32) -> Option<String> {
    let at = usize::try_from(line.checked_sub(1)?).ok()?;
    let text = std::fs::read_to_string(file).ok()?;
    text.lines().nth(at).map(str::to_string)
}

fn place(diagnostic: &Diagnostic) -> String {
    let mut text = super::host::relative_to_cwd(&diagnostic.file);
    if diagnostic.line > 0 {
        let _ = write!(text, ":{}", diagnostic.line);
        if let Some(column) = diagnostic.column {
            let _ = write!(text, ":{column}");
        }
    }
    if let Some((module, (name, arity))) = diagnostic.place {
        let module = jovial_compiler::errors::inspect_module(module);
        if name.as_str() == "__MODULE__" {
            let _ = write!(text, ": {module} (module)");
        } else if name.as_str() == "__FILE__" {
            text.push_str(": (file)");
        } else {
            let _ = write!(text, ": {module}.{name}/{arity}");
        }
    }
    text
}

pub fn format_with(diagnostic: &Diagnostic, source: Option<&str>) -> String {
    let snippet = source.filter(|_| diagnostic.snippet).map(|text| Snippet {
        text,
        line: diagnostic.line,
        column: diagnostic.column,
        span: diagnostic.span,
    });
    let places = [place(diagnostic)];
    render(diagnostic.severity == Severity::Error, &diagnostic.message, snippet.as_ref(), &places)
}

/// The line that is shown, and what of it is marked.
pub struct Snippet<'a> {
    pub text: &'a str,
    pub line: u32,
    pub column: Option<u32>,
    /// Where the marked part ends: line and column.
    pub span: Option<(u32, u32)>,
}

/// Indentation up to this many columns is shown as it is; of more only [`KEPT`] columns remain, behind three dots.
const INDENTATION_MAX: usize = 26;
const KEPT: usize = 22;
const TAB: usize = 8;

impl Snippet<'_> {
    /// Columns of space that the line begins with.
    fn indentation(&self) -> usize {
        let spaces = self.text.chars().take_while(|character| character.is_whitespace());
        spaces.map(|space| if space == '\t' { TAB } else { 1 }).sum()
    }

    /// The line, with less space in front if there is too much of it.
    fn shown(&self) -> String {
        if self.indentation() > INDENTATION_MAX {
            format!("...{}{}", " ".repeat(KEPT - 3), self.text.trim_start())
        } else {
            self.text.to_string()
        }
    }

    /// How far in the mark stands, and how long it is.
    fn mark(&self) -> (usize, usize) {
        let indentation = self.indentation();
        let shift = if indentation > INDENTATION_MAX { indentation - KEPT } else { 0 };
        let Some(column) = self.column.filter(|column| *column > 0) else {
            return (indentation - shift, self.text.trim().chars().count());
        };
        let width = match self.span {
            Some((line, end)) if line == self.line && end > column => (end - column) as usize,
            Some(_) | None => 1,
        };
        ((column as usize - 1).saturating_sub(shift), width)
    }
}

/// A diagnostic with all places that it is about.
pub fn render(error: bool, message: &str, snippet: Option<&Snippet<'_>>, places: &[String]) -> String {
    let word = if error { "error" } else { "warning" };
    let Some(snippet) = snippet.filter(|snippet| snippet.line > 0) else {
        let mut text = format!("{word}: {message}\n");
        for place in places {
            let _ = writeln!(text, "└─ {place}");
        }
        text.push('\n');
        return text;
    };
    let digits = snippet.line.to_string();
    let pad = " ".repeat(digits.len().max(2) + 2);
    let mut text = String::new();
    for (number, line) in message.split('\n').enumerate() {
        let _ = match (number, line.is_empty()) {
            (0, _) => writeln!(text, "{pad}{word}: {line}"),
            (_, true) => writeln!(text),
            (_, false) => writeln!(text, "{pad}{line}"),
        };
    }
    let (before, width) = snippet.mark();
    let mark = if error { "^" } else { "~" }.repeat(width);
    let _ = writeln!(text, "{pad}│");
    let _ = writeln!(text, "{digits:>width$} │ {}", snippet.shown(), width = pad.len() - 1);
    let _ = writeln!(text, "{pad}│ {}{mark}", " ".repeat(before));
    let _ = writeln!(text, "{pad}│");
    for place in places {
        let _ = writeln!(text, "{pad}└─ {place}");
    }
    text.push('\n');
    text
}

/// `{severity, message, file, line, column, span, place, snippet?}`, as `Jovial.Diagnostics` takes it.
pub fn term<'h>(heap: &'h Heap, diagnostic: &Diagnostic) -> Term<'h> {
    let word = |text: &str| Term::atom(Atom::new(text));
    let number = |value: u32| Term::count(value as usize);
    let place = match diagnostic.place {
        Some((module, (name, arity))) => {
            heap.tuple(&[Term::atom(module), Term::atom(name), Term::small32(i32::from(arity))])
        }
        None => Term::NIL,
    };
    heap.tuple(&[
        word(if diagnostic.severity == Severity::Error { "error" } else { "warning" }),
        heap.binary(diagnostic.message.as_bytes()),
        heap.binary(diagnostic.file.as_bytes()),
        number(diagnostic.line),
        diagnostic.column.map_or(Term::NIL, number),
        diagnostic.span.map_or(Term::NIL, |(line, column)| heap.tuple(&[number(line), number(column)])),
        place,
        Term::bool(diagnostic.snippet),
    ])
}
