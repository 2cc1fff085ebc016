//! Sharded insert, lock-free read: text to index goes through one of 64 locked maps, index to text through
//! chunks that are allocated once and never move.

use std::collections::HashMap;
use std::fmt;
use std::hash::{BuildHasherDefault, Hash, Hasher};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{LazyLock, OnceLock, RwLock};

use crate::known::KNOWN;

/// Entries the table can hold, as on the BEAM.
pub const MAX: u32 = 1_048_576;
/// Entries that [`Atom::try_new`] may fill.
pub const USER_MAX: u32 = 1_000_000;
/// Entries that [`Atom::of_code`] may fill; the rest is for [`Atom::new`].
pub const CODE_MAX: u32 = MAX - 8_192;

const CHUNK: usize = 4096;
const SHARDS: usize = 64;

/// An interned name.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub struct Atom(u32);

/// The table has no room for another name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AtomTableFull;

impl fmt::Display for AtomTableFull {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the atom table is full")
    }
}

impl std::error::Error for AtomTableFull {}

/// A name with its hash, which is computed once for the choice of the shard and the place in it. A fixed hash keeps runs repeatable.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Name<'t> {
    hash: u64,
    text: &'t str,
}

impl Name<'_> {
    fn of(text: &str) -> Name<'_> {
        const ODD: u64 = 0x9e37_79b9_7f4a_7c15;
        let mix = |hash: u64, word: u64| (hash.rotate_left(5) ^ word).wrapping_mul(ODD);
        let (words, rest) = text.as_bytes().as_chunks::<8>();
        let hash = words.iter().fold(text.len() as u64, |hash, word| mix(hash, u64::from_le_bytes(*word)));
        let rest = rest.iter().fold(0, |word, byte| word << 8 | u64::from(*byte));
        let hash = mix(hash, rest);
        Name { hash: (hash ^ hash >> 32).wrapping_mul(ODD), text }
    }
}

impl Hash for Name<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.hash);
    }
}

/// Takes the hash that a key carries.
#[derive(Default)]
struct Given(u64);

impl Hasher for Given {
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = self.0 << 8 | u64::from(byte);
        }
    }
    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
    fn finish(&self) -> u64 {
        self.0
    }
}

type Shard = RwLock<HashMap<Name<'static>, u32, BuildHasherDefault<Given>>>;
type Chunk = Box<[OnceLock<&'static str>]>;

struct Table {
    shards: Vec<Shard>,
    chunks: Vec<OnceLock<Chunk>>,
    next: AtomicU32,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let table = Table {
        shards: (0..SHARDS).map(|_| RwLock::default()).collect(),
        chunks: (0..MAX as usize / CHUNK).map(|_| OnceLock::new()).collect(),
        next: AtomicU32::new(0),
    };
    for text in KNOWN {
        table.insert(text, MAX).expect("the known atoms fit in the table");
    }
    table
});

impl Table {
    fn shard(&self, name: Name<'_>) -> &Shard {
        // The low and the highest bits choose the place inside the map, so the shard takes others.
        &self.shards[(name.hash >> 40) as usize % SHARDS]
    }

    fn find(&self, name: Name<'_>) -> Option<u32> {
        let map = self.shard(name).read().unwrap_or_else(std::sync::PoisonError::into_inner);
        map.get(&name).copied()
    }

    fn insert(&self, text: &str, max: u32) -> Result<u32, AtomTableFull> {
        let name = Name::of(text);
        if let Some(index) = self.find(name) {
            return Ok(index);
        }
        let mut map = self.shard(name).write().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(&index) = map.get(&name) {
            return Ok(index);
        }
        let index = self
            .next
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| (n < max).then_some(n + 1))
            .map_err(|_| AtomTableFull)?;
        let text: &'static str = Box::leak(text.into());
        let chunk = self.chunks[index as usize / CHUNK].get_or_init(|| (0..CHUNK).map(|_| OnceLock::new()).collect());
        let _ = chunk[index as usize % CHUNK].set(text);
        map.insert(Name { hash: name.hash, text }, index);
        Ok(index)
    }

    fn text(&self, index: u32) -> &'static str {
        self.chunks[index as usize / CHUNK]
            .get()
            .and_then(|chunk| chunk[index as usize % CHUNK].get())
            .copied()
            .expect("an atom's text is stored before its index is given out (invariant 1)")
    }
}

/// How many atoms there are.
pub fn count() -> u32 {
    TABLE.next.load(Ordering::Relaxed)
}

/// Bytes that the table takes: texts, and for each entry a place by index and one by text.
pub fn memory() -> usize {
    let entry = size_of::<OnceLock<&'static str>>() + size_of::<(Name<'static>, u32)>();
    let chunks = TABLE.chunks.iter().map_while(OnceLock::get);
    chunks.flatten().filter_map(OnceLock::get).map(|text| text.len() + entry).sum()
}

impl Atom {
    pub(crate) const fn known(index: u32) -> Atom {
        Atom(index)
    }

    /// Interns a name for the runtime's own use: what compiler and loader need may use the reserve.
    ///
    /// # Panics
    /// When even the reserve is used up, which takes 8,192 names that come from neither data nor code.
    pub fn new(text: &str) -> Atom {
        Atom(TABLE.insert(text, MAX).expect("the reserve of the atom table is never used up by user code"))
    }

    /// Interns a name that user code makes; fails beyond [`USER_MAX`].
    pub fn try_new(text: &str) -> Result<Atom, AtomTableFull> {
        TABLE.insert(text, USER_MAX).map(Atom)
    }

    /// Interns a name that stands in code: in a source text or in a module that is loaded. It may use most of the reserve, so that
    /// there is still code to run when data has filled the table; fails beyond [`CODE_MAX`].
    pub fn of_code(text: &str) -> Result<Atom, AtomTableFull> {
        TABLE.insert(text, CODE_MAX).map(Atom)
    }

    /// The atom with this text if there is one already.
    pub fn existing(text: &str) -> Option<Atom> {
        TABLE.find(Name::of(text)).map(Atom)
    }

    /// The atom behind an index that [`Atom::index`] gave; `None` for any other number.
    pub fn from_index(index: u32) -> Option<Atom> {
        (index < count()).then_some(Atom(index))
    }

    /// The atom behind an index that [`Atom::index`] gave, without looking it up; any other number makes an atom whose
    /// text can't be found.
    pub const fn from_given_index(index: u32) -> Atom {
        Atom(index)
    }

    pub const fn index(self) -> u32 {
        self.0
    }

    pub fn as_str(self) -> &'static str {
        match KNOWN.get(self.0 as usize) {
            Some(text) => text,
            None => TABLE.text(self.0),
        }
    }
}

impl fmt::Debug for Atom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, ":{}", self.as_str())
    }
}

impl fmt::Display for Atom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::known;

    #[test]
    fn equal_text_gives_the_equal_atom() {
        assert_eq!(Atom::new("some_name"), Atom::try_new("some_name").expect("room"));
        assert_ne!(Atom::new("some_name"), Atom::new("other_name"));
        assert_eq!(Atom::new("some_name").as_str(), "some_name");
    }

    #[test]
    fn known_atoms_are_their_text() {
        assert_eq!(Atom::new("nil"), known::NIL);
        assert_eq!(Atom::new("Elixir"), known::ELIXIR);
        for (index, text) in KNOWN.iter().enumerate() {
            assert_eq!(Atom::new(text).index() as usize, index, "{text} stands twice in the list");
        }
    }

    #[test]
    fn existing_makes_nothing() {
        assert_eq!(Atom::existing("never seen before, nowhere"), None);
        assert_eq!(Atom::existing("true"), Some(known::TRUE));
    }
}
