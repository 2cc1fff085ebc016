//! Tokens: what the lexer makes and the parser reads.
//!
//! **Invariants.**
//! 1. A [`Token`] is plain data of fixed size; texts, parts of strings and interpolated tokens lie in [`Tokens`].
//! 2. Line breaks before a binary operator are folded into that operator, those after a comma into the comma.
//! 3. The list ends with one [`Kind::Eof`], which stands where the last real token stands.
//!
//! **What it must not know.** The tree.

use std::ops::Range;

use jovial_atoms::Atom;

/// The grammar's terminals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Kind {
    Identifier,
    /// Directly followed by `(`.
    ParenIdentifier,
    /// Directly followed by `[`.
    BracketIdentifier,
    /// Followed by `do`.
    DoIdentifier,
    /// Followed by a space and a sign that touches the next token: `a -b`.
    OpIdentifier,
    KwIdentifier,
    /// `"a#{b}": `, where the atom has to exist.
    KwSafe,
    KwUnsafe,
    Alias,
    Atom,
    AtomQuoted,
    AtomSafe,
    AtomUnsafe,
    BinString,
    ListString,
    BinHeredoc,
    ListHeredoc,
    Sigil,
    Int,
    Float,
    Char,
    True,
    False,
    Nil,
    Do,
    End,
    Fn,
    /// `after`, `else`, `catch`, `rescue`.
    BlockIdentifier,
    Eol,
    Semicolon,
    Comma,
    Dot,
    DotCall,
    OpenParen,
    CloseParen,
    OpenBracket,
    CloseBracket,
    OpenBrace,
    CloseBrace,
    OpenBits,
    CloseBits,
    /// `%{}`: the percent sign of a map, whose brace is the next token.
    MapOp,
    Percent,
    CaptureInt,
    CaptureOp,
    UnaryOp,
    AtOp,
    EllipsisOp,
    DualOp,
    TernaryOp,
    RangeOp,
    MatchOp,
    InMatchOp,
    WhenOp,
    TypeOp,
    PipeOp,
    OrOp,
    AndOp,
    CompOp,
    RelOp,
    ArrowOp,
    InOp,
    XorOp,
    ConcatOp,
    MultOp,
    PowerOp,
    StabOp,
    AssocOp,
    Eof,
}

/// Binding powers, lowest first; prefix operators use the same scale.
pub(crate) mod power {
    pub(crate) const IN_MATCH: u16 = 40;
    pub(crate) const WHEN: u16 = 50;
    pub(crate) const TYPE: u16 = 60;
    pub(crate) const PIPE: u16 = 70;
    pub(crate) const CAPTURE: u16 = 90;
    pub(crate) const MATCH: u16 = 100;
    pub(crate) const OR: u16 = 120;
    pub(crate) const AND: u16 = 130;
    pub(crate) const COMP: u16 = 140;
    pub(crate) const REL: u16 = 150;
    pub(crate) const ARROW: u16 = 160;
    pub(crate) const IN: u16 = 170;
    pub(crate) const XOR: u16 = 180;
    pub(crate) const TERNARY: u16 = 190;
    pub(crate) const CONCAT: u16 = 200;
    pub(crate) const DUAL: u16 = 210;
    pub(crate) const MULT: u16 = 220;
    pub(crate) const POWER: u16 = 230;
    pub(crate) const UNARY: u16 = 300;
    pub(crate) const AT: u16 = 320;
}

impl Kind {
    /// Binding power of a binary operator, and whether it groups to the left.
    pub(crate) fn binary(self) -> Option<(u16, bool)> {
        Some(match self {
            Kind::InMatchOp => (power::IN_MATCH, true),
            Kind::WhenOp => (power::WHEN, false),
            Kind::TypeOp => (power::TYPE, false),
            Kind::PipeOp => (power::PIPE, false),
            Kind::MatchOp => (power::MATCH, false),
            Kind::OrOp => (power::OR, true),
            Kind::AndOp => (power::AND, true),
            Kind::CompOp => (power::COMP, true),
            Kind::RelOp => (power::REL, true),
            Kind::ArrowOp => (power::ARROW, true),
            Kind::InOp => (power::IN, true),
            Kind::XorOp => (power::XOR, true),
            Kind::TernaryOp => (power::TERNARY, false),
            Kind::ConcatOp | Kind::RangeOp => (power::CONCAT, false),
            Kind::DualOp => (power::DUAL, true),
            Kind::MultOp => (power::MULT, true),
            Kind::PowerOp => (power::POWER, true),
            _ => return None,
        })
    }

    /// Binding power of a prefix operator.
    pub(crate) fn prefix(self) -> Option<u16> {
        Some(match self {
            Kind::UnaryOp | Kind::DualOp | Kind::TernaryOp => power::UNARY,
            Kind::AtOp => power::AT,
            Kind::CaptureOp | Kind::EllipsisOp => power::CAPTURE,
            _ => return None,
        })
    }

    /// A token that begins an expression and can't continue one; so after an identifier it begins its arguments.
    pub(crate) fn starts_operand(self) -> bool {
        matches!(
            self,
            Kind::Identifier
                | Kind::ParenIdentifier
                | Kind::BracketIdentifier
                | Kind::DoIdentifier
                | Kind::OpIdentifier
                | Kind::Alias
                | Kind::Atom
                | Kind::AtomQuoted
                | Kind::AtomSafe
                | Kind::AtomUnsafe
                | Kind::BinString
                | Kind::ListString
                | Kind::BinHeredoc
                | Kind::ListHeredoc
                | Kind::Sigil
                | Kind::Int
                | Kind::Float
                | Kind::Char
                | Kind::True
                | Kind::False
                | Kind::Nil
                | Kind::Fn
                | Kind::OpenParen
                | Kind::OpenBracket
                | Kind::OpenBrace
                | Kind::OpenBits
                | Kind::MapOp
                | Kind::Percent
                | Kind::CaptureInt
                | Kind::CaptureOp
                | Kind::UnaryOp
                | Kind::AtOp
                | Kind::EllipsisOp
        )
    }

    pub(crate) fn is_keyword_key(self) -> bool {
        matches!(self, Kind::KwIdentifier | Kind::KwSafe | Kind::KwUnsafe)
    }
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    /// The quote around a name: `"` or `'`, else 0.
    pub(crate) quote: u8,
    pub(crate) line: u32,
    pub(crate) column: u32,
    /// Bytes in the source.
    pub(crate) start: u32,
    pub(crate) end: u32,
    /// Line breaks folded into the token.
    pub(crate) newlines: u32,
    pub(crate) value: Value,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Value {
    None,
    Atom(Atom),
    /// Index into [`Tokens::strings`].
    String(u32),
    Char(u32),
}

impl Token {
    pub(crate) fn atom(&self) -> Atom {
        match self.value {
            Value::Atom(atom) => atom,
            Value::None | Value::String(_) | Value::Char(_) => jovial_atoms::known::NIL,
        }
    }

    pub(crate) fn string(&self) -> usize {
        match self.value {
            Value::String(index) => index as usize,
            Value::None | Value::Atom(_) | Value::Char(_) => 0,
        }
    }
}

/// A piece of a string.
#[derive(Clone, Debug)]
pub(crate) enum Part {
    /// Bytes in [`Tokens::text`].
    Text(Range<u32>),
    /// Tokens in [`Tokens::pool`], with where `#{` and `}` stand.
    Code { begin: (u32, u32), end: (u32, u32), tokens: Range<u32> },
}

/// A string, charlist, quoted name or sigil.
#[derive(Clone, Debug, Default)]
pub(crate) struct Text {
    /// In [`Tokens::parts`].
    pub(crate) parts: Range<u32>,
    /// Of a heredoc.
    pub(crate) indentation: Option<u32>,
    pub(crate) sigil: Option<Sigil>,
}

#[derive(Clone, Debug)]
pub(crate) struct Sigil {
    pub(crate) name: Atom,
    pub(crate) delimiter: &'static str,
    /// Bytes in the source.
    pub(crate) modifiers: Range<u32>,
}

/// What the lexer gives.
#[derive(Debug, Default)]
pub(crate) struct Tokens {
    pub(crate) list: Vec<Token>,
    /// Tokens of interpolations, each run ended by an [`Kind::Eof`].
    pub(crate) pool: Vec<Token>,
    pub(crate) strings: Vec<Text>,
    pub(crate) parts: Vec<Part>,
    pub(crate) text: Vec<u8>,
}
