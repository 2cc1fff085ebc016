//! Clause matrices to decision trees.
//!
//! A match is a list of rows, one for each clause; a row lists what it still wants of which value (its *columns*;
//! what it does not care about has none). One step takes the first row's most widely shared column and the run of
//! rows from the top that have it too, sorts the run by what is wanted there, and tests that once: atoms and
//! integers by a switch, tuples by arity, and so on. The rows after the run are tried when the run fails. So
//!
//! ```text
//! f(:a, 1), f(:b, x), f(y, 2), f(:c, 3)
//! ```
//!
//! is a switch over `:a` and `:b`, then a test for 2 in the second place, then a test for `:c`.
//!
//! **Invariants.**
//! 1. Rows are never copied, so the code is linear in the size of the patterns, whatever they are.
//! 2. Rows that could match the same value keep their order; only rows that exclude each other are sorted.
//! 3. The steps wait on a list of their own, so the depth of patterns costs no native stack.
//! 4. Clause bodies are lowered from within [`Fun::match_rows`], so its frame is kept small: its parts are not inlined.
//!
//! **What it must not know.** What a clause does once it matches.

use jovial_atoms::known;
use jovial_bytecode::ir::{
    Arg, BitsContext, BlockId, Endian, LitId, Literal, SegmentKind, SegmentType, Terminator, Test,
};
use rustc_hash::FxHashMap;

use super::build::{Fact, Facts, to};
use super::core::{ConstId, Expr, ExprId, Pat, PatId, SegmentPat, SegmentSize, VarId};
use super::function::Fun;

/// Up to so many constant binaries are compared whole, one after the other.
const WHOLE_BINARIES_MAX: usize = 4;
/// How far to look when the most shared column is chosen.
const RUN_MAX: usize = 64;

/// Cases of one switch.
const CASES_MAX: usize = 32_000;

const BYTE: SegmentType = SegmentType { kind: SegmentKind::Integer, unit: 1, signed: false, endian: Endian::Big };

/// Where a wanted value comes from.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Place {
    Value(Arg),
    /// This key of a map.
    Key(Arg, Arg),
    Bits(BitsContext),
}

#[derive(Clone, Copy, Debug)]
enum Want {
    Pat(PatId),
    /// The segments of a bitstring pattern from `segment` on, less the first `byte` bytes of that one.
    Segments {
        pat: PatId,
        segment: usize,
        byte: usize,
    },
    /// The bytes of a constant from `byte` on.
    Bytes {
        literal: ConstId,
        byte: usize,
    },
}

#[derive(Debug, Default)]
pub(super) struct Row {
    columns: Vec<(Place, Want)>,
    binds: Vec<(VarId, Arg)>,
    /// Values that a repeated variable makes equal.
    equal: Vec<(Arg, Arg)>,
    leaf: usize,
}

/// What a row does when all of it matched: gets the row's number and where to go on if a guard says no.
pub(super) type Leaf<'l, 'f, 'u> = &'l mut dyn FnMut(&mut Fun<'f, 'u>, usize, BlockId);

struct Work {
    /// `None`: the current block.
    block: Option<BlockId>,
    rows: Vec<Row>,
    start: usize,
    fail: BlockId,
    facts: Facts,
    /// Only tests that compare whole values led here: what a row hides here, it hides for readers too.
    plain: bool,
}

/// Where a group goes on: what follows if it fails, what is known, and the list of steps to do.
struct Onward<'t> {
    fail: BlockId,
    facts: Facts,
    plain: bool,
    todo: &'t mut Vec<Work>,
}

impl Onward<'_> {
    fn push(&mut self, block: BlockId, rows: Vec<Row>) {
        let (fail, facts, plain) = (self.fail, self.facts.clone(), self.plain);
        self.todo.push(Work { block: Some(block), rows, start: 0, fail, facts, plain });
    }
}

/// What a pattern asks of a value. Different ones exclude each other, but for the last two.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Class {
    Int(i64),
    Atom(u32),
    EmptyList,
    Cons,
    Tuple(usize),
    Map,
    Bits,
    Lit(LitId),
    IsAtom,
    Pin,
}

/// The size of a segment, as far as it is there.
enum Size {
    None,
    Known(Arg),
    Computed(ExprId),
}

/// How rows go on in a bitstring; equal ones share the reading.
#[derive(Clone, Copy, PartialEq)]
enum Read {
    Bytes,
    Segment(SegmentType, Option<Arg>),
    End,
}

/// What comes next in a bitstring.
enum Next<'c> {
    Bytes(&'c [u8]),
    Get { ty: SegmentType, size: SegmentSize, pat: PatId, last: bool },
    End,
}

impl Row {
    pub(super) fn new(leaf: usize) -> Self {
        Row { leaf, ..Row::default() }
    }

    fn find(&self, place: Place) -> Option<usize> {
        self.columns.iter().position(|(at, _)| *at == place)
    }

    fn take(&mut self, place: Place) -> Option<Want> {
        self.find(place).map(|at| self.columns.remove(at).1)
    }
}

impl<'f, 'u> Fun<'f, 'u> {
    /// Adds a pattern for a value to a row.
    pub(super) fn want(&self, row: &mut Row, value: Arg, pat: PatId) {
        let mut todo = vec![pat];
        while let Some(pat) = todo.pop() {
            match self.core.pat(pat) {
                Pat::Any => {}
                Pat::Var(var) => match row.binds.iter().find(|(bound, _)| bound == var) {
                    Some(&(_, first)) => row.equal.push((first, value)),
                    None => row.binds.push((*var, value)),
                },
                Pat::Both(left, right) => todo.extend([*right, *left]),
                _ => row.columns.push((Place::Value(value), Want::Pat(pat))),
            }
        }
    }

    /// Tries the rows in order, goes to `fail` if none matches. Ends the current block.
    ///
    /// Gives the rows that never match, each with the earlier row that takes whatever it would.
    pub(super) fn match_rows(&mut self, rows: Vec<Row>, fail: BlockId, leaf: Leaf<'_, 'f, 'u>) -> Vec<(usize, usize)> {
        let mut hidden = Vec::new();
        if !self.b.live() {
            return hidden;
        }
        let facts = self.b.facts.clone();
        let mut todo = vec![Work { block: None, rows, start: 0, fail, facts: facts.clone(), plain: true }];
        while let Some(mut work) = todo.pop() {
            if let Some(block) = work.block
                && !self.b.enter(block)
            {
                continue;
            }
            self.b.facts.clone_from(&work.facts);
            if work.start >= work.rows.len() {
                self.b.jump(to(work.fail), self.pos());
                continue;
            }
            if work.rows[work.start].columns.is_empty() {
                self.leaf(work, &mut todo, &mut hidden, leaf);
                continue;
            }
            let place = choose(&work.rows[work.start..]);
            let len = self.run(&work.rows[work.start..], place);
            let end = work.start + len;
            let group: Vec<Row> = work.rows[work.start..end].iter_mut().map(std::mem::take).collect();
            let mut fail = work.fail;
            let facts = work.facts.clone();
            let plain = work.plain && matches!(place, Place::Value(_));
            if end < work.rows.len() {
                fail = self.b.block();
                todo.push(Work { block: Some(fail), start: end, ..work });
            }
            let mut on = Onward { fail, facts, plain, todo: &mut todo };
            match place {
                Place::Value(value) => self.split_value(group, value, &mut on),
                Place::Key(map, key) => self.split_key(group, map, key, &mut on),
                Place::Bits(ctx) => self.split_bits(group, ctx, &mut on),
            }
        }
        self.b.facts = facts;
        hidden
    }

    #[inline(never)]
    fn leaf(&mut self, mut work: Work, todo: &mut Vec<Work>, hidden: &mut Vec<(usize, usize)>, leaf: Leaf<'_, 'f, 'u>) {
        let row = std::mem::take(&mut work.rows[work.start]);
        work.start += 1;
        let rest = work.start < work.rows.len();
        let fail = if rest { self.b.block() } else { work.fail };
        self.env.extend(row.binds);
        for (left, right) in row.equal {
            self.b.test(Test::Eq(left, right), fail, self.pos());
        }
        leaf(self, row.leaf, fail);
        if rest && self.b.reached(fail) {
            todo.push(Work { block: Some(fail), ..work });
        } else if rest && work.plain {
            hidden.extend(work.rows[work.start..].iter().map(|hidden| (hidden.leaf, row.leaf)));
        }
    }

    /// How many rows from the top can be treated together at this place.
    #[inline(never)]
    fn run(&mut self, rows: &[Row], place: Place) -> usize {
        let with_place = rows.iter().take_while(|row| row.find(place).is_some()).count();
        let want = |row: &Row| row.find(place).map(|at| row.columns[at].1);
        match place {
            Place::Key(..) => with_place,
            Place::Value(_) => {
                let open = |want: Option<Want>| match want {
                    Some(Want::Pat(pat)) => matches!(self.core.pat(pat), Pat::Pin(_) | Pat::IsAtom),
                    _ => false,
                };
                if open(want(&rows[0])) {
                    return 1;
                }
                rows[..with_place].iter().take_while(|row| !open(want(row))).count()
            }
            Place::Bits(_) => {
                let read = |row: &Row| match self.next(want(row)?) {
                    Next::Bytes(_) => Some(Read::Bytes),
                    Next::End => Some(Read::End),
                    Next::Get { ty, size, .. } => match self.known_size(size, row) {
                        Size::None => Some(Read::Segment(ty, None)),
                        Size::Known(size) => Some(Read::Segment(ty, Some(size))),
                        Size::Computed(_) => None,
                    },
                };
                match read(&rows[0]) {
                    Some(Read::Bytes) => {
                        // Whoever reads a byte where others compare one reads the same.
                        let byte = Some(Read::Segment(BYTE, Some(Arg::Int(8))));
                        let rows = &rows[..with_place];
                        let constant = rows.iter().take_while(|row| read(row) == Some(Read::Bytes)).count();
                        constant + rows[constant..].iter().take_while(|row| read(row) == byte).count()
                    }
                    Some(first) => 1 + rows[1..with_place].iter().take_while(|row| read(row) == Some(first)).count(),
                    // A computed size is computed anew for each row.
                    None => 1,
                }
            }
        }
    }

    // ---- values ----

    fn class(&mut self, pat: PatId, bytewise: bool) -> Class {
        let core = self.core;
        match core.pat(pat) {
            Pat::Int(value) => Class::Int(*value),
            Pat::Atom(atom) => Class::Atom(atom.index()),
            Pat::EmptyList => Class::EmptyList,
            Pat::Cons(..) => Class::Cons,
            Pat::Tuple(items) => Class::Tuple(items.len()),
            Pat::Map(_) => Class::Map,
            Pat::Bits(_) => Class::Bits,
            Pat::Const(literal) => match core.const_of(*literal) {
                Literal::Binary(_) if bytewise => Class::Bits,
                literal => Class::Lit(self.unit.literals.intern(literal.clone())),
            },
            Pat::IsAtom => Class::IsAtom,
            Pat::Pin(_) | Pat::Any | Pat::Var(_) | Pat::Both(..) => Class::Pin,
        }
    }

    /// Whether constant binaries in this group are better compared byte by byte.
    fn bytewise(&self, group: &[Row], place: Place) -> bool {
        let mut whole = 0;
        for row in group {
            if let Some(at) = row.find(place)
                && let Want::Pat(pat) = row.columns[at].1
            {
                match self.core.pat(pat) {
                    Pat::Bits(_) => return true,
                    Pat::Const(literal) if matches!(self.core.const_of(*literal), Literal::Binary(_)) => whole += 1,
                    _ => {}
                }
            }
        }
        whole > WHOLE_BINARIES_MAX
    }

    #[inline(never)]
    fn split_value(&mut self, group: Vec<Row>, value: Arg, on: &mut Onward) {
        let place = Place::Value(value);
        let bytewise = self.bytewise(&group, place);
        let mut classes: Vec<(Class, Vec<(Row, PatId)>)> = Vec::new();
        let mut places: FxHashMap<Class, usize> = FxHashMap::default();
        for mut row in group {
            let Some(Want::Pat(pat)) = row.take(place) else { continue };
            let class = self.class(pat, bytewise);
            let at = *places.entry(class).or_insert_with(|| {
                classes.push((class, Vec::new()));
                classes.len() - 1
            });
            classes[at].1.push((row, pat));
        }
        let pos = self.pos();
        let known = match value {
            Arg::Int(value) => Some(Class::Int(value)),
            Arg::Atom(atom) => Some(Class::Atom(atom.index())),
            Arg::EmptyList => Some(Class::EmptyList),
            Arg::Val(_) | Arg::Lit(_) => match self.b.shape(value) {
                Some(Fact::Arity(arity)) => Some(Class::Tuple(usize::from(arity))),
                Some(Fact::Cons) => Some(Class::Cons),
                Some(Fact::Map) => Some(Class::Map),
                Some(Fact::Boolean | Fact::Part(..)) | None => None,
            },
        };
        if let Some(known) = known
            && !matches!(classes[0].0, Class::IsAtom | Class::Pin)
        {
            match classes.into_iter().find(|(class, _)| *class == known) {
                Some((class, rows)) => self.enter_class(class, rows, value, None, on),
                None => self.b.jump(to(on.fail), pos),
            }
            return;
        }
        // Each kind is one test; what it leaves goes to the next kind.
        while !classes.is_empty() {
            let kind = std::mem::discriminant(&classes[0].0);
            let alone = matches!(classes[0].0, Class::Lit(_) | Class::Pin);
            let (now, later): (Vec<_>, Vec<_>) = classes
                .into_iter()
                .enumerate()
                .partition(|(at, (class, _))| *at == 0 || (!alone && std::mem::discriminant(class) == kind));
            classes = later.into_iter().map(|(_, class)| class).collect();
            let next = if classes.is_empty() { on.fail } else { self.b.block() };
            self.test_kind(now.into_iter().map(|(_, class)| class).collect(), value, next, on);
            if !classes.is_empty() {
                if !self.b.enter(next) {
                    return;
                }
                self.b.facts.clone_from(&on.facts);
            }
        }
    }

    /// One test for classes of one kind.
    #[allow(clippy::type_complexity, reason = "a list of groups, used here and above only")]
    #[inline(never)]
    fn test_kind(&mut self, classes: Vec<(Class, Vec<(Row, PatId)>)>, value: Arg, next: BlockId, on: &mut Onward) {
        let pos = self.pos();
        if let [(Class::Bits, _)] = classes.as_slice() {
            let (block, params) = self.b.block_with(3);
            let ctx =
                BitsContext { base: Arg::Val(params[0]), position: Arg::Val(params[1]), end: Arg::Val(params[2]) };
            self.b.end(Terminator::BitsStart { value, ok: to(block), fail: to(next) }, pos);
            let mut rows = Vec::new();
            for (mut row, pat) in classes.into_iter().flat_map(|(_, rows)| rows) {
                let want = match self.core.pat(pat) {
                    Pat::Const(literal) => Want::Bytes { literal: *literal, byte: 0 },
                    _ => Want::Segments { pat, segment: 0, byte: 0 },
                };
                row.columns.push((Place::Bits(ctx), want));
                rows.push(row);
            }
            on.push(block, rows);
            return;
        }
        let blocks: Vec<BlockId> = classes.iter().map(|_| self.b.block()).collect();
        let only = blocks[0];
        let branch = |test| Terminator::Branch { test, then: to(only), otherwise: to(next) };
        let end = match (classes[0].0, classes.len()) {
            (Class::Int(int), 1) => branch(Test::Eq(value, Arg::Int(int))),
            (Class::Atom(_), 1) => match self.atom_of(&classes[0].1) {
                Some(known::TRUE) => branch(Test::IsTrue(value)),
                Some(known::FALSE) => branch(Test::IsFalse(value)),
                Some(atom) => branch(Test::Eq(value, Arg::Atom(atom))),
                None => return,
            },
            (Class::Int(_) | Class::Atom(_), _) => {
                let mut cases = Vec::with_capacity(classes.len());
                for ((class, rows), block) in classes.iter().zip(&blocks) {
                    let constant = match class {
                        Class::Int(int) => Some(Arg::Int(*int)),
                        _ => self.atom_of(rows).map(Arg::Atom),
                    };
                    cases.extend(constant.map(|constant| (constant, to(*block))));
                }
                let mut cases = cases.into_iter().peekable();
                loop {
                    let now: Vec<_> = cases.by_ref().take(CASES_MAX).collect();
                    if cases.peek().is_none() {
                        break Terminator::Switch { value, cases: now, default: to(next) };
                    }
                    let more = self.b.block();
                    self.b.end(Terminator::Switch { value, cases: now, default: to(more) }, pos);
                    self.b.enter(more);
                }
            }
            (Class::EmptyList, _) => branch(Test::IsEmptyList(value)),
            (Class::Cons, _) => branch(Test::IsCons(value)),
            (Class::Tuple(arity), 1) => branch(Test::IsTupleArity(value, arity16(arity))),
            (Class::Tuple(_), _) => {
                let case = |((class, _), block): (&(Class, _), &BlockId)| match class {
                    Class::Tuple(arity) => Some((arity16(*arity), to(*block))),
                    _ => None,
                };
                let cases = classes.iter().zip(&blocks).filter_map(case).collect();
                Terminator::SwitchArity { value, cases, default: to(next) }
            }
            (Class::Map, _) => branch(Test::IsMap(value)),
            (Class::Lit(literal), _) => branch(Test::Eq(value, Arg::Lit(literal))),
            (Class::IsAtom, _) => branch(Test::IsAtom(value)),
            (Class::Pin, _) => match self.pinned(&classes[0].1) {
                Some(pinned) => branch(Test::Eq(value, pinned)),
                None => return,
            },
            (Class::Bits, _) => return,
        };
        self.b.end(end, pos);
        for ((class, rows), block) in classes.into_iter().zip(blocks) {
            self.enter_class(class, rows, value, Some(block), on);
        }
    }

    fn atom_of(&self, rows: &[(Row, PatId)]) -> Option<jovial_atoms::Atom> {
        match self.core.pat(rows.first()?.1) {
            Pat::Atom(atom) => Some(*atom),
            _ => None,
        }
    }

    fn pinned(&mut self, rows: &[(Row, PatId)]) -> Option<Arg> {
        match *self.core.pat(rows.first()?.1) {
            Pat::Pin(expr) => Some(self.value(expr)),
            _ => None,
        }
    }

    /// Takes rows of one class apart, in the block where the class is known (`None`: here).
    fn enter_class(
        &mut self,
        class: Class,
        rows: Vec<(Row, PatId)>,
        value: Arg,
        block: Option<BlockId>,
        on: &mut Onward,
    ) {
        let core = self.core;
        let pos = self.pos();
        let block = block.unwrap_or_else(|| {
            let block = self.b.block();
            self.b.jump(to(block), pos);
            block
        });
        if !self.b.enter(block) {
            return;
        }
        self.b.facts.clone_from(&on.facts);
        match class {
            Class::Tuple(arity) => self.b.learn(value, Fact::Arity(arity16(arity))),
            Class::Cons => self.b.learn(value, Fact::Cons),
            Class::Map => self.b.learn(value, Fact::Map),
            _ => {}
        }
        let mut sub = Vec::with_capacity(rows.len());
        for (mut row, pat) in rows {
            match core.pat(pat) {
                Pat::Tuple(items) => {
                    for (place, &item) in items.iter().enumerate() {
                        if !matches!(core.pat(item), Pat::Any) {
                            let element = self.b.element(value, arity16(place), pos);
                            self.want(&mut row, element, item);
                        }
                    }
                }
                Pat::Cons(head, tail) => {
                    if !matches!(core.pat(*head), Pat::Any) {
                        let part = self.b.head(value, pos);
                        self.want(&mut row, part, *head);
                    }
                    if !matches!(core.pat(*tail), Pat::Any) {
                        let part = self.b.tail(value, pos);
                        self.want(&mut row, part, *tail);
                    }
                }
                Pat::Map(pairs) => {
                    for (key, pat) in pairs {
                        let key = self.value(*key);
                        row.columns.push((Place::Key(value, key), Want::Pat(*pat)));
                    }
                }
                _ => {}
            }
            sub.push(row);
        }
        let facts = self.b.facts.clone();
        // A key or a pin that has to be computed may have opened further blocks.
        let block = self.b.suspend().unwrap_or(block);
        let (fail, plain) = (on.fail, on.plain);
        on.todo.push(Work { block: Some(block), rows: sub, start: 0, fail, facts, plain });
    }

    #[inline(never)]
    fn split_key(&mut self, group: Vec<Row>, map: Arg, key: Arg, on: &mut Onward) {
        let (block, params) = self.b.block_with(1);
        let value = Arg::Val(params[0]);
        self.b.end(Terminator::Fetch { map, key, found: to(block), missing: to(on.fail) }, self.pos());
        let mut rows = Vec::with_capacity(group.len());
        for mut row in group {
            if let Some(Want::Pat(pat)) = row.take(Place::Key(map, key)) {
                self.want(&mut row, value, pat);
            }
            rows.push(row);
        }
        on.push(block, rows);
    }

    // ---- bitstrings ----

    fn next(&self, want: Want) -> Next<'f> {
        let core = self.core;
        match want {
            Want::Bytes { literal, byte } => match core.const_of(literal) {
                Literal::Binary(bytes) if byte < bytes.len() => Next::Bytes(&bytes[byte..]),
                _ => Next::End,
            },
            Want::Segments { pat, segment, byte } => {
                let Pat::Bits(segments) = core.pat(pat) else { return Next::End };
                match segments.get(segment) {
                    None => Next::End,
                    Some(SegmentPat::Bytes(bytes)) => Next::Bytes(&bytes[byte..]),
                    Some(&SegmentPat::Get { ty, size, pat }) => {
                        Next::Get { ty, size, pat, last: segment + 1 == segments.len() }
                    }
                }
            }
            Want::Pat(_) => Next::End,
        }
    }

    /// What is left after so many bytes of constant, or after a segment.
    fn advance(&self, want: Want, bytes: usize) -> Want {
        match want {
            Want::Bytes { literal, byte } => Want::Bytes { literal, byte: byte + bytes },
            Want::Segments { pat, segment, byte } => match self.core.pat(pat) {
                Pat::Bits(segments) => match segments.get(segment) {
                    Some(SegmentPat::Bytes(all)) if byte + bytes < all.len() => {
                        Want::Segments { pat, segment, byte: byte + bytes }
                    }
                    _ => Want::Segments { pat, segment: segment + 1, byte: 0 },
                },
                _ => want,
            },
            Want::Pat(_) => want,
        }
    }

    /// A size that is there already: a constant or a variable.
    fn known_size(&self, size: SegmentSize, row: &Row) -> Size {
        match size {
            SegmentSize::None => Size::None,
            SegmentSize::Fixed(size) => Size::Known(Arg::Int(size)),
            SegmentSize::Expr(expr) => match self.core.expr(expr) {
                Expr::Int(size) => Size::Known(Arg::Int(*size)),
                Expr::Var(var) => {
                    let bound = row.binds.iter().find(|(bound, _)| bound == var).map(|(_, value)| *value);
                    bound.or_else(|| self.env.get(var).copied()).map_or(Size::Computed(expr), Size::Known)
                }
                _ => Size::Computed(expr),
            },
        }
    }

    #[inline(never)]
    fn split_bits(&mut self, group: Vec<Row>, ctx: BitsContext, on: &mut Onward) {
        let place = Place::Bits(ctx);
        let mut rows: Vec<(Row, Want)> = Vec::with_capacity(group.len());
        for mut row in group {
            if let Some(want) = row.take(place) {
                rows.push((row, want));
            }
        }
        let Some((first, want)) = rows.first() else { return };
        match self.next(*want) {
            Next::End => {
                let block = self.b.block();
                self.b.end(Terminator::BitsEnd { ctx, ok: to(block), fail: to(on.fail) }, self.pos());
                let rows = rows.into_iter().map(|(row, _)| row).collect();
                on.push(block, rows);
            }
            Next::Bytes(bytes) => {
                if let Some(at) = rows.iter().position(|(_, want)| !matches!(self.next(*want), Next::Bytes(_))) {
                    let readers = rows.split_off(at);
                    self.switch_byte(rows, readers, ctx, on);
                    return;
                }
                let common = rows.iter().fold(bytes.len(), |common, (_, want)| match self.next(*want) {
                    Next::Bytes(other) => bytes.iter().zip(other).take(common).take_while(|(a, b)| a == b).count(),
                    _ => 0,
                });
                if common == 0 {
                    self.switch_byte(rows, Vec::new(), ctx, on);
                    return;
                }
                let bytes = self.unit.literals.intern(Literal::Binary(bytes[..common].to_vec()));
                let (block, params) = self.b.block_with(1);
                let after = BitsContext { position: Arg::Val(params[0]), ..ctx };
                self.b.end(Terminator::BitsMatch { ctx, bytes, ok: to(block), fail: to(on.fail) }, self.pos());
                let rows = self.advance_all(rows, common, after);
                on.push(block, rows);
            }
            Next::Get { ty, size, .. } => {
                let size = match self.known_size(size, first) {
                    Size::None => None,
                    Size::Known(size) => Some(size),
                    Size::Computed(expr) => {
                        let binds = first.binds.clone();
                        self.env.extend(binds);
                        Some(self.guard_value(expr, on.fail))
                    }
                };
                let (block, params) = self.b.block_with(2);
                let value = Arg::Val(params[0]);
                let after = BitsContext { position: Arg::Val(params[1]), ..ctx };
                let end = Terminator::BitsGet { ctx, segment: ty, size, ok: to(block), fail: to(on.fail) };
                self.b.end(end, self.pos());
                let takes_all = size.is_none() && matches!(ty.kind, SegmentKind::Binary | SegmentKind::Bitstring);
                let mut sub = Vec::with_capacity(rows.len());
                for (mut row, want) in rows {
                    if let Next::Get { pat, last, .. } = self.next(want) {
                        self.want(&mut row, value, pat);
                        if !(takes_all && last) {
                            row.columns.push((Place::Bits(after), self.advance(want, 0)));
                        }
                    }
                    sub.push(row);
                }
                on.push(block, sub);
            }
        }
    }

    fn advance_all(&self, rows: Vec<(Row, Want)>, bytes: usize, after: BitsContext) -> Vec<Row> {
        rows.into_iter()
            .map(|(mut row, want)| {
                row.columns.push((Place::Bits(after), self.advance(want, bytes)));
                row
            })
            .collect()
    }

    /// Rows that go on with different bytes, then rows that read any byte.
    fn switch_byte(&mut self, rows: Vec<(Row, Want)>, readers: Vec<(Row, Want)>, ctx: BitsContext, on: &mut Onward) {
        let pos = self.pos();
        let (read, params) = self.b.block_with(2);
        let after = BitsContext { position: Arg::Val(params[1]), ..ctx };
        let size = Some(Arg::Int(8));
        self.b.end(Terminator::BitsGet { ctx, segment: BYTE, size, ok: to(read), fail: to(on.fail) }, pos);
        self.b.enter(read);
        let mut groups: Vec<(u8, Vec<(Row, Want)>)> = Vec::new();
        let mut places: FxHashMap<u8, usize> = FxHashMap::default();
        for (row, want) in rows {
            let Next::Bytes(&[byte, ..]) = self.next(want) else { continue };
            let at = *places.entry(byte).or_insert_with(|| {
                groups.push((byte, Vec::new()));
                groups.len() - 1
            });
            groups[at].1.push((row, want));
        }
        let value = Arg::Val(params[0]);
        let fail = on.fail;
        if !readers.is_empty() {
            let block = self.b.block();
            let mut rows = Vec::with_capacity(readers.len());
            for (mut row, want) in readers {
                if let Next::Get { pat, .. } = self.next(want) {
                    self.want(&mut row, value, pat);
                    row.columns.push((Place::Bits(after), self.advance(want, 0)));
                }
                rows.push(row);
            }
            on.push(block, rows);
            on.fail = block;
        }
        let default = on.fail;
        let mut cases = Vec::with_capacity(groups.len());
        for (byte, rows) in groups {
            let block = self.b.block();
            cases.push((Arg::Int(i64::from(byte)), to(block)));
            let rows = self.advance_all(rows, 1, after);
            on.push(block, rows);
        }
        on.fail = fail;
        self.b.end(Terminator::Switch { value, cases, default: to(default) }, pos);
    }
}

/// The first row's column that most of the rows below share.
fn choose(rows: &[Row]) -> Place {
    let columns = &rows[0].columns;
    let mut best = columns[0].0;
    if columns.len() == 1 || rows.len() == 1 {
        return best;
    }
    let mut most = 0;
    for &(place, _) in columns {
        let count = rows.iter().take(RUN_MAX).take_while(|row| row.find(place).is_some()).count();
        if count > most {
            most = count;
            best = place;
        }
    }
    best
}

fn arity16(arity: usize) -> u16 {
    u16::try_from(arity).unwrap_or(u16::MAX)
}
