//! Operators, brackets, dots, and atoms and keywords made of operators.

use jovial_atoms::{Atom, known};

use crate::diagnostics::Diagnostic;
use crate::token::{Kind, Value};

use super::strings::Role;
use super::{Lexer, Step, is_space};

/// The longest operator that a text starts with. Atoms that `known` lacks are made on the way.
fn operator_at(rest: &[u8]) -> Option<(Kind, usize, &'static str)> {
    let three = rest.get(..3).unwrap_or(&[]);
    let found = match three {
        b"~~~" => Some((Kind::UnaryOp, "~~~")),
        b"..." => Some((Kind::EllipsisOp, "...")),
        b"===" => Some((Kind::CompOp, "===")),
        b"!==" => Some((Kind::CompOp, "!==")),
        b"&&&" => Some((Kind::AndOp, "&&&")),
        b"|||" => Some((Kind::OrOp, "|||")),
        b"^^^" => Some((Kind::XorOp, "^^^")),
        b"+++" => Some((Kind::ConcatOp, "+++")),
        b"---" => Some((Kind::ConcatOp, "---")),
        b"<<<" => Some((Kind::ArrowOp, "<<<")),
        b">>>" => Some((Kind::ArrowOp, ">>>")),
        b"~>>" => Some((Kind::ArrowOp, "~>>")),
        b"<<~" => Some((Kind::ArrowOp, "<<~")),
        b"<~>" => Some((Kind::ArrowOp, "<~>")),
        b"<|>" => Some((Kind::ArrowOp, "<|>")),
        _ => None,
    };
    if let Some((kind, text)) = found {
        return Some((kind, 3, text));
    }
    let two = rest.get(..2).unwrap_or(&[]);
    let found = match two {
        b"//" => Some((Kind::TernaryOp, "//")),
        b"**" => Some((Kind::PowerOp, "**")),
        b".." => Some((Kind::RangeOp, "..")),
        b"++" => Some((Kind::ConcatOp, "++")),
        b"--" => Some((Kind::ConcatOp, "--")),
        b"<>" => Some((Kind::ConcatOp, "<>")),
        b"|>" => Some((Kind::ArrowOp, "|>")),
        b"~>" => Some((Kind::ArrowOp, "~>")),
        b"<~" => Some((Kind::ArrowOp, "<~")),
        b"==" => Some((Kind::CompOp, "==")),
        b"=~" => Some((Kind::CompOp, "=~")),
        b"!=" => Some((Kind::CompOp, "!=")),
        b"<=" => Some((Kind::RelOp, "<=")),
        b">=" => Some((Kind::RelOp, ">=")),
        b"&&" => Some((Kind::AndOp, "&&")),
        b"||" => Some((Kind::OrOp, "||")),
        b"<-" => Some((Kind::InMatchOp, "<-")),
        b"\\\\" => Some((Kind::InMatchOp, "\\\\")),
        b"::" => Some((Kind::TypeOp, "::")),
        b"->" => Some((Kind::StabOp, "->")),
        _ => None,
    };
    if let Some((kind, text)) = found {
        return Some((kind, 2, text));
    }
    let (kind, text) = match rest.first()? {
        b'@' => (Kind::AtOp, "@"),
        b'&' => (Kind::CaptureOp, "&"),
        b'!' => (Kind::UnaryOp, "!"),
        b'^' => (Kind::UnaryOp, "^"),
        b'<' => (Kind::RelOp, "<"),
        b'>' => (Kind::RelOp, ">"),
        b'+' => (Kind::DualOp, "+"),
        b'-' => (Kind::DualOp, "-"),
        b'*' => (Kind::MultOp, "*"),
        b'/' => (Kind::MultOp, "/"),
        b'=' => (Kind::MatchOp, "="),
        b'|' => (Kind::PipeOp, "|"),
        _ => return None,
    };
    Some((kind, 1, text))
}

/// No lock is taken for the operators that occur all the time.
fn atom_of(text: &'static str) -> Atom {
    match text {
        "+" => known::OP_PLUS,
        "-" => known::OP_MINUS,
        "*" => known::OP_STAR,
        "/" => known::OP_SLASH,
        "++" => known::OP_PLUS_PLUS,
        "--" => known::OP_MINUS_MINUS,
        "<>" => known::OP_CONCAT,
        "|>" => known::OP_PIPE_GT,
        "=" => known::OP_EQ,
        "==" => known::OP_EQ_EQ,
        "!=" => known::OP_NOT_EQ,
        "===" => known::OP_EQ_EQ_EQ,
        "!==" => known::OP_NOT_EQ_EQ,
        "<" => known::OP_LT,
        ">" => known::OP_GT,
        "<=" => known::OP_LE,
        ">=" => known::OP_GE,
        "&" => known::OP_AMP,
        "&&" => known::OP_AMP_AMP,
        "|" => known::OP_PIPE,
        "||" => known::OP_PIPE_PIPE,
        "!" => known::OP_BANG,
        "^" => known::OP_CARET,
        "&&&" => known::OP_AMP3,
        "|||" => known::OP_PIPE3,
        "<<<" => known::OP_SHL,
        ">>>" => known::OP_SHR,
        ".." => known::OP_DOT_DOT,
        "..." => known::OP_ELLIPSIS,
        "@" => known::OP_AT,
        "->" => known::OP_ARROW,
        "<-" => known::OP_LEFT_ARROW,
        "::" => known::OP_DOUBLE_COLON,
        "\\\\" => known::OP_BACKSLASH2,
        "=~" => known::OP_MATCH,
        "//" => known::OP_SLASH2,
        "**" => known::OP_STAR2,
        _ => Atom::new(text),
    }
}

impl Lexer<'_, '_, '_> {
    pub(super) fn operator(&mut self, byte: u8) -> Step {
        if self.keyword_of_symbols() {
            return Ok(());
        }
        match byte {
            b'(' => return self.open(Kind::OpenParen, 1),
            b'[' => return self.open(Kind::OpenBracket, 1),
            b')' => return self.close(Kind::CloseParen, 1),
            b']' => return self.close(Kind::CloseBracket, 1),
            b'}' => return self.close(Kind::CloseBrace, 1),
            b'{' => return self.brace(),
            b'%' => return self.percent(),
            b':' if self.byte(1) != b':' || self.byte(2) == b':' => return self.atom_token(),
            b'<' if self.is_version_control_marker() => return Err(Box::new(self.version_control_marker())),
            b'=' if self.byte(1) == b'>' => {
                let newlines = self.previous_newlines();
                self.drop_eol();
                self.push_with(Kind::AssocOp, 2, Value::Atom(known::OP_FAT_ARROW), newlines);
                return Ok(());
            }
            b'.' if self.starts_with("..//") => {
                let space = self.horizontal(4);
                if self.byte(4 + space) != b'/' {
                    return Err(self.unexpected(self.pos));
                }
                self.push(Kind::Identifier, 4, Value::Atom(known::OP_DOT_DOT_SLASH));
                return Ok(());
            }
            b'.' if self.byte(1) != b'.' => return self.dot(),
            _ => {}
        }
        let rest = &self.source[self.pos..];
        let found = operator_at(rest);
        if found.is_none_or(|(_, len, _)| len < 3) {
            match rest {
                [b'<', b'<', ..] => return self.open(Kind::OpenBits, 2),
                [b'>', b'>', ..] => return self.close(Kind::CloseBits, 2),
                _ => {}
            }
        }
        match found {
            Some((kind, len, text)) => {
                self.operator_token(kind, len, text);
                Ok(())
            }
            None => Err(self.unexpected(self.pos)),
        }
    }

    fn operator_token(&mut self, kind: Kind, len: usize, text: &'static str) {
        let value = Value::Atom(atom_of(text));
        if kind == Kind::TernaryOp {
            return self.binary_token(kind, len, value);
        }
        let ampersand = kind == Kind::CaptureOp;
        if !ampersand && self.byte(len) == b':' && self.space_at(len + 1) {
            self.push(Kind::KwIdentifier, len, value);
            self.pos += 1;
            return;
        }
        self.warn_repeated(kind, len, text);
        let space = self.horizontal(len);
        let slash = self.byte(len + space) == b'/';
        if ampersand {
            let next = self.byte(len);
            let second = self.byte(len + space + 1 + self.horizontal(len + space + 1)) == b'/';
            let kind = match slash {
                true if second => Kind::CaptureOp,
                true => Kind::Identifier,
                false if next.is_ascii_digit() => Kind::CaptureInt,
                false => Kind::CaptureOp,
            };
            return self.push(kind, len, value);
        }
        if slash {
            return self.push(Kind::Identifier, len, value);
        }
        match kind {
            Kind::UnaryOp | Kind::EllipsisOp | Kind::AtOp | Kind::DualOp => {
                self.push(kind, len, value);
                // A sign behind a unary operator and a space never makes a call.
                self.skip_horizontal();
            }
            _ => {
                self.warn_deprecated(len, text);
                self.binary_token(kind, len, value);
                self.skip_horizontal();
            }
        }
    }

    fn binary_token(&mut self, kind: Kind, len: usize, value: Value) {
        let newlines = self.previous_newlines();
        self.drop_eol();
        self.push_with(kind, len, value, newlines);
    }

    fn warn_repeated(&mut self, kind: Kind, len: usize, text: &'static str) {
        let counted = matches!(kind, Kind::AndOp | Kind::OrOp | Kind::XorOp | Kind::ConcatOp);
        let first = &text[..1];
        if len == 3 && counted && self.byte(3) == text.as_bytes()[0] {
            let message = format!(
                "found \"{text}\" followed by \"{first}\", please use a space between \"{text}\" and the next \"{first}\""
            );
            self.warn(self.line, self.column(), self.pos, len, message);
        }
    }

    fn warn_deprecated(&mut self, len: usize, text: &'static str) {
        let message = match text {
            "^^^" => {
                "^^^ is deprecated. It is typically used as xor but it has the wrong precedence, use Bitwise.bxor/2 instead"
            }
            "<|>" => "<|> is deprecated. Use another pipe-like operator",
            _ => return,
        };
        self.warn(self.line, self.column(), self.pos, len, message);
    }

    /// `<<>>: `, `%{}: ` and the like, which are no operators but may be keys.
    fn keyword_of_symbols(&mut self) -> bool {
        const SYMBOLS: [&str; 7] = [".", "<<>>", "%{}", "%", "&", "{}", "..//"];
        if !matches!(self.byte(0), b'.' | b'<' | b'%' | b'&' | b'{') {
            return false;
        }
        for symbol in SYMBOLS {
            let len = symbol.len();
            if self.byte(len) == b':' && self.starts_with(symbol) && self.space_at(len + 1) {
                self.push(Kind::KwIdentifier, len, Value::Atom(Atom::new(symbol)));
                self.pos += 1;
                return true;
            }
        }
        false
    }

    fn brace(&mut self) -> Step {
        if self.previous().is_some_and(|token| token.kind == Kind::Percent) {
            let message = "unexpected space between % and {\n\nIf you want to define a map, write %{...}, with no spaces.\nIf you want to define a struct, write %StructName{...}.\n\nSyntax error before: ";
            return Err(Box::new(Diagnostic::error(self.here(1), message, "{")));
        }
        self.open(Kind::OpenBrace, 1)
    }

    fn percent(&mut self) -> Step {
        let next = self.byte(1);
        match next {
            b'(' | b'[' => {
                let token = format!("%{}", char::from(next));
                Err(Box::new(Diagnostic::error(self.here(2), "expected %{ to define a map, got: ", token)))
            }
            b'{' => {
                self.push(Kind::MapOp, 0, Value::Atom(known::OP_PERCENT_BRACES));
                self.open(Kind::OpenBrace, 2)
            }
            _ => {
                self.push(Kind::Percent, 1, Value::Atom(known::OP_PERCENT));
                Ok(())
            }
        }
    }

    fn is_version_control_marker(&self) -> bool {
        self.column() == 1 && self.starts_with("<<<<<<<")
    }

    fn version_control_marker(&self) -> Diagnostic {
        let rest = &self.text[self.pos..];
        let line = rest.split(['\n', '\r']).next().unwrap_or(rest);
        let message = "found an unexpected version control marker, please resolve the conflicts: ";
        Diagnostic::error(self.here(line.len()), message, line)
    }

    /// At a colon that begins an atom.
    fn atom_token(&mut self) -> Step {
        for symbol in ["<<>>", "%{}", "%", "{}", "..//"] {
            if self.source[self.pos + 1..].starts_with(symbol.as_bytes()) {
                self.push(Kind::Atom, symbol.len() + 1, Value::Atom(Atom::new(symbol)));
                return Ok(());
            }
        }
        let rest = &self.source[self.pos + 1..];
        match operator_at(rest) {
            Some((Kind::TernaryOp, ..)) => {
                self.push(Kind::Atom, 2, Value::Atom(known::OP_SLASH));
                return Ok(());
            }
            Some((kind, len, text)) => {
                if kind == Kind::TypeOp {
                    let message = "atom ::: must be written between quotes, as in :\"::\", to avoid ambiguity";
                    self.warn(self.line, self.column(), self.pos, 3, message);
                }
                self.push(Kind::Atom, len + 1, Value::Atom(atom_of(text)));
                return Ok(());
            }
            None => {}
        }
        match rest.first() {
            Some(b'.') => {
                self.push(Kind::Atom, 2, Value::Atom(known::OP_DOT));
                Ok(())
            }
            Some(b'"' | b'\'') => {
                let frame = self.frame(Role::Atom, 1);
                self.begin_text(frame)
            }
            _ => self.plain_atom(),
        }
    }

    /// At a dot that is no range: what follows it may be on a later line.
    fn dot(&mut self) -> Step {
        let newlines_before = self.previous_newlines();
        self.drop_eol();
        self.push_with(Kind::Dot, 1, Value::None, newlines_before);
        let dot = self.tokens.len() - 1;
        loop {
            self.skip_horizontal();
            let len = match (self.byte(0), self.byte(1)) {
                (b'#', _) => {
                    self.skip_comment()?;
                    self.bol = self.pos as i64 - i64::from(self.first_column);
                    continue;
                }
                (b'\r', b'\n') => 2,
                (b'\n', _) => 1,
                _ => break,
            };
            self.pos += len;
            self.line = self.line.saturating_add(1);
            self.bol = self.pos as i64 - i64::from(self.first_column);
        }
        let rest = &self.source[self.pos..];
        match rest.first() {
            Some(b'(') => {
                self.tokens[dot].kind = Kind::DotCall;
                return Ok(());
            }
            Some(b'"' | b'\'') => {
                let frame = self.frame(Role::Call, 0);
                return self.begin_text(frame);
            }
            _ => {}
        }
        if let Some((kind, len, text)) = operator_at(rest) {
            let (len, text) = match kind {
                Kind::StabOp => (1, "-"),
                Kind::TernaryOp => (1, "/"),
                Kind::EllipsisOp | Kind::RangeOp => return Ok(()),
                _ => (len, text),
            };
            let kind = self.call_kind(len);
            self.push(kind, len, Value::Atom(atom_of(text)));
        }
        Ok(())
    }

    /// The kind of an identifier that ends `len` bytes from here.
    pub(super) fn call_kind(&self, len: usize) -> Kind {
        match self.byte(len) {
            b'(' => Kind::ParenIdentifier,
            b'[' => Kind::BracketIdentifier,
            _ => Kind::Identifier,
        }
    }

    /// A word that is an operator: `and`, `in`, `when`…
    pub(super) fn word_operator(&mut self, kind: Kind, len: usize, atom: Atom) {
        let value = Value::Atom(atom);
        let space = self.horizontal(len);
        if self.byte(len + space) == b'/' {
            return self.push(Kind::Identifier, len, value);
        }
        if kind == Kind::InOp
            && let Some(&not) = self.previous()
            && not.kind == Kind::UnaryOp
            && not.atom() == known::NOT
        {
            self.tokens.pop();
            self.drop_eol();
            let end = super::number(self.pos + len);
            self.tokens.push(crate::token::Token { kind, end, ..not });
            self.pos += len;
            return;
        }
        if kind == Kind::UnaryOp {
            return self.push(kind, len, value);
        }
        self.binary_token(kind, len, value);
    }

    pub(super) fn space_behind_colon(&self, len: usize) -> bool {
        self.byte(len) == b':' && self.source.get(self.pos + len + 1).is_some_and(|byte| is_space(*byte))
    }
}
