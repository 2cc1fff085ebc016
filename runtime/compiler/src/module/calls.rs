//! The calls of other modules that a finished module makes, for the check whether what they name is there.
//!
//! **What it is for.** Whether `Foo.bar/1` exists is known only when everything that is compiled together is there, so a
//! module's calls are noted when it is finished ([`remote_calls`]) and looked at later.
//!
//! **Invariants.** Each call of a clause is named once, with the place of its name; calls that a capture makes count too.
//!
//! **What it must not know.** What other modules define.

use std::sync::Arc;

use jovial_atoms::{Atom, known};
use jovial_syntax::quoted::{Meta, Node, NodeId};
use rustc_hash::FxHashSet;

use super::Definition;
use crate::carried::Code;
use crate::env::NameArity;

/// A call `module.name(...)`.
#[derive(Clone, Debug)]
pub struct RemoteCall {
    pub module: Atom,
    pub target: NameArity,
    pub file: Arc<str>,
    pub line: u32,
    pub column: Option<u32>,
    /// Written without parentheses.
    pub bare: bool,
    /// The definition it stands in.
    pub caller: NameArity,
}

/// All of them, clause by clause, in no order within a clause.
pub fn remote_calls(definitions: &[Definition]) -> Vec<RemoteCall> {
    let mut found = Vec::new();
    for definition in definitions {
        for stored in &definition.clauses {
            let clause = &stored.clause;
            let roots = clause.args.iter().chain(&clause.guards).copied().chain([clause.body]);
            Walk { code: &stored.code, definition, found: &mut found, seen: FxHashSet::default() }.run(roots.collect());
        }
    }
    found
}

struct Walk<'a> {
    code: &'a Code,
    definition: &'a Definition,
    found: &'a mut Vec<RemoteCall>,
    /// Nodes that stand in several places are looked at once.
    seen: FxHashSet<NodeId>,
}

impl Walk<'_> {
    fn run(mut self, mut work: Vec<NodeId>) {
        let tree = &self.code.tree;
        while let Some(id) = work.pop() {
            if !self.seen.insert(id) {
                continue;
            }
            match tree.node(id) {
                Node::List(seq) | Node::Improper(seq) | Node::Tuple(seq) | Node::Map(seq) => {
                    work.extend_from_slice(tree.seq(seq));
                }
                Node::Pair(left, right) => work.extend([left, right]),
                Node::Call { name, args, .. } => match (name, tree.seq(args)) {
                    (known::OP_AMP, &[captured]) => match self.captured(captured) {
                        Some((callee, meta, arity)) => self.note(callee, meta, arity),
                        None => work.push(captured),
                    },
                    (_, args) => work.extend_from_slice(args),
                },
                Node::Apply { callee, meta, args } => {
                    let args = tree.seq(args);
                    self.note(callee, meta, args.len());
                    work.push(callee);
                    work.extend_from_slice(args);
                }
                Node::Var { .. }
                | Node::Int(_)
                | Node::BigInt(_)
                | Node::Float(_)
                | Node::Atom(_)
                | Node::Binary(_)
                | Node::Opaque(_) => {}
            }
        }
    }

    /// `Mod.fun/2` below a `&`.
    fn captured(&self, node: NodeId) -> Option<(NodeId, Meta, usize)> {
        let (_, call, arity) = self.code.call2(node, known::OP_SLASH)?;
        let Node::Apply { callee, meta, .. } = self.code.node(call) else { return None };
        Some((callee, meta, usize::try_from(self.code.int_of(arity)?).ok()?))
    }

    fn note(&mut self, callee: NodeId, meta: Meta, arity: usize) {
        let Some((_, module, name)) = self.code.call2(callee, known::OP_DOT) else { return };
        let (Some(module), Some(name)) = (self.code.atom_of(module), self.code.atom_of(name)) else { return };
        let Ok(arity) = u8::try_from(arity) else { return };
        // These two are no functions.
        if module == known::ERLANG && matches!(name.as_str(), "andalso" | "orelse") {
            return;
        }
        let tree = &self.code.tree;
        self.found.push(RemoteCall {
            module,
            target: (name, arity),
            file: self.definition.file.clone(),
            line: self.code.line(meta),
            column: tree.meta_int(meta, known::COLUMN).and_then(|column| u32::try_from(column).ok()),
            bare: tree.meta_get(meta, known::NO_PARENS).is_some(),
            caller: (self.definition.name, self.definition.arity),
        });
    }
}
