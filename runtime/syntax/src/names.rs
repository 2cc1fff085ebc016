//! From names in the source to atoms: a table for one parse, in front of the shared one.
//!
//! **What it is for.** Most names occur many times in a file; a look-up here costs a hash and a comparison, and takes no lock.
//!
//! **Invariants.** Only names that the shared table holds are remembered.

use std::sync::LazyLock;

use jovial_atoms::Atom;

/// Atoms that the grammar needs beside those of `jovial_atoms::known`.
pub(crate) struct Extra {
    pub(crate) assoc: Atom,
    pub(crate) binary_to_atom: Atom,
    pub(crate) binary_to_existing_atom: Atom,
    pub(crate) cursor: Atom,
    pub(crate) get: Atom,
    pub(crate) to_charlist: Atom,
    pub(crate) to_string: Atom,
}

pub(crate) static EXTRA: LazyLock<Extra> = LazyLock::new(|| Extra {
    assoc: Atom::new("assoc"),
    binary_to_atom: Atom::new("binary_to_atom"),
    binary_to_existing_atom: Atom::new("binary_to_existing_atom"),
    cursor: Atom::new("__cursor__"),
    get: Atom::new("get"),
    to_charlist: Atom::new("to_charlist"),
    to_string: Atom::new("to_string"),
});

#[derive(Clone, Copy)]
struct Entry {
    hash: u32,
    start: u32,
    len: u32,
    atom: Atom,
}

/// Open addressing, keyed by slices of the source.
pub(crate) struct Names {
    table: Vec<Option<Entry>>,
    used: usize,
}

fn hash(bytes: &[u8]) -> u32 {
    let mut state: u64 = bytes.len() as u64;
    let mut chunks = bytes.chunks_exact(8);
    for chunk in &mut chunks {
        let word = chunk.try_into().map_or(0, u64::from_le_bytes);
        state = (state.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95);
    }
    let mut last = 0u64;
    for &byte in chunks.remainder() {
        last = last << 8 | u64::from(byte);
    }
    state = (state.rotate_left(5) ^ last).wrapping_mul(0x517c_c1b7_2722_0a95);
    (state >> 32) as u32
}

impl Names {
    pub(crate) fn new() -> Self {
        Names { table: vec![None; 256], used: 0 }
    }

    /// The atom that was remembered for this slice of the source.
    pub(crate) fn find(&self, source: &[u8], start: usize, end: usize) -> Option<Atom> {
        let name = &source[start..end];
        let hash = hash(name);
        let mask = self.table.len() - 1;
        let mut at = hash as usize & mask;
        while let Some(entry) = &self.table[at] {
            if entry.hash == hash
                && entry.len as usize == name.len()
                && &source[entry.start as usize..entry.start as usize + name.len()] == name
            {
                return Some(entry.atom);
            }
            at = (at + 1) & mask;
        }
        None
    }

    pub(crate) fn remember(&mut self, source: &[u8], start: usize, end: usize, atom: Atom) {
        if self.used * 2 >= self.table.len() {
            let old = std::mem::take(&mut self.table);
            self.table = vec![None; old.len() * 2];
            for entry in old.into_iter().flatten() {
                self.place(entry);
            }
        }
        let (Ok(start32), Ok(len)) = (u32::try_from(start), u32::try_from(end - start)) else { return };
        self.place(Entry { hash: hash(&source[start..end]), start: start32, len, atom });
        self.used += 1;
    }

    fn place(&mut self, entry: Entry) {
        let mask = self.table.len() - 1;
        let mut at = entry.hash as usize & mask;
        while self.table[at].is_some() {
            at = (at + 1) & mask;
        }
        self.table[at] = Some(entry);
    }
}
