//! The objects of one table.
//!
//! **What it is for.** [`Objects`] stores tuples by key: for `set`, `bag` and `duplicate_bag` in [`SHARDS`] ordered maps by the
//! key's hash, each under its own lock; for `ordered_set` in one tree by the key itself.
//!
//! Hash tables keep their objects in the order of hashes, not in buckets: an iteration is then at home after any
//! insertion or deletion, without tombstones, and the same at every run. The shard is the top of the hash, so the order goes
//! over all shards. Turned down: a bucket array, whose order changes when it grows under an iteration.
//!
//! **Invariants.**
//! 1. An object is a tuple with at least `keypos` elements, in a fragment of its own; it is copied in and out, never shared.
//! 2. Keys of hash tables are the same when they match exactly (1 is not 1.0), of ordered sets when they compare equal.
//! 3. Operations that change several objects take the locks of the shards in ascending order.
//! 4. `size` and `words` are what all objects together count, whatever shard they are in.
//!
//! **What it must not know.** Owners, access rights, processes.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::atomic::{AtomicUsize, Ordering as Memory};

use jovial_term::{Fragment, Heap, Term};
use parking_lot::{RwLock, RwLockWriteGuard};

const SHARDS: usize = 16;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Set,
    OrderedSet,
    Bag,
    DuplicateBag,
}

/// An object with the place of its key.
struct Object {
    keypos: usize,
    fragment: Fragment,
}

impl Object {
    fn term(&self) -> Term<'_> {
        self.fragment.root()
    }
}

fn key_of(object: Term<'_>, keypos: usize) -> Term<'_> {
    object.as_tuple().map_or(Term::ZERO, |elements| elements[keypos - 1])
}

/// Lets the tree be searched by a key that is in no object.
trait Keyed {
    fn key(&self) -> Term<'_>;
}

impl Keyed for Object {
    fn key(&self) -> Term<'_> {
        key_of(self.fragment.root(), self.keypos)
    }
}

struct Probe<'a>(Term<'a>);

impl Keyed for Probe<'_> {
    fn key(&self) -> Term<'_> {
        self.0
    }
}

impl PartialEq for dyn Keyed + '_ {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for dyn Keyed + '_ {}

impl PartialOrd for dyn Keyed + '_ {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for dyn Keyed + '_ {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().compare(other.key())
    }
}

impl PartialEq for Object {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Object {}

impl PartialOrd for Object {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Object {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().compare(other.key())
    }
}

impl<'a> Borrow<dyn Keyed + 'a> for Object {
    fn borrow(&self) -> &(dyn Keyed + 'a) {
        self
    }
}

type Tree = BTreeSet<Object>;
/// Objects by hash; several where keys are the same, or their hashes are.
type Shard = BTreeMap<u64, Vec<Object>>;

enum Store {
    Hash(Box<[RwLock<Shard>]>),
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
    (hash >> 60) as usize
}

impl Objects {
    pub(crate) fn new(kind: Kind, keypos: usize) -> Objects {
        let store = if kind == Kind::OrderedSet {
            Store::Tree(RwLock::default())
        } else {
            Store::Hash((0..SHARDS).map(|_| RwLock::default()).collect())
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

    fn same_key(&self, left: Term<'_>, right: Term<'_>) -> bool {
        if self.kind == Kind::OrderedSet { left.compare(right) == Ordering::Equal } else { left.same(right) }
    }

    fn added(&self, object: &Object) {
        self.size.fetch_add(1, Memory::Relaxed);
        self.words.fetch_add(object.fragment.words(), Memory::Relaxed);
    }

    fn removed(&self, object: &Object) {
        self.size.fetch_sub(1, Memory::Relaxed);
        self.words.fetch_sub(object.fragment.words(), Memory::Relaxed);
    }

    fn put_in_tree(&self, tree: &mut Tree, object: Object) {
        self.added(&object);
        if let Some(old) = tree.take::<dyn Keyed>(&Probe(object.key())) {
            self.removed(&old);
        }
        tree.insert(object);
    }

    fn put_in_shard(&self, shard: &mut Shard, hash: u64, object: Object) {
        let objects = shard.entry(hash).or_default();
        let found = match self.kind {
            Kind::Set | Kind::OrderedSet => objects.iter().position(|old| old.key().same(object.key())),
            Kind::Bag if objects.iter().any(|old| old.term().same(object.term())) => return,
            Kind::Bag | Kind::DuplicateBag => None,
        };
        self.added(&object);
        match found {
            Some(place) => self.removed(&std::mem::replace(&mut objects[place], object)),
            None => {
                objects.reserve_exact(usize::from(objects.is_empty()));
                objects.push(object);
            }
        }
    }

    fn object(&self, fragment: Fragment) -> Object {
        Object { keypos: self.keypos, fragment }
    }

    /// Inserts all; with `only_new` nothing at all when any key is there. Objects were checked with `takes`.
    pub(crate) fn insert(&self, fragments: Vec<Fragment>, only_new: bool) -> bool {
        let objects: Vec<Object> = fragments.into_iter().map(|fragment| self.object(fragment)).collect();
        match &self.store {
            Store::Tree(tree) => {
                let mut tree = tree.write();
                if only_new && objects.iter().any(|object| tree.contains::<dyn Keyed>(&Probe(object.key()))) {
                    return false;
                }
                for object in objects {
                    self.put_in_tree(&mut tree, object);
                }
            }
            Store::Hash(shards) => {
                let hashed: Vec<(u64, Object)> =
                    objects.into_iter().map(|object| (object.key().hash64(), object)).collect();
                let mut guards: Vec<Option<RwLockWriteGuard<'_, Shard>>> = (0..SHARDS).map(|_| None).collect();
                for place in 0..SHARDS {
                    if hashed.iter().any(|(hash, _)| shard_of(*hash) == place) {
                        guards[place] = Some(shards[place].write());
                    }
                }
                let there = |hash: u64, key: Term<'_>| {
                    let shard = guards[shard_of(hash)].as_deref();
                    shard
                        .and_then(|shard| shard.get(&hash))
                        .is_some_and(|old| old.iter().any(|old| old.key().same(key)))
                };
                if only_new && hashed.iter().any(|(hash, object)| there(*hash, object.key())) {
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
                if let Some(object) = tree.read().get::<dyn Keyed>(&Probe(key)) {
                    show(object.term());
                }
            }
            Store::Hash(shards) => {
                let hash = key.hash64();
                if let Some(objects) = shards[shard_of(hash)].read().get(&hash) {
                    objects.iter().filter(|object| object.key().same(key)).for_each(|object| show(object.term()));
                }
            }
        }
    }

    /// Changes the one object with this key: `change` sees it and gives its successor. `Ok(false)` when there is none.
    /// The successor must have the same key.
    pub(crate) fn change<E>(
        &self,
        key: Term<'_>,
        change: impl FnOnce(Term<'_>) -> Result<Fragment, E>,
    ) -> Result<bool, E> {
        match &self.store {
            Store::Tree(tree) => {
                let mut tree = tree.write();
                let Some(old) = tree.get::<dyn Keyed>(&Probe(key)) else { return Ok(false) };
                let new = self.object(change(old.term())?);
                self.put_in_tree(&mut tree, new);
            }
            Store::Hash(shards) => {
                let hash = key.hash64();
                let mut shard = shards[shard_of(hash)].write();
                let Some(objects) = shard.get_mut(&hash) else { return Ok(false) };
                let Some(place) = objects.iter().position(|object| object.key().same(key)) else { return Ok(false) };
                let new = self.object(change(objects[place].term())?);
                self.added(&new);
                self.removed(&std::mem::replace(&mut objects[place], new));
            }
        }
        Ok(true)
    }

    /// Deletes objects with this key for which `which` says so; gives them to `show` first.
    pub(crate) fn delete(&self, key: Term<'_>, mut which: impl FnMut(Term<'_>) -> bool) {
        match &self.store {
            Store::Tree(tree) => {
                let mut tree = tree.write();
                if tree.get::<dyn Keyed>(&Probe(key)).is_some_and(|object| which(object.term()))
                    && let Some(old) = tree.take::<dyn Keyed>(&Probe(key))
                {
                    self.removed(&old);
                }
            }
            Store::Hash(shards) => {
                let hash = key.hash64();
                let mut shard = shards[shard_of(hash)].write();
                let Some(objects) = shard.get_mut(&hash) else { return };
                objects.retain(|object| {
                    let goes = self.same_key(object.key(), key) && which(object.term());
                    if goes {
                        self.removed(object);
                    }
                    !goes
                });
                if objects.is_empty() {
                    shard.remove(&hash);
                }
            }
        }
    }

    pub(crate) fn clear(&self) {
        match &self.store {
            Store::Tree(tree) => {
                let old = std::mem::take(&mut *tree.write());
                old.iter().for_each(|object| self.removed(object));
            }
            Store::Hash(shards) => {
                for shard in shards {
                    let old = std::mem::take(&mut *shard.write());
                    old.values().flatten().for_each(|object| self.removed(object));
                }
            }
        }
    }

    /// Visits objects in order from a position on, until `visit` has no more room (gives `None`) or the end is reached. An
    /// object that had no room is not passed. Where objects share a hash, all or none of them are visited. Gives where to
    /// go on, as a term in `heap`, or `None` at the end.
    ///
    /// Only with `deletes` may the visit say so; without, other readers are not kept out.
    pub(crate) fn walk<'h>(
        &self,
        from: &Position<'_>,
        deletes: bool,
        heap: &'h Heap,
        mut visit: impl FnMut(&[Term<'_>]) -> Option<Vec<Visit>>,
    ) -> Option<Term<'h>> {
        match &self.store {
            Store::Tree(tree) if deletes => {
                let mut tree = tree.write();
                let (next, doomed) = walk_tree(&tree, from, heap, &mut visit);
                for key in doomed {
                    if let Some(old) = tree.take::<dyn Keyed>(&Probe(key)) {
                        self.removed(&old);
                    }
                }
                next
            }
            Store::Tree(tree) => walk_tree(&tree.read(), from, heap, &mut visit).0,
            Store::Hash(shards) => {
                let mut after = match from {
                    Position::Hash(hash) => Some(*hash),
                    Position::Start | Position::Key(_) => None,
                };
                if !deletes {
                    for shard in &shards[after.map_or(0, shard_of)..] {
                        let lower = after.map_or(Bound::Unbounded, Bound::Excluded);
                        for (hash, objects) in shard.read().range((lower, Bound::Unbounded)) {
                            let terms: Vec<Term<'_>> = objects.iter().map(Object::term).collect();
                            if visit(&terms).is_none() {
                                return Some(after.map_or(Term::EMPTY_LIST, |hash| heap.uint(hash)));
                            }
                            after = Some(*hash);
                        }
                    }
                    return None;
                }
                for place in after.map_or(0, shard_of)..SHARDS {
                    let mut shard = shards[place].write();
                    let mut emptied = Vec::new();
                    let lower = after.map_or(Bound::Unbounded, Bound::Excluded);
                    let mut stopped = false;
                    for (hash, objects) in shard.range_mut((lower, Bound::Unbounded)) {
                        let terms: Vec<Term<'_>> = objects.iter().map(Object::term).collect();
                        let Some(verdicts) = visit(&terms) else {
                            stopped = true;
                            break;
                        };
                        drop(terms);
                        let mut verdicts = verdicts.into_iter();
                        objects.retain(|object| {
                            let goes = verdicts.next() == Some(Visit::Delete);
                            if goes {
                                self.removed(object);
                            }
                            !goes
                        });
                        if objects.is_empty() {
                            emptied.push(*hash);
                        }
                        after = Some(*hash);
                    }
                    for hash in emptied {
                        shard.remove(&hash);
                    }
                    if stopped {
                        // Before the first object the walk has been nowhere.
                        return Some(after.map_or(Term::EMPTY_LIST, |hash| heap.uint(hash)));
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
            Store::Hash(shards) => shards
                .iter()
                .find_map(|shard| shard.read().values().next().map(|objects| heap.copy_in(objects[0].key()))),
        }
    }

    /// The key after this one, or before it in an ordered set. `Err` when a hash table does not have the key.
    pub(crate) fn step<'h>(&self, key: Term<'_>, back: bool, heap: &'h Heap) -> Result<Option<Term<'h>>, ()> {
        match &self.store {
            Store::Tree(tree) => {
                let tree = tree.read();
                let probe = Probe(key);
                let probe: &dyn Keyed = &probe;
                let found = if back {
                    tree.range::<dyn Keyed, _>((Bound::Unbounded, Bound::Excluded(probe))).next_back()
                } else {
                    tree.range::<dyn Keyed, _>((Bound::Excluded(probe), Bound::Unbounded)).next()
                };
                Ok(found.map(|object| heap.copy_in(object.key())))
            }
            Store::Hash(shards) => {
                let hash = key.hash64();
                let first = shard_of(hash);
                {
                    let shard = shards[first].read();
                    let Some(objects) = shard.get(&hash) else { return Err(()) };
                    let Some(place) = objects.iter().rposition(|object| object.key().same(key)) else { return Err(()) };
                    // Another key with the same hash.
                    if let Some(object) = objects[place + 1..].iter().find(|object| !object.key().same(key)) {
                        return Ok(Some(heap.copy_in(object.key())));
                    }
                    if let Some((_, objects)) = shard.range((Bound::Excluded(hash), Bound::Unbounded)).next() {
                        return Ok(Some(heap.copy_in(objects[0].key())));
                    }
                }
                Ok(shards[first + 1..]
                    .iter()
                    .find_map(|shard| shard.read().values().next().map(|objects| heap.copy_in(objects[0].key()))))
            }
        }
    }
}

/// The walk over a tree: where to go on, and the keys of what is to be deleted.
fn walk_tree<'h>(
    tree: &Tree,
    from: &Position<'_>,
    heap: &'h Heap,
    visit: &mut impl FnMut(&[Term<'_>]) -> Option<Vec<Visit>>,
) -> (Option<Term<'h>>, Vec<Term<'h>>) {
    let mut doomed: Vec<Term<'h>> = Vec::new();
    let probe;
    let lower: Bound<&dyn Keyed> = match from {
        Position::Key(key) => {
            probe = Probe(*key);
            Bound::Excluded(&probe)
        }
        Position::Start | Position::Hash(_) => Bound::Unbounded,
    };
    let mut passed: Option<&Object> = None;
    for object in tree.range::<dyn Keyed, _>((lower, Bound::Unbounded)) {
        let Some(verdicts) = visit(&[object.term()]) else {
            let last = match (passed, from) {
                (Some(object), _) => heap.tuple(&[heap.copy_in(object.key())]),
                (None, Position::Key(key)) => heap.tuple(&[heap.copy_in(*key)]),
                (None, _) => Term::EMPTY_LIST,
            };
            return (Some(last), doomed);
        };
        if verdicts.first() == Some(&Visit::Delete) {
            doomed.push(heap.copy_in(object.key()));
        }
        passed = Some(object);
    }
    (None, doomed)
}
