//! Sigils: `~r/…/i`, `~S"""…"""`, `~HTML"…"`.

use jovial_atoms::Atom;

use crate::diagnostics::Diagnostic;
use crate::token::{Kind, Sigil};

use super::strings::{Frame, Role, delimiter};
use super::{Lexer, Step, number};

impl Lexer<'_, '_, '_> {
    pub(super) fn sigil(&mut self) -> Step {
        let lower = self.byte(1).is_ascii_lowercase();
        let mut len = 2;
        while !lower && (self.byte(len).is_ascii_uppercase() || self.byte(len).is_ascii_digit()) {
            len += 1;
        }
        if self.byte(len).is_ascii_lowercase() {
            let message = "invalid sigil name, it should be either a one-letter lowercase letter or an uppercase letter optionally followed by uppercase letters and digits, got: ";
            return Err(Box::new(Diagnostic::error(self.here(len + 1), message, &self.text[self.pos..])));
        }
        let Some(open) = self.text[self.pos + len..].chars().next() else {
            // Nothing follows, so there is no sigil yet.
            self.pos = self.source.len();
            return Ok(());
        };
        if !matches!(open, '/' | '<' | '"' | '\'' | '[' | '(' | '{' | '|') {
            let column = self.column_at(self.pos + len);
            let message = format!(
                "\"{open}\" (column {column}, code point U+{}). The available delimiters are: //, ||, \"\", '', (), [], {{}}, <>",
                super::unicode::hex4(open)
            );
            return Err(Box::new(Diagnostic::error(self.here(len + 1), "invalid sigil delimiter: ", message)));
        }
        let mut frame = self.frame(Role::Sigil, len);
        frame.name = self.pos + 1..self.pos + len;
        frame.interpolates = lower;
        frame.close = match frame.open {
            b'(' => b')',
            b'[' => b']',
            b'{' => b'}',
            b'<' => b'>',
            other => other,
        };
        self.begin_text(frame)
    }

    pub(super) fn end_sigil(&mut self, frame: Frame, indentation: Option<u32>) -> Step {
        let letters = &self.text[frame.name.clone()];
        let name = format!("sigil_{letters}");
        let name = if letters.len() == 1 {
            Atom::new(&name)
        } else {
            self.atom(&name, frame.line, frame.column, frame.start)?
        };
        let start = self.pos;
        while self.byte(0).is_ascii_alphanumeric() {
            self.pos += 1;
        }
        let modifiers = number(start)..number(self.pos);
        let sigil = Sigil { name, delimiter: delimiter(frame.open, frame.heredoc), modifiers };
        self.push_text(Kind::Sigil, frame, indentation, Some(sigil));
        Ok(())
    }
}
