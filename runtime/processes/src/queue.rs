//! The outer signal queue: where anybody puts signals for a process, and its owner alone takes them.
//!
//! **What it is for.** [`Queue`] is a list that grows at its head by one atomic exchange and is taken whole by
//! another. [`Queue::take`] gives a [`List`] in the order of arrival. Closing it is how a process stops being
//! reachable: from then on a push hands the signal back to its sender, who acts as for a process that never was.
//!
//! **Invariants.**
//! 1. `head` is null, [`closed`], or the first of a chain of nodes made by `Box::into_raw`, each reachable from one
//!    place only; the chain belongs to the queue. It carries the mark [`QUIET`] exactly when all of the chain was pushed quietly.
//! 2. A node is written before the exchange that publishes it (release) and read after the exchange that takes it
//!    (acquire); in between nobody reads it. Nodes are never taken one by one, so there is no ABA problem.
//! 3. Once closed, always closed.
//! 4. Two pushes of one thread are taken in their order: what gives signals their order between each pair.
//!
//! **Who may do what.** `push`: any thread. `take`, `close`: only whoever has the process (see `state.rs`).
//!
//! **What it must not know.** Signals, processes, scheduling. Its `sync` is replaced by the model checker's in tests.

use std::ptr;

use super::sync::{AtomicPtr, Ordering};

/// One entry, allocated by the sender.
pub(crate) struct Node<T> {
    next: *mut Node<T>,
    pub(crate) value: T,
}

impl<T> Node<T> {
    pub(crate) fn new(value: T) -> Box<Node<T>> {
        Box::new(Node { next: ptr::null_mut(), value })
    }
}

/// Mark in the address of the first node: nobody was told of anything in the chain. Nodes are aligned to eight bytes.
const QUIET: usize = 2;

fn closed<T>() -> *mut Node<T> {
    // Odd, so no node's address.
    ptr::without_provenance_mut(1)
}

pub(crate) struct Queue<T> {
    head: AtomicPtr<Node<T>>,
}

// SAFETY: the queue owns its nodes (invariant 1) and hands each out once (invariant 2), so sharing it only moves
// values of `T` between threads.
unsafe impl<T: Send> Send for Queue<T> {}
// SAFETY: as above; no method gives a reference into a node that is in the queue.
unsafe impl<T: Send> Sync for Queue<T> {}

impl<T> Default for Queue<T> {
    fn default() -> Self {
        Queue { head: AtomicPtr::new(ptr::null_mut()) }
    }
}

impl<T> Queue<T> {
    /// Adds a node. `Ok(true)` when the queue held nothing but quiet ones: the caller is then the one who must notify the
    /// owner. A `quiet` node waits until something else wakes the owner. Gives the node back when the queue is closed.
    pub(crate) fn push(&self, node: Box<Node<T>>, quiet: bool) -> Result<bool, Box<Node<T>>> {
        let node = Box::into_raw(node);
        let mut head = self.head.load(Ordering::Relaxed);
        loop {
            if head == closed() {
                // SAFETY: the node was never published, so it is still ours alone.
                return Err(unsafe { Box::from_raw(node) });
            }
            // SAFETY: as above, until the exchange below succeeds.
            unsafe { (*node).next = head.map_addr(|address| address & !QUIET) };
            let unnoticed = head.is_null() || head.addr() & QUIET != 0;
            let first = if quiet && unnoticed { node.map_addr(|address| address | QUIET) } else { node };
            match self.head.compare_exchange_weak(head, first, Ordering::AcqRel, Ordering::Acquire) {
                Ok(_) => return Ok(unnoticed && !quiet),
                Err(now) => head = now,
            }
        }
    }

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
    pub(crate) fn take(&self) -> List<T> {
        let head = self.head.load(Ordering::Relaxed);
        if head.is_null() || head == closed() {
            return List { head: ptr::null_mut() };
        }
        // The owner alone closes, so the head can't turn into the marker between the check and the swap.
        List::reversed(self.head.swap(ptr::null_mut(), Ordering::AcqRel).map_addr(|address| address & !QUIET))
    }

    /// Takes all that has arrived and turns away what comes later. Only for the owner.
    pub(crate) fn close(&self) -> List<T> {
        let head = self.head.swap(closed(), Ordering::AcqRel);
        List::reversed(if head == closed() { ptr::null_mut() } else { head.map_addr(|address| address & !QUIET) })
    }
}

impl<T> Drop for Queue<T> {
    fn drop(&mut self) {
        drop(self.close());
    }
}

/// What was taken out of a queue, oldest first.
pub(crate) struct List<T> {
    head: *mut Node<T>,
}

// SAFETY: the list owns its nodes as a `Vec<T>` would.
unsafe impl<T: Send> Send for List<T> {}

impl<T> List<T> {
    fn reversed(mut newest: *mut Node<T>) -> List<T> {
        let mut head = ptr::null_mut();
        while !newest.is_null() {
            // SAFETY: the chain was just taken out of the queue, so it is ours alone (invariant 2).
            unsafe {
                let next = (*newest).next;
                (*newest).next = head;
                head = newest;
                newest = next;
            }
        }
        List { head }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.head.is_null()
    }
}

impl<T> Iterator for List<T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        if self.head.is_null() {
            return None;
        }
        // SAFETY: nodes of a list are owned by it and came from `Box::into_raw`.
        let node = unsafe { Box::from_raw(self.head) };
        self.head = node.next;
        Some(node.value)
    }
}

impl<T> Drop for List<T> {
    fn drop(&mut self) {
        // By iteration: a chain of a million nodes must not recurse.
        for value in self.by_ref() {
            drop(value);
        }
    }
}
