//! What the language says about single code points.

use super::unicode_tables::RUNS;

pub(super) use super::unicode_tables::CodeClass;

/// Where in a name a code point outside ASCII may stand.
pub(super) fn class(character: char) -> Option<CodeClass> {
    let code = u32::from(character);
    let index = RUNS.partition_point(|(_, last, _)| *last < code);
    RUNS.get(index).filter(|(first, ..)| *first <= code).map(|(_, _, class)| *class)
}

/// Characters that change the direction of text, which could hide code from a reader.
pub(super) fn is_bidi(character: char) -> bool {
    matches!(u32::from(character), 0x202A..=0x202E | 0x2066..=0x2069)
}

/// Invisible characters: how they are escaped, and what they are called.
pub(super) fn named(code: u32) -> Option<(&'static str, &'static str)> {
    Some(match code {
        0 => ("\\0", "null byte"),
        7 => ("\\a", "alert"),
        8 => ("\\b", "backspace"),
        0x7F => ("\\d", "delete"),
        0x1B => ("\\e", "escape"),
        0x0C => ("\\f", "form feed"),
        0x0A => ("\\n", "newline"),
        0x0D => ("\\r", "carriage return"),
        0x20 => ("\\s", "space"),
        0x09 => ("\\t", "tab"),
        0x0B => ("\\v", "vertical tab"),
        _ => return None,
    })
}

/// A code point in four hexadecimal digits, as messages show it: larger ones do not fit, and Erlang writes stars then.
pub(super) fn hex4(character: char) -> String {
    match u32::from(character) {
        code @ 0..=0xFFFF => format!("{code:04X}"),
        _ => "****".to_owned(),
    }
}
