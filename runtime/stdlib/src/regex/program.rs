//! Tree of a pattern to instructions.
//!
//! **What it is for.** [`compile`] gives a [`Program`]. It also checks what can only be checked when all groups are known.
//!
//! Repetitions of one character are one instruction. Others are copied out, or counted in a register when copies would be
//! too many. A choice is an instruction that remembers the way not taken; `Mark` remembers how many of these there are, and
//! `Cut` forgets those made since, which is all that atomic groups, looks and possessive repetitions need.
//!
//! **Invariants.**
//! 1. Registers 0 and 1 are the whole match, `2n` and `2n + 1` group `n`, the next one the frame of the innermost call.
//! 2. Every loop whose body may be empty checks that an iteration consumed something.
//!
//! **What it must not know.** Subjects.

use memchr::memmem;

use super::class::{self, Class, ClassBuilder};
use super::parse::{Assert, Condition, Greed, Node, Parsed, Target, Verb};
use super::{Error, Flags, Newline};

pub(crate) type Register = usize;
pub(crate) type Label = usize;

/// Copies of instructions that a repetition may make.
const COPIES_MAX: usize = 400;
const PROGRAM_MAX: usize = 1 << 20;

/// One character's worth of a pattern.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Unit {
    Char(u32),
    /// By number of the set.
    Set(usize),
    Any,
    NotNewline,
    Byte,
}

#[derive(Clone, Debug)]
pub(crate) enum Inst {
    Literal(Box<[u8]>),
    One(Unit),
    RepeatOne {
        unit: Unit,
        min: u32,
        max: Option<u32>,
        greed: Greed,
    },
    Newline,
    Grapheme,
    /// Goes on here, and there if that fails.
    Split(Label),
    /// The other way round.
    SplitLater(Label),
    Jump(Label),
    Save(Register),
    /// The end of a group whose start was saved, and of a call of it.
    Close {
        group: usize,
        start: Register,
    },
    Mark(Register),
    Cut(Register),
    /// Success of a look: back to where it began.
    LookEnd {
        mark: Register,
        position: Register,
    },
    /// Success of a negated look: it fails.
    Reject(Register),
    /// Steps back so many characters.
    Back(usize),
    Zero(Register),
    /// A counted loop: the body is next; `out` when there were enough iterations.
    Counted {
        count: Register,
        min: u32,
        max: Option<u32>,
        lazy: bool,
        out: Label,
    },
    Increment(Register),
    /// Leaves the loop when nothing was consumed since the register was saved.
    IfEmpty {
        position: Register,
        out: Label,
    },
    Backreference {
        groups: Box<[usize]>,
        caseless: bool,
    },
    Call {
        group: usize,
        entry: Label,
    },
    IfGroup {
        groups: Box<[usize]>,
        otherwise: Label,
    },
    IfRecursion {
        groups: Option<Box<[usize]>>,
        otherwise: Label,
    },
    Assert(Assert),
    WordEdge {
        word: usize,
        negated: bool,
    },
    KeepOut,
    Verb(Verb),
    Match,
}

pub(crate) struct Program {
    pub(crate) insts: Vec<Inst>,
    pub(crate) sets: Vec<Class>,
    pub(crate) registers: usize,
    /// A match begins only at the start of the search or subject.
    pub(crate) anchored: bool,
    pub(crate) from_start_only: bool,
    /// No attempt begins between a carriage return and its line feed, which are one line end.
    pub(crate) keeps_line_ends_whole: bool,
    /// What every match begins with.
    pub(crate) prefix: Option<memmem::Finder<'static>>,
    /// A byte that every match contains, though perhaps only in a look or a call.
    pub(crate) required: Option<u8>,
    /// Bytes that a match can begin with.
    pub(crate) first: Option<Box<[bool; 256]>>,
}

impl Program {
    pub(crate) fn frame_register(groups: usize) -> Register {
        2 * groups + 2
    }
}

struct Compiler<'a> {
    parsed: &'a Parsed,
    insts: Vec<Inst>,
    sets: Vec<Class>,
    registers: usize,
    entries: Vec<Option<Label>>,
    /// Groups that are open here, with the registers of their starts.
    open: Vec<(usize, Register)>,
    calls: Vec<(Label, usize)>,
}

type Compile<T> = Result<T, Error>;

pub(crate) fn compile(parsed: &Parsed) -> Compile<Program> {
    let groups = parsed.groups;
    let mut compiler = Compiler {
        parsed,
        insts: Vec::new(),
        sets: Vec::new(),
        registers: Program::frame_register(groups) + 1,
        entries: vec![None; groups + 1],
        open: Vec::new(),
        calls: Vec::new(),
    };
    compiler.entries[0] = Some(0);
    compiler.emit(&parsed.root)?;
    compiler.insts.push(Inst::Match);
    for (at, group) in std::mem::take(&mut compiler.calls) {
        let entry = compiler.entries[group].unwrap_or(0);
        compiler.insts[at] = Inst::Call { group, entry };
    }
    let accepts = compiler.insts.iter().any(|inst| matches!(inst, Inst::Verb(Verb::Accept)));
    let mut prefix = Vec::new();
    leading(&parsed.root, compiler.unicode(), &mut prefix);
    let mut first = Box::new([false; 256]);
    let first = (compiler.first(&parsed.root, &mut first) == First::Consumes).then_some(first);
    Ok(Program {
        anchored: parsed.flags.has(Flags::ANCHORED),
        from_start_only: begins_at_start(&parsed.root),
        keeps_line_ends_whole: !parsed.tells_line_ends
            && matches!(parsed.flags.newline(), Newline::CrLf | Newline::AnyCrLf | Newline::Any),
        prefix: (!prefix.is_empty()).then(|| memmem::Finder::new(&prefix).into_owned()),
        // What accepts at once may leave out what follows.
        required: if accepts { None } else { required(&parsed.root, compiler.unicode()) },
        first,
        insts: compiler.insts,
        sets: compiler.sets,
        registers: compiler.registers,
    })
}

fn begins_at_start(node: &Node) -> bool {
    match node {
        Node::Assert(Assert::Start) => true,
        Node::Concat(items) => items.first().is_some_and(begins_at_start),
        Node::Alternation(all) => all.iter().all(begins_at_start),
        Node::Group(_, inner) | Node::Atomic(inner) => begins_at_start(inner),
        _ => false,
    }
}

fn encode(code: u32, unicode: bool, out: &mut Vec<u8>) {
    match char::from_u32(code).filter(|_| unicode) {
        Some(c) => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        // Without Unicode no code is larger than a byte.
        None => out.push(code.to_le_bytes()[0]),
    }
}

/// The literal that a tree begins with. Whether all of the tree is in it.
fn leading(node: &Node, unicode: bool, out: &mut Vec<u8>) -> bool {
    match node {
        Node::Char(code) => {
            encode(*code, unicode, out);
            true
        }
        Node::Concat(items) => items.iter().all(|item| leading(item, unicode, out)),
        Node::Group(_, inner) => leading(inner, unicode, out),
        _ => false,
    }
}

/// The last byte that has to be somewhere from the beginning of a match on.
fn required(node: &Node, unicode: bool) -> Option<u8> {
    match node {
        Node::Char(code) => {
            let mut bytes = Vec::new();
            encode(*code, unicode, &mut bytes);
            bytes.last().copied()
        }
        Node::Concat(items) => items.iter().rev().find_map(|item| required(item, unicode)),
        Node::Group(_, inner) | Node::Atomic(inner) => required(inner, unicode),
        Node::Repeat { node, min: 1.., .. } => required(node, unicode),
        _ => None,
    }
}

/// Characters at least.
fn min_len(node: &Node) -> usize {
    match node {
        Node::Char(_) | Node::Set(_) | Node::Any | Node::NotNewline | Node::Byte | Node::Newline | Node::Grapheme => 1,
        Node::Concat(items) => items.iter().map(min_len).fold(0, usize::saturating_add),
        Node::Alternation(all) => all.iter().map(min_len).min().unwrap_or(0),
        Node::Group(_, inner) | Node::Atomic(inner) => min_len(inner),
        Node::Repeat { node, min, .. } => min_len(node).saturating_mul(*min as usize),
        Node::Conditional(condition, yes, no) if !matches!(condition, Condition::Define) => {
            min_len(yes).min(min_len(no))
        }
        _ => 0,
    }
}

/// Characters exactly, if every match has the same number of them.
fn fixed_len(node: &Node) -> Option<usize> {
    match node {
        Node::Char(_) | Node::Set(_) | Node::Any | Node::NotNewline => Some(1),
        Node::Concat(items) => items.iter().try_fold(0_usize, |len, item| len.checked_add(fixed_len(item)?)),
        Node::Alternation(all) => {
            let first = fixed_len(all.first()?)?;
            all.iter().all(|other| fixed_len(other) == Some(first)).then_some(first)
        }
        Node::Group(_, inner) | Node::Atomic(inner) => fixed_len(inner),
        Node::Repeat { node, min, max, .. } if *max == Some(*min) => fixed_len(node)?.checked_mul(*min as usize),
        Node::Empty | Node::Look { .. } | Node::Assert(_) | Node::KeepOut => Some(0),
        Node::Verb(verb) if *verb != Verb::Accept => Some(0),
        Node::Conditional(Condition::Define, ..) => Some(0),
        Node::Conditional(_, yes, no) => fixed_len(yes).filter(|len| fixed_len(no) == Some(*len)),
        _ => None,
    }
}

fn size(node: &Node) -> usize {
    match node {
        Node::Concat(items) | Node::Alternation(items) => 1 + items.iter().map(size).sum::<usize>(),
        Node::Group(_, inner) | Node::Atomic(inner) | Node::Look { node: inner, .. } => 3 + size(inner),
        Node::Repeat { node, min, max, .. } => {
            let copies = max.unwrap_or(*min + 1).max(1) as usize;
            3 + size(node).saturating_mul(copies).min(COPIES_MAX)
        }
        Node::Conditional(_, yes, no) => 3 + size(yes) + size(no),
        _ => 1,
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum First {
    Consumes,
    MayBeEmpty,
    Unknown,
}

impl Compiler<'_> {
    fn unicode(&self) -> bool {
        self.parsed.flags.has(Flags::UNICODE)
    }

    fn register(&mut self) -> Register {
        self.registers += 1;
        self.registers - 1
    }

    fn here(&self) -> Label {
        self.insts.len()
    }

    fn push(&mut self, inst: Inst) -> Label {
        self.insts.push(inst);
        self.insts.len() - 1
    }

    fn set(&mut self, class: &Class) -> usize {
        match self.sets.iter().position(|known| known == class) {
            Some(number) => number,
            None => {
                self.sets.push(class.clone());
                self.sets.len() - 1
            }
        }
    }

    fn unit(&mut self, node: &Node) -> Option<Unit> {
        Some(match node {
            Node::Char(code) => Unit::Char(*code),
            Node::Set(class) => Unit::Set(self.set(class)),
            Node::Any => Unit::Any,
            Node::NotNewline => Unit::NotNewline,
            Node::Byte => Unit::Byte,
            _ => return None,
        })
    }

    /// The groups that are meant; several when names are shared.
    fn resolve(&self, target: &Target) -> Compile<Box<[usize]>> {
        let missing = |position| Err(Error { message: "reference to non-existent subpattern", position });
        match target {
            Target::Number(number, _) if *number <= self.parsed.groups => Ok(Box::new([*number])),
            Target::Number(_, position) => missing(*position),
            Target::Name(name, position) => {
                let found: Box<[usize]> =
                    self.parsed.names.iter().filter(|(other, _)| other == name).map(|(_, group)| *group).collect();
                if found.is_empty() { missing(*position) } else { Ok(found) }
            }
        }
    }

    fn emit(&mut self, node: &Node) -> Compile<()> {
        if self.insts.len() > PROGRAM_MAX {
            return Err(Error { message: "regular expression is too large", position: self.parsed.size });
        }
        if let Some(unit) = self.unit(node) {
            if let Unit::Char(code) = unit {
                let mut bytes = Vec::new();
                encode(code, self.unicode(), &mut bytes);
                self.push(Inst::Literal(bytes.into()));
            } else {
                self.push(Inst::One(unit));
            }
            return Ok(());
        }
        match node {
            Node::Empty | Node::Char(_) | Node::Set(_) | Node::Any | Node::NotNewline | Node::Byte => {}
            Node::Newline => {
                self.push(Inst::Newline);
            }
            Node::Grapheme => {
                self.push(Inst::Grapheme);
            }
            Node::Concat(items) => self.sequence(items)?,
            Node::Alternation(all) => self.alternatives(all, Compiler::emit)?,
            Node::Group(group, inner) => {
                let start = self.register();
                let entry = self.push(Inst::Save(start));
                self.entries[*group].get_or_insert(entry);
                self.open.push((*group, start));
                self.emit(inner)?;
                self.open.pop();
                self.push(Inst::Close { group: *group, start });
            }
            Node::Atomic(inner) => {
                let mark = self.register();
                self.push(Inst::Mark(mark));
                self.emit(inner)?;
                self.push(Inst::Cut(mark));
            }
            Node::Repeat { node, min, max, greed } => self.repeat(node, *min, *max, *greed)?,
            Node::Look { behind, negated, node, position } => self.look(*behind, *negated, node, *position)?,
            Node::Backreference(target, caseless) => {
                let groups = self.resolve(target)?;
                self.push(Inst::Backreference { groups, caseless: *caseless });
            }
            Node::Call(target) => {
                let group = self.resolve(target)?[0];
                let at = self.push(Inst::Call { group, entry: 0 });
                self.calls.push((at, group));
            }
            Node::Conditional(condition, yes, no) => self.conditional(condition, yes, no)?,
            Node::Assert(Assert::WordEdge { ucp, negated }) => {
                let mut builder = ClassBuilder::default();
                builder.add_all(&class::word(*ucp), false, class::max_code(self.unicode()));
                let word = self.set(&builder.finish(false, false, self.unicode()));
                self.push(Inst::WordEdge { word, negated: *negated });
            }
            Node::Assert(assert) => {
                self.push(Inst::Assert(*assert));
            }
            Node::KeepOut => {
                self.push(Inst::KeepOut);
            }
            Node::Verb(verb) => {
                if *verb == Verb::Accept {
                    for (group, start) in self.open.clone().into_iter().rev() {
                        self.push(Inst::Close { group, start });
                    }
                }
                self.push(Inst::Verb(*verb));
            }
        }
        Ok(())
    }

    /// Characters that follow each other become one literal.
    fn sequence(&mut self, items: &[Node]) -> Compile<()> {
        let mut literal = Vec::new();
        for item in items {
            if let Node::Char(code) = item {
                encode(*code, self.unicode(), &mut literal);
                continue;
            }
            if !literal.is_empty() {
                let bytes = std::mem::take(&mut literal);
                self.push(Inst::Literal(bytes.into()));
            }
            self.emit(item)?;
        }
        if !literal.is_empty() {
            self.push(Inst::Literal(literal.into()));
        }
        Ok(())
    }

    fn alternatives<T>(&mut self, all: &[T], mut emit: impl FnMut(&mut Self, &T) -> Compile<()>) -> Compile<()> {
        let mut ends = Vec::new();
        for (place, branch) in all.iter().enumerate() {
            if place + 1 == all.len() {
                emit(self, branch)?;
                break;
            }
            let split = self.push(Inst::Split(0));
            emit(self, branch)?;
            ends.push(self.push(Inst::Jump(0)));
            self.insts[split] = Inst::Split(self.here());
        }
        for end in ends {
            self.insts[end] = Inst::Jump(self.here());
        }
        Ok(())
    }

    fn repeat(&mut self, node: &Node, min: u32, max: Option<u32>, greed: Greed) -> Compile<()> {
        if max == Some(0) {
            // Never matched, but perhaps called.
            let jump = self.push(Inst::Jump(0));
            self.emit(node)?;
            self.insts[jump] = Inst::Jump(self.here());
            return Ok(());
        }
        if let Some(unit) = self.unit(node) {
            self.push(Inst::RepeatOne { unit, min, max, greed });
            return Ok(());
        }
        if greed == Greed::Possessive {
            let mark = self.register();
            self.push(Inst::Mark(mark));
            self.repeat(node, min, max, Greed::Greedy)?;
            self.push(Inst::Cut(mark));
            return Ok(());
        }
        let lazy = greed == Greed::Lazy;
        let copies = max.unwrap_or(min + 1) as usize;
        if size(node).saturating_mul(copies) > COPIES_MAX {
            return self.counted(node, min, max, lazy);
        }
        for _ in 0..min {
            self.emit(node)?;
        }
        let Some(max) = max else { return self.star(node, lazy) };
        let mut exits = Vec::new();
        for _ in min..max {
            exits.push(self.push(Inst::Split(0)));
            self.emit(node)?;
        }
        for exit in exits {
            self.insts[exit] = if lazy { Inst::SplitLater(self.here()) } else { Inst::Split(self.here()) };
        }
        Ok(())
    }

    fn star(&mut self, node: &Node, lazy: bool) -> Compile<()> {
        let again = self.push(Inst::Split(0));
        let check = self.body(node)?;
        self.push(Inst::Jump(again));
        let out = self.here();
        self.insts[again] = if lazy { Inst::SplitLater(out) } else { Inst::Split(out) };
        self.close_check(check, out);
        Ok(())
    }

    fn counted(&mut self, node: &Node, min: u32, max: Option<u32>, lazy: bool) -> Compile<()> {
        let count = self.register();
        self.push(Inst::Zero(count));
        let again = self.push(Inst::Jump(0));
        let check = self.body(node)?;
        self.push(Inst::Increment(count));
        self.push(Inst::Jump(again));
        let out = self.here();
        self.insts[again] = Inst::Counted { count, min, max, lazy, out };
        self.close_check(check, out);
        Ok(())
    }

    /// The body of a loop, with the place of the check that it consumed something.
    fn body(&mut self, node: &Node) -> Compile<Option<(Label, Register)>> {
        if min_len(node) > 0 {
            self.emit(node)?;
            return Ok(None);
        }
        let position = self.register();
        self.push(Inst::Save(position));
        self.emit(node)?;
        Ok(Some((self.push(Inst::Jump(0)), position)))
    }

    fn close_check(&mut self, check: Option<(Label, Register)>, out: Label) {
        if let Some((at, position)) = check {
            self.insts[at] = Inst::IfEmpty { position, out };
        }
    }

    fn look(&mut self, behind: bool, negated: bool, node: &Node, position: usize) -> Compile<()> {
        let mark = self.register();
        self.push(Inst::Mark(mark));
        let end = if negated {
            self.push(Inst::Split(0))
        } else {
            let saved = self.register();
            self.push(Inst::Save(saved));
            saved
        };
        if behind {
            let branches = match node {
                Node::Alternation(all) => &all[..],
                one => std::slice::from_ref(one),
            };
            let lengths: Option<Vec<(usize, &Node)>> =
                branches.iter().map(|branch| Some((fixed_len(branch)?, branch))).collect();
            let Some(lengths) = lengths else {
                return Err(Error { message: "lookbehind assertion is not fixed length", position });
            };
            self.alternatives(&lengths, |compiler, (len, branch)| {
                compiler.push(Inst::Back(*len));
                compiler.emit(branch)
            })?;
        } else {
            self.emit(node)?;
        }
        if negated {
            self.push(Inst::Reject(mark));
            self.insts[end] = Inst::Split(self.here());
        } else {
            self.push(Inst::LookEnd { mark, position: end });
        }
        Ok(())
    }

    fn conditional(&mut self, condition: &Condition, yes: &Node, no: &Node) -> Compile<()> {
        let test = match condition {
            Condition::Define => {
                let jump = self.push(Inst::Jump(0));
                self.emit(yes)?;
                self.insts[jump] = Inst::Jump(self.here());
                return Ok(());
            }
            Condition::Look(look) => {
                let mark = self.register();
                self.push(Inst::Mark(mark));
                let split = self.push(Inst::Split(0));
                self.emit(look)?;
                self.push(Inst::Cut(mark));
                split
            }
            Condition::Group(_) | Condition::Recursion(_) => self.push(Inst::Jump(0)),
        };
        self.emit(yes)?;
        let end = self.push(Inst::Jump(0));
        let otherwise = self.here();
        self.insts[test] = match condition {
            Condition::Group(target) => Inst::IfGroup { groups: self.resolve(target)?, otherwise },
            Condition::Recursion(target) => {
                let groups = target.as_ref().map(|target| self.resolve(target)).transpose()?;
                Inst::IfRecursion { groups, otherwise }
            }
            Condition::Look(_) | Condition::Define => Inst::Split(otherwise),
        };
        self.emit(no)?;
        self.insts[end] = Inst::Jump(self.here());
        Ok(())
    }

    /// Adds the bytes that a match of `node` can begin with.
    fn first(&self, node: &Node, set: &mut [bool; 256]) -> First {
        match node {
            Node::Char(code) => {
                let mut bytes = Vec::new();
                encode(*code, self.unicode(), &mut bytes);
                set[usize::from(bytes[0])] = true;
                First::Consumes
            }
            Node::Set(class) => {
                let top = if self.unicode() { 0x80 } else { 0x100 };
                for code in 0..top {
                    set[code as usize] |= class.contains(code);
                }
                if self.unicode() && class.beyond_ascii() {
                    set[0xc2..=0xf4].fill(true);
                }
                First::Consumes
            }
            Node::Concat(items) => {
                for item in items {
                    match self.first(item, set) {
                        First::MayBeEmpty => {}
                        other => return other,
                    }
                }
                First::MayBeEmpty
            }
            Node::Alternation(all) => {
                let mut result = First::Consumes;
                for branch in all {
                    match self.first(branch, set) {
                        First::Consumes => {}
                        First::MayBeEmpty if result == First::Consumes => result = First::MayBeEmpty,
                        First::MayBeEmpty => {}
                        First::Unknown => return First::Unknown,
                    }
                }
                result
            }
            Node::Group(_, inner) | Node::Atomic(inner) => self.first(inner, set),
            Node::Repeat { max: Some(0), .. } => First::MayBeEmpty,
            Node::Repeat { node, min, .. } => match self.first(node, set) {
                First::Consumes if *min == 0 => First::MayBeEmpty,
                other => other,
            },
            Node::Empty | Node::Look { .. } | Node::Assert(_) | Node::KeepOut => First::MayBeEmpty,
            _ => First::Unknown,
        }
    }
}
