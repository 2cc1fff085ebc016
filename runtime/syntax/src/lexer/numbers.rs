//! Integers and floats. Only their extent is found here; the parser computes the value.

use crate::diagnostics::Diagnostic;
use crate::token::{Kind, Value};

use super::{Lexer, Step};

/// Length of a run of digits with single underscores between them.
fn digits(bytes: &[u8], is_digit: impl Fn(&u8) -> bool) -> usize {
    let mut len = 0;
    loop {
        len += bytes[len..].iter().take_while(|byte| is_digit(byte)).count();
        match &bytes[len..] {
            [b'_', digit, ..] if len > 0 && is_digit(digit) => len += 1,
            _ => return len,
        }
    }
}

impl Lexer<'_, '_, '_> {
    pub(super) fn number_token(&mut self) -> Step {
        if self.byte(0) == b'0' {
            let rest = &self.source[(self.pos + 2).min(self.source.len())..];
            let len = match self.byte(1) {
                b'x' => digits(rest, u8::is_ascii_hexdigit),
                b'o' => digits(rest, |byte| matches!(byte, b'0'..=b'7')),
                b'b' => digits(rest, |byte| matches!(byte, b'0' | b'1')),
                _ => 0,
            };
            if len > 0 {
                self.push(Kind::Int, len + 2, Value::None);
                return Ok(());
            }
        }
        self.decimal()
    }

    fn decimal(&mut self) -> Step {
        let rest = &self.source[self.pos..];
        let mut len = digits(rest, u8::is_ascii_digit);
        let mut kind = Kind::Int;
        if let [b'.', b'0'..=b'9', ..] = &rest[len..] {
            kind = Kind::Float;
            len += 1 + digits(&rest[len + 1..], u8::is_ascii_digit);
            // Elixir lets exponents follow each other here and then refuses the number.
            loop {
                let sign = match &rest[len..] {
                    [b'e' | b'E', b'+' | b'-', b'0'..=b'9', ..] => 2,
                    [b'e' | b'E', b'0'..=b'9', ..] => 1,
                    _ => break,
                };
                len += sign + digits(&rest[len + sign..], u8::is_ascii_digit);
            }
            let original = &self.text[self.pos..self.pos + len];
            let finite = parse_float(original).is_some();
            if !finite {
                return Err(Box::new(Diagnostic::error(self.here(len), "invalid float number ", original)));
            }
        }
        if let Some(&byte) = rest.get(len).filter(|byte| byte.is_ascii_alphabetic() || **byte == b'_') {
            let original = &self.text[self.pos..self.pos + len];
            let letter = char::from(byte);
            let message = format!(
                "invalid character \"{letter}\" after number {original}. If you intended to write a number, make sure to separate the number from the character (using comma, space, etc). If you meant to write a function name or a variable, note that identifiers in Elixir cannot start with numbers. Unexpected token: "
            );
            return Err(Box::new(Diagnostic::error(self.here(len + 1), message, letter)));
        }
        self.push(kind, len, Value::None);
        Ok(())
    }
}

/// The value of a float as it is written, unless it is too large.
pub(crate) fn parse_float(text: &str) -> Option<f64> {
    let plain: String = text.chars().filter(|character| *character != '_').collect();
    plain.parse().ok().filter(|value: &f64| value.is_finite())
}
