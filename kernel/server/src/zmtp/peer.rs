//! One connected peer: its queue of messages to send and the thread that writes them.

use std::collections::VecDeque;
use std::io::Write;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::stream::Stream;

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct PeerId(pub(crate) u64);

/// Bytes that may wait for one peer before droppable messages are dropped.
const QUEUE_MAX: usize = 64 << 20;

struct Item {
    bytes: Arc<Vec<u8>>,
    droppable: bool,
}

#[derive(Default)]
struct Queue {
    items: VecDeque<Item>,
    bytes: usize,
    closed: bool,
    writing: bool,
}

pub(crate) struct Peer {
    pub(crate) id: PeerId,
    /// What a ROUTER calls this peer.
    pub(crate) identity: Vec<u8>,
    queue: Mutex<Queue>,
    changed: Condvar,
    stream: Stream,
}

impl Peer {
    pub(super) fn new(id: PeerId, identity: Vec<u8>, stream: Stream) -> Self {
        Self { id, identity, queue: Mutex::default(), changed: Condvar::new(), stream }
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Queues a message; `droppable` ones may be lost when the peer does not read.
    pub(crate) fn send(&self, bytes: Arc<Vec<u8>>, droppable: bool) {
        let mut queue = self.lock();
        if queue.closed {
            return;
        }
        queue.bytes += bytes.len();
        queue.items.push_back(Item { bytes, droppable });
        if queue.bytes > QUEUE_MAX {
            let mut over = queue.bytes - QUEUE_MAX;
            let mut kept = VecDeque::with_capacity(queue.items.len());
            for item in std::mem::take(&mut queue.items) {
                if item.droppable && over > 0 {
                    over = over.saturating_sub(item.bytes.len());
                    queue.bytes -= item.bytes.len();
                } else {
                    kept.push_back(item);
                }
            }
            queue.items = kept;
        }
        if queue.bytes > 2 * QUEUE_MAX {
            queue.closed = true;
            self.stream.close();
        }
        self.changed.notify_all();
    }

    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.stream.close();
        self.changed.notify_all();
    }

    /// Waits until all that was queued is written, or the peer is gone, or time is up.
    pub(crate) fn drain(&self, until: Instant) {
        let mut queue = self.lock();
        while !queue.closed && (queue.writing || !queue.items.is_empty()) {
            let left = until.saturating_duration_since(Instant::now());
            if left == Duration::ZERO {
                return;
            }
            queue = self.changed.wait_timeout(queue, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// The writing thread's loop: until the peer closes or does not take what is written.
    pub(super) fn write_loop(&self, mut stream: Stream) {
        loop {
            let mut queue = self.lock();
            queue.writing = false;
            self.changed.notify_all();
            while queue.items.is_empty() && !queue.closed {
                queue = self.changed.wait(queue).unwrap_or_else(PoisonError::into_inner);
            }
            if queue.closed {
                return;
            }
            // Small messages that wait together travel together.
            let mut bytes = Vec::new();
            let mut single = None;
            while let Some(item) = queue.items.pop_front() {
                queue.bytes -= item.bytes.len();
                if bytes.is_empty() && (queue.items.is_empty() || item.bytes.len() > 1 << 16) {
                    single = Some(item.bytes);
                    break;
                }
                bytes.extend_from_slice(&item.bytes);
                if bytes.len() > 1 << 16 {
                    break;
                }
            }
            queue.writing = true;
            drop(queue);
            if stream.write_all(single.as_deref().unwrap_or(&bytes)).is_err() {
                self.close();
                return;
            }
        }
    }
}
