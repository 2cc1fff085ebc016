//! Checksums and digests: of `:erlang`, `:crypto` and `:zlib`.
//!
//! A digest under way is a reference to its state. States are never changed: going on makes another, so an old reference can
//! be used again, as Erlang promises.

use std::sync::Arc;

use jovial_processes::of;
use jovial_term::Term;
use jovial_vm::{Ctx, Halt, Job, JobResult};
use sha2::Digest;

use super::Entry;
use super::conversions::iolist_bytes;
use super::support::{Out, atom, badarg, bytes, charge, need, size};

pub(crate) const TABLE: &[Entry] = &[
    ("erlang", "md5", 1, |ctx, args| digest(ctx, "md5", args[0])),
    ("erlang", "md5_init", 0, |ctx, _| keep(ctx, new("md5")?)),
    ("erlang", "md5_update", 2, update),
    ("erlang", "md5_final", 1, finish),
    ("erlang", "crc32", 1, |ctx, args| crc32(ctx, 0, args[0])),
    ("erlang", "crc32", 2, |ctx, args| crc32(ctx, number(args[0])?, args[1])),
    ("erlang", "crc32_combine", 3, crc32_combine),
    ("erlang", "adler32", 1, |ctx, args| adler32(ctx, 1, args[0])),
    ("erlang", "adler32", 2, |ctx, args| adler32(ctx, number(args[0])?, args[1])),
    ("zlib", "crc32", 1, |ctx, args| crc32(ctx, 0, args[0])),
    ("zlib", "crc32", 2, |ctx, args| crc32(ctx, 0, args[1])),
    ("zlib", "crc32", 3, |ctx, args| crc32(ctx, number(args[1])?, args[2])),
    ("zlib", "crc32_combine", 4, |ctx, args| crc32_combine(ctx, &args[1..])),
    ("zlib", "adler32", 2, |ctx, args| adler32(ctx, 1, args[1])),
    ("zlib", "adler32", 3, |ctx, args| adler32(ctx, number(args[1])?, args[2])),
    ("crypto", "hash", 2, |ctx, args| digest(ctx, atom(args[0])?.as_str(), args[1])),
    ("crypto", "hash_init", 1, |ctx, args| keep(ctx, new(atom(args[0])?.as_str())?)),
    ("crypto", "hash_update", 2, update),
    ("crypto", "hash_final", 1, finish),
    ("crypto", "mac", 4, |ctx, args| {
        if atom(args[0])?.as_str() == "hmac" { mac(ctx, args[1], args[2], args[3], None) } else { badarg() }
    }),
    ("crypto", "macN", 5, |ctx, args| {
        let len = Some(size(args[4])?);
        if atom(args[0])?.as_str() == "hmac" { mac(ctx, args[1], args[2], args[3], len) } else { badarg() }
    }),
    ("crypto", "strong_rand_bytes", 1, |ctx, args| {
        let len = size(args[0])?;
        charge(ctx, len);
        let mut filled = Ok(());
        let random = ctx.heap().binary_with(len, |out| filled = getrandom::fill(out))?;
        filled.map(|()| random).map_err(|_| Halt::error(super::support::word("low_entropy")))
    }),
    ("crypto", "hash_equals", 2, |_, args| {
        let (left, right) = (bytes(args[0])?, bytes(args[1])?);
        if left.len() != right.len() {
            return badarg();
        }
        // All bytes are looked at, so that the time says nothing about them.
        Ok(Term::bool(left.iter().zip(right.iter()).fold(0, |all, (a, b)| all | (a ^ b)) == 0))
    }),
    ("crypto", "exor", 2, |ctx, args| {
        let (left, right) = (iolist_bytes(args[0])?, iolist_bytes(args[1])?);
        if left.len() != right.len() {
            return badarg();
        }
        charge(ctx, left.len());
        let mixed: Vec<u8> = left.iter().zip(&right).map(|(a, b)| a ^ b).collect();
        ctx.heap().try_binary(&mixed).map_err(Halt::from)
    }),
    ("crypto", "start", 0, |_, _| Ok(Term::OK)),
];

/// Bytes from which on a digest is made elsewhere.
const LARGE: usize = 1 << 18;

fn number<'h>(term: Term<'h>) -> Result<u32, Halt<'h>> {
    need(term.as_u64().and_then(|value| u32::try_from(value).ok()))
}

/// A digest under way.
#[derive(Clone)]
enum State {
    Md5(md5::Md5),
    Sha(sha1::Sha1),
    Sha224(sha2::Sha224),
    Sha256(sha2::Sha256),
    Sha384(sha2::Sha384),
    Sha512(sha2::Sha512),
    Sha3x224(sha3::Sha3_224),
    Sha3x256(sha3::Sha3_256),
    Sha3x384(sha3::Sha3_384),
    Sha3x512(sha3::Sha3_512),
}

/// Does the same with whichever it is.
macro_rules! with {
    ($state:expr, $digest:ident => $body:expr) => {
        match $state {
            State::Md5($digest) => $body,
            State::Sha($digest) => $body,
            State::Sha224($digest) => $body,
            State::Sha256($digest) => $body,
            State::Sha384($digest) => $body,
            State::Sha512($digest) => $body,
            State::Sha3x224($digest) => $body,
            State::Sha3x256($digest) => $body,
            State::Sha3x384($digest) => $body,
            State::Sha3x512($digest) => $body,
        }
    };
}

impl State {
    fn update(&mut self, data: &[u8]) {
        with!(self, digest => digest.update(data));
    }

    fn finish(self) -> Vec<u8> {
        with!(self, digest => digest.finalize().to_vec())
    }
}

fn new<'h>(name: &str) -> Result<State, Halt<'h>> {
    Ok(match name {
        "md5" => State::Md5(md5::Md5::new()),
        "sha" => State::Sha(sha1::Sha1::new()),
        "sha224" => State::Sha224(sha2::Sha224::new()),
        "sha256" => State::Sha256(sha2::Sha256::new()),
        "sha384" => State::Sha384(sha2::Sha384::new()),
        "sha512" => State::Sha512(sha2::Sha512::new()),
        "sha3_224" => State::Sha3x224(sha3::Sha3_224::new()),
        "sha3_256" => State::Sha3x256(sha3::Sha3_256::new()),
        "sha3_384" => State::Sha3x384(sha3::Sha3_384::new()),
        "sha3_512" => State::Sha3x512(sha3::Sha3_512::new()),
        _ => return badarg(),
    })
}

/// Bytes that a digest takes in at once, which keys of message codes are brought to.
fn block(name: &str) -> usize {
    match name {
        "sha384" | "sha512" => 128,
        "sha3_224" => 144,
        "sha3_256" => 136,
        "sha3_384" => 104,
        "sha3_512" => 72,
        _ => 64,
    }
}

/// A binary made by work that is done here if the input is small.
fn binary<'h>(ctx: &Ctx<'h>, size: usize, work: impl FnOnce() -> Vec<u8> + Send + 'static) -> Out<'h> {
    if size < LARGE {
        charge(ctx, size);
        return ctx.heap().try_binary(&work()).map_err(Halt::from);
    }
    Err(Halt::Offload(Job(Box::new(move |_| {
        let made = work();
        JobResult(Box::new(move |ctx| ctx.heap().try_binary(&made).map_err(Halt::from)))
    }))))
}

fn digest<'h>(ctx: &Ctx<'h>, name: &str, data: Term<'h>) -> Out<'h> {
    let mut state = new(name)?;
    let data = iolist_bytes(data)?;
    binary(ctx, data.len(), move || {
        state.update(&data);
        state.finish()
    })
}

/// HMAC. Source: RFC 2104.
fn mac<'h>(ctx: &Ctx<'h>, name: Term<'h>, key: Term<'h>, data: Term<'h>, len: Option<usize>) -> Out<'h> {
    let name = atom(name)?.as_str();
    let (mut inner, mut outer, mut short) = (new(name)?, new(name)?, new(name)?);
    let (mut key, data) = (iolist_bytes(key)?, iolist_bytes(data)?);
    if len == Some(0) {
        return badarg();
    }
    let block = block(name);
    binary(ctx, key.len() + data.len(), move || {
        if key.len() > block {
            short.update(&key);
            key = short.finish();
        }
        key.resize(block, 0);
        let padded = |pad: u8| key.iter().map(|byte| byte ^ pad).collect::<Vec<u8>>();
        inner.update(&padded(0x36));
        inner.update(&data);
        outer.update(&padded(0x5c));
        outer.update(&inner.finish());
        let mut code = outer.finish();
        code.truncate(len.unwrap_or(code.len()));
        code
    })
}

fn keep<'h>(ctx: &Ctx<'h>, state: State) -> Out<'h> {
    let number = need(of(ctx)?.make_ref().as_ref())?.number;
    Ok(ctx.heap().magic_ref(number, Arc::new(state)))
}

fn update<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let state: &State = need(args[0].as_ref().and_then(|reference| reference.downcast()))?;
    let data = iolist_bytes(args[1])?;
    charge(ctx, data.len());
    let mut next = state.clone();
    next.update(&data);
    keep(ctx, next)
}

fn finish<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let state: &State = need(args[0].as_ref().and_then(|reference| reference.downcast()))?;
    Ok(ctx.heap().binary(&state.clone().finish()))
}

fn crc32<'h>(ctx: &Ctx<'h>, before: u32, data: Term<'h>) -> Out<'h> {
    let data = iolist_bytes(data)?;
    charge(ctx, data.len() / 8);
    let mut state = crc32fast::Hasher::new_with_initial(before);
    state.update(&data);
    Ok(Term::count(state.finalize() as usize))
}

/// `crc32_combine(first, second, size of second)`
fn crc32_combine<'h>(_: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let mut first = crc32fast::Hasher::new_with_initial(number(args[0])?);
    let second = crc32fast::Hasher::new_with_initial_len(number(args[1])?, need(args[2].as_u64())?);
    first.combine(&second);
    Ok(Term::count(first.finalize() as usize))
}

fn adler32<'h>(ctx: &Ctx<'h>, before: u32, data: Term<'h>) -> Out<'h> {
    let data = iolist_bytes(data)?;
    charge(ctx, data.len() / 8);
    let mut state = adler2::Adler32::from_checksum(before);
    state.write_slice(&data);
    Ok(Term::count(state.checksum() as usize))
}
