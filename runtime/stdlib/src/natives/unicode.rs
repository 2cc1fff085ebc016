//! `:unicode`: characters in lists, binaries and mixtures of both.

use jovial_term::Term;
use jovial_vm::{Ctx, Halt};
use unicode_normalization::UnicodeNormalization;

use super::Entry;
use super::support::{Out, atom, badarg, charge, word};

pub(crate) const TABLE: &[Entry] = &[
    ("unicode", "characters_to_binary", 1, |ctx, args| to_binary(ctx, args[0], Encoding::Utf8, Encoding::Utf8)),
    ("unicode", "characters_to_binary", 2, |ctx, args| to_binary(ctx, args[0], encoding(args[1])?, Encoding::Utf8)),
    ("unicode", "characters_to_binary", 3, |ctx, args| to_binary(ctx, args[0], encoding(args[1])?, encoding(args[2])?)),
    ("unicode", "characters_to_list", 1, |ctx, args| to_list(ctx, args[0], Encoding::Utf8)),
    ("unicode", "characters_to_list", 2, |ctx, args| to_list(ctx, args[0], encoding(args[1])?)),
    ("unicode", "characters_to_nfc_binary", 1, |ctx, args| normal(ctx, args[0], |text| text.nfc().collect())),
    ("unicode", "characters_to_nfd_binary", 1, |ctx, args| normal(ctx, args[0], |text| text.nfd().collect())),
    ("unicode", "characters_to_nfkc_binary", 1, |ctx, args| normal(ctx, args[0], |text| text.nfkc().collect())),
    ("unicode", "characters_to_nfkd_binary", 1, |ctx, args| normal(ctx, args[0], |text| text.nfkd().collect())),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Utf8,
    Latin1,
    Utf16Big,
    Utf16Little,
    Utf32Big,
    Utf32Little,
}

fn encoding<'h>(term: Term<'h>) -> Result<Encoding, Halt<'h>> {
    if let Some([kind, endian]) = term.as_tuple_of::<2>() {
        let little = atom(*endian)?.as_str() == "little";
        return match (atom(*kind)?.as_str(), little) {
            ("utf16", false) => Ok(Encoding::Utf16Big),
            ("utf16", true) => Ok(Encoding::Utf16Little),
            ("utf32", false) => Ok(Encoding::Utf32Big),
            ("utf32", true) => Ok(Encoding::Utf32Little),
            _ => badarg(),
        };
    }
    match atom(term)?.as_str() {
        "utf8" | "unicode" => Ok(Encoding::Utf8),
        "latin1" => Ok(Encoding::Latin1),
        "utf16" => Ok(Encoding::Utf16Big),
        "utf32" => Ok(Encoding::Utf32Big),
        _ => badarg(),
    }
}

/// Where characters end that can be read.
enum Trouble<'h> {
    None,
    /// Something that is no character, with what follows it.
    Error(Term<'h>),
    /// The bytes of a character that is cut off.
    Incomplete(Term<'h>),
}

/// Reads the characters of chardata, front to back, up to the first trouble.
fn read<'h>(ctx: &Ctx<'h>, data: Term<'h>, encoding: Encoding) -> Result<(String, Trouble<'h>), Halt<'h>> {
    let heap = ctx.heap();
    if data.is_integer() {
        return badarg();
    }
    let mut out = String::new();
    let mut stack = vec![data];
    while let Some(term) = stack.pop() {
        if term.is_integer() {
            match term.as_small().and_then(|code| u32::try_from(code).ok()).and_then(char::from_u32) {
                Some(c) => out.push(c),
                None => {
                    let rest = stack.iter().fold(Term::EMPTY_LIST, |below, rest| {
                        if below.is_nil_list() { *rest } else { heap.list_with_tail([*rest], below) }
                    });
                    return Ok((out, Trouble::Error(heap.cons(term, rest))));
                }
            }
        } else if let Some((head, tail)) = term.as_cons() {
            if !tail.is_list() && tail.as_binary().is_none() {
                return badarg();
            }
            stack.push(tail);
            stack.push(head);
        } else if let Some(bits) = term.as_binary() {
            let bytes = bits.to_bytes();
            let (used, incomplete) = decode(&bytes, encoding, &mut out);
            if used < bytes.len() {
                let rest = heap.sub_binary(term, used * 8, (bytes.len() - used) * 8).ok_or_else(Halt::badarg)?;
                let below = stack.into_iter().fold(Term::EMPTY_LIST, |below, part| heap.cons(part, below));
                // Bytes of a character may go on in the next binary only in Erlang's view of files; here they end.
                return Ok((
                    out,
                    if incomplete && below.is_nil_list() {
                        Trouble::Incomplete(rest)
                    } else if below.is_nil_list() {
                        Trouble::Error(rest)
                    } else {
                        Trouble::Error(heap.cons(rest, below))
                    },
                ));
            }
        } else if !term.is_nil_list() {
            return badarg();
        }
    }
    charge(ctx, out.len());
    Ok((out, Trouble::None))
}

/// Decodes as much as can be; gives the bytes used and whether the rest could be the start of a character.
fn decode(bytes: &[u8], encoding: Encoding, out: &mut String) -> (usize, bool) {
    match encoding {
        Encoding::Utf8 => match std::str::from_utf8(bytes) {
            Ok(text) => {
                out.push_str(text);
                (bytes.len(), false)
            }
            Err(error) => {
                out.push_str(std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default());
                (error.valid_up_to(), error.error_len().is_none())
            }
        },
        Encoding::Latin1 => {
            out.extend(bytes.iter().map(|byte| char::from(*byte)));
            (bytes.len(), false)
        }
        Encoding::Utf16Big | Encoding::Utf16Little => {
            let unit = |pair: [u8; 2]| {
                if encoding == Encoding::Utf16Big { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) }
            };
            let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
            let mut used = 0;
            for c in char::decode_utf16(units) {
                match c {
                    Ok(c) => {
                        out.push(c);
                        used += c.len_utf16() * 2;
                    }
                    Err(error) => {
                        return (
                            used,
                            (0xd800..0xdc00).contains(&error.unpaired_surrogate()) && used + 2 >= bytes.len() - 1,
                        );
                    }
                }
            }
            (used, used < bytes.len())
        }
        Encoding::Utf32Big | Encoding::Utf32Little => {
            let mut used = 0;
            for four in bytes.chunks_exact(4) {
                let four = [four[0], four[1], four[2], four[3]];
                let code =
                    if encoding == Encoding::Utf32Big { u32::from_be_bytes(four) } else { u32::from_le_bytes(four) };
                let Some(c) = char::from_u32(code) else { return (used, false) };
                out.push(c);
                used += 4;
            }
            (used, used < bytes.len())
        }
    }
}

/// The bytes of a text; gives back the part that the encoding can't express.
fn encode(text: &str, encoding: Encoding) -> (Vec<u8>, usize) {
    let mut out = Vec::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        match encoding {
            Encoding::Utf8 => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
            Encoding::Latin1 => match u8::try_from(u32::from(c)) {
                Ok(byte) => out.push(byte),
                Err(_) => return (out, at),
            },
            Encoding::Utf16Big => c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| out.extend(unit.to_be_bytes())),
            Encoding::Utf16Little => c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| out.extend(unit.to_le_bytes())),
            Encoding::Utf32Big => out.extend(u32::from(c).to_be_bytes()),
            Encoding::Utf32Little => out.extend(u32::from(c).to_le_bytes()),
        }
    }
    (out, text.len())
}

fn outcome<'h>(ctx: &Ctx<'h>, good: Term<'h>, trouble: &Trouble<'h>) -> Term<'h> {
    match trouble {
        Trouble::None => good,
        Trouble::Error(rest) => ctx.heap().tuple(&[word("error"), good, *rest]),
        Trouble::Incomplete(rest) => ctx.heap().tuple(&[word("incomplete"), good, *rest]),
    }
}

fn to_binary<'h>(ctx: &Ctx<'h>, data: Term<'h>, from: Encoding, to: Encoding) -> Out<'h> {
    if from == to
        && from == Encoding::Utf8
        && let Some(bytes) = data.as_binary().and_then(|bits| bits.as_bytes())
        && std::str::from_utf8(bytes).is_ok()
    {
        charge(ctx, bytes.len() / 8);
        return Ok(data);
    }
    let (text, trouble) = read(ctx, data, from)?;
    let (bytes, used) = encode(&text, to);
    let good = ctx.heap().try_binary(&bytes)?;
    if used < text.len() {
        let rest = ctx.heap().charlist(&text[used..]);
        return Ok(ctx.heap().tuple(&[word("error"), good, rest]));
    }
    Ok(outcome(ctx, good, &trouble))
}

fn to_list<'h>(ctx: &Ctx<'h>, data: Term<'h>, from: Encoding) -> Out<'h> {
    let (text, trouble) = read(ctx, data, from)?;
    Ok(outcome(ctx, ctx.heap().charlist(&text), &trouble))
}

fn normal<'h>(ctx: &Ctx<'h>, data: Term<'h>, form: fn(&str) -> String) -> Out<'h> {
    let (text, trouble) = read(ctx, data, Encoding::Utf8)?;
    let text = form(&text);
    let good = ctx.heap().try_binary(text.as_bytes())?;
    Ok(outcome(ctx, good, &trouble))
}
