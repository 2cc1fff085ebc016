//! `:jovial_string`: what `String` and `Inspect` need of Unicode.
//!
//! A string is taken for UTF-8. A byte that is no part of valid UTF-8 counts as a grapheme and a code point of its own.

use jovial_term::Term;
use jovial_vm::{Ctx, Halt};
use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

use super::Entry;
use super::support::{Out, atom, badarg, bytes, charge, need, size, word};

pub(crate) const TABLE: &[Entry] = &[
    ("jovial_string", "length", 1, length),
    ("jovial_string", "next_grapheme", 1, next_grapheme),
    ("jovial_string", "graphemes", 1, graphemes),
    ("jovial_string", "grapheme_offset", 2, grapheme_offset),
    ("jovial_string", "reverse", 1, reverse),
    ("jovial_string", "upcase", 2, |ctx, args| cased(ctx, args, upper)),
    ("jovial_string", "downcase", 2, |ctx, args| cased(ctx, args, lower)),
    ("jovial_string", "capitalize", 2, capitalize),
    ("jovial_string", "split_whitespace", 1, split_whitespace),
    ("jovial_string", "trim_leading", 1, trim_leading),
    ("jovial_string", "trim_trailing", 1, trim_trailing),
    ("jovial_string", "normalize", 2, normalize),
    ("jovial_string", "valid", 1, |ctx, args| {
        let bytes = bytes(args[0])?;
        charge(ctx, bytes.len() / 8);
        Ok(Term::bool(std::str::from_utf8(&bytes).is_ok()))
    }),
    ("jovial_string", "printable", 2, printable),
    ("jovial_string", "escape", 3, escape),
    ("jovial_string", "identifier_kind", 1, identifier_kind),
];

/// The byte ranges of graphemes, front to back.
fn spans(bytes: &[u8]) -> impl Iterator<Item = (usize, usize)> + '_ {
    let mut at = 0;
    bytes.utf8_chunks().flat_map(move |chunk| {
        let start = at;
        at += chunk.valid().len() + chunk.invalid().len();
        let valid = chunk.valid().grapheme_indices(true).map(move |(from, text)| (start + from, text.len()));
        let invalid = (at - chunk.invalid().len()..at).map(|from| (from, 1));
        valid.chain(invalid)
    })
}

/// Graphemes of plain ASCII are its bytes, but for `\r\n`.
fn is_simple(bytes: &[u8]) -> bool {
    bytes.is_ascii() && memchr::memchr(b'\r', bytes).is_none()
}

fn part<'h>(ctx: &Ctx<'h>, string: Term<'h>, from: usize, len: usize) -> Out<'h> {
    need(ctx.heap().sub_binary(string, from * 8, len * 8))
}

fn length<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let bytes = bytes(args[0])?;
    if is_simple(&bytes) {
        charge(ctx, bytes.len() / 8);
        return Ok(Term::count(bytes.len()));
    }
    charge(ctx, bytes.len());
    Ok(Term::count(spans(&bytes).count()))
}

fn next_grapheme<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let bytes = bytes(args[0])?;
    let len = match *bytes {
        [] => return Ok(Term::NIL),
        [first, second, ..] if first.is_ascii() && second.is_ascii() && first != b'\r' => 1,
        // A grapheme is nearly always short; only a longer look tells for one that fills the window.
        _ => {
            let window = &bytes[..bytes.len().min(64)];
            match spans(window).next() {
                Some((_, len)) if len < window.len().saturating_sub(4) => len,
                _ => spans(&bytes).next().map_or(bytes.len(), |(_, len)| len),
            }
        }
    };
    let first = part(ctx, args[0], 0, len)?;
    let rest = part(ctx, args[0], len, bytes.len() - len)?;
    Ok(ctx.heap().tuple(&[first, rest]))
}

fn graphemes<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let bytes = bytes(args[0])?;
    charge(ctx, bytes.len() * 4);
    let parts = spans(&bytes).map(|(from, len)| part(ctx, args[0], from, len)).collect::<Result<Vec<_>, _>>()?;
    Ok(ctx.heap().list(parts))
}

/// `{bytes, missing}` for the first `n` graphemes.
fn grapheme_offset<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let bytes = bytes(args[0])?;
    let wanted = size(args[1])?;
    let (mut offset, mut found) = (0, 0);
    let prefix = &bytes[..bytes.len().min(wanted.saturating_add(1))];
    if is_simple(prefix) {
        (offset, found) = (bytes.len().min(wanted), bytes.len().min(wanted));
    } else {
        for (from, len) in spans(&bytes).take(wanted) {
            (offset, found) = (from + len, found + 1);
        }
    }
    charge(ctx, offset);
    Ok(ctx.heap().tuple(&[Term::count(offset), Term::count(wanted - found)]))
}

fn reverse<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let bytes = bytes(args[0])?;
    charge(ctx, bytes.len());
    let mut out = Vec::with_capacity(bytes.len());
    if is_simple(&bytes) {
        out.extend(bytes.iter().rev());
    } else {
        // Bytes that are no text stay between the texts around them.
        for chunk in bytes.utf8_chunks() {
            out.extend(chunk.valid().graphemes(true).rev().flat_map(str::bytes));
            out.extend_from_slice(chunk.invalid());
        }
    }
    ctx.heap().try_binary(&out).map_err(Halt::from)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Default,
    Ascii,
    Greek,
    Turkic,
}

fn mode<'h>(term: Term<'h>) -> Result<Mode, Halt<'h>> {
    match atom(term)?.as_str() {
        "default" => Ok(Mode::Default),
        "ascii" => Ok(Mode::Ascii),
        "greek" => Ok(Mode::Greek),
        "turkic" => Ok(Mode::Turkic),
        _ => badarg(),
    }
}

fn cased<'h>(ctx: &Ctx<'h>, args: &[Term<'h>], change: fn(&str, Mode, &mut String)) -> Out<'h> {
    let bytes = bytes(args[0])?;
    let mode = mode(args[1])?;
    charge(ctx, bytes.len());
    ctx.heap().try_binary(&map_valid(&bytes, |text, out| change(text, mode, out))).map_err(Halt::from)
}

/// Changes the valid stretches and copies the rest.
fn map_valid(bytes: &[u8], change: impl Fn(&str, &mut String)) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        let mut text = String::with_capacity(chunk.valid().len());
        change(chunk.valid(), &mut text);
        out.extend_from_slice(text.as_bytes());
        out.extend_from_slice(chunk.invalid());
    }
    out
}

fn upper(text: &str, mode: Mode, out: &mut String) {
    if mode == Mode::Ascii || text.is_ascii() && mode != Mode::Turkic {
        out.push_str(&text.to_ascii_uppercase());
        return;
    }
    for c in text.chars() {
        match c {
            'i' if mode == Mode::Turkic => out.push('İ'),
            _ => out.extend(c.to_uppercase()),
        }
    }
}

fn lower(text: &str, mode: Mode, out: &mut String) {
    if mode == Mode::Ascii || text.is_ascii() && mode != Mode::Turkic {
        out.push_str(&text.to_ascii_lowercase());
        return;
    }
    let mut chars = text.chars().peekable();
    let mut after_letter = false;
    while let Some(c) = chars.next() {
        match c {
            'Σ' if mode == Mode::Greek => {
                let ends = !chars.peek().is_some_and(|next| next.is_alphabetic());
                out.push(if ends && after_letter { 'ς' } else { 'σ' });
            }
            'I' if mode == Mode::Turkic => {
                if chars.next_if_eq(&'\u{307}').is_some() {
                    out.push('i');
                } else {
                    out.push('ı');
                }
            }
            'İ' if mode == Mode::Turkic => out.push('i'),
            _ => out.extend(c.to_lowercase()),
        }
        after_letter = c.is_alphabetic();
    }
}

/// The title case of a character where it is not its upper case.
fn title(c: char) -> Option<&'static str> {
    Some(match c {
        'Ǆ' | 'ǅ' | 'ǆ' => "ǅ",
        'Ǉ' | 'ǈ' | 'ǉ' => "ǈ",
        'Ǌ' | 'ǋ' | 'ǌ' => "ǋ",
        'Ǳ' | 'ǲ' | 'ǳ' => "ǲ",
        'ß' => "Ss",
        'ﬀ' => "Ff",
        'ﬁ' => "Fi",
        'ﬂ' => "Fl",
        'ﬃ' => "Ffi",
        'ﬄ' => "Ffl",
        'ﬅ' | 'ﬆ' => "St",
        'և' => "Եւ",
        // An iota below stays below.
        'ᾀ' | 'ᾈ' => "ᾈ",
        'ᾁ' | 'ᾉ' => "ᾉ",
        'ᾂ' | 'ᾊ' => "ᾊ",
        'ᾃ' | 'ᾋ' => "ᾋ",
        'ᾄ' | 'ᾌ' => "ᾌ",
        'ᾅ' | 'ᾍ' => "ᾍ",
        'ᾆ' | 'ᾎ' => "ᾎ",
        'ᾇ' | 'ᾏ' => "ᾏ",
        'ᾐ' | 'ᾘ' => "ᾘ",
        'ᾑ' | 'ᾙ' => "ᾙ",
        'ᾒ' | 'ᾚ' => "ᾚ",
        'ᾓ' | 'ᾛ' => "ᾛ",
        'ᾔ' | 'ᾜ' => "ᾜ",
        'ᾕ' | 'ᾝ' => "ᾝ",
        'ᾖ' | 'ᾞ' => "ᾞ",
        'ᾗ' | 'ᾟ' => "ᾟ",
        'ᾠ' | 'ᾨ' => "ᾨ",
        'ᾡ' | 'ᾩ' => "ᾩ",
        'ᾢ' | 'ᾪ' => "ᾪ",
        'ᾣ' | 'ᾫ' => "ᾫ",
        'ᾤ' | 'ᾬ' => "ᾬ",
        'ᾥ' | 'ᾭ' => "ᾭ",
        'ᾦ' | 'ᾮ' => "ᾮ",
        'ᾧ' | 'ᾯ' => "ᾯ",
        'ᾳ' | 'ᾼ' => "ᾼ",
        'ῃ' | 'ῌ' => "ῌ",
        'ῳ' | 'ῼ' => "ῼ",
        'ᾲ' => "Ὰ\u{345}",
        'ᾴ' => "Ά\u{345}",
        'ᾷ' => "Α\u{342}\u{345}",
        'ῂ' => "Ὴ\u{345}",
        'ῄ' => "Ή\u{345}",
        'ῇ' => "Η\u{342}\u{345}",
        'ῲ' => "Ὼ\u{345}",
        'ῴ' => "Ώ\u{345}",
        'ῷ' => "Ω\u{342}\u{345}",
        _ => return None,
    })
}

fn capitalize<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let bytes = bytes(args[0])?;
    let mode = mode(args[1])?;
    charge(ctx, bytes.len());
    let Some(chunk) = bytes.utf8_chunks().next() else { return Ok(args[0]) };
    let (first, rest) = bytes.split_at(chunk.valid().chars().next().map_or(1, char::len_utf8));
    let mut out = map_valid(first, |text, out| {
        for c in text.chars() {
            match title(c) {
                Some(title) if mode != Mode::Ascii => out.push_str(title),
                // Georgian has no title case: its letters stay as they are.
                None if ('\u{10d0}'..='\u{10ff}').contains(&c) => out.push(c),
                Some(_) | None => upper(c.encode_utf8(&mut [0; 4]), mode, out),
            }
        }
    });
    out.extend(map_valid(rest, |text, out| lower(text, mode, out)));
    ctx.heap().try_binary(&out).map_err(Halt::from)
}

fn breaks(c: char) -> bool {
    c.is_whitespace() && !matches!(c, '\u{a0}' | '\u{2007}' | '\u{202f}')
}

fn split_whitespace<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let bytes = bytes(args[0])?;
    charge(ctx, bytes.len());
    let mut words = Vec::new();
    let (mut start, mut at) = (None, 0);
    for chunk in bytes.utf8_chunks() {
        for (from, c) in chunk.valid().char_indices() {
            if breaks(c) {
                if let Some(start) = start.take() {
                    words.push((start, at + from - start));
                }
            } else {
                start.get_or_insert(at + from);
            }
        }
        at += chunk.valid().len();
        if !chunk.invalid().is_empty() {
            start.get_or_insert(at);
            at += chunk.invalid().len();
        }
    }
    if let Some(start) = start {
        words.push((start, bytes.len() - start));
    }
    let words = words.into_iter().map(|(from, len)| part(ctx, args[0], from, len)).collect::<Result<Vec<_>, _>>()?;
    Ok(ctx.heap().list(words))
}

fn trim_leading<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let bytes = bytes(args[0])?;
    let valid = bytes.utf8_chunks().next().map_or("", |chunk| chunk.valid());
    let skipped = valid.len() - valid.trim_start().len();
    part(ctx, args[0], skipped, bytes.len() - skipped)
}

fn trim_trailing<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let bytes = bytes(args[0])?;
    let skipped = match std::str::from_utf8(&bytes) {
        Ok(text) => text.len() - text.trim_end().len(),
        Err(_) => match bytes.utf8_chunks().last() {
            Some(chunk) if chunk.invalid().is_empty() => chunk.valid().len() - chunk.valid().trim_end().len(),
            Some(_) | None => 0,
        },
    };
    part(ctx, args[0], 0, bytes.len() - skipped)
}

fn normalize<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let bytes = bytes(args[0])?;
    charge(ctx, bytes.len());
    let form: fn(&str, &mut String) = match atom(args[1])?.as_str() {
        "nfd" => |text, out| out.extend(text.nfd()),
        "nfc" => |text, out| out.extend(text.nfc()),
        "nfkd" => |text, out| out.extend(text.nfkd()),
        "nfkc" => |text, out| out.extend(text.nfkc()),
        _ => return badarg(),
    };
    if bytes.is_ascii() {
        return Ok(args[0]);
    }
    ctx.heap().try_binary(&map_valid(&bytes, form)).map_err(Halt::from)
}

fn is_printable(c: char) -> bool {
    matches!(c,
        '\n' | '\r' | '\t' | '\u{b}' | '\u{8}' | '\u{c}' | '\u{1b}' | '\u{7f}' | '\u{7}'
        | ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..='\u{10ffff}')
}

/// Printable, but with nothing to see, or turning the text around it: spaces of other widths, joiners, direction marks.
fn is_unseen(c: char) -> bool {
    matches!(c,
        '\u{a0}' | '\u{34f}' | '\u{61c}' | '\u{2000}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{205f}'..='\u{2064}'
        | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{fff9}'..='\u{fffc}')
}

/// A count, or `:infinity`.
fn limit<'h>(term: Term<'h>) -> Result<usize, Halt<'h>> {
    if term.is_atom(jovial_atoms::known::INFINITY) { Ok(usize::MAX) } else { size(term) }
}

fn printable<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let bytes = bytes(args[0])?;
    let mut left = limit(args[1])?;
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            if left == 0 {
                return Ok(Term::TRUE);
            }
            if !is_printable(c) {
                return Ok(Term::FALSE);
            }
            left -= 1;
        }
        if left > 0 && !chunk.invalid().is_empty() {
            return Ok(Term::FALSE);
        }
    }
    charge(ctx, bytes.len());
    Ok(Term::TRUE)
}

/// `escape(string, delimiter, limit)`: `{escaped, rest}`.
fn escape<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    use std::fmt::Write as _;
    let bytes = bytes(args[0])?;
    let delimiter = need(args[1].as_small().and_then(|code| u32::try_from(code).ok()).and_then(char::from_u32))?;
    let mut left = limit(args[2])?;
    let mut out = String::with_capacity(bytes.len() + 2);
    let mut at = 0;
    'all: for chunk in bytes.utf8_chunks() {
        let mut chars = chunk.valid().chars().peekable();
        while let Some(c) = chars.next() {
            if left == 0 {
                break 'all;
            }
            left -= 1;
            at += c.len_utf8();
            let short = match c {
                '\u{7}' => 'a',
                '\u{8}' => 'b',
                '\u{7f}' => 'd',
                '\u{1b}' => 'e',
                '\u{c}' => 'f',
                '\n' => 'n',
                '\r' => 'r',
                '\t' => 't',
                '\u{b}' => 'v',
                '\0' => '0',
                '\\' => '\\',
                // One character to the limit, as the two make sense together only.
                '#' if chars.next_if_eq(&'{').is_some() => {
                    at += 1;
                    out.push_str("\\#{");
                    continue;
                }
                c if c == delimiter => c,
                c if is_unseen(c) => {
                    let _ = write!(out, "\\u{:04X}", u32::from(c));
                    continue;
                }
                c if is_printable(c) => {
                    out.push(c);
                    continue;
                }
                c if u32::from(c) <= 0xff => {
                    let _ = write!(out, "\\x{:02X}", u32::from(c));
                    continue;
                }
                c => {
                    let _ = write!(out, "\\x{{{:X}}}", u32::from(c));
                    continue;
                }
            };
            out.push('\\');
            out.push(short);
        }
        for byte in chunk.invalid() {
            if left == 0 {
                break 'all;
            }
            left -= 1;
            at += 1;
            let _ = write!(out, "\\x{byte:02X}");
        }
    }
    charge(ctx, at);
    let rest = part(ctx, args[0], at, bytes.len() - at)?;
    let escaped = ctx.heap().try_binary(out.as_bytes())?;
    Ok(ctx.heap().tuple(&[escaped, rest]))
}

fn identifier_kind<'h>(_: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let bytes = bytes(args[0])?;
    let Ok(text) = std::str::from_utf8(&bytes) else { return Ok(word("none")) };
    if !jovial_syntax::is_plain_name(text) {
        return Ok(word("none"));
    }
    let body = text.strip_suffix(['?', '!']).unwrap_or(text);
    let mut chars = body.chars();
    let Some(first) = chars.next() else { return Ok(word("none")) };
    let marked = body.len() < text.len();
    Ok(word(if chars.any(|c| c == '@') {
        "atom"
    } else if first.is_uppercase() {
        if marked || !text.is_ascii() { "atom" } else { "alias" }
    } else {
        "identifier"
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(bytes: &[u8]) -> Vec<&[u8]> {
        spans(bytes).map(|(from, len)| &bytes[from..from + len]).collect()
    }

    #[test]
    fn graphemes_are_what_a_reader_counts() {
        assert_eq!(parts("e\u{301}a\r\n👨‍👩‍👧".as_bytes()).len(), 4);
        assert_eq!(parts(b"a\xffb\xe2\x82"), [b"a" as &[u8], b"\xff", b"b", b"\xe2", b"\x82"]);
    }

    #[test]
    fn case_by_mode() {
        let run = |change: fn(&str, Mode, &mut String), text: &str, mode| {
            let mut out = String::new();
            change(text, mode, &mut out);
            out
        };
        assert_eq!(run(upper, "straße", Mode::Default), "STRASSE");
        assert_eq!(run(lower, "ΣΑΣ", Mode::Default), "σασ");
        assert_eq!(run(lower, "ΣΑΣ", Mode::Greek), "σας");
        assert_eq!(run(upper, "iı", Mode::Turkic), "İI");
        assert_eq!(run(upper, "é", Mode::Ascii), "é");
        assert_eq!(run(upper, "ά", Mode::Greek), "Ά");
    }
}
