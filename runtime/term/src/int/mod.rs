//! Integers of any size, and numbers compared.
//!
//! **What it is for.** [`Int`] is the view of an integer term. Arithmetic on terms is in `arith.rs`, text in `text.rs`,
//! loops over limbs in `limbs.rs`, what takes long and may be given up in `long.rs`.
//!
//! **Invariants.**
//! 1. An integer of 63 bits is a small one; a big one never has leading zero limbs.
//! 2. An integer has at most [`LIMBS_MAX`] limbs; what would be larger is a system limit.
//! 3. Integers and floats are compared by value, without rounding either.
//!
//! **What it must not know.** Anything but numbers.

mod arith;
pub(crate) mod limbs;
mod long;
mod ntt;
mod text;

use std::cmp::Ordering;

use crate::build::SystemLimit;
use crate::term::Term;
use crate::word::Boxed;

pub use long::{GivenUp, Wanted};
pub use text::parse_digits;

/// Most limbs of an integer, as on the BEAM.
pub(crate) const LIMBS_MAX: usize = (1 << 19) - 1;

/// An integer of any size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Int<'h> {
    Small(i64),
    /// Limbs of the absolute value, least significant first, no leading zeros; never in the range of small ones.
    Big {
        negative: bool,
        limbs: &'h [u64],
    },
}

/// Why an operation on numbers has no result.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ArithError {
    /// `badarith`: an operand of the wrong kind, division by zero, a float out of range.
    BadArith,
    /// `system_limit`: an integer too large.
    SystemLimit,
    /// Nobody waits for the result any more ([`Wanted`]).
    GivenUp,
}

impl From<GivenUp> for ArithError {
    fn from(_: GivenUp) -> Self {
        ArithError::GivenUp
    }
}

impl From<SystemLimit> for ArithError {
    fn from(_: SystemLimit) -> Self {
        ArithError::SystemLimit
    }
}

impl<'h> Int<'h> {
    /// The value if it has 64 bits.
    pub fn to_i64(self) -> Option<i64> {
        match self {
            Int::Small(value) => Some(value),
            Int::Big { negative: false, limbs: [limb] } => i64::try_from(*limb).ok(),
            Int::Big { negative: true, limbs: [limb] } => 0i64.checked_sub_unsigned(*limb),
            Int::Big { .. } => None,
        }
    }

    /// The value if it is not negative and has 64 bits.
    pub fn to_u64(self) -> Option<u64> {
        match self {
            Int::Small(value) => u64::try_from(value).ok(),
            Int::Big { negative: false, limbs: [limb] } => Some(*limb),
            Int::Big { .. } => None,
        }
    }

    pub fn is_negative(self) -> bool {
        match self {
            Int::Small(value) => value < 0,
            Int::Big { negative, .. } => negative,
        }
    }

    pub fn is_zero(self) -> bool {
        self == Int::Small(0)
    }

    /// Sign and limbs of the absolute value; a small one's limb lies in `buffer`.
    #[inline]
    pub fn magnitude<'b>(self, buffer: &'b mut [u64; 1]) -> (bool, &'b [u64])
    where
        'h: 'b,
    {
        match self {
            Int::Small(0) => (false, &[]),
            Int::Small(value) => {
                buffer[0] = value.unsigned_abs();
                (value < 0, buffer)
            }
            Int::Big { negative, limbs } => (negative, limbs),
        }
    }

    /// The nearest float, ties to even; `None` beyond the largest.
    pub fn to_f64(self) -> Option<f64> {
        match self {
            #[allow(clippy::cast_precision_loss, reason = "rounding to the nearest float is what is asked for")]
            Int::Small(value) => Some(value as f64),
            Int::Big { negative, limbs } => {
                let value = limbs::to_f64(limbs)?;
                Some(if negative { -value } else { value })
            }
        }
    }

    /// The low 64 bits in two's complement.
    pub fn low_bits(self) -> u64 {
        match self {
            Int::Small(value) => value.cast_unsigned(),
            Int::Big { negative, limbs } => {
                if negative {
                    limbs[0].wrapping_neg()
                } else {
                    limbs[0]
                }
            }
        }
    }
}

impl PartialOrd for Int<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Int<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        match (*self, *other) {
            (Int::Small(left), Int::Small(right)) => left.cmp(&right),
            (Int::Small(_), Int::Big { negative, .. }) => {
                if negative {
                    Ordering::Greater
                } else {
                    Ordering::Less
                }
            }
            (Int::Big { negative, .. }, Int::Small(_)) => {
                if negative {
                    Ordering::Less
                } else {
                    Ordering::Greater
                }
            }
            (Int::Big { negative, limbs }, Int::Big { negative: other_negative, limbs: other_limbs }) => {
                match (negative, other_negative) {
                    (false, true) => Ordering::Greater,
                    (true, false) => Ordering::Less,
                    (false, false) => limbs::compare(limbs, other_limbs),
                    (true, true) => limbs::compare(other_limbs, limbs),
                }
            }
        }
    }
}

/// An integer against a float, exactly.
fn compare_int_float(int: Int<'_>, float: f64) -> Ordering {
    const TWO_63: f64 = 9_223_372_036_854_775_808.0;
    match int {
        Int::Small(value) => {
            if float >= TWO_63 {
                return Ordering::Less;
            }
            if float < -TWO_63 {
                return Ordering::Greater;
            }
            #[allow(
                clippy::cast_possible_truncation,
                reason = "the range was checked, the fraction is looked at below"
            )]
            let whole = float.trunc() as i64;
            // What was cut off points away from zero on the float's side.
            value.cmp(&whole).then_with(|| 0.0.partial_cmp(&float.fract()).unwrap_or(Ordering::Equal))
        }
        Int::Big { negative, limbs } => {
            if negative != (float < 0.0) {
                return if negative { Ordering::Less } else { Ordering::Greater };
            }
            let order = limbs::compare_float(limbs, float.abs());
            if negative { order.reverse() } else { order }
        }
    }
}

/// Two numbers in the order of terms; with `exact`, integers come before floats.
pub(crate) fn compare_numbers(left: Term<'_>, right: Term<'_>, exact: bool) -> Ordering {
    match (left.as_int(), right.as_int()) {
        (Some(left), Some(right)) => left.cmp(&right),
        (Some(_), None) if exact => Ordering::Less,
        (None, Some(_)) if exact => Ordering::Greater,
        (Some(left), None) => compare_int_float(left, right.as_float().unwrap_or(0.0)),
        (None, Some(right)) => compare_int_float(right, left.as_float().unwrap_or(0.0)).reverse(),
        (None, None) => {
            // Floats are never NaN.
            left.as_float().partial_cmp(&right.as_float()).unwrap_or(Ordering::Equal)
        }
    }
}

/// Whether two numbers are equal; with `exact`, an integer never equals a float.
pub(crate) fn numbers_equal(left: Term<'_>, right: Term<'_>, exact: bool) -> bool {
    if exact {
        let is_float = |term: Term<'_>| term.is_boxed_kind(Boxed::Float);
        if is_float(left) != is_float(right) {
            return false;
        }
    }
    compare_numbers(left, right, exact) == Ordering::Equal
}
