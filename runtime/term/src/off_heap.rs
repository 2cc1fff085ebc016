//! The off-heap lists: objects that own something outside of the heap.
//!
//! **What it is for.** Refc binaries own a count of shared bytes, magic references an `Arc`. They are linked through
//! themselves, so a collection finds those that died without looking at dead memory otherwise.
//!
//! **Invariants.**
//! 1. A list holds addresses of headers (or, during a collection, of forwarded objects) and ends with null. The link is
//!    the second slot of a refc binary and the third of a magic reference.
//! 2. An object is on one list; releasing takes its count back once.
//!
//! **What it must not know.** Generations.

use std::any::Any;
use std::mem::ManuallyDrop;
use std::ptr::null_mut;
use std::sync::Arc;

use crate::refc::RefcBytes;
use crate::word::{Boxed, Word};

/// What a resource counts for; nobody knows what it really holds.
const RESOURCE_BYTES: usize = 64;

/// Whether objects of this kind are on an off-heap list.
#[inline]
pub(crate) const fn is_listed(kind: Boxed) -> bool {
    matches!(kind, Boxed::RefcBinary | Boxed::MagicRef)
}

/// Whether a copy of an object of this kind is to be counted somewhere: on a list, or a fun by its entry (see `fun.rs`).
#[inline]
pub(crate) const fn is_counted(kind: Boxed) -> bool {
    is_listed(kind) || matches!(kind, Boxed::Fun)
}

/// Where the link of an owner lies, counted from its header.
const fn link_place(kind: Boxed) -> usize {
    if matches!(kind, Boxed::MagicRef) { 3 } else { 2 }
}

/// The link of an owner.
///
/// # Safety
/// `object` is the address of an owner of this kind, forwarded or not.
#[inline]
pub(crate) unsafe fn link(object: *mut Word, kind: Boxed) -> *mut *mut Word {
    // SAFETY: owners have three slots; a forwarded one keeps all but its header.
    unsafe { object.add(link_place(kind)).cast() }
}

/// Puts an owner in front of the list that starts at `head` and gives the new head.
///
/// # Safety
/// `object` is the address of a complete owner that is on no list.
pub(crate) unsafe fn push(object: *mut Word, head: *mut Word) -> *mut Word {
    // SAFETY: by contract a live owner, whose header is intact.
    unsafe { *link(object, (*object).header_kind()) = head };
    object
}

/// Joins two lists; walks the first one and gives the bytes that its owners hold.
///
/// # Safety
/// Both are lists of live owners without common members.
pub(crate) unsafe fn join(first: *mut Word, second: *mut Word) -> (*mut Word, usize) {
    if first.is_null() {
        return (second, 0);
    }
    let (mut last, mut total) = (first, 0);
    loop {
        // SAFETY: members of the list are live owners.
        unsafe {
            total += bytes(last);
            let next = link(last, (*last).header_kind());
            if (*next).is_null() {
                *next = second;
                return (first, total);
            }
            last = *next;
        }
    }
}

/// Takes back what an owner owns.
///
/// # Safety
/// `object` is an owner with intact header that nobody will look at again, or that gives up its count now.
pub(crate) unsafe fn release(object: *mut Word) {
    // SAFETY: by contract the slots hold what the builder stored, and this is the only release.
    unsafe {
        if (*object).header_kind() == Boxed::RefcBinary {
            drop(RefcBytes::from_address((*object.add(1)).0));
        } else {
            drop(Box::from_raw((*object.add(2)).0 as *mut Arc<dyn Any + Send + Sync>));
        }
    }
}

/// Bytes that an owner keeps alive outside of the heap.
///
/// # Safety
/// `object` is a live owner.
pub(crate) unsafe fn bytes(object: *mut Word) -> usize {
    // SAFETY: by contract.
    unsafe {
        if (*object).header_kind() == Boxed::RefcBinary { ((*object.add(3)).0 >> 1) as usize } else { RESOURCE_BYTES }
    }
}

/// A list's fair share of what its owners keep alive outside of the heap, in bytes: storage that several handles share is
/// divided among them, be they in this process or in others.
///
/// # Safety
/// All members are live owners.
pub(crate) unsafe fn share_of(mut object: *mut Word) -> usize {
    let mut total = 0usize;
    while !object.is_null() {
        // SAFETY: members are live owners; the borrowed handle's count is left alone.
        unsafe {
            let kind = (*object).header_kind();
            total = total.saturating_add(if kind == Boxed::RefcBinary {
                let bytes = ManuallyDrop::new(RefcBytes::from_address((*object.add(1)).0));
                bytes.capacity() / bytes.count().max(1)
            } else {
                RESOURCE_BYTES
            });
            object = *link(object, kind);
        }
    }
    total
}

/// Calls `visit` with address, bytes and number of handles of each storage that a list's binaries share.
///
/// # Safety
/// All members are live owners.
pub(crate) unsafe fn storages(mut object: *mut Word, mut visit: impl FnMut(u64, usize, usize)) {
    while !object.is_null() {
        // SAFETY: as in `share_of`.
        unsafe {
            let kind = (*object).header_kind();
            if kind == Boxed::RefcBinary {
                let address = (*object.add(1)).0;
                let bytes = ManuallyDrop::new(RefcBytes::from_address(address));
                visit(address, bytes.capacity(), bytes.count());
            }
            object = *link(object, kind);
        }
    }
}

/// Releases a whole list.
///
/// # Safety
/// All members are live owners that are not used any more.
pub(crate) unsafe fn release_list(mut head: *mut Word) {
    while !head.is_null() {
        // SAFETY: members are live owners; the link is read before the object is given up.
        unsafe {
            let next = *link(head, (*head).header_kind());
            release(head);
            head = next;
        }
    }
}

/// Counts what a freshly copied owner owns once more.
///
/// # Safety
/// `object` is a bitwise copy of an owner that is still alive.
pub(crate) unsafe fn share(object: *mut Word) {
    // SAFETY: by contract the original holds a count, so what is owned lives.
    unsafe {
        if (*object).header_kind() == Boxed::RefcBinary {
            std::mem::forget(RefcBytes::share_address((*object.add(1)).0));
        } else {
            let resource = (*object.add(2)).0 as *const Arc<dyn Any + Send + Sync>;
            let copy = Box::new(Arc::clone(&*resource));
            *object.add(2) = Word(Box::into_raw(copy) as u64);
        }
    }
}

/// The empty list.
pub(crate) const EMPTY: *mut Word = null_mut();
