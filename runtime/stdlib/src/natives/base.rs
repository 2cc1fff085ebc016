//! Bytes as characters of so many bits each, and back: what `Base` is made of.
//!
//! **What it is for.** An alphabet of 16, 32 or 64 characters says how many bits a character stands for. What fills up the end of
//! a text, and what options mean, is the business of `Base`.
//!
//! **What it must not know.** Which alphabets there are.

use jovial_term::Term;
use jovial_vm::Ctx;

use super::Entry;
use super::support::{Out, badarg, bytes, charge, need, size};

pub(crate) const TABLE: &[Entry] = &[("jovial_base", "encode", 2, encode), ("jovial_base", "decode", 3, decode)];

/// `encode(bytes, alphabet)`: the first bits are those of the first character; the last one is filled up with zeros.
fn encode<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let (data, alphabet) = (bytes(args[0])?, bytes(args[1])?);
    if matches!(alphabet.len(), 16 | 32 | 64) { written(ctx, &data, &alphabet) } else { badarg() }
}

/// Bytes in the characters of an alphabet of 16, 32 or 64.
pub(super) fn written<'h>(ctx: &Ctx<'h>, data: &[u8], alphabet: &[u8]) -> Out<'h> {
    let width = alphabet.len().trailing_zeros();
    let length = need(data.len().checked_mul(8))?.div_ceil(width as usize);
    charge(ctx, data.len() / 8);
    let text = ctx.heap().binary_with(length, |out| {
        let (mut places, mut bits, mut held) = (out.iter_mut(), 0u32, 0);
        let mut put = |value: u32| {
            if let Some(place) = places.next() {
                *place = alphabet[value as usize % alphabet.len()];
            }
        };
        for &byte in data {
            // At most 5 bits wait for more, so there is room for another 8.
            bits = bits << 8 | u32::from(byte);
            held += 8;
            while held >= width {
                held -= width;
                put(bits >> held);
            }
        }
        if held > 0 {
            put(bits << (width - held));
        }
    })?;
    Ok(text)
}

/// `decode(text, values, width)`: `values` has the bits of each of the 256 characters, 255 for what is in no alphabet. Gives the whole
/// bytes, or the first foreign character as a number.
fn decode<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let (text, values, width) = (bytes(args[0])?, bytes(args[1])?, size(args[2])?);
    let Ok(values) = <&[u8; 256]>::try_from(&*values) else { return badarg() };
    if !(4..=6).contains(&width) {
        return badarg();
    }
    charge(ctx, text.len() / 8);
    let length = need(text.len().checked_mul(width))? / 8;
    let mut foreign = None;
    let decoded = ctx.heap().binary_with(length, |out| {
        let (mut places, mut bits, mut held) = (out.iter_mut(), 0u32, 0);
        for &character in text.iter() {
            let value = values[usize::from(character)];
            if value == 255 {
                foreign = Some(character);
                break;
            }
            bits = bits << width | u32::from(value);
            held += width;
            if held >= 8 {
                held -= 8;
                if let Some(place) = places.next() {
                    *place = (bits >> held & 255) as u8;
                }
            }
        }
    })?;
    Ok(foreign.map_or(decoded, |character| Term::small32(i32::from(character))))
}
