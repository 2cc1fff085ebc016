//! Runs a program on a subject.
//!
//! **What it is for.** A [`Search`] is asked again and again, with a budget of steps, until it has [`Found`] something or knows
//! that there is nothing.
//!
//! Ways not taken are entries of a stack. So are old values of registers: going back to a way restores what has changed
//! since. `Cut` takes ways away and leaves the old values.
//!
//! **Invariants.**
//! 1. Popping all entries above an earlier height gives the registers that were valid then.
//! 2. The stack is bounded by [`STACK_MAX`]; a search that would need more ends as if its limit was reached.
//!
//! **What it must not know.** Who asks, and what becomes of captures.

use unicode_segmentation::UnicodeSegmentation;

use super::parse::{Assert, Greed, Verb};
use super::program::{Inst, Program, Unit};
use super::{Flags, Newline, Regex, class};

const STACK_MAX: usize = 8 << 20;
const FRAMES_MAX: usize = 100_000;
const UNSET: usize = usize::MAX;

/// How a search begins, beside the subject.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Start {
    pub(crate) offset: usize,
    /// Only at the offset.
    pub(crate) anchored: bool,
    pub(crate) not_empty: bool,
    pub(crate) not_empty_at_start: bool,
    /// The beginning of the subject is not that of a line.
    pub(crate) not_bol: bool,
    pub(crate) not_eol: bool,
    /// Steps back at most.
    pub(crate) limit: u64,
}

pub(crate) enum Found {
    /// Byte ranges of the match and its groups.
    Match(Vec<Option<(usize, usize)>>),
    Nothing,
    /// The limit was reached.
    Limit,
    /// The budget is spent; ask again.
    More,
}

#[derive(Clone, Copy, Debug)]
enum Entry {
    Choice {
        pc: usize,
        pos: usize,
    },
    Undo {
        register: usize,
        old: usize,
    },
    /// A greedy repetition that can give back down to `low`.
    Backoff {
        pc: usize,
        low: usize,
        pos: usize,
    },
    /// A lazy one that can take so many more.
    Advance {
        pc: usize,
        left: u32,
        pos: usize,
    },
    /// Going back over this ends the attempt; the next one begins here, or none does.
    Barrier(Option<usize>),
}

/// A call of a group.
struct Frame {
    back: usize,
    group: usize,
    parent: usize,
    saved: Box<[usize]>,
    height: usize,
    pos: usize,
}

/// A search under way.
pub(crate) struct Search {
    start: Start,
    /// Where the attempt at hand begins.
    from: usize,
    running: bool,
    pc: usize,
    pos: usize,
    stack: Vec<Entry>,
    registers: Vec<usize>,
    frames: Vec<Frame>,
    left: u64,
    /// Where the required byte is for the last time, once that was looked for.
    required: Option<Option<usize>>,
}

/// The character at a place of valid UTF-8: code and bytes.
pub(crate) fn decode(text: &[u8], at: usize) -> (u32, usize) {
    let byte = |n: usize| u32::from(text.get(at + n).copied().unwrap_or(0) & 0x3f);
    match text[at] {
        first @ 0..0x80 => (u32::from(first), 1),
        first @ 0..0xe0 => (u32::from(first & 0x1f) << 6 | byte(1), 2),
        first @ 0..0xf0 => (u32::from(first & 0x0f) << 12 | byte(1) << 6 | byte(2), 3),
        first => (u32::from(first & 7) << 18 | byte(1) << 12 | byte(2) << 6 | byte(3), 4),
    }
}

/// What a look at program and subject can tell.
struct View<'a> {
    regex: &'a Regex,
    program: &'a Program,
    text: &'a [u8],
    unicode: bool,
    newline: Newline,
}

impl View<'_> {
    fn decode(&self, at: usize) -> (u32, usize) {
        if self.unicode { decode(self.text, at) } else { (u32::from(self.text[at]), 1) }
    }

    /// Where the character before begins.
    fn before(&self, at: usize) -> usize {
        let mut at = at - 1;
        while self.unicode && at > 0 && self.text[at] & 0xc0 == 0x80 {
            at -= 1;
        }
        at
    }

    fn after(&self, at: usize) -> usize {
        (at + self.decode(at).1).min(self.text.len())
    }

    /// The length of a line end here.
    fn line_end(&self, at: usize) -> Option<usize> {
        let byte = *self.text.get(at)?;
        let crlf = byte == b'\r' && self.text.get(at + 1) == Some(&b'\n');
        match self.newline {
            Newline::Lf => (byte == b'\n').then_some(1),
            Newline::Cr => (byte == b'\r').then_some(1),
            Newline::CrLf => crlf.then_some(2),
            Newline::AnyCrLf => match byte {
                b'\n' => Some(1),
                b'\r' => Some(if crlf { 2 } else { 1 }),
                _ => None,
            },
            Newline::Any => self.any_newline(at),
        }
    }

    fn any_newline(&self, at: usize) -> Option<usize> {
        let (code, len) = if at < self.text.len() { self.decode(at) } else { return None };
        match code {
            0x0d => Some(if self.text.get(at + 1) == Some(&b'\n') { 2 } else { 1 }),
            0x0a..=0x0c | 0x85 | 0x2028 | 0x2029 => Some(len),
            _ => None,
        }
    }

    /// Whether a line end stops here.
    fn after_line_end(&self, at: usize) -> bool {
        if at == 0 {
            return false;
        }
        let last = self.before(at);
        match self.newline {
            Newline::CrLf => at >= 2 && self.text[at - 2..at] == *b"\r\n",
            Newline::AnyCrLf | Newline::Any if self.text[last] == b'\r' && self.text.get(at) == Some(&b'\n') => false,
            _ => self.line_end(last).is_some(),
        }
    }

    fn unit(&self, unit: Unit, at: usize) -> Option<usize> {
        if at >= self.text.len() {
            return None;
        }
        let byte = self.text[at];
        let (code, len) = if byte < 0x80 { (u32::from(byte), 1) } else { self.decode(at) };
        let takes = match unit {
            Unit::Char(wanted) => code == wanted,
            Unit::Set(set) => self.program.sets[set].contains(code),
            Unit::Any => true,
            Unit::NotNewline => self.line_end(at).is_none(),
            Unit::Byte => return Some(at + 1),
        };
        takes.then_some(at + len)
    }

    fn is_word(&self, set: usize, at: usize) -> bool {
        at < self.text.len() && self.program.sets[set].contains(self.decode(at).0)
    }

    fn word_edge(&self, set: usize, at: usize) -> bool {
        (at > 0 && self.is_word(set, self.before(at))) != self.is_word(set, at)
    }

    fn assert(&self, assert: Assert, at: usize, start: &Start) -> bool {
        let end = self.text.len();
        match assert {
            Assert::Start => at == 0 && !start.not_bol,
            Assert::End => at == end && !start.not_eol,
            Assert::EndOrNewline => {
                !start.not_eol && (at == end || self.line_end(at).is_some_and(|len| at + len == end))
            }
            Assert::LineStart => (at == 0 && !start.not_bol) || (at > 0 && at < end && self.after_line_end(at)),
            Assert::LineEnd => {
                if at == end {
                    !start.not_eol
                } else {
                    self.line_end(at).is_some()
                }
            }
            Assert::SearchStart => at == start.offset,
            Assert::WordEdge { .. } => false,
        }
    }

    /// The end of a repetition of what a group matched.
    fn same_again(&self, from: usize, to: usize, at: usize, caseless: bool) -> Option<usize> {
        let group = &self.text[from..to];
        if !caseless {
            return self.text[at..].starts_with(group).then_some(at + group.len());
        }
        let (mut left, mut right) = (from, at);
        while left < to {
            if right >= self.text.len() {
                return None;
            }
            let ((one, one_len), (other, other_len)) = (self.decode(left), self.decode(right));
            if one != other
                && !class::folded(&[(one, one)], self.unicode).iter().any(|range| (range.0..=range.1).contains(&other))
            {
                return None;
            }
            (left, right) = (left + one_len, right + other_len);
        }
        Some(right)
    }

    fn grapheme(&self, at: usize) -> Option<usize> {
        if at >= self.text.len() {
            return None;
        }
        if !self.unicode {
            // Of bytes, only the two of a line end belong together.
            return Some(at + 1 + usize::from(self.text[at..].starts_with(b"\r\n")));
        }
        // Graphemes are short; one that fills the window is cut.
        let window = &self.text[at..self.text.len().min(at + 256)];
        let valid = window.utf8_chunks().next().map_or("", |chunk| chunk.valid());
        valid.graphemes(true).next().map(|grapheme| at + grapheme.len())
    }
}

impl Search {
    pub(crate) fn new(regex: &Regex, start: Start) -> Search {
        Search {
            start,
            from: start.offset,
            running: false,
            pc: 0,
            pos: 0,
            stack: Vec::new(),
            registers: vec![UNSET; regex.program.registers],
            frames: Vec::new(),
            left: start.limit,
            required: None,
        }
    }

    /// Goes on for so many steps. The subject must be the same at each call.
    pub(crate) fn run(&mut self, regex: &Regex, text: &[u8], budget: &mut usize) -> Found {
        let view = View {
            regex,
            program: &regex.program,
            text,
            unicode: regex.flags.has(Flags::UNICODE),
            newline: regex.flags.newline(),
        };
        loop {
            if !self.running && !self.begin(&view, budget) {
                return Found::Nothing;
            }
            match self.attempt(&view, budget) {
                Attempt::Match => return Found::Match(self.captures(&view)),
                Attempt::Spent => return Found::More,
                Attempt::Limit => return Found::Limit,
                Attempt::Over => return Found::Nothing,
                Attempt::Next(from) => {
                    self.running = false;
                    let around = from.checked_sub(1).and_then(|before| text.get(before..from + 1));
                    let within = from > self.start.offset && around == Some(b"\r\n");
                    self.from = from + usize::from(within && regex.program.keeps_line_ends_whole);
                }
            }
        }
    }

    /// Finds where the next attempt may succeed.
    fn begin(&mut self, view: &View<'_>, budget: &mut usize) -> bool {
        let program = view.program;
        let anchored = self.start.anchored || program.anchored;
        if self.from > view.text.len() || (anchored && self.from > self.start.offset) {
            return false;
        }
        if program.from_start_only && self.from > 0 {
            return false;
        }
        if let Some(byte) = program.required {
            let last = *self.required.get_or_insert_with(|| memchr::memrchr(byte, view.text));
            if last.is_none_or(|last| last < self.from) {
                return false;
            }
        }
        let before = self.from;
        if !anchored && !program.from_start_only {
            let rest = &view.text[self.from..];
            if let Some(prefix) = &program.prefix {
                match prefix.find(rest) {
                    Some(skipped) => self.from += skipped,
                    None => return false,
                }
            } else if let Some(first) = &program.first {
                match rest.iter().position(|byte| first[usize::from(*byte)]) {
                    Some(skipped) => self.from += skipped,
                    None => return false,
                }
            }
        }
        *budget = budget.saturating_sub((self.from - before) / 16);
        if view.regex.flags.has(Flags::FIRSTLINE)
            && (self.start.offset..self.from).any(|at| view.line_end(at).is_some())
        {
            return false;
        }
        self.running = true;
        self.stack.clear();
        self.frames.clear();
        self.registers.fill(UNSET);
        self.registers[0] = self.from;
        (self.pc, self.pos) = (0, self.from);
        true
    }

    fn captures(&self, view: &View<'_>) -> Vec<Option<(usize, usize)>> {
        (0..=view.regex.groups)
            .map(|group| {
                let (from, to) = (self.registers[2 * group], self.registers[2 * group + 1]);
                (from != UNSET && to != UNSET).then_some((from, to))
            })
            .collect()
    }

    fn set(&mut self, register: usize, value: usize) {
        let old = std::mem::replace(&mut self.registers[register], value);
        if !self.stack.is_empty() {
            self.stack.push(Entry::Undo { register, old });
        }
    }

    fn choose_later(&mut self, pc: usize) {
        self.stack.push(Entry::Choice { pc, pos: self.pos });
    }

    /// Takes away all ways above a height.
    fn cut(&mut self, height: usize) {
        let mut kept = height;
        for at in height..self.stack.len() {
            if let Entry::Undo { .. } = self.stack[at] {
                self.stack[kept] = self.stack[at];
                kept += 1;
            }
        }
        self.stack.truncate(kept);
    }

    fn frame(&self, view: &View<'_>) -> Option<&Frame> {
        self.frames.get(self.registers[Program::frame_register(view.regex.groups)])
    }

    /// Ends the innermost call if it is of this group.
    fn return_from(&mut self, view: &View<'_>, group: usize) -> bool {
        let place = Program::frame_register(view.regex.groups);
        let current = self.registers[place];
        let Some(frame) = self.frames.get(current).filter(|frame| frame.group == group) else { return false };
        let (back, parent, height) = (frame.back, frame.parent, frame.height);
        // Captures, counters and marks are as before the call.
        for register in 0..self.registers.len() {
            let saved = self.frames[current].saved[register];
            if self.registers[register] != saved {
                self.set(register, saved);
            }
        }
        self.set(place, parent);
        self.cut(height);
        self.pc = back;
        true
    }

    fn call(&mut self, view: &View<'_>, group: usize, entry: usize) -> bool {
        let place = Program::frame_register(view.regex.groups);
        let parent = self.registers[place];
        let mut outer = parent;
        while let Some(frame) = self.frames.get(outer).filter(|frame| frame.pos == self.pos) {
            if frame.group == group {
                return false;
            }
            outer = frame.parent;
        }
        let saved = self.registers.clone().into_boxed_slice();
        let frame = Frame { back: self.pc + 1, group, parent, saved, height: self.stack.len(), pos: self.pos };
        self.frames.push(frame);
        self.set(place, self.frames.len() - 1);
        self.pc = entry;
        true
    }

    fn repeat(
        &mut self,
        view: &View<'_>,
        unit: Unit,
        min: u32,
        max: Option<u32>,
        greed: Greed,
        budget: &mut usize,
    ) -> bool {
        let mut low = self.pos;
        for _ in 0..min {
            match view.unit(unit, low) {
                Some(next) => low = next,
                None => return false,
            }
        }
        let more = max.map_or(u32::MAX, |max| max - min);
        let pc = self.pc;
        self.pc += 1;
        if greed == Greed::Lazy {
            self.pos = low;
            if more > 0 {
                self.stack.push(Entry::Advance { pc, left: more, pos: low });
            }
            return true;
        }
        let mut high = low;
        match unit {
            Unit::Any if max.is_none() => high = view.text.len(),
            _ => {
                for _ in 0..more {
                    match view.unit(unit, high) {
                        Some(next) => high = next,
                        None => break,
                    }
                }
            }
        }
        *budget = budget.saturating_sub((high - self.pos) / 8);
        self.pos = high;
        if greed == Greed::Greedy && high > low {
            self.stack.push(Entry::Backoff { pc, low, pos: high });
        }
        true
    }

    /// Goes on with the last way not taken. `None` when it did, else how the attempt ends.
    fn back(&mut self, view: &View<'_>) -> Option<Attempt> {
        if self.left == 0 {
            return Some(Attempt::Limit);
        }
        self.left -= 1;
        loop {
            match self.stack.pop() {
                None => {
                    let next = if self.from < view.text.len() { view.after(self.from) } else { self.from + 1 };
                    return Some(Attempt::Next(next));
                }
                Some(Entry::Undo { register, old }) => self.registers[register] = old,
                Some(Entry::Choice { pc, pos }) => {
                    (self.pc, self.pos) = (pc, pos);
                    return None;
                }
                Some(Entry::Backoff { pc, low, pos }) => {
                    let byte = matches!(view.program.insts[pc], Inst::RepeatOne { unit: Unit::Byte, .. });
                    let back = |pos: usize| if byte { pos - 1 } else { view.before(pos) };
                    let mut pos = back(pos);
                    if let Some(Inst::Literal(literal)) = view.program.insts.get(pc + 1) {
                        // What follows says where it is worth trying.
                        while pos > low && view.text.get(pos) != literal.first() {
                            pos = back(pos);
                        }
                    }
                    if pos > low {
                        self.stack.push(Entry::Backoff { pc, low, pos });
                    }
                    (self.pc, self.pos) = (pc + 1, pos);
                    return None;
                }
                Some(Entry::Advance { pc, left, pos }) => {
                    let Inst::RepeatOne { unit, .. } = view.program.insts[pc] else { continue };
                    let Some(pos) = view.unit(unit, pos) else { continue };
                    if left > 1 {
                        self.stack.push(Entry::Advance { pc, left: left - 1, pos });
                    }
                    (self.pc, self.pos) = (pc + 1, pos);
                    return None;
                }
                Some(Entry::Barrier(next)) => {
                    return Some(match next {
                        None => Attempt::Over,
                        // A skip that goes nowhere is none.
                        Some(next) if next <= self.from => Attempt::Next(if self.from < view.text.len() {
                            view.after(self.from)
                        } else {
                            self.from + 1
                        }),
                        Some(next) => Attempt::Next(next),
                    });
                }
            }
        }
    }

    fn attempt(&mut self, view: &View<'_>, budget: &mut usize) -> Attempt {
        loop {
            if *budget == 0 {
                return Attempt::Spent;
            }
            *budget -= 1;
            if self.stack.len() > STACK_MAX || self.frames.len() > FRAMES_MAX {
                return Attempt::Limit;
            }
            let goes_on = match self.step(view, budget) {
                Step::On => true,
                Step::Fail => false,
                Step::Match => {
                    let empty = self.registers[0] == self.pos;
                    let refused = empty
                        && (self.start.not_empty || (self.start.not_empty_at_start && self.pos == self.start.offset));
                    if !refused {
                        self.registers[1] = self.pos;
                        return Attempt::Match;
                    }
                    false
                }
            };
            if !goes_on && let Some(end) = self.back(view) {
                return end;
            }
        }
    }

    fn step(&mut self, view: &View<'_>, budget: &mut usize) -> Step {
        let test = |holds: bool, search: &mut Search| {
            search.pc += 1;
            if holds { Step::On } else { Step::Fail }
        };
        match &view.program.insts[self.pc] {
            Inst::Literal(literal) => {
                if !view.text[self.pos..].starts_with(literal) {
                    return Step::Fail;
                }
                self.pos += literal.len();
                self.pc += 1;
            }
            Inst::One(unit) => match view.unit(*unit, self.pos) {
                Some(next) => {
                    self.pos = next;
                    self.pc += 1;
                }
                None => return Step::Fail,
            },
            Inst::RepeatOne { unit, min, max, greed } => {
                if !self.repeat(view, *unit, *min, *max, *greed, budget) {
                    return Step::Fail;
                }
            }
            Inst::Newline => {
                let found = if view.regex.flags.has(Flags::BSR_ANYCRLF) {
                    match view.text.get(self.pos) {
                        Some(b'\r') if view.text.get(self.pos + 1) == Some(&b'\n') => Some(2),
                        Some(b'\r' | b'\n') => Some(1),
                        _ => None,
                    }
                } else {
                    view.any_newline(self.pos)
                };
                let Some(len) = found else { return Step::Fail };
                self.pos += len;
                self.pc += 1;
            }
            Inst::Grapheme => match view.grapheme(self.pos) {
                Some(next) => {
                    self.pos = next;
                    self.pc += 1;
                }
                None => return Step::Fail,
            },
            Inst::Split(later) => {
                self.choose_later(*later);
                self.pc += 1;
            }
            Inst::SplitLater(first) => {
                self.choose_later(self.pc + 1);
                self.pc = *first;
            }
            Inst::Jump(target) => self.pc = *target,
            Inst::Save(register) => {
                self.set(*register, self.pos);
                self.pc += 1;
            }
            Inst::Close { group, start } => {
                self.set(2 * group, self.registers[*start]);
                self.set(2 * group + 1, self.pos);
                if !self.return_from(view, *group) {
                    self.pc += 1;
                }
            }
            Inst::Mark(register) => {
                self.set(*register, 0);
                self.registers[*register] = self.stack.len();
                self.pc += 1;
            }
            Inst::Cut(register) => {
                self.cut(self.registers[*register]);
                self.pc += 1;
            }
            Inst::LookEnd { mark, position } => {
                self.cut(self.registers[*mark]);
                self.pos = self.registers[*position];
                self.pc += 1;
            }
            Inst::Reject(mark) => {
                self.cut(self.registers[*mark]);
                return Step::Fail;
            }
            Inst::Back(count) => {
                for _ in 0..*count {
                    if self.pos == 0 {
                        return Step::Fail;
                    }
                    self.pos = view.before(self.pos);
                }
                self.pc += 1;
            }
            Inst::Zero(register) => {
                self.set(*register, 0);
                self.pc += 1;
            }
            Inst::Increment(register) => {
                self.set(*register, self.registers[*register] + 1);
                self.pc += 1;
            }
            Inst::Counted { count, min, max, lazy, out } => {
                let done = self.registers[*count];
                if done < *min as usize {
                    self.pc += 1;
                } else if max.is_some_and(|max| done >= max as usize) {
                    self.pc = *out;
                } else if *lazy {
                    self.choose_later(self.pc + 1);
                    self.pc = *out;
                } else {
                    self.choose_later(*out);
                    self.pc += 1;
                }
            }
            Inst::IfEmpty { position, out } => {
                self.pc = if self.registers[*position] == self.pos { *out } else { self.pc + 1 };
            }
            Inst::Backreference { groups, caseless } => {
                let set = groups.iter().map(|group| (self.registers[2 * group], self.registers[2 * group + 1]));
                let Some((from, to)) = set.into_iter().find(|(from, to)| *from != UNSET && *to != UNSET) else {
                    return Step::Fail;
                };
                match view.same_again(from, to.max(from), self.pos, *caseless) {
                    Some(next) => {
                        self.pos = next;
                        self.pc += 1;
                    }
                    None => return Step::Fail,
                }
            }
            Inst::Call { group, entry } => {
                if !self.call(view, *group, *entry) {
                    return Step::Fail;
                }
            }
            Inst::IfGroup { groups, otherwise } => {
                let set = groups.iter().any(|group| self.registers[2 * group + 1] != UNSET);
                self.pc = if set { self.pc + 1 } else { *otherwise };
            }
            Inst::IfRecursion { groups, otherwise } => {
                let inside = self
                    .frame(view)
                    .is_some_and(|frame| groups.as_ref().is_none_or(|groups| groups.contains(&frame.group)));
                self.pc = if inside { self.pc + 1 } else { *otherwise };
            }
            Inst::Assert(assert) => return test(view.assert(*assert, self.pos, &self.start), self),
            Inst::WordEdge { word, negated } => return test(view.word_edge(*word, self.pos) != *negated, self),
            Inst::KeepOut => {
                self.set(0, self.pos);
                self.pc += 1;
            }
            Inst::Verb(verb) => {
                match verb {
                    Verb::Accept => return Step::Match,
                    Verb::Fail => return Step::Fail,
                    Verb::Commit => self.stack.push(Entry::Barrier(None)),
                    Verb::Prune => self.stack.push(Entry::Barrier(Some(self.from))),
                    Verb::Skip => self.stack.push(Entry::Barrier(Some(self.pos))),
                }
                self.pc += 1;
            }
            Inst::Match => {
                if !self.return_from(view, 0) {
                    return Step::Match;
                }
            }
        }
        Step::On
    }
}

enum Step {
    On,
    Fail,
    Match,
}

enum Attempt {
    Match,
    Spent,
    Limit,
    /// The next attempt begins here.
    Next(usize),
    /// There is no use in going on.
    Over,
}
