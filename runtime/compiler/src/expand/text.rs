//! Atoms and modules as text, for messages.

use jovial_atoms::{Atom, known};

/// An atom as `inspect` shows it.
pub fn inspect_atom(atom: Atom) -> String {
    let text = atom.as_str();
    if [known::NIL, known::TRUE, known::FALSE].contains(&atom) {
        return text.to_owned();
    }
    if let Some(rest) = text.strip_prefix("Elixir.")
        && rest.split('.').all(is_alias_part)
    {
        return rest.to_owned();
    }
    if text == "Elixir" {
        return text.to_owned();
    }
    if is_plain_atom(text) { format!(":{text}") } else { format!(":{}", inspect_string(text)) }
}

fn is_alias_part(part: &str) -> bool {
    part.starts_with(|c: char| c.is_ascii_uppercase()) && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

const OPERATORS: &[&str] = &[
    "+", "-", "*", "/", "**", "++", "--", "+++", "---", "<>", "|>", "=", "==", "!=", "===", "!==", "<", ">", "<=", ">=", "&", "&&", "&&&", "|",
    "||", "|||", "!", "^", "^^^", "~~~", "<<<", ">>>", ".", "..", "...", "..//", "@", "%", "%{}", "{}", "<<>>", "->", "<-", "::", "\\\\", "=~",
    "<~", "~>", "<~>", "<<~", "~>>", "<|>", "//",
];

fn is_plain_atom(text: &str) -> bool {
    if OPERATORS.contains(&text) {
        return true;
    }
    let body = text.strip_suffix(['?', '!']).unwrap_or(text);
    body.starts_with(|c: char| c == '_' || c.is_alphabetic()) && body.chars().all(|c| c == '_' || c == '@' || c.is_alphanumeric())
}

/// A string as `inspect` shows it.
pub fn inspect_string(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '\x07' => out.push_str("\\a"),
            '\x08' => out.push_str("\\b"),
            '\x0b' => out.push_str("\\v"),
            '\x0c' => out.push_str("\\f"),
            '\x1b' => out.push_str("\\e"),
            '\x7f' => out.push_str("\\d"),
            '\0' => out.push_str("\\0"),
            '#' if chars.peek() == Some(&'{') => out.push_str("\\#"),
            c if c.is_control() => out.push_str(&format!("\\x{{{:X}}}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
