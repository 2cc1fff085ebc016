//! Brackets and `do`/`fn`/`end` as they open and close, with guesses from indentation about which one was forgotten.

use crate::diagnostics::Diagnostic;
use crate::token::{Kind, Token, Value};

use super::{Lexer, Step, number};

/// Something that waits for its end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Opened {
    pub(super) kind: Kind,
    pub(super) line: u32,
    pub(super) column: u32,
    pub(super) start: usize,
    indentation: u32,
}

/// A line that may have caused a later mismatch.
#[derive(Clone, Copy, Debug)]
pub(super) enum Hint {
    /// Opened as far to the left as the one before it, which may lack its end.
    Unclosed { kind: Kind, line: u32 },
    /// An `end` that stands to the right of its `do`.
    StrayEnd { line: u32 },
}

pub(super) fn opening(kind: Kind) -> &'static str {
    match kind {
        Kind::Fn => "fn",
        Kind::Do => "do",
        Kind::OpenParen => "(",
        Kind::OpenBracket => "[",
        Kind::OpenBrace => "{",
        _ => "<<",
    }
}

fn closing(kind: Kind) -> &'static str {
    match kind {
        Kind::Fn | Kind::Do | Kind::End => "end",
        Kind::OpenParen | Kind::CloseParen => ")",
        Kind::OpenBracket | Kind::CloseBracket => "]",
        Kind::OpenBrace | Kind::CloseBrace => "}",
        _ => ">>",
    }
}

impl Lexer<'_, '_, '_> {
    /// What is open in the interpolation at hand.
    fn innermost(&self) -> Option<&Opened> {
        let floor = self.frames.last().map_or(0, |frame| frame.opened_inside);
        self.opened[floor..].last()
    }

    pub(super) fn open(&mut self, kind: Kind, len: usize) -> Step {
        if kind == Kind::OpenParen
            && let Some(alias) = self.previous().filter(|token| token.kind == Kind::Alias)
        {
            let message = format!(
                "unexpected ( after alias {}. Function names and identifiers in Elixir start with lowercase characters or underscore. For example:\n\n    hello_world()\n    _starting_with_underscore()\n    numb3rs_are_allowed()\n    may_finish_with_question_mark?()\n    may_finish_with_exclamation_mark!()\n\nUnexpected token: ",
                alias.atom()
            );
            return Err(Box::new(Diagnostic::error(self.here(1), message, "(")));
        }
        if matches!(kind, Kind::Fn | Kind::Do)
            && let Some(&previous) = self.innermost()
            && previous.kind == kind
            && self.indentation <= previous.indentation
        {
            self.hints.push(Hint::Unclosed { kind, line: previous.line });
        }
        self.opened.push(Opened {
            kind,
            line: self.line,
            column: self.column(),
            start: self.pos,
            indentation: self.indentation,
        });
        self.push(kind, len, Value::None);
        Ok(())
    }

    pub(super) fn close(&mut self, kind: Kind, len: usize) -> Step {
        let newlines = self.previous_newlines();
        let Some(&opened) = self.innermost() else {
            if kind == Kind::CloseBrace && !self.frames.is_empty() {
                return self.end_interpolation();
            }
            return Err(Box::new(self.nothing_to_close(kind, len)));
        };
        if closing(opened.kind) != closing(kind) {
            let at = self.at(opened.line, opened.column, opened.start, opening(opened.kind).len());
            return Err(Box::new(Diagnostic::mismatch(
                at,
                (self.line, self.column()),
                (opening(opened.kind), closing(opened.kind)),
                closing(kind),
            )));
        }
        if opened.kind == Kind::Do && self.indentation > opened.indentation {
            self.hints.push(Hint::StrayEnd { line: self.line });
        }
        self.opened.pop();
        self.push_with(kind, len, Value::None, newlines);
        Ok(())
    }

    fn nothing_to_close(&self, kind: Kind, len: usize) -> Diagnostic {
        if kind != Kind::End {
            return Diagnostic::error(self.here(len), "unexpected token: ", closing(kind));
        }
        let stray = self.hints.iter().rev().find_map(|hint| match hint {
            Hint::StrayEnd { line } => Some(*line),
            Hint::Unclosed { .. } => None,
        });
        let after = stray.map_or(String::new(), |line| {
            format!("\nhint: the \"end\" on line {line} may not have a matching \"do\" defined before it (based on indentation)")
        });
        Diagnostic::around(self.here(len), "unexpected reserved word: ", after, "end")
    }

    /// At the end of the text.
    pub(super) fn check_all_closed(&self) -> Step {
        let Some(&opened) = self.innermost() else { return Ok(()) };
        let (open, close) = (opening(opened.kind), closing(opened.kind));
        let unclosed = self.hints.iter().rev().find_map(|hint| match hint {
            Hint::Unclosed { kind, line } if *kind == opened.kind => Some(*line),
            Hint::Unclosed { .. } | Hint::StrayEnd { .. } => None,
        });
        let hint = unclosed.map_or(String::new(), |line| {
            format!("\nhint: it looks like the \"{open}\" on line {line} does not have a matching \"{close}\"")
        });
        let at = self.at(opened.line, opened.column, opened.start, open.len());
        let message = format!("missing terminator: {close}{hint}");
        Err(Box::new(Diagnostic::missing(at, (self.line, self.column()), (open, close), message)))
    }

    /// The token for a word that opens or closes; `do` takes back a line break before it.
    pub(super) fn do_word(&mut self) -> Step {
        if let Some(token) = self.tokens[self.floor..].last_mut() {
            match token.kind {
                Kind::Identifier => token.kind = Kind::DoIdentifier,
                Kind::Fn => {
                    let after = crate::diagnostics::INVALID_DO_AFTER_FN;
                    return Err(Box::new(Diagnostic::around(self.here(2), "unexpected reserved word: ", after, "do")));
                }
                Kind::Comma | Kind::Semicolon => {
                    let after = crate::diagnostics::INVALID_DO;
                    return Err(Box::new(Diagnostic::around(self.here(2), "unexpected reserved word: ", after, "do")));
                }
                _ => {}
            }
        }
        self.drop_eol();
        self.open(Kind::Do, 2)
    }

    /// A token that stands for nothing, at the end of an interpolation.
    pub(super) fn end_of(&self, first: usize) -> Token {
        super::end_token(self.tokens[first..].last(), number(self.pos) as usize)
    }
}
