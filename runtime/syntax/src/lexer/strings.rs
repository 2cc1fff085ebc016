//! Strings and all that reads like one: charlists, heredocs, quoted names, bodies of sigils.
//!
//! **What it is for.** A text is read piece by piece; at `#{` its [`Frame`] goes onto the lexer's stack, the usual
//! tokens follow, and the matching `}` takes it up again. When it closes, indentation is removed and escapes are replaced.
//!
//! **Invariants.**
//! 1. A frame's text pieces are ranges of `out.text`, in order; pieces of nested texts may lie between them.
//! 2. Escapes are replaced last, so that indentation and escaped delimiters are judged as written.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use crate::diagnostics::Diagnostic;
use crate::token::{Kind, Part, Sigil, Text, Token, Value};

use super::{Interpolation, Lexer, Step, number, unescape, unicode};

/// What the text will become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    String,
    Atom,
    /// The name after a dot.
    Call,
    Sigil,
}

/// A text that is being read.
#[derive(Debug)]
pub(super) struct Frame {
    pub(super) role: Role,
    /// Where its token starts.
    pub(super) start: usize,
    pub(super) line: u32,
    pub(super) column: u32,
    /// Column of its opening delimiter.
    pub(super) open_column: u32,
    pub(super) open_start: usize,
    pub(super) open: u8,
    pub(super) close: u8,
    pub(super) heredoc: bool,
    pub(super) interpolates: bool,
    /// Of a sigil, bytes in the source.
    pub(super) name: Range<usize>,
    parts: Vec<Part>,
    /// Where `#{` stands, while its code is read.
    begin: (u32, u32),
    floor_outside: usize,
    pub(super) floor_inside: usize,
    pub(super) opened_inside: usize,
    /// Where the code of an interpolation begins, in bytes.
    code_start: usize,
    hints_outside: usize,
    indentation_outside: u32,
}

impl Frame {
    pub(super) fn interpolation(&self) -> Interpolation {
        let line_break = if self.heredoc { "\\\n" } else { "" };
        let close = format!("{line_break}{}", delimiter(self.close, self.heredoc));
        Interpolation { token: self.floor_inside, opened: self.opened_inside, start: self.code_start, close }
    }
}

enum Scanned {
    Closed,
    Code,
}

pub(super) fn delimiter(open: u8, heredoc: bool) -> &'static str {
    match (open, heredoc) {
        (b'"', true) => "\"\"\"",
        (b'\'', true) => "'''",
        (b'"', false) => "\"",
        (b'\'', false) => "'",
        (b'(', _) => "(",
        (b')', _) => ")",
        (b'[', _) => "[",
        (b']', _) => "]",
        (b'{', _) => "{",
        (b'}', _) => "}",
        (b'<', _) => "<",
        (b'>', _) => ">",
        (b'|', _) => "|",
        _ => "/",
    }
}

impl Lexer<'_, '_, '_> {
    /// A frame for a text whose opening delimiter stands `skip` bytes from here.
    pub(super) fn frame(&self, role: Role, skip: usize) -> Frame {
        let open_start = self.pos + skip;
        let open = self.byte(skip);
        let triple = self.byte(skip + 1) == open && self.byte(skip + 2) == open;
        Frame {
            role,
            start: self.pos,
            line: self.line,
            column: self.column(),
            open_column: self.column_at(open_start),
            open_start,
            open,
            close: open,
            heredoc: triple && matches!(open, b'"' | b'\'') && matches!(role, Role::String | Role::Sigil),
            interpolates: true,
            name: 0..0,
            parts: Vec::new(),
            begin: (0, 0),
            floor_outside: 0,
            floor_inside: 0,
            opened_inside: 0,
            code_start: 0,
            hints_outside: 0,
            indentation_outside: 0,
        }
    }

    pub(super) fn string(&mut self, quote: u8) -> Step {
        let frame = self.frame(Role::String, 0);
        if frame.heredoc && quote == b'\'' {
            let message = "single-quoted string represent charlists. Use ~c''' if you indeed want a charlist or use \"\"\" instead";
            self.warn(self.line, self.column(), self.pos, 3, message);
        }
        self.begin_text(frame)
    }

    /// Reads a text from its opening delimiter on.
    pub(super) fn begin_text(&mut self, mut frame: Frame) -> Step {
        self.pos = frame.open_start + 1;
        if frame.heredoc {
            self.pos += 2;
            let space = self.horizontal(0);
            let line_break = match (self.byte(space), self.byte(space + 1)) {
                (b'\n', _) => 1,
                (b'\r', b'\n') => 2,
                _ => {
                    let message = "heredoc allows only whitespace characters followed by a new line after opening ";
                    return Err(Box::new(Diagnostic::error(self.here(1), message, delimiter(frame.open, true))));
                }
            };
            self.pos += space + line_break;
            let line_start = self.pos;
            if self.heredoc_line(&frame) {
                return self.end_text(frame);
            }
            // A heredoc always has text before its first interpolation, if only an empty one.
            if frame.interpolates && self.source[line_start..].starts_with(b"#{") {
                frame.parts.push(Part::Text(0..0));
            }
            return self.resume_text(frame, line_start);
        }
        let from = self.pos;
        self.resume_text(frame, from)
    }

    /// Reads on; text from `from` to here belongs to the next piece.
    fn resume_text(&mut self, mut frame: Frame, from: usize) -> Step {
        match self.scan(&mut frame, from)? {
            Scanned::Closed => self.end_text(frame),
            Scanned::Code => {
                frame.floor_outside = self.floor;
                frame.floor_inside = self.tokens.len();
                frame.opened_inside = self.opened.len();
                frame.code_start = self.pos;
                frame.hints_outside = self.hints.len();
                frame.indentation_outside = self.indentation;
                self.floor = frame.floor_inside;
                self.frames.push(frame);
                Ok(())
            }
        }
    }

    /// At the `}` that ends the code in `#{}`.
    pub(super) fn end_interpolation(&mut self) -> Step {
        let Some(mut frame) = self.frames.pop() else { return Ok(()) };
        let end = (self.line, self.column());
        let end_token = self.end_of(frame.floor_inside);
        let first = number(self.out.pool.len());
        self.out.pool.extend(self.tokens.drain(frame.floor_inside..));
        self.out.pool.push(end_token);
        let tokens = first..number(self.out.pool.len());
        frame.parts.push(Part::Code { begin: frame.begin, end, tokens });
        self.floor = frame.floor_outside;
        self.hints.truncate(frame.hints_outside);
        self.indentation = frame.indentation_outside;
        self.pos += 1;
        let from = self.pos;
        self.resume_text(frame, from)
    }

    /// The text ends before the `}` of an interpolation.
    pub(super) fn end_inside_interpolation(&mut self) -> Step {
        self.check_all_closed()?;
        let Some(frame) = self.frames.last() else { return Ok(()) };
        Err(Box::new(self.missing(frame, frame.begin, "missing interpolation terminator: \"}\"")))
    }

    fn missing(&self, frame: &Frame, end: (u32, u32), message: &str) -> Diagnostic {
        let what = match frame.role {
            Role::String if frame.heredoc => "heredoc",
            Role::Sigil if frame.heredoc => "heredoc",
            Role::String => "string",
            Role::Atom => "atom",
            Role::Call => "function name",
            Role::Sigil => "sigil",
        };
        let mut extension = format!(" (for {what} starting at line {})", frame.line);
        if what == "sigil" {
            let letter = self.text[frame.name.clone()].chars().next().unwrap_or('s');
            extension = format!(" (for sigil ~{letter}{} starting at line {})", char::from(frame.open), frame.line);
        }
        let at = self.at(frame.line, frame.open_column, frame.open_start, 1);
        let delimiters = (delimiter(frame.open, frame.heredoc), delimiter(frame.close, frame.heredoc));
        Diagnostic::missing(at, end, delimiters, format!("{message}{extension}"))
    }

    /// Begins a line inside a text; tells whether the heredoc closes there.
    fn heredoc_line(&mut self, frame: &Frame) -> bool {
        self.line = self.line.saturating_add(1);
        let column = if frame.heredoc { 1 } else { self.first_column };
        self.bol = self.pos as i64 - i64::from(column);
        if !frame.heredoc {
            return false;
        }
        let space = self.horizontal(0);
        if (0..3).all(|ahead| self.byte(space + ahead) == frame.close) {
            self.pos += space + 3;
            return true;
        }
        self.pos += space;
        false
    }

    fn flush(&mut self, from: usize, to: usize) {
        self.out.text.extend_from_slice(&self.source[from..to]);
    }

    fn end_part(&mut self, frame: &mut Frame, part: usize) {
        if self.out.text.len() > part {
            frame.parts.push(Part::Text(number(part)..number(self.out.text.len())));
        }
    }

    /// Reads on until the text closes or code begins.
    fn scan(&mut self, frame: &mut Frame, from: usize) -> Result<Scanned, Box<Diagnostic>> {
        let part = self.out.text.len();
        let mut copied = from;
        // A character that could have closed the text or begun code, but did not.
        let mut single = false;
        loop {
            let run = self.pos - usize::from(std::mem::take(&mut single));
            let plain = self.source[self.pos..]
                .iter()
                .take_while(|byte| !matches!(**byte, b'\\' | b'#' | b'\n' | 0x80..) && **byte != frame.close)
                .count();
            self.pos += plain;
            let Some(&byte) = self.source.get(self.pos) else {
                let end = (self.line, self.column());
                let text = format!("missing terminator: {}", delimiter(frame.close, frame.heredoc));
                return Err(Box::new(self.missing(frame, end, &text)));
            };
            match byte {
                b'\n' => {
                    self.pos += 1;
                    let after = self.pos;
                    if self.heredoc_line(frame) {
                        self.flush(copied, after);
                        self.end_part(frame, part);
                        return Ok(Scanned::Closed);
                    }
                }
                b'#' if frame.interpolates && self.byte(1) == b'{' => {
                    self.flush(copied, self.pos);
                    self.end_part(frame, part);
                    frame.begin = (self.line, self.column());
                    self.pos += 2;
                    return Ok(Scanned::Code);
                }
                b'\\' => self.backslash(frame, &mut copied)?,
                0x80.. => self.beyond_ascii(run)?,
                _ if byte == frame.close && !frame.heredoc => {
                    self.flush(copied, self.pos);
                    self.pos += 1;
                    self.end_part(frame, part);
                    return Ok(Scanned::Closed);
                }
                _ => {
                    self.pos += 1;
                    single = true;
                }
            }
        }
    }

    fn backslash(&mut self, frame: &Frame, copied: &mut usize) -> Step {
        let next = self.byte(1);
        if next == b'\n' || next == b'\r' && self.byte(2) == b'\n' {
            self.pos += if next == b'\n' { 1 } else { 2 };
            return Ok(());
        }
        let closes = if frame.heredoc { 3 } else { 1 };
        if self.pos + closes < self.source.len() && (1..=closes).all(|ahead| self.byte(ahead) == frame.close) {
            if !frame.interpolates && !frame.heredoc {
                let message = format!(
                    "using \\{} to escape the closing of an uppercase sigil is deprecated, please use another delimiter or a lowercase sigil instead",
                    char::from(frame.close)
                );
                self.warn(self.line, self.column(), self.pos, 2, message);
            }
            self.flush(*copied, self.pos);
            *copied = self.pos + 1;
            self.pos += 1 + closes;
            return Ok(());
        }
        if frame.interpolates && next == b'#' && self.byte(2) == b'{' {
            self.pos += 3;
            return Ok(());
        }
        self.pos += 1;
        if next.is_ascii() && self.byte(1).is_ascii() {
            self.pos += usize::from(self.pos < self.source.len());
            return Ok(());
        }
        if next.is_ascii() {
            let len = first_grapheme(&self.text[self.pos..]);
            self.pos += len;
            self.bol += len as i64 - 1;
            return Ok(());
        }
        self.beyond_ascii(self.pos)
    }

    /// Moves over a grapheme, which counts as one column; `run` is where characters of one column each began.
    fn beyond_ascii(&mut self, run: usize) -> Step {
        let text = self.text;
        let Some(character) = text[self.pos..].chars().next() else { return Ok(()) };
        if u32::from(character) <= 0xFF {
            let next = text[self.pos + 2..].chars().next();
            if next.is_some_and(|next| u32::from(next) <= 0xFF) {
                self.pos += 2;
                self.bol += 1;
                return Ok(());
            }
        } else if self.pos > run {
            let joined = first_grapheme(&text[self.pos - 1..]);
            if joined > 1 {
                self.pos += joined - 1;
                self.bol += joined as i64 - 1;
                return Ok(());
            }
        }
        if unicode::is_bidi(character) {
            let escaped = format!("\\u{}", unicode::hex4(character));
            let after = format!(". If you want to use such character, use it in its escaped {escaped} form instead");
            let before = "invalid bidirectional formatting character in string: ";
            return Err(Box::new(Diagnostic::around(self.here(3), before, after, escaped)));
        }
        let len = first_grapheme(&text[self.pos..]);
        self.pos += len;
        self.bol += len as i64 - 1;
        Ok(())
    }

    /// Behind the closing delimiter.
    fn end_text(&mut self, mut frame: Frame) -> Step {
        if frame.parts.is_empty() {
            frame.parts.push(Part::Text(0..0));
        }
        let mut indentation = None;
        if frame.heredoc {
            let indent = self.column().saturating_sub(4);
            self.remove_indentation(&mut frame, indent as usize);
            indentation = Some(indent);
        }
        match frame.role {
            Role::Sigil => self.end_sigil(frame, indentation),
            Role::String if frame.heredoc => {
                self.unescape_parts(&mut frame)?;
                let kind = if frame.open == b'"' { Kind::BinHeredoc } else { Kind::ListHeredoc };
                self.push_text(kind, frame, indentation, None);
                Ok(())
            }
            Role::String => self.end_string(frame),
            Role::Atom => self.end_atom(frame),
            Role::Call => self.end_call(frame),
        }
    }

    fn end_string(&mut self, mut frame: Frame) -> Step {
        if self.byte(0) == b':' && self.space_at(1) {
            if let Some(name) = self.unnecessary_quotes(&frame) {
                let message = format!(
                    "found quoted keyword \"{name}\" but the quotes are not required. Note that keywords are always atoms, even when quoted. Similar to atoms, keywords made exclusively of ASCII letters, numbers, and underscores and not beginning with a number do not require quotes"
                );
                self.warn(frame.line, frame.column, frame.start, self.pos - frame.start, message);
            } else if frame.open == b'\'' {
                let message = "single quotes around keywords are deprecated. Use double quotes instead";
                self.warn(frame.line, frame.column, frame.start, self.pos - frame.start, message);
            }
            self.unescape_parts(&mut frame)?;
            self.pos += 1;
            let unsafe_kind = if self.existing_atoms_only { Kind::KwSafe } else { Kind::KwUnsafe };
            return self.quoted_atom(frame, Kind::KwIdentifier, unsafe_kind);
        }
        if frame.open == b'\'' {
            let message = "using single-quoted strings to represent charlists is deprecated.\nUse ~c\"\" if you indeed want a charlist or use \"\" instead.\nYou may run \"mix format --migrate\" to change all single-quoted\nstrings to use the ~c sigil and fix this warning.";
            self.warn(frame.line, frame.column, frame.start, self.pos - frame.start, message);
        }
        self.unescape_parts(&mut frame)?;
        let kind = if frame.open == b'"' { Kind::BinString } else { Kind::ListString };
        self.push_text(kind, frame, None, None);
        Ok(())
    }

    fn end_atom(&mut self, mut frame: Frame) -> Step {
        if let Some(name) = self.unnecessary_quotes(&frame) {
            let message = format!(
                "found quoted atom \"{name}\" but the quotes are not required. Atoms made exclusively of ASCII letters, numbers, underscores, beginning with a letter or underscore, and optionally ending with ! or ? do not require quotes"
            );
            self.warn(frame.line, frame.column, frame.start, self.pos - frame.start, message);
        }
        self.unescape_parts(&mut frame)?;
        let unsafe_kind = if self.existing_atoms_only { Kind::AtomSafe } else { Kind::AtomUnsafe };
        self.quoted_atom(frame, Kind::AtomQuoted, unsafe_kind)
    }

    /// An atom if it has no interpolation, else a text that becomes one when it runs.
    fn quoted_atom(&mut self, frame: Frame, kind: Kind, unsafe_kind: Kind) -> Step {
        if let [Part::Text(range)] = &frame.parts[..] {
            let atom = self.atom_of_text(range.clone(), &frame)?;
            self.push_back(kind, &frame, Value::Atom(atom));
        } else {
            self.push_text(unsafe_kind, frame, None, None);
        }
        Ok(())
    }

    fn atom_of_text(&mut self, range: Range<u32>, frame: &Frame) -> Result<jovial_atoms::Atom, Box<Diagnostic>> {
        let bytes = self.out.text[range.start as usize..range.end as usize].to_vec();
        match String::from_utf8(bytes) {
            Ok(name) => self.atom(&name, frame.line, frame.column, frame.start),
            Err(error) => {
                let at = self.at(frame.line, frame.column, frame.start, self.pos - frame.start);
                let shown = String::from_utf8_lossy(error.as_bytes()).into_owned();
                Err(Box::new(Diagnostic::error(at, "invalid encoding in atom: ", shown)))
            }
        }
    }

    fn end_call(&mut self, mut frame: Frame) -> Step {
        let [Part::Text(_)] = &frame.parts[..] else {
            let message = "interpolation is not allowed when calling function/macro. Found interpolation in a call starting with: ";
            let at = self.at(frame.line, frame.column, frame.start, 1);
            return Err(Box::new(Diagnostic::error(at, message, delimiter(frame.open, false))));
        };
        if let Some(name) = self.unnecessary_quotes(&frame) {
            let message = format!(
                "found quoted call \"{name}\" but the quotes are not required. Calls made exclusively of Unicode letters, numbers, and underscores and not beginning with a number do not require quotes"
            );
            self.warn(frame.line, frame.column, frame.start, self.pos - frame.start, message);
        }
        self.unescape_parts(&mut frame)?;
        if let [Part::Text(range)] = &frame.parts[..] {
            let atom = self.atom_of_text(range.clone(), &frame)?;
            let kind = self.call_kind(0);
            self.push_back(kind, &frame, Value::Atom(atom));
        }
        Ok(())
    }

    /// Pushes the token of a text that has been read.
    fn push_back(&mut self, kind: Kind, frame: &Frame, value: Value) {
        self.tokens.push(Token {
            kind,
            quote: frame.open,
            line: frame.line,
            column: frame.column,
            start: number(frame.start),
            end: number(self.pos),
            newlines: 0,
            value,
        });
    }

    pub(super) fn push_text(&mut self, kind: Kind, mut frame: Frame, indentation: Option<u32>, sigil: Option<Sigil>) {
        let first = number(self.out.parts.len());
        self.out.parts.append(&mut frame.parts);
        let parts = first..number(self.out.parts.len());
        let value = Value::String(number(self.out.strings.len()));
        self.out.strings.push(Text { parts, indentation, sigil });
        self.push_back(kind, &frame, value);
    }

    /// The text, if it would be an identifier without its quotes.
    fn unnecessary_quotes(&self, frame: &Frame) -> Option<String> {
        let [Part::Text(range)] = &frame.parts[..] else { return None };
        let text = &self.out.text[range.start as usize..range.end as usize];
        let body = text.strip_suffix(b"!").or_else(|| text.strip_suffix(b"?")).unwrap_or(text);
        let first = body.first()?;
        let plain = body.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
        (plain && (first.is_ascii_lowercase() || *first == b'_')).then(|| String::from_utf8_lossy(text).into_owned())
    }

    fn unescape_parts(&mut self, frame: &mut Frame) -> Step {
        if !self.unescape {
            return Ok(());
        }
        for part in &mut frame.parts {
            let Part::Text(range) = part else { continue };
            let bytes = range.start as usize..range.end as usize;
            if !self.out.text[bytes.clone()].contains(&b'\\') {
                continue;
            }
            let column = match frame.role {
                Role::String if !frame.heredoc => frame.column + 1,
                Role::String | Role::Atom | Role::Call | Role::Sigil => frame.column,
            };
            let start = self.out.text.len();
            let mut deprecated = Vec::new();
            let failed = unescape::unescape_within(&mut self.out.text, bytes, &mut deprecated);
            let at = self.at(frame.line, column, frame.start, self.pos - frame.start);
            for message in deprecated {
                self.warnings.push(Diagnostic::warning(at.clone(), message));
            }
            if let Err((message, token)) = failed {
                return Err(Box::new(Diagnostic::error(at, format!("{message}. Syntax error after: "), token)));
            }
            *range = number(start)..number(self.out.text.len());
        }
        Ok(())
    }

    /// Takes the indentation of the closing delimiter away from each line.
    fn remove_indentation(&mut self, frame: &mut Frame, indent: usize) {
        if indent == 0 {
            return;
        }
        let mut line = frame.line;
        let mut outdented = None;
        // The text begins behind the line break of the opening delimiter.
        let mut line_starts = true;
        for part in &mut frame.parts {
            let range = match part {
                Part::Text(range) => range,
                Part::Code { end, .. } => {
                    line = end.0;
                    continue;
                }
            };
            let start = self.out.text.len();
            let (mut at, end) = (range.start as usize, range.end as usize);
            while at < end {
                if line_starts {
                    line += 1;
                    let space = self.out.text[at..end].iter().take(indent);
                    let space = space.take_while(|byte| matches!(byte, b' ' | b'\t')).count();
                    at += space;
                    let rest = &self.out.text[at..end];
                    let blank = rest.is_empty() || rest[0] == b'\n' || rest.starts_with(b"\r\n");
                    if space < indent && !blank && outdented.is_none() {
                        outdented = Some(line);
                    }
                }
                let rest = &self.out.text[at..end];
                let len = rest.iter().position(|byte| *byte == b'\n').map_or(rest.len(), |len| len + 1);
                line_starts = len > 0 && rest[len - 1] == b'\n';
                self.out.text.extend_from_within(at..at + len);
                at += len;
            }
            if line_starts {
                line += 1;
                line_starts = false;
            }
            *range = number(start)..number(self.out.text.len());
        }
        if let Some(line) = outdented {
            let marker = delimiter(frame.open, true);
            let message = format!(
                "outdented heredoc line. The contents inside the heredoc should be indented at the same level as the closing {marker}. The following is forbidden:\n\n    def text do\n      \"\"\"\n    contents\n      \"\"\"\n    end\n\nInstead make sure the contents are indented as much as the heredoc closing:\n\n    def text do\n      \"\"\"\n      contents\n      \"\"\"\n    end\n\nThe current heredoc line is indented too little"
            );
            self.warn(line, frame.open_column, frame.open_start, 3, message);
        }
    }
}

fn first_grapheme(text: &str) -> usize {
    text.graphemes(true).next().map_or(1, str::len)
}
