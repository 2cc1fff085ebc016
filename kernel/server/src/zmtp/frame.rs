//! Frames: a flag byte, a length of one or eight bytes, the body.

use std::io::{self, Read};

const MORE: u8 = 1;
const LONG: u8 = 2;
const COMMAND: u8 = 4;

/// Bytes of one message that are taken from a peer; no notebook sends more.
const MESSAGE_MAX: u64 = 1 << 30;
/// Frames of one message that are kept; one with more is read to its end and forgotten.
const FRAMES_MAX: usize = 4096;

pub(crate) enum Received {
    Message(Vec<Vec<u8>>),
    /// A command such as PING, or a message of more frames than any that makes sense: nothing to act upon.
    Nothing,
}

fn malformed(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// Reads up to the end of the next message or command.
pub(crate) fn read(stream: &mut impl Read) -> io::Result<Received> {
    let mut frames = Vec::new();
    let (mut total, mut count) = (0u64, 0usize);
    loop {
        let mut flags = [0];
        stream.read_exact(&mut flags)?;
        let length = read_length(stream, flags[0])?;
        total = total.saturating_add(length);
        if total > MESSAGE_MAX {
            return Err(malformed("message too large"));
        }
        // Grows as bytes arrive: a length alone makes nothing be allocated.
        let mut body = Vec::new();
        if stream.take(length).read_to_end(&mut body)? as u64 != length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if flags[0] & COMMAND != 0 {
            return Ok(Received::Nothing);
        }
        count += 1;
        if count <= FRAMES_MAX {
            frames.push(body);
        }
        if flags[0] & MORE == 0 {
            return Ok(if count <= FRAMES_MAX { Received::Message(frames) } else { Received::Nothing });
        }
    }
}

fn read_length(stream: &mut impl Read, flags: u8) -> io::Result<u64> {
    if flags & !(MORE | LONG | COMMAND) != 0 {
        return Err(malformed("unknown frame flags"));
    }
    if flags & LONG != 0 {
        let mut bytes = [0; 8];
        stream.read_exact(&mut bytes)?;
        Ok(u64::from_be_bytes(bytes))
    } else {
        let mut byte = [0];
        stream.read_exact(&mut byte)?;
        Ok(u64::from(byte[0]))
    }
}

fn push(bytes: &mut Vec<u8>, flags: u8, body: &[u8]) {
    match u8::try_from(body.len()) {
        Ok(length) => bytes.extend([flags, length]),
        Err(_) => {
            bytes.push(flags | LONG);
            bytes.extend((body.len() as u64).to_be_bytes());
        }
    }
    bytes.extend(body);
}

/// The bytes of one message.
pub(crate) fn encode(frames: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(frames.iter().map(|frame| frame.len() + 9).sum());
    for (at, frame) in frames.iter().enumerate() {
        push(&mut bytes, if at + 1 < frames.len() { MORE } else { 0 }, frame);
    }
    bytes
}

/// The bytes of a command frame with this body.
pub(crate) fn encode_command(body: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    push(&mut bytes, COMMAND, body);
    bytes
}

/// Reads a frame that must be a command, as in the handshake.
pub(crate) fn read_command(stream: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut flags = [0];
    stream.read_exact(&mut flags)?;
    if flags[0] & COMMAND == 0 {
        return Err(malformed("expected a command"));
    }
    let length = read_length(stream, flags[0])?;
    if length > 64 * 1024 {
        return Err(malformed("command too large"));
    }
    let mut body = vec![0; usize::try_from(length).unwrap_or_default()];
    stream.read_exact(&mut body)?;
    Ok(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_survive_both_ways() {
        for frames in [vec![vec![]], vec![vec![1; 255], vec![2; 256], vec![]], vec![vec![7; 100_000]]] {
            let bytes = encode(&frames);
            let Received::Message(back) = read(&mut bytes.as_slice()).expect("whole") else { panic!("no message") };
            assert_eq!(back, frames);
        }
    }

    #[test]
    fn too_many_frames_are_read_past() {
        let mut bytes = encode(&vec![vec![1]; FRAMES_MAX + 1]);
        bytes.extend(encode(&[vec![2]]));
        let mut rest = bytes.as_slice();
        assert!(matches!(read(&mut rest), Ok(Received::Nothing)));
        assert!(matches!(read(&mut rest), Ok(Received::Message(frames)) if frames == [[2]]));
    }

    #[test]
    fn a_length_without_bytes_is_an_error_and_allocates_nothing() {
        let mut bytes = vec![LONG];
        bytes.extend((1u64 << 29).to_be_bytes());
        assert!(read(&mut bytes.as_slice()).is_err());
        bytes[1] = 0xff;
        assert!(read(&mut bytes.as_slice()).is_err());
        assert!(read(&mut [0x80u8, 0].as_slice()).is_err());
    }
}
