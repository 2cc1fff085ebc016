//! `:crypto`'s ciphers: AES in the modes that programs use, `ChaCha20`, and both with authentication.
//!
//! **What it is for.** `crypto_one_time/4,5` and `crypto_one_time_aead/6,7`, by crates of the `RustCrypto` project.
//!
//! **What it must not know.** Streams of blocks: each call is a whole message.

use aes::cipher::block_padding::NoPadding;
use aes::cipher::{BlockDecrypt, BlockDecryptMut, BlockEncrypt, BlockEncryptMut, KeyInit, KeyIvInit, StreamCipher};
use aes::{Aes128, Aes192, Aes256};
use aes_gcm::AesGcm;
use aes_gcm::aead::AeadInPlace;
use aes_gcm::aead::consts::U12;
use chacha20poly1305::ChaCha20Poly1305;
use jovial_atoms::known;
use jovial_term::Term;
use jovial_vm::{Ctx, Halt};

use super::Entry;
use super::conversions::iolist_bytes;
use super::support::{Out, atom, charge, need, option, size, word};

pub(crate) const TABLE: &[Entry] = &[
    ("crypto", "crypto_one_time", 4, |ctx, args| one_time(ctx, args[0], args[1], None, args[2], args[3])),
    ("crypto", "crypto_one_time", 5, |ctx, args| one_time(ctx, args[0], args[1], Some(args[2]), args[3], args[4])),
    ("crypto", "crypto_one_time_aead", 6, |ctx, args| {
        aead(ctx, [args[0], args[1], args[2], args[3], args[4]], None, args[5])
    }),
    ("crypto", "crypto_one_time_aead", 7, |ctx, args| {
        aead(ctx, [args[0], args[1], args[2], args[3], args[4]], Some(args[5]), args[6])
    }),
];

/// Bytes of a block of AES.
const BLOCK: usize = 16;
/// Bytes of what proves a message to be whole.
const TAG: usize = 16;

/// `{:badarg, {file, line}, text}`, as OTP raises it.
fn bad<'h>(ctx: &Ctx<'h>, text: &str) -> Halt<'h> {
    let heap = ctx.heap();
    let characters = heap.list(text.chars().map(|character| Term::count(character as usize)).collect::<Vec<_>>());
    let place = heap.tuple(&[
        heap.list(b"crypto.c".iter().map(|byte| Term::count(usize::from(*byte))).collect::<Vec<_>>()),
        Term::ZERO,
    ]);
    Halt::error(heap.tuple(&[Term::atom(known::BADARG), place, characters]))
}

/// Runs a mode over a message with the AES of the key's size.
macro_rules! with_aes {
    ($key:expr, $aes:ident => $body:expr) => {
        match $key.len() {
            16 => {
                type $aes = Aes128;
                $body
            }
            24 => {
                type $aes = Aes192;
                $body
            }
            _ => {
                type $aes = Aes256;
                $body
            }
        }
    };
}

fn one_time<'h>(
    ctx: &Ctx<'h>,
    cipher: Term<'h>,
    key: Term<'h>,
    iv: Option<Term<'h>>,
    data: Term<'h>,
    asked: Term<'h>,
) -> Out<'h> {
    let name = atom(cipher)?.as_str();
    let (key, iv, mut data) = (iolist_bytes(key)?, iv.map_or(Ok(Vec::new()), iolist_bytes)?, iolist_bytes(data)?);
    charge(ctx, data.len() / 4);
    let encrypt = asked.as_bool().or_else(|| option(asked, "encrypt").and_then(Term::as_bool)).unwrap_or(true);
    let padding = option(asked, "padding").and_then(Term::as_atom).map_or("none", |padding| padding.as_str());
    let (mode, key_size) = match name {
        "aes_128_cbc" => ("cbc", 16),
        "aes_192_cbc" => ("cbc", 24),
        "aes_256_cbc" => ("cbc", 32),
        "aes_128_ctr" => ("ctr", 16),
        "aes_192_ctr" => ("ctr", 24),
        "aes_256_ctr" => ("ctr", 32),
        "aes_128_ecb" => ("ecb", 16),
        "aes_192_ecb" => ("ecb", 24),
        "aes_256_ecb" => ("ecb", 32),
        "aes_cbc" | "aes_ctr" | "aes_ecb" => (&name[4..], key.len()),
        "chacha20" => ("chacha20", 32),
        _ => return Err(bad(ctx, "Unknown cipher")),
    };
    if key.len() != key_size || !matches!(key_size, 16 | 24 | 32) {
        return Err(bad(ctx, "Bad key size"));
    }
    if iv.len() != if mode == "ecb" { 0 } else { BLOCK } {
        return Err(bad(ctx, "Bad iv size"));
    }
    match mode {
        "ctr" => {
            let missing = || bad(ctx, "Bad iv size");
            with_aes!(key, Aes => ctr::Ctr128BE::<Aes>::new_from_slices(&key, &iv).map_err(|_| missing())?.apply_keystream(&mut data));
        }
        "chacha20" => {
            // The counter is the first word of what OpenSSL calls the vector.
            let (counter, nonce) = iv.split_at(4);
            let counter = counter.iter().rev().fold(0_u64, |value, byte| value << 8 | u64::from(*byte));
            let mut stream = chacha20::ChaCha20::new_from_slices(&key, nonce).map_err(|_| bad(ctx, "Bad iv size"))?;
            chacha20::cipher::StreamCipherSeek::try_seek(&mut stream, counter * 64)
                .map_err(|_| bad(ctx, "Bad iv size"))?;
            stream.apply_keystream(&mut data);
        }
        _ => {
            if encrypt && !pad(&mut data, padding) {
                return Err(bad(ctx, "Unknown padding type"));
            }
            let whole = data.len() / BLOCK * BLOCK;
            if whole != data.len() && padding != "none" {
                return Err(Halt::error(heap_error(ctx, "Can't finalize")));
            }
            data.truncate(whole);
            blocks(ctx, mode, &key, &iv, &mut data, encrypt)?;
            if !encrypt && padding == "pkcs_padding" {
                let last = usize::from(data.last().copied().unwrap_or(0));
                let valid = (1..=BLOCK).contains(&last)
                    && data.len() >= last
                    && data[data.len() - last..].iter().all(|byte| usize::from(*byte) == last);
                if !valid {
                    return Err(Halt::error(heap_error(ctx, "Can't finalize")));
                }
                data.truncate(data.len() - last);
            }
        }
    }
    ctx.heap().try_binary(&data).map_err(Halt::from)
}

/// `{:error, {file, line}, text}`, which is raised where a message can't be finished.
fn heap_error<'h>(ctx: &Ctx<'h>, text: &str) -> Term<'h> {
    let heap = ctx.heap();
    let characters = heap.list(text.chars().map(|character| Term::count(character as usize)).collect::<Vec<_>>());
    let file = heap.list(b"api_ng.c".iter().map(|byte| Term::count(usize::from(*byte))).collect::<Vec<_>>());
    heap.tuple(&[word("error"), heap.tuple(&[file, Term::ZERO]), characters])
}

/// Fills the last block up; false for a padding that is not known.
fn pad(data: &mut Vec<u8>, padding: &str) -> bool {
    let missing = BLOCK - data.len() % BLOCK;
    match padding {
        "none" => {}
        "pkcs_padding" => data.resize(data.len() + missing, u8::try_from(missing).unwrap_or(0)),
        "zero" => data.resize(data.len() + missing % BLOCK, 0),
        _ => return false,
    }
    true
}

fn blocks<'h>(
    ctx: &Ctx<'h>,
    mode: &str,
    key: &[u8],
    iv: &[u8],
    data: &mut [u8],
    encrypt: bool,
) -> Result<(), Halt<'h>> {
    let len = data.len();
    let fail = || bad(ctx, "Bad key size");
    with_aes!(key, Aes => match (mode, encrypt) {
        ("cbc", true) => {
            cbc::Encryptor::<Aes>::new_from_slices(key, iv).map_err(|_| fail())?.encrypt_padded_mut::<NoPadding>(data, len).map_err(|_| fail())?;
        }
        ("cbc", false) => {
            cbc::Decryptor::<Aes>::new_from_slices(key, iv).map_err(|_| fail())?.decrypt_padded_mut::<NoPadding>(data).map_err(|_| fail())?;
        }
        (_, encrypt) => {
            let aes = Aes::new_from_slice(key).map_err(|_| fail())?;
            for block in data.chunks_exact_mut(BLOCK) {
                let block = aes::Block::from_mut_slice(block);
                if encrypt { aes.encrypt_block(block) } else { aes.decrypt_block(block) }
            }
        }
    });
    Ok(())
}

/// Encrypts to `{data, tag}`, or gives what was encrypted, or `:error` if it is not what the tag says.
fn aead<'h>(ctx: &Ctx<'h>, given: [Term<'h>; 5], tag: Option<Term<'h>>, encrypt: Term<'h>) -> Out<'h> {
    let name = atom(given[0])?.as_str();
    let encrypt = need(encrypt.as_bool())?;
    let [key, nonce, mut data, more] =
        [iolist_bytes(given[1])?, iolist_bytes(given[2])?, iolist_bytes(given[3])?, iolist_bytes(given[4])?];
    charge(ctx, data.len() / 4 + more.len() / 4);
    let key_size = match name {
        "aes_128_gcm" => 16,
        "aes_192_gcm" => 24,
        "aes_256_gcm" | "chacha20_poly1305" => 32,
        "aes_gcm" => key.len(),
        _ => return Err(bad(ctx, "Unknown cipher")),
    };
    if key.len() != key_size || !matches!(key_size, 16 | 24 | 32) {
        return Err(bad(ctx, "Bad key size"));
    }
    if nonce.len() != 12 {
        return Err(bad(ctx, "Bad IV length"));
    }
    let heap = ctx.heap();
    if encrypt {
        let len = tag.map_or(Ok(TAG), size)?;
        if len == 0 || len > TAG {
            return Err(bad(ctx, "Bad Tag length"));
        }
        let made = seal(name, &key, &nonce, &more, &mut data).ok_or_else(|| bad(ctx, "Bad key size"))?;
        return Ok(heap.tuple(&[heap.try_binary(&data)?, heap.binary(&made[..len])]));
    }
    let tag = iolist_bytes(need(tag)?)?;
    if tag.len() != TAG {
        return Ok(word("error"));
    }
    match open(name, &key, &nonce, &more, &mut data, &tag) {
        Some(()) => heap.try_binary(&data).map_err(Halt::from),
        None => Ok(word("error")),
    }
}

fn seal(name: &str, key: &[u8], nonce: &[u8], more: &[u8], data: &mut [u8]) -> Option<Vec<u8>> {
    if name == "chacha20_poly1305" {
        let cipher = ChaCha20Poly1305::new_from_slice(key).ok()?;
        return cipher.encrypt_in_place_detached(nonce.into(), more, data).ok().map(|tag| tag.to_vec());
    }
    with_aes!(key, Aes => {
        let cipher = AesGcm::<Aes, U12>::new_from_slice(key).ok()?;
        cipher.encrypt_in_place_detached(nonce.into(), more, data).ok().map(|tag| tag.to_vec())
    })
}

fn open(name: &str, key: &[u8], nonce: &[u8], more: &[u8], data: &mut [u8], tag: &[u8]) -> Option<()> {
    if name == "chacha20_poly1305" {
        let cipher = ChaCha20Poly1305::new_from_slice(key).ok()?;
        return cipher.decrypt_in_place_detached(nonce.into(), more, data, tag.into()).ok();
    }
    with_aes!(key, Aes => {
        let cipher = AesGcm::<Aes, U12>::new_from_slice(key).ok()?;
        cipher.decrypt_in_place_detached(nonce.into(), more, data, tag.into()).ok()
    })
}
