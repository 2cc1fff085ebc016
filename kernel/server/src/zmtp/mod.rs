//! ZMTP 3.0 server sockets over TCP and Unix sockets: ROUTER, XPUB and REP, with the NULL mechanism.
//!
//! **What it is for.** [`Socket::bind`] listens; each peer that finishes the handshake gets a reading thread, which hands its messages to the
//! socket's handler, and a writing thread with a queue of its own. Source: the ZMTP 3.0 specification (23/ZMTP).
//!
//! **Invariants.**
//! 1. A peer is visible only after its handshake.
//! 2. The frames of one message are written in one piece, whole and in order.
//! 3. Sending never blocks. A peer whose queue is over a bound loses messages, oldest first: droppable ones, and where that does not
//!    help, others (`docs/design/slow-clients.md`).
//!
//! **What it must not know.** Jupyter.

mod frame;
mod handshake;
mod peer;
mod socket;
mod stream;

pub(crate) use frame::encode;
pub(crate) use peer::Peer;
pub(crate) use socket::{Kind, Socket};
