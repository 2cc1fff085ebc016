//! Instructions within a block, with the room that they need made together.

use std::collections::HashSet;

use super::Emitter;
use super::operands::small8;
use crate::code::Relocated;
use crate::ir::{Arg, Bif, BlockId, FunId, Function, Inst, Literal, Op, Segment, Terminator, Val};
use crate::opcode::{NO_SLOT, Opcode, Source, pack_type};
use crate::slots::is_allocation;

/// Words that room is made for at once.
const ROOM_MAX: usize = 60_000;

/// Larger maps are no flat ones.
const TEMPLATE_MAX: usize = 32;

impl<'a> Emitter<'a> {
    /// `x + y` whose sum is only given back.
    pub(super) fn fused_return(&mut self, inst: &Inst, end: &Terminator) -> Option<()> {
        let (Some(dst), Op::Bif(Bif::Add, args), Terminator::Return(Arg::Val(val))) = (inst.dst, &inst.op, end) else {
            return None;
        };
        let frame = u8::try_from(self.slots.frame).ok()?;
        if dst != *val
            || self.uses[dst.0 as usize] != 1
            || args.len() != 2
            || args.iter().any(|arg| small8(*arg).is_some())
        {
            return None;
        }
        self.line(inst.pos);
        let (a, b) = (self.source(args[0]), self.source(args[1]));
        self.begin(Opcode::AddReturn, a, b, frame.cast_signed());
        Some(())
    }

    /// Emits the instruction at `index` of a block, and others with it; gives their number.
    pub(super) fn inst(&mut self, id: BlockId, index: usize, room: &mut usize) -> usize {
        let function: &'a Function = self.function;
        let insts = &function.blocks[id.0 as usize].insts;
        let inst = &insts[index];
        match &inst.op {
            Op::Copy(arg) => {
                let from = self.from(*arg);
                if let Some(to) = inst.dst.and_then(|dst| self.slot(dst)) {
                    self.moves(vec![(to, from)]);
                }
            }
            Op::Head(list) | Op::Tail(list) => return self.head_tail(insts, index, *list),
            Op::Element(tuple, place) => return self.elements(insts, index, *tuple, *place),
            Op::Cons(head, tail) => {
                if *room == 0 && self.is_near(*head) && self.is_near(*tail) && !more_room(insts, index) {
                    let (a, b) = (self.source(*head), self.source(*tail));
                    let target = self.target(inst.dst);
                    self.begin(Opcode::Cons, target.0, a, b);
                    self.live_before(id, index);
                    self.finish(target);
                    return 1;
                }
                self.make_room(id, index, room);
                *room -= 2;
                let (a, b) = (self.source(*head), self.source(*tail));
                let target = self.target(inst.dst);
                self.begin(Opcode::PutCons, target.0, a, b);
                self.finish(target);
            }
            Op::Tuple(args) => {
                if let (0, [first, second]) = (*room, args.as_slice())
                    && self.is_near(*first)
                    && self.is_near(*second)
                    && !more_room(insts, index)
                {
                    let (a, b) = (self.source(*first), self.source(*second));
                    let target = self.target(inst.dst);
                    self.begin(Opcode::Tuple2, target.0, a, b);
                    self.live_before(id, index);
                    self.finish(target);
                    return 1;
                }
                self.make_room(id, index, room);
                *room -= words_of(&inst.op);
                self.many(Opcode::PutTuple, inst.dst, args, None);
            }
            Op::Fun { function, free } => {
                self.make_room(id, index, room);
                *room -= words_of(&inst.op);
                self.many(Opcode::PutFun, inst.dst, free, Some(*function));
            }
            Op::Map(pairs) => match self.template(pairs) {
                Some((template, rest)) => {
                    self.many(Opcode::MapUpdate, inst.dst, &flatten(Some(template), &rest), None);
                }
                None => self.many(Opcode::MakeMap, inst.dst, &flatten(None, pairs), None),
            },
            Op::MapPut { map, pairs } => self.many(Opcode::MapPut, inst.dst, &flatten(Some(*map), pairs), None),
            Op::MapUpdate { map, pairs } => self.many(Opcode::MapUpdate, inst.dst, &flatten(Some(*map), pairs), None),
            Op::Bif(bif, args) => self.bif(*bif, args, inst.dst),
            Op::Call(callee, args) => self.call(id, index, callee, args),
            Op::Bits(segments) => self.bits(segments, inst.dst),
            Op::RecvAccept => self.begin(Opcode::RecvAccept, 0, 0, 0),
            Op::RecvMark => self.begin(Opcode::RecvMark, 0, 0, 0),
            Op::RecvBind(reference) => {
                let a = self.source(*reference);
                self.begin(Opcode::RecvBind, a, 0, 0);
            }
            Op::RecvUse(reference) => {
                let a = self.source(*reference);
                self.begin(Opcode::RecvUse, a, 0, 0);
            }
            Op::Stacktrace(trace) => {
                let a = self.source(*trace);
                let target = self.target(inst.dst);
                self.begin(Opcode::Stacktrace, target.0, a, 0);
                self.finish(target);
            }
        }
        1
    }

    /// A literal with the keys of a map that is to be made, if all are atoms, and the pairs whose values it lacks. So
    /// maps of one place share their keys, and need no sorting.
    pub(super) fn template(&mut self, pairs: &[(Arg, Arg)]) -> Option<(Arg, Vec<(Arg, Arg)>)> {
        let mut keys = HashSet::new();
        let atoms = pairs.iter().all(|(key, _)| matches!(key, Arg::Atom(atom) if keys.insert(*atom)));
        if !atoms || pairs.is_empty() || pairs.len() > TEMPLATE_MAX {
            return None;
        }
        let mut known = Vec::with_capacity(pairs.len());
        let mut rest = Vec::new();
        for (key, value) in pairs {
            let Arg::Atom(key_atom) = key else { continue };
            let value = match value {
                Arg::Int(value) => Literal::Int(*value),
                Arg::Atom(atom) => Literal::Atom(*atom),
                Arg::EmptyList => Literal::List(Vec::new()),
                Arg::Val(_) | Arg::Lit(_) => {
                    rest.push((*key, *value));
                    Literal::Int(0)
                }
            };
            known.push((Literal::Atom(*key_atom), value));
        }
        Some((Arg::Lit(self.literals.add(Literal::Map(known))), rest))
    }

    pub(super) fn many(&mut self, opcode: Opcode, dst: Option<Val>, args: &[Arg], lambda: Option<FunId>) {
        let target = self.target(dst);
        self.begin16(opcode, target.0, args.len() as u16);
        if let Some(lambda) = lambda {
            self.wide(Relocated::Lambda(lambda));
        }
        self.sources(args);
        self.finish(target);
    }

    pub(super) fn make_room(&mut self, id: BlockId, index: usize, room: &mut usize) {
        if *room > 0 {
            return;
        }
        let function: &'a Function = self.function;
        for inst in &function.blocks[id.0 as usize].insts[index..] {
            if is_allocation(&inst.op) {
                let words = words_of(&inst.op);
                if *room > 0 && *room + words > ROOM_MAX {
                    break;
                }
                *room += words;
            } else if !is_read(&inst.op) {
                break;
            }
        }
        self.begin16(Opcode::Room, 0, u16::try_from(*room).unwrap_or(u16::MAX));
        self.live_before(id, index);
    }

    /// What is live before an instruction: what is live over it and what it reads.
    pub(super) fn live_before(&mut self, id: BlockId, index: usize) {
        let mut vals = self.slots.across[id.0 as usize][index].clone().unwrap_or_default();
        self.function.blocks[id.0 as usize].insts[index].op.args(&mut |arg: &Arg| vals.extend(arg.val()));
        self.live(vals);
    }

    pub(super) fn head_tail(&mut self, insts: &[Inst], index: usize, list: Arg) -> usize {
        let inst = &insts[index];
        let a = self.source(list);
        let target = self.target(inst.dst);
        if let (Op::Head(_), Some(Inst { op: Op::Tail(other), dst, .. })) = (&inst.op, insts.get(index + 1))
            && *other == list
            && target.1.is_none()
        {
            let second = self.target(*dst);
            self.begin(Opcode::HeadTail, target.0, second.0, a);
            self.finish(second);
            return 2;
        }
        let opcode = if matches!(inst.op, Op::Head(_)) { Opcode::Head } else { Opcode::Tail };
        self.begin(opcode, target.0, a, 0);
        self.finish(target);
        1
    }

    pub(super) fn elements(&mut self, insts: &[Inst], index: usize, tuple: Arg, place: u16) -> usize {
        let a = self.source(tuple);
        let target = self.target(insts[index].dst);
        if let Some(Inst { op: Op::Element(other, second_place), dst, .. }) = insts.get(index + 1)
            && *other == tuple
            && target.1.is_none()
            && i16::from(target.0) != i16::from(a)
        {
            let second = self.target(*dst);
            self.begin(Opcode::Element2, target.0, second.0, a);
            self.word(u32::from(place) | u32::from(*second_place) << 16);
            self.finish(second);
            return 2;
        }
        if let Ok(near) = u8::try_from(place) {
            self.begin(Opcode::Element, target.0, a, near.cast_signed());
        } else {
            self.begin(Opcode::ElementFar, target.0, a, 0);
            self.word(place.into());
        }
        self.finish(target);
        1
    }

    pub(super) fn bif(&mut self, bif: Bif, args: &[Arg], dst: Option<Val>) {
        match (bif, args) {
            (Bif::SelfPid | Bif::Node, []) => {
                let target = self.target(dst);
                self.begin(if bif == Bif::Node { Opcode::Node } else { Opcode::SelfPid }, target.0, 0, 0);
                self.finish(target);
                return;
            }
            (Bif::Add | Bif::Sub | Bif::Mul, [a, b]) => {
                // Only the right operand: a stack trace shows operands in their order.
                if let Some(number) = small8(*b) {
                    let a = self.source(*a);
                    let target = self.target(dst);
                    let opcode = match bif {
                        Bif::Add => Opcode::AddImm,
                        Bif::Sub => Opcode::SubImm,
                        _ => Opcode::MulImm,
                    };
                    let kept = self.kept(a).filter(|_| target.0 == a);
                    let keeping = match bif {
                        Bif::Add => Some(Opcode::KeepAddImm),
                        Bif::Sub => Some(Opcode::KeepSubImm),
                        _ => None,
                    };
                    if let (Some((at, copy)), Some(opcode)) = (kept, keeping) {
                        self.code.words.truncate(at as usize);
                        self.starts.pop();
                        self.begin(opcode, copy, a, number);
                        return;
                    }
                    self.begin(opcode, target.0, a, number);
                    self.finish(target);
                    return;
                }
            }
            _ => {}
        }
        let quick = match bif {
            Bif::Add => Some(Opcode::Add),
            Bif::Sub => Some(Opcode::Sub),
            Bif::Mul => Some(Opcode::Mul),
            Bif::IntDiv => Some(Opcode::IntDiv),
            Bif::Rem => Some(Opcode::Rem),
            Bif::BAnd => Some(Opcode::BAnd),
            Bif::BOr => Some(Opcode::BOr),
            Bif::BXor => Some(Opcode::BXor),
            Bif::Shl => Some(Opcode::Shl),
            Bif::Shr => Some(Opcode::Shr),
            Bif::Element => Some(Opcode::GetElement),
            _ => None,
        };
        let slots: Vec<i8> = args.iter().take(2).map(|arg| self.source(*arg)).collect();
        let third = args.get(2).map(|arg| self.source16(*arg));
        let target = self.target(dst);
        match (quick, slots.as_slice(), third) {
            (Some(opcode), [a, b], None) => self.begin(opcode, target.0, *a, *b),
            (_, [a], None) => {
                self.begin(Opcode::Bif1, target.0, *a, 0);
                self.word(bif.number());
            }
            (_, [a, b], None) => {
                self.begin(Opcode::Bif2, target.0, *a, *b);
                self.word(bif.number());
            }
            (_, [a, b], Some(third)) => {
                self.begin(Opcode::Bif3, target.0, *a, *b);
                self.word(bif.number());
                self.pair(third, NO_SLOT);
            }
            _ => {}
        }
        self.finish(target);
    }

    pub(super) fn bits(&mut self, segments: &[Segment], dst: Option<Val>) {
        let target = self.target(dst);
        self.begin16(Opcode::BitsBuild, target.0, segments.len() as u16);
        let first = self.here();
        for segment in segments {
            self.source_word(segment.value);
            match segment.size {
                Some(size) => self.source_word(size),
                None => self.word(Source::Slot(NO_SLOT).pack()),
            }
            self.word(pack_type(segment.ty));
        }
        let terms = segments.iter().enumerate().flat_map(|(index, segment)| {
            std::iter::once((3 * index, segment.value)).chain(segment.size.map(|size| (3 * index + 1, size)))
        });
        self.pool(first, terms);
        self.finish(target);
    }
}

/// Operations that only read and neither raise nor allocate.
pub(super) fn is_read(op: &Op) -> bool {
    matches!(op, Op::Head(_) | Op::Tail(_) | Op::Element(..))
}

/// Words that an allocation takes.
pub(super) fn words_of(op: &Op) -> usize {
    match op {
        Op::Cons(..) => 2,
        Op::Tuple(args) => args.len() + 1,
        Op::Fun { free, .. } => free.len() + 2,
        _ => 0,
    }
}

pub(super) fn flatten(first: Option<Arg>, pairs: &[(Arg, Arg)]) -> Vec<Arg> {
    first.into_iter().chain(pairs.iter().flat_map(|(key, value)| [*key, *value])).collect()
}

/// Whether another allocation follows that room can be made for together with this one.
pub(super) fn more_room(insts: &[Inst], index: usize) -> bool {
    insts[index + 1..].iter().find(|inst| !is_read(&inst.op)).is_some_and(|inst| is_allocation(&inst.op))
}
