//! From text to tokens, in one pass over its bytes.
//!
//! **What it is for.** [`lex`] gives all tokens of a text, or the one error at which Elixir's tokenizer stops. Much of
//! Elixir's layout lives here, since it depends on spaces: which identifiers are calls, which signs are unary,
//! which line breaks end an expression.
//!
//! **Invariants.**
//! 1. `column` of a position is `pos - bol`; code points of several bytes and graphemes in strings move `bol`.
//! 2. Interpolations are nested in [`Lexer::frames`], not in native calls, so their depth is bounded by memory only.
//! 3. Only tokens at or above [`Lexer::floor`] belong to the interpolation at hand, and are looked back at.
//!
//! **What it must not know.** The grammar, the tree.

#![allow(clippy::cast_possible_wrap, reason = "a text is bounded by SOURCE_MAX")]

mod confusables;
mod identifiers;
mod numbers;
mod operators;
mod scripts;
mod sigils;
mod strings;
mod terminators;
mod unescape;
mod unicode;
mod unicode_tables;

use jovial_atoms::{Atom, known};

use crate::diagnostics::{At, Diagnostic};
use crate::names::Names;
use crate::options::Comment;
use crate::token::{Kind, Token, Tokens, Value};
use crate::{EncodeAtom, Options};
use strings::Frame;
use terminators::{Hint, Opened};

pub use identifiers::is_plain_name;
pub(crate) use numbers::parse_float;
pub use unescape::unescape;

/// What [`lex`] gives.
pub(crate) struct Lexed {
    pub(crate) tokens: Tokens,
    pub(crate) warnings: Vec<Diagnostic>,
    pub(crate) error: Option<Diagnostic>,
    pub(crate) comments: Vec<Comment>,
}

/// An error ends the tokens; it is boxed because it is rare.
type Step = Result<(), Box<Diagnostic>>;

struct Lexer<'s, 'o, 'h> {
    text: &'s str,
    source: &'s [u8],
    pos: usize,
    line: u32,
    /// See invariant 1; signed, since the first column may be large.
    bol: i64,
    /// Column at which lines start.
    first_column: u32,
    indentation: u32,
    tokens: Vec<Token>,
    floor: usize,
    out: Tokens,
    opened: Vec<Opened>,
    hints: Vec<Hint>,
    frames: Vec<Frame>,
    warnings: Vec<Diagnostic>,
    comments: Vec<Comment>,
    names: Names,
    keep_comments: bool,
    unescape: bool,
    existing_atoms_only: bool,
    encode_atom: Option<&'o mut EncodeAtom<'h>>,
}

/// All tokens of a text.
pub(crate) fn lex(text: &str, options: &mut Options) -> Lexed {
    let mut lexer = Lexer::new(text, options);
    let error = lexer.run().err().map(|error| *error);
    let mut tokens = lexer.out;
    tokens.list = lexer.tokens;
    tokens.list.truncate(if error.is_some() {
        lexer.frames.first().map_or(usize::MAX, |frame| frame.floor_inside)
    } else {
        usize::MAX
    });
    let end = end_token(tokens.list.last(), text.len());
    tokens.list.push(end);
    let mut warnings = lexer.warnings;
    warnings.extend(confusables::check(text, &tokens.list));
    Lexed { tokens, warnings, error, comments: lexer.comments }
}

/// A text that is still being written, as far as there are tokens in it.
pub(crate) struct Partial {
    /// With those of the interpolations that are open, each run behind those around it.
    pub(crate) tokens: Vec<Token>,
    /// What is open, with where it begins; the outermost first.
    pub(crate) opened: Vec<(Kind, usize)>,
    /// The texts whose interpolations are open, the outermost first.
    pub(crate) interpolations: Vec<Interpolation>,
    pub(crate) error: Option<Diagnostic>,
}

/// An interpolation that is open.
pub(crate) struct Interpolation {
    /// Its first token, and its first entry in [`Partial::opened`].
    pub(crate) token: usize,
    pub(crate) opened: usize,
    /// Bytes before its code.
    pub(crate) start: usize,
    /// What closes the text around it.
    pub(crate) close: String,
}

/// The tokens of a text that may lack its end.
pub(crate) fn lex_partial(text: &str) -> Partial {
    let mut options = Options { emit_warnings: false, ..Options::default() };
    let mut lexer = Lexer::new(text, &mut options);
    let error = lexer.run().err().map(|error| *error);
    let interpolations = lexer.frames.iter().map(Frame::interpolation).collect();
    let opened = lexer.opened.iter().map(|opened| (opened.kind, opened.start)).collect();
    Partial { tokens: lexer.tokens, opened, interpolations, error }
}

/// The token that ends a list: it stands where the last one stands, since that is where Elixir says that something lacks.
fn end_token(last: Option<&Token>, end: usize) -> Token {
    let (line, column) = last.map_or((0, 0), |token| (token.line, token.column));
    let end = number(end);
    Token { kind: Kind::Eof, quote: 0, line, column, start: end, end, newlines: 0, value: Value::None }
}

fn number(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

pub(crate) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

impl<'s, 'o, 'h> Lexer<'s, 'o, 'h> {
    fn new(text: &'s str, options: &'o mut Options<'h>) -> Self {
        Lexer {
            text,
            source: text.as_bytes(),
            pos: 0,
            line: options.line,
            bol: -i64::from(options.column),
            first_column: options.column,
            indentation: 0,
            tokens: Vec::with_capacity(text.len() / 5 + 8),
            floor: 0,
            out: Tokens::default(),
            opened: Vec::new(),
            hints: Vec::new(),
            frames: Vec::new(),
            warnings: Vec::new(),
            comments: Vec::new(),
            names: Names::new(),
            keep_comments: options.comments,
            unescape: options.unescape,
            existing_atoms_only: options.existing_atoms_only,
            encode_atom: options.static_atoms_encoder.as_mut(),
        }
    }
}

impl Lexer<'_, '_, '_> {
    fn run(&mut self) -> Step {
        while self.pos < self.source.len() || !self.frames.is_empty() {
            self.token()?;
        }
        self.check_all_closed()
    }

    fn byte(&self, ahead: usize) -> u8 {
        self.source.get(self.pos + ahead).copied().unwrap_or(0)
    }

    fn starts_with(&self, text: &str) -> bool {
        self.source[self.pos..].starts_with(text.as_bytes())
    }

    fn space_at(&self, ahead: usize) -> bool {
        self.source.get(self.pos + ahead).is_some_and(|byte| is_space(*byte))
    }

    fn column_at(&self, pos: usize) -> u32 {
        u32::try_from(pos as i64 - self.bol).unwrap_or(u32::MAX)
    }

    fn column(&self) -> u32 {
        self.column_at(self.pos)
    }

    /// The position of the bytes between here and `len` further on.
    fn here(&self, len: usize) -> At {
        self.at(self.line, self.column(), self.pos, len)
    }

    fn at(&self, line: u32, column: u32, start: usize, len: usize) -> At {
        At { line, column: Some(column), span: start..(start + len).min(self.source.len()) }
    }

    fn warn(&mut self, line: u32, column: u32, start: usize, len: usize, message: impl Into<String>) {
        let at = self.at(line, column, start, len);
        self.warnings.push(Diagnostic::warning(at, message));
    }

    fn previous(&self) -> Option<&Token> {
        self.tokens[self.floor..].last()
    }

    /// Line breaks in the previous token, which a following operator notes.
    fn previous_newlines(&self) -> u32 {
        match self.previous() {
            Some(token) if matches!(token.kind, Kind::Eol | Kind::Comma | Kind::Semicolon) => token.newlines,
            _ => 0,
        }
    }

    /// Takes back a line break that the next token makes meaningless.
    fn drop_eol(&mut self) {
        if self.previous().is_some_and(|token| token.kind == Kind::Eol) {
            self.tokens.pop();
        }
    }

    /// Pushes a token of the next `len` bytes and moves behind it.
    fn push(&mut self, kind: Kind, len: usize, value: Value) {
        self.push_with(kind, len, value, 0);
    }

    fn push_with(&mut self, kind: Kind, len: usize, value: Value, newlines: u32) {
        let token = Token {
            kind,
            quote: 0,
            line: self.line,
            column: self.column(),
            start: number(self.pos),
            end: number(self.pos + len),
            newlines,
            value,
        };
        self.tokens.push(token);
        self.pos += len;
    }

    fn token(&mut self) -> Step {
        let Some(&byte) = self.source.get(self.pos) else {
            return self.end_inside_interpolation();
        };
        match byte {
            b' ' | b'\t' => {
                self.skip_horizontal();
                self.sign_after_space();
                Ok(())
            }
            b'\n' => {
                self.end_of_line(1);
                Ok(())
            }
            b'\r' if self.byte(1) == b'\n' => {
                self.end_of_line(2);
                Ok(())
            }
            b'a'..=b'z' | b'_' | b'A'..=b'Z' => self.identifier(),
            b'0'..=b'9' => self.number_token(),
            b'#' => self.comment(),
            b'~' if self.byte(1).is_ascii_alphabetic() => self.sigil(),
            b'?' if self.pos + 1 < self.source.len() => self.character(),
            b'"' | b'\'' => self.string(byte),
            b',' => {
                self.push(Kind::Comma, 1, Value::None);
                Ok(())
            }
            b';' if self.previous().is_none_or(|token| token.kind != Kind::Semicolon) => {
                self.push(Kind::Semicolon, 1, Value::None);
                Ok(())
            }
            b'\\'
                if self.byte(1) == b'\n'
                    || self.byte(1) == b'\r' && self.byte(2) == b'\n'
                    || self.pos + 1 == self.source.len() =>
            {
                self.escaped_line_break()
            }
            0x80.. => self.identifier(),
            _ => self.operator(byte),
        }
    }

    fn skip_horizontal(&mut self) {
        while matches!(self.byte(0), b' ' | b'\t') {
            self.pos += 1;
        }
    }

    /// Bytes of horizontal space at an offset from here.
    fn horizontal(&self, ahead: usize) -> usize {
        let rest = self.source.get(self.pos + ahead..).unwrap_or(&[]);
        rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count()
    }

    /// `a -b`: a sign behind a space that touches what follows makes the identifier before it a call.
    fn sign_after_space(&mut self) {
        let sign = self.byte(0);
        if sign != b'+' && sign != b'-' || self.pos + 1 >= self.source.len() {
            return;
        }
        let next = self.byte(1);
        if next == b':' && self.space_at(2) || is_space(next) || next == sign || next == b'/' || next == b'>' {
            return;
        }
        match self.tokens[self.floor..].last_mut() {
            Some(token) if token.kind == Kind::Identifier => token.kind = Kind::OpIdentifier,
            _ => return,
        }
        let atom = if sign == b'+' { known::OP_PLUS } else { known::OP_MINUS };
        self.push(Kind::DualOp, 1, Value::Atom(atom));
    }

    fn end_of_line(&mut self, len: usize) {
        match self.tokens[self.floor..].last_mut() {
            Some(token) if matches!(token.kind, Kind::Comma | Kind::Semicolon | Kind::Eol) => {
                token.newlines += 1;
                self.pos += len;
            }
            _ => self.push_with(Kind::Eol, len, Value::None, 1),
        }
        self.start_line();
    }

    /// Begins a line at `pos`.
    fn start_line(&mut self) {
        self.line = self.line.saturating_add(1);
        self.bol = self.pos as i64 - i64::from(self.first_column);
        self.skip_horizontal();
        self.indentation = self.column().saturating_sub(1);
    }

    fn escaped_line_break(&mut self) -> Step {
        let len = match self.byte(1) {
            b'\n' => 2,
            b'\r' => 3,
            _ => 1,
        };
        if self.pos + len >= self.source.len() {
            return Err(Box::new(Diagnostic::error(self.here(1), "invalid escape \\ at end of file", "")));
        }
        self.pos += len;
        self.start_line();
        Ok(())
    }

    fn comment(&mut self) -> Step {
        self.skip_comment()?;
        if let Some(token) = self.tokens[self.floor..].last_mut()
            && token.kind == Kind::Eol
        {
            token.newlines = 0;
        }
        Ok(())
    }

    fn skip_comment(&mut self) -> Step {
        let rest = &self.source[self.pos..];
        let mut len = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
        if len < rest.len() && len > 0 && rest[len - 1] == b'\r' {
            len -= 1;
        }
        let comment = &self.text[self.pos..self.pos + len];
        if !comment.is_ascii()
            && let Some(character) = comment.chars().find(|character| unicode::is_bidi(*character))
        {
            let token = format!("\\u{}", unicode::hex4(character));
            let before = "invalid bidirectional formatting character in comment: ";
            return Err(Box::new(Diagnostic::error(self.here(len), before, token)));
        }
        if self.keep_comments {
            let previous_eol_count = match self.previous() {
                None => 1,
                Some(_) => self.previous_newlines(),
            };
            let after = self.source[self.pos + len..].iter();
            let breaks = after.take_while(|byte| is_space(**byte)).filter(|byte| **byte == b'\n').count();
            self.comments.push(Comment {
                line: self.line,
                column: self.column(),
                previous_eol_count,
                next_eol_count: number(breaks),
                text: comment.to_owned(),
            });
        }
        self.pos += len;
        // A comment takes no columns: what ends its line stands where the comment began.
        self.bol += len as i64;
        Ok(())
    }

    /// The atom for a name made of source bytes; `column` is where its token starts.
    fn name(&mut self, start: usize, end: usize, column: u32) -> Result<Atom, Box<Diagnostic>> {
        if let Some(atom) = self.names.find(self.source, start, end) {
            return Ok(atom);
        }
        let text = self.text;
        let atom = self.atom(&text[start..end], self.line, column, start)?;
        if self.encode_atom.is_none() {
            self.names.remember(self.source, start, end, atom);
        }
        Ok(atom)
    }

    fn atom(&mut self, name: &str, line: u32, column: u32, start: usize) -> Result<Atom, Box<Diagnostic>> {
        let at = self.at(line, column, start, name.len());
        if name.len() > 255 && name.chars().count() > 255 {
            return Err(Box::new(Diagnostic::error(at, "atom length must be less than system limit: ", name)));
        }
        if let Some(encode) = &mut self.encode_atom {
            return encode(name, line, column)
                .map_err(|reason| Box::new(Diagnostic::error(at, format!("{reason}: "), name)));
        }
        if self.existing_atoms_only {
            let error = || Box::new(Diagnostic::error(at, "unsafe atom does not exist: ", name));
            return Atom::existing(name).ok_or_else(error);
        }
        Atom::of_code(name)
            .map_err(|full| Box::new(Diagnostic::error(at, format!("{full}, there is no room for: "), name)))
    }

    /// The character at `pos` can't begin a token.
    fn unexpected(&self, pos: usize) -> Box<Diagnostic> {
        let character = self.text[pos..].chars().next().unwrap_or('\0');
        let column = self.column_at(pos);
        let shown = match unicode::named(u32::from(character)) {
            Some((_, name)) => name.to_owned(),
            None => format!("\"{character}\""),
        };
        let token = format!("{shown} (column {column}, code point U+{})", unicode::hex4(character));
        let at = self.at(self.line, column, pos, character.len_utf8());
        Box::new(Diagnostic::error(at, "unexpected token: ", token))
    }

    /// `?a`. A line break after `?` is a character like any other: it ends no line.
    fn character(&mut self) -> Step {
        let escaped = self.byte(1) == b'\\' && self.pos + 2 < self.source.len();
        let at = self.pos + 1 + usize::from(escaped);
        let Some(written) = self.text[at..].chars().next() else { return Err(self.unexpected(self.pos)) };
        let len = at + written.len_utf8() - self.pos;
        let value = if escaped { unescape::character(written) } else { u32::from(written) };
        let unchanged = !escaped || value == u32::from(written) && written != '\\';
        if let Some((escape, name)) = unicode::named(value).filter(|_| unchanged) {
            let prefix = if escaped { "?\\" } else { "?" };
            let message =
                format!("found {prefix} followed by code point 0x{value:X} ({name}), please use ?{escape} instead");
            self.warn(self.line, self.column(), self.pos, len, message);
        } else if escaped && unchanged && written.is_ascii_alphabetic() {
            let message = format!("unknown escape sequence ?\\{written}, use ?{written} instead");
            self.warn(self.line, self.column(), self.pos, len, message);
        }
        self.push(Kind::Char, len, Value::Char(value));
        self.bol += written.len_utf8() as i64 - 1;
        Ok(())
    }
}
