//! Variables, calls, aliases, plain atoms, keywords and reserved words.
//!
//! **Invariants.** Names of ASCII characters never leave the fast path; others are compared and interned in NFC.

use jovial_atoms::{Atom, known};
use unicode_normalization::UnicodeNormalization;

use crate::diagnostics::Diagnostic;
use crate::token::{Kind, Value};

use super::scripts::{self, Mixed};
use super::unicode::{self, CodeClass};
use super::{Lexer, Step};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Identifier,
    Alias,
    /// Begins with an upper-case letter outside ASCII: fine as an atom only.
    Upper,
}

impl Class {
    fn name(self) -> &'static str {
        match self {
            Class::Identifier => "identifier",
            Class::Alias => "alias",
            Class::Upper => "atom",
        }
    }
}

struct Name {
    class: Class,
    /// Bytes in the source.
    start: usize,
    end: usize,
    /// Set when the normal form differs from what is written, or characters outside ASCII occur.
    normal: Option<String>,
    has_at: bool,
    /// Ends in `!` or `?`.
    punctuated: bool,
}

fn continues(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn is_start(character: char) -> bool {
    matches!(unicode::class(character), Some(CodeClass::Start | CodeClass::Upper))
}

fn is_continue(character: char) -> bool {
    unicode::class(character).is_some()
}

/// The micro sign is read as the Greek letter that it is compatible with.
fn normalized(character: char) -> char {
    if character == 'µ' { 'μ' } else { character }
}

impl Lexer<'_, '_, '_> {
    /// The name at `start`; `None` if no name begins there.
    fn scan_name(&self, start: usize, column: u32) -> Result<Option<Name>, Box<Diagnostic>> {
        let rest = &self.source[start..];
        let class = match rest.first() {
            Some(b'a'..=b'z' | b'_') => Class::Identifier,
            Some(b'A'..=b'Z') => Class::Alias,
            Some(0x80..) => return self.scan_unicode_name(start, column),
            _ => return Ok(None),
        };
        let mut len = 1;
        let mut has_at = false;
        loop {
            match rest.get(len) {
                Some(byte) if continues(*byte) => len += 1,
                Some(b'@') => {
                    has_at = true;
                    len += 1;
                }
                Some(0x80..) => return self.scan_unicode_name(start, column),
                _ => break,
            }
        }
        let punctuated = matches!(rest.get(len), Some(b'!' | b'?'));
        let end = start + len + usize::from(punctuated);
        Ok(Some(Name { class, start, end, normal: None, has_at, punctuated }))
    }

    fn scan_unicode_name(&self, start: usize, column: u32) -> Result<Option<Name>, Box<Diagnostic>> {
        let rest = &self.text[start..];
        let Some(first) = rest.chars().next().map(normalized) else { return Ok(None) };
        let class = match first {
            'a'..='z' | '_' => Class::Identifier,
            'A'..='Z' => Class::Alias,
            _ if !is_start(first) => return Ok(None),
            _ if unicode::class(first) == Some(CodeClass::Upper) => Class::Upper,
            _ => Class::Identifier,
        };
        let mut written = String::new();
        let mut end = start;
        let mut has_at = false;
        let mut punctuated = false;
        for character in rest.chars() {
            let normal = normalized(character);
            match character {
                '!' | '?' => punctuated = true,
                '@' => has_at = true,
                _ if character.is_ascii() && !continues(character as u8) => break,
                _ if character.is_ascii() || is_continue(normal) || is_start(normal) => {}
                _ => {
                    written.push(character);
                    return Err(self.unexpected_in_name(&written, start, end, column));
                }
            }
            written.push(normal);
            end += character.len_utf8();
            if punctuated {
                break;
            }
        }
        let normal: String = written.nfc().collect();
        if let Some(mixed) = scripts::check(&normal) {
            return Err(self.mixed_scripts(&normal, &mixed, start..end, column));
        }
        let normal = Some(normal);
        Ok(Some(Name { class, start, end, normal, has_at, punctuated }))
    }

    fn mixed_scripts(&self, name: &str, mixed: &Mixed, span: std::ops::Range<usize>, first: u32) -> Box<Diagnostic> {
        let last = first + super::number(name.chars().count()) - 1;
        let more = "\nSee https://hexdocs.pm/elixir/unicode-syntax.html for more information.";
        let (column, more) = suggestion(name).map_or_else(|| (first, more.to_owned()), |better| (last, better));
        let at = self.at(self.line, column, span.start, span.len());
        Box::new(Diagnostic::around(at, mixed.before, format!("{}{more}", mixed.after), name))
    }

    /// A character that can't stand in a name; suggests how the name could be written.
    fn unexpected_in_name(&self, written: &str, start: usize, pos: usize, column: u32) -> Box<Diagnostic> {
        let column = column + super::number(written.chars().count()) - 1;
        let last = &self.text[pos..pos + self.text[pos..].chars().next().map_or(0, char::len_utf8)];
        for wrong in [written, last] {
            if let Some(message) = suggestion(wrong) {
                let at = self.at(self.line, column, start, pos - start + last.len());
                return Box::new(Diagnostic::error(at, "unexpected token: ", message));
            }
        }
        let at = self.at(self.line, column, pos, last.len());
        let code = unicode::hex4(last.chars().next().unwrap_or('\0'));
        let token = format!("\"{last}\" (column {column}, code point U+{code})");
        Box::new(Diagnostic::error(at, "unexpected token: ", token))
    }

    /// Moves over a name, as its token was pushed from here on.
    fn move_over(&mut self, name: &Name, more: usize) {
        if name.normal.is_some() {
            let text = &self.source[name.start..name.end];
            self.bol += text.iter().filter(|byte| **byte & 0xC0 == 0x80).count() as i64;
        }
        self.pos = name.end + more;
    }

    fn name_atom(&mut self, name: &Name, column: u32) -> Result<Atom, Box<Diagnostic>> {
        match &name.normal {
            None => self.name(name.start, name.end, column),
            Some(normal) => self.atom(normal, self.line, column, name.start),
        }
    }

    /// The text of a name as Elixir sees it.
    fn name_text<'n>(&'n self, name: &'n Name) -> &'n str {
        name.normal.as_deref().unwrap_or(&self.text[name.start..name.end])
    }

    pub(super) fn identifier(&mut self) -> Step {
        let Some(name) = self.scan_name(self.pos, self.column())? else { return Err(self.unexpected(self.pos)) };
        let len = name.end - name.start;
        let next = self.byte(len);
        if name.normal.is_none()
            && len <= 6
            && (next != b':' || self.byte(len + 1) == b':' || self.pos + len + 1 > self.source.len())
            && self.previous().is_none_or(|token| token.kind != Kind::Dot)
            && let Some(step) = self.reserved_word(len)
        {
            return step;
        }
        let column = self.column();
        let atom = self.name_atom(&name, column)?;
        let value = Value::Atom(atom);
        if self.space_behind_colon(len) {
            self.push(Kind::KwIdentifier, len, value);
            self.pos = name.start;
            self.move_over(&name, 1);
            return Ok(());
        }
        if next == b':' && self.byte(len + 1) != b':' && self.pos + len + 1 < self.source.len() {
            let token = format!("{}:", self.name_text(&name));
            let message = "keyword argument must be followed by space after: ";
            return Err(Box::new(Diagnostic::error(self.here(len + 1), message, token)));
        }
        if name.has_at {
            let message = format!("invalid character \"@\" (code point U+0040) in {}: ", name.class.name());
            return Err(Box::new(Diagnostic::error(self.here(len), message, self.name_text(&name))));
        }
        if atom == known::DUNDER_ALIASES || atom == known::DUNDER_BLOCK {
            return Err(Box::new(Diagnostic::error(self.here(len), "reserved token: ", atom.as_str())));
        }
        match name.class {
            Class::Upper => Err(self.unexpected(self.pos)),
            Class::Alias => {
                if name.punctuated || name.normal.is_some() {
                    return Err(Box::new(self.invalid_alias(&name)));
                }
                self.push(Kind::Alias, len, value);
                Ok(())
            }
            Class::Identifier => {
                if name.punctuated && next == b'=' {
                    self.warn_ambiguous_mark("identifier", "", &name);
                }
                let kind = self.call_kind(len);
                self.push(kind, len, value);
                self.move_over(&name, 0);
                Ok(())
            }
        }
    }

    fn invalid_alias(&self, name: &Name) -> Diagnostic {
        let text = self.name_text(name);
        let invalid = text.chars().find(|character| *character < 'A' || !character.is_ascii()).unwrap_or('?');
        let message = format!(
            "invalid character \"{invalid}\" (code point U+{}) in alias (only ASCII characters, without punctuation, are allowed): ",
            unicode::hex4(invalid)
        );
        Diagnostic::error(self.here(name.end - name.start), message, text)
    }

    fn warn_ambiguous_mark(&mut self, what: &str, prefix: &str, name: &Name) {
        let text = self.name_text(name);
        let (head, mark) = text.split_at(text.len() - 1);
        let message = format!(
            "found {what} \"{prefix}{text}\", ending with \"{mark}\", followed by =. It is unclear if you mean \"{prefix}{head} {mark}=\" or \"{prefix}{text} =\". Please add a space before or after {mark} to remove the ambiguity"
        );
        self.warn(self.line, self.column(), self.pos, name.end - self.pos, message);
    }

    /// The token of a reserved word, if the next `len` bytes are one.
    fn reserved_word(&mut self, len: usize) -> Option<Step> {
        let (kind, atom) = match &self.source[self.pos..self.pos + len] {
            b"do" => return Some(self.do_word()),
            b"fn" => return Some(self.open(Kind::Fn, 2)),
            b"end" => return Some(self.close(Kind::End, 3)),
            b"true" => (Kind::True, known::TRUE),
            b"false" => (Kind::False, known::FALSE),
            b"nil" => (Kind::Nil, known::NIL),
            b"not" => (Kind::UnaryOp, known::NOT),
            b"and" => (Kind::AndOp, known::AND),
            b"or" => (Kind::OrOp, known::OR),
            b"when" => (Kind::WhenOp, known::WHEN),
            b"in" => (Kind::InOp, known::IN),
            b"after" => (Kind::BlockIdentifier, known::AFTER),
            b"else" => (Kind::BlockIdentifier, known::ELSE),
            b"catch" => (Kind::BlockIdentifier, known::CATCH),
            b"rescue" => (Kind::BlockIdentifier, known::RESCUE),
            _ => return None,
        };
        match kind {
            Kind::True | Kind::False | Kind::Nil | Kind::BlockIdentifier => self.push(kind, len, Value::Atom(atom)),
            _ => self.word_operator(kind, len, atom),
        }
        Some(Ok(()))
    }

    /// `:name`
    pub(super) fn plain_atom(&mut self) -> Step {
        let Some(name) = self.scan_name(self.pos + 1, self.column())? else { return Err(self.unexpected(self.pos)) };
        let column = self.column();
        let atom = self.name_atom(&name, column)?;
        if name.punctuated && self.source.get(name.end) == Some(&b'=') {
            self.warn_ambiguous_mark("atom", ":", &name);
        }
        self.push(Kind::Atom, name.end - self.pos, Value::Atom(atom));
        self.move_over(&name, 0);
        Ok(())
    }
}

/// How a name could be written with characters that are allowed.
fn suggestion(wrong: &str) -> Option<String> {
    let ignorable = |character: char| unicode_security::skeleton(character.encode_utf8(&mut [0; 4])).next().is_none();
    if wrong.chars().any(ignorable) {
        return None;
    }
    let compatible: String = wrong.nfkc().collect();
    let (intro, hint, better) = if leading_name(&compatible).is_some() {
        (
            "Elixir expects unquoted Unicode atoms, variables, and calls to use allowed codepoints and to be in NFC form.",
            "You could write the above in a compatible format that is accepted by Elixir:",
            compatible,
        )
    } else {
        let skeleton: String = super::confusables::skeleton(wrong).nfc().collect();
        (
            "Codepoint failed identifier tokenization, but a simpler form was found.",
            "You could write the above in a similar way that is accepted by Elixir:",
            leading_name(&skeleton)?.to_owned(),
        )
    };
    let codes = |text: &str| {
        let codes: Vec<String> = text.chars().map(|character| format!(" 0x{:05X}", u32::from(character))).collect();
        codes.concat()
    };
    Some(format!(
        "{intro}\n\nGot:\n\n    \"{wrong}\" (code points{})\n\nHint: {hint}\n\n    \"{better}\" (code points{})\n\nSee https://hexdocs.pm/elixir/unicode-syntax.html for more information.",
        codes(wrong),
        codes(&better)
    ))
}

/// The name that a text begins with, if it is a valid one.
fn leading_name(text: &str) -> Option<&str> {
    let first = text.chars().next()?;
    if !(is_start(first) || first.is_ascii_alphabetic() || first == '_') {
        return None;
    }
    let mut end = 0;
    for character in text.chars() {
        if character.is_ascii() && !continues(character as u8) && character != '@' {
            end += usize::from(matches!(character, '!' | '?'));
            break;
        }
        if !character.is_ascii() && !is_continue(character) {
            return None;
        }
        end += character.len_utf8();
    }
    let name = &text[..end];
    (!scripts::is_mixed(name)).then_some(name)
}

/// Whether an atom of this text, in NFC, needs no quotes.
pub fn is_plain_name(text: &str) -> bool {
    let body = text.strip_suffix(['!', '?']).unwrap_or(text);
    let mut characters = body.chars();
    let Some(first) = characters.next() else { return false };
    if body.is_ascii() {
        return (first.is_ascii_alphabetic() || first == '_')
            && body.bytes().all(|byte| continues(byte) || byte == b'@');
    }
    let starts = first.is_ascii_alphabetic() || first == '_' || !first.is_ascii() && is_start(first);
    let continues_all = characters.all(|character| {
        character == '@' || if character.is_ascii() { continues(character as u8) } else { is_continue(character) }
    });
    starts && continues_all && unicode_normalization::is_nfc(text) && !scripts::is_mixed(body)
}
