//! Decoding of instructions: for printing code and for checking it.
//!
//! **What it is for.** [`decode`] cuts one instruction into operands, [`disassemble`] prints a module's code, [`check`]
//! makes sure that code which came as bytes keeps the rules that the interpreter relies on.
//!
//! **Invariants.** Nothing panics on any input.
//!
//! **What it must not know.** What instructions do.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    reason = "operands are packed into words of checked sizes"
)]

use std::fmt::Write as _;

use crate::code::{Code, LiveSet, Relocated};
use crate::ir::Bif;
use crate::opcode::{NO_CASE, NO_SLOT, Opcode, Operand, SCRATCH, Source, unpack_type};
use rustc_hash::{FxHashMap, FxHashSet};

/// One instruction.
#[derive(Clone, Debug)]
pub struct Instruction {
    pub opcode: Opcode,
    /// Words that it takes.
    pub len: usize,
    pub operands: Vec<Value>,
}

/// One operand, decoded.
#[derive(Clone, PartialEq, Debug)]
pub enum Value {
    Written(i16),
    Read(i16),
    Number(i64),
    /// Index of a word that refers to a place given as index.
    Label(usize),
    /// The same for the entry word of a function.
    Entry(usize),
    /// Index of the word and its value.
    Imm(usize, u32),
    /// Index of the first of two words.
    Const(usize),
    Live(usize),
    Bif(u32),
    Type(u32),
}

fn take(words: &[u32], next: &mut usize) -> Option<u32> {
    *next += 1;
    words.get(*next - 1).copied()
}

/// Decodes the instruction at an index; `None` if it is none or is cut off.
pub fn decode(words: &[u32], at: usize) -> Option<Instruction> {
    let first = *words.get(at)?;
    let opcode = Opcode::from_byte(first as u8)?;
    let mut operands = Vec::new();
    let mut byte = 1;
    let mut next = at + 1;
    let mut count = 0;
    for operand in opcode.operands() {
        let small = |byte: usize| i16::from(first.to_le_bytes()[byte].cast_signed());
        let upper = (first >> 16) as u16;
        match operand {
            Operand::D | Operand::S | Operand::I | Operand::N if byte > 3 => return None,
            Operand::D => operands.push(Value::Written(small(byte))),
            Operand::S => operands.push(Value::Read(small(byte))),
            Operand::I => operands.push(Value::Number(small(byte).into())),
            Operand::N => operands.push(Value::Number(first.to_le_bytes()[byte].into())),
            Operand::D16 => operands.push(Value::Written(upper.cast_signed())),
            Operand::S16 if upper.cast_signed() == NO_SLOT => {}
            Operand::S16 => operands.push(Value::Read(upper.cast_signed())),
            Operand::I16 => operands.push(Value::Number(upper.cast_signed().into())),
            Operand::N16 => {
                count = usize::from(upper);
                operands.push(Value::Number(upper.into()));
            }
            Operand::Move | Operand::Pair | Operand::PairD => {
                let word = take(words, &mut next)?;
                let halves = [word as u16, (word >> 16) as u16].map(u16::cast_signed);
                let write = [*operand != Operand::Pair, *operand == Operand::PairD];
                for (half, write) in halves.into_iter().zip(write) {
                    if half != NO_SLOT {
                        operands.push(if write { Value::Written(half) } else { Value::Read(half) });
                    }
                }
            }
            Operand::Imm => {
                let place = next;
                operands.push(Value::Imm(place, take(words, &mut next)?));
            }
            Operand::Const | Operand::Import | Operand::Lambda => {
                operands.push(Value::Const(next));
                take(words, &mut next)?;
                take(words, &mut next)?;
            }
            Operand::Label => {
                let target = at as u64 + u64::from(take(words, &mut next)?);
                operands.push(Value::Label(target as u32 as usize));
            }
            Operand::Entry => {
                let target = at as u64 + u64::from(take(words, &mut next)?);
                operands.push(Value::Entry(target as u32 as usize));
            }
            Operand::Bif => operands.push(Value::Bif(take(words, &mut next)?)),
            Operand::Word if opcode == Opcode::BitsGet => operands.push(Value::Type(take(words, &mut next)?)),
            Operand::Word => operands.push(Value::Number(take(words, &mut next)?.into())),
            Operand::Live => {
                operands.push(Value::Live(next));
                take(words, &mut next)?;
            }
            Operand::Cases => {
                let mut free = 0;
                for _ in 0..count {
                    let place = next;
                    let word = take(words, &mut next)?;
                    let target = at as u64 + u64::from(take(words, &mut next)?);
                    let target = Value::Label(target as u32 as usize);
                    if word != NO_CASE {
                        operands.extend([Value::Imm(place, word), target]);
                        continue;
                    }
                    // Slot, number of places and the label of the default come first.
                    if operands.get(2) != Some(&target) {
                        return None;
                    }
                    free += 1;
                }
                // Who looks for a case stops at a free place.
                if !count.is_power_of_two() || free == 0 {
                    return None;
                }
            }
            Operand::Sources | Operand::Segments => {
                let segments = *operand == Operand::Segments;
                let mut consts = 0;
                for index in 0..if segments { 3 * count } else { count } {
                    let place = next;
                    let word = take(words, &mut next)?;
                    if segments && index % 3 == 2 {
                        operands.push(Value::Type(word));
                        continue;
                    }
                    match Source::unpack(word) {
                        Source::Slot(NO_SLOT) if segments => {}
                        Source::Slot(slot) => operands.push(Value::Read(slot)),
                        Source::Imm(word) => operands.push(Value::Imm(place, word)),
                        Source::Const(distance) => {
                            operands.push(Value::Const(place + distance as usize));
                            consts += 1;
                        }
                    }
                }
                next += 2 * consts;
                if next > words.len() {
                    return None;
                }
            }
        }
        if matches!(operand, Operand::D | Operand::S | Operand::I | Operand::N) {
            byte += 1;
        }
    }
    Some(Instruction { opcode, len: next - at, operands })
}

/// All of a module's code as text.
pub fn disassemble(code: &Code) -> String {
    let mut out = String::new();
    let what =
        |at: usize| code.relocations.iter().find(|relocation| relocation.at as usize == at).map(|found| found.what);
    for (index, function) in code.functions.iter().enumerate() {
        let _ = writeln!(
            out,
            "f{index} {}/{} free {} frame {}",
            function.name, function.arity, function.free, function.frame
        );
        let mut at = function.entry() as usize + 1;
        let mut line = None;
        while at < function.end as usize {
            let Some(instruction) = decode(&code.words, at) else { break };
            if instruction.opcode == Opcode::Invalid
                || is_mask(code, function.entry() as usize, function.end as usize, at)
            {
                break;
            }
            let position = code.lines.iter().rev().find(|line| line.at as usize <= at).map(|line| line.pos);
            if position != line {
                line = position;
                if let Some(pos) = position {
                    let _ = writeln!(out, "  # {}:{}", pos.file, pos.line);
                }
            }
            let operands: Vec<String> = instruction.operands.iter().map(|value| show(code, value, &what)).collect();
            let _ = writeln!(out, "  {at:4} {} {}", instruction.opcode.name(), operands.join(" "));
            at += instruction.len;
        }
    }
    for handler in &code.handlers {
        let _ = writeln!(out, "handler {}..{} => {}", handler.start, handler.end, handler.target);
    }
    out
}

/// Whether a word belongs to the masks behind a function's instructions.
fn is_mask(code: &Code, entry: usize, end: usize, at: usize) -> bool {
    first_mask(code, entry, end).is_some_and(|mask| at >= mask)
}

/// The lowest address that a long live word of the function refers to.
fn first_mask(code: &Code, entry: usize, end: usize) -> Option<usize> {
    let mut lowest = None;
    let mut note = |at: usize| {
        let word = code.words.get(at).copied().unwrap_or(1);
        if word & 1 == 0 {
            let mask = at + word as usize / 2;
            lowest = Some(lowest.map_or(mask, |old: usize| old.min(mask)));
        }
        lowest
    };
    note(entry.checked_sub(1)?);
    let mut at = entry + 1;
    let mut limit = end;
    while at < limit {
        let Some(instruction) = decode(&code.words, at) else { break };
        for value in &instruction.operands {
            if let Value::Live(live) = value {
                limit = limit.min(note(*live).unwrap_or(end));
            }
        }
        at += instruction.len;
    }
    lowest
}

fn show(code: &Code, value: &Value, what: &dyn Fn(usize) -> Option<Relocated>) -> String {
    match value {
        Value::Written(slot) => format!(">{slot}"),
        Value::Read(slot) => format!("[{slot}]"),
        Value::Number(number) => number.to_string(),
        Value::Label(target) | Value::Entry(target) => format!("->{target}"),
        Value::Bif(number) => Bif::from_number(*number).map_or("?".into(), |bif| bif.text().to_string()),
        Value::Type(word) => format!("{word:#x}"),
        Value::Live(at) => LiveSet::read(&code.words, *at).map_or("?".into(), |live| format!("live{:?}", live.slots)),
        Value::Imm(at, word) => match what(*at) {
            Some(Relocated::Atom(atom)) => format!("{atom:?}"),
            _ if word & 1 == 0 => (word.cast_signed() >> 1).to_string(),
            _ => format!("{word:#x}"),
        },
        Value::Const(at) => match what(*at) {
            Some(Relocated::Literal(literal)) => format!("lit{}", literal.0),
            Some(Relocated::Import(module, name, arity)) => format!("{module}.{name}/{arity}"),
            Some(Relocated::Lambda(function)) => format!("f{}", function.0),
            _ => "?".into(),
        },
    }
}

/// Checks that instructions are whole, slots lie within frames, labels lead to instructions and tables fit the code.
pub fn check(code: &Code, literals: usize) -> bool {
    let mut entries = FxHashSet::default();
    let mut places = FxHashMap::default();
    let mut joined = Vec::new();
    let mut labels = Vec::new();
    let mut consts = FxHashSet::default();
    let mut immediates = FxHashSet::default();
    let mut tables = FxHashMap::default();
    let mut last_end = 0;
    for function in &code.functions {
        let (start, end) = (function.start as usize, function.end as usize);
        if start < last_end || end > code.words.len() || end < start + 3 {
            return false;
        }
        last_end = end;
        let params = u32::from(function.arity) + u32::from(function.free);
        let frame = function.frame;
        if frame > 32_001
            || u32::from(frame) <= params
            || function.hidden > function.free
            || code.words[start + 1] != u32::from(frame) | params << 16
            || !live_fits(code, start, end, frame)
        {
            return false;
        }
        entries.insert(start + 1);
        let stop = first_mask(code, start + 1, end).unwrap_or(end);
        let mut at = start + 2;
        while at < stop {
            let Some(instruction) = decode(&code.words, at) else { return false };
            places.insert(at, instruction.opcode);
            if let (Opcode::Switch | Opcode::SwitchArity, Some(Value::Number(count))) =
                (instruction.opcode, instruction.operands.get(1))
            {
                tables.insert(at + 2, *count);
            }
            if let [_, others @ ..] = instruction.opcode.parts() {
                joined.push((at + instruction.len, others));
            }
            for value in &instruction.operands {
                let fits = match value {
                    Value::Written(slot) | Value::Read(slot) => {
                        // Below the frame lie arguments: as many as a call can have and some scratch slots more.
                        *slot < frame.cast_signed() && *slot >= -255 - 32 + SCRATCH
                    }
                    Value::Label(target) => {
                        labels.push((start, end, *target, instruction.opcode.first()));
                        true
                    }
                    // The slow forms go on at the function's start, the fast ones behind its first instruction.
                    Value::Entry(target) => *target == start + 1 && begins_alike(code, start + 2, at),
                    Value::Live(live) => live_fits(code, *live, end, frame),
                    Value::Bif(number) => Bif::from_number(*number).is_some(),
                    Value::Type(word) => unpack_type(*word).is_some(),
                    Value::Const(place) => {
                        consts.insert(*place);
                        *place >= at && place + 2 <= at + instruction.len
                    }
                    Value::Imm(place, _) => {
                        immediates.insert(*place);
                        true
                    }
                    Value::Number(_) => true,
                };
                if !fits {
                    return false;
                }
            }
            at += instruction.len;
        }
        if at != stop {
            return false;
        }
    }
    let calls = [Opcode::Call, Opcode::TailCall, Opcode::Loop];
    let led = labels.iter().all(|(start, end, target, opcode)| {
        if calls.contains(opcode) {
            entries.contains(target)
        } else {
            places.contains_key(target) && start < target && target < end
        }
    });
    // What an instruction stands for must follow it.
    let follow = joined.iter().all(|(at, others)| {
        let mut at = *at;
        others.iter().all(|other| {
            let here = at;
            at += decode(&code.words, here).map_or(0, |instruction| instruction.len);
            places.get(&here).is_some_and(|opcode| opcode.first() == *other)
        })
    });
    let mut last = 0;
    let handled = code.handlers.iter().all(|handler| {
        let sorted = handler.start >= last && handler.end > handler.start;
        last = handler.end;
        sorted && places.contains_key(&(handler.target as usize))
    });
    let mut found = FxHashSet::default();
    let patched = code.relocations.iter().all(|relocation| {
        let at = relocation.at as usize;
        match relocation.what {
            Relocated::Atom(_) => immediates.contains(&at),
            Relocated::Literal(literal) => found.insert(at) && consts.contains(&at) && (literal.0 as usize) < literals,
            Relocated::Import(..) => found.insert(at) && consts.contains(&at),
            Relocated::Lambda(function) => {
                found.insert(at) && consts.contains(&at) && (function.0 as usize) < code.functions.len()
            }
            Relocated::Cases(count) => tables.remove(&at) == Some(i64::from(count)),
        }
    });
    let sorted = code.lines.windows(2).all(|pair| pair[0].at <= pair[1].at);
    led && follow && handled && patched && tables.is_empty() && sorted && found.len() == consts.len()
}

/// Whether a fused loop does what its function's first instruction does.
fn begins_alike(code: &Code, first: usize, fused: usize) -> bool {
    let Some((test, fused)) = decode(&code.words, first).zip(decode(&code.words, fused)) else { return false };
    match (test.opcode.first(), fused.opcode.first()) {
        (Opcode::JumpNotSame, Opcode::LoopNotSame) | (Opcode::JumpSame, Opcode::LoopSame) => {
            // Immediates are compared once they are loaded, so here only the places of both can be.
            let (slot, label) = (test.operands.first(), test.operands.get(2));
            fused.operands.first() == slot && fused.operands.get(2) == label
        }
        (Opcode::Uncons, Opcode::LoopUncons) => test.operands.get(..3) == fused.operands.get(..3),
        _ => false,
    }
}

fn live_fits(code: &Code, at: usize, end: usize, frame: u16) -> bool {
    let word = code.words.get(at).copied().unwrap_or(0);
    let reach = word & 1 == 1 || at + word as usize / 2 < end;
    reach
        && LiveSet::read(&code.words, at)
            .is_some_and(|live| live.frame == frame && live.slots.iter().all(|slot| *slot < frame.cast_signed() - 1))
}
