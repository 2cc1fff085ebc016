//! Names of one text that look alike.
//!
//! **What it is for.** Two names that a reader can't tell apart are likely one name by intention, or a trap. Names are compared by their
//! skeletons (UTS 39, section 4): what remains when each character is replaced by the one that it looks like. ASCII stands for itself, so
//! names of ASCII alone never look like each other.
//!
//! **Invariants.**
//! 1. A text of ASCII alone costs one look at it.
//! 2. A name is compared with the first of its skeleton, and each later use of another one is told.
//!
//! **What it must not know.** What names mean; where their text comes from.

use std::collections::HashMap;

use unicode_normalization::UnicodeNormalization;
use unicode_security::mixed_script::AugmentedScriptSet;

use super::unicode::hex4;
use crate::diagnostics::{At, Diagnostic};
use crate::token::{Kind, Token};

/// What a name looks like.
pub(super) fn skeleton(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for character in name.nfd() {
        if character.is_ascii() {
            out.push(character);
        } else {
            out.extend(unicode_security::skeleton(character.encode_utf8(&mut [0; 4])));
        }
    }
    out
}

/// Warnings for names that look like earlier ones.
pub(super) fn check(text: &str, tokens: &[Token]) -> Vec<Diagnostic> {
    if text.is_ascii() {
        return Vec::new();
    }
    let names: Vec<(&Token, String)> =
        tokens.iter().filter_map(|token| Some((token, written(text, token)?.nfc().collect::<String>()))).collect();
    if names.iter().all(|(_, name)| name.is_ascii()) {
        return Vec::new();
    }
    let mut first: HashMap<String, (&str, u32)> = HashMap::new();
    let mut warnings = Vec::new();
    for (token, name) in &names {
        let &mut (earlier, line) = first.entry(skeleton(&displayed(name))).or_insert((name.as_str(), token.line));
        if earlier == name {
            continue;
        }
        let message = format!(
            "confusable identifier: '{name}' looks like '{earlier}' on line {line}, but they are written using different characters\n{}\n",
            directions(name, earlier)
        );
        let span = token.start as usize..token.end as usize;
        warnings.push(Diagnostic::warning(At { line: token.line, column: Some(token.column), span }, message));
    }
    warnings
}

/// The name that a token is, as it is written.
fn written<'t>(text: &'t str, token: &Token) -> Option<&'t str> {
    let text = text.get(token.start as usize..token.end as usize)?;
    match token.kind {
        Kind::KwIdentifier => Some(text.strip_suffix(':').unwrap_or(text)),
        Kind::Atom => text.strip_prefix(':').filter(|name| !name.starts_with(['"', '\''])),
        Kind::Alias
        | Kind::Identifier
        | Kind::ParenIdentifier
        | Kind::BracketIdentifier
        | Kind::DoIdentifier
        | Kind::OpIdentifier => Some(text),
        _ => None,
    }
}

/// The direction in which a character is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    LeftToRight,
    RightToLeft,
    /// Digits are written from left to right, yet go where the text around them goes.
    WeakNumber,
    Neutral,
}

impl Direction {
    fn of(character: char) -> Self {
        if character.is_numeric() {
            return Direction::WeakNumber;
        }
        if !character.is_alphabetic() {
            return Direction::Neutral;
        }
        let scripts = AugmentedScriptSet::for_char(character).base;
        let leftward = |name: &str| matches!(name, "Arabic" | "Hebrew" | "Syriac" | "Thaana" | "Nko" | "Adlam");
        if !scripts.is_common() && scripts.iter().any(|script| leftward(script.full_name())) {
            Direction::RightToLeft
        } else {
            Direction::LeftToRight
        }
    }

    fn name(self) -> &'static str {
        match self {
            Direction::LeftToRight => "ltr",
            Direction::RightToLeft => "rtl",
            Direction::WeakNumber => "weak_number",
            Direction::Neutral => "neutral",
        }
    }
}

fn has_leftward(name: &str) -> bool {
    !name.is_ascii() && name.chars().any(|character| Direction::of(character) == Direction::RightToLeft)
}

/// A name in the order in which it is shown: runs from right to left are turned round, but for the numbers in them.
fn displayed(name: &str) -> String {
    if !has_leftward(name) {
        return name.to_owned();
    }
    let mut characters: Vec<(char, Direction)> = name.chars().map(|it| (it, Direction::of(it))).collect();
    let mut at = 0;
    while at < characters.len() {
        if characters[at].1 != Direction::RightToLeft {
            at += 1;
            continue;
        }
        let run = characters[at..].iter().take_while(|(_, direction)| *direction != Direction::LeftToRight).count();
        let neutral = characters[at..at + run].iter().rev().take_while(|(_, it)| *it == Direction::Neutral).count();
        let run = &mut characters[at..at + run - neutral];
        run.reverse();
        for number in run.chunk_by_mut(|left, right| left.1 == right.1) {
            if number[0].1 == Direction::WeakNumber {
                number.reverse();
            }
        }
        at += run.len();
    }
    characters.into_iter().map(|(character, _)| character).collect()
}

/// How the characters of two names are written, where one of them goes from right to left.
fn directions(name: &str, earlier: &str) -> String {
    if !has_leftward(name) && !has_leftward(earlier) {
        return String::new();
    }
    let line = |it: char| format!("  \\u{} {it} {}\n", hex4(it), Direction::of(it).name());
    let about = |name: &str| {
        let lines: String = name.chars().map(line).collect();
        format!("\n'{name}' includes right-to-left characters:\n{lines}")
    };
    [name, earlier].into_iter().filter(|name| has_leftward(name)).map(about).collect()
}
