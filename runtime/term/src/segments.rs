//! Segments of bitstrings: the pieces that `<<...>>` is matched against and made of.
//!
//! **What it is for.** Reading takes [`Bits`] and a bit position; [`BitWriter`] collects what construction writes. Both
//! know integers of any size in either byte order, floats of 16, 32 and 64 bits, and the Unicode encodings.
//!
//! **Invariants.**
//! 1. Reading never looks beyond the bits; what is too short or invalid gives `None`, which is "no match".
//! 2. A little-endian integer whose size is no multiple of 8 has its whole bytes first, and the rest is its highest part.
//!
//! **What it must not know.** Types and units as the language spells them.

use crate::bits::Bits;
use crate::build::{BINARY_MAX, SystemLimit};
use crate::heap::Heap;
use crate::int::limbs::{self, Limbs};
use crate::int::{Int, LIMBS_MAX};
use crate::term::Term;

/// Byte order of integers and floats.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Endian {
    Big,
    Little,
}

/// Why a segment can't be written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SegmentError {
    /// The value does not fit the type: `badarg`.
    BadArg,
    SystemLimit,
}

impl From<SystemLimit> for SegmentError {
    fn from(_: SystemLimit) -> Self {
        SegmentError::SystemLimit
    }
}

impl Bits<'_> {
    /// An unsigned integer of at most 64 bits.
    pub fn read_uint(&self, at: usize, size: usize, endian: Endian) -> Option<u64> {
        if size > 64 {
            return None;
        }
        let part = self.part(at, size)?;
        if let Some(bytes) = part.as_bytes() {
            return Some(match endian {
                Endian::Big => bytes.iter().fold(0, |value, byte| (value << 8) | u64::from(*byte)),
                Endian::Little => bytes.iter().rev().fold(0, |value, byte| (value << 8) | u64::from(*byte)),
            });
        }
        let mut value: u64 = 0;
        for (index, byte) in part.iter_bytes().enumerate() {
            let bits = (size - index * 8).min(8);
            let digit = u64::from(byte >> (8 - bits));
            value = match endian {
                Endian::Big => (value << bits) | digit,
                Endian::Little => value | (digit << (index * 8)),
            };
        }
        Some(value)
    }

    /// A signed integer of at most 64 bits.
    pub fn read_int(&self, at: usize, size: usize, endian: Endian) -> Option<i64> {
        let value = self.read_uint(at, size, endian)?;
        let unused = 64 - size as u32;
        Some(if unused == 64 { 0 } else { (value << unused).cast_signed() >> unused })
    }

    /// Limbs of an unsigned integer of any size, least significant first.
    fn read_limbs(&self, at: usize, size: usize, endian: Endian) -> Option<Limbs> {
        let part = self.part(at, size)?;
        let mut limbs = Limbs::new();
        let mut done = 0;
        while done < size {
            let bits = (size - done).min(64);
            limbs.push(match endian {
                Endian::Big => part.read_uint(size - done - bits, bits, endian)?,
                Endian::Little => part.read_uint(done, bits, endian)?,
            });
            done += bits;
        }
        Some(limbs)
    }

    /// A float of 16, 32 or 64 bits; none for other sizes, infinities and what is no number.
    pub fn read_float(&self, at: usize, size: usize, endian: Endian) -> Option<f64> {
        let raw = self.read_uint(at, size, endian)?;
        let value = match size {
            64 => f64::from_bits(raw),
            32 => f64::from(f32::from_bits(raw as u32)),
            16 => half_to_float(raw as u16),
            _ => return None,
        };
        value.is_finite().then_some(value)
    }

    /// A character in UTF-8, and its size in bits.
    pub fn read_utf8(&self, at: usize) -> Option<(char, usize)> {
        let first = self.read_uint(at, 8, Endian::Big)? as u8;
        let len = match first {
            0..0x80 => return Some((char::from(first), 8)),
            0xc2..0xe0 => 2,
            0xe0..0xf0 => 3,
            0xf0..0xf5 => 4,
            _ => return None,
        };
        let mut bytes = [0; 4];
        for (index, byte) in bytes[..len].iter_mut().enumerate() {
            *byte = self.read_uint(at + index * 8, 8, Endian::Big)? as u8;
        }
        let char = std::str::from_utf8(&bytes[..len]).ok()?.chars().next()?;
        Some((char, len * 8))
    }

    /// A character in UTF-16, and its size in bits.
    pub fn read_utf16(&self, at: usize, endian: Endian) -> Option<(char, usize)> {
        let first = self.read_uint(at, 16, endian)? as u16;
        if let Some(char) = char::from_u32(u32::from(first)) {
            return Some((char, 16));
        }
        let second = self.read_uint(at + 16, 16, endian)? as u16;
        let char = char::decode_utf16([first, second]).next()?.ok()?;
        Some((char, 32))
    }

    /// A character in UTF-32, and its size in bits.
    pub fn read_utf32(&self, at: usize, endian: Endian) -> Option<(char, usize)> {
        Some((char::from_u32(self.read_uint(at, 32, endian)? as u32)?, 32))
    }
}

impl Heap {
    /// An integer of any size from bits; `None` if there are too few.
    pub fn read_integer(
        &self,
        bits: Bits<'_>,
        at: usize,
        size: usize,
        signed: bool,
        endian: Endian,
    ) -> Option<Term<'_>> {
        if size <= 64 {
            return Some(if signed {
                self.int(bits.read_int(at, size, endian)?)
            } else {
                self.uint(bits.read_uint(at, size, endian)?)
            });
        }
        if size > LIMBS_MAX * 64 {
            return None;
        }
        let mut limbs = bits.read_limbs(at, size, endian)?;
        let last = limbs.len() - 1;
        let top = (size - 1) % 64;
        let negative = signed && (limbs[last] >> top) & 1 == 1;
        if negative {
            limbs[last] |= u64::MAX << top;
            limbs::negate_twos(&mut limbs);
        }
        Some(self.big(negative, &limbs))
    }

    /// The bitstring that was written.
    pub fn written(&self, writer: &BitWriter) -> Term<'_> {
        self.bitstring(writer.bits())
    }
}

/// Collects the segments of a bitstring under construction.
#[derive(Clone, Debug, Default)]
pub struct BitWriter {
    bytes: Vec<u8>,
    size: usize,
}

impl BitWriter {
    pub fn new() -> BitWriter {
        BitWriter::default()
    }

    /// With room for so many bits, if that is reasonable.
    pub fn with_capacity(bits: usize) -> BitWriter {
        BitWriter { bytes: Vec::with_capacity(bits.div_ceil(8).min(1 << 20)), size: 0 }
    }

    /// What was written.
    pub fn bits(&self) -> Bits<'_> {
        Bits::new(&self.bytes, 0, self.size)
    }

    pub fn size_bits(&self) -> usize {
        self.size
    }

    fn grow(&mut self, bits: usize) -> Result<usize, SystemLimit> {
        let at = self.size;
        let size = at.checked_add(bits).ok_or(SystemLimit)?;
        let bytes = size.div_ceil(8);
        if bytes > BINARY_MAX {
            return Err(SystemLimit);
        }
        if bytes > self.bytes.capacity() {
            let more = (bytes - self.bytes.len()).max(self.bytes.len());
            self.bytes.try_reserve(more).map_err(|_| SystemLimit)?;
        }
        self.bytes.resize(bytes, 0);
        self.size = size;
        Ok(at)
    }

    /// All of a bitstring; [`Bits::part`] gives less of it.
    pub fn push_bits(&mut self, bits: Bits<'_>) -> Result<(), SystemLimit> {
        let at = self.grow(bits.size_bits())?;
        bits.copy_to(&mut self.bytes, at);
        Ok(())
    }

    fn push_bytes(&mut self, bytes: &[u8]) -> Result<(), SystemLimit> {
        self.push_bits(Bits::from(bytes))
    }

    /// The low `size` bits of an integer in two's complement.
    pub fn push_int(&mut self, value: Int<'_>, size: usize, endian: Endian) -> Result<(), SystemLimit> {
        if size <= 64 {
            return self.push_uint(value.low_bits(), size, endian);
        }
        let at = self.grow(size)?;
        let mut buffer = [0];
        let (negative, magnitude) = value.magnitude(&mut buffer);
        let len = size.div_ceil(64);
        let twos = limbs::to_twos(negative, &magnitude[..magnitude.len().min(len)], len);
        // Whole bytes, least significant first; the highest part may be shorter.
        let mut position = match endian {
            Endian::Big => at + size,
            Endian::Little => at,
        };
        for index in 0..size.div_ceil(8) {
            let byte = (twos[index / 8] >> (index % 8 * 8)) as u8;
            let bits = (size - index * 8).min(8);
            if endian == Endian::Big {
                position -= bits;
            }
            let aligned = [byte << (8 - bits)];
            Bits::new(&aligned, 0, bits).copy_to(&mut self.bytes, position);
            if endian == Endian::Little {
                position += bits;
            }
        }
        Ok(())
    }

    /// The low `size` bits, at most 64, of a word.
    pub fn push_uint(&mut self, value: u64, size: usize, endian: Endian) -> Result<(), SystemLimit> {
        if size == 0 {
            return Ok(());
        }
        let at = self.grow(size)?;
        let size = size.min(64);
        let bytes = match endian {
            Endian::Big => (value << (64 - size)).to_be_bytes(),
            Endian::Little => {
                let mut bytes = value.to_le_bytes();
                if !size.is_multiple_of(8) {
                    bytes[size / 8] <<= 8 - size % 8;
                }
                bytes
            }
        };
        Bits::new(&bytes, 0, size).copy_to(&mut self.bytes, at);
        Ok(())
    }

    /// A float of 16, 32 or 64 bits. What is too large for the size becomes infinity, as on the BEAM; reading it back does
    /// not match.
    pub fn push_float(&mut self, value: f64, size: usize, endian: Endian) -> Result<(), SegmentError> {
        let raw = match size {
            64 => value.to_bits(),
            32 => {
                #[allow(clippy::cast_possible_truncation, reason = "rounding to the nearest is what is asked for")]
                let narrow = value as f32;
                u64::from(narrow.to_bits())
            }
            16 => u64::from(float_to_half(value)),
            _ => return Err(SegmentError::BadArg),
        };
        Ok(self.push_uint(raw, size, endian)?)
    }

    /// A number as a float segment.
    pub fn push_number(&mut self, number: Term<'_>, size: usize, endian: Endian) -> Result<(), SegmentError> {
        let value = match number.as_int() {
            Some(int) => int.to_f64(),
            None => number.as_float(),
        };
        self.push_float(value.ok_or(SegmentError::BadArg)?, size, endian)
    }

    /// A character in UTF-8.
    pub fn push_utf8(&mut self, char: u32) -> Result<(), SegmentError> {
        let char = char::from_u32(char).ok_or(SegmentError::BadArg)?;
        Ok(self.push_bytes(char.encode_utf8(&mut [0; 4]).as_bytes())?)
    }

    /// A character in UTF-16.
    pub fn push_utf16(&mut self, char: u32, endian: Endian) -> Result<(), SegmentError> {
        let char = char::from_u32(char).ok_or(SegmentError::BadArg)?;
        for unit in char.encode_utf16(&mut [0; 2]) {
            self.push_uint(u64::from(*unit), 16, endian)?;
        }
        Ok(())
    }

    /// A character in UTF-32.
    pub fn push_utf32(&mut self, char: u32, endian: Endian) -> Result<(), SegmentError> {
        let char = char::from_u32(char).ok_or(SegmentError::BadArg)?;
        Ok(self.push_uint(u64::from(u32::from(char)), 32, endian)?)
    }
}

/// IEEE 754 binary16 to a float, exactly.
fn half_to_float(half: u16) -> f64 {
    let (exponent, fraction) = (i32::from(half >> 10) & 31, f64::from(half & 0x3ff));
    let value = match exponent {
        0 => fraction * 2.0_f64.powi(-24),
        31 => f64::INFINITY,
        _ => (1024.0 + fraction) * 2.0_f64.powi(exponent - 25),
    };
    if half >> 15 == 1 { -value } else { value }
}

/// The nearest binary16, ties to even; infinity beyond the largest.
fn float_to_half(value: f64) -> u16 {
    let sign = if value.is_sign_negative() { 0x8000 } else { 0 };
    let value = value.abs();
    if value >= 65_520.0 {
        return sign | 0x7c00;
    }
    let least = 2.0_f64.powi(-14);
    // How many units of the last place: below the least normal number places are fixed.
    let exponent = if value < least { -14 } else { (value.to_bits() >> 52) as i32 - 1023 };
    let units = (value * 2.0_f64.powi(10 - exponent)).round_ties_even();
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most 2048 units")]
    let units = units as u16;
    // A normal number's units include the hidden bit, and rounding up to 2048 carries into the exponent.
    #[allow(clippy::cast_sign_loss, reason = "exponents go from -14 to 15 here")]
    let biased = ((exponent + 14) as u16) << 10;
    sign | (biased + units)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_come_back() {
        for half in 0..=u16::MAX {
            let value = half_to_float(half);
            if value.is_finite() {
                assert_eq!(float_to_half(value), half, "{value}");
            }
        }
        assert_eq!(float_to_half(65_519.0), 0x7bff);
        assert_eq!(float_to_half(-65_520.0), 0xfc00);
        assert_eq!(float_to_half(2.0_f64.powi(-25)), 0, "a tie goes to even");
        assert_eq!(float_to_half(1e-300), 0);
    }
}
