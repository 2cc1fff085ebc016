//! What escapes in strings mean.
//!
//! **What it must not know.** Where the string came from; sigils and `Macro.unescape_string` use it as well.

use std::ops::Range;

/// What is wrong with an escape: a sentence, and the escape's first characters.
pub(super) type Escape = (String, &'static str);

/// The code point for a character behind a backslash; itself, if it has no other meaning.
pub(crate) fn character(escaped: char) -> u32 {
    match escaped {
        '0' => 0,
        'a' => 7,
        'b' => 8,
        'd' => 0x7F,
        'e' => 0x1B,
        'f' => 0x0C,
        'n' => 0x0A,
        'r' => 0x0D,
        's' => 0x20,
        't' => 0x09,
        'v' => 0x0B,
        other => u32::from(other),
    }
}

/// The bytes that a text with escapes means. Forms that are out of use are described in `deprecated`.
pub fn unescape(text: &[u8], deprecated: &mut Vec<&'static str>) -> Result<Vec<u8>, (String, &'static str)> {
    let mut buffer = text.to_vec();
    let start = buffer.len();
    unescape_within(&mut buffer, 0..start, deprecated)?;
    Ok(buffer.split_off(start))
}

/// Appends to a buffer what a part of it means.
pub(super) fn unescape_within(
    buffer: &mut Vec<u8>,
    range: Range<usize>,
    deprecated: &mut Vec<&'static str>,
) -> Result<(), Escape> {
    let (mut at, end) = (range.start, range.end);
    while at < end {
        let plain = buffer[at..end].iter().position(|byte| *byte == b'\\').unwrap_or(end - at);
        buffer.extend_from_within(at..at + plain);
        at += plain;
        if at >= end {
            break;
        }
        let mut found = Found { len: 0, bytes: Bytes::None };
        read(&buffer[at + 1..end], &mut found, deprecated)?;
        match found.bytes {
            Bytes::None => {}
            Bytes::Byte(byte) => buffer.push(byte),
            Bytes::Char(character) => buffer.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
        }
        at += 1 + found.len;
    }
    Ok(())
}

enum Bytes {
    None,
    Byte(u8),
    Char(char),
}

struct Found {
    /// Bytes behind the backslash that belong to the escape.
    len: usize,
    bytes: Bytes,
}

fn read(rest: &[u8], found: &mut Found, deprecated: &mut Vec<&'static str>) -> Result<(), Escape> {
    let Some(&first) = rest.first() else {
        found.bytes = Bytes::Byte(b'\\');
        return Ok(());
    };
    match first {
        b'x' => return hex(&rest[1..], found, deprecated),
        b'u' => return code_point(&rest[1..], found),
        b'\n' => found.len = 1,
        b'\r' if rest.get(1) == Some(&b'\n') => found.len = 2,
        _ => {
            found.len = 1;
            // Bytes of longer characters stand for themselves.
            let byte =
                if first.is_ascii() { u8::try_from(character(char::from(first))).unwrap_or(first) } else { first };
            found.bytes = Bytes::Byte(byte);
        }
    }
    Ok(())
}

const BRACED_HEX: &str =
    "\\x{H*} inside strings/sigils/chars is deprecated, please use \\xHH (byte) or \\uHHHH (code point) instead";
const SHORT_HEX: &str =
    "\\xH inside strings/sigils/chars is deprecated, please use \\xHH (byte) or \\uHHHH (code point) instead";

fn hex(rest: &[u8], found: &mut Found, deprecated: &mut Vec<&'static str>) -> Result<(), Escape> {
    match rest {
        [a, b, ..] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit() => {
            found.len = 3;
            found.bytes = Bytes::Byte(u8::try_from(digit(*a) * 16 + digit(*b)).unwrap_or(0));
            Ok(())
        }
        [a, ..] if a.is_ascii_hexdigit() => {
            deprecated.push(SHORT_HEX);
            found.len = 2;
            scalar(&rest[..1], "\\u", found)
        }
        _ => match braced(rest) {
            Some(digits) => {
                deprecated.push(BRACED_HEX);
                found.len = digits.len() + 3;
                scalar(digits, "\\u", found)
            }
            None => {
                Err(("invalid hex escape character, expected \\xHH where H is a hexadecimal digit".to_owned(), "\\x"))
            }
        },
    }
}

fn code_point(rest: &[u8], found: &mut Found) -> Result<(), Escape> {
    if let Some(digits) = rest.get(..4).filter(|digits| digits.iter().all(u8::is_ascii_hexdigit)) {
        found.len = 5;
        return scalar(digits, "\\u", found);
    }
    match braced(rest) {
        Some(digits) => {
            found.len = digits.len() + 3;
            scalar(digits, "\\u", found)
        }
        None => Err((
            "invalid Unicode escape character, expected \\uHHHH or \\u{H*} where H is a hexadecimal digit".to_owned(),
            "\\u",
        )),
    }
}

/// The digits of `{H*}`, one to six of them.
fn braced(rest: &[u8]) -> Option<&[u8]> {
    let inner = rest.strip_prefix(b"{")?;
    let len = inner.iter().take(7).position(|byte| *byte == b'}')?;
    let digits = &inner[..len];
    (!digits.is_empty() && digits.iter().all(u8::is_ascii_hexdigit)).then_some(digits)
}

fn digit(byte: u8) -> u32 {
    char::from(byte).to_digit(16).unwrap_or(0)
}

fn scalar(digits: &[u8], token: &'static str, found: &mut Found) -> Result<(), Escape> {
    let code = digits.iter().fold(0, |code, byte| code * 16 + digit(*byte));
    let Some(character) = char::from_u32(code) else {
        let digits = String::from_utf8_lossy(digits);
        return Err((format!("invalid or reserved Unicode code point \\u{{{digits}}}"), token));
    };
    found.bytes = Bytes::Char(character);
    Ok(())
}
