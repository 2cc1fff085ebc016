//! Products, quotients and text of long integers, in pieces.
//!
//! **What it is for.** What takes long enough to be given up in the middle: between any two pieces the question is asked whether
//! somebody still wants the result. Short operands go on to the loops in `limbs.rs`, those of some thousand limbs to dashu-int, and what is
//! longer is divided here until it is short, or multiplied by `ntt.rs`.
//!
//! **Invariants.**
//! 1. Operands have no leading zeros; results may have.
//! 2. dashu-int never gets two operands of more than [`PIECE`] limbs each: beyond that it would take transforms of its own, and
//!    those go out of bounds for some lengths (in version 0.4.3).
//! 3. The recursion halves its operand, so it is as deep as a length has bits.
//!
//! **What it must not know.** Signs, terms, who wants a result.

use std::cmp::Ordering;

use dashu_int::UBig;
use dashu_int::ops::DivRem;

use super::limbs::{self, Limbs, OWN_MAX};
use super::ntt;

/// Limbs of operands that are multiplied and divided in one go.
const PIECE: usize = 1 << 11;

/// Limbs of a long operand that are multiplied at a time by one of not more than [`PIECE`].
const STRIP: usize = 1 << 14;

/// Nobody wants the result any more.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct GivenUp;

/// Whether somebody still waits for a result that takes long to find.
#[derive(Clone, Copy)]
pub struct Wanted<'a>(&'a dyn Fn() -> bool);

impl<'a> Wanted<'a> {
    /// What comes to its end in any case.
    pub const ALWAYS: Wanted<'static> = Wanted(&|| true);

    pub fn while_true(asked: &'a dyn Fn() -> bool) -> Wanted<'a> {
        Wanted(asked)
    }

    pub fn ask(self) -> Result<(), GivenUp> {
        if (self.0)() { Ok(()) } else { Err(GivenUp) }
    }
}

fn big(limbs: &[u64]) -> UBig {
    UBig::from_words(limbs)
}

pub(super) fn mul(left: &[u64], right: &[u64], wanted: Wanted<'_>) -> Result<Limbs, GivenUp> {
    let (left, right) = if left.len() >= right.len() { (left, right) } else { (right, left) };
    if right.len() <= OWN_MAX {
        return Ok(limbs::mul(left, right));
    }
    if right.len() > PIECE {
        return Ok(Limbs::from_vec(ntt::product(left, right, wanted)?));
    }
    let right = big(right);
    if left.len() <= STRIP {
        return Ok(Limbs::from_slice((big(left) * right).as_words()));
    }
    let mut product = Limbs::from_elem(0, left.len() + right.as_words().len());
    for (number, strip) in left.chunks(STRIP).enumerate() {
        wanted.ask()?;
        limbs::add_to(&mut product[number * STRIP..], (big(strip) * &right).as_words());
    }
    Ok(product)
}

/// Quotient and remainder; the divisor is not zero.
pub(super) fn div_rem(left: &[u64], right: &[u64], wanted: Wanted<'_>) -> Result<(Limbs, Limbs), GivenUp> {
    if right.len() <= OWN_MAX || left.len() <= right.len() + OWN_MAX {
        return Ok(limbs::div_rem(left, right));
    }
    // With the divisor's highest bit set, a quotient that is guessed from the highest limbs is at most two too large.
    let shift = right[right.len() - 1].leading_zeros() as usize;
    let divisor = limbs::shl(right, shift);
    let divisor = limbs::trim(&divisor);
    let mut rest = limbs::shl(left, shift);
    rest.resize(left.len() + 1, 0);
    let quotient = divide(&mut rest, divisor, wanted)?;
    let rest = limbs::shr(limbs::trim(&rest), shift).0;
    Ok((quotient, rest))
}

/// Divides by halves (Burnikel and Ziegler, 1998) and leaves the remainder in place. The divisor's highest bit is set, and as many of the
/// highest limbs as it has are less than the divisor. Gives as many limbs as there are more in `rest`.
fn divide(rest: &mut [u64], divisor: &[u64], wanted: Wanted<'_>) -> Result<Limbs, GivenUp> {
    wanted.ask()?;
    let (len, more) = (divisor.len(), rest.len() - divisor.len());
    if more <= PIECE {
        let (quotient, left_over) = big(rest).div_rem(big(divisor));
        let left_over = left_over.as_words();
        rest[..left_over.len()].copy_from_slice(left_over);
        rest[left_over.len()..].fill(0);
        let mut quotient = Limbs::from_slice(quotient.as_words());
        quotient.resize(more, 0);
        return Ok(quotient);
    }
    if more * 2 > len {
        let half = more / 2;
        let high = divide(&mut rest[half..], divisor, wanted)?;
        let mut quotient = divide(&mut rest[..half + len], divisor, wanted)?;
        quotient.extend_from_slice(&high);
        return Ok(quotient);
    }
    // A guess from the highest limbs, which leaves the remainder by these.
    let (low, top) = divisor.split_at(len - more);
    let window = &mut rest[len - more..];
    let mut over = 0;
    let mut quotient = if limbs::compare_same(&window[more..], top) == Ordering::Less {
        divide(window, top, wanted)?
    } else {
        // The largest there is: the remainder by it is what is left over with the divisor added.
        window[more..].fill(0);
        over += i32::from(limbs::add_to(&mut window[..more], top));
        Limbs::from_elem(u64::MAX, more)
    };
    let product = mul(limbs::trim(&quotient), limbs::trim(low), wanted)?;
    over -= i32::from(limbs::sub_from(&mut rest[..len], limbs::trim(&product)));
    while over < 0 {
        over += i32::from(limbs::add_to(&mut rest[..len], divisor));
        limbs::sub_from(&mut quotient, &[1]);
    }
    Ok(quotient)
}

/// Powers of a base, each the square of the one before, and the digits that the first one stands for.
pub(super) struct Powers {
    base: u32,
    digits: usize,
    squares: Vec<Limbs>,
}

impl Powers {
    /// Up to a power that is longer than half of so many digits.
    pub(super) fn new(base: u32, digits_max: usize, wanted: Wanted<'_>) -> Result<Powers, GivenUp> {
        // A base has at most six bits, so this is well below a piece.
        let digits = PIECE * 8;
        let first = UBig::from(base).pow(digits);
        let mut powers = Powers { base, digits, squares: vec![Limbs::from_slice(first.as_words())] };
        while let Some(last) = powers.squares.last()
            && powers.digits_at(powers.squares.len()) < digits_max
        {
            let square = mul(last, last, wanted)?;
            powers.squares.push(Limbs::from_slice(limbs::trim(&square)));
        }
        Ok(powers)
    }

    /// Digits of what is less than the power at a level.
    fn digits_at(&self, level: usize) -> usize {
        self.digits << level
    }

    /// Appends the digits of a value that is less than the power at `level`, with leading zeros unless they are the first.
    pub(super) fn write(
        &self,
        value: &[u64],
        level: usize,
        text: &mut Vec<u8>,
        wanted: Wanted<'_>,
    ) -> Result<(), GivenUp> {
        wanted.ask()?;
        if level == 0 {
            let digits = big(value).in_radix(self.base).to_string();
            if !text.is_empty() {
                text.resize(text.len() + self.digits - digits.len(), b'0');
            }
            text.extend(digits.bytes().map(|digit| digit.to_ascii_uppercase()));
            return Ok(());
        }
        let power = &self.squares[level - 1];
        if text.is_empty() && limbs::compare(value, power) == Ordering::Less {
            return self.write(value, level - 1, text, wanted);
        }
        let (high, low) = div_rem(value, power, wanted)?;
        self.write(limbs::trim(&high), level - 1, text, wanted)?;
        self.write(limbs::trim(&low), level - 1, text, wanted)
    }

    /// The level whose power is larger than what the powers were made for.
    pub(super) fn top(&self) -> usize {
        self.squares.len()
    }

    /// The value of digits, at most as many as the power at `level` stands for.
    pub(super) fn read(&self, digits: &str, level: usize, wanted: Wanted<'_>) -> Result<Limbs, GivenUp> {
        wanted.ask()?;
        if level == 0 {
            let value = UBig::from_str_radix(digits, self.base).unwrap_or_default();
            return Ok(Limbs::from_slice(value.as_words()));
        }
        let Some(high) = digits.len().checked_sub(self.digits_at(level - 1)) else {
            return self.read(digits, level - 1, wanted);
        };
        let (high, low) = digits.split_at(high);
        let low = self.read(low, level - 1, wanted)?;
        if high.is_empty() {
            return Ok(low);
        }
        let high = self.read(high, level - 1, wanted)?;
        let mut value = mul(&high, &self.squares[level - 1], wanted)?;
        value.push(0);
        limbs::add_to(&mut value, &low);
        value.truncate(limbs::trim(&value).len());
        Ok(value)
    }
}
