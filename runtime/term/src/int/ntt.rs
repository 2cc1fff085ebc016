//! Products of very long integers by number-theoretic transforms.
//!
//! **What it is for.** [`product`] takes its operands apart into digits of some twenty bits, looks at those as the coefficients of two
//! polynomials, and multiplies the polynomials by their values at the roots of unity of a prime field: n log n steps where the
//! method of school takes n².
//!
//! **How.** The prime is 2^64 - 2^32 + 1: a product of 128 bits is reduced by a few additions, and there are roots of unity of
//! every order up to 2^32. Digits are as wide as they may be so that no coefficient of the product reaches the prime. Values
//! come out of [`forward`] in bit-reversed order and [`back`] takes them so, which saves putting them in order. It uses the
//! same roots as `forward`, so that what it gives is read from the end.
//!
//! **Invariants.**
//! 1. Elements of the field are less than [`PRIME`].
//! 2. A transform asks at every [`ASK_LEN`] elements whether it is still wanted.
//!
//! **What it must not know.** Signs, terms.

use super::long::{GivenUp, Wanted};

const PRIME: u64 = 0xffff_ffff_0000_0001;

/// 2^64 modulo the prime.
const EPSILON: u64 = 0xffff_ffff;

/// Generates the field's units.
const GENERATOR: u64 = 7;

/// Elements of a transform that fit the processor's nearest cache: those are done level by level, larger ones half by half.
const NEAR_LEN: usize = 1 << 12;

const ASK_LEN: usize = 1 << 15;

fn add(left: u64, right: u64) -> u64 {
    let (sum, over) = left.overflowing_add(right);
    if over || sum >= PRIME { sum.wrapping_sub(PRIME) } else { sum }
}

fn sub(left: u64, right: u64) -> u64 {
    let (difference, under) = left.overflowing_sub(right);
    if under { difference.wrapping_add(PRIME) } else { difference }
}

fn mul(left: u64, right: u64) -> u64 {
    let (low, high) = left.carrying_mul(right, 0);
    // 2^96 is -1 in this field, and 2^64 is 2^32 - 1.
    let (mut rest, under) = low.overflowing_sub(high >> 32);
    if under {
        rest = rest.wrapping_sub(EPSILON);
    }
    let (mut rest, over) = rest.overflowing_add((high & EPSILON) * EPSILON);
    if over {
        rest = rest.wrapping_add(EPSILON);
    }
    if rest >= PRIME { rest - PRIME } else { rest }
}

fn power(base: u64, mut exponent: u64) -> u64 {
    let (mut square, mut result) = (base, 1);
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = mul(result, square);
        }
        square = mul(square, square);
        exponent >>= 1;
    }
    result
}

/// Roots of unity for transforms up to a length: those for length 2m lie at m, in the order of their exponents.
fn roots(len: usize) -> Vec<u64> {
    let mut roots = vec![1; len];
    let half = len / 2;
    let step = power(GENERATOR, (PRIME - 1) / len as u64);
    for place in half + 1..len {
        roots[place] = mul(roots[place - 1], step);
    }
    for place in (1..half).rev() {
        roots[place] = roots[2 * place];
    }
    roots
}

/// One level of a transform: sums into the lower half, differences times roots into the upper one.
fn spread(values: &mut [u64], roots: &[u64]) {
    let half = values.len() / 2;
    let (low, high) = values.split_at_mut(half);
    for ((low, high), root) in low.iter_mut().zip(high).zip(&roots[half..2 * half]) {
        (*low, *high) = (add(*low, *high), mul(sub(*low, *high), *root));
    }
}

/// Undoes [`spread`] but for a factor of two, with the inverse roots in place of the roots.
fn gather(values: &mut [u64], roots: &[u64]) {
    let half = values.len() / 2;
    let (low, high) = values.split_at_mut(half);
    for ((low, high), root) in low.iter_mut().zip(high).zip(&roots[half..2 * half]) {
        let turned = mul(*high, *root);
        (*low, *high) = (add(*low, turned), sub(*low, turned));
    }
}

/// From coefficients to values, which come in bit-reversed order.
fn forward(values: &mut [u64], roots: &[u64], wanted: Wanted<'_>) -> Result<(), GivenUp> {
    if values.len() > NEAR_LEN {
        if values.len() >= ASK_LEN {
            wanted.ask()?;
        }
        spread(values, roots);
        let (low, high) = values.split_at_mut(values.len() / 2);
        forward(low, roots, wanted)?;
        return forward(high, roots, wanted);
    }
    let mut len = values.len();
    while len > 1 {
        values.chunks_exact_mut(len).for_each(|part| spread(part, roots));
        len /= 2;
    }
    Ok(())
}

/// From values in bit-reversed order to coefficients times the length, which come from the end: the one at 0, then those at
/// length - 1, length - 2 and so on.
fn back(values: &mut [u64], roots: &[u64], wanted: Wanted<'_>) -> Result<(), GivenUp> {
    if values.len() > NEAR_LEN {
        if values.len() >= ASK_LEN {
            wanted.ask()?;
        }
        let (low, high) = values.split_at_mut(values.len() / 2);
        back(low, roots, wanted)?;
        back(high, roots, wanted)?;
        gather(values, roots);
        return Ok(());
    }
    let mut len = 2;
    while len <= values.len() {
        values.chunks_exact_mut(len).for_each(|part| gather(part, roots));
        len *= 2;
    }
    Ok(())
}

/// Digits of so many bits that some limbs have.
fn count(limbs: usize, width: u32) -> usize {
    (limbs * 64).div_ceil(width as usize)
}

/// Bits of the widest digits for products where the shorter operand has so many limbs.
fn width_for(limbs: usize) -> u32 {
    let fits = |width: u32| {
        let digit = (1_u128 << width) - 1;
        digit * digit * (count(limbs, width) as u128) < u128::from(PRIME)
    };
    (16..30).rev().find(|width| fits(*width)).unwrap_or(16)
}

/// Takes limbs apart, into the first of the values; the others become 0.
fn digits(limbs: &[u64], width: u32, values: &mut [u64]) {
    let mask = (1 << width) - 1;
    let (mut window, mut bits, mut rest) = (0_u128, 0, limbs.iter());
    for value in values {
        if bits < width
            && let Some(limb) = rest.next()
        {
            window |= u128::from(*limb) << bits;
            bits += 64;
        }
        *value = window as u64 & mask;
        window >>= width;
        bits = bits.saturating_sub(width);
    }
}

/// Limbs to which others are added from the lowest on.
struct Sum<'a> {
    rest: std::slice::IterMut<'a, u64>,
    over: bool,
}

impl Sum<'_> {
    fn add(&mut self, limb: u64) {
        if let Some(slot) = self.rest.next() {
            (*slot, self.over) = slot.carrying_add(limb, self.over);
        }
    }
}

/// Adds coefficients, each so many bits above the last, to limbs that can hold the sum.
fn collect(coefficients: impl Iterator<Item = u64>, width: u32, limbs: &mut [u64]) {
    let mut sum = Sum { rest: limbs.iter_mut(), over: false };
    // Whole digits that do not yet make a limb, and what the last coefficient carries over.
    let (mut window, mut bits, mut carry) = (0_u128, 0, 0_u128);
    for coefficient in coefficients {
        carry += u128::from(coefficient);
        window |= (carry & ((1 << width) - 1)) << bits;
        carry >>= width;
        bits += width;
        if bits >= 64 {
            sum.add(window as u64);
            window >>= 64;
            bits -= 64;
        }
    }
    window |= carry << bits;
    while window != 0 || sum.over && sum.rest.len() > 0 {
        sum.add(window as u64);
        window >>= 64;
    }
}

/// The product of limbs, of which the right ones are not more than the left ones. It may have leading zeros.
pub(super) fn product(left: &[u64], right: &[u64], wanted: Wanted<'_>) -> Result<Vec<u64>, GivenUp> {
    let width = width_for(right.len());
    // A much longer operand is taken in pieces, so that the right one is transformed once, and no further than it needs.
    let whole = left.len().min(2 * right.len());
    let len = (count(whole, width) + count(right.len(), width)).next_power_of_two();
    let most = (len - 1) * width as usize / 64 - right.len() - 1;
    let piece = if left.len() <= whole { left.len() } else { most };
    let roots = roots(len);
    let mut other = vec![0; len];
    digits(right, width, &mut other);
    forward(&mut other, &roots, wanted)?;
    // What the inverse transform multiplies by, undone beforehand.
    let share = power(len as u64, PRIME - 2);
    other.iter_mut().for_each(|value| *value = mul(*value, share));
    let mut values = vec![0; len];
    let mut product = vec![0; left.len() + right.len()];
    for (number, part) in left.chunks(piece).enumerate() {
        digits(part, width, &mut values);
        forward(&mut values, &roots, wanted)?;
        values.iter_mut().zip(&other).for_each(|(value, other)| *value = mul(*value, *other));
        back(&mut values, &roots, wanted)?;
        let found = values[..1].iter().chain(values[1..].iter().rev()).copied();
        let coefficients = count(part.len(), width) + count(right.len(), width) - 1;
        collect(found.take(coefficients), width, &mut product[number * piece..]);
    }
    Ok(product)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_field_agrees_with_wide_arithmetic() {
        let some = [0, 1, 2, EPSILON, EPSILON + 1, PRIME / 2, PRIME - 2, PRIME - 1, 0x1234_5678_9abc_def0];
        let reduced = |value: u128| (value % u128::from(PRIME)) as u64;
        for left in some {
            for right in some {
                let (a, b) = (u128::from(left), u128::from(right));
                assert_eq!(add(left, right), reduced(a + b));
                assert_eq!(sub(left, right), reduced(a + u128::from(PRIME) - b));
                assert_eq!(mul(left, right), reduced(a * b));
            }
        }
        assert_eq!(power(GENERATOR, PRIME - 1), 1);
        assert_ne!(power(GENERATOR, (PRIME - 1) / 2), 1);
    }

    #[test]
    fn digits_are_collected_again() {
        let limbs: Vec<u64> = (1..40).map(|number: u64| number.wrapping_mul(0x9e37_79b9_7f4a_7c15)).collect();
        for width in 16..30 {
            let mut values = vec![7; count(limbs.len(), width) + 3];
            digits(&limbs, width, &mut values);
            let mut again = vec![0; limbs.len() + 2];
            collect(values.into_iter(), width, &mut again);
            assert_eq!(again[..limbs.len()], limbs);
            assert_eq!(again[limbs.len()..], [0, 0]);
        }
    }
}
