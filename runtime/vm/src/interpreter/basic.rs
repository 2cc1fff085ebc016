//! Moves, constants, arithmetic, tests and jumps.
#![expect(clippy::inline_always, reason = "op bodies are expanded into two dispatchers")]

use jovial_bytecode::ir::Bif;
use jovial_bytecode::opcode::NO_SLOT;
use jovial_term::raw::{Boxed, Word};
use jovial_term::{Term, raw};

use super::exceptions::raise_bif;
use super::{Flow, SLOW, State};
use crate::bifs::{self, BifError};

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
    // SAFETY: as above; operands are terms in slots.
    unsafe {
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

/// Arithmetic on two floats where there is room for the result.
#[inline(always)]
unsafe fn on_floats(s: &mut State<'_>, bif: Bif, args: &[Word]) -> Option<Word> {
    // SAFETY: as above; room is checked before the heap top moves.
    unsafe {
        let [x, y] = *args else { return None };
        let (x, y) = (float(x)?, float(y)?);
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
                    return if FAST { SLOW } else { general(s, Bif::$bif, &[x, y], s.byte(1), 1) };
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
                    return SLOW;
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
                if !smalls(x, y) || y.0 == 0 || y.small_value() == -1 {
                    return if FAST { SLOW } else { general(s, Bif::$bif, &[x, y], s.byte(1), 1) };
                }
                s.set(s.byte(1), Word::small(x.small_value() $operator y.small_value()));
                s.next(1)
            }
        }
    )*};
}

division! {
    op_int_div IntDiv /;
    op_rem Rem %;
}

#[inline(always)]
pub(super) unsafe fn op_band<const FAST: bool>(s: &mut State<'_>) -> Flow {
    // SAFETY: as above.
    unsafe {
        let (x, y) = (s.get(s.byte(2)), s.get(s.byte(3)));
        if !smalls(x, y) {
            return if FAST { SLOW } else { general(s, Bif::BAnd, &[x, y], s.byte(1), 1) };
        }
        s.set(s.byte(1), Word(x.0 & y.0));
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

#[inline(always)]
pub(super) unsafe fn op_bif1<const FAST: bool>(s: &mut State<'_>) -> Flow {
    if FAST {
        return SLOW;
    }
    // SAFETY: as above.
    unsafe { general(s, bif_at(s, 1), &[s.get(s.byte(2))], s.byte(1), 2) }
}

#[inline(always)]
pub(super) unsafe fn op_bif2<const FAST: bool>(s: &mut State<'_>) -> Flow {
    if FAST {
        return SLOW;
    }
    // SAFETY: as above.
    unsafe { general(s, bif_at(s, 1), &[s.get(s.byte(2)), s.get(s.byte(3))], s.byte(1), 2) }
}

#[inline(always)]
pub(super) unsafe fn op_bif3<const FAST: bool>(s: &mut State<'_>) -> Flow {
    if FAST {
        return SLOW;
    }
    // SAFETY: as above.
    unsafe {
        let (third, none) = s.pair(2);
        debug_assert_eq!(none, isize::from(NO_SLOT));
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
    if FAST {
        return SLOW;
    }
    // SAFETY: as above.
    unsafe { guard(s, &[s.get(s.byte(2))], 2) }
}

#[inline(always)]
pub(super) unsafe fn op_guard2<const FAST: bool>(s: &mut State<'_>) -> Flow {
    if FAST {
        return SLOW;
    }
    // SAFETY: as above.
    unsafe { guard(s, &[s.get(s.byte(2)), s.get(s.byte(3))], 2) }
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

/// Whether a sub-binary has no bits beyond its last byte. A call of its own: what it builds on the stack must not keep a
/// handler from jumping.
#[inline(never)]
unsafe fn is_whole_bytes(word: Word) -> bool {
    // SAFETY: as `boxed_kind`.
    unsafe { Term::from_word(word) }.as_binary().is_some()
}

macro_rules! type_tests {
    ($($op:ident $word:ident => $holds:expr;)*) => {$(
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
    op_jump_not_list word => word.is_cons() || word.is_nil();
    op_jump_not_tuple word => boxed_kind(word) == Some(Boxed::Tuple);
    op_jump_not_integer word => word.is_small() || matches!(boxed_kind(word), Some(Boxed::BigPositive | Boxed::BigNegative));
    op_jump_not_float word => boxed_kind(word) == Some(Boxed::Float);
    op_jump_not_number word =>
        word.is_small() || matches!(boxed_kind(word), Some(Boxed::BigPositive | Boxed::BigNegative | Boxed::Float));
    op_jump_not_atom word => word.is_atom();
    op_jump_not_boolean word => word == TRUE || word == FALSE;
    op_jump_not_map word => matches!(boxed_kind(word), Some(Boxed::FlatMap | Boxed::BigMap));
    op_jump_not_function word => matches!(boxed_kind(word), Some(Boxed::Fun | Boxed::ExternalFun));
    op_jump_not_pid word => word.is_pid() || boxed_kind(word) == Some(Boxed::ExternalPid);
    op_jump_not_port word => word.is_port() || boxed_kind(word) == Some(Boxed::ExternalPort);
    op_jump_not_reference word => matches!(boxed_kind(word), Some(Boxed::Ref | Boxed::MagicRef | Boxed::ExternalRef));
    op_jump_not_bitstring word => matches!(boxed_kind(word), Some(Boxed::HeapBinary | Boxed::RefcBinary | Boxed::SubBinary));
    op_jump_not_binary word => match boxed_kind(word) {
        Some(Boxed::HeapBinary | Boxed::RefcBinary) => true,
        Some(Boxed::SubBinary) => is_whole_bytes(word),
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
    if FAST {
        return SLOW;
    }
    // SAFETY: as above.
    unsafe {
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

/// Goes to the label of the case with this word, else to the default.
#[inline(always)]
unsafe fn choose(s: &mut State<'_>, wanted: Option<u32>) -> Flow {
    // SAFETY: as above; the cases follow the default label, sorted by the loader.
    unsafe {
        let count = s.count16();
        let cases = std::slice::from_raw_parts(s.pc.add(2).cast::<[u32; 2]>(), count);
        let Some(wanted) = wanted else { return s.jump(1) };
        let place = if count <= 8 {
            cases.iter().position(|case| case[0] == wanted)
        } else {
            cases.binary_search_by_key(&wanted, |case| case[0]).ok()
        };
        match place {
            Some(place) => s.jump(3 + 2 * place),
            None => s.jump(1),
        }
    }
}

#[inline(always)]
pub(super) unsafe fn op_switch<const FAST: bool>(s: &mut State<'_>) -> Flow {
    // SAFETY: as above.
    unsafe {
        let word = s.get(s.byte(1)).0;
        let low = word as u32;
        let is_short = i64::from(low.cast_signed()).cast_unsigned() == word;
        choose(s, is_short.then_some(low))
    }
}

#[inline(always)]
pub(super) unsafe fn op_switch_arity<const FAST: bool>(s: &mut State<'_>) -> Flow {
    // SAFETY: as above.
    unsafe {
        let word = s.get(s.byte(1));
        let size = if boxed_kind(word) == Some(Boxed::Tuple) {
            u32::try_from(raw::boxed_slot(word, 0).header_size()).ok()
        } else {
            None
        };
        choose(s, size)
    }
}
