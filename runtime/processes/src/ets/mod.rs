//! ETS: tables of tuples that processes share by copying in and out.
//!
//! **What it is for.** [`Ets`] is what natives use. `tables.rs` finds tables, `table.rs` and `shard.rs` store objects, `spec.rs`
//! interprets match specifications.
//!
//! **Invariants.**
//! 1. Whatever visits more than one object stops after [`WALK`] of them and says where to go on; a native then ends in a
//!    call of itself.
//!
//! **What it must not know.** How tables look in Elixir beyond options and match specifications.

mod shard;
mod spec;
mod table;
mod tables;
#[cfg(test)]
mod tests;

use crossbeam_epoch::{Guard, pin};
use jovial_atoms::Atom;
use jovial_term::{Fragment, Heap, Pid, Term, Value};
use jovial_vm::Halt;
use smallvec::SmallVec;

use crate::local::Local;
use crate::signal::{Kind as SignalKind, build};
use spec::{Spec, World};
use table::{Objects, Position, Visit};
use tables::{NotMade, Properties, Protection, Table};

pub use table::Kind;
pub(crate) use tables::Tables;

/// Objects that one call visits at most.
pub const WALK: usize = 1_000;

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

    fn find<'g>(&self, handle: Term<'h>, guard: &'g Guard, may: impl FnOnce(&Table) -> bool) -> Result<'h, &'g Table> {
        self.tables().find(handle, guard).filter(|table| may(table)).ok_or_else(Halt::badarg)
    }

    #[inline]
    fn readable<'g>(&self, handle: Term<'h>, guard: &'g Guard) -> Result<'h, &'g Table> {
        self.find(handle, guard, |table| table.properties.protection != Protection::Private || self.owns(table))
    }

    #[inline]
    fn writable<'g>(&self, handle: Term<'h>, guard: &'g Guard) -> Result<'h, &'g Table> {
        self.find(handle, guard, |table| table.properties.protection == Protection::Public || self.owns(table))
    }

    fn own<'g>(&self, handle: Term<'h>, guard: &'g Guard) -> Result<'h, &'g Table> {
        self.find(handle, guard, |table| self.owns(table))
    }

    fn owns(&self, table: &Table) -> bool {
        table.owner() == self.local.self_pid()
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
        let properties = Properties { named, protection, read_concurrency, write_concurrency, compressed };
        let (owner, objects) = (self.local.self_pid(), Objects::new(kind, keypos));
        match self.tables().add(name, owner, properties, heir, objects, &pin()) {
            Ok(table) => Ok(table.handle(self.heap())),
            Err(NotMade::Full) => Err(Halt::system_limit()),
            Err(NotMade::Taken) => badarg(),
        }
    }

    /// One object or a list of them; with `only_new` nothing when a key is there. Whether they were inserted.
    pub fn insert(&self, handle: Term<'h>, objects: Term<'h>, only_new: bool) -> Result<'h, bool> {
        let guard = pin();
        let table = self.writable(handle, &guard)?;
        if !objects.is_list() {
            if !table.objects.takes(objects) {
                return badarg();
            }
            return Ok(table.objects.insert(self.copy(objects)?, only_new));
        }
        let objects = objects.list_to_vec().ok_or_else(Halt::badarg)?;
        if !objects.iter().all(|object| table.objects.takes(*object)) {
            return badarg();
        }
        self.local.vm.charge(u32::try_from(objects.len()).unwrap_or(u32::MAX));
        let mut copies = objects.into_iter().map(|object| self.copy(object)).collect::<Result<'h, Vec<Fragment>>>()?;
        if table.objects.kind() == Kind::Bag {
            // As on OTP 25, a bag has the objects of a list in reverse.
            copies.reverse();
        }
        Ok(table.objects.insert_all(copies, only_new))
    }

    /// The objects with a key, as a list.
    pub fn lookup(&self, handle: Term<'h>, key: Term<'h>) -> Result<'h, Term<'h>> {
        let guard = pin();
        let table = self.readable(handle, &guard)?;
        let mut found = SmallVec::<[Term<'h>; 1]>::new();
        table.objects.lookup(key, |object| found.push(self.heap().copy_in(object)));
        Ok(self.heap().list(found))
    }

    /// An element of the object with a key, or a list of them for bags. `None` when there is no such object.
    pub fn lookup_element(&self, handle: Term<'h>, key: Term<'h>, position: usize) -> Result<'h, Option<Term<'h>>> {
        let guard = pin();
        let table = self.readable(handle, &guard)?;
        let mut found = SmallVec::<[Term<'h>; 1]>::new();
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
            Kind::Bag | Kind::DuplicateBag => Some(self.heap().list(found)),
        })
    }

    pub fn member(&self, handle: Term<'h>, key: Term<'h>) -> Result<'h, bool> {
        let mut found = false;
        self.readable(handle, &pin())?.objects.lookup(key, |_| found = true);
        Ok(found)
    }

    pub fn delete_table(&self, handle: Term<'h>) -> Result<'h, ()> {
        let guard = pin();
        self.tables().remove(self.writable(handle, &guard)?, &guard);
        Ok(())
    }

    pub fn delete_key(&self, handle: Term<'h>, key: Term<'h>) -> Result<'h, ()> {
        self.writable(handle, &pin())?.objects.delete(key, |_| true);
        Ok(())
    }

    pub fn delete_object(&self, handle: Term<'h>, object: Term<'h>) -> Result<'h, ()> {
        let guard = pin();
        let table = self.writable(handle, &guard)?;
        if !table.objects.takes(object) {
            return badarg();
        }
        table.objects.delete(table.objects.key(object), |found| found.same(object));
        Ok(())
    }

    pub fn delete_all(&self, handle: Term<'h>) -> Result<'h, ()> {
        self.writable(handle, &pin())?.objects.clear();
        Ok(())
    }

    /// Deletes the objects with a key and gives them.
    pub fn take(&self, handle: Term<'h>, key: Term<'h>) -> Result<'h, Term<'h>> {
        let guard = pin();
        let table = self.writable(handle, &guard)?;
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
        let guard = pin();
        let table = self.unique(handle, &guard)?;
        let objects = &table.objects;
        if default.is_some_and(|default| !objects.takes(default)) {
            return badarg();
        }
        let several =
            if operations.is_list() { Some(operations.list_to_vec().ok_or_else(Halt::badarg)?) } else { None };
        let operations = several.as_deref().unwrap_or(std::slice::from_ref(&operations));
        loop {
            let mut values = SmallVec::<[Term<'h>; 4]>::new();
            let found = objects.change(key, |object| {
                if let [operation] = operations {
                    let elements = object.root().as_tuple().unwrap_or_default();
                    let (place, value) = self.count(objects.keypos(), elements, *operation)?;
                    values.push(value);
                    // Small integers, as most counters are, need no other object.
                    if object.set_element(place, value) {
                        return Ok(None);
                    }
                    let mut elements = object.root().as_tuple().map_or_else(Vec::new, <[_]>::to_vec);
                    elements[place] = value;
                    return self.rebuild(&elements).map(Some);
                }
                let mut elements = object.root().as_tuple().map_or_else(Vec::new, <[_]>::to_vec);
                for operation in operations {
                    let (place, value) = self.count(objects.keypos(), &elements, *operation)?;
                    elements[place] = value;
                    values.push(value);
                }
                self.rebuild(&elements).map(Some)
            })?;
            if found {
                return Ok(if several.is_some() { self.heap().list(values) } else { values[0] });
            }
            let Some(default) = default else { return badarg() };
            let mut elements = default.as_tuple().map_or_else(Vec::new, <[_]>::to_vec);
            elements[objects.keypos() - 1] = key;
            // Should another process be first, its object is the one to count in.
            objects.insert(self.rebuild(&elements)?, true);
        }
    }

    /// One operation on the elements of an object: the place that changes, and its new value.
    fn count(&self, keypos: usize, elements: &[Term<'_>], operation: Term<'h>) -> Result<'h, (usize, Term<'h>)> {
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
        Ok((place, new))
    }

    /// An object from elements that may be another object's.
    fn rebuild(&self, elements: &[Term<'_>]) -> Result<'h, Fragment> {
        // In a heap of its own, which goes before the other object can.
        let scratch = Heap::new();
        Fragment::copy_of(tuple(&scratch, elements)).map_err(|_| Halt::system_limit())
    }

    /// `update_element`: `{position, value}` or a list of them. Whether the key is there.
    pub fn update_element(&self, handle: Term<'h>, key: Term<'h>, changes: Term<'h>) -> Result<'h, bool> {
        let guard = pin();
        let table = self.unique(handle, &guard)?;
        // Where there is no object, nobody asks whether the changes would fit it.
        table.objects.change(key, |object| {
            let changes =
                if changes.is_list() { changes.list_to_vec().ok_or_else(Halt::badarg)? } else { vec![changes] };
            let mut elements = object.root().as_tuple().map_or_else(Vec::new, <[_]>::to_vec);
            for change in changes {
                let Some(&[position, value]) = change.as_tuple_of::<2>() else { return badarg() };
                let position = position.as_usize().filter(|position| *position != table.objects.keypos());
                let element = position.and_then(|position| elements.get_mut(position.checked_sub(1)?));
                *element.ok_or_else(Halt::badarg)? = value;
            }
            self.rebuild(&elements).map(Some)
        })
    }

    /// A table in which a key has one object.
    fn unique<'g>(&self, handle: Term<'h>, guard: &'g Guard) -> Result<'h, &'g Table> {
        let table = self.writable(handle, guard)?;
        match table.objects.kind() {
            Kind::Set | Kind::OrderedSet => Ok(table),
            Kind::Bag | Kind::DuplicateBag => badarg(),
        }
    }

    // ---- walks ----

    /// The first key (the last when `last`); `None` in an empty table.
    pub fn end_key(&self, handle: Term<'h>, last: bool) -> Result<'h, Option<Term<'h>>> {
        Ok(self.readable(handle, &pin())?.objects.end(last, self.heap()))
    }

    /// The key after (before when `back`) this one. Badarg when a table without order does not have it.
    pub fn next_key(&self, handle: Term<'h>, key: Term<'h>, back: bool) -> Result<'h, Option<Term<'h>>> {
        self.readable(handle, &pin())?.objects.step(key, back, self.heap()).map_err(|()| Halt::badarg())
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
        let guard = pin();
        let table = if goal == Goal::Delete { self.writable(handle, &guard)? } else { self.readable(handle, &guard)? };
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
        let visited = std::cell::Cell::new(0);
        let has_room = || visited.get() < WALK && taken.get() < results_max;
        let next = objects.walk(&position, goal == Goal::Delete, self.heap(), has_room, |object| {
            visited.set(visited.get() + 1);
            take(object)
        });
        self.local.vm.charge(u32::try_from(visited.get()).unwrap_or(u32::MAX));
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
        self.tables().find(handle, &pin()).map(|table| table.objects.size())
    }

    /// A value of `:ets.info/2`; `Ok(None)` when there is no such table, badarg for an item that is none.
    pub fn info(&self, handle: Term<'h>, item: Atom) -> Result<'h, Option<Term<'h>>> {
        let guard = pin();
        let Some(table) = self.tables().find(handle, &guard) else { return Ok(None) };
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
            "named_table" => Term::bool(table.properties.named),
            "keypos" => Term::count(table.objects.keypos()),
            "read_concurrency" => Term::bool(table.properties.read_concurrency),
            "write_concurrency" => Term::bool(table.properties.write_concurrency),
            "decentralized_counters" => Term::FALSE,
            "compressed" => Term::bool(table.properties.compressed),
            "fixed" => Term::bool(!table.fixed.lock().is_empty()),
            "type" => name(match table.objects.kind() {
                Kind::Set => "set",
                Kind::OrderedSet => "ordered_set",
                Kind::Bag => "bag",
                Kind::DuplicateBag => "duplicate_bag",
            }),
            "protection" => name(match table.properties.protection {
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
        self.tables().find(Term::atom(name), &pin()).map(|table| self.heap().make_ref(table.id))
    }

    /// The handles of all tables, in the order of their making.
    pub fn all(&self) -> Vec<Term<'h>> {
        self.tables().handles(self.heap())
    }

    pub fn rename(&self, handle: Term<'h>, name: Atom) -> Result<'h, ()> {
        let guard = pin();
        let table = self.writable(handle, &guard)?;
        if self.tables().rename(table, name) { Ok(()) } else { badarg() }
    }

    /// Only by the owner, to another living process, which gets a message.
    pub fn give_away(&self, handle: Term<'h>, to: Pid, data: Term<'h>) -> Result<'h, ()> {
        let guard = pin();
        let table = self.own(handle, &guard)?;
        let own = self.local.self_pid();
        let shared = self.local.shared();
        if to == own || !shared.is_alive(to) {
            return badarg();
        }
        self.tables().hand_over(table, to);
        let message = transfer(table, own, data);
        let place = self.local.scheduler.index;
        if shared.send(place, to, self.local.tag(), SignalKind::Message(message)).is_err() {
            // It died meanwhile, without knowing of the table.
            self.tables().remove(table, &guard);
        }
        Ok(())
    }

    /// `None` takes the heir away. Only by the owner.
    pub fn set_heir(&self, handle: Term<'h>, heir: Option<(Pid, Term<'h>)>) -> Result<'h, ()> {
        let guard = pin();
        let table = self.own(handle, &guard)?;
        let heir = heir.map(|(pid, data)| self.copy(data).map(|data| (pid, data))).transpose()?;
        *table.heir.lock() = heir;
        Ok(())
    }

    /// Iterations are at home without it (see `table.rs`); it is counted for `info`.
    pub fn safe_fixtable(&self, handle: Term<'h>, fix: bool) -> Result<'h, ()> {
        let guard = pin();
        let table = self.readable(handle, &guard)?;
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
