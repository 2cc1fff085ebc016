//! Moves, constants, arithmetic, tests and jumps.
#![expect(clippy::inline_always, reason = "op bodies are expanded into two dispatchers")]

use jovial_atoms::known;
use jovial_bytecode::ir::Bif;
use jovial_bytecode::opcode::{NO_CASE, NO_SLOT, Opcode, case_place};
use jovial_term::raw::{Boxed, Word};
use jovial_term::{Term, raw};

use super::exceptions::raise_bif;
use super::{Flow, SECOND, SLOW, State};
use crate::bifs::{self, BifError};
use crate::native::Halt;
use crate::system::Stop;

const TRUE: Word = Word::atom(jovial_atoms::known::TRUE);
const FALSE: Word = Word::atom(jovial_atoms::known::FALSE);

#[inline(always)]
pub(super) unsafe fn op_invalid<const FAST: bool>(_s: &mut State<'_>) -> Flow {
    unreachable!("checked code holds no invalid instruction")
}

#[inline(always)]
pub(super) unsafe fn op_move<const FAST: bool>(s: &mut State<'_>) -> Flow {
    // SAFETY: invariant 1 of the interpreter, as in all functions of this file.
    unsafe {
        s.set(s.byte(1), s.get(s.byte(2)));
        s.next(1)
    }
}

#[inline(always)]
pub(super) unsafe fn op_move_far<const FAST: bool>(s: &mut State<'_>) -> Flow {
    // SAFETY: as above.
    unsafe {
        let (to, from) = s.pair(1);
        s.set(to, s.get(from));
        s.next(2)
    }
}

#[inline(always)]
pub(super) unsafe fn op_move2<const FAST: bool>(s: &mut State<'_>) -> Flow {
    // SAFETY: as above.
    unsafe {
        s.set(s.byte(1), s.get(s.byte(2)));
        let (to, from) = s.pair(1);
        s.set(to, s.get(from));
        s.next(2)
    }
}

#[inline(always)]
pub(super) unsafe fn op_load_small<const FAST: bool>(s: &mut State<'_>) -> Flow {
    // SAFETY: as above.
    unsafe {
        s.set(s.byte(1), Word::small(s.half() as i64));
        s.next(1)
    }
}

#[inline(always)]
pub(super) unsafe fn op_load_imm<const FAST: bool>(s: &mut State<'_>) -> Flow {
    // SAFETY: as above.
    unsafe {
        s.set(s.byte(1), s.imm(1));
        s.next(2)
    }
}

#[inline(always)]
pub(super) unsafe fn op_load_const<const FAST: bool>(s: &mut State<'_>) -> Flow {
    // SAFETY: as above.
    unsafe {
        s.set(s.byte(1), Word(s.wide(1)));
        s.next(3)
    }
}

#[inline(always)]
pub(super) unsafe fn op_load_far<const FAST: bool>(s: &mut State<'_>) -> Flow {
    // SAFETY: as above.
    unsafe {
        s.set(s.half(), Word(s.wide(1)));
        s.next(3)
    }
}

/// The general way of an operation: calls it, stores its value at `to` and goes on `words` further.
#[cold]
#[inline(never)]
unsafe fn general(s: &mut State<'_>, bif: Bif, args: &[Word], to: isize, words: usize) -> Flow {
    // SAFETY: as above; operands are terms in slots, and `Term` is a transparent `Word`.
    unsafe {
        if bifs::is_long(bif, &*(std::ptr::from_ref(args) as *const [Term<'_>])) {
            return take_long(s, bif, args, to, words);
        }
        match evaluate(s, bif, args) {
            Ok(value) => {
                s.set(to, value);
                s.next(words)
            }
            Err(error) => raise_bif(s, bif, args, error),
        }
    }
}

/// The float behind a word, if it is one.
#[inline(always)]
unsafe fn float(word: Word) -> Option<f64> {
    // SAFETY: a float's one slot holds its bits.
    unsafe {
        if boxed_kind(word) == Some(Boxed::Float) { Some(f64::from_bits(raw::boxed_slot(word, 1).0)) } else { None }
    }
}

/// The same of a small integer as well, if a float can have its value.
#[inline(always)]
unsafe fn as_float(word: Word) -> Option<f64> {
    if !word.is_small() {
        // SAFETY: as above.
        return unsafe { float(word) };
    }
    let value = word.small_value();
    #[expect(clippy::cast_precision_loss, reason = "within the range where there is none")]
    let exact = value as f64;
    (value.unsigned_abs() <= 1 << 53).then_some(exact)
}

/// Arithmetic on two numbers, one a float, or their quotient, where there is room for the result.
#[inline(always)]
unsafe fn on_floats(s: &mut State<'_>, bif: Bif, args: &[Word]) -> Option<Word> {
    // SAFETY: as above; room is checked before the heap top moves.
    unsafe {
        let [x, y] = *args else { return None };
        if smalls(x, y) && bif != Bif::Div {
            return None;
        }
        let (x, y) = (as_float(x)?, as_float(y)?);
        let value = match bif {
            Bif::Add => x + y,
            Bif::Sub => x - y,
            Bif::Mul => x * y,
            Bif::Div => x / y,
            _ => return None,
        };
        if !value.is_finite() || !s.has_room(2) {
            return None;
        }
        let at = s.hp;
        *at = Word::header(Boxed::Float, 1, 0);
        *at.add(1) = Word(value.to_bits());
        s.hp = at.add(2);
        Some(Word::boxed_at(at))
    }
}

/// The state's instruction, if it is arithmetic, on floats.
#[inline(always)]
pub(super) unsafe fn on_two_floats(s: &mut State<'_>, opcode: Opcode) -> Flow {
    // SAFETY: as above.
    unsafe {
        let (bif, words) = match opcode {
            Opcode::Add | Opcode::AddImm => (Bif::Add, 1),
            Opcode::Sub | Opcode::SubImm => (Bif::Sub, 1),
            Opcode::Mul | Opcode::MulImm => (Bif::Mul, 1),
            Opcode::Bif2 => (Bif::Div, 2),
            _ => return SLOW,
        };
        let y = match opcode {
            Opcode::AddImm | Opcode::SubImm | Opcode::MulImm => Word::small(s.byte(3) as i64),
            _ => s.get(s.byte(3)),
        };
        let Some(value) = on_floats(s, bif, &[s.get(s.byte(2)), y]) else { return SLOW };
        s.set(s.byte(1), value);
        s.next(words)
    }
}

/// An operation's value.
unsafe fn evaluate<'a>(s: &mut State<'a>, bif: Bif, args: &[Word]) -> Result<Word, BifError<'a>> {
    // SAFETY: as above.
    if let Some(value) = unsafe { on_floats(s, bif, args) } {
        return Ok(value);
    }
    // SAFETY: `Term` is a transparent `Word`, and these are reachable from slots.
    let terms = unsafe { &*(std::ptr::from_ref(args) as *const [Term<'a>]) };
    let result = bifs::call(s.heap(), s.run.node, bif, terms);
    s.reload();
    if let Ok(value) = result {
        s.reds -= bifs::cost(bif, value).min(s.reds.max(0));
    }
    result.map(Term::word)
}

/// An operation that takes long: a job of the process, which waits at this instruction and does it again when there is a result.
#[cold]
#[inline(never)]
unsafe fn take_long(s: &mut State<'_>, bif: Bif, args: &[Word], to: isize, words: usize) -> Flow {
    let process = s.process();
    // SAFETY: as in `evaluate`.
    unsafe {
        let Some(result) = process.job_result.take() else {
            let terms = &*(std::ptr::from_ref(args) as *const [Term<'_>]);
            return match bifs::job(s.heap(), bif, terms) {
                // No live word describes the frame here.
                Ok(job) => s.suspend(s.pc, std::ptr::null(), Stop::Offload(job)),
                Err(error) => raise_bif(s, bif, args, error),
            };
        };
        s.store();
        let result = result.0(&s.run.ctx);
        s.reload();
        match result {
            Ok(value) => {
                s.set(to, value.word());
                s.next(words)
            }
            Err(Halt::Raise { reason, .. }) if reason.as_atom() == Some(known::BADARITH) => {
                raise_bif(s, bif, args, BifError::BadArith)
            }
            Err(_) => raise_bif(s, bif, args, BifError::SystemLimit),
        }
    }
}

/// Two small integers, if both are.
#[inline(always)]
fn smalls(x: Word, y: Word) -> bool {
    (x.0 | y.0) & 1 == 0
}

macro_rules! arithmetic {
    ($($op:ident $op_imm:ident $bif:ident $overflowing:ident $shift:literal;)*) => {$(
        #[inline(always)]
        pub(super) unsafe fn $op<const FAST: bool>(s: &mut State<'_>) -> Flow {
            // SAFETY: as above.
            unsafe {
                let (x, y) = (s.get(s.byte(2)), s.get(s.byte(3)));
                let (value, over) = x.0.cast_signed().$overflowing(y.0.cast_signed() >> $shift);
                if over || !smalls(x, y) {
                    if !FAST {
                        return general(s, Bif::$bif, &[x, y], s.byte(1), 1);
                    }
                    return SECOND;
                }
                s.set(s.byte(1), Word(value.cast_unsigned()));
                s.next(1)
            }
        }

        #[inline(always)]
        pub(super) unsafe fn $op_imm<const FAST: bool>(s: &mut State<'_>) -> Flow {
            // SAFETY: as above.
            unsafe {
                let (x, y) = (s.get(s.byte(2)), Word::small(s.byte(3) as i64));
                if FAST && !x.is_small() {
                    return SECOND;
                }
                let (value, over) = x.0.cast_signed().$overflowing(y.0.cast_signed() >> $shift);
                if over || !x.is_small() {
                    return if FAST { SLOW } else { general(s, Bif::$bif, &[x, y], s.byte(1), 1) };
                }
                s.set(s.byte(1), Word(value.cast_unsigned()));
                s.next(1)
            }
        }
    )*};
}

arithmetic! {
    op_add op_add_imm Add overflowing_add 0;
    op_sub op_sub_imm Sub overflowing_sub 0;
    op_mul op_mul_imm Mul overflowing_mul 1;
}

macro_rules! keeping {
    ($($op:ident $bif:ident $overflowing:ident;)*) => {$(
        #[inline(always)]
        pub(super) unsafe fn $op<const FAST: bool>(s: &mut State<'_>) -> Flow {
            // SAFETY: as above.
            unsafe {
                let (x, y) = (s.get(s.byte(2)), Word::small(s.byte(3) as i64));
                if FAST && !x.is_small() {
                    return SLOW;
                }
                let (value, over) = x.0.cast_signed().$overflowing(y.0.cast_signed());
                if over || !x.is_small() {
                    if FAST {
                        return SLOW;
                    }
                    s.set(s.byte(1), x);
                    return general(s, Bif::$bif, &[x, y], s.byte(2), 1);
                }
                s.set(s.byte(1), x);
                s.set(s.byte(2), Word(value.cast_unsigned()));
                s.next(1)
            }
        }
    )*};
}

keeping! {
    op_keep_add_imm Add overflowing_add;
    op_keep_sub_imm Sub overflowing_sub;
}

macro_rules! division {
    ($($op:ident $bif:ident $operator:tt;)*) => {$(
        #[inline(always)]
        pub(super) unsafe fn $op<const FAST: bool>(s: &mut State<'_>) -> Flow {
            // SAFETY: as above.
            unsafe {
                let (x, y) = (s.get(s.byte(2)), s.get(s.byte(3)));
                // A divisor of 0 raises, one of -1 may leave the range of small integers.
                let divisor = y.small_value();
                if !smalls(x, y) || divisor == 0 || divisor == -1 {
                    return if FAST { SLOW } else { general(s, Bif::$bif, &[x, y], s.byte(1), 1) };
                }
                s.set(s.byte(1), Word::small(x.small_value() $operator divisor));
                s.next(1)
            }
        }
    )*};
}

division! {
    op_int_div IntDiv /;
    op_rem Rem %;
}

macro_rules! bitwise {
    ($($op:ident $bif:ident $operator:tt;)*) => {$(
        #[inline(always)]
        pub(super) unsafe fn $op<const FAST: bool>(s: &mut State<'_>) -> Flow {
            // SAFETY: as above.
            unsafe {
                let (x, y) = (s.get(s.byte(2)), s.get(s.byte(3)));
                if !smalls(x, y) {
                    return if FAST { SLOW } else { general(s, Bif::$bif, &[x, y], s.byte(1), 1) };
                }
                s.set(s.byte(1), Word(x.0 $operator y.0));
                s.next(1)
            }
        }
    )*};
}

bitwise! {
    op_band BAnd &;
    op_bor BOr |;
    op_bxor BXor ^;
}

#[inline(always)]
pub(super) unsafe fn op_shl<const FAST: bool>(s: &mut State<'_>) -> Flow {
    // SAFETY: as above.
    unsafe {
        let (x, y) = (s.get(s.byte(2)), s.get(s.byte(3)));
        // Only as far as no bit gets lost.
        let shifted = x.0.cast_signed().wrapping_shl(y.small_value() as u32);
        let fits =
            (0..62).contains(&y.small_value()) && shifted.wrapping_shr(y.small_value() as u32) == x.0.cast_signed();
        if !fits || !smalls(x, y) {
            return if FAST { SLOW } else { general(s, Bif::Shl, &[x, y], s.byte(1), 1) };
        }
        s.set(s.byte(1), Word(shifted.cast_unsigned()));
        s.next(1)
    }
}

#[inline(always)]
pub(super) unsafe fn op_shr<const FAST: bool>(s: &mut State<'_>) -> Flow {
    // SAFETY: as above.
    unsafe {
        let (x, y) = (s.get(s.byte(2)), s.get(s.byte(3)));
        if !smalls(x, y) || y.small_value() < 0 {
            return if FAST { SLOW } else { general(s, Bif::Shr, &[x, y], s.byte(1), 1) };
        }
        let shifted = x.0.cast_signed() >> y.small_value().min(63);
        s.set(s.byte(1), Word(shifted.cast_unsigned() & !1));
        s.next(1)
    }
}

/// The element at a place counted from 1, if there is one.
#[inline(always)]
unsafe fn element_at(place: Word, tuple: Word) -> Option<Word> {
    // SAFETY: as above; kind and size are tested before the slot is read.
    unsafe {
        if !place.is_small() || boxed_kind(tuple) != Some(Boxed::Tuple) {
            return None;
        }
        // Places below 1 are beyond any size.
        let index = (place.small_value() as usize).wrapping_sub(1);
        if index < raw::boxed_slot(tuple, 0).header_size() { Some(raw::boxed_slot(tuple, 1 + index)) } else { None }
    }
}

#[inline(always)]
pub(super) unsafe fn op_get_element<const FAST: bool>(s: &mut State<'_>) -> Flow {
    // SAFETY: as above.
    unsafe {
        let (place, tuple) = (s.get(s.byte(2)), s.get(s.byte(3)));
        let Some(element) = element_at(place, tuple) else {
            return if FAST { SLOW } else { general(s, Bif::Element, &[place, tuple], s.byte(1), 1) };
        };
        s.set(s.byte(1), element);
        s.next(1)
    }
}

#[inline(always)]
pub(super) unsafe fn op_add_return<const FAST: bool>(s: &mut State<'_>) -> Flow {
    // SAFETY: as above.
    unsafe {
        let (x, y) = (s.get(s.byte(1)), s.get(s.byte(2)));
        let (value, over) = x.0.cast_signed().overflowing_add(y.0.cast_signed());
        let mut value = Word(value.cast_unsigned());
        if over || !smalls(x, y) {
            if FAST {
                return SLOW;
            }
            match evaluate(s, Bif::Add, &[x, y]) {
                Ok(sum) => value = sum,
                Err(error) => return raise_bif(s, Bif::Add, &[x, y], error),
            }
        }
        let frame = s.count(3);
        super::calls::give_back(s, value, frame)
    }
}

/// The operation with a number in a further word.
unsafe fn bif_at(s: &State<'_>, n: usize) -> Bif {
    // SAFETY: as above.
    Bif::from_number(unsafe { s.word(n) }).expect("checked code holds known operations")
}

/// The short way of an operation on one term; `None` where it has none.
#[inline(always)]
unsafe fn quick1(number: u32, x: Word) -> Option<Word> {
    const HD: u32 = Bif::Hd as u32;
    const TL: u32 = Bif::Tl as u32;
    const NOT: u32 = Bif::Not as u32;
    const NEG: u32 = Bif::Neg as u32;
    const BNOT: u32 = Bif::BNot as u32;
    const ABS: u32 = Bif::Abs as u32;
    const TUPLE_SIZE: u32 = Bif::TupleSize as u32;
    // SAFETY: as above; kinds are tested before slots are read.
    unsafe {
        match number {
            HD if x.is_cons() => Some(raw::cons_slots(x).0),
            TL if x.is_cons() => Some(raw::cons_slots(x).1),
            NOT if x == TRUE => Some(FALSE),
            NOT if x == FALSE => Some(TRUE),
            NEG if x.is_small() => x.0.cast_signed().checked_neg().map(|value| Word(value.cast_unsigned())),
            ABS if x.is_small() => x.0.cast_signed().checked_abs().map(|value| Word(value.cast_unsigned())),
            BNOT if x.is_small() => Some(Word(!x.0 & !1)),
            TUPLE_SIZE if boxed_kind(x) == Some(Boxed::Tuple) => {
                Some(Word::small(raw::boxed_slot(x, 0).header_size() as i64))
            }
            _ => type_of(number, x).map(boolean),
        }
    }
}

const fn boolean(holds: bool) -> Word {
    if holds { TRUE } else { FALSE }
}

/// The same on two terms. Comparisons are about small integers and names, which are equal only to the same word.
#[inline(always)]
unsafe fn quick2(number: u32, x: Word, y: Word) -> Option<Word> {
    const ADD: u32 = Bif::Add as u32;
    const SUB: u32 = Bif::Sub as u32;
    const MUL: u32 = Bif::Mul as u32;
    const INT_DIV: u32 = Bif::IntDiv as u32;
    const REM: u32 = Bif::Rem as u32;
    const BAND: u32 = Bif::BAnd as u32;
    const BOR: u32 = Bif::BOr as u32;
    const BXOR: u32 = Bif::BXor as u32;
    const SHR: u32 = Bif::Shr as u32;
    const EQ: u32 = Bif::Eq as u32;
    const NE: u32 = Bif::Ne as u32;
    const NUM_EQ: u32 = Bif::NumEq as u32;
    const NUM_NE: u32 = Bif::NumNe as u32;
    const LT: u32 = Bif::Lt as u32;
    const LE: u32 = Bif::Le as u32;
    const GT: u32 = Bif::Gt as u32;
    const GE: u32 = Bif::Ge as u32;
    const MIN: u32 = Bif::Min as u32;
    const MAX: u32 = Bif::Max as u32;
    const ELEMENT: u32 = Bif::Element as u32;
    // SAFETY: as above; kinds and sizes are tested before slots are read.
    unsafe {
        let (left, right) = (x.0.cast_signed(), y.0.cast_signed());
        if smalls(x, y) {
            let divisor = y.small_value();
            let divides = divisor != 0 && divisor != -1;
            return match number {
                ADD => left.checked_add(right).map(|sum| Word(sum.cast_unsigned())),
                SUB => left.checked_sub(right).map(|rest| Word(rest.cast_unsigned())),
                MUL => x.small_value().checked_mul(right).map(|product| Word(product.cast_unsigned())),
                INT_DIV if divides => Some(Word::small(x.small_value() / divisor)),
                REM if divides => Some(Word::small(x.small_value() % divisor)),
                BAND => Some(Word(x.0 & y.0)),
                BOR => Some(Word(x.0 | y.0)),
                BXOR => Some(Word(x.0 ^ y.0)),
                SHR if right >= 0 => Some(Word((left >> y.small_value().min(63)).cast_unsigned() & !1)),
                EQ | NUM_EQ => Some(boolean(left == right)),
                NE | NUM_NE => Some(boolean(left != right)),
                LT => Some(boolean(left < right)),
                LE => Some(boolean(left <= right)),
                GT => Some(boolean(left > right)),
                GE => Some(boolean(left >= right)),
                MIN => Some(if left <= right { x } else { y }),
                MAX => Some(if left >= right { x } else { y }),
                _ => None,
            };
        }
        match number {
            ELEMENT => element_at(x, y),
            EQ | NUM_EQ if !x.is_pointer() && !y.is_pointer() => Some(boolean(x == y)),
            NE | NUM_NE if !x.is_pointer() && !y.is_pointer() => Some(boolean(x != y)),
            _ => None,
        }
    }
}

#[inline(always)]
pub(super) unsafe fn op_bif1<const FAST: bool>(s: &mut State<'_>) -> Flow {
    // SAFETY: as above.
    unsafe {
        let x = s.get(s.byte(2));
        if !FAST {
            return general(s, bif_at(s, 1), &[x], s.byte(1), 2);
        }
        let Some(value) = quick1(s.word(1), x) else { return SECOND };
        s.set(s.byte(1), value);
        s.next(2)
    }
}

#[inline(always)]
pub(super) unsafe fn op_bif2<const FAST: bool>(s: &mut State<'_>) -> Flow {
    // SAFETY: as above.
    unsafe {
        let (x, y) = (s.get(s.byte(2)), s.get(s.byte(3)));
        if !FAST {
            return general(s, bif_at(s, 1), &[x, y], s.byte(1), 2);
        }
        let Some(value) = quick2(s.word(1), x, y) else { return SECOND };
        s.set(s.byte(1), value);
        s.next(2)
    }
}

/// `Bif1` and `Bif2`, if they are on what takes no time and no memory, or divide floats.
#[inline(always)]
pub(super) unsafe fn on_terms(s: &mut State<'_>, opcode: Opcode) -> Flow {
    // SAFETY: as above.
    unsafe {
        let bif = bif_at(s, 1);
        if bif == Bif::Div {
            return on_two_floats(s, opcode);
        }
        let one = s.get_term(s.byte(2));
        let two = if opcode == Opcode::Bif2 { s.get_term(s.byte(3)) } else { one };
        let Some(value) = bifs::look(bif, one, two) else { return SLOW };
        s.set(s.byte(1), value.word());
        s.next(2)
    }
}

/// The short way of `SetElement`, the one operation on three terms that is common.
#[inline(always)]
unsafe fn set_element(s: &mut State<'_>) -> Flow {
    // SAFETY: as above; the copy lies in memory that is free.
    unsafe {
        let (place, tuple) = (s.get(s.byte(2)), s.get(s.byte(3)));
        if s.word(1) != Bif::SetElement as u32 || !place.is_small() || boxed_kind(tuple) != Some(Boxed::Tuple) {
            return SLOW;
        }
        let size = raw::boxed_slot(tuple, 0).header_size();
        let place = place.small_value();
        if place < 1 || place as usize > size || !s.has_room(size + 1) {
            return SLOW;
        }
        let (copy, words) = (s.hp, size + 1);
        for slot in 0..words {
            // Word by word: a call of a copying function would cost every handler its registers.
            copy.add(slot).write_volatile(raw::boxed_slot(tuple, slot));
        }
        *copy.add(place as usize) = s.get(s.pair(2).0);
        s.hp = copy.add(words);
        s.set(s.byte(1), Word::boxed_at(copy));
        s.next(3)
    }
}

#[inline(always)]
pub(super) unsafe fn op_bif3<const FAST: bool>(s: &mut State<'_>) -> Flow {
    // SAFETY: as above.
    unsafe {
        if FAST {
            return set_element(s);
        }
        let (third, none) = s.pair(2);
        debug_assert_eq!(none, isize::from(NO_SLOT));
        if s.word(1) == Bif::SetElement as u32 {
            s.want_room_for(s.get(s.byte(3)));
        }
        general(s, bif_at(s, 1), &[s.get(s.byte(2)), s.get(s.byte(3)), s.get(third)], s.byte(1), 3)
    }
}

/// The operation in a guard.
#[cold]
#[inline(never)]
unsafe fn guard(s: &mut State<'_>, args: &[Word], label: usize) -> Flow {
    // SAFETY: as above.
    unsafe {
        let bif = bif_at(s, 1);
        match evaluate(s, bif, args) {
            Ok(value) => {
                s.set(s.byte(1), value);
                s.next(label + 1)
            }
            Err(_) => s.jump(label),
        }
    }
}

#[inline(always)]
pub(super) unsafe fn op_guard1<const FAST: bool>(s: &mut State<'_>) -> Flow {
    // SAFETY: as above.
    unsafe {
        let x = s.get(s.byte(2));
        if !FAST {
            return guard(s, &[x], 2);
        }
        let Some(value) = quick1(s.word(1), x) else { return SLOW };
        s.set(s.byte(1), value);
        s.next(3)
    }
}

#[inline(always)]
pub(super) unsafe fn op_guard2<const FAST: bool>(s: &mut State<'_>) -> Flow {
    // SAFETY: as above.
    unsafe {
        let (x, y) = (s.get(s.byte(2)), s.get(s.byte(3)));
        if !FAST {
            return guard(s, &[x, y], 2);
        }
        let Some(value) = quick2(s.word(1), x, y) else { return SLOW };
        s.set(s.byte(1), value);
        s.next(3)
    }
}

#[inline(always)]
pub(super) unsafe fn op_guard3<const FAST: bool>(s: &mut State<'_>) -> Flow {
    if FAST {
        return SLOW;
    }
    // SAFETY: as above.
    unsafe { guard(s, &[s.get(s.byte(2)), s.get(s.byte(3)), s.get(s.pair(2).0)], 3) }
}

#[inline(always)]
pub(super) unsafe fn op_self_pid<const FAST: bool>(s: &mut State<'_>) -> Flow {
    // SAFETY: as above.
    unsafe {
        s.set(s.byte(1), Word::pid(s.process().pid().number()));
        s.next(1)
    }
}

#[inline(always)]
pub(super) unsafe fn op_node<const FAST: bool>(s: &mut State<'_>) -> Flow {
    // SAFETY: as above.
    unsafe {
        s.set(s.byte(1), Word::atom(s.run.node));
        s.next(1)
    }
}

#[inline(always)]
pub(super) unsafe fn op_jump<const FAST: bool>(s: &mut State<'_>) -> Flow {
    // SAFETY: as above.
    unsafe { s.jump(1) }
}

/// The kind of a boxed object.
#[inline(always)]
unsafe fn boxed_kind(word: Word) -> Option<Boxed> {
    // SAFETY: a boxed pointer in a slot leads to a live object.
    if word.is_boxed() { Some(unsafe { raw::boxed_slot(word, 0) }.header_kind()) } else { None }
}

macro_rules! type_tests {
    ($($op:ident $([$bif:ident])? $word:ident => $holds:expr;)*) => {
        /// What a test of types says, if the operation is one.
        #[inline(always)]
        unsafe fn type_of(number: u32, word: Word) -> Option<bool> {
            #![allow(non_upper_case_globals, reason = "patterns named like the operations")]
            $($(const $bif: u32 = Bif::$bif as u32;)?)*
            // SAFETY: as above.
            unsafe {
                match number {
                    $($($bif => { let $word = word; Some($holds) })?)*
                    _ => None,
                }
            }
        }
        $(
        #[inline(always)]
        pub(super) unsafe fn $op<const FAST: bool>(s: &mut State<'_>) -> Flow {
            // SAFETY: as above.
            unsafe {
                let $word = s.get(s.byte(1));
                s.test($holds, 1)
            }
        }
    )*};
}

type_tests! {
    op_jump_not_cons word => word.is_cons();
    op_jump_not_empty_list word => word.is_nil();
    op_jump_not_list [IsList] word => word.is_cons() || word.is_nil();
    op_jump_not_tuple [IsTuple] word => boxed_kind(word) == Some(Boxed::Tuple);
    op_jump_not_integer [IsInteger] word => word.is_small() || matches!(boxed_kind(word), Some(Boxed::BigPositive | Boxed::BigNegative));
    op_jump_not_float [IsFloat] word => boxed_kind(word) == Some(Boxed::Float);
    op_jump_not_number [IsNumber] word =>
        word.is_small() || matches!(boxed_kind(word), Some(Boxed::BigPositive | Boxed::BigNegative | Boxed::Float));
    op_jump_not_atom [IsAtom] word => word.is_atom();
    op_jump_not_boolean [IsBoolean] word => word == TRUE || word == FALSE;
    op_jump_not_map [IsMap] word => matches!(boxed_kind(word), Some(Boxed::FlatMap | Boxed::BigMap));
    op_jump_not_function [IsFunction] word => matches!(boxed_kind(word), Some(Boxed::Fun | Boxed::ExternalFun));
    op_jump_not_pid [IsPid] word => word.is_pid() || boxed_kind(word) == Some(Boxed::ExternalPid);
    op_jump_not_port [IsPort] word => word.is_port() || boxed_kind(word) == Some(Boxed::ExternalPort);
    op_jump_not_reference [IsReference] word => matches!(boxed_kind(word), Some(Boxed::Ref | Boxed::MagicRef | Boxed::ExternalRef));
    op_jump_not_bitstring [IsBitstring] word => matches!(boxed_kind(word), Some(Boxed::HeapBinary | Boxed::RefcBinary | Boxed::SubBinary));
    op_jump_not_binary [IsBinary] word => match boxed_kind(word) {
        Some(Boxed::HeapBinary | Boxed::RefcBinary) => true,
        // Its size in bits is a small integer.
        Some(Boxed::SubBinary) => raw::boxed_slot(word, 3).0.is_multiple_of(16),
        _ => false,
    };
}

#[inline(always)]
pub(super) unsafe fn op_jump_not_arity<const FAST: bool>(s: &mut State<'_>) -> Flow {
    // SAFETY: as above.
    unsafe {
        let word = s.get(s.byte(1));
        let holds = word.is_boxed() && raw::boxed_slot(word, 0) == Word::header(Boxed::Tuple, s.count16(), 0);
        s.test(holds, 1)
    }
}

#[inline(always)]
pub(super) unsafe fn op_jump_not_function_arity<const FAST: bool>(s: &mut State<'_>) -> Flow {
    // SAFETY: as above.
    unsafe {
        if FAST {
            let word = s.get(s.byte(1));
            if boxed_kind(word) != Some(Boxed::Fun) {
                return SLOW;
            }
            return s.test(usize::from(raw::boxed_slot(word, 0).header_aux()) == s.count16(), 1);
        }
        let arity = u8::try_from(s.count16()).ok();
        let holds = arity.is_some_and(|arity| bifs::has_arity(s.get_term(s.byte(1)), arity));
        s.test(holds, 1)
    }
}

#[inline(always)]
pub(super) unsafe fn op_jump_not_same<const FAST: bool>(s: &mut State<'_>) -> Flow {
    // SAFETY: as above.
    unsafe { s.test(s.get(s.byte(1)) == s.imm(1), 2) }
}

#[inline(always)]
pub(super) unsafe fn op_jump_same<const FAST: bool>(s: &mut State<'_>) -> Flow {
    // SAFETY: as above.
    unsafe { s.test(s.get(s.byte(1)) != s.imm(1), 2) }
}

#[inline(always)]
pub(super) unsafe fn op_jump_not_eq<const FAST: bool>(s: &mut State<'_>) -> Flow {
    // SAFETY: as above.
    unsafe {
        let (x, y) = (s.get(s.byte(1)), s.get(s.byte(2)));
        // Anything but pointers is equal only to the same word.
        if x != y && x.is_pointer() && y.is_pointer() {
            return if FAST { SLOW } else { s.test(s.term(x).same(s.term(y)), 1) };
        }
        s.test(x == y, 1)
    }
}

#[inline(always)]
pub(super) unsafe fn op_jump_not_num_eq<const FAST: bool>(s: &mut State<'_>) -> Flow {
    // SAFETY: as above.
    unsafe {
        let (x, y) = (s.get(s.byte(1)), s.get(s.byte(2)));
        if x != y && (x.is_pointer() || y.is_pointer()) {
            return if FAST { SLOW } else { s.test(s.term(x).equals(s.term(y)), 1) };
        }
        s.test(x == y, 1)
    }
}

#[inline(always)]
pub(super) unsafe fn op_jump_not_num_eq_imm<const FAST: bool>(s: &mut State<'_>) -> Flow {
    // SAFETY: as above.
    unsafe {
        let (x, y) = (s.get(s.byte(1)), Word::small(s.half() as i64));
        if x.is_pointer() {
            return if FAST { SLOW } else { s.test(s.term(x).equals(s.term(y)), 1) };
        }
        s.test(x == y, 1)
    }
}

#[inline(always)]
pub(super) unsafe fn op_jump_not_less<const FAST: bool>(s: &mut State<'_>) -> Flow {
    // SAFETY: as above.
    unsafe {
        let (x, y) = (s.get(s.byte(1)), s.get(s.byte(2)));
        if !smalls(x, y) {
            return if FAST { SLOW } else { s.test(s.term(x).compare(s.term(y)).is_lt(), 1) };
        }
        s.test(x.0.cast_signed() < y.0.cast_signed(), 1)
    }
}

#[inline(always)]
pub(super) unsafe fn op_jump_not_greater_eq<const FAST: bool>(s: &mut State<'_>) -> Flow {
    // SAFETY: as above.
    unsafe {
        let (x, y) = (s.get(s.byte(1)), s.get(s.byte(2)));
        if !smalls(x, y) {
            return if FAST { SLOW } else { s.test(s.term(x).compare(s.term(y)).is_ge(), 1) };
        }
        s.test(x.0.cast_signed() >= y.0.cast_signed(), 1)
    }
}

macro_rules! compare_imm {
    ($($op:ident $operator:tt $ordering:ident;)*) => {$(
        #[inline(always)]
        pub(super) unsafe fn $op<const FAST: bool>(s: &mut State<'_>) -> Flow {
            // SAFETY: as above.
            unsafe {
                let (x, y) = (s.get(s.byte(1)), Word::small(s.half() as i64));
                if !x.is_small() {
                    return if FAST { SLOW } else { s.test(s.term(x).compare(s.term(y)).$ordering(), 1) };
                }
                s.test(x.0.cast_signed() $operator y.0.cast_signed(), 1)
            }
        }
    )*};
}

compare_imm! {
    op_jump_not_less_imm < is_lt;
    op_jump_not_greater_eq_imm >= is_ge;
    op_jump_not_greater_imm > is_gt;
    op_jump_not_less_eq_imm <= is_le;
}

/// Goes to the label of the case with this word, else to that of the free place where it is missing.
#[inline(always)]
unsafe fn choose(s: &mut State<'_>, word: Word) -> Flow {
    // SAFETY: as above; the table follows the default label, and has a free place.
    unsafe {
        let mask = s.count16() - 1;
        let mut at = case_place(word.0 as u32);
        loop {
            let case = 2 + 2 * (at & mask);
            let found = s.imm(case);
            if found == word || found == Word(u64::from(NO_CASE)) {
                return s.jump(case + 1);
            }
            at += 1;
        }
    }
}

#[inline(always)]
pub(super) unsafe fn op_switch<const FAST: bool>(s: &mut State<'_>) -> Flow {
    // SAFETY: as above.
    unsafe { choose(s, s.get(s.byte(1))) }
}

#[inline(always)]
pub(super) unsafe fn op_switch_arity<const FAST: bool>(s: &mut State<'_>) -> Flow {
    // SAFETY: as above.
    unsafe {
        let word = s.get(s.byte(1));
        if boxed_kind(word) != Some(Boxed::Tuple) {
            return s.jump(1);
        }
        choose(s, Word::small(raw::boxed_slot(word, 0).header_size() as i64))
    }
}
