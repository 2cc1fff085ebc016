//! What begins with a backslash.

use super::class::{self, max_code};
use super::{Assert, Error, Escape, Flags, Node, Parse, Parser, Target};

impl Parser<'_> {
    pub(super) fn escape(&mut self, in_class: bool) -> Parse<Escape> {
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
