//! The operations that compiled code does without a call: arithmetic, comparison, type tests, the guard functions.
//!
//! **What it is for.** [`call`] does one operation on terms, by its number. The interpreter comes here when its short
//! ways for small integers don't apply.
//!
//! **Invariants.** Results are in the heap that is passed; nothing collects.
//!
//! **What it must not know.** Frames; how errors become exceptions.

use std::cmp::Ordering;

use jovial_atoms::Atom;
use jovial_bytecode::ir::Bif;
use jovial_term::{ArithError, Fragment, Heap, Int, Term};

use crate::native::{Job, JobResult};

/// Why an operation has no result.
#[derive(Clone, Copy)]
pub(crate) enum BifError<'h> {
    BadArith,
    BadArg,
    SystemLimit,
    BadMap(Term<'h>),
    BadKey(Term<'h>),
}

impl From<ArithError> for BifError<'_> {
    fn from(error: ArithError) -> Self {
        match error {
            ArithError::BadArith => BifError::BadArith,
            ArithError::SystemLimit | ArithError::GivenUp => BifError::SystemLimit,
        }
    }
}

impl From<jovial_term::SystemLimit> for BifError<'_> {
    fn from(_: jovial_term::SystemLimit) -> Self {
        BifError::SystemLimit
    }
}

type Result<'h> = std::result::Result<Term<'h>, BifError<'h>>;

fn boolean(term: Term<'_>) -> std::result::Result<bool, BifError<'_>> {
    term.as_bool().ok_or(BifError::BadArg)
}

/// A number as a float.
fn to_float<'h>(heap: &'h Heap, term: Term<'h>) -> Result<'h> {
    if term.as_float().is_some() {
        return Ok(term);
    }
    let value = term.as_int().and_then(jovial_term::Int::to_f64).ok_or(BifError::BadArg)?;
    Ok(heap.float(value))
}

/// A number as an integer, floats by way of `round`.
fn to_integer<'h>(heap: &'h Heap, term: Term<'h>, round: fn(f64) -> f64) -> Result<'h> {
    match term.as_float() {
        Some(value) => heap.int_from_float(round(value)).ok_or(BifError::BadArg),
        None if term.is_integer() => Ok(term),
        None => Err(BifError::BadArg),
    }
}

/// Tuple and place from 0, from terms and place from 1.
fn element<'h>(place: Term<'h>, tuple: Term<'h>) -> std::result::Result<(&'h [Term<'h>], usize), BifError<'h>> {
    let elements = tuple.as_tuple().ok_or(BifError::BadArg)?;
    let place = place.as_usize().and_then(|place| place.checked_sub(1)).ok_or(BifError::BadArg)?;
    if place < elements.len() { Ok((elements, place)) } else { Err(BifError::BadArg) }
}

fn binary_part<'h>(heap: &'h Heap, binary: Term<'h>, start: Term<'h>, len: Term<'h>) -> Result<'h> {
    let size = binary.as_binary().ok_or(BifError::BadArg)?.size_bytes();
    let start = start.as_usize().ok_or(BifError::BadArg)?;
    let len = len.as_i64().ok_or(BifError::BadArg)?;
    let len_abs = usize::try_from(len.unsigned_abs()).map_err(|_| BifError::BadArg)?;
    let from = if len < 0 { start.checked_sub(len_abs).ok_or(BifError::BadArg)? } else { start };
    if start > size || from.checked_add(len_abs).is_none_or(|end| end > size) {
        return Err(BifError::BadArg);
    }
    heap.sub_binary(binary, from * 8, len_abs * 8).ok_or(BifError::BadArg)
}

/// Whether a fun takes so many arguments.
pub(crate) fn has_arity(term: Term<'_>, arity: u8) -> bool {
    term.fun_arity() == Some(arity)
}

/// One operation, for guards that are interpreted elsewhere; `None` when it has no result.
pub fn guard_bif<'h>(heap: &'h Heap, node: Atom, bif: Bif, args: &[Term<'h>]) -> Option<Term<'h>> {
    call(heap, node, bif, args).ok()
}

/// An operation that only looks at its terms, for a moment; `None` for the others and where it has no value.
#[inline]
pub(crate) fn look<'h>(bif: Bif, one: Term<'h>, two: Term<'h>) -> Option<Term<'h>> {
    match bif {
        Bif::MapSize => one.as_map().map(|map| Term::count(map.len())),
        Bif::ByteSize => one.as_bitstring().map(|bits| Term::count(bits.size_bytes())),
        Bif::BitSize => one.as_bitstring().map(|bits| Term::count(bits.size_bits())),
        Bif::MapGet => two.as_map()?.get(one),
        Bif::IsMapKey => two.as_map().map(|map| Term::bool(map.contains_key(one))),
        Bif::IsFunction2 => Some(Term::bool(has_arity(one, u8::try_from(two.as_small()?).ok()?))),
        _ => None,
    }
}

/// One operation.
pub(crate) fn call<'h>(heap: &'h Heap, node: Atom, bif: Bif, args: &[Term<'h>]) -> Result<'h> {
    let one = args.first().copied().unwrap_or(Term::EMPTY_LIST);
    let two = args.get(1).copied().unwrap_or(Term::EMPTY_LIST);
    let yes = |holds: bool| Ok(Term::bool(holds));
    match bif {
        Bif::Add => Ok(heap.add(one, two)?),
        Bif::Sub => Ok(heap.sub(one, two)?),
        Bif::Mul => Ok(heap.mul(one, two)?),
        Bif::Div => Ok(heap.divide(one, two)?),
        Bif::IntDiv => Ok(heap.div(one, two)?),
        Bif::Rem => Ok(heap.rem(one, two)?),
        Bif::Neg => Ok(heap.negate(one)?),
        Bif::Plus if one.is_number() => Ok(one),
        Bif::Plus => Err(BifError::BadArith),
        Bif::BAnd => Ok(heap.band(one, two)?),
        Bif::BOr => Ok(heap.bor(one, two)?),
        Bif::BXor => Ok(heap.bxor(one, two)?),
        Bif::BNot => Ok(heap.bnot(one)?),
        Bif::Shl => Ok(heap.bsl(one, two)?),
        Bif::Shr => Ok(heap.bsr(one, two)?),
        Bif::Abs if one.is_number() => Ok(heap.abs(one)?),
        Bif::Abs => Err(BifError::BadArg),
        Bif::Ceil => to_integer(heap, one, f64::ceil),
        Bif::Floor => to_integer(heap, one, f64::floor),
        Bif::Round => to_integer(heap, one, f64::round),
        Bif::Trunc => to_integer(heap, one, f64::trunc),
        Bif::ToFloat => to_float(heap, one),
        Bif::NumEq => yes(one.equals(two)),
        Bif::NumNe => yes(!one.equals(two)),
        Bif::Eq => yes(one.same(two)),
        Bif::Ne => yes(!one.same(two)),
        Bif::Lt => yes(one.compare(two) == Ordering::Less),
        Bif::Le => yes(one.compare(two) != Ordering::Greater),
        Bif::Gt => yes(one.compare(two) == Ordering::Greater),
        Bif::Ge => yes(one.compare(two) != Ordering::Less),
        Bif::Not => yes(!boolean(one)?),
        Bif::And => {
            let (one, two) = (boolean(one)?, boolean(two)?);
            yes(one && two)
        }
        Bif::Or => {
            let (one, two) = (boolean(one)?, boolean(two)?);
            yes(one || two)
        }
        Bif::Xor => yes(boolean(one)? != boolean(two)?),
        Bif::Hd => one.as_cons().map(|(head, _)| head).ok_or(BifError::BadArg),
        Bif::Tl => one.as_cons().map(|(_, tail)| tail).ok_or(BifError::BadArg),
        Bif::Length => one.list_len().map(Term::count).ok_or(BifError::BadArg),
        Bif::Element => element(one, two).map(|(elements, place)| elements[place]),
        Bif::SetElement => {
            let (elements, place) = element(one, two)?;
            let mut copy = elements.to_vec();
            copy[place] = args.get(2).copied().unwrap_or(Term::EMPTY_LIST);
            Ok(heap.tuple(&copy))
        }
        Bif::TupleSize => one.as_tuple().map(|elements| Term::count(elements.len())).ok_or(BifError::BadArg),
        Bif::MapSize => one.as_map().map(|map| Term::count(map.len())).ok_or(BifError::BadMap(one)),
        Bif::ByteSize => one.as_bitstring().map(|bits| Term::count(bits.size_bytes())).ok_or(BifError::BadArg),
        Bif::BitSize => one.as_bitstring().map(|bits| Term::count(bits.size_bits())).ok_or(BifError::BadArg),
        Bif::Size => match one.as_tuple() {
            Some(elements) => Ok(Term::count(elements.len())),
            None => one.as_bitstring().map(|bits| Term::count(bits.size_bits() / 8)).ok_or(BifError::BadArg),
        },
        Bif::MapGet => {
            let map = two.as_map().ok_or(BifError::BadMap(two))?;
            map.get(one).ok_or(BifError::BadKey(one))
        }
        Bif::IsMapKey => {
            let map = two.as_map().ok_or(BifError::BadMap(two))?;
            yes(map.contains_key(one))
        }
        Bif::BinaryPart => {
            if let Some(len) = args.get(2) {
                binary_part(heap, one, two, *len)
            } else {
                let [start, len] = two.as_tuple_of::<2>().ok_or(BifError::BadArg)?;
                binary_part(heap, one, *start, *len)
            }
        }
        Bif::Min => Ok(if two.compare(one) == Ordering::Less { two } else { one }),
        Bif::Max => Ok(if two.compare(one) == Ordering::Greater { two } else { one }),
        Bif::SelfPid => Err(BifError::BadArg),
        Bif::Node if args.is_empty() => Ok(Term::atom(node)),
        Bif::Node => match one.as_external() {
            Some(external) => Ok(Term::atom(external.node)),
            None if one.is_pid() || one.is_port() || one.is_reference() => Ok(Term::atom(node)),
            None => Err(BifError::BadArg),
        },
        Bif::IsAtom => yes(one.as_atom().is_some()),
        Bif::IsBinary => yes(one.as_binary().is_some()),
        Bif::IsBitstring => yes(one.as_bitstring().is_some()),
        Bif::IsBoolean => yes(one.as_bool().is_some()),
        Bif::IsFloat => yes(one.as_float().is_some()),
        Bif::IsFunction => yes(one.is_function()),
        Bif::IsFunction2 => match two.as_int() {
            Some(jovial_term::Int::Small(arity)) if arity >= 0 => {
                yes(one.fun_arity().is_some_and(|found| i64::from(found) == arity))
            }
            Some(int) if !int.is_negative() => yes(false),
            _ => Err(BifError::BadArg),
        },
        Bif::IsInteger => yes(one.is_integer()),
        Bif::IsList => yes(one.is_list()),
        Bif::IsMap => yes(one.as_map().is_some()),
        Bif::IsNumber => yes(one.is_number()),
        Bif::IsPid => yes(one.is_pid()),
        Bif::IsPort => yes(one.is_port()),
        Bif::IsReference => yes(one.is_reference()),
        Bif::IsTuple => yes(one.as_tuple().is_some()),
    }
}

/// Steps of an operation on large integers, each some nanoseconds, from which on it is done elsewhere.
const STEPS_AT_ONCE: usize = 1 << 22;

/// Whether an operation takes long enough to be done elsewhere.
pub(crate) fn is_long(bif: Bif, args: &[Term<'_>]) -> bool {
    fn limbs(term: Term<'_>) -> usize {
        match term.as_int() {
            Some(Int::Big { limbs, .. }) => limbs.len(),
            Some(Int::Small(_)) | None => 0,
        }
    }
    let [one, two] = *args else { return false };
    let (left, right) = (limbs(one), limbs(two));
    let steps = match bif {
        Bif::Mul => left.saturating_mul(right),
        Bif::IntDiv | Bif::Rem => left.saturating_sub(right).saturating_mul(right),
        _ => 0,
    };
    steps > STEPS_AT_ONCE
}

/// A long operation as a job, for which the process waits.
pub(crate) fn job<'h>(heap: &'h Heap, bif: Bif, args: &[Term<'h>]) -> std::result::Result<Job, BifError<'h>> {
    let operands = Fragment::copy_of(heap.tuple(args)).map_err(|_| BifError::SystemLimit)?;
    Ok(Job(Box::new(move |wanted| {
        let heap = Heap::new();
        let value = match (bif, operands.root().as_tuple_of::<2>()) {
            (Bif::Mul, Some(&[one, two])) => heap.mul_while(one, two, wanted),
            (Bif::IntDiv, Some(&[one, two])) => heap.div_while(one, two, wanted),
            (Bif::Rem, Some(&[one, two])) => heap.rem_while(one, two, wanted),
            _ => Err(ArithError::BadArith),
        };
        let value = value.and_then(|value| Fragment::copy_of(value).map_err(|_| ArithError::SystemLimit));
        JobResult(Box::new(move |ctx| Ok(ctx.heap().adopt(value?))))
    })))
}

/// Reductions that an operation costs beyond the usual: lists are walked.
pub(crate) fn cost(bif: Bif, result: Term<'_>) -> i64 {
    match bif {
        Bif::Length => result.as_small().unwrap_or(0) / 32,
        _ => 0,
    }
}
