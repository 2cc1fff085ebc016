//! Matching and building of bitstrings.
//!
//! **What it is for.** What the `Bits…` instructions do, on terms: [`get`] reads a segment, [`Builder`] takes one after
//! the other.
//!
//! **Invariants.** Positions are in bits from the start of the base term's own bits. Nothing collects.
//!
//! **What it must not know.** Instructions, slots.

use jovial_bytecode::ir::{Endian as Order, SegmentKind, SegmentType};
use jovial_term::{BitWriter, Endian, Heap, SegmentError, SystemLimit, Term};

/// Bitstrings up to this many bytes are built as a whole; to longer ones the rest is appended in place if possible.
pub(crate) const WHOLE_MAX: usize = 64;

fn endian(order: Order) -> Endian {
    match order {
        Order::Big => Endian::Big,
        Order::Little => Endian::Little,
        Order::Native if cfg!(target_endian = "little") => Endian::Little,
        Order::Native => Endian::Big,
    }
}

/// Size in bits from a size operand and a unit; `None` for what is no size.
fn size_in_bits(size: Term<'_>, unit: u16) -> Option<usize> {
    size.as_usize()?.checked_mul(usize::from(unit))
}

/// Reads a segment: its value and the position behind it.
pub(crate) fn get<'h>(
    heap: &'h Heap,
    base: Term<'h>,
    position: usize,
    end: usize,
    ty: SegmentType,
    size: Option<Term<'h>>,
) -> Option<(Term<'h>, usize)> {
    let bits = base.as_bitstring()?.part(0, end)?;
    let order = endian(ty.endian);
    let size = match size {
        Some(size) => Some(size_in_bits(size, ty.unit)?),
        None => None,
    };
    let fits = |size: usize| position.checked_add(size).filter(|next| *next <= end);
    match ty.kind {
        SegmentKind::Integer => {
            let size = size?;
            let next = fits(size)?;
            Some((heap.read_integer(bits, position, size, ty.signed, order)?, next))
        }
        SegmentKind::Float => {
            let size = size?;
            let next = fits(size)?;
            Some((heap.float(bits.read_float(position, size, order)?), next))
        }
        SegmentKind::Binary | SegmentKind::Bitstring => {
            let size = if let Some(size) = size {
                size
            } else {
                let rest = end.checked_sub(position)?;
                if rest % usize::from(ty.unit.max(1)) != 0 {
                    return None;
                }
                rest
            };
            let next = fits(size)?;
            Some((heap.sub_binary(base, position, size)?, next))
        }
        SegmentKind::Utf8 | SegmentKind::Utf16 | SegmentKind::Utf32 => {
            let (char, size) = match ty.kind {
                SegmentKind::Utf8 => bits.read_utf8(position)?,
                SegmentKind::Utf16 => bits.read_utf16(position, order)?,
                _ => bits.read_utf32(position, order)?,
            };
            Some((Term::count(char as usize), fits(size)?))
        }
    }
}

/// The position after `bytes`, if they come next.
pub(crate) fn skip_bytes(base: Term<'_>, position: usize, end: usize, bytes: Term<'_>) -> Option<usize> {
    let wanted = bytes.as_bitstring()?;
    let next = position.checked_add(wanted.size_bits()).filter(|next| *next <= end)?;
    (base.as_bitstring()?.part(position, wanted.size_bits())? == wanted).then_some(next)
}

/// What is wrong with a segment.
#[derive(Clone, Copy)]
pub(crate) enum BuildError<'h> {
    /// By the word that OTP has for it, and the value at fault.
    Segment(&'static str, Term<'h>),
    SystemLimit,
}

impl From<SystemLimit> for BuildError<'_> {
    fn from(_: SystemLimit) -> Self {
        BuildError::SystemLimit
    }
}

/// Name of a segment's type in OTP's explanations.
pub(crate) fn kind_name(kind: SegmentKind) -> &'static str {
    match kind {
        SegmentKind::Integer => "integer",
        SegmentKind::Float => "float",
        SegmentKind::Binary | SegmentKind::Bitstring => "binary",
        SegmentKind::Utf8 => "utf8",
        SegmentKind::Utf16 => "utf16",
        SegmentKind::Utf32 => "utf32",
    }
}

/// Builds a bitstring.
pub(crate) struct Builder<'h> {
    /// A first segment that is taken whole: what follows may be appended to it in place.
    first: Option<Term<'h>>,
    writer: BitWriter,
    empty: bool,
}

impl<'h> Builder<'h> {
    pub(crate) fn new() -> Builder<'h> {
        Builder { first: None, writer: BitWriter::new(), empty: true }
    }

    /// Adds a segment.
    pub(crate) fn push(
        &mut self,
        value: Term<'h>,
        ty: SegmentType,
        size: Option<Term<'h>>,
    ) -> Result<(), BuildError<'h>> {
        let first = std::mem::replace(&mut self.empty, false);
        let order = endian(ty.endian);
        let wrong = |what| BuildError::Segment(what, value);
        // What the writer refuses is the value's fault, but for sizes beyond all limits.
        let written = |result: Result<(), SegmentError>| match result {
            Ok(()) => Ok(()),
            Err(SegmentError::BadArg) => Err(BuildError::Segment("type", value)),
            Err(SegmentError::SystemLimit) => Err(BuildError::SystemLimit),
        };
        let size = match size {
            Some(size) => Some(size_in_bits(size, ty.unit).ok_or(BuildError::Segment("size", size))?),
            None => None,
        };
        match ty.kind {
            SegmentKind::Integer => {
                let int = value.as_int().ok_or(wrong("type"))?;
                Ok(self.writer.push_int(int, size.ok_or(wrong("size"))?, order)?)
            }
            SegmentKind::Float => {
                let size = size.ok_or(wrong("size"))?;
                if !value.is_number() {
                    return Err(wrong("type"));
                }
                if !matches!(size, 16 | 32 | 64) {
                    return Err(BuildError::Segment("invalid", Term::count(size)));
                }
                self.writer.push_number(value, size, order).map_err(|_| wrong("no_float"))
            }
            SegmentKind::Binary | SegmentKind::Bitstring => {
                let bits = value.as_bitstring().ok_or(wrong("type"))?;
                match size {
                    Some(size) => Ok(self.writer.push_bits(bits.part(0, size).ok_or(wrong("short"))?)?),
                    None if bits.size_bits() % usize::from(ty.unit.max(1)) != 0 => Err(wrong("unit")),
                    None if first && bits.size_bytes() > WHOLE_MAX => {
                        self.first = Some(value);
                        Ok(())
                    }
                    None => Ok(self.writer.push_bits(bits)?),
                }
            }
            SegmentKind::Utf8 | SegmentKind::Utf16 | SegmentKind::Utf32 => {
                let char = value.as_usize().and_then(|char| u32::try_from(char).ok()).ok_or(wrong("type"))?;
                written(match ty.kind {
                    SegmentKind::Utf8 => self.writer.push_utf8(char),
                    SegmentKind::Utf16 => self.writer.push_utf16(char, order),
                    _ => self.writer.push_utf32(char, order),
                })
            }
        }
    }

    /// The whole.
    pub(crate) fn finish(self, heap: &'h Heap) -> Result<Term<'h>, SystemLimit> {
        match self.first {
            Some(first) => heap.append(first, self.writer.bits()),
            None => Ok(heap.written(&self.writer)),
        }
    }
}
