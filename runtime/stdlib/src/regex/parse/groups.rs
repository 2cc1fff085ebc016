//! Groups, and all else that begins with a parenthesis: looks, calls, conditionals, settings, verbs.

use super::{Condition, Error, Flags, NAME_MAX, NESTING_MAX, Node, Open, Parse, Parser, Target, Verb};

impl Parser<'_> {
    /// `None` for what leaves nothing behind: comments and settings.
    pub(super) fn group(&mut self) -> Parse<Option<Node>> {
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

    pub(super) fn number(&mut self) -> usize {
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
    pub(super) fn name_until(&mut self, close: u8) -> Parse<(Vec<u8>, usize)> {
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
}
