//! Classes of characters in brackets.

use super::class::{self, ClassBuilder, max_code};
use super::{Escape, Flags, Node, Parse, Parser};

impl Parser<'_> {
    pub(super) fn class(&mut self) -> Parse<Node> {
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
}
