//! Loops over limbs: absolute values as slices of 64-bit digits, least significant first.
//!
//! **What it is for.** Linear operations of any size, and multiplication and division by the methods of school, without
//! allocating for the usual sizes. Where both operands have more than [`OWN_MAX`] limbs `long.rs` has faster ways.
//!
//! **Invariants.**
//! 1. Operands have no leading zeros; results may have, until [`trim`] takes them off.
//!
//! **What it must not know.** Signs, terms.

use std::cmp::Ordering;

use smallvec::SmallVec;

/// A result: on the stack while it is small.
pub(crate) type Limbs = SmallVec<[u64; 24]>;

/// Sizes up to which the loops here beat those ways.
pub(super) const OWN_MAX: usize = 32;

/// Takes leading zeros off.
pub(crate) fn trim(limbs: &[u64]) -> &[u64] {
    let len = limbs.iter().rposition(|&limb| limb != 0).map_or(0, |place| place + 1);
    &limbs[..len]
}

pub(crate) fn compare(left: &[u64], right: &[u64]) -> Ordering {
    left.len().cmp(&right.len()).then_with(|| compare_same(left, right))
}

/// Bits without leading zeros.
pub(crate) fn bit_len(limbs: &[u64]) -> usize {
    limbs.last().map_or(0, |last| limbs.len() * 64 - last.leading_zeros() as usize)
}

/// The same for operands of one length, which may have leading zeros.
pub(super) fn compare_same(left: &[u64], right: &[u64]) -> Ordering {
    left.iter().rev().cmp(right.iter().rev())
}

/// Adds to limbs that are not fewer; whether the sum has one more.
pub(super) fn add_to(limbs: &mut [u64], other: &[u64]) -> bool {
    let mut carry = false;
    for (place, limb) in limbs.iter_mut().enumerate() {
        if place >= other.len() && !carry {
            break;
        }
        (*limb, carry) = limb.carrying_add(other.get(place).copied().unwrap_or(0), carry);
    }
    carry
}

/// Subtracts from limbs that are not fewer; whether the difference is negative, and then so much more than it is.
pub(super) fn sub_from(limbs: &mut [u64], other: &[u64]) -> bool {
    let mut borrow = false;
    for (place, limb) in limbs.iter_mut().enumerate() {
        if place >= other.len() && !borrow {
            break;
        }
        (*limb, borrow) = limb.borrowing_sub(other.get(place).copied().unwrap_or(0), borrow);
    }
    borrow
}

pub(crate) fn add(left: &[u64], right: &[u64]) -> Limbs {
    let (long, short) = if left.len() >= right.len() { (left, right) } else { (right, left) };
    let mut sum = Limbs::from_slice(long);
    if add_to(&mut sum, short) {
        sum.push(1);
    }
    sum
}

/// `left - right`, where `left` is not less.
pub(crate) fn sub(left: &[u64], right: &[u64]) -> Limbs {
    let mut difference = Limbs::from_slice(left);
    let negative = sub_from(&mut difference, right);
    debug_assert!(!negative);
    difference
}

pub(crate) fn mul(left: &[u64], right: &[u64]) -> Limbs {
    let mut product = Limbs::from_elem(0, left.len() + right.len());
    for (place, &limb) in left.iter().enumerate() {
        let mut carry = 0;
        for (slot, &other) in product[place..].iter_mut().zip(right) {
            (*slot, carry) = limb.carrying_mul_add(other, *slot, carry);
        }
        product[place + right.len()] = carry;
    }
    product
}

/// `limbs * factor + addend` in place.
pub(crate) fn mul_add_limb(limbs: &mut Limbs, factor: u64, addend: u64) {
    let mut carry = addend;
    for limb in limbs.iter_mut() {
        (*limb, carry) = limb.carrying_mul(factor, carry);
    }
    if carry != 0 {
        limbs.push(carry);
    }
}

/// Divides in place and gives the remainder.
pub(crate) fn div_limb(limbs: &mut [u64], divisor: u64) -> u64 {
    let mut rest: u64 = 0;
    for limb in limbs.iter_mut().rev() {
        let part = (u128::from(rest) << 64) | u128::from(*limb);
        *limb = (part / u128::from(divisor)) as u64;
        rest = (part % u128::from(divisor)) as u64;
    }
    rest
}

/// Quotient and remainder; the divisor is not zero.
pub(crate) fn div_rem(left: &[u64], right: &[u64]) -> (Limbs, Limbs) {
    if compare(left, right) == Ordering::Less {
        return (Limbs::new(), Limbs::from_slice(left));
    }
    if let [divisor] = right {
        let mut quotient = Limbs::from_slice(left);
        let rest = div_limb(&mut quotient, *divisor);
        return (quotient, Limbs::from_slice(trim(&[rest])));
    }
    long_division(left, right)
}

/// Schoolbook division (Knuth, volume 2, algorithm D): one quotient limb after the other is guessed from the highest
/// limbs and corrected. The divisor has at least two limbs.
fn long_division(left: &[u64], right: &[u64]) -> (Limbs, Limbs) {
    // With the divisor's highest bit set, a guess is at most two too large.
    let shift = right[right.len() - 1].leading_zeros() as usize;
    let divisor = shl(right, shift);
    let divisor = trim(&divisor);
    let mut rest = shl(left, shift);
    rest.resize(left.len() + 1, 0);
    let len = divisor.len();
    let (high, second) = (divisor[len - 1], divisor[len - 2]);
    let mut quotient = Limbs::from_elem(0, left.len() - len + 1);
    for place in (0..quotient.len()).rev() {
        let window = &mut rest[place..=place + len];
        let top = (u128::from(window[len]) << 64) | u128::from(window[len - 1]);
        let mut guess = top / u128::from(high);
        let mut left_over = top % u128::from(high);
        while guess >> 64 != 0 || guess * u128::from(second) > ((left_over << 64) | u128::from(window[len - 2])) {
            guess -= 1;
            left_over += u128::from(high);
            if left_over >> 64 != 0 {
                break;
            }
        }
        let mut digit = guess as u64;
        let (mut carry, mut borrow) = (0, false);
        for (slot, &limb) in window.iter_mut().zip(divisor) {
            let low;
            (low, carry) = limb.carrying_mul(digit, carry);
            (*slot, borrow) = slot.borrowing_sub(low, borrow);
        }
        (window[len], borrow) = window[len].borrowing_sub(carry, borrow);
        if borrow {
            digit -= 1;
            let mut carry = false;
            for (slot, &limb) in window.iter_mut().zip(divisor) {
                (*slot, carry) = slot.carrying_add(limb, carry);
            }
            window[len] = window[len].wrapping_add(u64::from(carry));
        }
        quotient[place] = digit;
    }
    let rest = shr(trim(&rest), shift).0;
    (quotient, rest)
}

pub(crate) fn shl(limbs: &[u64], count: usize) -> Limbs {
    let (whole, bits) = (count / 64, count % 64);
    let mut shifted = Limbs::from_elem(0, whole);
    if bits == 0 {
        shifted.extend_from_slice(limbs);
        return shifted;
    }
    let mut low = 0;
    for &limb in limbs {
        shifted.push((limb << bits) | low);
        low = limb >> (64 - bits);
    }
    shifted.push(low);
    shifted
}

/// Shifts right; also tells whether a bit that was set got lost.
pub(crate) fn shr(limbs: &[u64], count: usize) -> (Limbs, bool) {
    let (whole, bits) = (count / 64, count % 64);
    if whole >= limbs.len() {
        return (Limbs::new(), !limbs.is_empty());
    }
    let mut lost = limbs[..whole].iter().any(|&limb| limb != 0);
    let rest = &limbs[whole..];
    if bits == 0 {
        return (Limbs::from_slice(rest), lost);
    }
    lost |= rest[0] << (64 - bits) != 0;
    let high = |place: usize| rest.get(place + 1).map_or(0, |limb| limb << (64 - bits));
    let shifted = rest.iter().enumerate().map(|(place, limb)| (limb >> bits) | high(place)).collect();
    (shifted, lost)
}

/// The nearest float, ties to even; `None` beyond the largest.
pub(crate) fn to_f64(limbs: &[u64]) -> Option<f64> {
    let len = bit_len(limbs);
    if len > 1024 {
        return None;
    }
    if len <= 64 {
        #[allow(clippy::cast_precision_loss, reason = "rounding to the nearest float is what is asked for")]
        return Some(limbs.first().map_or(0.0, |&limb| limb as f64));
    }
    // The 64 highest bits, the last one standing for all that follow: enough to round rightly.
    let (top, lost) = shr(limbs, len - 64);
    #[allow(clippy::cast_precision_loss, reason = "as above")]
    let rounded = (top[0] | u64::from(lost)) as f64;
    let exponent = i32::try_from(len - 64).ok()?;
    let value = rounded * 2.0_f64.powi(exponent);
    value.is_finite().then_some(value)
}

/// The whole part of a float that is not negative.
pub(crate) fn from_f64(value: f64) -> Limbs {
    let bits = value.to_bits();
    let exponent = ((bits >> 52) & 0x7ff) as usize;
    if exponent < 1023 {
        return Limbs::new();
    }
    let mantissa = (bits & ((1 << 52) - 1)) | (1 << 52);
    let shift = exponent - 1023;
    if shift <= 52 { Limbs::from_slice(&[mantissa >> (52 - shift)]) } else { shl(&[mantissa], shift - 52) }
}

/// A value beyond 62 bits against a float that is not negative.
pub(crate) fn compare_float(limbs: &[u64], float: f64) -> Ordering {
    // Floats beyond 2^53 are whole; smaller ones are less than any value here.
    let other = from_f64(float);
    compare(limbs, trim(&other))
}

/// Digits in two's complement, with at least one bit for the sign: what the bit operations work on.
pub(crate) fn to_twos(negative: bool, limbs: &[u64], len: usize) -> Limbs {
    let mut twos = Limbs::from_slice(limbs);
    twos.resize(len, 0);
    if negative {
        negate_twos(&mut twos);
    }
    twos
}

/// Changes the sign in two's complement.
pub(crate) fn negate_twos(limbs: &mut [u64]) {
    let mut carry = true;
    for limb in limbs {
        (*limb, carry) = (!*limb).overflowing_add(u64::from(carry));
    }
}
