//! Bitstrings as safe code sees them: bytes, a bit offset and a size in bits.
//!
//! **What it is for.** [`Bits`] is the view that every bitstring term gives; matching and construction work on it
//! (`segments.rs`).
//!
//! **Invariants.**
//! 1. `offset + size <= bytes.len() * 8`.
//!
//! **What it must not know.** Heaps.

use std::borrow::Cow;

/// A run of bits within bytes.
#[derive(Clone, Copy)]
pub struct Bits<'a> {
    bytes: &'a [u8],
    offset: usize,
    size: usize,
}

impl<'a> From<&'a [u8]> for Bits<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Bits { bytes, offset: 0, size: bytes.len() * 8 }
    }
}

impl<'a> Bits<'a> {
    /// # Panics
    /// When the bits don't lie within the bytes.
    pub fn new(bytes: &'a [u8], offset: usize, size: usize) -> Bits<'a> {
        assert!(offset.checked_add(size).is_some_and(|end| end <= bytes.len() * 8), "bits lie within their bytes");
        Bits { bytes, offset, size }
    }

    /// The bytes that the offset counts from.
    pub fn storage(&self) -> &'a [u8] {
        self.bytes
    }

    /// Where the bits start, from the first bit of the storage.
    pub fn offset(&self) -> usize {
        self.offset
    }

    pub fn size_bits(&self) -> usize {
        self.size
    }

    /// Bytes that are needed to hold the bits: `byte_size/1`.
    pub fn size_bytes(&self) -> usize {
        self.size.div_ceil(8)
    }

    /// Whether these are whole bytes.
    pub fn is_binary(&self) -> bool {
        self.size.is_multiple_of(8)
    }

    /// The bytes, if they are whole and start at a byte of the storage.
    #[inline]
    pub fn as_bytes(&self) -> Option<&'a [u8]> {
        if self.size.is_multiple_of(8) && self.offset.is_multiple_of(8) {
            Some(&self.bytes[self.offset / 8..(self.offset + self.size) / 8])
        } else {
            None
        }
    }

    /// The bits as bytes, the last one padded with zeros; copied if need be.
    pub fn to_bytes(&self) -> Cow<'a, [u8]> {
        if let Some(bytes) = self.as_bytes() {
            Cow::Borrowed(bytes)
        } else {
            let mut copy = vec![0; self.size_bytes()];
            self.copy_to(&mut copy, 0);
            Cow::Owned(copy)
        }
    }

    /// `size` bits from bit `offset` of these.
    pub fn part(&self, offset: usize, size: usize) -> Option<Bits<'a>> {
        if offset.checked_add(size)? > self.size {
            return None;
        }
        Some(Bits { bytes: self.bytes, offset: self.offset + offset, size })
    }

    /// Up to eight bits from bit `at`, as the high bits of the result.
    #[inline]
    fn octet(&self, at: usize) -> u8 {
        let place = self.offset + at;
        let (byte, shift) = (place / 8, place % 8);
        let high = self.bytes[byte] << shift;
        if shift == 0 { high } else { high | (self.bytes.get(byte + 1).copied().unwrap_or(0) >> (8 - shift)) }
    }

    /// The byte at byte index `at`; the last one may be padded with zeros.
    pub fn byte(&self, at: usize) -> Option<u8> {
        let bit = at.checked_mul(8)?;
        if bit >= self.size {
            return None;
        }
        let left = self.size - bit;
        let octet = self.octet(bit);
        Some(if left < 8 { octet & !(0xff >> left) } else { octet })
    }

    /// The bytes one by one, the last one padded with zeros.
    pub fn iter_bytes(self) -> impl Iterator<Item = u8> + 'a {
        (0..self.size_bytes()).map(move |at| self.byte(at).unwrap_or(0))
    }

    /// Copies the bits to bit `at` of `target` and leaves the bits around them alone.
    ///
    /// # Panics
    /// When the target is too short.
    pub fn copy_to(&self, target: &mut [u8], at: usize) {
        if self.size == 0 {
            return;
        }
        if at.is_multiple_of(8)
            && let Some(bytes) = self.as_bytes()
        {
            target[at / 8..at / 8 + bytes.len()].copy_from_slice(bytes);
            return;
        }
        let shift = at % 8;
        for index in 0..self.size_bytes() {
            let place = at / 8 + index;
            let left = (self.size - index * 8).min(8);
            let mask: u8 = if left == 8 { 0xff } else { !(0xff >> left) };
            let octet = self.octet(index * 8) & mask;
            target[place] = (target[place] & !(mask >> shift)) | (octet >> shift);
            if shift + left > 8 {
                let low = mask << (8 - shift);
                target[place + 1] = (target[place + 1] & !low) | (octet << (8 - shift));
            }
        }
    }
}

impl PartialEq for Bits<'_> {
    fn eq(&self, other: &Bits<'_>) -> bool {
        if self.size != other.size {
            return false;
        }
        match (self.as_bytes(), other.as_bytes()) {
            (Some(left), Some(right)) => left == right,
            _ => self.iter_bytes().eq(other.iter_bytes()),
        }
    }
}

impl Eq for Bits<'_> {}

impl PartialOrd for Bits<'_> {
    fn partial_cmp(&self, other: &Bits<'_>) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Bits<'_> {
    /// Bit by bit; of two that agree as far as the shorter one goes, the shorter one is less.
    fn cmp(&self, other: &Bits<'_>) -> std::cmp::Ordering {
        let order = match (self.as_bytes(), other.as_bytes()) {
            (Some(left), Some(right)) => left.cmp(right),
            // Padding bits are zero, so equal padded bytes mean equal bits up to the shorter size.
            _ => self.iter_bytes().cmp(other.iter_bytes()),
        };
        order.then(self.size.cmp(&other.size))
    }
}
