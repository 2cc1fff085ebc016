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
//! The file is long because one state reads all of the grammar: groups, classes, escapes and verbs call each other.

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

    // ---- what can match nothing ----

    fn note_empty(&mut self, empty: bool) {
        if let Some(around) = self.open.last_mut() {
            around.empty = empty;
        }
    }

    /// Whether an item can match nothing, as far as is known before all groups are read: what is not known can.
    fn can_be_empty(&self, node: &Node) -> bool {
        match node {
            Node::Char(_)
            | Node::Set(_)
            | Node::Any
            | Node::NotNewline
            | Node::Byte
            | Node::Newline
            | Node::Grapheme => false,
            Node::Empty | Node::Look { .. } | Node::Backreference(..) => true,
            Node::Assert(_) | Node::KeepOut | Node::Verb(_) => true,
            Node::Concat(all) => all.iter().all(|node| self.can_be_empty(node)),
            Node::Alternation(all) => all.iter().any(|node| self.can_be_empty(node)),
            Node::Group(_, node) | Node::Atomic(node) => self.can_be_empty(node),
            Node::Repeat { node, min, .. } => *min == 0 || self.can_be_empty(node),
            Node::Conditional(_, yes, no) => self.can_be_empty(yes) || self.can_be_empty(no),
            Node::Call(target) => {
                let group = self.number_of(target);
                let known = self.nullable.iter().find(|(number, _)| Some(*number) == group);
                known.is_none_or(|(_, empty)| *empty)
            }
        }
    }

    fn number_of(&self, target: &Target) -> Option<usize> {
        match target {
            Target::Number(number, _) => Some(*number),
            Target::Name(name, _) => self.names.iter().find(|(other, _)| other == name).map(|(_, number)| *number),
        }
    }

    /// A call of a group from within, with nothing read since the group began, would never end.
    fn call(&mut self, target: Target) -> Node {
        let group = self.number_of(&target);
        if let Some(from) = self.open.iter().rposition(|around| around.group.is_some() && around.group == group)
            && self.open[from..].iter().all(|around| around.empty && !around.conditional)
        {
            let (Target::Number(_, position) | Target::Name(_, position)) = target;
            self.endless.get_or_insert(position);
        }
        Node::Call(target)
    }

    // ---- groups ----

    /// `None` for what leaves nothing behind: comments and settings.
    fn group(&mut self) -> Parse<Option<Node>> {
        self.at += 1;
        if self.eat(b'*') {
            return self.verb().map(Some);
        }
        if !self.eat(b'?') {
            return if self.flags.has(Flags::NO_AUTO_CAPTURE) {
                self.inner().map(Some)
            } else {
                self.capture(None).map(Some)
            };
        }
        let position = self.at;
        let unknown = "unrecognized character after (? or (?-";
        match self.peek() {
            None => self.fail(unknown),
            Some(b'#') => {
                self.at += 1;
                match self.rest().iter().position(|byte| *byte == b')') {
                    Some(len) => {
                        self.at += len + 1;
                        Ok(None)
                    }
                    None => self.fail_at("missing ) after comment", self.text.len()),
                }
            }
            Some(b':') => {
                self.at += 1;
                self.inner().map(Some)
            }
            Some(b'|') => {
                self.at += 1;
                self.branch_reset().map(Some)
            }
            Some(b'>') => {
                self.at += 1;
                Ok(Some(Node::Atomic(Box::new(self.inner()?))))
            }
            Some(b'=' | b'!') => {
                let negated = self.peek() == Some(b'!');
                self.at += 1;
                self.look(false, negated).map(Some)
            }
            Some(b'<') => match self.text.get(self.at + 1) {
                Some(next @ (b'=' | b'!')) => {
                    let negated = *next == b'!';
                    self.at += 2;
                    self.look(true, negated).map(Some)
                }
                Some(next) if next.is_ascii_alphanumeric() || *next == b'_' || *next >= 0x80 => {
                    self.at += 1;
                    self.named(b'>').map(Some)
                }
                _ => self.fail_at("unrecognized character after (?<", self.at + 1),
            },
            Some(b'\'') => {
                self.at += 1;
                self.named(b'\'').map(Some)
            }
            Some(b'P') => {
                self.at += 1;
                match self.peek() {
                    Some(b'<') => {
                        self.at += 1;
                        self.named(b'>').map(Some)
                    }
                    Some(b'=') => {
                        self.at += 1;
                        let (name, position) = self.name_until(b')')?;
                        Ok(Some(Node::Backreference(Target::Name(name, position), self.flags.has(Flags::CASELESS))))
                    }
                    Some(b'>') => {
                        self.at += 1;
                        let (name, position) = self.name_until(b')')?;
                        Ok(Some(self.call(Target::Name(name, position))))
                    }
                    _ => self.fail("unrecognized character after (?P"),
                }
            }
            Some(b'&') => {
                self.at += 1;
                let (name, position) = self.name_until(b')')?;
                Ok(Some(self.call(Target::Name(name, position))))
            }
            Some(b'R') => {
                self.at += 1;
                if !self.eat(b')') {
                    return self.fail("(?R or (?[+-]digits must be followed by )");
                }
                Ok(Some(self.call(Target::Number(0, position + 1))))
            }
            Some(b'(') => {
                self.at += 1;
                self.conditional().map(Some)
            }
            Some(b'C') => {
                self.at += 1;
                let digits = self.rest().iter().take_while(|byte| byte.is_ascii_digit()).count();
                let number = self.number();
                if digits > 0 && number > 255 {
                    return self.fail("number after (?C is > 255");
                }
                // A callout without anybody to call.
                if self.eat(b')') { Ok(None) } else { self.fail("closing ) for (?C expected") }
            }
            Some(b'+') => {
                self.at += 1;
                self.relative_call(false).map(Some)
            }
            Some(b'0'..=b'9') => {
                let number = self.number();
                let position = self.at;
                if !self.eat(b')') {
                    return self.fail("(?R or (?[+-]digits must be followed by )");
                }
                Ok(Some(self.call(Target::Number(number, position))))
            }
            Some(b'-') if self.text.get(self.at + 1).is_some_and(u8::is_ascii_digit) => {
                self.at += 1;
                self.relative_call(true).map(Some)
            }
            Some(_) => self.inline_flags(),
        }
    }

    fn relative_call(&mut self, back: bool) -> Parse<Node> {
        if !self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            return self.fail("digit expected after (?+");
        }
        let number = self.number();
        let position = self.at;
        if !self.eat(b')') {
            return self.fail("(?R or (?[+-]digits must be followed by )");
        }
        let missing = Error { message: "reference to non-existent subpattern", position };
        if number == 0 {
            return self.fail_at("a numbered reference must not be zero", position);
        }
        let group = if back {
            (self.groups + 1).checked_sub(number).filter(|group| *group > 0)
        } else {
            self.groups.checked_add(number)
        };
        Ok(self.call(Target::Number(group.ok_or(missing)?, position)))
    }

    fn number(&mut self) -> usize {
        let mut value = 0_usize;
        while let Some(digit @ b'0'..=b'9') = self.peek() {
            value = value.saturating_mul(10).saturating_add(usize::from(digit - b'0'));
            self.at += 1;
        }
        value
    }

    fn inline_flags(&mut self) -> Parse<Option<Node>> {
        let unknown = "unrecognized character after (? or (?-";
        let before = self.flags;
        let mut on = true;
        loop {
            let flag = match self.peek() {
                Some(b'-') => {
                    on = false;
                    self.at += 1;
                    continue;
                }
                Some(b'i') => Flags::CASELESS,
                Some(b'm') => Flags::MULTILINE,
                Some(b's') => Flags::DOTALL,
                Some(b'x') => Flags::EXTENDED,
                Some(b'U') => Flags::UNGREEDY,
                Some(b'J') => Flags::DUPNAMES,
                Some(b'X') => 0,
                Some(b')') => {
                    self.at += 1;
                    return Ok(None);
                }
                Some(b':') => {
                    self.at += 1;
                    let node = self.inner_with(None, before)?;
                    return Ok(Some(node));
                }
                _ => return self.fail(unknown),
            };
            self.flags.set(flag, on);
            self.at += 1;
        }
    }

    /// Alternatives up to the closing parenthesis; settings inside end with it.
    fn inner(&mut self) -> Parse<Node> {
        self.inner_with(None, self.flags)
    }

    fn inner_with(&mut self, group: Option<usize>, after: Flags) -> Parse<Node> {
        self.enter(group)?;
        let node = self.alternatives()?;
        self.leave(after)?;
        // A group is one item, whatever is in it.
        Ok(match node {
            Node::Empty => Node::Concat(Vec::new()),
            other => other,
        })
    }

    fn enter(&mut self, group: Option<usize>) -> Parse<()> {
        self.depth += 1;
        self.open.push(Open { group, empty: true, conditional: false });
        if self.depth > NESTING_MAX { self.fail("parentheses are too deeply nested") } else { Ok(()) }
    }

    fn leave(&mut self, after: Flags) -> Parse<()> {
        self.depth -= 1;
        self.open.pop();
        self.flags = after;
        if self.eat(b')') { Ok(()) } else { self.fail("missing )") }
    }

    fn capture(&mut self, name: Option<(Vec<u8>, usize)>) -> Parse<Node> {
        self.groups += 1;
        let group = self.groups;
        if let Some((name, position)) = name {
            let taken = self.names.iter().any(|(other, number)| *other == name && *number != group);
            if taken && !self.flags.has(Flags::DUPNAMES) {
                return self.fail_at("two named subpatterns have the same name", position);
            }
            if !self.names.iter().any(|(other, number)| *other == name && *number == group) {
                self.names.push((name, group));
            }
        }
        let node = self.inner_with(Some(group), self.flags)?;
        let empty = self.can_be_empty(&node);
        self.nullable.push((group, empty));
        Ok(Node::Group(group, Box::new(node)))
    }

    fn named(&mut self, close: u8) -> Parse<Node> {
        let (name, position) = self.name_until(close)?;
        self.capture(Some((name, position)))
    }

    fn branch_reset(&mut self) -> Parse<Node> {
        let (flags, first) = (self.flags, self.groups);
        self.enter(None)?;
        let mut most = first;
        let mut all = Vec::new();
        loop {
            self.groups = first;
            all.push(self.sequence()?);
            most = most.max(self.groups);
            if !self.eat(b'|') {
                break;
            }
        }
        self.groups = most;
        self.leave(flags)?;
        Ok(Node::Alternation(all))
    }

    fn look(&mut self, behind: bool, negated: bool) -> Parse<Node> {
        let node = Box::new(self.inner()?);
        Ok(Node::Look { behind, negated, node, position: self.at - 1 })
    }

    /// A name and the position after it.
    fn name_until(&mut self, close: u8) -> Parse<(Vec<u8>, usize)> {
        let start = self.at;
        if self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            return self.fail("group name must start with a non-digit");
        }
        let len = self.rest().iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
        self.at += len;
        if len == 0 {
            return self.fail("subpattern name expected");
        }
        if len > NAME_MAX {
            return self.fail("subpattern name is too long (maximum 32 characters)");
        }
        let position = self.at;
        if !self.eat(close) {
            return self.fail("syntax error in subpattern name (missing terminator)");
        }
        Ok((self.text[start..start + len].to_vec(), position))
    }

    fn conditional(&mut self) -> Parse<Node> {
        let expected = "assertion expected after (?( or (?(?C)";
        let condition = match self.peek() {
            Some(b'?') => {
                let start = self.at;
                let look: [&[u8]; 4] = [b"?=", b"?!", b"?<=", b"?<!"];
                if !look.iter().any(|begin| self.rest().starts_with(begin)) {
                    return self.fail_at(expected, start);
                }
                self.at -= 1;
                match self.group() {
                    Ok(Some(look @ Node::Look { .. })) => Condition::Look(Box::new(look)),
                    Ok(_) => return self.fail_at(expected, start),
                    Err(error) => return Err(error),
                }
            }
            Some(b'<') => {
                self.at += 1;
                let (name, position) = self.name_until(b'>')?;
                self.close_condition()?;
                Condition::Group(Target::Name(name, position + 2))
            }
            Some(b'\'') => {
                self.at += 1;
                let (name, position) = self.name_until(b'\'')?;
                self.close_condition()?;
                Condition::Group(Target::Name(name, position + 2))
            }
            Some(sign @ (b'+' | b'-' | b'0'..=b'9')) => {
                let relative = !sign.is_ascii_digit();
                self.at += usize::from(relative);
                let number = self.number();
                let position = self.at;
                self.close_condition()?;
                if number == 0 {
                    return self.fail_at("invalid condition (?(0)", self.at);
                }
                let missing = Error { message: "reference to non-existent subpattern", position: position + 1 };
                let group = match sign {
                    b'-' => (self.groups + 1).checked_sub(number).filter(|group| *group > 0).ok_or(missing)?,
                    b'+' => self.groups + number,
                    _ => number,
                };
                Condition::Group(Target::Number(group, position + 1))
            }
            Some(byte) if byte.is_ascii_alphabetic() || byte == b'_' || byte == b'&' => self.word_condition()?,
            _ => return self.fail(expected),
        };
        let flags = self.flags;
        self.enter(None)?;
        if let Some(around) = self.open.last_mut() {
            around.conditional = true;
        }
        let node = self.alternatives()?;
        let end = self.at;
        self.leave(flags)?;
        let mut branches = match node {
            Node::Alternation(all) => all,
            one => vec![one],
        };
        if matches!(condition, Condition::Define) && branches.len() > 1 {
            return self.fail_at("DEFINE group contains more than one branch", end);
        }
        if branches.len() > 2 {
            return self.fail_at("conditional group contains more than two branches", end);
        }
        let no = if branches.len() == 2 { branches.pop() } else { None };
        let yes = branches.pop().unwrap_or(Node::Empty);
        Ok(Node::Conditional(condition, Box::new(yes), Box::new(no.unwrap_or(Node::Empty))))
    }

    fn word_condition(&mut self) -> Parse<Condition> {
        if self.eat_all(b"R&") {
            let (name, position) = self.name_until(b')')?;
            return Ok(Condition::Recursion(Some(Target::Name(name, position))));
        }
        let (name, position) = self.name_until(b')')?;
        Ok(match &name[..] {
            b"DEFINE" => Condition::Define,
            b"R" => Condition::Recursion(None),
            [b'R', digits @ ..] if digits.iter().all(u8::is_ascii_digit) => {
                let number = digits.iter().fold(0_usize, |value, digit| value * 10 + usize::from(digit - b'0'));
                Condition::Recursion(Some(Target::Number(number, position)))
            }
            _ => Condition::Group(Target::Name(name, position + 1)),
        })
    }

    fn close_condition(&mut self) -> Parse<()> {
        if self.eat(b')') { Ok(()) } else { self.fail("malformed number or name after (?(") }
    }

    fn verb(&mut self) -> Parse<Node> {
        let len = self.rest().iter().take_while(|byte| byte.is_ascii_uppercase()).count();
        if len == 0 && self.peek() != Some(b':') {
            return self.fail_at("nothing to repeat", self.at - 1);
        }
        let name = &self.text[self.at..self.at + len];
        self.at += len;
        let verb = match name {
            b"ACCEPT" => Verb::Accept,
            b"F" | b"FAIL" => Verb::Fail,
            b"COMMIT" => Verb::Commit,
            b"PRUNE" => Verb::Prune,
            b"SKIP" => Verb::Skip,
            _ => return self.fail("(*VERB) not recognized or malformed"),
        };
        if self.peek() == Some(b':') && verb != Verb::Prune {
            return self.fail("an argument is not allowed for (*ACCEPT), (*FAIL), or (*COMMIT)");
        }
        while self.peek().is_some_and(|byte| byte != b')') {
            self.at += 1;
        }
        if self.eat(b')') { Ok(Node::Verb(verb)) } else { self.fail("(*VERB) not recognized or malformed") }
    }

    // ---- classes ----

    fn class(&mut self) -> Parse<Node> {
        let missing = "missing terminating ] for character class";
        let start = self.at;
        if self.posix_close(start).is_some() {
            return self.fail_at(
                match self.text.get(start + 1) {
                    Some(b':') => "POSIX named classes are supported only within a class",
                    _ => "POSIX collating elements are not supported",
                },
                start,
            );
        }
        self.at += 1;
        let negated = self.eat(b'^');
        let max = max_code(self.is_unicode());
        let mut builder = ClassBuilder::default();
        let mut first = true;
        let mut quoting = false;
        loop {
            let Some(byte) = self.peek() else { return self.fail(missing) };
            if quoting && self.eat_all(b"\\E") {
                quoting = false;
                continue;
            }
            if byte == b']' && !first && !quoting {
                self.at += 1;
                break;
            }
            first = false;
            let low = if quoting {
                self.char().map(Escape::Code)
            } else {
                match self.class_item(&mut builder)? {
                    Some(Escape::Quote) => {
                        quoting = true;
                        continue;
                    }
                    other => other,
                }
            };
            let Some(item) = low else { continue };
            let low = match item {
                Escape::Code(low) => {
                    self.note_line_end(low);
                    low
                }
                Escape::Set(ranges, negated) => {
                    builder.add_all(&ranges, negated, max);
                    continue;
                }
                Escape::Node(_) | Escape::Nothing | Escape::Quote => continue,
            };
            if !quoting && self.rest().starts_with(b"\\E") {
                self.at += 2;
            }
            // A range, unless the hyphen is the last in the class.
            if !quoting && self.peek() == Some(b'-') && self.text.get(self.at + 1).is_some_and(|next| *next != b']') {
                self.at += 1;
                let from = self.at;
                match self.class_item(&mut builder)? {
                    Some(Escape::Code(high)) => {
                        if high < low {
                            return self.fail_at("range out of order in character class", self.at - 1);
                        }
                        self.note_line_end(high);
                        builder.add(low, high);
                    }
                    Some(Escape::Set(..)) => {
                        let escaped = usize::from(self.text.get(from) == Some(&b'\\'));
                        return self.fail_at("invalid range in character class", from + escaped);
                    }
                    None if self.at > from => return self.fail_at("invalid range in character class", self.at - 1),
                    None | Some(Escape::Node(_) | Escape::Nothing | Escape::Quote) => {
                        builder.add(low, low);
                        builder.add(0x2d, 0x2d);
                    }
                }
            } else {
                builder.add(low, low);
            }
        }
        Ok(Node::Set(builder.finish(self.flags.has(Flags::CASELESS), negated, self.is_unicode())))
    }

    /// Where `:]` is that ends what begins with `[:` at `start`.
    fn posix_close(&self, start: usize) -> Option<usize> {
        let kind = *self.text.get(start + 1)?;
        if !matches!(kind, b':' | b'.' | b'=') {
            return None;
        }
        let mut at = start + 2;
        loop {
            match (*self.text.get(at)?, self.text.get(at + 1).copied()) {
                (b'\\', Some(b']' | b'\\')) => at += 2,
                (b']', _) => return None,
                (b'[', Some(next)) if next == kind => return None,
                (byte, Some(b']')) if byte == kind => return Some(at),
                _ => at += 1,
            }
        }
    }

    /// One item of a class; `None` when it went into the builder.
    fn class_item(&mut self, builder: &mut ClassBuilder) -> Parse<Option<Escape>> {
        let start = self.at;
        match self.peek() {
            Some(b'[') => {
                if let Some(close) = self.posix_close(start) {
                    if self.text[start + 1] != b':' {
                        return self.fail_at("POSIX collating elements are not supported", start);
                    }
                    let name = &self.text[start + 2..close];
                    let (name, negated) = match name {
                        [b'^', name @ ..] => (name, true),
                        name => (name, false),
                    };
                    // Without regard to case, lower and upper are all letters.
                    let caseless = self.flags.has(Flags::CASELESS) && matches!(name, b"lower" | b"upper");
                    let Some(ranges) = class::posix(if caseless { b"alpha" } else { name }, self.ucp()) else {
                        return self.fail_at("unknown POSIX class name", start + 2 + usize::from(negated));
                    };
                    self.at = close + 2;
                    return Ok(Some(Escape::Set(ranges, negated)));
                }
                self.at += 1;
                Ok(Some(Escape::Code(u32::from(b'['))))
            }
            Some(b'\\') => match self.escape(true)? {
                Escape::Nothing => {
                    let _ = builder;
                    Ok(Some(Escape::Nothing))
                }
                other => Ok(Some(other)),
            },
            _ => Ok(self.char().map(Escape::Code)),
        }
    }

    // ---- escapes ----

    fn escape(&mut self, in_class: bool) -> Parse<Escape> {
        self.at += 1;
        let Some(byte) = self.peek() else { return self.fail("\\ at end of pattern") };
        let ucp = self.ucp();
        let set = |ranges: Vec<class::Range>, negated| Ok(Escape::Set(ranges, negated));
        let node = |node| Ok(Escape::Node(node));
        if !byte.is_ascii_alphanumeric() {
            return Ok(self.char().map_or(Escape::Nothing, Escape::Code));
        }
        let start = self.at;
        self.at += 1;
        match byte {
            b'a' => Ok(Escape::Code(7)),
            b'e' => Ok(Escape::Code(27)),
            b'f' => Ok(Escape::Code(12)),
            b'n' => Ok(Escape::Code(10)),
            b'r' => Ok(Escape::Code(13)),
            b't' => Ok(Escape::Code(9)),
            b'b' if in_class => Ok(Escape::Code(8)),
            b'd' => set(class::digit(ucp), false),
            b'D' => set(class::digit(ucp), true),
            b's' => set(class::space(ucp), false),
            b'S' => set(class::space(ucp), true),
            b'w' => set(class::word(ucp), false),
            b'W' => set(class::word(ucp), true),
            b'h' => set(class::HORIZONTAL.to_vec(), false),
            b'H' => set(class::HORIZONTAL.to_vec(), true),
            b'v' => set(class::VERTICAL.to_vec(), false),
            b'V' => set(class::VERTICAL.to_vec(), true),
            b'p' | b'P' => self.property(byte == b'P'),
            b'Q' => Ok(Escape::Quote),
            b'E' => Ok(Escape::Nothing),
            b'x' => self.hexadecimal().map(Escape::Code),
            b'o' => self.octal_braces().map(Escape::Code),
            b'c' => match self.peek() {
                None => self.fail("\\c at end of pattern"),
                Some(next) if !next.is_ascii() => self.fail("\\c must be followed by an ASCII character"),
                Some(next) => {
                    self.at += 1;
                    Ok(Escape::Code(u32::from(next.to_ascii_uppercase() ^ 0x40)))
                }
            },
            b'L' | b'l' | b'U' | b'u' => self.fail_at("PCRE does not support \\L, \\l, \\N{name}, \\U, or \\u", start),
            b'N' if self.peek() == Some(b'{') && self.counts().is_none() => {
                self.fail_at("PCRE does not support \\L, \\l, \\N{name}, \\U, or \\u", start)
            }
            b'0' => Ok(Escape::Code(self.octal(start, 3)?)),
            b'1'..=b'9' => self.digits(start, in_class),
            b'N' | b'R' | b'X' | b'B' if in_class => {
                self.fail_at("escape sequence is invalid in character class", start)
            }
            _ if in_class => Ok(Escape::Code(u32::from(byte))),
            b'N' => node(Node::NotNewline),
            b'R' => node(Node::Newline),
            b'X' => node(Node::Grapheme),
            b'C' => node(Node::Byte),
            b'K' => node(Node::KeepOut),
            b'A' => node(Node::Assert(Assert::Start)),
            b'z' => node(Node::Assert(Assert::End)),
            b'Z' => node(Node::Assert(Assert::EndOrNewline)),
            b'G' => node(Node::Assert(Assert::SearchStart)),
            b'b' => node(Node::Assert(Assert::WordEdge { ucp, negated: false })),
            b'B' => node(Node::Assert(Assert::WordEdge { ucp, negated: true })),
            b'g' => self.reference_g(start).map(Escape::Node),
            b'k' => {
                let close = match self.peek() {
                    Some(b'{') => b'}',
                    Some(b'<') => b'>',
                    Some(b'\'') => b'\'',
                    _ => {
                        return self.fail_at("\\k is not followed by a braced, angle-bracketed, or quoted name", start);
                    }
                };
                self.at += 1;
                let (name, position) = self.name_until(close)?;
                node(Node::Backreference(Target::Name(name, position), self.flags.has(Flags::CASELESS)))
            }
            _ => Ok(Escape::Code(u32::from(byte))),
        }
    }

    /// Up to `len` octal digits from `start` on.
    fn octal(&mut self, start: usize, len: usize) -> Parse<u32> {
        let digits = self.text[start..].iter().take(len).take_while(|byte| (b'0'..=b'7').contains(byte)).count();
        let value = self.text[start..start + digits].iter().fold(0, |value, digit| value * 8 + u32::from(digit - b'0'));
        self.at = start + digits;
        if value > 0xff && !self.is_unicode() {
            return self.fail_at("octal value is greater than \\377 in 8-bit non-UTF-8 mode", self.at - 1);
        }
        Ok(value)
    }

    /// A reference to a group, or an octal code.
    fn digits(&mut self, start: usize, in_class: bool) -> Parse<Escape> {
        if !in_class {
            self.at = start;
            let number = self.number();
            if number < 8 || number <= self.groups {
                // PCRE looks for the group at the end of the pattern.
                let target = Target::Number(number, self.text.len());
                return Ok(Escape::Node(Node::Backreference(target, self.flags.has(Flags::CASELESS))));
            }
        }
        self.at = start + 1;
        match self.text[start] {
            digit @ (b'8' | b'9') => Ok(Escape::Code(u32::from(digit))),
            _ => self.octal(start, 3).map(Escape::Code),
        }
    }

    fn in_range(&self, value: u32) -> Parse<u32> {
        let surrogate = self.is_unicode() && (0xd800..=0xdfff).contains(&value);
        if value > max_code(self.is_unicode()) {
            self.fail_at("character value in \\x{} or \\o{} is too large", self.at - 1)
        } else if surrogate {
            self.fail_at("disallowed Unicode code point (>= 0xd800 && <= 0xdfff)", self.at - 1)
        } else {
            Ok(value)
        }
    }

    /// Digits of a base up to a closing brace.
    fn braced(&mut self, base: u32, message: &'static str) -> Parse<u32> {
        self.at += 1;
        let start = self.at;
        let mut value = 0_u32;
        while let Some(digit) = self.peek().and_then(|byte| char::from(byte).to_digit(base)) {
            value = value.saturating_mul(base).saturating_add(digit);
            self.at += 1;
            if value > max_code(self.is_unicode()) {
                // Where the number has become too large is where PCRE looks no further.
                while self.peek().is_some_and(|byte| char::from(byte).is_digit(base)) {
                    self.at += 1;
                }
                return self.fail("character value in \\x{} or \\o{} is too large");
            }
        }
        if self.at == start || !self.eat(b'}') {
            return self.fail(message);
        }
        self.in_range(value)
    }

    fn hexadecimal(&mut self) -> Parse<u32> {
        if self.peek() == Some(b'{') {
            return self.braced(16, "non-hex character in \\x{} (closing brace missing?)");
        }
        let mut value = 0;
        for _ in 0..2 {
            let Some(digit) = self.peek().and_then(|byte| char::from(byte).to_digit(16)) else { break };
            value = value * 16 + digit;
            self.at += 1;
        }
        Ok(value)
    }

    fn octal_braces(&mut self) -> Parse<u32> {
        if self.peek() != Some(b'{') {
            return self.fail_at("missing opening brace after \\o", self.at - 1);
        }
        self.braced(8, "non-octal character in \\o{} (closing brace missing?)")
    }

    fn property(&mut self, negated: bool) -> Parse<Escape> {
        let malformed = "malformed \\P or \\p sequence";
        let mut negated = negated;
        let name = if self.eat(b'{') {
            negated ^= self.eat(b'^');
            let Some(len) = self.rest().iter().position(|byte| *byte == b'}') else {
                return self.fail_at(malformed, self.text.len());
            };
            let name = &self.text[self.at..self.at + len];
            self.at += len + 1;
            name
        } else {
            let Some(byte) = self.peek() else { return self.fail(malformed) };
            if !byte.is_ascii_alphabetic() {
                return self.fail(malformed);
            }
            self.at += 1;
            &self.text[self.at - 1..self.at]
        };
        match std::str::from_utf8(name).ok().and_then(class::property) {
            Some(ranges) => Ok(Escape::Set(ranges, negated)),
            None => self.fail_at("unknown property name after \\P or \\p", self.at - 1),
        }
    }

    /// What follows `\g`.
    fn reference_g(&mut self, start: usize) -> Parse<Node> {
        let malformed = "\\g is not followed by a braced, angle-bracketed, or quoted name/number or by a plain number";
        let caseless = self.flags.has(Flags::CASELESS);
        let open = self.peek();
        let close = match open {
            Some(b'<') => Some(b'>'),
            Some(b'\'') => Some(b'\''),
            Some(b'{') => Some(b'}'),
            _ => None,
        };
        self.at += usize::from(close.is_some());
        let sign = self.peek().filter(|byte| matches!(byte, b'+' | b'-'));
        let signed = usize::from(sign.is_some());
        if self.text.get(self.at + signed).is_some_and(u8::is_ascii_digit) {
            self.at += signed;
            let number = self.number();
            let position = self.at;
            if close.is_some_and(|close| !self.eat(close)) {
                return self.fail(malformed);
            }
            let call = matches!(open, Some(b'<' | b'\''));
            if number == 0 && !(call && sign.is_none()) {
                return self.fail_at("a numbered reference must not be zero", position);
            }
            let missing = Error { message: "reference to non-existent subpattern", position };
            let group = match sign {
                Some(b'-') => (self.groups + 1).checked_sub(number).filter(|group| *group > 0).ok_or(missing)?,
                Some(_) => self.groups + number,
                None => number,
            };
            let target = Target::Number(group, if call { position } else { self.text.len() });
            return Ok(if call { self.call(target) } else { Node::Backreference(target, caseless) });
        }
        match close {
            None => self.fail_at("a numbered reference must not be zero", start),
            Some(_) if self.at >= self.text.len() => self.fail(malformed),
            Some(close) => {
                let (name, position) = self.name_until(close)?;
                let target = Target::Name(name, position);
                Ok(if close == b'}' { Node::Backreference(target, caseless) } else { self.call(target) })
            }
        }
    }
}
