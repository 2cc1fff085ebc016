//! Values that a tree carries without being able to spell them.
//!
//! **What it is for.** [`Code`] is a tree and the table behind its [`Node::Opaque`] nodes. Three kinds of [`Item`]
//! stand there: a snapshot of an env (in place of `__ENV__` in what `defmodule` and `def` expand to), a quoted body
//! that will be expanded when the program gets there, and values of the host. The first two are plain data:
//! [`encode`] makes bytes of them, which become a binary literal of the program, and the native that gets the
//! literal calls [`decode`].
//!
//! **Invariants.**
//! 1. A handle is an index into the [`Carried`] table of its own [`Code`] and into no other.
//! 2. `decode(encode(item))` is the item again, with atoms by text, so images can hold it.
//!
//! **What it must not know.** What a host value is; it has a number there.

use std::sync::Arc;

use jovial_syntax::quoted::{Handle, Node, NodeId, Tree};

use crate::env::Env;

mod bytes;
mod reach;

pub use bytes::{DecodeError, decode, decode_env, decode_quoted, encode, encode_env};

/// What an opaque node stands for.
#[derive(Clone, Debug)]
pub enum Item {
    Env(Arc<Env>),
    Quoted(Arc<Quoted>),
    /// A value of the host, by its number there.
    Host(u32),
}

/// Quoted code with a tree of its own.
#[derive(Clone, Debug)]
pub struct Quoted {
    pub code: Code,
    pub root: NodeId,
}

/// The table behind the opaque nodes of one tree.
#[derive(Clone, Debug, Default)]
pub struct Carried {
    items: Vec<Item>,
}

impl Carried {
    pub fn add(&mut self, item: Item) -> Handle {
        let at = u32::try_from(self.items.len()).expect("there are fewer carried values than nodes");
        self.items.push(item);
        Handle(at)
    }

    pub fn get(&self, handle: Handle) -> Option<&Item> {
        self.items.get(handle.0 as usize)
    }
}

/// A tree and what it carries.
#[derive(Clone, Debug, Default)]
pub struct Code {
    pub tree: Tree,
    pub carried: Carried,
}

impl From<Tree> for Code {
    fn from(tree: Tree) -> Self {
        Code { tree, carried: Carried::default() }
    }
}

impl Code {
    pub fn new() -> Self {
        Self::default()
    }

    /// A node that stands for an item.
    pub fn carry(&mut self, item: Item) -> NodeId {
        let handle = self.carried.add(item);
        self.tree.add(Node::Opaque(handle))
    }

    /// The item behind a node, if it is an opaque one.
    pub fn item(&self, node: NodeId) -> Option<&Item> {
        match self.tree.node(node) {
            Node::Opaque(handle) => self.carried.get(handle),
            _ => None,
        }
    }
}

impl Quoted {
    /// A copy of what stands below a node, in a tree of its own.
    pub fn extract(code: &Code, root: NodeId) -> Quoted {
        reach::extract(code, root)
    }
}
