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

use std::fmt::Write as _;

use jovial_compiler::{Diagnostic, Severity};

/// One diagnostic as it is printed, with an empty line behind it.
pub fn format(diagnostic: &Diagnostic) -> String {
    format_with(diagnostic, source_line(diagnostic).as_deref())
}

/// The line that a diagnostic is about, if its file can be read.
fn source_line(diagnostic: &Diagnostic) -> Option<String> {
    let line = usize::try_from(diagnostic.line.checked_sub(1)?).ok()?;
    let text = std::fs::read_to_string(&*diagnostic.file).ok()?;
    text.lines().nth(line).map(str::to_string)
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
        } else {
            let _ = write!(text, ": {module}.{name}/{arity}");
        }
    }
    text
}

pub fn format_with(diagnostic: &Diagnostic, source: Option<&str>) -> String {
    let word = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let digits = diagnostic.line.to_string();
    let pad = " ".repeat(digits.len().max(2) + 2);
    let mut lines = diagnostic.message.lines();
    let mut text = format!("{pad}{word}: {}\n", lines.next().unwrap_or_default());
    for line in lines {
        let _ = if line.is_empty() { writeln!(text) } else { writeln!(text, "{pad}{line}") };
    }
    let snippet = source.filter(|_| diagnostic.snippet && diagnostic.line > 0);
    if let Some(source) = snippet {
        let _ = writeln!(text, "{pad}│");
        let _ = writeln!(text, "{:>width$} │ {source}", digits, width = pad.len() - 1);
        if let Some(column) = diagnostic.column {
            let before = " ".repeat((column.max(1) - 1) as usize);
            let mark = match diagnostic.severity {
                Severity::Error => "^".to_string(),
                Severity::Warning => "~".repeat(marked_width(diagnostic, source, column)),
            };
            let _ = writeln!(text, "{pad}│ {before}{mark}");
        } else {
            let before: String = source.chars().take_while(|c| c.is_whitespace()).collect();
            let mark = if diagnostic.severity == Severity::Error { "^" } else { "~" };
            let _ = writeln!(text, "{pad}│ {before}{}", mark.repeat(source.trim().chars().count()));
        }
        let _ = writeln!(text, "{pad}│");
    }
    let _ = writeln!(text, "{pad}└─ {}\n", place(diagnostic));
    text
}

/// How many columns a warning underlines: its span on this line, else all up to the end of the line.
fn marked_width(diagnostic: &Diagnostic, source: &str, column: u32) -> usize {
    let rest = source.trim_end().chars().count().saturating_sub(column as usize - 1);
    match diagnostic.span {
        Some((line, end)) if line == diagnostic.line && end > column => (end - column) as usize,
        Some(_) | None => rest,
    }
    .max(1)
}
