//! `:zlib`: packing and unpacking piece by piece.
//!
//! **What it is for.** A stream is a reference to a [`Stream`] that one process controls; pieces go in and come out until it is ended.
//!
//! **Invariants.**
//! 1. Only the controlling process uses a stream, so its lock is never waited for.
//! 2. What a call gives is bounded where the caller asks for it (`safeInflate`); the input that is left stays in the stream.
//!
//! **What it must not know.** How deflate works: the crate does. The frame of gzip (RFC 1952) is made and read here, because the crate's own
//! coders know whole inputs only.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use flate2::{Compress, Compression, Crc, Decompress, FlushCompress, FlushDecompress, Status};
use jovial_processes::of;
use jovial_term::{Pid, Term};
use jovial_vm::{Ctx, Halt};

use super::Entry;
use super::conversions::iolist_bytes;
use super::support::{Out, badarg, charge, need, word};

pub(crate) const TABLE: &[Entry] = &[
    ("zlib", "open", 0, open),
    ("zlib", "close", 1, |ctx, args| with(ctx, args[0], |stream| end(stream, Coder::Closed))),
    ("zlib", "set_controlling_process", 2, |ctx, args| {
        let owner = need(args[1].as_pid())?;
        with(ctx, args[0], |stream| {
            stream.owner = owner;
            Ok(Term::OK)
        })
    }),
    ("zlib", "deflateInit", 1, |ctx, args| deflate_init(ctx, args[0], 6, 15)),
    ("zlib", "deflateInit", 2, |ctx, args| deflate_init(ctx, args[0], level(args[1])?, 15)),
    ("zlib", "deflateInit", 6, |ctx, args| {
        let bits = need(args[3].as_i64())?;
        deflate_init(ctx, args[0], level(args[1])?, bits)
    }),
    ("zlib", "deflate", 2, |ctx, args| deflate(ctx, args[0], args[1], FlushCompress::None)),
    ("zlib", "deflate", 3, |ctx, args| {
        let flush = match need(args[2].as_atom())?.as_str() {
            "none" => FlushCompress::None,
            "sync" => FlushCompress::Sync,
            "full" => FlushCompress::Full,
            "finish" => FlushCompress::Finish,
            _ => return badarg(),
        };
        deflate(ctx, args[0], args[1], flush)
    }),
    ("zlib", "deflateReset", 1, |ctx, args| {
        with(ctx, args[0], |stream| match &mut stream.coder {
            Coder::Deflate(packer) => {
                *packer = Packer::new(packer.level, packer.frame);
                Ok(Term::OK)
            }
            _ => raise("not_initialized"),
        })
    }),
    ("zlib", "deflateEnd", 1, |ctx, args| {
        with(ctx, args[0], |stream| match &stream.coder {
            Coder::Deflate(packer) => {
                let unfinished = packer.begun && !packer.finished;
                end(stream, Coder::None)?;
                if unfinished { raise("data_error") } else { Ok(Term::OK) }
            }
            _ => raise("not_initialized"),
        })
    }),
    ("zlib", "inflateInit", 1, |ctx, args| inflate_init(ctx, args[0], 15, After::Cut)),
    ("zlib", "inflateInit", 2, |ctx, args| inflate_init(ctx, args[0], need(args[1].as_i64())?, After::Cut)),
    ("zlib", "inflateInit", 3, |ctx, args| {
        let after = match need(args[2].as_atom())?.as_str() {
            "cut" => After::Cut,
            "reset" => After::Reset,
            "error" => After::Error,
            _ => return badarg(),
        };
        inflate_init(ctx, args[0], need(args[1].as_i64())?, after)
    }),
    ("zlib", "inflate", 2, |ctx, args| inflate(ctx, args[0], args[1], usize::MAX).map(|(out, _)| out)),
    ("zlib", "inflate", 3, |ctx, args| inflate(ctx, args[0], args[1], usize::MAX).map(|(out, _)| out)),
    ("zlib", "safeInflate", 2, |ctx, args| {
        let (out, more) = inflate(ctx, args[0], args[1], CHUNK)?;
        Ok(ctx.heap().tuple(&[word(if more { "continue" } else { "finished" }), out]))
    }),
    ("zlib", "inflateReset", 1, |ctx, args| {
        with(ctx, args[0], |stream| match &mut stream.coder {
            Coder::Inflate(unpacker) => {
                *unpacker = Unpacker::new(unpacker.told, unpacker.after);
                Ok(Term::OK)
            }
            _ => raise("not_initialized"),
        })
    }),
    ("zlib", "inflateEnd", 1, |ctx, args| {
        with(ctx, args[0], |stream| match &stream.coder {
            Coder::Inflate(unpacker) => {
                let finished = unpacker.stage == Stage::Done;
                end(stream, Coder::None)?;
                if finished { Ok(Term::OK) } else { raise("data_error") }
            }
            _ => raise("not_initialized"),
        })
    }),
];

/// Bytes that a careful reader gets at a time.
const CHUNK: usize = 8 << 10;

/// What surrounds the packed data.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Frame {
    Raw,
    Zlib,
    Gzip,
    /// One of the last two, as the first bytes tell.
    Either,
}

/// What becomes of input behind the end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum After {
    Cut,
    Reset,
    Error,
}

enum Coder {
    None,
    Closed,
    Deflate(Packer),
    Inflate(Unpacker),
}

struct Stream {
    owner: Pid,
    coder: Coder,
}

struct Packer {
    compress: Compress,
    crc: Crc,
    frame: Frame,
    level: u32,
    begun: bool,
    finished: bool,
}

impl Packer {
    fn new(level: u32, frame: Frame) -> Self {
        let compress = Compress::new(Compression::new(level), frame == Frame::Zlib);
        Packer { compress, crc: Crc::new(), frame, level, begun: false, finished: false }
    }

    fn run(&mut self, mut input: &[u8], flush: FlushCompress) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        if self.frame == Frame::Gzip {
            if !self.begun {
                out.extend_from_slice(&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]);
            }
            self.crc.update(input);
        }
        self.begun = true;
        loop {
            out.reserve(CHUNK);
            let before = self.compress.total_in();
            let status = self.compress.compress_vec(input, &mut out, flush).ok()?;
            input = &input[usize::try_from(self.compress.total_in() - before).ok()?..];
            let full = out.len() == out.capacity();
            match status {
                Status::StreamEnd => break self.finished = true,
                _ if input.is_empty() && !full && flush != FlushCompress::Finish => break,
                Status::BufError if !full => break,
                _ => {}
            }
        }
        if self.finished && self.frame == Frame::Gzip {
            out.extend_from_slice(&self.crc.sum().to_le_bytes());
            out.extend_from_slice(&self.crc.amount().to_le_bytes());
        }
        Some(out)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Head,
    Data,
    Tail,
    Done,
}

struct Unpacker {
    decompress: Decompress,
    crc: Crc,
    /// What was asked for, and what it turned out to be.
    told: Frame,
    frame: Frame,
    stage: Stage,
    after: After,
    pending: Vec<u8>,
}

impl Unpacker {
    fn new(told: Frame, after: After) -> Self {
        let stage = if matches!(told, Frame::Gzip | Frame::Either) { Stage::Head } else { Stage::Data };
        let decompress = Decompress::new(told == Frame::Zlib);
        Unpacker { decompress, crc: Crc::new(), told, frame: told, stage, after, pending: Vec::new() }
    }

    /// Up to about `limit` bytes, and whether more can come without more input. `None` for data that is broken.
    fn run(&mut self, input: &[u8], limit: usize) -> Option<(Vec<u8>, bool)> {
        self.pending.extend_from_slice(input);
        let mut out = Vec::new();
        let mut used = 0;
        let more = loop {
            let rest = &self.pending[used..];
            match self.stage {
                Stage::Head => match head(rest, self.told)? {
                    None => break false,
                    Some((frame, len)) => {
                        used += len;
                        self.frame = frame;
                        self.decompress = Decompress::new(frame == Frame::Zlib);
                        self.stage = Stage::Data;
                    }
                },
                Stage::Data => {
                    if out.len() >= limit {
                        break true;
                    }
                    let start = out.len();
                    out.reserve(CHUNK.min(limit));
                    let before = self.decompress.total_in();
                    let status = self.decompress.decompress_vec(rest, &mut out, FlushDecompress::None).ok()?;
                    let taken = usize::try_from(self.decompress.total_in() - before).ok()?;
                    used += taken;
                    self.crc.update(&out[start..]);
                    match status {
                        Status::StreamEnd if self.frame == Frame::Gzip => self.stage = Stage::Tail,
                        Status::StreamEnd => self.stage = Stage::Done,
                        _ if taken == 0 && out.len() == start => break false,
                        _ => {}
                    }
                }
                Stage::Tail => {
                    let Some(tail) = rest.get(..8) else { break false };
                    if tail[..4] != self.crc.sum().to_le_bytes() || tail[4..] != self.crc.amount().to_le_bytes() {
                        return None;
                    }
                    used += 8;
                    self.stage = Stage::Done;
                }
                Stage::Done if rest.is_empty() => break false,
                Stage::Done => match self.after {
                    After::Cut => {
                        used = self.pending.len();
                        break false;
                    }
                    After::Error => return None,
                    After::Reset => {
                        let rest = rest.to_vec();
                        *self = Unpacker::new(self.told, self.after);
                        self.pending = rest;
                        used = 0;
                    }
                },
            }
        };
        self.pending.drain(..used);
        Some((out, more))
    }
}

/// The frame that begins with these bytes and the length of its head; `None` inside if they are too few.
fn head(bytes: &[u8], told: Frame) -> Option<Option<(Frame, usize)>> {
    if told == Frame::Either && bytes.first().is_some_and(|first| *first != 0x1f) {
        return Some(Some((Frame::Zlib, 0)));
    }
    let Some(fixed) = bytes.get(..10) else {
        let magic = [0x1f, 0x8b];
        return if bytes.iter().zip(magic).all(|(byte, wanted)| *byte == wanted) { Some(None) } else { None };
    };
    if fixed[..3] != [0x1f, 0x8b, 8] {
        return None;
    }
    let flags = fixed[3];
    let mut len = 10;
    if flags & 4 != 0 {
        let Some(extra) = bytes.get(len..len + 2) else { return Some(None) };
        len += 2 + usize::from(u16::from_le_bytes([extra[0], extra[1]]));
    }
    for flag in [8, 16] {
        if flags & flag != 0 {
            let Some(text) = bytes.get(len..).and_then(|rest| memchr::memchr(0, rest)) else { return Some(None) };
            len += text + 1;
        }
    }
    if flags & 2 != 0 {
        len += 2;
    }
    Some((bytes.len() >= len).then_some((Frame::Gzip, len)))
}

fn raise<'h, T>(reason: &str) -> Result<T, Halt<'h>> {
    Err(Halt::error(word(reason)))
}

fn lock(stream: &Mutex<Stream>) -> MutexGuard<'_, Stream> {
    stream.lock().unwrap_or_else(PoisonError::into_inner)
}

fn open<'h>(ctx: &Ctx<'h>, _args: &[Term<'h>]) -> Out<'h> {
    let number = need(of(ctx)?.make_ref().as_ref())?.number;
    let stream = Stream { owner: ctx.pid(), coder: Coder::None };
    Ok(ctx.heap().magic_ref(number, Arc::new(Mutex::new(stream))))
}

fn with<'h, T>(
    ctx: &Ctx<'h>,
    term: Term<'h>,
    work: impl FnOnce(&mut Stream) -> Result<T, Halt<'h>>,
) -> Result<T, Halt<'h>> {
    let stream: &Mutex<Stream> = need(term.as_ref().and_then(|reference| reference.downcast()))?;
    let mut stream = lock(stream);
    if stream.owner != ctx.pid() {
        return raise("not_on_controlling_process");
    }
    work(&mut stream)
}

fn end<'h>(stream: &mut Stream, next: Coder) -> Out<'h> {
    if matches!(stream.coder, Coder::Closed) {
        return raise("not_initialized");
    }
    stream.coder = next;
    Ok(Term::OK)
}

fn level<'h>(term: Term<'h>) -> Result<u32, Halt<'h>> {
    if let Some(number) = term.as_small() {
        return need(u32::try_from(number).ok().filter(|level| *level <= 9));
    }
    match need(term.as_atom())?.as_str() {
        "default" => Ok(6),
        "none" => Ok(0),
        "best_speed" => Ok(1),
        "best_compression" => Ok(9),
        _ => badarg(),
    }
}

fn frame<'h>(bits: i64) -> Result<Frame, Halt<'h>> {
    match bits {
        -15..=-8 => Ok(Frame::Raw),
        8..=15 => Ok(Frame::Zlib),
        24..=31 => Ok(Frame::Gzip),
        40..=47 => Ok(Frame::Either),
        _ => badarg(),
    }
}

fn begin<'h>(ctx: &Ctx<'h>, term: Term<'h>, coder: Coder) -> Out<'h> {
    with(ctx, term, |stream| match stream.coder {
        Coder::None => {
            stream.coder = coder;
            Ok(Term::OK)
        }
        Coder::Closed => raise("not_initialized"),
        _ => raise("already_initialized"),
    })
}

fn deflate_init<'h>(ctx: &Ctx<'h>, term: Term<'h>, level: u32, bits: i64) -> Out<'h> {
    let frame = frame(bits)?;
    if frame == Frame::Either {
        return badarg();
    }
    begin(ctx, term, Coder::Deflate(Packer::new(level, frame)))
}

fn inflate_init<'h>(ctx: &Ctx<'h>, term: Term<'h>, bits: i64, after: After) -> Out<'h> {
    begin(ctx, term, Coder::Inflate(Unpacker::new(frame(bits)?, after)))
}

fn pieces<'h>(ctx: &Ctx<'h>, out: &[u8]) -> Out<'h> {
    charge(ctx, out.len());
    if out.is_empty() {
        return Ok(Term::EMPTY_LIST);
    }
    let piece = ctx.heap().try_binary(out)?;
    Ok(ctx.heap().list([piece]))
}

fn deflate<'h>(ctx: &Ctx<'h>, term: Term<'h>, data: Term<'h>, flush: FlushCompress) -> Out<'h> {
    let data = iolist_bytes(data)?;
    charge(ctx, data.len() * 16);
    let out = with(ctx, term, |stream| match &mut stream.coder {
        Coder::Deflate(packer) if packer.finished && data.is_empty() => Ok(Vec::new()),
        Coder::Deflate(packer) if packer.finished => raise("stream_error"),
        Coder::Deflate(packer) => match packer.run(&data, flush) {
            Some(out) => Ok(out),
            None => raise("stream_error"),
        },
        _ => raise("not_initialized"),
    })?;
    pieces(ctx, &out)
}

fn inflate<'h>(ctx: &Ctx<'h>, term: Term<'h>, data: Term<'h>, limit: usize) -> Result<(Term<'h>, bool), Halt<'h>> {
    let data = iolist_bytes(data)?;
    charge(ctx, data.len() * 4);
    let (out, more) = with(ctx, term, |stream| match &mut stream.coder {
        Coder::Inflate(unpacker) => match unpacker.run(&data, limit) {
            Some(found) => Ok(found),
            None => raise("data_error"),
        },
        _ => raise("not_initialized"),
    })?;
    Ok((pieces(ctx, &out)?, more))
}
