//! Words of the text form.
//!
//! **What it is for.** [`tokens`] cuts a text into [`Token`]s with their lines.
//!
//! **Invariants.** The last token is [`Token::End`].
//!
//! **What it must not know.** Grammar.

use super::ReadError;

#[derive(Clone, PartialEq, Debug)]
pub(super) enum Token {
    /// Letters, digits and underscores.
    Word(String),
    Atom(String),
    Bytes(Vec<u8>),
    /// Digits with an optional sign.
    Int(String),
    Float(f64),
    /// Anything else: one character, or `=>`.
    Sign(char),
    Arrow,
    End,
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn quoted(bytes: &[u8], at: &mut usize, line: u32) -> Result<Vec<u8>, ReadError> {
    let error = |text: &str| ReadError { line, text: text.to_string() };
    let mut out = Vec::new();
    *at += 1;
    loop {
        match bytes.get(*at) {
            None | Some(b'\n') => return Err(error("a string without end")),
            Some(b'"') => {
                *at += 1;
                return Ok(out);
            }
            Some(b'\\') => {
                let escape = *bytes.get(*at + 1).ok_or_else(|| error("a string without end"))?;
                *at += 2;
                out.push(match escape {
                    b'n' => b'\n',
                    b't' => b'\t',
                    b'x' => {
                        let digits = bytes.get(*at..*at + 2).and_then(|digits| std::str::from_utf8(digits).ok());
                        *at += 2;
                        digits
                            .and_then(|digits| u8::from_str_radix(digits, 16).ok())
                            .ok_or_else(|| error("a bad escape"))?
                    }
                    other => other,
                });
            }
            Some(byte) => {
                out.push(*byte);
                *at += 1;
            }
        }
    }
}

fn number(bytes: &[u8], at: &mut usize) -> Token {
    let start = *at;
    *at += 1;
    while bytes.get(*at).is_some_and(u8::is_ascii_digit) {
        *at += 1;
    }
    let mut float = false;
    if bytes.get(*at) == Some(&b'.') && bytes.get(*at + 1).is_some_and(u8::is_ascii_digit) {
        float = true;
        *at += 1;
        while bytes.get(*at).is_some_and(u8::is_ascii_digit) {
            *at += 1;
        }
        if matches!(bytes.get(*at), Some(b'e' | b'E')) {
            *at += 1;
            if matches!(bytes.get(*at), Some(b'-' | b'+')) {
                *at += 1;
            }
            while bytes.get(*at).is_some_and(u8::is_ascii_digit) {
                *at += 1;
            }
        }
    }
    let text = String::from_utf8_lossy(&bytes[start..*at]).into_owned();
    match text.parse::<f64>() {
        Ok(value) if float && value.is_finite() => Token::Float(value),
        _ => Token::Int(text),
    }
}

pub(super) fn tokens(text: &str) -> Result<Vec<(Token, u32)>, ReadError> {
    let bytes = text.as_bytes();
    let mut out = Vec::new();
    let (mut at, mut line) = (0, 1);
    while let Some(&byte) = bytes.get(at) {
        let token = match byte {
            b'\n' => {
                line += 1;
                at += 1;
                continue;
            }
            b' ' | b'\t' | b'\r' => {
                at += 1;
                continue;
            }
            b'#' => {
                while bytes.get(at).is_some_and(|byte| *byte != b'\n') {
                    at += 1;
                }
                continue;
            }
            b'"' => Token::Bytes(quoted(bytes, &mut at, line)?),
            b':' if bytes.get(at + 1) == Some(&b'"') => {
                at += 1;
                let name = quoted(bytes, &mut at, line)?;
                let name =
                    String::from_utf8(name).map_err(|_| ReadError { line, text: "an atom that is no UTF-8".into() })?;
                Token::Atom(name)
            }
            b':' if bytes.get(at + 1).is_some_and(|byte| is_word(*byte)) => {
                let start = at + 1;
                at += 1;
                while bytes.get(at).is_some_and(|byte| is_word(*byte) || matches!(byte, b'?' | b'!' | b'@')) {
                    at += 1;
                }
                Token::Atom(text[start..at].to_string())
            }
            b'-' if bytes.get(at + 1).is_some_and(u8::is_ascii_digit) => number(bytes, &mut at),
            b'0'..=b'9' => number(bytes, &mut at),
            b'=' if bytes.get(at + 1) == Some(&b'>') => {
                at += 2;
                Token::Arrow
            }
            _ if is_word(byte) => {
                let start = at;
                while bytes.get(at).is_some_and(|byte| is_word(*byte)) {
                    at += 1;
                }
                Token::Word(text[start..at].to_string())
            }
            _ => {
                let sign = text[at..].chars().next().unwrap_or(' ');
                at += sign.len_utf8();
                Token::Sign(sign)
            }
        };
        out.push((token, line));
    }
    out.push((Token::End, line));
    Ok(out)
}
