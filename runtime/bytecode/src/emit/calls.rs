//! Calls: arguments on the stack, live words at the return address, tail calls and loops.

use super::Emitter;
use super::ways::From;
use crate::code::Relocated;
use crate::ir::{Arg, BlockId, Callee, FunId, Function, Val};
use crate::opcode::{NEAR_ARGS, Opcode, SCRATCH};

impl<'a> Emitter<'a> {
    /// Makes room below the frame for many arguments; scratch slots then lie below those.
    pub(super) fn stack_room(&mut self, lowest: i16, vals: Vec<Val>) {
        self.scratch = SCRATCH;
        if lowest < -1 - NEAR_ARGS as i16 {
            self.begin16(Opcode::StackRoom, 0, lowest.unsigned_abs() + 16);
            self.live(vals);
            self.scratch = lowest - 1;
        }
    }

    pub(super) fn call(&mut self, id: BlockId, index: usize, callee: &Callee, args: &[Arg]) {
        let function: &'a Function = self.function;
        let inst = &function.blocks[id.0 as usize].insts[index];
        let count = args.len() as i16;
        let mut read = self.slots.across[id.0 as usize][index].clone().unwrap_or_default();
        let across = read.clone();
        inst.op.args(&mut |arg: &Arg| read.extend(arg.val()));
        self.stack_room(-1 - count, read);
        let extra = self.callee_slots(callee);
        let order = self.callee_order(callee);
        let moves = args
            .iter()
            .enumerate()
            .map(|(number, arg)| (order(number, args.len()) - 1 - count, self.from(*arg)))
            .filter(|(to, from)| !matches!(from, From::Slot(slot) if slot == to))
            .collect();
        self.moves(moves);
        self.call_op(callee, args.len(), &extra, None);
        self.live(across);
        if let Some(to) = inst.dst.and_then(|dst| self.slot(dst)) {
            self.copy(to, -1);
        }
    }

    /// Slots of a fun, or of module and function.
    pub(super) fn callee_slots(&mut self, callee: &Callee) -> Vec<i16> {
        match callee {
            Callee::Local(_) | Callee::Remote(..) => Vec::new(),
            Callee::Fun(fun) => vec![self.source16(*fun)],
            Callee::Apply(module, name) => vec![self.source16(*module), self.source16(*name)],
        }
    }

    /// Where among the outgoing slots the argument with a number goes.
    pub(super) fn callee_order(&self, callee: &Callee) -> impl Fn(usize, usize) -> i16 + use<> {
        let free = match callee {
            Callee::Local(FunId(number)) => {
                self.module.functions.get(*number as usize).map_or(0, |function| function.free.into())
            }
            _ => 0usize,
        };
        move |number, count| {
            let arity = count.saturating_sub(free);
            (if number < arity { free + number } else { number - arity }) as i16
        }
    }

    /// The calling instruction; with the frame size for one that leaves the frame.
    pub(super) fn call_op(&mut self, callee: &Callee, count: usize, extra: &[i16], tail: Option<u16>) {
        let count8 = (count as u8).cast_signed();
        let leave = |emitter: &mut Self| {
            if let Some(frame) = tail {
                emitter.word(frame.into());
            }
        };
        match callee {
            Callee::Local(callee) => {
                match tail {
                    Some(frame) => self.begin16(Opcode::TailCall, 0, frame),
                    None => self.begin(Opcode::Call, 0, 0, 0),
                }
                let at = self.here();
                self.calls.push((self.inst, at, *callee));
                self.word(0);
            }
            Callee::Remote(module, name) => {
                match tail {
                    Some(frame) => self.begin16(Opcode::TailCallImport, 0, frame),
                    None => self.begin(Opcode::CallImport, 0, 0, 0),
                }
                self.wide(Relocated::Import(*module, *name, count as u8));
            }
            Callee::Fun(_) => {
                let opcode = if tail.is_some() { Opcode::TailCallFun } else { Opcode::CallFun };
                self.begin16(opcode, count8, extra[0].cast_unsigned());
                leave(self);
            }
            Callee::Apply(..) => {
                self.begin(if tail.is_some() { Opcode::TailApply } else { Opcode::Apply }, count8, 0, 0);
                self.pair(extra[0], extra[1]);
                leave(self);
            }
        }
    }

    pub(super) fn tail_call(&mut self, callee: &Callee, args: &[Arg]) {
        let frame = self.frame();
        let count = args.len() as i16;
        let top = i16::try_from(self.slots.frame).expect("checked against FRAME_MAX") - 1;
        let lowest = (top - count).min(0);
        let mut read: Vec<Val> = args.iter().filter_map(|arg| arg.val()).collect();
        match callee {
            Callee::Fun(fun) => read.extend(fun.val()),
            Callee::Apply(module, name) => read.extend(module.val().into_iter().chain(name.val())),
            Callee::Local(_) | Callee::Remote(..) => {}
        }
        self.stack_room(lowest, read);
        let mut moves: Vec<(i16, From)> = Vec::new();
        let order = self.callee_order(callee);
        for (number, arg) in args.iter().enumerate() {
            moves.push((top - count + order(number, args.len()), self.from(*arg)));
        }
        // A fun's slot is overwritten by the arguments, so it moves below the frame with them.
        let mut extra = Vec::new();
        let outside: &[Arg] = match callee {
            Callee::Fun(fun) => &[*fun],
            Callee::Apply(module, name) => &[*module, *name],
            Callee::Local(_) | Callee::Remote(..) => &[],
        };
        for arg in outside {
            let to = self.next_scratch();
            moves.push((to, self.from(*arg)));
            extra.push(to);
        }
        moves.retain(|(to, from)| !matches!(from, From::Slot(slot) if slot == to));
        self.moves(moves);
        let own = usize::from(self.function.arity) + usize::from(self.function.free);
        if let Callee::Local(callee) = callee
            && *callee == self.number
            && own == args.len()
        {
            self.begin_loop();
            let at = self.here();
            self.calls.push((self.inst, at, *callee));
            self.word(0);
            return;
        }
        self.call_op(callee, args.len(), &extra, Some(frame));
    }

    /// Begins a `Loop`, together with the function's first instruction where there is a form for both.
    pub(super) fn begin_loop(&mut self) {
        let (first, relocations) = self.first;
        // The loop may itself be the first instruction: `def wait, do: wait()`.
        let word = self.code.words.get(first as usize).copied().unwrap_or(Opcode::Loop as u32);
        let [opcode, a, b, c] = word.to_le_bytes();
        let [a, b, c] = [a, b, c].map(u8::cast_signed);
        if opcode == Opcode::Uncons as u8 {
            self.begin(Opcode::LoopUncons, a, b, c);
            return;
        }
        let label = self.labels.iter().find(|label| label.0 == first).map(|label| label.2);
        let looping = match Opcode::from_byte(opcode) {
            Some(Opcode::JumpNotSame) => Some(Opcode::LoopNotSame),
            Some(Opcode::JumpSame) => Some(Opcode::LoopSame),
            _ => None,
        };
        let Some((looping, label)) = looping.zip(label) else {
            self.begin(Opcode::Loop, 0, 0, 0);
            return;
        };
        let atom = self.code.relocations[relocations..].iter().find_map(|relocation| match relocation.what {
            Relocated::Atom(atom) if relocation.at == first + 1 => Some(atom),
            _ => None,
        });
        let imm = (self.code.words[first as usize + 1], atom);
        self.begin(looping, a, 0, 0);
        self.imm_word(imm);
        self.label(label);
    }
}
