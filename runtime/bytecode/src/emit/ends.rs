//! Ends of blocks: tests, branches, guards, waits.

use jovial_atoms::known;

use super::Emitter;
use super::operands::{immediate, small16};
use super::ways::Label;
use crate::code::Relocated;
use crate::ir::{
    Arg, Bif, BitsContext, BlockId, Endian, Function, Op, RaiseTrace, SegmentKind, SegmentType, Target, Terminator,
    Test, Val,
};
use crate::opcode::{NO_SLOT, Opcode, SCRATCH, pack_type};

/// The segment of a single byte, whose size is 8.
const BYTE: SegmentType = SegmentType { kind: SegmentKind::Integer, unit: 1, signed: false, endian: Endian::Big };

/// A character as the language writes them.
const UTF8: SegmentType = SegmentType { kind: SegmentKind::Utf8, ..BYTE };

impl<'a> Emitter<'a> {
    /// Jumps to `label` unless the test holds, or if it holds when `turned`. Only some tests can be turned.
    pub(super) fn test(&mut self, test: &Test, label: Label, turned: bool) {
        let one = |emitter: &mut Self, opcode: Opcode, arg: Arg| {
            let a = emitter.source(arg);
            emitter.begin(opcode, a, 0, 0);
        };
        let with = |emitter: &mut Self, opcode: Opcode, arg: Arg, number: u16| {
            let a = emitter.source(arg);
            emitter.begin16(opcode, a, number);
        };
        match *test {
            Test::IsAtom(arg) => one(self, Opcode::JumpNotAtom, arg),
            Test::IsBinary(arg) => one(self, Opcode::JumpNotBinary, arg),
            Test::IsBitstring(arg) => one(self, Opcode::JumpNotBitstring, arg),
            Test::IsBoolean(arg) => one(self, Opcode::JumpNotBoolean, arg),
            Test::IsFloat(arg) => one(self, Opcode::JumpNotFloat, arg),
            Test::IsFunction(arg) => one(self, Opcode::JumpNotFunction, arg),
            Test::IsFunctionArity(arg, arity) => with(self, Opcode::JumpNotFunctionArity, arg, arity.into()),
            Test::IsInteger(arg) => one(self, Opcode::JumpNotInteger, arg),
            Test::IsNumber(arg) => one(self, Opcode::JumpNotNumber, arg),
            Test::IsPid(arg) => one(self, Opcode::JumpNotPid, arg),
            Test::IsPort(arg) => one(self, Opcode::JumpNotPort, arg),
            Test::IsReference(arg) => one(self, Opcode::JumpNotReference, arg),
            Test::IsMap(arg) => one(self, Opcode::JumpNotMap, arg),
            Test::IsTuple(arg) => one(self, Opcode::JumpNotTuple, arg),
            Test::IsTupleArity(arg, size) => with(self, Opcode::JumpNotArity, arg, size),
            Test::IsList(arg) => one(self, Opcode::JumpNotList, arg),
            Test::IsCons(arg) => one(self, Opcode::JumpNotCons, arg),
            Test::IsEmptyList(arg) => one(self, Opcode::JumpNotEmptyList, arg),
            Test::IsTrue(arg) => self.same(arg, Arg::Atom(known::TRUE), turned),
            Test::IsFalse(arg) => self.same(arg, Arg::Atom(known::FALSE), turned),
            Test::Eq(a, b) if immediate(b).is_some() => self.same(a, b, turned),
            Test::Eq(a, b) if immediate(a).is_some() => self.same(b, a, turned),
            Test::NumEq(a, b) if is_name(b) => self.same(a, b, turned),
            Test::NumEq(a, b) if is_name(a) => self.same(b, a, turned),
            Test::Eq(a, b) => self.two(Opcode::JumpNotEq, a, b),
            Test::NumEq(a, b) => match (small16(a), small16(b)) {
                (_, Some(number)) => with(self, Opcode::JumpNotNumEqImm, a, number.cast_unsigned()),
                (Some(number), None) => with(self, Opcode::JumpNotNumEqImm, b, number.cast_unsigned()),
                (None, None) => self.two(Opcode::JumpNotNumEq, a, b),
            },
            Test::Lt(a, b) => self.compare(a, b, !turned),
            Test::Ge(a, b) => self.compare(a, b, turned),
            Test::HasKey { map, key } => self.two(Opcode::JumpNoKey, map, key),
        }
        self.label(label);
    }

    pub(super) fn same(&mut self, arg: Arg, constant: Arg, turned: bool) {
        let a = self.source(arg);
        self.begin(if turned { Opcode::JumpSame } else { Opcode::JumpNotSame }, a, 0, 0);
        self.imm_word(immediate(constant).expect("the caller asked"));
    }

    pub(super) fn two(&mut self, opcode: Opcode, a: Arg, b: Arg) {
        let (a, b) = (self.source(a), self.source(b));
        self.begin(opcode, a, b, 0);
    }

    /// Goes on if `a < b` (`less`) or if `a >= b`.
    pub(super) fn compare(&mut self, a: Arg, b: Arg, less: bool) {
        let (opcode, arg, number) = match (small16(a), small16(b)) {
            (_, Some(number)) if less => (Opcode::JumpNotLessImm, a, number),
            (_, Some(number)) => (Opcode::JumpNotGreaterEqImm, a, number),
            (Some(number), None) if less => (Opcode::JumpNotGreaterImm, b, number),
            (Some(number), None) => (Opcode::JumpNotLessEqImm, b, number),
            (None, None) => {
                self.two(if less { Opcode::JumpNotLess } else { Opcode::JumpNotGreaterEq }, a, b);
                return;
            }
        };
        let slot = self.source(arg);
        self.begin16(opcode, slot, number.cast_unsigned());
    }

    pub(super) fn branch(&mut self, test: &Test, then: &Target, otherwise: &Target) -> Option<BlockId> {
        let turnable = match test {
            Test::IsTrue(_) | Test::IsFalse(_) | Test::Lt(..) | Test::Ge(..) => true,
            Test::Eq(a, b) => immediate(*a).is_some() || immediate(*b).is_some(),
            Test::NumEq(a, b) => is_name(*a) || is_name(*b),
            _ => false,
        };
        // The way that leads on is the one that needs no jump.
        let ends = self.is_end(then) && !self.is_end(otherwise);
        if turnable && (self.is_placed(then) || ends) && !self.is_placed(otherwise) {
            let label = self.target_label(then);
            self.test(test, label, true);
            return self.go(otherwise, &[]);
        }
        let label = self.target_label(otherwise);
        if let Test::IsCons(list) = test
            && self.uncons(*list, then, label)
        {
            return Some(then.block);
        }
        self.test(test, label, false);
        self.go(then, &[])
    }

    /// The test for a cons cell together with reading it at the start of the next block.
    pub(super) fn uncons(&mut self, list: Arg, then: &Target, label: Label) -> bool {
        let place = then.block.0 as usize;
        if self.ways[place] != 1 || self.is_placed(then) || !self.is_near(list) {
            return false;
        }
        let function: &'a Function = self.function;
        let insts = &function.blocks[place].insts;
        let (mut head, mut tail) = (None, None);
        let mut count = 0;
        for inst in insts.iter().take(2) {
            match &inst.op {
                Op::Head(other) if *other == list && head.is_none() => head = inst.dst,
                Op::Tail(other) if *other == list && tail.is_none() => tail = inst.dst,
                _ => break,
            }
            count += 1;
        }
        if count == 0 {
            return false;
        }
        let (head, tail) = (self.target(head), self.target(tail));
        if head.1.is_some() || tail.1.is_some() {
            return false;
        }
        let a = self.source(list);
        self.begin(Opcode::Uncons, head.0, tail.0, a);
        self.label(label);
        self.unpacked[place] = count;
        true
    }

    pub(super) fn bits_get(
        &mut self,
        ctx: &BitsContext,
        segment: SegmentType,
        size: Option<Arg>,
        ok: &Target,
        fail: &Target,
    ) -> Option<BlockId> {
        let rest = size.is_none() && matches!(segment.kind, SegmentKind::Binary | SegmentKind::Bitstring);
        let value = self.function.blocks[ok.block.0 as usize].params[0];
        if rest && matches!(segment.unit, 1 | 8) && self.slot(value).is_none() {
            // Nobody wants the rest itself, so only its size matters.
            if segment.unit == 8 {
                let label = self.target_label(fail);
                self.two(Opcode::BitsWhole, ctx.position, ctx.end);
                self.label(label);
            }
            self.scratch = SCRATCH;
            let end = self.source16(ctx.end);
            return self.go(ok, &[end, end]);
        }
        let label = self.target_label(fail);
        self.scratch = SCRATCH - 2;
        let whole = matches!(segment.kind, SegmentKind::Integer | SegmentKind::Binary | SegmentKind::Bitstring);
        if let Some(size) = size.filter(|_| whole && self.slot(value).is_none()) {
            let (end, size) = (self.source16(ctx.end), self.source16(size));
            let position = self.source(ctx.position);
            let given = self.supplied(ok, 2);
            self.begin(Opcode::BitsSkip, given[1] as i8, position, 0);
            self.pair(end, size);
            self.word(segment.unit.into());
            self.label(label);
            return self.go(ok, &given);
        }
        let short = match (segment, size) {
            (BYTE, Some(Arg::Int(8))) => Some(Opcode::BitsByte),
            (UTF8, None) => Some(Opcode::BitsUtf8),
            _ => None,
        };
        if let Some(opcode) = short {
            let (base, end) = (self.source16(ctx.base), self.source16(ctx.end));
            let position = self.source(ctx.position);
            let given = self.supplied(ok, 2);
            self.begin(opcode, given[0] as i8, given[1] as i8, position);
            self.pair(base, end);
            self.label(label);
            return self.go(ok, &given);
        }
        let (base, position, end) = self.context(ctx);
        let size = size.map_or(NO_SLOT, |size| self.source16(size));
        let given = self.supplied(ok, 2);
        self.begin(Opcode::BitsGet, given[0] as i8, given[1] as i8, 0);
        self.pair(base, position);
        self.pair(end, size);
        self.word(pack_type(segment));
        self.label(label);
        self.go(ok, &given)
    }

    pub(super) fn end(&mut self, id: BlockId, end: &Terminator) -> Option<BlockId> {
        match end {
            Terminator::Jump(target) => self.go(target, &[]),
            Terminator::Branch { test, then, otherwise } => self.branch(test, then, otherwise),
            Terminator::Switch { value, cases, default } => self.switch(*value, cases, default),
            Terminator::SwitchArity { value, cases, default } => self.switch_arity(*value, cases, default),
            Terminator::Fetch { map, key, found, missing } => {
                let label = self.target_label(missing);
                // Supplied values use the first scratch slots, operands those behind them.
                self.scratch = SCRATCH - 1;
                let (a, b) = (self.source(*map), self.source(*key));
                let given = self.supplied(found, 1);
                self.begin(Opcode::Fetch, given[0] as i8, a, b);
                self.label(label);
                self.go(found, &given)
            }
            Terminator::Guard { bif, args, ok, fail } => self.guard(*bif, args, ok, fail),
            Terminator::BitsStart { value, ok, fail } => {
                let label = self.target_label(fail);
                self.scratch = SCRATCH - 3;
                let a = self.source(*value);
                let given = self.supplied(ok, 3);
                self.begin(Opcode::BitsStart, a, 0, 0);
                self.pair(given[0], given[1]);
                self.pair(given[2], NO_SLOT);
                self.label(label);
                self.go(ok, &given)
            }
            Terminator::BitsGet { ctx, segment, size, ok, fail } => self.bits_get(ctx, *segment, *size, ok, fail),
            Terminator::BitsMatch { ctx, bytes, ok, fail } => {
                let label = self.target_label(fail);
                self.scratch = SCRATCH - 1;
                let (base, end) = (self.source16(ctx.base), self.source16(ctx.end));
                let position = self.source(ctx.position);
                let given = self.supplied(ok, 1);
                self.begin(Opcode::BitsMatch, given[0] as i8, position, 0);
                self.pair(base, end);
                self.wide(Relocated::Literal(*bytes));
                self.label(label);
                self.go(ok, &given)
            }
            Terminator::BitsEnd { ctx, ok, fail } => {
                let label = self.target_label(fail);
                self.two(Opcode::BitsEnd, ctx.position, ctx.end);
                self.label(label);
                self.go(ok, &[])
            }
            Terminator::Return(value) => {
                let frame = self.frame();
                if let Some(imm) = immediate(*value) {
                    self.begin16(Opcode::ReturnConst, 0, frame);
                    self.imm_word(imm);
                } else {
                    let a = self.source(*value);
                    self.begin16(Opcode::Return, a, frame);
                }
                None
            }
            Terminator::TailCall(callee, args) => {
                self.tail_call(callee, args);
                None
            }
            Terminator::RecvPeek { message, empty } => {
                let label = self.target_label(empty);
                let given = self.supplied(message, 1);
                self.begin(Opcode::RecvPeek, given[0] as i8, 0, 0);
                self.label(label);
                self.go(message, &given)
            }
            Terminator::RecvSkip(target) => {
                self.begin(Opcode::RecvSkip, 0, 0, 0);
                self.go(target, &[])
            }
            Terminator::RecvWait { time, again, timeout } => self.wait(id, *time, again, timeout),
            Terminator::Raise { class, reason, trace } => {
                let (class, reason) = (self.source(*class), self.source(*reason));
                match trace {
                    RaiseTrace::New => self.begin(Opcode::Raise, class, reason, 0),
                    RaiseTrace::Raw(trace) => {
                        let trace = self.source(*trace);
                        self.begin(Opcode::RaiseRaw, class, reason, trace);
                    }
                    RaiseTrace::Given(trace) => {
                        let trace = self.source(*trace);
                        self.begin(Opcode::RaiseGiven, class, reason, trace);
                    }
                }
                None
            }
            Terminator::FunctionClause(args) => {
                self.begin16(Opcode::FunctionClause, 0, args.len() as u16);
                self.sources(args);
                None
            }
        }
    }

    pub(super) fn guard(&mut self, bif: Bif, args: &[Arg], ok: &Target, fail: &Target) -> Option<BlockId> {
        let label = self.target_label(fail);
        self.scratch = SCRATCH - 1;
        let slots: Vec<i8> = args.iter().take(2).map(|arg| self.source(*arg)).collect();
        let third = args.get(2).map(|arg| self.source16(*arg));
        let given = self.supplied(ok, 1);
        let to = given[0] as i8;
        match (bif, slots.as_slice(), third) {
            (Bif::SelfPid, _, _) => self.begin(Opcode::SelfPid, to, 0, 0),
            (Bif::Node, [], _) => self.begin(Opcode::Node, to, 0, 0),
            (_, [a], _) => {
                self.begin(Opcode::Guard1, to, *a, 0);
                self.word(bif.number());
                self.label(label);
            }
            (_, [a, b], None) => {
                self.begin(Opcode::Guard2, to, *a, *b);
                self.word(bif.number());
                self.label(label);
            }
            (_, [a, b], Some(third)) => {
                self.begin(Opcode::Guard3, to, *a, *b);
                self.word(bif.number());
                self.pair(third, NO_SLOT);
                self.label(label);
            }
            _ => {}
        }
        self.go(ok, &given)
    }

    pub(super) fn wait(&mut self, id: BlockId, time: Option<Arg>, again: &Target, timeout: &Target) -> Option<BlockId> {
        let label = self.target_label(timeout);
        let slot = match time {
            // The instruction runs again after each signal, and a scratch slot does not last that long.
            Some(time @ Arg::Val(_)) => self.source16(time),
            Some(time) => {
                let slot = self.source16(time);
                debug_assert!(slot < 0);
                slot
            }
            None => NO_SLOT,
        };
        self.begin16(Opcode::RecvWait, 0, slot.cast_unsigned());
        self.label(label);
        let function: &'a Function = self.function;
        let mut vals: Vec<Val> = time.and_then(Arg::val).into_iter().collect();
        let block = &function.blocks[id.0 as usize];
        block.end.targets(&mut |target, _| {
            vals.extend(target.args.iter().filter_map(|arg| arg.val()));
            vals.extend_from_slice(&self.slots.live_in[target.block.0 as usize]);
        });
        if let Some(handler) = block.handler {
            vals.extend_from_slice(&self.slots.live_in[handler.0 as usize]);
        }
        self.live(vals);
        self.go(again, &[])
    }
}

/// Atoms and `[]` equal only themselves, however they are compared.
pub(super) fn is_name(arg: Arg) -> bool {
    matches!(arg, Arg::Atom(_) | Arg::EmptyList)
}
