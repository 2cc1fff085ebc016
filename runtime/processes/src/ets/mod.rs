//! ETS: tables of tuples that processes share by copying in and out.
//!
//! **What it is for.** [`Tables`] is the runtime's registry of tables; [`Ets`] is what natives use of it. `table.rs` stores
//! objects, `spec.rs` interprets match specifications.
//!
//! **Invariants.**
//! 1. A table is found as long as its owner lives, unless it is deleted, given away or inherited.
//! 2. The lock of the registry is not held while objects are touched, so a slow table slows no other.
//! 3. Whatever visits more than one object stops after [`WALK`] of them and says where to go on; a native then ends in a
//!    call of itself.
//!
//! **What it must not know.** How tables look in Elixir beyond options and match specifications.

mod spec;
mod table;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use jovial_atoms::Atom;
use jovial_term::{Fragment, Heap, Pid, Term, Value};
use jovial_vm::Halt;
use parking_lot::{Mutex, RwLock};
use rustc_hash::FxHashMap;

use crate::local::Local;
use crate::runtime::Shared;
use crate::signal::{Kind as SignalKind, build};
use crate::tags::Tag;
use spec::{Spec, World};
use table::{Objects, Position, Visit};

pub use table::Kind;

/// Objects that one call visits at most.
pub const WALK: usize = 1_000;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Protection {
    Public,
    Protected,
    Private,
}

struct Table {
    id: u64,
    name: RwLock<Atom>,
    named: bool,
    protection: Protection,
    owner: AtomicU64,
    heir: Mutex<Option<(Pid, Fragment)>>,
    fixed: Mutex<BTreeMap<Pid, usize>>,
    read_concurrency: bool,
    write_concurrency: bool,
    compressed: bool,
    objects: Objects,
}

impl Table {
    fn owner(&self) -> Pid {
        Pid::new(self.owner.load(Ordering::Acquire))
    }

    fn handle<'h>(&self, heap: &'h Heap) -> Term<'h> {
        if self.named { Term::atom(*self.name.read()) } else { heap.make_ref(self.id) }
    }
}

/// All tables of a runtime.
#[derive(Default)]
pub(crate) struct Tables {
    by_id: RwLock<BTreeMap<u64, Arc<Table>>>,
    names: RwLock<FxHashMap<Atom, u64>>,
    /// Tables by owner, so that a process that has none ends quickly.
    owned: Mutex<FxHashMap<Pid, Vec<u64>>>,
    /// How many entries `owned` has, readable without its lock.
    owners: AtomicUsize,
}

impl Tables {
    fn find(&self, handle: Term<'_>) -> Option<Arc<Table>> {
        let id = match handle.value() {
            Value::Ref(reference) => reference.number,
            Value::Atom(name) => *self.names.read().get(&name)?,
            _ => return None,
        };
        self.by_id.read().get(&id).cloned()
    }

    fn add(&self, table: Table) -> Option<()> {
        if table.named {
            let name = *table.name.read();
            let mut names = self.names.write();
            if names.contains_key(&name) {
                return None;
            }
            names.insert(name, table.id);
        }
        self.own(table.owner(), table.id);
        self.by_id.write().insert(table.id, Arc::new(table));
        Some(())
    }

    fn own(&self, owner: Pid, id: u64) {
        let mut owned = self.owned.lock();
        owned.entry(owner).or_default().push(id);
        self.owners.store(owned.len(), Ordering::Release);
    }

    fn disown(&self, owner: Pid, id: u64) {
        let mut owned = self.owned.lock();
        if let Some(ids) = owned.get_mut(&owner) {
            ids.retain(|owned| *owned != id);
            if ids.is_empty() {
                owned.remove(&owner);
                self.owners.store(owned.len(), Ordering::Release);
            }
        }
    }

    fn remove(&self, table: &Table) {
        if table.named {
            self.names.write().remove(&*table.name.read());
        }
        self.by_id.write().remove(&table.id);
        self.disown(table.owner(), table.id);
    }

    fn hand_over(&self, table: &Table, to: Pid) {
        self.disown(table.owner(), table.id);
        table.owner.store(to.number(), Ordering::Release);
        self.own(to, table.id);
    }

    /// A process ended: its tables go to their heirs, or for good.
    /// How many tables a process owns.
    pub(crate) fn owned_by(&self, owner: Pid) -> usize {
        self.owned.lock().get(&owner).map_or(0, std::vec::Vec::len)
    }

    pub(crate) fn owner_gone(&self, shared: &Shared, place: usize, tag: Tag, owner: Pid) {
        if self.owners.load(Ordering::Acquire) == 0 {
            return;
        }
        let ids = {
            let mut owned = self.owned.lock();
            let ids = owned.remove(&owner);
            self.owners.store(owned.len(), Ordering::Release);
            ids
        };
        let Some(ids) = ids else { return };
        for id in ids {
            let Some(table) = self.by_id.read().get(&id).cloned() else { continue };
            let heir = table.heir.lock().as_ref().map(|(heir, data)| (*heir, build(|heap| heap.copy_in(data.root()))));
            let inherited = heir.is_some_and(|(heir, data)| {
                if heir == owner || !shared.is_alive(heir) {
                    return false;
                }
                self.hand_over(&table, heir);
                let message = transfer(&table, owner, data.root());
                shared.send(place, heir, tag, SignalKind::Message(message)).is_ok()
            });
            if !inherited {
                self.remove(&table);
            }
        }
    }
}

/// `{:"ETS-TRANSFER", table, from, data}`
fn transfer(table: &Table, from: Pid, data: Term<'_>) -> Fragment {
    build(|heap| {
        let name = Term::atom(Atom::new("ETS-TRANSFER"));
        heap.tuple(&[name, table.handle(heap), Term::pid(from), heap.copy_in(data)])
    })
}

/// What a walk over a table is to do.
#[derive(Clone, Copy)]
pub enum Select<'h> {
    /// The results of a match specification.
    Spec(Term<'h>),
    /// As `match`: lists of the values of the variables.
    Bindings(Term<'h>),
    /// As `match_object`: whole objects.
    Objects(Term<'h>),
    /// Every object.
    All,
}

/// What becomes of the objects that it takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Goal {
    Results,
    /// Counts those with the result `true`.
    Count,
    /// Deletes those with the result `true`; with [`Select::Objects`] all that match.
    Delete,
}

/// One call's part of a walk.
pub struct Chunk<'h> {
    pub results: Vec<Term<'h>>,
    /// Objects that were taken.
    pub count: usize,
    /// Where to go on; `None` at the end.
    pub next: Option<Term<'h>>,
}

/// The tables, for a native.
#[derive(Clone, Copy)]
pub struct Ets<'h> {
    local: Local<'h>,
}

impl<'h> Local<'h> {
    pub fn ets(&self) -> Ets<'h> {
        Ets { local: *self }
    }
}

type Result<'h, T> = std::result::Result<T, Halt<'h>>;

fn badarg<'h, T>() -> Result<'h, T> {
    Err(Halt::badarg())
}

impl<'h> Ets<'h> {
    fn tables(&self) -> &'h Tables {
        &self.local.shared().ets
    }

    fn heap(&self) -> &'h Heap {
        self.local.heap()
    }

    fn world(&self) -> World<'h> {
        World { heap: self.heap(), own: self.local.self_pid(), node: self.local.node() }
    }

    fn copy(&self, term: Term<'h>) -> Result<'h, Fragment> {
        Fragment::copy_of(term).map_err(|_| Halt::system_limit())
    }

    fn readable(&self, handle: Term<'h>) -> Result<'h, Arc<Table>> {
        self.tables()
            .find(handle)
            .filter(|table| table.protection != Protection::Private || table.owner() == self.local.self_pid())
            .ok_or_else(Halt::badarg)
    }

    fn writable(&self, handle: Term<'h>) -> Result<'h, Arc<Table>> {
        self.tables()
            .find(handle)
            .filter(|table| table.protection == Protection::Public || table.owner() == self.local.self_pid())
            .ok_or_else(Halt::badarg)
    }

    fn own(&self, handle: Term<'h>) -> Result<'h, Arc<Table>> {
        self.tables().find(handle).filter(|table| table.owner() == self.local.self_pid()).ok_or_else(Halt::badarg)
    }

    /// A new table with the options of `:ets.new/2`.
    pub fn new_table(&self, name: Atom, options: Term<'h>) -> Result<'h, Term<'h>> {
        let (mut kind, mut keypos, mut protection, mut named) = (Kind::Set, 1, Protection::Protected, false);
        let (mut read_concurrency, mut write_concurrency, mut compressed) = (false, false, false);
        let mut heir = None;
        for option in options.list_to_vec().ok_or_else(Halt::badarg)? {
            if let Some(atom) = option.as_atom() {
                match atom.as_str() {
                    "set" => kind = Kind::Set,
                    "ordered_set" => kind = Kind::OrderedSet,
                    "bag" => kind = Kind::Bag,
                    "duplicate_bag" => kind = Kind::DuplicateBag,
                    "public" => protection = Protection::Public,
                    "protected" => protection = Protection::Protected,
                    "private" => protection = Protection::Private,
                    "named_table" => named = true,
                    "compressed" => compressed = true,
                    _ => return badarg(),
                }
                continue;
            }
            let Some((key, values)) = option.as_tuple().and_then(|parts| parts.split_first()) else { return badarg() };
            match (key.as_atom().map_or("", Atom::as_str), values) {
                ("keypos", [position]) => {
                    keypos = position.as_usize().filter(|position| *position > 0).ok_or_else(Halt::badarg)?;
                }
                ("heir", [none]) if none.is_atom(Atom::new("none")) => heir = None,
                ("heir", [pid, data]) => heir = Some((pid.as_pid().ok_or_else(Halt::badarg)?, self.copy(*data)?)),
                ("read_concurrency", [value]) => read_concurrency = value.as_bool().ok_or_else(Halt::badarg)?,
                ("write_concurrency", [value]) => write_concurrency = value.as_bool().unwrap_or(true),
                ("decentralized_counters", [value]) if value.as_bool().is_some() => {}
                _ => return badarg(),
            }
        }
        let table = Table {
            id: self.local.shared().next_reference(),
            name: RwLock::new(name),
            named,
            protection,
            owner: AtomicU64::new(self.local.self_pid().number()),
            heir: Mutex::new(heir),
            fixed: Mutex::default(),
            read_concurrency,
            write_concurrency,
            compressed,
            objects: Objects::new(kind, keypos),
        };
        let handle = table.handle(self.heap());
        self.tables().add(table).ok_or_else(Halt::badarg)?;
        Ok(handle)
    }

    /// One object or a list of them; with `only_new` nothing when a key is there. Whether they were inserted.
    pub fn insert(&self, handle: Term<'h>, objects: Term<'h>, only_new: bool) -> Result<'h, bool> {
        let table = self.writable(handle)?;
        let objects = if objects.is_list() { objects.list_to_vec().ok_or_else(Halt::badarg)? } else { vec![objects] };
        if !objects.iter().all(|object| table.objects.takes(*object)) {
            return badarg();
        }
        self.local.vm.charge(u32::try_from(objects.len()).unwrap_or(u32::MAX));
        let mut copies = objects.into_iter().map(|object| self.copy(object)).collect::<Result<'h, Vec<Fragment>>>()?;
        if table.objects.kind() == Kind::Bag {
            // As on OTP 25, a bag has the objects of a list in reverse.
            copies.reverse();
        }
        Ok(table.objects.insert(copies, only_new))
    }

    /// The objects with a key, as a list.
    pub fn lookup(&self, handle: Term<'h>, key: Term<'h>) -> Result<'h, Term<'h>> {
        let table = self.readable(handle)?;
        if let Kind::Set | Kind::OrderedSet = table.objects.kind() {
            let mut found = None;
            table.objects.lookup(key, |object| found = Some(self.heap().copy_in(object)));
            return Ok(found.map_or(Term::EMPTY_LIST, |object| self.heap().cons(object, Term::EMPTY_LIST)));
        }
        let mut found = Vec::new();
        table.objects.lookup(key, |object| found.push(self.heap().copy_in(object)));
        Ok(self.heap().list_from_iter(found))
    }

    /// An element of the object with a key, or a list of them for bags. `None` when there is no such object.
    pub fn lookup_element(&self, handle: Term<'h>, key: Term<'h>, position: usize) -> Result<'h, Option<Term<'h>>> {
        let table = self.readable(handle)?;
        let mut found = Vec::new();
        let mut short = position == 0;
        table.objects.lookup(key, |object| {
            match object.as_tuple().and_then(|elements| elements.get(position.wrapping_sub(1))) {
                Some(element) => found.push(self.heap().copy_in(*element)),
                None => short = true,
            }
        });
        if short {
            return badarg();
        }
        Ok(match table.objects.kind() {
            Kind::Set | Kind::OrderedSet => found.pop(),
            Kind::Bag | Kind::DuplicateBag if found.is_empty() => None,
            Kind::Bag | Kind::DuplicateBag => Some(self.heap().list_from_iter(found)),
        })
    }

    pub fn member(&self, handle: Term<'h>, key: Term<'h>) -> Result<'h, bool> {
        let mut found = false;
        self.readable(handle)?.objects.lookup(key, |_| found = true);
        Ok(found)
    }

    pub fn delete_table(&self, handle: Term<'h>) -> Result<'h, ()> {
        self.tables().remove(&*self.writable(handle)?);
        Ok(())
    }

    pub fn delete_key(&self, handle: Term<'h>, key: Term<'h>) -> Result<'h, ()> {
        self.writable(handle)?.objects.delete(key, |_| true);
        Ok(())
    }

    pub fn delete_object(&self, handle: Term<'h>, object: Term<'h>) -> Result<'h, ()> {
        let table = self.writable(handle)?;
        if !table.objects.takes(object) {
            return badarg();
        }
        table.objects.delete(table.objects.key(object), |found| found.same(object));
        Ok(())
    }

    pub fn delete_all(&self, handle: Term<'h>) -> Result<'h, ()> {
        self.writable(handle)?.objects.clear();
        Ok(())
    }

    /// Deletes the objects with a key and gives them.
    pub fn take(&self, handle: Term<'h>, key: Term<'h>) -> Result<'h, Term<'h>> {
        let table = self.writable(handle)?;
        let mut found = Vec::new();
        table.objects.delete(key, |object| {
            found.push(self.heap().copy_in(object));
            true
        });
        Ok(self.heap().list_from_iter(found))
    }

    // ---- updates ----

    /// `update_counter`: an operation or a list of them, as terms; gives the new value or values.
    pub fn update_counter(
        &self,
        handle: Term<'h>,
        key: Term<'h>,
        operations: Term<'h>,
        default: Option<Term<'h>>,
    ) -> Result<'h, Term<'h>> {
        let table = self.unique(handle)?;
        let objects = &table.objects;
        let list = operations.is_list();
        let operations = if list { operations.list_to_vec().ok_or_else(Halt::badarg)? } else { vec![operations] };
        if default.is_some_and(|default| !objects.takes(default)) {
            return badarg();
        }
        loop {
            let mut values = Vec::new();
            let found = objects.change(key, |object| {
                let mut elements = object.as_tuple().map_or_else(Vec::new, <[_]>::to_vec);
                for operation in &operations {
                    let value = self.count(objects.keypos(), &mut elements, *operation)?;
                    values.push(value);
                }
                self.rebuild(&elements)
            })?;
            if found {
                return Ok(if list { self.heap().list_from_iter(values) } else { values[0] });
            }
            let Some(default) = default else { return badarg() };
            let mut elements = default.as_tuple().map_or_else(Vec::new, <[_]>::to_vec);
            elements[objects.keypos() - 1] = key;
            // Should another process be first, its object is the one to count in.
            objects.insert(vec![self.rebuild(&elements)?], true);
        }
    }

    /// One operation on the elements of an object.
    fn count<'t>(&self, keypos: usize, elements: &mut [Term<'t>], operation: Term<'h>) -> Result<'h, Term<'h>>
    where
        'h: 't,
    {
        let heap = self.heap();
        let (position, increment, limit) = match operation.value() {
            Value::Int(_) => (keypos + 1, operation, None),
            Value::Tuple(&[position, increment]) => (position.as_usize().unwrap_or(0), increment, None),
            Value::Tuple(&[position, increment, threshold, reset]) => {
                (position.as_usize().unwrap_or(0), increment, Some((threshold, reset)))
            }
            _ => return badarg(),
        };
        let place = position.checked_sub(1).filter(|place| *place < elements.len() && position != keypos);
        let Some(place) = place else { return badarg() };
        let old = elements[place];
        let integers = [old.is_integer(), increment.is_integer()];
        if integers.contains(&false) || limit.is_some_and(|(first, second)| !first.is_integer() || !second.is_integer())
        {
            return badarg();
        }
        let mut new = heap.add(heap.copy_in(old), increment).map_err(|_| Halt::badarg())?;
        if let Some((threshold, reset)) = limit {
            let down = increment.compare(Term::ZERO).is_lt();
            let order = new.compare(threshold);
            if (down && order.is_lt()) || (!down && order.is_gt()) {
                new = reset;
            }
        }
        elements[place] = new;
        Ok(new)
    }

    /// An object from elements that may be another object's.
    fn rebuild(&self, elements: &[Term<'_>]) -> Result<'h, Fragment> {
        // In a heap of its own, which goes before the other object can.
        let scratch = Heap::new();
        Fragment::copy_of(tuple(&scratch, elements)).map_err(|_| Halt::system_limit())
    }

    /// `update_element`: `{position, value}` or a list of them. Whether the key is there.
    pub fn update_element(&self, handle: Term<'h>, key: Term<'h>, changes: Term<'h>) -> Result<'h, bool> {
        let table = self.unique(handle)?;
        let changes = if changes.is_list() { changes.list_to_vec().ok_or_else(Halt::badarg)? } else { vec![changes] };
        let mut pairs = Vec::with_capacity(changes.len());
        for change in changes {
            let Some(&[position, value]) = change.as_tuple_of::<2>() else { return badarg() };
            let position = position.as_usize().filter(|position| *position > 0 && *position != table.objects.keypos());
            pairs.push((position.ok_or_else(Halt::badarg)?, value));
        }
        table.objects.change(key, |object| {
            let mut elements = object.as_tuple().map_or_else(Vec::new, <[_]>::to_vec);
            for (position, value) in &pairs {
                match elements.get_mut(position - 1) {
                    Some(element) => *element = *value,
                    None => return badarg(),
                }
            }
            self.rebuild(&elements)
        })
    }

    /// A table in which a key has one object.
    fn unique(&self, handle: Term<'h>) -> Result<'h, Arc<Table>> {
        let table = self.writable(handle)?;
        match table.objects.kind() {
            Kind::Set | Kind::OrderedSet => Ok(table),
            Kind::Bag | Kind::DuplicateBag => badarg(),
        }
    }

    // ---- walks ----

    /// The first key (the last when `last`); `None` in an empty table.
    pub fn end_key(&self, handle: Term<'h>, last: bool) -> Result<'h, Option<Term<'h>>> {
        Ok(self.readable(handle)?.objects.end(last, self.heap()))
    }

    /// The key after (before when `back`) this one. Badarg when a table without order does not have it.
    pub fn next_key(&self, handle: Term<'h>, key: Term<'h>, back: bool) -> Result<'h, Option<Term<'h>>> {
        self.readable(handle)?.objects.step(key, back, self.heap()).map_err(|()| Halt::badarg())
    }

    /// A part of a walk: from `from` (`[]` is the start, then what [`Chunk::next`] gave), at most `results_max` objects
    /// taken and about [`WALK`] visited.
    pub fn select(
        &self,
        handle: Term<'h>,
        select: Select<'h>,
        goal: Goal,
        from: Term<'h>,
        results_max: usize,
    ) -> Result<'h, Chunk<'h>> {
        let table = if goal == Goal::Delete { self.writable(handle)? } else { self.readable(handle)? };
        let objects = &table.objects;
        let world = self.world();
        let spec = match select {
            Select::Spec(spec) => Spec::new(spec).ok_or_else(Halt::badarg)?,
            Select::Bindings(pattern) => Spec::pattern(pattern, false),
            Select::Objects(pattern) => Spec::pattern(pattern, true),
            Select::All => Spec::pattern(Term::atom(Atom::new("_")), true),
        };
        // Patterns alone take whatever they match.
        let whole = !matches!(select, Select::Spec(_));
        let mut chunk = Chunk { results: Vec::new(), count: 0, next: None };
        let taken = std::cell::Cell::new(0);
        let mut take = |object: Term<'_>| {
            let is_taken = match goal {
                Goal::Results => match spec.apply(object, world) {
                    Some(result) => {
                        chunk.results.push(result);
                        true
                    }
                    None => false,
                },
                Goal::Count | Goal::Delete if whole => spec.takes(object, world),
                Goal::Count | Goal::Delete => spec.is_true(object, world),
            };
            chunk.count += usize::from(is_taken);
            taken.set(chunk.count);
            if is_taken && goal == Goal::Delete { Visit::Delete } else { Visit::Keep }
        };
        if let Some(key) = spec.key(objects.keypos()) {
            if goal == Goal::Delete {
                objects.delete(key, |object| take(object) == Visit::Delete);
            } else {
                objects.lookup(key, |object| {
                    take(object);
                });
            }
            return Ok(chunk);
        }
        let position = match from.value() {
            Value::Nil => Position::Start,
            Value::Int(_) => Position::Hash(from.as_u64().ok_or_else(Halt::badarg)?),
            Value::Tuple(&[key]) => Position::Key(key),
            _ => return badarg(),
        };
        let mut visited = 0;
        let next = objects.walk(&position, goal == Goal::Delete, self.heap(), |same_hash| {
            if visited >= WALK || taken.get() >= results_max {
                return None;
            }
            visited += same_hash.len();
            Some(same_hash.iter().map(|object| take(*object)).collect())
        });
        self.local.vm.charge(u32::try_from(visited).unwrap_or(u32::MAX));
        chunk.next = next;
        Ok(chunk)
    }

    /// What a match specification makes of objects that are in no table.
    pub fn run_spec(&self, spec: Term<'h>, objects: &[Term<'h>]) -> Result<'h, Vec<Option<Term<'h>>>> {
        let spec = Spec::new(spec).ok_or_else(Halt::badarg)?;
        Ok(objects.iter().map(|object| spec.apply(*object, self.world())).collect())
    }

    // ---- the table as a whole ----

    pub fn size(&self, handle: Term<'h>) -> Option<usize> {
        self.tables().find(handle).map(|table| table.objects.size())
    }

    /// A value of `:ets.info/2`; `Ok(None)` when there is no such table, badarg for an item that is none.
    pub fn info(&self, handle: Term<'h>, item: Atom) -> Result<'h, Option<Term<'h>>> {
        let Some(table) = self.tables().find(handle) else { return Ok(None) };
        let heap = self.heap();
        let name = |text: &str| Term::atom(Atom::new(text));
        Ok(Some(match item.as_str() {
            "id" => heap.make_ref(table.id),
            "name" => Term::atom(*table.name.read()),
            "size" => Term::count(table.objects.size()),
            "memory" => Term::count(300 + table.objects.words() + 10 * table.objects.size()),
            "owner" => Term::pid(table.owner()),
            "heir" => match &*table.heir.lock() {
                Some((heir, _)) => Term::pid(*heir),
                None => name("none"),
            },
            "node" => Term::atom(self.local.node()),
            "named_table" => Term::bool(table.named),
            "keypos" => Term::count(table.objects.keypos()),
            "read_concurrency" => Term::bool(table.read_concurrency),
            "write_concurrency" => Term::bool(table.write_concurrency),
            "decentralized_counters" => Term::FALSE,
            "compressed" => Term::bool(table.compressed),
            "fixed" => Term::bool(!table.fixed.lock().is_empty()),
            "type" => name(match table.objects.kind() {
                Kind::Set => "set",
                Kind::OrderedSet => "ordered_set",
                Kind::Bag => "bag",
                Kind::DuplicateBag => "duplicate_bag",
            }),
            "protection" => name(match table.protection {
                Protection::Public => "public",
                Protection::Protected => "protected",
                Protection::Private => "private",
            }),
            _ => return badarg(),
        }))
    }

    /// All of `:ets.info/1`, in its order.
    pub fn info_all(&self, handle: Term<'h>) -> Result<'h, Option<Term<'h>>> {
        const ITEMS: [&str; 15] = [
            "id",
            "decentralized_counters",
            "read_concurrency",
            "write_concurrency",
            "compressed",
            "memory",
            "owner",
            "heir",
            "name",
            "size",
            "node",
            "named_table",
            "type",
            "keypos",
            "protection",
        ];
        let mut pairs = Vec::with_capacity(ITEMS.len());
        for item in ITEMS {
            let Some(value) = self.info(handle, Atom::new(item))? else { return Ok(None) };
            pairs.push(self.heap().tuple(&[Term::atom(Atom::new(item)), value]));
        }
        Ok(Some(self.heap().list_from_iter(pairs)))
    }

    /// The reference of a named table.
    pub fn whereis(&self, name: Atom) -> Option<Term<'h>> {
        self.tables().find(Term::atom(name)).map(|table| self.heap().make_ref(table.id))
    }

    /// The handles of all tables, in the order of their making.
    pub fn all(&self) -> Vec<Term<'h>> {
        self.tables().by_id.read().values().map(|table| table.handle(self.heap())).collect()
    }

    pub fn rename(&self, handle: Term<'h>, name: Atom) -> Result<'h, ()> {
        let table = self.writable(handle)?;
        if table.named {
            let mut names = self.tables().names.write();
            if names.contains_key(&name) {
                return badarg();
            }
            names.remove(&*table.name.read());
            names.insert(name, table.id);
        }
        *table.name.write() = name;
        Ok(())
    }

    /// Only by the owner, to another living process, which gets a message.
    pub fn give_away(&self, handle: Term<'h>, to: Pid, data: Term<'h>) -> Result<'h, ()> {
        let table = self.own(handle)?;
        let own = self.local.self_pid();
        let shared = self.local.shared();
        if to == own || !shared.is_alive(to) {
            return badarg();
        }
        self.tables().hand_over(&table, to);
        let message = transfer(&table, own, data);
        let place = self.local.scheduler.index;
        if shared.send(place, to, self.local.tag(), SignalKind::Message(message)).is_err() {
            // It died meanwhile, without knowing of the table.
            self.tables().remove(&table);
        }
        Ok(())
    }

    /// `None` takes the heir away. Only by the owner.
    pub fn set_heir(&self, handle: Term<'h>, heir: Option<(Pid, Term<'h>)>) -> Result<'h, ()> {
        let table = self.own(handle)?;
        let heir = heir.map(|(pid, data)| self.copy(data).map(|data| (pid, data))).transpose()?;
        *table.heir.lock() = heir;
        Ok(())
    }

    /// Iterations are at home without it (see `table.rs`); it is counted for `info`.
    pub fn safe_fixtable(&self, handle: Term<'h>, fix: bool) -> Result<'h, ()> {
        let table = self.readable(handle)?;
        let mut fixed = table.fixed.lock();
        let own = self.local.self_pid();
        let count = fixed.entry(own).or_insert(0);
        *count = if fix { *count + 1 } else { count.saturating_sub(1) };
        if *count == 0 {
            fixed.remove(&own);
        }
        Ok(())
    }
}

/// A tuple in `heap` of terms that live at least as long as the borrow.
fn tuple<'t>(heap: &'t Heap, elements: &[Term<'t>]) -> Term<'t> {
    heap.tuple(elements)
}

/// What walks give at their end.
pub fn end_of_table() -> Term<'static> {
    Term::atom(Atom::new("$end_of_table"))
}
