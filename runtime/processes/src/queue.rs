//! The outer signal queue: where anybody puts signals for a process, and its owner alone takes them.
//!
//! **What it is for.** [`Queue`] is a list that grows at its head by one atomic exchange and is taken whole by
//! another. [`Queue::take`] gives a [`List`] in the order of arrival. Closing it is how a process stops being
//! reachable: from then on a push hands the signal back to its sender, who acts as for a process that never was.
//!
//! **Invariants.**
//! 1. `head` is null, [`closed`], or the first of a chain of links made by [`Item::into_link`], each reachable from one
//!    place only; the chain belongs to the queue. It carries the mark [`QUIET`] exactly when all of the chain was pushed quietly.
//! 2. A link is written before the exchange that publishes it (release) and read after the exchange that takes it
//!    (acquire); in between nobody reads it. Items are never taken one by one, so there is no ABA problem.
//! 3. Once closed, always closed.
//! 4. Two pushes of one thread are taken in their order: what gives signals their order between each pair.
//!
//! **Who may do what.** `push`: any thread. `take`, `close`: only whoever has the process (see `state.rs`).
//!
//! **What it must not know.** Signals, processes, scheduling. Its `sync` is replaced by the model checker's in tests.

use std::marker::PhantomData;
use std::ptr;

use super::sync::{AtomicPtr, Ordering};

/// What stands first in everything that lies in a queue. Addresses of links are aligned to eight bytes; bit 2 of a pointer to
/// one belongs to the item, which may tell its kinds apart by it.
#[repr(C)]
pub(crate) struct Link {
    next: *mut Link,
}

// SAFETY: only the queue that has an item follows its link.
unsafe impl Send for Link {}

/// Something that can lie in a queue without another allocation.
///
/// # Safety
/// `into_link` gives the item up and gives a pointer to a [`Link`] that is its alone, with bit 2 set or not and bits 0 and 1 clear.
/// `from_link` makes the same item of it.
pub(crate) unsafe trait Item: Sized {
    fn into_link(self) -> *mut Link;

    /// # Safety
    /// `link` came from `into_link`, and each is used once.
    unsafe fn from_link(link: *mut Link) -> Self;
}

/// One entry of any type, allocated by the sender.
#[repr(C)]
pub(crate) struct Node<T> {
    link: Link,
    pub(crate) value: T,
}

impl<T> Node<T> {
    #[expect(clippy::unnecessary_box_returns, reason = "nodes travel as their addresses")]
    pub(crate) fn new(value: T) -> Box<Node<T>> {
        Box::new(Node { link: Link { next: ptr::null_mut() }, value })
    }
}

// SAFETY: the link stands first in the node.
unsafe impl<T> Item for Box<Node<T>> {
    fn into_link(self) -> *mut Link {
        Box::into_raw(self).cast()
    }

    unsafe fn from_link(link: *mut Link) -> Self {
        // SAFETY: made by `into_link`, by contract.
        unsafe { Box::from_raw(link.cast()) }
    }
}

/// Mark in the address of the first link: nobody was told of anything in the chain.
const QUIET: usize = 2;
/// Bits of an address that are no part of it.
const MARKS: usize = 7;

/// The link itself.
fn place(link: *mut Link) -> *mut Link {
    link.map_addr(|address| address & !MARKS)
}

fn closed() -> *mut Link {
    // Odd, so no link's address.
    ptr::without_provenance_mut(1)
}

pub(crate) struct Queue<T: Item> {
    head: AtomicPtr<Link>,
    items: PhantomData<T>,
}

// SAFETY: the queue owns its nodes (invariant 1) and hands each out once (invariant 2), so sharing it only moves
// values of `T` between threads.
unsafe impl<T: Item + Send> Send for Queue<T> {}
// SAFETY: as above; no method gives a reference into a node that is in the queue.
unsafe impl<T: Item + Send> Sync for Queue<T> {}

impl<T: Item> Default for Queue<T> {
    fn default() -> Self {
        Queue { head: AtomicPtr::new(ptr::null_mut()), items: PhantomData }
    }
}

impl<T: Item> Queue<T> {
    /// Adds an item. `Ok(true)` when the queue held nothing but quiet ones: the caller is then the one who must notify the
    /// owner. A `quiet` item waits until something else wakes the owner. Gives the item back when the queue is closed.
    #[inline]
    pub(crate) fn push(&self, item: T, quiet: bool) -> Result<bool, T> {
        let link = item.into_link();
        let mut head = self.head.load(Ordering::Relaxed);
        loop {
            if head == closed() {
                // SAFETY: the link was never published, so it is still ours alone.
                return Err(unsafe { T::from_link(link) });
            }
            // SAFETY: as above, until the exchange below succeeds.
            unsafe { (*place(link)).next = head.map_addr(|address| address & !QUIET) };
            let unnoticed = head.is_null() || head.addr() & QUIET != 0;
            let first = if quiet && unnoticed { link.map_addr(|address| address | QUIET) } else { link };
            match self.head.compare_exchange_weak(head, first, Ordering::AcqRel, Ordering::Acquire) {
                Ok(_) => return Ok(unnoticed && !quiet),
                Err(now) => head = now,
            }
        }
    }

    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        let head = self.head.load(Ordering::Acquire);
        head.is_null() || head == closed()
    }

    /// Whether nothing is there that the owner is to be told of.
    pub(crate) fn is_calm(&self) -> bool {
        let head = self.head.load(Ordering::Acquire);
        head.is_null() || head == closed() || head.addr() & QUIET != 0
    }

    #[cfg(test)]
    pub(crate) fn is_closed(&self) -> bool {
        self.head.load(Ordering::Acquire) == closed()
    }

    /// Takes all that has arrived, oldest first. Only for the owner.
    #[inline]
    pub(crate) fn take(&self) -> List<T> {
        let head = self.head.load(Ordering::Relaxed);
        if head.is_null() || head == closed() {
            return List { head: ptr::null_mut(), items: PhantomData };
        }
        // The owner alone closes, so the head can't turn into the marker between the check and the swap.
        List::reversed(self.head.swap(ptr::null_mut(), Ordering::AcqRel).map_addr(|address| address & !QUIET))
    }

    /// Takes all that has arrived, oldest first, if all of it was pushed quietly; `None` if not. Only for the owner.
    #[inline]
    pub(crate) fn take_quiet(&self) -> Option<List<T>> {
        let head = self.head.load(Ordering::Relaxed);
        if head.is_null() {
            return Some(List { head, items: PhantomData });
        }
        // The mark is part of the word that is exchanged, so what is pushed meanwhile is not taken for quiet.
        let quiet = head.addr() & QUIET != 0
            && self.head.compare_exchange(head, ptr::null_mut(), Ordering::AcqRel, Ordering::Relaxed).is_ok();
        quiet.then(|| List::reversed(head.map_addr(|address| address & !QUIET)))
    }

    /// Takes all that has arrived and turns away what comes later. Only for the owner.
    pub(crate) fn close(&self) -> List<T> {
        let head = self.head.swap(closed(), Ordering::AcqRel);
        List::reversed(if head == closed() { ptr::null_mut() } else { head.map_addr(|address| address & !QUIET) })
    }
}

impl<T: Item> Drop for Queue<T> {
    fn drop(&mut self) {
        drop(self.close());
    }
}

/// What was taken out of a queue, oldest first.
pub(crate) struct List<T: Item> {
    head: *mut Link,
    items: PhantomData<T>,
}

// SAFETY: the list owns its items as a `Vec<T>` would.
unsafe impl<T: Item + Send> Send for List<T> {}

impl<T: Item> List<T> {
    #[inline]
    fn reversed(mut newest: *mut Link) -> List<T> {
        let mut head = ptr::null_mut();
        while !newest.is_null() {
            let link = place(newest);
            // SAFETY: the chain was just taken out of the queue, so it is ours alone (invariant 2).
            unsafe {
                let next = (*link).next;
                (*link).next = head;
                head = newest;
                newest = next;
            }
        }
        List { head, items: PhantomData }
    }

    #[cfg(test)]
    pub(crate) fn is_empty(&self) -> bool {
        self.head.is_null()
    }
}

impl<T: Item> Iterator for List<T> {
    type Item = T;

    #[inline]
    fn next(&mut self) -> Option<T> {
        if self.head.is_null() {
            return None;
        }
        let link = self.head;
        // SAFETY: items of a list are owned by it and came from `into_link`.
        unsafe {
            self.head = (*place(link)).next;
            Some(T::from_link(link))
        }
    }
}

impl<T: Item> Drop for List<T> {
    #[inline]
    fn drop(&mut self) {
        // By iteration: a chain of a million items must not recurse.
        for item in self.by_ref() {
            drop(item);
        }
    }
}
