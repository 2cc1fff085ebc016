//! One connected peer: its queue of messages to send and the thread that writes them.

use std::collections::VecDeque;
use std::io::Write;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::stream::Stream;

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct PeerId(pub(crate) u64);

/// Messages that may wait for one peer: ten times what a socket of `ZeroMQ` keeps unless told otherwise. What waits beyond that waits
/// for nobody.
const WAITING_MAX: usize = 10_000;

/// Bytes that may wait for one peer before droppable messages are dropped; twice as many before others are.
const BYTES_MAX: usize = 64 << 20;

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

impl Queue {
    /// Drops what is too much, and a quarter more, so that a peer that does not read costs little each time. The newest message stays,
    /// however large it is.
    fn trim(&mut self) {
        if self.items.len() <= WAITING_MAX && self.bytes <= BYTES_MAX {
            return;
        }
        let newest = self.items.len() - 1;
        let (mut count, mut place) = (self.items.len(), 0);
        let over = |count: usize, bytes: usize| count > WAITING_MAX / 4 * 3 || bytes > BYTES_MAX / 4 * 3;
        self.items.retain(|item| {
            let drops = item.droppable && place < newest && over(count, self.bytes);
            place += 1;
            if drops {
                count -= 1;
                self.bytes -= item.bytes.len();
            }
            !drops
        });
        if self.items.len() <= WAITING_MAX && self.bytes <= 2 * BYTES_MAX {
            return;
        }
        while self.items.len() > 1
            && over(self.items.len(), self.bytes / 2)
            && let Some(item) = self.items.pop_front()
        {
            self.bytes -= item.bytes.len();
        }
    }
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

    /// Queues a message. When too much waits, the oldest is lost: what is `droppable` first.
    pub(crate) fn send(&self, bytes: Arc<Vec<u8>>, droppable: bool) {
        let mut queue = self.lock();
        if queue.closed {
            return;
        }
        queue.bytes += bytes.len();
        queue.items.push_back(Item { bytes, droppable });
        queue.trim();
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

#[cfg(test)]
mod tests {
    use std::net::{TcpListener, TcpStream};

    use super::*;

    /// A peer that nothing is written to, which is how one that never reads looks once its buffers are full.
    fn deaf() -> Peer {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let stream = TcpStream::connect(listener.local_addr().expect("an address")).expect("a connection");
        Peer::new(PeerId(1), Vec::new(), Stream::Tcp(stream))
    }

    fn numbers(peer: &Peer) -> Vec<u64> {
        let queue = peer.lock();
        queue.items.iter().map(|item| item.bytes[..8].iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte))).collect()
    }

    fn message(number: u64, len: usize) -> Arc<Vec<u8>> {
        let mut bytes = number.to_be_bytes().to_vec();
        bytes.resize(len.max(8), 0);
        Arc::new(bytes)
    }

    #[test]
    fn what_waits_for_a_peer_that_never_reads_has_a_limit() {
        let peer = deaf();
        for number in 0..50_000 {
            peer.send(message(number, 400), false);
            assert!(peer.lock().items.len() <= WAITING_MAX);
        }
        let kept = numbers(&peer);
        let first = 50_000 - kept.len() as u64;
        assert!(kept.len() >= WAITING_MAX / 2);
        assert_eq!(kept, (first..50_000).collect::<Vec<_>>(), "the newest, in order");
        assert_eq!(peer.lock().bytes, kept.len() * 400);
    }

    #[test]
    fn text_goes_before_anything_else() {
        let peer = deaf();
        for number in 0..300 {
            peer.send(message(number, 1 << 20), number % 3 != 0);
            assert!(peer.lock().bytes <= 2 * BYTES_MAX);
        }
        let kept = numbers(&peer);
        let others: Vec<u64> = kept.iter().copied().filter(|number| number % 3 == 0).collect();
        assert_eq!(others, (0..100).map(|number| number * 3).collect::<Vec<_>>(), "{kept:?}");
        assert!(kept.is_sorted());
    }

    #[test]
    fn the_newest_message_stays_however_large() {
        let peer = deaf();
        peer.send(message(0, 100), false);
        peer.send(message(1, 2 * BYTES_MAX + 1), true);
        assert_eq!(numbers(&peer), [1]);
        peer.send(message(2, 100), true);
        assert_eq!(numbers(&peer), [2]);
    }
}
