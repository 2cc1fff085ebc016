//! `:binary`: searching, splitting and taking apart.

use jovial_atoms::Atom;
use jovial_term::Term;
use jovial_vm::{Ctx, Halt};

use super::Entry;
use super::base::written;
use super::support::{Out, badarg, bytes, charge, i64_of, list, need, option, size, word};

pub(crate) const TABLE: &[Entry] = &[
    ("binary", "at", 2, |_, args| {
        let bytes = bytes(args[0])?;
        need(bytes.get(size(args[1])?)).map(|byte| Term::small32(i32::from(*byte)))
    }),
    ("binary", "first", 1, |_, args| need(bytes(args[0])?.first().copied()).map(|byte| Term::small32(i32::from(byte)))),
    ("binary", "last", 1, |_, args| need(bytes(args[0])?.last().copied()).map(|byte| Term::small32(i32::from(byte)))),
    ("binary", "part", 2, |ctx, args| {
        let [start, len] = *need(args[1].as_tuple_of::<2>())?;
        super::conversions::part(ctx, args[0], start, len)
    }),
    ("binary", "part", 3, |ctx, args| super::conversions::part(ctx, args[0], args[1], args[2])),
    ("binary", "copy", 1, |ctx, args| ctx.heap().try_binary(&bytes(args[0])?).map_err(Halt::from)),
    ("binary", "copy", 2, copy),
    ("binary", "bin_to_list", 1, |ctx, args| bin_to_list(ctx, args[0], 0, None)),
    ("binary", "bin_to_list", 2, |ctx, args| {
        let [start, len] = *need(args[1].as_tuple_of::<2>())?;
        bin_to_list(ctx, args[0], size(start)?, Some(len))
    }),
    ("binary", "bin_to_list", 3, |ctx, args| bin_to_list(ctx, args[0], size(args[1])?, Some(args[2]))),
    ("binary", "match", 2, |ctx, args| find_first(ctx, args[0], args[1], Term::EMPTY_LIST)),
    ("binary", "match", 3, |ctx, args| find_first(ctx, args[0], args[1], args[2])),
    ("binary", "matches", 2, |ctx, args| find_all(ctx, args[0], args[1], Term::EMPTY_LIST)),
    ("binary", "matches", 3, |ctx, args| find_all(ctx, args[0], args[1], args[2])),
    ("binary", "split", 2, |ctx, args| split(ctx, args[0], args[1], Term::EMPTY_LIST)),
    ("binary", "split", 3, |ctx, args| split(ctx, args[0], args[1], args[2])),
    ("binary", "compile_pattern", 1, |ctx, args| {
        patterns(args[0])?;
        Ok(ctx.heap().tuple(&[word("bm"), args[0]]))
    }),
    ("binary", "longest_common_prefix", 1, |_, args| common(args[0], false)),
    ("binary", "longest_common_suffix", 1, |_, args| common(args[0], true)),
    ("binary", "decode_unsigned", 1, |ctx, args| decode_unsigned(ctx, args[0], false)),
    ("binary", "decode_unsigned", 2, |ctx, args| decode_unsigned(ctx, args[0], is_little(args[1])?)),
    ("binary", "encode_unsigned", 1, |ctx, args| encode_unsigned(ctx, args[0], false)),
    ("binary", "encode_unsigned", 2, |ctx, args| encode_unsigned(ctx, args[0], is_little(args[1])?)),
    ("binary", "encode_hex", 1, |ctx, args| written(ctx, &bytes(args[0])?, b"0123456789ABCDEF")),
    ("binary", "encode_hex", 2, |ctx, args| {
        let digits = if args[1].is_atom(Atom::new("lowercase")) { b"0123456789abcdef" } else { b"0123456789ABCDEF" };
        written(ctx, &bytes(args[0])?, digits)
    }),
    ("binary", "decode_hex", 1, decode_hex),
    ("binary", "referenced_byte_size", 1, |_, args| {
        need(args[0].as_binary()).map(|bits| Term::count(bits.storage().len()))
    }),
];

/// Start and length within `total` bytes; a negative length counts backwards from the start.
pub(crate) fn range<'h>(total: usize, start: Term<'h>, len: Term<'h>) -> Result<(usize, usize), Halt<'h>> {
    let start = size(start)?;
    let len = i64_of(len)?;
    let amount = usize::try_from(len.unsigned_abs()).map_err(|_| Halt::badarg())?;
    let start = if len < 0 { need(start.checked_sub(amount))? } else { start };
    if need(start.checked_add(amount))? > total {
        return badarg();
    }
    Ok((start, amount))
}

fn copy<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let bytes = bytes(args[0])?;
    let times = size(args[1])?;
    let total = bytes.len().checked_mul(times).ok_or_else(Halt::system_limit)?;
    charge(ctx, total / 8);
    ctx.heap()
        .binary_with(total, |out| {
            if !bytes.is_empty() {
                for chunk in out.chunks_mut(bytes.len()) {
                    chunk.copy_from_slice(&bytes[..chunk.len()]);
                }
            }
        })
        .map_err(Halt::from)
}

fn bin_to_list<'h>(ctx: &Ctx<'h>, binary: Term<'h>, start: usize, len: Option<Term<'h>>) -> Out<'h> {
    let bytes = bytes(binary)?;
    let (start, len) = match len {
        Some(len) => range(bytes.len(), Term::count(start), len)?,
        None => (start, bytes.len()),
    };
    charge(ctx, len);
    Ok(ctx
        .heap()
        .list(bytes[start..start + len].iter().map(|byte| Term::small32(i32::from(*byte))).collect::<Vec<_>>()))
}

/// What is searched for: a binary, a list of them, or what `compile_pattern/1` gave. None may be empty.
fn patterns<'h>(term: Term<'h>) -> Result<Vec<Vec<u8>>, Halt<'h>> {
    let term = match term.as_tuple_of::<2>() {
        Some([_, inner]) => *inner,
        None => term,
    };
    let terms = if term.as_binary().is_some() { vec![term] } else { list(term)? };
    let all: Vec<Vec<u8>> =
        terms.into_iter().map(|one| bytes(one).map(std::borrow::Cow::into_owned)).collect::<Result<_, _>>()?;
    if all.is_empty() || all.iter().any(Vec::is_empty) { badarg() } else { Ok(all) }
}

/// The leftmost and there the longest match from `from` on: position and length.
fn search(haystack: &[u8], patterns: &[Vec<u8>], from: usize) -> Option<(usize, usize)> {
    match patterns {
        [one] => memchr::memmem::find(haystack.get(from..)?, one).map(|at| (from + at, one.len())),
        _ => (from..haystack.len()).find_map(|at| {
            let rest = &haystack[at..];
            patterns.iter().filter(|p| rest.starts_with(p)).map(Vec::len).max().map(|len| (at, len))
        }),
    }
}

/// The part that `{:scope, {start, length}}` names, else all.
fn scope<'h>(total: usize, options: Term<'h>) -> Result<(usize, usize), Halt<'h>> {
    match option(options, "scope") {
        Some(scope) => {
            let [start, len] = *need(scope.as_tuple_of::<2>())?;
            range(total, start, len)
        }
        None => Ok((0, total)),
    }
}

fn place<'h>(ctx: &Ctx<'h>, (at, len): (usize, usize)) -> Term<'h> {
    ctx.heap().tuple(&[Term::count(at), Term::count(len)])
}

fn find_first<'h>(ctx: &Ctx<'h>, subject: Term<'h>, pattern: Term<'h>, options: Term<'h>) -> Out<'h> {
    let bytes = bytes(subject)?;
    let (start, len) = scope(bytes.len(), options)?;
    let found = search(&bytes[..start + len], &patterns(pattern)?, start);
    charge(ctx, found.map_or(len, |(at, _)| at - start));
    Ok(found.map_or(word("nomatch"), |found| place(ctx, found)))
}

fn all_matches(bytes: &[u8], patterns: &[Vec<u8>], start: usize, end: usize) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut from = start;
    while let Some((at, len)) = search(&bytes[..end], patterns, from) {
        found.push((at, len));
        from = at + len;
    }
    found
}

fn find_all<'h>(ctx: &Ctx<'h>, subject: Term<'h>, pattern: Term<'h>, options: Term<'h>) -> Out<'h> {
    let bytes = bytes(subject)?;
    let (start, len) = scope(bytes.len(), options)?;
    charge(ctx, len);
    let found = all_matches(&bytes, &patterns(pattern)?, start, start + len);
    Ok(ctx.heap().list(found.into_iter().map(|found| place(ctx, found)).collect::<Vec<_>>()))
}

fn split<'h>(ctx: &Ctx<'h>, subject: Term<'h>, pattern: Term<'h>, options: Term<'h>) -> Out<'h> {
    let bytes = bytes(subject)?;
    let (start, len) = scope(bytes.len(), options)?;
    charge(ctx, len);
    let patterns = patterns(pattern)?;
    let mut found = if option(options, "global").is_some() {
        all_matches(&bytes, &patterns, start, start + len)
    } else {
        search(&bytes[..start + len], &patterns, start).into_iter().collect()
    };
    found.push((bytes.len(), 0));
    let mut parts = Vec::with_capacity(found.len());
    let mut from = 0;
    for (at, len) in found {
        parts.push((from, at - from));
        from = at + len;
    }
    if option(options, "trim_all").is_some() {
        parts.retain(|(_, len)| *len > 0);
    } else if option(options, "trim").is_some() {
        while parts.last().is_some_and(|(_, len)| *len == 0) {
            parts.pop();
        }
    }
    let terms: Option<Vec<_>> =
        parts.into_iter().map(|(from, len)| ctx.heap().sub_binary(subject, from * 8, len * 8)).collect();
    Ok(ctx.heap().list(need(terms)?))
}

fn common<'h>(binaries: Term<'h>, suffix: bool) -> Out<'h> {
    let all = list(binaries)?.into_iter().map(bytes).collect::<Result<Vec<_>, _>>()?;
    let (first, rest) = need(all.split_first())?;
    let len = rest.iter().fold(first.len(), |len, other| {
        let same = |(a, b): &(&u8, &u8)| a == b;
        let shared = if suffix {
            first.iter().rev().zip(other.iter().rev()).take_while(same).count()
        } else {
            first.iter().zip(other.iter()).take_while(same).count()
        };
        len.min(shared)
    });
    Ok(Term::count(len))
}

fn is_little<'h>(term: Term<'h>) -> Result<bool, Halt<'h>> {
    match need(term.as_atom())?.as_str() {
        "little" => Ok(true),
        "big" => Ok(false),
        _ => badarg(),
    }
}

fn decode_unsigned<'h>(ctx: &Ctx<'h>, binary: Term<'h>, little: bool) -> Out<'h> {
    let mut bytes = bytes(binary)?.into_owned();
    if !little {
        bytes.reverse();
    }
    let limbs: Vec<u64> = bytes
        .chunks(8)
        .map(|chunk| {
            let mut limb = [0; 8];
            limb[..chunk.len()].copy_from_slice(chunk);
            u64::from_le_bytes(limb)
        })
        .collect();
    charge(ctx, bytes.len());
    Ok(ctx.heap().big(false, &limbs))
}

fn encode_unsigned<'h>(ctx: &Ctx<'h>, term: Term<'h>, little: bool) -> Out<'h> {
    let mut bytes: Vec<u8> = match need(term.as_int())? {
        jovial_term::Int::Small(value) => u64::try_from(value).map_err(|_| Halt::badarg())?.to_le_bytes().to_vec(),
        jovial_term::Int::Big { negative: true, .. } => return badarg(),
        jovial_term::Int::Big { limbs, .. } => limbs.iter().flat_map(|limb| limb.to_le_bytes()).collect(),
    };
    while bytes.len() > 1 && bytes.last() == Some(&0) {
        bytes.pop();
    }
    if !little {
        bytes.reverse();
    }
    charge(ctx, bytes.len());
    Ok(ctx.heap().binary(&bytes))
}

fn decode_hex<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let text = bytes(args[0])?;
    charge(ctx, text.len());
    let (pairs, rest) = text.as_chunks::<2>();
    if !rest.is_empty() {
        return badarg();
    }
    let digit = |c: u8| char::from(c).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let decoded: Option<Vec<u8>> = pairs.iter().map(|&[high, low]| Some(digit(high)? << 4 | digit(low)?)).collect();
    ctx.heap().try_binary(&need(decoded)?).map_err(Halt::from)
}
