//! Integers.

use crate::build::SystemLimit;
use crate::heap::Heap;
use crate::term::Term;

/// An integer of any size.
#[derive(Clone, Copy, Debug)]
pub enum Int<'h> {
    Small(i64),
    /// Limbs of the absolute value, least significant first, no leading zeros; never in the range of small ones.
    Big { negative: bool, limbs: &'h [u64] },
}

impl Int<'_> {
    pub fn to_i64(self) -> Option<i64> {
        match self {
            Int::Small(value) => Some(value),
            Int::Big { negative: false, limbs: [limb] } => i64::try_from(*limb).ok(),
            Int::Big { negative: true, limbs: [limb] } => 0i64.checked_sub_unsigned(*limb),
            Int::Big { .. } => None,
        }
    }

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

    /// Digits in base 2 to 36, upper case.
    pub fn to_text(self, base: u32) -> String {
        let _ = base;
        unimplemented!()
    }
}

/// Why an operation on numbers has no result.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ArithError {
    /// `badarith`: an operand of the wrong kind, division by zero, a float out of range.
    BadArith,
    /// `system_limit`: an integer too large.
    SystemLimit,
}

impl From<SystemLimit> for ArithError {
    fn from(_: SystemLimit) -> Self {
        ArithError::SystemLimit
    }
}

macro_rules! binary_operations {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {
        impl Heap {
            $($(#[$doc])*
            pub fn $name<'h>(&'h self, left: Term<'h>, right: Term<'h>) -> Result<Term<'h>, ArithError> {
                let _ = (left, right);
                unimplemented!()
            })*
        }
    };
}

binary_operations! {
    /// `left + right`
    add,
    /// `left - right`
    sub,
    /// `left * right`
    mul,
    /// `left / right`, always a float
    divide,
    /// Integer division that truncates toward zero.
    div,
    /// Remainder with the sign of `left`.
    rem,
    band,
    bor,
    bxor,
    /// Shift left; a negative count shifts right.
    bsl,
    /// Arithmetic shift right; a negative count shifts left.
    bsr,
}

impl Heap {
    /// `-value`
    pub fn negate<'h>(&'h self, value: Term<'h>) -> Result<Term<'h>, ArithError> {
        let _ = value;
        unimplemented!()
    }
    pub fn abs<'h>(&'h self, value: Term<'h>) -> Result<Term<'h>, ArithError> {
        let _ = value;
        unimplemented!()
    }
    pub fn bnot<'h>(&'h self, value: Term<'h>) -> Result<Term<'h>, ArithError> {
        let _ = value;
        unimplemented!()
    }
    /// An integer from text: sign and digits in base 2 to 36, nothing else.
    pub fn parse_int(&self, text: &[u8], base: u32) -> Option<Term<'_>> {
        let _ = (text, base);
        unimplemented!()
    }
    /// `trunc/1`, `round/1`, `floor/1`, `ceil/1` of a float that has been rounded by the caller.
    pub fn int_from_float(&self, value: f64) -> Option<Term<'_>> {
        let _ = value;
        unimplemented!()
    }
}
