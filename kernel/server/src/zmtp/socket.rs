//! A listening socket and its peers.

use std::collections::HashMap;
use std::io;
use std::net::TcpListener;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Instant;

use super::frame::{self, Received};
use super::handshake;
use super::peer::{Peer, PeerId};
use super::stream::{Listener, Stream};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    Router,
    Rep,
    Xpub,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Router => "ROUTER",
            Self::Rep => "REP",
            Self::Xpub => "XPUB",
        }
    }
}

/// Called on a peer's reading thread for each of its messages.
pub(crate) type Handler = Box<dyn Fn(&Arc<Peer>, Vec<Vec<u8>>) + Send + Sync>;

pub(crate) struct Socket {
    kind: Kind,
    peers: Mutex<HashMap<PeerId, Arc<Peer>>>,
    next: AtomicU64,
    handler: Handler,
}

/// Stack of a reading or writing thread: they only move bytes and parse JSON of bounded depth.
const STACK: usize = 512 << 10;

impl Socket {
    /// Listens at a TCP port of `ip`, or at the Unix path `ip-port`.
    pub(crate) fn bind(kind: Kind, ip: &str, tcp_port: u16, ipc: bool, handler: Handler) -> io::Result<Arc<Self>> {
        let listener = if ipc {
            bind_unix(&format!("{ip}-{tcp_port}"))?
        } else {
            Listener::Tcp(TcpListener::bind((ip, tcp_port))?)
        };
        let socket = Arc::new(Self { kind, peers: Mutex::default(), next: AtomicU64::new(1), handler });
        let accepting = Arc::clone(&socket);
        thread::Builder::new().name(format!("accept-{tcp_port}")).stack_size(STACK).spawn(move || {
            loop {
                match listener.accept() {
                    Ok(stream) => accepting.welcome(stream),
                    // Out of file descriptors, or a peer that left before it was accepted: the next may do better.
                    Err(_) => thread::sleep(std::time::Duration::from_millis(10)),
                }
            }
        })?;
        Ok(socket)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<PeerId, Arc<Peer>>> {
        self.peers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn welcome(self: &Arc<Self>, stream: Stream) {
        let socket = Arc::clone(self);
        // A thread that can't be had turns this peer away; it will try again.
        let _ = thread::Builder::new().name("peer-read".into()).stack_size(STACK).spawn(move || {
            let _ = socket.serve(stream);
        });
    }

    fn serve(self: &Arc<Self>, mut stream: Stream) -> io::Result<()> {
        let asked = handshake::perform(&mut stream, self.kind.name())?;
        let id = PeerId(self.next.fetch_add(1, Ordering::Relaxed));
        let identity = if asked.is_empty() {
            // A leading zero byte marks an identity that the socket made up.
            let mut made = vec![0];
            made.extend(id.0.to_be_bytes());
            made
        } else {
            asked
        };
        let peer = Arc::new(Peer::new(id, identity, stream.try_clone()?));
        let writing = stream.try_clone()?;
        let writer = Arc::clone(&peer);
        thread::Builder::new().name("peer-write".into()).stack_size(STACK).spawn(move || writer.write_loop(writing))?;
        self.lock().insert(id, Arc::clone(&peer));
        let mut reader = io::BufReader::with_capacity(16 << 10, stream);
        while let Ok(received) = frame::read(&mut reader) {
            if let Received::Message(frames) = received {
                (self.handler)(&peer, frames);
            }
        }
        self.lock().remove(&id);
        peer.close();
        Ok(())
    }

    /// Sends to the peer of that identity; a ROUTER drops what it cannot route.
    pub(crate) fn send_to(&self, identity: &[u8], frames: &[Vec<u8>]) {
        let peer = self.lock().values().filter(|peer| peer.identity == identity).max_by_key(|peer| peer.id.0).cloned();
        if let Some(peer) = peer {
            peer.send(Arc::new(frame::encode(frames)), false);
        }
    }

    /// Sends to every peer.
    pub(crate) fn broadcast(&self, frames: &[Vec<u8>], droppable: bool) {
        let bytes = Arc::new(frame::encode(frames));
        for peer in self.lock().values() {
            peer.send(Arc::clone(&bytes), droppable);
        }
    }

    /// Waits until all peers have what was sent, at most until then.
    pub(crate) fn drain(&self, until: Instant) {
        let peers: Vec<_> = self.lock().values().cloned().collect();
        for peer in peers {
            peer.drain(until);
        }
    }
}

#[cfg(unix)]
fn bind_unix(path: &str) -> io::Result<Listener> {
    std::os::unix::net::UnixListener::bind(path).map(Listener::Unix)
}

#[cfg(not(unix))]
fn bind_unix(_path: &str) -> io::Result<Listener> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "transport ipc needs Unix sockets"))
}
