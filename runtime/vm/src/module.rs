//! Loaded modules: code in memory, its tables, literals, fun entries.
//!
//! **What it is for.** [`ModuleVersion::load`] turns an [`Image`] into running code. What an address in the code stands for
//! (function, line, handler) is looked up here.
//!
//! **Invariants.**
//! 1. Code is written while it is loaded and never after.
//! 2. The [`Code`] of a version that was replaced or deleted goes when nothing refers to its instructions, entries and literals any
//!    more (see `versions`); that of the library's own modules never. What else a version holds (documents, attributes, lists of
//!    exports: most of it) goes when another version takes its place or the module is deleted.
//! 3. Code starts at a multiple of eight bytes, so every instruction's address is even.
//!
//! **What it must not know.** Processes.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_ptr_alignment,
    reason = "operands and addresses of checked code"
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use jovial_atoms::Atom;
use jovial_bytecode::Image;
use jovial_bytecode::code::{CodeFunction, CodeHandler, CodeLine, Relocated};
use jovial_bytecode::ir::{Export as ModuleExport, Literal, Pos};
use jovial_bytecode::opcode::{NO_CASE, case_place};
use jovial_term::raw::{self, Word};
use jovial_term::{FunEntry, FunUses, LiteralArea, LiteralBuilder};

use crate::export::Export;
use crate::literals;

/// Why a module can't be loaded.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum LoadError {
    /// The image's tables contradict each other.
    Corrupt,
    /// Its literals exceed what the system grants.
    SystemLimit,
    /// The bytes are no image.
    Image(jovial_bytecode::image::ImageError),
    /// Functions that a native implements can't be replaced.
    Sticky(Atom),
}

/// One version of a module, as long as it is the current one or somebody looks at it.
pub struct ModuleVersion {
    code: Arc<Code>,
    exports: Vec<ModuleExport>,
    attributes: Literal,
    chunks: Vec<(String, Literal)>,
    digest: [u8; 16],
}

/// What frames, funs and terms may lead to, and what tells the meaning of an address there.
pub(crate) struct Code {
    name: Atom,
    files: Vec<String>,
    /// Instructions, literals and fun entries: all that words may lead to.
    area: LiteralArea,
    words: usize,
    functions: Vec<CodeFunction>,
    handlers: Vec<CodeHandler>,
    lines: Vec<CodeLine>,
}

/// How long a version's code is to live.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lives {
    /// Until nothing refers to it once it was replaced.
    Passing,
    /// As long as the machine: code that nobody is expected to replace, and whose literals may therefore be shared with everybody.
    Lasting,
}

/// A 128-bit digest of the code, to tell versions apart.
fn digest(image: &Image) -> [u8; 16] {
    let mut halves = [0xcbf2_9ce4_8422_2325u64, 0x9ae1_6a3b_2f90_404f];
    let mut mix = |byte: u32| {
        for (half, prime) in halves.iter_mut().zip([0x0100_0000_01b3u64, 0x9e37_79b9_7f4a_7c15]) {
            *half = (*half ^ u64::from(byte)).wrapping_mul(prime).rotate_left(23);
        }
    };
    image.name.as_str().bytes().for_each(|byte| mix(u32::from(byte)));
    image.code.words.iter().for_each(|word| mix(*word));
    let mut digest = [0; 16];
    digest[..8].copy_from_slice(&halves[0].to_le_bytes());
    digest[8..].copy_from_slice(&halves[1].to_le_bytes());
    digest
}

/// Puts the cases of a table where they belong.
fn place_cases(table: &mut [u32]) {
    let (places, _) = table.as_chunks_mut::<2>();
    // The code was checked: the number of places is a power of two, and one at least is free.
    let (cases, free): (Vec<[u32; 2]>, Vec<_>) = places.iter().partition(|case| case[0] != NO_CASE);
    let Some(&free) = free.first() else { return };
    let mask = places.len().wrapping_sub(1);
    places.fill(free);
    for case in cases {
        let mut at = case_place(case[0]);
        while places[at & mask][0] != NO_CASE {
            at += 1;
        }
        places[at & mask] = case;
    }
}

impl ModuleVersion {
    /// Loads an image. `import` gives the entry of a function of another module.
    pub(crate) fn load(
        image: &Image,
        lives: Lives,
        import: &mut dyn FnMut(Atom, Atom, u8) -> &'static Export,
    ) -> Result<ModuleVersion, LoadError> {
        let digest = digest(image);
        let builder = LiteralBuilder::new();
        let mut terms = Vec::with_capacity(image.literals.len());
        for literal in &image.literals {
            terms.push(literals::build(builder.heap(), literal).map_err(|_| LoadError::SystemLimit)?);
        }
        let funs: Vec<FunEntry> = image
            .code
            .functions
            .iter()
            .zip(0u32..)
            .map(|(function, index)| FunEntry {
                code: AtomicU64::new(0),
                module: image.name,
                name: function.name,
                arity: function.arity,
                index,
                old_uniq: u32::from_le_bytes([digest[0], digest[1], digest[2], digest[3]]) & 0x7ff_ffff,
                uniq: digest,
                uses: FunUses::new(),
            })
            .collect();
        let mut words = image.code.words.clone();
        let mut area = match lives {
            Lives::Passing => LiteralArea::passing(&terms, funs, words.len().div_ceil(2)),
            Lives::Lasting => LiteralArea::lasting(&terms, funs, words.len().div_ceil(2)),
        }
        .map_err(|_| LoadError::SystemLimit)?;
        drop(terms);
        for relocation in &image.code.relocations {
            let at = relocation.at as usize;
            let mut wide = |value: u64| -> Result<(), LoadError> {
                let place = words.get_mut(at..at + 2).ok_or(LoadError::Corrupt)?;
                place[0] = value as u32;
                place[1] = (value >> 32) as u32;
                Ok(())
            };
            match relocation.what {
                Relocated::Atom(atom) => {
                    *words.get_mut(at).ok_or(LoadError::Corrupt)? = Word::atom(atom).0 as u32;
                }
                Relocated::Literal(literal) => {
                    wide(area.words().get(literal.0 as usize).ok_or(LoadError::Corrupt)?.0)?;
                }
                Relocated::Import(module, name, arity) => {
                    wide(std::ptr::from_ref(import(module, name, arity)) as u64)?;
                }
                Relocated::Lambda(function) => {
                    wide(std::ptr::from_ref(area.funs().get(function.0 as usize).ok_or(LoadError::Corrupt)?) as u64)?;
                }
                Relocated::Cases(count) => {
                    // Relocations come in the order of their places, so the atoms of the cases are patched below.
                    let _ = count;
                }
            }
        }
        for relocation in &image.code.relocations {
            if let Relocated::Cases(count) = relocation.what {
                let at = relocation.at as usize;
                let cases = words.get_mut(at..at + 2 * usize::from(count)).ok_or(LoadError::Corrupt)?;
                place_cases(cases);
            }
        }
        for (place, pair) in area.code_mut().iter_mut().zip(words.chunks(2)) {
            *place = u64::from(pair[0]) | u64::from(pair.get(1).copied().unwrap_or(0)) << 32;
        }
        if cfg!(target_endian = "big") {
            return Err(LoadError::Corrupt);
        }
        let code = Code {
            name: image.name,
            files: image.files.clone(),
            area,
            words: words.len(),
            functions: image.code.functions.clone(),
            handlers: image.code.handlers.clone(),
            lines: image.code.lines.clone(),
        };
        for (fun, function) in code.area.funs().iter().zip(&code.functions) {
            if function.entry() as usize >= code.words {
                return Err(LoadError::Corrupt);
            }
            fun.code.store(code.address(function.entry()) as u64, Ordering::Release);
        }
        if image.exports.iter().any(|export| code.functions.get(export.function.0 as usize).is_none()) {
            return Err(LoadError::Corrupt);
        }
        Ok(ModuleVersion {
            code: Arc::new(code),
            exports: image.exports.clone(),
            attributes: image.attributes.clone(),
            chunks: image.chunks.clone(),
            digest,
        })
    }

    pub(crate) fn code(&self) -> &Arc<Code> {
        &self.code
    }

    pub fn name(&self) -> Atom {
        self.code.name
    }

    pub fn exports(&self) -> &[ModuleExport] {
        &self.exports
    }

    pub fn attributes(&self) -> &Literal {
        &self.attributes
    }

    /// Further data by name, as the compiler stored it.
    pub fn chunk(&self, name: &str) -> Option<&Literal> {
        self.chunks.iter().find(|(chunk, _)| chunk == name).map(|(_, data)| data)
    }

    pub fn files(&self) -> &[String] {
        &self.code.files
    }

    /// Tells versions of a module apart.
    pub fn digest(&self) -> &[u8; 16] {
        &self.digest
    }

    pub fn functions(&self) -> &[CodeFunction] {
        &self.code.functions
    }
}

impl Code {
    pub(crate) fn name(&self) -> Atom {
        self.name
    }

    pub(crate) fn files(&self) -> &[String] {
        &self.files
    }

    /// Address of a word of the code.
    pub(crate) fn address(&self, word: u32) -> *const u32 {
        self.area.code().as_ptr().cast::<u32>().wrapping_add(word as usize)
    }

    /// The addresses that the code covers.
    pub(crate) fn range(&self) -> (usize, usize) {
        let start = self.area.code().as_ptr() as usize;
        (start, start + self.words * 4)
    }

    /// The entry for funs of a function by its number.
    pub(crate) fn fun(&self, index: usize) -> Option<&FunEntry> {
        self.area.funs().get(index)
    }

    /// The addresses of all that words may lead to.
    pub(crate) fn addresses(&self) -> std::ops::Range<u64> {
        self.area.addresses()
    }

    /// Whether it is to be freed one day.
    pub(crate) fn is_passing(&self) -> bool {
        raw::is_passing(Word(self.addresses().start))
    }

    /// Bytes that it takes, about.
    pub(crate) fn size(&self) -> usize {
        let addresses = self.addresses();
        (addresses.end - addresses.start) as usize
            + size_of::<Code>()
            + size_of_val(&*self.functions)
            + size_of_val(&*self.handlers)
            + size_of_val(&*self.lines)
    }

    /// Whether there may be funs of this version that looking at all heaps does not find; asked once after each such look.
    pub(crate) fn may_have_funs(&self) -> bool {
        // Each entry is to hear the question.
        self.area.funs().iter().filter(|fun| fun.uses.may_be_used()).count() > 0
    }

    /// Index of the word at an address.
    pub(crate) fn offset(&self, address: usize) -> Option<u32> {
        let (start, end) = self.range();
        if address < start || address >= end { None } else { u32::try_from((address - start) / 4).ok() }
    }

    /// The function that a word belongs to.
    pub(crate) fn function_at(&self, word: u32) -> Option<&CodeFunction> {
        let place = self.functions.partition_point(|function| function.start <= word);
        self.functions.get(place.checked_sub(1)?).filter(|function| word < function.end)
    }

    /// Where a raise at a word goes.
    pub(crate) fn handler_at(&self, word: u32) -> Option<u32> {
        let place = self.handlers.partition_point(|handler| handler.start <= word);
        self.handlers.get(place.checked_sub(1)?).filter(|handler| word < handler.end).map(|handler| handler.target)
    }

    /// Source position of a word.
    pub(crate) fn position_at(&self, word: u32) -> Pos {
        let place = self.lines.partition_point(|line| line.at <= word);
        place.checked_sub(1).map_or(Pos::default(), |place| self.lines[place].pos)
    }
}
