//! The library's image: module images by name in one piece of memory, found by binary search and read when first called.
//!
//! Layout, all numbers little-endian 32 bits: the magic `JVLJ`, the number of modules, for each (sorted by name) the offsets and
//! lengths of its name, its image and its further chunks, then all of these. The chunks (documents, types) are an image without code, deflated:
//! they are half of all bytes and most sessions never ask for them, so a module is loaded without.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use jovial_atoms::Atom;
use jovial_bytecode::ir::Literal;
use jovial_bytecode::{Code, Image};
use jovial_vm::CodeSource;

const MAGIC: &[u8; 4] = b"JVLJ";
const ENTRY: usize = 24;
/// Inflated chunks of a module are never larger; a damaged image must not fill the memory.
const CHUNKS_MAX: u64 = 64 << 20;

/// The bytes are no library image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImageError;

impl std::fmt::Display for ImageError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the library image is damaged")
    }
}

impl std::error::Error for ImageError {}

/// A library that lies in memory as it was built.
#[derive(Clone, Copy)]
pub struct LibraryImage {
    bytes: &'static [u8],
    count: usize,
}

fn number(bytes: &[u8], at: usize) -> Option<usize> {
    let four = bytes.get(at..at.checked_add(4)?)?;
    usize::try_from(u32::from_le_bytes(four.try_into().ok()?)).ok()
}

impl LibraryImage {
    pub fn new(bytes: &'static [u8]) -> Result<Self, ImageError> {
        let magic = bytes.get(..4).ok_or(ImageError)?;
        let count = number(bytes, 4).ok_or(ImageError)?;
        let table = count.checked_mul(ENTRY).and_then(|size| size.checked_add(8)).ok_or(ImageError)?;
        if magic != MAGIC || bytes.len() < table {
            return Err(ImageError);
        }
        Ok(Self { bytes, count })
    }

    fn part(&self, entry: usize, field: usize) -> Option<&'static [u8]> {
        let at = 8 + entry * ENTRY + field * 8;
        let (start, len) = (number(self.bytes, at)?, number(self.bytes, at + 4)?);
        self.bytes.get(start..start.checked_add(len)?)
    }

    /// The names of all modules, sorted.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + '_ {
        (0..self.count).filter_map(|entry| std::str::from_utf8(self.part(entry, 0)?).ok())
    }

    /// The image of a module.
    pub fn module(&self, name: &str) -> Option<&'static [u8]> {
        self.part(self.entry(name)?, 1)
    }

    fn entry(&self, name: &str) -> Option<usize> {
        let (mut low, mut high) = (0, self.count);
        while low < high {
            let middle = usize::midpoint(low, high);
            match self.part(middle, 0)?.cmp(name.as_bytes()) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return Some(middle),
            }
        }
        None
    }
}

impl CodeSource for LibraryImage {
    fn find(&self, module: Atom) -> Option<Image> {
        jovial_bytecode::image::read(self.module(module.as_str())?).ok()
    }

    fn has(&self, module: Atom) -> bool {
        self.module(module.as_str()).is_some()
    }

    fn chunks(&self, module: Atom) -> Vec<(String, Literal)> {
        let packed = self.entry(module.as_str()).and_then(|entry| self.part(entry, 2)).unwrap_or_default();
        let mut bytes = Vec::new();
        if packed.is_empty() || DeflateDecoder::new(packed).take(CHUNKS_MAX).read_to_end(&mut bytes).is_err() {
            return Vec::new();
        }
        jovial_bytecode::image::read(&bytes).map_or(Vec::new(), |image| image.chunks)
    }

    fn modules(&self) -> Vec<&str> {
        self.names().collect()
    }
}

/// Small, and read whenever a call into the module is compiled.
const KEPT: &str = "deprecated";

/// A module's image without its chunks, and these, deflated. What is no image stays as it is.
fn take_apart(bytes: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let Ok(mut image) = jovial_bytecode::image::read(bytes) else { return (bytes.to_vec(), Vec::new()) };
    let (kept, chunks) = std::mem::take(&mut image.chunks).into_iter().partition(|(name, _)| name == KEPT);
    image.chunks = kept;
    let apart = Image {
        name: image.name,
        files: Vec::new(),
        exports: Vec::new(),
        literals: Vec::new(),
        attributes: Literal::List(Vec::new()),
        chunks,
        code: Code::default(),
    };
    if apart.chunks.is_empty() {
        return (bytes.to_vec(), Vec::new());
    }
    let mut packed = DeflateEncoder::new(Vec::new(), Compression::best());
    let written = packed.write_all(&jovial_bytecode::image::write(&apart)).and_then(|()| packed.finish());
    (jovial_bytecode::image::write(&image), written.unwrap_or_default())
}

/// The bytes of an image of these modules.
pub fn write(modules: &mut [(String, Vec<u8>)]) -> Vec<u8> {
    modules.sort();
    let mut body = Vec::new();
    let mut table = Vec::new();
    let start = 8 + modules.len() * ENTRY;
    let put = |body: &mut Vec<u8>, table: &mut Vec<u8>, bytes: &[u8]| {
        for value in [start + body.len(), bytes.len()] {
            table.extend(u32::try_from(value).unwrap_or(u32::MAX).to_le_bytes());
        }
        body.extend_from_slice(bytes);
    };
    for (name, bytes) in modules.iter() {
        let (image, chunks) = take_apart(bytes);
        put(&mut body, &mut table, name.as_bytes());
        put(&mut body, &mut table, &image);
        put(&mut body, &mut table, &chunks);
    }
    let count = u32::try_from(modules.len()).unwrap_or(u32::MAX);
    [MAGIC.as_slice(), &count.to_le_bytes(), &table, &body].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_are_found_by_name() {
        let mut modules = vec![("b".to_string(), vec![2, 2]), ("a".to_string(), vec![1]), ("c".to_string(), vec![])];
        let image = LibraryImage::new(Box::leak(write(&mut modules).into())).expect("just written");
        assert_eq!(image.names().collect::<Vec<_>>(), ["a", "b", "c"]);
        assert_eq!(image.module("b"), Some(&[2u8, 2][..]));
        assert_eq!(image.module("d"), None);
    }

    #[test]
    fn chunks_lie_apart_from_the_module() {
        let name = Atom::new("apart");
        let chunks = vec![("docs".to_string(), Literal::Binary(b"text ".repeat(100)))];
        let kept = ("deprecated".to_string(), Literal::List(Vec::new()));
        let code = Code::default();
        let (files, exports, literals) = (Vec::new(), Vec::new(), Vec::new());
        let attributes = Literal::List(Vec::new());
        let whole = Image {
            name,
            files,
            exports,
            literals,
            attributes,
            chunks: [&chunks[..], std::slice::from_ref(&kept)].concat(),
            code,
        };
        let mut modules = vec![("apart".to_string(), jovial_bytecode::image::write(&whole))];
        let image = LibraryImage::new(Box::leak(write(&mut modules).into())).expect("just written");
        assert_eq!(image.find(name).map(|found| found.chunks), Some(vec![kept]));
        assert_eq!(image.chunks(name), chunks);
        assert_eq!(CodeSource::modules(&image), ["apart"]);
    }

    #[test]
    fn damage_is_noticed_and_never_read_past() {
        assert!(LibraryImage::new(b"JVLJ").is_err());
        assert!(LibraryImage::new(b"XXXX\0\0\0\0").is_err());
        assert!(LibraryImage::new(b"JVLJ\xff\xff\xff\xff").is_err());
        let image =
            LibraryImage::new(b"JVLJ\x01\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff");
        assert_eq!(image.expect("a table").module("a"), None);
    }
}
