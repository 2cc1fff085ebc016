//! A language case: plain Elixir with what it gives in comments.
//!
//! **What it is for.** [`Case::parse`] reads a file of `tests/language`; [`Case::differences`] compares what a run wrote.
//! `#=> text` is a line of output, at the end of the line that prints it or on lines of its own below; `#!> ** (Error) message` at the end
//! of an expression is the raise it ends with. A case goes on after a raise: [`Case::program`] wraps the expression so that
//! the banner becomes output, on the same lines, and marks it so that nothing printed can pass for a raise.
//!
//! **Invariants.**
//! 1. The program has the case's lines: positions in messages are those of the file.
//! 2. Output and raises are compared in order and completely; blank space at the ends of lines is not.
//!
//! **What it must not know.** How a program is run.
#![forbid(unsafe_code)]

use std::fmt::Write;

/// What stands before a raise in the output of a program.
const RAISED: &str = "\u{1}";

/// See the module documentation.
#[derive(Debug)]
pub struct Case {
    program: String,
    expected: Vec<String>,
}

impl Case {
    pub fn parse(source: &str) -> Case {
        let mut lines: Vec<String> = Vec::new();
        let mut expected = Vec::new();
        for line in source.lines() {
            if let Some((code, told)) = split(line, "#=>") {
                expected.push(told.to_string());
                lines.push(code.trim_end().to_string());
            } else if let Some((code, told)) = split(line, "#!>") {
                let more = code.trim().is_empty();
                if more && let Some(last) = expected.last_mut() {
                    // A message of several lines.
                    let _ = write!(last, "\n{told}");
                    lines.push(String::new());
                    continue;
                }
                expected.push(format!("{RAISED}{told}"));
                lines.push(code.trim_end().to_string());
                wrap(&mut lines);
            } else {
                lines.push(line.to_string());
            }
        }
        lines.push(String::new());
        let expected =
            expected.iter().flat_map(|text| text.split('\n')).map(|line| line.trim_end().to_string()).collect();
        Case { program: lines.join("\n"), expected }
    }

    /// The program to run in the case's place.
    pub fn program(&self) -> &str {
        &self.program
    }

    /// `None` if the output is what the case tells, or the two side by side from the first line that differs.
    pub fn differences(&self, output: &str) -> Option<String> {
        let found: Vec<&str> = output.lines().map(str::trim_end).collect();
        let told = |line: &str| line.replace(RAISED, "raised ");
        let same = self.expected.iter().zip(&found).take_while(|(expected, found)| expected == found).count();
        if same == self.expected.len() && same == found.len() {
            return None;
        }
        let mut text = String::new();
        for line in self.expected.iter().skip(same).take(4) {
            let _ = writeln!(text, "    expected: {}", told(line));
        }
        for line in found.iter().skip(same).take(4) {
            let _ = writeln!(text, "    found:    {}", told(line));
        }
        Some(text)
    }
}

fn split<'a>(line: &'a str, mark: &str) -> Option<(&'a str, &'a str)> {
    let (code, told) = line.rsplit_once(mark)?;
    Some((code, told.strip_prefix(' ').unwrap_or(told)))
}

/// Puts the expression that ends in the last line into a `try`. It begins at the nearest line above that has something in its first
/// column other than what ends or continues an expression.
fn wrap(lines: &mut [String]) {
    let begins = |line: &str| {
        let continues = ["end", "else", "rescue", "catch", "after", ")", "]", "}", "\"\"\"", "'''", "#", "|>"];
        !line.is_empty()
            && !line.starts_with(char::is_whitespace)
            && !continues.iter().any(|word| line.starts_with(word))
    };
    let Some(last) = lines.len().checked_sub(1) else { return };
    let first = lines.iter().rposition(|line| begins(line)).unwrap_or(last);
    lines[first].insert_str(0, "try do ");
    let _ = write!(
        lines[last],
        " catch kind, reason -> IO.puts(\"\\x01\" <> Exception.format_banner(kind, reason, __STACKTRACE__)) end"
    );
}
