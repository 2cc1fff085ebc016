//! The Jupyter wire protocol as data: connection file, message frames, signatures, contents.
//!
//! **What it is for.** [`Connection`] is the file that a client hands over; [`Codec`] turns frames into a
//! [`WireMessage`] and back; [`content`] has the contents that this kernel reads and writes.
//!
//! **Invariants.**
//! 1. A message whose signature is wrong, whose frames are malformed or that was seen before never becomes a [`WireMessage`].
//! 2. A reply's parent header is the request's header byte for byte, unknown fields included.
//!
//! **What it must not know.** Sockets, threads, clocks other than the one passed in, any language.
#![forbid(unsafe_code)]

mod codec;
mod connection;
pub mod content;
mod time;

pub use codec::{Codec, DecodeError, Header, RawJson, WireMessage};
pub use connection::{Connection, ConnectionError, Transport};
pub use time::timestamp;

/// The protocol version this kernel speaks.
pub const PROTOCOL_VERSION: &str = "5.5";
