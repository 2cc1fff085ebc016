//! A tree as text, as `inspect(quoted, limit: :infinity, printable_limit: :infinity)` writes it.

use crate::quoted::{NodeId, Tree};

/// The text of a node, on one line.
pub fn print(tree: &Tree, root: NodeId) -> String {
    let _ = (tree, root);
    String::new()
}
