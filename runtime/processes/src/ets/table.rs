//! The objects of one table.
//!
//! **What it is for.** [`Objects`] stores tuples by key: for `set`, `bag` and `duplicate_bag` in [`SHARDS`] parts by the
//! key's hash (`shard.rs`), each under its own lock; for `ordered_set` in one tree by the key itself.
//!
//! Hash tables keep their objects in the order of hashes: an iteration is then at home after any insertion or deletion, without
//! tombstones, and the same at every run. The shard is the top of the hash, so the order goes over all shards.
//!
//! **Invariants.**
//! 1. An object is a tuple with at least `keypos` elements, in a fragment of its own; it is copied in and out, never shared.
//! 2. Keys of hash tables are the same when they match exactly (1 is not 1.0), of ordered sets when they compare equal.
//! 3. Operations that change several objects take the locks of the shards in ascending order.
//! 4. `size` and `words` are what all objects together count, whatever shard they are in.
//!
//! **What it must not know.** Owners, access rights, processes.

use std::collections::BTreeSet;
use std::ops::Bound;
use std::sync::atomic::{AtomicUsize, Ordering as Memory};

use jovial_term::{Fragment, Heap, Key, Keyed, Term};
use parking_lot::{RwLock, RwLockWriteGuard};

use super::shard::{Entry, SHARD_BITS, Shard};

const SHARDS: usize = 1 << SHARD_BITS;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Set,
    OrderedSet,
    Bag,
    DuplicateBag,
}

fn key_of(object: Term<'_>, keypos: usize) -> Term<'_> {
    object.as_tuple().map_or(Term::ZERO, |elements| elements[keypos - 1])
}

type Tree = BTreeSet<Keyed>;

/// A part of a hash table, in cache lines of its own: two schedulers in two parts do not disturb each other.
#[derive(Default)]
#[repr(align(64))]
struct Part(RwLock<Shard>);

enum Store {
    Hash(Box<[Part]>),
    Tree(RwLock<Tree>),
}

/// Where an iteration is: behind everything up to this.
pub(crate) enum Position<'a> {
    Start,
    /// Behind the objects with this hash.
    Hash(u64),
    /// Behind this key.
    Key(Term<'a>),
}

/// What a visit wants next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Visit {
    Keep,
    Delete,
}

pub(crate) struct Objects {
    kind: Kind,
    keypos: usize,
    store: Store,
    size: AtomicUsize,
    words: AtomicUsize,
}

fn shard_of(hash: u64) -> usize {
    (hash >> (64 - SHARD_BITS)) as usize
}

impl Objects {
    pub(crate) fn new(kind: Kind, keypos: usize) -> Objects {
        let store = if kind == Kind::OrderedSet {
            Store::Tree(RwLock::default())
        } else {
            Store::Hash((0..SHARDS).map(|_| Part::default()).collect())
        };
        Objects { kind, keypos, store, size: AtomicUsize::new(0), words: AtomicUsize::new(0) }
    }

    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }

    pub(crate) fn keypos(&self) -> usize {
        self.keypos
    }

    pub(crate) fn size(&self) -> usize {
        self.size.load(Memory::Relaxed)
    }

    pub(crate) fn words(&self) -> usize {
        self.words.load(Memory::Relaxed)
    }

    /// Whether a term may be an object.
    pub(crate) fn takes(&self, term: Term<'_>) -> bool {
        term.as_tuple().is_some_and(|elements| elements.len() >= self.keypos)
    }

    pub(crate) fn key<'a>(&self, object: Term<'a>) -> Term<'a> {
        key_of(object, self.keypos)
    }

    fn added(&self, object: &Fragment) {
        self.size.fetch_add(1, Memory::Relaxed);
        self.words.fetch_add(object.words(), Memory::Relaxed);
    }

    fn removed(&self, object: &Fragment) {
        self.size.fetch_sub(1, Memory::Relaxed);
        self.words.fetch_sub(object.words(), Memory::Relaxed);
    }

    /// Another object in the place of one.
    fn replaced(&self, place: &mut Fragment, object: Fragment) {
        let (new, old) = (object.words(), place.words());
        if new != old {
            self.words.fetch_add(new.wrapping_sub(old), Memory::Relaxed);
        }
        *place = object;
    }

    fn key_in<'a>(&self, object: &'a Fragment) -> Term<'a> {
        key_of(object.root(), self.keypos)
    }

    /// Whether the object of a hash table has this key.
    fn has_key(&self, entry: &Entry, key: Term<'_>) -> bool {
        self.key_in(&entry.object).same(key)
    }

    fn put_in_tree(&self, tree: &mut Tree, object: Fragment) {
        self.added(&object);
        // Whatever is no object was turned down before.
        let Some(object) = Keyed::new(object, self.keypos - 1) else { return };
        if let Some(old) = tree.replace(object) {
            self.removed(old.fragment());
        }
    }

    fn put_in_shard(&self, shard: &mut Shard, hash: u64, object: Fragment) {
        let key = self.key_in(&object);
        match self.kind {
            Kind::Set | Kind::OrderedSet => {
                if let Some(old) = shard.run_mut(hash).iter_mut().find(|old| self.has_key(old, key)) {
                    return self.replaced(&mut old.object, object);
                }
            }
            Kind::Bag if shard.run(hash).iter().any(|old| old.object.root().same(object.root())) => return,
            Kind::Bag | Kind::DuplicateBag => {}
        }
        self.added(&object);
        shard.push(hash, object);
    }

    /// Inserts one object; with `only_new` not when its key is there. It was checked with `takes`.
    pub(crate) fn insert(&self, object: Fragment, only_new: bool) -> bool {
        match &self.store {
            Store::Tree(tree) => {
                let mut tree = tree.write();
                if only_new && tree.contains(Key::of(&self.key_in(&object))) {
                    return false;
                }
                self.put_in_tree(&mut tree, object);
            }
            Store::Hash(parts) => {
                let key = self.key_in(&object);
                let hash = key.hash64();
                let mut shard = parts[shard_of(hash)].0.write();
                if only_new && shard.run(hash).iter().any(|old| self.has_key(old, key)) {
                    return false;
                }
                self.put_in_shard(&mut shard, hash, object);
            }
        }
        true
    }

    /// Inserts all; with `only_new` nothing at all when any key is there. Objects were checked with `takes`.
    pub(crate) fn insert_all(&self, objects: Vec<Fragment>, only_new: bool) -> bool {
        match &self.store {
            Store::Tree(tree) => {
                let mut tree = tree.write();
                let there = |object: &Fragment| tree.contains(Key::of(&self.key_in(object)));
                if only_new && objects.iter().any(there) {
                    return false;
                }
                for object in objects {
                    self.put_in_tree(&mut tree, object);
                }
            }
            Store::Hash(parts) => {
                let hashed: Vec<(u64, Fragment)> =
                    objects.into_iter().map(|object| (self.key_in(&object).hash64(), object)).collect();
                let mut guards: Vec<Option<RwLockWriteGuard<'_, Shard>>> = (0..SHARDS).map(|_| None).collect();
                for place in 0..SHARDS {
                    if hashed.iter().any(|(hash, _)| shard_of(*hash) == place) {
                        guards[place] = Some(parts[place].0.write());
                    }
                }
                let there = |(hash, object): &(u64, Fragment)| {
                    let run = guards[shard_of(*hash)].as_deref().map_or(&[][..], |shard| shard.run(*hash));
                    run.iter().any(|old| self.has_key(old, self.key_in(object)))
                };
                if only_new && hashed.iter().any(there) {
                    return false;
                }
                for (hash, object) in hashed {
                    if let Some(shard) = guards[shard_of(hash)].as_deref_mut() {
                        self.put_in_shard(shard, hash, object);
                    }
                }
            }
        }
        true
    }

    /// Shows each object with this key, in the order of insertion.
    pub(crate) fn lookup(&self, key: Term<'_>, mut show: impl FnMut(Term<'_>)) {
        match &self.store {
            Store::Tree(tree) => {
                if let Some(object) = tree.read().get(Key::of(&key)) {
                    show(object.fragment().root());
                }
            }
            Store::Hash(parts) => {
                let hash = key.hash64();
                let shard = parts[shard_of(hash)].0.read();
                shard
                    .run(hash)
                    .iter()
                    .filter(|entry| self.has_key(entry, key))
                    .for_each(|entry| show(entry.object.root()));
            }
        }
    }

    /// Changes the one object with this key: `change` sees it and gives its successor, or changes it where it is and gives `None`.
    /// `Ok(false)` when there is none. The successor must have the same key.
    pub(crate) fn change<E>(
        &self,
        key: Term<'_>,
        change: impl FnOnce(&mut Fragment) -> Result<Option<Fragment>, E>,
    ) -> Result<bool, E> {
        match &self.store {
            Store::Tree(tree) => {
                let mut tree = tree.write();
                // Objects in a tree can't be reached to be changed: it comes out and goes in again.
                let Some(old) = tree.take(Key::of(&key)) else { return Ok(false) };
                let mut old = old.into_fragment();
                self.removed(&old);
                let changed = change(&mut old);
                let (object, done) = match changed {
                    Ok(Some(new)) => (new, Ok(true)),
                    Ok(None) => (old, Ok(true)),
                    Err(error) => (old, Err(error)),
                };
                self.put_in_tree(&mut tree, object);
                return done;
            }
            Store::Hash(parts) => {
                let hash = key.hash64();
                let mut shard = parts[shard_of(hash)].0.write();
                let found = shard.run_mut(hash).iter_mut().find(|entry| self.has_key(entry, key));
                let Some(entry) = found else { return Ok(false) };
                if let Some(new) = change(&mut entry.object)? {
                    self.replaced(&mut entry.object, new);
                }
            }
        }
        Ok(true)
    }

    /// Deletes objects with this key for which `which` says so; gives them to `show` first.
    pub(crate) fn delete(&self, key: Term<'_>, mut which: impl FnMut(Term<'_>) -> bool) {
        match &self.store {
            Store::Tree(tree) => {
                let mut tree = tree.write();
                if tree.get(Key::of(&key)).is_some_and(|object| which(object.fragment().root()))
                    && let Some(old) = tree.take(Key::of(&key))
                {
                    self.removed(old.fragment());
                }
            }
            Store::Hash(parts) => {
                let hash = key.hash64();
                parts[shard_of(hash)].0.write().retain(hash, |entry| {
                    let goes = self.has_key(entry, key) && which(entry.object.root());
                    if goes {
                        self.removed(&entry.object);
                    }
                    !goes
                });
            }
        }
    }

    pub(crate) fn clear(&self) {
        match &self.store {
            Store::Tree(tree) => {
                let old = std::mem::take(&mut *tree.write());
                old.iter().for_each(|object| self.removed(object.fragment()));
            }
            Store::Hash(parts) => {
                for part in parts {
                    let old = std::mem::take(&mut *part.0.write());
                    old.iter().for_each(|entry| self.removed(&entry.object));
                }
            }
        }
    }

    /// Visits objects in order from a position on, until `has_room` says no or the end is reached. Where objects share a hash, all or
    /// none of them are visited. Gives where to go on, as a term in `heap`, or `None` at the end.
    ///
    /// Only with `deletes` may the visit say so; without, other readers are not kept out.
    pub(crate) fn walk<'h>(
        &self,
        from: &Position<'_>,
        deletes: bool,
        heap: &'h Heap,
        has_room: impl Fn() -> bool,
        mut visit: impl FnMut(Term<'_>) -> Visit,
    ) -> Option<Term<'h>> {
        match &self.store {
            Store::Tree(tree) if deletes => {
                let mut tree = tree.write();
                let (next, doomed) = walk_tree(&tree, from, heap, has_room, visit);
                for key in doomed {
                    if let Some(old) = tree.take(Key::of(&key)) {
                        self.removed(old.fragment());
                    }
                }
                next
            }
            Store::Tree(tree) => walk_tree(&tree.read(), from, heap, has_room, visit).0,
            Store::Hash(parts) => {
                let mut after = match from {
                    Position::Hash(hash) => Some(*hash),
                    Position::Start | Position::Key(_) => None,
                };
                // Before the first object the walk has been nowhere.
                let place = |after: Option<u64>| Some(after.map_or(Term::EMPTY_LIST, |hash| heap.uint(hash)));
                let first = after.map_or(0, shard_of);
                for (number, part) in parts.iter().enumerate().skip(first) {
                    // What was visited before lies in the first part; in another one all is to come.
                    let mut here = after.filter(|_| number == first);
                    if deletes {
                        let mut shard = part.0.write();
                        while let Some(hash) = shard.after(here).first().map(|entry| entry.hash) {
                            if !has_room() {
                                return place(after);
                            }
                            shard.retain(hash, |entry| {
                                let goes = visit(entry.object.root()) == Visit::Delete;
                                if goes {
                                    self.removed(&entry.object);
                                }
                                !goes
                            });
                            (here, after) = (Some(hash), Some(hash));
                        }
                    } else {
                        let shard = part.0.read();
                        while let run @ [entry, ..] = shard.after(here) {
                            if !has_room() {
                                return place(after);
                            }
                            for entry in run {
                                visit(entry.object.root());
                            }
                            (here, after) = (Some(entry.hash), Some(entry.hash));
                        }
                    }
                }
                None
            }
        }
    }

    /// The key that comes first, or last.
    pub(crate) fn end<'h>(&self, last: bool, heap: &'h Heap) -> Option<Term<'h>> {
        match &self.store {
            Store::Tree(tree) => {
                let tree = tree.read();
                let object = if last { tree.last() } else { tree.first() };
                object.map(|object| heap.copy_in(object.key()))
            }
            // No key order: the last one is the first, as `last/1` says.
            Store::Hash(parts) => self.first_key(parts, heap),
        }
    }

    /// The key of the first object in these parts.
    fn first_key<'h>(&self, parts: &[Part], heap: &'h Heap) -> Option<Term<'h>> {
        parts
            .iter()
            .find_map(|part| part.0.read().after(None).first().map(|entry| heap.copy_in(self.key_in(&entry.object))))
    }

    /// The key after this one, or before it in an ordered set. `Err` when a hash table does not have the key.
    pub(crate) fn step<'h>(&self, key: Term<'_>, back: bool, heap: &'h Heap) -> Result<Option<Term<'h>>, ()> {
        match &self.store {
            Store::Tree(tree) => {
                let tree = tree.read();
                let key = Key::of(&key);
                let found = if back {
                    tree.range::<Key, _>((Bound::Unbounded, Bound::Excluded(key))).next_back()
                } else {
                    tree.range::<Key, _>((Bound::Excluded(key), Bound::Unbounded)).next()
                };
                Ok(found.map(|object| heap.copy_in(object.key())))
            }
            Store::Hash(parts) => {
                let hash = key.hash64();
                let first = shard_of(hash);
                {
                    let shard = parts[first].0.read();
                    let run = shard.run(hash);
                    let place = run.iter().rposition(|entry| self.has_key(entry, key)).ok_or(())?;
                    // Another key with the same hash, or the next.
                    let next = run[place + 1..].iter().find(|entry| !self.has_key(entry, key));
                    if let Some(entry) = next.or_else(|| shard.after(Some(hash)).first()) {
                        return Ok(Some(heap.copy_in(self.key_in(&entry.object))));
                    }
                }
                Ok(self.first_key(&parts[first + 1..], heap))
            }
        }
    }
}

/// The walk over a tree: where to go on, and the keys of what is to be deleted.
fn walk_tree<'h>(
    tree: &Tree,
    from: &Position<'_>,
    heap: &'h Heap,
    has_room: impl Fn() -> bool,
    mut visit: impl FnMut(Term<'_>) -> Visit,
) -> (Option<Term<'h>>, Vec<Term<'h>>) {
    let mut doomed: Vec<Term<'h>> = Vec::new();
    let lower = match from {
        Position::Key(key) => Bound::Excluded(Key::of(key)),
        Position::Start | Position::Hash(_) => Bound::Unbounded,
    };
    let mut passed: Option<&Keyed> = None;
    for object in tree.range::<Key, _>((lower, Bound::Unbounded)) {
        if !has_room() {
            let last = match (passed, from) {
                (Some(object), _) => heap.tuple(&[heap.copy_in(object.key())]),
                (None, Position::Key(key)) => heap.tuple(&[heap.copy_in(*key)]),
                (None, _) => Term::EMPTY_LIST,
            };
            return (Some(last), doomed);
        }
        if visit(object.fragment().root()) == Visit::Delete {
            doomed.push(heap.copy_in(object.key()));
        }
        passed = Some(object);
    }
    (None, doomed)
}
