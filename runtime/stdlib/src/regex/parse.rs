//! Text of a pattern to a tree.
//!
//! **What it is for.** [`parse`] gives a [`Parsed`], or the first error with PCRE's words for it. References to groups that come
//! later, or by name, are checked once all groups are known, in `program.rs`.
//!
//! **Invariants.**
//! 1. Groups nest at most [`NESTING_MAX`] deep, so what recurses over the tree has an end.
//!
//! **What it must not know.** How a tree is matched.
//!
//! One state reads all of the grammar, whose parts call each other: sequences and repetitions here, the rest in the files below.

mod classes;
mod emptiness;
mod escapes;
mod groups;

use super::class::{self, Class, ClassBuilder, max_code};
use super::{Error, Flags, Newline};

pub(crate) const NESTING_MAX: usize = 250;
const REPEAT_MAX: u32 = 65_535;
const NAME_MAX: usize = 32;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Greed {
    Greedy,
    Lazy,
    Possessive,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Assert {
    Start,
    End,
    EndOrNewline,
    LineStart,
    LineEnd,
    WordEdge { ucp: bool, negated: bool },
    SearchStart,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Verb {
    Accept,
    Fail,
    Commit,
    Prune,
    Skip,
}

/// A group meant by number or name; the position is for errors.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Target {
    Number(usize, usize),
    Name(Vec<u8>, usize),
}

#[derive(Clone, Debug)]
pub(crate) enum Condition {
    Group(Target),
    /// In a recursion, of any group or of this one.
    Recursion(Option<Target>),
    Look(Box<Node>),
    /// Only there to be called.
    Define,
}

#[derive(Clone, Debug)]
pub(crate) enum Node {
    Empty,
    Char(u32),
    Set(Class),
    /// Any character.
    Any,
    /// Any character that begins no line end.
    NotNewline,
    /// `\C`
    Byte,
    /// `\R`
    Newline,
    /// `\X`
    Grapheme,
    Concat(Vec<Node>),
    Alternation(Vec<Node>),
    Group(usize, Box<Node>),
    Repeat {
        node: Box<Node>,
        min: u32,
        max: Option<u32>,
        greed: Greed,
    },
    Atomic(Box<Node>),
    Look {
        behind: bool,
        negated: bool,
        node: Box<Node>,
        position: usize,
    },
    Backreference(Target, bool),
    Call(Target),
    Conditional(Condition, Box<Node>, Box<Node>),
    Assert(Assert),
    KeepOut,
    Verb(Verb),
}

#[derive(Debug)]
pub(crate) struct Parsed {
    pub(crate) root: Node,
    pub(crate) flags: Flags,
    pub(crate) groups: usize,
    pub(crate) names: Vec<(Vec<u8>, usize)>,
    pub(crate) size: usize,
    /// The pattern tells a carriage return or a line feed, as itself or by an escape.
    pub(crate) tells_line_ends: bool,
}

struct Parser<'a> {
    text: &'a [u8],
    at: usize,
    flags: Flags,
    groups: usize,
    names: Vec<(Vec<u8>, usize)>,
    depth: usize,
    /// Inside of `\Q`.
    quoting: bool,
    tells_line_ends: bool,
    /// The groups around this place, the pattern itself first.
    open: Vec<Open>,
    /// Where the first call is that would never end: told when nothing else is wrong.
    endless: Option<usize>,
    /// Of each group that is closed, whether it can match nothing.
    nullable: Vec<(usize, bool)>,
}

/// A group around the place that is read.
struct Open {
    /// Its number, if it has one.
    group: Option<usize>,
    /// Whether its alternative can have matched nothing up to here. PCRE doesn't look into conditionals.
    empty: bool,
    conditional: bool,
}

type Parse<T> = Result<T, Error>;

/// What an escape stands for.
enum Escape {
    Code(u32),
    Set(Vec<class::Range>, bool),
    Node(Node),
    Nothing,
    Quote,
}

pub(crate) fn parse(text: &[u8], flags: Flags) -> Parse<Parsed> {
    let mut parser = Parser {
        text,
        at: 0,
        flags,
        groups: 0,
        names: Vec::new(),
        depth: 0,
        quoting: false,
        tells_line_ends: false,
        open: vec![Open { group: Some(0), empty: true, conditional: false }],
        endless: None,
        nullable: Vec::new(),
    };
    parser.settings();
    let global = parser.flags;
    let root = parser.alternatives()?;
    if parser.at < text.len() {
        return parser.fail("unmatched parentheses");
    }
    if let Some(position) = parser.endless {
        return parser.fail_at("recursive call could loop indefinitely", position);
    }
    Ok(Parsed {
        root,
        flags: global,
        groups: parser.groups,
        names: parser.names,
        size: text.len(),
        tells_line_ends: parser.tells_line_ends,
    })
}

impl Parser<'_> {
    fn fail<T>(&self, message: &'static str) -> Parse<T> {
        self.fail_at(message, self.at)
    }

    fn fail_at<T>(&self, message: &'static str, position: usize) -> Parse<T> {
        Err(Error { message, position: position.min(self.text.len()) })
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn rest(&self) -> &[u8] {
        &self.text[self.at..]
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn eat_all(&mut self, bytes: &[u8]) -> bool {
        let found = self.rest().starts_with(bytes);
        if found {
            self.at += bytes.len();
        }
        found
    }

    fn is_unicode(&self) -> bool {
        self.flags.has(Flags::UNICODE)
    }

    fn ucp(&self) -> bool {
        self.flags.has(Flags::UCP)
    }

    /// The next character, whatever it means.
    fn char(&mut self) -> Option<u32> {
        let first = self.peek()?;
        if !self.is_unicode() || first < 0x80 {
            self.at += 1;
            return Some(u32::from(first));
        }
        let (code, len) = super::search::decode(self.text, self.at);
        self.at += len;
        Some(code)
    }

    /// `(*UTF8)` and its like at the beginning.
    fn settings(&mut self) {
        while self.rest().starts_with(b"(*") {
            let Some(end) = self.rest().iter().position(|byte| *byte == b')') else { return };
            match &self.rest()[2..end] {
                b"UTF" | b"UTF8" => self.flags.set(Flags::UNICODE, true),
                b"UCP" => self.flags.set(Flags::UCP, true),
                b"CR" => self.flags.set_newline(Newline::Cr),
                b"LF" => self.flags.set_newline(Newline::Lf),
                b"CRLF" => self.flags.set_newline(Newline::CrLf),
                b"ANYCRLF" => self.flags.set_newline(Newline::AnyCrLf),
                b"ANY" => self.flags.set_newline(Newline::Any),
                b"BSR_ANYCRLF" => self.flags.set(Flags::BSR_ANYCRLF, true),
                b"BSR_UNICODE" => self.flags.set(Flags::BSR_ANYCRLF, false),
                b"NO_START_OPT" | b"NO_AUTO_POSSESS" => {}
                _ => return,
            }
            self.at += end + 1;
        }
    }

    fn alternatives(&mut self) -> Parse<Node> {
        let mut all = vec![self.sequence()?];
        while self.eat(b'|') {
            all.push(self.sequence()?);
        }
        Ok(match all.len() {
            1 => all.swap_remove(0),
            _ => Node::Alternation(all),
        })
    }

    /// White space and comments of extended patterns.
    fn skip_blank(&mut self) {
        while self.flags.has(Flags::EXTENDED) && !self.quoting {
            match self.peek() {
                Some(b' ' | b'\t' | b'\n' | 0x0b | 0x0c | b'\r') => self.at += 1,
                Some(b'#') => {
                    let ends: &[u8] = match self.flags.newline() {
                        Newline::Cr => b"\r",
                        Newline::Lf | Newline::CrLf => b"\n",
                        Newline::AnyCrLf | Newline::Any => b"\r\n",
                    };
                    let len = self.rest().iter().position(|byte| ends.contains(byte));
                    self.at += len.map_or(self.rest().len(), |len| len + 1);
                }
                _ => return,
            }
        }
    }

    fn sequence(&mut self) -> Parse<Node> {
        let mut items: Vec<Node> = Vec::new();
        let mut seen = 0;
        self.note_empty(true);
        loop {
            for item in &items[seen.min(items.len())..] {
                if !self.can_be_empty(item) {
                    self.note_empty(false);
                }
            }
            seen = items.len();
            self.skip_blank();
            let start = self.at;
            if self.quoting {
                if self.eat_all(b"\\E") {
                    self.quoting = false;
                    continue;
                }
                let Some(code) = self.char() else { break };
                items.push(self.literal(code));
                // A repetition may follow the quote's end.
                if self.eat_all(b"\\E") {
                    self.quoting = false;
                    self.repeats(&mut items)?;
                }
                continue;
            }
            match self.peek() {
                None | Some(b'|' | b')') => break,
                Some(b'(') => {
                    let Some(node) = self.group()? else { continue };
                    let fixed = matches!(node, Node::Verb(_));
                    items.push(node);
                    if fixed {
                        continue;
                    }
                }
                Some(b'[') => {
                    let node = self.class()?;
                    items.push(node);
                }
                Some(b'.') => {
                    self.at += 1;
                    items.push(if self.flags.has(Flags::DOTALL) { Node::Any } else { Node::NotNewline });
                }
                Some(b'^') => {
                    self.at += 1;
                    let line = self.flags.has(Flags::MULTILINE);
                    items.push(Node::Assert(if line { Assert::LineStart } else { Assert::Start }));
                    continue;
                }
                Some(b'$') => {
                    self.at += 1;
                    items.push(Node::Assert(if self.flags.has(Flags::MULTILINE) {
                        Assert::LineEnd
                    } else if self.flags.has(Flags::DOLLAR_ENDONLY) {
                        Assert::End
                    } else {
                        Assert::EndOrNewline
                    }));
                    continue;
                }
                Some(b'*' | b'+' | b'?') => return self.fail_at("nothing to repeat", start),
                Some(b'{') if self.counts().is_some() => {
                    let (len, ..) = self.bounds()?.unwrap_or_default();
                    return self.fail_at("nothing to repeat", start + len - 1);
                }
                Some(b'\\') => match self.escape(false)? {
                    Escape::Code(code) => items.push(self.literal(code)),
                    Escape::Set(ranges, negated) => {
                        let mut builder = ClassBuilder::default();
                        builder.add_all(&ranges, negated, max_code(self.is_unicode()));
                        items.push(Node::Set(builder.finish(false, false, self.is_unicode())));
                    }
                    Escape::Node(node) => {
                        let fixed = matches!(node, Node::Assert(_) | Node::KeepOut);
                        items.push(node);
                        if fixed {
                            continue;
                        }
                    }
                    Escape::Nothing => continue,
                    Escape::Quote => {
                        self.quoting = true;
                        continue;
                    }
                },
                Some(_) => {
                    let Some(code) = self.char() else { break };
                    items.push(self.literal(code));
                }
            }
            self.repeats(&mut items)?;
        }
        Ok(match items.len() {
            0 => Node::Empty,
            1 => items.swap_remove(0),
            _ => Node::Concat(items),
        })
    }

    fn literal(&mut self, code: u32) -> Node {
        self.note_line_end(code);
        if self.flags.has(Flags::CASELESS) {
            let all = class::folded(&[(code, code)], self.is_unicode());
            if all.iter().any(|range| *range != (code, code)) {
                let mut builder = ClassBuilder::default();
                builder.add_all(&all, false, max_code(self.is_unicode()));
                return Node::Set(builder.finish(false, false, self.is_unicode()));
            }
        }
        Node::Char(code)
    }

    fn note_line_end(&mut self, code: u32) {
        self.tells_line_ends |= code == u32::from(b'\r') || code == u32::from(b'\n');
    }

    /// `{n}`, `{n,}` or `{n,m}` here: its length and bounds.
    fn counts(&self) -> Option<(usize, u32, Option<u32>)> {
        let number = |from: usize| {
            let digits = self.rest()[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
            let value = self.rest()[from..from + digits]
                .iter()
                .fold(0_u32, |value, digit| value.saturating_mul(10).saturating_add(u32::from(digit - b'0')));
            (digits > 0).then_some((digits, value))
        };
        if self.peek() != Some(b'{') {
            return None;
        }
        let (len, min) = number(1)?;
        let mut at = 1 + len;
        match self.rest().get(at)? {
            b'}' => Some((at + 1, min, Some(min))),
            b',' => {
                at += 1;
                if self.rest().get(at) == Some(&b'}') {
                    return Some((at + 1, min, None));
                }
                let (len, max) = number(at)?;
                (self.rest().get(at + len) == Some(&b'}')).then_some((at + len + 1, min, Some(max)))
            }
            _ => None,
        }
    }

    /// [`Self::counts`] that make sense.
    fn bounds(&self) -> Parse<Option<(usize, u32, Option<u32>)>> {
        let Some((len, min, max)) = self.counts() else { return Ok(None) };
        if min > REPEAT_MAX || max.is_some_and(|max| max > REPEAT_MAX) {
            return self.fail_at("number too big in {} quantifier", self.at + len - 1);
        }
        if max.is_some_and(|max| max < min) {
            return self.fail_at("numbers out of order in {} quantifier", self.at + len - 1);
        }
        Ok(Some((len, min, max)))
    }

    fn repeats(&mut self, items: &mut Vec<Node>) -> Parse<()> {
        self.skip_blank();
        let (min, max) = match self.peek() {
            Some(b'*') => (0, None),
            Some(b'+') => (1, None),
            Some(b'?') => (0, Some(1)),
            Some(b'{') => match self.bounds()? {
                Some((len, min, max)) => {
                    self.at += len - 1;
                    (min, max)
                }
                None => return Ok(()),
            },
            _ => return Ok(()),
        };
        self.at += 1;
        let ungreedy = self.flags.has(Flags::UNGREEDY);
        let greed = if self.eat(b'+') {
            Greed::Possessive
        } else if self.eat(b'?') != ungreedy {
            Greed::Lazy
        } else {
            Greed::Greedy
        };
        if let Some(node) = items.pop() {
            items.push(Node::Repeat { node: Box::new(node), min, max, greed });
        }
        Ok(())
    }
}
