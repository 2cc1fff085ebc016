//! Integers as text.
//!
//! **What it is for.** [`Int::to_text`] and [`Heap::parse_int`], in bases 2 to 36.
//!
//! **Invariants.**
//! 1. Text has upper-case digits and no leading zeros; parsing takes both cases.
//!
//! **What it must not know.** Underscores and prefixes, which the tokenizer takes care of.

use dashu_int::UBig;

use crate::heap::Heap;
use crate::int::limbs::{self, Limbs};
use crate::int::long::Powers;
use crate::int::{GivenUp, Int, LIMBS_MAX, Wanted};
use crate::term::Term;

/// Limbs up to which digit by digit is fast enough.
const OWN_MAX: usize = 24;

/// Limbs up to which dashu-int finds the digits in one go; it does so for any length where a digit is a number of bits.
const PIECE: usize = 1 << 11;

/// The largest power of a base that fits a limb, and its exponent.
fn chunk_of(base: u32) -> (u64, u32) {
    let (mut power, mut digits) = (u64::from(base), 1);
    while let Some(next) = power.checked_mul(u64::from(base)) {
        power = next;
        digits += 1;
    }
    (power, digits)
}

impl Int<'_> {
    /// Digits in base 2 to 36, upper case, with a sign if negative.
    ///
    /// # Panics
    /// For other bases.
    pub fn to_text(self, base: u32) -> String {
        self.to_text_while(base, Wanted::ALWAYS).unwrap_or_default()
    }

    /// The same, as long as it is wanted.
    pub fn to_text_while(self, base: u32, wanted: Wanted<'_>) -> Result<String, GivenUp> {
        assert!((2..=36).contains(&base), "bases go from 2 to 36");
        if let (Int::Small(value), 10) = (self, base) {
            return Ok(value.to_string());
        }
        let mut buffer = [0];
        let (negative, limbs) = self.magnitude(&mut buffer);
        let mut text = Vec::new();
        if limbs.len() > PIECE && !base.is_power_of_two() {
            let digits_max = limbs.len() * 64 / base.ilog2() as usize + 1;
            let powers = Powers::new(base, digits_max, wanted)?;
            powers.write(limbs, powers.top(), &mut text, wanted)?;
        } else if limbs.len() > OWN_MAX {
            text = UBig::from_words(limbs).in_radix(base).to_string().into_bytes();
            text.make_ascii_uppercase();
        } else {
            text = reversed_digits(limbs, base);
            text.reverse();
        }
        if negative {
            text.insert(0, b'-');
        }
        Ok(String::from_utf8(text).unwrap_or_default())
    }
}

/// Digits, least significant first.
fn reversed_digits(limbs: &[u64], base: u32) -> Vec<u8> {
    let (power, chunk_digits) = chunk_of(base);
    let mut rest = Limbs::from_slice(limbs);
    let mut text = Vec::new();
    loop {
        let mut chunk = limbs::div_limb(&mut rest, power);
        let len = limbs::trim(&rest).len();
        rest.truncate(len);
        for _ in 0..chunk_digits {
            if len == 0 && chunk == 0 {
                break;
            }
            let digit = (chunk % u64::from(base)) as u32;
            text.push(char::from_digit(digit, base).unwrap_or('0').to_ascii_uppercase() as u8);
            chunk /= u64::from(base);
        }
        if len == 0 {
            if text.is_empty() {
                text.push(b'0');
            }
            return text;
        }
    }
}

/// The limbs of digits in base 2 to 36; `None` for an empty text, other characters, or a number beyond the limit.
pub fn parse_digits(digits: &[u8], base: u32) -> Option<Vec<u64>> {
    limbs_of(digits, base, Wanted::ALWAYS).unwrap_or_default().map(|limbs| limbs.to_vec())
}

fn limbs_of(digits: &[u8], base: u32, wanted: Wanted<'_>) -> Result<Option<Limbs>, GivenUp> {
    let digit = |byte: &u8| char::from(*byte).to_digit(base);
    if digits.is_empty() || !digits.iter().all(|byte| digit(byte).is_some()) {
        return Ok(None);
    }
    let (_, chunk_digits) = chunk_of(base);
    if digits.len() > chunk_digits as usize * OWN_MAX {
        let digits = &digits[digits.iter().position(|byte| *byte != b'0').unwrap_or(digits.len())..];
        if digits.is_empty() {
            return Ok(Some(Limbs::new()));
        }
        let Ok(text) = std::str::from_utf8(digits) else { return Ok(None) };
        let bits_least = digits.len().saturating_sub(1) * base.ilog2() as usize;
        if bits_least > LIMBS_MAX * 64 {
            return Ok(None);
        }
        if digits.len() > chunk_digits as usize * PIECE && !base.is_power_of_two() {
            let powers = Powers::new(base, digits.len(), wanted)?;
            return powers.read(text, powers.top(), wanted).map(Some);
        }
        return Ok(UBig::from_str_radix(text, base).ok().map(|value| Limbs::from_slice(value.as_words())));
    }
    let mut limbs = Limbs::new();
    for chunk in digits.chunks(chunk_digits as usize) {
        let value = chunk.iter().filter_map(digit).fold(0, |value, digit| value * u64::from(base) + u64::from(digit));
        limbs::mul_add_limb(&mut limbs, u64::from(base).pow(chunk.len() as u32), value);
    }
    Ok(Some(limbs))
}

/// Digits that fit into a signed machine word in any base.
const WORD_DIGITS: usize = 12;

impl Heap {
    /// An integer from an optional sign and digits in base 2 to 36. `None` for anything else, and for a number beyond the
    /// limit.
    pub fn parse_int(&self, text: &[u8], base: u32) -> Option<Term<'_>> {
        self.parse_int_while(text, base, Wanted::ALWAYS).unwrap_or_default()
    }

    /// The same, as long as it is wanted.
    pub fn parse_int_while(&self, text: &[u8], base: u32, wanted: Wanted<'_>) -> Result<Option<Term<'_>>, GivenUp> {
        let (negative, digits) = match text {
            [b'-', digits @ ..] => (true, digits),
            [b'+', digits @ ..] => (false, digits),
            _ => (false, text),
        };
        if !(2..=36).contains(&base) {
            return Ok(None);
        }
        if (1..=WORD_DIGITS).contains(&digits.len()) {
            let value = digits.iter().try_fold(0, |value, &digit| {
                let digit = char::from(digit).to_digit(base)?;
                Some(value * i64::from(base) + i64::from(digit))
            });
            return Ok(value.map(|value| self.int(if negative { -value } else { value })));
        }
        let limbs = limbs_of(digits, base, wanted)?;
        let fits = limbs.filter(|limbs| limbs::trim(limbs).len() <= LIMBS_MAX);
        Ok(fits.map(|limbs| self.big(negative, &limbs)))
    }
}
