//! The tables of a runtime.
//!
//! **What it is for.** [`Tables`] finds a [`Table`] by its number or its name, without a lock, and knows who owns what.
//!
//! **Invariants.**
//! 1. A table is found as long as its owner lives, unless it is deleted, given away or inherited.
//! 2. Numbers of tables are none of other references: they lie above [`FIRST`], which no counter of those reaches.
//! 3. A table is reached only under an epoch guard. Whoever sets `gone` takes it out, so that happens once; its objects go then, and the
//!    empty rest when the last guard does that could have seen it.
//!
//! **What it must not know.** What is in a table; natives.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use crossbeam_epoch::{Guard, pin};
use jovial_atoms::Atom;
use jovial_term::{Fragment, Heap, Pid, Term};
use parking_lot::{Mutex, RwLock};
use rustc_hash::FxHashMap;

use super::table::Objects;
use super::transfer;
use crate::atom_words::AtomWords;
use crate::runtime::Shared;
use crate::signal::{Kind as SignalKind, build};
use crate::table::{self, TableFull};
use crate::tags::Tag;

/// Tables at most.
const LIMIT: usize = 1 << 18;

/// Number of the first table.
const FIRST: u64 = 1 << 62;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Protection {
    Public,
    Protected,
    Private,
}

/// What is said about a table when it is made, and stays.
#[derive(Clone, Copy)]
pub(super) struct Properties {
    pub(super) named: bool,
    pub(super) protection: Protection,
    pub(super) read_concurrency: bool,
    pub(super) write_concurrency: bool,
    pub(super) compressed: bool,
}

pub(super) struct Table {
    pub(super) id: u64,
    pub(super) name: RwLock<Atom>,
    pub(super) properties: Properties,
    owner: AtomicU64,
    pub(super) heir: Mutex<Option<(Pid, Fragment)>>,
    pub(super) fixed: Mutex<BTreeMap<Pid, usize>>,
    pub(super) objects: Objects,
    gone: AtomicBool,
}

impl table::Entry for Table {
    fn number(&self) -> u64 {
        self.id
    }
}

impl Table {
    pub(super) fn owner(&self) -> Pid {
        Pid::new(self.owner.load(Ordering::Acquire))
    }

    pub(super) fn handle<'h>(&self, heap: &'h Heap) -> Term<'h> {
        if self.properties.named { Term::atom(*self.name.read()) } else { heap.make_ref(self.id) }
    }
}

/// All tables of a runtime.
pub(crate) struct Tables {
    by_id: table::Table<Table>,
    names: AtomWords,
    /// Tables by owner, so that a process that has none ends quickly.
    owned: Mutex<FxHashMap<Pid, Vec<u64>>>,
    /// How many entries `owned` has, readable without its lock.
    owners: AtomicUsize,
}

impl Default for Tables {
    fn default() -> Self {
        Tables {
            by_id: table::Table::new(LIMIT, FIRST),
            names: AtomWords::default(),
            owned: Mutex::default(),
            owners: AtomicUsize::new(0),
        }
    }
}

/// Why there is no new table.
pub(super) enum NotMade {
    Full,
    /// Another has the name.
    Taken,
}

impl From<TableFull> for NotMade {
    fn from(_: TableFull) -> Self {
        NotMade::Full
    }
}

impl Tables {
    #[inline]
    pub(super) fn find<'g>(&self, handle: Term<'_>, guard: &'g Guard) -> Option<&'g Table> {
        let id = match handle.as_atom() {
            Some(name) => self.names.get(name)?,
            None => handle.as_ref()?.number,
        };
        self.by_id.get(id, guard)
    }

    pub(super) fn add<'g>(
        &self,
        name: Atom,
        owner: Pid,
        properties: Properties,
        heir: Option<(Pid, Fragment)>,
        objects: Objects,
        guard: &'g Guard,
    ) -> Result<&'g Table, NotMade> {
        let mut parts = Some((heir, objects));
        let table = self.by_id.insert(guard, |id| {
            // Asked again only when another thread took the slot, once all of them were used meanwhile.
            let (heir, objects) = parts.take().ok_or(NotMade::Full)?;
            Ok::<_, NotMade>(Table {
                id,
                name: RwLock::new(name),
                properties,
                owner: AtomicU64::new(owner.number()),
                heir: Mutex::new(heir),
                fixed: Mutex::default(),
                objects,
                gone: AtomicBool::new(false),
            })
        })?;
        if properties.named && !self.names.claim(name, table.id) {
            self.by_id.remove(table.id, guard);
            return Err(NotMade::Taken);
        }
        self.own(owner, table.id);
        Ok(table)
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

    pub(super) fn remove(&self, table: &Table, guard: &Guard) {
        if table.gone.swap(true, Ordering::AcqRel) {
            return;
        }
        if table.properties.named {
            self.names.release(*table.name.read(), table.id);
        }
        self.by_id.remove(table.id, guard);
        table.objects.clear();
        self.disown(table.owner(), table.id);
    }

    /// Gives a named table another name. False when that is taken.
    pub(super) fn rename(&self, table: &Table, name: Atom) -> bool {
        let mut old = table.name.write();
        if table.properties.named {
            if !self.names.claim(name, table.id) {
                return false;
            }
            self.names.release(*old, table.id);
        }
        *old = name;
        true
    }

    pub(super) fn hand_over(&self, table: &Table, to: Pid) {
        self.disown(table.owner(), table.id);
        table.owner.store(to.number(), Ordering::Release);
        self.own(to, table.id);
    }

    /// How many tables a process owns.
    pub(crate) fn owned_by(&self, owner: Pid) -> usize {
        self.owned.lock().get(&owner).map_or(0, std::vec::Vec::len)
    }

    /// The handles of all tables, in the order of their making.
    pub(super) fn handles<'h>(&self, heap: &'h Heap) -> Vec<Term<'h>> {
        self.by_id.entries(&pin()).into_iter().map(|table| table.handle(heap)).collect()
    }

    /// A process ended: its tables go to their heirs, or for good.
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
        let guard = pin();
        for table in ids.into_iter().flatten().filter_map(|id| self.by_id.get(id, &guard)) {
            let heir = table.heir.lock().as_ref().map(|(heir, data)| (*heir, build(|heap| heap.copy_in(data.root()))));
            let inherited = heir.is_some_and(|(heir, data)| {
                if heir == owner || !shared.is_alive(heir) {
                    return false;
                }
                self.hand_over(table, heir);
                let message = transfer(table, owner, data.root());
                shared.send(place, heir, tag, SignalKind::Message(message)).is_ok()
            });
            if !inherited {
                self.remove(table, &guard);
            }
        }
    }
}
