//! Arithmetic on terms.
//!
//! **What it is for.** What the machine's slow paths and the natives of `+`, `div`, `band` and so on call: any mix of small
//! integers, big ones and floats.
//!
//! **Invariants.**
//! 1. Results are in normal form (`int`, invariant 1), floats are finite.
//! 2. A size that would exceed the limit is found before it is computed.
//!
//! **What it must not know.** Which operator asked.

use crate::heap::Heap;
use crate::int::limbs::{self, Limbs};
use crate::int::{ArithError, Int, LIMBS_MAX, Wanted, long};
use crate::term::Term;

type Result<'h> = std::result::Result<Term<'h>, ArithError>;

/// A number as a float.
fn float_of(term: Term<'_>) -> std::result::Result<f64, ArithError> {
    match term.as_int() {
        Some(int) => int.to_f64().ok_or(ArithError::BadArith),
        None => term.as_float().ok_or(ArithError::BadArith),
    }
}

fn int_of(term: Term<'_>) -> std::result::Result<Int<'_>, ArithError> {
    term.as_int().ok_or(ArithError::BadArith)
}

/// The term itself if it is an integer.
fn int_term(term: Term<'_>) -> Result<'_> {
    int_of(term).map(|_| term)
}

impl Heap {
    /// A float that is the result of an operation: what is not finite is `badarith`.
    pub fn checked_float(&self, value: f64) -> Result<'_> {
        if value.is_finite() { Ok(self.float(value)) } else { Err(ArithError::BadArith) }
    }

    fn checked_big(&self, negative: bool, limbs: &[u64]) -> Result<'_> {
        let limbs = limbs::trim(limbs);
        if limbs.len() > LIMBS_MAX { Err(ArithError::SystemLimit) } else { Ok(self.big(negative, limbs)) }
    }

    /// The sum of two signed values.
    fn add_signed(&self, left: Int<'_>, right: Int<'_>, negate_right: bool) -> Result<'_> {
        let (mut buffer, mut other_buffer) = ([0], [0]);
        let (negative, left) = left.magnitude(&mut buffer);
        let (other_negative, right) = right.magnitude(&mut other_buffer);
        let other_negative = other_negative != negate_right;
        if negative == other_negative {
            return self.checked_big(negative, &limbs::add(left, right));
        }
        if limbs::compare(left, right).is_ge() {
            self.checked_big(negative, &limbs::sub(left, right))
        } else {
            self.checked_big(other_negative, &limbs::sub(right, left))
        }
    }

    /// `left + right`
    pub fn add<'h>(&'h self, left: Term<'h>, right: Term<'h>) -> Result<'h> {
        if let (Some(left), Some(right)) = (left.as_small(), right.as_small()) {
            // Two 63-bit values: no overflow.
            return Ok(self.int(left + right));
        }
        match (left.as_int(), right.as_int()) {
            (Some(left), Some(right)) => self.add_signed(left, right, false),
            _ => self.checked_float(float_of(left)? + float_of(right)?),
        }
    }

    /// `left - right`
    pub fn sub<'h>(&'h self, left: Term<'h>, right: Term<'h>) -> Result<'h> {
        if let (Some(left), Some(right)) = (left.as_small(), right.as_small()) {
            return Ok(self.int(left - right));
        }
        match (left.as_int(), right.as_int()) {
            (Some(left), Some(right)) => self.add_signed(left, right, true),
            _ => self.checked_float(float_of(left)? - float_of(right)?),
        }
    }

    /// `left * right`
    pub fn mul<'h>(&'h self, left: Term<'h>, right: Term<'h>) -> Result<'h> {
        self.mul_while(left, right, Wanted::ALWAYS)
    }

    /// `left * right`, as long as it is wanted.
    pub fn mul_while<'h>(&'h self, left: Term<'h>, right: Term<'h>, wanted: Wanted<'_>) -> Result<'h> {
        if let (Some(left), Some(right)) = (left.as_small(), right.as_small()) {
            return Ok(self.int128(i128::from(left) * i128::from(right)));
        }
        let (Some(left_int), Some(right_int)) = (left.as_int(), right.as_int()) else {
            return self.checked_float(float_of(left)? * float_of(right)?);
        };
        let (mut buffer, mut other_buffer) = ([0], [0]);
        let (negative, left) = left_int.magnitude(&mut buffer);
        let (other_negative, right) = right_int.magnitude(&mut other_buffer);
        if left.len() + right.len() > LIMBS_MAX + 1 {
            return Err(ArithError::SystemLimit);
        }
        self.checked_big(negative != other_negative, &long::mul(left, right, wanted)?)
    }

    /// `left / right`, always a float.
    pub fn divide<'h>(&'h self, left: Term<'h>, right: Term<'h>) -> Result<'h> {
        let (left, right) = (float_of(left)?, float_of(right)?);
        if right == 0.0 {
            return Err(ArithError::BadArith);
        }
        self.checked_float(left / right)
    }

    fn div_rem<'h>(&'h self, left: Term<'h>, right: Term<'h>, want_rest: bool, wanted: Wanted<'_>) -> Result<'h> {
        let (left, right) = (int_of(left)?, int_of(right)?);
        if right.is_zero() {
            return Err(ArithError::BadArith);
        }
        if let (Int::Small(left), Int::Small(right)) = (left, right) {
            // The least small value has 63 bits, so even its division by -1 fits.
            return Ok(self.int(if want_rest { left % right } else { left / right }));
        }
        let (mut buffer, mut other_buffer) = ([0], [0]);
        let (negative, left) = left.magnitude(&mut buffer);
        let (other_negative, right) = right.magnitude(&mut other_buffer);
        let (quotient, rest) = long::div_rem(left, right, wanted)?;
        Ok(if want_rest { self.big(negative, &rest) } else { self.big(negative != other_negative, &quotient) })
    }

    /// Integer division that truncates toward zero.
    pub fn div<'h>(&'h self, left: Term<'h>, right: Term<'h>) -> Result<'h> {
        self.div_while(left, right, Wanted::ALWAYS)
    }

    /// The same, as long as it is wanted.
    pub fn div_while<'h>(&'h self, left: Term<'h>, right: Term<'h>, wanted: Wanted<'_>) -> Result<'h> {
        self.div_rem(left, right, false, wanted)
    }

    /// Remainder with the sign of `left`.
    pub fn rem<'h>(&'h self, left: Term<'h>, right: Term<'h>) -> Result<'h> {
        self.rem_while(left, right, Wanted::ALWAYS)
    }

    /// The same, as long as it is wanted.
    pub fn rem_while<'h>(&'h self, left: Term<'h>, right: Term<'h>, wanted: Wanted<'_>) -> Result<'h> {
        self.div_rem(left, right, true, wanted)
    }

    fn bitwise<'h>(&'h self, left: Term<'h>, right: Term<'h>, operation: impl Fn(u64, u64) -> u64) -> Result<'h> {
        let (left, right) = (int_of(left)?, int_of(right)?);
        if let (Int::Small(left), Int::Small(right)) = (left, right) {
            return Ok(self.int(operation(left.cast_unsigned(), right.cast_unsigned()).cast_signed()));
        }
        let (mut buffer, mut other_buffer) = ([0], [0]);
        let (negative, left) = left.magnitude(&mut buffer);
        let (other_negative, right) = right.magnitude(&mut other_buffer);
        let len = left.len().max(right.len()) + 1;
        let mut result = limbs::to_twos(negative, left, len);
        for (limb, other) in result.iter_mut().zip(limbs::to_twos(other_negative, right, len)) {
            *limb = operation(*limb, other);
        }
        let negative = result[len - 1] >> 63 == 1;
        if negative {
            limbs::negate_twos(&mut result);
        }
        self.checked_big(negative, &result)
    }

    pub fn band<'h>(&'h self, left: Term<'h>, right: Term<'h>) -> Result<'h> {
        self.bitwise(left, right, |left, right| left & right)
    }

    pub fn bor<'h>(&'h self, left: Term<'h>, right: Term<'h>) -> Result<'h> {
        self.bitwise(left, right, |left, right| left | right)
    }

    pub fn bxor<'h>(&'h self, left: Term<'h>, right: Term<'h>) -> Result<'h> {
        self.bitwise(left, right, |left, right| left ^ right)
    }

    pub fn bnot<'h>(&'h self, value: Term<'h>) -> Result<'h> {
        self.sub(Term::small32(-1), int_term(value)?)
    }

    /// Shift left; a negative count shifts right.
    pub fn bsl<'h>(&'h self, value: Term<'h>, count: Term<'h>) -> Result<'h> {
        let (value, count) = (int_of(value)?, int_of(count)?);
        self.shift(value, count.is_negative(), distance(count))
    }

    /// Arithmetic shift right; a negative count shifts left.
    pub fn bsr<'h>(&'h self, value: Term<'h>, count: Term<'h>) -> Result<'h> {
        let (value, count) = (int_of(value)?, int_of(count)?);
        self.shift(value, !count.is_negative(), distance(count))
    }

    fn shift(&self, value: Int<'_>, right: bool, count: usize) -> Result<'_> {
        if value.is_zero() {
            return Ok(Term::ZERO);
        }
        if right {
            if let Int::Small(value) = value {
                return Ok(self.int(value >> count.min(63)));
            }
            let (negative, magnitude) = match value {
                Int::Small(_) => (false, &[][..]),
                Int::Big { negative, limbs } => (negative, limbs),
            };
            let (shifted, lost) = limbs::shr(magnitude, count);
            // Shifting rounds toward minus infinity.
            let shifted = if negative && lost { limbs::add(limbs::trim(&shifted), &[1]) } else { shifted };
            return self.checked_big(negative, &shifted);
        }
        let mut buffer = [0];
        let (negative, magnitude) = value.magnitude(&mut buffer);
        if count > LIMBS_MAX * 64 - limbs::bit_len(magnitude) {
            return Err(ArithError::SystemLimit);
        }
        let shifted: Limbs = limbs::shl(magnitude, count);
        self.checked_big(negative, &shifted)
    }

    /// `-value`
    pub fn negate<'h>(&'h self, value: Term<'h>) -> Result<'h> {
        match value.as_float() {
            Some(value) => Ok(self.float(-value)),
            None => self.sub(Term::ZERO, int_term(value)?),
        }
    }

    pub fn abs<'h>(&'h self, value: Term<'h>) -> Result<'h> {
        match value.as_float() {
            Some(float) if float.is_sign_negative() => Ok(self.float(-float)),
            Some(_) => Ok(value),
            None if int_of(value)?.is_negative() => self.negate(value),
            None => Ok(value),
        }
    }

    /// The whole part of a float: `trunc/1`; of a rounded one also `round/1`, `floor/1`, `ceil/1`. `None` for what is not
    /// finite.
    pub fn int_from_float(&self, value: f64) -> Option<Term<'_>> {
        value.is_finite().then(|| self.big(value < 0.0, &limbs::from_f64(value.abs())))
    }
}

/// How far a shift goes; what does not fit is farther than any integer is long.
fn distance(count: Int<'_>) -> usize {
    match count {
        Int::Small(count) => usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX),
        Int::Big { .. } => usize::MAX,
    }
}
