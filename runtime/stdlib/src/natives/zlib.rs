//! `:zlib`: packing and unpacking in one go.

use std::io::{self, Read, Write};

use flate2::Compression;
use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use jovial_term::Term;
use jovial_vm::{Halt, Job, JobResult};

use super::Entry;
use super::conversions::iolist_bytes;
use super::support::{Out, word};

pub(crate) const TABLE: &[Entry] = &[
    ("zlib", "compress", 1, |_, args| {
        convert(args[0], |data| {
            let mut out = ZlibEncoder::new(Vec::new(), Compression::default());
            out.write_all(data).and_then(|()| out.finish())
        })
    }),
    ("zlib", "uncompress", 1, |_, args| convert(args[0], |data| all(ZlibDecoder::new(data)))),
    ("zlib", "zip", 1, |_, args| {
        convert(args[0], |data| {
            let mut out = DeflateEncoder::new(Vec::new(), Compression::default());
            out.write_all(data).and_then(|()| out.finish())
        })
    }),
    ("zlib", "unzip", 1, |_, args| convert(args[0], |data| all(DeflateDecoder::new(data)))),
    ("zlib", "gzip", 1, |_, args| {
        convert(args[0], |data| {
            let mut out = GzEncoder::new(Vec::new(), Compression::default());
            out.write_all(data).and_then(|()| out.finish())
        })
    }),
    ("zlib", "gunzip", 1, |_, args| convert(args[0], |data| all(MultiGzDecoder::new(data)))),
];

fn all(mut reader: impl Read) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    reader.read_to_end(&mut out).map(|_| out)
}

/// How much comes out of a little input is not known, so all of it is done elsewhere. Raises `:data_error`.
fn convert<'h>(data: Term<'h>, work: fn(&[u8]) -> io::Result<Vec<u8>>) -> Out<'h> {
    let data = iolist_bytes(data)?;
    Err(Halt::Offload(Job(Box::new(move |_| {
        let outcome = work(&data);
        JobResult(Box::new(move |ctx| match outcome {
            Ok(out) => ctx.heap().try_binary(&out).map_err(Halt::from),
            Err(_) => Err(Halt::error(word("data_error"))),
        }))
    }))))
}
